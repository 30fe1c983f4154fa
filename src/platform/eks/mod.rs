//! Amazon EKS on EC2 nodes: one cluster per region and architecture carries all functions there.
//!
//! Rules: EKS price list (cluster hour, extended support), EC2 on demand per instance hour, EBS gp3
//! per GB-month; a node's capacity by the kubelet's formula ([`crate::pricebook::instances`]).

pub mod fees;
mod node_choice;
mod pod_demand;

use super::service::{EBS, EC2, EKS};
use super::slot::Slot;
use super::{
    Cluster, ClusterCosts, Context, Cost, CostModel, Fleet, Infeasible, Line, Notes, Platform,
    Refusal, container_place,
};
use crate::diag::Diags;
use crate::exact::Exact;
use crate::money::Usd;
use crate::scenario::{ClusterKind, Function};
use crate::solve::{CapacitySteps, CapacityTariff, Holding, StepCost, Tariff};
use crate::text::listed;
use crate::units::Qty;
use node_choice::{Candidate, ClusterMarket, FormedCluster, cluster_markets, refusal};
use pod_demand::{NodeUse, Pod, PodDemand, pods_of_today, with_minimum};
use rayon::prelude::*;
use std::borrow::Borrow;
use std::sync::Arc;

/// Amazon EKS on EC2, on demand.
pub struct Eks;

impl Platform for Eks {
    fn id(&self) -> &'static str {
        "eks"
    }

    fn title(&self) -> &'static str {
        "EKS"
    }

    fn bind<'a>(&self, context: Context<'a>) -> Result<Box<dyn CostModel + 'a>, Diags> {
        let markets = cluster_markets(&context)?;
        let counted = pod_demands(&context, &markets, &|_| true);
        let places = markets.into_par_iter().zip(counted);
        let sites = places.map(|(market, pod_demand)| {
            let market = market?;
            let node_uses = market.node_use(&pod_demand?);
            Some(SharedCluster {
                cluster: market.form(&node_uses),
                market,
                node_uses,
            })
        });
        let sites = sites.collect();
        Ok(Box::new(EksModel { context, sites }))
    }
}

/// The pods that members need in each market.
fn pod_demands<'a, G: Borrow<ClusterMarket<'a>> + Sync>(
    context: &Context<'_>,
    markets: &[Option<G>],
    member: &(dyn Fn(usize) -> bool + Sync),
) -> Vec<Option<PodDemand>> {
    let market = |number: usize| markets[number].as_ref().map(Borrow::borrow);
    let nobody = || {
        let numbers = 0..markets.len();
        numbers
            .map(|number| Some(market(number)?.pod_demand()))
            .collect()
    };
    let functions = context.scenario.functions.par_iter().enumerate();
    functions
        .with_min_len(SIDE_BY_SIDE)
        .filter(|(index, function)| member(*index) && refusal(function).is_none())
        .fold(
            nobody,
            |mut all: Vec<Option<PodDemand>>, (index, function)| {
                let number = container_place(function);
                if let (Some(market), Some(pod_demand)) = (market(number), &mut all[number]) {
                    market.count(pod_demand, function, context.peak(index));
                }
                all
            },
        )
        .reduce(nobody, |mut left, right| {
            for (mine, other) in left.iter_mut().flatten().zip(right.into_iter().flatten()) {
                mine.merge(other);
            }
            left
        })
}

/// Functions that are counted together before counts are merged.
const SIDE_BY_SIDE: usize = 1 << 14;

struct EksModel<'a> {
    context: Context<'a>,
    /// By number of the market.
    sites: Vec<Option<SharedCluster<'a>>>,
}

/// A market with the cluster that carries all functions there.
struct SharedCluster<'a> {
    market: ClusterMarket<'a>,
    /// What all functions there make of each candidate.
    node_uses: Vec<NodeUse>,
    /// `None` when nobody fits any.
    cluster: Option<FormedCluster>,
}

/// A function on its cluster.
struct Placed<'m> {
    function: &'m Function,
    market: &'m ClusterMarket<'m>,
    node_uses: &'m [NodeUse],
    cluster: &'m FormedCluster,
    candidate: &'m Candidate,
    pod: Pod,
    pods_per_node: u64,
    /// Pods that today's traffic needs.
    pods: u128,
}

impl Placed<'_> {
    /// Nodes' worth of so many pods.
    fn share(&self, pods: u128) -> Exact {
        let per_node = Exact::from(self.pods_per_node);
        Exact::whole(pods).over(&per_node).unwrap_or(Exact::ZERO)
    }

    /// The part of a cluster's bill that goes to so many of its nodes' worth of pods.
    fn allocated(&self, whole: &Usd, share: &Exact, all: &Exact) -> Usd {
        whole.share(&share.over(all).unwrap_or(Exact::ZERO))
    }

    fn carried(&self, pods: u128) -> Exact {
        let slots = &Exact::whole(pods) * &Exact::whole(self.pod.slots);
        &slots * &Exact::from(self.function.container().target_utilization)
    }
}

