//! Cost as a function of invocations: continuous and piecewise linear. It rises, unless a per-call
//! cost is subtracted.

use crate::exact::{Bounds, Exact};
use crate::money::Usd;
use std::mem;

/// A linear piece.
#[derive(Debug, Clone)]
struct Piece {
    /// The number of invocations at which it starts.
    from: Exact,
    /// The cost there.
    value: Usd,
    /// The cost of each further invocation.
    slope: Usd,
}

/// A continuous, piecewise linear cost from zero invocations up.
#[derive(Debug, Clone)]
pub struct PiecewiseCost(Vec<Piece>);

impl PiecewiseCost {
    /// A cost of zero.
    pub(crate) fn nothing() -> Self {
        Self::new(Usd::ZERO, [])
    }

    /// A cost of `standing` at zero invocations, whose slope changes by each amount at each number
    /// of invocations. Changes at or below zero apply from the start.
    pub(crate) fn new(standing: Usd, changes: impl IntoIterator<Item = (Exact, Usd)>) -> Self {
        let mut changes: Vec<(Exact, Usd)> = changes.into_iter().collect();
        changes.sort_by(|left, right| left.0.cmp(&right.0));
        let mut pieces = Vec::with_capacity(changes.len() + 1);
        let mut last = Piece {
            from: Exact::ZERO,
            value: standing,
            slope: Usd::ZERO,
        };
        for (at, change) in changes {
            let slope = &last.slope + &change;
            if !at.is_positive() {
                last.slope = slope;
                continue;
            }
            let run = &at - &last.from;
            let piece = Piece {
                value: &last.value + &last.slope.times(&run),
                slope,
                from: at,
            };
            pieces.push(mem::replace(&mut last, piece));
        }
        pieces.push(last);
        Self(pieces)
    }

    /// The cost over more invocations: those of the curve times a factor above zero. A factor of zero
    /// leaves the cost at zero invocations.
    pub(crate) fn stretched(&self, factor: &Exact) -> Self {
        let stretched = self.0.iter().map_while(|piece| {
            Some(Piece {
                from: &piece.from * factor,
                value: piece.value.clone(),
                slope: piece.slope.per(factor)?,
            })
        });
        let pieces: Vec<Piece> = stretched.collect();
        if pieces.is_empty() {
            return Self::new(self.0[0].value.clone(), []);
        }
        Self(pieces)
    }

    /// The cost of a number of invocations.
    pub(crate) fn at(&self, calls: &Exact) -> Usd {
        let piece = self.0.iter().rfind(|piece| piece.from <= *calls);
        let piece = piece.expect("the first piece starts at zero, and no count is below that");
        &piece.value + &piece.slope.times(&(calls - &piece.from))
    }

    /// The number of invocations, not rounded, from which the cost exceeds `budget` for the first time
    /// after it was within it. Zero if every number costs more; `None` if the cost never rises above it.
    ///
    /// For a cost that never falls this is the largest number that costs at most `budget`.
    pub(crate) fn reach(&self, budget: &Usd) -> Option<Exact> {
        let mut was_within = false;
        for (number, piece) in self.0.iter().enumerate() {
            was_within |= piece.value <= *budget;
            let end = self.0.get(number + 1);
            if !was_within {
                // A last piece that falls is within the budget at some time.
                was_within = end.is_none() && piece.slope.is_negative();
                continue;
            }
            if piece.slope.is_zero() || piece.slope.is_negative() {
                continue;
            }
            let run = (budget - &piece.value).over(&piece.slope)?;
            let at = &piece.from + &run;
            if end.is_none_or(|end| at < end.from) {
                return Some(at);
            }
        }
        (!was_within).then_some(Exact::ZERO)
    }

    /// The cost minus an amount per invocation. The result can fall.
    pub(crate) fn less(self, per_call: &Usd) -> Self {
        if per_call.is_zero() {
            return self;
        }
        let tilted = |piece: Piece| Piece {
            value: &piece.value - &per_call.times(&piece.from),
            slope: &piece.slope - per_call,
            from: piece.from,
        };
        Self(self.0.into_iter().map(tilted).collect())
    }

