//! US dollars, prices, and the only place where one becomes the other.
//!
//! `Rate<U> * Qty<U>` is the one way to make money from a price, so a bill cannot multiply a
//! GB-second by the price of a vCPU-hour:
//!
//! ```compile_fail
//! use lambdacost::{exact::Exact, money::Rate, units::{GbSecond, Qty, VcpuHour}};
//! let price = Rate::<VcpuHour>::new(Exact::ONE);
//! let busy = Qty::<GbSecond>::new(Exact::ONE);
//! let wrong = &price * &busy;
//! ```
//!
//! nor add quantities of different meters, nor multiply money by money:
//!
//! ```compile_fail
//! use lambdacost::{exact::Exact, units::{GbSecond, Qty, VcpuHour}};
//! let sum = &Qty::<GbSecond>::new(Exact::ONE) + &Qty::<VcpuHour>::new(Exact::ONE);
//! ```
//!
//! ```compile_fail
//! use lambdacost::money::Usd;
//! let square = &Usd::ZERO * &Usd::ZERO;
//! ```

use crate::exact::Exact;
use crate::units::{Qty, Unit};
use std::fmt;
use std::iter::Sum;
use std::marker::PhantomData;
use std::ops::{Add, Mul, Sub};

/// An exact amount of US dollars.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Usd(Exact);

impl Usd {
    /// No money.
    pub const ZERO: Self = Self(Exact::ZERO);

    /// Wraps an exact number of dollars.
    pub fn new(dollars: Exact) -> Self {
        Self(dollars)
    }

    /// The bare number of dollars.
    pub fn dollars(&self) -> &Exact {
        &self.0
    }

    /// A share of the amount, as an allocation of a common bill gives it.
    pub fn share(&self, of_one: &Exact) -> Self {
        debug_assert!(!of_one.is_negative(), "a share of {of_one}");
        Self(&self.0 * of_one)
    }

    /// Dollars per million of `count`; `None` for none.
    pub fn per_million(&self, count: u64) -> Option<Self> {
        let millions = Exact::ratio(count, 1_000_000);
        self.0.over(&millions).map(Self)
    }

    /// Dollars and cents, halves away from zero, with thousands separators: `1,234.50`.
    pub fn cents(&self) -> String {
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
pub fn money(amount: &Usd) -> String {
    match amount.cents().strip_prefix('-') {
        Some(positive) => format!("-${positive}"),
        None => format!("${}", amount.cents()),
    }
}

/// `32.4 %`.
pub fn percent(share: &Exact) -> String {
    let hundredfold = share * &Exact::from(100u32);
    format!("{} %", grouped(&hundredfold.to_fixed(1)))
}

/// `4,869,815`.
pub fn count(number: u128) -> String {
    grouped(&number.to_string())
}

/// `1 task`, `2 tasks`.
pub fn plural(number: u128, noun: &str) -> String {
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

/// Exact US dollars per unit of `U`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rate<U: Unit>(Exact, PhantomData<U>);

impl<U: Unit> Rate<U> {
    /// A price in dollars per unit.
    pub fn new(usd_per_unit: Exact) -> Self {
        debug_assert!(!usd_per_unit.is_negative(), "a price of {usd_per_unit}");
        Self(usd_per_unit, PhantomData)
    }

    /// The bare price, to print.
    pub fn per_unit(&self) -> &Exact {
        &self.0
    }
}

impl<U: Unit> Mul<&Qty<U>> for &Rate<U> {
    type Output = Usd;
    fn mul(self, quantity: &Qty<U>) -> Usd {
        let cost = &self.0 * quantity.amount();
        // What is metered costs something, unless it is free.
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
