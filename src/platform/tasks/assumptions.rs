//! What every way to run tasks of Amazon ECS leaves out.

use crate::scenario::{Function, Notes, Scenario, assumptions};

assumptions! {
    ADDRESSES: NotCounted = "fargate-addresses", "Fargate's public IPv4 addresses";
    ADDRESSES_AND_DEPLOYMENTS: NotCounted = "fargate-addresses-and-deployments",
        "Fargate's public IPv4 addresses, image pulls and the doubled tasks of a deployment";
}

/// Notes what is left out: image pulls and deployments of services, whose tasks run all month.
pub fn note_left_out(scenario: &Scenario, notes: &mut Notes) {
    let mut functions = scenario.functions.iter();
    notes.add(if functions.any(Function::is_service) {
        ADDRESSES_AND_DEPLOYMENTS.holds()
    } else {
        ADDRESSES.holds()
    });
}
