//! `lambdacost/compare/v2`: a frozen wire format with separate structs.
//!
//! Decimals are strings with all their digits, counts are numbers, and a missing value is `null`.
//! Internal changes do not affect it. An incompatible version needs a new file.

mod groups;
mod hangs_on;
#[cfg(feature = "cli")]
pub(crate) mod set;

use super::names::{band_name, kind_name};
use crate::answer::{
    Comparison, Decision, Detail, Move, Pair, Plan, Shown, Solved, Summary, Totals,
};
use crate::escape::json;
use crate::exact::{DigitBuffer, Exact};
use crate::money::Usd;
use crate::platform::{Cluster, Cost, Fact, FactValue, Fleet, Infeasible, Line, Total};
use crate::scenario::{Assumption, AssumptionKind, Function};
use crate::solve::crossover::{Crossover, CrossoverStep};
use crate::solve::flips::{Effort, Flip, Flips, Side};
use rayon::prelude::*;
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::io::{self, Write};

pub(crate) const SCHEMA: &str = "lambdacost/compare/v2";
/// Functions that are solved in one batch.
const AHEAD: usize = 64;

/// Writes one comparison as an object, or several as an array of objects.
///
/// # Errors
/// The output cannot be written.
pub fn write(views: &[super::View<'_>], out: &mut (dyn Write + Send)) -> io::Result<()> {
    let effort = Effort::of_run();
    let document = |view| document(view, &effort);
    match views {
        [one] => json::write(&document(one), out),
        _ => json::write(&views.iter().map(document).collect::<Vec<_>>(), out),
    }
}

/// Writes one plan as an object, or several as an array of objects.
///
/// # Errors
/// The output cannot be written.
pub(crate) fn write_plans(
    views: &[super::View<'_>],
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    match views {
        [one] => json::write(&shown_plan(one), out),
        _ => json::write(&views.iter().map(shown_plan).collect::<Vec<_>>(), out),
    }
}

fn shown_plan<'a>(view: &'a super::View<'_>) -> PlanV2<'a> {
    plan_of(view.decision, &view.decision.plan)
}

#[derive(Serialize)]
struct CompareV2<'a> {
    schema: &'static str,
    tool_version: &'static str,
    scenario: &'a str,
    currency: &'static str,
    hours_per_month: Decimal,
    prices: Vec<PriceBook<'a>>,
    functions: Functions<'a>,
    clusters: Vec<ClusterV2<'a>>,
    totals: TotalsV2,
    partial_totals: BTreeMap<&'static str, PartialTotalV2>,
    on_demand_totals: Option<TotalsV2>,
    plan: PlanV2<'a>,
    commitment: Option<CommitmentV2>,
    unused_commitment_usd: BTreeMap<&'static str, Decimal>,
    assumptions: Vec<String>,
    not_counted: Vec<String>,
    notes: Vec<NoteV2>,
    groups: Option<groups::GroupsV2<'a>>,
}

/// A commitment in dollars an hour in today's bill.
#[derive(Serialize)]
struct CommitmentV2 {
    usd_per_hour: Decimal,
    paid_usd: Decimal,
    used_usd: Decimal,
    unused_usd: Decimal,
    part_usd: Decimal,
}

/// A total without the functions that cannot run on the platform.
#[derive(Serialize)]
struct PartialTotalV2 {
    usd: Decimal,
    left_out: usize,
}

#[derive(Serialize)]
struct PlanV2<'a> {
    monthly_usd: Decimal,
    saving_usd: Decimal,
    saving_year_usd: Decimal,
    bound_usd: Decimal,
    gap_percent: Decimal,
    proven: bool,
    searched: bool,
    min_saving_usd: Decimal,
    free_tier_saving_usd: Decimal,
    shared_saving_usd: Option<Decimal>,
    commitment_saving_usd: Option<Decimal>,
    commitment_unused_usd: Option<Decimal>,
    moves: Vec<MoveV2<'a>>,
}

#[derive(Serialize)]
struct MoveV2<'a> {
    name: &'a str,
    functions: Vec<&'a str>,
    from: &'static str,
    to: &'static str,
    saving_usd: Decimal,
    move_alone_usd: Option<Decimal>,
    pays_alone: bool,
    close: bool,
}

/// A number as a string with all its digits.
struct Decimal(Exact);

impl From<&Exact> for Decimal {
    fn from(number: &Exact) -> Self {
        Self(number.clone())
    }
}

