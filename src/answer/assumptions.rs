//! Assumptions about the month and the prices, and the list of all assumptions. Those about
//! functions are next to the keys of functions, and those of a platform are in its folder.

use super::Totals;
use crate::exact::Exact;
use crate::money::{grouped, percent};
use crate::platform::PLATFORMS;
use crate::pricebook::{Commitments, Coverage, Regional};
use crate::scenario::{
    Assumption, AssumptionInfo, Extra, Function, Notes, Scenario, assumptions, function,
};
use crate::text::{comma_separated, quoted};
use crate::units::HOURS_PER_MONTH;

assumptions! {
    HOURS: Assumed = "hours", "a month has {hours} hours";
    USUAL_HOURS: Assumed = "usual-hours",
        "a month has {hours} hours, as in AWS's own calculator";
    LIST_PRICES: Assumed = "list-prices",
        "on-demand list prices of {regions} in US dollars{oldest}";
    LOWERED_PRICES: Assumed = "lowered-prices",
        "list prices of {regions} in US dollars, lowered as stated below{oldest}";
    COMMITMENT_SHARE: Assumed = "commitment-share",
        "{plan} covers {share} of the usage of each meter that it lowers, and all of the commitment \
         is used";
    COMMITMENT_HOURLY: Assumed = "commitment-hourly",
        "{plan}: ${usd} an hour is paid whatever runs; it pays for usage at the plan's rates, the \
         greatest saving first, with traffic even over the month; the rest is on demand less \
         discounts, as are the parts of functions; there are no flips over volume";
    COMPUTE_PLAN: Assumed = "compute-savings-plan",
        "on Lambda the Savings Plan lowers only the first duration tier; it does not lower \
         requests, fees of EKS clusters and managed instances, storage or Spot";
    INSTANCE_PLAN: Assumed = "instance-commitment",
        "the commitment lowers only EC2 instances of {machines} in {region}";
    LAMBDA_RULE: Assumed = "lambda-rule",
        "where the price book has no rate of the Savings Plan for Lambda's duration, it is the price \
         of the first tier x 0.88 (no upfront) or x 0.83 (all upfront) with three significant \
         digits, the rule of all published rates (commitment.assume_lambda_rule)";
    UNCOVERED: Warning = "uncovered",
        "the commitment does not cover {meters} in {region}: the price book has no rate, so the list \
         price applies; to state the rate, give a folder with --prices that has {example}";
    UNUSED_DISCOUNT: Assumed = "discount-without-meter",
        "the discount on {meter} applies to nothing in {region}: there is no such price there";
    DISCOUNT: Assumed = "discount",
        "{share} off what {meter} costs otherwise ([discounts])";
    ON_DEMAND_FIGURES: Assumed = "on-demand-figures",
        "figures \"on demand\", and those before an arrow, are at list prices";
    OVERLAY: Assumed = "overlay", "{origin} replaces prices of {regions}";
    EXTRA: Assumed = "extra",
        "{name}, as stated: {costs} on {platforms}{region} ([[extra]]); a monthly cost is paid once and \
         divided equally";
    UNPAID_EXTRA: Assumed = "extra-without-function",
        "{name} ([[extra]]) is in no bill: no function is in {region}";
    UNSTATED_FRONT: Warning = "unstated-front",
        "Lambda and containers differ by less than $1 a million calls: an API Gateway or a load \
         balancer in front of the cheaper side can change the verdict (state it as an [[extra]], with 0 \
         if there is none)";
    UNSTATED_NEED: Warning = "unstated-need",
        "the verdict is close and assumes that a request needs Lambda's share of vCPUs and all of its \
         memory in a container: state container.cpu_ms and container.memory_per_request_mb";
    AROUND: NotCounted = "around-functions",
        "load balancers, API Gateway, NAT gateways, data transfer, logs (also those of Lambda), \
         container images, taxes and support{but}";
}

/// Adds the assumptions about the length of the month.
pub(crate) fn of_month(scenario: &Scenario, notes: &mut Notes) {
    let usual = scenario.hours == Exact::from(HOURS_PER_MONTH);
    let hours = if usual { &USUAL_HOURS } else { &HOURS };
    notes.add(hours.with(&[("hours", &scenario.hours)]));
}

