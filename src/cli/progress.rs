//! A progress bar for fleets, on standard error when that is a terminal.

use super::args;
use super::system::System;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::{Duration, Instant};

/// Work that is over sooner than this shows no bar.
const PATIENCE: Duration = Duration::from_millis(300);

/// How far reading and answering are.
pub struct Progress<'s> {
    system: &'s System,
    bar: ProgressBar,
    started: Instant,
    verbose: bool,
}

impl<'s> Progress<'s> {
    /// A bar, unless nobody could see it.
    pub fn new(system: &'s System, output: &args::Output) -> Self {
        let visible = system.stderr_is_terminal() && !output.quiet;
        // An answer on the same terminal would be torn apart by a bar.
        let apart = output.file().is_some() || !system.stdout_is_terminal();
        let bar = match visible && apart {
            true => ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()),
            false => ProgressBar::hidden(),
        };
        Self {
            system,
            bar,
            started: Instant::now(),
            verbose: output.verbose,
        }
    }

    /// So many rows have been read.
    pub fn reading(&self, rows: u64) {
        if self.started.elapsed() > PATIENCE {
            self.bar.set_message("functions read");
            self.bar.set_position(rows);
        }
    }

    /// All is read, so many answers are to come.
    pub fn answering(&self, total: u64) {
        self.say(&format!("{total} functions read"));
        self.bar.set_position(0);
        self.bar.set_length(total);
        let template = "{wide_bar} {human_pos} of {human_len} functions, {eta}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style);
        }
    }

    /// So many more have been answered.
    pub fn advance(&self, count: u64) {
        if self.started.elapsed() > PATIENCE {
            self.bar.inc(count);
        }
    }

    /// The bar goes away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
        self.say("answered");
    }

    fn say(&self, what: &str) {
        if self.verbose {
            let elapsed = self.started.elapsed().as_millis();
            self.system
                .say(&format!("lambdacost: {what} after {elapsed} ms"));
        }
    }
}
