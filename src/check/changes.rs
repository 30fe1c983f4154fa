//! Changes since the baseline.

use super::ScenarioContext;
use super::baseline::Baseline;
use crate::exact::Exact;
use rayon::prelude::*;
use std::collections::BTreeSet;

/// How a function changed since the baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It is not in the baseline.
    New,
    /// It is only in the baseline.
    Removed,
    /// It has a different cost.
    Changed,
}

impl Status {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }
}

/// Amounts before and after, USD a month. `None` if the amount is not known or the function does
/// not exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeStep {
    pub before: Option<Exact>,
    pub after: Option<Exact>,
}

impl ChangeStep {
    /// The increase; below zero for a decrease.
    pub(crate) fn rise(&self) -> Option<Exact> {
        Some(self.after.as_ref()? - self.before.as_ref()?)
    }

    /// The increase in per cent of the amount before; `None` if that was zero.
    pub(crate) fn percent(&self) -> Option<Exact> {
        let hundredfold = &self.rise()? * &Exact::from(100u32);
        hundredfold.over(self.before.as_ref()?)
    }
}

/// A function with a different cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub name: String,
    pub status: Status,
    /// Its cost on its platform.
    pub step: ChangeStep,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// The cost of the whole scenario.
    pub total: ChangeStep,
    /// Functions in the order of the scenario, then the removed ones by name.
    pub functions: Vec<Change>,
    /// Number of functions with the same cost.
    pub unchanged: usize,
}

impl Changes {
    pub(crate) fn of(scenario: &ScenarioContext<'_, '_>, baseline: &Baseline) -> Self {
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
    /// The cost of the whole scenario before and after.
    pub(crate) fn total_step(&self, baseline: &Baseline) -> ChangeStep {
        let after = self.total.as_ref();
        ChangeStep {
            before: baseline.total.clone(),
            after: after.map(|after| after.dollars().as_printed()),
        }
    }
}
