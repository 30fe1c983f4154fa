//! The table for people, designed for 80 columns: costs, verdicts, then totals and assumptions. A
//! wide terminal gets more columns, and a terminal gets colour.

use super::phrases::{self, TotalRow};
use super::utilization_bar::{BAR_LEGEND, utilization_bar};
use super::{Step, View};
use crate::answer::{Comparison, Shown, Solved, Summary};
use crate::color::{Paint, wrapped};
use crate::exact::Exact;
use crate::money::{count, grouped, money, plural};
use crate::solve::flips::Effort;
use crate::text::{Lines, comma_separated, escaped, escaped_name, width};
use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{Cell, CellAlignment, ContentArrangement, Row, Table};
use comfy_table::{ColumnConstraint, LineStyle, Width};
use rayon::prelude::*;
use std::io::{self, Write};

/// Minimum width for additional columns.
const WIDE: u16 = 120;
/// With up to this many functions, each gets a verdict. With more, only the largest moves get one.
const FEW: usize = 12;
/// Characters of the usual labels of totals.
const LABEL: usize = 26;
/// Writes comparisons, one below the other.
///
/// # Errors
/// The output cannot be written.
pub fn write(
    views: &[View<'_>],
    width: u16,
    color: bool,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    let paint = Paint::new(color);
    let effort = Effort::of_run();
    let out = &mut Lines::new(out);
    for (number, view) in views.iter().enumerate() {
        if number > 0 {
            writeln!(out)?;
        }
        let page = TablePage {
            view,
            paint,
            width,
            effort: &effort,
        };
        page.write(out)?;
    }
    Ok(())
}

/// Minimum width of the column of names, with the spaces around it.
const NAME: u16 = 12;

#[derive(Debug, Clone, Copy)]
enum TableColumn {
    Function,
    Calls,
    Memory,
    Duration,
    Peak,
    Platform(usize),
    Load,
    Crossing(usize),
    Plan,
}

/// How titles of several words are written.
#[derive(Debug, Clone, Copy)]
enum Titles {
    Plain,
    /// With the last word on a separate line.
    Broken,
}

struct TablePage<'p> {
    view: &'p View<'p>,
    paint: Paint,
    width: u16,
    effort: &'p Effort,
}

/// Functions that are solved in one batch.
const AHEAD: usize = 4096;

impl<'p> TablePage<'p> {
    fn comparison(&self) -> &'p Comparison<'p> {
        self.view.comparison()
    }

    fn write(&self, out: &mut (dyn Write + Send)) -> io::Result<()> {
        let (comparison, decision) = (self.comparison(), self.view.decision);
        let is_fleet = comparison.scenario().functions.len() > 1;
        let summaries = self.summaries();
        (self.view.progress)(Step::LayingOut);
        writeln!(out, "{}\n", self.heading())?;
        if let Some(plan) = decision.plan.as_ref().filter(|_| is_fleet) {
            let headline = phrases::headline(comparison, plan);
            writeln!(out, "{}\n", wrapped(&headline, "", self.width))?;
        }
        writeln!(out, "{}\n", self.costs(&summaries))?;
        if comparison.at_list_prices().is_some() {
            writeln!(out, "{}\n", wrapped(phrases::ARROW, "", self.width))?;
        }
        self.verdicts(out)?;
        self.totals(out)?;
        let notes = comparison.notes(decision.totals.oldest_price.as_deref());
        phrases::notes(&notes, self.paint, self.width, out)
    }

    fn summaries(&self) -> Vec<Summary> {
        let mut summaries = Vec::with_capacity(self.view.selected.len());
        for chunk in self.view.selected.chunks(AHEAD) {
            let solved = chunk
                .par_iter()
                .map(|index| self.view.decision.solved(*index).summary.clone());
            summaries.extend(solved.collect::<Vec<_>>());
            (self.view.progress)(Step::Priced(chunk.len() as u64));
        }
        summaries
    }

