//! Keys and columns that do not exist, and what was probably meant.

use super::PlatformShape;
use super::schema::{Field, RESERVED, Setting, SettingGroup, ValueKind, last_word};
use super::synonyms::{self, Answer};
use crate::diag::{At, Code, Diag};
use crate::text::{comma_separated, nearest};
use std::sync::Arc;

/// All platforms, for the keys of their tables.
pub(crate) type Shapes = Arc<[PlatformShape]>;

/// How to write a change of `--set`.
pub(crate) const FORM: &str = "write KEY=VALUE or NAME:KEY=VALUE, such as api:memory_mb=1024";

const ALL_KEYS: &str = "`lambdacost help scenario` lists all keys";

/// Where a key of a function is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyOrigin {
    /// In `[[function]]` or `[defaults]`.
    Scenario,
    /// As a column of a functions file.
    FunctionsFile,
    /// In `--set`.
    CommandLine,
}

/// The diagnostic for a reserved key.
pub(crate) fn not_priced(what: &str) -> Diag {
    let help = match synonyms::of_function(what) {
        Some(Answer::Advice(_, text)) => text,
        _ => ALL_KEYS,
    };
    Diag::new(Code::NotPriced, format!("`{what}` is not supported yet")).help(help)
}

/// The advice for a key that does not exist.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Meant {
    /// A sentence without a full stop.
    pub advice: String,
    /// The key of a function that was probably meant. It is not reported as missing too.
    pub field: Option<Field>,
}

impl Meant {
    fn key(path: &str) -> Self {
        Self {
            advice: format!("did you mean `{path}`?"),
            field: Field::at_path(path),
        }
    }

    fn text(advice: impl Into<String>) -> Self {
        let advice = advice.into();
        Self {
            advice,
            field: None,
        }
    }

    fn answer(answer: Answer) -> Self {
        match answer {
            Answer::Field(field) => {
                let mut meant = Self::key(field.path());
                match field.key().unit {
                    "" => {}
                    unit => meant.advice += &format!(" Its unit is {unit}"),
                }
                meant
            }
            Answer::Advice(field, text) => Self {
                advice: text.to_owned(),
                field,
            },
            Answer::Setting(setting) => Self::key(setting.path()),
        }
    }
}

/// The advice for a key of a function, or a column, that does not exist.
pub(crate) fn meant(path: &str, origin: KeyOrigin, shapes: &[PlatformShape]) -> Option<Meant> {
    let word = last_word(path);
    let is_plain = word == path;
    let elsewhere = match origin {
        KeyOrigin::Scenario if is_plain => place_at_the_top(path, shapes),
        KeyOrigin::Scenario => None,
        KeyOrigin::FunctionsFile => in_a_scenario(path, shapes),
        KeyOrigin::CommandLine => not_of_functions(path, shapes),
    };
    if let Some(place) = elsewhere {
        return Some(Meant::text(place));
    }
    if let Some(tag) = tag_name(path) {
        return Some(Meant::text(format!("did you mean `tags.{tag}`?")));
    }
    // In a table, the name can have another meaning.
    if is_plain && let Some(answer) = synonyms::of_function(path) {
        return Some(Meant::answer(answer));
    }
    if let Some(field) = Field::of_column(word).filter(|field| field.path() != path) {
        return Some(Meant::key(field.path()));
    }
    if is_plain && let Some(table) = table_of(path, shapes) {
        let header = header(table);
        return Some(Meant::text(format!("`{path}` belongs in {header}")));
    }
    near_field(path).filter(|meant| meant.field.is_none_or(|field| field.path() != path))
}

/// The name of the tag that a path was meant for: `team` in `tag.team`.
pub(crate) fn tag_name(path: &str) -> Option<&str> {
    let (table, tag) = path.split_once('.')?;
    let is_tag = ["tag", "tags", "label", "labels"].contains(&table.to_lowercase().as_str());
    is_tag.then_some(tag)
}

