//! GitHub's Markdown: names stand in code spans, in which nothing is a link, a mention or markup;
//! everything else is escaped character by character.

use super::elided;
use crate::text::{printable, quoted};

/// A name in a code span, in a line or in the cell of a table.
pub fn code(name: &str) -> String {
    span(inside(&quoted(name)))
}

/// The same in about so many bytes; what is left out of its middle is marked.
pub fn code_within(name: &str, most: usize) -> String {
    let name = quoted(name).replace('|', PIPE);
    span(&elided(inside(&name), most))
}

/// A message in which names stand in backticks: those become code spans.
pub fn sentence(text: &str) -> String {
    segments(&printable(text), Segment::Words)
}

/// The same in at most so many bytes, whatever escaping adds; what is left out of its middle is
/// marked.
pub fn sentence_within(text: &str, most: usize) -> String {
    let text = printable(text);
    let whole = segments(&text, Segment::Words);
    if whole.len() <= most {
        return whole;
    }
    // A span that is cut needs another backtick.
    let room = (most / 2).saturating_sub(1);
    let head = text.char_indices().map(|(at, c)| (at + c.len_utf8(), c));
    let start = end_of_room(head, room).unwrap_or(0);
    let end = end_of_room(text.char_indices().rev(), room).unwrap_or(text.len());
    let cut = match text[..end].matches('`').count() % 2 {
        0 => Segment::Words,
        _ => Segment::Code,
    };
    let (head, tail) = (&text[..start], &text[end..]);
    format!("{}…{}", segments(head, Segment::Words), segments(tail, cut))
}

/// Text in a line or in the cell of a table: no markup, link, mention or HTML.
///
/// GitHub looks for references when entities are characters again, so a space without width breaks
/// what would be one: mentions, numbers of issues (`#1`, `GH-1`), hashes of commits.
pub fn markdown(text: &str) -> String {
    let text = printable(text);
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    let mut before = ['\0'; 3];
    let mut digits = 0;
    while let Some(c) = rest.next() {
        let next = rest.peek();
        let harmless = match c {
            // Only `www.` makes a link of itself.
            '.' => !before.iter().all(|c| c.eq_ignore_ascii_case(&'w')),
            // A scheme makes one too, and a word between colons a picture.
            ':' => next.is_none_or(|next| next.is_whitespace()),
            _ => false,
        };
        digits = if c.is_ascii_hexdigit() { digits + 1 } else { 0 };
        if digits == SHORTEST_HASH {
            out.push_str(BREAK);
            digits = 1;
        }
        match markup(c) {
            Some(escaped) if !harmless => out.push_str(escaped),
            _ => out.push(c),
        }
        let is_issue = c == '-' && next.is_some_and(char::is_ascii_digit);
        if is_issue && before[1..] == ['G', 'H'] {
            out.push_str(BREAK);
        }
        before = [before[1], before[2], c.to_ascii_uppercase()];
    }
    out
}

/// How a pipe stands in a code span: in the cell of a table it would end the cell, and GitHub has no
/// way to write one behind a backslash.
const PIPE: &str = "\\u{7c}";
/// A space without width.
const BREAK: &str = "&#8203;";
/// Digits of the shortest hash that GitHub takes for a commit.
const SHORTEST_HASH: u32 = 7;

/// What a part of a message is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Segment {
    Words,
    Code,
}

/// The parts of a message between its backticks, the first of them of that kind.
fn segments(text: &str, first: Segment) -> String {
    let mut kind = first;
    let mut out = String::with_capacity(text.len());
    for part in text.split('`') {
        match kind {
            Segment::Words => out.push_str(&markdown(part)),
            Segment::Code => out.push_str(&span(part)),
        }
        kind = match kind {
            Segment::Words => Segment::Code,
            Segment::Code => Segment::Words,
        };
    }
    out
}

/// A code span of text without backticks; there is none of nothing.
fn span(text: &str) -> String {
    match text {
        "" => "` `".to_owned(),
        _ => format!("`{}`", text.replace('|', PIPE)),
    }
}

/// A quoted name without its backticks.
fn inside(quoted: &str) -> &str {
    quoted.trim_matches('`')
}

