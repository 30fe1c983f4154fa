//! Rules for scenarios, one per file in `rules`, and reports for pipelines, one format per file in
//! `formats`.
//!
//! A rule reads a finished [`Comparison`] and returns findings. Their level is decided here: by the
//! rule, the scenario's `[rules]` and the command line, in this order; the last one wins. This room
//! reads neither files nor the clock.

pub(crate) mod baseline;
pub(crate) mod changes;
mod context;
pub(crate) mod formats;
mod levels;
mod rules;

pub use baseline::Baseline;
pub(crate) use changes::{Change, Changes};
pub use context::CheckContext;
pub(crate) use context::{FunctionContext, ScenarioContext};
pub use levels::Levels;
pub(crate) use rules::Rule;
pub use rules::{RULES, shapes};

use crate::answer::Comparison;
use crate::money::Usd;
use crate::platform::Total;
use crate::scenario::{Level, Notes};
use rayon::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The name of the rule.
    pub code: &'static str,
    /// Never [`Level::Allow`].
    pub level: Level,
    /// The function; `None` for the whole scenario.
    pub function: Option<String>,
    /// What is wrong and by how much: one sentence without a full stop.
    pub message: String,
    /// What to do.
    pub help: String,
    /// Where to do it.
    pub file: String,
    /// The line in the file, from 1.
    pub line: u64,
    /// The limit and the value above it, if the rule compares two numbers.
    pub measured: Option<Measured>,
    /// The most important line of the bill.
    pub driver: Option<CostDriver>,
}

/// A value and its limit, as decimals with all their digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measured {
    pub actual: String,
    pub limit: String,
    pub unit: &'static str,
}

/// A line of a bill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostDriver {
    pub item: String,
    /// US dollars a month, or the increase in US dollars a month.
    pub cost: Usd,
}

/// The result of a check.
pub struct Report<'c> {
    pub comparison: &'c Comparison<'c>,
    /// The file name of the baseline as the user gave it.
    pub baseline: Option<&'c str>,
    /// Findings of the whole scenario, then of its functions in their order.
    pub findings: Vec<Finding>,
    pub changes: Option<Changes>,
    /// The assumptions and omissions of the figures.
    pub notes: Notes,
}

impl Report<'_> {
    /// Number of findings with a level.
    pub(crate) fn count(&self, level: Level) -> usize {
        let same = self.findings.iter().filter(|found| found.level == level);
        same.count()
    }

    /// True if the check fails.
    pub fn is_denied(&self) -> bool {
        self.count(Level::Deny) > 0
    }
}

/// Checks every rule whose level is not allow.
pub fn run<'c>(case: &CheckContext<'c>) -> Report<'c> {
    let rules: Vec<&Rule> = RULES
        .iter()
        .filter(|rule| case.levels.of(rule) != Level::Allow)
        .collect();
    let (of_functions, scenario) = functions(case, &rules);
    let mut findings = Vec::new();
    for rule in &rules {
        if let Some(judge) = rule.scenario {
            let found = judge(&scenario).into_iter();
            findings.extend(found.map(|draft| draft.finding(case, rule, None)));
        }
    }
    findings.extend(of_functions);
    Report {
        comparison: case.comparison,
        baseline: case.baseline.map(|baseline| &*baseline.name),
        findings,
        changes: case
            .baseline
            .map(|baseline| Changes::of(&scenario, baseline)),
        notes: case.comparison.notes(scenario.oldest_price.as_deref()),
    }
}

/// Checks every function. Returns the findings in functions, and the input of the rules for
/// the whole scenario.
fn functions<'c, 'k>(
    case: &'k CheckContext<'c>,
    rules: &[&Rule],
) -> (Vec<Finding>, ScenarioContext<'c, 'k>) {
    let functions: Vec<usize> = (0..case.comparison.scenario().functions.len()).collect();
    let (mut findings, mut records) = (Vec::new(), Vec::with_capacity(functions.len()));
    for chunk in functions.chunks(CHUNK) {
        let checked = chunk.par_iter().map(|index| {
            let function = FunctionContext::new(case, *index);
            let mut findings = Vec::new();
            for rule in rules {
                if let Some(judge) = rule.function {
                    let found = judge(&function).into_iter();
                    findings.extend(found.map(|draft| draft.finding(case, rule, Some(*index))));
                }
            }
            (findings, function.record())
        });
        for (found, record) in checked.collect::<Vec<_>>() {
            findings.extend(found);
            records.push(record);
        }
        (case.progress)(chunk.len() as u64);
    }
    let totals = &case.decision.totals;
    let scenario = ScenarioContext {
        case,
        total: totals.today.as_ref().and_then(Total::of_all).cloned(),
        oldest_price: totals.oldest_price.clone(),
        functions: records,
    };
    (findings, scenario)
}

/// Functions that are solved in one batch.
const CHUNK: usize = 4096;

/// A finding before its level is decided.
#[derive(Debug, Clone, Default)]
pub struct DraftFinding {
    /// The level of the exceeded limit; `None` for the level of the rule.
    level: Option<Level>,
    message: String,
    help: String,
    measured: Option<Measured>,
    driver: Option<CostDriver>,
    /// A line of the scenario; `None` for the line of the function.
    line: Option<u64>,
}

impl DraftFinding {
    fn finding(self, case: &CheckContext<'_>, rule: &Rule, index: Option<usize>) -> Finding {
        let scenario = case.comparison.scenario();
        let stated = case.levels.stated(rule.code);
        let level = stated.or(self.level).unwrap_or(rule.default_level);
        let (file, line) = match index {
            Some(index) => scenario.place_of(index),
            None => (scenario.name.clone(), self.line.unwrap_or(1)),
        };
        Finding {
            code: rule.code,
            level,
            function: index.map(|index| scenario.functions[index].name.to_string()),
            message: self.message,
            help: self.help,
            file,
            line,
            measured: self.measured,
            driver: self.driver,
        }
    }
}
