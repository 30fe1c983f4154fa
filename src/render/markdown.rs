//! `--format markdown`: the table, verdicts and totals, for a pull request or a page.

use super::phrases::{self, TotalRow};
use crate::answer::{Decision, Solved};
use crate::escape::{code, markdown, sentence};
use crate::money::money;
use crate::platform::{Cost, Infeasible};
use crate::scenario::{AssumptionKind, Notes};
use rayon::prelude::*;
use std::io::{self, Write};

/// Functions that are solved in one batch.
const AHEAD: usize = 4096;

/// Writes comparisons, one below the other.
///
/// # Errors
/// The output cannot be written.
pub fn write(views: &[super::View<'_>], out: &mut (dyn Write + Send)) -> io::Result<()> {
    for (number, view) in views.iter().enumerate() {
        if number > 0 {
            writeln!(out)?;
        }
        let (decision, comparison) = (view.decision, view.comparison());
        let scenario = comparison.scenario();
        let regions: Vec<String> = scenario
            .regions
            .iter()
            .map(|region| markdown(&region.name))
            .collect();
        let name = code(&scenario.name);
        writeln!(out, "### {name} in {}\n", regions.join(", "))?;
        if scenario.functions.len() > 1 {
            let headline = phrases::headline(comparison, &decision.plan);
            writeln!(out, "**{}**\n", sentence(&headline))?;
        }
        let known = decision.notes();
        for line in known.sentences(AssumptionKind::Warning) {
            writeln!(out, "**Warning:** {}\n", sentence(line))?;
        }
        functions(view, out)?;
        totals(decision, out)?;
        notes(known, out)?;
    }
    Ok(())
}

/// Writes the plan of each decision, one below the other.
///
/// # Errors
/// The output cannot be written.
pub(crate) fn write_plans(
    views: &[super::View<'_>],
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    for (number, view) in views.iter().enumerate() {
        if number > 0 {
            writeln!(out)?;
        }
        let comparison = view.comparison();
        let plan = &view.decision.plan;
        writeln!(
            out,
            "**{}**",
            sentence(&phrases::headline(comparison, plan))
        )?;
        if plan.moves.is_empty() {
            continue;
        }
        let platforms = comparison.platforms();
        writeln!(
            out,
            "\n| function | from | to | saves a month |\n|---|---|---|---:|"
        )?;
        for one in view.shown_moves() {
            let name = code(&phrases::mover(comparison, one));
            let [from, to] = [one.from, one.to].map(|number| platforms[number].title);
            let mark = if plan.pays_alone(one) {
                ""
            } else {
                " (with the others)"
            };
            writeln!(
                out,
                "| {name} | {from} | {to} | {}{mark} |",
                money(&one.saving)
            )?;
        }
    }
    Ok(())
}

/// Writes one row per function.
fn functions(view: &super::View<'_>, out: &mut (dyn Write + Send)) -> io::Result<()> {
    let comparison = view.comparison();
    let platforms = comparison.platforms().iter().enumerate();
    let crossed: Vec<usize> = platforms
        .filter(|(number, _)| comparison.is_crossed(*number))
        .map(|(number, _)| number)
        .collect();
    let titles = comparison
        .platforms()
        .iter()
        .map(|bound| bound.title.to_owned());
    let crossings = crossed
        .iter()
        .map(|number| format!("u* {}", comparison.platforms()[*number].title));
    let middle: Vec<String> = titles.chain(["u".to_owned()]).chain(crossings).collect();
    writeln!(out, "| function | {} | verdict |", middle.join(" | "))?;
    writeln!(out, "|---|{}---|", "---:|".repeat(middle.len()))?;
    for chunk in view.selected.chunks(AHEAD) {
        let rows = chunk
            .par_iter()
            .map(|index| row(view.decision, &crossed, &view.decision.solved(*index)));
        for row in rows.collect::<Vec<_>>() {
            writeln!(out, "{row}")?;
        }
        (view.progress)(super::Step::Priced(chunk.len() as u64));
    }
    writeln!(out)?;
    if comparison.at_list_prices().is_some() {
        writeln!(out, "{}\n", sentence(phrases::ARROW))?;
    }
    Ok(())
}

fn row(decision: &Decision<'_>, crossed: &[usize], solved: &Solved<'_>) -> String {
    let comparison = decision.comparison;
    let summary = &solved.summary;
    let dollars = |cost: &Result<Cost, Infeasible>| match cost {
        Ok(cost) => money(&cost.billed),
        Err(_) => "-".to_owned(),
    };
    let mut cells = vec![code(&comparison.scenario().functions[solved.index].name)];
    cells.extend(summary.costs.iter().map(dollars));
    let function = &comparison.scenario().functions[solved.index];
    cells.push(phrases::load(function, summary));
    cells.extend(
        crossed
            .iter()
            .map(|number| phrases::crossing(summary, *number)),
    );
    let verdict = phrases::verdict(decision, solved);
    cells.push(format!(
        "**{}**: {}",
        verdict.advice,
        sentence(&verdict.reason)
    ));
    format!("| {} |", cells.join(" | "))
}

fn totals(decision: &Decision<'_>, out: &mut (dyn Write + Send)) -> io::Result<()> {
    let (comparison, totals) = (decision.comparison, decision.totals());
    let bought = phrases::totals(comparison, totals, Some(&decision.plan));
    let listed = phrases::listed_totals(comparison, totals);
    let (title, rule) = match listed {
        Some(_) => (format!(" {} |", phrases::LISTED), "---:|"),
        None => (String::new(), ""),
    };
    writeln!(out, "| US dollars a month | |{title}\n|---|---:|{rule}")?;
    for (number, row) in bought.iter().enumerate() {
        let listed = listed.as_ref().map(|listed| listed.get(number));
        let listed = listed.map(|row| row.map_or_else(String::new, TotalRow::amount));
        let listed = listed.map_or_else(String::new, |amount| format!(" {amount} |"));
        let left_out = row.left_out().map(|text| format!(" ({text})"));
        let label = format!("{}{}", row.label, left_out.unwrap_or_default());
        writeln!(out, "| {label} | {} |{listed}", row.amount())?;
    }
    writeln!(out)
}

fn notes(notes: &Notes, out: &mut (dyn Write + Send)) -> io::Result<()> {
    for (title, kind) in phrases::NOTES {
        writeln!(out, "<details><summary>{title}</summary>\n")?;
        for line in notes.sentences(kind) {
            writeln!(out, "- {}", sentence(line))?;
        }
        writeln!(out, "\n</details>")?;
    }
    Ok(())
}
