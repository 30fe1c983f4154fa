//! Makes text from outside safe in another format. A function can have any name, and no name may
//! end the cell, element, command or link that contains it.
//!
//! Control characters, invisible characters and marks that reorder a line are escaped first. Only
//! CSV and JSON contain names unchanged.

pub(crate) mod json;
mod markdown;

pub(crate) use markdown::{code, code_within, markdown, sentence, sentence_within};

use crate::text::{is_unsafe, printable};
use std::borrow::Cow;
use std::fmt::Write as _;

/// Text from outside for a CSV cell. Text that a spreadsheet could run as a formula gets a leading
/// apostrophe.
///
/// To read it back, remove one leading apostrophe: a text that starts with an apostrophe gets
/// another one.
pub(crate) fn formula_guarded(text: &str) -> Cow<'_, str> {
    if runs_as_formula(text) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// A CSV cell, quoted if RFC 4180 requires it or if a reader with another separator would split it.
pub(crate) fn csv_quoted(text: &str) -> Cow<'_, str> {
    if text.bytes().any(splits) {
        Cow::Owned(format!("\"{}\"", text.replace('"', "\"\"")))
    } else {
        Cow::Borrowed(text)
    }
}

/// True for text that a spreadsheet could run as a formula. Spreadsheets skip leading spaces, and
/// some skip other characters. A leading apostrophe counts too, because it marks guarded text.
fn runs_as_formula(text: &str) -> bool {
    if text.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return false;
    }
    let first = text.trim_start_matches(is_skipped).chars().next();
    text.starts_with(['\t', '\r', '\n', '\''])
        || first.is_some_and(|first| "=+-@＝＋－＠".contains(first))
}

fn is_skipped(c: char) -> bool {
    c == ' ' || is_unsafe(c)
}

/// True for bytes that end a cell in some dialect of CSV.
fn splits(byte: u8) -> bool {
    matches!(byte, b'"' | b',' | b';' | b'\t' | b'\n' | b'\r')
}

/// Text of an XML element or attribute, or of HTML.
pub(crate) fn xml(text: &str) -> String {
    replaced(text, |c| match c {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '"' => Some("&quot;"),
        '\'' => Some("&#39;"),
        _ => None,
    })
}

/// Text of at most `most` bytes. The middle is replaced by a mark.
pub(crate) fn elided(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most {
        return Cow::Borrowed(text);
    }
    let [mut start, mut end] = [most / 2, text.len() - most / 2];
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    while !text.is_char_boundary(end) {
        end += 1;
    }
    Cow::Owned(format!("{}…{}", &text[..start], &text[end..]))
}

/// The message of a GitHub workflow command.
pub(crate) fn workflow_message(text: &str) -> String {
    replaced(text, |c| (c == '%').then_some("%25"))
}

/// A property of a GitHub workflow command.
pub(crate) fn workflow_property(text: &str) -> String {
    replaced(text, |c| match c {
        '%' => Some("%25"),
        ':' => Some("%3A"),
        ',' => Some("%2C"),
        _ => None,
    })
}

/// A relative path as a URI reference (RFC 3986).
pub(crate) fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.replace('\\', "/").bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(byte.into());
            }
            // Writing to a string cannot fail.
            _ => drop(write!(out, "%{byte:02X}")),
        }
    }
    out
}

fn replaced(text: &str, replacement: impl Fn(char) -> Option<&'static str>) -> String {
    let mut out = String::with_capacity(text.len());
    for c in printable(text).chars() {
        match replacement(c) {
            Some(other) => out.push_str(other),
            None => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn long_text_loses_its_middle() {
        assert_eq!(elided("ab", 2), "ab");
        assert_eq!(elided("abcdef", 4), "ab…ef");
        // Two bytes each, so there is no cut in the middle of a character.
        assert_eq!(elided("üüüü", 6), "ü…ü");
    }

    /// Texts of characters that have a meaning in spreadsheets.
    fn cells() -> impl Strategy<Value = String> {
        let parts = [
            "=", "+", "-", "@", "＝", "'", "\"", ",", ";", "\t", "\n", "\r", " ", "\0", "\u{a0}",
            "\u{200b}", "a", "1",
        ];
        let parts = proptest::sample::select(parts.to_vec());
        proptest::collection::vec(parts, 0..8).prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn a_cell_reads_back_without_its_guard(text in cells()) {
            let cell = format!("x,{},y\n", csv_quoted(&formula_guarded(&text)));
            let mut rows = csv::ReaderBuilder::new();
            let mut rows = rows.has_headers(false).from_reader(cell.as_bytes());
            let row = rows.records().next().expect("a row").expect("CSV");
            let read = &row[1];
            prop_assert_eq!(read.strip_prefix('\'').unwrap_or(read), text.as_str());
            // Text without a guard does not start with anything that a spreadsheet runs.
            let begins = read.trim_start_matches(|c: char| {
                c.is_whitespace() || c.is_control() || c == '\u{200b}'
            });
            prop_assert!(!begins.starts_with(['=', '+', '-', '@', '＝']), "{read:?}");
            // A cell that contains any kind of separator is quoted.
            let is_split = text.contains([';', '\t', ',']);
            prop_assert!(!is_split || cell.starts_with("x,\""), "{cell:?}");
        }
    }

    #[test]
    fn formulas_become_text() {
        for text in [
            "=1+1", "+1", "-1", "@SUM(A1)", " =1", "\0=1+1", "＝1", "＋1", "'=1+1", "\u{a0}-1",
        ] {
            assert_eq!(formula_guarded(text), format!("'{text}"));
        }
        assert_eq!(csv_quoted("x;=1+1"), "\"x;=1+1\"");
        for text in ["a=1", "1-2", "", " ", "ü+1", "a'b"] {
            assert_eq!(formula_guarded(text), text);
        }
    }

    #[test]
    fn elements_and_attributes_cannot_be_left() {
        let text = xml("a\"]]><x y='z'>&\u{1b}[2J\n");
        assert_eq!(
            text,
            "a&quot;]]&gt;&lt;x y=&#39;z&#39;&gt;&amp;\\u{1b}[2J\\u{a}"
        );
    }

    #[test]
    fn commands_are_one_command() {
        let message = workflow_message("100 %\r\n::error::x");
        assert_eq!(message, "100 %25\\u{d}\\u{a}::error::x");
        assert_eq!(workflow_property("a:b,c%\n"), "a%3Ab%2Cc%25\\u{a}");
    }

    #[test]
    fn paths_are_uris() {
        assert_eq!(uri("a b/ü?#.toml"), "a%20b/%C3%BC%3F%23.toml");
    }
}
