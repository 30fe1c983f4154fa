//! GitHub's Markdown. Names become code spans, in which there are no links, mentions or markup; all
//! other text is escaped character by character.

use super::elided;
use crate::text::{printable, quoted};

/// A name as a code span, for a line or a cell of a table.
pub(crate) fn code(name: &str) -> String {
    span(inside(&quoted(name)))
}

/// Like [`code`], shortened to about `most` bytes. The middle is replaced by a mark.
pub(crate) fn code_within(name: &str, most: usize) -> String {
    let name = quoted(name).replace('|', PIPE);
    span(&elided(inside(&name), most))
}

/// A message with names in backticks, which become code spans.
pub(crate) fn sentence(text: &str) -> String {
    segments(&printable(text), Segment::Words)
}

/// Like [`sentence`], shortened to at most `most` bytes with escapes. The middle is replaced by a
/// mark.
pub(crate) fn sentence_within(text: &str, most: usize) -> String {
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
/// Only what would be markup where it stands is escaped: `$5.00`, `cpu_ms` and `file.toml:7` are
/// themselves, so that the text can be read where Markdown is not rendered.
///
/// GitHub looks for references when entities are characters again, so a space without width breaks
/// what would be one: mentions, numbers of issues (`#1`, `GH-1`), hashes of commits.
pub(crate) fn markdown(text: &str) -> String {
    let text = printable(text);
    let mut out = String::with_capacity(text.len());
    let mut digits = 0;
    for (at, c) in text.char_indices() {
        let (before, after) = (&text[..at], &text[at + c.len_utf8()..]);
        digits = if c.is_ascii_hexdigit() { digits + 1 } else { 0 };
        if digits == SHORTEST_HASH {
            out.push_str(BREAK);
            digits = 1;
        }
        match markup(c) {
            Some(escaped) if !is_plain(c, before, after) => out.push_str(escaped),
            _ => out.push(c),
        }
        let is_issue = c == '-' && after.starts_with(|next: char| next.is_ascii_digit());
        if is_issue && ends_with(before, "GH") {
            out.push_str(BREAK);
        }
    }
    out
}

/// True for a character that is not markup between these texts.
fn is_plain(c: char, before: &str, after: &str) -> bool {
    let next = after.chars().next();
    let is_word = |c: char| c.is_alphanumeric();
    let after_word = before.ends_with(is_word);
    match c {
        // Only `www.` starts a link.
        '.' => !ends_with(before, "www"),
        // A scheme starts a link, and a word between colons is an emoji.
        ':' => next.is_none_or(char::is_whitespace) || begins_with_number(after),
        // A mention has no word before it, and an address has a dot after it.
        '@' => {
            let rest = after.trim_start_matches(|c: char| is_word(c) || "-_".contains(c));
            after_word && after.starts_with(is_word) && !rest.starts_with('.')
        }
        // A formula ends with a sign that is not followed by a digit.
        '$' => next.is_some_and(|next| next.is_ascii_digit()),
        // Emphasis does not start or end inside a word.
        '_' => after_word && after.starts_with(is_word),
        // Emphasis does not start at the end of a word.
        '*' => after_word && next.is_none_or(char::is_whitespace),
        // A link or picture needs a target directly after the bracket. A task is only at the start.
        '[' => !before.is_empty(),
        ']' => !before.is_empty() && next.is_none_or(|next| !"([:".contains(next)),
        '!' => next.is_none_or(|next| next != '['),
        _ => false,
    }
}

/// True for a text that starts with a number and not with the name of an emoji, such as `100:`.
fn begins_with_number(text: &str) -> bool {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let number = &text[..text.len() - rest.len()];
    let goes_on = |c: char| c.is_alphanumeric() || "_-+".contains(c);
    let is_picture = rest.starts_with(':') && ["100", "1234"].contains(&number);
    !number.is_empty() && !rest.starts_with(goes_on) && !is_picture
}

/// True for a text that ends with `end`, ignoring case.
fn ends_with(text: &str, end: &str) -> bool {
    let start = text.len().checked_sub(end.len());
    let last = start.and_then(|start| text.get(start..));
    last.is_some_and(|last| last.eq_ignore_ascii_case(end))
}

/// Replaces a pipe in a code span. In a cell of a table it would end the cell, and GitHub has no
/// escape for it.
const PIPE: &str = "\\u{7c}";
/// A space without width.
const BREAK: &str = "&#8203;";
/// Minimum number of digits of a commit hash for GitHub.
const SHORTEST_HASH: u32 = 7;

/// A part of a message.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Segment {
    Words,
    Code,
}

/// The parts of a message between its backticks. The first part is of the kind `first`.
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

/// A code span of text without backticks; empty for an empty text.
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

/// The last index up to which the escaped characters fit in a number of bytes.
fn end_of_room(characters: impl Iterator<Item = (usize, char)>, most: usize) -> Option<usize> {
    let mut taken = 0;
    let within = characters.take_while(|(_, c)| {
        taken += match c {
            // A backtick that the cut leaves open becomes a span with a space.
            '`' => "` `".len(),
            // With its share of the zero-width spaces that break hashes.
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
            "|", "\n", "`", "](", "<", ">", "@", "*", "://", "www.", " :",
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
    fn what_is_no_markup_is_itself() {
        for text in [
            "costs $5.00 a month, $4.00 over its budget of $1",
            "cpu_ms, memory_mb = 512",
            "gate.toml:49: u* is 3.5 %",
            "add [function.budget] with monthly_usd = { deny = … }",
            "hot!",
            "Lambda@Edge",
        ] {
            assert_eq!(markdown(text), text);
        }
        for (text, escaped) in [
            ("$a$ $`b`$", "&#36;a&#36; &#36;&#96;b&#96;&#36;"),
            (":100: a:1up:", "&#58;100: a&#58;1up:"),
            ("_a_ __b__", "&#95;a&#95; &#95;&#95;b&#95;&#95;"),
            ("*a* **b**", "&#42;a* &#42;&#42;b&#42;&#42;"),
            ("[x] [a](b) [a][b]", "&#91;x] [a&#93;(b) [a&#93;[b]"),
            ("mailto:a", "mailto&#58;a"),
            ("a@b.c -@d", "a&#64;&#8203;b.c -&#64;&#8203;d"),
        ] {
            assert_eq!(markdown(text), escaped);
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
        let text = format!("{} is #1 of {}", quoted("a|b"), quoted("`"));
        let code = r"`a\u{7c}b` is &#35;&#8203;1 of `\u{60}`";
        assert_eq!(sentence(&text), code);
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
            "the `xxxxxxxxxxxxxxx`…osts $1.00"
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
