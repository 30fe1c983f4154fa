//! `lambdacost help` for the program, a command, the keys of a scenario, or assumptions.

use super::exit::Outcome;
use super::output;
use super::system::System;
use super::usage;
use crate::answer::all_assumptions;
use crate::diag::{Diag, Diags};
use crate::platform;
use crate::render::{NOTES, WARNINGS};
use crate::scenario::schema::{Field, FieldGroup, Key, Setting, SettingGroup};
use crate::scenario::{PlatformShape, unknown_key};
use crate::text::{indented, without_links};
use std::ffi::OsString;

const WIDTH: usize = 80;

/// The topics that are not commands.
const SCENARIO: &str = "scenario";
const ASSUMPTIONS: &str = "assumptions";

/// Prints the help of a topic.
///
/// # Errors
/// The topic does not exist, or standard output cannot be written.
pub(crate) fn run(system: &System, topic: &[String]) -> Outcome {
    match topic {
        [first] if first == SCENARIO => output::print(system, keys().as_bytes()),
        [first, paths @ ..] if first == SCENARIO => {
            let mut text = Vec::new();
            for path in paths {
                text.push(key(path).map_err(Diags::from)?);
            }
            output::print(system, text.join("\n").as_bytes())
        }
        [only] if only == ASSUMPTIONS => output::print(system, assumptions().as_bytes()),
        words => of_command(system, words),
    }
}

/// All assumptions with their codes and sentences.
fn assumptions() -> String {
    let head = "Every answer lists what it assumes and which costs it leaves out. The code of an \
                assumption stays the same when its sentence changes. A word in braces stands for a \
                value of the scenario.";
    let mut text = lines(head, "");
    for (title, kind) in [WARNINGS].into_iter().chain(NOTES) {
        text += &format!("\n{title}\n");
        for known in all_assumptions().iter().filter(|known| known.kind == kind) {
            text += &format!("  {}\n{}", known.code, lines(known.text, "      "));
        }
    }
    text
}

/// The same help as `--help` of a command.
fn of_command(system: &System, words: &[String]) -> Outcome {
    let mut arguments = vec![OsString::from("lambdacost")];
    arguments.extend(words.iter().map(OsString::from));
    arguments.push("--help".into());
    match usage::parse(&arguments) {
        Err(shown) => usage::show(system, &shown),
        Ok(_) => Ok(()),
    }
}

/// The tables of a function, with the groups of keys in them.
const OF_FUNCTION: [(&str, FieldGroup); 7] = [
    (
        "[[function]], [defaults], or columns of a functions file",
        FieldGroup::Function,
    ),
    (
        "[function.provisioned]: provisioned concurrency",
        FieldGroup::Provisioned,
    ),
    (
        "Tables of a function: features of Lambda",
        FieldGroup::Features,
    ),
    (
        "[function.invocation]: how a function is invoked",
        FieldGroup::Invocation,
    ),
    (
        "[function.container]: what containers need",
        FieldGroup::Container,
    ),
    (
        "[function.managed]: Lambda Managed Instances",
        FieldGroup::Managed,
    ),
    (
        "[function.budget]: limits of `lambdacost check`",
        FieldGroup::Budget,
    ),
];
const OF_SCENARIO: [(&str, SettingGroup); 3] = [
    (
        "[[extra]] and [[function.extra]]: costs that the price book does not have",
        SettingGroup::Extra,
    ),
    (
        "[budget]: limits of `lambdacost check` for the whole scenario",
        SettingGroup::Budget,
    ),
    (
        "[commitment]: a Savings Plan or Reserved Instances",
        SettingGroup::Commitment,
    ),
];

