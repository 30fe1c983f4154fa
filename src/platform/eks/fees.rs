//! What a cluster of EKS costs, whatever its pods run on.

use crate::platform::Missing;
use crate::pricebook::{Price, Regional};
use crate::scenario::{ClusterKind, EksOptions};
use crate::units::ClusterHour;

/// What a cluster of the scenario's own costs besides what carries its pods, each with its name on
/// the bill; nothing for one that runs anyway.
pub fn fees(
    kind: ClusterKind,
    options: &EksOptions,
    regional: &Regional,
    missing: &mut Missing,
) -> Vec<(&'static str, Price<ClusterHour>)> {
    if kind == ClusterKind::Existing {
        return Vec::new();
    }
    let mut fees = vec![("cluster", "eks.cluster".to_owned())];
    if options.extended_support {
        fees.push(("extended support", "eks.extended_support".to_owned()));
    }
    if let Some(tier) = options.control_plane {
        fees.push(("control plane", format!("eks.control_plane_{tier}")));
    }
    let fees = fees.into_iter();
    fees.filter_map(|(item, path)| Some((item, missing.take(regional.price(&path))?)))
        .collect()
}
