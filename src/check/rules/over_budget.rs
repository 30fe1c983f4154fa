//! The rule `over-budget`: `over_budget.md` is its manual page.

use super::{DraftFinding, FunctionContext, Rule, ScenarioContext};
use crate::check::tag_groups::TagGroup;
use crate::check::{CostDriver, Measured};
use crate::money::{Usd, money};
use crate::scenario::{Level, Limit};

pub(crate) const RULE: Rule = Rule {
    code: "over-budget",
    manual: include_str!("over_budget.md"),
    default_level: Level::Deny,
    parameters: &[],
    function: Some(judge_function),
    scenario: Some(judge_scenario),
};

/// What an amount is per, in words and as a unit.
const PER_MONTH: [&str; 2] = ["a month", "USD/month"];
const PER_MILLION: [&str; 2] = ["per million invocations", "USD/million"];

fn judge_function(function: &FunctionContext<'_, '_>) -> Vec<DraftFinding> {
    let Some(budget) = &function.function.budget else {
        return Vec::new();
    };
    let per_million = &budget.usd_per_million_invocations;
    if !budget.monthly_usd.is_stated() && !per_million.is_stated() {
        return Vec::new();
    }
    let name = function.called();
    let cost = match function.cost() {
        Ok(cost) => &cost.billed,
        Err(reason) => {
            let level = super::unjudged(&[budget.monthly_usd, *per_million]);
            return vec![unjudged(&name, &reason, level)];
        }
    };
    let driver = || function.most_expensive_line();
    let monthly = over(&name, cost, &budget.monthly_usd, PER_MONTH, driver);
    let million = cost.per_million(function.function.invocations);
    let million =
        million.and_then(|million| over(&name, &million, per_million, PER_MILLION, driver));
    let broken = [monthly, million].into_iter().flatten();
    broken
        .map(|draft| DraftFinding {
            help: advice(function),
            ..draft
        })
        .collect()
}

fn judge_scenario(scenario: &ScenarioContext<'_, '_>) -> Vec<DraftFinding> {
    let whole = judge_whole(scenario).into_iter();
    let groups = scenario.groups.iter();
    whole
        .chain(groups.flat_map(|group| judge_group(scenario, group)))
        .collect()
}

fn judge_whole(scenario: &ScenarioContext<'_, '_>) -> Option<DraftFinding> {
    let limit = &scenario.case.comparison.scenario().budget.monthly_usd;
    if !limit.is_stated() {
        return None;
    }
    let Some(total) = &scenario.total else {
        let reason = "some function cannot run where `runs_on` places it";
        return Some(unjudged("the scenario", reason, super::unjudged(&[*limit])));
    };
    let broken = over("the scenario", total, limit, PER_MONTH, || {
        scenario.most_expensive_function(None)
    });
    let help = "lower the cost of the most expensive function, or raise `monthly_usd` in [budget]";
    broken.map(|draft| DraftFinding {
        help: help.to_owned(),
        line: Some(scenario.case.comparison.scenario().budget_line),
        ..draft
    })
}

/// The budget of functions with a tag.
fn judge_group(scenario: &ScenarioContext<'_, '_>, group: &TagGroup<'_>) -> Vec<DraftFinding> {
    let limits = group.budget.named.limits();
    let stated = [limits.monthly_usd, limits.usd_per_million_invocations];
    if group.functions == 0 || !stated.iter().any(Limit::is_stated) {
        return Vec::new();
    }
    let (name, line) = (group.called(), Some(group.budget.named.at.line));
    let Some(total) = &group.monthly else {
        let reason = "some of its functions cannot run where `runs_on` places them";
        return vec![DraftFinding {
            line,
            ..unjudged(&name, reason, super::unjudged(&stated))
        }];
    };
    let driver = || scenario.most_expensive_function(Some(group));
    let monthly = over(&name, total, &limits.monthly_usd, PER_MONTH, driver);
    let million = group.per_million().and_then(|million| {
        let limit = &limits.usd_per_million_invocations;
        over(&name, &million, limit, PER_MILLION, driver)
    });
    let broken = [monthly, million].into_iter().flatten();
    broken
        .map(|draft| DraftFinding {
            help: "lower the cost of its most expensive function, or raise its budget".to_owned(),
            line,
            ..draft
        })
        .collect()
}

fn unjudged(name: &str, reason: &str, level: Level) -> DraftFinding {
    DraftFinding {
        level: Some(level),
        message: format!("{name} has a budget, but {reason}"),
        help: "correct `runs_on`, `platforms` or the function".to_owned(),
        ..DraftFinding::default()
    }
}

fn over(
    name: &str,
    cost: &Usd,
    limit: &Limit,
    [per, unit]: [&'static str; 2],
    driver: impl Fn() -> Option<CostDriver>,
) -> Option<DraftFinding> {
    let (level, allowed) = limit.exceeded(cost.dollars())?;
    let allowed = Usd::new(allowed.into());
    let excess = match money(&(cost - &allowed)) {
        cents if cents == "$0.00" => "less than a cent".to_owned(),
        cents => cents,
    };
    let message = format!(
        "{name} costs {} {per}, {excess} over its budget of {}",
        money(cost),
        money(&allowed)
    );
    Some(DraftFinding {
        level: Some(level),
        message,
        measured: Some(Measured {
            actual: cost.to_string(),
            limit: allowed.to_string(),
            unit,
        }),
        driver: driver(),
        ..DraftFinding::default()
    })
}

/// What to do: follow the plan, or reduce the cost.
fn advice(function: &FunctionContext<'_, '_>) -> String {
    let one = function.planned_move();
    match one.filter(|one| one.saving.dollars().is_positive()) {
        Some(one) => {
            let title = function.case.comparison.platforms()[one.to].title;
            let saving = money(&one.saving);
            format!("move it to {title}, which saves {saving} a month in the plan")
        }
        None => "lower its duration, its memory or its calls, or raise its budget".to_owned(),
    }
}
