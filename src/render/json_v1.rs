//! `lambdacost/compare/v1`: a frozen wire format with separate structs.
//!
//! Decimals are strings with all their digits, counts are numbers, and a missing value is `null`.
//! Internal changes do not affect it. An incompatible version needs a new file.

use super::names::{band_name, kind_name};
use crate::answer::{Comparison, Detail, Ledger, Pair, Solved, Summary, Totals};
use crate::escape::json;
use crate::exact::{DigitBuffer, Exact};
use crate::money::Usd;
use crate::platform::{Cluster, ClusterCosts, Cost, Fact, FactValue, Fleet, Infeasible, Line};
use crate::scenario::{Assumption, AssumptionKind, Notes};
use crate::solve::crossover::{Crossover, CrossoverStep};
use crate::solve::flips::{Effort, Flip, Flips, Side};
use rayon::prelude::*;
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::rc::Rc;

pub(crate) const SCHEMA: &str = "lambdacost/compare/v1";
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

#[derive(Serialize)]
struct CompareV1<'a> {
    schema: &'static str,
    tool_version: &'static str,
    scenario: &'a str,
    currency: &'static str,
    hours_per_month: Decimal,
    prices: Vec<PriceBook<'a>>,
    functions: Functions<'a>,
    clusters: Vec<ClusterV1<'a>>,
    totals: AfterFunctions<'a, TotalsV1>,
    on_demand_totals: AfterFunctions<'a, Option<TotalsV1>>,
    unused_commitment_usd: BTreeMap<&'static str, Decimal>,
    assumptions: AfterFunctions<'a, Vec<String>>,
    not_counted: AfterFunctions<'a, Vec<String>>,
    notes: AfterFunctions<'a, Vec<NoteV1>>,
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
struct NoteV1 {
    code: &'static str,
    kind: &'static str,
    functions: Option<Vec<String>>,
    text: String,
}

type TotalsV1 = BTreeMap<&'static str, Option<Decimal>>;

/// A field that needs the totals. Functions are solved while they are written, so the totals are
/// known only after them.
struct AfterFunctions<'a, T> {
    answered: Rc<Answered<'a>>,
    field: fn(&Answered<'a>, &Totals) -> T,
}

impl<T: Serialize> Serialize for AfterFunctions<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let totals = self.answered.totals.get_or_init(|| {
            let ledger = self.answered.ledger.take();
            ledger.expect("totals are made once").totals()
        });
        (self.field)(&self.answered, totals).serialize(serializer)
    }
}

/// What is kept of the functions for the fields after them.
struct Answered<'a> {
    view: &'a super::View<'a>,
    /// `None` after the totals are computed.
    ledger: RefCell<Option<Ledger<'a>>>,
    totals: OnceCell<Totals>,
    notes: OnceCell<Notes>,
}

impl<'a> Answered<'a> {
    fn comparison(&self) -> &Comparison<'a> {
        self.view.comparison
    }

    fn notes(&self, totals: &Totals) -> &Notes {
        let oldest_price = totals.oldest_price.as_deref();
        self.notes
            .get_or_init(|| self.comparison().notes(oldest_price))
    }

    fn sentences(&self, totals: &Totals, kind: AssumptionKind) -> Vec<String> {
        let sentences = self.notes(totals).sentences(kind);
        sentences.map(str::to_owned).collect()
    }
}

#[derive(Serialize)]
struct PriceBook<'a> {
    region: &'a str,
    as_of: &'a str,
}

struct Functions<'a> {
    answered: Rc<Answered<'a>>,
    effort: &'a Effort,
}

#[derive(Serialize)]
struct FunctionV1<'a> {
    name: &'a str,
    region: &'a str,
    architecture: &'static str,
    runs_on: &'static str,
    workload: WorkloadV1,
    platforms: Vec<PlatformV1<'a>>,
    crossovers: Vec<CrossoverV1>,
    cheapest: Option<&'static str>,
    verdict: Option<&'static str>,
    gap_usd: Option<Decimal>,
}

#[derive(Serialize)]
struct WorkloadV1 {
    invocations_per_month: u64,
    duration_ms: Decimal,
    memory_mb: u32,
    average_concurrency: Decimal,
    peak_concurrency: Decimal,
    utilization: Option<Decimal>,
}

#[derive(Serialize)]
struct PlatformV1<'a> {
    id: &'static str,
    feasible: bool,
    reason: Option<&'a str>,
    reason_code: Option<&'static str>,
    advice: Option<&'a str>,
    monthly_usd: Option<Decimal>,
    usd_per_million_invocations: Option<Decimal>,
    fleet: Option<FleetV1>,
    alone_usd: Option<Decimal>,
    avoidable_usd: Option<Decimal>,
    lines: Vec<LineV1<'a>>,
}

/// The facts of a fleet as JSON fields.
struct FleetV1 {
    facts: Vec<Fact>,
    capacity: Decimal,
}

