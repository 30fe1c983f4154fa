//! A fleet as CSV: one function a row, the keys of `[[function]]` as columns.

use super::cells::{Cell, Cells, Locate, Place, Shape, unknown};
use super::function::{self, Function, Reading};
use super::roll::Roll;
use super::schema::Field;
use crate::diag::{At, Code, Diag, Diags};
use crate::text::csv_cell;
use csv::ByteRecord;
use rayon::prelude::*;
use std::borrow::Cow;
use std::io::{BufRead, BufReader, Chain, Read};
use std::ops::Range;
use std::sync::Arc;
use std::sync::mpsc::{channel, sync_channel};
use std::thread;

/// Rows that are read before they are handed over to be understood.
const BATCH: usize = 16_384;
/// Bytes that are read at once.
const BUFFER: usize = 1 << 16;
/// Batches that may wait.
const WAITING: usize = 2;

/// Reads a fleet and adds its functions to a roll.
///
/// # Errors
/// Every mistake in its header and rows, or that it cannot be read.
pub fn read(
    name: &str,
    file: Box<dyn Read + Send>,
    defaults: &Cells<'_>,
    reading: &Reading<'_>,
    roll: &mut Roll,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<(), Diags> {
    let file_name: Arc<str> = name.into();
    let mut rows = Rows::new(file).map_err(|error| broken(&file_name, &error))?;
    let header = rows.header();
    let header = header.map_err(|error| broken(&file_name, &error))?;
    let columns = columns(header, &file_name)?;
    let context = Context {
        file: file_name,
        columns,
        defaults,
        reading,
    };
    read_rows(rows, &context, roll, progress).into_result(())
}

struct Context<'c> {
    file: Arc<str>,
    columns: Vec<Field>,
    defaults: &'c Cells<'c>,
    reading: &'c Reading<'c>,
}

impl Context<'_> {
    fn row<'r>(&'r self, record: &'r ByteRecord) -> Row<'r> {
        Row {
            file: &self.file,
            record,
        }
    }
}

/// A file, and an end of its last line.
type File = Chain<BufReader<Box<dyn Read + Send>>, &'static [u8]>;

/// The rows of a file, each with the line on which it begins.
struct Rows {
    reader: csv::Reader<File>,
    /// True where lines end with a carriage return and a line feed.
    is_crlf: bool,
}

impl Rows {
    fn new(file: Box<dyn Read + Send>) -> Result<Self, csv::Error> {
        let mut file = BufReader::with_capacity(BUFFER, file);
        let start = file.fill_buf()?;
        let end = start.iter().position(|byte| *byte == b'\n');
        let is_crlf = end.is_some_and(|end| start[..end].ends_with(b"\r"));
        // The last row ends as all others do.
        let line_end: &[u8] = if is_crlf { b"\r\n" } else { b"\n" };
        let mut builder = csv::ReaderBuilder::new();
        let builder = builder.flexible(true).buffer_capacity(BUFFER);
        Ok(Self {
            reader: builder.from_reader(file.chain(line_end)),
            is_crlf,
        })
    }

    fn header(&mut self) -> Result<&ByteRecord, csv::Error> {
        self.reader.byte_headers()
    }

    /// Reads the next row; false at the end.
    ///
    /// Where the reader says that a row begins it has still to skip blank lines and the line feed
    /// after a carriage return; so the line is counted from where the row ends.
    fn next(&mut self, row: &mut ByteRecord) -> Result<bool, csv::Error> {
        let more = self.reader.read_byte_record(row)?;
        let inside = memchr::memchr_iter(b'\n', row.as_slice()).count() as u64;
        let below = inside + u64::from(!self.is_crlf);
        let line = self.reader.position().line().saturating_sub(below);
        let position = row.position().cloned();
        row.set_position(position.map(|mut position| position.set_line(line).clone()));
        Ok(more)
    }
}

