//! What containers need: slots, pods, nodes and the hours of fleets, with figures worked by hand.

mod comparison;

use comparison::{compared, read, valid};
use lambdacost::exact::Exact;
use lambdacost::internals::money::Usd;

/// A scenario of us-east-1.
fn scenario(text: &str) -> lambdacost::internals::scenario::Scenario {
    valid(&format!("region = 'us-east-1'\n{text}"))
}

/// The bill of the first function on a platform, by its index among those of the scenario, and its
/// fleet in short.
#[track_caller]
fn on(text: &str, platform: usize) -> (String, String) {
    compared(&scenario(text), |comparison| {
        let answer = comparison.answer(0, platform);
        let answer = answer.unwrap_or_else(|refused| panic!("{}\n{text}", refused.reason));
        let mut short = String::new();
        if let Some(fleet) = answer.placement.fleet() {
            fleet.write_short(&mut short);
        }
        (cents(&answer.cost.billed), short)
    })
}

fn cents(usd: &Usd) -> String {
    usd.dollars().to_fixed(2)
}

/// Why the first function cannot run on a platform.
#[track_caller]
fn refusal(text: &str, platform: usize) -> String {
    compared(&scenario(text), |comparison| {
        let refused = comparison.answer(0, platform).expect_err("it cannot run");
        format!("{}; {}", refused.reason, refused.advice)
    })
}

/// The break-even of the first pair, in per cent.
#[track_caller]
fn break_even(text: &str) -> Exact {
    compared(&scenario(text), |comparison| {
        let solved = comparison.solve(0);
        let (_, crossover) = solved.summary.crossovers.first().expect("a pair");
        let point = crossover.point.as_ref().expect("a break-even");
        &point.utilization * &Exact::from(100_u32)
    })
}

const BIG: &str = "platforms = ['lambda', 'fargate']
[[function]]
name = 'big'
memory_mb = 4096
duration_ms = 1000
invocations_per_month = 20_000_000
utilization = 0.5
";

/// 20 M x 1 s / 2,628,000 s / 0.5 = 15.22 in flight, 16 slots of 1 vCPU and 4 GB. 16 of 1 vCPU / 4
/// GB are 16 x 730 x (0.04048 + 4 x 0.004445) = 680.48.
#[test]
fn a_request_uses_one_thread() {
    assert_eq!(on(BIG, 1).0, "680.48");
    // 680.4768 / (4 x 0.0000166667 + 0.0000002) = 10,199,499 calls of 20 M: 25.4 %.
    assert_eq!(break_even(BIG).to_fixed(1), "25.4");
}

/// 4,096 MB have 2.315 vCPU: with three threads a slot is all of it. 16 x 4 vCPU / 8 GB would hold one
/// each; 16 vCPU / 32 GB hold 6: 3 x 730 x 0.78992 = 1,729.92.
#[test]
fn threads_use_more_than_one_vcpu() {
    let three = format!("{BIG}container.threads = 3\n");
    assert_eq!(on(&three, 1).0, "1729.92");
    assert_eq!(break_even(&three).to_fixed(1), "64.7");
    let two = format!("{BIG}container.threads = 2\n");
    // 2 vCPU / 4 GB each: 16 x 730 x 0.09874.
    assert_eq!(on(&two, 1).0, "1153.28");
}

#[test]
fn threads_and_cpu_time_are_not_stated_together() {
    let both =
        format!("region = 'us-east-1'\n{BIG}container.threads = 2\ncontainer.cpu_ms = 500\n");
    let error = read(&both).expect_err("both").to_string();
    assert!(
        error.contains("`container.threads` has no effect"),
        "{error}"
    );
    // One that is stated replaces the other of `[defaults]`.
    let default = format!("[defaults]\ncontainer.threads = 2\n{BIG}container.cpu_ms = 500\n");
    let default = default.replacen("platforms = ['lambda', 'fargate']\n", "", 1);
    valid(&format!("region = 'us-east-1'\n{default}"));
}

const MANY: &str = "platforms = ['lambda', 'eks']
[[function]]
name = 'many'
architecture = 'arm64'
memory_mb = 1024
duration_ms = 500
invocations_per_month = 100_000_000
peak_concurrency = 48
[function.container]
cpu_ms = 10
memory_per_request_mb = 64
base_memory_mb = 1000
";

/// A slot is 10/500 = 0.02 vCPU and 64 MB over 1,000 MB. c6g.large leaves 1.78 vCPU and 3,024 MiB (4,096 -
/// 64 - 303 - (255 + 11 x 29) - 100 - 256 = 2,799): one pod of 24 takes 0.48 vCPU and 2,536 MB. Two pods
/// on two nodes: 2 x 730 x 0.068 = 99.28, volumes 3.20, cluster 73.
#[test]
fn a_pod_holds_many_requests() {
    assert_eq!(
        on(MANY, 1),
        ("175.48".into(), "2 pods x 24 at 1 per c6g.large".into())
    );
}

/// With one request each, 48 pods of 1,064 MB. Of c6g.4xlarge, 27,032 - 256 MiB hold 25: 2 nodes.
#[test]
fn the_requests_of_a_pod_can_be_stated() {
    let one = format!("{MANY}requests_per_pod = 1\n");
    let (cost, fleet) = on(&one, 1);
    assert!(fleet.starts_with("48 pods at "), "{fleet}");
    assert_ne!(cost, "175.48");
    let twelve = format!("{MANY}requests_per_pod = 12\n");
    assert!(
        on(&twelve, 1).1.starts_with("4 pods x 12 at "),
        "{}",
        on(&twelve, 1).1
    );
    let large = format!("{MANY}requests_per_pod = 1000000\n");
    assert!(
        refusal(&large, 1).contains("fits no node"),
        "{}",
        refusal(&large, 1)
    );
}
