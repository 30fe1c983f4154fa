//! Laws that hold for every scenario, tried on random ones.
//!
//! Scenarios are built as text and read as a user's are. Seeds are fixed, so a failure can be
//! repeated; it prints the scenario that broke the law.

mod comparison;

use comparison::{BOOK, INSTANCES, compared_at, decided, read, valid, with_request};
use lambdacost::exact::Exact;
use lambdacost::internals::answer::{Comparison, Pair, Solved, Summary};
use lambdacost::internals::diag::Source;
use lambdacost::internals::money::Usd;
use lambdacost::internals::platform::{EksOptions, FactValue};
use lambdacost::internals::pricebook::{Entry, Extent, InstanceType, Listed, Regional};
use lambdacost::internals::render::explain::{self, ExplainOptions};
use lambdacost::internals::render::{View, csv, json_v2, table};
use lambdacost::internals::scenario::{self, Capacity, Function, Scenario};
use lambdacost::internals::solve::crossover::CrossoverKind;
use lambdacost::internals::solve::flips::{Flip, Side};
use lambdacost::internals::solve::stretches::{Stretch, Stretches};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::RngSeed;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;
use std::ops::RangeInclusive;
use std::sync::{Arc, LazyLock};

const LAMBDA: usize = 0;
const FARGATE: usize = 1;
const EKS: usize = 2;
const SPOT: usize = 3;
const EKS_FARGATE: usize = 4;
const ALL: [usize; 5] = [LAMBDA, FARGATE, EKS, SPOT, EKS_FARGATE];
/// Stretches that each search for flips may look at.
const MOST: u64 = 100_000;
/// Most invocations a month that a scenario can state.
const MOST_CALLS: u128 = 1_000_000_000_000_000;
/// Attempts of an invocation, at most.
const MOST_ATTEMPTS: u32 = 3;
const MOST_PEAK: u32 = 1_000_000_000;
const REGIONS: [&str; 3] = ["us-east-1", "eu-west-1", "ap-south-1"];

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(0x001a_3bda),
        max_shrink_iters: 2_000,
        ..ProptestConfig::default()
    }
}

// The program without its command line.

static REGIONAL: LazyLock<BTreeMap<&str, Regional>> = LazyLock::new(|| {
    let whole = |name| BOOK.region_to(name, Extent::WHOLE);
    let region = |name| (name, whole(name).expect("a region of the book"));
    REGIONS.into_iter().map(region).collect()
});
/// Prices of a scenario's regions, if the book has them all.
fn prices(scenario: &Scenario) -> Option<Vec<Regional>> {
    let regions = scenario.regions.iter();
    regions
        .map(|region| REGIONAL.get(&*region.name).cloned())
        .collect()
}

