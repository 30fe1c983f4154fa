//! What the argument parser says: help, the version, and what is wrong with the arguments.

use super::args::{self, Cli};
use super::exit::{Failure, Outcome};
use super::output;
use super::system::System;
use crate::text::{is_unsafe, printable, without_commands};
use clap::Parser;
use clap::error::ErrorKind;
use std::ffi::OsString;

/// Arguments that are no command, or that ask for help.
pub struct UsageError {
    error: clap::Error,
    /// True when an argument has characters that a terminal obeys.
    is_unsafe: bool,
}

/// Reads the arguments.
///
/// # Errors
/// They are no command, or ask for help.
pub fn parse(arguments: &[OsString]) -> Result<Cli, UsageError> {
    let error = match Cli::try_parse_from(arguments) {
        Ok(cli) => return Ok(cli),
        Err(error) => error,
    };
    let is_unsafe = |argument: &OsString| argument.to_string_lossy().contains(is_unsafe);
    if !arguments.iter().any(is_unsafe) {
        let is_unsafe = false;
        return Err(UsageError { error, is_unsafe });
    }
    // The message quotes arguments. It is the same for escaped ones, and can be shown then.
    let escaped = |argument: &OsString| match printable(&argument.to_string_lossy()) {
        text if is_unsafe(argument) => OsString::from(text.into_owned()),
        _ => argument.clone(),
    };
    let escaped = Cli::try_parse_from(arguments.iter().map(escaped));
    let error = escaped.err().unwrap_or(error);
    let is_unsafe = true;
    Err(UsageError { error, is_unsafe })
}

/// Shows help on standard output, and what is wrong on standard error.
///
/// # Errors
/// The arguments are wrong, or standard output cannot be written.
pub fn show(system: &System, usage: &UsageError) -> Outcome {
    let kind = usage.error.kind();
    // Help and version are answers; everything else is a mistake.
    let is_answer = matches!(kind, ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    let is_terminal = match is_answer {
        true => system.stdout_is_terminal(),
        false => system.stderr_is_terminal(),
    };
    let color = output::color(args::Color::Auto, is_terminal) && !usage.is_unsafe;
    let rendered = usage.error.render();
    let text = match color {
        true => rendered.ansi().to_string(),
        false => plain(&rendered.to_string()),
    };
    if is_answer {
        return output::print(system, text.as_bytes());
    }
    system.say(text.trim_end_matches('\n'));
    Err(Failure::UsageError)
}

/// Every line without characters that a terminal obeys, and none a command to GitHub's runner.
fn plain(text: &str) -> String {
    let lines = text.split_inclusive('\n');
    let safe = lines.map(|line| match line.strip_suffix('\n') {
        Some(line) => format!("{}\n", printable(line)),
        None => printable(line).into_owned(),
    });
    without_commands(&safe.collect::<String>())
}
