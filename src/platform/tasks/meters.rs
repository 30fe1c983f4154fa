//! The on-demand meters of ECS tasks, and the storage meter of every task.

use crate::pricebook::meters::meters;
use crate::pricebook::{Architecture, Meter, Os};
use crate::units::{GbHour, VcpuHour};

meters! {
    LINUX_X86_VCPU: VcpuHour = "fargate.linux.x86_64.vcpu", "Fargate vCPU, Linux x86", Compute;
    LINUX_X86_MEMORY: GbHour = "fargate.linux.x86_64.memory", "Fargate memory, Linux x86", Compute;
    LINUX_ARM_VCPU: VcpuHour = "fargate.linux.arm64.vcpu", "Fargate vCPU, Linux Arm", Compute;
    LINUX_ARM_MEMORY: GbHour = "fargate.linux.arm64.memory", "Fargate memory, Linux Arm", Compute;
    WINDOWS_VCPU: VcpuHour = "fargate.windows.x86_64.vcpu", "Fargate vCPU, Windows";
    WINDOWS_MEMORY: GbHour = "fargate.windows.x86_64.memory", "Fargate memory, Windows";
    WINDOWS_OS_LICENSE: VcpuHour = "fargate.windows.x86_64.os_license", "Fargate Windows licence";
    STORAGE: GbHour = "fargate.storage.ephemeral", "Fargate ephemeral storage over 20 GB";
}

/// The meters for an hour of a task, which depend on its size.
pub(crate) struct TaskMeters {
    pub vcpu: Meter<VcpuHour>,
    pub memory: Meter<GbHour>,
    /// The licence fee of the operating system per vCPU.
    pub os_license: Option<Meter<VcpuHour>>,
}

/// The on-demand meters. Windows runs only on x86.
pub(crate) const fn on_demand(os: Os, architecture: Architecture) -> TaskMeters {
    match (os, architecture) {
        (Os::Linux, Architecture::X86_64) => TaskMeters {
            vcpu: LINUX_X86_VCPU,
            memory: LINUX_X86_MEMORY,
            os_license: None,
        },
        (Os::Linux, Architecture::Arm64) => TaskMeters {
            vcpu: LINUX_ARM_VCPU,
            memory: LINUX_ARM_MEMORY,
            os_license: None,
        },
        (Os::Windows, _) => TaskMeters {
            vcpu: WINDOWS_VCPU,
            memory: WINDOWS_MEMORY,
            os_license: Some(WINDOWS_OS_LICENSE),
        },
    }
}
