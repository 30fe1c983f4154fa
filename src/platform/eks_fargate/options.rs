//! The table `[eks-fargate]` of a scenario.

use crate::diag::Code;
use crate::scenario::schema::options;
use crate::scenario::{ClusterKind, Keys, PlatformValue};
use std::sync::Arc;

/// The keys of `[eks-fargate]`.
#[derive(Debug, Clone)]
pub(crate) struct EksFargateOptions {
    pub cluster: ClusterKind,
}

options! {
    KEYS of "eks-fargate";
    CLUSTER = "cluster": ClusterKind::VALUE, "",
        "`dedicated`: created for the scenario, one in each region, whose fee functions share by \
         the cost of their pods; `existing`: runs anyway, no fee",
        default "`dedicated`";
}

pub(crate) fn read(mut keys: Keys<'_>) -> Arc<dyn PlatformValue> {
    let cluster = keys.cluster(CLUSTER);
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
