//! The plan: which functions to move, and the bill then.

use super::spent_plan::Assignments;
use super::units::{self, PartNeeds, Units};
use super::{Comparison, PlanOptions, Solved};
use crate::diag::{Code, Diag, Diags};
use crate::exact::Exact;
use crate::money::Usd;
use crate::plan::{self, Choice, Needs, Problem, Unit};
use crate::platform::{Infeasible, SharedCosts};
use rayon::prelude::*;
use std::collections::HashMap;
use std::sync::OnceLock;

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
    /// The same without a search, where each move is shown with what it saves alone: together moves save
    /// another amount, because functions share pools, clusters and extras. `None` with a search.
    pub shared_saving: Option<Usd>,
    /// With a commitment in dollars an hour.
    pub commitment: Option<PlannedCommitment>,
    /// Indices of functions that cannot run where they are. They are in no bill.
    pub left_out: Vec<usize>,
    /// False if the scenario has more functions than are searched: then each function is where it
    /// adds least.
    pub is_searched: bool,
    /// For each function that moves, where its move is.
    by_function: HashMap<usize, MoveOf>,
    /// The moves of services as the parts of their functions.
    parts: Vec<Move>,
}

/// The move of a function.
#[derive(Debug, Clone, Copy)]
struct MoveOf {
    /// Index of the move, of the function or of its service.
    number: usize,
    /// Index of the function's part in the move of its service.
    part: Option<usize>,
}

/// What a plan makes of a commitment in dollars an hour, in US dollars a month.
#[derive(Debug)]
pub struct PlannedCommitment {
    /// The part of the saving that is in no move: those are at on-demand rates.
    pub saving: Usd,
    /// What is lost of the commitment after the moves.
    pub unused: Usd,
}

/// A function to move, or a service.
#[derive(Debug)]
pub struct Move {
    /// Index of the function, or of the first of the service.
    pub index: usize,
    /// Indices of the functions that move together.
    pub functions: Vec<usize>,
    /// Index of its platform of today.
    pub from: usize,
    /// Index of its platform in the plan.
    pub to: usize,
    /// Its part of the saving, in US dollars a month. Negative for a function that only makes the
    /// moves of others cheaper.
    pub saving: Usd,
    /// What the bill of today changes by if only this function moves, in US dollars a month.
    /// Negative where that saves; `None` if it cannot run there together with the functions of today.
    pub alone: Option<Usd>,
}

impl Plan {
    /// A plan with its moves, in any order.
    pub(super) fn new(
        today: Usd,
        monthly: Usd,
        min_saving: Usd,
        bound: Usd,
        mut moves: Vec<Move>,
        left_out: Vec<usize>,
    ) -> Self {
        moves.sort_by(|left, right| right.saving.cmp(&left.saving));
        let by_moves: Usd = moves.iter().map(|one| one.saving.clone()).sum();
        let numbered = moves.iter().enumerate();
        let by_function = numbered.flat_map(|(number, one)| {
            let part = None;
            let functions = one.functions.iter();
            functions.map(move |index| (*index, MoveOf { number, part }))
        });
        Self {
            by_function: by_function.collect(),
            parts: Vec::new(),
            free_tier_saving: &(&today - &monthly) - &by_moves,
            gap: &monthly - &bound,
            shared_saving: None,
            commitment: None,
            is_searched: true,
            min_saving,
            monthly,
            today,
            moves,
            left_out,
        }
    }

    /// The same plan, found without a search.
    pub(super) fn not_searched(self) -> Self {
        Self {
            is_searched: false,
            shared_saving: Some(self.free_tier_saving),
            free_tier_saving: Usd::ZERO,
            ..self
        }
    }

    /// The part of the saving that is in no move, but for that of a commitment.
    pub fn unassigned_saving(&self) -> Usd {
        let shared = self.shared_saving.as_ref();
        shared.unwrap_or(&self.free_tier_saving).clone()
    }

    /// US dollars a month that the moves save together.
    pub fn saving(&self) -> Usd {
        &self.today - &self.monthly
    }

    /// The same plan with the parts of functions in the moves of their services.
    fn with_parts(mut self, parts: Vec<Move>) -> Self {
        for (part, one) in parts.iter().enumerate() {
            if let Some(known) = self.by_function.get_mut(&one.index) {
                known.part = Some(part);
            }
        }
        Self { parts, ..self }
    }

    /// The move of a function, or its part in the move of its service; `None` for a function that
    /// stays.
    pub fn move_of(&self, index: usize) -> Option<&Move> {
        let known = self.by_function.get(&index)?;
        Some(match known.part {
            Some(part) => &self.parts[part],
            None => &self.moves[known.number],
        })
    }

