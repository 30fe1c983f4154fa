//! Calls, billed durations, cold starts, traffic and peaks from logs.

use super::claims::Claims;
use super::in_flight::{InFlight, of_minutes};
use super::{Key, Origin, Value, traffic};
use crate::facts::{Claim, Facts, SourceNumber};
use crate::formats::logs::calls::{Call, Calls, NO_TIME};
use crate::mistake::Mistake;
use crate::number::significant;
use crate::options::Options;
use crate::time::{Time, Window};
use exact::Exact;
use std::collections::BTreeMap;

const COPY: &str = "the same call again";
const OUTSIDE: &str = "before --from or after --to";
const FREE_INIT: &str = "init that was not billed (before August 2025)";
/// Microseconds of a millisecond.
const MICROSECONDS: u64 = 1000;
const MINUTE: u64 = 60_000;

/// What the calls of a function were.
#[derive(Debug)]
pub(super) struct Found {
    source: SourceNumber,
    calls: u64,
    /// By memory size; zero where it is not known.
    by_memory: BTreeMap<u32, OfMemory>,
    last_memory: Option<u32>,
    hours: BTreeMap<i64, u128>,
    in_flight: InFlight,
    has_all_times: bool,
    used_mb: u32,
    errors: u64,
    timeouts: u64,
    /// Calls whose duration is not billed: on Managed Instances.
    not_billed: u64,
}

/// Calls of a function with one memory size.
#[derive(Debug, Default, Clone)]
struct OfMemory {
    calls: u64,
    /// Milliseconds.
    billed: u128,
    /// Microseconds of initialization that were billed.
    init: u128,
    cold_starts: u64,
    restores: u64,
}

impl OfMemory {
    fn and(mut self, other: &Self) -> Self {
        self.calls += other.calls;
        self.billed += other.billed;
        self.init += other.init;
        self.cold_starts += other.cold_starts;
        self.restores += other.restores;
        self
    }
}

impl Found {
    fn new(source: SourceNumber, longest: i64) -> Self {
        Self {
            source,
            calls: 0,
            by_memory: BTreeMap::new(),
            last_memory: None,
            hours: BTreeMap::new(),
            in_flight: InFlight::new(longest),
            has_all_times: true,
            used_mb: 0,
            errors: 0,
            timeouts: 0,
            not_billed: 0,
        }
    }

    /// Adds a call; calls come in the order of their ends. Returns false for an init that was free.
    fn add(&mut self, call: &Call) -> bool {
        self.calls += 1;
        if call.end == NO_TIME {
            self.has_all_times = false;
        } else {
            *self.hours.entry(Time(call.end).hour()).or_default() += 1;
            let end = call.end.saturating_mul(MICROSECONDS as i64);
            self.in_flight.add(end, call.length(), call.stream);
        }
        self.errors += u64::from(call.is_error());
        self.timeouts += u64::from(call.is_timeout());
        self.used_mb = self.used_mb.max(call.used_mb().unwrap_or(0));
        self.last_memory = call.memory_mb().or(self.last_memory);
        let own = self
            .by_memory
            .entry(call.memory_mb().unwrap_or(0))
            .or_default();
        own.calls += 1;
        own.restores += u64::from(call.restore().is_some());
        let Some(billed) = call.billed() else {
            self.not_billed += 1;
            return true;
        };
        own.billed += u128::from(billed);
        let Some(init) = call.init() else {
            return true;
        };
        // Before August 2025 init was printed and free.
        let is_billed =
            u64::from(billed) * MICROSECONDS >= u64::from(call.duration) + u64::from(init);
        if is_billed {
            own.cold_starts += 1;
            own.init += u128::from(init);
        }
        is_billed
    }
}

/// What the calls of each function were, by its number in the logs. Copies are counted once.
///
/// # Errors
/// A temporary file cannot be read.
pub(super) fn found(
    calls: &mut Calls,
    options: &Options,
    facts: &mut Facts,
) -> Result<BTreeMap<u32, Found>, Mistake> {
    let mut all: BTreeMap<u32, Found> = BTreeMap::new();
    let mut last: Option<Call> = None;
    let longest = calls.longest;
    let read = calls.in_order(|call| {
        let source = call.source as usize;
        let place = || match call.end {
            NO_TIME => "a line without a time".to_owned(),
            end => Time(end).text(),
        };
        if last.is_some_and(|last| call.is_copy_of(&last)) {
            facts.withdrawn(source, COPY, &place());
            return;
        }
        last = Some(*call);
        let is_kept = call.end != NO_TIME && options.keeps(Time(call.end));
        if !is_kept && options.is_bounded() {
            facts.withdrawn(source, OUTSIDE, &place());
            return;
        }
        let own = all.entry(call.function);
        let own = own.or_insert_with(|| Found::new(source, longest));
        if !own.add(call) {
            facts.said(source, FREE_INIT, &place());
        }
    });
    read.map_err(|error| {
        let message = format!("cannot read a temporary file: {error}");
        Mistake::anywhere(message, "set TMPDIR to a folder on another disk")
    })?;
    Ok(all)
}

