//! `--set`: inputs of functions that are changed before they are checked, so that every rule for a
//! file applies to them too.

use super::function::Function;
use super::number::{self, NumberError};
use super::schema::{ALTERNATIVES, Bounds, Field, FieldGroup, ValueKind};
use super::spanned::{Cell, Place, SpannedValues, ValueShape};
use super::stated::StatedValue;
use super::synonyms::{self, Answer};
use super::unknown::{FORM, KeyOrigin, Shapes, tag_name, unknown};
use crate::diag::{At, Code, Diag, Diags};
use crate::text::{comma_separated, did_you_mean};
use rust_decimal::Decimal;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What messages call the place of a change.
const PLACE: &str = "--set";

/// Names that stand for whichever of these keys a function states.
const EITHER: [(&[&str], [Field; 2]); 2] = [
    (
        &["invocations", "calls", "requests"],
        [Field::InvocationsPerMonth, Field::RequestsPerSecond],
    ),
    (
        &["duration"],
        [Field::DurationMs, Field::MeasuredDurationMs],
    ),
];

/// A change of an input: `[NAME:]KEY=VALUE`.
#[derive(Debug)]
pub struct InputChange {
    /// The place of the key and the value.
    place: Arc<At>,
    /// The functions that it is for, and the place of the name; `None` for all. A `*` stands for any
    /// text.
    name: Option<(String, At)>,
    /// The key, or two of which a function states one.
    fields: Vec<Field>,
    value: NewValue,
    /// True if a function has the name.
    is_matched: AtomicBool,
    is_applied: AtomicBool,
}

#[derive(Debug)]
enum NewValue {
    /// This text, as a cell of a functions file.
    Text(String),
    /// The stated number, multiplied by this.
    Times(Decimal),
}

/// A key of a function that has another value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ChangedKey {
    pub field: Field,
    /// `None` if the function states another key in its place.
    pub before: Option<StatedValue>,
    pub after: Option<StatedValue>,
    /// The place of the change.
    pub place: Arc<At>,
}

/// A name for a message, which is escaped when it is shown.
fn in_backticks(name: &str) -> String {
    format!("`{name}`")
}

impl InputChange {
    /// Reads the arguments of `--set`.
    ///
    /// # Errors
    /// Every mistake in them.
    pub(crate) fn read(arguments: &[String], shapes: &Shapes) -> Result<Vec<Self>, Diags> {
        let mut diags = Diags::new();
        let read = arguments.iter().zip(1..);
        let read = read.filter_map(|(text, number)| diags.take(Self::one(text, number, shapes)));
        let read = read.collect();
        diags.into_result(read)
    }

    fn one(text: &str, number: u64, shapes: &Shapes) -> Result<Self, Diag> {
        let at = |span: Range<usize>| At::new(&PLACE.into(), number, text, span);
        let ends = text.match_indices('=').map(|(end, _)| end);
        // A name can contain both signs. The first text before `=` that ends with a key counts.
        let parts = ends.clone().map(|end| Parts::before(text, end));
        let known = parts.filter_map(|parts| Some((fields(parts.key(text))?, parts)));
        let Some((fields, parts)) = known.into_iter().next() else {
            let Some(end) = ends.into_iter().next() else {
                let message = format!("{} changes no key", in_backticks(text));
                let diag = Diag::new(Code::Syntax, message).at(at(0..text.len()));
                return Err(diag.help(FORM));
            };
            let key = Parts::before(text, end).key;
            let place = at(key.clone());
            return Err(not_a_key(text[key].trim(), place, shapes));
        };
        let refused = |message: String, help: &str| {
            Err(Diag::new(Code::Conflict, message)
                .at(at(parts.key.clone()))
                .help(help))
        };
        let field = fields[0];
        if field == Field::Region {
            let help = "change the scenario, or use --region";
            return refused("`region` cannot be set".to_owned(), help);
        }
        let changes_no_bill = [Field::Name, Field::Account, Field::Tags].contains(&field)
            || field.group() == FieldGroup::Budget;
        if changes_no_bill {
            return Err(no_bill(field.path()).at(at(parts.key)));
        }
        if let Some(name) = parts.name.clone().filter(Range::is_empty) {
            let message = "there is no name before the colon";
            let help = "write NAME:KEY=VALUE, or KEY=VALUE for all functions";
            let at = at(name.start..name.end + 1);
            return Err(Diag::new(Code::Syntax, message).at(at).help(help));
        }
        let value = text[parts.value..].trim();
        if value.is_empty() {
            let path = field.path();
            let message = format!("`{path}` has no value");
            let help =
                format!("write a value; --set removes no key: write a scenario without `{path}`");
            let at = at(parts.key.start..text.len());
            return Err(Diag::new(Code::Syntax, message).at(at).help(help));
        }
        let value = match field.kind() {
            ValueKind::Number(bounds) => {
                let value = NewValue::number(value, field, &bounds);
                value.map_err(|diag| diag.at(at(parts.value..text.len())))?
            }
            _ => NewValue::Text(value.to_owned()),
        };
        let span = parts.name.clone().map_or(0, |name| name.end + 1)..text.len();
        Ok(Self {
            place: Arc::new(at(span)),
            name: parts
                .name
                .map(|name| (text[name.clone()].to_owned(), at(name))),
            fields,
            value,
            is_matched: AtomicBool::new(false),
            is_applied: AtomicBool::new(false),
        })
    }

