//! Words from outside made harmless inside another format: a function may be called anything, and
//! no name breaks out of the cell, element, command or link that it stands in.
//!
//! Control characters and marks that reorder a line are shown escaped before anything else, so no
//! format ever carries one.

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

/// Text inside a line or a table cell of GitHub's Markdown: no markup, link, mention or HTML.
pub fn markdown(text: &str) -> String {
    let text = printable(text);
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let harmless = match c {
            // The dot of `www.` makes a link.
            '.' => !out.to_ascii_lowercase().ends_with("www"),
            // So does a scheme, and a word between colons is a picture.
            ':' => rest.peek().is_none_or(|next| next.is_whitespace()),
            _ => !"&<>|@#\\`*_~[]$".contains(c),
        };
        match harmless {
            true => out.push(c),
            // Writing to a string cannot fail.
            false => drop(write!(out, "&#{};", u32::from(c))),
        }
    }
    out
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
