//! The formats of a check, one per file.

pub(crate) mod github;
pub(crate) mod json_v1;
pub(crate) mod junit;
pub(crate) mod markdown;
pub(crate) mod sarif;
pub(crate) mod text;

use super::{Finding, Report};
use crate::exact::Exact;
use crate::money::{Usd, money, plural};
use crate::scenario::Level;

/// The severity in words.
fn severity(level: Level) -> &'static str {
    match level {
        Level::Deny => "error",
        Level::Warn | Level::Allow => "warning",
    }
}

/// The most important line of the bill, as a sentence.
fn driven_by(finding: &Finding) -> Option<String> {
    let driver = finding.driver.as_ref()?;
    Some(format!(
        "driven by {}, {}",
        driver.item,
        money(&driver.cost)
    ))
}

/// The sentences of a finding: what is wrong, the most important line of the bill, what to do.
fn sentences(finding: &Finding) -> impl Iterator<Item = String> {
    let message = Some(finding.message.clone());
    let parts = [message, driven_by(finding), Some(finding.help.clone())];
    parts.into_iter().flatten()
}

/// `2 functions checked: 1 error, no warnings`.
fn outcome(report: &Report<'_>) -> String {
    let functions = report.comparison.scenario().functions.len() as u128;
    let counted = |level, noun| match report.count(level) {
        0 => format!("no {noun}s"),
        many => plural(many as u128, noun),
    };
    format!(
        "{} checked: {}, {}",
        plural(functions, "function"),
        counted(Level::Deny, "error"),
        counted(Level::Warn, "warning")
    )
}

/// An amount for people; a dash if it is not known.
fn shown(amount: Option<&Exact>) -> String {
    amount.map_or_else(|| "-".to_owned(), |usd| money(&Usd::new(usd.clone())))
}

/// An increase with its sign.
fn signed(rise: Option<&Exact>) -> String {
    match rise {
        Some(rise) if rise.is_positive() => format!("+{}", shown(Some(rise))),
        other => shown(other),
    }
}
