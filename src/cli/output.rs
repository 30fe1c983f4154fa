//! Where an answer goes: standard output, or a file that is written whole or not at all.

use super::args;
use super::exit::{Failure, Outcome};
use super::system::{Existing, System};
use crate::diag::{Code, Diag, Diags};
use std::io::{self, ErrorKind, Write};
use std::path::Path;

/// Width of everything that is not a terminal.
pub const PLAIN_WIDTH: u16 = 80;

/// How an answer may look.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// Columns.
    pub width: u16,
    /// Colour.
    pub color: bool,
}

impl Look {
    /// Flag over environment over terminal.
    pub fn of_stdout(system: &System, output: &args::Output) -> Self {
        let terminal = system.stdout_is_terminal() && output.file().is_none();
        let width = terminal_size::terminal_size().filter(|_| terminal);
        Self {
            width: width.map_or(PLAIN_WIDTH, |(width, _)| width.0.max(40)),
            color: color(output.color, terminal),
        }
    }
}

/// Whether to colour something that goes to a terminal, or not.
pub fn color(choice: args::Color, terminal: bool) -> bool {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    match choice {
        args::Color::Always => true,
        args::Color::Never => false,
        args::Color::Auto => terminal && !refused,
    }
}

/// Writes an answer where the user wants it; a file whole or not at all.
///
/// # Errors
/// It cannot be written, or its reader is gone.
pub fn write(
    system: &System,
    output: &args::Output,
    render: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
) -> Outcome {
    let Some(path) = output.file() else {
        let written = system.print(render);
        return written.map_err(|error| Failure::of_stdout(&error));
    };
    let written = system.write(path, Existing::Replace, render);
    written.map_err(|error| cannot_write(path, &error).into())
}

/// Writes a finished text to standard output.
///
/// # Errors
/// It cannot be written, or its reader is gone.
pub fn print(system: &System, text: &[u8]) -> Outcome {
    let written = system.print(|out| out.write_all(text));
    written.map_err(|error| Failure::of_stdout(&error))
}

/// Why a file cannot be written, and what to do.
pub fn cannot_write(path: &Path, error: &io::Error) -> Diags {
    let name = path.to_string_lossy();
    let message = format!("cannot write `{name}`: {}", reason(error));
    let help = match error.kind() {
        ErrorKind::AlreadyExists => "name another file, or `-` for standard output",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "free some space, or name a file on another disk"
        }
        ErrorKind::FileTooLarge => "raise the limit, or name a smaller format",
        ErrorKind::PermissionDenied | ErrorKind::NotFound | ErrorKind::ReadOnlyFilesystem => {
            "name a file that you may write to, in a folder that exists"
        }
        _ => "name another file",
    };
    let is_kept = path.is_file() && error.kind() != ErrorKind::AlreadyExists;
    let kept = if is_kept {
        "; the old file is unchanged"
    } else {
        ""
    };
    Diag::new(Code::CannotWrite, message)
        .help(format!("{help}{kept}"))
        .into()
}

/// The reason of the system in words that name the cause.
pub fn reason(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::StorageFull => "the disk is full".to_owned(),
        ErrorKind::QuotaExceeded => "your disk quota is used up".to_owned(),
        ErrorKind::FileTooLarge => "it is larger than a file may be (see `ulimit -f`)".to_owned(),
        _ => error.to_string(),
    }
}
