//! The functions that a budget in `[budget.tags]` limits together.

use super::baseline::{Amount, Baseline, Before};
use super::changes::ChangeStep;
use super::context::FunctionRecord;
use super::inputs::{InputKey, KeyChange};
use super::{FunctionContext, ScenarioContext, named};
use crate::exact::Exact;
use crate::money::Usd;
use crate::scenario::budget::TagBudget;
use crate::scenario::{Function, Scenario, StatedValue};
use crate::text::quoted;
use std::collections::{HashMap, HashSet};

/// A budget of a tag, and what its functions cost.
pub(crate) struct TagGroup<'c> {
    pub budget: &'c TagBudget,
    /// Number of functions with the tag.
    pub functions: usize,
    /// US dollars a month where they run today; `None` if one of them cannot run there.
    pub monthly: Option<Usd>,
    /// Calls a month.
    pub calls: u128,
}

/// What messages call the functions with a tag: ``tag `team` = `checkout` ``.
pub(super) fn called(tag: &str, value: &str) -> String {
    format!("tag {} = {}", quoted(tag), quoted(value))
}

/// The index of a group, by the name and the value of its tag.
type Places<'c> = HashMap<&'c str, HashMap<&'c str, usize>>;

/// The groups of all budgets of tags, in their order.
pub(super) fn of<'c>(scenario: &'c Scenario, records: &[FunctionRecord]) -> Vec<TagGroup<'c>> {
    let budgets = scenario.tag_budgets.iter();
    let mut groups: Vec<TagGroup<'c>> = budgets
        .map(|budget| TagGroup {
            budget,
            functions: 0,
            monthly: Some(Usd::ZERO),
            calls: 0,
        })
        .collect();
    if groups.is_empty() {
        return groups;
    }
    let places = places(scenario);
    for (function, record) in scenario.functions.iter().zip(records) {
        for tag in function.tags() {
            let values = places.get(&*tag.name);
            let Some(place) = values.and_then(|values| values.get(&*tag.value)) else {
                continue;
            };
            let group = &mut groups[*place];
            group.functions += 1;
            group.calls += u128::from(function.invocations);
            let known = group.monthly.take().zip(record.monthly.as_ref());
            group.monthly = known.map(|(sum, monthly)| Usd::new(sum.dollars() + monthly));
        }
    }
    groups
}

fn places(scenario: &Scenario) -> Places<'_> {
    let mut places = Places::new();
    for (place, budget) in scenario.tag_budgets.iter().enumerate() {
        let values = places.entry(budget.tag.as_str()).or_default();
        values.insert(budget.named.name.as_str(), place);
    }
    places
}

impl TagGroup<'_> {
    /// What messages call it.
    pub(crate) fn called(&self) -> String {
        called(&self.budget.tag, &self.budget.named.name)
    }

    /// True for a function of the group.
    pub(crate) fn contains(&self, function: &Function) -> bool {
        function.tag(&self.budget.tag) == Some(&self.budget.named.name)
    }

    /// US dollars for a million of its calls; `None` without calls.
    pub(crate) fn per_million(&self) -> Option<Usd> {
        let millions = Exact::whole(self.calls).over(&Exact::from(1_000_000u32))?;
        self.monthly.as_ref()?.per(&millions)
    }
}

/// The functions of a group in the baseline, by name.
pub(crate) struct GroupBefore<'b>(pub Vec<(&'b str, &'b Before)>);

impl<'c> ScenarioContext<'c, '_> {
    /// The functions of a group in the baseline: those that had the tag then. If no function of the
    /// baseline had a tag of this name, the functions that have the tag now. `None` for a group
    /// without a function in the baseline.
    pub(crate) fn group_before(
        &self,
        group: &TagGroup<'_>,
        baseline: &'c Baseline,
    ) -> Option<GroupBefore<'c>> {
        let (tag, value) = (&group.budget.tag, &group.budget.named.name);
        let had_tag = baseline.tags.contains(tag.as_str());
        let mut members: Vec<(&str, &Before)> = if had_tag {
            let all = baseline.functions.iter();
            all.filter(|(_, before)| before.tag(tag) == Some(value))
                .map(|(name, before)| (name.as_str(), before))
                .collect()
        } else {
            let functions = self.case.comparison.scenario().functions.iter();
            functions
                .filter(|function| group.contains(function))
                .filter_map(|function| baseline.functions.get_key_value(&*function.name))
                .map(|(name, before)| (name.as_str(), before))
                .collect()
        };
        members.sort_unstable_by_key(|(name, _)| *name);
        (!members.is_empty()).then_some(GroupBefore(members))
    }
}

