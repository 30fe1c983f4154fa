//! Options of platforms: each platform reads the table of its name.

use super::keys::Keys;
use super::schema::{Key, ValueKind};
use crate::diag::At;
use std::any::Any;
use std::fmt::Debug;
use std::sync::Arc;

/// Whether the cluster is the scenario's own or runs anyway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClusterKind {
    /// Made for the scenario: whole nodes and the cluster fee are its cost.
    Dedicated,
    /// Runs anyway: only the share of nodes that is used is a cost.
    Existing,
}

impl ClusterKind {
    /// What the value of a key must be that states it.
    pub const VALUE: ValueKind = ValueKind::OneOf(&["dedicated", "existing"]);
}

/// An instance type that options fix, with the place that names it.
pub type FixedType = (String, At);

/// What a platform reads, of a type that the platform knows: its options, or its keys of a function.
pub trait PlatformValue: Any + Debug + Send + Sync {}

impl<T: Any + Debug + Send + Sync> PlatformValue for T {}

/// Reads the options of a platform from the table of its name; from an empty one where the scenario
/// has none.
pub type ReadOptions = fn(Keys<'_>) -> Arc<dyn PlatformValue>;

/// What platforms have read.
#[derive(Debug, Clone, Default)]
pub struct PlatformValues(Vec<Arc<dyn PlatformValue>>);

impl PlatformValues {
    /// Values as platforms have read them, each of another type.
    pub(super) fn new(options: Vec<Arc<dyn PlatformValue>>) -> Self {
        Self(options)
    }

    /// The value of this type, if a platform has read one.
    pub fn get<T: PlatformValue>(&self) -> Option<&T> {
        let mut values = self.0.iter().map(|value| &**value as &dyn Any);
        values.find_map(|value| value.downcast_ref())
    }

    /// The options of this type, which their platform reads from every scenario.
    ///
    /// # Panics
    /// No platform has such options.
    pub fn of<T: PlatformValue>(&self) -> &T {
        let options = self.get();
        options.expect("every platform reads its options from every scenario")
    }
}

impl Keys<'_> {
    /// The instance type that a key fixes; `None` for `auto`.
    pub fn instance_type(&mut self, key: &Key) -> Option<FixedType> {
        let (cell, path, at) = self.cell(key.word())?;
        let text = cell.text(&path, self.source).map(str::to_owned);
        let name = self.diags.take(text)?;
        (name != "auto").then_some((name, at))
    }

    /// What a key states of the cluster; dedicated where it is not stated.
    pub fn cluster(&mut self, key: &Key) -> ClusterKind {
        match self.word(key) {
            Some("existing") => ClusterKind::Existing,
            _ => ClusterKind::Dedicated,
        }
    }
}
