//! Stated costs: `[[extra]]` and `[[function.extra]]`. The figures are worked by hand.
//!
//! A call of 118 ms at 1,024 MB costs 0.118 x 0.0000166667 + 0.0000002 = $0.0000021666706 on Lambda. A
//! task of 1 vCPU and 2 GB costs (0.04048 + 2 x 0.004445) x 730 = $36.0401 a month.

mod comparison;

use comparison::{compared, decided, read, valid};
use lambdacost::exact::Exact;
use lambdacost::internals::answer::Comparison;
use lambdacost::internals::money::Usd;
use lambdacost::internals::solve::crossover::CrossoverKind;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::process::{Command, Output};

/// Scenario-wide keys, extras, and one function on Lambda with a task for three requests.
fn orders(extras: &str) -> String {
    format!(
        "region = 'us-east-1'\nplatforms = ['lambda', 'fargate']\n{}\n{extras}",
        function("orders", "lambda", "us-east-1")
    )
}

fn function(name: &str, home: &str, region: &str) -> String {
    format!(
        "[[function]]\nname = '{name}'\nruns_on = '{home}'\nregion = '{region}'\nmemory_mb = 1024\n\
         duration_ms = 118\ninvocations_per_month = 25_000_000\nutilization = 0.5\n\
         container = {{ task = {{ vcpu = 1, memory_gb = 2 }}, requests_per_task = 3, min_tasks = 1 }}\n"
    )
}

fn extra(name: &str, platforms: &str, costs: &str) -> String {
    format!("[[extra]]\nname = '{name}'\nplatforms = {platforms}\n{costs}\n")
}

fn usd(text: &str) -> Usd {
    Usd::new(Exact::of_digits(text).expect("a number"))
}

fn place(comparison: &Comparison<'_>, id: &str) -> usize {
    let platforms = comparison.platforms().iter();
    let ids: Vec<&str> = platforms.map(|bound| bound.id).collect();
    let place = ids.iter().position(|known| *known == id);
    place.expect("the platform is compared")
}

/// US dollars a month for a function on a platform.
struct Cost {
    billed: Usd,
    adds: Usd,
    unshared: Usd,
}

#[track_caller]
fn cost(comparison: &Comparison<'_>, index: usize, id: &str) -> Cost {
    let solved = comparison.solve(index);
    let cost = solved.summary.costs[place(comparison, id)].as_ref();
    let cost = cost.expect("it can run there");
    Cost {
        billed: cost.billed.clone(),
        adds: cost.adds.clone(),
        unshared: cost.unshared.clone(),
    }
}

/// The kind of the break-even of the only pair, and its calls.
fn crossover(extras: &str) -> (CrossoverKind, Option<u128>) {
    compared(&valid(&orders(extras)), |comparison| {
        let solved = comparison.solve(0);
        let [(_, crossover)] = &solved.summary.crossovers[..] else {
            panic!("one pair");
        };
        let calls = crossover.point.as_ref().map(|point| point.invocations);
        (crossover.kind, calls)
    })
}

#[test]
fn what_stands_next_to_a_fleet_moves_its_break_even() {
    // (36.0401 + 20.88) / 0.0000021666706 = 26,270,767.3
    let both = extra("load balancer", "['fargate']", "usd_per_month = 16.43")
        + &extra("logs", "['fargate', 'eks']", "usd_per_month = 4.45");
    let own = "[[function.extra]]\nname = 'load balancer'\nplatforms = ['fargate']\n\
               usd_per_month = 20.88\n";
    for extras in [both.as_str(), own] {
        assert_eq!(
            crossover(extras),
            (CrossoverKind::At, Some(26_270_767)),
            "{extras}"
        );
        compared(&valid(&orders(extras)), |comparison| {
            assert_eq!(cost(comparison, 0, "fargate").adds, usd("56.9201"));
            assert_eq!(cost(comparison, 0, "fargate").billed, usd("56.9201"));
            // 25 million x 0.0000021666706
            assert_eq!(cost(comparison, 0, "lambda").adds, usd("54.166765"));
        });
    }
    // 36.0401 / 0.0000021666706 = 16,633,862.5
    assert_eq!(crossover(""), (CrossoverKind::At, Some(16_633_862)));
}

