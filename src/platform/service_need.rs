//! What the functions of a service need of the tasks or pods that they share.
//!
//! Each of `n` tasks needs vCPUs for an even part of all requests in flight, and for the greatest
//! even part of one function in whole requests. The same holds for memory, on top of base memory.

use super::{Slot, Subject};
use crate::exact::Exact;
use crate::scenario::{Demand, SharedService};
use rust_decimal::Decimal;

/// What all functions of a service need together.
#[derive(Debug, Clone)]
pub(crate) struct ServiceNeed {
    /// In the order of the service.
    pub members: Vec<MemberNeed>,
    /// vCPUs of all requests in flight to plan for.
    pub vcpu: Exact,
    /// Memory of them, without base memory, MB.
    pub memory_mb: Exact,
    pub base_mb: Decimal,
    /// Minimum number of tasks or pods.
    pub min_tasks: u128,
    /// The least capacity of a member, as a multiple of its mean requests in flight; `None` without
    /// traffic.
    headroom: Option<Exact>,
}

/// By how much the functions of a service can grow in their tasks or pods.
pub(crate) struct Growth {
    /// Of the capacity; `None` without any.
    of_capacity: Option<Exact>,
    /// Of the traffic, until the part of any function is full; `None` without any.
    of_traffic: Option<Exact>,
}

impl Growth {
    /// Requests in flight that the tasks carry of a function, at target utilization.
    pub(crate) fn capacity(&self, demand: &Demand) -> Exact {
        let growth = self.of_capacity.as_ref();
        growth.map_or(Exact::ZERO, |growth| demand.capacity() * growth)
    }

    /// The same until the part of any function is full.
    pub(crate) fn carries(&self, demand: &Demand) -> Exact {
        let growth = self.of_traffic.as_ref();
        growth.map_or(Exact::ZERO, |growth| demand.average() * growth)
    }
}

/// What one function of a service needs.
#[derive(Debug, Clone)]
pub(crate) struct MemberNeed {
    /// One request in flight, over the base memory of the service.
    pub slot: Slot,
    /// Memory of a request in flight, MB.
    pub slot_mb: Decimal,
    /// Slots for its capacity, not rounded.
    planned: Exact,
    /// The same, rounded up.
    pub slots: u128,
    /// Its part of what the service costs.
    pub share: Exact,
}

impl MemberNeed {
    fn of(subject: Subject<'_>, base_mb: Decimal) -> Self {
        let Subject {
            function, demand, ..
        } = subject;
        let stated_mb = function.container().memory_per_request_mb;
        Self {
            slot: Slot {
                base_mb: Exact::from(base_mb),
                ..Slot::of(function)
            },
            slot_mb: stated_mb.unwrap_or_else(|| function.memory_mb.into()),
            planned: function.planned_slots(demand),
            slots: function.needed_slots(demand),
            share: Exact::ZERO,
        }
    }

    /// Requests in flight that each of a number of tasks has room for. A task has room for one at
    /// least.
    pub(crate) fn requests_of(&self, tasks: u128) -> u128 {
        self.slots.div_ceil(tasks).max(1)
    }
}