impl From<&Usd> for Decimal {
    fn from(amount: &Usd) -> Self {
        amount.dollars().into()
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(DigitBuffer::new().format(&self.0))
    }
}

#[derive(Serialize)]
struct NoteV2 {
    code: &'static str,
    kind: &'static str,
    functions: Option<Vec<String>>,
    text: String,
}

type TotalsV2 = BTreeMap<&'static str, Option<Decimal>>;

#[derive(Serialize)]
struct PriceBook<'a> {
    region: &'a str,
    as_of: &'a str,
}

struct Functions<'a> {
    view: &'a super::View<'a>,
    effort: &'a Effort,
}

#[derive(Serialize)]
struct FunctionV2<'a> {
    name: &'a str,
    region: &'a str,
    architecture: &'static str,
    runs_on: &'static str,
    account: Option<&'a str>,
    tags: BTreeMap<&'a str, &'a str>,
    workload: WorkloadV2,
    platforms: Vec<PlatformV2<'a>>,
    crossovers: Vec<CrossoverV2>,
    unit: &'a str,
    pinned: bool,
    verdict: Option<&'static str>,
    best_alone: Option<&'static str>,
    gap_usd: Option<Decimal>,
    plan: Option<PlaceV2>,
    hangs_on: Vec<hangs_on::HangsOnV2>,
    close: bool,
    closest: Option<hangs_on::ClosestV2>,
    if_waiting: Option<hangs_on::IfWaitingV2>,
    uncovered: Vec<UncoveredV2>,
}

/// A meter of a bill of which the price book lacks the rate of the commitment.
#[derive(Serialize)]
struct UncoveredV2 {
    platform: &'static str,
    meter: String,
}

/// The platform of a function in the plan.
#[derive(Serialize)]
struct PlaceV2 {
    platform: &'static str,
    saving_usd: Decimal,
    move_alone_usd: Option<Decimal>,
}

#[derive(Serialize)]
struct WorkloadV2 {
    invocations_per_month: u64,
    duration_ms: Decimal,
    memory_mb: u32,
    average_concurrency: Decimal,
    peak_concurrency: Decimal,
    utilization: Option<Decimal>,
}

#[derive(Serialize)]
struct PlatformV2<'a> {
    id: &'static str,
    feasible: bool,
    reason: Option<&'a str>,
    reason_code: Option<&'static str>,
    advice: Option<&'a str>,
    monthly_usd: Option<Decimal>,
    usd_per_million_invocations: Option<Decimal>,
    fleet: Option<FleetV2>,
    adds_usd: Option<Decimal>,
    move_usd: Option<Decimal>,
    alone_usd: Option<Decimal>,
    lines: Vec<LineV2<'a>>,
}

/// The facts of a fleet as JSON fields.
struct FleetV2 {
    facts: Vec<Fact>,
    capacity: Decimal,
}

#[derive(Serialize)]
struct LineV2<'a> {
    item: &'a str,
    quantity: Decimal,
    unit: &'static str,
    rate_usd: Decimal,
    cost_usd: Decimal,
    list_rate_usd: Decimal,
    bought: Option<&'a str>,
    price_source: String,
    price_as_of: &'a str,
}

#[derive(Serialize)]
struct CrossoverV2 {
    from: &'static str,
    to: &'static str,
    kind: Option<&'static str>,
    utilization: Option<Decimal>,
    on_demand_utilization: Option<Decimal>,
    fleet_utilization: Option<Decimal>,
    invocations_per_month: Option<u128>,
    requests_per_second: Option<Decimal>,
    band: Option<&'static str>,
    steps: Vec<StepV2>,
    volume_flips: Option<FlipsV2>,
}

#[derive(Serialize)]
struct StepV2 {
    effect: &'static str,
    utilization: Option<Decimal>,
}

#[derive(Serialize)]
struct FlipsV2 {
    cheaper_at_first: &'static str,
    count: u64,
    list: Vec<FlipV2>,
    list_is_cut: bool,
    count_is_exact: bool,
}

#[derive(Serialize)]
struct FlipV2 {
    invocations_per_month: u128,
    cheaper_above: &'static str,
}

#[derive(Serialize)]
struct ClusterV2<'a> {
    of: &'static str,
    region: &'a str,
    architecture: &'static str,
    instance_type: String,
    nodes: NodesV2,
    allocatable: AllocatableV2,
    /// By function; `None` for one that does not fit.
    requests_per_pod: BTreeMap<&'a str, Option<u128>>,
    surplus_credits_usd: Decimal,
    monthly_usd: Decimal,
}

