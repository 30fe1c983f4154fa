//! What Lambda charges besides requests and duration: a row each in [`METERS`].
//!
//! Rules: AWS Lambda pricing page, copy of 2026 (the row of each says what it counts).

use super::duration::{gb_seconds, on_demand_ms, served_ms};
use super::free_tier::FreeTier;
use super::provisioned::{kept_gb_seconds, served_gb_seconds};
use crate::diag::Diag;
use crate::exact::Exact;
use crate::platform::Line;
use crate::platform::service::LAMBDA;
use crate::pricebook::{Architecture, Price, Provenance, Regional};
use crate::scenario::function::{Durable, PollerKind, SnapStart};
use crate::scenario::{Features, Function};
use crate::solve::UsageParts;
use crate::units::{
    EpuHour, Gb, GbMonth, GbOfMemory, GbSecond, LAMBDA_FREE_STORAGE_MB, MB_PER_GB, Operation,
    SECONDS_PER_HOUR, Unit,
};

/// How much of a meter a function uses.
pub enum Use {
    /// By each call, averaged over all.
    Call(Exact),
    /// By each call, after the free gigabytes of the account.
    Streamed(Exact),
    /// In a month whatever its utilization; grows with its traffic in the long run.
    Kept(Exact),
    /// In a month whatever its traffic.
    Fixed(Exact),
}

/// How the price at a path is found.
type Find = fn(&Regional, &str) -> Result<Box<dyn Rated>, Diag>;

/// A meter: the name on the bill, what a function uses of it, and its price.
pub struct FeatureMeter {
    pub item: &'static str,
    /// The step of a crossover's explanation at which it counts.
    pub part: UsageParts,
    /// `{arch}` stands for the architecture.
    path: &'static str,
    find: Find,
    used: fn(&Function, &Exact) -> Option<Use>,
}

/// A price whose unit only its meter knows.
pub trait Rated: Send + Sync {
    fn rate(&self) -> &Exact;
    fn provenance(&self) -> &Provenance;
    fn line(&self, item: &'static str, quantity: Exact) -> Line;
    fn free(&self, allowance: &FreeTier, quantity: Exact) -> Line;
}

impl<U: Unit + Send + Sync> Rated for Price<U> {
    fn rate(&self) -> &Exact {
        self.rate.per_unit()
    }

    fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    fn line(&self, item: &'static str, quantity: Exact) -> Line {
        Line::new(&LAMBDA, item, quantity, self)
    }

    fn free(&self, allowance: &FreeTier, quantity: Exact) -> Line {
        allowance.line(quantity, self)
    }
}

fn found<U: Unit + Send + Sync>(regional: &Regional, path: &str) -> Result<Box<dyn Rated>, Diag> {
    Ok(Box::new(regional.price::<U>(path)?))
}

const fn meter(
    item: &'static str,
    path: &'static str,
    find: Find,
    used: fn(&Function, &Exact) -> Option<Use>,
) -> FeatureMeter {
    FeatureMeter {
        item,
        part: UsageParts::All,
        path,
        find,
        used,
    }
}

/// Environments that are kept, and the duration on them.
pub const PROVISIONED: [&str; 2] = ["provisioned", "on provisioned"];
/// The one meter besides requests and duration of which a part is free.
pub const STREAMING: &str = "response streaming";

/// Every such meter, in the order of bills.
pub static METERS: [FeatureMeter; 12] = [
    meter(
        "ephemeral storage",
        "lambda.{arch}.ephemeral_storage",
        found::<GbSecond>,
        |function, _| storage_gb_seconds(function).map(Use::Call),
    ),
    meter(
        PROVISIONED[0],
        "lambda.{arch}.provisioned_concurrency",
        found::<GbSecond>,
        |function, _| kept_gb_seconds(function).map(Use::Kept),
    ),
    FeatureMeter {
        part: UsageParts::Duration,
        ..meter(
            PROVISIONED[1],
            "lambda.{arch}.provisioned_duration",
            found::<GbSecond>,
            |function, _| served_gb_seconds(function).map(Use::Call),
        )
    },
    meter(
        STREAMING,
        "lambda.{arch}.response_streaming",
        found::<Gb>,
        |function, _| {
            each_call(function, |features| features.streamed_gb.as_ref()).map(Use::Streamed)
        },
    ),
    meter(
        "snapshots kept",
        "lambda.features.snapstart_cache",
        found::<GbSecond>,
        |function, hours| snapshots_kept(function, hours).map(Use::Fixed),
    ),
    meter(
        "snapshots restored",
        "lambda.features.snapstart_restore",
        found::<Gb>,
        |function, _| snapshots_restored(function).map(Use::Call),
    ),
    meter(
        "event pollers",
        "lambda.features.kafka_event_poller",
        found::<EpuHour>,
        |function, _| poller_hours(function, PollerKind::Kafka),
    ),
    meter(
        "event pollers",
        "lambda.features.sqs_event_poller",
        found::<EpuHour>,
        |function, _| poller_hours(function, PollerKind::Sqs),
    ),
    meter(
        "tenant isolation",
        "lambda.features.tenant_environment_{arch}",
        found::<GbOfMemory>,
        |function, _| {
            let environments =
                each_call(function, |features| features.tenant_environments.as_ref())?;
            Some(Use::Call(&environments * &memory_gb(function)))
        },
    ),
    meter(
        "durable operations",
        "lambda.features.durable_operation",
        found::<Operation>,
        |function, _| durable(function, |durable| &durable.operations),
    ),
    meter(
        "durable data written",
        "lambda.features.durable_written",
        found::<Gb>,
        |function, _| durable(function, |durable| &durable.written_gb),
    ),
    meter(
        "durable data retained",
        "lambda.features.durable_retained",
        found::<GbMonth>,
        |function, _| durable(function, |durable| &durable.retained_gb_months),
    ),
];

impl FeatureMeter {
    /// What a function uses of it in a month of so many hours.
    pub fn used(&self, function: &Function, hours: &Exact) -> Option<Use> {
        (self.used)(function, hours)
    }

