//! Pods that the functions of a service share.

use super::crew::{Choice, OwnPods};
use super::node_choice::{ClusterMarket, refusal};
use super::pod_demand::{Node, NodeNeed, NodeParts, Packing, PodNeed, SizesOfPods};
use super::unfit::does_not_fit;
use super::{Eks, EksModel, Joined};
use crate::exact::{Bounds, Exact};
use crate::money::{Usd, count, percent, plural};
use crate::platform::fleet::push_count;
use crate::platform::service_need::{Growth, ServiceNeed};
use crate::platform::{
    Bill, Context, Cost, Fact, Fleet, Infeasible, Kept, Placement, Platform, ServiceOf, SharedBill,
    SharedUse, Subject, UnitUse, container_place,
};
use crate::scenario::{Demand, SharedService};
use crate::solve::{CapacitySteps, CapacityTariff, StepCost, Tariff};
use rayon::prelude::*;
use std::borrow::Cow;
use std::cmp::Reverse;
use std::sync::{Arc, OnceLock};

/// The pods of a service on each candidate of its market; `None` where it has no market.
pub(super) type ServicePods = Vec<Option<OwnPods>>;

/// The pods of all services.
pub(super) fn of_all(context: &Context<'_>, markets: &[Option<ClusterMarket<'_>>]) -> ServicePods {
    let services = context.scenario.services.par_iter();
    let services = services.zip(context.services.par_iter());
    let pods = services.map(|(service, need)| {
        let market = markets[container_place(&service.carrier)].as_ref()?;
        Some(own_pods(market, service, need, |index| {
            context.subject(index)
        }))
    });
    pods.collect()
}

/// The pods of a service, for each candidate.
fn own_pods<'s>(
    market: &ClusterMarket<'_>,
    service: &SharedService,
    need: &ServiceNeed,
    subject: impl Fn(usize) -> Subject<'s>,
) -> OwnPods {
    let nodes = market.candidates.iter().map(|candidate| &candidate.node);
    let members = service.members.iter().map(|index| {
        let Subject {
            function, demand, ..
        } = subject(*index);
        market.busy(function, demand)
    });
    OwnPods {
        needs: nodes
            .map(|node| NodeNeed::of(packing(need, node)))
            .collect(),
        functions: service.members.len(),
        level: market.level(&service.carrier),
        busy: members.sum(),
    }
}

/// What the pods of a service need of nodes at least.
pub(super) fn parts(need: &ServiceNeed) -> NodeParts {
    let pods = Bounds::whole(need.min_tasks);
    let base_mb = Exact::from(need.base_mb).bounds();
    let memory = need.memory_mb.bounds() + base_mb * pods;
    NodeParts([need.vcpu.bounds(), memory, pods])
}

/// The pods of a service with the least need of nodes; of equal ones, the smallest pods.
///
/// For each number of pods on a node it looks at the fewest pods of which that number fits. More pods
/// than that are not fewer nodes.
fn packing(need: &ServiceNeed, node: &Node) -> Option<Packing> {
    let members = need.members.iter();
    let sizes: Vec<SizesOfPods> = members
        .map(|one| PodNeed::of_slot(&one.slot, need.base_mb, one.slot_mb).sizes_on(node))
        .collect();
    let base = Exact::from(need.base_mb);
    let memory = node.memory();
    let mut best: Option<Packing> = None;
    let mut per_node: u64 = 1;
    while per_node <= node.pods {
        let mut pods = need.min_tasks;
        for (member, sizes) in need.members.iter().zip(&sizes) {
            match sizes.most_requests(per_node) {
                0 => return best,
                most => pods = pods.max(member.slots.div_ceil(most)),
            }
        }
        let on_node = Exact::from(per_node);
        let left = &memory - &(&base * &on_node);
        pods = pods.max((&need.vcpu * &on_node).over(&node.vcpu)?.ceil()?);
        pods = pods.max((&need.memory_mb * &on_node).over(&left)?.ceil()?);
        let found = Packing {
            pods,
            per_node: fit(need, &sizes, node, pods),
            requests: need.members.iter().map(|one| one.requests_of(pods)).sum(),
        };
        debug_assert!(
            found.per_node >= per_node,
            "the pods were chosen so that this number fits"
        );
        let order = |packing: &Packing| (packing.share(), Reverse(packing.pods));
        if best.is_none_or(|best| order(&found) < order(&best)) {
            best = Some(found);
        }
        per_node = found.per_node + 1;
        let left = &memory - &(&base * &Exact::from(per_node));
        let least = need.memory_mb.over(&left);
        if best.is_some_and(|best| least.is_some_and(|least| least > best.share())) {
            break;
        }
    }
    best
}

