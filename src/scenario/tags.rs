//! Tags: names and texts of a function that change no bill. Outputs pass them on, and group costs by
//! them.

use super::Function;
use super::name_index::StatedPlaces;
use crate::diag::{Code, Diag};
use crate::text;
use std::collections::BTreeSet;
use std::sync::Arc;

/// How the names of columns with tags begin in a functions file and in outputs.
pub(crate) const PREFIX: &str = "tags.";

/// Maximum of characters of a name, as AWS has it.
const LONGEST_NAME: usize = 128;

/// Maximum number of names in a scenario. Each is a column of the CSV output.
const MOST: usize = 100;

/// A tag of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tag {
    pub name: Arc<str>,
    pub value: Box<str>,
}

/// What belongs to a function and changes no bill.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Labels {
    /// By name.
    pub tags: Box<[Tag]>,
    /// The id of its AWS account, 12 digits.
    pub account: Option<Box<str>>,
}

/// Why a name cannot be that of a tag, and what to do.
pub(crate) fn unfit_name(name: &str) -> Option<(String, &'static str)> {
    if name.is_empty() {
        return Some(("is empty".to_owned(), "write 1 to 128 characters"));
    }
    if name.chars().nth(LONGEST_NAME).is_some() {
        return Some(("is longer than 128 characters".to_owned(), "shorten it"));
    }
    text::unfit(name)
}

/// The names of the tags of all functions.
#[derive(Debug, Default)]
pub(crate) struct TagNames(BTreeSet<Arc<str>>);

impl TagNames {
    /// Adds the tags of a function. Returns the mistake if there are too many, but only once.
    pub(crate) fn add(&mut self, function: &Function, places: &dyn StatedPlaces) -> Option<Diag> {
        for tag in function.tags() {
            if self.0.len() > MOST || self.0.contains(&tag.name) {
                continue;
            }
            self.0.insert(Arc::clone(&tag.name));
            if self.0.len() > MOST {
                let message = format!("the functions have more than {MOST} different tags");
                let at = places.of_tag(&tag.name);
                let diag = Diag::new(Code::OutOfRange, message);
                let diag = diag.at(at.unwrap_or_else(|| places.of_name()));
                return Some(diag.help("leave out those by which no cost is grouped"));
            }
        }
        None
    }

    /// The names, sorted.
    pub(crate) fn into_names(self) -> Vec<Arc<str>> {
        self.0.into_iter().collect()
    }
}