impl ServiceNeed {
    pub(crate) fn of<'s>(service: &SharedService, subject: impl Fn(usize) -> Subject<'s>) -> Self {
        let shared = service.carrier.container();
        let members = service.members.iter();
        let mut members: Vec<MemberNeed> = members
            .map(|index| MemberNeed::of(subject(*index), shared.base_memory_mb))
            .collect();
        let all = |each: fn(&Slot) -> &Exact| -> (Vec<Exact>, Exact) {
            let parts = members.iter().map(|one| &one.planned * each(&one.slot));
            let parts: Vec<Exact> = parts.collect();
            let sum = parts.iter().sum();
            (parts, sum)
        };
        let (of_vcpu, vcpu) = all(|slot| &slot.vcpu);
        let (of_memory, memory_mb) = all(|slot| &slot.memory_mb);
        let weights = of_vcpu.iter().zip(&of_memory).map(|(own_vcpu, own_mb)| {
            // Without requests to plan for, all members have the same part.
            let part = |own: &Exact, all: &Exact| own.over(all).unwrap_or(Exact::ONE);
            part(own_vcpu, &vcpu).max(part(own_mb, &memory_mb))
        });
        let weights: Vec<Exact> = weights.collect();
        let sum: Exact = weights.iter().sum();
        for (member, weight) in members.iter_mut().zip(&weights) {
            let share = weight.over(&sum);
            member.share = share.expect("the greatest weight is above zero");
        }
        let headroom = service.members.iter().filter_map(|index| {
            let demand = subject(*index).demand;
            demand.capacity().over(demand.average())
        });
        Self {
            headroom: headroom.min(),
            members,
            vcpu,
            memory_mb,
            base_mb: shared.base_memory_mb,
            min_tasks: shared.min_tasks.into(),
        }
    }

    /// The least number of tasks that carry the service if each offers this vCPU and memory, MB.
    /// `None` if a request does not fit.
    pub(crate) fn least_tasks(&self, vcpu: &Exact, memory_mb: &Exact) -> Option<u128> {
        Some(self.tasks_for(vcpu, memory_mb)?.max(self.min_tasks))
    }

    /// The number of tasks of this vCPU and memory, MB, that carry the service, without a minimum.
    /// `None` if a request does not fit.
    pub(crate) fn tasks_for(&self, vcpu: &Exact, memory_mb: &Exact) -> Option<u128> {
        let left = memory_mb - &Exact::from(self.base_mb);
        let by_vcpu = self.vcpu.over(vcpu)?.ceil()?;
        let mut tasks = by_vcpu.max(self.memory_mb.over(&left)?.ceil()?);
        for member in &self.members {
            let by_vcpu = vcpu.whole_times(&member.slot.vcpu)?;
            let most = left.whole_times(&member.slot.memory_mb)?.min(by_vcpu);
            if most == 0 {
                return None;
            }
            tasks = tasks.max(member.slots.div_ceil(most));
        }
        Some(tasks)
    }

    /// The vCPU and memory, MB, that each of a number of tasks needs.
    pub(crate) fn of_task(&self, tasks: u128) -> (Exact, Exact) {
        let count = Exact::whole(tasks);
        let even = |all: &Exact| all.over(&count).expect("a service has a task at least");
        let (mut vcpu, mut memory) = (even(&self.vcpu), even(&self.memory_mb));
        for member in &self.members {
            let requests = Exact::whole(member.requests_of(tasks));
            vcpu = vcpu.max(&requests * &member.slot.vcpu);
            memory = memory.max(&requests * &member.slot.memory_mb);
        }
        (vcpu, &Exact::from(self.base_mb) + &memory)
    }

    /// By member: its part of the cost, and the most of its requests in flight in one of these tasks.
    pub(crate) fn parts(&self, tasks: u128) -> Vec<(Exact, u128)> {
        let members = self.members.iter();
        let parts = members.map(|one| (one.share.clone(), one.requests_of(tasks)));
        parts.collect()
    }

    /// By how much all functions can grow in tasks of this vCPU and memory, MB.
    pub(crate) fn growth(&self, tasks: u128, vcpu: &Exact, memory_mb: &Exact) -> Growth {
        let of_capacity = self.most_growth(tasks, vcpu, memory_mb);
        let headroom = of_capacity.as_ref().zip(self.headroom.as_ref());
        Growth {
            of_traffic: headroom.map(|(growth, headroom)| growth * headroom),
            of_capacity,
        }
    }

    /// By how much the capacity of all functions can grow until tasks of this vCPU and memory, MB, are
    /// full. `None` without requests to plan for.
    fn most_growth(&self, tasks: u128, vcpu: &Exact, memory_mb: &Exact) -> Option<Exact> {
        let count = Exact::whole(tasks);
        let left = memory_mb - &Exact::from(self.base_mb);
        let of_vcpu = (&count * vcpu).over(&self.vcpu);
        let of_memory = (&count * &left).over(&self.memory_mb);
        let whole = self.members.iter().filter_map(|member| {
            let requests = |have: &Exact, each: &Exact| have.whole_times(each);
            let by_vcpu = requests(vcpu, &member.slot.vcpu);
            let by_memory = requests(&left, &member.slot.memory_mb);
            let most = by_vcpu.into_iter().chain(by_memory).min()?;
            (&count * &Exact::whole(most)).over(&member.planned)
        });
        whole.chain(of_vcpu).chain(of_memory).min()
    }
}
