//! The searches for flips.

use super::{Comparison, Pair, Solved};
use crate::exact::Exact;
use crate::money::Usd;
use crate::solve::flips::{self, Effort, Flips};
use crate::solve::piecewise::PiecewiseCost;
use crate::solve::stretches::{FoundStretches, Stretches, stretches, stretches_of};
use crate::solve::traffic::TrafficCost;
use crate::solve::{StepCost, Tariff};
use rayon::prelude::*;

/// An interval of a search for stretches takes as long as this many of a search for flips.
const STRETCH_COST: u64 = 8;
/// With a commitment in dollars an hour an interval takes as long as this many: four bills are priced.
const SPENT_COST: u64 = 64;

impl Comparison<'_> {
    /// The maximum number of searches in [`Self::flips`].
    pub(crate) fn searches(&self) -> usize {
        self.pairs().count()
    }

    /// The flips of each pair that can run a function. Each search examines at most `most`
    /// intervals.
    pub fn flips(&self, solved: &Solved<'_>, most: u64) -> Vec<(Pair, Option<Flips>)> {
        self.feasible_pairs(solved)
            .into_par_iter()
            .map(|pair| (pair, self.flips_of(solved, pair, most)))
            .collect()
    }

    pub(super) fn flips_of(&self, solved: &Solved<'_>, pair: Pair, most: u64) -> Option<Flips> {
        if self.is_spending() {
            let traffic = self.spent_traffic(solved, [pair.from, pair.to])?;
            let mut flips = flips::flips_of(&traffic, most / SPENT_COST);
            // Those that flips allow are not spent.
            flips.intervals += (SPENT_COST - 1) * flips.unproductive();
            return Some(flips);
        }
        let (first, second) = self.traffic_costs(solved, pair)?;
        let more = &solved.per_call(pair.to) - &solved.per_call(pair.from);
        let first = match first {
            TrafficCost::ByUse(curve) => TrafficCost::ByUse(curve.less(&more)),
            TrafficCost::ByCapacity(fleet) if !more.dollars().is_zero() => {
                TrafficCost::Both(fleet, PiecewiseCost::nothing().less(&more))
            }
            same => same,
        };
        let function = self.context.function(solved.index);
        let demand = self.context.demand(solved.index);
        flips::flips(function, demand, first, second, most)
    }

    /// The traffic at which the other platform of a pair is cheaper by a margin, a share, within the
    /// effort of a run. Only pairs with `place`, if it is stated, and with fleets that grow. `None` if the
    /// search did not end.
    pub(crate) fn stretches_within(
        &self,
        effort: &Effort,
        solved: &Solved<'_>,
        place: Option<usize>,
        margin: &Exact,
    ) -> Vec<(Pair, Option<Stretches>)> {
        let cost = if self.is_spending() {
            SPENT_COST
        } else {
            STRETCH_COST
        };
        let most = effort.for_each(self.searches()) / cost;
        let pairs = self.feasible_pairs(solved).into_iter();
        let pairs = pairs.filter(|pair| place.is_none_or(|place| pair.has(place)));
        let found = pairs.filter_map(|pair| {
            let found = self.stretches(solved, pair, margin, most)?;
            effort.spend(found.intervals * cost);
            Some((pair, found.stretches))
        });
        found.collect()
    }

    /// The traffic at which the other platform of a pair is cheaper by a margin, a share. The search
    /// examines at most `most` intervals. `None` without traffic, or a fleet that grows.
    pub fn stretches(
        &self,
        solved: &Solved<'_>,
        pair: Pair,
        margin: &Exact,
        most: u64,
    ) -> Option<FoundStretches> {
        if self.is_spending() {
            let traffic = self.spent_traffic(solved, [pair.from, pair.to])?;
            let calls = self.context.function(solved.index).invocations.into();
            let none = [Usd::ZERO, Usd::ZERO];
            return Some(stretches_of(traffic, calls, none, margin, most));
        }
        let (first, second) = self.traffic_costs(solved, pair)?;
        let per_call = [pair.from, pair.to].map(|platform| solved.per_call(platform));
        let function = self.context.function(solved.index);
        let demand = self.context.demand(solved.index);
        stretches(function, demand, (first, second), per_call, margin, most)
    }

    /// The pairs of platforms that can both run a function.
    fn feasible_pairs(&self, solved: &Solved<'_>) -> Vec<Pair> {
        let costs = &solved.summary.costs;
        let feasible = |pair: &Pair| costs[pair.from].is_ok() && costs[pair.to].is_ok();
        self.pairs().filter(feasible).collect()
    }

    /// What the two platforms of a pair cost as traffic grows, without what a fleet charges for each
    /// call. The second is a fleet.
    fn traffic_costs<'s>(
        &self,
        solved: &'s Solved<'_>,
        pair: Pair,
    ) -> Option<(TrafficCost<'s>, &'s dyn StepCost)> {
        let function = self.context.function(solved.index);
        // The traffic of a service is that of several functions.
        if function.service_number().is_some() {
            return None;
        }
        let Tariff::ByCapacity(capacity) = solved.tariff(pair.to)? else {
            return None;
        };
        let second = capacity.step_cost()?;
        let first = match solved.tariff(pair.from)? {
            Tariff::ByUse(usage) => TrafficCost::ByUse(usage.growth()),
            Tariff::ByCapacity(capacity) => TrafficCost::ByCapacity(capacity.step_cost()?),
        };
        Some((first, second))
    }
}