    /// True for a function that it is for.
    fn is_for(&self, name: &str) -> bool {
        let pattern = self.name.as_ref();
        pattern.is_none_or(|(pattern, _)| pattern == name || matches(pattern, name))
    }

    /// True if it names one function.
    fn is_for_one(&self) -> bool {
        let pattern = self.name.as_ref();
        pattern.is_some_and(|(pattern, _)| !pattern.contains('*'))
    }

    /// Changes the cells of the function with a name.
    fn apply(&self, name: &str, cells: &mut SpannedValues<'_>) -> Result<Vec<ChangedKey>, Diag> {
        let stated = self.fields.iter().copied();
        let stated = stated.clone().find(|field| cells.get(*field).is_some());
        let (field, text, shape) = match (&self.value, stated) {
            (NewValue::Text(text), _) => (self.fields[0], text.clone(), ValueShape::Text),
            (NewValue::Times(factor), Some(field)) => {
                let ValueKind::Number(bounds) = field.kind() else {
                    unreachable!("only numbers are multiplied");
                };
                let Some(stated) = stated_number(cells, field, &bounds) else {
                    return Ok(Vec::new());
                };
                let Some(product) = stated.checked_mul(*factor) else {
                    self.is_applied.store(true, Ordering::Relaxed);
                    let message = format!(
                        "{}: `{}` becomes too large",
                        in_backticks(name),
                        field.path()
                    );
                    let diag = Diag::new(Code::OutOfRange, message).at((*self.place).clone());
                    return Err(diag.help(format!("it must be {}", bounds.describe())));
                };
                let product = if bounds.whole {
                    product.round()
                } else {
                    product
                };
                let text = product.normalize().to_string();
                (field, text, ValueShape::Computed)
            }
            (NewValue::Times(_), None) => return self.not_stated(name, cells),
        };
        let cell = Cell {
            text: Cow::Owned(text),
            shape,
            place: Place::Elsewhere(Arc::clone(&self.place)),
        };
        let group = ALTERNATIVES.iter().find(|group| group.contains(&field));
        let others = group.into_iter().copied().flatten();
        let mut changed = vec![ChangedKey {
            field,
            before: cells.get(field).map(|cell| value_of(field, cell)),
            after: Some(value_of(field, &cell)),
            place: Arc::clone(&self.place),
        }];
        for other in others.filter(|other| **other != field) {
            changed.extend(cells.get(*other).map(|cell| ChangedKey {
                field: *other,
                before: Some(value_of(*other, cell)),
                after: None,
                place: Arc::clone(&self.place),
            }));
        }
        cells.replace(field, cell);
        self.is_applied.store(true, Ordering::Relaxed);
        Ok(changed)
    }

