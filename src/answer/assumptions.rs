//! Assumptions that come from what functions leave unsaid, each printed whenever it is in force.

use crate::exact::Exact;
use crate::money::percent;
use crate::platform::Notes;
use crate::pricebook::{Commitments, Coverage, Plan, Regional};
use crate::scenario::{Capacity, Function, Run, Scenario};
use crate::text::{listed, quoted};
use crate::units::{HOURS_PER_MONTH, MB_PER_VCPU};
use rust_decimal::Decimal;

/// Names that are listed; of the rest the number is given.
const NAMED: usize = 3;

/// An assumption, and the functions for which it is made.
type AssumptionRule = (&'static str, fn(&Function) -> bool);

/// Notes what the functions assume.
pub fn of_functions(scenario: &Scenario, notes: &mut Notes) {
    let rules: [AssumptionRule; 11] = [
        (
            "measured_duration_ms: half a millisecond is added, the mean effect of billing each \
             call in whole milliseconds",
            |function| function.measured,
        ),
        (
            "requests_per_second is rounded to whole invocations a month",
            |function| function.rounded_invocations,
        ),
        (
            "like for like: a request gets the vCPU share that Lambda gives at its memory, \
             MB / 1,769 (cpu_ms states what it really needs)",
            |function| function.container().cpu_ms.is_none() && !measured(function),
        ),
        (
            "cpu_ms is more CPU time than Lambda gives in that duration at that memory: it is taken \
             as it is stated",
            |function| needs_more_than_lambda(function),
        ),
        (
            "a request in flight takes the function's whole memory in a container \
             (memory_per_request_mb states what it really needs)",
            |function| function.container().memory_per_request_mb.is_none() && !measured(function),
        ),
        (
            "containers need no base memory (base_memory_mb)",
            |function| function.container().base_memory_mb.is_zero() && !measured(function),
        ),
        (
            "containers are planned for full use of their capacity (target_utilization = 1)",
            |function| {
                function.is_service() && function.container().target_utilization == Decimal::ONE
            },
        ),
        (
            "at least 2 tasks or pods, for two Availability Zones (min_tasks)",
            |function| function.is_service() && function.container().min_tasks == 2,
        ),
        (
            "no traffic: the crossover is that of one request in flight",
            |function| {
                let peak_is_stated = matches!(function.capacity, Capacity::Peak(_));
                function.is_service() && function.invocations == 0 && !peak_is_stated
            },
        ),
        (
            "--region replaces the region that the function names",
            |function| function.moved,
        ),
        (
            "runs_on is not stated: the function runs on Lambda today",
            |function| function.runs_on.is_none(),
        ),
    ];
    for (text, holds) in rules {
        if let Some(whose) = whose(scenario, holds) {
            notes.assume(format!("{text}{whose}"));
        }
    }
    of_jobs(scenario, notes);
    let usual = scenario.hours == Exact::from(HOURS_PER_MONTH);
    let as_aws = if usual {
        ", as in AWS's own calculator"
    } else {
        ""
    };
    notes.assume(format!("a month has {} hours{as_aws}", scenario.hours));
}

/// Notes what functions assume whose containers run by the job.
fn of_jobs(scenario: &Scenario, notes: &mut Notes) {
    if let Some(whose) = whose(scenario, |function| !function.is_service()) {
        let text = "container.run = \"job\": each job runs the mean duration, rounded up to a whole \
                    second, in a separate task; at least a minute is billed, five on Windows";
        notes.assume(format!("{text}{whose}"));
    }
    let unpulled =
        |function: &Function| function.container().run == Run::Job { pull_seconds: None };
    if let Some(whose) = whose(scenario, unpulled) {
        let text = "the pull of each job's image (container.pull_seconds)";
        notes.leave_out(format!("{text}{whose}"));
    }
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
    notes.assume(format!(
        "{} of {} in US dollars{}",
        match scenario.terms {
            Some(_) => "list prices, lowered as below,",
            None => "on-demand list prices",
        },
        listed(&regions),
        oldest.unwrap_or_default()
    ));
    if let Some(terms) = &scenario.terms {
        of_terms(terms, notes);
    }
    let overlaid = prices.iter().filter(|regional| regional.is_overlaid());
    let overlaid: Vec<&str> = overlaid.map(|regional| &**regional.name()).collect();
    if !overlaid.is_empty() {
        notes.assume(format!("--prices replaces prices of {}", listed(&overlaid)));
    }
    notes.leave_out(
        "load balancers, NAT gateways, data transfer, logs, container images, taxes and support",
    );
}

fn of_terms(terms: &Commitments, notes: &mut Notes) {
    if let Some(commitment) = &terms.commitment {
        let plan = commitment.describe();
        notes.assume(match &commitment.coverage {
            Coverage::Share(share) => format!(
                "{plan} covers {} of the usage of each meter that it lowers; what is committed to is \
                 used up",
                percent(share)
            ),
            Coverage::Hourly(usd) => format!(
                "{plan}: on each platform ${usd} an hour are spent on what all functions use there \
                 at list prices, even over the month, the greatest saving first; the coverage that \
                 this gives is held while traffic varies, and what is left over is in no bill"
            ),
        });
        notes.assume(match commitment.plan {
            Plan::Compute => {
                "the commitment lowers the first tier of Lambda's duration alone, and neither \
                 requests, fees, storage nor Spot"
            }
            Plan::Instance | Plan::Reserved => "the commitment lowers EC2 instances alone",
        });
    }
    for discount in &terms.discounts {
        let (path, share) = (&discount.path, percent(&discount.share));
        notes.assume(format!(
            "{share} off the list price of {path} ([discounts])"
        ));
    }
    notes.assume("figures \"on demand\", and those before an arrow, are at list prices");
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

/// The functions for which something holds, unless it holds for all; `None` where it does for none.
fn whose(scenario: &Scenario, holds: impl Fn(&Function) -> bool) -> Option<String> {
    let functions = scenario.functions.iter();
    let names: Vec<&str> = functions
        .filter(|function| holds(function))
        .map(|function| function.name.as_ref())
        .collect();
    if names.is_empty() {
        return None;
    }
    if names.len() == scenario.functions.len() {
        return Some(String::new());
    }
    let mut shown: Vec<String> = names.iter().take(NAMED).map(|name| quoted(name)).collect();
    if names.len() > NAMED {
        shown.push(format!("{} more", names.len() - NAMED));
    }
    Some(format!(": {}", listed(&shown)))
}
