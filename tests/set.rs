//! `compare --set`: the answer with changed inputs is that of a scenario in which they are written, and
//! stands next to the answer without them.

mod round_prices;

use round_prices::folder;
use serde_json::{Value, json};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Two tasks with 20 requests in flight each carry up to 40 at a time: both functions cost $20 on
/// Fargate, before and after every change of these tests.
const SCENARIO: &str = "region = 'us-east-1'
platforms = ['lambda', 'fargate']
[defaults]
container = { hours_per_month = 200, requests_per_task = 20, task = { vcpu = 1, memory_gb = 2 } }
utilization = 0.4
[[function]]
name = 'api:v1'
memory_mb = 1024
duration_ms = 1000
invocations_per_month = 1_000_000
[[function]]
name = 'pay'
memory_mb = 1024
measured_duration_ms = 999.5
requests_per_second = 0.5
";

const FILE: &str = "scenario.toml";

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lambdacost"));
    command.args(arguments).args(["--prices", "prices"]);
    command.current_dir(folder).output().expect("it starts")
}

/// What `compare` of the scenario writes with these changes and more arguments.
#[track_caller]
fn compared(sets: &[&str], more: &[&str]) -> String {
    let folder = folder(FILE, SCENARIO);
    let sets = sets.iter().flat_map(|set| ["--set", set]);
    let arguments: Vec<&str> = ["compare", FILE].into_iter().chain(sets).collect();
    let output = run(folder.path(), &[&arguments, more].concat());
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    String::from_utf8(output.stdout).expect("text")
}

#[track_caller]
fn answer(sets: &[&str]) -> Value {
    serde_json::from_str(&compared(sets, &["--format", "json"])).expect("JSON")
}

/// The message about a change that is refused.
#[track_caller]
fn refused(sets: &[&str], more: &[&str]) -> String {
    let folder = folder(FILE, SCENARIO);
    let sets = sets.iter().flat_map(|set| ["--set", set]);
    let arguments: Vec<&str> = ["compare", FILE].into_iter().chain(sets).collect();
    let output = run(folder.path(), &[&arguments, more].concat());
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    String::from_utf8(output.stderr).expect("text")
}

/// Today, the plan, and all on Lambda.
fn totals(answer: &Value) -> [&str; 3] {
    let totals = &answer["totals"];
    ["today", "plan", "lambda"].map(|name| totals[name].as_str().expect("an amount"))
}

/// `api:v1` costs $10 for a million calls. `pay` has 0.5 x 2,628,000 = 1,314,000 calls for $13.14.
#[test]
fn both_answers_stand_next_to_each_other() {
    let answer = answer(&["api:v1:invocations=x3"]);
    assert_eq!(answer["schema"], "lambdacost/compare-set/v1");
    let changes = json!([{
        "function": "api:v1", "key": "invocations_per_month",
        "before": "1000000", "after": "3000000",
    }]);
    assert_eq!(answer["changes"], changes);
    assert_eq!(totals(&answer["unchanged"]), ["23.14", "23.14", "23.14"]);
    // $30 on Lambda, $20 on Fargate.
    assert_eq!(totals(&answer["changed"]), ["43.14", "33.14", "43.14"]);
    assert_eq!(answer["changed"]["functions"][0]["verdict"], "move");
    assert_eq!(answer["unchanged"]["functions"][0]["verdict"], "stay");
}

#[test]
fn values_are_replaced_or_multiplied() {
    let changed = |sets: &[&str]| {
        let answer = answer(sets);
        let after = answer["changes"].as_array().expect("a list").iter();
        let after: Vec<String> = after
            .map(|one| format!("{}={}", one["key"].as_str().expect("a key"), one["after"]))
            .collect();
        (
            after.join(" ").replace('"', ""),
            answer["changed"]["totals"]["lambda"].clone(),
        )
    };
    // 2 GB: $1 + $18; $1.314 + $23.652.
    let (keys, lambda) = changed(&["memory_mb=2048"]);
    assert_eq!(keys, "memory_mb=2048 memory_mb=2048");
    assert_eq!(lambda, "43.966");
    assert_eq!(changed(&["memory=+100%"]), changed(&["memory_mb=x2"]));
    assert_eq!(changed(&["memory_mb=x4", "memory_mb=-50%"]).1, "43.966");
    // `pay` alone: $13.14 + $10.
    assert_eq!(changed(&["pay:requests_per_second=1"]).1, "36.28");
    assert_eq!(changed(&["p*:requests_per_second=x2"]).1, "36.28");
    // Whichever of the two keys a function states: $20 + $26.28.
    let (keys, lambda) = changed(&["calls=x2"]);
    assert_eq!(keys, "invocations_per_month=2000000 requests_per_second=1");
    assert_eq!(lambda, "46.28");
    // 2 s: $1 + $18. The measured mean of 1,999 ms is billed as 1,999.5 ms.
    let (keys, _) = changed(&["duration=x2"]);
    assert_eq!(keys, "duration_ms=2000 measured_duration_ms=1999");
    // A whole number is rounded: 1,024 x 1.0005 = 1,024.512.
    assert_eq!(changed(&["*v1:memory_mb=x1.0005"]).0, "memory_mb=1025");
    // A key in place of another.
    let (keys, _) = changed(&["pay:peak_concurrency=10"]);
    assert_eq!(keys, "peak_concurrency=10 utilization=null");
    assert_eq!(
        changed(&["utilization=50%"]).0,
        "utilization=0.5 utilization=0.5"
    );
}