#[test]
fn costs_of_calls_count_on_both_sides_of_a_break_even() {
    let per_million = |platform: &str, usd: &str| {
        let costs = format!("usd_per_million_invocations = {usd}");
        extra(
            &format!("calls on {platform}"),
            &format!("['{platform}']"),
            &costs,
        )
    };
    // 36.0401 / (0.0000021666706 + 0.000001) = 11,381,070.1
    assert_eq!(
        crossover(&per_million("lambda", "1")),
        (CrossoverKind::At, Some(11_381_070))
    );
    // 36.0401 / (0.0000021666706 - 0.0000005) = 21,624,008.97
    assert_eq!(
        crossover(&per_million("fargate", "0.5")),
        (CrossoverKind::At, Some(21_624_008))
    );
    // 36.0401 / (0.0000021666706 + 0.000001 - 0.0000005) = 13,515,017.6
    let both = per_million("lambda", "1") + &per_million("fargate", "0.5");
    assert_eq!(crossover(&both), (CrossoverKind::At, Some(13_515_017)));
    // Each call costs more on Fargate: it never gets cheaper.
    assert_eq!(
        crossover(&per_million("fargate", "2.17")),
        (CrossoverKind::Never, None)
    );
    // 40 - 36.0401 more on Lambda without any call.
    let standing = extra("API", "['lambda']", "usd_per_month = 40");
    assert_eq!(crossover(&standing), (CrossoverKind::Always, None));
    // Lambda is cheaper from 3.9599 / (3.17 - 2.1666706) = 3.9 million calls on: not at every load is
    // Fargate cheaper, and above no load is it.
    let both = standing + &per_million("fargate", "3.17");
    assert_eq!(crossover(&both), (CrossoverKind::Never, None));
}

/// A call of 60 s at 10,240 MB uses 600 GB-seconds: $0.01000022 up to 10 million calls, the end of the
/// first tier, and $0.0090002 above. A call on Fargate costs $0.0095 in addition to the task.
#[test]
fn of_two_crossings_the_first_stands() {
    let text = "region = 'us-east-1'\nplatforms = ['lambda', 'fargate']\n\
        [[extra]]\nname = 'API'\nplatforms = ['fargate']\nusd_per_million_invocations = 9_500\n\
        [[function]]\nname = 'long'\nmemory_mb = 10_240\nduration_ms = 60_000\n\
        invocations_per_month = 1_000_000\nutilization = 0.001\n\
        container = { task = { vcpu = 1, memory_gb = 2 }, requests_per_task = 30_000, min_tasks = 1 }\n";
    compared(&valid(text), |comparison| {
        let solved = comparison.solve(0);
        let [(_, crossover)] = &solved.summary.crossovers[..] else {
            panic!("one pair");
        };
        let point = crossover.point.as_ref().expect("a crossing");
        // 36.0401 / (0.01000022 - 0.0095) = 72,048.5
        assert_eq!(point.invocations, 72_048);
    });
}

#[test]
fn an_extra_of_a_scenario_is_paid_once_and_divided_equally() {
    let functions = [
        function("a", "fargate", "us-east-1"),
        function("b", "fargate", "us-east-1"),
        function("c", "lambda", "us-east-1"),
    ];
    let text = format!(
        "platforms = ['lambda', 'fargate']\n{}{}",
        extra(
            "balancer",
            "['fargate']",
            "usd_per_month = 30\nusd_per_million_invocations = 2"
        ),
        functions.concat()
    );
    compared(&valid(&text), |comparison| {
        // 36.0401 + 25 x 2, and a half of 30; it stays if one function leaves.
        for index in [0, 1] {
            let cost = cost(comparison, index, "fargate");
            assert_eq!(cost.billed, usd("101.0401"));
            assert_eq!(cost.adds, usd("86.0401"));
            assert_eq!(cost.unshared, usd("86.0401"));
        }
        // A third of 30.
        assert_eq!(cost(comparison, 2, "fargate").billed, usd("96.0401"));
        assert_eq!(cost(comparison, 2, "fargate").adds, usd("86.0401"));
        assert_eq!(cost(comparison, 2, "lambda").billed, usd("54.166765"));
        let totals = comparison.totals();
        let [lambda, fargate] = &totals.platforms[..] else {
            panic!("two platforms");
        };
        // 3 x 54.166765; 3 x 86.0401 + 30; 2 x 86.0401 + 30 + 54.166765.
        assert_eq!(lambda.monthly, usd("162.500295"));
        assert_eq!(fargate.monthly, usd("288.1203"));
        assert_eq!(totals.today.monthly, usd("256.246965"));
        // Both leave: each saves 86.0401 - 54.166765 and a half of 30.
        let decision = decided(comparison, 1);
        let savings: Vec<&Usd> = decision.plan.moves.iter().map(|one| &one.saving).collect();
        assert_eq!(savings, [&usd("46.873335"), &usd("46.873335")]);
        assert_eq!(decision.plan.monthly, usd("162.500295"));
        let alone = decision.plan.moves[0].alone.as_ref();
        assert_eq!(alone, Some(&(&Usd::ZERO - &usd("31.873335"))));
    });
}

