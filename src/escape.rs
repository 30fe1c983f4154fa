//! Words from outside made harmless inside another format: a function may be called anything, and
//! no name breaks out of the cell, element, command or link that it stands in.
//!
//! Control characters and marks that reorder a line are shown escaped before anything else, so no
//! format ever carries one.

pub mod json;

use crate::text::printable;
use std::borrow::Cow;
use std::fmt::Write as _;

/// Text that a spreadsheet would run as a formula gets a leading apostrophe.
pub fn spreadsheet(text: &str) -> Cow<'_, str> {
    match text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => Cow::Owned(format!("'{text}")),
        false => Cow::Borrowed(text),
    }
}

/// Text of an XML element or attribute, or of HTML.
pub fn xml(text: &str) -> String {
    replaced(text, |c| match c {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '"' => Some("&quot;"),
        '\'' => Some("&#39;"),
        // Not characters of XML 1.0.
        '\u{fffe}' | '\u{ffff}' => Some("\u{fffd}"),
        _ => None,
    })
}

/// Text that is not longer than so many bytes: what is left out of its middle is marked.
pub fn elided(text: &str, most: usize) -> Cow<'_, str> {
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

/// Text inside a line or a table cell of GitHub's Markdown: no markup, link, mention or HTML.
///
/// GitHub looks for mentions and issues when entities are characters again, so a space without
/// width follows what begins one.
pub fn markdown(text: &str) -> String {
    let text = printable(text);
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    let mut before = ['\0'; 3];
    while let Some(c) = rest.next() {
        let harmless = match c {
            // Only `www.` makes a link of itself.
            '.' => !before.iter().all(|c| c.eq_ignore_ascii_case(&'w')),
            // A scheme makes one too, and a word between colons a picture.
            ':' => rest.peek().is_none_or(|next| next.is_whitespace()),
            _ => false,
        };
        match markup(c) {
            Some(escaped) if !harmless => out.push_str(escaped),
            _ => out.push(c),
        }
        before = [before[1], before[2], c];
    }
    out
}

/// The same in at most so many bytes, whatever escaping adds; what is left out of its middle is
/// marked.
pub fn markdown_within(text: &str, most: usize) -> String {
    let whole = markdown(text);
    if whole.len() <= most {
        return whole;
    }
    let text = printable(text);
    let head = text.char_indices().map(|(at, c)| (at + c.len_utf8(), c));
    let start = end_of_room(head, most / 2).unwrap_or(0);
    let end = end_of_room(text.char_indices().rev(), most / 2).unwrap_or(text.len());
    format!("{}…{}", markdown(&text[..start]), markdown(&text[end..]))
}

/// The last place that escaped characters reach within so many bytes.
fn end_of_room(characters: impl Iterator<Item = (usize, char)>, most: usize) -> Option<usize> {
    let mut taken = 0;
    let within = characters.take_while(|(_, c)| {
        taken += markup(*c).map_or(c.len_utf8(), str::len);
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

/// The message of a GitHub workflow command.
pub fn workflow_message(text: &str) -> String {
    replaced(text, |c| (c == '%').then_some("%25"))
}

/// A property of a GitHub workflow command.
pub fn workflow_property(text: &str) -> String {
    replaced(text, |c| match c {
        '%' => Some("%25"),
        ':' => Some("%3A"),
        ',' => Some("%2C"),
        _ => None,
    })
}

/// A relative path as a URI reference (RFC 3986).
pub fn uri(path: &str) -> String {
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

    #[test]
    fn formulas_become_text() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            assert_eq!(spreadsheet(text), format!("'{text}"));
        }
        assert_eq!(spreadsheet("a=1"), "a=1");
    }

    #[test]
    fn elements_and_attributes_cannot_be_left() {
        let text = xml("a\"]]><x y='z'>&\u{1b}[2J\n");
        assert_eq!(
            text,
            "a&quot;]]&gt;&lt;x y=&#39;z&#39;&gt;&amp;\\u{1b}[2J\\n"
        );
    }

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
    fn entities_begin_no_mention_and_no_issue() {
        assert_eq!(markdown("@a#1"), "&#64;&#8203;a&#35;&#8203;1");
    }

    #[test]
    fn long_text_loses_its_middle() {
        assert_eq!(elided("ab", 2), "ab");
        assert_eq!(elided("abcdef", 4), "ab…ef");
        // Two bytes each: three make neither half.
        assert_eq!(elided("üüüü", 6), "ü…ü");
        assert_eq!(markdown_within("a|b", 8), "a&#124;b");
        assert_eq!(markdown_within("a|b|c", 14), "a&#124;…&#124;c");
        assert_eq!(markdown_within("a|b|c", 12), "a…c");
        assert_eq!(markdown_within("||", 4), "…");
        for most in 0..200 {
            let text = "ab|cü`\u{202e}d|@#é".repeat(20);
            assert!(markdown_within(&text, most).len() <= most + '…'.len_utf8());
        }
    }

    #[test]
    fn commands_are_one_command() {
        let message = workflow_message("100 %\r\n::error::x");
        assert_eq!(message, "100 %25\\r\\n::error::x");
        assert_eq!(workflow_property("a:b,c%\n"), "a%3Ab%2Cc%25\\n");
    }

    #[test]
    fn paths_are_uris() {
        assert_eq!(uri("a b/ü?#.toml"), "a%20b/%C3%BC%3F%23.toml");
    }
}
