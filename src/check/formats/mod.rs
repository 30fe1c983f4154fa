//! The formats of a check, one per file. Each writes the reports of one or more scenarios.

pub(crate) mod github;
pub(crate) mod json_v1;
pub(crate) mod junit;
pub(crate) mod markdown;
pub(crate) mod sarif;
pub(crate) mod text;

use super::baseline::Amount;
use super::changes::{Change, PriceChange, Status};
use super::inputs::KeyChange;
use super::tag_groups::called;
use super::{BudgetOwner, BudgetUse, Changes, Finding, Report, named};
use crate::exact::Exact;
use crate::money::{Usd, count, grouped, money, plural};
use crate::scenario::{Level, StatedValue};
use crate::text::quoted;

/// Keys or prices that are listed as causes of one change.
const MOST_CAUSES: usize = 8;

/// The severity in words.
fn severity(level: Level) -> &'static str {
    match level {
        Level::Deny => "error",
        Level::Warn => "warning",
        Level::Notice | Level::Allow => "notice",
    }
}

/// The most important line of the bill, as a sentence.
fn driven_by(finding: &Finding) -> Option<String> {
    let driver = finding.driver.as_ref()?;
    let item = if driver.is_name {
        quoted(&driver.item)
    } else {
        driver.item.clone()
    };
    Some(format!("driven by {item}, {}", money(&driver.cost)))
}

/// The sentences of a finding: what is wrong, the most important line of the bill, what to do, and
/// whether it is new.
fn sentences(finding: &Finding) -> impl Iterator<Item = String> {
    let message = Some(finding.message.clone());
    let existing = is_existing(finding).then(|| "not new: the baseline has it too".to_owned());
    let parts = [
        message,
        driven_by(finding),
        Some(finding.help.clone()),
        existing,
    ];
    parts.into_iter().flatten()
}

/// True for a finding that the baseline has too, in a function that did not change.
fn is_existing(finding: &Finding) -> bool {
    finding.existing == Some(true)
}

/// `2 functions checked: 1 error, no warnings`. Among several reports with the file of each.
fn outcome(report: &Report<'_>, is_only: bool) -> String {
    let scenario = report.comparison.scenario();
    let functions = plural(scenario.functions.len() as u128, "function");
    let of = if is_only {
        String::new()
    } else {
        format!(" of {}", quoted(&scenario.name))
    };
    let counted = |level, noun| match report.count(level) {
        0 => format!("no {noun}s"),
        many => plural(many as u128, noun),
    };
    let notices = match report.count(Level::Notice) {
        0 => String::new(),
        _ => format!(", {}", counted(Level::Notice, "notice")),
    };
    let existing = match (report.existing(), report.findings.len()) {
        (0, _) => String::new(),
        (1, 1) => "; it is not new".to_owned(),
        (known, all) if known == all => "; none of them is new".to_owned(),
        (known, _) => format!("; {} of them not new", count(known as u128)),
    };
    format!(
        "{functions}{of} checked: {}, {}{notices}{existing}",
        counted(Level::Deny, "error"),
        counted(Level::Warn, "warning")
    )
}

/// An amount for people; a dash if it is not known.
fn shown(amount: Option<&Exact>) -> String {
    amount.map_or_else(|| "-".to_owned(), |usd| money(&Usd::new(usd.clone())))
}

/// An earlier amount for people.
fn shown_before(amount: Option<&Amount>) -> String {
    shown(amount.map(|amount| &amount.usd))
}

/// An increase with its sign.
fn signed(rise: Option<&Exact>) -> String {
    match rise {
        Some(rise) if rise.is_positive() => format!("+{}", shown(Some(rise))),
        other => shown(other),
    }
}

/// True for a change that is worth a row: the dollars of others show as zero.
fn is_listed(change: &Change) -> bool {
    let is_zero = |dollars: Exact| matches!(dollars.to_fixed(2).as_str(), "0.00" | "-0.00");
    change.status != Status::Changed
        || change.flip.is_some()
        || !change.tags.is_empty()
        || !change.dollars().is_some_and(is_zero)
}

/// The changes that are worth a row, at most `most`, and a sentence about the others.
fn listed(changes: &Changes, most: usize) -> (Vec<&Change>, Option<String>) {
    let (rows, small): (Vec<&Change>, Vec<&Change>) = changes
        .functions
        .iter()
        .partition(|change| is_listed(change));
    let more = rows.len().saturating_sub(most);
    let more = (more > 0).then(|| format!("{} more", plural(more as u128, "change")));
    let small = match small.len() {
        0 => None,
        many => Some(format!(
            "{} of less than a cent",
            plural(many as u128, "change")
        )),
    };
    let others: Vec<String> = more.into_iter().chain(small).collect();
    let others = (!others.is_empty()).then(|| others.join(", "));
    (rows.into_iter().take(most).collect(), others)
}

/// Why the cost of a function changed, as phrases: `new`, or each cause. Values are in backquotes, as names are.
fn causes(change: &Change, report: &Report<'_>) -> Vec<String> {
    let mut causes = key_phrases(
        (change.keys.iter())
            .chain(extra_keys(change, report))
            .chain(&change.tags),
    );
    if change.status != Status::Changed {
        causes.push(change.status.name().to_owned());
    }
    if let Some([before, now]) = &change.flip {
        let title = |id: &str| {
            let platforms = report.comparison.platforms();
            let known = platforms.iter().find(|platform| platform.id == id);
            known.map_or_else(|| quoted(id), |platform| platform.title.to_owned())
        };
        causes.push(format!(
            "the plan has it on {} now, on {} before",
            title(now),
            title(before)
        ));
    }
    let prices = change.prices.len();
    if prices > 0 {
        causes.push(format!("{} changed", plural(prices as u128, "price")));
    }
    causes.extend(shared_cause(change, report));
    causes
}

