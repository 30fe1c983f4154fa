//! Changes since the baseline, and their causes.

use super::baseline::{Amount, Baseline, Before, BilledLine};
use super::inputs::{self, KeyChange};
use super::{FunctionContext, ScenarioContext};
use crate::exact::Exact;
use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How a function changed since the baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It is not in the baseline.
    New,
    /// It is only in the baseline.
    Removed,
    /// It has a different cost, other inputs, or another place in the plan.
    Changed,
}

impl Status {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }
}

/// Amounts before and after, USD a month. `None` if the amount is not known or the function does
/// not exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ChangeStep {
    pub(crate) before: Option<Amount>,
    pub(crate) after: Option<Exact>,
}

impl ChangeStep {
    /// The increase; below zero for a decrease. Zero if it is less than the error of the amount
    /// before.
    pub(crate) fn rise(&self) -> Option<Exact> {
        let (before, after) = (self.before.as_ref()?, self.after.as_ref()?);
        Some(if before.is(after) {
            Exact::ZERO
        } else {
            after - &before.usd
        })
    }

    /// The increase in per cent of the amount before; `None` if that was zero.
    pub(crate) fn percent(&self) -> Option<Exact> {
        let hundredfold = &self.rise()? * &Exact::from(100u32);
        hundredfold.over(&self.before.as_ref()?.usd)
    }

    /// The increase that is certain, in US dollars and in per cent.
    pub(crate) fn certain_rise(&self) -> Option<(Exact, Option<Exact>)> {
        let (before, after) = (self.before.as_ref()?, self.after.as_ref()?);
        Some(certain(before.is(after), &before.highest(), after))
    }

    /// The decrease that is certain, in US dollars and in per cent.
    pub(crate) fn certain_fall(&self) -> Option<(Exact, Option<Exact>)> {
        let (before, after) = (self.before.as_ref()?, self.after.as_ref()?);
        let (rise, percent) = certain(before.is(after), &before.lowest(), after);
        let fallen = |rise: &Exact| &Exact::ZERO - rise;
        Some((fallen(&rise), percent.as_ref().map(fallen)))
    }
}

fn certain(is_same: bool, before: &Exact, after: &Exact) -> (Exact, Option<Exact>) {
    let rise = if is_same { Exact::ZERO } else { after - before };
    let percent = (&rise * &Exact::from(100u32)).over(before);
    (rise, percent)
}

/// A rate that differs from the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PriceChange {
    /// The path of the meter in price files.
    pub meter: String,
    /// US dollars per unit.
    pub(crate) before: Exact,
    pub(crate) after: Exact,
    pub unit: &'static str,
}

/// An extra whose part of a bill changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ChangedExtra {
    pub name: String,
    /// True if the function pays another share of its monthly cost, before and now.
    pub is_share: bool,
}

/// What changed in a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub name: String,
    pub status: Status,
    /// Its cost on its platform.
    pub(crate) step: ChangeStep,
    /// Its keys with other values.
    pub keys: Vec<KeyChange>,
    /// Its tags with other values that put it among the functions of another budget. They change no
    /// bill.
    pub(crate) tags: Vec<KeyChange>,
    /// The rates in its bill that are other ones.
    pub(crate) prices: Vec<PriceChange>,
    /// Ids of its platform in the plan before and now, if it is another one.
    pub(crate) flip: Option<[Cow<'static, str>; 2]>,
    /// The extras whose part of its bill changed.
    pub(crate) extras: Vec<ChangedExtra>,
    /// True if the rest of its bill changed.
    pub(crate) is_beyond_extras: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// The cost of the whole scenario.
    pub(crate) total: ChangeStep,
    /// The keys that functions share, with other values.
    pub(crate) keys: Vec<KeyChange>,
    /// The rates in all bills that are other ones, by meter.
    pub(crate) prices: Vec<PriceChange>,
    /// The largest change of dollars first. Those with equal dollars are in the order of the
    /// scenario, then the removed ones by name.
    pub functions: Vec<Change>,
    /// Number of functions without a change.
    pub unchanged: usize,
}

