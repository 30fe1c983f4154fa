//! Pods of functions, the room that nodes have for them, and how many nodes a set of functions
//! fills.

use super::burstable::busy_vcpu;
use super::crew::OwnPods;
use super::node_size::NodeSize;
use super::options::EksOptions;
use crate::exact::{Bounds, Exact};
use crate::platform::slot::Slot;
use crate::pricebook::InstanceType;
use crate::scenario::{Demand, Function};
use crate::units::{MB_PER_GB, MILLICORES_PER_VCPU};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// What the pods of a function need, whatever the node type.
#[derive(Debug, Clone)]
pub(crate) struct PodNeed {
    size: PodSize,
    /// Minimum number of pods.
    min_pods: u128,
}

#[derive(Debug, Clone)]
enum PodSize {
    /// The size of a task, with its measured number of requests.
    Measured {
        vcpu: Exact,
        memory_mb: Exact,
        requests: u128,
    },
    /// A number of slots over base memory.
    Slots {
        slot: Slot,
        base_mb: Parts,
        slot_mb: Parts,
        /// The stated number; `None` for the number that needs the least of a node type.
        requests: Option<u128>,
    },
}

impl PodNeed {
    pub(crate) fn of(function: &Function) -> Self {
        let container = function.container();
        let size = match (
            container.requests_per_pod,
            container.requests_per_task,
            container.task,
        ) {
            (None, Some(requests), Some(size)) => PodSize::Measured {
                vcpu: Exact::ratio(size.quarter_vcpus.into(), 4),
                memory_mb: Exact::from(size.memory_mb),
                requests: requests.into(),
            },
            (requests, ..) => PodSize::Slots {
                slot: Slot::of(function),
                base_mb: Parts::of(container.base_memory_mb),
                slot_mb: Parts::of(
                    container
                        .memory_per_request_mb
                        .unwrap_or_else(|| function.memory_mb.into()),
                ),
                requests: requests.map(u128::from),
            },
        };
        Self {
            size,
            min_pods: container.min_tasks.into(),
        }
    }

    /// Pods of any number of requests.
    pub(crate) fn of_slot(slot: &Slot, base_mb: Decimal, slot_mb: Decimal) -> Self {
        Self {
            size: PodSize::Slots {
                slot: slot.clone(),
                base_mb: Parts::of(base_mb),
                slot_mb: Parts::of(slot_mb),
                requests: None,
            },
            min_pods: 1,
        }
    }

    /// The sizes of pods that fit on a node type, for pods whose number of requests is chosen.
    pub(crate) fn sizes_on(&self, node: &Node) -> SizesOfPods {
        match self.on(node).room {
            PodRoom::Chosen(sizes) => sizes,
            PodRoom::Fixed { .. } => unreachable!("no number of requests is stated"),
        }
    }

    /// vCPUs and MB of the smallest pod.
    pub(crate) fn least(&self) -> (Exact, Exact) {
        match &self.size {
            PodSize::Measured {
                vcpu, memory_mb, ..
            } => (vcpu.clone(), memory_mb.clone()),
            PodSize::Slots { slot, requests, .. } => {
                let requests = Exact::whole(requests.unwrap_or(1));
                let memory_mb = &slot.base_mb + &(&slot.memory_mb * &requests);
                (&slot.vcpu * &requests, memory_mb)
            }
        }
    }

    /// What the pods for a number of slots need of nodes at least.
    pub(crate) fn parts(&self, slots: u128) -> NodeParts {
        let pods = |requests: u128| slots.div_ceil(requests).max(self.min_pods);
        match &self.size {
            PodSize::Measured {
                vcpu,
                memory_mb,
                requests,
            } => {
                let pods = Bounds::whole(pods(*requests));
                NodeParts([vcpu.bounds() * pods, memory_mb.bounds() * pods, pods])
            }
            PodSize::Slots { slot, requests, .. } => {
                let pods = requests.map_or(self.min_pods, pods);
                // Each pod holds one request at least.
                let slots = Bounds::whole(slots.max(pods));
                let pods = Bounds::whole(pods);
                let memory = slot.base_mb.bounds() * pods + slot.memory_mb.bounds() * slots;
                NodeParts([slot.vcpu.bounds() * slots, memory, pods])
            }
        }
    }