/// The last place that escaped characters reach within so many bytes.
fn end_of_room(characters: impl Iterator<Item = (usize, char)>, most: usize) -> Option<usize> {
    let mut taken = 0;
    let within = characters.take_while(|(_, c)| {
        taken += match c {
            // One that a cut leaves open, with a blank in it.
            '`' => "` `".len(),
            // With its part of the space that breaks hashes.
            c if c.is_ascii_hexdigit() => 3,
            '|' => PIPE.len().max("&#124;".len()),
            '-' => 1 + BREAK.len(),
            c => markup(*c).map_or(c.len_utf8(), str::len),
        };
        taken <= most
    });
    within.last().map(|(place, _)| place)
}

fn markup(c: char) -> Option<&'static str> {
    match c {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '|' => Some("&#124;"),
        '@' => Some("&#64;&#8203;"),
        '#' => Some("&#35;&#8203;"),
        ':' => Some("&#58;"),
        '.' => Some("&#46;"),
        '\\' => Some("&#92;"),
        '`' => Some("&#96;"),
        '*' => Some("&#42;"),
        '_' => Some("&#95;"),
        '~' => Some("&#126;"),
        '[' => Some("&#91;"),
        ']' => Some("&#93;"),
        '!' => Some("&#33;"),
        '$' => Some("&#36;"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_has_no_markup_left() {
        let text = markdown("|x|\n# `a` [b](http://c.d) <img> @all **e** ![f](g) www.h.i :j:");
        for markup in [
            "|", "\n", "`", "[", "]", "<", ">", "@", "*", "://", "www.", " :",
        ] {
            assert!(!text.contains(markup), "{markup}: {text}");
        }
    }

    #[test]
    fn references_of_github_are_broken() {
        for (text, broken) in [
            ("@a#1", "&#64;&#8203;a&#35;&#8203;1"),
            ("GH-26 gh-1 high-end", "GH-&#8203;26 gh-&#8203;1 high-end"),
            ("deadbee deadbe", "deadbe&#8203;e deadbe"),
            ("0123456789abc", "012345&#8203;6789ab&#8203;c"),
        ] {
            assert_eq!(markdown(text), broken);
        }
    }

    #[test]
    fn names_are_code() {
        assert_eq!(code("a*b_c@d"), "`a*b_c@d`");
        assert_eq!(code("a|b`c"), r"`a\u{7c}b\u{60}c`");
        assert_eq!(code(r"a\|b\"), r"`a\\u{7c}b\`");
        assert_eq!(code(" a"), r"`\u{20}a`");
        assert_eq!(code(""), "` `");
        assert_eq!(code_within(&"x".repeat(9), 4), "`xx…xx`");
        let said = format!("{} is #1 of {}", quoted("a|b"), quoted("`"));
        let code = r"`a\u{7c}b` is &#35;&#8203;1 of `\u{60}`";
        assert_eq!(sentence(&said), code);
    }

    #[test]
    fn what_is_cut_stays_what_it_is() {
        assert_eq!(sentence_within("x|y", 8), "x&#124;y");
        assert_eq!(sentence_within("x|yyyy|z", 16), "x&#124;…&#124;z");
        assert_eq!(sentence_within("x|yyyy|z", 12), "x…z");
        assert_eq!(sentence_within("||", 4), "…");
        let long = format!("the `{}` costs $1.00", "x".repeat(80));
        // 24 bytes at each end: a hexadecimal digit takes 3, `.` and `$` take 5, a backtick 3.
        assert_eq!(
            sentence_within(&long, 50),
            "the `xxxxxxxxxxxxxxx`…osts &#36;1.00"
        );
        for most in 8..300 {
            for text in ["ab|cü`\u{202e}d|@#é-1", "`", "a`b``", "deadbeef00"] {
                let text = text.repeat(20);
                let cut = sentence_within(&text, most);
                assert!(cut.len() <= most + '…'.len_utf8(), "{most}: {cut}");
                assert_eq!(cut.matches('`').count() % 2, 0, "{cut}");
            }
        }
    }
}
