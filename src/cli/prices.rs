//! `lambdacost prices`.

use super::args::{self, PricesFormat};
use super::exit::Outcome;
use super::input;
use super::output::{self, Look};
use super::system::System;
use crate::pricebook::Extent;
use crate::render::prices;

/// Shows the price book.
///
/// # Errors
/// An unknown region, mistakes in price files, or an output that cannot be written.
pub fn run(system: &System, args: &args::PricesCommand) -> Outcome {
    match args {
        args::PricesCommand::List(list) => self::list(system, list),
        args::PricesCommand::Show(show) => self::show(system, show),
    }
}

fn list(system: &System, args: &args::PricesList) -> Outcome {
    let book = input::book(system, args.prices.as_deref())?;
    let names: Vec<&str> = book.regions().collect();
    let regions = input::regions(&book, &names, Extent::WHOLE)?;
    let look = Look::of_stdout(system, &args.output);
    output::write(system, &args.output, |out| match args.format {
        PricesFormat::Table => prices::list_table(&regions, look.color, out),
        PricesFormat::Json => prices::list_json(&regions, out),
    })
}

fn show(system: &System, args: &args::PricesShow) -> Outcome {
    let book = input::book(system, args.prices.as_deref())?;
    let regional = book.region_to(&args.region, Extent::WHOLE)?;
    let look = Look::of_stdout(system, &args.output);
    output::write(system, &args.output, |out| match args.format {
        PricesFormat::Table => prices::show_table(&regional, look.color, out),
        PricesFormat::Json => prices::show_json(&regional, out),
    })
}
