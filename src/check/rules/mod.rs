//! The rules. Each has a file with its code, a file of the same name with its manual page, and a
//! line in [`RULES`].

mod cost_decrease;
mod cost_increase;
mod near_crossover;
mod over_budget;
mod past_crossover;
mod provisioned_waste;
mod stale_prices;
mod unbudgeted_function;
mod unmatched_budget;
mod unreadable_baseline;

use super::limits::unjudged;
use super::{DraftFinding, FunctionContext, ScenarioContext};
use crate::scenario::schema::Bounds;
use crate::scenario::{Level, RuleShape};

/// A rule of `check`.
#[derive(Debug)]
pub struct Rule {
    /// Its name in scenarios, on the command line and in reports.
    pub code: &'static str,
    /// Its manual page in Markdown. The first paragraph is a summary.
    pub manual: &'static str,
    /// Its level if none is stated.
    pub default_level: Level,
    /// The parameters that `[rules]` can state.
    pub parameters: &'static [(&'static str, Bounds)],
    /// Checks one function.
    pub function: Option<FunctionJudge>,
    /// Checks the whole scenario.
    pub scenario: Option<ScenarioJudge>,
}

/// Checks a function.
pub(crate) type FunctionJudge = fn(&FunctionContext<'_, '_>) -> Vec<DraftFinding>;
/// Checks the whole scenario.
pub(crate) type ScenarioJudge = fn(&ScenarioContext<'_, '_>) -> Vec<DraftFinding>;

/// Every rule, in the order of all lists.
pub static RULES: &[Rule] = &[
    over_budget::RULE,
    cost_increase::RULE,
    cost_decrease::RULE,
    past_crossover::RULE,
    near_crossover::RULE,
    provisioned_waste::RULE,
    stale_prices::RULE,
    unmatched_budget::RULE,
    unbudgeted_function::RULE,
    unreadable_baseline::RULE,
];

/// The rules as the scenario reader needs them.
pub fn shapes() -> Vec<RuleShape> {
    let shape = |rule: &Rule| RuleShape {
        code: rule.code,
        parameters: rule.parameters,
    };
    RULES.iter().map(shape).collect()
}
