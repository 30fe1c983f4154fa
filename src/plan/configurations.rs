//! Configurations of a group: a line for each pool and a node type for each cluster, with lower
//! bounds.
//!
//! A configuration prices pools by a line and nodes by the need that they take, as if nodes could be
//! bought in parts (but the least number in full). Each unit then has one price for each choice, and
//! the sum of the least prices is a lower bound. What is not decided yet counts as the cheapest, for
//! each unit by itself.

use super::model::{IMPOSSIBLE, Line, Model, UNFIT, at_rate};
use super::price::pool_cost;
use crate::exact::{Bounds, Exact};
use rayon::prelude::*;
use std::borrow::Cow;

/// Combinations of lines that are told apart. The cost of further pools is bounded by one line.
const MOST_LINES: usize = 64;
/// Numbers that are kept to save time.
const MOST_KEPT: usize = 8_000_000;

/// Units that share pools and clusters, with the choices that a set of fees allows.
pub(super) struct Group<'m> {
    pub model: &'m Model<'m>,
    pub units: &'m [usize],
    /// Index of the first option of each unit, and the number of options.
    pub start: Vec<usize>,
    pub options: Vec<GroupOption>,
    /// Places in `clusters` that options join, one option after the other.
    joined: Vec<usize>,
    /// Indices of clusters.
    pub clusters: Vec<usize>,
    /// Lines of pools, each with the cost of the options.
    pub lines: Vec<PricedLines>,
    columns: &'m Columns,
    /// Places of the units in the part.
    rows: Vec<usize>,
    /// By cluster and unit: the least cost of nodes.
    relaxed: Vec<Vec<i64>>,
}

#[derive(Clone, Copy)]
pub(super) struct GroupOption {
    pub choice: usize,
    /// The range of `joined`.
    joined: [usize; 2],
}

pub(super) struct PricedLines {
    /// Dollar units that no choice changes.
    pub base: i128,
    /// Own costs and pools in dollar units, by option.
    pub costs: Vec<i64>,
    pub low: i128,
}

/// Lines of pools and states of clusters. Clusters are decided one after the other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Configuration {
    /// No assignment of the configuration costs less, in dollar units.
    pub low: i128,
    pub lines: usize,
    /// The node type of the first clusters; `None` for one that is not used.
    pub kinds: Vec<Option<usize>>,
}

impl<'m> Group<'m> {
    /// Units with those of their options that are allowed. `None` if a unit has none.
    pub(super) fn new(
        model: &'m Model<'m>,
        columns: &'m Columns,
        units: &'m [usize],
        allowed: &dyn Fn(usize, usize) -> bool,
    ) -> Option<Self> {
        let mut group = Self {
            model,
            units,
            start: vec![0],
            options: Vec::new(),
            joined: Vec::new(),
            clusters: Vec::new(),
            lines: Vec::new(),
            columns,
            rows: columns.rows(units),
            relaxed: Vec::new(),
        };
        let mut places = vec![None; model.problem.clusters.len()];
        for unit in units {
            group.add(*unit, allowed, &mut places);
            let [.., before, now] = group.start[..] else {
                unreachable!("two starts after one unit")
            };
            if before == now {
                return None;
            }
        }
        group.relax();
        group.lines = group.priced_lines();
        Some(group)
    }

    /// Finds what nodes cost at least, and orders the clusters: first those that most units prefer,
    /// because bounds without a decision on them are low.
    fn relax(&mut self) {
        let places = 0..self.clusters.len();
        let relaxed: Vec<Vec<i64>> = places
            .clone()
            .map(|place| self.least_nodes(place))
            .collect();
        let mut preferring = vec![0_usize; relaxed.len()];
        for ((place, unit), range) in self.units.iter().enumerate().zip(self.start.windows(2)) {
            let options = self.options[range[0]..range[1]].iter();
            let cost = |option: &&GroupOption| {
                let own = self.model.own[self.model.option(*unit, option.choice)].low;
                let nodes = self.joined_by(option).iter();
                nodes.fold(own, |cost, cluster| {
                    cost.saturating_add(relaxed[*cluster][place])
                })
            };
            let joining = options.filter(|option| !self.joined_by(option).is_empty());
            if let Some(option) = joining.min_by_key(cost) {
                for cluster in self.joined_by(option) {
                    preferring[*cluster] += 1;
                }
            }
        }
        let mut order: Vec<usize> = places.collect();
        order.sort_by_key(|place| std::cmp::Reverse(preferring[*place]));
        self.clusters = order.iter().map(|place| self.clusters[*place]).collect();
        self.relaxed = order.iter().map(|place| relaxed[*place].clone()).collect();
        for joined in &mut self.joined {
            let place = order.iter().position(|place| place == joined);
            *joined = place.expect("every place is in the order");
        }
    }

