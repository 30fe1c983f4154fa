//! Lambda Managed Instances: what AWS publishes, and laws of a fleet that is also paid by the call.

mod comparison;

use comparison::{BOOK, compared_at, valid};
use lambdacost::exact::Exact;
use lambdacost::internals::answer::{Comparison, Pair, PlanOptions, Summary};
use lambdacost::internals::diag::Source;
use lambdacost::internals::money::Usd;
use lambdacost::internals::platform::FactValue;
use lambdacost::internals::pricebook::Regional;
use lambdacost::internals::scenario::{Capacity, Scenario};
use lambdacost::internals::solve::flips::{Flip, REACH, Side};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::RngSeed;
use rust_decimal::Decimal;
use std::sync::{Arc, LazyLock};

const LAMBDA: usize = 0;
const MANAGED: usize = 3;
/// Stretches that each search for flips may look at.
const MOST: u64 = 100_000;
const ALL: &str = "platforms = ['lambda', 'fargate', 'eks', 'lambda-managed']";

static US_EAST_1: LazyLock<Vec<Regional>> = LazyLock::new(|| vec![region("")]);

/// us-east-1, with some prices replaced.
fn region(prices: &str) -> Regional {
    let mut book = BOOK.clone();
    if !prices.is_empty() {
        let file = format!("region = 'us-east-1'\nas_of = '2026-11-01'\n{prices}");
        book.overlay("us-east-1.toml", Source::new("us-east-1.toml", &file));
    }
    book.region("us-east-1").expect("a region")
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(0x001a_3bda),
        ..ProptestConfig::default()
    }
}

/// One function of us-east-1 on all platforms, with further lines for the top and for itself.
fn written(top: &str, function: &str) -> String {
    format!("region = 'us-east-1'\n{ALL}\n{top}\n[[function]]\nname = 'one'\n{function}")
}

fn summary(scenario: &Scenario) -> Summary {
    compared_at(scenario, &US_EAST_1, |comparison| {
        comparison.solve(0).summary
    })
}

/// Requests in flight in an environment, or why there is none.
fn requests(function: &str) -> Result<u128, String> {
    let base = "memory_mb = 128\nduration_ms = 100\ninvocations_per_month = 1_000_000\n\
        utilization = 0.5\n";
    let scenario = valid(&written("", &format!("{base}{function}")));
    compared_at(&scenario, &US_EAST_1, |comparison| {
        let solved = comparison.solve(0);
        if let Err(refused) = &solved.summary.costs[MANAGED] {
            return Err(format!("{}: {}", refused.reason, refused.advice));
        }
        let facts = solved.fleet(MANAGED).expect("instances").facts();
        let mut facts = facts.into_iter();
        let fact = facts.find(|fact| fact.key == "requests_per_environment");
        match fact.expect("requests in an environment").value {
            FactValue::Count(requests) => Ok(requests),
            FactValue::Text(text) => panic!("{text}"),
        }
    })
}

/// Three m7g.large for a month: 3 x 0.0816 x 1.15 x 730 = 205.5096 before requests.
#[test]
fn the_least_fleet_costs_what_aws_charges_for_three_instances() {
    let text = written(
        "[lambda-managed]\ninstance_type = 'm7g.large'",
        "architecture = 'arm64'\nmemory_mb = 512\nduration_ms = 100\n\
         invocations_per_month = 1_000_000\nutilization = 0.5\nmanaged.runtime = 'node'\n",
    );
    let scenario = valid(&text);
    let lines = compared_at(&scenario, &US_EAST_1, |comparison| {
        comparison.solve(0).lines(MANAGED)
    });
    let cost = |item: &str| {
        let line = lines.iter().find(|line| line.item == item);
        line.expect("a line").cost.clone()
    };
    let provided = &cost("instances") + &cost("management fee");
    assert_eq!(provided, Usd::new(Exact::ratio(2_055_096, 10_000)));
    // 1 M x 0.0000002
    assert_eq!(cost("requests"), Usd::new(Exact::ratio(2, 10)));
}

