//! Updates figures in a scenario that exists. Comments, order and all that an import does not know stay.

use super::{literal, written};
use crate::mistake::Mistake;
use crate::resolve::{Function, Import, Key};
use std::fmt::Write;
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, TableLike, Value};

/// Keys that say the same thing: one replaces the others.
const ALTERNATIVES: [&[&str]; 3] = [
    &["duration_ms", "measured_duration_ms"],
    &["invocations_per_month", "requests_per_second"],
    // A capacity that is stated is a decision, and stays.
    &["peak_concurrency", "utilization"],
];

/// What an update did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Updated {
    /// The scenario.
    pub text: String,
    /// Functions whose figures were updated.
    pub updated: usize,
    /// Functions that were added at the end.
    pub added: usize,
}

/// The hours of the month that a scenario states; `None` if it states none.
///
/// # Errors
/// It is not TOML.
pub fn hours_per_month(path: &str, scenario: &str) -> Result<Option<u32>, Mistake> {
    let document = read(path, scenario)?;
    let hours = document.get("hours_per_month").and_then(Item::as_integer);
    Ok(hours.and_then(|hours| u32::try_from(hours).ok()))
}

/// A scenario with the figures of an import.
///
/// # Errors
/// It is not TOML, or its functions are no tables.
pub fn into(import: &Import, path: &str, scenario: &str) -> Result<Updated, Mistake> {
    let mut document = read(path, scenario)?;
    let region = document
        .get("region")
        .and_then(Item::as_str)
        .map(str::to_owned);
    let missing = Item::ArrayOfTables(ArrayOfTables::new());
    let functions = document.entry("function").or_insert(missing);
    let Some(functions) = functions.as_array_of_tables_mut() else {
        let help = "write each function as a table [[function]]";
        return Err(Mistake::new(path, "its functions are no tables", help));
    };
    let (mut updated, mut added) = (0, String::new());
    let mut count = 0;
    for function in &import.functions {
        let is_same = |table: &&mut Table| is_same(table, function, region.as_deref());
        match functions.iter_mut().find(is_same) {
            Some(table) => {
                update(table, function);
                updated += 1;
            }
            None if function.is_complete() => {
                let block = super::toml::block(function, import);
                writeln!(added, "\n{block}").expect("a string takes all text");
                count += 1;
            }
            None => {}
        }
    }
    if functions.is_empty() {
        document.remove("function");
    }
    let mut text = document.to_string();
    text.push_str(added.trim_end_matches('\n'));
    if !added.is_empty() {
        text.push('\n');
    }
    Ok(Updated {
        text,
        updated,
        added: count,
    })
}

fn read(path: &str, scenario: &str) -> Result<DocumentMut, Mistake> {
    scenario.parse().map_err(|error: toml_edit::TomlError| {
        let start = error.span().map_or(0, |span| span.start);
        let line = 1 + scenario[..start.min(scenario.len())].matches('\n').count();
        let help = "correct the scenario: `lambdacost compare` shows the place";
        let message = format!("it is not TOML: {}", error.message());
        Mistake::new(path, message, help).at(line as u64)
    })
}

/// True for the function of the import: by name, and by region if both say it.
fn is_same(table: &Table, function: &Function, region: Option<&str>) -> bool {
    let text = |key: &str| table.get(key).and_then(Item::as_str);
    let is_name = text("name") == Some(&function.name);
    let own = text("region").or(region);
    is_name
        && match (own, &function.region) {
            (Some(own), Some(found)) => own == found,
            _ => true,
        }
}

/// Sets the figures of a function. Of keys that exclude each other the new one replaces the old one; a
/// stated capacity stays.
fn update(table: &mut Table, function: &Function) {
    for (key, figure) in written(function) {
        let name = key.name();
        let group = ALTERNATIVES.iter().find(|group| group.contains(&name));
        let others = group.into_iter().copied().flatten();
        let others: Vec<&str> = others.copied().filter(|other| *other != name).collect();
        let states_other = others.iter().any(|other| table.contains_key(other));
        if key == Key::PeakConcurrency && states_other {
            continue;
        }
        let Ok(value) = literal(&figure.value).parse::<Value>() else {
            continue;
        };
        for other in others {
            table.remove(other);
        }
        match name.split_once('.') {
            Some((outer, inner)) => {
                let missing = Item::Value(Value::InlineTable(toml_edit::InlineTable::new()));
                let inside = table.entry(outer).or_insert(missing);
                if let Some(inside) = inside.as_table_like_mut() {
                    set(inside, inner, value);
                }
            }
            None => set(table, name, value),
        }
    }
}

/// Sets a key. The blanks and the comment around the old value stay; an equal value does not change.
fn set(table: &mut dyn TableLike, key: &str, mut value: Value) {
    if let Some(old) = table.get(key).and_then(Item::as_value) {
        let same = old.to_string().trim() == value.to_string().trim();
        if same {
            return;
        }
        *value.decor_mut() = old.decor().clone();
    }
    table.insert(key, Item::Value(value));
}