/// Each change against the same change in the text.
#[test]
fn the_changed_answer_is_that_of_a_changed_file() {
    for (set, find, replace) in [
        ("memory_mb=512", "memory_mb = 1024", "memory_mb = 512"),
        ("utilization=20%", "utilization = 0.4", "utilization = 0.2"),
        (
            "requests_per_task=10",
            "requests_per_task = 20",
            "requests_per_task = 10",
        ),
        (
            "container.hours_per_month=-50%",
            "hours_per_month = 200",
            "hours_per_month = 100",
        ),
        (
            "pay:requests_per_second=+10%",
            "requests_per_second = 0.5",
            "requests_per_second = 0.55",
        ),
        (
            "pay:runs_on=fargate",
            "name = 'pay'",
            "name = 'pay'\nrunson = 'fargate'",
        ),
        (
            "pay:pinned=true",
            "name = 'pay'",
            "name = 'pay'\npinned = true",
        ),
        (
            "pay:error_rate=0.5",
            "name = 'pay'",
            "name = 'pay'\ninvocation = { error_rate = 0.5, retries = 2 }",
        ),
    ] {
        let replace = replace.replace("runson", "runs_on");
        assert!(SCENARIO.contains(find), "{find}");
        let edited = folder(FILE, SCENARIO.replace(find, &replace));
        let output = run(edited.path(), &["compare", FILE, "--format", "json"]);
        let expected: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let mut sets = vec![set];
        if set.contains("error_rate") {
            sets.push("pay:retries=2");
            // One of two keys that need each other is a mistake.
            assert!(refused(&sets[..1], &[]).contains("`pay`: `invocation` lacks `retries`"));
        }
        let answer = answer(&sets);
        assert_eq!(answer["changed"], expected, "{set}");
        let plain = folder(FILE, SCENARIO);
        let output = run(plain.path(), &["compare", FILE, "--format", "json"]);
        let expected: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(answer["unchanged"], expected, "{set}");
    }
}

#[test]
fn a_table_has_a_second_row_for_each_function_with_other_figures() {
    let table = compared(&["invocations=x3"], &[]);
    assert!(
        table.starts_with("--set changes 2 of 2 functions\n"),
        "{table}"
    );
    let line = "  api:v1: invocations_per_month 1,000,000 -> 3,000,000\n";
    assert!(table.contains(line), "{table}");
    assert!(
        table.contains("  pay: requests_per_second 0.5 -> 1.5\n"),
        "{table}"
    );
    assert!(
        table.contains("Without --set: $23.14 a month today."),
        "{table}"
    );
    assert!(
        table.contains("With --set: $69.42 a month today."),
        "{table}"
    );
    let rows: Vec<Vec<&str>> = table
        .lines()
        .filter(|line| line.starts_with(' ') && line.contains('$'))
        .map(|line| {
            line.split("  ")
                .map(str::trim)
                .filter(|cell| !cell.is_empty())
                .collect()
        })
        .collect();
    let row = |number: usize| &rows[number][..3];
    assert_eq!(row(0), ["api:v1", "$10.00", "$20.00"]);
    assert_eq!(row(1), ["with --set", "$30.00", "$20.00"]);
    assert_eq!(row(2), ["pay", "$13.14", "$20.00"]);
    assert_eq!(row(3), ["with --set", "$39.42", "$20.00"]);
    assert_eq!(rows[4], ["all on Lambda", "$23.14", "$69.42", "+$46.28"]);
    assert_eq!(rows[5], ["all on Fargate", "$40.00", "$40.00", "$0.00"]);
    assert_eq!(rows[6], ["as it runs today", "$23.14", "$69.42", "+$46.28"]);
    assert_eq!(rows[7], ["as planned", "$23.14", "$40.00", "+$16.86"]);
    // A change without an effect needs no second row.
    let table = compared(&["pay:min_tasks=2"], &["--all"]);
    assert!(!table.contains("\n   with --set"), "{table}");
    assert!(
        table.contains("pay: container.min_tasks not stated -> 2\n"),
        "{table}"
    );
    let markdown = compared(&["pay:memory_mb=2048"], &["--format", "markdown"]);
    assert!(
        markdown.contains("| `pay` | $13.14 → $24.97 | $20.00 | Lambda → Fargate |\n"),
        "{markdown}"
    );
    assert!(
        markdown.contains("| as it runs today | $23.14 | $34.97 | +$11.83 |\n"),
        "{markdown}"
    );
}

