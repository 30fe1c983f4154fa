//! AWS Fargate for Amazon ECS with a share of the task-hours on Spot.
//!
//! Rules: AWS Fargate pricing page (Spot for ECS tasks on Linux, at a price that AWS changes; no
//! Spot price of ephemeral storage).

mod assumptions;
mod meters;
mod options;

use super::service::ECS;
use super::tasks::{self, Charge, TASK, TaskTerms, TasksModel, on_demand};
use super::{Context, CostModel, Infeasible, Platform, Refusal, Spec};
use crate::diag::{Diag, Diags};
use crate::exact::Exact;
use crate::pricebook::Price;
use crate::scenario::{Function, Os, PlatformKind, PlatformShape};
use crate::units::{GbHour, VcpuHour};
use options::SpotOptions;

/// AWS Fargate with some or all task-hours on Spot.
pub(crate) struct FargateSpot;

static TERMS: TaskTerms = TaskTerms {
    carrier: TASK,
    service: &ECS,
    refuse,
    charges,
    notes: assumptions::note,
};

static SPEC: Spec = Spec {
    shape: PlatformShape::new(
        "fargate-spot",
        PlatformKind::Tasks,
        options::KEYS,
        options::read,
    ),
    title: "Fargate Spot",
    meters: &[meters::METERS, tasks::METERS],
    assumptions: &[assumptions::ALL, tasks::ASSUMPTIONS],
};

impl Platform for FargateSpot {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    fn bind<'a>(&self, context: Context<'a>) -> Result<Box<dyn CostModel + 'a>, Diags> {
        Ok(Box::new(TasksModel::bind(&TERMS, context)?))
    }
}

fn refuse(function: &Function) -> Option<Infeasible> {
    let windows = function.container().os == Os::Windows;
    windows.then(|| {
        Infeasible::new(
            Refusal::NotSupported,
            "its containers run Windows (container.os), and Fargate Spot runs only Linux",
            "state container.os = \"linux\", or leave fargate-spot out",
        )
    })
}

fn charges(context: &Context<'_>, function: &Function) -> Result<Vec<Charge>, Diag> {
    let options: &SpotOptions = context.scenario.options.of();
    let on_spot = Exact::from(options.share);
    let (vcpu, memory) = prices(context, function)?;
    let spot = [
        Charge::vcpu("Spot vCPU", vcpu).dynamic(),
        Charge::memory("Spot memory", memory).dynamic(),
    ];
    let rest = &Exact::ONE - &on_spot;
    let others = if rest.is_zero() {
        Vec::new()
    } else {
        on_demand(context, function)?
    };
    let spot = spot.map(|charge| charge.of_share(on_spot.clone()));
    let others = others.into_iter().map(|one| one.of_share(rest.clone()));
    Ok(spot.into_iter().chain(others).collect())
}

/// Spot prices of the scenario, or of the price book if the scenario states none.
fn prices(
    context: &Context<'_>,
    function: &Function,
) -> Result<(Price<VcpuHour>, Price<GbHour>), Diag> {
    let options: &SpotOptions = context.scenario.options.of();
    if let Some(stated) = &options.prices {
        let [vcpu, memory] = [stated.vcpu_hour_usd, stated.gb_hour_usd].map(Exact::from);
        let vcpu = Price::<VcpuHour>::stated(vcpu);
        return Ok((vcpu, Price::<GbHour>::stated(memory)));
    }
    let regional = context.prices_of(function);
    let (vcpu, memory) = meters::of(function.container_architecture());
    let lacks = |diag: Diag| {
        let overlay = diag.advice().expect("a missing price comes with advice");
        let state = "state vcpu_hour_usd and gb_hour_usd in [fargate-spot]";
        diag.help(format!("{state}, or {overlay}"))
    };
    let vcpu = regional.price(vcpu).map_err(lacks)?;
    let memory = regional.price(memory).map_err(lacks)?;
    Ok((vcpu, memory))
}
