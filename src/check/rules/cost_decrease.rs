//! The rule `cost-decrease`: `cost_decrease.md` is its manual page.

use super::{DraftFinding, FunctionContext, Rule, ScenarioContext};
use crate::check::baseline::Baseline;
use crate::check::limits::{Direction, judged};
use crate::check::tag_groups::TagGroup;
use crate::scenario::{Level, Limit};

pub(crate) const RULE: Rule = Rule {
    code: "cost-decrease",
    manual: include_str!("cost_decrease.md"),
    default_level: Level::Deny,
    parameters: &[],
    function: Some(judge_function),
    scenario: Some(judge_scenario),
};

fn judge_function(function: &FunctionContext<'_, '_>) -> Vec<DraftFinding> {
    let (Some(before), Some(budget)) = (function.before(), &function.function.budget) else {
        return Vec::new();
    };
    let limits = [budget.decrease_percent, budget.decrease_usd];
    if !limits.iter().any(Limit::is_stated) {
        return Vec::new();
    }
    let step = function.step(before);
    let driver = || function.fallen_line(before);
    let broken = judged(&function.called(), Direction::Fall, &step, limits, driver);
    broken.into_iter().collect()
}

fn judge_scenario(scenario: &ScenarioContext<'_, '_>) -> Vec<DraftFinding> {
    let Some(baseline) = scenario.case.baseline else {
        return Vec::new();
    };
    let whole = judge_whole(scenario, baseline).into_iter();
    let groups = scenario.groups.iter();
    whole
        .chain(groups.filter_map(|group| judge_group(scenario, group, baseline)))
        .collect()
}

fn judge_whole(scenario: &ScenarioContext<'_, '_>, baseline: &Baseline) -> Option<DraftFinding> {
    let now = scenario.case.comparison.scenario();
    let limits = [now.budget.decrease_percent, now.budget.decrease_usd];
    if !limits.iter().any(Limit::is_stated) {
        return None;
    }
    let step = scenario.total_step(baseline);
    let driver = || scenario.fallen_function(baseline, None);
    let broken = judged("the scenario", Direction::Fall, &step, limits, driver);
    broken.map(|draft| draft.at_line(now.budget_line))
}

/// The limits of functions with a tag.
fn judge_group(
    scenario: &ScenarioContext<'_, '_>,
    group: &TagGroup<'_>,
    baseline: &Baseline,
) -> Option<DraftFinding> {
    let limits = group.budget.named.limits();
    let limits = [limits.decrease_percent, limits.decrease_usd];
    if !limits.iter().any(Limit::is_stated) {
        return None;
    }
    let before = scenario.group_before(group, baseline)?;
    let step = before.step(group);
    let driver = || scenario.fallen_function(baseline, Some((group, &before)));
    let broken = judged(&group.called(), Direction::Fall, &step, limits, driver);
    broken.map(|draft| {
        let moved = scenario.moved(group, Some(&before));
        draft.with(moved).at_line(group.budget.named.at.line)
    })
}
