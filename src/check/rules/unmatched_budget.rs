//! A budget in `[budget.functions]` names a function that does not exist.
//!
//! Such a budget limits nothing, and nobody would notice: the function was renamed or is gone.
//!
//! Level: deny.

use super::{DraftFinding, Rule, ScenarioContext};
use crate::scenario::{Level, NamedBudget};
use crate::text::{nearest, quoted};

/// Budgets for which a similar name is looked for among all functions.
const ADVISED: usize = 10;

pub struct UnmatchedBudget;

impl Rule for UnmatchedBudget {
    fn code(&self) -> &'static str {
        "unmatched-budget"
    }

    fn source(&self) -> &'static str {
        include_str!("unmatched_budget.rs")
    }

    fn default_level(&self) -> Level {
        Level::Deny
    }

    fn scenario(&self, scenario: &ScenarioContext<'_, '_>) -> Vec<DraftFinding> {
        let scenario = scenario.case.comparison.scenario();
        let unmatched = scenario.unmatched_budgets.iter();
        let names = || scenario.functions.iter().map(|function| &*function.name);
        let near = |number: usize, budget: &NamedBudget| {
            let asked = number < ADVISED;
            asked.then(|| nearest(&budget.name, names())).flatten()
        };
        let draft = |(number, budget): (usize, &NamedBudget)| DraftFinding {
            message: format!(
                "the budget of {} names no function of the scenario",
                quoted(&budget.name)
            ),
            help: match near(number, budget) {
                Some(near) => format!("did you mean {}?", quoted(near)),
                None => "name a function, or take it out".to_owned(),
            },
            line: Some(budget.at.line),
            ..DraftFinding::default()
        };
        unmatched.enumerate().map(draft).collect()
    }
}
