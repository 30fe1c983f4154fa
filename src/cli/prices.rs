//! `lambdacost prices`.

use super::args::{self, PricesFormat};
use super::exit::Outcome;
use super::input;
use super::output::{self, Look};
use super::progress::Progress;
use super::system::System;
use super::{prices_diff, prices_import};
use crate::diag::Diags;
use crate::pricebook::Extent;
use crate::render::prices;
use anstream::ColorChoice;

/// Shows the price book, or writes price files.
///
/// # Errors
/// An unknown region, mistakes in price files or price lists, or an output error.
pub(crate) fn run(system: &System, args: &args::PricesCommand, color: ColorChoice) -> Outcome {
    match args {
        args::PricesCommand::List(list) => self::list(system, list, color),
        args::PricesCommand::Show(show) => self::show(system, show, color),
        args::PricesCommand::Diff(diff) => prices_diff::run(system, diff, color),
        args::PricesCommand::Import(import) => prices_import::run(system, import),
    }
}

fn list(system: &System, args: &args::PricesList, color: ColorChoice) -> Outcome {
    let format = args.output.format(args.format).map_err(Diags::from)?;
    let book = input::book(system, args.prices.as_deref())?;
    let regions = input::all_regions(&book)?;
    let progress = Progress::new(system, &args.output);
    let look = Look::of_answer(system, &args.output, color);
    output::write(system, &args.output, &progress, |out| match format {
        PricesFormat::Table => prices::list_table(&regions, look.color, out),
        PricesFormat::Json => prices::list_json(&regions, out),
    })
}

fn show(system: &System, args: &args::PricesShow, color: ColorChoice) -> Outcome {
    let format = args.output.format(args.format).map_err(Diags::from)?;
    let book = input::book(system, args.prices.as_deref())?;
    let regional = book.region_to(&args.region, Extent::WHOLE)?;
    let progress = Progress::new(system, &args.output);
    let look = Look::of_answer(system, &args.output, color);
    output::write(system, &args.output, &progress, |out| match format {
        PricesFormat::Table => prices::show_table(&regional, look.color, out),
        PricesFormat::Json => prices::show_json(&regional, out),
    })
}
