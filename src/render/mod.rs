//! The formats of answers, one per file. Nothing is computed here.

#[cfg(feature = "cli")]
pub(crate) mod commitment;
pub(crate) mod csv;
pub(crate) mod explain;
pub(crate) mod focus;
#[cfg(feature = "cli")]
pub(crate) mod groups;
pub(crate) mod json_v2;
pub(crate) mod markdown;
mod names;
mod phrases;
#[cfg(feature = "cli")]
pub(crate) mod plan;
pub(crate) mod prices;
#[cfg(feature = "cli")]
pub(crate) mod prices_diff;
#[cfg(feature = "cli")]
pub(crate) mod set;
#[cfg(feature = "cli")]
pub(crate) mod table;
#[cfg(feature = "cli")]
mod utilization_bar;

pub(crate) use phrases::{NOTES, WARNINGS};

use crate::answer::{Comparison, Decision, Groups, Move};
use rust_decimal::Decimal;

/// By how much another platform has to be cheaper at some traffic to be named: 2 %.
const MARGIN: Decimal = Decimal::from_parts(2, 0, 0, false, 2);

/// A decision and the functions to show.
pub struct View<'v> {
    pub decision: &'v Decision<'v>,
    /// Indices of the functions to show, in order.
    pub selected: Vec<usize>,
    /// The functions grouped by a tag, for formats that list both.
    pub groups: Option<&'v Groups>,
    /// Receives the progress of the format.
    pub progress: &'v (dyn Fn(Step) + Sync),
}

impl<'v> View<'v> {
    pub(crate) fn comparison(&self) -> &'v Comparison<'v> {
        self.decision.comparison
    }

    /// The index of a platform in the comparison; `None` if no figure is for it.
    #[cfg(feature = "cli")]
    fn platform(&self, id: &str) -> Option<usize> {
        let mut platforms = self.comparison().platforms().iter();
        platforms.position(|bound| bound.id == id)
    }

    /// The moves of the functions to show.
    fn shown_moves(&self) -> impl Iterator<Item = &'v Move> {
        let is_shown = |index: usize| self.selected.binary_search(&index).is_ok();
        let moves = self.decision.plan.moves.iter();
        moves.filter(move |one| one.functions.iter().any(|index| is_shown(*index)))
    }
}

/// Progress of a format or a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// This many more functions were priced.
    Priced(u64),
    /// All functions were priced, and the layout of the answer begins.
    LayingOut,
}
