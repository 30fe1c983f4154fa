//! `aws lambda list-functions`, `get-function-configuration` and `get-function`.
//!
//! Environment variables are not read: they can hold secrets.

use super::json;
use crate::facts::{Context, Facts, SourceNumber, Who};
use crate::format::Format;
use crate::input::Bytes;
use crate::mistake::Mistake;
use crate::resolve::{Key, Origin, Value};
use serde::Deserialize;

/// One of the documents: a page of the list, one function in `Configuration`, or one function.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Configuration {
    functions: Option<Vec<Configuration>>,
    configuration: Option<Box<Configuration>>,
    function_name: Option<String>,
    function_arn: Option<String>,
    version: Option<String>,
    memory_size: Option<u64>,
    architectures: Option<Vec<String>>,
    ephemeral_storage: Option<Storage>,
    package_type: Option<String>,
    runtime: Option<String>,
    snap_start: Option<SnapStart>,
    capacity_provider_config: Option<serde::de::IgnoredAny>,
    durable_config: Option<serde::de::IgnoredAny>,
    tenancy_config: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Storage {
    size: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SnapStart {
    apply_on: Option<String>,
}

pub(super) fn read(bytes: Bytes, context: &Context, facts: &mut Facts) -> Result<(), Mistake> {
    let source = facts.start(&context.path, Format::ListFunctions);
    let documents = json::documents::<Configuration>(bytes, context)?;
    let is_bare_list = documents.len() > 1;
    for mut document in documents {
        let is_list = is_bare_list || document.functions.is_some();
        let listed = document.functions.take().into_iter().flatten();
        let inner = document.configuration.take().map(|inner| *inner);
        for configuration in listed.chain(inner).chain([document]) {
            let Some(name) = &configuration.function_name else {
                continue;
            };
            // A list has published versions only if it was called with --function-version ALL: they are
            // not separate functions.
            let version = configuration.version.as_deref();
            if is_list && version.is_some_and(|version| version != "$LATEST") {
                let why = "a published version: only $LATEST counts";
                facts.ignored(source, why, name);
                continue;
            }
            add(name, &configuration, source, context, facts);
        }
    }
    Ok(())
}

/// Adds what the configuration of a function says.
fn add(
    name: &str,
    configuration: &Configuration,
    source: SourceNumber,
    context: &Context,
    facts: &mut Facts,
) {
    facts.used(source);
    let arn = configuration.function_arn.as_deref();
    let arn = arn.and_then(|arn| context.of_arn(arn));
    let name = name.to_owned();
    let who = match arn {
        Some(arn) => Who { name, ..arn },
        None => context.who(name),
    };
    let mut read =
        |key: Key, value: Value| facts.claim(&who, key, Some(value), Origin::Read, source);
    if let Some(memory) = configuration.memory_size {
        read(Key::MemoryMb, Value::number(memory));
    }
    if let Some(storage) = &configuration.ephemeral_storage
        && storage.size != 512
    {
        read(Key::EphemeralStorageMb, Value::number(storage.size));
    }
    if configuration.capacity_provider_config.is_some() {
        read(Key::RunsOn, Value::text("lambda-managed"));
    }
    let architecture = configuration.architectures.iter().flatten().next();
    match architecture {
        Some(architecture) => read(Key::Architecture, Value::text(architecture)),
        // Output from before 2021 does not say it.
        None => facts.claim(
            &who,
            Key::Architecture,
            Some(Value::text("x86_64")),
            Origin::Default,
            source,
        ),
    }
    for (is_there, feature) in [
        (configuration.durable_config.is_some(), DURABLE),
        (configuration.tenancy_config.is_some(), TENANTS),
    ] {
        if is_there {
            facts.remarks.push((who.clone(), uncounted(feature)));
        }
    }
    snap_start(configuration, source, &who, facts);
}

fn snap_start(configuration: &Configuration, source: SourceNumber, who: &Who, facts: &mut Facts) {
    let apply_on = configuration.snap_start.as_ref();
    let apply_on = apply_on.and_then(|snap_start| snap_start.apply_on.as_deref());
    if apply_on.is_none_or(|apply_on| apply_on == "None") {
        return;
    }
    let is_image = configuration.package_type.as_deref() == Some("Image");
    let runtime = configuration.runtime.as_deref().unwrap_or_default();
    if !is_image && has_free_snap_start(runtime) {
        let value = Some(Value::text("java"));
        facts.claim(who, Key::SnapstartRuntime, value, Origin::Read, source);
    } else {
        facts.remarks.push((who.clone(), SNAP_START.to_owned()));
    }
}

pub(super) const DURABLE: &str = "durable functions";
pub(super) const TENANTS: &str = "tenant isolation";

/// The remark on a function with a feature that costs money and that no export counts.
pub(super) fn uncounted(feature: &str) -> String {
    format!("it uses {feature}, which no export counts: state the keys by hand")
}

/// The remark on a function whose SnapStart needs figures that no export has.
pub(super) const SNAP_START: &str =
    "it uses SnapStart: state snapstart.runtime, snapstart.versions and snapstart.restore_rate";

/// True for a runtime whose SnapStart costs nothing, in a ZIP package.
pub(super) fn has_free_snap_start(runtime: &str) -> bool {
    runtime.starts_with("java")
}
