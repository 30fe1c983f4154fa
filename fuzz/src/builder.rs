//! Makes scenarios from bytes: mostly valid, with every key, and with values at and between their
//! bounds.

use super::bytes::Bytes;
use lambdacost::internals::check;
use lambdacost::internals::scenario::schema::{Bounds, Field, ValueKind};
use std::fmt::Write as _;

const REGIONS: [&str; 6] = [
    "us-east-1",
    "eu-west-1",
    "ap-south-1",
    "us-gov-west-1",
    "me-central-1",
    "us-west-2",
];
const PLATFORMS: [&str; 6] = [
    "lambda",
    "fargate",
    "eks",
    "fargate-spot",
    "eks-fargate",
    "lambda-managed",
];
const INSTANCE_TYPES: [&str; 6] = [
    "m5.large",
    "m7g.xlarge",
    "t3.micro",
    "c5.24xlarge",
    "r6g.16xlarge",
    "auto",
];
/// Names with a meaning for a shell, a spreadsheet, a terminal, Markdown, XML or a pipeline.
const NAMES: [&str; 17] = [
    "checkout-api",
    "=1+1",
    "'=1+1",
    " =1+1",
    "@SUM(A1)",
    "a,b;c\"d",
    "a ::error::x",
    "#[error]x",
    "a::b %0A",
    "|x| `y` *z*",
    "<b>&amp;</b>",
    "[a](https://example.com)",
    "GH-26 #1 @all",
    "}{ $x ${y}",
    "東京 e\u{301}\u{1f469}\u{200d}\u{1f4bb}",
    "\u{fffe}\u{ad}",
    "-",
];
/// Names that are not valid.
const UNFIT: [&str; 4] = [
    "::error::x",
    "##[error]x",
    "\u{202e}txt\u{feff}",
    "\u{1b}[2J",
];

/// Keys of a function that are stated together. A group is chosen as a whole. Sometimes a single key
/// is chosen in addition, to try refusals too.
const GROUPS: [&[Field]; 54] = [
    &[Field::Service],
    &[Field::Account],
    &[Field::Tags],
    &[Field::Region],
    &[Field::RunsOn],
    &[Field::Pinned],
    &[Field::ColdStartRate, Field::InitMs],
    &[Field::EphemeralStorageMb],
    &[Field::CpuMs],
    &[Field::MemoryPerRequestMb],
    &[Field::BaseMemoryMb],
    &[Field::MinTasks],
    &[Field::TargetUtilization],
    &[Field::TaskVcpu, Field::TaskMemoryGb],
    &[Field::TaskVcpu, Field::TaskMemoryGb, Field::RequestsPerTask],
    &[Field::TaskStorageGb],
    &[Field::ContainerArchitecture],
    &[Field::ContainerOs],
    &[Field::ContainerRun],
    &[Field::ContainerRun, Field::PullSeconds],
    &[Field::BudgetMonthlyNotice],
    &[Field::BudgetMonthlyWarn],
    &[Field::BudgetMonthlyDeny],
    &[Field::BudgetMillionNotice],
    &[Field::BudgetMillionWarn],
    &[Field::BudgetMillionDeny],
    &[Field::BudgetPercentNotice],
    &[Field::BudgetPercentWarn],
    &[Field::BudgetPercentDeny],
    &[Field::BudgetIncreaseNotice],
    &[Field::BudgetIncreaseWarn],
    &[Field::BudgetIncreaseDeny],
    &[Field::BudgetDecreasePercentNotice],
    &[Field::BudgetDecreasePercentWarn],
    &[Field::BudgetDecreasePercentDeny],
    &[Field::BudgetDecreaseNotice],
    &[Field::BudgetDecreaseWarn],
    &[Field::BudgetDecreaseDeny],
    &[Field::ProvisionedEnvironments, Field::ProvisionedShare],
    &[
        Field::ProvisionedEnvironments,
        Field::ProvisionedShare,
        Field::ProvisionedHours,
        Field::ProvisionedDurationMs,
    ],
    &[
        Field::SnapstartRuntime,
        Field::SnapstartVersions,
        Field::SnapstartRestoreRate,
    ],
    &[
        Field::SnapstartRuntime,
        Field::SnapstartPackage,
        Field::SnapstartVersions,
        Field::SnapstartRestoreRate,
    ],
    &[Field::StreamedGb],
    &[Field::PollerKind, Field::PollerUnitHours],
    &[Field::TenantEnvironments],
    &[
        Field::DurableOperations,
        Field::DurableWrittenGb,
        Field::DurableRetained,
    ],
    &[Field::AsyncPayloadKb],
    &[Field::ErrorRate, Field::Retries],
    &[Field::Threads],
    &[Field::RequestsPerPod],
    &[Field::FleetHours],
    &[Field::ManagedRuntime, Field::ManagedProvider],
    &[Field::ManagedRuntime],
    &[
        Field::ManagedMemoryMb,
        Field::ManagedGbPerVcpu,
        Field::ManagedRequests,
    ],
];

