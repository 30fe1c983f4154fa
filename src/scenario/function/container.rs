//! The table `[function.container]`: what a function needs in a container, and the assumptions
//! about keys that are not stated.

use super::Function;
use super::builder::FunctionReader;
use crate::diag::Code;
use crate::exact::Exact;
use crate::pricebook::Architecture;
use crate::scenario::schema::{Field, FieldGroup};
use crate::scenario::{AssumptionInfo, AssumptionRule, Os, TaskSize};
use crate::units::MB_PER_VCPU;
use rust_decimal::Decimal;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Run {
    /// All month, with many requests at a time.
    Service,
    /// One for each invocation.
    Job {
        /// Seconds for the pull of the image.
        pull_seconds: Option<Decimal>,
    },
}

/// What a function needs in a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Container {
    /// CPU time of a request, ms; `None` gives each request the vCPU share of Lambda.
    pub cpu_ms: Option<Decimal>,
    /// vCPUs of a request in flight in place of what the keys give. No key states it: it is for
    /// questions about other values.
    pub slot_vcpu: Option<Exact>,
    /// Threads that a request without `cpu_ms` keeps busy; `None` for one.
    pub threads: Option<u32>,
    /// Memory of a request in flight, MB; `None` gives each request the function's memory.
    pub memory_per_request_mb: Option<Decimal>,
    /// Memory of a task that its requests share, MB.
    pub base_memory_mb: Decimal,
    /// Measured number of requests that a task of size `task` carries at once.
    pub requests_per_task: Option<u32>,
    /// Requests that a pod on a node carries at once; `None` for the number that needs the least of
    /// a node type.
    pub requests_per_pod: Option<u32>,
    /// Minimum number of tasks or pods.
    pub min_tasks: u32,
    /// Hours a month for which the containers run; `None` for all of them.
    pub hours_per_month: Option<Decimal>,
    /// Share of the capacity that is planned for, above 0 and up to 1.
    pub target_utilization: Decimal,
    /// A fixed task size.
    pub task: Option<TaskSize>,
    /// Ephemeral storage of a task, GB; `None` for the free storage of every task.
    pub task_storage_gb: Option<u32>,
    /// `None` for the architecture of the function.
    pub architecture: Option<Architecture>,
    pub os: Os,
    pub run: Run,
}

/// Enough for a service to survive the loss of an Availability Zone, as Lambda does.
const DEFAULT_MIN_TASKS: u32 = 2;

/// Keys of containers that run all month.
pub(super) const NOT_FOR_JOBS: [Field; 5] = [
    Field::RequestsPerTask,
    Field::RequestsPerPod,
    Field::MinTasks,
    Field::FleetHours,
    Field::TargetUtilization,
];

/// The container keys of a function that states none.
pub(super) static LIKE_FOR_LIKE: Container = Container {
    cpu_ms: None,
    slot_vcpu: None,
    threads: None,
    memory_per_request_mb: None,
    base_memory_mb: Decimal::ZERO,
    requests_per_task: None,
    requests_per_pod: None,
    min_tasks: DEFAULT_MIN_TASKS,
    hours_per_month: None,
    target_utilization: Decimal::ONE,
    task: None,
    task_storage_gb: None,
    architecture: None,
    os: Os::Linux,
    run: Run::Service,
};

/// Assumptions about containers, in the order in which answers print them.
pub(crate) const ASSUMPTIONS: &[AssumptionRule] = &[
    (
        &AssumptionInfo::assumed(
            "like-for-like",
            "like for like: a request gets the vCPU share that Lambda gives at its memory, MB / \
             1,769 (cpu_ms states what it really needs)",
        ),
        |function| function.container().cpu_ms.is_none() && !is_measured(function),
    ),
    (
        &AssumptionInfo::assumed(
            "one-thread",
            "above 1,769 MB a request uses one thread, so at most 1 vCPU of a container \
             (container.threads)",
        ),
        |function| {
            let container = function.container();
            let is_computed = container.cpu_ms.is_none() && !is_measured(function);
            is_computed && container.threads.is_none() && function.memory_mb > MB_PER_VCPU
        },
    ),
    (
        &AssumptionInfo::assumed(
            "whole-memory",
            "a request in flight takes the function's whole memory in a container \
             (memory_per_request_mb states what it really needs)",
        ),
        |function| function.container().memory_per_request_mb.is_none() && !is_measured(function),
    ),
    (
        &AssumptionInfo::assumed(
            "no-base-memory",
            "containers need no base memory (base_memory_mb)",
        ),
        |function| function.container().base_memory_mb.is_zero() && !is_measured(function),
    ),
    (
        &AssumptionInfo::assumed(
            "full-use",
            "containers are planned for full use of their capacity (target_utilization = 1)",
        ),
        |function| function.is_service() && function.container().target_utilization == Decimal::ONE,
    ),
    (
        &AssumptionInfo::assumed(
            "fleet-hours",
            "containers run only in the hours that are stated (container.hours_per_month), and all \
             of the traffic falls into these",
        ),
        |function| function.container().hours_per_month.is_some(),
    ),
    (
        &AssumptionInfo::assumed(
            "two-tasks",
            "at least 2 tasks or pods, for two Availability Zones (min_tasks)",
        ),
        |function| function.is_service() && function.container().min_tasks == DEFAULT_MIN_TASKS,
    ),
];

