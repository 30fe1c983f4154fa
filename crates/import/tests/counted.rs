//! Calls that another program counted: `lambdacost/usage/v1` and CloudWatch Logs Insights.

mod support;

use import::Options;
use support::{InMemory, figure};

const COLUMNS: &str = "function,region,account,architecture,memory_mb,hour,calls,billed_ms,\
                       gb_seconds,cold_starts,init_ms,peak_in_flight,cost_usd,list_cost_usd,source";

/// Rows of two functions, one for each of 30 hours.
fn rows() -> Vec<String> {
    let rows = (0..60_u64).map(|n| {
        let (function, hour) = (["api", "jobs"][(n % 2) as usize], n / 2);
        let calls = 100 + n * 7 % 31;
        let time = format!("2026-10-0{}T{:02}:00:00Z", 5 + hour / 24, hour % 24);
        format!(
            "{function},eu-west-1,123456789012,arm64,512,{time},{calls},{},,{},{},{},,,log",
            calls * 40 + n,
            n % 3,
            n % 3 * 200,
            n % 11 + 1,
        )
    });
    rows.collect()
}

fn file(rows: &[String]) -> Vec<u8> {
    format!("{COLUMNS}\n{}\n", rows.join("\n")).into_bytes()
}

#[test]
fn parts_of_a_result_add_up_in_any_split() {
    let rows = rows();
    let whole = InMemory::new([("usage.csv", &file(&rows)[..])]).summary(&Options::default());
    for parts in 2..7 {
        let mut split = InMemory::default();
        for part in 0..parts {
            let own = rows.iter().skip(part).step_by(parts).cloned();
            let own: Vec<String> = own.collect();
            split.0.insert(format!("{part}.csv").into(), file(&own));
        }
        let found = split.summary(&Options::default());
        for (one, other) in [(&whole, &found)] {
            for name in ["api", "jobs"] {
                for key in [
                    "memory_mb",
                    "duration_ms",
                    "invocations_per_month",
                    "peak_concurrency",
                    "cold_start_rate",
                    "init_ms",
                ] {
                    let (one, other) = (figure(one, name, key), figure(other, name, key));
                    assert_eq!(one, other, "{key} of {name} in {parts} parts");
                    assert_ne!(one, "", "{key}");
                }
            }
            assert_eq!(
                one["functions"][0]["traffic"],
                other["functions"][0]["traffic"]
            );
        }
    }
}

#[test]
fn gb_seconds_give_the_billed_duration() {
    // 512 MB for 40 ms are 0.02 GB-s.
    let row = "api,eu-west-1,,,512,2026-10-05T00:00:00Z,1000,,20,,,3,,,log".to_owned();
    let summary = InMemory::new([("u.csv", &file(&[row])[..])]).summary(&Options::default());
    assert_eq!(figure(&summary, "api", "duration_ms"), "40");
}

/// Two rows of the query, as `get-query-results` prints them.
const RESULTS: &str = r#"{"results": [
  [{"field": "hour", "value": "2026-10-05 10:00:00.000"},
   {"field": "log", "value": "123456789012:/aws/lambda/api"},
   {"field": "calls", "value": "200"}, {"field": "billed_ms", "value": "9000.0"},
   {"field": "init_ms", "value": "1000.5"}, {"field": "cold_starts", "value": "5"},
   {"field": "memory_mb", "value": "1.28E2"}],
  [{"field": "log", "value": "123456789012:/aws/lambda/api"},
   {"field": "hour", "value": "2026-10-05 11:00:00.000"},
   {"field": "memory_mb", "value": "128"}, {"field": "calls", "value": "100"},
   {"field": "billed_ms", "value": "4000"}, {"field": "init_ms", "value": ""},
   {"field": "cold_starts", "value": "0"}]],
 "statistics": {"recordsMatched": 300.0}, "status": "Complete"}"#;

#[test]
fn a_result_of_insights_has_calls_and_cold_starts() {
    let summary = InMemory::new([("i.json", RESULTS.as_bytes())]).summary(&Options::default());
    let of = |key| figure(&summary, "api", key);
    assert_eq!(of("memory_mb"), "128");
    // (13,000 - 1,000.5) / 300, and 1,000.5 / 5.
    assert_eq!(of("duration_ms"), "39.9983333333");
    assert_eq!(of("init_ms"), "200.1");
    // 300 calls in two hours of 730.
    assert_eq!(of("invocations_per_month"), "109500");
    assert_eq!(summary["functions"][0]["account"], "123456789012");
}

