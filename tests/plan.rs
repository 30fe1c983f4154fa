//! The search of the plan against all assignments of small random problems, and its laws on larger
//! ones.
//!
//! Seeds are fixed, so a failure can be repeated; it prints the number of the case.

#[path = "../examples/random/mod.rs"]
mod random;

use lambdacost::exact::Exact;
use lambdacost::internals::money::Usd;
use lambdacost::internals::plan::{
    Allowance, Choice, Cluster, Needs, NodeType, Nodes, Plan, Pool, Problem, Surplus, Tier, Unit,
    bill, search,
};
use random::Random;

const SMALL_CASES: u64 = 12_000;
/// Problems with more assignments are left out.
const MOST_ASSIGNMENTS: usize = 1_100;
const LARGER_CASES: u64 = 60;

/// Needs by unit, cluster and node type.
#[derive(Clone)]
struct Table {
    needs: Vec<Vec<Vec<Option<Exact>>>>,
    /// By unit and cluster.
    levels: Vec<Vec<usize>>,
}

impl Needs for Table {
    fn need(&self, unit: usize, cluster: usize, node_type: usize) -> Option<Exact> {
        self.needs[unit][cluster][node_type].clone()
    }

    fn level(&self, unit: usize, cluster: usize) -> usize {
        self.levels[unit][cluster]
    }

    /// Half of what it needs of the first type, or a third of a unit.
    fn busy(&self, unit: usize, cluster: usize) -> Exact {
        match self.need(unit, cluster, 0) {
            Some(need) => &need * &Exact::ratio(1, 2),
            None => Exact::ratio(1, 3),
        }
    }
}

fn ratio(random: &mut Random, most: u64, per: u64) -> Exact {
    Exact::ratio(random.below(most * per + 1), per)
}

fn usd(dollars: Exact) -> Usd {
    Usd::new(dollars)
}

/// A problem apart from its needs.
struct Parts {
    units: Vec<Unit>,
    pools: Vec<Pool>,
    allowances: Vec<Allowance>,
    clusters: Vec<Cluster>,
    fees: Vec<Usd>,
    min_saving: Usd,
    table: Table,
}

impl Parts {
    fn problem(self, needs: &Table) -> Problem<'_> {
        Problem {
            units: self.units,
            pools: self.pools,
            allowances: self.allowances,
            clusters: self.clusters,
            fees: self.fees,
            min_saving: self.min_saving,
            needs,
        }
    }
}

fn pool(random: &mut Random, most: u64) -> Pool {
    let falls = !random.one_in(4);
    let mut tiers: Vec<Tier> = Vec::new();
    let (mut from, mut rate) = (0, random.from(8, 12));
    for _ in 0..random.from(1, 3) {
        tiers.push(Tier {
            from: Exact::ratio(from, 2),
            rate: usd(Exact::ratio(rate, 10)),
        });
        from += random.from(1, most);
        rate = if falls {
            rate - random.below(rate / 2 + 1)
        } else {
            random.from(1, 14)
        };
    }
    Pool { tiers }
}

fn cluster(random: &mut Random) -> Cluster {
    let types = (0..random.from(1, 4)).map(|_| NodeType {
        usd: usd(Exact::ratio(random.from(4, 60), 2)),
        surplus: random.one_in(4).then(|| Surplus {
            baseline: Exact::ratio(random.from(1, 4), 4),
            usd: usd(Exact::ratio(random.from(1, 30), 2)),
        }),
    });
    let types = types.collect();
    let packing = [Exact::ONE, Exact::ratio(9, 10), Exact::ratio(3, 4)];
    Cluster {
        fee: usd(Exact::from(random.below(12))),
        types,
        nodes: if random.one_in(4) {
            Nodes::Shared
        } else {
            Nodes::Whole {
                min_nodes: random.below(3),
                packing: packing[random.below(3) as usize].clone(),
                buffer: [Exact::ONE, Exact::ratio(3, 2)][usize::from(random.one_in(4))].clone(),
            }
        },
        levels: if random.one_in(4) {
            [(1, 4), (1, 4), (1, 2)][random.below(2) as usize..]
                .iter()
                .map(|(part, whole)| Exact::ratio(*part, *whole))
                .collect()
        } else {
            vec![Exact::ONE]
        },
    }
}

