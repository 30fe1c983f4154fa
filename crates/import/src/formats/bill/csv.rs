//! Bills as CSV.

use super::layout::Layout;
use super::ledger::{Fault, Ledger, too_large};
use super::table::{Cell, Column, Columns, Row, Wrong, text_cell};
use crate::facts::{Context, Facts};
use crate::input::Bytes;
use crate::mistake::Mistake;
use crate::options::Options;
use csv::{ByteRecord, ReaderBuilder};
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes that are read at once.
const BUFFER: usize = 1 << 20;
/// Bytes of the longest row.
const LONGEST: u64 = 64 << 20;
/// Bytes at the start that decide the delimiter.
const HEADER: u64 = 1 << 20;

pub(super) fn read(
    layout: Layout,
    mut bytes: Bytes,
    context: &Context,
    options: &Options,
    facts: &mut Facts,
) -> Result<(), Mistake> {
    let start = bytes.start(HEADER);
    let start = start.map_err(|error| cannot_read(&error, 0, context))?;
    let delimiter = delimiter(start);
    // After CR LF the reader counts the line only when it reads the next row.
    let behind = u64::from(has_crlf(start));
    let read = Arc::new(AtomicU64::new(0));
    let limited = Limited {
        inner: bytes,
        left: Arc::clone(&read),
    };
    read.store(LONGEST, Ordering::Relaxed);
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .buffer_capacity(BUFFER)
        .from_reader(limited);
    let header = reader.byte_headers();
    let header = header
        .map_err(|error| mistake(&error, 0, 0, context))?
        .clone();
    let names = header.iter().map(String::from_utf8_lossy);
    let names: Vec<_> = names.collect();
    let columns = layout.columns(names.iter().map(|name| &**name), context)?;
    let source = facts.start(&context.path, layout.format());
    let mut ledger = Ledger::new(layout, source, options);
    let mut record = ByteRecord::new();
    let mut rows = 0;
    loop {
        read.store(LONGEST, Ordering::Relaxed);
        let more = reader.read_byte_record(&mut record);
        if !more.map_err(|error| mistake(&error, rows, behind, context))? {
            break;
        }
        rows += 1;
        let line = record.position().map_or(0, csv::Position::line) + behind;
        let row = Record {
            record: &record,
            columns: &columns,
        };
        ledger.row(&row, line).map_err(|fault| match fault {
            Fault::TooLarge => too_large(context).at(line),
            Fault::Wrong(wrong) => wrong_cell(&wrong, &columns, &names, context).at(line),
        })?;
    }
    let totals = ledger.totals(context);
    let totals = totals.ok_or_else(|| too_large(context))?;
    totals.finish(source, "line", context, facts)
}

/// The delimiter that the header has most of.
fn delimiter(start: &[u8]) -> u8 {
    let end = memchr::memchr(b'\n', start).unwrap_or(start.len());
    let count = |delimiter: u8| memchr::memchr_iter(delimiter, &start[..end]).count();
    let mut all = [b',', b';', b'\t'];
    all.sort_by_key(|delimiter| std::cmp::Reverse(count(*delimiter)));
    all[0]
}

/// True if the header ends in CR LF.
fn has_crlf(start: &[u8]) -> bool {
    let end = memchr::memchr(b'\n', start).unwrap_or(0);
    end > 0 && start[end - 1] == b'\r'
}

/// A row.
struct Record<'r> {
    record: &'r ByteRecord,
    columns: &'r Columns,
}

impl Row for Record<'_> {
    fn cell(&self, column: Column) -> Cell<'_> {
        let at = self.columns.at(column);
        match at.and_then(|at| self.record.get(at)) {
            Some(bytes) => text_cell(bytes),
            None => Cell::Empty,
        }
    }
}

/// The mistake for a cell.
pub(super) fn wrong_cell(
    wrong: &Wrong,
    columns: &Columns,
    names: &[impl AsRef<str>],
    context: &Context,
) -> Mistake {
    const SHOWN: usize = 60;
    let at = columns.at(wrong.column);
    let name = at.and_then(|at| names.get(at));
    let name = name.map_or("a column", AsRef::as_ref);
    let shown: String = wrong.text.chars().take(SHOWN).collect();
    let what = if shown.is_empty() {
        "is empty".to_owned()
    } else {
        format!("has `{shown}`")
    };
    let message = format!("{name} {what}, which is not {}", wrong.wanted);
    context.mistake(message, "export the bill again, and do not edit it")
}

fn mistake(error: &csv::Error, rows: u64, behind: u64, context: &Context) -> Mistake {
    let line = error.position().map(csv::Position::line);
    let found = match error.kind() {
        csv::ErrorKind::Io(error) => cannot_read(error, rows, context),
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => {
            let message = format!(
                "a row has {len} columns and the header {expected_len}, after {rows} whole rows"
            );
            let help = "the file is cut off or was edited: export or copy it again";
            context.mistake(message, help)
        }
        _ => context.mistake(
            format!("the CSV cannot be read after {rows} rows: {error}"),
            "export or copy it again",
        ),
    };
    match line {
        Some(line) => found.at(line + behind),
        None => found,
    }
}

fn cannot_read(error: &io::Error, rows: u64, context: &Context) -> Mistake {
    let message = format!("cannot read it after {rows} rows: {error}");
    context.mistake(message, "export or copy it again")
}

/// Refuses rows that are too long, such as the rest of a file after a quote that is never closed.
struct Limited<R> {
    inner: R,
    /// Bytes that may be read before the row ends.
    left: Arc<AtomicU64>,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let left = self.left.load(Ordering::Relaxed);
        match left.checked_sub(read as u64) {
            Some(left) => self.left.store(left, Ordering::Relaxed),
            None => {
                let message = "a row has more than 64 MiB: a quote is never closed";
                return Err(io::Error::new(io::ErrorKind::InvalidData, message));
            }
        }
        Ok(read)
    }
}
