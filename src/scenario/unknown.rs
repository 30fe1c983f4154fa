//! Keys and columns that a function does not have, and those that were most likely meant.

use super::schema::{FIELDS, Field};
use crate::diag::{At, Code, Diag};
use crate::text::nearest;

/// The diagnostic for a part of the contract that this version does not price.
pub fn not_priced(what: &str) -> Diag {
    Diag::new(
        Code::NotPriced,
        format!("this version does not price `{what}`"),
    )
    .help("an answer without it would be wrong: leave it out only if that is what you want to know")
}

/// Characters of a word that is too short to tell which other one it was to be.
const SHORT: usize = 4;

/// The key of a function, or the table in it, that a mistyped one most likely meant.
pub fn meant(path: &str) -> Option<&'static str> {
    let tables = ["container", "budget", "container.task"];
    let paths = FIELDS.iter().map(|(_, known, _)| *known);
    // A key in the wrong table, or a column, is found by its last word.
    let words = paths.clone().map(last_word);
    let words = words.filter(|word| Field::of_column(word).is_some());
    // Everything is near a short word.
    let is_long = path.len() > SHORT;
    let near = words.clone().filter(|_| is_long);
    let known = paths.chain(near).chain(tables);
    let found = match Field::of_column(last_word(path)) {
        Some(field) => Some(field.path()),
        None => nearest(path, known).or_else(|| begun(path, words)),
    };
    let whole = |found| Field::of_column(found).map_or(found, Field::path);
    found.map(whole).filter(|found| *found != path)
}

fn last_word(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// The one word that begins so, where the beginning is long enough to tell.
fn begun<'w>(beginning: &str, words: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    let beginning = beginning.to_lowercase();
    let mut found = words.filter(|word| beginning.len() > 2 && word.starts_with(&beginning));
    let first = found.next()?;
    found.all(|other| other == first).then_some(first)
}

/// The diagnostic for a key, or a column, that a function does not have; `help` is given where no
/// other is near.
pub fn unknown(what: &str, path: &str, at: At, help: Option<&'static str>) -> Diag {
    let typed = path.to_owned();
    let near = move || {
        let near = meant(&typed).map(|known| format!("did you mean `{known}`?"));
        near.or_else(|| help.map(str::to_owned))
    };
    Diag::new(Code::UnknownKey, format!("there is no {what} `{path}`"))
        .at(at)
        .help_when_shown(near)
}
