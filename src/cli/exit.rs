//! How the program ends: 0 answered, 1 a rule was broken (`check` only), 2 could not answer.

use crate::diag::Diags;
use std::io;
use std::process::ExitCode;

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
    /// A rule was broken, and the report says so.
    #[error("a rule was broken")]
    Broken,
    /// The reader of the output is gone: nobody is left to tell.
    #[error("the output was closed")]
    Closed,
}

/// What a command ends with.
pub type Outcome = Result<(), Failure>;

impl Failure {
    /// The failure of writing to standard output.
    pub fn of_stdout(error: &io::Error) -> Self {
        use crate::diag::{Code, Diag};
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::Closed;
        }
        let message = format!("cannot write to standard output: {error}");
        let diag = Diag::new(Code::CannotWrite, message);
        Self::Diags(
            diag.help("write to a file with --output, or free some space")
                .into(),
        )
    }
}

/// The exit code of usage that is no use.
pub fn usage() -> ExitCode {
    ExitCode::from(CANNOT_ANSWER)
}

/// The exit code of a failure.
pub fn code(failure: &Failure) -> ExitCode {
    ExitCode::from(match failure {
        Failure::Broken => BROKEN,
        Failure::Diags(_) | Failure::Closed => CANNOT_ANSWER,
    })
}
