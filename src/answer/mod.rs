//! Every number of an answer, and no formatting: all that is shown is a view of this.
//!
//! A [`Comparison`] knows the whole scenario; what it says of one function it works out when asked,
//! so a fleet of a million rows is never held twice. [`Comparison::summary`] is what a table row or
//! a CSV row needs, [`Comparison::detail`] unfolds it.

mod assumptions;
mod commitment_prices;
mod flips;
mod summary;

pub use commitment_prices::BoughtPrices;
pub use summary::{Detail, Pair, Summary, Totals, Workload};

use crate::diag::Diags;
use crate::exact::Exact;
use crate::money::Usd;
use crate::platform::{
    Cluster, Context, Cost, CostModel, Infeasible, Job, Line, Notes, PLATFORMS, Provisioning,
};
use crate::pricebook::{InstanceType, Regional};
use crate::solve::crossover::{Crossover, CrossoverStep, Load};
use crate::solve::{CapacityTariff, Holding, Tariff, UsageParts, UsageTariff};

use crate::scenario::Scenario;
use rayon::prelude::*;
use std::cell::LazyCell;

/// A platform bound to a scenario.
pub struct Bound<'a> {
    /// The platform's id.
    pub id: &'static str,
    /// The platform's heading.
    pub title: &'static str,
    /// Dollars a month of an hourly commitment that everything here would leave unused.
    pub unused: Option<Usd>,
    model: Box<dyn CostModel + 'a>,
}

impl Bound<'_> {
    /// The clusters that carry the scenario there.
    pub fn clusters(&self) -> Vec<Cluster> {
        self.model.clusters()
    }
}

/// A scenario compared on its platforms.
pub struct Comparison<'a> {
    context: Context<'a>,
    platforms: Vec<Bound<'a>>,
    /// The same on demand at list prices, where the scenario buys otherwise.
    listed: Option<Box<Self>>,
}

impl<'a> Comparison<'a> {
    /// Binds every platform of the scenario.
    ///
    /// `prices` are those of the scenario's regions, in its order.
    ///
    /// # Errors
    /// Prices that are needed and missing, options that cannot be had.
    pub fn new(
        scenario: &'a Scenario,
        prices: &'a [Regional],
        instances: &'a [InstanceType],
    ) -> Result<Self, Diags> {
        Self::bind(scenario, prices, None, instances)
    }

    /// The same as it buys, and on demand at list prices beside that.
    ///
    /// # Errors
    /// The same.
    pub fn bought(
        scenario: &'a Scenario,
        list: &'a [Regional],
        bought: &'a BoughtPrices,
        instances: &'a [InstanceType],
    ) -> Result<Self, Diags> {
        let listed = Self::bind(scenario, list, None, instances)?;
        Ok(Self {
            listed: Some(Box::new(listed)),
            ..Self::bind(scenario, list, Some(bought), instances)?
        })
    }

    fn bind(
        scenario: &'a Scenario,
        list: &'a [Regional],
        bought: Option<&'a BoughtPrices>,
        instances: &'a [InstanceType],
    ) -> Result<Self, Diags> {
        let context = Context::new(scenario, list, instances);
        let mut diags = Diags::new();
        let mut platforms = Vec::new();
        for platform in PLATFORMS {
            if scenario.platforms.contains(&platform.id()) {
                let id = platform.id();
                let prices = bought.map_or(list, |bought| bought.regions(id));
                let bound = platform.bind(context.at(prices));
                let bound = diags.take(bound).map(|model| Bound {
                    id,
                    title: platform.title(),
                    unused: bought.and_then(|bought| bought.unused(id)).cloned(),
                    model,
                });
                platforms.extend(bound);
            }
        }
        diags.into_result(Self {
            context,
            platforms,
            listed: None,
        })
    }

    /// The same on demand at list prices, where the scenario buys otherwise.
    pub fn listed(&self) -> Option<&Self> {
        self.listed.as_deref()
    }

