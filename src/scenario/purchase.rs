//! `[commitment]` and `[discounts]`: how the scenario buys.

use super::keys::{Keys, number};
use super::schema::{Bounds, MAX_USD};
use super::spanned::Cell;
use crate::diag::{Code, Diag, Diags, Source};
use crate::exact::Exact;
use crate::pricebook::commitments::{PAYMENTS, TERMS};
use crate::pricebook::{Commitment, Coverage, Discount, Plan};
use crate::text::listed;
use rust_decimal::Decimal;
use std::ops::Range;
use toml::de::DeTable;

/// Reads `[commitment]`; what is wrong goes to `diags`.
pub fn commitment(
    table: &DeTable<'_>,
    span: Range<usize>,
    source: &Source,
    diags: &mut Diags,
) -> Option<Commitment> {
    let mut keys = Keys::new(table, "commitment", source, diags);
    let plan = word(&mut keys, "plan", &Plan::NAMES, &span).and_then(Plan::of);
    let term = word(&mut keys, "term", &TERMS, &span);
    let payment = word(&mut keys, "payment", &PAYMENTS, &span);
    let coverage = coverage(&mut keys, &span);
    keys.refuse_others();
    Some(Commitment {
        plan: plan?,
        term: term?,
        payment: payment?,
        coverage,
    })
}

/// A share, or dollars an hour; without either all that the plan lowers.
fn coverage(keys: &mut Keys<'_>, span: &Range<usize>) -> Coverage {
    let share = keys.number("coverage", Bounds::SHARE);
    let hourly = keys.number("usd_per_hour", Bounds::from(0, MAX_USD));
    if share.is_some() && hourly.is_some() {
        let message = "`coverage` and `usd_per_hour` exclude each other".to_owned();
        let help = "how much is covered follows from the dollars: keep one of them";
        keys.wrong(Code::Conflict, span.clone(), message, help);
    }
    match hourly {
        Some(usd) => Coverage::Hourly(Exact::from(usd)),
        None => Coverage::Share(Exact::from(share.unwrap_or(Decimal::ONE))),
    }
}

/// A required word.
fn word(
    keys: &mut Keys<'_>,
    key: &'static str,
    words: &[&'static str],
    span: &Range<usize>,
) -> Option<&'static str> {
    if keys.table.contains_key(key) {
        let (cell, path, _) = keys.cell(key)?;
        let word = cell.word(&path, words, keys.source);
        return keys.diags.take(word);
    }
    let message = format!("the commitment has no `{key}`");
    let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    let help = format!("write one of {}", listed(&quoted));
    keys.wrong(Code::MissingKey, span.clone(), message, &help);
    None
}

/// Reads `[discounts]`: a share for a meter, or for all below a part of its path.
pub fn discounts(table: &DeTable<'_>, source: &Source, diags: &mut Diags) -> Vec<Discount> {
    let mut found = Vec::new();
    below(table, "", source, diags, &mut found);
    found
}

fn below(
    table: &DeTable<'_>,
    prefix: &str,
    source: &Source,
    diags: &mut Diags,
    found: &mut Vec<Discount>,
) {
    for (key, value) in table {
        let path = format!("{prefix}{}", key.get_ref());
        if let Some(inner) = value.get_ref().as_table() {
            below(inner, &format!("{path}."), source, diags, found);
            continue;
        }
        let share = match Cell::of(value) {
            Some(_) => number(value, &format!("discounts.{path}"), &Bounds::SHARE, source),
            None => Err(Diag::new(
                Code::WrongType,
                format!("`discounts.{path}` is not a share"),
            )
            .at(source.at(value.span()))
            .help("write 0.1 or \"10%\" for a tenth off the list price")),
        };
        let at = source.at(key.span());
        let share = diags.take(share).map(Exact::from);
        found.extend(share.map(|share| Discount { path, share, at }));
    }
}
