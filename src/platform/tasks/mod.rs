//! Tasks of valid sizes on AWS Fargate, which run all month (services) or as long as a job. The
//! platforms that run tasks share this module; [`TaskTerms`] holds their differences.

mod assumptions;
mod job;
mod limits;
mod meters;
mod shared;
mod task_rates;
mod task_sizes;

pub(crate) use assumptions::ALL as ASSUMPTIONS;
pub(crate) use assumptions::note_left_out;
pub(crate) use limits::FREE_STORAGE_GB;
pub(crate) use meters::METERS;
pub(crate) use task_rates::Charge;

use super::fleet::push_count;
use super::service::Service;
use super::slot::Slot;
use super::{
    Answer, AtLeast, Bill, Context, Cost, CostModel, Fact, Fleet, Infeasible, Kept, Missing,
    Placement, Subject, UnitUse, container_place,
};
use crate::diag::{Diag, Diags};
use crate::exact::{Bounds, Exact};
use crate::money::{Rate, Usd, count, grouped, percent, plural};
use crate::scenario::{Demand, Function, Notes, Os, Scenario, SharedService, TaskSize};
use crate::solve::{CapacitySteps, CapacityTariff, Holding, Part, StepCost, Tariff};
use crate::units::{Hour, Qty, SECONDS_PER_HOUR, Unit};
use shared::{Member, SharedTasks};
use std::borrow::Cow;
use std::sync::{Arc, OnceLock};
use task_rates::{TaskRates, paid_storage};
pub(crate) use task_sizes::Tasks;
use task_sizes::{SizeOptions, cheapest, unfit};

/// A kind of container on Fargate, and the part of its size that functions cannot use.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Carrier {
    /// The word for it in messages.
    pub noun: &'static str,
    /// Memory that functions cannot use, MB.
    pub overhead_mb: u32,
    /// Whether sizes with 32 vCPU exist.
    pub has_largest: bool,
}

/// A task of Amazon ECS.
pub(crate) const TASK: Carrier = Carrier {
    noun: "task",
    overhead_mb: 0,
    has_largest: true,
};

impl Carrier {
    /// The sizes that can be billed, by vCPU and then by memory.
    fn sizes(self, os: Os) -> impl Iterator<Item = TaskSize> {
        TaskSize::of(os).filter(move |size| self.has_largest || size.is_picked())
    }

    /// The billed size for a stated size.
    pub(crate) fn billed(self, stated: TaskSize, os: Os) -> Option<TaskSize> {
        let memory_mb = stated.memory_mb + self.overhead_mb;
        let holds = |size: &TaskSize| {
            size.quarter_vcpus >= stated.quarter_vcpus && size.memory_mb >= memory_mb
        };
        self.sizes(os).find(holds)
    }

    /// The part of a size that functions can use.
    fn room(self, size: TaskSize) -> TaskSize {
        TaskSize {
            memory_mb: size.memory_mb - self.overhead_mb,
            ..size
        }
    }
}

/// The differences between the platforms that run tasks.
pub(crate) struct TaskTerms {
    pub carrier: Carrier,
    /// The service on the bill.
    pub service: &'static Service,
    /// Why a function cannot run there, whatever its size.
    pub refuse: fn(&Function) -> Option<Infeasible>,
    /// The charges for an hour of a task. The function stands for all with the same region,
    /// architecture and operating system.
    pub charges: fn(&Context<'_>, &Function) -> Result<Vec<Charge>, Diag>,
    /// Adds the assumptions and omissions that apply.
    pub notes: fn(&Scenario, &mut Notes),
}

/// The on-demand charges of an ECS task.
///
/// # Errors
/// The price book lacks a price.
pub(crate) fn on_demand(context: &Context<'_>, function: &Function) -> Result<Vec<Charge>, Diag> {
    let regional = context.prices_of(function);
    let os = function.container().os;
    let meters = meters::on_demand(os, function.container_architecture());
    let mut charges = vec![
        Charge::vcpu("vCPU", regional.price(meters.vcpu)?),
        Charge::memory("memory", regional.price(meters.memory)?),
    ];
    if let Some(license) = meters.os_license {
        charges.push(Charge::vcpu("OS licence", regional.price(license)?));
    }
    Ok(charges)
}

/// How long tasks run, as the end of a sentence. Jobs do not run all month.
pub(crate) fn all_month(scenario: &Scenario) -> String {
    let services = scenario.functions.iter().filter(|one| one.is_service());
    let who = match services.count() {
        0 => return String::new(),
        all if all == scenario.functions.len() => "",
        _ => "services ",
    };
    let mut services = scenario.functions.iter().filter(|one| one.is_service());
    if services.any(|function| function.container().hours_per_month.is_some()) {
        return format!(", {who}all hours of the month where no others are stated");
    }
    format!(", {who}all {} hours of the month", scenario.hours)
}

/// A platform that runs tasks, bound to a scenario.
pub(crate) struct TasksModel<'a> {
    terms: &'static TaskTerms,
    context: Context<'a>,
    rates_by_place: Vec<Option<TaskRates>>,
    /// The tasks of each service, found when they are first needed.
    services: Vec<OnceLock<Result<Arc<SharedTasks>, Infeasible>>>,
}

