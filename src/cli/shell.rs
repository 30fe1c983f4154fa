//! `lambdacost completions` and `lambdacost man`.

use super::args::Cli;
use super::examples;
use super::exit::Outcome;
use super::output;
use super::system::System;
use clap::builder::{Resettable, StyledStr};
use clap::{Command, CommandFactory};
use clap_mangen::Man;

/// Writes the completions for a shell.
///
/// # Errors
/// Standard output cannot be written.
pub(crate) fn completions(system: &System, shell: clap_complete::Shell) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "lambdacost", &mut script);
    output::print(system, &script)
}

/// Writes the manual page of a command, or of the program.
///
/// # Errors
/// Standard output cannot be written.
pub(crate) fn man(system: &System, command: Option<&str>) -> Outcome {
    let mut program = Cli::command();
    program.build();
    let name = command.unwrap_or_default();
    let found = below(&program, name).unwrap_or(&program);
    output::print(system, render(found, name).as_bytes())
}

/// The command of a manual page: `prices-show` is `show` of `prices`.
fn below<'c>(command: &'c Command, page: &str) -> Option<&'c Command> {
    command.get_subcommands().find_map(|known| {
        let rest = page.strip_prefix(known.get_name())?;
        match rest.strip_prefix('-') {
            None if rest.is_empty() => Some(known),
            None => None,
            Some(rest) => below(known, rest),
        }
    })
}

/// A manual page with separate sections for examples and exit codes, before the version.
/// clap_mangen has a single section EXTRA.
fn render(command: &Command, name: &str) -> String {
    let command = command.clone();
    let command = command
        .after_help(Resettable::<StyledStr>::Reset)
        .after_long_help(Resettable::<StyledStr>::Reset);
    let mut page = Vec::new();
    let rendered = Man::new(command).render(&mut page);
    rendered.expect("memory takes every byte");
    let page = String::from_utf8(page).expect("help is text");
    let (before, version) = match page.split_once(".SH VERSION\n") {
        Some((before, version)) => (before, format!(".SH VERSION\n{version}")),
        None => (page.as_str(), String::new()),
    };
    format!("{before}{}{version}", examples::roff(name))
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

    #[test]
    fn every_page_is_that_of_its_command() {
        let program = Cli::command();
        for page in PAGES {
            let found = below(&program, page).expect("a command of that name");
            assert!(page.ends_with(found.get_name()), "{page}");
        }
    }
}
