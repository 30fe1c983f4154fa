//! Bills. A single description of the charges gives both the lines of a bill and its total.

use super::Line;
use super::line::Pricing;
use super::service::Service;
use crate::exact::Exact;
use crate::money::{Rate, Usd};
use crate::pricebook::Price;
use crate::units::{Qty, Unit};
use std::marker::PhantomData;

/// A bill to which charges are added: their total, or their lines.
///
/// A CSV row needs only the total, and to make lines takes longer than to add up the total.
pub struct Bill {
    /// The sum of the charges; zero in a bill with lines.
    total: Usd,
    lines: Option<Vec<Line>>,
}

impl Bill {
    /// The total of the charges that `charge` adds.
    pub(crate) fn total(charge: impl FnOnce(&mut Self)) -> Usd {
        let mut bill = Self {
            total: Usd::ZERO,
            lines: None,
        };
        charge(&mut bill);
        bill.total
    }

    /// The lines of the charges that `charge` adds.
    pub(crate) fn lines(charge: impl FnOnce(&mut Self)) -> Vec<Line> {
        let mut bill = Self {
            total: Usd::ZERO,
            lines: Some(Vec::new()),
        };
        charge(&mut bill);
        bill.lines.expect("it was made with lines")
    }

    /// Adds a quantity at a price of the same unit.
    pub(crate) fn add<U: Unit>(
        &mut self,
        service: &'static Service,
        item: &'static str,
        quantity: &Qty<U>,
        price: &Price<U>,
    ) {
        self.add_priced(Pricing::Standard, service, item, quantity, price);
    }

    /// Adds a quantity at a price that AWS sets in this way.
    pub(crate) fn add_priced<U: Unit>(
        &mut self,
        pricing: Pricing,
        service: &'static Service,
        item: &'static str,
        quantity: &Qty<U>,
        price: &Price<U>,
    ) {
        match &mut self.lines {
            None => self.add_cost(&price.rate * quantity),
            Some(lines) => {
                let mut line = Line::new(service, item, quantity, price);
                line.pricing = pricing;
                lines.push(line);
            }
        }
    }

    /// Adds a quantity of a cost that the scenario states, with its name.
    pub(crate) fn add_stated<U: Unit>(
        &mut self,
        service: &'static Service,
        name: &str,
        quantity: &Qty<U>,
        price: &Price<U>,
    ) {
        match &mut self.lines {
            None => self.add_cost(&price.rate * quantity),
            Some(lines) => lines.push(Line::new(service, name.to_owned(), quantity, price)),
        }
    }

    /// Adds the bill of a quantity, given the bill of one unit.
    pub(crate) fn add_units<U: Unit>(&mut self, unit: &UnitBill<U>, quantity: &Qty<U>) {
        self.add_share(&unit.bill, quantity.amount());
    }

    /// Adds a bill multiplied by a share or a number.
    pub(crate) fn add_share(&mut self, bill: &SharedBill, share: &Exact) {
        match &mut self.lines {
            None => self.add_cost(bill.total.times(share)),
            Some(lines) => lines.extend(bill.lines.iter().map(|line| line.times(share))),
        }
    }

    /// Adds lines that cost nothing, if the bill has lines.
    pub(crate) fn add_free(&mut self, free: impl FnOnce() -> Vec<Line>) {
        if let Some(lines) = &mut self.lines {
            let free = free();
            debug_assert!(free.iter().all(|line| line.cost.is_zero()));
            lines.extend(free);
        }
    }

    fn add_cost(&mut self, cost: Usd) {
        if self.total.is_zero() {
            self.total = cost;
        } else {
            self.total = &self.total + &cost;
        }
    }
}

/// A bill that several functions share.
pub(crate) struct SharedBill {
    lines: Vec<Line>,
    /// The sum of the lines.
    pub total: Usd,
}

impl SharedBill {
    /// The bill of the charges that `charge` adds.
    pub(crate) fn of(charge: impl FnOnce(&mut Bill)) -> Self {
        let lines = Bill::lines(charge);
        let costs = lines.iter().map(|line| &line.cost);
        Self {
            total: costs.fold(Usd::ZERO, |total, cost| &total + cost),
            lines,
        }
    }

    /// The bill with amounts in lowest terms, so that shares of it are computed faster.
    pub(crate) fn reduced(self) -> Self {
        let lines = self.lines.into_iter().map(Line::reduced);
        Self {
            lines: lines.collect(),
            total: self.total.reduced(),
        }
    }
}

/// The bill of one unit of a quantity, where all functions pay the same for each.
pub(crate) struct UnitBill<U: Unit> {
    bill: SharedBill,
    unit: PhantomData<U>,
}

impl<U: Unit> UnitBill<U> {
    /// The bill of the charges that `charge` adds for one unit.
    pub(crate) fn of(charge: impl FnOnce(&mut Bill)) -> Self {
        Self {
            bill: SharedBill::of(charge),
            unit: PhantomData,
        }
    }

    /// The sum of its lines as a rate.
    pub(crate) fn rate(&self) -> Rate<U> {
        Rate::new(self.bill.total.dollars().clone())
    }

    /// The bill with amounts in lowest terms, so that multiples of it are computed faster.
    pub(crate) fn reduced(self) -> Self {
        Self {
            bill: self.bill.reduced(),
            ..self
        }
    }
}
