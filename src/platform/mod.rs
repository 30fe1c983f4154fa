//! The platforms: each one file and one line in [`PLATFORMS`].
//!
//! A platform sees the whole fleet once, because Lambda's duration tiers and an EKS cluster are
//! shared by many functions; then it answers for each function without reading anything more. No
//! clock, no disk, no rounding in here.

mod bill;
mod eks;
mod eks_fargate;
mod fargate;
mod fargate_spot;
mod fleet;
mod infeasible;
mod instance_choice;
mod lambda;
mod line;
mod managed;
pub mod service;
pub mod slot;
mod tasks;

pub use bill::{Bill, SharedBill};
pub use eks::EksOptions;
pub use fleet::{Fact, FactValue, Fleet};
pub use infeasible::{Infeasible, Refusal};
pub use line::{Line, Pricing};

use crate::diag::{Diag, Diags};
use crate::exact::Exact;
use crate::money::Usd;
use crate::pricebook::meters::{MeterInfo, Meters};
use crate::pricebook::{Architecture, Book, InstanceType, Provenance, Regional};
use crate::scenario::{Assumptions, Demand, Function, Notes, Os, PlatformShape, Scenario};
use crate::solve::piecewise::FirstPiece;
use crate::solve::{PaidBy, Tariff};
use crate::units::{Hour, Qty, Unit};
use rayon::prelude::*;
use std::fmt;
use std::sync::Arc;
#[cfg(debug_assertions)]
use std::sync::atomic::{AtomicU64, Ordering};

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

/// The price book that is built into the program, with the meters of all platforms.
pub fn book() -> Book {
    Book::embedded(meters())
}

/// The meters of all platforms.
pub fn meters() -> Meters {
    let specs = PLATFORMS.iter().map(|platform| platform.spec());
    Meters::new(specs.flat_map(|spec| spec.meters).copied())
}

/// What reading a scenario needs to know of all platforms.
pub fn shapes() -> Vec<PlatformShape> {
    let specs = PLATFORMS.iter().map(|platform| platform.spec());
    specs.map(|spec| spec.shape).collect()
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
    /// Hours of the month.
    pub hours: Qty<Hour>,
    /// What the traffic of each function asks for.
    demands: Arc<Vec<Demand>>,
    solves: Solves,
}

