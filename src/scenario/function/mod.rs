//! One function of a scenario, valid by construction.

mod assumptions;
mod builder;
mod container;
mod features;
mod managed;

pub use assumptions::assumption_rules;
pub use builder::{IndexOfRegion, Reading, build};
pub use container::{Container, Run};
pub use features::{Durable, EventPoller, Features, PollerKind, SnapStart};
pub use managed::Managed;

use super::budget::Budget;
use crate::exact::Exact;
use crate::pricebook::Architecture;
use crate::units::{Gb, MS_PER_SECOND, Qty, Request, SECONDS_PER_HOUR, Unit};
use rust_decimal::Decimal;

/// How a function states the concurrency that has to be provided for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Capacity {
    /// Average concurrency divided by the capacity, above 0 to 1.
    Utilization(Decimal),
    /// The capacity itself, requests in flight.
    Peak(Decimal),
}

/// Cold starts of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColdStart {
    /// Share of invocations that start cold, 0 to 1.
    pub rate: Decimal,
    /// Billed initialization of each, ms.
    pub init_ms: Decimal,
}

/// Provisioned concurrency of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provisioned {
    /// Environments that are kept.
    pub environments: u64,
    /// Hours a month in which they are.
    pub hours: Exact,
    /// Share of the invocations that find one, 0 to 1.
    pub share_served: Decimal,
    /// Mean billed duration of those, ms.
    pub duration_ms: Decimal,
}

/// One function: what it does in a month and what it needs.
#[derive(Debug, Clone)]
pub struct Function {
    /// Unique in its scenario.
    pub name: Box<str>,
    /// Index into the scenario's regions.
    pub region: u16,
    /// True when the command line replaces the region that the function names.
    pub moved: bool,
    /// Line of the input on which it starts.
    pub line: u64,
    /// Architecture of the function.
    pub architecture: Architecture,
    /// Id of the platform on which it runs today, where stated.
    pub runs_on: Option<&'static str>,
    /// Memory, MB.
    pub memory_mb: u32,
    /// Mean billed duration, ms.
    pub duration_ms: Decimal,
    /// True when the duration was stated as measured, not as billed.
    pub measured: bool,
    /// Invocations a month.
    pub invocations: u64,
    /// True when a stated request rate did not make a whole number of invocations.
    pub rounded_invocations: bool,
    /// The concurrency to provide for.
    pub capacity: Capacity,
    /// Cold starts, where stated.
    pub cold_start: Option<Box<ColdStart>>,
    /// Provisioned concurrency, where it is used.
    pub provisioned: Option<Box<Provisioned>>,
    /// Further features of Lambda, where any is used.
    pub features: Option<Box<Features>>,
    /// Its environments on managed instances, where it says something of them.
    managed: Option<Box<Managed>>,
    /// Ephemeral storage, MB; `None` for what every function has.
    pub ephemeral_storage_mb: Option<u32>,
    /// What it may cost, where stated.
    pub budget: Option<Box<Budget>>,
    container: Option<Box<Container>>,
}

/// What rounding every call up to a whole millisecond adds to the mean of raw durations, ms.
fn rounding_up() -> Decimal {
    Decimal::new(5, 1)
}

impl Function {
    /// What the container side needs.
    pub fn container(&self) -> &Container {
        self.container
            .as_deref()
            .unwrap_or(&container::LIKE_FOR_LIKE)
    }

    /// Its environments on managed instances.
    pub fn managed(&self) -> &Managed {
        self.managed.as_deref().unwrap_or(&managed::UNMANAGED)
    }

    /// True for a function that says nothing about containers.
    pub fn is_like_for_like(&self) -> bool {
        self.container.is_none()
    }

    /// True when its containers run all month.
    pub fn is_service(&self) -> bool {
        self.container().run == Run::Service
    }

    /// Id of the platform on which it runs today: Lambda unless stated.
    pub fn home(&self) -> &'static str {
        self.runs_on.unwrap_or("lambda")
    }

    /// Architecture of the container side.
    pub fn container_architecture(&self) -> Architecture {
        self.container().architecture.unwrap_or(self.architecture)
    }

    /// The duration as the user stated it, ms.
    pub fn stated_duration_ms(&self) -> Decimal {
        match self.measured {
            true => self.duration_ms - rounding_up(),
            false => self.duration_ms,
        }
    }

    /// Average concurrency of one invocation a month, given the hours of the month.
    pub fn concurrency_per_call(&self, hours: &Exact) -> Exact {
        let month_ms = hours * &Exact::from(SECONDS_PER_HOUR * MS_PER_SECOND);
        let duration = self.of_attempts(Exact::from(self.duration_ms));
        duration
            .over(&month_ms)
            .expect("a month has an hour at least, by the bounds of its key")
    }

    /// Attempts that one invocation makes on average, retries included.
    pub fn attempts(&self) -> Exact {
        self.of_attempts(Exact::ONE)
    }

    /// An amount of every attempt, for one invocation.
    pub fn of_attempts(&self, amount: Exact) -> Exact {
        match &self.features {
            Some(features) => &amount * &features.attempts,
            None => amount,
        }
    }

    /// Requests that Lambda bills for one invocation: its attempts, and what its event is larger
    /// than 256 KB.
    pub fn billed_requests(&self) -> Qty<Request> {
        Request::of(match &self.features {
            Some(features) => &features.attempts + &Exact::from(features.further_requests),
            None => Exact::ONE,
        })
    }

    /// What one invocation streams beyond its first 6 MB on average, if it streams.
    pub fn streamed(&self) -> Option<&Qty<Gb>> {
        self.features.as_ref()?.streamed.as_ref()
    }
}
