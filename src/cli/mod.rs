//! The command line: the only room that reads files, prints, and looks at the environment.

pub mod args;
mod check;
mod clock;
mod compare;
pub mod exit;
mod explain;
mod focus;
mod init;
mod input;
mod output;
mod prices;
mod progress;
mod shell;
mod subject;

use crate::diag;
use annotate_snippets::Renderer;
use args::{Cli, Command};
use clap::Parser;
use clap::error::ErrorKind;
use exit::{Failure, Outcome};
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

/// Runs the program with the arguments of the process.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    match run(&cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            report(&failure);
            exit::code(&failure)
        }
    }
}

fn usage(error: &clap::Error) -> ExitCode {
    // Help and version are answers; everything else is a mistake.
    let answer = matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    );
    let printed = error.print().is_ok();
    match answer && printed {
        true => ExitCode::SUCCESS,
        false => exit::usage(),
    }
}

fn run(command: &Command) -> Outcome {
    match command {
        Command::Compare(args) => compare::run(args),
        Command::Explain(args) => explain::run(args),
        Command::Check(args) => check::run(args),
        Command::Prices(args) => prices::run(args),
        Command::Init(args) => init::run(args),
        Command::Completions { shell } => shell::completions(*shell),
        Command::Man { command } => shell::man(command.as_deref()),
    }
}

fn report(failure: &Failure) {
    let Failure::Diags(diags) = failure else {
        return;
    };
    let color = output::color(args::Color::Auto, io::stderr().is_terminal());
    let renderer = if color {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let text = diag::render(diags, &renderer);
    // Nobody is left to tell when standard error is gone too.
    let _ = writeln!(io::stderr(), "{text}");
}
