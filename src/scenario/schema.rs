//! The keys of a function: their names, kinds and bounds, once for TOML and CSV.

pub use super::bounds::Bounds;

/// Every key of `[[function]]` that takes a single value, by its dotted path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
#[allow(missing_docs, reason = "each is documented by its row in FIELDS")]
pub enum Field {
    Name,
    Region,
    Architecture,
    RunsOn,
    MemoryMb,
    DurationMs,
    MeasuredDurationMs,
    InvocationsPerMonth,
    RequestsPerSecond,
    Utilization,
    PeakConcurrency,
    ColdStartRate,
    InitMs,
    EphemeralStorageMb,
    CpuMs,
    MemoryPerRequestMb,
    BaseMemoryMb,
    RequestsPerTask,
    MinTasks,
    TargetUtilization,
    TaskVcpu,
    TaskMemoryGb,
    TaskStorageGb,
    ContainerArchitecture,
    ContainerOs,
    ContainerRun,
    PullSeconds,
    BudgetMonthlyWarn,
    BudgetMonthlyDeny,
    BudgetMillionWarn,
    BudgetMillionDeny,
    BudgetPercentWarn,
    BudgetPercentDeny,
    BudgetIncreaseWarn,
    BudgetIncreaseDeny,
    ProvisionedEnvironments,
    ProvisionedHours,
    ProvisionedShare,
    ProvisionedDurationMs,
    SnapstartRuntime,
    SnapstartVersions,
    SnapstartRestoreRate,
    StreamedGb,
    PollerKind,
    PollerUnitHours,
    TenantEnvironments,
    DurableOperations,
    DurableWrittenGb,
    DurableRetained,
    AsyncPayloadKb,
    ErrorRate,
    Retries,
    ManagedRuntime,
    ManagedMemoryMb,
    ManagedGbPerVcpu,
    ManagedRequests,
}

/// What a value must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueKind {
    /// Any text of 1 to 256 characters.
    Text,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A platform's id.
    Platform,
    /// A number within bounds.
    Number(Bounds),
}

const DAY_MS: i64 = 86_400_000;
const MAX_MEMORY_MB: i64 = 1_048_576;
const MAX_CALLS: i64 = 1_000_000_000_000_000;
const MAX_COUNT: i64 = 1_000_000;
/// Most gigabytes, or hours of a unit, a month.
const MAX_AMOUNT: i64 = 1_000_000_000_000;
/// Most dollars, or per cent, of a limit.
pub const MAX_USD: i64 = 1_000_000_000_000;
const ARCHITECTURES: ValueKind = ValueKind::OneOf(&["x86_64", "arm64"]);

