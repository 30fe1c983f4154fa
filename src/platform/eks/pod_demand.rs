//! Pods, what a node offers them, and how many of them a fleet asks for.

use super::options::EksOptions;
use crate::exact::Exact;
use crate::platform::slot::Slot;
use crate::pricebook::InstanceType;
use crate::scenario::{Demand, Function};
use crate::units::MS_PER_SECOND;
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
        // A pod needs vCPUs and memory: a count of `None` or of more than 64 bits is more than a node
        // has addresses for.
        let times = |have: &Exact, each: &Exact| {
            let count = have.whole_times(each).map(u64::try_from);
            count.map_or(self.pods, |count| count.unwrap_or(self.pods))
        };
        let by_cpu = times(&self.vcpu, &pod.vcpu);
        let by_memory = times(&self.memory_mb, &pod.memory_mb);
        by_cpu.min(by_memory).min(self.pods)
    }
}

/// Functions that ask the same: their pods, and how many they are.
#[derive(Debug, Clone)]
struct PodGroup {
    pod: Pod,
    pods: u128,
    functions: usize,
}

/// How nodes of one type fill up.
#[derive(Debug, Clone, Default)]
struct PodsByFit {
    /// Pods of which a node takes as many as the index says.
    pods_by_fit: Vec<u128>,
    /// Functions whose pods fit no node.
    unfit: usize,
}

impl PodsByFit {
    fn add(&mut self, node: &Node, asking: &PodGroup) {
        let fit = node.fit(&asking.pod);
        match usize::try_from(fit) {
            Ok(0) | Err(_) => self.unfit += asking.functions,
            Ok(fit) => {
                if fit >= self.pods_by_fit.len() {
                    self.reach(fit + 1);
                }
                self.pods_by_fit[fit] += asking.pods;
            }
        }
    }

    fn reach(&mut self, length: usize) {
        let length = length.max(self.pods_by_fit.len());
        self.pods_by_fit.resize(length, 0);
    }

    fn merge(&mut self, other: &Self) {
        self.reach(other.pods_by_fit.len());
        for (mine, pods) in self.pods_by_fit.iter_mut().zip(&other.pods_by_fit) {
            *mine += pods;
        }
        self.unfit += other.unfit;
    }

    fn node_use(&self) -> NodeUse {
        let parts = (0u64..).zip(&self.pods_by_fit);
        let parts = parts.filter(|(_, pods)| **pods > 0);
        NodeUse {
            share: parts.map(|(fit, pods)| nodes_of(*pods, fit)).sum(),
            unfit: self.unfit,
        }
    }
}

/// Functions counted by how their pods fill each node type: all that the cost of a cluster depends
/// on.
#[derive(Debug, Clone)]
pub struct PodDemand {
    /// Functions that say nothing of containers, by memory in MB: many ask the same.
    like_for_like: BTreeMap<u32, PodGroup>,
    /// What all others make of each node type: hardly two ask the same.
    stated: Vec<PodsByFit>,
    is_empty: bool,
}

impl PodDemand {
    /// Nobody yet, for so many node types.
    pub fn new(types: usize) -> Self {
        Self {
            like_for_like: BTreeMap::new(),
            stated: vec![PodsByFit::default(); types],
            is_empty: true,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.is_empty
    }

    pub fn add<'n>(
        &mut self,
        function: &Function,
        demand: &Demand,
        nodes: impl Iterator<Item = &'n Node>,
    ) {
        self.is_empty = false;
        if function.is_like_for_like() {
            let known = self.like_for_like.entry(function.memory_mb);
            let known = known.or_insert_with(|| PodGroup {
                pod: Pod::of(function),
                pods: 0,
                functions: 0,
            });
            known.pods += pods_of_today(function, &known.pod, demand);
            known.functions += 1;
            return;
        }
        let pod = Pod::of(function);
        let asking = PodGroup {
            pods: pods_of_today(function, &pod, demand),
            pod,
            functions: 1,
        };
        for (filling, node) in self.stated.iter_mut().zip(nodes) {
            filling.add(node, &asking);
        }
    }

    pub fn merge(&mut self, other: Self) {
        self.is_empty &= other.is_empty;
        for (mine, filling) in self.stated.iter_mut().zip(&other.stated) {
            mine.merge(filling);
        }
        for (memory, asking) in other.like_for_like {
            match self.like_for_like.get_mut(&memory) {
                Some(known) => {
                    known.pods += asking.pods;
                    known.functions += asking.functions;
                }
                None => drop(self.like_for_like.insert(memory, asking)),
            }
        }
    }

    /// What everyone makes of a node type.
    pub fn on(&self, number: usize, node: &Node) -> NodeUse {
        let mut filling = self.stated[number].clone();
        for asking in self.like_for_like.values() {
            filling.add(node, asking);
        }
        filling.node_use()
    }
}

/// What functions make of a node type.
#[derive(Debug, Clone)]
pub struct NodeUse {
    /// Nodes' worth of pods.
    pub share: Exact,
    /// Functions that do not fit.
    pub unfit: usize,
}

impl NodeUse {
    /// What the pods of one function make of a node type.
    pub fn of(node: &Node, pod: &Pod, pods: u128) -> Self {
        match node.fit(pod) {
            0 => Self {
                share: Exact::ZERO,
                unfit: 1,
            },
            fit => Self {
                share: nodes_of(pods, fit),
                unfit: 0,
            },
        }
    }

    /// What is left without a function that is part of it.
    pub fn without(&self, one: &Self) -> Self {
        Self {
            share: &self.share - &one.share,
            unfit: self.unfit - one.unfit,
        }
    }
}

/// Nodes' worth of pods of which a node takes `fit`.
pub fn nodes_of(pods: u128, fit: u64) -> Exact {
    let nodes = Exact::whole(pods).over(&Exact::from(fit));
    nodes.expect("only pods that fit a node are counted by nodes")
}

pub fn pods_of_today(function: &Function, pod: &Pod, demand: &Demand) -> u128 {
    with_minimum(function, pod.for_slots(function.needed_slots(demand)))
}

pub fn with_minimum(function: &Function, pods: u128) -> u128 {
    pods.max(function.container().min_tasks.into())
}
