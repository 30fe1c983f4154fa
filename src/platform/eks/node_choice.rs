//! The markets in which clusters can run, their node types, and the cheapest node type for a set of
//! functions.

use super::burstable::busy_vcpu;
use super::candidates::{Candidate, Spot, candidates};
use super::crew::{Choice, Crew, CrewUse, Own, OwnPods};
use super::levels::{Levels, Load, hours_by_place, running};
use super::meters::GP3;
use super::options::EksOptions;
use super::pod_demand::{LevelUse, NodeNeed, NodeParts, Packing, PodDemand, PodNeed};
use crate::diag::{Diag, Diags};
use crate::exact::{Bounds, Exact};
use crate::money::Usd;
use crate::plan;
use crate::platform::eks::fees::fees;
use crate::platform::service::{EBS, EC2, EKS};
use crate::platform::{
    Bill, Context, Infeasible, Missing, NodeMeters, Pricing, Refusal, SharedBill, container_place,
    oldest,
};
use crate::pricebook::{Architecture, Price};
use crate::scenario::{ClusterKind, Demand, Function, Os, Run};
use crate::units::{ClusterHour, GbMonth, Hour, InstanceHour, Qty, Unit};
use rayon::prelude::*;

/// An architecture in a region, with its prices and node types.
pub(crate) struct ClusterMarket<'a> {
    options: &'a EksOptions,
    /// Hours of the month.
    hours: Qty<Hour>,
    /// The hours of the functions that can run here.
    pub levels: Levels,
    /// The most of these hours. For them amounts of nodes are means.
    node_hours: Qty<Hour>,
    /// The same as a share of the month.
    share_of_month: Exact,
    pub region: u16,
    pub architecture: Architecture,
    /// The types that can be the cheapest, by vCPU and then by name.
    pub candidates: Vec<Candidate>,
    /// The types that cannot be the cheapest.
    dominated: Vec<Candidate>,
    /// US dollars a month of one node with its root volume, for each candidate.
    monthly: Vec<Usd>,
    /// Bounds of [`Self::month`] for each candidate.
    month_bounds: Vec<MonthBounds>,
    /// Prices of the parts of nodes, at which no candidate is worth more than it costs.
    mixes: Vec<NodeParts>,
    /// The oldest date of the prices of a cluster of each candidate.
    as_of: Vec<Option<String>>,
    /// The fees of the cluster, each with its name on the bill.
    fees: Vec<(&'static str, Price<ClusterHour>)>,
    /// US dollars a month of all fees.
    fees_monthly: Usd,
    pub volume: Option<Price<GbMonth>>,
}

/// The capacity of one node type that a set of functions uses.
pub(crate) struct NodeUse {
    /// What those need whose pods fit on a node.
    pub load: Load,
    /// Functions whose pods do not fit on a node.
    pub unfit: usize,
}

/// Why a function cannot run on EC2 nodes, whatever its size.
pub(crate) fn refusal(function: &Function) -> Option<Infeasible> {
    let container = function.container();
    let (reason, advice) = match (container.os, container.run) {
        (Os::Windows, _) => (
            "its containers run Windows (container.os), and only Linux nodes are priced",
            "state container.os = \"linux\", or leave eks out",
        ),
        (_, Run::Job { .. }) => (
            "it runs as jobs (container.run), and nodes for short-lived pods are not modelled",
            "state container.run = \"service\", or leave eks out",
        ),
        (Os::Linux, Run::Service) => return None,
    };
    Some(Infeasible::new(Refusal::NotSupported, reason, advice))
}

/// The markets of all places in which some function can run, indexed by place.
///
/// # Errors
/// A price is missing, or the fixed instance type is unknown or not offered.
pub(crate) fn cluster_markets<'a>(
    context: &Context<'a>,
) -> Result<Vec<Option<ClusterMarket<'a>>>, Diags> {
    let mut missing = Missing::default();
    let options: &EksOptions = context.scenario.options.of();
    for node in &options.nodes {
        if let Some(mistake) = node.mistake(context.instances) {
            missing.take::<()>(Err(mistake));
        }
    }
    let hours = missing.take(hours_by_place(context)).unwrap_or_default();
    let samples = context
        .samples(|function| {
            refusal(function)
                .is_none()
                .then(|| container_place(function))
        })
        .into_iter();
    let markets = samples.zip(hours).map(|(sample, hours)| {
        let market = ClusterMarket::find(context, sample?, hours, &mut missing);
        missing.take(market)
    });
    let markets = markets.collect();
    missing.into_result(markets)
}

