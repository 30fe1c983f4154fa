//! The functions of CloudFormation: what a value of a template is, as far as the template says it.

use super::node::{Content, Node};
use crate::facts::Context;
use crate::options::Options;
use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeMap;

/// Steps to resolve the values of a template, and bytes of parameters: conditions can refer to each other
/// without end.
const MOST_STEPS: usize = 1_000_000;
/// Functions inside functions.
const DEEPEST: u32 = 64;
/// Bytes of a text that functions make.
const LONGEST: usize = 65_536;

/// What a value is.
pub(super) enum Answer<'t> {
    /// Lists and maps can hold functions that are not resolved yet.
    Is(Cow<'t, Node>),
    /// `AWS::NoValue`: as if the property was not there.
    Nothing,
    /// The template does not say it.
    Unknown,
}

/// Parameters, mappings and conditions of a template.
pub(super) struct Scope<'t> {
    document: &'t Node,
    /// Parameters that the user states, and the region and account.
    stated: BTreeMap<String, String>,
    steps: Cell<usize>,
}

impl<'t> Scope<'t> {
    pub(super) fn of(document: &'t Node, context: &Context, options: &Options) -> Self {
        let mut stated = BTreeMap::new();
        for (name, value) in [
            ("AWS::Region", &context.region),
            ("AWS::AccountId", &context.account),
        ] {
            if let Some(value) = value {
                stated.insert(name.to_owned(), value.clone());
            }
        }
        for parameter in &options.parameters {
            stated.insert(parameter.key.clone(), parameter.value.clone());
        }
        Self {
            document,
            stated,
            steps: Cell::new(0),
        }
    }

