//! The table for people, designed for 80 columns: costs, verdicts, then totals and assumptions. A
//! wide terminal gets more columns, and a terminal gets colour.

use super::phrases::{self, TotalRow};
use super::utilization_bar::utilization_bar;
use super::{MARGIN, Step, View};
use crate::answer::{Comparison, Move, Solved, Summary};
use crate::color::{Paint, wrapped};
use crate::exact::Exact;
use crate::money::{Usd, count, grouped, money, plural};
use crate::platform;
use crate::scenario::Notes;
use crate::solve::flips::Effort;
use crate::text::{Lines, comma_separated, escaped, escaped_name, width};
use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{Cell, CellAlignment, ContentArrangement, Table};
use comfy_table::{ColumnConstraint, LineStyle, Width};
use rayon::prelude::*;
use rust_decimal::Decimal;
use std::io::{self, Write};

/// Minimum width for additional columns.
const WIDE: u16 = 120;
/// Rows of functions, and of moves, that are shown unless all are wanted.
const ROWS: usize = 20;
/// Follows the platform of a close verdict.
const CLOSE: &str = " ~";
/// Characters of the usual labels of totals.
const LABEL: usize = 26;

/// The order of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// As in the scenario.
    File,
    /// By name.
    Name,
    /// The largest bill of today first.
    Cost,
    /// The largest saving first.
    Saving,
}

/// What a page looks like.
#[derive(Debug, Clone, Copy)]
pub struct TableOptions {
    pub width: u16,
    pub color: bool,
    /// Show every row.
    pub all: bool,
    /// `None` for the order of the scenario, and the largest bills first if not all rows are shown.
    pub sort: Option<Sort>,
    /// Show the assumptions and omissions.
    pub notes: bool,
    /// By how much another platform has to be cheaper at some traffic to be named, as a share.
    pub margin: Decimal,
}

impl TableOptions {
    /// A page of 80 columns without colour.
    pub const PLAIN: Self = Self {
        width: 80,
        color: false,
        all: false,
        sort: None,
        notes: false,
        margin: MARGIN,
    };
}

