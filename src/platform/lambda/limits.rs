//! What AWS lets functions on Lambda have, and what it leaves free of charge.

use std::ops::RangeInclusive;

/// Memory of a function, MB (AWS Lambda quotas).
pub const MEMORY_MB: RangeInclusive<u32> = 128..=10_240;
/// Longest run of a function, ms: 15 minutes (AWS Lambda quotas).
pub const MAX_DURATION_MS: u32 = 900_000;
/// Ephemeral storage that every function has free of charge, MB (AWS Lambda pricing page).
pub const FREE_STORAGE_MB: u32 = 512;
/// Monthly free requests of an account (AWS Lambda pricing page).
pub const FREE_REQUESTS: u64 = 1_000_000;
/// Monthly free GB-seconds of an account, both architectures together (AWS Lambda pricing page).
pub const FREE_GB_SECONDS: u64 = 400_000;
/// Monthly free gigabytes of streamed responses (AWS Lambda pricing page).
pub const FREE_STREAMED_GB: u64 = 100;
/// Concurrent executions that every account has in a region without asking; new accounts may have
/// fewer (AWS Lambda quotas).
pub const GRANTED_CONCURRENCY: u128 = 1000;
/// Requests a second for each concurrent execution of the quota (AWS Lambda developer guide).
pub const RATE_PER_EXECUTION: u32 = 10;
