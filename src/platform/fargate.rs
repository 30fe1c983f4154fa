//! AWS Fargate for Amazon ECS, Linux, on demand: whole tasks of a valid size, running all month.
//!
//! Rules: AWS Fargate pricing page (requested vCPU and memory; ephemeral storage over 20 GB).

mod ladder;

use super::service::ECS;
use super::slot::{Slot, needed, planned};
use super::{
    Capacity, CapacitySteps, Company, Context, Cost, CostModel, Fleet, Holding, Infeasible, Line,
    Missing, Notes, Platform, Stairs, Tariff, oldest, place,
};
use crate::catalog::{Architecture, Price, Regional};
use crate::diag::{Diag, Diags};
use crate::exact::Exact;
use crate::money::Usd;
use crate::text::listed;
use crate::units::{FARGATE_FREE_STORAGE_GB, GbHour, LAMBDA_MEMORY_MB, MB_PER_GB, VcpuHour};
use crate::workload::{Function, TaskSize};
use ladder::{Ladder, Rung, Tasks, cheapest, rungs, unfit};
use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

/// AWS Fargate, on demand.
pub struct Fargate;

impl Platform for Fargate {
    fn id(&self) -> &'static str {
        "fargate"
    }

    fn title(&self) -> &'static str {
        "Fargate"
    }

    fn bind<'a>(&self, context: Context<'a>) -> Result<Box<dyn CostModel + 'a>, Diags> {
        let offers = offers(&context)?;
        Ok(Box::new(Model { context, offers }))
    }
}

/// What Fargate charges for an architecture in a region, and for each size that it picks from.
struct Offer {
    vcpu: Price<VcpuHour>,
    memory: Price<GbHour>,
    storage: Result<Price<GbHour>, Diag>,
    /// The oldest date of the prices of vCPUs and memory.
    as_of: Arc<str>,
    /// Dollars per hour of each size, by price and then by size.
    sizes: Vec<(TaskSize, Exact)>,
    /// Ladders of functions that say nothing of containers, by memory in MB, made when needed.
    ladders: Vec<OnceLock<Box<Ladder>>>,
}

impl Offer {
    fn find(regional: &Regional, architecture: Architecture) -> Result<Self, Diag> {
        let path = |meter: &str| format!("fargate.linux.{}.{meter}", architecture.name());
        let vcpu = regional.price(&path("vcpu"))?;
        let memory = regional.price(&path("memory"))?;
        let mut offer = Self {
            as_of: oldest([&vcpu.provenance, &memory.provenance].into_iter()).into(),
            vcpu,
            memory,
            storage: regional.price("fargate.storage.ephemeral"),
            sizes: Vec::new(),
            ladders: (0..=*LAMBDA_MEMORY_MB.end())
                .map(|_| OnceLock::new())
                .collect(),
        };
        // All have one denominator, so that comparing them compares whole numbers.
        let priced = |size| (size, offer.hourly(size));
        offer.sizes = TaskSize::all().into_iter().map(priced).collect();
        offer
            .sizes
            .sort_by(|left, right| (&left.1, left.0).cmp(&(&right.1, right.0)));
        Ok(offer)
    }

    /// Dollars per hour of a task, storage apart.
    fn hourly(&self, size: TaskSize) -> Exact {
        let quarter = self.vcpu.rate.per_unit() * &Exact::ratio(1, 4);
        let half_gigabyte = self.memory.rate.per_unit() * &Exact::ratio(1, 2);
        let vcpus = &quarter * &Exact::from(size.quarter_vcpus);
        &vcpus + &(&half_gigabyte * &Exact::from(size.memory_mb / (MB_PER_GB / 2)))
    }

    fn storage_hourly(&self, function: &Function) -> Exact {
        match (&self.storage, paid_storage(function)) {
            (_, 0) | (Err(_), _) => Exact::ZERO,
            (Ok(price), paid) => &Exact::from(paid) * price.rate.per_unit(),
        }
    }

    /// The sizes that a function is offered, by price: the one that it fixes, or all that are
    /// picked from.
    fn offered(&self, function: &Function) -> impl Iterator<Item = &(TaskSize, Exact)> {
        let fixed = function.container().task;
        self.sizes.iter().filter(move |(size, _)| match fixed {
            Some(fixed) => *size == fixed,
            None => size.is_picked(),
        })
    }