/// Dotted path and kind of every [`Field`], in the order of the enumeration.
pub const FIELDS: [(Field, &str, ValueKind); 56] = [
    (Field::Name, "name", ValueKind::Text),
    (Field::Region, "region", ValueKind::Text),
    (Field::Architecture, "architecture", ARCHITECTURES),
    (Field::RunsOn, "runs_on", ValueKind::Platform),
    (
        Field::MemoryMb,
        "memory_mb",
        ValueKind::Number(Bounds::whole(1, MAX_MEMORY_MB)),
    ),
    (
        Field::DurationMs,
        "duration_ms",
        ValueKind::Number(Bounds::from(1, DAY_MS)),
    ),
    (
        Field::MeasuredDurationMs,
        "measured_duration_ms",
        ValueKind::Number(Bounds::above(0, DAY_MS)),
    ),
    (
        Field::InvocationsPerMonth,
        "invocations_per_month",
        ValueKind::Number(Bounds::whole(0, MAX_CALLS)),
    ),
    (
        Field::RequestsPerSecond,
        "requests_per_second",
        ValueKind::Number(Bounds::from(0, MAX_CALLS)),
    ),
    (
        Field::Utilization,
        "utilization",
        ValueKind::Number(Bounds::RATIO),
    ),
    (
        Field::PeakConcurrency,
        "peak_concurrency",
        ValueKind::Number(Bounds::above(0, 1_000_000_000)),
    ),
    (
        Field::ColdStartRate,
        "cold_start_rate",
        ValueKind::Number(Bounds::SHARE),
    ),
    (
        Field::InitMs,
        "init_ms",
        ValueKind::Number(Bounds::from(0, 900_000)),
    ),
    (
        Field::EphemeralStorageMb,
        "ephemeral_storage_mb",
        ValueKind::Number(Bounds::whole(512, 10_240)),
    ),
    (
        Field::CpuMs,
        "container.cpu_ms",
        ValueKind::Number(Bounds::above(0, 1000 * DAY_MS)),
    ),
    (
        Field::MemoryPerRequestMb,
        "container.memory_per_request_mb",
        ValueKind::Number(Bounds::above(0, MAX_MEMORY_MB)),
    ),
    (
        Field::BaseMemoryMb,
        "container.base_memory_mb",
        ValueKind::Number(Bounds::from(0, MAX_MEMORY_MB)),
    ),
    (
        Field::RequestsPerTask,
        "container.requests_per_task",
        ValueKind::Number(Bounds::whole(1, MAX_COUNT)),
    ),
    (
        Field::MinTasks,
        "container.min_tasks",
        ValueKind::Number(Bounds::whole(1, MAX_COUNT)),
    ),
    (
        Field::TargetUtilization,
        "container.target_utilization",
        ValueKind::Number(Bounds::RATIO),
    ),
    (
        Field::TaskVcpu,
        "container.task.vcpu",
        ValueKind::Number(Bounds::above(0, 1024)),
    ),
    (
        Field::TaskMemoryGb,
        "container.task.memory_gb",
        ValueKind::Number(Bounds::above(0, 1024)),
    ),
    (
        Field::TaskStorageGb,
        "container.task_storage_gb",
        ValueKind::Number(Bounds::whole(20, 200)),
    ),
    (
        Field::ContainerArchitecture,
        "container.architecture",
        ARCHITECTURES,
    ),
    (
        Field::ContainerOs,
        "container.os",
        ValueKind::OneOf(&["linux", "windows"]),
    ),
    (
        Field::ContainerRun,
        "container.run",
        ValueKind::OneOf(&["service", "job"]),
    ),
    (
        Field::PullSeconds,
        "container.pull_seconds",
        ValueKind::Number(Bounds::from(0, DAY_MS / 1000)),
    ),
    (
        Field::BudgetMonthlyWarn,
        "budget.monthly_usd.warn",
        ValueKind::Number(Bounds::from(0, MAX_USD)),
    ),
    (
        Field::BudgetMonthlyDeny,
        "budget.monthly_usd.deny",
        ValueKind::Number(Bounds::from(0, MAX_USD)),
    ),
    (
        Field::BudgetMillionWarn,
        "budget.usd_per_million_invocations.warn",
        ValueKind::Number(Bounds::from(0, MAX_USD)),
    ),
    (
        Field::BudgetMillionDeny,
        "budget.usd_per_million_invocations.deny",
        ValueKind::Number(Bounds::from(0, MAX_USD)),
    ),
    (
        Field::BudgetPercentWarn,
        "budget.increase_percent.warn",
        ValueKind::Number(Bounds::from(0, MAX_USD)),
    ),
    (
        Field::BudgetPercentDeny,
        "budget.increase_percent.deny",
        ValueKind::Number(Bounds::from(0, MAX_USD)),
    ),
    (
        Field::BudgetIncreaseWarn,
        "budget.increase_usd.warn",
        ValueKind::Number(Bounds::from(0, MAX_USD)),
    ),
    (
        Field::BudgetIncreaseDeny,
        "budget.increase_usd.deny",
        ValueKind::Number(Bounds::from(0, MAX_USD)),
    ),
    (
        Field::ProvisionedEnvironments,
        "provisioned.environments",
        ValueKind::Number(Bounds::whole(1, 1_000_000_000)),
    ),
    (
        Field::ProvisionedHours,
        "provisioned.hours_per_month",
        ValueKind::Number(Bounds::above(0, 744)),
    ),
    (
        Field::ProvisionedShare,
        "provisioned.share_served",
        ValueKind::Number(Bounds::SHARE),
    ),
    (
        Field::ProvisionedDurationMs,
        "provisioned.duration_ms",
        ValueKind::Number(Bounds::from(1, 900_000)),
    ),
    (
        Field::SnapstartRuntime,
        "snapstart.runtime",
        ValueKind::OneOf(&["java", "python", "dotnet"]),
    ),
    (
        Field::SnapstartVersions,
        "snapstart.versions",
        ValueKind::Number(Bounds::whole(1, 1_000_000)),
    ),
    (
        Field::SnapstartRestoreRate,
        "snapstart.restore_rate",
        ValueKind::Number(Bounds::SHARE),
    ),
    (
        Field::StreamedGb,
        "streaming.gb_per_month",
        ValueKind::Number(Bounds::from(0, MAX_AMOUNT)),
    ),
    (
        Field::PollerKind,
        "event_poller.kind",
        ValueKind::OneOf(&["sqs", "kafka"]),
    ),
    (
        Field::PollerUnitHours,
        "event_poller.unit_hours_per_month",
        ValueKind::Number(Bounds::from(0, MAX_AMOUNT)),
    ),
    (
        Field::TenantEnvironments,
        "tenant_isolation.environments_per_month",
        ValueKind::Number(Bounds::whole(0, MAX_CALLS)),
    ),
    (
        Field::DurableOperations,
        "durable.operations_per_month",
        ValueKind::Number(Bounds::whole(0, MAX_CALLS)),
    ),
    (
        Field::DurableWrittenGb,
        "durable.gb_written_per_month",
        ValueKind::Number(Bounds::from(0, MAX_AMOUNT)),
    ),
    (
        Field::DurableRetained,
        "durable.gb_months_retained",
        ValueKind::Number(Bounds::from(0, MAX_AMOUNT)),
    ),
    (
        Field::AsyncPayloadKb,
        "invocation.async_payload_kb",
        ValueKind::Number(Bounds::whole(1, 1024)),
    ),
    (
        Field::ErrorRate,
        "invocation.error_rate",
        ValueKind::Number(Bounds::SHARE),
    ),
    (
        Field::Retries,
        "invocation.retries",
        ValueKind::Number(Bounds::whole(0, 100)),
    ),
    (
        Field::ManagedRuntime,
        "managed.runtime",
        ValueKind::OneOf(&["node", "java", "dotnet", "python", "rust"]),
    ),
    (
        Field::ManagedMemoryMb,
        "managed.memory_mb",
        ValueKind::Number(Bounds::whole(2_048, 32_768)),
    ),
    (
        Field::ManagedGbPerVcpu,
        "managed.memory_gb_per_vcpu",
        ValueKind::Number(Bounds::whole(2, 8)),
    ),
    (
        Field::ManagedRequests,
        "managed.requests_per_environment",
        ValueKind::Number(Bounds::whole(1, MAX_COUNT)),
    ),
];

