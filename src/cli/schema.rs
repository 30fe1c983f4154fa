//! `lambdacost schema`.

use super::args::{Schema, SchemaName};
use super::exit::Outcome;
use super::input;
use super::output;
use super::system::System;
use crate::json_schema::{self, Names};
use crate::pricebook::Book;
use crate::{check, platform};

/// Prints a schema.
///
/// # Errors
/// Price files cannot be read, or standard output cannot be written.
pub(crate) fn run(system: &System, args: &Schema) -> Outcome {
    let schema = match args.name {
        SchemaName::Scenario => {
            let book = input::book(system, args.prices.as_deref())?;
            of_scenario(&book)
        }
        SchemaName::Compare => json_schema::text(&json_schema::compare()),
        SchemaName::Check => json_schema::text(&json_schema::check()),
    };
    output::print(system, schema.as_bytes())
}

/// The schema of a scenario with the regions of a price book.
pub(crate) fn of_scenario(book: &Book) -> String {
    let regions: Vec<&str> = book.regions().collect();
    let names = Names {
        platforms: &platform::shapes(),
        regions: &regions,
        rules: &check::shapes(),
    };
    json_schema::text(&json_schema::scenario(&names))
}
