//! The best assignments that a search has found so far.

use super::evaluate::{Interval, UNKNOWN};
use super::problem::Problem;
use crate::money::Usd;
use std::cmp::Reverse;

/// Assignments that are kept because their intervals overlap, before they are priced exactly.
const MOST_KEPT: usize = 64;

/// The best assignments of some units. Those whose intervals overlap are kept and priced exactly
/// later.
pub(super) struct Incumbent<'p> {
    problem: &'p Problem<'p>,
    units: &'p [usize],
    /// The exact cost of an assignment.
    price: fn(&Problem<'_>, &[usize], &[usize]) -> Option<Usd>,
    /// No kept assignment that can be the best costs more, in dollar units.
    pub high: i128,
    kept: Vec<(i128, Vec<usize>)>,
}

impl<'p> Incumbent<'p> {
    pub(super) fn new(
        problem: &'p Problem<'p>,
        units: &'p [usize],
        price: fn(&Problem<'_>, &[usize], &[usize]) -> Option<Usd>,
    ) -> Self {
        Self {
            problem,
            units,
            price,
            high: UNKNOWN,
            kept: Vec::new(),
        }
    }

    /// No kept assignment costs less, in dollar units.
    pub(super) fn low(&self) -> i128 {
        let lows = self.kept.iter().map(|(low, _)| *low);
        lows.min().unwrap_or(UNKNOWN)
    }

    /// Keeps an assignment if it can be the best. It can be offered again with cheaper node types.
    /// Returns true if it may have to be priced exactly.
    pub(super) fn offer(&mut self, cost: Interval, choices: &[usize]) -> bool {
        if cost.low > self.high {
            return false;
        }
        if cost.high < self.high {
            self.high = cost.high;
            self.kept.retain(|(low, _)| *low <= cost.high);
        }
        match self.kept.iter_mut().find(|(_, kept)| kept == choices) {
            Some((low, _)) => *low = cost.low.min(*low),
            None => self.kept.push((cost.low, choices.to_vec())),
        }
        if self.kept.len() > MOST_KEPT {
            self.settle();
        }
        self.kept.len() > 1
    }

    /// Keeps only the best one.
    fn settle(&mut self) {
        let best = self.best().expect("several are kept");
        self.kept.retain(|(_, choices)| *choices == best);
    }

    /// The best assignment: the least cost, then the fewest moves, then today's choices, then the
    /// order of choices, in the order of units.
    pub(super) fn best(&self) -> Option<Vec<usize>> {
        if let [(_, only)] = self.kept.as_slice() {
            return Some(only.clone());
        }
        let order = |choices: &Vec<usize>| {
            let cost = (self.price)(self.problem, self.units, choices);
            let moves = self.problem.moves(self.units, choices);
            let ranks = self.units.iter().zip(choices);
            let ranks = ranks.map(|(unit, choice)| self.problem.units[*unit].rank(*choice));
            (Reverse(cost.map(Reverse)), moves, ranks.collect::<Vec<_>>())
        };
        let kept = self.kept.iter().map(|(_, choices)| choices);
        kept.min_by_key(|choices| order(choices)).cloned()
    }
}
