//! Parts of a problem that share nothing, and the fees that are paid in each.

use super::best_first::{Effort, search_group};
use super::configurations::{Columns, Group};
use super::evaluate::Interval;
use super::improve::improve;
use super::incumbent::Incumbent;
use super::model::Model;
use super::price::{bill, objective, sum, to_save};
use super::problem::{Plan, Problem};
use crate::money::Usd;
use rayon::prelude::*;

/// Fees of a part that are each searched with and without.
const MOST_FEES: usize = 12;

/// The assignment with the least bill plus `min_saving` for each move; `None` if there is none.
///
/// The result costs no more than today, than everything on one platform and than any single move
/// from today.
pub fn search(problem: &Problem<'_>) -> Option<Plan> {
    let model = Model::new(problem);
    let all: Vec<usize> = (0..problem.units.len()).collect();
    let parts = connected(problem, &all, Sharing::WithFees, &|_, _| true);
    let results = parts
        .par_iter()
        .map(|units| Part::new(&model, units).search());
    let results: Vec<PartPlan> = results.collect::<Option<_>>()?;
    let mut choices = vec![0; problem.units.len()];
    for (units, result) in parts.iter().zip(&results) {
        for (unit, choice) in units.iter().zip(&result.choices) {
            choices[*unit] = *choice;
        }
    }
    let bounds = results.iter().map(|result| result.bound.dollars().clone());
    let is_proven = results.iter().all(|result| result.is_proven);
    let bill = bill(problem, &all, &choices)?;
    let objective = &bill + &to_save(problem, &all, &choices);
    Some(Plan {
        bill,
        bound: if is_proven {
            objective.clone()
        } else {
            Usd::new(sum(bounds.collect()))
        },
        objective,
        choices,
        is_proven,
        steps: results.iter().map(|result| result.steps).sum(),
    })
}

/// What connects units.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sharing {
    WithFees,
    WithoutFees,
}

/// Units that share anything, directly or through others, in the order of their first unit.
fn connected(
    problem: &Problem<'_>,
    units: &[usize],
    sharing: Sharing,
    allowed: &dyn Fn(usize, usize) -> bool,
) -> Vec<Vec<usize>> {
    let (pools, clusters) = (problem.pools.len(), problem.clusters.len());
    let mut sets = Sets::new(pools + clusters + problem.fees.len());
    for allowance in &problem.allowances {
        for pool in &allowance.pools {
            sets.join(allowance.pools[0], *pool);
        }
    }
    let mut first_shared = vec![None; units.len()];
    for (place, unit) in units.iter().enumerate() {
        let stated = &problem.units[*unit];
        for (number, choice) in stated.choices.iter().enumerate() {
            if !stated.may_choose(number) || !allowed(*unit, number) {
                continue;
            }
            let fees = choice.fees.iter().filter(|_| sharing == Sharing::WithFees);
            let shared = choice.pools.iter().map(|(pool, _)| *pool);
            let shared = shared.chain(choice.clusters.iter().map(|cluster| pools + cluster));
            for shared in shared.chain(fees.map(|fee| pools + clusters + fee)) {
                sets.join(*first_shared[place].get_or_insert(shared), shared);
            }
        }
    }
    let mut part_of = vec![None; pools + clusters + problem.fees.len()];
    let mut parts: Vec<Vec<usize>> = Vec::new();
    for (unit, shared) in units.iter().zip(first_shared) {
        let known = shared.and_then(|shared| part_of[sets.root(shared)]);
        let part = known.unwrap_or(parts.len());
        if part == parts.len() {
            parts.push(Vec::new());
        }
        if let Some(shared) = shared {
            part_of[sets.root(shared)] = Some(part);
        }
        parts[part].push(*unit);
    }
    parts
}

/// Disjoint sets of numbers.
struct Sets(Vec<usize>);

impl Sets {
    fn new(count: usize) -> Self {
        Self((0..count).collect())
    }

    fn root(&mut self, mut at: usize) -> usize {
        while self.0[at] != at {
            self.0[at] = self.0[self.0[at]];
            at = self.0[at];
        }
        at
    }

    fn join(&mut self, left: usize, right: usize) {
        let (left, right) = (self.root(left), self.root(right));
        self.0[left] = right;
    }
}

struct PartPlan {
    choices: Vec<usize>,
    bound: Usd,
    is_proven: bool,
    steps: u64,
}

struct Part<'m> {
    model: &'m Model<'m>,
    units: &'m [usize],
    columns: Columns,
}