/// How messages name a key of the whole scenario: `[[extra]]`, or "`min_nodes` of [eks]". `None` for all
/// other keys, and where a key of functions has the same name.
fn of_whole_scenario(path: &str, shapes: &[PlatformShape]) -> Option<String> {
    let is_platform = |name: &str| shapes.iter().any(|shape| shape.id == name);
    if is_platform(path) {
        return Some(format!("[{path}]"));
    }
    let top = |name: &str| {
        let mut keys = SettingGroup::Top.keys();
        keys.find(|key| key.path() == name && Field::at_path(name).is_none())
    };
    // A column `function` has the names of functions.
    let key = top(path).filter(|key| *key != Setting::Function);
    if let Some(key) = key {
        return Some(match key.kind() {
            ValueKind::Table => format!("[{path}]"),
            ValueKind::Extras => header(path),
            _ => format!("`{path}`"),
        });
    }
    let (table, word) = match path.split_once('.') {
        // Functions have tables of the same names.
        Some((table, _)) if !words_below(table).is_empty() => return None,
        Some((table, word)) if is_platform(table) || top(table).is_some() => (table, word),
        Some(_) => return None,
        None if synonyms::of_function(path).is_some() => return None,
        None => (table_of(path, shapes)?, path),
    };
    Some(format!("`{word}` of {}", header(table)))
}

/// The advice for a key of the whole scenario that is a column.
fn in_a_scenario(path: &str, shapes: &[PlatformShape]) -> Option<String> {
    let key = of_whole_scenario(path, shapes)?;
    Some(format!(
        "columns are keys of functions: state {key} in a scenario that names this file as `functions`"
    ))
}

/// The advice for a key of the whole scenario in `--set`.
fn not_of_functions(path: &str, shapes: &[PlatformShape]) -> Option<String> {
    let key = of_whole_scenario(path, shapes)?;
    let similar = Field::ALL.into_iter().filter(|field| field.word() == path);
    let similar: Vec<&str> = similar.map(Field::path).collect();
    let similar = match similar.as_slice() {
        [] => String::new(),
        paths => format!("; functions have {}", comma_separated(&quoted(paths))),
    };
    Some(format!(
        "--set changes keys of functions: change {key} in the scenario{similar}"
    ))
}

/// The advice for a key of the top level that was written elsewhere.
fn place_at_the_top(name: &str, shapes: &[PlatformShape]) -> Option<String> {
    let table = || Some(format!("[{name}] belongs at the top level of the file"));
    if shapes.iter().any(|shape| shape.id == name) {
        return table();
    }
    let mut keys = SettingGroup::Top.keys();
    let setting = keys.find(|key| key.path() == name && Field::at_path(name).is_none())?;
    match setting.kind() {
        ValueKind::Table => table(),
        _ => Some(format!(
            "`{name}` belongs at the top of the file, above the first [[function]]"
        )),
    }
}

/// The table with a key of this name, if there is only one.
fn table_of(word: &str, shapes: &[PlatformShape]) -> Option<&'static str> {
    let of_platforms = shapes.iter().flat_map(|shape| shape.keys);
    let of_platforms = of_platforms.map(|key| key.path);
    let paths = Setting::ALL.into_iter().map(Setting::path);
    let mut found = paths.chain(of_platforms).filter_map(|path| {
        let (table, own) = path.split_once('.')?;
        (own == word).then_some(table)
    });
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// How a table begins.
fn header(table: &str) -> String {
    if table == Setting::Extra.path() {
        format!("[[{table}]]")
    } else {
        format!("[{table}]")
    }
}

/// The key of a function with a similar name and no other unit.
fn near_field(path: &str) -> Option<Meant> {
    let (table, word) = path.rsplit_once('.').unwrap_or(("", path));
    let words = words_below(table);
    // A key in the wrong table, or a column, is found by its last word.
    let all = Field::ALL.map(Field::word).into_iter();
    let all: Vec<&str> = all
        .filter(|word| Field::of_column(word).is_some())
        .collect();
    // A short name is similar to many keys, and in a table the name is meant for a key of that
    // table.
    let is_clear = word.chars().count() > SHORT && table.is_empty();
    let others = all.iter().filter(|_| is_clear);
    let candidates: Vec<&str> = words.iter().chain(others).copied().collect();
    let found = match near(word, &candidates) {
        Some(found) if words.contains(&found) => path_in(table, found),
        Some(found) => found.to_owned(),
        // In a table, a name that is the start of a function's key has another meaning.
        None if table.is_empty() => starting_with(word, &all)?.to_owned(),
        None => return None,
    };
    let field = Field::of_column(&found).map_or(found, |field| field.path().to_owned());
    Some(Meant::key(&field))
}

fn path_in(table: &str, word: &str) -> String {
    match table {
        "" => word.to_owned(),
        table => format!("{table}.{word}"),
    }
}

/// The keys of a table within a function, and the tables in it.
fn words_below(table: &str) -> Vec<&'static str> {
    let mut words: Vec<&str> = Vec::new();
    for path in Field::ALL.map(Field::path) {
        let rest = match table {
            "" => Some(path),
            table => path
                .strip_prefix(table)
                .and_then(|rest| rest.strip_prefix('.')),
        };
        let word = rest.and_then(|rest| rest.split('.').next());
        words.extend(word.filter(|word| !words.contains(word)));
    }
    words
}

