//! `lambdacost explain`.

use super::args;
use super::exit::Outcome;
use super::load;
use super::output::{self, Look};
use super::system::System;
use crate::diag::Diags;
use crate::render;
use crate::render::explain::ExplainOptions;
use anstream::ColorChoice;

/// Explains, and writes the answer.
///
/// # Errors
/// An input or output error.
pub(crate) fn run(system: &System, args: &args::Explain, color: ColorChoice) -> Outcome {
    let args::ExplainFormat::Text = args.output.format(None).map_err(Diags::from)?;
    let look = Look::of_answer(system, &args.output, color);
    let options = ExplainOptions {
        width: look.width,
        color: look.color,
        all: args.all,
        margin: args.margin,
    };
    let subject = &args.subject;
    load::compared(
        system,
        subject,
        &args.moves,
        &args.output,
        |views, progress| {
            output::write(system, &args.output, progress, |out| {
                render::explain::write(views, options, out)
            })
        },
    )
}