impl Changes {
    pub(crate) fn of(scenario: &ScenarioContext<'_, '_>, baseline: &Baseline) -> Self {
        let now = scenario.case.comparison.scenario();
        let changes = scenario
            .functions
            .iter()
            .filter_map(|record| record.change.as_deref());
        let mut changes: Vec<Change> = changes.cloned().collect();
        let unchanged = now.functions.len() - changes.len();
        let names: BTreeSet<&str> = now
            .functions
            .iter()
            .map(|function| &*function.name)
            .collect();
        let gone = baseline.functions.iter();
        let gone = gone.filter(|(name, _)| !names.contains(name.as_str()));
        changes.extend(gone.map(|(name, before)| {
            let step = ChangeStep {
                before: before.monthly.clone(),
                after: None,
            };
            Change::without_causes(name.clone(), Status::Removed, step)
        }));
        changes.sort_by_cached_key(|change| Reverse(change.weight()));
        let mut prices: Vec<PriceChange> = Vec::new();
        for price in changes.iter().flat_map(|change| &change.prices) {
            if !prices.contains(price) {
                prices.push(price.clone());
            }
        }
        prices.sort_by(|left, right| left.meter.cmp(&right.meter));
        Self {
            total: scenario.total_step(baseline),
            keys: baseline.settings.changes_to(&inputs::settings(now)),
            prices,
            functions: changes,
            unchanged,
        }
    }

    /// True if no bill, key or price differs.
    pub(crate) fn is_empty(&self) -> bool {
        self.functions.is_empty() && self.keys.is_empty() && self.prices.is_empty()
    }
}

impl Change {
    /// A new or removed function.
    fn without_causes(name: String, status: Status, step: ChangeStep) -> Self {
        Self {
            name,
            status,
            step,
            keys: Vec::new(),
            tags: Vec::new(),
            prices: Vec::new(),
            flip: None,
            extras: Vec::new(),
            is_beyond_extras: false,
        }
    }

    /// US dollars by which the cost changed, without the sign. A new or removed function counts with
    /// its cost. `None` if a cost is not known.
    pub(crate) fn weight(&self) -> Option<Exact> {
        let change = match (self.status, &self.step.before, &self.step.after) {
            (Status::New, _, Some(after)) => after.clone(),
            (Status::Removed, Some(before), _) => before.usd.clone(),
            _ => self.step.rise()?,
        };
        Some(if change.is_negative() {
            &Exact::ZERO - &change
        } else {
            change
        })
    }

    /// The change in US dollars with its sign. A new or removed function counts with its cost.
    pub(crate) fn dollars(&self) -> Option<Exact> {
        match self.status {
            Status::New => self.step.after.clone(),
            Status::Removed => Some(&Exact::ZERO - &self.step.before.as_ref()?.usd),
            Status::Changed => self.step.rise(),
        }
    }
}

impl FunctionContext<'_, '_> {
    /// What changed since the baseline; `None` if nothing did, or without a baseline.
    pub(crate) fn change(&self) -> Option<Box<Change>> {
        let baseline = self.case.baseline?;
        let name = self.function.name.to_string();
        let after = self.billed();
        let Some(before) = baseline.functions.get(&name) else {
            let step = ChangeStep {
                before: None,
                after,
            };
            let change = Change::without_causes(name, Status::New, step);
            return Some(Box::new(change));
        };
        let workload = &self.solved.summary.workload;
        let keys = before
            .inputs
            .changes_of(self.scenario(), self.function, workload);
        let flip = before
            .plan
            .clone()
            .zip(self.planned().map(Cow::Borrowed))
            .filter(|(before, now)| before != now);
        let step = self.step(before);
        let is_same_cost = match (&step.before, &step.after) {
            (Some(before), Some(after)) => before.is(after),
            (before, after) => before.is_none() && after.is_none(),
        };
        let tags = self.changed_tags(before, baseline);
        if is_same_cost && keys.is_empty() && tags.is_empty() && flip.is_none() {
            return None;
        }
        let (extras, is_beyond_extras) = self.bill_changes(before);
        Some(Box::new(Change {
            name,
            status: Status::Changed,
            step,
            keys,
            tags,
            prices: self.price_changes(before),
            flip: flip.map(|(before, now)| [before, now]),
            extras,
            is_beyond_extras,
        }))
    }

