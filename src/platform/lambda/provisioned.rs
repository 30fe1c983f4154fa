//! Provisioned concurrency: environments that are paid for while they are kept, and a lower rate for
//! the duration on them.
//!
//! Rules: AWS Lambda pricing page. The time that it is enabled is rounded up to five minutes; what
//! does not find such an environment is on demand; the free tier does not apply to it.

use super::duration::{gb_seconds, served_ms};
use super::keys::keys_of;
use crate::exact::Exact;
use crate::money::Rate;
use crate::scenario::Function;
use crate::units::{GbSecond, MB_PER_GB, Qty, SECONDS_PER_HOUR, Unit};

/// Steps of an hour in which it is billed: five minutes.
const STEPS_PER_HOUR: u32 = 12;

/// The utilization from which an environment costs less than the same duration on demand, all at
/// rates per GB-second; `None` where it never does.
///
/// `kept / (on demand - on it)`; above 1 it cannot be reached.
pub fn break_even(
    kept: &Rate<GbSecond>,
    on_it: &Rate<GbSecond>,
    on_demand: &Rate<GbSecond>,
) -> Option<Exact> {
    let saved = on_demand.per_unit() - on_it.per_unit();
    let share = kept.per_unit().over(&saved)?;
    share.is_positive().then_some(share)
}

/// GB-seconds of environments kept in a month.
pub fn kept_gb_seconds(function: &Function) -> Option<Qty<GbSecond>> {
    let provisioned = keys_of(function).provisioned.as_ref()?;
    let steps = &provisioned.hours * &Exact::from(STEPS_PER_HOUR);
    let steps = steps.ceil().expect("a month has 744 hours at most");
    let seconds = &Exact::whole(steps) * &Exact::from(SECONDS_PER_HOUR / STEPS_PER_HOUR);
    let memory = Exact::ratio(function.memory_mb.into(), MB_PER_GB.into());
    let memory = &Exact::from(provisioned.environments) * &memory;
    Some(GbSecond::of(&memory * &seconds))
}

/// GB-seconds on such environments, averaged over all invocations.
pub fn served_gb_seconds(function: &Function) -> Option<Qty<GbSecond>> {
    keys_of(function).provisioned.as_ref()?;
    Some(gb_seconds(function.memory_mb, &served_ms(function)))
}

/// Share of the time that is paid for in which the environments work.
pub fn utilization(function: &Function) -> Option<Exact> {
    let served = served_gb_seconds(function)?.times(&Exact::from(function.invocations));
    served.over(&kept_gb_seconds(function)?)
}
