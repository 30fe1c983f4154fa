//! The report for people: what is wrong, by how much, the most important line of the bill, what to
//! do.

use super::{driven_by, outcome, severity, shown, signed};
use crate::check::{Changes, Finding, Report};
use crate::color::{Paint, wrapped};
use crate::money::{count, plural};
use crate::scenario::Level;
use crate::text::{Lines, escaped, escaped_name, fitted};
use std::io::{self, Write};

/// Columns for a name.
const NAME: usize = 28;
/// Maximum number of listed changes.
const LISTED: usize = 20;

/// Writes the report of a check.
///
/// # Errors
/// The output cannot be written.
pub fn write(
    report: &Report<'_>,
    width: u16,
    paint: Paint,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    let out = &mut Lines::new(out);
    for finding in &report.findings {
        self::finding(finding, width, paint, out)?;
    }
    if let (Some(changes), Some(baseline)) = (&report.changes, report.baseline) {
        self::changes(changes, baseline, paint, out)?;
    }
    let outcome = outcome(report);
    let painted = match (report.count(Level::Deny), report.count(Level::Warn)) {
        (0, 0) => paint.green(&outcome),
        (0, _) => paint.yellow(&outcome),
        _ => paint.red(&outcome),
    };
    writeln!(out, "{painted}")
}

fn finding(
    finding: &Finding,
    width: u16,
    paint: Paint,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    let head = format!("{}[{}]", severity(finding.level), finding.code);
    let painted = match finding.level {
        Level::Deny => paint.red(&head),
        _ => paint.yellow(&head),
    };
    let text = wrapped(&format!("{head}: {}", finding.message), "", width);
    writeln!(out, "{}", text.replacen(&head, &painted, 1))?;
    writeln!(out, "  --> {}:{}", escaped(&finding.file), finding.line)?;
    if let Some(driver) = driven_by(finding) {
        writeln!(out, "{}", wrapped(&driver, "  ", width))?;
    }
    writeln!(
        out,
        "{}\n",
        wrapped(&format!("help: {}", finding.help), "  ", width)
    )
}

fn changes(
    changes: &Changes,
    baseline: &str,
    paint: Paint,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    let heading = format!("Against {}, US dollars a month", escaped(baseline));
    writeln!(out, "{}", paint.bold(&heading))?;
    let mut row = |name: &str, cells: [String; 3]| {
        let [before, after, rise] = cells;
        let name = fitted(name, NAME);
        writeln!(out, "  {name} {before:>14} {after:>14} {rise:>14}")
    };
    row("", ["before", "now", "change"].map(str::to_owned))?;
    for change in changes.functions.iter().take(LISTED) {
        let step = &change.step;
        let rise = match step.rise() {
            Some(rise) => signed(Some(&rise)),
            None => change.status.name().to_owned(),
        };
        let cells = [
            shown(step.before.as_ref()),
            shown(step.after.as_ref()),
            rise,
        ];
        row(&escaped_name(&change.name), cells)?;
    }
    let total = &changes.total;
    let cells = [
        shown(total.before.as_ref()),
        shown(total.after.as_ref()),
        signed(total.rise().as_ref()),
    ];
    row("the scenario", cells)?;
    let more = changes.functions.len().saturating_sub(LISTED);
    if more > 0 {
        writeln!(out, "  … and {} more", plural(more as u128, "change"))?;
    }
    writeln!(out, "  {} unchanged\n", count(changes.unchanged as u128))
}
