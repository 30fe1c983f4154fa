//! What is wrong in a file, where, and what to do.

/// A mistake in an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The file as the user named it; `None` for a mistake that is in no file.
    pub path: Option<String>,
    /// Line, from one.
    pub line: Option<u64>,
    /// One sentence without a full stop.
    pub message: String,
    /// What to do.
    pub help: String,
}

impl Mistake {
    /// A mistake in a file.
    pub(crate) fn new(path: &str, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            path: Some(path.to_owned()),
            line: None,
            message: message.into(),
            help: help.into(),
        }
    }

    /// A mistake that is in no file.
    pub(crate) fn anywhere(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            path: None,
            line: None,
            message: message.into(),
            help: help.into(),
        }
    }

    /// The same at a line.
    pub(crate) fn at(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }
}
