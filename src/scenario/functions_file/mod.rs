//! Functions files: CSV with one function per row, and keys of `[[function]]` as columns.

mod header;
mod rows;

use super::function::{self, Function, Reading};
use super::name_index::{NameIndex, StatedPlaces};
use super::schema::Field;
use super::spanned::{Cell, Locate, Place, SpannedValues, ValueShape};
use crate::diag::{At, Code, Diag, Diags};
use crate::money::plural;
use crate::text::csv_cell;
use csv::ByteRecord;
use header::CsvColumn;
use rayon::prelude::*;
use rows::{Rows, broken};
use std::borrow::Cow;
use std::cmp::Ordering;
use std::io::Read;
use std::ops::Range;
use std::sync::Arc;

/// Rows that are read before they are parsed in parallel.
const BATCH: usize = 16_384;
/// Cells after which a batch of long rows ends.
const BATCH_CELLS: usize = 1 << 20;
const BYTES_PER_CELL: usize = 16;

/// Reads a functions file and adds its functions to `index`.
///
/// # Errors
/// Every mistake in the header and rows, or the file cannot be read.
pub(crate) fn read(
    name: &str,
    file: Box<dyn Read + Send>,
    defaults: &SpannedValues<'_>,
    reading: &Reading<'_>,
    index: &mut NameIndex,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<(), Diags> {
    let file_name: Arc<str> = name.into();
    let mut header = ByteRecord::new();
    let rows = Rows::new(file).and_then(|mut rows| {
        rows.next(&mut header)?;
        Ok(rows)
    });
    let rows = rows.map_err(|error| broken(&file_name, &error))?;
    let row = FunctionRow {
        file: &file_name,
        record: &header,
    };
    let mut diags = Diags::new();
    let Some(columns) = header::columns(&row, reading.shapes, &mut diags) else {
        return Err(diags);
    };
    let context = RowContext {
        missing: header::missing(&columns, &row, defaults, reading, &mut diags),
        file: Arc::clone(&file_name),
        columns,
        defaults,
        reading,
    };
    match read_rows(rows, &context, index, &mut diags, progress) {
        Ok(0) => {
            let message = format!("`{name}` has no row below its header");
            let diag = Diag::new(Code::NoFunction, message);
            diags.push(diag.help("add one row per function"));
        }
        Ok(_) => {}
        Err(error) => diags.push(broken(&file_name, &error)),
    }
    diags.into_result(())
}

struct RowContext<'c> {
    file: Arc<str>,
    columns: Vec<CsvColumn>,
    /// Required fields without a column, which are already reported.
    missing: Vec<Field>,
    defaults: &'c SpannedValues<'c>,
    reading: &'c Reading<'c>,
}

impl RowContext<'_> {
    fn row<'r>(&'r self, record: &'r ByteRecord) -> FunctionRow<'r> {
        FunctionRow {
            file: &self.file,
            record,
        }
    }
}

/// Records of split rows. Only the first `filled` hold rows of this batch; the others keep their
/// memory for reuse.
#[derive(Default)]
struct Batch {
    rows: Vec<ByteRecord>,
    filled: usize,
}

impl Batch {
    fn rows(&self) -> &[ByteRecord] {
        &self.rows[..self.filled]
    }

    /// Fills the batch again. False at the end of the file.
    fn fill(&mut self, rows: &mut Rows) -> Result<bool, csv::Error> {
        self.filled = 0;
        let mut cells = 0;
        while self.filled < BATCH && cells < BATCH_CELLS {
            if self.filled == self.rows.len() {
                self.rows.push(ByteRecord::new());
            }
            let row = &mut self.rows[self.filled];
            if !rows.next(row)? {
                return Ok(false);
            }
            cells += row.len() + row.as_slice().len() / BYTES_PER_CELL;
            self.filled += 1;
        }
        Ok(true)
    }
}

/// Reads the rows in batches. While one batch is parsed, the next is split and the functions of the
/// one before are stored. Also works with a single thread.
///
/// Returns the number of rows, or the error at which the file ends.
fn read_rows(
    mut rows: Rows,
    context: &RowContext<'_>,
    index: &mut NameIndex,
    diags: &mut Diags,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<usize, csv::Error> {
    let mut count = 0;
    // Three batches take turns, so that their memory is reused.
    let [mut before, mut batch, mut next] = [(); 3].map(|()| Batch::default());
    let mut parsed = Vec::new();
    let mut more = batch.fill(&mut rows);
    while batch.filled > 0 {
        let split = || match more {
            Ok(true) => next.fill(&mut rows),
            ended => {
                next.filled = 0;
                ended
            }
        };
        let parse = || {
            let rows = batch.rows().par_iter();
            rows.map(|row| parse_row(row, context)).collect()
        };
        let store = || {
            for (record, read) in before.rows().iter().zip(parsed) {
                add_row(record, read, context, index, diags);
            }
            progress(index.len() as u64);
        };
        let (split, (now, ())) = rayon::join(split, || rayon::join(parse, store));
        (more, parsed) = (split, now);
        count += batch.filled;
        // The next turn parses `next` and stores `batch`.
        std::mem::swap(&mut before, &mut batch);
        std::mem::swap(&mut batch, &mut next);
    }
    for (record, read) in before.rows().iter().zip(parsed) {
        add_row(record, read, context, index, diags);
    }
    progress(index.len() as u64);
    more.map(|_| count)
}

/// Adds the function of a row to the index, or reports its mistakes. A duplicate name is a mistake.
fn add_row(
    record: &ByteRecord,
    read: Result<Function, Diags>,
    context: &RowContext<'_>,
    index: &mut NameIndex,
    diags: &mut Diags,
) {
    let places = RowPlaces { record, context };
    match diags.take(read) {
        Some(function) => diags.take(index.add(function, &places)),
        None => {
            let column = places.column(&CsvColumn::Of(Field::Name));
            let name = column.and_then(|column| record.get(column));
            let name = name.and_then(|name| std::str::from_utf8(name).ok());
            let name = trimmed(name.unwrap_or_default());
            diags.take(index.add_faulty(name, places.of_name()))
        }
    };
}

/// Where the function of a row states its keys.
struct RowPlaces<'r> {
    record: &'r ByteRecord,
    context: &'r RowContext<'r>,
}

