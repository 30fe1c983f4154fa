//! Prices under the commitment and discounts of a scenario, for each of its platforms.

use super::Comparison;
use crate::diag::Diags;
use crate::exact::Exact;
use crate::money::Usd;
use crate::pricebook::commitments::Commitments;
use crate::pricebook::{EligibleUsage, InstanceType, Regional};
use crate::scenario::Scenario;
use crate::units::{Hour, Unit};
use rayon::prelude::*;
use std::sync::Arc;

#[derive(Debug, Clone)]
pub struct BoughtPrices {
    /// The prices for every platform, unless an hourly commitment has to be spent.
    shared: Vec<Regional>,
    /// The prices for each platform after an hourly commitment was spent there.
    own: Vec<SpentCommitment>,
}

/// The prices of a platform after an hourly commitment was spent there.
#[derive(Debug, Clone)]
struct SpentCommitment {
    id: &'static str,
    regions: Vec<Regional>,
    /// US dollars a month of the commitment that stay unused.
    unused: Usd,
}

impl BoughtPrices {
    /// The prices of a scenario from the list prices of its regions, in its order. `None` without
    /// commitment and discounts.
    ///
    /// # Errors
    /// The price book lacks a rate, or a discount is for a meter that does not exist.
    pub fn new(
        scenario: &Scenario,
        list: &[Regional],
        instances: &[InstanceType],
    ) -> Result<Option<Self>, Diags> {
        let Some(terms) = &scenario.terms else {
            return Ok(None);
        };
        let types = instances.iter().map(|one| one.name.as_str());
        let shared = terms.apply(list, types)?;
        if !terms.is_hourly() {
            let own = Vec::new();
            return Ok(Some(Self { shared, own }));
        }
        let listed = Comparison::new(scenario, list, instances)?;
        let numbers = 0..listed.platforms().len();
        let spent = numbers.map(|number| spent(&listed, number, terms, list, instances));
        let own = spent.collect::<Result<_, _>>()?;
        Ok(Some(Self { shared, own }))
    }

    fn own(&self, id: &str) -> Option<&SpentCommitment> {
        self.own.iter().find(|spent| spent.id == id)
    }

    /// The prices of a platform in all regions.
    pub(super) fn regions(&self, id: &str) -> &[Regional] {
        self.own(id).map_or(&self.shared, |spent| &spent.regions)
    }

    /// US dollars a month of the commitment that stay unused if everything runs on a platform.
    pub(super) fn unused(&self, id: &str) -> Option<&Usd> {
        self.own(id).map(|spent| &spent.unused)
    }
}

/// Spends an hourly commitment on the usage of all functions on a platform.
fn spent(
    listed: &Comparison<'_>,
    number: usize,
    terms: &Arc<Commitments>,
    list: &[Regional],
    instances: &[InstanceType],
) -> Result<SpentCommitment, Diags> {
    let (terms, unused) = terms.spend(&usage(listed, number), list);
    let types = instances.iter().map(|one| one.name.as_str());
    let hours = Hour::of(listed.scenario().hours.clone());
    Ok(SpentCommitment {
        id: listed.platforms()[number].id,
        regions: Arc::new(terms).apply(list, types)?,
        unused: &unused * &hours,
    })
}

/// The hourly usage of each meter by all functions on a platform. Of tiers only the first counts: a
/// commitment does not cover the others.
fn usage(listed: &Comparison<'_>, number: usize) -> EligibleUsage {
    let scenario = listed.scenario();
    let first = |region: &str, meter: &str| {
        let mut prices = listed.prices().iter();
        let regional = prices.find(|regional| **regional.name() == *region)?;
        regional.first_rate(meter)
    };
    let functions = (0..scenario.functions.len()).into_par_iter();
    let add = |mut usage: EligibleUsage, index: usize| {
        let region = scenario.region_of(&scenario.functions[index]);
        let Ok(answer) = listed.answer(index, number) else {
            return usage;
        };
        for line in answer.placement.lines() {
            let key = (Arc::clone(region), Arc::clone(&line.meter));
            let is_covered = Some(&line.rate) == first(&key.0, &key.1);
            // A free quantity uses nothing of a commitment.
            if is_covered && !line.rate.is_zero() {
                let known = usage.entry(key).or_insert(Exact::ZERO);
                *known = &*known + &line.quantity;
            }
        }
        usage
    };
    let month =
        functions
            .fold(EligibleUsage::new, add)
            .reduce(EligibleUsage::new, |mut all, part| {
                for (key, quantity) in part {
                    let known = all.entry(key).or_insert(Exact::ZERO);
                    *known = &*known + &quantity;
                }
                all
            });
    let mut hour = month;
    for quantity in hour.values_mut() {
        let used = quantity.over(&scenario.hours);
        *quantity = used.expect("a month has an hour at least");
    }
    hour
}
