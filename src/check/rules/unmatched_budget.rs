//! The rule `unmatched-budget`: `unmatched_budget.md` is its manual page.

use super::{DraftFinding, Rule, ScenarioContext};
use crate::scenario::{Level, NamedBudget};
use crate::text::{nearest, quoted};

/// A similar name is suggested only for this number of budgets, because the search reads all
/// functions.
const ADVISED: usize = 10;

pub(crate) const RULE: Rule = Rule {
    code: "unmatched-budget",
    manual: include_str!("unmatched_budget.md"),
    default_level: Level::Deny,
    parameters: &[],
    function: None,
    scenario: Some(judge_scenario),
};

fn judge_scenario(scenario: &ScenarioContext<'_, '_>) -> Vec<DraftFinding> {
    let scenario = scenario.case.comparison.scenario();
    let unmatched = scenario.unmatched_budgets.iter();
    let names = || scenario.functions.iter().map(|function| &*function.name);
    let near = |number: usize, budget: &NamedBudget| {
        let is_advised = number < ADVISED;
        is_advised.then(|| nearest(&budget.name, names())).flatten()
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
