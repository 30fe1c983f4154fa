//! Amazon EKS on EC2 nodes: one cluster per region and architecture carries all functions there.
//!
//! Rules: EKS price list (cluster hour, extended support), EC2 on demand per instance hour, EBS gp3
//! per GB-month; a node's capacity by the kubelet's formula ([`crate::catalog::instances`]).

use super::slot::{Slot, needed, planned};
use super::{
    Capacity, CapacitySteps, Cluster, Company, Context, Cost, CostModel, Fleet, Holding,
    Infeasible, Line, Missing, Notes, Platform, Stairs, Tariff, oldest,
};
use crate::catalog::{Architecture, InstanceType, Price, Regional};
use crate::diag::{Code, Diag, Diags};
use crate::exact::Exact;
use crate::money::Usd;
use crate::text::did_you_mean;
use crate::units::{ClusterHour, GbMonth, InstanceHour, MS_PER_SECOND, Qty};
use crate::workload::{ClusterKind, EksOptions, Function};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Amazon EKS on EC2, on demand.
pub struct Eks;

impl Platform for Eks {
    fn id(&self) -> &'static str {
        "eks"
    }

    fn title(&self) -> &'static str {
        "EKS"
    }

    fn bind<'a>(&self, context: Context<'a>) -> Result<Box<dyn CostModel + 'a>, Diags> {
        let grounds = grounds(&context)?;
        let everyone = populations(&context, grounds.len(), &|_| true);
        let clusters = grounds
            .par_iter()
            .zip(&everyone)
            .map(|(ground, population)| ground.as_ref()?.form(population))
            .collect();
        Ok(Box::new(Model {
            context,
            grounds,
            everyone,
            clusters,
        }))
    }
}

/// What one pod asks of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pod {
    vcpu: Exact,
    memory_mb: Exact,
    /// Requests in flight that it carries.
    slots: u128,
}

impl Pod {
    /// A pod holds one slot, or what was measured to fit a task of a stated size.
    fn of(function: &Function) -> Self {
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
    fn for_slots(&self, slots: u128) -> u128 {
        slots.div_ceil(self.slots)
    }
}

/// What a node of a type offers to pods after DaemonSets.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Node {
    vcpu: Exact,
    memory_mb: Exact,
    pods: u64,
}

impl Node {
    fn of(shape: &InstanceType, options: &EksOptions) -> Self {
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

    /// Pods that fit a node.
    fn fit(&self, pod: &Pod) -> u64 {
        let times = |have: &Exact, each: &Exact| {
            let count = have.over(each).and_then(|count| count.floor());
            count.map_or(u64::MAX, |count| u64::try_from(count).unwrap_or(u64::MAX))
        };
        let by_cpu = times(&self.vcpu, &pod.vcpu);
        let by_memory = times(&self.memory_mb, &pod.memory_mb);
        by_cpu.min(by_memory).min(self.pods)
    }
}

/// A node type that a cluster can be made of.
struct Candidate {
    name: Arc<str>,
    vcpu: u32,
    node: Node,
    price: Price<InstanceHour>,
}

/// Where clusters can stand: an architecture in a region, its prices and its node types.
struct Ground<'a> {
    options: &'a EksOptions,
    hours: &'a Exact,
    region: u16,
    architecture: Architecture,
    /// The cheapest type of each shape, by vCPU and then by name.
    candidates: Vec<Candidate>,
    fee: Option<Price<ClusterHour>>,
    extended_support: Option<Price<ClusterHour>>,
    volume: Option<Price<GbMonth>>,
}

/// Ground numbers: region and architecture of the containers.
fn ground_of(function: &Function) -> usize {
    let architecture = function.container_architecture() as usize;
    usize::from(function.region) * Architecture::ALL.len() + architecture
}

