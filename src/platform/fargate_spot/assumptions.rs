//! Assumptions of ECS tasks on Fargate Spot.

use super::options::SpotOptions;
use crate::exact::Exact;
use crate::money::percent;
use crate::platform::tasks::{all_month, note_left_out};
use crate::scenario::{Notes, Scenario, assumptions};

assumptions! {
    SHARE: Assumed = "fargate-spot-share",
        "Fargate Spot runs {share} of the task-hours on Spot{rest}{hours}; Spot at {prices}";
    INTERRUPTIONS: NotCounted = "fargate-spot-interruptions",
        "interruptions of Spot: repeated work, and tasks that wait for capacity";
}

/// Adds the assumptions and omissions that apply.
pub(crate) fn note(scenario: &Scenario, notes: &mut Notes) {
    let options: &SpotOptions = scenario.options.of();
    let share = Exact::from(options.share);
    let rest = if share == Exact::ONE {
        ""
    } else {
        " and the rest on demand"
    };
    let prices = match options.prices {
        Some(_) => "the scenario's prices, in every region and for both architectures",
        None => "the price book's prices of one day, which AWS changes",
    };
    notes.add(SHARE.with(&[
        ("share", &percent(&share)),
        ("rest", &rest),
        ("hours", &all_month(scenario)),
        ("prices", &prices),
    ]));
    note_left_out(scenario, notes);
    notes.add(INTERRUPTIONS.holds());
}
