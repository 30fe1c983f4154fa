//! An interval around the cost of an assignment, in dollar units.

use super::model::{Model, Span};
use super::price::nodes_bounds;
use super::problem::Pool;
use crate::exact::Bounds;

/// Above every cost.
pub(super) const UNKNOWN: i128 = i128::MAX / 4;

/// Two numbers of dollar units that enclose a cost.
#[derive(Debug, Clone, Copy)]
pub(super) struct Interval {
    pub low: i128,
    pub high: i128,
}

impl Interval {
    pub(super) const ZERO: Self = Self { low: 0, high: 0 };

    pub(super) fn add(&mut self, span: Span) {
        self.low += i128::from(span.low);
        self.high += if span.high < Bounds::MOST_UNITS {
            i128::from(span.high)
        } else {
            UNKNOWN
        };
        self.high = self.high.min(UNKNOWN);
    }

    /// Takes off what was added.
    pub(super) fn take(&mut self, span: Span) {
        self.low -= i128::from(span.low);
        self.high -= i128::from(span.high);
    }

    pub(super) fn add_bounds(&mut self, bounds: Bounds, bits: i32) {
        let (low, high) = bounds.in_units(bits);
        self.add(Span { low, high });
    }
}

impl Model<'_> {
    /// The objective without fees, with these node types by cluster; the cheapest type where none is
    /// stated. `None` if a cluster has no node type that takes all of its functions.
    pub(super) fn cost(
        &self,
        units: &[usize],
        choices: &[usize],
        types: &[Option<usize>],
    ) -> Option<Interval> {
        let mut cost = Interval::ZERO;
        let mut pools = vec![Bounds::ZERO; self.problem.pools.len()];
        let mut members = vec![Vec::new(); self.problem.clusters.len()];
        for (unit, number) in units.iter().zip(choices) {
            cost.add(self.own[self.option(*unit, *number)]);
            let choice = &self.problem.units[*unit].choices[*number];
            for (pool, quantity) in &choice.pools {
                pools[*pool] = pools[*pool] + quantity.bounds();
            }
            for cluster in &choice.clusters {
                members[*cluster].push(*unit);
            }
        }
        for part in self.pool_costs(pools) {
            cost.add_bounds(part, self.bits);
        }
        for (cluster, members) in members.iter().enumerate() {
            if !members.is_empty() {
                let nodes = self.nodes(cluster, members, types[cluster])?;
                cost.add_bounds(nodes, self.bits);
                cost.add_bounds(
                    self.problem.clusters[cluster].fee.dollars().bounds(),
                    self.bits,
                );
            }
        }
        Some(cost)
    }

    /// What the nodes of a type cost, or of the cheapest type.
    fn nodes(&self, cluster: usize, members: &[usize], kind: Option<usize>) -> Option<Bounds> {
        let types = self.problem.clusters[cluster].types.len();
        let kinds = kind.map_or(0..types, |kind| kind..kind + 1);
        let costs = kinds.filter_map(|kind| nodes_bounds(self.problem, cluster, kind, members));
        costs.reduce(Bounds::min)
    }

    /// The cost of each pool that is used, with allowances.
    pub(super) fn pool_costs(&self, mut used: Vec<Bounds>) -> impl Iterator<Item = Bounds> {
        for allowance in &self.problem.allowances {
            let pools = allowance.pools.iter();
            let all = pools.fold(Bounds::ZERO, |all, pool| all + used[*pool]);
            for pool in &allowance.pools {
                let own = used[*pool];
                let free = own * allowance.quantity.bounds().over(all);
                used[*pool] = own.less(free.min(own)).max(Bounds::ZERO);
            }
        }
        let pools = self.problem.pools.iter().zip(used);
        let pools = pools.filter(|(_, used)| *used != Bounds::ZERO);
        pools.map(|(pool, used)| pool_cost(pool, used))
    }

    pub(super) fn cost_of_pool(&self, pool: usize, used: Bounds) -> Bounds {
        pool_cost(&self.problem.pools[pool], used)
    }

    /// The fees of choices, each once.
    pub(super) fn fees(&self, units: &[usize], choices: &[usize]) -> Interval {
        let mut used = vec![false; self.fees.len()];
        for (unit, choice) in units.iter().zip(choices) {
            for fee in &self.problem.units[*unit].choices[*choice].fees {
                used[*fee] = true;
            }
        }
        let mut sum = Interval::ZERO;
        for (fee, _) in self.fees.iter().zip(used).filter(|(_, used)| *used) {
            sum.add(*fee);
        }
        sum
    }
}

fn pool_cost(pool: &Pool, used: Bounds) -> Bounds {
    let mut cost = Bounds::ZERO;
    for (number, tier) in pool.tiers.iter().enumerate() {
        let from = tier.from.bounds();
        let mut part = used.less(from).max(Bounds::ZERO);
        if let Some(next) = pool.tiers.get(number + 1) {
            part = part.min(next.from.bounds().less(from));
        }
        cost = cost + part * tier.rate.dollars().bounds();
    }
    cost
}
