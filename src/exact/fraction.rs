//! Ratios of integers of any length: what a number is worked out with when its ball leaves a doubt.
//!
//! A greatest common divisor costs the square of the length of its numbers, so a long ratio is not
//! brought to lowest terms after every operation. Common factors with a short operand (a price, a
//! power of ten) are always removed, because that is cheap and keeps sums over a common denominator
//! as short as that denominator. Others are removed once a ratio has grown to twice its length, and
//! less often where nothing was found.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Signed, ToPrimitive, Zero};
use std::cmp::Ordering;

/// Bits of a number whose common factors with a longer one are always removed.
const SHORT: u64 = 256;

/// A ratio of integers of any length, not necessarily in lowest terms.
#[derive(Debug, Clone)]
pub struct Fraction {
    numerator: BigInt,
    /// Positive.
    denominator: BigInt,
    /// Bits from which common factors are looked for.
    due: u64,
}

impl Fraction {
    /// The ratio of two integers; the denominator is positive.
    pub fn new(numerator: BigInt, denominator: BigInt) -> Self {
        debug_assert!(denominator.is_positive());
        Self {
            numerator,
            denominator,
            due: 2 * SHORT,
        }
    }

    /// A whole number.
    pub fn whole(number: BigInt) -> Self {
        Self::new(number, BigInt::one())
    }

    /// The integer above the line.
    pub fn numerator(&self) -> &BigInt {
        &self.numerator
    }

    /// The integer below the line, which is positive.
    pub fn denominator(&self) -> &BigInt {
        &self.denominator
    }

    /// Numerator and denominator, if both fit 128 bits.
    pub fn small(&self) -> Option<(i128, i128)> {
        self.numerator.to_i128().zip(self.denominator.to_i128())
    }

    /// The ratio in lowest terms.
    pub fn reduced(mut self) -> Self {
        let divisor = common_divisor(&self.numerator, &self.denominator);
        if !divisor.is_one() {
            self.numerator /= &divisor;
            self.denominator /= &divisor;
        }
        self
    }

    /// The ratio in lowest terms where that is cheap.
    pub fn reduced_if_short(self) -> Self {
        match self.length() <= 2 * SHORT {
            true => self.reduced(),
            false => self,
        }
    }

    fn length(&self) -> u64 {
        self.numerator.bits().max(self.denominator.bits())
    }