    /// Its price in a region.
    ///
    /// # Errors
    /// The region lacks it.
    pub fn price(
        &self,
        regional: &Regional,
        architecture: Architecture,
    ) -> Result<Box<dyn Rated>, Diag> {
        let path = self.path.replace("{arch}", architecture.name());
        (self.find)(regional, &path)
    }
}

/// True for a function that uses requests and duration alone, as most do.
pub fn is_plain(function: &Function) -> bool {
    let stores = function.ephemeral_storage_mb > LAMBDA_FREE_STORAGE_MB;
    function.provisioned.is_none() && function.features.is_none() && !stores
}

/// GB-seconds of ephemeral storage over 512 MB of one invocation; memory does not matter.
fn storage_gb_seconds(function: &Function) -> Option<Exact> {
    let paid = function.ephemeral_storage_mb - LAMBDA_FREE_STORAGE_MB;
    let mean_ms = || &served_ms(function) + &on_demand_ms(function);
    (paid > 0).then(|| gb_seconds(paid, &mean_ms()))
}

fn memory_gb(function: &Function) -> Exact {
    Exact::ratio(function.memory_mb.into(), MB_PER_GB.into())
}

fn each_call(function: &Function, amount: fn(&Features) -> Option<&Exact>) -> Option<Exact> {
    amount(function.features.as_ref()?).cloned()
}

fn durable(function: &Function, amount: fn(&Durable) -> &Exact) -> Option<Use> {
    let durable = function.features.as_ref()?.durable.as_ref()?;
    Some(Use::Call(amount(durable).clone()))
}

/// GB-seconds of the snapshots of published versions: each is kept three hours at least.
fn snapshots_kept(function: &Function, hours: &Exact) -> Option<Exact> {
    const LEAST_HOURS: u32 = 3;
    let SnapStart { versions, .. } = function.features.as_ref()?.snapstart?;
    let hours = hours.clone().max(Exact::from(LEAST_HOURS));
    let seconds = &hours * &Exact::from(SECONDS_PER_HOUR);
    Some(&(&memory_gb(function) * &Exact::from(versions)) * &seconds)
}

/// GB of snapshots restored by one invocation.
fn snapshots_restored(function: &Function) -> Option<Exact> {
    let SnapStart { restore_rate, .. } = function.features.as_ref()?.snapstart?;
    let restores = &Exact::from(restore_rate) * &function.attempts();
    Some(&memory_gb(function) * &restores)
}

fn poller_hours(function: &Function, kind: PollerKind) -> Option<Use> {
    let poller = function.features.as_ref()?.event_poller?;
    (poller.kind == kind).then(|| Use::Kept(Exact::from(poller.unit_hours)))
}