    /// The pods that a node type has room for.
    pub(crate) fn on(&self, node: &Node) -> Room {
        // `None` is a count of more than 128 bits.
        let times = |have: &Exact, each: &Exact| have.whole_times(each).unwrap_or(u128::MAX);
        let room = match &self.size {
            PodSize::Measured {
                vcpu,
                memory_mb,
                requests,
            } => {
                let fit = times(&node.vcpu, vcpu).min(times(&node.memory(), memory_mb));
                PodRoom::Fixed {
                    requests: *requests,
                    // More than 64 bits: pod addresses are the limit.
                    per_node: u64::try_from(fit).map_or(node.pods, |fit| fit.min(node.pods)),
                }
            }
            PodSize::Slots {
                slot,
                base_mb,
                slot_mb,
                requests,
            } => {
                let left = node.memory_left;
                let scale = left.scale.max(base_mb.scale).max(slot_mb.scale);
                let sizes = SizesOfPods {
                    slots_by_vcpu: times(&node.vcpu, &slot.vcpu),
                    memory: [left, *base_mb, *slot_mb].map(|parts| parts.at(scale)),
                    most_pods: node.pods,
                };
                match requests {
                    Some(requests) => PodRoom::Fixed {
                        requests: *requests,
                        per_node: sizes.fit(*requests),
                    },
                    None => PodRoom::Chosen(sizes),
                }
            }
        };
        Room {
            room,
            min_pods: self.min_pods,
        }
    }
}

/// A number as a multiple of a power of ten: at most 2^32 MB times 10^28.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Parts {
    count: u128,
    scale: u32,
}

impl Parts {
    fn of(number: Decimal) -> Self {
        Self {
            count: number.mantissa().unsigned_abs(),
            scale: number.scale(),
        }
    }

    /// The count at a scale that is not smaller.
    fn at(self, scale: u32) -> u128 {
        if scale == self.scale {
            self.count
        } else {
            self.count * 10_u128.pow(scale - self.scale)
        }
    }
}

/// The pods of a function that a node type has room for.
#[derive(Debug, Clone)]
pub(crate) struct Room {
    room: PodRoom,
    min_pods: u128,
}

#[derive(Debug, Clone)]
enum PodRoom {
    /// Pods of a stated number of requests.
    Fixed { requests: u128, per_node: u64 },
    /// Pods whose number of requests is chosen.
    Chosen(SizesOfPods),
}

/// Which sizes of pods fit on a node.
#[derive(Debug, Clone)]
pub(crate) struct SizesOfPods {
    /// Slots for which the vCPUs of a node are enough.
    slots_by_vcpu: u128,
    /// Memory of a node, base memory of a pod and memory of a slot, in the same unit.
    memory: [u128; 3],
    most_pods: u64,
}

/// The pods of a function on a node type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Packing {
    pub pods: u128,
    pub per_node: u64,
    /// Slots of a pod.
    pub requests: u128,
}

impl Packing {
    /// Nodes that the pods fill.
    pub(crate) fn share(&self) -> Exact {
        nodes_of(self.pods, self.per_node)
    }

    /// Bounds of [`Self::share`].
    pub(crate) fn bounds(&self) -> Bounds {
        Bounds::whole(self.pods).over(Bounds::whole(self.per_node.into()))
    }

    /// True if it needs less of its nodes, or as much with fewer requests in a pod.
    fn is_better_than(&self, other: &Self) -> bool {
        let mine = self.pods * u128::from(other.per_node);
        let theirs = other.pods * u128::from(self.per_node);
        (mine, self.requests) < (theirs, other.requests)
    }
}

impl Room {
    /// The pods for a number of slots. `None` if they do not fit on a node.
    pub(crate) fn pack(&self, slots: u128) -> Option<Packing> {
        match &self.room {
            PodRoom::Fixed { requests, per_node } => (*per_node > 0).then(|| Packing {
                pods: slots.div_ceil(*requests).max(self.min_pods),
                per_node: *per_node,
                requests: *requests,
            }),
            PodRoom::Chosen(sizes) => sizes.least_need(slots, self.min_pods),
        }
    }

