//! The data files of AWS's worked examples and of published crossovers, as tests read them.
//!
//! `tests/aws_examples/` has one file an example, and a list of those that this program is not for
//! (`outside.toml`).
//! `tests/published.toml` holds the published crossovers, `tests/savings_plans.toml` the hour of the
//! Savings Plans user guide.

#![allow(dead_code, reason = "each test that includes it uses a part of it")]

use super::expect::Answer;
use lambdacost::exact::Exact;
use lambdacost::internals::pricebook::savings_plan::{Eligible, Spent, spend};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::fs;
use std::path::{Path, PathBuf};

const OUTSIDE: &str = "outside.toml";

/// An amount in a data file: text, so that no float ever holds it.
#[derive(Deserialize, Clone, Copy)]
#[serde(try_from = "String")]
pub struct Amount(pub Decimal);

impl TryFrom<String> for Amount {
    type Error = rust_decimal::Error;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map(Self)
    }
}

/// A worked example of AWS.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    pub id: String,
    pub title: String,
    pub source: String,
    pub note: Option<String>,
    /// As AWS prints it, for all of the example; absent where AWS prints none.
    pub published_total: Option<Amount>,
    /// Of the components below.
    pub exact_total: Amount,
    pub scenario: String,
    /// A price file that replaces built-in prices, if AWS's example has other prices.
    pub prices: Option<String>,
    pub component: Vec<Component>,
}

/// Lines of the bill.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// Absent for all functions of the scenario together.
    pub function: Option<String>,
    pub platform: String,
    pub items: Vec<String>,
    /// As AWS prints it; absent where AWS prints only a sum.
    pub published: Option<Amount>,
    pub exact: Amount,
    /// How AWS errs.
    pub slip: Option<String>,
}

impl Component {
    /// Its cost in the answer of the program.
    pub fn found(&self, answer: &Answer) -> Result<Decimal, String> {
        answer.lines(self.function.as_deref(), &self.platform, &self.items)
    }
}

impl Example {
    pub fn answer(&self) -> Result<Answer, String> {
        answer(&self.scenario, self.prices.as_deref())
    }

    pub fn slips(&self) -> impl Iterator<Item = &str> {
        self.component
            .iter()
            .filter_map(|part| part.slip.as_deref())
    }
}

/// An example about something that is neither Lambda functions nor containers.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outside {
    pub id: String,
    pub title: String,
    pub source: String,
    pub reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List<T> {
    example: Vec<T>,
}

/// Every example that has a file, by the name of its file.
pub fn examples() -> Vec<Example> {
    let entries = fs::read_dir(folder()).expect("the folder is there");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let is_list = |path: &PathBuf| path.ends_with(OUTSIDE);
    let mut paths: Vec<_> = paths.filter(|path| !is_list(path)).collect();
    paths.sort();
    paths.iter().map(|path| read(path)).collect()
}

pub fn outside() -> Vec<Outside> {
    read::<List<Outside>>(&folder().join(OUTSIDE)).example
}

/// Crossovers that others have published.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// Numbers that the collection does not give to any case.
    pub unused_rows: Vec<u8>,
    pub case: Vec<PublishedCase>,
    pub not_expressed: Vec<Left>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishedCase {
    pub id: String,
    /// Its number in the collection of published cases; absent for tables of the project's own.
    pub row: Option<u8>,
    pub source: String,
    /// How its inputs became a scenario.
    pub how: String,
    pub verdict: Verdict,
    /// What the publication gets wrong.
    pub note: Option<String>,
    pub scenario: Option<String>,
    /// The case whose scenario it uses if it has none.
    pub scenario_of: Option<String>,
    /// A price file that replaces built-in prices.
    pub prices: Option<String>,
    /// What, as published, ours: what and ours are an expectation.
    pub figures: Vec<[String; 3]>,
}

/// About the published arithmetic.
#[derive(Deserialize, PartialEq, Clone, Copy)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    Right,
    Wrong,
    Inconsistent,
}

impl Verdict {
    pub fn name(self) -> &'static str {
        match self {
            Self::Right => "correct",
            Self::Wrong => "wrong",
            Self::Inconsistent => "contradicts itself",
        }
    }
}

/// A published case, or a part of one, that no scenario expresses.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Left {
    pub row: Option<u8>,
    pub what: String,
    pub reason: String,
}

