//! The keys of a function: in `[[function]]`, in `[defaults]`, and as columns of a functions file.

use super::{Bills, Key, LIMIT, RATIO, SHARE, ValueKind, above, from, last_word, whole};

const DAY_MS: i64 = 86_400_000;
const MAX_MEMORY_MB: i64 = 1_048_576;
const MAX_CALLS: i64 = 1_000_000_000_000_000;
const MAX_COUNT: i64 = 1_000_000;
/// Maximum of monthly gigabytes, hours or dollars.
const MAX_AMOUNT: i64 = 1_000_000_000_000;
const ARCHITECTURES: ValueKind = ValueKind::OneOf(&["x86_64", "arm64"]);
const LAMBDA: Bills = Bills::Of(&["lambda"]);
const MANAGED: Bills = Bills::Of(&["lambda-managed"]);
/// The Lambda platforms, which bill requests.
const REQUESTS: Bills = Bills::Of(&["lambda", "lambda-managed"]);

keys! {
    /// A key of a function with a scalar value.
    enum Field;
    /// Groups of keys of a function.
    enum FieldGroup;

    /// Required keys and traffic.
    Function {
        Name = "name": ValueKind::Text, "", Bills::None,
            "name of the function, unique in the scenario; printable text",
            default "required";
        Region = "region": ValueKind::Region, "", Bills::All,
            "AWS region",
            default "`region` of the scenario";
        Architecture = "architecture": ARCHITECTURES, "", Bills::All,
            "processor architecture of the function, and of its containers unless they state \
             another",
            default "`x86_64`";
        RunsOn = "runs_on": ValueKind::Platform, "", Bills::None,
            "where it runs today",
            default "`lambda`, listed as an assumption";
        Pinned = "pinned": ValueKind::Flag, "", Bills::None,
            "whether the function stays where it runs: no plan moves it",
            default "`false`";
        Service = "service": ValueKind::Text, "", Bills::Containers,
            "name of a service: functions with the same name share tasks or pods, and move together",
            default "tasks and pods for the function alone",
            limits "members have one region, container architecture and operating system, \
                    `runs_on` and `container.hours_per_month`";
        MemoryMb = "memory_mb": whole(1, MAX_MEMORY_MB), "MB", Bills::All,
            "memory as configured on Lambda",
            default "required", limits "Lambda takes 128 to 10,240";
        DurationMs = "duration_ms": from(1, DAY_MS), "ms", Bills::All,
            "mean billed duration of a call",
            default "this or `measured_duration_ms` is required",
            limits "Lambda takes up to 900,000";
        MeasuredDurationMs = "measured_duration_ms": above(0, DAY_MS), "ms", Bills::All,
            "mean of the raw durations; half a millisecond is added, the mean effect of rounding \
             each call up",
            default "this or `duration_ms` is required";
        InvocationsPerMonth = "invocations_per_month": whole(0, MAX_CALLS), "per month", Bills::All,
            "calls of a month",
            default "this or `requests_per_second` is required";
        RequestsPerSecond = "requests_per_second": from(0, MAX_CALLS), "per second", Bills::All,
            "mean rate over the month, rounded to whole calls a month",
            default "this or `invocations_per_month` is required",
            limits "at most 10^15 calls a month";
        Utilization = "utilization": RATIO, "share", Bills::Capacity,
            "average concurrency divided by the capacity to provide for",
            default "this or `peak_concurrency` is required, except for jobs",
            limits "with `target_utilization` a capacity of at most 10^27";
        PeakConcurrency = "peak_concurrency": above(0, 1_000_000_000), "requests in flight", Bills::Capacity,
            "the capacity to provide for: the highest number of requests in flight",
            default "this or `utilization` is required, except for jobs",
            limits "not below the average concurrency";
        ColdStartRate = "cold_start_rate": SHARE, "share", LAMBDA,
            "share of calls without a provisioned environment that start cold; needs \
             `init_ms`",
            default "cold starts are not counted, listed as an assumption";
        InitMs = "init_ms": from(0, 900_000), "ms", LAMBDA,
            "billed initialization of a cold start; needs `cold_start_rate`",
            default "none";
        EphemeralStorageMb = "ephemeral_storage_mb": whole(512, 10_240), "MB", LAMBDA,
            "size of `/tmp`",
            default "512, which is free";
        Account = "account": ValueKind::Account, "", Bills::None,
            "AWS account of the function; no account is read, it is passed to outputs",
            default "none";
        Tags = "tags": ValueKind::Tags, "", Bills::None,
            "its tags, which are passed to outputs and group costs; columns of a functions file are \
             `tags.NAME`",
            default "none";
    }

    Provisioned {
        ProvisionedEnvironments = "provisioned.environments": whole(1, 1_000_000_000), "", LAMBDA,
            "provisioned concurrency: execution environments that are kept; needs \
             `provisioned.share_served`",
            default "none";
        ProvisionedHours = "provisioned.hours_per_month": above(0, 744), "hours", LAMBDA,
            "how long they are kept, rounded up to five minutes",
            default "`hours_per_month` of the scenario", limits "at most the hours of the month";
        ProvisionedShare = "provisioned.share_served": SHARE, "share", LAMBDA,
            "share of calls that find one of them",
            default "required with `provisioned.environments`",
            limits "at most what they can serve";
        ProvisionedDurationMs = "provisioned.duration_ms": from(1, 900_000), "ms", LAMBDA,
            "mean billed duration of those calls",
            default "that of the function";
    }

    /// Features of Lambda with separate meters.
    Features {
        SnapstartRuntime = "snapstart.runtime":
            ValueKind::OneOf(&["java", "python", "dotnet", "node", "ruby", "go", "rust", "other"]),
            "", LAMBDA,
            "SnapStart: free of charge with Java as a ZIP package, all others pay for snapshots",
            default "none";
        SnapstartPackage = "snapstart.package": ValueKind::OneOf(&["zip", "image"]), "", LAMBDA,
            "package of a function with SnapStart: a ZIP package with a managed runtime, or a \
             container image with any runtime; needs `snapstart.runtime`",
            default "`zip` for Java, Python and .NET, else `image`",
            limits "`zip` only for Java, Python and .NET";
        SnapstartVersions = "snapstart.versions": whole(1, 1_000_000), "", LAMBDA,
            "published versions whose snapshots are kept; required unless SnapStart is free",
            default "none";
        SnapstartRestoreRate = "snapstart.restore_rate": SHARE, "share", LAMBDA,
            "share of calls that restore a snapshot; required unless SnapStart is free",
            default "none";
        StreamedGb = "streaming.gb_per_month": from(0, MAX_AMOUNT), "GB", LAMBDA,
            "response streaming: the bytes of each response beyond its first 6 MB, summed",
            default "none";
        PollerKind = "event_poller.kind": ValueKind::OneOf(&["sqs", "kafka"]), "", LAMBDA,
            "provisioned mode of an event source mapping; needs \
             `event_poller.unit_hours_per_month`",
            default "none";
        PollerUnitHours = "event_poller.unit_hours_per_month": from(0, MAX_AMOUNT), "EPU-hours",
            LAMBDA,
            "event poller units times the hours for which they are kept",
            default "none";
        TenantEnvironments = "tenant_isolation.environments_per_month": whole(0, MAX_CALLS), "",
            LAMBDA,
            "execution environments that tenant isolation creates",
            default "none";
        DurableOperations = "durable.operations_per_month": whole(0, MAX_CALLS), "", LAMBDA,
            "durable functions: operations such as start, step and wait",
            default "none";
        DurableWrittenGb = "durable.gb_written_per_month": from(0, MAX_AMOUNT), "GB", LAMBDA,
            "data that they write, in gigabytes of 10^6 KB; required with the operations",
            default "none";
        DurableRetained = "durable.gb_months_retained": from(0, MAX_AMOUNT), "GB-months", LAMBDA,
            "data that is retained, times the months for which it is; required with the operations",
            default "none";
    }

    Invocation {
        AsyncPayloadKb = "invocation.async_payload_kb": whole(1, 1024), "KB", REQUESTS,
            "size of an asynchronous event: each 64 KB beyond the first 256 KB are one more request",
            default "one request per call";
        ErrorRate = "invocation.error_rate": SHARE, "share", Bills::All,
            "share of attempts that fail and are retried; needs `invocation.retries`",
            default "every call is one attempt";
        Retries = "invocation.retries": whole(0, 1000), "", Bills::All,
            "how often a call is retried at most; needs `invocation.error_rate`",
            default "none";
    }

    Container {
        CpuMs = "container.cpu_ms": above(0, 1000 * DAY_MS), "ms", Bills::Capacity,
            "CPU time of a request",
            default "Lambda's share, `memory_mb` / 1,769 vCPU, up to `container.threads`, for the \
                     whole duration";
        Threads = "container.threads": whole(1, 6), "threads", Bills::Capacity,
            "threads that a request keeps busy at once, in place of `container.cpu_ms`: it uses at \
             most as many vCPUs",
            default "1, listed as an assumption above 1,769 MB";
        MemoryPerRequestMb = "container.memory_per_request_mb": above(0, MAX_MEMORY_MB), "MB",
            Bills::Capacity,
            "memory of a request in flight",
            default "`memory_mb`";
        BaseMemoryMb = "container.base_memory_mb": from(0, MAX_MEMORY_MB), "MB", Bills::Capacity,
            "memory of a task or pod that its requests share",
            default "0";
        RequestsPerTask = "container.requests_per_task": whole(1, MAX_COUNT), "", Bills::Containers,
            "requests in flight that one task carries, from a load test; needs `container.task`, \
             and replaces the computed number",
            default "computed";
        RequestsPerPod = "container.requests_per_pod": whole(1, MAX_COUNT), "", Bills::Of(&["eks"]),
            "requests in flight that one pod carries, with their vCPUs and memory over one base \
             memory",
            default "`container.requests_per_task`, else the number that needs the least of a node \
                     type";
        MinTasks = "container.min_tasks": whole(1, MAX_COUNT), "", Bills::Containers,
            "minimum number of tasks or pods",
            default "2, for two Availability Zones";
        FleetHours = "container.hours_per_month": above(0, 744), "hours", Bills::Capacity,
            "how long its containers run in a month: all of its traffic falls into these hours",
            default "`hours_per_month` of the scenario", limits "at most the hours of the month";
        TargetUtilization = "container.target_utilization": RATIO, "share", Bills::Capacity,
            "share of the fleet's capacity that is planned for",
            default "1", limits "with `utilization` a capacity of at most 10^27";
        TaskVcpu = "container.task.vcpu": above(0, 1024), "vCPU", Bills::Containers,
            "sets the Fargate task size, with `container.task.memory_gb`",
            default "the cheapest size", limits "a valid pair";
        TaskMemoryGb = "container.task.memory_gb": above(0, 1024), "GB", Bills::Containers,
            "sets the Fargate task size, with `container.task.vcpu`",
            default "the cheapest size", limits "a valid pair";
        TaskStorageGb = "container.task_storage_gb": whole(20, 200), "GB", Bills::Tasks,
            "ephemeral storage of a task, 20 GB of which are free",
            default "20";
        ContainerArchitecture = "container.architecture": ARCHITECTURES, "", Bills::Capacity,
            "processor architecture of the containers",
            default "that of the function";
        ContainerOs = "container.os": ValueKind::OneOf(&["linux", "windows"]), "", Bills::Capacity,
            "operating system of the containers; Windows runs on `fargate` only, on x86_64",
            default "`linux`";
        ContainerRun = "container.run": ValueKind::OneOf(&["service", "job"]), "", Bills::Capacity,
            "`service`: tasks run all month; `job`: one task for each call",
            default "`service`";
        PullSeconds = "container.pull_seconds": from(0, DAY_MS / 1000), "s", Bills::Tasks,
            "how long the image of a job is pulled; needs `container.run = \"job\"`",
            default "not counted, listed as an assumption";
    }

    /// Limits that `check` compares with the bill.
    Budget {
        BudgetMonthlyNotice = "budget.monthly_usd.notice": LIMIT, "USD", Bills::None,
            "monthly bill of the function: a notice above this",
            default "none";
        BudgetMonthlyWarn = "budget.monthly_usd.warn": LIMIT, "USD", Bills::None,
            "monthly bill of the function: a warning above this",
            default "none";
        BudgetMonthlyDeny = "budget.monthly_usd.deny": LIMIT, "USD", Bills::None,
            "monthly bill of the function: the check fails above this",
            default "none";
        BudgetMillionNotice = "budget.usd_per_million_invocations.notice": LIMIT, "USD", Bills::None,
            "cost of a million calls: a notice above this",
            default "none";
        BudgetMillionWarn = "budget.usd_per_million_invocations.warn": LIMIT, "USD", Bills::None,
            "cost of a million calls: a warning above this",
            default "none";
        BudgetMillionDeny = "budget.usd_per_million_invocations.deny": LIMIT, "USD", Bills::None,
            "cost of a million calls: the check fails above this",
            default "none";
        BudgetPercentNotice = "budget.increase_percent.notice": LIMIT, "%", Bills::None,
            "increase of the monthly bill over the baseline, in per cent of it: a notice \
             above this",
            default "none";
        BudgetPercentWarn = "budget.increase_percent.warn": LIMIT, "%", Bills::None,
            "increase of the monthly bill over the baseline, in per cent of it: a warning \
             above this",
            default "none";
        BudgetPercentDeny = "budget.increase_percent.deny": LIMIT, "%", Bills::None,
            "increase of the monthly bill over the baseline, in per cent of it: the check \
             fails above this",
            default "none";
        BudgetIncreaseNotice = "budget.increase_usd.notice": LIMIT, "USD", Bills::None,
            "increase of the monthly bill over the baseline: a notice above this",
            default "none";
        BudgetIncreaseWarn = "budget.increase_usd.warn": LIMIT, "USD", Bills::None,
            "increase of the monthly bill over the baseline: a warning above this",
            default "none";
        BudgetIncreaseDeny = "budget.increase_usd.deny": LIMIT, "USD", Bills::None,
            "increase of the monthly bill over the baseline: the check fails above this",
            default "none";
        BudgetDecreasePercentNotice = "budget.decrease_percent.notice": LIMIT, "%", Bills::None,
            "decrease of the monthly bill from the baseline, in per cent of it: a notice \
             above this",
            default "none";
        BudgetDecreasePercentWarn = "budget.decrease_percent.warn": LIMIT, "%", Bills::None,
            "decrease of the monthly bill from the baseline, in per cent of it: a warning \
             above this",
            default "none";
        BudgetDecreasePercentDeny = "budget.decrease_percent.deny": LIMIT, "%", Bills::None,
            "decrease of the monthly bill from the baseline, in per cent of it: the check \
             fails above this",
            default "none";
        BudgetDecreaseNotice = "budget.decrease_usd.notice": LIMIT, "USD", Bills::None,
            "decrease of the monthly bill from the baseline: a notice above this",
            default "none";
        BudgetDecreaseWarn = "budget.decrease_usd.warn": LIMIT, "USD", Bills::None,
            "decrease of the monthly bill from the baseline: a warning above this",
            default "none";
        BudgetDecreaseDeny = "budget.decrease_usd.deny": LIMIT, "USD", Bills::None,
            "decrease of the monthly bill from the baseline: the check fails above this",
            default "none";
    }

    Managed {
        ManagedRuntime = "managed.runtime":
            ValueKind::OneOf(&["node", "java", "dotnet", "python", "rust"]), "", MANAGED,
            "limits the requests in flight per vCPU: 64 for Node, 32 for Java and .NET, 16 for \
             Python; AWS states none for Rust",
            default "without this and `managed.requests_per_environment` the function cannot run \
                     there; with Rust the latter is required";
        ManagedMemoryMb = "managed.memory_mb": whole(2_048, 32_768), "MB", MANAGED,
            "memory of an execution environment",
            default "the smallest that is at least `memory_mb`, has 1 vCPU at least, and in which a \
                     request fits",
            limits "1 vCPU at least";
        ManagedGbPerVcpu = "managed.memory_gb_per_vcpu": whole(2, 8), "GB", MANAGED,
            "memory per vCPU",
            default "the cheapest of 2, 4 and 8", limits "2, 4 or 8";
        ManagedProvider = "managed.capacity_provider": ValueKind::Text, "", MANAGED,
            "name of a capacity provider: functions of one region and container architecture with the \
             same name share its instances",
            default "a capacity provider for the function alone";
        ManagedRequests = "managed.requests_per_environment": whole(1, MAX_COUNT), "", MANAGED,
            "requests in flight that one environment carries, from a load test; replaces the \
             computed number",
            default "computed";
    }
}

