//! The keys of a function that only Lambda reads: cold starts, provisioned concurrency, ephemeral
//! storage, and features with separate meters.

use super::limits::FREE_STORAGE_MB;
use crate::diag::Code;
use crate::exact::Exact;
use crate::money::percent;
use crate::scenario::function::{FunctionReader, Known};
use crate::scenario::schema::{Field, FieldGroup};
use crate::scenario::{Function, PlatformValue};
use crate::units::{EpuHour, Gb, GbMonth, MS_PER_SECOND, Operation, Qty, SECONDS_PER_HOUR, Unit};
use rust_decimal::Decimal;
use std::sync::Arc;

/// The Lambda keys of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LambdaKeys {
    pub cold_start: Option<ColdStart>,
    pub provisioned: Option<Box<Provisioned>>,
    /// In MB.
    pub ephemeral_storage_mb: Option<u32>,
    pub features: Option<Box<Features>>,
}

/// Features that have separate meters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Features {
    /// Only where it is charged.
    pub snapstart: Option<SnapStart>,
    /// Response of one invocation above its first 6 MB, on average.
    pub streamed: Option<Qty<Gb>>,
    pub event_poller: Option<EventPoller>,
    /// Environments that tenant isolation creates per invocation, on average.
    pub tenant_environments: Option<Exact>,
    pub durable: Option<Durable>,
}

/// The keys of a function that states none.
static NOTHING: LambdaKeys = LambdaKeys {
    cold_start: None,
    provisioned: None,
    ephemeral_storage_mb: None,
    features: None,
};

pub(crate) fn keys_of(function: &Function) -> &LambdaKeys {
    function.of().unwrap_or(&NOTHING)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ColdStart {
    /// Share of invocations with a cold start, 0 to 1.
    pub rate: Decimal,
    /// Billed initialization of a cold start, ms.
    pub init_ms: Decimal,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Provisioned {
    /// Environments that are kept ready.
    pub environments: u64,
    /// Hours a month for which they are kept.
    pub hours: Exact,
    /// Share of invocations that run on one, 0 to 1.
    pub share_served: Decimal,
    /// Mean billed duration of these invocations, ms.
    pub duration_ms: Decimal,
}

impl Provisioned {
    /// Milliseconds of a month for which the environments stand, all together.
    pub(crate) fn kept_ms(&self) -> Exact {
        let each = &self.hours * &Exact::from(SECONDS_PER_HOUR * MS_PER_SECOND);
        &each * &Exact::from(self.environments)
    }
}

/// SnapStart of a function that pays for it (Java in a ZIP package does not).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SnapStart {
    /// Published versions whose snapshots are kept all month.
    pub versions: u32,
    /// Share of invocations that restore a snapshot, 0 to 1.
    pub restore_rate: Decimal,
}

/// The event source of a poller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PollerKind {
    /// Amazon SQS.
    Sqs,
    /// Apache Kafka.
    Kafka,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EventPoller {
    pub kind: PollerKind,
    /// Event poller units, times the hours of the month for which they are kept.
    pub unit_hours: Qty<EpuHour>,
}

/// The use of one invocation of a durable function, on average.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Durable {
    pub operations: Qty<Operation>,
    pub written: Qty<Gb>,
    /// Data retained, times the months for which it is retained.
    pub retained: Qty<GbMonth>,
}

/// Streaming of one invocation above its first 6 MB, on average; `None` if it does not stream.
pub(crate) fn streamed(function: &Function) -> Option<&Qty<Gb>> {
    keys_of(function).features.as_ref()?.streamed.as_ref()
}

/// Keys that belong to no group.
const UNGROUPED: [Field; 3] = [
    Field::ColdStartRate,
    Field::InitMs,
    Field::EphemeralStorageMb,
];

/// `None` if the function states no Lambda key.
pub(crate) fn read(
    reader: &mut FunctionReader<'_, '_, '_>,
    known: &Known<'_>,
) -> Option<Arc<dyn PlatformValue>> {
    let groups = [FieldGroup::Provisioned, FieldGroup::Features];
    let in_group = groups.map(|group| reader.values.any_stated(group));
    if !(in_group.contains(&true) || reader.any_stated(&UNGROUPED)) {
        return None;
    }
    Some(Arc::new(LambdaKeys {
        cold_start: cold_start(reader),
        provisioned: provisioned(reader, known).map(Box::new),
        ephemeral_storage_mb: reader.values.whole(Field::EphemeralStorageMb),
        features: features(reader, known.calls).map(Box::new),
    }))
}

