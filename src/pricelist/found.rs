//! The prices that an import found, and which of them are used.

use super::Slot;
use super::left_out::{LeftOut, Reason};
use super::number;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// A price with its date and source.
#[derive(Debug, Clone)]
pub(super) struct FoundPrice {
    /// The quantity at which its tier begins.
    pub from: String,
    /// `Inf` for the last tier.
    pub to: String,
    pub usd: String,
    pub rate_code: String,
    pub as_of: String,
    pub source: String,
}

/// The tiers of each meter by region.
pub(super) type Resolved = BTreeMap<String, BTreeMap<String, Vec<FoundPrice>>>;

#[derive(Default)]
pub(super) struct Found(BTreeMap<Slot, Vec<FoundPrice>>);

impl Found {
    /// Adds a price. The same price a second time changes nothing.
    pub(super) fn add(&mut self, slot: Slot, price: FoundPrice) {
        let prices = self.0.entry(slot).or_default();
        let same = |known: &FoundPrice| {
            (&known.as_of, &known.from, &known.to, &known.usd)
                == (&price.as_of, &price.from, &price.to, &price.usd)
        };
        if !prices.iter().any(same) {
            prices.push(price);
        }
    }

    /// The newest prices of each meter, without those that are not clear.
    pub(super) fn resolve(&mut self, left_out: &mut LeftOut) -> Resolved {
        let mut resolved = Resolved::new();
        for (slot, prices) in std::mem::take(&mut self.0) {
            let shown = format!("{} in {}", slot.path, slot.region);
            let is_tiered = slot.path.starts_with("lambda.") && slot.path.ends_with(".duration");
            let newest = newest(prices, &shown, left_out);
            let newest = newest.and_then(|tiers| {
                let is_right = tiers.len() == 1 || is_tiered;
                is_right.then_some(tiers).ok_or(Reason::Tiers)
            });
            match newest {
                Ok(tiers) => {
                    let meters = resolved.entry(slot.region).or_default();
                    meters.insert(slot.path, tiers);
                }
                Err(reason) => left_out.add_overall(reason, shown),
            }
        }
        resolved
    }
}

/// The tiers with the newest date, in order.
///
/// # Errors
/// They contradict each other, or have gaps.
fn newest(
    mut prices: Vec<FoundPrice>,
    shown: &str,
    left_out: &mut LeftOut,
) -> Result<Vec<FoundPrice>, Reason> {
    let date = prices.iter().map(|price| price.as_of.clone()).max();
    prices.retain(|price| {
        let is_newest = Some(&price.as_of) == date.as_ref();
        if !is_newest {
            left_out.add_overall(Reason::Older, shown.to_owned());
        }
        is_newest
    });
    let start = |price: &FoundPrice| Decimal::from_str_exact(&price.from).unwrap_or_default();
    prices.sort_by_key(start);
    if prices.windows(2).any(|pair| pair[0].from == pair[1].from) {
        return Err(Reason::Ambiguous);
    }
    let mut reached = Some("0".to_owned());
    for price in &prices {
        if reached.as_ref() != Some(&price.from) {
            return Err(Reason::Tiers);
        }
        reached = Some(price.to.clone()).filter(|to| to != "Inf");
    }
    match reached {
        Some(_) => Err(Reason::Tiers),
        None => Ok(prices),
    }
}

/// A price of a row, unless it cannot be used.
///
/// # Errors
/// It is not a decimal, or zero.
pub(super) fn usable(usd: &str) -> Result<String, Reason> {
    match number::plain(usd) {
        Some(usd) if usd == "0" => Err(Reason::Zero),
        Some(usd) => Ok(usd),
        None => Err(Reason::NotNumber),
    }
}
