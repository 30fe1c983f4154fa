//! Tasks that run one invocation each.
//!
//! Rules: AWS Fargate pricing page (billed from the start of the image pull to the end of the task,
//! in whole seconds rounded up, a minute at least; five on Windows).

use super::limits::{MIN_SECONDS, MIN_SECONDS_WINDOWS};
use crate::exact::Exact;
use crate::scenario::{Function, Os, Run};
use crate::units::MS_PER_SECOND;

/// Seconds for which the task of each invocation is billed; `None` for a service.
///
/// Every job is taken to run the mean duration.
pub fn billed_seconds(function: &Function) -> Option<Exact> {
    let Run::Job { pull_seconds } = function.container().run else {
        return None;
    };
    let milliseconds = Exact::from(function.stated_duration_ms());
    let mut seconds = &milliseconds * &Exact::ratio(1, MS_PER_SECOND.into());
    // Without it the notes of an answer say that the pull is left out.
    if let Some(pull) = pull_seconds {
        seconds = &seconds + &Exact::from(pull);
    }
    let least = match function.container().os {
        Os::Linux => MIN_SECONDS,
        Os::Windows => MIN_SECONDS_WINDOWS,
    };
    let whole = seconds.ceil();
    let whole = whole.expect("a run and a pull take two days at most");
    Some(Exact::whole(whole.max(least.into())))
}
