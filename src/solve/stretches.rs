//! Stretches of traffic in which the other side is cheaper by a margin.
//!
//! Many flips do not matter: at low traffic the fleet grows in steps, and bills cross each other by
//! cents. This search finds the nearest numbers of calls below and above today's at which the other
//! side is cheaper by a margin, and where that begins and ends. It halves intervals as the search for
//! flips does ([`super::flips`]), from the side of today's traffic. Nothing is sampled.

use super::StepCost;
use super::traffic::{CostRange, Side, SideCosts, TrafficCost, TrafficCosts};
use crate::exact::{Bounds, Exact};
use crate::money::Usd;
use crate::scenario::{Demand, Function};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The least distance of two bills is stated up to this many tenths of a per cent.
const MOST_TENTHS: u32 = 10_000;
/// Binary places of bounds in tenths of a per cent.
const TENTH_BITS: i32 = 20;

/// Numbers of calls a month in which a side is cheaper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// The first one.
    pub from: u128,
    /// The last one; `None` if the side stays cheaper up to [`super::traffic::REACH`] times today's calls.
    pub to: Option<u128>,
}

/// Where the other side than today's is cheaper by a margin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretches {
    /// The side that is cheaper at today's traffic.
    pub today: Side,
    /// The nearest stretch below today's traffic.
    pub below: Option<Stretch>,
    /// The nearest stretch above today's traffic.
    pub above: Option<Stretch>,
    /// Without a stretch: by how much the other side is more expensive where it comes closest, in tenths
    /// of a per cent, rounded up. Zero if it is cheaper somewhere by less than the margin. `None` if it is
    /// more than 1,000 %, and if the search for it did not end.
    pub comes_within: Option<u32>,
}

