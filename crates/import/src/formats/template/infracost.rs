//! The usage file of Infracost: calls and durations by the address of a resource.

use super::node::Node;
use super::yaml;
use crate::facts::{Context, Estimate, Facts, SourceNumber};
use crate::format::Format;
use crate::input::Bytes;
use crate::mistake::Mistake;
use crate::number::Number;
use crate::resolve::{Key, Value};

const FUNCTION: &str = "aws_lambda_function";
/// Keys of a usage file, which are for a month, and ours.
const KEYS: [(&str, Key); 2] = [
    ("monthly_requests", Key::InvocationsPerMonth),
    ("request_duration_ms", Key::MeasuredDurationMs),
];

pub(in super::super) fn read(
    bytes: Bytes,
    context: &Context,
    facts: &mut Facts,
) -> Result<(), Mistake> {
    let source = facts.start(&context.path, Format::InfracostUsage);
    for document in yaml::documents(bytes, context)? {
        if let Some(usage) = document.at(&["resource_type_default_usage", FUNCTION]) {
            add(None, usage, source, context, facts)?;
        }
        let usages = document.get("resource_usage");
        for (address, usage) in usages.into_iter().flat_map(Node::members) {
            if is_function(address) {
                add(Some(address), usage, source, context, facts)?;
            }
        }
    }
    Ok(())
}

/// True for the address of a function in Terraform, and for an id in a template of CloudFormation.
fn is_function(address: &str) -> bool {
    let is_id = address.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let inner = address.match_indices(FUNCTION);
    let mut inner = inner.map(|(at, name)| (&address[..at], &address[at + name.len()..]));
    is_id
        || inner.any(|(before, after)| {
            (before.is_empty() || before.ends_with('.')) && after.starts_with('.')
        })
}

fn add(
    address: Option<&String>,
    usage: &Node,
    source: SourceNumber,
    context: &Context,
    facts: &mut Facts,
) -> Result<(), Mistake> {
    let mut figures = Vec::new();
    for (name, key) in KEYS {
        let Some(node) = usage.get(name) else {
            continue;
        };
        let Some(text) = node.as_text() else { continue };
        let number = Number::of_text(text).filter(|number| !number.is_negative());
        let number = number.ok_or_else(|| {
            let message = format!("{name} is `{text}`, which is no number of 0 or more");
            context
                .mistake(message, "correct the usage file")
                .at(node.line)
        })?;
        if number.0.is_zero() {
            let why = "0, which Infracost writes where nothing is known";
            facts.ignored(source, why, &format!("line {}", node.line));
            continue;
        }
        let decimal = match key {
            Key::InvocationsPerMonth => number.0.round(),
            _ => number.0,
        };
        figures.push((key, Value::number(decimal.normalize())));
    }
    if !figures.is_empty() {
        facts.estimates.push(Estimate {
            address: address.cloned(),
            figures,
            place: format!("line {}", usage.line),
            who: context.who(address.cloned().unwrap_or_default()),
            source,
        });
    }
    Ok(())
}