impl EksModel<'_> {
    fn place(&self, index: usize) -> Result<Placed<'_>, Infeasible> {
        let function = self.context.function(index);
        if let Some(refused) = refusal(function) {
            return Err(refused);
        }
        let pod = Pod::of(function);
        let nowhere = || {
            Infeasible::new(
                Refusal::DoesNotFit,
                format!(
                    "a pod of {} vCPU and {} MB fits no node of the cluster",
                    pod.vcpu.to_fixed(2),
                    pod.memory_mb.to_fixed(0)
                ),
                "state a larger eks.instance_type, or what a request really needs \
                 (container.cpu_ms, container.memory_per_request_mb)",
            )
        };
        let site = self.sites[container_place(function)].as_ref();
        let Some((site, cluster)) = site.and_then(|site| Some((site, site.cluster.as_ref()?)))
        else {
            return Err(nowhere());
        };
        let market = &site.market;
        let candidate = &market.candidates[cluster.number];
        let pods_per_node = candidate.node.fit(&pod);
        if pods_per_node == 0 {
            return Err(nowhere());
        }
        Ok(Placed {
            function,
            market,
            node_uses: &site.node_uses,
            cluster,
            candidate,
            pods: pods_of_today(function, &pod, self.context.peak(index)),
            pod,
            pods_per_node,
        })
    }
}

impl CostModel for EksModel<'_> {
    fn cost(&self, index: usize) -> Result<Cost, Infeasible> {
        let placed = self.place(index)?;
        let pods = placed.pods;
        let share = placed.share(pods);
        let billed = placed.cluster.per_share.share(&share);
        Ok(Cost {
            compared: billed.clone(),
            billed,
            fleet: Some(Fleet::Pods {
                instance_type: Arc::clone(&placed.candidate.name),
                node_share: share,
                pods,
                pods_per_node: placed.pods_per_node.into(),
                capacity: placed.carried(pods),
            }),
            piece: None,
        })
    }

    fn lines(&self, index: usize) -> Vec<Line> {
        let Ok(placed) = self.place(index) else {
            return Vec::new();
        };
        let market = placed.market;
        let share = placed.share(placed.pods);
        let Some(part) = share.over(&placed.cluster.share) else {
            return Vec::new();
        };
        let nodes = &market.nodes(&placed.cluster.share) * &part;
        let hours = |amount: &Exact| amount * market.hours;
        let mut lines = vec![Line::new(
            &EC2,
            "nodes",
            hours(&nodes),
            &placed.candidate.price,
        )];
        if let Some(fee) = &placed.candidate.auto_mode {
            lines.push(Line::new(&EKS, "auto mode", hours(&nodes), fee));
        }
        if let Some(volume) = &market.volume {
            lines.push(Line::new(
                &EBS,
                "root volumes",
                &nodes * &market.volume_gb(),
                volume,
            ));
        }
        let fees = market.fees.iter();
        lines.extend(fees.map(|(item, price)| Line::new(&EKS, item, hours(&part), price)));
        lines
    }

    fn price_as_of(&self, index: usize) -> &str {
        let number = container_place(self.context.function(index));
        let site = self.sites[number].as_ref();
        let cluster = site.and_then(|site| site.cluster.as_ref());
        cluster.map_or("", |cluster| &cluster.as_of)
    }

    fn cluster_costs(&self, index: usize) -> ClusterCosts {
        let Ok(placed) = self.place(index) else {
            return ClusterCosts::default();
        };
        let market = placed.market;
        let mut own = market.pod_demand();
        market.count(&mut own, placed.function, self.context.peak(index));
        let candidates = market.candidates.iter().zip(placed.node_uses);
        let rest: Vec<NodeUse> = candidates
            .map(|(candidate, node_use)| {
                node_use.without(&candidate.node, &placed.pod, placed.pods)
            })
            .collect();
        let monthly = |node_uses: &[NodeUse]| {
            let formed = market.form(node_uses);
            formed.map_or(Usd::ZERO, |formed| formed.monthly)
        };
        ClusterCosts {
            alone: Some(monthly(&market.node_use(&own))),
            avoidable: Some(&placed.cluster.monthly - &monthly(&rest)),
        }
    }

    fn total(&self, member: &(dyn Fn(usize) -> bool + Sync)) -> Option<Usd> {
        let mut functions = self.context.scenario.functions.iter().enumerate();
        if functions.any(|(index, function)| member(index) && refusal(function).is_some()) {
            return None;
        }
        let markets: Vec<Option<&ClusterMarket<'_>>> = self
            .sites
            .iter()
            .map(|site| site.as_ref().map(|site| &site.market))
            .collect();
        let counted = pod_demands(&self.context, &markets, member);
        let places = markets.into_iter().zip(counted);
        let members = places.filter_map(|(market, pod_demand)| Some((market?, pod_demand?)));
        let peopled = members.filter(|(_, pod_demand)| !pod_demand.is_empty());
        let monthly = |(market, pod_demand): (&ClusterMarket<'_>, PodDemand)| {
            let formed = market.form(&market.node_use(&pod_demand))?;
            (formed.unfit == 0).then_some(formed.monthly)
        };
        peopled.map(monthly).sum()
    }

    fn tariff(&self) -> Tariff<'_> {
        Tariff::ByCapacity(self)
    }

    fn clusters(&self) -> Vec<Cluster> {
        let cluster = |site: &SharedCluster<'_>| {
            let (market, formed) = (&site.market, site.cluster.as_ref()?);
            Some(Cluster {
                region: market.region,
                architecture: market.architecture,
                instance_type: Arc::clone(&market.candidates[formed.number].name),
                nodes: market.nodes(&formed.share),
                monthly: formed.monthly.clone(),
            })
        };
        self.sites.iter().flatten().filter_map(cluster).collect()
    }

    fn notes(&self, notes: &mut Notes) {
        let options = &self.context.scenario.eks;
        let daemonsets = &options.daemonsets;
        notes.assume(match options.cluster {
            ClusterKind::Dedicated => format!(
                "EKS: one cluster per region and architecture for all functions, at least {} \
                 nodes, packing {} of 1, its fee shared by nodes used",
                options.min_nodes,
                options.packing_efficiency.normalize()
            ),
            ClusterKind::Existing => "EKS: a cluster that runs anyway: the share of nodes and \
                                      volumes that is used, no cluster fee"
                .to_owned(),
        });
        notes.assume(format!(
            "EKS nodes sell what the kubelet leaves, less DaemonSets of {} vCPU, {} MB and {} \
             pods; each has a root volume of {} GB",
            daemonsets.vcpu.normalize(),
            daemonsets.memory_mb.normalize(),
            daemonsets.pods,
            options.root_volume_gb
        ));
        let mut unpriced: Vec<&str> = Vec::new();
        let markets = self.sites.iter().flatten().map(|site| &site.market);
        for market in markets.filter(|market| market.volume.is_none()) {
            let name: &str = self.context.prices[usize::from(market.region)].name();
            if !unpriced.contains(&name) {
                unpriced.push(name);
            }
        }
        if options.root_volume_gb > 0 && !unpriced.is_empty() {
            notes.leave_out(format!(
                "root volumes of EKS nodes in {}: the book has no gp3 price there",
                listed(&unpriced)
            ));
        }
        if let Some(months) = options.kubernetes_age_months {
            let support = match options.extended_support {
                true => "extended support, for 12 months after the first 14",
                false => "standard support, for 14 months",
            };
            notes.assume(format!(
                "EKS: a Kubernetes version of {} months is in {support}",
                months.normalize()
            ));
        }
        let (add_ons, surge) = ("add-ons", "and the surge of nodes during upgrades");
        match options.auto_mode {
            true => {
                notes.assume(
                    "EKS Auto Mode runs the nodes: its fee is per instance and hour, and no \
                     commitment reduces it",
                );
                notes.leave_out(format!("EKS {add_ons}, {surge}"));
            }
            false => notes.leave_out(format!("EKS Auto Mode, {add_ons}, {surge}")),
        }
    }
}

