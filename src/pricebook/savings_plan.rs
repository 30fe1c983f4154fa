//! Spends an hourly commitment on the usage of one hour.
//!
//! Rule: Savings Plans user guide, "How Savings Plans apply to your usage": the usage with the
//! highest saving in per cent is covered first; ties go to the lowest rate under the plan. What the
//! commitment cannot cover is on demand, and an unused part is lost at the end of the hour.

use crate::exact::Exact;
use std::cmp::Ordering;

/// The hourly usage of one meter that a plan can cover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Eligible {
    pub quantity: Exact,
    /// US dollars per unit on demand.
    pub list_rate: Exact,
    /// US dollars per unit under the plan.
    pub plan_rate: Exact,
}

impl Eligible {
    /// The order in which a plan covers usage. Ratios are compared by cross-multiplication.
    pub(crate) fn order(&self, other: &Self) -> Ordering {
        let left = &self.plan_rate * &other.list_rate;
        let right = &other.plan_rate * &self.list_rate;
        left.cmp(&right)
            .then_with(|| self.plan_rate.cmp(&other.plan_rate))
    }
}

/// How a commitment was spent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spent {
    /// The covered share of each usage, in the order of the input.
    pub shares: Vec<Exact>,
    /// US dollars an hour that are lost.
    pub unused: Exact,
}

/// Spends `hourly` US dollars on usage.
pub fn spend(hourly: &Exact, uses: &[Eligible]) -> Spent {
    let mut order: Vec<usize> = (0..uses.len()).collect();
    order.sort_by(|left, right| uses[*left].order(&uses[*right]));
    let mut left = hourly.clone();
    let mut shares = vec![Exact::ZERO; uses.len()];
    for number in order {
        let whole = &uses[number].quantity * &uses[number].plan_rate;
        let share = if uses[number].quantity.is_zero() {
            Exact::ZERO
        } else if whole.is_zero() {
            // The rate under the plan is zero.
            Exact::ONE
        } else {
            let share = left.over(&whole).expect("it costs something");
            share.min(Exact::ONE)
        };
        left = &left - &(&whole * &share);
        shares[number] = share;
    }
    debug_assert!(!left.is_negative(), "no more is spent than is committed to");
    Spent {
        shares,
        unused: left,
    }
}
