//! What tells a file from every other one, however many names lead to it.

use super::Sink;
#[cfg(unix)]
use std::fs::File;
use std::fs::Metadata;
use std::io;
use std::path::Path;

/// The identity of a regular file: its device and number where the system has them, or else its
/// full path. Devices and pipes have none: to write to one replaces nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity(
    #[cfg(unix)] (u64, u64),
    #[cfg(not(unix))] std::path::PathBuf,
);

impl Identity {
    /// The identity of the file that a path leads to.
    pub fn of(path: &Path, metadata: &Metadata) -> Option<Self> {
        let identity = identity(path, metadata);
        identity.filter(|_| metadata.is_file())
    }
}

#[cfg(unix)]
fn identity(_path: &Path, metadata: &Metadata) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt;
    Some(Identity((metadata.dev(), metadata.ino())))
}

#[cfg(not(unix))]
fn identity(path: &Path, _metadata: &Metadata) -> Option<Identity> {
    path.canonicalize().ok().map(Identity)
}

/// A standard stream as a file.
#[cfg(unix)]
fn file(stream: &impl std::os::fd::AsFd) -> io::Result<File> {
    Ok(File::from(stream.as_fd().try_clone_to_owned()?))
}

#[cfg(unix)]
fn of_stream(stream: &impl std::os::fd::AsFd) -> Option<Identity> {
    let metadata = file(stream).and_then(|file| file.metadata()).ok()?;
    Identity::of(Path::new(""), &metadata)
}

/// The file that standard input comes from.
#[cfg(unix)]
pub fn of_stdin() -> Option<Identity> {
    of_stream(&io::stdin())
}

/// The file that standard output goes to.
#[cfg(unix)]
pub fn of_stdout() -> Option<Identity> {
    of_stream(&io::stdout())
}

/// Standard output. As a file it says when it is not open for writing, which the library's own
/// stream passes over.
#[cfg(unix)]
pub fn stdout() -> Sink {
    match file(&io::stdout()) {
        Ok(file) => Box::new(file),
        Err(_) => Box::new(io::stdout()),
    }
}

/// Standard streams have no path to know them by.
#[cfg(not(unix))]
pub fn of_stdin() -> Option<Identity> {
    None
}

/// Standard streams have no path to know them by.
#[cfg(not(unix))]
pub fn of_stdout() -> Option<Identity> {
    None
}

/// Standard output, with calls for colours where a console knows no escape sequences.
#[cfg(not(unix))]
pub fn stdout() -> Sink {
    Box::new(anstream::AutoStream::always(io::stdout()))
}
