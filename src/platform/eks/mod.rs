//! Amazon EKS on EC2 nodes: in each region, one cluster per architecture carries all functions.
//!
//! Rules: EKS price list (cluster hour, extended support), EC2 on demand per instance hour, EBS gp3
//! per GB-month; a node's capacity by the kubelet's formula ([`crate::pricebook::instances`]).

mod assumptions;
mod burstable;
mod candidates;
mod clusters;
mod crew;
pub(crate) mod fees;
mod levels;
pub(crate) mod meters;
mod node_choice;
mod node_size;
mod options;
mod pod_demand;
mod service_pods;
mod site;
mod unfit;

use super::fleet::push_count;
use super::slot::Slot;
use super::{
    Answer, AtLeast, Bill, Cluster, Context, Cost, CostModel, Fact, Fleet, Infeasible, Kept,
    Members, NodeMeters, Placement, Platform, SharedBill, SharedCosts, SharedUse, Spec, Subject,
    Total, UnitUse, container_place, instance_choice,
};
use crate::diag::Diags;
use crate::exact::{Bounds, Exact};
use crate::money::{Usd, count, plural};
use crate::plan;
use crate::scenario::{ClusterKind, Demand, Function, Notes, PlatformKind, PlatformShape};
use crate::solve::{CapacitySteps, CapacityTariff, Holding, StepCost, Tariff};
use assumptions::NodeNotes;
use candidates::Candidate;
use crew::{Choice, Own};
use levels::Load;
use node_choice::{ClusterMarket, NodeUse, cluster_markets, refusal};
pub(crate) use node_size::NodeSize;
pub use options::EksOptions;
use pod_demand::{Packing, PodDemand, PodNeed, Room};
use rayon::prelude::*;
use service_pods::{PlacedMember, ServicePlace, ServicePods};
use site::{ALIKE_FUNCTIONS, ALIKE_MEMORY_MB, Joined, KnownType, Site};
use std::borrow::{Borrow, Cow};
use std::sync::{Arc, OnceLock};
use unfit::does_not_fit;

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
        let runs_here = |index: usize| context.home(index) == self.id();
        let services = service_pods::of_all(&context, &markets);
        let uses = node_uses(&context, &markets, &services, &runs_here);
        let chosen: Vec<Option<Choice>> = markets
            .par_iter()
            .zip(&uses)
            .map(|(market, uses)| market.as_ref()?.choose(uses))
            .collect();
        let mut crews = uses;
        if chosen.iter().flatten().any(|choice| choice.unfit > 0) {
            // Functions that do not fit the cluster of today run on no platform today.
            let fits = |index: usize| {
                let function = context.function(index);
                let place = container_place(function);
                let (market, choice) = (markets[place].as_ref()?, chosen[place].as_ref()?);
                if let Some(number) = function.service_number() {
                    return Some(services[number].as_ref()?.needs[choice.number].fits());
                }
                let node = &market.candidates[choice.number].node;
                Some(PodNeed::of(function).on(node).pack(1).is_some())
            };
            let carried = |index: usize| runs_here(index) && fits(index) == Some(true);
            crews = node_uses(&context, &markets, &services, &carried);
        }
        let functions = context.scenario.functions.len();
        let (memories, known) = if functions >= ALIKE_FUNCTIONS {
            (0..ALIKE_MEMORY_MB + 1, functions)
        } else {
            (0..0, 0)
        };
        let known = (0..known).map(|_| KnownType::default()).collect();
        let places = markets.into_iter().zip(crews).zip(chosen);
        let sites = places.map(|((market, crew), today)| {
            let market = market?;
            Some(Site {
                crew: market.crew(crew, today.as_ref()),
                market,
                today,
                alike: memories.clone().map(|_| OnceLock::new()).collect(),
            })
        });
        let sites = sites.collect();
        let places = services.iter().map(|_| OnceLock::new()).collect();
        Ok(Box::new(EksModel {
            context,
            sites,
            known,
            services,
            places,
        }))
    }
}

