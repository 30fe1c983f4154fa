//! What Lambda charges besides requests and duration: a row each in [`FEATURES`].
//!
//! Rules: AWS Lambda pricing page, copy of 2026 (the row of each says what it counts). A row holds a
//! meter and a quantity of the same unit. Outside this file a feature is money or a line of a bill,
//! whatever its unit.

use super::duration::{gb_seconds, on_demand_ms, served_ms};
use super::free_tier::FreeTier;
use super::keys::{Durable, EventPoller, PollerKind, SnapStart, keys_of, streamed};
use super::limits::FREE_STORAGE_MB;
use super::meters;
use super::pools::Pool;
use super::provisioned::{kept_gb_seconds, served_gb_seconds};
use crate::diag::Diag;
use crate::exact::Exact;
use crate::money::Usd;
use crate::platform::service::LAMBDA;
use crate::platform::{Bill, Line};
use crate::pricebook::{Architecture, Meter, Price, Provenance, Regional};
use crate::scenario::Function;
use crate::solve::UsageParts;
use crate::units::{
    EpuHour, Gb, GbOfMemory, GbSecond, Hour, MB_PER_GB, Qty, SECONDS_PER_HOUR, Unit,
};

/// What the quantity of a feature is counted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// Each call, averaged over all.
    Call,
    /// Each call, after the free gigabytes of the account.
    Streamed,
    /// A month whatever the utilization; it grows with the traffic in the long run.
    Kept,
    /// A month whatever the traffic.
    Fixed,
}

/// A feature: its name on the bill, its meter, and how much of that a function uses.
struct Feature<U: Unit> {
    item: &'static str,
    /// The step of a crossover's explanation at which it counts.
    part: UsageParts,
    basis: Basis,
    meter: fn(Architecture) -> Meter<U>,
    /// `None` for a function that does not use it, in a month of these hours.
    used: fn(&Function, &Qty<Hour>) -> Option<Qty<U>>,
    /// What the functions of a pool are billed together, where a part of their use is free.
    pooled: Option<fn(&Pool) -> Qty<U>>,
}

/// A feature with its price in a region.
struct Priced<U: Unit> {
    feature: &'static Feature<U>,
    price: Price<U>,
}

/// A row of [`FEATURES`].
pub trait LambdaFeature: Sync {
    /// True for a function that uses it.
    fn is_used(&self, function: &Function, hours: &Qty<Hour>) -> bool;

    /// The feature with its price in a region.
    ///
    /// # Errors
    /// The region lacks it.
    fn price(
        &'static self,
        regional: &Regional,
        architecture: Architecture,
    ) -> Result<Box<dyn PricedFeature>, Diag>;
}

/// A feature with its price in a region.
pub trait PricedFeature: Send + Sync {
    /// Where the price comes from.
    fn provenance(&self) -> &Provenance;

    /// What a function pays for it; `None` where it does not use it.
    fn cost(&self, function: &Function, hours: &Qty<Hour>) -> Option<FeatureCost<'_>>;

    /// What the functions of a pool are billed together, where a part of their use is free.
    fn pooled_cost(&self, pool: &Pool) -> Option<Usd>;

    /// Adds the quantity of a function that uses it, a number of times.
    fn charge(&self, function: &Function, hours: &Qty<Hour>, times: &Exact, bill: &mut Bill);

    /// The line of what an allowance takes off that.
    fn free_line(
        &self,
        allowance: &FreeTier,
        function: &Function,
        hours: &Qty<Hour>,
        times: &Exact,
    ) -> Line;
}

/// What a function pays for a feature.
pub struct FeatureCost<'m> {
    pub priced: &'m dyn PricedFeature,
    /// The step of a crossover's explanation at which it counts.
    pub part: UsageParts,
    pub basis: Basis,
    /// The cost of a call or of a month, as the basis says.
    pub cost: Usd,
}

impl<U: Unit> LambdaFeature for Feature<U> {
    fn is_used(&self, function: &Function, hours: &Qty<Hour>) -> bool {
        (self.used)(function, hours).is_some()
    }

    fn price(
        &'static self,
        regional: &Regional,
        architecture: Architecture,
    ) -> Result<Box<dyn PricedFeature>, Diag> {
        let price = regional.price((self.meter)(architecture))?;
        let feature = self;
        Ok(Box::new(Priced { feature, price }))
    }
}

impl<U: Unit> Priced<U> {
    fn quantity(&self, function: &Function, hours: &Qty<Hour>, times: &Exact) -> Qty<U> {
        let used = (self.feature.used)(function, hours);
        let used = used.expect("only a function that uses the feature has a line of it");
        used.times(times)
    }
}

impl<U: Unit> PricedFeature for Priced<U> {
    fn provenance(&self) -> &Provenance {
        &self.price.provenance
    }

    fn cost(&self, function: &Function, hours: &Qty<Hour>) -> Option<FeatureCost<'_>> {
        let used = (self.feature.used)(function, hours)?;
        Some(FeatureCost {
            priced: self,
            part: self.feature.part,
            basis: self.feature.basis,
            cost: &self.price.rate * &used,
        })
    }

    fn pooled_cost(&self, pool: &Pool) -> Option<Usd> {
        let billed = self.feature.pooled?(pool);
        Some(&self.price.rate * &billed)
    }

    fn charge(&self, function: &Function, hours: &Qty<Hour>, times: &Exact, bill: &mut Bill) {
        let quantity = self.quantity(function, hours, times);
        bill.add(&LAMBDA, self.feature.item, &quantity, &self.price);
    }

    fn free_line(
        &self,
        allowance: &FreeTier,
        function: &Function,
        hours: &Qty<Hour>,
        times: &Exact,
    ) -> Line {
        allowance.line(self.quantity(function, hours, times), &self.price)
    }
}

