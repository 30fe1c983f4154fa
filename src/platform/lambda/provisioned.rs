//! Provisioned concurrency: a price for the time that environments are kept, and a lower rate for
//! the duration on them.
//!
//! Rules: AWS Lambda pricing page. The kept time is rounded up to five minutes; other invocations
//! are on demand; the free tier does not apply.

use super::duration::{gb_seconds, served_ms};
use super::keys::{LambdaKeys, Provisioned, keys_of};
use crate::exact::Exact;
use crate::money::Rate;
use crate::scenario::Function;
use crate::units::{GbSecond, MB_PER_GB, Qty, SECONDS_PER_HOUR, Unit};
use rust_decimal::Decimal;

/// Billing steps per hour: it is billed in steps of five minutes.
const STEPS_PER_HOUR: u32 = 12;

/// The utilization above which an environment costs less than on-demand duration; `None` if it
/// never does. The rates are per GB-second.
///
/// `kept / (on demand - on it)`. A result above 1 cannot be reached.
pub(crate) fn break_even(
    kept: &Rate<GbSecond>,
    on_it: &Rate<GbSecond>,
    on_demand: &Rate<GbSecond>,
) -> Option<Exact> {
    let saved = on_demand.per_unit() - on_it.per_unit();
    if !saved.is_positive() {
        return None;
    }
    kept.per_unit().over(&saved)
}

/// GB-seconds of the environments kept in a month.
pub(crate) fn kept_gb_seconds(function: &Function) -> Option<Qty<GbSecond>> {
    let provisioned = keys_of(function).provisioned.as_ref()?;
    let steps = &provisioned.hours * &Exact::from(STEPS_PER_HOUR);
    let steps = steps.ceil().expect("a month has 744 hours at most");
    let seconds = &Exact::whole(steps) * &Exact::from(SECONDS_PER_HOUR / STEPS_PER_HOUR);
    let memory = Exact::ratio(function.memory_mb.into(), MB_PER_GB.into());
    let memory = &Exact::from(provisioned.environments) * &memory;
    Some(GbSecond::of(&memory * &seconds))
}

/// GB-seconds on these environments, as the mean over all invocations.
pub(crate) fn served_gb_seconds(function: &Function) -> Option<Qty<GbSecond>> {
    keys_of(function).provisioned.as_ref()?;
    Some(gb_seconds(function.memory_mb, &served_ms(function)))
}

/// The invocations of a month from which the environments are busy all the time: what comes on top is
/// billed on demand. `None` if no invocation runs on one.
pub(crate) fn most_invocations(function: &Function) -> Option<Exact> {
    let provisioned = keys_of(function).provisioned.as_ref()?;
    provisioned.kept_ms().over(&served_ms(function))
}

/// The function without invocations that find a provisioned environment: Lambda bills its further
/// invocations in this way.
pub(crate) fn unserved(function: &Function) -> Option<Function> {
    let keys = keys_of(function);
    let provisioned = keys.provisioned.as_deref()?;
    let provisioned = Provisioned {
        share_served: Decimal::ZERO,
        ..provisioned.clone()
    };
    Some(function.with(LambdaKeys {
        provisioned: Some(Box::new(provisioned)),
        ..keys.clone()
    }))
}

/// Share of the paid time in which the environments run invocations.
pub(crate) fn utilization(function: &Function) -> Option<Exact> {
    let served = served_gb_seconds(function)?.times(&Exact::from(function.invocations));
    served.over(&kept_gb_seconds(function)?)
}
