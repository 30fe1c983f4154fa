//! Bills of single functions that are worked out by hand, each for a case that is easy to get wrong.

mod expect;

use expect::Answer;
use serde_json::Value;
use std::collections::HashMap;
use std::fs;
use std::process::Command;

/// Expects figures of the answer for a scenario.
fn expect_of(scenario: &str, expectations: &[&str]) {
    let answer = Answer::of_text(scenario).unwrap_or_else(|error| panic!("{scenario}{error}"));
    for expectation in expectations {
        let found = answer.check(expectation);
        assert_eq!(found, Ok(()), "{scenario}{expectation}");
    }
}

/// 5 million calls of 120 ms at 1,024 MB: requests 1.00, duration 600,000 GB-s x 0.0000166667 =
/// 10.00. Ten snapshots of 1 GB: 26,280,000 GB-s x 0.0000015046 = 39.540888. One call in a hundred
/// restores: 50,000 GB x 0.0001397998 = 6.98999.
#[test]
fn snapshots_are_free_only_for_java_in_a_zip_package() {
    for (keys, bill) in [
        ("runtime = 'node'", "$57.53"),
        ("runtime = 'node', package = 'image'", "$57.53"),
        ("runtime = 'python'", "$57.53"),
        ("runtime = 'python', package = 'zip'", "$57.53"),
        ("runtime = 'java', package = 'image'", "$57.53"),
        ("runtime = 'java', package = 'zip'", "$11.00"),
        ("runtime = 'java'", "$11.00"),
    ] {
        let scenario = format!(
            "region = 'us-east-1'\n\
             platforms = ['lambda']\n\
             [[function]]\n\
             name = 'web'\n\
             memory_mb = 1024\n\
             duration_ms = 120\n\
             invocations_per_month = 5_000_000\n\
             utilization = 0.3\n\
             snapstart = {{ {keys}, versions = 10, restore_rate = 0.01 }}\n"
        );
        expect_of(&scenario, &[&format!("web lambda = {bill}")]);
    }
}

/// A message that times out after 15 minutes and comes back for two days: 193 attempts of 900 s at
/// 10 GB are 1,737,000 GB-s x 0.0000166667 = 28.95, and 193 requests.
///
/// With a share p of failures, attempts are (1 - p^(n + 1)) / (1 - p): with 0.99 and 1,000 retries
/// 99.99573, with 0.5 they are 2. A million calls of 1 s at 1 GB cost 16.8667 an attempt.
#[test]
fn a_message_can_come_back_a_thousand_times() {
    let scenario = |keys: &str, rate: &str, retries: u32| {
        format!(
            "region = 'us-east-1'\n\
             platforms = ['lambda']\n\
             [[function]]\n\
             name = 'ocr'\n\
             utilization = 1\n\
             {keys}\
             invocation = {{ error_rate = {rate}, retries = {retries} }}\n"
        )
    };
    let once = "memory_mb = 10_240\nduration_ms = 900_000\ninvocations_per_month = 1\n";
    expect_of(&scenario(once, "1", 192), &["ocr lambda = $28.95"]);
    let million = "memory_mb = 1024\nduration_ms = 1000\ninvocations_per_month = 1_000_000\n";
    for (rate, bill) in [
        ("0.99", "$1,686.60"),
        ("0.5", "$33.73"),
        ("1", "$16,883.57"),
    ] {
        expect_of(
            &scenario(million, rate, 1000),
            &[&format!("ocr lambda = {bill}")],
        );
    }
}

