//! Calls, billed durations, cold starts, traffic and peaks from logs.

use super::claims::Claims;
use super::in_flight::{InFlight, of_minutes};
use super::usage::{self, OfMemory, Usage};
use super::{Key, Origin, Value};
use crate::facts::{Claim, Facts, SourceNumber, Who};
use crate::format::Format;
use crate::formats::logs::calls::{Call, Calls, NO_TIME};
use crate::mistake::Mistake;
use crate::options::Options;
use crate::time::{Time, Window};
use exact::Exact;
use std::collections::BTreeMap;

const COPY: &str = "the same call again";
const OUTSIDE: &str = "before --from or after --to";
const FREE_INIT: &str = "init that was not billed (before August 2025)";
/// Microseconds of a millisecond.
const MICROSECONDS: i64 = 1000;
const MINUTE: u64 = 60_000;
const MINUTES_OF_HOUR: i64 = 60;

/// What the calls of a function were.
#[derive(Debug)]
pub(super) struct Found {
    usage: Usage,
    in_flight: InFlight,
    /// By memory size.
    sums: BTreeMap<u32, Sums>,
    /// By hour and memory size.
    rows: BTreeMap<(Option<i64>, Option<u32>), OfHour>,
    used_mb: u32,
    errors: u64,
    timeouts: u64,
    /// Calls whose duration is not billed: on Managed Instances.
    not_billed: u64,
}

/// Sums that are kept as integers while calls are counted.
#[derive(Debug, Default)]
struct Sums {
    /// Milliseconds.
    billed: u128,
    /// Microseconds of initialization that were billed.
    init: u128,
}

/// Calls of an hour.
#[derive(Debug, Default)]
struct OfHour {
    calls: u128,
    cold_starts: u128,
    not_billed: u128,
    sums: Sums,
}

impl OfHour {
    fn exact(self) -> OfMemory {
        OfMemory {
            calls: self.calls,
            billed: (self.not_billed == 0).then(|| Exact::whole(self.sums.billed)),
            init: self.sums.init_ms(),
            cold_starts: Some(self.cold_starts),
            ..OfMemory::default()
        }
    }
}

impl Sums {
    fn init_ms(&self) -> Exact {
        &Exact::whole(self.init) * &Exact::ratio(1, MICROSECONDS as u64)
    }
}

impl Found {
    fn new(source: SourceNumber, longest: i64) -> Self {
        Self {
            usage: Usage {
                source,
                hours: Some(BTreeMap::new()),
                ..Usage::default()
            },
            in_flight: InFlight::new(longest),
            sums: BTreeMap::new(),
            rows: BTreeMap::new(),
            used_mb: 0,
            errors: 0,
            timeouts: 0,
            not_billed: 0,
        }
    }

    /// Adds a call; calls come in the order of their ends. Returns false for an init that was free.
    fn add(&mut self, call: &Call) -> bool {
        let usage = &mut self.usage;
        usage.calls += 1;
        if call.end == NO_TIME {
            usage.hours = None;
        } else {
            if let Some(hours) = &mut usage.hours {
                *hours.entry(Time(call.end).hour()).or_default() += 1;
            }
            let end = call.end.saturating_mul(MICROSECONDS);
            self.in_flight.add(end, call.length(), call.stream);
        }
        self.errors += u64::from(call.is_error());
        self.timeouts += u64::from(call.is_timeout());
        self.used_mb = self.used_mb.max(call.used_mb().unwrap_or(0));
        usage.memory_mb = call.memory_mb().or(usage.memory_mb);
        let hour = (call.end != NO_TIME).then(|| Time(call.end).hour());
        let row = self.rows.entry((hour, call.memory_mb())).or_default();
        row.calls += 1;
        let own = usage
            .by_memory
            .entry(call.memory_mb().unwrap_or(0))
            .or_default();
        own.calls += 1;
        own.restores += u128::from(call.restore().is_some());
        let Some(billed) = call.billed() else {
            self.not_billed += 1;
            row.not_billed += 1;
            return true;
        };
        let sums = self.sums.entry(call.memory_mb().unwrap_or(0)).or_default();
        sums.billed += u128::from(billed);
        row.sums.billed += u128::from(billed);
        let Some(init) = call.init() else {
            return true;
        };
        // Before August 2025 init was printed and free.
        let needed = i64::from(call.duration) + i64::from(init);
        let is_billed = i64::from(billed) * MICROSECONDS >= needed;
        if is_billed {
            own.cold_starts = own.cold_starts.map(|count| count + 1);
            sums.init += u128::from(init);
            row.cold_starts += 1;
            row.sums.init += u128::from(init);
        }
        is_billed
    }

    /// What the calls were, and the most calls in flight in each minute.
    fn usage(self) -> (Usage, BTreeMap<i64, u64>) {
        let mut usage = self.usage;
        for (memory, sums) in self.sums {
            let own = usage.by_memory.entry(memory).or_default();
            own.billed = Some(Exact::whole(sums.billed));
            own.init = sums.init_ms();
        }
        let rows = self.rows.into_iter();
        usage.rows = rows.map(|(key, calls)| (key, calls.exact())).collect();
        let (peak, minutes) = self.in_flight.finish();
        if usage.hours.is_some() {
            usage.peak = Some(peak);
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
    remarks(&found, claims);
    let is_managed = found.not_billed > 0;
    let (mut usage, minutes) = found.usage();
    if is_managed {
        let claim = Claim {
            key: Key::RunsOn,
            value: Some(Value::text("lambda-managed")),
            origin: Origin::Derived,
            source: usage.source,
        };
        claims.add_as(Format::LambdaLog, claim);
        let remark = "its log has no billed duration: it runs on Managed Instances";
        claims.remarks.push(remark.to_owned());
        for own in usage.by_memory.values_mut() {
            own.billed = None;
        }
    }
    usage::add(&usage, Format::LambdaLog, window, options, claims);
    let minutes_of_window = window.map_or(0, |window| window.milliseconds() / MINUTE);
    let percentile = of_minutes(&minutes, minutes_of_window);
    if let Some(peak) = usage
        .peak
        .filter(|peak| percentile > 0 && *peak > 2 * percentile)
    {
        claims.remarks.push(format!(
            "the peak of {peak} is more than twice what 99.9 % of the minutes need: if it was a storm \
             of retries, state peak_concurrency = {percentile}"
        ));
    }
    usage
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
            found.usage.calls, found.errors, found.timeouts,
        ));
    }
}