/// The keys of the scenario that changed.
fn settings<'r>(report: &'r Report<'_>) -> &'r [KeyChange] {
    let changes = report.changes.as_ref();
    changes.map_or(&[], |changes| &changes.keys)
}

/// The changed keys of extras of the scenario whose part of a function's bill changed.
fn extra_keys<'r>(
    change: &'r Change,
    report: &'r Report<'_>,
) -> impl Iterator<Item = &'r KeyChange> {
    settings(report).iter().filter(|one| {
        let of_extra = |name| change.extras.iter().any(|extra| extra.name == name);
        one.key.extra().is_some_and(of_extra)
    })
}

/// Why the cost of a function changed, other than by its keys and prices.
fn shared_cause(change: &Change, report: &Report<'_>) -> Option<String> {
    let is_explained = !change.keys.is_empty() || !change.prices.is_empty();
    let is_named = |name: &str| {
        let mut keys = extra_keys(change, report);
        keys.any(|one| one.key.extra() == Some(name))
    };
    let shared = change.extras.iter().filter(|extra| {
        let is_unexplained = !is_explained && !is_named(&extra.name);
        extra.is_share || is_unexplained
    });
    let shared: Vec<&str> = shared.map(|extra| extra.name.as_str()).collect();
    let extras = match shared[..] {
        [] => None,
        [only] => Some(format!("extra {}", quoted(only))),
        _ => Some(format!("extras {}", named(&shared))),
    };
    let is_beyond = change.is_beyond_extras && !is_explained;
    let share = match (is_beyond, extras) {
        (false, None) => return None,
        (true, None) => "its share of pools and clusters".to_owned(),
        (false, Some(extras)) => format!("its share of {extras}"),
        (true, Some(extras)) => format!("its share of pools, clusters and {extras}"),
    };
    let is_report = report.baseline.is_some_and(|one| one.findings.is_none());
    let has_settings = settings(report).iter().any(|one| one.key.extra().is_none());
    Some(if is_report && !is_explained {
        format!("keys that the report does not have, or {share}")
    } else if is_beyond && has_settings {
        format!("keys of the scenario, or {share}")
    } else {
        share
    })
}

/// `memory_mb 512 -> 1,024`, for each key.
fn key_phrases<'r>(keys: impl IntoIterator<Item = &'r KeyChange>) -> Vec<String> {
    let value = |value: Option<&StatedValue>| match value {
        Some(StatedValue::Text(text)) => quoted(text),
        Some(number) => number.to_string(),
        None => "not stated".to_owned(),
    };
    let keys: Vec<&KeyChange> = keys.into_iter().collect();
    let phrase = |change: &&KeyChange| {
        let [before, after] = [&change.before, &change.after].map(|side| value(side.as_ref()));
        format!("{} {before} -> {after}", change.key.called())
    };
    cut(&keys, phrase)
}

/// `lambda.x86_64.request 0.0000002 -> 0.0000003 per request`, for each price.
fn price_phrases(prices: &[PriceChange]) -> Vec<String> {
    let rate = |rate: &Exact| grouped(&rate.to_string());
    cut(prices, |price: &PriceChange| {
        let [before, after] = [&price.before, &price.after].map(rate);
        format!("{} ${before} -> ${after} per {}", price.meter, price.unit)
    })
}

fn cut<T>(items: &[T], phrase: impl Fn(&T) -> String) -> Vec<String> {
    let more = items.len().saturating_sub(MOST_CAUSES);
    let mut phrases: Vec<String> = items.iter().take(MOST_CAUSES).map(phrase).collect();
    if more > 0 {
        phrases.push(format!("{} more", count(more as u128)));
    }
    phrases
}

/// The budgets that are kept: that of the scenario, then the most used ones of tags and functions, at
/// most `most` in all. And how many others there are.
fn kept<'r>(report: &'r Report<'_>, most: usize) -> (Vec<&'r BudgetUse>, usize) {
    let mut kept: Vec<&BudgetUse> = report.budgets.iter().filter(|used| used.is_kept).collect();
    kept.sort_by_cached_key(|used| {
        let share = used.percent();
        (
            used.owner != BudgetOwner::Scenario,
            std::cmp::Reverse(share),
        )
    });
    let more = kept.len().saturating_sub(most);
    kept.truncate(most);
    (kept, more)
}

/// `$489.78 of $700.00 a month, 70 %`.
fn used(budget: &BudgetUse) -> String {
    let share = budget.percent();
    let share = share.map(|percent| format!(", {} %", grouped(&percent.to_fixed(0))));
    format!(
        "{} of {} {}{}",
        money(&budget.actual),
        money(&budget.limit_usd()),
        budget.per(),
        share.unwrap_or_default()
    )
}

/// Whose budget it is, as messages print it.
fn owner(budget: &BudgetUse) -> String {
    match &budget.owner {
        BudgetOwner::Scenario => "the scenario".to_owned(),
        BudgetOwner::Function(name) => quoted(name),
        BudgetOwner::Tag(name, value) => called(name, value),
    }
}
