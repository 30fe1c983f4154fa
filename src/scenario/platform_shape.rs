//! What reading a scenario needs to know of a platform. Platforms hand it in, as rules do.

use super::Scenario;
use super::function::{FunctionReader, Known};
use super::options::{PlatformValue, ReadOptions};
use super::schema::Key;
use crate::diag::Diag;
use crate::pricebook::Extent;
use std::sync::Arc;

/// Reads the keys of a function that a platform asks for.
pub type ReadFunction =
    fn(&mut FunctionReader<'_, '_, '_>, &Known<'_>) -> Option<Arc<dyn PlatformValue>>;

/// What a platform bills, as far as keys differ by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlatformKind {
    /// What functions use.
    Usage,
    /// Instances that provide execution environments.
    Environments,
    /// Nodes that run containers.
    Nodes,
    /// Tasks or pods of a size.
    Tasks,
}

/// A platform as far as scenarios speak of it.
#[derive(Debug, Clone, Copy)]
pub struct PlatformShape {
    /// Its name in `platforms` and `runs_on`, and that of the table of its options.
    pub id: &'static str,
    /// What it bills.
    pub kind: PlatformKind,
    /// The keys of that table.
    pub keys: &'static [&'static Key],
    /// Reads its options.
    pub read: ReadOptions,
    /// Reads its keys of a function; `None` where the function states none of them.
    pub read_function: ReadFunction,
    /// The prices that its options ask for, in addition to those that most scenarios need.
    pub extent: fn(&Scenario) -> Extent,
    /// The mistakes in a scenario that only the platform can find. It is asked where it is compared,
    /// also of scenarios with other mistakes: a function may have a region that is none.
    pub check: fn(&Scenario) -> Vec<Diag>,
}

impl PlatformShape {
    /// A platform whose options have these keys, are read so, and that has nothing else to say.
    pub const fn new(
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