    /// The number of functions that move.
    pub fn moved(&self) -> usize {
        self.by_function.len()
    }

    /// The move of the service of which a move is a part, or the move itself.
    pub fn whole<'p>(&'p self, one: &'p Move) -> &'p Move {
        let known = self.by_function.get(&one.index);
        known.map_or(one, |known| &self.moves[known.number])
    }

    /// True if a move also saves what it has to if no other function moves.
    pub fn pays_alone(&self, one: &Move) -> bool {
        let whole = self.whole(one);
        whole.alone.as_ref().is_some_and(|alone| {
            alone.dollars().is_negative() && (alone + &self.min_saving).dollars() <= &Exact::ZERO
        })
    }

    /// US dollars that the moves save together in 12 months.
    pub fn saving_of_a_year(&self) -> Usd {
        self.saving().times(&Exact::from(12u32))
    }

    /// The gap in per cent of the bill; zero for a proven plan.
    pub fn gap_percent(&self) -> Exact {
        let share = self.gap.dollars().over(self.monthly.dollars());
        &share.unwrap_or(Exact::ZERO) * &Exact::from(100u32)
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
pub(super) struct ModelNeeds<'p> {
    comparison: &'p Comparison<'p>,
    /// The index of the first function of each unit.
    pub functions: Vec<usize>,
    /// For each cluster, its platform and its index there.
    clusters: Vec<(usize, usize)>,
    /// For each cluster, its number of node types.
    types: Vec<usize>,
    /// For each unit and platform: a cluster, and what the unit needs of each of its node types. A
    /// search needs them many times.
    known: Vec<OnceLock<(usize, Vec<Option<Exact>>)>>,
}

impl<'p> ModelNeeds<'p> {
    fn new(
        comparison: &'p Comparison<'p>,
        functions: Vec<usize>,
        clusters: Vec<(usize, usize)>,
        problem: &Problem<'_>,
    ) -> Self {
        let places = functions.len() * comparison.platforms.len();
        Self {
            comparison,
            functions,
            clusters,
            types: problem.clusters.iter().map(|one| one.types.len()).collect(),
            known: (0..places).map(|_| OnceLock::new()).collect(),
        }
    }

    fn found(&self, unit: usize, cluster: usize, node_type: usize) -> Option<Exact> {
        let (platform, cluster) = self.clusters[cluster];
        let model = &self.comparison.platforms[platform].model;
        let subject = self.comparison.context.subject(self.functions[unit]);
        model.need(subject, cluster, node_type)
    }

    /// The part of one function in the need of its service, given its part in what that costs.
    pub(super) fn member_need(
        &self,
        index: usize,
        cluster: usize,
        node_type: usize,
        part: &Exact,
    ) -> Option<Exact> {
        let (platform, cluster) = self.clusters[cluster];
        let model = &self.comparison.platforms[platform].model;
        let subject = self.comparison.context.subject(index);
        model.member_need(subject, cluster, node_type, part)
    }
}

impl Needs for ModelNeeds<'_> {
    fn need(&self, unit: usize, cluster: usize, node_type: usize) -> Option<Exact> {
        let (platform, _) = self.clusters[cluster];
        let place = unit * self.comparison.platforms.len() + platform;
        let (known, needs) = self.known[place].get_or_init(|| {
            let types = 0..self.types[cluster];
            let needs = types.map(|node_type| self.found(unit, cluster, node_type));
            (cluster, needs.collect())
        });
        if *known == cluster {
            needs[node_type].clone()
        } else {
            self.found(unit, cluster, node_type)
        }
    }

    fn level(&self, unit: usize, cluster: usize) -> usize {
        let (platform, cluster) = self.clusters[cluster];
        let model = &self.comparison.platforms[platform].model;
        model.level(self.functions[unit], cluster)
    }

    fn busy(&self, unit: usize, cluster: usize) -> Exact {
        let (platform, cluster) = self.clusters[cluster];
        let model = &self.comparison.platforms[platform].model;
        let subject = self.comparison.context.subject(self.functions[unit]);
        model.busy(subject, cluster)
    }
}

/// Collects what the plan needs while functions are solved one by one.
pub(super) struct Planner<'c> {
    comparison: &'c Comparison<'c>,
    is_pinned: &'c (dyn Fn(usize) -> bool + Sync),
    problem: Problem<'c>,
    /// Where the shared costs of each platform begin.
    offsets: Vec<Offsets>,
    clusters: Vec<(usize, usize)>,
    /// The index of each function that runs where it is, in the order of `problem.units`.
    functions: Vec<usize>,
    /// What each choice of each of them adds to the bill of today.
    adds: Vec<Vec<Option<Usd>>>,
    left_out: Vec<usize>,
    refused: Diags,
}

