//! Features of Lambda beyond requests, duration and provisioned concurrency: what the scenario says
//! of them.

use super::builder::Builder;
use crate::diag::Code;
use crate::exact::Exact;
use crate::scenario::schema::{Field, FieldGroup};
use crate::text::listed;
use crate::units::{EpuHour, Gb, GbMonth, Operation, Qty, Unit};
use rust_decimal::Decimal;

/// Features that a function uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Features {
    /// SnapStart, where it is charged.
    pub snapstart: Option<SnapStart>,
    /// The response to one invocation beyond its first 6 MB, on average.
    pub streamed: Option<Qty<Gb>>,
    /// Provisioned mode of an event source mapping.
    pub event_poller: Option<EventPoller>,
    /// Environments that tenant isolation creates for one invocation, on average.
    pub tenant_environments: Option<Exact>,
    /// Durable execution.
    pub durable: Option<Durable>,
    /// Attempts of one invocation on average, 1 and more.
    pub attempts: Exact,
    /// Further requests that are billed for a large asynchronous event.
    pub further_requests: u32,
}

/// SnapStart of a runtime that pays for it (Java does not).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SnapStart {
    /// Published versions whose snapshots are kept all month.
    pub versions: u32,
    /// Share of invocations that restore one, 0 to 1.
    pub restore_rate: Decimal,
}

/// What an event poller reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PollerKind {
    /// Amazon SQS.
    Sqs,
    /// Apache Kafka.
    Kafka,
}

/// Provisioned mode of an event source mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventPoller {
    /// What it reads.
    pub kind: PollerKind,
    /// Event poller units times the hours of the month in which they are kept.
    pub unit_hours: Qty<EpuHour>,
}

/// What one invocation of a durable function makes, on average.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Durable {
    /// Operations.
    pub operations: Qty<Operation>,
    /// Data written.
    pub written: Qty<Gb>,
    /// Data retained, times the months for which it is.
    pub retained: Qty<GbMonth>,
}

/// Ephemeral storage that every function has free of charge, MB (AWS Lambda pricing page).
const FREE_STORAGE_MB: u32 = 512;
/// Decimals that the expected number of attempts may have: enough for 17 digits and 11 retries.
const MOST_ATTEMPT_DIGITS: u32 = 200;
/// Size of an asynchronous event that is one request, KB (AWS Lambda pricing page).
const ONE_REQUEST_KB: u32 = 256;
/// Size of each further request of a larger one, KB.
const FURTHER_REQUEST_KB: u32 = 64;

