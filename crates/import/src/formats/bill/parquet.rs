//! Bills as Parquet. Only the columns that are needed are read, a batch of rows at a time.
//!
//! Row groups are read at the same time on all cores, and added up in their order.

#![expect(
    clippy::disallowed_types,
    reason = "Parquet has them; each becomes the shortest decimal that reads back to it"
)]

use super::csv::wrong_cell;
use super::layout::Layout;
use super::ledger::{Fault, Ledger, Totals, too_large};
use super::pages::{self, Pages};
use super::seekable::Seekable;
use super::table::{Cell, Column, Columns, Row, text_cell};
use crate::facts::{Context, Facts};
use crate::input;
use crate::mistake::Mistake;
use crate::options::Options;
use crate::time::Time;
use parquet::basic::{ConvertedType, LogicalType, TimeUnit};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl, get_column_reader};
use parquet::data_type::{ByteArray, DataType, FixedLenByteArray, Int96};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use parquet::schema::types::{ColumnDescriptor, SchemaDescriptor};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use rust_decimal::Decimal;
use std::io;
use std::sync::Arc;

/// Rows that are read at once.
const BATCH: usize = 8192;
const MILLISECONDS_OF_DAY: i64 = 86_400_000;

/// Columns that say whether a row is about Lambda, when the bill begins and ends, and which Savings
/// Plans there are. The others are read where there is a row of Lambda.
const FIRST: [Column; 12] = [
    Column::Kind,
    Column::Class,
    Column::Start,
    Column::End,
    Column::Service,
    Column::ServiceName,
    Column::Status,
    Column::Description,
    Column::Plan,
    Column::PlanArn,
    Column::Term,
    Column::Payment,
];

pub(super) fn read(
    bytes: input::Bytes,
    context: &Context,
    options: &Options,
    facts: &mut Facts,
) -> Result<(), Mistake> {
    let content = Seekable::of(bytes).map_err(|error| cannot_read(&error, context))?;
    let reader = SerializedFileReader::new(content);
    let reader = reader.map_err(|error| damaged(&error, 0, context))?;
    let schema = reader.metadata().file_metadata().schema_descr_ptr();
    let names = names(&schema);
    let Some(format) = super::format_of_header(&names.join(",")) else {
        return no_bill(&names, context, facts);
    };
    let layout = Layout::of(format);
    let columns = layout.columns(names.iter().map(String::as_str), context)?;
    let source = facts.start(&context.path, layout.format());
    let ledger = || Ledger::new(layout, source, options);
    let table = Table {
        columns,
        names,
        context,
    };
    // The rows before each row group.
    let mut groups = Vec::new();
    let mut before = 0;
    for (number, group) in reader.metadata().row_groups().iter().enumerate() {
        pages::check(group).map_err(|error| damaged(&error, 0, context))?;
        groups.push((number, before));
        before += u64::try_from(group.num_rows()).unwrap_or(0);
    }
    let mut totals = Totals::default();
    // A wave of row groups at a time, so that memory does not grow with the file.
    for wave in groups.chunks(rayon::current_num_threads()) {
        let parts = wave.par_iter().map(|(number, before)| {
            let group = reader.get_row_group(*number);
            let group = group.map_err(|error| damaged(&error, *before, context))?;
            table.read(&*group, *before, ledger())
        });
        for part in parts.collect::<Vec<Result<Totals, Mistake>>>() {
            let added = totals.add(part?);
            added.ok_or_else(|| too_large(context))?;
        }
    }
    totals.finish(source, "row", context, facts)
}

/// What is known of a file before its rows are read.
struct Table<'t> {
    columns: Columns,
    names: Vec<String>,
    context: &'t Context,
}

