//! Scenario-wide options of the platforms.

use super::keys::Keys;
use super::schema::Bounds;
use crate::diag::{At, Code, Diag, Diags, Source};
use rust_decimal::Decimal;
use std::ops::Range;
use toml::de::DeTable;

/// Whether the cluster is the scenario's own or runs anyway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClusterKind {
    /// Made for the scenario: whole nodes and the cluster fee are its cost.
    Dedicated,
    /// Runs anyway: only the share of nodes that is used is a cost.
    Existing,
}

/// An instance type that options fix, with the place that names it.
pub type FixedType = (String, At);

/// What every node runs besides the functions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DaemonSets {
    /// vCPUs requested on each node.
    pub vcpu: Decimal,
    /// Memory requested on each node, MB.
    pub memory_mb: Decimal,
    /// Pods on each node.
    pub pods: u32,
}

/// `[eks]`.
#[derive(Debug, Clone)]
pub struct EksOptions {
    /// The instance type where it is fixed.
    pub instance_type: Option<FixedType>,
    /// Own or shared cluster.
    pub cluster: ClusterKind,
    /// Fewest nodes.
    pub min_nodes: u32,
    /// Share of the nodes' capacity that scheduling can fill, above 0 to 1.
    pub packing_efficiency: Decimal,
    /// Root volume of a node, GB.
    pub root_volume_gb: u32,
    /// True when the Kubernetes version is in extended support.
    pub extended_support: bool,
    /// Months since the release of the Kubernetes version on EKS, where stated.
    pub kubernetes_age_months: Option<Decimal>,
    /// Tier of the provisioned control plane, where there is one.
    pub control_plane: Option<&'static str>,
    /// True when EKS Auto Mode runs the nodes.
    pub auto_mode: bool,
    /// What every node runs besides the functions.
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

/// `[lambda]`.
#[derive(Debug, Clone, Default)]
pub struct LambdaOptions {
    /// Concurrent executions that the account may have in a region, with the place that says so.
    pub concurrency_quota: Option<(u64, At)>,
}

/// Reads `[lambda]`.
pub fn lambda(table: &DeTable<'_>, source: &Source, diags: &mut Diags) -> LambdaOptions {
    let mut keys = Keys::new(table, "lambda", source, diags);
    let bounds = Bounds::whole(1, 1_000_000_000);
    let quota = keys.whole("concurrency_quota", bounds);
    let at = table
        .get("concurrency_quota")
        .map(|value| source.at(value.span()));
    keys.refuse_others();
    LambdaOptions {
        concurrency_quota: quota.map(u64::from).zip(at),
    }
}

/// `[fargate-spot]`.
#[derive(Debug, Clone)]
pub struct SpotOptions {
    /// Share of the task-hours that run on Spot, above 0 to 1.
    pub share: Decimal,
    /// Spot prices, where the scenario states them.
    pub prices: Option<SpotPrices>,
}

/// What Spot costs.
#[derive(Debug, Clone)]
pub struct SpotPrices {
    /// US dollars per vCPU-hour.
    pub vcpu_hour_usd: Decimal,
    /// US dollars per GB-hour of memory.
    pub gb_hour_usd: Decimal,
}

impl Default for SpotOptions {
    fn default() -> Self {
        Self {
            share: Decimal::ONE,
            prices: None,
        }
    }
}

/// Reads `[fargate-spot]`.
pub fn spot(table: &DeTable<'_>, source: &Source, diags: &mut Diags) -> SpotOptions {
    let mut keys = Keys::new(table, "fargate-spot", source, diags);
    let share = keys.number("share", Bounds::RATIO);
    let prices = spot_prices(&mut keys);
    keys.refuse_others();
    SpotOptions {
        share: share.unwrap_or(Decimal::ONE),
        prices,
    }
}

/// Both prices or neither.
fn spot_prices(keys: &mut Keys<'_>) -> Option<SpotPrices> {
    const KEYS: [&str; 2] = ["vcpu_hour_usd", "gb_hour_usd"];
    let [vcpu, memory] = KEYS.map(|key| keys.number(key, Bounds::from(0, 1_000)));
    let [has_vcpu, has_memory] = KEYS.map(|key| keys.table.get(key));
    let (one, other) = match (has_vcpu, has_memory) {
        (Some(one), None) => (one, KEYS),
        (None, Some(one)) => (one, [KEYS[1], KEYS[0]]),
        _ => {
            return Some(SpotPrices {
                vcpu_hour_usd: vcpu?,
                gb_hour_usd: memory?,
            });
        }
    };
    let [stated, missing] = other;
    let message = format!("`fargate-spot.{stated}` needs `fargate-spot.{missing}` beside it");
    let help = "state both prices, or neither: then those of the book count";
    keys.wrong(Code::MissingKey, one.span(), message, help);
    None
}

/// Fewest instances of a capacity provider: one in each of three Availability Zones (AWS Lambda
/// developer guide).
const LEAST_INSTANCES: u32 = 3;

/// `[lambda-managed]`.
#[derive(Debug, Clone)]
pub struct ManagedOptions {
    /// The instance type where it is fixed.
    pub instance_type: Option<FixedType>,
    /// Fewest instances of a function.
    pub min_instances: u32,
    /// Instances that are provided for one that is needed, at least 1.
    pub availability_buffer: Decimal,
}

impl Default for ManagedOptions {
    fn default() -> Self {
        Self {
            instance_type: None,
            min_instances: LEAST_INSTANCES,
            availability_buffer: Decimal::ONE,
        }
    }
}

/// Reads `[lambda-managed]`.
pub fn managed(table: &DeTable<'_>, source: &Source, diags: &mut Diags) -> ManagedOptions {
    let default = ManagedOptions::default();
    let mut keys = Keys::new(table, "lambda-managed", source, diags);
    let least = keys.whole("min_instances", Bounds::whole(1, 1_000_000));
    if least.is_some_and(|least| least < LEAST_INSTANCES) {
        let message = "managed instances number three at least".to_owned();
        let help = "one in each of three Availability Zones: state 3 or more";
        keys.wrong_at("min_instances", Code::NotAvailable, message, help);
    }
    let options = ManagedOptions {
        instance_type: instance_type(&mut keys),
        min_instances: least.unwrap_or(default.min_instances),
        availability_buffer: keys
            .number("availability_buffer", Bounds::from(1, 100))
            .unwrap_or(default.availability_buffer),
    };
    keys.refuse_others();
    options
}

/// `[eks-fargate]`.
#[derive(Debug, Clone)]
pub struct EksFargateOptions {
    /// Own or shared cluster.
    pub cluster: ClusterKind,
}

impl Default for EksFargateOptions {
    fn default() -> Self {
        Self {
            cluster: ClusterKind::Dedicated,
        }
    }
}

/// Reads `[eks-fargate]`.
pub fn eks_fargate(table: &DeTable<'_>, source: &Source, diags: &mut Diags) -> EksFargateOptions {
    let mut keys = Keys::new(table, "eks-fargate", source, diags);
    let cluster = cluster(&mut keys);
    for key in ["spot", "spot_share", "share"] {
        if let Some((value, path)) = keys.get(key) {
            let message = format!("`{path}`: EKS on Fargate has no Spot");
            let help =
                "leave it out; tasks of ECS run on Spot: add \"fargate-spot\" to `platforms`";
            keys.wrong(Code::NotAvailable, value.span(), message, help);
        }
    }
    keys.refuse_others();
    EksFargateOptions { cluster }
}

/// Tiers of a provisioned control plane.
const CONTROL_PLANES: [&str; 4] = ["xl", "2xl", "4xl", "8xl"];
/// Months of standard support of a Kubernetes version on EKS (EKS pricing page).
const STANDARD_MONTHS: u32 = 14;
/// Months of any support: extended support is twelve more.
const SUPPORTED_MONTHS: u32 = 26;

/// Reads `[eks]`.
pub fn eks(
    table: &DeTable<'_>,
    span: Range<usize>,
    source: &Source,
    diags: &mut Diags,
) -> EksOptions {
    let default = EksOptions::default();
    let mut keys = Keys::new(table, "eks", source, diags);
    let instance_type = instance_type(&mut keys);
    let cluster = cluster(&mut keys);
    let root_volume_gb = keys.whole("root_volume_gb", Bounds::whole(0, 16_384));
    let (kubernetes_age_months, extended_support) = support(&mut keys);
    let control_plane = control_plane(&mut keys);
    let options = EksOptions {
        instance_type,
        cluster,
        min_nodes: keys
            .whole("min_nodes", Bounds::whole(1, 1_000_000))
            .unwrap_or(default.min_nodes),
        packing_efficiency: keys
            .number("packing_efficiency", Bounds::RATIO)
            .unwrap_or(default.packing_efficiency),
        root_volume_gb: root_volume_gb.unwrap_or(default.root_volume_gb),
        extended_support,
        kubernetes_age_months,
        control_plane,
        auto_mode: keys.flag("auto_mode").unwrap_or_default(),
        daemonsets: daemonsets(&mut keys).unwrap_or(default.daemonsets),
    };
    if options.cluster == ClusterKind::Existing {
        refuse_fees(&options, &mut keys);
    }
    keys.refuse_others();
    if options.cluster == ClusterKind::Existing && options.instance_type.is_none() {
        let message = "an existing cluster needs its `instance_type`";
        let help = "its nodes are there already: name their type, such as \"m5.xlarge\"";
        diags.push(
            Diag::new(Code::MissingKey, message)
                .at(source.at(span))
                .help(help),
        );
    }
    options
}

fn instance_type(keys: &mut Keys<'_>) -> Option<FixedType> {
    let (cell, path, at) = keys.cell("instance_type")?;
    let text = cell.text(&path, keys.source).map(str::to_owned);
    let name = keys.diags.take(text)?;
    (name != "auto").then_some((name, at))
}

fn cluster(keys: &mut Keys<'_>) -> ClusterKind {
    let Some((cell, path, _)) = keys.cell("cluster") else {
        return ClusterKind::Dedicated;
    };
    let word = cell.word(&path, &["dedicated", "existing"], keys.source);
    match keys.diags.take(word) {
        Some("existing") => ClusterKind::Existing,
        _ => ClusterKind::Dedicated,
    }
}

fn control_plane(keys: &mut Keys<'_>) -> Option<&'static str> {
    let (cell, path, _) = keys.cell("control_plane")?;
    let word = cell.word(&path, &CONTROL_PLANES, keys.source);
    keys.diags.take(word)
}

/// The age of the Kubernetes version, and whether it is in extended support.
fn support(keys: &mut Keys<'_>) -> (Option<Decimal>, bool) {
    let flag = keys.flag("extended_support");
    let age = keys.number("kubernetes_age_months", Bounds::from(0, 600));
    let Some(months) = age else {
        return (None, flag.unwrap_or_default());
    };
    let extended = months > Decimal::from(STANDARD_MONTHS);
    let said = months.normalize();
    if months > Decimal::from(SUPPORTED_MONTHS) {
        let message = format!("EKS does not support a Kubernetes version of {said} months");
        let help = "support is standard for 14 months and extended for 12 more: upgrade the \
                    cluster, and state the age of its new version";
        keys.wrong_at("kubernetes_age_months", Code::NotAvailable, message, help);
    } else if flag.is_some_and(|flag| flag != extended) {
        let kind = if extended { "extended" } else { "standard" };
        let message = format!("a Kubernetes version of {said} months is in {kind} support");
        let help = "keep one of `extended_support` and `kubernetes_age_months`";
        keys.wrong_at("extended_support", Code::Conflict, message, help);
    }
    (age, extended)
}

/// The fees of a cluster that runs anyway are not the scenario's: one that is stated would be left
/// out without a word.
fn refuse_fees(options: &EksOptions, keys: &mut Keys<'_>) {
    let support = match options.kubernetes_age_months {
        Some(_) => "kubernetes_age_months",
        None => "extended_support",
    };
    let fees = [
        ("control_plane", options.control_plane.is_some()),
        (support, options.extended_support),
    ];
    for (key, _) in fees.into_iter().filter(|(_, charged)| *charged) {
        let message = format!("`eks.{key}` is a fee of the cluster, and an existing one has none");
        let help = "leave it out, or make the cluster the scenario's own: cluster = \"dedicated\"";
        keys.wrong_at(key, Code::Conflict, message, help);
    }
}

fn daemonsets(keys: &mut Keys<'_>) -> Option<DaemonSets> {
    let default = EksOptions::default().daemonsets;
    let example = "daemonsets = { vcpu = 0.15, memory_mb = 256, pods = 3 }";
    let mut inner = keys.table("daemonsets", example)?;
    let daemonsets = DaemonSets {
        vcpu: inner
            .number("vcpu", Bounds::from(0, 1024))
            .unwrap_or(default.vcpu),
        memory_mb: inner
            .number("memory_mb", Bounds::from(0, 1_048_576))
            .unwrap_or(default.memory_mb),
        pods: inner
            .whole("pods", Bounds::whole(0, 10_000))
            .unwrap_or(default.pods),
    };
    inner.refuse_others();
    Some(daemonsets)
}
