//! The header of a functions file: the key of each column.

use super::{FunctionRow, cell_span};
use crate::diag::{At, Code, Diag, Diags};
use crate::scenario::function::Reading;
use crate::scenario::schema::{Field, NEEDED};
use crate::scenario::spanned::{Locate, SpannedValues};
use crate::scenario::tags;
use crate::scenario::unknown::{KeyOrigin, Shapes, meant, unknown};
use std::sync::Arc;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CsvColumn {
    /// A field.
    Of(Field),
    /// The tag with this name.
    Tag(Arc<str>),
    /// Probably this field. The name is already reported.
    Mistyped(Field),
    /// Not a known column, which is already reported.
    Unknown,
}

/// After this many mistakes the header is not read further: it is probably of another kind of file.
const MAX_MISTAKES: usize = 100;

/// The columns of a functions file. Mistakes go to `diags`, and the rows can still be read. `None`
/// if the first row is not a header.
pub(crate) fn columns(
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
        let column = match known(text) {
            Some(column) if columns.contains(&column) => {
                let message = format!("the column `{text}` occurs twice");
                let diag = Diag::new(Code::Conflict, message).at(at());
                diags.push(diag.help("keep one of them"));
                CsvColumn::Unknown
            }
            Some(CsvColumn::Tag(name)) => match tags::unfit_name(&name) {
                None => CsvColumn::Tag(name),
                Some((fault, help)) => {
                    let message = format!("the name of a tag {fault}");
                    let diag = Diag::new(Code::OutOfRange, message).at(at());
                    diags.push(diag.help(help));
                    CsvColumn::Unknown
                }
            },
            Some(CsvColumn::Of(Field::Tags)) => {
                let message = "the column `tags` names no tag".to_owned();
                let diag = Diag::new(Code::MissingKey, message).at(at());
                diags.push(diag.help("write a column for each tag: tags.team,tags.project"));
                CsvColumn::Unknown
            }
            Some(column) => column,
            None => {
                diags.push(unknown_column(text, commas, at(), shapes));
                let field =
                    meant(text, KeyOrigin::FunctionsFile, shapes).and_then(|meant| meant.field);
                field.map_or(CsvColumn::Unknown, CsvColumn::Mistyped)
            }
        };
        columns.push(column);
        if diags.len() >= MAX_MISTAKES {
            return None;
        }
    }
    drop_mistyped(&mut columns);
    Some(columns)
}

/// The column with a name.
fn known(name: &str) -> Option<CsvColumn> {
    match name.strip_prefix(tags::PREFIX) {
        Some(tag) => Some(CsvColumn::Tag(tag.into())),
        None => Field::of_column(name).map(CsvColumn::Of),
    }
}

/// Keeps a mistyped column only if its field would otherwise be reported as missing too.
fn drop_mistyped(columns: &mut [CsvColumn]) {
    let stated = columns.to_vec();
    for column in columns {
        if let CsvColumn::Mistyped(field) = column
            && !field.is_missing(|field| stated.contains(&CsvColumn::Of(field)))
        {
            *column = CsvColumn::Unknown;
        }
    }
}

/// Why a first row is not a header.
fn no_header(row: &FunctionRow<'_>) -> Option<Diag> {
    let header = row.record;
    let has = |separator: u8| header.len() == 1 && header[0].contains(&separator);
    let (code, message, help) = if header.is_empty() {
        let help = "write the names of the columns on its first line: name,memory_mb,duration_ms,…";
        (Code::Syntax, "the functions file is empty", help)
    } else if std::str::from_utf8(header.as_slice()).is_err() {
        let message = "the functions file is not UTF-8 text";
        (Code::Unreadable, message, "save it as UTF-8")
    } else if has(b';') {
        let message = "semicolons separate the columns, where commas must";
        let help = "save the file with commas between its cells and a decimal point in its numbers: \
                    48.2, not 48,2";
        (Code::Syntax, message, help)
    } else if has(b'\t') {
        let message = "tabs separate the columns, where commas must";
        let help = "save the file with commas between its cells";
        (Code::Syntax, message, help)
    } else {
        return None;
    };
    Some(row.wrong(code, message, help))
}

fn unknown_column(name: &str, commas: usize, at: At, shapes: &Shapes) -> Diag {
    if name.is_empty() {
        let message = format!("column {} has no name", commas + 1);
        let diag = Diag::new(Code::UnknownKey, message).at(at);
        return diag.help("name it, or take its comma away from every row");
    }
    unknown(name, KeyOrigin::FunctionsFile, at, shapes)
}

/// The required fields that neither a column nor a default states.
pub(crate) fn missing(
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
        // The rows of jobs need no capacity. Where others lack it, each row is reported.
        let can_be_jobs = fields.contains(&Field::Utilization) && states(&Field::ContainerRun);
        if fields.iter().any(states) || (is_region && has_region) || can_be_jobs {
            continue;
        }
        let names: Vec<String> = fields
            .iter()
            .map(|field| format!("`{}`", field.path()))
            .collect();
        let message = format!("the functions file has no column {}", names.join(" or "));
        let help = match (is_region, fields.len()) {
            (true, _) => {
                "add it, or state one region for all: --region, or `region` at the top of a scenario"
            }
            (false, 1) => "add it: every function needs it",
            (false, _) => "add one of them: every function needs one",
        };
        diags.push(row.wrong(Code::MissingKey, &message, help));
        missing.extend(fields.first());
    }
    missing
}
