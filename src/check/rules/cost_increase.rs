//! The rule `cost-increase`: `cost_increase.md` is its manual page.

use super::{DraftFinding, FunctionContext, Rule, ScenarioContext};
use crate::check::changes::ChangeStep;
use crate::check::{CostDriver, Measured};
use crate::exact::Exact;
use crate::money::{Usd, grouped, money};
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
    let step = ChangeStep {
        before: match before {
            Some(before) => before.monthly.clone(),
            None => Some(Exact::ZERO),
        },
        after: function
            .cost()
            .ok()
            .map(|cost| cost.billed.dollars().as_printed()),
    };
    let driver = || match before {
        Some(before) => function.risen_line(before),
        None => function.most_expensive_line(),
    };
    let broken = judged(&function.called(), &step, limits, driver);
    broken.into_iter().collect()
}

fn judge_scenario(scenario: &ScenarioContext<'_, '_>) -> Vec<DraftFinding> {
    let Some(baseline) = scenario.case.baseline else {
        return Vec::new();
    };
    let budget = &scenario.case.comparison.scenario().budget;
    let limits = limits_of_all(budget);
    let driver = || scenario.risen_function(baseline);
    let broken = judged(
        "the scenario",
        &scenario.total_step(baseline),
        limits,
        driver,
    );
    let broken = broken.into_iter();
    broken
        .map(|draft| DraftFinding {
            line: Some(scenario.case.comparison.scenario().budget_line),
            ..draft
        })
        .collect()
}

/// If the scenario states no limit, any increase is a warning.
fn limits_of_all(budget: &Budget) -> [Limit; 2] {
    let stated = [budget.increase_percent, budget.increase_usd];
    if stated.iter().any(Limit::is_stated) {
        stated
    } else {
        let any_increase = Limit {
            warn: Some(Decimal::ZERO),
            deny: None,
        };
        [Limit::default(), any_increase]
    }
}

fn judged(
    name: &str,
    step: &ChangeStep,
    [percent, dollars]: [Limit; 2],
    driver: impl Fn() -> Option<CostDriver>,
) -> Option<DraftFinding> {
    let Some(rise) = step.rise() else {
        let side = if step.before.is_none() {
            "previous cost"
        } else {
            "present cost"
        };
        return Some(DraftFinding {
            level: Some(super::unjudged(&[percent, dollars])),
            message: format!("the {side} of {name} is unknown, so its increase is unknown too"),
            help: "correct `runs_on`, `platforms` or the functions that cannot run".to_owned(),
            ..DraftFinding::default()
        });
    };
    let share = step.percent();
    let by_percent = by_percent(&rise, share.as_ref(), percent);
    let by_dollars = dollars.exceeded(&rise).map(|(level, limit)| {
        let text = money(&Usd::new(limit.into()));
        (level, text, Some(measured(&rise, limit, "USD/month")))
    });
    // The stricter of the two; if both are equal, the percentage.
    let broken = [by_dollars, by_percent].into_iter().flatten();
    let (level, limit, measured) = broken.max_by_key(|(level, _, _)| *level)?;
    let more = share.map_or_else(String::new, |share| {
        format!(" (+{} %)", grouped(&share.to_fixed(1)))
    });
    let [before, after] = [&step.before, &step.after].map(|amount| {
        amount
            .clone()
            .map_or_else(String::new, |usd| money(&Usd::new(usd)))
    });
    Some(DraftFinding {
        level: Some(level),
        message: format!(
            "{name} costs {} a month more{more}: {before} before, {after} now; an increase of {limit} is allowed",
            money(&Usd::new(rise))
        ),
        help:
            "if the increase is intended, raise `increase_percent` or `increase_usd` in the budget"
                .to_owned(),
        measured,
        driver: driver(),
        ..DraftFinding::default()
    })
}

/// A level, the exceeded limit in words, and the value with its limit if both are numbers.
type Broken = (Level, String, Option<Measured>);

fn by_percent(rise: &Exact, share: Option<&Exact>, limit: Limit) -> Option<Broken> {
    let text = |limit: Decimal| format!("{} %", limit.normalize());
    let Some(share) = share else {
        // An increase from zero exceeds any percentage.
        let hardest = limit.steps().next().filter(|_| rise.is_positive());
        return hardest.map(|(level, limit)| (level, text(limit), None));
    };
    let (level, limit) = limit.exceeded(share)?;
    Some((level, text(limit), Some(measured(share, limit, "percent"))))
}

fn measured(actual: &Exact, limit: Decimal, unit: &'static str) -> Measured {
    Measured {
        actual: actual.to_string(),
        limit: limit.normalize().to_string(),
        unit,
    }
}