fn grounds<'a>(context: &Context<'a>) -> Result<Vec<Option<Ground<'a>>>, Diags> {
    let mut missing = Missing::default();
    let count = context.prices.len() * Architecture::ALL.len();
    let mut grounds: Vec<Option<Ground<'a>>> = (0..count).map(|_| None).collect();
    let mut sought = vec![false; count];
    for function in &context.scenario.functions {
        let number = ground_of(function);
        if !std::mem::replace(&mut sought[number], true) {
            let ground = Ground::find(context, function, &mut missing);
            grounds[number] = missing.take(ground);
        }
    }
    missing.into_result(grounds)
}

impl<'a> Ground<'a> {
    fn find(
        context: &Context<'a>,
        function: &Function,
        missing: &mut Missing,
    ) -> Result<Self, Diag> {
        let options = &context.scenario.eks;
        let regional = context.prices_of(function);
        let architecture = function.container_architecture();
        let dedicated = options.cluster == ClusterKind::Dedicated;
        let mut fee =
            |wanted: bool, path: &str| wanted.then(|| missing.take(regional.price(path))).flatten();
        Ok(Self {
            options,
            hours: &context.scenario.hours,
            region: function.region,
            architecture,
            fee: fee(dedicated, "eks.cluster"),
            extended_support: fee(
                dedicated && options.extended_support,
                "eks.extended_support",
            ),
            volume: regional.price("ebs.gp3").ok(),
            candidates: candidates(context, regional, architecture)?,
        })
    }

    /// Dollars a month of one node with its root volume.
    fn node_month(&self, price: &Price<InstanceHour>) -> Usd {
        let machine = &price.rate * &Qty::new(self.hours.clone());
        match &self.volume {
            Some(volume) => &machine + &(&volume.rate * &Qty::new(self.volume_gb())),
            None => machine,
        }
    }

    fn volume_gb(&self) -> Exact {
        Exact::from(self.options.root_volume_gb)
    }

    /// Dollars a month of the cluster itself.
    fn fee_month(&self) -> Usd {
        let fees = [&self.fee, &self.extended_support];
        let month = |price: &Price<ClusterHour>| &price.rate * &Qty::new(self.hours.clone());
        fees.into_iter().flatten().map(month).sum()
    }

    /// Nodes that carry so many nodes' worth of pods.
    fn nodes(&self, share: &Exact) -> Exact {
        if self.options.cluster == ClusterKind::Existing {
            return share.clone();
        }
        let packing = Exact::from(self.options.packing_efficiency);
        let packed = share.over(&packing).and_then(|nodes| nodes.ceil());
        Exact::whole(
            packed
                .unwrap_or(u128::MAX)
                .max(self.options.min_nodes.into()),
        )
    }

    /// Dollars a month of a cluster of one type with so many nodes' worth of pods.
    fn month(&self, price: &Price<InstanceHour>, share: &Exact) -> Usd {
        let nodes = self.node_month(price).share(&self.nodes(share));
        &nodes + &self.fee_month()
    }

    /// The cheapest cluster for a population, one type for all its nodes; `None` for nobody.
    fn form(&self, population: &Population) -> Option<Formed> {
        if population.is_empty() {
            return None;
        }
        let offers: Vec<(usize, Usd, Exact)> = self
            .candidates
            .par_iter()
            .map(|candidate| {
                let (share, unfit) = population.on(&candidate.node);
                (unfit, self.month(&candidate.price, &share), share)
            })
            .collect();
        // Candidates come by vCPU, then name, and of equals the first is taken. A type that more
        // functions fit is better at any price: a cluster has to carry whom it can.
        let offers = offers.into_iter().enumerate();
        let cheaper = |left: &(usize, Usd, Exact), right: &(usize, Usd, Exact)| {
            (left.0, &left.1).cmp(&(right.0, &right.1))
        };
        let (number, (_, monthly, share)) =
            offers.min_by(|(_, left), (_, right)| cheaper(left, right))?;
        Some(Formed {
            number,
            per_share: Usd::new(monthly.dollars().over(&share)?.reduced()),
            share: share.reduced(),
            monthly,
        })
    }
}