#[test]
fn a_changed_function_that_is_not_shown_is_counted_and_listed() {
    let table = compared(&["api:v1:invocations=x3"], &["--function", "pay"]);
    let start = "--set changes 1 of 2 functions\n  \
                 api:v1: invocations_per_month 1,000,000 -> 3,000,000\n\n";
    assert!(table.starts_with(start), "{table}");
    let row = " pay         $13.14   $20.00       40.0 %      60.9 %  Lambda";
    assert!(table.contains(row), "{table}");
    assert!(!table.contains("more function"), "{table}");
    assert!(!table.contains("\n api:v1 "), "{table}");
    let markdown = compared(
        &["api:v1:invocations=x3"],
        &["--function", "pay", "--format", "markdown"],
    );
    assert!(markdown.contains("| `pay` | $13.14 |"), "{markdown}");
    assert!(!markdown.contains("| `api:v1` |"), "{markdown}");
}

/// `a` runs on a platform that is not compared otherwise, before or after the change.
#[test]
fn functions_can_leave_and_join_platforms_that_are_not_compared() {
    let text = "region = 'us-east-1'\nplatforms = ['lambda', 'fargate']\n\
                [[function]]\nname = 'a'\nrunson = 'eks-fargate'\nmemory_mb = 512\nduration_ms = 120\n\
                invocations_per_month = 40_000_000\nutilization = 0.3\n\
                [[function]]\nname = 'b'\nmemory_mb = 512\nduration_ms = 120\n\
                invocations_per_month = 40_000_000\nutilization = 0.3\n";
    let on =
        |platform: &str| text.replace("runson = 'eks-fargate'", &format!("runs_on = '{platform}'"));
    let run = |text: &str, more: &[&str]| {
        let folder = folder(FILE, text);
        let mut command = Command::new(env!("CARGO_BIN_EXE_lambdacost"));
        let command = command.args(["compare", FILE]).args(more);
        let output = command.current_dir(folder.path()).output();
        let output = output.expect("it starts");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{error}");
        String::from_utf8(output.stdout).expect("text")
    };
    let json = |text: &str, more: &[&str]| -> Value {
        let answer = run(text, &[more, &["--format", "json"]].concat());
        serde_json::from_str(&answer).expect("JSON")
    };
    for (from, to) in [("eks-fargate", "lambda"), ("lambda", "eks-fargate")] {
        let set = format!("a:runs_on={to}");
        let both = json(&on(from), &["--set", &set]);
        assert_eq!(both["unchanged"], json(&on(from), &[]), "{from}");
        assert_eq!(both["changed"], json(&on(to), &[]), "{to}");
        let table = run(&on(from), &["--set", &set]);
        let remark = "EKS on Fargate is not in `platforms`: an answer has costs on it only for";
        assert!(table.contains(remark), "{table}");
        // Two pods on Fargate cost more than Lambda's $48.00.
        let rows = table.lines().filter(|line| line.matches('$').count() > 1);
        let rows: Vec<&str> = rows.collect();
        let row = rows
            .iter()
            .position(|row| row.starts_with(" a "))
            .expect("a row");
        let cells = |row: &str| {
            row.split("  ")
                .filter(|cell| !cell.trim().is_empty())
                .count()
        };
        assert_eq!(cells(rows[row]), cells(rows[row + 1]), "{table}");
        let dashes = |row: &str| row.matches(" - ").count();
        let (before, after) = (dashes(rows[row]), dashes(rows[row + 1]));
        let is_there_before = from == "eks-fargate";
        assert_eq!(before < after, is_there_before, "{table}");
        assert_ne!(before, after, "{table}");
        let markdown = run(&on(from), &["--set", &set, "--format", "markdown"]);
        assert!(
            markdown.contains("| function | Lambda | Fargate | EKS on Fargate | plan |\n"),
            "{markdown}"
        );
    }
    let table = run(&on("eks-fargate"), &["--set", "a:runs_on=eks"]);
    let remark = "EKS and EKS on Fargate are not in `platforms`: an answer has costs on them only";
    assert!(table.contains(remark), "{table}");
    let totals: Vec<&str> = table
        .lines()
        .filter(|line| line.starts_with(" all on"))
        .collect();
    let labels = ["Lambda", "Fargate", "EKS", "EKS on Fargate"];
    assert_eq!(totals.len(), labels.len(), "{table}");
    for (total, label) in totals.iter().zip(labels) {
        assert!(total.starts_with(&format!(" all on {label}  ")), "{table}");
    }
}

