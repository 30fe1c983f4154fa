//! The rule `near-crossover`: `near_crossover.md` is its manual page.

use super::{DraftFinding, FunctionContext, Rule};
use crate::answer::Pair;
use crate::check::Measured;
use crate::exact::Exact;
use crate::money::percent;
use crate::scenario::Level;
use crate::scenario::schema::Bounds;

const WITHIN: &str = "within_percent";
const DEFAULT: u32 = 10;

pub(crate) const RULE: Rule = Rule {
    code: "near-crossover",
    manual: include_str!("near_crossover.md"),
    default_level: Level::Warn,
    parameters: &[(WITHIN, Bounds::from(0, 100))],
    function: Some(judge_function),
    scenario: None,
};

fn judge_function(function: &FunctionContext<'_, '_>) -> Vec<DraftFinding> {
    let stated = function.case.levels.parameter(RULE.code, WITHIN);
    let most = stated.unwrap_or(Exact::from(DEFAULT));
    let Some(load) = &function.solved.summary.workload.utilization else {
        return Vec::new();
    };
    let home = function.home;
    let crossovers = function.solved.summary.crossovers.iter();
    let near = crossovers.filter_map(|(pair, crossover)| {
        pair.other(home)?;
        let at = crossover.within_capacity()?;
        let change = change_to(at, load)?;
        (magnitude(&change) <= most).then(|| draft(function, *pair, [load, at], &change, &most))
    });
    near.collect()
}

/// By how many per cent the traffic has to change to reach a break-even, with the same capacity.
/// `None` without traffic.
fn change_to(at: &Exact, load: &Exact) -> Option<Exact> {
    let ratio = at.over(load)?;
    Some(&(&ratio - &Exact::ONE) * &Exact::from(100_u32))
}

fn magnitude(change: &Exact) -> Exact {
    if change.is_negative() {
        &Exact::ZERO - change
    } else {
        change.clone()
    }
}

fn draft(
    function: &FunctionContext<'_, '_>,
    pair: Pair,
    [load, at]: [&Exact; 2],
    change: &Exact,
    most: &Exact,
) -> DraftFinding {
    let platforms = function.case.comparison.platforms();
    let [from, to] = [pair.from, pair.to].map(|number| platforms[number].title);
    let direction = if change.is_negative() { "less" } else { "more" };
    let distance = magnitude(change);
    DraftFinding {
        message: format!(
            "with {} % {direction} traffic, {} reaches the break-even of {from} and {to} \
             (utilization {} now, {} there)",
            distance.to_fixed(1),
            function.called(),
            percent(load),
            percent(at)
        ),
        help: format!(
            "below {} {from} is cheaper, above it {to}: check the verdict again when traffic changes",
            percent(at)
        ),
        measured: Some(Measured {
            actual: distance.to_string(),
            limit: most.to_string(),
            unit: "percent of traffic",
        }),
        ..DraftFinding::default()
    }
}
