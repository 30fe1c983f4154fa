//! `lambdacost/check/v1`: a frozen wire format with separate structs.

use crate::check::changes::{Change, ChangeStep, Changes, PriceChange};
use crate::check::inputs::KeyChange;
use crate::check::{BudgetOwner, BudgetUse, Finding, Report};
use crate::escape::json;
use crate::exact::Exact;
use crate::scenario::{Level, StatedValue};
use serde::Serialize;
use std::borrow::Cow;
use std::io::{self, Write};

pub(crate) const SCHEMA: &str = "lambdacost/check/v1";

/// Writes the report of one scenario as an object, or those of several as an array of objects.
///
/// # Errors
/// The output cannot be written.
pub fn write(reports: &[Report<'_>], out: &mut (dyn Write + Send)) -> io::Result<()> {
    match reports {
        [one] => json::write(&document(one), out),
        _ => json::write(&reports.iter().map(document).collect::<Vec<_>>(), out),
    }
}

#[derive(Serialize)]
struct CheckV1<'a> {
    schema: &'static str,
    tool_version: &'static str,
    scenario: &'a str,
    baseline: Option<&'a str>,
    baseline_name: Option<&'a str>,
    currency: &'static str,
    passed: bool,
    denied: usize,
    warned: usize,
    noticed: usize,
    functions: usize,
    monthly_usd: Option<String>,
    findings: Vec<FindingV1<'a>>,
    budgets: Vec<BudgetV1<'a>>,
    changes: Option<ChangesV1<'a>>,
}

#[derive(Serialize)]
struct FindingV1<'a> {
    rule: &'static str,
    level: &'static str,
    existing: Option<bool>,
    function: Option<&'a str>,
    file: &'a str,
    line: u64,
    message: &'a str,
    help: &'a str,
    actual: Option<&'a str>,
    limit: Option<&'a str>,
    unit: Option<&'static str>,
    driver: Option<DriverV1<'a>>,
}

#[derive(Serialize)]
struct DriverV1<'a> {
    item: &'a str,
    cost_usd: String,
}

#[derive(Serialize)]
struct BudgetV1<'a> {
    function: Option<&'a str>,
    tag: Option<TagV1<'a>>,
    key: &'static str,
    level: &'static str,
    kept: bool,
    actual: String,
    limit: String,
    used_percent: Option<String>,
}

#[derive(Serialize)]
struct TagV1<'a> {
    name: &'a str,
    value: &'a str,
}

#[derive(Serialize)]
struct ChangesV1<'a> {
    total: ChangeStepV1,
    keys: Vec<KeyChangeV1<'a>>,
    prices: Vec<PriceChangeV1<'a>>,
    functions: Vec<ChangeV1<'a>>,
    unchanged: usize,
}

#[derive(Serialize)]
struct ChangeV1<'a> {
    name: &'a str,
    status: &'static str,
    #[serde(flatten)]
    step: ChangeStepV1,
    keys: Vec<KeyChangeV1<'a>>,
    prices: Vec<PriceChangeV1<'a>>,
    plan_before: Option<&'a str>,
    plan_after: Option<&'a str>,
}

#[derive(Serialize)]
struct KeyChangeV1<'a> {
    key: Cow<'a, str>,
    before: Option<String>,
    after: Option<String>,
}

#[derive(Serialize)]
struct PriceChangeV1<'a> {
    meter: &'a str,
    unit: &'static str,
    before_usd: String,
    after_usd: String,
}

#[derive(Serialize)]
struct ChangeStepV1 {
    before_usd: Option<String>,
    after_usd: Option<String>,
    change_usd: Option<String>,
    change_percent: Option<String>,
}

