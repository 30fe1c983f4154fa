//! Writes answers: to standard output, or to a file that is either complete or unchanged.

use super::args;
use super::exit::{Failure, Outcome};
use super::progress::Progress;
use super::system::{Existing, System};
use crate::diag::{Code, Diag, Diags};
use anstream::ColorChoice;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

/// Width of all outputs except terminals.
pub(crate) const PLAIN_WIDTH: u16 = 80;

/// The layout of an answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    pub width: u16,
    pub color: bool,
}

impl Look {
    /// The layout of an answer on standard output or in a file. A file is coloured only if the user
    /// requests it, whatever the environment states.
    pub(crate) fn of_answer(system: &System, output: &args::Output, color: ColorChoice) -> Self {
        if output.file().is_some() {
            return Self {
                width: PLAIN_WIDTH,
                color: matches!(color, ColorChoice::Always | ColorChoice::AlwaysAnsi),
            };
        }
        let width = terminal_size::terminal_size().filter(|_| system.stdout_is_terminal());
        Self {
            width: width.map_or(PLAIN_WIDTH, |(width, _)| width.0.max(40)),
            color: system.colors_stdout(color),
        }
    }
}

/// Writes an answer to its destination. A file is either complete or unchanged.
///
/// # Errors
/// It cannot be written, or the reader has closed it.
pub(crate) fn write(
    system: &System,
    output: &args::Output,
    progress: &Progress<'_>,
    render: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
) -> Outcome {
    let Some(path) = output.file() else {
        // A progress bar must not mix with an answer on the same terminal.
        let begin = || {
            if system.stdout_is_terminal() {
                progress.clear();
            }
        };
        let written = system.print(&begin, render);
        return written.map_err(|error| cannot_print(&error));
    };
    let written = system.write(path, Existing::Replace, render);
    written.map_err(|error| cannot_write(path, &error))
}

/// Writes a finished text to standard output.
///
/// # Errors
/// It cannot be written, or the reader has closed it.
pub(crate) fn print(system: &System, text: &[u8]) -> Outcome {
    let written = system.print(&|| (), |out| out.write_all(text));
    written.map_err(|error| cannot_print(&error))
}

/// Writes a finished text to a file, which is either complete or unchanged.
///
/// # Errors
/// It cannot be written.
pub(crate) fn replace(system: &System, path: &Path, text: &str) -> Outcome {
    let written = system.write(path, Existing::Replace, |out| {
        out.write_all(text.as_bytes())
    });
    written.map_err(|error| cannot_write(path, &error))
}

/// The operating system's error at the root of a chain.
pub(crate) fn kind(error: &anyhow::Error) -> ErrorKind {
    error
        .downcast_ref()
        .map_or(ErrorKind::Other, io::Error::kind)
}

/// Why standard output cannot be written, and what to do.
fn cannot_print(error: &anyhow::Error) -> anyhow::Error {
    let help = match kind(error) {
        ErrorKind::BrokenPipe => return Failure::Closed.into(),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "free some space, or write to another disk"
        }
        _ => "write to a file with --output",
    };
    let message = format!("cannot write to standard output: {error:#}");
    Diags::from(Diag::new(Code::CannotWrite, message).help(help)).into()
}

/// Why a file cannot be written, and what to do.
pub(crate) fn cannot_write(path: &Path, error: &anyhow::Error) -> anyhow::Error {
    let kind = kind(error);
    let help = match kind {
        ErrorKind::AlreadyExists => "name another file, or `-` for standard output",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "free some space, or name a file on another disk"
        }
        ErrorKind::FileTooLarge => "raise the limit, or use a smaller format",
        ErrorKind::PermissionDenied | ErrorKind::NotFound | ErrorKind::ReadOnlyFilesystem => {
            "name a file that you may write to, in a folder that exists"
        }
        _ => "name another file",
    };
    let is_kept = path.is_file() && kind != ErrorKind::AlreadyExists;
    let kept = if is_kept {
        "; the old file is unchanged"
    } else {
        ""
    };
    let message = format!("cannot write `{}`: {error:#}", path.display());
    let diag = Diag::new(Code::CannotWrite, message).help(format!("{help}{kept}"));
    Diags::from(diag).into()
}