impl Published {
    pub fn answer(&self, case: &PublishedCase) -> Result<Answer, String> {
        let scenario = match (&case.scenario, &case.scenario_of) {
            (Some(own), None) => Some(own),
            (None, Some(id)) => {
                let other = self.case.iter().find(|other| other.id == *id);
                other.and_then(|other| other.scenario.as_ref())
            }
            _ => None,
        };
        let scenario = scenario.ok_or("a case has a scenario, or that of another case")?;
        answer(scenario, case.prices.as_deref())
    }
}

pub fn published() -> Published {
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/published.toml"))
}

/// The hour of the Savings Plans user guide.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hour {
    pub source: String,
    #[serde(rename = "use")]
    uses: Vec<Use>,
    pub example: Vec<Plans>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Use {
    name: String,
    quantity: String,
    list_rate: String,
    plan_rate: String,
}

/// What commitments make of that hour.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plans {
    pub id: String,
    pub title: String,
    /// What Reserved Instances take before any plan.
    #[serde(default)]
    reserved: Vec<[String; 2]>,
    plans: Vec<Hourly>,
    /// How much of each use is covered, those that are not left out.
    pub covered: Vec<[String; 2]>,
    /// Dollars of the commitments that are lost.
    pub unused: Amount,
    pub on_demand: Amount,
    pub published_on_demand: Amount,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Hourly {
    usd_per_hour: String,
    /// Names and rates of the uses that it is for, if not for all.
    #[serde(default)]
    only: Vec<[String; 2]>,
}

/// What became of an hour.
pub struct Outcome {
    /// By the names of uses, those of which something is covered.
    pub covered: Vec<[String; 2]>,
    pub unused: Exact,
    pub on_demand: Exact,
}

pub fn hour() -> Hour {
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/savings_plans.toml"))
}

fn number(text: &str) -> Exact {
    Exact::of_digits(text).expect("a number")
}

impl Hour {
    /// Spends the commitments of an example, one after the other.
    pub fn spent(&self, example: &Plans) -> Outcome {
        let mut left: Vec<Exact> = self.uses.iter().map(|one| number(&one.quantity)).collect();
        for [name, taken] in &example.reserved {
            let at = self.uses.iter().position(|one| one.name == *name);
            let at = at.expect("a use of that name");
            left[at] = &left[at] - &number(taken);
        }
        let mut unused = Exact::ZERO;
        for plan in &example.plans {
            let uses: Vec<Eligible> = self
                .uses
                .iter()
                .zip(&left)
                .map(|(one, left)| plan.eligible(one, left))
                .collect();
            let Spent {
                shares,
                unused: lost,
            } = spend(&number(&plan.usd_per_hour), &uses);
            for (left, (one, share)) in left.iter_mut().zip(uses.iter().zip(&shares)) {
                *left = &*left - &(&one.quantity * share);
            }
            unused = &unused + &lost;
        }
        let rates = self.uses.iter().zip(&left);
        let on_demand = rates
            .map(|(one, left)| left * &number(&one.list_rate))
            .sum();
        let covered = self.uses.iter().zip(&left).filter_map(|(one, left)| {
            let covered = &number(&one.quantity) - left;
            (!covered.is_zero()).then(|| [one.name.clone(), covered.to_string()])
        });
        Outcome {
            covered: covered.collect(),
            unused,
            on_demand,
        }
    }
}

impl Hourly {
    /// What of a use the plan may cover: nothing of one that it is not for.
    fn eligible(&self, one: &Use, left: &Exact) -> Eligible {
        let own = self.only.iter().find(|[name, _]| *name == one.name);
        let is_for = self.only.is_empty() || own.is_some();
        Eligible {
            quantity: if is_for { left.clone() } else { Exact::ZERO },
            list_rate: number(&one.list_rate),
            plan_rate: number(own.map_or(&one.plan_rate, |[_, rate]| rate)),
        }
    }
}

fn answer(scenario: &str, prices: Option<&str>) -> Result<Answer, String> {
    match prices {
        Some(prices) => Answer::with_prices(scenario, prices),
        None => Answer::of_text(scenario),
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/aws_examples")
}

fn read<T: DeserializeOwned>(path: &Path) -> T {
    let text = fs::read_to_string(path).expect("a readable file");
    toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