    /// The rungs of a function.
    fn rungs<'o>(&'o self, function: &'o Function, slot: &'o Slot) -> impl Iterator<Item = Rung> {
        let storage = self.storage_hourly(function);
        rungs(function, slot, self.offered(function)).map(move |rung| Rung {
            hourly: &rung.hourly + &storage,
            ..rung
        })
    }

    fn ladder(&self, function: &Function) -> Ladder {
        Ladder::of(self.rungs(function, &Slot::of(function)))
    }
}

fn offer_of(function: &Function) -> usize {
    place(function, function.container_architecture())
}

/// Gigabytes of a task's storage that are paid for.
fn paid_storage(function: &Function) -> u32 {
    function
        .container()
        .task_storage_gb
        .saturating_sub(FARGATE_FREE_STORAGE_GB)
}

fn offers(context: &Context<'_>) -> Result<Vec<Option<Offer>>, Diags> {
    let mut missing = Missing::default();
    let find = |function: &Function| {
        Offer::find(
            context.prices_of(function),
            function.container_architecture(),
        )
    };
    let samples = context
        .samples(|function| Some(offer_of(function)))
        .into_iter();
    let offers: Vec<Option<Offer>> = samples.map(|sample| missing.take(find(sample?))).collect();
    let paid = |function: &Function| (paid_storage(function) > 0).then(|| offer_of(function));
    for (offer, sample) in offers.iter().zip(context.samples(paid)) {
        if let (Some(offer), Some(_)) = (offer, sample) {
            missing.take(offer.storage.clone());
        }
    }
    missing.into_result(offers)
}

struct Model<'a> {
    context: Context<'a>,
    offers: Vec<Option<Offer>>,
}

impl Model<'_> {
    fn offer(&self, function: &Function) -> Result<&Offer, Infeasible> {
        self.offers[offer_of(function)]
            .as_ref()
            .ok_or_else(|| Infeasible("the region has no Fargate prices".to_owned()))
    }

    /// The ladder that functions of the same memory share when they say nothing of containers.
    fn shared<'m>(&'m self, function: &Function, offer: &'m Offer) -> Option<&'m Ladder> {
        let shared = offer.ladders.get(function.memory_mb as usize)?;
        let shares = function.is_like_for_like();
        shares.then(|| &**shared.get_or_init(|| Box::new(offer.ladder(function))))
    }

    /// The fleet of today's traffic.
    fn today(&self, index: usize) -> Result<(&Function, Tasks), Infeasible> {
        let function = self.context.function(index);
        let offer = self.offer(function)?;
        let peak = self.context.peak(index);
        let (slots, min_tasks) = (needed(function, peak), function.container().min_tasks);
        let tasks = match self.shared(function, offer) {
            Some(ladder) => ladder.cheapest(slots, min_tasks),
            None => {
                let slot = Slot::of(function);
                cheapest(offer.rungs(function, &slot), slots, min_tasks)
            }
        };
        Ok((function, tasks.ok_or_else(|| unfit(function))?))
    }

    fn month(&self, hourly: &Exact) -> Usd {
        Usd::new(hourly * &self.context.scenario.hours)
    }
}

