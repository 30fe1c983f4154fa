//! YAML, and JSON as a part of it, as values with lines. Tags such as `!Ref` become maps, so that the
//! short and the long form of a function are the same.

use super::node::{Content, Node};
use crate::facts::Context;
use crate::input::Bytes;
use crate::mistake::Mistake;
use granit_parser::{Event, Parser, ScalarStyle, Tag};
use std::collections::{BTreeMap, HashMap};
use std::io::Read;

/// Bytes of a template.
const MOST_BYTES: u64 = 64 << 20;
/// Levels of lists and maps.
const DEEPEST: usize = 128;
/// Values that aliases may copy.
const MOST_COPIED: usize = 1_000_000;
/// Characters of a key.
const LONGEST_KEY: usize = 65_536;

/// The documents of a file.
///
/// # Errors
/// It is too large or too deep, or not YAML.
pub(super) fn documents(bytes: Bytes, context: &Context) -> Result<Vec<Node>, Mistake> {
    parsed(&text(bytes, context)?, context)
}

/// The text of a file.
///
/// # Errors
/// It cannot be read, is too large, or is not UTF-8.
pub(super) fn text(bytes: Bytes, context: &Context) -> Result<String, Mistake> {
    let mut all = Vec::new();
    let read = bytes.take(MOST_BYTES + 1).read_to_end(&mut all);
    if let Err(error) = read {
        let message = format!("cannot read it: {error}");
        return Err(context.mistake(message, "check the file, or write it again"));
    }
    if all.len() as u64 > MOST_BYTES {
        return Err(context.mistake("the template has over 64 MiB", "name a template"));
    }
    String::from_utf8(all).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let before = &error.as_bytes()[..at];
        let line = 1 + memchr::memchr_iter(b'\n', before).count() as u64;
        context
            .mistake("it is not UTF-8", "write it in UTF-8")
            .at(line)
    })
}

/// The documents of a text.
///
/// # Errors
/// It is too deep, or not YAML.
pub(super) fn parsed(text: &str, context: &Context) -> Result<Vec<Node>, Mistake> {
    let options = granit_parser::options! {
        emit_comments: false,
        simple_key_max_lookahead: LONGEST_KEY,
    };
    let mut builder = Builder::default();
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = event.map_err(|error| {
            let line = error.marker().line() as u64;
            let message = format!("it cannot be read as YAML or JSON: {}", error.info());
            let help = "correct the file, or write it again";
            context.mistake(message, help).at(line)
        })?;
        let line = span.start.line() as u64;
        builder.take(event, line).map_err(|problem| {
            let (message, help) = problem.texts();
            context.mistake(message, help).at(line)
        })?;
    }
    Ok(builder.documents)
}

/// What is wrong with a document that YAML allows.
enum Problem {
    Deep,
    Copies,
    AliasInItself,
}

impl Problem {
    fn texts(&self) -> (&'static str, &'static str) {
        match self {
            Self::Deep => (
                "lists and maps are nested more than 128 levels deep",
                "write the template with fewer levels",
            ),
            Self::Copies => (
                "its aliases expand to more than 1,000,000 values",
                "write the template without these aliases",
            ),
            Self::AliasInItself => (
                "an alias is inside of what it stands for",
                "write the value without the alias",
            ),
        }
    }
}

/// A list or map that is not finished.
struct Open {
    line: u64,
    tag: Option<String>,
    anchor: usize,
    content: Inner,
}

enum Inner {
    List(Vec<Node>),
    Map(BTreeMap<String, Node>, NextKey),
}

/// What a map expects.
enum NextKey {
    Key,
    ValueOf(String),
    /// The value of a key that is a list or map, which no template has.
    Ignored,
}

