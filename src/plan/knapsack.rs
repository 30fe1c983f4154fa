//! The choices of units in a configuration with a stated number of nodes in each cluster.
//!
//! With a multiplier for each cluster, a price of the needs that nodes take, every unit makes its
//! cheapest choice. That sum, less what the capacity is worth, is a lower bound for any multipliers.
//! Other assignments deviate from it; each deviation has a regret, what it costs more. The search
//! looks at sets of deviations with a sum of regrets below the gap to the best assignment known.

use super::configurations::{Configuration, Group};
use super::model::{IMPOSSIBLE, SHIFT, UNFIT};
use crate::exact::Bounds;

/// Multipliers, nodes and needs are at most these, so that products and sums fit 128 bits.
const MOST_MULTIPLIER: i128 = 1 << 48;
const MOST_NODES: i64 = 1 << 31;
const MOST_NEED: i64 = 1 << 52;
/// How often multipliers are improved.
const ROUNDS: usize = 2;
/// Numbers of nodes of a configuration that are told apart.
const MOST_SIZES: usize = 2_000;
/// Numbers of nodes of one cluster that are looked at, in each direction from the best.
const MOST_COUNTS: i64 = 2_000;
/// Numbers of nodes of all clusters that are looked at; a bound holds for the others.
const MOST_LOOKED_AT: usize = 20_000;

/// Nodes by bin as far as they are decided, multipliers, and a bound.
type PartialSizes = (Vec<Option<i64>>, Vec<i128>, i128);

/// An option as the knapsack sees it.
#[derive(Clone, Copy)]
pub(super) struct Item {
    /// Dollar units, or [`IMPOSSIBLE`].
    pub cost: i64,
    /// The range of [`Knapsack::needs`].
    needs: [usize; 2],
}

/// A cluster with whole nodes.
pub(super) struct Bin {
    /// The needs that a node takes.
    node: i128,
    price: i128,
    rate: i128,
    min_nodes: i64,
}

/// Numbers of nodes, by bin, with the multipliers for a bound.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Sizes {
    /// No assignment with these nodes costs less, in dollar units.
    pub low: i128,
    pub nodes: Vec<i64>,
    pub multipliers: Vec<i128>,
}

pub(super) struct Knapsack<'g> {
    pub group: &'g Group<'g>,
    /// By option of the group.
    pub items: Vec<Item>,
    /// Bins that options join, each with the need there, one option after the other.
    needs: Vec<(usize, i64)>,
    pub bins: Vec<Bin>,
    /// Dollar units that no choice changes.
    base: i128,
}

/// All numbers of nodes that can be better than a limit.
pub(super) struct AllSizes {
    pub sizes: Vec<Sizes>,
    /// A bound for those that were left out.
    pub open: Option<i128>,
    /// How many were looked at.
    pub looked_at: usize,
}

impl AllSizes {
    fn leave_open(&mut self, low: i128) {
        self.open = self.open.into_iter().chain([low]).min();
    }
}

impl<'g> Knapsack<'g> {
    pub(super) fn new(group: &'g Group<'g>, configuration: &Configuration) -> Self {
        let lines = &group.lines[configuration.lines];
        let mut base = lines.base;
        let mut bins = Vec::new();
        let mut bin_of = vec![None; group.clusters.len()];
        let mut columns = Vec::new();
        for (place, kind) in configuration.kinds.iter().enumerate() {
            let Some(kind) = *kind else {
                columns.push(None);
                continue;
            };
            let cluster = &group.model.clusters[group.clusters[place]];
            base += i128::from(cluster.fee);
            columns.push(Some((group.column(place, kind), group.rate(place, kind))));
            if let Some(node) = cluster.node {
                bin_of[place] = Some(bins.len());
                bins.push(Bin {
                    node: node.into(),
                    price: cluster.types[kind].price.into(),
                    rate: cluster.types[kind].rate.into(),
                    min_nodes: cluster.min_nodes.min(MOST_NODES),
                });
            }
        }
        let mut items = Vec::with_capacity(group.options.len());
        let mut needs = Vec::new();
        for (unit, range) in group.start.windows(2).enumerate() {
            for option in range[0]..range[1] {
                let from = needs.len();
                let mut cost = lines.costs[option];
                for place in group.places(option) {
                    let joined = columns[*place].as_ref();
                    match joined.filter(|(column, _)| column[unit] != UNFIT) {
                        None => cost = IMPOSSIBLE,
                        Some((column, rate)) => match bin_of[*place] {
                            Some(bin) => needs.push((bin, column[unit].min(MOST_NEED))),
                            // An existing cluster: the nodes that it needs are paid in full.
                            None if cost < IMPOSSIBLE => {
                                let nodes = super::model::at_rate(*rate, column[unit]);
                                cost = cost.saturating_add(nodes).min(Bounds::MOST_UNITS);
                            }
                            None => {}
                        },
                    }
                }
                if cost == IMPOSSIBLE {
                    needs.truncate(from);
                }
                items.push(Item {
                    cost,
                    needs: [from, needs.len()],
                });
            }
        }
        Self {
            group,
            items,
            needs,
            bins,
            base,
        }
    }