/// 8,192 MB at 4 GB to a vCPU are 2 vCPU: 128 requests for Node, 64 for Java and .NET, 32 for Python.
#[test]
fn a_runtime_limits_the_requests_to_a_vcpu() {
    let light = "[function.container]\ncpu_ms = 0.1\nmemory_per_request_mb = 1\n\
        [function.managed]\nmemory_mb = 8192\nmemory_gb_per_vcpu = 4\n";
    for (runtime, most) in [("node", 128), ("java", 64), ("dotnet", 64), ("python", 32)] {
        let found = requests(&format!("{light}runtime = '{runtime}'\n"));
        assert_eq!(found, Ok(most), "{runtime}");
    }
    let rust = requests(&format!("{light}runtime = 'rust'\n")).expect_err("no limit is known");
    assert!(rust.contains("managed.requests_per_environment"), "{rust}");
    let silent = requests(light).expect_err("no runtime");
    assert!(silent.contains("managed.runtime"), "{silent}");
    let measured = format!("{light}runtime = 'rust'\nrequests_per_environment = 7\n");
    assert_eq!(requests(&measured), Ok(7));
}

/// Memory at 2, 4 and 8 GB to a vCPU: 8,192 MB are 4, 2 and 1 vCPU; half a vCPU a request.
#[test]
fn the_ratio_gives_an_environment_its_vcpus() {
    for (ratio, fit) in [(2, 8), (4, 4), (8, 2)] {
        let function = format!(
            "[function.container]\ncpu_ms = 50\nmemory_per_request_mb = 1\n[function.managed]\n\
             runtime = 'node'\nmemory_mb = 8192\nmemory_gb_per_vcpu = {ratio}\n"
        );
        assert_eq!(requests(&function), Ok(fit), "{ratio}");
    }
}

/// An environment that is not stated is the least in which a request fits: one of them does.
#[test]
fn a_request_fits_the_environment_that_is_not_stated() {
    // 1 vCPU a request is one of the least environment, 2 GB at 2 GB to a vCPU.
    assert_eq!(
        requests("container.cpu_ms = 100\nmanaged.runtime = 'node'\n"),
        Ok(1)
    );
    // 17 vCPU would want 34 GB at 2 GB to a vCPU.
    let large = requests("container.cpu_ms = 1700\nmanaged.runtime = 'node'\n");
    assert!(large.expect_err("too large").contains("32 GB"));
    let tight = "container.cpu_ms = 101\nmanaged = { runtime = 'node', memory_mb = 2048 }\n";
    let tight = requests(tight).expect_err("1 vCPU");
    assert!(tight.contains("more than an environment"), "{tight}");
}

/// Keys of a function that runs on every platform.
fn function(calls: impl Strategy<Value = u64>) -> impl Strategy<Value = String> {
    let runtimes = select(vec!["node", "java", "python"]);
    let loads = (128u32..=2_000, 1u64..=100_000, calls, 1u32..=100);
    (loads, runtimes, select(vec![2, 4, 8]), any::<bool>()).prop_map(
        |((memory, duration, calls, percent), runtime, ratio, waits)| {
            let cpu = if waits {
                "container.cpu_ms = 0.5\n"
            } else {
                ""
            };
            format!(
                "memory_mb = {memory}\nduration_ms = {duration}\ninvocations_per_month = {calls}\n\
                 utilization = '{percent}%'\nmanaged = {{ runtime = '{runtime}', \
                 memory_gb_per_vcpu = {ratio} }}\n{cpu}"
            )
        },
    )
}

fn options() -> impl Strategy<Value = String> {
    (3u32..=9, 10u32..=20, any::<bool>()).prop_map(|(least, buffer, free)| {
        format!(
            "free_tier = {free}\n[lambda-managed]\nmin_instances = {least}\n\
             availability_buffer = {}.{}\n",
            buffer / 10,
            buffer % 10
        )
    })
}

/// What the fleet of today costs with a number of calls: only what is paid per call changes.
fn held(scenario: &Scenario, summary: &Summary, calls: u128) -> Usd {
    let cost = summary.costs[MANAGED].as_ref().expect("feasible");
    let request = Exact::ratio(2, 10_000_000);
    let today = Exact::from(scenario.functions[0].invocations);
    let more = &request * &(&Exact::whole(calls) - &today);
    &cost.adds + &Usd::new(more)
}

/// What a function costs on Lambda with a number of calls.
fn on_lambda(scenario: &Scenario, calls: u128) -> Usd {
    let mut changed = scenario.clone();
    Arc::make_mut(&mut changed.functions)[0].invocations = u64::try_from(calls).expect("a count");
    Arc::make_mut(&mut changed.functions)[0].capacity =
        Capacity::Peak(Decimal::from(1_000_000_000));
    let summary = summary(&changed);
    let cost = summary.costs[LAMBDA].as_ref().expect("feasible");
    cost.adds.clone()
}