/// The pods that members need in each market.
fn pod_demands<'a, G: Borrow<ClusterMarket<'a>> + Sync>(
    context: &Context<'_>,
    markets: &[Option<G>],
    services: &ServicePods,
    member: &(dyn Fn(usize) -> bool + Sync),
) -> Vec<Option<Vec<PodDemand>>> {
    let market = |number: usize| markets[number].as_ref().map(Borrow::borrow);
    let empty = || {
        let numbers = 0..markets.len();
        numbers
            .map(|number| Some(market(number)?.pod_demands()))
            .collect()
    };
    let functions = context.scenario.functions.par_iter().enumerate();
    functions
        .with_min_len(MIN_FUNCTIONS_PER_JOB)
        .filter(|(index, function)| member(*index) && refusal(function).is_none())
        .fold(
            empty,
            |mut all: Vec<Option<Vec<PodDemand>>>, (index, function)| {
                let number = container_place(function);
                if let Some(found) = context.service_of(function) {
                    let own = services[found.number].as_ref();
                    // Its first function stands for all.
                    let is_first = found.service.members[0] == index;
                    if let (Some(own), Some(levels), true) = (own, &mut all[number], is_first) {
                        levels[own.level].add_service(own);
                    }
                    return all;
                }
                if let (Some(market), Some(levels)) = (market(number), &mut all[number]) {
                    market.count(levels, function, context.demand(index));
                }
                all
            },
        )
        .reduce(empty, |mut left, right| {
            let levels = left.iter_mut().flatten().flatten();
            for (mine, other) in levels.zip(right.into_iter().flatten().flatten()) {
                mine.merge(other);
            }
            left
        })
}

/// What members use of each candidate, in each market.
fn node_uses<'a, G: Borrow<ClusterMarket<'a>> + Sync>(
    context: &Context<'_>,
    markets: &[Option<G>],
    services: &ServicePods,
    member: &(dyn Fn(usize) -> bool + Sync),
) -> Vec<Vec<NodeUse>> {
    let demands = pod_demands(context, markets, services, member);
    let markets = markets.par_iter().zip(demands);
    let uses = markets.map(|(market, demand)| match (market, demand) {
        (Some(market), Some(demand)) => market.borrow().node_use(&demand),
        _ => Vec::new(),
    });
    uses.collect()
}

/// Functions that one thread counts before it merges its counts: merging costs more than counting a
/// few functions.
const MIN_FUNCTIONS_PER_JOB: usize = 1 << 14;

struct EksModel<'a> {
    context: Context<'a>,
    /// One for each market, in the order of [`cluster_markets`].
    sites: Vec<Option<Site<'a>>>,
    /// By function; empty for few functions.
    known: Vec<KnownType>,
    /// The pods of each service.
    services: ServicePods,
    /// Each service on its cluster, found when it is first needed.
    places: Vec<OnceLock<Result<Arc<ServicePlace>, Infeasible>>>,
}

/// A function on its cluster, with the functions that run there today.
struct Placed<'m> {
    function: &'m Function,
    demand: &'m Demand,
    market: &'m ClusterMarket<'m>,
    /// The cluster with the function.
    joined: Cow<'m, Joined>,
    /// US dollars a month of the cluster without the function.
    without: Usd,
    candidate: &'m Candidate,
    room: Room,
    /// Slots for today's traffic.
    slots: u128,
    /// The same, not rounded.
    planned_slots: Exact,
    level: usize,
    /// vCPUs that today's traffic keeps busy; zero if no node type is burstable.
    busy: Exact,
    /// Nodes that those pods fill.
    share: Exact,
    /// What all other functions need. Computed only when a search needs it.
    others: OnceLock<Load>,
    bounds: OnceLock<StepBounds>,
    per_node: OnceLock<SharedBill>,
}

