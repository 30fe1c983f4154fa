//! Words that completions and help list for an argument. The argument accepts any word: an unknown
//! region or rule gets a message with a suggestion later.

use crate::diag::Code;
use crate::{check, platform};
use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Arg, Command, Error};
use std::ffi::OsStr;

/// A parser that accepts any text and lists some words.
#[derive(Clone)]
pub(crate) struct Offered(fn() -> Vec<String>);

impl Offered {
    /// Regions of the price book.
    pub(crate) const REGIONS: Self = Self(regions);
    /// Rules of `check`.
    pub(crate) const RULES: Self = Self(rules);
    /// Rules of `check`, or `all`.
    pub(crate) const RULES_OR_ALL: Self = Self(rules_or_all);
    /// `today`, `plan`, and the ids of platforms.
    pub(crate) const BILLS: Self = Self(bills);
    /// Codes of errors, or `all`.
    pub(crate) const CODES_OR_ALL: Self = Self(codes_or_all);
}

fn regions() -> Vec<String> {
    platform::book().regions().map(str::to_owned).collect()
}

fn rules() -> Vec<String> {
    let rules = check::RULES.iter();
    rules.map(|rule| rule.code.to_owned()).collect()
}

fn rules_or_all() -> Vec<String> {
    [rules(), vec!["all".to_owned()]].concat()
}

fn bills() -> Vec<String> {
    let bills = [vec!["today", "plan"], platform::ids()].concat();
    bills.into_iter().map(str::to_owned).collect()
}

fn codes_or_all() -> Vec<String> {
    let codes = Code::ALL.iter().map(|code| code.name());
    codes.chain(["all"]).map(str::to_owned).collect()
}

impl TypedValueParser for Offered {
    type Value = String;

    fn parse_ref(
        &self,
        command: &Command,
        argument: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Self::Value, Error> {
        StringValueParser::new().parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new((self.0)().into_iter().map(PossibleValue::new)))
    }
}
