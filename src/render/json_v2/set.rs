//! `lambdacost/compare-set/v1`: two answers, as the scenario is and with changed inputs.

use super::{CompareV2, document};
use crate::escape::json;
use crate::render::View;
use crate::scenario::{ChangedKey, StatedValue};
use crate::solve::flips::Effort;
use serde::Serialize;
use std::io::{self, Write};

pub(crate) const SCHEMA: &str = "lambdacost/compare-set/v1";

#[derive(Serialize)]
struct SetV1<'a> {
    schema: &'static str,
    changes: Vec<ChangeV1<'a>>,
    unchanged: CompareV2<'a>,
    changed: CompareV2<'a>,
}

#[derive(Serialize)]
struct ChangeV1<'a> {
    function: &'a str,
    key: &'static str,
    before: Option<String>,
    after: Option<String>,
}

/// Writes both answers as an object, or those of several regions as an array of objects.
///
/// # Errors
/// The output cannot be written.
pub(crate) fn write(pairs: &[[&View<'_>; 2]], out: &mut (dyn Write + Send)) -> io::Result<()> {
    let effort = Effort::of_run();
    let of = |[unchanged, changed]: &[_; 2]| answers([*unchanged, *changed], &effort);
    match pairs {
        [one] => json::write(&of(one), out),
        _ => json::write(&pairs.iter().map(of).collect::<Vec<_>>(), out),
    }
}

fn answers<'a>([unchanged, changed]: [&'a View<'a>; 2], effort: &'a Effort) -> SetV1<'a> {
    let functions = changed.comparison().scenario().functions.iter();
    let changes = functions.flat_map(|function| {
        let keys = function.set.as_deref().unwrap_or_default().iter();
        keys.map(|key| change(&function.name, key))
    });
    SetV1 {
        schema: SCHEMA,
        changes: changes.collect(),
        unchanged: document(unchanged, effort),
        changed: document(changed, effort),
    }
}

fn change<'a>(function: &'a str, key: &ChangedKey) -> ChangeV1<'a> {
    let plain = |value: &StatedValue| match value {
        StatedValue::Number(number) => number.normalize().to_string(),
        StatedValue::Text(text) => text.to_string(),
    };
    ChangeV1 {
        function,
        key: key.field.path(),
        before: key.before.as_ref().map(plain),
        after: key.after.as_ref().map(plain),
    }
}