/// Bounds of what the cost of a step is computed from.
struct StepBounds {
    /// By level: nodes that the pods of all other functions fill.
    nodes: Vec<Bounds>,
    /// By level: vCPUs that all other functions keep busy.
    busy: Vec<Bounds>,
    without: Bounds,
}

impl Placed<'_> {
    /// Pods that carry a number of slots, at least the minimum of the function.
    fn pods_for(&self, slots: u128) -> Packing {
        let packing = self.room.pack(slots);
        packing.expect("pods fit for any number of slots, as they do for today's")
    }

    /// What all other functions need.
    fn others(&self) -> &Load {
        self.others.get_or_init(|| {
            let all = self.joined.cluster.load.clone();
            let others = all.without(self.level, &self.share, &self.busy);
            debug_assert!(
                !others.nodes.iter().any(Exact::is_negative),
                "a function is one of all"
            );
            others
        })
    }

    fn bounds(&self) -> &StepBounds {
        self.bounds.get_or_init(|| {
            let bounds = |amounts: &[Exact]| amounts.iter().map(Exact::bounds).collect();
            StepBounds {
                nodes: bounds(&self.others().nodes),
                busy: bounds(&self.others().busy),
                without: self.without.dollars().bounds(),
            }
        })
    }

    /// US dollars a month that the function adds to the cluster when it provides a number of slots.
    fn added(&self, slots: u128) -> Usd {
        let nodes = self.pods_for(slots).share();
        let all = self.others().clone();
        let all = all.with(self.level, &nodes, &self.busy_at(slots));
        &self.market.month(self.joined.cluster.number, &all) - &self.without
    }

    /// The mean number of nodes that its pods fill.
    fn mean_share(&self) -> Exact {
        &self.share * self.market.levels.share(self.level)
    }

    /// vCPUs that the function keeps busy: today's at the slots of today, else those of traffic that
    /// fills the slots at today's utilization.
    fn busy_at(&self, slots: u128) -> Exact {
        if slots == self.slots || self.busy.is_zero() {
            return self.busy.clone();
        }
        let each = self.busy.over(&self.planned_slots);
        let each = each.expect("a function that keeps vCPUs busy needs slots");
        &each * &Exact::whole(slots)
    }

    /// Requests in flight that pods carry at target utilization.
    fn carried(&self, packing: &Packing) -> Exact {
        let slots = &Exact::whole(packing.pods) * &Exact::whole(packing.requests);
        &slots * &Exact::from(self.function.container().target_utilization)
    }
}

impl EksModel<'_> {
    fn options(&self) -> &EksOptions {
        self.context.scenario.options.of()
    }

    fn place<'m>(&'m self, subject: Subject<'m>) -> Result<Placed<'m>, Infeasible> {
        let Subject {
            index,
            function,
            demand,
        } = subject;
        if let Some(refused) = refusal(function) {
            return Err(refused);
        }
        let need = PodNeed::of(function);
        let site = self.sites[container_place(function)].as_ref();
        let does_not_fit = || does_not_fit(&need.least(), site.map(|site| &site.market));
        let site = site.ok_or_else(does_not_fit)?;
        let (market, crew) = (&site.market, &site.crew);
        let slots = function.needed_slots(demand);
        let today = site.today.as_ref();
        let stated = self.context.function(index);
        // The pods of the function in the cluster of today, if it runs there.
        let own_today = (self.context.home(index) == Eks.id())
            .then(|| market.own_pods(stated, self.context.demand(index)))
            .filter(|own| today.is_some_and(|one| own.needs[one.number].fits()));
        let joined = match &own_today {
            None => {
                let known = self.known.get(index);
                let known = known.filter(|_| self.context.is_stated(subject));
                site.joined(function, demand, slots, known)
            }
            Some(own) if self.context.is_stated(subject) => {
                let cluster = today.cloned();
                let joined = cluster.and_then(|cluster| Joined::of(own, cluster));
                joined.map(Cow::Owned)
            }
            Some(own_today) => {
                let own = market.own_pods(function, demand);
                let others = crew.without(own_today);
                let packing = |number: usize| own.needs[number].packing();
                let cluster = market.with(&others, own.as_own(), packing);
                let joined = cluster.and_then(|cluster| Joined::of(&own, cluster));
                joined.map(Cow::Owned)
            }
        };
        let joined = joined.ok_or_else(does_not_fit)?;
        let without = match &own_today {
            Some(own_today) => market.without(crew, own_today).map(|choice| choice.monthly),
            None => today.map(|choice| choice.monthly.clone()),
        };
        let candidate = &market.candidates[joined.cluster.number];
        Ok(Placed {
            function,
            demand,
            market,
            without: without.unwrap_or(Usd::ZERO),
            candidate,
            share: joined.packing.share(),
            room: need.on(&candidate.node),
            joined,
            slots,
            planned_slots: function.planned_slots(demand),
            level: market.level(function),
            busy: market.busy(function, demand),
            others: OnceLock::new(),
            bounds: OnceLock::new(),
            per_node: OnceLock::new(),
        })
    }
}

