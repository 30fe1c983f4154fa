//! The keys of a scenario as data. The reader, the tables of `docs/scenario.md`, the JSON Schema
//! and `lambdacost help scenario` all use the same rows.
//!
//! Each key is one row. [`Field`] has the keys of a function, which are also columns of a functions
//! file; [`Setting`] has the keys of the whole scenario. A platform has the keys of its table in
//! its folder.

mod bounds;

pub use bounds::Bounds;

use super::{PlatformKind, PlatformShape};

/// Kinds of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueKind {
    /// Text of 1 to 256 characters.
    Text,
    /// A region of the price book.
    Region,
    /// `auto`, or an instance type of the price book.
    InstanceType,
    /// A file name, relative to the folder of the scenario.
    FileName,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A platform's id.
    Platform,
    /// A list of platforms' ids, at least one.
    Platforms,
    /// `true` or `false`.
    Flag,
    /// A number within bounds.
    Number(Bounds),
    /// A number within bounds, or a word.
    NumberOr(Bounds, &'static str),
    /// A list of names, at least one.
    Names,
    /// A table with keys.
    Table,
    /// A list of functions.
    Functions,
    /// The id of an AWS account: 12 digits.
    Account,
    /// Texts of 1 to 256 characters by names of 1 to 128.
    Tags,
    /// A list of stated costs.
    Extras,
}

/// The platforms whose bills a key can change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bills {
    /// No platform.
    None,
    /// Every platform.
    All,
    /// Platforms that bill provided capacity.
    Capacity,
    /// Platforms that run containers.
    Containers,
    /// Platforms that bill Fargate tasks.
    Tasks,
    /// The platforms with these ids.
    Of(&'static [&'static str]),
}

impl Bills {
    pub fn includes(self, platform: &PlatformShape) -> bool {
        use PlatformKind::{Nodes, Tasks, Usage};
        match self {
            Self::None => false,
            Self::All => true,
            Self::Capacity => platform.kind != Usage,
            Self::Containers => matches!(platform.kind, Nodes | Tasks),
            Self::Tasks => platform.kind == Tasks,
            Self::Of(ids) => ids.contains(&platform.id),
        }
    }
}

/// A key of a scenario.
#[derive(Debug)]
pub struct Key {
    /// Its dotted path: within a function for a [`Field`], from the top level for a [`Setting`].
    pub path: &'static str,
    pub kind: ValueKind,
    /// The unit of a number; empty for none.
    pub unit: &'static str,
    /// The platforms whose bills it can change.
    pub bills: Bills,
    /// What it means, in Markdown.
    pub meaning: &'static str,
    /// The value if it is not stated, in Markdown.
    pub default: &'static str,
    /// Limits of its value in addition to its kind, in Markdown; empty for none.
    pub limits: &'static str,
}

