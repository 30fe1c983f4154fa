//! What an import found, for the person who ran it.

use crate::resolve::{Function, Import};
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
    missing(import, &mut lines);
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
    for warning in &import.warnings {
        lines.push(format!("warning: {warning}"));
    }
    for source in &import.sources {
        for (why, ignored) in &source.ignored {
            let records = counted(ignored.count, "record", "records");
            lines.push(format!("ignored {records}: {why}; first {}", ignored.first));
        }
    }
    for repeated in &import.repeated {
        lines.push(format!("ignored a file: {repeated}"));
    }
    if import.skipped > 0 {
        let files = counted(import.skipped, "file", "files");
        lines.push(format!(
            "skipped {files} in folders that are in no known format"
        ));
    }
    lines
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
        let names: Vec<&str> = functions.iter().take(NAMED).map(|one| &*one.name).collect();
        let more = functions.len() - names.len();
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        lines.push(format!(
            "{key} is missing for {}{more}: {supply}",
            names.join(", ")
        ));
    }
}

fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
