//! Exact ratios of integers: the arithmetic under every floor, ceiling and comparison.
//!
//! A bill is a chain of products and a few quotients. Decimals lose the quotients
//! (`2/3 + 2/3 + 2/3` becomes 1.99…, whose ceiling is still 2, or 2.00…1, whose ceiling is 3),
//! so everything is a ratio until it is shown. Most ratios fit two 128-bit integers; the few that
//! do not (a cluster shared by pods of many sizes) continue as big integers, unnoticed by callers.
//!
//! This room knows no unit, no price and no platform.

use num_bigint::{BigInt, Sign};
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};
use rust_decimal::Decimal;
use std::cmp::Ordering;
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Mul, Sub};

/// Significant digits of a quotient that is printed.
pub const PRINTED_DIGITS: u32 = 28;

/// An exact rational number.
#[derive(Clone)]
pub struct Exact(Repr);

#[derive(Clone)]
enum Repr {
    /// Not necessarily in lowest terms; the denominator is positive.
    Small(i128, i128),
    /// In lowest terms.
    Big(Box<BigRational>),
}

impl Exact {
    /// Zero.
    pub const ZERO: Self = Self(Repr::Small(0, 1));
    /// One.
    pub const ONE: Self = Self(Repr::Small(1, 1));

    /// The ratio of two integers.
    ///
    /// The denominator is a constant of the caller's or a value known to be positive; zero, which
    /// no caller can pass, would read as one.
    pub fn ratio(numerator: u64, denominator: u64) -> Self {
        Self(Repr::Small(
            i128::from(numerator),
            i128::from(denominator.max(1)),
        ))
    }

    /// A whole number of any size.
    pub fn whole(count: u128) -> Self {
        match i128::try_from(count) {
            Ok(small) => Self(Repr::Small(small, 1)),
            Err(_) => Self::from_big(BigRational::from_integer(BigInt::from(count))),
        }
    }

    /// `self / divisor`, or `None` when the divisor is zero.
    pub fn over(&self, divisor: &Self) -> Option<Self> {
        match &divisor.0 {
            Repr::Small(0, _) => None,
            Repr::Small(num, den) => {
                let flipped = if *num > 0 {
                    Self(Repr::Small(*den, *num))
                } else {
                    Self(Repr::Small(-den, -num))
                };
                Some(self * &flipped)
            }
            Repr::Big(big) => Some(self * &Self::from_big(big.recip())),
        }
    }

    /// The greatest integer not above the ratio; `None` when that is negative or beyond 128 bits.
    pub fn floor(&self) -> Option<u128> {
        match &self.0 {
            Repr::Small(num, den) => u128::try_from(num.div_euclid(*den)).ok(),
            Repr::Big(big) => big.numer().div_floor(big.denom()).to_u128(),
        }
    }

    /// The least integer not below the ratio; `None` when that is negative or beyond 128 bits.
    pub fn ceil(&self) -> Option<u128> {
        match &self.0 {
            Repr::Small(num, den) => {
                let up = i128::from(num.rem_euclid(*den) > 0);
                u128::try_from(num.div_euclid(*den) + up).ok()
            }
            Repr::Big(big) => big.ceil().to_integer().to_u128(),
        }
    }

    /// The greatest integer not above `count` times the ratio, which is not negative.
    pub fn times_floor(&self, count: u64) -> Option<u128> {
        if let Repr::Small(num, den) = &self.0
            && let Some(product) = num.checked_mul(i128::from(count))
        {
            return u128::try_from(product / den).ok();
        }
        (self * &Self::from(count)).floor()
    }

    /// True for zero.
    pub fn is_zero(&self) -> bool {
        matches!(self.0, Repr::Small(0, _))
    }

    /// True above zero.
    pub fn is_positive(&self) -> bool {
        match &self.0 {
            Repr::Small(num, _) => *num > 0,
            Repr::Big(big) => big.is_positive(),
        }
    }

    /// The smaller of two.
    pub fn min(self, other: Self) -> Self {
        if other < self { other } else { self }
    }

    /// The larger of two.
    pub fn max(self, other: Self) -> Self {
        if other > self { other } else { self }
    }

