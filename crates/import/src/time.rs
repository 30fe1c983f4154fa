//! Points in time, in all the forms in which AWS writes them.

use crate::number::{Number, Scalar};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde::de::{self, Deserializer};

/// Milliseconds of an hour.
pub(crate) const HOUR: i64 = 3_600_000;
/// Numbers from here on are milliseconds since 1970; smaller ones are seconds.
const MILLISECONDS_FROM: i64 = 100_000_000_000;

/// Milliseconds since 1970 in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub(crate) i64);

impl Time {
    /// A time in text: RFC 3339, the same with a blank or with an offset without a colon, or
    /// seconds or milliseconds since 1970. Without an offset it is in UTC. `None` for other text.
    pub fn of_text(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(stamp) = text.parse::<Timestamp>() {
            return Some(Self(stamp.as_millisecond()));
        }
        if let Ok(stamp) = Timestamp::strptime("%Y-%m-%dT%H:%M:%S%.f%z", text) {
            return Some(Self(stamp.as_millisecond()));
        }
        if let Ok(civil) = text.parse::<DateTime>() {
            let stamp = Offset::UTC.to_timestamp(civil).ok()?;
            return Some(Self(stamp.as_millisecond()));
        }
        Self::of_number(Number::of_text(text)?.0)
    }

    fn of_number(number: Decimal) -> Option<Self> {
        let is_milliseconds = number.abs() >= Decimal::from(MILLISECONDS_FROM);
        let milliseconds = if is_milliseconds {
            number
        } else {
            number.checked_mul(Decimal::ONE_THOUSAND)?
        };
        // The year 9999 and the years before are times; anything else is not.
        let whole = i64::try_from(milliseconds.trunc().normalize().mantissa()).ok()?;
        Timestamp::from_millisecond(whole).ok()?;
        Some(Self(whole))
    }

    /// The hour in which it lies, in hours since 1970.
    pub(crate) fn hour(self) -> i64 {
        self.0.div_euclid(HOUR)
    }

    /// RFC 3339 in UTC, without a fraction if there is none.
    pub(crate) fn text(self) -> String {
        match Timestamp::from_millisecond(self.0) {
            Ok(stamp) => stamp.to_string(),
            Err(_) => format!("{} ms since 1970", self.0),
        }
    }

    /// The weekday, from Monday 0, and the hour of the day in a time zone.
    pub(crate) fn local(self, zone: &TimeZone) -> Option<(usize, usize)> {
        let stamp = Timestamp::from_millisecond(self.0).ok()?;
        let local = zone.to_datetime(stamp);
        let day = local.weekday().to_monday_zero_offset();
        Some((
            usize::try_from(day).ok()?,
            usize::try_from(local.hour()).ok()?,
        ))
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Scalar(text) = Scalar::deserialize(deserializer)?;
        let wrong = || de::Error::custom(format!("`{text}` is not a time that can be read"));
        Self::of_text(&text).ok_or_else(wrong)
    }
}

/// A half-open stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) from: Time,
    pub(crate) to: Time,
}

impl Window {
    /// Milliseconds; zero if it is empty.
    pub(crate) fn milliseconds(self) -> u64 {
        u64::try_from(self.to.0 - self.from.0).unwrap_or(0)
    }

    /// The shortest window that contains both.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            from: self.from.min(other.from),
            to: self.to.max(other.to),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Time;

    #[test]
    fn every_form_of_aws_is_one_time() {
        let expected = Some(Time(1_411_034_400_000));
        for text in [
            "2014-09-18T10:00:00Z",
            "2014-09-18T10:00:00+00:00",
            "2014-09-18T12:00:00.000+0200",
            "2014-09-18 10:00:00",
            "1411034400",
            "1411034400.0",
            "1411034400000",
        ] {
            assert_eq!(Time::of_text(text), expected, "{text}");
        }
        for text in ["", "yesterday", "2014-13-01", "1e99"] {
            assert_eq!(Time::of_text(text), None, "{text}");
        }
    }
}