    pub(super) fn units(&self) -> usize {
        self.group.units.len()
    }

    pub(super) fn range(&self, unit: usize) -> std::ops::Range<usize> {
        self.group.start[unit]..self.group.start[unit + 1]
    }

    /// The cost of an option with multipliers, times 2^[`SHIFT`].
    pub(super) fn reduced(&self, option: usize, multipliers: &[i128]) -> i128 {
        let needs = self.needs(option).iter();
        let needs = needs.map(|(bin, need)| multipliers[*bin] * i128::from(*need));
        (i128::from(self.items[option].cost) << SHIFT) + needs.sum::<i128>()
    }

    /// The bins that an option joins, each with the need there.
    pub(super) fn needs(&self, option: usize) -> &[(usize, i64)] {
        let [from, to] = self.items[option].needs;
        &self.needs[from..to]
    }

    /// The need of an option in a bin; `None` if it does not join it.
    pub(super) fn need_in(&self, option: usize, bin: usize) -> Option<i128> {
        let mut needs = self.needs(option).iter();
        let (_, need) = needs.find(|(joined, _)| *joined == bin)?;
        Some((*need).into())
    }

    /// The first of the options of a unit with the least reduced cost.
    pub(super) fn preferred(&self, unit: usize, multipliers: &[i128]) -> usize {
        let options = self.range(unit);
        let least = options.min_by_key(|option| self.reduced(*option, multipliers));
        least.expect("every unit has an option")
    }

    /// The multipliers at which nodes cost what they take.
    pub(super) fn rates(&self) -> Vec<i128> {
        self.bins
            .iter()
            .map(|bin| bin.rate.min(MOST_MULTIPLIER))
            .collect()
    }

    /// The part of a bound that depends on the nodes, times 2^[`SHIFT`].
    pub(super) fn fixed(&self, nodes: &[Option<i64>], multipliers: &[i128]) -> i128 {
        let bins = self.bins.iter().zip(nodes).zip(multipliers);
        let nodes = bins.map(|((bin, nodes), multiplier)| {
            let nodes = i128::from(nodes.unwrap_or(bin.min_nodes));
            nodes * ((bin.price << SHIFT) - multiplier * bin.node)
        });
        (self.base << SHIFT) + nodes.sum::<i128>()
    }

    /// The numbers of nodes whose bound is not above a limit.
    pub(super) fn sizes(&self, limit: i128) -> AllSizes {
        let mut found = AllSizes {
            sizes: Vec::new(),
            open: None,
            looked_at: 0,
        };
        let mut partial = vec![(vec![None; self.bins.len()], self.rates(), i128::MIN)];
        for bin in 0..self.bins.len() {
            let mut next = Vec::new();
            for (nodes, multipliers, low) in partial {
                if found.looked_at > MOST_LOOKED_AT {
                    found.leave_open(low);
                    continue;
                }
                let mut sizes = self.sizes_of(bin, &nodes, &multipliers, limit, &mut found);
                if next.len() + sizes.len() > MOST_SIZES {
                    sizes.sort_by_key(|(_, _, low)| *low);
                    let dropped =
                        sizes.split_off(MOST_SIZES.saturating_sub(next.len()).min(sizes.len()));
                    if let Some((_, _, low)) = dropped.first() {
                        found.leave_open(*low);
                    }
                }
                next.extend(sizes);
            }
            partial = next;
        }
        if self.bins.is_empty() {
            let fixed = self.fixed(&[], &[]);
            partial = vec![(
                Vec::new(),
                Vec::new(),
                (fixed + self.least_sum(&[])) >> SHIFT,
            )];
        }
        let sizes = partial.into_iter().map(|(nodes, multipliers, low)| Sizes {
            low,
            nodes: nodes.into_iter().flatten().collect(),
            multipliers,
        });
        found.sizes = sizes.filter(|sizes| sizes.low <= limit).collect();
        found
    }

