//! The searches for flips.

use super::{Comparison, Pair, Solved};
use crate::solve::Tariff;
use crate::solve::flips::{self, Effort, Flips, TrafficCost};
use crate::solve::piecewise::PiecewiseCost;
use rayon::prelude::*;

impl Comparison<'_> {
    /// The maximum number of searches in [`Self::flips`].
    pub(crate) fn searches(&self) -> usize {
        self.pairs().count()
    }

    /// The flips of each pair, within the effort of a run.
    pub fn flips_within(&self, effort: &Effort, solved: &Solved<'_>) -> Vec<(Pair, Option<Flips>)> {
        let flips = self.flips(solved, effort.for_each(self.searches()));
        effort.spend(flips.iter().filter_map(|(_, flips)| flips.as_ref()));
        flips
    }

    /// The flips of each pair that can run a function. Each search examines at most `most`
    /// intervals.
    pub fn flips(&self, solved: &Solved<'_>, most: u64) -> Vec<(Pair, Option<Flips>)> {
        let costs = &solved.summary.costs;
        let feasible = |pair: &Pair| costs[pair.from].is_ok() && costs[pair.to].is_ok();
        let pairs: Vec<Pair> = self.pairs().filter(feasible).collect();
        pairs
            .into_par_iter()
            .map(|pair| (pair, self.flips_of(solved, pair, most)))
            .collect()
    }

    pub(super) fn flips_of(&self, solved: &Solved<'_>, pair: Pair, most: u64) -> Option<Flips> {
        // A commitment in dollars is spent again at every traffic: the curves do not have it.
        if self.is_spending() {
            return None;
        }
        let Tariff::ByCapacity(capacity) = solved.tariff(pair.to)? else {
            return None;
        };
        let second = capacity.step_cost()?;
        let more = &solved.per_call(pair.to) - &solved.per_call(pair.from);
        let first = match solved.tariff(pair.from)? {
            Tariff::ByUse(usage) => TrafficCost::ByUse(usage.growth().less(&more)),
            Tariff::ByCapacity(capacity) => {
                let step_cost = capacity.step_cost()?;
                if more.dollars().is_zero() {
                    TrafficCost::ByCapacity(step_cost)
                } else {
                    TrafficCost::Both(step_cost, PiecewiseCost::nothing().less(&more))
                }
            }
        };
        let function = self.context.function(solved.index);
        flips::flips(
            function,
            self.context.demand(solved.index),
            first,
            second,
            most,
        )
    }
}
