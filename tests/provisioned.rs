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
