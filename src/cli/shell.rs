//! `lambdacost completions` and `lambdacost man`.

use super::args::Cli;
use super::exit::{Failure, Outcome};
use super::output;
use clap::CommandFactory;

/// Writes the completions for a shell.
///
/// # Errors
/// Standard output cannot be written.
pub fn completions(shell: clap_complete::Shell) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "lambdacost", &mut script);
    output::print(&script)
}

/// Writes the manual page.
///
/// # Errors
/// Standard output cannot be written.
pub fn man() -> Outcome {
    let mut page = Vec::new();
    let rendered = clap_mangen::Man::new(Cli::command()).render(&mut page);
    rendered.map_err(|error| Failure::of_stdout(&error))?;
    output::print(&page)
}
