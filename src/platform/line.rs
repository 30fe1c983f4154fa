//! Lines of a bill.
//!
//! # Bills that do not compile
//!
//! Each of these compiled once. The two examples of a pair differ only in the quantity; the first
//! compiles, so the second fails because of its unit.
//!
//! Requests, not GB-seconds, at the price of a request:
//!
//! ```
//! use lambdacost::exact::Exact;
//! use lambdacost::internals::platform::{Line, service::LAMBDA};
//! use lambdacost::internals::pricebook::Price;
//! use lambdacost::internals::units::{GbSecond, Request, Unit};
//! fn bill(calls: Exact, price: &Price<Request>) -> Line {
//!     Line::new(&LAMBDA, "requests", &Request::of(calls), price)
//! }
//! ```
//!
//! ```compile_fail,E0308
//! use lambdacost::exact::Exact;
//! use lambdacost::internals::platform::{Line, service::LAMBDA};
//! use lambdacost::internals::pricebook::Price;
//! use lambdacost::internals::units::{GbSecond, Request, Unit};
//! fn bill(calls: Exact, price: &Price<Request>) -> Line {
//!     Line::new(&LAMBDA, "requests", &GbSecond::of(calls), price)
//! }
//! ```
//!
//! GB-months, not hours, at the price of a volume:
//!
//! ```
//! use lambdacost::internals::money::{Rate, Usd};
//! use lambdacost::internals::units::{GbMonth, Hour, Qty};
//! fn volumes(volume: &Rate<GbMonth>, size: &Qty<GbMonth>, month: &Qty<Hour>) -> Usd {
//!     volume * size
//! }
//! ```
//!
//! ```compile_fail,E0308
//! use lambdacost::internals::money::{Rate, Usd};
//! use lambdacost::internals::units::{GbMonth, Hour, Qty};
//! fn volumes(volume: &Rate<GbMonth>, size: &Qty<GbMonth>, month: &Qty<Hour>) -> Usd {
//!     volume * month
//! }
//! ```
//!
//! Hours of a cluster, not the size of its volumes, at the price of a cluster:
//!
//! ```
//! use lambdacost::exact::Exact;
//! use lambdacost::internals::money::{Rate, Usd};
//! use lambdacost::internals::units::{ClusterHour, GbMonth, Hour, Qty};
//! fn fee(cluster: &Rate<ClusterHour>, size: &Qty<GbMonth>, month: &Qty<Hour>) -> Usd {
//!     cluster * &month.of_clusters(&Exact::ONE)
//! }
//! ```
//!
//! ```compile_fail,E0308
//! use lambdacost::exact::Exact;
//! use lambdacost::internals::money::{Rate, Usd};
//! use lambdacost::internals::units::{ClusterHour, GbMonth, Hour, Qty};
//! fn fee(cluster: &Rate<ClusterHour>, size: &Qty<GbMonth>, month: &Qty<Hour>) -> Usd {
//!     cluster * size
//! }
//! ```
//!
//! A quantity without a unit that takes the unit of its price: every quantity has to name its unit.
//!
//! ```
//! use lambdacost::exact::Exact;
//! use lambdacost::internals::money::{Rate, Usd};
//! use lambdacost::internals::units::{GbMonth, Qty, Unit};
//! fn volumes(volume: &Rate<GbMonth>, size: Exact) -> Usd {
//!     volume * &GbMonth::of(size)
//! }
//! ```
//!
//! ```compile_fail,E0624
//! use lambdacost::exact::Exact;
//! use lambdacost::internals::money::{Rate, Usd};
//! use lambdacost::internals::units::{GbMonth, Qty, Unit};
//! fn volumes(volume: &Rate<GbMonth>, size: Exact) -> Usd {
//!     volume * &Qty::new(size)
//! }
//! ```

use super::service::{STATED, Service};
use crate::exact::Exact;
use crate::money::Usd;
use crate::pricebook::{Bought, Price, Provenance};
use crate::scenario::BILLED_ITEMS;
use crate::units::{Month, OnDemandUsd, Qty, Unit, UnitName};
use std::borrow::Cow;
use std::sync::Arc;

