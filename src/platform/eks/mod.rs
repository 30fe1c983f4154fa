//! Amazon EKS on EC2 nodes: in each region, one cluster per architecture carries all functions.
//!
//! Rules: EKS price list (cluster hour, extended support), EC2 on demand per instance hour, EBS gp3
//! per GB-month; a node's capacity by the kubelet's formula ([`crate::pricebook::instances`]).

mod assumptions;
pub(crate) mod fees;
pub(crate) mod meters;
mod node_choice;
mod options;
mod pod_demand;

use super::fleet::push_count;
use super::slot::Slot;
use super::{
    Answer, Bill, Cluster, ClusterCosts, Context, Cost, CostModel, Fact, Fleet, Infeasible,
    Members, Placement, Platform, Refusal, SharedCosts, SharedUse, Spec, container_place,
    instance_choice,
};
use crate::diag::Diags;
use crate::exact::{Bounds, Exact};
use crate::money::{Usd, count, plural};
use crate::plan;
use crate::scenario::{ClusterKind, Demand, Function, Notes, PlatformKind, PlatformShape};
use crate::solve::{CapacitySteps, CapacityTariff, Holding, StepCost, Tariff};
use node_choice::{Candidate, ClusterMarket, FormedCluster, MonthBounds, cluster_markets, refusal};
pub use options::EksOptions;
use pod_demand::{NodeUse, Pod, PodDemand, nodes_of, pods_of_today, with_minimum};
use rayon::prelude::*;
use std::borrow::Borrow;
use std::sync::{Arc, OnceLock};

/// Amazon EKS on EC2, on demand.
pub(crate) struct Eks;

static SPEC: Spec = Spec {
    shape: PlatformShape {
        extent: options::extent,
        ..PlatformShape::new("eks", PlatformKind::Nodes, options::KEYS, options::read)
    },
    title: "EKS",
    meters: &[
        meters::METERS,
        meters::AUTO_MODE.list(),
        instance_choice::EC2.list(),
    ],
    assumptions: &[assumptions::ALL],
};

impl Platform for Eks {
    fn spec(&self) -> &'static Spec {
        &SPEC
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
    let empty = || {
        let numbers = 0..markets.len();
        numbers
            .map(|number| Some(market(number)?.pod_demand()))
            .collect()
    };
    let functions = context.scenario.functions.par_iter().enumerate();
    functions
        .with_min_len(MIN_FUNCTIONS_PER_JOB)
        .filter(|(index, function)| member(*index) && refusal(function).is_none())
        .fold(
            empty,
            |mut all: Vec<Option<PodDemand>>, (index, function)| {
                let number = container_place(function);
                if let (Some(market), Some(pod_demand)) = (market(number), &mut all[number]) {
                    market.count(pod_demand, function, context.demand(index));
                }
                all
            },
        )
        .reduce(empty, |mut left, right| {
            for (mine, other) in left.iter_mut().flatten().zip(right.into_iter().flatten()) {
                mine.merge(other);
            }
            left
        })
}

/// Functions that one thread counts before it merges its counts: merging costs more than counting a
/// few functions.
const MIN_FUNCTIONS_PER_JOB: usize = 1 << 14;

struct EksModel<'a> {
    context: Context<'a>,
    /// One for each market, in the order of [`cluster_markets`].
    sites: Vec<Option<SharedCluster<'a>>>,
}

/// A market with the cluster that carries all functions there.
struct SharedCluster<'a> {
    market: ClusterMarket<'a>,
    /// For each candidate node type, the capacity that all functions of the market use.
    node_uses: Vec<NodeUse>,
    /// `None` when no function fits any candidate.
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
    /// Pods for today's traffic.
    pods: u128,
    /// Nodes that those pods fill.
    share: Exact,
    /// Nodes that the pods of all other functions fill. Computed only when a search needs it.
    others: OnceLock<Exact>,
    bounds: OnceLock<StepBounds>,
}

/// Bounds of what the cost of a step is computed from.
struct StepBounds {
    /// Nodes that the pods of all other functions fill.
    others: Bounds,
    month: MonthBounds,
}

impl Placed<'_> {
    /// Nodes that a number of the function's pods fill.
    fn share_of(&self, pods: u128) -> Exact {
        nodes_of(pods, self.pods_per_node)
    }

    /// Pods that carry a number of slots, at least the minimum of the function.
    fn pods_for(&self, slots: u128) -> u128 {
        with_minimum(self.function, self.pod.for_slots(slots))
    }

    fn others(&self) -> &Exact {
        self.others.get_or_init(|| {
            let others = &self.cluster.share - &self.share;
            debug_assert!(!others.is_negative(), "a function is one of all");
            others
        })
    }

    fn bounds(&self) -> &StepBounds {
        self.bounds.get_or_init(|| StepBounds {
            others: self.others().bounds(),
            month: self.market.month_bounds(self.cluster.number),
        })
    }

    /// The part of a cluster's bill for pods that fill `share` of the `all` nodes in use.
    fn allocated(&self, monthly: &Usd, share: &Exact, all: &Exact) -> Usd {
        // Divide by `all` last: it has the most digits, and the product before it stays short.
        monthly
            .times(share)
            .per(all)
            .expect("a placed function has a pod at least, by the bounds of min_tasks")
    }

    fn carried(&self, pods: u128) -> Exact {
        let slots = &Exact::whole(pods) * &Exact::whole(self.pod.slots);
        &slots * &Exact::from(self.function.container().target_utilization)
    }
}

