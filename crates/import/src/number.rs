//! Numbers of other programs, exactly as written.

use exact::Exact;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde::de::{self, Deserializer, Visitor};
use std::fmt;

/// Digits of figures that were divided.
const SIGNIFICANT: u32 = 12;

/// A number in JSON: also one in quotes, which some programs write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Number(pub(crate) Decimal);

impl Number {
    /// A number in text, with or without an exponent; `None` for anything else, and for more digits
    /// than a decimal holds.
    pub(crate) fn of_text(text: &str) -> Option<Self> {
        let text = text.trim();
        let decimal = if text.contains(['e', 'E']) {
            Decimal::from_scientific(text)
        } else {
            Decimal::from_str_exact(text)
        };
        Some(Self(decimal.ok()?.normalize()))
    }

    /// A whole number from 0 to 2^64.
    pub(crate) fn whole(self) -> Option<u64> {
        if self.0.is_integer() {
            u64::try_from(self.0.mantissa()).ok()
        } else {
            None
        }
    }

    /// True for a number below zero.
    pub(crate) fn is_negative(self) -> bool {
        self.0.is_sign_negative() && !self.0.is_zero()
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Scalar(text) = Scalar::deserialize(deserializer)?;
        let wrong = || de::Error::custom(format!("`{text}` is not a number that can be read"));
        Self::of_text(&text).ok_or_else(wrong)
    }
}

/// A number or a text of JSON, as text. A floating-point number is the shortest decimal that reads back
/// to it.
pub(crate) struct Scalar(pub(crate) String);

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl Visitor<'_> for Read {
            type Value = Scalar;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number or a text")
            }

            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Scalar, E> {
                Ok(Scalar(value.to_string()))
            }

            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Scalar, E> {
                Ok(Scalar(value.to_string()))
            }

            fn visit_f64<E: de::Error>(self, value: f64) -> Result<Scalar, E> {
                Ok(Scalar(format!("{value:e}")))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Scalar, E> {
                Ok(Scalar(text.to_owned()))
            }
        }
        deserializer.deserialize_any(Read)
    }
}

/// The shortest decimal that reads back to a floating-point number of 32 bits.
pub(crate) fn of_single(bytes: [u8; 4]) -> String {
    format!("{:e}", f32::from_le_bytes(bytes))
}

/// A quotient as it is written: up to twelve significant digits.
pub(crate) fn significant(value: &Exact) -> String {
    let mut text = String::new();
    value.write_significant(SIGNIFICANT, &mut text);
    text
}

/// The nearest whole number, halves to even; `None` above 2^128.
pub(crate) fn nearest(value: &Exact) -> Option<u128> {
    let below = value.floor()?;
    let rest = value - &Exact::whole(below);
    let half = Exact::ratio(1, 2);
    let is_up = rest > half || (rest == half && below % 2 == 1);
    Some(below + u128::from(is_up))
}

#[cfg(test)]
mod tests {
    use super::{Number, nearest, significant};
    use exact::Exact;

    #[test]
    fn numbers_are_read_as_written() {
        for (text, whole) in [
            ("128", Some(128)),
            ("1.28E8", Some(128_000_000)),
            ("1.5", None),
        ] {
            assert_eq!(
                Number::of_text(text).and_then(Number::whole),
                whole,
                "{text}"
            );
        }
        for text in ["", "NaN", "1,000", "inf", "1e400"] {
            assert_eq!(Number::of_text(text), None, "{text}");
        }
    }

    #[test]
    fn halves_go_to_the_even_number() {
        for (half, even) in [(1, 0), (3, 2), (5, 2), (7, 4)] {
            assert_eq!(nearest(&Exact::ratio(half, 2)), Some(even));
        }
        assert_eq!(significant(&Exact::ratio(1, 3)), "0.333333333333");
    }
}
