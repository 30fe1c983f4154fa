//! The table `[rules]`: the level and parameters of each rule of `check`.

use super::budget::Level;
use super::keys::Keys;
use super::schema::Bounds;
use super::spanned::Cell;
use crate::diag::{Code, Diag, Diags, Source};
use crate::text::{comma_separated, did_you_mean};
use rust_decimal::Decimal;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What a scenario can state about a rule.
#[derive(Debug, Clone, Copy)]
pub struct RuleShape {
    pub code: &'static str,
    pub parameters: &'static [(&'static str, Bounds)],
}

/// What a scenario states about a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSetting {
    pub code: &'static str,
    pub level: Option<Level>,
    pub parameters: Vec<(&'static str, Decimal)>,
}

/// Reads `[rules]`: `code = "deny"`, or `code = { level = "deny", … }`.
pub(crate) fn read(
    table: &DeTable<'_>,
    shapes: &[RuleShape],
    source: &Source,
    diags: &mut Diags,
) -> Vec<RuleSetting> {
    let mut settings = Vec::new();
    for (key, value) in table {
        let name = key.get_ref().as_ref();
        match shapes.iter().find(|shape| shape.code == name) {
            Some(shape) => settings.push(setting(*shape, value, source, diags)),
            None => diags.push(unknown(name, shapes).at(source.at(key.span()))),
        }
    }
    settings
}

pub(crate) fn unknown(name: &str, shapes: &[RuleShape]) -> Diag {
    let codes: Vec<&str> = shapes.iter().map(|shape| shape.code).collect();
    let typed = name.to_owned();
    let help = move || {
        let near = did_you_mean(&typed, codes.iter().copied());
        Some(near.unwrap_or_else(|| format!("the rules are {}", comma_separated(&codes))))
    };
    Diag::new(Code::UnknownValue, format!("there is no rule `{name}`")).help_when_shown(help)
}

fn setting(
    shape: RuleShape,
    value: &Spanned<DeValue<'_>>,
    source: &Source,
    diags: &mut Diags,
) -> RuleSetting {
    let mut setting = RuleSetting {
        code: shape.code,
        level: None,
        parameters: Vec::new(),
    };
    let path = format!("rules.{}", shape.code);
    let Some(table) = value.get_ref().as_table() else {
        match Cell::of(value) {
            Some(cell) => setting.level = level(&cell, &path, source, diags),
            None => diags.push(
                Diag::new(Code::WrongType, format!("`{path}` is not a level"))
                    .at(source.at(value.span()))
                    .help(format!("write {} = \"deny\"", shape.code)),
            ),
        }
        return setting;
    };
    let mut keys = Keys::new(table, path, source, diags);
    if let Some((cell, path, _)) = keys.cell("level") {
        setting.level = level(&cell, &path, source, keys.diags);
    }
    for (name, bounds) in shape.parameters {
        let number = keys.number_within(name, *bounds);
        setting
            .parameters
            .extend(number.map(|number| (*name, number)));
    }
    keys.refuse_others();
    setting
}

fn level(cell: &Cell<'_>, path: &str, source: &Source, diags: &mut Diags) -> Option<Level> {
    let word = diags.take(cell.word(path, &Level::NAMES, source))?;
    Level::of(word)
}