impl Table<'_> {
    /// Reads a row group.
    fn read(
        &self,
        group: &dyn RowGroupReader,
        before: u64,
        mut ledger: Ledger<'_>,
    ) -> Result<Totals, Mistake> {
        let context = self.context;
        let mut rows = before;
        let batch = Batch::of(group, &self.columns);
        let mut batch = batch.map_err(|error| damaged(&error, rows, context))?;
        let all = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
        let mut done = 0;
        while done < all {
            let count = (all - done).min(BATCH);
            let loaded = batch.load(count, ledger.layout());
            loaded.map_err(|error| damaged(&error, rows, context))?;
            for at in 0..count {
                rows += 1;
                let row = Record { batch: &batch, at };
                let added = ledger.row(&row, rows);
                added.map_err(|fault| self.mistake(&fault, rows))?;
            }
            done += count;
        }
        ledger.totals(context).ok_or_else(|| too_large(context))
    }

    fn mistake(&self, fault: &Fault, row: u64) -> Mistake {
        match fault {
            Fault::TooLarge => too_large(self.context),
            Fault::Wrong(wrong) => {
                let mut found = wrong_cell(wrong, &self.columns, &self.names, self.context);
                found.message = format!("row {row}: {}", found.message);
                found
            }
        }
    }
}

/// The names of columns; empty for members of maps and lists, which have several values in a row.
fn names(schema: &SchemaDescriptor) -> Vec<String> {
    let columns = schema.columns().iter();
    let names = columns.map(|column| {
        let is_plain = column.max_rep_level() == 0 && column.path().parts().len() == 1;
        if is_plain { column.name() } else { "" }.to_owned()
    });
    names.collect()
}

/// A Parquet file in a folder can be anything; one that is named should be a bill.
fn no_bill(names: &[String], context: &Context, facts: &mut Facts) -> Result<(), Mistake> {
    const NAMED: usize = 6;
    if context.is_in_folder {
        facts.skipped += 1;
        return Ok(());
    }
    let few: Vec<&str> = names.iter().take(NAMED).map(String::as_str).collect();
    let message = format!(
        "it is Parquet without the columns of a bill: {}",
        few.join(", ")
    );
    let help = "export a CUR or FOCUS: `lambdacost import --list` says how";
    Err(context.mistake(message, help))
}

fn damaged(error: &ParquetError, rows: u64, context: &Context) -> Mistake {
    if let ParquetError::NYI(what) = error {
        let message = format!("the Parquet file cannot be read: {what}");
        let help = "write it with plain and dictionary encodings, as AWS does, or as CSV";
        return context.mistake(message, help);
    }
    let message = format!("the Parquet file is damaged after {rows} rows: {error}");
    context.mistake(message, "export or copy it again")
}

fn cannot_read(error: &io::Error, context: &Context) -> Mistake {
    let message = format!("cannot read it: {error}");
    let help = "copy it again, and set TMPDIR to a folder on another disk if this one is full";
    context.mistake(message, help)
}

/// What the values of a column are.
#[derive(Clone, Copy)]
enum Meaning {
    Plain,
    /// Time in parts of a millisecond.
    Time {
        parts: i64,
    },
    Date,
    Decimal {
        scale: u32,
    },
}

impl Meaning {
    fn of(column: &ColumnDescriptor) -> Self {
        match column.logical_type_ref() {
            Some(LogicalType::Timestamp(stamp)) => {
                let parts = match stamp.unit {
                    TimeUnit::MILLIS => 1,
                    TimeUnit::MICROS => 1_000,
                    TimeUnit::NANOS => 1_000_000,
                };
                return Self::Time { parts };
            }
            Some(LogicalType::Date) => return Self::Date,
            _ => {}
        }
        match column.converted_type() {
            ConvertedType::TIMESTAMP_MILLIS => Self::Time { parts: 1 },
            ConvertedType::TIMESTAMP_MICROS => Self::Time { parts: 1_000 },
            ConvertedType::DATE => Self::Date,
            ConvertedType::DECIMAL => {
                let scale = u32::try_from(column.type_scale()).unwrap_or(0);
                Self::Decimal { scale }
            }
            _ => Self::Plain,
        }
    }

    fn integer(self, value: i64) -> Cell<'static> {
        match self {
            Self::Plain => Cell::Integer(value),
            Self::Time { parts } => time(value.div_euclid(parts)),
            Self::Date => time(value.saturating_mul(MILLISECONDS_OF_DAY)),
            Self::Decimal { scale } => decimal(value.into(), scale),
        }
    }

    fn bytes(self, bytes: &[u8]) -> Cell<'_> {
        let Self::Decimal { scale } = self else {
            return text_cell(bytes);
        };
        const WIDEST: usize = size_of::<i128>();
        if bytes.is_empty() || bytes.len() > WIDEST {
            return text_cell(bytes);
        }
        let sign = if bytes[0] >= 0x80 { 0xff } else { 0 };
        let mut whole = [sign; WIDEST];
        whole[WIDEST - bytes.len()..].copy_from_slice(bytes);
        decimal(i128::from_be_bytes(whole), scale)
    }
}

