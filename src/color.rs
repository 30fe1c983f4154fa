//! Colour and line breaks.

use crate::text::indented;
use anstyle::{AnsiColor, Style};

/// Starts a bold text whose columns are counted before it gets its colour, see
/// [`Paint::marked_bold`].
const MARK_BOLD: char = '\u{2061}';
/// Starts a green text.
const MARK_GREEN: char = '\u{2062}';
/// Ends a bold or green text.
const MARK_END: char = '\u{2063}';

/// Adds colour to text, if colour is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Paint(bool);

impl Paint {
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

    /// For headings and names.
    pub(crate) fn bold(self, text: &str) -> String {
        self.with(Style::new().bold(), text)
    }

    /// For less important text.
    pub(crate) fn dim(self, text: &str) -> String {
        self.with(Style::new().dimmed(), text)
    }

    /// For good results.
    pub(crate) fn green(self, text: &str) -> String {
        self.with(AnsiColor::Green.on_default(), text)
    }

    /// For mistakes.
    pub(crate) fn red(self, text: &str) -> String {
        self.with(AnsiColor::Red.on_default(), text)
    }

    /// For warnings.
    pub(crate) fn yellow(self, text: &str) -> String {
        self.with(AnsiColor::Yellow.on_default(), text)
    }

    /// Bold text for a layout that counts columns. Marks without width stand for the style until
    /// [`Self::styled`] replaces them. Text from outside has no such marks, because `text` escapes
    /// invisible characters. Each line is marked, because a layout puts other cells between the
    /// lines.
    pub(crate) fn marked_bold(self, text: &str) -> String {
        self.marked(MARK_BOLD, text)
    }

    /// Green text for a layout that counts columns, see [`Self::marked_bold`].
    pub(crate) fn marked_green(self, text: &str) -> String {
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

    /// Replaces the marks in a finished layout by styles.
    pub(crate) fn styled(self, text: &str) -> String {
        if !self.0 {
            return text.to_owned();
        }
        let reset = format!("{:#}", Style::new().bold());
        text.replace(MARK_BOLD, &Style::new().bold().to_string())
            .replace(MARK_GREEN, &AnsiColor::Green.on_default().to_string())
            .replace(MARK_END, &reset)
    }
}

/// Minimum number of columns after the indent.
const NARROWEST: usize = 20;

/// Text wrapped at a width, with each line indented.
pub(crate) fn wrapped(text: &str, indent: &str, width: u16) -> String {
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
        // So no name can contain a mark.
        assert!([MARK_BOLD, MARK_GREEN, MARK_END].into_iter().all(is_unsafe));
    }
}
