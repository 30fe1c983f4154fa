//! Numbers as text: 28 significant digits, or a fixed number of places.

use crate::fraction::Fraction;
use crate::{Exact, PRINTED_DIGITS};
use dashu_int::ops::{BitTest, DivRem, UnsignedAbs};
use dashu_int::{IBig, Sign, UBig};
use std::cmp::Ordering;

/// Decimal digits by which a remainder below 2^64 can be scaled without overflow.
const CHUNK: u32 = 19;

/// Decimal digits of the first chunk, and the power of ten of as many.
const FIRST_CHUNK: u32 = 9;
const FIRST_POWER: u64 = 1_000_000_000;

/// Powers of ten up to 10^28.
pub(crate) static POWERS: [u128; PRINTED_DIGITS as usize + 1] = {
    let mut powers = [1; PRINTED_DIGITS as usize + 1];
    let mut exponent = 1;
    while exponent < powers.len() {
        powers[exponent] = powers[exponent - 1] * 10;
        exponent += 1;
    }
    powers
};

/// The digits of `num / den` and the power of ten that divides them, by long division in chunks of
/// digits; `None` for a denominator above 2^64, or more than 28 digits before the point.
pub(crate) fn of_small(num: u128, den: u128) -> Option<(u128, i64)> {
    let short = u64::try_from(den).ok()?;
    // Most numbers fit a machine word, and words divide several times as fast.
    let (mut mantissa, mut rest) = match u64::try_from(num) {
        Ok(num) => (u128::from(num / short), u128::from(num % short)),
        Err(_) => (num / den, num % den),
    };
    let mut have = length(mantissa);
    let mut scale = 0;
    // Most fractions that end do so within a few places, and words divide faster.
    if rest > 0
        && have + FIRST_CHUNK <= PRINTED_DIGITS
        && let Ok(rest_word) = u64::try_from(rest)
        && let Some(scaled) = rest_word.checked_mul(FIRST_POWER)
    {
        let digits = u128::from(scaled / short);
        rest = u128::from(scaled % short);
        mantissa = mantissa * u128::from(FIRST_POWER) + digits;
        scale = i64::from(FIRST_CHUNK);
        have = if have == 0 {
            length(digits)
        } else {
            have + FIRST_CHUNK
        };
    }
    while rest > 0 {
        let chunk = PRINTED_DIGITS.checked_sub(have)?.min(CHUNK);
        if chunk == 0 {
            break;
        }
        let power = POWERS[chunk as usize];
        let scaled = rest * power;
        let digits = scaled / den;
        mantissa = mantissa * power + digits;
        rest = scaled - digits * den;
        scale += i64::from(chunk);
        have = if have == 0 {
            length(digits)
        } else {
            have + chunk
        };
    }
    if have > PRINTED_DIGITS {
        return None;
    }
    // Halves to even: compare `rest` with the distance to the next last digit.
    let missing = den - rest;
    if rest > missing || (rest == missing && mantissa % 2 == 1) {
        mantissa += 1;
    }
    Some((mantissa, scale))
}

/// The number of decimal digits of a number; zero has none.
pub(crate) fn length(number: u128) -> u32 {
    let log = match u64::try_from(number) {
        Ok(word) => word.checked_ilog10(),
        Err(_) => number.checked_ilog10(),
    };
    log.map_or(0, |log| log + 1)
}

/// The digits of the magnitude of a ratio of any length, and the power of ten that divides them.
pub(crate) fn of_big(value: &Fraction) -> (u128, i64) {
    let (num, den) = (value.numerator().unsigned_abs(), value.denominator());
    if num.is_zero() {
        return (0, 0);
    }
    // The value is between 2^(bits - 1) and 2^(bits + 1); log10(2) is about 0.30103. The product fits:
    // no memory holds a number of 2^46 bits.
    let bits = num.bit_len() as i64 - den.bit_len() as i64;
    let mut scale = i64::from(PRINTED_DIGITS) - 1 - bits * 30_103 / 100_000;
    let (least, limit) = (POWERS[POWERS.len() - 2], POWERS[POWERS.len() - 1]);
    loop {
        let (quotient, rest, den) = shifted_division(&num, den, scale);
        // A quotient of more than 128 bits is above the limit too.
        let Some(mantissa) = u128::try_from(quotient).ok().filter(|it| *it < limit) else {
            scale -= 1;
            continue;
        };
        if mantissa < least {
            scale += 1;
            continue;
        }
        let rounded = match (rest * 2_u8).cmp(&den) {
            Ordering::Greater => mantissa + 1,
            Ordering::Equal => mantissa + mantissa % 2,
            Ordering::Less => mantissa,
        };
        return (rounded, scale);
    }
}

/// `num * 10^scale / den`: the quotient, the remainder, and the divisor.
fn shifted_division(num: &UBig, den: &UBig, scale: i64) -> (UBig, UBig, UBig) {
    let power = power_of_ten(scale.unsigned_abs());
    let (num, den) = if scale >= 0 {
        (num * power, den.clone())
    } else {
        (num.clone(), den * power)
    };
    let (quotient, rest) = (&num).div_rem(&den);
    (quotient, rest, den)
}

