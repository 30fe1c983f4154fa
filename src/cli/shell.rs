//! `lambdacost completions` and `lambdacost man`.

use super::args::Cli;
use super::exit::Outcome;
use super::output;
use super::system::System;
use clap::CommandFactory;

/// Writes the completions for a shell.
///
/// # Errors
/// Standard output cannot be written.
pub fn completions(system: &System, shell: clap_complete::Shell) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "lambdacost", &mut script);
    output::print(system, &script)
}

/// Writes the manual page of a command, or of the program.
///
/// # Errors
/// Standard output cannot be written.
pub fn man(system: &System, command: Option<&str>) -> Outcome {
    let mut program = Cli::command();
    program.build();
    let words = command.iter().flat_map(|command| command.split('-'));
    let found = words.fold(&program, |known, word| {
        known.find_subcommand(word).unwrap_or(known)
    });
    let mut page = Vec::new();
    let rendered = clap_mangen::Man::new(found.clone()).render(&mut page);
    rendered.expect("memory takes every byte");
    output::print(system, &page)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::PAGES;

    #[test]
    fn every_command_has_a_page() {
        let mut names = Vec::new();
        for command in Cli::command().get_subcommands() {
            names.push(command.get_name().to_owned());
            for below in command.get_subcommands() {
                names.push(format!("{}-{}", command.get_name(), below.get_name()));
            }
        }
        assert_eq!(names, PAGES);
    }
}
