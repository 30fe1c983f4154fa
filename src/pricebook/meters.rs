//! Meters: the place of a price in price files, and its unit.
//!
//! A meter is a typed constant: [`super::Regional::price`] of a `Meter<ClusterHour>` is always a
//! price per cluster-hour. Each platform has its meters in its folder, one per line. The price book
//! gets the lists of all platforms.

use super::commitments::{PAYMENTS, Plan, TERMS};
use crate::text::is_identifier;
use crate::units::{InstanceHour, Unit};
use std::borrow::Cow;
use std::marker::PhantomData;
use std::sync::Arc;

/// The place of a meter in price files; its prices are per `U`.
///
/// Only `meters!` creates meters, from the lines that also give price files their units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meter<U: Unit>(Cow<'static, str>, PhantomData<U>);

impl<U: Unit> Meter<U> {
    /// For `meters!`.
    pub(crate) const fn at(path: &'static str) -> Self {
        Self(Cow::Borrowed(path), PhantomData)
    }

    /// `table.key` in price files.
    pub(crate) fn path(&self) -> &str {
        &self.0
    }
}

/// How Savings Plans apply to a meter (Savings Plans user guide).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Savings {
    /// Not covered by any commitment.
    Outside,
    /// A Compute Savings Plan pays for it at the list price.
    ListPrice,
    /// A Compute Savings Plan lowers its price.
    Compute,
    /// A Compute Savings Plan lowers its price, to the rate at the path of another meter.
    ComputeAt(&'static str),
    /// A Compute Savings Plan lowers its price. A rule that was measured on the published rates can
    /// stand in for a rate that the price book lacks.
    ComputeOrRule,
    /// Savings Plans and Reserved Instances lower its price.
    Instances,
}

/// A meter without a static type, to check price files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MeterInfo {
    /// `table.key` in price files; only the table if its keys are names of instance types.
    pub path: &'static str,
    /// The required value of `per`.
    pub per: &'static str,
    /// Its name in listings.
    pub what: &'static str,
    pub savings: Savings,
    /// True for a table whose keys are names of instance types.
    pub is_by_type: bool,
}

/// Makes a constant of each line, and `METERS` of all lines, in the order of price files: `NAME:
/// Unit = "table.key", "name in listings";`, with a variant of [`Savings`] before the semicolon if
/// a commitment pays for it.
macro_rules! meters {
    (@savings) => { $crate::pricebook::meters::Savings::Outside };
    (@savings $savings:ident $(($path:literal))?) => {
        $crate::pricebook::meters::Savings::$savings $(($path))?
    };
    ($($name:ident: $unit:ident = $path:literal, $what:literal
        $(, $savings:ident $(($of:literal))?)?;)*) => {
        $(#[doc = concat!($what, ".")]
        pub(crate) const $name: $crate::pricebook::Meter<$unit> = $crate::pricebook::Meter::at($path);)*

        /// Every meter of this module, in the order of price files.
        pub(crate) static METERS: &[$crate::pricebook::meters::MeterInfo] = &[
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

/// A table in price files whose keys are names of instance types.
#[derive(Debug)]
pub(crate) struct MetersByType([MeterInfo; 1]);

impl MetersByType {
    /// A table, with the name of its meters in listings and how Savings Plans apply to them.
    pub(crate) const fn new(table: &'static str, what: &'static str, savings: Savings) -> Self {
        Self([MeterInfo {
            path: table,
            per: InstanceHour::NAME.symbol,
            what,
            savings,
            is_by_type: true,
        }])
    }

    /// The meter of an instance type.
    pub(crate) fn of(&self, instance_type: &str) -> Meter<InstanceHour> {
        let path = [self.0[0].path, ".", instance_type].concat();
        Meter(Cow::Owned(path), PhantomData)
    }

    /// The table as a list for the price book.
    pub(crate) const fn list(&'static self) -> &'static [MeterInfo] {
        &self.0
    }
}

/// Every meter that price files can state.
#[derive(Debug, Clone)]
pub struct Meters(Arc<[&'static MeterInfo]>);

impl Meters {
    /// Combines lists without duplicates, because platforms share some meters.
    pub(crate) fn new(lists: impl IntoIterator<Item = &'static [MeterInfo]>) -> Self {
        let mut all: Vec<&'static MeterInfo> = Vec::new();
        for meter in lists.into_iter().flatten() {
            if !all.contains(&meter) {
                all.push(meter);
            }
        }
        Self(all.into())
    }

    /// The meters, without those in tables by instance type.
    pub fn iter(&self) -> impl Iterator<Item = &'static MeterInfo> {
        self.0.iter().copied().filter(|meter| !meter.is_by_type)
    }

    /// The tables whose keys are names of instance types.
    pub(crate) fn tables(&self) -> impl Iterator<Item = &'static MeterInfo> {
        self.0.iter().copied().filter(|meter| meter.is_by_type)
    }

    /// The table of a meter by instance type, and the type.
    pub(crate) fn by_type<'p>(&self, path: &'p str) -> Option<(&'static MeterInfo, &'p str)> {
        let (table, name) = path
            .split_once('.')
            .filter(|(_, name)| is_identifier(name))?;
        let mut tables = self.0.iter().filter(|meter| meter.is_by_type);
        let meter = tables.find(|meter| meter.path == table)?;
        Some((meter, name))
    }

    pub(crate) fn find(&self, path: &str) -> Option<&'static MeterInfo> {
        if let Some(rate) = path.strip_prefix("savings.") {
            return self.find(rate_of(rate)?);
        }
        match self.by_type(path) {
            Some((meter, _)) => Some(meter),
            None => self.iter().find(|meter| meter.path == path),
        }
    }

    /// The table and the key of a meter in a price file. Names of instance types contain a dot, so
    /// they are quoted.
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

/// The meter of a committed rate: the part of its path after plan, term and payment.
fn rate_of(path: &str) -> Option<&str> {
    let mut parts = path.splitn(4, '.');
    let known = Plan::NAMES.contains(&parts.next()?)
        && TERMS.contains(&parts.next()?)
        && PAYMENTS.contains(&parts.next()?);
    parts.next().filter(|_| known)
}
