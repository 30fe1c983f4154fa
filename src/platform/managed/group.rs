//! Functions that share a capacity provider, as functions of EKS share a cluster.

use super::environment::Environment;
use super::keys::keys_of;
use super::provider::{CapacityProvider, KindNeed, ManagedType, provider_place};
use super::services::{InGroup, ServiceHosts};
use super::{ManagedModel, unsupported};
use crate::diag::{Code, Diag, Diags};
use crate::exact::Exact;
use crate::money::{Usd, count, plural};
use crate::plan;
use crate::platform::fleet::push_count;
use crate::platform::lambda::too_long;
use crate::platform::service::{EC2, LAMBDA};
use crate::platform::slot::Slot;
use crate::platform::{
    Bill, Context, Cost, Fact, Fleet, Infeasible, Kept, NodeMeters, Placement, Refusal, ServiceOf,
    SharedUse, Subject, UnitUse,
};
use crate::scenario::{Demand, Function};
use crate::solve::{CapacitySteps, CapacityTariff, Holding, StepCost, Tariff};
use crate::units::{Hour, Qty, Request, Unit};
use std::collections::HashMap;
use std::ptr;
use std::sync::Arc;

/// The capacity providers with a name.
pub(crate) struct Groups<'a> {
    all: Vec<Group<'a>>,
    /// Their indices, by place and name.
    numbers: HashMap<(usize, &'a str), usize>,
    /// By service: whether one of its functions cannot run on managed instances.
    refused_services: Vec<bool>,
}

/// A capacity provider with the functions that run on it today.
pub(crate) struct Group<'a> {
    /// The first function that names it.
    function: &'a Function,
    place: usize,
    crew: Crew,
}

/// What functions use together of each instance type.
#[derive(Clone)]
struct Crew(Vec<CrewUse>);

#[derive(Clone)]
struct CrewUse {
    /// Instances that their environments fill.
    share: Exact,
    /// Functions whose environments do not fit.
    unfit: usize,
}

/// The needs of a function, by instance type; `None` where no environment fits.
type Needs = Vec<Option<KindNeed>>;

/// The instances that are chosen for some functions.
#[derive(Clone)]
pub(super) struct Chosen {
    /// The index of the instance type.
    kind: usize,
    /// Instances that the environments fill.
    share: Exact,
    pub monthly: Usd,
}

