//! The functions grouped by a tag, in `lambdacost/compare/v2`.

use super::Decimal;
use crate::answer::Groups;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct GroupsV2<'a> {
    tag: &'a str,
    list: Vec<GroupV2<'a>>,
    ungrouped_today_usd: Decimal,
    ungrouped_saving_usd: Decimal,
}

#[derive(Serialize)]
struct GroupV2<'a> {
    value: Option<&'a str>,
    functions: usize,
    left_out: usize,
    moves: usize,
    today_usd: Decimal,
    plan_usd: Decimal,
    saving_usd: Decimal,
}

pub(super) fn of(groups: &Groups) -> GroupsV2<'_> {
    let list = groups.list.iter();
    GroupsV2 {
        tag: &groups.tag,
        list: list
            .map(|group| GroupV2 {
                value: group.value.as_deref(),
                functions: group.functions,
                left_out: group.left_out,
                moves: group.moves,
                today_usd: Decimal::from(&group.today),
                plan_usd: Decimal::from(&group.plan()),
                saving_usd: Decimal::from(&group.saving),
            })
            .collect(),
        ungrouped_today_usd: Decimal::from(&groups.ungrouped_today),
        ungrouped_saving_usd: Decimal::from(&groups.ungrouped_saving),
    }
}
