//! Threads that share the work.

use std::num::NonZero;
use std::sync::mpsc::{Sender, channel};
use std::thread::{self, available_parallelism};

/// More do not answer sooner.
const MOST: usize = 64;
/// Bytes of a thread's stack: the environment could ask for none or for all memory.
const STACK: usize = 2 << 20;

/// Starts as many threads as the machine has processors, or as many of them as can be had. Without
/// any, the calling thread does all the work. The environment has no say.
pub fn start() {
    let wanted = available_parallelism().map_or(1, NonZero::get).min(MOST);
    let threads: Vec<_> = (0..wanted).map_while(|_| thread()).collect();
    let count = threads.len();
    let mut threads = threads.into_iter();
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(count.max(1))
        .spawn_handler(move |work| {
            // All threads of the pool are waiting.
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
    // It fails when there is a pool already, which then does the work.
    let _ = pool.build_global();
}

/// A thread that waits for its work, if there can be one more.
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
