//! What a set of functions uses together, so that one of them can be added and taken away.

use crate::exact::Exact;
use std::collections::HashMap;

/// What one function uses on one platform.
#[derive(Clone)]
pub(super) struct Item {
    pub platform: usize,
    pub level: usize,
    /// US dollars a month that it shares with no other function.
    pub own: Exact,
    /// Quantities a month of eligible meters that it shares with no other function.
    pub usage: Vec<(usize, Exact)>,
    pub pools: Vec<(usize, Exact)>,
    pub clusters: Vec<ClusterItem>,
    pub fees: Vec<usize>,
    /// Extras of the scenario.
    pub extras: Vec<usize>,
}

impl Item {
    /// What is used if its amounts change in proportion to those of another with the same meters and
    /// pools. `part` is how far, 1 for the other.
    pub(super) fn towards(&self, other: &Self, part: &Exact) -> Self {
        let between = |from: &Exact, to: &Exact| from + &(&(to - from) * part);
        let all = |from: &[(usize, Exact)], to: &[(usize, Exact)]| {
            let both = from.iter().zip(to);
            both.map(|((number, from), (_, to))| (*number, between(from, to)))
                .collect()
        };
        Self {
            own: between(&self.own, &other.own),
            usage: all(&self.usage, &other.usage),
            pools: all(&self.pools, &other.pools),
            ..self.clone()
        }
    }
}

/// What one function uses of a cluster.
#[derive(Clone)]
pub(super) struct ClusterItem {
    /// Index of the cluster on its platform.
    pub number: usize,
    /// The level of the cluster in which it runs, and all before it.
    pub level: usize,
    /// By node type.
    pub needs: Vec<Option<Exact>>,
    pub busy: Exact,
}

/// What a set of functions uses together.
#[derive(Clone)]
pub(super) struct Tally {
    pub own: Exact,
    /// Quantities a month of eligible meters, by level and meter.
    pub usage: Vec<HashMap<usize, Exact>>,
    /// By platform.
    pub platforms: Vec<PlatformTally>,
    /// The number of functions, by extra of the scenario.
    pub extras: Vec<usize>,
}

#[derive(Clone)]
pub(super) struct PlatformTally {
    /// Quantities a month by pool and level.
    pub pools: Vec<Vec<Exact>>,
    pub clusters: Vec<ClusterTally>,
    /// The number of functions, by fee.
    pub fees: Vec<usize>,
}

#[derive(Clone)]
pub(super) struct ClusterTally {
    pub members: usize,
    /// By node type and level: the needs of the functions that fit it.
    pub needs: Vec<Vec<Exact>>,
    /// By node type: the number of functions that do not fit it.
    pub unfit: Vec<usize>,
    /// By level.
    pub busy: Vec<Exact>,
}

impl Tally {
    /// Adds what a function uses.
    pub(super) fn add(&mut self, item: &Item) {
        self.change(item, &|known, amount| known + amount, &|count| count + 1);
    }

    /// Takes away what a function uses that was added.
    pub(super) fn remove(&mut self, item: &Item) {
        self.change(item, &|known, amount| known - amount, &|count| count - 1);
    }

    fn change(
        &mut self,
        item: &Item,
        amount: &dyn Fn(&Exact, &Exact) -> Exact,
        count: &dyn Fn(usize) -> usize,
    ) {
        self.own = amount(&self.own, &item.own);
        for (meter, quantity) in &item.usage {
            let known = self.usage[item.level].entry(*meter).or_insert(Exact::ZERO);
            *known = amount(known, quantity);
        }
        for extra in &item.extras {
            self.extras[*extra] = count(self.extras[*extra]);
        }
        let platform = &mut self.platforms[item.platform];
        for (pool, quantity) in &item.pools {
            let known = &mut platform.pools[*pool][item.level];
            *known = amount(known, quantity);
        }
        for fee in &item.fees {
            platform.fees[*fee] = count(platform.fees[*fee]);
        }
        for used in &item.clusters {
            let cluster = &mut platform.clusters[used.number];
            cluster.members = count(cluster.members);
            let busy = &mut cluster.busy[used.level];
            *busy = amount(busy, &used.busy);
            for (node_type, need) in used.needs.iter().enumerate() {
                match need {
                    Some(need) => {
                        let known = &mut cluster.needs[node_type][used.level];
                        *known = amount(known, need);
                    }
                    None => cluster.unfit[node_type] = count(cluster.unfit[node_type]),
                }
            }
        }
    }

    /// The tally of both.
    pub(super) fn and(mut self, other: &Self) -> Self {
        let sum = |known: &mut Exact, amount: &Exact| {
            if !amount.is_zero() {
                *known = &*known + amount;
            }
        };
        sum(&mut self.own, &other.own);
        for (mine, other) in self.usage.iter_mut().zip(&other.usage) {
            for (meter, quantity) in other {
                add(mine, *meter, quantity);
            }
        }
        for (mine, other) in self.extras.iter_mut().zip(&other.extras) {
            *mine += other;
        }
        for (mine, other) in self.platforms.iter_mut().zip(&other.platforms) {
            for (mine, other) in mine.pools.iter_mut().zip(&other.pools) {
                for (mine, other) in mine.iter_mut().zip(other) {
                    sum(mine, other);
                }
            }
            for (mine, other) in mine.fees.iter_mut().zip(&other.fees) {
                *mine += other;
            }
            for (mine, other) in mine.clusters.iter_mut().zip(&other.clusters) {
                mine.members += other.members;
                for (mine, other) in mine.busy.iter_mut().zip(&other.busy) {
                    sum(mine, other);
                }
                let needs = mine.needs.iter_mut().flatten();
                for (mine, other) in needs.zip(other.needs.iter().flatten()) {
                    sum(mine, other);
                }
                for (mine, other) in mine.unfit.iter_mut().zip(&other.unfit) {
                    *mine += other;
                }
            }
        }
        self
    }
}

/// Adds to what is used of a meter.
pub(super) fn add(usage: &mut HashMap<usize, Exact>, meter: usize, quantity: &Exact) {
    if !quantity.is_zero() {
        let known = usage.entry(meter).or_insert(Exact::ZERO);
        *known = &*known + quantity;
    }
}