/// One line of a bill: quantity x rate = cost.
#[derive(Debug, Clone)]
pub struct Line {
    pub service: &'static Service,
    /// What is billed.
    pub item: Cow<'static, str>,
    pub quantity: Exact,
    pub unit: UnitName,
    pub rate: Exact,
    /// US dollars: quantity times rate.
    pub cost: Usd,
    /// The source of the rate.
    pub provenance: Provenance,
    /// The commitment or discount, if the rate is not the list price.
    pub how: Option<Arc<str>>,
    /// US dollars per unit at the list price.
    pub list_rate: Exact,
    /// US dollars per unit on demand, less the negotiated discount.
    pub contracted_rate: Exact,
    /// The path of the meter in price files.
    pub meter: Arc<str>,
    pub pricing: Pricing,
    /// The parts whose mean is the rate.
    bought: Option<Box<Bought>>,
}

/// How AWS sets a rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pricing {
    /// In a price list.
    Standard,
    /// By supply and demand, so it changes.
    Dynamic,
}

impl Line {
    /// A line for a quantity at a price of the same unit.
    pub fn new<U: Unit>(
        service: &'static Service,
        item: impl Into<Cow<'static, str>>,
        quantity: &Qty<U>,
        price: &Price<U>,
    ) -> Self {
        let item = item.into();
        debug_assert!(
            service == &STATED || BILLED_ITEMS.contains(&&*item),
            "extras can have the name of the item {item}"
        );
        Self {
            service,
            item,
            cost: &price.rate * quantity,
            quantity: quantity.amount().clone(),
            unit: U::NAME,
            rate: price.rate.per_unit().clone(),
            list_rate: price.list_rate().per_unit().clone(),
            contracted_rate: price.contracted_rate().per_unit().clone(),
            provenance: price.provenance.clone(),
            how: None,
            meter: Arc::clone(&price.meter),
            bought: price.bought.clone(),
            pricing: Pricing::Standard,
        }
    }

    /// True for a share of what EC2 instances cost on demand: the quantity is in US dollars, and the
    /// rate is the share.
    pub fn is_share_of_price(&self) -> bool {
        self.unit == OnDemandUsd::NAME
    }

    /// True for a cost that the scenario states, and that is no price of AWS.
    pub fn is_extra(&self) -> bool {
        self.service == &STATED
    }

    /// True for a cost of whole months, whatever is used.
    pub fn is_monthly(&self) -> bool {
        self.unit == Month::NAME
    }

    /// What the quantity costs at another rate of the same meter: the list price, or a part of
    /// [`Self::parts`]. A line has no type for its unit, but its meter has one.
    pub(crate) fn cost_at(&self, rate: &Exact) -> Usd {
        Usd::new(&self.quantity * rate)
    }

    /// The line multiplied by a share or a number.
    pub(super) fn times(&self, share: &Exact) -> Self {
        Self {
            quantity: &self.quantity * share,
            cost: self.cost.times(share),
            ..self.clone()
        }
    }

    /// The line with its quantity and cost in lowest terms.
    pub(super) fn reduced(self) -> Self {
        Self {
            quantity: self.quantity.reduced(),
            cost: self.cost.reduced(),
            ..self
        }
    }

    /// True for a line that [`Self::parts`] can split.
    pub(super) fn has_parts(&self) -> bool {
        self.bought.is_some()
    }

    /// Splits the line into parts with one rate each: what a commitment covers, and the rest. A line
    /// with one rate stays whole.
    pub(crate) fn parts(mut self) -> Vec<Self> {
        let Some(bought) = self.bought.take() else {
            return vec![self];
        };
        debug_assert_eq!(
            bought.mean(),
            self.rate,
            "the parts of {} add up to the line",
            self.item
        );
        let parts = bought.parts.iter().map(|part| Self {
            cost: self.cost_at(&part.rate).times(&part.share),
            quantity: &self.quantity * &part.share,
            rate: part.rate.clone(),
            provenance: part.provenance.clone(),
            how: part.how.clone(),
            list_rate: bought.list.usd.clone(),
            contracted_rate: bought.contracted.clone(),
            ..self.clone()
        });
        parts.collect()
    }

    /// A line for the part of a quantity that a free allowance covers. It costs nothing; it is
    /// shown so that the quantities of the bill add up.
    pub(crate) fn free<U: Unit>(
        service: &'static Service,
        item: &'static str,
        quantity: Qty<U>,
        price: &Price<U>,
        provenance: Provenance,
    ) -> Self {
        debug_assert!(BILLED_ITEMS.contains(&item), "{item}");
        Self {
            service,
            item: item.into(),
            quantity: quantity.amount().clone(),
            unit: U::NAME,
            rate: Exact::ZERO,
            cost: Usd::ZERO,
            provenance,
            how: None,
            meter: Arc::clone(&price.meter),
            list_rate: Exact::ZERO,
            contracted_rate: Exact::ZERO,
            bought: None,
            pricing: Pricing::Standard,
        }
    }
}
