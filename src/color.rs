//! Colour and line breaks.

use crate::text::folded;
use clap::builder::styling::{AnsiColor, Style};

/// Colours text, or leaves it alone.
#[derive(Debug, Clone, Copy)]
pub struct Paint(bool);

impl Paint {
    /// Colours, if it is wanted.
    pub fn new(wanted: bool) -> Self {
        Self(wanted)
    }

    /// True when text is coloured.
    pub fn is_on(self) -> bool {
        self.0
    }

    fn with(self, style: Style, text: &str) -> String {
        match self.is_on() {
            true => format!("{style}{text}{style:#}"),
            false => text.to_owned(),
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
}

/// Text broken between words to a width, each line indented.
pub fn wrapped(text: &str, indent: &str, width: u16) -> String {
    let room = usize::from(width).saturating_sub(indent.len()).max(20);
    let lines = folded(text, room).into_iter();
    let indented: Vec<String> = lines.map(|line| format!("{indent}{line}")).collect();
    indented.join("\n")
}