const fn feature<U: Unit>(
    item: &'static str,
    basis: Basis,
    meter: fn(Architecture) -> Meter<U>,
    used: fn(&Function, &Qty<Hour>) -> Option<Qty<U>>,
) -> Feature<U> {
    Feature {
        item,
        part: UsageParts::All,
        basis,
        meter,
        used,
        pooled: None,
    }
}

/// Every feature, in the order of bills.
pub static FEATURES: [&dyn LambdaFeature; 12] = [
    &feature(
        "ephemeral storage",
        Basis::Call,
        |architecture| meters::lambda(architecture).ephemeral_storage,
        |function, _| storage_gb_seconds(function),
    ),
    &feature(
        "provisioned",
        Basis::Kept,
        |architecture| meters::lambda(architecture).provisioned_concurrency,
        |function, _| kept_gb_seconds(function),
    ),
    &Feature {
        part: UsageParts::Duration,
        ..feature(
            "on provisioned",
            Basis::Call,
            |architecture| meters::lambda(architecture).provisioned_duration,
            |function, _| served_gb_seconds(function),
        )
    },
    &Feature {
        pooled: Some(Pool::billed_streaming),
        ..feature(
            "response streaming",
            Basis::Streamed,
            |architecture| meters::lambda(architecture).response_streaming,
            |function, _| streamed(function).cloned(),
        )
    },
    &feature(
        "snapshots kept",
        Basis::Fixed,
        |_| meters::SNAPSTART_CACHE,
        snapshots_kept,
    ),
    &feature(
        "snapshots restored",
        Basis::Call,
        |_| meters::SNAPSTART_RESTORE,
        |function, _| snapshots_restored(function),
    ),
    &feature(
        "event pollers",
        Basis::Kept,
        |_| meters::KAFKA_EVENT_POLLER,
        |function, _| poller_hours(function, PollerKind::Kafka),
    ),
    &feature(
        "event pollers",
        Basis::Kept,
        |_| meters::SQS_EVENT_POLLER,
        |function, _| poller_hours(function, PollerKind::Sqs),
    ),
    &feature(
        "tenant isolation",
        Basis::Call,
        |architecture| meters::lambda(architecture).tenant_environment,
        |function, _| tenant_memory(function),
    ),
    &feature(
        "durable operations",
        Basis::Call,
        |_| meters::DURABLE_OPERATION,
        |function, _| durable(function).map(|durable| durable.operations.clone()),
    ),
    &feature(
        "durable data written",
        Basis::Call,
        |_| meters::DURABLE_WRITTEN,
        |function, _| durable(function).map(|durable| durable.written.clone()),
    ),
    &feature(
        "durable data retained",
        Basis::Call,
        |_| meters::DURABLE_RETAINED,
        |function, _| durable(function).map(|durable| durable.retained.clone()),
    ),
];

/// True for a function that uses requests and duration alone, as most do.
pub fn is_plain(function: &Function) -> bool {
    let keys = keys_of(function);
    let stores = keys.ephemeral_storage_mb > Some(FREE_STORAGE_MB);
    keys.provisioned.is_none() && keys.features.is_none() && !stores
}

/// Ephemeral storage over 512 MB of one invocation; memory does not matter.
fn storage_gb_seconds(function: &Function) -> Option<Qty<GbSecond>> {
    let stored = keys_of(function).ephemeral_storage_mb;
    let stored = stored.unwrap_or(FREE_STORAGE_MB);
    let paid = stored - FREE_STORAGE_MB;
    if paid == 0 {
        return None;
    }
    let mean_ms = &served_ms(function) + &on_demand_ms(function);
    Some(gb_seconds(paid, &mean_ms))
}

fn memory_gb(function: &Function) -> Exact {
    Exact::ratio(function.memory_mb.into(), MB_PER_GB.into())
}

fn durable(function: &Function) -> Option<&Durable> {
    keys_of(function).features.as_ref()?.durable.as_ref()
}

/// Snapshots of published versions: each is kept three hours at least.
fn snapshots_kept(function: &Function, hours: &Qty<Hour>) -> Option<Qty<GbSecond>> {
    const LEAST_HOURS: u32 = 3;
    let SnapStart { versions, .. } = keys_of(function).features.as_ref()?.snapstart?;
    let hours = hours.amount().clone().max(Exact::from(LEAST_HOURS));
    let seconds = &hours * &Exact::from(SECONDS_PER_HOUR);
    let gigabytes = &memory_gb(function) * &Exact::from(versions);
    Some(GbSecond::of(&gigabytes * &seconds))
}

/// Snapshots restored by one invocation.
fn snapshots_restored(function: &Function) -> Option<Qty<Gb>> {
    let SnapStart { restore_rate, .. } = keys_of(function).features.as_ref()?.snapstart?;
    let restores = &Exact::from(restore_rate) * &function.attempts();
    Some(Gb::of(&memory_gb(function) * &restores))
}

/// Memory of the environments that tenant isolation creates for one invocation.
fn tenant_memory(function: &Function) -> Option<Qty<GbOfMemory>> {
    let features = keys_of(function).features.as_ref()?;
    let environments = features.tenant_environments.as_ref()?;
    Some(GbOfMemory::of(environments * &memory_gb(function)))
}

fn poller_hours(function: &Function, kind: PollerKind) -> Option<Qty<EpuHour>> {
    let features = keys_of(function).features.as_ref()?;
    let poller: &EventPoller = features.event_poller.as_ref()?;
    (poller.kind == kind).then(|| poller.unit_hours.clone())
}
