//! The table `[eks]` of a scenario.

use super::meters::TIERS;
use super::node_size::{MaxPods, PODS_OF_AUTO_MODE, PREFIX_DELEGATION, StatedNode};
use crate::diag::{At, Code, Diag};
use crate::pricebook::Extent;
use crate::pricebook::instances::is_default_candidate;
use crate::scenario::schema::{RATIO, SHARE, ValueKind, above, from, options, whole};
use crate::scenario::{Bounds, ClusterKind, FixedType, Keys, PlatformValue, Scenario};
use rust_decimal::Decimal;
use std::sync::Arc;

/// Requests of the DaemonSets on every node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DaemonSets {
    pub vcpu: Decimal,
    /// In MB.
    pub memory_mb: Decimal,
    pub pods: u32,
}

/// Nodes on Spot at a price of the scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpotNodes {
    /// Share of the node-hours that are on Spot, above 0 to 1.
    pub share: Decimal,
    /// US dollars per node-hour.
    pub usd_per_hour: Decimal,
}

/// The keys of `[eks]`.
#[derive(Debug, Clone)]
pub struct EksOptions {
    /// `None` for the cheapest type.
    pub instance_type: Option<FixedType>,
    /// The families to choose from, with their place; `None` for the usual types.
    pub families: Option<(Vec<String>, At)>,
    /// `None` if all nodes are on demand.
    pub spot: Option<SpotNodes>,
    pub cluster: ClusterKind,
    pub min_nodes: u32,
    /// Share of the nodes' capacity that scheduling can fill, above 0 to 1.
    pub packing_efficiency: Decimal,
    /// Root volume of a node, GB.
    pub root_volume_gb: u32,
    /// The pods of every node, where stated.
    pub max_pods: Option<MaxPods>,
    /// Share of a node's memory that virtualization takes, where stated.
    pub memory_overhead: Option<Decimal>,
    /// What nodes offer, by instance type.
    pub nodes: Vec<StatedNode>,
    /// Whether the Kubernetes version is in extended support.
    pub extended_support: bool,
    /// Months since the release of the Kubernetes version on EKS, where stated.
    pub kubernetes_age_months: Option<Decimal>,
    /// The tier of a provisioned control plane.
    pub control_plane: Option<&'static str>,
    /// Whether EKS Auto Mode manages the nodes.
    pub auto_mode: bool,
    pub daemonsets: DaemonSets,
}

impl Default for EksOptions {
    fn default() -> Self {
        Self {
            instance_type: None,
            families: None,
            spot: None,
            cluster: ClusterKind::Dedicated,
            min_nodes: 2,
            packing_efficiency: Decimal::ONE,
            root_volume_gb: 20,
            max_pods: None,
            memory_overhead: None,
            nodes: Vec::new(),
            extended_support: false,
            kubernetes_age_months: None,
            control_plane: None,
            auto_mode: false,
            daemonsets: DaemonSets {
                vcpu: Decimal::new(15, 2),
                memory_mb: Decimal::from(256),
                pods: 3,
            },
        }
    }
}

impl StatedNode {
    /// Reads `[eks.node]`.
    fn read_all(keys: &mut Keys<'_>) -> Vec<Self> {
        let example = "[eks.node.\"m5.large\"] on a separate line, and memory_mb = 6903 below it";
        let Some(named) = keys.table(NODE, example) else {
            return Vec::new();
        };
        let (table, source, diags) = (named.table, named.source, named.diags);
        let mut nodes = Vec::new();
        for (key, value) in table {
            let (name, at) = (key.get_ref().to_string(), source.at(key.span()));
            let Some(table) = value.get_ref().as_table() else {
                let message = format!("`eks.node.{name}` is not a table");
                let help = format!("write {example}: a type has a dot and needs quotes");
                diags.push(Diag::new(Code::WrongType, message).at(at).help(help));
                continue;
            };
            let mut keys = Keys::new(table, format!("eks.node.{name}"), source, diags);
            nodes.push(Self {
                name,
                at,
                millicores: millicores(&mut keys),
                memory_mib: keys.whole(NODE_MEMORY).map(u64::from),
                max_pods: keys.whole(NODE_PODS),
            });
            keys.refuse_others();
        }
        nodes
    }
}

