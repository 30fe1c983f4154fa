//! Ratios of integers of any length: the exact value behind a [`Ball`](crate::ball::Ball).
//!
//! Finding a greatest common divisor takes time in the square of the length of its numbers, so a long
//! ratio is not reduced to lowest terms after every operation. Common factors with a short operand (a
//! price, a power of ten) are always removed: that is cheap, and it keeps sums over a common
//! denominator as short as that denominator. Other common factors are searched for once a ratio has
//! grown to twice its length, and less often where a search found nothing.

use dashu_int::ops::{BitTest, DivEuclid, Gcd, UnsignedAbs};
use dashu_int::{IBig, UBig};
use std::cmp::Ordering;

/// Length in bits up to which the common factors of a number and a longer one are always removed.
const SHORT: usize = 256;

/// A ratio of integers of any length, not necessarily in lowest terms.
#[derive(Debug, Clone)]
pub(crate) struct Fraction {
    numerator: IBig,
    /// Always positive.
    denominator: UBig,
    /// Length in bits from which an operation searches for common factors.
    due: usize,
}

impl Fraction {
    /// The ratio of two integers; the denominator is positive.
    pub(crate) fn new(numerator: IBig, denominator: UBig) -> Self {
        debug_assert!(!denominator.is_zero());
        Self {
            numerator,
            denominator,
            due: 2 * SHORT,
        }
    }

    pub(crate) fn whole(number: impl Into<IBig>) -> Self {
        Self::new(number.into(), UBig::ONE)
    }

    pub(crate) fn numerator(&self) -> &IBig {
        &self.numerator
    }

    pub(crate) fn denominator(&self) -> &UBig {
        &self.denominator
    }

    /// Numerator and denominator, if both fit 128 bits.
    pub(crate) fn small(&self) -> Option<(i128, i128)> {
        let numerator = i128::try_from(&self.numerator).ok()?;
        let denominator = i128::try_from(&self.denominator).ok()?;
        Some((numerator, denominator))
    }

    /// The ratio in lowest terms.
    pub(crate) fn reduced(mut self) -> Self {
        let divisor = (&self.numerator).gcd(&self.denominator);
        if !divisor.is_one() {
            self.numerator /= &divisor;
            self.denominator /= &divisor;
        }
        self
    }

    /// The ratio in lowest terms where that is cheap.
    pub(crate) fn reduced_if_short(self) -> Self {
        if self.length() <= 2 * SHORT {
            self.reduced()
        } else {
            self
        }
    }

    /// Bits of the longer of the two integers.
    fn length(&self) -> usize {
        self.numerator.bit_len().max(self.denominator.bit_len())
    }

    /// The same ratio, in lowest terms if the search for common factors is due.
    fn reduced_if_due(self) -> Self {
        let (before, due) = (self.length(), self.due);
        if before < due {
            return self;
        }
        let mut reduced = self.reduced();
        let after = reduced.length();
        let has_helped = after < before - before / 4;
        reduced.due = if has_helped { 2 * after } else { 8 * before };
        reduced.due = reduced.due.max(2 * SHORT);
        reduced
    }

    pub(crate) fn plus(&self, other: &Self) -> Self {
        let (a, b) = (&self.numerator, &self.denominator);
        let (c, d) = (&other.numerator, &other.denominator);
        let (numerator, denominator) = if b == d {
            (a + c, b.clone())
        } else {
            let shared = cheap_divisor(b.as_ibig(), d);
            let (left, right) = (d / &shared, b / &shared);
            (a * &left + c * right, b * left)
        };
        Self {
            numerator,
            denominator,
            due: self.due.max(other.due),
        }
        .reduced_if_due()
    }

    /// The sum of all terms; zero for none. Pairs of neighbours are added first, so that most
    /// products have short factors. The sum is not reduced, because the search for common factors
    /// would take longer than the sum.
    pub(crate) fn sum(mut terms: Vec<Self>) -> Self {
        while terms.len() > 1 {
            terms = terms.chunks(2).map(sum_of_neighbours).collect();
        }
        match terms.pop() {
            Some(sum) => Self {
                due: 8 * sum.length(),
                ..sum
            },
            None => Self::whole(IBig::ZERO),
        }
    }

    /// `1 + x + x^2 + … + x^most` for a ratio in lowest terms; the sum is in lowest terms too.
    pub(crate) fn sum_of_powers(&self, most: u32) -> Self {
        let (mut sum, mut denominator) = (IBig::ONE, UBig::ONE);
        for _ in 0..most {
            denominator *= &self.denominator;
            sum = sum * &self.numerator + &denominator;
        }
        Self::new(sum, denominator)
    }

    pub(crate) fn times(&self, other: &Self) -> Self {
        let (a, b) = (&self.numerator, &self.denominator);
        let (c, d) = (&other.numerator, &other.denominator);
        let (first, second) = (cheap_divisor(a, d), cheap_divisor(c, b));
        Self {
            numerator: (a / &first) * (c / &second),
            denominator: (b / &second) * (d / &first),
            due: self.due.max(other.due),
        }
        .reduced_if_due()
    }