    fn joined_by(&self, option: &GroupOption) -> &[usize] {
        let [from, to] = option.joined;
        &self.joined[from..to]
    }

    /// The places of the clusters that an option joins.
    pub(super) fn places(&self, option: usize) -> &[usize] {
        self.joined_by(&self.options[option])
    }

    fn add(
        &mut self,
        unit: usize,
        allowed: &dyn Fn(usize, usize) -> bool,
        places: &mut [Option<usize>],
    ) {
        let stated = &self.model.problem.units[unit];
        for (choice, cost) in stated.choices.iter().enumerate() {
            if !stated.may_choose(choice) || !allowed(unit, choice) {
                continue;
            }
            let from = self.joined.len();
            for cluster in &cost.clusters {
                let clusters = &mut self.clusters;
                self.joined.push(*places[*cluster].get_or_insert_with(|| {
                    clusters.push(*cluster);
                    clusters.len() - 1
                }));
            }
            let joined = [from, self.joined.len()];
            self.options.push(GroupOption { choice, joined });
        }
        self.start.push(self.options.len());
    }

    /// A lower bound before anything is decided.
    pub(super) fn low(&self) -> i128 {
        let least = self.lines.iter().map(|lines| lines.low).min();
        least.expect("a pool has a line, and no pool is one way")
    }

    /// Numbers that it takes to bound all node types of a cluster.
    pub(super) fn work(&self) -> usize {
        let kinds = (0..self.clusters.len()).map(|place| self.kinds(place) + 1);
        self.units.len() * kinds.max().unwrap_or(1)
    }

    fn kinds(&self, place: usize) -> usize {
        self.model.clusters[self.clusters[place]].types.len()
    }

