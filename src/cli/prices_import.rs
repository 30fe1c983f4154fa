//! `lambdacost prices import`.

use super::args;
use super::exit::Outcome;
use super::input::{self, text_or_error};
use super::output::{self, cannot_write};
use super::system::System;
use crate::diag::{Code, Diag, Diags, Source};
use crate::platform;
use crate::pricebook::Regional;
use crate::pricelist::{Imported, Importer, LeftOut, PriceFile};
use crate::text::escaped;
use std::io::BufReader;
use std::path::Path;

/// Bytes that are read at once.
const PIECE: usize = 1 << 18;

/// Writes price files from AWS's published price lists.
///
/// # Errors
/// A file cannot be read, none has a price that is used, or a price file cannot be written.
pub(crate) fn run(system: &System, args: &args::PricesImport) -> Outcome {
    let book = platform::book();
    let regions = input::all_regions(&book)?;
    let imported = read(system, args, &regions)?;
    say_left_out(system, &imported.left_out);
    if imported.files.is_empty() {
        let message = "no price in these files is one that lambdacost uses in the wanted region";
        let help = "name the offer files of AWSLambda, AmazonECS, AmazonEKS or AmazonEC2, and see \
                    above what was left out";
        return Err(Diags::from(Diag::new(Code::Unreadable, message).help(help)).into());
    }
    write(system, &args.output, &imported.files)
}

/// Reads the files.
///
/// # Errors
/// Every file that cannot be read.
fn read(
    system: &System,
    args: &args::PricesImport,
    regions: &[Regional],
) -> Result<Imported, Diags> {
    let mut importer = Importer::new(platform::meters(), regions, args.region.as_deref());
    let mut diags = Diags::new();
    for path in &args.file {
        if let Err(diag) = read_file(system, path, &mut importer) {
            diags.push(diag);
        }
    }
    diags.into_result(())?;
    Ok(importer.finish())
}

fn read_file(system: &System, path: &Path, importer: &mut Importer) -> Result<(), Diag> {
    let shown = path.to_string_lossy();
    let (name, opened) = match &*shown {
        "-" => ("standard input", system.stdin()),
        _ => (&*shown, system.open_of_any_size(path)),
    };
    let refused = |why: String| {
        let help = "`lambdacost help prices import` names the files that it reads";
        Diag::new(Code::Unreadable, format!("cannot import `{name}`: {why}")).help(help)
    };
    let file = opened.and_then(text_or_error);
    let file = file.map_err(|error| refused(error.to_string()))?;
    let file = BufReader::with_capacity(PIECE, file);
    importer.read(name, file).map_err(refused)
}

/// Reports what the import left out, the most frequent reason first.
fn say_left_out(system: &System, left_out: &LeftOut) {
    let mut rows: Vec<_> = left_out.iter().collect();
    rows.sort_by_key(|(reason, count, _)| (std::cmp::Reverse(*count), *reason));
    for (reason, count, first) in rows {
        let first = escaped(first);
        system.say(&format!(
            "left out: {count} {} (first: {first})",
            reason.text()
        ));
    }
}

/// Writes the price files, if the reader of price files accepts them.
fn write(system: &System, folder: &Path, files: &[PriceFile]) -> Outcome {
    let mut book = platform::book();
    let mut diags = Diags::new();
    for file in files {
        let name = format!("{}.toml", file.region);
        book.overlay(&name, Source::new(&name, &file.text));
        diags.take(book.region(&file.region));
    }
    diags.into_result(())?;
    let made = system.create_folder(folder);
    made.map_err(|error| cannot_write(folder, &error.into()))?;
    for file in files {
        let path = folder.join(format!("{}.toml", file.region));
        output::replace(system, &path, &file.text)?;
        let shown = path.to_string_lossy();
        let (count, as_of) = (file.prices, &file.as_of);
        let prices = if count == 1 { "price" } else { "prices" };
        system.say(&format!(
            "wrote {}: {count} {prices}, the newest of {as_of}",
            escaped(&shown)
        ));
    }
    Ok(())
}
