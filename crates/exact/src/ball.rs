//! Ball arithmetic: the leading 128 bits of a number and a bound on their error.
//!
//! A ball answers most questions about a ratio that is too long for machine integers. Every answer is
//! exact. Where the error could change it (a tie, a difference of nearly equal numbers), there is no
//! answer (`None`), and the caller computes the number with big integers.

use crate::fraction::Fraction;
use crate::{PRINTED_DIGITS, digits};
use dashu_int::ops::{BitTest, UnsignedAbs};
use dashu_int::{IBig, Sign, UBig};
use std::cmp::Ordering;
use std::sync::OnceLock;

/// `±(mantissa ± error) * 2^exponent`, the mantissa with its top bit set.
///
/// The error is less than [`ERROR_LIMIT`], so the number is not zero and its sign is certain. The
/// magnitude of the exponent is at most [`EXPONENT_LIMIT`], so sums and differences of two exponents
/// do not overflow.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ball {
    mantissa: u128,
    exponent: i64,
    /// The error, and the sign in the bit [`SIGN`]: millions of balls are copied, and a separate field
    /// would make each half as large again.
    signed_error: u64,
}

const SIGN: u64 = 1 << 63;

/// A ball with an error of at least this is useless: almost none of its digits are certain.
const ERROR_LIMIT: u64 = 1 << 60;
/// The largest magnitude of an exponent. No computer has the memory for an integer of that many bits.
const EXPONENT_LIMIT: i64 = 1 << 60;
/// The largest exponent of a number that big integers can hold; such a number takes minutes.
const COMPUTABLE_LIMIT: i64 = 1 << 30;
/// The largest power of ten, of either sign, that decimal digits are computed with.
const TENS: u8 = 96;

impl Ball {
    fn new(negative: bool, mantissa: u128, exponent: i64, error: u64) -> Self {
        debug_assert!(error < ERROR_LIMIT);
        Self {
            mantissa,
            exponent,
            signed_error: error | if negative { SIGN } else { 0 },
        }
    }

    fn error(&self) -> u64 {
        self.signed_error & !SIGN
    }

    fn with_sign(self, negative: bool) -> Self {
        Self::new(negative, self.mantissa, self.exponent, self.error())
    }

    /// The ratio of two positive integers; `None` if either is zero.
    pub(crate) fn ratio(negative: bool, numerator: u128, denominator: u128) -> Option<Self> {
        let top = Self::whole(numerator)?;
        let quotient = match denominator {
            1 => top,
            _ => top.over(&Self::whole(denominator)?)?,
        };
        Some(quotient.with_sign(negative))
    }

    fn whole(number: u128) -> Option<Self> {
        let shift = number.leading_zeros();
        (number > 0).then(|| Self::new(false, number << shift, -i64::from(shift), 0))
    }

    /// The ball around a ratio of any length; `None` for zero.
    pub(crate) fn of(value: &Fraction) -> Option<Self> {
        let negative = value.numerator().sign() == Sign::Negative;
        let top = Self::leading(&value.numerator().unsigned_abs())?;
        let quotient = top.over(&Self::leading(value.denominator())?)?;
        Some(quotient.with_sign(negative))
    }

    /// The leading bits of an integer; `None` for zero.
    fn leading(value: &UBig) -> Option<Self> {
        let dropped = value.bit_len().saturating_sub(128);
        let leading = u128::try_from(value >> dropped).expect("at most 128 bits are left");
        let top = Self::whole(leading)?;
        let exponent = top.exponent + i64::try_from(dropped).ok()?;
        Some(Self::new(
            false,
            top.mantissa,
            exponent,
            u64::from(dropped > 0),
        ))
    }

