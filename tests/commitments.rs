//! Laws of commitments and discounts: they lower single meters, and nothing else.

mod comparison;

use lambdacost::exact::Exact;
use lambdacost::internals::answer::{BoughtPrices, Comparison};
use lambdacost::internals::money::Usd;
use lambdacost::internals::platform::Line;
use lambdacost::internals::pricebook::Extent;
use lambdacost::internals::scenario::Scenario;
use std::sync::Arc;

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
        let mut names: Vec<String> = lines.iter().map(|line| line.item.to_string()).collect();
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

/// The bill, what is used and what is lost of the commitment, with everything on one platform.
fn spent(text: &str, platform: &str) -> (Usd, Usd, Usd) {
    compared(&format!("{text}{KEPT}"), |comparison| {
        let platforms = comparison.platforms();
        let number = platforms.iter().position(|bound| bound.id == platform);
        let number = number.expect("it is compared");
        let totals = comparison.totals();
        let total = totals.platforms[number].monthly.clone();
        let spending = comparison.commitment_use().expect("it is in dollars");
        (
            total,
            &spending.paid - &totals.unused[number],
            totals.unused[number].clone(),
        )
    })
}

/// Dollars an hour are spent or lost, and paid in every case.
#[test]
fn a_commitment_in_dollars_is_spent_or_left_over() {
    for (hourly, is_spent) in [("0.05", true), ("1000", false)] {
        let plan = format!("{PLAN}usd_per_hour = {hourly}\n");
        for platform in ["lambda", "fargate", "eks"] {
            let (total, used, unused) = spent(&plan, platform);
            let month = &Exact::of_digits(hourly).expect("a number") * &Exact::from(730u32);
            assert_eq!(&used + &unused, Usd::new(month.clone()));
            assert_eq!(
                unused == Usd::ZERO,
                is_spent,
                "{hourly} an hour on {platform}"
            );
            assert!(total >= Usd::new(month), "what is committed is in the bill");
        }
    }
}

/// A commitment covers Lambda's first tier alone, 7,500,000,000 GB-s on arm64, and here are twice as
/// many. So 100 an hour, less than 7,500,000,000 x 0.0000117 / 730 = 120.21, are spent whole on them,
/// and 125 are not, though requests (0.0000002 each, with 15,043 million of them 4.12 an hour) use
/// some.
#[test]
fn dollars_are_spent_on_the_first_tier_alone() {
    let function = "[[function]]\nname = 'c'\nmemory_mb = 1024\nduration_ms = 1000\n\
                    invocations_per_month = 15_000_000_000\n";
    for (hourly, is_spent) in [(100, true), (125, false)] {
        let text = format!("{PLAN}usd_per_hour = {hourly}\n{function}");
        let (_, _, unused) = spent(&text, "lambda");
        assert_eq!((unused == Usd::ZERO), is_spent, "{hourly}: {unused}");
    }
}

/// A plan takes 30 % off an instance of 1.00 an hour, and the agreement 10 % off what is left. Here
/// 12,500,000 GB-s x 0.0000147 x 0.9 = 165.375 and requests 10.00 x 0.9 = 9.00; 10 tasks of 1 vCPU / 2 GB:
/// 7,300 x (0.032384 + 2 x 0.003556) x 0.9 = 259.48872; 259.48872 / 174.375 x 35 % = 52.08 %.
#[test]
fn an_agreement_stacks_on_a_plan() {
    let text = format!("{HEAD}{PLAN}[discounts]\nfargate = '10%'\nlambda = '10%'\n{STEADY}");
    comparison::compared(&comparison::valid(&text), |comparison| {
        let solved = comparison.solve(0);
        let billed = |number: usize| solved.summary.costs[number].as_ref().expect("it runs");
        assert_eq!(billed(0).billed.dollars().to_string(), "174.375");
        assert_eq!(billed(1).billed.dollars().to_string(), "259.48872");
        let (_, crossover) = &solved.summary.crossovers[0];
        let point = crossover.point.as_ref().expect("a break-even");
        assert_eq!(point.utilization.to_fixed(4), "0.5208");
        let how = |platform: usize, item: &str| {
            let lines = solved.lines(platform);
            let line = lines.iter().find(|line| line.item == item);
            line.and_then(|line| line.how.clone()).unwrap_or_default()
        };
        assert_eq!(&*how(0, "requests"), "discount");
        assert_eq!(
            &*how(0, "duration"),
            "compute-savings-plan, 1yr, no-upfront, discount"
        );
    });
}