/// A choice of a function, and what it adds to the bill of today.
pub(super) struct Offer {
    choice: Choice,
    adds: Option<Usd>,
}

impl<'c> Planner<'c> {
    pub(super) fn new(comparison: &'c Comparison<'c>, options: &PlanOptions<'c>) -> Self {
        let mut problem = Problem {
            units: Vec::new(),
            pools: Vec::new(),
            allowances: Vec::new(),
            clusters: Vec::new(),
            fees: comparison.extras.scopes().cloned().collect(),
            min_saving: Usd::new(options.min_saving.clone()),
            needs: &|_: usize, _: usize, _: usize| None,
        };
        let mut clusters = Vec::new();
        let platforms = comparison.platforms.iter().enumerate();
        let offsets = platforms.map(|(platform, bound)| {
            let shared = bound.model.shared_costs();
            clusters.extend((0..shared.clusters.len()).map(|cluster| (platform, cluster)));
            problem.add(shared)
        });
        Self {
            offsets: offsets.collect(),
            comparison,
            is_pinned: options.is_pinned,
            problem,
            clusters,
            functions: Vec::new(),
            adds: Vec::new(),
            left_out: Vec::new(),
            refused: Diags::new(),
        }
    }

    /// The choices of a function.
    pub(super) fn offers(&self, solved: &Solved<'_>) -> Vec<Offer> {
        let platforms = self.comparison.platforms.iter().zip(&self.offsets);
        let costs = solved.summary.costs.iter().zip(platforms).enumerate();
        let offers = costs.filter_map(|(platform, (cost, (bound, offset)))| {
            let (own, used, adds) = match cost {
                Ok(cost) => (
                    cost.unshared.clone(),
                    solved.shared_use(platform),
                    Some(cost.adds.clone()),
                ),
                Err(_) => {
                    let used = bound.shared_use_with_others(solved.index)?;
                    (bound.model.extras_of(solved.index), used, None)
                }
            };
            let fees = used.fees.into_iter().map(|fee| offset.fees + fee);
            let choice = Choice {
                platform,
                own,
                pools: used
                    .pools
                    .into_iter()
                    .map(|(pool, quantity)| (offset.pools + pool, quantity))
                    .collect(),
                clusters: used
                    .cluster
                    .into_iter()
                    .map(|cluster| offset.clusters + cluster)
                    .collect(),
                // The extras of the scenario are the first fees.
                fees: used.extras.into_iter().chain(fees).collect(),
            };
            Some(Offer { choice, adds })
        });
        offers.collect()
    }

    /// Adds a function with its choices.
    pub(super) fn add(&mut self, solved: &Solved<'_>, offers: Vec<Offer>) {
        let index = solved.index;
        let function = self.comparison.context.function(index);
        let is_pinned = function.is_pinned || (self.is_pinned)(index);
        let home = self.comparison.home(index);
        let at_home = |offer: &Offer| offer.adds.is_some() && offer.choice.platform == home;
        let Some(home) = offers.iter().position(at_home) else {
            self.left_out.push(index);
            if is_pinned && let Err(reason) = &solved.summary.costs[home] {
                let mistake = pinned_elsewhere(self.comparison, index, reason);
                self.refused.push(mistake);
            }
            return;
        };
        let (choices, adds) = offers
            .into_iter()
            .map(|offer| (offer.choice, offer.adds))
            .unzip();
        self.functions.push(index);
        self.adds.push(adds);
        self.problem.units.push(Unit {
            choices,
            home: Some(home),
            is_pinned,
        });
    }

