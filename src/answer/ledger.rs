//! Collects what the totals of a scenario need while functions are solved one by one. So the bills
//! of a functions file with a million rows are never all in memory.

use super::extras::{ExtrasOfAll, ExtrasSum};
use super::tally::Tally;
use super::{BoundPlatform, Comparison, Solved, Spending, Totals};
use crate::money::Usd;
use crate::platform::{Cost, Members, Total};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Functions that are solved in one batch.
const CHUNK: usize = 4096;
/// Marks a function that has no platform in a group.
const NO_PLATFORM: u8 = u8::MAX;

/// Collects the data for totals.
pub(crate) struct Ledger<'c> {
    comparison: &'c Comparison<'c>,
    is_solved: Vec<bool>,
    /// For everything on one platform: the unshared cost without extras, by platform.
    unshared: Vec<Usd>,
    /// What all functions pay for extras, by platform.
    extras: Vec<ExtrasOfAll>,
    /// Number of functions that cannot run, by platform.
    refused: Vec<usize>,
    /// Every function on its platform of today.
    today: Group,
    /// What functions use today and on each platform, with a commitment in dollars an hour.
    tallies: Option<(Tally, Vec<Tally>)>,
    oldest_price: Option<String>,
    uncovered: BTreeSet<(u16, Arc<str>)>,
    /// Indices of functions for which a stated extra can change the verdict.
    without_front: Vec<usize>,
    /// The same data at list prices.
    at_list_prices: Option<Box<Ledger<'c>>>,
}

/// A function on a platform.
#[derive(Clone, Copy)]
pub(super) struct Place<'c> {
    pub index: usize,
    pub platform: usize,
    pub cost: &'c Cost,
}

/// An assignment of functions to platforms.
pub(super) struct Group {
    /// Index of the platform, by function.
    places: Vec<u8>,
    /// The unshared cost without extras, by platform.
    unshared: Vec<Usd>,
    extras: ExtrasSum,
}

impl Group {
    pub(super) fn new(comparison: &Comparison<'_>) -> Self {
        Self {
            places: vec![NO_PLATFORM; comparison.scenario().functions.len()],
            unshared: vec![Usd::ZERO; comparison.platforms.len()],
            extras: ExtrasSum::nothing(comparison),
        }
    }

    /// Assigns a function to a platform on which it can run.
    /// `extras` returns the extras of the scenario that it pays there.
    pub(super) fn place(&mut self, at: Place<'_>, extras: impl FnOnce() -> Vec<usize>) {
        let place = u8::try_from(at.platform).expect("there are fewer than 255 platforms");
        self.places[at.index] = place;
        add(&mut self.unshared[at.platform], &without_extras(at.cost));
        self.extras.add_cost(at.cost, extras);
    }

    /// Assigns a solved function to a platform, or to none if it cannot run there.
    pub(super) fn place_solved(&mut self, solved: &Solved<'_>, platform: usize) {
        if let Ok(cost) = &solved.summary.costs[platform] {
            let at = Place {
                index: solved.index,
                platform,
                cost,
            };
            self.place(at, || solved.shared_use(platform).extras);
        }
    }

    /// The total cost.
    pub(super) fn total(&self, comparison: &Comparison<'_>) -> Total {
        let platforms = comparison.platforms.iter().zip(&self.unshared).enumerate();
        let totals = platforms.map(|(number, (bound, unshared))| {
            let total = bound.model.total(&Members {
                contains: &|index| usize::from(self.places[index]) == number,
                unshared: unshared.clone(),
                refused: 0,
            });
            debug_assert_eq!(total.left_out, 0, "they run there today");
            total.monthly
        });
        let left_out = self.places.iter().filter(|place| **place == NO_PLATFORM);
        let platforms: Usd = totals.sum();
        Total {
            monthly: &platforms + &self.extras.monthly(comparison),
            left_out: left_out.count(),
        }
    }
}

fn without_extras(cost: &Cost) -> Usd {
    if cost.extras.is_zero() {
        return cost.unshared.clone();
    }
    &cost.unshared - &cost.extras
}

fn add(sum: &mut Usd, amount: &Usd) {
    if !amount.dollars().is_zero() {
        *sum = &*sum + amount;
    }
}

impl<'c> Ledger<'c> {
    /// An empty ledger.
    pub(crate) fn new(comparison: &'c Comparison<'c>) -> Self {
        let functions = comparison.scenario().functions.len();
        let platforms = comparison.platforms.len();
        Self {
            comparison,
            is_solved: vec![false; functions],
            unshared: vec![Usd::ZERO; platforms],
            extras: (0..platforms)
                .map(|_| ExtrasOfAll::nothing(comparison))
                .collect(),
            refused: vec![0; platforms],
            today: Group::new(comparison),
            tallies: comparison.spending.as_ref().map(|spending| {
                let nothing = || spending.nothing();
                (nothing(), (0..platforms).map(|_| nothing()).collect())
            }),
            oldest_price: None,
            uncovered: BTreeSet::new(),
            without_front: Vec::new(),
            at_list_prices: comparison
                .at_list_prices()
                .map(|listed| Box::new(Ledger::new(listed))),
        }
    }