/// Maximum rows of a large functions file.
const MOST_ROWS: u128 = 300;
/// Additional columns of a large functions file: their ordinary values exclude no others.
const COLUMNS: [&[Field]; 13] = [
    &[Field::Region],
    &[Field::RunsOn],
    &[Field::Architecture],
    &[Field::ColdStartRate, Field::InitMs],
    &[Field::EphemeralStorageMb],
    &[Field::CpuMs],
    &[Field::BaseMemoryMb],
    &[Field::MinTasks],
    &[Field::StreamedGb],
    &[Field::PollerKind, Field::PollerUnitHours],
    &[Field::ErrorRate, Field::Retries],
    &[Field::BudgetMonthlyDeny],
    &[Field::BudgetIncreaseDeny],
];

/// A value of a key of the whole scenario.
#[derive(Clone, Copy)]
enum Choice {
    Number(Bounds),
    Word(&'static [&'static str]),
    Flag,
}

const USD: Choice = Choice::Number(Bounds::from(0, 1_000_000_000_000));
const SHARE: Choice = Choice::Number(Bounds::SHARE);
const RATIO: Choice = Choice::Number(Bounds::RATIO);
const COUNT: Choice = Choice::Number(Bounds::whole(1, 1_000_000));
const TYPE: Choice = Choice::Word(&INSTANCE_TYPES);