#[derive(Serialize)]
struct AllocatableV2 {
    millicores: u64,
    mib: u64,
    nominal_mib: u64,
    pods: u32,
}

/// A dedicated cluster has a whole number of nodes; an existing one has a share.
#[derive(Serialize)]
#[serde(untagged)]
enum NodesV2 {
    Whole(u128),
    Share(Decimal),
}

fn document<'a>(view: &'a super::View<'a>, effort: &'a Effort) -> CompareV2<'a> {
    let comparison = view.comparison();
    let scenario = comparison.scenario();
    let prices = comparison.prices().iter();
    let today = comparison.clusters().into_iter().map(|one| ("today", one));
    let planned = view.decision.planned_clusters();
    let clusters = today.chain(planned.into_iter().map(|one| ("plan", one)));
    let all = view.decision.totals();
    let notes = view.decision.notes();
    let sentences = |kind| notes.sentences(kind).map(str::to_owned).collect();
    let listed = comparison.at_list_prices().zip(all.at_list_prices.as_ref());
    CompareV2 {
        schema: SCHEMA,
        tool_version: env!("CARGO_PKG_VERSION"),
        scenario: &scenario.name,
        currency: "USD",
        hours_per_month: Decimal::from(&scenario.hours),
        prices: prices
            .map(|regional| PriceBook {
                region: regional.name(),
                as_of: regional.as_of(),
            })
            .collect(),
        functions: Functions { view, effort },
        clusters: clusters
            .map(|(of, cluster)| self::cluster(comparison, of, &cluster))
            .collect(),
        totals: totals(comparison, all, Some(&view.decision.plan)),
        partial_totals: partial_totals(comparison, all),
        on_demand_totals: listed.map(|(listed, all)| totals(listed, all, None)),
        plan: shown_plan(view),
        commitment: comparison.commitment_use().map(|commitment| CommitmentV2 {
            usd_per_hour: Decimal::from(&commitment.usd_per_hour),
            paid_usd: Decimal::from(&commitment.paid),
            used_usd: Decimal::from(&commitment.used),
            unused_usd: Decimal::from(&commitment.unused),
            part_usd: Decimal::from(&commitment.part),
        }),
        unused_commitment_usd: unused_commitment(comparison, all),
        assumptions: sentences(AssumptionKind::Assumed),
        not_counted: sentences(AssumptionKind::NotCounted),
        notes: notes.iter().map(|one| note(comparison, one)).collect(),
        groups: view.groups.map(groups::of),
    }
}

fn plan_of<'a>(decision: &Decision<'a>, plan: &Plan) -> PlanV2<'a> {
    // Whether a move is close takes a search each.
    let (saving, moves) = (plan.saving(), plan.moves.par_iter());
    let commitment = plan.commitment.as_ref();
    PlanV2 {
        monthly_usd: Decimal::from(&plan.monthly),
        saving_year_usd: Decimal::from(&plan.saving_of_a_year()),
        saving_usd: Decimal::from(&saving),
        bound_usd: Decimal::from(&(&plan.monthly - &plan.gap)),
        gap_percent: Decimal(plan.gap_percent()),
        proven: plan.is_proven(),
        searched: plan.is_searched,
        min_saving_usd: Decimal::from(&plan.min_saving),
        free_tier_saving_usd: Decimal::from(&plan.free_tier_saving),
        shared_saving_usd: plan.shared_saving.as_ref().map(Decimal::from),
        commitment_saving_usd: commitment.map(|one| Decimal::from(&one.saving)),
        commitment_unused_usd: commitment.map(|one| Decimal::from(&one.unused)),
        moves: moves
            .map(|one| self::one_move(decision, plan, one))
            .collect(),
    }
}

fn one_move<'a>(decision: &Decision<'a>, plan: &Plan, one: &Move) -> MoveV2<'a> {
    let comparison = decision.comparison;
    let functions = &comparison.scenario().functions;
    let names = one.functions.iter().map(|index| &*functions[*index].name);
    let is_close = |index: &usize| decision.hangs_on(&decision.solved(*index)).is_close;
    let platforms = comparison.platforms();
    MoveV2 {
        name: functions[one.index].unit_name(),
        functions: names.collect(),
        from: platforms[one.from].id,
        to: platforms[one.to].id,
        saving_usd: Decimal::from(&one.saving),
        move_alone_usd: one.alone.as_ref().map(Decimal::from),
        pays_alone: plan.pays_alone(one),
        close: one.functions.iter().any(is_close),
    }
}