impl<'a> Groups<'a> {
    /// Finds the capacity providers that functions name.
    ///
    /// # Errors
    /// Functions of one of them run for different hours.
    pub(crate) fn find(
        context: &Context<'a>,
        providers: &[Option<CapacityProvider<'a>>],
    ) -> Result<Self, Diags> {
        let services = context.scenario.services.iter();
        let is_refused = |index: &usize| !can_run(providers, context.subject(*index));
        let mut groups = Self {
            all: Vec::new(),
            numbers: HashMap::new(),
            refused_services: services
                .map(|service| service.members.iter().any(is_refused))
                .collect(),
        };
        let mut diags = Diags::new();
        let functions: &'a [Function] = &context.scenario.functions;
        for function in functions.iter().filter(|one| refused(one).is_none()) {
            let place = provider_place(function);
            let Some(name) = keys_of(function).capacity_provider.as_deref() else {
                continue;
            };
            let next = groups.all.len();
            let number = *groups.numbers.entry((place, name)).or_insert(next);
            if number == next {
                let kinds = kinds(providers, place).len();
                groups.all.push(Group {
                    function,
                    place,
                    crew: Crew::empty(kinds),
                });
            }
            let known = groups.all[number].function;
            if known.container().hours_per_month != function.container().hours_per_month {
                diags.push(different_hours(known, function, name));
            }
        }
        for index in 0..functions.len() {
            let Some(number) = groups.number_with_service(context.function(index)) else {
                continue;
            };
            if context.home(index) == super::SPEC.shape.id {
                let needs = needs(providers, context.subject(index));
                groups.all[number].crew.join(&needs);
            }
        }
        diags.into_result(groups)
    }

    /// The index of the provider of a function that shares one and can run.
    pub(crate) fn number_of(&self, function: &Function) -> Option<usize> {
        if self.all.is_empty() || refused(function).is_some() {
            return None;
        }
        let name = keys_of(function).capacity_provider.as_deref()?;
        self.numbers.get(&(provider_place(function), name)).copied()
    }

    /// The same for a function whose service can run too: only these are on instances.
    pub(crate) fn number_with_service(&self, function: &Function) -> Option<usize> {
        let number = self.number_of(function)?;
        let service = function.service_number();
        let is_refused = service.is_some_and(|service| self.refused_services[service]);
        (!is_refused).then_some(number)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}

fn refused(function: &Function) -> Option<Infeasible> {
    too_long(function).or_else(|| unsupported(function))
}

fn different_hours(one: &Function, other: &Function, name: &str) -> Diag {
    let message = format!(
        "`{}` and `{}` share the capacity provider `{name}` and run for different hours",
        one.name, other.name
    );
    let help = "state the same container.hours_per_month for both, or another capacity provider";
    Diag::new(Code::NotPriced, message).help(help)
}

fn kinds<'p>(providers: &'p [Option<CapacityProvider<'_>>], place: usize) -> &'p [ManagedType] {
    let provider = providers[place].as_ref();
    &provider
        .expect("binding fails where a price is missing")
        .kinds
}

/// True for a function whose environments fit some instance.
fn can_run(providers: &[Option<CapacityProvider<'_>>], subject: Subject<'_>) -> bool {
    let fits = || needs(providers, subject).iter().any(Option::is_some);
    refused(subject.function).is_none() && fits()
}

fn does_not_fit(environments: &[Environment]) -> Infeasible {
    Infeasible::new(
        Refusal::DoesNotFit,
        format!(
            "an environment of {} fits no instance of its capacity provider",
            environments[0].describe()
        ),
        "state a larger lambda-managed.instance_type, or less managed.memory_mb",
    )
}

fn needs(providers: &[Option<CapacityProvider<'_>>], subject: Subject<'_>) -> Needs {
    let kinds = kinds(providers, provider_place(subject.function));
    let Ok(environments) = Environment::all_of(subject.function) else {
        return vec![None; kinds.len()];
    };
    let slots = subject.function.needed_slots(subject.demand);
    let needs = kinds.iter();
    needs
        .map(|kind| CapacityProvider::least_need(kind, &environments, slots))
        .collect()
}

impl Crew {
    fn empty(kinds: usize) -> Self {
        Self(vec![
            CrewUse {
                share: Exact::ZERO,
                unfit: 0,
            };
            kinds
        ])
    }

    fn join(&mut self, needs: &Needs) {
        for (all, own) in self.0.iter_mut().zip(needs) {
            match own {
                Some(need) => all.share = &all.share + &need.share(),
                None => all.unfit += 1,
            }
        }
    }

    fn leave(&mut self, needs: &Needs) {
        for (all, own) in self.0.iter_mut().zip(needs) {
            match own {
                Some(need) => all.share = &all.share - &need.share(),
                None => all.unfit -= 1,
            }
        }
    }
}

impl<'a> ManagedModel<'a> {
    fn provider_of(&self, group: &Group<'_>) -> &CapacityProvider<'a> {
        let provider = self.providers[group.place].as_ref();
        provider.expect("binding fails where a price is missing")
    }

    fn hours_of(&self, group: &Group<'_>) -> Qty<Hour> {
        Hour::of(group.function.fleet_hours(self.context.hours.amount()))
    }

    /// US dollars a month of the instances of a type whose environments fill `share` of them.
    fn month(&self, group: &Group<'_>, kind: usize, share: &Exact) -> Usd {
        let provider = self.provider_of(group);
        let hours = self
            .hours_of(group)
            .of_instances(&provider.instances(share));
        &provider.kinds[kind].hourly * &hours
    }

    /// The cheapest instances for some functions, of the types that the most of them fit; of equal
    /// ones, the first. `None` without functions.
    fn choose(&self, group: &Group<'_>, crew: &Crew) -> Option<(Chosen, usize)> {
        let unfit = crew.0.iter().map(|all| all.unfit).min()?;
        let mut best: Option<Chosen> = None;
        for (kind, all) in crew
            .0
            .iter()
            .enumerate()
            .filter(|(_, all)| all.unfit == unfit)
        {
            let monthly = self.month(group, kind, &all.share);
            if best.as_ref().is_none_or(|best| monthly < best.monthly) {
                best = Some(Chosen {
                    kind,
                    share: all.share.clone(),
                    monthly,
                });
            }
        }
        let best = best.filter(|chosen| !chosen.share.is_zero())?;
        Some((best, unfit))
    }

    fn costs(&self, group: &Group<'_>, crew: &Crew) -> Usd {
        let chosen = self.choose(group, crew);
        chosen.map_or(Usd::ZERO, |(chosen, _)| chosen.monthly)
    }

    /// Places a function on the capacity provider that it shares.
    pub(super) fn place_in_group<'m>(
        &'m self,
        number: usize,
        subject: Subject<'m>,
    ) -> Result<Sharing<'m>, Infeasible> {
        let Subject {
            index, function, ..
        } = subject;
        let group = &self.groups.all[number];
        let own = needs(&self.providers, subject);
        let stated = self.context.function(index);
        let mut others = group.crew.clone();
        if self.context.home(index) == super::SPEC.shape.id
            && self.groups.number_of(stated) == Some(number)
        {
            if ptr::eq(stated, function) {
                others.leave(&own);
            } else {
                others.leave(&needs(&self.providers, self.context.subject(index)));
            }
        }
        let mut all = others.clone();
        all.join(&own);
        let Some((chosen, _)) = self.choose(group, &all) else {
            return Err(does_not_fit(&Environment::all_of(function)?));
        };
        self.sharing(number, subject, &chosen, &self.costs(group, &others))
    }

    /// A function on the instances that are chosen for its capacity provider. `without` is what these
    /// cost without it, or without its service.
    pub(super) fn sharing<'m>(
        &'m self,
        number: usize,
        subject: Subject<'m>,
        chosen: &Chosen,
        without: &Usd,
    ) -> Result<Sharing<'m>, Infeasible> {
        let Subject {
            function, demand, ..
        } = subject;
        let environments = Environment::all_of(function)?;
        let need = self.need_of_kind(subject, chosen.kind);
        let need = need.ok_or_else(|| does_not_fit(&environments))?;
        Ok(Sharing {
            model: self,
            number,
            function,
            demand,
            environments,
            without: without.clone(),
            others: &chosen.share - &need.share(),
            need,
            chosen: chosen.clone(),
            service: None,
        })
    }

    /// What a function fills of the instances of a type of its capacity provider; `None` if it does not
    /// fit.
    fn need_of_kind(&self, subject: Subject<'_>, kind: usize) -> Option<KindNeed> {
        let kinds = kinds(&self.providers, provider_place(subject.function));
        let environments = Environment::all_of(subject.function).ok()?;
        let slots = subject.function.needed_slots(subject.demand);
        CapacityProvider::least_need(&kinds[kind], &environments, slots)
    }

    /// Checks that a function fits some instance of its capacity provider.
    ///
    /// # Errors
    /// It fits none.
    pub(super) fn fits_group(&self, subject: Subject<'_>) -> Result<(), Infeasible> {
        let environments = Environment::all_of(subject.function)?;
        if can_run(&self.providers, subject) {
            Ok(())
        } else {
            Err(does_not_fit(&environments))
        }
    }

    /// The functions of a service that share a capacity provider, on its instances of today.
    pub(super) fn in_group(
        &self,
        number: usize,
        found: ServiceOf<'_>,
        members: &[Subject<'_>],
    ) -> InGroup {
        let group = &self.groups.all[number];
        let mut others = group.crew.clone();
        let is_here = self.context.home(found.service.members[0]) == super::SPEC.shape.id;
        for index in found.service.members.iter().filter(|_| is_here) {
            let stated = self.context.subject(*index);
            if self.groups.number_with_service(stated.function) == Some(number) {
                others.leave(&needs(&self.providers, stated));
            }
        }
        let (mut all, mut alone) = (others.clone(), Crew::empty(others.0.len()));
        for member in members {
            let own = needs(&self.providers, *member);
            all.join(&own);
            alone.join(&own);
        }
        let chosen = self.choose(group, &all);
        let (chosen, _) = chosen.expect("its functions fit an instance");
        InGroup {
            without: self.costs(group, &others),
            filled: alone.0[chosen.kind].share.clone(),
            alone: self.costs(group, &alone),
            chosen,
        }
    }

    /// US dollars a month of the instances for the functions that `contains` selects, and the number
    /// of those that do not fit.
    pub(super) fn total_of_groups(&self, contains: &dyn Fn(usize) -> bool) -> (Usd, usize) {
        if self.groups.is_empty() {
            return (Usd::ZERO, 0);
        }
        let crews = self.groups.all.iter().map(|group| group.crew.0.len());
        let mut crews: Vec<Crew> = crews.map(Crew::empty).collect();
        for index in (0..self.context.scenario.functions.len()).filter(|index| contains(*index)) {
            let function = self.context.function(index);
            if let Some(number) = self.groups.number_with_service(function) {
                crews[number].join(&needs(&self.providers, self.context.subject(index)));
            }
        }
        let (mut monthly, mut left_out) = (Usd::ZERO, 0);
        for (group, crew) in self.groups.all.iter().zip(&crews) {
            if let Some((chosen, unfit)) = self.choose(group, crew) {
                monthly = &monthly + &chosen.monthly;
                left_out += unfit;
            } else {
                left_out += crew.0.iter().map(|all| all.unfit).min().unwrap_or(0);
            }
        }
        (monthly, left_out)
    }

    /// The capacity providers as what functions share.
    pub(super) fn shared_groups(&self) -> Vec<plan::Cluster> {
        let cluster = |group: &Group<'_>| {
            let provider = self.provider_of(group);
            let one = self.hours_of(group).of_instances(&Exact::ONE);
            let types = provider.kinds.iter().map(|kind| plan::NodeType {
                usd: &kind.hourly * &one,
                surplus: None,
            });
            plan::Cluster {
                fee: Usd::ZERO,
                types: types.collect(),
                nodes: plan::Nodes::Whole {
                    min_nodes: provider.min_instances().into(),
                    packing: Exact::ONE,
                    buffer: provider.buffer(),
                },
                levels: vec![Exact::ONE],
            }
        };
        self.groups.all.iter().map(cluster).collect()
    }

    /// The meters of the instances of capacity providers.
    pub(super) fn group_meters(&self) -> Vec<NodeMeters> {
        let groups = self.groups.all.iter();
        let meters = groups.map(|group| {
            let kinds = self.provider_of(group).kinds.iter();
            NodeMeters {
                region: group.function.region,
                hours: vec![self.hours_of(group).amount().clone()],
                paths: kinds.map(|kind| kind.price.meter.clone()).collect(),
            }
        });
        meters.collect()
    }

    /// The instances of a type that a function fills in its capacity provider.
    pub(super) fn member_need_in_group(&self, subject: Subject<'_>, kind: usize) -> Option<Exact> {
        Some(self.need_of_kind(subject, kind)?.share())
    }

    /// The instances of a type that a function, or its service, fills in a capacity provider.
    pub(super) fn need_in_group(
        &self,
        subject: Subject<'_>,
        number: usize,
        kind: usize,
    ) -> Option<Exact> {
        let Some(found) = self.context.service_of(subject.function) else {
            return self.member_need_in_group(subject, kind);
        };
        let members = found.service.members.iter();
        let members = members.map(|index| self.context.subject_or(subject, *index));
        let here = members.filter(|one| self.groups.number_of(one.function) == Some(number));
        here.map(|one| self.member_need_in_group(one, kind)).sum()
    }
}

/// A function on a capacity provider that it shares.
pub(crate) struct Sharing<'m> {
    model: &'m ManagedModel<'m>,
    /// The index of the capacity provider.
    number: usize,
    function: &'m Function,
    demand: &'m Demand,
    /// Those that the function can have.
    environments: Vec<Environment>,
    /// US dollars a month of the capacity provider without the function, or without its service.
    without: Usd,
    /// Instances that the environments of the others fill.
    others: Exact,
    need: KindNeed,
    /// The instances with the function.
    chosen: Chosen,
    /// `None` for a function without a service.
    pub service: Option<Arc<ServiceHosts>>,
}

impl Sharing<'_> {
    fn group(&self) -> &Group<'_> {
        &self.model.groups.all[self.number]
    }

    fn provider(&self) -> &CapacityProvider<'_> {
        self.model.provider_of(self.group())
    }

    fn kind(&self) -> &ManagedType {
        &self.provider().kinds[self.chosen.kind]
    }

    /// Billed requests of a month.
    fn requests(&self) -> Qty<Request> {
        let calls = Exact::from(self.function.invocations);
        self.function.billed_requests().times(&calls)
    }

    pub(super) fn charge_requests(&self, bill: &mut Bill) {
        let price = &self.provider().request;
        bill.add(&LAMBDA, "requests", &self.requests(), price);
    }

    /// The environments for a number of slots.
    fn need_for(&self, slots: u128) -> KindNeed {
        let need = CapacityProvider::least_need(self.kind(), &self.environments, slots);
        need.expect("environments fit for any number of slots, as they do for today's")
    }

    fn carries(&self, need: &KindNeed) -> Exact {
        let each = self.environments[need.environment].requests;
        let requests = &Exact::whole(need.environments) * &Exact::whole(each);
        &requests * &Exact::from(self.function.container().target_utilization)
    }

    /// US dollars a month that the function adds to the instances.
    fn added(&self, need: &KindNeed) -> Usd {
        let all = &self.others + &need.share();
        &self.model.month(self.group(), self.chosen.kind, &all) - &self.without
    }

    /// US dollars a month for requests.
    pub(super) fn requests_cost(&self) -> Usd {
        Bill::total(|bill| self.charge_requests(bill))
    }

    /// The part of the function in what its service fills of the instances.
    fn part_of_service(&self) -> Option<(&InGroup, Exact)> {
        let in_group = &self.service.as_ref()?.groups[&self.number];
        let part = self.need.share().over(&in_group.filled);
        Some((
            in_group,
            part.expect("a placed function has an environment"),
        ))
    }

    pub(super) fn cost(&self) -> Cost {
        let requests = self.requests_cost();
        let instances = match self.part_of_service() {
            Some((in_group, part)) => in_group.adds().times(&part),
            None => &self.chosen.monthly - &self.without,
        };
        Cost {
            service_adds: self.service.as_ref().map(|service| service.adds.clone()),
            billed: Bill::total(|bill| self.charge(bill)),
            adds: &instances + &requests,
            unshared: requests,
            extras: Usd::ZERO,
            piece: None,
        }
    }
}

