//! Results of CloudWatch Logs Insights: of the query of `import --query logs-insights`, or raw records.

use super::counted::{self, Fields, Row, Table};
use super::json;
use crate::facts::{Context, Facts, SourceNumber};
use crate::format::Format;
use crate::formats::logs::{name_in_group, name_in_stream};
use crate::input::Bytes;
use crate::mistake::Mistake;
use crate::number::Number;
use rust_decimal::Decimal;
use serde::Deserialize;

/// The query whose result has everything that a scenario needs.
pub(crate) const QUERY: &str = "filter @type = \"REPORT\" | stats count(*) as calls, \
    sum(@billedDuration) as billed_ms, sum(@initDuration) as init_ms, \
    count(@initDuration) as cold_starts, max(@memorySize)/1000000 as memory_mb by bin(1h) as hour, \
    @log as log\n";

/// Bytes of a MB in `@memorySize`.
const MB: u32 = 1_000_000;
const NO_REPORT: &str = "a record that is no REPORT";

#[derive(Deserialize)]
struct Document {
    results: Vec<Vec<Field>>,
    statistics: Option<Statistics>,
    status: Option<String>,
}

#[derive(Deserialize)]
struct Field {
    field: String,
    value: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Statistics {
    records_matched: Option<Number>,
}

pub(super) fn read(mut bytes: Bytes, context: &Context, facts: &mut Facts) -> Result<(), Mistake> {
    let source = facts.start(&context.path, Format::LogsInsights);
    if json::is_json(&mut bytes, context)? {
        return documents(bytes, source, context, facts);
    }
    // Results as CSV, from the console.
    let is_named = |column: &str, name: &str| column == name;
    let table = Table::open(bytes, is_named, context, "download it again")?;
    table.each(|fields| row(fields, &format!("line {}", fields.line), source, facts))
}

fn documents(
    bytes: Bytes,
    source: SourceNumber,
    context: &Context,
    facts: &mut Facts,
) -> Result<(), Mistake> {
    for document in json::documents::<Document>(bytes, context)? {
        if let Some(status) = document.status.filter(|status| status != "Complete") {
            let message = format!("the query has the status {status}");
            let help = "wait until it is Complete, and run get-query-results again";
            return Err(context.mistake(message, help));
        }
        let is_raw = document
            .results
            .first()
            .is_some_and(|row| row.iter().any(|field| field.field == "@billedDuration"));
        let matched = document.statistics.and_then(|found| found.records_matched);
        let records = document.results.len() as u64;
        let matched = matched
            .and_then(Number::whole)
            .filter(|matched| *matched > records);
        if let (true, Some(matched)) = (is_raw, matched) {
            let message = format!("it has {records} of {matched} records");
            let help =
                "sum them up in the query: `lambdacost import --query logs-insights` prints it";
            return Err(context.mistake(message, help));
        }
        for (number, row) in document.results.iter().enumerate() {
            let get = |name: &str| {
                let found = row.iter().find(|field| field.field == name)?;
                found.value.as_deref()
            };
            let fields = Fields {
                get: &get,
                line: 0,
                context,
            };
            self::row(&fields, &format!("results[{number}]"), source, facts)?;
        }
    }
    Ok(())
}

fn row(
    fields: &Fields<'_>,
    place: &str,
    source: SourceNumber,
    facts: &mut Facts,
) -> Result<(), Mistake> {
    let context = fields.context;
    let calls = fields.whole("calls")?;
    let billed = fields.number("@billedDuration")?;
    let row = match (calls, billed) {
        (Some(calls), _) => Row {
            memory_mb: whole_mb(fields.number("memory_mb")?),
            hour: fields.hour("hour")?,
            calls,
            billed: fields.number("billed_ms")?,
            init: fields.number("init_ms")?,
            cold_starts: Some(fields.whole("cold_starts")?.unwrap_or(0)),
            peak: None,
            cpu: None,
        },
        (None, Some(billed)) => {
            let init = fields.number("@initDuration")?;
            let duration = fields.number("@duration")?.unwrap_or(billed);
            let init = counted::billed_init(billed, duration, init);
            Row {
                memory_mb: whole_mb(
                    fields
                        .number("@memorySize")?
                        .and_then(|bytes| bytes.checked_div(MB.into())),
                ),
                hour: fields.hour("@timestamp")?,
                calls: 1,
                billed: Some(billed),
                init,
                cold_starts: Some(u64::from(init.is_some())),
                peak: None,
                cpu: None,
            }
        }
        (None, None) => {
            facts.ignored(source, NO_REPORT, place);
            return Ok(());
        }
    };
    let log = fields.text("log").or_else(|| fields.text("@log"));
    let stream = fields.text("@logStream");
    let name = log
        .and_then(name_in_group)
        .or_else(|| stream.and_then(name_in_stream));
    let account = log
        .and_then(|log| log.split_once(':'))
        .map(|(account, _)| account.to_owned());
    let who = match name {
        Some(name) => {
            let mut who = context.who(name.to_owned());
            who.account = account.or(who.account);
            who
        }
        None => context.named()?,
    };
    facts.used(source);
    counted::add(&who, Format::LogsInsights, source, &row, facts);
    Ok(())
}

fn whole_mb(memory: Option<Decimal>) -> Option<u32> {
    let whole = Number(memory?.normalize()).whole()?;
    u32::try_from(whole).ok()
}
