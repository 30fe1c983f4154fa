//! The plan: which functions to move, and the bill then.

use super::{Comparison, Solved};
use crate::diag::{Code, Diag, Diags};
use crate::exact::Exact;
use crate::money::Usd;
use crate::plan::{self, Choice, Needs, Problem, Unit};
use crate::platform::SharedCosts;
use rayon::prelude::*;

/// Functions that are solved together.
const CHUNK: usize = 4096;

/// The assignment of functions to platforms with the lowest bill.
#[derive(Debug)]
pub struct Plan {
    /// US dollars a month of all functions where they run today.
    pub today: Usd,
    /// US dollars a month after the moves.
    pub monthly: Usd,
    /// What each move has to save a month.
    pub min_saving: Usd,
    /// No other plan saves more than this in addition; zero for a proven plan.
    pub gap: Usd,
    /// The largest saving first.
    pub moves: Vec<Move>,
    /// The part of the saving that is in no move: that of Lambda's free tier.
    pub free_tier_saving: Usd,
    /// Indices of functions that cannot run where they are. They are in no bill.
    pub left_out: Vec<usize>,
}

/// A function to move.
#[derive(Debug)]
pub struct Move {
    /// Index of the function.
    pub index: usize,
    /// Index of its platform of today.
    pub from: usize,
    /// Index of its platform in the plan.
    pub to: usize,
    /// Its part of the saving, in US dollars a month. Negative for a function that only makes the
    /// moves of others cheaper.
    pub saving: Usd,
}

impl Plan {
    /// US dollars a month that the moves save together.
    pub fn saving(&self) -> Usd {
        &self.today - &self.monthly
    }

    /// True if no other plan is cheaper.
    pub fn is_proven(&self) -> bool {
        self.gap.dollars().is_zero()
    }
}

/// Where the shared costs of a platform begin in the lists of all platforms.
struct Offsets {
    pools: usize,
    clusters: usize,
    fees: usize,
}

/// The nodes that functions need, from the models of the platforms.
struct ModelNeeds<'p> {
    comparison: &'p Comparison<'p>,
    /// The index of the function of each unit.
    functions: Vec<usize>,
    /// For each cluster, its platform and its index there.
    clusters: Vec<(usize, usize)>,
}

impl Needs for ModelNeeds<'_> {
    fn need(&self, unit: usize, cluster: usize, node_type: usize) -> Option<Exact> {
        let (platform, cluster) = self.clusters[cluster];
        let model = &self.comparison.platforms[platform].model;
        model.need(self.functions[unit], cluster, node_type)
    }
}

