//! Searches for the traffic at which the cheaper side flips.

use super::{Comparison, Pair, Summary};
use crate::solve::Tariff;
use crate::solve::flips::{self, Effort, Flips, TrafficCost};
use crate::solve::piecewise::PiecewiseCost;
use rayon::prelude::*;

impl Comparison<'_> {
    /// How many searches for flips [`Self::flips`] makes at most.
    pub fn searches(&self) -> usize {
        self.pairs().count()
    }

    /// How the cheaper side flips over volume, within the effort of a run.
    pub fn flips_within(
        &self,
        effort: &Effort,
        index: usize,
        summary: &Summary,
    ) -> Vec<(Pair, Option<Flips>)> {
        let flips = self.flips(index, summary, effort.for_each(self.searches()));
        effort.spend(flips.iter().filter_map(|(_, flips)| flips.as_ref()));
        flips
    }

    /// How the cheaper side flips over volume, for each pair that can run a function; each search
    /// looks at `most` stretches at most.
    pub fn flips(&self, index: usize, summary: &Summary, most: u64) -> Vec<(Pair, Option<Flips>)> {
        let feasible =
            |pair: &Pair| summary.costs[pair.from].is_ok() && summary.costs[pair.to].is_ok();
        let pairs: Vec<Pair> = self.pairs().filter(feasible).collect();
        let pairs = pairs.into_par_iter();
        let of_pair = |pair| (pair, self.flips_of(index, pair, most));
        pairs.map(of_pair).collect()
    }

    fn flips_of(&self, index: usize, pair: Pair, most: u64) -> Option<Flips> {
        let hours = &self.scenario().hours;
        let tariff = |number: usize| self.platforms[number].model.tariff();
        let Tariff::ByCapacity(capacity) = tariff(pair.to) else {
            return None;
        };
        let second = capacity.step_cost(index)?;
        let more = &self.per_call(index, pair.to) - &self.per_call(index, pair.from);
        let first = match tariff(pair.from) {
            Tariff::ByUse(usage) => TrafficCost::ByUse(usage.growth(index).less(&more)),
            Tariff::ByCapacity(capacity) => {
                match (capacity.step_cost(index)?, more.dollars().is_zero()) {
                    (stairs, true) => TrafficCost::ByCapacity(stairs),
                    (stairs, false) => {
                        TrafficCost::Both(stairs, PiecewiseCost::nothing().less(&more))
                    }
                }
            }
        };
        let function = self.context.function(index);
        flips::flips(function, hours, first, &*second, most)
    }
}
