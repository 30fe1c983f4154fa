//! The platforms: each one file and one line in [`PLATFORMS`].
//!
//! A platform sees the whole fleet once, because Lambda's duration tiers and an EKS cluster are
//! shared by many functions; then it answers for each function without reading anything more. No
//! clock, no disk, no rounding in here.

mod cluster;
pub mod curve;
mod eks;
mod eks_fargate;
mod fargate;
mod fargate_spot;
mod infeasible;
mod lambda;
mod line;
mod machines;
mod managed;
pub mod service;
pub mod slot;
mod tasks;

pub use infeasible::{Infeasible, Refusal};
pub use line::{Line, Pricing};

use crate::catalog::{Architecture, InstanceType, Provenance, Regional};
use crate::diag::{Diag, Diags};
use crate::exact::Exact;
use crate::money::Usd;
use crate::workload::{Function, Os, Scenario, TaskSize};
use curve::{Curve, FirstPiece};
use rayon::prelude::*;
use std::sync::Arc;

/// Every platform, in the order of all lists and in which ties are decided.
pub static PLATFORMS: &[&dyn Platform] = &[
    &lambda::Lambda,
    &fargate::Fargate,
    &eks::Eks,
    &fargate_spot::FargateSpot,
    &eks_fargate::EksFargate,
    &managed::LambdaManaged,
];

/// Ids of all platforms.
pub fn ids() -> Vec<&'static str> {
    PLATFORMS.iter().map(|platform| platform.id()).collect()
}

/// What a platform may look at.
#[derive(Clone)]
pub struct Context<'a> {
    /// The fleet and its options.
    pub scenario: &'a Scenario,
    /// Prices of the scenario's regions, in its order.
    pub prices: &'a [Regional],
    /// Shapes of instance types.
    pub instances: &'a [InstanceType],
    /// Concurrency to provide for, of each function.
    peaks: Arc<Vec<Exact>>,
}

impl<'a> Context<'a> {
    /// The fleet, with what every platform needs of it worked out once.
    pub fn new(
        scenario: &'a Scenario,
        prices: &'a [Regional],
        instances: &'a [InstanceType],
    ) -> Self {
        let functions = scenario.functions.par_iter();
        let peaks: Vec<Exact> = functions
            .map(|function| function.peak_concurrency(&scenario.hours))
            .collect();
        Self {
            scenario,
            prices,
            instances,
            peaks: Arc::new(peaks),
        }
    }

    /// The same at other prices.
    pub fn at(&self, prices: &'a [Regional]) -> Self {
        Self {
            prices,
            ..self.clone()
        }
    }

    /// How many places there are.
    fn places(&self) -> usize {
        self.prices.len() * PLACES
    }

    /// The prices of a place and its architecture.
    fn located(&self, place: usize) -> (&'a Regional, Architecture) {
        let architecture = Architecture::ALL[place % Architecture::ALL.len()];
        (&self.prices[place / PLACES], architecture)
    }

    /// One function of every place that has any, given the place of each that counts.
    fn samples(
        &self,
        place: impl Fn(&Function) -> Option<usize> + Sync,
    ) -> Vec<Option<&'a Function>> {
        let nobody = || vec![None; self.places()];
        let functions = self.scenario.functions.par_iter();
        let found = functions.fold(nobody, |mut samples, function| {
            if let Some(place) = place(function) {
                samples[place].get_or_insert(function);
            }
            samples
        });
        found.reduce(nobody, |left, right| {
            left.into_iter()
                .zip(right)
                .map(|(left, right)| left.or(right))
                .collect()
        })
    }

    /// Concurrency to provide for.
    pub fn peak(&self, index: usize) -> &Exact {
        &self.peaks[index]
    }

    /// Prices of a function's region.
    pub fn prices_of(&self, function: &Function) -> &'a Regional {
        &self.prices[usize::from(function.region)]
    }

    /// The function at an index.
    pub fn function(&self, index: usize) -> &'a Function {
        &self.scenario.functions[index]
    }
}

/// Places in a region: an architecture and an operating system each.
const PLACES: usize = Architecture::ALL.len() * Os::ALL.len();

/// The number of the place of an architecture in the region of a function.
fn place(function: &Function, architecture: Architecture) -> usize {
    usize::from(function.region) * PLACES + architecture as usize
}

/// The number of the place of a function's containers.
fn container_place(function: &Function) -> usize {
    let system = function.container().os as usize * Architecture::ALL.len();
    place(function, function.container_architecture()) + system
}

/// A place where code can run.
pub trait Platform: Sync {
    /// The name in scenarios and reports.
    fn id(&self) -> &'static str;
    /// The name in headings.
    fn title(&self) -> &'static str;
    /// Looks at the whole fleet.
    ///
    /// # Errors
    /// A price that something needs and the book lacks; an option that cannot be had.
    fn bind<'a>(&self, context: Context<'a>) -> Result<Box<dyn CostModel + 'a>, Diags>;
}

