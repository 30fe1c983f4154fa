//! What carries a function where capacity is provided: in words and as facts.
//!
//! A platform describes its own fleets; formats print what they are given and know no platform.

use crate::exact::Exact;

/// The fleet of a function on a platform.
pub trait Fleet {
    /// Requests in flight that it carries at target utilization.
    fn capacity(&self) -> Exact;
    /// The fleet in a line: `4 tasks of 2 vCPU / 4 GB, 13 requests each`.
    fn describe(&self) -> String;
    /// Appends the fleet in short, without a comma: `4 x 2 vCPU / 4 GB x 13`.
    fn write_short(&self, text: &mut String);
    /// Its numbers without [`Fleet::capacity`], in the order of documents.
    fn facts(&self) -> Vec<Fact>;
}

/// A number or a name of a fleet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Its key in JSON documents, which stays as it is.
    pub key: &'static str,
    /// What it is.
    pub value: FactValue,
}

/// The value of a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FactValue {
    /// How many there are of something.
    Count(u128),
    /// An amount with all its digits, or a name.
    Text(String),
}

impl Fact {
    /// How many there are of something.
    pub fn count(key: &'static str, count: u128) -> Self {
        let value = FactValue::Count(count);
        Self { key, value }
    }

    /// An amount with all its digits, or a name.
    pub fn text(key: &'static str, text: impl Into<String>) -> Self {
        let value = FactValue::Text(text.into());
        Self { key, value }
    }
}

/// Appends a whole number: rows of CSV have several, and there can be a million of them.
pub fn push_count(text: &mut String, count: u128) {
    text.push_str(itoa::Buffer::new().format(count));
}