const HEAD: &str = "region = 'us-east-1'\nplatforms = ['lambda', 'fargate']\n";
const STEADY: &str = "[[function]]\nname = 'steady'\nmemory_mb = 512\nduration_ms = 500\n\
                      invocations_per_month = 50_000_000\nutilization = 0.35\n";

/// The discount alone applies where the book has no rate of the plan, and to what no plan covers.
#[test]
fn a_discount_never_makes_a_bill_more_expensive() {
    let discounts = "[discounts]\nlambda = 0.1\nfargate = 0.3\nec2 = 0.4\neks = 0.05\n";
    for coverage in ["coverage = 0", "coverage = 0.4", "coverage = 1"] {
        let plan = format!("{PLAN}{coverage}\n");
        let with = bills(&format!("{plan}{discounts}"));
        for (without, with) in bills(&plan).iter().zip(&with) {
            assert!(with < without, "{with} is not below {without}");
        }
    }
}

/// The notes, and the bill of a function on each platform.
fn answer(text: &str) -> (Vec<(&'static str, String)>, Vec<Usd>) {
    comparison::compared(&comparison::valid(text), |comparison| {
        let notes = comparison.notes(&comparison.totals());
        let notes = notes.iter().map(|note| (note.code, note.text.clone()));
        let costs = comparison.solve(0).summary.costs.into_iter();
        let billed = costs.map(|cost| cost.expect("it runs").billed);
        (notes.collect(), billed.collect())
    })
}

fn texts<'n>(notes: &'n [(&str, String)], code: &str) -> Vec<&'n str> {
    let with = notes.iter().filter(|(one, _)| *one == code);
    with.map(|(_, text)| text.as_str()).collect()
}

/// eu-west-1 has no rate at all.
#[test]
fn a_rate_that_the_book_lacks_is_no_dead_end() {
    let head = HEAD.replace("us-east-1", "eu-west-1");
    let (_, listed) = answer(&format!("{head}{STEADY}"));
    let (notes, bought) = answer(&format!("{head}{PLAN}{STEADY}"));
    assert_eq!(listed, bought);
    let stated = texts(&notes, "uncovered");
    let [stated] = stated.as_slice() else {
        panic!("{stated:?}");
    };
    for part in [
        "fargate.linux.x86_64.memory",
        "lambda.x86_64.duration in eu-west-1",
        "eu-west-1.toml: [savings.compute-savings-plan.1yr.no-upfront.fargate.linux.x86_64] memory = ",
    ] {
        assert!(stated.contains(part), "{stated}");
    }
    let discounted = format!("{head}{PLAN}[discounts]\nlambda = 0.5\n{STEADY}");
    let (_, halved) = answer(&discounted);
    assert_eq!(halved[0], listed[0].times(&Exact::ratio(1, 2)));
}

