//! The amounts of a problem as whole numbers, for bounds.
//!
//! Dollars are counted in units of 2^-`bits`, needs in units of 2^-[`NEED_BITS`] nodes. Costs and
//! needs are rounded down and capacities up. Together they are another problem, in integers, whose
//! optimum is not above the exact one. Bounds are computed exactly in that problem, so sums in any
//! order agree and nothing has to be rounded again.

use super::problem::{Cluster, Nodes, Pool, Problem};
use crate::exact::{Bounds, Exact};
use crate::money::Usd;

/// Binary places of a need.
pub(super) const NEED_BITS: i32 = 32;
/// Binary places of a multiplier: dollar units for a unit of need.
pub(super) const SHIFT: u32 = 24;
/// All dollars of a problem have this many binary digits. The rest is for what clusters can cost.
const DIGITS: i32 = 52;
/// Marks an option that does not exist.
pub(super) const IMPOSSIBLE: i64 = Bounds::MOST_UNITS * 2;
/// Marks a need of a function that does not fit.
pub(super) const UNFIT: i64 = -1;

/// Bounds in units.
#[derive(Clone, Copy)]
pub(super) struct Span {
    pub low: i64,
    pub high: i64,
}

/// A straight line under the cost of a pool in some range.
#[derive(Clone, Copy)]
pub(super) struct Line {
    /// Dollar units at a quantity of zero; may be negative.
    pub offset: i64,
    /// Dollars per unit of quantity.
    pub slope: Bounds,
}

pub(super) struct ScaledCluster {
    pub fee: i64,
    pub min_nodes: i64,
    /// The needs that a node takes, for nodes that are rounded up.
    pub node: Option<i64>,
    pub types: Vec<ScaledType>,
}

pub(super) struct ScaledType {
    /// Dollar units a month for a node.
    pub price: i64,
    /// What a unit of need costs in full nodes, times 2^[`SHIFT`].
    pub rate: i64,
}

pub(super) struct Model<'p> {
    pub problem: &'p Problem<'p>,
    pub bits: i32,
    /// Index of the first option of each unit, and the number of options.
    first: Vec<usize>,
    /// The own cost and the saving that a move has to make, by option.
    pub own: Vec<Span>,
    /// By pool: ranges in which rates do not fall. The cost in a range is the greatest of its lines,
    /// and the cost of the pool is not below the least of its ranges.
    pub ranges: Vec<Vec<Vec<Line>>>,
    pub clusters: Vec<ScaledCluster>,
    pub fees: Vec<Span>,
    /// By allowance: the most that it is worth.
    pub worth: Vec<i64>,
}

impl<'p> Model<'p> {
    pub(super) fn new(problem: &'p Problem<'p>) -> Self {
        let bits = (DIGITS - size(problem).digits()).min(2 * NEED_BITS);
        let span = |amount: Bounds| {
            let (low, high) = amount.in_units(bits);
            Span { low, high }
        };
        let mut first = vec![0];
        let mut own = Vec::new();
        for unit in &problem.units {
            for (number, choice) in unit.choices.iter().enumerate() {
                let cost = choice.own.dollars().bounds();
                let moved = problem.min_saving.dollars().bounds();
                own.push(span(if unit.moves(number) {
                    cost + moved
                } else {
                    cost
                }));
            }
            first.push(own.len());
        }
        let clusters = problem.clusters.iter();
        Self {
            problem,
            bits,
            first,
            own,
            ranges: problem
                .pools
                .iter()
                .map(|pool| ranges(pool, bits))
                .collect(),
            clusters: clusters.map(|cluster| scaled(cluster, bits)).collect(),
            fees: problem
                .fees
                .iter()
                .map(|fee| span(fee.dollars().bounds()))
                .collect(),
            worth: worth(problem, bits),
        }
    }

    /// The option of a unit's choice.
    pub(super) fn option(&self, unit: usize, choice: usize) -> usize {
        self.first[unit] + choice
    }

    /// An amount in dollar units as money.
    pub(super) fn dollars(&self, units: i128) -> Usd {
        let magnitude = Exact::whole(units.unsigned_abs());
        let scale = Exact::whole(1 << self.bits.unsigned_abs().min(126));
        let amount = if self.bits > 0 {
            magnitude.over(&scale).expect("a power of two is not zero")
        } else {
            &magnitude * &scale
        };
        if units < 0 {
            Usd::new(&Exact::ZERO - &amount)
        } else {
            Usd::new(amount)
        }
    }

    /// The mean need of a unit on a node type, in units.
    pub(super) fn need(&self, unit: usize, cluster: usize, kind: usize) -> i64 {
        let Some(need) = self.problem.needs.bounds(unit, cluster, kind) else {
            return UNFIT;
        };
        let stated = &self.problem.clusters[cluster];
        if stated.levels.len() == 1 {
            return need.low_in_units(NEED_BITS);
        }
        let level = self.problem.needs.level(unit, cluster);
        (need * stated.share(level).bounds()).low_in_units(NEED_BITS)
    }
}

impl ScaledCluster {
    /// What a number of nodes costs above the needs that it takes, at the rate of full nodes.
    pub(super) fn idle(&self, kind: usize, nodes: i128) -> i128 {
        let Some(node) = self.node else {
            return 0;
        };
        let kind = &self.types[kind];
        let idle = (i128::from(kind.price) << SHIFT) - i128::from(kind.rate) * i128::from(node);
        // Not below zero, because the rate is rounded down.
        (nodes * idle) >> SHIFT
    }
}

