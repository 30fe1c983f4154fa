//! The fees of an EKS cluster, on nodes and on Fargate.

use super::meters::{CLUSTER, CONTROL_PLANES, EXTENDED_SUPPORT};
use super::options::EksOptions;
use crate::platform::Missing;
use crate::pricebook::{Price, Regional};
use crate::scenario::ClusterKind;
use crate::units::ClusterHour;

/// The fees of a dedicated cluster without its nodes or pods, each with its name on the bill. An
/// existing cluster has no fees: it is paid for elsewhere.
pub(crate) fn fees(
    kind: ClusterKind,
    options: &EksOptions,
    regional: &Regional,
    missing: &mut Missing,
) -> Vec<(&'static str, Price<ClusterHour>)> {
    if kind == ClusterKind::Existing {
        return Vec::new();
    }
    let mut fees = vec![("cluster", CLUSTER)];
    if options.extended_support {
        fees.push(("extended support", EXTENDED_SUPPORT));
    }
    if let Some(size) = options.control_plane {
        let known = CONTROL_PLANES.into_iter().find(|(name, _)| *name == size);
        let (_, meter) = known.expect("the scenario reader accepts no other control plane");
        fees.push(("control plane", meter));
    }
    let fees = fees.into_iter();
    fees.filter_map(|(item, meter)| Some((item, missing.take(regional.price(meter))?)))
        .collect()
}