    /// The same ratio in lowest terms: later products stay small.
    pub fn reduced(self) -> Self {
        match self.0 {
            Repr::Small(num, den) => {
                let (num, den) = lowest_terms(num, den);
                Self(Repr::Small(num, den))
            }
            Repr::Big(_) => self,
        }
    }

    fn from_big(big: BigRational) -> Self {
        match (big.numer().to_i128(), big.denom().to_i128()) {
            // `-i128::MIN` does not exist; keep such a value big rather than guard every negation.
            (Some(num), Some(den)) if num != i128::MIN => Self(Repr::Small(num, den)),
            _ => Self(Repr::Big(Box::new(big))),
        }
    }

    fn to_big(&self) -> BigRational {
        match &self.0 {
            Repr::Small(num, den) => BigRational::new(BigInt::from(*num), BigInt::from(*den)),
            Repr::Big(big) => (**big).clone(),
        }
    }

    /// Plain decimal text with up to 28 significant digits, half to even, no trailing zeros.
    ///
    /// A ratio whose decimal ends within 28 digits is printed whole; any other is rounded once.
    pub fn write_digits(&self, out: &mut String) {
        let (negative, mantissa, scale) = self.significant();
        push_decimal(out, negative, &mantissa.to_string(), scale);
    }

    /// The ratio rounded to a number of decimal places, halves away from zero, as people read money.
    pub fn to_fixed(&self, places: u32) -> String {
        let big = self.to_big();
        let scaled = big.abs() * BigRational::from_integer(BigInt::from(10).pow(places));
        let half = BigRational::new(BigInt::one(), BigInt::from(2));
        let mantissa = (scaled + half).floor().to_integer();
        let negative = big.is_negative() && !mantissa.is_zero();
        let mut out = String::new();
        let digits = format!("{mantissa:0>width$}", width = places as usize + 1);
        if negative {
            out.push('-');
        }
        let (whole, fraction) = digits.split_at(digits.len() - places as usize);
        out.push_str(whole);
        if !fraction.is_empty() {
            out.push('.');
            out.push_str(fraction);
        }
        out
    }

    /// Sign, mantissa of at most 28 digits, and the power of ten it is divided by (negative for
    /// numbers above 28 digits).
    fn significant(&self) -> (bool, u128, i64) {
        if let Repr::Small(num, den) = &self.0
            && let Some((mantissa, scale)) = small_digits(num.unsigned_abs(), den.unsigned_abs())
        {
            return (*num < 0, mantissa, scale);
        }
        let big = self.to_big();
        let (mantissa, scale) = big_digits(&big.abs());
        (big.is_negative(), mantissa, scale)
    }
}

fn lowest_terms(num: i128, den: i128) -> (i128, i128) {
    let divisor = num.gcd(&den);
    (num / divisor, den / divisor)
}

/// Long division in chunks of as many digits as fit 128 bits; `None` when not even one fits.
fn small_digits(num: u128, den: u128) -> Option<(u128, i64)> {
    let limit = 10u128.pow(PRINTED_DIGITS);
    let mut mantissa = num / den;
    let mut rest = num % den;
    if mantissa >= limit {
        return None;
    }
    let room = (u128::MAX / den).checked_ilog10()?;
    if room == 0 {
        return None;
    }
    let mut scale = 0i64;
    while rest > 0 {
        let have = mantissa.checked_ilog10().map_or(0, |log| log + 1);
        let chunk = (PRINTED_DIGITS - have).min(room);
        if chunk == 0 {
            break;
        }
        let power = 10u128.pow(chunk);
        let scaled = rest * power;
        mantissa = mantissa * power + scaled / den;
        rest = scaled % den;
        scale += i64::from(chunk);
    }
    // Halves to even: `rest` against what is missing to a whole last digit.
    let missing = den - rest;
    if rest > missing || (rest == missing && mantissa % 2 == 1) {
        mantissa += 1;
    }
    Some((mantissa, scale))
}

fn big_digits(value: &BigRational) -> (u128, i64) {
    if value.is_zero() {
        return (0, 0);
    }
    let limit = BigInt::from(10).pow(PRINTED_DIGITS);
    let magnitude = decimal_length(value.numer()) - decimal_length(value.denom());
    // The quotient has `magnitude` or `magnitude + 1` digits before the point: try the longer first.
    let mut scale = i64::from(PRINTED_DIGITS) - magnitude;
    loop {
        let (quotient, rest, den) = shifted_division(value, scale);
        if quotient >= limit {
            scale -= 1;
            continue;
        }
        let mut mantissa = quotient.to_u128().unwrap_or_default();
        let twice: BigInt = rest * 2;
        match twice.cmp(&den) {
            Ordering::Greater => mantissa += 1,
            Ordering::Equal => mantissa += mantissa % 2,
            Ordering::Less => {}
        }
        return (mantissa, scale);
    }
}

