//! What a verdict hangs on, in `lambdacost/compare/v2`.

use super::Decimal;
use crate::answer::{Closest, Comparison, Decision, HangsOn, Solved};
use crate::render::names::input_name;
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeMap;

#[derive(Serialize)]
pub(super) struct HangsOnV2 {
    input: Cow<'static, str>,
    stated: Decimal,
    below: Option<Decimal>,
    above: Option<Decimal>,
}

#[derive(Serialize)]
pub(super) struct ClosestV2 {
    input: Cow<'static, str>,
    turns_at: Decimal,
    ratio: Decimal,
}

#[derive(Serialize)]
pub(super) struct IfWaitingV2 {
    cpu_ms: Decimal,
    adds_usd: BTreeMap<&'static str, Decimal>,
    verdict: &'static str,
}

pub(super) fn input(comparison: &Comparison<'_>, one: &HangsOn) -> HangsOnV2 {
    HangsOnV2 {
        input: input_name(comparison, one.input),
        stated: Decimal::from(&one.stated),
        below: one.below.as_ref().map(Decimal::from),
        above: one.above.as_ref().map(Decimal::from),
    }
}

pub(super) fn closest(comparison: &Comparison<'_>, one: &Closest) -> ClosestV2 {
    ClosestV2 {
        input: input_name(comparison, one.input),
        turns_at: Decimal::from(&one.turns_at),
        ratio: Decimal::from(&one.ratio),
    }
}

pub(super) fn if_waiting(decision: &Decision<'_>, solved: &Solved<'_>) -> Option<IfWaitingV2> {
    let waiting = decision.if_waiting(solved)?;
    let platforms = decision.comparison.platforms().iter().zip(&waiting.adds);
    let adds =
        platforms.filter_map(|(bound, adds)| Some((bound.id, Decimal::from(adds.as_ref()?))));
    let stays = waiting.best == decision.comparison.home(solved.index);
    Some(IfWaitingV2 {
        cpu_ms: Decimal::from(&waiting.cpu_ms),
        adds_usd: adds.collect(),
        verdict: if stays { "stay" } else { "move" },
    })
}
