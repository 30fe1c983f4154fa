//! Identifies a file, however many paths lead to it.

use super::Sink;
#[cfg(unix)]
use std::fs::File;
use std::fs::Metadata;
use std::io;
use std::path::Path;

/// The identity of a regular file: device and inode if the system has them, or else its full path.
/// Devices and pipes have none, because writing to them replaces nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity(
    #[cfg(unix)] (u64, u64),
    #[cfg(not(unix))] std::path::PathBuf,
);

impl Identity {
    /// The identity of the file at a path.
    pub(crate) fn of(path: &Path, metadata: &Metadata) -> Option<Self> {
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

/// The file behind standard input.
#[cfg(unix)]
pub(crate) fn of_stdin() -> Option<Identity> {
    of_stream(&io::stdin())
}

/// The file behind standard output.
#[cfg(unix)]
pub(crate) fn of_stdout() -> Option<Identity> {
    of_stream(&io::stdout())
}

/// Standard output as a file. Unlike the stream of the standard library, it reports an error if it
/// is not open for writing.
#[cfg(unix)]
pub(crate) fn stdout() -> Sink {
    match file(&io::stdout()) {
        Ok(file) => Box::new(file),
        Err(_) => Box::new(io::stdout()),
    }
}

/// Standard streams have no path that identifies them.
#[cfg(not(unix))]
pub fn of_stdin() -> Option<Identity> {
    None
}

/// Standard streams have no path that identifies them.
#[cfg(not(unix))]
pub fn of_stdout() -> Option<Identity> {
    None
}

/// Standard output. If a console does not support escape sequences, colours are set by system
/// calls.
#[cfg(not(unix))]
pub fn stdout() -> Sink {
    Box::new(anstream::AutoStream::always(io::stdout()))
}