#[test]
fn an_extra_of_a_region_is_paid_there_only_and_platforms_can_share_one() {
    let functions = [
        function("a", "fargate", "us-east-1"),
        function("b", "fargate", "eu-west-1"),
        function("c", "eks", "us-east-1"),
    ];
    let extras = [
        extra(
            "in Ireland",
            "['fargate']",
            "usd_per_month = 7\nregion = 'eu-west-1'",
        ),
        extra(
            "in Ohio",
            "['fargate']",
            "usd_per_month = 1_000\nregion = 'us-east-2'",
        ),
        extra("gateway", "['fargate', 'eks']", "usd_per_month = 12"),
    ];
    let with = format!(
        "platforms = ['lambda', 'fargate', 'eks']\n{}{}",
        extras.concat(),
        functions.concat()
    );
    let without = format!(
        "platforms = ['lambda', 'fargate', 'eks']\n{}",
        functions.concat()
    );
    let pay = |index: usize, platform: &str| {
        let costs = [&with, &without]
            .map(|text| compared(&valid(text), |comparison| cost(comparison, index, platform)));
        let [with, without] = costs;
        [&with.billed - &without.billed, &with.adds - &without.adds]
    };
    assert_eq!(pay(0, "fargate"), [usd("4"), usd("0")]);
    assert_eq!(pay(1, "fargate"), [usd("11"), usd("7")]);
    assert_eq!(pay(2, "eks"), [usd("4"), usd("0")]);
    assert_eq!(pay(1, "eks"), [usd("4"), usd("0")]);
    assert_eq!(pay(1, "lambda"), [usd("0"), usd("0")]);
    let today = [&with, &without]
        .map(|text| compared(&valid(text), |comparison| comparison.totals().today.monthly));
    assert_eq!(&today[0] - &today[1], usd("19"));
}

#[test]
fn mistakes_are_refused_with_their_place() {
    for (extras, code, line, says) in [
        (
            "[[extra]]\nplatforms = ['eks']\nusd_per_month = 1",
            "missing-key",
            13,
            "no `name`",
        ),
        (
            "[[extra]]\nname = 'a'\nusd_per_month = 1",
            "missing-key",
            13,
            "no `platforms`",
        ),
        (
            "[[extra]]\nname = 'a'\nplatforms = ['eks']",
            "missing-key",
            13,
            "states no cost",
        ),
        (
            "[[extra]]\nname = 'a'\nplatforms = ['ecs']\nusd_per_month = 1",
            "unknown-value",
            15,
            "cannot be `ecs`",
        ),
        (
            "[[extra]]\nname = 'a'\nplatforms = []\nusd_per_month = 1",
            "missing-key",
            15,
            "names no platform",
        ),
        (
            "[[extra]]\nname = 'a'\nplatforms = [\n'eks',\n'fargate',\n'eks',\n]\nusd_per_month = 1",
            "conflict",
            18,
            "`eks` occurs twice in `extra.platforms`",
        ),
        (
            "[[extra]]\nname = 'a'\nplatforms = ['eks']\nusd_per_month = -1",
            "out-of-range",
            16,
            "`extra.usd_per_month` is out of bounds",
        ),
        (
            "[[extra]]\nname = 'a'\nplatforms = ['eks']\nusd_per_month = 1\nregion = 'mars-1'",
            "unknown-region",
            17,
            "mars-1",
        ),
        (
            "[[extra]]\nname = 'a'\nplatforms = ['eks']\nusd_per_moth = 1\nusd_per_month = 1",
            "unknown-key",
            16,
            "there is no key `extra.usd_per_moth`",
        ),
        (
            "[[extra]]\nname = 'a'\nplatforms = ['eks']\nusd_per_month = 1\n\
             [[extra]]\nname = 'a'\nplatforms = ['eks']\nusd_per_month = 2",
            "duplicate-name",
            18,
            "two extras `a`",
        ),
        (
            "[[extra]]\nname = 'requests'\nplatforms = ['eks']\nusd_per_month = 1",
            "duplicate-name",
            14,
            "an extra cannot be called `requests`: bills have the item `requests`",
        ),
        (
            "[[function.extra]]\nname = 'VCPU'\nplatforms = ['eks']\nusd_per_month = 1",
            "duplicate-name",
            14,
            "an extra cannot be called `VCPU`: bills have the item `vCPU`",
        ),
        (
            "[extra]\nname = 'a'\nplatforms = ['eks']\nusd_per_month = 1",
            "wrong-type",
            13,
            "not a list of tables",
        ),
        (
            "[[function.extra]]\nname = 'a'\nplatforms = ['eks']\nusd_per_month = 1\n\
             region = 'us-east-1'",
            "conflict",
            17,
            "an extra of a function has no `region`",
        ),
        (
            "[[function.extra]]\nname = 'a'\nplatforms = ['eks']\nusd_per_month = 1\nunit = 3",
            "unknown-key",
            17,
            "`usd_per_month` and\n           `usd_per_million_invocations`",
        ),
        (
            "[[extra]]\nname = 'a'\nplatforms = ['eks']\nusd_per_month = 1\nunit = 3",
            "unknown-key",
            17,
            "`usd_per_month`,\n           `usd_per_million_invocations` and `region`",
        ),
    ] {
        let text = orders(extras);
        let mistakes = read(&text).expect_err(extras).to_string();
        assert!(
            mistakes.contains(&format!("error[{code}]")),
            "{extras}\n{mistakes}"
        );
        assert!(mistakes.contains(says), "{extras}\n{mistakes}");
        let place = format!("scenario.toml:{line}:");
        assert!(mistakes.contains(&place), "{extras}\n{mistakes}\n{place}");
    }
    let twice = orders("").replace("['lambda', 'fargate']", "['lambda', 'lambda']");
    let mistakes = read(&twice).expect_err("twice").to_string();
    let says = "error[conflict]: `lambda` occurs twice in `platforms`";
    assert!(mistakes.contains(says), "{mistakes}");
}