impl<'m> Part<'m> {
    fn new(model: &'m Model<'m>, units: &'m [usize]) -> Self {
        Self {
            model,
            units,
            columns: Columns::new(model, units),
        }
    }
}

/// A set of fees that may be used, with a lower bound.
struct FeeSet {
    low: i128,
    mask: usize,
}

impl Part<'_> {
    fn search(&self) -> Option<PartPlan> {
        let problem = self.model.problem;
        let mut incumbent = Incumbent::new(problem, self.units, objective);
        for choices in starts(problem, self.units, &|_, _| true) {
            self.offer(&mut incumbent, &choices);
        }
        let mut effort = Effort::new(self.units.len(), &problem.allowances);
        let fees = self.fees();
        let searched = fees.len().min(MOST_FEES);
        let open = if fees.is_empty() {
            let cost = Interval::ZERO;
            self.search_set(&fees, 0, cost, &mut incumbent, &mut effort)
        } else {
            self.search_sets(
                &fees[..searched],
                fees.len() > searched,
                &mut incumbent,
                &mut effort,
            )
        };
        let mut choices = incumbent.best()?;
        let open = open.filter(|open| *open <= incumbent.high);
        if open.is_some() {
            choices = improve(self.model, self.units, choices);
        }
        let exact = objective(problem, self.units, &choices)?;
        let bound = open.map(|open| self.model.dollars(open.max(0)));
        Some(PartPlan {
            is_proven: bound.as_ref().is_none_or(|bound| *bound >= exact),
            bound: bound.map_or_else(|| exact.clone(), |bound| bound.min(exact.clone())),
            steps: effort.steps,
            choices,
        })
    }

    fn offer(&self, incumbent: &mut Incumbent<'_>, choices: &[usize]) {
        let types = vec![None; self.model.clusters.len()];
        if let Some(mut cost) = self.model.cost(self.units, choices, &types) {
            let fees = self.model.fees(self.units, choices);
            cost.low += fees.low;
            cost.high += fees.high;
            incumbent.offer(cost, choices);
        }
    }

    /// The fees of the part, the highest first.
    fn fees(&self) -> Vec<usize> {
        let mut fees: Vec<usize> = Vec::new();
        for unit in self.units {
            for choice in &self.model.problem.units[*unit].choices {
                fees.extend(&choice.fees);
            }
        }
        fees.sort_unstable();
        fees.dedup();
        fees.sort_by_key(|fee| std::cmp::Reverse(self.model.fees[*fee].low));
        fees
    }

    /// Searches every set of fees whose bound is below the best known assignment. Returns a bound
    /// for what was not searched.
    fn search_sets(
        &self,
        fees: &[usize],
        has_more: bool,
        incumbent: &mut Incumbent<'_>,
        effort: &mut Effort,
    ) -> Option<i128> {
        let mut sets: Vec<FeeSet> = Vec::new();
        let mut open: Option<i128> = None;
        // With every choice, and no fee paid: a bound for every set.
        let all = (1 << fees.len()) - 1;
        let least = self.root_of_set(fees, all, effort)?;
        for mask in 0..=all {
            let low = if effort.has_half() {
                self.root_of_set(fees, mask, effort)
            } else {
                Some(least)
            };
            sets.extend(low.map(|low| FeeSet {
                low: low + self.paid(fees, mask).low,
                mask,
            }));
        }
        sets.sort_by_key(|set| set.low);
        for set in sets {
            if set.low > incumbent.high {
                break;
            }
            let left = if effort.is_spent() {
                Some(set.low)
            } else {
                let paid = self.paid(fees, set.mask);
                self.search_set(fees, set.mask, paid, incumbent, effort)
            };
            // Other fees are not in the bound, and the best assignment may pay them.
            let left = if has_more {
                Some(left.unwrap_or(set.low).min(set.low))
            } else {
                left
            };
            open = open.into_iter().chain(left).min();
        }
        open
    }

    fn paid(&self, fees: &[usize], mask: usize) -> Interval {
        let mut paid = Interval::ZERO;
        for (place, fee) in fees.iter().enumerate() {
            if mask >> place & 1 == 1 {
                paid.add(self.model.fees[*fee]);
            }
        }
        paid
    }

    /// Whether a choice has no fee that the set leaves out.
    fn is_allowed(&self, fees: &[usize], mask: usize, unit: usize, choice: usize) -> bool {
        let choice = &self.model.problem.units[unit].choices[choice];
        let mut left_out = fees
            .iter()
            .enumerate()
            .filter(|(place, _)| mask >> place & 1 == 0);
        choice.fees.is_empty() || !left_out.any(|(_, fee)| choice.fees.contains(fee))
    }

    /// Units that share anything but fees; `None` if a unit has no choice without other fees.
    fn groups(&self, fees: &[usize], mask: usize) -> Option<Vec<Vec<usize>>> {
        let problem = self.model.problem;
        let allowed = |unit: usize, choice: usize| self.is_allowed(fees, mask, unit, choice);
        let can_choose = |unit: &usize| {
            let mut choices = 0..problem.units[*unit].choices.len();
            choices.any(|choice| problem.units[*unit].may_choose(choice) && allowed(*unit, choice))
        };
        let all = self.units.iter().all(can_choose);
        all.then(|| connected(problem, self.units, Sharing::WithoutFees, &allowed))
    }

    /// A bound for a set of fees before anything is decided, without the fees; `None` if a unit has no
    /// choice.
    fn root_of_set(&self, fees: &[usize], mask: usize, effort: &mut Effort) -> Option<i128> {
        let allowed = |unit: usize, choice: usize| self.is_allowed(fees, mask, unit, choice);
        let mut sum = 0;
        for units in self.groups(fees, mask)? {
            let group = Group::new(self.model, &self.columns, &units, &allowed)?;
            effort.work(group.work());
            sum += group.low();
        }
        Some(sum)
    }

    /// Searches the assignments that use no other fees than those of a set.
    fn search_set(
        &self,
        fees: &[usize],
        mask: usize,
        paid: Interval,
        incumbent: &mut Incumbent<'_>,
        effort: &mut Effort,
    ) -> Option<i128> {
        let allowed = |unit: usize, choice: usize| self.is_allowed(fees, mask, unit, choice);
        let units = self.groups(fees, mask)?;
        let groups = units
            .iter()
            .map(|units| Group::new(self.model, &self.columns, units, &allowed));
        let groups: Vec<Group<'_>> = groups.collect::<Option<_>>()?;
        for group in &groups {
            effort.work(group.work());
        }
        let mut lows: Vec<i128> = groups.iter().map(Group::low).collect();
        let mut choices = vec![0; self.model.problem.units.len()];
        let mut open = None;
        for (place, group) in groups.iter().enumerate() {
            let others = paid.low + lows.iter().sum::<i128>() - lows[place];
            let first = starts(self.model.problem, group.units, &allowed);
            let ended = search_group(group, &first, incumbent.high - others, effort);
            if let Some(left) = ended.open {
                open = Some(open.unwrap_or(i128::MAX).min(left + others));
            }
            lows[place] = ended.low;
            // Without a choice, no assignment of this set is better than the incumbent.
            let Some(best) = ended.choices else {
                return open;
            };
            for (unit, choice) in group.units.iter().zip(best) {
                choices[*unit] = choice;
            }
        }
        let choices: Vec<usize> = self.units.iter().map(|unit| choices[*unit]).collect();
        self.offer(incumbent, &choices);
        open
    }
}

