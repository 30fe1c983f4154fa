//! How the cheaper side flips while traffic grows and the fleet grows with it.
//!
//! Use is piecewise straight, a fleet is a staircase over the slots it must provide. A stretch of
//! the staircase whose highest cost of use is not above its cheapest fleet (or the reverse) holds no flip
//! and is passed in one step; any other is halved, down to single steps, where one linear equation
//! finds the flip. What the second side takes for every call is taken off the first: what is left
//! may fall, and then single steps are halved too. Nothing is sampled.

use super::piecewise::PiecewiseCost;
use super::{Part, StepCost};
use crate::exact::Exact;
use crate::money::{Rate, Usd};
use crate::scenario::{Demand, Function};
use crate::units::Hour;
use std::cell::{Cell, OnceCell};

/// Traffic up to which flips are sought, in multiples of today's.
pub const REACH: u64 = 1000;
/// Flips that are listed; the search ends once there is one more.
pub const LISTED: usize = 1000;
/// Stretches that the searches of a run may look at together.
const STRETCHES_PER_RUN: u64 = 1_000_000;
/// Stretches that each search adds to that, so that many searches do not starve: five times what a
/// search takes on average (`examples/fleet.rs`).
const STRETCHES_PER_SEARCH: u64 = 300;
/// Further stretches that each flip allows: halving takes about a dozen to find one.
const STRETCHES_PER_FLIP: u64 = 20;

/// How many stretches the searches of a run may still look at, so that a run ends soon however close
/// its bills are. What one search leaves is there for the next.
pub struct Effort {
    left: Cell<u64>,
}

impl Effort {
    /// The effort of a run.
    pub fn of_run() -> Self {
        Self {
            left: Cell::new(STRETCHES_PER_RUN),
        }
    }

    /// Stretches that each of the next searches may look at. It is the same for all of them, so that
    /// an answer does not depend on which of them ends first.
    pub fn for_each(&self, searches: usize) -> u64 {
        let searches = searches.max(1) as u64;
        let left = self.left.get() + STRETCHES_PER_SEARCH * searches;
        self.left.set(left);
        left / searches
    }

    /// Takes off what the searches have looked at.
    pub fn spend<'f>(&self, flips: impl IntoIterator<Item = &'f Flips>) {
        let spent: u64 = flips.into_iter().map(Flips::fruitless).sum();
        self.left.set(self.left.get() - spent);
    }
}

/// Which of the two sides is cheaper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The first; a tie is its own.
    First,
    /// The second.
    Second,
}

/// A change of the cheaper side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flip {
    /// The last number of invocations a month on the old side.
    pub invocations: u128,
    /// The side that is cheaper above.
    pub cheaper_above: Side,
}

/// All flips from one invocation to [`REACH`] times today's traffic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flips {
    /// The cheaper side of the first invocation.
    pub starts: Side,
    /// How many there are, or at least, where the search ended early.
    pub count: u64,
    /// The first [`LISTED`] of them.
    pub list: Vec<Flip>,
    /// The last one that was found.
    pub last: Option<Flip>,
    /// False when the search ended early: there are more than [`LISTED`], or the sides stay too
    /// close for its effort.
    pub complete: bool,
    /// Stretches that were looked at.
    pub stretches: u64,
}

impl Flips {
    /// Stretches that were looked at beyond what the flips that were found allow.
    fn fruitless(&self) -> u64 {
        let allowed = STRETCHES_PER_FLIP * self.count;
        self.stretches.saturating_sub(allowed)
    }
}

/// A cost that rises with traffic.
pub enum TrafficCost<'f> {
    /// By use.
    ByUse(PiecewiseCost),
    /// By provided slots.
    ByCapacity(&'f dyn StepCost),
    /// By both.
    Both(&'f dyn StepCost, PiecewiseCost),
}

impl TrafficCost<'_> {
    /// False for a cost that may fall while traffic grows.
    fn is_rising(&self) -> bool {
        match self {
            Self::ByUse(curve) | Self::Both(_, curve) => curve.is_rising(),
            Self::ByCapacity(_) => true,
        }
    }
}