fn note(comparison: &Comparison<'_>, assumption: &Assumption) -> NoteV2 {
    let all = &comparison.scenario().functions;
    let name = |index: &usize| all[*index].name.to_string();
    NoteV2 {
        code: assumption.code,
        kind: assumption.kind.name(),
        functions: assumption
            .functions
            .as_ref()
            .map(|some| some.iter().map(name).collect()),
        text: assumption.text.clone(),
    }
}

/// By platform; empty without an hourly commitment.
fn unused_commitment(
    comparison: &Comparison<'_>,
    totals: &Totals,
) -> BTreeMap<&'static str, Decimal> {
    let platforms = comparison.platforms().iter().zip(&totals.unused);
    let unused = platforms.map(|(bound, unused)| (bound.id, unused.into()));
    unused.collect()
}

fn totals(comparison: &Comparison<'_>, totals: &Totals, plan: Option<&Plan>) -> TotalsV2 {
    let of_all = |total: &Total| total.of_all().map(Decimal::from);
    let platforms = comparison.platforms().iter().zip(&totals.platforms);
    let mut all: BTreeMap<_, _> = platforms
        .map(|(bound, total)| (bound.id, of_all(total)))
        .collect();
    all.insert("today", of_all(&totals.today));
    let complete = plan.filter(|plan| plan.left_out.is_empty());
    all.insert("plan", complete.map(|plan| Decimal::from(&plan.monthly)));
    all
}

fn partial_totals(
    comparison: &Comparison<'_>,
    totals: &Totals,
) -> BTreeMap<&'static str, PartialTotalV2> {
    let platforms = comparison.platforms().iter().zip(&totals.platforms);
    let platforms = platforms.map(|(bound, total)| (bound.id, total));
    let partial = platforms
        .chain([("today", &totals.today)])
        .filter(|(_, total)| total.left_out > 0);
    let written = partial.map(|(id, total)| {
        let partial = PartialTotalV2 {
            usd: Decimal::from(&total.monthly),
            left_out: total.left_out,
        };
        (id, partial)
    });
    written.collect()
}

fn cluster<'a>(comparison: &Comparison<'a>, of: &'static str, cluster: &Cluster) -> ClusterV2<'a> {
    let nodes = match cluster.nodes.floor() {
        Some(whole) if cluster.is_dedicated => NodesV2::Whole(whole),
        _ => NodesV2::Share(Decimal::from(&cluster.nodes)),
    };
    let requests = cluster.requests_per_pod.iter().map(|(index, requests)| {
        let function = &comparison.scenario().functions[*index];
        (function.unit_name(), *requests)
    });
    ClusterV2 {
        of,
        region: &comparison.scenario().regions[usize::from(cluster.region)].name,
        architecture: cluster.architecture.name(),
        instance_type: cluster.instance_type.to_string(),
        nodes,
        allocatable: AllocatableV2 {
            millicores: cluster.allocatable.millicores,
            mib: cluster.allocatable.memory_mib,
            nominal_mib: cluster.allocatable.nominal_mib,
            pods: cluster.allocatable.pods,
        },
        requests_per_pod: requests.collect(),
        surplus_credits_usd: Decimal::from(&cluster.surplus_credits),
        monthly_usd: Decimal::from(&cluster.monthly),
    }
}

impl Serialize for Functions<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { view, effort } = self;
        let comparison = view.comparison();
        let mut sequence = serializer.serialize_seq(Some(view.selected.len()))?;
        for chunk in view.selected.chunks(AHEAD) {
            let most = effort.for_each(chunk.len() * comparison.searches());
            let unfolded = |index: &usize| {
                let solved = view.decision.solved(*index);
                let detail = comparison.detail(&solved, most);
                (solved, detail)
            };
            let unfolded: Vec<(Shown<'_, '_>, Detail)> = chunk.par_iter().map(unfolded).collect();
            effort.spend(unfolded.iter().map(|(_, detail)| detail.spent()).sum());
            for (solved, detail) in &unfolded {
                sequence.serialize_element(&function(view.decision, solved, detail))?;
            }
            (view.progress)(super::Step::Priced(chunk.len() as u64));
        }
        sequence.end()
    }
}

