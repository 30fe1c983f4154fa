//! Whole tasks of a valid size, running all month or as long as a job: what every way to run them on
//! AWS Fargate shares.
//!
//! A platform says by its [`Terms`] what is its own.

mod job;
mod ladder;
mod offer;

pub use offer::Charge;

use super::service::Service;
use super::slot::{Slot, needed, planned};
use super::{
    Capacity, CapacitySteps, Company, Context, Cost, CostModel, Fleet, Holding, Infeasible, Job,
    Line, Missing, Notes, Part, Stairs, Tariff, container_place,
};
use crate::diag::{Diag, Diags};
use crate::exact::Exact;
use crate::money::Usd;
use crate::text::listed;
use crate::units::{EKS_FARGATE_OVERHEAD_MB, SECONDS_PER_HOUR};
use crate::workload::{Function, Os, Scenario, TaskSize};
use ladder::{Ladder, Tasks, cheapest, unfit};
use offer::{Offer, paid_storage};
use std::borrow::Cow;

/// What carries slots, and what of its size it keeps for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carrier {
    /// A task of Amazon ECS.
    Task,
    /// A pod of Amazon EKS: 256 MB are added to what it requests, and the sum is rounded up to a
    /// valid pair (Amazon EKS user guide, "Understand Fargate Pod configuration details").
    Pod,
}

impl Carrier {
    fn noun(self) -> &'static str {
        match self {
            Self::Task => "task",
            Self::Pod => "pod",
        }
    }

    /// Memory of it that slots cannot use, MB.
    fn overhead_mb(self) -> u32 {
        match self {
            Self::Task => 0,
            Self::Pod => EKS_FARGATE_OVERHEAD_MB,
        }
    }

    /// The sizes that it can be billed, by vCPU and then by memory.
    fn sizes(self, os: Os) -> impl Iterator<Item = TaskSize> {
        // The sizes of 32 vCPU are of tasks alone.
        TaskSize::of(os).filter(move |size| self == Self::Task || size.is_picked())
    }

    /// The size that is billed for one that is stated.
    fn billed(self, stated: TaskSize, os: Os) -> Option<TaskSize> {
        let memory_mb = stated.memory_mb + self.overhead_mb();
        let holds = |size: &TaskSize| {
            size.quarter_vcpus >= stated.quarter_vcpus && size.memory_mb >= memory_mb
        };
        self.sizes(os).find(holds)
    }

    /// What of a size slots can use.
    fn room(self, size: TaskSize) -> TaskSize {
        TaskSize {
            memory_mb: size.memory_mb - self.overhead_mb(),
            ..size
        }
    }
}

/// What a way to run tasks has of its own.
pub struct Terms {
    /// What carries the slots.
    pub carrier: Carrier,
    /// Who bills them.
    pub service: &'static Service,
    /// Why a function cannot run there, whatever its size.
    pub refuse: fn(&Function) -> Option<Infeasible>,
    /// What an hour of a task is charged, of an architecture and operating system in a region;
    /// a function stands for all that run there.
    pub charges: fn(&Context<'_>, &Function) -> Result<Vec<Charge>, Diag>,
    /// What is assumed and what is left out.
    pub notes: fn(&Scenario, &mut Notes),
}

/// What tasks of Amazon ECS are charged on demand.
///
/// # Errors
/// The book lacks a price.
pub fn on_demand(context: &Context<'_>, function: &Function) -> Result<Vec<Charge>, Diag> {
    let regional = context.prices_of(function);
    let os = function.container().os;
    let path = |meter: &str| {
        let architecture = function.container_architecture().name();
        format!("fargate.{}.{architecture}.{meter}", os.name())
    };
    let mut charges = vec![
        Charge::vcpu("vCPU", regional.price(&path("vcpu"))?),
        Charge::memory("memory", regional.price(&path("memory"))?),
    ];
    if os == Os::Windows {
        let license = regional.price(&path("os_license"))?;
        charges.push(Charge::vcpu("OS licence", license));
    }
    Ok(charges)
}

/// How long tasks run, as the end of a sentence: services and jobs differ.
pub fn all_month(scenario: &Scenario) -> String {
    let services = scenario.functions.iter().filter(|one| one.is_service());
    let who = match services.count() {
        0 => return String::new(),
        all if all == scenario.functions.len() => "",
        _ => "services ",
    };
    format!(", {who}all {} hours of the month", scenario.hours)
}

/// What of services is not counted beside something else.
pub fn beside(other: &str, scenario: &Scenario) -> String {
    let mut functions = scenario.functions.iter();
    if !functions.any(Function::is_service) {
        return other.to_owned();
    }
    listed(&[other, "image pulls", "the doubled tasks of a deployment"])
}

/// Tasks by some terms.
pub struct Model<'a> {
    terms: &'static Terms,
    context: Context<'a>,
    offers: Vec<Option<Offer>>,
}

