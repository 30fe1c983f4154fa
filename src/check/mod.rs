//! Rules for scenarios, one per file in `rules`, and reports for pipelines, one format per file in
//! `formats`.
//!
//! A rule reads a finished [`Comparison`] and returns findings. Their level is decided here: by the
//! rule, the scenario's `[rules]` and the command line, in this order; the last one wins. This room
//! reads neither files nor the clock.

pub(crate) mod baseline;
mod budgets;
pub(crate) mod changes;
mod context;
pub(crate) mod formats;
mod inputs;
mod levels;
mod limits;
mod rules;
mod tag_groups;

pub use baseline::Baseline;
pub(crate) use budgets::{BudgetOwner, BudgetUse};
pub(crate) use changes::{Change, Changes};
pub use context::{CheckContext, UnreadBaseline};
pub(crate) use context::{FunctionContext, ScenarioContext};
pub use levels::Levels;
pub(crate) use rules::Rule;
pub use rules::{RULES, shapes};

use crate::answer::Comparison;
use crate::money::{Usd, count};
use crate::scenario::{Level, Notes};
use crate::text::{comma_separated, quoted};
use baseline::KnownFinding;
use changes::Status;
use context::FunctionRecord;
use rayon::prelude::*;
use std::cmp::Reverse;

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
    /// True if the baseline has it too and its function did not change; `None` if that is not known,
    /// because there is no baseline or it is a report.
    pub existing: Option<bool>,
}

/// A value and its limit, as decimals with all their digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measured {
    pub actual: String,
    pub limit: String,
    pub unit: &'static str,
}

/// A line of a bill, or a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostDriver {
    pub item: String,
    /// True if the item is the name of a function or an extra.
    pub is_name: bool,
    /// US dollars a month, or the increase in US dollars a month.
    pub cost: Usd,
}

/// The result of a check.
pub struct Report<'c> {
    pub comparison: &'c Comparison<'c>,
    pub baseline: Option<&'c Baseline>,
    /// Errors, warnings, notices. Of each: first those that the baseline does not have. Of each:
    /// findings of the whole scenario, then of its functions in their order.
    pub findings: Vec<Finding>,
    pub changes: Option<Changes>,
    /// The budgets of the whole scenario, then of its functions in their order.
    pub(crate) budgets: Vec<BudgetUse>,
    /// Monthly cost of the whole scenario on the platforms of today; `None` if it is not known.
    pub(crate) total: Option<Usd>,
    /// The assumptions and omissions of the figures.
    pub notes: Notes,
}

impl Report<'_> {
    /// Number of findings with a level.
    pub(crate) fn count(&self, level: Level) -> usize {
        let same = self.findings.iter().filter(|found| found.level == level);
        same.count()
    }

    /// Number of findings that are not new.
    pub(crate) fn existing(&self) -> usize {
        let existing = self.findings.iter();
        existing
            .filter(|found| found.existing == Some(true))
            .count()
    }

    /// True if nothing differs from the baseline and no finding is new.
    pub(crate) fn is_quiet(&self) -> bool {
        let is_same = self.changes.as_ref().is_some_and(Changes::is_empty);
        let is_known = |found: &Finding| found.existing.unwrap_or(found.level != Level::Deny);
        is_same && self.findings.iter().all(is_known)
    }

    /// True if the check fails.
    pub fn is_denied(&self) -> bool {
        self.count(Level::Deny) > 0
    }
}

/// Checks every rule whose level is not allow.
pub fn run<'c>(case: &CheckContext<'c>) -> Report<'c> {
    let rules = active_rules(case.levels);
    let (of_functions, scenario, _) = functions(case, &rules, |_, _| ());
    let mut findings = of_scenario(case, &rules, &scenario);
    findings.extend(of_functions);
    findings.sort_by_key(|finding| (Reverse(finding.level), finding.existing == Some(true)));
    Report {
        comparison: case.comparison,
        baseline: case.baseline,
        findings,
        changes: case
            .baseline
            .map(|baseline| Changes::of(&scenario, baseline)),
        budgets: scenario.budgets(),
        total: scenario.total.clone(),
        notes: case.decision.notes().clone(),
    }
}

fn active_rules(levels: &Levels) -> Vec<&'static Rule> {
    let rules = RULES.iter();
    rules
        .filter(|rule| levels.of(rule) != Level::Allow)
        .collect()
}

