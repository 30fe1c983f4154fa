//! The rule `provisioned-waste`: `provisioned_waste.md` is its manual page.

use super::{DraftFinding, FunctionContext, Rule};
use crate::check::Measured;
use crate::exact::Exact;
use crate::money::percent;
use crate::scenario::Level;

pub(crate) const RULE: Rule = Rule {
    code: "provisioned-waste",
    manual: include_str!("provisioned_waste.md"),
    default_level: Level::Warn,
    parameters: &[],
    function: Some(judge_function),
    scenario: None,
};

fn judge_function(function: &FunctionContext<'_, '_>) -> Vec<DraftFinding> {
    judged(function).into_iter().collect()
}

fn judged(function: &FunctionContext<'_, '_>) -> Option<DraftFinding> {
    let comparison = function.case.comparison;
    let used = function.solved.provisioning(function.home)?;
    let reachable = used.break_even.filter(|share| *share <= Exact::ONE);
    if reachable
        .as_ref()
        .is_some_and(|share| used.utilization >= *share)
    {
        return None;
    }
    let region = comparison.scenario().region_of(function.function);
    let from = match &reachable {
        Some(share) => format!("they cost less than on demand from {}", percent(share)),
        None => format!("in {region} they never cost less than on demand"),
    };
    Some(DraftFinding {
        message: format!(
            "the provisioned environments of {} are busy {} of the time; {from}",
            function.called(),
            percent(&used.utilization)
        ),
        help: "provision fewer environments, or for fewer hours".to_owned(),
        measured: reachable.map(|share| Measured {
            actual: used.utilization.to_string(),
            limit: share.to_string(),
            unit: "share of the time",
        }),
        driver: function.most_expensive_line(),
        ..DraftFinding::default()
    })
}
