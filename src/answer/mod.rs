//! Every number of an answer, without formatting. All outputs are views of these numbers.
//!
//! A [`Comparison`] knows the whole scenario. [`Comparison::solve`] solves one function once on
//! every platform. Its [`Summary`] is a row of a table, [`Comparison::detail`] is the complete
//! answer for it, and a [`Ledger`] keeps what the totals need. So the solutions of a million
//! functions are never all in memory.

mod assumptions;
mod commitment_prices;
mod decision;
mod extras;
mod flips;
mod greedy;
mod groups;
mod hangs_on;
mod ledger;
mod plan;
mod solved;
mod spending;
mod spent;
mod spent_plan;
mod spent_traffic;
mod summary;
mod tally;
mod units;

pub use assumptions::all as all_assumptions;
pub use commitment_prices::BoughtPrices;
use commitment_prices::HourlyPrices;
pub use decision::{Decision, PlanOptions, Shown};
pub(crate) use groups::Group;
pub use groups::Groups;
pub(crate) use hangs_on::{Closest, HangsOn};
pub use hangs_on::{Input, Sensitivity};
pub(crate) use ledger::Ledger;
pub(crate) use plan::Move;
pub use plan::Plan;
pub use solved::Solved;
pub(crate) use spending::CommitmentUse;
pub(crate) use spending::SizedCommitment;
use spending::Spending;
pub(crate) use summary::{Detail, Totals, Workload};
pub use summary::{Pair, Summary};

use crate::diag::Diags;
use crate::exact::Exact;
use crate::money::Usd;
use crate::platform::{
    Answer, Cluster, Context, Cost, CostModel, Extras, Infeasible, PLATFORMS, Refusal, SharedUse,
};
use crate::pricebook::{InstanceType, Regional};
use crate::scenario::{Notes, PlatformKind, Scenario, function};
use crate::solve::crossover::{Crossover, CrossoverStep, Load, UsageCurves};
use crate::solve::flips::Effort;
use crate::solve::{Holding, Tariff, UsageParts};
use std::cell::{LazyCell, OnceCell};
use std::sync::Arc;

/// A platform with its view of a scenario.
pub struct BoundPlatform<'a> {
    pub id: &'static str,
    kind: PlatformKind,
    /// The name in headings.
    pub title: &'static str,
    /// True if functions can move there. A platform that is not in `platforms` is priced for the
    /// functions that run there today.
    is_offered: bool,
    /// The prices of the scenario's regions here.
    prices: &'a [Regional],
    model: Box<dyn CostModel + 'a>,
}

impl BoundPlatform<'_> {
    /// True if the platform bills the use of a function, and not capacity.
    fn is_paid_by_use(&self) -> bool {
        self.kind == PlatformKind::Usage
    }

    /// What a function shares here that cannot run together with the functions of today, if it can run
    /// with others.
    fn shared_use_with_others(&self, index: usize) -> Option<SharedUse> {
        if self.is_offered {
            self.model.shared_use_with_others(index)
        } else {
            None
        }
    }

    /// Solves a function here.
    fn answer(&self, index: usize, home: &str) -> Result<Answer<'_>, Infeasible> {
        if !self.is_offered && home != self.id {
            return Err(Infeasible::new(
                Refusal::NotSupported,
                format!("{} is not in `platforms`", self.id),
                format!("add \"{}\" to `platforms`", self.id),
            ));
        }
        self.model.answer(index)
    }
}

/// A scenario bound to its platforms.
pub struct Comparison<'a> {
    context: Context<'a>,
    platforms: Vec<BoundPlatform<'a>>,
    /// The costs of `[[extra]]`, which functions on several platforms can share.
    extras: Arc<Extras<'a>>,
    /// The scenario at on-demand list prices, if it has a commitment or discounts.
    at_list_prices: Option<Box<Self>>,
    /// Bills with a commitment in dollars an hour, if the scenario has one.
    spending: Option<Spending<'a>>,
}

impl<'a> Comparison<'a> {
    /// Binds the platforms of the scenario. `prices` has its regions, in its order.
    ///
    /// # Errors
    /// A price is missing, or an option is not available.
    pub fn new(
        scenario: &'a Scenario,
        prices: &'a [Regional],
        instances: &'a [InstanceType],
    ) -> Result<Self, Diags> {
        Self::bind(scenario, prices, prices, None, instances)
    }

