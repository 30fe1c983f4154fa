//! Where clusters can stand, what they can be made of, and the cheapest that carries some functions.

use super::meters::{AUTO_MODE, GP3};
use super::options::EksOptions;
use super::pod_demand::{Node, NodeUse, PodDemand};
use crate::diag::{Diag, Diags};
use crate::exact::Exact;
use crate::money::{Rate, Usd};
use crate::platform::eks::fees::fees;
use crate::platform::instance_choice::{Machine, machines, none, remove_dominated};
use crate::platform::service::{EBS, EC2, EKS};
use crate::platform::{
    Bill, Context, Infeasible, Missing, Refusal, SharedBill, container_place, oldest,
};
use crate::pricebook::{Architecture, Price, Regional};
use crate::scenario::{ClusterKind, Demand, Function, Os, Run};
use crate::units::{ClusterHour, GbMonth, Hour, InstanceHour, Qty, Unit};
use rayon::prelude::*;
use std::sync::Arc;

/// A node type that a cluster can be made of.
pub struct Candidate {
    pub name: Arc<str>,
    pub node: Node,
    pub price: Price<InstanceHour>,
    /// The fee of EKS Auto Mode, where that runs the nodes.
    pub auto_mode: Option<Price<InstanceHour>>,
    /// Both together.
    hourly: Rate<InstanceHour>,
}

/// Where clusters can stand: an architecture in a region, its prices and its node types.
pub struct ClusterMarket<'a> {
    options: &'a EksOptions,
    pub hours: Qty<Hour>,
    pub region: u16,
    pub architecture: Architecture,
    /// The types that can win, by vCPU and then by name.
    pub candidates: Vec<Candidate>,
    /// What a month of one node of each candidate costs with its root volume.
    monthly: Vec<Usd>,
    /// What the cluster itself costs, each with its name on the bill.
    fees: Vec<(&'static str, Price<ClusterHour>)>,
    /// Dollars a month of all fees.
    fees_monthly: Usd,
    pub volume: Option<Price<GbMonth>>,
}

/// Why the nodes of these clusters cannot run a function, whatever its size.
pub fn refusal(function: &Function) -> Option<Infeasible> {
    let container = function.container();
    let (reason, advice) = match (container.os, container.run) {
        (Os::Windows, _) => (
            "its containers are of Windows (container.os), and nodes are priced with Linux",
            "state container.os = \"linux\", or leave eks out",
        ),
        (_, Run::Job { .. }) => (
            "it runs by the job (container.run), and nodes for pods that come and go are not \
             modelled",
            "state container.run = \"service\", or leave eks out",
        ),
        (Os::Linux, Run::Service) => return None,
    };
    Some(Infeasible::new(Refusal::NotSupported, reason, advice))
}