/// Keys that are stated together, by their dotted paths.
const OPTIONS: &[&[(&str, Choice)]] = &[
    &[("free_tier", Choice::Flag)],
    &[("hours_per_month", Choice::Number(Bounds::from(672, 744)))],
    &[(
        "lambda.concurrency_quota",
        Choice::Number(Bounds::whole(1, 1_000_000_000)),
    )],
    &[("eks.min_nodes", COUNT)],
    &[("eks.packing_efficiency", RATIO)],
    &[(
        "eks.root_volume_gb",
        Choice::Number(Bounds::whole(0, 16_384)),
    )],
    &[("eks.auto_mode", Choice::Flag)],
    &[("eks.memory_overhead", SHARE)],
    &[(
        "lambda.other_gb_seconds.arm64",
        Choice::Number(Bounds::from(0, 1_000_000_000_000)),
    )],
    &[
        ("eks.instance_type", TYPE),
        ("eks.cluster", Choice::Word(&["existing", "dedicated"])),
    ],
    &[
        ("eks.instance_type", Choice::Word(&["m5.large", "t3.micro"])),
        (
            "eks.spot_usd_per_hour",
            Choice::Number(Bounds::from(0, 1_000)),
        ),
        ("eks.spot_share", RATIO),
    ],
    &[
        (
            "eks.kubernetes_age_months",
            Choice::Number(Bounds::from(0, 26)),
        ),
        (
            "eks.control_plane",
            Choice::Word(&["xl", "2xl", "4xl", "8xl"]),
        ),
    ],
    &[
        ("eks.daemonsets.vcpu", Choice::Number(Bounds::from(0, 4))),
        (
            "eks.daemonsets.memory_mb",
            Choice::Number(Bounds::from(0, 8_192)),
        ),
        (
            "eks.daemonsets.pods",
            Choice::Number(Bounds::whole(0, 10_000)),
        ),
    ],
    &[(
        "eks-fargate.cluster",
        Choice::Word(&["existing", "dedicated"]),
    )],
    &[
        (
            "lambda-managed.min_instances",
            Choice::Number(Bounds::whole(3, 1_000_000)),
        ),
        (
            "lambda-managed.availability_buffer",
            Choice::Number(Bounds::from(1, 100)),
        ),
    ],
    &[("lambda-managed.instance_type", TYPE)],
    &[("fargate-spot.share", RATIO)],
    &[
        (
            "fargate-spot.vcpu_hour_usd",
            Choice::Number(Bounds::from(0, 1_000)),
        ),
        (
            "fargate-spot.gb_hour_usd",
            Choice::Number(Bounds::from(0, 1_000)),
        ),
    ],
    &[
        ("commitment.plan", Choice::Word(&PLANS)),
        ("commitment.term", Choice::Word(&["1yr", "3yr"])),
        ("commitment.payment", Choice::Word(&PAYMENTS)),
        ("commitment.coverage", SHARE),
    ],
    &[
        ("commitment.plan", Choice::Word(&PLANS)),
        ("commitment.term", Choice::Word(&["1yr", "3yr"])),
        ("commitment.payment", Choice::Word(&PAYMENTS)),
        ("commitment.usd_per_hour", USD),
    ],
    &[("discounts.ec2", SHARE), ("discounts.lambda", SHARE)],
    &[("discounts.fargate", SHARE)],
    &[("budget.monthly_usd.warn", USD)],
    &[("budget.monthly_usd.deny", USD)],
    &[("budget.increase_percent.deny", USD)],
    &[("budget.increase_usd.warn", USD)],
    &[("budget.decrease_usd.notice", USD)],
];
/// The others need a family or type, and one region.
const PLANS: [&str; 6] = [
    "compute-savings-plan",
    "compute-savings-plan",
    "compute-savings-plan",
    "compute-savings-plan",
    "ec2-instance-savings-plan",
    "reserved-instances",
];
const PAYMENTS: [&str; 3] = ["no-upfront", "partial-upfront", "all-upfront"];

/// A scenario in TOML.
pub fn scenario(data: &[u8]) -> String {
    let mut bytes = Bytes::new(data);
    let mut out = String::new();
    options(&mut bytes, &mut out);
    if bytes.once_in(4) {
        let group = *bytes.one(&GROUPS);
        values(group, "defaults.", &mut bytes, &mut out);
    }
    if bytes.once_in(4) {
        let called = *bytes.one(&NAMES);
        let called = quoted(called);
        let usd = number(Bounds::from(0, 1_000), &mut bytes);
        let _ = writeln!(out, "budget.functions.{called}.monthly_usd.deny = {usd}");
    }
    if bytes.once_in(4) {
        extra("[[extra]]", &mut bytes, &mut out);
    }
    let mut names: Vec<String> = Vec::new();
    let functions = 1 + bytes.below(5);
    for number in 0..functions {
        let mut called = name(&mut bytes);
        if names.contains(&called) {
            let _ = write!(called, " {number}");
        }
        function(&called, &mut bytes, &mut out);
        if bytes.once_in(16) {
            extra("[[function.extra]]", &mut bytes, &mut out);
        }
        names.push(called);
    }
    out
}

