//! The plan with a commitment in US dollars an hour.
//!
//! Nothing separates then: what one function uses of the commitment, another cannot use. So the
//! commitment is given a value: all eligible usage is priced at `min(on demand, value x plan's rate)`,
//! and (1 - value) of the commitment is added. For any value that is at most the bill, so the least
//! cost of all assignments at these prices is a bound, and the search of [`crate::plan`] finds it.
//! Every assignment that is found is priced again by its whole bill, and improved by single moves.

use super::plan::{Found, Planner};
use super::spending::{Spending, SpentBill};
use super::tally::{Item, Tally};
use super::{Comparison, PlanOptions};
use crate::diag::Diags;
use crate::exact::Exact;
use crate::money::Usd;
use crate::plan::Problem;
use rayon::prelude::*;
use std::borrow::Cow;

/// With more functions, single moves are not tried.
const MOST_IMPROVED: usize = 4096;
/// Rounds of single moves over all functions.
const MOST_ROUNDS: usize = 20;

/// The assignments of a problem, priced by whole bills.
pub(super) struct Assignments<'p> {
    comparison: &'p Comparison<'p>,
    spending: &'p Spending<'p>,
    problem: &'p Problem<'p>,
    /// The indices of the functions of each unit.
    members: Vec<Vec<usize>>,
    /// What each function of a unit uses, by unit and choice; empty for a large scenario.
    items: Vec<Vec<Vec<Item>>>,
}

/// An assignment with its bill.
struct Priced {
    choices: Vec<usize>,
    tally: Tally,
    bill: SpentBill,
    /// The bill plus what moves have to save.
    objective: Usd,
}

impl<'p> Assignments<'p> {
    pub(super) fn new(
        comparison: &'p Comparison<'p>,
        spending: &'p Spending<'p>,
        problem: &'p Problem<'p>,
        members: Vec<Vec<usize>>,
    ) -> Self {
        let mut assignments = Self {
            comparison,
            spending,
            problem,
            members,
            items: Vec::new(),
        };
        if problem.units.len() <= MOST_IMPROVED {
            let units = 0..problem.units.len();
            let items = units.into_par_iter().map(|unit| {
                let choices = 0..problem.units[unit].choices.len();
                let items = choices.map(|choice| assignments.items(unit, choice).into_owned());
                items.collect()
            });
            let items = items.collect();
            assignments.items = items;
        }
        assignments
    }