fn winner(summary: &Summary, pair: Pair) -> Side {
    let cost = |platform: usize| &summary.costs[platform].as_ref().expect("feasible").adds;
    if cost(pair.from) <= cost(pair.to) {
        Side::First
    } else {
        Side::Second
    }
}

proptest! {
    #![proptest_config(config(64))]

    #[test]
    fn a_bill_is_the_sum_of_its_lines(options in options(), keys in function(0u64..=1_000_000_000)) {
        let scenario = valid(&written(&options, &keys));
        compared_at(&scenario, &US_EAST_1, |comparison| {
            let cost = comparison.answer(0, MANAGED).expect("feasible").cost;
            let lines = comparison.solve(0).lines(MANAGED);
            let sum: Usd = lines.iter().map(|line| line.cost.clone()).sum();
            prop_assert_eq!(&sum, &cost.billed);
            let total = &comparison.totals().platforms[MANAGED];
            prop_assert_eq!(&total.monthly, &cost.billed);
            let solved = comparison.solve(0);
            let peak = &solved.summary.workload.peak_concurrency;
            prop_assert!(solved.fleet(MANAGED).expect("a fleet").capacity() >= *peak);
            Ok(())
        })?;
    }

    /// Requests cost the same on both sides: they are counted on both.
    #[test]
    fn a_crossover_is_where_the_bills_cross(
        options in options(),
        keys in function(1u64..=1_000_000_000),
    ) {
        let scenario = valid(&written(&options, &keys));
        let (summary, steps) = compared_at(&scenario, &US_EAST_1, |comparison| {
            let solved = comparison.solve(0);
            let steps = comparison.detail(&solved, MOST).steps;
            (solved.summary, steps)
        });
        let pair = Pair { from: LAMBDA, to: MANAGED };
        let crossover = summary.crossover(pair).expect("both can run it");
        let of_pair = steps.iter().find(|(other, _)| *other == pair);
        let last = of_pair.and_then(|(_, steps)| steps.last()).expect("steps");
        if let Some(point) = &crossover.point {
            prop_assert_eq!(Some(&point.utilization), last.utilization.as_ref());
            let (reached, next) = (point.invocations, point.invocations + 1);
            prop_assert!(on_lambda(&scenario, reached) <= held(&scenario, &summary, reached));
            prop_assert!(on_lambda(&scenario, next) > held(&scenario, &summary, next));
        }
    }
}

proptest! {
    #![proptest_config(config(6))]

    /// Requests are so expensive that a fleet becomes more expensive at one of its steps; the other
    /// platforms start above managed instances.
    #[test]
    fn no_flip_is_missed(
        memory in 512u32..=2_000,
        duration in 1u64..=900,
        percent in 1u32..=100,
        free in any::<bool>(),
        price in select(vec!["0.0000002", "0.001", "0.01"]),
        kind in select(vec!["m5.large", "m5.2xlarge"]),
        min_tasks in 1u32..=300,
    ) {
        // In one hour, a few calls are a fleet.
        let top = format!(
            "free_tier = {free}\n[eks]\ninstance_type = 'm5.large'\n\
             control_plane = 'xl'\n[lambda-managed]\ninstance_type = '{kind}'\n"
        );
        let function = format!(
            "memory_mb = {memory}\nduration_ms = {duration}000\ninvocations_per_month = 2\n\
             utilization = '{percent}%'\nmanaged.runtime = 'node'\ncontainer = {{ hours_per_month = 1, \
             cpu_ms = 1000, memory_per_request_mb = 64, min_tasks = {min_tasks} }}\n"
        );
        let prices = [region(&format!(
            "[lambda.x86_64]\nrequest = {{ usd = '{price}', per = 'request', \
             as_of = '2026-11-01', source = 'a test' }}\n"
        ))];
        let scenario = valid(&written(&top, &function));
        let flips = compared_at(&scenario, &prices, |comparison| {
            comparison.flips(&comparison.solve(0), MOST)
        });
        let all: Vec<Summary> = (1..=2 * REACH)
            .map(|calls| {
                let mut scaled = scenario.clone();
                Arc::make_mut(&mut scaled.functions)[0].invocations = calls;
                compared_at(&scaled, &prices, |comparison| comparison.solve(0).summary)
            })
            .collect();
        for (pair, flips) in flips {
            let flips = flips.expect("there is traffic");
            let winners: Vec<Side> = all.iter().map(|summary| winner(summary, pair)).collect();
            let turns = winners.windows(2).zip(1u128..).filter(|(two, _)| two[0] != two[1]);
            let expected: Vec<Flip> = turns
                .map(|(two, invocations)| Flip { invocations, cheaper_above: two[1] })
                .collect();
            prop_assert!(flips.complete);
            prop_assert_eq!(flips.starts, winners[0], "{:?}", pair);
            prop_assert_eq!(&flips.list, &expected, "{:?}", pair);
            prop_assert_eq!(flips.count, expected.len() as u64);
        }
    }
}

