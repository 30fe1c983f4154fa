//! The rule `cost-increase`: `cost_increase.md` is its manual page.

use super::{DraftFinding, FunctionContext, Rule, ScenarioContext};
use crate::check::baseline::{Amount, Baseline};
use crate::check::changes::ChangeStep;
use crate::check::limits::{Direction, judged};
use crate::check::tag_groups::TagGroup;
use crate::exact::Exact;
use crate::scenario::{Budget, Level, Limit};
use rust_decimal::Decimal;

pub(crate) const RULE: Rule = Rule {
    code: "cost-increase",
    manual: include_str!("cost_increase.md"),
    default_level: Level::Deny,
    parameters: &[],
    function: Some(judge_function),
    scenario: Some(judge_scenario),
};

fn judge_function(function: &FunctionContext<'_, '_>) -> Vec<DraftFinding> {
    let (Some(_), Some(budget)) = (function.case.baseline, &function.function.budget) else {
        return Vec::new();
    };
    let before = function.before();
    let percent = match before {
        Some(_) => budget.increase_percent,
        None => Limit::default(),
    };
    let limits = [percent, budget.increase_usd];
    if !limits.iter().any(Limit::is_stated) {
        return Vec::new();
    }
    let step = match before {
        Some(before) => function.step(before),
        None => ChangeStep {
            before: Some(Amount::exact(Exact::ZERO)),
            after: function.billed(),
        },
    };
    let driver = || match before {
        Some(before) => function.risen_line(before),
        None => function.most_expensive_line(),
    };
    let broken = judged(&function.called(), Direction::Rise, &step, limits, driver);
    broken.into_iter().collect()
}

fn judge_scenario(scenario: &ScenarioContext<'_, '_>) -> Vec<DraftFinding> {
    let Some(baseline) = scenario.case.baseline else {
        return Vec::new();
    };
    let budget = &scenario.case.comparison.scenario().budget;
    let limits = limits_of_all(budget);
    let driver = || scenario.risen_function(baseline, None);
    let step = scenario.total_step(baseline);
    let broken = judged("the scenario", Direction::Rise, &step, limits, driver);
    let line = scenario.case.comparison.scenario().budget_line;
    let whole = broken.into_iter().map(|draft| draft.at_line(line));
    let groups = scenario.groups.iter();
    let groups = groups.filter_map(|group| judge_group(scenario, group, baseline));
    whole.chain(groups).collect()
}

/// The limits of functions with a tag.
fn judge_group(
    scenario: &ScenarioContext<'_, '_>,
    group: &TagGroup<'_>,
    baseline: &Baseline,
) -> Option<DraftFinding> {
    let limits = group.budget.named.limits();
    let stated = [limits.increase_percent, limits.increase_usd];
    if !stated.iter().any(Limit::is_stated) {
        return None;
    }
    let before = scenario.group_before(group, baseline);
    let percent = match before {
        Some(_) => limits.increase_percent,
        None => Limit::default(),
    };
    let limits = [percent, limits.increase_usd];
    if group.functions == 0 || !limits.iter().any(Limit::is_stated) {
        return None;
    }
    let step = match &before {
        Some(before) => before.step(group),
        None => ChangeStep {
            before: Some(Amount::exact(Exact::ZERO)),
            after: group.monthly.as_ref().map(|usd| usd.dollars().clone()),
        },
    };
    let driver = || scenario.risen_function(baseline, Some((group, before.as_ref())));
    let broken = judged(&group.called(), Direction::Rise, &step, limits, driver);
    broken.map(|draft| {
        let moved = scenario.moved(group, before.as_ref());
        draft.with(moved).at_line(group.budget.named.at.line)
    })
}

/// If the scenario states no limit, any increase is a warning.
fn limits_of_all(budget: &Budget) -> [Limit; 2] {
    let stated = [budget.increase_percent, budget.increase_usd];
    if stated.iter().any(Limit::is_stated) {
        stated
    } else {
        let any_increase = Limit {
            warn: Some(Decimal::ZERO),
            ..Limit::default()
        };
        [Limit::default(), any_increase]
    }
}