fn rates_by_place(
    terms: &TaskTerms,
    context: &Context<'_>,
) -> Result<Vec<Option<TaskRates>>, Diags> {
    let mut missing = Missing::default();
    let find = |function: &Function| {
        let charges = (terms.charges)(context, function)?;
        let storage = context.prices_of(function).price(meters::STORAGE);
        let os = function.container().os;
        Ok(TaskRates::of(terms, os, charges, storage))
    };
    let welcome = |function: &Function| {
        let refused = (terms.refuse)(function).is_some();
        (!refused).then(|| container_place(function))
    };
    let samples = context.samples(welcome).into_iter();
    let rates_by_place: Vec<Option<TaskRates>> =
        samples.map(|sample| missing.take(find(sample?))).collect();
    let paid = |function: &Function| welcome(function).filter(|_| paid_storage(function) > 0);
    for (rates, sample) in rates_by_place.iter().zip(context.samples(paid)) {
        if let (Some(rates), Some(_)) = (rates, sample) {
            missing.take(rates.storage.clone());
        }
    }
    missing.into_result(rates_by_place)
}

/// One task per invocation, of the cheapest size in which an invocation fits.
fn one_each(function: &Function, rates: &TaskRates) -> Option<Tasks> {
    let slot = Slot::of(function);
    // Options are sorted by price.
    let option = rates.size_options(function, &slot).next()?;
    let count = function.invocations.into();
    Some(Tasks { option, count })
}

/// A function with the tasks for today's traffic.
pub(crate) struct PlacedTasks<'m> {
    model: &'m TasksModel<'m>,
    function: &'m Function,
    rates: &'m TaskRates,
    /// A fleet, or one task per job.
    tasks: Tasks,
    /// Billed hours of each task.
    hours: Cow<'m, Qty<Hour>>,
    /// The sizes for its fleet. Computed only when a search needs them.
    sizes: OnceLock<Cow<'m, SizeOptions>>,
    /// `None` for a function that shares its tasks with no other.
    member: Option<Member<'m>>,
}

impl PlacedTasks<'_> {
    /// The index of the function's region.
    pub(crate) fn region(&self) -> usize {
        self.function.region.into()
    }

    /// US dollars a month for today's tasks.
    pub(crate) fn monthly_today(&self) -> Usd {
        let monthly = Bill::total(|bill| self.charge(bill));
        debug_assert_eq!(
            monthly,
            (&self.tasks.hourly() * &*self.hours).times(&self.share())
        );
        monthly
    }

    /// The part of the function in what the tasks cost.
    pub(crate) fn share(&self) -> Exact {
        let member = self.member.as_ref();
        member.map_or(Exact::ONE, |member| member.share().clone())
    }

    /// US dollars a month for today's tasks of the function or of its service.
    pub(crate) fn monthly_of_unit(&self) -> Usd {
        match &self.member {
            Some(member) => member.tasks.month.total.clone(),
            None => self.monthly_today(),
        }
    }

    /// The service of the function, if it shares its tasks with others.
    pub(crate) fn service(&self) -> Option<&SharedService> {
        self.member.as_ref().map(|member| member.service)
    }

    pub(crate) fn cost(&self) -> Cost {
        Cost {
            service_adds: self.member.as_ref().map(|_| self.monthly_of_unit()),
            ..Cost::unshared(self.monthly_today())
        }
    }

    fn sizes(&self) -> &SizeOptions {
        self.sizes
            .get_or_init(|| match self.rates.shared(self.function) {
                Some(shared) => Cow::Borrowed(shared),
                None => Cow::Owned(self.rates.all_options(self.function)),
            })
    }

    /// The cost of the hours for which its tasks run.
    fn month(&self, hourly: &Rate<Hour>) -> Usd {
        hourly * &*self.hours
    }

    fn cheapest(&self, slots: u128) -> Option<Tasks> {
        let min_tasks = self.function.container().min_tasks;
        self.sizes().cheapest(slots, min_tasks)
    }
}

