//! Exact ratios of integers: the arithmetic under every floor, ceiling and comparison.
//!
//! A bill is a chain of products and a few quotients. Decimals lose the quotients
//! (`2/3 + 2/3 + 2/3` becomes 1.99…, whose ceiling is still 2, or 2.00…1, whose ceiling is 3),
//! so everything is a ratio until it is shown. Most ratios fit two 128-bit integers; the few that
//! do not (a cluster shared by pods of many sizes) continue as big integers, unnoticed by callers.
//!
//! No operation overflows without a word: each falls back to the long form, or is proved to fit where
//! it stands. What no computer could answer stops the program; it never becomes another number.
//!
//! This room knows no unit, no price and no platform.

mod ball;
mod digits;
mod fraction;
mod operators;
mod total;

use ball::Ball;
use fraction::Fraction;
use num_traits::{ToPrimitive, Zero};
use operators::{lowest_terms, product};
use rust_decimal::Decimal;
use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, OnceLock};
pub use total::BoundedSum;

/// Significant digits of a quotient that is printed.
pub const PRINTED_DIGITS: u32 = 28;

/// An exact rational number.
#[derive(Clone)]
pub struct Exact(Repr);

#[derive(Clone)]
enum Repr {
    /// Not necessarily in lowest terms; the denominator is positive, and the numerator is never
    /// `i128::MIN`, so that every one has a negative.
    Small(i128, i128),
    /// Too long for machine integers.
    Long(Arc<Long>),
}

/// A ratio too long for machine integers: a ball that answers most questions, and how to get the
/// exact value for the others.
struct Long {
    ball: Ball,
    /// Operations between this and the last value that is known.
    depth: u32,
    origin: Origin,
    /// The exact value of what is not [`Origin::Known`], once it was asked for.
    value: OnceLock<Box<Fraction>>,
}

/// Where the exact value of a [`Long`] comes from.
enum Origin {
    Known(Fraction),
    Sum(Exact, Exact),
    Product(Exact, Exact),
    Quotient(Exact, Exact),
}

/// Operations that may wait; more are carried out, so that no chain grows without bound.
const PATIENCE: u32 = 256;

impl Origin {
    fn evaluate(&self) -> Fraction {
        match self {
            Self::Known(value) => value.clone(),
            Self::Sum(left, right) => left.big().plus(&right.big()),
            Self::Product(left, right) => left.big().times(&right.big()),
            Self::Quotient(left, right) => left.big().over(&right.big()),
        }
    }
}

impl Long {
    /// The exact value.
    ///
    /// # Panics
    /// The number is so large or so small that big integers cannot hold it. No input leads there: the
    /// alternative is a wrong answer.
    fn value(&self) -> &Fraction {
        if let Origin::Known(value) = &self.origin {
            return value;
        }
        self.value.get_or_init(|| {
            assert!(self.ball.is_workable(), "{TOO_LONG}");
            let value = self.origin.evaluate();
            debug_assert!(
                self.ball.agrees_with(&value),
                "{value:?} is not in its ball"
            );
            Box::new(value)
        })
    }
}

/// Why a number cannot be worked out.
const TOO_LONG: &str = "a number of more than 2^30 bits cannot be worked out";

impl Exact {
    /// Zero.
    pub const ZERO: Self = Self(Repr::Small(0, 1));
    /// One.
    pub const ONE: Self = Self(Repr::Small(1, 1));

    /// The ratio of two integers.
    ///
    /// # Panics
    /// The denominator is zero. It is a constant of the caller's, or a value known to be positive.
    pub fn ratio(numerator: u64, denominator: u64) -> Self {
        assert!(denominator > 0, "a ratio has no denominator of zero");
        // Halving both while that is possible costs nothing and keeps later products short. A positive
        // denominator ends in at most 63 zeros.
        let twos = numerator.trailing_zeros().min(denominator.trailing_zeros());
        Self::small((numerator >> twos).into(), (denominator >> twos).into())
    }

    /// A ratio of machine integers.
    #[inline]
    fn small(numerator: i128, denominator: i128) -> Self {
        debug_assert!(numerator != i128::MIN && denominator > 0);
        Self(Repr::Small(numerator, denominator))
    }

    /// A whole number of any size.
    pub fn whole(count: u128) -> Self {
        match i128::try_from(count) {
            Ok(small) => Self::small(small, 1),
            Err(_) => Self::known(Fraction::whole(count.into())),
        }
    }

    /// `self / divisor`, or `None` when the divisor is zero.
    pub fn over(&self, divisor: &Self) -> Option<Self> {
        match &divisor.0 {
            Repr::Small(0, _) => None,
            Repr::Small(num, den) => {
                let flipped = match *num > 0 {
                    true => Self::small(*den, *num),
                    false => Self::small(-den, -num),
                };
                Some(self * &flipped)
            }
            Repr::Long(_) => Some(self.long(divisor, Ball::over, Origin::Quotient)),
        }
    }