impl Placement for Sharing<'_> {
    fn charge(&self, bill: &mut Bill) {
        let all = self.provider().instances(&self.chosen.share);
        let own = (&all * &self.need.share()).over(&self.chosen.share);
        let own = own.expect("a placed function has an environment");
        let hours = self.model.hours_of(self.group()).of_instances(&own);
        let on_demand = &self.kind().price.list_rate() * &hours;
        bill.add(&EC2, "instances", &hours, &self.kind().price);
        let fee = &self.provider().fee;
        bill.add(&LAMBDA, "management fee", &on_demand.into(), fee);
        self.charge_requests(bill);
    }

    fn price_as_of(&self) -> Option<&str> {
        self.kind().as_of.as_deref()
    }

    fn unit_use(&self, times: &Exact, _kept: Kept) -> Option<UnitUse> {
        Some(self.service.as_ref()?.unit_use(times))
    }

    fn shared_use(&self) -> SharedUse {
        SharedUse {
            cluster: Some(self.number),
            ..SharedUse::default()
        }
    }

    fn alone(&self) -> Option<Usd> {
        if let Some((in_group, part)) = self.part_of_service() {
            return Some(&in_group.alone.times(&part) + &self.requests_cost());
        }
        let kinds = self.group().crew.0.len();
        let mut alone = Crew::empty(kinds);
        let subject = Subject {
            index: 0,
            function: self.function,
            demand: self.demand,
        };
        alone.join(&needs(&self.model.providers, subject));
        Some(&self.model.costs(self.group(), &alone) + &self.requests_cost())
    }

    fn tariff(&self) -> Tariff<'_> {
        Tariff::ByCapacity(self)
    }

    fn fleet(&self) -> Option<&dyn Fleet> {
        Some(self)
    }
}

