//! Single moves: of an assignment that is not proven to be the best, until none of them saves
//! anything, and of today's.

use super::evaluate::{Interval, UNKNOWN};
use super::incumbent::Incumbent;
use super::model::{Model, highest_rate};
use super::price::{nodes_near, objective};
use crate::exact::Bounds;
use rayon::prelude::*;

/// Units that are tried, apart from once each.
const MOST_TRIED: usize = 20_000;

/// The best of an assignment, today's and today's with any single move, improved by single moves.
pub(super) fn improve(model: &Model<'_>, units: &[usize], choices: Vec<usize>) -> Vec<usize> {
    let problem = model.problem;
    let part = Shared::new(model, units);
    let mut incumbent = Incumbent::new(problem, units, objective);
    let better = part.descended(choices.clone());
    for choices in [choices, better] {
        if let Some(cost) = part.sums(&choices).cost(&part) {
            incumbent.offer(cost, &choices);
        }
    }
    let home = units.iter().map(|unit| problem.units[*unit].home);
    if let Some(today) = home.collect::<Option<Vec<usize>>>() {
        part.offer_moves(today, &mut incumbent);
    }
    incumbent.best().expect("the assignment is possible")
}

/// What the units of a part share.
struct Shared<'m> {
    model: &'m Model<'m>,
    units: &'m [usize],
    pools: Vec<usize>,
    clusters: Vec<usize>,
    fees: Vec<usize>,
}

/// The sums that the objective of an assignment is made of.
#[derive(Clone)]
struct Sums {
    own: Interval,
    /// Quantities, by pool of the problem.
    pools: Vec<Bounds>,
    /// By cluster of the part.
    clusters: Vec<Members>,
    /// By fee of the part: the number of units that pay it.
    fees: Vec<usize>,
}

#[derive(Clone)]
struct Members {
    count: usize,
    /// By node type: the sums of needs by level, and the number of members that do not fit.
    types: Vec<(Vec<Bounds>, usize)>,
    /// By level: what they use of the nodes.
    busy: Vec<Bounds>,
    /// The fee and the cheapest nodes; `None` if no type takes all members.
    cost: Option<Interval>,
}

/// The needs of a unit, by cluster of the part.
type UnitNeeds = Vec<UnitNeed>;

struct UnitNeed {
    /// By node type.
    types: Vec<Option<Bounds>>,
    level: usize,
    /// What it uses of the nodes.
    busy: Bounds,
}

fn sorted(places: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut places: Vec<usize> = places.collect();
    places.sort_unstable();
    places.dedup();
    places
}

impl<'m> Shared<'m> {
    fn new(model: &'m Model<'m>, units: &'m [usize]) -> Self {
        let problem = model.problem;
        let choices = || units.iter().flat_map(|unit| &problem.units[*unit].choices);
        let pools = choices().flat_map(|choice| choice.pools.iter().map(|(pool, _)| *pool));
        Self {
            model,
            units,
            pools: sorted(pools),
            clusters: sorted(choices().flat_map(|choice| choice.clusters.iter().copied())),
            fees: sorted(choices().flat_map(|choice| choice.fees.iter().copied())),
        }
    }

    fn sums(&self, choices: &[usize]) -> Sums {
        let problem = self.model.problem;
        let clusters = self.clusters.iter().map(|cluster| {
            let stated = &problem.clusters[*cluster];
            let nothing = vec![Bounds::ZERO; stated.levels.len()];
            Members {
                count: 0,
                types: vec![(nothing.clone(), 0); stated.types.len()],
                busy: nothing,
                cost: Some(Interval::ZERO),
            }
        });
        let mut sums = Sums {
            own: Interval::ZERO,
            pools: vec![Bounds::ZERO; problem.pools.len()],
            clusters: clusters.collect(),
            fees: vec![0; self.fees.len()],
        };
        for (place, choice) in choices.iter().enumerate() {
            let joined = &problem.units[self.units[place]].choices[*choice].clusters;
            sums.join(
                self,
                place,
                *choice,
                &self.needs(place, |cluster| joined.contains(&cluster)),
            );
        }
        for cluster in 0..self.clusters.len() {
            sums.price(self, cluster);
        }
        sums
    }

    /// The needs of a unit in some clusters.
    fn needs(&self, place: usize, is_needed: impl Fn(usize) -> bool) -> UnitNeeds {
        let problem = self.model.problem;
        let needs = self.clusters.iter().map(|cluster| {
            let unit = self.units[place];
            let types = &problem.clusters[*cluster].types;
            let mut need = UnitNeed {
                types: Vec::new(),
                level: 0,
                busy: Bounds::ZERO,
            };
            if is_needed(*cluster) {
                need.level = problem.needs.level(unit, *cluster);
                let kinds = 0..types.len();
                let needs = kinds.map(|kind| problem.needs.bounds(unit, *cluster, kind));
                need.types = needs.collect();
                if types.iter().any(|kind| kind.surplus.is_some()) {
                    need.busy = problem.needs.busy(unit, *cluster).bounds();
                }
            }
            need
        });
        needs.collect()
    }