    /// The cost plus a constant and an amount per invocation.
    pub(crate) fn plus(self, standing: &Usd, per_call: &Usd) -> Self {
        let raised = |piece: Piece| Piece {
            value: &(&piece.value + standing) + &per_call.times(&piece.from),
            slope: &piece.slope + per_call,
            from: piece.from,
        };
        Self(self.0.into_iter().map(raised).collect())
    }

    /// True if the cost never falls.
    pub(crate) fn is_rising(&self) -> bool {
        self.0.iter().all(|piece| !piece.slope.is_negative())
    }

    /// The highest cost in a range of invocations.
    pub(crate) fn most(&self, from: &Exact, to: &Exact) -> Usd {
        let end = self.at(to);
        if self.is_rising() {
            end
        } else {
            self.corners(from, to)
                .fold(self.at(from).max(end), Usd::max)
        }
    }

    /// The lowest cost in a range of invocations.
    pub(crate) fn least(&self, from: &Exact, to: &Exact) -> Usd {
        let start = self.at(from);
        if self.is_rising() {
            start
        } else {
            self.corners(from, to)
                .fold(start.min(self.at(to)), Usd::min)
        }
    }

    /// The costs where pieces meet within a range.
    fn corners<'c>(&'c self, from: &'c Exact, to: &'c Exact) -> impl Iterator<Item = Usd> + 'c {
        let inside = self
            .0
            .iter()
            .filter(move |piece| piece.from > *from && piece.from < *to);
        inside.map(|piece| piece.value.clone())
    }
}

/// Bounds of a curve that never falls and is never negative.
#[derive(Debug, Clone)]
pub(crate) struct CurveBounds(Vec<PieceBounds>);

#[derive(Debug, Clone)]
struct PieceBounds {
    /// The first whole number of invocations on the piece.
    first: u128,
    from: Bounds,
    value: Bounds,
    slope: Bounds,
}

impl CurveBounds {
    /// Bounds of a curve; `None` for one that can fall.
    pub(crate) fn of(curve: &PiecewiseCost) -> Option<Self> {
        let bounds = |piece: &Piece| PieceBounds {
            // More than 128 bits are beyond every search.
            first: piece.from.ceil().unwrap_or(u128::MAX),
            from: piece.from.bounds(),
            value: piece.value.dollars().bounds(),
            slope: piece.slope.dollars().bounds(),
        };
        let is_usable = curve.is_rising() && !curve.0[0].value.is_negative();
        is_usable.then(|| Self(curve.0.iter().map(bounds).collect()))
    }

    /// Bounds of the cost of a number of invocations.
    pub(crate) fn at(&self, calls: u128) -> Bounds {
        let piece = self.0.iter().rfind(|piece| piece.first <= calls);
        let piece = piece.expect("the first piece starts at zero, and no count is below that");
        piece.value + piece.slope * Bounds::whole(calls).less(piece.from)
    }
}

/// Only the first piece of a curve. Most break-evens are on it, and one division finds them.
#[derive(Debug, Clone)]
pub struct FirstPiece {
    /// The cost at zero invocations; `None` for zero.
    pub standing: Option<Usd>,
    /// The cost of each invocation.
    pub call: Usd,
    /// The number of invocations at which it ends; `None` if it does not end.
    pub most: Option<Exact>,
}

impl FirstPiece {
    /// True for a number of invocations on the piece.
    pub(crate) fn holds(&self, calls: &Exact) -> bool {
        self.most.as_ref().is_none_or(|most| calls <= most)
    }