    /// The ball with the top bit of its mantissa set; `None` if the error or the exponent is then
    /// too large.
    #[inline]
    fn normal(negative: bool, mantissa: u128, exponent: i64, error: u64) -> Option<Self> {
        let shift = mantissa.leading_zeros();
        if mantissa == 0 || shift >= 60 || error >= ERROR_LIMIT >> shift {
            return None;
        }
        let exponent = exponent - i64::from(shift);
        let is_near = exponent.abs() <= EXPONENT_LIMIT;
        is_near.then(|| Self::new(negative, mantissa << shift, exponent, error << shift))
    }

    /// True if the value can be inside the ball.
    pub(crate) fn agrees_with(&self, value: &Fraction) -> bool {
        Self::of(value).is_some_and(|exact| self.compare(&exact).is_none())
    }

    /// True for a magnitude that big integers can hold.
    pub(crate) fn is_computable(&self) -> bool {
        self.exponent.abs() <= COMPUTABLE_LIMIT
    }

    #[inline]
    pub(crate) fn times(&self, other: &Self) -> Option<Self> {
        let high = multiply_high(self.mantissa, other.mantissa);
        let negative = self.is_negative() != other.is_negative();
        let exponent = self.exponent + other.exponent + 128;
        Self::normal(negative, high, exponent, self.error() + other.error() + 2)
    }

    #[inline]
    pub(crate) fn over(&self, other: &Self) -> Option<Self> {
        // Halving the dividend keeps the quotient below 2^128.
        let quotient = divide_wide(self.mantissa >> 1, self.mantissa << 127, other.mantissa);
        let error = 2 * (self.error() + other.error()) + 2;
        let error = if self.error() | other.error() == 0 {
            1
        } else {
            error
        };
        let negative = self.is_negative() != other.is_negative();
        let exponent = self.exponent - other.exponent - 127;
        Self::normal(negative, quotient, exponent, error)
    }

    #[inline]
    pub(crate) fn plus(&self, other: &Self) -> Option<Self> {
        let (large, small) = if self.exponent >= other.exponent {
            (self, other)
        } else {
            (other, self)
        };
        let (aligned, lost) = match large.exponent - small.exponent {
            0 => (small.mantissa, small.error()),
            distance @ 1..128 => (
                small.mantissa >> distance,
                (small.error() >> distance.min(63)) + 2,
            ),
            _ => (0, 2),
        };
        let error = large.error() + lost;
        if large.is_negative() != small.is_negative() {
            let (difference, swapped) = if large.mantissa >= aligned {
                (large.mantissa - aligned, false)
            } else {
                (aligned - large.mantissa, true)
            };
            return Self::normal(
                large.is_negative() != swapped,
                difference,
                large.exponent,
                error,
            );
        }
        match large.mantissa.checked_add(aligned) {
            Some(sum) => Self::normal(large.is_negative(), sum, large.exponent, error),
            None => {
                let sum = (large.mantissa >> 1) + (aligned >> 1);
                Self::normal(large.is_negative(), sum, large.exponent + 1, error / 2 + 2)
            }
        }
    }

    pub(crate) fn negated(self) -> Self {
        self.with_sign(!self.is_negative())
    }

    pub(crate) fn is_negative(&self) -> bool {
        self.signed_error & SIGN != 0
    }

    /// The order of two numbers, if their errors cannot change it.
    pub(crate) fn compare(&self, other: &Self) -> Option<Ordering> {
        if self.is_negative() != other.is_negative() {
            return Some(other.is_negative().cmp(&self.is_negative()));
        }
        if self.exponent.abs_diff(other.exponent) > 1 {
            // The top bits are set, so the errors cannot change the order.
            let order = self.exponent.cmp(&other.exponent);
            return Some(if self.is_negative() {
                order.reverse()
            } else {
                order
            });
        }
        let difference = self.plus(&other.negated())?;
        let certain = difference.mantissa > u128::from(difference.error());
        certain.then_some(if difference.is_negative() {
            Ordering::Less
        } else {
            Ordering::Greater
        })
    }

