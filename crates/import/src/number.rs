//! Numbers of other programs, exactly as written.

#![expect(
    clippy::disallowed_types,
    reason = "decoders give them; each becomes the shortest decimal that reads back to it"
)]

use exact::Exact;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde::de::{self, Deserializer, Visitor};
use std::fmt;

/// Digits of figures that were divided.
const SIGNIFICANT: u32 = 12;
/// Decimal places of the finest decimal.
const PLACES: u8 = 28;
const UNITS: i128 = 10_i128.pow(PLACES as u32);
/// Powers of ten.
const POWERS: [i128; PLACES as usize + 1] = {
    let mut powers = [1; PLACES as usize + 1];
    let mut at = 1;
    while at < powers.len() {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};

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

    /// The same for finer numbers than a decimal holds, rounded to 28 decimal places.
    pub(crate) fn rounded(text: &str) -> Option<Self> {
        let text = text.trim();
        let Some((digits, exponent)) = text.split_once(['e', 'E']) else {
            let decimal = text.parse::<Decimal>();
            return Some(Self(decimal.ok()?.normalize()));
        };
        let digits: Decimal = digits.parse().ok()?;
        let exponent: i32 = exponent.parse().ok()?;
        if digits.is_zero() || exponent < -i32::from(PLACES) {
            return Some(Self(Decimal::ZERO));
        }
        let decimal = Decimal::from_scientific_lossy(text);
        Some(Self(decimal.ok()?.normalize()))
    }

    /// The shortest decimal that reads back to a double, rounded to 28 decimal places; `None` for no
    /// finite number, and for one that a decimal does not hold.
    pub(crate) fn of_double(value: f64) -> Option<Self> {
        Self::of_short_double(value).or_else(|| {
            let text = format!("{value:e}");
            Self::of_text(&text).or_else(|| Self::rounded(&text))
        })
    }

    /// The same for doubles with up to 14 digits, without the way over text.
    ///
    /// A whole number below 2^49 divided by a power of ten that a double holds is the double that is
    /// nearest to this decimal. If it is the given one, the decimal reads back to it, and so does no
    /// shorter one but with zeros at the end.
    fn of_short_double(value: f64) -> Option<Self> {
        /// 10^22 is the greatest power of ten that a double holds.
        const SCALES: [f64; 23] = [
            1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
            1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
        ];
        const BITS: i32 = 49;
        const BIAS: i32 = 1023;
        let exponent = i32::try_from(value.to_bits() >> 52 & 0x7ff).ok()? - BIAS;
        // 3/10 is a little below the logarithm of two to the base ten.
        let places = (BITS - 1 - exponent) * 3 / 10;
        let places = usize::try_from(places).ok()?.min(SCALES.len() - 1);
        let scale = SCALES[places];
        let whole = (value * scale).round();
        if whole / scale != value {
            return None;
        }
        let mut mantissa = whole as i64;
        let mut places = u32::try_from(places).ok()?;
        while places > 0 && mantissa % 10 == 0 {
            mantissa /= 10;
            places -= 1;
        }
        Some(Self(Decimal::new(mantissa, places)))
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

/// An exact sum of decimals.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sum {
    wholes: i128,
    /// In units of 10^-28, and not always less than a whole: dividing is slow.
    parts: i128,
}

impl PartialEq for Sum {
    fn eq(&self, other: &Self) -> bool {
        self.settled() == other.settled()
    }
}

impl Eq for Sum {}

impl Sum {
    /// Adds a decimal; `None` for a sum beyond 2^127.
    pub(crate) fn add(&mut self, term: Decimal) -> Option<()> {
        let places = usize::try_from(term.scale()).ok()?;
        let fill = POWERS.get(usize::from(PLACES).checked_sub(places)?)?;
        let mantissa = term.mantissa();
        let units = mantissa.checked_mul(*fill);
        if let Some(sum) = units.and_then(|units| self.parts.checked_add(units)) {
            self.parts = sum;
            return Some(());
        }
        let unit = POWERS[places];
        self.combine(mantissa / unit, mantissa % unit * fill)
    }

    /// Adds a sum; `None` as in [`Sum::add`].
    pub(crate) fn add_sum(&mut self, other: &Self) -> Option<()> {
        let (wholes, parts) = other.settled()?;
        self.combine(wholes, parts)
    }

    /// Adds wholes, and parts of less than a whole.
    fn combine(&mut self, wholes: i128, parts: i128) -> Option<()> {
        let own = self.settled()?;
        self.wholes = own.0.checked_add(wholes)?;
        self.parts = own.1 + parts;
        Some(())
    }

    /// Wholes, and parts of less than a whole.
    fn settled(&self) -> Option<(i128, i128)> {
        let wholes = self.wholes.checked_add(self.parts / UNITS)?;
        Some((wholes, self.parts % UNITS))
    }

    /// The sum as a ratio.
    pub(crate) fn exact(&self) -> Exact {
        let units = Exact::whole(UNITS.unsigned_abs());
        let part = |part: i128| {
            let size = Exact::whole(part.unsigned_abs());
            if part < 0 { &Exact::ZERO - &size } else { size }
        };
        let (wholes, rest) = (self.wholes, self.parts);
        let parts = part(rest).over(&units);
        let parts = parts.expect("10^28 is not zero");
        (&part(wholes) + &parts).reduced()
    }
}

/// A quotient as plain decimal text, with up to twelve significant digits.
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
    use super::{Number, Sum, nearest, significant};
    use exact::Exact;
    use rust_decimal::Decimal;

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

    #[test]
    fn finer_numbers_are_rounded_to_28_places() {
        for (text, rounded) in [
            ("3.4722250000000004e-13", "0.000000000000347222500000000"),
            ("1e-40", "0"),
            (
                "0.00000000000000000000000000012",
                "0.0000000000000000000000000001",
            ),
        ] {
            let rounded: Decimal = rounded.parse().expect("it has at most 28 digits");
            assert_eq!(Number::rounded(text), Some(Number(rounded)), "{text}");
        }
        for text in ["", "NaN", "inf", "1e400", "e", "x"] {
            assert_eq!(Number::rounded(text), None, "{text}");
        }
    }

    #[test]
    fn doubles_are_the_shortest_decimals() {
        let mut random = 1_u64;
        let mut short = 0;
        for round in 0..200_000_u32 {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040);
            // Numbers as bills have them, and any others.
            let value = match round % 4 {
                0 => (random >> 40) as f64 / 1e10,
                1 => (random >> 40) as f64 * 0.0000166667,
                2 => (random >> 34) as f64,
                _ => f64::from_bits(random % 0x1000_0000_0000_0000 + 0x3a00_0000_0000_0000),
            };
            let text = format!("{value:e}");
            let expected = Number::of_text(&text).or_else(|| Number::rounded(&text));
            assert_eq!(Number::of_double(value), expected, "{value}");
            short += u32::from(Number::of_short_double(value).is_some());
        }
        assert!(short > 90_000, "{short}");
        for value in [f64::NAN, f64::INFINITY, 1e300] {
            assert_eq!(Number::of_double(value), None, "{value}");
        }
        assert_eq!(Number::of_double(-0.5), Number::of_text("-0.5"));
        assert_eq!(Number::of_double(5e-324), Number::of_text("0"));
    }

    #[test]
    fn a_sum_keeps_every_digit() {
        // A decimal of 96 bits cannot hold this sum.
        let mut sum = Sum::default();
        let terms = ["1000000", "0.0000000000000000000000000001", "-0.5"];
        for term in terms {
            let term: Decimal = term.parse().expect("a decimal");
            assert_eq!(sum.add(term), Some(()));
        }
        let twice = {
            let mut twice = sum;
            twice.add_sum(&sum).map(|()| twice.exact())
        };
        assert_eq!(twice, Some(&sum.exact() + &sum.exact()));
        let part = Exact::ONE.over(&Exact::whole(10_u128.pow(28)));
        let rest = &Exact::ratio(1_999_999, 2) + &part.expect("not zero");
        assert_eq!(sum.exact(), rest);
    }
}
