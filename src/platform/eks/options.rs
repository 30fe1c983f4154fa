//! The table `[eks]` of a scenario.

use super::meters::TIERS;
use crate::diag::Code;
use crate::pricebook::Extent;
use crate::pricebook::instances::is_default_candidate;
use crate::scenario::schema::{RATIO, ValueKind, from, options, whole};
use crate::scenario::{ClusterKind, FixedType, Keys, PlatformValue, Scenario};
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

/// The keys of `[eks]`.
#[derive(Debug, Clone)]
pub struct EksOptions {
    /// `None` for the cheapest type.
    pub instance_type: Option<FixedType>,
    pub cluster: ClusterKind,
    pub min_nodes: u32,
    /// Share of the nodes' capacity that scheduling can fill, above 0 to 1.
    pub packing_efficiency: Decimal,
    /// Root volume of a node, GB.
    pub root_volume_gb: u32,
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
            cluster: ClusterKind::Dedicated,
            min_nodes: 2,
            packing_efficiency: Decimal::ONE,
            root_volume_gb: 20,
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

/// Months of standard support of a Kubernetes version on EKS (EKS pricing page).
const STANDARD_MONTHS: u32 = 14;
/// Months of standard and extended support together: extended support lasts 12 months.
const SUPPORTED_MONTHS: u32 = 26;

/// The parts of the price book that the options need.
pub(crate) fn extent(scenario: &Scenario) -> Extent {
    let options: &EksOptions = scenario.options.of();
    let fixed = options.instance_type.as_ref();
    Extent {
        auto_mode: options.auto_mode,
        other_types: fixed.is_some_and(|(name, _)| !is_default_candidate(name)),
        ..Extent::USUAL
    }
}

options! {
    KEYS of "eks";
    INSTANCE_TYPE = "instance_type": ValueKind::InstanceType, "",
        "instance type of all nodes; `auto` chooses the type of the cheapest cluster",
        default "`auto`";
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
        default "20";
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
        "EKS Auto Mode runs the nodes, for a fee per node and hour",
        default "`false`";
    DAEMONSETS = "daemonsets": ValueKind::Table, "",
        "requests of the DaemonSets on every node",
        default "as below";
    DAEMON_VCPU = "daemonsets.vcpu": from(0, 1024), "vCPU",
        "vCPUs that DaemonSets request on every node",
        default "0.15";
    DAEMON_MEMORY = "daemonsets.memory_mb": from(0, 1_048_576), "MB",
        "memory that DaemonSets request on every node",
        default "256";
    DAEMON_PODS = "daemonsets.pods": whole(0, 10_000), "",
        "pods of DaemonSets on every node",
        default "3";
}

pub(crate) fn read(mut keys: Keys<'_>) -> Arc<dyn PlatformValue> {
    let default = EksOptions::default();
    let instance_type = keys.instance_type(INSTANCE_TYPE);
    let cluster = keys.cluster(CLUSTER);
    let root_volume_gb = keys.whole(ROOT_VOLUME);
    let (kubernetes_age_months, extended_support) = support(&mut keys);
    let control_plane = keys.word(CONTROL_PLANE);
    let options = EksOptions {
        instance_type,
        cluster,
        min_nodes: keys.whole(MIN_NODES).unwrap_or(default.min_nodes),
        packing_efficiency: keys.number(PACKING).unwrap_or(default.packing_efficiency),
        root_volume_gb: root_volume_gb.unwrap_or(default.root_volume_gb),
        extended_support,
        kubernetes_age_months,
        control_plane,
        auto_mode: keys.flag(AUTO_MODE).unwrap_or_default(),
        daemonsets: daemonsets(&mut keys).unwrap_or(default.daemonsets),
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

fn daemonsets(keys: &mut Keys<'_>) -> Option<DaemonSets> {
    let default = EksOptions::default().daemonsets;
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
