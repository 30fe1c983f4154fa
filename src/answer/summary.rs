//! The parts of an answer.

use crate::exact::Exact;
use crate::money::Usd;
use crate::platform::{Cost, Infeasible, Line, Total};
use crate::solve::crossover::{Crossover, CrossoverStep};
use crate::solve::flips::Flips;
use std::collections::BTreeSet;
use std::sync::Arc;

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
    /// The platform on which the function adds least, while all others run where they run today. A
    /// tie goes to the platform of today, then to the first.
    pub best_alone: Option<usize>,
    /// What it adds on the best platform that charges differently (for use or for capacity), less
    /// what it adds on the best of all.
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
    /// US dollars a month on a cluster for the function alone, by platform.
    pub alone: Vec<Option<Usd>>,
    /// Why each break-even is where it is.
    pub steps: Vec<(Pair, Vec<CrossoverStep>)>,
    /// The flips of each pair.
    pub flips: Vec<(Pair, Option<Flips>)>,
}

impl Detail {
    /// The intervals of its searches for flips that count against [`crate::solve::flips::Effort`].
    pub(crate) fn spent(&self) -> u64 {
        let searched = self.flips.iter().filter_map(|(_, flips)| flips.as_ref());
        searched.map(Flips::unproductive).sum()
    }
}

/// Costs of the whole scenario.
#[derive(Debug, Clone)]
pub struct Totals {
    /// The cost of everything on one platform, by platform.
    pub platforms: Vec<Total>,
    /// Every function on its platform of today. Functions that cannot run there are left out.
    pub today: Total,
    /// By platform: US dollars a month of a commitment in dollars an hour that are lost if everything
    /// runs there. They are in the totals. Empty without such a commitment.
    pub unused: Vec<Usd>,
    /// The oldest date of a price in any bill.
    pub oldest_price: Option<String>,
    /// The meters in any bill that the commitment would lower, and of which the price book lacks the
    /// rate, by region.
    pub uncovered: BTreeSet<(u16, Arc<str>)>,
    /// Indices of functions whose verdict can change by less than $1 a million calls, and for which
    /// nothing is stated that stands in front of the cheaper side.
    pub without_front: Vec<usize>,
    /// The totals at on-demand list prices, if the scenario has a commitment or discounts.
    pub at_list_prices: Option<Box<Totals>>,
}