impl<'a> ClusterMarket<'a> {
    fn find(
        context: &Context<'a>,
        function: &Function,
        hours: Vec<Exact>,
        missing: &mut Missing,
    ) -> Result<Self, Diag> {
        let options: &EksOptions = context.scenario.options.of();
        let regional = context.prices_of(function);
        let architecture = function.container_architecture();
        let fees = fees(options.cluster, options, regional, missing);
        // When the price is missing, an assumption states that volumes are left out.
        let volume = regional.price(GP3).ok();
        let levels = Levels::of(hours);
        let node_hours = Hour::of(levels.most_hours().clone());
        let (candidates, dominated) = candidates(context, regional, architecture)?;
        let mut market = Self {
            options,
            hours: context.hours.clone(),
            share_of_month: node_hours.over(&context.hours).expect("a month has hours"),
            node_hours,
            levels,
            region: function.region,
            architecture,
            candidates,
            dominated,
            monthly: Vec::new(),
            month_bounds: Vec::new(),
            mixes: Vec::new(),
            as_of: Vec::new(),
            fees,
            fees_monthly: Usd::ZERO,
            volume,
        };
        let one = &Exact::ONE;
        market.fees_monthly = Bill::total(|bill| market.charge_fees(one, bill));
        let candidates = market.candidates.iter();
        market.monthly = candidates
            .map(|candidate| Bill::total(|bill| market.charge_nodes(candidate, one, bill)))
            .collect();
        let is_existing = options.cluster == ClusterKind::Existing;
        let bounds = |(candidate, node): (&Candidate, &Usd)| MonthBounds {
            node: node.dollars().bounds(),
            fees: market.fees_monthly.dollars().bounds(),
            min_nodes: Bounds::whole(options.min_nodes.into()),
            packing: (!is_existing).then(|| Exact::from(options.packing_efficiency).bounds()),
            surplus: candidate.surplus.as_ref().map(|surplus| {
                let usd = Bill::total(|bill| market.charge_surplus(candidate, one, bill));
                [surplus.baseline.bounds(), usd.dollars().bounds()]
            }),
        };
        let priced = market.candidates.iter().zip(&market.monthly);
        market.month_bounds = priced.map(bounds).collect();
        market.mixes = market.mixes();
        let candidates = market.candidates.iter();
        market.as_of = candidates.map(|one| market.oldest(one)).collect();
        Ok(market)
    }

    /// For each of [`NodeParts::mixes`] the highest prices at which no candidate is worth more than it
    /// costs. Pods that fill a share of a node need at most that share of each of its parts, so they
    /// cost at least what these parts are worth.
    fn mixes(&self) -> Vec<NodeParts> {
        let nodes = self.candidates.iter().zip(&self.month_bounds);
        let nodes: Vec<(NodeParts, Bounds)> = nodes
            .filter_map(|(candidate, month)| {
                let usd = match month.packing {
                    Some(packing) => month.node.over(packing),
                    None => month.node,
                };
                Some((candidate.node.parts()?, usd))
            })
            .collect();
        let priced = |mix: NodeParts| {
            let each = nodes
                .iter()
                .map(|(parts, usd)| usd.over(parts.in_mix(&mix)));
            // Without room for any pod nothing is placed here.
            let least = each.reduce(Bounds::min).unwrap_or(Bounds::ZERO);
            NodeParts(mix.0.map(|weight| weight * least))
        };
        NodeParts::mixes().map(priced).collect()
    }

    /// Adds a month of a number of nodes, on demand and on Spot.
    fn charge_instances(candidate: &Candidate, hours: &Qty<InstanceHour>, bill: &mut Bill) {
        let Some(Spot { share, price }) = &candidate.spot else {
            return bill.add(&EC2, "nodes", hours, &candidate.price);
        };
        let on_spot = hours.times(share);
        bill.add_priced(Pricing::Dynamic, &EC2, "Spot nodes", &on_spot, price);
        let rest = &Exact::ONE - share;
        if !rest.is_zero() {
            bill.add(&EC2, "nodes", &hours.times(&rest), &candidate.price);
        }
    }