fn offers(terms: &Terms, context: &Context<'_>) -> Result<Vec<Option<Offer>>, Diags> {
    let mut missing = Missing::default();
    let find = |function: &Function| {
        let charges = (terms.charges)(context, function)?;
        let storage = context
            .prices_of(function)
            .price("fargate.storage.ephemeral");
        let os = function.container().os;
        Ok(Offer::of(terms.carrier, os, charges, storage))
    };
    let welcome = |function: &Function| {
        let refused = (terms.refuse)(function).is_some();
        (!refused).then(|| container_place(function))
    };
    let samples = context.samples(welcome).into_iter();
    let offers: Vec<Option<Offer>> = samples.map(|sample| missing.take(find(sample?))).collect();
    let paid = |function: &Function| welcome(function).filter(|_| paid_storage(function) > 0);
    for (offer, sample) in offers.iter().zip(context.samples(paid)) {
        if let (Some(offer), Some(_)) = (offer, sample) {
            missing.take(offer.storage.clone());
        }
    }
    missing.into_result(offers)
}

/// A task for each invocation, of the cheapest size that fits one.
fn one_each(function: &Function, offer: &Offer) -> Option<Tasks> {
    let slot = Slot::of(function);
    // They come by price.
    let rung = offer.rungs(function, &slot).next()?;
    let count = function.invocations.into();
    Some(Tasks { rung, count })
}

/// A function with its tasks of today.
struct Today<'m> {
    function: &'m Function,
    offer: &'m Offer,
    /// A fleet, or one for each job.
    tasks: Tasks,
    /// Hours that each is billed.
    hours: Cow<'m, Exact>,
}

impl Today<'_> {
    fn monthly(&self) -> Usd {
        Usd::new(&self.tasks.hourly() * &self.hours)
    }
}

impl<'a> Model<'a> {
    /// Finds the prices that a scenario's tasks need.
    ///
    /// # Errors
    /// The book lacks one.
    pub fn bind(terms: &'static Terms, context: Context<'a>) -> Result<Self, Diags> {
        let offers = offers(terms, &context)?;
        Ok(Self {
            terms,
            context,
            offers,
        })
    }

    fn offer(&self, function: &Function) -> Result<&Offer, Infeasible> {
        if let Some(refused) = (self.terms.refuse)(function) {
            return Err(refused);
        }
        let offer = self.offers[container_place(function)].as_ref();
        offer.ok_or_else(|| Infeasible::unpriced("Fargate"))
    }

    /// The tasks of today's traffic.
    fn today(&self, index: usize) -> Result<Today<'_>, Infeasible> {
        let function = self.context.function(index);
        let offer = self.offer(function)?;
        let (tasks, hours) = match job::billed_seconds(function) {
            Some(seconds) => {
                let hours = &seconds * &Exact::ratio(1, SECONDS_PER_HOUR.into());
                let hours = function.of_attempts(hours);
                (one_each(function, offer), Cow::Owned(hours))
            }
            None => {
                let hours = Cow::Borrowed(&self.context.scenario.hours);
                (self.fleet(index, offer), hours)
            }
        };
        Ok(Today {
            function,
            offer,
            tasks: tasks.ok_or_else(|| unfit(function, self.terms.carrier))?,
            hours,
        })
    }

    /// The cheapest fleet for today's traffic.
    fn fleet(&self, index: usize, offer: &Offer) -> Option<Tasks> {
        let function = self.context.function(index);
        let peak = self.context.peak(index);
        let (slots, min_tasks) = (needed(function, peak), function.container().min_tasks);
        match offer.shared(function) {
            Some(ladder) => ladder.cheapest(slots, min_tasks),
            None => {
                let slot = Slot::of(function);
                cheapest(offer.rungs(function, &slot), slots, min_tasks)
            }
        }
    }

    fn month(&self, hourly: &Exact) -> Usd {
        Usd::new(hourly * &self.context.scenario.hours)
    }
}

