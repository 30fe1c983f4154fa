//! The table `[lambda]` of a scenario.

use crate::diag::At;
use crate::scenario::schema::{options, whole};
use crate::scenario::{Keys, PlatformValue};
use std::sync::Arc;

/// The keys of `[lambda]`.
#[derive(Debug, Clone, Default)]
pub(crate) struct LambdaOptions {
    /// Concurrent executions that the account can use in a region, and where the scenario states
    /// it.
    pub concurrency_quota: Option<(u64, At)>,
}

options! {
    KEYS of "lambda";
    CONCURRENCY_QUOTA = "concurrency_quota": whole(1, 1_000_000_000), "executions",
        "concurrent executions that the account may have in each region; more is an error",
        default "not checked";
}

pub(crate) fn read(mut keys: Keys<'_>) -> Arc<dyn PlatformValue> {
    let quota = keys.whole(CONCURRENCY_QUOTA);
    let at = keys.place_of(CONCURRENCY_QUOTA);
    keys.refuse_others();
    Arc::new(LambdaOptions {
        concurrency_quota: quota.map(u64::from).zip(at),
    })
}
