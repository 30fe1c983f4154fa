//! Exact ratios of integers: the arithmetic under every floor, ceiling and comparison.
//!
//! A bill is a chain of products and a few quotients. Decimals lose the quotients
//! (`2/3 + 2/3 + 2/3` becomes 1.99…, whose ceiling is still 2, or 2.00…1, whose ceiling is 3),
//! so everything is a ratio until it is shown. Most ratios fit two 128-bit integers; the few that
//! do not (a cluster shared by pods of many sizes) continue as big integers, unnoticed by callers.
//!
//! This room knows no unit, no price and no platform.

mod ball;
mod digits;
mod operators;

use ball::Ball;
use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{ToPrimitive, Zero};
use operators::{lowest_terms, product};
use rust_decimal::Decimal;
use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, OnceLock};

/// Significant digits of a quotient that is printed.
pub const PRINTED_DIGITS: u32 = 28;

/// An exact rational number.
#[derive(Clone)]
pub struct Exact(Repr);

#[derive(Clone)]
enum Repr {
    /// Not necessarily in lowest terms; the denominator is positive.
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
    value: OnceLock<Box<BigRational>>,
}

/// Where the exact value of a [`Long`] comes from.
enum Origin {
    Known,
    Sum(Exact, Exact),
    Product(Exact, Exact),
    Quotient(Exact, Exact),
}

/// Operations that may wait; more are carried out, so that no chain grows without bound.
const PATIENCE: u32 = 256;

impl Origin {
    fn evaluate(&self) -> BigRational {
        match self {
            // Its value is there already.
            Self::Known => BigRational::zero(),
            Self::Sum(left, right) => &*left.big() + &*right.big(),
            Self::Product(left, right) => &*left.big() * &*right.big(),
            Self::Quotient(left, right) => &*left.big() / &*right.big(),
        }
    }
}

impl Long {
    fn value(&self) -> &BigRational {
        self.value.get_or_init(|| Box::new(self.origin.evaluate()))
    }
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
        let denominator = denominator.max(1);
        // Halving both while that is possible costs nothing and keeps later products short.
        let twos = numerator.trailing_zeros().min(denominator.trailing_zeros());
        Self(Repr::Small(
            i128::from(numerator.checked_shr(twos).unwrap_or(0)),
            i128::from(denominator >> twos),
        ))
    }

    /// A whole number of any size.
    pub fn whole(count: u128) -> Self {
        match i128::try_from(count) {
            Ok(small) => Self(Repr::Small(small, 1)),
            Err(_) => Self::known(BigRational::from_integer(BigInt::from(count))),
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
            Repr::Long(_) => Some(self.long(divisor, Ball::over, Origin::Quotient)),
        }
    }

    /// The greatest integer not above the ratio; `None` when that is negative or beyond 128 bits.
    pub fn floor(&self) -> Option<u128> {
        match &self.0 {
            Repr::Small(num, den) => whole_part(*num, *den),
            Repr::Long(long) => long.ball.whole_part().or_else(|| {
                let big = long.value();
                big.numer().div_floor(big.denom()).to_u128()
            }),
        }
    }

    /// The least integer not below the ratio; `None` when that is negative or beyond 128 bits.
    pub fn ceil(&self) -> Option<u128> {
        match &self.0 {
            Repr::Small(num, den) if *num > 0 => {
                let below = whole_part(*num, *den)?;
                Some(below + u128::from(below * den.unsigned_abs() < num.unsigned_abs()))
            }
            Repr::Small(num, den) => (num + den > 0).then_some(0),
            Repr::Long(long) => match long.ball.whole_part() {
                Some(below) => below.checked_add(1),
                None => long.value().ceil().to_integer().to_u128(),
            },
        }
    }

    /// The least integer not below the ratio, however large.
    pub fn rounded_up(&self) -> Self {
        let big = || Self::known(self.big().ceil());
        self.ceil().map_or_else(big, Self::whole)
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

    /// The same ratio in lowest terms: later products stay small.
    pub fn reduced(self) -> Self {
        match self.0 {
            Repr::Small(num, den) => {
                let (num, den) = lowest_terms(num, den);
                Self(Repr::Small(num, den))
            }
            Repr::Long(long) => Self::known(long.value().clone()),
        }
    }

    /// A value that has been worked out: small if it fits, in lowest terms.
    fn known(big: BigRational) -> Self {
        let small = (big.numer().to_i128(), big.denom().to_i128());
        match (small, Ball::of(&big)) {
            // `-i128::MIN` does not exist; keep such a value long rather than guard every negation.
            ((Some(num), Some(den)), _) if num != i128::MIN => Self(Repr::Small(num, den)),
            (_, Some(ball)) => Self(Repr::Long(Arc::new(Long {
                ball,
                depth: 0,
                origin: Origin::Known,
                value: OnceLock::from(Box::new(big)),
            }))),
            // Zero is small, and so nothing has no ball.
            _ => Self::ZERO,
        }
    }

    fn big(&self) -> Cow<'_, BigRational> {
        match &self.0 {
            Repr::Small(num, den) => {
                Cow::Owned(BigRational::new(BigInt::from(*num), BigInt::from(*den)))
            }
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
        let negative = match &self.0 {
            Repr::Small(num, _) => *num < 0,
            Repr::Long(long) => long.ball.is_negative(),
        };
        let plain = match &self.0 {
            Repr::Small(num, den) => digits::of_small(num.unsigned_abs(), den.unsigned_abs()),
            Repr::Long(_) => None,
        };
        let (mantissa, scale) = plain
            .or_else(|| self.ball()?.digits())
            .unwrap_or_else(|| digits::of_big(&self.big()));
        digits::push(out, negative, mantissa, scale);
    }

    /// What the digits that are printed of it say, exactly.
    pub fn as_printed(&self) -> Self {
        let mut text = String::new();
        self.write_digits(&mut text);
        Self::of_digits(&text).unwrap_or(Self::ZERO)
    }

    /// The number that plain decimal text says, as [`Exact::write_digits`] writes it; `None` for
    /// anything else, and for more than 1,000 characters.
    pub fn of_digits(text: &str) -> Option<Self> {
        digits::read(text).map(Self::known)
    }

    /// The ratio rounded to a number of decimal places, halves away from zero, as people read money.
    pub fn to_fixed(&self, places: u32) -> String {
        let is_negative = *self < Self::ZERO;
        let magnitude = match is_negative {
            true => &Self::ZERO - self,
            false => self.clone(),
        };
        let power = 10u128.checked_pow(places).map_or(Self::ONE, Self::whole);
        let halves_up = &(&magnitude * &power) + &Self::ratio(1, 2);
        match halves_up.floor() {
            Some(mantissa) => digits::fixed(is_negative, &mantissa.to_string(), places),
            None => {
                let mantissa = halves_up.big().floor().to_integer();
                digits::fixed(is_negative, &mantissa.to_string(), places)
            }
        }
    }
}

/// `num / den` rounded down, unless that is negative.
#[inline]
fn whole_part(num: i128, den: i128) -> Option<u128> {
    // Machine words, as most are, divide several times as fast.
    if let (Ok(num), Ok(den)) = (u64::try_from(num), u64::try_from(den)) {
        return Some((num / den).into());
    }
    u128::try_from(num.div_euclid(den)).ok()
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

impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        self.write_digits(&mut text);
        f.pad(&text)
    }
}

impl fmt::Debug for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let big = self.big();
        write!(f, "{}/{}", big.numer(), big.denom())
    }
}

#[cfg(test)]
mod tests;
