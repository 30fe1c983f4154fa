//! Baselines: scenarios, functions files, reports, and files that only look like a report.

use super::{Folder, HEAD, Run, are, function, of_calls, one};
use serde_json::{Value, json};

/// Expects a report in JSON that has no change since the baseline.
fn unchanged(folder: &Folder, scenario: &str, baseline: &str, more: &[&str], count: usize) {
    let rules = [
        "-A",
        "near-crossover",
        "-A",
        "past-crossover",
        "--format",
        "json",
    ];
    let arguments = [&[scenario, "--baseline", baseline], &rules[..], more].concat();
    let run = folder.check(&arguments);
    are(&run.findings(), &[]);
    let changes = &run.json()["changes"];
    assert_eq!(changes["functions"], json!([]), "{baseline}");
    assert_eq!(changes["unchanged"], count, "{baseline}");
    assert_eq!(changes["total"]["change_usd"], "0", "{baseline}");
}

/// Writes `compare --format json` of a scenario.
fn report(folder: &Folder, scenario: &str, file: &str, more: &[&str]) {
    let arguments = ["compare", scenario, "--format", "json", "-o", file];
    let run = folder.run(&[&arguments[..], more].concat());
    assert_eq!(run.code, Some(0), "{}", run.stderr);
}

/// A check that needs its baseline.
fn required(folder: &Folder, arguments: &[&str]) -> Run {
    folder.check(&[arguments, &["--baseline-required"]].concat())
}

const ROUND: [&str; 2] = ["--prices", "prices"];

#[test]
fn a_scenario_has_no_change_against_itself() {
    let folder = Folder::with("scenario.toml", one("budget.increase_usd.deny = 0\n"));
    report(&folder, "scenario.toml", "report.json", &ROUND);
    report(&folder, "scenario.toml", "report", &ROUND);
    for baseline in ["scenario.toml", "report.json", "report"] {
        unchanged(&folder, "scenario.toml", baseline, &[], 1);
    }
}

/// Numbers with many digits, the same in each run: Marsaglia's xorshift.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn row(&mut self, number: usize) -> String {
        let memory = 128 + self.below(8000);
        let duration = format!("{}.{}", 1 + self.below(60_000), self.below(1_000_000_000));
        let calls = self.below(10_u64.pow(1 + (number % 11) as u32));
        let share = format!("0.{:09}", 1 + self.below(999_999_998));
        let home = ["lambda", "fargate", "eks", ""][number % 4];
        let region = ["us-east-1", "eu-west-1", "ap-south-1"][number % 3];
        let rate = format!("0.{:07}", self.below(10_000_000));
        let init = self.below(10_000);
        format!("f{number},{memory},{duration},{calls},{share},{home},{region},{rate},{init},0,0\n")
    }
}

#[test]
fn numbers_with_many_digits_do_not_change_against_their_own_report() {
    let mut noise = Noise(88_172_645_463_325_252);
    let rows: String = (0..400).map(|number| noise.row(number)).collect();
    let fleet = format!(
        "name,memory_mb,duration_ms,invocations_per_month,utilization,runs_on,region,\
         cold_start_rate,init_ms,budget.increase_percent.deny,budget.increase_usd.deny\n{rows}"
    );
    let folder = Folder::with("functions.csv", fleet);
    // The prices of the book, with all their digits.
    let nothing = "region = \"us-east-1\"\nas_of = \"2027-01-01\"\n";
    folder.write("prices/us-east-1.toml", nothing);
    folder.write(
        "scenario.toml",
        "hours_per_month = 729.123456789\nfunctions = \"functions.csv\"\n",
    );
    for scenario in ["functions.csv", "scenario.toml"] {
        report(&folder, scenario, "report.json", &ROUND);
        for baseline in ["report.json", scenario] {
            unchanged(&folder, scenario, baseline, &[], 400);
        }
    }
    // Nor does any bill rise when every function runs on one platform.
    for home in ["lambda", "fargate"] {
        let text = format!(
            "defaults.runs_on = \"{home}\"\nregion = \"us-east-1\"\nfunctions = \"plain.csv\"\n\
             budget = {{ increase_percent.deny = 0, increase_usd.deny = 0 }}\n"
        );
        let rows: String = (0..200)
            .map(|n| {
                format!(
                    "g{n},{},{}.{},{}\n",
                    128 + n,
                    1 + noise.below(9000),
                    noise.below(999),
                    noise.below(99_999_999)
                )
            })
            .collect();
        let columns = "name,memory_mb,duration_ms,invocations_per_month\n";
        folder.write("plain.csv", format!("{columns}{rows}"));
        folder.write("plain.toml", format!("defaults.utilization = 0.37\n{text}"));
        report(&folder, "plain.toml", "plain.json", &ROUND);
        unchanged(&folder, "plain.toml", "plain.json", &[], 200);
    }
}

