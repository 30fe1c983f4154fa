//! Assumptions of Lambda.

use super::LambdaModel;
use super::keys::{Features, keys_of};
use super::limits::GRANTED_CONCURRENCY;
use super::options::LambdaOptions;
use super::quota::demands_beyond_granted;
use crate::exact::Exact;
use crate::money::{count, grouped};
use crate::scenario::{Function, Notes, assumptions};

assumptions! {
    FREE_TIER: Assumed = "lambda-free-tier",
        "Lambda's free tier, 1,000,000 requests, 400,000 GB-s and 100 GB of streamed responses a \
         month, is used once by the whole scenario, pro rata";
    NO_FREE_TIER: NotCounted = "lambda-no-free-tier",
        "Lambda's free tier (set free_tier = true to subtract it from the bill)";
    TIERS: Assumed = "lambda-tiers",
        "Lambda's duration tiers count only this scenario: other functions of the account or \
         organization would change them (other_gb_seconds in [lambda])";
    OTHER_USE: Assumed = "lambda-other-use",
        "Lambda's duration tiers begin after what the account uses in addition to this scenario: {used} \
         GB-s a month";
    SAVINGS: Assumed = "lambda-savings",
        "verdicts compare what all functions together would save if one function left Lambda; where \
         tiers or the free tier are shared, that differs from the function's part of the bill";
    COLD_STARTS: NotCounted = "lambda-cold-starts",
        "cold starts of functions that state no cold_start_rate and init_ms";
    KEPT_ENVIRONMENTS: Assumed = "lambda-kept-environments",
        "provisioned environments stay as they are while utilization varies, and serve calls for \
         all of their time at most; they grow with the calls while traffic grows";
    KEPT_POLLERS: Assumed = "lambda-kept-pollers",
        "event pollers stay as they are while utilization varies, and grow with the calls while \
         traffic grows";
    UNPROVISIONED: Assumed = "lambda-unprovisioned",
        "calls that find no provisioned environment are billed on demand";
    SNAPSHOTS: Assumed = "lambda-snapshots",
        "SnapStart keeps the snapshots of the stated versions all month";
    ATTEMPTS: Assumed = "attempts",
        "every attempt of a call has the same duration, is billed on Lambda as a request \
         and its duration, and occupies a slot in a container";
    UNUSED_FEATURES: NotCounted = "lambda-unused-features", "{features} and Lambda@Edge";
    EDGE: NotCounted = "lambda-edge", "Lambda@Edge";
    QUOTA: Assumed = "lambda-quota",
        "all functions of {region} together need {need} at their peaks, which takes a quota of {quota} \
         concurrent executions; AWS's default is {granted} (state yours as concurrency_quota in \
         [lambda])";
}

/// Adds the assumptions and omissions that apply.
pub(crate) fn note(model: &LambdaModel<'_>, notes: &mut Notes) {
    let scenario = model.context.scenario;
    notes.add(if scenario.free_tier {
        FREE_TIER.holds()
    } else {
        NO_FREE_TIER.holds()
    });
    let mut pools = model.pools.iter().flatten();
    let past_first = pools.any(|pool| pool.tiers.len() > 1);
    let options: &LambdaOptions = scenario.options.of();
    match options.other_use.as_deref() {
        None => notes.add(TIERS.holds()),
        Some(other) => notes.add(OTHER_USE.with(&[("used", &other.described())])),
    }
    if past_first || scenario.free_tier {
        notes.add(SAVINGS.holds());
    }
    let mut functions = scenario.functions.iter();
    if functions.any(|function| keys_of(function).cold_start.is_none()) {
        notes.add(COLD_STARTS.holds());
    }
    note_features(&scenario.functions, notes);
    note_quota(model, notes);
}

fn note_features(functions: &[Function], notes: &mut Notes) {
    let some = |uses: fn(&Features) -> bool| {
        let mut features = functions
            .iter()
            .filter_map(|one| keys_of(one).features.as_deref());
        features.any(uses)
    };
    let provisions = functions
        .iter()
        .any(|one| keys_of(one).provisioned.is_some());
    let snapshots = some(|features| features.snapstart.is_some());
    let conditions = [
        (provisions, &KEPT_ENVIRONMENTS),
        (
            some(|features| features.event_poller.is_some()),
            &KEPT_POLLERS,
        ),
        (provisions, &UNPROVISIONED),
        (snapshots, &SNAPSHOTS),
        (functions.iter().any(retries), &ATTEMPTS),
    ];
    for (holds, assumption) in conditions {
        if holds {
            notes.add(assumption.holds());
        }
    }
    let used = [
        (provisions, "provisioned concurrency"),
        (snapshots, "SnapStart"),
        (
            some(|features| features.streamed.is_some()),
            "response streaming",
        ),
    ];
    let unused = used.iter().filter(|(used, _)| !used);
    let unused: Vec<&str> = unused.map(|(_, what)| *what).collect();
    notes.add(if unused.is_empty() {
        EDGE.holds()
    } else {
        UNUSED_FEATURES.with(&[("features", &unused.join(", "))])
    });
}

/// True for a function whose attempts may fail.
fn retries(function: &Function) -> bool {
    function.attempts() != Exact::ONE
}

/// Functions need more than the concurrency that AWS grants every account by default.
fn note_quota(model: &LambdaModel<'_>, notes: &mut Notes) {
    let scenario = model.context.scenario;
    let options: &LambdaOptions = scenario.options.of();
    if options.concurrency_quota.is_some() {
        return;
    }
    for need in demands_beyond_granted(scenario) {
        notes.add(QUOTA.with(&[
            ("region", &need.region),
            ("need", &need.described),
            ("quota", &grouped(&need.quota.to_fixed(0))),
            ("granted", &count(GRANTED_CONCURRENCY)),
        ]));
    }
}
