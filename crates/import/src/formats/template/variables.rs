//! The variables of the Serverless Framework: `${self:custom.memory}`, `${opt:stage, 'dev'}`.

use super::node::{Content, Node};
use crate::facts::Context;
use crate::options::Options;
use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeMap;

/// The stage of a service that states none.
const STAGE: &str = "dev";
/// Variables in variables.
const DEEPEST: u32 = 32;
/// Variables of a file: they can refer to each other without end.
const MOST_STEPS: u32 = 100_000;
/// Bytes of a text with variables.
const LONGEST: usize = 65_536;

/// The variables of a file.
pub(super) struct Variables<'t> {
    document: &'t Node,
    /// What the user states, by the name of the option or parameter.
    stated: BTreeMap<&'t str, &'t str>,
    context: &'t Context,
    steps: Cell<u32>,
}

/// What one of the places of a variable says.
enum Place<'t> {
    Is(Cow<'t, Node>),
    /// Nothing: the next place counts.
    Empty,
    /// Something that the file alone does not say.
    Unknown,
}

impl<'t> Variables<'t> {
    pub(super) fn of(document: &'t Node, context: &'t Context, options: &'t Options) -> Self {
        let stated = options.parameters.iter();
        let stated = stated.map(|one| (&*one.key, &*one.value));
        Self {
            document,
            stated: stated.collect(),
            context,
            steps: Cell::new(0),
        }
    }

    /// The value of a node with its variables replaced; `None` if one is not known. Lists and maps can hold
    /// variables that are not replaced yet.
    pub(super) fn value<'n>(&self, node: &'n Node) -> Option<Cow<'n, Node>>
    where
        't: 'n,
    {
        self.value_at(node, 0)
    }

    /// The text of a node.
    pub(super) fn text(&self, node: &Node) -> Option<String> {
        self.text_at(node, 0)
    }

    /// The stage of the service.
    pub(super) fn stage(&self) -> Option<String> {
        self.stage_at(0)
    }

    fn stage_at(&self, depth: u32) -> Option<String> {
        if let Some(stated) = self.stated.get("stage") {
            return Some((*stated).to_owned());
        }
        match self.document.at(&["provider", "stage"]) {
            Some(node) => self.text_at(node, depth + 1),
            None => Some(STAGE.to_owned()),
        }
    }

    fn text_at(&self, node: &Node, depth: u32) -> Option<String> {
        let value = self.value_at(node, depth)?;
        value.as_text().map(str::to_owned)
    }

    fn value_at<'n>(&self, node: &'n Node, depth: u32) -> Option<Cow<'n, Node>>
    where
        't: 'n,
    {
        let Some(text) = node.as_text().filter(|text| text.contains("${")) else {
            return Some(Cow::Borrowed(node));
        };
        let whole = text.trim().strip_prefix("${");
        if let Some(inner) = whole
            && end_of_variable(inner) == Some(inner.len() - 1)
        {
            let inner = &inner[..inner.len() - 1];
            return self.variable(inner, node.line, depth);
        }
        let text = self.replaced(text, node.line, depth)?;
        Some(Cow::Owned(Node::text(text, node.line)))
    }

    /// A text with its variables replaced.
    fn replaced(&self, text: &str, line: u64, depth: u32) -> Option<String> {
        let mut out = String::new();
        let mut rest = text;
        while let Some(start) = rest.find("${") {
            out.push_str(&rest[..start]);
            let inner = &rest[start + 2..];
            let end = end_of_variable(inner)?;
            let value = self.variable(&inner[..end], line, depth)?;
            out.push_str(value.as_text()?);
            if out.len() > LONGEST {
                return None;
            }
            rest = &inner[end + 1..];
        }
        out.push_str(rest);
        Some(out)
    }

    /// The value of a variable: that of the first of its places that has one.
    fn variable(&self, inner: &str, line: u64, depth: u32) -> Option<Cow<'t, Node>> {
        self.steps.set(self.steps.get() + 1);
        if depth > DEEPEST || self.steps.get() > MOST_STEPS {
            return None;
        }
        for place in places(inner) {
            match self.place(place.trim(), line, depth + 1) {
                Place::Is(node) => return Some(node),
                Place::Empty => {}
                Place::Unknown => return None,
            }
        }
        None
    }

    fn place(&self, place: &str, line: u64, depth: u32) -> Place<'t> {
        let text = |text: &str| Place::Is(Cow::Owned(Node::text(text, line)));
        let stated = |name: &str| match self.stated.get(name) {
            Some(stated) => text(stated),
            None => Place::Empty,
        };
        let quote = place.chars().next().filter(|c| matches!(c, '\'' | '"'));
        if let Some(quote) = quote {
            return text(place.trim_matches(quote));
        }
        let Some(place) = self.replaced(place, line, depth) else {
            return Place::Unknown;
        };
        let Some((kind, name)) = place.split_once(':') else {
            // A number, or the value of a variable in the variable.
            let is_call = place.contains('(');
            return if is_call {
                Place::Unknown
            } else {
                text(&place)
            };
        };
        match (kind, name) {
            ("self", path) => self.own(path, depth),
            ("opt", "region") if !self.stated.contains_key("region") => {
                match &self.context.region {
                    Some(region) => text(region),
                    None => Place::Empty,
                }
            }
            ("opt" | "env" | "param", name) => stated(name),
            ("sls", "stage") => match self.stage_at(depth) {
                Some(stage) => text(&stage),
                None => Place::Unknown,
            },
            _ => Place::Unknown,
        }
    }

    /// Another value of the file.
    fn own(&self, path: &str, depth: u32) -> Place<'t> {
        let mut node = Cow::Borrowed(self.document);
        for name in path.split('.').filter(|name| !name.is_empty()) {
            let inner = match node {
                Cow::Borrowed(node) => node.get(name).map(|inner| self.value_at(inner, depth)),
                Cow::Owned(node) => {
                    let inner = node.get(name);
                    inner.map(|inner| {
                        let value = self.value_at_owned(inner, depth)?;
                        Some(Cow::Owned(value))
                    })
                }
            };
            match inner {
                None => return Place::Empty,
                Some(None) => return Place::Unknown,
                Some(Some(found)) => node = found,
            }
        }
        match node.content {
            Content::Null => Place::Empty,
            _ => Place::Is(node),
        }
    }

    fn value_at_owned(&self, node: &Node, depth: u32) -> Option<Node> {
        self.value_at(node, depth).map(Cow::into_owned)
    }
}

/// Where a variable ends that starts before this text.
fn end_of_variable(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return Some(at),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// The places of a variable, which commas separate.
fn places(inner: &str) -> Vec<&str> {
    let mut places = Vec::new();
    let (mut start, mut depth, mut quote) = (0, 0_usize, None);
    for (at, c) in inner.char_indices() {
        match c {
            c if quote == Some(c) => quote = None,
            _ if quote.is_some() => {}
            '\'' | '"' => quote = Some(c),
            '{' | '(' => depth += 1,
            '}' | ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                places.push(&inner[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    places.push(&inner[start..]);
    places
}
