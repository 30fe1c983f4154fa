//! `lambdacost explain-error`.

use super::exit::Outcome;
use super::output;
use super::system::System;
use crate::diag::{Code, Diag, Diags};
use crate::text::{comma_separated, did_you_mean};

/// Prints what a code means and how to correct the mistake.
///
/// # Errors
/// The code does not exist, or standard output cannot be written.
pub(crate) fn run(system: &System, code: &str) -> Outcome {
    let selected = Code::ALL
        .iter()
        .filter(|known| code == "all" || known.name() == code);
    let pages: Vec<String> = selected.map(|code| code.manual()).collect();
    if pages.is_empty() {
        return Err(Diags::from(unknown(code)).into());
    }
    output::print(system, pages.join("\n").as_bytes())
}

fn unknown(code: &str) -> Diag {
    let names = Code::ALL.map(Code::name);
    let near = did_you_mean(code, names);
    let help = near.unwrap_or_else(|| format!("the codes are {}", comma_separated(&names)));
    let message = format!("there is no error code `{code}`");
    Diag::new(Code::UnknownValue, message).help(help)
}
