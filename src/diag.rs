//! Everything that is said to the user about what is wrong: code, place, excerpt, fix.
//!
//! A diagnostic carries its own excerpt, so a reader may forget a file of four gigabytes and still
//! point at line 1,234,567 of it.

use crate::text::{folded, printable};
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use toml::Spanned;
use toml::de::DeTable;

/// What kind of mistake it is: one stable name each, listed in `docs/errors.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Code {
    /// A file or standard input cannot be read, or is not text.
    Unreadable,
    /// Not TOML, or not CSV.
    Syntax,
    /// A key or column that does not exist.
    UnknownKey,
    /// A text where a number belongs, a number where a table belongs.
    WrongType,
    /// A value that is none of the allowed words.
    UnknownValue,
    /// A number outside its bounds.
    OutOfRange,
    /// A number that has no exact decimal of 28 digits.
    NotExact,
    /// A required key is absent.
    MissingKey,
    /// Two keys that exclude each other.
    Conflict,
    /// Two functions of one name.
    DuplicateName,
    /// A part of the contract that this version does not price.
    NotPriced,
    /// The scenario has no function, or none of the name asked for.
    NoFunction,
    /// A region that the price book lacks.
    UnknownRegion,
    /// A price file that breaks the rules of the price book.
    BadPrice,
    /// A price that the region lacks and something needs.
    MissingPrice,
    /// More than an account may have.
    OverQuota,
    /// An instance type, task size or platform option that cannot be had.
    NotAvailable,
    /// A baseline that is no scenario and no report of this version.
    BadBaseline,
    /// A result that cannot be written.
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

/// A place in an input, with the line it stands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At {
    /// The file as the user named it.
    pub file: Arc<str>,
    /// The line, counted from one.
    pub line: u64,
    /// The text of that line.
    pub text: String,
    /// The bytes of `text` that are meant.
    pub columns: Range<usize>,
}

/// A named text that spans point into.
#[derive(Debug, Clone)]
pub struct Source {
    name: Arc<str>,
    text: Arc<str>,
}

impl Source {
    /// A text under the name that the user knows it by.
    pub fn new(name: &str, text: &str) -> Self {
        Self {
            name: name.into(),
            text: text.into(),
        }
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The name that the user knows it by.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// The text read as TOML, every value with its place.
    ///
    /// # Errors
    /// Every place where it is not TOML.
    pub fn toml(&self) -> Result<Spanned<DeTable<'_>>, Diags> {
        let (document, errors) = DeTable::parse_recoverable(&self.text);
        let mut diags = Diags::new();
        for error in errors {
            let at = self.at(error.span().unwrap_or(0..0));
            let diag = Diag::new(Code::Syntax, error.message()).at(at);
            diags.push(diag.maybe_help(way_out(error.message()).map(str::to_owned)));
        }
        diags.into_result(document)
    }

    /// The place of a byte range: its first line, cut at the end of that line.
    pub fn at(&self, span: Range<usize>) -> At {
        let start = span.start.min(self.text.len());
        let line_start = self.text[..start].rfind('\n').map_or(0, |end| end + 1);
        let line_end = self.text[start..]
            .find('\n')
            .map_or(self.text.len(), |end| start + end);
        let text = self.text[line_start..line_end].trim_end_matches('\r');
        let from = (start - line_start).min(text.len());
        let to = span.end.saturating_sub(line_start).clamp(from, text.len());
        At {
            file: Arc::clone(&self.name),
            line: 1 + self.text[..start].matches('\n').count() as u64,
            text: text.to_owned(),
            columns: from..to,
        }
    }
}

/// What to do about a mistake in TOML whose message does not say it.
fn way_out(message: &str) -> Option<&'static str> {
    if message == "duplicate key" {
        return Some("keep one of them");
    }
    let is_deep = message.contains("recursion limit") || message.contains("recursion depth");
    is_deep.then_some("no key lies more than a few levels deep: take brackets or dots away")
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diag {
    /// Its kind.
    pub code: Code,
    /// What is wrong, one sentence without a full stop.
    pub message: String,
    /// Where, unless it has no place.
    pub at: Option<At>,
    /// What to do.
    pub help: Option<String>,
}

impl Diag {
    /// A mistake without place or advice yet.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            at: None,
            help: None,
        }
    }

    /// Adds the place.
    pub fn at(mut self, at: At) -> Self {
        self.at = Some(at);
        self
    }

    /// Adds what to do.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds what to do, where nothing is said yet.
    pub fn or_help(mut self, help: &str) -> Self {
        self.help.get_or_insert_with(|| help.to_owned());
        self
    }

    /// Adds what to do, if there is something.
    pub fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help;
        self
    }
}

/// Everything that is wrong, never empty when returned as an error.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diags(Vec<Diag>);

impl Diags {
    /// Nothing is wrong so far.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes one more mistake.
    pub fn push(&mut self, diag: Diag) {
        self.0.push(diag);
    }

    /// Notes the mistakes of a failed step and gives the value of one that succeeded.
    pub fn take<T>(&mut self, outcome: Result<T, impl Into<Diags>>) -> Option<T> {
        match outcome {
            Ok(value) => Some(value),
            Err(diags) => {
                self.0.extend(diags.into().0);
                None
            }
        }
    }

