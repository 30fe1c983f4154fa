//! The decision for a scenario: what every function adds on each platform, the plan, and the totals.

use super::greedy::Greedy;
use super::plan::{Move, Plan, Planner};
use super::{Comparison, Ledger, Sensitivity, Solved, Summary, Totals, assumptions};
use crate::diag::Diags;
use crate::exact::Exact;
use crate::money::Usd;
use crate::platform::Cluster;
use crate::scenario::Notes;
use rayon::prelude::*;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

/// Functions that are solved in one batch.
const CHUNK: usize = 4096;
/// Up to this many functions stay in memory after they are solved for the plan. With more, they are
/// solved again when they are shown.
const KEPT: usize = 4096;
/// Up to this many functions, every answer finds out which verdicts are close.
const MOST_CLOSE: usize = 1000;

/// What a plan is searched with.
pub struct PlanOptions<'p> {
    /// US dollars a month that each move has to save.
    pub min_saving: Exact,
    /// True for functions that stay where they are, in addition to those that state `pinned`.
    pub is_pinned: &'p (dyn Fn(usize) -> bool + Sync),
    /// With more functions than this there is no search.
    pub most_searched: usize,
}

impl PlanOptions<'_> {
    /// US dollars a month that a move has to save if nothing else is stated.
    pub const MIN_SAVING: u32 = 1;
    /// With more functions the search takes longer than an answer may.
    const MOST_SEARCHED: usize = 100_000;
}

impl Default for PlanOptions<'_> {
    fn default() -> Self {
        Self {
            min_saving: Exact::from(Self::MIN_SAVING),
            is_pinned: &|_| false,
            most_searched: Self::MOST_SEARCHED,
        }
    }
}

/// A comparison with its plan and totals.
pub struct Decision<'c> {
    pub comparison: &'c Comparison<'c>,
    pub plan: Plan,
    /// What the totals need; `None` for a large scenario, which is priced again for them.
    ledger: Option<Ledger<'c>>,
    // Both are found when they are first needed.
    totals: OnceLock<Totals>,
    notes: OnceLock<Notes>,
    /// By function; empty for a large scenario.
    kept: Vec<Solved<'c>>,
    /// By function, each found when it is first needed; empty for a large scenario.
    hangs_on: Vec<OnceLock<Arc<Sensitivity>>>,
    /// The functions where the plan has them, if it moves any.
    pub(super) planned: Option<Box<Comparison<'c>>>,
}

/// A solved function, which a [`Decision`] has kept or not.
pub enum Shown<'d, 'c> {
    Kept(&'d Solved<'c>),
    Again(Box<Solved<'c>>),
}

impl<'c> Deref for Shown<'_, 'c> {
    type Target = Solved<'c>;

    fn deref(&self) -> &Solved<'c> {
        match self {
            Self::Kept(solved) => solved,
            Self::Again(solved) => solved,
        }
    }
}

impl<'c> Decision<'c> {
    /// What the whole scenario costs today and on each platform.
    pub fn totals(&self) -> &Totals {
        self.totals.get_or_init(|| match &self.ledger {
            Some(ledger) => ledger.of_added(),
            None => self.comparison.totals(),
        })
    }

    /// The move of a function in the plan; `None` for a function that stays.
    pub fn move_of(&self, index: usize) -> Option<&Move> {
        self.plan.move_of(index)
    }

    /// The platform of a function in the plan. `None` if it cannot run where it is.
    pub fn place(&self, solved: &Solved<'_>) -> Option<usize> {
        self.place_of(solved.index, &solved.summary)
    }

    /// What the verdict of a function hangs on.
    pub fn hangs_on(&self, solved: &Solved<'_>) -> Arc<Sensitivity> {
        let found = || Arc::new(self.find_what_it_hangs_on(solved));
        match self.hangs_on.get(solved.index) {
            Some(known) => Arc::clone(known.get_or_init(found)),
            None => found(),
        }
    }

    /// True if solved functions stay in memory, so that each row of a format can have everything that
    /// is known about a function.
    pub fn is_kept(&self) -> bool {
        !self.kept.is_empty()
    }

    /// The assumptions and omissions of the answer, and what may be a mistake.
    pub fn notes(&self) -> &Notes {
        self.notes.get_or_init(|| self.find_notes())
    }

    fn find_notes(&self) -> Notes {
        let mut notes = self.comparison.notes(self.totals());
        if self.kept.len() <= MOST_CLOSE {
            let close = self.kept.par_iter().filter(|solved| {
                let has_fleet = |(one, other)| {
                    let comparison = self.comparison;
                    comparison.is_capacity(one) || comparison.is_capacity(other)
                };
                let sensitivity = self.hangs_on(solved);
                sensitivity.is_close && sensitivity.pair.is_some_and(has_fleet)
            });
            let close: Vec<usize> = close.map(|solved| solved.index).collect();
            assumptions::of_close_verdicts(&close, self.comparison.scenario(), &mut notes);
        }
        notes
    }

