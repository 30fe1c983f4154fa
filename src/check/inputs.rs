//! What a scenario states, by key, and how two scenarios differ.

use crate::answer::Workload;
use crate::scenario::schema::Setting;
use crate::scenario::tags;
use crate::scenario::{Capacity, Extra, Function, Scenario, StatedValue};
use crate::text::quoted;
use rust_decimal::Decimal;
use std::borrow::Cow;
use std::sync::Arc;

/// A key by which inputs are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum InputKey {
    /// Its path.
    Path(Cow<'static, str>),
    /// A key of the extra with this name.
    OfExtra(Arc<str>, Setting),
    /// The tag with this name.
    Tag(String),
}

impl InputKey {
    fn known(path: &'static str) -> Self {
        Self::Path(Cow::Borrowed(path))
    }

    /// The path. The name of an extra is not escaped in it.
    pub(crate) fn path(&self) -> Cow<'_, str> {
        match self {
            Self::Path(path) => Cow::Borrowed(path),
            Self::OfExtra(name, setting) => Cow::Owned(Extra::path_of(name, *setting)),
            Self::Tag(name) => Cow::Owned(format!("{}{name}", tags::PREFIX)),
        }
    }

    /// The name of the extra that it is a key of.
    pub(crate) fn extra(&self) -> Option<&str> {
        match self {
            Self::OfExtra(name, _) => Some(name),
            Self::Path(_) | Self::Tag(_) => None,
        }
    }

    /// What messages call it.
    pub(crate) fn called(&self) -> Cow<'_, str> {
        match self {
            Self::Path(path) => Cow::Borrowed(path),
            Self::OfExtra(name, setting) => {
                Cow::Owned(format!("extra {}: {}", quoted(name), setting.word()))
            }
            Self::Tag(name) => Cow::Owned(format!("tag {}:", quoted(name))),
        }
    }
}

/// The values of keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Inputs {
    /// Everything that a scenario states.
    Stated(Vec<(InputKey, StatedValue)>),
    /// What a report states: only keys that both sides have can be compared.
    Reported(Vec<(InputKey, StatedValue)>),
}

/// A key with different values before and after; `None` where it is not stated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyChange {
    pub(crate) key: InputKey,
    pub(crate) before: Option<StatedValue>,
    pub(crate) after: Option<StatedValue>,
}

/// What functions share. Keys whose default is known are always there, so that a default can be
/// stated without a difference.
pub(crate) fn settings(scenario: &Scenario) -> Inputs {
    let known = [
        (
            "free_tier",
            StatedValue::Text(scenario.free_tier.to_string().into()),
        ),
        ("hours_per_month", number(&scenario.hours.to_string())),
        (
            "platforms",
            StatedValue::Text(scenario.platforms.join(", ").into()),
        ),
    ];
    let is_known = |key: &str| known.iter().any(|(other, _)| *other == key);
    let stated = scenario.stated_settings.iter();
    let stated = stated.filter(|(key, _)| !is_known(key));
    let stated: Vec<_> = stated
        .map(|(key, value)| (InputKey::Path(Cow::Owned(key.clone())), value.clone()))
        .chain(of_extras(&scenario.extras))
        .collect();
    let known = known
        .into_iter()
        .map(|(key, value)| (InputKey::known(key), value));
    Inputs::Stated(known.chain(stated).collect())
}

/// What changes the bills of a function.
pub(crate) fn of_function(scenario: &Scenario, function: &Function) -> Inputs {
    let stated = function.stated.iter().flatten();
    let stated = stated.map(|(field, value)| (InputKey::known(field.path()), value.clone()));
    Inputs::Stated(
        always_known(scenario, function)
            .into_iter()
            .chain(stated)
            .chain(of_extras(function.extras()))
            .collect(),
    )
}

/// The values of extras by key.
fn of_extras(extras: &[Extra]) -> impl Iterator<Item = (InputKey, StatedValue)> {
    extras.iter().flat_map(|extra| {
        let stated = extra.stated();
        stated.map(|(key, value)| (InputKey::OfExtra(Arc::clone(&extra.name), key), value))
    })
}

/// The same as a report has it.
fn as_reported(scenario: &Scenario, function: &Function, workload: &Workload) -> Inputs {
    let mut known = always_known(scenario, function);
    let mut add = |key, digits: &str| known.push((InputKey::known(key), number(digits)));
    add("memory_mb", &function.memory_mb.to_string());
    add("duration_ms", &function.duration_ms.to_string());
    add("invocations_per_month", &function.invocations.to_string());
    match (function.capacity, &workload.utilization) {
        (Capacity::Peak(_), _) => add("peak_concurrency", &workload.peak_concurrency.to_string()),
        (Capacity::Utilization(_), Some(share)) => add("utilization", &share.to_string()),
        (Capacity::Utilization(_), None) | (Capacity::OfJobs, _) => {}
    }
    Inputs::Reported(known)
}

/// Keys whose default is known.
fn always_known(scenario: &Scenario, function: &Function) -> Vec<(InputKey, StatedValue)> {
    let text = |text: &str| StatedValue::Text(text.into());
    vec![
        (
            InputKey::known("region"),
            text(scenario.region_of(function)),
        ),
        (
            InputKey::known("architecture"),
            text(function.architecture.name()),
        ),
        (InputKey::known("runs_on"), text(function.home())),
    ]
}

/// A number of a report, or a text that is too long for one.
pub(crate) fn number(digits: &str) -> StatedValue {
    match Decimal::from_str_exact(digits) {
        Ok(number) => StatedValue::Number(number.normalize()),
        Err(_) => StatedValue::Text(digits.into()),
    }
}

impl Inputs {
    fn pairs(&self) -> &[(InputKey, StatedValue)] {
        let (Self::Stated(pairs) | Self::Reported(pairs)) = self;
        pairs
    }

    fn get(&self, key: &InputKey) -> Option<&StatedValue> {
        let found = self.pairs().iter().find(|(known, _)| known == key);
        found.map(|(_, value)| value)
    }

    /// The keys in which a function differs now.
    pub(crate) fn changes_of(
        &self,
        scenario: &Scenario,
        function: &Function,
        workload: &Workload,
    ) -> Vec<KeyChange> {
        match self {
            Self::Stated(_) => self.changes_to(&of_function(scenario, function)),
            Self::Reported(_) => self.changes_to(&as_reported(scenario, function, workload)),
        }
    }

    /// The keys with other values in `now`: those of `now` in its order, then those that only the
    /// former inputs have.
    pub(crate) fn changes_to(&self, now: &Self) -> Vec<KeyChange> {
        let is_whole = matches!(self, Self::Stated(_));
        let change = |key: &InputKey| {
            let (before, after) = (self.get(key), now.get(key));
            let is_comparable = is_whole || (before.is_some() && after.is_some());
            (is_comparable && before != after).then(|| KeyChange {
                key: key.clone(),
                before: before.cloned(),
                after: after.cloned(),
            })
        };
        let gone = self
            .pairs()
            .iter()
            .filter(|(key, _)| now.get(key).is_none());
        let keys = now.pairs().iter().chain(gone);
        keys.filter_map(|(key, _)| change(key)).collect()
    }
}