/// How many of a number of pods fit on a node.
fn fit(need: &ServiceNeed, sizes: &[SizesOfPods], node: &Node, pods: u128) -> u64 {
    let members = need.members.iter().zip(sizes);
    let whole = members.map(|(member, sizes)| sizes.fit(member.requests_of(pods)));
    let count = Exact::whole(pods);
    let each = need.memory_mb.over(&count).expect("a service has a pod");
    let by_vcpu = (&node.vcpu * &count).whole_times(&need.vcpu);
    let by_memory = node
        .memory()
        .whole_times(&(&Exact::from(need.base_mb) + &each));
    let even = by_vcpu.into_iter().chain(by_memory);
    // More than 64 bits: pod addresses are the limit.
    let even = even.map(|fit| u64::try_from(fit).unwrap_or(u64::MAX));
    whole.chain(even).min().expect("a service has a member")
}

/// A service on its cluster, with the functions that run there today.
pub(super) struct ServicePlace {
    joined: Joined,
    /// US dollars a month of the cluster without the service.
    without: Usd,
    growth: Growth,
    need: ServiceNeed,
    /// By member: its part of the cost, and the most of its requests in flight in a pod.
    members: Vec<(Exact, u128)>,
    alone: Usd,
}

impl EksModel<'_> {
    /// The pods of the service of a function.
    pub(super) fn pods_with(
        &self,
        market: &ClusterMarket<'_>,
        found: ServiceOf<'_>,
        subject: Subject<'_>,
    ) -> Cow<'_, OwnPods> {
        if self.context.is_stated(subject) {
            let stated = self.services[found.number].as_ref();
            return Cow::Borrowed(stated.expect("it has a market"));
        }
        let need = self.context.need_with(found.service, subject);
        let subject_of = |index| self.context.subject_or(subject, index);
        Cow::Owned(own_pods(market, found.service, &need, subject_of))
    }

    /// Places a function with its service.
    pub(super) fn place_service<'m>(
        &'m self,
        found: ServiceOf<'m>,
        subject: Subject<'m>,
    ) -> Result<PlacedMember<'m>, Infeasible> {
        if let Some(refused) = refusal(&found.service.carrier) {
            return Err(refused);
        }
        let site = self.sites[container_place(&found.service.carrier)].as_ref();
        let place = if self.context.is_stated(subject) {
            let known = self.places[found.number].get_or_init(|| {
                let pods = self.services[found.number].clone();
                self.find_service(found, found.need, pods).map(Arc::new)
            });
            known.clone()?
        } else {
            let need = self.context.need_with(found.service, subject);
            let pods = site.map(|site| self.pods_with(&site.market, found, subject).into_owned());
            Arc::new(self.find_service(found, &need, pods)?)
        };
        let market = &site.expect("a placed service has a market").market;
        Ok(PlacedMember {
            place: found.place_of(subject.index),
            service: found.service,
            demand: subject.demand,
            bill: OnceLock::new(),
            market,
            found: place,
        })
    }

    /// The cluster of today with a service whose pods are `own`.
    fn find_service(
        &self,
        found: ServiceOf<'_>,
        need: &ServiceNeed,
        own: Option<OwnPods>,
    ) -> Result<ServicePlace, Infeasible> {
        let service = found.service;
        let site = self.sites[container_place(&service.carrier)].as_ref();
        let market = site.map(|site| &site.market);
        let refused = || unfit(need, service, market, &self.context);
        let (site, own) = site.zip(own).ok_or_else(refused)?;
        let (market, crew) = (&site.market, &site.crew);
        let today = site.today.as_ref();
        let runs_here = self.context.home(service.members[0]) == Eks.id();
        let own_today = self.services[found.number].as_ref();
        let own_today = own_today
            .filter(|own| runs_here && today.is_some_and(|one| own.needs[one.number].fits()));
        let packing = |number: usize| own.needs[number].packing();
        let (cluster, without) = match own_today {
            Some(own_today) => (
                market.with(&crew.without(own_today), own.as_own(), packing),
                market.without(crew, own_today).map(|choice| choice.monthly),
            ),
            None => (
                market.with(crew, own.as_own(), packing),
                today.map(|choice| choice.monthly.clone()),
            ),
        };
        let joined = cluster.and_then(|cluster| Joined::of(&own, cluster));
        let joined = joined.ok_or_else(refused)?;
        let pods = joined.packing.pods;
        let (vcpu, memory) = need.of_task(pods);
        let alone: Option<Choice> = market.alone(&own);
        Ok(ServicePlace {
            without: without.unwrap_or(Usd::ZERO),
            growth: need.growth(pods, &vcpu, &memory),
            need: need.clone(),
            members: need.parts(pods),
            alone: alone.expect("it fits a node of this cluster").monthly,
            joined,
        })
    }
}

