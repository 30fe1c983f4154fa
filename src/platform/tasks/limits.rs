//! The minimum that AWS bills for a Fargate task, and what is free (AWS Fargate pricing page).

/// Ephemeral storage that is free for every task, GB.
pub(crate) const FREE_STORAGE_GB: u32 = 20;
/// Minimum billed time of a Linux task, seconds.
pub(crate) const MIN_SECONDS: u32 = 60;
/// Minimum billed time of a Windows task, seconds.
pub(crate) const MIN_SECONDS_WINDOWS: u32 = 300;