    fn least_sum(&self, multipliers: &[i128]) -> i128 {
        let units = 0..self.units();
        let least = units.map(|unit| self.reduced(self.preferred(unit, multipliers), multipliers));
        least.sum()
    }

    /// The numbers of nodes of one bin; others are left open in `all`. The bound is convex in them: with a multiplier not above the price of capacity it rises with more nodes, with one
    /// above that it rises with fewer. The rate is that price rounded down.
    fn sizes_of(
        &self,
        bin: usize,
        nodes: &[Option<i64>],
        multipliers: &[i128],
        limit: i128,
        all: &mut AllSizes,
    ) -> Vec<PartialSizes> {
        let offers = Offers::new(self, bin, multipliers);
        let stated = &self.bins[bin];
        let needed = |need: i128| {
            i64::try_from((need + stated.node - 1) / stated.node).unwrap_or(MOST_NODES)
        };
        let start = needed(offers.taken(multipliers[bin])).clamp(stated.min_nodes, MOST_NODES);
        let most = needed(offers.all).clamp(stated.min_nodes, MOST_NODES);
        let mut found = Vec::new();
        let mut looked_at = 0;
        let low_of = |nodes: &[Option<i64>], multipliers: &[i128]| {
            let multiplier = multipliers[bin];
            (self.fixed(nodes, multipliers) + offers.least_sum(multiplier)) >> SHIFT
        };
        let mut at = |count: i64| {
            looked_at += 1;
            let multiplier = offers.multiplier(i128::from(count) * stated.node)?;
            let mut multipliers = multipliers.to_vec();
            multipliers[bin] = multiplier;
            let mut nodes = nodes.to_vec();
            nodes[bin] = Some(count);
            let low = low_of(&nodes, &multipliers);
            if low <= limit {
                found.push((nodes, multipliers, low));
            }
            Some((low > limit, multiplier))
        };
        // At the rate, which is not above the price of capacity, the bound does not fall with more
        // nodes: that of the fewest holds for all.
        let mut leave_out_from = |count: i64| {
            let mut multipliers = multipliers.to_vec();
            multipliers[bin] = stated.rate.min(MOST_MULTIPLIER);
            let mut nodes = nodes.to_vec();
            nodes[bin] = Some(count);
            all.leave_open(low_of(&nodes, &multipliers));
        };
        for count in start..=most {
            if count - start >= MOST_COUNTS {
                leave_out_from(count);
                break;
            }
            match at(count) {
                Some((true, multiplier)) if multiplier <= stated.rate => break,
                _ => {}
            }
        }
        for count in (stated.min_nodes..start).rev() {
            if start - count > MOST_COUNTS {
                leave_out_from(stated.min_nodes);
                break;
            }
            match at(count) {
                None => break,
                Some((true, multiplier)) if multiplier > stated.rate => break,
                _ => {}
            }
        }
        all.looked_at += looked_at;
        found
    }

    /// Better multipliers for the same nodes, one bin after the other.
    pub(super) fn refined(&self, mut sizes: Sizes) -> Sizes {
        if self.bins.len() < 2 {
            return sizes;
        }
        let nodes: Vec<Option<i64>> = sizes.nodes.iter().map(|nodes| Some(*nodes)).collect();
        for bin in (0..self.bins.len()).cycle().take(ROUNDS * self.bins.len()) {
            let offers = Offers::new(self, bin, &sizes.multipliers);
            let capacity = self.bins[bin].capacity(sizes.nodes[bin]);
            let Some(multiplier) = offers.multiplier(capacity) else {
                continue;
            };
            let before = std::mem::replace(&mut sizes.multipliers[bin], multiplier);
            let fixed = self.fixed(&nodes, &sizes.multipliers);
            let low = (fixed + offers.least_sum(multiplier)) >> SHIFT;
            if low > sizes.low {
                sizes.low = low;
            } else {
                sizes.multipliers[bin] = before;
            }
        }
        sizes
    }

    /// The choices for options, by unit.
    pub(super) fn choices(&self, options: &[usize]) -> Vec<usize> {
        options
            .iter()
            .map(|option| self.group.options[*option].choice)
            .collect()
    }

    /// The node type of each cluster of the problem; existing clusters have the one of `kinds`.
    pub(super) fn types(&self, kinds: &[Option<usize>]) -> Vec<Option<usize>> {
        let mut types = vec![None; self.group.model.clusters.len()];
        for (place, kind) in kinds.iter().enumerate() {
            types[self.group.clusters[place]] = *kind;
        }
        types
    }

