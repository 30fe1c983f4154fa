//! Stretches of traffic in which the other side is cheaper by a margin.
//!
//! Many flips matter to nobody: at low traffic the fleet grows in steps, and bills cross each other
//! by cents. This search finds the nearest numbers of calls below and above today's at which the other
//! side is cheaper by a margin, and where that begins and ends. It halves intervals as the search for
//! flips does ([`super::flips`]), from the side of today's traffic. Nothing is sampled.

use super::StepCost;
use super::flips::{Search, Side, TrafficCost};
use crate::exact::Exact;
use crate::money::Usd;
use crate::scenario::{Demand, Function};

/// Intervals that the searches for one pair examine at most.
const MOST_INTERVALS: u64 = 20_000;
/// The least distance of two bills is stated up to this many tenths of a per cent.
const MOST_TENTHS: u32 = 10_000;

/// Numbers of calls a month in which a side is cheaper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// The first one.
    pub from: u128,
    /// The last one; `None` if the side stays cheaper up to [`super::flips::REACH`] times today's calls.
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
    /// of a per cent, rounded up. `None` if it is more than [`MOST_TENTHS`]; zero if it is cheaper
    /// somewhere by less than the margin.
    pub comes_within: Option<u32>,
}

/// Finds the stretches in which the other side is cheaper by `margin`, a share from 0 to 1. `None`
/// without traffic, and if the bills stay so close that the search does not end.
pub(crate) fn stretches(
    function: &Function,
    demand: &Demand,
    first: TrafficCost<'_>,
    second: &dyn StepCost,
    margin: &Exact,
) -> Option<Stretches> {
    let search = Search::new(function, demand, first, second, 0)?;
    let calls = u128::from(function.invocations);
    let today = search.cheaper(calls);
    let other = match today {
        Side::First => Side::Second,
        Side::Second => Side::First,
    };
    let mut nearest = Nearest {
        most_calls: search.most_calls(),
        search,
        intervals: 0,
    };
    // On a tie the first side is cheaper.
    let by_margin = Condition {
        side: other,
        factor: &Exact::ONE - margin,
        includes_limit: other == Side::First || !margin.is_zero(),
    };
    let stays = Condition {
        side: today,
        factor: Exact::ONE,
        includes_limit: today == Side::First,
    };
    let found = nearest.both(calls, &by_margin, &stays).ok()?;
    let [below, above] = found;
    let comes_within = if below.is_none() && above.is_none() {
        nearest.least_tenths(calls, other).ok()?
    } else {
        None
    };
    Some(Stretches {
        today,
        below,
        above,
        comes_within,
    })
}

/// A side costs less than the other one times a factor.
struct Condition {
    side: Side,
    factor: Exact,
    /// It may cost as much.
    includes_limit: bool,
}

impl Condition {
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

struct Nearest<'s> {
    search: Search<'s>,
    most_calls: u128,
    intervals: u64,
}

impl Nearest<'_> {
    /// The nearest stretches below and above a number of calls at which the side of `stays` is cheaper.
    fn both(
        &mut self,
        calls: u128,
        by_margin: &Condition,
        stays: &Condition,
    ) -> Result<[Option<Stretch>; 2], Unfinished> {
        use Direction::{Down, Up};
        let most = self.most_calls;
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

    /// By how many tenths of a per cent a side is more expensive where it comes closest.
    fn least_tenths(&mut self, calls: u128, side: Side) -> Result<Option<u32>, Unfinished> {
        let (mut low, mut high) = (0, MOST_TENTHS + 1);
        while low < high {
            let tenths = low + (high - low) / 2;
            let within = Condition {
                side,
                factor: &Exact::ONE + &Exact::ratio(tenths.into(), 1000),
                includes_limit: true,
            };
            let is_below = self.find(1, calls, Direction::Down, &within)?.is_some();
            let is_within = is_below
                || self
                    .find(calls, self.most_calls, Direction::Up, &within)?
                    .is_some();
            if is_within {
                high = tenths;
            } else {
                low = tenths + 1;
            }
        }
        Ok((low <= MOST_TENTHS).then_some(low))
    }

    /// The first number of calls from `from` to `to`, seen in a direction, at which a condition holds.
    fn find(
        &mut self,
        from: u128,
        to: u128,
        direction: Direction,
        condition: &Condition,
    ) -> Result<Option<u128>, Unfinished> {
        if from > to {
            return Ok(None);
        }
        self.intervals += 1;
        if self.intervals > MOST_INTERVALS {
            return Err(Unfinished);
        }
        let costs = self.search.costs(from, to);
        let (side, other) = match condition.side {
            Side::First => (costs.first, costs.second),
            Side::Second => (costs.second, costs.first),
        };
        if condition.holds(&side.most, &other.least) {
            return Ok(Some(match direction {
                Direction::Up => from,
                Direction::Down => to,
            }));
        }
        if from == to || !condition.holds(&side.least, &other.most) {
            return Ok(None);
        }
        // Stretches are as wide as the traffic is high.
        let middle = if to / 4 > from {
            geometric_mean(from, to)
        } else {
            from + (to - from) / 2
        };
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

/// Rounded down. `to` is at least `from`.
fn geometric_mean(from: u128, to: u128) -> u128 {
    from * (to / from).isqrt()
}
