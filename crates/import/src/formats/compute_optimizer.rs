//! Recommendations of AWS Compute Optimizer: `get-lambda-function-recommendations`, or the CSV of
//! `export-lambda-function-recommendations`.

use super::counted::Table;
use super::json;
use crate::facts::{Context, Facts, Lookback, SourceNumber};
use crate::format::Format;
use crate::input::Bytes;
use crate::mistake::Mistake;
use crate::number::Number;
use crate::resolve::{Key, Origin, Value};
use crate::time::{HOUR, Time, Window};
use rust_decimal::Decimal;
use serde::Deserialize;

/// Columns that every export has.
pub(crate) const REQUIRED: [&str; 2] = ["functionarn", "numberofinvocations"];
const HOURS_OF_DAY: i64 = 24;
const NOT_AN_ARN: &str = "a row without the ARN of a function";
const NO_CALLS: &str = "a row without calls: Compute Optimizer has no data";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    lambda_function_recommendations: Vec<Recommendation>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Recommendation {
    function_arn: String,
    current_memory_size: Option<Number>,
    number_of_invocations: Option<Number>,
    #[serde(default)]
    utilization_metrics: Vec<Metric>,
    lookback_period_in_days: Option<Number>,
    last_refresh_timestamp: Option<Time>,
}

#[derive(Deserialize)]
struct Metric {
    name: String,
    statistic: String,
    value: Number,
}

/// What a recommendation says about a function.
struct Found<'f> {
    arn: &'f str,
    memory_mb: Option<u64>,
    calls: Option<u64>,
    /// The mean of raw durations, in ms.
    duration: Option<Decimal>,
    /// The most memory that was used, in MB.
    used_mb: Option<Decimal>,
    days: Option<Decimal>,
    refreshed: Option<Time>,
}

pub(super) fn read(mut bytes: Bytes, context: &Context, facts: &mut Facts) -> Result<(), Mistake> {
    let source = facts.start(&context.path, Format::ComputeOptimizer);
    if json::is_json(&mut bytes, context)? {
        for document in json::documents::<Document>(bytes, context)? {
            for one in document.lambda_function_recommendations {
                add(&one.found(), source, context, facts);
            }
        }
        return Ok(());
    }
    let table = Table::open(bytes, str::eq_ignore_ascii_case, context, "export it again")?;
    table.each(|fields| {
        let refreshed = fields.text("lastrefreshtimestamp_utc");
        let found = Found {
            arn: fields.text("functionarn").unwrap_or_default(),
            memory_mb: fields.whole("currentconfiguration_memorysize")?,
            calls: fields.whole("numberofinvocations")?,
            duration: fields.number("utilizationmetrics_duration_average")?,
            used_mb: fields.number("utilizationmetrics_memory_maximum")?,
            days: fields.number("lookbackperiodindays")?,
            refreshed: refreshed.and_then(Time::of_text),
        };
        add(&found, source, context, facts);
        Ok(())
    })
}

impl Recommendation {
    fn found(&self) -> Found<'_> {
        let metric = |name: &str, statistic: &str| {
            let mut all = self.utilization_metrics.iter();
            let own = all.find(|own| own.name == name && own.statistic == statistic);
            own.map(|own| own.value.0)
        };
        Found {
            arn: &self.function_arn,
            memory_mb: self.current_memory_size.and_then(Number::whole),
            calls: self.number_of_invocations.and_then(Number::whole),
            duration: metric("Duration", "Average"),
            used_mb: metric("Memory", "Maximum"),
            days: self.lookback_period_in_days.map(|days| days.0),
            refreshed: self.last_refresh_timestamp,
        }
    }
}

fn add(found: &Found<'_>, source: SourceNumber, context: &Context, facts: &mut Facts) {
    let Some(who) = context.of_arn(found.arn) else {
        facts.ignored(source, NOT_AN_ARN, found.arn);
        return;
    };
    if let Some(memory) = found.memory_mb {
        let value = Some(Value::number(memory));
        facts.claim(&who, Key::MemoryMb, value, Origin::Read, source);
    }
    if let Some(duration) = found.duration.filter(|duration| !duration.is_zero()) {
        let value = Some(Value::number(duration.normalize()));
        facts.claim(&who, Key::MeasuredDurationMs, value, Origin::Read, source);
    }
    if let Some(used) = found.used_mb {
        let remark = format!("it used up to {} MB of memory", used.normalize());
        facts.remarks.push((who.clone(), remark));
    }
    let days = found.days.and_then(|days| Number(days.normalize()).whole());
    let days = days.and_then(|days| i64::try_from(days).ok());
    let (Some(calls), Some(days), Some(to)) = (found.calls, days, found.refreshed) else {
        facts.ignored(source, NO_CALLS, found.arn);
        return;
    };
    let from = Time(to.0.saturating_sub(days.saturating_mul(HOURS_OF_DAY * HOUR)));
    facts.used(source);
    facts.lookbacks.push(Lookback {
        who,
        calls,
        window: Window { from, to },
        source,
    });
}
