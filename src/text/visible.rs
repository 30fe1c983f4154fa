//! Makes text from outside visible and harmless: invisible characters are printed as escapes,
//! `\u{1b}`.
//!
//! There is one form of escape, so a backslash is ambiguous only before `u{`.

use std::borrow::Cow;

/// Ranges of Default_Ignorable_Code_Point, which are invisible. Source: Unicode 16.0,
/// `DerivedCoreProperties.txt`; a test compares them with the tables of another crate.
const IGNORABLE: [(char, char); 17] = [
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{202a}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fff8}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e0fff}'),
];

/// Characters of other classes with a blank glyph, or that only format adjacent text.
const BLANK: [(char, char); 7] = [
    // Braille pattern without dots.
    ('\u{2800}', '\u{2800}'),
    // Interlinear annotation.
    ('\u{fff9}', '\u{fffb}'),
    ('\u{1107f}', '\u{1107f}'),
    // Egyptian hieroglyphs: format controls and blanks.
    ('\u{13430}', '\u{1343f}'),
    ('\u{13441}', '\u{13442}'),
    ('\u{16fe4}', '\u{16fe4}'),
    // Null notehead.
    ('\u{1d159}', '\u{1d159}'),
];

/// True for a character that is invisible, looks like a space without being U+0020, reorders its
/// line, or ends it. These are never printed.
pub fn is_unsafe(c: char) -> bool {
    let within =
        |ranges: &[(char, char)]| ranges.iter().any(|(from, to)| (*from..=*to).contains(&c));
    match c {
        ' '..='~' => false,
        _ => {
            c.is_control()
                || c.is_whitespace()
                || is_noncharacter(c)
                || within(&IGNORABLE)
                || within(&BLANK)
        }
    }
}

/// Code points that Unicode reserves for internal use. XML 1.0 cannot contain some of them.
fn is_noncharacter(c: char) -> bool {
    matches!(c, '\u{fdd0}'..='\u{fdef}') || u32::from(c) & 0xfffe == 0xfffe
}

/// True for a character that a name must not contain: a control character (C0, C1), a line or
/// paragraph separator, or a control that reorders text.
fn is_refused(c: char) -> bool {
    let reorders = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_control() || reorders || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Why a text cannot be a name, and what to do. A name is printable, and is not a command in the
/// log of a CI system.
pub fn unfit(name: &str) -> Option<(String, &'static str)> {
    // The fast case: most names have only these bytes, and few start with a colon.
    if is_plain(name) && !name.starts_with(':') {
        return None;
    }
    if let Some(c) = name.chars().find(|c| is_refused(*c)) {
        let fault = format!(
            "has a character that cannot be printed, U+{:04X}",
            u32::from(c)
        );
        return Some((fault, "take it out: a name is printable text"));
    }
    let fault = "reads as a command in the log of a pipeline";
    let help = "take out `##` before a bracket or a word with one, and `::` at the beginning";
    // GitHub's runner compares by the rules of a language, which ignore invisible characters.
    let seen: String = name
        .chars()
        .filter(|c| *c == ' ' || !is_unsafe(*c))
        .collect();
    is_command(&seen).then(|| (fault.to_owned(), help))
}

/// True for a name in the form of AWS's regions and instance types: letters, digits, dashes, dots
/// and underscores.
pub(crate) fn is_identifier(name: &str) -> bool {
    let is_known = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
    !name.is_empty() && name.chars().all(is_known)
}

/// True for a text that is a command in the log of a CI system: `##[command]` (GitHub Actions,
/// Azure Pipelines), `##vso[` or `##teamcity[` anywhere, or `::` (GitHub Actions) at the start.
fn is_command(text: &str) -> bool {
    let mut hashes = memchr::memchr_iter(b'#', text.as_bytes());
    text.trim_start().starts_with("::") || hashes.any(|at| begins_command(&text[at..]))
}

/// True for a text that starts with `##[` or `##word[`.
fn begins_command(text: &str) -> bool {
    let word = text.strip_prefix("##");
    word.is_some_and(|word| {
        let rest = word.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        rest.starts_with('[')
    })
}

/// True for a character that is always escaped. `text` starts with it.
pub(crate) fn is_escaped(c: char, text: &str) -> bool {
    is_unsafe(c) || (c == '#' && begins_command(text))
}

/// Text without invisible characters and without commands in the middle of a line (`##[error]`). It
/// does not change its own output, so it is safe for text that is already escaped.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    replaced(text, |_, c, text| is_escaped(c, text))
}

/// Like [`printable`], for text from outside. Different texts stay different, because a backslash
/// that looks like the start of an escape is escaped too.
pub(crate) fn escaped(text: &str) -> Cow<'_, str> {
    replaced(text, |_, c, text| needs_escape(c, text))
}

/// Like `escaped`, for a name. Spaces at its ends and after another space are escaped too.
pub fn escaped_name(name: &str) -> Cow<'_, str> {
    replaced(name, |before, c, text| {
        let is_hidden = before.is_none_or(|before| before == ' ') || text == " ";
        needs_escape(c, text) || (c == ' ' && is_hidden)
    })
}

/// A name in backticks, for messages. A backtick in the name is escaped.
pub(crate) fn quoted(name: &str) -> String {
    let name = escaped_name(name);
    if name.contains('`') {
        format!("`{}`", name.replace('`', "\\u{60}"))
    } else {
        format!("`{name}`")
    }
}

fn needs_escape(c: char, text: &str) -> bool {
    is_escaped(c, text) || text.starts_with("\\u{")
}

