//! The rules: each is a file with its code, a file of the same name with its manual page, and a line
//! in [`RULES`].

mod cost_increase;
mod near_crossover;
mod over_budget;
mod past_crossover;
mod provisioned_waste;
mod stale_prices;
mod unbudgeted_function;
mod unmatched_budget;

use super::{DraftFinding, FunctionContext, ScenarioContext};
use crate::scenario::schema::Bounds;
use crate::scenario::{Level, Limit, RuleShape};

/// A rule that a scenario must keep.
#[derive(Debug)]
pub struct Rule {
    /// Its name in scenarios, on the command line and in reports.
    pub code: &'static str,
    /// Its manual page in Markdown; the first paragraph is a summary.
    pub manual: &'static str,
    /// Its level unless the scenario or the command line states one.
    pub default_level: Level,
    /// The numbers that `[rules]` may state for it.
    pub parameters: &'static [(&'static str, Bounds)],
    /// Finds what is wrong with one function.
    pub function: Option<FunctionJudge>,
    /// Finds what is wrong with the whole scenario.
    pub scenario: Option<ScenarioJudge>,
}

/// Judges a function.
pub type FunctionJudge = fn(&FunctionContext<'_, '_>) -> Vec<DraftFinding>;
/// Judges a scenario.
pub type ScenarioJudge = fn(&ScenarioContext<'_, '_>) -> Vec<DraftFinding>;

/// Every rule, in the order of all lists.
pub static RULES: &[Rule] = &[
    over_budget::RULE,
    cost_increase::RULE,
    past_crossover::RULE,
    near_crossover::RULE,
    provisioned_waste::RULE,
    stale_prices::RULE,
    unmatched_budget::RULE,
    unbudgeted_function::RULE,
];

/// What `[rules]` may say.
pub fn shapes() -> Vec<RuleShape> {
    let shape = |rule: &Rule| RuleShape {
        code: rule.code,
        parameters: rule.parameters,
    };
    RULES.iter().map(shape).collect()
}

/// How much it matters that limits cannot be judged: as much as breaking the hardest of them.
fn unjudged(limits: &[Limit]) -> Level {
    let stated = limits.iter().flat_map(Limit::steps);
    stated.map(|(level, _)| level).max().unwrap_or(Level::Warn)
}
