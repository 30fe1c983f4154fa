//! `lambdacost init`.

use super::args;
use super::exit::{Failure, Outcome};
use super::output;
use crate::diag::{Code, Diag};
use std::fs::OpenOptions;
use std::io::{self, Write};

/// The scenario to start from.
pub const STARTER: &str = include_str!("starter.toml");

/// Writes the starter; `-` writes it to standard output.
///
/// # Errors
/// The file exists already, or cannot be written.
pub fn run(args: &args::Init) -> Outcome {
    if args.file.as_os_str() == "-" {
        return output::print(STARTER.as_bytes());
    }
    let shown = args.file.display();
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&args.file);
    let written = file.and_then(|mut file| file.write_all(STARTER.as_bytes()));
    written.map_err(|error| {
        let help = match error.kind() {
            io::ErrorKind::AlreadyExists => "name another file, or `-` for standard output",
            _ => "check its folder and your permissions",
        };
        let diag = Diag::new(
            Code::CannotWrite,
            format!("cannot write `{shown}`: {error}"),
        );
        Failure::Diags(diag.help(help).into())
    })?;
    eprintln!("wrote {shown}; next: lambdacost compare {shown}");
    Ok(())
}
