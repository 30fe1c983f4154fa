//! What AWS lets execution environments on managed instances have (AWS Lambda developer guide).

use std::ops::RangeInclusive;

/// Memory of an execution environment, MB.
pub const MEMORY_MB: RangeInclusive<u32> = 2_048..=32_768;
/// Gigabytes of memory that an environment can have to a vCPU.
pub const GB_PER_VCPU: [u32; 3] = [2, 4, 8];
/// Most requests in flight to a vCPU of an environment, by runtime; for Rust AWS states none.
pub const REQUESTS_PER_VCPU: [(&str, u32); 4] =
    [("node", 64), ("java", 32), ("dotnet", 32), ("python", 16)];
/// vCPUs of an instance that its system keeps.
pub const SYSTEM_VCPU: u32 = 1;
/// Memory of an instance that its system keeps, MB.
pub const SYSTEM_MB: u32 = 1_024;
/// Fewest instances of a capacity provider, and fewest environments of a function on it: one in each
/// of three Availability Zones.
pub const LEAST: u32 = 3;
