//! Words from outside made safe to show, and the nearest name to a mistyped one.

use std::borrow::Cow;

/// Text with control characters, and the invisible ones that reorder a line, shown escaped.
///
/// A name such as `"\u{1b}[2J"` must not clear the reader's screen.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_unsafe(c) {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// Control characters, line and paragraph separators, and bidirectional or zero-width marks.
pub fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// A cell of CSV, quoted where RFC 4180 asks for it.
pub fn csv_cell(text: &str) -> Cow<'_, str> {
    let needs_quotes = |byte| matches!(byte, b'"' | b',' | b'\n' | b'\r');
    match text.bytes().any(needs_quotes) {
        true => Cow::Owned(format!("\"{}\"", text.replace('"', "\"\""))),
        false => Cow::Borrowed(text),
    }
}

/// The candidate that a typing mistake most likely meant, if any is near.
pub fn nearest<'a>(typed: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed = typed.to_lowercase();
    let allowed = 1 + typed.chars().count() / 3;
    candidates
        .into_iter()
        .map(|candidate| {
            let distance = strsim::damerau_levenshtein(&typed, &candidate.to_lowercase());
            (distance, candidate)
        })
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, candidate)| candidate)
}

/// The sentence "did you mean `x`?", when something is near.
pub fn did_you_mean<'a>(
    typed: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    nearest(typed, candidates).map(|name| format!("did you mean `{name}`?"))
}

/// `a, b and c`.
pub fn listed<S: AsRef<str>>(words: &[S]) -> String {
    match words {
        [] => String::new(),
        [only] => only.as_ref().to_owned(),
        [rest @ .., last] => {
            let rest: Vec<_> = rest.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", rest.join(", "), last.as_ref())
        }
    }
}

/// Text broken between words into lines of at most so many characters; a longer word has a line of
/// its own, and a per cent sign stays with its number.
pub fn folded(text: &str, room: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.replace(" %", "\u{a0}%").split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    for line in &mut lines {
        *line = line.replace("\u{a0}%", " %");
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_shown_not_obeyed() {
        assert_eq!(printable("plain ünïcode"), "plain ünïcode");
        assert_eq!(printable("a\u{1b}[31mb"), "a\\u{1b}[31mb");
        assert_eq!(printable("a\nb"), "a\\nb");
        assert_eq!(printable("\u{202e}evil"), "\\u{202e}evil");
    }

    #[test]
    fn lines_are_broken_between_words_but_not_before_a_per_cent_sign() {
        let lines = folded("falls to 48.3 %; then a-very-long-word", 13);
        assert_eq!(lines, ["falls to", "48.3 %; then", "a-very-long-word"]);
    }

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        let keys = ["memory_mb", "duration_ms"];
        assert_eq!(nearest("memroy_mb", keys), Some("memory_mb"));
        assert_eq!(nearest("colour", keys), None);
    }
}
