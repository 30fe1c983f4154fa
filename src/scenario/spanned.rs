//! Values as the user wrote them, with their places, before they are checked.

use super::extra::{self, Extra};
use super::notation;
use super::number::{self, NumberError};
use super::schema::{ALTERNATIVES, Bounds, Field, RESERVED, Setting, ValueKind};
use super::synonyms::unpriced;
use super::tags;
use super::unknown::{KeyOrigin, Shapes, advice_on_value, meant, not_priced, unknown};
use crate::diag::{At, Code, Diag, Diags, Source};
use crate::money::grouped;
use crate::text::{self, comma_separated};
use rust_decimal::Decimal;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Turns a byte range of an input into a place for diagnostics.
pub(crate) trait Locate {
    fn at(&self, span: Range<usize>) -> At;
}

impl Locate for Source {
    fn at(&self, span: Range<usize>) -> At {
        Source::at(self, span)
    }
}

/// The form of a value before its meaning is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ValueShape {
    /// Quoted text, or a CSV cell, which can be anything.
    Text,
    /// An unquoted number.
    Number,
    /// `true` or `false`.
    Bool,
    /// A number that `--set` has changed.
    Computed,
    /// A value that is already reported: not a scalar, or below a mistyped key.
    Refused,
}

#[derive(Debug, Clone)]
pub(crate) struct Cell<'a> {
    /// Without quotes.
    pub text: Cow<'a, str>,
    pub shape: ValueShape,
    pub place: Place,
}

#[derive(Debug, Clone)]
pub(crate) enum Place {
    /// A byte range of the input being read.
    Bytes(Range<usize>),
    /// A place in another input: a default of the scenario that applies to a row of the functions
    /// file.
    Elsewhere(Arc<At>),
}

impl Place {
    /// The place with its line of text, for diagnostics.
    pub(crate) fn at(&self, locate: &dyn Locate) -> At {
        match self {
            Self::Bytes(span) => locate.at(span.clone()),
            Self::Elsewhere(at) => (**at).clone(),
        }
    }
}

impl<'a> Cell<'a> {
    pub(crate) fn at(&self, locate: &dyn Locate) -> At {
        self.place.at(locate)
    }

    /// The cell of a TOML scalar; `None` for tables, arrays and dates.
    pub(crate) fn of(value: &'a Spanned<DeValue<'_>>) -> Option<Self> {
        let (text, shape) = match value.get_ref() {
            DeValue::String(text) => (Cow::Borrowed(text.as_ref()), ValueShape::Text),
            DeValue::Float(number) => (Cow::Borrowed(number.as_str()), ValueShape::Number),
            DeValue::Integer(number) if number.radix() == 10 => {
                (Cow::Borrowed(number.as_str()), ValueShape::Number)
            }
            DeValue::Integer(number) => {
                let whole = u128::from_str_radix(number.as_str(), number.radix());
                let text = whole.map_or_else(|_| number.to_string(), |n| n.to_string());
                (Cow::Owned(text), ValueShape::Number)
            }
            DeValue::Boolean(true) => (Cow::Borrowed("true"), ValueShape::Bool),
            DeValue::Boolean(false) => (Cow::Borrowed("false"), ValueShape::Bool),
            DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => return None,
        };
        let place = Place::Bytes(value.span());
        Some(Self { text, shape, place })
    }

    /// The cell of a field with a mistake that is already reported.
    pub(crate) fn refused(span: Range<usize>) -> Self {
        Self {
            text: Cow::Borrowed(""),
            shape: ValueShape::Refused,
            place: Place::Bytes(span),
        }
    }