    /// The clusters of the plan.
    pub(crate) fn planned_clusters(&self) -> Vec<Cluster> {
        let comparison = self.comparison;
        comparison.clusters_of(|index| match self.move_of(index) {
            Some(one) => one.to,
            None => comparison.home(index),
        })
    }

    /// The platform of a function in the plan, from its summary.
    pub(crate) fn place_of(&self, index: usize, summary: &Summary) -> Option<usize> {
        if let Some(one) = self.move_of(index) {
            return Some(one.to);
        }
        let home = self.comparison.home(index);
        summary.costs[home].is_ok().then_some(home)
    }

    /// The part of a function in the bill of today, in US dollars a month; `None` if it cannot run
    /// where it is.
    pub(crate) fn billed_today(&self, index: usize) -> Option<Usd> {
        let home = self.comparison.home(index);
        match self.kept.get(index) {
            Some(solved) => {
                let cost = solved.summary.costs[home].as_ref().ok()?;
                Some(cost.billed.clone())
            }
            // The other platforms do not matter.
            None => Some(self.comparison.answer(index, home).ok()?.cost.billed),
        }
    }

    /// A function on every platform.
    pub fn solved(&self, index: usize) -> Shown<'_, 'c> {
        match self.kept.get(index) {
            Some(solved) => Shown::Kept(solved),
            None => Shown::Again(Box::new(self.comparison.solve(index))),
        }
    }
}

impl<'a> Comparison<'a> {
    /// Solves every function, and searches for the plan.
    ///
    /// # Errors
    /// A pinned function cannot run where it is.
    pub fn decide<'c>(&'c self, options: &PlanOptions<'_>) -> Result<Decision<'c>, Diags>
    where
        'a: 'c,
    {
        let functions: Vec<usize> = (0..self.scenario().functions.len()).collect();
        if functions.len() > options.most_searched {
            return self.decide_without_search(&functions, options);
        }
        let mut planner = Planner::new(self, options);
        let mut ledger = Ledger::new(self);
        let mut kept = Vec::new();
        for chunk in functions.chunks(CHUNK) {
            let solved = chunk.par_iter().map(|index| {
                let solved = self.solve(*index);
                (planner.offers(&solved), solved)
            });
            for (offers, solved) in solved.collect::<Vec<_>>() {
                ledger.add(&solved);
                planner.add(&solved, offers);
                if functions.len() <= KEPT {
                    kept.push(solved);
                }
            }
        }
        let plan = planner.plan()?;
        Ok(Decision {
            comparison: self,
            ledger: Some(ledger),
            totals: OnceLock::new(),
            notes: OnceLock::new(),
            planned: self.planned(&plan),
            plan,
            hangs_on: kept.iter().map(|_| OnceLock::new()).collect(),
            kept,
        })
    }

    /// The decision for a large scenario: each function moves to the platform on which it adds least.
    ///
    /// # Errors
    /// A pinned function cannot run where it is.
    fn decide_without_search<'c>(
        &'c self,
        functions: &[usize],
        options: &PlanOptions<'_>,
    ) -> Result<Decision<'c>, Diags>
    where
        'a: 'c,
    {
        let mut greedy = Greedy::new(self, options);
        for chunk in functions.chunks(CHUNK) {
            let priced = chunk.par_iter().map(|index| (*index, greedy.price(*index)));
            for (index, priced) in priced.collect::<Vec<_>>() {
                greedy.add(index, &priced);
            }
        }
        let plan = greedy.plan()?;
        Ok(Decision {
            comparison: self,
            ledger: None,
            totals: OnceLock::new(),
            notes: OnceLock::new(),
            plan,
            planned: None,
            hangs_on: Vec::new(),
            kept: Vec::new(),
        })
    }

    /// The comparison with every function where the plan has it; `None` if the plan moves none.
    fn planned(&self, plan: &Plan) -> Option<Box<Self>> {
        if plan.moves.is_empty() {
            return None;
        }
        let functions = 0..self.scenario().functions.len();
        let homes = functions.map(|index| {
            let place = plan
                .move_of(index)
                .map_or_else(|| self.home(index), |one| one.to);
            self.platforms[place].id
        });
        let planned = self.with_homes(homes.collect());
        Some(Box::new(planned.expect(
            "the prices are those with which the functions were solved",
        )))
    }
}
