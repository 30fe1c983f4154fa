//! Compute Optimizer and Power Tuning.

#![allow(
    clippy::disallowed_types,
    reason = "pictures of Power Tuning hold 32-bit floats"
)]

mod support;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use import::Options;
use support::{InMemory, figure};

const ANSWER: &str = r#"{"lambdaFunctionRecommendations": [
  {"functionArn": "arn:aws:lambda:eu-west-1:123456789012:function:api:$LATEST",
   "functionVersion": "$LATEST", "currentMemorySize": 1024, "numberOfInvocations": 28000,
   "utilizationMetrics": [{"name": "Duration", "statistic": "Average", "value": 31.333},
     {"name": "Memory", "statistic": "Maximum", "value": 200.0}],
   "lookbackPeriodInDays": 14.0, "lastRefreshTimestamp": 1791158400.5}]}"#;

const EXPORT: &str = "accountId,functionArn,numberOfInvocations,lookbackPeriodInDays,\
    lastRefreshTimestamp_UTC,currentConfiguration_memorySize,utilizationMetrics_duration_average,\
    utilizationMetrics_memory_maximum\n\
    123456789012,arn:aws:lambda:eu-west-1:123456789012:function:api:$LATEST,28000,14.0,\
    2026-10-05T00:00:00Z,1024,3.1333E1,200.0\n";

#[test]
fn the_answer_and_the_export_of_compute_optimizer_are_the_same() {
    for (what, text) in [("the answer", ANSWER), ("the export", EXPORT)] {
        let summary = InMemory::new([("co", text.as_bytes())]).summary(&Options::default());
        let of = |key| figure(&summary, "api", key);
        assert_eq!(of("memory_mb"), "1024", "{what}");
        assert_eq!(of("measured_duration_ms"), "31.333", "{what}");
        // 28,000 calls in 14 x 24 hours, and 730 hours: 60,833.3.
        assert_eq!(of("invocations_per_month"), "60833", "{what}");
    }
}

fn result(stats: &str, picture: &str) -> String {
    format!(
        r#"{{"power": 256, "cost": 1e-6, "duration": 61.5, {stats} "stateMachine":
           {{"executionCost": 0.1, "lambdaCost": 0.1, "visualization": "https://example.com/#{picture}"}}}}"#
    )
}

#[test]
fn a_curve_comes_from_the_statistics_or_from_the_picture() {
    // 10 ms of waiting and 8 ms of CPU at 1,769 MB: 10 + 8 x 1769 / M.
    let sizes: Vec<u8> = [128_u16, 256]
        .into_iter()
        .flat_map(u16::to_le_bytes)
        .collect();
    let durations = [120.5625_f32, 65.28125]
        .into_iter()
        .flat_map(f32::to_le_bytes);
    let durations: Vec<u8> = durations.collect();
    let picture = format!("{};{};", STANDARD.encode(sizes), STANDARD.encode(durations));
    let stats = r#""stats": [{"value": 128, "averagePrice": 1e-7, "averageDuration": 120.5625},
        {"value": 256, "averagePrice": 1e-7, "averageDuration": 65.28125}],"#;
    for text in [result(stats, "x"), result("", &picture)] {
        let files = InMemory::new([("api.json", text.as_bytes())]);
        let found = files.import(&Options::default()).expect("no mistakes");
        let curve = &found.curves[0];
        assert_eq!(curve.name, "api");
        let points: Vec<(u32, &str)> = curve.points.iter().map(|(m, d)| (*m, &**d)).collect();
        assert_eq!(points, [(128, "120.5625"), (256, "65.28125")]);
        assert_eq!(curve.cpu_ms().as_deref(), Some("8"));
    }
    let alone = result("", "");
    let files = InMemory::new([("api.json", alone.as_bytes())]);
    let found = files.import(&Options::default()).expect("no mistakes");
    assert_eq!(found.curves[0].points.len(), 1);
    assert_eq!(found.curves[0].cpu_ms(), None);
}