    /// The greatest integer not above the ratio; `None` when that is negative or beyond 128 bits.
    pub fn floor(&self) -> Option<u128> {
        match &self.0 {
            Repr::Small(num, den) => whole_part(*num, *den),
            Repr::Long(long) if long.ball.is_negative() || long.ball.is_beyond_u128() => None,
            Repr::Long(long) => match long.ball.whole_part() {
                Some(below) => Some(below),
                None => long.value().floor().to_u128(),
            },
        }
    }

    /// The least integer not below the ratio; `None` when that is negative or beyond 128 bits.
    pub fn ceil(&self) -> Option<u128> {
        match &self.0 {
            Repr::Small(num, den) if *num > 0 => {
                let below = whole_part(*num, *den)?;
                Some(below + u128::from(below * den.unsigned_abs() < num.unsigned_abs()))
            }
            // Of different signs, and so no overflow.
            Repr::Small(num, den) => (num + den > 0).then_some(0),
            Repr::Long(long) if long.ball.is_beyond_u128() => None,
            Repr::Long(long) => match long.ball.whole_part() {
                Some(part) if long.ball.is_negative() => (part == 0).then_some(0),
                Some(below) => below.checked_add(1),
                None => long.value().ceil().to_u128(),
            },
        }
    }

    /// The least integer not below the ratio, however large.
    pub fn rounded_up(&self) -> Self {
        let big = || Self::known(Fraction::whole(self.big().ceil()));
        self.ceil().map_or_else(big, Self::whole)
    }

    /// The greatest integer not above the ratio, which is not negative, however large.
    pub fn rounded_down(&self) -> Self {
        let big = || Self::known(Fraction::whole(self.big().floor()));
        self.floor().map_or_else(big, Self::whole)
    }

    /// The greatest integer not above `count` times the ratio, which is not negative.
    pub fn times_floor(&self, count: u64) -> Option<u128> {
        if let Repr::Small(num, den) = &self.0
            && let Some(product) = product(*num, i128::from(count))
        {
            return whole_part(product, *den);
        }
        (self * &Self::from(count)).floor()
    }

    /// How many whole times `part` goes into the ratio; `None` for a part of zero, and when that is
    /// negative or beyond 128 bits.
    pub fn whole_times(&self, part: &Self) -> Option<u128> {
        if let (Repr::Small(a, b), Repr::Small(c, d)) = (&self.0, &part.0)
            && let (Some(num), Some(den)) = (product(*a, *d), product(*b, *c))
            && den > 0
        {
            return whole_part(num, den);
        }
        self.over(part)?.floor()
    }

    /// `1 + x + x^2 + … + x^most`.
    pub fn sum_of_powers(&self, most: u32) -> Self {
        let ratio = self.clone().reduced();
        Self::known(ratio.big().sum_of_powers(most))
    }

    /// True for zero.
    pub fn is_zero(&self) -> bool {
        matches!(self.0, Repr::Small(0, _))
    }

    /// True above zero.
    pub fn is_positive(&self) -> bool {
        match &self.0 {
            Repr::Small(num, _) => *num > 0,
            Repr::Long(long) => !long.ball.is_negative(),
        }
    }