#[derive(Serialize)]
struct LineV1<'a> {
    item: &'static str,
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
struct CrossoverV1 {
    from: &'static str,
    to: &'static str,
    kind: Option<&'static str>,
    utilization: Option<Decimal>,
    on_demand_utilization: Option<Decimal>,
    fleet_utilization: Option<Decimal>,
    invocations_per_month: Option<u128>,
    requests_per_second: Option<Decimal>,
    band: Option<&'static str>,
    steps: Vec<StepV1>,
    volume_flips: Option<FlipsV1>,
}

#[derive(Serialize)]
struct StepV1 {
    effect: &'static str,
    utilization: Option<Decimal>,
}

#[derive(Serialize)]
struct FlipsV1 {
    count: u64,
    list: Vec<FlipV1>,
    list_is_cut: bool,
    count_is_exact: bool,
}

#[derive(Serialize)]
struct FlipV1 {
    invocations_per_month: u128,
    cheaper_above: &'static str,
}

#[derive(Serialize)]
struct ClusterV1<'a> {
    region: &'a str,
    architecture: &'static str,
    instance_type: String,
    nodes: NodesV1,
    monthly_usd: Decimal,
}

/// A dedicated cluster has a whole number of nodes; an existing one has a share.
#[derive(Serialize)]
#[serde(untagged)]
enum NodesV1 {
    Whole(u128),
    Share(Decimal),
}

fn document<'a>(view: &'a super::View<'a>, effort: &'a Effort) -> CompareV1<'a> {
    let comparison = view.comparison;
    let scenario = comparison.scenario();
    let prices = comparison.prices().iter();
    let clusters = comparison.clusters();
    let answered = Rc::new(Answered {
        view,
        ledger: RefCell::new(Some(Ledger::new(comparison))),
        totals: OnceCell::new(),
        notes: OnceCell::new(),
    });
    CompareV1 {
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
        functions: Functions {
            answered: Rc::clone(&answered),
            effort,
        },
        clusters: clusters
            .iter()
            .map(|cluster| self::cluster(comparison, cluster))
            .collect(),
        totals: AfterFunctions {
            answered: Rc::clone(&answered),
            field: |answered, all| totals(answered.comparison(), all),
        },
        on_demand_totals: AfterFunctions {
            answered: Rc::clone(&answered),
            field: |answered, all| {
                let (listed, all) = (
                    answered.comparison().at_list_prices()?,
                    all.at_list_prices.as_ref()?,
                );
                Some(totals(listed, all))
            },
        },
        unused_commitment_usd: unused_commitment(comparison),
        assumptions: AfterFunctions {
            answered: Rc::clone(&answered),
            field: |answered, totals| answered.sentences(totals, AssumptionKind::Assumed),
        },
        not_counted: AfterFunctions {
            answered: Rc::clone(&answered),
            field: |answered, totals| answered.sentences(totals, AssumptionKind::NotCounted),
        },
        notes: AfterFunctions {
            answered: Rc::clone(&answered),
            field: |answered, totals| {
                let notes = answered.notes(totals).iter();
                notes.map(|one| note(answered.comparison(), one)).collect()
            },
        },
    }
}

fn note(comparison: &Comparison<'_>, assumption: &Assumption) -> NoteV1 {
    let all = &comparison.scenario().functions;
    let name = |index: &usize| all[*index].name.to_string();
    NoteV1 {
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
fn unused_commitment(comparison: &Comparison<'_>) -> BTreeMap<&'static str, Decimal> {
    let platforms = comparison.platforms().iter();
    let unused = platforms.filter_map(|bound| Some((bound.id, bound.unused.as_ref()?.into())));
    unused.collect()
}

fn totals(comparison: &Comparison<'_>, totals: &Totals) -> TotalsV1 {
    let text = |total: &Option<Usd>| total.as_ref().map(Decimal::from);
    let platforms = comparison.platforms().iter().zip(&totals.platforms);
    let mut all: BTreeMap<_, _> = platforms
        .map(|(bound, total)| (bound.id, text(total)))
        .collect();
    all.insert("cheapest_each", text(&totals.cheapest_each));
    all.insert("today", text(&totals.today));
    all
}

fn cluster<'a>(comparison: &Comparison<'a>, cluster: &Cluster) -> ClusterV1<'a> {
    let nodes = match cluster.nodes.floor() {
        Some(whole) if cluster.is_dedicated => NodesV1::Whole(whole),
        _ => NodesV1::Share(Decimal::from(&cluster.nodes)),
    };
    ClusterV1 {
        region: &comparison.scenario().regions[usize::from(cluster.region)].name,
        architecture: cluster.architecture.name(),
        instance_type: cluster.instance_type.to_string(),
        nodes,
        monthly_usd: Decimal::from(&cluster.monthly),
    }
}

impl Serialize for Functions<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { answered, effort } = self;
        let view = answered.view;
        let comparison = view.comparison;
        let mut ledger = answered.ledger.borrow_mut();
        let ledger = ledger
            .as_mut()
            .expect("totals are taken after the functions");
        let mut sequence = serializer.serialize_seq(Some(view.selected.len()))?;
        for chunk in view.selected.chunks(AHEAD) {
            let most = effort.for_each(chunk.len() * comparison.searches());
            let unfolded = |index: &usize| {
                let solved = comparison.solve(*index);
                let detail = comparison.detail(&solved, most);
                (solved, detail)
            };
            let unfolded: Vec<_> = chunk.par_iter().map(unfolded).collect();
            effort.spend(unfolded.iter().flat_map(|(_, detail)| detail.searched()));
            for (solved, detail) in &unfolded {
                ledger.add(solved);
                sequence.serialize_element(&function(comparison, solved, detail))?;
            }
            (view.progress)(super::Step::Priced(chunk.len() as u64));
        }
        sequence.end()
    }
}

