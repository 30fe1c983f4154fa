//! What the functions with the same value of a tag cost together.

use super::Decision;
use crate::money::Usd;
use rayon::prelude::*;
use std::cmp::Reverse;
use std::collections::HashMap;

/// Functions with the same value of a tag. Amounts are in US dollars a month.
#[derive(Debug)]
pub(crate) struct Group {
    /// `None` for functions without the tag.
    pub value: Option<Box<str>>,
    /// The index of its first function.
    pub first: usize,
    pub functions: usize,
    /// Number of functions that cannot run where they are. They are in no amount.
    pub left_out: usize,
    /// Number of functions that the plan moves.
    pub moves: usize,
    /// Its part of the bill of today.
    pub today: Usd,
    /// Its part of the saving of the plan.
    pub saving: Usd,
}

/// All functions, grouped by a tag.
#[derive(Debug)]
pub struct Groups {
    pub(crate) tag: String,
    /// The largest bill of today first. Functions without the tag are the last.
    pub(crate) list: Vec<Group>,
    /// The part of the bill of today that is in no group: that of a commitment in dollars an hour.
    pub(crate) ungrouped_today: Usd,
    /// The part of the saving that is in no group: that of the free tier and of a commitment.
    pub(crate) ungrouped_saving: Usd,
}

impl Group {
    fn new(value: Option<&str>, first: usize) -> Self {
        Self {
            first,
            value: value.map(Box::from),
            functions: 0,
            left_out: 0,
            moves: 0,
            today: Usd::ZERO,
            saving: Usd::ZERO,
        }
    }

    /// Its part of the bill after the moves.
    pub(crate) fn plan(&self) -> Usd {
        &self.today - &self.saving
    }
}

impl Decision<'_> {
    /// All functions, grouped by a tag.
    pub fn groups(&self, tag: &str) -> Groups {
        let functions = &self.comparison.scenario().functions;
        let indices = (0..functions.len()).into_par_iter();
        let billed: Vec<Option<Usd>> = indices.map(|index| self.billed_today(index)).collect();
        let mut list: Vec<Group> = Vec::new();
        let mut places: HashMap<Option<&str>, usize> = HashMap::new();
        for (index, (function, billed)) in functions.iter().zip(billed).enumerate() {
            let value = function.tag(tag);
            let place = *places.entry(value).or_insert_with(|| {
                list.push(Group::new(value, index));
                list.len() - 1
            });
            let group = &mut list[place];
            group.functions += 1;
            match billed {
                Some(billed) => group.today = &group.today + &billed,
                None => group.left_out += 1,
            }
            if let Some(one) = self.move_of(index) {
                group.moves += 1;
                group.saving = &group.saving + &one.saving;
            }
        }
        list.sort_by_cached_key(|group| (group.value.is_none(), Reverse(group.today.clone())));
        let part = self.comparison.commitment_use().map(|used| used.part);
        let of_commitment = self.plan.commitment.as_ref().map(|one| &one.saving);
        let of_commitment = of_commitment.cloned().unwrap_or(Usd::ZERO);
        Groups {
            tag: tag.to_owned(),
            list,
            ungrouped_today: part.unwrap_or(Usd::ZERO),
            ungrouped_saving: &self.plan.unassigned_saving() + &of_commitment,
        }
    }
}
