//! Omissions of all platforms that run ECS tasks.

use crate::scenario::{Function, Notes, Scenario, assumptions};

assumptions! {
    ADDRESSES: NotCounted = "fargate-addresses", "Fargate's public IPv4 addresses";
    ADDRESSES_AND_DEPLOYMENTS: NotCounted = "fargate-addresses-and-deployments",
        "Fargate's public IPv4 addresses, image pulls, and extra tasks during rolling deployments";
}

/// Notes that image pulls and deployments are left out for services, whose tasks run all month.
pub(crate) fn note_left_out(scenario: &Scenario, notes: &mut Notes) {
    let mut functions = scenario.functions.iter();
    notes.add(if functions.any(Function::is_service) {
        ADDRESSES_AND_DEPLOYMENTS.holds()
    } else {
        ADDRESSES.holds()
    });
}
