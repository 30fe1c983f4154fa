//! Whole tasks of a valid size, running all month: what every way to run them on AWS Fargate shares.
//!
//! A platform says by its [`Terms`] what is its own.

mod ladder;
mod offer;

pub use offer::Charge;

use super::service::Service;
use super::slot::{Slot, needed, planned};
use super::{
    Capacity, CapacitySteps, Company, Context, Cost, CostModel, Fleet, Holding, Infeasible, Line,
    Missing, Notes, Stairs, Tariff, container_place,
};
use crate::diag::{Diag, Diags};
use crate::exact::Exact;
use crate::money::Usd;
use crate::workload::{Function, Scenario};
use ladder::{Ladder, Tasks, cheapest, unfit};
use offer::{Offer, paid_storage};
use std::borrow::Cow;

/// What a way to run tasks has of its own.
pub struct Terms {
    /// Who bills them.
    pub service: &'static Service,
    /// What an hour of a task is charged, of an architecture and operating system in a region;
    /// a function stands for all that run there.
    pub charges: fn(&Context<'_>, &Function) -> Result<Vec<Charge>, Diag>,
    /// What is assumed and what is left out.
    pub notes: fn(&Scenario, &mut Notes),
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
        Ok(Offer::of(charges, storage, function.container().os))
    };
    let samples = context
        .samples(|function| Some(container_place(function)))
        .into_iter();
    let offers: Vec<Option<Offer>> = samples.map(|sample| missing.take(find(sample?))).collect();
    let paid =
        |function: &Function| (paid_storage(function) > 0).then(|| container_place(function));
    for (offer, sample) in offers.iter().zip(context.samples(paid)) {
        if let (Some(offer), Some(_)) = (offer, sample) {
            missing.take(offer.storage.clone());
        }
    }
    missing.into_result(offers)
}

/// A function with its fleet of today.
struct Today<'m> {
    function: &'m Function,
    offer: &'m Offer,
    tasks: Tasks,
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
        self.offers[container_place(function)]
            .as_ref()
            .ok_or_else(|| Infeasible("the region has no Fargate prices".to_owned()))
    }

    /// The fleet of today's traffic.
    fn today(&self, index: usize) -> Result<Today<'_>, Infeasible> {
        let function = self.context.function(index);
        let offer = self.offer(function)?;
        let peak = self.context.peak(index);
        let (slots, min_tasks) = (needed(function, peak), function.container().min_tasks);
        let tasks = match offer.shared(function) {
            Some(ladder) => ladder.cheapest(slots, min_tasks),
            None => {
                let slot = Slot::of(function);
                cheapest(offer.rungs(function, &slot), slots, min_tasks)
            }
        };
        Ok(Today {
            function,
            offer,
            tasks: tasks.ok_or_else(|| unfit(function))?,
        })
    }

    fn month(&self, hourly: &Exact) -> Usd {
        Usd::new(hourly * &self.context.scenario.hours)
    }
}

impl CostModel for Model<'_> {
    fn cost(&self, index: usize) -> Result<Cost, Infeasible> {
        let Today {
            function, tasks, ..
        } = self.today(index)?;
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
        let Ok(today) = self.today(index) else {
            return Vec::new();
        };
        let Today {
            function,
            offer,
            tasks,
        } = today;
        let hours = &self.context.scenario.hours * &Exact::whole(tasks.count);
        offer.lines(self.terms.service, function, tasks.rung.size, &hours)
    }

    fn price_as_of(&self, index: usize) -> &str {
        let function = self.context.function(index);
        self.offer(function)
            .map_or("", |offer| offer.as_of(function))
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
        (self.terms.notes)(self.context.scenario, notes);
    }
}

impl Capacity for Model<'_> {
    fn stairs(&self, index: usize) -> Option<Box<dyn Stairs + '_>> {
        let function = self.context.function(index);
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
