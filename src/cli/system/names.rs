//! Names of files that are not complete: they are removed when the process ends, also by a signal.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

static NAMES: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn names() -> MutexGuard<'static, Vec<PathBuf>> {
    NAMES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes a file under a name that is removed when the process ends.
///
/// # Errors
/// It cannot be made.
pub fn make<T>(name: &Path, make: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    // A signal waits for the lock: it finds the file and its name, or neither.
    let mut names = names();
    let made = make()?;
    names.push(name.to_owned());
    Ok(made)
}

/// Does away with a name, by putting the file in its place or by removing it.
pub fn settle<T>(name: &Path, settle: impl FnOnce() -> T) -> T {
    let mut names = names();
    let settled = settle();
    names.retain(|known| known != name);
    settled
}

/// Removes what is not complete and keeps the lock, so that nothing new is made while the process
/// ends.
pub fn remove_all() -> MutexGuard<'static, Vec<PathBuf>> {
    let names = names();
    remove(&names);
    names
}

/// Removes what is not complete, unless another thread is using it: for a thread that panics and may
/// hold the lock itself.
pub fn try_remove_all() {
    match NAMES.try_lock() {
        Ok(names) => remove(&names),
        Err(TryLockError::Poisoned(names)) => remove(&names.into_inner()),
        Err(TryLockError::WouldBlock) => {}
    }
}

fn remove(names: &[PathBuf]) {
    for name in names {
        // There is no one to tell.
        let _ = fs::remove_file(name);
    }
}