    /// A number of slots up to which [`Self::pack`] needs as much as with these pods.
    pub(crate) fn most_slots(&self, packing: &Packing) -> u128 {
        let requests = match &self.room {
            PodRoom::Fixed { requests, .. } => *requests,
            PodRoom::Chosen(sizes) => sizes.most_requests(packing.per_node),
        };
        packing.pods.saturating_mul(requests)
    }

    /// How many pods of one request fit on a node, if that is the best size for any number of
    /// slots.
    fn of_one_request(&self) -> Option<u64> {
        match &self.room {
            PodRoom::Fixed { .. } => None,
            PodRoom::Chosen(sizes) => sizes.of_one_request(),
        }
    }
}

impl SizesOfPods {
    /// The most requests that each of a number of pods on a node can hold.
    pub(crate) fn most_requests(&self, pods: u64) -> u128 {
        let [node, base, slot] = self.memory;
        let pods = u128::from(pods);
        let by_memory = || {
            // An amount of more than 128 bits is more than a node has.
            let left = node.checked_sub(base.checked_mul(pods)?)?;
            Some(left / slot.checked_mul(pods)?)
        };
        (self.slots_by_vcpu / pods).min(by_memory().unwrap_or(0))
    }

    /// How many pods of a number of requests fit on a node.
    pub(crate) fn fit(&self, requests: u128) -> u64 {
        let [node, base, slot] = self.memory;
        let pod = slot
            .checked_mul(requests)
            .and_then(|mb| mb.checked_add(base));
        let by_memory = pod.map_or(0, |pod| node / pod);
        let fit = (self.slots_by_vcpu / requests).min(by_memory);
        u64::try_from(fit).map_or(self.most_pods, |fit| fit.min(self.most_pods))
    }

    /// How many pods of one request fit on a node, if that is the best size for any number of
    /// slots: no base memory is shared, and pod addresses are no limit. Larger pods then only waste
    /// more of a node.
    fn of_one_request(&self) -> Option<u64> {
        let [node, base, slot] = self.memory;
        let fit = self.slots_by_vcpu.min(node / slot);
        (base == 0 && fit <= self.most_pods.into()).then(|| self.fit(1))
    }

    /// A number of slots that a node with at least this number of pods cannot exceed.
    fn most_slots(&self, pods: u64) -> u128 {
        let [node, base, slot] = self.memory;
        let taken = base.checked_mul(pods.into());
        let left = taken.and_then(|taken| node.checked_sub(taken));
        self.slots_by_vcpu.min(left.unwrap_or(0) / slot)
    }

    /// The pods with the least need of nodes; of equal ones, those with the fewest requests.
    ///
    /// It looks at the largest pods for each number of pods on a node, and then divides the slots
    /// evenly among the pods. Smaller pods than that are not fewer nodes.
    fn least_need(&self, slots: u128, min_pods: u128) -> Option<Packing> {
        if let Some(per_node) = self.of_one_request() {
            return (per_node > 0).then(|| Packing {
                pods: slots.max(min_pods),
                per_node,
                requests: 1,
            });
        }
        let even = |pods: u128| slots.div_ceil(pods).max(1);
        let mut best: Option<Packing> = None;
        // With fewer pods on a node than this the minimum of pods fills more nodes.
        let mut per_node = self.fit(even(min_pods)).max(1);
        while per_node <= self.most_pods {
            let most = self.most_requests(per_node);
            if most == 0 {
                break;
            }
            per_node = self.fit(most);
            let pods = slots.div_ceil(most).max(min_pods);
            let packing = Packing {
                pods,
                per_node,
                requests: even(pods),
            };
            if best.is_none_or(|best| packing.is_better_than(&best)) {
                best = Some(packing);
            }
            per_node += 1;
            if best.is_some_and(|best| self.is_beaten_by(&best, slots, per_node)) {
                break;
            }
        }
        best
    }

    /// True if pods of which at least `per_node` are on a node need more nodes than `best`.
    fn is_beaten_by(&self, best: &Packing, slots: u128, per_node: u64) -> bool {
        let most = best.pods.checked_mul(self.most_slots(per_node));
        let needed = slots.checked_mul(best.per_node.into());
        most.zip(needed).is_some_and(|(most, needed)| most < needed)
    }
}