    /// US dollars a month of a mean number of instances of a candidate, without what each node adds.
    pub(crate) fn instances(&self, candidate: &Candidate, nodes: &Exact) -> Usd {
        let hours = self.node_hours.of_instances(nodes);
        Bill::total(|bill| Self::charge_instances(candidate, &hours, bill))
    }

    /// Adds a month of a number of nodes with their root volumes.
    fn charge_nodes(&self, candidate: &Candidate, nodes: &Exact, bill: &mut Bill) {
        let hours = self.node_hours.of_instances(nodes);
        Self::charge_instances(candidate, &hours, bill);
        if let Some(fee) = &candidate.auto_mode {
            bill.add(&EKS, "auto mode", &hours, fee);
        }
        if let Some(volume) = &self.volume {
            let gigabytes = &Exact::from(self.options.root_volume_gb) * nodes;
            let gigabytes = &gigabytes * &self.share_of_month;
            bill.add(&EBS, "root volumes", &GbMonth::of(gigabytes), volume);
        }
    }

    /// Adds a month of the surplus credits of nodes for vCPUs above their baseline.
    fn charge_surplus(&self, candidate: &Candidate, vcpus: &Exact, bill: &mut Bill) {
        if let Some(surplus) = &candidate.surplus {
            let hours = self.node_hours.of_vcpus(vcpus);
            bill.add(&EC2, "surplus credits", &hours, &surplus.price);
        }
    }

    /// Bounds of the fees of a cluster, US dollars a month.
    pub(crate) fn fees(&self) -> Bounds {
        self.fees_monthly.dollars().bounds()
    }

    /// True if a node type is burstable.
    pub(crate) fn has_burstable(&self) -> bool {
        let mut candidates = self.candidates.iter();
        candidates.any(|candidate| candidate.surplus.is_some())
    }

    /// Adds a month of the fees of a number of clusters, or of a share of one.
    fn charge_fees(&self, clusters: &Exact, bill: &mut Bill) {
        let hours = self.hours.of_clusters(clusters);
        for (item, price) in &self.fees {
            bill.add(&EKS, item, &hours, price);
        }
    }

    /// Nodes of the cluster when its pods fill `share` nodes completely.
    pub(crate) fn nodes(&self, share: &Exact) -> Exact {
        if self.options.cluster == ClusterKind::Existing {
            return share.clone();
        }
        let packing = Exact::from(self.options.packing_efficiency);
        let packed = share.over(&packing);
        let packed = packed.expect("packing_efficiency is above zero by the bounds of its key");
        packed.rounded_up().max(Exact::from(self.options.min_nodes))
    }

    /// Nodes of a cluster in each level; none where nothing runs.
    pub(crate) fn nodes_by_level(&self, load: &Load) -> Vec<Exact> {
        let running = running(&load.nodes).into_iter();
        let nodes = running.map(|share| {
            if share.is_zero() {
                share
            } else {
                self.nodes(&share)
            }
        });
        nodes.collect()
    }

    /// The most nodes of a cluster that run at a time.
    pub(crate) fn most_nodes(&self, load: &Load) -> Exact {
        self.nodes_by_level(load).swap_remove(0)
    }

    /// The mean number of nodes of a cluster.
    pub(crate) fn mean_nodes(&self, load: &Load) -> Exact {
        match &load.nodes[..] {
            [share] if !share.is_zero() => self.nodes(share),
            _ => self.levels.mean(&self.nodes_by_level(load)),
        }
    }

    /// The mean number of vCPUs of a cluster whose use is billed as surplus credits; zero if its node
    /// type is not burstable.
    fn surplus_vcpus(&self, number: usize, load: &Load) -> Exact {
        let Some(surplus) = &self.candidates[number].surplus else {
            return Exact::ZERO;
        };
        let nodes = self.nodes_by_level(load).into_iter();
        let busy = running(&load.busy);
        let billed = nodes.zip(&busy);
        let billed: Vec<Exact> = billed
            .map(|(nodes, busy)| surplus.billed(&nodes, busy))
            .collect();
        self.levels.mean(&billed)
    }