impl CapacityTariff for EksModel<'_> {
    fn step_cost(&self, index: usize) -> Option<Box<dyn StepCost + '_>> {
        let placed = self.place(index).ok()?;
        let today = placed.share(placed.pods);
        Some(Box::new(PodsOnCluster {
            others: &placed.cluster.share - &today,
            placed,
        }))
    }
}

/// One function on a cluster whose other functions stay as they are.
struct PodsOnCluster<'m> {
    placed: Placed<'m>,
    /// Nodes' worth of the others' pods.
    others: Exact,
}

impl PodsOnCluster<'_> {
    fn pods(&self, slots: u128) -> u128 {
        with_minimum(self.placed.function, self.placed.pod.for_slots(slots))
    }
}

impl StepCost for PodsOnCluster<'_> {
    fn hold(&self, slots: u128) -> Option<Holding> {
        let placed = &self.placed;
        let pods = self.pods(slots);
        let share = placed.share(pods);
        let all = &self.others + &share;
        let monthly = placed.market.month(placed.candidate, &all);
        Some(Holding {
            monthly: placed.allocated(&monthly, &share, &all),
            carries: placed.carried(pods),
        })
    }

    fn steps(&self, peak: &Exact) -> Option<CapacitySteps> {
        let placed = &self.placed;
        let (market, node) = (placed.market, &placed.candidate.node);
        let slot = Slot::of(placed.function);
        let of_node = slot
            .vcpu
            .over(&node.vcpu)?
            .max(slot.memory_mb.over(&node.memory_mb)?);
        let slots = placed.function.needed_slots(peak);
        let whole = placed.pod.for_slots(slots);
        let share = placed.share(self.pods(slots));
        let all = &self.others + &share;
        let rate = &placed.candidate.price.rate;
        let machines = |nodes: &Exact| rate * &Qty::new(nodes * market.hours);
        let everything = market.month(placed.candidate, &all);
        Some(CapacitySteps {
            slots: machines(&(&of_node * &placed.function.planned_slots(peak))),
            whole_tasks: machines(&placed.share(whole)),
            minimums: placed.allocated(&machines(&market.nodes(&all)), &share, &all),
            everything: placed.allocated(&everything, &share, &all),
        })
    }
}
