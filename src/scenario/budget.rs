//! Cost limits: `[budget]` of the scenario and of each function.

use super::Function;
use super::keys::Keys;
use super::schema::Setting;
use crate::diag::{At, Code, Diag, Diags, Source};
use crate::exact::Exact;
use crate::text::unfit;
use rust_decimal::Decimal;
use std::collections::HashMap;
use toml::de::DeTable;

/// What happens when a rule is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Nothing.
    Allow,
    /// It is reported for information.
    Notice,
    /// It is reported.
    Warn,
    /// It is reported, and the check fails.
    Deny,
}

impl Level {
    pub const NAMES: [&'static str; 4] = ["allow", "notice", "warn", "deny"];

    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    pub(crate) fn of(name: &str) -> Option<Self> {
        let all = [Self::Allow, Self::Notice, Self::Warn, Self::Deny];
        all.into_iter().find(|level| level.name() == name)
    }
}

/// Up to three limits of an amount. Above each of them, a finding has its level.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limit {
    /// Above this, a notice.
    pub notice: Option<Decimal>,
    /// Above this, a warning.
    pub warn: Option<Decimal>,
    /// Above this, the check fails.
    pub deny: Option<Decimal>,
}

impl Limit {
    /// True when at least one of them is stated.
    pub(crate) fn is_stated(&self) -> bool {
        self.notice.is_some() || self.warn.is_some() || self.deny.is_some()
    }

    /// The stated limits, the hardest one first.
    pub(crate) fn steps(&self) -> impl Iterator<Item = (Level, Decimal)> + use<> {
        let steps = [
            (Level::Deny, self.deny),
            (Level::Warn, self.warn),
            (Level::Notice, self.notice),
        ];
        steps
            .into_iter()
            .filter_map(|(level, limit)| Some((level, limit?)))
    }

    /// The limit that an amount exceeds; the hardest one if it exceeds several.
    pub(crate) fn exceeded(&self, amount: &Exact) -> Option<(Level, Decimal)> {
        self.steps()
            .find(|(_, limit)| *amount > Exact::from(*limit))
    }

