//! What an import leaves out, counted by reason.

use std::collections::BTreeMap;

/// Why a price is not in the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reason {
    OtherRegion,
    EveryRegion,
    Zone,
    NoRegion,
    NotPriced,
    OtherMachine,
    FreeTier,
    Upfront,
    Convertible,
    OtherPlan,
    NotDollars,
    NotNumber,
    Zero,
    Ragged,
    NoPrice,
    UnknownCode,
    NoRateRegion,
    MorePages,
    Older,
    Ambiguous,
    Tiers,
}

impl Reason {
    /// What was left out, after a number.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::OtherRegion => "in another region than --region",
            Self::EveryRegion => "not of one region (location Any or Global): the free tier",
            Self::Zone => "in Local Zones, Wavelength Zones or on Outposts",
            Self::NoRegion => "in a location that is not a known region",
            Self::NotPriced => "of usage that lambdacost does not price",
            Self::OtherMachine => "of EC2 that is not Linux on shared hosts without licences",
            Self::FreeTier => "of the free tier or another special term",
            Self::Upfront => "Reserved Instances with an upfront payment: not a price per hour",
            Self::Convertible => "convertible Reserved Instances",
            Self::OtherPlan => "of Savings Plans for usage that they do not lower here",
            Self::NotDollars => "not in US dollars",
            Self::NotNumber => "with a price or tier that is not a decimal in quotes",
            Self::Zero => "with a price of zero",
            Self::Ragged => "rows without the cells of a price",
            Self::NoPrice => "without an on-demand price",
            Self::UnknownCode => {
                "with a rate code that neither the other files nor the price book have"
            }
            Self::NoRateRegion => {
                "rates of Savings Plans whose region is not stated: give --region, or the offer \
                 files of the region with them"
            }
            Self::MorePages => "answers with a NextToken: their other pages are missing",
            Self::Older => "replaced by a file that was published later",
            Self::Ambiguous => "with two different prices in the same place: neither is used",
            Self::Tiers => "with tiers that have gaps, or where one price is expected",
        }
    }
}

/// Counts by reason, each with an example.
#[derive(Debug, Default)]
pub(crate) struct LeftOut {
    /// The file that is read.
    pub(super) file: String,
    counts: BTreeMap<Reason, (u64, String)>,
}

impl LeftOut {
    /// Counts something in the file that is read.
    pub(super) fn add(&mut self, reason: Reason, what: &str) {
        let file = &self.file;
        let first = || (0, format!("{what} in {file}"));
        let (count, _) = self.counts.entry(reason).or_insert_with(first);
        *count += 1;
    }

    /// Counts something of the whole import.
    pub(super) fn add_overall(&mut self, reason: Reason, what: String) {
        let (count, _) = self.counts.entry(reason).or_insert((0, what));
        *count += 1;
    }

    /// The reasons with their counts and first examples.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Reason, u64, &str)> {
        let counts = self.counts.iter();
        counts.map(|(reason, (count, first))| (*reason, *count, &**first))
    }
}