impl CostModel for Model<'_> {
    fn cost(&self, index: usize) -> Result<Cost, Infeasible> {
        let today = self.today(index)?;
        let monthly = today.monthly();
        let tasks = &today.tasks;
        let fleet = || Fleet::Tasks {
            noun: self.terms.carrier.noun(),
            tasks: tasks.count,
            size: tasks.rung.size,
            requests_per_task: tasks.rung.requests_per_task,
            capacity: tasks.carries(today.function),
        };
        Ok(Cost {
            piece: None,
            billed: monthly.clone(),
            compared: monthly,
            fleet: today.function.is_service().then(fleet),
        })
    }

    fn lines(&self, index: usize) -> Vec<Line> {
        let Ok(today) = self.today(index) else {
            return Vec::new();
        };
        let (service, size) = (self.terms.service, today.tasks.rung.size);
        let hours = &*today.hours * &Exact::whole(today.tasks.count);
        today.offer.lines(service, today.function, size, &hours)
    }

    fn price_as_of(&self, index: usize) -> &str {
        let function = self.context.function(index);
        self.offer(function)
            .map_or("", |offer| offer.as_of(function))
    }

    fn company(&self, _: usize) -> Company {
        Company::default()
    }

    fn job(&self, index: usize) -> Option<Job> {
        let seconds = job::billed_seconds(self.context.function(index))?;
        let size = self.today(index).ok()?.tasks.rung.size;
        Some(Job {
            noun: self.terms.carrier.noun(),
            size,
            seconds,
        })
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
        (self.terms.notes)(self.context.scenario, notes);
    }
}

impl Capacity for Model<'_> {
    fn stairs(&self, index: usize) -> Option<Box<dyn Stairs + '_>> {
        let function = self.context.function(index);
        // Jobs are paid by use: nothing is held for them.
        function.is_service().then_some(())?;
        let offer = self.offer(function).ok()?;
        let ladder = match offer.shared(function) {
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
    fn at_most(&self) -> Vec<Part> {
        self.ladder.parts()
    }

    fn at_least(&self) -> Vec<Part> {
        self.ladder.parts()
    }

    fn hold(&self, slots: u128) -> Option<Holding> {
        let tasks = self
            .ladder
            .cheapest(slots, self.function.container().min_tasks)?;
        Some(Holding {
            monthly: self.model.month(&tasks.hourly()),
            carries: tasks.carries(self.function),
        })
    }

    fn monthly(&self, slots: u128) -> Option<Usd> {
        let min_tasks = self.function.container().min_tasks;
        let tasks = self.ladder.cheapest(slots, min_tasks)?;
        Some(self.model.month(&tasks.hourly()))
    }

    fn steps(&self, peak: &Exact) -> Option<CapacitySteps> {
        let slots = needed(self.function, peak);
        let tasks = self
            .ladder
            .cheapest(slots, self.function.container().min_tasks)?;
        let slot_hourly = self.offer.slot_hourly(&Slot::of(self.function));
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Requests of pods with what is billed (quarters of a vCPU and MB): the first is AWS's own
    /// example, the others are the request, 256 MB more, and the next pair of AWS's table by hand.
    #[test]
    fn pods_are_billed_256_mb_more_than_they_request_rounded_up() {
        let gb = |gigabytes: u32| gigabytes * 1024;
        let cases = [
            ((4, gb(8)), Some((8, gb(9)))),
            ((1, 256), Some((1, 512))),
            ((1, 512), Some((1, gb(1)))),
            ((1, gb(1)), Some((1, gb(2)))),
            ((1, 1792), Some((1, gb(2)))),
            ((1, gb(2)), Some((2, gb(3)))),
            ((2, gb(4)), Some((4, gb(5)))),
            ((4, gb(2)), Some((4, gb(3)))),
            ((8, gb(16)), Some((16, gb(17)))),
            ((16, gb(30)), Some((32, gb(32)))),
            ((32, gb(16)), Some((32, gb(20)))),
            ((64, gb(120)), None),
            ((128, gb(60)), None),
        ];
        let size = |(quarter_vcpus, memory_mb)| TaskSize {
            quarter_vcpus,
            memory_mb,
        };
        for (request, billed) in cases {
            let request = size(request);
            assert_eq!(Carrier::Pod.billed(request, Os::Linux), billed.map(size));
        }
    }

    #[test]
    fn tasks_are_billed_what_is_stated() {
        for os in Os::ALL {
            for size in TaskSize::of(os) {
                assert_eq!(Carrier::Task.billed(size, os), Some(size));
            }
        }
    }
}
