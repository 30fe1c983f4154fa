//! The meters of Fargate Spot, which runs only Linux tasks.

use crate::pricebook::meters::meters;
use crate::pricebook::{Architecture, Meter};
use crate::units::{GbHour, VcpuHour};

meters! {
    X86_VCPU: VcpuHour = "fargate_spot.linux.x86_64.vcpu", "Fargate Spot vCPU, Linux x86";
    X86_MEMORY: GbHour = "fargate_spot.linux.x86_64.memory", "Fargate Spot memory, Linux x86";
    ARM_VCPU: VcpuHour = "fargate_spot.linux.arm64.vcpu", "Fargate Spot vCPU, Linux Arm";
    ARM_MEMORY: GbHour = "fargate_spot.linux.arm64.memory", "Fargate Spot memory, Linux Arm";
}

/// The meters of vCPU and of memory.
pub(crate) const fn of(architecture: Architecture) -> (Meter<VcpuHour>, Meter<GbHour>) {
    match architecture {
        Architecture::X86_64 => (X86_VCPU, X86_MEMORY),
        Architecture::Arm64 => (ARM_VCPU, ARM_MEMORY),
    }
}
