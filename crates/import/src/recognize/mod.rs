//! Which format the start of a file has: by its content, never by its name.

mod template;

use crate::facts::Context;
use crate::format::Format;
use crate::formats::{bill, compute_optimizer, usage};
use crate::mistake::Mistake;

/// Names of members of JSON that identify a format, the most specific first. All have to be there.
const JSON: [(&[&str], Format); 14] = [
    (&["MetricDataResults"], Format::Cloudwatch),
    (&["MetricDataQueries"], Format::Cloudwatch),
    (&["MetricStat"], Format::Cloudwatch),
    (&["Datapoints"], Format::Cloudwatch),
    (
        &["ProvisionedConcurrencyConfigs"],
        Format::ProvisionedConcurrency,
    ),
    (&["FunctionName", "FunctionArn"], Format::ListFunctions),
    (&["Functions"], Format::ListFunctions),
    (&["lambdaFunctionRecommendations"], Format::ComputeOptimizer),
    (&["power", "stateMachine"], Format::PowerTuning),
    (&["results", "field", "value"], Format::LogsInsights),
    (&["logEvents"], Format::LambdaLog),
    (&["events", "message"], Format::LambdaLog),
    (&["events", "searchedLogStreams"], Format::LambdaLog),
    (&["message", "timestamp"], Format::LambdaLog),
];

/// The format of a file; `None` if it is none of them.
pub(crate) fn format(start: &[u8]) -> Option<Format> {
    if let Some(format) = template::format(start) {
        return Some(format);
    }
    let first = start.iter().find(|byte| !byte.is_ascii_whitespace())?;
    if memchr::memmem::find(start, b"cpu_total_time").is_some() {
        return Some(Format::LambdaInsights);
    }
    if matches!(first, b'{' | b'[') {
        if is_events(start) {
            return Some(Format::LambdaLog);
        }
        let names = member_names(start);
        let is = |wanted: &[&str]| {
            wanted
                .iter()
                .all(|name| names.iter().any(|own| own == name))
        };
        return JSON
            .iter()
            .find(|(wanted, _)| is(wanted))
            .map(|(_, format)| *format);
    }
    if bill::is_parquet(start) {
        return Some(Format::Cur);
    }
    if let Some(format) = bill::format_of_header(&first_line(start)) {
        return Some(format);
    }
    if let Some(format) = table(start) {
        return Some(format);
    }
    is_log(start).then_some(Format::LambdaLog)
}

/// The format of a CSV file, by its columns.
fn table(start: &[u8]) -> Option<Format> {
    let end = memchr::memchr(b'\n', start).unwrap_or(start.len());
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(&start[..end]);
    let columns = reader.records().next()?.ok()?;
    let has = |names: &[&str]| {
        names
            .iter()
            .all(|name| columns.iter().any(|column| column.trim() == *name))
    };
    if has(&usage::REQUIRED) {
        return Some(Format::Usage);
    }
    let has_column = |name: &str| {
        let mut columns = columns.iter();
        columns.any(|column| column.trim().eq_ignore_ascii_case(name))
    };
    if compute_optimizer::REQUIRED
        .iter()
        .all(|name| has_column(name))
    {
        return Some(Format::ComputeOptimizer);
    }
    let is_insights = has(&["calls", "billed_ms", "memory_mb"]) || has(&["@billedDuration"]);
    is_insights.then_some(Format::LogsInsights)
}

/// True for lines of a log of Lambda.
fn is_log(start: &[u8]) -> bool {
    let words: [&[u8]; 4] = [
        b"REPORT RequestId:",
        b"START RequestId:",
        b"INIT_START Runtime",
        b"\"type\":\"platform.",
    ];
    words
        .into_iter()
        .any(|words| memchr::memmem::find(start, words).is_some())
}

/// True for platform events of Lambda, one after another or as a list.
fn is_events(start: &[u8]) -> bool {
    let has = |words: &[u8]| memchr::memmem::find(start, words).is_some();
    let is_platform = has(b"\"type\":\"platform.") || has(b"\"type\": \"platform.");
    is_platform && has(b"\"record\"") && !has(b"\"logEvents\"")
}

/// True for a file that is read from its end.
pub(crate) fn is_random_access(start: &[u8]) -> bool {
    bill::is_parquet(start)
}

/// The header of a CSV file.
fn first_line(start: &[u8]) -> String {
    let end = memchr::memchr(b'\n', start).unwrap_or(start.len());
    String::from_utf8_lossy(&start[..end]).into_owned()
}

/// The names of all members of objects in JSON that can end anywhere.
fn member_names(start: &[u8]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut at = 0;
    while let Some(open) = memchr::memchr(b'"', &start[at..]).map(|found| at + found) {
        let Some(end) = string_end(start, open + 1) else {
            break;
        };
        at = end + 1;
        let after = start[at..].iter().find(|byte| !byte.is_ascii_whitespace());
        if after == Some(&b':') {
            let name = String::from_utf8_lossy(&start[open + 1..end]);
            if !names.iter().any(|known| *known == name) {
                names.push(name.into_owned());
            }
        }
    }
    names
}

/// The quote that ends a string.
fn string_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    while let Some(found) = memchr::memchr2(b'"', b'\\', bytes.get(at..)?) {
        at += found;
        if bytes[at] == b'"' {
            return Some(at);
        }
        at += 2;
    }
    None
}

/// The mistake for a file in no known format.
pub(crate) fn unknown(start: &[u8], context: &Context) -> Mistake {
    let first = start.iter().find(|byte| !byte.is_ascii_whitespace());
    let what = match first {
        None => "it is empty".to_owned(),
        Some(b'{' | b'[') => {
            let names = member_names(start);
            let few: Vec<&str> = names.iter().take(6).map(String::as_str).collect();
            format!(
                "it is JSON in no known format, with the members {}",
                few.join(", ")
            )
        }
        Some(_) => "it is text in no known format".to_owned(),
    };
    let help = "`lambdacost import --list` names every format and the command that writes it; \
                `--as FORMAT` before the file states the format";
    context.mistake(what, help)
}
