//! Progress on standard error, if that is a terminal: one line with the name of the phase, which is
//! removed before the answer is written to the same terminal.

use super::args;
use super::system::{System, at_signal};
use crate::render::Step;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::sync::Once;
use std::time::{Duration, Instant};

/// Shorter work has no bar.
const DELAY: Duration = Duration::from_millis(300);

/// Number of functions read. The total is not known.
const READING: &str = "{spinner} reading: {human_pos} functions";
/// Number of functions priced.
const PRICING: &str = "pricing {wide_bar} {human_pos} of {human_len} functions, {eta} left";
/// The layout of the answer. Its duration is not known.
const LAYING_OUT: &str = "{spinner} laying out {human_pos} functions";

/// The progress of a run.
pub(crate) struct Progress<'s> {
    system: &'s System,
    bar: ProgressBar,
    /// False if the bar would not be visible, or is not wanted.
    wanted: bool,
    appeared: Once,
    started: Instant,
    verbose: bool,
}

impl<'s> Progress<'s> {
    /// A bar that appears if the work takes long.
    pub(crate) fn new(system: &'s System, output: &args::Output) -> Self {
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

    /// Shows the bar after a delay.
    fn appear(&self) {
        if self.wanted && self.started.elapsed() > DELAY {
            self.appeared.call_once(|| {
                let bar = self.bar.clone();
                at_signal(move || bar.finish_and_clear());
                self.bar.set_draw_target(ProgressDrawTarget::stderr());
                self.bar.tick();
            });
        }
    }

    /// Sets the number of rows read.
    pub(crate) fn reading(&self, rows: u64) {
        self.bar.set_position(rows);
        self.appear();
    }

    /// Reading is done, and `total` functions are to be priced.
    pub(crate) fn pricing(&self, total: u64) {
        self.say(&format!("{total} functions read"));
        self.style(PRICING);
        self.bar.set_length(total);
        self.bar.set_position(0);
        self.bar.reset_eta();
        self.appear();
    }

    /// A step of a format or a check.
    pub(crate) fn step(&self, step: Step) {
        match step {
            Step::Priced(count) => self.bar.inc(count),
            Step::LayingOut => {
                self.style(LAYING_OUT);
                // Draws in any case, because no further step follows.
                self.bar.force_draw();
            }
        }
        self.appear();
    }

    /// Removes the bar.
    pub(crate) fn clear(&self) {
        self.bar.finish_and_clear();
    }

    /// All work is done.
    pub(crate) fn finish(&self) {
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
    /// Removes the bar, so that nothing of it stays above a message.
    fn drop(&mut self) {
        self.clear();
    }
}
