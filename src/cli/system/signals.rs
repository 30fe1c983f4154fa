//! Signals that end the process: what is not complete is removed first.

use std::sync::{Mutex, PoisonError};

#[cfg(unix)]
pub use unix::{ignore_file_size_signal, watch};

/// What is called before a signal ends the process.
type Cleanup = Box<dyn FnOnce() + Send>;

static CLEANUPS: Mutex<Vec<Cleanup>> = Mutex::new(Vec::new());

/// Has something called before a signal ends the process.
pub fn at_signal(cleanup: impl FnOnce() + Send + 'static) {
    let mut cleanups = CLEANUPS.lock().unwrap_or_else(PoisonError::into_inner);
    cleanups.push(Box::new(cleanup));
    drop(cleanups);
    watch();
}

/// A system without signals.
#[cfg(not(unix))]
pub fn watch() {}

/// A system without signals.
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

    /// Lets writes beyond the user's limit of file sizes fail, as on a full disk, in place of ending
    /// the process.
    pub fn ignore_file_size_signal() {
        // Where it cannot be ignored it ends the process, as it always does.
        let _ = signal_hook::flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)));
    }

    /// From now on, signals that end the process remove what is not complete.
    pub fn watch() {
        static WATCHED: Once = Once::new();
        WATCHED.call_once(|| {
            let (tell, told) = channel();
            let wait = move || {
                let signals = Signals::new(ending());
                // `watch` waits for this: only then a file may be made.
                let _ = tell.send(());
                let Ok(mut signals) = signals else { return };
                if let Some(signal) = signals.forever().next() {
                    let _lock = names::remove_all();
                    let mut cleanups = CLEANUPS.lock().unwrap_or_else(PoisonError::into_inner);
                    cleanups.drain(..).for_each(|cleanup| cleanup());
                    let _ = signal_hook::low_level::emulate_default_handler(signal);
                }
            };
            // Without a thread or a handler, signals end the process as they always do.
            let thread = thread::Builder::new().spawn(wait);
            if thread.is_ok() {
                let _ = told.recv();
            }
        });
    }

    /// Signals that end the process: not those that it was started to ignore, as under `nohup`.
    fn ending() -> Vec<i32> {
        let all = [SIGTERM, SIGINT, SIGHUP];
        match ignored() {
            Some(ignored) => all
                .into_iter()
                .filter(|signal| ignored & (1 << (signal - 1)) == 0)
                .collect(),
            // Where it is not known, the one that `nohup` ignores is left alone.
            None => vec![SIGTERM, SIGINT],
        }
    }

    /// One bit a signal, as Linux tells it.
    fn ignored() -> Option<u64> {
        let status = fs::read_to_string("/proc/self/status").ok()?;
        let mut lines = status.lines();
        let bits = lines.find_map(|line| line.strip_prefix("SigIgn:"))?;
        u64::from_str_radix(bits.trim(), 16).ok()
    }
}
