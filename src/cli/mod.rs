//! The command line: the only room that reads files, prints, and looks at the environment.

pub mod args;
mod check;
mod clock;
mod compare;
mod decode;
pub mod exit;
mod explain;
mod focus;
mod init;
mod input;
mod load;
mod output;
mod prices;
mod progress;
mod shell;
pub mod system;
pub mod threads;
mod usage;

use crate::diag;
use annotate_snippets::Renderer;
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

/// Runs the program, its name the first of the arguments, and returns its exit code.
pub fn run(system: &System, arguments: &[OsString]) -> u8 {
    let outcome = match usage::parse(arguments) {
        Ok(cli) => obey(system, &cli),
        Err(usage) => usage::show(system, &usage),
    };
    let Err(failure) = outcome else {
        return exit::ANSWERED;
    };
    report(system, &failure);
    exit::code(&failure)
}

fn obey(system: &System, cli: &Cli) -> Outcome {
    match &cli.command {
        Command::Compare(args) => compare::run(system, args),
        Command::Explain(args) => explain::run(system, args),
        Command::Check(args) => check::run(system, args),
        Command::Prices(args) => prices::run(system, args),
        Command::Init(args) => init::run(system, args),
        Command::Completions { shell } => shell::completions(system, *shell),
        Command::Man { command } => shell::man(system, command.as_deref()),
    }
}

fn report(system: &System, failure: &Failure) {
    let Failure::Diags(diags) = failure else {
        return;
    };
    let color = output::color(args::Color::Auto, system.stderr_is_terminal());
    let renderer = if color {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    system.say(&diag::render(diags, &renderer));
}
