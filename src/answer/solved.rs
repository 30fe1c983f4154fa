//! A function solved on every platform. All of its figures come from here.

use super::tally::Item;
use super::{Pair, Summary};
use crate::money::Usd;
use crate::platform::{Fleet, Line, Placement, Provisioning, SharedUse};
use crate::pricebook::{Commitments, Regional};
use crate::solve::{CapacityTariff, Tariff, UsageTariff};
use std::sync::Arc;

/// A function solved on every platform of a comparison.
pub struct Solved<'c> {
    /// Index of the function in the scenario.
    pub index: usize,
    /// The figures of a table row.
    pub summary: Summary,
    /// By platform; `None` if the function cannot run there.
    pub(super) placements: Vec<Option<Box<dyn Placement + 'c>>>,
    /// By platform: what the function uses there. Empty without a commitment in dollars an hour.
    pub(super) items: Vec<Option<Item>>,
    /// The function at on-demand list prices, if the scenario has a commitment or discounts.
    pub(super) at_list_prices: Option<Box<Solved<'c>>>,
}

impl Solved<'_> {
    fn placement(&self, platform: usize) -> Option<&dyn Placement> {
        self.placements[platform]
            .as_deref()
            .map(|placement| placement as _)
    }

    /// The bill on a platform; empty if the function cannot run there. A quantity that a commitment
    /// lowers in part has two lines.
    pub fn lines(&self, platform: usize) -> Vec<Line> {
        let lines = self.placement(platform).map(Placement::lines);
        lines.unwrap_or_default()
    }

    /// The meters of the bill on a platform that the commitment would lower, and of which the price
    /// book lacks the rate. Each is there once.
    pub(crate) fn uncovered(
        &self,
        platform: usize,
        terms: &Commitments,
        regional: &Regional,
    ) -> Vec<Arc<str>> {
        let mut meters: Vec<Arc<str>> = Vec::new();
        let lines = self.lines(platform).into_iter();
        for line in lines.filter(|line| !line.is_extra()) {
            if !meters.contains(&line.meter) && terms.lacks_rate(&line.meter, regional) {
                meters.push(line.meter);
            }
        }
        meters
    }

    /// The oldest date at which a price in the bill was confirmed. `None` if the function cannot
    /// run there, or no price has a date.
    pub(crate) fn price_as_of(&self, platform: usize) -> Option<&str> {
        self.placement(platform)?.price_as_of()
    }

    /// US dollars a month of the function on a cluster for it alone; `None` where it cannot run and
    /// on platforms without clusters.
    pub(crate) fn alone(&self, platform: usize) -> Option<Usd> {
        self.placement(platform)?.alone()
    }

    /// What the function shares with others on a platform; nothing if it cannot run there.
    pub(super) fn shared_use(&self, platform: usize) -> SharedUse {
        let placement = self.placement(platform);
        placement.map(Placement::shared_use).unwrap_or_default()
    }

    /// The use of the environments that a platform keeps for the function.
    pub fn provisioning(&self, platform: usize) -> Option<Provisioning> {
        self.placement(platform)?.provisioning()
    }

    /// Its containers, nodes or instances, on platforms with provided capacity.
    pub fn fleet(&self, platform: usize) -> Option<&dyn Fleet> {
        self.placement(platform)?.fleet()
    }

    /// What each job runs in, as a phrase; `None` for functions that are not jobs.
    pub(crate) fn job(&self, platform: usize) -> Option<String> {
        self.placement(platform)?.job()
    }

    /// How a platform charges; `None` if the function cannot run there.
    pub(super) fn tariff(&self, platform: usize) -> Option<Tariff<'_>> {
        Some(self.placement(platform)?.tariff())
    }

    /// The tariffs of a pair of platforms that charge for use and for capacity, in this order.
    pub(super) fn use_and_capacity(
        &self,
        pair: Pair,
    ) -> Option<(&dyn UsageTariff, &dyn CapacityTariff)> {
        match (self.tariff(pair.from)?, self.tariff(pair.to)?) {
            (Tariff::ByUse(usage), Tariff::ByCapacity(capacity)) => Some((usage, capacity)),
            _ => None,
        }
    }

    /// US dollars per call that a platform charges in addition to the fleet.
    pub(super) fn per_call(&self, platform: usize) -> Usd {
        match self.tariff(platform) {
            Some(Tariff::ByCapacity(capacity)) => capacity.per_call(),
            Some(Tariff::ByUse(_)) | None => Usd::ZERO,
        }
    }
}