/// Keys of the contract that this version reads but does not price.
pub const RESERVED: &[&str] = &["traffic"];

/// Fields that say the same in two ways, or two steps of it: what a function states of them
/// replaces all that `[defaults]` does.
pub const ALTERNATIVES: [[Field; 2]; 7] = [
    [Field::DurationMs, Field::MeasuredDurationMs],
    [Field::InvocationsPerMonth, Field::RequestsPerSecond],
    [Field::Utilization, Field::PeakConcurrency],
    [Field::BudgetMonthlyWarn, Field::BudgetMonthlyDeny],
    [Field::BudgetMillionWarn, Field::BudgetMillionDeny],
    [Field::BudgetPercentWarn, Field::BudgetPercentDeny],
    [Field::BudgetIncreaseWarn, Field::BudgetIncreaseDeny],
];

/// What every function needs one of.
pub const NEEDED: [&[Field]; 6] = [
    &[Field::Name],
    &[Field::MemoryMb],
    &[Field::DurationMs, Field::MeasuredDurationMs],
    &[Field::InvocationsPerMonth, Field::RequestsPerSecond],
    &[Field::Utilization, Field::PeakConcurrency],
    &[Field::Region],
];

impl Field {
    /// The dotted path of the key.
    pub fn path(self) -> &'static str {
        FIELDS[self as usize].1
    }

    /// True for a field that would be missing: a function needs it or one like it, and none of them
    /// is stated.
    pub fn is_wanting(self, is_stated: impl Fn(Self) -> bool) -> bool {
        let mut groups = NEEDED.into_iter();
        let fields = groups.find(|fields| fields.contains(&self));
        fields.is_some_and(|fields| !fields.iter().any(|field| is_stated(*field)))
    }

    /// What its value must be.
    pub fn kind(self) -> ValueKind {
        FIELDS[self as usize].2
    }

    /// The field at a dotted path of a scenario.
    pub fn at_path(path: &str) -> Option<Self> {
        FIELDS
            .iter()
            .find(|(_, known, _)| *known == path)
            .map(|row| row.0)
    }

    /// The field of a CSV column: its dotted path, or its last word where that is unambiguous.
    pub fn of_column(column: &str) -> Option<Self> {
        Self::at_path(column).or_else(|| {
            let short = |path: &str| path.rsplit('.').next() == Some(column);
            let mut found = FIELDS.iter().filter(|(_, path, _)| short(path));
            match (found.next(), found.next()) {
                (Some((field, _, _)), None) => Some(*field),
                _ => None,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_enumeration() {
        for (index, (field, path, _)) in FIELDS.iter().enumerate() {
            assert_eq!(*field as usize, index, "{path}");
        }
    }

    #[test]
    fn columns_have_long_and_short_names() {
        assert_eq!(Field::of_column("container.cpu_ms"), Some(Field::CpuMs));
        assert_eq!(Field::of_column("cpu_ms"), Some(Field::CpuMs));
        assert_eq!(Field::of_column("architecture"), Some(Field::Architecture));
        assert_eq!(Field::of_column("warn"), None);
    }
}