    /// The functions with a verdict: all if there are few, or the largest moves.
    fn shown(&self) -> Vec<Shown<'p, 'p>> {
        let selected = &self.view.selected;
        let indices: Vec<usize> = if selected.len() <= FEW {
            selected.clone()
        } else {
            let largest = self.view.shown_moves().take(FEW);
            largest.map(|one| one.index).collect()
        };
        let solved = indices
            .into_iter()
            .map(|index| self.view.decision.solved(index));
        solved.collect()
    }

    fn heading(&self) -> String {
        let scenario = self.comparison().scenario();
        let regions: Vec<&str> = scenario
            .regions
            .iter()
            .map(|region| &*region.name)
            .collect();
        let regions = match regions.len() {
            0..=3 => comma_separated(&regions),
            many => format!("{many} regions"),
        };
        let functions = plural(scenario.functions.len() as u128, "function");
        let line = format!(
            "{}: {functions} in {regions}, US dollars a month",
            escaped(&scenario.name)
        );
        self.paint.bold(&wrapped(&line, "", self.width))
    }

    /// The costs in the first layout that fits the width, or in several tables.
    fn costs(&self, summaries: &[Summary]) -> String {
        let (plain, broken) = (Titles::Plain, Titles::Broken);
        let narrow = self.columns(false);
        let shapes = [
            (self.columns(self.width >= WIDE), plain),
            (narrow.clone(), plain),
            (narrow.clone(), broken),
        ];
        let mut widths = Vec::new();
        for (columns, titles) in &shapes {
            let table = self.table(columns, *titles, summaries);
            widths = table.column_max_content_widths();
            if least_width(&widths[1..]) <= self.width {
                return written(&table, self.paint);
            }
        }
        let parts = self.split(&narrow, &widths).into_iter();
        let tables =
            parts.map(|columns| written(&self.table(&columns, broken, summaries), self.paint));
        tables.collect::<Vec<String>>().join("\n\n")
    }

    /// Splits the columns into tables that fit the width. Each begins with the name, and costs come
    /// before break-evens.
    fn split(&self, columns: &[TableColumn], widths: &[u16]) -> Vec<Vec<TableColumn>> {
        let mut parts: Vec<(Vec<TableColumn>, Vec<u16>)> = Vec::new();
        for (column, width) in columns.iter().zip(widths).skip(1) {
            let fits = |(_, taken): &&mut (Vec<TableColumn>, Vec<u16>)| {
                least_width(taken) + least_width(&[*width]) - NAME <= self.width
            };
            let begins = matches!(column, TableColumn::Load);
            match parts.last_mut().filter(|_| !begins).filter(fits) {
                Some((part, taken)) => {
                    part.push(*column);
                    taken.push(*width);
                }
                None => parts.push((vec![TableColumn::Function, *column], vec![*width])),
            }
        }
        parts.into_iter().map(|(part, _)| part).collect()
    }

    fn table(&self, columns: &[TableColumn], titles: Titles, summaries: &[Summary]) -> Table {
        let mut table = empty(self.width);
        let header = columns.iter().map(|column| self.title(*column, titles));
        table.set_header(header.map(|title| self.title_cell(&title)));
        let rows = self.view.selected.iter().zip(summaries);
        table.add_rows(rows.map(|(index, summary)| {
            let cells = columns
                .iter()
                .map(|column| self.cell(*column, *index, summary));
            Row::from(cells.collect::<Vec<Cell>>())
        }));
        // Numbers are not broken across lines. If they are too wide, the column of names becomes
        // narrower.
        let longest = ColumnConstraint::LowerBoundary(Width::Fixed(NAME));
        let rest = columns
            .iter()
            .skip(1)
            .map(|_| ColumnConstraint::ContentWidth);
        table.set_constraints([longest].into_iter().chain(rest));
        for column in table.column_iter_mut().skip(1) {
            column.set_cell_alignment(CellAlignment::Right);
            column.set_padding((0, 1));
        }
        table
    }

    fn title_cell(&self, title: &str) -> Cell {
        Cell::new(self.paint.marked_bold(title))
    }

