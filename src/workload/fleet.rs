//! A fleet as CSV: one function a row, the keys of `[[function]]` as columns.

use super::cells::{Cell, Cells, Locate, Place, Shape, unknown};
use super::function::{self, Function, Reading};
use super::schema::Field;
use crate::diag::{At, Code, Diag, Diags};
use csv::ByteRecord;
use rayon::prelude::*;
use std::borrow::Cow;
use std::io::Read;
use std::ops::Range;
use std::sync::Arc;
use std::sync::mpsc::{channel, sync_channel};
use std::thread;

/// Rows that are read before they are handed over to be understood.
const BATCH: usize = 16_384;
/// Batches that may wait.
const WAITING: usize = 2;

/// Reads a fleet.
///
/// # Errors
/// Every mistake in its header and rows, or that it cannot be read.
pub fn read(
    name: &str,
    file: Box<dyn Read + Send>,
    defaults: &Cells<'_>,
    reading: &Reading<'_>,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Vec<Function>, Diags> {
    let file_name: Arc<str> = name.into();
    let mut rows = csv::ReaderBuilder::new().flexible(true).from_reader(file);
    let header = rows
        .byte_headers()
        .map_err(|error| broken(&file_name, &error))?;
    let columns = columns(header, &file_name)?;
    let context = Context {
        file: file_name,
        columns,
        defaults,
        reading,
    };
    let (functions, diags) = read_rows(rows, &context, progress);
    diags.into_result(functions)
}

struct Context<'c> {
    file: Arc<str>,
    columns: Vec<Field>,
    defaults: &'c Cells<'c>,
    reading: &'c Reading<'c>,
}

type Rows = csv::Reader<Box<dyn Read + Send>>;

/// Rows that have been split, and how many of them are new: the others are there to be reused.
#[derive(Default)]
struct Batch {
    rows: Vec<ByteRecord>,
    filled: usize,
}

impl Batch {
    fn fill(&mut self, rows: &mut Rows) -> Result<(), csv::Error> {
        self.rows.resize_with(BATCH, ByteRecord::new);
        self.filled = 0;
        while self.filled < BATCH && rows.read_byte_record(&mut self.rows[self.filled])? {
            self.filled += 1;
        }
        Ok(())
    }
}

/// One thread splits rows while the others understand them; batches go to and fro between them.
fn read_rows(
    mut rows: Rows,
    context: &Context<'_>,
    progress: &(dyn Fn(u64) + Sync),
) -> (Vec<Function>, Diags) {
    let (send, receive) = sync_channel::<Batch>(WAITING);
    let (give_back, take_back) = channel::<Batch>();
    let mut functions = Vec::new();
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
        let mut understood: Vec<Result<Function, Diags>> = Vec::new();
        let mut keep = |rows: Vec<Result<Function, Diags>>| {
            functions.extend(rows.into_iter().filter_map(|row| diags.take(row)));
            progress(functions.len() as u64);
        };
        for batch in receive {
            // While one batch is understood, what came of the one before it is put away.
            let rows = batch.rows[..batch.filled].par_iter();
            let before = std::mem::take(&mut understood);
            let understand = || rows.map(|row| understand(row, context)).collect();
            (understood, ()) = rayon::join(understand, || keep(before));
            // When the splitter has ended, nobody needs the batch any more.
            let _ = give_back.send(batch);
        }
        keep(understood);
        splitter.join().unwrap_or_default()
    });
    if let Some(error) = failure {
        diags.push(broken(&context.file, &error));
    }
    (functions, diags)
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
    fn at(&self, span: Range<usize>) -> At {
        let cells: Vec<_> = self.record.iter().map(String::from_utf8_lossy).collect();
        let text = cells.join(",");
        let end = span.end.min(text.len());
        At {
            file: Arc::clone(self.file),
            line: self.line(),
            columns: span.start.min(end)..end,
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
    let mut offset = 0;
    for cell in header {
        let span = offset..offset + cell.len();
        offset += cell.len() + 1;
        let text = String::from_utf8_lossy(cell);
        let text = text.trim();
        match Field::of_column(text) {
            Some(field) if columns.contains(&field) => diags.push(
                Diag::new(Code::Conflict, format!("the column `{text}` occurs twice"))
                    .at(row.at(span))
                    .help("keep one of them"),
            ),
            Some(field) => columns.push(field),
            None => diags.push(unknown("column", text, row.at(span))),
        }
    }
    diags.into_result(columns)
}

fn understand(record: &ByteRecord, context: &Context<'_>) -> Result<Function, Diags> {
    let row = Row {
        file: &context.file,
        record,
    };
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
        let place = Place::Bytes(span.start + commas..span.end + commas);
        let text = text.trim_matches([' ', '\t']);
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
