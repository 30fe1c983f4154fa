//! How the program ends: 0 answered, 1 a rule was broken (`check` only), 2 could not answer.

use super::system;
use std::panic;
use std::process;

/// Answered.
pub const ANSWERED: u8 = 0;
/// Answered, and a rule was broken.
const BROKEN: u8 = 1;
/// Could not answer.
const CANNOT_ANSWER: u8 = 2;

/// Ends that are no mistake to report, because they have been reported or because there is no one
/// to report them to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Wrong arguments, which have been explained.
    #[error("the arguments are wrong")]
    UsageError,
    /// A rule was broken, and the report says so.
    #[error("a rule was broken")]
    Broken,
    /// The reader of the output is gone.
    #[error("the output was closed")]
    Closed,
}

/// What a command ends with: an error is a [`Failure`], or the `Diags` to show.
pub type Outcome = anyhow::Result<()>;

/// The exit code of an error.
pub fn code(error: &anyhow::Error) -> u8 {
    if error.downcast_ref() == Some(&Failure::Broken) {
        BROKEN
    } else {
        CANNOT_ANSWER
    }
}

/// From now on, a panic of any thread is a sentence on standard error and ends the process with 2.
pub fn end_on_panic() {
    panic::set_hook(Box::new(|info| {
        system::remove_drafts();
        let place = info.location().map(ToString::to_string);
        let place = place.unwrap_or_else(|| "an unknown place".to_owned());
        let message = format!(
            "lambdacost stopped because of an error in the program itself, at {place}: please \
             report it to its authors, with the command and its input files"
        );
        system::report(&message);
        process::exit(i32::from(CANNOT_ANSWER));
    }));
}