/// 300 M x 0.4 s / 2,628,000 s are within 100 slots of 1024/1769 = 0.579 vCPU: one to an environment of 1 vCPU.
fn of_one_vcpu(managed: &str) -> (String, String) {
    let text = written(
        "",
        &format!(
            "architecture = 'arm64'\nmemory_mb = 1024\nduration_ms = 400\n\
             invocations_per_month = 300_000_000\npeak_concurrency = 100\n\
             managed = {{ runtime = 'node'{managed} }}\n"
        ),
    );
    compared_at(&valid(&text), &US_EAST_1, |comparison| {
        let answer = comparison.answer(0, MANAGED).expect("it runs");
        let mut fleet = String::new();
        let instances = answer.placement.fleet().expect("instances");
        instances.write_short(&mut fleet);
        (answer.cost.billed.dollars().to_fixed(2), fleet)
    })
}

/// 15 vCPU of an instance hold 15 of 100 environments, so 7. c6g.4xlarge 0.544: 7 x 730 x 0.544 x 1.15 + 60 =
/// 3,256.82; at 4 GB m6g.4xlarge 0.616: 3,679.92.
#[test]
fn an_environment_has_a_vcpu_and_the_cheapest_ratio() {
    let expected = |cost: &str, kind: &str| {
        (
            cost.to_owned(),
            format!("7 x {kind} for 100 environments x 1"),
        )
    };
    assert_eq!(of_one_vcpu(""), expected("3256.82", "c6g.4xlarge"));
    assert_eq!(
        of_one_vcpu(", memory_gb_per_vcpu = 2"),
        expected("3256.82", "c6g.4xlarge")
    );
    assert_eq!(
        of_one_vcpu(", memory_gb_per_vcpu = 4"),
        expected("3679.92", "m6g.4xlarge")
    );
    let less = "managed = { runtime = 'node', memory_mb = 2048, memory_gb_per_vcpu = 4 }\n";
    let less = format!(
        "memory_mb = 128\nduration_ms = 100\ninvocations_per_month = 1\nutilization = 1\n{less}"
    );
    let error = comparison::read(&written("", &less))
        .expect_err("half a vCPU")
        .to_string();
    assert!(
        error.contains("2048 MB at 4 GB per vCPU are less than 1 vCPU"),
        "{error}"
    );
}

/// With a measured number of requests, an environment that is not stated still holds one: at 4 GB to a vCPU
/// 1 vCPU a request is 4 GB.
#[test]
fn measured_requests_do_not_make_an_environment_smaller() {
    let text = |memory: &str| {
        written(
            "",
            &format!(
                "architecture = 'arm64'\nmemory_mb = 2048\nduration_ms = 333\n\
                 invocations_per_month = 1_000_000\nutilization = 0.013\ncontainer.cpu_ms = 333\n\
                 container.target_utilization = 0.7\nmanaged = {{ runtime = 'rust', \
                 requests_per_environment = 1, memory_gb_per_vcpu = 4{memory} }}\n"
            ),
        )
    };
    let cost = |text: &str| {
        compared_at(&valid(text), &US_EAST_1, |comparison| {
            let answer = comparison.answer(0, MANAGED).expect("it runs");
            answer.cost.billed.dollars().to_fixed(2)
        })
    };
    assert_eq!(cost(&text("")), "646.62");
    assert_eq!(cost(&text(", memory_mb = 4096")), "646.62");
}

