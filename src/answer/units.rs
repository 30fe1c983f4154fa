//! Units of the plan: single functions, and the functions of a service, which move together.

use super::Comparison;
use super::plan::{ModelNeeds, Move};
use crate::exact::Exact;
use crate::money::Usd;
use crate::plan::{self, Choice, Needs, Problem, Unit};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The places of functions that move together: those of a service, or one alone. In the order of
/// their first functions.
pub(super) fn groups(comparison: &Comparison<'_>, functions: &[usize]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::with_capacity(functions.len());
    let mut of_service: HashMap<usize, usize> = HashMap::new();
    for (place, index) in functions.iter().enumerate() {
        let Some(number) = comparison.context.function(*index).service_number() else {
            groups.push(vec![place]);
            continue;
        };
        let next = groups.len();
        let group = *of_service.entry(number).or_insert(next);
        if group == next {
            groups.push(Vec::new());
        }
        groups[group].push(place);
    }
    groups
}

/// The index of the first function of each group of places.
pub(super) fn firsts(functions: &[usize], groups: &[Vec<usize>]) -> Vec<usize> {
    groups.iter().map(|group| functions[group[0]]).collect()
}

/// The indices of the functions of each group of places.
pub(super) fn members(functions: &[usize], groups: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let members = |group: &Vec<usize>| group.iter().map(|place| functions[*place]).collect();
    groups.iter().map(members).collect()
}

/// The functions of a service as one unit. They can all make the same choices.
pub(super) fn merged(units: &[Unit], group: &[usize]) -> Unit {
    let members: Vec<&Unit> = group.iter().map(|place| &units[*place]).collect();
    let first = members[0];
    let choices = first.choices.iter().enumerate().map(|(number, choice)| {
        let of_members = members.iter().map(|member| &member.choices[number]);
        let mut pools: BTreeMap<usize, Exact> = BTreeMap::new();
        let mut clusters: BTreeSet<usize> = BTreeSet::new();
        let mut fees: BTreeSet<usize> = BTreeSet::new();
        for of_member in of_members.clone() {
            assert_eq!(
                of_member.platform, choice.platform,
                "a service moves as one"
            );
            for (pool, quantity) in &of_member.pools {
                let known = pools.entry(*pool).or_insert(Exact::ZERO);
                *known = &*known + quantity;
            }
            clusters.extend(&of_member.clusters);
            fees.extend(&of_member.fees);
        }
        Choice {
            platform: choice.platform,
            own: of_members.map(|one| one.own.clone()).sum(),
            pools: pools.into_iter().collect(),
            clusters: clusters.into_iter().collect(),
            fees: fees.into_iter().collect(),
        }
    });
    Unit {
        choices: choices.collect(),
        home: first.home,
        is_pinned: members.iter().any(|member| member.is_pinned),
    }
}

/// The parts of functions in the needs of their services.
pub(super) struct PartNeeds<'p> {
    needs: &'p ModelNeeds<'p>,
    /// The index of each function.
    functions: &'p [usize],
    /// By function: its unit, and its part if the unit has several.
    parts: Vec<(usize, Option<Exact>)>,
}

impl<'p> PartNeeds<'p> {
    pub(super) fn new(
        comparison: &Comparison<'_>,
        functions: &'p [usize],
        groups: &[Vec<usize>],
        needs: &'p ModelNeeds<'p>,
    ) -> Self {
        let mut parts = vec![(0, None); functions.len()];
        for (unit, group) in groups.iter().enumerate() {
            for place in group {
                let part = || comparison.context.share_in_service(functions[*place]);
                parts[*place] = (unit, (group.len() > 1).then(part));
            }
        }
        Self {
            needs,
            functions,
            parts,
        }
    }
}

impl Needs for PartNeeds<'_> {
    fn need(&self, function: usize, cluster: usize, node_type: usize) -> Option<Exact> {
        match &self.parts[function] {
            (unit, None) => self.needs.need(*unit, cluster, node_type),
            (_, Some(part)) => {
                let index = self.functions[function];
                self.needs.member_need(index, cluster, node_type, part)
            }
        }
    }

    fn level(&self, function: usize, cluster: usize) -> usize {
        let (unit, _) = &self.parts[function];
        self.needs.level(*unit, cluster)
    }

    fn busy(&self, function: usize, cluster: usize) -> Exact {
        let (unit, part) = &self.parts[function];
        let busy = self.needs.busy(*unit, cluster);
        match part {
            Some(part) => &busy * part,
            None => busy,
        }
    }
}

/// The functions of a plan and how they move together.
pub(super) struct Units<'u> {
    /// The index of each function.
    pub functions: &'u [usize],
    /// By unit: the places of its functions in `functions`.
    pub groups: &'u [Vec<usize>],
    /// By function and choice: what it adds to the bill of today.
    pub adds: &'u [Vec<Option<Usd>>],
}

impl Units<'_> {
    /// The moves of units, and the parts of functions in the moves of services. `problem` has the
    /// functions one by one; `homes` and `found` are choices by unit.
    pub(super) fn moves(
        &self,
        problem: &Problem<'_>,
        homes: &[usize],
        found: &[usize],
    ) -> (Vec<Move>, Vec<Move>) {
        let mut choices = vec![0; self.functions.len()];
        for (group, choice) in self.groups.iter().zip(found) {
            for place in group {
                choices[*place] = *choice;
            }
        }
        let savings = plan::savings(problem, &choices);
        let (mut moves, mut parts) = (Vec::new(), Vec::new());
        for (places, choices) in self.groups.iter().zip(homes.iter().zip(found)) {
            if choices.0 == choices.1 {
                continue;
            }
            moves.push(self.one_move(problem, &savings, places, choices));
            if places.len() > 1 {
                let members = places.iter();
                parts.extend(
                    members.map(|place| self.one_move(problem, &savings, &[*place], choices)),
                );
            }
        }
        (moves, parts)
    }

    /// The move of functions from one choice to another.
    fn one_move(
        &self,
        problem: &Problem<'_>,
        savings: &[Usd],
        places: &[usize],
        (from, to): (&usize, &usize),
    ) -> Move {
        let platform = |choice: usize| problem.units[places[0]].choices[choice].platform;
        let adds = |choice: usize| {
            let adds = places.iter().map(|place| self.adds[*place][choice].clone());
            adds.sum::<Option<Usd>>()
        };
        let alone = adds(*to).zip(adds(*from));
        Move {
            index: self.functions[places[0]],
            functions: places.iter().map(|place| self.functions[*place]).collect(),
            from: platform(*from),
            to: platform(*to),
            saving: places.iter().map(|place| savings[*place].clone()).sum(),
            alone: alone.map(|(after, before)| &after - &before),
        }
    }
}
