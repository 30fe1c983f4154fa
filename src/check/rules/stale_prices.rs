//! Prices that the bills rest on are older than allowed.
//!
//! `--max-price-age DAYS` says how old they may be; without it nobody asks. What counts is, for each
//! region, the oldest date of a price in the bills of its functions where they run today, and the
//! day on which the check runs in UTC (or `SOURCE_DATE_EPOCH`, for builds that are to be repeated).
//! A date of a year or a month alone is taken as its first day. Prices that the scenario states have
//! no date.
//!
//! Level: deny.

use super::{Case, Draft, Rule};
use crate::check::Measured;
use crate::money::plural;
use crate::text::printable;
use crate::workload::Level;
use jiff::civil::Date;

pub struct StalePrices;

impl Rule for StalePrices {
    fn code(&self) -> &'static str {
        "stale-prices"
    }

    fn source(&self) -> &'static str {
        include_str!("stale_prices.rs")
    }

    fn default_level(&self) -> Level {
        Level::Deny
    }

    fn scenario(&self, case: &Case<'_>) -> Vec<Draft> {
        let Some((most, today)) = case.price_age else {
            return Vec::new();
        };
        let books = case.comparison.prices().iter().zip(oldest(case));
        let stale = books.filter_map(|(book, date)| {
            let date = date?;
            match age(date, today) {
                Some(days) if days <= i64::from(most) => None,
                days => Some(draft(book.name(), date, days, most)),
            }
        });
        stale.collect()
    }
}

/// The oldest date of a price in the bills of each region, where functions run today.
fn oldest<'c>(case: &Case<'c>) -> Vec<Option<&'c str>> {
    let comparison = case.comparison;
    let mut oldest: Vec<Option<&str>> = vec![None; comparison.prices().len()];
    for (index, function) in comparison.scenario().functions.iter().enumerate() {
        let date = comparison
            .home(index)
            .map(|home| comparison.price_as_of(index, home));
        let region = &mut oldest[usize::from(function.region)];
        *region = [*region, date.filter(|date| !date.is_empty())]
            .into_iter()
            .flatten()
            .min();
    }
    oldest
}

/// Days from a date that may lack its day or month.
fn age(date: &str, today: Date) -> Option<i64> {
    let full = match date.len() {
        4 => format!("{date}-01-01"),
        7 => format!("{date}-01"),
        _ => date.to_owned(),
    };
    let date: Date = full.parse().ok()?;
    Some(i64::from((today - date).get_days()))
}

fn draft(region: &str, as_of: &str, days: Option<i64>, most: u32) -> Draft {
    let old = match days {
        Some(days) => format!("{} old", plural(days.unsigned_abs().into(), "day")),
        None => "which is no date".to_owned(),
    };
    let of = format!("{} are of {}", printable(region), printable(as_of));
    Draft {
        message: format!("prices in the bills of {of}, {old}; {most} are allowed"),
        help: "update lambdacost, lay newer prices over the book with --prices, or allow more days"
            .to_owned(),
        measured: days.map(|days| Measured {
            actual: days.to_string(),
            limit: most.to_string(),
            unit: "days",
        }),
        ..Draft::default()
    }
}
