//! AWS Fargate for Amazon ECS, Linux, on demand: whole tasks of a valid size, running all month.
//!
//! Rules: AWS Fargate pricing page (requested vCPU and memory; ephemeral storage over 20 GB).

use super::slot::{Slot, needed};
use super::{
    Capacity, CapacitySteps, Company, Context, Cost, CostModel, Fleet, Holding, Infeasible, Line,
    Missing, Notes, Platform, Tariff, oldest,
};
use crate::catalog::{Architecture, Price, Regional};
use crate::diag::{Diag, Diags};
use crate::exact::Exact;
use crate::money::Usd;
use crate::text::listed;
use crate::units::{FARGATE_FREE_STORAGE_GB, GbHour, MB_PER_GB, MS_PER_SECOND, VcpuHour};
use crate::workload::{Function, TaskSize};

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
}

impl Offer {
    fn find(regional: &Regional, architecture: Architecture) -> Result<Self, Diag> {
        let path = |meter: &str| format!("fargate.linux.{}.{meter}", architecture.name());
        let mut offer = Self {
            vcpu: regional.price(&path("vcpu"))?,
            memory: regional.price(&path("memory"))?,
            storage: regional.price("fargate.storage.ephemeral"),
            sizes: Vec::new(),
        };
        let priced = |size| (size, offer.hourly(size).reduced());
        offer.sizes = TaskSize::up_to_16_vcpu().into_iter().map(priced).collect();
        Ok(offer)
    }

