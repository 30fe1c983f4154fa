//! Joins what files say about one function, and decides which of two figures stands.

mod bills;
mod claims;
mod estimates;
mod in_flight;
mod join;
mod logs;
mod metrics;
mod rates;
pub(crate) mod rows;
mod templates;
mod traffic;
pub(crate) mod usage;

use crate::facts::{Container, Facts, Source};
use crate::mistake::Mistake;
use crate::number::significant;
use crate::options::{Options, Stated};
use crate::time::Window;
use exact::Exact;
use std::collections::BTreeMap;

pub use rates::{Commitment, Price, Rate, Terms};
pub(crate) use traffic::Traffic;

/// MB-ms of a GB-second.
pub(crate) const MB_MS: u32 = 1_024_000;
/// MB of Lambda that have one vCPU.
const VCPU_MB: u32 = 1769;

/// A key of a function in a scenario, in the order in which they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    RunsOn,
    Architecture,
    MemoryMb,
    DurationMs,
    MeasuredDurationMs,
    InvocationsPerMonth,
    PeakConcurrency,
    ColdStartRate,
    InitMs,
    CpuMs,
    EphemeralStorageMb,
    ProvisionedEnvironments,
    ProvisionedShareServed,
    SnapstartRuntime,
    SnapstartRestoreRate,
}

impl Key {
    /// Every key, in this order.
    pub const ALL: [Self; 15] = [
        Self::RunsOn,
        Self::Architecture,
        Self::MemoryMb,
        Self::DurationMs,
        Self::MeasuredDurationMs,
        Self::InvocationsPerMonth,
        Self::PeakConcurrency,
        Self::ColdStartRate,
        Self::InitMs,
        Self::CpuMs,
        Self::EphemeralStorageMb,
        Self::ProvisionedEnvironments,
        Self::ProvisionedShareServed,
        Self::SnapstartRuntime,
        Self::SnapstartRestoreRate,
    ];

    /// As in a scenario.
    pub fn name(self) -> &'static str {
        match self {
            Self::RunsOn => "runs_on",
            Self::Architecture => "architecture",
            Self::MemoryMb => "memory_mb",
            Self::DurationMs => "duration_ms",
            Self::MeasuredDurationMs => "measured_duration_ms",
            Self::InvocationsPerMonth => "invocations_per_month",
            Self::PeakConcurrency => "peak_concurrency",
            Self::ColdStartRate => "cold_start_rate",
            Self::InitMs => "init_ms",
            Self::CpuMs => "container.cpu_ms",
            Self::EphemeralStorageMb => "ephemeral_storage_mb",
            Self::ProvisionedEnvironments => "provisioned.environments",
            Self::ProvisionedShareServed => "provisioned.share_served",
            Self::SnapstartRuntime => "snapstart.runtime",
            Self::SnapstartRestoreRate => "snapstart.restore_rate",
        }
    }
}

/// A value of a scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Plain decimal text.
    Number(String),
    Text(String),
}

impl Value {
    pub(crate) fn number(number: impl ToString) -> Self {
        Self::Number(number.to_string())
    }

    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Without quotes.
    pub fn plain(&self) -> &str {
        match self {
            Self::Number(text) | Self::Text(text) => text,
        }
    }
}

/// Where a figure comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// As a file has it.
    Read,
    /// Computed from what a file has.
    Derived,
    /// Computed, and scaled to a month.
    Scaled,
    /// The default of a format.
    Default,
    /// Stated on the command line.
    Stated,
}

impl Origin {
    /// As in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Derived => "derived",
            Self::Scaled => "scaled",
            Self::Default => "default",
            Self::Stated => "stated",
        }
    }
}

/// A figure, with the file that it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    pub value: Value,
    /// An index into [`Import::sources`]; `None` for a stated one.
    pub source: Option<usize>,
    pub origin: Origin,
}

/// A key that is required and missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    pub key: &'static str,
    /// The command that supplies it.
    pub supply: String,
}

