//! Billed milliseconds and GB-seconds of an invocation: the mean over all invocations, with every
//! attempt counted.

use super::keys::keys_of;
use crate::exact::Exact;
use crate::scenario::Function;
use crate::units::{GbSecond, MB_PER_GB, MS_PER_SECOND, Qty, Unit};

pub(crate) fn gb_seconds(mb: u32, ms: &Exact) -> Qty<GbSecond> {
    GbSecond::of(ms * &Exact::ratio(mb.into(), (MB_PER_GB * MS_PER_SECOND).into()))
}

/// Billed milliseconds of the handler for on-demand invocations.
pub(crate) fn on_demand_ms(function: &Function) -> Exact {
    on_demand(function, Exact::from(function.duration_ms))
}

/// Billed milliseconds of the handler on provisioned environments.
pub(crate) fn served_ms(function: &Function) -> Exact {
    match &keys_of(function).provisioned {
        Some(provisioned) => {
            let duration = Exact::from(provisioned.duration_ms);
            function.of_attempts(&Exact::from(provisioned.share_served) * &duration)
        }
        None => Exact::ZERO,
    }
}

/// The part of an amount that is used on demand, with all attempts.
fn on_demand(function: &Function, amount: Exact) -> Exact {
    let amount = function.of_attempts(amount);
    match &keys_of(function).provisioned {
        Some(provisioned) => &amount * &(&Exact::ONE - &Exact::from(provisioned.share_served)),
        None => amount,
    }
}

/// GB-seconds of the handler for on-demand invocations.
pub(crate) fn handler_gb_seconds(function: &Function) -> Qty<GbSecond> {
    gb_seconds(function.memory_mb, &on_demand_ms(function))
}

/// GB-seconds of initialization; `None` if no cold starts are stated.
///
/// Invocations on provisioned environments do not start cold.
pub(crate) fn init_gb_seconds(function: &Function) -> Option<Qty<GbSecond>> {
    let cold = keys_of(function).cold_start.as_ref()?;
    let mean_ms = &Exact::from(cold.rate) * &Exact::from(cold.init_ms);
    Some(gb_seconds(
        function.memory_mb,
        &on_demand(function, mean_ms),
    ))
}

/// GB-seconds of on-demand duration, with initialization.
pub(crate) fn gb_seconds_per_call(function: &Function) -> Qty<GbSecond> {
    let handler = handler_gb_seconds(function);
    match init_gb_seconds(function) {
        Some(init) => &handler + &init,
        None => handler,
    }
}