#[test]
fn a_baseline_may_be_a_scenario_a_functions_file_or_a_report() {
    let before = format!("{HEAD}{}", of_calls("one", 500_000, ""));
    let folder = Folder::with("now.toml", one(""));
    folder.write("before.toml", &before);
    folder.write("before", &before);
    report(&folder, "before.toml", "before.json", &ROUND);
    // A functions file has the default hours, which Lambda does not need.
    let fleet = "name,memory_mb,duration_ms,invocations_per_month,utilization\n\
                 one,1024,1000,500000,0.4\n";
    folder.write("before.csv", fleet);
    folder.write("fleet", fleet);
    let found = ["cost-increase", "warn", "-", "5", "0"];
    for baseline in ["before.toml", "before", "before.json"] {
        are(
            &folder.findings(&["now.toml", "--baseline", baseline]),
            &[found],
        );
    }
    for baseline in ["before.csv", "fleet"] {
        let arguments = ["now.toml", "--baseline", baseline, "--region", "us-east-1"];
        are(&folder.findings(&arguments), &[found]);
        let run = required(&folder, &["now.toml", "--baseline", baseline]);
        run.refused("missing-key", "a fleet without a region");
    }
    // Mistakes in a baseline are reported as in any scenario.
    folder.write("wrong.toml", before.replace("memory_mb", "memory"));
    let run = required(&folder, &["now.toml", "--baseline", "wrong.toml"]);
    run.refused("unknown-key", "a mistake");
    assert!(run.stderr.contains("wrong.toml:"), "{}", run.stderr);
}

/// A report of one function, $10 on Lambda, as JSON.
fn smallest() -> Value {
    json!({
        "schema": "lambdacost/compare/v1",
        "functions": [{
            "name": "one",
            "runs_on": "lambda",
            "platforms": [{
                "id": "lambda",
                "monthly_usd": "10",
                "lines": [{ "item": "requests", "cost_usd": "1" }],
            }],
        }],
        "totals": { "today": "10" },
    })
}

#[track_caller]
fn refuses(content: impl AsRef<[u8]>, code: &str, what: &str) -> String {
    let folder = Folder::with("now.toml", one(""));
    folder.write("before.json", content);
    let run = required(&folder, &["now.toml", "--baseline", "before.json"]);
    run.refused(code, what);
    let named = run.stderr.contains("`before.json`");
    assert!(named, "{what}: {}", run.stderr);
    run.stderr
}

#[test]
fn the_smallest_report_is_read() {
    let folder = Folder::with("now.toml", one(""));
    folder.write("before.json", smallest().to_string());
    unchanged(&folder, "now.toml", "before.json", &[], 1);
    // Fields that a later version adds are not read.
    let mut more = smallest();
    more["colour"] = json!({ "red": [1, 2, 3] });
    more["functions"][0]["labels"] = json!(["a"]);
    folder.write("before.json", format!("\u{feff}{more}"));
    unchanged(&folder, "now.toml", "before.json", &[], 1);
    more["totals"]["today"] = json!("10.00");
    more["functions"][0]["platforms"][0]["monthly_usd"] = json!("010.000");
    folder.write("before.json", more.to_string());
    unchanged(&folder, "now.toml", "before.json", &[], 1);
}

#[test]
fn files_that_are_not_reports_are_refused() {
    let brackets = "[".repeat(100_000);
    let braces = "{\"a\":".repeat(100_000);
    let text = smallest().to_string();
    let nested = text.replacen('{', &format!("{{\"x\": {brackets},"), 1);
    let closed = format!("{{\"x\": {brackets}{},", "]".repeat(100_000));
    let functions = text.replacen("[{\"name", &format!("{brackets}[{{\"name"), 1);
    let array = format!("[{text}, {text}]");
    let cases: [(&str, &str); 17] = [
        ("empty", ""),
        ("whitespace", " \n\n"),
        ("a byte order mark", "\u{feff}"),
        ("broken", "{\"schema\": "),
        ("no JSON", "region = \"us-east-1\"\n"),
        ("a page", "<!doctype html>"),
        ("null", "null"),
        ("a number", "1"),
        ("a text", "\"lambdacost/compare/v1\""),
        ("a list", "[\"lambdacost/compare/v1\"]"),
        ("an empty list", "[]"),
        ("no schema", "{}"),
        ("an array of reports", &array),
        ("brackets", &brackets),
        ("braces", &braces),
        ("brackets in it", &nested),
        ("brackets around its functions", &functions),
    ];
    for (what, content) in cases {
        refuses(content, "bad-baseline", what);
    }
    // The depth of what is not read does not matter.
    let folder = Folder::with("now.toml", one(""));
    folder.write("before.json", text.replacen('{', &closed, 1));
    let run = folder.check(&["now.toml", "--baseline", "before.json"]);
    assert!(matches!(run.code, Some(0 | 2)), "{}", run.stderr);
    refuses(b"{\"schema\": \"\xff\"}", "unreadable", "not UTF-8");
    refuses(b"\0\0\0\0", "unreadable", "NUL bytes");
}