/// The families to choose from. They conflict with a fixed type.
fn families(keys: &mut Keys<'_>, is_fixed: bool) -> Option<(Vec<String>, At)> {
    let names = keys.names(FAMILIES)?;
    if is_fixed {
        let message = "`families` has no effect on a stated `instance_type`".to_owned();
        let help = "keep one of them";
        keys.wrong_at(FAMILIES, Code::Conflict, message, help);
    }
    keys.place_of(FAMILIES).map(|at| (names, at))
}

/// The vCPUs of a node in millicores, of which the kubelet knows no parts.
fn millicores(keys: &mut Keys<'_>) -> Option<u64> {
    let vcpu = keys.number(NODE_VCPU)?;
    let millicores = (vcpu * Decimal::ONE_THOUSAND).normalize();
    if !millicores.is_integer() {
        let message = format!("`{}` has parts of a millicore", NODE_VCPU.word());
        let help = "write at most three decimals, as `kubectl describe node` does: 1930m is 1.93";
        keys.wrong_at(NODE_VCPU, Code::OutOfRange, message, help);
    }
    u64::try_from(millicores.mantissa()).ok()
}

/// GB of the root volume of a node of EKS Auto Mode (EKS user guide, node classes, 2026).
const VOLUME_OF_AUTO_MODE: u32 = 80;

impl EksOptions {
    /// The default values, with or without EKS Auto Mode. It has the network plugin, the proxy and
    /// DNS in its image, so it needs no DaemonSets.
    fn of_nodes(auto_mode: bool) -> Self {
        let default = Self::default();
        if !auto_mode {
            return default;
        }
        Self {
            auto_mode,
            root_volume_gb: VOLUME_OF_AUTO_MODE,
            daemonsets: DaemonSets {
                vcpu: Decimal::ZERO,
                memory_mb: Decimal::ZERO,
                pods: 0,
            },
            ..default
        }
    }
}

/// Months of standard support of a Kubernetes version on EKS (EKS pricing page).
const STANDARD_MONTHS: u32 = 14;
/// Months of standard and extended support together: extended support lasts 12 months.
const SUPPORTED_MONTHS: u32 = 26;

/// The parts of the price book that the options need.
pub(crate) fn extent(scenario: &Scenario) -> Extent {
    let options: &EksOptions = scenario.options.of();
    let fixed = options.instance_type.as_ref();
    let mut families = options.families.iter().flat_map(|(names, _)| names);
    Extent {
        auto_mode: options.auto_mode,
        other_types: fixed.is_some_and(|(name, _)| !is_default_candidate(name))
            || families.any(|family| !is_default_candidate(&format!("{family}.large"))),
        ..Extent::USUAL
    }
}

