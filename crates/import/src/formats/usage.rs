//! `lambdacost/usage/v1`: calls of each function and hour, as `import --query` and `import --emit usage`
//! make them. Rows with the same key add up, so partial results of any engine, day or region can be read
//! together.

use super::counted::{self, Fields, Row, Table};
use crate::facts::{Context, Facts, SourceNumber};
use crate::format::Format;
use crate::input::Bytes;
use crate::mistake::Mistake;
use crate::resolve::{Key, MB_MS, Origin, Value};
use exact::Exact;
use rust_decimal::Decimal;

/// Columns that every such file has.
pub(crate) const REQUIRED: [&str; 3] = ["function", "calls", "peak_in_flight"];

pub(super) fn read(bytes: Bytes, context: &Context, facts: &mut Facts) -> Result<(), Mistake> {
    let source = facts.start(&context.path, Format::Usage);
    let is_named = |column: &str, name: &str| column.trim() == name;
    let table = Table::open(bytes, is_named, context, "write it again")?;
    if let Some(name) = REQUIRED.into_iter().find(|name| !table.has(name)) {
        let help = "the columns are in docs/import.md";
        return Err(context.mistake(format!("it has no column `{name}`"), help));
    }
    table.each(|fields| row(fields, source, context, facts))
}

fn row(
    fields: &Fields<'_>,
    source: SourceNumber,
    context: &Context,
    facts: &mut Facts,
) -> Result<(), Mistake> {
    let missing = |name: &str| {
        let message = format!("a row has no `{name}`");
        context
            .mistake(message, "write the file again")
            .at(fields.line)
    };
    let name = fields.text("function").ok_or_else(|| missing("function"))?;
    let mut who = context.who(name.to_owned());
    who.region = fields.text("region").map(str::to_owned).or(who.region);
    who.account = fields.text("account").map(str::to_owned).or(who.account);
    let format = match fields.text("source") {
        None | Some("log") => Format::LambdaLog,
        Some("insights") => Format::LogsInsights,
        Some("bill") => Format::Cur,
        Some("metrics") => Format::Cloudwatch,
        Some(other) => {
            let message = format!("there is no source `{other}`");
            let help = "name log, insights, bill or metrics, or leave it empty";
            return Err(context.mistake(message, help).at(fields.line));
        }
    };
    let memory = fields
        .whole("memory_mb")?
        .and_then(|memory| u32::try_from(memory).ok());
    let row = Row {
        memory_mb: memory,
        hour: fields.hour("hour")?,
        calls: fields.whole("calls")?.ok_or_else(|| missing("calls"))?,
        billed: billed(fields, memory)?,
        init: fields.number("init_ms")?,
        cold_starts: fields.whole("cold_starts")?,
        peak: fields.whole("peak_in_flight")?,
        cpu: None,
    };
    if let Some(architecture) = fields.text("architecture") {
        let value = Some(Value::text(architecture));
        facts.claim(&who, Key::Architecture, value, Origin::Read, source);
    }
    facts.used(source);
    counted::add(&who, format, source, &row, facts);
    Ok(())
}

/// The billed milliseconds: as counted, else from GB-seconds and memory.
fn billed(fields: &Fields<'_>, memory: Option<u32>) -> Result<Option<Decimal>, Mistake> {
    if let Some(billed) = fields.number("billed_ms")? {
        return Ok(Some(billed));
    }
    let (Some(gb_seconds), Some(memory)) = (fields.number("gb_seconds")?, memory) else {
        return Ok(None);
    };
    let mb_ms = &Exact::from(gb_seconds) * &Exact::from(MB_MS);
    let billed = mb_ms.over(&Exact::from(memory));
    Ok(billed.and_then(|billed| Decimal::from_str_exact(&billed.to_string()).ok()))
}