/// One task that no call reaches: 730 h x (0.25 x 0.04048 + 0.5 x 0.004445)
/// = 9.01.
#[test]
fn a_function_without_calls_has_no_utilization() {
    let scenario = "region = 'us-east-1'\n\
                    platforms = ['lambda', 'fargate']\n\
                    [[function]]\n\
                    name = 'tool'\n\
                    memory_mb = 512\n\
                    duration_ms = 1000\n\
                    invocations_per_month = 0\n\
                    utilization = 1\n\
                    runs_on = 'fargate'\n\
                    [function.container]\n\
                    min_tasks = 1\n\
                    task = { vcpu = 0.25, memory_gb = 0.5 }\n\
                    requests_per_task = 10\n";
    expect_of(scenario, &["tool fargate = $9.01", "tool lambda = $0.00"]);
    let json: Value = serde_json::from_str(&output(scenario, "json")).expect("JSON");
    let workload = &json["functions"][0]["workload"];
    assert_eq!(workload["average_concurrency"], "0");
    assert_eq!(workload["utilization"], Value::Null);
    let csv = output(scenario, "csv");
    let mut csv = csv::Reader::from_reader(csv.as_bytes());
    let row: HashMap<String, String> = csv.deserialize().next().expect("a row").expect("a row");
    assert_eq!(row["utilization"], "");
    let table = output(scenario, "table");
    assert!(
        !table.contains("100.0 %") && !table.contains("rule of thumb"),
        "{table}"
    );
}

/// 100,000 snapshots of 0.125 GB cost 12,500 x 2,628,000 s x 0.0000015046 = 49,426.11 a month, so Lambda
/// costs more from the first call on. Without them it is cheaper at first.
#[test]
fn the_cheaper_side_at_the_first_call_is_named() {
    let scenario = |snapshots: &str| {
        format!(
            "region = 'us-east-1'\n\
             platforms = ['lambda', 'fargate']\n\
             [[function]]\n\
             name = 'old'\n\
             memory_mb = 128\n\
             duration_ms = 100\n\
             invocations_per_month = 1_000_000\n\
             utilization = 0.3\n\
             {snapshots}"
        )
    };
    let snapshots = "snapstart = { runtime = 'python', versions = 100_000, restore_rate = 0 }\n";
    for (snapshots, first) in [("", "lambda"), (snapshots, "fargate")] {
        let answer = output(&scenario(snapshots), "json");
        let answer: Value = serde_json::from_str(&answer).expect("JSON");
        let flips = &answer["functions"][0]["crossovers"][0]["volume_flips"];
        assert_eq!(flips["cheaper_at_first"], first);
    }
}

/// One m5d.12xlarge, $2.712 on demand and $1.56 on Spot, without a volume: 73.00 for the cluster and
/// 730 x 1.56 = 1,138.80, or with half of the hours on Spot 730 x 2.136 = 1,559.28.
#[test]
fn nodes_can_run_on_spot_at_a_stated_price() {
    for (share, bill, lines) in [
        (
            "",
            "$1,211.80",
            [("Spot nodes", "$1,138.80"), ("cluster", "$73.00")].as_slice(),
        ),
        (
            "spot_share = 1",
            "$1,211.80",
            &[("Spot nodes", "$1,138.80")],
        ),
        (
            "spot_share = 0.5",
            "$1,632.28",
            &[("Spot nodes", "$569.40"), ("nodes", "$989.88")],
        ),
    ] {
        let scenario = format!(
            "region = 'us-east-1'\n\
             platforms = ['lambda', 'eks']\n\
             [eks]\n\
             instance_type = 'm5d.12xlarge'\n\
             spot_usd_per_hour = 1.56\n\
             {share}\n\
             min_nodes = 1\n\
             root_volume_gb = 0\n\
             [[function]]\n\
             name = 'batch'\n\
             memory_mb = 1769\n\
             duration_ms = 1000\n\
             invocations_per_month = 50_000_000\n\
             utilization = 0.5\n"
        );
        expect_of(&scenario, &[&format!("batch eks = {bill}")]);
        for (item, cost) in lines {
            expect_of(&scenario, &[&format!("batch eks[{item}] = {cost}")]);
        }
    }
}

/// The answer of `compare` in a format.
fn output(scenario: &str, format: &str) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("scenario.toml");
    fs::write(&file, scenario).expect("a scenario");
    let output = Command::new(env!("CARGO_BIN_EXE_lambdacost"))
        .args(["compare", "--format", format])
        .arg(&file)
        .output()
        .expect("the program");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("UTF-8")
}