/// Finds the stretches in which the other side is cheaper by `margin`, a share from 0 to 1, and examines
/// at most `most` intervals. `per_call` is what each side costs for each call in addition. `None` without
/// traffic.
pub(crate) fn stretches(
    function: &Function,
    demand: &Demand,
    (first, second): (TrafficCost<'_>, &dyn StepCost),
    per_call: [Usd; 2],
    margin: &Exact,
    most: u64,
) -> Option<FoundStretches> {
    let costs = TrafficCosts::new(function, demand, first, second)?;
    let calls = u128::from(function.invocations);
    Some(stretches_of(costs, calls, per_call, margin, most))
}

/// The same for any costs. `calls` is today's number of calls, above zero.
pub(crate) fn stretches_of(
    costs: impl SideCosts,
    calls: u128,
    per_call: [Usd; 2],
    margin: &Exact,
    most: u64,
) -> FoundStretches {
    let mut nearest = Nearest::new(costs, per_call, most);
    let (today, other) = nearest.sides(calls);
    // On a tie the first side is cheaper.
    let by_margin = Condition {
        side: other,
        factor: &Exact::ONE - margin,
        includes_limit: other == Side::First || !margin.is_zero(),
    };
    let stays = Condition::of(today);
    let mut find = || -> Finding<Stretches> {
        let [below, above] = nearest.both(calls, &by_margin, &stays)?;
        let comes_within = if below.is_none() && above.is_none() {
            nearest.least_tenths(calls, other).unwrap_or_default()
        } else {
            None
        };
        Ok(Stretches {
            today,
            below,
            above,
            comes_within,
        })
    };
    FoundStretches {
        stretches: find().ok(),
        intervals: nearest.intervals,
    }
}

/// The nearest numbers of calls below and above today's at which the other side is cheaper. `None` if the
/// search did not end within `most` intervals.
pub(crate) fn nearest_turns(
    costs: impl SideCosts,
    calls: u128,
    most: u64,
) -> Option<[Option<u128>; 2]> {
    let mut nearest = Nearest::new(costs, [Usd::ZERO, Usd::ZERO], most);
    let (_, other) = nearest.sides(calls);
    let turns = Condition::of(other);
    let below = nearest.find(1, calls - 1, Direction::Down, &turns).ok()?;
    let most_calls = nearest.costs.most_calls();
    let above = nearest.find(calls + 1, most_calls, Direction::Up, &turns);
    Some([below, above.ok()?])
}

/// The result of a search.
pub struct FoundStretches {
    /// `None` if the bills stay so close that the search did not end.
    pub stretches: Option<Stretches>,
    /// Intervals that were examined.
    pub(crate) intervals: u64,
}

type Finding<T> = Result<T, Unfinished>;

/// A side costs less than the other one times a factor.
struct Condition {
    side: Side,
    factor: Exact,
    /// It may cost as much.
    includes_limit: bool,
}

impl Condition {
    /// A side is cheaper. On a tie the first is.
    fn of(side: Side) -> Self {
        Self {
            side,
            factor: Exact::ONE,
            includes_limit: side == Side::First,
        }
    }

    /// Whether it holds, if bounds of the costs tell.
    fn near(&self, side: Bounds, other: Bounds) -> Option<bool> {
        let limit = other * self.factor.bounds();
        if side.is_above(limit) {
            Some(false)
        } else {
            limit.is_above(side).then_some(true)
        }
    }

    fn holds(&self, side: &Usd, other: &Usd) -> bool {
        let limit = other.times(&self.factor);
        *side < limit || (self.includes_limit && *side == limit)
    }
}

/// The search took too long.
struct Unfinished;

#[derive(Clone, Copy)]
enum Direction {
    Up,
    Down,
}

struct Nearest<C> {
    costs: C,
    /// US dollars, by side.
    per_call: [Usd; 2],
    per_call_bounds: [Bounds; 2],
    intervals: u64,
    /// The most intervals.
    most: u64,
}

impl<C: SideCosts> Nearest<C> {
    fn new(costs: C, per_call: [Usd; 2], most: u64) -> Self {
        Self {
            costs,
            per_call_bounds: [0, 1].map(|side: usize| per_call[side].dollars().bounds()),
            per_call,
            intervals: 0,
            most,
        }
    }

    /// The side that is cheaper at a number of calls, and the other one.
    fn sides(&self, calls: u128) -> (Side, Side) {
        let [first, second] = self.in_range(calls, calls);
        if first.least <= second.least {
            (Side::First, Side::Second)
        } else {
            (Side::Second, Side::First)
        }
    }

    /// The nearest stretches below and above a number of calls at which the side of `stays` is cheaper.
    fn both(
        &mut self,
        calls: u128,
        by_margin: &Condition,
        stays: &Condition,
    ) -> Finding<[Option<Stretch>; 2]> {
        use Direction::{Down, Up};
        let most = self.costs.most_calls();
        let below = match self.find(1, calls - 1, Down, by_margin)? {
            None => None,
            Some(inside) => {
                let next = self.find(inside, calls, Up, stays)?;
                let before = self.find(1, inside, Down, stays)?;
                Some(Stretch {
                    from: before.map_or(1, |before| before + 1),
                    to: next.map(|next| next - 1),
                })
            }
        };
        let above = match self.find(calls + 1, most, Up, by_margin)? {
            None => None,
            Some(inside) => {
                let before = self.find(calls, inside, Down, stays)?;
                let next = self.find(inside, most, Up, stays)?;
                Some(Stretch {
                    from: before.map_or(calls, |before| before) + 1,
                    to: next.map(|next| next - 1),
                })
            }
        };
        Ok([below, above])
    }

    /// By how many tenths of a per cent a side is more expensive where it comes closest, rounded up. It
    /// looks first at the ranges of calls in which it can come closest.
    fn least_tenths(&mut self, calls: u128, side: Side) -> Finding<Option<u32>> {
        let mut best = self.tenths(calls, side);
        for calls in [1, self.costs.most_calls()] {
            best = self.best_with(best, calls, side);
        }
        let mut ranges = BinaryHeap::new();
        let all = (1, self.costs.most_calls());
        ranges.push((Reverse(self.tenths_at_least(all, side)), all));
        while let Some((Reverse(low), (from, to))) = ranges.pop() {
            if low > to_beat(best) {
                break;
            }
            if self.intervals >= self.most {
                return Err(Unfinished);
            }
            self.intervals += 1;
            if to - from > 1 {
                let middle = middle(from, to);
                best = self.best_with(best, middle, side);
                for half in [(from, middle), (middle, to)] {
                    let low = self.tenths_at_least(half, side);
                    if low <= to_beat(best) {
                        ranges.push((Reverse(low), half));
                    }
                }
            }
        }
        Ok(best)
    }

    /// The least of tenths of a per cent, and of those at a number of calls. Bounds tell of most numbers
    /// that they are not less.
    fn best_with(&self, best: Option<u32>, calls: u128, side: Side) -> Option<u32> {
        if self.tenths_at_least((calls, calls), side) > to_beat(best) {
            return best;
        }
        let known = self.tenths(calls, side);
        best.into_iter().chain(known).min()
    }

    /// A side is more expensive by no less than this anywhere in a range of calls, in tenths of a per
    /// cent and units of 2^-[`TENTH_BITS`].
    fn tenths_at_least(&self, (from, to): (u128, u128), side: Side) -> i64 {
        let near = self.bounds_at(from).zip(self.bounds_at(to)).map_or_else(
            || {
                self.in_range(from, to).map(|cost| {
                    [cost.least, cost.most].map(|usd| usd.max(Usd::ZERO).dollars().bounds())
                })
            },
            |(least, most)| [[least[0], most[0]], [least[1], most[1]]],
        );
        let [first, second] = near;
        let (side, other) = match side {
            Side::First => (first[0], second[1]),
            Side::Second => (second[0], first[1]),
        };
        let ratio = side.over(other) * Bounds::whole(1000);
        ratio.low_in_units(TENTH_BITS) - (1000 << TENTH_BITS)
    }

    /// By how many tenths of a per cent a side is more expensive at a number of calls, rounded up; zero
    /// if it is cheaper, and `None` for more than [`MOST_TENTHS`].
    fn tenths(&self, calls: u128, side: Side) -> Option<u32> {
        let [first, second] = self.in_range(calls, calls);
        let (side, other) = match side {
            Side::First => (first.least, second.least),
            Side::Second => (second.least, first.least),
        };
        let more = &(&side - &other).over(&other)? * &Exact::from(1000u32);
        let tenths = more.max(Exact::ZERO).ceil()?;
        let tenths = u32::try_from(tenths).ok()?;
        (tenths <= MOST_TENTHS).then_some(tenths)
    }

    /// The costs of both sides in a range of calls.
    fn in_range(&self, from: u128, to: u128) -> [CostRange; 2] {
        let [first, second] = self.costs.in_range(from, to);
        let with = |cost: CostRange, side: usize| {
            let calls = |calls| self.per_call[side].times(&Exact::whole(calls));
            CostRange {
                least: &cost.least + &calls(from),
                most: &cost.most + &calls(to),
            }
        };
        [with(first, 0), with(second, 1)]
    }

    /// Bounds of the costs of both sides at a number of calls, if neither can fall while traffic grows.
    fn bounds_at(&self, calls: u128) -> Option<[Bounds; 2]> {
        let costs = self.costs.bounds_at(calls)?;
        let calls = Bounds::whole(calls);
        Some([0, 1].map(|side: usize| costs[side] + self.per_call_bounds[side] * calls))
    }

    /// Whether a condition holds everywhere in a range of calls, or at none of them. `None` if neither is known.
    fn decide(&self, from: u128, to: u128, condition: &Condition) -> Option<bool> {
        let near =
            self.bounds_at(from)
                .zip(self.bounds_at(to))
                .map(|(least, most)| match condition.side {
                    Side::First => ([least[0], most[0]], [least[1], most[1]]),
                    Side::Second => ([least[1], most[1]], [least[0], most[0]]),
                });
        let known = near.map(|(side, other)| {
            let everywhere = condition.near(side[1], other[0]);
            let somewhere = condition.near(side[0], other[1]);
            (everywhere, somewhere)
        });
        let (everywhere, somewhere) = known.unwrap_or_default();
        if everywhere == Some(true) {
            return Some(true);
        }
        if somewhere == Some(false) {
            return Some(false);
        }
        if everywhere.is_some() && somewhere.is_some() && from != to {
            return None;
        }
        let [first, second] = self.in_range(from, to);
        let (side, other) = match condition.side {
            Side::First => (first, second),
            Side::Second => (second, first),
        };
        if condition.holds(&side.most, &other.least) {
            return Some(true);
        }
        let holds_for_none = from == to || !condition.holds(&side.least, &other.most);
        holds_for_none.then_some(false)
    }

    /// The first number of calls from `from` to `to`, seen in a direction, at which a condition holds.
    fn find(
        &mut self,
        from: u128,
        to: u128,
        direction: Direction,
        condition: &Condition,
    ) -> Finding<Option<u128>> {
        if from > to {
            return Ok(None);
        }
        if self.intervals >= self.most {
            return Err(Unfinished);
        }
        self.intervals += 1;
        match self.decide(from, to, condition) {
            Some(true) => {
                return Ok(Some(match direction {
                    Direction::Up => from,
                    Direction::Down => to,
                }));
            }
            Some(false) => return Ok(None),
            None => {}
        }
        let middle = middle(from, to);
        let halves = match direction {
            Direction::Up => [(from, middle), (middle + 1, to)],
            Direction::Down => [(middle + 1, to), (from, middle)],
        };
        for (from, to) in halves {
            if let Some(found) = self.find(from, to, direction, condition)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}

/// What is less than some tenths of a per cent, in units of 2^-[`TENTH_BITS`].
fn to_beat(best: Option<u32>) -> i64 {
    let tenths = i64::from(best.unwrap_or(MOST_TENTHS + 1)) - 1;
    tenths << TENTH_BITS
}

/// Where a range is divided: stretches are as wide as the traffic is high. Below `to`.
pub(super) fn middle(from: u128, to: u128) -> u128 {
    if to / 4 > from {
        from * (to / from).isqrt()
    } else {
        from + (to - from) / 2
    }
}
