//! What AWS bills of every Fargate task, and what it leaves free of charge (AWS Fargate pricing
//! page).

/// Ephemeral storage that every task has free of charge, GB.
pub const FREE_STORAGE_GB: u32 = 20;
/// Least time for which a Linux task is billed, seconds.
pub const MIN_SECONDS: u32 = 60;
/// Least time for which a Windows task is billed, seconds.
pub const MIN_SECONDS_WINDOWS: u32 = 300;
