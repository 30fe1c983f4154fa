//! The container side of a function, of its cells.

use super::builder::Builder;
use super::{Container, LIKE_FOR_LIKE, Run};
use crate::diag::Code;
use crate::exact::Exact;
use crate::pricebook::Architecture;
use crate::scenario::schema::Field;
use crate::scenario::{Os, TaskSize};

impl Builder<'_, '_, '_> {
    pub(super) fn container(&mut self) -> Option<Box<Container>> {
        if !self.any_stated(Field::CpuMs, Field::PullSeconds) {
            return None;
        }
        let os = self.os();
        let task = self.task(os);
        let requests_per_task = self.values.whole(Field::RequestsPerTask);
        if self.values.stated(Field::RequestsPerTask) && !self.values.stated(Field::TaskVcpu) {
            let message = "`container.requests_per_task` needs `container.task`".to_owned();
            let help = "how many requests a task carries is measured on one size: \
                        add task = { vcpu = 1, memory_gb = 2 }";
            let at = self.at(Field::RequestsPerTask);
            self.wrong(Code::MissingKey, at, message, help);
        }
        let default = &LIKE_FOR_LIKE;
        Some(Box::new(Container {
            cpu_ms: self.values.number(Field::CpuMs),
            memory_per_request_mb: self.values.number(Field::MemoryPerRequestMb),
            base_memory_mb: self
                .values
                .number(Field::BaseMemoryMb)
                .unwrap_or(default.base_memory_mb),
            requests_per_task,
            min_tasks: self
                .values
                .whole(Field::MinTasks)
                .unwrap_or(default.min_tasks),
            target_utilization: self
                .values
                .number(Field::TargetUtilization)
                .unwrap_or(default.target_utilization),
            task,
            task_storage_gb: self
                .values
                .whole(Field::TaskStorageGb)
                .unwrap_or(default.task_storage_gb),
            architecture: self.architecture(Field::ContainerArchitecture),
            os,
            run: self.run(),
        }))
    }

    fn run(&mut self) -> Run {
        let pull = Field::PullSeconds;
        if self.values.word(Field::ContainerRun) != Some("job") {
            if self.values.stated(pull) {
                let message = "`container.pull_seconds` needs `container.run = \"job\"`".to_owned();
                let help = "an image is pulled for every job, and seldom for a service: \
                            leave it out";
                self.wrong(Code::MissingKey, self.at(pull), message, help);
            }
            return Run::Service;
        }
        for field in [
            Field::RequestsPerTask,
            Field::MinTasks,
            Field::TargetUtilization,
        ] {
            if self.values.stated(field) {
                let message = format!(
                    "`{}` is of services, and `container.run` is \"job\"",
                    field.path()
                );
                let help = "each job has a separate task, which runs as long as the job: leave \
                            it out";
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