fn document<'a>(report: &'a Report<'a>) -> CheckV1<'a> {
    let scenario = report.comparison.scenario();
    CheckV1 {
        schema: SCHEMA,
        tool_version: env!("CARGO_PKG_VERSION"),
        scenario: &scenario.name,
        baseline: report.baseline.map(|baseline| &*baseline.name),
        baseline_name: report.baseline.map(|baseline| baseline.called()),
        currency: "USD",
        passed: !report.is_denied(),
        denied: report.count(Level::Deny),
        warned: report.count(Level::Warn),
        noticed: report.count(Level::Notice),
        functions: scenario.functions.len(),
        monthly_usd: report.total.as_ref().map(ToString::to_string),
        findings: report.findings.iter().map(finding).collect(),
        budgets: report.budgets.iter().map(budget).collect(),
        changes: report.changes.as_ref().map(changes),
    }
}

fn finding(finding: &Finding) -> FindingV1<'_> {
    let measured = finding.measured.as_ref();
    let driver = finding.driver.as_ref();
    FindingV1 {
        rule: finding.code,
        level: finding.level.name(),
        existing: finding.existing,
        function: finding.function.as_deref(),
        file: &finding.file,
        line: finding.line,
        message: &finding.message,
        help: &finding.help,
        actual: measured.map(|measured| &*measured.actual),
        limit: measured.map(|measured| &*measured.limit),
        unit: measured.map(|measured| measured.unit),
        driver: driver.map(|driver| DriverV1 {
            item: &driver.item,
            cost_usd: driver.cost.to_string(),
        }),
    }
}

fn budget(budget: &BudgetUse) -> BudgetV1<'_> {
    let (function, tag) = match &budget.owner {
        BudgetOwner::Scenario => (None, None),
        BudgetOwner::Function(name) => (Some(name.as_str()), None),
        BudgetOwner::Tag(name, value) => (None, Some(TagV1 { name, value })),
    };
    BudgetV1 {
        function,
        tag,
        key: budget.key,
        level: budget.level.name(),
        kept: budget.is_kept,
        actual: budget.actual.to_string(),
        limit: budget.limit_usd().to_string(),
        used_percent: budget.percent().as_ref().map(Exact::to_string),
    }
}

fn changes(changes: &Changes) -> ChangesV1<'_> {
    ChangesV1 {
        total: step(&changes.total),
        keys: changes.keys.iter().map(key).collect(),
        prices: changes.prices.iter().map(price).collect(),
        functions: changes.functions.iter().map(change).collect(),
        unchanged: changes.unchanged,
    }
}

fn change(change: &Change) -> ChangeV1<'_> {
    let [before, after] = match &change.flip {
        Some([before, after]) => [Some(&**before), Some(&**after)],
        None => [None, None],
    };
    ChangeV1 {
        name: &change.name,
        status: change.status.name(),
        step: step(&change.step),
        keys: change.keys.iter().chain(&change.tags).map(key).collect(),
        prices: change.prices.iter().map(price).collect(),
        plan_before: before,
        plan_after: after,
    }
}

fn key(change: &KeyChange) -> KeyChangeV1<'_> {
    let plain = |value: &StatedValue| match value {
        StatedValue::Number(number) => number.normalize().to_string(),
        StatedValue::Text(text) => text.to_string(),
    };
    KeyChangeV1 {
        key: change.key.path(),
        before: change.before.as_ref().map(plain),
        after: change.after.as_ref().map(plain),
    }
}

fn price(change: &PriceChange) -> PriceChangeV1<'_> {
    PriceChangeV1 {
        meter: &change.meter,
        unit: change.unit,
        before_usd: change.before.to_string(),
        after_usd: change.after.to_string(),
    }
}

fn step(step: &ChangeStep) -> ChangeStepV1 {
    let text = |amount: Option<&Exact>| amount.map(Exact::to_string);
    ChangeStepV1 {
        before_usd: text(step.before.as_ref().map(|before| &before.usd)),
        after_usd: text(step.after.as_ref()),
        change_usd: text(step.rise().as_ref()),
        change_percent: text(step.percent().as_ref()),
    }
}