/// vCPUs, MB of memory and pods, or what one of each weighs or costs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NodeParts(pub [Bounds; 3]);

/// Gigabytes for each vCPU in [`NodeParts::mixes`]: those of most families of instance types.
const MIXED_GB_PER_VCPU: [u32; 3] = [2, 4, 8];

impl NodeParts {
    /// Weights of the parts: each part alone, and vCPUs with memory in several ratios.
    pub(crate) fn mixes() -> impl Iterator<Item = Self> {
        let [none, one] = [Bounds::ZERO, Bounds::whole(1)];
        let alone = [[one, none, none], [none, one, none], [none, none, one]];
        let mixed = MIXED_GB_PER_VCPU.into_iter().map(move |gigabytes| {
            let megabytes = u128::from(gigabytes * MB_PER_GB);
            [one, one.over(Bounds::whole(megabytes)), none]
        });
        alone.into_iter().chain(mixed).map(Self)
    }

    /// The sum of the parts with the weights of a mix.
    pub(crate) fn in_mix(&self, mix: &Self) -> Bounds {
        let parts = self.0.into_iter().zip(mix.0);
        parts.fold(Bounds::ZERO, |sum, (part, weight)| sum + part * weight)
    }
}

/// What a node has left for pods after DaemonSets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Node {
    /// Before DaemonSets.
    pub size: NodeSize,
    pub vcpu: Exact,
    /// Memory in MB.
    memory_left: Parts,
    pub pods: u64,
}

impl Node {
    pub(crate) fn of(shape: &InstanceType, options: &EksOptions) -> Self {
        let size = NodeSize::of(shape, options);
        let vcpus = Exact::ratio(size.millicores, MILLICORES_PER_VCPU.into());
        let daemonsets = &options.daemonsets;
        let taken = Parts::of(daemonsets.memory_mb);
        let memory = Parts::of(size.memory_mib.into()).at(taken.scale);
        Self {
            vcpu: (&vcpus - &Exact::from(daemonsets.vcpu)).max(Exact::ZERO),
            memory_left: Parts {
                count: memory.saturating_sub(taken.count),
                scale: taken.scale,
            },
            pods: u64::from(size.pods).saturating_sub(daemonsets.pods.into()),
            size,
        }
    }

    /// In MB.
    pub(crate) fn memory(&self) -> Exact {
        let Parts { count, scale } = self.memory_left;
        let left = Exact::whole(count).over(&Exact::whole(10_u128.pow(scale)));
        left.expect("a power of ten is above zero")
    }

    /// What it has; `None` without room for any pod.
    pub(crate) fn parts(&self) -> Option<NodeParts> {
        let memory = self.memory();
        let has_room = self.vcpu.is_positive() && memory.is_positive() && self.pods > 0;
        let pods = Bounds::whole(self.pods.into());
        has_room.then(|| NodeParts([self.vcpu.bounds(), memory.bounds(), pods]))
    }

    /// The largest share of a node by which a pod of this vCPU and memory in MB does not fit; zero or
    /// less for a pod that fits.
    pub(crate) fn missing(&self, vcpu: &Exact, memory_mb: &Exact) -> Exact {
        let share = |need: &Exact, left: &Exact, nominal: Exact| {
            let share = (need - left).over(&nominal);
            share.expect("an instance has vCPUs and memory")
        };
        let of_vcpu = share(vcpu, &self.vcpu, Exact::from(self.size.nominal_vcpu));
        let of_memory = share(
            memory_mb,
            &self.memory(),
            Exact::from(self.size.nominal_mib),
        );
        of_vcpu.max(of_memory)
    }

    /// True when every pod that fits `other` fits here at least as often.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        self.vcpu >= other.vcpu && self.memory() >= other.memory() && self.pods >= other.pods
    }
}

/// Functions without keys for containers and with equal memory, counted together.
#[derive(Debug, Clone)]
struct PodGroup {
    need: PodNeed,
    /// Their pods if a pod holds one request.
    pods: u128,
    functions: usize,
    /// The number of functions for each number of slots, which is not below the minimum of pods.
    by_slots: BTreeMap<u128, usize>,
}

