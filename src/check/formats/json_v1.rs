//! `lambdacost/check/v1`: a frozen wire format with separate structs.

use crate::check::changes::{ChangeStep, Changes};
use crate::check::{Finding, Report};
use crate::escape::json;
use crate::exact::Exact;
use crate::scenario::Level;
use serde::Serialize;
use std::io::{self, Write};

pub(crate) const SCHEMA: &str = "lambdacost/check/v1";

/// Writes the report of a check.
///
/// # Errors
/// The output cannot be written.
pub fn write(report: &Report<'_>, out: &mut (dyn Write + Send)) -> io::Result<()> {
    json::write(&document(report), out)
}

#[derive(Serialize)]
struct CheckV1<'a> {
    schema: &'static str,
    tool_version: &'static str,
    scenario: &'a str,
    baseline: Option<&'a str>,
    currency: &'static str,
    passed: bool,
    denied: usize,
    warned: usize,
    functions: usize,
    findings: Vec<FindingV1<'a>>,
    changes: Option<ChangesV1<'a>>,
}

#[derive(Serialize)]
struct FindingV1<'a> {
    rule: &'static str,
    level: &'static str,
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
struct ChangesV1<'a> {
    total: ChangeStepV1,
    functions: Vec<ChangeV1<'a>>,
    unchanged: usize,
}

#[derive(Serialize)]
struct ChangeV1<'a> {
    name: &'a str,
    status: &'static str,
    #[serde(flatten)]
    step: ChangeStepV1,
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
        baseline: report.baseline,
        currency: "USD",
        passed: !report.is_denied(),
        denied: report.count(Level::Deny),
        warned: report.count(Level::Warn),
        functions: scenario.functions.len(),
        findings: report.findings.iter().map(finding).collect(),
        changes: report.changes.as_ref().map(changes),
    }
}

fn finding(finding: &Finding) -> FindingV1<'_> {
    let measured = finding.measured.as_ref();
    let driver = finding.driver.as_ref();
    FindingV1 {
        rule: finding.code,
        level: finding.level.name(),
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

fn changes(changes: &Changes) -> ChangesV1<'_> {
    let functions = changes.functions.iter();
    ChangesV1 {
        total: step(&changes.total),
        functions: functions
            .map(|change| ChangeV1 {
                name: &change.name,
                status: change.status.name(),
                step: step(&change.step),
            })
            .collect(),
        unchanged: changes.unchanged,
    }
}

fn step(step: &ChangeStep) -> ChangeStepV1 {
    let text = |amount: Option<&Exact>| amount.map(Exact::to_string);
    ChangeStepV1 {
        before_usd: text(step.before.as_ref()),
        after_usd: text(step.after.as_ref()),
        change_usd: text(step.rise().as_ref()),
        change_percent: text(step.percent().as_ref()),
    }
}
