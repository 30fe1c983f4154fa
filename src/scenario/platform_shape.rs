//! What the scenario reader needs to know about a platform. Platforms pass it in, as rules do.

use super::Scenario;
use super::function::{FunctionReader, Known};
use super::options::{PlatformValue, ReadOptions};
use super::schema::Key;
use crate::diag::Diag;
use crate::pricebook::Extent;
use std::sync::Arc;

/// Reads a platform's keys of a function.
pub(crate) type ReadFunction =
    fn(&mut FunctionReader<'_, '_, '_>, &Known<'_>) -> Option<Arc<dyn PlatformValue>>;

/// What a platform bills. The effect of a key depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlatformKind {
    /// The calls of functions.
    Usage,
    /// Instances that run execution environments.
    Environments,
    /// Nodes that run containers.
    Nodes,
    /// Tasks or pods of a fixed size.
    Tasks,
}

/// A platform as scenarios see it.
#[derive(Debug, Clone, Copy)]
pub struct PlatformShape {
    /// Its name in `platforms` and `runs_on`, and the name of its table.
    pub id: &'static str,
    pub kind: PlatformKind,
    /// The keys of its table.
    pub keys: &'static [&'static Key],
    /// Reads its table.
    pub read: ReadOptions,
    /// Reads its keys of a function; `None` if the function states none of them.
    pub read_function: ReadFunction,
    /// The prices that its options need in addition to those that most scenarios need.
    pub extent: fn(&Scenario) -> Extent,
    /// Mistakes that only the platform can find. Called if the platform is compared, also for
    /// scenarios with other mistakes, so a function's region may be invalid.
    pub check: fn(&Scenario) -> Vec<Diag>,
}

impl PlatformShape {
    /// A platform without keys of a function, additional prices or checks.
    pub(crate) const fn new(
        id: &'static str,
        kind: PlatformKind,
        keys: &'static [&'static Key],
        read: ReadOptions,
    ) -> Self {
        Self {
            id,
            kind,
            keys,
            read,
            read_function: |_, _| None,
            extent: |_| Extent::USUAL,
            check: |_| Vec::new(),
        }
    }
}
