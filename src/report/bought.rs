//! Prices as a scenario buys, for each of its platforms.

use super::Comparison;
use crate::catalog::terms::Terms;
use crate::catalog::{InstanceType, Regional, Usage};
use crate::diag::Diags;
use crate::exact::Exact;
use crate::money::Usd;
use crate::workload::Scenario;
use rayon::prelude::*;
use std::sync::Arc;

/// Prices as a scenario buys; those of its platforms differ where a commitment in dollars an hour is
/// spent on what each of them uses.
#[derive(Debug, Clone)]
pub struct Bought {
    platforms: Vec<Prices>,
}

/// Prices of a platform.
#[derive(Debug, Clone)]
struct Prices {
    id: &'static str,
    regions: Vec<Regional>,
    unused: Option<Usd>,
}

impl Bought {
    /// The prices of a scenario, given list prices of its regions in its order; `None` where it buys
    /// on demand at list prices.
    ///
    /// # Errors
    /// Rates that the book lacks, discounts for meters that do not exist.
    pub fn new(
        scenario: &Scenario,
        list: &[Regional],
        instances: &[InstanceType],
    ) -> Result<Option<Self>, Diags> {
        let Some(terms) = &scenario.terms else {
            return Ok(None);
        };
        if !terms.is_hourly() {
            let regions = terms.apply(list)?;
            let prices = |id: &&'static str| Prices {
                id,
                regions: regions.clone(),
                unused: None,
            };
            let platforms = scenario.platforms.iter().map(prices).collect();
            return Ok(Some(Self { platforms }));
        }
        let listed = Comparison::new(scenario, list, instances)?;
        let numbers = 0..listed.platforms().len();
        let spent = numbers.map(|number| spent(&listed, number, terms, list));
        let platforms = spent.collect::<Result<_, _>>()?;
        Ok(Some(Self { platforms }))
    }

    /// Prices of a platform's regions.
    pub(super) fn regions(&self, id: &str) -> Option<&[Regional]> {
        let found = self.platforms.iter().find(|prices| prices.id == id);
        found.map(|prices| prices.regions.as_slice())
    }

    /// Dollars a month of the commitment that everything on a platform would leave unused.
    pub(super) fn unused(&self, id: &str) -> Option<&Usd> {
        let found = self.platforms.iter().find(|prices| prices.id == id);
        found.and_then(|prices| prices.unused.as_ref())
    }
}

/// The prices of a platform once an hourly commitment has been spent on what everything uses there.
fn spent(
    listed: &Comparison<'_>,
    number: usize,
    terms: &Arc<Terms>,
    list: &[Regional],
) -> Result<Prices, Diags> {
    let (terms, unused) = terms.spend(&usage(listed, number), list)?;
    let unused = &unused * &listed.scenario().hours;
    Ok(Prices {
        id: listed.platforms()[number].id,
        regions: Arc::new(terms).apply(list)?,
        unused: Some(Usd::new(unused)),
    })
}

/// How much of each meter everything on a platform uses in an hour.
fn usage(listed: &Comparison<'_>, number: usize) -> Usage {
    let scenario = listed.scenario();
    let functions = (0..scenario.functions.len()).into_par_iter();
    let add = |mut usage: Usage, index: usize| {
        let region = scenario.region_of(&scenario.functions[index]);
        for line in listed.lines(index, number) {
            let key = (Arc::clone(region), Arc::clone(&line.meter));
            // What is free takes nothing of a commitment.
            if !line.rate.is_zero() {
                let known = usage.entry(key).or_insert(Exact::ZERO);
                *known = &*known + &line.quantity;
            }
        }
        usage
    };
    let month = functions
        .fold(Usage::new, add)
        .reduce(Usage::new, |mut all, part| {
            for (key, quantity) in part {
                let known = all.entry(key).or_insert(Exact::ZERO);
                *known = &*known + &quantity;
            }
            all
        });
    let hour = |quantity: Exact| quantity.over(&scenario.hours).unwrap_or(Exact::ZERO);
    let hours = month
        .into_iter()
        .map(|(key, quantity)| (key, hour(quantity)));
    hours.collect()
}