/// 0.0000166667 x 0.88 with three digits is 0.0000147: 12,500,000 GB-s = 183.75, requests 10.00. All upfront
/// x 0.83: 0.0000138 and 182.50. No rule is measured for partial upfront: 208.33375 + 10.
#[test]
fn the_rule_of_lambda_stands_in_for_a_rate_only_if_it_is_stated() {
    let head = HEAD.replace("us-east-1", "eu-west-1");
    let cases = [
        ("no-upfront", "true", "193.75"),
        ("all-upfront", "true", "182.5"),
        ("partial-upfront", "true", "218.33375"),
        ("no-upfront", "false", "218.33375"),
    ];
    for (payment, rule, lambda) in cases {
        let plan = PLAN.replace("no-upfront", payment);
        let (notes, bought) = answer(&format!(
            "{head}{plan}assume_lambda_rule = {rule}\n{STEADY}"
        ));
        assert_eq!(bought[0].dollars().to_string(), lambda, "{payment}");
        assert_eq!(
            texts(&notes, "lambda-rule").len(),
            usize::from(rule == "true")
        );
    }
}

/// The rule gives every rate that is published.
#[test]
fn the_rule_of_lambda_gives_the_published_rates() {
    let mut checked = 0;
    for region in comparison::BOOK.regions() {
        let regional = comparison::BOOK.region(region).expect("a region");
        let usd = |path: &str| {
            let mut entries = regional.entries();
            let (_, entry) = entries.find(|(known, _)| *known == path)?;
            Some(entry.tiers()[0].1.usd.clone())
        };
        for (payment, hundredths) in [("no-upfront", 88_u64), ("all-upfront", 83)] {
            for (term, architecture) in [
                ("1yr", "x86_64"),
                ("3yr", "x86_64"),
                ("1yr", "arm64"),
                ("3yr", "arm64"),
            ] {
                let meter = format!("lambda.{architecture}.duration");
                let rate = usd(&format!(
                    "savings.compute-savings-plan.{term}.{payment}.{meter}"
                ));
                let Some(rate) = rate else {
                    continue;
                };
                let exact = &usd(&meter).expect("a list price") * &Exact::ratio(hundredths, 100);
                // All prices are from 0.00001 to 0.0001: three digits are seven decimal places.
                assert_eq!(exact.to_fixed(7), rate.to_fixed(7), "{region} {meter}");
                assert_eq!(rate.to_fixed(7), rate.to_fixed(12).trim_end_matches('0'));
                checked += 1;
            }
        }
    }
    assert!(checked >= 9, "only {checked} rates were checked");
}

/// A discount on what a region lacks is ignored there, and reported.
#[test]
fn a_discount_on_what_a_region_lacks_is_ignored_and_reported() {
    let head = HEAD.replace("us-east-1", "af-south-1");
    let path = "\"ec2.m99g.large\"";
    let (notes, _) = answer(&format!("{head}[discounts]\nlambda = 0.1\n{STEADY}"));
    assert!(texts(&notes, "discount-without-meter").is_empty());
    let unknown = format!("{head}[discounts]\n{path} = 0.1\n{STEADY}");
    let scenario = comparison::valid(&unknown);
    let prices = comparison::prices(&scenario, &comparison::BOOK);
    let refused = BoughtPrices::new(&scenario, &prices, &comparison::INSTANCES);
    let diags = refused.expect_err("no region sells it").to_string();
    assert!(
        diags.contains("there is no meter `ec2.m99g.large`"),
        "{diags}"
    );
    let absent = lacking("af-south-1");
    let stated = format!("{head}[discounts]\n\"ec2.{absent}\" = 0.1\n{STEADY}");
    let (notes, bought) = answer(&stated);
    let stated = texts(&notes, "discount-without-meter");
    assert_eq!(
        stated,
        [format!(
            "the discount on ec2.{absent} applies to nothing in af-south-1: there is no such price there"
        )]
    );
    assert_eq!(bought, answer(&format!("{head}{STEADY}")).1);
}

/// A type of the book that a region does not sell.
fn lacking(region: &str) -> &'static str {
    let regional = comparison::BOOK.region_to(region, Extent::WHOLE);
    let regional = regional.expect("a region of the book");
    let sold: Vec<&str> = regional.entries().map(|(path, _)| path).collect();
    let types = comparison::INSTANCES.iter().map(|one| one.name.as_str());
    let mut absent = types.filter(|name| !sold.contains(&format!("ec2.{name}").as_str()));
    absent.next().expect("no region sells every type")
}