/// Today's assignment and everything on one platform, if they are possible.
fn starts(
    problem: &Problem<'_>,
    units: &[usize],
    allowed: &dyn Fn(usize, usize) -> bool,
) -> Vec<Vec<usize>> {
    let platforms = units.iter().flat_map(|unit| &problem.units[*unit].choices);
    let mut platforms: Vec<usize> = platforms.map(|choice| choice.platform).collect();
    platforms.sort_unstable();
    platforms.dedup();
    let may = |unit: usize, choice: usize| {
        problem.units[unit].may_choose(choice) && allowed(unit, choice)
    };
    let home = |unit: &usize| {
        let home = problem.units[*unit].home?;
        may(*unit, home).then_some(home)
    };
    let on = |unit: usize, platform: usize| {
        let mut choices = problem.units[unit].choices.iter().enumerate();
        let found =
            choices.find(|(number, choice)| choice.platform == platform && may(unit, *number));
        found.map(|(number, _)| number)
    };
    let all_on = platforms.into_iter().filter_map(|platform| {
        // What is pinned stays where it is.
        let choice = |unit: &usize| {
            on(*unit, platform).or_else(|| home(unit).filter(|_| problem.units[*unit].is_pinned))
        };
        units.iter().map(choice).collect()
    });
    let today = units.iter().map(home).collect::<Option<_>>();
    today.into_iter().chain(all_on).collect()
}
