//! The platforms: one folder and one line in [`PLATFORMS`] each.
//!
//! A platform is bound to the whole scenario once, because many functions share Lambda's duration
//! tiers and an EKS cluster. After that it answers for each function without input or output.
//! Platforms do not read the clock or files, and do not round.

mod bill;
mod eks;
mod eks_fargate;
mod extras;
mod fargate;
mod fargate_spot;
mod fleet;
mod infeasible;
mod instance_choice;
mod lambda;
mod line;
mod managed;
pub(crate) mod service;
mod service_need;
pub(crate) mod slot;
mod tasks;

pub(crate) use bill::{Bill, SharedBill, UnitBill};
pub use eks::EksOptions;
pub(crate) use eks::NodeSize;
pub(crate) use extras::{Extras, extra_of_unit};
pub use fleet::FactValue;
pub(crate) use fleet::{Fact, Fleet};
pub(crate) use infeasible::Infeasible;
pub use infeasible::Refusal;
pub(crate) use lambda::limits::{
    MAX_DURATION_MS as LAMBDA_MAX_DURATION_MS, MEMORY_MB as LAMBDA_MEMORY_MB,
};
pub use line::Line;
pub(crate) use line::Pricing;
pub(crate) use service_need::ServiceNeed;
pub(crate) use slot::Slot;

use crate::diag::{Diag, Diags};
use crate::exact::{Bounds, Exact};
use crate::money::Usd;
use crate::plan::{Allowance, Cluster as NodeCluster, Pool};
use crate::pricebook::meters::{MeterInfo, Meters};
use crate::pricebook::{Architecture, Book, InstanceType, Provenance, Regional};
use crate::scenario::{
    Assumptions, Demand, Function, Notes, Os, PlatformShape, Scenario, SharedService,
};
use crate::solve::Tariff;
use crate::solve::piecewise::FirstPiece;
use crate::units::{Hour, Qty, Unit};
use rayon::prelude::*;
use std::fmt;
use std::ptr;
use std::sync::Arc;
#[cfg(debug_assertions)]
use std::sync::atomic::{AtomicU64, Ordering};

/// Every platform, in the order in which answers list them. Ties go to the first. Those that bill use
/// come before those that bill capacity: a break-even goes from use to capacity.
pub static PLATFORMS: &[&dyn Platform] = &[
    &lambda::Lambda,
    &fargate::Fargate,
    &eks::Eks,
    &fargate_spot::FargateSpot,
    &eks_fargate::EksFargate,
    &managed::LambdaManaged,
];

pub fn ids() -> Vec<&'static str> {
    PLATFORMS.iter().map(|platform| platform.id()).collect()
}

/// The name of a platform in headings.
#[cfg(feature = "cli")]
pub(crate) fn title(id: &str) -> &'static str {
    let mut platforms = PLATFORMS.iter();
    let platform = platforms.find(|platform| platform.id() == id);
    platform.expect("the id is that of a platform").spec().title
}

/// The built-in price book, with the meters of all platforms.
pub fn book() -> Book {
    Book::embedded(meters())
}

pub fn meters() -> Meters {
    let specs = PLATFORMS.iter().map(|platform| platform.spec());
    Meters::new(specs.flat_map(|spec| spec.meters).copied())
}

/// What the scenario reader needs to know about all platforms.
pub fn shapes() -> Vec<PlatformShape> {
    let specs = PLATFORMS.iter().map(|platform| platform.spec());
    specs.map(|spec| spec.shape).collect()
}

/// The input of a platform.
#[derive(Clone)]
pub struct Context<'a> {
    pub scenario: &'a Scenario,
    /// Prices of the scenario's regions, in the same order.
    pub prices: &'a [Regional],
    /// The instance types of the price book.
    pub instances: &'a [InstanceType],
    /// Hours of the month.
    pub hours: Qty<Hour>,
    /// The demand of each function, in the order of the scenario.
    demands: Arc<Vec<Demand>>,
    /// What each service needs, in the order of the scenario.
    services: Arc<Vec<ServiceNeed>>,
    /// The platform of each function in the plan; `None` for those of today.
    homes: Option<Arc<Vec<&'static str>>>,
    solves: Solves,
}

