//! Which figures of a usage file are about which function of a plan.

use crate::facts::{Declared, Estimate, Facts};
use crate::format::Format;
use crate::resolve::{Key, Origin, Value};
use std::collections::BTreeMap;

/// Any index of an address, or none.
const ANY: &str = "[*]";

/// Adds the estimates for each function: of its type, then of patterns with many `[*]`, then of its exact
/// address. A key in a later one replaces that of an earlier one.
pub(super) fn join(declared: &mut [Declared], facts: &mut Facts) {
    let mut estimates = std::mem::take(&mut facts.estimates);
    estimates.sort_by_key(|estimate| match &estimate.address {
        None => (0, 0),
        Some(address) => (1, usize::MAX - stars(address)),
    });
    let mut is_joined = vec![false; estimates.len()];
    for one in &mut *declared {
        let mut figures: BTreeMap<Key, (&Value, usize)> = BTreeMap::new();
        for (estimate, is_joined) in estimates.iter().zip(&mut is_joined) {
            let address = estimate.address.as_deref();
            if address.is_none_or(|pattern| matches(pattern, &one.address)) {
                *is_joined = true;
                for (key, value) in &estimate.figures {
                    figures.insert(*key, (value, estimate.source));
                }
            }
        }
        for (key, (value, source)) in figures {
            one.estimates.push((key, value.clone(), source));
        }
    }
    let has_plan = facts
        .sources
        .iter()
        .any(|one| one.format == Format::TerraformPlan);
    for (estimate, is_joined) in estimates.into_iter().zip(is_joined) {
        leave(estimate, is_joined, has_plan, facts);
    }
}

/// Counts a estimate. Without a plan the address is the name of the function.
fn leave(estimate: Estimate, is_joined: bool, has_plan: bool, facts: &mut Facts) {
    if is_joined {
        facts.used(estimate.source);
        return;
    }
    match &estimate.address {
        Some(address) if !has_plan && address.contains('.') && !address.contains(ANY) => {
            facts.used(estimate.source);
            for (key, value) in estimate.figures {
                facts.claim(
                    &estimate.who,
                    key,
                    Some(value),
                    Origin::Read,
                    estimate.source,
                );
            }
        }
        _ => {
            let why = "usage of no function in the plans: import the plan of Terraform too";
            facts.ignored(estimate.source, why, &estimate.place);
        }
    }
}

fn stars(address: &str) -> usize {
    address.matches(ANY).count()
}

/// True if a pattern is for an address: `[*]` is any index, or none.
fn matches(pattern: &str, address: &str) -> bool {
    let mut parts = pattern.split(ANY);
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = address.strip_prefix(first) else {
        return false;
    };
    for part in parts {
        rest = after_index(rest);
        match rest.strip_prefix(part) {
            Some(after) => rest = after,
            None => return false,
        }
    }
    rest.is_empty()
}

/// What comes after an index such as `["a"]` at the start.
fn after_index(text: &str) -> &str {
    if !text.starts_with('[') {
        return text;
    }
    let (mut is_quoted, mut is_escaped) = (false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            ']' if !is_quoted => return &text[at + 1..],
            _ => {}
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_in_brackets_is_any_index_or_none() {
        for (pattern, address, is_match) in [
            ("aws_lambda_function.a", "aws_lambda_function.a", true),
            ("aws_lambda_function.a", "aws_lambda_function.a[0]", false),
            ("aws_lambda_function.a[*]", "aws_lambda_function.a", true),
            (
                "aws_lambda_function.a[*]",
                "aws_lambda_function.a[\"x]y\"]",
                true,
            ),
            ("aws_lambda_function.a[*]", "aws_lambda_function.ab", false),
            ("module.m[*].f.a[*]", "module.m[\"k\"].f.a[3]", true),
            ("module.m[*].f.a[*]", "module.m.f.a", true),
            ("module.m[*].f.a", "module.m[0].f.a[1]", false),
        ] {
            assert_eq!(matches(pattern, address), is_match, "{pattern} {address}");
        }
    }
}
