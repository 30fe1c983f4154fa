//! Cost as a function of invocations: rising, continuous, made of straight pieces.

use crate::exact::Exact;
use crate::money::Usd;

/// A straight piece.
#[derive(Debug, Clone)]
struct Piece {
    /// First count of invocations on it.
    from: Exact,
    /// Dollars there.
    value: Exact,
    /// Dollars per invocation from there on.
    slope: Exact,
}

/// A rising, continuous, piecewise straight cost from zero invocations up.
#[derive(Debug, Clone)]
pub struct Curve(Vec<Piece>);

impl Curve {
    /// The curve that costs nothing ever.
    pub fn nothing() -> Self {
        Self::new(Exact::ZERO, [])
    }

    /// The curve that costs `standing` dollars at zero invocations and whose slope changes by each amount at
    /// each count; changes at or below zero hold from the start.
    pub fn new(standing: Exact, changes: impl IntoIterator<Item = (Exact, Exact)>) -> Self {
        let (start, mut later): (Vec<_>, Vec<_>) =
            changes.into_iter().partition(|(at, _)| !at.is_positive());
        later.sort_by(|left, right| left.0.cmp(&right.0));
        let mut pieces = vec![Piece {
            from: Exact::ZERO,
            value: standing,
            slope: start.iter().map(|(_, change)| change).sum(),
        }];
        for (at, change) in later {
            let last = &pieces[pieces.len() - 1];
            let run = &at - &last.from;
            let piece = Piece {
                value: &last.value + &(&last.slope * &run),
                slope: &last.slope + &change,
                from: at,
            };
            pieces.push(piece);
        }
        Self(pieces)
    }

    /// Dollars at a count of invocations.
    pub fn at(&self, calls: &Exact) -> Usd {
        let piece = self.0.iter().rev().find(|piece| piece.from <= *calls);
        let piece = piece.unwrap_or(&self.0[0]);
        Usd::new(&piece.value + &(&piece.slope * &(calls - &piece.from)))
    }

    /// The greatest real count of invocations that costs no more than a budget, zero when all cost
    /// more; `None` when no count does.
    pub fn reach(&self, budget: &Usd) -> Option<Exact> {
        let budget = budget.dollars();
        let ends = self.0.iter().skip(1).map(|piece| Some(&piece.from));
        for (piece, end) in self.0.iter().zip(ends.chain([None])) {
            let Some(run) = (budget - &piece.value).over(&piece.slope) else {
                continue;
            };
            let calls = &piece.from + &run;
            // Equal to the end is on this piece, unless the next one stays as cheap.
            if end.is_none_or(|end| calls < *end) {
                return Some(calls.max(Exact::ZERO));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dollars(amount: u64) -> Usd {
        Usd::new(Exact::from(amount))
    }

    /// Free up to 10, then 3 each, from 20 on 1 each.
    fn bent() -> Curve {
        let minus_two = &Exact::ONE - &Exact::from(3u32);
        let changes = [
            (Exact::from(20u32), minus_two),
            (Exact::from(10u32), Exact::from(3u32)),
        ];
        Curve::new(Exact::ZERO, changes)
    }

    #[test]
    fn values_and_reaches_are_inverse() {
        for (calls, cost) in [(11, 3), (20, 30), (25, 35)] {
            assert_eq!(bent().at(&Exact::from(calls as u32)), dollars(cost));
            assert_eq!(
                bent().reach(&dollars(cost)),
                Some(Exact::from(calls as u32))
            );
        }
        assert_eq!(bent().at(&Exact::from(7u32)), Usd::ZERO);
    }

    #[test]
    fn the_last_free_call_is_within_a_budget_of_nothing() {
        assert_eq!(bent().reach(&Usd::ZERO), Some(Exact::from(10u32)));
    }

    #[test]
    fn what_stands_is_paid_first() {
        let curve = Curve::new(Exact::from(5u32), [(Exact::ZERO, Exact::from(2u32))]);
        assert_eq!(curve.at(&Exact::from(3u32)), dollars(11));
        assert_eq!(curve.reach(&dollars(11)), Some(Exact::from(3u32)));
        assert_eq!(curve.reach(&dollars(4)), Some(Exact::ZERO));
    }

    #[test]
    fn what_costs_nothing_has_no_reach() {
        assert_eq!(Curve::nothing().reach(&dollars(1)), None);
    }
}