/// Why the pods of a service fit no node of the cluster.
fn unfit(
    need: &ServiceNeed,
    service: &SharedService,
    market: Option<&ClusterMarket<'_>>,
    context: &Context<'_>,
) -> Infeasible {
    let least = need.members.iter().map(|one| {
        let memory = &Exact::from(need.base_mb) + &one.slot.memory_mb;
        (one.slot.vcpu.clone(), memory)
    });
    let least: Vec<(Exact, Exact)> = least.collect();
    let fits = |(vcpu, memory): &(Exact, Exact)| {
        market.is_some_and(|market| {
            let mut candidates = market.candidates.iter();
            candidates.any(|one| !one.node.missing(vcpu, memory).is_positive())
        })
    };
    match least.iter().position(|amounts| !fits(amounts)) {
        Some(place) => {
            let name = &context.function(service.members[place]).name;
            does_not_fit(&least[place], market).of_member(name, &service.name)
        }
        None => {
            let vcpu = least.iter().map(|(vcpu, _)| vcpu.clone()).max();
            let memory = least.iter().map(|(_, memory)| memory.clone()).max();
            let largest = vcpu.zip(memory).expect("a service has a member");
            does_not_fit(&largest, market)
        }
    }
}

/// A function on the pods of its service.
pub(super) struct PlacedMember<'m> {
    service: &'m SharedService,
    /// The place of the function in the service.
    place: usize,
    demand: &'m Demand,
    market: &'m ClusterMarket<'m>,
    found: Arc<ServicePlace>,
    /// The bill of the cluster, for each node that pods fill.
    bill: OnceLock<SharedBill>,
}

impl PlacedMember<'_> {
    /// Its part of what the service costs.
    fn share(&self) -> &Exact {
        &self.found.members[self.place].0
    }

    /// Nodes that its part of the pods fills.
    fn nodes(&self) -> Exact {
        &self.found.joined.packing.share() * self.share()
    }

    /// The part of the most hours of the cluster in which the pods run.
    fn part_of_hours(&self) -> &Exact {
        let level = self.market.level(&self.service.carrier);
        self.market.levels.share(level)
    }

    pub(super) fn cost(&self) -> Cost {
        let adds = &self.found.joined.cluster.monthly - &self.found.without;
        Cost {
            billed: Bill::total(|bill| self.charge(bill)),
            adds: adds.times(self.share()),
            service_adds: Some(adds),
            unshared: Usd::ZERO,
            extras: Usd::ZERO,
            piece: None,
        }
    }
}

