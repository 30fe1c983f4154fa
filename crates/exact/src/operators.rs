//! Sums, products and comparisons. The result is in machine integers if it fits, reduced if only
//! that fits, or a long ratio.

use crate::ball::{Ball, multiply_high};
use crate::{Exact, Origin, Repr};
use dashu_int::ops::Gcd;
use std::cmp::Ordering;
use std::iter::Sum;
use std::ops::{Add, Mul, Sub};

/// The same ratio in lowest terms. The denominator is positive and stays positive.
pub(crate) fn lowest_terms(num: i128, den: i128) -> (i128, i128) {
    let divisor = num.unsigned_abs().gcd(den.unsigned_abs());
    let divisor = i128::try_from(divisor).expect("no divisor of a positive i128 is larger");
    (num / divisor, den / divisor)
}

/// The order of two products that may exceed 128 bits; the second factor of each is positive.
fn compare_products((a, d): (i128, i128), (c, b): (i128, i128)) -> Ordering {
    let signs = a.signum().cmp(&c.signum());
    if signs != Ordering::Equal {
        return signs;
    }
    let wide = |left: i128, right: i128| {
        let (left, right) = (left.unsigned_abs(), right.unsigned_abs());
        (multiply_high(left, right), left.wrapping_mul(right))
    };
    let magnitudes = wide(a, d).cmp(&wide(c, b));
    if a < 0 {
        magnitudes.reverse()
    } else {
        magnitudes
    }
}

/// The product, if it does not overflow.
#[inline]
pub(crate) fn product(left: i128, right: i128) -> Option<i128> {
    // Most factors fit a machine word: their product cannot overflow and takes one instruction.
    if let (Ok(left), Ok(right)) = (i64::try_from(left), i64::try_from(right)) {
        return Some(i128::from(left) * i128::from(right));
    }
    with_negative(left.checked_mul(right)?)
}

/// The sum, if it does not overflow.
#[inline]
fn sum(left: i128, right: i128) -> Option<i128> {
    with_negative(left.checked_add(right)?)
}

/// The number; `None` if it has no negative, because [`Repr::Small`] must not hold it.
#[inline]
fn with_negative(number: i128) -> Option<i128> {
    (number != i128::MIN).then_some(number)
}

#[inline]
fn small_mul((a, b): (i128, i128), (c, d): (i128, i128)) -> Option<(i128, i128)> {
    let den = if b == 1 {
        d
    } else if d == 1 {
        b
    } else {
        product(b, d)?
    };
    Some((product(a, c)?, den))
}

impl Exact {
    /// A product that overflows. Reduced, it could fit, but two greatest common divisors of 128
    /// bits take longer than all later operations on the product.
    fn mul_long(&self, other: &Self) -> Self {
        self.long(other, Ball::times, Origin::Product)
    }

    /// The numerator times the other's denominator, as a ball, to compare two fractions. A long ratio
    /// counts as a numerator over one.
    fn cross_product(&self, other: &Self) -> Option<Ball> {
        let numerator = match &self.0 {
            Repr::Small(num, _) => Ball::ratio(*num < 0, num.unsigned_abs(), 1)?,
            Repr::Long(long) => long.ball,
        };
        match &other.0 {
            Repr::Small(_, 1) | Repr::Long(_) => Some(numerator),
            Repr::Small(_, den) => numerator.times(&Ball::ratio(false, den.unsigned_abs(), 1)?),
        }
    }

    /// A sum that overflows, reduced if it then fits.
    fn add_long(&self, other: &Self) -> Self {
        if let (Repr::Small(a, b), Repr::Small(c, d)) = (&self.0, &other.0)
            && let Some((num, den)) = small_add(lowest_terms(*a, *b), lowest_terms(*c, *d))
        {
            return Self::small(num, den);
        }
        self.long(other, Ball::plus, Origin::Sum)
    }
}

impl Mul for &Exact {
    type Output = Exact;

