//! The plan for more functions than can be searched in the time of an answer: each function moves to
//! the platform on which it adds least.
//!
//! Moves that pay alone can cost more together. So the moves are priced together, and if they cost
//! more than today, those that touch a cluster are left out, and then all.

use super::ledger::Group;
use super::plan::{Move, Plan, pinned_elsewhere};
use super::{Comparison, PlanOptions, Solved};
use crate::diag::Diags;
use crate::exact::{Bounds, Exact};
use crate::money::Usd;
use crate::plan::Pool;
use crate::platform::SharedCosts;

/// Binary places of the units of the bound: less than a millionth of a dollar.
const PLACES: i32 = 20;

pub(super) struct Greedy<'c> {
    comparison: &'c Comparison<'c>,
    options: &'c PlanOptions<'c>,
    shared: Vec<SharedCosts>,
    /// By platform and pool: the lowest rate.
    least_rates: Vec<Vec<Bounds>>,
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
            all: group(),
            apart: group(),
            moves: Vec::new(),
            left_out: Vec::new(),
            refused: Diags::new(),
            bound: 0,
        }
    }

    /// The least that a function costs in any assignment, in units.
    pub(super) fn least(&self, solved: &Solved<'_>) -> i64 {
        let platforms = 0..self.comparison.platforms.len();
        let least = platforms.filter_map(|platform| {
            let cost = solved.summary.costs[platform].as_ref().ok()?;
            let used = solved.shared_use(platform)?;
            let rates = &self.least_rates[platform];
            let pools = used.pools.iter();
            let pools = pools.map(|(pool, quantity)| rates[*pool] * quantity.bounds());
            let nodes = solved.least_nodes(platform).unwrap_or(Bounds::ZERO);
            let own = cost.unshared.dollars().bounds();
            let least = pools.fold(own + nodes, |sum, pool| sum + pool);
            Some(least.low_in_units(PLACES))
        });
        least.min().unwrap_or(0)
    }

    /// Adds a function, and the least that it costs.
    pub(super) fn add(&mut self, solved: &Solved<'_>, least: i64) {
        let (index, costs) = (solved.index, &solved.summary.costs);
        let comparison = self.comparison;
        let home = comparison.home(index);
        let is_pinned =
            comparison.context.function(index).is_pinned || (self.options.is_pinned)(index);
        let today = match &costs[home] {
            Ok(today) => today,
            Err(reason) => {
                self.left_out.push(index);
                if is_pinned {
                    self.refused
                        .push(pinned_elsewhere(comparison, index, reason));
                }
                return;
            }
        };
        self.bound += i128::from(least);
        // Services stay: their functions move together or not at all.
        let stays = is_pinned
            || comparison
                .context
                .function(index)
                .service_number()
                .is_some();
        let best = solved.summary.best_alone.filter(|_| !stays);
        let saving = |best: usize| {
            let adds = &costs[best].as_ref().ok()?.adds;
            Some((best, &today.adds - adds))
        };
        let pays = |(_, saving): &(usize, Usd)| {
            saving.dollars().is_positive() && *saving.dollars() >= self.options.min_saving
        };
        let Some((to, saving)) = best.and_then(saving).filter(pays) else {
            self.all.place(solved, home);
            self.apart.place(solved, home);
            return;
        };
        self.all.place(solved, to);
        let touches_cluster = self.has_cluster(home) || self.has_cluster(to);
        self.apart
            .place(solved, if touches_cluster { home } else { to });
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

    /// The plan. `today` is the bill of today.
    ///
    /// # Errors
    /// A pinned function cannot run where it is.
    pub(super) fn plan(mut self, today: &Usd) -> Result<Plan, Diags> {
        std::mem::take(&mut self.refused).into_result(())?;
        let mut moves = std::mem::take(&mut self.moves);
        let min_saving = Usd::new(self.options.min_saving.clone());
        if let Some(spending) = &self.comparison.spending {
            // What functions save does not add up: they share the commitment. So nothing moves.
            let bound = spending.paid().min(today.clone());
            let monthly = today.clone();
            let (moves, left_out) = (Vec::new(), self.left_out);
            let plan = Plan::new(today.clone(), monthly, min_saving, bound, moves, left_out);
            return Ok(plan.not_searched());
        }
        let cost = |moves: &[Move], group: &Group| {
            let total = group.total(self.comparison).monthly;
            let count = Exact::from(moves.len() as u64);
            let least = Usd::new(&self.options.min_saving * &count);
            (&total + &least <= *today).then_some(total)
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
