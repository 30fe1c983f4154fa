//! What the account uses of Lambda's duration tiers in addition to the scenario.

mod comparison;

use comparison::{compared, read, valid};
use lambdacost::exact::Exact;

fn text(other: &str) -> String {
    format!(
        "region = 'us-east-1'\nplatforms = ['lambda', 'fargate']\n{other}\n[[function]]\nname = 'api'\n\
         memory_mb = 1024\nduration_ms = 500\ninvocations_per_month = 200_000_000\nutilization = 0.62\n"
    )
}

/// The bill on Lambda, the break-even in per cent, and the notes.
fn answer(other: &str) -> (String, String, Vec<String>) {
    compared(&valid(&text(other)), |comparison| {
        let solved = comparison.solve(0);
        let lambda = solved.summary.costs[0]
            .as_ref()
            .expect("it runs")
            .billed
            .clone();
        let (_, crossover) = solved.summary.crossovers.first().expect("a pair");
        let point = crossover.point.as_ref().expect("a break-even");
        let percent = &point.utilization * &Exact::from(100_u32);
        let notes = comparison.notes(&comparison.totals());
        let notes = notes.iter().map(|note| note.text.clone()).collect();
        (lambda.dollars().to_fixed(2), percent.to_fixed(1), notes)
    })
}

/// 200 M x 0.5 s x 1 GB = 100 M GB-s. In the first tier 1,666.67, in the third 1,333.34; requests 40. Fargate:
/// 38.05 / 0.62 = 61.4 in flight, 1,441.60.
#[test]
fn other_use_fills_the_tiers_first_and_is_in_no_bill() {
    let (cost, share, notes) = answer("");
    assert_eq!((cost.as_str(), share.as_str()), ("1706.67", "52.4"));
    assert!(
        notes
            .iter()
            .any(|note| note.contains("count only this scenario")),
        "{notes:?}"
    );
    let (cost, share, notes) = answer("lambda.other_gb_seconds = { x86_64 = 20_000_000_000 }");
    assert_eq!((cost.as_str(), share.as_str()), ("1373.34", "65.1"));
    assert!(
        !notes
            .iter()
            .any(|note| note.contains("count only this scenario")),
        "{notes:?}"
    );
    let told = "in addition to this scenario: 20,000,000,000 on x86_64 GB-s";
    assert!(notes.iter().any(|note| note.contains(told)), "{notes:?}");
}

/// 5,960,000,000 GB-s leave 40 M of the first tier: 40 M x 0.0000166667 + 60 M x 0.000015 + 40 = 1,606.67.
#[test]
fn other_use_leaves_a_part_of_a_tier() {
    let there = "lambda.other_gb_seconds.us-east-1.x86_64 = 5_960_000_000";
    assert_eq!(answer(there).0, "1606.67");
    // The table of the region counts in place of the general one, and arm64 has other tiers.
    let both =
        "[lambda.other_gb_seconds]\nx86_64 = 20_000_000_000\nus-east-1.x86_64 = 5_960_000_000";
    assert_eq!(answer(both).0, "1606.67");
    assert_eq!(
        answer("lambda.other_gb_seconds.arm64 = 20_000_000_000").0,
        "1706.67"
    );
}

#[test]
fn mistakes_in_other_use_are_named() {
    for (other, expected) in [
        (
            "lambda.other_gb_seconds.us-east-2.x86_64 = 1",
            "no function of the scenario runs in `us-east-2`",
        ),
        (
            "lambda.other_gb_seconds.x86 = 1",
            "there is no key `lambda.other_gb_seconds.x86`",
        ),
        ("lambda.other_gb_seconds = 1", "is not a table"),
        (
            "lambda.other_gb_seconds.us-east-1.x86 = 1",
            "no key `lambda.other_gb_seconds.us-east-1.x86`",
        ),
    ] {
        let error = read(&text(other)).expect_err(other).to_string();
        assert!(error.contains(expected), "{other}: {error}");
    }
}

/// Jobs hold no capacity, so they need neither key; every other function does.
#[test]
fn jobs_need_no_capacity() {
    let without = text("").replace("utilization = 0.62\n", "");
    let error = read(&without).expect_err("a service").to_string();
    assert!(error.contains("only jobs"), "{error}");
    let job = valid(&format!("{without}container.run = 'job'\n"));
    compared(&job, |comparison| {
        let solved = comparison.solve(0);
        let load = &solved.summary.workload;
        // 100 M s / 2,628,000 s
        assert_eq!(load.peak_concurrency.to_fixed(3), "38.052");
        assert_eq!(load.utilization, None);
        // 200 M minutes in a task of 1 vCPU / 2 GB: 3,333,333.3 h x 0.04937.
        let fargate = solved.summary.costs[1].as_ref().expect("it runs");
        assert_eq!(fargate.billed.dollars().to_fixed(2), "164566.67");
    });
}
