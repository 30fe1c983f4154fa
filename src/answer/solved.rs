//! A function solved on every platform: the one place from which its figures are taken.

use super::{Comparison, Pair, Summary};
use crate::money::Usd;
use crate::platform::{ClusterCosts, Fleet, Line, Placement, Provisioning};
use crate::solve::{CapacityTariff, Tariff, UsageTariff};
use std::sync::OnceLock;

/// A function solved on every platform that is compared.
pub struct Solved<'c> {
    /// Its number in the scenario.
    pub index: usize,
    /// What a table row needs.
    pub summary: Summary,
    /// By platform; `None` where the function cannot run.
    pub(super) placements: Vec<Option<Box<dyn Placement + 'c>>>,
    /// By platform: they take long to compute and are used more than once. Made when first needed,
    /// because a CSV row needs none.
    pub(super) cluster_costs: OnceLock<Vec<OnceLock<ClusterCosts>>>,
    /// The same on demand at list prices, where the scenario buys otherwise.
    pub(super) listed: Option<Box<Solved<'c>>>,
}

impl Solved<'_> {
    fn placement(&self, platform: usize) -> Option<&dyn Placement> {
        self.placements[platform]
            .as_deref()
            .map(|placement| placement as _)
    }

    /// The bill on a platform; empty where the function cannot run. What a commitment lowers has a
    /// line, and the rest another one.
    pub fn lines(&self, platform: usize) -> Vec<Line> {
        let lines = self.placement(platform).map(Placement::lines);
        lines
            .unwrap_or_default()
            .into_iter()
            .flat_map(Line::parts)
            .collect()
    }

    /// The oldest date at which a price in the bill was confirmed; `None` where the function cannot
    /// run, or no price has a date.
    pub fn price_as_of(&self, platform: usize) -> Option<&str> {
        self.placement(platform)?.price_as_of()
    }

    /// What the function would cost on a dedicated cluster, and what it adds to the shared one.
    pub fn cluster_costs(&self, platform: usize) -> ClusterCosts {
        let Some(placement) = self.placement(platform) else {
            return ClusterCosts::default();
        };
        let costs = self
            .cluster_costs
            .get_or_init(|| self.placements.iter().map(|_| OnceLock::new()).collect());
        costs[platform]
            .get_or_init(|| placement.cluster_costs())
            .clone()
    }

    /// How well the environments that a platform keeps for the function are used.
    pub fn provisioning(&self, platform: usize) -> Option<Provisioning> {
        self.placement(platform)?.provisioning()
    }

    /// What carries the function, where capacity is provided.
    pub fn fleet(&self, platform: usize) -> Option<&dyn Fleet> {
        self.placement(platform)?.fleet()
    }

    /// In what each job runs, in a line, if the function runs by the job.
    pub fn job(&self, platform: usize) -> Option<String> {
        self.placement(platform)?.job()
    }

    /// How a platform charges; `None` where the function cannot run.
    pub(super) fn tariff(&self, platform: usize) -> Option<Tariff<'_>> {
        Some(self.placement(platform)?.tariff())
    }

    /// The tariffs of a pair that is paid by use and by capacity, in this order.
    pub(super) fn use_and_capacity(
        &self,
        pair: Pair,
    ) -> Option<(&dyn UsageTariff, &dyn CapacityTariff)> {
        match (self.tariff(pair.from)?, self.tariff(pair.to)?) {
            (Tariff::ByUse(usage), Tariff::ByCapacity(capacity)) => Some((usage, capacity)),
            _ => None,
        }
    }

    /// Dollars that a platform takes for every call on top of the fleet.
    pub(super) fn per_call(&self, platform: usize) -> Usd {
        match self.tariff(platform) {
            Some(Tariff::ByCapacity(capacity)) => capacity.per_call(),
            Some(Tariff::ByUse(_)) | None => Usd::ZERO,
        }
    }
}

impl Comparison<'_> {
    /// What a function costs on a dedicated cluster where it is cheapest, if it is the cheapest
    /// only as a part of the shared cluster.
    pub fn alone_is_dearer(&self, solved: &Solved<'_>) -> Option<Usd> {
        let summary = &solved.summary;
        let next = summary.costs[self.runner_up(summary)?].as_ref().ok()?;
        let alone = solved.cluster_costs(summary.cheapest?).alone?;
        (alone > next.compared).then_some(alone)
    }
}