    /// The scenario.
    pub fn scenario(&self) -> &'a Scenario {
        self.context.scenario
    }

    /// Prices of the scenario's regions, in its order.
    pub fn prices(&self) -> &'a [Regional] {
        self.context.prices
    }

    /// The platforms that are compared.
    pub fn platforms(&self) -> &[Bound<'a>] {
        &self.platforms
    }

    /// The clusters that carry the scenario.
    pub fn clusters(&self) -> Vec<Cluster> {
        self.platforms.iter().flat_map(Bound::clusters).collect()
    }

    fn costs(&self, index: usize) -> Vec<Result<Cost, Infeasible>> {
        let models = self.platforms.iter().map(|bound| &bound.model);
        models.map(|model| model.cost(index)).collect()
    }

    /// A function in short.
    pub fn summary(&self, index: usize) -> Summary {
        let function = self.context.function(index);
        let hours = &self.scenario().hours;
        let costs = self.costs(index);
        let peak = self.context.peak(index);
        let load = Load::of(function, peak, hours);
        let mut crossovers = Vec::new();
        for from in 0..self.platforms.len() {
            self.crossovers(index, from, &load, &costs, &mut crossovers);
        }
        let mut summary = Summary {
            workload: Workload {
                average_concurrency: load.average(function),
                peak_concurrency: peak.clone(),
                utilization: function.utilization(hours),
            },
            crossovers,
            listed: self
                .listed()
                .map_or_else(Vec::new, |listed| listed.summary(index).crossovers),
            cheapest: self.cheapest(&costs, |_| true),
            gap: None,
            costs,
        };
        let rival = self.rival(&summary);
        summary.gap = rival.and_then(|rival| self.excess(&summary, rival));
        summary
    }

    /// The platform on which a function runs today, if it is compared.
    pub fn home(&self, index: usize) -> Option<usize> {
        let id = self.context.function(index).home();
        self.platforms.iter().position(|bound| bound.id == id)
    }

    /// The cheapest platform of the other kind (use or capacity) than the cheapest of all.
    pub fn rival(&self, summary: &Summary) -> Option<usize> {
        let is_use =
            |number: usize| matches!(self.platforms[number].model.tariff(), Tariff::ByUse(_));
        let best = summary.cheapest?;
        self.cheapest(&summary.costs, |number| is_use(number) != is_use(best))
    }

    /// The cheapest platform but one.
    pub fn runner_up(&self, summary: &Summary) -> Option<usize> {
        let best = summary.cheapest?;
        self.cheapest(&summary.costs, |number| number != best)
    }

    /// What a platform costs a month more than the cheapest; `None` where a function cannot run
    /// there, or anywhere.
    pub fn excess(&self, summary: &Summary, platform: usize) -> Option<Usd> {
        let [own, least] = [platform, summary.cheapest?].map(|n| summary.costs[n].as_ref().ok());
        Some(&own?.compared - &least?.compared)
    }

    /// True for a function that another platform would run for less than the one where it runs
    /// today, or that cannot run there.
    pub fn moves(&self, index: usize, summary: &Summary) -> bool {
        let (Some(home), Some(_)) = (self.home(index), summary.cheapest) else {
            return false;
        };
        let excess = self.excess(summary, home);
        excess.is_none_or(|excess| excess.dollars().is_positive())
    }

    /// What a function costs with a cluster of its own where it is cheapest, if it is that only as a
    /// part of the cluster of all.
    pub fn alone_is_dearer(&self, index: usize, summary: &Summary) -> Option<Usd> {
        let next = summary.costs[self.runner_up(summary)?].as_ref().ok()?;
        let alone = self.platforms[summary.cheapest?]
            .model
            .cluster_costs(index)
            .alone?;
        (alone > next.compared).then_some(alone)
    }

    /// What a function costs on a platform.
    ///
    /// # Errors
    /// It cannot run there.
    pub fn cost(&self, index: usize, platform: usize) -> Result<Cost, Infeasible> {
        self.platforms[platform].model.cost(index)
    }

    /// How many functions cannot run on a platform.
    pub fn refused(&self, platform: usize) -> usize {
        let indices = (0..self.scenario().functions.len()).into_par_iter();
        let refused = indices.filter(|index| self.cost(*index, platform).is_err());
        refused.count()
    }

    /// The bill of a function on a platform; empty where it cannot run.
    pub fn lines(&self, index: usize, platform: usize) -> Vec<Line> {
        let lines = self.platforms[platform].model.lines(index).into_iter();
        lines.flat_map(Line::parts).collect()
    }

    /// How well the environments that a platform keeps for a function are used.
    pub fn provisioning(&self, index: usize, platform: usize) -> Option<Provisioning> {
        self.platforms[platform].model.provisioning(index)
    }

    /// The task in which each job of a function runs there, if it runs by the job.
    pub fn job(&self, index: usize, platform: usize) -> Option<Job> {
        self.platforms[platform].model.job(index)
    }

    /// Adds the crossovers of a platform paid by use with every fleet that can run a function.
    fn crossovers(
        &self,
        index: usize,
        from: usize,
        load: &Load,
        costs: &[Result<Cost, Infeasible>],
        crossovers: &mut Vec<(Pair, Crossover)>,
    ) {
        let (Tariff::ByUse(usage), Ok(today)) = (self.platforms[from].model.tariff(), &costs[from])
        else {
            return;
        };
        let curve = LazyCell::new(|| usage.curve(index, UsageParts::All));
        let reach = |budget: &Usd, per_call: &Usd| {
            if !per_call.dollars().is_zero() {
                return (*curve).clone().less(per_call).reach(budget);
            }
            let on_piece = today.piece.as_ref().and_then(|piece| piece.reach(budget));
            on_piece.or_else(|| curve.reach(budget))
        };
        let cross = |to: usize| {
            let fleet = self.fleet(index, to, load, costs[to].as_ref().ok()?)?;
            let reach = reach(&fleet.monthly, &self.per_call(index, to));
            Some((Pair { from, to }, load.cross(reach, &fleet)))
        };
        crossovers.extend((from + 1..costs.len()).filter_map(cross));
    }

    /// The fleet that a crossover is about: today's, or that of one request in flight.
    fn fleet(&self, index: usize, platform: usize, load: &Load, today: &Cost) -> Option<Holding> {
        let Tariff::ByCapacity(capacity) = self.platforms[platform].model.tariff() else {
            return None;
        };
        match &today.fleet {
            Some(fleet) if !load.is_imagined => Some(Holding {
                monthly: match capacity.per_call(index) {
                    none if none.dollars().is_zero() => today.compared.clone(),
                    per_call => {
                        let calls = self.context.function(index).invocations;
                        &today.compared - &per_call.share(&Exact::from(calls))
                    }
                },
                carries: fleet.capacity().clone(),
            }),
            _ => {
                let slots = load.slots(self.context.function(index));
                capacity.step_cost(index)?.hold(slots)
            }
        }
    }

    /// A function unfolded, as far as it can run; each search for flips looks at `most` stretches at
    /// most ([`crate::solve::flips::Effort`]).
    pub fn detail(&self, index: usize, summary: &Summary, most: u64) -> Detail {
        let function = self.context.function(index);
        let peak = self.context.peak(index);
        let load = Load::of(function, peak, &self.scenario().hours);
        let models = || self.platforms.iter().map(|bound| &bound.model);
        let steps = |pair: Pair| {
            let bought = self.steps(index, pair, &load)?;
            let discounts = CrossoverStep {
                effect: "discounts",
                utilization: bought.last()?.utilization.clone(),
            };
            // All but the last step are at list prices.
            let listed = self.listed();
            let listed = listed.map_or(Some(bought), |listed| listed.steps(index, pair, &load));
            Some((pair, listed?.into_iter().chain([discounts]).collect()))
        };
        let crossed = summary.crossovers.iter().map(|(pair, _)| *pair);
        let platforms = 0..self.platforms.len();
        Detail {
            lines: platforms.map(|number| self.lines(index, number)).collect(),
            cluster_costs: models().map(|model| model.cluster_costs(index)).collect(),
            steps: crossed.filter_map(steps).collect(),
            flips: self.flips(index, summary, most),
        }
    }

    /// Why a crossover is where it is, at these prices.
    fn steps(&self, index: usize, pair: Pair, load: &Load) -> Option<Vec<CrossoverStep>> {
        let (usage, capacity) = self.usage_and_capacity(pair)?;
        let fleet = capacity.step_cost(index)?.steps(&load.peak)?;
        let per_call = capacity.per_call(index);
        Some(load.steps((index, usage), &fleet, &per_call))
    }

    /// Costs of the whole scenario.
    pub fn totals(&self) -> Totals {
        let indices = (0..self.scenario().functions.len()).into_par_iter();
        let best = |index| self.cheapest(&self.costs(index), |_| true);
        let verdicts: Vec<Option<usize>> = indices.map(best).collect();
        let all_on = |bound: &Bound<'_>| bound.model.total(&|_| true);
        Totals {
            platforms: self.platforms.iter().map(all_on).collect(),
            cheapest_each: self.total_of(&verdicts),
            today: self.today(),
        }
    }

    /// What everything costs with each function where it is cheapest among the platforms that need
    /// no cluster; `None` where no platform has one.
    pub fn unclustered(&self) -> Option<Usd> {
        let platforms = self.platforms.iter();
        let is_clustered: Vec<bool> = platforms
            .map(|bound| !bound.clusters().is_empty())
            .collect();
        is_clustered.contains(&true).then_some(())?;
        let indices = (0..self.scenario().functions.len()).into_par_iter();
        let best = |index| self.cheapest(&self.costs(index), |number| !is_clustered[number]);
        let places: Vec<Option<usize>> = indices.map(best).collect();
        self.total_of(&places)
    }

    /// What every function costs where it runs today; `None` where one cannot run there.
    pub fn today(&self) -> Option<Usd> {
        let indices = (0..self.scenario().functions.len()).into_par_iter();
        let homes: Vec<Option<usize>> = indices.map(|index| self.home(index)).collect();
        self.total_of(&homes)
    }

    /// What everything costs with each function on a platform of its own; `None` where one has
    /// none or cannot run there, and where several platforms would each spend the dollars of one
    /// commitment.
    fn total_of(&self, places: &[Option<usize>]) -> Option<Usd> {
        let is_hourly = self.platforms.iter().any(|bound| bound.unused.is_some());
        let together = places.iter().all(|place| *place == places[0]);
        let placed = places.iter().all(Option::is_some) && (together || !is_hourly);
        let platforms = self.platforms.iter().enumerate().filter(|_| placed);
        let totals =
            platforms.map(|(number, bound)| bound.model.total(&|i| places[i] == Some(number)));
        placed.then(|| totals.sum::<Option<Usd>>()).flatten()
    }

    /// True for a platform that a platform paid by use is compared with over utilization.
    pub fn is_crossed(&self, platform: usize) -> bool {
        let with = |pair: &Pair| pair.to == platform && self.usage_and_capacity(*pair).is_some();
        self.pairs().any(|pair| with(&pair))
    }

    /// The oldest date at which a price in a function's bill was confirmed.
    pub fn price_as_of(&self, index: usize, platform: usize) -> &str {
        self.platforms[platform].model.price_as_of(index)
    }

    /// The oldest date at which a price in any bill was confirmed.
    fn oldest_price(&self) -> Option<&str> {
        let functions = (0..self.scenario().functions.len()).into_par_iter();
        let dates = functions.flat_map_iter(|index| {
            let platforms = 0..self.platforms.len();
            platforms.map(move |platform| self.price_as_of(index, platform))
        });
        dates.filter(|date| !date.is_empty()).min()
    }

    /// What is assumed and what is not counted.
    pub fn notes(&self) -> Notes {
        let mut notes = Notes::default();
        assumptions::of_functions(self.scenario(), &mut notes);
        for bound in &self.platforms {
            bound.model.notes(&mut notes);
        }
        let oldest = self.oldest_price();
        assumptions::of_prices(self.scenario(), self.prices(), oldest, &mut notes);
        notes
    }

    /// All pairs in which the first comes before the second: use against capacity, and capacities
    /// against each other.
    fn pairs(&self) -> impl Iterator<Item = Pair> {
        let count = self.platforms.len();
        let ordered = move |from| (from + 1..count).map(move |to| Pair { from, to });
        (0..count).flat_map(ordered)
    }

    fn usage_and_capacity(&self, pair: Pair) -> Option<(&dyn UsageTariff, &dyn CapacityTariff)> {
        let tariff = |number: usize| self.platforms[number].model.tariff();
        match (tariff(pair.from), tariff(pair.to)) {
            (Tariff::ByUse(usage), Tariff::ByCapacity(capacity)) => Some((usage, capacity)),
            _ => None,
        }
    }

    /// What a platform takes for every call of a function on top of its fleet.
    fn per_call(&self, index: usize, platform: usize) -> Usd {
        match self.platforms[platform].model.tariff() {
            Tariff::ByCapacity(capacity) => capacity.per_call(index),
            Tariff::ByUse(_) => Usd::ZERO,
        }
    }

    fn cheapest(
        &self,
        costs: &[Result<Cost, Infeasible>],
        among: impl Fn(usize) -> bool,
    ) -> Option<usize> {
        let mut best: Option<(usize, &Usd)> = None;
        for (number, cost) in costs.iter().enumerate() {
            if let (Ok(cost), true) = (cost, among(number))
                && best.is_none_or(|(_, lowest)| cost.compared < *lowest)
            {
                best = Some((number, &cost.compared));
            }
        }
        best.map(|(number, _)| number)
    }
}
