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
#[derive(Debug, Default)]
pub(crate) struct Usage {
    pub(crate) source: SourceNumber,
    pub(crate) calls: u128,
    /// By memory size; zero where it is not known.
    pub(crate) by_memory: BTreeMap<u32, OfMemory>,
    /// That of the last call, if it is known.
    pub(crate) memory_mb: Option<u32>,
    /// Calls by hour since 1970; `None` if some calls have no time.
    pub(crate) hours: Option<BTreeMap<i64, u128>>,
    /// The last hour in which the memory is known.
    pub(crate) last_hour: Option<i64>,
    /// The most calls in flight at once.
    pub(crate) peak: Option<u64>,
    /// By hour and memory size, where these are known.
    pub(crate) rows: BTreeMap<(Option<i64>, Option<u32>), OfMemory>,
    /// The most calls in flight at once, by hour.
    pub(crate) peaks: BTreeMap<Option<i64>, u64>,
}

impl Usage {
    /// Adds the calls of other files.
    pub(super) fn add(&mut self, other: &Self) {
        self.calls += other.calls;
        for (memory, calls) in &other.by_memory {
            let own = self.by_memory.entry(*memory).or_default();
            *own = std::mem::take(own).and(calls);
        }
        if other.last_hour >= self.last_hour {
            self.last_hour = other.last_hour;
            self.memory_mb = other.memory_mb.or(self.memory_mb);
        }
        match (&mut self.hours, &other.hours) {
            (Some(hours), Some(more)) => {
                for (hour, calls) in more {
                    *hours.entry(*hour).or_default() += calls;
                }
            }
            _ => self.hours = None,
        }
        self.peak = self.peak.max(other.peak);
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
        if self.hours.is_none() || window.milliseconds() == 0 {
            return;
        }
        for hour in [window.from.hour(), Time(window.to.0 - 1).hour()] {
            let is_there = self.rows.keys().any(|(own, _)| *own == Some(hour));
            if !is_there {
                self.rows.insert((Some(hour), None), OfMemory::default());
            }
        }
    }

    /// From the first hour to the end of the last; `None` if some calls have no time.
    pub(super) fn window(&self) -> Option<Window> {
        let hours = self.hours.as_ref()?;
        let (first, _) = hours.first_key_value()?;
        let (last, _) = hours.last_key_value()?;
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
    if let Some(peak) = usage.peak {
        let key = Key::PeakConcurrency;
        claims.derived_as(format, key, peak.to_string(), Origin::Derived, source);
    }
    let window = window.map(|window| options.window(window));
    let Some(window) = window.filter(|window| window.milliseconds() > 0) else {
        return;
    };
    claims.calls(&Exact::whole(usage.calls), source, format, window, options);
    let hours = usage.hours.as_ref();
    let found = hours.and_then(|hours| traffic::of_hours(hours, window, options));
    if let Some(found) = found {
        claims.traffic(format, found);
    }
}

/// Billed durations and cold starts, of the calls with the configured memory.
fn durations(usage: &Usage, format: Format, claims: &mut Claims) {
    let configured = claims.number(Key::MemoryMb);
    let configured = configured.and_then(|memory| u32::try_from(memory).ok());
    let own = configured.and_then(|memory| usage.by_memory.get(&memory));
    if own.is_none() || usage.by_memory.len() > 1 {
        let sizes: Vec<String> = usage.by_memory.keys().map(ToString::to_string).collect();
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
        let all = usage.by_memory.values();
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
    let mean = own
        .billed
        .and_then(|billed| (&billed - &own.init).over(&calls));
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