    /// A function that does not state the key whose value is multiplied.
    fn not_stated(&self, name: &str, cells: &SpannedValues<'_>) -> Result<Vec<ChangedKey>, Diag> {
        let field = self.fields[0];
        let mut group = ALTERNATIVES.iter().filter(|group| group.contains(&field));
        let mut others = group.next().into_iter().copied().flatten();
        let other = others.find(|other| cells.get(**other).is_some());
        if other.is_none() && !self.is_for_one() {
            return Ok(Vec::new());
        }
        // This mistake is enough.
        self.is_applied.store(true, Ordering::Relaxed);
        let path = field.path();
        let (message, help) = match other {
            Some(other) => {
                let message = format!(
                    "{} states `{}`, not `{path}`",
                    in_backticks(name),
                    other.path()
                );
                let either = EITHER.iter().find(|(_, fields)| fields.contains(&field));
                let help = match either {
                    Some((names, _)) => format!("set `{}`: it is either of them", names[0]),
                    None => format!("set `{}`, or a new value", other.path()),
                };
                (message, help)
            }
            None => {
                let message = format!("{} states no `{path}`", in_backticks(name));
                (message, format!("write a value: {path}=…"))
            }
        };
        Err(Diag::new(Code::MissingKey, message)
            .at((*self.place).clone())
            .help(help))
    }

    /// The mistake of a change that no function got.
    fn unused(&self, functions: &[Function]) -> Option<Diag> {
        let is = |flag: &AtomicBool| flag.load(Ordering::Relaxed);
        if !is(&self.is_matched) {
            let (name, at) = self.name.as_ref()?;
            let message = format!("no function is called {}", in_backticks(name));
            let names = functions.iter().map(|function| &*function.name);
            let diag = Diag::new(Code::NoFunction, message).at(at.clone());
            return Some(diag.maybe_help(did_you_mean(name, names)));
        }
        (!is(&self.is_applied)).then(|| {
            let path = self.fields[0].path();
            let message = format!("no function states `{path}`");
            let diag = Diag::new(Code::MissingKey, message).at((*self.place).clone());
            diag.help(format!("write a value: {path}=…"))
        })
    }
}

impl NewValue {
    /// A number of a field, or how it changes.
    ///
    /// # Errors
    /// A change that is none, or after which no number is within its bounds.
    fn number(text: &str, field: Field, bounds: &Bounds) -> Result<Self, Diag> {
        let (factor, is_fall) = match text.chars().next() {
            Some('x' | 'X') => (number::exact(&text[1..]), false),
            Some(sign @ ('+' | '-')) => {
                let Some(share) = text[1..].strip_suffix('%') else {
                    return Err(no_change(text));
                };
                let share = number::exact(share.trim_end()).map(|per_cent| {
                    let share = per_cent / Decimal::ONE_HUNDRED;
                    match sign {
                        '-' => Decimal::ONE - share,
                        _ => Decimal::ONE + share,
                    }
                });
                (share, true)
            }
            _ => return Ok(Self::Text(text.to_owned())),
        };
        let wrong =
            |message: String, help: String| Err(Diag::new(Code::OutOfRange, message).help(help));
        match factor {
            Ok(factor) if !factor.is_sign_negative() || factor.is_zero() => Ok(Self::Times(factor)),
            Ok(_) if is_fall => wrong(
                format!("{} is a fall by more than 100 %", in_backticks(text)),
                "write a fall by at most 100 %, such as -20%".to_owned(),
            ),
            Ok(_) => wrong(
                format!("{} is a negative factor", in_backticks(text)),
                "write a factor of at least 0, such as x1.5".to_owned(),
            ),
            Err(NumberError::NotANumber) => Err(no_change(text)),
            Err(NumberError::TooLarge) => wrong(
                format!("{} is too large a change", in_backticks(text)),
                format!("`{}` must still be {}", field.path(), bounds.describe()),
            ),
            Err(NumberError::TooPrecise) => {
                let message = format!("{} has more than 28 digits", in_backticks(text));
                let diag = Diag::new(Code::NotExact, message);
                Err(diag.help("round it to at most 28 digits, including decimals"))
            }
        }
    }
}

