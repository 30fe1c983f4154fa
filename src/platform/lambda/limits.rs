//! AWS's limits for Lambda functions, and the amounts that are free of charge.

use std::ops::RangeInclusive;

/// Memory of a function, MB (AWS Lambda quotas).
pub(crate) const MEMORY_MB: RangeInclusive<u32> = 128..=10_240;
/// Longest run of a function, ms: 15 minutes (AWS Lambda quotas).
pub(crate) const MAX_DURATION_MS: u32 = 900_000;
/// Ephemeral storage that is free for every function, MB (AWS Lambda pricing page).
pub(crate) const FREE_STORAGE_MB: u32 = 512;
/// Free requests of an account per month (AWS Lambda pricing page).
pub(crate) const FREE_REQUESTS: u64 = 1_000_000;
/// Free GB-seconds of an account per month, for both architectures together (AWS Lambda pricing
/// page).
pub(crate) const FREE_GB_SECONDS: u64 = 400_000;
/// Free gigabytes of streamed responses per month (AWS Lambda pricing page).
pub(crate) const FREE_STREAMED_GB: u64 = 100;
/// Concurrent executions per region that AWS grants by default; new accounts can have fewer (AWS
/// Lambda quotas).
pub(crate) const GRANTED_CONCURRENCY: u128 = 1000;
/// Requests per second for each concurrent execution of the quota (AWS Lambda developer guide).
pub(crate) const RATE_PER_EXECUTION: u32 = 10;