    fn columns(&self, is_wide: bool) -> Vec<TableColumn> {
        let wide = |columns: &[TableColumn]| {
            if is_wide {
                columns.to_vec()
            } else {
                Vec::new()
            }
        };
        let platforms = || 0..self.comparison().platforms().len();
        let workload = [
            TableColumn::Calls,
            TableColumn::Memory,
            TableColumn::Duration,
            TableColumn::Peak,
        ];
        // Only platforms with provided capacity have break-evens over utilization.
        let crossed = platforms().filter(|number| self.comparison().is_crossed(*number));
        let columns = [TableColumn::Function].into_iter().chain(wide(&workload));
        let columns = columns.chain(platforms().map(TableColumn::Platform));
        let columns = columns
            .chain([TableColumn::Load])
            .chain(crossed.map(TableColumn::Crossing));
        columns.chain(wide(&[TableColumn::Plan])).collect()
    }

    fn title(&self, column: TableColumn, titles: Titles) -> String {
        let platform = |number: usize| {
            let title = self.comparison().platforms()[number].title;
            match (titles, title.rsplit_once(' ')) {
                (Titles::Broken, Some((first, last))) => format!("{first}\n{last}"),
                _ => title.to_owned(),
            }
        };
        match column {
            TableColumn::Function => "function".to_owned(),
            TableColumn::Calls => "calls".to_owned(),
            TableColumn::Memory => "MB".to_owned(),
            TableColumn::Duration => "ms".to_owned(),
            TableColumn::Peak => "peak".to_owned(),
            TableColumn::Platform(number) => platform(number),
            TableColumn::Load => "u".to_owned(),
            TableColumn::Crossing(number) => format!("u* {}", platform(number)),
            TableColumn::Plan => "plan".to_owned(),
        }
    }

    fn cell(&self, column: TableColumn, index: usize, summary: &Summary) -> Cell {
        let function = &self.comparison().scenario().functions[index];
        let place = self.view.decision.place_of(index, summary);
        let dash = || "-".to_owned();
        let text = match column {
            TableColumn::Function => escaped_name(&function.name).into_owned(),
            TableColumn::Calls => count(function.invocations.into()),
            TableColumn::Memory => count(function.memory_mb.into()),
            TableColumn::Duration => grouped(&Exact::from(function.duration_ms).to_string()),
            TableColumn::Peak => summary.workload.peak_concurrency.to_fixed(1),
            TableColumn::Platform(number) => {
                let cost = summary.costs[number].as_ref();
                cost.map_or_else(|_| dash(), |cost| money(&cost.billed))
            }
            TableColumn::Load => phrases::load(function, summary),
            TableColumn::Crossing(number) => phrases::crossing(summary, number),
            TableColumn::Plan => {
                let platforms = self.comparison().platforms();
                let place = place.map(|number| platforms[number].title);
                place.map_or_else(dash, str::to_owned)
            }
        };
        let is_best = matches!(column, TableColumn::Platform(number) if place == Some(number));
        if is_best {
            Cell::new(self.paint.marked_green(&text))
        } else {
            Cell::new(text)
        }
    }

    fn verdicts(&self, out: &mut (dyn Write + Send)) -> io::Result<()> {
        let mut legend = Some(BAR_LEGEND);
        for solved in &self.shown() {
            self.verdict(solved, &mut legend, out)?;
        }
        let moves = self.view.shown_moves().count();
        if self.view.selected.len() > FEW && moves > FEW {
            let rest = count((moves - FEW) as u128);
            writeln!(
                out,
                "… and {rest} more moves: `lambdacost plan` lists all\n"
            )?;
        }
        Ok(())
    }

