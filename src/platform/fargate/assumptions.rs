//! Assumptions of ECS tasks on Fargate.

use crate::platform::tasks::{all_month, note_left_out};
use crate::scenario::{Notes, Os, Scenario, assumptions};

assumptions! {
    ON_DEMAND: Assumed = "fargate-on-demand", "Fargate runs {tasks} on demand{hours}";
}

/// Adds the assumptions and omissions that apply.
pub(crate) fn note(scenario: &Scenario, notes: &mut Notes) {
    let mut functions = scenario.functions.iter();
    let tasks = if functions.any(|function| function.container().os == Os::Windows) {
        "tasks of the stated operating systems"
    } else {
        "Linux tasks"
    };
    let hours = all_month(scenario);
    notes.add(ON_DEMAND.with(&[("tasks", &tasks), ("hours", &hours)]));
    note_left_out(scenario, notes);
}
