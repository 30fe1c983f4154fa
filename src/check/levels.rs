//! The levels of rules: the default, replaced by the scenario's `[rules]`, replaced by the command
//! line.

use super::rules::{Rule, shapes};
use crate::diag::{Code, Diag, Diags};
use crate::exact::Exact;
use crate::scenario::{Level, RuleSetting, rule_settings};

/// The stated levels and parameters of rules.
#[derive(Debug, Default)]
pub struct Levels {
    settings: Vec<RuleSetting>,
    overrides: Vec<(String, Level)>,
}

impl Levels {
    /// Combines the scenario and the command line.
    ///
    /// # Errors
    /// A rule on the command line does not exist, or is there twice.
    pub fn new(settings: &[RuleSetting], overrides: Vec<(String, Level)>) -> Result<Self, Diags> {
        let mut diags = Diags::new();
        let shapes = shapes();
        for (number, (code, _)) in overrides.iter().enumerate() {
            if !shapes.iter().any(|shape| shape.code == code) {
                diags.push(rule_settings::unknown(code, &shapes));
            } else if overrides[..number].iter().any(|(other, _)| other == code) {
                let message = format!("the command line has two levels for `{code}`");
                let help = "keep one of -A, -W and -D for it";
                diags.push(Diag::new(Code::Conflict, message).help(help));
            }
        }
        diags.into_result(Self {
            settings: settings.to_vec(),
            overrides,
        })
    }

    /// The stated level of a rule.
    pub(crate) fn stated(&self, code: &str) -> Option<Level> {
        let overridden = self.overrides.iter().find(|(known, _)| known == code);
        let level = overridden.map(|(_, level)| *level);
        level.or_else(|| self.setting(code)?.level)
    }

    /// The level of a rule: the stated one, or the default.
    pub(crate) fn of(&self, rule: &Rule) -> Level {
        self.stated(rule.code).unwrap_or(rule.default_level)
    }

    /// A stated parameter of a rule.
    pub(crate) fn parameter(&self, code: &str, name: &str) -> Option<Exact> {
        let parameters = &self.setting(code)?.parameters;
        let found = parameters.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| Exact::from(*value))
    }

    fn setting(&self, code: &str) -> Option<&RuleSetting> {
        self.settings.iter().find(|setting| setting.code == code)
    }
}