/// Rows that have been split, and how many of them are new: the others are there to be reused.
#[derive(Default)]
struct Batch {
    rows: Vec<ByteRecord>,
    filled: usize,
}

impl Batch {
    fn rows(&self) -> &[ByteRecord] {
        &self.rows[..self.filled]
    }

    fn fill(&mut self, rows: &mut Rows) -> Result<(), csv::Error> {
        self.rows.resize_with(BATCH, ByteRecord::new);
        self.filled = 0;
        while self.filled < BATCH && rows.next(&mut self.rows[self.filled])? {
            self.filled += 1;
        }
        Ok(())
    }
}

/// One thread splits rows while the others understand them; batches go to and fro between them.
fn read_rows(
    mut rows: Rows,
    context: &Context<'_>,
    roll: &mut Roll,
    progress: &(dyn Fn(u64) + Sync),
) -> Diags {
    let (send, receive) = sync_channel::<Batch>(WAITING);
    let (give_back, take_back) = channel::<Batch>();
    let mut diags = Diags::new();
    let failure = thread::scope(|scope| {
        let splitter = scope.spawn(move || {
            loop {
                let mut batch = take_back.try_recv().unwrap_or_default();
                let outcome = batch.fill(&mut rows);
                let last = batch.filled < BATCH;
                let stopped = send.send(batch).is_err();
                if last || stopped || outcome.is_err() {
                    return outcome.err();
                }
            }
        });
        let mut keep = |batch: Batch, understood: Vec<Result<Function, Diags>>| {
            for (record, read) in batch.rows().iter().zip(understood) {
                enlist(record, read, context, roll, &mut diags);
            }
            progress(roll.len() as u64);
            // When the splitter has ended, nobody needs the batch any more.
            let _ = give_back.send(batch);
        };
        let (mut before, mut understood) = (Batch::default(), Vec::new());
        for batch in receive {
            // While one batch is understood, what came of the one before it is put away.
            let understand = || {
                let rows = batch.rows().par_iter();
                rows.map(|row| understand(row, context)).collect()
            };
            let put_away = || keep(before, understood);
            (understood, ()) = rayon::join(understand, put_away);
            before = batch;
        }
        keep(before, understood);
        splitter.join().unwrap_or_default()
    });
    if let Some(error) = failure {
        diags.push(broken(&context.file, &error));
    }
    diags
}

/// Adds what came of a row to the roll, with its mistakes and that of a name that is taken.
fn enlist(
    record: &ByteRecord,
    read: Result<Function, Diags>,
    context: &Context<'_>,
    roll: &mut Roll,
    diags: &mut Diags,
) {
    let mut columns = context.columns.iter();
    let column = columns.position(|field| *field == Field::Name);
    let place = || {
        let row = context.row(record);
        let span = column.and_then(|commas| Some(cell_span(record.range(commas)?, commas)));
        row.at(span.unwrap_or_default())
    };
    let added = match diags.take(read) {
        Some(function) => roll.add(function, place),
        None => {
            let name = column.and_then(|column| record.get(column));
            let name = name.and_then(|name| std::str::from_utf8(name).ok());
            let name = trimmed(name.unwrap_or_default());
            match name {
                "" => Ok(()),
                _ => roll.add_faulty(name, place()),
            }
        }
    };
    diags.take(added);
}

/// Where a cell stands in its row: a comma stands before each but the first.
fn cell_span(cell: Range<usize>, commas: usize) -> Range<usize> {
    cell.start + commas..cell.end + commas
}

fn trimmed(cell: &str) -> &str {
    cell.trim_matches([' ', '\t'])
}

fn broken(file: &Arc<str>, error: &csv::Error) -> Diag {
    let line = error.position().map_or(1, csv::Position::line);
    let at = At {
        file: Arc::clone(file),
        line,
        text: String::new(),
        columns: 0..0,
    };
    Diag::new(Code::Unreadable, format!("cannot read the fleet: {error}")).at(at)
}

