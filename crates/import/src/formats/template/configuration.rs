//! The configuration of a function, as any template has it.

use super::super::list_functions::{DURABLE, SNAP_START, TENANTS, has_free_snap_start, uncounted};
use crate::facts::{Context, Declared, Facts, SourceNumber, Who};
use crate::mistake::Mistake;
use crate::number::Number;
use crate::resolve::{Key, Origin, Value};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// Megabytes of /tmp that every function has.
const STORAGE_MB: u64 = 512;

/// Megabytes of memory that a scenario can have.
const MEMORY: RangeInclusive<u64> = 1..=1_048_576;
/// Megabytes of /tmp.
const STORAGE: RangeInclusive<u64> = STORAGE_MB..=10_240;

/// A property as a template has it.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Stated<T> {
    #[default]
    Absent,
    /// It is there, and the template alone does not say its value.
    Unknown,
    Is(T),
}

impl<T> Stated<T> {
    pub(super) fn known(self) -> Option<T> {
        match self {
            Self::Is(value) => Some(value),
            Self::Absent | Self::Unknown => None,
        }
    }

    pub(super) fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// This property, or the other one if it is not there.
    pub(super) fn or(self, other: impl FnOnce() -> Self) -> Self {
        if self.is_absent() { other() } else { self }
    }
}

impl Stated<u64> {
    /// The sum of two properties; unknown if one is.
    pub(super) fn plus(self, other: Self) -> Self {
        match (self, other) {
            (Self::Absent, stated) | (stated, Self::Absent) => stated,
            (Self::Is(one), Self::Is(other)) => Self::Is(one.saturating_add(other)),
            _ => Self::Unknown,
        }
    }
}

impl Stated<String> {
    /// The same as a whole number.
    ///
    /// # Errors
    /// It is no whole number.
    pub(super) fn whole(
        self,
        property: &str,
        line: Option<u64>,
        context: &Context,
    ) -> Result<Stated<u64>, Mistake> {
        let text = match self {
            Stated::Absent => return Ok(Stated::Absent),
            Stated::Unknown => return Ok(Stated::Unknown),
            Stated::Is(text) => text,
        };
        if let Some(number) = Number::of_text(&text).and_then(Number::whole) {
            return Ok(Stated::Is(number));
        }
        let message = format!("{property} is `{text}`, which is not a whole number");
        let mistake = context.mistake(message, "correct the template");
        Err(match line {
            Some(line) => mistake.at(line),
            None => mistake,
        })
    }
}

/// The configuration of a function.
#[derive(Default)]
pub(super) struct Configuration {
    pub(super) memory_mb: Stated<u64>,
    pub(super) architecture: Stated<String>,
    pub(super) storage_mb: Stated<u64>,
    /// Environments of provisioned concurrency, over all aliases.
    pub(super) provisioned: Stated<u64>,
    pub(super) timeout_s: Stated<u64>,
    pub(super) reserved: Stated<u64>,
    pub(super) runtime: Option<String>,
    pub(super) is_image: bool,
    pub(super) has_snap_start: bool,
    pub(super) is_managed: bool,
    pub(super) is_durable: bool,
    pub(super) has_tenants: bool,
    /// How often each kind of event source occurs.
    pub(super) events: BTreeMap<String, u64>,
    pub(super) remarks: Vec<String>,
}

impl Configuration {
    /// Adds the function to what was read.
    ///
    /// # Errors
    /// Sizes that no function can have.
    pub(super) fn declare(
        self,
        who: Who,
        address: &str,
        default_memory_mb: u64,
        source: SourceNumber,
        context: &Context,
        facts: &mut Facts,
    ) -> Result<(), Mistake> {
        self.check(address, context)?;
        let claims = self.claims(default_memory_mb);
        let remarks = self.all_remarks();
        facts.used(source);
        facts.declared.push(Declared {
            who,
            source,
            address: address.to_owned(),
            claims,
            remarks,
            estimates: Vec::new(),
        });
        Ok(())
    }

