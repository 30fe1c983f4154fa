//! What each function saves in a plan. The amounts add up to the difference of the bills.
//!
//! What functions share is priced three times: today, with only those that use it both times, and in
//! the plan. Those that leave share what their leaving saves, those that join share what their joining
//! costs: in proportion to what they use of a pool, to the nodes they need, and equally for a fee.

use super::price::{cluster_cost, pool_cost, sum};
use super::problem::{Choice, Problem};
use crate::exact::Exact;
use crate::money::Usd;

/// Units that share something, in ascending order, each with what it uses.
type Members = Vec<(usize, Exact)>;

/// The saving of each unit, without the saving by free allowances. Negative where a unit costs more in
/// the plan. Units without a choice of today save nothing.
pub fn savings(problem: &Problem<'_>, choices: &[usize]) -> Vec<Usd> {
    let units = problem.units.iter().zip(choices);
    // By unit: the choice of today and that of the plan.
    let moved: Vec<Option<[&Choice; 2]>> = units
        .map(|(unit, plan)| Some([&unit.choices[unit.home?], &unit.choices[*plan]]))
        .collect();
    let own = moved.iter().map(|choices| match choices {
        Some([today, plan]) => today.own.dollars() - plan.own.dollars(),
        None => Exact::ZERO,
    });
    let mut savings = Savings(own.collect());
    let members = |time: usize, used: &dyn Fn(usize, &Choice) -> Option<Exact>| -> Members {
        let units = moved.iter().enumerate();
        let used = |(unit, choices): (usize, &Option<[&Choice; 2]>)| {
            Some((unit, used(unit, choices.as_ref()?[time])?))
        };
        units.filter_map(used).collect()
    };
    for (number, pool) in problem.pools.iter().enumerate() {
        let used = |_: usize, choice: &Choice| {
            let mut pools = choice.pools.iter();
            let (_, quantity) = pools.find(|(pool, _)| *pool == number)?;
            Some(quantity.clone())
        };
        let cost = |members: &Members| {
            let quantities = members.iter().map(|(_, quantity)| quantity.clone());
            pool_cost(pool, &sum(quantities.collect()))
        };
        savings.divide([members(0, &used), members(1, &used)], cost);
    }
    for number in 0..problem.clusters.len() {
        let nodes = |time: usize| -> Members {
            let is_there = |_: usize, choice: &Choice| {
                choice.clusters.contains(&number).then_some(Exact::ZERO)
            };
            let mut nodes = members(time, &is_there);
            if let Some((kind, _)) = cluster(problem, number, &nodes) {
                for (unit, need) in &mut nodes {
                    let known = problem.needs.need(*unit, number, kind);
                    let level = problem.needs.level(*unit, number);
                    let share = problem.clusters[number].share(level);
                    let known = known.expect("the type of a cluster takes all of its functions");
                    *need = &known * &share;
                }
            }
            nodes
        };
        let cost = |members: &Members| match cluster(problem, number, members) {
            Some((_, cost)) => cost,
            None => Exact::ZERO,
        };
        savings.divide([nodes(0), nodes(1)], cost);
    }
    for (number, fee) in problem.fees.iter().enumerate() {
        let used = |_: usize, choice: &Choice| choice.fees.contains(&number).then_some(Exact::ONE);
        let cost = |members: &Members| {
            if members.is_empty() {
                Exact::ZERO
            } else {
                fee.dollars().clone()
            }
        };
        savings.divide([members(0, &used), members(1, &used)], cost);
    }
    savings.0.into_iter().map(Usd::new).collect()
}

/// The node type and the cost of a cluster; `None` without members.
fn cluster(problem: &Problem<'_>, number: usize, members: &Members) -> Option<(usize, Exact)> {
    let members: Vec<usize> = members.iter().map(|(unit, _)| *unit).collect();
    let cost = cluster_cost(problem, number, &members);
    (!members.is_empty()).then(|| cost.expect("a plan and today are possible, and so is a part"))
}

/// By unit.
struct Savings(Vec<Exact>);

impl Savings {
    /// Divides the difference of a shared cost among the units that leave and those that join.
    fn divide(&mut self, [today, plan]: [Members; 2], cost: impl Fn(&Members) -> Exact) {
        let (left, joined) = (without(&today, &plan), without(&plan, &today));
        if left.is_empty() && joined.is_empty() {
            return;
        }
        let remaining = cost(&without(&today, &left));
        self.add(&left, &(&cost(&today) - &remaining));
        self.add(&joined, &(&remaining - &cost(&plan)));
    }

    /// Adds an amount in proportion to what units use; equally if they use nothing.
    fn add(&mut self, members: &Members, amount: &Exact) {
        let all = sum(members.iter().map(|(_, used)| used.clone()).collect());
        let equal = Exact::ratio(1, members.len().max(1) as u64);
        for (unit, used) in members {
            let part = used.over(&all).unwrap_or_else(|| equal.clone());
            self.0[*unit] = &self.0[*unit] + &(amount * &part);
        }
    }
}

/// The members that are not among others.
fn without(members: &Members, others: &Members) -> Members {
    let is_other = |unit: &usize| others.binary_search_by_key(unit, |(unit, _)| *unit).is_ok();
    let apart = members.iter().filter(|(unit, _)| !is_other(unit));
    apart.cloned().collect()
}