    /// US dollars a month of the surplus credits of nodes of a candidate, by its index.
    pub(crate) fn surplus(&self, number: usize, load: &Load) -> Usd {
        let vcpus = self.surplus_vcpus(number, load);
        Bill::total(|bill| self.charge_surplus(&self.candidates[number], &vcpus, bill))
    }

    /// US dollars a month of a cluster of nodes of a candidate, by its index.
    pub(crate) fn month(&self, number: usize, load: &Load) -> Usd {
        let nodes = self.monthly[number].times(&self.mean_nodes(load));
        let month = &nodes + &self.fees_monthly;
        if self.candidates[number].surplus.is_none() {
            return month;
        }
        &month + &self.surplus(number, load)
    }

    /// Bounds of [`Self::month`] of a cluster with functions. `nodes` and `busy` return what the
    /// functions of a level need.
    pub(crate) fn month_bounds(
        &self,
        number: usize,
        nodes: impl Fn(usize) -> Bounds,
        busy: impl Fn(usize) -> Bounds,
    ) -> Bounds {
        let month = &self.month_bounds[number];
        if self.levels.count() == 1 {
            let nodes = month.nodes(nodes(0));
            let above = |baseline: Bounds| busy(0).less(nodes * baseline).max(Bounds::ZERO);
            return month.of(nodes, above);
        }
        let sum = |need: &dyn Fn(usize) -> Bounds, from: usize| {
            (from..self.levels.count()).fold(Bounds::ZERO, |sum, level| sum + need(level))
        };
        let by_level = |level: usize| {
            let running = sum(&nodes, level);
            let all = month.nodes(running);
            if level == 0 || running.is_above(Bounds::ZERO) {
                all
            } else {
                // Without functions of this level and above, no node runs.
                all.or_zero()
            }
        };
        let counts = 0..self.levels.count();
        let mean = self.levels.mean_bounds(counts.clone().map(by_level));
        month.of(mean, |baseline| {
            let above = counts.map(|level| sum(&busy, level).less(by_level(level) * baseline));
            let above = above.map(|vcpus| vcpus.max(Bounds::ZERO));
            self.levels.mean_bounds(above)
        })
    }

    /// The cluster as what functions share.
    pub(crate) fn as_shared(&self) -> plan::Cluster {
        let nodes = match self.options.cluster {
            ClusterKind::Existing => plan::Nodes::Shared,
            ClusterKind::Dedicated => plan::Nodes::Whole {
                min_nodes: self.options.min_nodes.into(),
                packing: Exact::from(self.options.packing_efficiency),
                buffer: Exact::ONE,
            },
        };
        let one = &Exact::ONE;
        let types = self.candidates.iter().zip(&self.monthly);
        let types = types.map(|(candidate, usd)| plan::NodeType {
            usd: usd.clone(),
            surplus: candidate.surplus.as_ref().map(|surplus| plan::Surplus {
                baseline: surplus.baseline.clone(),
                usd: Bill::total(|bill| self.charge_surplus(candidate, one, bill)),
            }),
        });
        plan::Cluster {
            fee: self.fees_monthly.clone(),
            types: types.collect(),
            nodes,
            levels: self.levels.parts().to_vec(),
        }
    }

    pub(crate) fn node_meters(&self) -> NodeMeters {
        let meters = self.candidates.iter().map(|one| &one.price.meter);
        NodeMeters {
            region: self.region,
            hours: self.levels.hours().to_vec(),
            paths: meters.cloned().collect(),
        }
    }

    /// The oldest date of the prices of a cluster of a candidate, by its index.
    pub(crate) fn as_of(&self, number: usize) -> Option<&str> {
        self.as_of[number].as_deref()
    }

    fn oldest(&self, candidate: &Candidate) -> Option<String> {
        let volume = self.volume.as_ref().map(|price| &price.provenance);
        let fees = self.fees.iter().map(|(_, price)| &price.provenance);
        let node = [Some(&candidate.price), candidate.auto_mode.as_ref()];
        let node = node.into_iter().flatten().map(|price| &price.provenance);
        let surplus = candidate.surplus.as_ref();
        let surplus = surplus.map(|surplus| &surplus.price.provenance);
        let date = oldest(node.chain(volume).chain(fees).chain(surplus));
        date.map(str::to_owned)
    }

