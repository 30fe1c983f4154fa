//! Diagnostics: what is wrong, with a code, a place, an excerpt and a fix.
//!
//! A diagnostic contains its excerpt. So a reader does not keep a file of four gigabytes in memory
//! to point at its line 1,234,567.

mod manual;
mod place;
mod render;

pub(crate) use place::At;
pub use place::Source;
pub(crate) use render::render;

use annotate_snippets::Renderer;
use std::fmt;
use std::sync::Arc;

/// The kind of a mistake. Each has a stable name, listed in `docs/errors.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Code {
    /// A file or standard input cannot be read, or is not text.
    Unreadable,
    /// Invalid TOML or CSV.
    Syntax,
    /// A key or column that does not exist.
    UnknownKey,
    /// A value of another type, such as a text for a number.
    WrongType,
    /// A word that is not allowed.
    UnknownValue,
    /// A number outside its bounds.
    OutOfRange,
    /// A number with more digits than a decimal can hold (28).
    NotExact,
    MissingKey,
    /// Two keys that exclude each other.
    Conflict,
    /// Two functions with the same name.
    DuplicateName,
    /// A reserved key that this version does not price.
    NotPriced,
    /// The scenario has no functions, or none with the given name.
    NoFunction,
    /// A region that the price book lacks.
    UnknownRegion,
    /// A price file that breaks the rules of the price book.
    BadPrice,
    /// A price that is needed and that the region lacks.
    MissingPrice,
    /// More than the stated quota of the account.
    OverQuota,
    /// An instance type, task size or platform option that AWS does not offer.
    NotAvailable,
    /// A baseline that is neither a scenario nor a report of a supported version.
    BadBaseline,
    /// An output that cannot be written.
    CannotWrite,
}

impl Code {
    /// Every code, for the manual and the tests.
    pub const ALL: [Self; 19] = [
        Self::Unreadable,
        Self::Syntax,
        Self::UnknownKey,
        Self::WrongType,
        Self::UnknownValue,
        Self::OutOfRange,
        Self::NotExact,
        Self::MissingKey,
        Self::Conflict,
        Self::DuplicateName,
        Self::NotPriced,
        Self::NoFunction,
        Self::UnknownRegion,
        Self::BadPrice,
        Self::MissingPrice,
        Self::OverQuota,
        Self::NotAvailable,
        Self::BadBaseline,
        Self::CannotWrite,
    ];

    /// The stable name, as printed in brackets.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Syntax => "syntax",
            Self::UnknownKey => "unknown-key",
            Self::WrongType => "wrong-type",
            Self::UnknownValue => "unknown-value",
            Self::OutOfRange => "out-of-range",
            Self::NotExact => "not-exact",
            Self::MissingKey => "missing-key",
            Self::Conflict => "conflict",
            Self::DuplicateName => "duplicate-name",
            Self::NotPriced => "not-priced",
            Self::NoFunction => "no-function",
            Self::UnknownRegion => "unknown-region",
            Self::BadPrice => "bad-price",
            Self::MissingPrice => "missing-price",
            Self::OverQuota => "over-quota",
            Self::NotAvailable => "not-available",
            Self::BadBaseline => "bad-baseline",
            Self::CannotWrite => "cannot-write",
        }
    }
}

/// A mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diag {
    pub code: Code,
    /// One sentence without a full stop.
    pub message: String,
    /// `None` for a mistake without a place.
    pub at: Option<Box<At>>,
    /// What to do.
    help: Option<Help>,
    /// Lines of TOML below the help, to copy into a file. They are never wrapped.
    pub toml: Vec<String>,
}

/// What to do about a mistake.
#[derive(Clone)]
enum Help {
    /// The text.
    Text(String),
    /// Computed when the mistake is shown. Few of a million mistakes are, and the search for the
    /// nearest name takes longer than all other work.
    Search(Arc<dyn Fn() -> Option<String> + Send + Sync>),
}

impl PartialEq for Help {
    /// The result of a search depends only on the message, which is compared too.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(one), Self::Text(two)) => one == two,
            (Self::Search(_), Self::Search(_)) => true,
            _ => false,
        }
    }
}

impl Eq for Help {}

impl fmt::Debug for Help {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.debug_tuple("Text").field(text).finish(),
            Self::Search(_) => f.write_str("Search"),
        }
    }
}

