//! Laws of commitments and discounts: they lower single meters, and nothing else.

mod comparison;

use lambdacost::exact::Exact;
use lambdacost::internals::answer::Comparison;
use lambdacost::internals::money::Usd;
use lambdacost::internals::platform::Line;

/// Two functions, sizes and nodes fixed: prices choose nothing.
const FLEET: &str = "
[eks]
instance_type = 'm7g.large'

[defaults]
architecture = 'arm64'
utilization = 0.3
memory_mb = 512
duration_ms = 400
container.task = { vcpu = 1, memory_gb = 2 }

[[function]]
name = 'a'
invocations_per_month = 40_000_000

[[function]]
name = 'b'
invocations_per_month = 3_000_000
provisioned = { environments = 2, share_served = 0.1 }
ephemeral_storage_mb = 2048
";
const PLAN: &str =
    "[commitment]\nplan = 'compute-savings-plan'\nterm = '1yr'\npayment = 'no-upfront'\n";
/// The book has no rates of provisioned concurrency.
const KEPT: &str =
    "[discounts.lambda.arm64]\nprovisioned_concurrency = 0.12\nprovisioned_duration = 0.12\n";

fn compared<T>(text: &str, then: impl FnOnce(&Comparison<'_>) -> T) -> T {
    let text =
        format!("region = 'us-east-1'\nplatforms = ['lambda', 'fargate', 'eks']\n{text}{FLEET}");
    comparison::compared(&comparison::valid(&text), then)
}

/// Bills by function and platform.
fn bills(text: &str) -> Vec<Usd> {
    compared(text, |comparison| {
        let all = (0..2).flat_map(|index| (0..3).map(move |platform| (index, platform)));
        let billed = |(index, platform)| {
            comparison
                .answer(index, platform)
                .expect("it runs")
                .cost
                .billed
        };
        all.map(billed).collect()
    })
}

fn lines(text: &str, platform: usize) -> Vec<Line> {
    compared(text, |comparison| {
        let of = |index| comparison.solve(index).lines(platform);
        (0..2).flat_map(of).collect()
    })
}

fn sum(lines: &[Line]) -> Usd {
    lines.iter().map(|line| line.cost.clone()).sum()
}

#[test]
fn half_the_coverage_is_half_the_saving() {
    let at = |coverage: &str| bills(&format!("{PLAN}coverage = {coverage}\n{KEPT}"));
    let (none, half, all) = (at("0"), at("0.5"), at("1"));
    for ((none, half), all) in none.iter().zip(&half).zip(&all) {
        assert_eq!(&(none - half), &(half - all));
        assert!(all < none, "{all} is not below {none}");
    }
    assert_eq!(
        none,
        bills(KEPT),
        "a plan that covers nothing changes nothing"
    );
}

#[test]
fn a_discount_on_everything_is_that_discount_on_every_bill_and_moves_no_crossover() {
    let half = "[discounts]\nlambda = '50%'\nfargate = 0.5\nec2 = 0.5\neks = 0.5\nebs = 0.5\n";
    for (list, bought) in bills("").iter().zip(bills(half)) {
        assert_eq!(list.times(&Exact::ratio(1, 2)), bought);
    }
    compared(half, |comparison| {
        let summary = comparison.solve(0).summary;
        assert_eq!(summary.at_list_prices.len(), 2);
        for (pair, bought) in &summary.crossovers {
            let listed = summary.listed_crossover(*pair).expect("the same pair");
            let at = |crossover: &lambdacost::internals::solve::crossover::Crossover| {
                crossover
                    .point
                    .as_ref()
                    .map(|point| point.utilization.clone())
            };
            assert_eq!(at(bought), at(listed));
        }
    });
}

/// Every cent is a line: what is covered and what is not add up to the bill, and at list rates to
/// the bill on demand.
#[test]
fn lines_add_up_to_what_is_bought_and_at_list_rates_to_what_is_not() {
    let text = format!("{PLAN}coverage = 0.7\n{KEPT}");
    let (bought, listed) = (bills(&text), bills(""));
    for platform in 0..3 {
        let lines = lines(&text, platform);
        assert_eq!(sum(&lines), &bought[platform] + &bought[3 + platform]);
        let at_list = lines
            .iter()
            .map(|line| Usd::new(&line.quantity * &line.list_rate));
        assert_eq!(
            at_list.sum::<Usd>(),
            &listed[platform] + &listed[3 + platform]
        );
    }
}

#[test]
fn requests_fees_storage_and_volumes_are_never_lowered() {
    let text = format!("{PLAN}{KEPT}");
    let all: Vec<Line> = (0..3).flat_map(|platform| lines(&text, platform)).collect();
    let lowered = |line: &&Line| line.how.is_some();
    let names = |lines: Vec<&Line>| {
        let mut names: Vec<&str> = lines.iter().map(|line| line.item).collect();
        names.sort_unstable();
        names.dedup();
        names
    };
    let (low, full): (Vec<&Line>, Vec<&Line>) = all.iter().partition(lowered);
    let covered = [
        "duration",
        "memory",
        "nodes",
        "on provisioned",
        "provisioned",
        "vCPU",
    ];
    assert_eq!(names(low), covered);
    assert_eq!(
        names(full),
        ["cluster", "ephemeral storage", "requests", "root volumes"]
    );
}

/// Dollars an hour are spent or lost: on Fargate all of it is in covered lines.
#[test]
fn a_commitment_in_dollars_is_spent_or_left_over() {
    for (hourly, is_spent) in [("0.25", true), ("1000", false)] {
        let text = format!("{PLAN}usd_per_hour = {hourly}\n{KEPT}");
        let (covered, unused) = compared(&text, |comparison| {
            let lines = (0..2).flat_map(|index| comparison.solve(index).lines(1));
            let covered: Vec<Line> = lines.filter(|line| line.how.is_some()).collect();
            (
                covered,
                comparison.platforms()[1]
                    .unused
                    .clone()
                    .expect("it is hourly"),
            )
        });
        let hour = Exact::of_digits(hourly).expect("a number");
        let month = &hour * &Exact::from(730u32);
        assert_eq!(&sum(&covered) + &unused, Usd::new(month));
        assert_eq!(unused == Usd::ZERO, is_spent, "{hourly} an hour");
    }
}

/// A commitment covers Lambda's first tier alone, 7,500,000,000 GB-s on arm64, and here are twice as
/// many. So 100 an hour, less than 7,500,000,000 x 0.0000117 / 730 = 120.21, are spent whole on them.
#[test]
fn dollars_are_spent_on_the_first_tier_alone() {
    let text = format!(
        "{PLAN}usd_per_hour = 100\n{KEPT}[[function]]\nname = 'c'\nmemory_mb = 1024\n\
         duration_ms = 1000\ninvocations_per_month = 15_000_000_000\n"
    );
    compared(&text, |comparison| {
        let lines = (0..3).flat_map(|index| comparison.solve(index).lines(0));
        let covered: Vec<Line> = lines.filter(is_of_plan).collect();
        assert_eq!(sum(&covered), Usd::new(Exact::from(73_000u32)));
        let unused = comparison.platforms()[0].unused.clone();
        assert_eq!(unused, Some(Usd::ZERO));
    });
}

fn is_of_plan(line: &Line) -> bool {
    line.how
        .as_deref()
        .is_some_and(|how| how.contains("savings-plan"))
}

/// A mix of platforms would spend the dollars of one commitment more than once.
#[test]
fn dollars_have_no_total_of_several_platforms() {
    let text = format!("{PLAN}usd_per_hour = 0.25\n{KEPT}");
    let moved =
        format!("{text}[[function]]\nname = 'c'\nruns_on = 'fargate'\ninvocations_per_month = 1\n");
    assert!(compared(&text, |comparison| comparison.totals().today).is_some());
    assert!(compared(&moved, |comparison| comparison.totals().today).is_none());
}

/// Two of the rates: GB-hours save 21.3 % and vCPU-hours 21.2 %, so a little covers memory alone.
#[test]
fn the_greatest_saving_comes_first() {
    let lines = lines(&format!("{PLAN}usd_per_hour = 0.01\n{KEPT}"), 1);
    let covered = lines.iter().filter(|line| line.how.is_some());
    assert!(covered.map(|line| line.item).eq(["memory", "memory"]));
}
