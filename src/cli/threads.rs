//! The threads that share the work.

use std::num::NonZero;
use std::sync::mpsc::{Sender, channel};
use std::thread::{self, available_parallelism};

/// More threads are not faster.
const MOST: usize = 64;
/// Bytes of a thread's stack. Without this, an environment variable could set it to nothing or to
/// all memory.
const STACK: usize = 2 << 20;

/// Starts one thread per processor, or as many as the system allows. Without any, the calling
/// thread does all the work. Environment variables have no effect.
pub(crate) fn start() {
    let wanted = available_parallelism().map_or(1, NonZero::get).min(MOST);
    let threads: Vec<_> = (0..wanted).map_while(|_| thread()).collect();
    let count = threads.len();
    let mut threads = threads.into_iter();
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(count.max(1))
        .spawn_handler(move |work| {
            // All threads of the pool wait for their work.
            let handed = threads.next().map(|thread| thread.send(work));
            match handed {
                Some(Ok(())) => Ok(()),
                _ => Err(std::io::ErrorKind::NotFound.into()),
            }
        });
    let pool = match count {
        0 => pool.use_current_thread(),
        _ => pool,
    };
    // It fails if there is already a pool, which then does the work.
    let _ = pool.build_global();
}

/// A thread that waits for its work; `None` if the system allows no more threads.
fn thread() -> Option<Sender<rayon::ThreadBuilder>> {
    let (send, receive) = channel::<rayon::ThreadBuilder>();
    let work = move || {
        if let Ok(work) = receive.recv() {
            work.run();
        }
    };
    let started = thread::Builder::new().stack_size(STACK).spawn(work);
    started.ok().map(|_| send)
}