/// The mistake of a text that does not say how a number changes.
fn no_change(text: &str) -> Diag {
    let message = format!("{} is no change of a number", in_backticks(text));
    Diag::new(Code::WrongType, message).help("write the new value, or +20%, -20% or x1.5")
}

/// The parts of an argument, as bytes of it.
struct Parts {
    name: Option<Range<usize>>,
    key: Range<usize>,
    value: usize,
}

impl Parts {
    /// The parts if the equals sign is at `end`.
    fn before(text: &str, end: usize) -> Self {
        let colon = text[..end].rfind(':');
        Self {
            name: colon.map(|colon| 0..colon),
            key: colon.map_or(0, |colon| colon + 1)..end,
            value: end + 1,
        }
    }

    fn key<'t>(&self, text: &'t str) -> &'t str {
        &text[self.key.clone()]
    }
}

/// The key with a name, or both of which the name can be either.
fn fields(name: &str) -> Option<Vec<Field>> {
    let name = name.trim();
    let either = EITHER.iter().find(|(names, _)| names.contains(&name));
    if let Some((_, fields)) = either {
        return Some(fields.to_vec());
    }
    if let Some(field) = Field::of_column(name) {
        return Some(vec![field]);
    }
    match synonyms::of_function(name) {
        Some(Answer::Field(field)) => Some(vec![field]),
        _ => None,
    }
}

/// The mistake of a key that functions do not have, or that has no single value.
fn not_a_key(key: &str, at: At, shapes: &Shapes) -> Diag {
    let below = |field: &Field| {
        if key.is_empty() {
            return false;
        }
        let (table, _) = field.path().rsplit_once('.').unwrap_or_default();
        let is_it = |table: &str| table == key || table.ends_with(&format!(".{key}"));
        // `container` has the keys of `container.task` too.
        is_it(table) || field.path().starts_with(&format!("{key}."))
    };
    let fields = Field::ALL.into_iter().filter(below);
    let (budgets, others): (Vec<Field>, Vec<Field>) =
        fields.partition(|field| field.group() == FieldGroup::Budget);
    if tag_name(key).is_some() || (others.is_empty() && !budgets.is_empty()) {
        return no_bill(key).at(at);
    }
    if others.is_empty() {
        return unknown(key, KeyOrigin::CommandLine, at, shapes);
    }
    let keys: Vec<String> = others
        .iter()
        .map(|field| format!("`{}`", field.path()))
        .collect();
    let message = format!("`{key}` is a table, and not a key with a value");
    let help = format!("set its keys: {}", comma_separated(&keys));
    Diag::new(Code::WrongType, message).at(at).help(help)
}

/// The mistake of a key that no bill depends on.
fn no_bill(key: &str) -> Diag {
    let message = format!("`{key}` changes no bill");
    Diag::new(Code::Conflict, message).help("set a key that does")
}

/// True for a name that a pattern with `*` matches.
fn matches(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(mut open) = name.strip_prefix(start) else {
        return false;
    };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let end = parts.pop().unwrap_or_default();
    for part in parts {
        let Some((_, after)) = open.split_once(part) else {
            return false;
        };
        open = after;
    }
    open.ends_with(end)
}

/// A stated number; `None` if it has a mistake.
fn stated_number(cells: &SpannedValues<'_>, field: Field, bounds: &Bounds) -> Option<Decimal> {
    let text = &cells.get(field)?.text;
    let stated = if bounds.percent {
        number::ratio(text)
    } else {
        number::exact(text)
    };
    stated.ok()
}

fn value_of(field: Field, cell: &Cell<'_>) -> StatedValue {
    let number = match field.kind() {
        ValueKind::Number(bounds) if bounds.percent => number::ratio(&cell.text).ok(),
        ValueKind::Number(_) => number::exact(&cell.text).ok(),
        _ => None,
    };
    match number {
        Some(number) => StatedValue::Number(number),
        None => StatedValue::Text(cell.text.as_ref().into()),
    }
}