/// Three functions of 5 requests in flight, each at least 3 environments of 1 vCPU and 2 GB. On Lambda each costs
/// 11.25 M GB-s x 0.0000133334 + 2.25 = 152.25.
fn three(provider: &str, home: &str) -> String {
    let function = |name: &str| {
        format!(
            "[[function]]\nname = '{name}'\narchitecture = 'arm64'\nmemory_mb = 1024\nduration_ms = 1000\n\
             invocations_per_month = 11_250_000\npeak_concurrency = 5\nruns_on = '{home}'\n\
             container = {{ cpu_ms = 1, memory_per_request_mb = 20 }}\n\
             managed = {{ runtime = 'node'{provider} }}\n"
        )
    };
    let platforms = "region = 'us-east-1'\nplatforms = ['lambda', 'lambda-managed']\n";
    format!(
        "{platforms}{}{}{}",
        function("a"),
        function("b"),
        function("c")
    )
}

/// Alone each has 3 x c6g.large: 3 x 730 x 0.068 x 1.15 = 171.258. Together 9 environments, 3 on a c6g.xlarge: 3 x
/// 730 x 0.136 x 1.15 = 342.516, of which each pays a third; two of them need as many.
#[test]
fn functions_that_name_a_capacity_provider_share_its_instances() {
    let cents = |usd: &Usd| usd.dollars().to_fixed(2);
    let costs = |provider: &str| {
        compared_at(
            &valid(&three(provider, "lambda-managed")),
            &US_EAST_1,
            |comparison| {
                let answer = comparison.answer(0, 1).expect("it runs");
                let mut fleet = String::new();
                answer
                    .placement
                    .fleet()
                    .expect("instances")
                    .write_short(&mut fleet);
                let alone = answer.placement.alone().map(|usd| cents(&usd));
                (
                    cents(&answer.cost.billed),
                    cents(&answer.cost.adds),
                    alone,
                    fleet,
                )
            },
        )
    };
    // With 2.25 of requests.
    let own = "3 x c6g.large for 3 environments x 64".to_owned();
    assert_eq!(costs(""), ("173.51".into(), "173.51".into(), None, own));
    let shared = "3 environments x 64 at 3 per c6g.xlarge".to_owned();
    let alone = Some("173.51".to_owned());
    let expected = ("116.42".into(), "2.25".into(), alone, shared);
    assert_eq!(costs(", capacity_provider = 'web'"), expected);
}

/// From Lambda, 456.75, no one of them saves anything alone; together they cost 342.516 + 6.75 = 349.27.
#[test]
fn a_plan_moves_functions_that_share_a_capacity_provider_together() {
    let planned = |provider: &str| {
        compared_at(
            &valid(&three(provider, "lambda")),
            &US_EAST_1,
            |comparison| {
                let decision = comparison.decide(&PlanOptions::default()).expect("a plan");
                let plan = &decision.plan;
                (plan.monthly.dollars().to_fixed(2), plan.moves.len())
            },
        )
    };
    assert_eq!(planned(""), ("456.75".into(), 0));
    assert_eq!(planned(", capacity_provider = 'web'"), ("349.27".into(), 3));
}

#[test]
fn functions_of_a_capacity_provider_run_for_the_same_hours() {
    let text = three(", capacity_provider = 'web'", "lambda");
    let text = text.replacen("cpu_ms = 1,", "cpu_ms = 1, hours_per_month = 700,", 1);
    let scenario = valid(&text);
    let bound = Comparison::new(&scenario, &US_EAST_1, &comparison::INSTANCES);
    let error = bound.err().expect("different hours").to_string();
    assert!(
        error.contains("share the capacity provider `web`"),
        "{error}"
    );
}

/// [`three`], of which `a` and `b` are the service `api`. `providers` are those of the three.
fn api(providers: [&str; 3], home: &str) -> String {
    let mut text = three("PROVIDER", home);
    for name in ["a", "b"] {
        let named = format!("name = '{name}'\n");
        text = text.replace(&named, &format!("{named}service = 'api'\n"));
    }
    for name in providers {
        let provider = match name {
            "" => String::new(),
            name => format!(", capacity_provider = '{name}'"),
        };
        text = text.replacen("PROVIDER", &provider, 1);
    }
    text
}

