//! Assumptions of Lambda Managed Instances.

use super::options::ManagedOptions;
use crate::scenario::{Notes, Scenario, assumptions};

assumptions! {
    CAPACITY_PROVIDER: Assumed = "managed-capacity-provider",
        "managed instances: a capacity provider for each function that names none \
         (managed.capacity_provider), on demand, at least {instances} instances and 3 environments, availability_buffer {buffer} \
         (AWS's calculator uses 1.5)";
    ENVIRONMENTS: Assumed = "managed-environments",
        "managed instances keep 1 vCPU and 1 GB each for their system; unless stated, an environment \
         has 2, 4 or 8 GB per vCPU, what is cheapest, and the smallest memory with at least 2,048 MB \
         and 1 vCPU that holds a request";
    FREE_TIER: Assumed = "managed-free-tier",
        "all requests on managed instances are billed: whether the free tier covers them is not \
         known";
    THROTTLING: NotCounted = "managed-throttling",
        "managed instances: throttling while traffic more than doubles in five minutes";
}

/// Adds the assumptions and omissions that apply.
pub(crate) fn note(scenario: &Scenario, notes: &mut Notes) {
    let options: &ManagedOptions = scenario.options.of();
    notes.add(CAPACITY_PROVIDER.with(&[
        ("instances", &options.min_instances),
        ("buffer", &options.availability_buffer.normalize()),
    ]));
    notes.add(ENVIRONMENTS.holds());
    if scenario.free_tier {
        notes.add(FREE_TIER.holds());
    }
    notes.add(THROTTLING.holds());
}
