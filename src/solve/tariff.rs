//! How a platform charges for one function: for use, or for provided capacity.

use super::piecewise::PiecewiseCost;
use crate::exact::{Bounds, Exact};
use crate::money::{Rate, Usd};
use crate::scenario::Demand;
use crate::units::Hour;

#[derive(Clone, Copy)]
pub enum Tariff<'p> {
    ByUse(&'p dyn UsageTariff),
    ByCapacity(&'p dyn CapacityTariff),
}

/// The cost of use while the traffic of a function varies.
pub trait UsageTariff {
    /// Avoidable cost over invocations. Other functions and everything that is provided stay as
    /// they are.
    fn curve(&self, parts: UsageParts) -> PiecewiseCost;
    /// True if [`UsageParts::All`] has more than [`UsageParts::Requests`].
    fn has_other_charges(&self) -> bool;
    /// Avoidable cost over invocations, if everything that is provided for the function grows with
    /// them.
    fn growth(&self) -> PiecewiseCost {
        self.curve(UsageParts::All)
    }
}

/// The lines of a usage bill that are included. The steps that explain a break-even add them one by
/// one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum UsageParts {
    /// Only duration.
    Duration,
    /// Duration and requests.
    Requests,
    /// All lines.
    All,
}

/// The cost of capacity while the traffic of a function varies.
pub trait CapacityTariff {
    /// The cost of its fleet while the fleets of other functions stay as they are. `None` for jobs,
    /// which have no fleet.
    fn step_cost(&self) -> Option<&dyn StepCost>;
    /// The cost of the fleet for a demand, with the effects that make it more expensive than its
    /// slots. `None` for jobs.
    fn steps(&self, demand: &Demand) -> Option<CapacitySteps> {
        self.step_cost()?.steps(demand)
    }
    /// US dollars per invocation in addition to the capacity.
    fn per_call(&self) -> Usd {
        Usd::ZERO
    }
}

/// The cost of a function's fleet as a step function of the slots that it must provide.
pub trait StepCost: Sync {
    /// The fleet for a number of slots.
    fn hold(&self, slots: u128) -> Option<Holding>;
    /// US dollars a month of that fleet. Cheaper to compute than [`Self::hold`], for searches over
    /// many sizes.
    fn monthly(&self, slots: u128) -> Option<Usd> {
        self.hold(slots).map(|fleet| fleet.monthly)
    }
    /// Bounds of [`Self::monthly`] for a fleet that exists, cheaper to compute than the exact cost.
    fn monthly_bounds(&self, slots: u128) -> Bounds {
        let monthly = self
            .monthly(slots)
            .expect("a fleet for any number of slots");
        monthly.dollars().bounds()
    }
    /// A number of slots up to which the cost stays that of `slots`; it can stay longer.
    fn step_end(&self, slots: u128) -> u128 {
        slots
    }
    /// The cost of the fleet for a demand, with the effects that make it more expensive than its
    /// slots.
    fn steps(&self, demand: &Demand) -> Option<CapacitySteps>;
    /// Units that bound the cost from above: a fleet never costs more than the cheapest number of
    /// one unit that provides the slots. Empty if there is no such bound.
    fn at_most(&self) -> Vec<Part> {
        Vec::new()
    }
    /// Units that bound the cost from below in the same way.
    fn at_least(&self) -> Vec<Part> {
        Vec::new()
    }
}

#[derive(Debug, Clone)]
pub struct Part {
    pub slots: u128,
    /// US dollars per hour of one unit.
    pub hourly: Rate<Hour>,
}

/// A fleet of a function.
#[derive(Debug, Clone)]
pub struct Holding {
    /// US dollars a month, without per-call costs.
    pub monthly: Usd,
    /// Requests in flight that it carries at target utilization.
    pub carries: Exact,
}

/// Monthly cost of a fleet, with one more effect in each step.
#[derive(Debug, Clone)]
pub struct CapacitySteps {
    /// The price of the slots alone.
    pub slots: Usd,
    /// With whole tasks, or whole pods on fractions of nodes.
    pub whole_tasks: Usd,
    /// With minimum tasks, whole nodes, minimum nodes and packing.
    pub minimums: Usd,
    /// With fees, volumes, storage and every other line.
    pub everything: Usd,
}