    /// The level of a function.
    pub(crate) fn level(&self, function: &Function) -> usize {
        if self.levels.count() == 1 {
            return 0;
        }
        self.levels
            .level(&function.fleet_hours(self.hours.amount()))
    }

    /// An empty [`PodDemand`] for the candidates of this market, by level.
    pub(crate) fn pod_demands(&self) -> Vec<PodDemand> {
        let types = self.candidates.len();
        let busy = if self.has_burstable() {
            vec![Exact::ZERO; types]
        } else {
            Vec::new()
        };
        vec![PodDemand::new(types, busy); self.levels.count()]
    }

    /// Adds a function to the demand of its level.
    pub(crate) fn count(&self, all: &mut [PodDemand], function: &Function, demand: &Demand) {
        let nodes = self.candidates.iter().map(|candidate| &candidate.node);
        all[self.level(function)].add(function, demand, nodes);
    }

    /// For each candidate, the capacity that the counted functions use.
    pub(crate) fn node_use(&self, all: &[PodDemand]) -> Vec<NodeUse> {
        let candidates = self.candidates.par_iter().enumerate();
        candidates
            .map(|(number, candidate)| {
                let levels = all.iter();
                let uses = levels.map(|demand| demand.node_use(number, &candidate.node));
                let uses: Vec<LevelUse> = uses.collect();
                NodeUse {
                    unfit: uses.iter().map(|level| level.unfit).sum(),
                    load: Load {
                        busy: uses.iter().map(|level| level.busy.clone()).collect(),
                        nodes: uses.into_iter().map(|level| level.share).collect(),
                    },
                }
            })
            .collect()
    }

