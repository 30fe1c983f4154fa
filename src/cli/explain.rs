//! `lambdacost explain`.

use super::args;
use super::exit::Outcome;
use super::output::{self, Look};
use super::subject;
use crate::render;

/// Explains and writes the answer.
///
/// # Errors
/// What could not be read or written.
pub fn run(args: &args::Explain) -> Outcome {
    let look = Look::of_stdout(&args.output);
    subject::compared(&args.subject, &args.output, |views| {
        output::write(&args.output, |out| {
            render::explain::write(views, look.width, look.color, out)
        })
    })
}