/// A platform that knows its fleet.
pub trait CostModel: Send + Sync {
    /// What a function costs a month, without the lines of its bill.
    ///
    /// # Errors
    /// The function cannot run here; that is an answer.
    fn cost(&self, index: usize) -> Result<Cost, Infeasible>;
    /// The bill of a function that can run here, line by line; the lines add up to its cost.
    fn lines(&self, index: usize) -> Vec<Line>;
    /// The oldest date at which a price in that bill was confirmed.
    fn price_as_of(&self, index: usize) -> &str;
    /// What a function would cost in other company; `None` where company does not matter.
    fn company(&self, index: usize) -> Company;
    /// How well the environments that it keeps for a function are used, where it keeps any.
    fn provisioning(&self, _: usize) -> Option<Provisioning> {
        None
    }
    /// The task in which each job of a function runs, if it runs by the job.
    fn job(&self, _: usize) -> Option<Job> {
        None
    }
    /// What those functions cost that are members, pools and clusters formed of them alone; `None`
    /// when one of them cannot run here.
    fn total(&self, member: &(dyn Fn(usize) -> bool + Sync)) -> Option<Usd>;
    /// How the platform charges.
    fn tariff(&self) -> Tariff<'_>;
    /// The clusters that carry the fleet.
    fn clusters(&self) -> Vec<Cluster> {
        Vec::new()
    }
    /// What is assumed and what is left out.
    fn notes(&self, notes: &mut Notes);
}

/// Every platform is one of two kinds of tariff.
pub enum Tariff<'m> {
    /// Paid by use.
    Usage(&'m dyn Usage),
    /// Paid by provided capacity.
    Capacity(&'m dyn Capacity),
}

/// A tariff paid by use.
pub trait Usage {
    /// Avoidable cost of a function over its invocations, the other functions staying.
    fn curve(&self, index: usize, parts: UsageParts) -> Curve;
    /// The same while everything that is provided for the function grows with its invocations.
    fn growth(&self, index: usize) -> Curve {
        self.curve(index, UsageParts::All)
    }
}

/// Which lines of a usage bill count: the steps that explain a crossover add them one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum UsageParts {
    /// The duration line alone.
    Duration,
    /// And requests.
    Requests,
    /// And everything else.
    All,
}

/// A tariff paid by provided capacity.
pub trait Capacity {
    /// How the fleet of a function grows, the other functions staying; `None` when the function
    /// cannot run here, or holds no fleet because it runs by the job.
    fn stairs(&self, index: usize) -> Option<Box<dyn Stairs + '_>>;
    /// Dollars that every invocation of a function costs on top of what is provided.
    fn per_call(&self, _: usize) -> Usd {
        Usd::ZERO
    }
}

/// The fleet of one function over the slots that it must provide: its cost rises in steps.
pub trait Stairs {
    /// The fleet that provides so many slots.
    fn hold(&self, slots: u128) -> Option<Holding>;
    /// Dollars a month of that fleet: all that a search over many sizes needs.
    fn monthly(&self, slots: u128) -> Option<Usd> {
        self.hold(slots).map(|fleet| fleet.monthly)
    }
    /// What the fleet for a peak concurrency costs, by the effects that make it dearer than its
    /// slots.
    fn steps(&self, peak: &Exact) -> Option<CapacitySteps>;
    /// Units of which a fleet is made: it never costs more than the cheapest of them in numbers
    /// that provide enough. None where nothing so simple can be said.
    fn at_most(&self) -> Vec<Part> {
        Vec::new()
    }
    /// The same from below: it never costs less than the cheapest of these.
    fn at_least(&self) -> Vec<Part> {
        Vec::new()
    }
}

/// A unit of a fleet.
#[derive(Debug, Clone)]
pub struct Part {
    /// Slots that it has.
    pub slots: u128,
    /// What it costs.
    pub hourly: Exact,
}

/// A fleet held for a function.
#[derive(Debug, Clone)]
pub struct Holding {
    /// Dollars a month, what is paid per call apart.
    pub monthly: Usd,
    /// Requests in flight that it can carry at target utilization.
    pub carries: Exact,
}

/// Monthly cost of a fleet with one more effect on at each step.
#[derive(Debug, Clone)]
pub struct CapacitySteps {
    /// The bare price of the slots.
    pub slots: Usd,
    /// Whole tasks, or whole pods on fractions of nodes.
    pub whole_tasks: Usd,
    /// Minimum tasks, whole nodes, minimum nodes, packing.
    pub minimums: Usd,
    /// Fees, volumes, storage and every other line.
    pub everything: Usd,
}

