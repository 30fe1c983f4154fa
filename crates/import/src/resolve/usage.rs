//! Calls, billed durations, cold starts, traffic and peaks, from calls that were counted.

use super::claims::Claims;
use super::{Key, Origin, Value, traffic};
use crate::facts::{Claim, SourceNumber};
use crate::format::Format;
use crate::number::significant;
use crate::options::Options;
use crate::time::{HOUR, Time, Window};
use exact::Exact;
use std::collections::BTreeMap;

/// What the calls of a function were, in all files of a format.
#[derive(Debug)]
pub(crate) struct Usage {
    pub(crate) source: SourceNumber,
    /// By hour since 1970 and memory size, where these are known. An hour without calls was observed.
    pub(crate) rows: BTreeMap<(Option<i64>, Option<u32>), OfMemory>,
    /// The most calls in flight at once, by hour.
    pub(crate) peaks: BTreeMap<Option<i64>, u64>,
    /// That of the last call, if it is known.
    pub(crate) memory_mb: Option<u32>,
    /// The last hour in which the memory is known.
    pub(crate) last_hour: Option<i64>,
    /// On Managed Instances, where duration is not billed.
    pub(crate) is_on_instances: bool,
}

impl Usage {
    /// No calls yet. `source` is the first file.
    pub(crate) fn new(source: SourceNumber) -> Self {
        Self {
            source,
            rows: BTreeMap::new(),
            peaks: BTreeMap::new(),
            memory_mb: None,
            last_hour: None,
            is_on_instances: false,
        }
    }

    /// Adds the calls of other files.
    pub(super) fn add(&mut self, other: &Self) {
        if other.last_hour >= self.last_hour {
            self.last_hour = other.last_hour;
            self.memory_mb = other.memory_mb.or(self.memory_mb);
        }
        for (key, calls) in &other.rows {
            let own = self.rows.entry(*key).or_default();
            *own = std::mem::take(own).and(calls);
        }
        for (hour, peak) in &other.peaks {
            let own = self.peaks.entry(*hour).or_default();
            *own = (*own).max(*peak);
        }
    }

    /// Adds the first and the last hour of a window as hours that were observed: without them the window of
    /// rows that are read again would be shorter.
    pub(super) fn observe(&mut self, window: Window) {
        if !self.has_all_hours() || window.milliseconds() == 0 {
            return;
        }
        for hour in [window.from.hour(), Time(window.to.0 - 1).hour()] {
            let is_there = self.rows.keys().any(|(own, _)| *own == Some(hour));
            if !is_there {
                self.rows.insert((Some(hour), None), OfMemory::default());
            }
        }
    }

    pub(super) fn calls(&self) -> u128 {
        self.rows.values().map(|of_row| of_row.calls).sum()
    }

    /// False if some calls have no time.
    fn has_all_hours(&self) -> bool {
        self.rows.keys().all(|(hour, _)| hour.is_some())
    }

    /// Calls by hour; `None` if some calls have no time.
    fn hours(&self) -> Option<BTreeMap<i64, u128>> {
        let mut hours: BTreeMap<i64, u128> = BTreeMap::new();
        for ((hour, _), of_row) in &self.rows {
            *hours.entry((*hour)?).or_default() += of_row.calls;
        }
        Some(hours)
    }

    /// Calls by memory size; zero where it is not known.
    fn by_memory(&self) -> BTreeMap<u32, OfMemory> {
        let mut all: BTreeMap<u32, OfMemory> = BTreeMap::new();
        for ((_, memory), of_row) in self.rows.iter().filter(|(_, of_row)| of_row.calls > 0) {
            let own = all.entry(memory.unwrap_or(0)).or_default();
            *own = std::mem::take(own).and(of_row);
        }
        all
    }

    /// The most calls in flight at once.
    pub(super) fn peak(&self) -> Option<u64> {
        self.peaks.values().copied().max()
    }

    /// From the first hour to the end of the last; `None` if some calls have no time.
    pub(super) fn window(&self) -> Option<Window> {
        // Rows are sorted by hour, calls without a time first.
        let ((first, _), _) = self.rows.first_key_value()?;
        let ((last, _), _) = self.rows.last_key_value()?;
        let (first, last) = ((*first)?, (*last)?);
        Some(Window {
            from: Time(first * HOUR),
            to: Time((last + 1) * HOUR),
        })
    }
}

