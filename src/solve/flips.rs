//! Flips: numbers of calls at which the cheaper side changes while the fleet grows with the
//! traffic.
//!
//! The cost of use is piecewise linear, and the cost of a fleet is a step function of its slots.
//! The search works on intervals of slots. If the highest cost of one side in an interval is not
//! above the lowest of the other, the interval has no flip. Any other interval is halved, down to
//! single steps of the fleet, where one linear equation finds the flip. The per-call cost of the
//! second side is subtracted from the first; the difference can fall, and then single steps are
//! halved too. Nothing is sampled.

use super::stretches::middle;
pub use super::traffic::{REACH, Side};
use super::traffic::{SideCosts, TrafficCost, TrafficCosts, TrafficShape, cost_of};
use super::{Part, StepCost};
use crate::exact::Bounds;
use crate::money::{Rate, Usd};
use crate::scenario::{Demand, Function};
use crate::units::Hour;
use std::cell::{Cell, OnceCell};

/// Maximum of flips in a list. The search ends when it finds one more.
pub const LISTED: usize = 1000;
/// Total number of intervals that the searches of a run can examine.
const INTERVALS_PER_RUN: u64 = 1_000_000;
/// Intervals that each search can examine in addition, so that many searches do not run out: five
/// times the mean of a search (`examples/functions_file.rs`).
const INTERVALS_PER_SEARCH: u64 = 300;
/// Additional intervals for each flip: halving takes about a dozen to find one.
const INTERVALS_PER_FLIP: u64 = 20;

/// The intervals that the searches of a run can still examine. It bounds the time of a run, however
/// close its bills are. What one search does not use is left for the next.
pub struct Effort {
    left: Cell<u64>,
}

impl Effort {
    /// The effort for a run.
    pub fn of_run() -> Self {
        Self {
            left: Cell::new(INTERVALS_PER_RUN),
        }
    }

    /// Intervals that each of the next searches can examine. It is the same for all of them, so an
    /// answer does not depend on the order in which they end.
    pub(crate) fn for_each(&self, searches: usize) -> u64 {
        let searches = searches.max(1) as u64;
        let left = self.left.get() + INTERVALS_PER_SEARCH * searches;
        self.left.set(left);
        left / searches
    }

    /// Subtracts intervals that searches have used.
    pub(crate) fn spend(&self, intervals: u64) {
        self.left.set(self.left.get() - intervals);
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flip {
    /// The last number of invocations a month at which the old side is cheaper.
    pub invocations: u128,
    /// The side that is cheaper above it.
    pub cheaper_above: Side,
}

/// All flips from one invocation up to [`REACH`] times today's traffic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flips {
    /// The cheaper side for the first invocation.
    pub starts: Side,
    /// The number of flips; a lower bound if the search ended early.
    pub count: u64,
    /// The first [`LISTED`] flips.
    pub list: Vec<Flip>,
    /// The last flip that was found.
    pub last: Option<Flip>,
    /// False if the search ended early: there are more than [`LISTED`] flips, or the costs stay too
    /// close to each other.
    pub complete: bool,
    /// Intervals that were examined.
    pub intervals: u64,
}

impl Flips {
    /// Examined intervals above those that the found flips allow.
    pub(crate) fn unproductive(&self) -> u64 {
        let allowed = INTERVALS_PER_FLIP * self.count;
        self.intervals.saturating_sub(allowed)
    }
}

impl TrafficShape {
    /// The slots of the invocations at the end of an interval.
    fn slots_at(&self, end: &End) -> u128 {
        if self.is_dense {
            debug_assert_eq!(self.slots(end.calls), end.slots);
            end.slots
        } else {
            self.slots(end.calls)
        }
    }

    /// The low end of an interval that starts at a number of slots.
    fn low_end(&self, slots: u128) -> End {
        let calls = if slots <= 1 {
            1
        } else {
            self.last(slots - 1) + 1
        };
        End::new(slots, calls)
    }

    /// The high end of an interval that ends at a number of slots.
    fn high_end(&self, slots: u128) -> End {
        End::new(slots, self.last(slots))
    }
}

/// An end of an interval. Each cost is computed once, when it is needed: halving an interval keeps
/// its ends, and most intervals need only bounds of two of their four costs.
struct End {
    slots: u128,
    /// The fewest calls with these slots at the low end, the most at the high end.
    calls: u128,
    first: LazyCost,
    second: LazyCost,
}

/// A cost with its bounds, computed when they are needed.
#[derive(Default)]
struct LazyCost {
    bounds: OnceCell<Bounds>,
    exact: OnceCell<Usd>,
}

impl End {
    fn new(slots: u128, calls: u128) -> Self {
        Self {
            slots,
            calls,
            first: LazyCost::default(),
            second: LazyCost::default(),
        }
    }
}

/// Flips while they are found, in the order of traffic.
struct Found {
    state: Option<Side>,
    flips: Flips,
}

impl Found {
    fn nothing() -> Self {
        Self {
            state: None,
            flips: Flips {
                starts: Side::First,
                count: 0,
                list: Vec::new(),
                last: None,
                complete: true,
                intervals: 0,
            },
        }
    }

