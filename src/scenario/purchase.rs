//! The tables `[commitment]` and `[discounts]`.

use super::keys::{Keys, number};
use super::schema::{Bounds, Setting};
use super::spanned::Cell;
use crate::diag::{Code, Diag, Diags, Source};
use crate::exact::Exact;
use crate::pricebook::{Commitment, Coverage, Discount, Plan};
use crate::text::comma_separated;
use rust_decimal::Decimal;
use std::ops::Range;
use toml::de::DeTable;

/// Reads `[commitment]`. Mistakes go to `diags`.
pub(crate) fn commitment(
    table: &DeTable<'_>,
    span: Range<usize>,
    source: &Source,
    diags: &mut Diags,
) -> Option<Commitment> {
    let mut keys = Keys::new(table, "commitment", source, diags);
    let plan = required(&mut keys, Setting::CommitmentPlan, &span).and_then(Plan::of);
    let term = required(&mut keys, Setting::CommitmentTerm, &span);
    let payment = required(&mut keys, Setting::CommitmentPayment, &span);
    let coverage = coverage(&mut keys, &span);
    keys.refuse_others();
    Some(Commitment {
        plan: plan?,
        term: term?,
        payment: payment?,
        coverage,
    })
}

/// A share, or dollars an hour. Without either, everything that the plan applies to.
fn coverage(keys: &mut Keys<'_>, span: &Range<usize>) -> Coverage {
    let share = keys.number(Setting::CommitmentCoverage.key());
    let hourly = keys.number(Setting::CommitmentUsdPerHour.key());
    if share.is_some() && hourly.is_some() {
        let message = "`coverage` and `usd_per_hour` cannot be stated together".to_owned();
        let help = "keep one of them: the coverage follows from the dollars";
        keys.wrong(Code::Conflict, span.clone(), message, help);
    }
    match hourly {
        Some(usd) => Coverage::Hourly(Exact::from(usd)),
        None => Coverage::Share(Exact::from(share.unwrap_or(Decimal::ONE))),
    }
}

/// A required word.
fn required(keys: &mut Keys<'_>, setting: Setting, span: &Range<usize>) -> Option<&'static str> {
    let key = setting.word();
    if keys.table.contains_key(key) {
        return keys.word(setting.key());
    }
    let message = format!("the commitment has no `{key}`");
    let words = setting.key().words().iter();
    let quoted: Vec<String> = words.map(|word| format!("\"{word}\"")).collect();
    let help = format!("write one of {}", comma_separated(&quoted));
    keys.wrong(Code::MissingKey, span.clone(), message, &help);
    None
}

/// Reads `[discounts]`: each is a share for a meter, or for all meters whose path starts with a
/// prefix.
pub(crate) fn discounts(table: &DeTable<'_>, source: &Source, diags: &mut Diags) -> Vec<Discount> {
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