    /// The value, unless something was wrong.
    pub fn into_result<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() {
            Ok(value)
        } else {
            Err(self)
        }
    }

    /// True when nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Puts the mistakes in each file in the order of their places: the keys of a table are met in
    /// alphabetical order, which is not that of its lines. Files keep the order in which they come.
    pub fn sort_by_place(&mut self) {
        let mut files: Vec<Arc<str>> = Vec::new();
        for at in self.0.iter().filter_map(|diag| diag.at.as_ref()) {
            if !files.contains(&at.file) {
                files.push(Arc::clone(&at.file));
            }
        }
        let place = |at: &At| {
            let file = files.iter().position(|file| *file == at.file);
            (file, at.line, at.columns.start)
        };
        self.0.sort_by_key(|diag| diag.at.as_ref().map(place));
    }

    /// The mistakes in their order.
    pub fn iter(&self) -> impl Iterator<Item = &Diag> {
        self.0.iter()
    }
}

impl From<Diag> for Diags {
    fn from(diag: Diag) -> Self {
        Self(vec![diag])
    }
}

impl Extend<Diag> for Diags {
    fn extend<I: IntoIterator<Item = Diag>>(&mut self, diags: I) {
        self.0.extend(diags);
    }
}

impl fmt::Display for Diags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&render(self, &Renderer::plain()))
    }
}

impl std::error::Error for Diags {}

/// How many mistakes are printed in full; a broken export of a million rows is one mistake to its
/// owner, not a million.
const PRINTED: usize = 100;

/// The mistakes as text, one paragraph each; one that many functions take from the same default is
/// said once.
pub fn render(diags: &Diags, renderer: &Renderer) -> String {
    let mut said: Vec<&Diag> = Vec::new();
    let mut all = diags.0.iter();
    while said.len() < PRINTED
        && let Some(diag) = all.next()
    {
        if !said.contains(&diag) {
            said.push(diag);
        }
    }
    let mut out: Vec<String> = said.iter().map(|diag| render_one(diag, renderer)).collect();
    let rest = all.count();
    if rest > 0 {
        out.push(format!("… and {rest} more mistakes: mend these first"));
    }
    out.join("\n\n")
}

fn render_one(diag: &Diag, renderer: &Renderer) -> String {
    let message = printable(&diag.message);
    let title = Level::ERROR
        .primary_title(message.as_ref())
        .id(diag.code.name());
    let excerpt = diag.at.as_ref().map(excerpt);
    let mut group = match &excerpt {
        Some((file, line, text, columns)) => title.element(
            Snippet::source(text.as_str())
                .line_start(*line)
                .path(file.as_str())
                .annotation(AnnotationKind::Primary.span(columns.clone())),
        ),
        None => Group::with_title(title),
    };
    let help = diag
        .help
        .as_deref()
        .map(|help| folded(&printable(help), ADVICE).join("\n"));
    let Some(help) = &help else {
        return renderer.render(&[group]);
    };
    match &excerpt {
        Some(_) => {
            group = group.element(Level::HELP.message(help.as_str()));
            renderer.render(&[group])
        }
        // Below nothing, a help is a paragraph of its own.
        None => {
            let help = Group::with_title(Level::HELP.secondary_title(help.as_str()));
            format!(
                "{}\n{}",
                renderer.render(&[group]),
                renderer.render(&[help])
            )
        }
    }
}

/// Columns that an advice may take beside its margin.
const ADVICE: usize = 64;

/// How much of a long line is shown before and after the place.
const CONTEXT: usize = 60;

/// File, line, safe text of the line and the place in that text.
fn excerpt(at: &At) -> (String, usize, String, Range<usize>) {
    let cut = |from: usize, to: usize| {
        let boundary = |mut at_byte: usize| {
            while !at.text.is_char_boundary(at_byte) {
                at_byte -= 1;
            }
            at_byte
        };
        printable(&at.text[boundary(from)..boundary(to)]).into_owned()
    };
    let Range { start, end } = at.columns;
    let end = end.min(start + 2 * CONTEXT);
    let from = start.saturating_sub(CONTEXT);
    let to = (end + CONTEXT).min(at.text.len());
    let before = format!("{}{}", if from > 0 { "…" } else { "" }, cut(from, start));
    let meant = cut(start, end);
    let after = format!(
        "{}{}",
        cut(end, to),
        if to < at.text.len() { "…" } else { "" }
    );
    let columns = before.len()..before.len() + meant.len();
    let line = usize::try_from(at.line).unwrap_or(usize::MAX);
    let file = printable(&at.file).into_owned();
    (file, line, format!("{before}{meant}{after}"), columns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_knows_its_line_and_columns() {
        let source = Source::new("a.toml", "one = 1\r\ntwo = 2\n");
        let at = source.at(15..16);
        assert_eq!(
            (at.line, at.text.as_str(), at.columns),
            (2, "two = 2", 6..7)
        );
        assert_eq!(source.at(99..120).line, 3);
    }

    #[test]
    fn long_and_hostile_lines_are_cut_and_escaped() {
        let text = format!("{}\u{1b}[2J = {}", "é".repeat(200), "x".repeat(5000));
        let source = Source::new("\u{1b}file", &text);
        let diag = Diag::new(Code::Syntax, "bad \u{7}").at(source.at(400..405));
        let shown = render(&diag.into(), &Renderer::plain());
        assert!(
            !shown.contains('\u{1b}') && !shown.contains('\u{7}'),
            "{shown}"
        );
        assert!(shown.len() < 800, "{shown}");
    }
}