    /// The same ratio, in lowest terms if that is due.
    fn shortened(self) -> Self {
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

    /// The sum.
    pub fn plus(&self, other: &Self) -> Self {
        let (a, b) = (&self.numerator, &self.denominator);
        let (c, d) = (&other.numerator, &other.denominator);
        let due = self.due.max(other.due);
        let sum = |numerator, denominator| Self {
            numerator,
            denominator,
            due,
        };
        if b == d {
            return sum(a + c, b.clone()).shortened();
        }
        let shared = cheap_divisor(b, d);
        let (left, right) = (d / &shared, b / &shared);
        sum(a * &left + c * right, b * left).shortened()
    }

    /// The sum of many: neighbours are added first, so that long numbers are multiplied a few times
    /// and not once a term. Common factors stay: looking for them would take longer than the sum.
    pub fn sum(mut terms: Vec<Self>) -> Self {
        let two = |pair: &[Self]| {
            let [left, right] = pair else {
                return pair[0].clone();
            };
            let (a, b) = (&left.numerator, &left.denominator);
            let (c, d) = (&right.numerator, &right.denominator);
            match b == d {
                true => Self::new(a + c, b.clone()),
                false => Self::new(a * d + c * b, b * d),
            }
        };
        while terms.len() > 1 {
            terms = terms.chunks(2).map(two).collect();
        }
        let sum = terms.pop().unwrap_or_else(|| Self::whole(BigInt::zero()));
        Self {
            due: 8 * sum.length(),
            ..sum
        }
    }

    /// `1 + x + x^2 + … + x^most` for a ratio in lowest terms; in lowest terms too.
    pub fn sum_of_powers(&self, most: u32) -> Self {
        let (mut sum, mut denominator) = (BigInt::one(), BigInt::one());
        for _ in 0..most {
            denominator *= &self.denominator;
            sum = sum * &self.numerator + &denominator;
        }
        Self::new(sum, denominator)
    }

    /// The product.
    pub fn times(&self, other: &Self) -> Self {
        let (a, b) = (&self.numerator, &self.denominator);
        let (c, d) = (&other.numerator, &other.denominator);
        let (first, second) = (cheap_divisor(a, d), cheap_divisor(c, b));
        Self {
            numerator: (a / &first) * (c / &second),
            denominator: (b / &second) * (d / &first),
            due: self.due.max(other.due),
        }
        .shortened()
    }

    /// The quotient; the divisor is not zero.
    pub fn over(&self, divisor: &Self) -> Self {
        debug_assert!(!divisor.numerator.is_zero());
        let sign = divisor.numerator.signum();
        self.times(&Self {
            numerator: &divisor.denominator * sign,
            denominator: divisor.numerator.abs(),
            due: divisor.due,
        })
    }

    /// The greatest integer not above the ratio.
    pub fn floor(&self) -> BigInt {
        self.numerator.div_floor(&self.denominator)
    }

    /// The least integer not below the ratio.
    pub fn ceil(&self) -> BigInt {
        self.numerator.div_ceil(&self.denominator)
    }

    /// The order of two ratios.
    pub fn compare(&self, other: &Self) -> Ordering {
        let left = &self.numerator * &other.denominator;
        left.cmp(&(&other.numerator * &self.denominator))
    }
}

/// A common divisor of two numbers of which the second is not zero: the greatest one if either is
/// short, the shorter one if it divides the other (powers of ten do), else one.
fn cheap_divisor(left: &BigInt, right: &BigInt) -> BigInt {
    let (shorter, longer) = match left.bits() <= right.bits() {
        true => (left, right),
        false => (right, left),
    };
    if shorter.bits() <= SHORT {
        common_divisor(left, right)
    } else if (longer % shorter).is_zero() {
        shorter.abs()
    } else {
        BigInt::one()
    }
}

/// The greatest common divisor of two numbers of which the second is not zero.
fn common_divisor(left: &BigInt, right: &BigInt) -> BigInt {
    // The library's method takes a step a bit; after one division both are as short as the shorter.
    let rest = left % right;
    match rest.is_zero() {
        true => right.abs(),
        false => rest.gcd(&(right % &rest)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_rational::BigRational;

    fn oracle(value: &Fraction) -> BigRational {
        BigRational::new(value.numerator.clone(), value.denominator.clone())
    }

    /// `top / (2^exponent + 1)`.
    fn part(top: i64, exponent: u32) -> Fraction {
        Fraction::new(top.into(), BigInt::from(2).pow(exponent) + 1)
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
            assert_eq!(a.floor(), x.floor().to_integer());
            assert_eq!(a.ceil(), x.ceil().to_integer());
            let mut made = vec![(a.plus(b), &x + &y), (a.times(b), &x * &y)];
            if !b.numerator.is_zero() {
                made.push((a.over(b), &x / &y));
            }
            for (value, expected) in made {
                assert!(value.denominator.is_positive());
                assert_eq!(oracle(&value), expected);
                let reduced = value.reduced();
                assert_eq!(&reduced.numerator, expected.numer());
                if reduced.length() < 10_000 {
                    known.push(reduced);
                }
            }
        }
    }

    /// Ten thousand terms over 2^200 + 1: the denominator stays that of one term.
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
        let term = |digits: u32| Fraction::new(1.into(), BigInt::from(10).pow(digits));
        let sum = (400..900)
            .map(term)
            .fold(part(0, 0), |sum, term| sum.plus(&term));
        assert!(sum.length() < 900 * 4);
    }

    /// A long number is multiplied and divided by another again and again: what is common goes away.
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
