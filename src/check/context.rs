//! The input of rules.

use super::baseline::{Baseline, Before};
use super::budgets::BudgetUse;
use super::changes::{Change, ChangeStep};
use super::tag_groups::{GroupBefore, TagGroup};
use super::{CostDriver, Levels};
use crate::answer::{Comparison, Decision, Move, Shown};
use crate::diag::Diags;
use crate::escape::elided;
use crate::exact::Exact;
use crate::money::Usd;
use crate::platform::Cost;
use crate::scenario::{Function, Scenario};
use crate::text::{escaped, quoted};
use jiff::civil::Date;
use rayon::prelude::*;
use std::collections::HashSet;

/// A scenario, and what it is checked against.
pub struct CheckContext<'c> {
    /// The scenario and its bills.
    pub comparison: &'c Comparison<'c>,
    /// Its plan.
    pub decision: &'c Decision<'c>,
    pub baseline: Option<&'c Baseline>,
    /// Why there is no baseline, although one was given.
    pub unread: Option<&'c UnreadBaseline>,
    pub levels: &'c Levels,
    /// Receives the number of functions that were checked.
    pub progress: &'c (dyn Fn(u64) + Sync),
    /// The maximum age of prices in days, and today.
    pub price_age: Option<(u32, Date)>,
}

/// A baseline that the check goes on without.
#[derive(Debug)]
pub enum UnreadBaseline {
    /// It cannot be read.
    Broken {
        name: String,
        /// The first mistake, as a sentence without a full stop.
        reason: String,
    },
    /// The folder of baselines has no file for the scenario.
    Absent { folder: String },
}

/// A mistake of a baseline is cut to this number of bytes.
const LONGEST_REASON: usize = 300;

impl UnreadBaseline {
    /// A baseline with mistakes. The reason is the first one, with its place.
    pub fn broken(name: String, diags: &Diags) -> Self {
        let mut mistakes = diags.iter();
        let reason = mistakes.next().map_or_else(String::new, |first| {
            let at = first.at.as_ref();
            let place = at.map(|at| format!("{}:{}: ", at.file, at.line));
            format!("{}{}", place.unwrap_or_default(), first.message)
        });
        let more = match mistakes.count() {
            0 => String::new(),
            more => format!(" (and {more} more)"),
        };
        let reason = escaped(&elided(&reason, LONGEST_REASON)).into_owned();
        Self::Broken {
            name,
            reason: reason + &more,
        }
    }
}

/// One function of the checked scenario.
pub struct FunctionContext<'c, 'k> {
    pub case: &'k CheckContext<'c>,
    pub function: &'c Function,
    /// Its cost on each platform.
    pub solved: Shown<'c, 'c>,
    /// Index of the platform of today.
    pub home: usize,
}

impl<'c, 'k> FunctionContext<'c, 'k> {
    pub(crate) fn new(case: &'k CheckContext<'c>, index: usize) -> Self {
        let comparison = case.comparison;
        Self {
            case,
            function: &comparison.scenario().functions[index],
            solved: case.decision.solved(index),
            home: comparison.home(index),
        }
    }

    pub(crate) fn scenario(&self) -> &'c Scenario {
        self.case.comparison.scenario()
    }

    /// Id of its platform in the plan. `None` without a plan, or if it cannot run where it is.
    pub(crate) fn planned(&self) -> Option<&'static str> {
        let decision = self.case.decision;
        let place = decision.place(&self.solved)?;
        Some(self.case.comparison.platforms()[place].id)
    }

    /// The cost on the platform of today.
    ///
    /// # Errors
    /// The reason why it is not known, as a part of a sentence.
    pub(crate) fn cost(&self) -> Result<&Cost, String> {
        let title = self.case.comparison.platforms()[self.home].title;
        self.solved.summary.costs[self.home]
            .as_ref()
            .map_err(|refused| format!("it cannot run on {title}: {}", refused.reason))
    }

    /// Its name as messages print it.
    pub(crate) fn called(&self) -> String {
        quoted(&self.function.name)
    }

    /// Its move in the plan.
    pub(crate) fn planned_move(&self) -> Option<&'c Move> {
        self.case.decision.move_of(self.solved.index)
    }

    /// The function in the baseline.
    pub(crate) fn before(&self) -> Option<&Before> {
        self.case.baseline?.functions.get(&*self.function.name)
    }

    /// The most expensive line of its bill.
    pub(crate) fn most_expensive_line(&self) -> Option<CostDriver> {
        let lines = self.solved.lines(self.home);
        let most_expensive = lines.into_iter().max_by(|a, b| a.cost.cmp(&b.cost))?;
        Some(CostDriver {
            is_name: most_expensive.is_extra(),
            item: most_expensive.item.into_owned(),
            cost: most_expensive.cost,
        })
    }

    /// US dollars a month on the platform of today.
    pub(crate) fn billed(&self) -> Option<Exact> {
        Some(self.cost().ok()?.billed.dollars().clone())
    }

    /// Its cost before and now.
    pub(crate) fn step(&self, before: &Before) -> ChangeStep {
        ChangeStep {
            before: before.monthly.clone(),
            after: self.billed(),
        }
    }

    /// The line of its bill with the largest increase since the baseline.
    pub(crate) fn risen_line(&self, before: &Before) -> Option<CostDriver> {
        self.changed_line(before, |rise| rise)
    }

    /// The line of its bill with the largest decrease since the baseline.
    pub(crate) fn fallen_line(&self, before: &Before) -> Option<CostDriver> {
        self.changed_line(before, |rise| &Exact::ZERO - &rise)
    }

    fn changed_line(&self, before: &Before, change: impl Fn(Exact) -> Exact) -> Option<CostDriver> {
        let mut rises = before.costs_by_item();
        for rise in rises.values_mut() {
            *rise = &Exact::ZERO - &*rise;
        }
        let mut extras = HashSet::new();
        for line in self.solved.lines(self.home) {
            if line.is_extra() {
                extras.insert(line.item.clone());
            }
            let rise = rises.entry(line.item.into_owned()).or_insert(Exact::ZERO);
            *rise = &*rise + line.cost.dollars();
        }
        let changes = rises.into_iter().map(|(item, rise)| (item, change(rise)));
        let changes = changes.filter(|(_, change)| change.is_positive());
        let (item, change) = changes.max_by(|left, right| left.1.cmp(&right.1))?;
        Some(CostDriver {
            is_name: extras.contains(item.as_str()),
            item,
            cost: Usd::new(change),
        })
    }
}