    /// Reads the cell as a number within bounds.
    ///
    /// # Errors
    /// The mistake, with its place and fix.
    pub(crate) fn number(
        &self,
        key: &str,
        bounds: &Bounds,
        locate: &dyn Locate,
    ) -> Result<Decimal, Diag> {
        let wrong = |code, message: String, help: String| {
            Diag::new(code, message)
                .at(self.place.at(locate))
                .help(help)
        };
        let no_number = || {
            let message = format!("`{key}` is not a number");
            let advice = notation::advice(key, &self.text);
            wrong(
                Code::WrongType,
                message,
                advice.unwrap_or_else(|| write(bounds)),
            )
        };
        let out_of_bounds = || {
            if self.shape == ValueShape::Computed {
                let message = format!("`{key}` becomes {}, out of bounds", grouped(&self.text));
                let help = format!("it must be {}", bounds.describe());
                return wrong(Code::OutOfRange, message, help);
            }
            let message = format!("`{key}` is out of bounds");
            let help = write(bounds) + &self.as_share(bounds).unwrap_or_default();
            wrong(Code::OutOfRange, message, help)
        };
        if self.shape == ValueShape::Bool {
            return Err(no_number());
        }
        let read = if bounds.percent {
            number::ratio(&self.text)
        } else {
            number::exact(&self.text)
        };
        let number = read.map_err(|refusal| match refusal {
            NumberError::NotANumber => no_number(),
            NumberError::TooLarge => out_of_bounds(),
            NumberError::TooPrecise => {
                let message = format!(
                    "`{key}` has more than 28 digits, the maximum for an exact \
                                       number"
                );
                let help = "round it to at most 28 digits, including decimals";
                wrong(Code::NotExact, message, help.to_owned())
            }
        })?;
        if !number::is_within(number, bounds) {
            return Err(out_of_bounds());
        }
        if bounds.whole && number.fract() != Decimal::ZERO {
            let message = format!("`{key}` must be whole");
            return Err(wrong(Code::OutOfRange, message, write(bounds)));
        }
        Ok(number)
    }

    /// How to write a percentage that stands for a share, such as 35 for 0.35.
    fn as_share(&self, bounds: &Bounds) -> Option<String> {
        let percent = format!("{}%", self.text);
        let share = bounds.percent.then(|| number::ratio(&percent))?.ok()?;
        let hint = || {
            let (text, share) = (&self.text, share.normalize());
            format!("; {text} per cent is {share} or \"{percent}\"")
        };
        number::is_within(share, bounds).then(hint)
    }

    /// Reads the cell as one of some words.
    ///
    /// # Errors
    /// Another word, with its place and the nearest valid word.
    pub(crate) fn word(
        &self,
        key: &str,
        words: &[&'static str],
        locate: &dyn Locate,
    ) -> Result<&'static str, Diag> {
        let found = words.iter().find(|word| **word == self.text);
        found.copied().ok_or_else(|| {
            if let Some((what, help)) = unpriced(&self.text, words) {
                let message = format!("`{key}`: {what} is known, but not priced");
                return Diag::new(Code::NotPriced, message)
                    .at(self.place.at(locate))
                    .help(help);
            }
            let (typed, words) = (self.text.to_string(), words.to_vec());
            let help = move || {
                let known = one_of(&words);
                Some(match advice_on_value(&typed, &words) {
                    Some(advice) if advice.ends_with('?') => format!("{advice} It is {known}"),
                    Some(advice) => format!("{advice}: write {known}"),
                    None => format!("write {known}"),
                })
            };
            let message = format!("`{key}` cannot be `{}`", self.text);
            Diag::new(Code::UnknownValue, message)
                .at(self.place.at(locate))
                .help_when_shown(help)
        })
    }

    /// Reads the cell as a text of 1 to 256 printable characters.
    ///
    /// # Errors
    /// An unquoted value, an empty or too long text, or one that [`text::unfit`] refuses.
    pub(crate) fn text(&self, key: &str, locate: &dyn Locate) -> Result<&str, Diag> {
        let wrong = |code, message: String, help: &str| {
            Err(Diag::new(code, message)
                .at(self.place.at(locate))
                .help(help))
        };
        if self.shape != ValueShape::Text {
            let message = format!("`{key}` must be a text");
            return wrong(Code::WrongType, message, "put it in quotes");
        }
        if self.text.is_empty() {
            let message = format!("`{key}` is empty");
            return wrong(Code::OutOfRange, message, "write 1 to 256 characters");
        }
        if self.text.len() > 256 && self.text.chars().nth(256).is_some() {
            let message = format!("`{key}` is longer than 256 characters");
            return wrong(Code::OutOfRange, message, "shorten it");
        }
        if let Some((fault, help)) = text::unfit(&self.text) {
            return wrong(Code::OutOfRange, format!("`{key}` {fault}"), help);
        }
        Ok(&self.text)
    }