/// Case 25 of the review: no rate for m5.large, and the fee of Auto Mode is never covered. Requests of
/// 35 % of 1 vCPU: 10 x m5.large.
#[test]
fn auto_mode_under_a_plan_is_answered() {
    let text = "region = 'us-east-1'\nplatforms = ['lambda', 'eks']\n[eks]\n\
                instance_type = 'm5.large'\nmin_nodes = 10\nauto_mode = true\nroot_volume_gb = 0\n\
                [commitment]\nplan = 'compute-savings-plan'\nterm = '3yr'\npayment = 'no-upfront'\n\
                [[function]]\nname = 'fleet'\nmemory_mb = 512\nduration_ms = 100\n\
                invocations_per_month = 1_000_000\nutilization = 0.1\n";
    let (notes, bought) = answer(text);
    let stated = texts(&notes, "uncovered");
    assert!(stated[0].contains("ec2.m5.large"), "{stated:?}");
    // 10 x 730 x (0.096 + 0.01152) + 73.
    assert_eq!(bought[1].dollars().to_string(), "857.896");
}

/// Node types are chosen among all, those without a rate at their list price. Reserved t3.large cost
/// 0.0394 an hour for 3 years, so `auto` has it among its types and takes it: it is the cheapest.
#[test]
fn the_family_of_a_commitment_is_offered_and_no_other_is_lowered() {
    let text = |eks: &str| {
        format!(
            "region = 'eu-west-1'\nplatforms = ['lambda', 'eks']\n{eks}[commitment]\n\
             plan = 'reserved-instances'\nterm = '3yr'\npayment = 'no-upfront'\nfamily = 't3'\n\
             [[function]]\nname = 'api'\nmemory_mb = 512\nduration_ms = 100\n\
             invocations_per_month = 100_000_000\nutilization = 0.35\n"
        )
    };
    let nodes = |text: &str| {
        comparison::compared(&comparison::valid(text), |comparison| {
            let lines = comparison.solve(0).lines(1);
            let line = lines.iter().find(|line| line.item == "nodes").cloned();
            line.expect("a cluster has nodes")
        })
    };
    let auto = nodes(&text(""));
    assert!(auto.meter.starts_with("ec2.t3."), "{}", auto.meter);
    assert!(auto.how.is_some());
    let other = nodes(&text("[eks]\ninstance_type = 'm5a.large'\n"));
    assert_eq!(other.how, None);
    assert_eq!(other.rate, other.list_rate);
}

/// The plan is for another region: nothing is lowered.
#[test]
fn a_commitment_to_instances_of_another_region_lowers_nothing() {
    let text = |region: &str| {
        format!(
            "region = 'eu-west-1'\nplatforms = ['lambda', 'eks']\n[eks]\ninstance_type = 'm5.large'\n\
             [commitment]\nplan = 'reserved-instances'\nterm = '1yr'\npayment = 'no-upfront'\n\
             instance_type = 'm5.large'\nregion = '{region}'\n{STEADY}"
        )
    };
    let (_, there) = answer(&text("eu-west-1"));
    let (_, elsewhere) = answer(&text("us-east-1"));
    assert!(there[1] < elsewhere[1]);
    assert_eq!(there[0], elsewhere[0]);
}

