//! `[lambda]`.

use crate::diag::At;
use crate::scenario::{Bounds, Keys, PlatformValue};
use std::sync::Arc;

/// `[lambda]`.
#[derive(Debug, Clone, Default)]
pub struct LambdaOptions {
    /// Concurrent executions that the account may have in a region, with the place that says so.
    pub concurrency_quota: Option<(u64, At)>,
}

/// Reads `[lambda]`.
pub fn read(mut keys: Keys<'_>) -> Arc<dyn PlatformValue> {
    let bounds = Bounds::whole(1, 1_000_000_000);
    let quota = keys.whole("concurrency_quota", bounds);
    let at = keys.place_of("concurrency_quota");
    keys.refuse_others();
    Arc::new(LambdaOptions {
        concurrency_quota: quota.map(u64::from).zip(at),
    })
}
