//! Stated costs in the bills of platforms and in totals.

use super::{BoundPlatform, Comparison, Solved};
use crate::exact::Exact;
use crate::money::Usd;
use crate::platform::{Context, Cost, Extras, Total};
use std::collections::HashSet;
use std::sync::Arc;

/// Adds the extras of a scenario to the models of its platforms.
pub(super) fn add<'a>(
    context: &Context<'a>,
    platforms: Vec<BoundPlatform<'a>>,
) -> (Vec<BoundPlatform<'a>>, Arc<Extras<'a>>) {
    let ids: Vec<&'static str> = platforms.iter().map(|bound| bound.id).collect();
    let runs = |index: usize| {
        let home = context.home(index);
        let mut bound = platforms.iter().filter(|bound| bound.id == home);
        bound.any(|bound| bound.model.adds(context.subject(index)).is_ok())
    };
    let extras = Arc::new(Extras::bind(context, &ids, runs));
    let added = platforms.into_iter().map(|bound| BoundPlatform {
        model: extras.add_to(bound.id, bound.model),
        ..bound
    });
    (added.collect(), extras)
}

/// A gap below this many US dollars a million calls is less than what stands in front of functions
/// usually costs (Amazon API Gateway pricing page: $1.00 for an HTTP API).
const FRONT_USD_PER_MILLION: u64 = 1;

impl Comparison<'_> {
    /// True if platforms that charge for use and for capacity differ by less than a dollar a million
    /// calls, and no extra is stated for the cheaper side.
    pub(super) fn lacks_front(&self, solved: &Solved<'_>) -> bool {
        let (index, summary) = (solved.index, &solved.summary);
        let function = self.context.function(index);
        let (Some(best), Some(gap), true) =
            (summary.best_alone, &summary.gap, function.is_service())
        else {
            return false;
        };
        let small = Exact::ratio(function.invocations * FRONT_USD_PER_MILLION, 1_000_000);
        *gap.dollars() < small && !self.platforms[best].model.states_extra(index)
    }
}

/// What a set of functions pays for extras.
#[derive(Clone)]
pub(super) struct ExtrasSum {
    /// US dollars a month that no functions share.
    own: Usd,
    /// By scope of [`Extras`]: whether any function pays it.
    scopes: Vec<bool>,
}

impl ExtrasSum {
    pub(super) fn nothing(comparison: &Comparison<'_>) -> Self {
        Self {
            own: Usd::ZERO,
            scopes: comparison.extras.scopes().map(|_| false).collect(),
        }
    }

    /// Adds what one function pays.
    fn add(&mut self, own: &Usd, scopes: &[usize]) {
        if !own.is_zero() {
            self.own = &self.own + own;
        }
        for scope in scopes {
            self.scopes[*scope] = true;
        }
    }

    /// Adds what a function pays on a platform. `scopes` returns the scopes that it uses there.
    pub(super) fn add_cost(&mut self, cost: &Cost, scopes: impl FnOnce() -> Vec<usize>) {
        if self.scopes.is_empty() {
            self.add(&cost.extras, &[]);
        } else {
            self.add(&cost.extras, &scopes());
        }
    }

    fn and(&self, other: &Self) -> Self {
        let scopes = self.scopes.iter().zip(&other.scopes);
        Self {
            own: &self.own + &other.own,
            scopes: scopes.map(|(left, right)| *left || *right).collect(),
        }
    }

    /// US dollars a month.
    pub(super) fn monthly(&self, comparison: &Comparison<'_>) -> Usd {
        let scopes = comparison.extras.scopes().zip(&self.scopes);
        let paid = scopes.filter(|(_, is_paid)| **is_paid);
        paid.fold(self.own.clone(), |sum, (monthly, _)| &sum + monthly)
    }
}

/// What all functions pay for extras if all run on one platform.
pub(super) struct ExtrasOfAll {
    /// Those that can run there with the functions of today.
    running: ExtrasSum,
    /// Those that can only run there with others.
    with_others: ExtrasSum,
    /// The number of the latter.
    count: usize,
}

impl ExtrasOfAll {
    pub(super) fn nothing(comparison: &Comparison<'_>) -> Self {
        let nothing = ExtrasSum::nothing(comparison);
        Self {
            running: nothing.clone(),
            with_others: nothing,
            count: 0,
        }
    }

    pub(super) fn add(
        &mut self,
        comparison: &Comparison<'_>,
        solved: &Solved<'_>,
        platform: usize,
    ) {
        if let Ok(cost) = &solved.summary.costs[platform] {
            self.running
                .add_cost(cost, || solved.shared_use(platform).extras);
            return;
        }
        let model = &comparison.platforms[platform].model;
        if let Some(used) = model.shared_use_with_others(solved.index) {
            self.with_others
                .add(&model.extras_of(solved.index), &used.extras);
            self.count += 1;
        }
    }

    /// US dollars a month of the functions in a total. `refused` is the number of functions that
    /// cannot run with those of today.
    pub(super) fn monthly(
        &self,
        comparison: &Comparison<'_>,
        platform: usize,
        total: &Total,
        refused: usize,
    ) -> Usd {
        let sum = if total.left_out == 0 {
            self.running.and(&self.with_others)
        } else if self.count == 0 && total.left_out == refused {
            self.running.clone()
        } else {
            Self::of_clusters(comparison, platform)
        };
        sum.monthly(comparison)
    }

    /// What the functions pay that the clusters of a platform take if all run there.
    fn of_clusters(comparison: &Comparison<'_>, platform: usize) -> ExtrasSum {
        let model = &comparison.platforms[platform].model;
        let clusters = model.clusters(&|_| true);
        let pods = clusters.iter().flat_map(|one| &one.requests_per_pod);
        let taken: HashSet<usize> = pods
            .filter(|(_, requests)| requests.is_some())
            .map(|(index, _)| *index)
            .collect();
        let mut sum = ExtrasSum::nothing(comparison);
        for index in taken {
            if let Some(used) = model.shared_use_with_others(index) {
                sum.add(&model.extras_of(index), &used.extras);
            }
        }
        sum
    }
}