impl EksModel<'_> {
    fn options(&self) -> &EksOptions {
        self.context.scenario.options.of()
    }

    fn place(&self, index: usize) -> Result<Placed<'_>, Infeasible> {
        self.context.count_solve();
        let function = self.context.function(index);
        if let Some(refused) = refusal(function) {
            return Err(refused);
        }
        let pod = Pod::of(function);
        let does_not_fit = || {
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
            return Err(does_not_fit());
        };
        let market = &site.market;
        let candidate = &market.candidates[cluster.number];
        let pods_per_node = candidate.node.fit(&pod);
        if pods_per_node == 0 {
            return Err(does_not_fit());
        }
        let pods = pods_of_today(function, &pod, self.context.demand(index));
        Ok(Placed {
            function,
            market,
            node_uses: &site.node_uses,
            cluster,
            candidate,
            share: nodes_of(pods, pods_per_node),
            pods,
            pod,
            pods_per_node,
            others: OnceLock::new(),
            bounds: OnceLock::new(),
        })
    }
}

impl CostModel for EksModel<'_> {
    fn answer(&self, index: usize) -> Result<Answer<'_>, Infeasible> {
        let placed = self.place(index)?;
        Ok(Answer {
            cost: placed.cost(),
            placement: Box::new(placed),
        })
    }

    fn total(&self, members: &Members<'_>) -> Usd {
        let markets: Vec<Option<&ClusterMarket<'_>>> = self
            .sites
            .iter()
            .map(|site| site.as_ref().map(|site| &site.market))
            .collect();
        let demands = pod_demands(&self.context, &markets, members.contains);
        let places = markets.into_iter().zip(demands);
        let used = places
            .filter_map(|(market, demand)| Some((market?, demand?)))
            .filter(|(_, demand)| !demand.is_empty());
        let monthly = |(market, demand): (&ClusterMarket<'_>, PodDemand)| {
            let choice = market
                .choose(&market.node_use(&demand))
                .expect("functions that run on a shared cluster also form a dedicated one");
            debug_assert_eq!(choice.unfit, 0);
            choice.monthly
        };
        used.map(monthly).sum()
    }

    fn shared_costs(&self) -> SharedCosts {
        let cluster = |site: &Option<SharedCluster<'_>>| match site {
            Some(site) => site.market.as_shared(),
            None => plan::Cluster {
                fee: Usd::ZERO,
                types: Vec::new(),
                nodes: plan::Nodes::Shared,
            },
        };
        SharedCosts {
            clusters: self.sites.iter().map(cluster).collect(),
            ..SharedCosts::default()
        }
    }

    fn need(&self, index: usize, cluster: usize, node_type: usize) -> Option<Exact> {
        let function = self.context.function(index);
        let market = &self.sites[cluster].as_ref()?.market;
        let pod = Pod::of(function);
        let pods = pods_of_today(function, &pod, self.context.demand(index));
        let needed = NodeUse::of(&market.candidates[node_type].node, &pod, pods);
        (needed.unfit == 0).then_some(needed.share)
    }

    fn clusters(&self) -> Vec<Cluster> {
        let cluster = |site: &SharedCluster<'_>| {
            let (market, formed) = (&site.market, site.cluster.as_ref()?);
            Some(Cluster {
                region: market.region,
                architecture: market.architecture,
                instance_type: Arc::clone(&market.candidates[formed.number].name),
                nodes: market.nodes(&formed.share),
                is_dedicated: self.options().cluster == ClusterKind::Dedicated,
                monthly: formed.monthly.clone(),
            })
        };
        self.sites.iter().flatten().filter_map(cluster).collect()
    }

    fn notes(&self, notes: &mut Notes) {
        let mut unpriced: Vec<&str> = Vec::new();
        let markets = self.sites.iter().flatten().map(|site| &site.market);
        for market in markets.filter(|market| market.volume.is_none()) {
            let name: &str = self.context.prices[usize::from(market.region)].name();
            if !unpriced.contains(&name) {
                unpriced.push(name);
            }
        }
        assumptions::note(self.options(), &unpriced, notes);
    }
}