fn candidates(
    context: &Context<'_>,
    regional: &Regional,
    architecture: Architecture,
) -> Result<Vec<Candidate>, Diag> {
    let options = &context.scenario.eks;
    let candidate = |shape: &InstanceType, price| Candidate {
        name: shape.name.as_str().into(),
        vcpu: shape.vcpu,
        node: Node::of(shape, options),
        price,
    };
    if let Some((name, at)) = &options.instance_type {
        let wrong = |message: String| Diag::new(Code::NotAvailable, message).at(at.clone());
        let Some(shape) = context.instances.iter().find(|shape| shape.name == *name) else {
            let known = context.instances.iter().map(|shape| shape.name.as_str());
            let message = format!("the book has no instance type `{name}`");
            return Err(wrong(message).maybe_help(did_you_mean(name, known)));
        };
        if shape.architecture != architecture {
            let message = format!("`{name}` is {}", shape.architecture.name());
            let help = format!(
                "functions of this scenario need {}: fix another type, or leave \
                 instance_type = \"auto\"",
                architecture.name()
            );
            return Err(wrong(message).help(help));
        }
        let price = regional.price(&format!("ec2.{name}"))?;
        return Ok(vec![candidate(shape, price)]);
    }
    let mut all: Vec<Candidate> = context
        .instances
        .iter()
        .filter(|shape| shape.architecture == architecture && shape.is_default_candidate())
        .filter_map(|shape| Some(candidate(shape, regional.instance(&shape.name)?)))
        .collect();
    if all.is_empty() {
        return Err(Diag::new(
            Code::MissingPrice,
            format!(
                "the price book has no node type for {} in {}",
                architecture.name(),
                regional.name()
            ),
        )
        .help("fix eks.instance_type, or leave \"eks\" out of `platforms`"));
    }
    all.sort_by(|left, right| (left.vcpu, &left.name).cmp(&(right.vcpu, &right.name)));
    Ok(cheapest_of_each_shape(all))
}

