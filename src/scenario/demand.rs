//! The demand of a function: its calls, its concurrency, and the capacity to provide.
//!
//! Traffic has levels: shares of the month in which it is constant. Sorted by capacity, they are
//! the load-duration curve. At present a scenario states one level.

use super::Function;
use super::function::Capacity;
use crate::exact::Exact;
use rust_decimal::Decimal;

/// A part of the month in which traffic is constant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrafficLevel {
    /// Its share of the month, above 0 and up to 1.
    pub share: Exact,
    /// Number of calls during the level; those of all levels add up to the calls of the month.
    pub calls: Exact,
    /// Mean requests in flight during the level (Little's law).
    pub concurrency: Exact,
    /// Requests in flight to provide capacity for during the level.
    pub capacity: Exact,
}

/// The traffic of a function by levels.
///
/// At present a scenario states one level. Its figures are stored, and a [`TrafficLevel`] is made of
/// them when it is needed: there can be a million functions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    calls: u64,
    average: Exact,
    capacity: Exact,
}

impl Demand {
    /// The demand in a month of these hours.
    pub(crate) fn of(function: &Function, hours: &Exact) -> Self {
        let calls = Exact::from(function.invocations);
        let average = &function.concurrency_per_call(hours) * &calls;
        let capacity = match function.capacity {
            Capacity::Peak(peak) => Exact::from(peak),
            Capacity::OfJobs => average.clone(),
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
    pub(crate) fn of_one_request() -> Self {
        Self {
            calls: 0,
            average: Exact::ZERO,
            capacity: Exact::ONE,
        }
    }

    /// The same traffic with another capacity.
    pub(crate) fn with_capacity(&self, capacity: Exact) -> Self {
        Self {
            capacity,
            ..self.clone()
        }
    }

    /// The levels, highest capacity first. Their shares add up to 1.
    pub fn levels(&self) -> impl Iterator<Item = TrafficLevel> {
        std::iter::once(TrafficLevel {
            share: Exact::ONE,
            calls: Exact::from(self.calls),
            concurrency: self.average.clone(),
            capacity: self.capacity.clone(),
        })
    }

    /// Mean requests in flight over the month.
    pub(crate) fn average(&self) -> &Exact {
        &self.average
    }

    /// Requests in flight that a fleet must carry if it runs all month: the maximum over the
    /// levels.
    pub(crate) fn capacity(&self) -> &Exact {
        &self.capacity
    }

    /// True when no capacity is needed.
    pub(crate) fn is_zero(&self) -> bool {
        self.capacity.is_zero()
    }
}

impl Function {
    /// The demand in a month of these hours.
    pub(crate) fn demand(&self, hours: &Exact) -> Demand {
        Demand::of(self, hours)
    }

    /// Mean concurrency over capacity; `None` without traffic, and for jobs without a stated
    /// capacity.
    pub(crate) fn utilization(&self, demand: &Demand) -> Option<Exact> {
        if demand.average().is_zero() {
            return None;
        }
        match self.capacity {
            // The stated value has fewer digits than the computed one.
            Capacity::Utilization(share) => Some(Exact::from(share)),
            Capacity::Peak(_) => demand.average().over(demand.capacity()),
            Capacity::OfJobs => None,
        }
    }

    /// Slots for the capacity: `capacity / target_utilization`, not rounded.
    pub(crate) fn planned_slots(&self, demand: &Demand) -> Exact {
        let target = self.container().target_utilization;
        if target == Decimal::ONE {
            return demand.capacity().clone();
        }
        demand
            .capacity()
            .over(&Exact::from(target))
            .expect("target_utilization is above zero by the bounds of its key")
    }

    /// Slots for the capacity, rounded up.
    ///
    /// Rounding up here loses nothing: `ceil(need / c)` tasks of `c` whole slots are needed either
    /// way.
    pub(crate) fn needed_slots(&self, demand: &Demand) -> u128 {
        self.planned_slots(demand)
            .ceil()
            .expect("the reader refuses a capacity of more than 10^27 requests in flight")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_add_up_to_the_month() {
        let demand = Demand {
            calls: 7,
            average: Exact::from(3_u32),
            capacity: Exact::from(5_u32),
        };
        let levels: Vec<TrafficLevel> = demand.levels().collect();
        let sum = |part: fn(&TrafficLevel) -> Exact| levels.iter().map(part).sum::<Exact>();
        assert_eq!(sum(|level| level.share.clone()), Exact::ONE);
        assert_eq!(sum(|level| level.calls.clone()), Exact::from(7_u32));
        let average = sum(|level| &level.share * &level.concurrency);
        assert_eq!(average, *demand.average());
        let capacities = levels.iter().map(|level| &level.capacity);
        assert_eq!(capacities.max(), Some(demand.capacity()));
    }
}