impl Placed<'_> {
    fn cost(&self) -> Cost {
        let billed = Bill::total(|bill| self.charge(bill));
        Cost {
            compared: billed.clone(),
            billed,
            unshared: Usd::ZERO,
            piece: None,
        }
    }
}

impl Placement for Placed<'_> {
    fn charge(&self, bill: &mut Bill) {
        bill.add_share(&self.cluster.per_node, &self.share);
    }

    fn shared_use(&self) -> SharedUse {
        SharedUse {
            cluster: Some(container_place(self.function)),
            ..SharedUse::default()
        }
    }

    fn price_as_of(&self) -> Option<&str> {
        self.cluster.as_of.as_deref()
    }

    fn cluster_costs(&self) -> ClusterCosts {
        let market = self.market;
        let candidates = market.candidates.iter();
        let own: Vec<NodeUse> = candidates
            .map(|candidate| NodeUse::of(&candidate.node, &self.pod, self.pods))
            .collect();
        let all = self.node_uses.iter();
        let rest: Vec<NodeUse> = all.zip(&own).map(|(all, own)| all.without(own)).collect();
        // A cluster without functions is not created and costs nothing.
        let monthly = |node_uses: &[NodeUse]| {
            let choice = market.choose(node_uses);
            choice.map_or(Usd::ZERO, |choice| choice.monthly)
        };
        ClusterCosts {
            alone: Some(monthly(&own)),
            avoidable: Some(&self.cluster.monthly - &monthly(&rest)),
        }
    }

    fn tariff(&self) -> Tariff<'_> {
        Tariff::ByCapacity(self)
    }

    fn fleet(&self) -> Option<&dyn Fleet> {
        Some(self)
    }
}

impl Fleet for Placed<'_> {
    fn capacity(&self) -> Exact {
        self.carried(self.pods)
    }

    fn describe(&self) -> String {
        format!(
            "{}, {} per node: {} nodes of {}",
            plural(self.pods, "pod"),
            count(self.pods_per_node.into()),
            self.share.to_fixed(2),
            self.candidate.name
        )
    }

    fn write_short(&self, text: &mut String) {
        push_count(text, self.pods);
        text.push_str(" pods at ");
        push_count(text, self.pods_per_node.into());
        text.push_str(" per ");
        text.push_str(&self.candidate.name);
    }

    fn facts(&self) -> Vec<Fact> {
        vec![
            Fact::text("instance_type", &*self.candidate.name),
            Fact::text("node_share", self.share.to_string()),
            Fact::count("pods", self.pods),
            Fact::count("pods_per_node", self.pods_per_node.into()),
        ]
    }
}

/// The fleet of one function grows while the other functions of the cluster stay as they are.
impl CapacityTariff for Placed<'_> {
    fn step_cost(&self) -> Option<&dyn StepCost> {
        Some(self)
    }
}

impl StepCost for Placed<'_> {
    fn hold(&self, slots: u128) -> Option<Holding> {
        Some(Holding {
            monthly: self.monthly(slots)?,
            carries: self.carried(self.pods_for(slots)),
        })
    }

    fn monthly(&self, slots: u128) -> Option<Usd> {
        let share = self.share_of(self.pods_for(slots));
        let all = self.others() + &share;
        let whole = self.market.month(self.cluster.number, &all);
        Some(self.allocated(&whole, &share, &all))
    }

    fn monthly_bounds(&self, slots: u128) -> Bounds {
        let bounds = self.bounds();
        let pods = Bounds::whole(self.pods_for(slots));
        let share = pods.over(Bounds::whole(self.pods_per_node.into()));
        let all = bounds.others + share;
        (bounds.month.of(all) * share).over(all)
    }

    fn step_end(&self, slots: u128) -> u128 {
        self.pods_for(slots).saturating_mul(self.pod.slots)
    }

    fn steps(&self, demand: &Demand) -> Option<CapacitySteps> {
        let (market, node) = (self.market, &self.candidate.node);
        let slot = Slot::of(self.function);
        let of_node = slot
            .vcpu
            .over(&node.vcpu)?
            .max(slot.memory_mb.over(&node.memory_mb)?);
        let slots = self.function.needed_slots(demand);
        let whole = self.pod.for_slots(slots);
        let share = self.share_of(self.pods_for(slots));
        let all = self.others() + &share;
        let rate = &self.candidate.price.rate;
        let machines = |nodes: &Exact| rate * &market.hours.of_instances(nodes);
        let everything = market.month(self.cluster.number, &all);
        Some(CapacitySteps {
            slots: machines(&(&of_node * &self.function.planned_slots(demand))),
            whole_tasks: machines(&self.share_of(whole)),
            minimums: self.allocated(&machines(&market.nodes(&all)), &share, &all),
            everything: self.allocated(&everything, &share, &all),
        })
    }
}
