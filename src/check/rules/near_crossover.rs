//! A function's utilization is close to a crossover, so that a little more or less traffic would
//! make another platform the cheaper one.
//!
//! `within_points` (default 5) is how close, in percentage points of utilization on either side.
//! Only crossovers with the platform where the function runs count, and only those that lie within
//! today's capacity.
//!
//! Level: warn.

use super::{DraftFinding, FunctionContext, Rule};
use crate::answer::Pair;
use crate::check::Measured;
use crate::exact::Exact;
use crate::money::percent;
use crate::scenario::Level;
use crate::scenario::schema::Bounds;

pub struct NearCrossover;

const WITHIN: &str = "within_points";
const DEFAULT: u32 = 5;

impl Rule for NearCrossover {
    fn code(&self) -> &'static str {
        "near-crossover"
    }

    fn source(&self) -> &'static str {
        include_str!("near_crossover.rs")
    }

    fn default_level(&self) -> Level {
        Level::Warn
    }

    fn parameters(&self) -> &'static [(&'static str, Bounds)] {
        const ALL: &[(&str, Bounds)] = &[(WITHIN, Bounds::from(0, 100))];
        ALL
    }

    fn function(&self, function: &FunctionContext<'_, '_>) -> Vec<DraftFinding> {
        let stated = function.case.levels.parameter(self.code(), WITHIN);
        let points = stated.unwrap_or(Exact::from(DEFAULT));
        let (Some(home), Some(load)) =
            (function.home, &function.solved.summary.workload.utilization)
        else {
            return Vec::new();
        };
        let crossovers = function.solved.summary.crossovers.iter();
        let near = crossovers.filter_map(|(pair, crossover)| {
            pair.other(home)?;
            let at = crossover.within_capacity()?;
            let distance = &distance(load, at) * &Exact::from(100u32);
            (distance <= points).then(|| draft(function, *pair, [load, at], &distance, &points))
        });
        near.collect()
    }
}

fn distance(left: &Exact, right: &Exact) -> Exact {
    match left > right {
        true => left - right,
        false => right - left,
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
    DraftFinding {
        message: format!(
            "{} is used to {}, {} points from the crossover of {from} and {to}, {}",
            function.called(),
            percent(load),
            distance.to_fixed(1),
            percent(at)
        ),
        help: format!(
            "below {} {from} is cheaper, above it {to}: watch its traffic",
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
