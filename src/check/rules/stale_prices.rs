//! Prices that the bills rest on are older than allowed.
//!
//! `--max-price-age DAYS` says how old they may be; without it nobody asks. What counts is, for each
//! region, the oldest date of a price in the bills of its functions where they run today (or could
//! run, where that is not compared or not possible), and the day on which the check runs in UTC (or
//! `SOURCE_DATE_EPOCH`, for builds that are to be repeated). A date of a year or a month alone is
//! taken as its first day. Prices that the scenario states have no date.
//!
//! Level: deny.

use super::{Case, Draft, Rule};
use crate::catalog::first_day;
use crate::check::Measured;
use crate::money::plural;
use crate::text::printable;
use crate::workload::Level;

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
            let days = i64::from((today - first_day(date)?).get_days());
            (days > most.into()).then(|| draft(book.name(), date, days, most))
        });
        stale.collect()
    }
}

/// The oldest date of a price in the bills of each region, where functions run today; of one that
/// does not run on a platform that is compared, or cannot, where it could.
fn oldest<'c>(case: &Case<'c>) -> Vec<Option<&'c str>> {
    let comparison = case.comparison;
    let mut oldest: Vec<Option<&str>> = vec![None; comparison.prices().len()];
    for (index, function) in comparison.scenario().functions.iter().enumerate() {
        let date = |platform| {
            let date = comparison.price_as_of(index, platform);
            Some(date).filter(|date| !date.is_empty())
        };
        let own = comparison.home(index).and_then(date);
        let any = || (0..comparison.platforms().len()).filter_map(date).min();
        let region = &mut oldest[usize::from(function.region)];
        let dates = [*region, own.or_else(any)];
        *region = dates.into_iter().flatten().min();
    }
    oldest
}

fn draft(region: &str, as_of: &str, days: i64, most: u32) -> Draft {
    let old = plural(days.unsigned_abs().into(), "day");
    let of = format!("{} are of {}", printable(region), printable(as_of));
    Draft {
        message: format!("prices in the bills of {of}, {old} old; {most} are allowed"),
        help: "update lambdacost, lay newer prices over the book with --prices, or allow more days"
            .to_owned(),
        measured: Some(Measured {
            actual: days.to_string(),
            limit: most.to_string(),
            unit: "days",
        }),
        ..Draft::default()
    }
}
