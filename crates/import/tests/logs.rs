//! Logs of Lambda in every container.

mod support;

use flate2::Compression;
use flate2::write::GzEncoder;
use import::Options;
use std::io::Write;
use support::{InMemory, figure};

/// Calls of a function, every ten seconds from 10:00: the first is a cold start.
fn messages() -> Vec<(String, String)> {
    let calls = (0..60).map(|n| {
        let time = format!("2026-10-08T10:{:02}:{:02}.500Z", n / 6, n % 6 * 10);
        // Every third call is printed with less than is billed.
        let duration = ["2.46", "153.01", "154.00"][n % 3];
        let billed = [3, 154, 155][n % 3];
        let (billed, init) = if n == 0 {
            (417, "\tInit Duration: 413.61 ms")
        } else {
            (billed, "")
        };
        let message = format!(
            "REPORT RequestId: 8f5d-{n}\tDuration: {duration} ms\tBilled Duration: {billed} ms\t\
             Memory Size: 512 MB\tMax Memory Used: 80 MB{init}\t"
        );
        (time, message)
    });
    calls.collect()
}

fn lines(line: impl Fn(&str, &str) -> String) -> Vec<u8> {
    let lines = messages()
        .into_iter()
        .map(|(time, message)| line(&time, &message) + "\n");
    lines.collect::<String>().into_bytes()
}

/// Milliseconds since 1970 of one of the times above.
fn milliseconds(time: &str) -> i64 {
    let number = |range: std::ops::Range<usize>| time[range].parse::<i64>().expect("digits");
    // 2026-10-08T10:00:00Z
    1_791_453_600_000 + number(14..16) * 60_000 + number(17..19) * 1000 + number(20..23)
}

const STREAM: &str = "2026/10/08/[$LATEST]0123456789abcdef0123456789abcdef";