#[test]
fn functions_of_standard_input_and_of_functions_files_change_too() {
    let rows = "name,memory_mb,duration_ms,invocations_per_month,utilization\n\
                one,1024,1000,1000000,0.4\ntwo,1024,1000,1000000,\n";
    let folder = folder("fleet.csv", rows);
    let scenario = "region = 'us-east-1'\nplatforms = ['lambda']\nfunctions = 'fleet.csv'\n\
                    defaults.utilization = 0.3\n";
    let sets = [
        "--set",
        "two:utilization=x2",
        "--set",
        "one:memory_mb=2048",
        "--format",
        "json",
    ];
    let mut command = Command::new(env!("CARGO_BIN_EXE_lambdacost"));
    command
        .args(["compare", "-", "--prices", "prices"])
        .args(sets);
    command
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(scenario.as_bytes()).expect("written");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    fs::write(folder.path().join(FILE), scenario).expect("written");
    let from_file = run(folder.path(), &[&["compare", FILE][..], &sets].concat());
    for (output, name) in [(output, "standard input"), (from_file, FILE)] {
        let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(answer["changed"]["scenario"], name);
        // One at 2 GB: $1 + $18.
        assert_eq!(answer["changed"]["totals"]["today"], "29");
        assert_eq!(answer["unchanged"]["totals"]["today"], "20");
        let two = &answer["changed"]["functions"][1]["workload"];
        assert_eq!(two["utilization"], "0.6");
    }
}

#[test]
fn every_region_has_both_answers() {
    let arguments = [
        "--region",
        "us-east-1",
        "--region",
        "us-east-1",
        "--format",
        "json",
    ];
    let both: Value = serde_json::from_str(&compared(&["memory_mb=x2"], &arguments)).expect("JSON");
    assert_eq!(both.as_array().expect("a list").len(), 2);
    assert_eq!(both[0], both[1]);
}

/// Twice the calls do not fit the stated capacity, which is on another line: 1.39 requests in flight
/// on average are 2.778 then.
#[test]
fn a_change_is_to_blame_for_what_it_makes_wrong() {
    let text = SCENARIO.replacen("_000\n", "_000\npeak_concurrency = 2\n", 1);
    let folder = folder(FILE, &text);
    let arguments = [
        "compare",
        FILE,
        "--set",
        "memory_mb=x2",
        "--set",
        "*:invocations=x2",
    ];
    let output = run(folder.path(), &arguments);
    let message = String::from_utf8(output.stderr).expect("text");
    let says = "error[out-of-range]: `api:v1`: `peak_concurrency` is below the average concurrency, \
                2.778\n --> --set:2:3\n";
    assert!(message.starts_with(says), "{message}");
}

