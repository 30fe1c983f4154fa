//! `lambdacost init`.

use super::args;
use super::exit::Outcome;
use super::output::{self, cannot_write};
use super::system::{Existing, System};
use crate::text::escaped;

/// The example scenario.
pub(crate) const STARTER: &str = include_str!("starter.toml");

/// Writes the example scenario; `-` is standard output.
///
/// # Errors
/// The file exists already, or cannot be written.
pub(crate) fn run(system: &System, args: &args::Init) -> Outcome {
    let path = &args.file;
    if path.as_os_str() == "-" {
        return output::print(system, STARTER.as_bytes());
    }
    let written = system.write(path, Existing::Keep, |out| {
        out.write_all(STARTER.as_bytes())
    });
    written.map_err(|error| cannot_write(path, &error))?;
    let shown = path.to_string_lossy();
    let shown = escaped(&shown);
    system.say(&format!("wrote {shown}; next: lambdacost compare {shown}"));
    Ok(())
}
