//! What a search is about, and what it finds.

use crate::exact::{Bounds, Exact};
use crate::money::Usd;

/// Functions, their choices, and what the choices share.
pub struct Problem<'a> {
    pub units: Vec<Unit>,
    pub pools: Vec<Pool>,
    pub allowances: Vec<Allowance>,
    pub clusters: Vec<Cluster>,
    /// Fees a month, each paid once if any function makes a choice with it.
    pub fees: Vec<Usd>,
    /// What each move has to save a month.
    pub min_saving: Usd,
    pub needs: &'a (dyn Needs + Sync),
}

/// A function, or the functions of a service, which move together.
pub struct Unit {
    /// At least one, in the order of platforms.
    pub choices: Vec<Choice>,
    /// The index of the choice that it makes today. `None` if it cannot run where it is: then no
    /// choice is a move.
    pub home: Option<usize>,
    /// Whether it has to stay at its choice of today, if it has one.
    pub is_pinned: bool,
}

/// What one function costs on one platform.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    pub platform: usize,
    /// Dollars a month that it shares with no other function.
    pub own: Usd,
    /// Indices of pools, each at most once, with the quantity that it uses.
    pub pools: Vec<(usize, Exact)>,
    /// Indices of the clusters that it joins, each at most once. The functions of a service can join
    /// several.
    pub clusters: Vec<usize>,
    /// Indices of fees.
    pub fees: Vec<usize>,
}

/// A quantity of all functions together that is priced in tiers.
pub struct Pool {
    /// The first tier starts at zero; each later one starts above the one before. Rates may rise
    /// and fall.
    pub tiers: Vec<Tier>,
}

/// The rate of the quantity above a limit, up to the next tier.
pub struct Tier {
    pub from: Exact,
    /// Dollars per unit of quantity.
    pub rate: Usd,
}

/// A quantity that is free, divided among pools in proportion to what they use.
pub struct Allowance {
    pub quantity: Exact,
    /// Indices of pools; a pool has at most one allowance.
    pub pools: Vec<usize>,
}

/// Nodes that functions share. All of them have one type, the cheapest for the functions that are
/// there.
pub struct Cluster {
    /// Dollars a month while any function is there.
    pub fee: Usd,
    pub types: Vec<NodeType>,
    pub nodes: Nodes,
    /// Parts of the time for which nodes are priced. In each all units of its level and of later
    /// levels run; nodes run only with units. One part is the rule.
    pub levels: Vec<Exact>,
}

pub struct NodeType {
    /// Dollars a month for one node.
    pub usd: Usd,
    /// `None` for nodes whose use costs nothing.
    pub surplus: Option<Surplus>,
}

/// What the use of nodes costs above a baseline.
pub struct Surplus {
    /// The use of a node that costs nothing.
    pub baseline: Exact,
    /// Dollars a month for a unit of use above the baselines of all nodes.
    pub usd: Usd,
}

impl Cluster {
    /// The part of the time in which units of a level run.
    pub(super) fn share(&self, level: usize) -> Exact {
        self.levels[..=level].iter().sum()
    }
}

/// What runs in each level, from what the units of each level need.
pub(crate) fn running<T: Clone>(by_level: &[T], add: impl Fn(&T, &T) -> T) -> Vec<T> {
    let mut running = by_level.to_vec();
    for level in (1..running.len()).rev() {
        running[level - 1] = add(&running[level - 1], &running[level]);
    }
    running
}

impl NodeType {
    /// US dollars a month of a number of nodes, of which `busy` returns the vCPUs that they keep
    /// busy.
    pub(crate) fn cost(&self, nodes: &Exact, busy: impl FnOnce() -> Exact) -> Exact {
        let cost = nodes * self.usd.dollars();
        match &self.surplus {
            None => cost,
            Some(surplus) => {
                let above = &busy() - &(nodes * &surplus.baseline);
                &cost + &(&above.max(Exact::ZERO) * surplus.usd.dollars())
            }
        }
    }
}

/// How many nodes a cluster has.
pub enum Nodes {
    /// The sum of needs divided by `packing` and rounded up, then times `buffer` and rounded up, but at
    /// least `min_nodes`. The buffer is at least one.
    Whole {
        min_nodes: u64,
        packing: Exact,
        buffer: Exact,
    },
    /// An existing cluster: the sum of needs, not rounded.
    Shared,
}

/// How many nodes each function needs.
pub trait Needs {
    /// The need of a unit on a node type of a cluster; `None` if it does not fit.
    fn need(&self, unit: usize, cluster: usize, node_type: usize) -> Option<Exact>;

    /// The level of a cluster in which a unit runs, and all before it.
    fn level(&self, _unit: usize, _cluster: usize) -> usize {
        0
    }

    /// What a unit uses of the nodes of a cluster, for types with a [`Surplus`].
    fn busy(&self, _unit: usize, _cluster: usize) -> Exact {
        Exact::ZERO
    }

    /// Bounds of [`Self::need`], if they take less time to find.
    fn bounds(&self, unit: usize, cluster: usize, node_type: usize) -> Option<Bounds> {
        let need = self.need(unit, cluster, node_type)?;
        Some(need.bounds())
    }
}

impl<F: Fn(usize, usize, usize) -> Option<Exact>> Needs for F {
    fn need(&self, unit: usize, cluster: usize, node_type: usize) -> Option<Exact> {
        self(unit, cluster, node_type)
    }
}

/// The best assignment that was found.
#[derive(Debug)]
pub struct Plan {
    /// The index of the choice, by unit.
    pub choices: Vec<usize>,
    pub bill: Usd,
    /// The bill plus `min_saving` for each move.
    pub objective: Usd,
    /// No assignment has an objective below this.
    pub bound: Usd,
    /// Whether no assignment is better: then the bound is the objective.
    pub is_proven: bool,
    /// Assignments that the search looked at one by one.
    pub steps: u64,
}

impl Unit {
    /// Whether a choice moves the unit.
    pub(super) fn moves(&self, choice: usize) -> bool {
        self.home.is_some_and(|home| home != choice)
    }

    pub(super) fn may_choose(&self, choice: usize) -> bool {
        !(self.is_pinned && self.moves(choice))
    }

    /// Decides ties between assignments of equal cost and number of moves.
    pub(super) fn rank(&self, choice: usize) -> usize {
        if self.home == Some(choice) {
            0
        } else {
            choice + 1
        }
    }
}

impl Problem<'_> {
    /// The number of units that an assignment moves.
    pub(super) fn moves(&self, units: &[usize], choices: &[usize]) -> usize {
        let chosen = units.iter().zip(choices);
        chosen
            .filter(|(unit, choice)| self.units[**unit].moves(**choice))
            .count()
    }
}
