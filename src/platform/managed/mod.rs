//! AWS Lambda Managed Instances: functions in execution environments on dedicated EC2 instances.
//!
//! Rules: AWS Lambda pricing page (the price of the instances, a fee of 15 % of their on-demand
//! price, requests, no duration); AWS Lambda developer guide, managed instances (sizes, limits of
//! concurrency, three Availability Zones, the system's use of an instance). Instances are counted
//! as in AWS's calculator (github.com/aws-samples/sample-aws-lambda-managed-instances).

mod assumptions;
mod environment;
mod group;
mod keys;
mod limits;
mod meters;
mod options;
mod provider;
mod services;

use super::fleet::push_count;
use super::lambda::{self, too_long};
use super::service::{EC2, LAMBDA};
use super::slot::Slot;
use super::{
    Answer, Bill, Context, Cost, CostModel, Fact, Fleet, Infeasible, Kept, Members, Placement,
    Platform, Refusal, SharedCosts, Spec, Subject, Total, UnitUse, instance_choice,
};
use crate::diag::Diags;
use crate::exact::Exact;
use crate::money::{Rate, Usd, count, plural};
use crate::scenario::{Demand, Function, Notes, Os, PlatformKind, PlatformShape};
use crate::solve::{CapacitySteps, CapacityTariff, Holding, StepCost, Tariff};
use crate::units::{Hour, Qty, Request, Unit};
use environment::Environment;
use group::Groups;
use provider::{CapacityProvider, Hosts, capacity_providers, provider_place};
use services::{FoundService, ServiceHosts};
use std::sync::{Arc, OnceLock};

/// AWS Lambda Managed Instances, on demand.
pub(crate) struct LambdaManaged;

static SPEC: Spec = Spec {
    shape: PlatformShape {
        read_function: keys::read,
        extent: options::extent,
        ..PlatformShape::new(
            "lambda-managed",
            PlatformKind::Environments,
            options::KEYS,
            options::read,
        )
    },
    title: "Managed instances",
    meters: &[
        meters::METERS,
        lambda::meters::METERS,
        instance_choice::EC2.list(),
    ],
    assumptions: &[assumptions::ALL],
};

impl Platform for LambdaManaged {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    fn bind<'a>(&self, context: Context<'a>) -> Result<Box<dyn CostModel + 'a>, Diags> {
        let providers = capacity_providers(&context)?;
        let groups = Groups::find(&context, &providers)?;
        let services = context.scenario.services.iter();
        Ok(Box::new(ManagedModel {
            services: services.map(|_| OnceLock::new()).collect(),
            context,
            providers,
            groups,
        }))
    }
}

/// Why managed instances do not support a function (AWS Lambda developer guide).
fn unsupported(function: &Function) -> Option<Infeasible> {
    let container = function.container();
    let (reason, advice) = if container.os == Os::Windows {
        (
            "its containers run Windows (container.os), and managed instances run Linux",
            "state container.os = \"linux\", or leave lambda-managed out",
        )
    } else if function.is_service() {
        return None;
    } else {
        (
            "it runs as jobs (container.run), and managed instances run all month",
            "state container.run = \"service\", or leave lambda-managed out",
        )
    };
    Some(Infeasible::new(Refusal::NotSupported, reason, advice))
}

struct ManagedModel<'a> {
    context: Context<'a>,
    providers: Vec<Option<CapacityProvider<'a>>>,
    /// The capacity providers that functions share.
    groups: Groups<'a>,
    /// Each service, found when it is first needed.
    services: Vec<OnceLock<FoundService>>,
}

/// A function on the instances that today's traffic needs.
struct Hosted<'m> {
    model: &'m ManagedModel<'m>,
    demand: &'m Demand,
    function: &'m Function,
    provider: &'m CapacityProvider<'m>,
    /// Those that the function can have.
    environments: Vec<Environment>,
    hosts: Hosts<'m>,
    /// `None` for a function without a service.
    service: Option<Arc<ServiceHosts>>,
}

