//! The rule `past-crossover`: `past_crossover.md` is its manual page.

use super::{DraftFinding, FunctionContext, Rule};
use crate::check::Measured;
use crate::exact::Exact;
use crate::money::money;
use crate::scenario::Level;
use crate::scenario::schema::Bounds;

const MARGIN: &str = "margin_percent";

pub(crate) const RULE: Rule = Rule {
    code: "past-crossover",
    manual: include_str!("past_crossover.md"),
    default_level: Level::Warn,
    parameters: &[(MARGIN, Bounds::from(0, 1_000_000))],
    function: Some(judge_function),
    scenario: None,
};

fn judge_function(function: &FunctionContext<'_, '_>) -> Vec<DraftFinding> {
    let stated = function.case.levels.parameter(RULE.code, MARGIN);
    let margin = stated.unwrap_or(Exact::ZERO);
    judged(function, &margin).into_iter().collect()
}

fn judged(function: &FunctionContext<'_, '_>, margin: &Exact) -> Option<DraftFinding> {
    let cost = &function.cost().ok()?.compared;
    let best = function.solved.summary.cheapest?;
    let cheapest = &function.solved.summary.costs[best].as_ref().ok()?.compared;
    let share = &Exact::ONE + &(margin * &Exact::ratio(1, 100));
    let allowed = cheapest.times(&share);
    if Some(best) == function.home || *cost <= allowed {
        return None;
    }
    let comparison = function.case.comparison;
    let platforms = comparison.platforms();
    let title = platforms[best].title;
    let saving = comparison.excess(&function.solved.summary, function.home?)?;
    let alone = comparison.dedicated_cost_if_not_cheapest(&function.solved);
    let alone = alone.map(|alone| {
        let alone = money(&alone);
        format!("; with a cluster for this function alone, {title} would cost {alone}")
    });
    Some(DraftFinding {
        message: format!(
            "{} runs on {}; moving it to {title} saves {} a month",
            function.called(),
            platforms[function.home?].title,
            money(&saving)
        ),
        help: format!(
            "move it to {title}, then state runs_on = \"{}\"{}",
            platforms[best].id,
            alone.unwrap_or_default()
        ),
        measured: Some(Measured {
            actual: cost.to_string(),
            limit: allowed.to_string(),
            unit: "USD/month",
        }),
        driver: function.most_expensive_line(),
        ..DraftFinding::default()
    })
}