    /// Reads the cell as the id of an AWS account.
    ///
    /// # Errors
    /// An unquoted value, or anything other than 12 digits.
    pub(crate) fn account(&self, key: &str, locate: &dyn Locate) -> Result<&str, Diag> {
        let text = self.text(key, locate)?;
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        if digits == text.len() && digits == ACCOUNT_DIGITS {
            return Ok(text);
        }
        let help = if digits == text.len() && digits < ACCOUNT_DIGITS {
            "write all 12 digits: a spreadsheet leaves out zeros at the start"
        } else {
            "write the 12 digits without hyphens or spaces, in quotes"
        };
        let message = format!("`{key}` is not the id of an AWS account");
        Err(Diag::new(Code::OutOfRange, message)
            .at(self.place.at(locate))
            .help(help))
    }
}

/// Digits of the id of an AWS account.
const ACCOUNT_DIGITS: usize = 12;

fn write(bounds: &Bounds) -> String {
    format!("write {}", bounds.describe())
}

fn one_of(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("\"{word}\"")).collect();
    format!("one of {}", comma_separated(&quoted))
}

/// What to write for a kind of value.
fn expected(kind: ValueKind) -> String {
    match kind {
        ValueKind::Text | ValueKind::Region | ValueKind::InstanceType | ValueKind::FileName => {
            "write a text in quotes".to_owned()
        }
        ValueKind::Flag => "write true or false, without quotes".to_owned(),
        ValueKind::Platforms => "write a list of platforms, such as [\"lambda\"]".to_owned(),
        ValueKind::Table | ValueKind::Functions | ValueKind::Extras => "write a table".to_owned(),
        ValueKind::OneOf(words) => format!("write {}", one_of(words)),
        ValueKind::Platform => {
            "write the name of one platform in quotes, such as \"lambda\"".to_owned()
        }
        ValueKind::Number(bounds) => write(&bounds),
        ValueKind::NumberOr(bounds, word) => format!("{}, or \"{word}\"", write(&bounds)),
        ValueKind::Names => "write a list of texts in quotes".to_owned(),
        ValueKind::Account => "write 12 digits in quotes".to_owned(),
        ValueKind::Tags => "write a table of texts: tags = { team = \"checkout\" }".to_owned(),
    }
}

/// Number of fields that most functions state.
const USUAL_FIELDS: usize = 12;

