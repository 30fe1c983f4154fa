//! Each key of a function names the platforms whose bills it can change: two values of it change
//! exactly those bills.

use lambdacost::internals::platform;
use lambdacost::internals::scenario::schema::Field;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

/// A function that every platform can run.
const BASE: [(&str, &str); 6] = [
    ("name", "'a'"),
    ("memory_mb", "1024"),
    ("duration_ms", "200"),
    ("invocations_per_month", "50_000_000"),
    ("utilization", "0.3"),
    ("managed.runtime", "'node'"),
];

/// A key, what else the function states for it (nothing takes a key of [`BASE`] away), and two
/// values.
type Case = (
    Field,
    &'static [(&'static str, &'static str)],
    [&'static str; 2],
);

const TASK: [(&str, &str); 3] = [
    ("container.task.vcpu", "4"),
    ("container.task.memory_gb", "8"),
    ("container.requests_per_task", "4"),
];
const PROVISIONED: [(&str, &str); 2] = [
    ("provisioned.environments", "100"),
    ("provisioned.share_served", "0.5"),
];
const SNAPSTART: [(&str, &str); 3] = [
    ("snapstart.runtime", "'python'"),
    ("snapstart.versions", "1"),
    ("snapstart.restore_rate", "0.01"),
];
/// Java pays for the snapshots of an image only.
const SNAPSTART_OF_JAVA: [(&str, &str); 3] = [
    ("snapstart.runtime", "'java'"),
    ("snapstart.versions", "1"),
    ("snapstart.restore_rate", "0.01"),
];
const POLLER: [(&str, &str); 2] = [
    ("event_poller.kind", "'sqs'"),
    ("event_poller.unit_hours_per_month", "1000"),
];
const DURABLE: [(&str, &str); 3] = [
    ("durable.operations_per_month", "1000"),
    ("durable.gb_written_per_month", "10"),
    ("durable.gb_months_retained", "10"),
];
const RETRIES: [(&str, &str); 2] = [
    ("invocation.error_rate", "0.9"),
    ("invocation.retries", "2"),
];

const CASES: [Case; Field::COUNT] = [
    (Field::Name, &[], ["'a'", "'b'"]),
    (Field::Region, &[], ["'us-east-1'", "'af-south-1'"]),
    (Field::Architecture, &[], ["'x86_64'", "'arm64'"]),
    (Field::RunsOn, &[], ["'lambda'", "'eks'"]),
    (Field::Pinned, &[], ["false", "true"]),
    (Field::Service, &[], ["'b'", "'c'"]),
    (Field::MemoryMb, &[], ["1024", "4096"]),
    (Field::DurationMs, &[], ["200", "800"]),
    (
        Field::MeasuredDurationMs,
        &[("duration_ms", "")],
        ["200", "800"],
    ),
    (
        Field::InvocationsPerMonth,
        &[],
        ["50_000_000", "500_000_000"],
    ),
    (
        Field::RequestsPerSecond,
        &[("invocations_per_month", "")],
        ["20", "200"],
    ),
    (Field::Utilization, &[], ["0.3", "0.05"]),
    (
        Field::PeakConcurrency,
        &[("utilization", "")],
        ["10", "200"],
    ),
    (Field::ColdStartRate, &[("init_ms", "500")], ["0.01", "0.5"]),
    (
        Field::InitMs,
        &[("cold_start_rate", "0.1")],
        ["100", "1000"],
    ),
    (Field::EphemeralStorageMb, &[], ["512", "10240"]),
    (Field::Account, &[], ["'000000000001'", "'000000000002'"]),
    (Field::Tags, &[], ["{ team = 'a' }", "{ team = 'b' }"]),
    (Field::ProvisionedEnvironments, &PROVISIONED, ["100", "200"]),
    (Field::ProvisionedHours, &PROVISIONED, ["500", "730"]),
    (Field::ProvisionedShare, &PROVISIONED, ["0.1", "0.5"]),
    (Field::ProvisionedDurationMs, &PROVISIONED, ["100", "300"]),
    (Field::SnapstartRuntime, &SNAPSTART, ["'java'", "'python'"]),
    (
        Field::SnapstartPackage,
        &SNAPSTART_OF_JAVA,
        ["'zip'", "'image'"],
    ),
    (Field::SnapstartVersions, &SNAPSTART, ["1", "5"]),
    (Field::SnapstartRestoreRate, &SNAPSTART, ["0.01", "0.5"]),
    (Field::StreamedGb, &[], ["10", "1000"]),
    (Field::PollerKind, &POLLER, ["'sqs'", "'kafka'"]),
    (Field::PollerUnitHours, &POLLER, ["10", "1000"]),
    (Field::TenantEnvironments, &[], ["10", "100_000"]),
    (Field::DurableOperations, &DURABLE, ["1000", "100_000_000"]),
    (Field::DurableWrittenGb, &DURABLE, ["10", "1000"]),
    (Field::DurableRetained, &DURABLE, ["10", "1000"]),
    (Field::AsyncPayloadKb, &[], ["100", "1000"]),
    (Field::ErrorRate, &RETRIES, ["0.01", "0.9"]),
    (Field::Retries, &RETRIES, ["1", "9"]),
    (Field::CpuMs, &[], ["20", "190"]),
    (Field::Threads, &[("memory_mb", "4096")], ["1", "2"]),
    (Field::MemoryPerRequestMb, &[], ["50", "4000"]),
    (Field::BaseMemoryMb, &[], ["0", "9000"]),
    (Field::RequestsPerTask, &TASK, ["1", "20"]),
    (Field::RequestsPerPod, &[], ["1", "7"]),
    (Field::MinTasks, &[], ["2", "500"]),
    (Field::FleetHours, &[], ["730", "300"]),
    (Field::TargetUtilization, &[], ["1", "0.1"]),
    (Field::TaskVcpu, &TASK, ["1", "4"]),
    (Field::TaskMemoryGb, &TASK, ["8", "30"]),
    (Field::TaskStorageGb, &[], ["20", "200"]),
    (Field::ContainerArchitecture, &[], ["'x86_64'", "'arm64'"]),
    (Field::ContainerOs, &[], ["'linux'", "'windows'"]),
    (Field::ContainerRun, &[], ["'service'", "'job'"]),
    (
        Field::PullSeconds,
        &[("container.run", "'job'")],
        ["1", "600"],
    ),
    (Field::BudgetMonthlyNotice, &[], ["1", "2"]),
    (Field::BudgetMonthlyWarn, &[], ["1", "2"]),
    (Field::BudgetMonthlyDeny, &[], ["1", "2"]),
    (Field::BudgetMillionNotice, &[], ["1", "2"]),
    (Field::BudgetMillionWarn, &[], ["1", "2"]),
    (Field::BudgetMillionDeny, &[], ["1", "2"]),
    (Field::BudgetPercentNotice, &[], ["1", "2"]),
    (Field::BudgetPercentWarn, &[], ["1", "2"]),
    (Field::BudgetPercentDeny, &[], ["1", "2"]),
    (Field::BudgetIncreaseNotice, &[], ["1", "2"]),
    (Field::BudgetIncreaseWarn, &[], ["1", "2"]),
    (Field::BudgetIncreaseDeny, &[], ["1", "2"]),
    (Field::BudgetDecreasePercentNotice, &[], ["1", "2"]),
    (Field::BudgetDecreasePercentWarn, &[], ["1", "2"]),
    (Field::BudgetDecreasePercentDeny, &[], ["1", "2"]),
    (Field::BudgetDecreaseNotice, &[], ["1", "2"]),
    (Field::BudgetDecreaseWarn, &[], ["1", "2"]),
    (Field::BudgetDecreaseDeny, &[], ["1", "2"]),
    (
        Field::ManagedRuntime,
        &[
            ("container.cpu_ms", "1"),
            ("container.memory_per_request_mb", "4"),
            ("container.target_utilization", "0.01"),
        ],
        ["'node'", "'python'"],
    ),
    (Field::ManagedMemoryMb, &[], ["2048", "32768"]),
    (Field::ManagedGbPerVcpu, &[], ["2", "8"]),
    (Field::ManagedProvider, &[], ["'a'", "'b'"]),
    (Field::ManagedRequests, &[], ["1", "50"]),
];

/// The bill of each platform, `null` where the function cannot run.
fn bills(field: Field, more: &[(&str, &str)], value: &str) -> BTreeMap<String, Value> {
    let mut keys: BTreeMap<&str, &str> = BASE.into_iter().collect();
    keys.extend(more.iter().copied());
    keys.insert(field.path(), value);
    let lines = keys.iter().filter(|(_, value)| !value.is_empty());
    let lines: String = lines
        .map(|(key, value)| format!("{key} = {value}\n"))
        .collect();
    let ids = platform::ids();
    let text = format!("region = 'us-east-1'\nplatforms = {ids:?}\n[[function]]\n{lines}");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("scenario.toml");
    fs::write(&file, &text).expect("a scenario");
    let output = Command::new(env!("CARGO_BIN_EXE_lambdacost"))
        .args(["compare", "--format", "json"])
        .arg(&file)
        .output()
        .expect("the program");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}{error}");
    let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let platforms = answer["functions"][0]["platforms"].as_array();
    let platforms = platforms.expect("platforms").iter();
    platforms
        .map(|platform| {
            let id = platform["id"].as_str().expect("an id").to_owned();
            (id, platform["monthly_usd"].clone())
        })
        .collect()
}

#[test]
fn a_key_changes_the_bills_of_its_platforms_and_no_other() {
    for (number, (field, more, [one, two])) in CASES.into_iter().enumerate() {
        assert_eq!(field as usize, number, "one case a key, in their order");
        if [Field::ManagedProvider, Field::Service].contains(&field) {
            // They need a second function: `tests/managed.rs` and `tests/services.rs` show whose bills
            // they change.
            continue;
        }
        let [one, two] = [one, two].map(|value| bills(field, more, value));
        for platform in platform::shapes() {
            let changes = one[platform.id] != two[platform.id];
            let expected = field.key().bills.includes(&platform);
            assert_eq!(changes, expected, "{} of {}", field.path(), platform.id);
        }
    }
}
