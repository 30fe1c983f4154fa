//! Exact ratios of integers, fast enough to carry every amount of a calculation.
//!
//! A price calculation is a chain of products and a few quotients, and it ends in a ceiling, a floor
//! or a comparison. Decimals round quotients, and binary fractions round even 0.1; one wrong last digit
//! under a ceiling is a whole unit. An [`Exact`] is never rounded before it is printed:
//!
//! ```
//! use exact::Exact;
//!
//! let two_thirds = Exact::ratio(2, 3);
//! let sum: Exact = [&two_thirds; 3].into_iter().sum();
//! assert_eq!(sum.ceil(), Some(2)); // 0.667 + 0.667 + 0.667 would round up to 3
//! assert_eq!(two_thirds.to_string(), "0.6666666666666666666666666667");
//!
//! let price = Exact::of_digits("0.0000166667").expect("a decimal");
//! let month = &price * &Exact::from(400_000_u64);
//! assert_eq!(month.to_fixed(2), "6.67");
//! assert!(month > Exact::ratio(20, 3)); // 6.66668 and 6.666…
//! ```
//!
//! Most ratios fit two 128-bit integers, and arithmetic on those takes nanoseconds. A ratio that does
//! not fit is held as the operation that makes it and as a ball: its leading 128 bits with a bound on
//! the error. The ball answers what it can answer for certain; only where the error could change the
//! answer, as in a tie, is the number computed with big integers. So the ball makes it fast and cannot
//! make it wrong.
//!
//! Nothing overflows silently: each operation on machine integers falls back to the long form, or its
//! comment proves that the result fits. A result that would need more than 2^30 bits panics; it never
//! becomes another number.

#![warn(missing_docs, unreachable_pub)]

mod ball;
#[expect(
    clippy::disallowed_types,
    reason = "they enclose an exact number and are no amount"
)]
mod bounds;
mod digits;
mod fraction;
mod operators;
mod total;

use ball::Ball;
pub use bounds::Bounds;
use dashu_int::IBig;
pub use digits::DigitBuffer;
use fraction::Fraction;
use operators::{lowest_terms, product};
use rust_decimal::Decimal;
use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::sync::{Arc, OnceLock};
pub use total::BoundedSum;

/// Significant digits of a printed quotient.
pub const PRINTED_DIGITS: u32 = 28;

/// An exact rational number.
///
/// Operators take references: `&a + &b`. Division is [`Exact::over`], which returns `None` for a
/// divisor of zero.
#[derive(Clone)]
pub struct Exact(Repr);

#[derive(Clone)]
enum Repr {
    /// Numerator and denominator, not necessarily in lowest terms. The denominator is positive. The
    /// numerator is never `i128::MIN`, so every numerator has a negative.
    Small(i128, i128),
    /// Too long for machine integers; never zero.
    Long(Arc<Long>),
}

/// A ratio too long for machine integers: a ball that answers most questions, and the way to compute
/// the exact value for the others.
struct Long {
    ball: Ball,
    /// Operations between this ratio and the nearest known value.
    depth: u32,
    origin: Origin,
    /// The exact value, once computed; unused for [`Origin::Known`].
    value: OnceLock<Box<Fraction>>,
}

/// Where the exact value of a [`Long`] comes from.
enum Origin {
    Known(Fraction),
    Sum(Exact, Exact),
    Product(Exact, Exact),
    Quotient(Exact, Exact),
}

/// Longest chain of operations that are not computed yet: a bound on memory and on recursion.
const MAX_DEPTH: u32 = 256;

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
    /// The number is so large or so small that big integers cannot hold it.
    fn value(&self) -> &Fraction {
        if let Origin::Known(value) = &self.origin {
            return value;
        }
        self.value.get_or_init(|| {
            assert!(self.ball.is_computable(), "{TOO_LONG}");
            let value = self.origin.evaluate();
            debug_assert!(
                self.ball.agrees_with(&value),
                "{value:?} is not in its ball"
            );
            Box::new(value)
        })
    }
}

const TOO_LONG: &str = "a number of more than 2^30 bits cannot be computed";

