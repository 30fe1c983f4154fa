//! Places in inputs, and the texts that contain them.

use super::{Code, Diag, Diags};
use std::iter;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use toml::Spanned;
use toml::de::DeTable;

/// A place in an input, with its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At {
    /// The file name as the user gave it.
    pub file: Arc<str>,
    /// From 1.
    pub line: u64,
    /// The character in the line, from 1.
    pub column: usize,
    /// The line, or the part of a long line around the place. A line can have a gigabyte.
    pub text: String,
    /// The bytes of `text` to point at.
    pub span: Range<usize>,
}

/// Maximum bytes that are kept of a long line before and after a place, and of the place itself.
const CONTEXT: usize = 60;

impl At {
    /// The place of a byte range in a line.
    pub(crate) fn new(file: &Arc<str>, line: u64, text: &str, span: Range<usize>) -> Self {
        Self::counted(file, line, text, span, |start| {
            text[..start].chars().count()
        })
    }

    /// Like [`Self::new`]. `characters` counts the characters before a byte of the line.
    fn counted(
        file: &Arc<str>,
        line: u64,
        text: &str,
        span: Range<usize>,
        characters: impl FnOnce(usize) -> usize,
    ) -> Self {
        let boundary = |mut at: usize| {
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let start = boundary(span.start.min(text.len()));
        let end = boundary(span.end.clamp(start, text.len()).min(start + 2 * CONTEXT));
        let from = boundary(start.saturating_sub(CONTEXT));
        let to = boundary((end + CONTEXT).min(text.len()));
        let cut = |is_cut: bool| if is_cut { "…" } else { "" };
        let before = format!("{}{}", cut(from > 0), &text[from..start]);
        let span = before.len()..before.len() + end - start;
        Self {
            file: Arc::clone(file),
            line,
            column: 1 + characters(start),
            text: format!("{before}{}{}", &text[start..to], cut(to < text.len())),
            span,
        }
    }
}

/// In a text up to this size, all syntax errors are reported. The parser needs up to 315 bytes of
/// memory for each byte of a file that is not TOML.
const ALL_MISTAKES: usize = 1 << 20;
/// Bytes at the start of a larger text that are parsed first.
const START: usize = 1 << 16;
/// A start with this number of syntax errors is not TOML.
const NO_TOML: usize = 100;
/// Maximum number of tokens. Each needs up to 96 bytes of memory, 1.6 GB in total.
const MOST_TOKENS: usize = 1 << 24;

/// A named text for byte ranges to refer to.
#[derive(Debug, Clone)]
pub struct Source {
    name: Arc<str>,
    text: Arc<str>,
    /// The byte at which each line begins.
    lines: Arc<[usize]>,
    /// The last count of characters in a line. It is kept because all mistakes can be in one long
    /// line.
    counted: Arc<Mutex<Counted>>,
}

/// A count of characters.
#[derive(Debug, Clone, Copy, Default)]
struct Counted {
    line_start: usize,
    /// The byte up to which characters were counted.
    end: usize,
    characters: usize,
}

impl Source {
    /// A text with the file name as the user gave it.
    pub fn new(name: &str, text: &str) -> Self {
        let ends = memchr::memchr_iter(b'\n', text.as_bytes());
        Self {
            name: name.into(),
            text: text.into(),
            lines: iter::once(0).chain(ends.map(|end| end + 1)).collect(),
            counted: Arc::default(),
        }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The file name as the user gave it.
    pub(crate) fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// Parses the text as TOML with the place of every value.
    ///
    /// # Errors
    /// Every syntax error, or the first one of a large text; or there are too many tokens.
    pub(crate) fn toml(&self) -> Result<Spanned<DeTable<'_>>, Diags> {
        if self.text.len() > ALL_MISTAKES {
            return self.large_toml();
        }
        let (document, errors) = DeTable::parse_recoverable(&self.text);
        let mut diags = Diags::new();
        diags.extend(errors.iter().map(|error| self.not_toml(error)));
        diags.into_result(document)
    }

