//! Jobs: tasks that run one invocation each.
//!
//! Rules: AWS Fargate pricing page (billed from the start of the image pull to the end of the task,
//! in whole seconds rounded up; at least one minute, five on Windows).

use super::limits::{MIN_SECONDS, MIN_SECONDS_WINDOWS};
use crate::exact::Exact;
use crate::scenario::{Function, Os, Run};
use crate::units::MS_PER_SECOND;

/// Billed seconds of each invocation's task; `None` for a service.
///
/// Every job is assumed to run for the mean duration.
pub(crate) fn billed_seconds(function: &Function) -> Option<Exact> {
    let Run::Job { pull_seconds } = function.container().run else {
        return None;
    };
    let milliseconds = Exact::from(function.stated_duration_ms());
    let mut seconds = &milliseconds * &Exact::ratio(1, MS_PER_SECOND.into());
    // When the time is not stated, an assumption says that the pull is left out.
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