    fn claims(&self, default_memory_mb: u64) -> Vec<(Key, Option<Value>, Origin)> {
        let mut claims = Vec::new();
        let mut claim = |key: Key, value: Option<Value>, origin: Origin| {
            claims.push((key, value, origin));
        };
        match self.memory_mb {
            Stated::Is(memory) => claim(Key::MemoryMb, Some(Value::number(memory)), Origin::Read),
            Stated::Absent => {
                let value = Some(Value::number(default_memory_mb));
                claim(Key::MemoryMb, value, Origin::Default);
            }
            Stated::Unknown => claim(Key::MemoryMb, None, Origin::Read),
        }
        match &self.architecture {
            Stated::Is(name) => claim(Key::Architecture, Some(Value::text(name)), Origin::Read),
            Stated::Absent => {
                let value = Some(Value::text("x86_64"));
                claim(Key::Architecture, value, Origin::Default);
            }
            Stated::Unknown => claim(Key::Architecture, None, Origin::Read),
        }
        for (stated, key, nothing) in [
            (self.storage_mb, Key::EphemeralStorageMb, STORAGE_MB),
            (self.provisioned, Key::ProvisionedEnvironments, 0),
        ] {
            match stated {
                Stated::Is(number) if number != nothing => {
                    claim(key, Some(Value::number(number)), Origin::Read);
                }
                Stated::Unknown => claim(key, None, Origin::Read),
                Stated::Is(_) | Stated::Absent => {}
            }
        }
        if self.is_managed {
            claim(
                Key::RunsOn,
                Some(Value::text("lambda-managed")),
                Origin::Read,
            );
        }
        if self.has_free_snap_start() {
            claim(
                Key::SnapstartRuntime,
                Some(Value::text("java")),
                Origin::Read,
            );
        }
        claims
    }

    fn has_free_snap_start(&self) -> bool {
        let runtime = self.runtime.as_deref().unwrap_or_default();
        self.has_snap_start && !self.is_image && has_free_snap_start(runtime)
    }

    fn check(&self, address: &str, context: &Context) -> Result<(), Mistake> {
        for (stated, range, property) in [
            (self.memory_mb, MEMORY, "memory"),
            (self.storage_mb, STORAGE, "/tmp"),
        ] {
            let outside = stated.known().filter(|number| !range.contains(number));
            if let Some(number) = outside {
                let (least, most) = range.into_inner();
                let message = format!("{property} of `{address}` is {number} MB");
                let help = format!("state a size from {least} to {most} MB");
                return Err(context.mistake(message, help));
            }
        }
        Ok(())
    }

    fn all_remarks(self) -> Vec<String> {
        let mut remarks = Vec::new();
        for (is_there, feature) in [(self.is_durable, DURABLE), (self.has_tenants, TENANTS)] {
            if is_there {
                remarks.push(uncounted(feature));
            }
        }
        if self.has_snap_start && !self.has_free_snap_start() {
            remarks.push(SNAP_START.to_owned());
        }
        for (stated, property) in [
            (self.storage_mb, "the size of /tmp"),
            (self.provisioned, "its provisioned concurrency"),
        ] {
            if stated == Stated::Unknown {
                remarks.push(format!("{property} is in the template, but not its value"));
            }
        }
        let mut settings = Vec::new();
        if let Stated::Is(seconds) = self.timeout_s {
            settings.push(format!("timeout {seconds} s"));
        }
        if let Stated::Is(reserved) = self.reserved {
            settings.push(format!("reserved concurrency {reserved}"));
        }
        if !self.events.is_empty() {
            let events = self.events.iter().map(|(kind, count)| match count {
                1 => kind.clone(),
                _ => format!("{kind} ({count})"),
            });
            let events: Vec<String> = events.collect();
            settings.push(format!("event sources {}", events.join(", ")));
        }
        if !settings.is_empty() {
            remarks.push(settings.join("; "));
        }
        remarks.extend(self.remarks);
        remarks
    }
}