impl Fleet for Sharing<'_> {
    fn capacity(&self) -> Exact {
        Sharing::carries(self, &self.need)
    }

    fn carries(&self) -> Exact {
        match &self.service {
            Some(service) => service.carries(self.demand),
            None => self.capacity(),
        }
    }

    fn describe(&self) -> String {
        let each = self.environments[self.need.environment].requests;
        format!(
            "{}, {} per instance, {} each: {} instances of {}",
            plural(self.need.environments, "environment"),
            count(self.need.per_instance),
            plural(each, "request"),
            self.need.share().to_fixed(2),
            self.kind().name
        )
    }

    fn write_short(&self, text: &mut String) {
        push_count(text, self.need.environments);
        text.push_str(" environments x ");
        push_count(text, self.environments[self.need.environment].requests);
        text.push_str(" at ");
        push_count(text, self.need.per_instance);
        text.push_str(" per ");
        text.push_str(&self.kind().name);
    }

    fn facts(&self) -> Vec<Fact> {
        let each = self.environments[self.need.environment].requests;
        let all = self.provider().instances(&self.chosen.share).floor();
        let all = all.expect("environments are counted by 128 bits");
        vec![
            Fact::text("instance_type", &*self.kind().name),
            Fact::count("instances", all),
            Fact::count("environments", self.need.environments),
            Fact::count("environments_per_instance", self.need.per_instance),
            Fact::count("requests_per_environment", each),
        ]
    }
}

