//! Colour and line breaks.

use crate::text::indented;
use anstyle::{AnsiColor, Style};

/// Opens a bold text whose columns are counted before it is coloured, see [`Paint::marked_bold`].
const MARK_BOLD: char = '\u{2061}';
/// Opens a green one.
const MARK_GREEN: char = '\u{2062}';
/// Closes either.
const MARK_END: char = '\u{2063}';

/// Colours text, or leaves it alone.
#[derive(Debug, Clone, Copy)]
pub struct Paint(bool);

impl Paint {
    /// Colours, if it is wanted.
    pub fn new(wanted: bool) -> Self {
        Self(wanted)
    }

    fn with(self, style: Style, text: &str) -> String {
        if self.0 {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }

    /// Headings and names.
    pub fn bold(self, text: &str) -> String {
        self.with(Style::new().bold(), text)
    }

    /// What may recede.
    pub fn dim(self, text: &str) -> String {
        self.with(Style::new().dimmed(), text)
    }

    /// What is as it should be.
    pub fn green(self, text: &str) -> String {
        self.with(AnsiColor::Green.on_default(), text)
    }

    /// What is wrong.
    pub fn red(self, text: &str) -> String {
        self.with(AnsiColor::Red.on_default(), text)
    }

    /// What to look at.
    pub fn yellow(self, text: &str) -> String {
        self.with(AnsiColor::Yellow.on_default(), text)
    }

    /// Bold text for a layout that counts columns: the style is a mark without width until
    /// [`Self::styled`] writes it. Text from outside has no such mark, since `text` escapes what is
    /// not seen. Each line is marked, because a layout puts other cells between them.
    pub fn marked_bold(self, text: &str) -> String {
        self.marked(MARK_BOLD, text)
    }

    /// The same in green.
    pub fn marked_green(self, text: &str) -> String {
        self.marked(MARK_GREEN, text)
    }

    fn marked(self, mark: char, text: &str) -> String {
        if !self.0 {
            return text.to_owned();
        }
        let lines = text
            .split('\n')
            .map(|line| format!("{mark}{line}{MARK_END}"));
        lines.collect::<Vec<String>>().join("\n")
    }

    /// A text that has been laid out, with the style of each mark in its place.
    pub fn styled(self, text: &str) -> String {
        if !self.0 {
            return text.to_owned();
        }
        let reset = format!("{:#}", Style::new().bold());
        text.replace(MARK_BOLD, &Style::new().bold().to_string())
            .replace(MARK_GREEN, &AnsiColor::Green.on_default().to_string())
            .replace(MARK_END, &reset)
    }
}

/// The fewest columns of a text after its indent.
const NARROWEST: usize = 20;

/// Text broken between words to a width, each line indented.
pub fn wrapped(text: &str, indent: &str, width: u16) -> String {
    let columns = usize::from(width).max(indent.len() + NARROWEST);
    indented(text, columns, indent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{is_unsafe, width};

    #[test]
    fn marks_take_no_column_and_become_styles() {
        let paint = Paint::new(true);
        let marked = paint.marked_bold("a\nb") + &paint.marked_green("c");
        assert_eq!(width(&marked), 4, "the line break counts as one");
        assert_eq!(
            paint.styled(&marked),
            "\u{1b}[1ma\u{1b}[0m\n\u{1b}[1mb\u{1b}[0m\u{1b}[32mc\u{1b}[0m"
        );
        assert_eq!(Paint::new(false).marked_bold("a"), "a");
        // So no name can hold one.
        assert!([MARK_BOLD, MARK_GREEN, MARK_END].into_iter().all(is_unsafe));
    }
}
