//! Which of several figures for one key stands.

use super::{Conflict, Counted, Figure, Function, Key, MB_MS, Origin, Traffic, Value};
use crate::facts::{Claim, Facts, SourceNumber, Who};
use crate::format::Format;
use crate::number::{nearest, significant};
use crate::options::{Options, Stated};
use crate::time::{HOUR, Window};
use exact::Exact;
use std::collections::BTreeMap;

/// Calls and durations that differ by more than this many per cent are a conflict.
const CONFLICT_PERCENT: (u64, u64) = (2, 100);
/// Calls that were counted in a shorter time are an estimate.
const HOURS_OF_WEEK: u64 = 168;
/// Fewer calls say little about a month.
const FEW_CALLS: u32 = 100;

/// Figures of a function, by key.
#[derive(Debug, Default)]
pub(super) struct Claims {
    by_key: BTreeMap<Key, Vec<Ranked>>,
    stated: Vec<Stated>,
    environments: Option<(u64, SourceNumber)>,
    /// What bills say about the duration, which follows once the memory is known.
    pub(super) billed: Vec<Billed>,
    /// The time in which calls were counted, by the rank of the format.
    counted: BTreeMap<usize, Counted>,
    /// The traffic of each hour, by the rank of the format.
    traffic: BTreeMap<usize, Traffic>,
    pub(super) remarks: Vec<String>,
}

/// What a bill says about the duration.
#[derive(Debug)]
pub(super) struct Billed {
    pub(super) gb_seconds: Exact,
    pub(super) requests: Exact,
    pub(super) source: SourceNumber,
}

/// A figure with its rank: the lowest stands.
#[derive(Debug)]
struct Ranked {
    rank: usize,
    value: Option<Value>,
    origin: Origin,
    source: SourceNumber,
}

/// The formats of a key, the most reliable first.
fn precedence(key: Key) -> &'static [Format] {
    match key {
        Key::RunsOn
        | Key::Architecture
        | Key::MemoryMb
        | Key::EphemeralStorageMb
        | Key::SnapstartRuntime
        | Key::ProvisionedEnvironments => &[
            Format::ListFunctions,
            Format::ProvisionedConcurrency,
            Format::Sam,
            Format::Cloudformation,
            Format::Cdk,
            Format::Serverless,
            Format::TerraformPlan,
            Format::LambdaLog,
            Format::LogsInsights,
            Format::LambdaInsights,
            Format::ComputeOptimizer,
            Format::Cur,
            Format::Focus,
        ],
        Key::InvocationsPerMonth => &[
            Format::Cur,
            Format::Focus,
            Format::Cloudwatch,
            Format::LambdaLog,
            Format::LogsInsights,
            Format::LambdaInsights,
            Format::ComputeOptimizer,
            Format::InfracostUsage,
        ],
        Key::CpuMs => &[Format::LambdaInsights],
        Key::DurationMs
        | Key::MeasuredDurationMs
        | Key::PeakConcurrency
        | Key::ColdStartRate
        | Key::InitMs
        | Key::SnapstartRestoreRate
        | Key::ProvisionedShareServed => &[
            Format::LambdaLog,
            Format::LogsInsights,
            Format::LambdaInsights,
            Format::Cur,
            Format::Focus,
            Format::Cloudwatch,
            Format::ComputeOptimizer,
            Format::InfracostUsage,
        ],
    }
}

/// The place of a format in the precedence of a key, from zero.
fn rank(key: Key, format: Format) -> usize {
    let formats = precedence(key);
    let found = formats.iter().position(|own| *own == format);
    found.unwrap_or(formats.len())
}

/// True for keys that describe a configuration: any difference is a conflict.
fn is_configuration(key: Key) -> bool {
    key <= Key::MemoryMb || key >= Key::EphemeralStorageMb
}

impl Claims {
    pub(super) fn add(&mut self, claim: Claim, facts: &Facts) {
        self.add_as(facts.sources[claim.source].format, claim);
    }