/// The whole scenario, after every function was solved.
pub struct ScenarioContext<'c, 'k> {
    pub case: &'k CheckContext<'c>,
    /// The cost of everything on the platforms of today; `None` if a function cannot run there.
    pub total: Option<Usd>,
    /// One for each function, in their order.
    pub functions: Vec<FunctionRecord>,
    /// One for each budget of a tag, in their order.
    pub(crate) groups: Vec<TagGroup<'c>>,
}

/// What the rules for the whole scenario need to know about a function.
pub struct FunctionRecord {
    /// US dollars a month on the platform of today. `None` if it cannot run there.
    pub monthly: Option<Exact>,
    /// What changed since the baseline.
    pub change: Option<Box<Change>>,
    /// How much of each budget is used.
    pub budgets: Vec<BudgetUse>,
    /// The oldest date of a price in its bill on the platform of today. If it cannot run there: in
    /// any of its bills.
    pub oldest_price: Option<Box<str>>,
}

fn is_in(group: Option<&TagGroup<'_>>, function: &Function) -> bool {
    group.is_none_or(|group| group.contains(function))
}

impl FunctionContext<'_, '_> {
    pub(crate) fn record(&self) -> FunctionRecord {
        let own = self.solved.price_as_of(self.home);
        let any = || {
            let platforms = 0..self.case.comparison.platforms().len();
            platforms
                .filter_map(|number| self.solved.price_as_of(number))
                .min()
        };
        FunctionRecord {
            monthly: self.billed(),
            change: self.change(),
            budgets: self.budgets(),
            oldest_price: own.or_else(any).map(Box::from),
        }
    }
}

impl ScenarioContext<'_, '_> {
    /// The function with the highest cost on its platform of today, in a group or in all.
    pub(crate) fn most_expensive_function(
        &self,
        group: Option<&TagGroup<'_>>,
    ) -> Option<CostDriver> {
        self.heaviest(|function, cost| is_in(group, function).then(|| cost.clone()))
    }

    /// The function with the largest increase since the baseline, in all or in a group with its
    /// functions in the baseline. One that joined the group counts with its cost.
    pub(crate) fn risen_function(
        &self,
        baseline: &Baseline,
        group: Option<(&TagGroup<'_>, Option<&GroupBefore<'_>>)>,
    ) -> Option<CostDriver> {
        self.heaviest(|function, cost| {
            if let Some((group, former)) = group {
                if !group.contains(function) {
                    return None;
                }
                if !former.is_some_and(|former| former.contains(&function.name)) {
                    return Some(cost.clone());
                }
            }
            match baseline.functions.get(&*function.name) {
                Some(before) => Some(cost - &before.monthly.as_ref()?.usd),
                None => Some(cost.clone()),
            }
        })
    }

    /// The function with the largest decrease since the baseline, among those that still exist and
    /// those that were removed; of a group only those that it had in the baseline. One that left the
    /// group counts with its cost in the baseline.
    pub(crate) fn fallen_function(
        &self,
        baseline: &Baseline,
        group: Option<(&TagGroup<'_>, &GroupBefore<'_>)>,
    ) -> Option<CostDriver> {
        let was_in = |name: &str| group.is_none_or(|(_, former)| former.contains(name));
        let fallen = self.heaviest(|function, cost| {
            let before = baseline.functions.get(&*function.name)?;
            if !was_in(&function.name) {
                return None;
            }
            let before = &before.monthly.as_ref()?.usd;
            Some(if is_in(group.map(|(group, _)| group), function) {
                before - cost
            } else {
                before.clone()
            })
        });
        let names: HashSet<&str> = self
            .case
            .comparison
            .scenario()
            .functions
            .iter()
            .map(|function| &*function.name)
            .collect();
        let gone = baseline.functions.iter();
        let gone = gone.filter(|(name, _)| !names.contains(name.as_str()) && was_in(name));
        let gone = gone.filter_map(|(name, before)| {
            Some(CostDriver {
                item: name.clone(),
                is_name: true,
                cost: Usd::new(before.monthly.as_ref()?.usd.clone()),
            })
        });
        fallen.into_iter().chain(gone).reduce(
            |one, other| {
                if other.cost > one.cost { other } else { one }
            },
        )
    }

    fn heaviest(
        &self,
        weight: impl Fn(&Function, &Exact) -> Option<Exact> + Sync,
    ) -> Option<CostDriver> {
        let names = self.case.comparison.scenario().functions.par_iter();
        let functions = names.zip(&self.functions).enumerate();
        let weighed = functions.filter_map(|(index, (function, record))| {
            let weight = weight(function, record.monthly.as_ref()?)?;
            weight.is_positive().then_some((weight, index))
        });
        // Ties go to the first function, so that the result does not depend on threads.
        let (weight, index) = weighed.max_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)))?;
        Some(CostDriver {
            item: self.case.comparison.scenario().functions[index]
                .name
                .to_string(),
            is_name: true,
            cost: Usd::new(weight),
        })
    }
}
