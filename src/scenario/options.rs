//! Options of platforms: each platform reads the table of its name.

use super::keys::Keys;
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
    /// The instance type that `instance_type` fixes; `None` for `auto`.
    pub fn instance_type(&mut self) -> Option<FixedType> {
        let (cell, path, at) = self.cell("instance_type")?;
        let text = cell.text(&path, self.source).map(str::to_owned);
        let name = self.diags.take(text)?;
        (name != "auto").then_some((name, at))
    }

    /// What `cluster` says; dedicated where it is silent.
    pub fn cluster(&mut self) -> ClusterKind {
        match self.word("cluster", &["dedicated", "existing"]) {
            Some("existing") => ClusterKind::Existing,
            _ => ClusterKind::Dedicated,
        }
    }
}
