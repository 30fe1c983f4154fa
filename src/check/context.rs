//! The input of rules.

use super::baseline::{Baseline, Before};
use super::{CostDriver, Levels};
use crate::answer::{Comparison, Decision, Move, Shown};
use crate::exact::Exact;
use crate::money::Usd;
use crate::platform::Cost;
use crate::scenario::Function;
use crate::text::quoted;
use jiff::civil::Date;
use rayon::prelude::*;

/// A scenario, and what it is checked against.
pub struct CheckContext<'c> {
    /// The scenario and its bills.
    pub comparison: &'c Comparison<'c>,
    /// Its plan.
    pub decision: &'c Decision<'c>,
    pub baseline: Option<&'c Baseline>,
    pub levels: &'c Levels,
    /// Receives the number of functions that were checked.
    pub progress: &'c (dyn Fn(u64) + Sync),
    /// The maximum age of prices in days, and today.
    pub price_age: Option<(u32, Date)>,
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
            item: most_expensive.item.to_owned(),
            cost: most_expensive.cost,
        })
    }

    /// The line of its bill with the largest increase since the baseline.
    pub(crate) fn risen_line(&self, before: &Before) -> Option<CostDriver> {
        let mut rises = before.lines.clone();
        for rise in rises.values_mut() {
            *rise = &Exact::ZERO - rise;
        }
        for line in self.solved.lines(self.home) {
            let rise = rises.entry(line.item.to_owned()).or_insert(Exact::ZERO);
            *rise = &*rise + line.cost.dollars();
        }
        let risen = rises.into_iter().filter(|(_, rise)| rise.is_positive());
        let (item, rise) = risen.max_by(|left, right| left.1.cmp(&right.1))?;
        Some(CostDriver {
            item,
            cost: Usd::new(rise),
        })
    }
}

/// The whole scenario, after every function was solved.
pub struct ScenarioContext<'c, 'k> {
    pub case: &'k CheckContext<'c>,
    /// The cost of everything on the platforms of today; `None` if a function cannot run there.
    pub total: Option<Usd>,
    /// The oldest date of a price in any bill.
    pub oldest_price: Option<String>,
    /// One for each function, in their order.
    pub functions: Vec<FunctionRecord>,
}

/// What the rules for the whole scenario need to know about a function.
pub struct FunctionRecord {
    /// US dollars a month on the platform of today, with the digits of a report. `None` if it
    /// cannot run there.
    pub monthly: Option<Exact>,
    /// The oldest date of a price in its bill on the platform of today. If it cannot run there: in
    /// any of its bills.
    pub oldest_price: Option<Box<str>>,
}

impl FunctionContext<'_, '_> {
    pub(crate) fn record(&self) -> FunctionRecord {
        let cost = &self.solved.summary.costs[self.home];
        let own = self.solved.price_as_of(self.home);
        let any = || {
            let platforms = 0..self.case.comparison.platforms().len();
            platforms
                .filter_map(|number| self.solved.price_as_of(number))
                .min()
        };
        FunctionRecord {
            monthly: cost
                .as_ref()
                .ok()
                .map(|cost| cost.billed.dollars().as_printed()),
            oldest_price: own.or_else(any).map(Box::from),
        }
    }
}

impl ScenarioContext<'_, '_> {
    /// The function with the highest cost on its platform of today.
    pub(crate) fn most_expensive_function(&self) -> Option<CostDriver> {
        self.heaviest(|_, cost| Some(cost.clone()))
    }

    /// The function with the largest increase since the baseline.
    pub(crate) fn risen_function(&self, baseline: &Baseline) -> Option<CostDriver> {
        self.heaviest(|name, cost| match baseline.functions.get(name) {
            Some(before) => Some(cost - before.monthly.as_ref()?),
            None => Some(cost.clone()),
        })
    }

    fn heaviest(
        &self,
        weight: impl Fn(&str, &Exact) -> Option<Exact> + Sync,
    ) -> Option<CostDriver> {
        let names = self.case.comparison.scenario().functions.par_iter();
        let functions = names.zip(&self.functions).enumerate();
        let weighed = functions.filter_map(|(index, (function, record))| {
            let weight = weight(&function.name, record.monthly.as_ref()?)?;
            weight.is_positive().then_some((weight, index))
        });
        // Ties go to the first function, so that the result does not depend on threads.
        let (weight, index) = weighed.max_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)))?;
        Some(CostDriver {
            item: quoted(&self.case.comparison.scenario().functions[index].name),
            cost: Usd::new(weight),
        })
    }
}