/// Two functions that share an extra, and one that has its own.
fn three(platforms: &str, top: &str) -> String {
    let own = "[[function.extra]]\nname = 'API'\nplatforms = ['lambda']\n\
               usd_per_million_invocations = 1\n";
    format!(
        "platforms = {platforms}\n{top}\n{}{}{}{own}",
        function("a", "fargate", "us-east-1"),
        function("b", "fargate", "us-east-1"),
        function("c", "lambda", "us-east-1"),
    )
}

/// A commitment of any size pays for no extra: bills differ by the extras alone.
#[test]
fn extras_are_outside_of_a_commitment_in_dollars() {
    let commitment = |usd: &str| {
        format!(
            "[commitment]\nplan = 'compute-savings-plan'\nterm = '1yr'\npayment = 'no-upfront'\n\
             usd_per_hour = {usd}\n"
        )
    };
    let balancer = extra("balancer", "['fargate']", "usd_per_month = 30");
    for hourly in ["0.02", "100"] {
        let bought = |top: &str| {
            let text = three(
                "['lambda', 'fargate']",
                &format!("{top}{}", commitment(hourly)),
            );
            compared(&valid(&text), |comparison| {
                let totals = comparison.totals();
                let platforms = totals.platforms.iter().map(|total| total.monthly.clone());
                let adds = (0..3).map(|index| cost(comparison, index, "fargate").adds);
                let plan = decided(comparison, 0).plan;
                let all: Vec<Usd> = [totals.today.monthly]
                    .into_iter()
                    .chain(platforms)
                    .chain(adds)
                    .collect();
                (all, plan.monthly, plan.today)
            })
        };
        let (without, _, _) = bought("");
        let (with, plan, today) = bought(&balancer);
        let more: Vec<Usd> = with
            .iter()
            .zip(&without)
            .map(|(one, other)| one - other)
            .collect();
        // Today, all on Lambda, all on Fargate; nothing for a function that is not the first.
        let expected = ["30", "0", "30", "0", "0", "0"].map(usd);
        assert_eq!(more, expected, "{hourly}");
        assert_eq!(with[0], today);
        assert!(plan <= today);
    }
}

#[test]
fn defaults_state_extras_of_functions_that_state_none() {
    let text = three(
        "['lambda', 'fargate']",
        "[[defaults.extra]]\nname = 'logs'\nplatforms = ['lambda']\nusd_per_month = 5",
    );
    compared(&valid(&text), |comparison| {
        // 54.166765, and 5 or, for the last one, 25 x 1.
        assert_eq!(cost(comparison, 0, "lambda").adds, usd("59.166765"));
        assert_eq!(cost(comparison, 2, "lambda").adds, usd("79.166765"));
        assert_eq!(cost(comparison, 0, "fargate").adds, usd("36.0401"));
    });
}

/// The end of a command in a folder with these files.
fn output(arguments: &[&str], files: &[(&str, &str)]) -> Output {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("written");
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_lambdacost"));
    let output = command.args(arguments).current_dir(folder.path()).output();
    output.expect("it starts")
}

/// What a command writes about a scenario.
fn run(arguments: &[&str], files: &[(&str, &str)]) -> String {
    let output = output(arguments, files);
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {message}");
    String::from_utf8(output.stdout).expect("text")
}

/// What the program writes about input that it refuses.
fn refused(arguments: &[&str], files: &[(&str, &str)]) -> String {
    let output = output(arguments, files);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    String::from_utf8(output.stderr).expect("text")
}

