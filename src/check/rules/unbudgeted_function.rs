//! A function has no budget.
//!
//! Off unless asked for: with `unbudgeted-function = "deny"` in `[rules]`, or `-D
//! unbudgeted-function`, every function needs a limit of its own, in `[function.budget]`,
//! `[defaults.budget]` or `[budget.functions.NAME]`.
//!
//! Level: allow.

use super::{DraftFinding, FunctionContext, Rule};
use crate::scenario::{Budget, Level};

pub struct UnbudgetedFunction;

impl Rule for UnbudgetedFunction {
    fn code(&self) -> &'static str {
        "unbudgeted-function"
    }

    fn source(&self) -> &'static str {
        include_str!("unbudgeted_function.rs")
    }

    fn default_level(&self) -> Level {
        Level::Allow
    }

    fn function(&self, function: &FunctionContext<'_, '_>) -> Vec<DraftFinding> {
        let budget = function.function.budget.as_deref();
        let silent = !budget.is_some_and(Budget::is_stated);
        let draft = || DraftFinding {
            message: format!("{} has no budget", function.called()),
            help: "add [function.budget] with monthly_usd = { deny = … }".to_owned(),
            ..DraftFinding::default()
        };
        silent.then(draft).into_iter().collect()
    }
}