impl Exact {
    /// Zero.
    pub const ZERO: Self = Self(Repr::Small(0, 1));
    /// One.
    pub const ONE: Self = Self(Repr::Small(1, 1));

    /// The ratio of two integers.
    ///
    /// # Panics
    /// The denominator is zero.
    #[inline]
    pub fn ratio(numerator: u64, denominator: u64) -> Self {
        assert!(
            denominator > 0,
            "the denominator of a ratio must not be zero"
        );
        // Removing common factors of two is nearly free and keeps later products short. A positive
        // denominator ends in at most 63 zero bits, so the shift does not overflow.
        let twos = numerator.trailing_zeros().min(denominator.trailing_zeros());
        Self::small((numerator >> twos).into(), (denominator >> twos).into())
    }

    /// A ratio of machine integers.
    #[inline]
    fn small(numerator: i128, denominator: i128) -> Self {
        debug_assert!(numerator != i128::MIN && denominator > 0);
        Self(Repr::Small(numerator, denominator))
    }

    /// A whole number.
    #[inline]
    pub fn whole(count: u128) -> Self {
        match i128::try_from(count) {
            Ok(small) => Self::small(small, 1),
            Err(_) => Self::known(Fraction::whole(count)),
        }
    }

    /// `self / divisor`; `None` for a divisor of zero.
    pub fn over(&self, divisor: &Self) -> Option<Self> {
        match &divisor.0 {
            Repr::Small(0, _) => None,
            Repr::Small(num, den) => {
                let inverse = if *num > 0 {
                    Self::small(*den, *num)
                } else {
                    Self::small(-den, -num)
                };
                Some(self * &inverse)
            }
            Repr::Long(_) => Some(self.long(divisor, Ball::over, Origin::Quotient)),
        }
    }

    /// The greatest integer not above the ratio; `None` if that is negative or exceeds 128 bits.
    pub fn floor(&self) -> Option<u128> {
        match &self.0 {
            Repr::Small(num, den) => whole_part(*num, *den),
            Repr::Long(long) if long.ball.is_negative() || long.ball.is_beyond_u128() => None,
            Repr::Long(long) => match long.ball.whole_part() {
                Some(below) => Some(below),
                None => u128::try_from(long.value().floor()).ok(),
            },
        }
    }

    /// The least integer not below the ratio; `None` if that is negative or exceeds 128 bits.
    pub fn ceil(&self) -> Option<u128> {
        match &self.0 {
            Repr::Small(num, den) if *num > 0 => {
                let below = whole_part(*num, *den)?;
                Some(below + u128::from(below * den.unsigned_abs() < num.unsigned_abs()))
            }
            // Numerator and denominator differ in sign, so the sum does not overflow.
            Repr::Small(num, den) => (num + den > 0).then_some(0),
            Repr::Long(long) if long.ball.is_beyond_u128() => None,
            Repr::Long(long) => match long.ball.whole_part() {
                Some(part) if long.ball.is_negative() => (part == 0).then_some(0),
                Some(below) => below.checked_add(1),
                None => u128::try_from(long.value().ceil()).ok(),
            },
        }
    }

    /// The least integer not below the ratio, however large.
    pub fn rounded_up(&self) -> Self {
        match self.ceil() {
            Some(whole) => Self::whole(whole),
            None => Self::known(Fraction::whole(self.big().ceil())),
        }
    }

    /// The greatest integer not above the ratio, however large.
    pub fn rounded_down(&self) -> Self {
        match self.floor() {
            Some(whole) => Self::whole(whole),
            None => Self::known(Fraction::whole(self.big().floor())),
        }
    }

    /// The greatest integer not above `count` times the ratio; `None` as in [`Exact::floor`].
    pub fn times_floor(&self, count: u64) -> Option<u128> {
        if let Repr::Small(num, den) = &self.0
            && let Some(product) = product(*num, i128::from(count))
        {
            return whole_part(product, *den);
        }
        (self * &Self::from(count)).floor()
    }

    /// The greatest integer not above `self / part`; `None` for a part of zero, and as in
    /// [`Exact::floor`].
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

