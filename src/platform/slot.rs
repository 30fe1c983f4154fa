//! The share of a container that one request in flight needs.

use crate::exact::Exact;
use crate::scenario::Function;
use crate::units::{MB_PER_VCPU, MILLICORES_PER_VCPU};

/// The unit of comparison: the share of a container that one request in flight occupies.
#[derive(Debug, Clone)]
pub(crate) struct Slot {
    /// vCPUs of a slot: what Lambda gives at the function's memory, up to its threads, unless CPU
    /// time is stated. A thread uses one vCPU at most, and memory is mostly bought for memory.
    pub vcpu: Exact,
    /// In MB.
    pub memory_mb: Exact,
    /// Memory that all slots of a task share, MB.
    pub base_mb: Exact,
}

impl Slot {
    pub(crate) fn of(function: &Function) -> Self {
        let container = function.container();
        let vcpu = match (&container.slot_vcpu, container.cpu_ms) {
            (Some(vcpu), _) => vcpu.clone(),
            (None, Some(cpu_ms)) => {
                let duration = Exact::from(function.duration_ms);
                Exact::from(cpu_ms)
                    .over(&duration)
                    .expect("a duration is above zero by the bounds of its key")
            }
            (None, None) => {
                let used_mb = function.memory_mb.min(container.threads() * MB_PER_VCPU);
                Exact::ratio(used_mb.into(), MB_PER_VCPU.into())
            }
        };
        let memory_mb = match container.memory_per_request_mb {
            Some(memory) => Exact::from(memory),
            None => Exact::from(function.memory_mb),
        };
        Self {
            vcpu,
            memory_mb,
            base_mb: Exact::from(container.base_memory_mb),
        }
    }

    /// Counts how many slots fit in tasks of many sizes. The divisions are done once, here.
    pub(crate) fn fit(&self) -> Fit<'_> {
        let per = |need: &Exact| {
            let slots = Exact::ONE.over(need);
            slots.expect("a request needs vCPUs and memory, by the bounds of their keys")
        };
        Fit {
            per_millicore: &per(&self.vcpu) * &Exact::ratio(1, MILLICORES_PER_VCPU.into()),
            per_mb: per(&self.memory_mb),
            base_mb: &self.base_mb,
        }
    }
}

/// How many slots fit in a task.
pub(crate) struct Fit<'s> {
    per_millicore: Exact,
    per_mb: Exact,
    base_mb: &'s Exact,
}

impl Fit<'_> {
    /// The slots that fit in a task of this vCPU and memory, if they are more than `fewer`.
    pub(crate) fn slots_above(&self, fewer: u128, millicores: u64, memory_mb: u64) -> Option<u128> {
        let more = |slots: &u128| *slots > fewer;
        let by_cpu = self.per_millicore.times_floor(millicores).filter(more)?;
        let by_memory = if self.base_mb.is_zero() {
            self.per_mb.times_floor(memory_mb)
        } else {
            (&(&Exact::from(memory_mb) - self.base_mb) * &self.per_mb).floor()
        };
        Some(by_cpu.min(by_memory.filter(more)?))
    }
}
