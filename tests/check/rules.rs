//! Each rule at its boundary.

use super::{Folder, HEAD, are, finds, function, of_calls, one};

/// A budget of the function `one`, as TOML.
fn budget(limits: &str) -> String {
    one(&format!("budget = {{ {limits} }}\n"))
}

#[test]
fn a_bill_may_equal_its_budget_but_not_exceed_it() {
    // $10 exactly.
    for limit in [
        "10",
        "10.00",
        "\"10\"",
        "1e1",
        "10.0000000000000000000000001",
    ] {
        finds(&budget(&format!("monthly_usd.deny = {limit}")), &[], &[]);
        finds(&budget(&format!("monthly_usd.warn = {limit}")), &[], &[]);
    }
    for limit in ["9.99", "9.99999999999999999999999999", "0"] {
        let denied = budget(&format!("monthly_usd.deny = {limit}"));
        finds(&denied, &[], &[["over-budget", "deny", "one", "10", limit]]);
        let warned = budget(&format!("monthly_usd.warn = {limit}"));
        finds(&warned, &[], &[["over-budget", "warn", "one", "10", limit]]);
    }
}

#[test]
fn of_two_exceeded_limits_only_the_stricter_level_is_reported() {
    let both = |warn: &str, deny: &str| {
        budget(&format!("monthly_usd = {{ warn = {warn}, deny = {deny} }}"))
    };
    finds(&both("10", "10"), &[], &[]);
    let warned = ["over-budget", "warn", "one", "10", "9"];
    finds(&both("9", "10"), &[], &[warned]);
    let denied = ["over-budget", "deny", "one", "10", "9.5"];
    finds(&both("9", "9.5"), &[], &[denied]);
}

#[test]
fn the_price_of_a_million_calls_has_a_separate_limit() {
    // $10 for a million calls; 2.5 million are $25, still $10 a million.
    let million = |limit: &str, calls| {
        let limit = format!("budget.usd_per_million_invocations.deny = {limit}\n");
        format!("{HEAD}{}", of_calls("one", calls, &limit))
    };
    let only = ["-A", "past-crossover", "-A", "near-crossover"];
    for calls in [1_000_000, 2_500_000, 1] {
        finds(&million("10", calls), &only, &[]);
        let denied = ["over-budget", "deny", "one", "10", "9.999999"];
        finds(&million("9.999999", calls), &only, &[denied]);
    }
    // Nothing for no calls: no limit is exceeded.
    finds(&million("0", 0), &only, &[]);
    let both = budget("monthly_usd.warn = 9, usd_per_million_invocations.deny = 9");
    let found = [
        ["over-budget", "deny", "one", "10", "9"],
        ["over-budget", "warn", "one", "10", "9"],
    ];
    finds(&both, &[], &found);
}

#[test]
fn a_scenario_has_a_budget() {
    // $10 + $10.
    let two = |limit: &str| {
        let head = format!("{HEAD}budget.monthly_usd = {{ {limit} }}\n");
        head + &function("one", "") + &function("two", "")
    };
    finds(&two("deny = 20"), &[], &[]);
    finds(
        &two("warn = 19, deny = 20"),
        &[],
        &[["over-budget", "warn", "-", "20", "19"]],
    );
    let denied = ["over-budget", "deny", "-", "20", "19.99"];
    finds(&two("warn = 19, deny = 19.99"), &[], &[denied]);
    // The bill of today counts: with one of the two on Fargate it is $10 + $20.
    let moved = two("deny = 29.99") + "runs_on = \"fargate\"\n";
    finds(
        &moved,
        &["-A", "past-crossover"],
        &[["over-budget", "deny", "-", "30", "29.99"]],
    );
}