/// A scenario in TOML and its functions file in CSV: many functions from few bytes. Values have 17
/// decimal places and are well within their bounds, so most rows are valid.
pub fn fleet(data: &[u8]) -> (String, String) {
    let mut bytes = Bytes::new(data);
    let mut scenario = String::new();
    let rows = 1 + bytes.below(MOST_ROWS);
    options(&mut bytes, &mut scenario);
    scenario.push_str("functions = \"functions.csv\"\n");
    let mut columns = vec![
        Field::MemoryMb,
        Field::DurationMs,
        Field::InvocationsPerMonth,
        *bytes.one(&[Field::Utilization, Field::PeakConcurrency]),
    ];
    for group in COLUMNS {
        if bytes.once_in(4) {
            columns.extend(group);
        }
    }
    let mut random = Random(bytes.number(64) as u64);
    let paths: Vec<&str> = columns.iter().map(|field| field.path()).collect();
    let mut fleet = format!("name,{}\n", paths.join(","));
    for row in 0..rows {
        let _ = write!(fleet, "f{row}");
        for field in &columns {
            let drawn: Vec<u8> = (0..20).map(|_| random.next()).collect();
            let mut drawn = Bytes::new(&drawn);
            let value = match field.kind() {
                ValueKind::Number(bounds) => between(ordinary(*field, bounds), 17, &mut drawn),
                _ => cell(*field, &mut drawn),
            };
            let _ = write!(fleet, ",{value}");
        }
        fleet.push('\n');
    }
    (scenario, fleet)
}

/// The generator of Knuth's MMIX.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u8 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 56) as u8
    }
}

fn options(bytes: &mut Bytes<'_>, out: &mut String) {
    let _ = writeln!(out, "region = \"{}\"", bytes.one(&REGIONS));
    if bytes.once_in(2) {
        let some: Vec<&str> = PLATFORMS.into_iter().filter(|_| bytes.once_in(2)).collect();
        if !some.is_empty() {
            let _ = writeln!(out, "platforms = {some:?}");
        }
    }
    let mut stated = Vec::new();
    for group in OPTIONS {
        let is_new = !group.iter().any(|(path, _)| stated.contains(path));
        if !is_new || !bytes.once_in(8) {
            continue;
        }
        for (path, choice) in *group {
            let value = chosen(*choice, bytes);
            let _ = writeln!(out, "{path} = {value}");
            stated.push(path);
        }
    }
    for rule in check::shapes() {
        if !bytes.once_in(8) {
            continue;
        }
        let level = bytes.one(&["allow", "notice", "warn", "deny"]);
        let _ = write!(out, "rules.{} = {{ level = \"{level}\"", rule.code);
        for (name, bounds) in rule.parameters {
            let _ = write!(out, ", {name} = {}", number(*bounds, bytes));
        }
        out.push_str(" }\n");
    }
}

fn chosen(choice: Choice, bytes: &mut Bytes<'_>) -> String {
    match choice {
        Choice::Number(bounds) => number(bounds, bytes),
        Choice::Word(words) => format!("\"{}\"", bytes.one(words)),
        Choice::Flag => bytes.once_in(2).to_string(),
    }
}

/// A stated cost, below the heading of its table.
fn extra(heading: &str, bytes: &mut Bytes<'_>, out: &mut String) {
    let platform = *bytes.one(&["lambda", "fargate", "eks"]);
    let _ = writeln!(
        out,
        "{heading}\nname = \"extra\"\nplatforms = [\"{platform}\"]"
    );
    for key in ["usd_per_month", "usd_per_million_invocations"] {
        let usd = number(Bounds::from(0, 1_000), bytes);
        let _ = writeln!(out, "{key} = {usd}");
    }
}

fn function(name: &str, bytes: &mut Bytes<'_>, out: &mut String) {
    let _ = writeln!(out, "[[function]]\nname = {}", quoted(name));
    let either = |bytes: &mut Bytes<'_>, fields: [Field; 2]| *bytes.one(&fields);
    let mut stated = vec![
        Field::MemoryMb,
        either(bytes, [Field::DurationMs, Field::MeasuredDurationMs]),
        either(
            bytes,
            [Field::InvocationsPerMonth, Field::RequestsPerSecond],
        ),
        either(bytes, [Field::Utilization, Field::PeakConcurrency]),
    ];
    if bytes.once_in(2) {
        stated.push(Field::Architecture);
    }
    for group in GROUPS {
        let is_new = !group.iter().any(|field| stated.contains(field));
        if is_new && bytes.once_in(16) {
            stated.extend(group);
        }
    }
    let any = *bytes.one(&Field::ALL);
    if any != Field::Name && !stated.contains(&any) && bytes.once_in(64) {
        stated.push(any);
    }
    values(&stated, "", bytes, out);
}