/// The markets of all places in which somebody can run; numbered as places are.
///
/// # Errors
/// Prices that are missing, an instance type that cannot be had.
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
        // Without it the notes of an answer say that volumes are left out.
        let volume = regional.price(GP3).ok();
        let mut market = Self {
            options,
            hours: context.hours.clone(),
            region: function.region,
            architecture,
            candidates: candidates(context, regional, architecture)?,
            monthly: Vec::new(),
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
        Ok(market)
    }

    /// Adds a month of a number of nodes with their root volumes.
    fn charge_nodes(&self, candidate: &Candidate, nodes: &Exact, bill: &mut Bill) {
        let hours = self.hours.of_instances(nodes);
        bill.add(&EC2, "nodes", &hours, &candidate.price);
        if let Some(fee) = &candidate.auto_mode {
            bill.add(&EKS, "auto mode", &hours, fee);
        }
        if let Some(volume) = &self.volume {
            let gigabytes = &Exact::from(self.options.root_volume_gb) * nodes;
            bill.add(&EBS, "root volumes", &GbMonth::of(gigabytes), volume);
        }
    }

    /// Adds a month of the fees of a number of clusters, or of a share of one.
    fn charge_fees(&self, clusters: &Exact, bill: &mut Bill) {
        let hours = self.hours.of_clusters(clusters);
        for (item, price) in &self.fees {
            bill.add(&EKS, item, &hours, price);
        }
    }

    /// Nodes that carry so many nodes' worth of pods.
    pub fn nodes(&self, share: &Exact) -> Exact {
        if self.options.cluster == ClusterKind::Existing {
            return share.clone();
        }
        let packing = Exact::from(self.options.packing_efficiency);
        let packed = share.over(&packing);
        let packed = packed.expect("packing_efficiency is above zero by the bounds of its key");
        packed.rounded_up().max(Exact::from(self.options.min_nodes))
    }

    /// Dollars a month of a cluster with nodes of a candidate, given its number and the share of a
    /// node that the pods of each function need, added up.
    pub fn month(&self, number: usize, share: &Exact) -> Usd {
        let nodes = self.monthly[number].times(&self.nodes(share));
        &nodes + &self.fees_monthly
    }

    fn as_of<'s>(&'s self, candidate: &'s Candidate) -> Option<&'s str> {
        let volume = self.volume.as_ref().map(|price| &price.provenance);
        let fees = self.fees.iter().map(|(_, price)| &price.provenance);
        let node = [Some(&candidate.price), candidate.auto_mode.as_ref()];
        let node = node.into_iter().flatten().map(|price| &price.provenance);
        oldest(node.chain(volume).chain(fees))
    }

    /// A pod_demand of nobody.
    pub fn pod_demand(&self) -> PodDemand {
        PodDemand::new(self.candidates.len())
    }

    /// Counts a function.
    pub fn count(&self, pod_demand: &mut PodDemand, function: &Function, demand: &Demand) {
        let nodes = self.candidates.iter().map(|candidate| &candidate.node);
        pod_demand.add(function, demand, nodes);
    }

    /// What those who were counted make of each candidate.
    pub fn node_use(&self, pod_demand: &PodDemand) -> Vec<NodeUse> {
        let candidates = self.candidates.par_iter().enumerate();
        candidates
            .map(|(number, candidate)| pod_demand.on(number, &candidate.node))
            .collect()
    }

    /// The node type of the cheapest cluster of one type, given what its functions make of each
    /// candidate; `None` without functions.
    pub fn choose(&self, node_uses: &[NodeUse]) -> Option<Choice> {
        let monthly = |number: usize| {
            let share = &node_uses[number].share;
            self.month(number, share)
        };
        // Candidates come by vCPU, then name, and of equals the first is taken. A type that more
        // functions fit is better at any price: a cluster has to carry whom it can.
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

    /// The cheapest cluster, as [`Self::choose`] chooses it.
    pub fn form(&self, node_uses: &[NodeUse]) -> Option<FormedCluster> {
        let Choice {
            number, monthly, ..
        } = self.choose(node_uses)?;
        let (share, candidate) = (&node_uses[number].share, &self.candidates[number]);
        let clusters = Exact::ONE.over(share)?;
        let nodes = &self.nodes(share) * &clusters;
        let per_node = SharedBill::of(|bill| {
            self.charge_nodes(candidate, &nodes, bill);
            self.charge_fees(&clusters, bill);
        });
        debug_assert_eq!(per_node.total.times(share), monthly);
        Some(FormedCluster {
            number,
            per_node: per_node.reduced(),
            as_of: self.as_of(candidate).map(Arc::from),
            share: share.clone().reduced(),
            monthly,
        })
    }
}

fn candidates(
    context: &Context<'_>,
    regional: &Regional,
    architecture: Architecture,
) -> Result<Vec<Candidate>, Diag> {
    let options: &EksOptions = context.scenario.options.of();
    let fixed = options.instance_type.as_ref();
    let machines = machines(context, regional, architecture, ("eks", fixed))?;
    let fee = |machine: &Machine<'_>| regional.price(AUTO_MODE.of(&machine.shape.name));
    let mut all = Vec::new();
    for machine in machines {
        let auto_mode = match options.auto_mode.then(|| fee(&machine)) {
            // Of many types those without the fee are no candidates; one that is fixed needs it.
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

/// The node type of a cluster.
pub struct Choice {
    /// Number of its candidate.
    number: usize,
    /// Functions that do not fit it.
    pub unfit: usize,
    /// Dollars a month of the cluster.
    pub monthly: Usd,
}

/// A cluster that has been formed.
pub struct FormedCluster {
    /// Number of its candidate.
    pub number: usize,
    /// Nodes' worth of pods on it.
    pub share: Exact,
    /// Dollars a month.
    pub monthly: Usd,
    /// What a function is billed a month whose pods need one node.
    pub per_node: SharedBill,
    /// The oldest date of its prices.
    pub as_of: Option<Arc<str>>,
}