    /// True for a magnitude that is certainly 2^128 or more.
    pub(crate) fn is_beyond_u128(&self) -> bool {
        // The top bit is set and the error far below it.
        self.exponent > 1
    }

    /// A mantissa at most that of the magnitude, one at least that, and their exponent.
    pub(crate) fn range(&self) -> (u128, u128, i64) {
        let error = u128::from(self.error());
        let high = self.mantissa.saturating_add(error);
        (self.mantissa - error, high, self.exponent)
    }

    /// The whole part of the magnitude, if the number is certainly not whole.
    pub(crate) fn whole_part(&self) -> Option<u128> {
        let error = u128::from(self.error());
        match self.exponent {
            -127..0 => {
                let shift = -self.exponent;
                let fraction = self.mantissa & ((1 << shift) - 1);
                let is_certain = fraction > error && fraction + error < 1 << shift;
                is_certain.then_some(self.mantissa >> shift)
            }
            // Between a half and one, if the error does not reach one.
            -128 => self.mantissa.checked_add(error).map(|_| 0),
            ..-128 => Some(0),
            0.. => None,
        }
    }

    /// The 28 significant digits and the power of ten that divides them, if the error cannot change
    /// them.
    pub(crate) fn digits(&self) -> Option<(u128, i64)> {
        // log10(2) is 1233 / 4096, a little less: the estimate is right or one too low.
        let magnitude = (self.exponent.checked_mul(1233)? + 127 * 1233) >> 12;
        let mut places = i64::from(PRINTED_DIGITS) - 1 - magnitude;
        let limit = digits::POWERS[PRINTED_DIGITS as usize];
        for _ in 0..3 {
            let scaled = self.times(power_of_ten(places)?)?;
            let shift = -scaled.exponent;
            if !(1..128).contains(&shift) {
                return None;
            }
            let whole = scaled.mantissa >> shift;
            if whole >= limit {
                places -= 1;
                continue;
            }
            if whole < limit / 10 {
                places += 1;
                continue;
            }
            let fraction = scaled.mantissa & ((1 << shift) - 1);
            let half = 1u128 << (shift - 1);
            let certain = fraction.abs_diff(half) > u128::from(scaled.error());
            return certain.then_some((whole + u128::from(fraction > half), places));
        }
        None
    }
}

/// `10^exponent`; `None` beyond [`TENS`].
fn power_of_ten(exponent: i64) -> Option<&'static Ball> {
    const COUNT: usize = 2 * TENS as usize + 1;
    static POWERS: [OnceLock<Ball>; COUNT] = [const { OnceLock::new() }; COUNT];
    let index = usize::try_from(exponent + i64::from(TENS)).ok()?;
    let power = POWERS.get(index)?.get_or_init(|| {
        let magnitude = digits::power_of_ten(exponent.unsigned_abs());
        let power = if exponent >= 0 {
            Fraction::whole(magnitude)
        } else {
            Fraction::new(IBig::ONE, magnitude)
        };
        Ball::of(&power).expect("a power of ten is not zero and far below the largest exponent")
    });
    Some(power)
}

/// The upper 128 bits of a product.
#[inline]
pub(crate) fn multiply_high(left: u128, right: u128) -> u128 {
    let low = |number: u128| number & u128::from(u64::MAX);
    let high = |number: u128| number >> 64;
    // Halves are below 2^64: a product of two and two more halves fit 128 bits.
    let product = |left: u128, right: u128| left.wrapping_mul(right);
    let crosswise =
        product(high(left), low(right)).wrapping_add(high(product(low(left), low(right))));
    let middle = low(crosswise).wrapping_add(product(low(left), high(right)));
    product(high(left), high(right))
        .wrapping_add(high(crosswise))
        .wrapping_add(high(middle))
}