    /// Whether two units are interchangeable: all that the configuration knows of them is equal.
    pub(super) fn are_equal(&self, left: usize, right: usize, kinds: &[Option<usize>]) -> bool {
        let problem = self.group.model.problem;
        let (left, right) = (self.group.units[left], self.group.units[right]);
        let (a, b) = (&problem.units[left], &problem.units[right]);
        let is_equal = (a.home, a.is_pinned) == (b.home, b.is_pinned) && a.choices == b.choices;
        is_equal
            && kinds.iter().enumerate().all(|(place, kind)| {
                let cluster = self.group.clusters[place];
                kind.is_none_or(|kind| {
                    let need = |unit| problem.needs.need(unit, cluster, kind);
                    need(left) == need(right)
                })
            })
    }
}

impl Bin {
    pub(super) fn capacity(&self, nodes: i64) -> i128 {
        self.node * i128::from(nodes)
    }
}

/// The units that can join a bin, by what they pay at most for the need that they take there.
struct Offers {
    /// Multiplier up to which each joins, need so far, and saving so far times 2^[`SHIFT`]; falling.
    sorted: Vec<(i128, i128, i128)>,
    /// The need of units that can be in no other place.
    forced: i128,
    /// The need of all, with those that pay more there at these multipliers: an assignment can have
    /// them there too, because the nodes of other bins are whole.
    all: i128,
    /// The reduced costs of all units: of joining for those that must, without it for the others.
    outside: i128,
}

impl Offers {
    fn new(knapsack: &Knapsack<'_>, bin: usize, multipliers: &[i128]) -> Self {
        let mut offers = Self {
            sorted: Vec::new(),
            forced: 0,
            all: 0,
            outside: 0,
        };
        let impossible = i128::from(IMPOSSIBLE) << SHIFT;
        let mut unlikely = 0;
        for unit in 0..knapsack.units() {
            let (mut inside, mut outside, mut need) = (None, impossible, 0);
            for option in knapsack.range(unit) {
                let reduced = knapsack.reduced(option, multipliers);
                if let Some(joined) = knapsack.need_in(option, bin) {
                    // Several choices in one cluster have the same need.
                    let cost = reduced - multipliers[bin] * joined;
                    inside = Some(inside.map_or(cost, |known: i128| known.min(cost)));
                    need = joined;
                } else {
                    outside = outside.min(reduced);
                }
            }
            match inside {
                Some(inside) if outside >= impossible => {
                    offers.forced += need;
                    offers.outside += inside;
                }
                Some(inside) if inside <= outside => {
                    let gain = outside - inside;
                    let most = gain.checked_div(need).unwrap_or(i128::MAX);
                    offers.sorted.push((most, need, gain));
                    offers.outside += outside;
                }
                Some(_) => {
                    unlikely += need;
                    offers.outside += outside;
                }
                None => offers.outside += outside,
            }
        }
        offers
            .sorted
            .sort_unstable_by_key(|(most, _, _)| std::cmp::Reverse(*most));
        let (mut need, mut gain) = (offers.forced, 0);
        for offer in &mut offers.sorted {
            need += offer.1;
            gain += offer.2;
            (offer.1, offer.2) = (need, gain);
        }
        offers.all = need + unlikely;
        offers
    }

    /// The number of units that join at a multiplier, without those that must.
    fn count(&self, multiplier: i128) -> usize {
        self.sorted
            .partition_point(|(most, _, _)| *most >= multiplier)
    }

    fn taken(&self, multiplier: i128) -> i128 {
        let last = self.count(multiplier).checked_sub(1);
        last.map_or(self.forced, |last| self.sorted[last].1)
    }

    /// The multiplier at which the needs fill a capacity; `None` if those that must join do not fit.
    fn multiplier(&self, capacity: i128) -> Option<i128> {
        if self.forced > capacity {
            return None;
        }
        let fits = self
            .sorted
            .partition_point(|(_, need, _)| *need <= capacity);
        let first = self.sorted.get(fits);
        Some(first.map_or(0, |(most, _, _)| (*most).min(MOST_MULTIPLIER)))
    }

    /// The sum of the least reduced costs of all units, times 2^[`SHIFT`].
    fn least_sum(&self, multiplier: i128) -> i128 {
        let last = self.count(multiplier).checked_sub(1);
        let gain = last.map_or(0, |last| self.sorted[last].2);
        self.outside - gain + multiplier * self.taken(multiplier)
    }
}
