//! Assumptions of ECS tasks on Fargate.

use crate::platform::tasks::{all_month, note_left_out};
use crate::scenario::{Notes, Os, Scenario, assumptions};

assumptions! {
    ON_DEMAND: Assumed = "fargate-on-demand", "Fargate runs {tasks} on demand{hours}";
    WINDOWS_PRICE: Assumed = "fargate-windows-price",
        "Windows on Fargate has the price of AWS's price list after a cut of up to 49 %, such as \
         $0.046552 per vCPU-hour in us-east-1; the example of the pricing page still has $0.09148";
}

/// Adds the assumptions and omissions that apply.
pub(crate) fn note(scenario: &Scenario, notes: &mut Notes) {
    let mut functions = scenario.functions.iter();
    let has_windows = functions.any(|function| function.container().os == Os::Windows);
    let tasks = if has_windows {
        "tasks of the stated operating systems"
    } else {
        "Linux tasks"
    };
    let hours = all_month(scenario);
    notes.add(ON_DEMAND.with(&[("tasks", &tasks), ("hours", &hours)]));
    if has_windows {
        notes.add(WINDOWS_PRICE.holds());
    }
    note_left_out(scenario, notes);
}
