//! Numbers as text: 28 significant digits, or a fixed number of places.

use super::PRINTED_DIGITS;
use super::fraction::Fraction;
use num_bigint::{BigInt, BigUint};
use num_integer::Integer;
use num_traits::{Pow, ToPrimitive, Zero};
use std::cmp::Ordering;

/// Digits that a remainder below 2^64 can be scaled by without overflow.
const CHUNK: u32 = 19;

/// Powers of ten up to 10^28.
pub static POWERS: [u128; PRINTED_DIGITS as usize + 1] = {
    let mut powers = [1; PRINTED_DIGITS as usize + 1];
    let mut exponent = 1;
    while exponent < powers.len() {
        powers[exponent] = powers[exponent - 1] * 10;
        exponent += 1;
    }
    powers
};

/// Long division in chunks of digits; `None` for denominators above 2^64 and long numbers.
pub fn of_small(num: u128, den: u128) -> Option<(u128, i64)> {
    let short = u64::try_from(den).ok()?;
    // Machine words, as most are, divide several times as fast.
    let (mut mantissa, mut rest) = match u64::try_from(num) {
        Ok(num) => (u128::from(num / short), u128::from(num % short)),
        Err(_) => (num / den, num % den),
    };
    let mut have = length(mantissa);
    let mut scale = 0;
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
        have = match have {
            0 => length(digits),
            _ => have + chunk,
        };
    }
    if have > PRINTED_DIGITS {
        return None;
    }
    // Halves to even: `rest` against what is missing to a whole last digit.
    let missing = den - rest;
    if rest > missing || (rest == missing && mantissa % 2 == 1) {
        mantissa += 1;
    }
    Some((mantissa, scale))
}

/// How many digits a number has; none for zero.
fn length(number: u128) -> u32 {
    let log = match u64::try_from(number) {
        Ok(word) => word.checked_ilog10(),
        Err(_) => number.checked_ilog10(),
    };
    log.map_or(0, |log| log + 1)
}

/// Digits of the magnitude of a ratio of any length.
pub fn of_big(value: &Fraction) -> (u128, i64) {
    let (num, den) = (
        value.numerator().magnitude(),
        value.denominator().magnitude(),
    );
    if num.is_zero() {
        return (0, 0);
    }
    // Between 2^(bits - 1) and 2^(bits + 1); log10(2) is 0.30103. Lengths are below 2^50 bits, which is
    // more than fits any memory.
    let bits = num.bits().cast_signed() - den.bits().cast_signed();
    let mut scale = i64::from(PRINTED_DIGITS) - 1 - bits * 30_103 / 100_000;
    let (least, limit) = (POWERS[POWERS.len() - 2], POWERS[POWERS.len() - 1]);
    loop {
        let (quotient, rest, den) = shifted_division(num, den, scale);
        // A quotient too long for 128 bits is above the limit as well.
        let mut mantissa = quotient.to_u128().unwrap_or(limit);
        if mantissa >= limit {
            scale -= 1;
            continue;
        }
        if mantissa < least {
            scale += 1;
            continue;
        }
        match (rest * 2u32).cmp(&den) {
            Ordering::Greater => mantissa += 1,
            Ordering::Equal => mantissa += mantissa % 2,
            Ordering::Less => {}
        }
        return (mantissa, scale);
    }
}

/// `num * 10^scale / den`: the quotient, the remainder, and what was divided by.
fn shifted_division(num: &BigUint, den: &BigUint, scale: i64) -> (BigUint, BigUint, BigUint) {
    let power = power_of_ten(scale.unsigned_abs());
    let (num, den) = match scale {
        0.. => (num * power.magnitude(), den.clone()),
        _ => (num.clone(), den * power.magnitude()),
    };
    let (quotient, rest) = num.div_rem(&den);
    (quotient, rest, den)
}

/// `10^exponent`.
pub fn power_of_ten(exponent: u64) -> BigInt {
    BigInt::from(10).pow(exponent)
}

/// Writes `mantissa / 10^scale` without exponent, trailing zeros of the fraction dropped.
pub fn push(out: &mut String, negative: bool, mantissa: u128, scale: i64) {
    let mut buffer = itoa::Buffer::new();
    let digits = buffer.format(mantissa);
    if mantissa == 0 {
        out.push('0');
        return;
    }
    if negative {
        out.push('-');
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
        out.push('.');
        push_zeros(out, places.saturating_sub(have));
        out.push_str(&fraction[..=last]);
    }
}

fn push_zeros(out: &mut String, mut count: u64) {
    const ZEROS: &str = "0000000000000000000000000000";
    const LENGTH: u64 = ZEROS.len() as u64;
    while count >= LENGTH {
        out.push_str(ZEROS);
        count -= LENGTH;
    }
    out.push_str(&ZEROS[..count as usize]);
}

/// Longest text that is read.
const LONGEST: usize = 1000;

/// The number that plain decimal text says.
pub fn read(text: &str) -> Option<Fraction> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if text.len() > LONGEST || !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    let sign = if unsigned.len() < text.len() { "-" } else { "" };
    let mantissa: BigInt = [sign, whole, fraction].concat().parse().ok()?;
    Some(Fraction::new(mantissa, power_of_ten(fraction.len() as u64)))
}

/// Text of so many digits, the last `places` of them behind the point; nothing has no sign.
pub fn fixed(is_negative: bool, mantissa: &str, places: u32) -> String {
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
