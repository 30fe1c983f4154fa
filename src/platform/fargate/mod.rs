//! AWS Fargate for Amazon ECS, on demand.
//!
//! Rules: AWS Fargate pricing page (requested vCPU and memory; ephemeral storage over 20 GB; the
//! licence of Windows per vCPU).

use super::service::ECS;
use super::tasks::{Carrier, TaskTerms, TasksModel, all_month, beside, on_demand};
use super::{Context, CostModel, Notes, Platform};
use crate::diag::Diags;
use crate::scenario::{Os, Scenario};

/// AWS Fargate, on demand.
pub struct Fargate;

static TERMS: TaskTerms = TaskTerms {
    carrier: Carrier::Task,
    service: &ECS,
    refuse: |_| None,
    charges: on_demand,
    notes,
};

impl Platform for Fargate {
    fn id(&self) -> &'static str {
        "fargate"
    }

    fn title(&self) -> &'static str {
        "Fargate"
    }

    fn bind<'a>(&self, context: Context<'a>) -> Result<Box<dyn CostModel + 'a>, Diags> {
        Ok(Box::new(TasksModel::bind(&TERMS, context)?))
    }
}

fn notes(scenario: &Scenario, notes: &mut Notes) {
    let mut functions = scenario.functions.iter();
    let windows = functions.any(|function| function.container().os == Os::Windows);
    let tasks = match windows {
        true => "tasks of the stated operating systems",
        false => "Linux tasks",
    };
    notes.assume(format!(
        "Fargate runs {tasks} on demand{}",
        all_month(scenario)
    ));
    notes.leave_out(beside("Fargate's public IPv4 addresses", scenario));
}
