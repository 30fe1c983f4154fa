//! AWS's own worked examples come out to the cent, line by line.
//!
//! Each file in `tests/aws_examples/` is one example: its source, a scenario, and components (lines
//! of the bill) with the figure that AWS prints and the exact one, worked by hand. AWS adds up
//! rounded parts in some examples and rounds exact sums in others, so components are compared to the
//! cent and totals within a cent; where AWS itself errs, `slip` says how. What waits for a platform
//! or a feature is listed in `not_yet.toml`, so that no example is forgotten.

mod expect;

use expect::Answer;
use rust_decimal::Decimal;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Every worked example of AWS's pages for Lambda and Fargate.
const EXAMPLES: [&str; 13] = [
    "L1", "L3", "PC1", "RS", "ESM1", "ESM3", "LMI", "Durable", "Edge", "MVM1", "F1", "F2", "F3",
];
const LIST: &str = "not_yet.toml";

/// An amount in a data file: text, so that no float ever holds it.
#[derive(Deserialize, Clone, Copy)]
#[serde(try_from = "String")]
struct Amount(Decimal);

impl TryFrom<String> for Amount {
    type Error = rust_decimal::Error;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map(Self)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Example {
    id: String,
    title: String,
    source: String,
    /// What of the example this version cannot price.
    left_out: Option<String>,
    note: Option<String>,
    /// AWS's total; absent where it holds parts that are left out.
    published_total: Option<Amount>,
    exact_total: Amount,
    scenario: String,
    component: Vec<Component>,
}

/// Lines of one function's bill.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Component {
    function: String,
    platform: String,
    items: Vec<String>,
    /// As AWS prints it; absent where AWS prints only a sum.
    published: Option<Amount>,
    exact: Amount,
    /// How AWS errs.
    slip: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NotYet {
    example: Vec<Waiting>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Waiting {
    id: String,
    needs: String,
    /// True when a file beside the list covers a part of it.
    partly: bool,
    reason: String,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/aws_examples")
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> T {
    let text = fs::read_to_string(path).expect("a readable file");
    toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn examples() -> Vec<Example> {
    let entries = fs::read_dir(folder()).expect("the folder is there");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut paths: Vec<_> = paths.filter(|path| !path.ends_with(LIST)).collect();
    paths.sort();
    paths.iter().map(|path| read(path)).collect()
}

fn waiting() -> Vec<Waiting> {
    read::<NotYet>(&folder().join(LIST)).example
}

/// A component's mistakes, and what the program says it costs.
fn component(answer: &Answer, part: &Component, wrong: &mut Vec<String>) -> Decimal {
    let what = format!("{} {}", part.function, part.items.join(" + "));
    let found = match answer.lines(&part.function, &part.platform, &part.items) {
        Ok(found) => found,
        Err(error) => {
            wrong.push(format!("{what}: {error}"));
            return Decimal::ZERO;
        }
    };
    if found != part.exact.0 {
        wrong.push(format!(
            "{what}: by hand {}, the program says {found}",
            part.exact.0
        ));
    }
    let Some(Amount(published)) = part.published else {
        return found;
    };
    let agrees = expect::cents(found) == expect::cents(published);
    match (&part.slip, agrees) {
        (None, false) => wrong.push(format!("{what}: AWS prints {published}, we {found}")),
        (Some(slip), true) => wrong.push(format!("{what}: no difference, but a slip: {slip}")),
        _ => {}
    }
    found
}

fn mistakes(example: &Example) -> Vec<String> {
    let mut wrong = Vec::new();
    match Answer::of_text(&example.scenario) {
        Err(error) => wrong.push(error),
        Ok(answer) => {
            let parts = example.component.iter();
            let total: Decimal = parts.map(|part| component(&answer, part, &mut wrong)).sum();
            if total != example.exact_total.0 {
                wrong.push(format!(
                    "total: by hand {}, we {total}",
                    example.exact_total.0
                ));
            }
            let cents = expect::cents(total);
            let near = |published: Decimal| (published - cents).abs() <= Decimal::new(1, 2);
            let published = example.published_total.map(|Amount(sum)| sum);
            if let Some(published) = published.filter(|sum| !near(*sum)) {
                wrong.push(format!("total: AWS prints {published}, we {total}"));
            }
        }
    }
    let named = |error| format!("{} ({}): {error}", example.id, example.title);
    wrong.into_iter().map(named).collect()
}

#[test]
fn aws_worked_examples_come_out_to_the_cent() {
    let all: Vec<_> = examples().iter().flat_map(mistakes).collect();
    assert!(all.is_empty(), "\n{}", all.join("\n"));
}

#[test]
fn every_example_is_priced_or_waits_for_a_reason() {
    let examples = examples();
    let whole = examples.iter().filter(|one| one.left_out.is_none());
    let whole: BTreeSet<_> = whole.map(|one| one.id.as_str()).collect();
    let part = examples.iter().filter(|one| one.left_out.is_some());
    let part: BTreeSet<_> = part.map(|one| one.id.as_str()).collect();
    let waiting = waiting();
    let listed: BTreeSet<_> = waiting.iter().map(|one| one.id.as_str()).collect();
    let partly = waiting.iter().filter(|one| one.partly);
    let partly: BTreeSet<_> = partly.map(|one| one.id.as_str()).collect();
    assert_eq!(part, partly, "parts and the list disagree");
    for id in EXAMPLES {
        let places = [whole.contains(id), listed.contains(id)];
        let count = places.iter().filter(|there| **there).count();
        assert_eq!(
            count, 1,
            "{id} must be priced, or wait in {LIST}, and not both"
        );
    }
    for one in &waiting {
        assert!(
            !one.needs.is_empty() && !one.reason.is_empty(),
            "{}",
            one.id
        );
    }
}

#[test]
fn every_example_names_its_source_and_no_id_twice() {
    let examples = examples();
    let ids: BTreeSet<_> = examples.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids.len(), examples.len());
    for one in &examples {
        assert!(
            !one.source.is_empty() && !one.component.is_empty(),
            "{}",
            one.id
        );
        let silent = one.published_total.is_none() && one.note.is_none();
        assert!(
            !silent,
            "{}: neither a total nor a note why there is none",
            one.id
        );
    }
}
