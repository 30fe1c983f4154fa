//! JSON as the AWS CLI writes it: documents one after another, and bare lists of their elements.

use crate::facts::Context;
use crate::input::Bytes;
use crate::mistake::Mistake;
use serde::de::DeserializeOwned;
use std::io::BufReader;

/// Bytes that are read at once.
const BUFFER: usize = 1 << 18;

/// Bytes in which the first character stands.
const STARTS: u64 = 4096;

/// A document, or a list of such documents.
#[derive(serde::Deserialize)]
#[serde(untagged)]
enum OneOrMany<T> {
    One(Box<T>),
    Many(Vec<T>),
}

/// Every document of a file.
///
/// # Errors
/// It is not JSON of this shape.
pub(super) fn documents<T: DeserializeOwned>(
    bytes: Bytes,
    context: &Context,
) -> Result<Vec<T>, Mistake> {
    let reader = BufReader::with_capacity(BUFFER, bytes);
    let mut all = Vec::new();
    for document in serde_json::Deserializer::from_reader(reader).into_iter::<OneOrMany<T>>() {
        match document.map_err(|error| mistake(&error, context))? {
            OneOrMany::One(one) => all.push(*one),
            OneOrMany::Many(many) => all.extend(many),
        }
    }
    Ok(all)
}

/// True if the first character that is not blank starts an object or a list.
///
/// # Errors
/// The file cannot be read.
pub(super) fn is_json(bytes: &mut Bytes, context: &Context) -> Result<bool, Mistake> {
    let start = bytes.start(STARTS);
    let start = start
        .map_err(|error| context.mistake(format!("cannot read it: {error}"), "check the file"))?;
    let first = start.iter().find(|byte| !byte.is_ascii_whitespace());
    Ok(matches!(first, Some(b'{' | b'[')))
}

/// What is wrong in JSON.
pub(super) fn mistake(error: &serde_json::Error, context: &Context) -> Mistake {
    let (message, help) = if error.is_io() {
        (
            format!("cannot read it: {error}"),
            "check the file, or write it again",
        )
    } else if error.is_eof() {
        (
            "the JSON ends in the middle".to_owned(),
            "write the file again: it was cut off",
        )
    } else {
        (
            format!("the JSON cannot be read: {error}"),
            "write the file again with the command that `lambdacost import --list` names",
        )
    };
    let found = context.mistake(message, help);
    if error.line() == 0 {
        found
    } else {
        found.at(error.line() as u64)
    }
}
