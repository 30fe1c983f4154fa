//! A price with its provenance, flat or in tiers.

use super::meters::Meter;
use crate::diag::Diag;
use crate::exact::Exact;
use crate::money::Rate;
use crate::units::{Qty, Unit};
use jiff::civil::Date;
use std::sync::Arc;

/// Where a price comes from and when it was last confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance {
    /// `YYYY-MM-DD`, or only as much of it as is known; [`Provenance::STATED`] outside the book.
    pub as_of: Arc<str>,
    /// Tags of `pricing/sources.toml`, joined by `+`.
    pub source: Arc<str>,
    /// AWS's `SKU.offer.rate` code, where known.
    pub rate_code: Option<Arc<str>>,
    /// `A` (confirmed by several sources) to `D` (one source, floating), where graded.
    pub confidence: Option<Arc<str>>,
}

impl Provenance {
    /// What stands in place of a date for a price that the scenario states.
    pub const STATED: &str = "stated";

    fn of_scenario() -> Self {
        Self {
            as_of: Self::STATED.into(),
            source: "the scenario".into(),
            rate_code: None,
            confidence: None,
        }
    }

    /// True for a price of the book: only its date can be old.
    pub fn is_dated(&self) -> bool {
        *self.as_of != *Self::STATED
    }

    /// The tags of its sources; how a price was told from one may stand behind it.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        let sources = self.source.split('+');
        sources.filter_map(|source| source.split([' ', '(']).next())
    }

    /// Source and, where known, AWS's rate code.
    pub fn describe(&self) -> String {
        match &self.rate_code {
            Some(code) => format!("{}, AWS rate code {code}", self.source),
            None => self.source.to_string(),
        }
    }
}

/// The first day of a date, of which the day or the month may be missing: `YYYY`, `YYYY-MM` or
/// `YYYY-MM-DD`. `None` for anything else, and for a day that there is not.
pub fn first_day(date: &str) -> Option<Date> {
    let day = match date.len() {
        4 => format!("{date}-01-01"),
        7 => format!("{date}-01"),
        10 => date.to_owned(),
        _ => return None,
    };
    day.parse().ok()
}

/// A price as a file states it, before a meter gives it a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// US dollars per unit.
    pub usd: Exact,
    /// The unit's symbol.
    pub per: &'static str,
    /// Where it comes from.
    pub provenance: Provenance,
}

/// One meter of a region: a single price, or tiers from a quantity upwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// One price whatever the quantity.
    Flat(Listed),
    /// Ascending from zero, without gaps: each tier ends where the next begins.
    Tiered(Vec<(Exact, Listed)>),
}

impl Entry {
    /// All prices, each with the quantity it starts from.
    pub fn tiers(&self) -> Vec<(Exact, &Listed)> {
        match self {
            Self::Flat(price) => vec![(Exact::ZERO, price)],
            Self::Tiered(tiers) => tiers.iter().map(|(from, p)| (from.clone(), p)).collect(),
        }
    }
}

/// How a part of a quantity is bought below its list price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bought {
    /// `compute-savings-plan, 1yr, no-upfront`, or `discount`.
    pub how: Arc<str>,
    /// The part, above 0 to 1; the rest is at the list price.
    pub share: Exact,
    /// US dollars per unit of it.
    pub rate: Exact,
    /// Where that comes from.
    pub provenance: Provenance,
    /// The list price.
    pub list: Listed,
}

impl Bought {
    /// Dollars per unit of the whole quantity.
    fn mean(&self) -> Exact {
        let rest = &(&Exact::ONE - &self.share) * &self.list.usd;
        &(&self.share * &self.rate) + &rest
    }

    /// The older one of both prices, where both count.
    fn oldest(&self) -> Provenance {
        let list = &self.list.provenance;
        if self.share < Exact::ONE && list.as_of < self.provenance.as_of {
            list.clone()
        } else {
            self.provenance.clone()
        }
    }
}

/// A price per unit of `U`.
#[derive(Debug, Clone)]
pub struct Price<U: Unit> {
    /// Dollars per unit.
    pub rate: Rate<U>,
    /// Where it comes from.
    pub provenance: Provenance,
    /// How it comes about, where it is not the list price.
    pub bought: Option<Box<Bought>>,
    /// The path of its meter.
    pub meter: Arc<str>,
}

impl<U: Unit> Price<U> {
    /// A price that the scenario states, in dollars per unit.
    pub fn stated(usd: Exact) -> Self {
        Self {
            rate: Rate::new(usd),
            provenance: Provenance::of_scenario(),
            bought: None,
            meter: "".into(),
        }
    }

    /// The list price.
    pub fn list_rate(&self) -> Rate<U> {
        match &self.bought {
            Some(bought) => Rate::new(bought.list.usd.clone()),
            None => self.rate.clone(),
        }
    }

    /// The list price of a meter, or how it is bought.
    ///
    /// The one place where a price of a file gets its type. The file was checked against the unit
    /// that the meter has (`read.rs`).
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

/// Marginal prices: each tier's price holds for the part of the quantity that lies in it.
#[derive(Debug, Clone)]
pub struct Tiers<U: Unit>(Vec<(Qty<U>, Price<U>)>);

impl<U: Unit> Tiers<U> {
    /// The tiers of an entry, each bought as `bought` says of its number and its list price.
    pub(super) fn from_entry(
        meter: &Meter<U>,
        entry: &Entry,
        bought: impl Fn(usize, &Listed) -> Result<Option<Bought>, Diag>,
    ) -> Result<Self, Diag> {
        let tiers = entry.tiers().into_iter().enumerate();
        let typed = |(number, (from, listed)): (usize, (Exact, &Listed))| {
            let price = Price::new(meter, listed, bought(number, listed)?);
            Ok((U::of(from), price))
        };
        tiers.map(typed).collect::<Result<_, _>>().map(Self)
    }

    /// The price of the first tier.
    pub fn first(&self) -> &Price<U> {
        let first = self.0.first();
        let (_, price) = first.expect("a price file with no tier in a list is refused");
        price
    }

    /// The tiers as (first quantity, price), ascending from zero.
    pub fn steps(&self) -> &[(Qty<U>, Price<U>)] {
        &self.0
    }

    /// The part of a quantity that lies in each tier that it reaches, with that tier's price.
    pub fn split(&self, quantity: &Qty<U>) -> Vec<(Qty<U>, &Price<U>)> {
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
