//! The exact bill of an assignment.

use super::problem::{Allowance, Cluster, Nodes, Pool, Problem, running};
use crate::exact::{BoundedSum, Bounds, Exact};
use crate::money::Usd;

/// The monthly bill of some units, each with the index of its choice; `None` if a cluster has no node
/// type that takes all of its functions.
pub fn bill(problem: &Problem<'_>, units: &[usize], choices: &[usize]) -> Option<Usd> {
    let used = Used::of(problem, units, choices);
    let mut costs = used.costs(problem)?;
    let fees = problem.fees.iter().zip(&used.fees);
    costs.extend(
        fees.filter(|(_, used)| **used)
            .map(|(fee, _)| fee.dollars().clone()),
    );
    Some(Usd::new(sum(costs)))
}

/// The bill plus what each move has to save.
pub(super) fn objective(problem: &Problem<'_>, units: &[usize], choices: &[usize]) -> Option<Usd> {
    let bill = bill(problem, units, choices)?;
    Some(&bill + &to_save(problem, units, choices))
}

/// The objective without fees.
pub(super) fn without_fees(
    problem: &Problem<'_>,
    units: &[usize],
    choices: &[usize],
) -> Option<Usd> {
    let costs = Used::of(problem, units, choices).costs(problem)?;
    Some(&Usd::new(sum(costs)) + &to_save(problem, units, choices))
}

/// What the moves of an assignment have to save together.
pub(super) fn to_save(problem: &Problem<'_>, units: &[usize], choices: &[usize]) -> Usd {
    let moves = problem.moves(units, choices) as u128;
    problem.min_saving.times(&Exact::whole(moves))
}

struct Used {
    own: Vec<Exact>,
    /// Quantities, by pool.
    pools: Vec<Vec<Exact>>,
    /// Units, by cluster.
    members: Vec<Vec<usize>>,
    /// By fee.
    fees: Vec<bool>,
}

impl Used {
    fn of(problem: &Problem<'_>, units: &[usize], choices: &[usize]) -> Self {
        let mut used = Self {
            own: Vec::with_capacity(units.len()),
            pools: vec![Vec::new(); problem.pools.len()],
            members: vec![Vec::new(); problem.clusters.len()],
            fees: vec![false; problem.fees.len()],
        };
        for (unit, choice) in units.iter().zip(choices) {
            let choice = &problem.units[*unit].choices[*choice];
            used.own.push(choice.own.dollars().clone());
            for (pool, quantity) in &choice.pools {
                used.pools[*pool].push(quantity.clone());
            }
            for cluster in &choice.clusters {
                used.members[*cluster].push(*unit);
            }
            for fee in &choice.fees {
                used.fees[*fee] = true;
            }
        }
        used
    }
}

impl Used {
    /// Terms of the bill without fees.
    fn costs(&self, problem: &Problem<'_>) -> Option<Vec<Exact>> {
        let mut costs = self.own.clone();
        costs.extend(pools(problem, &self.pools));
        for (cluster, members) in self.members.iter().enumerate() {
            if !members.is_empty() {
                let (_, cost) = cluster_cost(problem, cluster, members)?;
                costs.push(cost);
            }
        }
        Some(costs)
    }
}

/// Adds neighbours first, so that few intermediate results are long.
pub(super) fn sum(mut terms: Vec<Exact>) -> Exact {
    while terms.len() > 1 {
        let pairs = terms.chunks(2);
        terms = pairs
            .map(|pair| match pair {
                [left, right] => left + right,
                _ => pair[0].clone(),
            })
            .collect();
    }
    terms.pop().unwrap_or(Exact::ZERO)
}

fn pools(problem: &Problem<'_>, quantities: &[Vec<Exact>]) -> Vec<Exact> {
    let used = quantities.iter().map(|quantities| sum(quantities.clone()));
    let billed = billed(&problem.allowances, used.collect());
    let billed = problem.pools.iter().zip(&billed);
    billed
        .map(|(pool, billed)| pool_cost(pool, billed))
        .collect()
}

/// What is billed of the quantities in pools: each allowance is divided in proportion to use.
pub(crate) fn billed(allowances: &[Allowance], mut quantities: Vec<Exact>) -> Vec<Exact> {
    for allowance in allowances {
        let all: Exact = allowance.pools.iter().map(|pool| &quantities[*pool]).sum();
        let is_free = all <= allowance.quantity;
        for pool in &allowance.pools {
            let used = &quantities[*pool];
            quantities[*pool] = if is_free {
                Exact::ZERO
            } else {
                let part = used.over(&all).expect("more than the allowance is used");
                used - &(&part * &allowance.quantity)
            };
        }
    }
    quantities
}

/// What a billed quantity of a pool costs, in US dollars.
pub(crate) fn pool_cost(pool: &Pool, quantity: &Exact) -> Exact {
    let mut cost = Exact::ZERO;
    for (number, tier) in pool.tiers.iter().enumerate() {
        if *quantity <= tier.from {
            break;
        }
        let next = pool.tiers.get(number + 1).map(|next| &next.from);
        let to = next.filter(|next| *next < quantity).unwrap_or(quantity);
        cost = &cost + &(&(to - &tier.from) * tier.rate.dollars());
    }
    cost
}