fn shifted_division(value: &BigRational, scale: i64) -> (BigInt, BigInt, BigInt) {
    let power = BigInt::from(10).pow(u32::try_from(scale.unsigned_abs()).unwrap_or(u32::MAX));
    let (num, den) = if scale >= 0 {
        (value.numer() * power, value.denom().clone())
    } else {
        (value.numer().clone(), value.denom() * power)
    };
    let (quotient, rest) = num.div_rem(&den);
    (quotient, rest, den)
}

fn decimal_length(value: &BigInt) -> i64 {
    i64::try_from(value.to_str_radix(10).trim_start_matches('-').len()).unwrap_or(i64::MAX)
}

/// Writes `digits / 10^scale` without exponent, trailing zeros of the fraction dropped.
fn push_decimal(out: &mut String, negative: bool, digits: &str, scale: i64) {
    if digits == "0" {
        out.push('0');
        return;
    }
    if negative {
        out.push('-');
    }
    if scale <= 0 {
        out.push_str(digits);
        out.extend((0..-scale).map(|_| '0'));
        return;
    }
    let scale = usize::try_from(scale).unwrap_or(usize::MAX);
    let (whole, fraction) = digits.split_at(digits.len().saturating_sub(scale));
    let trimmed = fraction.trim_end_matches('0');
    out.push_str(if whole.is_empty() { "0" } else { whole });
    if !trimmed.is_empty() {
        out.push('.');
        out.extend((fraction.len()..scale).map(|_| '0'));
        out.push_str(trimmed);
    }
}

impl From<Decimal> for Exact {
    fn from(value: Decimal) -> Self {
        let value = value.normalize();
        Self(Repr::Small(value.mantissa(), 10i128.pow(value.scale())))
    }
}

impl From<u32> for Exact {
    fn from(value: u32) -> Self {
        Self(Repr::Small(i128::from(value), 1))
    }
}

impl From<u64> for Exact {
    fn from(value: u64) -> Self {
        Self(Repr::Small(i128::from(value), 1))
    }
}

fn small_mul(a: (i128, i128), b: (i128, i128)) -> Option<(i128, i128)> {
    let den = match (a.1, b.1) {
        (1, den) | (den, 1) => den,
        (one, other) => one.checked_mul(other)?,
    };
    Some((a.0.checked_mul(b.0)?, den))
}

impl Mul for &Exact {
    type Output = Exact;
    fn mul(self, other: &Exact) -> Exact {
        if let (Repr::Small(a, b), Repr::Small(c, d)) = (&self.0, &other.0) {
            let crosswise = || {
                let ((a, d), (c, b)) = (lowest_terms(*a, *d), lowest_terms(*c, *b));
                small_mul((a, b), (c, d))
            };
            if let Some((num, den)) = small_mul((*a, *b), (*c, *d)).or_else(crosswise) {
                return Exact(Repr::Small(num, den));
            }
        }
        Exact::from_big(self.to_big() * other.to_big())
    }
}

fn small_add((a, b): (i128, i128), (c, d): (i128, i128)) -> Option<(i128, i128)> {
    if b == d {
        return Some((a.checked_add(c)?, b));
    }
    // Denominators are mostly powers of ten: one divides the other.
    if b % d == 0 {
        return Some((c.checked_mul(b / d)?.checked_add(a)?, b));
    }
    if d % b == 0 {
        return Some((a.checked_mul(d / b)?.checked_add(c)?, d));
    }
    Some((
        a.checked_mul(d)?.checked_add(c.checked_mul(b)?)?,
        b.checked_mul(d)?,
    ))
}

