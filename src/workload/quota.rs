//! What functions ask of Lambda's account quotas.
//!
//! Rules: AWS Lambda developer guide, quotas and concurrency: concurrent executions are counted per
//! account and region, and ten requests a second come with each of them.

use super::{Function, Scenario};
use crate::diag::{Code, Diag};
use crate::exact::Exact;
use crate::money::{count, grouped};
use crate::units::MS_PER_SECOND;
use std::sync::Arc;

/// Concurrent executions that every account has in a region unasked; new accounts may have fewer.
pub const GRANTED: u128 = 1000;
/// Requests a second for each concurrent execution of the quota.
const RATE_PER_EXECUTION: u32 = 10;

/// What the functions of a region need at their peaks, all at once.
#[derive(Debug, Clone)]
pub struct Demand {
    /// The region.
    pub region: Arc<str>,
    /// Concurrent executions.
    pub concurrency: Exact,
    /// Requests a second.
    pub rate: Exact,
}

impl Demand {
    /// The quota of concurrent executions that is enough for both.
    pub fn quota(&self) -> u128 {
        let by_rate = self.rate.over(&Exact::from(RATE_PER_EXECUTION));
        let most = by_rate.map_or(self.concurrency.clone(), |by_rate| {
            by_rate.max(self.concurrency.clone())
        });
        most.ceil().unwrap_or(u128::MAX)
    }

    /// `1,736.2 concurrent executions and 17,362.0 requests a second`.
    pub fn describe(&self) -> String {
        let shown = |amount: &Exact| grouped(&amount.to_fixed(1));
        format!(
            "{} concurrent executions and {} requests a second",
            shown(&self.concurrency),
            shown(&self.rate)
        )
    }
}

/// What the functions that can run on Lambda need in every region.
pub fn demands(scenario: &Scenario) -> Vec<Demand> {
    let none = |region: &super::RegionName| Demand {
        region: Arc::clone(&region.name),
        concurrency: Exact::ZERO,
        rate: Exact::ZERO,
    };
    let mut demands: Vec<Demand> = scenario.regions.iter().map(none).collect();
    let able = |function: &&Function| function.is_within_lambda_limits();
    for function in scenario.functions.iter().filter(able) {
        let Some(demand) = demands.get_mut(usize::from(function.region)) else {
            continue;
        };
        let peak = function.peak_concurrency(&scenario.hours);
        let a_second = Exact::from(MS_PER_SECOND).over(&Exact::from(function.duration_ms));
        let rate = &peak * &a_second.unwrap_or(Exact::ZERO);
        // Environments that are kept count whether they work or not.
        let kept = function.provisioned.as_ref();
        let kept = kept.map_or(Exact::ZERO, |kept| Exact::from(kept.environments));
        demand.concurrency = &demand.concurrency + &peak.max(kept);
        demand.rate = &demand.rate + &rate;
    }
    demands
}

/// What is beyond the quota that the scenario states.
pub fn check(scenario: &Scenario) -> Vec<Diag> {
    let Some((quota, at)) = &scenario.lambda.concurrency_quota else {
        return Vec::new();
    };
    if !scenario.platforms.contains(&"lambda") {
        return Vec::new();
    }
    let beyond = demands(scenario)
        .into_iter()
        .filter(|demand| demand.quota() > u128::from(*quota));
    let wrong = |demand: Demand| {
        let message = format!(
            "{} exceed the quota in {}",
            demand.describe(),
            demand.region
        );
        let help = format!(
            "{} executions allow {} requests a second: ask AWS for a quota of {}, or lower the \
             capacity",
            count((*quota).into()),
            count(u128::from(*quota) * u128::from(RATE_PER_EXECUTION)),
            count(demand.quota())
        );
        Diag::new(Code::OverQuota, message)
            .at(at.clone())
            .help(help)
    };
    beyond.map(wrong).collect()
}
