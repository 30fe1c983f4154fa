//! The calls of each hour of a day or week.

use crate::options::Options;
use crate::time::{HOUR, Time, Window};
use exact::Exact;
use std::collections::BTreeMap;

const DAY: u64 = 86_400_000;
const HOURS_OF_DAY: usize = 24;
const DAYS_OF_WEEK: usize = 7;

/// Relative calls of each hour, in the order of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Traffic {
    /// `weekly` or `hourly`.
    pub(crate) kind: &'static str,
    /// 168 from Monday 00:00, or 24 from 00:00.
    pub(crate) weights: Vec<u128>,
}

/// Weights of calls by hour since 1970. `None` for less than a day, or without calls.
pub(super) fn of_hours(
    hours: &BTreeMap<i64, u128>,
    window: Window,
    options: &Options,
) -> Option<Traffic> {
    let (kind, slots) = match window.milliseconds() / DAY {
        0 => return None,
        1..=6 => ("hourly", HOURS_OF_DAY),
        _ => ("weekly", HOURS_OF_DAY * DAYS_OF_WEEK),
    };
    // Whole hours of the window only.
    let first = window.from.0.div_euclid(HOUR) + i64::from(window.from.0.rem_euclid(HOUR) > 0);
    let last = window.to.0.div_euclid(HOUR);
    let mut sums = vec![0_u128; slots];
    let mut times = vec![0_u128; slots];
    for hour in first..last {
        let (day, of_day) = Time(hour * HOUR).local(&options.timezone)?;
        let slot = (day * HOURS_OF_DAY + of_day) % slots;
        times[slot] += 1;
        sums[slot] = sums[slot].checked_add(hours.get(&hour).copied().unwrap_or(0))?;
    }
    // Means with a common denominator.
    let common = times.iter().filter(|count| **count > 0);
    let common = common.copied().try_fold(1, least_multiple)?;
    let weights = sums.iter().zip(&times).map(|(sum, count)| match count {
        0 => Some(0),
        count => sum.checked_mul(common / count),
    });
    let mut weights: Vec<u128> = weights.collect::<Option<_>>()?;
    let divisor = weights.iter().copied().fold(0, greatest_divisor);
    if divisor == 0 {
        return None;
    }
    for weight in &mut weights {
        *weight /= divisor;
    }
    Some(Traffic { kind, weights })
}

impl Traffic {
    /// The calls of the busiest hour over those of the mean hour.
    pub(super) fn busiest(&self) -> Exact {
        let most = self.weights.iter().copied().max().unwrap_or(0);
        let sum = self
            .weights
            .iter()
            .fold(0_u128, |sum, weight| sum.saturating_add(*weight));
        let busiest = &Exact::whole(most) * &Exact::ratio(self.weights.len() as u64, 1);
        busiest
            .over(&Exact::whole(sum))
            .expect("not all weights are zero")
    }
}

fn greatest_divisor(left: u128, right: u128) -> u128 {
    if right == 0 {
        left
    } else {
        greatest_divisor(right, left % right)
    }
}

fn least_multiple(left: u128, right: u128) -> Option<u128> {
    (left / greatest_divisor(left, right)).checked_mul(right)
}