/// A time; a number that is none stays one, and is refused where a time is needed.
fn time(milliseconds: i64) -> Cell<'static> {
    /// The end of the year 9999.
    const LAST: u64 = 253_402_300_800_000;
    if milliseconds.unsigned_abs() < LAST {
        Cell::Time(Time(milliseconds))
    } else {
        Cell::Integer(milliseconds)
    }
}

/// A decimal; zeros at the end that do not fit are left out.
fn decimal(mut mantissa: i128, mut scale: u32) -> Cell<'static> {
    loop {
        if let Ok(decimal) = Decimal::try_from_i128_with_scale(mantissa, scale) {
            return Cell::Decimal(decimal.normalize());
        }
        if scale == 0 || mantissa % 10 != 0 {
            return Cell::Double(f64::NAN);
        }
        mantissa /= 10;
        scale -= 1;
    }
}

/// A column of a row group.
struct Chunk {
    reader: Values,
    meaning: Meaning,
    /// The definition level of a value that is there.
    present: i16,
    levels: Vec<i16>,
    /// By row: the number of its value, or [`NONE`].
    index: Vec<u32>,
}

const NONE: u32 = u32::MAX;

enum Values {
    Text(
        ColumnReaderImpl<parquet::data_type::ByteArrayType>,
        Vec<ByteArray>,
    ),
    Fixed(
        ColumnReaderImpl<parquet::data_type::FixedLenByteArrayType>,
        Vec<FixedLenByteArray>,
    ),
    Int32(ColumnReaderImpl<parquet::data_type::Int32Type>, Vec<i32>),
    Int64(ColumnReaderImpl<parquet::data_type::Int64Type>, Vec<i64>),
    Int96(ColumnReaderImpl<parquet::data_type::Int96Type>, Vec<Int96>),
    Float(ColumnReaderImpl<parquet::data_type::FloatType>, Vec<f32>),
    Double(ColumnReaderImpl<parquet::data_type::DoubleType>, Vec<f64>),
    /// Booleans: no column of a bill has them.
    None,
}

impl Chunk {
    fn of(group: &dyn RowGroupReader, at: usize) -> Result<Self, ParquetError> {
        let column = group.metadata().schema_descr().column(at);
        let pages = group.get_column_page_reader(at)?;
        let pages = Box::new(Pages::new(pages, &column));
        let reader = match get_column_reader(Arc::clone(&column), pages) {
            ColumnReader::ByteArrayColumnReader(reader) => Values::Text(reader, Vec::new()),
            ColumnReader::FixedLenByteArrayColumnReader(reader) => {
                Values::Fixed(reader, Vec::new())
            }
            ColumnReader::Int32ColumnReader(reader) => Values::Int32(reader, Vec::new()),
            ColumnReader::Int64ColumnReader(reader) => Values::Int64(reader, Vec::new()),
            ColumnReader::Int96ColumnReader(reader) => Values::Int96(reader, Vec::new()),
            ColumnReader::FloatColumnReader(reader) => Values::Float(reader, Vec::new()),
            ColumnReader::DoubleColumnReader(reader) => Values::Double(reader, Vec::new()),
            ColumnReader::BoolColumnReader(_) => Values::None,
        };
        Ok(Self {
            reader,
            meaning: Meaning::of(&column),
            present: column.max_def_level(),
            levels: Vec::new(),
            index: Vec::new(),
        })
    }

    /// Reads the values of the next rows.
    fn load(&mut self, count: usize) -> Result<(), ParquetError> {
        let levels = &mut self.levels;
        match &mut self.reader {
            Values::Text(reader, values) => load(reader, values, levels, count)?,
            Values::Fixed(reader, values) => load(reader, values, levels, count)?,
            Values::Int32(reader, values) => load(reader, values, levels, count)?,
            Values::Int64(reader, values) => load(reader, values, levels, count)?,
            Values::Int96(reader, values) => load(reader, values, levels, count)?,
            Values::Float(reader, values) => load(reader, values, levels, count)?,
            Values::Double(reader, values) => load(reader, values, levels, count)?,
            Values::None => {}
        }
        self.index.clear();
        if self.present > 0 {
            let mut next = 0;
            for level in &self.levels {
                let is_there = *level == self.present;
                self.index.push(if is_there { next } else { NONE });
                next += u32::from(is_there);
            }
        }
        Ok(())
    }

