//! Pods of functions, the room that nodes have for them, and how many nodes a set of functions
//! fills.

use super::options::EksOptions;
use crate::exact::{Bounds, Exact};
use crate::platform::slot::Slot;
use crate::pricebook::InstanceType;
use crate::scenario::{Demand, Function};
use crate::units::MILLICORES_PER_VCPU;
use std::collections::BTreeMap;

/// The size of a function's pods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pod {
    pub vcpu: Exact,
    pub memory_mb: Exact,
    /// Requests in flight that a pod carries.
    pub slots: u128,
}

impl Pod {
    /// A pod carries one slot, or the measured number of requests of a task with a stated size.
    pub(crate) fn of(function: &Function) -> Self {
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

    /// Pods that carry a number of slots, without the minimum of the function.
    pub(crate) fn for_slots(&self, slots: u128) -> u128 {
        slots.div_ceil(self.slots)
    }
}

/// What a node has left for pods after DaemonSets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Node {
    pub vcpu: Exact,
    pub memory_mb: Exact,
    pub pods: u64,
}

impl Node {
    pub(crate) fn of(shape: &InstanceType, options: &EksOptions) -> Self {
        let allocatable = shape.allocatable();
        let vcpus = Exact::ratio(allocatable.millicores, MILLICORES_PER_VCPU.into());
        let daemonsets = &options.daemonsets;
        Self {
            vcpu: (&vcpus - &Exact::from(daemonsets.vcpu)).max(Exact::ZERO),
            memory_mb: (&Exact::from(allocatable.memory_mib) - &Exact::from(daemonsets.memory_mb))
                .max(Exact::ZERO),
            pods: u64::from(shape.max_pods).saturating_sub(daemonsets.pods.into()),
        }
    }

    /// True when every pod that fits `other` fits here at least as often.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        self.vcpu >= other.vcpu && self.memory_mb >= other.memory_mb && self.pods >= other.pods
    }

    /// How many of these pods fit on a node.
    pub(crate) fn fit(&self, pod: &Pod) -> u64 {
        // `None`, or a count of more than 64 bits, means that pod addresses are the limit.
        let times = |have: &Exact, each: &Exact| {
            let count = have.whole_times(each).map(u64::try_from);
            count.map_or(self.pods, |count| count.unwrap_or(self.pods))
        };
        let by_cpu = times(&self.vcpu, &pod.vcpu);
        let by_memory = times(&self.memory_mb, &pod.memory_mb);
        by_cpu.min(by_memory).min(self.pods)
    }
}

/// Functions with equal pods, counted together.
#[derive(Debug, Clone)]
struct PodGroup {
    pod: Pod,
    pods: u128,
    functions: usize,
}

/// The pods of a set of functions, by how many fit on a node of one type.
#[derive(Debug, Clone, Default)]
struct PodsByFit {
    /// Number of pods by how many of them fit on a node.
    pods_by_fit: Vec<u128>,
    /// Functions whose pods do not fit on a node.
    unfit: usize,
}

impl PodsByFit {
    fn add(&mut self, node: &Node, group: &PodGroup) {
        let fit = node.fit(&group.pod);
        match usize::try_from(fit) {
            Ok(0) | Err(_) => self.unfit += group.functions,
            Ok(fit) => {
                if fit >= self.pods_by_fit.len() {
                    self.grow_to(fit + 1);
                }
                self.pods_by_fit[fit] += group.pods;
            }
        }
    }

    fn grow_to(&mut self, length: usize) {
        let length = length.max(self.pods_by_fit.len());
        self.pods_by_fit.resize(length, 0);
    }

    fn merge(&mut self, other: &Self) {
        self.grow_to(other.pods_by_fit.len());
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

/// A set of functions, reduced to what the cost of a cluster depends on: how their pods fill each
/// node type.
#[derive(Debug, Clone)]
pub(crate) struct PodDemand {
    /// Functions without keys for containers, by memory in MB. Many functions have equal memory, so
    /// their pods are counted together.
    like_for_like: BTreeMap<u32, PodGroup>,
    /// All other functions, for each node type. Their pods are seldom equal, so they are not
    /// grouped.
    stated: Vec<PodsByFit>,
}

impl PodDemand {
    /// An empty demand for a number of node types.
    pub(crate) fn new(types: usize) -> Self {
        Self {
            like_for_like: BTreeMap::new(),
            stated: vec![PodsByFit::default(); types],
        }
    }

    pub(crate) fn add<'n>(
        &mut self,
        function: &Function,
        demand: &Demand,
        nodes: impl Iterator<Item = &'n Node>,
    ) {
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
        let group = PodGroup {
            pods: pods_of_today(function, &pod, demand),
            pod,
            functions: 1,
        };
        for (fits, node) in self.stated.iter_mut().zip(nodes) {
            fits.add(node, &group);
        }
    }

    pub(crate) fn merge(&mut self, other: Self) {
        for (mine, fits) in self.stated.iter_mut().zip(&other.stated) {
            mine.merge(fits);
        }
        for (memory, group) in other.like_for_like {
            match self.like_for_like.get_mut(&memory) {
                Some(known) => {
                    known.pods += group.pods;
                    known.functions += group.functions;
                }
                None => drop(self.like_for_like.insert(memory, group)),
            }
        }
    }

    /// The capacity that all counted functions use on a node type.
    pub(crate) fn node_use(&self, number: usize, node: &Node) -> NodeUse {
        let mut fits = self.stated[number].clone();
        for group in self.like_for_like.values() {
            fits.add(node, group);
        }
        fits.node_use()
    }
}

/// The capacity of one node type that a set of functions uses.
#[derive(Debug, Clone)]
pub(crate) struct NodeUse {
    /// Nodes that their pods fill.
    pub share: Exact,
    /// Functions whose pods do not fit on a node.
    pub unfit: usize,
}

/// The pods of one function on nodes of one type.
#[derive(Debug, Clone)]
pub(crate) struct NodeNeed {
    pods: u128,
    fit: u64,
}

impl NodeNeed {
    pub(crate) fn of(node: &Node, pod: &Pod, pods: u128) -> Self {
        let fit = node.fit(pod);
        Self { pods, fit }
    }

    pub(crate) fn fits(&self) -> bool {
        self.fit > 0
    }

    /// Pods that fit on a node; zero if none does.
    pub(crate) fn fit(&self) -> u64 {
        self.fit
    }

    /// Nodes that the pods fill; zero if they do not fit.
    pub(crate) fn share(&self) -> Exact {
        if self.fits() {
            nodes_of(self.pods, self.fit)
        } else {
            Exact::ZERO
        }
    }

    /// Bounds of [`Self::share`].
    pub(crate) fn bounds(&self) -> Bounds {
        if self.fits() {
            Bounds::whole(self.pods).over(Bounds::whole(self.fit.into()))
        } else {
            Bounds::ZERO
        }
    }
}

/// Nodes that pods fill when `fit` of them fit on a node.
pub(crate) fn nodes_of(pods: u128, fit: u64) -> Exact {
    let nodes = Exact::whole(pods).over(&Exact::from(fit));
    nodes.expect("only pods that fit a node are counted by nodes")
}

pub(crate) fn pods_of_today(function: &Function, pod: &Pod, demand: &Demand) -> u128 {
    with_minimum(function, pod.for_slots(function.needed_slots(demand)))
}

pub(crate) fn with_minimum(function: &Function, pods: u128) -> u128 {
    pods.max(function.container().min_tasks.into())
}
