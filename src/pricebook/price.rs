//! Prices with their provenance, flat or in tiers.

use super::meters::Meter;
use crate::exact::Exact;
use crate::money::Rate;
use crate::units::{Qty, Unit};
use jiff::civil::Date;
use std::sync::Arc;

/// The source of a price, and when it was last confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance {
    /// `YYYY-MM-DD`, or only the known part of it; [`Provenance::STATED`] for a price of the
    /// scenario.
    pub as_of: Arc<str>,
    /// Tags of `pricing/sources.toml`, joined by `+`.
    pub source: Arc<str>,
    /// AWS's `SKU.offer.rate` code, if known.
    pub rate_code: Option<Arc<str>>,
    /// `A` (confirmed by several sources) to `D` (one source, floating), if graded.
    pub confidence: Option<Arc<str>>,
}

impl Provenance {
    /// Replaces the date of a price that the scenario states.
    pub(crate) const STATED: &str = "stated";

    /// That of a cost that the scenario states, and that is no price of AWS.
    fn of_extra() -> Self {
        Self {
            source: Self::STATED.into(),
            ..Self::of_scenario()
        }
    }

    fn of_scenario() -> Self {
        Self {
            as_of: Self::STATED.into(),
            source: "the scenario".into(),
            rate_code: None,
            confidence: None,
        }
    }

    /// True for a price of the price book. Only these can be too old.
    pub(crate) fn is_dated(&self) -> bool {
        *self.as_of != *Self::STATED
    }

    /// The tags of its sources, without the remarks that can follow a tag.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        let sources = self.source.split('+');
        sources.filter_map(|source| source.split([' ', '(']).next())
    }

    /// The source, with AWS's rate code if known.
    pub(crate) fn describe(&self) -> String {
        match &self.rate_code {
            Some(code) => format!("{}, AWS rate code {code}", self.source),
            None => self.source.to_string(),
        }
    }
}

/// The first day of a date that can lack the day or the month: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
/// `None` for other text and impossible dates.
pub(crate) fn first_day(date: &str) -> Option<Date> {
    let day = match date.len() {
        4 => format!("{date}-01-01"),
        7 => format!("{date}-01"),
        10 => date.to_owned(),
        _ => return None,
    };
    day.parse().ok()
}

/// A price in a file, before its meter gives it a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// US dollars per unit.
    pub usd: Exact,
    /// The symbol of the unit.
    pub per: &'static str,
    pub provenance: Provenance,
}

/// The price of a meter in a region: flat, or by tiers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    Flat(Listed),
    /// In ascending order from zero, without gaps: each tier ends where the next begins.
    Tiered(Vec<(Exact, Listed)>),
}

impl Entry {
    /// All prices, each with the quantity at which it begins.
    pub fn tiers(&self) -> Vec<(Exact, &Listed)> {
        match self {
            Self::Flat(price) => vec![(Exact::ZERO, price)],
            Self::Tiered(tiers) => tiers.iter().map(|(from, p)| (from.clone(), p)).collect(),
        }
    }
}

/// How a quantity is bought below its list price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bought {
    /// The parts of the quantity. Their shares add up to 1.
    pub parts: Vec<BoughtPart>,
    pub list: Listed,
    /// US dollars per unit on demand, less the negotiated discount.
    pub contracted: Exact,
}

/// A part of a quantity that has one rate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoughtPart {
    /// Above 0 and up to 1.
    pub share: Exact,
    /// US dollars per unit.
    pub rate: Exact,
    /// `compute-savings-plan, 1yr, no-upfront`, or `discount`; `None` for the list price.
    pub how: Option<Arc<str>>,
    /// The source of the rate.
    pub provenance: Provenance,
}

impl Bought {
    /// US dollars per unit, as the mean over the whole quantity.
    pub(crate) fn mean(&self) -> Exact {
        let parts = self.parts.iter();
        parts.map(|part| &part.share * &part.rate).sum()
    }

    /// The provenance with the oldest date.
    fn oldest(&self) -> Provenance {
        let provenances = self.parts.iter().map(|part| &part.provenance);
        let oldest = provenances.min_by(|one, other| one.as_of.cmp(&other.as_of));
        oldest.expect("a quantity has a part").clone()
    }
}

#[derive(Debug, Clone)]
pub struct Price<U: Unit> {
    /// US dollars per unit.
    pub rate: Rate<U>,
    pub provenance: Provenance,
    /// The commitment and discount, if it is not the list price.
    pub bought: Option<Box<Bought>>,
    /// The path of its meter.
    pub meter: Arc<str>,
}

