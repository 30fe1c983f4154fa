//! How much of each budget is used.

use super::{FunctionContext, ScenarioContext};
use crate::exact::Exact;
use crate::money::Usd;
use crate::scenario::{Level, Limit};
use rust_decimal::Decimal;

/// A budget and the amount that it limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetUse {
    /// `None` for the whole scenario.
    pub function: Option<String>,
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
        function: Option<&str>,
        key: &'static str,
        limit: &Limit,
        actual: Option<Usd>,
    ) -> Option<Self> {
        let (level, hardest) = limit.steps().next()?;
        let actual = actual?;
        Some(Self {
            function: function.map(str::to_owned),
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
        let name = Some(&*self.function.name);
        let limits = [
            (MONTHLY, &budget.monthly_usd, monthly),
            (MILLION, &budget.usd_per_million_invocations, million),
        ];
        let used = limits
            .into_iter()
            .filter_map(|(key, limit, actual)| BudgetUse::new(name, key, limit, actual));
        used.collect()
    }
}

impl ScenarioContext<'_, '_> {
    /// The budget of the whole scenario, then those of functions.
    pub(crate) fn budgets(&self) -> Vec<BudgetUse> {
        let limit = &self.case.comparison.scenario().budget.monthly_usd;
        let whole = BudgetUse::new(None, MONTHLY, limit, self.total.clone());
        let of_functions = self.functions.iter().flat_map(|record| &record.budgets);
        whole.into_iter().chain(of_functions.cloned()).collect()
    }
}
