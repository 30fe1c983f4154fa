//! The node types that a cluster can use, with their prices.

use super::burstable::Surplus;
use super::meters::AUTO_MODE;
use super::options::EksOptions;
use super::pod_demand::Node;
use crate::diag::Diag;
use crate::exact::Exact;
use crate::money::Rate;
use crate::platform::Context;
use crate::platform::instance_choice::{
    Machine, TypeChoice, committed, machines, none, without_dominated,
};
use crate::pricebook::{Architecture, Price, Regional};
use crate::units::InstanceHour;
use std::sync::Arc;

/// A node type that a cluster can use.
pub(crate) struct Candidate {
    pub name: Arc<str>,
    /// The generation of its family.
    pub generation: Option<u32>,
    pub node: Node,
    /// On demand.
    pub price: Price<InstanceHour>,
    pub spot: Option<Spot>,
    /// The fee of EKS Auto Mode, where it manages the nodes.
    pub auto_mode: Option<Price<InstanceHour>>,
    /// Instance, on demand and on Spot, and EKS Auto Mode fee together.
    pub hourly: Rate<InstanceHour>,
    /// Surplus credits of a burstable type.
    pub surplus: Option<Surplus>,
}

/// Nodes on Spot.
pub(super) struct Spot {
    /// Share of the node-hours, above 0 to 1.
    pub share: Exact,
    pub price: Price<InstanceHour>,
}

/// The types that can be the cheapest, and the others.
pub(super) fn candidates(
    context: &Context<'_>,
    regional: &Regional,
    architecture: Architecture,
) -> Result<(Vec<Candidate>, Vec<Candidate>), Diag> {
    let options: &EksOptions = context.scenario.options.of();
    let fixed = options.instance_type.as_ref();
    let choice = TypeChoice {
        platform: "eks",
        fixed,
        families: options.families.as_ref(),
        committed: committed(context),
    };
    let machines = machines(context, regional, architecture, &choice)?;
    let fee = |machine: &Machine<'_>| regional.price(AUTO_MODE.of(&machine.shape.name));
    let mut all = Vec::new();
    for machine in machines {
        let auto_mode = match options.auto_mode.then(|| fee(&machine)) {
            // A type without a price for Auto Mode is not a candidate. For a fixed type that is an
            // error.
            Some(Err(missing)) if fixed.is_some() => return Err(missing),
            Some(Err(_)) => continue,
            Some(Ok(fee)) => Some(fee),
            None => None,
        };
        let surplus = Surplus::find(machine.shape, regional)?;
        let spot = options.spot.as_ref().map(|spot| Spot {
            share: spot.share.into(),
            price: Price::<InstanceHour>::stated(spot.usd_per_hour.into()),
        });
        let on_demand = &machine.price.rate;
        let instance = match &spot {
            Some(Spot { share, price }) => {
                let rest = &Exact::ONE - share;
                let spot = price.rate.per_unit() * share;
                Rate::new(&spot + &(on_demand.per_unit() * &rest))
            }
            None => on_demand.clone(),
        };
        let hourly = match &auto_mode {
            Some(fee) => &instance + &fee.rate,
            None => instance,
        };
        all.push(Candidate {
            name: machine.shape.name.as_str().into(),
            generation: machine.shape.generation(),
            node: Node::of(machine.shape, options),
            hourly,
            price: machine.price,
            spot,
            auto_mode,
            surplus,
        });
    }
    if all.is_empty() {
        let what = "node type with a fee of EKS Auto Mode";
        return Err(none("eks", what, architecture, regional));
    }
    // A cheaper burstable type can cost more when it is busy.
    let covers =
        |one: &Candidate, other: &Candidate| one.node.covers(&other.node) && one.surplus.is_none();
    Ok(without_dominated(
        all,
        |candidate| &candidate.hourly,
        covers,
    ))
}
