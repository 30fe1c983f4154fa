//! The parts of an answer.

use crate::exact::Exact;
use crate::money::Usd;
use crate::platform::{ClusterCosts, Cost, Infeasible, Line};
use crate::solve::crossover::{Crossover, CrossoverStep};
use crate::solve::flips::Flips;

/// A pair of platforms, as indices into [`crate::answer::Comparison::platforms`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    pub from: usize,
    pub to: usize,
}

impl Pair {
    /// True if the platform is one of the two.
    pub(crate) fn has(self, platform: usize) -> bool {
        self.other(platform).is_some()
    }

    /// The other platform of the pair; `None` if the platform is not in it.
    pub(crate) fn other(self, platform: usize) -> Option<usize> {
        match platform {
            _ if platform == self.from => Some(self.to),
            _ if platform == self.to => Some(self.from),
            _ => None,
        }
    }
}

/// The load of a function in a month.
#[derive(Debug, Clone)]
pub struct Workload {
    /// Mean requests in flight.
    pub average_concurrency: Exact,
    /// Requests in flight to provide capacity for.
    pub peak_concurrency: Exact,
    /// Mean concurrency over capacity.
    pub utilization: Option<Exact>,
}

/// The answer for a function in short.
#[derive(Debug, Clone)]
pub struct Summary {
    pub workload: Workload,
    /// By platform.
    pub costs: Vec<Result<Cost, Infeasible>>,
    /// The break-even of each pair that can run it and charges for use and for capacity.
    pub crossovers: Vec<(Pair, Crossover)>,
    /// The break-evens at on-demand list prices, if the scenario has a commitment or discounts.
    pub at_list_prices: Vec<(Pair, Crossover)>,
    /// Ties go to the first platform.
    pub cheapest: Option<usize>,
    /// The additional cost of the cheapest platform that charges differently (for use or for
    /// capacity).
    pub gap: Option<Usd>,
}

impl Summary {
    /// The break-even of a pair.
    pub fn crossover(&self, pair: Pair) -> Option<&Crossover> {
        found(&self.crossovers, |other| other == pair)
    }

    /// The break-even at on-demand list prices, if the scenario has a commitment or discounts.
    pub fn listed_crossover(&self, pair: Pair) -> Option<&Crossover> {
        found(&self.at_list_prices, |other| other == pair)
    }

    /// The break-even of a platform with the one that charges for use.
    pub(crate) fn crossover_of(&self, platform: usize) -> Option<&Crossover> {
        found(&self.crossovers, |pair| pair.to == platform)
    }

    /// The break-even at on-demand list prices, if the scenario has a commitment or discounts.
    pub(crate) fn listed_crossover_of(&self, platform: usize) -> Option<&Crossover> {
        found(&self.at_list_prices, |pair| pair.to == platform)
    }
}

fn found(crossovers: &[(Pair, Crossover)], is: impl Fn(Pair) -> bool) -> Option<&Crossover> {
    let found = crossovers.iter().find(|(pair, _)| is(*pair));
    found.map(|(_, crossover)| crossover)
}

/// The complete answer for a function.
pub struct Detail {
    /// By platform.
    pub lines: Vec<Vec<Line>>,
    /// By platform.
    pub cluster_costs: Vec<ClusterCosts>,
    /// Why each break-even is where it is.
    pub steps: Vec<(Pair, Vec<CrossoverStep>)>,
    /// The flips of each pair.
    pub flips: Vec<(Pair, Option<Flips>)>,
}

impl Detail {
    /// The flips of all pairs for which there was a search.
    pub(crate) fn searched(&self) -> impl Iterator<Item = &Flips> {
        self.flips.iter().filter_map(|(_, flips)| flips.as_ref())
    }
}

/// Costs of the whole scenario; `None` if a function cannot run.
#[derive(Debug, Clone)]
pub struct Totals {
    /// The cost of everything on one platform, by platform.
    pub platforms: Vec<Option<Usd>>,
    /// The number of functions that cannot run, by platform.
    pub refused: Vec<usize>,
    /// Every function on its cheapest platform, with pools and clusters formed of the functions
    /// there.
    pub cheapest_each: Option<Usd>,
    /// Every function on its cheapest platform without a cluster; `None` if no platform has
    /// clusters.
    pub unclustered: Option<Usd>,
    /// Every function on its platform of today.
    pub today: Option<Usd>,
    /// The oldest date of a price in any bill.
    pub oldest_price: Option<String>,
    /// The totals at on-demand list prices, if the scenario has a commitment or discounts.
    pub at_list_prices: Option<Box<Totals>>,
}
