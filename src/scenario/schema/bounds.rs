//! What a number must lie between.

/// The bounds of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Smallest value, or the value it must exceed.
    pub low: i64,
    /// True when `low` itself is out of bounds.
    pub above_low: bool,
    /// Largest value.
    pub high: i64,
    /// True when only whole numbers make sense.
    pub whole: bool,
    /// True when `35%` may be written for 0.35.
    pub percent: bool,
}

impl Bounds {
    /// A whole number.
    pub const fn whole(low: i64, high: i64) -> Self {
        Self {
            low,
            above_low: false,
            high,
            whole: true,
            percent: false,
        }
    }

    /// A number from `low` on.
    pub const fn from(low: i64, high: i64) -> Self {
        Self {
            low,
            above_low: false,
            high,
            whole: false,
            percent: false,
        }
    }

    /// A number above `low`.
    pub const fn above(low: i64, high: i64) -> Self {
        Self {
            low,
            above_low: true,
            high,
            whole: false,
            percent: false,
        }
    }

    /// A share of one, zero included.
    pub const SHARE: Self = Self {
        percent: true,
        ..Self::from(0, 1)
    };
    /// A share of one above zero.
    pub const RATIO: Self = Self {
        percent: true,
        ..Self::above(0, 1)
    };

    /// The bounds in words.
    pub fn describe(&self) -> String {
        let kind = if self.whole {
            "a whole number"
        } else {
            "a number"
        };
        let high = crate::money::grouped(&self.high.to_string());
        let low = crate::money::grouped(&self.low.to_string());
        match self.above_low {
            true => format!("{kind} above {low}, at most {high}"),
            false => format!("{kind} from {low} to {high}"),
        }
    }
}