/// 40 million calls of 512 MB for 120 ms: 2.4 million GB-s x $0.0000166667 + $8 = $48.00008, and $100.
#[test]
fn defaults_state_extras_of_the_rows_of_a_functions_file() {
    let scenario = "region = \"us-east-1\"\nfunctions = \"f.csv\"\n[[defaults.extra]]\n\
                    name = \"licence\"\nplatforms = [\"lambda\"]\nusd_per_month = 100\n";
    let rows = "name,memory_mb,duration_ms,invocations_per_month,utilization\n\
                a,512,120,40000000,0.3\n";
    let files = [("s.toml", scenario), ("f.csv", rows)];
    let answer = run(&["compare", "s.toml", "--format", "json"], &files);
    let answer: serde_json::Value = serde_json::from_str(&answer).expect("JSON");
    assert_eq!(answer["totals"]["lambda"], "148.00008");
}

#[test]
fn keys_of_a_scenario_are_no_columns() {
    for (column, says) in [
        (
            "extra",
            "state [[extra]] in a scenario that names this file",
        ),
        (
            "extra.usd_per_month",
            "state `usd_per_month` of [[extra]] in a scenario",
        ),
        ("free_tier", "state `free_tier` in a scenario"),
        ("min_nodes", "state `min_nodes` of [eks] in a scenario"),
        ("function", "did you mean `name`?"),
    ] {
        let rows = format!(
            "region,memory_mb,duration_ms,invocations_per_month,utilization,{column}\n\
             us-east-1,512,120,40000000,0.3,1\n"
        );
        let message = refused(&["compare", "f.csv"], &[("f.csv", &rows)]);
        let unwrapped = message.replace("\n          ", " ");
        assert!(unwrapped.contains(says), "{column}: {message}");
        assert!(message.contains("f.csv:1:"), "{column}: {message}");
    }
}

/// An extra for each call on Fargate, 1,024 MB and 118 ms: text names the share by which Fargate is more
/// expensive, of the whole bill of Lambda.
#[test]
fn extras_of_calls_are_in_what_text_says_about_traffic() {
    for usd in ["0.5", "3", "10"] {
        let text = format!(
            "region = \"us-east-1\"\nplatforms = [\"lambda\", \"fargate\"]\n[[extra]]\n\
             name = \"x\"\nplatforms = [\"fargate\"]\nusd_per_million_invocations = {usd}\n\
             [[function]]\nname = \"f\"\nmemory_mb = 1024\nduration_ms = 118\n\
             invocations_per_month = 10_000_000\nutilization = 0.5\n"
        );
        let answer = run(&["compare", "s.toml"], &[("s.toml", &text)]);
        let words: Vec<&str> = answer.split_whitespace().collect();
        let within = words
            .windows(3)
            .find(|words| words[..2] == ["comes", "within"]);
        let within = within.expect("it never pays")[2];
        let within: u64 = within
            .replace([',', '.'], "")
            .parse()
            .expect("tenths of a per cent");
        // Fargate and the extra at 1,000 times the traffic, where few tasks are idle.
        let many = text.replace("10_000_000", "10_000_000_000");
        let [lambda, fargate] = compared(&valid(&many), |comparison| {
            ["lambda", "fargate"].map(|platform| cost(comparison, 0, platform).adds)
        });
        let more = (&fargate - &lambda)
            .dollars()
            .over(lambda.dollars())
            .expect("Lambda costs something");
        let tenths = (&more * &Exact::from(1000u32)).ceil().expect("a number");
        assert!(u128::from(within) <= tenths, "{usd}: {within} {tenths}");
        assert!(u128::from(within) + 50 > tenths, "{usd}: {within} {tenths}");
    }
}

/// `a` has 40 million calls of 512 MB for 120 ms: $48.00008 on Lambda with $40 for its calls through the
/// gateway, and three tasks of 1 vCPU and 2 GB on Fargate, 3 x $36.0401, with $16.43 for the load
/// balancer. `b` needs the gateway for $120 a month too, so moving `a` alone saves only $88.00 of $124.55.
#[test]
fn a_move_that_does_not_pay_alone_says_what_it_costs_alone() {
    let function = |name: &str, calls: &str| {
        format!(
            "[[function]]\nname = '{name}'\nmemory_mb = 512\nduration_ms = 120\n\
             invocations_per_month = {calls}\nutilization = 0.3\n"
        )
    };
    let text = [
        "region = 'us-east-1'\nplatforms = ['lambda', 'fargate']\n".to_owned(),
        extra("alb", "['fargate']", "usd_per_month = 16.43"),
        extra(
            "gateway",
            "['lambda']",
            "usd_per_month = 120\nusd_per_million_invocations = 1",
        ),
        function("a", "40_000_000"),
        function("b", "4_000_000"),
    ]
    .concat();
    for arguments in [
        &["compare", "x.toml", "--function", "a"][..],
        &["explain", "x.toml", "--function", "a"],
    ] {
        let answer = run(arguments, &[("x.toml", &text)]);
        let words: Vec<&str> = answer.split_whitespace().collect();
        let answer = words.join(" ");
        let says = "pays only with the other moves; moved alone, it costs $36.55 more";
        assert!(answer.contains(says), "{answer}");
    }
}

