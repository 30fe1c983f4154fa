//! Sums of many ratios: bounded on both sides in fixed point, exact only where that leaves a doubt.
//!
//! The denominators of many ratios multiply: the exact sum of 10,000 of 17 digits has hundreds of
//! thousands of bits, although only its whole part or one decimal is asked for.

use super::{Exact, Fraction};

/// Decimal places of the fixed point.
const PLACES: u32 = 18;
const SCALE: u64 = 10u64.pow(PLACES);

/// A sum of ratios that are not negative, between two bounds; they differ by 10^-18 for each term
/// whose decimals do not end there.
///
/// It takes the same time for every term, whatever their denominators.
#[derive(Debug, Clone)]
pub struct BoundedSum {
    wholes: Exact,
    /// In units of 10^-18.
    parts: u128,
    /// Terms that are rounded down.
    rounded: u128,
}

impl BoundedSum {
    /// The sum of no terms.
    pub const ZERO: Self = Self {
        wholes: Exact::ZERO,
        parts: 0,
        rounded: 0,
    };

    /// Adds a term, which is not negative.
    pub fn add(&mut self, term: &Exact) {
        debug_assert!(*term >= Exact::ZERO, "terms are not negative");
        let whole = term.rounded_down();
        let part = &(term - &whole) * &Exact::from(SCALE);
        // A fraction below one, in units of 10^-18, is below 10^18.
        let units = part.floor().unwrap_or(0);
        self.wholes = &self.wholes + &whole;
        self.parts += units;
        self.rounded += u128::from(part != Exact::whole(units));
    }

    /// What holds of the sum, given what holds of a number: a function that never falls while the
    /// number rises. `terms` gives all terms again, for the exact sum where the bounds disagree.
    pub fn settle<T: PartialEq>(
        &self,
        holds: impl Fn(&Exact) -> T,
        terms: impl FnOnce() -> Vec<Exact>,
    ) -> T {
        let at = |parts: u128| {
            let part = Exact::whole(parts).over(&Exact::from(SCALE));
            holds(&(&self.wholes + &part.unwrap_or(Exact::ZERO)))
        };
        let low = at(self.parts);
        if self.rounded == 0 || low == at(self.parts + self.rounded) {
            return low;
        }
        holds(&sum(&terms()))
    }
}

/// The exact sum of many ratios.
fn sum(terms: &[Exact]) -> Exact {
    let terms = terms.iter().map(|term| term.big().into_owned());
    Exact::known(Fraction::sum(terms.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thirds(count: u64) -> Vec<Exact> {
        (0..count).map(|_| Exact::ratio(1, 3)).collect()
    }

    fn bounds(terms: &[Exact]) -> BoundedSum {
        let mut bounds = BoundedSum::ZERO;
        for term in terms {
            bounds.add(term);
        }
        bounds
    }

    #[test]
    fn a_sum_that_is_clear_of_a_whole_number_is_never_worked_out() {
        let terms = thirds(4);
        let ceil = bounds(&terms).settle(|sum| sum.ceil(), || panic!("4/3 is between 1 and 2"));
        assert_eq!(ceil, Some(2));
    }

    #[test]
    fn a_sum_that_is_a_whole_number_is_worked_out() {
        // 3000 x 1/3 = 1000, and its fixed point is a little below.
        let terms = thirds(3000);
        let ceil = bounds(&terms).settle(|sum| sum.ceil(), || terms.clone());
        assert_eq!(ceil, Some(1000));
        let text = bounds(&terms).settle(|sum| sum.to_fixed(1), || terms.clone());
        assert_eq!(text, "1000.0");
    }

    #[test]
    fn a_sum_of_decimals_is_exact_at_once() {
        let terms = [Exact::ratio(1, 10), Exact::ratio(9, 10)];
        let ceil = bounds(&terms).settle(|sum| sum.ceil(), || panic!("1/10 has one decimal"));
        assert_eq!(ceil, Some(1));
    }

    #[test]
    fn neighbours_first_is_the_same_sum() {
        // 1/2 + 1/6 + 1/12 + ... + 1/(n (n + 1)) = n / (n + 1)
        let terms = (1..=1000u64).map(|n| Exact::ratio(1, n * (n + 1)));
        assert_eq!(sum(&terms.collect::<Vec<_>>()), Exact::ratio(1000, 1001));
        assert_eq!(sum(&[]), Exact::ZERO);
    }
}