/// All keys with their units and meanings.
fn keys() -> String {
    let head = "A scenario is a TOML file with options at the top and one [[function]] per workload. \
                `lambdacost help scenario KEY` shows the bounds and the default of a key. \
                `lambdacost init` writes a scenario to start from.";
    let mut text = lines(head, "");
    let mut section = |title: &str, keys: &mut dyn Iterator<Item = &'static Key>| {
        text += &format!("\n{title}\n");
        for key in keys {
            let unit = match key.unit {
                "" => String::new(),
                unit => format!(" ({unit})"),
            };
            text += &format!("  {}{unit}\n{}", key.path, lines(key.meaning, "      "));
        }
    };
    let mut top = SettingGroup::Top.keys().map(Setting::key);
    section("At the top of the file", &mut top);
    for (title, group) in OF_FUNCTION {
        section(title, &mut group.keys().map(Field::key));
    }
    for spec in platform::PLATFORMS.iter().map(|platform| platform.spec()) {
        let keys = spec.shape.keys;
        if !keys.is_empty() {
            let title = format!("[{}]: {}", spec.shape.id, spec.title);
            section(&title, &mut keys.iter().copied());
        }
    }
    for (title, group) in OF_SCENARIO {
        section(title, &mut group.keys().map(Setting::key));
    }
    let end = "[rules] sets the level of rules, which `lambdacost check --explain all` describes. \
               [discounts] sets the discount of meters, which `lambdacost prices show REGION` lists.";
    text + "\n" + &lines(end, "")
}

/// Everything about the keys with a path.
///
/// # Errors
/// No key has the path.
fn key(path: &str) -> Result<String, Diag> {
    let shapes = platform::shapes();
    let setting = Setting::at_path(path).map(Setting::key);
    let mut of_platforms = shapes.iter().flat_map(|shape: &PlatformShape| shape.keys);
    let of_platform = of_platforms.find(|key| key.path == path).copied();
    let of_scenario = setting.or(of_platform);
    let field = Field::of_column(path);
    let mut parts = Vec::new();
    parts.extend(of_scenario.map(|key| described(key, &place_of(key))));
    parts.extend(field.map(|field| described(field.key(), &place_of_field(field))));
    if parts.is_empty() {
        Err(unknown_key(path, &shapes))
    } else {
        Ok(parts.join("\n"))
    }
}

fn place_of(key: &Key) -> String {
    match key.path.rsplit_once('.') {
        None => "at the top of the file".to_owned(),
        Some(("extra", _)) => "[[extra]], [[function.extra]] or [[defaults.extra]]".to_owned(),
        Some((table, _)) => format!("[{table}]"),
    }
}

fn place_of_field(field: Field) -> String {
    let column = "or a column of a functions file";
    match field.path().rsplit_once('.') {
        None => format!("[[function]], [defaults], {column}"),
        Some((table, _)) => format!("[function.{table}], [defaults.{table}], {column}"),
    }
}

fn described(key: &Key, place: &str) -> String {
    let (value, bills) = (key.value(&platform::ids()), key.bills(&platform::shapes()));
    let rows = [
        ("where", place),
        ("value", &value),
        ("unit", key.unit),
        ("default", key.default),
        ("affects", &bills),
    ];
    let mut text = format!("{}\n{}\n", key.path, lines(key.meaning, "  "));
    for (label, words) in rows.into_iter().filter(|(_, words)| !words.is_empty()) {
        let indented = lines(words, "           ");
        text += &format!("  {label:9}{}", indented.trim_start());
    }
    text
}

/// Markdown as lines of plain text.
fn lines(markdown: &str, indent: &str) -> String {
    indented(&without_links(markdown), WIDTH, indent) + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_keys_are_listed() {
        let text = keys();
        let shapes = platform::shapes();
        let of_platforms = shapes.iter().flat_map(|shape| shape.keys);
        let fields = Field::ALL.map(Field::path).into_iter();
        let settings = fields.chain(Setting::ALL.map(Setting::path));
        for path in settings.chain(of_platforms.map(|key| key.path)) {
            let listed = |line: &str| line.split(" (").next() == Some(&format!("  {path}"));
            assert!(text.lines().any(listed), "{path}");
        }
    }

    #[test]
    fn no_line_is_longer_than_a_screen() {
        for line in keys().lines() {
            assert!(line.chars().count() <= WIDTH, "{line}");
        }
    }
}
