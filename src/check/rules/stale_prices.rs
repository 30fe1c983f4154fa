//! The rule `stale-prices`: `stale_prices.md` is its manual page.

use super::{DraftFinding, Rule, ScenarioContext};
use crate::check::Measured;
use crate::money::plural;
use crate::pricebook::first_day;
use crate::scenario::Level;
use crate::text::printable;
use jiff::civil::Date;

/// Days by which prices can be newer than today: no time zone is more than a day ahead of UTC.
const MOST_AHEAD: i64 = 1;

pub(crate) const RULE: Rule = Rule {
    code: "stale-prices",
    manual: include_str!("stale_prices.md"),
    default_level: Level::Deny,
    parameters: &[],
    function: None,
    scenario: Some(judge_scenario),
};

fn judge_scenario(scenario: &ScenarioContext<'_, '_>) -> Vec<DraftFinding> {
    let Some((most, today)) = scenario.case.price_age else {
        return Vec::new();
    };
    let books = scenario
        .case
        .comparison
        .prices()
        .iter()
        .zip(oldest(scenario));
    let stale = books.filter_map(|(book, date)| {
        let date = date?;
        let days = i64::from((today - first_day(date)?).get_days());
        if days < -MOST_AHEAD {
            return Some(ahead(book.name(), date, today));
        }
        (days > most.into()).then(|| stale(book.name(), date, days, most))
    });
    stale.collect()
}

/// The oldest date of a price in the bills of each region, on the platforms of today. If that
/// platform is not compared or cannot run a function: in all of its bills.
fn oldest<'k>(scenario: &'k ScenarioContext<'_, '_>) -> Vec<Option<&'k str>> {
    let comparison = scenario.case.comparison;
    let mut oldest: Vec<Option<&str>> = vec![None; comparison.prices().len()];
    let functions = comparison.scenario().functions.iter();
    for (function, record) in functions.zip(&scenario.functions) {
        let region = &mut oldest[usize::from(function.region)];
        let dates = [*region, record.oldest_price.as_deref()];
        *region = dates.into_iter().flatten().min();
    }
    oldest
}

/// The finding for prices with a date in the future. Their age is not known.
fn ahead(region: &str, as_of: &str, today: Date) -> DraftFinding {
    let (region, as_of) = (printable(region), printable(as_of));
    DraftFinding {
        message: format!(
            "prices of {region} are dated {as_of}, but today is {today}, which is earlier"
        ),
        help: "correct the clock; if SOURCE_DATE_EPOCH is set, unset it or set it to a later day"
            .to_owned(),
        ..DraftFinding::default()
    }
}

fn stale(region: &str, as_of: &str, days: i64, most: u32) -> DraftFinding {
    let (region, as_of) = (printable(region), printable(as_of));
    let old = plural(days.unsigned_abs().into(), "day");
    let limit = plural(most.into(), "day");
    DraftFinding {
        message: format!(
            "the oldest price of {region} in today's bills is {old} old ({as_of}); the limit is {limit}"
        ),
        help: "give newer prices with --prices, or raise --max-price-age".to_owned(),
        measured: Some(Measured {
            actual: days.to_string(),
            limit: most.to_string(),
            unit: "days",
        }),
        ..DraftFinding::default()
    }
}
