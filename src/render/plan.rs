//! The plan for people: the bill today, the bill after the moves, and the moves.

use super::{View, phrases, table};
use crate::answer::Plan;
use crate::color::{Paint, wrapped};
use crate::money::money;
use crate::text::{Lines, escaped, escaped_name};
use comfy_table::{Cell, CellAlignment, Table};
use std::io::{self, Write};

/// Writes the plan of each decision, one below the other.
///
/// # Errors
/// The output cannot be written.
pub(crate) fn write(
    views: &[View<'_>],
    width: u16,
    color: bool,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    let paint = Paint::new(color);
    let out = &mut Lines::new(out);
    for (number, view) in views.iter().enumerate() {
        if number > 0 {
            writeln!(out)?;
        }
        let comparison = view.comparison();
        let scenario = comparison.scenario();
        let regions = scenario.regions.iter().map(|region| escaped(&region.name));
        let regions: Vec<_> = regions.collect();
        let head = format!("{} in {}", escaped_name(&scenario.name), regions.join(", "));
        writeln!(out, "{}\n", paint.bold(&wrapped(&head, "", width)))?;
        let plan = &view.decision.plan;
        let headline = phrases::headline(comparison, plan);
        writeln!(out, "{}", wrapped(&headline, "", width))?;
        if !plan.moves.is_empty() {
            writeln!(out, "\n{}", moves(view, plan, width))?;
        }
        for remark in phrases::remarks(comparison, view.decision) {
            writeln!(out, "\n{}", wrapped(&remark, "", width))?;
        }
    }
    Ok(())
}

fn moves(view: &View<'_>, plan: &Plan, width: u16) -> Table {
    let mut table = table::empty(width);
    table.set_header(["function", "from", "to", "saves a month", "running total"]);
    let platforms = view.comparison().platforms();
    let right = |text: String| Cell::new(text).set_alignment(CellAlignment::Right);
    let mut bill = plan.today.clone();
    for one in view.shown_moves() {
        bill = &bill - &one.saving;
        let mark = if plan.pays_alone(one) { "" } else { " *" };
        table.add_row([
            Cell::new(escaped_name(&phrases::mover(view.comparison(), one))),
            Cell::new(platforms[one.from].title),
            Cell::new(platforms[one.to].title),
            right(format!("{}{mark}", money(&one.saving))),
            right(money(&bill)),
        ]);
    }
    table
}
