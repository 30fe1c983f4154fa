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
/// short, else one.
fn cheap_divisor(left: &BigInt, right: &BigInt) -> BigInt {
    match left.bits().min(right.bits()) <= SHORT {
        true => common_divisor(left, right),
        false => BigInt::one(),
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