/// Bytes that are printed unchanged in every context.
const PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = b'!';
    while byte <= b'~' {
        plain[byte as usize] = byte != b'#' && byte != b'\\';
        byte += 1;
    }
    plain
};

fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| PLAIN[usize::from(byte)])
}

/// Text in which some characters are escaped. `picks` gets the character before, the character, and
/// the text that starts with it.
fn replaced(text: &str, picks: impl Fn(Option<char>, char, &str) -> bool) -> Cow<'_, str> {
    // Most names have only these bytes.
    if is_plain(text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::new();
    let mut plain = 0;
    let mut before = None;
    for (at, c) in text.char_indices() {
        if picks(before, c, &text[at..]) {
            out.push_str(&text[plain..at]);
            out.extend(c.escape_unicode());
            plain = at + c.len_utf8();
        }
        before = Some(c);
    }
    if plain == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[plain..]);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Reads an escaped text back.
    fn read_back(text: &str) -> String {
        let mut parts = text.split("\\u{");
        let mut out = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (digits, rest) = part.split_once('}').expect("an escape");
            let code = u32::from_str_radix(digits, 16).expect("hexadecimal");
            out.push(char::from_u32(code).expect("a character"));
            out += rest;
        }
        out
    }

    /// Texts of dangerous characters.
    fn hostile() -> impl Strategy<Value = String> {
        let parts = [
            "\\", "u{", "1b}", "\u{1b}", "##", "#", "[", "vso[", "::", " ", "`", "\u{200b}", "é",
            "a",
        ];
        let part = prop_oneof![
            proptest::sample::select(parts.to_vec()).prop_map(str::to_owned),
            any::<char>().prop_map(String::from),
        ];
        proptest::collection::vec(part, 0..12).prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn different_texts_look_different(text in hostile()) {
            for shown in [escaped(&text), escaped_name(&text)] {
                prop_assert_eq!(read_back(&shown), text.as_str());
                prop_assert!(!shown.chars().any(is_unsafe));
                prop_assert_eq!(printable(&shown), shown.as_ref());
            }
            let quoted = quoted(&text);
            let inner = quoted.strip_prefix('`').and_then(|text| text.strip_suffix('`'));
            let inner = inner.expect("backticks");
            prop_assert_eq!(read_back(inner), text.as_str());
            prop_assert!(!inner.contains('`') && !inner.contains("  "));
        }

        #[test]
        fn printable_text_is_safe_and_stays_what_it_is(text in hostile()) {
            let once = printable(&text);
            prop_assert!(!once.chars().any(is_unsafe));
            prop_assert!(!once.contains("##["));
            prop_assert_eq!(printable(&once), once.as_ref());
        }
    }

    #[test]
    fn what_unicode_calls_ignorable_is_shown() {
        let pattern = r"[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Z}--\x20]";
        let class = regex_syntax::parse(pattern).expect("a class");
        let regex_syntax::hir::HirKind::Class(regex_syntax::hir::Class::Unicode(class)) =
            class.kind()
        else {
            panic!("not a class");
        };
        let ranges = class.ranges().iter();
        let hidden: Vec<char> = ranges
            .flat_map(|range| range.start()..=range.end())
            .collect();
        assert!(hidden.len() > 4000, "only {}", hidden.len());
        for c in &hidden {
            assert!(is_unsafe(*c), "U+{:04X}", u32::from(*c));
        }
        // And few others.
        let shown = ('\0'..=char::MAX).filter(|c| is_unsafe(*c)).count();
        assert!(shown - hidden.len() < 100, "{}", shown - hidden.len());
    }

    #[test]
    fn similar_names_look_different() {
        for c in "\u{34f}\u{3164}\u{115f}\u{1160}\u{17b4}\u{17b5}\u{2800}\u{fe0f}\u{e0100}\u{180b}\
                  \u{ffa0}\u{200b}\u{200d}\u{e0041}\u{ad}\u{a0}\u{3000}\u{ffff}"
            .chars()
        {
            let shown = format!("check\\u{{{:x}}}out", u32::from(c));
            assert_eq!(escaped(&format!("check{c}out")), shown);
        }
    }

    #[test]
    fn ordinary_names_and_paths_are_left_alone() {
        for text in [
            "checkout-api",
            "plain ünïcode 函数 🦀",
            r"C:\new\u\temp\x{1}.toml",
            "# heading",
            "a ## b",
            "a[0]#[1]",
            "AWS::Lambda::Function",
        ] {
            for shown in [printable(text), escaped(text), escaped_name(text)] {
                assert_eq!(shown, text);
            }
            assert!(!is_command(text) && !text.chars().any(is_refused), "{text}");
        }
    }

    #[test]
    fn escapes_are_shown_not_obeyed() {
        assert_eq!(escaped("a\u{1b}[31mb\n\u{9b}"), r"a\u{1b}[31mb\u{a}\u{9b}");
        assert_eq!(escaped(r"\u{1b}"), r"\u{5c}u{1b}");
        assert_eq!(escaped("\u{202e}evil"), r"\u{202e}evil");
        assert_eq!(escaped_name(" a  b "), r"\u{20}a \u{20}b\u{20}");
        assert_eq!(quoted("a`b"), r"`a\u{60}b`");
        assert_eq!(printable("###[error]x"), r"#\u{23}#[error]x");
    }

    #[test]
    fn commands_of_ci_logs_are_known() {
        for text in [
            "##[error]x",
            "a###[x",
            "##vso[task.x]",
            "::error::",
            " \t::x",
            "::",
        ] {
            assert!(is_command(text), "{text}");
        }
    }
}
