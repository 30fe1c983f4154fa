//! The manual of error codes, from the sections of `docs/errors.md`.

use super::Code;
use crate::text::without_links;

/// The page that explains all codes.
static PAGE: &str = include_str!("../../docs/errors.md");

impl Code {
    /// The section of a code, starting with its name.
    pub(crate) fn manual(self) -> String {
        let title = format!("\n## `{}`\n", self.name());
        let section = PAGE
            .split_once(&title)
            .map(|(_, rest)| rest.split("\n## ").next().unwrap_or(rest));
        let section = section.expect("a test reads the section of every code");
        format!("{}\n\n{}\n", self.name(), without_links(section.trim()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_section_that_says_what_to_do() {
        for code in Code::ALL {
            let manual = code.manual();
            assert!(manual.starts_with(code.name()));
            assert!(manual.contains("Fix: "), "{manual}");
        }
    }
}
