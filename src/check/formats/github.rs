//! Workflow commands of GitHub Actions: an annotation on the line of each finding.
//!
//! Format: GitHub's "Workflow commands" (`::error file=…,line=…,title=…::message`).

use super::{outcome, sentences, severity};
use crate::check::{Finding, Report};
use crate::escape::{workflow_message, workflow_property};
use std::io::{self, Write};

/// Writes the reports of a check.
///
/// # Errors
/// The output cannot be written.
pub fn write(reports: &[Report<'_>], out: &mut (dyn Write + Send)) -> io::Result<()> {
    for report in reports {
        for finding in &report.findings {
            writeln!(out, "{}", command(finding))?;
        }
    }
    for report in reports {
        writeln!(out, "{}", outcome(report, reports.len() == 1))?;
    }
    Ok(())
}

fn command(finding: &Finding) -> String {
    let parts = sentences(finding).map(|part| workflow_message(&part));
    format!(
        "::{} file={},line={},title=lambdacost {}::{}",
        severity(finding.level),
        workflow_property(&finding.file),
        finding.line,
        workflow_property(finding.code),
        parts.collect::<Vec<_>>().join("%0A")
    )
}
