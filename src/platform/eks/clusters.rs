//! The clusters of some functions, and what is known about them.

use super::crew::Choice;
use super::node_choice::{ClusterMarket, Newer, refusal};
use super::pod_demand::PodNeed;
use super::{EksModel, Site, node_uses};
use rayon::prelude::*;

impl EksModel<'_> {
    /// The clusters for some functions, each with its market and the number of functions that do not
    /// fit it.
    pub(super) fn chosen(
        &self,
        contains: &(dyn Fn(usize) -> bool + Sync),
    ) -> Vec<(&ClusterMarket<'_>, usize, Option<Choice>)> {
        let markets = self.sites.iter();
        let markets: Vec<Option<&ClusterMarket<'_>>> = markets
            .map(|site| site.as_ref().map(|site| &site.market))
            .collect();
        let uses = node_uses(&self.context, &markets, &self.services, contains);
        let markets = markets.into_iter().zip(uses);
        let chosen = markets.filter_map(|(market, uses)| {
            let (market, unfit) = (market?, uses.iter().map(|node_use| node_use.unfit).min()?);
            Some((market, unfit, market.choose(&uses)))
        });
        chosen.collect()
    }
}

impl EksModel<'_> {
    /// Newer types that cost little more than the chosen one: that of today's cluster, or else that of
    /// a cluster for all functions.
    pub(super) fn newer_types(&self) -> Vec<Newer<'_>> {
        if self.options().instance_type.is_some() {
            return Vec::new();
        }
        let markets = self.sites.iter();
        let markets: Vec<Option<&ClusterMarket<'_>>> = markets
            .map(|site| site.as_ref().map(|site| &site.market))
            .collect();
        let uses = node_uses(&self.context, &markets, &self.services, &|_| true);
        let sites = self.sites.iter().zip(uses);
        let newer = sites.filter_map(|(site, uses)| {
            let Site { market, today, .. } = site.as_ref()?;
            let chosen = match today {
                Some(choice) => choice.number,
                None => market.choose(&uses)?.number,
            };
            market.newer_than(chosen)
        });
        newer.collect()
    }
}

impl EksModel<'_> {
    /// Requests in flight of a pod of each function, on a candidate of a market; `None` for one that
    /// does not fit.
    pub(super) fn requests_per_pod(
        &self,
        market: &ClusterMarket<'_>,
        number: usize,
        contains: &(dyn Fn(usize) -> bool + Sync),
    ) -> Vec<(usize, Option<u128>)> {
        let node = &market.candidates[number].node;
        let functions = self.context.scenario.functions.par_iter().enumerate();
        let here = functions.filter(|(index, function)| {
            contains(*index)
                && refusal(function).is_none()
                && function.region == market.region
                && function.container_architecture() == market.architecture
        });
        let requests = here.filter_map(|(index, function)| {
            if let Some(found) = self.context.service_of(function) {
                // Its first function stands for all.
                let is_first = found.service.members[0] == index;
                let own = self.services[found.number].as_ref().filter(|_| is_first)?;
                let packing = own.needs[number].packing();
                return Some((index, packing.map(|packing| packing.requests)));
            }
            let slots = function.needed_slots(self.context.demand(index));
            let packing = PodNeed::of(function).on(node).pack(slots);
            Some((index, packing.map(|packing| packing.requests)))
        });
        requests.collect()
    }
}
