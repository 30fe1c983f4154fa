//! `import --emit usage`: what is written and read again gives the same figures.

mod support;

use import::{Options, Time, usage};
use serde_json::Value;
use support::InMemory;

/// Minutes from the start of 2026-10-05 at which a call ends, and its log line.
fn log(calls: impl Iterator<Item = (u64, String)>) -> Vec<u8> {
    let lines = calls.map(|(minute, line)| {
        let (day, hour, minute) = (5 + minute / 1440, minute / 60 % 24, minute % 60);
        format!("2026-10-{day:02}T{hour:02}:{minute:02}:30.000Z {line}\n")
    });
    lines.collect::<String>().into_bytes()
}

fn report(id: u64, duration: u64, billed: u64, memory: u64, more: &str) -> String {
    format!(
        "REPORT RequestId: {id}\tDuration: {duration}.25 ms\tBilled Duration: {billed} ms\t\
         Memory Size: {memory} MB\tMax Memory Used: 80 MB\t{more}"
    )
}

/// Calls over nine days in two memory sizes, some with an init that was billed and some with a free one,
/// and overlapping ones.
fn api() -> Vec<u8> {
    log((0..1200).map(|n| {
        let (duration, memory) = (40 + n * 37 % 200_000, if n < 300 { 512 } else { 1024 });
        let (billed, more) = match n % 50 {
            7 => (duration + 301, "Init Duration: 299.75 ms"),
            8 => (duration + 1, "Init Duration: 299.75 ms"),
            _ => (duration + 1, ""),
        };
        (n * 11 + n % 3, report(n, duration, billed, memory, more))
    }))
}

/// Its log starts an hour before its first call and ends two hours after the last one.
fn jobs() -> Vec<u8> {
    let mut all = log(std::iter::once((
        0,
        "INIT_START Runtime Version".to_owned(),
    )));
    all.extend(log(
        (0..40).map(|n| (70 + n * 20, report(n, 900, 901, 256, "")))
    ));
    all.extend(log(std::iter::once((1000, "the end".to_owned()))));
    all
}

fn files() -> InMemory {
    let insights = r#"{"status":"Complete","results":[[
        {"field":"hour","value":"2026-10-05 10:00:00.000"},
        {"field":"log","value":"123456789012:/aws/lambda/video"},
        {"field":"calls","value":"120"},{"field":"billed_ms","value":"3600.5"},
        {"field":"init_ms","value":"210.25"},{"field":"cold_starts","value":"2"},
        {"field":"memory_mb","value":"2048"}]]}"#;
    let list = r#"{"Functions":[{"FunctionName":"api","Architectures":["arm64"],
        "FunctionArn":"arn:aws:lambda:eu-west-1:123456789012:function:api","Version":"$LATEST"}]}"#;
    InMemory::new([
        ("api.log", &api()),
        ("jobs.log", &jobs()),
        ("video.json", insights.as_bytes()),
        ("functions.json", list.as_bytes()),
    ])
}

fn emit(files: &InMemory, options: &Options) -> String {
    let found = files.import(options);
    usage(&found.unwrap_or_else(|mistakes| panic!("{mistakes:#?}")))
}

/// What a scenario has of a function, without the files that it is from.
fn figures(summary: &Value) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for function in summary["functions"].as_array().expect("functions") {
        let name = function["name"].as_str().expect("a name");
        for (key, figure) in function["figures"].as_object().expect("figures") {
            all.push((format!("{name} {key}"), figure["value"].to_string()));
        }
        all.push((format!("{name} traffic"), function["traffic"].to_string()));
        let window = &function["window"];
        let window = format!("{} {} {}", window["calls"], window["from"], window["to"]);
        all.push((format!("{name} window"), window));
    }
    all.sort();
    all
}

#[test]
fn rows_that_are_read_again_give_equal_figures() {
    let options = Options::default();
    let before = files().summary(&options);
    let text = emit(&files(), &options);
    let again = InMemory::new([("usage.csv", text.as_bytes())]);
    assert_eq!(figures(&again.summary(&options)), figures(&before));
    assert_eq!(emit(&again, &options), text);
    let values = figures(&before);
    let has = |key: &str| {
        let found = values.iter().find(|(own, _)| own == key);
        found.map_or("", |(_, value)| &**value)
    };
    // 24 calls had an init, and 18 of them the memory of today, of 900.
    assert_eq!(has("api cold_start_rate"), "\"0.02\"");
    assert_eq!(has("api architecture"), "\"arm64\"");
    assert_eq!(
        has("jobs window"),
        "\"40\" \"2026-10-05T00:00:00Z\" \"2026-10-05T17:00:00Z\""
    );
    assert_ne!(has("api traffic"), "null");
}

#[test]
fn an_hour_has_its_calls_and_the_most_of_them_in_flight() {
    // The first two are both in flight from 00:01:20.7 to 00:01:30. The third is from 00:10:30 to 01:00:30.
    let lines = [
        (1, report(1, 70_000, 70_001, 512, "")),
        (1, report(2, 9_000, 9_300, 512, "Init Duration: 299.75 ms")),
        (60, report(3, 3_000_000, 3_000_001, 512, "")),
    ];
    let files = InMemory::new([("api.log", &log(lines.into_iter()))]);
    let text = emit(&files, &Options::default());
    let rows: Vec<&str> = text.lines().skip(1).collect();
    assert_eq!(
        rows,
        [
            "api,eu-west-1,,,512,2026-10-05T00:00:00Z,2,79301,,1,299.75,2,,,log",
            "api,eu-west-1,,,512,2026-10-05T01:00:00Z,1,3000001,,0,0,1,,,log",
        ]
    );
}

#[test]
fn hours_outside_what_is_stated_have_no_rows() {
    let options = Options {
        from: Time::of_text("2026-10-05T02:00:00Z"),
        to: Time::of_text("2026-10-05T04:00:00Z"),
        ..Options::default()
    };
    let files = InMemory::new([("jobs.log", &jobs())]);
    let text = emit(&files, &options);
    let rows: Vec<&str> = text.lines().skip(1).collect();
    // Calls end at 02:10:30, 02:30:30, 02:50:30, and at the same minutes of the next hour.
    assert_eq!(
        rows,
        [
            "jobs,eu-west-1,,,256,2026-10-05T02:00:00Z,3,2703,,0,0,1,,,log",
            "jobs,eu-west-1,,,256,2026-10-05T03:00:00Z,3,2703,,0,0,1,,,log",
        ]
    );
}

#[test]
fn streams_of_one_name_in_two_groups_are_of_two_functions() {
    let document = |group: &str, id| {
        let message = report(id, 10, 11, 128, "").replace('\t', "\\t");
        format!(
            r#"{{"logGroup":"/aws/lambda/{group}","logEvents":[
                {{"timestamp":1791158400000,"message":"{message}"}}]}}"#
        )
    };
    let text = document("api", 1) + &document("jobs", 2);
    let files = InMemory::new([("logs.json", text.as_bytes())]);
    let rows = emit(&files, &Options::default());
    let names: Vec<&str> = rows
        .lines()
        .skip(1)
        .filter_map(|row| row.split(',').next())
        .collect();
    assert_eq!(names, ["api", "jobs"]);
}
