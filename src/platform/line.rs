//! Lines of a bill.

use super::service::Service;
use crate::exact::Exact;
use crate::money::Usd;
use crate::pricebook::{Bought, Price, Provenance};
use crate::units::{Qty, Unit};
use std::sync::Arc;

/// One line of a bill: quantity x rate = cost.
#[derive(Debug, Clone)]
pub struct Line {
    /// Whose line it is.
    pub service: &'static Service,
    /// What is paid for.
    pub item: &'static str,
    /// How much of it.
    pub quantity: Exact,
    /// In which unit.
    pub unit: &'static str,
    /// US dollars per unit.
    pub rate: Exact,
    /// Their product.
    pub cost: Usd,
    /// Where the rate comes from.
    pub provenance: Provenance,
    /// How it is bought, where that is not at the list price.
    pub how: Option<Arc<str>>,
    /// The list price, US dollars per unit.
    pub list_rate: Exact,
    /// The path of its meter in price files.
    pub meter: Arc<str>,
    /// How AWS sets the rate.
    pub pricing: Pricing,
    /// What the rate is the mean of.
    bought: Option<Box<Bought>>,
}

/// How AWS sets a rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pricing {
    /// It stands in a price list.
    Standard,
    /// It changes with supply and demand.
    Dynamic,
}

impl Line {
    /// A quantity at a price.
    pub fn new<U: Unit>(
        service: &'static Service,
        item: &'static str,
        quantity: Exact,
        price: &Price<U>,
    ) -> Self {
        let quantity = Qty::<U>::new(quantity);
        Self {
            service,
            item,
            cost: &price.rate * &quantity,
            quantity: quantity.amount().clone(),
            unit: U::SYMBOL,
            rate: price.rate.per_unit().clone(),
            list_rate: price.rate.per_unit().clone(),
            provenance: price.provenance.clone(),
            how: None,
            meter: Arc::clone(&price.meter),
            bought: price.bought.clone(),
            pricing: Pricing::Standard,
        }
    }

    /// The same line, or one for what a commitment or a discount lowers and one for the rest.
    pub fn parts(mut self) -> Vec<Self> {
        let Some(bought) = self.bought.take() else {
            return vec![self];
        };
        let part = |share: &Exact, rate: &Exact, provenance: &Provenance, how| {
            let quantity = &self.quantity * share;
            Self {
                cost: Usd::new(&quantity * rate),
                quantity,
                rate: rate.clone(),
                provenance: provenance.clone(),
                how,
                list_rate: bought.list.usd.clone(),
                ..self.clone()
            }
        };
        let how = Some(Arc::clone(&bought.how));
        let mut parts = vec![part(&bought.share, &bought.rate, &bought.provenance, how)];
        let rest = &Exact::ONE - &bought.share;
        if !rest.is_zero() {
            let list = &bought.list;
            parts.push(part(&rest, &list.usd, &list.provenance, None));
        }
        parts
    }

    /// What a free allowance takes off, shown so that quantities can be followed.
    pub fn free<U: Unit>(
        service: &'static Service,
        item: &'static str,
        quantity: Exact,
        price: &Price<U>,
        provenance: Provenance,
    ) -> Self {
        Self {
            service,
            item,
            quantity,
            unit: U::SYMBOL,
            rate: Exact::ZERO,
            cost: Usd::ZERO,
            provenance,
            how: None,
            meter: Arc::clone(&price.meter),
            list_rate: Exact::ZERO,
            bought: None,
            pricing: Pricing::Standard,
        }
    }
}