fn function<'a>(
    comparison: &Comparison<'a>,
    solved: &'a Solved<'_>,
    detail: &'a Detail,
) -> FunctionV1<'a> {
    let scenario = comparison.scenario();
    let summary = &solved.summary;
    let function = &scenario.functions[solved.index];
    let cheapest = summary
        .cheapest
        .map(|number| comparison.platforms()[number].id);
    let platforms = 0..comparison.platforms().len();
    FunctionV1 {
        name: &function.name,
        region: scenario.region_of(function),
        architecture: function.architecture.name(),
        runs_on: function.home(),
        workload: WorkloadV1 {
            invocations_per_month: function.invocations,
            duration_ms: Decimal(Exact::from(function.duration_ms)),
            memory_mb: function.memory_mb,
            average_concurrency: Decimal::from(&summary.workload.average_concurrency),
            peak_concurrency: Decimal::from(&summary.workload.peak_concurrency),
            utilization: summary.workload.utilization.as_ref().map(Decimal::from),
        },
        platforms: platforms
            .map(|number| {
                let id = comparison.platforms()[number].id;
                let (lines, clusters) = (&detail.lines[number], &detail.cluster_costs[number]);
                platform(
                    id,
                    function.invocations,
                    &summary.costs[number],
                    solved.fleet(number),
                    lines,
                    clusters,
                )
            })
            .collect(),
        crossovers: crossovers(comparison, summary, detail),
        cheapest,
        verdict: cheapest,
        gap_usd: summary.gap.as_ref().map(Decimal::from),
    }
}

fn platform<'a>(
    id: &'static str,
    calls: u64,
    cost: &'a Result<Cost, Infeasible>,
    carrier: Option<&dyn Fleet>,
    lines: &'a [Line],
    cluster_costs: &ClusterCosts,
) -> PlatformV1<'a> {
    let (cost, refused) = match cost {
        Ok(cost) => (Some(cost), None),
        Err(refused) => (None, Some(refused)),
    };
    let text = |amount: &Option<Usd>| amount.as_ref().map(Decimal::from);
    PlatformV1 {
        id,
        feasible: cost.is_some(),
        reason: refused.map(|refused| refused.reason.as_str()),
        reason_code: refused.map(|refused| refused.code.name()),
        advice: refused.map(|refused| refused.advice.as_str()),
        monthly_usd: cost.map(|cost| Decimal::from(&cost.billed)),
        usd_per_million_invocations: cost
            .and_then(|cost| cost.billed.per_million(calls))
            .map(|usd| Decimal::from(&usd)),
        fleet: carrier.map(fleet),
        alone_usd: text(&cluster_costs.alone),
        avoidable_usd: text(&cluster_costs.avoidable),
        lines: lines.iter().map(line).collect(),
    }
}

impl Serialize for FleetV1 {
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

fn fleet(fleet: &dyn Fleet) -> FleetV1 {
    FleetV1 {
        facts: fleet.facts(),
        capacity: Decimal(fleet.capacity()),
    }
}

fn line(line: &Line) -> LineV1<'_> {
    LineV1 {
        item: line.item,
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
fn crossovers(comparison: &Comparison<'_>, summary: &Summary, detail: &Detail) -> Vec<CrossoverV1> {
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
) -> CrossoverV1 {
    let point = crossover.and_then(|crossover| crossover.point.as_ref());
    let listed = listed.and_then(|crossover| crossover.point.as_ref());
    CrossoverV1 {
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
            .map(|step| StepV1 {
                effect: step.effect,
                utilization: step.utilization.as_ref().map(Decimal::from),
            })
            .collect(),
        volume_flips: flips.map(|flips| FlipsV1 {
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

fn flip(flip: &Flip, [from, to]: [&'static str; 2]) -> FlipV1 {
    FlipV1 {
        invocations_per_month: flip.invocations,
        cheaper_above: match flip.cheaper_above {
            Side::First => from,
            Side::Second => to,
        },
    }
}