/// What the choices of a platform share.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Alone,
    Pool,
    Cluster(usize),
    Fee,
}

fn choice(random: &mut Random, parts: &Parts, kind: Kind, platform: usize) -> Choice {
    let pools = parts.pools.len() as u64;
    let fees = parts.fees.len() as u64;
    let mut own = ratio(random, 20, 4);
    let mut choice = Choice {
        platform,
        own: Usd::ZERO,
        pools: Vec::new(),
        clusters: Vec::new(),
        fees: Vec::new(),
    };
    match kind {
        Kind::Alone => {}
        Kind::Pool => {
            own = ratio(random, 4, 4);
            let first = random.below(pools) as usize;
            choice.pools.push((first, ratio(random, 20, 3)));
            if pools > 1 && random.one_in(3) {
                choice.pools.push((1 - first, ratio(random, 5, 3)));
            }
        }
        Kind::Cluster(cluster) => {
            own = ratio(random, 2, 4);
            choice.clusters.push(cluster);
            // The functions of a service can join several clusters.
            let others = 0..parts.clusters.len();
            for other in others.filter(|other| *other != cluster) {
                if random.one_in(3) {
                    choice.clusters.push(other);
                }
            }
        }
        Kind::Fee => choice.fees.push(random.below(fees) as usize),
    }
    if fees > 0 && random.one_in(6) {
        let fee = random.below(fees) as usize;
        if !choice.fees.contains(&fee) {
            choice.fees.push(fee);
        }
    }
    choice.own = usd(own);
    choice
}

fn small(random: &mut Random) -> Parts {
    let mut parts = Parts {
        units: Vec::new(),
        pools: Vec::new(),
        allowances: Vec::new(),
        clusters: Vec::new(),
        fees: Vec::new(),
        min_saving: usd(Exact::from(random.below(2))),
        table: Table {
            needs: Vec::new(),
            levels: Vec::new(),
        },
    };
    parts.pools = (0..random.from(1, 2)).map(|_| pool(random, 60)).collect();
    parts.clusters = (0..random.from(1, 2)).map(|_| cluster(random)).collect();
    parts.fees = (0..random.from(1, 3))
        .map(|_| usd(ratio(random, 15, 2)))
        .collect();
    if random.one_in(4) {
        let pools = 0..random.from(1, parts.pools.len() as u64) as usize;
        parts.allowances.push(Allowance {
            quantity: ratio(random, 20, 2),
            pools: pools.collect(),
        });
    }
    let mut kinds = vec![Kind::Pool];
    for _ in 0..random.from(1, 3) {
        let cluster = Kind::Cluster(random.below(parts.clusters.len() as u64) as usize);
        kinds.push([Kind::Alone, cluster, cluster, Kind::Fee][random.below(4) as usize]);
    }
    let repeats = random.one_in(4);
    let units = random.from(2, 7);
    add_units(random, &mut parts, &kinds, units, repeats);
    parts
}

fn add_units(random: &mut Random, parts: &mut Parts, kinds: &[Kind], units: u64, repeats: bool) {
    for _ in 0..units {
        let choices = parts.units.iter().map(|unit| unit.choices.len());
        let assignments = choices.fold(1, usize::saturating_mul);
        if units < 8 && assignments * kinds.len() > MOST_ASSIGNMENTS {
            break;
        }
        if repeats && !parts.units.is_empty() && random.one_in(2) {
            let last = parts.units.last().expect("one");
            let unit = Unit {
                choices: last.choices.clone(),
                home: last.home,
                is_pinned: false,
            };
            parts.units.push(unit);
            let needs = parts.table.needs.last().expect("one").clone();
            parts.table.needs.push(needs);
            let levels = parts.table.levels.last().expect("one").clone();
            parts.table.levels.push(levels);
        } else {
            add_unit(random, parts, kinds);
        }
    }
}

