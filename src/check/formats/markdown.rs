//! A comment for a pull request: the outcome, the findings, the changes and their causes, and folded
//! details.

use super::{
    causes, driven_by, is_existing, kept, key_phrases, listed, outcome, owner, price_phrases,
    severity, shown, shown_before, signed, used,
};
use crate::check::changes::{ChangeStep, Status};
use crate::check::{Baseline, BudgetOwner, Change, Changes, Finding, Report};
use crate::escape::{code_within, sentence, sentence_within, uri};
use crate::money::{count, grouped, money, plural};
use crate::scenario::AssumptionKind;
use std::io::{self, Write};

/// The second line of a comment that says only that nothing changed. `integrations/comment.sh`
/// updates an earlier comment with it and writes no new one.
const QUIET: &str = "<!-- nothing changed -->";
/// Maximum rows of a table: GitHub accepts comments of up to 65,536 characters.
const ROWS: usize = 40;
/// Maximum number of listed budgets.
const BUDGETS: usize = 10;
/// Maximum bytes of a cell with text from outside, so that three tables fit in a comment.
const LONGEST: usize = 400;

/// When a comment says more than that nothing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comment {
    Always,
    /// When a bill, a key or a price differs from the baseline, or a finding is new.
    OnChange,
}

/// Writes the reports of a check, a section for each scenario.
///
/// # Errors
/// The output cannot be written.
pub fn write(
    reports: &[Report<'_>],
    comment: Comment,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    let is_only = reports.len() == 1;
    let is_quiet = |report: &Report<'_>| comment == Comment::OnChange && report.is_quiet();
    if reports.iter().all(is_quiet) {
        return quiet(reports, out);
    }
    for (number, report) in reports.iter().enumerate() {
        if number > 0 {
            writeln!(out)?;
        }
        writeln!(out, "{}", marker(report))?;
        if is_quiet(report) {
            writeln!(out, "### {}", title(report, is_only))?;
        } else {
            whole(report, is_only, out)?;
        }
    }
    Ok(())
}

/// The first line, by which a pipeline finds its earlier comment. Each scenario has another one.
fn marker(report: &Report<'_>) -> String {
    // A comment of HTML ends at `-->` and has no `--` within.
    let name = uri(&report.comparison.scenario().name).replace('-', "%2D");
    format!("<!-- lambdacost check: {name} -->")
}

/// A comment that only says that nothing changed.
fn quiet(reports: &[Report<'_>], out: &mut (dyn Write + Send)) -> io::Result<()> {
    for (number, report) in reports.iter().enumerate() {
        writeln!(out, "{}", marker(report))?;
        if number == 0 {
            writeln!(out, "{QUIET}")?;
        }
        writeln!(out, "### {}", title(report, reports.len() == 1))?;
        writeln!(out, "\n{}", headline(report))?;
    }
    Ok(())
}

fn title(report: &Report<'_>, is_only: bool) -> String {
    let mark = if report.is_denied() { "❌" } else { "✅" };
    format!("{mark} lambdacost: {}", sentence(&outcome(report, is_only)))
}

/// `**$489.78 a month, +$133.00 (37.3 %)** against `main (3620677)`; 70 % of the budget`.
fn headline(report: &Report<'_>) -> String {
    let total = match &report.total {
        Some(total) => format!("{} a month", money(total)),
        None => "The cost of the scenario is not known".to_owned(),
    };
    let against = |baseline: &Baseline| format!(" against {}", named(baseline.called()));
    let change = match (&report.changes, report.baseline) {
        (Some(changes), Some(baseline)) if changes.is_empty() => {
            format!("**{total}**, unchanged{}", against(baseline))
        }
        (Some(changes), Some(baseline)) => {
            let rise = rise(&changes.total);
            format!("**{total}, {rise}**{}", against(baseline))
        }
        _ => format!("**{total}**"),
    };
    let budget = report.budgets.first();
    let budget = budget.filter(|budget| budget.owner == BudgetOwner::Scenario && budget.is_kept);
    let budget = budget.map(|budget| format!("; budget used: {}", used(budget)));
    format!("{change}{}.", budget.unwrap_or_default())
}

fn whole(report: &Report<'_>, is_only: bool, out: &mut (dyn Write + Send)) -> io::Result<()> {
    writeln!(out, "### {}\n", title(report, is_only))?;
    writeln!(out, "{}\n", headline(report))?;
    let (existing, new): (Vec<&Finding>, Vec<&Finding>) =
        report.findings.iter().partition(|one| is_existing(one));
    findings(&new, out)?;
    if let (Some(changes), Some(baseline)) = (&report.changes, report.baseline)
        && !changes.is_empty()
    {
        self::changes(report, changes, baseline.called(), out)?;
    }
    budgets(report, out)?;
    details(&new, out)?;
    if !existing.is_empty() {
        let many = plural(existing.len() as u128, "finding");
        let verb = if existing.len() == 1 { "is" } else { "are" };
        writeln!(
            out,
            "<details><summary>{many} that {verb} not new</summary>\n"
        )?;
        findings(&existing, out)?;
        writeln!(out, "</details>\n")?;
    }
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

fn findings(findings: &[&Finding], out: &mut (dyn Write + Send)) -> io::Result<()> {
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

fn changes(
    report: &Report<'_>,
    changes: &Changes,
    baseline: &str,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    writeln!(out, "Against {}, US dollars a month:\n", named(baseline))?;
    writeln!(
        out,
        "| function | before | now | change | why |\n|---|---:|---:|---:|---|"
    )?;
    let (rows, others) = listed(changes, ROWS);
    for change in rows {
        writeln!(out, "{}", row(change, report))?;
    }
    let total = &changes.total;
    let settings = key_phrases(&changes.keys).into_iter();
    let causes: Vec<String> = settings.chain(price_phrases(&changes.prices)).collect();
    writeln!(
        out,
        "| **the scenario** | **{}** | **{}** | **{}** | {} |\n",
        shown_before(total.before.as_ref()),
        shown(total.after.as_ref()),
        rise(total),
        reasons(&causes)
    )?;
    if let Some(others) = others {
        writeln!(out, "… and {others}.\n")?;
    }
    writeln!(out, "{} unchanged.\n", count(changes.unchanged as u128))
}

fn row(change: &Change, report: &Report<'_>) -> String {
    let step = &change.step;
    let rise = match change.status {
        Status::Changed => rise(step),
        Status::New | Status::Removed => signed(change.dollars().as_ref()),
    };
    format!(
        "| {} | {} | {} | {rise} | {} |",
        named(&change.name),
        shown_before(step.before.as_ref()),
        shown(step.after.as_ref()),
        reasons(&causes(change, report))
    )
}

fn reasons(causes: &[String]) -> String {
    text_of(&causes.join("; "))
}

fn rise(step: &ChangeStep) -> String {
    let share = step.percent();
    let share = share.map(|percent| format!(" ({} %)", grouped(&percent.to_fixed(1))));
    let dollars = signed(step.rise().as_ref());
    format!("{dollars}{}", share.unwrap_or_default())
}

/// How much of each kept budget of a function or a tag is used. That of the scenario is in the headline.
fn budgets(report: &Report<'_>, out: &mut (dyn Write + Send)) -> io::Result<()> {
    let (kept, rest) = kept(report, BUDGETS);
    let of_parts = kept.iter();
    let of_parts = of_parts.filter(|budget| budget.owner != BudgetOwner::Scenario);
    let lines: Vec<String> = of_parts
        .map(|budget| {
            format!(
                "- {}",
                text_of(&format!("{}: {}", owner(budget), used(budget)))
            )
        })
        .collect();
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(out, "<details><summary>Budgets kept</summary>\n")?;
    writeln!(out, "{}", lines.join("\n"))?;
    if rest > 0 {
        writeln!(out, "- … and {} more", plural(rest as u128, "budget"))?;
    }
    writeln!(out, "\n</details>\n")
}

fn details(findings: &[&Finding], out: &mut (dyn Write + Send)) -> io::Result<()> {
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
