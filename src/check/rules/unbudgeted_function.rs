//! The rule `unbudgeted-function`: `unbudgeted_function.md` is its manual page.

use super::{DraftFinding, FunctionContext, Rule};
use crate::scenario::{Budget, Level};

pub(crate) const RULE: Rule = Rule {
    code: "unbudgeted-function",
    manual: include_str!("unbudgeted_function.md"),
    default_level: Level::Allow,
    parameters: &[],
    function: Some(judge_function),
    scenario: None,
};

fn judge_function(function: &FunctionContext<'_, '_>) -> Vec<DraftFinding> {
    let budget = function.function.budget.as_deref();
    let silent = !budget.is_some_and(Budget::is_stated);
    let draft = || DraftFinding {
        message: format!("{} has no budget", function.called()),
        help: "add [function.budget] with monthly_usd = { deny = … }".to_owned(),
        ..DraftFinding::default()
    };
    silent.then(draft).into_iter().collect()
}