fn function<'a>(
    decision: &Decision<'a>,
    solved: &'a Solved<'_>,
    detail: &'a Detail,
) -> FunctionV2<'a> {
    let comparison = decision.comparison;
    let scenario = comparison.scenario();
    let summary = &solved.summary;
    let function = &scenario.functions[solved.index];
    let id = |number: usize| comparison.platforms()[number].id;
    let one = decision.move_of(solved.index);
    let place = decision.place(solved);
    let verdict = if one.is_some() { "move" } else { "stay" };
    let home = summary.costs[comparison.home(solved.index)].as_ref().ok();
    let sensitivity = decision.hangs_on(solved);
    let platforms = 0..comparison.platforms().len();
    FunctionV2 {
        name: &function.name,
        region: scenario.region_of(function),
        architecture: function.architecture.name(),
        runs_on: function.home(),
        account: function.account(),
        tags: function
            .tags()
            .iter()
            .map(|tag| (&*tag.name, &*tag.value))
            .collect(),
        workload: workload(function, summary),
        platforms: platforms
            .map(|number| {
                let written = WrittenPlatform {
                    id: id(number),
                    calls: function.invocations,
                    cost: &summary.costs[number],
                    home,
                    fleet: solved.fleet(number),
                    lines: &detail.lines[number],
                    alone: detail.alone[number].as_ref(),
                };
                platform(&written)
            })
            .collect(),
        crossovers: crossovers(comparison, summary, detail),
        unit: function.unit_name(),
        pinned: function.is_pinned,
        verdict: place.map(|_| verdict),
        best_alone: summary.best_alone.map(id),
        gap_usd: summary.gap.as_ref().map(Decimal::from),
        plan: place.map(|place| PlaceV2 {
            platform: id(place),
            saving_usd: one.map_or(Decimal(Exact::ZERO), |one| Decimal::from(&one.saving)),
            move_alone_usd: one.and_then(|one| one.alone.as_ref()).map(Decimal::from),
        }),
        hangs_on: sensitivity
            .inputs
            .iter()
            .map(|one| hangs_on::input(comparison, one))
            .collect(),
        close: sensitivity.is_close,
        closest: sensitivity
            .closest
            .as_ref()
            .map(|one| hangs_on::closest(comparison, one)),
        if_waiting: hangs_on::if_waiting(decision, solved),
        uncovered: uncovered(comparison, solved),
    }
}

fn workload(function: &Function, summary: &Summary) -> WorkloadV2 {
    WorkloadV2 {
        invocations_per_month: function.invocations,
        duration_ms: Decimal(Exact::from(function.duration_ms)),
        memory_mb: function.memory_mb,
        average_concurrency: Decimal::from(&summary.workload.average_concurrency),
        peak_concurrency: Decimal::from(&summary.workload.peak_concurrency),
        utilization: summary.workload.utilization.as_ref().map(Decimal::from),
    }
}

fn uncovered(comparison: &Comparison<'_>, solved: &Solved<'_>) -> Vec<UncoveredV2> {
    let platforms = comparison.platforms().iter().enumerate();
    let uncovered = platforms.flat_map(|(number, bound)| {
        let meters = comparison.uncovered(solved, number).into_iter();
        meters.map(|meter| UncoveredV2 {
            platform: bound.id,
            meter: meter.to_string(),
        })
    });
    uncovered.collect()
}

/// A function on one platform.
struct WrittenPlatform<'a> {
    id: &'static str,
    calls: u64,
    cost: &'a Result<Cost, Infeasible>,
    /// Its cost where it runs today.
    home: Option<&'a Cost>,
    fleet: Option<&'a dyn Fleet>,
    lines: &'a [Line],
    /// US dollars a month on a cluster for it alone.
    alone: Option<&'a Usd>,
}

fn platform<'a>(written: &WrittenPlatform<'a>) -> PlatformV2<'a> {
    let (cost, refused) = match written.cost {
        Ok(cost) => (Some(cost), None),
        Err(refused) => (None, Some(refused)),
    };
    let moved = cost.zip(written.home);
    PlatformV2 {
        id: written.id,
        feasible: cost.is_some(),
        reason: refused.map(|refused| refused.reason.as_str()),
        reason_code: refused.map(|refused| refused.code.name()),
        advice: refused.map(|refused| refused.advice.as_str()),
        monthly_usd: cost.map(|cost| Decimal::from(&cost.billed)),
        usd_per_million_invocations: cost
            .and_then(|cost| cost.billed.per_million(written.calls))
            .map(|usd| Decimal::from(&usd)),
        fleet: written.fleet.map(fleet),
        adds_usd: cost.map(|cost| Decimal::from(&cost.adds)),
        move_usd: moved.map(|(cost, home)| Decimal::from(&(&cost.adds - &home.adds))),
        alone_usd: written.alone.map(Decimal::from),
        lines: written.lines.iter().map(line).collect(),
    }
}