#[test]
fn a_query_that_still_runs_is_a_mistake() {
    let running = RESULTS.replace("Complete", "Running");
    let files = InMemory::new([("i.json", running.as_bytes())]);
    let mistakes = files
        .import(&Options::default())
        .expect_err("it is not complete");
    assert!(mistakes[0].message.contains("Running"), "{mistakes:?}");
}

#[test]
fn raw_records_have_to_be_all() {
    let raw = r#"{"results": [[{"field": "@timestamp", "value": "2026-10-05 10:00:00.000"},
      {"field": "@duration", "value": "14.2"}, {"field": "@billedDuration", "value": "15.0"},
      {"field": "@memorySize", "value": "1.28E8"},
      {"field": "@log", "value": "123456789012:/aws/lambda/api"}]],
      "statistics": {"recordsMatched": 1.0}, "status": "Complete"}"#;
    let summary = InMemory::new([("i.json", raw.as_bytes())]).summary(&Options::default());
    assert_eq!(figure(&summary, "api", "memory_mb"), "128");
    assert_eq!(figure(&summary, "api", "duration_ms"), "15");
    let more = raw.replace("1.0}", "12000.0}");
    let files = InMemory::new([("i.json", more.as_bytes())]);
    assert!(files.import(&Options::default()).is_err());
}

/// Rows of `api` with these hours, calls, billed milliseconds and peaks.
fn rows_of(rows: impl IntoIterator<Item = (u64, u64, &'static str, u64)>) -> Vec<u8> {
    let rows = rows.into_iter().map(|(hour, calls, billed, peak)| {
        let time = format!("2026-10-0{}T{:02}:00:00Z", 5 + hour / 24, hour % 24);
        format!("api,eu-west-1,,,512,{time},{calls},{billed},,,,{peak},,,log")
    });
    file(&rows.collect::<Vec<_>>())
}

#[test]
fn an_hour_that_occurs_twice_has_the_mean_of_its_calls() {
    // 36 hours: those before noon occur twice.
    let file = rows_of((0..36).map(|hour| (hour, 10, "400", 1)));
    let summary = InMemory::new([("u.csv", &file[..])]).summary(&Options::default());
    let traffic = &summary["functions"][0]["traffic"];
    assert_eq!(traffic["kind"], "hourly");
    assert_eq!(traffic["weights"], serde_json::json!(vec!["1"; 24]));
}

#[test]
fn an_hour_without_calls_only_says_that_it_was_observed() {
    let file = rows_of([(0, 100, "4000", 2), (0, 0, "", 0), (9, 0, "", 0)]);
    let summary = InMemory::new([("u.csv", &file[..])]).summary(&Options::default());
    assert_eq!(figure(&summary, "api", "duration_ms"), "40");
    // 100 calls in ten hours of 730.
    assert_eq!(figure(&summary, "api", "invocations_per_month"), "7300");
}

#[test]
fn the_greater_of_two_peaks_stands() {
    let metrics = r#"{"MetricDataResults": [{"Id": "a", "StatusCode": "Complete",
      "Label": "api ConcurrentExecutions Maximum 3600",
      "Timestamps": ["2026-10-05T00:00:00Z"], "Values": [7]}]}"#;
    for (peak, expected) in [(3, "7"), (9, "9")] {
        let file = rows_of([(0, 100, "4000", peak)]);
        let files = InMemory::new([("m.json", metrics.as_bytes()), ("u.csv", &file)]);
        let summary = files.summary(&Options::default());
        assert_eq!(figure(&summary, "api", "peak_concurrency"), expected);
    }
}

#[test]
fn init_that_was_free_is_no_cold_start() {
    let record = |billed: &str| {
        format!(
            r#"{{"results": [[{{"field": "@timestamp", "value": "2026-10-05 10:00:00.000"}},
      {{"field": "@duration", "value": "14.2"}}, {{"field": "@initDuration", "value": "100.5"}},
      {{"field": "@billedDuration", "value": "{billed}"}},
      {{"field": "@memorySize", "value": "1.28E8"}},
      {{"field": "@log", "value": "123456789012:/aws/lambda/api"}}]], "status": "Complete"}}"#
        )
    };
    for (billed, rate, duration) in [("15", "", "15"), ("115", "1", "14.5")] {
        let text = record(billed);
        let files = InMemory::new([("i.json", text.as_bytes())]);
        let summary = files.summary(&Options::default());
        assert_eq!(figure(&summary, "api", "cold_start_rate"), rate);
        assert_eq!(figure(&summary, "api", "duration_ms"), duration);
    }
}
