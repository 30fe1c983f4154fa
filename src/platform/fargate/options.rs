//! The table `[fargate]` of a scenario, which has no keys yet.

use crate::diag::Code;
use crate::scenario::schema::options;
use crate::scenario::{Keys, PlatformValue};
use std::sync::Arc;

options! {
    KEYS of "fargate";
}

pub(crate) fn read(mut keys: Keys<'_>) -> Arc<dyn PlatformValue> {
    for (key, _) in keys.table {
        let message = format!("there is no key `fargate.{}`", key.get_ref());
        let help = "[fargate] has no keys yet; state a task size in [function.container]";
        keys.wrong(Code::UnknownKey, key.span(), message, help);
    }
    Arc::new(())
}
