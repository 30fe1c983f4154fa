//! What changed since the baseline.

use super::ScenarioContext;
use super::baseline::Baseline;
use crate::exact::Exact;
use rayon::prelude::*;
use std::collections::BTreeSet;

/// How a function stands to the baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It was not there.
    New,
    /// It is not there any more.
    Removed,
    /// It costs something else.
    Changed,
}

impl Status {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }
}

/// An amount before and after, USD a month; `None` where it is not known or not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeStep {
    /// Before.
    pub before: Option<Exact>,
    /// After.
    pub after: Option<Exact>,
}

impl ChangeStep {
    /// By how much it rose; below zero where it fell.
    pub fn rise(&self) -> Option<Exact> {
        Some(self.after.as_ref()? - self.before.as_ref()?)
    }

    /// The rise in per cent of what was before; `None` where that was nothing.
    pub fn percent(&self) -> Option<Exact> {
        let hundredfold = &self.rise()? * &Exact::from(100u32);
        hundredfold.over(self.before.as_ref()?)
    }
}

/// A function that does not cost what it did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its name.
    pub name: String,
    /// How it stands to the baseline.
    pub status: Status,
    /// What it costs where it runs.
    pub step: ChangeStep,
}

/// All changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// The whole scenario.
    pub total: ChangeStep,
    /// Functions in the order of the scenario, then those that are gone, by name.
    pub functions: Vec<Change>,
    /// Functions that cost what they did.
    pub unchanged: usize,
}

impl Changes {
    /// Compares a scenario with its baseline.
    pub fn of(scenario: &ScenarioContext<'_, '_>, baseline: &Baseline) -> Self {
        let functions = &scenario.case.comparison.scenario().functions;
        let change = |index: usize| {
            let name = functions[index].name.to_string();
            let after = scenario.functions[index].monthly.clone();
            let (status, before) = match baseline.functions.get(&name) {
                None => (Status::New, None),
                Some(before) => (Status::Changed, before.monthly.clone()),
            };
            let differs = status == Status::New || before != after;
            let step = ChangeStep { before, after };
            differs.then_some(Change { name, status, step })
        };
        let indices = (0..functions.len()).into_par_iter();
        let mut changes: Vec<Change> = indices.filter_map(change).collect();
        let unchanged = functions.len() - changes.len();
        let names: BTreeSet<&str> = functions.iter().map(|function| &*function.name).collect();
        let gone = baseline.functions.iter();
        let gone = gone.filter(|(name, _)| !names.contains(name.as_str()));
        changes.extend(gone.map(|(name, before)| Change {
            name: name.clone(),
            status: Status::Removed,
            step: ChangeStep {
                before: before.monthly.clone(),
                after: None,
            },
        }));
        Self {
            total: scenario.total_step(baseline),
            functions: changes,
            unchanged,
        }
    }
}

impl ScenarioContext<'_, '_> {
    /// The whole scenario before and after.
    pub fn total_step(&self, baseline: &Baseline) -> ChangeStep {
        let after = self.total.as_ref();
        ChangeStep {
            before: baseline.total.clone(),
            after: after.map(|after| after.dollars().as_printed()),
        }
    }
}
