//! Scenario-wide options of the platforms.

use super::cells::Cell;
use super::schema::Bounds;
use crate::diag::{At, Code, Diag, Diags, Source};
use crate::text::did_you_mean;
use rust_decimal::Decimal;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Whether the cluster is the scenario's own or runs anyway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClusterKind {
    /// Made for the scenario: whole nodes and the cluster fee are its cost.
    Dedicated,
    /// Runs anyway: only the share of nodes that is used is a cost.
    Existing,
}

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
    /// The instance type where it is fixed, with the place that names it.
    pub instance_type: Option<(String, At)>,
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
            daemonsets: DaemonSets {
                vcpu: Decimal::new(15, 2),
                memory_mb: Decimal::from(256),
                pods: 3,
            },
        }
    }
}

/// Reads a plain value as a number.
///
/// # Errors
/// Not a number, or out of bounds.
pub fn number(
    value: &Spanned<DeValue<'_>>,
    key: &str,
    bounds: &Bounds,
    source: &Source,
) -> Result<Decimal, Diag> {
    match Cell::of(value) {
        Some(cell) => cell.number(key, bounds, source),
        None => Err(
            Diag::new(Code::WrongType, format!("`{key}` is not a number"))
                .at(source.at(value.span()))
                .help(format!("write {}", bounds.describe())),
        ),
    }
}

/// Reads a plain value as true or false.
///
/// # Errors
/// Neither.
pub fn flag(value: &Spanned<DeValue<'_>>, key: &str, source: &Source) -> Result<bool, Diag> {
    value.get_ref().as_bool().ok_or_else(|| {
        Diag::new(
            Code::WrongType,
            format!("`{key}` is neither true nor false"),
        )
        .at(source.at(value.span()))
        .help("write true or false, without quotes")
    })
}

/// Keys of a table, read one by one; what is left over is unknown.
struct Keys<'k> {
    table: &'k DeTable<'k>,
    prefix: &'static str,
    known: Vec<&'static str>,
    source: &'k Source,
    diags: &'k mut Diags,
}

impl<'k> Keys<'k> {
    fn get(&mut self, key: &'static str) -> Option<(&'k Spanned<DeValue<'k>>, String)> {
        self.known.push(key);
        let value = self.table.get(key)?;
        Some((value, format!("{}.{key}", self.prefix)))
    }

    fn number(&mut self, key: &'static str, bounds: Bounds) -> Option<Decimal> {
        let (value, path) = self.get(key)?;
        let read = number(value, &path, &bounds, self.source);
        self.diags.take(read)
    }

    fn whole(&mut self, key: &'static str, bounds: Bounds) -> Option<u32> {
        let number = self.number(key, bounds)?.normalize();
        u32::try_from(number.mantissa()).ok()
    }

    fn flag(&mut self, key: &'static str) -> Option<bool> {
        let (value, path) = self.get(key)?;
        self.diags.take(flag(value, &path, self.source))
    }

    fn cell(&mut self, key: &'static str) -> Option<(Cell<'k>, String, At)> {
        let (value, path) = self.get(key)?;
        let at = self.source.at(value.span());
        match Cell::of(value) {
            Some(cell) => Some((cell, path, at)),
            None => {
                let message = format!("`{path}` must be a text");
                self.diags.push(Diag::new(Code::WrongType, message).at(at));
                None
            }
        }
    }

    fn refuse_others(self) {
        for (key, _) in self.table {
            let name = key.get_ref().as_ref();
            if !self.known.contains(&name) {
                let message = format!("there is no key `{}.{name}`", self.prefix);
                let diag = Diag::new(Code::UnknownKey, message)
                    .at(self.source.at(key.span()))
                    .maybe_help(did_you_mean(name, self.known.iter().copied()));
                self.diags.push(diag);
            }
        }
    }
}

/// Reads `[eks]`.
pub fn eks(
    table: &DeTable<'_>,
    span: Range<usize>,
    source: &Source,
    diags: &mut Diags,
) -> EksOptions {
    let default = EksOptions::default();
    let mut keys = Keys {
        table,
        prefix: "eks",
        known: Vec::new(),
        source,
        diags,
    };
    let instance_type = instance_type(&mut keys);
    let cluster = cluster(&mut keys);
    let root_volume_gb = keys.whole("root_volume_gb", Bounds::whole(0, 16_384));
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
        extended_support: keys.flag("extended_support").unwrap_or_default(),
        daemonsets: daemonsets(&mut keys).unwrap_or(default.daemonsets),
    };
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

/// Checks `[budget]`: `check` is who enforces it, but a mistake in it is a mistake now.
pub fn budget(table: &DeTable<'_>, source: &Source, diags: &mut Diags) {
    let mut keys = Keys {
        table,
        prefix: "budget",
        known: Vec::new(),
        source,
        diags,
    };
    thresholds(&mut keys, "monthly_usd", "budget.monthly_usd");
    thresholds(&mut keys, "increase_percent", "budget.increase_percent");
    keys.refuse_others();
}

fn thresholds(keys: &mut Keys<'_>, key: &'static str, prefix: &'static str) {
    let Some((value, path)) = keys.get(key) else {
        return;
    };
    let Some(table) = value.get_ref().as_table() else {
        let diag = Diag::new(Code::WrongType, format!("`{path}` is not a table"))
            .at(keys.source.at(value.span()))
            .help(format!("write {key} = {{ warn = 200, deny = 250 }}"));
        keys.diags.push(diag);
        return;
    };
    let mut inner = Keys {
        table,
        prefix,
        known: Vec::new(),
        source: keys.source,
        diags: keys.diags,
    };
    for level in ["warn", "deny"] {
        inner.number(level, Bounds::from(0, 1_000_000_000_000));
    }
    inner.refuse_others();
}

fn instance_type(keys: &mut Keys<'_>) -> Option<(String, At)> {
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

fn daemonsets(keys: &mut Keys<'_>) -> Option<DaemonSets> {
    let default = EksOptions::default().daemonsets;
    let (value, path) = keys.get("daemonsets")?;
    let Some(table) = value.get_ref().as_table() else {
        let diag = Diag::new(Code::WrongType, format!("`{path}` is not a table"))
            .at(keys.source.at(value.span()))
            .help("write daemonsets = { vcpu = 0.15, memory_mb = 256, pods = 3 }");
        keys.diags.push(diag);
        return None;
    };
    let mut inner = Keys {
        table,
        prefix: "eks.daemonsets",
        known: Vec::new(),
        source: keys.source,
        diags: keys.diags,
    };
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
