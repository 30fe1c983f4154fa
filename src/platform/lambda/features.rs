//! What Lambda charges in addition to requests and duration, as one row per feature in
//! [`FEATURES`].
//!
//! Rules: AWS Lambda pricing page, copy of 2026; each row states what it counts. A row holds a
//! meter and a quantity of the same unit. Other files see a feature only as an amount of money or a
//! line of a bill, whatever its unit.

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

/// What a feature's quantity refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Basis {
    /// One call, as the mean over all calls.
    Call,
    /// One call, with a part that the account has free.
    Streamed,
    /// A month. Independent of utilization, but in the long run it grows with the traffic.
    Kept,
    /// A month. Independent of the traffic.
    Fixed,
}

/// A feature: its name on the bill, its meter, and the quantity that a function uses.
struct Feature<U: Unit> {
    item: &'static str,
    /// The step of a break-even's explanation in which the feature is counted.
    part: UsageParts,
    basis: Basis,
    meter: fn(Architecture) -> Meter<U>,
    /// The quantity in a month of these hours; `None` for a function that does not use the feature.
    used: fn(&Function, &Qty<Hour>) -> Option<Qty<U>>,
    /// The billed quantity of a whole pool, for features with a free part.
    pooled: Option<fn(&Pool) -> Qty<U>>,
}

/// A feature with its price in a region.
struct Priced<U: Unit> {
    feature: &'static Feature<U>,
    price: Price<U>,
}

/// A row of [`FEATURES`].
pub(crate) trait LambdaFeature: Sync {
    fn is_used(&self, function: &Function, hours: &Qty<Hour>) -> bool;

    /// The feature with its price in a region.
    ///
    /// # Errors
    /// The region has no price for it.
    fn price(
        &'static self,
        regional: &Regional,
        architecture: Architecture,
    ) -> Result<Box<dyn PricedFeature>, Diag>;
}

/// A feature with its price in a region.
pub(crate) trait PricedFeature: Send + Sync {
    /// Where the price comes from.
    fn provenance(&self) -> &Provenance;

    /// `None` if the function does not use the feature.
    fn cost(&self, function: &Function, hours: &Qty<Hour>) -> Option<FeatureCost<'_>>;

    /// The cost of a whole pool, for features with a free part.
    fn pooled_cost(&self, pool: &Pool) -> Option<Usd>;

    /// US dollars per unit, for features with a free part.
    fn pooled_rate(&self) -> Option<Usd>;

    /// Adds the quantity of a function that uses the feature, multiplied by `times`.
    fn charge(&self, function: &Function, hours: &Qty<Hour>, times: &Exact, bill: &mut Bill);

    /// The line that a free allowance takes off.
    fn free_line(
        &self,
        allowance: &FreeTier,
        function: &Function,
        hours: &Qty<Hour>,
        times: &Exact,
    ) -> Line;
}

/// What a function pays for a feature.
pub(crate) struct FeatureCost<'m> {
    pub priced: &'m dyn PricedFeature,
    /// The step of a break-even's explanation in which it is counted.
    pub part: UsageParts,
    pub basis: Basis,
    /// The cost of a call or of a month, depending on the feature's [`Basis`].
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

    fn pooled_rate(&self) -> Option<Usd> {
        self.feature.pooled.map(|_| self.price.rate.of_one())
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

/// Every feature, in the order of lines on a bill.
pub(crate) static FEATURES: [&dyn LambdaFeature; 12] = [
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

/// True for a function that only pays for requests and duration, as most do.
pub(crate) fn is_plain(function: &Function) -> bool {
    let keys = keys_of(function);
    let stores = keys.ephemeral_storage_mb > Some(FREE_STORAGE_MB);
    keys.provisioned.is_none() && keys.features.is_none() && !stores
}

/// Ephemeral storage above 512 MB for one invocation. The function's memory does not matter.
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

/// Snapshots of published versions, each kept for at least three hours.
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