    /// Writes a verdict. The first one with a bar also takes the legend.
    fn verdict(
        &self,
        solved: &Solved<'_>,
        legend: &mut Option<&str>,
        out: &mut (dyn Write + Send),
    ) -> io::Result<()> {
        let (index, summary) = (solved.index, &solved.summary);
        let comparison = self.comparison();
        let verdict = phrases::verdict(self.view.decision, solved);
        let name = &comparison.scenario().functions[index].name;
        let name = wrapped(&escaped_name(name), "", self.width);
        writeln!(out, "{}", self.paint.bold(&name))?;
        let advice = if verdict.moves {
            self.paint.yellow(&verdict.advice)
        } else {
            self.paint.green(&verdict.advice)
        };
        let plain = format!("{}: {}", verdict.advice, verdict.reason);
        let text = wrapped(&plain, "  ", self.width);
        writeln!(out, "{}", text.replacen(&verdict.advice, &advice, 1))?;
        let bar = |crossover| utilization_bar(summary, crossover, self.paint, self.width);
        if let Some(bar) = verdict.crossover.and_then(bar) {
            writeln!(out, "{bar}")?;
            if let Some(legend) = legend.take() {
                let legend = wrapped(legend, "   ", self.width);
                writeln!(out, "{}", self.paint.dim(&legend))?;
            }
        }
        let decision = self.view.decision;
        let notes = [
            phrases::hangs_on(decision, solved),
            phrases::if_waiting(decision, solved),
        ];
        for note in notes.into_iter().flatten() {
            writeln!(out, "{}", wrapped(&note, "  ", self.width))?;
        }
        let found = comparison.flips_within(self.effort, solved);
        for (pair, flips) in &found {
            // Only flips of the recommended platform are shown; `explain` has the others.
            let place = self.view.decision.place(solved);
            let is_about = place.is_some_and(|place| pair.has(place));
            let flips = flips.as_ref().filter(|_| is_about);
            let text = flips.and_then(|flips| phrases::flips(comparison, index, *pair, flips));
            if let Some(text) = text {
                writeln!(out, "{}", wrapped(&text, "  ", self.width))?;
            }
        }
        writeln!(out)
    }

    fn totals(&self, out: &mut (dyn Write + Send)) -> io::Result<()> {
        let (comparison, decision) = (self.comparison(), self.view.decision);
        let rows = phrases::totals(comparison, &decision.totals, decision.plan.as_ref());
        let listed = phrases::listed_totals(comparison, &decision.totals);
        let amounts: Vec<String> = rows.iter().map(TotalRow::amount).collect();
        let widest = amounts.iter().map(String::len).max().unwrap_or(0);
        let longest = rows.iter().map(|row| row.label.len()).max().unwrap_or(0);
        let longest = longest.max(LABEL);
        writeln!(out, "{}", self.paint.bold("Totals a month"))?;
        for (number, (row, amount)) in rows.iter().zip(&amounts).enumerate() {
            let listed = listed.as_ref().and_then(|listed| listed.get(number));
            let listed = listed.map(|row| format!("  ({} {})", phrases::LISTED, row.amount()));
            let left_out = row.left_out().map(|text| format!("  {text}"));
            let label = &row.label;
            let line = format!("  {label:<longest$} {amount:>widest$}");
            let after = listed.into_iter().chain(left_out).collect::<String>();
            let fits = line.len() + width(&after) <= usize::from(self.width);
            if fits {
                writeln!(out, "{line}{after}")?;
            } else {
                writeln!(
                    out,
                    "{line}\n{}",
                    wrapped(after.trim(), "      ", self.width)
                )?
            }
        }
        writeln!(out)
    }
}

/// A table in the style of the program, without rows.
pub(super) fn empty(width: u16) -> Table {
    let mut table = Table::new();
    table
        .load_style(UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none()))
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(width)
        .set_truncation_indicator("…");
    table
}

/// The minimum width of a table, from the widths of all columns except the names. Numbers are not
/// broken, and columns are separated by two spaces.
fn least_width(widths: &[u16]) -> u16 {
    NAME + 2 + widths.iter().map(|width| width + 2).sum::<u16>()
}

fn written(table: &Table, paint: Paint) -> String {
    let lines = table.lines().map(|line| paint.styled(line.trim_end()));
    lines.collect::<Vec<String>>().join("\n")
}