    /// The extras whose part of the bill changed, and whether the rest of it changed.
    fn bill_changes(&self, before: &Before) -> (Vec<ChangedExtra>, bool) {
        let now = self.solved.lines(self.home).into_iter();
        let now: Vec<BilledLine> = now.map(BilledLine::of).collect();
        let nothing = || [Exact::ZERO, Exact::ZERO];
        let mut rest = nothing();
        // By name: US dollars a month, and months that are paid.
        let mut extras: BTreeMap<&str, [[Exact; 2]; 2]> = BTreeMap::new();
        for (side, lines) in [&*before.lines, &*now].into_iter().enumerate() {
            for line in lines {
                if !line.is_extra() {
                    rest[side] = &rest[side] + &line.cost;
                    continue;
                }
                let known = extras.entry(&line.item);
                let [cost, months] = known.or_insert_with(|| [nothing(), nothing()]);
                cost[side] = &cost[side] + &line.cost;
                if let Some(paid) = line.months() {
                    months[side] = &months[side] + &paid;
                }
            }
        }
        let changed = extras.into_iter().filter_map(|(name, [cost, months])| {
            let is_paid = months.iter().all(Exact::is_positive);
            let is_share = is_paid && differ(&months);
            (is_share || differ(&cost)).then(|| ChangedExtra {
                name: name.to_owned(),
                is_share,
            })
        });
        (changed.collect(), differ(&rest))
    }

    /// The rates that differ between the bills. A line that only one of them has is no change of a
    /// price: the bill may have reached another tier.
    fn price_changes(&self, before: &Before) -> Vec<PriceChange> {
        let lines = self.solved.lines(self.home);
        let mut changes = Vec::new();
        let mut seen: Vec<Arc<str>> = Vec::new();
        for line in &lines {
            // The keys of extras are compared, which name what changed.
            if line.is_extra() || seen.contains(&line.meter) {
                continue;
            }
            seen.push(Arc::clone(&line.meter));
            let is_same = |known: &&BilledLine| match &known.meter {
                Some(meter) => *meter == line.meter,
                None => known.item == line.item,
            };
            let former = before.lines.iter().filter(is_same);
            let former: Vec<&Exact> = former.filter_map(|known| known.rate.as_ref()).collect();
            let present = lines.iter().filter(|other| other.meter == line.meter);
            let present: Vec<&Exact> = present.map(|other| &other.rate).collect();
            let gone = former.iter().filter(|rate| !is_among(rate, &present));
            let come = present.iter().filter(|rate| !is_among(rate, &former));
            changes.extend(gone.zip(come).map(|(before, after)| PriceChange {
                meter: line.meter.to_string(),
                before: (*before).clone(),
                after: (*after).clone(),
                unit: line.unit.symbol,
            }));
        }
        changes
    }
}

/// True for amounts that differ by more than the digits of a report.
fn differ([before, now]: &[Exact; 2]) -> bool {
    let difference = now - before;
    let little = Exact::ratio(1, 1_000_000_000_000_000);
    difference > little || &Exact::ZERO - &difference > little
}

/// True for one of these rates. A rate of a report is rounded to the digits of a report.
fn is_among(rate: &Exact, rates: &[&Exact]) -> bool {
    let printed = rate.as_printed();
    rates.iter().any(|known| known.as_printed() == printed)
}

impl ScenarioContext<'_, '_> {
    /// The cost of the whole scenario before and after.
    pub(crate) fn total_step(&self, baseline: &Baseline) -> ChangeStep {
        let after = self.total.as_ref();
        ChangeStep {
            before: baseline.total.clone(),
            after: after.map(|after| after.dollars().clone()),
        }
    }
}
