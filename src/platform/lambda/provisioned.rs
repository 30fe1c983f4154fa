//! Provisioned concurrency: environments that are paid for while they are kept, and a lower rate for
//! the duration on them.
//!
//! Rules: AWS Lambda pricing page. The time that it is enabled is rounded up to five minutes; what
//! does not find such an environment is on demand; the free tier does not apply to it.

use crate::catalog::{Architecture, Price, Regional};
use crate::diag::Diag;
use crate::exact::Exact;
use crate::units::{GbSecond, MB_PER_GB, SECONDS_PER_HOUR};
use crate::workload::Function;

/// Steps of an hour in which it is billed: five minutes.
const STEPS_PER_HOUR: u32 = 12;

/// What it costs.
#[derive(Clone)]
pub struct Rates {
    /// Environments kept.
    pub concurrency: Price<GbSecond>,
    /// Duration on them.
    pub duration: Price<GbSecond>,
}

impl Rates {
    /// The rates of an architecture in a region.
    pub fn find(regional: &Regional, architecture: Architecture) -> Result<Self, Diag> {
        let path = |meter: &str| format!("lambda.{}.provisioned_{meter}", architecture.name());
        Ok(Self {
            concurrency: regional.price(&path("concurrency"))?,
            duration: regional.price(&path("duration"))?,
        })
    }

    /// The utilization from which an environment costs less than the same duration at an on-demand
    /// rate; `None` where it never does.
    ///
    /// `kept / (on demand - on it)`; above 1 it cannot be reached.
    pub fn break_even(&self, on_demand: &Exact) -> Option<Exact> {
        let saved = on_demand - self.duration.rate.per_unit();
        let share = self.concurrency.rate.per_unit().over(&saved)?;
        share.is_positive().then_some(share)
    }
}

/// GB-seconds of environments kept in a month.
pub fn kept_gb_seconds(function: &Function) -> Exact {
    let Some(provisioned) = &function.provisioned else {
        return Exact::ZERO;
    };
    let steps = &provisioned.hours * &Exact::from(STEPS_PER_HOUR);
    // Bounded by the hours of a month.
    let steps = Exact::whole(steps.ceil().unwrap_or_default());
    let seconds = &steps * &Exact::from(SECONDS_PER_HOUR / STEPS_PER_HOUR);
    let memory = Exact::ratio(function.memory_mb.into(), MB_PER_GB.into());
    &(&Exact::from(provisioned.environments) * &memory) * &seconds
}

/// Milliseconds on such environments, averaged over all invocations.
pub fn served_ms(function: &Function) -> Exact {
    match &function.provisioned {
        Some(provisioned) => {
            &Exact::from(provisioned.share_served) * &Exact::from(provisioned.duration_ms)
        }
        None => Exact::ZERO,
    }
}

/// The same in GB-seconds.
pub fn served_gb_seconds(function: &Function) -> Exact {
    super::member::gb_seconds(function.memory_mb, &served_ms(function))
}

/// Share of the time that is paid for in which the environments work.
pub fn utilization(function: &Function) -> Option<Exact> {
    let served = &served_gb_seconds(function) * &Exact::from(function.invocations);
    served.over(&kept_gb_seconds(function))
}