/// What a function costs a month.
#[derive(Debug, Clone)]
pub struct Cost {
    /// Its bill, its part of shared pools and clusters included.
    pub billed: Usd,
    /// What verdicts compare: on Lambda what leaving would save, elsewhere the bill.
    pub compared: Usd,
    /// What carries it, where capacity is provided.
    pub fleet: Option<Fleet>,
    /// How its avoidable cost over its invocations begins, where it is paid by use and begins with
    /// what they cost in a straight line.
    pub piece: Option<FirstPiece>,
}

/// How well environments that are kept for a function are used.
#[derive(Debug, Clone)]
pub struct Provisioning {
    /// Share of the time in which they work.
    pub utilization: Exact,
    /// The share from which they cost less than on demand; above 1, or `None`, they never do.
    pub break_even: Option<Exact>,
}

/// The task of one job.
#[derive(Debug, Clone)]
pub struct Job {
    /// What it is called: a task or a pod.
    pub noun: &'static str,
    /// Its size.
    pub size: TaskSize,
    /// How long it is billed, seconds.
    pub seconds: Exact,
}

/// What a function would cost in other company.
#[derive(Debug, Clone, Default)]
pub struct Company {
    /// With a cluster of its own.
    pub alone: Option<Usd>,
    /// What all together would save without it.
    pub avoidable: Option<Usd>,
}

/// What carries a function.
#[derive(Debug, Clone)]
pub enum Fleet {
    /// Tasks of Fargate, or pods on it.
    Tasks {
        /// What one of them is called.
        noun: &'static str,
        /// How many.
        tasks: u128,
        /// Of which size.
        size: TaskSize,
        /// Requests in flight in each.
        requests_per_task: u128,
        /// Requests in flight that all carry at target utilization.
        capacity: Exact,
    },
    /// Pods on nodes of a shared cluster.
    Pods {
        /// Type of the nodes.
        instance_type: Arc<str>,
        /// Nodes' worth of pods, unrounded.
        node_share: Exact,
        /// How many pods.
        pods: u128,
        /// How many of them a node takes.
        pods_per_node: u128,
        /// Requests in flight that all carry at target utilization.
        capacity: Exact,
    },
    /// Execution environments on managed instances.
    Instances {
        /// Type of the instances.
        instance_type: Arc<str>,
        /// How many.
        instances: u128,
        /// Environments that are needed.
        environments: u128,
        /// How many of them fit an instance.
        environments_per_instance: u128,
        /// Requests in flight in each.
        requests_per_environment: u128,
        /// Requests in flight that the instances carry at target utilization.
        capacity: Exact,
    },
}

impl Fleet {
    /// Requests in flight that it carries at target utilization.
    pub fn capacity(&self) -> &Exact {
        match self {
            Self::Tasks { capacity, .. }
            | Self::Pods { capacity, .. }
            | Self::Instances { capacity, .. } => capacity,
        }
    }
}

/// A cluster that carries functions.
#[derive(Debug, Clone)]
pub struct Cluster {
    /// Index of its region in the scenario.
    pub region: u16,
    /// Its architecture.
    pub architecture: Architecture,
    /// Type of its nodes.
    pub instance_type: Arc<str>,
    /// How many: whole for a cluster of the scenario's own, a share of one that runs anyway.
    pub nodes: Exact,
    /// Its bill.
    pub monthly: Usd,
}

/// What is assumed, and what is left out: printed whenever it is in force.
#[derive(Debug, Clone, Default)]
pub struct Notes {
    /// Assumptions.
    pub assumptions: Vec<String>,
    /// Costs of these platforms that are not in the figures.
    pub not_counted: Vec<String>,
}

impl Notes {
    /// Notes an assumption.
    pub fn assume(&mut self, text: impl Into<String>) {
        self.assumptions.push(text.into());
    }

    /// Notes a cost that is left out; once, if several platforms leave it out.
    pub fn leave_out(&mut self, text: impl Into<String>) {
        let text = text.into();
        if !self.not_counted.contains(&text) {
            self.not_counted.push(text);
        }
    }
}

/// Collects missing prices, each once however many functions need it.
#[derive(Default)]
struct Missing(Vec<Diag>);

impl Missing {
    fn take<T>(&mut self, price: Result<T, Diag>) -> Option<T> {
        match price {
            Ok(price) => Some(price),
            Err(diag) => {
                if !self.0.contains(&diag) {
                    self.0.push(diag);
                }
                None
            }
        }
    }

    fn into_result<T>(self, value: T) -> Result<T, Diags> {
        let mut diags = Diags::new();
        diags.extend(self.0);
        diags.into_result(value)
    }
}

/// The oldest date among prices of the book; dates of any precision sort as text.
fn oldest<'p>(prices: impl Iterator<Item = &'p Provenance>) -> &'p str {
    prices
        .filter(|provenance| provenance.is_dated())
        .map(|provenance| provenance.as_of.as_ref())
        .min()
        .unwrap_or("")
}
