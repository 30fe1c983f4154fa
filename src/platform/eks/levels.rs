//! Functions of a cluster that run for different hours of the month.
//!
//! Their hours are nested: while a function of some hours runs, all functions of more hours run. So the
//! month has levels. In the first, the shortest, all functions run; in the last only those with the most
//! hours.

use super::node_choice::refusal;
use crate::diag::{Code, Diag};
use crate::exact::{Bounds, Exact};
use crate::plan;
use crate::platform::{Context, container_place};
use rayon::prelude::*;
use rust_decimal::Decimal;

/// More different hours of one cluster are not priced: each is a level of its nodes.
const MOST_LEVELS: usize = 24;

/// The different hours of the functions that can run in each place.
///
/// # Errors
/// A cluster has too many.
pub(super) fn hours_by_place(context: &Context<'_>) -> Result<Vec<Vec<Exact>>, Diag> {
    let nothing = || vec![Vec::new(); context.places()];
    let join = |mut all: Vec<Vec<Option<Decimal>>>, place: usize, hours: Option<Decimal>| {
        if all[place].len() <= MOST_LEVELS && !all[place].contains(&hours) {
            all[place].push(hours);
        }
        all
    };
    let functions = context.scenario.functions.par_iter();
    let functions = functions.filter(|function| refusal(function).is_none());
    let found = functions
        .fold(nothing, |all, function| {
            let hours = function.container().hours_per_month;
            join(all, container_place(function), hours)
        })
        .reduce(nothing, |left, right| {
            let places = right.into_iter().enumerate();
            let hours =
                places.flat_map(|(place, hours)| hours.into_iter().map(move |one| (place, one)));
            hours.fold(left, |all, (place, hours)| join(all, place, hours))
        });
    if found.iter().any(|hours| hours.len() > MOST_LEVELS) {
        let message =
            format!("the containers of a cluster have more than {MOST_LEVELS} different hours");
        let help = "state fewer different values of container.hours_per_month, or leave \"eks\" out \
                    of `platforms`";
        return Err(Diag::new(Code::NotPriced, message).help(help));
    }
    let month = context.hours.amount();
    let exact = |hours: Option<Decimal>| hours.map_or_else(|| month.clone(), Exact::from);
    let places = found.into_iter();
    Ok(places
        .map(|hours| hours.into_iter().map(exact).collect())
        .collect())
}

/// The hours of the functions that can run on a cluster.
pub(crate) struct Levels {
    /// Ascending.
    hours: Vec<Exact>,
    /// By level: its part of the most hours.
    parts: Vec<Exact>,
    /// Bounds of the same.
    part_bounds: Vec<Bounds>,
    /// By level: the part of the most hours in which its functions run.
    shares: Vec<Exact>,
}

impl Levels {
    /// The levels of some hours, at least one and each above zero.
    pub(crate) fn of(mut hours: Vec<Exact>) -> Self {
        hours.sort();
        hours.dedup();
        let most = hours.last().expect("a function has hours");
        let share = |hours: &Exact| hours.over(most).expect("containers run for some time");
        let shares: Vec<Exact> = hours.iter().map(share).collect();
        let shorter = [Exact::ZERO].into_iter().chain(shares.iter().cloned());
        let parts: Vec<Exact> = shares
            .iter()
            .zip(shorter)
            .map(|(share, shorter)| share - &shorter)
            .collect();
        Self {
            part_bounds: parts.iter().map(Exact::bounds).collect(),
            hours,
            parts,
            shares,
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.hours.len()
    }

    pub(crate) fn hours(&self) -> &[Exact] {
        &self.hours
    }

    pub(crate) fn most_hours(&self) -> &Exact {
        self.hours.last().expect("there is a level")
    }

    /// By level: its part of the most hours.
    pub(crate) fn parts(&self) -> &[Exact] {
        &self.parts
    }

    /// The level of functions with these hours, which are among those of all.
    pub(crate) fn level(&self, hours: &Exact) -> usize {
        let level = self.hours.binary_search(hours);
        level.expect("the hours of every function are levels")
    }

    /// The part of the most hours in which the functions of a level run.
    pub(crate) fn share(&self, level: usize) -> &Exact {
        &self.shares[level]
    }

    /// The mean over the most hours of an amount that functions of a level need while they run.
    pub(crate) fn mean_need(&self, by_level: &[Exact]) -> Exact {
        weighted(by_level, &self.shares)
    }

    /// The mean over the most hours of an amount of each level.
    pub(crate) fn mean(&self, by_level: &[Exact]) -> Exact {
        weighted(by_level, &self.parts)
    }

    /// Bounds of [`Self::mean`].
    pub(crate) fn mean_bounds(&self, by_level: impl Iterator<Item = Bounds>) -> Bounds {
        if self.count() == 1 {
            return by_level.fold(Bounds::ZERO, |_, only| only);
        }
        let parts = by_level.zip(&self.part_bounds);
        parts.fold(Bounds::ZERO, |sum, (amount, part)| sum + amount * *part)
    }
}

/// The sum of amounts times their weights. The weight of a single level is one.
fn weighted(amounts: &[Exact], weights: &[Exact]) -> Exact {
    match amounts {
        [only] => only.clone(),
        _ => {
            let terms = amounts.iter().zip(weights);
            terms.map(|(amount, weight)| amount * weight).sum()
        }
    }
}

/// What the functions of a cluster need while they run, by level.
#[derive(Debug, Clone)]
pub(crate) struct Load {
    /// Nodes that their pods fill.
    pub nodes: Vec<Exact>,
    /// vCPUs that they keep busy; zero if no node type is burstable.
    pub busy: Vec<Exact>,
}

impl Load {
    /// Without functions.
    pub(crate) fn nothing(levels: &Levels) -> Self {
        let none = || vec![Exact::ZERO; levels.count()];
        Self {
            nodes: none(),
            busy: none(),
        }
    }

    /// True without functions.
    pub(crate) fn is_empty(&self) -> bool {
        self.nodes.iter().all(Exact::is_zero)
    }

    /// With one more function.
    pub(crate) fn with(mut self, level: usize, nodes: &Exact, busy: &Exact) -> Self {
        self.nodes[level] = &self.nodes[level] + nodes;
        self.busy[level] = &self.busy[level] + busy;
        self
    }

    /// Without one of the functions.
    pub(crate) fn without(mut self, level: usize, nodes: &Exact, busy: &Exact) -> Self {
        self.nodes[level] = &self.nodes[level] - nodes;
        self.busy[level] = &self.busy[level] - busy;
        self
    }
}

/// What runs in each level, from what the functions of each level need.
pub(crate) fn running(by_level: &[Exact]) -> Vec<Exact> {
    plan::running(by_level, |one, other| one + other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_weighs_levels_by_their_hours() {
        let hours = [730u32, 220, 730].map(Exact::from);
        let levels = Levels::of(hours.to_vec());
        assert_eq!(levels.count(), 2);
        assert_eq!(levels.level(&Exact::from(220u32)), 0);
        let needs = [3u32, 2].map(Exact::from);
        let all = running(&needs);
        assert_eq!(all, [5u32, 2].map(Exact::from));
        // 5 for 220 hours and 2 for 510 hours.
        let expected = Exact::ratio(5 * 220 + 2 * 510, 730);
        assert_eq!(levels.mean(&all), expected);
        assert_eq!(levels.mean_need(&needs), expected);
        let bounds = levels.mean_bounds(all.iter().map(Exact::bounds));
        assert!(bounds.enclose(&expected));
    }
}
