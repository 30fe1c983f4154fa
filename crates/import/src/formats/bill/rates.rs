//! What each meter costs, and its list price.

use super::meter::{Architecture, Meter};
use crate::number::Sum;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Rows within this share of one ratio have that ratio.
pub(crate) const TOLERANCE: Decimal = Decimal::from_parts(1, 0, 0, false, 3);
/// Costs of bills have ten decimal places, so a cost of a row is off by up to this.
const ROUNDING: Decimal = Decimal::from_parts(1, 0, 0, false, 10);

/// Rows of a meter, in a region, on one architecture, that have a list cost.
#[derive(Debug, Clone, Default)]
pub(crate) struct Group {
    pub(crate) quantity: Sum,
    pub(crate) cost: Sum,
    pub(crate) list: Sum,
    /// Rows.
    pub(crate) rows: u64,
    /// Rows that say no cost.
    pub(crate) without_cost: u64,
    /// Every row is within the tolerance of each ratio from `low` to `high`. If `low` is greater, the
    /// rows have no ratio in common.
    pub(crate) low: Option<Decimal>,
    pub(crate) high: Option<Decimal>,
}

/// On-demand usage, and that which a Savings Plan covers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Groups {
    pub(crate) open: Group,
    pub(crate) covered: Group,
}

/// By meter and architecture.
pub(crate) type OfRegion = BTreeMap<(Meter, Architecture), Groups>;

/// A Savings Plan, as the bill names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Plan {
    pub(crate) plan: String,
    pub(crate) term: String,
    pub(crate) payment: String,
}

impl Group {
    /// Adds a row; `None` if a sum is too large.
    pub(super) fn add(
        &mut self,
        quantity: Decimal,
        cost: Option<Decimal>,
        list: Decimal,
    ) -> Option<()> {
        self.quantity.add(quantity)?;
        self.list.add(list)?;
        self.rows += 1;
        let Some(cost) = cost else {
            self.without_cost += 1;
            return Some(());
        };
        self.cost.add(cost)?;
        // A ratio fits a row if it gives its cost within the tolerance and the rounding.
        let least = (
            cost.checked_sub(ROUNDING)?,
            list.checked_mul(Decimal::ONE + TOLERANCE)?,
        );
        let most = (
            cost.checked_add(ROUNDING)?,
            list.checked_mul(Decimal::ONE - TOLERANCE)?,
        );
        let is_in = |low: Decimal| Some(low.checked_mul(least.1)? >= least.0);
        if !self.low.and_then(is_in).unwrap_or(false) {
            self.low = Some(least.0.checked_div(least.1)?);
        }
        let is_in = |high: Decimal| Some(high.checked_mul(most.1)? <= most.0);
        if !self.high.and_then(is_in).unwrap_or(false) {
            self.high = Some(most.0.checked_div(most.1)?);
        }
        Some(())
    }

    /// Adds the rows of another file; `None` if a sum is too large.
    fn merge(&mut self, other: &Self) -> Option<()> {
        self.quantity.add_sum(&other.quantity)?;
        self.cost.add_sum(&other.cost)?;
        self.list.add_sum(&other.list)?;
        self.rows += other.rows;
        self.without_cost += other.without_cost;
        self.low = self.low.max(other.low);
        self.high = match (self.high, other.high) {
            (Some(own), Some(other)) => Some(own.min(other)),
            (own, other) => own.or(other),
        };
        Some(())
    }
}

impl Groups {
    /// Adds the rows of another file; `None` if a sum is too large.
    pub(super) fn merge(&mut self, other: &Self) -> Option<()> {
        self.open.merge(&other.open)?;
        self.covered.merge(&other.covered)
    }
}