    /// What the functions of a unit use with a choice.
    fn items(&self, unit: usize, choice: usize) -> Cow<'_, [Item]> {
        if let Some(known) = self.items.get(unit) {
            return Cow::Borrowed(&known[choice]);
        }
        let platform = self.problem.units[unit].choices[choice].platform;
        let members = self.members[unit].iter();
        Cow::Owned(members.map(|index| self.item(*index, platform)).collect())
    }

    /// What a function uses on a platform.
    fn item(&self, index: usize, platform: usize) -> Item {
        let subject = self.comparison.context.subject(index);
        let (comparison, spending) = (self.comparison, self.spending);
        match comparison.answer(index, platform) {
            Ok(answer) => comparison.item(spending, platform, subject, &answer),
            Err(_) => {
                let bound = &comparison.platforms[platform];
                let shared = bound.shared_use_with_others(index);
                let shared = shared.expect("it is a choice with others");
                comparison.used(
                    spending,
                    platform,
                    subject,
                    shared,
                    (bound.model.extras_of(index).dollars().clone(), Vec::new()),
                )
            }
        }
    }

    /// An assignment with its bill; `None` if a cluster has no node type that takes all of its
    /// functions.
    fn priced(&self, choices: Vec<usize>) -> Option<Priced> {
        let mut tally = self.spending.nothing();
        for (unit, choice) in choices.iter().enumerate() {
            for item in self.items(unit, *choice).iter() {
                tally.add(item);
            }
        }
        let bill = self.spending.bill(&tally);
        let objective = &bill.monthly + &self.to_save(self.moves(&choices));
        (bill.unfit == 0).then_some(Priced {
            choices,
            tally,
            bill,
            objective,
        })
    }

    fn moves(&self, choices: &[usize]) -> u128 {
        let units = self.problem.units.iter().zip(choices);
        units
            .filter(|(unit, choice)| unit.home != Some(**choice))
            .count() as u128
    }

    fn to_save(&self, moves: u128) -> Usd {
        self.problem.min_saving.times(&Exact::whole(moves))
    }

    /// Searches for the assignment with the lowest bill.
    ///
    /// # Errors
    /// A price is missing, which the scenario would lack too.
    pub(super) fn search(
        &self,
        homes: &[usize],
        is_pinned: &(dyn Fn(usize) -> bool + Sync),
    ) -> Result<Found, Diags> {
        let today = self.priced(homes.to_vec());
        let today = today.expect("functions run where they are");
        let mut starts: Vec<Vec<usize>> = Vec::new();
        let mut bound: Option<Usd> = None;
        let options = PlanOptions {
            min_saving: self.problem.min_saving.dollars().clone(),
            is_pinned,
            ..PlanOptions::default()
        };
        for (value, prices) in &self.spending.prices().trials {
            let trial = self.comparison.at_trial(prices)?;
            let (places, least) = Planner::new(&trial, &options).at_trial();
            let chosen = self.members.iter().enumerate().map(|(unit, members)| {
                // All functions of a unit are in one place.
                let place = places.get(&members[0]);
                self.choice(unit, place.copied()).unwrap_or(homes[unit])
            });
            starts.push(chosen.collect());
            // Negative for a value above one.
            let rest = Usd::new(self.spending.paid().dollars() * &(&Exact::ONE - value));
            let least = &least + &rest;
            bound = Some(bound.map_or(least.clone(), |bound| bound.max(least)));
        }
        for platform in 0..self.comparison.platforms().len() {
            let units = 0..self.problem.units.len();
            let there: Option<Vec<usize>> = units
                .map(|unit| self.choice(unit, Some(platform)))
                .collect();
            starts.extend(there);
        }
        let mut best: Option<Priced> = None;
        let starts = starts
            .into_iter()
            .filter_map(|choices| self.priced(choices));
        let today_bill = today.bill.monthly.clone();
        for start in [today].into_iter().chain(starts) {
            let improved = self.improved(start);
            let is_better = |best: &Priced| {
                let moves = |one: &Priced| self.moves(&one.choices);
                (&improved.objective, moves(&improved)) < (&best.objective, moves(best))
            };
            if best.as_ref().is_none_or(is_better) {
                best = Some(improved);
            }
        }
        let best = best.expect("today is an assignment");
        let bound = bound.unwrap_or(Usd::ZERO).min(best.objective.clone());
        Ok(Found {
            choices: best.choices,
            today: today_bill,
            monthly: best.bill.monthly,
            gap: &best.objective - &bound,
            unused: Some(best.bill.unused),
        })
    }

    /// The choice of a unit on a platform; `None` if it cannot or must not run there.
    fn choice(&self, unit: usize, platform: Option<usize>) -> Option<usize> {
        let unit = &self.problem.units[unit];
        let mut choices = unit.choices.iter();
        let choice = choices.position(|choice| Some(choice.platform) == platform)?;
        (!unit.is_pinned || unit.home == Some(choice)).then_some(choice)
    }

    /// The assignment after single moves, each of which lowers the objective.
    fn improved(&self, mut best: Priced) -> Priced {
        if self.items.is_empty() {
            return best;
        }
        for _ in 0..MOST_ROUNDS {
            let mut is_better = false;
            for (unit, stated) in self.problem.units.iter().enumerate() {
                if stated.is_pinned {
                    continue;
                }
                for choice in 0..stated.choices.len() {
                    let from = best.choices[unit];
                    if choice == from {
                        continue;
                    }
                    let mut tally = best.tally.clone();
                    for item in self.items(unit, from).iter() {
                        tally.remove(item);
                    }
                    for item in self.items(unit, choice).iter() {
                        tally.add(item);
                    }
                    let bill = self.spending.bill(&tally);
                    let mut choices = best.choices.clone();
                    choices[unit] = choice;
                    let objective = &bill.monthly + &self.to_save(self.moves(&choices));
                    if bill.unfit == 0 && objective < best.objective {
                        is_better = true;
                        best = Priced {
                            choices,
                            tally,
                            bill,
                            objective,
                        };
                    }
                }
            }
            if !is_better {
                break;
            }
        }
        best
    }
}