    /// Like [`PiecewiseCost::reach`], if the result is on the piece.
    pub(crate) fn reach(&self, budget: &Usd) -> Option<Exact> {
        let calls = match &self.standing {
            Some(standing) => (budget - standing).max(Usd::ZERO).over(&self.call)?,
            None => budget.over(&self.call)?,
        };
        self.holds(&calls).then_some(calls)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dollars(amount: u64) -> Usd {
        Usd::new(Exact::from(amount))
    }

    /// Free up to 10, then 3 each, and 1 each from 20 on.
    fn piecewise() -> PiecewiseCost {
        let minus_two = &dollars(1) - &dollars(3);
        let changes = [
            (Exact::from(20u32), minus_two),
            (Exact::from(10u32), dollars(3)),
        ];
        PiecewiseCost::new(Usd::ZERO, changes)
    }

    #[test]
    fn values_and_reaches_are_inverse() {
        for (calls, cost) in [(11, 3), (20, 30), (25, 35)] {
            assert_eq!(piecewise().at(&Exact::from(calls as u32)), dollars(cost));
            assert_eq!(
                piecewise().reach(&dollars(cost)),
                Some(Exact::from(calls as u32))
            );
        }
        assert_eq!(piecewise().at(&Exact::from(7u32)), Usd::ZERO);
    }

    #[test]
    fn the_last_free_call_is_within_a_budget_of_nothing() {
        assert_eq!(piecewise().reach(&Usd::ZERO), Some(Exact::from(10u32)));
    }

    #[test]
    fn monthly_cost_is_paid_first() {
        let curve = PiecewiseCost::new(dollars(5), [(Exact::ZERO, dollars(2))]);
        assert_eq!(curve.at(&Exact::from(3u32)), dollars(11));
        assert_eq!(curve.reach(&dollars(11)), Some(Exact::from(3u32)));
        assert_eq!(curve.reach(&dollars(4)), Some(Exact::ZERO));
    }

    #[test]
    fn a_cost_that_falls_first_is_within_a_budget_up_to_the_crossing_after_that() {
        // With 1 subtracted each: falls to -10 at 10, rises by 2 each to 10 at 20, then is
        // constant.
        let falling = piecewise().less(&dollars(1));
        let minus_ten = &Usd::ZERO - &dollars(10);
        let at = |calls: u32| Exact::from(calls);
        assert!(piecewise().is_rising() && !falling.is_rising());
        assert_eq!(falling.at(&at(10)), minus_ten);
        assert_eq!(falling.reach(&minus_ten), Some(at(10)));
        assert_eq!(falling.reach(&Usd::ZERO), Some(at(15)));
        assert_eq!(falling.reach(&dollars(10)), None);
        assert_eq!(falling.most(&at(0), &at(12)), Usd::ZERO);
        assert_eq!(falling.least(&at(0), &at(12)), minus_ten);
        assert_eq!(falling.most(&at(12), &at(30)), dollars(10));
    }

    #[test]
    fn of_a_cost_that_rises_and_falls_the_first_crossing_stands() {
        // Falls to -20 at 10, rises by 1 each to -10 at 20, then falls for good.
        let falling = piecewise().less(&dollars(2));
        let below = |amount: u64| &Usd::ZERO - &dollars(amount);
        assert_eq!(falling.reach(&below(15)), Some(Exact::from(15u32)));
        assert_eq!(falling.reach(&below(10)), None);
        assert_eq!(falling.reach(&dollars(100)), None);
        assert_eq!(falling.reach(&below(30)), None);
    }

    #[test]
    fn amounts_are_added_to_all_pieces() {
        let raised = piecewise().plus(&dollars(7), &dollars(2));
        for (calls, cost) in [(0u32, 7), (10, 27), (20, 77), (30, 107)] {
            assert_eq!(raised.at(&Exact::from(calls)), dollars(cost));
        }
    }

    #[test]
    fn the_first_piece_is_that_of_the_curve() {
        let five = Exact::from(5u32);
        let changes = [(Exact::ZERO, dollars(2)), (five.clone(), dollars(1))];
        for standing in [Some(dollars(3)), None] {
            let curve = PiecewiseCost::new(standing.clone().unwrap_or(Usd::ZERO), changes.clone());
            let piece = FirstPiece {
                standing,
                call: dollars(2),
                most: Some(five.clone()),
            };
            for budget in (0..20).map(dollars) {
                let reach = curve.reach(&budget).filter(|calls| *calls <= five);
                assert_eq!(piece.reach(&budget), reach, "{budget}");
            }
        }
    }

    #[test]
    fn a_cost_of_zero_has_no_reach() {
        assert_eq!(PiecewiseCost::nothing().reach(&dollars(1)), None);
    }
}