    /// Counts an interval. False if the search ends.
    fn examines(&mut self, most: u64) -> bool {
        if self.flips.unproductive() == most || self.flips.count > LISTED as u64 {
            self.flips.complete = false;
            return false;
        }
        self.flips.intervals += 1;
        true
    }

    /// Records that `side` is cheaper from this number of invocations on.
    fn enter(&mut self, side: Side, from: u128) {
        match self.state.replace(side) {
            None => self.flips.starts = side,
            Some(before) if before == side => {}
            Some(_) => {
                let flip = Flip {
                    invocations: from - 1,
                    cheaper_above: side,
                };
                self.flips.count += 1;
                if self.flips.list.len() < LISTED {
                    self.flips.list.push(flip.clone());
                }
                self.flips.last = Some(flip);
            }
        }
    }

    /// Searches a range of invocations, given bounds of the costs.
    fn search(&mut self, costs: &dyn SideCosts, (from, to): (u128, u128), most: u64) {
        if !self.examines(most) {
            return;
        }
        let [first, second] = costs.in_range(from, to);
        if first.most <= second.least {
            self.enter(Side::First, from);
        } else if first.least > second.most {
            self.enter(Side::Second, from);
        } else {
            debug_assert!(from < to, "the costs of {from} invocations are exact");
            let middle = middle(from, to);
            self.search(costs, (from, middle), most);
            self.search(costs, (middle + 1, to), most);
        }
    }
}

/// Finds the flips between two costs of which bounds in ranges are known. The search ends as that of
/// [`flips`] does.
pub(crate) fn flips_of(costs: &dyn SideCosts, most: u64) -> Flips {
    let mut found = Found::nothing();
    found.search(costs, (1, costs.most_calls()), most);
    found.flips
}

struct Search<'s> {
    costs: TrafficCosts<'s>,
    found: Found,
    /// Maximum of examined intervals.
    most: u64,
}

/// Finds the flips between two costs of a function; `None` without traffic. The search ends after
/// [`LISTED`] flips, or after `most` intervals in addition to those that flips allow.
pub(crate) fn flips(
    function: &Function,
    demand: &Demand,
    first: TrafficCost<'_>,
    second: &dyn StepCost,
    most: u64,
) -> Option<Flips> {
    let mut search = Search {
        costs: TrafficCosts::new(function, demand, first, second)?,
        found: Found::nothing(),
        most,
    };
    if let TrafficCost::ByCapacity(first) = &search.costs.first
        && let Some(starts) = always(*first, second)
    {
        return Some(Flips {
            starts,
            ..search.found.flips
        });
    }
    let shape = &search.costs.shape;
    let ends = (
        shape.low_end(shape.slots(1)),
        shape.high_end(shape.slots(shape.most_calls)),
    );
    search.search_interval(&ends.0, &ends.1);
    Some(search.found.flips)
}

/// The side that is cheaper at any traffic, if the units of the fleets prove it. Without this, a
/// search between fleets of the same units at almost the same prices would not end.
fn always(first: &dyn StepCost, second: &dyn StepCost) -> Option<Side> {
    let holds =
        |better: &[Part], others: &[Part], cheaper: fn(&Rate<Hour>, &Rate<Hour>) -> bool| {
            let beaten = |other: &Part| {
                let beats =
                    |part: &Part| part.slots >= other.slots && cheaper(&part.hourly, &other.hourly);
                better.iter().any(beats)
            };
            !others.is_empty() && others.iter().all(beaten)
        };
    if holds(&first.at_most(), &second.at_least(), |one, other| {
        one <= other
    }) {
        return Some(Side::First);
    }
    let second = holds(&second.at_most(), &first.at_least(), |one, other| {
        one < other
    });
    second.then_some(Side::Second)
}