fn features(reader: &mut FunctionReader<'_, '_, '_>, calls: Option<u64>) -> Option<Features> {
    let states_any = reader.values.any_stated(FieldGroup::Features);
    states_any.then(|| Features {
        snapstart: snapstart(reader),
        streamed: each_call(reader, Field::StreamedGb, calls).map(Gb::of),
        event_poller: event_poller(reader),
        tenant_environments: each_call(reader, Field::TenantEnvironments, calls),
        durable: durable(reader, calls),
    })
}

fn cold_start(reader: &mut FunctionReader<'_, '_, '_>) -> Option<ColdStart> {
    let [rate, init] = [Field::ColdStartRate, Field::InitMs];
    let has_rate = reader.values.stated(rate);
    let has_init = reader.values.stated(init);
    if has_rate && has_init {
        let (rate, init_ms) = (reader.values.number(rate)?, reader.values.number(init)?);
        return Some(ColdStart { rate, init_ms });
    }
    let (stated, missing) = if has_rate {
        (rate, init)
    } else if has_init {
        (init, rate)
    } else {
        return None;
    };
    let message = format!("`{}` needs `{}` too", stated.path(), missing.path());
    let help = "cold starts are billed as rate x initialization: state both, or neither";
    reader.wrong(Code::MissingKey, reader.at(stated), message, help);
    None
}

fn provisioned(reader: &mut FunctionReader<'_, '_, '_>, known: &Known<'_>) -> Option<Provisioned> {
    if !reader.values.any_stated(FieldGroup::Provisioned) {
        return None;
    }
    let environments = "state how many environments are kept";
    let share = "state the share of calls that find a provisioned environment";
    let stated = [
        reader.required(Field::ProvisionedEnvironments, environments),
        reader.required(Field::ProvisionedShare, share),
    ];
    let kept = reader.values.exact(Field::ProvisionedHours);
    let kept = kept.unwrap_or_else(|| known.hours.clone());
    if kept > *known.hours {
        let message = "environments are kept for more hours than the month has".to_owned();
        let help = format!("state at most `hours_per_month`, {}", known.hours);
        reader.wrong(
            Code::OutOfRange,
            reader.at(Field::ProvisionedHours),
            message,
            &help,
        );
    }
    let [Some(()), Some(())] = stated else {
        return None;
    };
    let own = reader.values.number(Field::ProvisionedDurationMs);
    let provisioned = Provisioned {
        environments: reader.values.whole(Field::ProvisionedEnvironments)?,
        hours: kept,
        share_served: reader.values.number(Field::ProvisionedShare)?,
        duration_ms: own.or(known.duration_ms)?,
    };
    enough_environments(reader, &provisioned, known);
    Some(provisioned)
}

/// Refuses more invocations on the environments than fit in the time for which they are kept.
fn enough_environments(
    reader: &mut FunctionReader<'_, '_, '_>,
    provisioned: &Provisioned,
    known: &Known<'_>,
) {
    let (Some(calls), Some(attempts)) = (known.calls, &known.attempts) else {
        return;
    };
    let ms = &provisioned.hours * &Exact::from(SECONDS_PER_HOUR * MS_PER_SECOND);
    let kept = provisioned.kept_ms();
    let attempts = &Exact::from(calls) * attempts;
    let calls = &Exact::from(provisioned.share_served) * &attempts;
    let served = &calls * &Exact::from(provisioned.duration_ms);
    if served > kept {
        let message = format!(
            "{} environments cannot serve {} of the calls",
            provisioned.environments,
            percent(&Exact::from(provisioned.share_served))
        );
        let least = served.over(&ms);
        let least = least.expect("environments are kept longer than nothing");
        let help = format!(
            "that would take {} environments, always busy: lower `share_served`",
            least.rounded_up().to_fixed(0)
        );
        let at = reader.at(Field::ProvisionedShare);
        reader.wrong(Code::OutOfRange, at, message, &help);
    }
}

/// Runtimes that have SnapStart as a ZIP package (AWS Lambda developer guide).
const MANAGED_SNAPSTART: [&str; 3] = ["java", "python", "dotnet"];