impl<'a> TasksModel<'a> {
    /// Finds the prices for the scenario's tasks.
    ///
    /// # Errors
    /// The price book lacks one.
    pub(crate) fn bind(terms: &'static TaskTerms, context: Context<'a>) -> Result<Self, Diags> {
        let rates_by_place = rates_by_place(terms, &context)?;
        let services = context.scenario.services.iter();
        Ok(Self {
            terms,
            services: services.map(|_| OnceLock::new()).collect(),
            context,
            rates_by_place,
        })
    }

    fn rates(&self, function: &Function) -> Result<&TaskRates, Infeasible> {
        // What one function of a service needs, all of its tasks have.
        let service = self.context.service_of(function);
        let carrier = service.map_or(function, |found| &found.service.carrier);
        if let Some(refused) = (self.terms.refuse)(carrier) {
            return Err(refused);
        }
        let rates = self.rates_by_place[container_place(function)].as_ref();
        Ok(rates.expect("binding fails where a price is missing"))
    }

    /// Chooses the tasks for today's traffic: a fleet, or one task per job.
    ///
    /// # Errors
    /// The function does not fit any size, or not its fixed size.
    pub(crate) fn choose(&self, subject: Subject<'_>) -> Result<Tasks, Infeasible> {
        self.choose_of(subject, self.rates(subject.function)?)
    }

    fn choose_of(&self, subject: Subject<'_>, rates: &TaskRates) -> Result<Tasks, Infeasible> {
        let function = subject.function;
        if function.service_number().is_some() {
            let shared = self.shared(subject, rates)?;
            return Ok(shared.tasks_of(self.place_in_service(subject)));
        }
        let tasks = if function.is_service() {
            self.fleet(subject, rates)
        } else {
            one_each(function, rates)
        };
        tasks.ok_or_else(|| unfit(&Slot::of(function), function, self.terms.carrier))
    }

    /// Places a function on the tasks that [`Self::choose`] returned.
    ///
    /// # Errors
    /// The function cannot run here.
    pub(crate) fn place<'m>(
        &'m self,
        subject: Subject<'m>,
        tasks: Tasks,
    ) -> Result<PlacedTasks<'m>, Infeasible> {
        self.placed(subject, self.rates(subject.function)?, tasks)
    }

    fn placed<'m>(
        &'m self,
        subject: Subject<'m>,
        rates: &'m TaskRates,
        tasks: Tasks,
    ) -> Result<PlacedTasks<'m>, Infeasible> {
        let function = subject.function;
        let member = match self.context.service_of(function) {
            Some(found) => Some(Member {
                service: found.service,
                tasks: self.shared(subject, rates)?,
                place: found.place_of(subject.index),
                demand: subject.demand,
            }),
            None => None,
        };
        let hours = match job::billed_seconds(function) {
            Some(seconds) => {
                let hours = &seconds * &Exact::ratio(1, SECONDS_PER_HOUR.into());
                Cow::Owned(Hour::of(function.of_attempts(hours)))
            }
            None if function.container().hours_per_month.is_some() => {
                let month = self.context.hours.amount();
                Cow::Owned(Hour::of(function.fleet_hours(month)))
            }
            None => Cow::Borrowed(&self.context.hours),
        };
        Ok(PlacedTasks {
            model: self,
            function,
            rates,
            tasks,
            hours,
            sizes: OnceLock::new(),
            member,
        })
    }

    /// The cheapest fleet for today's traffic.
    fn fleet(&self, subject: Subject<'_>, rates: &TaskRates) -> Option<Tasks> {
        let Subject {
            function, demand, ..
        } = subject;
        let (slots, min_tasks) = (
            function.needed_slots(demand),
            function.container().min_tasks,
        );
        match rates.shared(function) {
            Some(options) => options.cheapest(slots, min_tasks),
            None => {
                let slot = Slot::of(function);
                cheapest(rates.size_options(function, &slot), slots, min_tasks)
            }
        }
    }
}

