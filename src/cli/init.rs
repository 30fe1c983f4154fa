//! `lambdacost init`.

use super::args;
use super::exit::Outcome;
use super::output::{self, cannot_write};
use super::schema;
use super::system::{Existing, System};
use crate::platform;
use crate::text::escaped;
use std::io::ErrorKind;

/// The scenario to start from.
pub const STARTER: &str = include_str!("starter.toml");

/// The schema in the same folder, as the first line of the starter names it.
pub const SCHEMA: &str = "lambdacost.schema.json";

/// Writes the starter and, for editors, its schema in the same folder, unless there is one; `-`
/// writes the starter to standard output.
///
/// # Errors
/// The file exists already, or one of the two cannot be written.
pub fn run(system: &System, args: &args::Init) -> Outcome {
    let path = &args.file;
    if path.as_os_str() == "-" {
        return output::print(system, STARTER.as_bytes());
    }
    let written = system.write(path, Existing::Keep, |out| {
        out.write_all(STARTER.as_bytes())
    });
    written.map_err(|error| cannot_write(path, &error))?;
    let schema = path.with_file_name(SCHEMA);
    let written = system.write(&schema, Existing::Keep, |out| {
        out.write_all(schema::of_scenario(&platform::book()).as_bytes())
    });
    match written {
        Err(error) if output::kind(&error) == ErrorKind::AlreadyExists => {}
        written => written.map_err(|error| cannot_write(&schema, &error))?,
    }
    let shown = path.to_string_lossy();
    let shown = escaped(&shown);
    system.say(&format!("wrote {shown}; next: lambdacost compare {shown}"));
    Ok(())
}