impl ManagedModel<'_> {
    fn place<'m>(&'m self, subject: Subject<'m>) -> Result<Hosted<'m>, Infeasible> {
        let Subject {
            function, demand, ..
        } = subject;
        if let Some(refused) = too_long(function).or_else(|| unsupported(function)) {
            return Err(refused);
        }
        let provider = self.providers[provider_place(function)]
            .as_ref()
            .expect("binding fails where a price is missing");
        let environments = Environment::all_of(function)?;
        let slots = function.needed_slots(demand);
        let hosts = provider.hosts(&environments, slots).ok_or_else(|| {
            Infeasible::new(
                Refusal::DoesNotFit,
                format!(
                    "an environment of {} fits no instance",
                    environments[0].describe()
                ),
                "state a larger lambda-managed.instance_type, or less managed.memory_mb",
            )
        })?;
        Ok(Hosted {
            model: self,
            demand,
            function,
            provider,
            environments,
            hosts,
            service: None,
        })
    }
}

impl Hosted<'_> {
    fn month(&self, hourly: &Rate<Hour>) -> Usd {
        hourly * &self.hours()
    }

    /// Hours for which the instances run.
    fn hours(&self) -> Qty<Hour> {
        let month = self.model.context.hours.amount();
        Hour::of(self.function.fleet_hours(month))
    }

    /// Billed requests of a month.
    fn requests(&self) -> Qty<Request> {
        let calls = Exact::from(self.function.invocations);
        self.function.billed_requests().times(&calls)
    }

    /// US dollars a month for requests.
    fn requests_cost(&self) -> Usd {
        &self.provider.request.rate * &self.requests()
    }

    /// Requests in flight of an environment.
    fn requests_in(&self, hosts: &Hosts<'_>) -> u128 {
        self.environments[hosts.environment].requests
    }

    /// Requests in flight that instances carry at target utilization, without their availability
    /// buffer.
    fn carries(&self, hosts: &Hosts<'_>) -> Exact {
        let requests = &Exact::whole(hosts.usable) * &Exact::whole(self.requests_in(hosts));
        &requests * &Exact::from(self.function.container().target_utilization)
    }
}

impl CostModel for ManagedModel<'_> {
    fn answer(&self, index: usize) -> Result<Answer<'_>, Infeasible> {
        self.context.count_solve();
        self.answer_of(self.context.subject(index))
    }

    fn answer_of<'m>(&'m self, changed: Subject<'m>) -> Result<Answer<'m>, Infeasible> {
        let service = self.service_with(changed)?;
        if let Some(number) = self.groups.number_of(changed.function) {
            let mut placed = match &service {
                Some(all) => {
                    let in_group = &all.groups[&number];
                    self.sharing(number, changed, &in_group.chosen, &in_group.without)?
                }
                None => self.place_in_group(number, changed)?,
            };
            placed.service = service;
            return Ok(Answer {
                cost: placed.cost(),
                placement: Box::new(placed),
            });
        }
        let placed = Hosted {
            service,
            ..self.place(changed)?
        };
        Ok(Answer {
            cost: placed.cost(),
            placement: Box::new(placed),
        })
    }

    fn adds(&self, changed: Subject<'_>) -> Result<Usd, Infeasible> {
        Ok(self.answer_of(changed)?.cost.decisive().clone())
    }

    fn total(&self, members: &Members<'_>) -> Total {
        let (monthly, unfit) = self.total_of_groups(members.contains);
        let mut left_out = members.refused;
        if !self.groups.is_empty() {
            let functions = 0..self.context.scenario.functions.len();
            let alone = functions.filter(|index| {
                let subject = self.context.subject(*index);
                let is_member = (members.contains)(*index);
                is_member
                    && self.groups.number_with_service(subject.function).is_none()
                    && self.answer_of(subject).is_err()
            });
            left_out = alone.count() + unfit;
        }
        Total {
            monthly: &members.unshared + &monthly,
            left_out,
        }
    }

    fn shared_costs(&self) -> SharedCosts {
        SharedCosts {
            clusters: self.shared_groups(),
            node_meters: self.group_meters(),
            ..SharedCosts::default()
        }
    }

    fn need(&self, subject: Subject<'_>, cluster: usize, node_type: usize) -> Option<Exact> {
        self.need_in_group(subject, cluster, node_type)
    }

    fn member_need(
        &self,
        subject: Subject<'_>,
        _: usize,
        node_type: usize,
        _: &Exact,
    ) -> Option<Exact> {
        self.member_need_in_group(subject, node_type)
    }

    fn notes(&self, notes: &mut Notes) {
        assumptions::note(self.context.scenario, notes);
    }
}