/// Adds what the calls of a function give. Its memory is that of its configuration, if that is known.
pub(super) fn add(
    found: Found,
    window: Option<Window>,
    options: &Options,
    facts: &Facts,
    claims: &mut Claims,
) {
    if let Some(memory) = found.last_memory {
        claims.add(
            Claim {
                key: Key::MemoryMb,
                value: Some(Value::number(memory)),
                origin: Origin::Read,
                source: found.source,
            },
            facts,
        );
    }
    if found.not_billed > 0 {
        claims.add(
            Claim {
                key: Key::RunsOn,
                value: Some(Value::text("lambda-managed")),
                origin: Origin::Derived,
                source: found.source,
            },
            facts,
        );
        claims
            .remarks
            .push("its log has no billed duration: it runs on Managed Instances".to_owned());
    } else {
        durations(&found, facts, claims);
    }
    remarks(&found, claims);
    let source = found.source;
    let window = window.map(|window| options.window(window));
    let Some(window) = window.filter(|window| window.milliseconds() > 0) else {
        return;
    };
    let counted = Exact::from(found.calls);
    claims.calls(&counted, source, window, options, facts);
    claims.traffic = traffic::of_hours(&found.hours, window, options);
    claims.busiest = claims.traffic.as_ref().map(super::Traffic::busiest);
    if found.has_all_times {
        let (peak, minutes) = found.in_flight.finish();
        let percentile = of_minutes(&minutes, window.milliseconds() / MINUTE);
        claims.derived(
            Key::PeakConcurrency,
            peak.to_string(),
            Origin::Derived,
            source,
            facts,
        );
        if peak > 2 * percentile && percentile > 0 {
            claims.remarks.push(format!(
                "the peak of {peak} is more than twice what 99.9 % of the minutes need: if it was a \
                 storm of retries, state peak_concurrency = {percentile}"
            ));
        }
    }
}

/// Billed durations and cold starts, of the calls with the configured memory.
fn durations(found: &Found, facts: &Facts, claims: &mut Claims) {
    let configured = claims
        .number(Key::MemoryMb)
        .and_then(|memory| u32::try_from(memory).ok());
    let of_all = || {
        let all = found.by_memory.values();
        all.fold(OfMemory::default(), OfMemory::and)
    };
    let own = configured
        .and_then(|memory| found.by_memory.get(&memory))
        .cloned();
    if own.is_none() || found.by_memory.len() > 1 {
        let sizes: Vec<String> = found.by_memory.keys().map(ToString::to_string).collect();
        let sizes = sizes.join(", ");
        let which = if own.is_some() {
            "those with the configured memory"
        } else {
            "all calls"
        };
        claims.remarks.push(format!(
            "its log has calls with {sizes} MB: the durations are those of {which}"
        ));
    }
    let own = own.unwrap_or_else(of_all);
    let calls = Exact::from(own.calls);
    let billed = &Exact::whole(own.billed) * &Exact::from(MICROSECONDS);
    let thousandths = &billed - &Exact::whole(own.init);
    let micro = &calls * &Exact::from(MICROSECONDS);
    let mean = thousandths.over(&micro).filter(|mean| *mean >= Exact::ONE);
    let Some(mean) = mean else {
        return;
    };
    let source = found.source;
    claims.derived(
        Key::DurationMs,
        significant(&mean),
        Origin::Derived,
        source,
        facts,
    );
    let cold_starts = Exact::from(own.cold_starts);
    if own.cold_starts > 0 {
        let rate = cold_starts.over(&calls).expect("there are calls");
        let micro = &cold_starts * &Exact::from(MICROSECONDS);
        let init = Exact::whole(own.init)
            .over(&micro)
            .expect("there are cold starts");
        claims.derived(
            Key::ColdStartRate,
            significant(&rate),
            Origin::Derived,
            source,
            facts,
        );
        claims.derived(
            Key::InitMs,
            significant(&init),
            Origin::Derived,
            source,
            facts,
        );
    }
    if own.restores > 0 {
        let rate = Exact::from(own.restores)
            .over(&calls)
            .expect("there are calls");
        let key = Key::SnapstartRestoreRate;
        claims.derived(key, significant(&rate), Origin::Derived, source, facts);
    }
}

fn remarks(found: &Found, claims: &mut Claims) {
    if found.used_mb > 0 {
        claims
            .remarks
            .push(format!("it used up to {} MB of memory", found.used_mb));
    }
    if found.errors + found.timeouts > 0 {
        claims.remarks.push(format!(
            "of {} calls {} ended in an error and {} at the timeout",
            found.calls, found.errors, found.timeouts,
        ));
    }
}