    /// Binds the platforms at the prices under commitment and discounts, and also at list prices.
    ///
    /// # Errors
    /// A price is missing, or an option is not available.
    pub fn bought(
        scenario: &'a Scenario,
        list: &'a [Regional],
        bought: &'a BoughtPrices,
        instances: &'a [InstanceType],
    ) -> Result<Self, Diags> {
        let listed = Self::bind(scenario, list, list, None, instances)?;
        let prices = bought.regions();
        Ok(Self {
            at_list_prices: Some(Box::new(listed)),
            ..Self::bind(scenario, list, prices, bought.hourly.as_ref(), instances)?
        })
    }

    /// The same scenario with its functions on other platforms. It has no list prices.
    fn with_homes(&self, homes: Vec<&'static str>) -> Result<Self, Diags> {
        let context = self.context.with_homes(homes);
        let mut diags = Diags::new();
        let mut platforms = Vec::with_capacity(self.platforms.len());
        for bound in &self.platforms {
            let platform = PLATFORMS.iter().find(|platform| platform.id() == bound.id);
            let platform = platform.expect("a bound platform is one of all");
            let model = diags.take(platform.bind(context.at(bound.prices)));
            platforms.extend(model.map(|model| BoundPlatform { model, ..*bound }));
        }
        let hourly = self.spending.as_ref().map(Spending::prices);
        diags.into_result(Self::of(context, platforms, hourly))
    }

    fn bind(
        scenario: &'a Scenario,
        list: &'a [Regional],
        prices: &'a [Regional],
        hourly: Option<&'a HourlyPrices>,
        instances: &'a [InstanceType],
    ) -> Result<Self, Diags> {
        let context = Context::new(scenario, list, instances);
        let mut diags = Diags::new();
        let mut platforms = Vec::new();
        for platform in PLATFORMS {
            let id = platform.id();
            let is_offered = scenario.platforms.contains(&id);
            let runs_there = || {
                scenario
                    .functions
                    .iter()
                    .any(|function| function.home() == id)
            };
            if is_offered || runs_there() {
                let bound = platform.bind(context.at(prices));
                let bound = diags.take(bound).map(|model| BoundPlatform {
                    id,
                    kind: platform.spec().shape.kind,
                    title: platform.spec().title,
                    is_offered,
                    prices,
                    model,
                });
                platforms.extend(bound);
            }
        }
        diags.into_result(Self::of(context, platforms, hourly))
    }

    fn of(
        context: Context<'a>,
        platforms: Vec<BoundPlatform<'a>>,
        hourly: Option<&'a HourlyPrices>,
    ) -> Self {
        let (platforms, extras) = extras::add(&context, platforms);
        let shared = || platforms.iter().map(|bound| bound.model.shared_costs());
        let spending =
            hourly.map(|prices| Spending::new(&context, prices, shared().collect(), &extras));
        let comparison = Self {
            spending,
            context,
            platforms,
            extras,
            at_list_prices: None,
        };
        if let Some(spending) = &comparison.spending {
            // It is found in parallel, so before functions are solved in parallel: a thread that finds it
            // must not wait for another one that needs it.
            comparison.tally_of_today(spending);
        }
        comparison
    }

    /// The scenario at prices at which a committed dollar has a value, for bounds.
    fn at_trial(&self, prices: &'a [Regional]) -> Result<Self, Diags> {
        let Context {
            scenario,
            prices: list,
            instances,
            ..
        } = self.context;
        Self::bind(scenario, list, prices, None, instances)
    }

    /// True for a commitment in dollars an hour.
    pub(crate) fn is_spending(&self) -> bool {
        self.spending.is_some()
    }

    /// The scenario at on-demand list prices, if it has a commitment or discounts.
    pub fn at_list_prices(&self) -> Option<&Self> {
        self.at_list_prices.as_deref()
    }

