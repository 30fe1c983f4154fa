//! One function of a scenario, valid by construction.

mod assumptions;
mod builder;
mod container;
mod invocation;

pub use assumptions::assumption_rules;
pub use builder::{FunctionReader, IndexOfRegion, Known, Reading, build};
pub use container::{Container, Run};

use super::budget::Budget;
use super::{PlatformValue, PlatformValues};
use crate::exact::Exact;
use crate::pricebook::Architecture;
use crate::units::{MS_PER_SECOND, Qty, Request, SECONDS_PER_HOUR, Unit};
use invocation::Invocation;
use rust_decimal::Decimal;

/// How a function states the concurrency that has to be provided for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Capacity {
    /// Average concurrency divided by the capacity, above 0 to 1.
    Utilization(Decimal),
    /// The capacity itself, requests in flight.
    Peak(Decimal),
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
    /// How it is invoked, where that is not once and with a small event.
    invocation: Option<Box<Invocation>>,
    /// What platforms have read of it, of those of whose keys it states any.
    of_platforms: Option<Box<PlatformValues>>,
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

    /// What it says in the keys of the platform that has this type of them; `None` for nothing.
    pub fn of<T: PlatformValue>(&self) -> Option<&T> {
        self.of_platforms.as_ref()?.get()
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
        match &self.invocation {
            Some(invocation) => &amount * &invocation.attempts,
            None => amount,
        }
    }

    /// True for a function whose invocations are one request each.
    pub fn is_one_request(&self) -> bool {
        self.invocation.is_none()
    }

    /// Requests that Lambda bills for one invocation: its attempts, and what its event is larger
    /// than 256 KB.
    pub fn billed_requests(&self) -> Qty<Request> {
        Request::of(match &self.invocation {
            Some(invocation) => &invocation.attempts + &Exact::from(invocation.further_requests),
            None => Exact::ONE,
        })
    }
}
