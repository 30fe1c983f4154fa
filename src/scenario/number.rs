//! Exact decimals from text: `0.35`, `5e7`, `35%`, `50_000_000`.

use super::schema::Bounds;
use rust_decimal::Decimal;

/// Why a text is not a usable number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NumberError {
    /// Not a finite decimal number.
    NotANumber,
    /// More than 28 significant digits or decimal places.
    TooPrecise,
    /// Larger than any quantity in this program.
    TooLarge,
}

/// Reads a decimal number without rounding.
///
/// # Errors
/// See [`NumberError`].
pub(crate) fn exact(text: &str) -> Result<Decimal, NumberError> {
    let plain = text.len() <= 28 && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if plain && let Ok(number) = Decimal::from_str_exact(text) {
        return Ok(number);
    }
    general(text)
}

/// Reads a ratio, which can be written as a percentage.
///
/// # Errors
/// See [`NumberError`].
pub(crate) fn ratio(text: &str) -> Result<Decimal, NumberError> {
    match text.trim().strip_suffix('%') {
        Some(percent) => scaled(percent.trim_end(), -2),
        None => exact(text),
    }
}

pub(crate) fn is_within(number: Decimal, bounds: &Bounds) -> bool {
    // Compares in units of the last decimal place. A bound that overflows 128 bits there is beyond
    // every decimal.
    let one = 10_i128.pow(number.scale());
    let scaled = |bound: i64| i128::from(bound).saturating_mul(one);
    let (number, low) = (number.mantissa(), scaled(bounds.low));
    let below = number < low || (bounds.above_low && number == low);
    !below && number <= scaled(bounds.high)
}

fn general(text: &str) -> Result<Decimal, NumberError> {
    scaled(text.trim(), 0)
}

/// `text * 10^power`.
fn scaled(text: &str, power: i64) -> Result<Decimal, NumberError> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, whole_exponent(exponent)?),
        None => (text, 0),
    };
    let (negative, unsigned) = match mantissa.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, mantissa.strip_prefix('+').unwrap_or(mantissa)),
    };
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let digits = joined_digits(whole, fraction)?;
    let fraction_length = fraction.bytes().filter(u8::is_ascii_digit).count();
    let significant = digits.trim_start_matches('0');
    let trimmed = significant.trim_end_matches('0');
    let dropped = significant.len() - trimmed.len();
    let length = |n: usize| i64::try_from(n).expect("no text has 2^63 characters");
    let places = length(fraction_length) - length(dropped) - exponent - power;
    assemble(negative, trimmed, places)
}

fn whole_exponent(text: &str) -> Result<i64, NumberError> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(NumberError::NotANumber);
    }
    // An exponent of 19 digits is as far out of bounds as one of 10.
    let size = digits
        .parse::<i64>()
        .unwrap_or(i64::MAX / 4)
        .min(i64::MAX / 4);
    Ok(if text.starts_with('-') { -size } else { size })
}

/// The digits without the decimal point. Underscores are allowed between digits.
fn joined_digits(whole: &str, fraction: &str) -> Result<String, NumberError> {
    let fine = |part: &str| {
        let edge = part.starts_with('_') || part.ends_with('_');
        !edge && part.bytes().all(|b| b.is_ascii_digit() || b == b'_')
    };
    let digits: String = [whole, fraction].concat().replace('_', "");
    if digits.is_empty() || !fine(whole) || !fine(fraction) {
        return Err(NumberError::NotANumber);
    }
    Ok(digits)
}

/// `digits / 10^places`; `digits` does not start or end with zero.
fn assemble(negative: bool, digits: &str, places: i64) -> Result<Decimal, NumberError> {
    if digits.is_empty() {
        return Ok(Decimal::ZERO);
    }
    let length = i64::try_from(digits.len()).expect("no text has 2^63 characters");
    if length.saturating_sub(places) > 28 {
        return Err(NumberError::TooLarge);
    }
    if length > 28 || places > 28 {
        return Err(NumberError::TooPrecise);
    }
    let mantissa: i128 = digits.parse().map_err(|_| NumberError::TooPrecise)?;
    let signed = if negative { -mantissa } else { mantissa };
    let (value, scale) = match u32::try_from(places) {
        Ok(scale) => (signed, scale),
        Err(_) => {
            let zeros = u32::try_from(-places);
            let zeros = zeros.expect("below zero, and at most 28 zeros by the length");
            (signed * 10i128.pow(zeros), 0)
        }
    };
    Decimal::try_from_i128_with_scale(value, scale).map_err(|_| NumberError::TooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        exact(text).map_or_else(|r| format!("{r:?}"), |n| n.normalize().to_string())
    }

    #[test]
    fn every_spelling_of_a_number_is_exact() {
        for (text, value) in [
            ("0.35", "0.35"),
            (" 7 ", "7"),
            ("5e7", "50000000"),
            ("5E+7", "50000000"),
            ("1.5e-3", "0.0015"),
            ("50_000_000", "50000000"),
            ("-1", "-1"),
            ("+1.50", "1.5"),
            (".5", "0.5"),
            ("000.100", "0.1"),
            ("0e99999999999999999999", "0"),
            (
                "0.1234567890123456789012345678",
                "0.1234567890123456789012345678",
            ),
        ] {
            assert_eq!(read(text), value, "{text}");
        }
        assert_eq!(ratio("35%"), exact("0.35"));
        assert_eq!(ratio("0.5 %"), exact("0.005"));
    }

    #[test]
    fn nothing_is_rounded_and_nothing_panics() {
        for (text, refusal) in [
            ("", "NotANumber"),
            ("NaN", "NotANumber"),
            ("inf", "NotANumber"),
            ("-inf", "NotANumber"),
            ("1e", "NotANumber"),
            ("e5", "NotANumber"),
            ("1.2.3", "NotANumber"),
            ("_1", "NotANumber"),
            ("1_", "NotANumber"),
            ("0x10", "NotANumber"),
            ("1e30", "TooLarge"),
            ("1e99999999999999999999", "TooLarge"),
            ("1e-30", "TooPrecise"),
            ("1e-99999999999999999999", "TooPrecise"),
            ("0.12345678901234567890123456789", "TooPrecise"),
        ] {
            assert_eq!(read(text), refusal, "{text}");
        }
    }

    #[test]
    fn bounds_hold_at_every_scale() {
        let numbers = "-1 -0 0 0.00 0.0000000000000000000000000001 1 1.0 1.000000000000000000000000001 \
                       9223372036854775807 9223372036854775807.5 79228162514264337593543950335";
        let bounds = [Bounds::above(0, 1), Bounds::from(1, i64::MAX)];
        for (text, bounds) in numbers
            .split(' ')
            .flat_map(|text| bounds.map(|b| (text, b)))
        {
            let number: Decimal = text.parse().expect("a decimal");
            let low =
                number > bounds.low.into() || (!bounds.above_low && number == bounds.low.into());
            let within = low && number <= bounds.high.into();
            assert_eq!(is_within(number, &bounds), within, "{text}");
        }
    }
}
