//! `lambdacost explain`.

use super::args;
use super::exit::Outcome;
use super::load;
use super::output::{self, Look};
use super::system::System;
use crate::render;

/// Explains and writes the answer.
///
/// # Errors
/// What could not be read or written.
pub fn run(system: &System, args: &args::Explain) -> Outcome {
    let look = Look::of_stdout(system, &args.output);
    load::compared(system, &args.subject, &args.output, |views| {
        output::write(system, &args.output, |out| {
            render::explain::write(views, look.width, look.color, out)
        })
    })
}
