//! Assumptions about the month and the prices, and the list of all assumptions. Those about
//! functions are next to the keys of functions, and those of a platform are in its folder.

use crate::exact::Exact;
use crate::money::percent;
use crate::platform::PLATFORMS;
use crate::pricebook::{Commitments, Coverage, Plan, Regional};
use crate::scenario::{AssumptionInfo, Notes, Scenario, assumptions, function};
use crate::text::comma_separated;
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
        "{plan}: on each platform, ${usd} an hour pays for the usage of all functions there, the \
         greatest saving first, with traffic even over the month; the resulting coverage stays \
         the same while traffic varies, and an unused part of the commitment is in no bill";
    COMPUTE_PLAN: Assumed = "compute-savings-plan",
        "on Lambda the Savings Plan lowers only the first duration tier; it does not lower \
         requests, fees of EKS clusters and managed instances, storage or Spot";
    INSTANCE_PLAN: Assumed = "instance-commitment",
        "the commitment lowers only EC2 instances";
    DISCOUNT: Assumed = "discount",
        "{share} off the list price of {meter} ([discounts])";
    ON_DEMAND_FIGURES: Assumed = "on-demand-figures",
        "figures \"on demand\", and those before an arrow, are at list prices";
    OVERLAY: Assumed = "overlay", "--prices replaces prices of {regions}";
    AROUND: NotCounted = "around-functions",
        "load balancers, API Gateway, NAT gateways, data transfer, logs (also those of Lambda), \
         container images, taxes and support";
}

/// Adds the assumptions about the length of the month.
pub(crate) fn of_month(scenario: &Scenario, notes: &mut Notes) {
    let usual = scenario.hours == Exact::from(HOURS_PER_MONTH);
    let hours = if usual { &USUAL_HOURS } else { &HOURS };
    notes.add(hours.with(&[("hours", &scenario.hours)]));
}

/// Adds the assumptions about the prices and what they leave out. `oldest` is the oldest date of a
/// price in any bill.
pub(crate) fn of_prices(
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
        ("regions", &comma_separated(&regions)),
        ("oldest", &oldest.unwrap_or_default()),
    ]));
    if let Some(terms) = &scenario.terms {
        of_terms(terms, notes);
    }
    let overlaid = prices.iter().filter(|regional| regional.is_overlaid());
    let overlaid: Vec<&str> = overlaid.map(|regional| &**regional.name()).collect();
    if !overlaid.is_empty() {
        notes.add(OVERLAY.with(&[("regions", &comma_separated(&overlaid))]));
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