/// A row as one line of text, so that a mistake can be pointed at.
struct Row<'r> {
    file: &'r Arc<str>,
    record: &'r ByteRecord,
}

impl Row<'_> {
    fn line(&self) -> u64 {
        self.record.position().map_or(1, csv::Position::line)
    }

    fn wrong(&self, code: Code, message: &str, help: &str) -> Diag {
        Diag::new(code, message).at(self.at(0..0)).help(help)
    }
}

impl Locate for Row<'_> {
    /// The row as it would be written, and in it the cell that `span` is.
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
            let range = self.record.range(commas).unwrap_or_default();
            if !span.is_empty() && cell_span(range, commas) == span {
                columns = start..text.len();
            }
        }
        At {
            file: Arc::clone(self.file),
            line: self.line(),
            columns,
            text,
        }
    }
}

fn columns(header: &ByteRecord, file: &Arc<str>) -> Result<Vec<Field>, Diags> {
    let row = Row {
        file,
        record: header,
    };
    let mut diags = Diags::new();
    if header.is_empty() {
        let help = "its first line names the columns: name,memory_mb,duration_ms,…";
        return Err(row.wrong(Code::Syntax, "the fleet is empty", help).into());
    }
    let mut columns = Vec::new();
    for (commas, cell) in header.iter().enumerate() {
        let span = cell_span(header.range(commas).unwrap_or_default(), commas);
        let text = String::from_utf8_lossy(cell);
        let text = text.trim();
        match Field::of_column(text) {
            Some(field) if columns.contains(&field) => diags.push(
                Diag::new(Code::Conflict, format!("the column `{text}` occurs twice"))
                    .at(row.at(span))
                    .help("keep one of them"),
            ),
            Some(field) => columns.push(field),
            None => diags.push(unknown_column(text, header.len(), row.at(span))),
        }
    }
    diags.into_result(columns)
}

/// The diagnostic for a column that is no key of a function.
fn unknown_column(name: &str, columns: usize, at: At) -> Diag {
    let diag = unknown("column", name, at);
    if columns == 1 && name.contains([';', '\t']) {
        return diag.help("separate columns with commas");
    }
    diag.or_help(
        "a column is a key of [[function]]: name, memory_mb, duration_ms, invocations_per_month, \
         utilization, … (docs/scenario.md has all); leave out others",
    )
}

fn understand(record: &ByteRecord, context: &Context<'_>) -> Result<Function, Diags> {
    let row = context.row(record);
    if record.len() != context.columns.len() {
        let message = format!(
            "the row has {} cells, the header {}",
            record.len(),
            context.columns.len()
        );
        let help = "a cell that contains a comma must be quoted";
        return Err(row.wrong(Code::Syntax, &message, help).into());
    }
    let mut cells = Cells::new(0..0);
    let all = std::str::from_utf8(record.as_slice()).unwrap_or_default();
    for (commas, field) in context.columns.iter().enumerate() {
        let span = record.range(commas).unwrap_or_default();
        // The cells stand side by side in `all`: where one begins or ends within a character, or
        // where `all` is no text, there is none to get.
        let Some(text) = all.get(span.clone()) else {
            let help = "save the file as UTF-8";
            return Err(row
                .wrong(Code::Unreadable, "the row is not UTF-8 text", help)
                .into());
        };
        let place = Place::Bytes(cell_span(span, commas));
        let text = trimmed(text);
        if !text.is_empty() {
            let cell = Cell {
                text: Cow::Borrowed(text),
                shape: Shape::Text,
                place,
            };
            cells.state(*field, cell);
        }
    }
    let mut diags = Diags::new();
    let merged = match context.defaults.stated().next() {
        Some(_) => cells.over(context.defaults),
        None => cells,
    };
    let function = function::build(&merged, row.line(), context.reading, &row, &mut diags);
    match function {
        Some(function) => diags.into_result(function),
        None => Err(diags),
    }
}
