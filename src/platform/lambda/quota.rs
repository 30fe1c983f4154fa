//! The use of Lambda's account quotas.
//!
//! Rules: AWS Lambda developer guide, quotas and concurrency. Concurrent executions are counted per
//! account and region, and each of them allows ten requests a second.

use super::infeasible;
use super::keys::keys_of;
use super::limits::{GRANTED_CONCURRENCY, RATE_PER_EXECUTION};
use super::options::LambdaOptions;
use crate::diag::{Code, Diag};
use crate::exact::{BoundedSum, Exact};
use crate::money::{count, grouped};
use crate::scenario::{Function, Scenario};
use crate::units::MS_PER_SECOND;
use std::sync::Arc;

/// The sum of the peaks of all functions in a region.
#[derive(Debug, Clone)]
pub(crate) struct QuotaNeed {
    pub region: Arc<str>,
    /// The concurrency quota that is enough for both executions and requests.
    pub quota: Exact,
    /// Those needs that exceed the quota: `1,737 concurrent executions and 17,362 requests a second`.
    pub described: String,
}

struct Peak {
    concurrency: Exact,
    requests_per_second: Exact,
}

/// The need of each region with more than AWS grants by default.
pub(crate) fn demands_beyond_granted(scenario: &Scenario) -> Vec<QuotaNeed> {
    demands_beyond(scenario, GRANTED_CONCURRENCY)
}

/// The need of each region with more than `quota`, for functions that can run on Lambda.
fn demands_beyond(scenario: &Scenario, quota: u128) -> Vec<QuotaNeed> {
    let mut sums = vec![[BoundedSum::ZERO; 2]; scenario.regions.len()];
    for function in runnable(scenario) {
        let peak = Peak::of(function, scenario);
        // In a refused scenario, a function may have no region.
        let Some([concurrency, rate]) = sums.get_mut(usize::from(function.region)) else {
            continue;
        };
        concurrency.add(&peak.concurrency);
        rate.add(&peak.requests_per_second);
    }
    let regions = sums.iter().enumerate();
    let beyond = |(region, sums)| demand_beyond(scenario, region, sums, quota);
    regions.filter_map(beyond).collect()
}

/// The functions that can run on Lambda.
fn runnable(scenario: &Scenario) -> impl Iterator<Item = &Function> {
    let functions = scenario.functions.iter();
    functions.filter(|function| infeasible(function).is_none())
}

impl Peak {
    fn of(function: &Function, scenario: &Scenario) -> Self {
        let demand = function.demand(&scenario.hours);
        let busy = demand.capacity();
        let a_second = Exact::from(MS_PER_SECOND).over(&Exact::from(function.duration_ms));
        let a_second = a_second.expect("a duration is above zero by the bounds of its key");
        Self {
            requests_per_second: busy * &a_second,
            concurrency: match &keys_of(function).provisioned {
                // Kept environments count whether they are busy or not.
                Some(kept) => busy.clone().max(Exact::from(kept.environments)),
                None => busy.clone(),
            },
        }
    }
}

fn demand_beyond(
    scenario: &Scenario,
    region: usize,
    [concurrency, rate]: &[BoundedSum; 2],
    granted: u128,
) -> Option<QuotaNeed> {
    let terms = |of: fn(Peak) -> Exact| {
        let here =
            runnable(scenario).filter(move |function| usize::from(function.region) == region);
        move || {
            here.map(|function| of(Peak::of(function, scenario)))
                .collect()
        }
    };
    let concurrencies = || terms(|peak| peak.concurrency);
    let rates = || terms(|peak| peak.requests_per_second);
    let executions = Exact::ratio(1, RATE_PER_EXECUTION.into());
    let by_rate = |amount: &Exact| (amount * &executions).rounded_up();
    let by_concurrency = concurrency.settle(Exact::rounded_up, concurrencies());
    let by_rate = rate.settle(by_rate, rates());
    let granted = Exact::whole(granted);
    let mut exceeding = Vec::new();
    if by_concurrency > granted {
        let needed = grouped(&by_concurrency.to_fixed(0));
        exceeding.push(format!("{needed} concurrent executions"));
    }
    if by_rate > granted {
        let needed = rate.settle(Exact::rounded_up, rates());
        let needed = grouped(&needed.to_fixed(0));
        exceeding.push(format!("{needed} requests a second"));
    }
    (!exceeding.is_empty()).then(|| QuotaNeed {
        region: Arc::clone(&scenario.regions[region].name),
        quota: by_concurrency.max(by_rate),
        described: exceeding.join(" and "),
    })
}

/// The errors for regions that need more than the quota in the scenario.
pub(crate) fn check(scenario: &Scenario) -> Vec<Diag> {
    let options: &LambdaOptions = scenario.options.of();
    let Some((quota, at)) = &options.concurrency_quota else {
        return Vec::new();
    };
    let beyond = demands_beyond(scenario, (*quota).into()).into_iter();
    let wrong = |demand: QuotaNeed| {
        let message = format!("{} exceed the quota in {}", demand.described, demand.region);
        let help = format!(
            "a quota of {} executions allows {} requests a second: request a quota of {} from AWS, \
             or lower the capacity",
            count((*quota).into()),
            count(u128::from(*quota) * u128::from(RATE_PER_EXECUTION)),
            grouped(&demand.quota.to_fixed(0))
        );
        Diag::new(Code::OverQuota, message)
            .at(at.clone())
            .help(help)
    };
    beyond.map(wrong).collect()
}