    /// The value of a node. A map that calls no intrinsic function does not change.
    pub(super) fn resolve<'n>(&self, node: &'n Node) -> Answer<'n> {
        self.resolved(Cow::Borrowed(node), 0)
    }

    /// The text of a value.
    pub(super) fn text(&self, node: &Node) -> Option<String> {
        self.text_at(node, 0)
    }

    fn resolved<'n>(&self, node: Cow<'n, Node>, depth: u32) -> Answer<'n> {
        let Some((name, argument)) = node.only() else {
            return Answer::Is(node);
        };
        if name != "Ref" && !name.starts_with("Fn::") {
            return Answer::Is(node);
        }
        if !self.may_go_on(depth, 1) {
            return Answer::Unknown;
        }
        let depth = depth + 1;
        if name == "Fn::If" {
            return self.branch(argument, depth);
        }
        if name == "Ref" && argument.as_text() == Some("AWS::NoValue") {
            return Answer::Nothing;
        }
        let value = match name {
            "Ref" => argument
                .as_text()
                .and_then(|name| self.reference(name, node.line)),
            "Fn::Sub" => self.substituted(argument, depth),
            "Fn::Join" => self.joined(argument, depth),
            "Fn::FindInMap" => self.found_in_map(argument, depth),
            "Fn::Select" => self.selected(argument, depth),
            "Fn::Split" => self.split(argument, depth),
            _ => None,
        };
        match value {
            Some(node) => Answer::Is(Cow::Owned(node)),
            None => Answer::Unknown,
        }
    }

    /// Counts steps. False if there are too many.
    fn may_go_on(&self, depth: u32, steps: usize) -> bool {
        let steps = self.steps.get().saturating_add(steps);
        self.steps.set(steps);
        depth <= DEEPEST && steps <= MOST_STEPS
    }

    fn text_at(&self, node: &Node, depth: u32) -> Option<String> {
        match self.resolved(Cow::Borrowed(node), depth) {
            Answer::Is(node) => node.as_text().map(str::to_owned),
            Answer::Nothing | Answer::Unknown => None,
        }
    }

    /// The value of a parameter: what the user states, else its default.
    fn reference(&self, name: &str, line: u64) -> Option<Node> {
        let parameter = self.document.at(&["Parameters", name]);
        let kind = parameter.and_then(|parameter| parameter.get("Type"));
        let kind = kind.and_then(Node::as_text).unwrap_or("String");
        let stated = self.stated.get(name).map(String::as_str);
        // The default of such a parameter is the name of a value in another place.
        let is_elsewhere = kind.starts_with("AWS::SSM::Parameter::Value");
        let value = match stated {
            Some(stated) => Some(Cow::Borrowed(stated)),
            None if is_elsewhere => None,
            None => {
                let default = parameter.and_then(|parameter| parameter.get("Default"));
                default.and_then(Node::as_text).map(Cow::Borrowed)
            }
        };
        let value = value.or_else(|| pseudo(name).map(Cow::Borrowed))?;
        if !self.may_go_on(0, value.len()) {
            return None;
        }
        if kind == "CommaDelimitedList" || kind.starts_with("List<") {
            let parts = value.split(',').map(|part| Node::text(part.trim(), line));
            return Some(Node {
                line,
                content: Content::List(parts.collect()),
            });
        }
        Some(Node::text(value, line))
    }

    fn branch<'n>(&self, argument: &Node, depth: u32) -> Answer<'n> {
        let Some([condition, yes, no]) = argument.list() else {
            return Answer::Unknown;
        };
        let holds = condition
            .as_text()
            .and_then(|name| self.condition(name, depth));
        let owned = |node: &Node| self.resolved(Cow::Owned(node.clone()), depth);
        match holds {
            Some(true) => owned(yes),
            Some(false) => owned(no),
            None => {
                // Both branches can have one value.
                let both = [yes, no].map(|node| self.text_at(node, depth));
                match both {
                    [Some(yes), Some(no)] if yes == no => {
                        Answer::Is(Cow::Owned(Node::text(yes, argument.line)))
                    }
                    _ => Answer::Unknown,
                }
            }
        }
    }

    /// Whether a condition holds.
    fn condition(&self, name: &str, depth: u32) -> Option<bool> {
        let condition = self.document.at(&["Conditions", name])?;
        self.holds(condition, depth + 1)
    }

    fn holds(&self, node: &Node, depth: u32) -> Option<bool> {
        if !self.may_go_on(depth, 1) {
            return None;
        }
        let depth = depth + 1;
        let (name, argument) = node.only()?;
        let each = || {
            let parts = argument.list().unwrap_or_default().iter();
            let parts = parts.map(|part| self.holds(part, depth));
            parts.collect::<Vec<_>>()
        };
        match name {
            "Condition" => self.condition(argument.as_text()?, depth),
            "Fn::Not" => each().first().copied().flatten().map(|holds| !holds),
            "Fn::Equals" => {
                let [left, right] = argument.list()? else {
                    return None;
                };
                Some(self.text_at(left, depth)? == self.text_at(right, depth)?)
            }
            "Fn::And" => all_of(&each()),
            "Fn::Or" => {
                let opposite: Vec<_> = each().iter().map(|one| one.map(|holds| !holds)).collect();
                all_of(&opposite).map(|holds| !holds)
            }
            _ => None,
        }
    }

    fn substituted(&self, argument: &Node, depth: u32) -> Option<Node> {
        let (pattern, own) = match argument.list() {
            Some([pattern, own]) => (pattern.as_text()?, Some(own)),
            Some(_) => return None,
            None => (argument.as_text()?, None),
        };
        let mut out = String::new();
        let mut rest = pattern;
        while let Some(start) = rest.find("${") {
            out.push_str(&rest[..start]);
            let after = &rest[start + 2..];
            let end = after.find('}')?;
            let name = after[..end].trim();
            if let Some(literal) = name.strip_prefix('!') {
                out.push_str(&format!("${{{literal}}}"));
            } else {
                let value = match own.and_then(|own| own.get(name)) {
                    Some(node) => self.text_at(node, depth)?,
                    None => self.reference(name, 0)?.as_text()?.to_owned(),
                };
                out.push_str(&value);
            }
            if out.len() > LONGEST {
                return None;
            }
            rest = &after[end + 1..];
        }
        out.push_str(rest);
        Some(Node::text(out, argument.line))
    }

    fn joined(&self, argument: &Node, depth: u32) -> Option<Node> {
        let [between, parts] = argument.list()? else {
            return None;
        };
        let between = between.as_text()?;
        let mut out = String::new();
        for (number, part) in self.elements(parts, depth)?.iter().enumerate() {
            if number > 0 {
                out.push_str(between);
            }
            out.push_str(&self.text_at(part, depth)?);
            if out.len() > LONGEST {
                return None;
            }
        }
        Some(Node::text(out, argument.line))
    }

    /// The values of a list, which a function can give.
    fn elements(&self, node: &Node, depth: u32) -> Option<Vec<Node>> {
        match self.resolved(Cow::Borrowed(node), depth) {
            Answer::Is(node) => node.list().map(<[Node]>::to_vec),
            Answer::Nothing | Answer::Unknown => None,
        }
    }

    fn found_in_map(&self, argument: &Node, depth: u32) -> Option<Node> {
        let parts = argument.list()?;
        let [map, first, second, rest @ ..] = parts else {
            return None;
        };
        let path = [map, first, second].map(|part| self.text_at(part, depth));
        let [Some(map), Some(first), Some(second)] = path else {
            return None;
        };
        let found = self.document.at(&["Mappings", &map, &first, &second]);
        let default = || {
            let default = rest.first()?.get("DefaultValue")?;
            self.text_at(default, depth)
                .map(|text| Node::text(text, argument.line))
        };
        found.cloned().or_else(default)
    }

    fn selected(&self, argument: &Node, depth: u32) -> Option<Node> {
        let [index, list] = argument.list()? else {
            return None;
        };
        let index: usize = self.text_at(index, depth)?.parse().ok()?;
        let chosen = self.elements(list, depth)?.into_iter().nth(index)?;
        let text = self.text_at(&chosen, depth)?;
        Some(Node::text(text, argument.line))
    }

    fn split(&self, argument: &Node, depth: u32) -> Option<Node> {
        let [between, text] = argument.list()? else {
            return None;
        };
        let between = between.as_text().filter(|between| !between.is_empty())?;
        let text = self.text_at(text, depth)?;
        let parts = text.split(between);
        let parts = parts.map(|part| Node::text(part, argument.line));
        Some(Node {
            line: argument.line,
            content: Content::List(parts.collect()),
        })
    }
}

