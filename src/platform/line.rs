//! Lines of a bill.
//!
//! # Bills that do not compile
//!
//! Each of these once did. The first example of each pair differs from the second in the quantity
//! alone, and compiles: so the second fails for its unit and for nothing else.
//!
//! Requests, not GB-seconds, at the price of a request:
//!
//! ```
//! use lambdacost::exact::Exact;
//! use lambdacost::platform::{Line, service::LAMBDA};
//! use lambdacost::pricebook::Price;
//! use lambdacost::units::{GbSecond, Request, Unit};
//! fn bill(calls: Exact, price: &Price<Request>) -> Line {
//!     Line::new(&LAMBDA, "requests", &Request::of(calls), price)
//! }
//! ```
//!
//! ```compile_fail,E0308
//! use lambdacost::exact::Exact;
//! use lambdacost::platform::{Line, service::LAMBDA};
//! use lambdacost::pricebook::Price;
//! use lambdacost::units::{GbSecond, Request, Unit};
//! fn bill(calls: Exact, price: &Price<Request>) -> Line {
//!     Line::new(&LAMBDA, "requests", &GbSecond::of(calls), price)
//! }
//! ```
//!
//! GB-months, not hours, at the price of a volume:
//!
//! ```
//! use lambdacost::money::{Rate, Usd};
//! use lambdacost::units::{GbMonth, Hour, Qty};
//! fn volumes(volume: &Rate<GbMonth>, size: &Qty<GbMonth>, month: &Qty<Hour>) -> Usd {
//!     volume * size
//! }
//! ```
//!
//! ```compile_fail,E0308
//! use lambdacost::money::{Rate, Usd};
//! use lambdacost::units::{GbMonth, Hour, Qty};
//! fn volumes(volume: &Rate<GbMonth>, size: &Qty<GbMonth>, month: &Qty<Hour>) -> Usd {
//!     volume * month
//! }
//! ```
//!
//! Hours of a cluster, not the size of its volumes, at the price of a cluster:
//!
//! ```
//! use lambdacost::exact::Exact;
//! use lambdacost::money::{Rate, Usd};
//! use lambdacost::units::{ClusterHour, GbMonth, Hour, Qty};
//! fn fee(cluster: &Rate<ClusterHour>, size: &Qty<GbMonth>, month: &Qty<Hour>) -> Usd {
//!     cluster * &month.of_clusters(&Exact::ONE)
//! }
//! ```
//!
//! ```compile_fail,E0308
//! use lambdacost::exact::Exact;
//! use lambdacost::money::{Rate, Usd};
//! use lambdacost::units::{ClusterHour, GbMonth, Hour, Qty};
//! fn fee(cluster: &Rate<ClusterHour>, size: &Qty<GbMonth>, month: &Qty<Hour>) -> Usd {
//!     cluster * size
//! }
//! ```
//!
//! A quantity that takes the unit of the price it meets: every quantity names its unit.
//!
//! ```
//! use lambdacost::exact::Exact;
//! use lambdacost::money::{Rate, Usd};
//! use lambdacost::units::{GbMonth, Qty, Unit};
//! fn volumes(volume: &Rate<GbMonth>, size: Exact) -> Usd {
//!     volume * &GbMonth::of(size)
//! }
//! ```
//!
//! ```compile_fail,E0624
//! use lambdacost::exact::Exact;
//! use lambdacost::money::{Rate, Usd};
//! use lambdacost::units::{GbMonth, Qty, Unit};
//! fn volumes(volume: &Rate<GbMonth>, size: Exact) -> Usd {
//!     volume * &Qty::new(size)
//! }
//! ```

use super::service::Service;
use crate::exact::Exact;
use crate::money::Usd;
use crate::pricebook::{Bought, Price, Provenance};
use crate::units::{Qty, Unit, UnitName};
use std::sync::Arc;