/// Types of one shape carry the same pods: only the cheapest can win.
fn cheapest_of_each_shape(all: Vec<Candidate>) -> Vec<Candidate> {
    let mut kept: Vec<Candidate> = Vec::new();
    for candidate in all {
        match kept.iter_mut().find(|other| other.node == candidate.node) {
            Some(other) if candidate.price.rate < other.price.rate => *other = candidate,
            Some(_) => {}
            None => kept.push(candidate),
        }
    }
    kept.sort_by(|left, right| (left.vcpu, &left.name).cmp(&(right.vcpu, &right.name)));
    kept
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
struct Population {
    /// Of functions that say nothing of containers, by memory in MB.
    like_for_like: BTreeMap<u32, Asking>,
    /// Of all others, one entry each: hardly two ask the same.
    stated: Vec<Asking>,
}

impl Population {
    fn asking(&self) -> impl Iterator<Item = &Asking> {
        self.like_for_like.values().chain(&self.stated)
    }

    fn is_empty(&self) -> bool {
        self.asking().next().is_none()
    }

    fn add(&mut self, function: &Function, peak: &Exact) {
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

    fn merge(&mut self, other: Self) {
        self.stated.extend(other.stated);
        for (memory, asking) in other.like_for_like {
            match self.like_for_like.get_mut(&memory) {
                Some(known) => known.and(asking.pods, asking.functions),
                None => drop(self.like_for_like.insert(memory, asking)),
            }
        }
    }

    fn without(&self, function: &Function, pod: &Pod, pods: u128) -> Self {
        let mut rest = self.clone();
        if function.is_like_for_like() {
            if let Some(known) = rest.like_for_like.get_mut(&function.memory_mb) {
                known.pods -= pods;
                known.functions -= 1;
            }
            rest.like_for_like.retain(|_, asking| asking.functions > 0);
        } else {
            let is_own = |asking: &Asking| asking.pods == pods && asking.pod == *pod;
            let own = rest.stated.iter().position(is_own);
            own.map(|own| rest.stated.swap_remove(own));
        }
        rest
    }

    /// Nodes' worth of pods on a node, and how many functions do not fit it.
    fn on(&self, node: &Node) -> (Exact, usize) {
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
        (parts.sum(), unfit)
    }
}

/// The populations of all grounds, members only.
fn populations(
    context: &Context<'_>,
    grounds: usize,
    member: &(dyn Fn(usize) -> bool + Sync),
) -> Vec<Population> {
    let empty = || vec![Population::default(); grounds];
    let functions = context.scenario.functions.par_iter().enumerate();
    functions
        .with_min_len(SIDE_BY_SIDE)
        .filter(|(index, _)| member(*index))
        .fold(empty, |mut populations, (index, function)| {
            populations[ground_of(function)].add(function, context.peak(index));
            populations
        })
        .reduce(empty, |mut left, right| {
            for (mine, other) in left.iter_mut().zip(right) {
                mine.merge(other);
            }
            left
        })
}

/// Functions that are counted together before counts are merged.
const SIDE_BY_SIDE: usize = 1 << 16;

fn pods_of_today(function: &Function, pod: &Pod, peak: &Exact) -> u128 {
    with_minimum(function, pod.for_slots(needed(function, peak)))
}

fn with_minimum(function: &Function, pods: u128) -> u128 {
    pods.max(function.container().min_tasks.into())
}

/// A cluster that has been formed.
struct Formed {
    /// Number of its candidate.
    number: usize,
    /// Nodes' worth of pods on it.
    share: Exact,
    /// Dollars a month.
    monthly: Usd,
    /// Dollars a month of a node's worth of pods.
    per_share: Usd,
}

struct Model<'a> {
    context: Context<'a>,
    grounds: Vec<Option<Ground<'a>>>,
    everyone: Vec<Population>,
    clusters: Vec<Option<Formed>>,
}

/// A function on its cluster.
struct Placed<'m> {
    function: &'m Function,
    ground: &'m Ground<'m>,
    cluster: &'m Formed,
    candidate: &'m Candidate,
    pod: Pod,
    pods_per_node: u64,
    /// Pods that today's traffic needs.
    pods: u128,
}

impl Placed<'_> {
    /// Nodes' worth of so many pods.
    fn share(&self, pods: u128) -> Exact {
        let per_node = Exact::from(self.pods_per_node);
        Exact::whole(pods).over(&per_node).unwrap_or(Exact::ZERO)
    }

    /// The part of a cluster's bill that goes to so many of its nodes' worth of pods.
    fn allocated(&self, whole: &Usd, share: &Exact, all: &Exact) -> Usd {
        whole.share(&share.over(all).unwrap_or(Exact::ZERO))
    }

    fn carried(&self, pods: u128) -> Exact {
        let slots = &Exact::whole(pods) * &Exact::whole(self.pod.slots);
        &slots * &Exact::from(self.function.container().target_utilization)
    }
}

impl Model<'_> {
    fn place(&self, index: usize) -> Result<Placed<'_>, Infeasible> {
        let function = self.context.function(index);
        let number = ground_of(function);
        let pod = Pod::of(function);
        let nowhere = || {
            Infeasible(format!(
                "a pod of {} vCPU and {} MB fits no node of the cluster",
                pod.vcpu.to_fixed(2),
                pod.memory_mb.to_fixed(0)
            ))
        };
        let (Some(ground), Some(cluster)) = (&self.grounds[number], &self.clusters[number]) else {
            return Err(nowhere());
        };
        let candidate = &ground.candidates[cluster.number];
        let pods_per_node = candidate.node.fit(&pod);
        if pods_per_node == 0 {
            return Err(nowhere());
        }
        Ok(Placed {
            function,
            ground,
            cluster,
            candidate,
            pods: pods_of_today(function, &pod, self.context.peak(index)),
            pod,
            pods_per_node,
        })
    }

    fn split(&self, member: &(dyn Fn(usize) -> bool + Sync)) -> Option<Vec<Option<Formed>>> {
        let populations = populations(&self.context, self.grounds.len(), member);
        let formed = self
            .grounds
            .iter()
            .zip(&populations)
            .map(|(ground, population)| {
                let (Some(ground), false) = (ground, population.is_empty()) else {
                    return Some(None);
                };
                let formed = ground.form(population)?;
                let candidate = &ground.candidates[formed.number];
                let (_, unfit) = population.on(&candidate.node);
                (unfit == 0).then_some(Some(formed))
            });
        formed.collect()
    }
}

