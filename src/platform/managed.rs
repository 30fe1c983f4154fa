//! AWS Lambda Managed Instances: functions in execution environments on EC2 instances of their own.
//!
//! Rules: AWS Lambda pricing page (the instances at their price, a fee of 15 % of what they cost on
//! demand, requests, no duration); AWS Lambda developer guide, managed instances (sizes, limits of
//! concurrency, three Availability Zones, what the system keeps). Instances are counted as AWS's own
//! calculator does (github.com/aws-samples/sample-aws-lambda-managed-instances).

mod environment;
mod provider;

use super::lambda::too_long;
use super::service::{EC2, LAMBDA};
use super::slot::{Slot, needed, planned};
use super::{
    Capacity, CapacitySteps, Company, Context, Cost, CostModel, Fleet, Holding, Infeasible, Line,
    Notes, Platform, Refusal, Stairs, Tariff,
};
use crate::diag::Diags;
use crate::exact::Exact;
use crate::money::Usd;
use crate::units::Qty;
use crate::workload::{Function, Os};
use environment::Environment;
use provider::{Hosts, Offer, offer_of, offers};
use std::sync::Arc;

/// AWS Lambda Managed Instances, on demand.
pub struct LambdaManaged;

impl Platform for LambdaManaged {
    fn id(&self) -> &'static str {
        "lambda-managed"
    }

    fn title(&self) -> &'static str {
        "Managed instances"
    }

    fn bind<'a>(&self, context: Context<'a>) -> Result<Box<dyn CostModel + 'a>, Diags> {
        let offers = offers(&context)?;
        Ok(Box::new(Model { context, offers }))
    }
}

/// What these instances do not run (AWS Lambda developer guide).
fn unsupported(function: &Function) -> Option<Infeasible> {
    let container = function.container();
    let (reason, advice) = match (container.os, function.is_service()) {
        (Os::Windows, _) => (
            "its containers are of Windows (container.os), and managed instances run Linux",
            "state container.os = \"linux\", or leave lambda-managed out",
        ),
        (Os::Linux, false) => (
            "it runs by the job (container.run), and managed instances run all month",
            "state container.run = \"service\", or leave lambda-managed out",
        ),
        (Os::Linux, true) => return None,
    };
    Some(Infeasible::new(Refusal::NotSupported, reason, advice))
}

struct Model<'a> {
    context: Context<'a>,
    offers: Vec<Option<Offer<'a>>>,
}

/// A function that can run here.
struct Hosted<'m> {
    model: &'m Model<'m>,
    function: &'m Function,
    offer: &'m Offer<'m>,
    environment: Environment,
}

impl Model<'_> {
    fn hosted(&self, index: usize) -> Result<Hosted<'_>, Infeasible> {
        let function = self.context.function(index);
        if let Some(refused) = too_long(function).or_else(|| unsupported(function)) {
            return Err(refused);
        }
        let nowhere = || Infeasible::unpriced("managed instances");
        Ok(Hosted {
            model: self,
            function,
            offer: self.offers[offer_of(function)]
                .as_ref()
                .ok_or_else(nowhere)?,
            environment: Environment::of(function)?,
        })
    }

    /// A function with the instances that today's traffic needs.
    fn today(&self, index: usize) -> Result<(Hosted<'_>, Hosts<'_>), Infeasible> {
        let hosted = self.hosted(index)?;
        let slots = needed(hosted.function, self.context.peak(index));
        match hosted.offer.hosts(&hosted.environment, slots) {
            Some(hosts) => Ok((hosted, hosts)),
            None => Err(Infeasible::new(
                Refusal::DoesNotFit,
                format!(
                    "an environment of {} fits no instance",
                    hosted.environment.describe()
                ),
                "state a larger lambda-managed.instance_type, or less managed.memory_mb",
            )),
        }
    }
}

impl Hosted<'_> {
    fn month(&self, hourly: &Exact) -> Usd {
        Usd::new(hourly * &self.model.context.scenario.hours)
    }

    /// Requests that are billed in a month.
    fn requests(&self) -> Exact {
        &self.function.billed_requests() * &Exact::from(self.function.invocations)
    }

    /// What instances carry at target utilization, their availability buffer left free.
    fn carries(&self, hosts: &Hosts<'_>) -> Exact {
        let requests = &Exact::whole(hosts.usable) * &Exact::whole(self.environment.requests);
        &requests * &Exact::from(self.function.container().target_utilization)
    }
}

