//! The rule `unreadable-baseline`: `unreadable_baseline.md` is its manual page.

use super::{DraftFinding, Rule, ScenarioContext};
use crate::check::UnreadBaseline;
use crate::scenario::Level;
use crate::text::quoted;

pub(crate) const RULE: Rule = Rule {
    code: "unreadable-baseline",
    manual: include_str!("unreadable_baseline.md"),
    default_level: Level::Warn,
    parameters: &[],
    function: None,
    scenario: Some(judge_scenario),
};

fn judge_scenario(scenario: &ScenarioContext<'_, '_>) -> Vec<DraftFinding> {
    let draft = scenario.case.unread.map(|unread| match unread {
        UnreadBaseline::Broken { name, reason } => DraftFinding {
            message: format!(
                "the baseline {} cannot be read, so nothing is compared with it: {reason}",
                quoted(name)
            ),
            help: "correct it or name another one; with --baseline-required this ends the check"
                .to_owned(),
            ..DraftFinding::default()
        },
        UnreadBaseline::Absent { folder } => DraftFinding {
            level: Some(Level::Notice),
            message: format!(
                "{} has no file for this scenario, so it is new and nothing is compared",
                quoted(folder)
            ),
            help:
                "nothing, if the scenario is new; if it was renamed, name its former file as the \
                   baseline"
                    .to_owned(),
            ..DraftFinding::default()
        },
    });
    draft.into_iter().collect()
}
