//! Bills: Cost and Usage Reports (`cur`) and FOCUS exports (`focus`), as CSV or Parquet.
//!
//! Rows are read one by one: the memory grows with functions and hours, not with rows.

mod csv;
mod layout;
mod ledger;
mod meter;
#[cfg(feature = "parquet")]
mod pages;
#[cfg(feature = "parquet")]
mod parquet;
mod rates;
#[cfg(feature = "parquet")]
mod seekable;
mod table;

use crate::facts::{Context, Facts};
use crate::format::Format;
use crate::input::Bytes;
use crate::mistake::Mistake;
use crate::options::Options;
use std::collections::BTreeMap;

pub(crate) use ledger::{Bill, OfFunction};
pub(crate) use meter::{Architecture, Meter};
pub(crate) use rates::{Group, Groups, Plan, TOLERANCE};

/// What all bills of an import say.
#[derive(Debug, Default)]
pub(crate) struct Bills {
    pub(crate) by_format: BTreeMap<Format, Bill>,
}

/// Reads a bill.
///
/// # Errors
/// It is no bill, is damaged, or lacks columns.
pub(super) fn read(
    format: Format,
    mut bytes: Bytes,
    context: &Context,
    options: &Options,
    facts: &mut Facts,
) -> Result<(), Mistake> {
    let start = bytes.start(MAGIC.len() as u64);
    if start.is_ok_and(is_parquet) {
        return of_parquet(bytes, context, options, facts);
    }
    let layout = layout::Layout::of(format);
    csv::read(layout, bytes, context, options, facts)
}

/// The first bytes of a Parquet file.
const MAGIC: &[u8] = b"PAR1";

/// True for a Parquet file. Which bill it is stands at its end.
pub(crate) fn is_parquet(start: &[u8]) -> bool {
    start.starts_with(MAGIC)
}

#[cfg(feature = "parquet")]
use parquet::read as of_parquet;

#[cfg(not(feature = "parquet"))]
fn of_parquet(_: Bytes, context: &Context, _: &Options, _: &mut Facts) -> Result<(), Mistake> {
    let message = "it is Parquet, which this build cannot read";
    let help = "export CSV, or build with the feature `parquet`";
    Err(context.mistake(message, help))
}

/// The format of a bill as CSV, by its header; `None` if it is none.
pub(crate) fn format_of_header(header: &str) -> Option<Format> {
    let names = table::plain(header);
    let has = |name| names.contains(name);
    if has("lineitemlineitemtype") || has("lineitemusagetype") {
        Some(Format::Cur)
    } else if has("chargecategory") && has("chargeperiodstart") {
        Some(Format::Focus)
    } else {
        None
    }
}