/// Calls of a function with one memory size.
#[derive(Debug, Clone)]
pub(crate) struct OfMemory {
    pub(crate) calls: u128,
    /// Milliseconds; `None` if it is not known of some calls.
    pub(crate) billed: Option<Exact>,
    /// Milliseconds of initialization that were billed.
    pub(crate) init: Exact,
    /// `None` if it is not known of some calls.
    pub(crate) cold_starts: Option<u128>,
    pub(crate) restores: u128,
    /// CPU time of some of the calls, in milliseconds.
    pub(crate) cpu: Exact,
    /// The calls whose CPU time is known.
    pub(crate) cpu_calls: u128,
}

impl Default for OfMemory {
    fn default() -> Self {
        Self {
            calls: 0,
            billed: Some(Exact::ZERO),
            init: Exact::ZERO,
            cold_starts: Some(0),
            restores: 0,
            cpu: Exact::ZERO,
            cpu_calls: 0,
        }
    }
}

impl OfMemory {
    pub(super) fn and(self, other: &Self) -> Self {
        let both = |left: Option<Exact>, right: &Option<Exact>| Some(&left? + right.as_ref()?);
        Self {
            calls: self.calls + other.calls,
            billed: both(self.billed, &other.billed),
            init: &self.init + &other.init,
            cold_starts: self
                .cold_starts
                .and_then(|own| Some(own + other.cold_starts?)),
            restores: self.restores + other.restores,
            cpu: &self.cpu + &other.cpu,
            cpu_calls: self.cpu_calls + other.cpu_calls,
        }
    }
}

/// Adds what the calls of a function give. Its memory is that of its configuration, if that is known.
pub(super) fn add(
    usage: &Usage,
    format: Format,
    window: Option<Window>,
    options: &Options,
    claims: &mut Claims,
) {
    let source = usage.source;
    if let Some(memory) = usage.memory_mb {
        let claim = Claim {
            key: Key::MemoryMb,
            value: Some(Value::number(memory)),
            origin: Origin::Read,
            source,
        };
        claims.add_as(format, claim);
    }
    durations(usage, format, claims);
    if let Some(peak) = usage.peak() {
        let key = Key::PeakConcurrency;
        claims.derived_as(format, key, peak.to_string(), Origin::Derived, source);
    }
    let window = window.map(|window| options.window(window));
    let Some(window) = window.filter(|window| window.milliseconds() > 0) else {
        return;
    };
    claims.calls(
        &Exact::whole(usage.calls()),
        source,
        format,
        window,
        options,
    );
    let hours = usage.hours();
    let found = hours.and_then(|hours| traffic::of_hours(&hours, window, options));
    if let Some(found) = found {
        claims.traffic(format, found);
    }
}

/// Billed durations and cold starts, of the calls with the configured memory.
fn durations(usage: &Usage, format: Format, claims: &mut Claims) {
    let configured = claims.number(Key::MemoryMb);
    let configured = configured.and_then(|memory| u32::try_from(memory).ok());
    let by_memory = usage.by_memory();
    let own = configured.and_then(|memory| by_memory.get(&memory));
    if own.is_none() || by_memory.len() > 1 {
        let sizes: Vec<String> = by_memory.keys().map(ToString::to_string).collect();
        let which = match own {
            Some(_) => "those with the configured memory",
            None => "all calls",
        };
        let sizes = sizes.join(", ");
        claims.remarks.push(format!(
            "it was called with {sizes} MB: the durations are those of {which}"
        ));
    }
    let all = || {
        let all = by_memory.values();
        all.fold(OfMemory::default(), OfMemory::and)
    };
    let own = own.cloned().unwrap_or_else(all);
    let calls = Exact::whole(own.calls);
    let source = usage.source;
    let mut derived = |key: Key, value: Option<Exact>| {
        if let Some(value) = value {
            claims.derived_as(format, key, significant(&value), Origin::Derived, source);
        }
    };
    // Less than a millisecond is not billed.
    let billed = own.billed.filter(|_| !usage.is_on_instances);
    let mean = billed.and_then(|billed| (&billed - &own.init).over(&calls));
    let mean = mean.filter(|mean| *mean >= Exact::ONE);
    let is_known = mean.is_some();
    derived(Key::DurationMs, mean);
    let cold_starts = own
        .cold_starts
        .map(Exact::whole)
        .filter(|count| count.is_positive());
    if let Some(cold_starts) = cold_starts.filter(|_| is_known) {
        derived(Key::ColdStartRate, cold_starts.over(&calls));
        derived(Key::InitMs, own.init.over(&cold_starts));
    }
    let cpu = own.cpu.over(&Exact::whole(own.cpu_calls));
    derived(Key::CpuMs, cpu.filter(Exact::is_positive));
    if own.restores > 0 {
        derived(
            Key::SnapstartRestoreRate,
            Exact::whole(own.restores).over(&calls),
        );
    }
}