impl CostModel for Model<'_> {
    fn cost(&self, index: usize) -> Result<Cost, Infeasible> {
        let placed = self.place(index)?;
        let pods = placed.pods;
        let share = placed.share(pods);
        let billed = placed.cluster.per_share.share(&share);
        Ok(Cost {
            compared: billed.clone(),
            billed,
            fleet: Some(Fleet::Pods {
                instance_type: Arc::clone(&placed.candidate.name),
                node_share: share,
                pods,
                pods_per_node: placed.pods_per_node.into(),
                capacity: placed.carried(pods),
            }),
        })
    }

    fn lines(&self, index: usize) -> Vec<Line> {
        let Ok(placed) = self.place(index) else {
            return Vec::new();
        };
        let ground = placed.ground;
        let share = placed.share(placed.pods);
        let Some(part) = share.over(&placed.cluster.share) else {
            return Vec::new();
        };
        let nodes = &ground.nodes(&placed.cluster.share) * &part;
        let hours = |amount: &Exact| amount * ground.hours;
        let mut lines = vec![Line::new("nodes", hours(&nodes), &placed.candidate.price)];
        if let Some(volume) = &ground.volume {
            lines.push(Line::new(
                "root volumes",
                &nodes * &ground.volume_gb(),
                volume,
            ));
        }
        if let Some(fee) = &ground.fee {
            lines.push(Line::new("cluster", hours(&part), fee));
        }
        if let Some(surcharge) = &ground.extended_support {
            lines.push(Line::new("extended support", hours(&part), surcharge));
        }
        lines
    }

    fn price_as_of(&self, index: usize) -> &str {
        let number = ground_of(self.context.function(index));
        let (Some(ground), Some(cluster)) = (&self.grounds[number], &self.clusters[number]) else {
            return "";
        };
        let node = &ground.candidates[cluster.number].price.provenance;
        let volume = ground.volume.as_ref().map(|price| &price.provenance);
        let fees = [&ground.fee, &ground.extended_support];
        let fees = fees.into_iter().flatten().map(|price| &price.provenance);
        oldest([node].into_iter().chain(volume).chain(fees))
    }

    fn company(&self, index: usize) -> Company {
        let Ok(placed) = self.place(index) else {
            return Company::default();
        };
        let pods = placed.pods;
        let mut own = Population::default();
        own.add(placed.function, self.context.peak(index));
        let rest =
            self.everyone[ground_of(placed.function)].without(placed.function, &placed.pod, pods);
        let monthly = |population| {
            let formed = placed.ground.form(&population);
            formed.map_or(Usd::ZERO, |formed| formed.monthly)
        };
        Company {
            alone: Some(monthly(own)),
            avoidable: Some(&placed.cluster.monthly - &monthly(rest)),
        }
    }

    fn total(&self, member: &(dyn Fn(usize) -> bool + Sync)) -> Option<Usd> {
        let clusters = self.split(member)?;
        Some(
            clusters
                .into_iter()
                .flatten()
                .map(|formed| formed.monthly)
                .sum(),
        )
    }

    fn tariff(&self) -> Tariff<'_> {
        Tariff::Capacity(self)
    }

    fn clusters(&self) -> Vec<Cluster> {
        let both = self.grounds.iter().zip(&self.clusters);
        both.filter_map(|(ground, cluster)| Some((ground.as_ref()?, cluster.as_ref()?)))
            .map(|(ground, cluster)| Cluster {
                region: ground.region,
                architecture: ground.architecture,
                instance_type: Arc::clone(&ground.candidates[cluster.number].name),
                nodes: ground.nodes(&cluster.share),
                monthly: cluster.monthly.clone(),
            })
            .collect()
    }

    fn notes(&self, notes: &mut Notes) {
        let options = &self.context.scenario.eks;
        let daemonsets = &options.daemonsets;
        notes.assume(match options.cluster {
            ClusterKind::Dedicated => format!(
                "EKS: one cluster per region and architecture for all functions, at least {} \
                 nodes, packing {} of 1, its fee shared by nodes used",
                options.min_nodes,
                options.packing_efficiency.normalize()
            ),
            ClusterKind::Existing => "EKS: a cluster that runs anyway: the share of nodes and \
                                      volumes that is used, no cluster fee"
                .to_owned(),
        });
        notes.assume(format!(
            "EKS nodes sell what the kubelet leaves, less DaemonSets of {} vCPU, {} MB and {} \
             pods; each has a root volume of {} GB",
            daemonsets.vcpu.normalize(),
            daemonsets.memory_mb.normalize(),
            daemonsets.pods,
            options.root_volume_gb
        ));
        let mut unpriced: Vec<&str> = Vec::new();
        for ground in self
            .grounds
            .iter()
            .flatten()
            .filter(|ground| ground.volume.is_none())
        {
            let name: &str = self.context.prices[usize::from(ground.region)].name();
            if !unpriced.contains(&name) {
                unpriced.push(name);
            }
        }
        if options.root_volume_gb > 0 && !unpriced.is_empty() {
            notes.leave_out(format!(
                "root volumes of EKS nodes in {}: the book has no gp3 price there",
                crate::text::listed(&unpriced)
            ));
        }
        notes.leave_out("EKS Auto Mode, add-ons, and the surge of nodes during upgrades");
    }
}