fn snapstart(reader: &mut FunctionReader<'_, '_, '_>) -> Option<SnapStart> {
    let [runtime, package, versions, rate] = [
        Field::SnapstartRuntime,
        Field::SnapstartPackage,
        Field::SnapstartVersions,
        Field::SnapstartRestoreRate,
    ];
    let stated = [runtime, package, versions, rate]
        .into_iter()
        .find(|field| reader.values.stated(*field))?;
    excludes(reader, stated);
    let named = reader.values.word(runtime);
    let is_managed = named.is_some_and(|name| MANAGED_SNAPSTART.contains(&name));
    let is_image = match reader.values.word(package) {
        Some(package) => package == "image",
        None => !is_managed,
    };
    if let Some(name) = named.filter(|_| !is_managed && !is_image) {
        let message = format!("SnapStart of a ZIP package does not exist for {name}");
        let help = "a ZIP package has SnapStart with Java, Python and .NET; a container image with \
                    any runtime: package = \"image\"";
        reader.wrong(Code::Conflict, reader.at(package), message, help);
        return None;
    }
    if named == Some("java") && !is_image {
        return None;
    }
    let help = "snapshots kept and restored are charged: state `runtime`, `versions` and \
                `restore_rate` of [function.snapstart]; only Java in a ZIP package is free: there \
                runtime = \"java\" is enough";
    reader.together([runtime, versions, rate], help)?;
    Some(SnapStart {
        versions: reader.values.whole(versions)?,
        restore_rate: reader.values.number(rate)?,
    })
}

/// Refuses what AWS does not allow together with SnapStart (AWS Lambda developer guide).
fn excludes(reader: &mut FunctionReader<'_, '_, '_>, stated: Field) {
    let stores: Option<u32> = reader.values.whole(Field::EphemeralStorageMb);
    let stores = stores.is_some_and(|mb| mb > FREE_STORAGE_MB);
    let provisions = reader.values.stated(Field::ProvisionedEnvironments);
    for (used, what) in [
        (stores, "more than 512 MB of ephemeral storage"),
        (provisions, "provisioned concurrency"),
    ] {
        if used {
            let message = format!("SnapStart is not available with {what}");
            let help = "remove one of them";
            reader.wrong(Code::Conflict, reader.at(stated), message, help);
        }
    }
}

fn event_poller(reader: &mut FunctionReader<'_, '_, '_>) -> Option<EventPoller> {
    let [kind, hours] = [Field::PollerKind, Field::PollerUnitHours];
    let help = "state kind = \"sqs\" or \"kafka\", and its units x hours in a month";
    reader.together([kind, hours], help)?;
    Some(EventPoller {
        kind: match reader.values.word(kind)? {
            "kafka" => PollerKind::Kafka,
            "sqs" => PollerKind::Sqs,
            other => unreachable!("the key does not allow {other}"),
        },
        unit_hours: EpuHour::of(reader.values.number(hours)?.into()),
    })
}

fn durable(reader: &mut FunctionReader<'_, '_, '_>, calls: Option<u64>) -> Option<Durable> {
    let fields = [
        Field::DurableOperations,
        Field::DurableWrittenGb,
        Field::DurableRetained,
    ];
    let help = "AWS bills operations, data written and data retained: state all three, 0 where \
                there is none";
    reader.together(fields, help)?;
    let [operations, written, retained] = fields.map(|field| each_call(reader, field, calls));
    Some(Durable {
        operations: Operation::of(operations?),
        written: Gb::of(written?),
        retained: GbMonth::of(retained?),
    })
}

/// A monthly amount per call; `None` if the amount or the number of calls is missing or wrong. With
/// 0 calls the amount must be 0.
fn each_call(
    reader: &mut FunctionReader<'_, '_, '_>,
    field: Field,
    calls: Option<u64>,
) -> Option<Exact> {
    let (month, calls) = (reader.values.exact(field)?, calls?);
    if calls == 0 && !month.is_zero() {
        let message = format!(
            "`{}` is more than 0, but the function is never called",
            field.path()
        );
        let help = "set it to 0, or state the traffic of the function";
        reader.wrong(Code::Conflict, reader.at(field), message, help);
    }
    // With 0 calls, `month` is zero or was refused above.
    Some(month.over(&Exact::from(calls)).unwrap_or(month))
}
