//! AWS Fargate for Amazon ECS with a share of the task-hours on Spot.
//!
//! Rules: AWS Fargate pricing page (Spot for ECS tasks on Linux, at a price that AWS changes; no
//! Spot price of ephemeral storage).

use super::service::ECS;
use super::tasks::{Carrier, Charge, TaskTerms, TasksModel, all_month, beside, on_demand};
use super::{Context, CostModel, Infeasible, Notes, Platform, Refusal};
use crate::diag::{Diag, Diags};
use crate::exact::Exact;
use crate::money::percent;
use crate::pricebook::{Price, meters};
use crate::scenario::{Function, Os, Scenario};
use crate::units::{GbHour, VcpuHour};

/// AWS Fargate, in part or all on Spot.
pub struct FargateSpot;

static TERMS: TaskTerms = TaskTerms {
    carrier: Carrier::Task,
    service: &ECS,
    refuse,
    charges,
    notes,
};

impl Platform for FargateSpot {
    fn id(&self) -> &'static str {
        "fargate-spot"
    }

    fn title(&self) -> &'static str {
        "Fargate Spot"
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
            "its containers are of Windows (container.os), and Spot runs Linux alone",
            "state container.os = \"linux\", or leave fargate-spot out",
        )
    })
}

fn charges(context: &Context<'_>, function: &Function) -> Result<Vec<Charge>, Diag> {
    let on_spot = Exact::from(context.scenario.spot.share);
    let (vcpu, memory) = prices(context, function)?;
    let spot = [
        Charge::vcpu("Spot vCPU", vcpu).dynamic(),
        Charge::memory("Spot memory", memory).dynamic(),
    ];
    let rest = &Exact::ONE - &on_spot;
    let others = match rest.is_zero() {
        true => Vec::new(),
        false => on_demand(context, function)?,
    };
    let spot = spot.map(|charge| charge.of_share(on_spot.clone()));
    let others = others.into_iter().map(|one| one.of_share(rest.clone()));
    Ok(spot.into_iter().chain(others).collect())
}

/// The scenario's prices, or those of the book.
fn prices(
    context: &Context<'_>,
    function: &Function,
) -> Result<(Price<VcpuHour>, Price<GbHour>), Diag> {
    if let Some(stated) = &context.scenario.spot.prices {
        let [vcpu, memory] = [stated.vcpu_hour_usd, stated.gb_hour_usd].map(Exact::from);
        let vcpu = Price::<VcpuHour>::stated(vcpu);
        return Ok((vcpu, Price::<GbHour>::stated(memory)));
    }
    let regional = context.prices_of(function);
    let meters = meters::fargate_spot(function.container_architecture());
    let lacks = |diag: Diag| {
        let overlay = diag.advice().expect("a missing price comes with advice");
        let state = "state vcpu_hour_usd and gb_hour_usd in [fargate-spot]";
        diag.help(format!("{state}; or {overlay}"))
    };
    let vcpu = regional.price(meters.vcpu).map_err(lacks)?;
    let memory = regional.price(meters.memory).map_err(lacks)?;
    Ok((vcpu, memory))
}

fn notes(scenario: &Scenario, notes: &mut Notes) {
    let options = &scenario.spot;
    let share = Exact::from(options.share);
    let rest = match share == Exact::ONE {
        true => "",
        false => " and the rest on demand",
    };
    let whose = match options.prices {
        Some(_) => "the scenario's prices, in every region and for both architectures",
        None => "the book's prices of a day, which AWS changes",
    };
    notes.assume(format!(
        "Fargate Spot runs {} of the task-hours on Spot{rest}{}; Spot at {whose}",
        percent(&share),
        all_month(scenario)
    ));
    notes.leave_out(beside("Fargate's public IPv4 addresses", scenario));
    notes.leave_out("interruptions of Spot: work done twice, and tasks that wait for capacity");
}
