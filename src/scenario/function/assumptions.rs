//! Assumptions about functions whose keys are not stated. Those about containers are next to the
//! keys of containers.

use super::{Capacity, container};
use crate::scenario::{AssumptionInfo, AssumptionRule};
use rust_decimal::Decimal;

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
    (
        &AssumptionInfo::assumed(
            "function-extra",
            "costs that the price book does not have, as stated ([[function.extra]])",
        ),
        |function| !function.extras().is_empty(),
    ),
];

/// Inputs that contradict each other, or that are often in another unit.
const WARNINGS: &[AssumptionRule] = &[
    (
        &AssumptionInfo::warning(
            "memory-beyond-lambda",
            "a request needs more memory in a container (memory_per_request_mb) than Lambda gives the \
             function (memory_mb): one of them may be mistyped",
        ),
        |function| {
            let request = function.container().memory_per_request_mb;
            request.is_some_and(|request| request > function.memory_mb.into())
        },
    ),
    (
        &AssumptionInfo::warning(
            "more-cpu-than-lambda",
            "cpu_ms is more CPU time than Lambda gives at that memory and duration: the stated \
             value is used",
        ),
        container::needs_more_than_lambda,
    ),
    (
        &AssumptionInfo::warning(
            "short-duration",
            "measured_duration_ms is below 1: is it in seconds?",
        ),
        |function| function.measured && function.stated_duration_ms() < Decimal::ONE,
    ),
    (
        &AssumptionInfo::warning(
            "no-calls",
            "there are no calls (invocations_per_month = 0): Lambda bills no calls, and \
             containers are idle",
        ),
        |function| function.invocations == 0,
    ),
];

/// The assumptions about functions, in the order in which answers print them.
pub(crate) fn assumption_rules() -> impl Iterator<Item = AssumptionRule> {
    let lists = [
        WARNINGS,
        OF_CALLS,
        container::ASSUMPTIONS,
        OF_PLACE,
        container::OF_JOBS,
    ];
    lists.into_iter().flatten().copied()
}
