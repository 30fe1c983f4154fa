//! The result of an import as a scenario and as a summary.

mod csv;
mod into;
mod json;
mod prices;
mod report;
mod toml;
mod usage;

pub use csv::csv;
pub use into::{Updated, hours_per_month, into};
pub use json::json;
pub use prices::price_files;
pub use report::report;
pub use toml::{toml, toml_of_file};
pub use usage::{not_in_usage, usage};

use crate::resolve::{Figure, Function, Import, Key, Value};
use std::collections::BTreeSet;

/// The keys that can be written: provisioned concurrency needs its share of calls.
fn written(function: &Function) -> impl Iterator<Item = (Key, &Figure)> {
    let has_share = function.figures.contains_key(&Key::ProvisionedShareServed);
    let has_environments = function.figures.contains_key(&Key::ProvisionedEnvironments);
    let figures = function.figures.iter();
    figures.filter_map(move |(key, figure)| {
        let is_provisioned = [Key::ProvisionedEnvironments, Key::ProvisionedShareServed];
        let is_kept = !is_provisioned.contains(key) || (has_share && has_environments);
        // A restore rate alone is no SnapStart.
        let is_kept = is_kept && *key != Key::SnapstartRestoreRate;
        is_kept.then_some((*key, figure))
    })
}

/// The files that figures of a function come from, with what each one gives.
fn origins(function: &Function, import: &Import) -> Vec<String> {
    let sources: BTreeSet<usize> = function
        .figures
        .values()
        .filter_map(|one| one.source)
        .collect();
    let lines = sources.into_iter().map(|number| {
        let source = &import.sources[number];
        let own = function.figures.iter();
        let own = own.filter(|(_, figure)| figure.source == Some(number));
        let keys = own.map(|(key, figure)| match figure.origin {
            crate::Origin::Default => format!("{} (default of the format)", key.name()),
            _ => key.name().to_owned(),
        });
        let keys: Vec<String> = keys.collect();
        format!("{}: {}", source.path, keys.join(", "))
    });
    lines.collect()
}

/// A value as in TOML.
fn literal(value: &Value) -> String {
    match value {
        Value::Number(number) => number.clone(),
        Value::Text(text) => quoted(text),
    }
}

/// A value of the command line as in TOML: text in quotes, unless it is TOML already.
fn stated(value: &str) -> String {
    let is_number = rust_decimal::Decimal::from_str_exact(value).is_ok();
    let is_word = ["true", "false"].contains(&value);
    let is_structure = value.starts_with(['[', '{', '"', '\'']);
    if is_number || is_word || is_structure {
        value.to_owned()
    } else {
        quoted(value)
    }
}

/// A basic string of TOML.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Text for a comment: on one line, without control characters.
fn comment(text: &str) -> String {
    let safe = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().map(safe).collect()
}
