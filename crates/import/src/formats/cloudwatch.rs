//! `aws cloudwatch get-metric-data` and `get-metric-statistics`.
//!
//! An answer does not say which metric it has. The file with the queries says it, if it is read
//! before; otherwise the labels do: `FUNCTION METRIC STATISTIC PERIOD`, as [`QUERIES`] makes them.

use super::json;
use crate::facts::{Context, Facts, SourceNumber, Who};
use crate::format::Format;
use crate::input::Bytes;
use crate::mistake::Mistake;
use crate::number::Number;
use crate::options::{OUTSIDE, Options};
use crate::time::{Time, Window};
use rust_decimal::Decimal;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};

/// Queries whose labels say which metric each series is, for every function of a region.
pub(crate) const QUERIES: &str = include_str!("cloudwatch_queries.json");

/// Why a series is not used.
const NOT_USED: &str = "the metric is not used";
const OTHER_DIMENSIONS: &str = "its dimensions are not FunctionName alone";
const NO_LABEL: &str = "its label does not say which metric it is";
const OTHER_STATISTIC: &str = "the statistic does not add up to a month";
const REPEATED: &str = "the same point again";

/// The metrics that a scenario follows from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Metric {
    Invocations,
    Duration,
    ConcurrentExecutions,
    ProvisionedInvocations,
    ProvisionedSpillover,
}

impl Metric {
    fn of_name(name: &str) -> Option<Self> {
        Some(match name {
            "Invocations" => Self::Invocations,
            "Duration" => Self::Duration,
            "ConcurrentExecutions" => Self::ConcurrentExecutions,
            "ProvisionedConcurrencyInvocations" => Self::ProvisionedInvocations,
            "ProvisionedConcurrencySpilloverInvocations" => Self::ProvisionedSpillover,
            _ => return None,
        })
    }

