//! Configurations and metrics as the AWS CLI writes them.

mod support;

use import::Options;
use support::{InMemory, figure};

const FUNCTIONS: &[u8] = br#"{"Functions": [
  {"FunctionName": "checkout", "FunctionArn": "arn:aws:lambda:eu-west-1:123456789012:function:checkout",
   "Runtime": "python3.13", "MemorySize": 1024, "Architectures": ["arm64"], "Version": "$LATEST",
   "Environment": {"Variables": {"TOKEN": "hunter2"}}, "EphemeralStorage": {"Size": 2048},
   "LastModified": "2025-09-23T18:32:33.857+0000"},
  {"FunctionName": "old", "FunctionArn": "arn:aws:lambda:eu-west-1:123456789012:function:old",
   "MemorySize": 128, "Version": "$LATEST"}]}"#;

/// Two days from midnight: 100 calls in each hour from 08:00 to 20:00 and 50 in the others, of 40 ms.
fn metrics() -> Vec<u8> {
    let mut times = Vec::new();
    let mut calls = Vec::new();
    let mut durations = Vec::new();
    for hour in 0..48 {
        let of_day = hour % 24;
        let count = if (8..20).contains(&of_day) { 100 } else { 50 };
        times.push(format!(
            "\"2026-10-0{}T{of_day:02}:00:00+00:00\"",
            5 + hour / 24
        ));
        calls.push(format!("{count}.0"));
        durations.push(format!("{}", count * 40));
    }
    let series = |id: &str, metric: &str, statistic: &str, values: &[String]| {
        format!(
            r#"{{"Id": "{id}", "Label": "checkout {metric} {statistic} 3600", "Timestamps": [{}],
               "Values": [{}], "StatusCode": "Complete"}}"#,
            times.join(","),
            values.join(","),
        )
    };
    let all = [
        series("a", "Invocations", "Sum", &calls),
        series("b", "Duration", "Sum", &durations),
        series(
            "c",
            "ConcurrentExecutions",
            "Maximum",
            &vec!["7.0".to_owned(); 48],
        ),
    ];
    format!(r#"{{"MetricDataResults": [{}]}}"#, all.join(",")).into_bytes()
}

#[test]
fn a_list_and_metrics_are_a_complete_function() {
    let files = InMemory::new([("functions.json", FUNCTIONS), ("metrics.json", &metrics())]);
    let summary = files.summary(&Options::default());
    let of = |key| figure(&summary, "checkout", key);
    assert_eq!(of("memory_mb"), "1024");
    assert_eq!(of("architecture"), "arm64");
    assert_eq!(of("ephemeral_storage_mb"), "2048");
    assert_eq!(of("measured_duration_ms"), "40");
    assert_eq!(of("peak_concurrency"), "7");
    // 2 x (12 x 100 + 12 x 50) = 3,600 calls in 48 hours; 730 hours have 54,750.
    assert_eq!(of("invocations_per_month"), "54750");
    let checkout = &summary["functions"][0];
    assert_eq!(checkout["complete"], true);
    assert_eq!(checkout["traffic"]["kind"], "hourly");
    assert_eq!(checkout["traffic"]["weights"][7], "1");
    assert_eq!(checkout["traffic"]["weights"][8], "2");
    assert_eq!(checkout["account"], "123456789012");
    // The list has no calls for the other one: missing, not zero.
    let old = &summary["functions"][1];
    assert_eq!(old["complete"], false);
    assert_eq!(figure(&summary, "old", "architecture"), "x86_64");
    assert_eq!(old["figures"]["architecture"]["origin"], "default");
}

#[test]
fn environment_variables_are_in_no_output() {
    let files = InMemory::new([("functions.json", FUNCTIONS), ("metrics.json", &metrics())]);
    let found = files.import(&Options::default()).expect("no mistakes");
    let all = [
        import::toml(&found),
        import::csv(&found),
        import::json(&found, "0"),
        import::report(&found).join("\n"),
    ];
    assert!(!all.concat().contains("hunter2"));
}

#[test]
fn pages_that_overlap_count_once_and_must_agree() {
    let all = metrics();
    let once = InMemory::new([("metrics.json", &all[..])]).summary(&Options::default());
    // Other bytes with the same points.
    let again = [b" ".as_slice(), &all].concat();
    let twice = InMemory::new([("metrics.json", &all[..]), ("more.json", &again)]);
    let twice = twice.summary(&Options::default());
    let of = |summary| figure(summary, "checkout", "invocations_per_month").to_owned();
    assert_eq!(of(&once), of(&twice));
    let other = String::from_utf8(all.clone())
        .expect("text")
        .replace("50.0", "51.0");
    let differ = InMemory::new([("metrics.json", &all[..]), ("more.json", other.as_bytes())]);
    let mistakes = differ
        .import(&Options::default())
        .expect_err("two values at one time");
    assert!(mistakes[0].message.contains("metrics.json"), "{mistakes:?}");
}

#[test]
fn a_series_that_is_not_complete_is_a_mistake() {
    let all = String::from_utf8(metrics()).expect("text");
    let partial = all.replacen("Complete", "PartialData", 1);
    let files = InMemory::new([("metrics.json", partial.as_bytes())]);
    assert!(files.import(&Options::default()).is_err());
    let completed = InMemory::new([("a.json", partial.as_bytes()), ("b.json", all.as_bytes())]);
    assert!(completed.import(&Options::default()).is_ok());
}

#[test]
fn a_file_cut_anywhere_is_a_mistake_or_whole() {
    let all = metrics();
    for end in (1..all.len()).step_by(97) {
        let files = InMemory::new([("metrics.json", &all[..end])]);
        assert!(files.import(&Options::default()).is_err(), "cut at {end}");
    }
}