/// Without calls Lambda costs what is stated for its gateway.
#[test]
fn a_warning_about_no_calls_names_no_bill() {
    let text = orders(&extra("gateway", "['lambda']", "usd_per_month = 500"));
    let text = text.replace("25_000_000", "0");
    let answer = run(&["compare", "x.toml"], &[("x.toml", &text)]);
    assert!(answer.contains(" $500.00 "), "{answer}");
    let says = "warning: there are no calls (invocations_per_month = 0): Lambda bills no\n  calls, and \
                containers are idle\n";
    assert!(answer.contains(says), "{answer}");
}

#[test]
fn every_output_has_them() {
    // A name that is a formula in spreadsheets, and markup elsewhere.
    let costs = "usd_per_month = 30\nusd_per_million_invocations = 0.5";
    let shared = extra("gateway", "['fargate', 'lambda']", "usd_per_month = 9");
    let top = extra("=lb <b>|", "['fargate']", costs) + &shared;
    let text = three("['lambda', 'fargate']", &top);
    let compare = |format: &[&str]| {
        run(
            &[&["compare", "a.toml", "--format"], format].concat(),
            &[("a.toml", &text)],
        )
    };
    let json: Value = serde_json::from_str(&compare(&["json"])).expect("JSON");
    // 2 x (36.0401 + 12.5) + 30 + 54.166765 + 25 + 9
    assert_eq!(json["totals"]["today"], "215.246965");
    let fargate = &json["functions"][0]["platforms"][1];
    assert_eq!(fargate["monthly_usd"], "66.5401");
    assert_eq!(fargate["adds_usd"], "48.5401");
    let lines = fargate["lines"].as_array().expect("a list");
    let line = |number: usize| {
        let line = &lines[lines.len() - number];
        let text = |key: &str| line[key].as_str().expect("text").to_owned();
        [
            "item",
            "quantity",
            "unit",
            "rate_usd",
            "cost_usd",
            "price_source",
        ]
        .map(text)
    };
    assert_eq!(line(3), ["=lb <b>|", "0.5", "month", "30", "15", "stated"]);
    assert_eq!(
        line(2),
        ["=lb <b>|", "25", "million calls", "0.5", "12.5", "stated"]
    );
    assert_eq!(line(1)[0], "gateway");
    assert_eq!(line(1)[4], "3");

    let focus = compare(&["focus", "--period", "2026-12"]);
    let mut reader = csv::Reader::from_reader(focus.as_bytes());
    let rows: Vec<HashMap<String, String>> = reader
        .deserialize()
        .map(|row| row.expect("a row"))
        .collect();
    let cost = |row: &HashMap<String, String>| Exact::of_digits(&row["BilledCost"]).expect("USD");
    let total: Exact = rows.iter().map(cost).sum();
    assert_eq!(Usd::new(total), usd("215.246965"));
    let extras: Vec<_> = rows
        .iter()
        .filter(|row| row["ServiceName"] == "Stated extra")
        .collect();
    assert_eq!(extras.len(), 8);
    let columns = [
        "x_Item",
        "PricingQuantity",
        "PricingUnit",
        "ChargeFrequency",
        "PricingCategory",
        "SkuId",
        "x_PriceSource",
    ];
    let named = |name: &str| extras.iter().position(|row| row["x_Item"] == name);
    let first = named("'=lb <b>|").expect("a row");
    let cells = columns.map(|column| extras[first][column].as_str());
    let expected = [
        "'=lb <b>|",
        "0.5",
        "Months",
        "Recurring",
        "Other",
        "",
        "stated",
    ];
    assert_eq!(cells, expected);
    assert_eq!(extras[first + 1]["PricingUnit"], "1000000 Requests");
    assert_eq!(extras[first + 1]["ChargeFrequency"], "Usage-Based");

    let markdown = compare(&["markdown"]);
    let outside_of_code: String = markdown.split('`').step_by(2).collect();
    assert!(!outside_of_code.contains("<b>"), "{markdown}");
    let explained = run(
        &["explain", "a.toml", "--function", "a"],
        &[("a.toml", &text)],
    );
    assert!(
        explained.contains(
            "  =lb <b>|                      0.5 month         x           $30 =       $15.00"
        ),
        "{explained}"
    );
    let notes = compare(&["table", "--notes"]);
    let notes: Vec<&str> = notes.split_whitespace().collect();
    let notes = notes.join(" ");
    assert!(
        notes.contains("`=lb <b>|`, as stated: $30 a month and $0.5 a million calls on fargate"),
        "{notes}"
    );
    assert!(
        notes.contains("taxes and support, except what extras state"),
        "{notes}"
    );
}

