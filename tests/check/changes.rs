//! What changed since the baseline, and why.

use super::{Folder, HEAD, are, function, of_calls, one};
use serde_json::{Value, json};

/// No findings that have nothing to do with a change.
const ONLY_COSTS: [&str; 4] = ["-A", "past-crossover", "-A", "near-crossover"];

/// The report on `now.toml` against `before.toml`.
fn compared(before: &str, now: &str, format: &str) -> String {
    let folder = Folder::with("now.toml", now);
    folder.write("before.toml", before);
    let files = ["now.toml", "--baseline", "before.toml", "--format", format];
    folder.check(&[&files[..], &ONLY_COSTS].concat()).stdout
}

fn changes(before: &str, now: &str) -> Value {
    let report = compared(before, now, "json");
    let report: Value = serde_json::from_str(&report).expect("JSON");
    report["changes"].clone()
}

/// The names of the changed functions, in the order of a report.
fn names(changes: &Value) -> Vec<&str> {
    let functions = changes["functions"].as_array().expect("a list").iter();
    functions
        .map(|change| change["name"].as_str().expect("a name"))
        .collect()
}

#[test]
fn a_change_names_the_keys_with_old_and_new_value() {
    // 500,000 x 0.5 GB-s x $0.000009 = $2.25, requests $0.50: $2.75 became $10.
    let before = one("").replace("memory_mb = 1024", "memory_mb = 512");
    let before = before.replace("= 1000000", "= 500_000");
    let of_700 = format!("hours_per_month = 700\n{}", one(""));
    let changes = changes(&before, &format!("{of_700}runs_on = \"lambda\"\n"));
    assert_eq!(
        changes["functions"],
        json!([{
            "name": "one",
            "status": "changed",
            "before_usd": "2.75",
            "after_usd": "10",
            "change_usd": "7.25",
            "change_percent": "263.6363636363636363636363636",
            "keys": [
                { "key": "memory_mb", "before": "512", "after": "1024" },
                { "key": "invocations_per_month", "before": "500000", "after": "1000000" },
            ],
            "prices": [],
            "plan_before": null,
            "plan_after": null,
        }])
    );
    let hours = json!([{ "key": "hours_per_month", "before": "730", "after": "700" }]);
    assert_eq!(changes["keys"], hours);
    let text = compared(&before, &of_700, "text");
    for line in [
        "    memory_mb 512 -> 1,024\n",
        "    invocations_per_month 500,000 -> 1,000,000\n",
        "    hours_per_month 730 -> 700\n",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
    let markdown = compared(&before, &of_700, "markdown");
    let row = "| memory_mb 512 -&gt; 1,024; invocations_per_month 500,000 -&gt; 1,000,000 |";
    assert!(markdown.contains(row), "{markdown}");
}

#[test]
fn a_value_is_the_same_however_it_is_written_and_wherever_it_is_stated() {
    let now = one("region = \"us-east-1\"\narchitecture = \"x86_64\"\n");
    let before = one("")
        .replace("utilization = 0.4", "utilization = \"40 %\"")
        .replace("= 1000000", "= 1e6")
        .replace("memory_mb = 1024\n", "");
    let before = before.replace("\n[[function]]", "defaults.memory_mb = 1024\n[[function]]");
    let changes = changes(&before, &now);
    assert_eq!(changes["functions"], json!([]));
    assert_eq!(changes["keys"], json!([]));
    assert_eq!(changes["unchanged"], 1);
}

#[test]
fn a_key_that_is_stated_on_one_side_only_is_a_cause() {
    let before = one("").replace("utilization = 0.4", "peak_concurrency = 3.5");
    let now = of_calls("one", 2_000_000, "runs_on = \"fargate\"\npinned = true\n");
    let changes = changes(&before, &format!("{HEAD}{now}"));
    let keys = changes["functions"][0]["keys"].as_array().expect("a list");
    for expected in [
        json!({ "key": "runs_on", "before": "lambda", "after": "fargate" }),
        json!({ "key": "utilization", "before": null, "after": "0.4" }),
        json!({ "key": "pinned", "before": null, "after": "true" }),
        json!({ "key": "peak_concurrency", "before": "3.5", "after": null }),
    ] {
        assert!(keys.contains(&expected), "{expected} is not in {keys:?}");
    }
}

#[test]
fn changes_are_sorted_by_dollars_and_zero_rows_are_dropped() {
    // $10 a million calls: one call is $0.00001.
    let scenario = |calls: &[(&str, u64)]| {
        let functions: String = calls
            .iter()
            .map(|(name, calls)| of_calls(name, *calls, ""))
            .collect();
        format!("{HEAD}{functions}")
    };
    let before = scenario(&[
        ("small", 100_000),
        ("same", 1_000_000),
        ("up", 1_000_000),
        ("down", 1_500_000),
        ("gone", 700_000),
    ]);
    let now = scenario(&[
        ("small", 100_001),
        ("same", 1_000_000),
        ("up", 1_100_000),
        ("down", 1_000_000),
        ("new", 300_000),
    ]);
    let report = changes(&before, &now);
    // -$7, -$5, +$3, +$1, +$0.00001.
    assert_eq!(names(&report), ["gone", "down", "new", "up", "small"]);
    assert_eq!(report["unchanged"], 1);
    for (format, before_name, after_name) in [("text", "  ", " "), ("markdown", "`", "`")] {
        let text = compared(&before, &now, format);
        let rows = ["gone", "down", "new", "up"].map(|name| {
            let row = text.find(&format!("{before_name}{name}{after_name}"));
            row.unwrap_or_else(|| panic!("{name} is not in\n{text}"))
        });
        assert!(rows.is_sorted(), "{text}");
        assert!(!text.contains("small"), "{text}");
        assert!(text.contains("1 change of less than a cent"), "{text}");
        assert!(text.contains("-$7.00") && text.contains("+$3.00"), "{text}");
    }
}

#[test]
fn another_place_in_the_plan_is_named_also_where_the_bill_is_the_same() {
    // From $10 to $30 on Lambda; on Fargate it is $20 all the time.
    let before = one("").replace("utilization = 0.4", "utilization = 0.9");
    let now = format!("{HEAD}{}", of_calls("one", 3_000_000, ""));
    let now = now.replace("utilization = 0.4", "utilization = 0.9");
    let change = &changes(&before, &now)["functions"][0];
    assert_eq!(change["plan_before"], "lambda");
    assert_eq!(change["plan_after"], "fargate");
    let text = compared(&before, &now, "text");
    let line = "    the plan has it on Fargate now, on Lambda before\n";
    assert!(text.contains(line), "{text}");
    // One task in place of two: $10 on Fargate, against $12 on Lambda.
    let before = format!("{HEAD}{}", of_calls("one", 1_200_000, ""));
    let now = before.replace("container = {", "container = { min_tasks = 1,");
    let report = changes(&before, &now);
    assert_eq!(report["functions"][0]["change_usd"], "0");
    let keys = json!([{ "key": "container.min_tasks", "before": null, "after": "1" }]);
    assert_eq!(report["functions"][0]["keys"], keys);
    let text = compared(&before, &now, "text");
    assert!(text.contains(line), "{text}");
}

#[test]
fn a_price_that_differs_from_that_of_the_report_is_named() {
    let folder = Folder::with("now.toml", one(""));
    let arguments = ["compare", "now.toml", "-o", "before.json"];
    let run = folder.run(&[&arguments[..], &["--prices", "prices"]].concat());
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let prices = super::PRICES.replace(
        "request = { usd = \"0.000001\"",
        "request = { usd = \"0.000003\"",
    );
    folder.write("prices/us-east-1.toml", prices);
    // A million requests cost $2 more.
    let files = ["now.toml", "--baseline", "before.json", "--format"];
    let run = |format| folder.check(&[&files[..], &[format], &ONLY_COSTS].concat());
    let report = run("json").json();
    let price = json!([{
        "meter": "lambda.x86_64.request",
        "unit": "request",
        "before_usd": "0.000001",
        "after_usd": "0.000003",
    }]);
    assert_eq!(report["changes"]["prices"], price);
    assert_eq!(report["changes"]["functions"][0]["prices"], price);
    assert_eq!(report["changes"]["functions"][0]["keys"], json!([]));
    assert_eq!(report["changes"]["total"]["change_usd"], "2");
    let line = "    lambda.x86_64.request $0.000001 -> $0.000003 per request\n";
    let text = run("text").stdout;
    assert!(text.contains(line), "{text}");
    // A report has the memory, the calls and the like.
    folder.write("prices/us-east-1.toml", super::PRICES);
    folder.write(
        "now.toml",
        format!("{HEAD}{}", of_calls("one", 1_200_000, "")),
    );
    let report = run("json").json();
    let calls = json!({ "key": "invocations_per_month", "before": "1000000", "after": "1200000" });
    assert_eq!(report["changes"]["functions"][0]["keys"], json!([calls]));
    assert_eq!(report["changes"]["prices"], json!([]));
}

/// Two functions on Fargate, where Lambda costs $10 less.
fn two(calls: [u64; 2], extra: &str) -> String {
    let home = "runs_on = \"fargate\"\n";
    let [one, two] = ["one", "two"].map(|name| (name, home));
    format!(
        "{extra}{HEAD}{}{}",
        of_calls(one.0, calls[0], one.1),
        of_calls(two.0, calls[1], two.1)
    )
}

#[test]
fn findings_of_untouched_functions_are_told_apart() {
    let folder = Folder::with("now.toml", two([1_000_000, 1_100_000], ""));
    folder.write("before.toml", two([1_000_000, 1_000_000], ""));
    let files = ["now.toml", "--baseline", "before.toml"];
    let run = |more: &[&str]| folder.check(&[&files[..], more].concat());
    let existing = |report: &Value| -> Vec<(String, Value)> {
        let findings = report["findings"].as_array().expect("a list").iter();
        findings
            .map(|one| {
                (
                    one["function"].as_str().unwrap_or("-").to_owned(),
                    one["existing"].clone(),
                )
            })
            .collect()
    };
    // Both run on the more expensive platform; only `two` was touched.
    let report = run(&["--format", "json"]).json();
    let expected = [
        ("two".to_owned(), json!(false)),
        ("one".to_owned(), json!(true)),
    ];
    assert_eq!(existing(&report), expected);
    let text = run(&[]).stdout;
    let (new, rest) = text
        .split_once("Not new: before.toml has the same\n")
        .expect("a heading");
    assert!(new.contains("`two`") && !new.contains("`one`"), "{text}");
    assert!(
        rest.contains("  warning[past-crossover]: `one` runs on Fargate"),
        "{text}"
    );
    assert!(
        text.ends_with("no errors, 2 warnings; 1 of them not new\n"),
        "{text}"
    );
    let sarif = run(&["--format", "sarif"]).json();
    let results = sarif["runs"][0]["results"].as_array().expect("results");
    assert_eq!(results[0]["baselineState"], "new");
    assert_eq!(results[1]["baselineState"], "unchanged");
    let markdown = run(&["--format", "markdown"]).stdout;
    let (above, below) = markdown
        .split_once("<details><summary>1 finding that is not new</summary>")
        .expect("a fold");
    assert!(above.contains("`two` runs on") && !above.contains("`one` runs on"));
    assert!(below.contains("`one` runs on"));
    // It counts like any other.
    assert_eq!(run(&["-D", "past-crossover"]).code, Some(1));
    // Another level, or a limit that was not there: the finding is new.
    folder.write(
        "now.toml",
        two(
            [1_000_000; 2],
            "budget.functions.one.monthly_usd.deny = 19\n",
        ),
    );
    let report = run(&["--format", "json"]).json();
    let expected = [
        ("one".to_owned(), json!(false)),
        ("one".to_owned(), json!(true)),
        ("two".to_owned(), json!(true)),
    ];
    assert_eq!(existing(&report), expected);
    // A report has no findings, so it is not known.
    let arguments = [
        "compare",
        "before.toml",
        "-o",
        "before.json",
        "--prices",
        "prices",
    ];
    assert_eq!(folder.run(&arguments).code, Some(0));
    let json = folder.check(&["now.toml", "--baseline", "before.json", "--format", "json"]);
    let known = existing(&json.json());
    assert!(
        known.iter().all(|(_, existing)| existing.is_null()),
        "{known:?}"
    );
}

/// Compares a scenario of `now` calls with one of `before`, at limits of the whole and of `one`.
#[track_caller]
fn falls(before: u64, now: u64, [whole, own]: [&str; 2], expected: &[[&str; 5]]) {
    let text = |calls| {
        let own = format!("budget = {{ {own} }}\n");
        format!(
            "budget = {{ {whole} }}\n{HEAD}{}",
            of_calls("one", calls, &own)
        )
    };
    let folder = Folder::with("now.toml", text(now));
    folder.write("before.toml", text(before));
    let files = ["now.toml", "--baseline", "before.toml"];
    are(
        &folder.findings(&[&files[..], &ONLY_COSTS].concat()),
        expected,
    );
}

#[test]
fn a_fall_may_equal_its_limit_but_not_exceed_it() {
    // $10 became $9: 10 %, $1. One call less is $0.00001, 0.0001 %.
    let limits = ["decrease_percent.deny = 10", "decrease_percent.warn = 10"];
    falls(1_000_000, 900_000, limits, &[]);
    let more = [
        ["cost-decrease", "deny", "-", "10.0001", "10"],
        ["cost-decrease", "warn", "one", "10.0001", "10"],
    ];
    falls(1_000_000, 899_999, limits, &more);
    let limits = ["decrease_usd.deny = 1", "decrease_usd.notice = 1"];
    falls(1_000_000, 900_000, limits, &[]);
    let more = [
        ["cost-decrease", "deny", "-", "1.00001", "1"],
        ["cost-decrease", "notice", "one", "1.00001", "1"],
    ];
    falls(1_000_000, 899_999, limits, &more);
    // A rise exceeds no limit of a fall, and nothing falls from zero.
    let none = [
        "decrease_usd.deny = 0, increase_usd.deny = 100",
        "decrease_percent.deny = 0",
    ];
    falls(1_000_000, 2_000_000, none, &[]);
    falls(1_000_000, 1_000_000, none, &[]);
    falls(0, 0, none, &[]);
    // To zero is 100 %.
    let half = ["decrease_percent.deny = 50", "decrease_usd.deny = 10"];
    falls(
        1_000_000,
        0,
        half,
        &[["cost-decrease", "deny", "-", "100", "50"]],
    );
    // Without a limit a fall is fine.
    falls(
        1_000_000,
        1,
        ["monthly_usd.deny = 100", "monthly_usd.deny = 100"],
        &[],
    );
}

#[test]
fn a_removed_function_is_a_fall_of_the_whole() {
    let limit = "budget.decrease_usd.deny = 9.99\n";
    let folder = Folder::with("now.toml", format!("{limit}{}", one("")));
    folder.write("before.toml", one("") + &function("gone", ""));
    let found = ["cost-decrease", "deny", "-", "10", "9.99"];
    let files = ["now.toml", "--baseline", "before.toml"];
    are(&folder.findings(&files), &[found]);
    let report = folder
        .check(&[&files[..], &["--format", "json"]].concat())
        .json();
    assert_eq!(report["findings"][0]["driver"]["item"], "gone");
    assert_eq!(report["findings"][0]["driver"]["cost_usd"], "10");
}

#[test]
fn eleven_tenths_of_a_bill_are_ten_per_cent() {
    // Pods in an existing cluster pay for a share of its nodes, which has no last digit: 26 pods to
    // a node. Eleven pods cost 11/10 of ten.
    let pods = |tens: u32, pods: u32| {
        let limits = "increase_percent.deny = 10, decrease_percent.deny = 9.0909090909";
        format!(
            "region = \"us-east-1\"\nplatforms = [\"eks\"]\neks.cluster = \"existing\"\n\
             eks.instance_type = \"c6a.4xlarge\"\nbudget = {{ {limits} }}\n[[function]]\n\
             name = \"one\"\nmemory_mb = 1024\nduration_ms = 100\ninvocations_per_month = 1\n\
             peak_concurrency = 1\nruns_on = \"eks\"\nbudget = {{ {limits} }}\n\
             container = {{ min_tasks = {} }}\n",
            tens * pods
        )
    };
    for tens in 1..10 {
        let folder = Folder::with("now.toml", pods(tens, 11));
        folder.write("before.toml", pods(tens, 10));
        let arguments = ["compare", "before.toml", "-o", "before.json"];
        assert_eq!(folder.run(&arguments).code, Some(0));
        for baseline in ["before.toml", "before.json"] {
            let run = folder.run(&[
                "check",
                "now.toml",
                "--baseline",
                baseline,
                "--format",
                "json",
            ]);
            are(&run.findings(), &[]);
            let percent = &run.json()["changes"]["total"]["change_percent"];
            let percent = percent.as_str().expect("a number");
            assert!(
                percent == "10" || percent.starts_with("10.0000") || percent.starts_with("9.9999")
            );
        }
        // 1 - 10/11 is 9.0909… %: above a limit of ten digits.
        let back = Folder::with("now.toml", pods(tens, 10));
        back.write("before.toml", pods(tens, 11));
        let run = back.run(&[
            "check",
            "now.toml",
            "--baseline",
            "before.toml",
            "--format",
            "json",
        ]);
        let found = run.findings();
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(
            found.iter().all(|one| one.rule == "cost-decrease"),
            "{found:?}"
        );
    }
}

#[test]
fn a_kept_budget_says_how_much_of_it_is_used() {
    // $10 of $40, and $10 per million calls of $16.
    let limits = "monthly_usd = { notice = 20, warn = 30, deny = 40 }";
    let own = "budget = { usd_per_million_invocations.warn = 16, monthly_usd.deny = 9 }\n";
    let folder = Folder::with(
        "scenario.toml",
        format!("budget = {{ {limits} }}\n{}", one(own)),
    );
    let text = folder.check(&["scenario.toml"]).stdout;
    let kept = "Budgets kept\n  the scenario: $10.00 of $40.00 a month, 25 %\n  \
                `one`: $10.00 of $16.00 per million invocations, 63 %\n\n";
    assert!(text.contains(kept), "{text}");
    let report = folder.check(&["scenario.toml", "--format", "json"]).json();
    let budget = |function: Value, key: &str, limit: &str, level: &str, kept, used: &str| {
        json!({
            "function": function, "tag": null, "key": key, "level": level, "kept": kept,
            "actual": "10", "limit": limit, "used_percent": used,
        })
    };
    let million = "usd_per_million_invocations";
    let digits = "111.1111111111111111111111111";
    let expected = json!([
        budget(Value::Null, "monthly_usd", "40", "deny", true, "25"),
        budget(json!("one"), "monthly_usd", "9", "deny", false, digits),
        budget(json!("one"), million, "16", "warn", true, "62.5"),
    ]);
    assert_eq!(report["budgets"], expected);
    assert_eq!(report["monthly_usd"], "10");
    let markdown = folder
        .check(&["scenario.toml", "--format", "markdown"])
        .stdout;
    let line = "**$10.00 a month**; budget used: $10.00 of $40.00 a month, 25 %.";
    assert!(markdown.contains(line), "{markdown}");
    // No part of a budget of zero.
    let zero = format!(
        "budget.monthly_usd.deny = 0\n{HEAD}{}",
        of_calls("one", 0, "")
    );
    folder.write("scenario.toml", zero);
    let text = folder.check(&["scenario.toml"]).stdout;
    assert!(
        text.contains("  the scenario: $0.00 of $0.00 a month\n"),
        "{text}"
    );
}

#[test]
fn a_limit_has_up_to_three_steps() {
    // $10 a month.
    let of = |limits: &str| one(&format!("budget.monthly_usd = {{ {limits} }}\n"));
    let at = |limits: &str, expected: &[[&str; 5]]| super::finds(&of(limits), &[], expected);
    at("notice = 10, warn = 11, deny = 12", &[]);
    at(
        "notice = 9, warn = 11, deny = 12",
        &[["over-budget", "notice", "one", "10", "9"]],
    );
    at(
        "notice = 8, warn = 9, deny = 12",
        &[["over-budget", "warn", "one", "10", "9"]],
    );
    at(
        "notice = 7, warn = 8, deny = 9",
        &[["over-budget", "deny", "one", "10", "9"]],
    );
    at("notice = 9", &[["over-budget", "notice", "one", "10", "9"]]);
    for (limits, step) in [
        ("notice = 9, warn = 8", "`notice` (9)"),
        ("notice = 9, deny = 8", "`notice` (9)"),
        ("notice = 1, warn = 9, deny = 8", "`warn` (9)"),
    ] {
        let folder = Folder::with("scenario.toml", of(limits));
        let run = folder.check(&["scenario.toml"]);
        run.refused("conflict", limits);
        assert!(run.stderr.contains(step), "{}", run.stderr);
    }
    // A notice does not fail, and is its own level in each format.
    let folder = Folder::with("scenario.toml", of("notice = 9"));
    for (format, word) in [
        ("text", "notice[over-budget]: `one`"),
        ("json", "\"noticed\": 1"),
        ("github", "::notice file=scenario.toml,line=5,"),
        ("junit", "notice[over-budget]"),
        ("sarif", "\"level\": \"note\""),
        ("markdown", "| notice | `over-budget` |"),
    ] {
        let run = folder.check(&["scenario.toml", "--format", format]);
        run.reported(0, format);
        assert!(run.stdout.contains(word), "{format}: {}", run.stdout);
    }
    let denied = folder.check(&["scenario.toml", "-D", "over-budget"]);
    assert_eq!(denied.code, Some(1));
    folder.write("scenario.toml", of("deny = 9"));
    let noticed = folder.check(&["scenario.toml", "-N", "over-budget"]);
    noticed.reported(0, "-N");
    assert!(
        noticed
            .stdout
            .ends_with("no errors, no warnings, 1 notice\n")
    );
}

#[test]
fn a_baseline_that_cannot_be_read_is_a_warning() {
    let folder = Folder::with("now.toml", one("budget.monthly_usd.deny = 9\n"));
    folder.write("broken.toml", "region = 7\n");
    folder.write("broken.json", "{");
    let unread = ["unreadable-baseline", "warn", "-", "-", "-"];
    let over = ["over-budget", "deny", "one", "10", "9"];
    for baseline in ["broken.toml", "broken.json", "gone.toml", "now.toml/x"] {
        let arguments = ["now.toml", "--baseline", baseline];
        are(&folder.findings(&arguments), &[over, unread]);
        let run = folder.check(&[&arguments[..], &["-A", "over-budget"]].concat());
        run.reported(0, baseline);
        let named = format!("the baseline `{baseline}` cannot be read");
        assert!(run.stdout.contains(&named), "{}", run.stdout);
        let denied = folder.check(&[&arguments[..], &["-D", "unreadable-baseline"]].concat());
        assert_eq!(denied.code, Some(1));
        let required = folder.check(&[&arguments[..], &["--baseline-required"]].concat());
        assert_eq!(required.code, Some(2), "{baseline}: {}", required.stderr);
        assert_eq!(required.stdout, "");
    }
    let json = folder.check(&["now.toml", "--baseline", "broken.toml", "--format", "json"]);
    assert_eq!(json.json()["changes"], Value::Null);
    assert_eq!(json.json()["baseline"], Value::Null);
}

#[test]
fn several_scenarios_are_checked_in_one_run() {
    let folder = Folder::with("a.toml", one(""));
    folder.write("b.toml", one("budget.monthly_usd.deny = 9\n"));
    std::fs::create_dir(folder.path().join("base")).expect("created");
    folder.write(
        "base/a.toml",
        format!("{HEAD}{}", of_calls("one", 900_000, "")),
    );
    let both = ["a.toml", "b.toml"];
    let run = |more: &[&str]| folder.check(&[&both[..], more].concat());
    let json = run(&["--baseline", "base", "--format", "json"]);
    assert_eq!(json.code, Some(1), "{}", json.stderr);
    let reports = json.json();
    let reports = reports.as_array().expect("an array");
    assert_eq!(reports.len(), 2);
    // $9 became $10.
    assert_eq!(reports[0]["scenario"], "a.toml");
    assert_eq!(reports[0]["baseline"], "base/a.toml");
    assert_eq!(reports[0]["changes"]["total"]["change_usd"], "1");
    assert_eq!(reports[0]["passed"], true);
    // The folder has no file for the other one: it is new.
    assert_eq!(reports[1]["baseline"], Value::Null);
    assert_eq!(reports[1]["passed"], false);
    let rules: Vec<_> = reports[1]["findings"]
        .as_array()
        .expect("a list")
        .iter()
        .collect();
    assert_eq!(rules[0]["rule"], "over-budget");
    assert_eq!(rules[1]["rule"], "unreadable-baseline");
    assert_eq!(rules[1]["level"], "notice");
    let required = run(&["--baseline", "base", "--baseline-required"]);
    required.refused("unreadable", "a file that is not in the folder");
    // Baselines in the order of the scenarios.
    let json = run(&[
        "--baseline",
        "b.toml",
        "--baseline",
        "base/a.toml",
        "--format",
        "json",
    ]);
    let reports = json.json();
    assert_eq!(reports[0]["changes"]["total"]["change_usd"], "0");
    assert_eq!(reports[1]["changes"]["total"]["change_usd"], "1");
    run(&["--baseline", "a.toml"]).refused("conflict", "one file for two");
    let absolute = folder.path().join("a.toml");
    let absolute = absolute.to_str().expect("a name");
    let run_of = folder.check(&[absolute, "--baseline", "base"]);
    run_of.refused("conflict", "an absolute path");
    // Each format has all of both.
    for (format, parts) in [
        (
            "text",
            &[
                "1 function of `a.toml` checked",
                "1 function of `b.toml` checked",
            ][..],
        ),
        (
            "github",
            &["::error file=b.toml,", "1 function of `a.toml` checked"],
        ),
        (
            "junit",
            &["<testsuite name=\"a.toml\"", "<testsuite name=\"b.toml\""],
        ),
        (
            "markdown",
            &[
                "<!-- lambdacost check: a.toml -->",
                "<!-- lambdacost check: b.toml -->",
            ],
        ),
    ] {
        let run = run(&["--format", format]);
        run.reported(1, format);
        for part in parts {
            assert!(run.stdout.contains(part), "{part}: {}", run.stdout);
        }
    }
    let sarif = run(&["--format", "sarif"]).json();
    assert_eq!(sarif["runs"].as_array().map(Vec::len), Some(1));
    let mistakes = folder.check(&["gone.toml", "b.toml", "lost.toml"]);
    mistakes.refused("unreadable", "two files");
    assert!(mistakes.stderr.contains("gone.toml") && mistakes.stderr.contains("lost.toml"));
}

#[test]
fn a_comment_is_quiet_when_nothing_changed() {
    let folder = Folder::with("now.toml", one("runs_on = \"fargate\"\n"));
    folder.write("before.toml", folder.read("now.toml"));
    let files = [
        "now.toml",
        "--baseline",
        "before.toml",
        "--format",
        "markdown",
    ];
    let run = |more: &[&str]| folder.check(&[&files[..], more].concat()).stdout;
    let on_change = [
        "--comment",
        "on-change",
        "--baseline-name",
        "main (3620677)",
    ];
    assert_eq!(
        run(&on_change),
        "<!-- lambdacost check: now.toml -->\n<!-- nothing changed -->\n\
         ### ✅ lambdacost: 1 function checked: no errors, 1 warning; it is not new\n\n\
         **$20.00 a month**, unchanged against `main (3620677)`.\n"
    );
    assert!(run(&[]).contains("past-crossover"));
    // A key that changes no bill, a new finding, and a bill are changes.
    for now in [
        one("runs_on = \"fargate\"\ncold_start_rate = 0\ninit_ms = 1\n"),
        one("runs_on = \"fargate\"\nbudget.monthly_usd.deny = 1\n"),
        one("runs_on = \"lambda\"\n"),
    ] {
        folder.write("now.toml", now);
        assert!(!run(&on_change).contains("nothing changed"));
        assert!(run(&on_change).contains("Assumptions and omissions"));
    }
    // Without a baseline it is not known.
    let alone = ["now.toml", "--format", "markdown", "--comment", "on-change"];
    assert!(!folder.check(&alone).stdout.contains("nothing changed"));
}

#[test]
fn a_marker_names_its_scenario_and_cannot_end_the_comment() {
    for (name, marker) in [
        ("costs.toml", "costs.toml"),
        ("a b-->.toml", "a%20b%2D%2D%3E.toml"),
    ] {
        let folder = Folder::with(name, one(""));
        let text = folder.check(&[name, "--format", "markdown"]).stdout;
        let first = text.lines().next();
        let marker = format!("<!-- lambdacost check: {marker} -->");
        assert_eq!(first, Some(&*marker));
    }
}