#[derive(Default)]
struct Builder {
    documents: Vec<Node>,
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    copied: usize,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, line: u64) -> Result<(), Problem> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let is_null = style == ScalarStyle::Plain
                    && matches!(&*text, "" | "~" | "null" | "Null" | "NULL");
                let tag = tag.and_then(|tag| function_of(&tag));
                let node = if is_null {
                    Node::null(line)
                } else {
                    Node::text(text, line)
                };
                self.finished(node, tag, anchor)
            }
            Event::SequenceStart(_, anchor, tag) => {
                let tag = tag.and_then(|tag| function_of(&tag));
                self.start(Inner::List(Vec::new()), line, tag, anchor)
            }
            Event::MappingStart(_, anchor, tag) => {
                let tag = tag.and_then(|tag| function_of(&tag));
                let map = Inner::Map(BTreeMap::new(), NextKey::Key);
                self.start(map, line, tag, anchor)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(anchor) => {
                let node = self.anchors.get(&anchor).ok_or(Problem::AliasInItself)?;
                let (count, height) = (node.count(), node.height());
                let node = node.clone();
                self.copy(count)?;
                if self.open.len() + height > DEEPEST {
                    return Err(Problem::Deep);
                }
                self.add(node);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn copy(&mut self, count: usize) -> Result<(), Problem> {
        self.copied += count;
        if self.copied > MOST_COPIED {
            return Err(Problem::Copies);
        }
        Ok(())
    }

    fn start(
        &mut self,
        content: Inner,
        line: u64,
        tag: Option<String>,
        anchor: usize,
    ) -> Result<(), Problem> {
        if self.open.len() >= DEEPEST {
            return Err(Problem::Deep);
        }
        self.open.push(Open {
            line,
            tag,
            anchor,
            content,
        });
        Ok(())
    }

    fn end(&mut self) -> Result<(), Problem> {
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        let content = match open.content {
            Inner::List(list) => Content::List(list),
            Inner::Map(map, _) => Content::Map(merged(map)),
        };
        let node = Node {
            line: open.line,
            content,
        };
        self.finished(node, open.tag, open.anchor)
    }

    /// A value is whole: its tag becomes a map, and aliases can stand for it.
    fn finished(&mut self, node: Node, tag: Option<String>, anchor: usize) -> Result<(), Problem> {
        let line = node.line;
        let node = match tag {
            Some(function) => Node {
                line,
                content: Content::Map(BTreeMap::from([(function, node)])),
            },
            None => node,
        };
        if anchor != 0 {
            self.copy(node.count())?;
            self.anchors.insert(anchor, node.clone());
        }
        self.add(node);
        Ok(())
    }

    fn add(&mut self, node: Node) {
        let is_environment = self.is_environment();
        match self.open.last_mut().map(|open| &mut open.content) {
            None => self.documents.push(node),
            Some(Inner::List(list)) => list.push(node),
            Some(Inner::Map(map, next)) => match std::mem::replace(next, NextKey::Key) {
                NextKey::Key => {
                    *next = match node.content {
                        Content::Text(text) => NextKey::ValueOf(text),
                        Content::Null => NextKey::ValueOf(String::new()),
                        _ => NextKey::Ignored,
                    };
                }
                NextKey::ValueOf(key) => {
                    let node = if is_environment {
                        Node::null(node.line)
                    } else {
                        node
                    };
                    map.insert(key, node);
                }
                NextKey::Ignored => {}
            },
        }
    }

    /// True for the environment of a function or a container, which can hold secrets: it is not kept.
    fn is_environment(&self) -> bool {
        let key = |open: &Open| match &open.content {
            Inner::Map(_, NextKey::ValueOf(key)) => Some(key.clone()),
            _ => None,
        };
        let Some((own, outer)) = self.open.split_last() else {
            return false;
        };
        let Some(key_of_value) = key(own) else {
            return false;
        };
        match &*key_of_value {
            "Environment" | "Secrets" => outer.last().is_some_and(|parent| {
                let is_container = matches!(parent.content, Inner::List(_));
                let parent = key(parent);
                is_container || matches!(parent.as_deref(), Some("Properties" | "Function"))
            }),
            "environment" => {
                let root = outer.first().and_then(key);
                match root.as_deref() {
                    Some("provider") => outer.len() == 1,
                    Some("functions") => outer.len() <= 3,
                    _ => false,
                }
            }
            _ => false,
        }
    }
}

/// The long form of a tag: `!Ref` is `Ref`, `!Sub` is `Fn::Sub`. Tags of YAML itself stand for nothing.
fn function_of(tag: &Tag) -> Option<String> {
    let (handle, suffix) = tag.parts();
    match (handle, suffix) {
        ("!", "Ref" | "Condition") => Some(suffix.to_owned()),
        ("!", name) if !name.is_empty() => Some(format!("Fn::{name}")),
        _ => None,
    }
}

/// A map with what `<<` adds to it.
fn merged(mut map: BTreeMap<String, Node>) -> BTreeMap<String, Node> {
    let Some(merge) = map.remove("<<") else {
        return map;
    };
    let sources = match merge.content {
        Content::List(list) => list,
        _ => vec![merge],
    };
    for source in sources {
        if let Content::Map(added) = source.content {
            for (key, node) in added {
                map.entry(key).or_insert(node);
            }
        }
    }
    map
}

#[cfg(test)]
mod tests {
    use super::parsed;
    use crate::facts::Context;

    #[test]
    fn environments_are_not_kept() {
        let text = "
Parameters: { Environment: { Default: prod } }
Globals: { Function: { Environment: { Variables: { A: b } } } }
Resources:
  F:
    Properties: { Environment: { Variables: { A: b } }, MemorySize: 128 }
  T:
    Properties: { ContainerDefinitions: [{ Environment: [{ Name: A, Value: b }], Secrets: [b] }] }
provider: { environment: { A: b } }
functions: { f: { environment: { A: b } } }
";
        let documents = parsed(text, &Context::default()).unwrap_or_default();
        let [document] = &documents[..] else {
            panic!("{} documents", documents.len());
        };
        for path in [
            &["Globals", "Function", "Environment"][..],
            &["Resources", "F", "Properties", "Environment"],
            &["provider", "environment"],
            &["functions", "f", "environment"],
        ] {
            let node = document.at(path);
            assert!(node.is_some_and(super::Node::is_null), "{path:?}");
        }
        let containers = document.at(&["Resources", "T", "Properties", "ContainerDefinitions"]);
        let container = containers.and_then(|list| list.list()?.first());
        for name in ["Environment", "Secrets"] {
            let node = container.and_then(|container| container.get(name));
            assert!(node.is_some_and(super::Node::is_null), "{name}");
        }
        let parameter = document.at(&["Parameters", "Environment", "Default"]);
        assert_eq!(parameter.and_then(super::Node::as_text), Some("prod"));
    }
}
