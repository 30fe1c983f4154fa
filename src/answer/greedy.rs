//! The plan for more functions than can be searched in the time of an answer: each function moves to
//! the platform on which it adds least.
//!
//! Moves that pay alone can cost more together. So the moves are priced together, and if they cost
//! more than today, those that touch a cluster are left out, and then all.

use super::ledger::{Group, Place};
use super::plan::{Move, Plan, pinned_elsewhere};
use super::{Comparison, PlanOptions, Solved};
use crate::diag::Diags;
use crate::exact::{Bounds, Exact};
use crate::money::Usd;
use crate::plan::Pool;
use crate::platform::{Cost, Infeasible, SharedCosts, SharedUse};

/// Binary places of the units of the bound: less than a millionth of a dollar.
const PLACES: i32 = 20;

/// A priced function.
pub(super) enum Priced<'c> {
    /// It cannot run where it is.
    Refused(Infeasible),
    /// On the platform of today, because each other costs more. `least` is what it costs in any
    /// assignment at least, in units.
    AtHome {
        cost: Box<Cost>,
        /// Extras of the scenario that it pays.
        extras: Vec<usize>,
        least: i64,
    },
    /// On every platform, with the same least.
    Everywhere(Box<Solved<'c>>, i64),
}

pub(super) struct Greedy<'c> {
    comparison: &'c Comparison<'c>,
    options: &'c PlanOptions<'c>,
    shared: Vec<SharedCosts>,
    /// By platform and pool: the lowest rate.
    least_rates: Vec<Vec<Bounds>>,
    /// Every function on its platform of today.
    today: Group,
    /// Where every function adds least.
    all: Group,
    /// The same without moves to and from clusters.
    apart: Group,
    moves: Vec<Move>,
    left_out: Vec<usize>,
    refused: Diags,
    /// No assignment costs less than this, in units.
    bound: i128,
}

impl<'c> Greedy<'c> {
    pub(super) fn new(comparison: &'c Comparison<'c>, options: &'c PlanOptions<'c>) -> Self {
        let group = || Group::new(comparison);
        let platforms = comparison.platforms.iter();
        let shared: Vec<SharedCosts> = platforms.map(|bound| bound.model.shared_costs()).collect();
        let lowest = |pool: &Pool| {
            let rate = pool.tiers.iter().map(|tier| &tier.rate).min();
            rate.expect("a pool has a tier").dollars().bounds()
        };
        Self {
            comparison,
            options,
            least_rates: shared
                .iter()
                .map(|shared| shared.pools.iter().map(lowest).collect())
                .collect(),
            shared,
            today: group(),
            all: group(),
            apart: group(),
            moves: Vec::new(),
            left_out: Vec::new(),
            refused: Diags::new(),
            bound: 0,
        }
    }

