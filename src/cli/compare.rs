//! `lambdacost compare`.

use super::args::{self, Format};
use super::exit::Outcome;
use super::focus;
use super::load;
use super::output::{self, Look};
use super::system::System;
use crate::diag::Diags;
use crate::render::{self, View};
use anstream::ColorChoice;

/// Compares, and writes the answer.
///
/// # Errors
/// An input or output error.
pub(crate) fn run(system: &System, args: &args::Compare, color: ColorChoice) -> Outcome {
    let format = args.output.format(args.format).map_err(Diags::from)?;
    if format == Format::Focus {
        return focus::run(system, args);
    }
    focus::refuse_flags(args)?;
    let look = Look::of_answer(system, &args.output, color);
    load::compared(
        system,
        &args.subject,
        &args.moves,
        &args.output,
        |views: &[View<'_>], progress| {
            output::write(system, &args.output, progress, |out| match format {
                Format::Table => render::table::write(views, look.width, look.color, out),
                Format::Json => render::json_v2::write(views, out),
                Format::Markdown => render::markdown::write(views, out),
                Format::Csv | Format::Focus => render::csv::write(views, out),
            })
        },
    )
}