    /// Adds a figure with the rank of a format.
    pub(super) fn add_as(&mut self, format: Format, claim: Claim) {
        let rank = rank(claim.key, format);
        // Defaults of formats come after everything that is stated.
        let behind = if claim.origin == Origin::Default {
            Format::ALL.len()
        } else {
            0
        };
        self.by_key.entry(claim.key).or_default().push(Ranked {
            rank: rank + behind,
            value: claim.value,
            origin: claim.origin,
            source: claim.source,
        });
    }

    /// Adds a figure that was computed.
    pub(super) fn derived(
        &mut self,
        key: Key,
        value: String,
        origin: Origin,
        source: SourceNumber,
        facts: &Facts,
    ) {
        self.derived_as(facts.sources[source].format, key, value, origin, source);
    }

    /// Adds a figure that was computed, with the rank of a format.
    pub(super) fn derived_as(
        &mut self,
        format: Format,
        key: Key,
        value: String,
        origin: Origin,
        source: SourceNumber,
    ) {
        let claim = Claim {
            key,
            value: Some(Value::Number(value)),
            origin,
            source,
        };
        self.add_as(format, claim);
    }

    /// Adds the traffic of each hour.
    pub(super) fn traffic(&mut self, format: Format, traffic: Traffic) {
        self.traffic
            .insert(rank(Key::InvocationsPerMonth, format), traffic);
    }

    /// Adds the calls of a month, from those that were counted in a window.
    pub(super) fn calls(
        &mut self,
        counted: &Exact,
        source: SourceNumber,
        format: Format,
        window: Window,
        options: &Options,
    ) {
        let month = u64::from(options.hours_per_month) * HOUR as u64;
        let scaled = counted * &Exact::ratio(month, window.milliseconds());
        let mut month = nearest(&scaled).unwrap_or(u128::MAX);
        if month == 0 && !counted.is_zero() {
            month = 1;
        }
        let key = Key::InvocationsPerMonth;
        self.derived_as(format, key, month.to_string(), Origin::Scaled, source);
        let counted = Counted {
            source,
            calls: significant(counted),
            window,
        };
        self.counted.insert(rank(key, format), counted);
    }

    /// The whole number that stands for a key so far.
    pub(super) fn number(&self, key: Key) -> Option<u64> {
        let ranked = self.by_key.get(&key)?;
        let figure = standing(key, ranked, &mut Vec::new())?;
        figure.value.plain().parse().ok()
    }

    /// Adds provisioned environments of an alias.
    pub(super) fn environments(&mut self, environments: u64, source: SourceNumber) {
        let known = self.environments.map_or(0, |(known, _)| known);
        self.environments = Some((known + environments, source));
    }

    /// Adds keys that the user states for functions that lack them.
    pub(super) fn state(&mut self, set: &[Stated]) {
        let capacity = ["utilization", "peak_concurrency"];
        let duration = ["duration_ms", "measured_duration_ms"];
        let calls = ["invocations_per_month", "requests_per_second"];
        for stated in set {
            let alternatives = [&capacity, &duration, &calls].into_iter();
            let mut alternatives = alternatives.filter(|group| group.contains(&&*stated.key));
            let own = [&*stated.key];
            let names: &[&str] = alternatives.next().map_or(&own, |group| &group[..]);
            let mut keys = self.by_key.keys();
            if !keys.any(|key| names.contains(&key.name())) {
                self.stated.push(stated.clone());
            }
        }
    }

