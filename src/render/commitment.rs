//! The size of a commitment, in every format of `plan`.

use super::csv::MONEY_PLACES;
use crate::answer::SizedCommitment;
use crate::color::wrapped;
use crate::escape::{csv_quoted, json};
use crate::exact::Exact;
use crate::money::money;
use serde_json::{Value, json};
use std::io::{self, Write};

/// A size with the names of its regions.
type Sized = (String, SizedCommitment);

/// Columns of the CSV, and fields of the JSON.
const FIELDS: [&str; 4] = [
    "usd_per_hour",
    "monthly_usd",
    "without_usd",
    "unused_if_20_percent_less_usd",
];

fn values(size: &SizedCommitment) -> [&Exact; 4] {
    [
        &size.usd_per_hour,
        size.monthly.dollars(),
        size.without.dollars(),
        size.unused_if_less.dollars(),
    ]
}

fn sentence((regions, size): &Sized) -> String {
    format!(
        "{regions}: commit ${} an hour. The plan then costs {} a month, {} without a commitment. If all \
         usage falls by 20 %, {} a month of the commitment are lost.",
        size.usd_per_hour.to_fixed(4),
        money(&size.monthly),
        money(&size.without),
        money(&size.unused_if_less)
    )
}

/// Writes a sentence for each region.
///
/// # Errors
/// The output cannot be written.
pub(crate) fn write(sizes: &[Sized], width: u16, out: &mut (dyn Write + Send)) -> io::Result<()> {
    for size in sizes {
        writeln!(out, "{}", wrapped(&sentence(size), "", width))?;
    }
    Ok(())
}

/// Writes a paragraph for each region.
///
/// # Errors
/// The output cannot be written.
pub(crate) fn write_markdown(sizes: &[Sized], out: &mut (dyn Write + Send)) -> io::Result<()> {
    for (number, size) in sizes.iter().enumerate() {
        let blank = if number > 0 { "\n" } else { "" };
        writeln!(out, "{blank}**{}**", sentence(size))?;
    }
    Ok(())
}

/// Writes one size as an object, or several as an array of objects.
///
/// # Errors
/// The output cannot be written.
pub(crate) fn write_json(sizes: &[Sized], out: &mut (dyn Write + Send)) -> io::Result<()> {
    let object = |(_, size): &Sized| -> Value {
        let fields = FIELDS.into_iter().zip(values(size));
        fields
            .map(|(field, value)| (field.to_owned(), json!(value.to_string())))
            .collect()
    };
    match sizes {
        [one] => json::write(&object(one), out),
        _ => json::write(&sizes.iter().map(object).collect::<Vec<_>>(), out),
    }
}

/// Writes a row for each region.
///
/// # Errors
/// The output cannot be written.
pub(crate) fn write_csv(sizes: &[Sized], out: &mut (dyn Write + Send)) -> io::Result<()> {
    writeln!(out, "region,{}", FIELDS.join(","))?;
    for (regions, size) in sizes {
        let mut text = csv_quoted(regions).into_owned();
        for value in values(size) {
            text.push(',');
            value.write_places(MONEY_PLACES, &mut text);
        }
        writeln!(out, "{text}")?;
    }
    Ok(())
}