impl CostModel for EksModel<'_> {
    fn answer(&self, index: usize) -> Result<Answer<'_>, Infeasible> {
        self.context.count_solve();
        self.answer_of(self.context.subject(index))
    }

    fn answer_of<'m>(&'m self, changed: Subject<'m>) -> Result<Answer<'m>, Infeasible> {
        if let Some(found) = self.context.service_of(changed.function) {
            let placed: PlacedMember<'m> = self.place_service(found, changed)?;
            return Ok(Answer {
                cost: placed.cost(),
                placement: Box::new(placed),
            });
        }
        let placed = self.place(changed)?;
        Ok(Answer {
            cost: placed.cost(),
            placement: Box::new(placed),
        })
    }

    fn adds(&self, changed: Subject<'_>) -> Result<Usd, Infeasible> {
        Ok(self.answer_of(changed)?.cost.decisive().clone())
    }

    fn at_least(&self, index: usize) -> AtLeast {
        let Subject {
            function, demand, ..
        } = self.context.subject(index);
        let Some(site) = &self.sites[container_place(function)] else {
            return AtLeast::NOTHING;
        };
        let level = site.market.level(function);
        if let Some(found) = self.context.service_of(function) {
            let share = self.context.share_in_service(index).bounds();
            return AtLeast {
                adds: Bounds::ZERO,
                costs: site.market.least(level, service_pods::parts(found.need)) * share,
            };
        }
        let parts = PodNeed::of(function).parts(function.needed_slots(demand));
        let costs = site.market.least(level, parts);
        AtLeast {
            adds: site.least_added(costs),
            costs,
        }
    }

    fn total(&self, members: &Members<'_>) -> Total {
        let functions = self.context.scenario.functions.par_iter().enumerate();
        let refused = functions
            .filter(|(index, function)| (members.contains)(*index) && refusal(function).is_some());
        let mut total = Total {
            monthly: Usd::ZERO,
            left_out: refused.count(),
        };
        for (_, unfit, choice) in self.chosen(members.contains) {
            total.left_out += unfit;
            if let Some(choice) = choice {
                total.monthly = &total.monthly + &choice.monthly;
            }
        }
        total
    }

    fn shared_costs(&self) -> SharedCosts {
        let cluster = |site: &Option<Site<'_>>| match site {
            Some(site) => site.market.as_shared(),
            None => plan::Cluster {
                fee: Usd::ZERO,
                types: Vec::new(),
                nodes: plan::Nodes::Shared,
                levels: vec![Exact::ONE],
            },
        };
        let node_meters = |site: &Option<Site<'_>>| match site {
            Some(site) => site.market.node_meters(),
            None => NodeMeters {
                region: 0,
                hours: Vec::new(),
                paths: Vec::new(),
            },
        };
        SharedCosts {
            clusters: self.sites.iter().map(cluster).collect(),
            node_meters: self.sites.iter().map(node_meters).collect(),
            ..SharedCosts::default()
        }
    }

    fn need(&self, subject: Subject<'_>, cluster: usize, node_type: usize) -> Option<Exact> {
        let Subject {
            function, demand, ..
        } = subject;
        let market = &self.sites[cluster].as_ref()?.market;
        if let Some(found) = self.context.service_of(function) {
            let own = self.pods_with(market, found, subject);
            return Some(own.needs[node_type].packing()?.share());
        }
        let slots = function.needed_slots(demand);
        let room = PodNeed::of(function).on(&market.candidates[node_type].node);
        Some(room.pack(slots)?.share())
    }

    fn level(&self, index: usize, cluster: usize) -> usize {
        let market = self.sites[cluster].as_ref().map(|site| &site.market);
        market.map_or(0, |market| market.level(self.context.function(index)))
    }

    fn busy(&self, subject: Subject<'_>, cluster: usize) -> Exact {
        let market = self.sites[cluster].as_ref().map(|site| &site.market);
        market.map_or(Exact::ZERO, |market| {
            match self.context.service_of(subject.function) {
                Some(found) => self.pods_with(market, found, subject).busy.clone(),
                None => market.busy(subject.function, subject.demand),
            }
        })
    }

    fn shared_use_with_others(&self, index: usize) -> Option<SharedUse> {
        let function = self.context.function(index);
        if refusal(function).is_some() {
            return None;
        }
        let cluster = container_place(function);
        let types = 0..self.sites[cluster].as_ref()?.market.candidates.len();
        let fits = types.clone().any(|number| {
            let subject = self.context.subject(index);
            self.need(subject, cluster, number).is_some()
        });
        fits.then(|| SharedUse {
            cluster: Some(cluster),
            ..SharedUse::default()
        })
    }

    fn clusters(&self, contains: &(dyn Fn(usize) -> bool + Sync)) -> Vec<Cluster> {
        let chosen = self.chosen(contains).into_iter();
        let clusters = chosen.filter_map(|(market, _, choice)| {
            let Choice {
                number,
                load,
                monthly,
                ..
            } = choice?;
            Some(Cluster {
                region: market.region,
                architecture: market.architecture,
                instance_type: Arc::clone(&market.candidates[number].name),
                surplus_credits: market.surplus(number, &load),
                nodes: market.most_nodes(&load),
                requests_per_pod: self.requests_per_pod(market, number, contains),
                allocatable: market.candidates[number].node.size,
                is_dedicated: self.options().cluster == ClusterKind::Dedicated,
                monthly,
            })
        });
        clusters.collect()
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
        let mut sites = self.sites.iter().flatten();
        let nodes = NodeNotes {
            unpriced,
            newer: self.newer_types(),
            has_burstable: sites.any(|site| site.market.has_burstable()),
        };
        assumptions::note(self.context.scenario, &nodes, notes);
    }
}