/// Names of up to this many characters are too short to guess from.
const SHORT: usize = 4;

/// Endings of names that are units.
const UNITS: [&str; 24] = [
    "ms", "us", "ns", "s", "sec", "seconds", "minutes", "hours", "days", "months", "b", "bytes",
    "kb", "mb", "gb", "tb", "usd", "eur", "percent", "second", "minute", "hour", "day", "month",
];

/// A name without its unit, and the unit: `requests_per_second` is `requests` with `second`.
fn split_unit(word: &str) -> (&str, Option<&str>) {
    match word.rsplit_once('_') {
        Some((stem, unit)) if UNITS.contains(&unit) => {
            (stem.strip_suffix("_per").unwrap_or(stem), Some(unit))
        }
        _ => (word, None),
    }
}

/// The most similar word. It never has another unit, because the value would be wrong. Ties go to
/// the first.
fn near<'w>(typed: &str, words: &[&'w str]) -> Option<&'w str> {
    let simple = |word: &str| word.replace(['_', '-'], "").to_lowercase();
    if let Some(same) = words.iter().find(|word| simple(typed) == simple(word)) {
        return Some(same);
    }
    let distances = words.iter().filter_map(|word| {
        let (typed, word_part) = comparable(typed, word)?;
        let most = match typed.chars().count() {
            ..=SHORT => 1,
            length => 1 + length / 3,
        };
        nearest(typed, [word_part])?;
        let distance = strsim::damerau_levenshtein(&typed.to_lowercase(), word_part);
        (distance <= most).then_some((distance, *word))
    });
    let nearest = distances.min_by_key(|(distance, _)| *distance);
    nearest.map(|(_, word)| word)
}

/// The parts of a typed name and a known word to compare. If both have the same unit, up to one
/// letter, they are the parts before it. `None` if the units differ.
fn comparable<'t, 'w>(typed: &'t str, word: &'w str) -> Option<(&'t str, &'w str)> {
    let (stem, unit) = split_unit(typed);
    match (split_unit(word), unit) {
        ((_, None), None) => Some((typed, word)),
        ((known, Some(known_unit)), Some(unit)) => (unit == known_unit).then_some((stem, known)),
        ((_, None), Some(_)) => None,
        ((known, Some(known_unit)), None) => match typed.rsplit_once('_') {
            None => Some((typed, known)),
            Some((stem, ending)) => {
                let is_it = strsim::damerau_levenshtein(ending, known_unit) <= 1;
                is_it.then_some((stem.strip_suffix("_per").unwrap_or(stem), known))
            }
        },
    }
}

/// The only word that starts with `beginning`, if that is long enough.
fn starting_with<'w>(beginning: &str, words: &[&'w str]) -> Option<&'w str> {
    let beginning = beginning.to_lowercase();
    let mut found = words
        .iter()
        .filter(|word| beginning.len() > 2 && word.starts_with(&beginning))
        // A word with a unit can be a different quantity.
        .filter(|word| split_unit(word).1.is_none());
    let first = found.next()?;
    found.all(|other| other == first).then_some(*first)
}

/// The diagnostic for a key or column that a function does not have.
pub(crate) fn unknown(path: &str, origin: KeyOrigin, at: At, shapes: &Shapes) -> Diag {
    let (message, help) = match origin {
        KeyOrigin::Scenario => (format!("there is no key `{path}`"), ALL_KEYS),
        KeyOrigin::FunctionsFile => (
            format!("there is no column `{path}`"),
            "a column is a key of [[function]]: name, memory_mb, duration_ms, \
             invocations_per_month, utilization, …; leave out others, or look them up with \
             `lambdacost help scenario`",
        ),
        KeyOrigin::CommandLine => (format!("functions have no key `{path}`"), FORM),
    };
    let (typed, shapes) = (path.to_owned(), Arc::clone(shapes));
    let near = move || {
        let advice = meant(&typed, origin, &shapes).map(|meant| meant.advice);
        Some(advice.unwrap_or_else(|| help.to_owned()))
    };
    Diag::new(Code::UnknownKey, message)
        .at(at)
        .help_when_shown(near)
}

/// The diagnostic for an unknown key at the top level.
pub(crate) fn unknown_at_the_top(name: &str, shapes: &Shapes) -> Diag {
    let (typed, shapes) = (name.to_owned(), Arc::clone(shapes));
    Diag::new(Code::UnknownKey, format!("there is no key `{name}`"))
        .help_when_shown(move || Some(advice_at_the_top(&typed, &shapes)))
}

