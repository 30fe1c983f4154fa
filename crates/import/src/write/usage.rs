//! Calls by function and hour as `lambdacost/usage/v1`.

use crate::facts::Who;
use crate::resolve::rows::RowKey;
use crate::resolve::usage::OfMemory;
use crate::resolve::{Function, Import, Key, Origin};
use crate::time::{HOUR, Time};
use exact::Exact;
use std::collections::{HashMap, HashSet};

const COLUMNS: [&str; 15] = [
    "function",
    "region",
    "account",
    "architecture",
    "memory_mb",
    "hour",
    "calls",
    "billed_ms",
    "gb_seconds",
    "cold_starts",
    "init_ms",
    "peak_in_flight",
    "cost_usd",
    "list_cost_usd",
    "source",
];

/// Calls of logs and of Logs Insights, a row for each function, hour and memory size. The first and the
/// last hour of a log have a row even without calls.
pub fn usage(import: &Import) -> String {
    let functions = import.functions.iter().map(|one| {
        let who = Who {
            name: one.name.clone(),
            region: one.region.clone(),
            account: one.account.clone(),
        };
        (who, one)
    });
    let functions: HashMap<Who, &Function> = functions.collect();
    let mut out = ::csv::Writer::from_writer(Vec::new());
    let written = "a buffer takes all rows";
    out.write_record(COLUMNS).expect(written);
    for (key, calls) in &import.rows.by_key {
        let architecture = functions.get(&key.who).and_then(|one| architecture(one));
        // An hour without calls says only that it was observed.
        let peak = import.rows.peak(key).filter(|_| calls.calls > 0);
        let row = cells(key, calls, architecture, peak);
        out.write_record(&row).expect(written);
    }
    let bytes = out.into_inner().expect(written);
    String::from_utf8(bytes).expect("the cells are UTF-8")
}

/// The line on functions whose calls are in no row of [`usage`]; `None` if there are none.
pub fn not_in_usage(import: &Import) -> Option<String> {
    let in_rows: HashSet<&str> = import
        .rows
        .by_key
        .keys()
        .map(|key| &*key.who.name)
        .collect();
    let functions = import.functions.iter();
    let left_out = functions.filter(|one| {
        let has_calls = one.figures.contains_key(&Key::InvocationsPerMonth);
        has_calls && !in_rows.contains(&*one.name)
    });
    let count = left_out.count();
    (count > 0).then(|| {
        format!(
            "warning: rows of usage are made from logs and Logs Insights; {count} functions have calls \
             from other files only, and no rows"
        )
    })
}

/// The architecture that a file states.
fn architecture(function: &Function) -> Option<&str> {
    let figure = function.figures.get(&Key::Architecture)?;
    let is_found = matches!(figure.origin, Origin::Read | Origin::Derived);
    is_found.then(|| figure.value.plain())
}

fn cells(
    key: &RowKey,
    calls: &OfMemory,
    architecture: Option<&str>,
    peak: Option<u64>,
) -> [String; COLUMNS.len()] {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let whole = |number: Option<u128>| number.map(|one| one.to_string()).unwrap_or_default();
    let hour = key.hour.map(|hour| Time(hour * HOUR).text());
    [
        key.who.name.clone(),
        text(key.who.region.as_deref()),
        text(key.who.account.as_deref()),
        text(architecture),
        whole(key.memory_mb.map(u128::from)),
        hour.unwrap_or_default(),
        calls.calls.to_string(),
        calls
            .billed
            .as_ref()
            .map(Exact::to_string)
            .unwrap_or_default(),
        String::new(),
        whole(calls.cold_starts),
        calls.init.to_string(),
        whole(peak.map(u128::from)),
        String::new(),
        String::new(),
        key.source.to_owned(),
    ]
}