/// The node type of a cluster, and what its nodes and its fee cost; `None` if no node type takes all
/// members.
pub(super) fn cluster_cost(
    problem: &Problem<'_>,
    cluster: usize,
    members: &[usize],
) -> Option<(usize, Exact)> {
    let types = 0..problem.clusters[cluster].types.len();
    let near: Vec<(usize, Bounds)> = types
        .filter_map(|kind| Some((kind, nodes_bounds(problem, cluster, kind, members)?)))
        .collect();
    let least = near.iter().map(|(_, cost)| *cost).reduce(Bounds::min)?;
    let possible = near.iter().filter(|(_, cost)| !cost.is_above(least));
    let exact = possible.map(|(kind, _)| (nodes_cost(problem, cluster, *kind, members), *kind));
    let (nodes, kind) = exact.min().expect("the least is not above itself");
    Some((kind, problem.clusters[cluster].fee.dollars() + &nodes))
}

/// Bounds of what the nodes of a type cost; `None` if it does not take all members.
pub(super) fn nodes_bounds(
    problem: &Problem<'_>,
    cluster: usize,
    kind: usize,
    members: &[usize],
) -> Option<Bounds> {
    let stated = &problem.clusters[cluster];
    let mut needs = vec![Bounds::ZERO; stated.levels.len()];
    for unit in members {
        let level = problem.needs.level(*unit, cluster);
        needs[level] = needs[level] + problem.needs.bounds(*unit, cluster, kind)?;
    }
    let mut busy = vec![Bounds::ZERO; stated.levels.len()];
    if stated.types[kind].surplus.is_some() {
        for unit in members {
            let level = problem.needs.level(*unit, cluster);
            busy[level] = busy[level] + problem.needs.busy(*unit, cluster).bounds();
        }
    }
    Some(nodes_near(stated, kind, &needs, &busy))
}

/// Bounds of what nodes with units cost, from bounds of the sums of needs and of their use, by level.
pub(super) fn nodes_near(
    cluster: &Cluster,
    kind: usize,
    needs: &[Bounds],
    busy: &[Bounds],
) -> Bounds {
    if let ([needs], [busy]) = (needs, busy) {
        return level_near(cluster, kind, *needs, *busy);
    }
    let add = |one: &Bounds, other: &Bounds| *one + *other;
    let (needs, busy) = (running(needs, add), running(busy, add));
    let levels = cluster.levels.iter().zip(needs).zip(busy).enumerate();
    levels.fold(Bounds::ZERO, |sum, (level, ((part, needs), busy))| {
        let cost = level_near(cluster, kind, needs, busy) * part.bounds();
        // Some unit runs in the first level.
        let is_certain = level == 0 || needs.is_above(Bounds::ZERO);
        sum + if is_certain { cost } else { cost.or_zero() }
    })
}

/// The same for nodes that have one level.
fn level_near(cluster: &Cluster, kind: usize, needs: Bounds, busy: Bounds) -> Bounds {
    let nodes = match &cluster.nodes {
        Nodes::Whole {
            min_nodes,
            packing,
            buffer,
        } => {
            let rounded = needs.over(packing.bounds()).rounded_up();
            with_buffer(rounded, buffer).max(Bounds::whole((*min_nodes).into()))
        }
        Nodes::Shared => needs,
    };
    let kind = &cluster.types[kind];
    let cost = nodes * kind.usd.dollars().bounds();
    match &kind.surplus {
        None => cost,
        Some(surplus) => {
            let free = nodes * surplus.baseline.bounds();
            cost + busy.less(free).max(Bounds::ZERO) * surplus.usd.dollars().bounds()
        }
    }
}

/// Bounds of a whole number of nodes times a buffer, rounded up. Bounds of a product would mostly be a
/// node apart.
fn with_buffer(nodes: Bounds, buffer: &Exact) -> Bounds {
    if *buffer == Exact::ONE {
        return nodes;
    }
    match nodes.in_units(0) {
        (low, high) if low == high && high < Bounds::MOST_UNITS => {
            let nodes = Exact::whole(low.unsigned_abs().into());
            (&nodes * buffer).rounded_up().bounds()
        }
        _ => (nodes * buffer.bounds()).rounded_up(),
    }
}

fn nodes_cost(problem: &Problem<'_>, cluster: usize, kind: usize, members: &[usize]) -> Exact {
    let levels = &problem.clusters[cluster].levels;
    if let [part] = &levels[..] {
        return part * &level_cost(problem, cluster, kind, members);
    }
    let costs = levels.iter().enumerate().map(|(level, part)| {
        let running = members.iter().copied();
        let running = running.filter(|unit| problem.needs.level(*unit, cluster) >= level);
        let running: Vec<usize> = running.collect();
        if running.is_empty() {
            return Exact::ZERO;
        }
        part * &level_cost(problem, cluster, kind, &running)
    });
    costs.sum()
}

/// The same for members that run all the time.
fn level_cost(problem: &Problem<'_>, cluster: usize, kind: usize, members: &[usize]) -> Exact {
    let need = |unit: &usize| {
        let need = problem.needs.need(*unit, cluster, kind);
        need.expect("the type takes all members")
    };
    let stated = &problem.clusters[cluster];
    let nodes = match &stated.nodes {
        Nodes::Whole {
            min_nodes,
            packing,
            buffer,
        } => {
            let mut needs = BoundedSum::ZERO;
            for unit in members {
                needs.add(&need(unit));
            }
            let nodes = needs.settle(
                |needs| {
                    needs
                        .over(packing)
                        .expect("packing is above zero")
                        .rounded_up()
                },
                || members.iter().map(need).collect(),
            );
            let nodes = (&nodes * buffer).rounded_up();
            nodes.max(Exact::from(*min_nodes))
        }
        Nodes::Shared => sum(members.iter().map(need).collect()),
    };
    stated.types[kind].cost(&nodes, || {
        let busy = members.iter();
        sum(busy
            .map(|unit| problem.needs.busy(*unit, cluster))
            .collect())
    })
}