impl Search<'_> {
    /// The cost of the first side at an end.
    fn first_at<'e>(&self, end: &'e End) -> &'e Usd {
        let exact = || self.costs.highest_cost(end.calls, end.calls);
        end.first.exact.get_or_init(exact)
    }

    /// The cost of the second side at an end.
    fn second_at<'e>(&self, end: &'e End) -> &'e Usd {
        let exact = || cost_of(self.costs.second, end.slots);
        end.second.exact.get_or_init(exact)
    }

    fn first_bounds(&self, end: &End) -> Bounds {
        let costs = &self.costs;
        let bounds = || {
            let known = costs.first_bounds(end.calls, || costs.shape.slots_at(end));
            known.unwrap_or(Bounds::UNKNOWN)
        };
        *end.first.bounds.get_or_init(bounds)
    }

    fn second_bounds(&self, end: &End) -> Bounds {
        let bounds = || {
            let bounds = self.costs.second.monthly_bounds(end.slots);
            debug_assert!(bounds.enclose(self.second_at(end).dollars()));
            bounds
        };
        *end.second.bounds.get_or_init(bounds)
    }

    /// True if the first side at one end is more expensive than the second side at another.
    fn is_more_expensive(&self, first: &End, second: &End) -> bool {
        let bounds = (self.first_bounds(first), self.second_bounds(second));
        if bounds.0.is_above(bounds.1) {
            true
        } else if bounds.0.is_at_most(bounds.1) {
            false
        } else {
            self.first_at(first) > self.second_at(second)
        }
    }

    /// True if the first side is not more expensive anywhere in an interval.
    fn is_first_cheaper(&self, low: &End, high: &End) -> bool {
        if self.costs.is_rising {
            !self.is_more_expensive(high, low)
        } else {
            self.costs.highest_cost(low.calls, high.calls) <= *self.second_at(low)
        }
    }

    /// True if the second side is cheaper everywhere in an interval.
    fn is_second_cheaper(&self, low: &End, high: &End) -> bool {
        if self.costs.is_rising {
            self.is_more_expensive(low, high)
        } else {
            self.costs.lowest_cost(low.calls, high.calls) > *self.second_at(high)
        }
    }

    /// Searches the numbers of invocations that need from `low` to `high` slots.
    fn search_interval(&mut self, low: &End, high: &End) {
        let (from, to) = (low.calls, high.calls);
        if from > to {
            return;
        }
        if !self.found.examines(self.most) {
            return;
        }
        if self.is_first_cheaper(low, high) {
            self.enter(Side::First, from);
        } else if self.is_second_cheaper(low, high) {
            self.enter(Side::Second, from);
        } else if self.is_one_step(low, high) {
            self.step(from, to, self.second_at(low));
        } else {
            let (below, above) = self.halves(low, high);
            self.search_interval(low, &below);
            self.search_interval(&above, high);
        }
    }

    /// True if the second side is constant in an interval, and the first side has no steps in it.
    fn is_one_step(&self, low: &End, high: &End) -> bool {
        let has_steps = !matches!(self.costs.first, TrafficCost::ByUse(_));
        let is_constant = || {
            let is_certainly_not = self.second_bounds(high).is_above(self.second_bounds(low));
            !is_certainly_not && self.second_at(low) == self.second_at(high)
        };
        low.slots == high.slots || (!has_steps && is_constant())
    }

    /// The inner ends of two parts of an interval. They meet where a step of the second side ends,
    /// because other parts are halved more often before they are one step.
    fn halves(&self, low: &End, high: &End) -> (End, End) {
        let middle = low.slots + (high.slots - low.slots) / 2;
        let mut step_ends = [middle, low.slots]
            .into_iter()
            .map(|slots| self.costs.second.step_end(slots));
        let inside = step_ends.find(|end| *end < high.slots);
        let below = self.costs.shape.high_end(inside.unwrap_or(middle));
        let above = End::new(below.slots + 1, below.calls + 1);
        (below, above)
    }

    /// Searches one step of the second side's fleet, on which its cost is constant.
    fn step(&mut self, from: u128, to: u128, second: &Usd) {
        let last_first = match &self.costs.first {
            TrafficCost::ByUse(curve) if curve.is_rising() => {
                curve.reach(second).and_then(|calls| calls.floor())
            }
            // The first side is constant too. It is more expensive, or the interval would have been
            // skipped.
            TrafficCost::ByCapacity(_) => None,
            _ => return self.halve(from, to, second),
        };
        match last_first {
            Some(last) if last >= from => {
                self.enter(Side::First, from);
                if last < to {
                    self.enter(Side::Second, last + 1);
                }
            }
            _ => self.enter(Side::Second, from),
        }
    }

    /// Halves a step on which the first side can fall. Ends at single numbers of invocations, where
    /// one side is cheaper.
    fn halve(&mut self, from: u128, to: u128, second: &Usd) {
        if self.costs.highest_cost(from, to) <= *second {
            self.enter(Side::First, from);
        } else if self.costs.lowest_cost(from, to) > *second {
            self.enter(Side::Second, from);
        } else {
            let middle = from + (to - from) / 2;
            self.halve(from, middle, second);
            self.halve(middle + 1, to, second);
        }
    }

    /// Records that `side` is cheaper from this number of invocations on.
    fn enter(&mut self, side: Side, from: u128) {
        debug_assert_eq!(
            self.costs.cheaper(from),
            side,
            "the bills of {from} invocations"
        );
        if let Some(before) = self.found.state
            && before != side
        {
            debug_assert_eq!(
                self.costs.cheaper(from - 1),
                before,
                "the bills before {from}"
            );
        }
        self.found.enter(side, from);
    }
}