    /// True below zero.
    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Repr::Small(num, _) => *num < 0,
            Repr::Long(long) => long.ball.is_negative(),
        }
    }

    /// The same ratio in lowest terms: later products stay small.
    pub fn reduced(self) -> Self {
        match self.0 {
            Repr::Small(num, den) => {
                let (num, den) = lowest_terms(num, den);
                Self::small(num, den)
            }
            Repr::Long(long) => Self::known(long.value().clone().reduced()),
        }
    }

    /// A value that has been worked out: small if it fits.
    fn known(value: Fraction) -> Self {
        let value = value.reduced_if_short();
        match (value.small(), Ball::of(&value)) {
            (Some((num, den)), _) if num != i128::MIN => Self::small(num, den),
            (_, Some(ball)) => Self(Repr::Long(Arc::new(Long {
                ball,
                depth: 0,
                origin: Origin::Known(value),
                value: OnceLock::new(),
            }))),
            (_, None) => {
                assert!(value.numerator().is_zero(), "{TOO_LONG}");
                Self::ZERO
            }
        }
    }

    fn big(&self) -> Cow<'_, Fraction> {
        match &self.0 {
            Repr::Small(num, den) => Cow::Owned(Fraction::new((*num).into(), (*den).into())),
            Repr::Long(long) => Cow::Borrowed(long.value()),
        }
    }

    fn ball(&self) -> Option<Ball> {
        match &self.0 {
            Repr::Small(num, den) => Ball::ratio(*num < 0, num.unsigned_abs(), den.unsigned_abs()),
            Repr::Long(long) => Some(long.ball),
        }
    }

    fn depth(&self) -> u32 {
        match &self.0 {
            Repr::Small(..) => 0,
            Repr::Long(long) => long.depth,
        }
    }

    /// The outcome of an operation that does not fit machine integers: put off if its ball is good
    /// enough to answer with, else carried out.
    fn long(
        &self,
        other: &Self,
        on_balls: fn(&Ball, &Ball) -> Option<Ball>,
        origin: fn(Self, Self) -> Origin,
    ) -> Self {
        let balls = self.ball().zip(other.ball());
        let ball = balls.and_then(|(left, right)| on_balls(&left, &right));
        let depth = self.depth().max(other.depth()) + 1;
        let origin = origin(self.clone(), other.clone());
        match ball {
            Some(ball) if depth < PATIENCE => Self(Repr::Long(Arc::new(Long {
                ball,
                depth,
                origin,
                value: OnceLock::new(),
            }))),
            _ => Self::known(origin.evaluate()),
        }
    }

    /// Plain decimal text with up to 28 significant digits, half to even, no trailing zeros.
    ///
    /// A ratio whose decimal ends within 28 digits is printed whole; any other is rounded once.
    pub fn write_digits(&self, out: &mut String) {
        let (mantissa, scale) = self.digits();
        digits::push(out, self.is_negative(), mantissa, scale);
    }

    /// What the digits that are printed of it say, exactly.
    pub fn as_printed(&self) -> Self {
        let (mantissa, scale) = self.digits();
        let power = Self::known(Fraction::whole(digits::power_of_ten(scale.unsigned_abs())));
        let magnitude = match scale {
            // A power of ten is not zero.
            1.. => Self::whole(mantissa).over(&power).unwrap_or(Self::ZERO),
            _ => &Self::whole(mantissa) * &power,
        };
        match self.is_negative() {
            true => &Self::ZERO - &magnitude,
            false => magnitude,
        }
    }

    /// Up to 28 digits of the magnitude, and the power of ten that they are divided by.
    fn digits(&self) -> (u128, i64) {
        let plain = match &self.0 {
            Repr::Small(num, den) => digits::of_small(num.unsigned_abs(), den.unsigned_abs()),
            Repr::Long(_) => None,
        };
        plain
            .or_else(|| self.ball()?.digits())
            .unwrap_or_else(|| digits::of_big(&self.big()))
    }

    /// The number that plain decimal text says, as [`Exact::write_digits`] writes it; `None` for
    /// anything else, and for more than 1,000 characters.
    pub fn of_digits(text: &str) -> Option<Self> {
        digits::read(text).map(Self::known)
    }

    /// The ratio rounded to a number of decimal places, halves away from zero, as people read money.
    pub fn to_fixed(&self, places: u32) -> String {
        let is_negative = self.is_negative();
        let magnitude = match is_negative {
            true => &Self::ZERO - self,
            false => self.clone(),
        };
        let power = Self::known(Fraction::whole(digits::power_of_ten(places.into())));
        let halves_up = &(&magnitude * &power) + &Self::ratio(1, 2);
        let mantissa = match halves_up.floor() {
            Some(mantissa) => mantissa.to_string(),
            None => halves_up.big().floor().to_string(),
        };
        digits::fixed(is_negative, &mantissa, places)
    }
}

/// `num / den` rounded down, unless that is negative.
#[inline]
fn whole_part(num: i128, den: i128) -> Option<u128> {
    // Machine words, as most are, divide several times as fast.
    if let (Ok(num), Ok(den)) = (u64::try_from(num), u64::try_from(den)) {
        return Some((num / den).into());
    }
    let whole = u128::try_from(num.div_euclid(den)).ok()?;
    debug_assert!(num.unsigned_abs() - whole * den.unsigned_abs() < den.unsigned_abs());
    Some(whole)
}

impl From<Decimal> for Exact {
    fn from(value: Decimal) -> Self {
        let value = value.normalize();
        // A decimal has at most 28 places, and 10^28 fits.
        let power = digits::POWERS[value.scale() as usize];
        Self::small(value.mantissa(), power.cast_signed())
    }
}

impl From<u32> for Exact {
    fn from(value: u32) -> Self {
        Self::small(value.into(), 1)
    }
}

impl From<u64> for Exact {
    fn from(value: u64) -> Self {
        Self::small(value.into(), 1)
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
        let big = self.big().into_owned().reduced();
        write!(f, "{}/{}", big.numerator(), big.denominator())
    }
}

#[cfg(test)]
mod tests;