impl PodGroup {
    fn new(function: &Function) -> Self {
        Self {
            need: PodNeed::of(function),
            pods: 0,
            functions: 0,
            by_slots: BTreeMap::new(),
        }
    }

    fn add(&mut self, slots: u128, functions: usize) {
        let slots = slots.max(self.need.min_pods);
        self.pods += slots * functions as u128;
        self.functions += functions;
        *self.by_slots.entry(slots).or_default() += functions;
    }
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
        let room = group.need.on(node);
        match room.of_one_request() {
            Some(0) => self.unfit += group.functions,
            Some(fit) => self.add_pods(fit, group.pods),
            None => {
                for (slots, functions) in &group.by_slots {
                    self.add_functions(&room, *slots, *functions);
                }
            }
        }
    }

    /// Adds functions with the same need.
    fn add_functions(&mut self, room: &Room, slots: u128, functions: usize) {
        match room.pack(slots) {
            Some(packing) => {
                self.add_pods(packing.per_node, packing.pods * functions as u128);
            }
            None => self.unfit += functions,
        }
    }

    fn add_pods(&mut self, fit: u64, pods: u128) {
        let fit = usize::try_from(fit).expect("a node has at most 65,536 pods");
        self.grow_to(fit + 1);
        self.pods_by_fit[fit] += pods;
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

    fn node_use(&self) -> LevelUse {
        let parts = (0u64..).zip(&self.pods_by_fit);
        let parts = parts.filter(|(_, pods)| **pods > 0);
        LevelUse {
            share: parts.map(|(fit, pods)| nodes_of(*pods, fit)).sum(),
            unfit: self.unfit,
            busy: Exact::ZERO,
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
    /// By node type: vCPUs that those keep busy which fit it. Empty if no type is burstable.
    busy: Vec<Exact>,
}

impl PodDemand {
    /// An empty demand for a number of node types. `busy` is zero for each of them if busy vCPUs are
    /// counted, and else empty.
    pub(crate) fn new(types: usize, busy: Vec<Exact>) -> Self {
        Self {
            like_for_like: BTreeMap::new(),
            stated: vec![PodsByFit::default(); types],
            busy,
        }
    }

    pub(crate) fn add<'n>(
        &mut self,
        function: &Function,
        demand: &Demand,
        nodes: impl Iterator<Item = &'n Node> + Clone,
    ) {
        let slots = function.needed_slots(demand);
        if !self.busy.is_empty() {
            let (need, own) = (PodNeed::of(function), busy_vcpu(function, demand));
            for (busy, node) in self.busy.iter_mut().zip(nodes.clone()) {
                if need.on(node).pack(slots).is_some() {
                    *busy = &*busy + &own;
                }
            }
        }
        if function.is_like_for_like() {
            let known = self.like_for_like.entry(function.memory_mb);
            known
                .or_insert_with(|| PodGroup::new(function))
                .add(slots, 1);
            return;
        }
        let need = PodNeed::of(function);
        for (fits, node) in self.stated.iter_mut().zip(nodes) {
            fits.add_functions(&need.on(node), slots, 1);
        }
    }

    /// Adds the pods of a service.
    pub(crate) fn add_service(&mut self, own: &OwnPods) {
        for (busy, need) in self.busy.iter_mut().zip(&own.needs) {
            if need.fits() {
                *busy = &*busy + &own.busy;
            }
        }
        for (fits, need) in self.stated.iter_mut().zip(&own.needs) {
            match need.packing() {
                Some(packing) => fits.add_pods(packing.per_node, packing.pods),
                None => fits.unfit += own.functions,
            }
        }
    }

    pub(crate) fn merge(&mut self, other: Self) {
        for (busy, more) in self.busy.iter_mut().zip(&other.busy) {
            *busy = &*busy + more;
        }
        for (mine, fits) in self.stated.iter_mut().zip(&other.stated) {
            mine.merge(fits);
        }
        for (memory, group) in other.like_for_like {
            match self.like_for_like.get_mut(&memory) {
                Some(known) => {
                    for (slots, functions) in group.by_slots {
                        known.add(slots, functions);
                    }
                }
                None => drop(self.like_for_like.insert(memory, group)),
            }
        }
    }

    /// The capacity that all counted functions use on a node type.
    pub(crate) fn node_use(&self, number: usize, node: &Node) -> LevelUse {
        let mut fits = self.stated[number].clone();
        for group in self.like_for_like.values() {
            fits.add(node, group);
        }
        LevelUse {
            busy: self.busy.get(number).cloned().unwrap_or(Exact::ZERO),
            ..fits.node_use()
        }
    }
}

/// The capacity of one node type that the functions of a level use.
#[derive(Debug, Clone)]
pub(crate) struct LevelUse {
    /// Nodes that their pods fill.
    pub share: Exact,
    /// Functions whose pods do not fit on a node.
    pub unfit: usize,
    /// vCPUs that they keep busy; zero if no node type is burstable.
    pub busy: Exact,
}

/// The pods of one function on nodes of one type.
#[derive(Debug, Clone)]
pub(crate) struct NodeNeed {
    packing: Option<Packing>,
}

impl NodeNeed {
    /// `None` is pods that do not fit.
    pub(crate) fn of(packing: Option<Packing>) -> Self {
        Self { packing }
    }

    pub(crate) fn packing(&self) -> Option<Packing> {
        self.packing
    }

    pub(crate) fn fits(&self) -> bool {
        self.packing.is_some()
    }

    /// Nodes that the pods fill; zero if they do not fit.
    pub(crate) fn share(&self) -> Exact {
        match &self.packing {
            Some(packing) => packing.share(),
            None => Exact::ZERO,
        }
    }

    /// Bounds of [`Self::share`].
    pub(crate) fn bounds(&self) -> Bounds {
        self.packing
            .map_or(Bounds::ZERO, |packing| packing.bounds())
    }
}

/// Nodes that pods fill when `fit` of them fit on a node.
fn nodes_of(pods: u128, fit: u64) -> Exact {
    let nodes = Exact::whole(pods).over(&Exact::from(fit));
    nodes.expect("only pods that fit a node are counted by nodes")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The least need by trying every number of requests.
    fn tried(sizes: &SizesOfPods, slots: u128, min_pods: u128) -> Option<Packing> {
        let mut best: Option<Packing> = None;
        for requests in 1..=slots.max(1) {
            let per_node = sizes.fit(requests);
            let packing = Packing {
                pods: slots.div_ceil(requests).max(min_pods),
                per_node,
                requests,
            };
            if per_node > 0 && best.is_none_or(|best| packing.is_better_than(&best)) {
                best = Some(packing);
            }
        }
        best
    }

    #[test]
    fn the_least_need_is_that_of_trying_every_number_of_requests() {
        let mut compared = 0;
        for base in [0, 30, 100, 700, 2_000] {
            for slots_by_vcpu in [0, 1, 7, 60, 190] {
                for most_pods in [0, 1, 5, 26, 230] {
                    let sizes = SizesOfPods {
                        slots_by_vcpu,
                        memory: [1_900, base, 13],
                        most_pods,
                    };
                    for slots in (0..40).chain([97, 150, 333, 1_000]) {
                        for min_pods in [1, 2, 3, 10] {
                            let expected = tried(&sizes, slots, min_pods);
                            let found = sizes.least_need(slots, min_pods);
                            assert_eq!(found, expected, "{sizes:?} {slots} {min_pods}");
                            compared += usize::from(found.is_some());
                        }
                    }
                }
            }
        }
        assert!(compared > 1_000, "{compared}");
    }

    #[test]
    fn slots_up_to_the_most_of_a_packing_need_as_much() {
        let sizes = SizesOfPods {
            slots_by_vcpu: 190,
            memory: [1_900, 100, 13],
            most_pods: 26,
        };
        let room = Room {
            room: PodRoom::Chosen(sizes),
            min_pods: 2,
        };
        let mut before = Exact::ZERO;
        for slots in 1..2_000 {
            let packing = room.pack(slots).expect("it fits");
            let most = room.most_slots(&packing);
            assert!(most >= slots);
            let last = room.pack(most).expect("it fits");
            assert_eq!(last.share(), packing.share(), "{slots} to {most}");
            assert!(packing.share() >= before, "{slots}");
            before = packing.share();
        }
    }
}
