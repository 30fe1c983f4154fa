//! `--by`: one row for each value of a tag, in every format but JSON.

use super::table::{self, Sort, TableOptions};
use super::{View, phrases};
use crate::answer::{Comparison, Group, Groups};
use crate::color::{Paint, wrapped};
use crate::escape::{csv_quoted, formula_guarded, markdown, sentence};
use crate::money::{count, money, plural};
use crate::text::{Lines, comma_separated, escaped, escaped_name};
use comfy_table::{Cell, CellAlignment, Table};
use std::cmp::Reverse;
use std::io::{self, Write};

/// A view with its groups.
pub(crate) type Grouped<'v> = (&'v View<'v>, &'v Groups);

/// The columns of the CSV.
pub const COLUMNS: [&str; 9] = [
    "tag",
    "value",
    "region",
    "functions",
    "today_usd",
    "plan_usd",
    "saving_usd",
    "moves",
    "left_out",
];

/// The columns for people after the name of the tag.
const TITLES: [&str; 5] = ["functions", "today", "plan", "saves a month", "moves"];

/// Rows that are shown unless all are wanted.
const ROWS: usize = 20;

/// Writes a table for each view, one below the other.
///
/// # Errors
/// The output cannot be written.
pub(crate) fn write_table(
    all: &[Grouped<'_>],
    options: TableOptions,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    let (paint, width) = (Paint::new(options.color), options.width);
    let out = &mut Lines::new(out);
    for (number, (view, groups)) in all.iter().enumerate() {
        if number > 0 {
            writeln!(out)?;
        }
        let comparison = view.comparison();
        let headline = phrases::headline(comparison, &view.decision.plan);
        writeln!(out, "{}\n", paint.bold(&wrapped(&headline, "", width)))?;
        let notes = view.decision.notes();
        phrases::warnings(notes, paint, width, out)?;
        let heading = table::heading(comparison);
        writeln!(out, "{}", paint.bold(&wrapped(&heading, "", width)))?;
        let mut list: Vec<&Group> = groups.list.iter().collect();
        match options.sort {
            None | Some(Sort::Cost) => {}
            Some(Sort::File) => list.sort_by_key(|group| group.first),
            Some(Sort::Name) => list.sort_by_key(|group| (group.value.is_none(), &group.value)),
            Some(Sort::Saving) => list.sort_by_key(|group| Reverse(&group.saving)),
        }
        let shown = if options.all { list.len() } else { ROWS };
        let rest = list.len().saturating_sub(shown);
        list.truncate(shown);
        let table = table_of(view, groups, &list, width);
        writeln!(out, "{}", table::written(&table, paint))?;
        if rest > 0 {
            let more = plural(rest as u128, "more row");
            writeln!(out, "  … and {more}: --all shows them, --sort orders them")?;
        }
        for remark in remarks(view, groups) {
            writeln!(out, "{}", wrapped(&remark, "", width))?;
        }
        writeln!(out)?;
        table::notes(notes, options, out)?;
    }
    Ok(())
}

fn table_of(view: &View<'_>, groups: &Groups, list: &[&Group], width: u16) -> Table {
    let mut table = table::empty(width);
    let tag = escaped_name(&groups.tag).into_owned();
    table.set_header([tag].into_iter().chain(TITLES.map(str::to_owned)));
    let mut add = |name: String, numbers: [String; 5]| {
        let numbers = numbers.map(|text| Cell::new(text).set_alignment(CellAlignment::Right));
        table.add_row([Cell::new(name)].into_iter().chain(numbers));
    };
    for group in list {
        add(called(groups, group), numbers(group));
    }
    if let Some(numbers) = ungrouped(groups) {
        add(UNGROUPED.to_owned(), numbers);
    }
    add("total".to_owned(), total(view));
    for column in table.column_iter_mut().skip(1) {
        column.set_padding((0, 1));
    }
    table
}

/// Writes a table for each view.
///
/// # Errors
/// The output cannot be written.
pub(crate) fn write_markdown(all: &[Grouped<'_>], out: &mut (dyn Write + Send)) -> io::Result<()> {
    for (number, (view, groups)) in all.iter().enumerate() {
        if number > 0 {
            writeln!(out)?;
        }
        let comparison = view.comparison();
        writeln!(out, "### {}\n", sentence(&table::heading(comparison)))?;
        let headline = phrases::headline(comparison, &view.decision.plan);
        writeln!(out, "**{}**\n", sentence(&headline))?;
        let tag = markdown(&groups.tag);
        writeln!(out, "| {tag} | {} |", TITLES.join(" | "))?;
        writeln!(out, "|---|{}", "---:|".repeat(TITLES.len()))?;
        let mut add = |name: &str, numbers: &[String; 5]| {
            writeln!(out, "| {name} | {} |", numbers.join(" | "))
        };
        for group in &groups.list {
            add(&markdown(&called(groups, group)), &numbers(group))?;
        }
        if let Some(numbers) = ungrouped(groups) {
            add(UNGROUPED, &numbers)?;
        }
        add("**total**", &total(view))?;
        for remark in remarks(view, groups) {
            writeln!(out, "\n{}", sentence(&remark))?;
        }
    }
    Ok(())
}

/// Writes the groups of all views below one header.
///
/// # Errors
/// The output cannot be written.
pub(crate) fn write_csv(all: &[Grouped<'_>], out: &mut (dyn Write + Send)) -> io::Result<()> {
    writeln!(out, "{}", COLUMNS.join(","))?;
    for (view, groups) in all {
        let regions = regions(view.comparison());
        for group in &groups.list {
            let value = group.value.as_deref().unwrap_or_default();
            let mut text = String::new();
            for name in [groups.tag.as_str(), value, &regions] {
                text.push_str(&csv_quoted(&formula_guarded(name)));
                text.push(',');
            }
            super::csv::whole(&mut text, group.functions);
            for amount in [&group.today, &group.plan(), &group.saving] {
                super::csv::dollars(&mut text, amount.dollars());
            }
            writeln!(out, "{text}{},{}", group.moves, group.left_out)?;
        }
    }
    Ok(())
}

fn regions(comparison: &Comparison<'_>) -> String {
    let regions = comparison.scenario().regions.iter();
    let regions: Vec<_> = regions.map(|region| escaped(&region.name)).collect();
    comma_separated(&regions)
}

/// The amounts in no group.
const UNGROUPED: &str = "(in no function's amount)";

/// The name of a group. The group of functions without the tag cannot have the name of another one,
/// because names in parentheses are quoted.
fn called(groups: &Groups, group: &Group) -> String {
    match group.value.as_deref() {
        None => format!("(without {})", escaped_name(&groups.tag)),
        Some(value) if value.starts_with('(') => format!("\"{}\"", escaped_name(value)),
        Some(value) => escaped_name(value).into_owned(),
    }
}

fn numbers(group: &Group) -> [String; 5] {
    [
        count(group.functions as u128),
        money(&group.today),
        money(&group.plan()),
        money(&group.saving),
        count(group.moves as u128),
    ]
}

fn ungrouped(groups: &Groups) -> Option<[String; 5]> {
    let (today, saving) = (&groups.ungrouped_today, &groups.ungrouped_saving);
    let is_nothing = today.is_zero() && saving.is_zero();
    (!is_nothing).then(|| {
        let dash = || "-".to_owned();
        [
            dash(),
            money(today),
            money(&(today - saving)),
            money(saving),
            dash(),
        ]
    })
}

fn total(view: &View<'_>) -> [String; 5] {
    let (decision, plan) = (view.decision, &view.decision.plan);
    [
        count(view.comparison().scenario().functions.len() as u128),
        money(&decision.totals().today.monthly),
        money(&plan.monthly),
        money(&plan.saving()),
        count(plan.moved() as u128),
    ]
}

fn remarks(view: &View<'_>, groups: &Groups) -> Vec<String> {
    let left_out: usize = groups.list.iter().map(|group| group.left_out).sum();
    let left_out = (left_out > 0).then(|| {
        let functions = plural(left_out as u128, "function");
        format!("Amounts are without {functions} that cannot run where stated.")
    });
    let unassigned = phrases::unassigned(&view.decision.plan);
    left_out.into_iter().chain(unassigned).collect()
}