#[test]
fn a_changed_extra_is_named_by_its_key() {
    let with = |costs: &str, platforms: &str| {
        three(
            "['lambda', 'fargate']",
            &extra("balancer", platforms, costs),
        )
    };
    let before = with("usd_per_month = 30", "['fargate']");
    let now = with(
        "usd_per_month = 40.0\nusd_per_million_invocations = 0.1",
        "['fargate', 'eks']",
    )
    .replace(
        "usd_per_million_invocations = 1\n",
        "usd_per_million_invocations = 2\n",
    );
    let files = [("before.toml", before.as_str()), ("now.toml", now.as_str())];
    let arguments = [
        "check",
        "now.toml",
        "--baseline",
        "before.toml",
        "--format",
        "json",
    ];
    let report: Value = serde_json::from_str(&run(&arguments, &files)).expect("JSON");
    let changes = &report["changes"];
    assert_eq!(
        changes["keys"],
        json!([
            { "key": "extra.balancer.platforms", "before": "fargate", "after": "fargate, eks" },
            { "key": "extra.balancer.usd_per_month", "before": "30", "after": "40" },
            {
                "key": "extra.balancer.usd_per_million_invocations",
                "before": null,
                "after": "0.1",
            },
        ])
    );
    // 25 x 1, and 5 + 2.5 for each of the others. No price of AWS changed.
    let functions = changes["functions"].as_array().expect("a list");
    let of = |key: &str| -> Vec<&Value> { functions.iter().map(|one| &one[key]).collect() };
    assert_eq!(of("name"), ["c", "a", "b"]);
    assert_eq!(of("change_usd"), ["25", "7.5", "7.5"]);
    assert_eq!(of("prices"), [&json!([]); 3]);
    assert_eq!(
        functions[0]["keys"],
        json!([{
            "key": "extra.API.usd_per_million_invocations",
            "before": "1",
            "after": "2",
        }])
    );
}

/// The causes below the row of a function in the text of a check against a baseline.
fn causes(now: &str, before: &str, baseline: &str, function: &str) -> Vec<String> {
    let files = [("now.toml", now), (baseline, before)];
    let text = run(&["check", "now.toml", "--baseline", baseline], &files);
    let changes = text.split("US dollars a month\n").nth(1).expect("changes");
    let row = format!("  {function} ");
    let rows = changes.lines().skip_while(|line| !line.starts_with(&row));
    let causes = rows.skip(1).take_while(|line| line.starts_with("    "));
    causes.map(|line| line.trim().to_owned()).collect()
}

