//! The rule `unmatched-budget`: `unmatched_budget.md` is its manual page.

use super::{DraftFinding, Rule, ScenarioContext};
use crate::check::tag_groups::TagGroup;
use crate::scenario::{Level, NamedBudget, Scenario};
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
    let of_tags = unmatched_tags(scenario);
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
    let of_functions = unmatched.enumerate().map(draft);
    of_functions.chain(of_tags).collect()
}

/// The budgets of tags that no function has.
fn unmatched_tags(scenario: &ScenarioContext<'_, '_>) -> Vec<DraftFinding> {
    let groups = scenario.groups.iter();
    let unmatched = groups.filter(|group| group.functions == 0).enumerate();
    unmatched
        .map(|(number, group)| {
            let scenario = scenario.case.comparison.scenario();
            let tag = &group.budget.tag;
            let is_known = scenario.tags.iter().any(|name| **name == **tag);
            let fault = if is_known {
                "no function has this value".to_owned()
            } else {
                format!("no function has the tag {}", quoted(tag))
            };
            let near = (number < ADVISED).then(|| near_tag(scenario, group, is_known));
            DraftFinding {
                message: format!("the budget of {} limits nothing: {fault}", group.called()),
                help: near
                    .flatten()
                    .unwrap_or_else(|| "correct it, or take it out".to_owned()),
                line: Some(group.budget.named.at.line),
                ..DraftFinding::default()
            }
        })
        .collect()
}

/// The similar value of the tag or, if there is no such tag, its similar name.
fn near_tag(scenario: &Scenario, group: &TagGroup<'_>, is_known: bool) -> Option<String> {
    let found = if is_known {
        let functions = scenario.functions.iter();
        let values = functions.filter_map(|function| function.tag(&group.budget.tag));
        nearest(&group.budget.named.name, values)
    } else {
        nearest(&group.budget.tag, scenario.tags.iter().map(|name| &**name))
    };
    found.map(|near| format!("did you mean {}?", quoted(near)))
}
