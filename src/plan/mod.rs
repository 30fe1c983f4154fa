//! The plan: the assignment of functions to platforms with the lowest bill.
//!
//! This module knows no platform, price book or format. It gets what each choice of a function costs
//! alone and what it shares with other functions, and finds one choice for each function so that
//! the bill of all, plus `min_saving` for each function that moves, is as low as possible. Of several
//! such assignments it takes the one with fewer moves, then the one that keeps today's platform,
//! then the order of platforms, in the order of the functions.
//!
//! * `problem`: what the caller states.
//! * `price`: the exact bill of an assignment.
//! * `model`: the same amounts as whole numbers of small units, with lower bounds rounded down.
//! * `evaluate`: an interval around the bill of an assignment.
//! * `part`: functions that share nothing with the others are searched on their own.
//! * `configurations`: lines of pools and node types, each with a lower bound.
//! * `best_first`: configurations in the order of their bounds.
//! * `knapsack`, `dive`: the choices in a configuration with a number of nodes.
//! * `improve`: single moves, for what the search has not proven.
//! * `saving`: what each function saves.

mod best_first;
mod configurations;
mod dive;
mod evaluate;
mod improve;
mod incumbent;
mod knapsack;
mod model;
mod part;
mod price;
mod problem;
mod saving;

pub use part::search;
pub use price::bill;
pub(crate) use price::{billed, pool_cost};
pub(crate) use problem::running;
pub use problem::{
    Allowance, Choice, Cluster, Needs, NodeType, Nodes, Plan, Pool, Problem, Surplus, Tier, Unit,
};
pub use saving::savings;
