//! Bounds of numbers.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// The smallest value, or the value to exceed.
    pub low: i64,
    /// True when `low` itself is out of bounds.
    pub above_low: bool,
    pub high: i64,
    /// True when only integers are valid.
    pub whole: bool,
    /// True when `35%` can be written for 0.35.
    pub percent: bool,
}

impl Bounds {
    /// An integer.
    pub const fn whole(low: i64, high: i64) -> Self {
        Self {
            low,
            above_low: false,
            high,
            whole: true,
            percent: false,
        }
    }

    /// A number of at least `low`.
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
    pub(crate) const fn above(low: i64, high: i64) -> Self {
        Self {
            low,
            above_low: true,
            high,
            whole: false,
            percent: false,
        }
    }

    /// A share from 0 to 1.
    pub const SHARE: Self = Self {
        percent: true,
        ..Self::from(0, 1)
    };
    /// A share above 0 and up to 1.
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
        if self.above_low {
            format!("{kind} above {low}, at most {high}")
        } else {
            format!("{kind} from {low} to {high}")
        }
    }
}