impl Builder<'_, '_, '_> {
    /// The features that are stated of a function that is called so often, if any is.
    pub fn features(&mut self, calls: Option<u64>) -> Option<Box<Features>> {
        if !self.values.any_stated(FieldGroup::Features) {
            return None;
        }
        let features = Features {
            snapstart: self.snapstart(),
            streamed: self.each_call(Field::StreamedGb, calls).map(Gb::of),
            event_poller: self.event_poller(),
            tenant_environments: self.each_call(Field::TenantEnvironments, calls),
            durable: self.durable(calls),
            attempts: self.attempts()?,
            further_requests: self.further_requests(),
        };
        Some(Box::new(features))
    }

    /// All fields of a table when one of them is stated: they are of no use alone.
    fn together<const COUNT: usize>(&mut self, fields: [Field; COUNT], help: &str) -> Option<()> {
        let stated = fields.iter().find(|field| self.values.stated(**field))?;
        let missing = fields.iter().filter(|field| !self.values.stated(**field));
        let missing: Vec<String> = missing.map(|field| format!("`{}`", field.word())).collect();
        if missing.is_empty() {
            return Some(());
        }
        let table = stated.path().trim_end_matches(stated.word());
        let message = format!(
            "`{}` lacks {}",
            table.trim_end_matches('.'),
            listed(&missing)
        );
        self.wrong(Code::MissingKey, self.at(*stated), message, help);
        None
    }

    fn snapstart(&mut self) -> Option<SnapStart> {
        let [runtime, versions, rate] = [
            Field::SnapstartRuntime,
            Field::SnapstartVersions,
            Field::SnapstartRestoreRate,
        ];
        let stated = [runtime, versions, rate]
            .into_iter()
            .find(|field| self.values.stated(*field))?;
        self.excludes(stated);
        if self.values.word(runtime) == Some("java") {
            return None;
        }
        let help = "Python and .NET pay for snapshots kept and restored: state all three keys of \
                    [function.snapstart]; Java pays nothing: runtime = \"java\" is enough";
        self.together([runtime, versions, rate], help)?;
        Some(SnapStart {
            versions: self.values.whole(versions)?,
            restore_rate: self.values.number(rate)?,
        })
    }

    /// What AWS does not allow together with SnapStart (AWS Lambda developer guide).
    fn excludes(&mut self, stated: Field) {
        let stores: Option<u32> = self.values.whole(Field::EphemeralStorageMb);
        let stores = stores.is_some_and(|mb| mb > FREE_STORAGE_MB);
        let provisions = self.values.stated(Field::ProvisionedEnvironments);
        for (used, what) in [
            (stores, "more than 512 MB of ephemeral storage"),
            (provisions, "provisioned concurrency"),
        ] {
            if used {
                let message = format!("SnapStart and {what} exclude each other");
                let help = "AWS offers one or the other: keep one of them";
                self.wrong(Code::Conflict, self.at(stated), message, help);
            }
        }
    }

    fn event_poller(&mut self) -> Option<EventPoller> {
        let [kind, hours] = [Field::PollerKind, Field::PollerUnitHours];
        let help = "state kind = \"sqs\" or \"kafka\", and its units x hours in a month";
        self.together([kind, hours], help)?;
        Some(EventPoller {
            kind: match self.values.word(kind)? {
                "kafka" => PollerKind::Kafka,
                _ => PollerKind::Sqs,
            },
            unit_hours: EpuHour::of(self.values.number(hours)?.into()),
        })
    }

    fn durable(&mut self, calls: Option<u64>) -> Option<Durable> {
        let fields = [
            Field::DurableOperations,
            Field::DurableWrittenGb,
            Field::DurableRetained,
        ];
        let help = "AWS bills operations, data written and data retained: state all three, 0 where \
                    there is none";
        self.together(fields, help)?;
        let [operations, written, retained] = fields.map(|field| self.each_call(field, calls));
        Some(Durable {
            operations: Operation::of(operations?),
            written: Gb::of(written?),
            retained: GbMonth::of(retained?),
        })
    }

    /// An amount a month for one of the calls; none without calls.
    fn each_call(&mut self, field: Field, calls: Option<u64>) -> Option<Exact> {
        let (month, calls) = (self.values.exact(field)?, calls?);
        if calls == 0 && !month.is_zero() {
            let message = format!("`{}` is not 0, but nothing is called", field.path());
            let help = "a function without invocations uses none of it";
            self.wrong(Code::Conflict, self.at(field), message, help);
        }
        // Without calls `month` is zero, or has just been refused.
        Some(month.over(&Exact::from(calls)).unwrap_or(month))
    }

    /// `1 + p + p^2 + … + p^retries`: each attempt fails with the same probability.
    fn attempts(&mut self) -> Option<Exact> {
        let [rate, retries] = [Field::ErrorRate, Field::Retries];
        let help = "an attempt that fails is retried: state the share that fails, and how often \
                    each is retried at most";
        if !self.values.stated(rate) && !self.values.stated(retries) {
            return Some(Exact::ONE);
        }
        self.together([rate, retries], help)?;
        let stated = self.values.number(rate)?.normalize();
        let again = self.values.whole::<u32>(retries)?;
        // The sum of the powers has all digits of the highest one.
        if let Some(most) = MOST_ATTEMPT_DIGITS.checked_div(again)
            && stated.scale() > most
        {
            let message = format!(
                "`{}` has {} decimals, too many for {again} retries",
                rate.path(),
                stated.scale()
            );
            let help = format!(
                "state it with at most {most} decimals, or fewer retries: decimals x retries may \
                 be {MOST_ATTEMPT_DIGITS} at most"
            );
            self.wrong(Code::NotExact, self.at(rate), message, &help);
            return None;
        }
        Some(Exact::from(stated).sum_of_powers(again))
    }

    fn further_requests(&mut self) -> u32 {
        let stated = self.values.whole(Field::AsyncPayloadKb);
        let kb: u32 = stated.unwrap_or(ONE_REQUEST_KB);
        kb.saturating_sub(ONE_REQUEST_KB)
            .div_ceil(FURTHER_REQUEST_KB)
    }
}
