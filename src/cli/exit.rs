//! How the program ends: 0 answered, 1 a rule was broken (`check` only), 2 could not answer.

use crate::diag::Diags;
use std::io;
use std::process::ExitCode;

/// Could not answer.
pub const CANNOT_ANSWER: u8 = 2;

/// Why a command could not answer.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Mistakes in what the user gave.
    #[error("{0}")]
    Diags(#[from] Diags),
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

/// The exit code of a failure.
pub fn code() -> ExitCode {
    ExitCode::from(CANNOT_ANSWER)
}
