//! Assumptions that come from what functions leave unsaid and from the prices; those of a platform
//! are in its folder.

use crate::exact::Exact;
use crate::money::percent;
use crate::platform::{Assumption, AssumptionInfo, Notes, PLATFORMS, assumptions};
use crate::pricebook::{Commitments, Coverage, Plan, Regional};
use crate::scenario::{Capacity, Function, Run, Scenario};
use crate::text::{listed, quoted};
use crate::units::{HOURS_PER_MONTH, MB_PER_VCPU};
use rust_decimal::Decimal;

/// Names that are listed before it is said how many more there are.
const NAMED: usize = 3;

assumptions! {
    MEASURED_DURATION: Assumed = "measured-duration",
        "measured_duration_ms: half a millisecond is added, the mean effect of billing each call \
         in whole milliseconds";
    ROUNDED_INVOCATIONS: Assumed = "rounded-invocations",
        "requests_per_second is rounded to whole invocations a month";
    LIKE_FOR_LIKE: Assumed = "like-for-like",
        "like for like: a request gets the vCPU share that Lambda gives at its memory, MB / 1,769 \
         (cpu_ms states what it really needs)";
    MORE_CPU_THAN_LAMBDA: Assumed = "more-cpu-than-lambda",
        "cpu_ms is more CPU time than Lambda gives in that duration at that memory: it is taken \
         as it is stated";
    WHOLE_MEMORY: Assumed = "whole-memory",
        "a request in flight takes the function's whole memory in a container \
         (memory_per_request_mb states what it really needs)";
    NO_BASE_MEMORY: Assumed = "no-base-memory",
        "containers need no base memory (base_memory_mb)";
    FULL_USE: Assumed = "full-use",
        "containers are planned for full use of their capacity (target_utilization = 1)";
    TWO_TASKS: Assumed = "two-tasks",
        "at least 2 tasks or pods, for two Availability Zones (min_tasks)";
    NO_TRAFFIC: Assumed = "no-traffic",
        "no traffic: the crossover is that of one request in flight";
    MOVED_REGION: Assumed = "moved-region",
        "--region replaces the region that the function names";
    RUNS_ON_LAMBDA: Assumed = "runs-on-lambda",
        "runs_on is not stated: the function runs on Lambda today";
    JOBS: Assumed = "jobs",
        "container.run = \"job\": each job runs the mean duration, rounded up to a whole second, \
         in a separate task; at least a minute is billed, five on Windows";
    JOB_PULLS: NotCounted = "job-pulls",
        "the pull of each job's image (container.pull_seconds)";
    HOURS: Assumed = "hours", "a month has {hours} hours";
    USUAL_HOURS: Assumed = "usual-hours",
        "a month has {hours} hours, as in AWS's own calculator";
    LIST_PRICES: Assumed = "list-prices",
        "on-demand list prices of {regions} in US dollars{oldest}";
    LOWERED_PRICES: Assumed = "lowered-prices",
        "list prices, lowered as below, of {regions} in US dollars{oldest}";
    COMMITMENT_SHARE: Assumed = "commitment-share",
        "{plan} covers {share} of the usage of each meter that it lowers; what is committed to is \
         used up";
    COMMITMENT_HOURLY: Assumed = "commitment-hourly",
        "{plan}: on each platform ${usd} an hour are spent on what all functions use there at list \
         prices, even over the month, the greatest saving first; the coverage that this gives is \
         held while traffic varies, and what is left over is in no bill";
    COMPUTE_PLAN: Assumed = "compute-savings-plan",
        "the commitment lowers the first tier of Lambda's duration alone, and neither requests, \
         fees, storage nor Spot";
    INSTANCE_PLAN: Assumed = "instance-commitment",
        "the commitment lowers EC2 instances alone";
    DISCOUNT: Assumed = "discount",
        "{share} off the list price of {meter} ([discounts])";
    ON_DEMAND_FIGURES: Assumed = "on-demand-figures",
        "figures \"on demand\", and those before an arrow, are at list prices";
    OVERLAY: Assumed = "overlay", "--prices replaces prices of {regions}";
    AROUND: NotCounted = "around-functions",
        "load balancers, NAT gateways, data transfer, logs, container images, taxes and support";
}