/// Counts how often functions are solved, for a test that each is solved once per answer.
///
/// Compiled only with debug assertions, because a counter that all threads share costs time.
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
    /// Computes the demand of every function once, for all platforms.
    pub(crate) fn new(
        scenario: &'a Scenario,
        prices: &'a [Regional],
        instances: &'a [InstanceType],
    ) -> Self {
        let functions = scenario.functions.par_iter();
        let demands: Vec<Demand> = functions
            .map(|function| function.demand(&scenario.hours))
            .collect();
        let subject = |index: usize| Subject {
            index,
            function: &scenario.functions[index],
            demand: &demands[index],
        };
        let services = scenario.services.par_iter();
        let services: Vec<ServiceNeed> = services
            .map(|service| ServiceNeed::of(service, subject))
            .collect();
        Self {
            scenario,
            prices,
            instances,
            hours: Hour::of(scenario.hours.clone()),
            demands: Arc::new(demands),
            services: Arc::new(services),
            homes: None,
            solves: Solves::default(),
        }
    }

    /// The same scenario at other prices.
    pub(crate) fn at(&self, prices: &'a [Regional]) -> Self {
        Self {
            prices,
            ..self.clone()
        }
    }

    /// The same scenario with its functions on other platforms.
    pub(crate) fn with_homes(&self, homes: Vec<&'static str>) -> Self {
        Self {
            homes: Some(Arc::new(homes)),
            // Questions about the plan are not answers.
            solves: Solves::default(),
            ..self.clone()
        }
    }

    /// The id of the platform on which a function runs.
    pub(crate) fn home(&self, index: usize) -> &'static str {
        match &self.homes {
            Some(homes) => homes[index],
            None => self.function(index).home(),
        }
    }

    /// A function as the scenario states it.
    pub(crate) fn subject(&self, index: usize) -> Subject<'_> {
        Subject {
            index,
            function: self.function(index),
            demand: self.demand(index),
        }
    }

    /// True for a function as the scenario states it.
    pub(crate) fn is_stated(&self, subject: Subject<'_>) -> bool {
        ptr::eq(subject.function, self.function(subject.index))
            && ptr::eq(subject.demand, self.demand(subject.index))
    }

    /// The service of a function, if it shares containers with others.
    pub(crate) fn service_of(&self, function: &Function) -> Option<ServiceOf<'_>> {
        let number = function.service_number()?;
        Some(ServiceOf {
            number,
            service: &self.scenario.services[number],
            need: &self.services[number],
        })
    }

    /// A function as the scenario states it, or with the inputs of `changed` if that is the function.
    fn subject_or<'m>(&'m self, changed: Subject<'m>, index: usize) -> Subject<'m> {
        if index == changed.index {
            changed
        } else {
            self.subject(index)
        }
    }

    /// What a service needs with a function that has changed inputs.
    fn need_with(&self, service: &SharedService, changed: Subject<'_>) -> ServiceNeed {
        ServiceNeed::of(service, |index| self.subject_or(changed, index))
    }

    /// The part of a function in what its service costs; 1 without a service.
    pub(crate) fn share_in_service(&self, index: usize) -> Exact {
        match self.service_of(self.function(index)) {
            Some(found) => found.need.members[found.place_of(index)].share.clone(),
            None => Exact::ONE,
        }
    }

    /// Counts one function solved on one platform.
    fn count_solve(&self) {
        self.solves.count();
    }

    /// How often functions were solved, on all platforms together.
    #[cfg(debug_assertions)]
    pub(crate) fn solves(&self) -> u64 {
        self.solves.counted()
    }

    fn places(&self) -> usize {
        self.prices.len() * PLACES
    }

    /// The prices and the architecture of a place.
    fn located(&self, place: usize) -> (&'a Regional, Architecture) {
        let architecture = Architecture::ALL[place % Architecture::ALL.len()];
        (&self.prices[place / PLACES], architecture)
    }

    /// One function for each place; `None` for places without functions. `place` returns `None` for
    /// functions to leave out.
    fn samples(
        &self,
        place: impl Fn(&Function) -> Option<usize> + Sync,
    ) -> Vec<Option<&'a Function>> {
        let empty = || vec![None; self.places()];
        let functions = self.scenario.functions.par_iter();
        let found = functions.fold(empty, |mut samples, function| {
            if let Some(place) = place(function) {
                samples[place].get_or_insert(function);
            }
            samples
        });
        found.reduce(empty, |left, right| {
            left.into_iter()
                .zip(right)
                .map(|(left, right)| left.or(right))
                .collect()
        })
    }

    /// The demand of a function.
    pub(crate) fn demand(&self, index: usize) -> &Demand {
        &self.demands[index]
    }

    pub(crate) fn prices_of(&self, function: &Function) -> &'a Regional {
        &self.prices[usize::from(function.region)]
    }

    pub(crate) fn function(&self, index: usize) -> &'a Function {
        &self.scenario.functions[index]
    }
}

