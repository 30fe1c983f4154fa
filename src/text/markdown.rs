//! Markdown of the project's own pages as plain text.

/// A text without its links: `[Names](#names)` becomes `Names`.
pub(crate) fn without_links(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, label, after)) = link(rest) {
        plain.push_str(before);
        plain.push_str(label);
        rest = after;
    }
    plain + rest
}

/// The first link of a text: what is before it, its label, and what is after it.
fn link(text: &str) -> Option<(&str, &str, &str)> {
    let middle = text.find("](")?;
    let start = text[..middle].rfind('[')?;
    let end = middle + text[middle..].find(')')?;
    Some((&text[..start], &text[start + 1..middle], &text[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_its_label() {
        let text = "see [Names](#names) and [ci.md](ci.md#rules), [1] too";
        assert_eq!(without_links(text), "see Names and ci.md, [1] too");
        assert_eq!(without_links("a [list] (of two)"), "a [list] (of two)");
    }
}
