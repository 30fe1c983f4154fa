//! A table of the scenario, read key by key.

use super::schema::{Bounds, Key, ValueKind};
use super::spanned::Cell;
use super::unknown::advice_in_table;
use crate::diag::{At, Code, Diag, Diags, Source};
use crate::text::comma_separated;
use rust_decimal::Decimal;
use std::ops::Range;
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Reads a TOML value as a number.
///
/// # Errors
/// It is not a number, or out of bounds.
pub(crate) fn number(
    value: &Spanned<DeValue<'_>>,
    key: &str,
    bounds: &Bounds,
    source: &Source,
) -> Result<Decimal, Diag> {
    match Cell::of(value) {
        Some(cell) => cell.number(key, bounds, source),
        None => Err(
            Diag::new(Code::WrongType, format!("`{key}` is not a number"))
                .at(source.at(value.span()))
                .help(format!("write {}", bounds.describe())),
        ),
    }
}

/// Reads a TOML value as true or false.
///
/// # Errors
/// It is neither.
pub(crate) fn flag(value: &Spanned<DeValue<'_>>, key: &str, source: &Source) -> Result<bool, Diag> {
    value.get_ref().as_bool().ok_or_else(|| {
        Diag::new(
            Code::WrongType,
            format!("`{key}` is neither true nor false"),
        )
        .at(source.at(value.span()))
        .help("write true or false, without quotes")
    })
}

/// Reads a list of platforms' ids, in the order of `all`. Mistakes go to `diags`, among them an id that
/// occurs twice; `None` if no platform is left.
pub(crate) fn platforms(
    value: &Spanned<DeValue<'_>>,
    key: &str,
    all: &[&'static str],
    source: &Source,
    diags: &mut Diags,
) -> Option<Vec<&'static str>> {
    let mut wrong = |code, span, message: String, help: &str| {
        diags.push(Diag::new(code, message).at(source.at(span)).help(help));
    };
    let Some(list) = value.get_ref().as_array() else {
        let message = format!("`{key}` is not a list");
        let help = format!("write a list: platforms = {all:?}");
        wrong(Code::WrongType, value.span(), message, &help);
        return None;
    };
    if list.is_empty() {
        let message = format!("`{key}` names no platform");
        let help = format!("name at least one of {}", comma_separated(all));
        wrong(Code::MissingKey, value.span(), message, &help);
        return None;
    }
    let mut chosen = Vec::new();
    for item in list.iter() {
        match Cell::of(item) {
            Some(cell) => {
                let id = diags.take(cell.word(key, all, source));
                if let Some(id) = id.filter(|id| chosen.contains(id)) {
                    let message = format!("`{id}` occurs twice in `{key}`");
                    let diag = Diag::new(Code::Conflict, message).at(source.at(item.span()));
                    diags.push(diag.help("keep one of them"));
                }
                chosen.extend(id);
            }
            None => {
                let diag = Diag::new(Code::WrongType, "a platform is not a text");
                diags.push(
                    diag.at(source.at(item.span()))
                        .help("put its name in quotes"),
                );
            }
        }
    }
    // In the program's order, whatever order the user wrote.
    let ids = all.iter().copied().filter(|id| chosen.contains(id));
    Some(ids.collect()).filter(|ids: &Vec<_>| !ids.is_empty())
}

/// The keys of a table, read one by one. Keys that were not read are unknown.
pub struct Keys<'k> {
    pub table: &'k DeTable<'k>,
    prefix: String,
    known: Vec<&'static str>,
    /// Keys that the table does not have, but others like it do. They are already reported.
    refused: Vec<&'static str>,
    /// The bytes of the table in the input.
    pub span: Range<usize>,
    pub source: &'k Source,
    /// The mistakes found so far.
    pub diags: &'k mut Diags,
}

