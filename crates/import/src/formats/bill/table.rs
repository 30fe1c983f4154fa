//! The columns of a bill, found by name, and the cells of a row.

#![expect(
    clippy::disallowed_types,
    reason = "Parquet has them; each becomes the shortest decimal that reads back to it"
)]

use crate::number::Number;
use crate::time::Time;
use rust_decimal::Decimal;
use std::borrow::Cow;

/// What a column says. Every bill format has some of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    /// `Usage`, `Tax`, ...
    Kind,
    /// FOCUS: `Correction`, or empty.
    Class,
    Start,
    End,
    /// Code of the service: `AWSLambda`.
    Service,
    /// Name of the service: `AWS Lambda`.
    ServiceName,
    UsageType,
    /// FOCUS 1.2 has the usage type here.
    SkuMeter,
    Description,
    Resource,
    Quantity,
    /// Stands where the first one is empty.
    OtherQuantity,
    NetCost,
    Cost,
    /// Of usage that a Savings Plan covers.
    CoveredNetCost,
    CoveredCost,
    ListCost,
    Currency,
    RegionCode,
    Region,
    /// A map with the region among its members, as JSON.
    Product,
    /// FOCUS: whether a commitment covers the row.
    Status,
    Plan,
    /// Which Savings Plan covers the row, or is paid by it.
    PlanArn,
    Term,
    Payment,
}

impl Column {
    pub(super) const ALL: [Self; 26] = [
        Self::Kind,
        Self::Class,
        Self::Start,
        Self::End,
        Self::Service,
        Self::ServiceName,
        Self::UsageType,
        Self::SkuMeter,
        Self::Description,
        Self::Resource,
        Self::Quantity,
        Self::OtherQuantity,
        Self::NetCost,
        Self::Cost,
        Self::CoveredNetCost,
        Self::CoveredCost,
        Self::ListCost,
        Self::Currency,
        Self::RegionCode,
        Self::Region,
        Self::Product,
        Self::Status,
        Self::Plan,
        Self::PlanArn,
        Self::Term,
        Self::Payment,
    ];
}

/// The positions of columns in a file.
#[derive(Debug, Clone)]
pub(super) struct Columns([Option<usize>; Column::ALL.len()]);

impl Columns {
    /// Finds columns by their names. Of two with one name the first counts.
    pub(super) fn of<'n>(
        names: &[(Column, &str)],
        header: impl Iterator<Item = &'n str>,
    ) -> Columns {
        let mut found = Columns([None; Column::ALL.len()]);
        for (at, name) in header.enumerate() {
            let name = plain(name);
            let known = names.iter().find(|(_, own)| *own == name);
            if let Some((column, _)) = known {
                found.0[*column as usize].get_or_insert(at);
            }
        }
        found
    }

    pub(super) fn at(&self, column: Column) -> Option<usize> {
        self.0[column as usize]
    }

    pub(super) fn has(&self, column: Column) -> bool {
        self.at(column).is_some()
    }
}

/// A column name without its spelling: `lineItem/UsageType`, `line_item_usage_type` and
/// `LineItemUsageType` are one.
pub(super) fn plain(name: &str) -> String {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    letters.map(|c| c.to_ascii_lowercase()).collect()
}

/// A value of a row.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cell<'r> {
    /// Also `NULL` as text.
    Empty,
    Text(&'r [u8]),
    Double(f64),
    Float(f32),
    Integer(i64),
    Decimal(Decimal),
    Time(Time),
}

/// A cell that is not what its column holds.
#[derive(Debug)]
pub(super) struct Wrong {
    pub(super) column: Column,
    pub(super) text: String,
    /// Such as "a number".
    pub(super) wanted: &'static str,
}

/// A row of a bill.
pub(super) trait Row {
    fn cell(&self, column: Column) -> Cell<'_>;

    /// The bytes of text; empty for anything else.
    fn bytes(&self, column: Column) -> &[u8] {
        match self.cell(column) {
            Cell::Text(bytes) => bytes,
            _ => b"",
        }
    }

    /// Text; empty if there is none.
    ///
    /// # Errors
    /// It is not UTF-8.
    fn text(&self, column: Column) -> Result<&str, Wrong> {
        str::from_utf8(self.bytes(column)).map_err(|_| Wrong {
            column,
            text: String::from_utf8_lossy(self.bytes(column)).into_owned(),
            wanted: "UTF-8",
        })
    }

    /// A number; `None` for an empty cell. A floating-point number is the shortest decimal that reads
    /// back to it.
    ///
    /// # Errors
    /// It is not a number.
    fn number(&self, column: Column) -> Result<Option<Number>, Wrong> {
        let (text, found) = match self.cell(column) {
            Cell::Empty => return Ok(None),
            Cell::Double(value) => match Number::of_double(value) {
                Some(number) => return Ok(Some(number)),
                None => (Cow::from(value.to_string()), None),
            },
            Cell::Integer(value) => return Ok(Some(Number(value.into()))),
            Cell::Decimal(value) => return Ok(Some(Number(value))),
            Cell::Time(time) => (Cow::from(time.text()), None),
            Cell::Float(value) => {
                let text = format!("{value:e}");
                let found = Number::of_text(&text).or_else(|| Number::rounded(&text));
                (Cow::from(text), found)
            }
            Cell::Text(bytes) => {
                let text = String::from_utf8_lossy(bytes);
                let found = Number::of_text(&text).or_else(|| Number::rounded(&text));
                (text, found)
            }
        };
        match found {
            Some(number) => Ok(Some(number)),
            None => Err(Wrong {
                column,
                text: text.into_owned(),
                wanted: "a number",
            }),
        }
    }

    /// A time; `None` for an empty cell.
    ///
    /// # Errors
    /// It is not a time.
    fn time(&self, column: Column) -> Result<Option<Time>, Wrong> {
        let text = match self.cell(column) {
            Cell::Empty => return Ok(None),
            Cell::Time(time) => return Ok(Some(time)),
            Cell::Integer(value) => Cow::from(value.to_string()),
            Cell::Text(bytes) => String::from_utf8_lossy(bytes),
            other => Cow::from(format!("{other:?}")),
        };
        match Time::of_text(&text) {
            Some(time) => Ok(Some(time)),
            None => Err(Wrong {
                column,
                text: text.into_owned(),
                wanted: "a time",
            }),
        }
    }
}

/// A cell with text: `NULL` and blanks are empty.
pub(super) fn text_cell(bytes: &[u8]) -> Cell<'_> {
    let bytes = bytes.trim_ascii();
    if bytes.is_empty() || bytes == b"NULL" {
        Cell::Empty
    } else {
        Cell::Text(bytes)
    }
}
