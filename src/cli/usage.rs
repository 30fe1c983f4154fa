//! Output of the argument parser: help, the version, and mistakes in arguments.

use super::args::Cli;
use super::exit::{Failure, Outcome};
use super::output;
use super::system::System;
use crate::text::{is_unsafe, printable, without_commands};
use anstream::ColorChoice;
use clap::Parser;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use std::ffi::OsString;

/// Arguments that are not valid, or request help.
pub(crate) struct UsageError {
    error: clap::Error,
    /// True if an argument has control characters.
    is_unsafe: bool,
    /// The colour that the arguments request.
    color: ColorChoice,
}

/// Parses the arguments.
///
/// # Errors
/// They are not valid, or request help.
pub(crate) fn parse(arguments: &[OsString]) -> Result<Cli, UsageError> {
    let mut error = match Cli::try_parse_from(arguments) {
        Ok(cli) => return Ok(cli),
        Err(error) => error,
    };
    advise(&mut error, arguments);
    let color = color(arguments);
    let is_unsafe = |argument: &OsString| argument.to_string_lossy().contains(is_unsafe);
    if !arguments.iter().any(is_unsafe) {
        return Err(UsageError {
            error,
            is_unsafe: false,
            color,
        });
    }
    // The message quotes arguments. If they are unsafe, it is made from escaped arguments, so it
    // can be printed.
    let escaped = |argument: &OsString| match printable(&argument.to_string_lossy()) {
        text if is_unsafe(argument) => OsString::from(text.into_owned()),
        _ => argument.clone(),
    };
    let escaped: Vec<OsString> = arguments.iter().map(escaped).collect();
    if let Err(error_of_escaped) = Cli::try_parse_from(&escaped) {
        error = error_of_escaped;
        advise(&mut error, &escaped);
    }
    Err(UsageError {
        error,
        is_unsafe: true,
        color,
    })
}

/// The value of `--color` in arguments that are not valid otherwise. The parser does not return it.
fn color(arguments: &[OsString]) -> ColorChoice {
    let mut arguments = arguments.iter().filter_map(|argument| argument.to_str());
    let mut choice = ColorChoice::Auto;
    while let Some(argument) = arguments.next().filter(|argument| *argument != "--") {
        let value = match argument.strip_prefix("--color") {
            Some("") => arguments.next(),
            Some(rest) => rest.strip_prefix('='),
            None => None,
        };
        choice = match value {
            Some("always") => ColorChoice::Always,
            Some("never") => ColorChoice::Never,
            Some("auto") => ColorChoice::Auto,
            _ => choice,
        };
    }
    choice
}

/// Replaces the parser's advice if it is wrong or missing.
fn advise(error: &mut clap::Error, arguments: &[OsString]) {
    let argument = |number: usize| arguments.get(number).and_then(|word| word.to_str());
    let (Some(command), first) = (argument(1), argument(2).unwrap_or("SCENARIO")) else {
        return;
    };
    let invalid = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(invalid)) => invalid.as_str(),
        _ => "",
    };
    let advice = match (error.kind(), command) {
        (ErrorKind::InvalidSubcommand, file) if is_scenario(file) => {
            format!("to compare a scenario, write: lambdacost compare {file}")
        }
        (ErrorKind::UnknownArgument, "compare" | "explain") if is_scenario(invalid) => {
            format!(
                "a run takes one scenario; to see what changed from {first} to {invalid}, write: \
                 lambdacost check {invalid} --baseline {first}"
            )
        }
        (ErrorKind::UnknownArgument, "explain") if invalid.starts_with("--format") => format!(
            "explain writes text only; for JSON or CSV, write: lambdacost compare {first} --format json"
        ),
        _ => return,
    };
    let advice = ContextValue::StyledStrs(vec![advice.into()]);
    error.insert(ContextKind::Suggested, advice);
}

/// True for an argument that names a file and is not a flag.
fn is_scenario(argument: &str) -> bool {
    let argument = argument.to_ascii_lowercase();
    !argument.starts_with('-')
        && [".toml", ".csv"]
            .iter()
            .any(|ending| argument.ends_with(ending))
}

/// Prints help to standard output, and mistakes to standard error.
///
/// # Errors
/// The arguments are wrong, or standard output cannot be written.
pub(crate) fn show(system: &System, usage: &UsageError) -> Outcome {
    let kind = usage.error.kind();
    // Help and version are answers; everything else is a mistake.
    let is_answer = matches!(kind, ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    let is_colored = if is_answer {
        system.colors_stdout(usage.color)
    } else {
        system.colors_stderr(usage.color)
    };
    let rendered = usage.error.render();
    let text = if is_colored && !usage.is_unsafe {
        rendered.ansi().to_string()
    } else {
        plain(&rendered.to_string())
    };
    if is_answer {
        return output::print(system, text.as_bytes());
    }
    system.say(text.trim_end_matches('\n'));
    Err(Failure::UsageError.into())
}

/// Removes control characters, and prevents that a line is a command to GitHub's runner.
fn plain(text: &str) -> String {
    let lines = text.split_inclusive('\n');
    let safe = lines.map(|line| match line.strip_suffix('\n') {
        Some(line) => format!("{}\n", printable(line)),
        None => printable(line).into_owned(),
    });
    without_commands(&safe.collect::<String>())
}