fn compared<T>(scenario: &Scenario, ask: impl FnOnce(&Comparison<'_>) -> T) -> T {
    let prices = prices(scenario).expect("regions of the book");
    compared_at(scenario, &prices, ask)
}

fn summaries(scenario: &Scenario) -> Vec<Summary> {
    let indices = 0..scenario.functions.len();
    compared(scenario, |comparison| {
        indices
            .map(|index| comparison.solve(index).summary)
            .collect()
    })
}

/// Every format of one comparison.
fn rendered(comparison: &Comparison<'_>) -> Vec<Vec<u8>> {
    let selected = (0..comparison.scenario().functions.len()).collect();
    let decision = decided(comparison, 1);
    let view = [View {
        decision: &decision,
        selected,
        groups: None,
        progress: &|_| {},
    }];
    let mut all = vec![Vec::new(); 4];
    let colored = ExplainOptions {
        color: true,
        ..ExplainOptions::PLAIN
    };
    table::write(&view, table::TableOptions::PLAIN, &mut all[0]).expect("a table");
    json_v2::write(&view, &mut all[1]).expect("JSON");
    csv::write(&view, &mut all[2]).expect("CSV");
    explain::write(&view, colored, &mut all[3]).expect("an explanation");
    all
}

fn json(comparison: &Comparison<'_>) -> serde_json::Value {
    serde_json::from_slice(&rendered(comparison)[1]).expect("JSON reads back")
}

// Random scenarios.

fn tenths(tenths: u64) -> String {
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// Whole numbers; each number of digits has the same probability.
fn of_any_length(digits: RangeInclusive<u32>) -> impl Strategy<Value = u64> {
    let of_length = |digits: u32| 10u64.pow(digits - 1)..10u64.pow(digits);
    digits.prop_flat_map(of_length)
}

fn memory() -> impl Strategy<Value = u32> {
    prop_oneof![
        select(vec![128u32, 512, 1024, 1769, 1770, 3008, 10_240]),
        128u32..=10_240
    ]
}

/// How a function states its capacity: per cent, or a multiple of what it needs in a short month.
#[derive(Debug, Clone)]
enum Stated {
    Percent(u32),
    Peak(u64),
}

fn capacity() -> impl Strategy<Value = Stated> {
    prop_oneof![
        4 => (1u32..=100).prop_map(Stated::Percent),
        1 => (1u64..=20).prop_map(Stated::Peak)
    ]
}

impl Stated {
    fn line(&self, duration_tenths: u64, calls: u64) -> String {
        let in_an_hour = duration_tenths.saturating_mul(calls) / 36_000_000 + 1;
        match self {
            Self::Percent(percent) => format!("utilization = \"{percent}%\"\n"),
            Self::Peak(times) if in_an_hour * times <= MOST_PEAK.into() => {
                format!("peak_concurrency = {}\n", in_an_hour * times)
            }
            Self::Peak(_) => "utilization = 0.3\n".to_owned(),
        }
    }
}

/// Further keys of a function on Lambda.
fn extras() -> impl Strategy<Value = String> {
    let cold = (0u32..=1000, 0u64..50_000).prop_map(|(rate, init)| {
        format!(
            "cold_start_rate = {}\ninit_ms = {}\n",
            rate_text(rate),
            tenths(init)
        )
    });
    let storage = (512u32..=10_240).prop_map(|mb| format!("ephemeral_storage_mb = {mb}\n"));
    let arm = Just("architecture = \"arm64\"\n".to_owned());
    let optional = |lines: BoxedStrategy<String>| prop_oneof![2 => Just(String::new()), 1 => lines];
    let both = (
        optional(cold.boxed()),
        optional(storage.boxed()),
        optional(arm.boxed()),
    );
    both.prop_map(|(cold, storage, arm)| cold + &storage + &arm)
}

/// Lines of what Lambda charges apart, of which the book has the prices in every region here.
fn features() -> impl Strategy<Value = String> {
    let snapstart = (1u32..=9, 0u32..=1000).prop_map(|(versions, rate)| {
        let rate = rate_text(rate);
        format!(
            "snapstart = {{ runtime = \"python\", versions = {versions}, restore_rate = {rate} }}\n"
        )
    });
    let streaming =
        (0u64..=99_999).prop_map(|amount| format!("streaming.gb_per_month = {}\n", tenths(amount)));
    let poller = (0u64..=99_999).prop_map(|hours| {
        let hours = tenths(hours);
        format!("event_poller = {{ kind = \"kafka\", unit_hours_per_month = {hours} }}\n")
    });
    let events = (1u32..=1024, 0u32..=1000, 0..MOST_ATTEMPTS).prop_map(|(kb, rate, retries)| {
        let rate = rate_text(rate);
        format!(
            "invocation = {{ async_payload_kb = {kb}, error_rate = {rate}, retries = {retries} }}\n"
        )
    });
    let optional = |lines: BoxedStrategy<String>| prop_oneof![2 => Just(String::new()), 1 => lines];
    let all = (
        optional(snapstart.boxed()),
        optional(streaming.boxed()),
        optional(poller.boxed()),
        optional(events.boxed()),
    );
    let some = all.prop_map(|(a, b, c, d)| [a, b, c, d].concat());
    prop_oneof![3 => Just(String::new()), 1 => some]
}

/// Thousandths.
fn rate_text(thousandths: u32) -> String {
    format!("{}.{:03}", thousandths / 1000, thousandths % 1000)
}

/// Lines about a function's containers.
fn container() -> impl Strategy<Value = String> {
    let line = |key: &'static str, values: BoxedStrategy<String>| {
        let stated = values.prop_map(move |value| format!("container.{key} = {value}\n"));
        prop_oneof![2 => Just(String::new()), 1 => stated]
    };
    let number = |range: RangeInclusive<u64>| range.prop_map(tenths).boxed();
    let whole = |range: RangeInclusive<u64>| range.prop_map(|n| n.to_string()).boxed();
    let sizes = select(vec![
        ("1", "2"),
        ("2", "5"),
        ("0.25", "0.5"),
        ("4", "30"),
        ("16", "120"),
    ]);
    let fixed = (sizes, 0u32..=200).prop_map(|((vcpu, gb), requests)| match requests {
        0..=100 => format!("container.task = {{ vcpu = {vcpu}, memory_gb = {gb} }}\n"),
        _ => format!(
            "container.task = {{ vcpu = {vcpu}, memory_gb = {gb} }}\n\
             container.requests_per_task = {}\n",
            requests - 100
        ),
    });
    let fixed = prop_oneof![4 => Just(String::new()), 1 => fixed];
    let lines = (
        line("cpu_ms", number(1..=5_000)),
        line("memory_per_request_mb", number(1..=20_000)),
        line("base_memory_mb", number(0..=10_000)),
        line("min_tasks", whole(1..=20)),
        line(
            "target_utilization",
            (1u32..=1000).prop_map(rate_text).boxed(),
        ),
        line("task_storage_gb", whole(20..=200)),
        fixed,
    );
    let stated = lines.prop_map(|(a, b, c, d, e, f, g)| [a, b, c, d, e, f, g].concat());
    prop_oneof![1 => Just(String::new()), 1 => stated]
}

/// The keys of a function except its name and region.
fn function_with(calls: impl Strategy<Value = u64>) -> impl Strategy<Value = String> {
    let duration = prop_oneof![10u64..=100_000, 10u64..=9_000_000];
    let extras = (extras(), provisioned(), features());
    (memory(), duration, calls, capacity(), extras, container()).prop_map(
        |(memory, duration, calls, capacity, (extras, provisioned, features), container)| {
            let attempts = duration.saturating_mul(MOST_ATTEMPTS.into());
            let stated = format!(
                "memory_mb = {memory}\nduration_ms = {}\ninvocations_per_month = {calls}\n\
                 {}{extras}{}{container}",
                tenths(duration),
                capacity.line(attempts, calls),
                kept(attempts, calls, provisioned)
            );
            let excluded = ["ephemeral_storage_mb", "provisioned"];
            let fits = |line: &&str| match line {
                line if line.starts_with("snapstart") => {
                    !excluded.iter().any(|key| stated.contains(key))
                }
                line if line.starts_with("streaming") => calls > 0,
                _ => true,
            };
            let features: String = features.split_inclusive('\n').filter(fits).collect();
            stated + &features
        },
    )
}

/// Thousandths of the calls that find a provisioned environment, and how many times the
/// environments that would take.
type Provisioned = Option<(u32, u64)>;

fn provisioned() -> impl Strategy<Value = Provisioned> {
    prop::option::weighted(0.2, (0u32..=1000, 1u64..=3))
}

/// A line with enough environments even in a month of one hour.
fn kept(duration_tenths: u64, calls: u64, provisioned: Provisioned) -> String {
    let in_an_hour = duration_tenths.saturating_mul(calls) / 36_000_000 + 1;
    match provisioned {
        Some((share, times)) if in_an_hour * times <= MOST_PEAK.into() => format!(
            "provisioned = {{ environments = {}, share_served = {} }}\n",
            in_an_hour * times,
            rate_text(share)
        ),
        _ => String::new(),
    }
}

fn function() -> impl Strategy<Value = String> {
    let calls = prop_oneof![1 => Just(0u64), 19 => of_any_length(1..=11)];
    prop_oneof![9 => function_with(calls), 1 => job()]
}

/// A function whose containers run as jobs.
fn job() -> impl Strategy<Value = String> {
    let systems = select(vec!["linux", "windows"]);
    let pull = prop_oneof![
        Just(String::new()),
        (0u64..=900).prop_map(|pull| { format!("container.pull_seconds = {}\n", tenths(pull)) })
    ];
    (memory(), 10u64..=9_000_000, 0u64..=100_000, systems, pull).prop_map(
        |(memory, duration, calls, os, pull)| {
            format!(
                "memory_mb = {memory}\nmeasured_duration_ms = {}\n\
                 invocations_per_month = {calls}\nutilization = 0.5\n\
                 container.run = \"job\"\ncontainer.os = \"{os}\"\n{pull}",
                tenths(duration)
            )
        },
    )
}

/// All platforms; not every region of the book has a Spot price.
const EVERYWHERE: &str = "platforms = [\"lambda\", \"fargate\", \"eks\", \"fargate-spot\", \
    \"eks-fargate\"]\nfargate-spot.vcpu_hour_usd = 0.013\nfargate-spot.gb_hour_usd = 0.0014\n";

/// The keys of a scenario.
fn options() -> impl Strategy<Value = String> {
    let hours = prop_oneof![Just("730".to_owned()), (6720u64..=7440).prop_map(tenths)];
    let flags = any::<(bool, bool)>();
    let eks = (1u32..=5, 1u32..=1000, 0u32..=100, flags);
    let others = (1u32..=1000, select(vec!["dedicated", "existing"]));
    (hours, eks, others).prop_map(
        |(hours, (nodes, packing, volume, (extended, auto)), (spot, cluster))| {
            format!(
                "region = \"us-east-1\"\nhours_per_month = {hours}\neks.min_nodes = {nodes}\n\
                 eks.packing_efficiency = {}\neks.root_volume_gb = {volume}\n\
                 eks.extended_support = {extended}\neks.auto_mode = {auto}\n{EVERYWHERE}\
                 fargate-spot.share = {}\neks-fargate.cluster = \"{cluster}\"\n",
                rate_text(packing),
                rate_text(spot)
            )
        },
    )
}

fn named(number: usize, region: &str, keys: &str) -> String {
    format!("\n[[function]]\nname = \"f{number}\"\nregion = \"{region}\"\n{keys}")
}

fn written(options: &str, functions: &[(&str, String)]) -> String {
    let functions = functions.iter().enumerate();
    let functions = functions.map(|(number, (region, keys))| named(number, region, keys));
    options.to_owned() + &functions.collect::<String>()
}

/// Options and functions of a scenario without a free tier.
fn parts() -> impl Strategy<Value = (String, Vec<(&'static str, String)>)> {
    let functions = prop::collection::vec((select(REGIONS.to_vec()), function()), 1..6);
    (options(), functions)
}

fn scenario() -> impl Strategy<Value = String> {
    (parts(), prop::bool::weighted(0.25)).prop_map(|((options, functions), free)| {
        written(&format!("free_tier = {free}\n{options}"), &functions)
    })
}

/// A scenario of one function with some traffic.
fn lonely() -> impl Strategy<Value = String> {
    let keys = function_with(of_any_length(1..=10));
    (options(), keys, any::<bool>()).prop_map(|(options, keys, free)| {
        written(
            &format!("free_tier = {free}\n{options}"),
            &[("us-east-1", keys)],
        )
    })
}

// What laws ask.

/// A scenario in which one function is called so often, with room for it.
fn with_calls(scenario: &Scenario, index: usize, calls: u128) -> Scenario {
    let mut changed = scenario.clone();
    Arc::make_mut(&mut changed.functions)[index].invocations =
        u64::try_from(calls).expect("a count");
    Arc::make_mut(&mut changed.functions)[index].capacity =
        Capacity::Peak(Decimal::from(MOST_PEAK));
    changed
}

/// The same shape with other traffic: utilization stays.
fn scaled(scenario: &Scenario, calls: u64) -> Scenario {
    let mut changed = scenario.clone();
    Arc::make_mut(&mut changed.functions)[0].invocations = calls;
    changed
}

fn avoidable(scenario: &Scenario, index: usize) -> Usd {
    let summary = compared(scenario, |comparison| comparison.solve(index).summary);
    summary.costs[LAMBDA]
        .as_ref()
        .expect("feasible")
        .adds
        .clone()
}

/// The same functions, all on one platform today.
fn everywhere(scenario: &Scenario, platform: usize) -> Scenario {
    let mut changed = scenario.clone();
    for function in Arc::make_mut(&mut changed.functions) {
        function.runs_on = Some(changed.platforms[platform]);
    }
    changed
}

fn billed(summary: &Summary, platform: usize) -> Option<&Usd> {
    summary.costs[platform]
        .as_ref()
        .ok()
        .map(|cost| &cost.billed)
}

/// The cheaper of two platforms; a tie is the first one's.
fn winner(summary: &Summary, pair: Pair) -> Side {
    let cost = |platform: usize| &summary.costs[platform].as_ref().expect("feasible").adds;
    if cost(pair.from) <= cost(pair.to) {
        Side::First
    } else {
        Side::Second
    }
}

/// A printed decimal, exactly: small amounts have more places than a `Decimal` holds.
fn exact(text: &str) -> Exact {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = [whole, fraction].concat().parse::<u128>();
    let tenth = Exact::ratio(1, 10);
    let scaled = |number: Exact, _| &number * &tenth;
    fraction
        .bytes()
        .fold(Exact::whole(digits.expect("digits")), scaled)
}

/// True for an amount of CSV that is that of JSON with up to 12 decimal places.
fn is_rounded(json: &str, csv: &str) -> bool {
    if json.is_empty() || csv.is_empty() {
        return json == csv;
    }
    let places = csv.split_once('.').map_or(0, |(_, places)| places.len());
    let twice = &(&exact(json) - &exact(csv)) * &Exact::whole(2 * 10_u128.pow(12));
    places <= 12 && twice <= Exact::ONE && &Exact::ZERO - &twice <= Exact::ONE
}

/// True when a printed amount is that amount, rounded to 28 digits.
fn prints(text: &str, amount: &Usd) -> bool {
    let short = exact(text);
    let amount = amount.dollars();
    let (low, high) = if short < *amount {
        (short, amount.clone())
    } else {
        (amount.clone(), short)
    };
    let error = &(&high - &low) * &Exact::whole(10u128.pow(27));
    error <= *amount
}

proptest! {
    #![proptest_config(config(128))]

    #[test]
    fn a_bill_is_the_sum_of_its_lines(text in scenario()) {
        let scenario = valid(&text);
        compared(&scenario, |comparison| {
            for index in 0..scenario.functions.len() {
                let solved = comparison.solve(index);
                let summary = &solved.summary;
                let detail = comparison.detail(&solved, MOST);
                for (cost, lines) in summary.costs.iter().zip(&detail.lines) {
                    let sum: Usd = lines.iter().map(|line| line.cost.clone()).sum();
                    let billed = cost.as_ref().map_or(Usd::ZERO, |cost| cost.billed.clone());
                    prop_assert_eq!(sum, billed);
                    for line in lines {
                        let product = &line.quantity * &line.rate;
                        prop_assert_eq!(line.cost.dollars(), &product, "{}", line.item);
                    }
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn bills_add_up_to_the_total_of_their_platform(text in scenario()) {
        let scenario = valid(&text);
        let together = compared(&scenario, |comparison| comparison.totals().platforms);
        for platform in ALL {
            // Where all run is also what they cost there today.
            let there = everywhere(&scenario, platform);
            compared(&there, |comparison| {
                let indices = 0..scenario.functions.len();
                let summaries = indices.map(|index| comparison.solve(index).summary);
                let bills: Vec<Usd> =
                    summaries.filter_map(|summary| billed(&summary, platform).cloned()).collect();
                let left_out = scenario.functions.len() - bills.len();
                let sum: Usd = bills.into_iter().sum();
                let totals = comparison.totals();
                let today = totals.today;
                for total in [&today, &totals.platforms[platform], &together[platform]] {
                    prop_assert_eq!(&sum, &total.monthly, "platform {}", platform);
                    prop_assert_eq!(left_out, total.left_out, "platform {}", platform);
                }
                Ok(())
            })?;
        }
    }

    #[test]
    fn shares_add_up_to_their_cluster(text in scenario()) {
        let scenario = everywhere(&valid(&text), EKS);
        compared(&scenario, |comparison| {
            let clusters = comparison.clusters();
            let mut carried = 0;
            for cluster in &clusters {
                let here = |function: &Function| {
                    function.region == cluster.region
                        && function.container_architecture() == cluster.architecture
                };
                let mut sum = Usd::ZERO;
                let mut need = Exact::ZERO;
                for (index, _) in scenario.functions.iter().enumerate().filter(|(_, f)| here(f)) {
                    let solved = comparison.solve(index);
                    let Ok(cost) = &solved.summary.costs[EKS] else { continue };
                    sum = &sum + &cost.billed;
                    need = &need + &node_share(&solved);
                    carried += 1;
                }
                prop_assert_eq!(&sum, &cluster.monthly);
                prop_assert!(cluster.nodes >= need);
                let options: &EksOptions = scenario.options.of();
                prop_assert!(cluster.nodes >= Exact::from(options.min_nodes));
            }
            let fit = (0..scenario.functions.len())
                .filter(|index| comparison.solve(*index).summary.costs[EKS].is_ok());
            prop_assert_eq!(fit.count(), carried);
            Ok(())
        })?;
    }

    #[test]
    fn a_crossover_is_where_the_bills_cross((options, functions) in parts(), which in any::<Index>()) {
        let text = written(&options, &functions);
        let scenario = valid(&text);
        let index = which.index(functions.len());
        crossover_holds(&scenario, index)?;
    }

    #[test]
    fn a_crossover_with_a_free_tier_is_where_the_bills_cross(text in lonely()) {
        crossover_holds(&valid(&text), 0)?;
    }

    #[test]
    fn more_traffic_never_costs_less(text in lonely(), more in 1u64..1_000_000) {
        let scenario = valid(&text);
        let calls = scenario.functions[0].invocations;
        let before = &summaries(&scenario)[0];
        let after = &summaries(&scaled(&scenario, calls + more))[0];
        for platform in ALL {
            let (before, after) = (billed(before, platform), billed(after, platform));
            prop_assert!(before <= after, "platform {platform}: {before:?}, then {after:?}");
        }
    }

    #[test]
    fn json_and_csv_read_back_to_the_same_money(text in scenario()) {
        let scenario = valid(&text);
        compared(&scenario, |comparison| {
            let written = rendered(comparison);
            let document: serde_json::Value =
                serde_json::from_slice(&written[1]).expect("JSON reads back");
            let mut rows = ::csv::Reader::from_reader(written[2].as_slice());
            let rows: Vec<_> = rows.records().map(|row| row.expect("a row")).collect();
            prop_assert_eq!(rows.len(), ALL.len() * scenario.functions.len());
            for (index, function) in scenario.functions.iter().enumerate() {
                let summary = comparison.solve(index).summary;
                for platform in ALL {
                    let row = &rows[ALL.len() * index + platform];
                    prop_assert_eq!(&row[0], &*function.name);
                    let entry = &document["functions"][index]["platforms"][platform];
                    let money = entry["monthly_usd"].as_str();
                    prop_assert!(is_rounded(money.unwrap_or(""), &row[10]), "{}", &row[10]);
                    match (billed(&summary, platform), money) {
                        (Some(amount), Some(text)) => prop_assert!(prints(text, amount), "{text}"),
                        (amount, text) => prop_assert!(amount.is_none() && text.is_none()),
                    }
                }
                let gap = document["functions"][index]["gap_usd"].as_str();
                let cell = &rows[ALL.len() * index][17];
                prop_assert!(is_rounded(gap.unwrap_or(""), cell), "{cell}");
            }
            Ok(())
        })?;
    }

    #[test]
    fn two_runs_give_the_same_bytes(text in scenario()) {
        let run = || compared(&valid(&text), rendered);
        prop_assert_eq!(run(), run());
    }

    #[test]
    fn the_order_of_functions_changes_no_number(text in scenario(), turn in any::<Index>()) {
        let scenario = valid(&text);
        let mut turned = scenario.clone();
        let functions = Arc::make_mut(&mut turned.functions);
        functions.rotate_left(turn.index(scenario.functions.len()));
        functions.reverse();
        let (before, after) = (compared(&scenario, json), compared(&turned, json));
        let by_name = |document: &serde_json::Value| -> BTreeMap<String, serde_json::Value> {
            let functions = document["functions"].as_array().expect("a list").iter();
            let name = |function: &serde_json::Value| function["name"].as_str().map(str::to_owned);
            functions.map(|one| (name(one).expect("a name"), one.clone())).collect()
        };
        prop_assert_eq!(by_name(&before), by_name(&after));
        prop_assert_eq!(&before["totals"], &after["totals"]);
        prop_assert_eq!(&before["clusters"], &after["clusters"]);
    }
}

proptest! {
    #![proptest_config(config(64))]

    #[test]
    fn twice_the_prices_are_twice_the_bills_and_the_same_crossovers(text in scenario()) {
        let scenario = valid(&text);
        let once = prices(&scenario).expect("regions of the book");
        let twice: Vec<_> = once.iter().map(|one| DOUBLED[&**one.name()].clone()).collect();
        let ask = |comparison: &Comparison<'_>| {
            let indices = 0..scenario.functions.len();
            let one = |index| {
                let solved = comparison.solve(index);
                (comparison.detail(&solved, MOST).flips, solved.summary)
            };
            indices.map(one).collect::<Vec<_>>()
        };
        let before = compared_at(&scenario, &once, ask);
        // The prices of Spot stand in the scenario.
        let twice_spot = text
            .replace("vcpu_hour_usd = 0.013\n", "vcpu_hour_usd = 0.026\n")
            .replace("gb_hour_usd = 0.0014\n", "gb_hour_usd = 0.0028\n");
        prop_assert_ne!(&twice_spot, &text);
        let with_twice_spot = valid(&twice_spot);
        let after = compared_at(&with_twice_spot, &twice, ask);
        for ((flips, one), (flips_after, two)) in before.iter().zip(&after) {
            for platform in ALL {
                let doubled = billed(one, platform).map(|amount| amount + amount);
                prop_assert_eq!(doubled.as_ref(), billed(two, platform));
            }
            prop_assert_eq!(one.best_alone, two.best_alone);
            prop_assert_eq!(flips, flips_after);
            prop_assert_eq!(one.crossovers.len(), two.crossovers.len());
            for ((pair, one), (other, two)) in one.crossovers.iter().zip(&two.crossovers) {
                prop_assert_eq!((pair, one.kind), (other, two.kind));
                let point = |crossover: &lambdacost::internals::solve::crossover::Crossover| {
                    let point = crossover.point.as_ref()?;
                    Some((point.utilization.clone(), point.invocations, point.band))
                };
                prop_assert_eq!(point(one), point(two));
            }
        }
    }

    #[test]
    fn every_flip_has_another_winner_on_each_side(
        (options, keys) in (options(), function_with(of_any_length(1..=9))),
        eks in select(vec!["m5.large", "c6i.2xlarge", "r5.4xlarge"]),
    ) {
        let keys = keys.replace("architecture = \"arm64\"\n", "");
        // Environments and pollers would have to grow in fractions.
        let grows = |line: &str| line.starts_with("provisioned") || line.starts_with("event_poller");
        let lines = keys.split_inclusive('\n').filter(|line| !grows(line));
        let keys: String = lines.collect();
        let options = format!("{options}eks.instance_type = \"{eks}\"\n");
        let mut scenario = valid(&written(&options, &[("us-east-1", keys)]));
        // Only a stated utilization keeps its shape when traffic grows.
        if let Capacity::Peak(_) = scenario.functions[0].capacity {
            Arc::make_mut(&mut scenario.functions)[0].capacity = Capacity::Utilization(Decimal::new(35, 2));
        }
        let detail = compared(&scenario, |comparison| {
            comparison.detail(&comparison.solve(0), MOST)
        });
        for (pair, flips) in detail.flips {
            let flips = flips.expect("there is traffic");
            let first = flips.list.iter().take(4);
            for flip in first.chain(&flips.last) {
                let at = |calls: u128| {
                    let calls = u64::try_from(calls).expect("a count");
                    winner(&summaries(&scaled(&scenario, calls))[0], pair)
                };
                prop_assert_ne!(at(flip.invocations), flip.cheaper_above);
                prop_assert_eq!(at(flip.invocations + 1), flip.cheaper_above);
            }
        }
    }
}

proptest! {
    #![proptest_config(config(16))]

    #[test]
    fn no_flip_is_missed(
        memory in memory(),
        duration in 1u64..=900,
        calls in 1u64..=2,
        percent in 1u32..=100,
        container in container(),
        min_tasks in 1u32..=2,
        existing in any::<bool>(),
    ) {
        let cluster = if existing { "existing" } else { "dedicated" };
        let container = if container.contains("min_tasks") {
            container
        } else {
            format!("container.min_tasks = {min_tasks}\n{container}")
        };
        // In one hour, a few calls are a fleet.
        let container = format!("container.hours_per_month = 1\n{container}");
        let text = format!(
            "region = \"us-east-1\"\n{EVERYWHERE}\n[eks]\ninstance_type = \"m5.large\"\n\
             cluster = \"{cluster}\"\nmin_nodes = 1\nroot_volume_gb = 0\n\n[[function]]\n\
             name = \"one\"\nmemory_mb = {memory}\nduration_ms = {duration}000\n\
             invocations_per_month = {calls}\nutilization = \"{percent}%\"\n{container}"
        );
        let scenario = valid(&text);
        let margins = [0, 2, 30].map(|percent| Exact::ratio(percent, 100));
        let (detail, stretches) = compared(&scenario, |comparison| {
            let solved = comparison.solve(0);
            let detail = comparison.detail(&solved, MOST);
            let stretches: Vec<Vec<Option<Stretches>>> = detail
                .flips
                .iter()
                .map(|(pair, _)| {
                    let of = |margin| comparison.stretches(&solved, *pair, margin, MOST)?.stretches;
                    margins.iter().map(of).collect()
                })
                .collect();
            (detail, stretches)
        });
        let shapes: Vec<InstanceType> =
            INSTANCES.iter().filter(|shape| shape.name == "m5.large").cloned().collect();
        let prices = prices(&scenario).expect("a region of the book");
        let all: Vec<Summary> = (1..=calls * lambdacost::internals::solve::flips::REACH)
            .map(|calls| {
                let scenario = scaled(&scenario, calls);
                let comparison = Comparison::new(&scenario, &prices, &shapes);
                comparison.unwrap_or_else(|diags| panic!("{diags}")).solve(0).summary
            })
            .collect();
        for ((pair, flips), stretches) in detail.flips.into_iter().zip(stretches) {
            for (margin, found) in margins.iter().zip(stretches) {
                prop_assert_eq!(found, Some(tried(&all, pair, calls, margin)));
            }
            let flips = flips.expect("there is traffic");
            let winners: Vec<Side> = all.iter().map(|summary| winner(summary, pair)).collect();
            let turns = winners.windows(2).zip(1u128..).filter(|(two, _)| two[0] != two[1]);
            let expected: Vec<Flip> = turns
                .map(|(two, invocations)| Flip { invocations, cheaper_above: two[1] })
                .collect();
            prop_assert!(flips.complete);
            prop_assert_eq!(flips.starts, winners[0]);
            prop_assert_eq!(flips.count, expected.len() as u64);
            prop_assert_eq!(flips.last.as_ref(), expected.last());
            prop_assert_eq!(flips.list, expected);
        }
    }
}

/// Where the other side than today's is cheaper by a margin, by trying every number of calls from 1 on.
fn tried(all: &[Summary], pair: Pair, calls: u64, margin: &Exact) -> Stretches {
    let winners: Vec<Side> = all.iter().map(|summary| winner(summary, pair)).collect();
    let calls = calls as usize;
    let today = winners[calls - 1];
    // How much the other side costs for each dollar of the side of today; `None` if that costs nothing.
    let ratio = |number: usize| {
        let [from, to] = [pair.from, pair.to].map(|platform| {
            let cost = all[number - 1].costs[platform].as_ref();
            cost.expect("it can run").adds.dollars().clone()
        });
        match today {
            Side::First => to.over(&from),
            Side::Second => from.over(&to),
        }
    };
    let by_margin = |number: &usize| {
        let least = &Exact::ONE - margin;
        let is_near = ratio(*number).is_some_and(|ratio| ratio <= least);
        is_near && (!margin.is_zero() || winners[*number - 1] != today)
    };
    let stays = |number: &usize| winners[*number - 1] == today;
    let stretch = |inside: usize| Stretch {
        from: (1..=inside)
            .rev()
            .find(stays)
            .map_or(1, |before| before as u128 + 1),
        to: (inside..=all.len())
            .find(stays)
            .map(|next| next as u128 - 1),
    };
    let below = (1..calls).rev().find(by_margin).map(stretch);
    let above = (calls + 1..=all.len()).find(by_margin).map(stretch);
    let nearest = (1..=all.len())
        .filter_map(ratio)
        .min()
        .expect("it costs something");
    let tenths = (&(&nearest - &Exact::ONE) * &Exact::from(1000u32))
        .max(Exact::ZERO)
        .ceil();
    let tenths = tenths
        .and_then(|tenths| u32::try_from(tenths).ok())
        .filter(|tenths| *tenths <= 10_000);
    Stretches {
        today,
        comes_within: if below.is_none() && above.is_none() {
            tenths
        } else {
            None
        },
        below,
        above,
    }
}

/// Nodes' worth of the pods of a function on EKS.
fn node_share(solved: &Solved<'_>) -> Exact {
    let facts = solved.fleet(EKS).expect("pods").facts();
    let count = |key: &str| {
        let fact = facts.iter().find(|fact| fact.key == key);
        match fact.expect("a fact of pods").value {
            FactValue::Count(count) => Exact::whole(count),
            FactValue::Text(_) => panic!("{key} is a count"),
        }
    };
    let share = count("pods").over(&count("pods_per_node"));
    share.expect("a node takes a pod")
}

/// At the crossover Lambda costs at most as much as the fleet, and one call later it costs more.
fn crossover_holds(scenario: &Scenario, index: usize) -> Result<(), TestCaseError> {
    let (summary, capacities, busy) = compared(scenario, |comparison| {
        let solved = comparison.solve(index);
        let platforms = 0..comparison.platforms().len();
        let capacities: Vec<Option<Exact>> = platforms
            .map(|number| Some(solved.fleet(number)?.capacity()))
            .collect();
        let busy = solved.provisioning(0).map(|used| used.utilization);
        (solved.summary, capacities, busy)
    });
    let per_call = scenario.functions[index].concurrency_per_call(&scenario.hours);
    let room = Exact::from(MOST_PEAK);
    // Calls from which provisioned environments are busy all the time. A scenario with more calls is an
    // error, so there is no bill to compare with.
    let today = Exact::from(scenario.functions[index].invocations);
    let most_served = busy.and_then(|busy| today.over(&busy));
    if scenario.functions[index].invocations == 0 {
        return Ok(());
    }
    let peak = &summary.workload.peak_concurrency;
    for (pair, crossover) in &summary.crossovers {
        let fleet = summary.costs[pair.to].as_ref().expect("feasible");
        let carries = capacities[pair.to].as_ref().expect("a fleet");
        let most = carries
            .over(&per_call)
            .and_then(|calls| calls.floor())
            .unwrap_or(0);
        let reached = match (&crossover.point, crossover.kind) {
            (Some(point), _) => point.invocations,
            (None, CrossoverKind::Always) => 0,
            (None, _) => most,
        };
        let next = reached + 1;
        if next > MOST_CALLS || &per_call * &Exact::whole(next) > room {
            continue;
        }
        if most_served
            .as_ref()
            .is_some_and(|most| Exact::whole(next) > *most)
        {
            continue;
        }
        let lambda = |calls| avoidable(&with_calls(scenario, index, calls), index);
        // Environments that are kept may cost more than the fleet at any load.
        let costs_more = reached == 0 && lambda(0) > fleet.adds;
        prop_assert!(costs_more || lambda(reached) <= fleet.adds);
        let Some(point) = &crossover.point else {
            let kind = if costs_more {
                CrossoverKind::Always
            } else {
                CrossoverKind::Never
            };
            prop_assert_eq!(crossover.kind, kind);
            continue;
        };
        prop_assert!(lambda(next) > fleet.adds);
        let calls = (&point.utilization * peak)
            .over(&per_call)
            .and_then(|calls| calls.floor());
        prop_assert_eq!(calls, Some(reached));
        prop_assert!(&point.utilization * peak <= *carries);
        prop_assert!(*carries >= *peak);
        prop_assert_eq!(
            crossover.kind == CrossoverKind::At,
            point.utilization <= Exact::ONE
        );
        prop_assert_eq!(point.band.is_some(), crossover.kind == CrossoverKind::At);
    }
    Ok(())
}

// Doubled prices, in price files as users have them.

static DOUBLED: LazyLock<BTreeMap<&str, Regional>> = LazyLock::new(|| {
    let mut book = BOOK.clone();
    for (name, regional) in REGIONAL.iter() {
        let file = format!("{name}.toml");
        book.overlay(&file, Source::new(&file, &doubled(regional)));
    }
    let region = |name| {
        let region = book.region(name);
        (name, region.unwrap_or_else(|diags| panic!("{diags}")))
    };
    REGIONS.into_iter().map(region).collect()
});

fn doubled(regional: &Regional) -> String {
    let mut text = format!(
        "region = \"{}\"\nas_of = \"{}\"\n",
        regional.name(),
        regional.as_of()
    );
    for (path, entry) in regional.entries() {
        let (table, key) = regional.known().written(path);
        let path = format!("{table}.{key}");
        let _ = match entry {
            Entry::Flat(listed) => writeln!(text, "{path} = {{ {} }}", price(listed)),
            Entry::Tiered(tiers) => writeln!(text, "{path} = [{}]", rows(tiers)),
        };
    }
    text
}

fn rows(tiers: &[(Exact, Listed)]) -> String {
    let ends = tiers
        .iter()
        .skip(1)
        .map(|(from, _)| Some(from))
        .chain([None]);
    let row = |((from, listed), end): (&(Exact, Listed), Option<&Exact>)| {
        let end = end.map_or_else(String::new, |end| format!("to = \"{end}\", "));
        format!("{{ from = \"{from}\", {end}{} }},", price(listed))
    };
    tiers.iter().zip(ends).map(row).collect()
}

fn price(listed: &Listed) -> String {
    let Listed {
        usd,
        per,
        provenance,
    } = listed;
    let twice = usd + usd;
    let date = &provenance.as_of;
    format!("usd = \"{twice}\", per = \"{per}\", as_of = \"{date}\", source = \"twice\"")
}

// Readers and what they are given.

/// Values that mutations put in place of others.
const VALUES: [&str; 24] = [
    "0",
    "1",
    "-1",
    "0.5",
    "1e30",
    "1e-28",
    "nan",
    "inf",
    "true",
    "\"\"",
    "\"x\"",
    "\"35%\"",
    "[]",
    "{}",
    "[[]]",
    "{ warn = 1 }",
    "\"lambda\"",
    "\"arm64\"",
    "\"auto\"",
    "\"existing\"",
    "\"m5.large\"",
    "1979-05-27",
    "9999999999999999999999999999999999999999",
    "\"\\u0000\"",
];

#[derive(Debug, Clone)]
enum Mutation {
    Delete(Index),
    Repeat(Index),
    Swap(Index, Index),
    Value(Index, usize),
    Key(Index, usize),
    Insert(Index, char),
    Cut(Index),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let at = any::<Index>;
    prop_oneof![
        at().prop_map(Mutation::Delete),
        at().prop_map(Mutation::Repeat),
        (at(), at()).prop_map(|(one, two)| Mutation::Swap(one, two)),
        (at(), 0..VALUES.len()).prop_map(|(line, value)| Mutation::Value(line, value)),
        (at(), 0..scenario::schema::Field::COUNT).prop_map(|(line, key)| Mutation::Key(line, key)),
        (at(), any::<char>()).prop_map(|(place, c)| Mutation::Insert(place, c)),
        at().prop_map(Mutation::Cut),
    ]
}

impl Mutation {
    fn apply(&self, text: &str) -> String {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        if lines.is_empty() {
            return text.to_owned();
        }
        let count = lines.len();
        let part = |line: &str, key: bool| match line.split_once(" = ") {
            Some((left, right)) => if key { right } else { left }.to_owned(),
            None => line.to_owned(),
        };
        match self {
            Self::Delete(line) => drop(lines.remove(line.index(count))),
            Self::Repeat(line) => lines.push(lines[line.index(count)].clone()),
            Self::Swap(one, two) => lines.swap(one.index(count), two.index(count)),
            Self::Value(line, value) => {
                let line = &mut lines[line.index(count)];
                *line = format!("{} = {}", part(line, false), VALUES[*value]);
            }
            Self::Key(line, key) => {
                let line = &mut lines[line.index(count)];
                let path = scenario::schema::Field::ALL[*key].path();
                *line = format!("{path} = {}", part(line, true));
            }
            Self::Insert(place, c) => {
                let mut text = text.to_owned();
                text.insert(starts[place.index(starts.len())], *c);
                return text;
            }
            Self::Cut(place) => return text[..starts[place.index(starts.len())]].to_owned(),
        }
        lines.join("\n")
    }
}

/// Reads a scenario and, if it is valid, writes its answer in every format.
fn survives(text: &str) {
    match read(text) {
        Err(diags) => {
            assert!(!diags.is_empty(), "refused without a reason:\n{text}");
            assert!(!diags.to_string().is_empty());
        }
        Ok(scenario) => {
            let Some(prices) = prices(&scenario) else {
                return;
            };
            match Comparison::new(&scenario, &prices, &INSTANCES) {
                Ok(comparison) => assert_eq!(rendered(&comparison).len(), 4),
                Err(diags) => assert!(!diags.to_string().is_empty()),
            }
        }
    }
}

fn survives_fleet(bytes: &[u8]) {
    let input = Box::new(io::Cursor::new(bytes.to_vec()));
    let read = with_request(&BOOK, Some("us-east-1"), |request| {
        scenario::read_csv("functions.csv", input, request)
    });
    match read {
        Err(diags) => assert!(!diags.to_string().is_empty()),
        Ok(scenario) => assert!(!scenario.functions.is_empty()),
    }
}

fn survives_prices(text: &str) {
    let mut book = BOOK.clone();
    book.overlay("home-1.toml", Source::new("home-1.toml", text));
    match book.region("home-1") {
        Err(diags) => assert!(!diags.is_empty() && !diags.to_string().is_empty()),
        Ok(regional) => assert_eq!(&**regional.name(), "home-1"),
    }
}

const PRICES: &str = r#"region = "home-1"
as_of = "2026-11-01"
currency = "USD"
[lambda.x86_64]
as_of = "2026-11"
source = "invoice"
request = { usd = "0.0000002", per = "request" }
duration = [
  { from = "0", to = "6000000000", usd = "0.0000166667", per = "GB-s" },
  { from = "6000000000", usd = "0.000015", per = "GB-s", confidence = "A" },
]
[ec2]
source = "invoice"
"m5.large" = { usd = "0.096", per = "instance-hour", as_of = "2026", rate_code = "X" }
"#;

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>(), tail in "[\\[\\]{}=\"'.,#\\n a-f0-9_-]{0,80}") {
        for text in [&text, &tail, &format!("[[function]]\n{tail}")] {
            survives(text);
            survives_fleet(text.as_bytes());
            survives_prices(text);
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        survives_fleet(&bytes);
        let header = b"name,memory_mb,duration_ms,invocations_per_month,utilization\n";
        survives_fleet(&[header, bytes.as_slice()].concat());
        survives(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn a_damaged_scenario_is_read_or_refused(
        text in scenario(),
        mutations in prop::collection::vec(mutation(), 1..6),
    ) {
        survives(&mutations.iter().fold(text, |text, mutation| mutation.apply(&text)));
    }

    #[test]
    fn a_damaged_functions_file_is_read_or_refused(
        cells in prop::collection::vec(prop::collection::vec(0..VALUES.len(), 5), 1..8),
        mutations in prop::collection::vec(mutation(), 0..3),
    ) {
        let mut text = "name,memory_mb,duration_ms,invocations_per_month,utilization\n".to_owned();
        for row in cells {
            let cells: Vec<_> = row.into_iter().map(|value| VALUES[value]).collect();
            let _ = writeln!(text, "{}", cells.join(","));
        }
        let spoilt = mutations.iter().fold(text, |text, mutation| mutation.apply(&text));
        survives_fleet(spoilt.as_bytes());
    }

    #[test]
    fn a_damaged_price_file_is_read_or_refused(
        mutations in prop::collection::vec(mutation(), 0..4),
    ) {
        let text = PRICES.to_owned();
        survives_prices(&mutations.iter().fold(text, |text, mutation| mutation.apply(&text)));
    }
}
