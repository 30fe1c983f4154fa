//! Exit codes: 0 for an answer, 1 for a broken rule (`check` only), 2 for no answer.

use super::system;
use std::panic;
use std::process;

/// There is an answer.
pub(crate) const ANSWERED: u8 = 0;
/// There is an answer, and a rule is broken.
const BROKEN: u8 = 1;
/// There is no answer.
const CANNOT_ANSWER: u8 = 2;

/// Errors that are not reported, because they are already reported or because the reader is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Failure {
    /// Wrong arguments, which are already reported.
    #[error("the arguments are wrong")]
    UsageError,
    /// A broken rule, which is in the report.
    #[error("a rule was broken")]
    Broken,
    /// An import lacks something that is required, which is already reported.
    #[error("the import is not complete")]
    Incomplete,
    /// The reader of the output has closed it.
    #[error("the output was closed")]
    Closed,
}

/// The result of a command. An error is a [`Failure`], or the `Diags` to show.
pub(crate) type Outcome = anyhow::Result<()>;

/// The exit code of an error.
pub(crate) fn code(error: &anyhow::Error) -> u8 {
    if error.downcast_ref() == Some(&Failure::Broken) {
        BROKEN
    } else {
        CANNOT_ANSWER
    }
}

/// Makes a panic in any thread print one sentence to standard error and end the process with exit
/// code 2.
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
