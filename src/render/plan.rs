//! The plan for people: the bill today, the bill after the moves, and the moves.

use super::{View, phrases, table};
use crate::answer::{Comparison, Plan};
use crate::color::{Paint, wrapped};
use crate::money::{count, money, plural};
use crate::text::{Lines, escaped, escaped_name};
use comfy_table::{Cell, CellAlignment, Table};
use std::io::{self, Write};

/// With more functions that are left out, their number is enough.
const NAMED: usize = 5;

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
        let Some(plan) = &view.decision.plan else {
            writeln!(out, "{}", wrapped(phrases::NO_PLAN, "", width))?;
            continue;
        };
        let headline = phrases::headline(comparison, plan);
        writeln!(out, "{}", wrapped(&headline, "", width))?;
        if !plan.moves.is_empty() {
            writeln!(out, "\n{}", moves(view, plan, width))?;
        }
        for remark in remarks(comparison, plan) {
            writeln!(out, "\n{}", wrapped(&remark, "", width))?;
        }
    }
    Ok(())
}

fn moves(view: &View<'_>, plan: &Plan, width: u16) -> Table {
    let mut table = table::empty(width);
    table.set_header(["function", "from", "to", "saves a month", "bill then"]);
    let platforms = view.comparison().platforms();
    let functions = &view.comparison().scenario().functions;
    let right = |text: String| Cell::new(text).set_alignment(CellAlignment::Right);
    let mut bill = plan.today.clone();
    for one in view.shown_moves() {
        bill = &bill - &one.saving;
        let mark = if plan.pays_alone(one) { "" } else { " *" };
        table.add_row([
            Cell::new(escaped_name(&functions[one.index].name)),
            Cell::new(platforms[one.from].title),
            Cell::new(platforms[one.to].title),
            right(format!("{}{mark}", money(&one.saving))),
            right(money(&bill)),
        ]);
    }
    table
}

fn remarks(comparison: &Comparison<'_>, plan: &Plan) -> Vec<String> {
    let mut remarks = Vec::new();
    if plan.moves.iter().any(|one| !plan.pays_alone(one)) {
        remarks.push("* pays only with the other moves".to_owned());
    }
    if !plan.free_tier_saving.dollars().is_zero() {
        remarks.push(format!(
            "Lambda's free tier changes the saving by {}, which is in no function's amount.",
            money(&plan.free_tier_saving)
        ));
    }
    if !plan.left_out.is_empty() {
        let functions = &comparison.scenario().functions;
        let named = plan.left_out.iter().take(NAMED);
        let names: Vec<_> = named
            .map(|index| escaped_name(&functions[*index].name))
            .collect();
        let rest = plan.left_out.len() - names.len();
        let rest = if rest > 0 {
            format!(" and {} more", count(rest as u128))
        } else {
            String::new()
        };
        remarks.push(format!(
            "{} cannot run where runs_on states, and {} in no bill here: {}{rest}.",
            plural(plan.left_out.len() as u128, "function"),
            if plan.left_out.len() == 1 {
                "is"
            } else {
                "are"
            },
            names.join(", ")
        ));
    }
    remarks
}
