//! Today: the only thing that an answer may depend on that is no input, and only where a flag needs it.

use crate::diag::{Code, Diag};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Names a moment for builds that are to be repeated (reproducible-builds.org).
const VARIABLE: &str = "SOURCE_DATE_EPOCH";

/// Today in UTC, or the day that `SOURCE_DATE_EPOCH` names.
///
/// # Errors
/// The variable is no number of seconds.
pub fn today() -> Result<Date, Diag> {
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
