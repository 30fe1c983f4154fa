//! US dollars, prices, and the place where a quantity and a price become money.
//!
//! `Rate<U> * Qty<U>` is the one way from a price to money. A quantity names its unit where it is
//! made ([`crate::units`]), so a bill cannot multiply GB-seconds by the price of a vCPU-hour. Each
//! example that must not compile follows the same code with the right unit.
//!
//! ```
//! use lambdacost::{exact::Exact, internals::{money::Rate, units::{Unit, VcpuHour}}};
//! let price = Rate::<VcpuHour>::new(Exact::ONE);
//! let busy = VcpuHour::of(Exact::ONE);
//! let right = &price * &busy;
//! ```
//!
//! ```compile_fail,E0308
//! use lambdacost::{exact::Exact, internals::{money::Rate, units::{GbSecond, Unit, VcpuHour}}};
//! let price = Rate::<VcpuHour>::new(Exact::ONE);
//! let busy = GbSecond::of(Exact::ONE);
//! let wrong = &price * &busy;
//! ```
//!
//! Quantities of different units cannot be added:
//!
//! ```
//! use lambdacost::{exact::Exact, internals::units::{Unit, VcpuHour}};
//! let right = &VcpuHour::of(Exact::ONE) + &VcpuHour::of(Exact::ONE);
//! ```
//!
//! ```compile_fail,E0308
//! use lambdacost::{exact::Exact, internals::units::{GbSecond, Unit, VcpuHour}};
//! let wrong = &GbSecond::of(Exact::ONE) + &VcpuHour::of(Exact::ONE);
//! ```
//!
//! Money cannot be multiplied by money:
//!
//! ```
//! use lambdacost::internals::money::Usd;
//! let right = &Usd::ZERO + &Usd::ZERO;
//! ```
//!
//! ```compile_fail,E0369
//! use lambdacost::internals::money::Usd;
//! let wrong = &Usd::ZERO * &Usd::ZERO;
//! ```

use crate::exact::Exact;
use crate::units::{GbHour, Hour, InstanceHour, OnDemandUsd, Qty, Unit, VcpuHour};
use std::fmt;
use std::iter::Sum;
use std::marker::PhantomData;
use std::ops::{Add, Mul, Sub};

/// An exact amount of US dollars.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Usd(Exact);

impl Usd {
    pub const ZERO: Self = Self(Exact::ZERO);

    pub fn new(dollars: Exact) -> Self {
        Self(dollars)
    }

    /// The number of dollars, to print or to compare.
    pub fn dollars(&self) -> &Exact {
        &self.0
    }

    /// The amount multiplied by a number.
    pub fn times(&self, count: &Exact) -> Self {
        debug_assert!(!count.is_negative(), "{count} times {self}");
        Self(&self.0 * count)
    }

    /// The amount divided by another; `None` for zero.
    pub(crate) fn over(&self, part: &Self) -> Option<Exact> {
        self.0.over(&part.0)
    }

    /// Dollars for each of `count`; `None` for zero.
    pub(crate) fn per(&self, count: &Exact) -> Option<Self> {
        self.0.over(count).map(Self)
    }

    /// Dollars per million of `count`; `None` for zero.
    pub(crate) fn per_million(&self, count: u64) -> Option<Self> {
        self.per(&Exact::ratio(count, 1_000_000))
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.0.is_zero()
    }

    pub(crate) fn is_negative(&self) -> bool {
        self.0.is_negative()
    }

    /// The amount as a ratio in lowest terms, which keeps later products short.
    pub(crate) fn reduced(self) -> Self {
        Self(self.0.reduced())
    }

    /// Dollars and cents, halves away from zero, with thousands separators: `1,234.50`.
    pub(crate) fn cents(&self) -> String {
        grouped(&self.0.to_fixed(2))
    }
}

