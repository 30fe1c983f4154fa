//! Execution environments: their size, and how many requests each carries at once.

use super::keys::{ManagedKeys, keys_of};
use super::limits::{GB_PER_VCPU, MEMORY_MB, REQUESTS_PER_VCPU};
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
    /// The environments that a function can have, one for each ratio of memory to vCPUs.
    ///
    /// # Errors
    /// One request fits none of them, or the scenario does not state how many do.
    pub(crate) fn all_of(function: &Function) -> Result<Vec<Self>, Infeasible> {
        let stated = keys_of(function).gb_per_vcpu;
        let ratios = GB_PER_VCPU.into_iter().filter(|ratio| match stated {
            Some(stated) => *ratio == stated,
            None => true,
        });
        let mut refused = None;
        let mut environments = Vec::new();
        for ratio in ratios {
            match Self::of(function, ratio) {
                Ok(environment) => environments.push(environment),
                Err(why) => refused = refused.or(Some(why)),
            }
        }
        match refused {
            Some(why) if environments.is_empty() => Err(why),
            _ => Ok(environments),
        }
    }

    /// The environment with a number of gigabytes per vCPU.
    fn of(function: &Function, gb_per_vcpu: u32) -> Result<Self, Infeasible> {
        let managed = keys_of(function);
        let slot = Slot::of(function);
        let per_vcpu = gb_per_vcpu * MB_PER_GB;
        let memory_mb = match managed.memory_mb {
            Some(stated) => stated,
            None => least_memory(function, &slot, per_vcpu)?,
        };
        let mut environment = Self {
            vcpu: Exact::ratio(memory_mb.into(), per_vcpu.into()),
            memory_mb,
            requests: 0,
        };
        if environment.vcpu < Exact::ONE {
            return Err(Infeasible::new(
                Refusal::NotSupported,
                format!(
                    "an environment of {} has less than 1 vCPU",
                    environment.describe()
                ),
                "state more managed.memory_mb, or fewer managed.memory_gb_per_vcpu",
            ));
        }
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

/// The smallest memory, in MB, that has room for one request, is not below the function's memory, and
/// has a vCPU at least.
fn least_memory(function: &Function, slot: &Slot, mb_per_vcpu: u32) -> Result<u32, Infeasible> {
    let least = function.memory_mb.max(*MEMORY_MB.start()).max(mb_per_vcpu);
    let of_vcpu = &slot.vcpu * &Exact::from(mb_per_vcpu);
    let request = (&slot.memory_mb + &slot.base_mb).max(of_vcpu);
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