/// True if all hold; `None` if that is not known.
fn all_of(parts: &[Option<bool>]) -> Option<bool> {
    if parts.contains(&Some(false)) {
        return Some(false);
    }
    let is_known = !parts.is_empty() && parts.iter().all(Option::is_some);
    is_known.then_some(true)
}

/// Pseudo parameters that are the same in nearly every account.
fn pseudo(name: &str) -> Option<&'static str> {
    match name {
        "AWS::Partition" => Some("aws"),
        "AWS::URLSuffix" => Some("amazonaws.com"),
        _ => None,
    }
}

/// The logical id or the name that a value refers to: `!Ref X`, `!GetAtt X.Arn`, `!Sub "${X.Arn}"`.
pub(super) fn referenced(node: &Node) -> Option<&str> {
    if let Some(text) = node.as_text() {
        return Some(text);
    }
    let (name, argument) = node.only()?;
    match name {
        "Ref" => argument.as_text(),
        "Fn::GetAtt" => {
            let text = match argument.list() {
                Some(parts) => parts.first()?.as_text()?,
                None => argument.as_text()?,
            };
            text.split('.').next()
        }
        "Fn::Sub" => {
            let inner = argument.as_text()?.strip_prefix("${")?.strip_suffix('}')?;
            inner.split('.').next()
        }
        _ => None,
    }
}
