//! One function of a scenario, valid by construction.

mod assumptions;
mod builder;
mod changed;
mod container;
mod invocation;

pub(crate) use assumptions::assumption_rules;
pub(crate) use builder::{FunctionReader, Known, Reading, build};
pub(crate) use container::{Container, Run};

use super::budget::Budget;
use super::schema::Field;
use super::services::Membership;
use super::set::ChangedKey;
use super::tags::{Labels, Tag};
use super::{Extra, PlatformValue, PlatformValues, StatedValue};
use crate::exact::Exact;
use crate::pricebook::Architecture;
use crate::units::{MS_PER_SECOND, Qty, Request, SECONDS_PER_HOUR, Unit};
use invocation::Invocation;
use rust_decimal::Decimal;
use std::sync::Arc;

/// How a function states the capacity to provide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Capacity {
    /// Mean concurrency divided by the capacity, above 0 and up to 1.
    Utilization(Decimal),
    /// The capacity itself, requests in flight.
    Peak(Decimal),
    /// Jobs, which hold no capacity: the mean concurrency.
    OfJobs,
}

/// A function: its traffic in a month, and what it needs.
#[derive(Debug, Clone)]
pub struct Function {
    /// Unique in its scenario.
    pub name: Box<str>,
    /// Index into the scenario's regions.
    pub region: u16,
    /// True when `--region` replaces the region that the function states.
    pub moved: bool,
    pub line: u64,
    pub architecture: Architecture,
    /// Id of the platform on which it runs today, if stated.
    pub runs_on: Option<&'static str>,
    /// True for a function that no plan moves.
    pub is_pinned: bool,
    /// In MB.
    pub memory_mb: u32,
    /// Mean billed duration, ms.
    pub duration_ms: Decimal,
    /// True when the duration was stated as measured, not as billed.
    pub measured: bool,
    /// Invocations a month.
    pub invocations: u64,
    /// True when a stated request rate was rounded to whole invocations.
    pub rounded_invocations: bool,
    pub capacity: Capacity,
    /// `None` for one attempt and one request per invocation.
    invocation: Option<Box<Invocation>>,
    /// The values of its platform keys; `None` if it states none.
    of_platforms: Option<Box<PlatformValues>>,
    pub budget: Option<Box<Budget>>,
    container: Option<Box<Container>>,
    /// Its tags and account; `None` if it states none.
    labels: Option<Box<Labels>>,
    /// The costs of `[[function.extra]]`.
    extras: Option<Arc<[Extra]>>,
    /// `None` for a function that shares containers with no other.
    pub(super) service: Option<Box<Membership>>,
    /// The keys that `--set` has changed.
    pub(crate) set: Option<Box<[ChangedKey]>>,
    /// Its stated values; `None` unless they are kept.
    pub(crate) stated: Option<Box<[(Field, StatedValue)]>>,
}

/// The mean effect of billing each call in whole milliseconds, ms.
fn rounding_up() -> Decimal {
    Decimal::new(5, 1)
}

impl Function {
    pub(crate) fn container(&self) -> &Container {
        self.container
            .as_deref()
            .unwrap_or(&container::LIKE_FOR_LIKE)
    }

    /// The values of a platform's keys, found by their type; `None` if the function states none of
    /// them.
    pub(crate) fn of<T: PlatformValue>(&self) -> Option<&T> {
        self.of_platforms.as_ref()?.get()
    }

    /// The same function with other values of a platform's keys.
    pub(crate) fn with<T: PlatformValue>(&self, value: T) -> Self {
        let values = self.of_platforms.as_deref();
        let values = values.map_or_else(PlatformValues::default, Clone::clone);
        Self {
            of_platforms: Some(Box::new(values.with(value))),
            ..self.clone()
        }
    }

    /// The costs of `[[function.extra]]`.
    pub(crate) fn extras(&self) -> &[Extra] {
        self.extras.as_deref().unwrap_or_default()
    }

    /// True for a function without keys for containers.
    pub(crate) fn is_like_for_like(&self) -> bool {
        self.container.is_none()
    }

    /// True for a function that states its CPU time, or how many requests a task carries.
    pub(crate) fn states_cpu(&self) -> bool {
        self.container().cpu_ms.is_some() || self.is_measured()
    }

    /// True for a service that leaves what a request needs of a container to Lambda's numbers.
    pub(crate) fn has_unstated_need(&self) -> bool {
        let container = self.container();
        let is_stated = container.cpu_ms.is_some() && container.memory_per_request_mb.is_some();
        self.is_service() && !is_stated && !self.is_measured()
    }

    /// True for a function that states how many requests a task of a stated size carries.
    pub(crate) fn is_measured(&self) -> bool {
        let container = self.container();
        container.requests_per_task.is_some() && container.task.is_some()
    }

    pub(crate) fn is_service(&self) -> bool {
        self.container().run == Run::Service
    }

    /// Its tags, by name.
    pub(crate) fn tags(&self) -> &[Tag] {
        self.labels.as_ref().map_or(&[], |labels| &labels.tags)
    }

    /// The value of a tag.
    pub(crate) fn tag(&self, name: &str) -> Option<&str> {
        let found = self.tags().iter().find(|tag| *tag.name == *name);
        found.map(|tag| &*tag.value)
    }

    /// The id of its AWS account, if stated.
    pub(crate) fn account(&self) -> Option<&str> {
        self.labels.as_ref()?.account.as_deref()
    }

    /// Id of the platform on which it runs today; Lambda if it states none.
    pub(crate) fn home(&self) -> &'static str {
        self.runs_on.unwrap_or("lambda")
    }

    pub fn container_architecture(&self) -> Architecture {
        self.container().architecture.unwrap_or(self.architecture)
    }

    /// The duration as stated, ms.
    pub(crate) fn stated_duration_ms(&self) -> Decimal {
        if self.measured {
            self.duration_ms - rounding_up()
        } else {
            self.duration_ms
        }
    }

    /// Hours a month for which its containers run, in a month of these hours.
    pub fn fleet_hours(&self, month: &Exact) -> Exact {
        let stated = self.container().hours_per_month;
        stated.map_or_else(|| month.clone(), Exact::from)
    }

    /// Mean concurrency for one invocation a month, in the hours for which its containers run.
    pub fn concurrency_per_call(&self, month: &Exact) -> Exact {
        let hours = self.fleet_hours(month);
        let month_ms = &hours * &Exact::from(SECONDS_PER_HOUR * MS_PER_SECOND);
        let duration = self.of_attempts(Exact::from(self.duration_ms));
        duration
            .over(&month_ms)
            .expect("containers run for some time, by the bounds of their key")
    }

    /// Mean attempts per invocation, with retries.
    pub(crate) fn attempts(&self) -> Exact {
        self.of_attempts(Exact::ONE)
    }

    /// The amount for one invocation, given the amount for each attempt.
    pub(crate) fn of_attempts(&self, amount: Exact) -> Exact {
        match &self.invocation {
            Some(invocation) => &amount * &invocation.attempts,
            None => amount,
        }
    }

    /// True for a function whose invocations are billed as one request each.
    pub(crate) fn is_one_request(&self) -> bool {
        self.invocation.is_none()
    }

    /// Requests that Lambda bills for one invocation: its attempts, and the additional requests of
    /// an event above 256 KB.
    pub(crate) fn billed_requests(&self) -> Qty<Request> {
        Request::of(match &self.invocation {
            Some(invocation) => &invocation.attempts + &Exact::from(invocation.further_requests),
            None => Exact::ONE,
        })
    }
}