#[test]
fn mistakes_in_a_commitment_to_instances_are_reported() {
    let reserved =
        "[commitment]\nplan = 'reserved-instances'\nterm = '1yr'\npayment = 'no-upfront'\n";
    let cases = [
        ("", "the commitment has no `family`"),
        (
            "family = 'm5'\nusd_per_hour = 2\n",
            "not bought in dollars an hour",
        ),
        (
            "family = 'm5'\ninstance_type = 'm5.large'\n",
            "cannot be stated together",
        ),
        (
            "family = 'm5'\nregion = 'eu-wst-1'\n",
            "no region `eu-wst-1`",
        ),
    ];
    for (keys, stated) in cases {
        let refused = comparison::read(&format!("{HEAD}{reserved}{keys}{STEADY}"));
        let diags = refused.expect_err("it is a mistake").to_string();
        assert!(diags.contains(stated), "{diags}");
    }
    let compute = format!("{HEAD}{PLAN}family = 'm5'\n{STEADY}");
    let diags = comparison::read(&compute).expect_err("it has no family");
    assert!(diags.to_string().contains("has no family"), "{diags}");
    let two = format!(
        "{HEAD}{reserved}family = 'm5'\n{STEADY}{}",
        STEADY.replace("'steady'", "'b'\nregion = 'eu-west-1'")
    );
    let diags = comparison::read(&two).expect_err("it has two regions");
    assert!(diags.to_string().contains("no `region`"), "{diags}");
}

/// 100 requests/s of 1 s at 1,769 MB are 262,800,000 calls and 453,997,265.625 GB-s: 6,673.76 at the plan's
/// rate, 7,566.64 on demand, and 52.56 of requests. At 50 % they need 200 tasks of 1 vCPU / 2 GB: 146,000 x
/// (0.032384 + 2 x 0.003556) = 5,766.42 at the plan's rates.
fn api(plan: &str, more: &str) -> String {
    format!(
        "{HEAD}{PLAN}{plan}\n[[function]]\nname = 'api'\nmemory_mb = 1769\nduration_ms = 1000\n\
         requests_per_second = 100\nutilization = 0.5\nruns_on = 'lambda'\n{more}"
    )
}

fn cents(amount: &Usd) -> String {
    amount.dollars().to_fixed(2)
}

/// With $10 an hour both months cost $7,300, and moving saves nothing.
#[test]
fn committed_money_is_paid_where_it_covers_both_platforms() {
    let text = api("usd_per_hour = 10", "");
    comparison::compared(&comparison::valid(&text), |comparison| {
        let decision = comparison::decided(comparison, 0);
        let totals = decision.totals();
        for total in totals.platforms.iter().chain([&totals.today]) {
            assert_eq!(cents(&total.monthly), "7300.00");
        }
        let solved = comparison.solve(0);
        for cost in &solved.summary.costs {
            let cost = cost.as_ref().expect("it runs");
            assert_eq!(cost.adds, Usd::ZERO);
        }
        assert!(decision.plan.moves.is_empty());
        assert_eq!(cents(&decision.plan.monthly), "7300.00");
        assert!(decision.plan.is_proven(), "{}", decision.plan.gap);
        let spent = comparison.commitment_use().expect("it is in dollars");
        assert_eq!(cents(&spent.paid), "7300.00");
        // 6,673.76 of duration and 52.56 of requests.
        assert_eq!(cents(&spent.used), "6726.32");
        assert_eq!(&spent.used + &spent.unused, spent.paid);
        assert!(!decision.hangs_on(&solved).is_close);
    });
}

/// With $8.5 an hour, 6,205 a month, Fargate fits into the commitment and Lambda does not. The greatest
/// saving, that of duration (11.8 %), comes first: 6,205 cover 6,205 / 6,673.76 of it. The rest of 7,566.64,
/// 531.47, and requests are on demand: 6,205 + 531.47 + 52.56 = 6,789.03.
///
/// Lambda adds nothing as long as its usage is within the commitment, requests too: a call burns 1.727539 x
/// 0.0000147 + 0.0000002 = 0.00002559482, and 6,205 / that = 242,431,827.
#[test]
fn a_commitment_is_spent_at_every_traffic() {
    let text = api("usd_per_hour = 8.5", "");
    comparison::compared(&comparison::valid(&text), |comparison| {
        let totals = comparison.totals();
        assert_eq!(cents(&totals.platforms[0].monthly), "6789.03");
        assert_eq!(cents(&totals.platforms[1].monthly), "6205.00");
        let summary = comparison.solve(0).summary;
        let adds = |number: usize| cents(&summary.costs[number].as_ref().expect("it runs").adds);
        assert_eq!((adds(0), adds(1)), ("584.03".to_owned(), "0.00".to_owned()));
        let (_, crossover) = &summary.crossovers[0];
        let point = crossover.point.as_ref().expect("a break-even");
        assert_eq!(point.invocations, 242_431_827);
        let decision = comparison::decided(comparison, 0);
        assert_eq!(cents(&decision.plan.saving()), "584.03");
        assert_eq!(decision.plan.moves.len(), 1);
        assert!(decision.plan.is_proven(), "{}", decision.plan.gap);
        let by_moves = &decision.plan.moves[0].saving;
        let commitment = decision.plan.commitment.as_ref().expect("it is in dollars");
        assert_eq!(&(by_moves + &commitment.saving), &decision.plan.saving());
    });
}