/// Adds the assumptions about the prices and what they leave out.
pub(crate) fn of_prices(
    scenario: &Scenario,
    prices: &[Regional],
    totals: &Totals,
    notes: &mut Notes,
) {
    let regions: Vec<&str> = prices.iter().map(|regional| &**regional.name()).collect();
    let oldest = totals.oldest_price.as_deref();
    let oldest = oldest.map(|date| format!("; oldest price used: {date}"));
    let list_prices = match scenario.terms {
        Some(_) => &LOWERED_PRICES,
        None => &LIST_PRICES,
    };
    notes.add(list_prices.with(&[
        ("regions", &comma_separated(&regions)),
        ("oldest", &oldest.unwrap_or_default()),
    ]));
    if let Some(terms) = &scenario.terms {
        of_terms(terms, prices, notes);
        for (region, regional) in (0..).zip(prices) {
            let uncovered = totals.uncovered.iter();
            let here = uncovered.filter(|(one, _)| *one == region);
            let meters: Vec<&str> = here.map(|(_, meter)| &**meter).collect();
            if let [first, ..] = meters.as_slice() {
                notes.add(UNCOVERED.with(&[
                    ("meters", &several(&meters)),
                    ("region", regional.name()),
                    ("example", &terms.rate_to_state(first, regional)),
                ]));
            }
        }
    }
    let overlaid = prices.iter().filter(|regional| regional.is_overlaid());
    let overlaid: Vec<&str> = overlaid.map(|regional| &**regional.name()).collect();
    if let Some(regional) = prices.iter().find(|regional| regional.is_overlaid()) {
        notes.add(OVERLAY.with(&[
            ("origin", &regional.origin()),
            ("regions", &comma_separated(&overlaid)),
        ]));
    }
    notes.add_for_some(&UNSTATED_FRONT, totals.without_front.clone(), scenario);
    for extra in &scenario.extras {
        notes.add(of_extra(extra, scenario));
    }
    let of_functions = scenario.functions.iter().map(Function::extras);
    let is_stated = of_functions
        .chain([&*scenario.extras])
        .any(|one| !one.is_empty());
    let but = if is_stated {
        ", except what extras state"
    } else {
        ""
    };
    notes.add(AROUND.with(&[("but", &but)]));
}

/// Adds what is not stated about functions whose verdicts are close.
pub(super) fn of_close_verdicts(close: &[usize], scenario: &Scenario, notes: &mut Notes) {
    let is_unstated = |index: &&usize| scenario.functions[**index].has_unstated_need();
    let made_for = close.iter().filter(is_unstated).copied().collect();
    notes.add_for_some(&UNSTATED_NEED, made_for, scenario);
}

fn of_extra(extra: &Extra, scenario: &Scenario) -> Assumption {
    let name = quoted(&extra.name);
    let region = extra.region.as_deref();
    let mut regions = scenario.regions.iter();
    if let Some(region) = region.filter(|name| regions.all(|one| &*one.name != *name)) {
        return UNPAID_EXTRA.with(&[("name", &name), ("region", &region)]);
    }
    let monthly = (!extra.usd_per_month.is_zero())
        .then(|| format!("${} a month", grouped(&extra.usd_per_month.to_string())));
    let million = (!extra.usd_per_million_invocations.is_zero()).then(|| {
        let usd = extra.usd_per_million_invocations.to_string();
        format!("${} a million calls", grouped(&usd))
    });
    let costs: Vec<String> = [monthly, million].into_iter().flatten().collect();
    let costs = match &costs[..] {
        [] => "nothing".to_owned(),
        costs => costs.join(" and "),
    };
    let region = region.map(|name| format!(" in {name}"));
    EXTRA.with(&[
        ("name", &name),
        ("costs", &costs),
        ("platforms", &comma_separated(&extra.platforms)),
        ("region", &region.unwrap_or_default()),
    ])
}

/// A sentence names at most this many meters; above that, it states the number of the others.
const MOST_METERS: usize = 6;

fn several(meters: &[&str]) -> String {
    if meters.len() <= MOST_METERS {
        return comma_separated(meters);
    }
    let (named, others) = meters.split_at(MOST_METERS - 1);
    format!("{} and {} more", comma_separated(named), others.len())
}

fn of_terms(terms: &Commitments, prices: &[Regional], notes: &mut Notes) {
    if let Some(commitment) = &terms.commitment {
        let plan = commitment.describe();
        notes.add(match &commitment.coverage {
            Coverage::Share(share) => {
                COMMITMENT_SHARE.with(&[("plan", &plan), ("share", &percent(share))])
            }
            Coverage::Hourly(usd) => COMMITMENT_HOURLY.with(&[("plan", &plan), ("usd", usd)]),
        });
        notes.add(match &commitment.scope {
            None => COMPUTE_PLAN.holds(),
            Some(scope) => {
                let region = scope.region.as_deref();
                let region = region.unwrap_or_else(|| prices[0].name());
                let machines = scope.machines.name();
                INSTANCE_PLAN.with(&[("machines", &machines), ("region", &region)])
            }
        });
        if commitment.assumes_lambda_rule {
            notes.add(LAMBDA_RULE.holds());
        }
    }
    for discount in &terms.discounts {
        let share = percent(&discount.share);
        notes.add(DISCOUNT.with(&[("share", &share), ("meter", &discount.path)]));
        let lacking = prices.iter().filter(|one| discount.has_no_meter(one));
        let regions: Vec<&str> = lacking.map(|regional| &**regional.name()).collect();
        if !regions.is_empty() {
            let region = comma_separated(&regions);
            notes.add(UNUSED_DISCOUNT.with(&[("meter", &discount.path), ("region", &region)]));
        }
    }
    notes.add(ON_DEMAND_FIGURES.holds());
}

/// Every assumption that an answer can make, without duplicates.
pub fn all() -> Vec<&'static AssumptionInfo> {
    let of_functions = function::assumption_rules().map(|(info, _)| info);
    let of_platforms = PLATFORMS
        .iter()
        .flat_map(|platform| platform.spec().assumptions)
        .copied()
        .flatten();
    let mut all: Vec<&'static AssumptionInfo> = Vec::new();
    for info in of_functions
        .chain(ALL.iter().copied())
        .chain(of_platforms.copied())
    {
        // Platforms that share code list the same assumptions.
        if !all.contains(&info) {
            all.push(info);
        }
    }
    all
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