/// Writes comparisons, one below the other.
///
/// # Errors
/// The output cannot be written.
pub fn write(
    views: &[View<'_>],
    options: TableOptions,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    let paint = Paint::new(options.color);
    let effort = Effort::of_run();
    let out = &mut Lines::new(out);
    for (number, view) in views.iter().enumerate() {
        if number > 0 {
            writeln!(out)?;
        }
        let page = TablePage {
            view,
            other: None,
            paint,
            width: options.width,
            options,
            effort: &effort,
        };
        page.write(out)?;
    }
    Ok(())
}

/// Minimum width of the column of names, with the spaces around it.
const NAME: u16 = 12;
/// Longer names are broken before titles are.
const LONGEST_NAME: u16 = 30;

#[derive(Debug, Clone, Copy)]
enum TableColumn {
    Function,
    Calls,
    Memory,
    Duration,
    Peak,
    /// The bill on the platform with this id.
    Platform(&'static str),
    Load,
    /// The break-even of the platform with this id.
    Crossing(&'static str),
    /// The break-even with the platform with a fleet that the function is compared with: the id of
    /// that platform where it is the same for all functions.
    BreakEven(Option<&'static str>),
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
    /// A second answer, whose rows are in the same table.
    other: Option<&'p View<'p>>,
    paint: Paint,
    width: u16,
    options: TableOptions,
    effort: &'p Effort,
}

/// A row of the table.
struct Row<'p> {
    /// The answer that it is of.
    view: &'p View<'p>,
    index: usize,
    /// What stands in place of the name.
    label: Option<&'static str>,
    summary: Summary,
    /// The id of the platform with a fleet that the break-even is about.
    fleet: Option<&'static str>,
    /// Its platform in the plan, and whether the verdict is close.
    plan: String,
    is_close: bool,
}

/// Functions that are solved in one batch.
const AHEAD: usize = 4096;

impl<'p> TablePage<'p> {
    fn comparison(&self) -> &'p Comparison<'p> {
        self.view.comparison()
    }

    fn write(&self, out: &mut (dyn Write + Send)) -> io::Result<()> {
        match self.view.selected.as_slice() {
            [one] => self.one_function(*one, out)?,
            _ => self.several_functions(out)?,
        }
        notes(self.view.decision.notes(), self.options, out)
    }

    /// The verdict, the costs, and what the verdict hangs on.
    fn one_function(&self, index: usize, out: &mut (dyn Write + Send)) -> io::Result<()> {
        let decision = self.view.decision;
        let solved = decision.solved(index);
        (self.view.progress)(Step::Priced(1));
        let verdict = phrases::verdict(decision, &solved);
        let name = escaped_name(&self.comparison().scenario().functions[index].name);
        let advice = if verdict.moves {
            self.paint.yellow(&verdict.advice)
        } else {
            self.paint.green(&verdict.advice)
        };
        let plain = format!("{name}: {}: {}", verdict.advice, verdict.reason);
        let text = wrapped(&plain, "", self.width);
        writeln!(out, "{}\n", text.replacen(&verdict.advice, &advice, 1))?;
        self.warnings(out)?;
        (self.view.progress)(Step::LayingOut);
        writeln!(out, "{}", self.heading())?;
        let row = row(self.view, &solved);
        writeln!(out, "{}", self.costs(&[row]))?;
        self.arrow(out)?;
        let bar = |crossover| utilization_bar(&solved.summary, crossover, self.paint, self.width);
        if let Some(bar) = verdict.crossover.and_then(bar) {
            writeln!(out, "\n{bar}")?;
        }
        writeln!(out)?;
        let remarks = [
            phrases::hangs_on(decision, &solved),
            phrases::if_waiting(decision, &solved),
        ];
        for remark in remarks.into_iter().flatten() {
            writeln!(out, "{}", wrapped(&remark, "", self.width))?;
        }
        self.stretches(&solved, out)?;
        writeln!(out)?;
        let comparison = self.comparison();
        if let Some(spent) = comparison.commitment_use() {
            let text = format!(
                "Figures are on demand less discounts. Bills have the commitment of {} a month; {} of it \
                 are unused today.",
                money(&spent.paid),
                money(&spent.unused)
            );
            writeln!(out, "{}\n", wrapped(&text, "", self.width))?;
        }
        if comparison.scenario().functions.len() > 1 || comparison.is_spending() {
            self.totals(out)?;
        }
        Ok(())
    }

    fn warnings(&self, out: &mut (dyn Write + Send)) -> io::Result<()> {
        let notes = self.view.decision.notes();
        phrases::warnings(notes, self.paint, self.width, out)
    }

    /// At which traffic other platforms than that of the plan become cheaper.
    fn stretches(&self, solved: &Solved<'_>, out: &mut (dyn Write + Send)) -> io::Result<()> {
        let comparison = self.comparison();
        let Some(place) = self.view.decision.place(solved) else {
            return Ok(());
        };
        let margin = Exact::from(self.options.margin);
        let found = comparison.stretches_within(self.effort, solved, Some(place), &margin);
        for (pair, stretches) in &found {
            let text = phrases::stretches(comparison, solved, *pair, stretches.as_ref(), &margin);
            writeln!(out, "{}", wrapped(&text, "", self.width))?;
        }
        Ok(())
    }

    /// The headline, the moves, the costs, and the totals.
    fn several_functions(&self, out: &mut (dyn Write + Send)) -> io::Result<()> {
        let (comparison, decision) = (self.comparison(), self.view.decision);
        let headline = phrases::headline(comparison, &decision.plan);
        let headline = wrapped(&headline, "", self.width);
        writeln!(out, "{}\n", self.paint.bold(&headline))?;
        self.warnings(out)?;
        let shown = if self.options.all { usize::MAX } else { ROWS };
        self.moves(shown, out)?;
        let rows = self.rows(shown);
        (self.view.progress)(Step::LayingOut);
        writeln!(out, "{}", self.heading())?;
        writeln!(out, "{}", self.costs(&rows))?;
        let rest = self.view.selected.len() - rows.len();
        if rest > 0 {
            let more = plural(rest as u128, "more function");
            let text = format!("… and {more}: --all shows them, --sort orders them");
            writeln!(out, "{}", wrapped(&text, "  ", self.width))?;
        }
        self.arrow(out)?;
        if rows.iter().any(|row| row.is_close) {
            let text = "~ close: an input within 10 % of its value changes the verdict";
            writeln!(out, "{}", wrapped(text, "", self.width))?;
        }
        for remark in phrases::remarks(comparison, decision) {
            writeln!(out, "{}", wrapped(&remark, "", self.width))?;
        }
        writeln!(out)?;
        self.totals(out)
    }

    /// Explains break-evens with an arrow.
    fn arrow(&self, out: &mut (dyn Write + Send)) -> io::Result<()> {
        if self.comparison().at_list_prices().is_some() {
            writeln!(out, "{}", wrapped(phrases::ARROW, "", self.width))?;
        }
        Ok(())
    }

    /// The largest moves, with what their verdicts hang on.
    fn moves(&self, most: usize, out: &mut (dyn Write + Send)) -> io::Result<()> {
        let decision = self.view.decision;
        let moves: Vec<&Move> = self.view.shown_moves().collect();
        if moves.is_empty() {
            return Ok(());
        }
        let plan = &decision.plan;
        let mut table = empty(self.width);
        table.set_header(["move", "from", "to", "saves a month", "hangs on"]);
        let platforms = self.comparison().platforms();
        let rows: Vec<[Cell; 5]> = moves
            .par_iter()
            .take(most.min(moves.len()))
            .map(|one| {
                let saving = money(&one.saving);
                let mark = if plan.pays_alone(one) { "" } else { " *" };
                let hangs_on = phrases::move_hangs_on(decision, one);
                [
                    Cell::new(escaped_name(&phrases::mover(decision.comparison, one))),
                    Cell::new(platforms[one.from].title),
                    Cell::new(platforms[one.to].title),
                    Cell::new(format!("{saving}{mark}")).set_alignment(CellAlignment::Right),
                    Cell::new(hangs_on.unwrap_or_default()),
                ]
            })
            .collect();
        table.add_rows(rows);
        writeln!(out, "{}", written(&table, self.paint))?;
        if moves.len() > most {
            let rest = plural((moves.len() - most) as u128, "more move");
            let text = format!("… and {rest}: `lambdacost plan` lists all");
            writeln!(out, "{}", wrapped(&text, "  ", self.width))?;
        }
        writeln!(out)
    }

    /// The rows to show, at most this number.
    fn rows(&self, most: usize) -> Vec<Row<'p>> {
        let decision = self.view.decision;
        let mut indices = self.view.selected.clone();
        let is_cut = indices.len() > most;
        let sort = self.options.sort;
        match sort.unwrap_or(if is_cut { Sort::Cost } else { Sort::File }) {
            Sort::File => (),
            Sort::Name => {
                let functions = &self.comparison().scenario().functions;
                indices.sort_by(|left, right| functions[*left].name.cmp(&functions[*right].name));
            }
            Sort::Cost => sort_by(&mut indices, |index| decision.billed_today(index)),
            Sort::Saving => sort_by(&mut indices, |index| {
                let one = decision.move_of(index);
                one.map(|one| one.saving.clone())
            }),
        }
        indices.truncate(most);
        let mut rows = Vec::with_capacity(indices.len());
        for chunk in indices.chunks(AHEAD) {
            let solved = chunk
                .par_iter()
                .map(|index| row(self.view, &decision.solved(*index)));
            rows.extend(solved.collect::<Vec<_>>());
            (self.view.progress)(Step::Priced(chunk.len() as u64));
        }
        rows
    }

    fn heading(&self) -> String {
        let line = heading(self.comparison());
        self.paint.bold(&wrapped(&line, "", self.width))
    }

    /// The costs in the first layout that fits the width, or in several tables.
    fn costs(&self, rows: &[Row<'_>]) -> String {
        let (plain, broken) = (Titles::Plain, Titles::Broken);
        let narrow = self.columns(false, rows);
        let shapes = [
            (self.columns(self.width >= WIDE, rows), plain),
            (narrow.clone(), plain),
            (narrow.clone(), broken),
        ];
        let mut widths = Vec::new();
        let tables = shapes.map(|(columns, titles)| self.table(&columns, titles, rows));
        // Whole names first, then narrower ones.
        for whole_names in [true, false] {
            for table in &tables {
                widths = table.column_max_content_widths();
                let name = if whole_names {
                    widths[0].min(LONGEST_NAME)
                } else {
                    0
                };
                let least = least_width(&widths[1..]) + name.saturating_sub(NAME - 1);
                if least <= self.width {
                    return written(table, self.paint);
                }
            }
        }
        let parts = self.split(&narrow, &widths).into_iter();
        let tables = parts.map(|columns| written(&self.table(&columns, broken, rows), self.paint));
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

    fn table(&self, columns: &[TableColumn], titles: Titles, rows: &[Row<'_>]) -> Table {
        let mut table = empty(self.width);
        let header = columns.iter().map(|column| self.title(*column, titles));
        table.set_header(header.map(|title| self.title_cell(&title)));
        table.add_rows(rows.iter().map(|row| {
            let cells = columns.iter().map(|column| self.cell(*column, row));
            comfy_table::Row::from(cells.collect::<Vec<Cell>>())
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

    fn columns(&self, is_wide: bool, rows: &[Row<'_>]) -> Vec<TableColumn> {
        let mut fleets = rows.iter().filter_map(|row| row.fleet);
        let first = fleets.next();
        let same = first.filter(|first| fleets.all(|fleet| fleet == *first));
        let wide = |columns: &[TableColumn]| {
            if is_wide {
                columns.to_vec()
            } else {
                Vec::new()
            }
        };
        let platforms = || self.platforms().into_iter();
        let workload = [
            TableColumn::Calls,
            TableColumn::Memory,
            TableColumn::Duration,
            TableColumn::Peak,
        ];
        // Only platforms with provided capacity have break-evens over utilization.
        let crossed = platforms().filter(|id| self.is_crossed(id));
        let break_evens: Vec<TableColumn> = if is_wide {
            crossed.map(TableColumn::Crossing).collect()
        } else {
            vec![TableColumn::BreakEven(same)]
        };
        let columns = [TableColumn::Function].into_iter().chain(wide(&workload));
        let columns = columns.chain(platforms().map(TableColumn::Platform));
        let columns = columns.chain([TableColumn::Load]).chain(break_evens);
        columns.chain([TableColumn::Plan]).collect()
    }

    /// The ids of the platforms with a column, in the order of all platforms.
    fn platforms(&self) -> Vec<&'static str> {
        let mut ids = platform::ids();
        ids.retain(|id| self.views().any(|view| view.platform(id).is_some()));
        ids
    }

    /// True for a platform with break-evens over utilization.
    fn is_crossed(&self, id: &str) -> bool {
        self.views().any(|view| {
            let number = view.platform(id);
            number.is_some_and(|number| view.comparison().is_crossed(number))
        })
    }

    fn views(&self) -> impl Iterator<Item = &'p View<'p>> {
        [self.view].into_iter().chain(self.other)
    }

    fn title(&self, column: TableColumn, titles: Titles) -> String {
        let platform = |id: &str| {
            let title = platform::title(id);
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
            TableColumn::Platform(id) => platform(id),
            TableColumn::Load => match titles {
                Titles::Plain => "utilization".to_owned(),
                Titles::Broken => "utili-\nzation".to_owned(),
            },
            TableColumn::Crossing(id) | TableColumn::BreakEven(Some(id)) => {
                format!("break-even\n{}", platform(id))
            }
            TableColumn::BreakEven(None) => "break-even".to_owned(),
            TableColumn::Plan => "plan".to_owned(),
        }
    }

    fn cell(&self, column: TableColumn, row: &Row<'_>) -> Cell {
        let function = &row.view.comparison().scenario().functions[row.index];
        let summary = &row.summary;
        let place = row.view.decision.place_of(row.index, summary);
        let number = |id: &str| row.view.platform(id);
        let crossing = |id: &str| match number(id) {
            Some(number) => phrases::crossing(summary, number),
            None => "-".to_owned(),
        };
        let text = match column {
            TableColumn::Function => match row.label {
                Some(label) => label.to_owned(),
                None => escaped_name(&function.name).into_owned(),
            },
            TableColumn::Calls => count(function.invocations.into()),
            TableColumn::Memory => count(function.memory_mb.into()),
            TableColumn::Duration => grouped(&Exact::from(function.duration_ms).to_string()),
            TableColumn::Peak => summary.workload.peak_concurrency.to_fixed(1),
            TableColumn::Platform(id) => match number(id).map(|number| &summary.costs[number]) {
                Some(Ok(cost)) => money(&cost.billed),
                Some(Err(_)) | None => "-".to_owned(),
            },
            TableColumn::Load => phrases::load(function, summary),
            TableColumn::Crossing(id) => crossing(id),
            TableColumn::BreakEven(same) => match row.fleet {
                Some(fleet) if same == Some(fleet) => crossing(fleet),
                Some(fleet) => format!("{} {}", platform::title(fleet), crossing(fleet)),
                None => "-".to_owned(),
            },
            TableColumn::Plan => row.plan.clone(),
        };
        let is_best = matches!(
            column,
            TableColumn::Platform(id) if place.is_some() && place == number(id)
        );
        if is_best {
            Cell::new(self.paint.marked_green(&text))
        } else {
            Cell::new(text)
        }
    }

    fn totals(&self, out: &mut (dyn Write + Send)) -> io::Result<()> {
        let (comparison, decision) = (self.comparison(), self.view.decision);
        let rows = phrases::totals(comparison, decision.totals(), Some(&decision.plan));
        let listed = phrases::listed_totals(comparison, decision.totals());
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

/// What a table is about: the scenario, its functions and its regions.
pub(super) fn heading(comparison: &Comparison<'_>) -> String {
    let scenario = comparison.scenario();
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
    format!(
        "{}: {functions} in {regions}, US dollars a month",
        escaped(&scenario.name)
    )
}

/// The costs of functions in two answers: a second row for each function with other figures.
pub(super) fn costs_of_both<'p>(
    [before, after]: [&'p View<'p>; 2],
    indices: &[usize],
    options: TableOptions,
) -> String {
    let page = TablePage {
        view: before,
        other: Some(after),
        paint: Paint::new(options.color),
        width: options.width,
        options,
        effort: &Effort::of_run(),
    };
    let both = |index: &usize| [before, after].map(|view| row(view, &view.decision.solved(*index)));
    let pairs: Vec<[Row<'_>; 2]> = indices.par_iter().map(both).collect();
    let mut rows = Vec::with_capacity(2 * pairs.len());
    for [one, other] in pairs {
        let columns = page.columns(true, &[]);
        let mut figures = columns.into_iter().skip(1);
        let is_same =
            |column| page.cell(column, &one).content() == page.cell(column, &other).content();
        let is_same = figures.all(is_same);
        rows.push(one);
        if !is_same {
            rows.push(Row {
                label: Some("  with --set"),
                ..other
            });
        }
    }
    page.costs(&rows)
}

fn row<'p>(view: &'p View<'p>, solved: &Solved<'_>) -> Row<'p> {
    let decision = view.decision;
    let comparison = decision.comparison;
    let summary = &solved.summary;
    let platforms = comparison.platforms();
    let place = decision.place(solved);
    let is_close = decision.hangs_on(solved).is_close;
    let plan = place.map(|place| {
        let mark = if is_close { CLOSE } else { "" };
        format!("{}{mark}", platforms[place].title)
    });
    Row {
        view,
        label: None,
        index: solved.index,
        summary: summary.clone(),
        fleet: place
            .and_then(|place| phrases::compared_fleet(decision, solved, place))
            .map(|fleet| platforms[fleet].id),
        plan: plan.unwrap_or_else(|| "-".to_owned()),
        is_close,
    }
}

/// Sorts functions by an amount, the largest first. Ties stay in the order of the scenario.
fn sort_by(indices: &mut Vec<usize>, amount: impl Fn(usize) -> Option<Usd> + Sync) {
    let amounts = indices.par_iter().map(|index| (amount(*index), *index));
    let mut amounts: Vec<(Option<Usd>, usize)> = amounts.collect();
    amounts.sort_by(|(left, _), (right, _)| right.cmp(left));
    *indices = amounts.into_iter().map(|(_, index)| index).collect();
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

/// The assumptions and omissions below a table, or how to see them.
pub(super) fn notes(
    notes: &Notes,
    options: TableOptions,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    let (paint, width) = (Paint::new(options.color), options.width);
    if options.notes {
        return phrases::notes(notes, paint, width, out);
    }
    let text = phrases::notes_line(notes);
    writeln!(out, "{}", paint.dim(&wrapped(&text, "", width)))
}

pub(super) fn written(table: &Table, paint: Paint) -> String {
    let lines = table.lines().map(|line| paint.styled(line.trim_end()));
    lines.collect::<Vec<String>>().join("\n")
}