/// The function of the vectors above and that of the agreement, all on Lambda: 6,673.76 + 183.75 of duration
/// at the plan's rate are 9.3938 an hour. With 62.56 of requests 6,920.07; on demand 7,566.64 + 208.33 +
/// 62.56 = 7,837.53. If usage is 20 % less, it burns 0.8 x (6,857.51 + 62.56) = 5,536.06: 1,321.45 are lost.
///
/// With the first on Fargate 5,766.42 + 183.75 are 8.1509 an hour: 5,960.17; on demand 7,208.02 + 218.33. With 20 %
/// less 5,950.17 - 0.8 x 5,960.17 = 1,182.03 are lost.
#[test]
fn a_commitment_is_sized_by_its_corners() {
    let cases = [
        ("lambda", "9.3938", "6920.07", "7837.53", "1321.45"),
        ("fargate", "8.1509", "5960.17", "7426.35", "1182.03"),
    ];
    for (home, hourly, monthly, without, lost) in cases {
        let text =
            api("usd_per_hour = 0", STEADY).replace("'lambda'\n[[f", &format!("'{home}'\n[[f"));
        comparison::compared(&comparison::valid(&text), |comparison| {
            let sized = comparison.size_commitment().expect("it is in dollars");
            assert_eq!(sized.usd_per_hour.to_fixed(4), hourly);
            assert_eq!(cents(&sized.monthly), monthly);
            assert_eq!(cents(&sized.without), without);
            assert_eq!(cents(&sized.unused_if_less), lost);
        });
    }
}

/// A fleet that runs for 100 hours uses nothing in the other 630: it is worth no commitment, because 630
/// hours of it would be lost.
#[test]
fn hours_of_fleets_are_levels_of_a_commitment() {
    let text = format!(
        "region = 'us-east-1'\nplatforms = ['fargate']\n{PLAN}usd_per_hour = 1\n[[function]]\nname = 'a'\n\
         memory_mb = 512\nduration_ms = 100\ninvocations_per_month = 1_000_000\nutilization = 0.35\n\
         runs_on = 'fargate'\ncontainer.hours_per_month = 100\ncontainer.task = {{ vcpu = 1, memory_gb = 2 }}\n"
    );
    comparison::compared(&comparison::valid(&text), |comparison| {
        let used = comparison.commitment_use().expect("it is in dollars");
        assert_eq!(cents(&used.paid), "730.00");
        let sized = comparison.size_commitment().expect("it is in dollars");
        assert_eq!(sized.usd_per_hour, Exact::ZERO);
        assert_eq!(sized.monthly, sized.without);
        // An hour with tasks burns what they cost at the plan's rates, and there are 100 of them.
        let fargate = comparison.solve(0).lines(0);
        let at_plan = |item: &str, rate: &str| {
            let line = fargate
                .iter()
                .find(|line| line.item == item)
                .expect("a line");
            &line.quantity * &Exact::of_digits(rate).expect("a number")
        };
        let all = &at_plan("vCPU", "0.032384") + &at_plan("memory", "0.003556");
        assert_eq!(used.used, Usd::new(all));
    });
}