options! {
    KEYS of "eks";
    INSTANCE_TYPE = "instance_type": ValueKind::InstanceType, "",
        "instance type of all nodes; `auto` chooses the type of the cheapest cluster",
        default "`auto`";
    SPOT_PRICE = "spot_usd_per_hour": from(0, 1_000), "USD",
        "Spot price of a node-hour of `eks.instance_type`: nodes run on Spot",
        default "all nodes are on demand";
    SPOT_SHARE = "spot_share": RATIO, "share",
        "share of the node-hours that run on Spot; the others are on demand; needs \
         `eks.spot_usd_per_hour`",
        default "1, listed as an assumption";
    CLUSTER = "cluster": ClusterKind::VALUE, "",
        "`dedicated`: created for the scenario; `existing`: runs anyway, so that only the used \
         share of its nodes is a cost, and needs `eks.instance_type`",
        default "`dedicated`";
    MIN_NODES = "min_nodes": whole(1, 1_000_000), "",
        "minimum number of nodes of a dedicated cluster",
        default "2";
    PACKING = "packing_efficiency": RATIO, "share",
        "share of the nodes' capacity that scheduling fills",
        default "1";
    ROOT_VOLUME = "root_volume_gb": whole(0, 16_384), "GB",
        "gp3 volume of a node",
        default "20; with `eks.auto_mode` 80";
    MAX_PODS = "max_pods":
        ValueKind::NumberOr(Bounds::whole(1, 65_536), PREFIX_DELEGATION), "",
        "pods of every node, DaemonSets included; `prefix-delegation`: 110 below 30 vCPU, else 250",
        default "those for which the network interfaces of the type have addresses";
    MEMORY_OVERHEAD = "memory_overhead": SHARE, "share",
        "share of a node's memory that virtualization takes, which the kubelet does not see",
        default "7.5 %, Karpenter's estimate";
    NODE = "node": ValueKind::Table, "",
        "what a node offers, by instance type: `[eks.node.\"m5.large\"]`, as `kubectl describe \
         node` shows it under \"Allocatable\"",
        default "estimated";
    NODE_VCPU = "node.*.vcpu": above(0, 1024), "vCPU",
        "vCPUs that a node of the type offers, DaemonSets included: `1930m` is 1.93",
        default "the kubelet's formula";
    NODE_MEMORY = "node.*.memory_mb": whole(1, 33_554_432), "MB",
        "memory that a node of the type offers, DaemonSets included, in MiB",
        default "the kubelet's formula";
    NODE_PODS = "node.*.max_pods": whole(1, 65_536), "",
        "pods of a node of the type, DaemonSets included",
        default "`eks.max_pods`";
    FAMILIES = "families": ValueKind::Names, "",
        "families of instance types to choose from, `large` to `4xlarge`: `[\"m7i\", \"c7g\"]`",
        default "those of c, m and r from the fifth generation";
    EXTENDED_SUPPORT = "extended_support": ValueKind::Flag, "",
        "the Kubernetes version is in extended support",
        default "`false`";
    KUBERNETES_AGE = "kubernetes_age_months": from(0, 600), "months",
        "months since the release of the Kubernetes version on EKS, in place of \
         `eks.extended_support`: standard support up to 14, extended support up to 26, an error \
         above",
        default "not stated: standard support";
    CONTROL_PLANE = "control_plane": ValueKind::OneOf(&TIERS), "",
        "tier of a provisioned control plane, which is billed on top of the cluster",
        default "none";
    AUTO_MODE = "auto_mode": ValueKind::Flag, "",
        "EKS Auto Mode runs the nodes, for a fee per node and hour; a node has 110 pods",
        default "`false`";
    DAEMONSETS = "daemonsets": ValueKind::Table, "",
        "requests of the DaemonSets on every node",
        default "as below";
    DAEMON_VCPU = "daemonsets.vcpu": from(0, 1024), "vCPU",
        "vCPUs that DaemonSets request on every node",
        default "0.15; with `eks.auto_mode` 0";
    DAEMON_MEMORY = "daemonsets.memory_mb": from(0, 1_048_576), "MB",
        "memory that DaemonSets request on every node",
        default "256; with `eks.auto_mode` 0";
    DAEMON_PODS = "daemonsets.pods": whole(0, 10_000), "",
        "pods of DaemonSets on every node",
        default "3; with `eks.auto_mode` 0";
}

pub(crate) fn read(mut keys: Keys<'_>) -> Arc<dyn PlatformValue> {
    let auto_mode = keys.flag(AUTO_MODE).unwrap_or_default();
    let default = EksOptions::of_nodes(auto_mode);
    let instance_type = keys.instance_type(INSTANCE_TYPE);
    let families = families(&mut keys, instance_type.is_some());
    let spot = spot(&mut keys, instance_type.is_some());
    let cluster = keys.cluster(CLUSTER);
    let root_volume_gb = keys.whole(ROOT_VOLUME);
    let (kubernetes_age_months, extended_support) = support(&mut keys);
    let control_plane = keys.word(CONTROL_PLANE);
    let options = EksOptions {
        instance_type,
        families,
        spot,
        cluster,
        min_nodes: keys.whole(MIN_NODES).unwrap_or(default.min_nodes),
        packing_efficiency: keys.number(PACKING).unwrap_or(default.packing_efficiency),
        root_volume_gb: root_volume_gb.unwrap_or(default.root_volume_gb),
        max_pods: max_pods(&mut keys, auto_mode),
        memory_overhead: keys.number(MEMORY_OVERHEAD),
        nodes: StatedNode::read_all(&mut keys),
        extended_support,
        kubernetes_age_months,
        control_plane,
        auto_mode,
        daemonsets: daemonsets(&mut keys, &default.daemonsets).unwrap_or(default.daemonsets),
    };
    if options.cluster == ClusterKind::Existing {
        refuse_fees(&options, &mut keys);
    }
    if options.cluster == ClusterKind::Existing && options.instance_type.is_none() {
        let message = "an existing cluster needs its `instance_type`".to_owned();
        let help = "its nodes are there already: name their type, such as \"m5.xlarge\"";
        keys.wrong(Code::MissingKey, keys.span.clone(), message, help);
    }
    keys.refuse_others();
    Arc::new(options)
}

