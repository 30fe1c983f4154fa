//! The values of keys as a scenario states them. `check` compares those of two scenarios, to say why
//! a cost changed.

use super::number;
use super::schema::{Field, FieldGroup, Setting};
use super::spanned::{Cell, ValueShape};
use super::values::Values;
use crate::money::grouped;
use rust_decimal::Decimal;
use std::fmt;
use toml::de::{DeTable, DeValue};

/// A stated value. Two spellings of a number are the same value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StatedValue {
    Number(Decimal),
    Text(Box<str>),
}

impl fmt::Display for StatedValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => f.write_str(&grouped(&number.normalize().to_string())),
            Self::Text(text) => f.write_str(text),
        }
    }
}

/// Top-level keys that change no bill, or that are known from the functions and extras.
const NOT_KEPT: [Setting; 7] = [
    Setting::Region,
    Setting::Functions,
    Setting::Function,
    Setting::Extra,
    Setting::Defaults,
    Setting::Budget,
    Setting::Rules,
];

/// The values of a function, with those of `[defaults]`. Its name, its account and its budget change
/// no bill. Its region, architecture and platform have defaults, and are known from the function.
pub(super) fn of_function(values: &Values<'_, '_>) -> Box<[(Field, StatedValue)]> {
    const KNOWN: [Field; 5] = [
        Field::Account,
        Field::Name,
        Field::Region,
        Field::Architecture,
        Field::RunsOn,
    ];
    let fields = Field::ALL.into_iter();
    let kept = fields.filter(|field| {
        values.stated(*field) && field.group() != FieldGroup::Budget && !KNOWN.contains(field)
    });
    let value = |field| match values.number(field) {
        Some(number) => Some(StatedValue::Number(number)),
        None => {
            let word = values.word(field).or_else(|| values.text(field))?;
            Some(StatedValue::Text(word.into()))
        }
    };
    kept.filter_map(|field| Some((field, value(field)?)))
        .collect()
}

/// The values of the whole scenario, by their dotted path, in the order of the paths.
pub(super) fn of_scenario(root: &DeTable<'_>) -> Vec<(String, StatedValue)> {
    let mut found = Vec::new();
    for (key, value) in root {
        let name: &str = key.get_ref();
        if !NOT_KEPT.iter().any(|setting| setting.path() == name) {
            add(name, value, &mut found);
        }
    }
    found.sort_by(|left, right| left.0.cmp(&right.0));
    found
}

fn add(path: &str, value: &toml::Spanned<DeValue<'_>>, found: &mut Vec<(String, StatedValue)>) {
    if let Some(table) = value.get_ref().as_table() {
        for (key, inner) in table {
            add(&format!("{path}.{}", key.get_ref()), inner, found);
        }
        return;
    }
    let text = match value.get_ref().as_array() {
        Some(list) => {
            let items = list.iter().filter_map(Cell::of);
            let items: Vec<String> = items.map(|cell| cell.text.into_owned()).collect();
            Some(StatedValue::Text(items.join(", ").into()))
        }
        None => Cell::of(value).map(|cell| of_cell(&cell)),
    };
    found.extend(text.map(|text| (path.to_owned(), text)));
}

/// A quoted text is a number only as a percentage: `"1.30"` can be a version.
fn of_cell(cell: &Cell<'_>) -> StatedValue {
    let is_number = cell.shape == ValueShape::Number || cell.text.trim_end().ends_with('%');
    let number = number::ratio(&cell.text).ok().filter(|_| is_number);
    match number {
        Some(number) => StatedValue::Number(number.normalize()),
        None => StatedValue::Text(cell.text.as_ref().into()),
    }
}
