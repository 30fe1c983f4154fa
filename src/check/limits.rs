//! Limits of how much a cost may rise or fall.

use super::changes::ChangeStep;
use super::{CostDriver, DraftFinding, Measured};
use crate::exact::Exact;
use crate::money::{Usd, grouped, money};
use crate::scenario::{Level, Limit};
use rust_decimal::Decimal;

/// Which change is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Rise,
    Fall,
}

impl Direction {
    fn noun(self) -> &'static str {
        match self {
            Self::Rise => "increase",
            Self::Fall => "decrease",
        }
    }

    /// The sign of a percentage, and the adverb of an amount.
    fn words(self) -> [&'static str; 2] {
        match self {
            Self::Rise => ["+", "more"],
            Self::Fall => ["-", "less"],
        }
    }

    fn help(self) -> &'static str {
        match self {
            Self::Rise => {
                "if the increase is intended, raise `increase_percent` or `increase_usd` in the \
                 budget"
            }
            Self::Fall => {
                "check that no function, call or platform was left out by mistake; if the decrease \
                 is intended, raise `decrease_percent` or `decrease_usd` in the budget"
            }
        }
    }

    /// The change in this direction in US dollars and in per cent, as shown.
    fn change(self, step: &ChangeStep) -> Option<(Exact, Option<Exact>)> {
        let (rise, percent) = (step.rise()?, step.percent());
        let turned = |amount: Exact| match self {
            Self::Rise => amount,
            Self::Fall => &Exact::ZERO - &amount,
        };
        Some((turned(rise), percent.map(turned)))
    }

    /// The least that the change can be.
    fn certain(self, step: &ChangeStep) -> Option<(Exact, Option<Exact>)> {
        match self {
            Self::Rise => step.certain_rise(),
            Self::Fall => step.certain_fall(),
        }
    }
}

/// The level of limits that cannot be compared: that of the strictest limit.
pub(crate) fn unjudged(limits: &[Limit]) -> Level {
    let stated = limits.iter().flat_map(Limit::steps);
    stated.map(|(level, _)| level).max().unwrap_or(Level::Warn)
}

/// The finding for a change above its limits, which are in per cent and in US dollars.
pub(crate) fn judged(
    name: &str,
    direction: Direction,
    step: &ChangeStep,
    [percent, dollars]: [Limit; 2],
    driver: impl Fn() -> Option<CostDriver>,
) -> Option<DraftFinding> {
    let noun = direction.noun();
    let (Some((certain, certain_share)), Some((change, share))) =
        (direction.certain(step), direction.change(step))
    else {
        let side = if step.before.is_none() {
            "previous cost"
        } else {
            "present cost"
        };
        return Some(DraftFinding {
            level: Some(unjudged(&[percent, dollars])),
            message: format!("the {side} of {name} is unknown, so its {noun} is unknown too"),
            help: "correct `runs_on`, `platforms` or the functions that cannot run".to_owned(),
            ..DraftFinding::default()
        });
    };
    let by_percent = exceeded_percent(&certain, certain_share.as_ref(), percent);
    let by_percent = by_percent.map(|(level, limit)| {
        let text = format!("{} %", limit.normalize());
        let measured = share
            .as_ref()
            .map(|share| measured(share, limit, "percent"));
        (level, text, measured)
    });
    let by_dollars = dollars.exceeded(&certain).map(|(level, limit)| {
        let text = money(&Usd::new(limit.into()));
        (level, text, Some(measured(&change, limit, "USD/month")))
    });
    // The stricter of the two; if both are equal, the percentage.
    let broken = [by_dollars, by_percent].into_iter().flatten();
    let (level, limit, measured) = broken.max_by_key(|(level, _, _)| *level)?;
    let [sign, adverb] = direction.words();
    let share = share.map_or_else(String::new, |share| {
        format!(" ({sign}{} %)", grouped(&share.to_fixed(1)))
    });
    let shown = |amount: &Exact| money(&Usd::new(amount.clone()));
    let before = step.before.as_ref().map(|before| shown(&before.usd));
    let after = step.after.as_ref().map(shown);
    Some(DraftFinding {
        level: Some(level),
        message: format!(
            "{name} costs {} a month {adverb}{share}: {} before, {} now; {} of {limit} is allowed",
            money(&Usd::new(change)),
            before.unwrap_or_default(),
            after.unwrap_or_default(),
            match direction {
                Direction::Rise => "an increase",
                Direction::Fall => "a decrease",
            },
        ),
        help: direction.help().to_owned(),
        measured,
        driver: driver(),
        ..DraftFinding::default()
    })
}

/// The limit that a percentage exceeds. An increase from zero exceeds every percentage.
fn exceeded_percent(
    change: &Exact,
    share: Option<&Exact>,
    limit: Limit,
) -> Option<(Level, Decimal)> {
    match share {
        Some(share) => limit.exceeded(share),
        None => limit.steps().next().filter(|_| change.is_positive()),
    }
}

fn measured(actual: &Exact, limit: Decimal, unit: &'static str) -> Measured {
    Measured {
        actual: actual.to_string(),
        limit: limit.normalize().to_string(),
        unit,
    }
}