impl Serialize for FleetV2 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(self.facts.len() + 1))?;
        for fact in &self.facts {
            match &fact.value {
                FactValue::Count(count) => object.serialize_entry(fact.key, count)?,
                FactValue::Text(text) => object.serialize_entry(fact.key, text)?,
            }
        }
        object.serialize_entry("capacity", &self.capacity)?;
        object.end()
    }
}

fn fleet(fleet: &dyn Fleet) -> FleetV2 {
    FleetV2 {
        facts: fleet.facts(),
        capacity: Decimal(fleet.capacity()),
    }
}

fn line(line: &Line) -> LineV2<'_> {
    LineV2 {
        item: &line.item,
        quantity: Decimal::from(&line.quantity),
        unit: line.unit.symbol,
        rate_usd: Decimal::from(&line.rate),
        cost_usd: Decimal::from(&line.cost),
        list_rate_usd: Decimal::from(&line.list_rate),
        bought: line.how.as_deref(),
        price_source: line.provenance.describe(),
        price_as_of: &line.provenance.as_of,
    }
}

/// One entry per pair: its break-even if one side charges for use, and its flips.
fn crossovers(comparison: &Comparison<'_>, summary: &Summary, detail: &Detail) -> Vec<CrossoverV2> {
    let steps_of = |pair: Pair| detail.steps.iter().find(|(other, _)| *other == pair);
    let id = |number: usize| comparison.platforms()[number].id;
    let entry = |(pair, flips): &(Pair, Option<Flips>)| {
        let sides = [id(pair.from), id(pair.to)];
        let steps = steps_of(*pair).map_or(&[][..], |(_, steps)| steps.as_slice());
        let crossovers = [summary.crossover(*pair), summary.listed_crossover(*pair)];
        self::crossover(
            &comparison.scenario().hours,
            sides,
            crossovers,
            steps,
            flips.as_ref(),
        )
    };
    detail.flips.iter().map(entry).collect()
}

fn crossover(
    hours: &Exact,
    [from, to]: [&'static str; 2],
    [crossover, listed]: [Option<&Crossover>; 2],
    steps: &[CrossoverStep],
    flips: Option<&Flips>,
) -> CrossoverV2 {
    let point = crossover.and_then(|crossover| crossover.point.as_ref());
    let listed = listed.and_then(|crossover| crossover.point.as_ref());
    CrossoverV2 {
        from,
        to,
        kind: crossover.map(|crossover| kind_name(crossover.kind)),
        utilization: point.map(|point| Decimal::from(&point.utilization)),
        on_demand_utilization: listed.map(|point| Decimal::from(&point.utilization)),
        fleet_utilization: point.map(|point| Decimal(point.fleet_utilization())),
        invocations_per_month: point.map(|point| point.invocations),
        requests_per_second: point.map(|point| Decimal(point.requests_per_second(hours))),
        band: point.and_then(|point| point.band).map(band_name),
        steps: steps
            .iter()
            .map(|step| StepV2 {
                effect: step.effect,
                utilization: step.utilization.as_ref().map(Decimal::from),
            })
            .collect(),
        volume_flips: flips.map(|flips| FlipsV2 {
            cheaper_at_first: side(flips.starts, [from, to]),
            count: flips.count,
            list: flips
                .list
                .iter()
                .map(|flip| self::flip(flip, [from, to]))
                .collect(),
            list_is_cut: flips.count > flips.list.len() as u64,
            count_is_exact: flips.complete,
        }),
    }
}

fn flip(flip: &Flip, pair: [&'static str; 2]) -> FlipV2 {
    FlipV2 {
        invocations_per_month: flip.invocations,
        cheaper_above: side(flip.cheaper_above, pair),
    }
}

fn side(side: Side, [from, to]: [&'static str; 2]) -> &'static str {
    match side {
        Side::First => from,
        Side::Second => to,
    }
}