/// Traffic of one shape: utilization constant, slots in proportion to invocations.
struct TrafficShape {
    /// Slots per invocation a month.
    slots_per_call: Exact,
    most_calls: u128,
}

impl TrafficShape {
    fn slots(&self, calls: u128) -> u128 {
        let slots = &self.slots_per_call * &Exact::whole(calls);
        let slots = slots.ceil();
        slots.expect("today's slots are at most 10^27, and the search ends at 1000 times today")
    }

    /// The last number of invocations that these slots carry.
    fn last(&self, slots: u128) -> u128 {
        let calls = Exact::whole(slots).over(&self.slots_per_call);
        let calls = calls.expect("a function that is called needs slots");
        // `None` is beyond 128 bits, and so beyond the search.
        let calls = calls.floor();
        calls.map_or(self.most_calls, |calls| calls.min(self.most_calls))
    }

    /// The low end of a stretch that begins at a number of slots.
    fn low_end(&self, slots: u128) -> End {
        let calls = if slots <= 1 {
            1
        } else {
            self.last(slots - 1) + 1
        };
        End::new(slots, calls)
    }

    /// The high end of a stretch that ends at a number of slots.
    fn high_end(&self, slots: u128) -> End {
        End::new(slots, self.last(slots))
    }
}

/// An end of a stretch. Its costs are computed when they are first needed, and once: halving a stretch
/// keeps its ends, and two of the four costs at its ends decide most stretches.
struct End {
    slots: u128,
    /// At the low end the fewest calls that need these slots, at the high end the most.
    calls: u128,
    first: OnceCell<Usd>,
    second: OnceCell<Usd>,
}

impl End {
    fn new(slots: u128, calls: u128) -> Self {
        Self {
            slots,
            calls,
            first: OnceCell::new(),
            second: OnceCell::new(),
        }
    }
}

struct Search<'s> {
    shape: TrafficShape,
    first: TrafficCost<'s>,
    is_rising: bool,
    second: &'s dyn StepCost,
    state: Option<Side>,
    flips: Flips,
    /// Stretches that may be looked at.
    most: u64,
}

/// Finds the flips between two costs of a function; `None` for one without traffic. The search ends
/// after [`LISTED`] flips, or `most` stretches that lead to none.
pub fn flips(
    function: &Function,
    demand: &Demand,
    first: TrafficCost<'_>,
    second: &dyn StepCost,
    most: u64,
) -> Option<Flips> {
    let calls = Exact::from(function.invocations);
    let slots = function.planned_slots(demand);
    let shape = TrafficShape {
        slots_per_call: slots.over(&calls)?.reduced(),
        most_calls: u128::from(function.invocations) * u128::from(REACH),
    };
    let range = (shape.slots(1), shape.slots(shape.most_calls));
    let mut search = Search {
        shape,
        is_rising: first.is_rising(),
        first,
        second,
        state: None,
        flips: Flips {
            starts: Side::First,
            count: 0,
            list: Vec::new(),
            last: None,
            complete: true,
            stretches: 0,
        },
        most,
    };
    if let TrafficCost::ByCapacity(first) = &search.first
        && let Some(starts) = always(*first, second)
    {
        return Some(Flips {
            starts,
            ..search.flips
        });
    }
    let ends = (
        search.shape.low_end(range.0),
        search.shape.high_end(range.1),
    );
    search.search_interval(&ends.0, &ends.1);
    Some(search.flips)
}

/// The side that is cheaper at any traffic, where the units of the fleets show it: two fleets of the
/// same units at nearly the same prices rise side by side, and a search would never end.
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

fn cost_of(stairs: &dyn StepCost, slots: u128) -> Usd {
    stairs.monthly(slots).expect(
        "stairs exist only for a function that fits, and a larger fleet is more of the same",
    )
}