/// Counts how often functions are solved, so that a test can hold that it is once an answer.
///
/// Only builds with debug assertions count: a counter that all threads share is not free.
#[derive(Debug, Clone, Default)]
struct Solves(#[cfg(debug_assertions)] Arc<AtomicU64>);

impl Solves {
    fn count(&self) {
        #[cfg(debug_assertions)]
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    #[cfg(debug_assertions)]
    fn counted(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl<'a> Context<'a> {
    /// The fleet, with what every platform needs of it worked out once.
    pub fn new(
        scenario: &'a Scenario,
        prices: &'a [Regional],
        instances: &'a [InstanceType],
    ) -> Self {
        let functions = scenario.functions.par_iter();
        let demands: Vec<Demand> = functions
            .map(|function| function.demand(&scenario.hours))
            .collect();
        Self {
            scenario,
            prices,
            instances,
            hours: Hour::of(scenario.hours.clone()),
            demands: Arc::new(demands),
            solves: Solves::default(),
        }
    }

    /// The same at other prices.
    pub fn at(&self, prices: &'a [Regional]) -> Self {
        Self {
            prices,
            ..self.clone()
        }
    }

    /// Counts that a function is solved on a platform.
    fn count_solve(&self) {
        self.solves.count();
    }

    /// How often functions were solved, on all platforms together.
    #[cfg(debug_assertions)]
    pub fn solves(&self) -> u64 {
        self.solves.counted()
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

    /// What the traffic of a function asks for.
    pub fn demand(&self, index: usize) -> &Demand {
        &self.demands[index]
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

/// What is known of a platform without a scenario.
pub struct Spec {
    /// Its name in scenarios and reports, and what else scenarios can say of it.
    pub shape: PlatformShape,
    /// The name in headings.
    pub title: &'static str,
    /// The meters that its bills can have.
    pub meters: &'static [&'static [MeterInfo]],
    /// What its bills can assume, and what they leave out.
    pub assumptions: &'static [Assumptions],
}

/// A place where code can run.
pub trait Platform: Sync {
    /// What is known of it without a scenario.
    fn spec(&self) -> &'static Spec;
    /// The name in scenarios and reports.
    fn id(&self) -> &'static str {
        self.spec().shape.id
    }
    /// Looks at the whole fleet.
    ///
    /// # Errors
    /// A price that something needs and the book lacks; an option that cannot be had.
    fn bind<'a>(&self, context: Context<'a>) -> Result<Box<dyn CostModel + 'a>, Diags>;
}

/// A platform that knows the whole scenario.
pub trait CostModel: Send + Sync {
    /// Solves one function: finds what carries it and what it costs. Everything else that is said of
    /// the function on this platform is a view of this answer.
    ///
    /// # Errors
    /// The function cannot run here; that is an answer.
    fn answer(&self, index: usize) -> Result<Answer<'_>, Infeasible>;
    /// What some functions cost together, pools and clusters formed of them alone.
    fn total(&self, members: &Members<'_>) -> Usd;
    /// What the platform is paid by.
    fn paid_by(&self) -> PaidBy;
    /// The clusters that carry the scenario.
    fn clusters(&self) -> Vec<Cluster> {
        Vec::new()
    }
    /// What is assumed and what is left out.
    fn notes(&self, notes: &mut Notes);
}

/// Functions whose common cost is asked for; all of them can run on the platform.
pub struct Members<'m> {
    /// Whether a function is one of them.
    pub contains: &'m (dyn Fn(usize) -> bool + Sync),
    /// Sum of their [`Cost::unshared`].
    pub unshared: Usd,
}

/// A function solved on a platform.
pub struct Answer<'m> {
    /// What it costs.
    pub cost: Cost,
    /// Where it was placed.
    pub placement: Box<dyn Placement + 'm>,
}

impl fmt::Debug for Answer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cost.fmt(f)
    }
}

/// Where a platform placed a function: what bills, explanations and searches are made of.
pub trait Placement: Send + Sync {
    /// Adds what the function is charged. [`Cost::billed`] is the total.
    fn charge(&self, bill: &mut Bill);
    /// The lines of its bill.
    fn lines(&self) -> Vec<Line> {
        Bill::lines(|bill| self.charge(bill))
    }
    /// The oldest date at which a price in that bill was confirmed; `None` where no price has a date.
    fn price_as_of(&self) -> Option<&str>;
    /// How the platform charges.
    fn tariff(&self) -> Tariff<'_>;
    /// What the function would cost with a dedicated cluster, and what it adds to the shared one.
    fn cluster_costs(&self) -> ClusterCosts {
        ClusterCosts::default()
    }
    /// How well the environments that the platform keeps for the function are used.
    fn provisioning(&self) -> Option<Provisioning> {
        None
    }
    /// What carries it, where capacity is provided.
    fn fleet(&self) -> Option<&dyn Fleet> {
        None
    }
    /// In what each job runs, in a line, if the function runs by the job.
    fn job(&self) -> Option<String> {
        None
    }
}

/// What a function costs a month.
#[derive(Debug, Clone)]
pub struct Cost {
    /// Its bill, its part of shared pools and clusters included.
    pub billed: Usd,
    /// What verdicts compare: on Lambda what leaving would save, elsewhere the bill.
    pub compared: Usd,
    /// What of the bill is no part of a shared pool or cluster.
    pub unshared: Usd,
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

/// What a function would cost on a cluster of its own, and what it adds to the shared one.
#[derive(Debug, Clone, Default)]
pub struct ClusterCosts {
    /// With a cluster of its own.
    pub alone: Option<Usd>,
    /// What all together would save without it.
    pub avoidable: Option<Usd>,
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
    /// How many: whole for a dedicated cluster, a share of one that runs anyway.
    pub nodes: Exact,
    /// True for a cluster that is made for the scenario.
    pub is_dedicated: bool,
    /// Its bill.
    pub monthly: Usd,
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

/// The oldest date of some prices, `None` where none has a date; dates of any precision sort as text.
fn oldest<'p>(prices: impl IntoIterator<Item = &'p Provenance>) -> Option<&'p str> {
    let dated = prices.into_iter().filter(|price| price.is_dated());
    dated.map(|price| price.as_of.as_ref()).min()
}

/// The older of two dates, where there are any.
fn older<'d>(one: Option<&'d str>, other: Option<&'d str>) -> Option<&'d str> {
    one.into_iter().chain(other).min()
}