/// A function to place: as the scenario states it, or with changed inputs.
#[derive(Clone, Copy)]
pub struct Subject<'m> {
    pub index: usize,
    pub function: &'m Function,
    pub demand: &'m Demand,
}

/// The service of a function.
#[derive(Clone, Copy)]
pub(crate) struct ServiceOf<'c> {
    /// Its index in the scenario.
    pub number: usize,
    pub service: &'c SharedService,
    pub need: &'c ServiceNeed,
}

impl ServiceOf<'_> {
    /// The place of a function in the lists of the service.
    pub(crate) fn place_of(&self, index: usize) -> usize {
        let place = self.service.members.binary_search(&index);
        place.expect("a function is a member of its service")
    }
}

/// Places per region: one for each architecture and operating system.
const PLACES: usize = Architecture::ALL.len() * Os::ALL.len();

/// The index of the place for an architecture in the function's region.
fn place(function: &Function, architecture: Architecture) -> usize {
    usize::from(function.region) * PLACES + architecture as usize
}

/// The index of the place for the function's containers.
fn container_place(function: &Function) -> usize {
    let system = function.container().os as usize * Architecture::ALL.len();
    place(function, function.container_architecture()) + system
}

/// What is known about a platform without a scenario.
pub struct Spec {
    /// Its name in scenarios and reports, and its keys in scenarios.
    pub shape: PlatformShape,
    /// The name in headings.
    pub title: &'static str,
    /// The meters that its bills can contain.
    pub meters: &'static [&'static [MeterInfo]],
    /// The assumptions and omissions that its bills can have.
    pub assumptions: &'static [Assumptions],
}

/// A place where code can run.
pub trait Platform: Sync {
    fn spec(&self) -> &'static Spec;
    /// The name in scenarios and reports.
    fn id(&self) -> &'static str {
        self.spec().shape.id
    }
    /// Prepares the platform for a scenario.
    ///
    /// # Errors
    /// The price book lacks a price that a function needs, or an option is not available.
    fn bind<'a>(&self, context: Context<'a>) -> Result<Box<dyn CostModel + 'a>, Diags>;
}

