//! What reading a scenario needs to know of a platform. Platforms hand it in, as rules do.

use super::Scenario;
use crate::diag::Diag;

/// A platform as far as scenarios speak of it.
#[derive(Debug, Clone, Copy)]
pub struct PlatformShape {
    /// Its name in `platforms` and `runs_on`.
    pub id: &'static str,
    /// The mistakes in a scenario that only the platform can find. It is asked where it is compared,
    /// also of scenarios with other mistakes: a function may have a region that is none.
    pub check: fn(&Scenario) -> Vec<Diag>,
}

impl PlatformShape {
    /// A platform that finds no mistakes of its own.
    pub const fn named(id: &'static str) -> Self {
        Self {
            id,
            check: |_| Vec::new(),
        }
    }
}