/// `(high * 2^128 + low) / divisor`, rounded down, for a divisor with its top bit set and
/// `high < divisor` (Knuth, The Art of Computer Programming, 4.3.1, algorithm D).
fn divide_wide(high: u128, low: u128, divisor: u128) -> u128 {
    let (upper, rest) = divide_step(high, low >> 64, divisor);
    let (lower, _) = divide_step(rest, low & u128::from(u64::MAX), divisor);
    (upper << 64) | lower
}

/// One digit of 64 bits: `(high * 2^64 + digit) / divisor` and the remainder.
fn divide_step(high: u128, digit: u128, divisor: u128) -> (u128, u128) {
    let (top, bottom) = (divisor >> 64, divisor & u128::from(u64::MAX));
    let mut quotient = (high / top).min(u128::from(u64::MAX));
    let mut rest = high - quotient * top;
    while rest >> 64 == 0 && quotient * bottom > (rest << 64) | digit {
        quotient -= 1;
        rest += top;
    }
    // Wraps where the true remainder, below the divisor, does not.
    let remainder = (high << 64)
        .wrapping_add(digit)
        .wrapping_sub(quotient.wrapping_mul(divisor));
    (quotient, remainder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_bigint::BigInt;
    use num_rational::BigRational;
    use num_traits::Signed;

    /// Numbers of all sizes, from a fixed sequence (splitmix64).
    fn samples() -> Vec<u128> {
        let mut state = 7u64;
        let mut next = move || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        };
        let mut all = vec![
            1,
            2,
            3,
            10,
            u64::MAX.into(),
            u128::MAX,
            u128::MAX - 1,
            1 << 127,
        ];
        all.extend((0..200).map(|size| {
            let number = (u128::from(next()) << 64) | u128::from(next());
            (number >> (size % 127)).max(1)
        }));
        all
    }

    fn big(number: u128) -> BigInt {
        BigInt::from(number)
    }

    #[test]
    fn wide_products_and_quotients_are_those_of_big_integers() {
        for left in samples() {
            for right in samples().into_iter().step_by(7) {
                let product = (big(left) * big(right)) >> 128;
                assert_eq!(big(multiply_high(left, right)), product);
                let divisor = right << right.leading_zeros();
                let high = left % divisor;
                let quotient = ((big(high) << 128) + big(left)) / big(divisor);
                assert_eq!(big(divide_wide(high, left, divisor)), quotient);
            }
        }
    }

    #[test]
    fn the_true_value_is_inside_every_ball() {
        let inside = |ball: Ball, value: &BigRational| {
            let scale = |number: u128| {
                let number = BigRational::from_integer(big(number));
                let two = BigRational::from_integer(big(2));
                let power = num_traits::pow(two, ball.exponent.unsigned_abs() as usize);
                if ball.exponent < 0 {
                    number / power
                } else {
                    number * power
                }
            };
            let value = if ball.is_negative() {
                -value.clone()
            } else {
                value.clone()
            };
            (value - scale(ball.mantissa)).abs() <= scale(ball.error().into())
        };
        let ratio = |n, d| BigRational::new(big(n), big(d));
        let numbers = samples();
        for (index, left) in numbers.iter().enumerate() {
            let (a, b) = (*left, numbers[(index * 31 + 1) % numbers.len()]);
            let (c, d) = (
                numbers[(index * 17 + 5) % numbers.len()],
                numbers[(index * 13 + 9) % numbers.len()],
            );
            let (one, other) = (ratio(a, b), ratio(c, d));
            let (x, y) = (
                Ball::ratio(false, a, b).expect("a"),
                Ball::ratio(false, c, d).expect("c"),
            );
            for (ball, value) in [
                (Some(x), one.clone()),
                (x.times(&y), &one * &other),
                (x.over(&y), &one / &other),
                (x.plus(&y), &one + &other),
                (x.plus(&y.negated()), &one - &other),
                (x.times(&y).and_then(|z| z.plus(&x)), &one * &other + &one),
            ] {
                if let Some(ball) = ball {
                    assert!(inside(ball, &value), "{value}");
                }
            }
        }
    }
}