/// Nodes on Spot. A price belongs to one type, and a share needs a price.
fn spot(keys: &mut Keys<'_>, is_fixed: bool) -> Option<SpotNodes> {
    let (share, price) = (keys.number(SPOT_SHARE), keys.number(SPOT_PRICE));
    let [has_share, has_price] =
        [SPOT_SHARE, SPOT_PRICE].map(|key| keys.table.contains_key(key.word()));
    if has_share && !has_price {
        let message = format!("`{}` needs `{}` too", SPOT_SHARE.path, SPOT_PRICE.path);
        let help = "state the Spot price of the node type: AWS changes it, and the price book has \
                    none";
        keys.wrong_at(SPOT_SHARE, Code::MissingKey, message, help);
    }
    if has_price && !is_fixed {
        let message = format!("`{}` needs `{}` too", SPOT_PRICE.path, INSTANCE_TYPE.path);
        let help = "a Spot price is that of one type: name it, such as \"m5.large\"";
        keys.wrong_at(SPOT_PRICE, Code::MissingKey, message, help);
    }
    Some(SpotNodes {
        share: share.unwrap_or(Decimal::ONE),
        usd_per_hour: price?,
    })
}

/// The age of the Kubernetes version in months, and whether it is in extended support.
fn support(keys: &mut Keys<'_>) -> (Option<Decimal>, bool) {
    let flag = keys.flag(EXTENDED_SUPPORT);
    let age = keys.number(KUBERNETES_AGE);
    let Some(months) = age else {
        return (None, flag.unwrap_or_default());
    };
    let extended = months > Decimal::from(STANDARD_MONTHS);
    let shown = months.normalize();
    if months > Decimal::from(SUPPORTED_MONTHS) {
        let message = format!(
            "EKS does not support Kubernetes versions older than {SUPPORTED_MONTHS} months"
        );
        let help = "state the age of the version that you will upgrade to: standard support lasts 14 \
                    months, extended support 12 more";
        keys.wrong_at(KUBERNETES_AGE, Code::NotAvailable, message, help);
    } else if flag.is_some_and(|flag| flag != extended) {
        let kind = if extended { "extended" } else { "standard" };
        let message =
            format!("a Kubernetes version that is {shown} months old is in {kind} support");
        let help = "keep one of `extended_support` and `kubernetes_age_months`";
        keys.wrong_at(EXTENDED_SUPPORT, Code::Conflict, message, help);
    }
    (age, extended)
}

/// Refuses keys for fees of an existing cluster. The scenario does not pay for that cluster, so the
/// fees would be ignored silently.
fn refuse_fees(options: &EksOptions, keys: &mut Keys<'_>) {
    let support = match options.kubernetes_age_months {
        Some(_) => KUBERNETES_AGE,
        None => EXTENDED_SUPPORT,
    };
    let fees = [
        (CONTROL_PLANE, options.control_plane.is_some()),
        (support, options.extended_support),
    ];
    for (key, _) in fees.into_iter().filter(|(_, charged)| *charged) {
        let message = format!(
            "`{}` is a fee of a dedicated cluster, and this cluster is an existing one",
            key.path
        );
        let help = "remove it, or state cluster = \"dedicated\"";
        keys.wrong_at(key, Code::Conflict, message, help);
    }
}

/// The pods of every node. EKS Auto Mode has its own number.
fn max_pods(keys: &mut Keys<'_>, auto_mode: bool) -> Option<MaxPods> {
    let stated = keys.whole_or_word(MAX_PODS).map(MaxPods::of);
    if !auto_mode {
        return stated;
    }
    if stated.is_some() {
        let message = "EKS Auto Mode has 110 pods on a node, whatever `max_pods` is".to_owned();
        let help = "remove `max_pods`";
        keys.wrong_at(MAX_PODS, Code::Conflict, message, help);
    }
    Some(MaxPods::Stated(PODS_OF_AUTO_MODE))
}

fn daemonsets(keys: &mut Keys<'_>, default: &DaemonSets) -> Option<DaemonSets> {
    let example = "daemonsets = { vcpu = 0.15, memory_mb = 256, pods = 3 }";
    let mut inner = keys.table(DAEMONSETS, example)?;
    let daemonsets = DaemonSets {
        vcpu: inner.number(DAEMON_VCPU).unwrap_or(default.vcpu),
        memory_mb: inner.number(DAEMON_MEMORY).unwrap_or(default.memory_mb),
        pods: inner.whole(DAEMON_PODS).unwrap_or(default.pods),
    };
    inner.refuse_others();
    Some(daemonsets)
}