/// The advice for an unknown key at the top level.
fn advice_at_the_top(name: &str, shapes: &[PlatformShape]) -> String {
    if Field::at_path(name).is_some() || RESERVED.contains(&name) {
        return format!("`{name}` belongs to a function: move it below [[function]] or [defaults]");
    }
    let below_function = format!("{name}.");
    if Field::ALL
        .iter()
        .any(|field| field.path().starts_with(&below_function))
    {
        return format!(
            "[{name}] belongs to a function: write [function.{name}] below [[function]], \
                        or [defaults.{name}]"
        );
    }
    if let Some(answer) = synonyms::at_the_top(name) {
        return Meant::answer(answer).advice;
    }
    let ids = shapes.iter().map(|shape| shape.id);
    let tops = SettingGroup::Top.keys().map(Setting::path);
    let tops: Vec<&str> = tops.chain(ids).collect();
    if let Some(found) = near(name, &tops) {
        return format!("did you mean `{found}`?");
    }
    if let Some(table) = table_of(name, shapes) {
        return format!("`{name}` belongs in {}", header(table));
    }
    match meant(name, KeyOrigin::Scenario, shapes) {
        Some(meant) if meant.field.is_some() => {
            format!(
                "{}; it belongs below [[function]] or [defaults]",
                meant.advice
            )
        }
        _ => ALL_KEYS.to_owned(),
    }
}

/// The diagnostic for a key that no table has.
pub(crate) fn unknown_key(path: &str, shapes: &[PlatformShape]) -> Diag {
    let diag = Diag::new(Code::UnknownKey, format!("there is no key `{path}`"));
    let of_platforms = shapes.iter().flat_map(|shape| shape.keys);
    let settings = Setting::ALL.map(Setting::path).into_iter();
    let settings: Vec<&str> = settings.chain(of_platforms.map(|key| key.path)).collect();
    let near_setting = || near(path, &settings).map(|found| format!("did you mean `{found}`?"));
    let advice = meant(path, KeyOrigin::Scenario, shapes).map(|meant| meant.advice);
    let advice = advice.or_else(near_setting);
    diag.help(advice.unwrap_or_else(|| ALL_KEYS.to_owned()))
}

/// The advice for an unknown key in a table of the path_in scenario.
pub(crate) fn advice_in_table(typed: &str, known: &[&str]) -> String {
    let near = near(typed, known).map(|found| format!("did you mean `{found}`?"));
    let elsewhere = || {
        let field = Field::of_column(typed)?;
        Some(format!("`{}` belongs to a function", field.path()))
    };
    let keys = || format!("its keys are {}", comma_separated(&quoted(known)));
    near.or_else(elsewhere).unwrap_or_else(keys)
}

fn quoted(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| format!("`{word}`")).collect()
}