    pub fn scenario(&self) -> &'a Scenario {
        self.context.scenario
    }

    /// Prices of the scenario's regions, in its order.
    pub(crate) fn prices(&self) -> &'a [Regional] {
        self.context.prices
    }

    pub fn platforms(&self) -> &[BoundPlatform<'a>] {
        &self.platforms
    }

    /// The clusters of the functions that run there today.
    pub fn clusters(&self) -> Vec<Cluster> {
        self.clusters_of(|index| self.home(index))
    }

    /// The clusters of an assignment of functions to platforms.
    fn clusters_of(&self, place: impl Fn(usize) -> usize + Sync) -> Vec<Cluster> {
        let platforms = self.platforms.iter().enumerate();
        let clusters = platforms
            .flat_map(|(number, bound)| bound.model.clusters(&|index| place(index) == number));
        clusters.collect()
    }

    /// Solves a function on every platform.
    pub fn solve(&self, index: usize) -> Solved<'_> {
        let mut solved = self.costs(index);
        self.add_break_evens(&mut solved);
        solved
    }

    fn add_break_evens(&self, solved: &mut Solved<'_>) {
        let index = solved.index;
        let demand = self.context.demand(index);
        let load = Load::of(self.context.function(index), demand, &self.scenario().hours);
        if let (Some(listed), Some(solved)) = (self.at_list_prices(), &mut solved.at_list_prices) {
            listed.add_break_evens(solved);
        }
        let mut crossovers = Vec::new();
        for from in 0..self.platforms.len() {
            self.crossovers(solved, from, &load, &mut crossovers);
        }
        let summary = &mut solved.summary;
        if let Some(listed) = &solved.at_list_prices {
            summary
                .at_list_prices
                .clone_from(&listed.summary.crossovers);
        }
        summary.crossovers = crossovers;
    }

    /// The costs of a function on every platform, without break-evens.
    fn costs(&self, index: usize) -> Solved<'_> {
        let function = self.context.function(index);
        let mut costs = Vec::with_capacity(self.platforms.len());
        let mut placements = Vec::with_capacity(self.platforms.len());
        let mut items = Vec::new();
        for (number, bound) in self.platforms.iter().enumerate() {
            let answer = bound.answer(index, self.context.home(index));
            if let Some(spending) = &self.spending {
                let subject = self.context.subject(index);
                let item = |answer| self.item(spending, number, subject, answer);
                items.push(answer.as_ref().ok().map(item));
            }
            let (cost, placement) = match answer {
                Ok(answer) => (Ok(answer.cost), Some(answer.placement)),
                Err(infeasible) => (Err(infeasible), None),
            };
            costs.push(cost);
            placements.push(placement);
        }
        if let Some(spending) = &self.spending {
            self.spend(spending, index, &items, &mut costs);
        }
        let demand = self.context.demand(index);
        let best_alone = self.cheapest(index, &costs, |_| true);
        Solved {
            index,
            summary: Summary {
                workload: Workload {
                    average_concurrency: demand.average().clone(),
                    peak_concurrency: demand.capacity().clone(),
                    utilization: function.utilization(demand),
                },
                crossovers: Vec::new(),
                at_list_prices: Vec::new(),
                best_alone,
                gap: self.gap(index, best_alone, &costs),
                costs,
            },
            placements,
            items,
            at_list_prices: self
                .at_list_prices()
                .map(|listed| Box::new(listed.costs(index))),
        }
    }

    /// Solves a function on one platform, for its bill there.
    ///
    /// # Errors
    /// The function cannot run there.
    pub fn answer(&self, index: usize, platform: usize) -> Result<Answer<'_>, Infeasible> {
        self.platforms[platform].answer(index, self.context.home(index))
    }

    /// How often functions were solved, on all platforms together.
    #[cfg(debug_assertions)]
    pub fn solves(&self) -> u64 {
        let listed = self.at_list_prices().map_or(0, Self::solves);
        self.context.solves() + listed
    }

    /// The meters of a function's bill on a platform that the commitment would lower, and of which
    /// the price book lacks the rate.
    pub(crate) fn uncovered(&self, solved: &Solved<'_>, platform: usize) -> Vec<Arc<str>> {
        let Some(terms) = &self.scenario().terms else {
            return Vec::new();
        };
        if terms.commitment.is_none() {
            return Vec::new();
        }
        let function = self.context.function(solved.index);
        solved.uncovered(platform, terms, self.context.prices_of(function))
    }

    /// The platform of today for a function.
    pub(crate) fn home(&self, index: usize) -> usize {
        let id = self.context.home(index);
        let home = self.platforms.iter().position(|bound| bound.id == id);
        home.expect("platforms on which functions run are bound")
    }

    /// What a function adds on the platform with the least adds of those that charge differently (for
    /// use or for capacity) from the best of all, less what it adds on that.
    fn gap(
        &self,
        index: usize,
        best: Option<usize>,
        costs: &[Result<Cost, Infeasible>],
    ) -> Option<Usd> {
        let best = best?;
        let is_use = |number: usize| self.platforms[number].is_paid_by_use();
        let rival = self.cheapest(index, costs, |number| is_use(number) != is_use(best))?;
        let [own, least] = [rival, best].map(|number| costs[number].as_ref().ok());
        Some(&own?.adds - &least?.adds)
    }

    /// The platform to compare a platform with: `from`, which the function leaves, if it charges
    /// differently, else the one with the least adds of those that do, else of all others.
    pub(crate) fn alternative(
        &self,
        solved: &Solved<'_>,
        place: usize,
        from: Option<usize>,
    ) -> Option<usize> {
        let (index, costs) = (solved.index, &solved.summary.costs);
        let is_different = |number: usize| self.is_capacity(number) != self.is_capacity(place);
        let left = from.filter(|from| is_different(*from));
        left.or_else(|| self.cheapest(index, costs, is_different))
            .or_else(|| self.cheapest(index, costs, |number| number != place))
    }

    /// True for a platform that charges for capacity, and not for use.
    pub(crate) fn is_capacity(&self, platform: usize) -> bool {
        !self.platforms[platform].is_paid_by_use()
    }

    /// Adds the break-evens of a platform that charges for use with every fleet that can run a
    /// function.
    fn crossovers(
        &self,
        solved: &Solved<'_>,
        from: usize,
        load: &Load,
        crossovers: &mut Vec<(Pair, Crossover)>,
    ) {
        let (Some(Tariff::ByUse(usage)), Ok(today)) =
            (solved.tariff(from), &solved.summary.costs[from])
        else {
            return;
        };
        let curve = LazyCell::new(|| usage.curve(UsageParts::All));
        let reach = |budget: &Usd| {
            let on_piece = today.piece.as_ref().and_then(|piece| piece.reach(budget));
            on_piece.or_else(|| curve.reach(budget))
        };
        for to in from + 1..self.platforms.len() {
            if let Some(fleet) = self.fleet(solved, to, load) {
                let pair = Pair { from, to };
                if let Some(spending) = &self.spending {
                    let crossover = self.spent_crossover(spending, solved, pair, load, &fleet);
                    crossovers.extend(crossover.map(|crossover| (pair, crossover)));
                    continue;
                }
                let per_call = solved.per_call(to);
                if !per_call.is_zero() {
                    let net = (*curve).clone().less(&per_call);
                    crossovers.push((pair, load.cross_net(&net, &fleet)));
                    continue;
                }
                let reach = reach(&fleet.monthly);
                let is_zero = reach.as_ref().is_some_and(Exact::is_zero);
                let crossover = if is_zero && curve.at(&Exact::ZERO) > fleet.monthly {
                    Crossover::ALWAYS
                } else {
                    load.cross(reach, &fleet)
                };
                crossovers.push((pair, crossover));
            }
        }
    }

    /// The fleet for a break-even: today's, or the one for a single request in flight.
    fn fleet(&self, solved: &Solved<'_>, platform: usize, load: &Load) -> Option<Holding> {
        let Tariff::ByCapacity(capacity) = solved.tariff(platform)? else {
            return None;
        };
        let today = solved.summary.costs[platform].as_ref().ok()?;
        let function = self.context.function(solved.index);
        if function.service_number().is_some() && function.invocations == 0 {
            // The traffic of the service has no measure in calls of this function.
            return None;
        }
        match solved.fleet(platform) {
            Some(fleet) if !load.has_no_traffic => Some(Holding {
                monthly: match capacity.per_call() {
                    none if none.dollars().is_zero() => today.decisive().clone(),
                    per_call => {
                        today.decisive() - &per_call.times(&Exact::from(function.invocations))
                    }
                },
                carries: fleet.carries(),
            }),
            _ => capacity.step_cost()?.hold(load.slots(function)),
        }
    }

    /// The complete answer for a function. Each search for flips examines at most `most` intervals
    /// ([`crate::solve::flips::Effort`]).
    pub fn detail(&self, solved: &Solved<'_>, most: u64) -> Detail {
        Detail {
            flips: self.flips(solved, most),
            ..self.detail_without_flips(solved)
        }
    }

    /// The complete answer for a function, within the effort of a run.
    pub fn detail_within(&self, effort: &Effort, solved: &Solved<'_>) -> Detail {
        let detail = self.detail(solved, effort.for_each(self.searches()));
        effort.spend(detail.spent());
        detail
    }

    /// The answer for a function without flips.
    pub(crate) fn detail_without_flips(&self, solved: &Solved<'_>) -> Detail {
        let function = self.context.function(solved.index);
        let demand = self.context.demand(solved.index);
        let load = Load::of(function, demand, &self.scenario().hours);
        let bought = Steps::new(solved, &load);
        let listed = solved.at_list_prices.as_deref();
        let listed = listed.map(|listed| Steps::new(listed, &load));
        let steps = |pair: Pair| {
            let bought = bought.of(pair)?;
            let discounts = CrossoverStep {
                effect: "discounts",
                utilization: match solved.summary.crossover(pair) {
                    Some(crossover) if self.is_spending() => crossover
                        .point
                        .as_ref()
                        .map(|point| point.utilization.clone()),
                    _ => bought.last()?.utilization.clone(),
                },
            };
            // All but the last step are at list prices.
            let listed = match &listed {
                Some(listed) => listed.of(pair)?,
                None => bought,
            };
            Some((pair, listed.into_iter().chain([discounts]).collect()))
        };
        let crossed = solved.summary.crossovers.iter().map(|(pair, _)| *pair);
        let platforms = 0..self.platforms.len();
        Detail {
            lines: platforms
                .clone()
                .map(|number| solved.lines(number))
                .collect(),
            alone: platforms.map(|number| solved.alone(number)).collect(),
            steps: crossed.filter_map(steps).collect(),
            flips: Vec::new(),
        }
    }

    /// True for a platform that has break-evens over utilization, with a platform that charges for
    /// use.
    pub(crate) fn is_crossed(&self, platform: usize) -> bool {
        let is_paid_by_use = |number: usize| self.platforms[number].is_paid_by_use();
        !is_paid_by_use(platform) && (0..platform).any(is_paid_by_use)
    }

    /// The assumptions and omissions of an answer with these totals.
    pub fn notes(&self, totals: &Totals) -> Notes {
        let mut notes = Notes::default();
        for rule in function::assumption_rules() {
            notes.add_for_functions(rule, self.scenario());
        }
        assumptions::of_month(self.scenario(), &mut notes);
        for bound in &self.platforms {
            bound.model.notes(&mut notes);
        }
        assumptions::of_prices(self.scenario(), self.prices(), totals, &mut notes);
        notes
    }

    /// Pairs of platforms with break-evens or flips, each in the order of the platforms: use with
    /// capacity, and capacity with capacity.
    fn pairs(&self) -> impl Iterator<Item = Pair> {
        let count = self.platforms.len();
        let ordered = move |from| (from + 1..count).map(move |to| Pair { from, to });
        (0..count).flat_map(ordered)
    }

    fn cheapest(
        &self,
        index: usize,
        costs: &[Result<Cost, Infeasible>],
        among: impl Fn(usize) -> bool,
    ) -> Option<usize> {
        let adds = costs.iter().enumerate().filter_map(|(number, cost)| {
            let cost = cost.as_ref().ok().filter(|_| among(number))?;
            Some((number, cost.decisive()))
        });
        let (best, least) = adds.min_by(|(_, left), (_, right)| left.cmp(right))?;
        let at_home = |home: usize| {
            among(home) && matches!(&costs[home], Ok(cost) if cost.decisive() == least)
        };
        let home = self.home(index);
        Some(if at_home(home) { home } else { best })
    }
}

/// The steps of break-evens, at the prices at which a function was solved.
struct Steps<'s> {
    solved: &'s Solved<'s>,
    load: &'s Load,
    /// By platform: several pairs have the same platform that charges for use.
    curves: Vec<OnceCell<UsageCurves>>,
}

impl<'s> Steps<'s> {
    fn new(solved: &'s Solved<'s>, load: &'s Load) -> Self {
        Self {
            solved,
            load,
            curves: solved.placements.iter().map(|_| OnceCell::new()).collect(),
        }
    }

    /// The steps of a pair.
    fn of(&self, pair: Pair) -> Option<Vec<CrossoverStep>> {
        let (usage, capacity) = self.solved.use_and_capacity(pair)?;
        let cost = self.solved.summary.costs[pair.to].as_ref().ok()?;
        if cost.service_adds.is_some() && capacity.step_cost().is_some() {
            // The functions of the service have no fleet in common.
            return None;
        }
        let fleet = capacity.steps(&self.load.demand)?;
        let curves = self.curves[pair.from].get_or_init(|| UsageCurves::of(usage));
        Some(self.load.steps(curves, &fleet, &capacity.per_call()))
    }
}