impl Search<'_> {
    /// The highest cost of the first side from one count of invocations to another.
    fn highest_cost(&self, from: u128, to: u128) -> Usd {
        let [start, end] = [from, to].map(Exact::whole);
        match &self.first {
            TrafficCost::ByUse(curve) => curve.most(&start, &end),
            TrafficCost::ByCapacity(stairs) => cost_of(*stairs, self.shape.slots(to)),
            TrafficCost::Both(stairs, curve) => {
                &cost_of(*stairs, self.shape.slots(to)) + &curve.most(&start, &end)
            }
        }
    }

    /// The lowest cost of it.
    fn cheapest(&self, from: u128, to: u128) -> Usd {
        let [start, end] = [from, to].map(Exact::whole);
        match &self.first {
            TrafficCost::ByUse(curve) => curve.least(&start, &end),
            TrafficCost::ByCapacity(stairs) => cost_of(*stairs, self.shape.slots(from)),
            TrafficCost::Both(stairs, curve) => {
                &cost_of(*stairs, self.shape.slots(from)) + &curve.least(&start, &end)
            }
        }
    }

    /// The cost of the first side at an end.
    fn first_at<'e>(&self, end: &'e End) -> &'e Usd {
        end.first
            .get_or_init(|| self.highest_cost(end.calls, end.calls))
    }

    /// The cost of the second side at an end.
    fn second_at<'e>(&self, end: &'e End) -> &'e Usd {
        end.second.get_or_init(|| cost_of(self.second, end.slots))
    }

    /// True if the first side is cheaper all through a stretch, or costs the same.
    fn is_first_cheaper(&self, low: &End, high: &End) -> bool {
        let second = self.second_at(low);
        if self.is_rising {
            self.first_at(high) <= second
        } else {
            self.highest_cost(low.calls, high.calls) <= *second
        }
    }

    /// True if the second side is cheaper all through a stretch.
    fn is_second_cheaper(&self, low: &End, high: &End) -> bool {
        let second = self.second_at(high);
        if self.is_rising {
            self.first_at(low) > second
        } else {
            self.cheapest(low.calls, high.calls) > *second
        }
    }

    /// Looks at all counts of invocations that need from `low` to `high` slots.
    fn search_interval(&mut self, low: &End, high: &End) {
        let (from, to) = (low.calls, high.calls);
        if from > to {
            return;
        }
        if self.flips.fruitless() == self.most || self.flips.count > LISTED as u64 {
            self.flips.complete = false;
            return;
        }
        self.flips.stretches += 1;
        if self.is_first_cheaper(low, high) {
            self.enter(Side::First, from);
        } else if self.is_second_cheaper(low, high) {
            self.enter(Side::Second, from);
        } else if low.slots == high.slots {
            self.step(from, to, self.second_at(low));
        } else {
            let middle = low.slots + (high.slots - low.slots) / 2;
            let below = self.shape.high_end(middle);
            let above = End::new(middle + 1, below.calls + 1);
            self.search_interval(low, &below);
            self.search_interval(&above, high);
        }
    }

    /// One step of the staircase: the second side is constant.
    fn step(&mut self, from: u128, to: u128, second: &Usd) {
        let last_first = match &self.first {
            TrafficCost::ByUse(curve) if curve.is_rising() => {
                curve.reach(second).and_then(|calls| calls.floor())
            }
            // Stairs of the same slots: constant too, and more expensive, or it would have been passed.
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

    /// A part of a step on which the first side may fall; of a single count one of the two holds.
    fn halve(&mut self, from: u128, to: u128, second: &Usd) {
        if self.highest_cost(from, to) <= *second {
            self.enter(Side::First, from);
        } else if self.cheapest(from, to) > *second {
            self.enter(Side::Second, from);
        } else {
            let middle = from + (to - from) / 2;
            self.halve(from, middle, second);
            self.halve(middle + 1, to, second);
        }
    }

    /// The cheaper side of a count of invocations, by comparing the bills.
    fn cheaper(&self, calls: u128) -> Side {
        if self.highest_cost(calls, calls) <= cost_of(self.second, self.shape.slots(calls)) {
            Side::First
        } else {
            Side::Second
        }
    }

    /// Notes that `side` is cheaper from this count on.
    fn enter(&mut self, side: Side, from: u128) {
        debug_assert_eq!(self.cheaper(from), side, "the bills of {from} invocations");
        match self.state.replace(side) {
            None => self.flips.starts = side,
            Some(before) if before == side => {}
            Some(before) => {
                debug_assert_eq!(self.cheaper(from - 1), before, "the bills before {from}");
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
}
