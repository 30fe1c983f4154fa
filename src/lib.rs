//! Is this workload cheaper on AWS Lambda or on containers, and at exactly which utilization does
//! that turn?
//!
//! A scenario and a price book go in, every platform writes an itemised bill, the solver finds
//! where the bills cross, and everything that is shown is a view of that one report. The rooms, in
//! dependency order (a room uses only rooms above it; `tests/tidy.rs` holds the table), all of them
//! above the crate [`exact`], the exact ratios of integers:
//!
//! | room | knows |
//! |---|---|
//! | [`units`] | what AWS meters, and the constants of the field |
//! | [`money`] | US dollars and prices; the only place where a price is multiplied |
//! | [`text`] | safe words, near names |
//! | [`escape`] | words made harmless inside other formats |
//! | [`color`] | colour and line breaks |
//! | [`diag`] | diagnostics: what is wrong, where, and how to fix it |
//! | [`pricebook`] | the price book |
//! | [`scenario`] | scenarios and functions files |
//! | [`solve`] | where bills cross |
//! | [`platform`] | what each platform charges: one file each |
//! | [`answer`] | every number of an answer |
//! | [`render`] | what an answer looks like: one format a file |
//! | [`check`] | the gate: rules and what pipelines read of them |
//! | [`cli`] | the command line, files and the terminal |

/// Exact ratios of integers: the amounts of the rooms are [`exact::Exact`].
pub use exact;

pub mod answer;
pub mod check;
pub mod cli;
pub mod color;
pub mod diag;
pub mod escape;
pub mod money;
pub mod platform;
pub mod pricebook;
pub mod render;
pub mod scenario;
pub mod solve;
pub mod text;
pub mod units;
