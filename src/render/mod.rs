//! What a report looks like: one format a file. Nothing is computed here.

pub mod csv;
pub mod explain;
pub mod focus;
pub mod json_v1;
pub mod markdown;
mod names;
mod phrases;
pub mod prices;
#[cfg(feature = "cli")]
pub mod table;
#[cfg(feature = "cli")]
mod utilization_bar;

pub use phrases::NOTES;

use crate::answer::Comparison;

/// A comparison with what of it is to be shown.
pub struct View<'v> {
    /// The comparison.
    pub comparison: &'v Comparison<'v>,
    /// Functions to show, in order.
    pub selected: Vec<usize>,
    /// Told how far the format is.
    pub progress: &'v (dyn Fn(Step) + Sync),
}

/// What a format or a check has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A number of further functions has been priced.
    Priced(u64),
    /// All are priced; what follows is the layout of the answer.
    LayingOut,
}