    /// Whether this is zero.
    pub fn is_zero(&self) -> bool {
        matches!(self.0, Repr::Small(0, _))
    }

    /// Whether this is greater than zero.
    pub fn is_positive(&self) -> bool {
        match &self.0 {
            Repr::Small(num, _) => *num > 0,
            Repr::Long(long) => !long.ball.is_negative(),
        }
    }

    /// Whether this is less than zero.
    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Repr::Small(num, _) => *num < 0,
            Repr::Long(long) => long.ball.is_negative(),
        }
    }

    /// The same ratio in lowest terms, which keeps later products short.
    ///
    /// # Panics
    /// The ratio has more than 2^30 bits.
    pub fn reduced(self) -> Self {
        match self.0 {
            Repr::Small(num, den) => {
                let (num, den) = lowest_terms(num, den);
                Self::small(num, den)
            }
            Repr::Long(long) => Self::known(long.value().clone().reduced()),
        }
    }

    /// A computed value, in machine integers if it fits.
    fn known(value: Fraction) -> Self {
        let value = value.reduced_if_short();
        if value.numerator().is_zero() {
            return Self::ZERO;
        }
        match value.small() {
            Some((num, den)) if num != i128::MIN => Self::small(num, den),
            _ => Self(Repr::Long(Arc::new(Long {
                ball: Ball::of(&value)
                    .expect("no memory holds 2^60 bits, and zero is handled above"),
                depth: 0,
                origin: Origin::Known(value),
                value: OnceLock::new(),
            }))),
        }
    }

    /// The exact value.
    fn big(&self) -> Cow<'_, Fraction> {
        match &self.0 {
            Repr::Small(num, den) => {
                Cow::Owned(Fraction::new(IBig::from(*num), den.unsigned_abs().into()))
            }
            Repr::Long(long) => Cow::Borrowed(long.value()),
        }
    }

    /// The ball around the ratio; `None` for zero.
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

    /// The result of an operation that does not fit machine integers. It is computed at once only if
    /// it has no ball, or if too many operations are not computed yet.
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
            Some(ball) if depth < MAX_DEPTH => Self(Repr::Long(Arc::new(Long {
                ball,
                depth,
                origin,
                value: OnceLock::new(),
            }))),
            _ => Self::known(origin.evaluate()),
        }
    }

    /// Appends plain decimal text with up to 28 significant digits, without trailing zeros.
    ///
    /// A ratio with more digits is rounded once, halves to even.
    pub fn write_digits(&self, out: &mut String) {
        let (mantissa, scale) = self.digits();
        digits::push(out, self.is_negative(), mantissa, scale);
    }

    /// Appends plain decimal text with at most `most` significant digits, up to 28, without trailing
    /// zeros. The ratio is rounded once, halves to even.
    pub fn write_significant(&self, most: u32, out: &mut String) {
        let (mantissa, scale) = self.digits();
        self.write_shortened(
            mantissa,
            scale,
            digits::length(mantissa).saturating_sub(most),
            out,
        );
    }

    /// Appends plain decimal text with at most `most` decimal places and 28 significant digits, without
    /// trailing zeros. The ratio is rounded once, halves to even.
    pub fn write_places(&self, most: u32, out: &mut String) {
        let (mantissa, scale) = self.digits();
        let excess = scale - i64::from(most);
        self.write_shortened(mantissa, scale, u32::try_from(excess).unwrap_or(0), out);
    }

    /// Appends the digits of this number without the last `excess` of them.
    fn write_shortened(&self, mantissa: u128, scale: i64, excess: u32, out: &mut String) {
        // A mantissa has at most 28 digits, so without 29 of them nothing is left.
        let (mantissa, scale) = match digits::POWERS.get(excess as usize) {
            None => (0, 0),
            Some(1) => (mantissa, scale),
            Some(power) => {
                let (whole, rest) = (mantissa / power, mantissa % power);
                let up = match rest.cmp(&(power / 2)) {
                    // The digits are rounded themselves, so the number can be on either side.
                    Ordering::Equal => match self.printed_side() {
                        Ordering::Equal => whole % 2 == 1,
                        side => side == Ordering::Greater,
                    },
                    side => side == Ordering::Greater,
                };
                (whole + u128::from(up), scale - i64::from(excess))
            }
        };
        digits::push(out, self.is_negative(), mantissa, scale);
    }

    /// How the magnitude compares with that of its printed digits.
    fn printed_side(&self) -> Ordering {
        let side = self.cmp(&self.as_printed());
        if self.is_negative() {
            side.reverse()
        } else {
            side
        }
    }

    /// The number that the printed digits stand for: the ratio rounded as in [`Exact::write_digits`].
    pub fn as_printed(&self) -> Self {
        let (mantissa, scale) = self.digits();
        let power = Self::known(Fraction::whole(digits::power_of_ten(scale.unsigned_abs())));
        let mantissa = Self::whole(mantissa);
        let magnitude = if scale > 0 {
            mantissa.over(&power).expect("a power of ten is not zero")
        } else {
            &mantissa * &power
        };
        if self.is_negative() {
            &Self::ZERO - &magnitude
        } else {
            magnitude
        }
    }

    /// Up to 28 digits of the magnitude, and the power of ten that divides them.
    fn digits(&self) -> (u128, i64) {
        let plain = match &self.0 {
            Repr::Small(num, den) => digits::of_small(num.unsigned_abs(), den.unsigned_abs()),
            Repr::Long(_) => None,
        };
        plain
            .or_else(|| self.ball()?.digits())
            .unwrap_or_else(|| digits::of_big(&self.big()))
    }

    /// The number that plain decimal text stands for, in the form of [`Exact::write_digits`]; `None`
    /// for other text and for more than 1,000 characters.
    pub fn of_digits(text: &str) -> Option<Self> {
        digits::read(text).map(Self::known)
    }

    /// Text with a fixed number of decimal places, halves away from zero, as money is shown.
    pub fn to_fixed(&self, places: u32) -> String {
        let is_negative = self.is_negative();
        let magnitude = if is_negative {
            &Self::ZERO - self
        } else {
            self.clone()
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

/// `num / den` rounded down; `None` if that is negative.
#[inline]
fn whole_part(num: i128, den: i128) -> Option<u128> {
    // Most numbers fit a machine word, and words divide several times as fast.
    if let (Ok(num), Ok(den)) = (u64::try_from(num), u64::try_from(den)) {
        return Some((num / den).into());
    }
    let whole = u128::try_from(num.div_euclid(den)).ok()?;
    debug_assert!(num.unsigned_abs() - whole * den.unsigned_abs() < den.unsigned_abs());
    Some(whole)
}

/// The mantissa and the decimal places of a number, without zeros at its end.
fn without_zeros(value: Decimal) -> (i128, u32) {
    // Most numbers fit a machine word, which divides fast.
    let Ok(mut mantissa) = i64::try_from(value.mantissa()) else {
        let value = value.normalize();
        return (value.mantissa(), value.scale());
    };
    let mut scale = value.scale();
    while scale > 0 && mantissa % 10 == 0 {
        mantissa /= 10;
        scale -= 1;
    }
    (mantissa.into(), scale)
}

impl From<Decimal> for Exact {
    fn from(value: Decimal) -> Self {
        let (mantissa, scale) = without_zeros(value);
        // A decimal has at most 28 places, and 10^28 fits.
        let power = digits::POWERS[scale as usize];
        Self::small(mantissa, power.cast_signed())
    }
}

impl From<u32> for Exact {
    #[inline]
    fn from(value: u32) -> Self {
        Self::small(value.into(), 1)
    }
}

impl From<u64> for Exact {
    #[inline]
    fn from(value: u64) -> Self {
        Self::small(value.into(), 1)
    }
}

impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(DigitBuffer::new().format(self))
    }
}

impl fmt::Debug for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let big = self.big().into_owned().reduced();
        write!(f, "{}/{}", big.numerator(), big.denominator())
    }
}

#[cfg(test)]
mod oracle;
#[cfg(test)]
mod tests;