impl Hosted<'_> {
    fn charge_instances(&self, bill: &mut Bill) {
        let (provider, kind) = (self.provider, self.hosts.kind);
        let instances = Exact::whole(self.hosts.instances);
        let hours = self.hours().of_instances(&instances);
        let on_demand = &kind.price.list_rate() * &hours;
        bill.add(&EC2, "instances", &hours, &kind.price);
        bill.add(&LAMBDA, "management fee", &on_demand.into(), &provider.fee);
    }

    fn charge_requests(&self, bill: &mut Bill) {
        bill.add(
            &LAMBDA,
            "requests",
            &self.requests(),
            &self.provider.request,
        );
    }

    fn cost(&self) -> Cost {
        Cost {
            service_adds: self.service.as_ref().map(|service| service.adds.clone()),
            ..Cost::unshared(Bill::total(|bill| self.charge(bill)))
        }
    }
}

impl Placement for Hosted<'_> {
    fn charge(&self, bill: &mut Bill) {
        self.charge_instances(bill);
        self.charge_requests(bill);
    }

    fn unit_use(&self, times: &Exact, _kept: Kept) -> Option<UnitUse> {
        Some(self.service.as_ref()?.unit_use(times))
    }

    fn price_as_of(&self) -> Option<&str> {
        self.hosts.kind.as_of.as_deref()
    }

    fn tariff(&self) -> Tariff<'_> {
        Tariff::ByCapacity(self)
    }

    fn fleet(&self) -> Option<&dyn Fleet> {
        Some(self)
    }
}

impl Fleet for Hosted<'_> {
    fn capacity(&self) -> Exact {
        Hosted::carries(self, &self.hosts)
    }

    fn carries(&self) -> Exact {
        match &self.service {
            Some(service) => service.carries(self.demand),
            None => self.capacity(),
        }
    }

    fn describe(&self) -> String {
        format!(
            "{} x {} for {}, {} per instance, {} each",
            count(self.hosts.instances),
            self.hosts.kind.name,
            plural(self.hosts.environments, "environment"),
            count(self.hosts.per_instance),
            plural(self.requests_in(&self.hosts), "request")
        )
    }

    fn write_short(&self, text: &mut String) {
        push_count(text, self.hosts.instances);
        text.push_str(" x ");
        text.push_str(&self.hosts.kind.name);
        text.push_str(" for ");
        push_count(text, self.hosts.environments);
        text.push_str(" environments x ");
        push_count(text, self.requests_in(&self.hosts));
    }

    fn facts(&self) -> Vec<Fact> {
        vec![
            Fact::text("instance_type", &*self.hosts.kind.name),
            Fact::count("instances", self.hosts.instances),
            Fact::count("environments", self.hosts.environments),
            Fact::count("environments_per_instance", self.hosts.per_instance),
            Fact::count("requests_per_environment", self.requests_in(&self.hosts)),
        ]
    }
}

impl CapacityTariff for Hosted<'_> {
    fn step_cost(&self) -> Option<&dyn StepCost> {
        Some(self)
    }

    fn per_call(&self) -> Usd {
        let service = self.service.as_ref();
        let of_service = service.and_then(|service| service.per_call(self.function));
        of_service.unwrap_or_else(|| &self.provider.request.rate * &self.function.billed_requests())
    }
}

impl StepCost for Hosted<'_> {
    fn hold(&self, slots: u128) -> Option<Holding> {
        let hosts = self.provider.hosts(&self.environments, slots)?;
        Some(Holding {
            monthly: self.month(&hosts.hourly()),
            carries: Hosted::carries(self, &hosts),
        })
    }

    fn monthly(&self, slots: u128) -> Option<Usd> {
        let hosts = self.provider.hosts(&self.environments, slots)?;
        Some(self.month(&hosts.hourly()))
    }

    fn steps(&self, demand: &Demand) -> Option<CapacitySteps> {
        let slots = self.function.needed_slots(demand);
        let hosts = self.provider.hosts(&self.environments, slots)?;
        let (kind, slot) = (hosts.kind, Slot::of(self.function));
        let of_instance = slot
            .vcpu
            .over(&kind.vcpu)?
            .max(slot.memory_mb.over(&kind.memory_mb)?);
        let environments = Exact::whole(slots.div_ceil(self.requests_in(&hosts)));
        let instances = environments.over(&Exact::whole(hosts.per_instance))?;
        let machines = |count: &Exact| self.month(&kind.price.rate.of_instances(count));
        Some(CapacitySteps {
            slots: machines(&(&of_instance * &self.function.planned_slots(demand))),
            whole_tasks: machines(&instances),
            minimums: machines(&Exact::whole(hosts.instances)),
            everything: self.month(&hosts.hourly()),
        })
    }
}