#[test]
fn half_a_report_is_refused_wherever_it_ends() {
    let folder = Folder::with("scenario.toml", one(""));
    report(&folder, "scenario.toml", "report.json", &ROUND);
    let whole = String::from_utf8(folder.read("report.json")).expect("UTF-8");
    let last = whole.trim_end().len();
    for part in 0..40 {
        folder.write("half.json", &whole[..last * part / 40]);
        let run = required(&folder, &["scenario.toml", "--baseline", "half.json"]);
        run.refused("bad-baseline", &format!("{part} of 40"));
    }
    folder.write("half.json", &whole[..last - 1]);
    let run = required(&folder, &["scenario.toml", "--baseline", "half.json"]);
    run.refused("bad-baseline", "all but the last bracket");
    folder.write("half.json", format!("{whole}{{"));
    let run = required(&folder, &["scenario.toml", "--baseline", "half.json"]);
    run.refused("bad-baseline", "one bracket more");
}

#[test]
fn other_schemas_are_refused_and_a_newer_one_says_so() {
    let of = |schema: Value| {
        let mut report = smallest();
        report["schema"] = schema;
        refuses(
            report.to_string(),
            "bad-baseline",
            &report["schema"].to_string(),
        )
    };
    for newer in ["lambdacost/compare/v3", "lambdacost/compare/v10"] {
        let message = of(json!(newer));
        assert!(
            message.contains("newer") && message.contains(newer),
            "{message}"
        );
    }
    let check = "lambdacost/check/v1";
    for other in [
        check,
        "lambdacost/prices/v1",
        "",
        "v1",
        "LAMBDACOST/COMPARE/V1",
        "a\u{1b}[2J\u{202e}\n",
    ] {
        let message = of(json!(other));
        assert!(!message.contains("newer"), "{message}");
    }
    for none in [json!(null), json!(1), json!([]), json!({}), json!(true)] {
        of(none);
    }
    of(json!("x".repeat(1 << 20)));
    of(json!(format!(
        "lambdacost/compare/v{}",
        "9".repeat(1 << 20)
    )));
    // A report of `check` is no baseline.
    let folder = Folder::with("scenario.toml", one(""));
    let run = folder.check(&["scenario.toml", "--format", "json"]);
    folder.write("check.json", run.stdout);
    let run = required(&folder, &["scenario.toml", "--baseline", "check.json"]);
    run.refused("bad-baseline", "a check");
}

#[test]
fn values_that_are_not_amounts_are_refused() {
    let digits = "9".repeat(10_000);
    let long = "1".to_owned() + &"0".repeat(1 << 20);
    let texts = [
        "-10",
        "-0.01",
        "1e400",
        "1e4",
        "1E4",
        "NaN",
        "inf",
        "",
        " ",
        " 10",
        "10 ",
        "+10",
        "10.",
        ".5",
        "1,000",
        "$10",
        "0x10",
        "1_000",
        "10\n",
        "١٠",
        "10\u{0}",
        "--10",
        "1.2.3",
        &digits,
        &long,
        "a\u{1b}[2J",
        "\u{202e}01",
    ];
    let numbers = [
        json!(10),
        json!(10.5),
        json!(-1),
        json!(true),
        json!([]),
        json!({}),
    ];
    let values = texts.iter().map(|text| json!(text)).chain(numbers);
    for value in values {
        let places: [fn(&mut Value) -> &mut Value; 3] = [
            |report| &mut report["totals"]["today"],
            |report| &mut report["functions"][0]["platforms"][0]["monthly_usd"],
            |report| &mut report["functions"][0]["platforms"][0]["lines"][0]["cost_usd"],
        ];
        for place in places {
            let mut report = smallest();
            *place(&mut report) = value.clone();
            let text = value.to_string();
            refuses(
                report.to_string(),
                "bad-baseline",
                &text[..text.len().min(40)],
            );
        }
    }
    // A line of a bill always costs something.
    let mut report = smallest();
    report["functions"][0]["platforms"][0]["lines"][0]["cost_usd"] = json!(null);
    refuses(report.to_string(), "bad-baseline", "null");
    // A number in JSON that no machine can hold.
    let text = smallest().to_string().replace("\"10\"", "1e400");
    refuses(text, "bad-baseline", "1e400");
}

