//! AWS Fargate for Amazon ECS, on demand.
//!
//! Rules: AWS Fargate pricing page (requested vCPU and memory; ephemeral storage over 20 GB; the
//! licence of Windows per vCPU).

use super::service::ECS;
use super::tasks::{Charge, Model, Terms, all_month, beside};
use super::{Context, CostModel, Notes, Platform};
use crate::diag::{Diag, Diags};
use crate::workload::{Function, Os, Scenario};

/// AWS Fargate, on demand.
pub struct Fargate;

static TERMS: Terms = Terms {
    service: &ECS,
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
        Ok(Box::new(Model::bind(&TERMS, context)?))
    }
}

fn on_demand(context: &Context<'_>, function: &Function) -> Result<Vec<Charge>, Diag> {
    let regional = context.prices_of(function);
    let os = function.container().os;
    let path = |meter: &str| {
        let architecture = function.container_architecture().name();
        format!("fargate.{}.{architecture}.{meter}", os.name())
    };
    let mut charges = vec![
        Charge::vcpu("vCPU", regional.price(&path("vcpu"))?),
        Charge::memory("memory", regional.price(&path("memory"))?),
    ];
    if os == Os::Windows {
        let license = regional.price(&path("os_license"))?;
        charges.push(Charge::vcpu("OS licence", license));
    }
    Ok(charges)
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
