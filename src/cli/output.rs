//! Where an answer goes: standard output, or a file that is written whole or not at all.

use super::args;
use super::exit::{Failure, Outcome};
use crate::diag::{Code, Diag, Diags};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Bytes that are collected before they are written.
const BUFFER: usize = 1 << 16;
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
    pub fn of_stdout(output: &args::Output) -> Self {
        let terminal = io::stdout().is_terminal() && output.file().is_none();
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

/// Writes an answer where the user wants it.
///
/// A file is written under a temporary name in its folder and renamed when it is whole: a failure
/// or a kill leaves the old one as it was.
///
/// # Errors
/// It cannot be written, or its reader is gone.
pub fn write(
    output: &args::Output,
    render: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
) -> Outcome {
    match output.file() {
        Some(path) => to_file(path, render).map_err(|error| cannot_write(path, &error).into()),
        None => to_stdout(render),
    }
}

/// Refuses to write an answer over what it is the answer to: the files of a scenario, and those of a
/// folder of prices.
///
/// # Errors
/// The file to write is one of them.
pub fn spare(
    output: &args::Output,
    scenario: Vec<PathBuf>,
    prices: Option<&Path>,
) -> Result<(), Diags> {
    let Some(file) = output.file() else {
        return Ok(());
    };
    let prices = prices.and_then(|folder| folder.read_dir().ok());
    let prices = prices.into_iter().flatten().flatten();
    let mut inputs = scenario.into_iter().chain(prices.map(|entry| entry.path()));
    let same = |input: PathBuf| {
        let [input, file] = [&*input, file].map(Path::canonicalize);
        input.is_ok_and(|input| file.is_ok_and(|file| file == input))
    };
    if inputs.any(same) {
        let message = format!("`{}` is what is read", file.display());
        let diag = Diag::new(Code::CannotWrite, message);
        return Err(diag.help("name another file for the answer").into());
    }
    Ok(())
}

/// Writes a finished text to standard output.
///
/// # Errors
/// It cannot be written, or its reader is gone.
pub fn print(text: &[u8]) -> Outcome {
    to_stdout(|out| out.write_all(text))
}

fn to_stdout(render: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>) -> Outcome {
    let mut out = BufWriter::with_capacity(BUFFER, io::stdout());
    let written = render(&mut out).and_then(|()| out.flush());
    written.map_err(|error| Failure::of_stdout(&error))
}

fn to_file(
    path: &Path,
    render: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
) -> io::Result<()> {
    // Write through a link to the file it names, and never over a folder.
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    if target.is_dir() {
        return Err(io::Error::new(
            io::ErrorKind::IsADirectory,
            "it is a folder",
        ));
    }
    let known = target.metadata().ok();
    if known
        .as_ref()
        .is_some_and(|known| known.permissions().readonly())
    {
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            "it is read-only",
        ));
    }
    if known.is_some_and(|known| !known.is_file()) {
        // A device or a pipe cannot be replaced.
        let mut out = BufWriter::new(std::fs::OpenOptions::new().write(true).open(&target)?);
        return render(&mut out).and_then(|()| out.flush());
    }
    let folder = target
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let temporary = new_file(folder.unwrap_or(Path::new(".")), &target)?;
    let mut out = BufWriter::with_capacity(BUFFER, temporary);
    render(&mut out).map_err(unnamed)?;
    let temporary = out
        .into_inner()
        .map_err(|error| unnamed(error.into_error()))?;
    temporary
        .persist(&target)
        .map_err(|error| unnamed(error.error))?;
    Ok(())
}

/// A temporary file with the permissions that the result is to have.
fn new_file(folder: &Path, target: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".lambdacost-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // What `open` would give a new file; the user's mask takes off what it takes off.
        const USUAL: u32 = 0o666;
        builder.permissions(std::fs::Permissions::from_mode(USUAL));
    }
    let file = builder
        .tempfile_in(folder)
        .map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => io::Error::new(error.kind(), "its folder does not exist"),
            _ => unnamed(error),
        })?;
    if let Ok(known) = target.metadata() {
        file.as_file().set_permissions(known.permissions())?;
    }
    Ok(file)
}

/// The error without the name of the temporary file, which is nobody's business.
fn unnamed(error: io::Error) -> io::Error {
    error.kind().into()
}

fn cannot_write(path: &Path, error: &io::Error) -> Diags {
    let diag = Diag::new(
        Code::CannotWrite,
        format!("cannot write `{}`: {error}", path.display()),
    );
    let help = match path.exists() {
        true => "what is there is unchanged",
        false => "name a file in a folder that you may write to",
    };
    diag.help(help).into()
}