#[test]
fn parts_that_are_missing_or_of_another_kind_are_refused() {
    for (place, key) in [
        ("", "functions"),
        ("", "totals"),
        ("/functions/0", "name"),
        ("/functions/0", "runs_on"),
        ("/functions/0", "platforms"),
        ("/functions/0/platforms/0", "id"),
        ("/functions/0/platforms/0", "lines"),
        ("/functions/0/platforms/0/lines/0", "item"),
        ("/functions/0/platforms/0/lines/0", "cost_usd"),
    ] {
        let mut report = smallest();
        let object = report.pointer_mut(place).expect(place);
        let object = object.as_object_mut().expect(place);
        object.remove(key);
        refuses(report.to_string(), "bad-baseline", key);
        let mut report = smallest();
        report.pointer_mut(place).expect(place)[key] = json!("x".repeat(1 << 20));
        let long = report.to_string();
        if !["name", "runs_on", "id", "item"].contains(&key) {
            refuses(long, "bad-baseline", key);
        }
        report.pointer_mut(place).expect(place)[key] = json!(7);
        refuses(report.to_string(), "bad-baseline", key);
    }
}

#[test]
fn two_functions_of_one_name_are_refused() {
    let mut report = smallest();
    let twin = report["functions"][0].clone();
    report["functions"]
        .as_array_mut()
        .expect("a list")
        .push(twin);
    let message = refuses(report.to_string(), "bad-baseline", "twins");
    assert!(message.contains("`one`"), "{message}");
    for function in report["functions"].as_array_mut().expect("a list") {
        function["name"] = json!("\u{1b}[2J\u{202e}\n".repeat(100_000));
    }
    refuses(report.to_string(), "bad-baseline", "twins of a long name");
}

#[test]
fn paths_that_are_not_baselines_are_refused() {
    let folder = Folder::with("now.toml", one(""));
    std::fs::create_dir(folder.path().join("folder.json")).expect("created");
    for (baseline, code) in [
        ("folder.json", "unreadable"),
        ("gone.json", "unreadable"),
        ("gone", "unreadable"),
        ("now.toml/x", "unreadable"),
        ("a\u{1b}[2J\nb.json", "unreadable"),
    ] {
        let run = required(&folder, &["now.toml", "--baseline", baseline]);
        run.refused(code, baseline);
    }
    folder.write("empty.toml", "");
    folder.write("empty.csv", "");
    folder.write("empty", "");
    for (baseline, code) in [
        ("empty.toml", "no-function"),
        ("empty.csv", "syntax"),
        ("empty", "no-function"),
    ] {
        required(&folder, &["now.toml", "--baseline", baseline]).refused(code, baseline);
    }
}

#[test]
fn a_platform_that_is_not_in_the_report_is_not_known() {
    let mut report = smallest();
    report["functions"][0]["runs_on"] = json!("mainframe");
    report["totals"]["today"] = json!(null);
    let folder = Folder::with("now.toml", one(""));
    folder.write("before.json", report.to_string());
    let found = ["cost-increase", "warn", "-", "-", "-"];
    are(
        &folder.findings(&["now.toml", "--baseline", "before.json"]),
        &[found],
    );
}

#[test]
fn a_removed_function_is_reported_by_its_name_only() {
    let mut report = smallest();
    let mut gone = report["functions"][0].clone();
    gone["name"] = json!("gone");
    report["functions"]
        .as_array_mut()
        .expect("a list")
        .push(gone);
    report["totals"]["today"] = json!("20");
    let folder = Folder::with("now.toml", one("") + &function("new", ""));
    folder.write("before.json", report.to_string());
    let run = folder.check(&["now.toml", "--baseline", "before.json", "--format", "json"]);
    are(&run.findings(), &[]);
    let names: Vec<_> = run.json()["changes"]["functions"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|change| format!("{} {}", change["status"], change["name"]))
        .collect();
    assert_eq!(names, ["\"new\" \"new\"", "\"removed\" \"gone\""]);
}