/// A platform bound to a scenario.
pub trait CostModel: Send + Sync {
    /// Solves one function: chooses its containers and computes its cost. Everything else about the
    /// function on this platform is a view of this answer.
    ///
    /// # Errors
    /// The function cannot run here. That is a valid answer.
    fn answer(&self, index: usize) -> Result<Answer<'_>, Infeasible>;
    /// The same for a function with changed inputs.
    ///
    /// # Errors
    /// The function cannot run here.
    fn answer_of<'m>(&'m self, changed: Subject<'m>) -> Result<Answer<'m>, Infeasible>;
    /// What a function with changed inputs, or its service, adds to the bill of the others, in US
    /// dollars a month.
    ///
    /// # Errors
    /// The function cannot run here.
    fn adds(&self, changed: Subject<'_>) -> Result<Usd, Infeasible>;
    /// What a function costs here at least, found without placing it.
    fn at_least(&self, _index: usize) -> AtLeast {
        AtLeast::NOTHING
    }
    /// The cost of some functions together, with pools and clusters formed of only these functions.
    fn total(&self, members: &Members<'_>) -> Total {
        Total {
            monthly: members.unshared.clone(),
            left_out: members.refused,
        }
    }
    /// The clusters of the functions that `contains` selects.
    fn clusters(&self, _contains: &(dyn Fn(usize) -> bool + Sync)) -> Vec<Cluster> {
        Vec::new()
    }
    /// What the functions here share, for the search for the cheapest assignment.
    fn shared_costs(&self) -> SharedCosts {
        SharedCosts::default()
    }
    /// The nodes that a function, or its service, needs of a node type of
    /// [`SharedCosts::clusters`]; `None` if its pods do not fit.
    fn need(&self, _subject: Subject<'_>, _cluster: usize, _node_type: usize) -> Option<Exact> {
        None
    }
    /// The part of one function in [`Self::need`], given its part in what its service costs.
    fn member_need(
        &self,
        subject: Subject<'_>,
        cluster: usize,
        node_type: usize,
        share: &Exact,
    ) -> Option<Exact> {
        Some(&self.need(subject, cluster, node_type)? * share)
    }
    /// The level of [`NodeCluster::levels`] in which a function runs, and all before it.
    fn level(&self, _index: usize, _cluster: usize) -> usize {
        0
    }
    /// vCPUs that a function, or its service, keeps busy on a cluster with burstable nodes; zero on others.
    fn busy(&self, _subject: Subject<'_>, _cluster: usize) -> Exact {
        Exact::ZERO
    }
    /// What a function shares that cannot run together with the functions of today because of its size, and
    /// can run with others. It then has no cost that it shares with no other, but for
    /// [`Self::extras_of`].
    fn shared_use_with_others(&self, _index: usize) -> Option<SharedUse> {
        None
    }
    /// What a function pays here for stated extras that it shares with no other, in US dollars a month,
    /// whether it can run here or not.
    fn extras_of(&self, _index: usize) -> Usd {
        Usd::ZERO
    }
    /// True if an extra is stated for a function here, even one that costs nothing.
    fn states_extra(&self, _index: usize) -> bool {
        false
    }
    /// Adds the assumptions and omissions that apply.
    fn notes(&self, notes: &mut Notes);
}

/// What the functions on a platform share. Their bill is the sum of [`Cost::unshared`] and of what
/// they use of this together.
#[derive(Default)]
pub struct SharedCosts {
    pub pools: Vec<Pool>,
    /// They refer to pools by index.
    pub allowances: Vec<Allowance>,
    pub clusters: Vec<NodeCluster>,
    /// Fees a month, each paid once if any function uses it.
    pub fees: Vec<Usd>,
    /// By pool: its meter. Empty on platforms without pools.
    pub pool_meters: Vec<PoolMeter>,
    /// By cluster: the meters of its nodes.
    pub node_meters: Vec<NodeMeters>,
}

/// The meter of a [`Pool`].
pub struct PoolMeter {
    /// Index of its region in the scenario.
    pub region: u16,
    pub path: Arc<str>,
    /// The quantity up to which the first tier of the meter applies, which is the only one that a
    /// commitment covers. `None` if it has no end.
    pub most: Option<Exact>,
}

/// The meters of the nodes of a cluster.
pub struct NodeMeters {
    /// Index of their region in the scenario.
    pub region: u16,
    /// By level of the cluster: hours of the month for which its functions run.
    pub hours: Vec<Exact>,
    /// By node type.
    pub paths: Vec<Arc<str>>,
}

/// What one function uses of the [`SharedCosts`] of its platform, by index.
#[derive(Default)]
pub struct SharedUse {
    /// Pools with the quantities.
    pub pools: Vec<(usize, Exact)>,
    pub cluster: Option<usize>,
    pub fees: Vec<usize>,
    /// Extras of the scenario, which functions on several platforms can share.
    pub extras: Vec<usize>,
}

/// What a function, or a service, uses on a platform, without clusters and what is paid once for many
/// functions.
pub struct UnitUse {
    /// US dollars a month that it shares with no other.
    pub unshared: Usd,
    /// The lines of that.
    pub lines: Vec<Line>,
    /// Pools with the quantities.
    pub pools: Vec<(usize, Exact)>,
    /// The clusters of a service that can use several; empty if it uses the one of
    /// [`SharedUse::cluster`].
    pub clusters: Vec<usize>,
}

/// What is kept for a function that is paid by use, such as provisioned environments, while its calls
/// vary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It stays.
    Stays,
    /// It grows in proportion.
    Grows,
}

