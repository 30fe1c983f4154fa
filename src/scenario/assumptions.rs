//! Assumptions of an answer, and the costs that it leaves out. Each is data with a stable code.
//!
//! The assumptions about functions are next to the keys that they replace; those of a platform are
//! in its folder.

use super::{Function, Scenario};
use crate::text::{comma_separated, quoted};
use std::fmt::Display;

/// An assumption lists at most this many functions by name, and gives the number of the others.
const NAMED: usize = 3;

/// How an assumption affects the figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssumptionKind {
    /// The figures depend on it.
    Assumed,
    /// The figures leave out this cost.
    NotCounted,
    /// The input may be a mistake.
    Warning,
}

impl AssumptionKind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Assumed => "assumed",
            Self::NotCounted => "not-counted",
            Self::Warning => "warning",
        }
    }
}

/// An assumption that an answer can make.
#[derive(Debug, PartialEq, Eq)]
pub struct AssumptionInfo {
    /// A stable name in lower case with dashes.
    pub code: &'static str,
    pub kind: AssumptionKind,
    /// A sentence in which `{name}` is replaced by a value of the scenario.
    pub text: &'static str,
}

/// Assumptions without duplicates, in the order in which answers print them.
pub(crate) type Assumptions = &'static [&'static AssumptionInfo];

/// Makes a static of each line, and `ALL` of all lines: `NAME: Assumed = "code", "text";`.
macro_rules! assumptions {
    ($($name:ident: $kind:ident = $code:literal, $text:literal;)*) => {
        $(static $name: $crate::scenario::AssumptionInfo = $crate::scenario::AssumptionInfo {
            code: $code,
            kind: $crate::scenario::AssumptionKind::$kind,
            text: $text,
        };)*

        /// Every assumption of this module.
        pub(crate) static ALL: $crate::scenario::Assumptions = &[$(&$name,)*];
    };
}

pub(crate) use assumptions;

/// An assumption that an answer makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assumption {
    pub code: &'static str,
    pub kind: AssumptionKind,
    /// The indices of the functions to which it applies; `None` for the whole scenario.
    pub functions: Option<Vec<usize>>,
    /// The sentence, with its values.
    pub text: String,
}

impl AssumptionInfo {
    pub(crate) const fn assumed(code: &'static str, text: &'static str) -> Self {
        let kind = AssumptionKind::Assumed;
        Self { code, kind, text }
    }

    /// A cost that the figures leave out.
    pub(crate) const fn not_counted(code: &'static str, text: &'static str) -> Self {
        let kind = AssumptionKind::NotCounted;
        Self { code, kind, text }
    }

    /// An input that may be a mistake.
    pub(crate) const fn warning(code: &'static str, text: &'static str) -> Self {
        let kind = AssumptionKind::Warning;
        Self { code, kind, text }
    }

    /// The assumption for a sentence without values.
    pub(crate) fn holds(&self) -> Assumption {
        self.with(&[])
    }

    /// The assumption with values for the names in its sentence.
    pub(crate) fn with(&self, values: &[(&str, &dyn Display)]) -> Assumption {
        Assumption {
            code: self.code,
            kind: self.kind,
            functions: None,
            text: filled(self.text, values),
        }
    }
}

/// An assumption for some functions. It names them, unless it applies to all.
fn for_some(info: &AssumptionInfo, made_for: Vec<usize>, all: &[Function]) -> Assumption {
    let mut assumption = info.holds();
    if made_for.len() < all.len() {
        let named = made_for.iter().take(NAMED);
        let mut names: Vec<String> = named.map(|index| quoted(&all[*index].name)).collect();
        if made_for.len() > NAMED {
            names.push(format!("{} more", made_for.len() - NAMED));
        }
        assumption.text += &format!(": {}", comma_separated(&names));
    }
    assumption.functions = Some(made_for);
    assumption
}

/// Fills values into a sentence.
///
/// # Panics
/// `values` and the names in the sentence differ.
fn filled(text: &str, values: &[(&str, &dyn Display)]) -> String {
    let mut parts = text.split('{');
    let mut sentence = parts.next().unwrap_or_default().to_owned();
    let mut used = 0;
    for part in parts {
        let (name, rest) = part.split_once('}').expect("a brace that is closed");
        let value = values.iter().find(|(known, _)| *known == name);
        let (_, value) = value.expect("a value for every name in the sentence");
        used += 1;
        sentence += &format!("{value}{rest}");
    }
    assert_eq!(used, values.len(), "{text}");
    sentence
}

/// An assumption, and the condition for the functions to which it applies.
pub(crate) type AssumptionRule = (&'static AssumptionInfo, fn(&Function) -> bool);

/// The assumptions and omissions of an answer.
#[derive(Debug, Clone, Default)]
pub struct Notes(Vec<Assumption>);

impl Notes {
    /// Adds an assumption, once even if several platforms make it.
    pub(crate) fn add(&mut self, assumption: Assumption) {
        if !self.0.contains(&assumption) {
            self.0.push(assumption);
        }
    }

    /// Adds an assumption for the functions to which it applies, if there are any.
    pub(crate) fn add_for_functions(&mut self, (info, holds): AssumptionRule, scenario: &Scenario) {
        let functions = scenario.functions.iter().enumerate();
        let made_for: Vec<usize> = functions
            .filter(|(_, function)| holds(function))
            .map(|(index, _)| index)
            .collect();
        self.add_for_some(info, made_for, scenario);
    }

    /// Adds an assumption for functions, if there are any.
    pub(crate) fn add_for_some(
        &mut self,
        info: &AssumptionInfo,
        made_for: Vec<usize>,
        scenario: &Scenario,
    ) {
        if !made_for.is_empty() {
            self.add(for_some(info, made_for, &scenario.functions));
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = &Assumption> {
        self.0.iter()
    }

    pub fn sentences(&self, kind: AssumptionKind) -> impl Iterator<Item = &str> {
        let same = self.0.iter().filter(move |one| one.kind == kind);
        same.map(|one| one.text.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_take_the_places_of_their_names() {
        let values: [(&str, &dyn Display); 2] = [("b", &2), ("a", &"{b}")];
        assert_eq!(filled("{a} and {b}.", &values), "{b} and 2.");
        assert_eq!(filled("none", &[]), "none");
    }
}
