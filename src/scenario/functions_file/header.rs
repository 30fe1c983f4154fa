//! The header of a fleet: which key of a function each column is.

use super::{FunctionRow, cell_span};
use crate::diag::{At, Code, Diag, Diags};
use crate::scenario::function::Reading;
use crate::scenario::schema::{Field, NEEDED};
use crate::scenario::spanned::{Locate, SpannedValues};
use crate::scenario::unknown::{Shapes, meant, unknown};

/// What a column says of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CsvColumn {
    /// A field.
    Of(Field),
    /// Most likely a field; its name already has an error.
    Mistyped(Field),
    /// Nothing that is known; that has been said.
    Unknown,
}

/// Mistakes in a header that are told; more are those of another file.
const TOLD: usize = 100;

/// The columns of a fleet, in their order. Those that are wrong go to `diags`, and rows can be read
/// all the same; `None` where the first row is no list of columns.
pub fn columns(
    row: &FunctionRow<'_>,
    shapes: &Shapes,
    diags: &mut Diags,
) -> Option<Vec<CsvColumn>> {
    if let Some(diag) = no_header(row) {
        diags.push(diag);
        return None;
    }
    let mut columns = Vec::new();
    for (commas, cell) in row.record.iter().enumerate() {
        let range = row.record.range(commas);
        let range = range.expect("the record has a cell at each of its commas");
        let at = || row.at(cell_span(range.clone(), commas));
        let text = String::from_utf8_lossy(cell);
        let text = text.trim();
        let column = match Field::of_column(text) {
            Some(field) if columns.contains(&CsvColumn::Of(field)) => {
                let message = format!("the column `{text}` occurs twice");
                let diag = Diag::new(Code::Conflict, message).at(at());
                diags.push(diag.help("keep one of them"));
                CsvColumn::Unknown
            }
            Some(field) => CsvColumn::Of(field),
            None => {
                diags.push(unknown_column(text, commas, at(), shapes));
                let field = meant(text, shapes).and_then(|meant| meant.field);
                field.map_or(CsvColumn::Unknown, CsvColumn::Mistyped)
            }
        };
        columns.push(column);
        if diags.len() >= TOLD {
            return None;
        }
    }
    excuse(&mut columns);
    Some(columns)
}

/// What was mistyped is not missing as well, and else nothing.
fn excuse(columns: &mut [CsvColumn]) {
    let stated = columns.to_vec();
    for column in columns {
        if let CsvColumn::Mistyped(field) = column
            && !field.is_wanting(|field| stated.contains(&CsvColumn::Of(field)))
        {
            *column = CsvColumn::Unknown;
        }
    }
}

/// Why a first row is no list of columns.
fn no_header(row: &FunctionRow<'_>) -> Option<Diag> {
    let header = row.record;
    let is_separated = |byte: &u8| matches!(byte, b';' | b'\t');
    let (code, message, help) = if header.is_empty() {
        let help = "its first line names the columns: name,memory_mb,duration_ms,…";
        (Code::Syntax, "the fleet is empty", help)
    } else if std::str::from_utf8(header.as_slice()).is_err() {
        let message = "the fleet is not UTF-8 text";
        (Code::Unreadable, message, "save it as UTF-8")
    } else if header.len() == 1 && header[0].iter().any(is_separated) {
        let help = "save the file with commas between its cells";
        (Code::Syntax, "no comma separates the columns", help)
    } else {
        return None;
    };
    Some(row.wrong(code, message, help))
}

/// The diagnostic for a column that is no key of a function.
fn unknown_column(name: &str, commas: usize, at: At, shapes: &Shapes) -> Diag {
    if name.is_empty() {
        let message = format!("column {} has no name", commas + 1);
        let diag = Diag::new(Code::UnknownKey, message).at(at);
        return diag.help("name it, or take its comma away from every row");
    }
    let help = "a column is a key of [[function]]: name, memory_mb, duration_ms, \
                invocations_per_month, utilization, …; leave out others, or look them up with \
                `lambdacost help scenario`";
    unknown("column", name, at, Some(help), shapes)
}

/// What every function needs and neither a column nor a default states.
pub fn missing(
    columns: &[CsvColumn],
    row: &FunctionRow<'_>,
    defaults: &SpannedValues<'_>,
    reading: &Reading<'_>,
    diags: &mut Diags,
) -> Vec<Field> {
    let states = |field: &Field| {
        let columns =
            [CsvColumn::Of(*field), CsvColumn::Mistyped(*field)].map(|c| columns.contains(&c));
        columns.contains(&true) || defaults.get(*field).is_some()
    };
    let has_region = reading.default_region.is_some();
    let mut missing = Vec::new();
    for fields in NEEDED {
        let is_region = fields.contains(&Field::Region);
        if fields.iter().any(states) || (is_region && has_region) {
            continue;
        }
        let names: Vec<String> = fields
            .iter()
            .map(|field| format!("`{}`", field.path()))
            .collect();
        let message = format!("the fleet has no column {}", names.join(" or "));
        let help = match (is_region, fields.len()) {
            (true, _) => {
                "add it, or choose one for all: --region, or `region` at the top of a scenario"
            }
            (false, 1) => "add it: every function states it",
            (false, _) => "add one of them: every function states one",
        };
        diags.push(row.wrong(Code::MissingKey, &message, help));
        missing.extend(fields.first());
    }
    missing
}