    /// The needs of a unit in the clusters that it can join.
    fn needs_of_choices(&self, place: usize) -> UnitNeeds {
        let choices = &self.model.problem.units[self.units[place]].choices;
        self.needs(place, |cluster| {
            let mut joined = choices.iter().map(|choice| &choice.clusters);
            joined.any(|joined| joined.contains(&cluster))
        })
    }

    /// Other choices of a unit, each with what the whole assignment then costs.
    fn moves(&self, sums: &Sums, place: usize, now: usize) -> Vec<(usize, Interval)> {
        let unit = &self.model.problem.units[self.units[place]];
        let others =
            (0..unit.choices.len()).filter(|choice| *choice != now && unit.may_choose(*choice));
        let others: Vec<usize> = others.collect();
        if others.is_empty() {
            return Vec::new();
        }
        let needs = self.needs_of_choices(place);
        let mut without = sums.clone();
        without.leave(self, place, now, &needs);
        without.price_of(self, place, now);
        let moves = others.into_iter().filter_map(|choice| {
            let mut with = without.clone();
            with.join(self, place, choice, &needs);
            with.price_of(self, place, choice);
            Some((choice, with.cost(self)?))
        });
        moves.collect()
    }

    /// The most that a unit can save by leaving its choice, in dollar units.
    fn most_saved(&self, sums: &Sums, place: usize, choice: usize) -> i128 {
        let (model, unit) = (self.model, self.units[place]);
        let mut saved = Interval::ZERO;
        saved.add(model.own[model.option(unit, choice)]);
        let choice = &model.problem.units[unit].choices[choice];
        for (pool, quantity) in &choice.pools {
            let rate = highest_rate(&model.problem.pools[*pool]);
            saved.add_bounds(rate * quantity.bounds(), model.bits);
        }
        for fee in &choice.fees {
            saved.add(model.fees[*fee]);
        }
        // The others can take another node type without it.
        let clusters = choice
            .clusters
            .iter()
            .map(|cluster| &sums.clusters[known(&self.clusters, *cluster)]);
        let clusters = clusters.map(|members| members.cost.map_or(UNKNOWN, |cost| cost.high));
        saved.high + clusters.sum::<i128>()
    }

    /// Offers an assignment and every single move that can be better than what is known.
    fn offer_moves(&self, mut choices: Vec<usize>, incumbent: &mut Incumbent<'_>) {
        let sums = self.sums(&choices);
        if let Some(cost) = sums.cost(self) {
            incumbent.offer(cost, &choices);
        }
        let low = sums.cost(self).map_or(0, |cost| cost.low);
        // Without an allowance, less in a pool saves at most the highest rate.
        let is_simple = self.model.problem.allowances.is_empty();
        let places = (0..self.units.len()).into_par_iter().filter(|place| {
            let saved = self.most_saved(&sums, *place, choices[*place]);
            !is_simple || low - saved <= incumbent.high
        });
        let moves = places.flat_map_iter(|place| {
            let moves = self.moves(&sums, place, choices[place]).into_iter();
            moves.map(move |(choice, cost)| (place, choice, cost))
        });
        let moves: Vec<(usize, usize, Interval)> = moves.collect();
        let least = moves
            .iter()
            .map(|(_, _, cost)| cost.high)
            .min()
            .unwrap_or(UNKNOWN);
        for (place, choice, cost) in moves {
            if cost.low <= least {
                let home = std::mem::replace(&mut choices[place], choice);
                incumbent.offer(cost, &choices);
                choices[place] = home;
            }
        }
    }

    /// Makes the best move of each unit in turn, until no move saves anything for certain.
    fn descended(&self, mut choices: Vec<usize>) -> Vec<usize> {
        let passes = 1 + MOST_TRIED / self.units.len();
        for _ in 0..passes {
            let mut has_improved = false;
            let mut sums = self.sums(&choices);
            for (place, chosen) in choices.iter_mut().enumerate() {
                let now = *chosen;
                let least = sums.cost(self).map_or(UNKNOWN, |cost| cost.low);
                let moves = self.moves(&sums, place, now).into_iter();
                let best = moves.min_by_key(|(_, cost)| cost.high);
                if let Some((choice, _)) = best.filter(|(_, cost)| cost.high < least) {
                    let needs = self.needs_of_choices(place);
                    sums.leave(self, place, now, &needs);
                    sums.join(self, place, choice, &needs);
                    sums.price_of(self, place, now);
                    sums.price_of(self, place, choice);
                    *chosen = choice;
                    has_improved = true;
                }
            }
            if !has_improved {
                break;
            }
        }
        choices
    }
}