/// Two files say different things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    pub key: Key,
    pub kept: String,
    pub kept_source: usize,
    pub other: String,
    pub other_source: usize,
}

/// The time in which calls were counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    pub source: usize,
    /// Calls in this time, before they are scaled.
    pub calls: String,
    pub(crate) window: Window,
}

/// What is known about a function.
#[derive(Debug, Clone)]
pub struct Function {
    pub name: String,
    pub region: Option<String>,
    pub account: Option<String>,
    pub figures: BTreeMap<Key, Figure>,
    /// Keys that the user states and no file gives.
    pub stated: Vec<Stated>,
    /// Keys that a file has, with a value that cannot be resolved.
    pub unresolved: Vec<Key>,
    pub missing: Vec<Missing>,
    pub counted: Option<Counted>,
    pub(crate) traffic: Option<Traffic>,
    /// The capacity that the busiest hour needs, if nothing says the peak.
    pub(crate) busiest: Option<String>,
    /// A bill gives the duration once the memory is known.
    pub(crate) is_billed: bool,
    pub conflicts: Vec<Conflict>,
    /// True if calls were counted for less than a week, or few of them.
    pub(crate) is_short: bool,
    pub remarks: Vec<String>,
}

impl Function {
    /// True if nothing required is missing.
    pub fn is_complete(&self) -> bool {
        self.missing.is_empty()
    }
}

/// The mean raw duration of a function by memory size.
#[derive(Debug, Clone)]
pub struct DurationCurve {
    pub name: String,
    /// An index into [`Import::sources`].
    pub source: usize,
    /// Milliseconds by MB.
    pub points: BTreeMap<u32, String>,
}

impl DurationCurve {
    /// The CPU time of a call in ms, if its duration falls with memory below one vCPU as CPU time does:
    /// d(M) = wait + cpu x 1769 / M. `None` without two such sizes.
    pub fn cpu_ms(&self) -> Option<String> {
        let below = self.points.range(..VCPU_MB);
        let (small, slow) = below.clone().next()?;
        let (large, fast) = below.last().filter(|(large, _)| *large != small)?;
        let saved = &Exact::of_digits(slow)? - &Exact::of_digits(fast)?;
        let share = |memory: u32| Exact::ratio(VCPU_MB.into(), memory.into());
        let cpu = saved.over(&(&share(*small) - &share(*large)))?;
        cpu.is_positive().then(|| significant(&cpu))
    }
}

/// The result of an import.
#[derive(Debug)]
pub struct Import {
    pub sources: Vec<Source>,
    /// By region, account and name.
    pub functions: Vec<Function>,
    /// Calls by function and hour.
    pub(crate) rows: rows::Rows,
    /// Durations by memory size.
    pub curves: Vec<DurationCurve>,
    /// Tasks of ECS on Fargate, in the order of the files.
    pub containers: Vec<Container>,
    /// What bills say about prices.
    pub terms: Terms,
    pub hours_per_month: u32,
    pub timezone: String,
    /// Files in folders that have no known format.
    pub skipped: u64,
    /// Files whose bytes were read already.
    pub repeated: Vec<String>,
    /// Remarks on the whole import.
    pub warnings: Vec<String>,
}

/// Joins what was read.
///
/// # Errors
/// Functions that cannot be told apart, values outside their bounds, and times without an end.
pub(crate) fn resolve(mut facts: Facts, options: &Options) -> Result<Import, Vec<Mistake>> {
    templates::settle(&mut facts, options)?;
    let (functions, rows) = join::functions(&mut facts, options)?;
    let curves = facts.curves.into_iter().map(|curve| DurationCurve {
        name: curve.who.name,
        source: curve.source,
        points: curve.points,
    });
    let curves = curves.collect();
    Ok(Import {
        curves,
        sources: facts.sources,
        functions,
        rows,
        containers: facts.containers,
        terms: rates::terms(&facts.bills),
        hours_per_month: options.hours_per_month,
        timezone: options.timezone_name.clone(),
        skipped: facts.skipped,
        repeated: facts.repeated,
        warnings: facts.warnings,
    })
}
