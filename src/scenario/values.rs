//! The checked values of cells.

use super::Extra;
use super::schema::{Field, FieldGroup, ValueKind};
use super::spanned::{Locate, SpannedValues, ValueShape};
use crate::diag::{At, Diags};
use crate::exact::Exact;
use rust_decimal::Decimal;
use std::sync::Arc;

/// The values of a function's cells, each checked for its kind.
pub struct Values<'c, 'a> {
    cells: &'c SpannedValues<'a>,
    stated: [bool; Field::COUNT],
    numbers: [Option<Decimal>; Field::COUNT],
    words: [Option<&'static str>; Field::COUNT],
    wrong: Vec<Field>,
    wrong_tags: Vec<Arc<str>>,
}

impl<'c, 'a> Values<'c, 'a> {
    /// Checks every stated cell. A mistake goes to `diags`, and the field has no value.
    pub(crate) fn check(
        cells: &'c SpannedValues<'a>,
        platforms: &[&'static str],
        locate: &dyn Locate,
        diags: &mut Diags,
    ) -> Self {
        let mut values = Self {
            cells,
            stated: [false; Field::COUNT],
            numbers: [None; Field::COUNT],
            words: [None; Field::COUNT],
            wrong: Vec::new(),
            wrong_tags: Vec::new(),
        };
        for (field, cell) in cells.stated() {
            values.stated[field as usize] = true;
            if cell.shape == ValueShape::Refused {
                continue;
            }
            let key = field.path();
            let mut word = |words: &[&'static str]| {
                let word = diags.take(cell.word(key, words, locate));
                values.words[field as usize] = word;
                word.is_some()
            };
            let is_fine = match field.kind() {
                ValueKind::OneOf(words) => word(words),
                ValueKind::Platform => word(platforms),
                ValueKind::Flag => word(&["true", "false"]),
                ValueKind::Text
                | ValueKind::Region
                | ValueKind::InstanceType
                | ValueKind::FileName => diags.take(cell.text(key, locate)).is_some(),
                ValueKind::Account => diags.take(cell.account(key, locate)).is_some(),
                ValueKind::Number(bounds) => {
                    let number = diags.take(cell.number(key, &bounds, locate));
                    values.numbers[field as usize] = number;
                    number.is_some()
                }
                ValueKind::Platforms
                | ValueKind::Table
                | ValueKind::Functions
                | ValueKind::Tags
                | ValueKind::Extras
                | ValueKind::NumberOr(..)
                | ValueKind::Names => {
                    unreachable!("a key of a function has a plain value")
                }
            };
            if !is_fine {
                values.wrong.push(field);
            }
        }
        for (name, cell) in cells.tags() {
            let key = format!("{}.{name}", Field::Tags.path());
            let is_known = cell.shape == ValueShape::Refused;
            if !is_known && diags.take(cell.text(&key, locate)).is_none() {
                values.wrong_tags.push(Arc::clone(name));
            }
        }
        values
    }

    /// Fields and tags with mistakes, which are already reported.
    pub(crate) fn into_wrong(self) -> (Vec<Field>, Vec<Arc<str>>) {
        (self.wrong, self.wrong_tags)
    }

    /// The names and values of tags.
    pub(crate) fn tags(&self) -> impl Iterator<Item = (&Arc<str>, &str)> {
        let tags = self.cells.tags();
        tags.map(|(name, cell)| (name, cell.text.as_ref()))
    }

    /// The stated costs; `None` for none.
    pub(crate) fn extras(&self) -> Option<Arc<[Extra]>> {
        self.cells.extras.clone()
    }

    /// A number; `None` if it is not stated or has a mistake.
    pub(crate) fn number(&self, field: Field) -> Option<Decimal> {
        self.numbers[field as usize]
    }

    /// An integer, whose bounds are checked.
    pub(crate) fn whole<T: TryFrom<i128>>(&self, field: Field) -> Option<T> {
        let number = self.number(field)?.normalize();
        T::try_from(number.mantissa()).ok()
    }

    /// A number; `None` if it is not stated or has a mistake.
    pub(crate) fn exact(&self, field: Field) -> Option<Exact> {
        self.number(field).map(Exact::from)
    }

    /// A word; `None` if it is not stated or has a mistake.
    pub(crate) fn word(&self, field: Field) -> Option<&'static str> {
        self.words[field as usize]
    }

    /// A text; `None` if it is not stated or has a mistake.
    pub(crate) fn text(&self, field: Field) -> Option<&str> {
        let cell = self.cells.get(field)?;
        (cell.shape == ValueShape::Text).then_some(cell.text.as_ref())
    }

    /// True when a field of the group is stated, even with a mistake.
    pub(crate) fn any_stated(&self, group: FieldGroup) -> bool {
        let mut stated = self.cells.stated();
        stated.any(|(field, _)| field.group() == group)
    }

    /// True when the field is stated, even with a mistake.
    pub(crate) fn stated(&self, field: Field) -> bool {
        self.stated[field as usize]
    }

    /// The place of a field, or of the function if it does not state the field.
    pub(crate) fn at(&self, field: Field, locate: &dyn Locate) -> At {
        self.cells.place_of(field).at(locate)
    }
}