impl<'k> Keys<'k> {
    /// The keys of a table with the dotted path `prefix`.
    pub(crate) fn new(
        table: &'k DeTable<'k>,
        prefix: impl Into<String>,
        source: &'k Source,
        diags: &'k mut Diags,
    ) -> Self {
        Self {
            table,
            prefix: prefix.into(),
            known: Vec::new(),
            refused: Vec::new(),
            span: 0..0,
            source,
            diags,
        }
    }

    /// The dotted path of the table.
    pub(crate) fn path(&self) -> &str {
        &self.prefix
    }

    /// Sets the bytes of the table.
    pub(crate) fn spanning(self, span: Range<usize>) -> Self {
        Self { span, ..self }
    }

    /// The place of a key, if it is stated.
    pub(crate) fn place_of(&self, key: &Key) -> Option<At> {
        let value = self.table.get(key.word())?;
        Some(self.source.at(value.span()))
    }

    /// The keys of the table below a key. `example` shows how to write the table.
    pub(crate) fn table(&mut self, key: &Key, example: &str) -> Option<Keys<'_>> {
        self.inner(key.word(), example)
    }

    /// The keys of a table in this one. `example` shows how to write the table.
    pub(crate) fn inner(&mut self, key: &'static str, example: &str) -> Option<Keys<'_>> {
        let (value, path) = self.get(key)?;
        let Some(table) = value.get_ref().as_table() else {
            let diag = Diag::new(Code::WrongType, format!("`{path}` is not a table"))
                .at(self.source.at(value.span()))
                .help(format!("write {example}"));
            self.diags.push(diag);
            return None;
        };
        Some(Keys::new(table, path, self.source, self.diags))
    }

    /// Reports a mistake in a value.
    pub(crate) fn wrong(&mut self, code: Code, span: Range<usize>, message: String, help: &str) {
        let diag = Diag::new(code, message).at(self.source.at(span));
        self.diags.push(diag.help(help));
    }

    /// Reports a mistake in the value of a key.
    pub(crate) fn wrong_at(&mut self, key: &Key, code: Code, message: String, help: &str) {
        let span = self.table.get(key.word()).map_or(0..0, Spanned::span);
        self.wrong(code, span, message, help);
    }

    /// Reports a key that only other tables of this kind have, if it is stated.
    pub(crate) fn refuse(&mut self, key: &Key, message: &str, help: &str) {
        self.refused.push(key.word());
        if self.table.contains_key(key.word()) {
            self.wrong_at(key, Code::Conflict, message.to_owned(), help);
        }
    }

    /// The value of a key, with its dotted path.
    pub(crate) fn get(&mut self, key: &'static str) -> Option<(&'k Spanned<DeValue<'k>>, String)> {
        self.known.push(key);
        let value = self.table.get(key)?;
        Some((value, format!("{}.{key}", self.prefix)))
    }

    /// A number; `None` if it is not stated or has an error.
    pub(crate) fn number(&mut self, key: &Key) -> Option<Decimal> {
        self.number_within(key.word(), key.bounds())
    }

    /// An integer; `None` if it is not stated or has an error.
    pub(crate) fn whole(&mut self, key: &Key) -> Option<u32> {
        self.whole_within(key.word(), key.bounds())
    }

    /// A number within bounds; `None` if it is not stated or has an error.
    pub(crate) fn number_within(&mut self, key: &'static str, bounds: Bounds) -> Option<Decimal> {
        let (value, path) = self.get(key)?;
        let read = number(value, &path, &bounds, self.source);
        self.diags.take(read)
    }

    /// An integer within bounds; `None` if it is not stated or has an error.
    pub(crate) fn whole_within(&mut self, key: &'static str, bounds: Bounds) -> Option<u32> {
        let number = self.number_within(key, bounds)?.normalize();
        u32::try_from(number.mantissa()).ok()
    }

    /// An integer, or the word that the key allows in its place, as `None`. The outer `None` is a
    /// value that is not stated or has an error.
    pub(crate) fn whole_or_word(&mut self, key: &Key) -> Option<Option<u32>> {
        let ValueKind::NumberOr(bounds, word) = key.kind else {
            unreachable!("`{}` is read as a number or a word", key.path);
        };
        let (value, _) = self.get(key.word())?;
        if value.get_ref().as_str() == Some(word) {
            return Some(None);
        }
        if value.get_ref().as_str().is_some() {
            let message = format!("`{}` is neither a number nor \"{word}\"", key.path);
            let help = format!("write {}, or \"{word}\"", bounds.describe());
            self.wrong_at(key, Code::WrongType, message, &help);
            return None;
        }
        self.whole_within(key.word(), bounds).map(Some)
    }

    /// A list of names; `None` if it is not stated or has an error.
    pub(crate) fn names(&mut self, key: &Key) -> Option<Vec<String>> {
        let (value, path) = self.get(key.word())?;
        let items = value.get_ref().as_array().map(|items| {
            let texts = items.iter().map(|item| item.get_ref().as_str());
            texts.map(|text| text.map(str::to_owned)).collect()
        });
        let names: Option<Vec<String>> = items.flatten();
        let names = names.filter(|names| !names.is_empty());
        if names.is_none() {
            let message = format!("`{path}` is not a list of names");
            let help = format!("write {} = [\"one\", \"two\"]", key.word());
            self.wrong_at(key, Code::WrongType, message, &help);
        }
        names
    }

    /// A text; `None` if it is not stated or has an error.
    pub(crate) fn text(&mut self, key: &Key) -> Option<String> {
        let (cell, path, _) = self.cell(key.word())?;
        let text = cell.text(&path, self.source).map(str::to_owned);
        self.diags.take(text)
    }

    /// A list of platforms' ids in the order of `all`; `None` if it is not stated or has an error.
    pub(crate) fn platforms(
        &mut self,
        key: &Key,
        all: &[&'static str],
    ) -> Option<Vec<&'static str>> {
        let (value, path) = self.get(key.word())?;
        platforms(value, &path, all, self.source, self.diags)
    }

    /// True or false; `None` if it is not stated or has an error.
    pub(crate) fn flag(&mut self, key: &Key) -> Option<bool> {
        let (value, path) = self.get(key.word())?;
        self.diags.take(flag(value, &path, self.source))
    }

    /// One of a key's words; `None` if it is not stated or has an error.
    pub(crate) fn word(&mut self, key: &Key) -> Option<&'static str> {
        let (cell, path, _) = self.cell(key.word())?;
        let word = cell.word(&path, key.words(), self.source);
        self.diags.take(word)
    }

    /// A scalar value with its dotted path and place.
    pub(crate) fn cell(&mut self, key: &'static str) -> Option<(Cell<'k>, String, At)> {
        let (value, path) = self.get(key)?;
        let at = self.source.at(value.span());
        match Cell::of(value) {
            Some(cell) => Some((cell, path, at)),
            None => {
                let message = format!("`{path}` must be a text");
                self.diags.push(Diag::new(Code::WrongType, message).at(at));
                None
            }
        }
    }

    /// Reports every key that was not read.
    pub(crate) fn refuse_others(self) {
        let mut known = Vec::with_capacity(self.known.len());
        for key in self.known {
            if !known.contains(&key) {
                known.push(key);
            }
        }
        let known: Arc<[&str]> = known.into();
        for (key, _) in self.table {
            let name = key.get_ref().as_ref();
            if !known.contains(&name) && !self.refused.contains(&name) {
                let message = format!("there is no key `{}.{name}`", self.prefix);
                let diag = Diag::new(Code::UnknownKey, message)
                    .at(self.source.at(key.span()))
                    .help_when_shown(near(name, &known));
                self.diags.push(diag);
            }
        }
    }
}

/// A search for the key that was probably meant. It runs only if the diagnostic is shown.
fn near(typed: &str, known: &Arc<[&'static str]>) -> impl Fn() -> Option<String> + use<> {
    let (typed, known) = (typed.to_owned(), Arc::clone(known));
    move || Some(advice_in_table(&typed, &known))
}
