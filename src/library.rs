//! The interface of the library: a scenario as text and a price book give an answer that owns all
//! of its figures.

use crate::answer::{BoughtPrices, Comparison, Decision, PlanOptions, Solved};
use crate::check;
use crate::diag::{Diags, Source};
use crate::platform::{self, Total};
use crate::pricebook::Book;
use crate::scenario::{self, AssumptionKind, Request};
use exact::Exact;
use std::io;

/// The name of the scenario in error messages.
const NAME: &str = "scenario.toml";

/// What a scenario costs, in US dollars a month.
#[derive(Debug, Clone)]
pub struct ScenarioAnswer {
    /// In the order of the scenario.
    pub functions: Vec<FunctionAnswer>,
    /// Everything on one platform, by platform id; `None` if a function cannot run there.
    pub totals: Vec<(&'static str, Option<Exact>)>,
    /// Every function on its platform of today; `None` if one cannot run there.
    pub today: Option<Exact>,
    /// After the moves of the plan.
    pub plan: Exact,
    /// The assumptions of the figures.
    pub assumptions: Vec<String>,
    /// Costs that the figures leave out.
    pub not_counted: Vec<String>,
}

/// What a function costs on each platform.
#[derive(Debug, Clone)]
pub struct FunctionAnswer {
    /// Its name in the scenario.
    pub name: String,
    /// Average concurrency divided by the capacity, 0 to 1; `None` if both are zero.
    pub utilization: Option<Exact>,
    /// In the order of the scenario's platforms.
    pub platforms: Vec<PlatformAnswer>,
    /// The id of its platform in the plan; `None` if it cannot run where it is.
    pub plan: Option<&'static str>,
}

/// What a function costs on a platform.
#[derive(Debug, Clone)]
pub struct PlatformAnswer {
    /// The platform's id, such as `lambda`.
    pub id: &'static str,
    /// US dollars a month.
    ///
    /// # Errors
    /// Why the function cannot run there.
    pub monthly: Result<Exact, String>,
    /// The utilization above which the platform is cheaper than Lambda, for a platform with
    /// provided capacity. It can be above 1. `None` if Lambda is always cheaper, or if there is no
    /// break-even.
    pub break_even: Option<Exact>,
    /// The bill; its costs add up to `monthly`.
    pub bill: Vec<BillLine>,
}

/// A line of a bill: quantity x rate = cost.
#[derive(Debug, Clone)]
pub struct BillLine {
    /// What is billed, such as `duration`.
    pub item: String,
    /// How many units are billed.
    pub quantity: Exact,
    /// Its unit, such as `GB-s`.
    pub unit: &'static str,
    /// US dollars per unit.
    pub rate: Exact,
    /// US dollars a month.
    pub cost: Exact,
    /// The date at which the rate was confirmed.
    pub as_of: String,
}

/// Compares a scenario in TOML on its platforms. It reads no file: a scenario that names other files
/// is refused.
///
/// ```
/// use lambdacost::{compare, price_book};
///
/// let scenario = r#"
/// region = "us-east-1"
///
/// [[function]]
/// name = "web-api"
/// memory_mb = 1769
/// duration_ms = 100
/// invocations_per_month = 10_000_000
/// utilization = 0.2
/// "#;
/// let answer = compare(scenario, &price_book())?;
/// let function = &answer.functions[0];
/// assert_eq!(function.plan, Some("lambda"));
/// // 10 million requests at $0.20 a million and 1,727,539.0625 GB-s at $0.0000166667.
/// let lambda = &function.platforms[0];
/// assert_eq!(lambda.monthly.as_ref().unwrap().to_fixed(2), "30.79");
/// # Ok::<(), lambdacost::Diags>(())
/// ```
///
/// # Errors
/// Every mistake in the scenario with its place and fix, and prices that the book lacks.
pub fn compare(scenario: &str, book: &Book) -> Result<ScenarioAnswer, Diags> {
    let request = Request {
        platforms: &platform::shapes(),
        rules: &check::shapes(),
        region: None,
        unknown_region: &|name| book.unknown_region(name),
        open: &|_| Err(io::ErrorKind::Unsupported.into()),
        keeps_stated: false,
        set: &[],
        progress: &|_| (),
    };
    let scenario = scenario::read_toml(&Source::new(NAME, scenario), &request)?;
    let mut diags = Diags::new();
    let mut prices = Vec::new();
    for region in &scenario.regions {
        prices.extend(diags.take(book.region_to(&region.name, scenario.extent())));
    }
    diags.into_result(())?;
    let instances = book.instances()?;
    let bought = BoughtPrices::new(&scenario, &prices, &instances)?;
    let comparison = match &bought {
        Some(bought) => Comparison::bought(&scenario, &prices, bought, &instances)?,
        None => Comparison::new(&scenario, &prices, &instances)?,
    };
    let decision = comparison.decide(&PlanOptions::default())?;
    let indices = 0..scenario.functions.len();
    let functions = indices.map(|index| function(&decision, &decision.solved(index)));
    Ok(answer(&decision, functions.collect()))
}

fn answer(decision: &Decision<'_>, functions: Vec<FunctionAnswer>) -> ScenarioAnswer {
    let (comparison, totals) = (decision.comparison, decision.totals());
    let of_all = |total: &Total| total.of_all().map(|usd| usd.dollars().clone());
    let platforms = comparison.platforms().iter().zip(&totals.platforms);
    let notes = decision.notes();
    let sentences = |kind| notes.sentences(kind).map(str::to_owned).collect();
    ScenarioAnswer {
        functions,
        totals: platforms
            .map(|(bound, total)| (bound.id, of_all(total)))
            .collect(),
        today: of_all(&totals.today),
        plan: decision.plan.monthly.dollars().clone(),
        assumptions: sentences(AssumptionKind::Assumed),
        not_counted: sentences(AssumptionKind::NotCounted),
    }
}

fn function(decision: &Decision<'_>, solved: &Solved<'_>) -> FunctionAnswer {
    let comparison = decision.comparison;
    let summary = &solved.summary;
    let platforms = comparison.platforms().iter().enumerate();
    FunctionAnswer {
        name: comparison.scenario().functions[solved.index]
            .name
            .to_string(),
        utilization: summary.workload.utilization.clone(),
        platforms: platforms
            .map(|(number, bound)| PlatformAnswer {
                id: bound.id,
                monthly: match &summary.costs[number] {
                    Ok(cost) => Ok(cost.billed.dollars().clone()),
                    Err(infeasible) => Err(infeasible.reason.clone()),
                },
                break_even: summary
                    .crossover_of(number)
                    .and_then(|crossover| crossover.point.as_ref())
                    .map(|point| point.utilization.clone()),
                bill: bill(solved, number),
            })
            .collect(),
        plan: decision
            .place(solved)
            .map(|number| comparison.platforms()[number].id),
    }
}

fn bill(solved: &Solved<'_>, platform: usize) -> Vec<BillLine> {
    let lines = solved.lines(platform).into_iter();
    lines
        .map(|line| BillLine {
            item: line.item.into_owned(),
            unit: line.unit.symbol,
            as_of: line.provenance.as_of.to_string(),
            cost: line.cost.dollars().clone(),
            quantity: line.quantity,
            rate: line.rate,
        })
        .collect()
}
