//! Where two bills cross: over utilization on a fixed fleet, and over traffic on a fleet that grows.
//!
//! This room knows tariffs, not platforms.

pub mod crossover;
pub mod flips;
pub mod piecewise;
mod tariff;

pub use tariff::{
    CapacitySteps, CapacityTariff, Holding, PaidBy, Part, StepCost, Tariff, UsageParts, UsageTariff,
};