impl Sums {
    fn join(&mut self, part: &Shared<'_>, place: usize, choice: usize, needs: &UnitNeeds) {
        let unit = part.units[place];
        self.own
            .add(part.model.own[part.model.option(unit, choice)]);
        let choice = &part.model.problem.units[unit].choices[choice];
        for (pool, quantity) in &choice.pools {
            self.pools[*pool] = self.pools[*pool] + quantity.bounds();
        }
        for fee in &choice.fees {
            self.fees[known(&part.fees, *fee)] += 1;
        }
        for cluster in &choice.clusters {
            let cluster = known(&part.clusters, *cluster);
            let (members, need) = (&mut self.clusters[cluster], &needs[cluster]);
            members.count += 1;
            let level = need.level;
            members.busy[level] = members.busy[level] + need.busy;
            for (sum, need) in members.types.iter_mut().zip(&need.types) {
                match need {
                    Some(need) => sum.0[level] = sum.0[level] + *need,
                    None => sum.1 += 1,
                }
            }
        }
    }

    fn leave(&mut self, part: &Shared<'_>, place: usize, choice: usize, needs: &UnitNeeds) {
        let unit = part.units[place];
        self.own
            .take(part.model.own[part.model.option(unit, choice)]);
        let choice = &part.model.problem.units[unit].choices[choice];
        for (pool, quantity) in &choice.pools {
            self.pools[*pool] = self.pools[*pool].less(quantity.bounds()).max(Bounds::ZERO);
        }
        for fee in &choice.fees {
            self.fees[known(&part.fees, *fee)] -= 1;
        }
        for cluster in &choice.clusters {
            let cluster = known(&part.clusters, *cluster);
            let (members, need) = (&mut self.clusters[cluster], &needs[cluster]);
            members.count -= 1;
            let level = need.level;
            let less = |sum: Bounds, need: Bounds| sum.less(need).max(Bounds::ZERO);
            members.busy[level] = less(members.busy[level], need.busy);
            for (sum, need) in members.types.iter_mut().zip(&need.types) {
                match need {
                    Some(need) => sum.0[level] = less(sum.0[level], *need),
                    None => sum.1 -= 1,
                }
            }
        }
    }

    /// Prices the cluster of a choice again.
    fn price_of(&mut self, part: &Shared<'_>, place: usize, choice: usize) {
        let choice = &part.model.problem.units[part.units[place]].choices[choice];
        for cluster in &choice.clusters {
            self.price(part, known(&part.clusters, *cluster));
        }
    }

    fn price(&mut self, part: &Shared<'_>, place: usize) {
        let members = &mut self.clusters[place];
        let cluster = &part.model.problem.clusters[part.clusters[place]];
        let types = members.types.iter().enumerate();
        let fitting = types.filter(|(_, (_, unfit))| *unfit == 0);
        let busy = &members.busy;
        let nodes = fitting.map(|(kind, (needs, _))| nodes_near(cluster, kind, needs, busy));
        let mut cost = Interval::ZERO;
        members.cost = match nodes.reduce(Bounds::min) {
            _ if members.count == 0 => Some(cost),
            None => None,
            Some(nodes) => {
                cost.add_bounds(nodes, part.model.bits);
                cost.add_bounds(cluster.fee.dollars().bounds(), part.model.bits);
                Some(cost)
            }
        };
    }

    /// An interval around the objective; `None` if a cluster has no node type for its members.
    fn cost(&self, part: &Shared<'_>) -> Option<Interval> {
        let model = part.model;
        let mut cost = self.own;
        if model.problem.allowances.is_empty() {
            for pool in &part.pools {
                cost.add_bounds(model.cost_of_pool(*pool, self.pools[*pool]), model.bits);
            }
        } else {
            for pool in model.pool_costs(self.pools.clone()) {
                cost.add_bounds(pool, model.bits);
            }
        }
        for members in &self.clusters {
            let nodes = members.cost?;
            cost.low += nodes.low;
            cost.high += nodes.high;
        }
        for (fee, payers) in part.fees.iter().zip(&self.fees) {
            if *payers > 0 {
                cost.add(model.fees[*fee]);
            }
        }
        Some(cost)
    }
}

/// The place of a number in a sorted list.
fn known(places: &[usize], number: usize) -> usize {
    places
        .binary_search(&number)
        .expect("the list has what the units use")
}