/// The cells of one function or of `[defaults]`, by field.
#[derive(Debug, Clone)]
pub(crate) struct SpannedValues<'a> {
    /// A list, because a function states only a few of the fields.
    values: Vec<(Field, Cell<'a>)>,
    /// By name, in any order.
    tags: Vec<(Arc<str>, Cell<'a>)>,
    /// The stated costs; `None` if it states none.
    pub extras: Option<Arc<[Extra]>>,
    place: Place,
}

impl<'a> SpannedValues<'a> {
    /// Without cells.
    pub(crate) fn new(span: Range<usize>) -> Self {
        Self {
            values: Vec::with_capacity(USUAL_FIELDS),
            tags: Vec::new(),
            extras: None,
            place: Place::Bytes(span),
        }
    }

    /// The same cells with places that are valid for another input.
    pub(crate) fn with_places(mut self, source: &Source) -> Self {
        let values = self.values.iter_mut().map(|(_, cell)| cell);
        for cell in values.chain(self.tags.iter_mut().map(|(_, cell)| cell)) {
            cell.place = Place::Elsewhere(Arc::new(cell.place.at(source)));
        }
        self
    }

    /// The cell of a field, if it is stated.
    pub(crate) fn get(&self, field: Field) -> Option<&Cell<'a>> {
        let mut stated = self.values.iter();
        stated
            .find(|(known, _)| *known == field)
            .map(|(_, cell)| cell)
    }

    /// The place of a field, or of the whole function if the field is not stated.
    pub(crate) fn place_of(&self, field: Field) -> &Place {
        self.get(field).map_or(&self.place, |cell| &cell.place)
    }

    /// Adds the cell of a field that is not stated yet.
    pub(crate) fn state(&mut self, field: Field, cell: Cell<'a>) {
        self.values.push((field, cell));
    }

    /// Marks a field as already reported.
    pub(crate) fn refuse(&mut self, field: Field) {
        let found = self.values.iter_mut().find(|(known, _)| *known == field);
        if let Some((_, cell)) = found {
            cell.shape = ValueShape::Refused;
        }
    }

    /// Replaces the cell of a field, and those of its alternatives.
    pub(crate) fn replace(&mut self, field: Field, cell: Cell<'a>) {
        let group = ALTERNATIVES
            .into_iter()
            .find(|group| group.contains(&field));
        let replaced = group.unwrap_or(&[]);
        self.values
            .retain(|(known, _)| *known != field && !replaced.contains(known));
        self.state(field, cell);
    }

    /// Adds the cell of a tag that is not stated yet.
    pub(crate) fn state_tag(&mut self, name: Arc<str>, cell: Cell<'a>) {
        self.tags.push((name, cell));
    }

    /// Marks a tag as already reported.
    pub(crate) fn refuse_tag(&mut self, name: &str) {
        let found = self.tags.iter_mut().find(|(known, _)| **known == *name);
        if let Some((_, cell)) = found {
            cell.shape = ValueShape::Refused;
        }
    }

    /// The cells of tags, by name.
    pub(crate) fn tags(&self) -> impl Iterator<Item = (&Arc<str>, &Cell<'a>)> {
        self.tags.iter().map(|(name, cell)| (name, cell))
    }

    /// True without any cell or cost.
    pub(crate) fn is_empty(&self) -> bool {
        self.values.is_empty() && self.tags.is_empty() && self.extras.is_none()
    }

    pub(crate) fn stated(&self) -> impl Iterator<Item = (Field, &Cell<'a>)> {
        self.values.iter().map(|(field, cell)| (*field, cell))
    }

    /// These cells, and those of `defaults` for other fields and tags.
    ///
    /// A stated field also replaces the defaults of its alternatives.
    pub(crate) fn over(&self, defaults: &Self) -> Self {
        let mut merged = defaults.clone();
        merged.place = self.place.clone();
        merged.extras = self.extras.clone().or(merged.extras);
        for group in ALTERNATIVES {
            if group.iter().any(|field| self.get(*field).is_some()) {
                merged.values.retain(|(field, _)| !group.contains(field));
            }
        }
        for (field, cell) in self.stated() {
            merged.values.retain(|(known, _)| *known != field);
            merged.state(field, cell.clone());
        }
        for (name, cell) in self.tags() {
            merged.tags.retain(|(known, _)| known != name);
            merged.state_tag(Arc::clone(name), cell.clone());
        }
        merged
    }

    /// Collects the cells of a table. `prefix` is its dotted path within the function.
    pub(crate) fn collect<'t: 'a>(
        &mut self,
        table: &'t DeTable<'_>,
        prefix: &str,
        source: &Source,
        shapes: &Shapes,
        diags: &mut Diags,
    ) {
        let mut mistyped = Vec::new();
        for (key, value) in table {
            let path = match prefix {
                "" => key.get_ref().to_string(),
                _ => format!("{prefix}.{}", key.get_ref()),
            };
            let key_at = || source.at(key.span());
            match (Field::at_path(&path), Cell::of(value), value.get_ref()) {
                (Some(Field::Tags), _, DeValue::Table(tags)) => {
                    self.collect_tags(tags, source, diags);
                }
                (Some(field @ Field::Tags), _, other) => {
                    let message = format!("`{path}` cannot be {}", kind_of(other));
                    let diag = Diag::new(Code::WrongType, message).at(source.at(value.span()));
                    diags.push(diag.help(expected(field.kind())));
                }
                (Some(field), Some(cell), _) => self.state(field, cell),
                (Some(field), None, other) => {
                    let message = format!("`{path}` cannot be {}", kind_of(other));
                    let diag = Diag::new(Code::WrongType, message).at(source.at(value.span()));
                    diags.push(diag.help(expected(field.kind())));
                    self.state(field, Cell::refused(value.span()));
                }
                (None, _, _) if path == Setting::Extra.path() => {
                    let ids: Vec<_> = shapes.iter().map(|shape| shape.id).collect();
                    let extras = extra::read(value, &extra::Of::Function, &ids, source, diags);
                    self.extras = Some(extras.into());
                }
                (None, _, _) if RESERVED.contains(&path.as_str()) => {
                    diags.push(not_priced(&path).at(key_at()));
                }
                (None, _, DeValue::Table(inner)) if is_table(&path) => {
                    self.collect(inner, &path, source, shapes, diags);
                }
                (None, _, other) if is_table(&path) => diags.push(
                    Diag::new(
                        Code::WrongType,
                        format!("`{path}` cannot be {}", kind_of(other)),
                    )
                    .at(source.at(value.span()))
                    .help(format!("`{path}` is a table: {}", keys_below(&path))),
                ),
                _ => {
                    diags.push(unknown(&path, KeyOrigin::Scenario, key_at(), shapes));
                    // With too many errors, missing fields are not reported.
                    if !diags.is_full() {
                        let field =
                            meant(&path, KeyOrigin::Scenario, shapes).and_then(|meant| meant.field);
                        mistyped.extend(field.map(|field| (field, value.span())));
                    }
                }
            }
        }
        // A mistyped key is not reported as missing too.
        for (field, span) in mistyped {
            if field.is_missing(|field| self.get(field).is_some()) {
                self.state(field, Cell::refused(span));
            }
        }
    }

    fn collect_tags<'t: 'a>(&mut self, table: &'t DeTable<'_>, source: &Source, diags: &mut Diags) {
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            if let Some((fault, help)) = tags::unfit_name(name) {
                let message = format!("the name of a tag {fault}");
                let diag = Diag::new(Code::OutOfRange, message).at(source.at(key.span()));
                diags.push(diag.help(help));
                continue;
            }
            match Cell::of(value) {
                Some(cell) => self.state_tag(name.into(), cell),
                None => {
                    let kind = kind_of(value.get_ref());
                    let message = format!("the tag `{name}` cannot be {kind}");
                    let diag = Diag::new(Code::WrongType, message).at(source.at(value.span()));
                    diags.push(diag.help("write a text in quotes"));
                }
            }
        }
    }
}

fn is_table(path: &str) -> bool {
    let below = |known: &str| {
        known
            .strip_prefix(path)
            .is_some_and(|rest| rest.starts_with('.'))
    };
    Field::ALL.into_iter().any(|field| below(field.path()))
}

fn keys_below(path: &str) -> String {
    let prefix = format!("{path}.");
    let paths = Field::ALL.into_iter().map(Field::path);
    let keys = paths.filter_map(|known| known.strip_prefix(&prefix));
    let mut quoted: Vec<String> = Vec::new();
    for key in keys {
        let key = format!("`{}`", key.split('.').next().unwrap_or(key));
        if !quoted.contains(&key) {
            quoted.push(key);
        }
    }
    format!("its keys are {}", comma_separated(&quoted))
}

fn kind_of(value: &DeValue<'_>) -> String {
    match value.type_str() {
        kind @ ("array" | "integer") => format!("an {kind}"),
        kind => format!("a {kind}"),
    }
}