fn add_unit(random: &mut Random, parts: &mut Parts, kinds: &[Kind]) {
    let mut choices = Vec::new();
    for (platform, kind) in kinds.iter().enumerate() {
        if !random.one_in(6) {
            choices.push(choice(random, parts, *kind, platform));
        }
    }
    if choices.is_empty() {
        choices.push(choice(random, parts, kinds[0], 0));
    }
    let home = random.below(choices.len() as u64 + 1) as usize;
    let home = (home < choices.len()).then_some(home);
    parts.units.push(Unit {
        choices,
        home,
        is_pinned: random.one_in(8),
    });
    let needs = parts.clusters.iter().map(|cluster| {
        let kinds = cluster.types.iter();
        let need = |_| (!random.one_in(8)).then(|| ratio(random, 1, 12));
        kinds.map(need).collect()
    });
    let needs = needs.collect();
    parts.table.needs.push(needs);
    let clusters = parts.clusters.iter();
    let levels = clusters.map(|cluster| random.below(cluster.levels.len() as u64) as usize);
    let choices = &parts.units.last().expect("one").choices;
    let joins = |cluster: usize| {
        let mut joined = choices.iter().map(|choice| &choice.clusters);
        joined.any(|joined| joined.contains(&cluster))
    };
    // A unit has no level in a cluster that it cannot join.
    let levels = levels.enumerate().map(
        |(cluster, level)| {
            if joins(cluster) { level } else { usize::MAX }
        },
    );
    let levels = levels.collect();
    parts.table.levels.push(levels);
}

/// Another computation of the bill, term by term as the documentation of the types states it.
fn plain_bill(problem: &Problem<'_>, choices: &[usize]) -> Option<Exact> {
    let chosen = |unit: usize| &problem.units[unit].choices[choices[unit]];
    let units = 0..problem.units.len();
    let mut total: Exact = units
        .clone()
        .map(|unit| chosen(unit).own.dollars().clone())
        .sum();
    let mut quantities = vec![Exact::ZERO; problem.pools.len()];
    for unit in units.clone() {
        for (pool, quantity) in &chosen(unit).pools {
            quantities[*pool] = &quantities[*pool] + quantity;
        }
    }
    for allowance in &problem.allowances {
        let all: Exact = allowance.pools.iter().map(|pool| &quantities[*pool]).sum();
        for pool in &allowance.pools {
            let share = quantities[*pool].over(&all).unwrap_or(Exact::ZERO);
            let free = &share * &allowance.quantity;
            let rest = &quantities[*pool] - &free;
            quantities[*pool] = rest.max(Exact::ZERO);
        }
    }
    for (pool, quantity) in problem.pools.iter().zip(&quantities) {
        // From the last tier to the first, each takes what is above its limit.
        let mut left = quantity.clone();
        for tier in pool.tiers.iter().rev() {
            if left > tier.from {
                total = &total + &(&(&left - &tier.from) * tier.rate.dollars());
                left = tier.from.clone();
            }
        }
    }
    for (number, cluster) in problem.clusters.iter().enumerate() {
        let members: Vec<usize> = units
            .clone()
            .filter(|unit| chosen(*unit).clusters.contains(&number))
            .collect();
        if members.is_empty() {
            continue;
        }
        let mut least: Option<Exact> = None;
        for (kind, node) in cluster.types.iter().enumerate() {
            let needs = members
                .iter()
                .map(|unit| problem.needs.need(*unit, number, kind));
            let Some(needs) = needs.collect::<Option<Vec<Exact>>>() else {
                continue;
            };
            let mut cost = Exact::ZERO;
            for (level, part) in cluster.levels.iter().enumerate() {
                let runs = |unit: &usize| problem.needs.level(*unit, number) >= level;
                if !members.iter().any(runs) {
                    continue;
                }
                let running = members.iter().zip(&needs).filter(|(unit, _)| runs(unit));
                let sum: Exact = running.map(|(_, need)| need.clone()).sum();
                let nodes = match &cluster.nodes {
                    Nodes::Whole {
                        min_nodes,
                        packing,
                        buffer,
                    } => {
                        let packed = sum.over(packing)?.rounded_up();
                        let nodes = (&packed * buffer).rounded_up();
                        nodes.max(Exact::from(*min_nodes))
                    }
                    Nodes::Shared => sum,
                };
                let running = members.iter().filter(|unit| runs(unit));
                let busy = running.map(|unit| problem.needs.busy(*unit, number));
                let busy: Exact = busy.sum();
                let above = |surplus: &Surplus| {
                    let above = &busy - &(&nodes * &surplus.baseline);
                    &above.max(Exact::ZERO) * surplus.usd.dollars()
                };
                let above = node.surplus.as_ref().map_or(Exact::ZERO, above);
                let all = &(&nodes * node.usd.dollars()) + &above;
                cost = &cost + &(&all * part);
            }
            least = Some(least.map_or(cost.clone(), |least| least.min(cost)));
        }
        total = &total + &(&least? + cluster.fee.dollars());
    }
    for (number, fee) in problem.fees.iter().enumerate() {
        if units
            .clone()
            .any(|unit| chosen(unit).fees.contains(&number))
        {
            total = &total + fee.dollars();
        }
    }
    Some(total)
}

