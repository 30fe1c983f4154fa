//! How much of each budget is used.

use super::tag_groups::TagGroup;
use super::{FunctionContext, ScenarioContext};
use crate::exact::Exact;
use crate::money::Usd;
use crate::scenario::{Level, Limit};
use rust_decimal::Decimal;

/// Whose budget it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BudgetOwner {
    Scenario,
    Function(String),
    /// The name and the value of a tag.
    Tag(String, String),
}

/// A budget and the amount that it limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetUse {
    pub owner: BudgetOwner,
    /// The key of the limit.
    pub key: &'static str,
    pub(crate) actual: Usd,
    /// The hardest stated limit.
    pub(crate) limit: Decimal,
    /// The level of that limit.
    pub(crate) level: Level,
    /// True if no stated limit is exceeded.
    pub is_kept: bool,
}

impl BudgetUse {
    fn new(
        owner: BudgetOwner,
        key: &'static str,
        limit: &Limit,
        actual: Option<Usd>,
    ) -> Option<Self> {
        let (level, hardest) = limit.steps().next()?;
        let actual = actual?;
        Some(Self {
            owner,
            key,
            limit: hardest,
            level,
            is_kept: limit.exceeded(actual.dollars()).is_none(),
            actual,
        })
    }

    pub(crate) fn limit_usd(&self) -> Usd {
        Usd::new(self.limit.into())
    }

    /// The used part in per cent; `None` if the limit is zero.
    pub(crate) fn percent(&self) -> Option<Exact> {
        let hundredfold = self.actual.dollars() * &Exact::from(100_u32);
        hundredfold.over(&self.limit.into())
    }

    /// What the amount is per.
    pub(crate) fn per(&self) -> &'static str {
        match self.key {
            MILLION => "per million invocations",
            _ => "a month",
        }
    }
}

const MONTHLY: &str = "monthly_usd";
const MILLION: &str = "usd_per_million_invocations";

impl FunctionContext<'_, '_> {
    /// The budgets of the function whose amount is known.
    pub(crate) fn budgets(&self) -> Vec<BudgetUse> {
        let (Some(budget), Ok(cost)) = (&self.function.budget, self.cost()) else {
            return Vec::new();
        };
        let million = cost.billed.per_million(self.function.invocations);
        let monthly = Some(cost.billed.clone());
        let owner = BudgetOwner::Function(self.function.name.to_string());
        let limits = [
            (MONTHLY, &budget.monthly_usd, monthly),
            (MILLION, &budget.usd_per_million_invocations, million),
        ];
        let used = limits
            .into_iter()
            .filter_map(|(key, limit, actual)| BudgetUse::new(owner.clone(), key, limit, actual));
        used.collect()
    }
}

impl ScenarioContext<'_, '_> {
    /// The budget of the whole scenario, then those of tags, then those of functions.
    pub(crate) fn budgets(&self) -> Vec<BudgetUse> {
        let limit = &self.case.comparison.scenario().budget.monthly_usd;
        let whole = BudgetUse::new(BudgetOwner::Scenario, MONTHLY, limit, self.total.clone());
        let of_functions = self.functions.iter().flat_map(|record| &record.budgets);
        let of_tags = self.groups.iter().flat_map(of_tag);
        let whole = whole.into_iter().chain(of_tags);
        whole.chain(of_functions.cloned()).collect()
    }
}

fn of_tag(group: &TagGroup<'_>) -> Vec<BudgetUse> {
    let limits = group.budget.named.limits();
    let (tag, value) = (&group.budget.tag, &group.budget.named.name);
    let owner = || BudgetOwner::Tag(tag.clone(), value.clone());
    let (monthly, million) = (group.monthly.clone(), group.per_million());
    let used = [
        BudgetUse::new(owner(), MONTHLY, &limits.monthly_usd, monthly),
        BudgetUse::new(
            owner(),
            MILLION,
            &limits.usd_per_million_invocations,
            million,
        ),
    ];
    let used = used.into_iter().flatten();
    used.filter(|_| group.functions > 0).collect()
}