impl CostModel for Model<'_> {
    fn cost(&self, index: usize) -> Result<Cost, Infeasible> {
        let (hosted, hosts) = self.today(index)?;
        let requests = &hosted.offer.request.rate * &Qty::new(hosted.requests());
        let monthly = &hosted.month(&hosts.hourly()) + &requests;
        Ok(Cost {
            piece: None,
            billed: monthly.clone(),
            compared: monthly,
            fleet: Some(Fleet::Instances {
                instance_type: Arc::clone(&hosts.kind.name),
                instances: hosts.instances,
                environments: hosts.environments,
                environments_per_instance: hosts.per_instance,
                requests_per_environment: hosted.environment.requests,
                capacity: hosted.carries(&hosts),
            }),
        })
    }

    fn lines(&self, index: usize) -> Vec<Line> {
        let Ok((hosted, hosts)) = self.today(index) else {
            return Vec::new();
        };
        let (offer, kind) = (hosted.offer, hosts.kind);
        let hours = &self.context.scenario.hours * &Exact::whole(hosts.instances);
        let on_demand = &hours * kind.price.list_rate();
        let requests = hosted.requests();
        vec![
            Line::new(&EC2, "instances", hours, &kind.price),
            Line::new(&LAMBDA, "management fee", on_demand, &offer.fee),
            Line::new(&LAMBDA, "requests", requests, &offer.request),
        ]
    }

    fn price_as_of(&self, index: usize) -> &str {
        let today = self.today(index);
        today.map_or("", |(_, hosts)| &hosts.kind.as_of)
    }

    fn company(&self, _: usize) -> Company {
        Company::default()
    }

    fn total(&self, member: &(dyn Fn(usize) -> bool + Sync)) -> Option<Usd> {
        let members = (0..self.context.scenario.functions.len()).filter(|index| member(*index));
        let costs = members.map(|index| self.cost(index));
        costs.map(|cost| cost.ok().map(|cost| cost.billed)).sum()
    }

    fn tariff(&self) -> Tariff<'_> {
        Tariff::Capacity(self)
    }

    fn notes(&self, notes: &mut Notes) {
        let options = &self.context.scenario.managed;
        notes.assume(format!(
            "managed instances: a capacity provider for each function, on demand, all hours of \
             the month, at least {} instances and 3 environments, availability_buffer {} (AWS's \
             own calculator takes 1.5)",
            options.min_instances,
            options.availability_buffer.normalize()
        ));
        notes.assume(
            "managed instances keep 1 vCPU and 1 GB each for their system; an environment has 4 \
             GB to a vCPU and the least memory from 2,048 MB in which a request fits, unless \
             stated",
        );
        if self.context.scenario.free_tier {
            notes.assume(
                "requests on managed instances are all paid: whether the free tier covers them \
                 is not known",
            );
        }
        notes.leave_out(
            "managed instances: functions that share a capacity provider, and throttling while \
             traffic more than doubles in five minutes",
        );
    }
}

impl Capacity for Model<'_> {
    fn stairs(&self, index: usize) -> Option<Box<dyn Stairs + '_>> {
        let (hosted, _) = self.today(index).ok()?;
        Some(Box::new(hosted))
    }

    fn per_call(&self, index: usize) -> Usd {
        let function = self.context.function(index);
        let offer = self.offers[offer_of(function)].as_ref();
        offer.map_or(Usd::ZERO, |offer| {
            &offer.request.rate * &Qty::new(function.billed_requests())
        })
    }
}

impl Stairs for Hosted<'_> {
    fn hold(&self, slots: u128) -> Option<Holding> {
        let hosts = self.offer.hosts(&self.environment, slots)?;
        Some(Holding {
            monthly: self.month(&hosts.hourly()),
            carries: self.carries(&hosts),
        })
    }

    fn monthly(&self, slots: u128) -> Option<Usd> {
        let hosts = self.offer.hosts(&self.environment, slots)?;
        Some(self.month(&hosts.hourly()))
    }

    fn steps(&self, peak: &Exact) -> Option<CapacitySteps> {
        let slots = needed(self.function, peak);
        let hosts = self.offer.hosts(&self.environment, slots)?;
        let (kind, slot) = (hosts.kind, Slot::of(self.function));
        let of_instance = slot
            .vcpu
            .over(&kind.vcpu)?
            .max(slot.memory_mb.over(&kind.memory_mb)?);
        let environments = Exact::whole(slots.div_ceil(self.environment.requests));
        let instances = environments.over(&Exact::whole(hosts.per_instance))?;
        let machines = |count: &Exact| self.month(&(kind.price.rate.per_unit() * count));
        Some(CapacitySteps {
            slots: machines(&(&of_instance * &planned(self.function, peak))),
            whole_tasks: machines(&instances),
            minimums: machines(&Exact::whole(hosts.instances)),
            everything: self.month(&hosts.hourly()),
        })
    }
}