fn events(name: &str, event: impl Fn(i64, &str) -> String) -> Vec<u8> {
    let events = messages().into_iter().map(|(time, message)| {
        let message = serde_json::to_string(&(message + "\n")).expect("JSON");
        event(milliseconds(&time), &message)
    });
    let events: Vec<String> = events.collect();
    format!(
        r#"{{"messageType": "DATA_MESSAGE", "logGroup": "/aws/lambda/api", "{name}": [{}]}}"#,
        events.join(",")
    )
    .into_bytes()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

fn utf_16(bytes: &[u8]) -> Vec<u8> {
    let text = String::from_utf8(bytes.to_vec()).expect("text");
    let units = std::iter::once(0xfeff).chain(text.encode_utf16());
    units.flat_map(u16::to_le_bytes).collect()
}

#[test]
fn every_container_gives_the_same_figures() {
    let exported = lines(|time, message| format!("{time} {message}"));
    let containers: [(&str, Vec<u8>); 9] = [
        ("an export", exported.clone()),
        ("an export in gzip", gzip(&exported)),
        ("gzip in gzip", gzip(&gzip(&exported))),
        ("UTF-16", utf_16(&exported)),
        (
            "logs tail",
            lines(|time, message| format!("{time} {STREAM} {message}")),
        ),
        (
            "logs tail with colours",
            lines(|time, message| {
                format!("\x1b[32m{time}\x1b[0m \x1b[36m{STREAM}\x1b[0m {message}")
            }),
        ),
        (
            "sam logs",
            lines(|time, message| format!("{STREAM} {time} {message}")),
        ),
        (
            "filter-log-events",
            events("events", |time, message| {
                format!(
                    r#"{{"logStreamName": "{STREAM}", "timestamp": {time}, "message": {message}}}"#
                )
            }),
        ),
        (
            "a subscription",
            events("logEvents", |time, message| {
                format!(r#"{{"id": "1", "timestamp": {time}, "message": {message}}}"#)
            }),
        ),
    ];
    // Billed: 417 for the cold start, and 19 x 3 + 20 x 154 + 20 x 155 for the others. Init is 413.61 of
    // it: (6,654 - 413.61) / 60.
    let billed = 417 + 19 * 3 + 20 * 154 + 20 * 155;
    assert_eq!(billed, 6654);
    for (what, bytes) in containers {
        let files = InMemory::new([("api.log", &bytes[..])]);
        let summary = files.summary(&Options::default());
        let of = |key| figure(&summary, "api", key);
        assert_eq!(of("memory_mb"), "512", "{what}");
        assert_eq!(of("duration_ms"), "104.0065", "{what}");
        assert_eq!(of("cold_start_rate"), "0.0166666666667", "{what}");
        assert_eq!(of("init_ms"), "413.61", "{what}");
        // 60 calls in one hour of 730.
        assert_eq!(of("invocations_per_month"), "43800", "{what}");
        assert_eq!(of("peak_concurrency"), "1", "{what}");
        let function = &summary["functions"][0];
        assert_eq!(function["window"]["from"], "2026-10-08T10:00:00Z", "{what}");
        assert_eq!(function["window"]["seconds"], "3600", "{what}");
    }
}

#[test]
fn a_call_that_is_in_two_files_counts_once() {
    let exported = lines(|time, message| format!("{time} {message}"));
    let tail = lines(|time, message| format!("{time} {STREAM} {message}"));
    let files = InMemory::new([("a/api.log", &exported[..]), ("b/api.log", &tail)]);
    let summary = files.summary(&Options::default());
    assert_eq!(figure(&summary, "api", "invocations_per_month"), "43800");
    let ignored = &summary["sources"][1]["ignored"][0];
    assert_eq!(ignored["count"], 60);
}

#[test]
fn json_logs_name_their_function() {
    let event = |time: &str, n: usize| {
        format!(
            r#"{{"time":"{time}","type":"platform.report","record":{{"requestId":"r{n}","status":"success","metrics":{{"durationMs":1233.96,"billedDurationMs":1698,"memorySizeMB":512,"maxMemoryUsedMB":80,"initDurationMs":463.512}}}}}}"#
        )
    };
    let start = r#"{"time":"2026-10-08T10:00:00.000Z","type":"platform.start","record":{"requestId":"r0","functionArn":"arn:aws:lambda:us-east-1:123456789012:function:orders","version":"$LATEST"}}"#;
    let text = format!("{start}\n{}\n", event("2026-10-08T10:00:01.000Z", 0));
    let files = InMemory::new([("x.log", text.as_bytes())]);
    let summary = files.summary(&Options::default());
    assert_eq!(figure(&summary, "orders", "init_ms"), "463.512");
    assert_eq!(summary["functions"][0]["region"], "us-east-1");
    let stream = "2026/10/08/orders[$LATEST]0123";
    let tail = format!(
        "2026-10-08T10:00:01.000000+00:00 {stream} {}\n",
        event("2026-10-08T10:00:01.000Z", 0)
    );
    let summary = InMemory::new([("x.log", tail.as_bytes())]).summary(&Options::default());
    // 1,698 billed less 463.512 of init.
    assert_eq!(figure(&summary, "orders", "duration_ms"), "1234.488");
}

#[test]
fn a_damaged_archive_is_a_mistake() {
    let whole = gzip(&lines(|time, message| format!("{time} {message}")));
    let files = InMemory::new([("api.log.gz", &whole[..whole.len() - 20])]);
    let mistakes = files
        .import(&Options::default())
        .expect_err("it is cut off");
    assert!(mistakes[0].message.contains("damaged"), "{mistakes:?}");
}

#[test]
fn lines_without_a_time_give_no_month() {
    let files = InMemory::new([("api.log", &lines(|_, message| message.to_owned())[..])]);
    let summary = files.summary(&Options::default());
    assert_eq!(figure(&summary, "api", "duration_ms"), "104.0065");
    assert_eq!(figure(&summary, "api", "invocations_per_month"), "");
    let missing = summary["functions"][0]["missing"]
        .as_array()
        .expect("a list");
    let keys: Vec<&str> = missing
        .iter()
        .filter_map(|one| one["key"].as_str())
        .collect();
    assert_eq!(keys, ["invocations_per_month", "peak_concurrency"]);
}

#[test]
fn events_of_lambda_insights_give_cpu_time() {
    let event = |n: u32, cpu: u32| {
        format!(
            r#"{{"function_name":"api","request_id":"{n}","duration":40,"billed_duration":41,"cpu_total_time":{cpu},"total_memory":512,"_aws":{{"Timestamp":1}}}}"#
        )
    };
    let lines = format!(
        "2026-10-08T10:00:00.000Z {}\n2026-10-08T10:30:00.000Z {}\n",
        event(1, 30),
        event(2, 20),
    );
    let message = |n, cpu| serde_json::to_string(&event(n, cpu)).expect("JSON");
    let events = format!(
        r#"{{"events": [{{"timestamp": 1791453600000, "message": {}}},
            {{"timestamp": 1791455400000, "message": {}}}]}}"#,
        message(1, 30),
        message(2, 20),
    );
    for text in [lines, events] {
        let summary = InMemory::new([("x", text.as_bytes())]).summary(&Options::default());
        let of = |key| figure(&summary, "api", key);
        assert_eq!(of("container.cpu_ms"), "25");
        assert_eq!(of("duration_ms"), "41");
        assert_eq!(of("memory_mb"), "512");
        assert_eq!(of("invocations_per_month"), "1460");
    }
}

#[test]
fn a_call_without_a_time_leaves_the_peak_unknown() {
    let mut text = lines(|time, message| format!("{time} {message}"));
    let (_, message) = messages().swap_remove(0);
    text.extend(message.replace("8f5d-0", "8f5d-60").bytes());
    let summary = InMemory::new([("api.log", &text[..])]).summary(&Options::default());
    assert_eq!(figure(&summary, "api", "peak_concurrency"), "");
    assert_eq!(summary["sources"][0]["used"], 61);
}