    /// Dollars per hour of a task, storage apart.
    fn hourly(&self, size: TaskSize) -> Exact {
        let vcpus = Exact::ratio(size.quarter_vcpus.into(), 4);
        let gigabytes = Exact::ratio(size.memory_mb.into(), MB_PER_GB.into());
        &(&vcpus * self.vcpu.rate.per_unit()) + &(&gigabytes * self.memory.rate.per_unit())
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

/// A fleet of tasks.
struct Tasks {
    size: TaskSize,
    requests_per_task: u128,
    count: u128,
    /// Dollars per hour of one, storage included.
    hourly: Exact,
}

impl Tasks {
    fn hourly_fleet(&self) -> Exact {
        &self.hourly * &Exact::whole(self.count)
    }
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

    fn storage_hourly(&self, function: &Function, offer: &Offer) -> Exact {
        match (&offer.storage, paid_storage(function)) {
            (_, 0) | (Err(_), _) => Exact::ZERO,
            (Ok(price), paid) => &Exact::from(paid) * price.rate.per_unit(),
        }
    }

    /// The cheapest fleet that provides so many slots, or the one of the size that is fixed.
    fn tasks(&self, function: &Function, slots: u128) -> Result<Tasks, Infeasible> {
        let offer = self.offer(function)?;
        let storage = self.storage_hourly(function, offer);
        let slot = Slot::of(function);
        let container = function.container();
        let fleet_of = |size: TaskSize, hourly: &Exact| {
            let millicores = u64::from(size.quarter_vcpus) * u64::from(MS_PER_SECOND) / 4;
            let fitting = || slot.fit(millicores, size.memory_mb.into());
            let measured = container.requests_per_task.map(u128::from);
            let requests_per_task = measured.unwrap_or_else(fitting);
            (requests_per_task > 0).then(|| Tasks {
                size,
                requests_per_task,
                count: slots
                    .div_ceil(requests_per_task)
                    .max(container.min_tasks.into()),
                hourly: hourly + &storage,
            })
        };
        if let Some(size) = container.task {
            let fixed = fleet_of(size, &offer.hourly(size));
            return fixed.ok_or_else(|| too_small(&slot, size));
        }
        let mut best: Option<(Exact, Tasks)> = None;
        for (size, hourly) in &offer.sizes {
            let Some(fleet) = fleet_of(*size, hourly) else {
                continue;
            };
            // Sizes come by vCPU, then memory: a tie keeps the earlier one.
            let cost = fleet.hourly_fleet();
            if best.as_ref().is_none_or(|(lowest, _)| cost < *lowest) {
                best = Some((cost, fleet));
            }
        }
        best.map(|(_, fleet)| fleet).ok_or_else(|| too_large(&slot))
    }

    /// The fleet of today's traffic.
    fn today(&self, index: usize) -> Result<(&Function, Tasks), Infeasible> {
        let function = self.context.function(index);
        let peak = function.peak_concurrency(&self.context.scenario.hours);
        let tasks = self.tasks(function, needed(function, &peak))?;
        Ok((function, tasks))
    }

    fn month(&self, hourly: &Exact) -> Usd {
        Usd::new(hourly * &self.context.scenario.hours)
    }
}

/// What the tasks carry at target utilization.
fn carried(function: &Function, tasks: &Tasks) -> Exact {
    let slots = &Exact::whole(tasks.count) * &Exact::whole(tasks.requests_per_task);
    &slots * &Exact::from(function.container().target_utilization)
}

fn describe(slot: &Slot) -> String {
    let base = match slot.base_mb.is_zero() {
        true => String::new(),
        false => format!(" over a base of {} MB", slot.base_mb.to_fixed(0)),
    };
    format!(
        "a request needs {} vCPU and {} MB{base}",
        slot.vcpu.to_fixed(2),
        slot.memory_mb.to_fixed(0)
    )
}

fn too_small(slot: &Slot, size: TaskSize) -> Infeasible {
    Infeasible(format!(
        "{}, more than a task of {} vCPU / {} GB has",
        describe(slot),
        size.vcpu_text(),
        size.memory_gb_text()
    ))
}

fn too_large(slot: &Slot) -> Infeasible {
    Infeasible(format!(
        "{}, more than any task up to 16 vCPU has",
        describe(slot)
    ))
}

impl CostModel for Model<'_> {
    fn cost(&self, index: usize) -> Result<Cost, Infeasible> {
        let (function, tasks) = self.today(index)?;
        let monthly = self.month(&tasks.hourly_fleet());
        Ok(Cost {
            billed: monthly.clone(),
            compared: monthly,
            fleet: Some(Fleet::Tasks {
                tasks: tasks.count,
                size: tasks.size,
                requests_per_task: tasks.requests_per_task,
                capacity: carried(function, &tasks),
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
        let vcpus = Exact::ratio(tasks.size.quarter_vcpus.into(), 4);
        let gigabytes = Exact::ratio(tasks.size.memory_mb.into(), MB_PER_GB.into());
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
    fn hold(&self, index: usize, slots: u128) -> Option<Holding> {
        let function = self.context.function(index);
        let tasks = self.tasks(function, slots).ok()?;
        Some(Holding {
            monthly: self.month(&tasks.hourly_fleet()),
            carries: carried(function, &tasks),
        })
    }

    fn steps(&self, index: usize, peak: &Exact) -> Option<CapacitySteps> {
        let function = self.context.function(index);
        let slots = needed(function, peak);
        let tasks = self.tasks(function, slots).ok()?;
        let offer = self.offer(function).ok()?;
        let slot = Slot::of(function);
        let memory_gb = slot.memory_mb.over(&Exact::from(MB_PER_GB))?;
        let slot_hourly = &(&slot.vcpu * offer.vcpu.rate.per_unit())
            + &(&memory_gb * offer.memory.rate.per_unit());
        let target = Exact::from(function.container().target_utilization);
        let bare = offer.hourly(tasks.size);
        let of = |count: u128| self.month(&(&bare * &Exact::whole(count)));
        Some(CapacitySteps {
            slots: self.month(&(&slot_hourly * &peak.over(&target)?)),
            whole_tasks: of(slots.div_ceil(tasks.requests_per_task)),
            minimums: of(tasks.count),
            everything: self.month(&tasks.hourly_fleet()),
        })
    }
}
