//! How the program ends: 0 answered, 1 a rule was broken (`check` only), 2 could not answer.

use super::output;
use super::system;
use crate::diag::{Code, Diag, Diags};
use std::io::{self, ErrorKind};
use std::panic;
use std::process;

/// Answered.
pub const ANSWERED: u8 = 0;
/// Answered, and a rule was broken.
const BROKEN: u8 = 1;
/// Could not answer.
const CANNOT_ANSWER: u8 = 2;

/// Why a command did not end well.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Mistakes in what the user gave.
    #[error("{0}")]
    Diags(#[from] Diags),
    /// Wrong arguments, which have been explained.
    #[error("the arguments are wrong")]
    UsageError,
    /// A rule was broken, and the report says so.
    #[error("a rule was broken")]
    Broken,
    /// The reader of the output is gone: there is no one to tell.
    #[error("the output was closed")]
    Closed,
}

/// What a command ends with.
pub type Outcome = Result<(), Failure>;

impl Failure {
    /// The failure of writing to standard output.
    pub fn of_stdout(error: &io::Error) -> Self {
        if error.kind() == ErrorKind::BrokenPipe {
            return Self::Closed;
        }
        let reason = output::reason(error);
        let message = format!("cannot write to standard output: {reason}");
        let help = match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
                "free some space, or write to another disk"
            }
            _ => "write to a file with --output",
        };
        Self::Diags(Diag::new(Code::CannotWrite, message).help(help).into())
    }
}

/// The exit code of a failure.
pub fn code(failure: &Failure) -> u8 {
    match failure {
        Failure::Broken => BROKEN,
        Failure::Diags(_) | Failure::UsageError | Failure::Closed => CANNOT_ANSWER,
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
        system::complain(&message);
        process::exit(i32::from(CANNOT_ANSWER));
    }));
}
