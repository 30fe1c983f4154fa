//! Two floating-point numbers that enclose a ratio.
//!
//! Most comparisons in a search are far from a tie. Bounds decide those in a few instructions, and
//! the caller computes the exact numbers only where the bounds overlap. Every operation rounds its
//! lower bound down and its upper bound up, so the result always encloses the exact number.

use crate::{Exact, Repr};
use std::cmp::Ordering;
use std::ops::{Add, Mul};

/// A number of at least zero that lies between two floating-point numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// At least zero and finite.
    low: f64,
    /// Infinite if nothing is known.
    high: f64,
}

// Relative to a normal number, half of the distance to the next is at most a half of `EPSILON`; a
// product below the smallest normal number is rounded by less than that number.

/// Every whole number up to this is a floating-point number.
const LARGEST_EXACT: u128 = 1 << f64::MANTISSA_DIGITS;

impl Bounds {
    /// Zero.
    pub const ZERO: Self = Self {
        low: 0.0,
        high: 0.0,
    };

    /// Any number of at least zero.
    pub const UNKNOWN: Self = Self {
        low: 0.0,
        high: f64::INFINITY,
    };

    /// Bounds around the exact result of one operation, which floating-point numbers round by at most
    /// half of their distance.
    #[inline]
    fn rounded(low: f64, high: f64) -> Self {
        let high = high * (1.0 + f64::EPSILON) + f64::MIN_POSITIVE;
        Self {
            low: (low * (1.0 - f64::EPSILON) - f64::MIN_POSITIVE).max(0.0),
            // Zero times infinity, and zero divided by zero.
            high: if high.is_nan() { f64::INFINITY } else { high },
        }
    }

    /// A whole number.
    #[inline]
    pub fn whole(count: u128) -> Self {
        // Most numbers fit a machine word, which one instruction converts.
        let near = match u64::try_from(count) {
            Ok(word) => word as f64,
            Err(_) => count as f64,
        };
        if count <= LARGEST_EXACT {
            Self {
                low: near,
                high: near,
            }
        } else {
            Self::rounded(near, near)
        }
    }

    /// The quotient; a divisor that can be zero leaves it without an upper bound.
    #[inline]
    pub fn over(self, divisor: Self) -> Self {
        Self::rounded(self.low / divisor.high, self.high / divisor.low)
    }

    /// The least whole number not below the number.
    #[inline]
    pub fn rounded_up(self) -> Self {
        Self {
            low: self.low.ceil(),
            high: self.high.ceil(),
        }
    }

    /// The number minus another that is not larger.
    #[inline]
    pub fn less(self, other: Self) -> Self {
        Self::rounded(self.low - other.high, self.high - other.low)
    }

    /// The larger of two numbers.
    #[inline]
    pub fn max(self, other: Self) -> Self {
        Self {
            low: self.low.max(other.low),
            high: self.high.max(other.high),
        }
    }

    /// The smaller of two numbers.
    #[inline]
    pub fn min(self, other: Self) -> Self {
        Self {
            low: self.low.min(other.low),
            high: self.high.min(other.high),
        }
    }

    /// The number in units of 2^-`bits`: its lower bound rounded down and its upper bound rounded up.
    /// Both are at most [`Bounds::MOST_UNITS`], which also stands for every larger number.
    ///
    /// Sums of such units are exact, and the order of the terms does not change them.
    pub fn in_units(self, bits: i32) -> (i64, i64) {
        let scale = power_of_two(bits);
        let most = Self::MOST_UNITS as f64;
        // `as` rounds towards zero.
        let low = (self.low * scale).min(most) as i64;
        let scaled = (self.high * scale).min(most);
        let below = scaled as i64;
        let high = below + i64::from((below as f64) < scaled);
        let high = high.max(i64::from(self.high > 0.0));
        (low, high)
    }

    /// What [`Bounds::in_units`] returns at most.
    pub const MOST_UNITS: i64 = 1 << 60;

    /// The lower bound of [`Bounds::in_units`].
    #[inline]
    pub fn low_in_units(self, bits: i32) -> i64 {
        (self.low * power_of_two(bits)).min(Self::MOST_UNITS as f64) as i64
    }

    /// The number of binary digits before the point that hold the number: 2^`digits` is above it.
    /// Negative for a number far below one.
    pub fn digits(self) -> i32 {
        if self.high > 0.0 && self.high.is_finite() {
            self.high.log2().floor() as i32 + 2
        } else if self.high > 0.0 {
            f64::MAX_EXP
        } else {
            0
        }
    }

    /// Whether the number is certainly not above another.
    #[inline]
    pub fn is_at_most(self, other: Self) -> bool {
        self.high <= other.low
    }

    /// Whether the number is certainly above another.
    #[inline]
    pub fn is_above(self, other: Self) -> bool {
        self.low > other.high
    }

    /// The number, or zero.
    #[inline]
    pub fn or_zero(self) -> Self {
        Self {
            low: 0.0,
            high: self.high,
        }
    }

    /// Compares the lower bounds.
    pub fn by_lower_bound(self, other: Self) -> Ordering {
        self.low.total_cmp(&other.low)
    }

    /// Whether a number can lie between the bounds.
    pub fn enclose(self, number: &Exact) -> bool {
        let bounds = number.bounds();
        !self.is_above(bounds) && !bounds.is_above(self)
    }
}

/// 2^`exponent`, by which numbers scale exactly, except below the smallest normal number.
#[inline]
fn power_of_two(exponent: i32) -> f64 {
    // The exponent of a floating-point number follows its 52 binary places, and 1023 stands for zero.
    let biased = i64::from(exponent.clamp(-1000, 1000)) + 1023;
    f64::from_bits(biased.unsigned_abs() << 52)
}