impl CostModel for TasksModel<'_> {
    fn answer(&self, index: usize) -> Result<Answer<'_>, Infeasible> {
        self.context.count_solve();
        self.answer_of(self.context.subject(index))
    }

    fn answer_of<'m>(&'m self, changed: Subject<'m>) -> Result<Answer<'m>, Infeasible> {
        let rates = self.rates(changed.function)?;
        let placed = self.placed(changed, rates, self.choose_of(changed, rates)?)?;
        Ok(Answer {
            cost: placed.cost(),
            placement: Box::new(placed),
        })
    }

    fn adds(&self, changed: Subject<'_>) -> Result<Usd, Infeasible> {
        let tasks = self.choose(changed)?;
        Ok(self.place(changed, tasks)?.monthly_of_unit())
    }

    fn at_least(&self, index: usize) -> AtLeast {
        let function = self.context.function(index);
        if !function.is_service() || function.service_number().is_some() {
            return AtLeast::NOTHING;
        }
        let Ok(rates) = self.rates(function) else {
            return AtLeast::NOTHING;
        };
        let tasks = Bounds::whole(function.container().min_tasks.into());
        let mut hourly = rates.least_hourly() * tasks;
        if !function.is_measured() {
            // Whole tasks cost no less than their slots.
            let slots = function.needed_slots(self.context.demand(index));
            let each = rates.slot_hourly(&Slot::of(function)).per_unit().bounds();
            hourly = hourly.max(Bounds::whole(slots) * each);
        }
        let hours = function.fleet_hours(self.context.hours.amount()).bounds();
        let least = hourly * hours;
        AtLeast {
            adds: least,
            costs: least,
        }
    }

    fn notes(&self, notes: &mut Notes) {
        (self.terms.notes)(self.context.scenario, notes);
    }
}

impl Placement for PlacedTasks<'_> {
    fn charge(&self, bill: &mut Bill) {
        if let Some(member) = &self.member {
            return bill.add_share(&member.tasks.month, member.share());
        }
        let hours = self.hours.times(&Exact::whole(self.tasks.count));
        let size = self.tasks.option.size;
        self.rates.charge(self.function, size, &hours, bill);
    }

    fn unit_use(&self, _times: &Exact, _kept: Kept) -> Option<UnitUse> {
        let month = &self.member.as_ref()?.tasks.month;
        Some(UnitUse::of(|bill| bill.add_share(month, &Exact::ONE)))
    }

    fn price_as_of(&self) -> Option<&str> {
        match self.service() {
            Some(service) => self.rates.as_of(&service.carrier),
            None => self.rates.as_of(self.function),
        }
    }

    fn tariff(&self) -> Tariff<'_> {
        Tariff::ByCapacity(self)
    }

    fn fleet(&self) -> Option<&dyn Fleet> {
        self.function.is_service().then_some(self as &dyn Fleet)
    }

    fn job(&self) -> Option<String> {
        let seconds = job::billed_seconds(self.function)?;
        let size = self.tasks.option.size;
        Some(format!(
            "a {} of {} vCPU / {} GB for each job, billed {} s",
            self.model.terms.carrier.noun,
            size.vcpu_text(),
            size.memory_gb_text(),
            grouped(&seconds.to_fixed(0))
        ))
    }
}

