//! AWS Fargate for Amazon ECS, Linux, on demand.
//!
//! Rules: AWS Fargate pricing page (requested vCPU and memory; ephemeral storage over 20 GB).

use super::service::ECS;
use super::tasks::{Charge, Model, Terms};
use super::{Context, CostModel, Notes, Platform};
use crate::catalog::{Architecture, Regional};
use crate::diag::{Diag, Diags};
use crate::text::listed;
use crate::workload::Scenario;

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

fn on_demand(regional: &Regional, architecture: Architecture) -> Result<Vec<Charge>, Diag> {
    let path = |meter: &str| format!("fargate.linux.{}.{meter}", architecture.name());
    Ok(vec![
        Charge::vcpu("vCPU", regional.price(&path("vcpu"))?),
        Charge::memory("memory", regional.price(&path("memory"))?),
    ])
}

fn notes(scenario: &Scenario, notes: &mut Notes) {
    notes.assume(format!(
        "Fargate runs Linux tasks on demand, all {} hours of the month",
        scenario.hours
    ));
    let others = [
        "Fargate's public IPv4 addresses",
        "image pulls",
        "the doubled tasks of a deployment",
    ];
    notes.leave_out(listed(&others));
}