    /// Prices a function, on all platforms only if another can cost less than that of today.
    pub(super) fn price(&self, index: usize) -> Priced<'c> {
        let home = self.comparison.home(index);
        let answer = match self.comparison.answer(index, home) {
            Ok(answer) => answer,
            Err(reason) => return Priced::Refused(reason),
        };
        let adds = answer.cost.adds.dollars().bounds();
        let others = self.comparison.platforms.iter().enumerate();
        let others = others.filter(|(platform, bound)| *platform != home && bound.is_offered);
        let shared = answer.placement.shared_use();
        let at_home = Place {
            index,
            platform: home,
            cost: &answer.cost,
        };
        let mut least = self.least_at(at_home, &shared);
        for (_, bound) in others {
            let at_least = bound.model.at_least(index);
            if !self.is_pinned(index) && !adds.is_at_most(at_least.adds) {
                let solved = self.comparison.costs(index);
                let least = self.least(&solved);
                return Priced::Everywhere(Box::new(solved), least);
            }
            least = least.min(at_least.costs);
        }
        Priced::AtHome {
            extras: shared.extras,
            cost: Box::new(answer.cost),
            least: least.low_in_units(PLACES),
        }
    }

    /// The least that a function costs on a platform in any assignment.
    fn least_at(&self, at: Place<'_>, shared: &SharedUse) -> Bounds {
        let mut least = at.cost.unshared.dollars().bounds();
        if self.has_cluster(at.platform) {
            let model = &self.comparison.platforms[at.platform].model;
            least = least + model.at_least(at.index).costs;
        }
        for (pool, quantity) in &shared.pools {
            least = least + self.least_rates[at.platform][*pool] * quantity.bounds();
        }
        least
    }

    /// The least that a function costs in any assignment, in units.
    fn least(&self, solved: &Solved<'_>) -> i64 {
        let costs = solved.summary.costs.iter().enumerate();
        let least = costs.filter_map(|(platform, cost)| {
            let at = Place {
                index: solved.index,
                platform,
                cost: cost.as_ref().ok()?,
            };
            Some(self.least_at(at, &solved.shared_use(platform)))
        });
        let least = least.reduce(Bounds::min);
        least.map_or(0, |least| least.low_in_units(PLACES))
    }

    fn is_pinned(&self, index: usize) -> bool {
        self.comparison.context.function(index).is_pinned || (self.options.is_pinned)(index)
    }

    /// Adds a function.
    pub(super) fn add(&mut self, index: usize, priced: &Priced<'_>) {
        let home = self.comparison.home(index);
        match priced {
            Priced::Refused(reason) => {
                self.left_out.push(index);
                if self.is_pinned(index) {
                    let mistake = pinned_elsewhere(self.comparison, index, reason);
                    self.refused.push(mistake);
                }
            }
            Priced::AtHome {
                cost,
                extras,
                least,
            } => {
                self.bound += i128::from(*least);
                let at = Place {
                    index,
                    platform: home,
                    cost,
                };
                for group in [&mut self.today, &mut self.all, &mut self.apart] {
                    group.place(at, || extras.clone());
                }
            }
            Priced::Everywhere(solved, least) => {
                self.bound += i128::from(*least);
                self.add_solved(solved, home);
            }
        }
    }

    fn add_solved(&mut self, solved: &Solved<'_>, home: usize) {
        let (index, costs) = (solved.index, &solved.summary.costs);
        self.today.place_solved(solved, home);
        let function = self.comparison.context.function(index);
        // Services stay: their functions move together or not at all.
        let stays = self.is_pinned(index) || function.service_number().is_some();
        let best = solved.summary.best_alone.filter(|_| !stays);
        let saving = |to: usize| {
            let (today, adds) = (costs[home].as_ref().ok()?, costs[to].as_ref().ok()?);
            Some((to, &today.adds - &adds.adds))
        };
        let pays = |(_, saving): &(usize, Usd)| {
            saving.dollars().is_positive() && *saving.dollars() >= self.options.min_saving
        };
        let Some((to, saving)) = best.and_then(saving).filter(pays) else {
            self.all.place_solved(solved, home);
            self.apart.place_solved(solved, home);
            return;
        };
        self.all.place_solved(solved, to);
        let touches_cluster = self.has_cluster(home) || self.has_cluster(to);
        self.apart
            .place_solved(solved, if touches_cluster { home } else { to });
        self.moves.push(Move {
            index,
            functions: vec![index],
            from: home,
            to,
            alone: Some(&Usd::ZERO - &saving),
            saving,
        });
    }

    fn has_cluster(&self, platform: usize) -> bool {
        let shared = &self.shared[platform];
        !(shared.clusters.is_empty() && shared.fees.is_empty())
    }

    /// The plan.
    ///
    /// # Errors
    /// A pinned function cannot run where it is.
    pub(super) fn plan(mut self) -> Result<Plan, Diags> {
        std::mem::take(&mut self.refused).into_result(())?;
        let mut moves = std::mem::take(&mut self.moves);
        let min_saving = Usd::new(self.options.min_saving.clone());
        if let Some(spending) = &self.comparison.spending {
            // What functions save does not add up: they share the commitment. So nothing moves.
            let today = self.comparison.totals().today.monthly;
            let bound = spending.paid().min(today.clone());
            let monthly = today.clone();
            let (moves, left_out) = (Vec::new(), self.left_out);
            let plan = Plan::new(today, monthly, min_saving, bound, moves, left_out);
            return Ok(plan.not_searched());
        }
        let today = self.today.total(self.comparison).monthly;
        let cost = |moves: &[Move], group: &Group| {
            let total = group.total(self.comparison).monthly;
            let count = Exact::from(moves.len() as u64);
            let least = Usd::new(&self.options.min_saving * &count);
            (&total + &least <= today).then_some(total)
        };
        let mut monthly = cost(&moves, &self.all);
        if monthly.is_none() {
            moves.retain(|one| !(self.has_cluster(one.from) || self.has_cluster(one.to)));
            monthly = cost(&moves, &self.apart);
        }
        let monthly = monthly.unwrap_or_else(|| {
            moves.clear();
            today.clone()
        });
        let bound = self.bound().min(monthly.clone());
        Ok(Plan::new(
            today.clone(),
            monthly,
            min_saving,
            bound,
            moves,
            self.left_out,
        )
        .not_searched())
    }

    /// No assignment costs less than this: free allowances at the highest rates are subtracted.
    fn bound(&self) -> Usd {
        let free = self.shared.iter().flat_map(|shared| {
            shared.allowances.iter().map(|allowance| {
                let pools = allowance.pools.iter();
                let rates = pools.flat_map(|pool| &shared.pools[*pool].tiers);
                let highest = rates.map(|tier| &tier.rate).max();
                highest.map_or(Usd::ZERO, |rate| rate.times(&allowance.quantity))
            })
        });
        let free: Usd = free.sum();
        let units = Exact::whole(self.bound.unsigned_abs());
        let bound = Usd::new(&units * &Exact::ratio(1, 1 << PLACES));
        (&bound - &free).max(Usd::ZERO)
    }
}
