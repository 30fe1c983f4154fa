//! The markets in which clusters can run, their node types, and the cheapest node type for a set of
//! functions.

use super::meters::{AUTO_MODE, GP3};
use super::options::EksOptions;
use super::pod_demand::{Node, NodeUse, PodDemand};
use crate::diag::{Diag, Diags};
use crate::exact::Exact;
use crate::money::{Rate, Usd};
use crate::platform::eks::fees::fees;
use crate::platform::instance_choice::{Machine, machines, none, remove_dominated};
use crate::platform::{Context, Infeasible, Missing, Refusal, container_place, oldest};
use crate::pricebook::{Architecture, Price, Regional};
use crate::scenario::{ClusterKind, Demand, Function, Os, Run};
use crate::units::{ClusterHour, GbMonth, Hour, InstanceHour, Qty, Unit};
use rayon::prelude::*;
use std::sync::Arc;

/// A node type that a cluster can use.
pub struct Candidate {
    pub name: Arc<str>,
    pub node: Node,
    pub price: Price<InstanceHour>,
    /// The fee of EKS Auto Mode, where it manages the nodes.
    pub auto_mode: Option<Price<InstanceHour>>,
    /// Instance and EKS Auto Mode fee together.
    hourly: Rate<InstanceHour>,
    /// US dollars a month of one node with its root volume.
    monthly: Usd,
}

/// An architecture in a region, with its prices and node types.
pub struct ClusterMarket<'a> {
    options: &'a EksOptions,
    pub hours: Qty<Hour>,
    pub region: u16,
    pub architecture: Architecture,
    /// The types that can be the cheapest, by vCPU and then by name.
    pub candidates: Vec<Candidate>,
    /// The fees of the cluster, each with its name on the bill.
    pub fees: Vec<(&'static str, Price<ClusterHour>)>,
    /// US dollars a month of all fees.
    fees_monthly: Usd,
    pub volume: Option<Price<GbMonth>>,
}

/// Why a function cannot run on EC2 nodes, whatever its size.
pub fn refusal(function: &Function) -> Option<Infeasible> {
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
pub fn cluster_markets<'a>(context: &Context<'a>) -> Result<Vec<Option<ClusterMarket<'a>>>, Diags> {
    let mut missing = Missing::default();
    let samples = context
        .samples(|function| {
            refusal(function)
                .is_none()
                .then(|| container_place(function))
        })
        .into_iter();
    let markets = samples.map(|sample| {
        let market = ClusterMarket::find(context, sample?, &mut missing);
        missing.take(market)
    });
    let markets = markets.collect();
    missing.into_result(markets)
}

impl<'a> ClusterMarket<'a> {
    fn find(
        context: &Context<'a>,
        function: &Function,
        missing: &mut Missing,
    ) -> Result<Self, Diag> {
        let options: &EksOptions = context.scenario.options.of();
        let regional = context.prices_of(function);
        let architecture = function.container_architecture();
        let fees = fees(options.cluster, options, regional, missing);
        // When the price is missing, an assumption states that volumes are left out.
        let volume = regional.price(GP3).ok();
        let volume_monthly = volume.as_ref().map_or(Usd::ZERO, |price| {
            &price.rate * &GbMonth::of(Exact::from(options.root_volume_gb))
        });
        Ok(Self {
            options,
            fees_monthly: fees
                .iter()
                .map(|(_, price)| &price.rate * &context.hours.of_clusters(&Exact::ONE))
                .sum(),
            hours: context.hours.clone(),
            region: function.region,
            architecture,
            fees,
            candidates: candidates(context, regional, architecture, &volume_monthly)?,
            volume,
        })
    }

    /// GB-months of the root volume of one node.
    pub fn volume_gb_months(&self) -> Qty<GbMonth> {
        GbMonth::of(Exact::from(self.options.root_volume_gb))
    }

    /// Nodes of the cluster when its pods fill `share` nodes completely.
    pub fn nodes(&self, share: &Exact) -> Exact {
        if self.options.cluster == ClusterKind::Existing {
            return share.clone();
        }
        let packing = Exact::from(self.options.packing_efficiency);
        let packed = share.over(&packing);
        let packed = packed.expect("packing_efficiency is above zero by the bounds of its key");
        packed.rounded_up().max(Exact::from(self.options.min_nodes))
    }

    /// US dollars a month of a cluster of `candidate` nodes whose pods fill `share` nodes
    /// completely.
    pub fn month(&self, candidate: &Candidate, share: &Exact) -> Usd {
        let nodes = candidate.monthly.times(&self.nodes(share));
        &nodes + &self.fees_monthly
    }