impl Placement for PlacedMember<'_> {
    fn charge(&self, bill: &mut Bill) {
        let per_node = || self.market.bill_per_node(&self.found.joined.cluster);
        let nodes = &self.nodes() * self.part_of_hours();
        bill.add_share(self.bill.get_or_init(per_node), &nodes);
    }

    fn shared_use(&self) -> SharedUse {
        SharedUse {
            cluster: Some(container_place(&self.service.carrier)),
            ..SharedUse::default()
        }
    }

    fn unit_use(&self, _times: &Exact, _kept: Kept) -> Option<UnitUse> {
        // All of it is in the cluster.
        Some(UnitUse::NOTHING)
    }

    fn price_as_of(&self) -> Option<&str> {
        self.market.as_of(self.found.joined.cluster.number)
    }

    fn alone(&self) -> Option<Usd> {
        Some(self.found.alone.times(self.share()))
    }

    fn tariff(&self) -> Tariff<'_> {
        Tariff::ByCapacity(self)
    }

    fn fleet(&self) -> Option<&dyn Fleet> {
        Some(self)
    }
}

impl Fleet for PlacedMember<'_> {
    fn capacity(&self) -> Exact {
        self.found.growth.capacity(self.demand)
    }

    fn carries(&self) -> Exact {
        self.found.growth.carries(self.demand)
    }

    fn describe(&self) -> String {
        let Packing { pods, per_node, .. } = self.found.joined.packing;
        let candidate = &self.market.candidates[self.found.joined.cluster.number];
        let size = &candidate.node.size;
        format!(
            "{} shared by {}, {} of its requests in each, {} of the cost, {} per node: {} nodes of {} \
             ({} of {} MiB)",
            plural(pods, "pod"),
            self.service.describe(),
            count(self.found.members[self.place].1),
            percent(self.share()),
            count(per_node.into()),
            self.found.joined.packing.share().to_fixed(2),
            candidate.name,
            count(size.memory_mib.into()),
            count(size.nominal_mib.into())
        )
    }

    fn write_short(&self, text: &mut String) {
        let Packing { pods, per_node, .. } = self.found.joined.packing;
        push_count(text, pods);
        text.push_str(" pods x ");
        push_count(text, self.found.members[self.place].1);
        text.push_str(" at ");
        push_count(text, per_node.into());
        text.push_str(" per ");
        text.push_str(&self.market.candidates[self.found.joined.cluster.number].name);
    }

    fn facts(&self) -> Vec<Fact> {
        let Packing { pods, per_node, .. } = self.found.joined.packing;
        let name = &self.market.candidates[self.found.joined.cluster.number].name;
        vec![
            Fact::text("instance_type", &**name),
            Fact::text("node_share", self.nodes().to_string()),
            Fact::count("pods", pods),
            Fact::count("pods_per_node", per_node.into()),
            Fact::count("requests_per_pod", self.found.members[self.place].1),
        ]
    }
}

/// Shared pods depend on more than the slots of one function.
impl CapacityTariff for PlacedMember<'_> {
    fn step_cost(&self) -> Option<&dyn StepCost> {
        None
    }

    fn steps(&self, _demand: &Demand) -> Option<CapacitySteps> {
        let (market, found) = (self.market, &self.found);
        let Choice {
            number,
            load,
            monthly,
            ..
        } = &found.joined.cluster;
        let candidate = &market.candidates[*number];
        let (need, node) = (&found.need, &candidate.node);
        let of_nodes = need
            .vcpu
            .over(&node.vcpu)?
            .max(need.memory_mb.over(&node.memory())?);
        let packing = found.joined.packing;
        let (vcpu, memory) = need.of_task(packing.pods);
        let whole = Packing {
            pods: need.tasks_for(&vcpu, &memory)?,
            ..packing
        };
        let level = market.level(&self.service.carrier);
        let others = load.clone().without(level, &packing.share(), &Exact::ZERO);
        let machines = |nodes: &Exact| market.instances(candidate, nodes);
        // While its pods run.
        let own = |nodes: &Exact| machines(&(nodes * self.part_of_hours()));
        Some(CapacitySteps {
            slots: own(&of_nodes),
            whole_tasks: own(&whole.share()),
            minimums: &machines(&market.mean_nodes(load)) - &machines(&market.mean_nodes(&others)),
            everything: monthly - &found.without,
        })
    }
}
