//! Pods, what a node offers them, and how many of them a fleet asks for.

use crate::catalog::InstanceType;
use crate::exact::Exact;
use crate::platform::slot::{Slot, needed};
use crate::units::MS_PER_SECOND;
use crate::workload::{EksOptions, Function};
use std::collections::BTreeMap;

/// What one pod asks of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pod {
    pub vcpu: Exact,
    pub memory_mb: Exact,
    /// Requests in flight that it carries.
    pub slots: u128,
}

impl Pod {
    /// A pod holds one slot, or what was measured to fit a task of a stated size.
    pub fn of(function: &Function) -> Self {
        let container = function.container();
        match (container.requests_per_task, container.task) {
            (Some(requests), Some(size)) => Self {
                vcpu: Exact::ratio(size.quarter_vcpus.into(), 4),
                memory_mb: Exact::from(size.memory_mb),
                slots: requests.into(),
            },
            _ => {
                let slot = Slot::of(function);
                Self {
                    memory_mb: &slot.memory_mb + &slot.base_mb,
                    vcpu: slot.vcpu,
                    slots: 1,
                }
            }
        }
    }

    /// Pods for so many slots, the minimum apart.
    pub fn for_slots(&self, slots: u128) -> u128 {
        slots.div_ceil(self.slots)
    }
}

/// What a node of a type offers to pods after DaemonSets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    pub vcpu: Exact,
    pub memory_mb: Exact,
    pub pods: u64,
}

impl Node {
    pub fn of(shape: &InstanceType, options: &EksOptions) -> Self {
        let allocatable = shape.allocatable();
        let millicores = Exact::ratio(allocatable.millicores, MS_PER_SECOND.into());
        let daemonsets = &options.daemonsets;
        Self {
            vcpu: (&millicores - &Exact::from(daemonsets.vcpu)).max(Exact::ZERO),
            memory_mb: (&Exact::from(allocatable.memory_mib) - &Exact::from(daemonsets.memory_mb))
                .max(Exact::ZERO),
            pods: u64::from(shape.max_pods).saturating_sub(daemonsets.pods.into()),
        }
    }

    /// True when every pod that fits `other` fits here, as often at least.
    pub fn covers(&self, other: &Self) -> bool {
        self.vcpu >= other.vcpu && self.memory_mb >= other.memory_mb && self.pods >= other.pods
    }

    /// Pods that fit a node.
    pub fn fit(&self, pod: &Pod) -> u64 {
        let times = |have: &Exact, each: &Exact| {
            let count = have.over(each).and_then(|count| count.floor());
            count.map_or(u64::MAX, |count| u64::try_from(count).unwrap_or(u64::MAX))
        };
        let by_cpu = times(&self.vcpu, &pod.vcpu);
        let by_memory = times(&self.memory_mb, &pod.memory_mb);
        by_cpu.min(by_memory).min(self.pods)
    }
}

/// What functions ask the same pods: how many pods, and how many functions.
#[derive(Debug, Clone)]
struct Asking {
    pod: Pod,
    pods: u128,
    functions: usize,
}

impl Asking {
    fn and(&mut self, pods: u128, functions: usize) {
        self.pods += pods;
        self.functions += functions;
    }
}

/// Pods by what they ask for: all that the cost of a cluster depends on.
#[derive(Debug, Clone, Default)]
pub struct Population {
    /// Of functions that say nothing of containers, by memory in MB.
    like_for_like: BTreeMap<u32, Asking>,
    /// Of all others, one entry each: hardly two ask the same.
    stated: Vec<Asking>,
}

impl Population {
    fn asking(&self) -> impl Iterator<Item = &Asking> {
        self.like_for_like.values().chain(&self.stated)
    }

    pub fn is_empty(&self) -> bool {
        self.asking().next().is_none()
    }

    pub fn add(&mut self, function: &Function, peak: &Exact) {
        let known = self.like_for_like.get_mut(&function.memory_mb);
        if let (Some(known), true) = (known, function.is_like_for_like()) {
            let pods = pods_of_today(function, &known.pod, peak);
            known.and(pods, 1);
            return;
        }
        let pod = Pod::of(function);
        let pods = pods_of_today(function, &pod, peak);
        let functions = 1;
        let asking = Asking {
            pod,
            pods,
            functions,
        };
        match function.is_like_for_like() {
            true => drop(self.like_for_like.insert(function.memory_mb, asking)),
            false => self.stated.push(asking),
        }
    }

    pub fn merge(&mut self, other: Self) {
        self.stated.extend(other.stated);
        for (memory, asking) in other.like_for_like {
            match self.like_for_like.get_mut(&memory) {
                Some(known) => known.and(asking.pods, asking.functions),
                None => drop(self.like_for_like.insert(memory, asking)),
            }
        }
    }

    /// What the pods make of a node.
    pub fn on(&self, node: &Node) -> Tally {
        let mut by_fit: BTreeMap<u64, u128> = BTreeMap::new();
        let mut unfit = 0;
        for asking in self.asking() {
            match node.fit(&asking.pod) {
                0 => unfit += asking.functions,
                fit => *by_fit.entry(fit).or_default() += asking.pods,
            }
        }
        let parts = by_fit
            .iter()
            .filter_map(|(fit, pods)| Exact::whole(*pods).over(&Exact::from(*fit)));
        Tally {
            share: parts.sum(),
            unfit,
        }
    }
}

/// What a population makes of a node type.
#[derive(Debug, Clone)]
pub struct Tally {
    /// Nodes' worth of pods.
    pub share: Exact,
    /// Functions that do not fit.
    pub unfit: usize,
}

impl Tally {
    /// The tally without a function of so many pods.
    pub fn without(&self, node: &Node, pod: &Pod, pods: u128) -> Self {
        match Exact::whole(pods).over(&Exact::from(node.fit(pod))) {
            Some(own) => Self {
                share: &self.share - &own,
                unfit: self.unfit,
            },
            None => Self {
                share: self.share.clone(),
                unfit: self.unfit - 1,
            },
        }
    }
}

pub fn pods_of_today(function: &Function, pod: &Pod, peak: &Exact) -> u128 {
    with_minimum(function, pod.for_slots(needed(function, peak)))
}

pub fn with_minimum(function: &Function, pods: u128) -> u128 {
    pods.max(function.container().min_tasks.into())
}