/// Keys that are reserved for a later version.
pub(crate) const RESERVED: &[&str] = &["traffic"];

/// Alternatives: keys that state the same in two ways, or the steps of a limit. A function that
/// states one drops the others from `[defaults]`.
pub(crate) const ALTERNATIVES: [&[Field]; 10] = [
    &[Field::DurationMs, Field::MeasuredDurationMs],
    &[Field::InvocationsPerMonth, Field::RequestsPerSecond],
    &[Field::Utilization, Field::PeakConcurrency],
    &[Field::CpuMs, Field::Threads],
    &MONTHLY,
    &MILLION,
    &INCREASE_PERCENT,
    &INCREASE_USD,
    &DECREASE_PERCENT,
    &DECREASE_USD,
];

/// The steps of a limit, from `notice` to `deny`.
pub(crate) type LimitSteps = [Field; 3];

pub(crate) const MONTHLY: LimitSteps = [
    Field::BudgetMonthlyNotice,
    Field::BudgetMonthlyWarn,
    Field::BudgetMonthlyDeny,
];
pub(crate) const MILLION: LimitSteps = [
    Field::BudgetMillionNotice,
    Field::BudgetMillionWarn,
    Field::BudgetMillionDeny,
];
pub(crate) const INCREASE_PERCENT: LimitSteps = [
    Field::BudgetPercentNotice,
    Field::BudgetPercentWarn,
    Field::BudgetPercentDeny,
];
pub(crate) const INCREASE_USD: LimitSteps = [
    Field::BudgetIncreaseNotice,
    Field::BudgetIncreaseWarn,
    Field::BudgetIncreaseDeny,
];
pub(crate) const DECREASE_PERCENT: LimitSteps = [
    Field::BudgetDecreasePercentNotice,
    Field::BudgetDecreasePercentWarn,
    Field::BudgetDecreasePercentDeny,
];
pub(crate) const DECREASE_USD: LimitSteps = [
    Field::BudgetDecreaseNotice,
    Field::BudgetDecreaseWarn,
    Field::BudgetDecreaseDeny,
];

