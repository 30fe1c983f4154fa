//! Where two bills are equal: over utilization with a fixed fleet, and over traffic with a fleet
//! that grows.
//!
//! This room knows tariffs, not platforms.

pub(crate) mod crossover;
pub(crate) mod flips;
pub(crate) mod piecewise;
pub(crate) mod stretches;
mod tariff;
pub(crate) mod traffic;

pub(crate) use tariff::{
    CapacitySteps, CapacityTariff, Holding, Part, StepCost, Tariff, UsageParts, UsageTariff,
};
