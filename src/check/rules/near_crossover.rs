//! The rule `near-crossover`: `near_crossover.md` is its manual page.

use super::{DraftFinding, FunctionContext, Rule};
use crate::answer::Pair;
use crate::check::Measured;
use crate::exact::Exact;
use crate::money::percent;
use crate::scenario::Level;
use crate::scenario::schema::Bounds;

const WITHIN: &str = "within_points";
const DEFAULT: u32 = 5;

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
    let points = stated.unwrap_or(Exact::from(DEFAULT));
    let Some(load) = &function.solved.summary.workload.utilization else {
        return Vec::new();
    };
    let home = function.home;
    let crossovers = function.solved.summary.crossovers.iter();
    let near = crossovers.filter_map(|(pair, crossover)| {
        pair.other(home)?;
        let at = crossover.within_capacity()?;
        let distance = &distance(load, at) * &Exact::from(100u32);
        (distance <= points).then(|| draft(function, *pair, [load, at], &distance, &points))
    });
    near.collect()
}

fn distance(left: &Exact, right: &Exact) -> Exact {
    if left > right {
        left - right
    } else {
        right - left
    }
}

fn draft(
    function: &FunctionContext<'_, '_>,
    pair: Pair,
    [load, at]: [&Exact; 2],
    distance: &Exact,
    points: &Exact,
) -> DraftFinding {
    let platforms = function.case.comparison.platforms();
    let [from, to] = [pair.from, pair.to].map(|number| platforms[number].title);
    let side = if load < at { "below" } else { "above" };
    DraftFinding {
        message: format!(
            "utilization of {} is {}, {} points {side} the break-even of {from} and {to} ({})",
            function.called(),
            percent(load),
            distance.to_fixed(1),
            percent(at)
        ),
        help: format!(
            "below {} {from} is cheaper, above it {to}: check the verdict again when traffic changes",
            percent(at)
        ),
        measured: Some(Measured {
            actual: distance.to_string(),
            limit: points.to_string(),
            unit: "percentage points",
        }),
        ..DraftFinding::default()
    }
}