    /// The cheapest type of a newer generation than a candidate, if it costs little more and offers
    /// at least as much.
    pub(crate) fn newer_than(&self, number: usize) -> Option<Newer<'_>> {
        let chosen = &self.candidates[number];
        let all = self.candidates.iter().chain(&self.dominated);
        let newer = all.filter_map(|other| {
            let generations = other.generation?.checked_sub(chosen.generation?)?;
            let ratio = other.hourly.per_unit().over(chosen.hourly.per_unit())?;
            let newer = Newer {
                chosen: &chosen.name,
                newer: &other.name,
                more: &ratio - &Exact::ONE,
                generations,
            };
            let is_near = generations > 0 && newer.more <= little_more();
            (is_near && other.node.covers(&chosen.node)).then_some(newer)
        });
        newer.min_by(|one, other| one.more.cmp(&other.more).then(one.newer.cmp(other.newer)))
    }

    /// The cheapest cluster for a set of functions; `node_uses` has their use of each candidate.
    /// `None` without functions.
    pub(crate) fn choose(&self, node_uses: &[NodeUse]) -> Option<Choice> {
        // Fewer functions that do not fit comes before price: the cluster has to carry every
        // function that it can.
        let unfit = node_uses.iter().map(|node_use| node_use.unfit).min()?;
        let choice = self.cheapest(|number| {
            let NodeUse { load, unfit: left } = &node_uses[number];
            let bounds = || {
                self.month_bounds(
                    number,
                    |level| load.nodes[level].bounds(),
                    |level| load.busy[level].bounds(),
                )
            };
            (*left == unfit).then(|| (bounds(), || load.clone()))
        })?;
        Some(Choice { unfit, ..choice })
    }

    /// The cheapest cluster for the functions of a cluster and one more. `packing` returns its pods on a
    /// candidate. `None` if no node type takes them all.
    pub(crate) fn with(
        &self,
        crew: &Crew,
        own: Own<'_>,
        packing: impl Fn(usize) -> Option<Packing>,
    ) -> Option<Choice> {
        let busy = own.busy.bounds();
        let mut all: Vec<(usize, Bounds, Packing)> = Vec::new();
        let mut least: Option<Bounds> = None;
        for (number, floor) in &crew.floors {
            // The floors ascend: all others are too expensive as well.
            if least.is_some_and(|least| floor.is_above(least)) {
                break;
            }
            let Some(packing) = packing(*number) else {
                continue;
            };
            let nodes = packing.bounds();
            let bounds = self.month_bounds(
                *number,
                |level| own.plus(level, crew.uses[*number].bounds[level], nodes),
                |level| own.plus(level, crew.busy_bounds[level], busy),
            );
            least = Some(least.map_or(bounds, |least| least.min(bounds)));
            all.push((*number, bounds, packing));
        }
        let least = least?;
        let near = all.iter().filter(|(_, bounds, _)| !bounds.is_above(least));
        let choices = near.map(|(number, _, packing)| self.with_on(*number, crew, own, packing));
        choices.min_by(Choice::order)
    }

    fn choice(&self, number: usize, load: Load) -> Choice {
        Choice {
            number,
            unfit: 0,
            monthly: self.month(number, &load),
            load,
        }
    }

    /// Functions that all fit the candidate of `today`. Without it there are none.
    pub(crate) fn crew(&self, node_uses: Vec<NodeUse>, today: Option<&Choice>) -> Crew {
        let none = || vec![Exact::ZERO; self.levels.count()];
        let busy = today.map(|today| node_uses[today.number].load.busy.clone());
        let uses = node_uses
            .into_iter()
            .map(|node_use| CrewUse::new(node_use.load.nodes, node_use.unfit));
        let mut crew = Crew::new(uses.collect(), busy.unwrap_or_else(none));
        // More nodes have more CPU credits, so a burstable type has no such bound.
        if !self.has_burstable() {
            for (number, floor) in &mut crew.floors {
                let used = &crew.uses[*number].bounds;
                *floor = self.month_bounds(*number, |level| used[level], |_| Bounds::ZERO);
            }
            crew.floors
                .sort_by(|(_, one), (_, other)| one.by_lower_bound(*other));
        }
        crew
    }

    /// The cluster of a candidate for the functions of a cluster and one more, which all fit.
    pub(crate) fn with_on(
        &self,
        number: usize,
        crew: &Crew,
        own: Own<'_>,
        packing: &Packing,
    ) -> Choice {
        let load = crew.load(number);
        self.choice(number, load.with(own.level, &packing.share(), own.busy))
    }

    /// The cheapest cluster for the functions of a cluster without one of them. `None` if no other
    /// is left.
    pub(crate) fn without(&self, crew: &Crew, own: &OwnPods) -> Option<Choice> {
        self.cheapest(|number| {
            let takes_all = crew.uses[number].unfit == own.unfit(number);
            let need = &own.needs[number];
            let less = |level: usize, all: Bounds, own_need: Bounds| {
                if level == own.level {
                    all.less(own_need).max(Bounds::ZERO)
                } else {
                    all
                }
            };
            let bounds = || {
                self.month_bounds(
                    number,
                    |level| less(level, crew.uses[number].bounds[level], need.bounds()),
                    |level| less(level, crew.busy_bounds[level], own.busy.bounds()),
                )
            };
            let load = move || {
                crew.load(number)
                    .without(own.level, &need.share(), &own.busy)
            };
            takes_all.then(|| (bounds(), load))
        })
    }

    /// Bounds of the least that pods of a level cost in a cluster of any candidate, without fees: the
    /// part of the nodes that they need.
    pub(crate) fn least(&self, level: usize, needs: NodeParts) -> Bounds {
        let least = self.mixes.iter().map(|mix| needs.in_mix(mix));
        let least = least.reduce(Bounds::max).expect("there are mixes");
        least * self.levels.share(level).bounds()
    }

    /// The pods of a function with a demand, for each candidate.
    pub(crate) fn own_pods(&self, function: &Function, demand: &Demand) -> OwnPods {
        let need = PodNeed::of(function);
        let slots = function.needed_slots(demand);
        let nodes = self.candidates.iter().map(|candidate| &candidate.node);
        OwnPods {
            needs: nodes
                .map(|node| NodeNeed::of(need.on(node).pack(slots)))
                .collect(),
            functions: 1,
            level: self.level(function),
            busy: self.busy(function, demand),
        }
    }

    /// vCPUs that a function keeps busy; zero if no node type is burstable.
    pub(crate) fn busy(&self, function: &Function, demand: &Demand) -> Exact {
        if self.has_burstable() {
            busy_vcpu(function, demand)
        } else {
            Exact::ZERO
        }
    }

    /// The cheapest cluster for one function. `None` if no node type takes it.
    pub(crate) fn alone(&self, own: &OwnPods) -> Option<Choice> {
        self.cheapest(|number| {
            let need = &own.needs[number];
            let at = |level: usize, need: Bounds| own.as_own().plus(level, Bounds::ZERO, need);
            let bounds = || {
                self.month_bounds(
                    number,
                    |level| at(level, need.bounds()),
                    |level| at(level, own.busy.bounds()),
                )
            };
            let load = || Load::nothing(&self.levels).with(own.level, &need.share(), &own.busy);
            need.fits().then(|| (bounds(), load))
        })
    }

    /// The cheapest cluster of the candidates for which `load_of` returns bounds of the cost and the
    /// load. `None` without pods.
    fn cheapest<L: FnOnce() -> Load>(
        &self,
        load_of: impl Fn(usize) -> Option<(Bounds, L)>,
    ) -> Option<Choice> {
        let numbers = 0..self.candidates.len();
        let all = numbers.map(|number| Some(load_of(number)?.0));
        let all: Vec<Option<Bounds>> = all.collect();
        let least = all.iter().flatten().copied().reduce(Bounds::min)?;
        let near = all.iter().enumerate();
        let near = near.filter(|(_, bounds)| bounds.is_some_and(|one| !one.is_above(least)));
        let choices = near.map(|(number, _)| {
            let (_, load) = load_of(number).expect("it has bounds");
            self.choice(number, load())
        });
        let best = choices.min_by(Choice::order);
        best.filter(|choice| !choice.load.is_empty())
    }

    /// The bill of a cluster of a candidate, for each node that its pods fill in the mean.
    pub(crate) fn bill_per_node(&self, choice: &Choice) -> SharedBill {
        let (load, candidate) = (&choice.load, &self.candidates[choice.number]);
        let share = self.levels.mean_need(&load.nodes);
        let clusters = Exact::ONE.over(&share).expect("a chosen cluster has a pod");
        let surplus = &self.surplus_vcpus(choice.number, load) * &clusters;
        let nodes = &self.mean_nodes(load) * &clusters;
        let per_node = SharedBill::of(|bill| {
            self.charge_nodes(candidate, &nodes, bill);
            if !surplus.is_zero() {
                self.charge_surplus(candidate, &surplus, bill);
            }
            self.charge_fees(&clusters, bill);
        });
        debug_assert_eq!(per_node.total.times(&share), choice.monthly);
        per_node.reduced()
    }
}

