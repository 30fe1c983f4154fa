//! What an answer is made of.

use crate::exact::Exact;
use crate::money::Usd;
use crate::platform::{ClusterCosts, Cost, Infeasible, Line};
use crate::solve::crossover::{Crossover, CrossoverStep};
use crate::solve::flips::Flips;

/// A pair of platforms, by their place in [`crate::answer::Comparison::platforms`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// The first.
    pub from: usize,
    /// The second.
    pub to: usize,
}

impl Pair {
    /// True for one of the two.
    pub fn has(self, platform: usize) -> bool {
        self.other(platform).is_some()
    }

    /// The other platform, if this is one of the two.
    pub fn other(self, platform: usize) -> Option<usize> {
        match platform {
            _ if platform == self.from => Some(self.to),
            _ if platform == self.to => Some(self.from),
            _ => None,
        }
    }
}

/// What a function does in a month.
#[derive(Debug, Clone)]
pub struct Workload {
    /// Average concurrency.
    pub average_concurrency: Exact,
    /// Concurrency that has to be provided for.
    pub peak_concurrency: Exact,
    /// Their ratio.
    pub utilization: Option<Exact>,
}

/// The answer for a function in short.
#[derive(Debug, Clone)]
pub struct Summary {
    /// What it does.
    pub workload: Workload,
    /// What it costs on each platform.
    pub costs: Vec<Result<Cost, Infeasible>>,
    /// Where use and capacity cross, for each pair that can run it.
    pub crossovers: Vec<(Pair, Crossover)>,
    /// The same on demand at list prices, where the scenario buys otherwise.
    pub listed: Vec<(Pair, Crossover)>,
    /// The cheapest platform; ties go to the earlier one.
    pub cheapest: Option<usize>,
    /// What the cheapest platform of the other kind (use or capacity) costs more.
    pub gap: Option<Usd>,
}

impl Summary {
    /// The crossover of a pair.
    pub fn crossover(&self, pair: Pair) -> Option<&Crossover> {
        found(&self.crossovers, |other| other == pair)
    }

    /// The same on demand at list prices, where the scenario buys otherwise.
    pub fn listed_crossover(&self, pair: Pair) -> Option<&Crossover> {
        found(&self.listed, |other| other == pair)
    }

    /// The crossover of a platform with the one paid by use.
    pub fn crossover_of(&self, platform: usize) -> Option<&Crossover> {
        found(&self.crossovers, |pair| pair.to == platform)
    }

    /// The same on demand at list prices, where the scenario buys otherwise.
    pub fn listed_crossover_of(&self, platform: usize) -> Option<&Crossover> {
        found(&self.listed, |pair| pair.to == platform)
    }
}

fn found(crossovers: &[(Pair, Crossover)], is: impl Fn(Pair) -> bool) -> Option<&Crossover> {
    let found = crossovers.iter().find(|(pair, _)| is(*pair));
    found.map(|(_, crossover)| crossover)
}

/// The answer for a function unfolded.
pub struct Detail {
    /// Bills, by platform.
    pub lines: Vec<Vec<Line>>,
    /// Costs with a dedicated cluster and on the shared one, by platform.
    pub cluster_costs: Vec<ClusterCosts>,
    /// Why each crossover is where it is.
    pub steps: Vec<(Pair, Vec<CrossoverStep>)>,
    /// How the cheaper side flips over volume.
    pub flips: Vec<(Pair, Option<Flips>)>,
}

impl Detail {
    /// The flips of all pairs that have any traffic to search.
    pub fn searched(&self) -> impl Iterator<Item = &Flips> {
        self.flips.iter().filter_map(|(_, flips)| flips.as_ref())
    }
}

/// Costs of the whole scenario; `None` where a function cannot run.
#[derive(Debug, Clone)]
pub struct Totals {
    /// Everything on one platform, by platform.
    pub platforms: Vec<Option<Usd>>,
    /// How many functions cannot run there, by platform.
    pub refused: Vec<usize>,
    /// Every function where it is cheapest, pools and clusters formed for the functions on them.
    pub cheapest_each: Option<Usd>,
    /// Every function where it is cheapest among the platforms that need no cluster; `None` where
    /// no platform has one.
    pub unclustered: Option<Usd>,
    /// Every function where it runs today.
    pub today: Option<Usd>,
    /// The oldest date of a price in any bill.
    pub oldest_price: Option<String>,
    /// The same on demand at list prices, where the scenario buys otherwise.
    pub listed: Option<Box<Totals>>,
}
