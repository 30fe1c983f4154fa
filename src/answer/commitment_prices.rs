//! Prices under the commitment and discounts of a scenario.

use crate::diag::Diags;
use crate::exact::Exact;
use crate::pricebook::{Commitments, EligibleMeter, InstanceType, Regional};
use crate::scenario::Scenario;
use std::sync::Arc;

/// Bounds are computed for at most this many multipliers.
const MOST_TRIALS: usize = 12;

#[derive(Debug, Clone)]
pub struct BoughtPrices {
    /// Under discounts and a commitment to a share of the usage. A commitment in dollars an hour is
    /// not in them: what it covers depends on the whole bill.
    regions: Vec<Regional>,
    /// `None` without a commitment in dollars an hour.
    pub(super) hourly: Option<HourlyPrices>,
}

/// What a commitment in dollars an hour is about.
#[derive(Debug, Clone)]
pub(super) struct HourlyPrices {
    /// US dollars an hour.
    pub usd: Exact,
    pub meters: Vec<EligibleMeter>,
    /// Prices for bounds, with the value of a committed dollar.
    pub trials: Vec<(Exact, Vec<Regional>)>,
}

impl BoughtPrices {
    /// The prices of a scenario from the list prices of its regions, in its order. `None` without
    /// commitment and discounts.
    ///
    /// # Errors
    /// A discount is for a meter that does not exist, or a commitment for instances that do not.
    pub fn new(
        scenario: &Scenario,
        list: &[Regional],
        instances: &[InstanceType],
    ) -> Result<Option<Self>, Diags> {
        let Some(terms) = &scenario.terms else {
            return Ok(None);
        };
        let types = instances.iter().map(|one| one.name.as_str());
        Ok(Some(Self {
            regions: terms.apply(list, types.clone())?,
            hourly: HourlyPrices::of(terms, list, types)?,
        }))
    }

    /// The prices of all regions.
    pub(super) fn regions(&self) -> &[Regional] {
        &self.regions
    }
}

impl HourlyPrices {
    fn of<'t>(
        terms: &Arc<Commitments>,
        list: &[Regional],
        types: impl Iterator<Item = &'t str> + Clone,
    ) -> Result<Option<Self>, Diags> {
        let Some((_, usd)) = terms.hourly() else {
            return Ok(None);
        };
        let meters = terms.eligible(list);
        let ratios = meters
            .iter()
            .filter_map(|meter| meter.contracted_rate.over(&meter.plan_rate));
        let mut multipliers: Vec<Exact> = ratios.chain([Exact::ZERO]).collect();
        multipliers.sort();
        multipliers.dedup();
        // Any choice of them gives bounds. They are spread over all.
        let step = multipliers.len().div_ceil(MOST_TRIALS);
        let trials = multipliers.into_iter().step_by(step).map(|multiplier| {
            let terms = Arc::new(terms.at_multiplier(multiplier.clone()));
            Ok((multiplier, terms.apply(list, types.clone())?))
        });
        let trials = trials.collect::<Result<_, Diags>>()?;
        Ok(Some(Self {
            usd: usd.clone(),
            meters,
            trials,
        }))
    }
}