/// Nine environments need 3 x c6g.xlarge, $342.516; three of them 3 x c6g.large, $171.258. Requests cost
/// $2.25 for each function.
///
/// * All on `web`: the service adds 342.516 - 171.258 + 4.50 = $175.758, half by each function. Alone
///   its six environments would be 6 x c6g.large, $342.516. On 3 x c6g.xlarge each function fills a
///   third: $114.172 and $2.25 of the bill.
/// * `c` on its own instances: the service adds 342.516 + 4.50 = $347.016.
/// * `a` on `web` with `c`, `b` on `side` or on its own: six environments on `web` add 171.258, and those
///   of `b` as much: $347.016. Only with the other service function on `web` is there anything to share.
/// * `a` on `web`, and `b` with `c` on `side`: the same.
#[test]
fn functions_of_a_service_share_a_capacity_provider() {
    let cents = |usd: &Usd| usd.dollars().to_fixed(3);
    let costs = |providers: [&str; 3]| {
        let text = api(providers, "lambda-managed");
        compared_at(&valid(&text), &US_EAST_1, |comparison| {
            [0, 1, 2].map(|index| {
                let answer = comparison.answer(index, 1).expect("it runs");
                let service = answer.cost.service_adds.as_ref();
                [
                    cents(&answer.cost.billed),
                    cents(&answer.cost.adds),
                    service.map_or_else(String::new, cents),
                    answer
                        .placement
                        .alone()
                        .as_ref()
                        .map_or_else(String::new, cents),
                ]
            })
        })
    };
    let member = ["116.422", "87.879", "175.758", "173.508"];
    let outside = ["116.422", "2.250", "", "173.508"];
    assert_eq!(costs(["web"; 3]), [member, member, outside]);
    let [a, b, c] = costs(["web", "web", ""]);
    let member = ["173.508", "173.508", "347.016", "173.508"];
    assert_eq!((a, b), (member.map(Into::into), member.map(Into::into)));
    assert_eq!(c, ["173.508", "173.508", "", ""]);
    for other in ["side", ""] {
        let [a, b, c] = costs(["web", other, "web"]);
        let alone = if other.is_empty() { "" } else { "173.508" };
        assert_eq!(a, member);
        assert_eq!(b, ["173.508", "173.508", "347.016", alone]);
        assert_eq!(c, ["173.508", "173.508", "", "173.508"]);
    }
}

/// From Lambda, $456.75. On one capacity provider all three cost 342.516 + 6.75 = $349.266: two moves.
/// Alone the service adds 342.516 + 4.50 = $347.016 there, $42.5145 more than on Lambda, where it costs 2 x
/// (11.25 M x 0.0000133334 + 2.25) = $304.5015.
#[test]
fn a_plan_moves_a_service_to_the_capacity_provider_that_it_shares() {
    let text = api(["web"; 3], "lambda");
    compared_at(&valid(&text), &US_EAST_1, |comparison| {
        let decision = comparison.decide(&PlanOptions::default()).expect("a plan");
        let plan = &decision.plan;
        assert_eq!(plan.monthly.dollars().to_fixed(3), "349.266");
        assert!(plan.is_proven());
        let mut moves: Vec<&[usize]> = plan.moves.iter().map(|one| &one.functions[..]).collect();
        moves.sort_unstable();
        assert_eq!(moves, [&[0, 1][..], &[2]]);
        let service = plan.moves.iter().find(|one| one.functions.len() > 1);
        let alone = service.expect("it moves").alone.as_ref().expect("it can");
        assert_eq!(alone.dollars().to_fixed(4), "42.5145");
    });
}

/// A function of 1,000 s cannot run, and so its service cannot. It is then on no instances.
#[test]
fn a_service_with_a_function_that_cannot_run_is_on_no_capacity_provider() {
    let text = api(["web"; 3], "lambda-managed");
    let text = text.replacen("duration_ms = 1000", "duration_ms = 1_000_000", 1);
    let text = text.replacen("11_250_000", "10_000", 1);
    compared_at(&valid(&text), &US_EAST_1, |comparison| {
        let refused = comparison.answer(1, 1).expect_err("it cannot run");
        assert!(
            refused
                .reason
                .starts_with("`a` of its service `api` cannot run there"),
            "{}",
            refused.reason
        );
        let totals = comparison.totals();
        for total in [&totals.today, &totals.platforms[1]] {
            // `c` on 3 x c6g.large.
            assert_eq!(total.left_out, 2);
            assert_eq!(total.monthly.dollars().to_fixed(3), "173.508");
        }
        let cost = comparison.answer(2, 1).expect("it runs").cost;
        assert_eq!(cost.adds.dollars().to_fixed(3), "173.508");
    });
}
