//! The meters of pods on Fargate; in Savings Plans they have the rates of tasks (Savings Plans user
//! guide).

use crate::pricebook::meters::meters;
use crate::units::{GbHour, VcpuHour};

meters! {
    VCPU: VcpuHour = "eks.fargate_vcpu", "Fargate vCPU of EKS pods",
        ComputeAt("fargate.linux.x86_64.vcpu");
    MEMORY: GbHour = "eks.fargate_memory", "Fargate memory of EKS pods",
        ComputeAt("fargate.linux.x86_64.memory");
}