/// The findings in the whole scenario.
fn of_scenario(
    case: &CheckContext<'_>,
    rules: &[&'static Rule],
    scenario: &ScenarioContext<'_, '_>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rule in rules {
        if let Some(judge) = rule.scenario {
            let found = judge(scenario).into_iter();
            findings.extend(found.map(|draft| draft.finding(case, rule, None)));
        }
    }
    if let Some(known) = case
        .baseline
        .and_then(|baseline| baseline.findings.as_ref())
    {
        mark_existing(&mut findings, known, true);
    }
    findings
}

/// Checks every function. Returns the findings in functions, the input of the rules for the
/// whole scenario, and what `keep` makes of each function and its findings.
fn functions<'c, 'k, T: Send>(
    case: &'k CheckContext<'c>,
    rules: &[&'static Rule],
    keep: impl Fn(&FunctionContext<'c, 'k>, &[Finding]) -> T + Sync,
) -> (Vec<Finding>, ScenarioContext<'c, 'k>, Vec<T>) {
    let functions: Vec<usize> = (0..case.comparison.scenario().functions.len()).collect();
    let (mut findings, mut records) = (Vec::new(), Vec::with_capacity(functions.len()));
    let mut kept = Vec::new();
    for chunk in functions.chunks(CHUNK) {
        let checked = chunk.par_iter().map(|index| {
            let function = FunctionContext::new(case, *index);
            let record = function.record();
            let findings = judged(&function, &record, rules);
            let kept = keep(&function, &findings);
            (findings, record, kept)
        });
        for (found, record, of_function) in checked.collect::<Vec<_>>() {
            findings.extend(found);
            records.push(record);
            kept.push(of_function);
        }
        (case.progress)(chunk.len() as u64);
    }
    let totals = case.decision.totals();
    let scenario = ScenarioContext {
        case,
        groups: tag_groups::of(case.comparison.scenario(), &records),
        total: totals.today.of_all().cloned(),
        functions: records,
    };
    (findings, scenario, kept)
}

/// The findings in a function.
fn judged(
    function: &FunctionContext<'_, '_>,
    record: &FunctionRecord,
    rules: &[&'static Rule],
) -> Vec<Finding> {
    let case = function.case;
    let mut findings = Vec::new();
    for rule in rules {
        if let Some(judge) = rule.function {
            let found = judge(function).into_iter();
            let index = Some(function.solved.index);
            findings.extend(found.map(|draft| draft.finding(case, rule, index)));
        }
    }
    if case
        .baseline
        .is_some_and(|baseline| baseline.findings.is_some())
    {
        let change = record.change.as_deref();
        let is_untouched =
            change.is_none_or(|change| change.status == Status::Changed && change.keys.is_empty());
        let known = function.before().map(|before| &*before.findings);
        mark_existing(&mut findings, known.unwrap_or_default(), is_untouched);
    }
    findings
}

/// Marks the findings that the baseline has too. Those of a function that changed are new.
fn mark_existing(findings: &mut [Finding], known: &[KnownFinding], is_untouched: bool) {
    let mut open: Vec<&KnownFinding> = known.iter().collect();
    for finding in findings {
        let same = KnownFinding::of(finding);
        let found = open.iter().position(|known| **known == same);
        if let Some(found) = found {
            open.swap_remove(found);
        }
        finding.existing = Some(is_untouched && found.is_some());
    }
}

/// Names that are listed in one phrase.
const MOST_NAMES: usize = 3;

/// Names as messages list them.
fn named(names: &[&str]) -> String {
    let more = names.len().saturating_sub(MOST_NAMES) as u128;
    let shown = names.iter().take(MOST_NAMES).map(|name| quoted(name));
    let more = (more > 0).then(|| format!("{} more", count(more)));
    comma_separated(&shown.chain(more).collect::<Vec<_>>())
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
    /// The same finding with one more part of its sentence.
    fn with(self, part: Option<String>) -> Self {
        match part {
            Some(part) => Self {
                message: format!("{}; {part}", self.message),
                ..self
            },
            None => self,
        }
    }

    /// The same finding on a line of the scenario.
    fn at_line(self, line: u64) -> Self {
        Self {
            line: Some(line),
            ..self
        }
    }

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
            existing: None,
        }
    }
}