/// `10^exponent`.
pub(crate) fn power_of_ten(exponent: u64) -> UBig {
    let exponent = usize::try_from(exponent).expect("a power of ten that fits the address space");
    UBig::from(10_u8).pow(exponent)
}

/// What digits are appended to.
pub(crate) trait Text {
    fn push_str(&mut self, part: &str);
}

impl Text for String {
    #[inline]
    fn push_str(&mut self, part: &str) {
        self.push_str(part);
    }
}

/// Bytes of the longest text that is kept on the stack.
const SHORT_TEXT: usize = 64;

/// Memory for the text of a number, on the stack for most of them.
///
/// ```
/// use exact::{DigitBuffer, Exact};
///
/// let mut buffer = DigitBuffer::new();
/// assert_eq!(buffer.format(&Exact::ratio(1, 3)), "0.3333333333333333333333333333");
/// assert_eq!(buffer.format(&Exact::ratio(5, 2)), "2.5");
/// ```
#[derive(Debug, Clone)]
pub struct DigitBuffer {
    short: [u8; SHORT_TEXT],
    /// Bytes of `short` in use.
    length: usize,
    /// The text if it is longer; otherwise empty.
    long: String,
}

impl DigitBuffer {
    /// An empty buffer.
    pub const fn new() -> Self {
        Self {
            short: [0; SHORT_TEXT],
            length: 0,
            long: String::new(),
        }
    }

    /// The text of a number, as [`Exact::write_digits`] writes it.
    pub fn format(&mut self, value: &Exact) -> &str {
        let (mantissa, scale) = value.digits();
        self.length = 0;
        self.long.clear();
        push(self, value.is_negative(), mantissa, scale);
        self.as_str()
    }

    fn as_str(&self) -> &str {
        if self.long.is_empty() {
            str::from_utf8(&self.short[..self.length]).expect("parts of a text in UTF-8")
        } else {
            &self.long
        }
    }
}

impl Default for DigitBuffer {
    fn default() -> Self {
        Self::new()
    }
}

impl Text for DigitBuffer {
    #[inline]
    fn push_str(&mut self, part: &str) {
        if self.long.is_empty() {
            let free = &mut self.short[self.length..];
            if let Some(place) = free.get_mut(..part.len()) {
                place.copy_from_slice(part.as_bytes());
                self.length += part.len();
                return;
            }
            self.long = self.as_str().to_owned();
        }
        self.long.push_str(part);
    }
}

/// Writes `mantissa / 10^scale` without exponent, trailing zeros of the fraction dropped.
pub(crate) fn push(out: &mut impl Text, is_negative: bool, mantissa: u128, scale: i64) {
    let mut buffer = itoa::Buffer::new();
    // Words are written faster.
    let digits = match u64::try_from(mantissa) {
        Ok(word) => buffer.format(word),
        Err(_) => buffer.format(mantissa),
    };
    if mantissa == 0 {
        out.push_str("0");
        return;
    }
    if is_negative {
        out.push_str("-");
    }
    if scale <= 0 {
        out.push_str(digits);
        push_zeros(out, scale.unsigned_abs());
        return;
    }
    let places = scale.unsigned_abs();
    let have = digits.len() as u64;
    let (whole, fraction) = digits.split_at(have.saturating_sub(places) as usize);
    out.push_str(if whole.is_empty() { "0" } else { whole });
    let last = fraction.bytes().rposition(|digit| digit != b'0');
    if let Some(last) = last {
        out.push_str(".");
        push_zeros(out, places.saturating_sub(have));
        out.push_str(&fraction[..=last]);
    }
}

fn push_zeros(out: &mut impl Text, mut count: u64) {
    const ZEROS: &str = "0000000000000000000000000000";
    const LENGTH: u64 = ZEROS.len() as u64;
    while count >= LENGTH {
        out.push_str(ZEROS);
        count -= LENGTH;
    }
    out.push_str(&ZEROS[..count as usize]);
}

/// Length in bytes of the longest text that is read: the limit bounds the time it takes.
const LONGEST: usize = 1000;

/// The number that plain decimal text stands for; `None` for any other text.
pub(crate) fn read(text: &str) -> Option<Fraction> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if text.len() > LONGEST || !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    let digits = [whole, fraction].concat();
    let magnitude: UBig = digits.parse().expect("one or more decimal digits");
    let sign = if unsigned.len() < text.len() {
        Sign::Negative
    } else {
        Sign::Positive
    };
    let power = power_of_ten(fraction.len() as u64);
    Some(Fraction::new(IBig::from_parts(sign, magnitude), power))
}

/// The digits with a point before the last `places` of them; zero has no sign.
pub(crate) fn fixed(is_negative: bool, mantissa: &str, places: u32) -> String {
    let places = places as usize;
    let mut out = String::new();
    if is_negative && mantissa != "0" {
        out.push('-');
    }
    let (whole, fraction) = mantissa.split_at(mantissa.len().saturating_sub(places));
    out.push_str(if whole.is_empty() { "0" } else { whole });
    if places > 0 {
        out.push('.');
        push_zeros(&mut out, (places - fraction.len()) as u64);
        out.push_str(fraction);
    }
    out
}
