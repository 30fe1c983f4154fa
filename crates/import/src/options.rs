//! What the user states in addition to the files.

use crate::time::{Time, Window};
use jiff::tz::TimeZone;

/// Why a record does not count that is not between the times of [`Options`].
pub(crate) const OUTSIDE: &str = "before --from or after --to";

/// A key of functions that the user states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated {
    /// Such as `utilization`.
    pub key: String,
    /// As in TOML, or text without quotes.
    pub value: String,
}

/// A function that has one name in a template and another one in AWS. `*` in a name matches any text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    /// The name in the template.
    pub template: String,
    /// The name in logs, metrics and bills.
    pub name: String,
}

/// What the user states in addition to the files.
#[derive(Debug, Clone)]
pub struct Options {
    /// Hours of a month.
    pub hours_per_month: u32,
    /// The time zone of hourly traffic.
    pub timezone: TimeZone,
    /// Name of the time zone.
    pub timezone_name: String,
    /// Start of the time that counts.
    pub from: Option<Time>,
    /// End of the time that counts, which is not part of it.
    pub to: Option<Time>,
    /// Keys for every function that lacks them.
    pub set: Vec<Stated>,
    /// Parameters of templates.
    pub parameters: Vec<Stated>,
    /// Names of functions of templates in other files.
    pub aliases: Vec<Alias>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            hours_per_month: 730,
            timezone: TimeZone::UTC,
            timezone_name: "UTC".to_owned(),
            from: None,
            to: None,
            set: Vec::new(),
            parameters: Vec::new(),
            aliases: Vec::new(),
        }
    }
}

impl Options {
    /// True for a time between those that the user states.
    pub(crate) fn keeps(&self, time: Time) -> bool {
        self.from.is_none_or(|from| from <= time) && self.to.is_none_or(|to| time < to)
    }

    /// True if the user states a start or an end.
    pub(crate) fn is_bounded(&self) -> bool {
        self.from.is_some() || self.to.is_some()
    }

    /// A window with the bounds that the user states.
    pub(crate) fn window(&self, found: Window) -> Window {
        Window {
            from: self.from.unwrap_or(found.from),
            to: self.to.unwrap_or(found.to),
        }
    }
}
