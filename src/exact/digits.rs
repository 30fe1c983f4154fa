//! Numbers as text: 28 significant digits, or a fixed number of places.

use super::PRINTED_DIGITS;
use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive, Zero};
use std::cmp::Ordering;

/// Digits that a remainder below 2^64 can be scaled by without overflow.
const CHUNK: u32 = 19;

/// Powers of ten up to 10^28.
const POWERS: [u128; PRINTED_DIGITS as usize + 1] = {
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

/// Digits of the magnitude of a ratio of any size.
pub fn of_big(value: &BigRational) -> (u128, i64) {
    let value = &value.abs();
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
    let Some(places) = usize::try_from(scale).ok().filter(|places| *places > 0) else {
        out.push_str(digits);
        push_zeros(out, usize::try_from(-scale).unwrap_or(0));
        return;
    };
    let (whole, fraction) = digits.split_at(digits.len().saturating_sub(places));
    out.push_str(if whole.is_empty() { "0" } else { whole });
    let last = fraction.bytes().rposition(|digit| digit != b'0');
    if let Some(last) = last {
        out.push('.');
        push_zeros(out, places - fraction.len());
        out.push_str(&fraction[..=last]);
    }
}

fn push_zeros(out: &mut String, mut count: usize) {
    const ZEROS: &str = "0000000000000000000000000000";
    while count > 0 {
        let some = count.min(ZEROS.len());
        out.push_str(&ZEROS[..some]);
        count -= some;
    }
}

/// Longest text that is read.
const LONGEST: usize = 1000;

/// The number that plain decimal text says.
pub fn read(text: &str) -> Option<BigRational> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if text.len() > LONGEST || !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    let mantissa: BigInt = [whole, fraction].concat().parse().ok()?;
    let power = BigInt::from(10).pow(u32::try_from(fraction.len()).ok()?);
    let value = BigRational::new(mantissa, power);
    Some(if unsigned.len() < text.len() {
        -value
    } else {
        value
    })
}

/// Text of so many digits, the last `places` of them behind the point; nothing has no sign.
pub fn fixed(is_negative: bool, mantissa: &str, places: u32) -> String {
    let mut out = String::new();
    if is_negative && mantissa != "0" {
        out.push('-');
    }
    let digits = format!("{mantissa:0>width$}", width = places as usize + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places as usize);
    out.push_str(whole);
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    out
}
