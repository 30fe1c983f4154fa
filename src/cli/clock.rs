//! Today. An answer depends on it only if a flag requires it.

use crate::diag::{Code, Diag};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// The time for reproducible builds (reproducible-builds.org).
const VARIABLE: &str = "SOURCE_DATE_EPOCH";

/// Today in UTC, or the day of `SOURCE_DATE_EPOCH`.
///
/// # Errors
/// The variable is not a number of seconds.
pub(crate) fn today() -> Result<Date, Diag> {
    let utc = |moment: Timestamp| TimeZone::UTC.to_datetime(moment).date();
    let Ok(text) = std::env::var(VARIABLE) else {
        return Ok(utc(Timestamp::now()));
    };
    let seconds = text.parse().ok();
    let moment = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok());
    moment.map(utc).ok_or_else(|| {
        let message =
            format!("{VARIABLE} must be a whole number of seconds since 1970, not `{text}`");
        Diag::new(Code::OutOfRange, message).help("set it to seconds since 1970, or unset it")
    })
}