    /// Adds a solved function.
    pub(crate) fn add(&mut self, solved: &Solved<'_>) {
        let (index, costs) = (solved.index, &solved.summary.costs);
        self.is_solved[index] = true;
        for (number, cost) in costs.iter().enumerate() {
            match cost {
                Ok(cost) => add(&mut self.unshared[number], &without_extras(cost)),
                Err(_) => self.refused[number] += 1,
            }
            self.extras[number].add(self.comparison, solved, number);
            let date = solved.price_as_of(number);
            let is_older = |date: &&str| self.oldest_price.as_deref().is_none_or(|old| *date < old);
            if let Some(date) = date.filter(is_older) {
                self.oldest_price = Some(date.to_owned());
            }
        }
        let region = self.comparison.scenario().functions[index].region;
        // A comparison at list prices has no commitment.
        let platforms = self.at_list_prices.as_ref().map_or(0, |_| costs.len());
        for number in 0..platforms {
            let uncovered = self.comparison.uncovered(solved, number);
            self.uncovered
                .extend(uncovered.into_iter().map(|meter| (region, meter)));
        }
        if self.comparison.lacks_front(solved) {
            self.without_front.push(index);
        }
        self.today.place_solved(solved, self.comparison.home(index));
        if let Some((today, all)) = &mut self.tallies {
            let home = self.comparison.home(index);
            for (number, item) in solved.items.iter().enumerate() {
                let Some(item) = item else {
                    continue;
                };
                all[number].add(item);
                if number == home {
                    today.add(item);
                }
            }
        }
        if let (Some(ledger), Some(solved)) = (&mut self.at_list_prices, &solved.at_list_prices) {
            ledger.add(solved);
        }
    }

    /// The totals. Functions that were not added are solved here.
    pub(crate) fn totals(mut self) -> Totals {
        let functions = self.is_solved.iter().enumerate();
        let rest: Vec<usize> = functions
            .filter(|(_, is_solved)| !**is_solved)
            .map(|(index, _)| index)
            .collect();
        for chunk in rest.chunks(CHUNK) {
            let solved = chunk.par_iter().map(|index| self.comparison.costs(*index));
            for solved in solved.collect::<Vec<_>>() {
                self.add(&solved);
            }
        }
        self.of_added()
    }

    /// The totals, if every function was added.
    pub(super) fn of_added(&self) -> Totals {
        let platforms = self.comparison.platforms.iter().zip(&self.unshared);
        let platforms = platforms.zip(&self.refused).enumerate();
        let total = |(number, ((bound, unshared), refused)): (usize, _)| {
            let (bound, refused): (&BoundPlatform<'_>, &usize) = (bound, refused);
            let mut total = bound.model.total(&Members {
                contains: &|_| true,
                unshared: Usd::clone(unshared),
                refused: *refused,
            });
            let extras = &self.extras[number];
            let extras = extras.monthly(self.comparison, number, &total, *refused);
            total.monthly = &total.monthly + &extras;
            total
        };
        let mut totals = Totals {
            platforms: platforms.map(total).collect(),
            today: self.today(),
            unused: Vec::new(),
            oldest_price: self.oldest_price.clone(),
            uncovered: self.uncovered.clone(),
            without_front: self.without_front.clone(),
            at_list_prices: self
                .at_list_prices
                .as_ref()
                .map(|listed| Box::new(listed.of_added())),
        };
        if let Some((spending, (_, all))) = self.tallied() {
            for (total, tally) in totals.platforms.iter_mut().zip(all) {
                let (part, unused) = change(spending, tally);
                total.monthly = &total.monthly + &part;
                totals.unused.push(unused);
            }
        }
        totals
    }

    /// Every function on its platform of today, if every function was added.
    pub(super) fn today(&self) -> Total {
        let mut today = self.today.total(self.comparison);
        if let Some((spending, (tally, _))) = self.tallied() {
            let (part, _) = change(spending, tally);
            today.monthly = &today.monthly + &part;
        }
        today
    }

    fn tallied(&self) -> Option<(&Spending<'c>, &(Tally, Vec<Tally>))> {
        self.comparison.spending.as_ref().zip(self.tallies.as_ref())
    }
}

/// What a commitment in dollars an hour changes, and what is lost of it, so that functions which cannot
/// run are left out as before.
fn change(spending: &Spending<'_>, tally: &Tally) -> (Usd, Usd) {
    let bill = spending.bill(tally);
    (&bill.monthly - &bill.on_demand, bill.unused)
}

impl Comparison<'_> {
    /// Solves every function only for the totals. If functions are also shown, a `Ledger` avoids
    /// solving them twice.
    pub fn totals(&self) -> Totals {
        Ledger::new(self).totals()
    }
}