impl<U: Unit> Price<U> {
    /// A price that the scenario states, in US dollars per unit.
    pub(crate) fn stated(usd: Exact) -> Self {
        Self {
            rate: Rate::new(usd),
            provenance: Provenance::of_scenario(),
            bought: None,
            meter: "".into(),
        }
    }

    /// The price of a stated cost, in US dollars per unit, with the path of its key.
    pub(crate) fn of_extra(usd: Exact, path: Arc<str>) -> Self {
        Self {
            provenance: Provenance::of_extra(),
            meter: path,
            ..Self::stated(usd)
        }
    }

    pub(crate) fn list_rate(&self) -> Rate<U> {
        match &self.bought {
            Some(bought) => Rate::new(bought.list.usd.clone()),
            None => self.rate.clone(),
        }
    }

    /// On demand, less the negotiated discount.
    pub(crate) fn contracted_rate(&self) -> Rate<U> {
        match &self.bought {
            Some(bought) => Rate::new(bought.contracted.clone()),
            None => self.rate.clone(),
        }
    }

    /// The price of a meter: its list price, or as `bought` states.
    ///
    /// This is the only place where a price from a file gets a type. `read.rs` has checked that a file
    /// of the user states the unit of the meter; a test checks it for the built-in files.
    pub(super) fn new(meter: &Meter<U>, listed: &Listed, bought: Option<Bought>) -> Self {
        assert_eq!(listed.per, U::NAME.symbol, "the unit of {}", meter.path());
        let (rate, provenance) = match &bought {
            Some(bought) => (bought.mean(), bought.oldest()),
            None => (listed.usd.clone(), listed.provenance.clone()),
        };
        Self {
            rate: Rate::new(rate),
            provenance,
            bought: bought.map(Box::new),
            meter: meter.path().into(),
        }
    }
}

/// Marginal prices: the price of a tier applies to the part of the quantity in that tier.
#[derive(Debug, Clone)]
pub struct Tiers<U: Unit>(Vec<(Qty<U>, Price<U>)>);

impl<U: Unit> Tiers<U> {
    /// The tiers of an entry. `bought` returns how a tier is bought, by its index and list price.
    pub(super) fn from_entry(
        meter: &Meter<U>,
        entry: &Entry,
        bought: impl Fn(usize, &Listed) -> Option<Bought>,
    ) -> Self {
        let tiers = entry.tiers().into_iter().enumerate();
        let typed = |(number, (from, listed)): (usize, (Exact, &Listed))| {
            let price = Price::new(meter, listed, bought(number, listed));
            (U::of(from), price)
        };
        Self(tiers.map(typed).collect())
    }

    /// The tiers of what is used after a quantity that others use.
    pub(crate) fn after(&self, used: &Qty<U>) -> Self {
        let reached = self.0.iter().rposition(|(from, _)| from <= used);
        let tiers = self.0.iter().skip(reached.unwrap_or(0));
        let shifted = tiers.map(|(from, price)| (from.saturating_sub(used), price.clone()));
        Self(shifted.collect())
    }

    pub(crate) fn first(&self) -> &Price<U> {
        let first = self.0.first();
        let (_, price) = first.expect("a price file with no tier in a list is refused");
        price
    }

    /// The tiers as (first quantity, price), in ascending order from zero.
    pub(crate) fn steps(&self) -> &[(Qty<U>, Price<U>)] {
        &self.0
    }

    /// The part of a quantity in each tier that it reaches, with the price of that tier.
    pub(crate) fn split(&self, quantity: &Qty<U>) -> Vec<(Qty<U>, &Price<U>)> {
        let ends = self.0.iter().skip(1).map(|(from, _)| Some(from));
        let parts: Vec<(Qty<U>, &Price<U>)> = self
            .0
            .iter()
            .zip(ends.chain([None]))
            .take_while(|((from, _), _)| from.is_zero() || from < quantity)
            .map(|((from, price), end)| {
                let top = end.map_or(quantity, |end| end.min(quantity));
                (top - from, price)
            })
            .collect();
        debug_assert_eq!(
            parts.iter().map(|(part, _)| part.clone()).sum::<Qty<U>>(),
            *quantity,
            "the parts of a quantity add up to it"
        );
        parts
    }
}