/// Every function needs one key of each of these lists.
pub(crate) const NEEDED: [&[Field]; 6] = [
    &[Field::Name],
    &[Field::MemoryMb],
    &[Field::DurationMs, Field::MeasuredDurationMs],
    &[Field::InvocationsPerMonth, Field::RequestsPerSecond],
    &[Field::Utilization, Field::PeakConcurrency],
    &[Field::Region],
];

impl Field {
    /// True if a function needs this field or one of its alternatives, and states none of them.
    pub(crate) fn is_missing(self, is_stated: impl Fn(Self) -> bool) -> bool {
        let mut groups = NEEDED.into_iter();
        let fields = groups.find(|fields| fields.contains(&self));
        fields.is_some_and(|fields| !fields.iter().any(|field| is_stated(*field)))
    }

    /// The field of a CSV column: its dotted path, or the last word of the path if that is
    /// unambiguous.
    pub(crate) fn of_column(column: &str) -> Option<Self> {
        Self::at_path(column).or_else(|| {
            let mut found = Self::ALL.into_iter().filter(|field| field.word() == column);
            match (found.next(), found.next()) {
                (Some(field), None) => Some(field),
                _ => None,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_long_and_short_names() {
        assert_eq!(Field::of_column("container.cpu_ms"), Some(Field::CpuMs));
        assert_eq!(Field::of_column("cpu_ms"), Some(Field::CpuMs));
        assert_eq!(Field::of_column("architecture"), Some(Field::Architecture));
        assert_eq!(Field::of_column("warn"), None);
    }
}