/// The objective, the number of moves, and what decides ties.
type Order = (Exact, u64, Vec<usize>);

fn order(problem: &Problem<'_>, choices: &[usize]) -> Option<Order> {
    let units = problem.units.iter().zip(choices);
    let moved = |(unit, choice): &(&Unit, &usize)| unit.home.is_some_and(|home| home != **choice);
    let moves = units.clone().filter(moved).count() as u64;
    let ranks = units.map(|(unit, choice)| {
        if unit.home == Some(*choice) {
            0
        } else {
            choice + 1
        }
    });
    let ranks = ranks.collect();
    let saving = problem.min_saving.times(&Exact::from(moves));
    Some((
        &plain_bill(problem, choices)? + saving.dollars(),
        moves,
        ranks,
    ))
}

/// All assignments that pins allow.
fn assignments(problem: &Problem<'_>) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new()];
    for unit in &problem.units {
        let pinned = unit.home.filter(|_| unit.is_pinned);
        let choices =
            (0..unit.choices.len()).filter(|choice| pinned.is_none_or(|home| home == *choice));
        let choices: Vec<usize> = choices.collect();
        let longer = all.iter().flat_map(|some: &Vec<usize>| {
            choices
                .iter()
                .map(|choice| [some.as_slice(), &[*choice]].concat())
        });
        all = longer.collect();
    }
    all
}

fn best(problem: &Problem<'_>) -> Option<(Order, Vec<usize>)> {
    let all = assignments(problem).into_iter();
    all.filter_map(|choices| Some((order(problem, &choices)?, choices)))
        .min()
}

#[test]
fn small_problems_agree_with_all_assignments() {
    let (mut proven, mut impossible, mut moved) = (0, 0, 0);
    for case in 0..SMALL_CASES {
        let mut random = Random(case);
        let parts = small(&mut random);
        let needs = parts.table.clone();
        let problem = parts.problem(&needs);
        let expected = best(&problem);
        let plan = search(&problem);
        let (Some((expected, choices)), Some(plan)) = (&expected, &plan) else {
            assert!(
                expected.is_none() && plan.is_none(),
                "case {case}: {plan:?}"
            );
            impossible += 1;
            continue;
        };
        let (least, moves, _) = expected;
        assert_eq!(
            plan.objective.dollars(),
            least,
            "case {case}: {plan:?} {choices:?}"
        );
        assert_eq!(plan.choices, *choices, "case {case}: {plan:?}");
        assert_eq!(
            Some(plan.bill.dollars().clone()),
            plain_bill(&problem, choices),
            "case {case}"
        );
        assert!(plan.bound <= plan.objective, "case {case}: {plan:?}");
        assert_eq!(
            plan.is_proven,
            plan.bound == plan.objective,
            "case {case}: {plan:?}"
        );
        proven += u64::from(plan.is_proven);
        moved += u64::from(*moves > 0);
    }
    let possible = SMALL_CASES - impossible;
    assert!(
        impossible < SMALL_CASES / 20,
        "{impossible} cases cannot be assigned"
    );
    assert!(moved > possible / 2, "only {moved} plans move anything");
    assert_eq!(proven, possible, "plans that are proven");
}

