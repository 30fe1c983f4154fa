//! A value of a template, the same for YAML and JSON.

use std::collections::BTreeMap;

/// A value, with the line where it starts.
#[derive(Clone)]
pub(super) struct Node {
    pub(super) line: u64,
    pub(super) content: Content,
}

/// What a value is.
#[derive(Clone)]
pub(super) enum Content {
    Null,
    /// Text as written: numbers and words such as `yes` keep their spelling.
    Text(String),
    List(Vec<Node>),
    /// The last of members with one name.
    Map(BTreeMap<String, Node>),
}

impl Node {
    pub(super) fn null(line: u64) -> Self {
        Self {
            line,
            content: Content::Null,
        }
    }

    pub(super) fn text(text: impl Into<String>, line: u64) -> Self {
        Self {
            line,
            content: Content::Text(text.into()),
        }
    }

    pub(super) fn as_text(&self) -> Option<&str> {
        match &self.content {
            Content::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(self.content, Content::Null)
    }

    /// The members of a map; none of anything else.
    pub(super) fn members(&self) -> impl Iterator<Item = (&String, &Self)> {
        let map = match &self.content {
            Content::Map(map) => Some(map),
            _ => None,
        };
        map.into_iter().flatten()
    }

    /// The values of a list; `None` for anything else.
    pub(super) fn list(&self) -> Option<&[Self]> {
        match &self.content {
            Content::List(list) => Some(list),
            _ => None,
        }
    }

    /// A member of a map.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        match &self.content {
            Content::Map(map) => map.get(name),
            _ => None,
        }
    }

    /// A member of a member.
    pub(super) fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |node, name| node.get(name))
    }

    /// The only member of a map.
    pub(super) fn only(&self) -> Option<(&str, &Self)> {
        match &self.content {
            Content::Map(map) if map.len() == 1 => {
                map.iter().next().map(|(name, node)| (&**name, node))
            }
            _ => None,
        }
    }

    /// This value and all values in it.
    pub(super) fn count(&self) -> usize {
        let inner: usize = self.inner().map(Self::count).sum();
        inner + 1
    }

    /// Levels of lists and maps.
    pub(super) fn height(&self) -> usize {
        match &self.content {
            Content::Null | Content::Text(_) => 0,
            _ => 1 + self.inner().map(Self::height).max().unwrap_or(0),
        }
    }

    fn inner(&self) -> impl Iterator<Item = &Self> {
        let list = self.list().unwrap_or_default().iter();
        list.chain(self.members().map(|(_, node)| node))
    }
}
