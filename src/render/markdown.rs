//! `--format markdown`: the table, verdicts and totals, for a pull request or a page.

use super::phrases;
use crate::answer::{Comparison, Ledger, Solved, Totals};
use crate::escape::{code, markdown, sentence};
use crate::money::{Usd, money};
use crate::platform::{Cost, Infeasible};
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
        let scenario = view.comparison.scenario();
        let regions: Vec<String> = scenario
            .regions
            .iter()
            .map(|region| markdown(&region.name))
            .collect();
        let name = code(&scenario.name);
        writeln!(out, "### {name} in {}\n", regions.join(", "))?;
        let totals = functions(view, out)?.totals();
        self::totals(view.comparison, &totals, out)?;
        notes(view.comparison, &totals, out)?;
    }
    Ok(())
}

/// Writes one row per function. Returns what the totals need.
fn functions<'v>(view: &super::View<'v>, out: &mut (dyn Write + Send)) -> io::Result<Ledger<'v>> {
    let comparison = view.comparison;
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
    let mut ledger = Ledger::new(comparison);
    for chunk in view.selected.chunks(AHEAD) {
        let rows = chunk.par_iter().map(|index| {
            let solved = comparison.solve(*index);
            (row(comparison, &crossed, &solved), solved)
        });
        for (row, solved) in rows.collect::<Vec<_>>() {
            writeln!(out, "{row}")?;
            ledger.add(&solved);
        }
        (view.progress)(super::Step::Priced(chunk.len() as u64));
    }
    writeln!(out)?;
    if comparison.at_list_prices().is_some() {
        writeln!(out, "{}\n", sentence(phrases::ARROW))?;
    }
    Ok(ledger)
}

fn row(comparison: &Comparison<'_>, crossed: &[usize], solved: &Solved<'_>) -> String {
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
    let verdict = phrases::verdict(comparison, solved);
    cells.push(format!(
        "**{}**: {}",
        verdict.advice,
        sentence(&verdict.reason)
    ));
    format!("| {} |", cells.join(" | "))
}

fn totals(
    comparison: &Comparison<'_>,
    totals: &Totals,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    let bought = phrases::totals(comparison, totals);
    let listed = phrases::listed_totals(comparison, totals);
    let (title, rule) = match listed {
        Some(_) => (format!(" {} |", phrases::LISTED), "---:|"),
        None => (String::new(), ""),
    };
    writeln!(out, "| US dollars a month | |{title}\n|---|---:|{rule}")?;
    let amount = |total: &Option<Usd>| total.as_ref().map_or_else(|| "-".to_owned(), money);
    for (number, (label, total)) in bought.iter().enumerate() {
        let listed = listed.as_ref().map(|listed| listed.get(number));
        let listed = listed.map(|row| row.map_or_else(String::new, |(_, total)| amount(total)));
        let listed = listed.map_or_else(String::new, |amount| format!(" {amount} |"));
        writeln!(out, "| {label} | {} |{listed}", amount(total))?;
    }
    writeln!(out)
}

fn notes(
    comparison: &Comparison<'_>,
    totals: &Totals,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    let notes = comparison.notes(totals.oldest_price.as_deref());
    for (title, kind) in phrases::NOTES {
        writeln!(out, "<details><summary>{title}</summary>\n")?;
        for line in notes.sentences(kind) {
            writeln!(out, "- {}", sentence(line))?;
        }
        writeln!(out, "\n</details>")?;
    }
    Ok(())
}