    /// The function with the figures that stand.
    pub(super) fn function(mut self, who: Who, facts: &Facts, hours_per_month: u32) -> Function {
        if let Some((environments, source)) = self.environments {
            let key = Key::ProvisionedEnvironments;
            self.derived(key, environments.to_string(), Origin::Read, source, facts);
        }
        let is_billed = self.durations(facts);
        let mut figures = BTreeMap::new();
        let mut conflicts = Vec::new();
        let mut unresolved = Vec::new();
        for (key, ranked) in &self.by_key {
            match standing(*key, ranked, &mut conflicts) {
                Some(figure) => {
                    figures.insert(*key, figure);
                }
                None => unresolved.push(*key),
            }
        }
        self.one_duration(&mut figures, &mut conflicts);
        let mut function = Function {
            name: who.name,
            region: who.region,
            account: who.account,
            figures,
            stated: self.stated,
            unresolved,
            missing: Vec::new(),
            counted: self.counted.into_values().next(),
            traffic: self.traffic.into_values().next(),
            busiest: None,
            is_billed,
            conflicts,
            is_short: false,
            remarks: self.remarks,
        };
        short(&mut function);
        capacity(&mut function, hours_per_month);
        function
    }

    /// Adds the billed durations of bills. True if only the memory is missing for them.
    fn durations(&mut self, facts: &Facts) -> bool {
        let billed = std::mem::take(&mut self.billed);
        let ranked = self.by_key.get(&Key::MemoryMb);
        let figure = ranked.and_then(|ranked| standing(Key::MemoryMb, ranked, &mut Vec::new()));
        let stated = self.stated.iter().find(|one| one.key == "memory_mb");
        let stated = stated.map(|stated| stated.value.clone());
        let memory = figure.map(|figure| figure.value.plain().to_owned());
        let Some(memory) = memory.or(stated) else {
            return billed.iter().any(|one| one.gb_seconds.is_positive());
        };
        let memory = Exact::of_digits(&memory);
        for one in billed.iter().filter(|one| one.gb_seconds.is_positive()) {
            let calls = memory.as_ref().map(|memory| memory * &one.requests);
            let time = &one.gb_seconds * &Exact::from(MB_MS);
            if let Some(duration) = calls.and_then(|calls| time.over(&calls)) {
                let key = Key::DurationMs;
                let text = significant(&duration);
                self.derived(key, text, Origin::Derived, one.source, facts);
            }
        }
        false
    }

    /// A function has a billed or a measured duration: that of the better format.
    fn one_duration(&self, figures: &mut BTreeMap<Key, Figure>, conflicts: &mut Vec<Conflict>) {
        let (billed, measured) = (Key::DurationMs, Key::MeasuredDurationMs);
        let (Some(kept), Some(other)) = (figures.get(&billed), figures.get(&measured)) else {
            return;
        };
        if differ(kept.value.plain(), other.value.plain()) {
            conflicts.push(Conflict {
                key: billed,
                kept: kept.value.plain().to_owned(),
                kept_source: kept.source.unwrap_or_default(),
                other: other.value.plain().to_owned(),
                other_source: other.source.unwrap_or_default(),
            });
        }
        figures.remove(&measured);
    }
}

/// The figure that stands: that of the first format, of equal ones the last. Where a file states a value
/// that cannot be resolved, no default stands.
fn standing(key: Key, ranked: &[Ranked], conflicts: &mut Vec<Conflict>) -> Option<Figure> {
    if key == Key::PeakConcurrency {
        return greatest(ranked);
    }
    let is_unresolved = ranked.iter().any(|one| one.value.is_none());
    let known = ranked.iter().filter(|one| {
        let is_default = one.origin == Origin::Default;
        one.value.is_some() && !(is_unresolved && is_default)
    });
    let best = known.rev().min_by_key(|one| one.rank)?;
    let value = best.value.clone()?;
    let others = ranked.iter().filter(|one| one.origin != Origin::Default);
    for other in others {
        let Some(other_value) = &other.value else {
            continue;
        };
        let is_other = if is_configuration(key) {
            *other_value != value
        } else {
            differ(other_value.plain(), value.plain())
        };
        if is_other {
            conflicts.push(Conflict {
                key,
                kept: value.plain().to_owned(),
                kept_source: best.source,
                other: other_value.plain().to_owned(),
                other_source: other.source,
            });
        }
    }
    Some(Figure {
        value,
        source: Some(best.source),
        origin: best.origin,
    })
}