/// Functions on every platform, with pools, clusters, fees and a shared capacity provider.
const MANY: &str = "region = 'us-east-1'
platforms = ['lambda', 'fargate', 'eks', 'eks-fargate', 'lambda-managed']
free_tier = true
[defaults]
utilization = 0.4
memory_mb = 1024
duration_ms = 200
[[function]]
name = 'a'
invocations_per_month = 90_000_000
[[function]]
name = 'b'
runs_on = 'eks'
invocations_per_month = 40_000_000
[[function]]
name = 'c'
runs_on = 'eks'
duration_ms = 900
invocations_per_month = 20_000_000
[[function]]
name = 'd'
runs_on = 'eks-fargate'
invocations_per_month = 3_000_000
[[function]]
name = 'e'
runs_on = 'lambda-managed'
managed = { capacity_provider = 'one', runtime = 'node' }
invocations_per_month = 200_000_000
[[function]]
name = 'f'
managed = { capacity_provider = 'one', runtime = 'node' }
provisioned = { environments = 3, share_served = 0.5 }
invocations_per_month = 10_000_000
";

/// A commitment of nothing changes no bill: the tallies are those of the platforms.
#[test]
fn a_commitment_of_zero_dollars_changes_nothing() {
    let figures = |text: &str| {
        comparison::compared(&comparison::valid(text), |comparison| {
            let decision = comparison::decided(comparison, 1);
            let totals = decision
                .totals()
                .platforms
                .iter()
                .chain([&decision.totals().today]);
            let totals: Vec<Usd> = totals.map(|total| total.monthly.clone()).collect();
            let adds: Vec<Option<Usd>> = (0..6)
                .flat_map(|index| comparison.solve(index).summary.costs)
                .map(|cost| Some(cost.ok()?.adds))
                .collect();
            let crossovers: Vec<Option<u128>> = (0..6)
                .flat_map(|index| comparison.solve(index).summary.crossovers)
                .map(|(_, crossover)| Some(crossover.point?.invocations))
                .collect();
            ((totals, adds, decision.plan.monthly), crossovers)
        })
    };
    let zero = |text: &str| {
        let text = text.replace("[defaults]", &format!("{PLAN}usd_per_hour = 0\n[defaults]"));
        figures(&text)
    };
    assert_eq!(zero(MANY), figures(MANY));
    for services in [with_services(), with_providers()] {
        assert_eq!(zero(&services), figures(&services));
    }
}

/// [`MANY`] with two services, one of functions of fewer hours, and an extra.
fn with_services() -> String {
    let service = |text: &str, name: &str, service: &str| {
        let named = format!("name = '{name}'\n");
        assert!(text.contains(&named), "{name}");
        text.replace(&named, &format!("{named}service = '{service}'\n"))
    };
    let text = service(MANY, "b", "orders");
    let text = service(&text, "c", "orders").replace(
        "duration_ms = 900\n",
        "duration_ms = 900\ncontainer.hours_per_month = 400\n",
    );
    let text = text.replace(
        "service = 'orders'\nruns_on = 'eks'\ninvocations_per_month = 40_000_000\n",
        "service = 'orders'\nruns_on = 'eks'\ninvocations_per_month = 40_000_000\n\
         container.hours_per_month = 400\n",
    );
    let text = text.replace("name = 'a'\n", "name = 'a'\nservice = 'front'\n");
    let more = "[[function]]\nname = 'g'\nservice = 'front'\ninvocations_per_month = 7_000_000\n\
                [[extra]]\nname = 'balancer'\nplatforms = ['fargate', 'eks']\nusd_per_month = 20\n";
    format!("{text}{more}")
}