    /// The needs of the units on a node type.
    pub(super) fn column(&self, place: usize, kind: usize) -> Cow<'_, [i64]> {
        let cluster = self.clusters[place];
        match self.columns.kept(cluster, kind) {
            Some(column) if column.len() == self.units.len() => Cow::Borrowed(column),
            Some(column) => self.rows.iter().map(|row| column[*row]).collect(),
            None => column(self.model, self.units, cluster, kind).into(),
        }
    }

    /// By unit: the least cost of the nodes that it needs.
    fn least_nodes(&self, place: usize) -> Vec<i64> {
        let least = &self.columns.least[self.clusters[place]];
        self.rows.iter().map(|row| least[*row]).collect()
    }

    fn priced_lines(&self) -> Vec<PricedLines> {
        let pools = self.pool_lines();
        let ranges: Vec<Vec<&[Line]>> = pools
            .iter()
            .map(|(_, ranges)| ranges.iter().map(Vec::as_slice).collect())
            .collect();
        let priced = product(&ranges).into_par_iter().map(|ranges| {
            let lines: Vec<Vec<Line>> = ranges.iter().map(|range| range.to_vec()).collect();
            let priced = product(&lines)
                .into_iter()
                .map(|lines| self.priced(&pools, &lines));
            // The cost in a range is the greatest of its lines, so each is a bound.
            let best = priced.max_by_key(|priced| priced.low);
            best.expect("a range has a line")
        });
        priced.collect()
    }

    /// Pools with the ranges that the units can reach. If these are too many, one line is below the
    /// cost of the last pools.
    fn pool_lines(&self) -> Vec<(usize, Vec<Vec<Line>>)> {
        let most = (MOST_KEPT / self.options.len().max(1)).clamp(1, MOST_LINES);
        let mut combinations = 1;
        let mut pools = Vec::new();
        for (pool, most_used) in self.quantities().into_iter().enumerate() {
            if most_used == Bounds::ZERO {
                continue;
            }
            let tiers = &self.model.problem.pools[pool].tiers;
            let reached = tiers
                .iter()
                .filter(|tier| !tier.from.bounds().is_above(most_used));
            let mut left = reached.count().max(1);
            let mut ranges = self.model.ranges[pool].clone();
            if combinations * left > most {
                left = 1;
                ranges = vec![vec![self.line_below(pool, most_used)]];
            }
            combinations *= left;
            for range in &mut ranges {
                range.truncate(left);
                left -= range.len();
            }
            ranges.retain(|range| !range.is_empty());
            pools.push((pool, ranges));
        }
        pools
    }

    /// The most that the units can use together, by pool.
    fn quantities(&self) -> Vec<Bounds> {
        let mut sums = vec![Bounds::ZERO; self.model.problem.pools.len()];
        for (unit, range) in self.units.iter().zip(self.start.windows(2)) {
            let mut most: Vec<(usize, Bounds)> = Vec::new();
            for option in &self.options[range[0]..range[1]] {
                let choice = &self.model.problem.units[*unit].choices[option.choice];
                for (pool, quantity) in &choice.pools {
                    let quantity = quantity.bounds();
                    match most.iter_mut().find(|(known, _)| known == pool) {
                        Some((_, most)) => *most = quantity.max(*most),
                        None => most.push((*pool, quantity)),
                    }
                }
            }
            for (pool, quantity) in most {
                sums[pool] = sums[pool] + quantity;
            }
        }
        sums
    }

    /// A line from zero that is below the cost of a pool up to a quantity: the cost divided by the
    /// quantity is least at a limit of a tier or at the end.
    fn line_below(&self, pool: usize, most_used: Bounds) -> Line {
        let stated = &self.model.problem.pools[pool];
        let limits = stated.tiers.iter().skip(1).map(|tier| &tier.from);
        let reached = limits.filter(|limit| !limit.bounds().is_above(most_used));
        let at = |limit: &Exact| pool_cost(stated, limit).bounds().over(limit.bounds());
        let first = stated.tiers[0].rate.dollars().bounds();
        let last = self.model.cost_of_pool(pool, most_used).over(most_used);
        Line {
            offset: 0,
            slope: reached.map(at).fold(first.min(last), Bounds::min),
        }
    }

    fn priced(&self, pools: &[(usize, Vec<Vec<Line>>)], lines: &[Line]) -> PricedLines {
        let mut line_of = vec![None; self.model.problem.pools.len()];
        for ((pool, _), line) in pools.iter().zip(lines) {
            line_of[*pool] = Some(*line);
        }
        let mut costs = Vec::with_capacity(self.options.len());
        for (unit, range) in self.units.iter().zip(self.start.windows(2)) {
            for option in &self.options[range[0]..range[1]] {
                let own = self.model.own[self.model.option(*unit, option.choice)].low;
                let choice = &self.model.problem.units[*unit].choices[option.choice];
                let mut used = Bounds::ZERO;
                for (pool, quantity) in &choice.pools {
                    if let Some(line) = line_of[*pool] {
                        used = used + line.slope * quantity.bounds();
                    }
                }
                let shared = used.in_units(self.model.bits).0;
                costs.push((own + shared).min(Bounds::MOST_UNITS));
            }
        }
        let offsets: i128 = lines.iter().map(|line| i128::from(line.offset)).sum();
        let base = offsets - self.worth(&line_of);
        let least = self.least(&costs, |_| true, |place, unit| self.relaxed[place][unit]);
        let least: i128 = least.iter().map(|cost| i128::from(*cost)).sum();
        PricedLines {
            base,
            costs,
            low: base + least,
        }
    }

    /// The most that the allowances of its pools are worth.
    fn worth(&self, line_of: &[Option<Line>]) -> i128 {
        let allowances = self.model.problem.allowances.iter().zip(&self.model.worth);
        let used = allowances
            .filter(|(allowance, _)| allowance.pools.iter().any(|pool| line_of[*pool].is_some()));
        used.map(|(_, worth)| i128::from(*worth)).sum()
    }

    /// By unit: the least cost of its options that join such clusters, with what nodes cost in each.
    fn least(
        &self,
        costs: &[i64],
        is_among: impl Fn(&[usize]) -> bool,
        nodes: impl Fn(usize, usize) -> i64,
    ) -> Vec<i64> {
        let ranges = self.start.windows(2).enumerate();
        let least = ranges.map(|(unit, range)| {
            let options = (range[0]..range[1]).filter(|option| is_among(self.places(*option)));
            let costs = options.map(|option| {
                let places = self.places(option).iter();
                places.fold(costs[option], |cost, place| {
                    cost.saturating_add(nodes(*place, unit))
                })
            });
            costs.fold(IMPOSSIBLE, i64::min)
        });
        least.collect()
    }

    /// Configurations that decide nothing but lines.
    pub(super) fn undecided(&self) -> Vec<Configuration> {
        let lines = self.lines.iter().enumerate();
        let undecided = lines.map(|(lines, priced)| Configuration {
            low: priced.low,
            lines,
            kinds: Vec::new(),
        });
        undecided.collect()
    }

    pub(super) fn is_decided(&self, configuration: &Configuration) -> bool {
        configuration.kinds.len() == self.clusters.len()
    }

    /// Decides one more cluster. Configurations without any assignment are left out.
    pub(super) fn decided(&self, configuration: &Configuration) -> Vec<Configuration> {
        let place = configuration.kinds.len();
        let lines = &self.lines[configuration.lines];
        let known = configuration.kinds.iter().enumerate();
        let known: Vec<_> = known
            .map(|(place, kind)| {
                kind.map(|kind| (self.column(place, kind), self.rate(place, kind)))
            })
            .collect();
        let fixed: i128 = configuration
            .kinds
            .iter()
            .enumerate()
            .map(|(place, kind)| self.fixed(place, *kind))
            .sum();
        // Without the nodes of this cluster.
        let nodes = |other: usize, unit: usize| match known.get(other) {
            Some(Some((column, rate))) => node_cost(*rate, column[unit]),
            Some(None) => IMPOSSIBLE,
            None if other == place => 0,
            None => self.relaxed[other][unit],
        };
        let others = self.least(&lines.costs, |places| !places.contains(&place), nodes);
        let joining = self.least(&lines.costs, |places| places.contains(&place), nodes);
        let kinds = (0..=self.kinds(place))
            .into_par_iter()
            .map(|kind| kind.checked_sub(1));
        let decided = kinds.filter_map(|kind| {
            let sum = match kind {
                Some(kind) => {
                    let column = self.column(place, kind);
                    least_sum(&others, &joining, &column, self.rate(place, kind))
                }
                None => possible_sum(others.iter().copied()),
            };
            let mut kinds = configuration.kinds.clone();
            kinds.push(kind);
            let low = lines.base + fixed + self.fixed(place, kind) + sum?;
            Some(Configuration {
                low: low.max(configuration.low),
                lines: configuration.lines,
                kinds,
            })
        });
        decided.collect()
    }

    pub(super) fn rate(&self, place: usize, kind: usize) -> i64 {
        self.model.clusters[self.clusters[place]].types[kind].rate
    }

    /// The fee of a cluster, and what its least number of nodes costs above the needs that they take.
    fn fixed(&self, place: usize, kind: Option<usize>) -> i128 {
        let Some(kind) = kind else {
            return 0;
        };
        let cluster = &self.model.clusters[self.clusters[place]];
        i128::from(cluster.fee) + cluster.idle(kind, i128::from(cluster.min_nodes))
    }
}