/// An assumption, and the functions for which it is made.
type AssumptionRule = (&'static AssumptionInfo, fn(&Function) -> bool);

/// What functions leave unsaid, in the order of answers.
const OF_FUNCTIONS: [AssumptionRule; 13] = [
    (&MEASURED_DURATION, |function| function.measured),
    (&ROUNDED_INVOCATIONS, |function| {
        function.rounded_invocations
    }),
    (&LIKE_FOR_LIKE, |function| {
        function.container().cpu_ms.is_none() && !measured(function)
    }),
    (&MORE_CPU_THAN_LAMBDA, needs_more_than_lambda),
    (&WHOLE_MEMORY, |function| {
        function.container().memory_per_request_mb.is_none() && !measured(function)
    }),
    (&NO_BASE_MEMORY, |function| {
        function.container().base_memory_mb.is_zero() && !measured(function)
    }),
    (&FULL_USE, |function| {
        function.is_service() && function.container().target_utilization == Decimal::ONE
    }),
    (&TWO_TASKS, |function| {
        function.is_service() && function.container().min_tasks == 2
    }),
    (&NO_TRAFFIC, |function| {
        let peak_is_stated = matches!(function.capacity, Capacity::Peak(_));
        function.is_service() && function.invocations == 0 && !peak_is_stated
    }),
    (&MOVED_REGION, |function| function.moved),
    (&RUNS_ON_LAMBDA, |function| function.runs_on.is_none()),
    (&JOBS, |function| !function.is_service()),
    (&JOB_PULLS, |function| {
        function.container().run == Run::Job { pull_seconds: None }
    }),
];

/// Notes what the functions assume.
pub fn of_functions(scenario: &Scenario, notes: &mut Notes) {
    for (assumption, holds) in OF_FUNCTIONS {
        let functions = scenario.functions.iter().enumerate();
        let made_for: Vec<usize> = functions
            .filter(|(_, function)| holds(function))
            .map(|(index, _)| index)
            .collect();
        if !made_for.is_empty() {
            notes.add(of_some(assumption, made_for, scenario));
        }
    }
    let usual = scenario.hours == Exact::from(HOURS_PER_MONTH);
    let hours = if usual { &USUAL_HOURS } else { &HOURS };
    notes.add(hours.with(&[("hours", &scenario.hours)]));
}

/// An assumption that is made for some functions; it names them unless they are all.
fn of_some(info: &AssumptionInfo, functions: Vec<usize>, scenario: &Scenario) -> Assumption {
    let mut assumption = info.holds();
    if functions.len() < scenario.functions.len() {
        let named = functions.iter().take(NAMED);
        let mut names: Vec<String> = named
            .map(|index| quoted(&scenario.functions[*index].name))
            .collect();
        if functions.len() > NAMED {
            names.push(format!("{} more", functions.len() - NAMED));
        }
        assumption.text += &format!(": {}", listed(&names));
    }
    assumption.functions = Some(functions);
    assumption
}

/// Notes what the prices are and leave out; `oldest` is the oldest of those in any bill.
pub fn of_prices(
    scenario: &Scenario,
    prices: &[Regional],
    oldest: Option<&str>,
    notes: &mut Notes,
) {
    let regions: Vec<&str> = prices.iter().map(|regional| &**regional.name()).collect();
    let oldest = oldest.map(|date| format!("; oldest price used: {date}"));
    let list_prices = match scenario.terms {
        Some(_) => &LOWERED_PRICES,
        None => &LIST_PRICES,
    };
    notes.add(list_prices.with(&[
        ("regions", &listed(&regions)),
        ("oldest", &oldest.unwrap_or_default()),
    ]));
    if let Some(terms) = &scenario.terms {
        of_terms(terms, notes);
    }
    let overlaid = prices.iter().filter(|regional| regional.is_overlaid());
    let overlaid: Vec<&str> = overlaid.map(|regional| &**regional.name()).collect();
    if !overlaid.is_empty() {
        notes.add(OVERLAY.with(&[("regions", &listed(&overlaid))]));
    }
    notes.add(AROUND.holds());
}

fn of_terms(terms: &Commitments, notes: &mut Notes) {
    if let Some(commitment) = &terms.commitment {
        let plan = commitment.describe();
        notes.add(match &commitment.coverage {
            Coverage::Share(share) => {
                COMMITMENT_SHARE.with(&[("plan", &plan), ("share", &percent(share))])
            }
            Coverage::Hourly(usd) => COMMITMENT_HOURLY.with(&[("plan", &plan), ("usd", usd)]),
        });
        notes.add(match commitment.plan {
            Plan::Compute => COMPUTE_PLAN.holds(),
            Plan::Instance | Plan::Reserved => INSTANCE_PLAN.holds(),
        });
    }
    for discount in &terms.discounts {
        let share = percent(&discount.share);
        notes.add(DISCOUNT.with(&[("share", &share), ("meter", &discount.path)]));
    }
    notes.add(ON_DEMAND_FIGURES.holds());
}

/// Every assumption that an answer can make, each once.
pub fn all() -> Vec<&'static AssumptionInfo> {
    let of_platforms = PLATFORMS
        .iter()
        .flat_map(|platform| platform.spec().assumptions);
    let mut all: Vec<&'static AssumptionInfo> = Vec::new();
    for assumption in [&ALL].into_iter().chain(of_platforms).copied().flatten() {
        // What platforms share is in the lists of each.
        if !all.contains(assumption) {
            all.push(assumption);
        }
    }
    all
}

/// True for a CPU time that cannot have been measured on Lambda at that memory.
fn needs_more_than_lambda(function: &Function) -> bool {
    let given = &Exact::from(function.duration_ms)
        * &Exact::ratio(function.memory_mb.into(), MB_PER_VCPU.into());
    let needed = function.container().cpu_ms.map(Exact::from);
    needed.is_some_and(|needed| needed > given)
}

fn measured(function: &Function) -> bool {
    function.container().requests_per_task.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_there_once_and_in_lower_case_with_dashes() {
        let all = all();
        for (number, assumption) in all.iter().enumerate() {
            let code = assumption.code;
            let is_plain =
                |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase());
            assert!(code.split('-').all(is_plain), "{code}");
            let earlier = &all[..number];
            assert!(earlier.iter().all(|one| one.code != code), "{code}");
        }
    }
}