impl UnitUse {
    const NOTHING: Self = Self {
        unshared: Usd::ZERO,
        lines: Vec::new(),
        pools: Vec::new(),
        clusters: Vec::new(),
    };

    /// The use of what `charge` adds to a bill, and of no pool.
    fn of(charge: impl Fn(&mut Bill)) -> Self {
        Self {
            unshared: Bill::total(&charge),
            lines: Bill::lines(&charge),
            pools: Vec::new(),
            clusters: Vec::new(),
        }
    }
}

/// Functions for a common total.
pub struct Members<'m> {
    pub contains: &'m (dyn Fn(usize) -> bool + Sync),
    /// Sum of their [`Cost::unshared`].
    pub unshared: Usd,
    /// The number of those that cannot run on the platform together with the functions of today.
    pub refused: usize,
}

/// Bounds of what a function costs on a platform, in US dollars a month. Their lower bounds count.
#[derive(Debug, Clone, Copy)]
pub struct AtLeast {
    /// What it adds to the bill of the functions that run there today.
    pub adds: Bounds,
    /// Its cost together with any others.
    pub costs: Bounds,
}

impl AtLeast {
    const NOTHING: Self = Self {
        adds: Bounds::ZERO,
        costs: Bounds::ZERO,
    };
}

/// What functions cost together.
#[derive(Debug, Clone)]
pub struct Total {
    /// US dollars a month, of those that can run.
    pub monthly: Usd,
    /// The number of those that cannot run.
    pub left_out: usize,
}

impl Total {
    /// US dollars a month; `None` if a function cannot run.
    pub(crate) fn of_all(&self) -> Option<&Usd> {
        (self.left_out == 0).then_some(&self.monthly)
    }
}

/// A function solved on a platform.
pub struct Answer<'m> {
    pub cost: Cost,
    pub placement: Box<dyn Placement + 'm>,
}

impl fmt::Debug for Answer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cost.fmt(f)
    }
}

/// The placement of a function on a platform: the source of bills, explanations and searches.
pub trait Placement: Send + Sync {
    /// Adds the charges of the function. [`Cost::billed`] is their total.
    fn charge(&self, bill: &mut Bill);
    /// The lines of its bill. A quantity that is bought at two prices has a line for each.
    fn lines(&self) -> Vec<Line> {
        let lines = Bill::lines(|bill| self.charge(bill));
        if lines.iter().any(Line::has_parts) {
            lines.into_iter().flat_map(Line::parts).collect()
        } else {
            lines
        }
    }
    /// The oldest date at which a price in the bill was confirmed; `None` if no price has a date.
    fn price_as_of(&self) -> Option<&str>;
    /// How the cost changes with traffic.
    fn tariff(&self) -> Tariff<'_>;
    /// What the function uses of the [`SharedCosts`] of the platform.
    fn shared_use(&self) -> SharedUse {
        SharedUse::default()
    }
    /// What the function, or all functions of its service, use alone and of the pools if their calls
    /// are this multiple of those with which it was placed. Fleets stay. `None` for a function that has
    /// tasks or instances for itself.
    fn unit_use(&self, _times: &Exact, _kept: Kept) -> Option<UnitUse> {
        None
    }
    /// US dollars a month of the function on a cluster for it alone; `None` on platforms without
    /// clusters.
    fn alone(&self) -> Option<Usd> {
        None
    }
    /// The use of the environments that the platform keeps for the function.
    fn provisioning(&self) -> Option<Provisioning> {
        None
    }
    /// Its containers, nodes or instances; `None` on platforms without provided capacity.
    fn fleet(&self) -> Option<&dyn Fleet> {
        None
    }
    /// What each job runs in, as a phrase; `None` for functions that are not jobs.
    fn job(&self) -> Option<String> {
        None
    }
}