impl Add for &Exact {
    type Output = Exact;
    fn add(self, other: &Exact) -> Exact {
        if let (Repr::Small(a, b), Repr::Small(c, d)) = (&self.0, &other.0) {
            let in_lowest_terms = || small_add(lowest_terms(*a, *b), lowest_terms(*c, *d));
            if let Some((num, den)) = small_add((*a, *b), (*c, *d)).or_else(in_lowest_terms) {
                return Exact(Repr::Small(num, den));
            }
        }
        Exact::from_big(self.to_big() + other.to_big())
    }
}

impl Sub for &Exact {
    type Output = Exact;
    fn sub(self, other: &Exact) -> Exact {
        let negated = match &other.0 {
            Repr::Small(num, den) => Exact(Repr::Small(-num, *den)),
            Repr::Big(big) => Exact(Repr::Big(Box::new(-(**big).clone()))),
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
            && let (Some(left), Some(right)) = (a.checked_mul(*d), c.checked_mul(*b))
        {
            return left.cmp(&right);
        }
        self.to_big().cmp(&other.to_big())
    }
}

impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        self.write_digits(&mut text);
        f.pad(&text)
    }
}

impl fmt::Debug for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Small(num, den) => write!(f, "{num}/{den}"),
            Repr::Big(big) => {
                let sign = if big.numer().sign() == Sign::Minus {
                    "-"
                } else {
                    ""
                };
                write!(
                    f,
                    "{sign}{}/{}",
                    big.numer().magnitude(),
                    big.denom().magnitude()
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn third(count: u64) -> Exact {
        Exact::ratio(count, 3)
    }

    #[test]
    fn three_times_two_thirds_has_ceiling_two() {
        let sum: Exact = [third(2), third(2), third(2)].iter().sum();
        assert_eq!(sum.ceil(), Some(2));
    }

    #[test]
    fn quotients_carry_28_significant_digits_half_to_even() {
        assert_eq!(third(1).to_string(), "0.3333333333333333333333333333");
        assert_eq!(third(200).to_string(), "66.66666666666666666666666667");
        assert_eq!(
            Exact::ratio(1, 3_000_000).to_string().len(),
            "0.000000".len() + 28
        );
        // 28 digits, then a 5: the even neighbour, below and above.
        let half = |text: &str| {
            let tenth = Exact::ratio(1, 10_000_000_000_000_000_000);
            let tenth = &tenth * &Exact::ratio(1, 10_000_000_000);
            (&Exact::whole(text.parse().expect("digits")) * &tenth).to_string()
        };
        assert_eq!(
            half("12345678901234567890123456785"),
            "0.1234567890123456789012345678"
        );
        assert_eq!(
            half("12345678901234567890123456775"),
            "0.1234567890123456789012345678"
        );
    }

    #[test]
    fn finite_decimals_print_whole() {
        assert_eq!(Exact::ratio(21_833_375, 100_000).to_string(), "218.33375");
        assert_eq!(Exact::ratio(1_000_000, 1).to_string(), "1000000");
        assert_eq!((&Exact::ZERO - &Exact::ratio(5, 100)).to_string(), "-0.05");
        assert_eq!(Exact::ZERO.to_string(), "0");
    }

    #[test]
    fn huge_numbers_neither_overflow_nor_lose_digits() {
        let huge = Exact::whole(u128::MAX);
        let square = &huge * &huge;
        assert_eq!(square.over(&huge), Some(huge.clone()));
        assert_eq!(square.over(&square), Some(Exact::ONE));
        assert_eq!((&square - &square).to_string(), "0");
        // (2^128 - 1)^2 = 1.157920892373161954235709850E77 to 28 digits.
        assert!(
            square
                .to_string()
                .starts_with("1157920892373161954235709850")
        );
        assert_eq!(square.to_string().len(), 78);
    }

    #[test]
    fn money_is_shown_with_halves_away_from_zero() {
        assert_eq!(Exact::ratio(21_833_375, 100_000).to_fixed(2), "218.33");
        assert_eq!(Exact::ratio(1, 8).to_fixed(2), "0.13");
        assert_eq!((&Exact::ZERO - &Exact::ratio(1, 8)).to_fixed(2), "-0.13");
        assert_eq!(Exact::ratio(1, 1000).to_fixed(2), "0.00");
        assert_eq!(Exact::ratio(1999, 1000).to_fixed(0), "2");
    }

    #[test]
    fn dividing_by_zero_is_no_number() {
        assert_eq!(Exact::ONE.over(&Exact::ZERO), None);
    }
}
