//! Provisioned concurrency: when it pays, and what it does to the curve.

mod comparison;

use comparison::{compared, valid};
use lambdacost::exact::Exact;
use lambdacost::internals::scenario::Scenario;

fn scenario(region: &str, provisioned: &str) -> Scenario {
    valid(&format!(
        "region = '{region}'\n[[function]]\nname = 'a'\nmemory_mb = 1024\nduration_ms = 100\n\
         invocations_per_month = 1_000_000\nutilization = 0.5\n{provisioned}"
    ))
}

/// The cost of the function on Lambda: what is billed, and what leaving Lambda would save.
fn cost(region: &str, provisioned: &str) -> [String; 2] {
    compared(&scenario(region, provisioned), |comparison| {
        let cost = comparison.answer(0, 0).expect("it runs").cost;
        [cost.billed.to_string(), cost.adds.to_string()]
    })
}

/// In per cent.
fn break_even(region: &str) -> Exact {
    let provisioned = "provisioned = { environments = 1, share_served = 0 }";
    compared(&scenario(region, provisioned), |comparison| {
        let used = comparison.solve(0).provisioning(0).expect("it is used");
        let share = used.break_even.expect("it saves something");
        &share * &Exact::from(100u32)
    })
}

/// The price of an environment over what its duration saves, x86: in us-east-1
/// 0.0000041667 / (0.0000166667 - 0.0000097222) = 0.6000.
#[test]
fn provisioned_environments_pay_off_from_a_utilization_of_the_region() {
    for (region, places, percent) in [
        ("us-east-1", 1, "60.0"),
        ("eu-west-1", 1, "79.7"),
        ("eu-central-1", 0, "101"),
        ("ap-northeast-1", 0, "131"),
        ("sa-east-1", 0, "562"),
    ] {
        assert_eq!(break_even(region).to_fixed(places), percent, "{region}");
    }
}

/// An environment that costs nothing saves from the first call on, unless its duration costs as much
/// as on demand.
#[test]
fn free_environments_pay_off_at_once() {
    for (discount, expected) in [
        (
            "lambda.x86_64.provisioned_concurrency = 1",
            Some(Exact::ZERO),
        ),
        ("lambda.x86_64 = 1", None),
    ] {
        let scenario = valid(&format!(
            "region = 'us-east-1'\n[discounts]\n{discount}\n[[function]]\n\
             name = 'a'\nmemory_mb = 1024\nduration_ms = 100\ninvocations_per_month = 1_000_000\n\
             utilization = 0.5\nprovisioned = {{ environments = 1, share_served = 0 }}"
        ));
        compared(&scenario, |comparison| {
            let used = comparison.solve(0).provisioning(0).expect("it is used");
            assert_eq!(used.break_even, expected, "{discount}");
        });
    }
}

/// 20 environments of 1 GB for 1 h: 72,000 GB-s x 0.0000041667 = 0.3000024. Half of the million
/// calls of 0.1 s finds one: 50,000 GB-s x 0.0000097222 = 0.48611, the other half is on demand:
/// 50,000 x 0.0000166667 = 0.833335; requests 0.20. Together 1.8194474.
#[test]
fn calls_without_a_provisioned_environment_are_billed_on_demand() {
    let own = "provisioned = { environments = 20, hours_per_month = 1, share_served = 0.5 }";
    let [billed, compared] = cost("us-east-1", own);
    assert_eq!(billed, "1.8194474");
    assert_eq!(compared, billed);
}

/// Five minutes and a moment are ten: 2 x 300 s x 1 GB x 100 = 60,000 GB-s = 0.250002.
#[test]
fn time_is_rounded_up_to_five_minutes() {
    let kept = |hours: &str| {
        let own = format!(
            "provisioned = {{ environments = 100, hours_per_month = {hours}, share_served = 0 }}"
        );
        cost("us-east-1", &own)[0].clone()
    };
    // 100,000 GB-s on demand and the requests: 1.66667 + 0.2.
    assert_eq!(kept("0.0833"), "1.991671");
    assert_eq!(kept("0.0834"), "2.116672");
    assert_eq!(kept("0.16"), "2.116672");
}

/// The break-even with Fargate: utilization in per cent and calls.
fn crossing(text: &str) -> (String, u128) {
    compared(&valid(text), |comparison| {
        let solved = comparison.solve(0);
        let (_, crossover) = solved.summary.crossovers.first().expect("a pair");
        let point = crossover.point.as_ref().expect("a break-even");
        let percent = &point.utilization * &Exact::from(100u32);
        (percent.to_fixed(1), point.invocations)
    })
}

/// 3 environments of 2 GB serve at most 3 x 730 x 3,600 / 0.3 = 26,280,000 calls. Keeping them costs 3 x 2 x
/// 2,628,000 x 0.0000041667 = 65.7005; 26.28 M calls on them 15,768,000 GB-s x 0.0000097222 = 153.2996 and
/// requests 5.256: 224.2561. A further call costs 0.6 x 0.0000166667 + 0.0000002 = 0.00001020002.
const KEPT: &str = "region = 'us-east-1'
platforms = ['lambda', 'fargate']
[[function]]
name = 'api'
memory_mb = 2048
duration_ms = 300
invocations_per_month = 20_000_000
utilization = 0.30
provisioned = { environments = 3, share_served = 1 }
";

#[test]
fn environments_cannot_serve_more_than_all_the_time() {
    // One thread: 8 tasks of 1 vCPU / 2 GB, 288.3208. 64.0647 more are 6,280,833 calls.
    assert_eq!(crossing(KEPT), ("48.8".to_owned(), 32_560_833));
    // Two threads, 1.158 vCPU: 432.4812. 208.2251 more are 20,414,178 calls.
    let two = format!("{KEPT}container.threads = 2\n");
    assert_eq!(crossing(&two), ("70.0".to_owned(), 46_694_178));
}

/// Half of the calls are served: the environments are busy from 52.56 M calls on, which Fargate does not
/// reach. With one environment they are from 17.52 M on.
#[test]
fn a_part_of_the_calls_fills_the_environments_later() {
    let half = KEPT.replace(
        "environments = 3, share_served = 1",
        "environments = 3, share_served = 0.5",
    );
    // Up to there a call costs 0.3 x 0.0000097222 + 0.3 x 0.0000166667 + 0.0000002 = 0.00000811667: (288.3208 -
    // 65.7005) / that.
    assert_eq!(crossing(&half).1, 27_427_537);
    let one = half
        .replace("environments = 3", "environments = 1")
        .replace("20_000_000", "10_000_000");
    // 5 tasks (3.81 in flight: 4), 4 x 36.0401 = 144.1604. Kept 21.90017, 17.52 M calls 142.20406: more than
    // that already, so before: (144.1604 - 21.90017) / 0.00000811667.
    assert_eq!(crossing(&one).1, 15_062_855);
}

/// In a pool beyond its first tier the calls that find no environment have the price of the tier.
#[test]
fn calls_beyond_the_environments_have_the_price_of_their_tier() {
    let other = KEPT.replace(
        "platforms",
        "lambda.other_gb_seconds = { x86_64 = 15_000_000_000 }\nplatforms",
    );
    // The third tier is 0.0000133334: a further call costs 0.6 x 0.0000133334 + 0.0000002 = 0.00000820004.
    // 64.0647 more are 7,812,721 calls.
    assert_eq!(crossing(&other).1, 34_092_721);
}
