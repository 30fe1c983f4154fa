//! The command line: the only room that reads files, prints, and reads the environment.

pub(crate) mod args;
mod check;
mod clock;
mod compare;
mod decode;
mod examples;
pub(crate) mod exit;
mod explain;
mod explain_error;
mod focus;
mod help;
mod import;
mod init;
mod input;
mod load;
mod offered;
mod output;
mod plan;
mod prices;
mod prices_diff;
mod prices_import;
mod progress;
mod recognize;
mod schema;
mod shell;
pub(crate) mod system;
pub(crate) mod threads;
mod usage;

use crate::diag::{self, Diags};
use crate::text::escaped;
use annotate_snippets::Renderer;
use anstream::ColorChoice;
use args::{Cli, Command};
use exit::{Failure, Outcome};
use std::ffi::OsString;
use std::process::ExitCode;
use system::System;

/// Runs the program with the arguments of the process.
pub fn main() -> ExitCode {
    exit::end_on_panic();
    system::ignore_file_size_signal();
    threads::start();
    let arguments: Vec<OsString> = std::env::args_os().collect();
    ExitCode::from(run(&System::of_process(), &arguments))
}

/// Runs the program, and returns its exit code. The first argument is the name of the program.
pub fn run(system: &System, arguments: &[OsString]) -> u8 {
    let (outcome, color) = match usage::parse(arguments) {
        Ok(cli) => (run_command(system, &cli), cli.color.as_choice()),
        Err(usage) => (usage::show(system, &usage), ColorChoice::Auto),
    };
    let Err(error) = outcome else {
        return exit::ANSWERED;
    };
    report(system, &error, color);
    exit::code(&error)
}

fn run_command(system: &System, cli: &Cli) -> Outcome {
    let color = cli.color.as_choice();
    match &cli.command {
        Command::Compare(args) => compare::run(system, args, color),
        Command::Explain(args) => explain::run(system, args, color),
        Command::Plan(args) => plan::run(system, args, color),
        Command::Check(args) => check::run(system, args, color),
        Command::Prices(args) => prices::run(system, args, color),
        Command::Import(args) => import::run(system, args),
        Command::Init(args) => init::run(system, args),
        Command::Schema(args) => schema::run(system, args),
        Command::ExplainError { code } => explain_error::run(system, code),
        Command::Help { topic } => help::run(system, topic),
        Command::Completions { shell } => shell::completions(system, *shell),
        Command::Man { command } => shell::man(system, command.as_deref()),
    }
}

/// Prints the mistakes of an error. A [`Failure`] has none.
fn report(system: &System, error: &anyhow::Error, color: ColorChoice) {
    if let Some(diags) = error.downcast_ref::<Diags>() {
        let renderer = if system.colors_stderr(color) {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        system.say(&diag::render(diags, &renderer));
    } else if !error.is::<Failure>() {
        system.say(&format!("error: {}", escaped(&format!("{error:#}"))));
    }
}