/// Keys of a function with their values, each after a prefix.
fn values(fields: &[Field], prefix: &str, bytes: &mut Bytes<'_>, out: &mut String) {
    for field in fields {
        if *field == Field::Tags {
            let tag = quoted(&word(&["a", "b", "=c"], bytes));
            let _ = writeln!(out, "{prefix}tags = {{ team = {tag} }}");
            continue;
        }
        let mut value = match field {
            Field::ContainerRun if fields.contains(&Field::PullSeconds) => "job".to_owned(),
            _ => cell(*field, bytes),
        };
        let is_bare = matches!(field.kind(), ValueKind::Number(_) | ValueKind::Flag);
        if !is_bare || value.ends_with('%') {
            value = quoted(&value);
        }
        let _ = writeln!(out, "{prefix}{} = {value}", field.path());
    }
}

/// A value for a cell of the field's column.
fn cell(field: Field, bytes: &mut Bytes<'_>) -> String {
    match (field, field.kind()) {
        // 8 GB are valid with each of 1, 2 and 4 vCPUs.
        (Field::TaskVcpu, _) if bytes.once_in(16) => word(&["0.25", "0.5", "8", "16", "32"], bytes),
        (Field::TaskVcpu, _) => word(&["1", "2", "4"], bytes),
        (Field::TaskMemoryGb, _) if bytes.once_in(16) => {
            word(&["0.5", "1", "3", "30", "244"], bytes)
        }
        (Field::TaskMemoryGb, _) => "8".to_owned(),
        (Field::ContainerRun, _) => word(&["service", "service", "service", "job"], bytes),
        (Field::Service, _) => word(&["a service", "b", "=c"], bytes),
        (Field::ContainerOs, _) => word(&["linux", "linux", "linux", "windows"], bytes),
        (Field::ManagedGbPerVcpu, _) => word(&["2", "4", "8"], bytes),
        (_, ValueKind::Text | ValueKind::Region) => word(&REGIONS, bytes),
        (_, ValueKind::Account) => word(&["000000000001", "123456789012"], bytes),
        (_, ValueKind::Platform) => word(&PLATFORMS, bytes),
        (_, ValueKind::OneOf(words)) => word(words, bytes),
        (_, ValueKind::Flag) => word(&["false", "false", "true"], bytes),
        (_, ValueKind::Number(bounds)) if bounds.percent && bytes.once_in(16) => {
            word(&["1%", "35%", "99.99%", "100%"], bytes)
        }
        (_, ValueKind::Number(bounds)) => number(usual(field, bounds, bytes), bytes),
        (_, kind) => unreachable!("no key of a function is a {kind:?}"),
    }
}

fn word(words: &[&str], bytes: &mut Bytes<'_>) -> String {
    (*bytes.one(words)).to_owned()
}

/// Ordinary bounds in most cases.
fn usual(field: Field, bounds: Bounds, bytes: &mut Bytes<'_>) -> Bounds {
    if bytes.once_in(16) {
        bounds
    } else {
        ordinary(field, bounds)
    }
}