#[test]
fn a_budget_is_stated_by_a_function_for_its_name_or_in_the_defaults() {
    let denied = ["over-budget", "deny", "one", "10", "9"];
    let named = format!(
        "{}\n[budget.functions.one]\nmonthly_usd.deny = 9\n",
        one("")
    );
    finds(&named, &[], &[denied]);
    let defaults = format!(
        "{HEAD}defaults.budget.monthly_usd.deny = 9\n{}",
        function("one", "")
    );
    finds(&defaults, &[], &[denied]);
    // The function's own limit replaces that of the defaults.
    let own = format!("{defaults}budget.monthly_usd.deny = 10\n");
    finds(&own, &[], &[]);
    // A name that needs quotes.
    let odd = function("a.b \"c\"", "");
    let text = format!("{HEAD}{odd}\n[budget.functions.\"a.b \\\"c\\\"\"]\nmonthly_usd.deny = 9\n");
    finds(
        &text,
        &[],
        &[["over-budget", "deny", "a.b \"c\"", "10", "9"]],
    );
}

#[test]
fn a_functions_file_states_budgets_in_columns() {
    let fleet = "name,memory_mb,duration_ms,invocations_per_month,utilization,\
                 budget.monthly_usd.warn,budget.monthly_usd.deny,\
                 budget.usd_per_million_invocations.deny\n\
                 within,1024,1000,1000000,0.4,,10,10\n\
                 warned,1024,1000,1000000,0.4,9.99,10,\n\
                 denied,1024,1000,1000000,0.4,9.98,9.99,\n\
                 million,1024,1000,1000000,0.4,,,9.99\n\
                 silent,1024,1000,1000000,0.4,,,\n";
    let found = [
        ["over-budget", "deny", "denied", "10", "9.99"],
        ["over-budget", "deny", "million", "10", "9.99"],
        ["over-budget", "warn", "warned", "10", "9.99"],
        ["unbudgeted-function", "warn", "silent", "-", "-"],
    ];
    let folder = Folder::with("functions.csv", fleet);
    let rules = [
        "-W",
        "unbudgeted-function",
        "-A",
        "near-crossover",
        "-A",
        "past-crossover",
    ];
    let alone = [&["functions.csv", "--region", "us-east-1"], &rules[..]].concat();
    are(&folder.findings(&alone), &found);
    // With a scenario, findings of the same rows still name the functions file.
    folder.write(
        "scenario.toml",
        format!("{HEAD}functions = \"functions.csv\"\n"),
    );
    let run = folder.check(&[&["scenario.toml", "--format", "json"], &rules[..]].concat());
    are(&run.findings(), &found);
    assert_eq!(run.json()["findings"][0]["file"], "functions.csv");
    assert_eq!(run.json()["findings"][0]["line"], 4);
}

/// A function on Lambda with 20,480 MB, of which Lambda has no more than 10,240.
fn too_large(extra: &str) -> String {
    let text = one(extra).replace("= 1024", "= 20480");
    let text = text.replace("requests_per_task = 20, ", "");
    text.replace("vcpu = 1, memory_gb = 2", "vcpu = 16, memory_gb = 96")
}

