//! What AWS meters, as types: a quantity of GB-seconds cannot be multiplied by a price per vCPU-hour.
//!
//! A quantity names its unit where it is made: `GbSecond::of(amount)`, or from the hours of the month
//! `hours.of_vcpus(&vcpus)`. There is no constructor that takes the unit from the price that the
//! quantity is about to meet. This is the only module that spells units and has their
//! conversions; what AWS limits is in the folder of each platform.

use crate::exact::Exact;
use std::fmt::Debug;
use std::iter::Sum;
use std::marker::PhantomData;
use std::ops::{Add, Sub};

/// Megabytes in a gigabyte on every meter of this program (AWS divides Lambda's memory by 1024 and
/// calls a Fargate GB 1024^3 bytes: AWS Lambda and AWS Fargate pricing pages).
pub(crate) const MB_PER_GB: u32 = 1024;
/// Memory at which Lambda gives a function one vCPU (AWS Lambda developer guide).
pub(crate) const MB_PER_VCPU: u32 = 1769;
/// Seconds in an hour.
pub(crate) const SECONDS_PER_HOUR: u32 = 3600;
/// Milliseconds in a second.
pub(crate) const MS_PER_SECOND: u32 = 1000;
/// Millicores in a vCPU (Kubernetes).
pub(crate) const MILLICORES_PER_VCPU: u32 = 1000;
/// Hours in a month if the scenario does not state them (AWS Pricing Calculator).
pub(crate) const HOURS_PER_MONTH: u32 = 730;

/// The spellings of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnitName {
    /// In price files (`per`), on bills and in JSON.
    pub symbol: &'static str,
    /// In FOCUS exports (FinOps FOCUS 1.2, unit format attribute).
    pub focus: &'static str,
    /// In AWS's own FOCUS exports, where they are known to differ (FOCUS sample data of 2024-09).
    pub aws: &'static str,
}

/// A metered unit.
pub trait Unit: 'static + Copy + Debug + Ord + Send + Sync {
    const NAME: UnitName;

    /// A quantity of this unit.
    fn of(amount: Exact) -> Qty<Self> {
        Qty::new(amount)
    }
}

macro_rules! units {
    (@aws $focus:literal) => { $focus };
    (@aws $focus:literal, $aws:literal) => { $aws };
    ($($(#[$doc:meta])* $name:ident = $symbol:literal, $focus:literal $(, $aws:literal)?;)*) => {
        $($(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name;
        impl Unit for $name {
            const NAME: UnitName = UnitName {
                symbol: $symbol,
                focus: $focus,
                aws: units!(@aws $focus $(, $aws)?),
            };
        })*
    };
}

units! {
    /// One Lambda request.
    Request = "request", "Requests";
    /// One GB (1024 MB) of memory or storage for one second.
    GbSecond = "GB-s", "GB-Seconds", "Lambda-GB-Seconds";
    /// One hour of a task, a fleet or a month, depending on the context.
    Hour = "hour", "Hours";
    /// One vCPU for one hour.
    VcpuHour = "vCPU-hour", "vCPU-Hours", "Hours";
    /// One GB of memory or task storage for one hour.
    GbHour = "GB-hour", "GB-Hours", "Hours";
    /// One EC2 instance for one hour.
    InstanceHour = "instance-hour", "Hours";
    /// One EKS cluster for one hour.
    ClusterHour = "cluster-hour", "Hours";
    /// One GB of a volume, or of retained data, for one month.
    GbMonth = "GB-month", "GB-Months";
    /// One GB written, streamed or restored.
    Gb = "GB", "GB";
    /// One GB of memory of a new environment.
    GbOfMemory = "GB of memory", "GB";
    /// One unit of an event poller for one hour.
    EpuHour = "EPU-hour", "Hours";
    /// One operation of a durable function.
    Operation = "operation", "Requests";
    /// One month of a stated cost.
    Month = "month", "Months";
    /// A million invocations of functions, without retries.
    MillionCalls = "million calls", "1000000 Requests";
    /// One dollar of the on-demand cost of EC2 instances, whatever is paid for them.
    OnDemandUsd = "USD on demand", "USD";
}

/// An exact amount of a metered unit, zero or more.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Qty<U: Unit>(Exact, PhantomData<U>);

impl<U: Unit> Qty<U> {
    pub(crate) const ZERO: Self = Self(Exact::ZERO, PhantomData);

    /// Private, because other modules have to name the unit of a quantity with [`Unit::of`].
    fn new(amount: Exact) -> Self {
        debug_assert!(!amount.is_negative(), "{amount} {}", U::NAME.symbol);
        Self(amount, PhantomData)
    }

    /// The number, to print or to compare.
    pub(crate) fn amount(&self) -> &Exact {
        &self.0
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.0.is_zero()
    }

    /// The quantity multiplied by a number.
    pub(crate) fn times(&self, count: &Exact) -> Self {
        Self::new(&self.0 * count)
    }

    /// The quantity divided by another; `None` for zero.
    pub(crate) fn over(&self, part: &Self) -> Option<Exact> {
        self.0.over(&part.0)
    }

    /// The quantity minus another; zero if that is larger.
    pub(crate) fn saturating_sub(&self, other: &Self) -> Self {
        Self::new((&self.0 - &other.0).max(Exact::ZERO))
    }

    /// The quantity as a ratio in lowest terms, which keeps later products short.
    pub(crate) fn reduced(self) -> Self {
        Self::new(self.0.reduced())
    }
}

impl Qty<Hour> {
    /// vCPU-hours of a number of vCPUs in these hours.
    pub fn of_vcpus(&self, vcpus: &Exact) -> Qty<VcpuHour> {
        Qty::new(&self.0 * vcpus)
    }

    /// GB-hours of a number of GB in these hours.
    pub(crate) fn of_gb(&self, gigabytes: &Exact) -> Qty<GbHour> {
        Qty::new(&self.0 * gigabytes)
    }

    /// Instance-hours of a number of instances in these hours.
    pub(crate) fn of_instances(&self, instances: &Exact) -> Qty<InstanceHour> {
        Qty::new(&self.0 * instances)
    }

    /// Cluster-hours of a number of clusters, or of a share of one, in these hours.
    pub fn of_clusters(&self, clusters: &Exact) -> Qty<ClusterHour> {
        Qty::new(&self.0 * clusters)
    }
}

impl<U: Unit> Add for &Qty<U> {
    type Output = Qty<U>;
    fn add(self, other: &Qty<U>) -> Qty<U> {
        Qty::new(&self.0 + &other.0)
    }
}

/// `other` is a part of `self`, so the difference is not negative.
impl<U: Unit> Sub for &Qty<U> {
    type Output = Qty<U>;
    fn sub(self, other: &Qty<U>) -> Qty<U> {
        Qty::new(&self.0 - &other.0)
    }
}

impl<U: Unit> Sum for Qty<U> {
    fn sum<I: Iterator<Item = Self>>(values: I) -> Self {
        values.fold(Self::ZERO, |total, value| &total + &value)
    }
}