/// [`with_services`] with a service whose functions name different capacity providers.
fn with_providers() -> String {
    let text = with_services().replace("name = 'e'\n", "name = 'e'\nservice = 'edge'\n");
    let function = |name: &str, provider: &str| {
        format!(
            "[[function]]\nname = '{name}'\nservice = 'edge'\nruns_on = 'lambda-managed'\n\
             managed = {{ runtime = 'python'{provider} }}\ninvocations_per_month = 60_000_000\n"
        )
    };
    let more = [
        function("h", ", capacity_provider = 'one'"),
        function("i", ", capacity_provider = 'two'"),
        function("j", ""),
    ];
    let (before, extra) = text.split_once("[[extra]]").expect("an extra");
    format!("{before}{}[[extra]]{extra}", more.concat())
}

/// What a service adds to a bill with a commitment is the difference of two such bills.
#[test]
fn a_service_adds_the_difference_of_two_bills_with_a_commitment() {
    let text = with_providers().replace(
        "[defaults]",
        &format!("{PLAN}usd_per_hour = 1.5\n[defaults]"),
    );
    let scenario = comparison::valid(&text);
    let bill = |scenario: &Scenario| {
        comparison::compared(scenario, |comparison| comparison.totals().today.monthly)
    };
    let (before, mut compared) = (bill(&scenario), 0);
    comparison::compared(&scenario, |comparison| {
        for members in [&[0, 6][..], &[1, 2], &[4, 7, 8, 9]] {
            let first = members[0];
            let solved = comparison.solve(first);
            let home = scenario.functions[first].runs_on.unwrap_or("lambda");
            let adds = |number: usize| {
                let cost = solved.summary.costs[number].as_ref().ok()?;
                cost.service_adds.clone()
            };
            let platforms = comparison.platforms().iter().enumerate();
            let today = platforms.clone().find(|(_, bound)| bound.id == home);
            let today = adds(today.expect("it is compared").0).expect("it runs there");
            for (number, bound) in platforms {
                let Some(there) = adds(number) else {
                    continue;
                };
                let mut moved = scenario.clone();
                let functions = Arc::make_mut(&mut moved.functions);
                for member in members {
                    functions[*member].runs_on = Some(bound.id);
                }
                assert_eq!(&bill(&moved) - &before, &there - &today, "{}", bound.id);
                compared += 1;
            }
        }
    });
    assert!(compared >= 13, "{compared} bills");
}

/// The bill after the moves is the plan's total, and no platform alone or today is cheaper.
#[test]
fn following_a_plan_costs_what_it_says() {
    let texts = [MANY.to_owned(), with_services(), with_providers()];
    let cases = texts.iter().flat_map(|text| {
        let hourly = ["0.2", "1.5", "40"].into_iter();
        hourly.map(move |hourly| (text, hourly))
    });
    for (text, hourly) in cases {
        let text = text.replace(
            "[defaults]",
            &format!("{PLAN}usd_per_hour = {hourly}\n[defaults]"),
        );
        let scenario = comparison::valid(&text);
        let mut moved = scenario.clone();
        comparison::compared(&scenario, |comparison| {
            let decision = comparison::decided(comparison, 0);
            let plan = &decision.plan;
            for total in &decision.totals().platforms {
                assert!(total.left_out > 0 || plan.monthly <= total.monthly);
            }
            assert!(plan.monthly <= plan.today);
            assert_eq!(plan.today, decision.totals().today.monthly);
            let functions = Arc::make_mut(&mut moved.functions);
            for one in &plan.moves {
                for index in &one.functions {
                    functions[*index].runs_on = Some(comparison.platforms()[one.to].id);
                }
            }
            let commitment = plan.commitment.as_ref().expect("it is in dollars");
            let parts: Usd = plan.moves.iter().map(|one| one.saving.clone()).sum();
            let all = &(&parts + &commitment.saving) + &plan.free_tier_saving;
            assert_eq!(all, plan.saving());
            let monthly = plan.monthly.clone();
            comparison::compared(&moved, |followed| {
                assert_eq!(followed.totals().today.monthly, monthly, "{hourly}");
            });
        });
    }
}