impl RowPlaces<'_> {
    fn column(&self, column: &CsvColumn) -> Option<usize> {
        let mut columns = self.context.columns.iter();
        columns.position(|known| known == column)
    }

    /// The place of a cell; `None` if it is empty.
    fn of_cell(&self, column: &CsvColumn) -> Option<At> {
        let commas = self.column(column)?;
        let range = self
            .record
            .range(commas)
            .filter(|range| !range.is_empty())?;
        Some(self.context.row(self.record).at(cell_span(range, commas)))
    }
}

impl StatedPlaces for RowPlaces<'_> {
    fn of_field(&self, field: Field) -> Option<At> {
        self.of_cell(&CsvColumn::Of(field))
    }

    fn of_tag(&self, name: &str) -> Option<At> {
        self.of_cell(&CsvColumn::Tag(name.into()))
    }

    fn of_name(&self) -> At {
        let name = self.of_field(Field::Name);
        name.unwrap_or_else(|| self.context.row(self.record).at(0..0))
    }
}

/// The range of a cell in its row: each cell except the first follows a comma.
fn cell_span(cell: Range<usize>, commas: usize) -> Range<usize> {
    cell.start + commas..cell.end + commas
}

fn trimmed(cell: &str) -> &str {
    cell.trim_matches([' ', '\t'])
}

/// A row as one line of text, for the places of mistakes.
struct FunctionRow<'r> {
    file: &'r Arc<str>,
    record: &'r ByteRecord,
}

impl FunctionRow<'_> {
    fn line(&self) -> u64 {
        self.record.position().map_or(1, csv::Position::line)
    }

    fn wrong(&self, code: Code, message: &str, help: &str) -> Diag {
        Diag::new(code, message).at(self.at(0..0)).help(help)
    }
}

impl Locate for FunctionRow<'_> {
    /// The place of a cell in the row as it would be written.
    fn at(&self, span: Range<usize>) -> At {
        let mut text = String::new();
        let mut columns = 0..0;
        for commas in 0..self.record.len() {
            if commas > 0 {
                text.push(',');
            }
            let start = text.len();
            let cell = &self.record[commas];
            text.push_str(&csv_cell(&String::from_utf8_lossy(cell)));
            let range = self.record.range(commas);
            let range = range.expect("the record has this cell");
            if cell_span(range, commas) == span {
                columns = start..text.len();
            }
        }
        At::new(self.file, self.line(), &text, columns)
    }
}

fn parse_row(record: &ByteRecord, context: &RowContext<'_>) -> Result<Function, Diags> {
    let row = context.row(record);
    if let Some((message, help)) = wrong_number_of_cells(record, context.columns.len()) {
        return Err(row.wrong(Code::Syntax, &message, help).into());
    }
    let mut cells = SpannedValues::new(0..0);
    // A byte of a comma or quote is never part of another character, so cells are valid text if the
    // file is.
    let all = str::from_utf8(record.as_slice());
    let all = all.expect("rows.rs has refused what is not UTF-8");
    for (commas, column) in context.columns.iter().enumerate() {
        let span = record.range(commas);
        let span = span.expect("a row with fewer cells than the header has just been refused");
        let text = &all[span.clone()];
        let place = cell_span(span, commas);
        let cell = Cell {
            text: Cow::Borrowed(trimmed(text)),
            shape: ValueShape::Text,
            place: Place::Bytes(place.clone()),
        };
        match column {
            CsvColumn::Unknown => {}
            CsvColumn::Mistyped(field) => cells.state(*field, Cell::refused(place)),
            CsvColumn::Of(_) | CsvColumn::Tag(_) if cell.text.is_empty() => {}
            CsvColumn::Of(field) => cells.state(*field, cell),
            CsvColumn::Tag(name) => cells.state_tag(Arc::clone(name), cell),
        }
    }
    for field in &context.missing {
        cells.state(*field, Cell::refused(0..0));
    }
    let mut diags = Diags::new();
    let merged = if context.defaults.is_empty() {
        cells
    } else {
        cells.over(context.defaults)
    };
    let function = function::build(&merged, row.line(), context.reading, &row, &mut diags);
    match function {
        Some(function) => diags.into_result(function),
        None => Err(diags),
    }
}

/// The message and help for a wrong number of cells.
fn wrong_number_of_cells(record: &ByteRecord, columns: usize) -> Option<(String, &'static str)> {
    let cells = record.len();
    if cells > 1 && record.as_slice().is_empty() {
        return Some(("the row is empty".to_owned(), "delete it"));
    }
    let help = match cells.cmp(&columns) {
        Ordering::Equal => return None,
        Ordering::Greater => "quote a cell that contains a comma",
        Ordering::Less => "write a comma also for a cell that is empty; there are no comments",
    };
    let cells = plural(cells as u128, "cell");
    Some((format!("the row has {cells}, the header {columns}"), help))
}
