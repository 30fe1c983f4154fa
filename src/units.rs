//! What AWS meters, as types: a quantity of GB-seconds cannot meet a price per vCPU-hour.
//!
//! This is the only room that spells the constants of the field.

use crate::exact::Exact;
use std::marker::PhantomData;
use std::ops::Add;

/// Megabytes in a gigabyte on every meter of this program (AWS divides Lambda's memory by 1024 and
/// calls a Fargate GB 1024^3 bytes: AWS Lambda and AWS Fargate pricing pages).
pub const MB_PER_GB: u32 = 1024;
/// Memory at which Lambda gives a function one vCPU (AWS Lambda developer guide).
pub const MB_PER_VCPU: u32 = 1769;
/// Seconds in an hour.
pub const SECONDS_PER_HOUR: u32 = 3600;
/// Milliseconds in a second.
pub const MS_PER_SECOND: u32 = 1000;
/// Hours in a month unless the scenario says otherwise (AWS Pricing Calculator).
pub const HOURS_PER_MONTH: u32 = 730;
/// Memory of a Lambda function, MB (AWS Lambda quotas).
pub const LAMBDA_MEMORY_MB: std::ops::RangeInclusive<u32> = 128..=10_240;
/// Longest run of a Lambda function, ms: 15 minutes (AWS Lambda quotas).
pub const LAMBDA_MAX_DURATION_MS: u32 = 900_000;
/// Ephemeral storage that every Lambda function has free of charge, MB (AWS Lambda pricing page).
pub const LAMBDA_FREE_STORAGE_MB: u32 = 512;
/// Monthly free requests of an account (AWS Lambda pricing page).
pub const FREE_REQUESTS: u64 = 1_000_000;
/// Monthly free GB-seconds of an account, both architectures together (AWS Lambda pricing page).
pub const FREE_GB_SECONDS: u64 = 400_000;
/// Monthly free gigabytes of streamed responses (AWS Lambda pricing page).
pub const FREE_STREAMED_GB: u64 = 100;
/// Memory of an execution environment of Lambda Managed Instances, MB (AWS Lambda developer guide).
pub const MANAGED_MEMORY_MB: std::ops::RangeInclusive<u32> = 2_048..=32_768;
/// Gigabytes of memory that such an environment can have to a vCPU (AWS Lambda developer guide).
pub const MANAGED_GB_PER_VCPU: [u32; 3] = [2, 4, 8];
/// Most requests in flight to a vCPU of such an environment, by runtime; for Rust AWS states none
/// (AWS Lambda developer guide, scaling of managed instances).
pub const MANAGED_REQUESTS_PER_VCPU: [(&str, u32); 4] =
    [("node", 64), ("java", 32), ("dotnet", 32), ("python", 16)];
/// vCPUs of a managed instance that its system keeps (AWS Lambda developer guide).
pub const MANAGED_SYSTEM_VCPU: u32 = 1;
/// Memory of a managed instance that its system keeps, MB (AWS Lambda developer guide).
pub const MANAGED_SYSTEM_MB: u32 = 1_024;
/// Fewest instances of a capacity provider, and fewest environments of a function on it: one in each
/// of three Availability Zones (AWS Lambda developer guide).
pub const MANAGED_LEAST: u32 = 3;
/// Ephemeral storage that every Fargate task has free of charge, GB (AWS Fargate pricing page).
pub const FARGATE_FREE_STORAGE_GB: u32 = 20;
/// Least time for which a Fargate task is billed, seconds: Linux (AWS Fargate pricing page).
pub const FARGATE_MIN_SECONDS: u32 = 60;
/// The same of Windows.
pub const FARGATE_MIN_SECONDS_WINDOWS: u32 = 300;
/// Memory that EKS adds to what a pod on Fargate requests, MB (Amazon EKS user guide).
pub const EKS_FARGATE_OVERHEAD_MB: u32 = 256;

/// A metered unit; its symbol is what a price file writes after `per`.
pub trait Unit: 'static + Copy {
    /// The spelling in price files and on bills.
    const SYMBOL: &'static str;
}

macro_rules! units {
    ($($(#[$doc:meta])* $name:ident = $symbol:literal;)*) => {
        $($(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name;
        impl Unit for $name { const SYMBOL: &'static str = $symbol; })*
    };
}

units! {
    /// One Lambda request.
    Request = "request";
    /// One GB (1024 MB) of memory or storage for one second.
    GbSecond = "GB-s";
    /// One vCPU for one hour.
    VcpuHour = "vCPU-hour";
    /// One GB of memory or task storage for one hour.
    GbHour = "GB-hour";
    /// One EC2 instance for one hour.
    InstanceHour = "instance-hour";
    /// One EKS cluster for one hour.
    ClusterHour = "cluster-hour";
    /// One GB of a volume, or of retained data, for one month.
    GbMonth = "GB-month";
    /// One GB written, streamed or restored.
    Gb = "GB";
    /// One GB of the memory of an environment that is created.
    GbOfMemory = "GB of memory";
    /// One unit of an event poller for one hour.
    EpuHour = "EPU-hour";
    /// One operation of a durable function.
    Operation = "operation";
    /// One dollar that EC2 instances cost on demand, whatever is paid for them.
    OnDemandUsd = "USD on demand";
}

/// An exact amount of a metered unit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Qty<U: Unit>(Exact, PhantomData<U>);

impl<U: Unit> Qty<U> {
    /// An amount of `U`.
    pub fn new(amount: Exact) -> Self {
        debug_assert!(!amount.is_negative(), "{amount} {}", U::SYMBOL);
        Self(amount, PhantomData)
    }

    /// No amount.
    pub fn zero() -> Self {
        Self::new(Exact::ZERO)
    }

    /// The bare number, to print or to split.
    pub fn amount(&self) -> &Exact {
        &self.0
    }
}

impl<U: Unit> Add for &Qty<U> {
    type Output = Qty<U>;
    fn add(self, other: &Qty<U>) -> Qty<U> {
        Qty::new(&self.0 + &other.0)
    }
}