/// Inserts thousands separators into plain decimal text.
pub fn grouped(plain: &str) -> String {
    let (sign, digits) = plain
        .strip_prefix('-')
        .map_or(("", plain), |rest| ("-", rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut out = String::from(sign);
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// `$1,234.50`.
pub(crate) fn money(amount: &Usd) -> String {
    match amount.cents().strip_prefix('-') {
        Some(positive) => format!("-${positive}"),
        None => format!("${}", amount.cents()),
    }
}

/// `32.4 %`.
pub(crate) fn percent(share: &Exact) -> String {
    let hundredfold = share * &Exact::from(100u32);
    format!("{} %", grouped(&hundredfold.to_fixed(1)))
}

/// `4,869,815`.
pub(crate) fn count(number: u128) -> String {
    grouped(&number.to_string())
}

/// `1 task`, `2 tasks`.
pub(crate) fn plural(number: u128, noun: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", count(number))
}

impl fmt::Display for Usd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Usd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "${}", self.0)
    }
}

impl Add for &Usd {
    type Output = Usd;
    fn add(self, other: &Usd) -> Usd {
        Usd(&self.0 + &other.0)
    }
}

impl Sub for &Usd {
    type Output = Usd;
    fn sub(self, other: &Usd) -> Usd {
        Usd(&self.0 - &other.0)
    }
}

impl Sum for Usd {
    fn sum<I: Iterator<Item = Usd>>(values: I) -> Self {
        values.fold(Usd::ZERO, |total, value| &total + &value)
    }
}

/// An exact price in US dollars per unit of `U`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rate<U: Unit>(Exact, PhantomData<U>);

impl<U: Unit> Rate<U> {
    /// Free of charge.
    pub(crate) const ZERO: Self = Self(Exact::ZERO, PhantomData);

    pub fn new(usd_per_unit: Exact) -> Self {
        debug_assert!(!usd_per_unit.is_negative(), "a price of {usd_per_unit}");
        Self(usd_per_unit, PhantomData)
    }

    /// The price as a number, to print or to compare.
    pub(crate) fn per_unit(&self) -> &Exact {
        &self.0
    }

    /// The price of one unit: `rate * 1`, without the multiplication.
    pub(crate) fn of_one(&self) -> Usd {
        Usd(self.0.clone())
    }

    /// The rate multiplied by a number.
    pub(crate) fn times(&self, count: &Exact) -> Self {
        Self::new(&self.0 * count)
    }

    /// The rate for each of `count`; `None` for none.
    pub(crate) fn per(&self, count: &Exact) -> Option<Self> {
        self.0.over(count).map(Self::new)
    }
}

impl Rate<VcpuHour> {
    /// The price of an hour of a number of vCPUs.
    pub fn of_vcpus(&self, vcpus: &Exact) -> Rate<Hour> {
        Rate::new(&self.0 * vcpus)
    }
}

impl Rate<GbHour> {
    /// The price of an hour of a number of GB.
    pub(crate) fn of_gb(&self, gigabytes: &Exact) -> Rate<Hour> {
        Rate::new(&self.0 * gigabytes)
    }
}

impl Rate<InstanceHour> {
    /// The price of an hour of a number of instances.
    pub(crate) fn of_instances(&self, instances: &Exact) -> Rate<Hour> {
        Rate::new(&self.0 * instances)
    }
}

impl From<Usd> for Qty<OnDemandUsd> {
    /// The on-demand cost of instances, as the quantity for a management fee.
    fn from(on_demand: Usd) -> Self {
        OnDemandUsd::of(on_demand.0)
    }
}

impl<U: Unit> Add for &Rate<U> {
    type Output = Rate<U>;
    fn add(self, other: &Rate<U>) -> Rate<U> {
        Rate::new(&self.0 + &other.0)
    }
}

impl<U: Unit> Sum for Rate<U> {
    fn sum<I: Iterator<Item = Self>>(values: I) -> Self {
        values.fold(Self::ZERO, |total, value| &total + &value)
    }
}

impl<U: Unit> Mul<&Qty<U>> for &Rate<U> {
    type Output = Usd;
    fn mul(self, quantity: &Qty<U>) -> Usd {
        let cost = &self.0 * quantity.amount();
        // The cost is zero only for a price or quantity of zero.
        debug_assert_eq!(
            cost.is_zero(),
            self.0.is_zero() || quantity.amount().is_zero()
        );
        Usd(cost)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        assert_eq!(grouped("0.50"), "0.50");
        assert_eq!(grouped("-1234567.5"), "-1,234,567.5");
        assert_eq!(grouped("999"), "999");
        assert_eq!(grouped("1000"), "1,000");
    }
}