    /// The first step that is above a harder one, what is wrong with it, and what to do. `key` is
    /// the path of the limit.
    pub(crate) fn contradiction(&self, key: &str) -> Option<(Level, [String; 2])> {
        let steps: Vec<_> = self.steps().collect();
        let above = steps.windows(2).find(|pair| pair[1].1 > pair[0].1)?;
        let [(hard, most), (soft, limit)] = [above[0], above[1]];
        let (hard, word) = (hard.name(), soft.name());
        let message = format!(
            "`{word}` ({limit}) of `{key}` is higher than `{hard}` ({most}), so it never applies"
        );
        Some((soft, [message, format!("set `{word}` to at most {most}")]))
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Budget {
    /// Of the monthly bill, USD.
    pub monthly_usd: Limit,
    /// Of the price of a million invocations, USD.
    pub usd_per_million_invocations: Limit,
    /// Of the growth of the monthly bill since the baseline, in per cent of the baseline.
    pub increase_percent: Limit,
    /// Of the same growth, USD.
    pub increase_usd: Limit,
    /// Of the fall of the monthly bill since the baseline, in per cent of the baseline.
    pub decrease_percent: Limit,
    /// Of the same fall, USD.
    pub decrease_usd: Limit,
}

impl Budget {
    pub(crate) fn is_stated(&self) -> bool {
        let all = [
            self.monthly_usd,
            self.usd_per_million_invocations,
            self.increase_percent,
            self.increase_usd,
            self.decrease_percent,
            self.decrease_usd,
        ];
        all.iter().any(Limit::is_stated)
    }
}

/// A budget in `[budget.functions]`, which names its function.
#[derive(Debug, Clone)]
pub struct NamedBudget {
    pub name: String,
    pub at: At,
    budget: Budget,
}

/// A budget in `[budget.tags]`, which limits the functions with a tag together.
#[derive(Debug, Clone)]
pub(crate) struct TagBudget {
    /// The name of the tag.
    pub tag: String,
    /// The limits, by the value of the tag.
    pub named: NamedBudget,
}

impl NamedBudget {
    pub(crate) fn limits(&self) -> &Budget {
        &self.budget
    }
}

/// What `[budget]` states.
#[derive(Debug, Default)]
pub(crate) struct Budgets {
    /// The limits of the whole scenario.
    pub whole: Budget,
    /// The budgets of functions by name.
    pub functions: Vec<NamedBudget>,
    pub tags: Vec<TagBudget>,
}

/// Reads `[budget]`.
pub(crate) fn read(table: &DeTable<'_>, source: &Source, diags: &mut Diags) -> Budgets {
    let mut keys = Keys::new(table, "budget", source, diags);
    let mut budgets = Budgets {
        whole: limits(&mut keys, false),
        ..Budgets::default()
    };
    let example = "[budget.functions.checkout-api] on a separate line, and its limits below it";
    if let Some(functions) = keys.table(Setting::BudgetFunctions.key(), example) {
        budgets.functions = by_name(functions);
    }
    let example = "[budget.tags.team.checkout] on a separate line, and its limits below it";
    if let Some(tags) = keys.table(Setting::BudgetTags.key(), example) {
        budgets.tags = by_tag(tags);
    }
    keys.refuse_others();
    budgets
}

/// Reads the budgets of the values of each tag.
fn by_tag(tags: Keys<'_>) -> Vec<TagBudget> {
    let (source, diags) = (tags.source, tags.diags);
    let mut budgets = Vec::new();
    for (name, value) in tags.table {
        let tag = name.get_ref().to_string();
        let Some(table) = value.get_ref().as_table() else {
            let message = format!("the budgets of the tag `{tag}` are not a table");
            let help = "write the value of the tag too: [budget.tags.team.checkout]";
            let diag = Diag::new(Code::WrongType, message).at(source.at(name.span()));
            diags.push(diag.help(help));
            continue;
        };
        let named = by_name(Keys::new(
            table,
            format!("budget.tags.{tag}"),
            source,
            diags,
        ));
        budgets.extend(named.into_iter().map(|named| TagBudget {
            tag: tag.clone(),
            named,
        }));
    }
    budgets
}

fn limits(keys: &mut Keys<'_>, of_function: bool) -> Budget {
    Budget {
        monthly_usd: limit(keys, Setting::BudgetMonthly.word()),
        usd_per_million_invocations: if of_function {
            limit(keys, "usd_per_million_invocations")
        } else {
            Limit::default()
        },
        increase_percent: limit(keys, Setting::BudgetPercent.word()),
        increase_usd: limit(keys, Setting::BudgetIncrease.word()),
        decrease_percent: limit(keys, Setting::BudgetDecreasePercent.word()),
        decrease_usd: limit(keys, Setting::BudgetDecrease.word()),
    }
}

fn limit(keys: &mut Keys<'_>, key: &'static str) -> Limit {
    let span = keys.get(key).map(|(value, _)| value.span());
    let Some(mut inner) = keys.inner(key, &format!("{key} = {{ warn = 200, deny = 250 }}")) else {
        return Limit::default();
    };
    // Every limit has the same steps.
    let limit = Limit {
        notice: inner.number(Setting::BudgetMonthlyNotice.key()),
        warn: inner.number(Setting::BudgetMonthlyWarn.key()),
        deny: inner.number(Setting::BudgetMonthlyDeny.key()),
    };
    inner.refuse_others();
    if let Some((span, (_, [message, help]))) = span.zip(limit.contradiction(key)) {
        keys.wrong(Code::Conflict, span, message, &help);
    }
    limit
}

/// Reads budgets by the names of functions, or by the values of a tag.
fn by_name(budgets: Keys<'_>) -> Vec<NamedBudget> {
    let path = budgets.path().to_owned();
    let (source, diags) = (budgets.source, budgets.diags);
    let mut named = Vec::new();
    for (name, value) in budgets.table {
        let at = source.at(name.span());
        let name = name.get_ref().to_string();
        if let Some((fault, help)) = unfit(&name) {
            let message = format!("the name of a budget {fault}");
            diags.push(Diag::new(Code::OutOfRange, message).at(at).help(help));
            continue;
        }
        let Some(table) = value.get_ref().as_table() else {
            let message = format!("the budget of `{name}` is not a table");
            let help = "write its limits: { monthly_usd = { deny = 250 } }";
            diags.push(Diag::new(Code::WrongType, message).at(at).help(help));
            continue;
        };
        let mut keys = Keys::new(table, format!("{path}.{name}"), source, diags);
        let budget = limits(&mut keys, true);
        keys.refuse_others();
        named.push(NamedBudget { name, at, budget });
    }
    named
}

/// Moves budgets to the functions that they name. Returns those that name no function.
pub(crate) fn assign(
    named: Vec<NamedBudget>,
    functions: &mut [Function],
    diags: &mut Diags,
) -> Vec<NamedBudget> {
    if named.is_empty() {
        return named;
    }
    let mut open: HashMap<String, NamedBudget> = HashMap::new();
    let mut order = Vec::new();
    for budget in named {
        order.push(budget.name.clone());
        open.insert(budget.name.clone(), budget);
    }
    for function in functions {
        let Some(found) = open.remove(&*function.name) else {
            continue;
        };
        if function.budget.is_some() {
            let message = format!("function `{}` has two budgets", found.name);
            let help = "remove the budget of the function, or the one in [budget.functions]";
            diags.push(Diag::new(Code::Conflict, message).at(found.at).help(help));
            continue;
        }
        function.budget = Some(Box::new(found.budget));
    }
    order.iter().filter_map(|name| open.remove(name)).collect()
}
