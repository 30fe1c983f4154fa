//! Assumptions about functions whose keys are not stated. Those about containers are next to the
//! keys of containers.

use super::{Capacity, container};
use crate::scenario::{AssumptionInfo, AssumptionRule};

/// About the number and duration of calls.
const OF_CALLS: &[AssumptionRule] = &[
    (
        &AssumptionInfo::assumed(
            "measured-duration",
            "measured_duration_ms: half a millisecond is added, the mean effect of billing each \
             call in whole milliseconds",
        ),
        |function| function.measured,
    ),
    (
        &AssumptionInfo::assumed(
            "rounded-invocations",
            "requests_per_second is rounded to whole calls a month",
        ),
        |function| function.rounded_invocations,
    ),
];

/// About capacity, region and platform.
const OF_PLACE: &[AssumptionRule] = &[
    (
        &AssumptionInfo::assumed(
            "no-traffic",
            "no traffic: the break-even is that of one request in flight",
        ),
        |function| {
            let peak_is_stated = matches!(function.capacity, Capacity::Peak(_));
            function.is_service() && function.invocations == 0 && !peak_is_stated
        },
    ),
    (
        &AssumptionInfo::assumed(
            "moved-region",
            "--region replaces the region that the function names",
        ),
        |function| function.moved,
    ),
    (
        &AssumptionInfo::assumed(
            "runs-on-lambda",
            "runs_on is not stated: the function runs on Lambda today",
        ),
        |function| function.runs_on.is_none(),
    ),
];

/// The assumptions about functions, in the order in which answers print them.
pub(crate) fn assumption_rules() -> impl Iterator<Item = AssumptionRule> {
    let lists = [
        OF_CALLS,
        container::ASSUMPTIONS,
        OF_PLACE,
        container::OF_JOBS,
    ];
    lists.into_iter().flatten().copied()
}