/// US dollars a month for a function.
#[derive(Debug, Clone)]
pub struct Cost {
    /// Its part of the bill of all functions, with the function here and all others where they run
    /// today.
    pub billed: Usd,
    /// What the function adds to that bill; for a function of a service its part of what the service
    /// adds.
    pub adds: Usd,
    /// What the service of the function adds to that bill; `None` for a function without a service.
    pub service_adds: Option<Usd>,
    /// The part of the bill that is not for a shared pool or cluster.
    pub unshared: Usd,
    /// The part of [`Self::unshared`] that is for stated extras.
    pub extras: Usd,
    /// The first linear piece of [`Self::adds`] over invocations, on platforms that charge by
    /// use. `None` in a pool with a free part.
    pub piece: Option<FirstPiece>,
}

impl Cost {
    /// The cost of a function that shares nothing and is paid by capacity.
    fn unshared(monthly: Usd) -> Self {
        Self {
            piece: None,
            extras: Usd::ZERO,
            billed: monthly.clone(),
            adds: monthly.clone(),
            service_adds: None,
            unshared: monthly,
        }
    }

    /// What decides on which platform the function costs least: what it adds, or its service.
    pub(crate) fn decisive(&self) -> &Usd {
        self.service_adds.as_ref().unwrap_or(&self.adds)
    }
}

/// The use of environments that are kept for a function.
#[derive(Debug, Clone)]
pub struct Provisioning {
    /// Share of the time in which they run invocations.
    pub utilization: Exact,
    /// The utilization above which they cost less than on demand. Above 1 or `None`: they never do.
    pub break_even: Option<Exact>,
}

/// A cluster that carries functions.
#[derive(Debug, Clone)]
pub struct Cluster {
    /// Index of its region in the scenario.
    pub region: u16,
    pub architecture: Architecture,
    /// Type of its nodes.
    pub instance_type: Arc<str>,
    /// A whole number for a dedicated cluster, a share of the nodes for an existing one.
    pub nodes: Exact,
    /// Requests in flight of a pod of each function, by the index of the function; `None` for one that
    /// does not fit.
    pub requests_per_pod: Vec<(usize, Option<u128>)>,
    /// What each of them offers.
    pub(crate) allocatable: NodeSize,
    /// US dollars a month of surplus credits of burstable nodes, a part of `monthly`.
    pub surplus_credits: Usd,
    /// True for a cluster that is created for the scenario.
    pub is_dedicated: bool,
    /// US dollars a month.
    pub monthly: Usd,
}

/// Collects missing prices. Each is reported once, however many functions need it.
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

/// The oldest date of prices; `None` if none has a date. Dates of any precision sort as text.
fn oldest<'p>(prices: impl IntoIterator<Item = &'p Provenance>) -> Option<&'p str> {
    let dated = prices.into_iter().filter(|price| price.is_dated());
    dated.map(|price| price.as_of.as_ref()).min()
}

/// The older of two dates that can be missing.
fn older<'d>(one: Option<&'d str>, other: Option<&'d str>) -> Option<&'d str> {
    one.into_iter().chain(other).min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::PlatformKind;

    #[test]
    fn platforms_that_bill_use_come_first() {
        let is_use = |platform: &&dyn Platform| platform.spec().shape.kind == PlatformKind::Usage;
        assert!(is_use(&PLATFORMS[0]) && !is_use(&PLATFORMS[PLATFORMS.len() - 1]));
        assert!(PLATFORMS.is_sorted_by_key(|platform| !is_use(platform)));
    }
}