/// The needs of the units of a part, by cluster and node type, if there is memory for all.
pub(super) struct Columns {
    units: Vec<usize>,
    /// By cluster of the problem; empty if they are not kept.
    columns: Vec<Vec<Vec<i64>>>,
    /// By cluster of the problem: the least cost of the nodes for each unit.
    least: Vec<Vec<i64>>,
}

/// Needs that are kept.
const MOST_NEEDS: usize = 16_000_000;

impl Columns {
    pub(super) fn new(model: &Model<'_>, units: &[usize]) -> Self {
        let problem = model.problem;
        let mut is_used = vec![false; problem.clusters.len()];
        for unit in units {
            let choices = &problem.units[*unit].choices;
            for cluster in choices.iter().flat_map(|choice| &choice.clusters) {
                is_used[*cluster] = true;
            }
        }
        let types = |cluster: usize| problem.clusters[cluster].types.len();
        let used = (0..is_used.len()).filter(|cluster| is_used[*cluster]);
        let all: usize = used.map(types).sum();
        let is_kept = all.saturating_mul(units.len()) <= MOST_NEEDS;
        let mut columns = Vec::new();
        let mut least = Vec::new();
        for (cluster, is_used) in is_used.into_iter().enumerate() {
            let kinds = if is_used { 0..types(cluster) } else { 0..0 };
            let kept = |kind| column(model, units, cluster, kind);
            columns.push(if is_kept {
                kinds.clone().into_par_iter().map(kept).collect()
            } else {
                Vec::new()
            });
            let costs = vec![IMPOSSIBLE; if is_used { units.len() } else { 0 }];
            least.push(kinds.fold(costs, |mut costs, kind| {
                let rate = model.clusters[cluster].types[kind].rate;
                let fresh = (!is_kept).then(|| kept(kind));
                let needs = fresh.as_ref().unwrap_or_else(|| &columns[cluster][kind]);
                for (cost, need) in costs.iter_mut().zip(needs) {
                    *cost = node_cost(rate, *need).min(*cost);
                }
                costs
            }));
        }
        Self {
            columns,
            least,
            units: units.to_vec(),
        }
    }

