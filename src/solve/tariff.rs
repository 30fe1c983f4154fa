//! How a platform charges for one function: by use, or by the capacity that it provides.

use super::piecewise::PiecewiseCost;
use crate::exact::Exact;
use crate::money::{Rate, Usd};
use crate::scenario::Demand;
use crate::units::Hour;

/// What a platform is paid by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaidBy {
    /// By use.
    Use,
    /// By provided capacity.
    Capacity,
}

/// How a platform charges for one function.
#[derive(Clone, Copy)]
pub enum Tariff<'p> {
    /// Paid by use.
    ByUse(&'p dyn UsageTariff),
    /// Paid by provided capacity.
    ByCapacity(&'p dyn CapacityTariff),
}

/// What use of a function costs while its traffic varies.
pub trait UsageTariff {
    /// Avoidable cost over invocations, the other functions staying.
    fn curve(&self, parts: UsageParts) -> PiecewiseCost;
    /// The same while everything that is provided for the function grows with its invocations.
    fn growth(&self) -> PiecewiseCost {
        self.curve(UsageParts::All)
    }
}

/// Which lines of a usage bill count: the steps that explain a crossover add them one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum UsageParts {
    /// The duration line alone.
    Duration,
    /// And requests.
    Requests,
    /// And everything else.
    All,
}

/// What capacity for a function costs while its traffic varies.
pub trait CapacityTariff {
    /// How its fleet grows, the other functions staying; `None` when it holds no fleet because it
    /// runs by the job.
    fn step_cost(&self) -> Option<&dyn StepCost>;
    /// Dollars that every invocation costs on top of what is provided.
    fn per_call(&self) -> Usd {
        Usd::ZERO
    }
}

/// The fleet of one function over the slots that it must provide: its cost rises in steps.
pub trait StepCost: Sync {
    /// The fleet that provides a number of slots.
    fn hold(&self, slots: u128) -> Option<Holding>;
    /// Dollars a month of that fleet: all that a search over many sizes needs.
    fn monthly(&self, slots: u128) -> Option<Usd> {
        self.hold(slots).map(|fleet| fleet.monthly)
    }
    /// What the fleet for a demand costs, by the effects that make it more expensive than its slots.
    fn steps(&self, demand: &Demand) -> Option<CapacitySteps>;
    /// Units of which a fleet is made: it never costs more than the cheapest of them in numbers
    /// that provide enough. None where the fleet has no such simple bound.
    fn at_most(&self) -> Vec<Part> {
        Vec::new()
    }
    /// The same from below: it never costs less than the cheapest of these.
    fn at_least(&self) -> Vec<Part> {
        Vec::new()
    }
}

/// A unit of a fleet.
#[derive(Debug, Clone)]
pub struct Part {
    /// Slots that it has.
    pub slots: u128,
    /// What it costs.
    pub hourly: Rate<Hour>,
}

/// A fleet held for a function.
#[derive(Debug, Clone)]
pub struct Holding {
    /// Dollars a month, what is paid per call apart.
    pub monthly: Usd,
    /// Requests in flight that it can carry at target utilization.
    pub carries: Exact,
}

/// Monthly cost of a fleet with one more effect on at each step.
#[derive(Debug, Clone)]
pub struct CapacitySteps {
    /// The bare price of the slots.
    pub slots: Usd,
    /// Whole tasks, or whole pods on fractions of nodes.
    pub whole_tasks: Usd,
    /// Minimum tasks, whole nodes, minimum nodes, packing.
    pub minimums: Usd,
    /// Fees, volumes, storage and every other line.
    pub everything: Usd,
}