#[test]
fn changes_with_mistakes_are_refused_with_their_place() {
    for (set, says) in [
        ("memory_mb", "`memory_mb` changes no key"),
        ("memroy=3", "did you mean `memory_mb`?"),
        ("pay:memroy=3", "--> --set:1:5"),
        ("pya:memory_mb=3", "did you mean `pay`?"),
        ("x*:memory_mb=3", "no function is called `x*`"),
        ("x*:memory_mb=3", "|\n1 | x*:memory_mb=3\n  | ^^\n"),
        (":memory_mb=3", "there is no name before the colon"),
        (":memory_mb=3", "|\n1 | :memory_mb=3\n  | ^\n"),
        (
            "service=",
            "--set removes no key: write a scenario without `service`",
        ),
        ("memory_mb= ", "`memory_mb` has no value"),
        ("memory_mb=x", "`x` is no change of a number"),
        (
            "memory_mb=+512",
            "write the new value, or +20%, -20% or x1.5",
        ),
        ("memory_mb=-120%", "`-120%` is a fall by more than 100 %"),
        ("memory_mb=-120%", "write a fall by at most 100 %"),
        ("memory_mb=x-1", "write a factor of at least 0"),
        ("calls=x1e30", "`x1e30` is too large a change"),
        (
            "calls=x1e30",
            "`invocations_per_month` must still be a whole number from 0 to",
        ),
        ("memory_mb=x1e27", "`pay`: `memory_mb` becomes too large"),
        ("memory_mb=x1e27", "a whole number from 1 to 1,048,576"),
        (
            "memory_mb=x2e4",
            "`pay`: `memory_mb` becomes 20,480,000, out of bounds",
        ),
        ("memory_mb=many", "`memory_mb` is not a number"),
        ("pay:memory_mb=1.5", "`pay`: `memory_mb` must be whole"),
        (
            "utilization=x3",
            "`pay`: `utilization` becomes 1.2, out of bounds",
        ),
        ("utilization=x3", "it must be a number above 0, at most 1"),
        ("utilization=3", "`pay`: `utilization` is out of bounds"),
        // 1.8 requests in flight on average, in 200 hours.
        (
            "pay:peak_concurrency=1",
            "`pay`: `peak_concurrency` is below the average concurrency, 1.825",
        ),
        ("cpu_ms=x2", "no function states `container.cpu_ms`"),
        ("pay:cpu_ms=x2", "`pay` states no `container.cpu_ms`"),
        (
            "pay:invocations_per_month=x2",
            "set `invocations`: it is either of them",
        ),
        (
            "pay:peak_concurrency=x2",
            "`pay` states `utilization`, not `peak_concurrency`",
        ),
        ("invocations_per_day=5", "multiply by 30.4"),
        ("name=b", "`name` changes no bill"),
        ("tags=b", "`tags` changes no bill"),
        ("tags.team=b", "`tags.team` changes no bill"),
        ("budget.monthly_usd.deny=3", "changes no bill"),
        ("monthly_usd=3", "`monthly_usd` changes no bill"),
        (
            "container.task=1 vCPU",
            "`container.task` is a table, and not a key with a value",
        ),
        (
            "task=1",
            "set its keys: `container.task.vcpu` and `container.task.memory_gb`",
        ),
        ("provisioned=1", "`provisioned.environments`"),
        ("=3", "functions have no key ``"),
        ("region=eu-west-1", "use --region"),
        ("extra=3", "change [[extra]] in the scenario"),
        (
            "extra.usd_per_month=3",
            "change `usd_per_month` of [[extra]] in the scenario",
        ),
        ("free_tier=true", "change `free_tier` in the scenario"),
        ("min_nodes=3", "change `min_nodes` of [eks] in the scenario"),
        ("eks.min_nodes=3", "change `min_nodes` of [eks]"),
        ("eks=3", "change [eks] in the scenario"),
        (
            "hours_per_month=700",
            "functions have `provisioned.hours_per_month` and `container.hours_per_month`",
        ),
        ("runs_on=ecs", "\"fargate\""),
    ] {
        let message = refused(&[set], &[]);
        let unwrapped = message.replace("\n          ", " ");
        assert!(unwrapped.contains(says), "{set}: {message}");
        assert!(message.contains("--> --set:1:"), "{message}");
    }
    let second = refused(&["memory_mb=x2", "memory=y"], &[]);
    assert!(second.contains("--> --set:2:1"), "{second}");
    let once = refused(&["pay:cpu_ms=x2"], &[]);
    assert_eq!(once.matches("error[").count(), 1, "{once}");
    for more in [
        &["--format", "csv"][..],
        &["-o", "a.csv"],
        &["--format", "focus", "--period", "2026-12"],
    ] {
        let message = refused(&["memory_mb=x2"], more);
        assert!(
            message.contains("use --format table, markdown or json"),
            "{message}"
        );
    }
    for more in [&["--by", "team"][..], &["--filter", "moves"]] {
        assert!(refused(&["memory_mb=x2"], more).contains("cannot be used with"));
    }
}