    fn kept(&self, cluster: usize, kind: usize) -> Option<&[i64]> {
        self.columns[cluster].get(kind).map(Vec::as_slice)
    }

    fn rows(&self, units: &[usize]) -> Vec<usize> {
        let row = |unit: &usize| self.units.binary_search(unit);
        let rows = units.iter().map(row).collect::<Result<_, _>>();
        rows.expect("a group has units of its part")
    }
}

/// The needs of units on a node type.
fn column(model: &Model<'_>, units: &[usize], cluster: usize, kind: usize) -> Vec<i64> {
    let joins = |unit: usize| {
        let mut choices = model.problem.units[unit].choices.iter();
        choices.any(|choice| choice.clusters.contains(&cluster))
    };
    let need = |unit: &usize| {
        if joins(*unit) {
            model.need(*unit, cluster, kind)
        } else {
            UNFIT
        }
    };
    units.iter().map(need).collect()
}

/// What the nodes for a need cost, in dollar units.
pub(super) fn node_cost(rate: i64, need: i64) -> i64 {
    if need == UNFIT {
        IMPOSSIBLE
    } else {
        at_rate(rate, need)
    }
}

/// The sum of the least costs; `None` if a unit has no option.
fn possible_sum(costs: impl Iterator<Item = i64>) -> Option<i128> {
    let mut sum = 0;
    let mut greatest = 0;
    for cost in costs {
        sum += i128::from(cost);
        greatest = cost.max(greatest);
    }
    (greatest < IMPOSSIBLE).then_some(sum)
}

fn least_sum(others: &[i64], joining: &[i64], column: &[i64], rate: i64) -> Option<i128> {
    let units = others.iter().zip(joining).zip(column);
    let costs = units.map(|((other, joining), need)| {
        (*other).min(joining.saturating_add(node_cost(rate, *need)))
    });
    possible_sum(costs)
}

/// Every way to take one of each list.
fn product<T: Copy>(lists: &[Vec<T>]) -> Vec<Vec<T>> {
    let mut all = vec![Vec::new()];
    for list in lists {
        let longer = all.iter().flat_map(|some: &Vec<T>| {
            list.iter().map(|item| {
                let mut longer = some.clone();
                longer.push(*item);
                longer
            })
        });
        all = longer.collect();
    }
    all
}
