//! AWS Fargate for Amazon ECS, Linux, on demand: whole tasks of a valid size, running all month.
//!
//! Rules: AWS Fargate pricing page (requested vCPU and memory; ephemeral storage over 20 GB).

mod ladder;

use super::slot::{Slot, needed, planned};
use super::{
    Capacity, CapacitySteps, Company, Context, Cost, CostModel, Fleet, Holding, Infeasible, Line,
    Missing, Notes, Platform, Stairs, Tariff, oldest,
};
use crate::catalog::{Architecture, Price, Regional};
use crate::diag::{Diag, Diags};
use crate::exact::Exact;
use crate::money::Usd;
use crate::text::listed;
use crate::units::{FARGATE_FREE_STORAGE_GB, GbHour, LAMBDA_MEMORY_MB, MB_PER_GB, VcpuHour};
use crate::workload::{Function, TaskSize};
use ladder::{Ladder, Tasks};
use std::borrow::Cow;
use std::sync::OnceLock;

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
    /// Dollars per hour of each of the 74 sizes, by vCPU and then by memory.
    sizes: Vec<(TaskSize, Exact)>,
    /// Ladders of functions that say nothing of containers, by memory in MB, made when needed.
    ladders: Vec<OnceLock<Result<Box<Ladder>, Infeasible>>>,
}

impl Offer {
    fn find(regional: &Regional, architecture: Architecture) -> Result<Self, Diag> {
        let path = |meter: &str| format!("fargate.linux.{}.{meter}", architecture.name());
        let mut offer = Self {
            vcpu: regional.price(&path("vcpu"))?,
            memory: regional.price(&path("memory"))?,
            storage: regional.price("fargate.storage.ephemeral"),
            sizes: Vec::new(),
            ladders: (0..=*LAMBDA_MEMORY_MB.end())
                .map(|_| OnceLock::new())
                .collect(),
        };
        // All have one denominator, so that comparing them compares whole numbers.
        let priced = |size| (size, offer.hourly(size));
        offer.sizes = TaskSize::up_to_16_vcpu().into_iter().map(priced).collect();
        Ok(offer)
    }

    /// Dollars per hour of a task, storage apart.
    fn hourly(&self, size: TaskSize) -> Exact {
        let vcpus = Exact::ratio(size.quarter_vcpus.into(), 4);
        let gigabytes = Exact::ratio(size.memory_mb.into(), MB_PER_GB.into());
        &(&vcpus * self.vcpu.rate.per_unit()) + &(&gigabytes * self.memory.rate.per_unit())
    }

    fn storage_hourly(&self, function: &Function) -> Exact {
        match (&self.storage, paid_storage(function)) {
            (_, 0) | (Err(_), _) => Exact::ZERO,
            (Ok(price), paid) => &Exact::from(paid) * price.rate.per_unit(),
        }
    }

    fn climb(&self, function: &Function) -> Result<Ladder, Infeasible> {
        let storage = self.storage_hourly(function);
        let fixed = function.container().task;
        let fixed = fixed.map(|size| (size, &self.hourly(size) + &storage));
        let sizes = self
            .sizes
            .iter()
            .map(|(size, hourly)| (*size, hourly + &storage));
        Ladder::climb(function, fixed, sizes)
    }
}

fn offer_of(function: &Function) -> usize {
    let architecture = function.container_architecture() as usize;
    usize::from(function.region) * Architecture::ALL.len() + architecture
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
    let count = context.prices.len() * Architecture::ALL.len();
    let mut offers: Vec<Option<Offer>> = (0..count).map(|_| None).collect();
    let mut sought = vec![false; count];
    for function in &context.scenario.functions {
        let number = offer_of(function);
        if !std::mem::replace(&mut sought[number], true) {
            let regional = context.prices_of(function);
            offers[number] = missing.take(Offer::find(regional, function.container_architecture()));
        }
        if let (true, Some(offer)) = (paid_storage(function) > 0, &offers[number]) {
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

    /// The sizes worth considering. Functions that say nothing of containers and have the same
    /// memory share theirs.
    fn ladder(&self, function: &Function) -> Result<Cow<'_, Ladder>, Infeasible> {
        let offer = self.offer(function)?;
        let shared = offer.ladders.get(function.memory_mb as usize);
        match shared.filter(|_| function.is_like_for_like()) {
            Some(shared) => {
                let ladder = shared.get_or_init(|| offer.climb(function).map(Box::new));
                ladder
                    .as_ref()
                    .map(|ladder| Cow::Borrowed(&**ladder))
                    .map_err(Clone::clone)
            }
            None => offer.climb(function).map(Cow::Owned),
        }
    }

    /// The fleet of today's traffic.
    fn today(&self, index: usize) -> Result<(&Function, Tasks), Infeasible> {
        let function = self.context.function(index);
        let peak = function.peak_concurrency(&self.context.scenario.hours);
        let min_tasks = function.container().min_tasks;
        let ladder = self.ladder(function)?;
        Ok((
            function,
            ladder.cheapest(needed(function, &peak), min_tasks),
        ))
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
            Line::new("vCPU", times(vcpus), &offer.vcpu),
            Line::new("memory", times(gigabytes), &offer.memory),
        ];
        let paid = paid_storage(function);
        if let (true, Ok(price)) = (paid > 0, &offer.storage) {
            lines.push(Line::new(
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
        let storage = offer
            .storage
            .as_ref()
            .ok()
            .filter(|_| paid_storage(function) > 0);
        let always = [&offer.vcpu.provenance, &offer.memory.provenance];
        oldest(
            always
                .into_iter()
                .chain(storage.map(|price| &price.provenance)),
        )
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
        Some(Box::new(Flight {
            model: self,
            function,
            offer: self.offer(function).ok()?,
            ladder: self.ladder(function).ok()?,
        }))
    }
}

/// The fleet of one function over its slots.
struct Flight<'m> {
    model: &'m Model<'m>,
    function: &'m Function,
    offer: &'m Offer,
    ladder: Cow<'m, Ladder>,
}

impl Flight<'_> {
    fn tasks(&self, slots: u128) -> Tasks {
        let min_tasks = self.function.container().min_tasks;
        self.ladder.cheapest(slots, min_tasks)
    }
}

impl Stairs for Flight<'_> {
    fn hold(&self, slots: u128) -> Holding {
        let tasks = self.tasks(slots);
        Holding {
            monthly: self.model.month(&tasks.hourly()),
            carries: tasks.carries(self.function),
        }
    }

    fn steps(&self, peak: &Exact) -> CapacitySteps {
        let slots = needed(self.function, peak);
        let tasks = self.tasks(slots);
        let slot = Slot::of(self.function);
        let memory_gb = &slot.memory_mb * &Exact::ratio(1, MB_PER_GB.into());
        let slot_hourly = &(&slot.vcpu * self.offer.vcpu.rate.per_unit())
            + &(&memory_gb * self.offer.memory.rate.per_unit());
        let bare = self.offer.hourly(tasks.rung.size);
        let of = |count: u128| self.model.month(&(&bare * &Exact::whole(count)));
        CapacitySteps {
            slots: self
                .model
                .month(&(&slot_hourly * &planned(self.function, peak))),
            whole_tasks: of(slots.div_ceil(tasks.rung.requests_per_task)),
            minimums: of(tasks.count),
            everything: self.model.month(&tasks.hourly()),
        }
    }
}
