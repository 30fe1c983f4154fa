//! What an answer assumes and which costs it leaves out: data with a stable code each.
//!
//! What functions leave unsaid is next to their keys; a platform has its own assumptions in its
//! folder.

use super::{Function, Scenario};
use crate::text::{listed, quoted};
use std::fmt::Display;

/// Names that are listed; of the rest the number is given.
const NAMED: usize = 3;

/// How an assumption bears on the figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssumptionKind {
    /// The figures rest on it.
    Assumed,
    /// A cost of these platforms that is in no figure.
    NotCounted,
}

impl AssumptionKind {
    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Assumed => "assumed",
            Self::NotCounted => "not-counted",
        }
    }
}

/// An assumption that answers can make.
#[derive(Debug, PartialEq, Eq)]
pub struct AssumptionInfo {
    /// Its stable name, in lower case with dashes.
    pub code: &'static str,
    /// How it bears on the figures.
    pub kind: AssumptionKind,
    /// The sentence; `{name}` stands for a value of the scenario.
    pub text: &'static str,
}

/// Assumptions, each once, in the order in which answers print them.
pub type Assumptions = &'static [&'static AssumptionInfo];

/// Makes a static of each line, and `ALL` of all lines: `NAME: Assumed = "code", "text";`.
macro_rules! assumptions {
    ($($name:ident: $kind:ident = $code:literal, $text:literal;)*) => {
        $(static $name: $crate::scenario::AssumptionInfo = $crate::scenario::AssumptionInfo {
            code: $code,
            kind: $crate::scenario::AssumptionKind::$kind,
            text: $text,
        };)*

        /// Every assumption of this module.
        pub static ALL: $crate::scenario::Assumptions = &[$(&$name,)*];
    };
}

pub(crate) use assumptions;

/// An assumption that holds in an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assumption {
    /// Its stable name.
    pub code: &'static str,
    /// How it bears on the figures.
    pub kind: AssumptionKind,
    /// The indices of the functions that it is made for; `None` where it is made for the whole
    /// scenario.
    pub functions: Option<Vec<usize>>,
    /// The sentence.
    pub text: String,
}

impl AssumptionInfo {
    /// What the figures rest on.
    pub const fn assumed(code: &'static str, text: &'static str) -> Self {
        let kind = AssumptionKind::Assumed;
        Self { code, kind, text }
    }

    /// A cost that is in no figure.
    pub const fn not_counted(code: &'static str, text: &'static str) -> Self {
        let kind = AssumptionKind::NotCounted;
        Self { code, kind, text }
    }

    /// The assumption, in force.
    pub fn holds(&self) -> Assumption {
        self.with(&[])
    }

    /// The same with the values that its sentence names.
    pub fn with(&self, values: &[(&str, &dyn Display)]) -> Assumption {
        Assumption {
            code: self.code,
            kind: self.kind,
            functions: None,
            text: filled(self.text, values),
        }
    }
}

/// An assumption that is made for some functions; it names them unless they are all.
fn for_some(info: &AssumptionInfo, made_for: Vec<usize>, all: &[Function]) -> Assumption {
    let mut assumption = info.holds();
    if made_for.len() < all.len() {
        let named = made_for.iter().take(NAMED);
        let mut names: Vec<String> = named.map(|index| quoted(&all[*index].name)).collect();
        if made_for.len() > NAMED {
            names.push(format!("{} more", made_for.len() - NAMED));
        }
        assumption.text += &format!(": {}", listed(&names));
    }
    assumption.functions = Some(made_for);
    assumption
}

/// A sentence with its values.
///
/// # Panics
/// The values are not those that it names.
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

/// An assumption that is made for every function for which something holds.
pub type AssumptionRule = (&'static AssumptionInfo, fn(&Function) -> bool);

/// What an answer assumes and leaves out.
#[derive(Debug, Clone, Default)]
pub struct Notes(Vec<Assumption>);

impl Notes {
    /// Adds an assumption; once, if several platforms make it.
    pub fn add(&mut self, assumption: Assumption) {
        if !self.0.contains(&assumption) {
            self.0.push(assumption);
        }
    }

    /// Adds an assumption for the functions for which it is made, if there are any.
    pub fn add_for_functions(&mut self, (info, holds): AssumptionRule, scenario: &Scenario) {
        let functions = scenario.functions.iter().enumerate();
        let made_for: Vec<usize> = functions
            .filter(|(_, function)| holds(function))
            .map(|(index, _)| index)
            .collect();
        if !made_for.is_empty() {
            self.add(for_some(info, made_for, &scenario.functions));
        }
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Assumption> {
        self.0.iter()
    }

    /// The sentences of a kind.
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