impl Diag {
    /// A mistake without a place and advice.
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: shortened(message.into()),
            at: None,
            help: None,
            toml: Vec::new(),
        }
    }

    /// Replaces what is wrong.
    pub fn message(mut self, message: String) -> Self {
        self.message = shortened(message);
        self
    }

    /// Adds the place.
    pub(crate) fn at(mut self, at: At) -> Self {
        self.at = Some(Box::new(at));
        self
    }

    /// Adds advice.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(Help::Text(shortened(help.into())));
        self
    }

    /// Adds lines of TOML to copy, below the help.
    pub fn toml(mut self, lines: impl IntoIterator<Item = String>) -> Self {
        self.toml = lines.into_iter().map(shortened).collect();
        self
    }

    /// Adds advice that is computed only if the mistake is shown.
    pub(crate) fn help_when_shown(
        mut self,
        search: impl Fn() -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.help = Some(Help::Search(Arc::new(search)));
        self
    }

    /// What to do.
    pub(crate) fn advice(&self) -> Option<String> {
        match self.help.as_ref()? {
            Help::Text(text) => Some(text.clone()),
            Help::Search(search) => search().map(shortened),
        }
    }

    /// Adds advice, if there is any.
    pub(crate) fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help.map(|help| Help::Text(shortened(help)));
        self
    }
}

/// Maximum characters of a message, because it can quote a key of a megabyte.
const LONGEST: usize = 600;

fn shortened(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(LONGEST) {
        text.truncate(end);
        text.shrink_to_fit();
        text.push('…');
    }
    text
}

/// Mistakes. Never empty if returned as an error.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diags {
    /// The first ones.
    kept: Vec<Diag>,
    /// How many more there are.
    dropped: usize,
}

/// Number of mistakes that are kept. A file can have a billion.
const KEPT: usize = 10_000;

impl Diags {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds a mistake.
    pub(crate) fn push(&mut self, diag: Diag) {
        if self.kept.len() < KEPT {
            self.kept.push(diag)
        } else {
            self.dropped += 1
        }
    }

    /// The value of a successful step. The mistakes of a failed one are added.
    pub(crate) fn take<T>(&mut self, outcome: Result<T, impl Into<Diags>>) -> Option<T> {
        match outcome {
            Ok(value) => Some(value),
            Err(diags) => {
                let Self { kept, dropped } = diags.into();
                self.extend(kept);
                self.dropped += dropped;
                None
            }
        }
    }

    /// The value, if there are no mistakes.
    pub(crate) fn into_result<T>(self, value: T) -> Result<T, Self> {
        if self.is_empty() {
            Ok(value)
        } else {
            Err(self)
        }
    }

    /// True when further mistakes are only counted.
    pub(crate) fn is_full(&self) -> bool {
        self.kept.len() >= KEPT
    }

    /// Number of mistakes, including those that are only counted.
    pub fn len(&self) -> usize {
        self.kept.len() + self.dropped
    }

    /// True without mistakes.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Sorts the mistakes in each file by place, because the keys of a table are read in
    /// alphabetical order. The order of files does not change.
    pub(crate) fn sort_by_place(&mut self) {
        let mut files: Vec<Arc<str>> = Vec::new();
        for at in self.kept.iter().filter_map(|diag| diag.at.as_ref()) {
            if !files.contains(&at.file) {
                files.push(Arc::clone(&at.file));
            }
        }
        let place = |at: &At| {
            let file = files.iter().position(|file| *file == at.file);
            (file, at.line, at.column)
        };
        self.kept.sort_by_key(|diag| diag.at.as_deref().map(place));
    }

    /// The mistakes after applying `change` to each.
    pub(crate) fn map(mut self, change: impl Fn(Diag) -> Diag) -> Self {
        self.kept = self.kept.into_iter().map(change).collect();
        self
    }

    /// The kept mistakes in their order.
    pub fn iter(&self) -> impl Iterator<Item = &Diag> {
        self.kept.iter()
    }
}

impl From<Diag> for Diags {
    fn from(diag: Diag) -> Self {
        Self {
            kept: vec![diag],
            dropped: 0,
        }
    }
}

impl Extend<Diag> for Diags {
    fn extend<I: IntoIterator<Item = Diag>>(&mut self, diags: I) {
        for diag in diags {
            self.push(diag);
        }
    }
}

impl fmt::Display for Diags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&render(self, &Renderer::plain()))
    }
}

impl std::error::Error for Diags {}
