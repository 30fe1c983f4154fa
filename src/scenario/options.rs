//! Options of platforms. Each platform reads the table with its name.

use super::keys::Keys;
use super::schema::{Key, ValueKind};
use crate::diag::At;
use std::any::Any;
use std::fmt::Debug;
use std::sync::Arc;

/// Who pays for a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClusterKind {
    /// Created for the scenario, which pays for whole nodes and the cluster fee.
    Dedicated,
    /// Runs anyway: the scenario pays only for the share of the nodes that it uses.
    Existing,
}

impl ClusterKind {
    /// The values of a key for it.
    pub(crate) const VALUE: ValueKind = ValueKind::OneOf(&["dedicated", "existing"]);
}

/// A fixed instance type, with its place.
pub(crate) type FixedType = (String, At);

/// What a platform reads: its options, or its keys of a function. Only the platform knows the type.
pub trait PlatformValue: Any + Debug + Send + Sync {}

impl<T: Any + Debug + Send + Sync> PlatformValue for T {}

/// Reads the options of a platform from the table with its name. The table is empty if the scenario
/// has none.
pub(crate) type ReadOptions = fn(Keys<'_>) -> Arc<dyn PlatformValue>;

/// The values that platforms have read.
#[derive(Debug, Clone, Default)]
pub struct PlatformValues(Vec<Arc<dyn PlatformValue>>);

impl PlatformValues {
    /// Values of platforms, each of another type.
    pub(super) fn new(options: Vec<Arc<dyn PlatformValue>>) -> Self {
        Self(options)
    }

    /// The same with another value of a type that a platform has read.
    pub(crate) fn with<T: PlatformValue>(&self, value: T) -> Self {
        let others = self.0.iter().filter(|one| {
            let one: &dyn Any = &***one;
            !one.is::<T>()
        });
        let mut values: Vec<_> = others.cloned().collect();
        values.push(Arc::new(value));
        Self(values)
    }

    /// The value of this type, if a platform has read one.
    pub(crate) fn get<T: PlatformValue>(&self) -> Option<&T> {
        let mut values = self.0.iter().map(|value| &**value as &dyn Any);
        values.find_map(|value| value.downcast_ref())
    }

    /// The options of this type. Their platform reads them from every scenario.
    ///
    /// # Panics
    /// No platform has options of this type.
    pub fn of<T: PlatformValue>(&self) -> &T {
        let options = self.get();
        options.expect("every platform reads its options from every scenario")
    }
}

impl Keys<'_> {
    /// A fixed instance type; `None` for `auto`.
    pub(crate) fn instance_type(&mut self, key: &Key) -> Option<FixedType> {
        let (cell, path, at) = self.cell(key.word())?;
        let text = cell.text(&path, self.source).map(str::to_owned);
        let name = self.diags.take(text)?;
        (name != "auto").then_some((name, at))
    }

    /// The kind of cluster; dedicated if it is not stated.
    pub(crate) fn cluster(&mut self, key: &Key) -> ClusterKind {
        match self.word(key) {
            Some("existing") => ClusterKind::Existing,
            _ => ClusterKind::Dedicated,
        }
    }
}
