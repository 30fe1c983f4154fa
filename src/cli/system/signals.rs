//! Removes incomplete files before a signal ends the process.

use std::sync::{Mutex, PoisonError};

#[cfg(unix)]
pub(crate) use unix::{ignore_file_size_signal, watch};

/// A function to call before a signal ends the process.
type Cleanup = Box<dyn FnOnce() + Send>;

static CLEANUPS: Mutex<Vec<Cleanup>> = Mutex::new(Vec::new());

/// Registers a function to call before a signal ends the process.
pub(crate) fn at_signal(cleanup: impl FnOnce() + Send + 'static) {
    let mut cleanups = CLEANUPS.lock().unwrap_or_else(PoisonError::into_inner);
    cleanups.push(Box::new(cleanup));
    drop(cleanups);
    watch();
}

#[cfg(not(unix))]
pub fn watch() {}

#[cfg(not(unix))]
pub fn ignore_file_size_signal() {}

#[cfg(unix)]
mod unix {
    use super::super::names;
    use super::CLEANUPS;
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
    use signal_hook::iterator::Signals;
    use std::fs;
    use std::sync::atomic::AtomicBool;
    use std::sync::mpsc::channel;
    use std::sync::{Arc, Once, PoisonError};
    use std::thread;

    /// Makes writes beyond the user's limit of file size fail, as on a full disk, instead of ending
    /// the process.
    pub(crate) fn ignore_file_size_signal() {
        // If this fails, the signal ends the process as usual.
        let _ = signal_hook::flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)));
    }

    /// Starts the thread that removes incomplete files before a signal ends the process.
    pub(crate) fn watch() {
        static WATCHED: Once = Once::new();
        WATCHED.call_once(|| {
            let (tell, told) = channel();
            let wait = move || {
                let signals = Signals::new(ending());
                // `watch` waits for this, so no file is created before the handler is ready.
                let _ = tell.send(());
                let Ok(mut signals) = signals else { return };
                if let Some(signal) = signals.forever().next() {
                    let _lock = names::remove_all();
                    let mut cleanups = CLEANUPS.lock().unwrap_or_else(PoisonError::into_inner);
                    cleanups.drain(..).for_each(|cleanup| cleanup());
                    let _ = signal_hook::low_level::emulate_default_handler(signal);
                }
            };
            // Without a thread or handler, signals end the process as usual.
            let thread = thread::Builder::new().spawn(wait);
            if thread.is_ok() {
                let _ = told.recv();
            }
        });
    }

    /// The signals that end the process, except those that are ignored, as under `nohup`.
    fn ending() -> Vec<i32> {
        let all = [SIGTERM, SIGINT, SIGHUP];
        match ignored() {
            Some(ignored) => all
                .into_iter()
                .filter(|signal| ignored & (1 << (signal - 1)) == 0)
                .collect(),
            // If this is not known, the signal that `nohup` ignores is not handled.
            None => vec![SIGTERM, SIGINT],
        }
    }

    /// The ignored signals, one bit each, as Linux reports them.
    fn ignored() -> Option<u64> {
        let status = fs::read_to_string("/proc/self/status").ok()?;
        let mut lines = status.lines();
        let bits = lines.find_map(|line| line.strip_prefix("SigIgn:"))?;
        u64::from_str_radix(bits.trim(), 16).ok()
    }
}
