//! A function has no budget.
//!
//! Off unless asked for: with `unbudgeted-function = "deny"` in `[rules]`, or `-D
//! unbudgeted-function`, every function needs a limit of its own, in `[function.budget]`,
//! `[defaults.budget]` or `[budget.functions.NAME]`.
//!
//! Level: allow.

use super::{Draft, FunctionCase, Rule};
use crate::workload::{Budget, Level};

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

    fn function(&self, function: &FunctionCase<'_, '_>) -> Vec<Draft> {
        let budget = function.function.budget.as_deref();
        let silent = !budget.is_some_and(Budget::is_stated);
        let draft = || Draft {
            message: format!("{} has no budget", function.called()),
            help: "add [function.budget] with monthly_usd = { deny = … }".to_owned(),
            ..Draft::default()
        };
        silent.then(draft).into_iter().collect()
    }
}
