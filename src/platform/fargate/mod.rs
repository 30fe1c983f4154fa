//! AWS Fargate for Amazon ECS, on demand.
//!
//! Rules: AWS Fargate pricing page (requested vCPU and memory; ephemeral storage over 20 GB; a
//! Windows licence fee per vCPU).

mod assumptions;
mod options;

use super::service::ECS;
use super::tasks::{self, TASK, TaskTerms, TasksModel, on_demand};
use super::{Context, CostModel, Platform, Spec};
use crate::diag::Diags;
use crate::scenario::{PlatformKind, PlatformShape};

/// AWS Fargate, on demand.
pub(crate) struct Fargate;

static TERMS: TaskTerms = TaskTerms {
    carrier: TASK,
    service: &ECS,
    refuse: |_| None,
    charges: on_demand,
    notes: assumptions::note,
};

static SPEC: Spec = Spec {
    shape: PlatformShape::new("fargate", PlatformKind::Tasks, options::KEYS, options::read),
    title: "Fargate",
    meters: &[tasks::METERS],
    assumptions: &[assumptions::ALL, tasks::ASSUMPTIONS],
};

impl Platform for Fargate {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    fn bind<'a>(&self, context: Context<'a>) -> Result<Box<dyn CostModel + 'a>, Diags> {
        Ok(Box::new(TasksModel::bind(&TERMS, context)?))
    }
}
