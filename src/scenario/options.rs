//! Options of platforms: each platform reads the table of its name.

use super::keys::Keys;
use super::schema::{Key, ValueKind};
use crate::diag::At;
use std::any::{Any, TypeId};
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

/// The options of a platform, of a type that the platform knows.
pub trait Options: Any + Debug + Send + Sync {}

impl<T: Any + Debug + Send + Sync> Options for T {}

/// Reads the options of a platform from the table of its name; from an empty one where the scenario
/// has none.
pub type ReadOptions = fn(Keys<'_>) -> Arc<dyn Options>;

/// The options of all platforms.
#[derive(Debug, Clone, Default)]
pub struct PlatformOptions(Vec<Arc<dyn Options>>);

impl PlatformOptions {
    /// Options as platforms have read them.
    pub(super) fn new(options: Vec<Arc<dyn Options>>) -> Self {
        Self(options)
    }

    /// The options of the platform that has this type of them.
    ///
    /// # Panics
    /// No platform has read such options.
    pub fn of<T: Options>(&self) -> &T {
        let mut found = self.0.iter().map(|options| &**options as &dyn Any);
        let found = found.find(|options| (*options).type_id() == TypeId::of::<T>());
        let options = found.and_then(|options| options.downcast_ref());
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
