//! Meters: where price files state a price, and the unit that it must have.
//!
//! A meter is a typed constant: [`super::Regional::price`] of a `Meter<ClusterHour>` is a price per
//! cluster-hour and nothing else. A platform has its meters in its folder, one line each, and the
//! book is given the lists of all platforms.

use super::commitments::{PAYMENTS, Plan, TERMS};
use crate::text::is_identifier;
use crate::units::{InstanceHour, Unit};
use std::borrow::Cow;
use std::marker::PhantomData;
use std::sync::Arc;

/// The place of a meter in price files; its prices are per `U`.
///
/// Only lines of `meters!` make them, the same that tell a price file its unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meter<U: Unit>(Cow<'static, str>, PhantomData<U>);

impl<U: Unit> Meter<U> {
    /// For `meters!`.
    pub(crate) const fn at(path: &'static str) -> Self {
        Self(Cow::Borrowed(path), PhantomData)
    }

    /// `table.key` of the price file.
    pub fn path(&self) -> &str {
        &self.0
    }
}

/// What commitments make of a meter (Savings Plans user guide).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Savings {
    /// No commitment pays for it.
    Outside,
    /// A Compute Savings Plan pays for it, and does not lower it.
    ListPrice,
    /// A Compute Savings Plan lowers it.
    Compute,
    /// The same; the plan has its rate at the path of another meter.
    ComputeAt(&'static str),
    /// Savings Plans and Reserved Instances lower it.
    Instances,
}

/// A meter whose unit is known when the program runs: what price files are checked against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MeterInfo {
    /// `table.key` of the price file; the table alone where its keys are names of instance types.
    pub path: &'static str,
    /// What `per` must be.
    pub per: &'static str,
    /// Its name in listings.
    pub what: &'static str,
    /// What commitments make of it.
    pub savings: Savings,
    /// True for a table whose keys are names of instance types.
    pub is_by_type: bool,
}

/// Makes a constant of each line, and `METERS` of all lines, in the order of price files:
/// `NAME: Unit = "table.key", "name in listings";`, and before the semicolon a variant of
/// [`Savings`] where a commitment pays for it.
macro_rules! meters {
    (@savings) => { $crate::pricebook::meters::Savings::Outside };
    (@savings $savings:ident $(($path:literal))?) => {
        $crate::pricebook::meters::Savings::$savings $(($path))?
    };
    ($($name:ident: $unit:ident = $path:literal, $what:literal
        $(, $savings:ident $(($of:literal))?)?;)*) => {
        $(#[doc = concat!($what, ".")]
        pub const $name: $crate::pricebook::Meter<$unit> = $crate::pricebook::Meter::at($path);)*

        /// Every meter of this module, in the order of price files.
        pub static METERS: &[$crate::pricebook::meters::MeterInfo] = &[
            $($crate::pricebook::meters::MeterInfo {
                path: $path,
                per: <$unit as $crate::units::Unit>::NAME.symbol,
                what: $what,
                savings: $crate::pricebook::meters::meters!(@savings $($savings $(($of))?)?),
                is_by_type: false,
            },)*
        ];
    };
}

pub(crate) use meters;

/// A table of price files whose keys are names of instance types.
#[derive(Debug)]
pub struct MetersByType([MeterInfo; 1]);

impl MetersByType {
    /// The table, with the name of its meters in listings and what commitments make of them.
    pub(crate) const fn new(table: &'static str, what: &'static str, savings: Savings) -> Self {
        Self([MeterInfo {
            path: table,
            per: InstanceHour::NAME.symbol,
            what,
            savings,
            is_by_type: true,
        }])
    }

    /// The meter of a type.
    pub fn of(&self, instance_type: &str) -> Meter<InstanceHour> {
        let path = format!("{}.{instance_type}", self.0[0].path);
        Meter(Cow::Owned(path), PhantomData)
    }

    /// As a list for the book.
    pub const fn list(&'static self) -> &'static [MeterInfo] {
        &self.0
    }
}

/// Every meter that price files may state.
#[derive(Debug, Clone)]
pub struct Meters(Arc<[&'static MeterInfo]>);

impl Meters {
    /// Those of some lists, each once: platforms share some.
    pub fn new(lists: impl IntoIterator<Item = &'static [MeterInfo]>) -> Self {
        let mut all: Vec<&'static MeterInfo> = Vec::new();
        for meter in lists.into_iter().flatten() {
            if !all.contains(&meter) {
                all.push(meter);
            }
        }
        Self(all.into())
    }

    /// The meters but for those of instance types.
    pub fn iter(&self) -> impl Iterator<Item = &'static MeterInfo> {
        self.0.iter().copied().filter(|meter| !meter.is_by_type)
    }

    /// The table of instance types that a path is in, and the type.
    pub fn by_type<'p>(&self, path: &'p str) -> Option<(&'static MeterInfo, &'p str)> {
        let (table, name) = path
            .split_once('.')
            .filter(|(_, name)| is_identifier(name))?;
        let mut tables = self.0.iter().filter(|meter| meter.is_by_type);
        let meter = tables.find(|meter| meter.path == table)?;
        Some((meter, name))
    }

    /// The meter at a path.
    pub fn find(&self, path: &str) -> Option<&'static MeterInfo> {
        if let Some(rate) = path.strip_prefix("savings.") {
            return self.find(rate_of(rate)?);
        }
        match self.by_type(path) {
            Some((meter, _)) => Some(meter),
            None => self.iter().find(|meter| meter.path == path),
        }
    }

    /// The table and the key of a meter in a price file. The names of instance types contain a dot
    /// and stand in quotes.
    pub fn written(&self, path: &str) -> (String, String) {
        let meter = path.strip_prefix("savings.").and_then(rate_of);
        let (above, meter) = match meter {
            Some(meter) => path.split_at(path.len() - meter.len()),
            None => ("", path),
        };
        let (table, key) = match self.by_type(meter) {
            Some((table, name)) => (table.path, format!("{name:?}")),
            None => {
                let (table, key) = meter.rsplit_once('.').expect("a meter is in a table");
                (table, key.to_owned())
            }
        };
        (format!("{above}{table}"), key)
    }
}

/// The meter that a rate of a commitment is for: what follows its plan, term and payment.
fn rate_of(path: &str) -> Option<&str> {
    let mut parts = path.splitn(4, '.');
    let known = Plan::NAMES.contains(&parts.next()?)
        && TERMS.contains(&parts.next()?)
        && PAYMENTS.contains(&parts.next()?);
    parts.next().filter(|_| known)
}
