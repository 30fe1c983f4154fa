//! What two platforms cost as traffic grows at today's utilization, for searches over traffic.

use super::StepCost;
use super::piecewise::{CurveBounds, PiecewiseCost};
use crate::exact::{Bounds, Exact};
use crate::money::Usd;
use crate::scenario::{Demand, Function};

/// Searches end at this multiple of today's traffic.
pub const REACH: u64 = 1000;

/// Which of the two sides is cheaper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The first. It also wins ties.
    First,
    Second,
}

/// A cost as a function of traffic.
pub(crate) enum TrafficCost<'f> {
    /// For use.
    ByUse(PiecewiseCost),
    /// For provided slots.
    ByCapacity(&'f dyn StepCost),
    /// The sum of both.
    Both(&'f dyn StepCost, PiecewiseCost),
}

impl TrafficCost<'_> {
    /// False if the cost can fall while traffic grows.
    fn is_rising(&self) -> bool {
        match self {
            Self::ByUse(curve) | Self::Both(_, curve) => curve.is_rising(),
            Self::ByCapacity(_) => true,
        }
    }
}

/// Traffic with a constant utilization: slots are proportional to invocations.
pub(super) struct TrafficShape {
    /// Slots per monthly invocation.
    slots_per_call: Exact,
    /// True if every number of slots is that of some number of invocations.
    pub is_dense: bool,
    pub most_calls: u128,
}

impl TrafficShape {
    pub(super) fn slots(&self, calls: u128) -> u128 {
        let near = (self.slots_per_call.bounds() * Bounds::whole(calls)).rounded_up();
        let (low, high) = near.in_units(0);
        if low == high && high < Bounds::MOST_UNITS {
            return low.unsigned_abs().into();
        }
        let slots = &self.slots_per_call * &Exact::whole(calls);
        let slots = slots.ceil();
        slots.expect("today's slots are at most 10^27, and the search ends at 1000 times today")
    }

    /// The largest number of invocations that these slots carry.
    pub(super) fn last(&self, slots: u128) -> u128 {
        let calls = Exact::whole(slots).over(&self.slots_per_call);
        let calls = calls.expect("a function that is called needs slots");
        // More than 128 bits are beyond the search.
        let calls = calls.floor();
        calls.map_or(self.most_calls, |calls| calls.min(self.most_calls))
    }
}

/// Stairs exist only for a function that fits, and a larger fleet is more of the same.
const FITS: &str = "a fleet for any number of slots";

pub(super) fn cost_of(stairs: &dyn StepCost, slots: u128) -> Usd {
    stairs.monthly(slots).expect(FITS)
}

/// The least and the highest cost in a range of invocations.
#[derive(Debug, Clone)]
pub(crate) struct CostRange {
    pub least: Usd,
    pub most: Usd,
}

/// The costs of both sides of a search.
pub(crate) trait SideCosts {
    /// The most invocations of the search.
    fn most_calls(&self) -> u128;
    /// Bounds in a range of invocations. Those of a single number are its exact costs.
    fn in_range(&self, from: u128, to: u128) -> [CostRange; 2];
    /// Bounds of the costs at a number of invocations; `None` if one can fall while traffic grows.
    fn bounds_at(&self, calls: u128) -> Option<[Bounds; 2]>;
}

/// The costs of both sides of a search. The second is a fleet.
pub(super) struct TrafficCosts<'s> {
    pub shape: TrafficShape,
    pub first: TrafficCost<'s>,
    pub is_rising: bool,
    /// Bounds of the curve of the first side, if it is one by use that never falls.
    curve_bounds: Option<CurveBounds>,
    pub second: &'s dyn StepCost,
}

impl<'s> TrafficCosts<'s> {
    /// The costs of a function; `None` without traffic.
    pub(super) fn new(
        function: &Function,
        demand: &Demand,
        first: TrafficCost<'s>,
        second: &'s dyn StepCost,
    ) -> Option<Self> {
        let calls = Exact::from(function.invocations);
        let slots = function.planned_slots(demand);
        let slots_per_call = slots.over(&calls)?.reduced();
        Some(Self {
            shape: TrafficShape {
                is_dense: slots_per_call <= Exact::ONE,
                slots_per_call,
                most_calls: u128::from(function.invocations) * u128::from(REACH),
            },
            is_rising: first.is_rising(),
            curve_bounds: match &first {
                TrafficCost::ByUse(curve) => CurveBounds::of(curve),
                TrafficCost::ByCapacity(_) | TrafficCost::Both(..) => None,
            },
            first,
            second,
        })
    }
}

impl SideCosts for TrafficCosts<'_> {
    fn most_calls(&self) -> u128 {
        self.shape.most_calls
    }

    fn in_range(&self, from: u128, to: u128) -> [CostRange; 2] {
        let second = |calls| cost_of(self.second, self.shape.slots(calls));
        [
            CostRange {
                least: self.lowest_cost(from, to),
                most: self.highest_cost(from, to),
            },
            CostRange {
                least: second(from),
                most: second(to),
            },
        ]
    }

    fn bounds_at(&self, calls: u128) -> Option<[Bounds; 2]> {
        let slots = self.shape.slots(calls);
        let first = self.first_bounds(calls, || slots)?;
        Some([first, self.second.monthly_bounds(slots)])
    }
}

impl TrafficCosts<'_> {
    /// Bounds of the cost of the first side at a number of invocations, which need `slots`; `None` if it
    /// can fall while traffic grows.
    pub(super) fn first_bounds(&self, calls: u128, slots: impl FnOnce() -> u128) -> Option<Bounds> {
        match (&self.first, &self.curve_bounds) {
            (TrafficCost::ByUse(_), Some(curve)) => Some(curve.at(calls)),
            (TrafficCost::ByCapacity(stairs), _) => Some(stairs.monthly_bounds(slots())),
            _ => None,
        }
    }

    /// The highest cost of the first side in a range of invocations.
    pub(super) fn highest_cost(&self, from: u128, to: u128) -> Usd {
        let [start, end] = [from, to].map(Exact::whole);
        match &self.first {
            TrafficCost::ByUse(curve) => curve.most(&start, &end),
            TrafficCost::ByCapacity(stairs) => cost_of(*stairs, self.shape.slots(to)),
            TrafficCost::Both(stairs, curve) => {
                &cost_of(*stairs, self.shape.slots(to)) + &curve.most(&start, &end)
            }
        }
    }

    /// The lowest cost of the first side in a range of invocations.
    pub(super) fn lowest_cost(&self, from: u128, to: u128) -> Usd {
        let [start, end] = [from, to].map(Exact::whole);
        match &self.first {
            TrafficCost::ByUse(curve) => curve.least(&start, &end),
            TrafficCost::ByCapacity(stairs) => cost_of(*stairs, self.shape.slots(from)),
            TrafficCost::Both(stairs, curve) => {
                &cost_of(*stairs, self.shape.slots(from)) + &curve.least(&start, &end)
            }
        }
    }

    /// The cheaper side at a number of invocations, from the bills.
    pub(super) fn cheaper(&self, calls: u128) -> Side {
        if self.highest_cost(calls, calls) <= cost_of(self.second, self.shape.slots(calls)) {
            Side::First
        } else {
            Side::Second
        }
    }
}
