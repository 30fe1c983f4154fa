//! Places in inputs, and the texts that they are in.

use super::{Code, Diag, Diags};
use std::iter;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use toml::Spanned;
use toml::de::DeTable;

/// A place in an input, with what of its line is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At {
    /// The file as the user named it.
    pub file: Arc<str>,
    /// The line, counted from one.
    pub line: u64,
    /// The character of the line, counted from one.
    pub column: usize,
    /// That line, or the part of a long one around the place: a line may have a gigabyte.
    pub text: String,
    /// The bytes of `text` that are meant.
    pub span: Range<usize>,
}

/// How much of a long line is kept before and after a place, and of the place itself, bytes.
const CONTEXT: usize = 60;

impl At {
    /// The place of some bytes of a line.
    pub fn new(file: &Arc<str>, line: u64, text: &str, span: Range<usize>) -> Self {
        Self::counted(file, line, text, span, |start| {
            text[..start].chars().count()
        })
    }

    /// The same, given how the characters before a byte of the line are counted.
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

/// Bytes of TOML in which every mistake is looked for. The parser takes up to 315 bytes for each byte
/// of what is no TOML at all.
const ALL_MISTAKES: usize = 1 << 20;
/// Bytes of a larger text that are read first.
const START: usize = 1 << 16;
/// Mistakes in them that show that it is no TOML.
const NO_TOML: usize = 100;
/// Words and signs of TOML that are read: each takes up to 96 bytes of memory, 1.6 GB in all.
const MOST_TOKENS: usize = 1 << 24;

/// A named text that spans point into.
#[derive(Debug, Clone)]
pub struct Source {
    name: Arc<str>,
    text: Arc<str>,
    /// Where its lines begin.
    lines: Arc<[usize]>,
    /// How far the characters of a line have been counted: all mistakes may be in one line.
    counted: Arc<Mutex<Counted>>,
}

/// Characters that were counted.
#[derive(Debug, Clone, Copy, Default)]
struct Counted {
    line_start: usize,
    /// The byte up to which they were.
    end: usize,
    characters: usize,
}

impl Source {
    /// A text under the name that the user knows it by.
    pub fn new(name: &str, text: &str) -> Self {
        let ends = memchr::memchr_iter(b'\n', text.as_bytes());
        Self {
            name: name.into(),
            text: text.into(),
            lines: iter::once(0).chain(ends.map(|end| end + 1)).collect(),
            counted: Arc::default(),
        }
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The name that the user knows it by.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// The text read as TOML, every value with its place.
    ///
    /// # Errors
    /// Every place where it is not TOML; of a large text the first one. Or it has too many tokens.
    pub fn toml(&self) -> Result<Spanned<DeTable<'_>>, Diags> {
        if self.text.len() > ALL_MISTAKES {
            return self.large_toml();
        }
        let (document, errors) = DeTable::parse_recoverable(&self.text);
        let mut diags = Diags::new();
        diags.extend(errors.iter().map(|error| self.not_toml(error)));
        diags.into_result(document)
    }

    fn large_toml(&self) -> Result<Spanned<DeTable<'_>>, Diags> {
        // Of another kind of file the start is enough. Where it is cut, a mistake or two are none.
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
        let diag = Diag::new(Code::Syntax, error.message()).at(at);
        diag.maybe_help(way_out(error.message()).map(str::to_owned))
    }

    /// The line of a byte, counted from one.
    pub fn line_of(&self, byte: usize) -> usize {
        self.lines.partition_point(|start| *start <= byte)
    }

    /// The place of a byte range: its first line, cut at the end of that line.
    pub fn at(&self, span: Range<usize>) -> At {
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

    /// Characters from the start of a line to a byte of it; counted on from the last place, if that
    /// was in the same line.
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

/// What to do about a mistake in TOML whose message does not say it.
fn way_out(message: &str) -> Option<&'static str> {
    if message == "duplicate key" {
        return Some("keep one of them");
    }
    let is_deep = message.contains("recursion limit") || message.contains("recursion depth");
    is_deep.then_some("nesting is too deep: remove brackets or dots")
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
