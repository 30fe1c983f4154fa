//! The plan for people: the bill today, the bill after the moves, and the moves.

use super::{View, table};
use crate::answer::{Comparison, Plan};
use crate::color::{Paint, wrapped};
use crate::exact::Exact;
use crate::money::{Usd, count, money, percent, plural};
use crate::text::{Lines, escaped, escaped_name};
use comfy_table::{Cell, CellAlignment, Table};
use std::io::{self, Write};

const MONTHS_PER_YEAR: u32 = 12;
/// With more functions that are left out, their number is enough.
const NAMED: usize = 5;

/// Writes the plan of each comparison, one below the other.
///
/// # Errors
/// The output cannot be written.
pub(crate) fn write(
    views: &[View<'_>],
    plans: &[Plan],
    width: u16,
    color: bool,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    let paint = Paint::new(color);
    let out = &mut Lines::new(out);
    for (number, (view, plan)) in views.iter().zip(plans).enumerate() {
        if number > 0 {
            writeln!(out)?;
        }
        let scenario = view.comparison.scenario();
        let regions = scenario.regions.iter().map(|region| escaped(&region.name));
        let regions: Vec<_> = regions.collect();
        let head = format!(
            "{} in {}: {} a month today",
            escaped_name(&scenario.name),
            regions.join(", "),
            money(&plan.today)
        );
        writeln!(out, "{}\n", paint.bold(&wrapped(&head, "", width)))?;
        let advice = advice(view.comparison, plan);
        writeln!(out, "{}", wrapped(&advice, "", width))?;
        if !plan.moves.is_empty() {
            writeln!(out, "\n{}", moves(view, plan, width))?;
        }
        for remark in remarks(view.comparison, plan) {
            writeln!(out, "\n{}", wrapped(&remark, "", width))?;
        }
    }
    Ok(())
}

/// What to do, what it saves, and how good the plan is.
fn advice(comparison: &Comparison<'_>, plan: &Plan) -> String {
    let functions = comparison.scenario().functions.len() as u128;
    let saving = plan.saving();
    let moves = plan.moves.len() as u128;
    let least = money(&plan.min_saving);
    let proof = match gap_percent(plan) {
        None => "No other plan costs less.".to_owned(),
        Some(gap) => format!(
            "At most {} ({gap}) above the lowest possible bill.",
            money(&plan.gap)
        ),
    };
    if moves == 0 {
        return format!("Nothing to move: no moves that save at least {least} each. {proof}");
    }
    format!(
        "Move {} of {}: {} a month, which saves {} a month ({} a year). {proof}",
        count(moves),
        plural(functions, "function"),
        money(&plan.monthly),
        money(&saving),
        money(&saving.times(&Exact::from(MONTHS_PER_YEAR)))
    )
}

/// The gap as a share of the bill; `None` for a plan that is proven.
fn gap_percent(plan: &Plan) -> Option<String> {
    if plan.is_proven() {
        return None;
    }
    let share = plan.gap.dollars().over(plan.monthly.dollars());
    Some(percent(&share.unwrap_or(Exact::ONE)))
}

fn moves(view: &View<'_>, plan: &Plan, width: u16) -> Table {
    let mut table = table::empty(width);
    table.set_header(["function", "from", "to", "saves a month"]);
    let platforms = view.comparison.platforms();
    let functions = &view.comparison.scenario().functions;
    for one in view.shown_moves(plan) {
        table.add_row([
            Cell::new(escaped_name(&functions[one.index].name)),
            Cell::new(platforms[one.from].title),
            Cell::new(platforms[one.to].title),
            Cell::new(money(&one.saving)).set_alignment(CellAlignment::Right),
        ]);
    }
    table
}

fn remarks(comparison: &Comparison<'_>, plan: &Plan) -> Vec<String> {
    let mut remarks = Vec::new();
    let is_negative = |amount: &Usd| amount.dollars().is_negative();
    if plan.moves.iter().any(|one| is_negative(&one.saving)) {
        let remark = "A function with a negative amount costs more after its move. It is moved \
                      because the moves of others then save more.";
        remarks.push(remark.to_owned());
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