/// One line of a bill: quantity x rate = cost.
#[derive(Debug, Clone)]
pub struct Line {
    /// Whose line it is.
    pub service: &'static Service,
    /// What is paid for.
    pub item: &'static str,
    /// How much of it.
    pub quantity: Exact,
    /// In which unit.
    pub unit: UnitName,
    /// US dollars per unit.
    pub rate: Exact,
    /// Their product.
    pub cost: Usd,
    /// Where the rate comes from.
    pub provenance: Provenance,
    /// How it is bought, where that is not at the list price.
    pub how: Option<Arc<str>>,
    /// The list price, US dollars per unit.
    pub list_rate: Exact,
    /// The path of its meter in price files.
    pub meter: Arc<str>,
    /// How AWS sets the rate.
    pub pricing: Pricing,
    /// What the rate is the mean of.
    bought: Option<Box<Bought>>,
}

/// How AWS sets a rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pricing {
    /// It stands in a price list.
    Standard,
    /// It changes with supply and demand.
    Dynamic,
}

impl Line {
    /// A quantity at a price of the same unit.
    pub fn new<U: Unit>(
        service: &'static Service,
        item: &'static str,
        quantity: &Qty<U>,
        price: &Price<U>,
    ) -> Self {
        Self {
            service,
            item,
            cost: &price.rate * quantity,
            quantity: quantity.amount().clone(),
            unit: U::NAME,
            rate: price.rate.per_unit().clone(),
            list_rate: price.rate.per_unit().clone(),
            provenance: price.provenance.clone(),
            how: None,
            meter: Arc::clone(&price.meter),
            bought: price.bought.clone(),
            pricing: Pricing::Standard,
        }
    }

    /// What the line's quantity costs at another rate of the same meter: its list price, or a part of
    /// how it is bought. The line has no type for its unit, but its meter has one.
    pub fn cost_at(&self, rate: &Exact) -> Usd {
        Usd::new(&self.quantity * rate)
    }

    /// A share of the line, or a number of such lines.
    pub(super) fn times(&self, share: &Exact) -> Self {
        Self {
            quantity: &self.quantity * share,
            cost: self.cost.times(share),
            ..self.clone()
        }
    }

    /// The same with its quantity and its cost in lowest terms.
    pub(super) fn reduced(self) -> Self {
        Self {
            quantity: self.quantity.reduced(),
            cost: self.cost.reduced(),
            ..self
        }
    }

    /// The same line, or one for what a commitment or a discount lowers and one for the rest.
    pub fn parts(mut self) -> Vec<Self> {
        let Some(bought) = self.bought.take() else {
            return vec![self];
        };
        let part = |share: &Exact, rate: &Exact, provenance: &Provenance, how| Self {
            cost: self.cost_at(rate).times(share),
            quantity: &self.quantity * share,
            rate: rate.clone(),
            provenance: provenance.clone(),
            how,
            list_rate: bought.list.usd.clone(),
            ..self.clone()
        };
        let how = Some(Arc::clone(&bought.how));
        let mut parts = vec![part(&bought.share, &bought.rate, &bought.provenance, how)];
        let rest = &Exact::ONE - &bought.share;
        if !rest.is_zero() {
            let list = &bought.list;
            parts.push(part(&rest, &list.usd, &list.provenance, None));
        }
        debug_assert_eq!(
            &(&bought.share * &bought.rate) + &(&rest * &bought.list.usd),
            self.rate,
            "the parts of {} add up to the line",
            self.item
        );
        parts
    }

    /// What a free allowance takes off, shown so that quantities can be followed.
    pub fn free<U: Unit>(
        service: &'static Service,
        item: &'static str,
        quantity: Qty<U>,
        price: &Price<U>,
        provenance: Provenance,
    ) -> Self {
        Self {
            service,
            item,
            quantity: quantity.amount().clone(),
            unit: U::NAME,
            rate: Exact::ZERO,
            cost: Usd::ZERO,
            provenance,
            how: None,
            meter: Arc::clone(&price.meter),
            list_rate: Exact::ZERO,
            bought: None,
            pricing: Pricing::Standard,
        }
    }
}
