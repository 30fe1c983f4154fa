//! Where two bills are equal: over utilization with a fixed fleet, and over traffic with a fleet
//! that grows.
//!
//! This room knows tariffs, not platforms.

pub mod crossover;
pub mod flips;
pub mod piecewise;
mod tariff;

pub use tariff::{
    CapacitySteps, CapacityTariff, CostStep, Holding, PaidBy, Part, StepCost, Tariff, UsageParts,
    UsageTariff,
};