/// A problem with 20 to 67 units, too many for all assignments.
fn larger(random: &mut Random) -> Parts {
    let mut parts = small(random);
    let mut kinds = vec![Kind::Pool, Kind::Alone];
    kinds.extend((0..parts.clusters.len()).map(Kind::Cluster));
    kinds.push(Kind::Fee);
    let units = random.from(20, 60);
    let repeats = random.one_in(3);
    add_units(random, &mut parts, &kinds, units, repeats);
    parts
}

fn objective(problem: &Problem<'_>, choices: &[usize]) -> Option<Exact> {
    Some(order(problem, choices)?.0)
}

/// Today, everything on one platform, and every single move from today, as far as they are possible.
fn simple(problem: &Problem<'_>) -> Vec<Vec<usize>> {
    let home = |unit: &Unit| unit.home;
    let today: Option<Vec<usize>> = problem.units.iter().map(home).collect();
    let mut all: Vec<Vec<usize>> = today.iter().cloned().collect();
    for platform in 0..5 {
        let on = |unit: &Unit| {
            let found = unit
                .choices
                .iter()
                .position(|choice| choice.platform == platform)?;
            (!unit.is_pinned || unit.home.is_none_or(|home| home == found)).then_some(found)
        };
        all.extend(problem.units.iter().map(on).collect::<Option<Vec<usize>>>());
    }
    if let Some(today) = today {
        for (number, unit) in problem
            .units
            .iter()
            .enumerate()
            .filter(|(_, unit)| !unit.is_pinned)
        {
            for choice in 0..unit.choices.len() {
                let mut moved = today.clone();
                moved[number] = choice;
                all.push(moved);
            }
        }
    }
    all
}

#[test]
fn larger_problems_keep_the_laws() {
    let (mut simpler, mut open) = (0, 0);
    for case in 0..LARGER_CASES {
        let mut random = Random(case);
        let mut parts = larger(&mut random);
        // Half of the cases have no unit that cannot stay.
        for unit in parts.units.iter_mut().filter(|_| case % 2 == 0) {
            unit.home = unit.home.or(Some(0));
        }
        let needs = parts.table.clone();
        let problem = parts.problem(&needs);
        let Some(plan) = search(&problem) else {
            assert!(
                simple(&problem)
                    .iter()
                    .all(|choices| objective(&problem, choices).is_none())
            );
            continue;
        };
        check(&problem, &plan, case);
        for choices in simple(&problem) {
            if let Some(other) = objective(&problem, &choices) {
                simpler += 1;
                assert!(
                    *plan.objective.dollars() <= other,
                    "case {case}: {choices:?}"
                );
            }
        }
        // With several levels the mean number of nodes is not whole, and the bound does not round it.
        let has_levels = problem.clusters.iter().any(|one| one.levels.len() > 1);
        open += u64::from(!plan.is_proven && !has_levels);
        // The other way round, the bill is the same if the best one is known.
        let mut units = problem.units;
        units.reverse();
        let table = Table {
            needs: needs.needs.iter().rev().cloned().collect(),
            levels: needs.levels.iter().rev().cloned().collect(),
        };
        let reversed = search(&Problem {
            units,
            needs: &table,
            ..problem
        })
        .expect("as before");
        if plan.is_proven && reversed.is_proven {
            assert_eq!(plan.objective, reversed.objective, "case {case}");
        } else {
            assert!(plan.bound <= reversed.objective && reversed.bound <= plan.objective);
        }
    }
    assert!(simpler > 1_000, "compared with {simpler} assignments");
    assert!(open < LARGER_CASES / 6, "{open} plans are not proven");
}