/// The cells of a function after the changes for it, and its keys with other values.
///
/// # Errors
/// A change is not possible.
pub(crate) fn applied<'a>(
    changes: &[InputChange],
    cells: &SpannedValues<'a>,
) -> Result<Option<(SpannedValues<'a>, Applied)>, Diag> {
    let name = cells.get(Field::Name).map(|cell| cell.text.as_ref());
    let Some(name) = name else {
        return Ok(None);
    };
    let (mut changed, mut keys, mut last) = (cells.clone(), Vec::new(), None);
    for change in changes.iter().filter(|change| change.is_for(name)) {
        change.is_matched.store(true, Ordering::Relaxed);
        for key in change.apply(name, &mut changed)? {
            add(&mut keys, key);
            last = Some(&change.place);
        }
    }
    keys.retain(|key: &ChangedKey| key.before != key.after);
    let applied = last.map(|last| Applied {
        keys: keys.into(),
        name: in_backticks(name),
        place: Arc::clone(last),
    });
    Ok(applied.map(|applied| (changed, applied)))
}

/// Adds a changed key. A second change of it has the value before the first.
fn add(keys: &mut Vec<ChangedKey>, key: ChangedKey) {
    match keys.iter_mut().find(|known| known.field == key.field) {
        Some(known) => {
            known.after = key.after;
            known.place = key.place;
        }
        None => keys.push(key),
    }
}

/// The changes that a function got.
pub(crate) struct Applied {
    pub keys: Box<[ChangedKey]>,
    name: String,
    /// The place of the last one.
    place: Arc<At>,
}

impl Applied {
    /// The mistakes of the changed function. Without the changes it has none.
    pub(crate) fn blamed(&self, diags: Diags) -> Diags {
        diags.map(|diag| {
            let is_there = diag.at.as_ref().is_some_and(|at| &*at.file == PLACE);
            let diag = if diag.message.contains(&self.name) {
                diag
            } else {
                let message = format!("{}: {}", self.name, diag.message);
                diag.message(message)
            };
            if is_there {
                diag
            } else {
                diag.at((*self.place).clone())
            }
        })
    }
}

/// The mistakes of changes that no function got.
pub(crate) fn unused(changes: &[InputChange], functions: &[Function], diags: &mut Diags) {
    let unused = changes.iter();
    diags.extend(unused.filter_map(|change| change.unused(functions)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, name) in [
            ("*", "api"),
            ("*", ""),
            ("api-*", "api-1"),
            ("*-api", "pay-api"),
            ("a*b*c", "abc"),
            ("a*b*c", "a-b-b-c"),
            ("a**c", "abc"),
        ] {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [
            ("api", "api-1"),
            ("api-*", "api"),
            ("a*bc*c", "abc"),
            ("a*b", "ab-c"),
            ("*x*", "abc"),
        ] {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
    }

    #[test]
    fn numbers_change_by_factors() {
        let factor = |text: &str| match NewValue::number(text, Field::Utilization, &Bounds::RATIO) {
            Ok(NewValue::Times(factor)) => factor.normalize().to_string(),
            Ok(NewValue::Text(text)) => format!("={text}"),
            Err(diag) => diag.message,
        };
        assert_eq!(factor("x1.5"), "1.5");
        assert_eq!(factor("+20%"), "1.2");
        assert_eq!(factor("-20 %"), "0.8");
        assert_eq!(factor("-100%"), "0");
        assert_eq!(factor("40%"), "=40%");
        assert_eq!(factor("1_000"), "=1_000");
        for (wrong, says) in [
            ("x", "is no change of a number"),
            ("+20", "is no change of a number"),
            ("-20", "is no change of a number"),
            ("+%", "is no change of a number"),
            ("x1.5.0", "is no change of a number"),
            ("x-1", "is a negative factor"),
            ("-120%", "is a fall by more than 100 %"),
            ("x1e30", "is too large a change"),
            ("+1e30%", "is too large a change"),
            ("x1.1234567890123456789012345678", "has more than 28 digits"),
        ] {
            assert!(factor(wrong).contains(says), "{wrong}: {}", factor(wrong));
        }
    }
}