impl CostModel for Model<'_> {
    fn cost(&self, index: usize) -> Result<Cost, Infeasible> {
        let (function, tasks) = self.today(index)?;
        let monthly = self.month(&tasks.hourly());
        Ok(Cost {
            billed: monthly.clone(),
            compared: monthly,
            fleet: Some(Fleet::Tasks {
                tasks: tasks.count,
                size: tasks.rung.size,
                requests_per_task: tasks.rung.requests_per_task,
                capacity: tasks.carries(function),
            }),
        })
    }

    fn lines(&self, index: usize) -> Vec<Line> {
        let Ok((function, tasks)) = self.today(index) else {
            return Vec::new();
        };
        let Ok(offer) = self.offer(function) else {
            return Vec::new();
        };
        let hours = &self.context.scenario.hours * &Exact::whole(tasks.count);
        let times = |amount: Exact| &hours * &amount;
        let vcpus = Exact::ratio(tasks.rung.size.quarter_vcpus.into(), 4);
        let gigabytes = Exact::ratio(tasks.rung.size.memory_mb.into(), MB_PER_GB.into());
        let mut lines = vec![
            Line::new(&ECS, "vCPU", times(vcpus), &offer.vcpu),
            Line::new(&ECS, "memory", times(gigabytes), &offer.memory),
        ];
        let paid = paid_storage(function);
        if let (true, Ok(price)) = (paid > 0, &offer.storage) {
            lines.push(Line::new(
                &ECS,
                "ephemeral storage",
                times(Exact::from(paid)),
                price,
            ));
        }
        lines
    }

    fn price_as_of(&self, index: usize) -> &str {
        let function = self.context.function(index);
        let Ok(offer) = self.offer(function) else {
            return "";
        };
        match &offer.storage {
            Ok(storage) if paid_storage(function) > 0 => {
                offer.as_of.as_ref().min(&storage.provenance.as_of)
            }
            _ => &offer.as_of,
        }
    }

    fn company(&self, _: usize) -> Company {
        Company::default()
    }

    fn total(&self, member: &(dyn Fn(usize) -> bool + Sync)) -> Option<Usd> {
        let indices = 0..self.context.scenario.functions.len();
        let costs = indices
            .filter(|index| member(*index))
            .map(|index| self.cost(index));
        costs.map(|cost| cost.ok().map(|cost| cost.billed)).sum()
    }

    fn tariff(&self) -> Tariff<'_> {
        Tariff::Capacity(self)
    }

    fn notes(&self, notes: &mut Notes) {
        notes.assume(format!(
            "Fargate runs Linux tasks on demand, all {} hours of the month",
            self.context.scenario.hours
        ));
        let others = [
            "Fargate's public IPv4 addresses",
            "image pulls",
            "the doubled tasks of a deployment",
        ];
        notes.leave_out(listed(&others));
    }
}

impl Capacity for Model<'_> {
    fn stairs(&self, index: usize) -> Option<Box<dyn Stairs + '_>> {
        let function = self.context.function(index);
        let offer = self.offer(function).ok()?;
        let ladder = match self.shared(function, offer) {
            Some(shared) => Cow::Borrowed(shared),
            None => Cow::Owned(offer.ladder(function)),
        };
        let flight = Flight {
            model: self,
            function,
            offer,
            ladder,
        };
        (!flight.ladder.is_empty()).then(|| Box::new(flight) as Box<dyn Stairs + '_>)
    }
}

/// The fleet of one function over its slots.
struct Flight<'m> {
    model: &'m Model<'m>,
    function: &'m Function,
    offer: &'m Offer,
    ladder: Cow<'m, Ladder>,
}

impl Stairs for Flight<'_> {
    fn hold(&self, slots: u128) -> Option<Holding> {
        let tasks = self
            .ladder
            .cheapest(slots, self.function.container().min_tasks)?;
        Some(Holding {
            monthly: self.model.month(&tasks.hourly()),
            carries: tasks.carries(self.function),
        })
    }

    fn steps(&self, peak: &Exact) -> Option<CapacitySteps> {
        let slots = needed(self.function, peak);
        let tasks = self
            .ladder
            .cheapest(slots, self.function.container().min_tasks)?;
        let slot = Slot::of(self.function);
        let memory_gb = &slot.memory_mb * &Exact::ratio(1, MB_PER_GB.into());
        let slot_hourly = &(&slot.vcpu * self.offer.vcpu.rate.per_unit())
            + &(&memory_gb * self.offer.memory.rate.per_unit());
        let bare = self.offer.hourly(tasks.rung.size);
        let of = |count: u128| self.model.month(&(&bare * &Exact::whole(count)));
        Some(CapacitySteps {
            slots: self
                .model
                .month(&(&slot_hourly * &planned(self.function, peak))),
            whole_tasks: of(slots.div_ceil(tasks.rung.requests_per_task)),
            minimums: of(tasks.count),
            everything: self.model.month(&tasks.hourly()),
        })
    }
}