impl Capacity for Model<'_> {
    fn stairs(&self, index: usize) -> Option<Box<dyn Stairs + '_>> {
        let placed = self.place(index).ok()?;
        let today = placed.share(placed.pods);
        Some(Box::new(Tenant {
            others: &placed.cluster.share - &today,
            placed,
        }))
    }
}

/// One function on a cluster whose other functions stay as they are.
struct Tenant<'m> {
    placed: Placed<'m>,
    /// Nodes' worth of the others' pods.
    others: Exact,
}

impl Tenant<'_> {
    fn pods(&self, slots: u128) -> u128 {
        with_minimum(self.placed.function, self.placed.pod.for_slots(slots))
    }
}

impl Stairs for Tenant<'_> {
    fn hold(&self, slots: u128) -> Option<Holding> {
        let placed = &self.placed;
        let pods = self.pods(slots);
        let share = placed.share(pods);
        let all = &self.others + &share;
        let monthly = placed.ground.month(&placed.candidate.price, &all);
        Some(Holding {
            monthly: placed.allocated(&monthly, &share, &all),
            carries: placed.carried(pods),
        })
    }

    fn steps(&self, peak: &Exact) -> Option<CapacitySteps> {
        let placed = &self.placed;
        let (ground, node) = (placed.ground, &placed.candidate.node);
        let slot = Slot::of(placed.function);
        let of_node = slot
            .vcpu
            .over(&node.vcpu)?
            .max(slot.memory_mb.over(&node.memory_mb)?);
        let slots = needed(placed.function, peak);
        let whole = placed.pod.for_slots(slots);
        let share = placed.share(self.pods(slots));
        let all = &self.others + &share;
        let rate = &placed.candidate.price.rate;
        let machines = |nodes: &Exact| rate * &Qty::new(nodes * ground.hours);
        let everything = ground.month(&placed.candidate.price, &all);
        Some(CapacitySteps {
            slots: machines(&(&of_node * &planned(placed.function, peak))),
            whole_tasks: machines(&placed.share(whole)),
            minimums: placed.allocated(&machines(&ground.nodes(&all)), &share, &all),
            everything: placed.allocated(&everything, &share, &all),
        })
    }
}
