//! The tables `[commitment]` and `[discounts]`.

use super::keys::{Keys, number};
use super::schema::{Bounds, Setting};
use super::spanned::Cell;
use crate::diag::{Code, Diag, Diags, Source};
use crate::exact::Exact;
use crate::pricebook::{Commitment, Coverage, Discount, Machines, Plan, Scope};
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
    let scope = plan.and_then(|plan| scope(&mut keys, plan, &span));
    let assumes_lambda_rule = keys.flag(Setting::CommitmentLambdaRule.key());
    keys.refuse_others();
    let plan = plan?;
    if plan == Plan::Reserved && matches!(coverage, Coverage::Hourly(_)) {
        let message = "Reserved Instances are not bought in dollars an hour".to_owned();
        let help = "state `coverage` in place of `usd_per_hour`, or the plan \
                    \"ec2-instance-savings-plan\"";
        let diag = Diag::new(Code::Conflict, message).at(source.at(span));
        diags.push(diag.help(help));
        return None;
    }
    Some(Commitment {
        plan,
        term: term?,
        payment: payment?,
        coverage,
        scope,
        assumes_lambda_rule: assumes_lambda_rule.unwrap_or_default(),
    })
}

/// The instances of a plan that is for some of them.
fn scope(keys: &mut Keys<'_>, plan: Plan, span: &Range<usize>) -> Option<Scope> {
    let [family, instance_type, region] = [
        Setting::CommitmentFamily,
        Setting::CommitmentInstanceType,
        Setting::CommitmentRegion,
    ];
    let places = [family, instance_type].map(|setting| keys.place_of(setting.key()));
    let [family, instance_type, region] = [family, instance_type, region].map(|setting| {
        let (cell, path, _) = keys.cell(setting.word())?;
        let text = cell.text(&path, keys.source).map(str::to_owned);
        keys.diags.take(text)
    });
    if plan == Plan::Compute {
        if family.is_some() || instance_type.is_some() || region.is_some() {
            let message =
                "a Compute Savings Plan has no family, instance type or region".to_owned();
            let help = "leave them out, or state the plan \"ec2-instance-savings-plan\"";
            keys.wrong(Code::Conflict, span.clone(), message, help);
        }
        return None;
    }
    let [of_family, of_type] = places;
    match (family, instance_type) {
        (Some(_), Some(_)) => {
            let message = "`family` and `instance_type` cannot be stated together".to_owned();
            let help = "keep one of them: the family, or one type of it";
            keys.wrong(Code::Conflict, span.clone(), message, help);
            None
        }
        (Some(name), None) => Some((Machines::Family(name), of_family?)),
        (None, Some(name)) => Some((Machines::Type(name), of_type?)),
        (None, None) => {
            if of_family.is_none() && of_type.is_none() {
                let message = "the commitment has no `family`".to_owned();
                let help = "an EC2 Instance Savings Plan and Reserved Instances belong to one family \
                            or type: write family = \"m7g\" or instance_type = \"m7g.large\"";
                keys.wrong(Code::MissingKey, span.clone(), message, help);
            }
            None
        }
    }
    .map(|(machines, at)| Scope {
        machines,
        region,
        at,
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