    fn large_toml(&self) -> Result<Spanned<DeTable<'_>>, Diags> {
        // If the file is not TOML, its start is enough to tell. The cut at the end can cause one or
        // two errors that the whole text does not have.
        let start = memchr::memrchr(b'\n', &self.text.as_bytes()[..START]);
        let (_, errors) = DeTable::parse_recoverable(&self.text[..start.unwrap_or(0)]);
        if errors.len() >= NO_TOML {
            let mut diags = Diags::new();
            diags.extend(errors.iter().map(|error| self.not_toml(error)));
            return Err(diags);
        }
        let tokens = toml_parser::Source::new(&self.text).lex();
        if tokens.take(MOST_TOKENS + 1).count() > MOST_TOKENS {
            let message = format!("`{}` has too many tokens for a TOML file", self.name);
            let help = "write the functions as a CSV file and name it in the scenario: \
                        functions = \"functions.csv\"";
            return Err(Diag::new(Code::Unreadable, message).help(help).into());
        }
        DeTable::parse(&self.text).map_err(|error| self.not_toml(&error).into())
    }

    fn not_toml(&self, error: &toml::de::Error) -> Diag {
        let at = self.at(error.span().unwrap_or(0..0));
        match explained(error.message()) {
            Some([message, help]) => Diag::new(Code::Syntax, message).at(at).help(help),
            None => Diag::new(Code::Syntax, error.message()).at(at),
        }
    }

    /// The line of a byte, from 1.
    pub(crate) fn line_of(&self, byte: usize) -> usize {
        self.lines.partition_point(|start| *start <= byte)
    }

    /// The place of a byte range. It ends at the end of its first line.
    pub(crate) fn at(&self, span: Range<usize>) -> At {
        let start = span.start.min(self.text.len());
        let line = self.line_of(start);
        let line_start = self.lines[line - 1];
        let line_end = self
            .lines
            .get(line)
            .map_or(self.text.len(), |next| next - 1);
        let text = self.text[line_start..line_end].trim_end_matches('\r');
        let to = span.end.saturating_sub(line_start);
        let span = start - line_start..to;
        At::counted(&self.name, line as u64, text, span, |start| {
            self.characters(line_start, line_start + start)
        })
    }

    /// Characters from the start of a line to a byte. Continues from the last count if that was in
    /// the same line.
    fn characters(&self, line_start: usize, end: usize) -> usize {
        let mut known = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        if known.line_start != line_start || known.end > end {
            *known = Counted {
                line_start,
                end: line_start,
                characters: 0,
            };
        }
        known.characters += self.text[known.end..end].chars().count();
        known.end = end;
        known.characters
    }
}

/// Common messages of the TOML parser by their beginning, each with what is wrong and what to do.
const EXPLAINED: [(&str, [&str; 2]); 11] = [
    ("duplicate key", ["duplicate key", "keep one of them"]),
    (
        "unclosed array table",
        [
            "`[[` is not closed",
            "end the line with `]]`, as in [[function]]",
        ],
    ),
    (
        "unclosed table",
        [
            "`[` is not closed",
            "end the line with `]`, as in [defaults]",
        ],
    ),
    (
        "unclosed array",
        ["the list is not closed", "end it with `]`"],
    ),
    (
        "unclosed inline table",
        ["the table is not closed", "end it with `}`"],
    ),
    (
        "string values must be quoted",
        ["text must be in quotes", "write a quote on both sides"],
    ),
    (
        "unexpected key or value",
        [
            "unexpected text after the value",
            "write one key per line; a comment begins with `#`",
        ],
    ),
    (
        "invalid float",
        ["the number is not valid", "write it as 512 or 0.4"],
    ),
    (
        "key with no value",
        ["the key has no value", "write key = value"],
    ),
    ("cannot recurse further", TOO_DEEP),
    ("recursion limit", TOO_DEEP),
];
const TOO_DEEP: [&str; 2] = ["the nesting is too deep", "remove brackets or dots"];

/// What is wrong and what to do, where that is clearer than the message of the TOML parser.
fn explained(message: &str) -> Option<[&'static str; 2]> {
    let known = EXPLAINED
        .iter()
        .find(|(start, _)| message.starts_with(start));
    known.map(|(_, texts)| *texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_knows_its_line_and_columns() {
        let source = Source::new("a.toml", "one = 1\r\ntwo = 2\n");
        let at = source.at(15..16);
        assert_eq!(
            (at.line, at.column, at.text.as_str(), at.span),
            (2, 7, "two = 2", 6..7)
        );
        assert_eq!(source.at(99..120).line, 3);
    }

    #[test]
    fn columns_of_a_line_are_the_same_in_any_order() {
        let source = Source::new("a.toml", "é = \"ü\", x\nb = 1, c");
        let column = |byte: usize| source.at(byte..byte + 1).column;
        let bytes = [12, 0, 11, 5, 20, 12, 14];
        assert_eq!(bytes.map(column), [11, 1, 10, 5, 8, 11, 2]);
    }
}
