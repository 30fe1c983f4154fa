//! Names of incomplete files. These are removed when the process ends, also by a signal.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

static NAMES: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn names() -> MutexGuard<'static, Vec<PathBuf>> {
    NAMES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Creates a file whose name is removed when the process ends.
///
/// # Errors
/// It cannot be created.
pub(crate) fn make<T>(name: &Path, make: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    // The signal handler waits for this lock. So it sees the file and its name, or neither.
    let mut names = names();
    let made = make()?;
    names.push(name.to_owned());
    Ok(made)
}

/// Forgets a name after `settle` has moved or removed the file.
pub(crate) fn settle<T>(name: &Path, settle: impl FnOnce() -> T) -> T {
    let mut names = names();
    let settled = settle();
    names.retain(|known| known != name);
    settled
}

/// Removes incomplete files and keeps the lock, so that no new ones are created while the process
/// ends.
pub(crate) fn remove_all() -> MutexGuard<'static, Vec<PathBuf>> {
    let names = names();
    remove(&names);
    names
}

/// Removes incomplete files, unless another thread holds the lock. For a panicking thread, which
/// can hold the lock itself.
pub(crate) fn try_remove_all() {
    match NAMES.try_lock() {
        Ok(names) => remove(&names),
        Err(TryLockError::Poisoned(names)) => remove(&names.into_inner()),
        Err(TryLockError::WouldBlock) => {}
    }
}

fn remove(names: &[PathBuf]) {
    for name in names {
        // There is no place to report an error.
        let _ = fs::remove_file(name);
    }
}