/// Bounds of ordinary values. The bounds of the schema are far above what AWS runs, and values at
/// them exclude each other.
fn ordinary(field: Field, bounds: Bounds) -> Bounds {
    let (low, high) = match field {
        Field::RequestsPerSecond => (1, 100),
        Field::MemoryMb => (128, 10_240),
        Field::MemoryPerRequestMb | Field::BaseMemoryMb => (1, 10_240),
        Field::DurationMs | Field::MeasuredDurationMs => (1, 900_000),
        Field::InvocationsPerMonth => (1, 1_000_000_000),
        // Enough for all three.
        Field::PeakConcurrency | Field::ProvisionedEnvironments => (500_000, bounds.high),
        Field::ProvisionedHours => (1, 100),
        Field::CpuMs => (1, 10_000),
        Field::MinTasks | Field::RequestsPerTask => (1, 100),
        // Each retry multiplies the digits of the error rate.
        Field::Retries => (0, 10),
        Field::EphemeralStorageMb => (512, 1_024),
        Field::BudgetMonthlyNotice
        | Field::BudgetMillionNotice
        | Field::BudgetPercentNotice
        | Field::BudgetIncreaseNotice
        | Field::BudgetDecreasePercentNotice
        | Field::BudgetDecreaseNotice => (0, 10),
        Field::BudgetMonthlyWarn
        | Field::BudgetMillionWarn
        | Field::BudgetPercentWarn
        | Field::BudgetIncreaseWarn
        | Field::BudgetDecreasePercentWarn
        | Field::BudgetDecreaseWarn => (10, 100),
        Field::BudgetMonthlyDeny
        | Field::BudgetMillionDeny
        | Field::BudgetPercentDeny
        | Field::BudgetIncreaseDeny
        | Field::BudgetDecreasePercentDeny
        | Field::BudgetDecreaseDeny => (100, 10_000),
        _ => (bounds.low, bounds.high),
    };
    Bounds {
        low,
        high,
        ..bounds
    }
}

/// A number within bounds: at a bound, next to one, or between them with up to 28 digits.
fn number(bounds: Bounds, bytes: &mut Bytes<'_>) -> String {
    let places = *bytes.one(&[0, 0, 1, 2, 3, 9, 17, 28]);
    let range = Range::new(bounds, places);
    let span = range.span;
    range.text(match bytes.byte() % 8 {
        0 => 0,
        1 => span,
        2 => 1,
        3 => span.saturating_sub(1),
        4 => bytes.byte().into(),
        5 => bytes.below(100_000),
        6 => bytes.below(span + 1) >> (bytes.byte() % 64),
        _ => bytes.below(span + 1),
    })
}

/// Any number within bounds.
fn between(bounds: Bounds, places: u32, bytes: &mut Bytes<'_>) -> String {
    let range = Range::new(bounds, places);
    range.text(bytes.below(range.span + 1))
}

/// All numbers within bounds with a number of decimal places.
struct Range {
    places: u32,
    least: u128,
    span: u128,
}

impl Range {
    /// Uses fewer places if the numbers would have more than 28 digits, and none for integers.
    fn new(bounds: Bounds, places: u32) -> Self {
        const MOST: u128 = 10_u128.pow(28) - 1;
        let [low, high] = [bounds.low, bounds.high].map(|bound| u128::try_from(bound).unwrap_or(0));
        let mut places = if bounds.whole { 0 } else { places };
        while high.saturating_mul(10_u128.pow(places)) > MOST {
            places -= 1;
        }
        let unit = 10_u128.pow(places);
        let least = low * unit + u128::from(bounds.above_low);
        Self {
            places,
            least,
            span: high * unit - least,
        }
    }

    /// The number that is `above` units of the last place above the lowest one.
    fn text(&self, above: u128) -> String {
        let value = self.least + above.min(self.span);
        let places = self.places as usize;
        let digits = format!("{value:0>width$}", width = places + 1);
        match digits.split_at(digits.len() - places) {
            (whole, "") => whole.to_owned(),
            (whole, fraction) => format!("{whole}.{fraction}"),
        }
    }
}

fn name(bytes: &mut Bytes<'_>) -> String {
    let mut name = (*bytes.one(&NAMES)).to_owned();
    match bytes.byte() % 64 {
        0 => name = (*bytes.one(&UNFIT)).to_owned(),
        1..8 => name.extend([bytes.byte(), bytes.byte()].map(|byte| char::from(b' ' + byte % 95))),
        8..16 => name = name.repeat(8).chars().take(250).collect(),
        16..24 => name.push(char::from_u32(bytes.number(16) as u32).unwrap_or('?')),
        _ => {}
    }
    name
}

/// A basic string of TOML.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
