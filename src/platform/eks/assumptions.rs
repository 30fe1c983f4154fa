//! Assumptions of EKS on EC2 nodes.

use super::node_choice::Newer;
use super::options::{EksOptions, SpotNodes};
use crate::exact::Exact;
use crate::money::percent;
use crate::scenario::{ClusterKind, Function, Notes, Scenario, assumptions};
use crate::text::comma_separated;

assumptions! {
    DEDICATED: Assumed = "eks-dedicated-cluster",
        "EKS: one cluster per region and architecture for all functions, at least {nodes} nodes, \
         nodes filled to {packing} (packing_efficiency), cluster fee divided by share of nodes";
    EXISTING: Assumed = "eks-existing-cluster",
        "EKS: the cluster exists already: only the used share of its nodes and volumes is counted, \
         without its fee";
    NODES: Assumed = "eks-nodes",
        "pods use what the kubelet leaves of each EKS node, less DaemonSets of {vcpu} vCPU, {memory} \
         MB and {pods} pods; each node has a root volume of {volume} GB";
    REQUESTS: Assumed = "eks-requests-per-pod",
        "EKS: a pod holds as many requests in flight as need the least of the node type \
         (container.requests_per_pod)";
    SPOT: Assumed = "eks-spot-nodes",
        "EKS: {share} of the node-hours are on Spot, at the scenario's price{rest}";
    SPOT_INTERRUPTIONS: NotCounted = "eks-spot-interruptions",
        "interruptions of Spot nodes: repeated work, and pods that wait for capacity";
    SURPLUS: Assumed = "eks-surplus-credits",
        "burstable EKS nodes are in unlimited mode: vCPUs that are busy above their baseline are \
         billed as surplus credits, those of today's load in a break-even";
    UNPRICED_VOLUMES: NotCounted = "eks-unpriced-volumes",
        "root volumes of EKS nodes in {regions}: the price book has no gp3 price there";
    STANDARD_SUPPORT: Assumed = "eks-standard-support",
        "EKS: a Kubernetes version of {months} months is in standard support, for 14 months";
    EXTENDED_SUPPORT: Assumed = "eks-extended-support",
        "EKS: a Kubernetes version of {months} months is in extended support, for 12 months after \
         the first 14";
    AUTO_MODE: Assumed = "eks-auto-mode",
        "EKS Auto Mode runs the nodes: its fee is per instance and hour, and no commitment reduces \
         it; a node has 110 pods, and network plugin, proxy and DNS are in its image";
    NEWER: Assumed = "eks-newer-generation",
        "EKS: {chosen} is the cheapest node type; {newer} costs {percent} more an hour and is \
         {generations} newer (eks.instance_type)";
    ADD_ONS: NotCounted = "eks-add-ons",
        "EKS add-ons, and extra nodes during upgrades";
    AUTO_MODE_AND_ADD_ONS: NotCounted = "eks-auto-mode-and-add-ons",
        "EKS Auto Mode, add-ons, and extra nodes during upgrades";
}

/// What is known about the nodes of all clusters.
pub(crate) struct NodeNotes<'m> {
    /// The regions without a price for the nodes' volumes.
    pub unpriced: Vec<&'m str>,
    pub newer: Vec<Newer<'m>>,
    /// Whether a node type is burstable.
    pub has_burstable: bool,
}

/// Adds the assumptions and omissions that apply.
pub(crate) fn note(scenario: &Scenario, nodes: &NodeNotes<'_>, notes: &mut Notes) {
    let options: &EksOptions = scenario.options.of();
    notes.add(match options.cluster {
        ClusterKind::Dedicated => DEDICATED.with(&[
            ("nodes", &options.min_nodes),
            (
                "packing",
                &percent(&Exact::from(options.packing_efficiency)),
            ),
        ]),
        ClusterKind::Existing => EXISTING.holds(),
    });
    let daemonsets = &options.daemonsets;
    notes.add(NODES.with(&[
        ("vcpu", &daemonsets.vcpu.normalize()),
        ("memory", &daemonsets.memory_mb.normalize()),
        ("pods", &daemonsets.pods),
        ("volume", &options.root_volume_gb),
    ]));
    if scenario.functions.iter().any(requests_are_chosen) {
        notes.add(REQUESTS.holds());
    }
    if let Some(spot) = &options.spot {
        note_spot(spot, notes);
    }
    if nodes.has_burstable {
        notes.add(SURPLUS.holds());
    }
    if options.root_volume_gb > 0 && !nodes.unpriced.is_empty() {
        notes.add(UNPRICED_VOLUMES.with(&[("regions", &comma_separated(&nodes.unpriced))]));
    }
    for Newer {
        chosen,
        newer,
        more,
        generations,
    } in &nodes.newer
    {
        let generations = match generations {
            1 => "a generation".to_owned(),
            _ => format!("{generations} generations"),
        };
        notes.add(NEWER.with(&[
            ("chosen", chosen),
            ("newer", newer),
            ("percent", &percent(more)),
            ("generations", &generations),
        ]));
    }
    if let Some(months) = options.kubernetes_age_months {
        let support = if options.extended_support {
            &EXTENDED_SUPPORT
        } else {
            &STANDARD_SUPPORT
        };
        notes.add(support.with(&[("months", &months.normalize())]));
    }
    if options.auto_mode {
        notes.add(AUTO_MODE.holds());
        notes.add(ADD_ONS.holds());
    } else {
        notes.add(AUTO_MODE_AND_ADD_ONS.holds());
    }
}

fn note_spot(spot: &SpotNodes, notes: &mut Notes) {
    let share = Exact::from(spot.share);
    let rest = if share == Exact::ONE {
        ""
    } else {
        ", and the rest on demand"
    };
    notes.add(SPOT.with(&[("share", &percent(&share)), ("rest", &rest)]));
    notes.add(SPOT_INTERRUPTIONS.holds());
}

/// True for a function whose pods hold a chosen number of requests.
fn requests_are_chosen(function: &Function) -> bool {
    let container = function.container();
    let is_stated = container.requests_per_pod.is_some() || container.requests_per_task.is_some();
    function.is_service() && !is_stated
}