impl CapacityTariff for Sharing<'_> {
    fn step_cost(&self) -> Option<&dyn StepCost> {
        // The functions of a service have no fleet in common.
        self.service.is_none().then_some(self as _)
    }

    fn per_call(&self) -> Usd {
        let service = self.service.as_ref();
        let of_service = service.and_then(|service| service.per_call(self.function));
        of_service
            .unwrap_or_else(|| &self.provider().request.rate * &self.function.billed_requests())
    }
}

/// The fleet of one function grows while the other functions of the capacity provider stay as they are.
impl StepCost for Sharing<'_> {
    fn hold(&self, slots: u128) -> Option<Holding> {
        let need = self.need_for(slots);
        Some(Holding {
            monthly: self.added(&need),
            carries: Sharing::carries(self, &need),
        })
    }

    fn steps(&self, demand: &Demand) -> Option<CapacitySteps> {
        let slots = self.function.needed_slots(demand);
        let (kind, slot) = (self.kind(), Slot::of(self.function));
        let of_instance = slot
            .vcpu
            .over(&kind.vcpu)?
            .max(slot.memory_mb.over(&kind.memory_mb)?);
        let each = self.environments[self.need.environment].requests;
        let whole = Exact::whole(slots.div_ceil(each));
        let whole = whole.over(&Exact::whole(self.need.per_instance))?;
        let hours = self.model.hours_of(self.group());
        let machines = |count: &Exact| &kind.price.rate * &hours.of_instances(count);
        let instances = |share: &Exact| self.provider().instances(share);
        let others = match &self.others {
            none if none.is_zero() => Exact::ZERO,
            others => instances(others),
        };
        let need = self.need_for(slots);
        let all = instances(&(&self.others + &need.share()));
        Some(CapacitySteps {
            slots: machines(&(&of_instance * &self.function.planned_slots(demand))),
            whole_tasks: machines(&whole),
            minimums: &machines(&all) - &machines(&others),
            everything: self.added(&need),
        })
    }
}
