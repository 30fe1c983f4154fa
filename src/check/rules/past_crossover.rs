//! The rule `past-crossover`: `past_crossover.md` is its manual page.

use super::{DraftFinding, FunctionContext, Rule};
use crate::check::Measured;
use crate::exact::Exact;
use crate::money::money;
use crate::scenario::Level;
use crate::scenario::schema::Bounds;
use crate::text::quoted;

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
    let case = function.case;
    let (plan, one) = (&case.decision.plan, function.planned_move()?);
    let cost = &function.cost().ok()?.billed;
    let share = &Exact::ONE + &(margin * &Exact::ratio(1, 100));
    let allowed = (cost - &one.saving).times(&share);
    if *cost <= allowed {
        return None;
    }
    let platforms = case.comparison.platforms();
    let [from, to] = [one.from, one.to].map(|number| &platforms[number]);
    let (moved, of, each) = match function.function.service_name() {
        Some(service) => (
            format!("its service {}", quoted(service)),
            " of its part",
            " for each of its functions",
        ),
        None => ("it".to_owned(), "", ""),
    };
    let condition = if plan.pays_alone(one) {
        ""
    } else {
        " together with the other moves of the plan"
    };
    Some(DraftFinding {
        message: format!(
            "{} runs on {}; moving {moved} to {}{condition} saves {} a month{of}",
            function.called(),
            from.title,
            to.title,
            money(&one.saving)
        ),
        help: format!(
            "move {moved} to {}, then state runs_on = \"{}\"{each}; `lambdacost plan` has all moves",
            to.title, to.id
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