    /// False for a statistic from which nothing follows, such as the sum of a gauge.
    fn takes(self, statistic: Statistic) -> bool {
        match self {
            Self::Duration => statistic != Statistic::Maximum,
            Self::ConcurrentExecutions => statistic == Statistic::Maximum,
            _ => statistic == Statistic::Sum,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Statistic {
    Sum,
    Average,
    SampleCount,
    Maximum,
}

impl Statistic {
    fn of_name(name: &str) -> Option<Self> {
        Some(match name {
            "Sum" => Self::Sum,
            "Average" => Self::Average,
            "SampleCount" => Self::SampleCount,
            "Maximum" => Self::Maximum,
            _ => return None,
        })
    }
}

/// A statistic of a metric of a function, over time.
#[derive(Debug, Clone, Default)]
pub(crate) struct Series {
    /// Seconds between points, if a file says it.
    pub(crate) period: Option<u64>,
    pub(crate) points: BTreeMap<Time, Decimal>,
    /// The file of the first point.
    pub(crate) source: SourceNumber,
}

impl Series {
    /// Seconds between points: as stated, else the most frequent difference. `None` for one point
    /// alone.
    pub(crate) fn period(&self) -> Option<u64> {
        if self.period.is_some() {
            return self.period;
        }
        let times: Vec<Time> = self.points.keys().copied().collect();
        let mut counts: BTreeMap<u64, u64> = BTreeMap::new();
        for pair in times.windows(2) {
            *counts
                .entry(pair[1].0.abs_diff(pair[0].0) / 1000)
                .or_default() += 1;
        }
        // Of equally frequent ones the shortest.
        let most = counts.iter().rev().max_by_key(|(_, count)| **count);
        most.map(|(seconds, _)| *seconds)
    }

    /// From the first point to the end of the last; `None` if that is not known.
    pub(crate) fn window(&self) -> Option<Window> {
        let period = i64::try_from(self.period()?).ok()?;
        let last = self.points.last_key_value()?.0;
        Some(Window {
            from: *self.points.first_key_value()?.0,
            to: Time(last.0 + period * 1000),
        })
    }
}

/// Every series of an import.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    pub(crate) series: BTreeMap<(Who, Metric, Statistic), Series>,
    /// The time that the query files ask for.
    pub(crate) requested: Option<Window>,
    /// By `Id`: the query of the last query file.
    queries: HashMap<String, Query>,
    /// By `Id` and label: the file with a part of a series whose last part is missing.
    partial: BTreeMap<(String, String), String>,
}

impl Metrics {
    /// Series whose last part is missing.
    pub(crate) fn unfinished(&self) -> Vec<Mistake> {
        let partial = self.partial.iter().map(|((_, label), path)| {
            let message = format!("`{label}` is PartialData, and no later page completes it");
            let help = "give every page of the answer: the AWS CLI writes all of them without \
                        --no-paginate and --max-items";
            Mistake::new(path, message, help)
        });
        partial.collect()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Document {
    metric_data_results: Option<Vec<Answer>>,
    metric_data_queries: Option<Vec<Query>>,
    start_time: Option<Time>,
    end_time: Option<Time>,
    // get-metric-statistics
    label: Option<String>,
    datapoints: Option<Vec<Datapoint>>,
    // The elements of a bare list of queries.
    id: Option<String>,
    metric_stat: Option<MetricStat>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Query {
    id: String,
    metric_stat: Option<MetricStat>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MetricStat {
    metric: MetricName,
    period: u64,
    stat: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MetricName {
    namespace: Option<String>,
    metric_name: Option<String>,
    #[serde(default)]
    dimensions: Vec<Dimension>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Dimension {
    name: String,
    value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    id: String,
    #[serde(default)]
    label: String,
    #[serde(default)]
    timestamps: Vec<Time>,
    #[serde(default)]
    values: Vec<Number>,
    status_code: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Datapoint {
    timestamp: Time,
    sum: Option<Number>,
    average: Option<Number>,
    maximum: Option<Number>,
    sample_count: Option<Number>,
    unit: Option<String>,
}

/// What a series is.
struct Identity {
    who: Who,
    metric: Metric,
    statistic: Statistic,
    period: Option<u64>,
}

pub(super) fn read(
    bytes: Bytes,
    context: &Context,
    options: &Options,
    facts: &mut Facts,
) -> Result<(), Mistake> {
    let source = facts.start(&context.path, Format::Cloudwatch);
    let mut file = File {
        source,
        context,
        options,
        facts,
    };
    let mut queries = Vec::new();
    for document in json::documents::<Document>(bytes, context)? {
        queries.extend(document.metric_data_queries.into_iter().flatten());
        if let Some(id) = document.id {
            queries.push(Query {
                id,
                metric_stat: document.metric_stat,
            });
        }
        if let (Some(from), Some(to)) = (document.start_time, document.end_time) {
            let requested = Window { from, to };
            let metrics = &mut file.facts.metrics;
            metrics.requested = Some(
                metrics
                    .requested
                    .map_or(requested, |known| known.and(requested)),
            );
        }
        for answer in document.metric_data_results.into_iter().flatten() {
            file.answer(&answer)?;
        }
        if let Some(points) = document.datapoints {
            file.statistics(document.label.as_deref(), &points)?;
        }
    }
    if !queries.is_empty() {
        let queries = queries.into_iter().map(|query| (query.id.clone(), query));
        file.facts.metrics.queries = queries.collect();
    }
    Ok(())
}

/// A file that is read.
struct File<'f> {
    source: SourceNumber,
    context: &'f Context,
    options: &'f Options,
    facts: &'f mut Facts,
}

impl File<'_> {
    /// Adds a series of get-metric-data.
    fn answer(&mut self, answer: &Answer) -> Result<(), Mistake> {
        let key = (answer.id.clone(), answer.label.clone());
        match answer.status_code.as_deref() {
            Some("PartialData") => {
                let path = self.context.path.clone();
                self.facts.metrics.partial.insert(key, path);
            }
            None | Some("Complete") => {
                self.facts.metrics.partial.remove(&key);
            }
            Some(other) => {
                let message = format!("`{}` has the status {other}", answer.label);
                return Err(self.context.mistake(message, "ask for the metrics again"));
            }
        }
        if answer.timestamps.len() != answer.values.len() {
            let message = format!(
                "`{}` has {} times and {} values",
                answer.label,
                answer.timestamps.len(),
                answer.values.len(),
            );
            return Err(self.context.mistake(message, "ask for the metrics again"));
        }
        let identity = match self.identity(answer) {
            Ok(identity) => identity,
            Err(why) => {
                self.facts.ignored(self.source, why, &answer.label);
                return Ok(());
            }
        };
        for (time, value) in answer.timestamps.iter().zip(&answer.values) {
            self.point(&identity, *time, value.0)?;
        }
        Ok(())
    }

    /// What a series of get-metric-data is, by its query or its label.
    fn identity(&self, answer: &Answer) -> Result<Identity, &'static str> {
        let query = self.facts.metrics.queries.get(&answer.id);
        let Some(stat) = query.and_then(|query| query.metric_stat.as_ref()) else {
            return self.labelled(&answer.label);
        };
        let [dimension] = &stat.metric.dimensions[..] else {
            return Err(OTHER_DIMENSIONS);
        };
        if dimension.name != "FunctionName" {
            return Err(OTHER_DIMENSIONS);
        }
        let is_lambda = stat.metric.namespace.as_deref() == Some("AWS/Lambda");
        let name = stat.metric.metric_name.as_deref().unwrap_or_default();
        let metric = Metric::of_name(name).filter(|_| is_lambda);
        let period = Some(stat.period);
        self.series(dimension.value.clone(), metric, &stat.stat, period)
    }

    /// What a series is by its label: `FUNCTION METRIC STATISTIC PERIOD`.
    fn labelled(&self, label: &str) -> Result<Identity, &'static str> {
        let mut words = label.rsplitn(4, ' ');
        let (Some(period), Some(statistic), Some(metric), Some(name)) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            return Err(NO_LABEL);
        };
        let period: u64 = period.parse().map_err(|_| NO_LABEL)?;
        self.series(
            name.to_owned(),
            Metric::of_name(metric),
            statistic,
            Some(period),
        )
    }

    fn series(
        &self,
        name: String,
        metric: Option<Metric>,
        statistic: &str,
        period: Option<u64>,
    ) -> Result<Identity, &'static str> {
        let metric = metric.ok_or(NOT_USED)?;
        let statistic = Statistic::of_name(statistic).filter(|found| metric.takes(*found));
        Ok(Identity {
            who: self.context.who(name),
            metric,
            statistic: statistic.ok_or(OTHER_STATISTIC)?,
            period: period.or(self.context.period).filter(|period| *period > 0),
        })
    }

    /// Adds an answer of get-metric-statistics: it names the metric, and no function.
    fn statistics(&mut self, label: Option<&str>, points: &[Datapoint]) -> Result<(), Mistake> {
        let Some(metric) = label.and_then(Metric::of_name) else {
            let label = label.unwrap_or("a series without a label");
            self.facts.ignored(self.source, NOT_USED, label);
            return Ok(());
        };
        let who = self.facts.own(self.context)?;
        for point in points {
            let factor = self.factor(metric, point.unit.as_deref())?;
            let statistics = [
                (Statistic::Sum, point.sum),
                (Statistic::Average, point.average),
                (Statistic::Maximum, point.maximum),
                (Statistic::SampleCount, point.sample_count),
            ];
            for (statistic, value) in statistics {
                let Some(value) = value.filter(|_| metric.takes(statistic)) else {
                    continue;
                };
                let identity = Identity {
                    who: who.clone(),
                    metric,
                    statistic,
                    period: self.context.period,
                };
                let is_count = statistic == Statistic::SampleCount;
                let scaled = if is_count {
                    Some(value.0)
                } else {
                    value.0.checked_mul(factor)
                };
                let scaled = scaled.ok_or_else(|| self.too_large(&who.name))?;
                self.point(&identity, point.timestamp, scaled)?;
            }
        }
        Ok(())
    }

    /// What values in this unit are multiplied by: durations are in ms.
    fn factor(&self, metric: Metric, unit: Option<&str>) -> Result<Decimal, Mistake> {
        let is_duration = metric == Metric::Duration;
        let factor = match unit {
            None => Decimal::ONE,
            Some("Milliseconds") if is_duration => Decimal::ONE,
            Some("Seconds") if is_duration => Decimal::ONE_THOUSAND,
            Some("Microseconds") if is_duration => Decimal::new(1, 3),
            Some("Count" | "None") if !is_duration => Decimal::ONE,
            Some(other) => {
                let message = format!("the unit {other} is not one of this metric");
                let help = "ask for the metric without --unit";
                return Err(self.context.mistake(message, help));
            }
        };
        Ok(factor)
    }

    fn too_large(&self, what: &str) -> Mistake {
        let message = format!("a value of `{what}` is negative or too large");
        self.context.mistake(message, "ask for the metrics again")
    }

    /// Adds a point of a series.
    fn point(&mut self, identity: &Identity, time: Time, value: Decimal) -> Result<(), Mistake> {
        let name = &identity.who.name;
        if Number(value).is_negative() {
            return Err(self.too_large(name));
        }
        if !self.options.keeps(time) {
            self.facts.ignored(self.source, OUTSIDE, &time.text());
            return Ok(());
        }
        let key = (identity.who.clone(), identity.metric, identity.statistic);
        let source = self.source;
        let new = || Series {
            source,
            ..Series::default()
        };
        let series = self.facts.metrics.series.entry(key).or_insert_with(new);
        series.period = series.period.or(identity.period);
        match series.points.get(&time) {
            None => {
                series.points.insert(time, value);
                self.facts.used(source);
            }
            Some(known) if *known == value => {
                self.facts.ignored(source, REPEATED, &time.text());
            }
            Some(known) => {
                let earlier = &self.facts.sources[series.source].path;
                let message = format!(
                    "`{name}` has {} at {}, and {known} in {earlier}",
                    value,
                    time.text(),
                );
                let help = "give one of both files; with a period that is still running, ask again";
                return Err(self.context.mistake(message, help));
            }
        }
        Ok(())
    }
}