/// The advice for a value that is not one of `words`.
pub(crate) fn advice_on_value(typed: &str, words: &[&str]) -> Option<String> {
    let starting_with = || {
        let typed = typed.to_lowercase();
        let mut found = words.iter().filter(|word| typed.starts_with(**word));
        found.next().map(|word| format!("did you mean \"{word}\"?"))
    };
    // Most words of three letters are similar.
    let near = || {
        let found = nearest(typed, words.iter().copied())?;
        (typed.chars().count() > 3).then(|| format!("did you mean \"{found}\"?"))
    };
    synonyms::of_value(typed, words)
        .or_else(starting_with)
        .or_else(near)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::PlatformKind;
    use crate::scenario::schema::{Bills, Key};

    /// A platform with a table of one key.
    const SHAPES: &[PlatformShape] = &[PlatformShape::new(
        "eks",
        PlatformKind::Nodes,
        &[&Key {
            path: "eks.min_nodes",
            kind: ValueKind::Table,
            unit: "",
            bills: Bills::None,
            meaning: "",
            default: "",
            limits: "",
        }],
        |_| Arc::new(()),
    )];

    fn advice(path: &str) -> String {
        meant(path, KeyOrigin::Scenario, SHAPES).map_or_else(String::new, |meant| meant.advice)
    }

    #[test]
    fn what_people_write_is_answered_rightly() {
        for (path, field, says) in [
            ("memory", Some(Field::MemoryMb), "`memory_mb`"),
            ("MemorySize", Some(Field::MemoryMb), "`memory_mb`"),
            ("memoryMB", Some(Field::MemoryMb), "`memory_mb`"),
            ("memroy_mb", Some(Field::MemoryMb), "`memory_mb`"),
            ("memory_gb", Some(Field::MemoryMb), "multiply by 1,024"),
            ("p99_ms", Some(Field::MeasuredDurationMs), "mean"),
            ("duration_s", Some(Field::DurationMs), "multiply by 1,000"),
            (
                "invocations_per_day",
                Some(Field::InvocationsPerMonth),
                "multiply by 30.4",
            ),
            (
                "requests_per_minute",
                Some(Field::InvocationsPerMonth),
                "divide by 60",
            ),
            (
                "rps",
                Some(Field::RequestsPerSecond),
                "`requests_per_second`",
            ),
            (
                "concurrency",
                Some(Field::PeakConcurrency),
                "`peak_concurrency`",
            ),
            ("Memory (MB)", Some(Field::MemoryMb), "`memory_mb`"),
            (
                "AvgDurationMs",
                Some(Field::MeasuredDurationMs),
                "`measured_duration_ms`",
            ),
            (
                "Avg Billed Duration (ms)",
                Some(Field::DurationMs),
                "`duration_ms`",
            ),
            ("Max Memory Used", None, "`memory_mb`"),
            ("GB-Seconds", None, "leave it out"),
            ("timeout", None, "leave it out"),
            ("provisioned_concurrency", None, "[function.provisioned]"),
            ("batch_size", None, "one call"),
            ("schedule", None, "run = \"job\""),
            ("snap_start", None, "`snapstart`"),
            ("cpu_ms", Some(Field::CpuMs), "`container.cpu_ms`"),
            (
                "container.min_task",
                Some(Field::MinTasks),
                "`container.min_tasks`",
            ),
            ("platforms", None, "top of the file"),
            ("hours_per_month", None, "top of the file"),
            ("free_tier", None, "top of the file"),
            ("eks", None, "[eks] belongs at the top level"),
            ("min_nodes", None, "[eks]"),
            ("nmae", Some(Field::Name), "`name`"),
            ("Tag.team", None, "`tags.team`"),
            ("cost_center", None, "`tags.team`"),
            ("account_id", Some(Field::Account), "`account`"),
            (
                "requests_per_taks",
                Some(Field::RequestsPerTask),
                "`container.requests_per_task`",
            ),
            ("cpu_sm", Some(Field::CpuMs), "`container.cpu_ms`"),
        ] {
            let found = meant(path, KeyOrigin::Scenario, SHAPES)
                .unwrap_or_else(|| panic!("nothing about {path}"));
            assert_eq!(found.field, field, "{path}: {}", found.advice);
            assert!(found.advice.contains(says), "{path}: {}", found.advice);
        }
    }

    #[test]
    fn a_key_of_another_unit_is_never_proposed() {
        for path in [
            "duration_us",
            "memory_tb",
            "requests_per_hours",
            "init_s",
            "payload_mb",
        ] {
            assert!(
                !advice(path).contains("did you mean"),
                "{path}: {}",
                advice(path)
            );
        }
        assert_eq!(advice("container.memory"), "");
        assert_eq!(advice("run_ms"), "");
    }

    #[test]
    fn keys_of_functions_are_sent_there_from_the_top() {
        let says = |name: &str, what: &str| {
            let advice = advice_at_the_top(name, SHAPES);
            assert!(advice.contains(what), "{name}: {advice}");
        };
        says("memory_mb", "below [[function]]");
        says("memory", "below [[function]]");
        says("container", "[function.container]");
        says("min_nodes", "[eks]");
        says("hours", "`hours_per_month`");
        says("free_teir", "`free_tier`");
        says("savings_plan", "`commitment`");
        says("usd_per_million_invocations", "[[extra]]");
        says("extras", "`extra`");
    }

    #[test]
    fn platforms_by_other_names_are_explained() {
        let platforms = ["lambda", "fargate", "eks", "fargate-spot"];
        let says = |typed: &str, what: &str| {
            let advice = advice_on_value(typed, &platforms).unwrap_or_default();
            assert!(advice.contains(what), "{typed}: {advice}");
        };
        says("ecs", "\"fargate\"");
        says("ec2", "not compared");
        says("k8s", "\"eks\"");
        says("fargat", "did you mean \"fargate\"?");
        assert_eq!(advice_on_value("gcp", &platforms), None);
        let runtimes = ["java", "python", "dotnet", "node"];
        let python = advice_on_value("python3.12", &runtimes);
        assert_eq!(python.as_deref(), Some("did you mean \"python\"?"));
    }
}