    /// Searches for the plan.
    ///
    /// # Errors
    /// A pinned function cannot run where it is.
    pub(super) fn plan(self) -> Result<Plan, Diags> {
        self.refused.into_result(())?;
        let groups = units::groups(self.comparison, &self.functions);
        let firsts = units::firsts(&self.functions, &groups);
        let needs = ModelNeeds::new(self.comparison, firsts, self.clusters, &self.problem);
        let (together, apart) = if groups.len() == self.functions.len() {
            (self.problem.units, Vec::new())
        } else {
            let together = groups
                .iter()
                .map(|group| units::merged(&self.problem.units, group));
            (together.collect(), self.problem.units)
        };
        let problem = Problem {
            units: together,
            needs: &needs,
            ..self.problem
        };
        let units: Vec<usize> = (0..problem.units.len()).collect();
        let homes = problem.units.iter().map(|unit| unit.home);
        let homes: Vec<usize> = homes.map(|home| home.expect(AT_HOME)).collect();
        let on_demand = |choices: &[usize]| plan::bill(&problem, &units, choices);
        let found = match &self.comparison.spending {
            Some(spending) => {
                let members = units::members(&self.functions, &groups);
                let all = Assignments::new(self.comparison, spending, &problem, members);
                all.search(&homes, self.is_pinned)?
            }
            None => search(&problem, &homes),
        };
        let bound = &found.monthly - &found.gap;
        let commitment = found.unused.map(|unused| {
            let bills = on_demand(&homes).zip(on_demand(&found.choices));
            let (before, after) = bills.expect("both are assignments");
            let saving = &(&found.today - &found.monthly) - &(&before - &after);
            PlannedCommitment { saving, unused }
        });
        let parts;
        let problem = if apart.is_empty() {
            problem
        } else {
            parts = PartNeeds::new(self.comparison, &self.functions, &groups, &needs);
            Problem {
                units: apart,
                needs: &parts,
                ..problem
            }
        };
        let units = Units {
            functions: &self.functions,
            groups: &groups,
            adds: &self.adds,
        };
        let (moves, parts) = units.moves(&problem, &homes, &found.choices);
        let mut plan = Plan::new(
            found.today,
            found.monthly,
            problem.min_saving.clone(),
            bound,
            moves,
            self.left_out,
        )
        .with_parts(parts);
        if let Some(commitment) = commitment {
            plan.free_tier_saving = &plan.free_tier_saving - &commitment.saving;
            plan.commitment = Some(commitment);
        }
        Ok(plan)
    }
}

/// Searches for the best assignment. `homes` is that of today.
fn search(problem: &Problem<'_>, homes: &[usize]) -> Found {
    let units: Vec<usize> = (0..problem.units.len()).collect();
    let found = plan::search(problem).expect("today is an assignment");
    Found {
        today: plan::bill(problem, &units, homes).expect(AT_HOME),
        gap: &found.objective - &found.bound,
        choices: found.choices,
        monthly: found.bill,
        unused: None,
    }
}

/// The mistake of a pinned function that cannot run where it is.
pub(super) fn pinned_elsewhere(
    comparison: &Comparison<'_>,
    index: usize,
    reason: &Infeasible,
) -> Diag {
    let title = comparison.platforms[comparison.home(index)].title;
    let name = &comparison.context.function(index).name;
    let message = format!(
        "`{name}` is pinned to {title} and cannot run there: {}",
        reason.reason
    );
    let diag = Diag::new(Code::Conflict, message);
    diag.help("state runs_on, or do not pin it")
}

/// An assignment that was found.
pub(super) struct Found {
    /// The index of the choice, by unit.
    pub choices: Vec<usize>,
    pub today: Usd,
    pub monthly: Usd,
    /// No other assignment is cheaper by more than this.
    pub gap: Usd,
    /// What is lost of a commitment in dollars an hour.
    pub unused: Option<Usd>,
}

impl Planner<'_> {
    /// The platforms of the functions in the best assignment at the prices of a trial, and a bound of
    /// what all assignments cost at these prices, with what moves have to save.
    pub(super) fn at_trial(mut self) -> (HashMap<usize, usize>, Usd) {
        let functions: Vec<usize> = (0..self.comparison.scenario().functions.len()).collect();
        for chunk in functions.chunks(TRIAL_CHUNK) {
            let priced = chunk.par_iter().map(|index| {
                let solved = self.comparison.costs(*index);
                (self.offers(&solved), solved)
            });
            for (offers, solved) in priced.collect::<Vec<_>>() {
                self.add(&solved, offers);
            }
        }
        let groups = units::groups(self.comparison, &self.functions);
        let firsts = units::firsts(&self.functions, &groups);
        let needs = ModelNeeds::new(self.comparison, firsts, self.clusters, &self.problem);
        let together = groups
            .iter()
            .map(|group| units::merged(&self.problem.units, group));
        let problem = Problem {
            units: together.collect(),
            needs: &needs,
            ..self.problem
        };
        let Some(found) = plan::search(&problem) else {
            return (HashMap::new(), Usd::ZERO);
        };
        let chosen = found.choices.iter().zip(&groups).enumerate();
        let places = chosen.flat_map(|(unit, (choice, group))| {
            let platform = problem.units[unit].choices[*choice].platform;
            let functions = group.iter().map(|place| self.functions[*place]);
            functions.map(move |index| (index, platform))
        });
        (places.collect(), found.bound)
    }
}

/// Functions that are priced in one batch for a trial.
const TRIAL_CHUNK: usize = 4096;

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
