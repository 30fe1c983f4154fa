//! The rules, each one file and one line in [`RULES`]; the head comment of its file is its manual
//! page.

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

/// Something that a scenario must keep.
pub trait Rule: Sync {
    /// Its name in scenarios, on the command line and in reports.
    fn code(&self) -> &'static str;
    /// The text of its file.
    fn source(&self) -> &'static str;
    /// How much it matters unless somebody says otherwise.
    fn default_level(&self) -> Level;
    /// The numbers that `[rules]` may state for it.
    fn parameters(&self) -> &'static [(&'static str, Bounds)] {
        &[]
    }
    /// What is wrong with a function.
    fn function(&self, _: &FunctionContext<'_, '_>) -> Vec<DraftFinding> {
        Vec::new()
    }
    /// What is wrong with the whole.
    fn scenario(&self, _: &ScenarioContext<'_, '_>) -> Vec<DraftFinding> {
        Vec::new()
    }
}

/// Every rule, in the order of all lists.
pub static RULES: &[&dyn Rule] = &[
    &over_budget::OverBudget,
    &cost_increase::CostIncrease,
    &past_crossover::PastCrossover,
    &near_crossover::NearCrossover,
    &provisioned_waste::ProvisionedWaste,
    &stale_prices::StalePrices,
    &unmatched_budget::UnmatchedBudget,
    &unbudgeted_function::UnbudgetedFunction,
];

/// What `[rules]` may say.
pub fn shapes() -> Vec<RuleShape> {
    let shape = |rule: &&dyn Rule| RuleShape {
        code: rule.code(),
        parameters: rule.parameters(),
    };
    RULES.iter().map(shape).collect()
}

/// How much it matters that limits cannot be judged: as much as breaking the hardest of them.
fn unjudged(limits: &[Limit]) -> Level {
    let stated = limits.iter().flat_map(Limit::steps);
    stated.map(|(level, _)| level).max().unwrap_or(Level::Warn)
}

/// The manual page of a rule: the head comment of its file.
pub fn manual(rule: &dyn Rule) -> String {
    let lines = rule.source().lines();
    let head = lines.take_while(|line| line.starts_with("//!"));
    let text = head.map(|line| line.trim_start_matches("//!").trim_start_matches(' '));
    text.collect::<Vec<_>>().join("\n")
}