#[test]
fn a_budget_that_cannot_be_judged_is_a_finding() {
    let broken = ["over-budget", "deny", "one", "-", "-"];
    let huge = too_large("budget.monthly_usd.deny = 1_000\n");
    finds(&huge, &[], &[broken]);
    // So the total is not known either.
    let whole = format!("budget.monthly_usd.deny = 1_000\n{huge}");
    let of_all = ["over-budget", "deny", "-", "-", "-"];
    finds(&whole, &[], &[of_all, broken]);
    // Without a budget there is nothing to judge.
    finds(&too_large(""), &[], &[]);
    // A platform that is not compared is priced for the functions that run there.
    let elsewhere = one("runs_on = \"eks\"\nbudget.monthly_usd.deny = 1_000\n");
    finds(&elsewhere, &["-A", "past-crossover"], &[]);
    // A limit that only warns gives a warning when it cannot be judged.
    let warned = whole.replace("deny = 1_000", "warn = 1_000");
    let level = |[rule, _, name, ..]: [&'static str; 5]| [rule, "warn", name, "-", "-"];
    finds(&warned, &[], &[level(of_all), level(broken)]);
}

/// Compares a scenario of `now` calls with a baseline of `before` calls.
#[track_caller]
fn rises(before: u64, now: u64, limits: [&str; 2], expected: &[[&str; 5]]) {
    let [whole, own] = limits;
    let text = |calls| {
        let own = if own.is_empty() {
            String::new()
        } else {
            format!("budget = {{ {own} }}\n")
        };
        let whole = if whole.is_empty() {
            String::new()
        } else {
            format!("budget = {{ {whole} }}\n")
        };
        format!("{HEAD}{whole}{}", of_calls("one", calls, &own))
    };
    let folder = Folder::with("now.toml", text(now));
    folder.write("before.toml", text(before));
    are(
        &folder.findings(&["now.toml", "--baseline", "before.toml"]),
        expected,
    );
}

#[test]
fn a_rise_may_equal_its_limit_but_not_exceed_it() {
    // $10 became $11: 10 %, $1. One call more is $0.00001, 0.0001 %.
    let limits = ["increase_percent.deny = 10", "increase_percent.deny = 10"];
    rises(1_000_000, 1_100_000, limits, &[]);
    let more = [
        ["cost-increase", "deny", "-", "10.0001", "10"],
        ["cost-increase", "deny", "one", "10.0001", "10"],
    ];
    rises(1_000_000, 1_100_001, limits, &more);
    let limits = ["increase_usd.warn = 1", "increase_usd.deny = 1"];
    rises(1_000_000, 1_100_000, limits, &[]);
    let more = [
        ["cost-increase", "deny", "one", "1.00001", "1"],
        ["cost-increase", "warn", "-", "1.00001", "1"],
    ];
    rises(1_000_000, 1_100_001, limits, &more);
}

#[test]
fn of_two_limits_on_a_rise_the_stricter_level_is_reported() {
    // $10 became $12: 20 %, $2.
    let of = |limits: &str, expected: [&str; 5]| {
        rises(1_000_000, 1_200_000, [limits, ""], &[expected]);
    };
    let warn = ["cost-increase", "warn", "-", "20", "5"];
    of("increase_percent.warn = 5, increase_usd.deny = 2", warn);
    let deny = ["cost-increase", "deny", "-", "2", "1.99"];
    of("increase_percent.warn = 5, increase_usd.deny = 1.99", deny);
    let deny = ["cost-increase", "deny", "-", "20", "19"];
    of(
        "increase_percent = { warn = 5, deny = 19 }, increase_usd.warn = 1",
        deny,
    );
}

#[test]
fn without_a_limit_any_rise_of_the_total_is_a_warning_and_a_fall_is_not() {
    let any = ["cost-increase", "warn", "-", "0.00001", "0"];
    rises(1_000_000, 1_000_001, ["", ""], &[any]);
    rises(1_000_000, 1_000_000, ["", ""], &[]);
    rises(1_000_000, 999_999, ["", ""], &[]);
    let none = [
        "increase_percent.deny = 0, increase_usd.deny = 0",
        "increase_usd.deny = 0",
    ];
    rises(1_000_000, 1_000_000, none, &[]);
    rises(1_000_000, 1, none, &[]);
    // A budget that limits something else does not change that.
    rises(1_000_000, 1_000_001, ["monthly_usd.deny = 100", ""], &[any]);
}

#[test]
fn a_rise_from_zero_exceeds_any_percentage() {
    let percent = ["increase_percent.deny = 0", "increase_percent.deny = 0"];
    let any = |whose| ["cost-increase", "deny", whose, "-", "-"];
    rises(0, 1_000_000, percent, &[any("-"), any("one")]);
    rises(0, 0, percent, &[]);
    let dollars = ["increase_usd.deny = 9.99", "increase_usd.deny = 10"];
    rises(
        0,
        1_000_000,
        dollars,
        &[["cost-increase", "deny", "-", "10", "9.99"]],
    );
    rises(0, 0, ["", ""], &[]);
}

#[test]
fn added_and_removed_functions_count_with_their_whole_cost() {
    let limited = function(
        "new",
        "budget = { increase_usd.deny = 9.99, increase_percent.deny = 1 }\n",
    );
    let folder = Folder::with("old.toml", one(""));
    folder.write("both.toml", one("") + &limited);
    let found = [
        ["cost-increase", "deny", "new", "10", "9.99"],
        // $10 became $20.
        ["cost-increase", "warn", "-", "10", "0"],
    ];
    are(
        &folder.findings(&["both.toml", "--baseline", "old.toml"]),
        &found,
    );
    // The other way round it is cheaper.
    let run = folder.check(&["old.toml", "--baseline", "both.toml", "--format", "json"]);
    are(&run.findings(), &[]);
    let changes = &run.json()["changes"];
    assert_eq!(changes["functions"][0]["name"], "new");
    assert_eq!(changes["functions"][0]["status"], "removed");
    assert_eq!(changes["functions"][0]["before_usd"], "10");
    assert!(changes["functions"][0]["after_usd"].is_null());
    assert_eq!(changes["total"]["change_usd"], "-10");
    assert_eq!(changes["total"]["change_percent"], "-50");
    assert_eq!(changes["unchanged"], 1);
}

#[test]
fn a_rise_that_is_not_known_is_reported_at_the_level_of_its_limits() {
    let unknown = too_large("");
    let folder = Folder::with("unknown.toml", &unknown);
    folder.write("known.toml", one(""));
    let warn = ["cost-increase", "warn", "-", "-", "-"];
    for (now, before) in [
        ("known", "unknown"),
        ("unknown", "known"),
        ("unknown", "unknown"),
    ] {
        let [now, before] = [now, before].map(|name| format!("{name}.toml"));
        are(&folder.findings(&[&now, "--baseline", &before]), &[warn]);
    }
    let limited = "budget.increase_percent.deny = 10\n".to_owned() + &unknown;
    folder.write("limited.toml", limited);
    let deny = ["cost-increase", "deny", "-", "-", "-"];
    are(
        &folder.findings(&["limited.toml", "--baseline", "known.toml"]),
        &[deny],
    );
}

#[test]
fn the_driver_of_a_rise_is_what_rose_most() {
    // Requests: 1 M x $0.000001 became 2 M: +$1; duration 9 x 1 became 9 x 2: +$9. On Fargate
    // nothing changed.
    let text = |calls| {
        let still = function("still", "runs_on = \"fargate\"\n");
        let rule = "budget.increase_usd.deny = 1\n";
        format!("{HEAD}{still}{}", of_calls("one", calls, rule))
    };
    let folder = Folder::with("now.toml", text(2_000_000));
    folder.write("before.toml", text(1_000_000));
    let arguments = [
        "now.toml",
        "--baseline",
        "before.toml",
        "-A",
        "past-crossover",
        "--format",
        "json",
    ];
    let json = folder.check(&arguments).json();
    let drivers: Vec<_> = json["findings"]
        .as_array()
        .expect("a list")
        .iter()
        .collect();
    assert_eq!(drivers[0]["driver"]["item"], "duration");
    assert_eq!(drivers[0]["driver"]["cost_usd"], "9");
    assert_eq!(drivers[1]["driver"]["item"], "one");
    assert_eq!(drivers[1]["driver"]["cost_usd"], "10");
}

#[test]
fn a_platform_may_cost_more_by_the_margin_but_not_beyond_it() {
    // $20 on Fargate against $10 on Lambda: 100 % more.
    let rule = |rule: &str| format!("{rule}{}", one("runs_on = \"fargate\"\n"));
    let found = ["past-crossover", "warn", "one", "20", "10"];
    finds(&rule(""), &[], &[found]);
    finds(
        &rule("rules.past-crossover.margin_percent = 100\n"),
        &[],
        &[],
    );
    let limit = ["past-crossover", "warn", "one", "20", "19.999999"];
    finds(
        &rule("rules.past-crossover.margin_percent = 99.99999\n"),
        &[],
        &[limit],
    );
    let denied = "rules.past-crossover = { level = \"deny\", margin_percent = 50 }\n";
    finds(
        &rule(denied),
        &[],
        &[["past-crossover", "deny", "one", "20", "15"]],
    );
    // At 2 million calls both cost $20, at 2.1 million Lambda costs $1 more: that is what a move has
    // to save more than.
    for home in ["lambda", "fargate"] {
        let home = format!("runs_on = \"{home}\"\n");
        let text = |calls| {
            let text = format!("{HEAD}{}", of_calls("one", calls, &home));
            text.replace("utilization = 0.4", "utilization = 0.9")
        };
        finds(&text(2_000_000), &["-A", "near-crossover"], &[]);
        finds(&text(2_100_000), &["-A", "near-crossover"], &[]);
        let one_more = text(2_100_001);
        let found = ["past-crossover", "warn", "one", "21.00001", "20"];
        let found: &[_] = if home.contains("lambda") {
            &[found]
        } else {
            &[]
        };
        finds(&one_more, &["-A", "near-crossover"], found);
    }
}

#[test]
fn a_crossover_is_near_within_the_stated_share_of_traffic_but_not_beyond_it() {
    // The crossover is at 2 million calls. From 1.6 million that is a quarter more.
    let within = |percent: &str| format!("rules.near-crossover.within_percent = {percent}\n");
    let below = |percent: &str| {
        format!(
            "{}{HEAD}{}",
            within(percent),
            of_calls("one", 1_600_000, "")
        )
    };
    let found = ["near-crossover", "warn", "one", "25", "25"];
    finds(&below("25"), &[], &[found]);
    finds(&below("24.99999999"), &[], &[]);
    // From the other side: 2.5 million calls, so a fifth less. At 50 % that is ten points.
    let above = |percent: &str| {
        let text = of_calls("one", 2_500_000, "runs_on = \"fargate\"\n");
        let text = text.replace("utilization = 0.4", "utilization = 0.5");
        format!("{}{HEAD}{text}", within(percent))
    };
    let found = ["near-crossover", "warn", "one", "20", "20"];
    finds(&above("20"), &[], &[found]);
    finds(&above("19.9999"), &[], &[]);
    // At the crossover itself.
    let at = format!("{HEAD}{}", of_calls("one", 2_000_000, ""));
    let found = ["near-crossover", "warn", "one", "0", "0"];
    finds(&format!("{}{at}", within("0")), &[], &[found]);
    // The default is 10 %: 2,000,000 / 1,818,182 is just below 1.1, and one call less just above.
    let of = |calls| format!("{HEAD}{}", of_calls("one", calls, ""));
    let digits = "9.999989000001099999890000011";
    let near = ["near-crossover", "warn", "one", digits, "10"];
    finds(&of(1_818_182), &[], &[near]);
    finds(&of(1_818_181), &[], &[]);
    // Twice the calls are far, although 0.2 % and 0.4 % of utilization are only 0.2 points apart.
    let little = one("").replace("utilization = 0.4", "utilization = 0.002");
    finds(&little, &[], &[]);
    // 60 % crosses at 120 %, which is beyond the capacity: there is no crossover.
    let beyond = one("").replace("utilization = 0.4", "utilization = 0.6");
    finds(&format!("{}{beyond}", within("100")), &[], &[]);
}

#[test]
fn prices_may_have_the_allowed_age_but_not_a_day_more() {
    // 2027-01-01 is day 20,819 of the epoch: 57 years with 14 leap days, 57 x 365 + 14.
    const DAY: i64 = 86_400;
    let first = 20_819 * DAY;
    let folder = Folder::with("scenario.toml", one(""));
    let at = |seconds: i64, most: &str| {
        let arguments = [
            "check",
            "scenario.toml",
            "--prices",
            "prices",
            "--format",
            "json",
        ];
        let mut command = folder.command(&[&arguments[..], &["--max-price-age", most]].concat());
        command.env("SOURCE_DATE_EPOCH", seconds.to_string());
        super::Run::of(command.output().expect("it starts"))
    };
    for days in [0_i64, 1, 30, 365, 4000] {
        let most = days.to_string();
        let (last, next) = (first + (days + 1) * DAY - 1, first + (days + 1) * DAY);
        are(&at(last, &most).findings(), &[]);
        let actual = (days + 1).to_string();
        let found = ["stale-prices", "deny", "-", &actual, &most];
        are(&at(next, &most).findings(), &[found]);
    }
    // A day ahead is the difference between time zones; more is a wrong clock, however many days
    // are allowed. 1980 is what some builds set.
    are(&at(first - DAY, "0").findings(), &[]);
    for wrong in [first - DAY - 1, 315_532_800, 0, -DAY] {
        for most in ["0", "10", "4294967295"] {
            let found = at(wrong, most).findings();
            are(&found, &[["stale-prices", "deny", "-", "-", "-"]]);
        }
    }
    // Without the flag, no age is checked.
    finds(&one(""), &[], &[]);
    for wrong in [
        "",
        "yesterday",
        "1e9",
        "99999999999999999999",
        "9223372036854775807",
    ] {
        let mut command = folder.command(&["check", "scenario.toml", "--max-price-age", "1"]);
        command.env("SOURCE_DATE_EPOCH", wrong);
        let run = super::Run::of(command.output().expect("it starts"));
        run.refused("out-of-range", wrong);
    }
}

/// A clock before the prices fails the check in every format, and each report gives the reason.
#[test]
fn a_clock_before_the_prices_is_denied_in_every_format() {
    let folder = Folder::with("scenario.toml", one(""));
    for format in ["text", "json", "github", "junit", "sarif", "markdown"] {
        let mut command = folder.command(&["check", "scenario.toml", "--prices", "prices"]);
        command.args(["--max-price-age", "10", "--format", format]);
        command.env("SOURCE_DATE_EPOCH", "0");
        let run = super::Run::of(command.output().expect("it starts"));
        assert_eq!(run.code, Some(1), "{format}: {}", run.stderr);
        let text = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in ["stale-prices", "2027-01-01", "1970-01-01"] {
            assert!(text.contains(part), "{format}: {part}: {text}");
        }
    }
}

#[test]
fn the_age_of_prices_is_checked_for_each_region() {
    let two = one("") + &function("two", "region = \"eu-west-1\"\n");
    let folder = Folder::with("scenario.toml", two);
    let old = super::PRICES.replace("us-east-1", "eu-west-1");
    folder.write(
        "prices/eu-west-1.toml",
        old.replace("2027-01-01", "2026-12-31"),
    );
    let mut command = folder.command(&["check", "scenario.toml", "--prices", "prices"]);
    command.args(["--max-price-age", "1", "--format", "json"]);
    // 2027-01-02: one day after the first, two after the second.
    command.env("SOURCE_DATE_EPOCH", (20_820 * 86_400).to_string());
    let found = super::Run::of(command.output().expect("it starts")).findings();
    are(&found, &[["stale-prices", "deny", "-", "2", "1"]]);
    assert!(found[0].message.contains("eu-west-1"), "{found:?}");
}

#[test]
fn the_age_of_prices_is_that_of_those_in_the_bills() {
    // The file is of 2027, but its prices of Lambda are of 2026. No bill has prices of Fargate.
    let folder = Folder::with("scenario.toml", one(""));
    let mixed = super::PRICES
        .replacen(
            "[lambda.x86_64]\nas_of = \"2027-01-01\"",
            "[lambda.x86_64]\nas_of = \"2026-12\"",
            1,
        )
        .replacen(
            "[fargate.linux.x86_64]\nas_of = \"2027-01-01\"",
            "[fargate.linux.x86_64]\nas_of = \"2020\"",
            1,
        );
    folder.write("prices/us-east-1.toml", mixed);
    let mut command = folder.command(&["check", "scenario.toml", "--prices", "prices"]);
    command.args(["--max-price-age", "30", "--format", "json"]);
    // 2027-01-01: 31 days after 2026-12-01.
    command.env("SOURCE_DATE_EPOCH", (20_819 * 86_400).to_string());
    let found = super::Run::of(command.output().expect("it starts")).findings();
    are(&found, &[["stale-prices", "deny", "-", "31", "30"]]);
}

#[test]
fn prices_without_a_readable_date_are_refused() {
    let folder = Folder::with("scenario.toml", one(""));
    for date in ["yesterday", "2027-02-30", "2027-13", "9999999", "Z"] {
        folder.write(
            "prices/us-east-1.toml",
            super::PRICES.replace("2027-01-01", date),
        );
        let run = folder.check(&["scenario.toml", "--max-price-age", "4000000"]);
        run.refused("bad-price", date);
    }
}

#[test]
fn a_budget_for_an_unknown_function_is_a_finding() {
    let text = one("") + "\n[budget.functions.ome]\nmonthly_usd.deny = 1\n";
    let folder = Folder::with("scenario.toml", &text);
    let run = folder.check(&["scenario.toml", "--format", "json"]);
    are(
        &run.findings(),
        &[["unmatched-budget", "deny", "-", "-", "-"]],
    );
    let finding = &run.json()["findings"][0];
    assert_eq!(finding["help"], "did you mean `one`?");
    let line = 1 + text
        .lines()
        .position(|line| line.contains("ome"))
        .expect("there");
    assert_eq!(finding["line"], line);
    finds(&text, &["-A", "unmatched-budget"], &[]);
}

#[test]
fn of_many_budgets_for_unknown_functions_only_the_first_get_a_suggestion() {
    let functions: String = (0..200).map(|n| function(&format!("f{n}"), "")).collect();
    let budgets: String = (0..200)
        .map(|n| format!("\n[budget.functions.g{n}]\nmonthly_usd.deny = 1\n"))
        .collect();
    let folder = Folder::with("scenario.toml", format!("{HEAD}{functions}{budgets}"));
    let json = folder.check(&["scenario.toml", "--format", "json"]).json();
    let findings = json["findings"].as_array().expect("a list");
    assert_eq!(findings.len(), 200);
    for (number, finding) in findings.iter().enumerate() {
        let help = finding["help"].as_str().expect("advice");
        let near = help.starts_with("did you mean `f");
        assert!(near || number >= 10, "{finding}");
        assert!(
            near || help == "name a function, or take it out",
            "{finding}"
        );
    }
}

#[test]
fn a_function_without_a_limit_is_a_finding_if_the_rule_is_on() {
    let rule = ["-D", "unbudgeted-function"];
    let found = ["unbudgeted-function", "deny", "one", "-", "-"];
    finds(&one(""), &[], &[]);
    finds(&one(""), &rule, &[found]);
    finds(&one("budget.monthly_usd.warn = 100\n"), &rule, &[]);
    finds(&one("budget.increase_usd.warn = 100\n"), &rule, &[]);
    finds(
        &format!("defaults.budget.monthly_usd.warn = 100\n{}", one("")),
        &rule,
        &[],
    );
    // A budget of the scenario limits no function, and an empty one limits nothing.
    finds(
        &format!("budget.monthly_usd.deny = 100\n{}", one("")),
        &rule,
        &[found],
    );
    finds(&one("budget = {}\n"), &rule, &[found]);
    finds(&one("budget.monthly_usd = {}\n"), &rule, &[found]);
    finds(
        &format!("{}\n[budget.functions.one]\n", one("")),
        &rule,
        &[found],
    );
    let named = "\n[budget.functions.one]\nmonthly_usd.deny = 100\n";
    finds(&(one("") + named), &rule, &[]);
}
