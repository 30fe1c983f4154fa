//! Earlier costs for comparison: of another scenario, or of a report that this program wrote.

use crate::answer::{Comparison, Ledger};
use crate::diag::{Code, Diag, Diags};
use crate::escape::elided;
use crate::exact::Exact;
use crate::platform::Total;
use crate::scenario::Function;
use rayon::prelude::*;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The schema of supported reports.
const SCHEMAS: [&str; 2] = ["lambdacost/compare/v1", "lambdacost/compare/v2"];
/// Common start of all versions of the schema.
const FAMILY: &str = "lambdacost/compare/v";

/// A reason is cut to this number of bytes: a broken file can quote a huge word.
const LONGEST: usize = 300;

/// Earlier costs.
///
/// All amounts have 28 digits, as in a report. So a scenario and its own report are equal.
#[derive(Debug)]
pub struct Baseline {
    /// The file name as the user gave it.
    pub name: String,
    /// Monthly cost of the whole scenario on its platforms of that time, USD.
    pub total: Option<Exact>,
    /// By name.
    pub functions: BTreeMap<String, Before>,
}

/// The earlier cost of a function.
#[derive(Debug)]
pub struct Before {
    /// US dollars a month on its platform of that time; `None` if that is not known.
    pub monthly: Option<Exact>,
    /// The lines of that bill: US dollars a month, by item.
    pub lines: BTreeMap<String, Exact>,
}

#[derive(Deserialize)]
struct Head {
    schema: Option<String>,
}

#[derive(Deserialize)]
struct BaselineDocument {
    functions: Vec<BaselineFunction>,
    totals: BTreeMap<String, Option<String>>,
}

#[derive(Deserialize)]
struct BaselineFunction {
    name: String,
    runs_on: String,
    platforms: Vec<BaselinePlatform>,
}

#[derive(Deserialize)]
struct BaselinePlatform {
    id: String,
    monthly_usd: Option<String>,
    lines: Vec<BaselineLine>,
}

#[derive(Deserialize)]
struct BaselineLine {
    item: String,
    cost_usd: String,
}

impl Baseline {
    pub fn of(name: &str, comparison: &Comparison<'_>) -> Self {
        let functions = comparison.scenario().functions.iter().enumerate();
        let before = |(index, function): (usize, &Function)| {
            let home = comparison.home(index);
            let solved = comparison.solve(index);
            let mut by_item = BTreeMap::new();
            for line in solved.lines(home) {
                add(&mut by_item, line.item, line.cost.dollars().as_printed());
            }
            let cost = solved.summary.costs[home].as_ref().ok();
            let before = Before {
                monthly: cost.map(|cost| cost.billed.dollars().as_printed()),
                lines: by_item,
            };
            ((function.name.to_string(), before), solved)
        };
        let mut ledger = Ledger::new(comparison);
        let mut known = BTreeMap::new();
        let functions: Vec<(usize, &Function)> = functions.collect();
        for chunk in functions.chunks(super::CHUNK) {
            let befores = chunk.par_iter().map(|function| before(*function));
            for (before, solved) in befores.collect::<Vec<_>>() {
                ledger.add(&solved);
                known.extend([before]);
            }
        }
        let total = ledger.totals().today;
        Self {
            name: name.to_owned(),
            total: total
                .as_ref()
                .and_then(Total::of_all)
                .map(|total| total.dollars().as_printed()),
            functions: known,
        }
    }

    /// The costs in a report of `compare --format json`.
    ///
    /// # Errors
    /// It is not such a report, has a newer version, or was edited to something invalid.
    pub fn read(name: &str, text: &str) -> Result<Self, Diags> {
        let refuse = |message: String, help: &str| {
            let message = format!("the baseline `{name}` {}", elided(&message, LONGEST));
            Diags::from(Diag::new(Code::BadBaseline, message).help(help))
        };
        let broken = |error: &dyn std::fmt::Display| {
            let help = "write it again: lambdacost compare --format json --output FILE SCENARIO";
            refuse(format!("is not a report: {error}"), help)
        };
        let head: Head = serde_json::from_str(text).map_err(|error| broken(&error))?;
        match head.schema.as_deref() {
            Some(known) if SCHEMAS.contains(&known) => {}
            Some(newer) if newer.starts_with(FAMILY) => {
                let help = "it was written by a newer version of lambdacost: use that version, or \
                            write the baseline again with this one";
                return Err(refuse(format!("has the schema {newer}"), help));
            }
            Some(other) => {
                let help = "a baseline is a scenario, or what compare --format json writes";
                return Err(refuse(format!("has the schema {other}"), help));
            }
            None => return Err(broken(&"it has no schema")),
        }
        let document: BaselineDocument =
            serde_json::from_str(text).map_err(|error| broken(&error))?;
        Self::of_document(name, document).map_err(|reason| broken(&reason))
    }

    fn of_document(name: &str, document: BaselineDocument) -> Result<Self, String> {
        let mut functions = BTreeMap::new();
        for function in document.functions {
            let before = function.before()?;
            if functions.insert(function.name.clone(), before).is_some() {
                return Err(format!("it has two functions `{}`", function.name));
            }
        }
        let total = document.totals.get("today").cloned().flatten();
        Ok(Self {
            name: name.to_owned(),
            total: total.as_deref().map(amount).transpose()?,
            functions,
        })
    }
}

impl BaselineFunction {
    fn before(&self) -> Result<Before, String> {
        let home = self.platforms.iter().find(|one| one.id == self.runs_on);
        let mut lines = BTreeMap::new();
        for line in home.map_or(&[][..], |home| &home.lines) {
            add(&mut lines, &line.item, amount(&line.cost_usd)?);
        }
        let monthly = home.and_then(|home| home.monthly_usd.as_deref());
        Ok(Before {
            monthly: monthly.map(amount).transpose()?,
            lines,
        })
    }
}

/// An item can have several lines, one per tier. They are added up.
fn add(lines: &mut BTreeMap<String, Exact>, item: &str, cost: Exact) {
    let known = lines.entry(item.to_owned()).or_insert(Exact::ZERO);
    *known = &*known + &cost;
}

fn amount(text: &str) -> Result<Exact, String> {
    let amount = Exact::of_digits(text).filter(|amount| amount.is_zero() || amount.is_positive());
    amount.ok_or_else(|| format!("`{text}` is not an amount"))
}