    fn skip(&mut self, count: usize) -> Result<(), ParquetError> {
        let skipped = match &mut self.reader {
            Values::Text(reader, _) => reader.skip_records(count)?,
            Values::Fixed(reader, _) => reader.skip_records(count)?,
            Values::Int32(reader, _) => reader.skip_records(count)?,
            Values::Int64(reader, _) => reader.skip_records(count)?,
            Values::Int96(reader, _) => reader.skip_records(count)?,
            Values::Float(reader, _) => reader.skip_records(count)?,
            Values::Double(reader, _) => reader.skip_records(count)?,
            Values::None => count,
        };
        whole(skipped, count)
    }

    fn cell(&self, row: usize) -> Cell<'_> {
        let at = if self.present > 0 {
            match self.index.get(row) {
                None | Some(&NONE) => return Cell::Empty,
                Some(at) => *at as usize,
            }
        } else {
            row
        };
        let meaning = self.meaning;
        let found = match &self.reader {
            Values::Text(_, values) => values.get(at).map(|value| meaning.bytes(value.data())),
            Values::Fixed(_, values) => values.get(at).map(|value| meaning.bytes(value.data())),
            Values::Int32(_, values) => {
                values.get(at).map(|value| meaning.integer((*value).into()))
            }
            Values::Int64(_, values) => values.get(at).map(|value| meaning.integer(*value)),
            Values::Int96(_, values) => values.get(at).map(|value| time(value.to_millis())),
            Values::Float(_, values) => values.get(at).map(|value| Cell::Float(*value)),
            Values::Double(_, values) => values.get(at).map(|value| Cell::Double(*value)),
            Values::None => None,
        };
        found.unwrap_or(Cell::Empty)
    }
}

/// Replaces values and definition levels by those of the next rows.
fn load<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    values: &mut Vec<T::T>,
    levels: &mut Vec<i16>,
    count: usize,
) -> Result<(), ParquetError> {
    values.clear();
    levels.clear();
    let (rows, _, _) = reader.read_records(count, Some(levels), None, values)?;
    whole(rows, count)
}

fn whole(found: usize, count: usize) -> Result<(), ParquetError> {
    if found == count {
        return Ok(());
    }
    let message = format!("a column has {found} of {count} rows");
    Err(ParquetError::General(message))
}

/// Rows of a row group.
struct Batch {
    chunks: [Option<Chunk>; Column::ALL.len()],
    /// Rows that were skipped in the columns that are not read first.
    behind: usize,
}

impl Batch {
    fn of(group: &dyn RowGroupReader, columns: &Columns) -> Result<Self, ParquetError> {
        let mut chunks = [const { None }; Column::ALL.len()];
        for column in Column::ALL {
            if let Some(at) = columns.at(column) {
                chunks[column as usize] = Some(Chunk::of(group, at)?);
            }
        }
        Ok(Self { chunks, behind: 0 })
    }

    /// Reads the next rows: all columns, if one of them is about Lambda.
    fn load(&mut self, count: usize, layout: Layout) -> Result<(), ParquetError> {
        for column in FIRST {
            if let Some(chunk) = &mut self.chunks[column as usize] {
                chunk.load(count)?;
            }
        }
        let batch = &*self;
        if !(0..count).any(|at| layout.is_lambda(&Record { batch, at })) {
            self.behind += count;
            return Ok(());
        }
        let behind = std::mem::take(&mut self.behind);
        for column in Column::ALL {
            let Some(chunk) = &mut self.chunks[column as usize] else {
                continue;
            };
            if !FIRST.contains(&column) {
                chunk.skip(behind)?;
                chunk.load(count)?;
            }
        }
        Ok(())
    }
}

/// A row of a batch.
struct Record<'b> {
    batch: &'b Batch,
    at: usize,
}

impl Row for Record<'_> {
    fn cell(&self, column: Column) -> Cell<'_> {
        match &self.batch.chunks[column as usize] {
            Some(chunk) => chunk.cell(self.at),
            None => Cell::Empty,
        }
    }
}
