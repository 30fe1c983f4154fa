//! What an import found, for the person who ran it.

use crate::resolve::{Function, Import, Key};
use std::collections::BTreeMap;

/// Functions that a line names.
const NAMED: usize = 3;

/// Lines for standard error: what is complete, what is missing and how to get it, what was ignored.
pub fn report(import: &Import) -> Vec<String> {
    let mut lines = Vec::new();
    let complete = import
        .functions
        .iter()
        .filter(|one| one.is_complete())
        .count();
    let all = import.functions.len();
    lines.push(format!(
        "{complete} of {all} {} complete, from {}",
        if all == 1 {
            "function is"
        } else {
            "functions are"
        },
        counted(import.sources.len() as u64, "file", "files"),
    ));
    windows(import, &mut lines);
    missing(import, &mut lines);
    on_functions(import, &mut lines);
    terms(import, &mut lines);
    for warning in &import.warnings {
        lines.push(format!("warning: {warning}"));
    }
    for source in &import.sources {
        for (why, ignored) in &source.ignored {
            let records = counted(ignored.count, "record", "records");
            lines.push(format!(
                "ignored: {why} ({records}, first {})",
                ignored.first
            ));
        }
    }
    for repeated in &import.repeated {
        lines.push(format!("ignored: {repeated}"));
    }
    if import.skipped > 0 {
        let files = counted(import.skipped, "file", "files");
        lines.push(format!(
            "skipped {files} in folders that are in no known format"
        ));
    }
    lines
}

/// What bills say about prices.
fn terms(import: &Import, lines: &mut Vec<String>) {
    for (path, share) in &import.terms.discounts {
        lines.push(format!("the bills show a discount of {share} on {path}"));
    }
    if let Some(commitment) = &import.terms.commitment {
        lines.push(format!(
            "the bills show a Savings Plan that covers {} of the list cost",
            commitment.coverage,
        ));
    }
    lines.extend(import.terms.remarks.iter().cloned());
}

/// What is not certain about functions that are complete.
fn on_functions(import: &Import, lines: &mut Vec<String>) {
    let unknown = import.functions.iter().filter(|one| {
        let is_stated = one.stated.iter().any(|stated| stated.key == "architecture");
        !one.figures.contains_key(&Key::Architecture) && !is_stated
    });
    let unknown: Vec<&Function> = unknown.collect();
    if !unknown.is_empty() {
        lines.push(format!(
            "architecture is not known for {}, so it is x86_64, the default: \
             aws lambda list-functions > functions.json",
            names(&unknown),
        ));
    }
    let conflicts: usize = import.functions.iter().map(|one| one.conflicts.len()).sum();
    if conflicts > 0 {
        lines.push(format!(
            "{}: comments above the functions name both values",
            counted(
                conflicts as u64,
                "conflict between files",
                "conflicts between files"
            ),
        ));
    }
    let short = import.functions.iter().filter(|one| one.is_short);
    let short: Vec<&Function> = short.collect();
    if !short.is_empty() {
        lines.push(format!(
            "warning: calls were counted for less than a week, or fewer than 100 of them: {}",
            names(&short),
        ));
    }
}

/// The times in which calls were counted.
fn windows(import: &Import, lines: &mut Vec<String>) {
    let mut by_window: BTreeMap<(String, String), u64> = BTreeMap::new();
    for counted in import
        .functions
        .iter()
        .filter_map(|one| one.counted.as_ref())
    {
        let window = (counted.window.from.text(), counted.window.to.text());
        *by_window.entry(window).or_default() += 1;
    }
    let more = by_window.len().saturating_sub(NAMED);
    for ((from, to), functions) in by_window.into_iter().take(NAMED) {
        lines.push(format!(
            "calls of {} from {from} to {to}, scaled to {} hours",
            counted(functions, "function", "functions"),
            import.hours_per_month,
        ));
    }
    if more > 0 {
        lines.push(format!(
            "and {} more",
            counted(more as u64, "window", "windows")
        ));
    }
}

/// One line for each missing key.
fn missing(import: &Import, lines: &mut Vec<String>) {
    let mut by_key: BTreeMap<(&str, &str), Vec<&Function>> = BTreeMap::new();
    for function in &import.functions {
        for missing in &function.missing {
            let key = (missing.key, &*missing.supply);
            by_key.entry(key).or_default().push(function);
        }
    }
    for ((key, supply), functions) in by_key {
        lines.push(format!(
            "{key} is missing for {}: {supply}",
            names(&functions)
        ));
    }
}

/// The first names, and how many more there are.
fn names(functions: &[&Function]) -> String {
    let first: Vec<&str> = functions.iter().take(NAMED).map(|one| &*one.name).collect();
    match functions.len() - first.len() {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
