//! Why pods fit no node of a cluster.

use super::candidates::Candidate;
use super::node_choice::ClusterMarket;
use crate::exact::Exact;
use crate::money::{count, percent};
use crate::platform::{Infeasible, Refusal};

/// A pod that misses a node by less than this share of it may fit a real one: what nodes offer is an
/// estimate, unless it is stated.
fn near_miss() -> Exact {
    Exact::ratio(8, 100)
}

/// The answer for a function whose smallest pod fits no node of the cluster.
pub(super) fn does_not_fit(
    (vcpu, memory_mb): &(Exact, Exact),
    market: Option<&ClusterMarket<'_>>,
) -> Infeasible {
    let reason = format!(
        "a pod of {} vCPU and {} MB fits no node of the cluster",
        vcpu.to_fixed(2),
        memory_mb.to_fixed(0)
    );
    let candidates = market.map_or(&[][..], |market| &market.candidates).iter();
    let missing = candidates.map(|candidate| (candidate.node.missing(vcpu, memory_mb), candidate));
    let nearest = missing.min_by(|(one, _), (other, _)| one.cmp(other));
    match nearest.filter(|(missing, _)| *missing < near_miss()) {
        Some((missing, Candidate { name, node, .. })) => Infeasible::new(
            Refusal::DoesNotFit,
            format!(
                "{reason}, but misses {name} by only {} of a node, of which {} of {} MiB are counted",
                percent(&missing),
                count(node.size.memory_mib.into()),
                count(node.size.nominal_mib.into())
            ),
            "state what `kubectl describe node` shows under [eks.node] with the name of the type: real \
             nodes often offer more than the estimate",
        ),
        None => Infeasible::new(
            Refusal::DoesNotFit,
            reason,
            "state a larger eks.instance_type, or what a request really needs (container.cpu_ms, \
             container.memory_per_request_mb)",
        ),
    }
}
