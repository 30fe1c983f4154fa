//! Calls, durations, traffic and peaks from metrics of CloudWatch.

use super::claims::Claims;
use super::join::Names;
use super::{Key, Origin, traffic};
use crate::facts::{Facts, Who};
use crate::format::Format;
use crate::formats::cloudwatch::{Metric, Metrics, Series, Statistic};
use crate::mistake::Mistake;
use crate::number::significant;
use crate::options::Options;
use crate::time::{HOUR, Window};
use exact::Exact;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// The series of a function.
pub(super) type OfFunction = BTreeMap<(Metric, Statistic), Series>;

/// The series of each function.
///
/// # Errors
/// Two files have different values for one point.
pub(super) fn by_function(
    metrics: &Metrics,
    names: &Names,
) -> Result<BTreeMap<Who, OfFunction>, Mistake> {
    let mut all: BTreeMap<Who, OfFunction> = BTreeMap::new();
    for ((who, metric, statistic), series) in &metrics.series {
        let own = all.entry(names.whole(who)).or_default();
        let Some(known) = own.get_mut(&(*metric, *statistic)) else {
            own.insert((*metric, *statistic), series.clone());
            continue;
        };
        for (time, value) in &series.points {
            if known
                .points
                .insert(*time, *value)
                .is_some_and(|known| known != *value)
            {
                let message = format!("`{}` has two values at {}", who.name, time.text());
                let help = "give one of both files, or state --region before each";
                return Err(Mistake::anywhere(message, help));
            }
        }
    }
    Ok(all)
}

/// The time that all metrics cover: as the queries ask for it, else from the first point to the end of
/// the last. `None` if that is not known.
pub(super) fn window(metrics: &Metrics, options: &Options) -> Option<Window> {
    let found = metrics.series.values().filter_map(Series::window);
    let found = metrics.requested.or_else(|| found.reduce(Window::and))?;
    Some(options.window(found))
}

/// Adds what the metrics of a function give.
///
/// # Errors
/// The window is empty.
pub(super) fn add(
    who: &Who,
    series: &OfFunction,
    window: Option<Window>,
    options: &Options,
    facts: &Facts,
    claims: &mut Claims,
) -> Result<(), Mistake> {
    let calls = series.get(&(Metric::Invocations, Statistic::Sum));
    if let (Some(calls), Some(window)) = (calls, window) {
        if window.milliseconds() == 0 {
            let message = format!("the metrics of `{}` cover no time", who.name);
            let help = "check StartTime and EndTime of the queries, --from and --to";
            return Err(Mistake::anywhere(message, help));
        }
        count(calls, window, options, claims);
    }
    duration(series, facts, claims);
    if let Some(peak) = series.get(&(Metric::ConcurrentExecutions, Statistic::Maximum))
        && let Some(most) = peak.points.values().max().filter(|most| !most.is_zero())
    {
        let text = significant(&Exact::from(*most));
        claims.derived(Key::PeakConcurrency, text, Origin::Read, peak.source, facts);
    }
    share_served(series, facts, claims);
    Ok(())
}

/// Calls of a month, and the traffic of each hour.
fn count(calls: &Series, window: Window, options: &Options, claims: &mut Claims) {
    let counted = sum(calls);
    claims.calls(&counted, calls.source, Format::Cloudwatch, window, options);
    let is_hourly = calls
        .period()
        .is_some_and(|period| period <= (HOUR / 1000) as u64);
    if let Some(hours) = hours(calls).filter(|_| is_hourly)
        && let Some(found) = traffic::of_hours(&hours, window, options)
    {
        claims.traffic(Format::Cloudwatch, found);
    }
}

/// Calls by hour; `None` for numbers that are not whole.
fn hours(calls: &Series) -> Option<BTreeMap<i64, u128>> {
    let mut hours: BTreeMap<i64, u128> = BTreeMap::new();
    for (time, value) in &calls.points {
        let value = value.normalize();
        let whole = value.is_integer().then(|| value.mantissa());
        let whole = u128::try_from(whole?).ok()?;
        *hours.entry(time.hour()).or_default() += whole;
    }
    Some(hours)
}

/// The mean duration: of the sums if there are any, else of the means of intervals.
fn duration(series: &OfFunction, facts: &Facts, claims: &mut Claims) {
    let get = |metric, statistic| series.get(&(metric, statistic));
    let calls = get(Metric::Invocations, Statistic::Sum);
    let durations = get(Metric::Duration, Statistic::Sum);
    let counts = get(Metric::Duration, Statistic::SampleCount);
    let found = match (durations, counts.or(calls)) {
        (Some(durations), Some(calls)) => sum(durations)
            .over(&sum(calls))
            .map(|mean| (mean, durations.source)),
        _ => {
            let means = get(Metric::Duration, Statistic::Average);
            means.and_then(|means| Some((weighted(means, counts.or(calls)?)?, means.source)))
        }
    };
    if let Some((mean, source)) = found.filter(|(mean, _)| mean.is_positive()) {
        let key = Key::MeasuredDurationMs;
        claims.derived(key, significant(&mean), Origin::Derived, source, facts);
    }
}

/// The mean of means of intervals, by the calls of the same interval.
fn weighted(means: &Series, weights: &Series) -> Option<Exact> {
    let (mut total, mut calls) = (Exact::ZERO, Exact::ZERO);
    for (time, mean) in &means.points {
        if let Some(weight) = weights.points.get(time) {
            let weight = Exact::from(*weight);
            total = &total + &(&Exact::from(*mean) * &weight);
            calls = &calls + &weight;
        }
    }
    total.over(&calls)
}

/// The share of calls that found a provisioned environment.
fn share_served(series: &OfFunction, facts: &Facts, claims: &mut Claims) {
    let get = |metric| series.get(&(metric, Statistic::Sum));
    let Some(served) = get(Metric::ProvisionedInvocations) else {
        return;
    };
    let spilled = get(Metric::ProvisionedSpillover).map_or(Exact::ZERO, sum);
    let all = &sum(served) + &spilled;
    if let Some(share) = sum(served).over(&all) {
        let key = Key::ProvisionedShareServed;
        claims.derived(
            key,
            significant(&share),
            Origin::Derived,
            served.source,
            facts,
        );
    }
}

fn sum(series: &Series) -> Exact {
    let values = series.points.values().copied();
    let zero = Exact::ZERO;
    values.fold(zero, |sum, value: Decimal| &sum + &Exact::from(value))
}