/// Makes an enumeration of keys from rows in groups, with the data of each key.
///
/// A row is `Variant = "path": kind, "unit", bills, "meaning", default "…", limits "…";`. The
/// limits are optional.
macro_rules! keys {
    (
        $(#[$of_keys:meta])* enum $keys:ident;
        $(#[$of_groups:meta])* enum $groups:ident;
        $(
            $(#[$of_group:meta])*
            $group:ident {
                $(
                    $key:ident = $path:literal: $kind:expr, $unit:literal, $bills:expr,
                        $meaning:literal, default $default:literal $(, limits $limits:literal)?;
                )*
            }
        )*
    ) => {
        $(#[$of_keys])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(usize)]
        pub enum $keys {
            $($(#[doc = concat!("`", $path, "`")] $key,)*)*
        }

        $(#[$of_groups])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $groups {
            $($(#[$of_group])* $group,)*
        }

        impl $keys {
            pub const COUNT: usize = [$($(Self::$key,)*)*].len();
            pub const ALL: [Self; Self::COUNT] = [$($(Self::$key,)*)*];
            const ROWS: [(&'static Key, $groups); Self::COUNT] = [$($((
                &Key {
                    path: $path,
                    kind: $kind,
                    unit: $unit,
                    bills: $bills,
                    meaning: $meaning,
                    default: $default,
                    limits: concat!($($limits)?),
                },
                $groups::$group,
            ),)*)*];

            pub const fn key(self) -> &'static Key {
                Self::ROWS[self as usize].0
            }

            pub const fn group(self) -> $groups {
                Self::ROWS[self as usize].1
            }

            pub const fn path(self) -> &'static str {
                self.key().path
            }

            pub const fn kind(self) -> ValueKind {
                self.key().kind
            }

            /// The last word of its dotted path.
            pub fn word(self) -> &'static str {
                last_word(self.path())
            }

            pub fn at_path(path: &str) -> Option<Self> {
                let index = Self::ROWS.iter().position(|(key, _)| key.path == path)?;
                Some(Self::ALL[index])
            }
        }

        impl $groups {
            pub fn keys(self) -> impl Iterator<Item = $keys> {
                $keys::ALL.into_iter().filter(move |key| key.group() == self)
            }
        }
    };
}

/// Makes a constant of each key of a platform's table, and a list of all of them. The rows are like
/// those of [`keys`].
macro_rules! options {
    (
        $(#[$of_all:meta])* $all:ident of $platform:literal;
        $(
            $key:ident = $word:literal: $kind:expr, $unit:literal, $meaning:literal,
                default $default:literal $(, limits $limits:literal)?;
        )*
    ) => {
        $(
            const $key: &$crate::scenario::schema::Key = &$crate::scenario::schema::Key {
                path: concat!($platform, ".", $word),
                kind: $kind,
                unit: $unit,
                bills: $crate::scenario::schema::Bills::Of(&[$platform]),
                meaning: $meaning,
                default: $default,
                limits: concat!($($limits)?),
            };
        )*

        $(#[$of_all])*
        pub(crate) const $all: &[&$crate::scenario::schema::Key] = &[$($key,)*];
    };
}
pub(crate) use options;

mod field;
mod setting;

pub(crate) use field::{
    ALTERNATIVES, DECREASE_PERCENT, DECREASE_USD, INCREASE_PERCENT, INCREASE_USD, LimitSteps,
    MILLION, MONTHLY, NEEDED, RESERVED,
};
pub use field::{Field, FieldGroup};
pub use setting::{Setting, SettingGroup};

/// Maximum of a limit in dollars or per cent.
const MAX_USD: i64 = 1_000_000_000_000;

pub(crate) const fn number(bounds: Bounds) -> ValueKind {
    ValueKind::Number(bounds)
}

/// An integer.
pub(crate) const fn whole(low: i64, high: i64) -> ValueKind {
    number(Bounds::whole(low, high))
}

/// A number of at least `low`.
pub(crate) const fn from(low: i64, high: i64) -> ValueKind {
    number(Bounds::from(low, high))
}

/// A number above `low`.
pub(crate) const fn above(low: i64, high: i64) -> ValueKind {
    number(Bounds::above(low, high))
}

/// A share from 0 to 1.
pub(crate) const SHARE: ValueKind = number(Bounds::SHARE);
/// A share above 0 and up to 1.
pub(crate) const RATIO: ValueKind = number(Bounds::RATIO);
const LIMIT: ValueKind = from(0, MAX_USD);

pub(crate) fn last_word(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

impl Key {
    /// The last word of its dotted path.
    pub(crate) fn word(&self) -> &'static str {
        last_word(self.path)
    }

    /// The words that its value can be.
    ///
    /// # Panics
    /// The key is not a word, so its reader calls the wrong method.
    pub(crate) fn words(&self) -> &'static [&'static str] {
        match self.kind {
            ValueKind::OneOf(words) => words,
            _ => unreachable!("`{}` is read as a word", self.path),
        }
    }

    /// The bounds of its number.
    ///
    /// # Panics
    /// The key is not a number, so its reader calls the wrong method.
    pub(crate) fn bounds(&self) -> Bounds {
        match self.kind {
            ValueKind::Number(bounds) | ValueKind::NumberOr(bounds, _) => bounds,
            _ => unreachable!("`{}` is read as a number", self.path),
        }
    }

    /// The kind of its value as Markdown. `platforms` are the ids of all platforms.
    pub fn value(&self, platforms: &[&str]) -> String {
        let kind = self.kind.describe(platforms);
        match (kind.as_str(), self.limits) {
            (_, "") => kind,
            ("", limits) => limits.to_owned(),
            (_, limits) => format!("{kind}; {limits}"),
        }
    }

    /// The platforms whose bills it can change, in words; empty for none. `platforms` are all
    /// platforms.
    pub fn bills(&self, platforms: &[PlatformShape]) -> String {
        let (some, others): (Vec<&PlatformShape>, Vec<&PlatformShape>) = platforms
            .iter()
            .partition(|platform| self.bills.includes(platform));
        let some: Vec<&str> = some.into_iter().map(|platform| platform.id).collect();
        match (some.as_slice(), others.as_slice()) {
            ([], _) => String::new(),
            (_, []) => "all".to_owned(),
            (_, [other]) => format!("all but `{}`", other.id),
            (some, _) => quoted(some),
        }
    }
}

impl ValueKind {
    /// A kind of value as Markdown; empty for a table.
    fn describe(self, platforms: &[&str]) -> String {
        match self {
            Self::Text => "1 to 256 characters".to_owned(),
            Self::Region => "a region of the price book".to_owned(),
            Self::InstanceType => {
                "`auto`, or an instance type of the price book for the containers' architecture"
                    .to_owned()
            }
            Self::FileName => "a file name".to_owned(),
            Self::OneOf(words) => quoted(words),
            Self::Platform => quoted(platforms),
            Self::Platforms => format!("a list of {}; at least one", quoted(platforms)),
            Self::Flag => quoted(&["true", "false"]),
            Self::Number(bounds) => bounds.describe(),
            Self::NumberOr(bounds, word) => format!("{}, or `{word}`", bounds.describe()),
            Self::Names => "a list of names; at least one".to_owned(),
            Self::Account => "12 digits in quotes".to_owned(),
            Self::Tags => "names of 1 to 128 characters with texts of 1 to 256: \
                           `{ team = \"checkout\" }`"
                .to_owned(),
            Self::Table | Self::Functions | Self::Extras => String::new(),
        }
    }
}

fn quoted(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_is_there_once() {
        let fields = Field::ALL.map(Field::path).to_vec();
        let settings = Setting::ALL.map(Setting::path).to_vec();
        for paths in [fields, settings] {
            for (number, path) in paths.iter().enumerate() {
                assert!(!paths[..number].contains(path), "{path} occurs twice");
            }
        }
    }

    #[test]
    fn every_key_of_a_function_is_a_plain_value() {
        for field in Field::ALL {
            let is_other = matches!(
                field.kind(),
                ValueKind::Platforms
                    | ValueKind::Table
                    | ValueKind::Functions
                    | ValueKind::Extras
                    | ValueKind::NumberOr(..)
                    | ValueKind::Names
            );
            assert!(!is_other, "{}", field.path());
        }
    }

    #[test]
    fn platforms_are_named_shortly() {
        let platforms = [
            ("lambda", PlatformKind::Usage),
            ("fargate", PlatformKind::Tasks),
            ("eks", PlatformKind::Nodes),
            ("lambda-managed", PlatformKind::Environments),
        ];
        let platforms = platforms.map(|(id, kind)| {
            PlatformShape::new(id, kind, &[], |_| unreachable!("no options are read"))
        });
        let bills = |field: Field| field.key().bills(&platforms);
        assert_eq!(bills(Field::Name), "");
        assert_eq!(bills(Field::MemoryMb), "all");
        assert_eq!(bills(Field::CpuMs), "all but `lambda`");
        assert_eq!(bills(Field::MinTasks), "`fargate`, `eks`");
        assert_eq!(bills(Field::PullSeconds), "`fargate`");
        assert_eq!(bills(Field::InitMs), "`lambda`");
    }
}
