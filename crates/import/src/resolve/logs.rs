//! Calls, billed durations, cold starts, traffic and peaks from logs.

use super::claims::Claims;
use super::in_flight::{InFlight, of_minutes};
use super::usage::{self, OfMemory, Usage};
use super::{Key, Origin, Value};
use crate::facts::{Claim, Facts, SourceNumber, Who};
use crate::format::Format;
use crate::formats::logs::calls::{Call, Calls, NO_TIME};
use crate::mistake::Mistake;
use crate::options::{OUTSIDE, Options};
use crate::time::{Time, Window};
use exact::Exact;
use std::collections::BTreeMap;

const COPY: &str = "the same call again";
const FREE_INIT: &str = "init that was not billed (before August 2025)";
/// Microseconds of a millisecond.
const MICROSECONDS: i64 = 1000;
const MINUTE: u64 = 60_000;
const MINUTES_OF_HOUR: i64 = 60;

/// What the calls of a function were.
#[derive(Debug)]
pub(super) struct Found {
    source: SourceNumber,
    /// By hour and memory size, where these are known.
    rows: BTreeMap<(Option<i64>, Option<u32>), OfHour>,
    in_flight: InFlight,
    /// That of the last call, if it is known.
    memory_mb: Option<u32>,
    used_mb: u32,
    errors: u64,
    timeouts: u64,
}

/// Calls of an hour. Sums are integers while calls are counted.
#[derive(Debug, Default)]
struct OfHour {
    calls: u128,
    cold_starts: u128,
    restores: u128,
    /// Calls whose duration is not billed: on Managed Instances.
    not_billed: u128,
    /// Milliseconds.
    billed: u128,
    /// Microseconds of initialization that were billed.
    init: u128,
}

impl OfHour {
    fn exact(self) -> OfMemory {
        OfMemory {
            calls: self.calls,
            billed: (self.not_billed == 0).then(|| Exact::whole(self.billed)),
            init: &Exact::whole(self.init) * &Exact::ratio(1, MICROSECONDS as u64),
            cold_starts: Some(self.cold_starts),
            restores: self.restores,
            ..OfMemory::default()
        }
    }
}

impl Found {
    fn new(source: SourceNumber, longest: i64) -> Self {
        Self {
            source,
            rows: BTreeMap::new(),
            in_flight: InFlight::new(longest),
            memory_mb: None,
            used_mb: 0,
            errors: 0,
            timeouts: 0,
        }
    }

    /// Adds a call; calls come in the order of their ends. Returns false for an init that was free.
    fn add(&mut self, call: &Call) -> bool {
        self.errors += u64::from(call.is_error());
        self.timeouts += u64::from(call.is_timeout());
        self.used_mb = self.used_mb.max(call.used_mb().unwrap_or(0));
        self.memory_mb = call.memory_mb().or(self.memory_mb);
        let hour = (call.end != NO_TIME).then(|| Time(call.end).hour());
        if hour.is_some() {
            let end = call.end.saturating_mul(MICROSECONDS);
            self.in_flight.add(end, call.length(), call.stream);
        }
        let row = self.rows.entry((hour, call.memory_mb())).or_default();
        row.calls += 1;
        row.restores += u128::from(call.restore().is_some());
        let Some(billed) = call.billed() else {
            row.not_billed += 1;
            return true;
        };
        row.billed += u128::from(billed);
        let Some(init) = call.init() else {
            return true;
        };
        // Before August 2025 init was printed and free.
        let needed = i64::from(call.duration) + i64::from(init);
        let is_billed = i64::from(billed) * MICROSECONDS >= needed;
        if is_billed {
            row.cold_starts += 1;
            row.init += u128::from(init);
        }
        is_billed
    }

    /// What the calls were, and the most calls in flight in each minute.
    fn usage(self) -> (Usage, BTreeMap<i64, u64>) {
        let mut usage = Usage::new(self.source);
        usage.memory_mb = self.memory_mb;
        usage.is_on_instances = self.rows.values().any(|row| row.not_billed > 0);
        let has_all_times = self.rows.keys().all(|(hour, _)| hour.is_some());
        let rows = self.rows.into_iter();
        usage.rows = rows.map(|(key, calls)| (key, calls.exact())).collect();
        let minutes = self.in_flight.finish();
        if has_all_times {
            for (minute, count) in &minutes {
                let hour = minute.div_euclid(MINUTES_OF_HOUR);
                let most = usage.peaks.entry(Some(hour)).or_default();
                *most = (*most).max(*count);
            }
        }
        (usage, minutes)
    }
}

/// What the calls of each function were. `whole` gives the function of its number in the logs. Copies are
/// counted once.
///
/// # Errors
/// A temporary file cannot be read.
pub(super) fn found(
    calls: &mut Calls,
    whole: &[Who],
    options: &Options,
    facts: &mut Facts,
) -> Result<BTreeMap<Who, Found>, Mistake> {
    let mut all: BTreeMap<&Who, Found> = BTreeMap::new();
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
        let own = all.entry(&whole[call.function as usize]);
        let own = own.or_insert_with(|| Found::new(source, longest));
        if !own.add(call) {
            facts.remarked(source, FREE_INIT, &place());
        }
    });
    read.map_err(|error| {
        let message = format!("cannot read a temporary file: {error}");
        Mistake::anywhere(message, "set TMPDIR to a folder on another disk")
    })?;
    let all = all.into_iter();
    Ok(all.map(|(who, found)| (who.clone(), found)).collect())
}

/// Adds what the calls of a function give, and returns them.
pub(super) fn add(
    found: Found,
    window: Option<Window>,
    options: &Options,
    claims: &mut Claims,
) -> Usage {
    let (used_mb, errors, timeouts) = (found.used_mb, found.errors, found.timeouts);
    let (usage, minutes) = found.usage();
    remarks(used_mb, [errors, timeouts], &usage, claims);
    if usage.is_on_instances {
        let claim = Claim {
            key: Key::RunsOn,
            value: Some(Value::text("lambda-managed")),
            origin: Origin::Derived,
            source: usage.source,
        };
        claims.add_as(Format::LambdaLog, claim);
        let remark = "its log has no billed duration: it runs on Managed Instances";
        claims.remarks.push(remark.to_owned());
    }
    usage::add(&usage, Format::LambdaLog, window, options, claims);
    let minutes_of_window = window.map_or(0, |window| window.milliseconds() / MINUTE);
    let percentile = of_minutes(&minutes, minutes_of_window);
    let is_rare = |peak: &u64| percentile > 0 && *peak > 2 * percentile;
    if let Some(peak) = usage.peak().filter(is_rare) {
        claims.remarks.push(format!(
            "the peak of {peak} is more than twice what 99.9 % of the minutes need: if it was a storm \
             of retries, state peak_concurrency = {percentile}"
        ));
    }
    usage
}

fn remarks(used_mb: u32, [errors, timeouts]: [u64; 2], usage: &Usage, claims: &mut Claims) {
    if used_mb > 0 {
        claims
            .remarks
            .push(format!("it used up to {used_mb} MB of memory"));
    }
    if errors + timeouts > 0 {
        claims.remarks.push(format!(
            "of {} calls {errors} ended in an error and {timeouts} at the timeout",
            usage.calls(),
        ));
    }
}