/// The greatest figure: each peak is a lower bound.
fn greatest(ranked: &[Ranked]) -> Option<Figure> {
    let known = ranked.iter().filter_map(|one| {
        let value = one.value.clone()?;
        Some((Exact::of_digits(value.plain())?, value, one))
    });
    let (_, value, best) = known.max_by(|(left, ..), (right, ..)| left.cmp(right))?;
    Some(Figure {
        value,
        source: Some(best.source),
        origin: best.origin,
    })
}

/// True if two numbers differ by more than 2 % of the second.
fn differ(one: &str, other: &str) -> bool {
    let (Some(one), Some(other)) = (Exact::of_digits(one), Exact::of_digits(other)) else {
        return one != other;
    };
    let (part, whole) = CONFLICT_PERCENT;
    let allowed = &other * &Exact::ratio(part, whole);
    let difference = if one > other {
        &one - &other
    } else {
        &other - &one
    };
    difference > allowed
}

/// Says that calls were counted for a short time, or that there are few.
fn short(function: &mut Function) {
    let Some(counted) = &function.counted else {
        return;
    };
    let hours = counted.window.milliseconds() / HOUR as u64;
    if hours < HOURS_OF_WEEK {
        function.is_short = true;
        function.remarks.push(format!(
            "its calls were counted for {hours} hours, less than a week: nights and weekends may be \
             missing from the month"
        ));
    }
    let calls = Exact::of_digits(&counted.calls);
    if calls.is_some_and(|calls| calls < Exact::from(FEW_CALLS)) {
        function.is_short = true;
        function.remarks.push(format!(
            "only {} calls were counted: the month is a rough estimate",
            counted.calls,
        ));
    }
}

/// A peak below the busiest hour of the traffic is left out; without traffic one below the average
/// concurrency is raised to it. Without a peak the busiest hour gives the capacity.
fn capacity(function: &mut Function, hours_per_month: u32) {
    let number = |key: Key| {
        let figure = function.figures.get(&key)?;
        Exact::of_digits(figure.value.plain())
    };
    let half = Exact::ratio(1, 2);
    let measured = number(Key::MeasuredDurationMs).map(|duration| &duration + &half);
    let duration = number(Key::DurationMs).or(measured);
    let (Some(duration), Some(calls)) = (duration, number(Key::InvocationsPerMonth)) else {
        return;
    };
    let month = Exact::ratio(u64::from(hours_per_month) * HOUR as u64, 1);
    let average = (&duration * &calls)
        .over(&month)
        .expect("a month has hours");
    let level = function.traffic.as_ref();
    let level = level.map(|traffic| &average * &traffic.busiest());
    let peak = number(Key::PeakConcurrency);
    let below = |least: &Exact| peak.as_ref().is_some_and(|peak| peak < least);
    match &level {
        Some(level) if below(level) => {
            let figure = function.figures.remove(&Key::PeakConcurrency);
            let figure = figure.expect("it is below the level");
            function.remarks.push(format!(
                "the measured peak of {} is below the concurrency of the busiest hour, so it is left \
                 out",
                figure.value.plain(),
            ));
        }
        None if below(&average) => {
            let figure = function.figures.get_mut(&Key::PeakConcurrency);
            let figure = figure.expect("it is below the average");
            function.remarks.push(format!(
                "the measured peak of {} is below the average concurrency, so the average is the \
                 peak",
                figure.value.plain(),
            ));
            figure.value = Value::number(average.ceil().unwrap_or(u128::MAX));
            figure.origin = Origin::Derived;
        }
        _ => {}
    }
    if !function.figures.contains_key(&Key::PeakConcurrency) {
        let level = level.filter(Exact::is_positive);
        // Not below the average, which rounding could make it.
        function.busiest = level.map(|level| level.rounded_up().to_string());
    }
}
