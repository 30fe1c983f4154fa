//! `lambdacost prices diff`.

use super::args::{self, PricesDiffFormat};
use super::exit::Outcome;
use super::output::{self, Look};
use super::progress::Progress;
use super::system::System;
use super::{input, load};
use crate::color::Paint;
use crate::diag::Diags;
use crate::platform;
use crate::pricebook::{Book, Regional};
use crate::render::prices_diff::{self, PricesDiff};
use anstream::ColorChoice;
use std::path::Path;

/// What stands for the built-in price book.
const BUILT_IN: &str = "built-in";

/// Compares two price books.
///
/// # Errors
/// Mistakes in price files or in the scenario, or an output error.
pub(crate) fn run(system: &System, args: &args::PricesDiff, color: ColorChoice) -> Outcome {
    let format = args.output.format(args.format).map_err(Diags::from)?;
    let progress = Progress::new(system, &args.output);
    let (first, before) = side(system, &args.before)?;
    let (second, after) = side(system, &args.after)?;
    let names = [&args.before, &args.after].map(|path| path.to_string_lossy());
    let names = names.each_ref().map(|name| &**name);
    let mut diff = PricesDiff::new(names, [&before, &after]);
    if let Some(scenario) = &args.scenario {
        load::with_both_books(system, scenario, [&first, &second], &progress, |views| {
            diff.add_functions(views);
            Ok(())
        })?;
    }
    let look = Look::of_answer(system, &args.output, color);
    output::write(system, &args.output, &progress, |out| match format {
        PricesDiffFormat::Table => prices_diff::write_table(&diff, Paint::new(look.color), out),
        PricesDiffFormat::Json => prices_diff::write_json(&diff, out),
        PricesDiffFormat::Markdown => prices_diff::write_markdown(&diff, out),
    })
}

/// A price book, and its prices to compare: of a folder those in its files alone.
fn side(system: &System, path: &Path) -> Result<(Book, Vec<Regional>), Diags> {
    if path.as_os_str() == BUILT_IN {
        let book = platform::book();
        let regions = input::all_regions(&book)?;
        return Ok((book, regions));
    }
    let book = input::book(system, Some(path))?;
    let mut diags = Diags::new();
    let own = book.overlaid().map(|name| book.own(name));
    let own = own.filter_map(|read| diags.take(read).flatten());
    let own: Vec<Regional> = own.collect();
    diags.into_result(())?;
    Ok((book, own))
}