    #[inline]
    fn mul(self, other: &Exact) -> Exact {
        if let (Repr::Small(a, b), Repr::Small(c, d)) = (&self.0, &other.0)
            && let Some((num, den)) = small_mul((*a, *b), (*c, *d))
        {
            return Exact::small(num, den);
        }
        self.mul_long(other)
    }
}

/// `den / other`, if that is a whole number.
#[inline]
fn times(den: i128, other: i128) -> Option<i128> {
    // Most denominators fit a machine word, and words divide several times as fast.
    if let (Ok(den), Ok(other)) = (u64::try_from(den), u64::try_from(other)) {
        let is_multiple = other > 0 && den % other == 0;
        return is_multiple.then(|| i128::from(den / other));
    }
    (den > other && den % other == 0).then(|| den / other)
}

#[inline]
fn small_add((a, b): (i128, i128), (c, d): (i128, i128)) -> Option<(i128, i128)> {
    if b == d {
        return Some((sum(a, c)?, b));
    }
    // Most denominators are powers of ten, so one divides the other.
    if let Some(times) = times(b, d) {
        return Some((sum(product(c, times)?, a)?, b));
    }
    if let Some(times) = times(d, b) {
        return Some((sum(product(a, times)?, c)?, d));
    }
    Some((sum(product(a, d)?, product(c, b)?)?, product(b, d)?))
}

impl Add for &Exact {
    type Output = Exact;

    #[inline]
    fn add(self, other: &Exact) -> Exact {
        match (&self.0, &other.0) {
            (Repr::Small(0, _), _) => return other.clone(),
            (_, Repr::Small(0, _)) => return self.clone(),
            (Repr::Small(a, b), Repr::Small(c, d)) => {
                if let Some((num, den)) = small_add((*a, *b), (*c, *d)) {
                    return Exact::small(num, den);
                }
            }
            _ => {}
        }
        self.add_long(other)
    }
}

impl Sub for &Exact {
    type Output = Exact;
    fn sub(self, other: &Exact) -> Exact {
        let negated = match &other.0 {
            Repr::Small(num, den) => Exact::small(-num, *den),
            Repr::Long(_) => other * &Exact::small(-1, 1),
        };
        self + &negated
    }
}

impl<'a> Sum<&'a Exact> for Exact {
    fn sum<I: Iterator<Item = &'a Exact>>(values: I) -> Self {
        values.fold(Exact::ZERO, |total, value| &total + value)
    }
}

impl Sum for Exact {
    fn sum<I: Iterator<Item = Exact>>(values: I) -> Self {
        values.fold(Exact::ZERO, |total, value| &total + &value)
    }
}

impl PartialEq for Exact {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Exact {}

impl PartialOrd for Exact {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Exact {
    fn cmp(&self, other: &Self) -> Ordering {
        if let (Repr::Small(a, b), Repr::Small(c, d)) = (&self.0, &other.0)
            && b == d
        {
            return a.cmp(c);
        }
        if let (Repr::Small(a, b), Repr::Small(c, d)) = (&self.0, &other.0)
            && let (Some(left), Some(right)) = (product(*a, *d), product(*c, *b))
        {
            return left.cmp(&right);
        }
        if let (Repr::Small(a, b), Repr::Small(c, d)) = (&self.0, &other.0) {
            return compare_products((*a, *d), (*c, *b));
        }
        // One of the two is long, and so not zero. A ball cannot represent zero: compare by sign.
        if other.is_zero() {
            return if self.is_positive() {
                Ordering::Greater
            } else {
                Ordering::Less
            };
        }
        if self.is_zero() {
            return other.cmp(self).reverse();
        }
        let certain = self
            .cross_product(other)
            .zip(other.cross_product(self))
            .and_then(|(left, right)| left.compare(&right));
        certain.unwrap_or_else(|| self.big().compare(&other.big()))
    }
}
