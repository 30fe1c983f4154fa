//! Reads scenarios and compares their functions at the built-in prices, without the command line.

#![allow(dead_code, reason = "each test that includes it uses a part of it")]

use lambdacost::exact::Exact;
use lambdacost::internals::answer::{BoughtPrices, Comparison, Decision, Input, PlanOptions};
use lambdacost::internals::diag::{Diags, Source};
use lambdacost::internals::pricebook::{Book, InstanceType, Regional};
use lambdacost::internals::scenario::{self, Request, Scenario};
use lambdacost::internals::{check, platform};
use std::io;
use std::sync::LazyLock;

pub static BOOK: LazyLock<Book> = LazyLock::new(platform::book);
pub static INSTANCES: LazyLock<Vec<InstanceType>> =
    LazyLock::new(|| BOOK.instances().expect("the built-in types are valid"));

/// Makes a request that reads no other files. `book` has the known regions; `region` replaces the
/// regions of the functions.
pub fn with_request<T>(
    book: &Book,
    region: Option<&str>,
    read: impl FnOnce(&Request<'_>) -> T,
) -> T {
    read(&Request {
        platforms: &platform::shapes(),
        rules: &check::shapes(),
        region,
        unknown_region: &|name| book.unknown_region(name),
        open: &|_| Err(io::ErrorKind::NotFound.into()),
        keeps_stated: false,
        set: &[],
        progress: &|_| (),
    })
}

pub fn read(text: &str) -> Result<Scenario, Diags> {
    let source = Source::new("scenario.toml", text);
    with_request(&BOOK, None, |request| scenario::read_toml(&source, request))
}

/// Reads a scenario that must be valid.
#[track_caller]
pub fn valid(text: &str) -> Scenario {
    read(text).unwrap_or_else(|diags| panic!("{diags}\n\n{text}"))
}

/// The prices that a scenario needs.
#[track_caller]
pub fn prices(scenario: &Scenario, book: &Book) -> Vec<Regional> {
    let regions = scenario.regions.iter();
    regions
        .map(|region| book.region_to(&region.name, scenario.extent()))
        .collect::<Result<_, _>>()
        .unwrap_or_else(|diags| panic!("{diags}"))
}

/// The plan of a comparison, in which each move has to save `min_saving` US dollars a month.
#[track_caller]
pub fn decided<'c>(comparison: &'c Comparison<'c>, min_saving: u32) -> Decision<'c> {
    let options = PlanOptions {
        min_saving: Exact::from(min_saving),
        ..PlanOptions::default()
    };
    let decision = comparison.decide(&options);
    decision.unwrap_or_else(|diags| panic!("{diags}"))
}

/// Compares the functions of a scenario at built-in prices.
#[track_caller]
pub fn compared<T>(scenario: &Scenario, then: impl FnOnce(&Comparison<'_>) -> T) -> T {
    compared_at(scenario, &prices(scenario, &BOOK), then)
}

/// The same at other prices, in the order of the scenario's regions.
#[track_caller]
pub fn compared_at<T>(
    scenario: &Scenario,
    prices: &[Regional],
    then: impl FnOnce(&Comparison<'_>) -> T,
) -> T {
    let bought = BoughtPrices::new(scenario, prices, &INSTANCES);
    let bought = bought.unwrap_or_else(|diags| panic!("{diags}"));
    let comparison = match &bought {
        Some(bought) => Comparison::bought(scenario, prices, bought, &INSTANCES),
        None => Comparison::new(scenario, prices, &INSTANCES),
    };
    then(&comparison.unwrap_or_else(|diags| panic!("{diags}")))
}

/// A linear congruential generator, so that every run tries the same scenarios.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    /// From `least` to `most`, both included.
    pub fn from(&mut self, least: u64, most: u64) -> u64 {
        least + self.below(most - least + 1)
    }

    pub fn one_of<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.below(values.len() as u64) as usize]
    }
}

/// The smallest step of an input.
pub fn smallest_step(input: Input) -> Exact {
    match input {
        Input::Calls | Input::Memory | Input::MemoryPerRequest => Exact::ONE,
        Input::Duration | Input::Capacity | Input::Cpu => Exact::ratio(1, 1000),
        Input::Price(_) => panic!("prices have no steps"),
    }
}