impl ScenarioContext<'_, '_> {
    /// Which functions joined or left a group since the baseline, as a part of a sentence; `None` if it
    /// has the same functions.
    pub(crate) fn moved(
        &self,
        group: &TagGroup<'_>,
        before: Option<&GroupBefore<'_>>,
    ) -> Option<String> {
        let functions = self.case.comparison.scenario().functions.iter();
        let now = functions.filter(|function| group.contains(function));
        let now: Vec<&str> = now.map(|function| &*function.name).collect();
        let was_in = |name: &&str| before.is_some_and(|before| before.contains(name));
        let joined: Vec<&str> = now.iter().copied().filter(|name| !was_in(name)).collect();
        let now: HashSet<&str> = now.into_iter().collect();
        let former = before.map_or(&[][..], |before| &before.0).iter();
        let left = former
            .map(|(name, _)| *name)
            .filter(|name| !now.contains(name));
        let left: Vec<&str> = left.collect();
        let phrase = |names: &[&str], verb| {
            (!names.is_empty()).then(|| format!("{} {verb} it", named(names)))
        };
        let phrases = [phrase(&joined, "joined"), phrase(&left, "left")];
        let phrases: Vec<String> = phrases.into_iter().flatten().collect();
        (!phrases.is_empty()).then(|| phrases.join(", "))
    }
}

impl FunctionContext<'_, '_> {
    /// The tags with other values than in the baseline that put the function among those of another
    /// budget. If no function of the baseline has a tag of a name, its budgets count the functions of
    /// today in the baseline too.
    pub(super) fn changed_tags(&self, before: &Before, baseline: &Baseline) -> Vec<KeyChange> {
        let now = self.function.tags().iter();
        let now = now.map(|tag| (&*tag.name, &*tag.value));
        let differs = |(name, value): &(&str, &str)| before.tag(name) != Some(*value);
        let changed = now.filter(differs).map(|(name, _)| name);
        let former = before.tags.iter().map(|(name, _)| &**name);
        let gone = former.filter(|name| self.function.tag(name).is_none());
        let names = changed.chain(gone);
        let text = |value: &str| StatedValue::Text(value.into());
        let changes = names.filter_map(|name| {
            let values = [before.tag(name), self.function.tag(name)];
            let mut budgets = self.scenario().tag_budgets.iter();
            let is_budgeted = budgets.any(|budget| {
                budget.tag == name && values.contains(&Some(budget.named.name.as_str()))
            });
            let [before, after] = values.map(|value| value.map(text));
            (baseline.tags.contains(name) && is_budgeted).then(|| KeyChange {
                key: InputKey::Tag(name.to_owned()),
                before,
                after,
            })
        });
        changes.collect()
    }
}

impl GroupBefore<'_> {
    /// Its cost before and now.
    pub(crate) fn step(&self, group: &TagGroup<'_>) -> ChangeStep {
        ChangeStep {
            before: self.monthly(),
            after: group.monthly.as_ref().map(|usd| usd.dollars().clone()),
        }
    }

    /// US dollars a month; `None` if the cost of one of its functions is not known.
    fn monthly(&self) -> Option<Amount> {
        let mut sum = Amount::exact(Exact::ZERO);
        for (_, before) in &self.0 {
            let monthly = before.monthly.as_ref()?;
            sum.usd = &sum.usd + &monthly.usd;
            sum.error = &sum.error + &monthly.error;
        }
        Some(sum)
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.0
            .binary_search_by_key(&name, |(known, _)| *known)
            .is_ok()
    }
}
