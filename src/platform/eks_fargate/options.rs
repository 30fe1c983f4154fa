//! `[eks-fargate]`.

use crate::diag::Code;
use crate::scenario::{ClusterKind, Keys, PlatformValue};
use std::sync::Arc;

/// `[eks-fargate]`.
#[derive(Debug, Clone)]
pub struct EksFargateOptions {
    /// Own or shared cluster.
    pub cluster: ClusterKind,
}

/// Reads `[eks-fargate]`.
pub fn read(mut keys: Keys<'_>) -> Arc<dyn PlatformValue> {
    let cluster = keys.cluster();
    for key in ["spot", "spot_share", "share"] {
        if let Some((value, path)) = keys.get(key) {
            let message = format!("`{path}`: EKS on Fargate has no Spot");
            let help =
                "leave it out; tasks of ECS run on Spot: add \"fargate-spot\" to `platforms`";
            keys.wrong(Code::NotAvailable, value.span(), message, help);
        }
    }
    keys.refuse_others();
    Arc::new(EksFargateOptions { cluster })
}