impl Comparison<'_> {
    /// Searches for the plan. Each move has to save `min_saving` US dollars a month; `is_pinned` is
    /// true for functions that stay where they are.
    ///
    /// # Errors
    /// A function runs on a platform that is not compared, or the scenario has an hourly commitment.
    pub fn plan(
        &self,
        min_saving: Exact,
        is_pinned: &(dyn Fn(usize) -> bool + Sync),
    ) -> Result<Plan, Diags> {
        self.refuse_plan()?;
        let mut problem = Problem {
            units: Vec::new(),
            pools: Vec::new(),
            allowances: Vec::new(),
            clusters: Vec::new(),
            fees: Vec::new(),
            min_saving: Usd::new(min_saving),
            needs: &|_: usize, _: usize, _: usize| None,
        };
        let mut clusters = Vec::new();
        let platforms = self.platforms.iter().enumerate();
        let offsets: Vec<Offsets> = platforms
            .map(|(platform, bound)| {
                let shared = bound.model.shared_costs();
                clusters.extend((0..shared.clusters.len()).map(|cluster| (platform, cluster)));
                problem.add(shared)
            })
            .collect();
        let (mut functions, mut left_out) = (Vec::new(), Vec::new());
        let all: Vec<usize> = (0..self.scenario().functions.len()).collect();
        for chunk in all.chunks(CHUNK) {
            let choices = chunk.par_iter().map(|index| {
                let solved = self.solve(*index);
                (*index, self.choices(&solved, &offsets))
            });
            for (index, choices) in choices.collect::<Vec<_>>() {
                let home = self.home(index);
                let at_home = |choice: &Choice| Some(choice.platform) == home;
                let Some(home) = choices.iter().position(at_home) else {
                    left_out.push(index);
                    continue;
                };
                functions.push(index);
                problem.units.push(Unit {
                    choices,
                    home: Some(home),
                    is_pinned: is_pinned(index),
                });
            }
        }
        let needs = ModelNeeds {
            comparison: self,
            functions,
            clusters,
        };
        let problem = Problem {
            needs: &needs,
            ..problem
        };
        Ok(self.searched(&problem, &needs.functions, left_out))
    }

    fn searched(&self, problem: &Problem<'_>, functions: &[usize], left_out: Vec<usize>) -> Plan {
        let units: Vec<usize> = (0..problem.units.len()).collect();
        let homes = problem.units.iter().map(|unit| unit.home);
        let homes: Vec<usize> = homes.map(|home| home.expect(AT_HOME)).collect();
        let today = plan::bill(problem, &units, &homes).expect(AT_HOME);
        let found = plan::search(problem).expect("today is an assignment");
        let savings = plan::savings(problem, &found.choices);
        let moved = units
            .iter()
            .filter(|unit| found.choices[**unit] != homes[**unit]);
        let platform = |unit: usize, choice: usize| problem.units[unit].choices[choice].platform;
        let mut moves: Vec<Move> = moved
            .map(|unit| Move {
                index: functions[*unit],
                from: platform(*unit, homes[*unit]),
                to: platform(*unit, found.choices[*unit]),
                saving: savings[*unit].clone(),
            })
            .collect();
        moves.sort_by(|left, right| right.saving.cmp(&left.saving));
        let by_moves: Usd = moves.iter().map(|one| one.saving.clone()).sum();
        let saving = &today - &found.bill;
        Plan {
            free_tier_saving: &saving - &by_moves,
            gap: &found.objective - &found.bound,
            min_saving: problem.min_saving.clone(),
            monthly: found.bill,
            today,
            moves,
            left_out,
        }
    }

    /// What a function costs on each platform that can run it.
    fn choices(&self, solved: &Solved<'_>, offsets: &[Offsets]) -> Vec<Choice> {
        let costs = solved.summary.costs.iter().zip(offsets).enumerate();
        let choices = costs.filter_map(|(platform, (cost, offset))| {
            let used = solved.shared_use(platform)?;
            Some(Choice {
                platform,
                own: cost.as_ref().ok()?.unshared.clone(),
                pools: used
                    .pools
                    .into_iter()
                    .map(|(pool, quantity)| (offset.pools + pool, quantity))
                    .collect(),
                cluster: used.cluster.map(|cluster| offset.clusters + cluster),
                fees: used.fees.into_iter().map(|fee| offset.fees + fee).collect(),
            })
        });
        choices.collect()
    }

    fn refuse_plan(&self) -> Result<(), Diags> {
        let mut diags = Diags::new();
        if self.platforms.iter().any(|bound| bound.unused.is_some()) {
            let message = "there are no plans yet for a commitment in dollars an hour \
                           (usd_per_hour)";
            let diag = Diag::new(Code::NotAvailable, message);
            diags.push(diag.help("state `coverage` in its place, or leave the commitment out"));
        }
        let mut refused: Vec<&str> = Vec::new();
        for index in 0..self.scenario().functions.len() {
            let function = self.context.function(index);
            let home = function.home();
            if self.home(index).is_none() && !refused.contains(&home) {
                refused.push(home);
                let name = &function.name;
                let message = format!("`{name}` runs on {home}, which is not compared");
                let diag = Diag::new(Code::Conflict, message);
                diags.push(diag.help(format!("add \"{home}\" to `platforms`")));
            }
        }
        diags.into_result(())
    }
}

const AT_HOME: &str = "a function that cannot run where it is is left out";

impl Problem<'_> {
    /// Adds what functions share on a platform.
    fn add(&mut self, shared: SharedCosts) -> Offsets {
        let offsets = Offsets {
            pools: self.pools.len(),
            clusters: self.clusters.len(),
            fees: self.fees.len(),
        };
        self.pools.extend(shared.pools);
        let allowances = shared.allowances.into_iter().map(|mut allowance| {
            for pool in &mut allowance.pools {
                *pool += offsets.pools;
            }
            allowance
        });
        self.allowances.extend(allowances);
        self.clusters.extend(shared.clusters);
        self.fees.extend(shared.fees);
        offsets
    }
}
