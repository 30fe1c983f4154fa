//! Calls that another program counted: the columns of `lambdacost/usage/v1` and of queries of CloudWatch
//! Logs Insights.

use crate::facts::{Context, Facts, SourceNumber, Who};
use crate::format::Format;
use crate::input::Bytes;
use crate::mistake::Mistake;
use crate::number::Number;
use crate::resolve::usage::{OfMemory, Usage};
use crate::time::Time;
use exact::Exact;
use rust_decimal::Decimal;

/// Calls of a function, of one memory size and in one hour where these are known.
#[derive(Debug, Default)]
pub(super) struct Row {
    pub(super) memory_mb: Option<u32>,
    pub(super) hour: Option<i64>,
    pub(super) calls: u64,
    /// Milliseconds.
    pub(super) billed: Option<Decimal>,
    /// Milliseconds.
    pub(super) init: Option<Decimal>,
    pub(super) cold_starts: Option<u64>,
    pub(super) peak: Option<u64>,
    /// CPU time of all calls, in milliseconds.
    pub(super) cpu: Option<Decimal>,
}

/// Adds calls to those of a function.
pub(super) fn add(who: &Who, format: Format, source: SourceNumber, row: &Row, facts: &mut Facts) {
    let key = (who.clone(), format);
    let new = || Usage::new(source);
    let usage = facts.counted.entry(key).or_insert_with(new);
    if let Some(peak) = row.peak {
        let most = usage.peaks.entry(row.hour).or_default();
        *most = peak.max(*most);
    }
    let of_row = usage.rows.entry((row.hour, row.memory_mb)).or_default();
    // An hour without calls says only that it was observed.
    if row.calls == 0 {
        return;
    }
    of_row.add(row);
    // Of rows in any order the last hour has the memory of today.
    if row.hour >= usage.last_hour {
        usage.last_hour = row.hour;
        usage.memory_mb = row.memory_mb.or(usage.memory_mb);
    }
}

/// The initialization of a call that was billed, in milliseconds: before August 2025 it was reported and
/// free.
pub(super) fn billed_init(
    billed: Decimal,
    duration: Decimal,
    init: Option<Decimal>,
) -> Option<Decimal> {
    init.filter(|init| billed >= duration.saturating_add(*init))
}

impl OfMemory {
    fn add(&mut self, row: &Row) {
        self.calls += u128::from(row.calls);
        let billed = row.billed.map(Exact::from);
        self.billed = self.billed.take().and_then(|known| Some(&known + &billed?));
        self.init = &self.init + &row.init.map_or(Exact::ZERO, Exact::from);
        if let Some(cpu) = row.cpu {
            self.cpu = &self.cpu + &Exact::from(cpu);
            self.cpu_calls += u128::from(row.calls);
        }
        let cold_starts = row.cold_starts.map(u128::from);
        self.cold_starts = self
            .cold_starts
            .and_then(|known| Some(known + cold_starts?));
    }
}

/// A CSV file with a header.
pub(super) struct Table<'c> {
    rows: csv::Reader<Bytes>,
    columns: csv::StringRecord,
    /// True if a column has a name.
    is_named: fn(&str, &str) -> bool,
    context: &'c Context,
    /// What to do about a damaged file.
    again: &'static str,
}

impl<'c> Table<'c> {
    /// Reads the header.
    ///
    /// # Errors
    /// It is not CSV.
    pub(super) fn open(
        bytes: Bytes,
        is_named: fn(&str, &str) -> bool,
        context: &'c Context,
        again: &'static str,
    ) -> Result<Self, Mistake> {
        let mut rows = csv::ReaderBuilder::new().from_reader(bytes);
        let columns = rows.headers().cloned();
        let columns = columns.map_err(|error| cannot_read(&error, context, again))?;
        Ok(Self {
            rows,
            columns,
            is_named,
            context,
            again,
        })
    }

    fn place(&self, name: &str) -> Option<usize> {
        let mut columns = self.columns.iter();
        columns.position(|column| (self.is_named)(column, name))
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.place(name).is_some()
    }

    /// Passes each row to `take`.
    ///
    /// # Errors
    /// It is damaged, or an error of `take`.
    pub(super) fn each(
        mut self,
        mut take: impl FnMut(&Fields<'_>) -> Result<(), Mistake>,
    ) -> Result<(), Mistake> {
        let mut record = csv::StringRecord::new();
        loop {
            let read = self.rows.read_record(&mut record);
            if !read.map_err(|error| cannot_read(&error, self.context, self.again))? {
                return Ok(());
            }
            take(&Fields {
                get: &|name| record.get(self.place(name)?),
                line: record.position().map_or(0, csv::Position::line),
                context: self.context,
            })?;
        }
    }
}

fn cannot_read(error: &csv::Error, context: &Context, again: &str) -> Mistake {
    let found = context.mistake(format!("the CSV cannot be read: {error}"), again);
    match error.position() {
        Some(position) => found.at(position.line()),
        None => found,
    }
}

/// The fields of a row, by name. Empty text and `NULL` are no value.
pub(super) struct Fields<'r> {
    pub(super) get: &'r dyn Fn(&str) -> Option<&'r str>,
    /// Where the row is.
    pub(super) line: u64,
    pub(super) context: &'r Context,
}

impl<'r> Fields<'r> {
    pub(super) fn text(&self, name: &str) -> Option<&'r str> {
        let value = (self.get)(name).map(str::trim);
        value.filter(|value| !value.is_empty() && *value != "NULL")
    }

    /// A number of at least zero.
    pub(super) fn number(&self, name: &str) -> Result<Option<Decimal>, Mistake> {
        let Some(text) = self.text(name) else {
            return Ok(None);
        };
        let number = Number::of_text(text).filter(|number| !number.is_negative());
        let number = number.ok_or_else(|| self.wrong(name, text, "a number of at least zero"))?;
        Ok(Some(number.0))
    }

    /// A whole number.
    pub(super) fn whole(&self, name: &str) -> Result<Option<u64>, Mistake> {
        let Some(number) = self.number(name)? else {
            return Ok(None);
        };
        let whole = Number(number.normalize()).whole();
        let wrong = || self.wrong(name, &number.to_string(), "a whole number");
        whole.ok_or_else(wrong).map(Some)
    }

    /// The hour of a time.
    pub(super) fn hour(&self, name: &str) -> Result<Option<i64>, Mistake> {
        let Some(text) = self.text(name) else {
            return Ok(None);
        };
        let time = Time::of_text(text).ok_or_else(|| self.wrong(name, text, "a time"))?;
        Ok(Some(time.hour()))
    }

    fn wrong(&self, name: &str, text: &str, wanted: &str) -> Mistake {
        let message = format!("`{text}` in `{name}` is not {wanted}");
        self.context
            .mistake(message, "write the file again")
            .at(self.line)
    }
}