/// What a need costs at a rate.
pub(super) fn at_rate(rate: i64, need: i64) -> i64 {
    let cost = (i128::from(rate) * i128::from(need)) >> SHIFT;
    i64::try_from(cost).map_or(Bounds::MOST_UNITS, |cost| cost.min(Bounds::MOST_UNITS))
}

/// Dollars that amounts of the problem rarely exceed: units are chosen by it.
fn size(problem: &Problem<'_>) -> Bounds {
    let of = |amount: &Usd| amount.dollars().bounds();
    let mut size = Bounds::ZERO;
    let rates: Vec<Bounds> = problem.pools.iter().map(highest_rate).collect();
    for (unit, stated) in problem.units.iter().enumerate() {
        let mut most = Bounds::ZERO;
        for choice in &stated.choices {
            let mut cost = of(&choice.own);
            for (pool, quantity) in &choice.pools {
                cost = cost + quantity.bounds() * rates[*pool];
            }
            for cluster in &choice.clusters {
                cost = cost + typical_nodes(problem, unit, *cluster);
            }
            most = most.max(cost);
        }
        size = size + most + of(&problem.min_saving);
    }
    for fee in &problem.fees {
        size = size + of(fee);
    }
    for cluster in &problem.clusters {
        let prices = cluster.types.iter().map(|kind| of(&kind.usd));
        let node = prices.reduce(Bounds::max).unwrap_or(Bounds::ZERO);
        let nodes = match cluster.nodes {
            Nodes::Whole { min_nodes, .. } => Bounds::whole(u128::from(min_nodes) + 1),
            Nodes::Shared => Bounds::ZERO,
        };
        size = size + of(&cluster.fee) + node * nodes;
    }
    size
}

/// What the need of a unit costs on the first node type that takes it.
fn typical_nodes(problem: &Problem<'_>, unit: usize, cluster: usize) -> Bounds {
    let stated = &problem.clusters[cluster];
    let mut kinds = stated.types.iter().enumerate();
    let cost = kinds.find_map(|(kind, node)| {
        let need = problem.needs.bounds(unit, cluster, kind)?;
        Some(need * node.usd.dollars().bounds())
    });
    let cost = cost.unwrap_or(Bounds::ZERO);
    match &stated.nodes {
        Nodes::Whole {
            packing, buffer, ..
        } => (cost * buffer.bounds()).over(packing.bounds()),
        Nodes::Shared => cost,
    }
}

pub(super) fn highest_rate(pool: &Pool) -> Bounds {
    let rates = pool.tiers.iter().map(|tier| tier.rate.dollars().bounds());
    rates.reduce(Bounds::max).unwrap_or(Bounds::ZERO)
}

/// An allowance takes quantities off pools, each at most at the highest rate.
fn worth(problem: &Problem<'_>, bits: i32) -> Vec<i64> {
    let allowances = problem.allowances.iter();
    let worth = allowances.map(|allowance| {
        let pools = allowance.pools.iter();
        let rates = pools.map(|pool| highest_rate(&problem.pools[*pool]));
        let rate = rates.reduce(Bounds::max).unwrap_or(Bounds::ZERO);
        (rate * allowance.quantity.bounds()).in_units(bits).1
    });
    worth.collect()
}

fn ranges(pool: &Pool, bits: i32) -> Vec<Vec<Line>> {
    let mut ranges: Vec<Vec<Line>> = Vec::new();
    // The cost at the start of the tier.
    let mut cost = Exact::ZERO;
    for (number, tier) in pool.tiers.iter().enumerate() {
        let rate = tier.rate.dollars();
        let before = number.checked_sub(1).map(|before| &pool.tiers[before]);
        if let Some(before) = before {
            let width = &tier.from - &before.from;
            cost = &cost + &(&width * before.rate.dollars());
        }
        let line = Line {
            offset: rounded_down(&(&cost - &(&tier.from * rate)), bits),
            slope: rate.bounds(),
        };
        let falls = before.is_none_or(|before| rate < before.rate.dollars());
        match ranges.last_mut() {
            Some(range) if !falls => range.push(line),
            _ => ranges.push(vec![line]),
        }
    }
    ranges
}

fn rounded_down(amount: &Exact, bits: i32) -> i64 {
    if amount.is_negative() {
        -(&Exact::ZERO - amount).bounds().in_units(bits).1
    } else {
        amount.bounds().in_units(bits).0
    }
}

fn scaled(cluster: &Cluster, bits: i32) -> ScaledCluster {
    let (min_nodes, taken) = match &cluster.nodes {
        Nodes::Whole {
            min_nodes,
            packing,
            buffer,
        } => {
            let least = i64::try_from(*min_nodes).unwrap_or(i64::MAX);
            // Rounding up before the buffer only makes more nodes.
            let taken = packing.over(buffer);
            let taken = taken.expect("a buffer is not below one");
            (least, Some(taken.bounds().in_units(NEED_BITS).1))
        }
        Nodes::Shared => (0, None),
    };
    // The mean number of nodes of several levels is not whole.
    let (min_nodes, node) = match cluster.levels.len() {
        1 => (min_nodes, taken),
        _ => (0, None),
    };
    let types = cluster.types.iter().map(|kind| {
        let price = kind.usd.dollars().bounds().in_units(bits).0;
        let per_need = (i128::from(price) << SHIFT) / i128::from(taken.unwrap_or(1 << NEED_BITS));
        ScaledType {
            price,
            rate: i64::try_from(per_need).unwrap_or(i64::MAX),
        }
    });
    ScaledCluster {
        fee: cluster.fee.dollars().bounds().in_units(bits).0,
        min_nodes,
        node,
        types: types.collect(),
    }
}
