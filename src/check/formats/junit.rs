//! JUnit XML for the test reporters of CI systems: one test case for the scenario and one for each
//! function. Findings of level deny are failures, warnings are output.

use super::{driven_by, is_existing, severity};
use crate::check::{Finding, Report};
use crate::escape::xml;
use crate::scenario::Level;
use crate::text::{escaped, escaped_name};
use std::collections::HashMap;
use std::io::{self, Write};
use std::iter;

/// Writes the reports of a check, a test suite for each scenario.
///
/// # Errors
/// The output cannot be written.
pub fn write(reports: &[Report<'_>], out: &mut (dyn Write + Send)) -> io::Result<()> {
    let suites: Vec<Suite<'_>> = reports.iter().map(Suite::of).collect();
    let tests = suites.iter().map(|suite| suite.tests).sum();
    let failures = suites.iter().map(|suite| suite.failures).sum();
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    let counts = counts(tests, failures);
    writeln!(out, "<testsuites name=\"lambdacost\" {counts}>")?;
    for suite in &suites {
        suite.write(out)?;
    }
    writeln!(out, "</testsuites>")
}

fn counts(tests: usize, failures: usize) -> String {
    format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"0\"")
}

/// The report of one scenario.
struct Suite<'r> {
    report: &'r Report<'r>,
    by_function: HashMap<Option<&'r str>, Vec<&'r Finding>>,
    tests: usize,
    failures: usize,
}

impl<'r> Suite<'r> {
    fn of(report: &'r Report<'_>) -> Self {
        let mut by_function: HashMap<Option<&str>, Vec<&Finding>> = HashMap::new();
        for finding in &report.findings {
            let found = by_function.entry(finding.function.as_deref()).or_default();
            found.push(finding);
        }
        let is_failed = |found: &&Vec<&Finding>| found.iter().any(|one| one.level == Level::Deny);
        Self {
            report,
            tests: report.comparison.scenario().functions.len() + 1,
            failures: by_function.values().filter(is_failed).count(),
            by_function,
        }
    }

    fn write(&self, out: &mut (dyn Write + Send)) -> io::Result<()> {
        let scenario = self.report.comparison.scenario();
        let counts = counts(self.tests, self.failures);
        let suite = xml(&escaped(&scenario.name));
        writeln!(out, "  <testsuite name=\"{suite}\" {counts} skipped=\"0\">")?;
        let functions = scenario.functions.iter().map(|one| Some(&*one.name));
        let all = ["lambdacost"]
            .into_iter()
            .chain(iter::repeat(suite.as_str()));
        for (class, name) in all.zip([None].into_iter().chain(functions)) {
            let found = self.by_function.get(&name).map_or(&[][..], Vec::as_slice);
            case(class, name.unwrap_or("the scenario"), found, out)?;
        }
        writeln!(out, "  </testsuite>")
    }
}

fn case(
    class: &str,
    name: &str,
    found: &[&Finding],
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    let head = format!(
        "<testcase classname=\"{class}\" name=\"{}\"",
        xml(&escaped_name(name))
    );
    if found.is_empty() {
        return writeln!(out, "    {head}/>");
    }
    writeln!(out, "    {head}>")?;
    let (denied, warned): (Vec<&Finding>, Vec<&Finding>) =
        found.iter().partition(|one| one.level == Level::Deny);
    // Readers accept one failure per case, so it contains all findings of level deny.
    if let Some(first) = denied.first() {
        let texts: Vec<String> = denied.iter().map(|one| xml_lines(one)).collect();
        let (code, message) = (first.code, xml(&first.message));
        writeln!(out, "      <failure type=\"{code}\" message=\"{message}\">")?;
        writeln!(out, "{}\n      </failure>", texts.join("\n"))?;
    }
    if !warned.is_empty() {
        let texts: Vec<String> = warned.iter().map(|one| xml_lines(one)).collect();
        writeln!(out, "      <system-out>{}</system-out>", texts.join("\n"))?;
    }
    writeln!(out, "    </testcase>")
}

fn xml_lines(finding: &Finding) -> String {
    let (level, code) = (severity(finding.level), finding.code);
    let lines = [
        Some(format!("{level}[{code}]: {}", finding.message)),
        Some(format!("  --> {}:{}", escaped(&finding.file), finding.line)),
        driven_by(finding).map(|driver| format!("  {driver}")),
        Some(format!("  help: {}", finding.help)),
        is_existing(finding).then(|| "  not new: the baseline has it too".to_owned()),
    ];
    let lines: Vec<String> = lines.iter().flatten().map(|line| xml(line)).collect();
    lines.join("\n")
}
