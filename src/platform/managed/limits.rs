//! AWS's limits for execution environments on managed instances (AWS Lambda developer guide).

use std::ops::RangeInclusive;

/// Memory of an execution environment, MB. It also has at least one vCPU (AWS Lambda developer guide,
/// best practices for managed instances).
pub(crate) const MEMORY_MB: RangeInclusive<u32> = 2_048..=32_768;
/// Gigabytes of memory per vCPU that an environment can have.
pub(crate) const GB_PER_VCPU: [u32; 3] = [2, 4, 8];
/// Maximum of requests in flight per vCPU of an environment, by runtime. AWS states none for Rust.
pub(crate) const REQUESTS_PER_VCPU: [(&str, u32); 4] =
    [("node", 64), ("java", 32), ("dotnet", 32), ("python", 16)];
/// vCPUs of an instance that the system uses.
pub(crate) const SYSTEM_VCPU: u32 = 1;
/// Memory of an instance that the system uses, MB.
pub(crate) const SYSTEM_MB: u32 = 1_024;
/// Minimum number of instances of a capacity provider, and of environments of a function: one in
/// each of three Availability Zones.
pub(crate) const LEAST: u32 = 3;
