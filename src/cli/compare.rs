//! `lambdacost compare`.

use super::args::{self, Format};
use super::exit::Outcome;
use super::focus;
use super::load;
use super::output::{self, Look};
use super::system::System;
use crate::render::{self, View};

/// Compares and writes the answer.
///
/// # Errors
/// What could not be read or written.
pub fn run(system: &System, args: &args::Compare) -> Outcome {
    if args.format == Format::Focus {
        return focus::run(system, args);
    }
    focus::refuse_flags(args)?;
    let look = Look::of_stdout(system, &args.output);
    load::compared(
        system,
        &args.subject,
        &args.output,
        |views: &[View<'_>]| {
            output::write(system, &args.output, |out| match args.format {
                Format::Table => render::table::write(views, look.width, look.color, out),
                Format::Json => render::json_v1::write(views, out),
                Format::Markdown => render::markdown::write(views, out),
                Format::Csv | Format::Focus => render::csv::write(views, out),
            })
        },
    )
}