/// The figures of a plan agree with each other.
fn check(problem: &Problem<'_>, plan: &Plan, case: u64) {
    let (least, moves, _) = order(problem, &plan.choices).expect("a possible assignment");
    assert_eq!(*plan.objective.dollars(), least, "case {case}");
    let saving = problem.min_saving.times(&Exact::from(moves));
    assert_eq!(&plan.bill + &saving, plan.objective, "case {case}");
    let all: Vec<usize> = (0..problem.units.len()).collect();
    assert_eq!(
        bill(problem, &all, &plan.choices).as_ref(),
        Some(&plan.bill),
        "case {case}"
    );
    assert!(plan.bound <= plan.objective, "case {case}");
    assert_eq!(plan.is_proven, plan.bound == plan.objective, "case {case}");
}

#[test]
fn a_hundred_equal_functions_are_proven() {
    // A node of $50 takes ten of them, which cost $6 each elsewhere. An eleventh node would take four
    // of the five that are left, and save $24.
    let choice = |platform: usize, dollars: u32, clusters| Choice {
        platform,
        own: usd(Exact::from(dollars)),
        pools: Vec::new(),
        clusters,
        fees: Vec::new(),
    };
    let unit = || Unit {
        choices: vec![choice(0, 6, Vec::new()), choice(1, 0, vec![0])],
        home: Some(0),
        is_pinned: false,
    };
    let mut units: Vec<Unit> = (0..105).map(|_| unit()).collect();
    units[3].is_pinned = true;
    let needs = |_: usize, _: usize, _: usize| Some(Exact::ratio(1, 10));
    let problem = Problem {
        units,
        pools: Vec::new(),
        allowances: Vec::new(),
        clusters: vec![Cluster {
            fee: usd(Exact::from(10_u32)),
            types: vec![NodeType {
                usd: usd(Exact::from(50_u32)),
                surplus: None,
            }],
            nodes: Nodes::Whole {
                min_nodes: 1,
                packing: Exact::ONE,
                buffer: Exact::ONE,
            },
            levels: vec![Exact::ONE],
        }],
        fees: Vec::new(),
        min_saving: Usd::ZERO,
        needs: &needs,
    };
    let plan = search(&problem).expect("possible");
    // The fee and ten nodes for a hundred of them, $510, and $30 for those that stay: the first ones
    // in the order of functions, and the pinned one.
    assert_eq!(*plan.bill.dollars(), Exact::from(540_u32));
    assert!(plan.is_proven);
    let stay = (0..105).filter(|unit| plan.choices[*unit] == 0);
    assert_eq!(stay.collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
}

#[test]
fn more_fees_than_are_searched_leave_an_honest_bound() {
    // Each of 14 functions costs $10 in a pool, or $5 and a fee of $3 that it shares with none: all
    // of them move, for $112.
    let choice = |platform: usize, dollars: u32| Choice {
        platform,
        own: usd(Exact::from(dollars)),
        pools: Vec::new(),
        clusters: Vec::new(),
        fees: Vec::new(),
    };
    let units = (0..14).map(|number| {
        let mut choices = vec![choice(0, 0), choice(1, 5)];
        choices[0].pools.push((0, Exact::from(10_u32)));
        choices[1].fees.push(number);
        Unit {
            choices,
            home: Some(0),
            is_pinned: false,
        }
    });
    let needs = |_: usize, _: usize, _: usize| None;
    let one = Tier {
        from: Exact::ZERO,
        rate: usd(Exact::ONE),
    };
    let problem = Problem {
        units: units.collect(),
        pools: vec![Pool { tiers: vec![one] }],
        allowances: Vec::new(),
        clusters: Vec::new(),
        fees: vec![usd(Exact::from(3_u32)); 14],
        min_saving: Usd::ZERO,
        needs: &needs,
    };
    let plan = search(&problem).expect("possible");
    check(&problem, &plan, 0);
    assert_eq!(*plan.bill.dollars(), Exact::from(112_u32));
    assert!(!plan.is_proven);
    // Two fees are not in the bound of $106, which is rounded down.
    assert!(*plan.bound.dollars() > Exact::ratio(105_999, 1000));
}
