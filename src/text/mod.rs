//! Makes words from outside safe to print, measures their columns, and finds the nearest name to a
//! mistyped one.

mod lines;
mod markdown;
mod visible;

pub(crate) use lines::{Lines, without_commands};
pub(crate) use markdown::without_links;
pub(crate) use visible::{escaped, is_escaped, is_identifier, printable, quoted};
pub use visible::{escaped_name, is_unsafe, unfit};

use std::borrow::Cow;
use textwrap::core::Word;
use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};
use unicode_width::UnicodeWidthStr;

/// A cell of CSV, quoted where RFC 4180 requires it.
pub(crate) fn csv_cell(text: &str) -> Cow<'_, str> {
    let needs_quotes = |byte| matches!(byte, b'"' | b',' | b'\n' | b'\r');
    if text.bytes().any(needs_quotes) {
        Cow::Owned(format!("\"{}\"", text.replace('"', "\"\"")))
    } else {
        Cow::Borrowed(text)
    }
}

/// Maximum bytes of a name that is compared with others.
const LONGEST_NAME: usize = 256;

/// The candidate that was probably meant, if one is similar.
pub(crate) fn nearest<'a>(
    typed: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    // A longer text is not a mistyped name, and the time for a distance grows with its square.
    let typed = typed.to_lowercase();
    if typed.len() > LONGEST_NAME {
        return None;
    }
    let letters = letters(&typed);
    let mut best = None;
    let mut allowed = 1 + typed.chars().count() / 3;
    for candidate in candidates {
        let lower = candidate.to_lowercase();
        if least_distance(&letters, &self::letters(&lower)) > allowed {
            continue;
        }
        let found = (strsim::damerau_levenshtein(&typed, &lower), candidate);
        if found.0 <= allowed && best.is_none_or(|best| found < best) {
            allowed = found.0;
            best = Some(found);
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// The number of each letter. Some letters share an entry.
fn letters(text: &str) -> [u16; 32] {
    let mut letters = [0; 32];
    for c in text.chars() {
        letters[c as usize % 32] += 1;
    }
    letters
}

/// A lower bound of the distance of two texts, from their letters: every letter that only one of
/// them has must be replaced, inserted or deleted. Much faster than the distance.
fn least_distance(one: &[u16; 32], other: &[u16; 32]) -> usize {
    let pairs = one.iter().zip(other);
    let more = |left: u16, right: u16| usize::from(left.saturating_sub(right));
    let [mut above, mut below] = [0, 0];
    for (left, right) in pairs {
        above += more(*left, *right);
        below += more(*right, *left);
    }
    above.max(below)
}

/// The sentence "did you mean `x`?", if a candidate is similar.
pub(crate) fn did_you_mean<'a>(
    typed: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    nearest(typed, candidates).map(|name| format!("did you mean `{name}`?"))
}

/// `a, b and c`.
pub(crate) fn comma_separated<S: AsRef<str>>(words: &[S]) -> String {
    match words {
        [] => String::new(),
        [only] => only.as_ref().to_owned(),
        [rest @ .., last] => {
            let rest: Vec<_> = rest.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", rest.join(", "), last.as_ref())
        }
    }
}

/// Columns of a text on a terminal.
pub(crate) fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// Text wrapped to lines of at most `columns`. A longer word is broken anywhere, and a per cent
/// sign stays with its number.
pub(crate) fn folded(text: &str, columns: usize) -> String {
    indented(text, columns, "")
}

/// Like [`folded`], with an indent before every line, which is included in `columns`.
pub(crate) fn indented(text: &str, columns: usize, indent: &str) -> String {
    let options = Options::new(columns)
        .initial_indent(indent)
        .subsequent_indent(indent)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit);
    // The space between a number and its sign is no place to break, unless the number fills a line.
    let filled = textwrap::fill(&text.replace(" %", NO_BREAK_PERCENT), options);
    let line_start = format!("\n{indent}");
    let filled = filled.replace(&format!("{line_start}\u{a0}"), &line_start);
    filled.replace("\u{a0}\n", "\n").replace('\u{a0}', " ")
}

/// A per cent sign behind a space at which no line is broken.
const NO_BREAK_PERCENT: &str = "\u{a0}%";

/// Text of exactly `columns` columns: cut, or filled with spaces.
pub(crate) fn fitted(text: &str, columns: usize) -> String {
    let mut fitted = text.to_owned();
    if width(text) > columns {
        let word = Word::from(text);
        let mut pieces = word.break_apart(columns.saturating_sub(1));
        let first = pieces.next().map_or("", |piece| piece.word);
        fitted = format!("{first}…");
    }
    let blanks = columns.saturating_sub(width(&fitted));
    fitted + &" ".repeat(blanks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_between_words_but_not_before_a_per_cent_sign() {
        let lines = folded("falls to 48.3 %; then a-very-long-word", 13);
        assert_eq!(lines, "falls to\n48.3 %; then\na-very-long-w\nord");
        let indented = indented("falls to 48.3 %", 10, "  ");
        assert_eq!(indented, "  falls to\n  48.3 %");
    }

    #[test]
    fn a_number_as_long_as_a_line_leaves_no_hidden_space_before_its_per_cent_sign() {
        assert_eq!(folded("12345 %", 5), "12345\n%");
        assert_eq!(folded("12345 %", 6), "12345\n%");
        assert_eq!(folded("123456789 %", 5), "12345\n6789\n%");
    }

    #[test]
    fn columns_are_those_of_the_screen() {
        assert_eq!(folded("東京 大阪", 4), "東京\n大阪");
        assert_eq!(folded("東京大阪", 5), "東京\n大阪");
        assert_eq!(fitted("東京大阪", 6), "東京… ");
        assert_eq!(fitted("abc", 5), "abc  ");
    }

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        let keys = ["memory_mb", "duration_ms"];
        assert_eq!(nearest("memroy_mb", keys), Some("memory_mb"));
        assert_eq!(nearest("colour", keys), None);
    }
}
