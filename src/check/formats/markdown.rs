//! A comment for a pull request: the outcome, the findings, the changes, and folded details.

use super::{driven_by, outcome, severity, shown, signed};
use crate::check::changes::ChangeStep;
use crate::check::{Change, Changes, Finding, Report};
use crate::escape::{code_within, sentence, sentence_within};
use crate::money::{count, grouped, plural};
use crate::scenario::AssumptionKind;
use std::io::{self, Write};

/// The first line. A pipeline finds its earlier comment by it.
pub(crate) const MARKER: &str = "<!-- lambdacost check -->";
/// Maximum rows of a table: GitHub accepts comments of up to 65,536 characters.
const ROWS: usize = 40;
/// Maximum bytes of a cell with text from outside, so that three tables fit in a comment.
const LONGEST: usize = 400;

/// Writes the report of a check.
///
/// # Errors
/// The output cannot be written.
pub fn write(report: &Report<'_>, out: &mut (dyn Write + Send)) -> io::Result<()> {
    let mark = if report.is_denied() { "❌" } else { "✅" };
    writeln!(
        out,
        "{MARKER}\n### {mark} lambdacost: {}\n",
        outcome(report)
    )?;
    findings(&report.findings, out)?;
    if let (Some(changes), Some(baseline)) = (&report.changes, report.baseline) {
        self::changes(changes, baseline, out)?;
    }
    details(&report.findings, out)?;
    let notes = &report.notes;
    let file = named(&report.comparison.scenario().name);
    writeln!(
        out,
        "<details><summary>Assumptions and omissions</summary>\n"
    )?;
    writeln!(out, "Scenario: {file}\n")?;
    let kinds = [
        AssumptionKind::Warning,
        AssumptionKind::Assumed,
        AssumptionKind::NotCounted,
    ];
    for kind in kinds {
        for note in notes.sentences(kind) {
            writeln!(out, "- {}", sentence(note))?;
        }
    }
    writeln!(out, "\n</details>")
}

fn findings(findings: &[Finding], out: &mut (dyn Write + Send)) -> io::Result<()> {
    if findings.is_empty() {
        return Ok(());
    }
    writeln!(out, "| | rule | what |\n|---|---|---|")?;
    for finding in findings.iter().take(ROWS) {
        let (level, code) = (severity(finding.level), finding.code);
        writeln!(
            out,
            "| {level} | `{code}` | {} |",
            text_of(&finding.message)
        )?;
    }
    more(findings.len(), "finding", out)
}

fn changes(changes: &Changes, baseline: &str, out: &mut (dyn Write + Send)) -> io::Result<()> {
    writeln!(out, "Against {}, US dollars a month:\n", named(baseline))?;
    writeln!(
        out,
        "| function | before | now | change |\n|---|---:|---:|---:|"
    )?;
    for change in changes.functions.iter().take(ROWS) {
        writeln!(out, "{}", row(change))?;
    }
    let total = &changes.total;
    writeln!(
        out,
        "| **the scenario** | **{}** | **{}** | **{}** |",
        shown(total.before.as_ref()),
        shown(total.after.as_ref()),
        rise(total)
    )?;
    more(changes.functions.len(), "change", out)?;
    writeln!(out, "{} unchanged.\n", count(changes.unchanged as u128))
}

fn row(change: &Change) -> String {
    let step = &change.step;
    let rise = match step.rise() {
        Some(_) => rise(step),
        None => change.status.name().to_owned(),
    };
    format!(
        "| {} | {} | {} | {rise} |",
        named(&change.name),
        shown(step.before.as_ref()),
        shown(step.after.as_ref())
    )
}

fn rise(step: &ChangeStep) -> String {
    let share = step.percent();
    let share = share.map(|percent| format!(" ({} %)", grouped(&percent.to_fixed(1))));
    let dollars = signed(step.rise().as_ref());
    format!("{dollars}{}", share.unwrap_or_default())
}

fn details(findings: &[Finding], out: &mut (dyn Write + Send)) -> io::Result<()> {
    if findings.is_empty() {
        return Ok(());
    }
    writeln!(out, "<details><summary>Details and fixes</summary>\n")?;
    for finding in findings.iter().take(ROWS) {
        let place = format!("{}:{}", named(&finding.file), finding.line);
        let driver = driven_by(finding).map_or_else(String::new, |driver| format!("{driver}; "));
        let text = text_of(&format!("{driver}{}", finding.help));
        writeln!(out, "- `{}` {place}; {text}", finding.code)?;
    }
    writeln!(out, "\n</details>\n")
}

fn more(all: usize, noun: &str, out: &mut (dyn Write + Send)) -> io::Result<()> {
    let more = all.saturating_sub(ROWS);
    match more {
        0 => writeln!(out),
        _ => writeln!(out, "\n… and {} more.\n", plural(more as u128, noun)),
    }
}

/// A name from outside, escaped and shortened.
fn named(name: &str) -> String {
    code_within(name, LONGEST)
}

/// A message that can quote names, escaped and shortened.
fn text_of(text: &str) -> String {
    sentence_within(text, LONGEST)
}
