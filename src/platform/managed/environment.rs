//! Execution environments: their size, and how many requests each carries at once.

use super::keys::{ManagedKeys, keys_of};
use super::limits::{MEMORY_MB, REQUESTS_PER_VCPU};
use crate::exact::Exact;
use crate::platform::slot::Slot;
use crate::platform::{Infeasible, Refusal};
use crate::scenario::Function;
use crate::units::MB_PER_GB;

/// An execution environment of a function on managed instances.
pub(crate) struct Environment {
    pub vcpu: Exact,
    pub memory_mb: u32,
    /// Requests in flight that it carries.
    pub requests: u128,
}

impl Environment {
    /// The environment of a function.
    ///
    /// # Errors
    /// One request does not fit, or the scenario does not state how many do.
    pub(crate) fn of(function: &Function) -> Result<Self, Infeasible> {
        let managed = keys_of(function);
        let slot = Slot::of(function);
        let memory_mb = match managed.memory_mb {
            Some(stated) => stated,
            None => least_memory(function, &slot)?,
        };
        let per_vcpu = managed.gb_per_vcpu * MB_PER_GB;
        let mut environment = Self {
            vcpu: Exact::ratio(memory_mb.into(), per_vcpu.into()),
            memory_mb,
            requests: 0,
        };
        environment.requests = match managed.requests_per_environment {
            Some(measured) => measured.into(),
            None => environment.fit(&slot).min(environment.limit(managed)?),
        };
        match environment.requests {
            0 => Err(Infeasible::new(
                Refusal::DoesNotFit,
                format!(
                    "a request needs {} vCPU and {} MB, more than an environment of {} has",
                    slot.vcpu.to_fixed(2),
                    (&slot.memory_mb + &slot.base_mb).to_fixed(0),
                    environment.describe()
                ),
                "state more managed.memory_mb, or what a request really needs (container.cpu_ms)",
            )),
            _ => Ok(environment),
        }
    }

    /// `0.50 vCPU and 2048 MB`.
    pub(crate) fn describe(&self) -> String {
        format!("{} vCPU and {} MB", self.vcpu.to_fixed(2), self.memory_mb)
    }

    /// Slots that its vCPU and memory can carry.
    fn fit(&self, slot: &Slot) -> u128 {
        let memory = (&Exact::from(self.memory_mb) - &slot.base_mb).max(Exact::ZERO);
        let times = |have: &Exact, each: &Exact| {
            let count = have.whole_times(each);
            count.expect("a request needs vCPUs and memory, by the bounds of their keys")
        };
        times(&self.vcpu, &slot.vcpu).min(times(&memory, &slot.memory_mb))
    }

    /// Requests in flight that its runtime allows.
    fn limit(&self, managed: &ManagedKeys) -> Result<u128, Infeasible> {
        let Some(runtime) = managed.runtime else {
            return Err(Infeasible::new(
                Refusal::NotStated,
                "how many requests an environment takes at once is not known",
                "state managed.runtime, or managed.requests_per_environment",
            ));
        };
        let mut known = REQUESTS_PER_VCPU.iter();
        let Some((_, per_vcpu)) = known.find(|(name, _)| *name == runtime) else {
            return Err(Infeasible::new(
                Refusal::NotStated,
                format!("AWS states no limit of requests per vCPU for {runtime}"),
                "state managed.requests_per_environment",
            ));
        };
        let most = &self.vcpu * &Exact::from(*per_vcpu);
        let most = most.floor();
        Ok(most.expect("an environment has 16 vCPUs at most"))
    }
}

/// The smallest memory, in MB, that has room for one request and is not below the function's
/// memory.
fn least_memory(function: &Function, slot: &Slot) -> Result<u32, Infeasible> {
    let managed = keys_of(function);
    let least = function.memory_mb.max(*MEMORY_MB.start());
    let request = match managed.requests_per_environment {
        // Requests were measured to fit.
        Some(_) => Exact::ZERO,
        None => {
            let per_vcpu = Exact::from(managed.gb_per_vcpu * MB_PER_GB);
            (&slot.memory_mb + &slot.base_mb).max(&slot.vcpu * &per_vcpu)
        }
    };
    // `None` if the request needs more MB than 32 bits can hold, which is more than any environment
    // has.
    let request = request.ceil().and_then(|mb| u32::try_from(mb).ok());
    let memory = request.map(|request| request.max(least));
    let memory = memory.filter(|mb| MEMORY_MB.contains(mb));
    memory.ok_or_else(|| {
        Infeasible::new(
            Refusal::MemoryOutOfRange,
            "it needs more memory than the 32 GB of the largest environment",
            "state what a request really needs (container.memory_per_request_mb, container.cpu_ms)",
        )
    })
}