    /// The quotient; the divisor is not zero.
    pub(crate) fn over(&self, divisor: &Self) -> Self {
        debug_assert!(!divisor.numerator.is_zero());
        let (sign, magnitude) = divisor.numerator.clone().into_parts();
        self.times(&Self {
            numerator: IBig::from_parts(sign, divisor.denominator.clone()),
            denominator: magnitude,
            due: divisor.due,
        })
    }

    /// The greatest integer not above the ratio.
    pub(crate) fn floor(&self) -> IBig {
        // The remainder of a Euclidean division is not negative: by a positive divisor that is
        // rounding down.
        (&self.numerator).div_euclid(self.denominator.as_ibig())
    }

    /// The least integer not below the ratio.
    pub(crate) fn ceil(&self) -> IBig {
        -(-&self.numerator).div_euclid(self.denominator.as_ibig())
    }

    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        let left = &self.numerator * &other.denominator;
        left.cmp(&(&other.numerator * &self.denominator))
    }
}

/// The sum of one or two terms, without a search for common factors.
fn sum_of_neighbours(pair: &[Fraction]) -> Fraction {
    let [left, right] = pair else {
        return pair[0].clone();
    };
    let (a, b) = (&left.numerator, &left.denominator);
    let (c, d) = (&right.numerator, &right.denominator);
    if b == d {
        Fraction::new(a + c, b.clone())
    } else {
        Fraction::new(a * d + c * b, b * d)
    }
}

/// A common divisor that is cheap to find: the greatest one if either number is short, the shorter
/// number if it divides the other (powers of ten do), else one. The second number is not zero.
fn cheap_divisor(left: &IBig, right: &UBig) -> UBig {
    let right = right.as_ibig();
    let (shorter, longer) = if left.bit_len() <= right.bit_len() {
        (left, right)
    } else {
        (right, left)
    };
    if shorter.bit_len() <= SHORT {
        shorter.gcd(longer)
    } else if (longer % shorter).is_zero() {
        shorter.unsigned_abs()
    } else {
        UBig::ONE
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle;
    use num_rational::BigRational;
    use num_traits::Zero;

    fn oracle(value: &Fraction) -> BigRational {
        let (numerator, denominator) = (&value.numerator, &value.denominator);
        BigRational::new(
            oracle::integer(numerator),
            oracle::integer(denominator.as_ibig()),
        )
    }

    /// `top / (2^exponent + 1)`.
    fn part(top: i64, exponent: usize) -> Fraction {
        Fraction::new(top.into(), (UBig::ONE << exponent) + UBig::ONE)
    }

    #[test]
    fn operations_agree_with_another_library() {
        let parts = [
            (0, 3),
            (1, 0),
            (-5, 70),
            (9, 200),
            (-1, 300),
            (7, 301),
            (1 << 40, 900),
        ];
        let mut known: Vec<Fraction> = parts.map(|(top, exponent)| part(top, exponent)).to_vec();
        for at in 0..60 {
            let (a, b) = (&known[at], &known[(at * 7 + 3) % known.len()]);
            let (x, y) = (oracle(a), oracle(b));
            assert_eq!(a.compare(b), x.cmp(&y));
            assert_eq!(oracle::integer(&a.floor()), x.floor().to_integer());
            assert_eq!(oracle::integer(&a.ceil()), x.ceil().to_integer());
            let mut made = vec![(a.plus(b), &x + &y), (a.times(b), &x * &y)];
            if !y.is_zero() {
                made.push((a.over(b), &x / &y));
            }
            for (value, expected) in made {
                assert_eq!(oracle(&value), expected);
                let reduced = value.reduced();
                assert_eq!(&oracle::integer(&reduced.numerator), expected.numer());
                if reduced.length() < 10_000 {
                    known.push(reduced);
                }
            }
        }
    }

    /// Ten thousand terms over 2^200 + 1: the denominator is not longer than that of one term.
    #[test]
    fn sums_over_a_common_denominator_stay_as_short_as_it() {
        let terms = (0..10_000).map(|top| part(top, 200));
        let sum = terms.fold(part(0, 0), |sum, term| sum.plus(&term));
        assert!(sum.length() < 250);
        assert_eq!(sum.compare(&part(49_995_000, 200)), Ordering::Equal);
    }

    /// Powers of ten of different lengths: the sum is as long as the longest.
    #[test]
    fn sums_over_powers_of_ten_stay_as_short_as_the_longest() {
        let term = |digits: usize| Fraction::new(IBig::ONE, UBig::from(10_u8).pow(digits));
        let sum = (400..900)
            .map(term)
            .fold(part(0, 0), |sum, term| sum.plus(&term));
        assert!(sum.length() < 900 * 4);
    }

    /// A long number is multiplied and divided by another many times: the common factors are
    /// removed.
    #[test]
    fn long_factors_that_cancel_do_not_pile_up() {
        let (long, other) = (part(1, 1000), part(1, 1001));
        let mut value = part(1, 2000);
        for _ in 0..2000 {
            value = value.times(&long).times(&other).over(&long).over(&other);
            assert!(value.length() < 40_000);
        }
        assert_eq!(value.compare(&part(1, 2000)), Ordering::Equal);
    }
}
