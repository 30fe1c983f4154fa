//! Sums of many ratios: two bounds in fixed point, and the exact sum only if the bounds do not decide.
//!
//! The denominators of a sum multiply: the exact sum of 10,000 ratios of 17 digits has hundreds of
//! thousands of bits, although the caller needs only its whole part or one decimal.

use crate::{Exact, Fraction};

/// Decimal places of the fixed point.
const PLACES: u32 = 18;
const SCALE: u64 = 10u64.pow(PLACES);

/// A sum of ratios that are not negative, between two bounds. The bounds differ by 10^-18 for each
/// term with more than 18 decimal places.
///
/// Adding takes the same time for every term, whatever its denominator.
///
/// ```
/// use exact::{BoundedSum, Exact};
///
/// let thirds = vec![Exact::ratio(1, 3); 4];
/// let mut sum = BoundedSum::ZERO;
/// for third in &thirds {
///     sum.add(third);
/// }
/// // 4/3 rounds up to 2: the bounds decide, and the terms are not added exactly.
/// let tasks = sum.settle(Exact::ceil, || unreachable!("the bounds decide"));
/// assert_eq!(tasks, Some(2));
/// ```
#[derive(Debug, Clone)]
pub struct BoundedSum {
    wholes: Exact,
    /// In units of 10^-18.
    parts: u128,
    /// Number of terms that were rounded down.
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
        let units = part
            .floor()
            .expect("a fraction below one is below 10^18 in units of 10^-18");
        self.wholes = &self.wholes + &whole;
        self.parts += units;
        self.rounded += u128::from(part != Exact::whole(units));
    }

    /// `of` of the exact sum. `of` must be monotonic: where it is equal at both bounds, it is equal at
    /// the sum. `terms` returns all terms again; it is called only if the bounds do not decide.
    pub fn settle<T: PartialEq>(
        &self,
        of: impl Fn(&Exact) -> T,
        terms: impl FnOnce() -> Vec<Exact>,
    ) -> T {
        let at = |parts: u128| {
            let part = Exact::whole(parts).over(&Exact::from(SCALE));
            of(&(&self.wholes + &part.expect("10^18 is not zero")))
        };
        let low = at(self.parts);
        if self.rounded == 0 || low == at(self.parts + self.rounded) {
            return low;
        }
        of(&sum(&terms()))
    }
}

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