    fn as_of<'s>(&'s self, candidate: &'s Candidate) -> &'s str {
        let volume = self.volume.as_ref().map(|price| &price.provenance);
        let fees = self.fees.iter().map(|(_, price)| &price.provenance);
        let node = [Some(&candidate.price), candidate.auto_mode.as_ref()];
        let node = node.into_iter().flatten().map(|price| &price.provenance);
        oldest(node.chain(volume).chain(fees))
    }

    /// An empty [`PodDemand`] for the candidates of this market.
    pub fn pod_demand(&self) -> PodDemand {
        PodDemand::new(self.candidates.len())
    }

    /// Adds a function to `pod_demand`.
    pub fn count(&self, pod_demand: &mut PodDemand, function: &Function, demand: &Demand) {
        let nodes = self.candidates.iter().map(|candidate| &candidate.node);
        pod_demand.add(function, demand, nodes);
    }

    /// For each candidate, the capacity that the counted functions use.
    pub fn node_use(&self, pod_demand: &PodDemand) -> Vec<NodeUse> {
        let candidates = self.candidates.par_iter().enumerate();
        candidates
            .map(|(number, candidate)| pod_demand.node_use(number, &candidate.node))
            .collect()
    }

    /// The candidate for the cheapest cluster; `node_uses` has the use of each candidate. `None`
    /// without functions.
    pub fn choose(&self, node_uses: &[NodeUse]) -> Option<Choice> {
        let monthly = |number: usize| {
            let share = &node_uses[number].share;
            self.month(&self.candidates[number], share)
        };
        // Ties go to the first candidate, by vCPU and then by name. Fewer functions that do not fit
        // comes before price: the cluster has to carry every function that it can.
        let offers =
            (0..node_uses.len()).map(|number| (node_uses[number].unfit, monthly(number), number));
        let (unfit, monthly, number) = offers.min()?;
        let has_pods = !node_uses[number].share.is_zero();
        has_pods.then_some(Choice {
            number,
            unfit,
            monthly,
        })
    }

    /// Forms the cluster of the candidate that [`Self::choose`] returns.
    pub fn form(&self, node_uses: &[NodeUse]) -> Option<FormedCluster> {
        let Choice {
            number, monthly, ..
        } = self.choose(node_uses)?;
        let share = &node_uses[number].share;
        Some(FormedCluster {
            number,
            per_share: monthly.per(share)?.reduced(),
            as_of: self.as_of(&self.candidates[number]).into(),
            share: share.clone().reduced(),
            monthly,
        })
    }
}

fn candidates(
    context: &Context<'_>,
    regional: &Regional,
    architecture: Architecture,
    volume_monthly: &Usd,
) -> Result<Vec<Candidate>, Diag> {
    let options: &EksOptions = context.scenario.options.of();
    let fixed = options.instance_type.as_ref();
    let machines = machines(context, regional, architecture, ("eks", fixed))?;
    let fee = |machine: &Machine<'_>| regional.price(AUTO_MODE.of(&machine.shape.name));
    let mut all = Vec::new();
    for machine in machines {
        let auto_mode = match options.auto_mode.then(|| fee(&machine)) {
            // A type without a price for Auto Mode is not a candidate. For a fixed type that is an
            // error.
            Some(Err(missing)) if fixed.is_some() => return Err(missing),
            Some(Err(_)) => continue,
            Some(Ok(fee)) => Some(fee),
            None => None,
        };
        let hourly = match &auto_mode {
            Some(fee) => &machine.price.rate + &fee.rate,
            None => machine.price.rate.clone(),
        };
        all.push(Candidate {
            name: machine.shape.name.as_str().into(),
            node: Node::of(machine.shape, options),
            monthly: &(&hourly * &context.hours.of_instances(&Exact::ONE)) + volume_monthly,
            hourly,
            price: machine.price,
            auto_mode,
        });
    }
    if all.is_empty() {
        let what = "node type with a fee of EKS Auto Mode";
        return Err(none("eks", what, architecture, regional));
    }
    let covers = |one: &Candidate, other: &Candidate| one.node.covers(&other.node);
    Ok(remove_dominated(all, |candidate| &candidate.hourly, covers))
}

/// The node type chosen for a cluster.
pub struct Choice {
    /// Index of the candidate.
    number: usize,
    /// Functions whose pods do not fit it.
    pub unfit: usize,
    /// US dollars a month of the cluster.
    pub monthly: Usd,
}

/// A cluster of the chosen node type.
pub struct FormedCluster {
    /// Index of the candidate.
    pub number: usize,
    /// Nodes that its pods fill.
    pub share: Exact,
    /// US dollars a month.
    pub monthly: Usd,
    /// US dollars a month for each node that pods fill.
    pub per_share: Usd,
    /// The oldest date of its prices.
    pub as_of: Arc<str>,
}