/// The gateway costs $10 a month and $1 for a million calls, of which each function has 25 million.
#[test]
fn a_changed_share_of_an_extra_and_its_changed_keys_are_causes() {
    let gateway = |usd: &str| {
        let costs = format!("usd_per_month = 10\nusd_per_million_invocations = {usd}");
        extra("gateway", "['lambda']", &costs)
    };
    let front = extra("front", "['lambda']", "usd_per_month = 6");
    let of = |names: &[&str], extras: &str| {
        let functions = names
            .iter()
            .map(|name| function(name, "lambda", "us-east-1"));
        let functions = functions.collect::<String>();
        format!("region = 'us-east-1'\nplatforms = ['lambda', 'fargate']\n{functions}{extras}")
    };
    let all = causes(
        &of(&["a"], &gateway("1")),
        &of(&["a", "b"], &gateway("1")),
        "before.toml",
        "a",
    );
    assert_eq!(all, ["its share of extra `gateway`"]);
    let all = causes(
        &of(&["a"], &(gateway("1") + &front)),
        &of(&["a", "b"], &(gateway("1") + &front)),
        "before.toml",
        "a",
    );
    assert_eq!(all, ["its share of extras `front` and `gateway`"]);
    // The keys of an extra are those of the scenario. The function pays the same share of it.
    let doubled = of(&["a", "b"], &gateway("2"));
    let before = of(&["a", "b"], &gateway("1"));
    let key = "extra `gateway`: usd_per_million_invocations 1 -> 2";
    assert_eq!(causes(&doubled, &before, "before.toml", "a"), [key]);
    // Both.
    assert_eq!(
        causes(&of(&["a"], &gateway("2")), &before, "before.toml", "a"),
        [key, "its share of extra `gateway`"]
    );
    // What else changed is one more cause.
    let slower = doubled.replacen("duration_ms = 118", "duration_ms = 120", 1);
    assert_eq!(
        causes(&slower, &before, "before.toml", "a"),
        ["duration_ms 118 -> 120", key]
    );
    assert_eq!(causes(&slower, &before, "before.toml", "b"), [key]);
    // An extra that the function does not pay is no cause.
    let unpaid = extra("unpaid", "['fargate']", "usd_per_month = 7");
    let other = of(&["a", "b"], &(gateway("2") + &unpaid));
    assert_eq!(causes(&other, &before, "before.toml", "a"), [key]);
    // A report has no keys of extras, but the lines of their costs.
    let report = run(
        &["compare", "before.toml", "--format", "json"],
        &[("before.toml", &before)],
    );
    assert_eq!(
        causes(&of(&["a"], &gateway("1")), &report, "before.json", "a"),
        ["keys that the report does not have, or its share of extra `gateway`"]
    );
    // A cluster that is shared, too: one function has two nodes, two have one each.
    let on_eks = |names: &[&str]| {
        let extras = extra("gateway", "['eks']", "usd_per_month = 10");
        of(names, &extras)
            .replace("runs_on = 'lambda'", "runs_on = 'eks'")
            .replace("['lambda', 'fargate']", "['lambda', 'eks']")
    };
    let all = causes(&on_eks(&["a"]), &on_eks(&["a", "b"]), "before.toml", "a");
    assert_eq!(all, ["its share of pools, clusters and extra `gateway`"]);
}

/// An item has 17 columns, a quantity 15. A longer name has a separate line.
#[test]
fn a_long_or_hidden_name_is_shown_within_the_columns() {
    let in_columns = |name: &str, columns: usize| {
        let blanks = " ".repeat(17 - columns + " ".len() + 14);
        format!("\n  {name}{blanks}1 month ")
    };
    let below = |name: &str| format!("\n  {name}\n    1 month x $20 = $20.00\n");
    let long = ["long"; 30].join(" ");
    let lines = format!("{}\n  {}", ["long"; 15].join(" "), ["long"; 15].join(" "));
    for (name, shown) in [
        ("a\u{200b}b", in_columns(r"a\u{200b}b", 10)),
        ("a  b", in_columns(r"a \u{20}b", 9)),
        ("東京東京", in_columns("東京東京", 8)),
        (
            "\u{200b}\u{200b}\u{200b}",
            below(r"\u{200b}\u{200b}\u{200b}"),
        ),
        (&long, below(&lines)),
    ] {
        let text = orders(&extra(name, "['lambda']", "usd_per_month = 20"));
        let explained = run(&["explain", "a.toml"], &[("a.toml", &text)]);
        assert!(explained.contains(&shown), "{shown}: {explained}");
        for line in explained.lines() {
            let wide = |c: &char| ('\u{2e80}'..='\u{9fff}').contains(c);
            let columns = line.chars().count() + line.chars().filter(wide).count();
            assert!(columns <= 80, "{line}");
            assert!(!line.contains('\u{200b}'), "{line}");
        }
    }
}

/// Fargate costs 18.126665 less than Lambda, less than 25 million calls x $1 a million.
#[test]
fn a_small_gap_is_a_warning_until_the_cheaper_side_states_an_extra() {
    let warned = |extras: &str| {
        compared(&valid(&orders(extras)), |comparison| {
            let notes = comparison.notes(&comparison.totals());
            notes.iter().any(|one| one.code == "unstated-front")
        })
    };
    let costs = |platform: &str, usd: &str| {
        extra(
            "front",
            &format!("['{platform}']"),
            &format!("usd_per_month = {usd}"),
        )
    };
    assert!(warned(""));
    assert!(warned(&costs("lambda", "1")), "Fargate is the cheaper side");
    assert!(!warned(&costs("fargate", "0")));
    assert!(!warned(&costs("fargate", "1")));
    // Lambda costs 11.9 less than Fargate then, and its side states nothing.
    assert!(warned(&costs("fargate", "30")));
    // 25.126665 less on Fargate.
    assert!(!warned(&costs("lambda", "7")));
}

#[test]
fn a_hidden_character_is_escaped_once_in_a_mistake() {
    let two = extra("a\u{200b}b", "['lambda']", "usd_per_month = 20").repeat(2);
    let message = refused(&["compare", "a.toml"], &[("a.toml", &orders(&two))]);
    let expected = r"there are two extras `a\u{200b}b`";
    assert!(message.contains(expected), "{message}");
}
