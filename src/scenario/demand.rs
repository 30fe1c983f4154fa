//! The demand of a function: its calls, how many are in flight, and what must be provided for.
//!
//! Traffic has levels: shares of the month in which it is constant. Sorted by what must be provided
//! they are the load-duration curve. A scenario states one level today.

use super::Function;
use super::function::Capacity;
use crate::exact::Exact;
use rust_decimal::Decimal;

/// A part of the month in which traffic is constant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrafficLevel {
    /// Its share of the month, above 0 to 1.
    pub share: Exact,
    /// Calls in it, of all calls of the month.
    pub calls: Exact,
    /// Requests in flight on average while it lasts (Little's law).
    pub concurrency: Exact,
    /// Requests in flight that must be provided for while it lasts.
    pub capacity: Exact,
}

/// The traffic of a function by levels.
///
/// A million functions have one level each, so this one is kept as its two figures, and made a
/// [`TrafficLevel`] when it is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    calls: u64,
    average: Exact,
    capacity: Exact,
}

impl Demand {
    /// The demand of a function in a month of some hours.
    pub fn of(function: &Function, hours: &Exact) -> Self {
        let calls = Exact::from(function.invocations);
        let average = &function.concurrency_per_call(hours) * &calls;
        let capacity = match function.capacity {
            Capacity::Peak(peak) => Exact::from(peak),
            Capacity::Utilization(share) => average
                .over(&Exact::from(share))
                .expect("a utilization is above zero by the bounds of its key"),
        };
        Self {
            calls: function.invocations,
            average,
            capacity,
        }
    }

    /// The demand of one request in flight, for a function without traffic.
    pub fn of_one_request() -> Self {
        Self {
            calls: 0,
            average: Exact::ZERO,
            capacity: Exact::ONE,
        }
    }

    /// The levels, that with the highest capacity first; their shares add up to 1.
    pub fn levels(&self) -> impl Iterator<Item = TrafficLevel> {
        std::iter::once(TrafficLevel {
            share: Exact::ONE,
            calls: Exact::from(self.calls),
            concurrency: self.average.clone(),
            capacity: self.capacity.clone(),
        })
    }

    /// Requests in flight on average over the month.
    pub fn average(&self) -> &Exact {
        &self.average
    }

    /// Requests in flight that a fleet must carry that runs all month: the highest of the levels.
    pub fn capacity(&self) -> &Exact {
        &self.capacity
    }

    /// True when there is nothing to provide for.
    pub fn is_zero(&self) -> bool {
        self.capacity.is_zero()
    }
}

impl Function {
    /// Its demand in a month of some hours.
    pub fn demand(&self, hours: &Exact) -> Demand {
        Demand::of(self, hours)
    }

    /// Average over capacity; `None` when both are zero and nothing is stated.
    pub fn utilization(&self, demand: &Demand) -> Option<Exact> {
        match self.capacity {
            // What is stated has fewer digits than what can be derived.
            Capacity::Utilization(share) => Some(Exact::from(share)),
            Capacity::Peak(_) => demand.average().over(demand.capacity()),
        }
    }

    /// Slots for what must be provided, `capacity / target_utilization`, not rounded.
    pub fn planned_slots(&self, demand: &Demand) -> Exact {
        let target = self.container().target_utilization;
        if target == Decimal::ONE {
            return demand.capacity().clone();
        }
        demand
            .capacity()
            .over(&Exact::from(target))
            .expect("target_utilization is above zero by the bounds of its key")
    }

    /// Slots that must be provided: those planned, rounded up.
    ///
    /// Rounding up here loses nothing: tasks of `c` whole slots number `ceil(need / c)` either way.
    pub fn needed_slots(&self, demand: &Demand) -> u128 {
        self.planned_slots(demand)
            .ceil()
            .expect("the reader refuses a capacity of more than 10^27 requests in flight")
    }
}