impl Placed<'_> {
    fn cost(&self) -> Cost {
        let Choice { load, monthly, .. } = &self.joined.cluster;
        // Divide by all nodes last: that number has the most digits, and the product before it stays
        // short.
        let all = self.market.levels.mean_need(&load.nodes);
        let billed = monthly.times(&self.mean_share()).per(&all);
        let billed =
            billed.expect("a placed function has a pod at least, by the bounds of min_tasks");
        debug_assert_eq!(billed, Bill::total(|bill| self.charge(bill)));
        Cost {
            adds: monthly - &self.without,
            service_adds: None,
            billed,
            unshared: Usd::ZERO,
            extras: Usd::ZERO,
            piece: None,
        }
    }
}

impl Placement for Placed<'_> {
    fn charge(&self, bill: &mut Bill) {
        let per_node = || self.market.bill_per_node(&self.joined.cluster);
        bill.add_share(self.per_node.get_or_init(per_node), &self.mean_share());
    }

    fn shared_use(&self) -> SharedUse {
        SharedUse {
            cluster: Some(container_place(self.function)),
            ..SharedUse::default()
        }
    }

    fn unit_use(&self, _times: &Exact, _kept: Kept) -> Option<UnitUse> {
        // All of it is in the cluster.
        Some(UnitUse::NOTHING)
    }

    fn price_as_of(&self) -> Option<&str> {
        self.market.as_of(self.joined.cluster.number)
    }

    fn alone(&self) -> Option<Usd> {
        let needs = self.market.own_pods(self.function, self.demand);
        let alone = self.market.alone(&needs);
        Some(alone.expect("it fits a node of this cluster").monthly)
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
        self.carried(&self.joined.packing)
    }

    fn describe(&self) -> String {
        let Packing {
            pods,
            per_node,
            requests,
        } = self.joined.packing;
        let size = &self.candidate.node.size;
        let each = if requests > 1 {
            format!(" of {} requests", count(requests))
        } else {
            String::new()
        };
        format!(
            "{}{each}, {} per node: {} nodes of {} ({} of {} MiB)",
            plural(pods, "pod"),
            count(per_node.into()),
            self.share.to_fixed(2),
            self.candidate.name,
            count(size.memory_mib.into()),
            count(size.nominal_mib.into())
        )
    }

    fn write_short(&self, text: &mut String) {
        push_count(text, self.joined.packing.pods);
        text.push_str(" pods ");
        if self.joined.packing.requests > 1 {
            text.push_str("x ");
            push_count(text, self.joined.packing.requests);
            text.push(' ');
        }
        text.push_str("at ");
        push_count(text, self.joined.packing.per_node.into());
        text.push_str(" per ");
        text.push_str(&self.candidate.name);
    }

    fn facts(&self) -> Vec<Fact> {
        vec![
            Fact::text("instance_type", &*self.candidate.name),
            Fact::text("node_share", self.share.to_string()),
            Fact::count("pods", self.joined.packing.pods),
            Fact::count("pods_per_node", self.joined.packing.per_node.into()),
            Fact::count("requests_per_pod", self.joined.packing.requests),
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
            carries: self.carried(&self.pods_for(slots)),
        })
    }

    fn monthly(&self, slots: u128) -> Option<Usd> {
        Some(self.added(slots))
    }

    fn monthly_bounds(&self, slots: u128) -> Bounds {
        let others = self.bounds();
        let (nodes, busy) = (self.pods_for(slots).bounds(), self.busy_at(slots));
        let own = Own {
            level: self.level,
            busy: &busy,
        };
        let month = self.market.month_bounds(
            self.joined.cluster.number,
            |level| own.plus(level, others.nodes[level], nodes),
            |level| own.plus(level, others.busy[level], busy.bounds()),
        );
        month.less(others.without)
    }

    fn step_end(&self, slots: u128) -> u128 {
        self.room.most_slots(&self.pods_for(slots))
    }

    fn steps(&self, demand: &Demand) -> Option<CapacitySteps> {
        let (market, node) = (self.market, &self.candidate.node);
        let slot = Slot::of(self.function);
        let of_node = slot
            .vcpu
            .over(&node.vcpu)?
            .max(slot.memory_mb.over(&node.memory())?);
        let slots = self.function.needed_slots(demand);
        let packing = self.pods_for(slots);
        let whole = Packing {
            pods: slots.div_ceil(packing.requests),
            ..packing
        };
        let others = self.others();
        let all = others
            .clone()
            .with(self.level, &packing.share(), &Exact::ZERO);
        let machines = |nodes: &Exact| market.instances(self.candidate, nodes);
        // While its containers run.
        let own = |nodes: &Exact| machines(&(nodes * market.levels.share(self.level)));
        Some(CapacitySteps {
            slots: own(&(&of_node * &self.function.planned_slots(demand))),
            whole_tasks: own(&whole.share()),
            minimums: &machines(&market.mean_nodes(&all)) - &machines(&market.mean_nodes(others)),
            everything: self.added(slots),
        })
    }
}