/// Assumptions about jobs.
pub(crate) const OF_JOBS: &[AssumptionRule] = &[
    (
        &AssumptionInfo::assumed(
            "jobs",
            "container.run = \"job\": each job runs the mean duration, rounded up to a whole \
             second, in a separate task; at least a minute is billed, five on Windows",
        ),
        |function| !function.is_service(),
    ),
    (
        &AssumptionInfo::not_counted(
            "job-pulls",
            "the pull of each job's image (container.pull_seconds)",
        ),
        |function| function.container().run == Run::Job { pull_seconds: None },
    ),
];

/// True for more CPU time than Lambda can have provided at that memory and duration.
pub(super) fn needs_more_than_lambda(function: &Function) -> bool {
    let given = &Exact::from(function.duration_ms)
        * &Exact::ratio(function.memory_mb.into(), MB_PER_VCPU.into());
    let needed = function.container().cpu_ms.map(Exact::from);
    needed.is_some_and(|needed| needed > given)
}

/// True if the number of requests that a task carries was measured.
fn is_measured(function: &Function) -> bool {
    function.container().requests_per_task.is_some()
}

impl Container {
    /// Threads that a request without stated CPU time keeps busy.
    pub(crate) fn threads(&self) -> u32 {
        self.threads.unwrap_or(1)
    }
}

impl Function {
    /// Raises what shared containers have to offer to what another function of the service states.
    pub(in crate::scenario) fn share_containers(&mut self, other: &Self) {
        let stated = other.container();
        let shared = self
            .container
            .get_or_insert_with(|| Box::new(LIKE_FOR_LIKE.clone()));
        shared.min_tasks = shared.min_tasks.max(stated.min_tasks);
        shared.base_memory_mb = shared.base_memory_mb.max(stated.base_memory_mb);
        shared.task_storage_gb = shared.task_storage_gb.max(stated.task_storage_gb);
    }
}