/// Bounds of what [`ClusterMarket::month`] is computed from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MonthBounds {
    node: Bounds,
    fees: Bounds,
    min_nodes: Bounds,
    /// The packing efficiency; `None` for an existing cluster, which has no whole nodes.
    packing: Option<Bounds>,
    /// The baseline of a node in vCPUs, and US dollars a month of a vCPU above it.
    surplus: Option<[Bounds; 2]>,
}

impl MonthBounds {
    /// Nodes of a cluster whose pods fill a number of nodes.
    fn nodes(&self, share: Bounds) -> Bounds {
        match self.packing {
            Some(packing) => share.over(packing).rounded_up().max(self.min_nodes),
            None => share,
        }
    }

    /// US dollars a month of a mean number of nodes. `above` returns the vCPUs that are busy above a
    /// baseline of each node.
    fn of(&self, nodes: Bounds, above: impl FnOnce(Bounds) -> Bounds) -> Bounds {
        let month = self.node * nodes + self.fees;
        match self.surplus {
            None => month,
            Some([baseline, usd]) => month + above(baseline) * usd,
        }
    }
}

/// A type that costs little more than the chosen one, of a newer generation.
pub(crate) struct Newer<'m> {
    pub chosen: &'m str,
    pub newer: &'m str,
    /// What it costs more an hour, as a share.
    pub more: Exact,
    pub generations: u32,
}

/// A newer generation is named if it costs at most this share more.
fn little_more() -> Exact {
    Exact::ratio(3, 100)
}
