//! Rules that a scenario must keep, one file each in `rules`, and what a pipeline reads
//! of them, one format a file in `formats`.
//!
//! A rule looks at a finished [`Comparison`] and says what is wrong; how
//! much that matters is decided here, by the rule, the scenario's `[rules]` and the command line, the
//! last one winning. This room reads no file and no clock.

pub mod baseline;
pub mod changes;
mod context;
pub mod formats;
mod levels;
mod rules;

pub use baseline::Baseline;
pub use changes::{Change, Changes};
pub use context::{CheckContext, FunctionContext, ScenarioContext};
pub use levels::Levels;
pub use rules::{RULES, Rule, shapes};

use crate::answer::{Comparison, Ledger};
use crate::money::Usd;
use crate::scenario::{Level, Notes};
use rayon::prelude::*;

/// What a rule found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule's name.
    pub code: &'static str,
    /// How much it matters; never [`Level::Allow`].
    pub level: Level,
    /// The function that it is about, or the whole scenario.
    pub function: Option<String>,
    /// What broke and by how much, one sentence without a full stop.
    pub message: String,
    /// What to do.
    pub help: String,
    /// Where to do it.
    pub file: String,
    /// The line there, counted from one.
    pub line: u64,
    /// The limit and what exceeds it, where the rule compares two numbers.
    pub measured: Option<Measured>,
    /// The line of the bill that weighs most in it.
    pub driver: Option<CostDriver>,
}

/// A number against its limit, as decimals with all their digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measured {
    /// What was measured.
    pub actual: String,
    /// What is allowed.
    pub limit: String,
    /// In which unit.
    pub unit: &'static str,
}

/// A line of a bill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostDriver {
    /// What is paid for.
    pub item: String,
    /// What it costs a month, or how much more than before.
    pub cost: Usd,
}

/// Everything that a check answers.
pub struct Report<'c> {
    /// What was checked.
    pub comparison: &'c Comparison<'c>,
    /// The baseline as the user named it.
    pub baseline: Option<&'c str>,
    /// Findings of the whole scenario, then of its functions in their order.
    pub findings: Vec<Finding>,
    /// What changed since the baseline.
    pub changes: Option<Changes>,
    /// What the figures assume and leave out.
    pub notes: Notes,
}

impl Report<'_> {
    /// How many findings have a level.
    pub fn count(&self, level: Level) -> usize {
        let same = self.findings.iter().filter(|found| found.level == level);
        same.count()
    }

    /// True when the check fails.
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

/// Solves every function once: what the rules find in each, and what they need of the whole.
fn functions<'c, 'k>(
    case: &'k CheckContext<'c>,
    rules: &[&Rule],
) -> (Vec<Finding>, ScenarioContext<'c, 'k>) {
    let functions: Vec<usize> = (0..case.comparison.scenario().functions.len()).collect();
    let mut ledger = Ledger::new(case.comparison);
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
            (findings, function.record(), function.solved)
        });
        for (found, record, solved) in checked.collect::<Vec<_>>() {
            findings.extend(found);
            records.push(record);
            ledger.add(&solved);
        }
        (case.progress)(chunk.len() as u64);
    }
    let totals = ledger.totals();
    let scenario = ScenarioContext {
        case,
        total: totals.today,
        oldest_price: totals.oldest_price,
        functions: records,
    };
    (findings, scenario)
}

/// Functions that are solved together.
const CHUNK: usize = 4096;

/// What a rule says before its level is decided.
#[derive(Debug, Clone, Default)]
pub struct DraftFinding {
    /// The level that the limit itself states; else the rule's.
    level: Option<Level>,
    message: String,
    help: String,
    measured: Option<Measured>,
    driver: Option<CostDriver>,
    /// A line of the scenario, where it is not that of the function.
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