impl Fleet for PlacedTasks<'_> {
    fn capacity(&self) -> Exact {
        match &self.member {
            Some(member) => member.capacity(),
            None => self.tasks.carries(self.function),
        }
    }

    fn carries(&self) -> Exact {
        match &self.member {
            Some(member) => member.carries(),
            None => self.capacity(),
        }
    }

    fn describe(&self) -> String {
        let option = &self.tasks.option;
        let tasks = format!(
            "{} of {} vCPU / {} GB",
            plural(self.tasks.count, self.model.terms.carrier.noun),
            option.size.vcpu_text(),
            option.size.memory_gb_text()
        );
        match &self.member {
            Some(member) => format!(
                "{tasks} shared by {}, {} of its requests in each, {} of the cost",
                member.service.describe(),
                count(option.requests_per_task),
                percent(member.share())
            ),
            None => format!(
                "{tasks}, {} each",
                plural(option.requests_per_task, "request")
            ),
        }
    }

    fn write_short(&self, text: &mut String) {
        let option = &self.tasks.option;
        push_count(text, self.tasks.count);
        text.push_str(" x ");
        text.push_str(&option.size.vcpu_text());
        text.push_str(" vCPU / ");
        text.push_str(&option.size.memory_gb_text());
        text.push_str(" GB x ");
        push_count(text, option.requests_per_task);
    }

    fn facts(&self) -> Vec<Fact> {
        let option = &self.tasks.option;
        vec![
            Fact::count("tasks", self.tasks.count),
            Fact::text("vcpu", option.size.vcpu_text()),
            Fact::text("memory_gb", option.size.memory_gb_text()),
            Fact::count("requests_per_task", option.requests_per_task),
        ]
    }
}

impl PlacedTasks<'_> {
    /// The cost of the tasks of its service, effect by effect.
    fn shared_steps(&self, member: &Member<'_>) -> CapacitySteps {
        let need = &member.tasks.need;
        let size = self.tasks.option.size;
        let all = Slot {
            vcpu: need.vcpu.clone(),
            memory_mb: need.memory_mb.clone(),
            base_mb: Exact::ZERO,
        };
        let bare = self.rates.hourly(size);
        let of = |count: u128| self.month(&bare.times(&Exact::whole(count)));
        CapacitySteps {
            slots: self.month(&self.rates.slot_hourly(&all)),
            whole_tasks: of(member.tasks.needed),
            minimums: of(self.tasks.count),
            everything: member.tasks.month.total.clone(),
        }
    }
}

impl CapacityTariff for PlacedTasks<'_> {
    fn step_cost(&self) -> Option<&dyn StepCost> {
        // Jobs are paid by use: they hold no capacity. Shared tasks depend on more than the slots of
        // one function.
        let has_own_fleet = self.function.is_service() && self.member.is_none();
        has_own_fleet.then_some(self as &dyn StepCost)
    }

    fn steps(&self, demand: &Demand) -> Option<CapacitySteps> {
        match &self.member {
            Some(member) => Some(self.shared_steps(member)),
            None => self.step_cost()?.steps(demand),
        }
    }
}

impl StepCost for PlacedTasks<'_> {
    fn at_most(&self) -> Vec<Part> {
        self.sizes().parts()
    }

    fn at_least(&self) -> Vec<Part> {
        self.sizes().parts()
    }

    fn hold(&self, slots: u128) -> Option<Holding> {
        let tasks = self.cheapest(slots)?;
        Some(Holding {
            monthly: self.month(&tasks.hourly()),
            carries: tasks.carries(self.function),
        })
    }

    fn monthly(&self, slots: u128) -> Option<Usd> {
        Some(self.month(&self.cheapest(slots)?.hourly()))
    }

    fn monthly_bounds(&self, slots: u128) -> Bounds {
        let min_tasks = self.function.container().min_tasks;
        let hourly = self.sizes().cheapest_bounds(slots, min_tasks);
        hourly * self.hours.amount().bounds()
    }

    fn step_end(&self, slots: u128) -> u128 {
        self.cheapest(slots).map_or(slots, |tasks| tasks.slots())
    }

    fn steps(&self, demand: &Demand) -> Option<CapacitySteps> {
        let slots = self.function.needed_slots(demand);
        let tasks = self.cheapest(slots)?;
        let slot_hourly = self.rates.slot_hourly(&Slot::of(self.function));
        let bare = self.rates.hourly(tasks.option.size);
        let of = |count: u128| self.month(&bare.times(&Exact::whole(count)));
        Some(CapacitySteps {
            slots: self.month(&slot_hourly.times(&self.function.planned_slots(demand))),
            whole_tasks: of(slots.div_ceil(tasks.option.requests_per_task)),
            minimums: of(tasks.count),
            everything: self.month(&tasks.hourly()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_are_billed_what_is_stated() {
        for os in Os::ALL {
            for size in TaskSize::of(os) {
                assert_eq!(TASK.billed(size, os), Some(size));
            }
        }
    }
}
