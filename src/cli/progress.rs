//! How far the work is, on standard error when that is a terminal: one line, which names the phase
//! and is gone before the answer is written to the same terminal.

use super::args;
use super::system::{System, at_signal};
use crate::render::Step;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::sync::Once;
use std::time::{Duration, Instant};

/// Work that is over sooner than this shows no bar.
const PATIENCE: Duration = Duration::from_millis(300);

/// Functions that have been read, of an unknown number.
const READING: &str = "{spinner} reading: {human_pos} functions";
/// Functions that have been priced.
const PRICING: &str = "pricing {wide_bar} {human_pos} of {human_len} functions, {eta} left";
/// The answer is made of what has been priced, which takes an unknown time.
const LAYING_OUT: &str = "{spinner} laying out {human_pos} functions";

/// How far reading and answering are.
pub struct Progress<'s> {
    system: &'s System,
    bar: ProgressBar,
    /// False where no one could see a bar, or wants to.
    wanted: bool,
    appeared: Once,
    started: Instant,
    verbose: bool,
}

impl<'s> Progress<'s> {
    /// A bar that appears when the work takes long.
    pub fn new(system: &'s System, output: &args::Output) -> Self {
        let progress = Self {
            system,
            bar: ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden()),
            wanted: system.stderr_is_terminal() && !output.quiet,
            appeared: Once::new(),
            started: Instant::now(),
            verbose: output.verbose,
        };
        progress.style(READING);
        progress
    }

    fn style(&self, template: &str) {
        let style = ProgressStyle::with_template(template);
        self.bar
            .set_style(style.expect("the templates above are valid"));
    }

    /// Shows the bar once the work has taken its time.
    fn appear(&self) {
        if self.wanted && self.started.elapsed() > PATIENCE {
            self.appeared.call_once(|| {
                let bar = self.bar.clone();
                at_signal(move || bar.finish_and_clear());
                self.bar.set_draw_target(ProgressDrawTarget::stderr());
                self.bar.tick();
            });
        }
    }

    /// Rows that have been read in all.
    pub fn reading(&self, rows: u64) {
        self.bar.set_position(rows);
        self.appear();
    }

    /// Reading is done; the functions to price.
    pub fn pricing(&self, total: u64) {
        self.say(&format!("{total} functions read"));
        self.style(PRICING);
        self.bar.set_length(total);
        self.bar.set_position(0);
        self.bar.reset_eta();
        self.appear();
    }

    /// A step of a format or of a check.
    pub fn step(&self, step: Step) {
        match step {
            Step::Priced(count) => self.bar.inc(count),
            Step::LayingOut => {
                self.style(LAYING_OUT);
                // Drawn whatever was drawn a moment ago: no further step follows.
                self.bar.force_draw();
            }
        }
        self.appear();
    }

    /// The bar goes away.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }

    /// All is done.
    pub fn finish(&self) {
        self.clear();
        self.say("answered");
    }

    fn say(&self, what: &str) {
        if self.verbose {
            let elapsed = self.started.elapsed().as_millis();
            let line = format!("lambdacost: {what} after {elapsed} ms");
            self.bar.suspend(|| self.system.say(&line));
        }
    }
}

impl Drop for Progress<'_> {
    /// Nothing of it is left above a message.
    fn drop(&mut self) {
        self.clear();
    }
}