impl FunctionReader<'_, '_, '_> {
    /// The keys of the container, in a month of these hours.
    pub(super) fn container(&mut self, hours: &Exact) -> Option<Box<Container>> {
        if !self.values.any_stated(FieldGroup::Container) {
            return None;
        }
        let os = self.os();
        let task = self.task(os);
        let requests_per_task = self.values.whole(Field::RequestsPerTask);
        if self.values.stated(Field::RequestsPerTask) && !self.values.stated(Field::TaskVcpu) {
            let message = "`container.requests_per_task` needs `container.task`".to_owned();
            let help = "the number was measured for one task size: add task = { vcpu = 1, \
                        memory_gb = 2 }";
            let at = self.at(Field::RequestsPerTask);
            self.wrong(Code::MissingKey, at, message, help);
        }
        let default = &LIKE_FOR_LIKE;
        Some(Box::new(Container {
            slot_vcpu: None,
            cpu_ms: self.values.number(Field::CpuMs),
            threads: self.threads(),
            memory_per_request_mb: self.values.number(Field::MemoryPerRequestMb),
            base_memory_mb: self
                .values
                .number(Field::BaseMemoryMb)
                .unwrap_or(default.base_memory_mb),
            requests_per_task,
            requests_per_pod: self.values.whole(Field::RequestsPerPod),
            min_tasks: self
                .values
                .whole(Field::MinTasks)
                .unwrap_or(default.min_tasks),
            hours_per_month: self.fleet_hours(hours),
            target_utilization: self
                .values
                .number(Field::TargetUtilization)
                .unwrap_or(default.target_utilization),
            task,
            task_storage_gb: self.values.whole(Field::TaskStorageGb),
            architecture: self.architecture(Field::ContainerArchitecture),
            os,
            run: self.run(),
        }))
    }

    fn fleet_hours(&mut self, month: &Exact) -> Option<Decimal> {
        let field = Field::FleetHours;
        let stated = self.values.number(field)?;
        if Exact::from(stated) > *month {
            let message = "containers run for more hours than the month has".to_owned();
            let help = format!("state at most `hours_per_month`, {month}");
            self.wrong(Code::OutOfRange, self.at(field), message, &help);
        }
        Some(stated)
    }

    fn threads(&mut self) -> Option<u32> {
        let [cpu, threads] = [Field::CpuMs, Field::Threads];
        if self.values.stated(cpu) && self.values.stated(threads) {
            let message = "`container.threads` has no effect on a stated `container.cpu_ms`";
            let help = "keep one of them: threads limit the CPU time that is assumed";
            self.wrong(Code::Conflict, self.at(threads), message.to_owned(), help);
        }
        self.values.whole(threads)
    }

    fn run(&mut self) -> Run {
        let pull = Field::PullSeconds;
        if self.values.word(Field::ContainerRun) != Some("job") {
            if self.values.stated(pull) {
                let message = "`container.pull_seconds` needs `container.run = \"job\"`".to_owned();
                let help = "remove it: only a job pulls its image for each call";
                self.wrong(Code::MissingKey, self.at(pull), message, help);
            }
            return Run::Service;
        }
        for field in NOT_FOR_JOBS {
            if self.values.stated(field) {
                let message = format!(
                    "`{}` is not possible for a job (container.run = \"job\")",
                    field.path()
                );
                let help = "remove it: each call of a job has a separate task";
                self.wrong(Code::Conflict, self.at(field), message, help);
            }
        }
        Run::Job {
            pull_seconds: self.values.number(pull),
        }
    }

    fn os(&mut self) -> Os {
        let stated = self.values.word(Field::ContainerOs).and_then(Os::parse);
        let os = stated.unwrap_or(LIKE_FOR_LIKE.os);
        let own = self.architecture(Field::ContainerArchitecture);
        let architecture = own.or(self.architecture(Field::Architecture));
        if os == Os::Windows && architecture == Some(Architecture::Arm64) {
            let message = "Fargate has no Windows tasks on arm64".to_owned();
            let help = "state container.architecture = \"x86_64\", or container.os = \"linux\"";
            let at = self.at(Field::ContainerOs);
            self.wrong(Code::NotAvailable, at, message, help);
        }
        os
    }

    fn task(&mut self, os: Os) -> Option<TaskSize> {
        let [vcpu, memory] = [Field::TaskVcpu, Field::TaskMemoryGb];
        let missing = match (self.values.stated(vcpu), self.values.stated(memory)) {
            (false, false) => return None,
            (true, true) => return self.valid_pair(os),
            (true, false) => memory,
            (false, true) => vcpu,
        };
        let message = format!("`container.task` has no `{}`", missing.path());
        let help = "a task has both: task = { vcpu = 1, memory_gb = 2 }";
        self.wrong(Code::MissingKey, self.at(missing), message, help);
        None
    }

    fn valid_pair(&mut self, os: Os) -> Option<TaskSize> {
        let vcpu = self.values.exact(Field::TaskVcpu)?;
        let memory = self.values.exact(Field::TaskMemoryGb)?;
        let quarters = &vcpu * &Exact::from(4u32);
        let megabytes = &memory * &Exact::from(crate::units::MB_PER_GB);
        let up = |amount: &Exact| amount.ceil().and_then(|n| u64::try_from(n).ok());
        let next = TaskSize::next_valid(up(&quarters)?, up(&megabytes)?, os);
        let is_exactly = |size: &TaskSize| {
            Exact::from(size.quarter_vcpus) == quarters && Exact::from(size.memory_mb) == megabytes
        };
        if let Some(size) = next.filter(is_exactly) {
            return Some(size);
        }
        let windows = if os == Os::Windows { "Windows " } else { "" };
        let message = format!("Fargate has no {windows}task of {vcpu} vCPU with {memory} GB");
        let (what, size) = match next {
            Some(size) => ("next valid size", Some(size)),
            None => ("largest", TaskSize::of(os).next_back()),
        };
        let size = size.map_or_else(String::new, TaskSize::written);
        let help = format!("the {what} is {size}");
        self.wrong(Code::NotAvailable, self.at(Field::TaskVcpu), message, &help);
        None
    }
}
