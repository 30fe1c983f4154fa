//! The report for people: what is wrong, by how much, the most important line of the bill, what to
//! do.

use super::{
    causes, driven_by, is_existing, kept, key_phrases, listed, outcome, owner, price_phrases,
    severity, shown, shown_before, signed, used,
};
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
/// Maximum number of listed budgets.
const BUDGETS: usize = 10;

/// Writes the reports of a check.
///
/// # Errors
/// The output cannot be written.
pub fn write(
    reports: &[Report<'_>],
    width: u16,
    paint: Paint,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    let is_only = reports.len() == 1;
    for (number, report) in reports.iter().enumerate() {
        if number > 0 {
            writeln!(out)?;
        }
        one(report, is_only, width, paint, out)?;
    }
    Ok(())
}

fn one(
    report: &Report<'_>,
    is_only: bool,
    width: u16,
    paint: Paint,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    let out = &mut Lines::new(out);
    let (existing, new): (Vec<&Finding>, Vec<&Finding>) =
        report.findings.iter().partition(|one| is_existing(one));
    for finding in new {
        self::finding(finding, width, paint, out)?;
    }
    if let (Some(changes), Some(baseline)) = (&report.changes, report.baseline) {
        if !existing.is_empty() {
            let heading = format!("Not new: {} has the same", escaped(baseline.called()));
            writeln!(out, "{}", paint.bold(&heading))?;
            for finding in existing {
                let head = format!("{}[{}]", severity(finding.level), finding.code);
                let text = wrapped(&format!("{head}: {}", finding.message), "  ", width);
                writeln!(
                    out,
                    "{}",
                    text.replacen(&head, &painted(finding, &head, paint), 1)
                )?;
            }
            writeln!(out)?;
        }
        self::changes(report, changes, baseline.called(), width, paint, out)?;
    }
    budgets(report, width, paint, out)?;
    let outcome = outcome(report, is_only);
    let painted = match (report.count(Level::Deny), report.count(Level::Warn)) {
        (0, 0) => paint.green(&outcome),
        (0, _) => paint.yellow(&outcome),
        _ => paint.red(&outcome),
    };
    writeln!(out, "{painted}")
}

fn painted(finding: &Finding, head: &str, paint: Paint) -> String {
    match finding.level {
        Level::Deny => paint.red(head),
        Level::Warn => paint.yellow(head),
        Level::Notice | Level::Allow => paint.bold(head),
    }
}

fn finding(
    finding: &Finding,
    width: u16,
    paint: Paint,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    let head = format!("{}[{}]", severity(finding.level), finding.code);
    let text = wrapped(&format!("{head}: {}", finding.message), "", width);
    writeln!(
        out,
        "{}",
        text.replacen(&head, &painted(finding, &head, paint), 1)
    )?;
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
    report: &Report<'_>,
    changes: &Changes,
    baseline: &str,
    width: u16,
    paint: Paint,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    let heading = format!("Against {}, US dollars a month", escaped(baseline));
    writeln!(out, "{}", paint.bold(&heading))?;
    let row = |name: &str, cells: [String; 3], out: &mut (dyn Write + Send)| {
        let [before, after, rise] = cells;
        let name = fitted(name, NAME);
        writeln!(out, "  {name} {before:>14} {after:>14} {rise:>14}")
    };
    row("", ["before", "now", "change"].map(str::to_owned), out)?;
    let (rows, others) = listed(changes, LISTED);
    for change in rows {
        let step = &change.step;
        let cells = [
            shown_before(step.before.as_ref()),
            shown(step.after.as_ref()),
            signed(change.dollars().as_ref()),
        ];
        row(&escaped_name(&change.name), cells, out)?;
        for cause in causes(change, report) {
            writeln!(out, "{}", paint.dim(&wrapped(&cause, "    ", width)))?;
        }
    }
    if let Some(others) = others {
        writeln!(out, "  … and {others}")?;
    }
    let total = &changes.total;
    let cells = [
        shown_before(total.before.as_ref()),
        shown(total.after.as_ref()),
        signed(total.rise().as_ref()),
    ];
    row("the scenario", cells, out)?;
    let settings = key_phrases(&changes.keys).into_iter();
    let prices = price_phrases(&changes.prices);
    for cause in settings.chain(prices) {
        writeln!(out, "{}", paint.dim(&wrapped(&cause, "    ", width)))?;
    }
    writeln!(out, "  {} unchanged\n", count(changes.unchanged as u128))
}

/// How much of each kept budget is used.
fn budgets(
    report: &Report<'_>,
    width: u16,
    paint: Paint,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    let (kept, more) = kept(report, BUDGETS);
    if kept.is_empty() {
        return Ok(());
    }
    writeln!(out, "{}", paint.bold("Budgets kept"))?;
    for budget in kept {
        let line = format!("{}: {}", owner(budget), used(budget));
        writeln!(out, "{}", wrapped(&line, "  ", width))?;
    }
    if more > 0 {
        writeln!(out, "  … and {} more", plural(more as u128, "budget"))?;
    }
    writeln!(out)
}