impl Add for Bounds {
    type Output = Self;

    #[inline]
    fn add(self, other: Self) -> Self {
        Self::rounded(self.low + other.low, self.high + other.high)
    }
}

impl Mul for Bounds {
    type Output = Self;

    #[inline]
    fn mul(self, other: Self) -> Self {
        Self::rounded(self.low * other.low, self.high * other.high)
    }
}

impl Exact {
    /// Bounds of a number of at least zero. They are narrow, unless the number is far outside of what
    /// floating-point numbers hold.
    pub fn bounds(&self) -> Bounds {
        debug_assert!(!self.is_negative(), "bounds of {self:?}");
        match &self.0 {
            Repr::Small(num, den) => {
                let num = Bounds::whole(num.unsigned_abs());
                match den {
                    1 => num,
                    _ => num.over(Bounds::whole(den.unsigned_abs())),
                }
            }
            Repr::Long(long) => match long.ball.range() {
                // 2^exponent and the products are normal numbers.
                (low, high, exponent @ -1000..800) => {
                    let scale = power_of_two(exponent as i32);
                    Bounds::rounded(low as f64 * scale, high as f64 * scale)
                }
                _ => Bounds::UNKNOWN,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64;

    /// Numbers of at least zero: short, long, whole, and beyond what floating-point numbers hold.
    fn numbers() -> Vec<Exact> {
        let whole = |count: u128| Exact::whole(count);
        let third = Exact::ratio(1, 3);
        let mut numbers: Vec<Exact> = [0, 1, 7, 1 << 53, (1 << 53) + 1, u128::MAX]
            .map(whole)
            .to_vec();
        numbers.extend([third.clone(), Exact::ratio(700, 701)]);
        numbers.extend([Exact::of_digits("0.0000166667").expect("a decimal")]);
        let (mut large, mut small) = (whole(u128::MAX), Exact::ratio(1, u64::MAX));
        for _ in 0..4 {
            (large, small) = (&large * &large, &small * &small);
            numbers.extend([
                large.clone(),
                &large * &third,
                small.clone(),
                &small + &third,
            ]);
        }
        numbers
    }

    #[test]
    fn every_operation_encloses_the_exact_result() {
        for a in numbers() {
            assert!(a.bounds().enclose(&a), "{a:?}");
            assert!(a.bounds().rounded_up().enclose(&a.rounded_up()), "{a:?}");
            for b in numbers() {
                let (x, y) = (a.bounds(), b.bounds());
                assert!((x + y).enclose(&(&a + &b)), "{a:?} + {b:?}");
                assert!((x * y).enclose(&(&a * &b)), "{a:?} * {b:?}");
                assert!(x.min(y).enclose(&a.clone().min(b.clone())));
                assert!(x.max(y).enclose(&a.clone().max(b.clone())));
                if let Some(quotient) = a.over(&b) {
                    assert!(x.over(y).enclose(&quotient), "{a:?} / {b:?}");
                }
                if a >= b {
                    assert!(x.less(y).enclose(&(&a - &b)), "{a:?} - {b:?}");
                }
                assert!(!x.is_above(y) || a > b, "{a:?} > {b:?}");
                assert!(!x.is_at_most(y) || a <= b, "{a:?} <= {b:?}");
            }
        }
    }

    #[test]
    fn units_enclose_the_number() {
        for number in numbers() {
            let (low, high) = number.bounds().in_units(10);
            let scaled = &number * &Exact::whole(1 << 10);
            assert!(
                Exact::whole(low.unsigned_abs().into()) <= scaled,
                "{number:?}"
            );
            let is_beyond = high == Bounds::MOST_UNITS;
            let above = Exact::whole(high.unsigned_abs().into()) >= scaled;
            assert!(is_beyond || above, "{number:?}");
            assert_eq!(number.bounds().low_in_units(10), low);
        }
        assert_eq!(Bounds::whole(3).in_units(4), (48, 48));
    }

    #[test]
    fn two_to_the_digits_is_above() {
        for (count, least, most) in [
            (0, 0, 0),
            (1, 1, 2),
            (7, 3, 4),
            (8, 4, 5),
            (1 << 60, 61, 62),
        ] {
            let digits = Bounds::whole(count).digits();
            assert!((least..=most).contains(&digits), "{count}: {digits}");
        }
    }

    #[test]
    fn bounds_are_narrow_and_order_numbers_that_are_not_nearly_equal() {
        let price = Exact::of_digits("0.0000166667").expect("a decimal");
        let more = &price * &Exact::ratio(1_000_000_000_001, 1_000_000_000_000);
        assert!(more.bounds().is_above(price.bounds()));
        assert!(price.bounds().is_at_most(more.bounds()));
        assert!(Bounds::whole(5).is_at_most(Bounds::whole(5)));
        assert!(!Bounds::whole(5).is_above(Bounds::whole(5)));
    }

    #[test]
    fn what_floating_point_numbers_cannot_hold_is_not_certain() {
        let huge = (0..8).fold(Exact::whole(u128::MAX), |huge, _| &huge * &huge);
        let product = huge.bounds() * Bounds::ZERO;
        assert_eq!(product.high, f64::INFINITY);
        assert!(!product.is_above(Bounds::whole(1)) && !product.is_at_most(Bounds::whole(1)));
        assert_eq!(Bounds::ZERO.over(Bounds::ZERO).high, f64::INFINITY);
    }
}
