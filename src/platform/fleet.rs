//! The containers, nodes or instances of a function, in words and as facts.
//!
//! A platform describes its own fleets. The formats print these texts and know no platform.

use crate::exact::Exact;

/// The fleet of a function on a platform.
pub trait Fleet {
    /// Requests in flight that it carries at target utilization.
    fn capacity(&self) -> Exact;
    /// Requests in flight of a function that a break-even can have: [`Self::capacity`], or less if
    /// others share the fleet, and their part is full first when all traffic grows alike.
    fn carries(&self) -> Exact {
        self.capacity()
    }
    /// The fleet as a phrase: `4 tasks of 2 vCPU / 4 GB, 13 requests each`.
    fn describe(&self) -> String;
    /// Appends the fleet in short, without a comma: `4 x 2 vCPU / 4 GB x 13`.
    fn write_short(&self, text: &mut String);
    /// The other numbers of the fleet, in their order in JSON.
    fn facts(&self) -> Vec<Fact>;
}

/// A number or a name that describes a fleet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Key in JSON documents. It is part of the format and must not change.
    pub key: &'static str,
    pub value: FactValue,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FactValue {
    /// A number of things.
    Count(u128),
    /// A decimal with all its digits, or a name.
    Text(String),
}

impl Fact {
    pub(crate) fn count(key: &'static str, count: u128) -> Self {
        let value = FactValue::Count(count);
        Self { key, value }
    }

    pub(crate) fn text(key: &'static str, text: impl Into<String>) -> Self {
        let value = FactValue::Text(text.into());
        Self { key, value }
    }
}

/// Appends a whole number. Faster than `write!`: a CSV answer has several in each of up to a
/// million rows.
pub(crate) fn push_count(text: &mut String, count: u128) {
    text.push_str(itoa::Buffer::new().format(count));
}
