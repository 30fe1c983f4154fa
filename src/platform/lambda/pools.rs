//! Pools: the functions of an architecture in a region share the duration tiers, and all pools share
//! the free tier.

use super::duration::gb_seconds_per_call;
use super::meters::STREAMING;
use super::{LambdaPrices, infeasible, pool_of};
use crate::exact::Exact;
use crate::money::Usd;
use crate::platform::{Context, oldest};
use crate::scenario::Function;
use crate::units::{FREE_GB_SECONDS, FREE_REQUESTS, FREE_STREAMED_GB, Qty};
use rayon::prelude::*;
use std::sync::Arc;

/// What the functions of a pool use together, and what that costs.
pub struct Pool {
    /// Duration, GB-seconds, free ones included.
    pub gb_seconds: Exact,
    /// Requests, free ones included.
    pub requests: Exact,
    /// Gigabytes streamed, free ones included.
    pub streamed_gb: Exact,
    /// The part of the free GB-seconds that is this pool's, as today's traffic divides it.
    pub free_gb_seconds: Exact,
    /// The part of the free requests that is this pool's.
    pub free_requests: Exact,
    /// The part of the free gigabytes streamed that is this pool's.
    pub free_streamed_gb: Exact,
    /// Share of the pool's duration that is billed in each tier that it reaches.
    pub tiers: Vec<Exact>,
    /// Dollars per GB-second, averaged over tiers and free ones.
    pub duration_rate: Exact,
    /// Share of the requests that is billed.
    pub billed_requests: Exact,
    /// Dollars per request, averaged over free ones.
    pub request_rate: Exact,
    /// Share of the gigabytes streamed that is billed.
    pub billed_streamed: Exact,
    /// The oldest date of the prices of its requests and duration.
    pub as_of: Arc<str>,
}

/// What free allowances and tiers count.
#[derive(Clone)]
struct Used {
    gb_seconds: Exact,
    requests: Exact,
    streamed_gb: Exact,
}

impl Used {
    const NOTHING: Self = Self {
        gb_seconds: Exact::ZERO,
        requests: Exact::ZERO,
        streamed_gb: Exact::ZERO,
    };

    fn and(&self, other: &Self) -> Self {
        Self {
            gb_seconds: &self.gb_seconds + &other.gb_seconds,
            requests: &self.requests + &other.requests,
            streamed_gb: &self.streamed_gb + &other.streamed_gb,
        }
    }

    fn function(&mut self, function: &Function) {
        let calls = Exact::from(function.invocations);
        let duration = &gb_seconds_per_call(function) * &calls;
        self.gb_seconds = &self.gb_seconds + &duration;
        let Some(features) = &function.features else {
            self.requests = &self.requests + &calls;
            return;
        };
        self.requests = &self.requests + &(&function.billed_requests() * &calls);
        if let Some(each) = &features.streamed_gb {
            self.streamed_gb = &self.streamed_gb + &(each * &calls);
        }
    }
}

/// The pools of those functions that are members and can run on Lambda.
pub fn form(
    context: &Context<'_>,
    prices: &[Option<LambdaPrices>],
    member: &(dyn Fn(usize) -> bool + Sync),
) -> Vec<Option<Pool>> {
    let empty = || vec![Used::NOTHING; prices.len()];
    let functions = context.scenario.functions.par_iter().enumerate();
    let used = functions
        .filter(|(index, function)| member(*index) && infeasible(function).is_none())
        .fold(empty, |mut pools, (_, function)| {
            pools[pool_of(function)].function(function);
            pools
        })
        .reduce(empty, |left, right| {
            left.iter()
                .zip(&right)
                .map(|(left, right)| left.and(right))
                .collect()
        });
    let all = used.iter().fold(Used::NOTHING, |all, pool| all.and(pool));
    let pool = |(used, prices): (&Used, &Option<LambdaPrices>)| {
        let prices = prices.as_ref()?;
        Some(Pool::of(used, &all, prices, context.scenario.free_tier))
    };
    used.iter().zip(prices).map(pool).collect()
}

/// A pool's part of an allowance; all of it where nobody uses anything yet.
fn allowance(free: u64, own: &Exact, all: &Exact) -> Exact {
    let part = own.over(all).unwrap_or(Exact::ONE);
    &Exact::from(free) * &part
}

/// The share of a use that an allowance leaves to be billed.
fn billed_share(used: &Exact, free: &Exact) -> Exact {
    let left = (used - free).max(Exact::ZERO);
    left.over(used).unwrap_or(Exact::ONE)
}

impl Pool {
    fn of(used: &Used, all: &Used, prices: &LambdaPrices, free_tier: bool) -> Self {
        let gb_seconds = used.gb_seconds.clone().reduced();
        let requests = used.requests.clone().reduced();
        let streamed_gb = used.streamed_gb.clone().reduced();
        let allowed = |free, own, all| match free_tier {
            true => allowance(free, own, all),
            false => Exact::ZERO,
        };
        let free_gb_seconds = allowed(FREE_GB_SECONDS, &gb_seconds, &all.gb_seconds);
        let free_requests = allowed(FREE_REQUESTS, &requests, &all.requests);
        let free_streamed_gb = allowed(FREE_STREAMED_GB, &streamed_gb, &all.streamed_gb);
        let billed_duration = billed_share(&gb_seconds, &free_gb_seconds);
        let billed_requests = billed_share(&requests, &free_requests);
        let billed_streamed = billed_share(&streamed_gb, &free_streamed_gb);
        let parts = prices.duration.split(&(&gb_seconds * &billed_duration));
        let tiers: Vec<Exact> = match parts.as_slice() {
            // One tier: the pool's own size cancels, and need not be above zero.
            [_] => vec![billed_duration],
            _ => parts
                .iter()
                .filter_map(|(part, _)| part.over(&gb_seconds))
                .collect(),
        };
        let rates = parts.iter().map(|(_, price)| price.rate.per_unit());
        let duration_rate: Exact = tiers
            .iter()
            .zip(rates)
            .map(|(share, rate)| share * rate)
            .sum();
        let reached = parts.iter().map(|(_, price)| &price.provenance);
        let as_of = oldest(reached.chain([&prices.request.provenance])).into();
        Self {
            as_of,
            requests,
            streamed_gb,
            free_gb_seconds,
            free_requests,
            free_streamed_gb,
            duration_rate: duration_rate.reduced(),
            request_rate: (&billed_requests * prices.request.rate.per_unit()).reduced(),
            billed_requests,
            billed_streamed,
            tiers,
            gb_seconds,
        }
    }

    /// What duration, requests and streaming of all its functions cost.
    pub fn monthly(&self, prices: &LambdaPrices) -> Usd {
        let parts = prices
            .duration
            .split(&(&self.gb_seconds - &self.free_gb_seconds).max(Exact::ZERO));
        let duration: Usd = parts
            .into_iter()
            .map(|(part, price)| &price.rate * &Qty::new(part))
            .sum();
        let requests = &self.requests * &self.billed_requests;
        let used = &duration + &(&prices.request.rate * &Qty::new(requests));
        let streamed = prices.extra(STREAMING).map(|price| {
            let billed = &self.streamed_gb * &self.billed_streamed;
            Usd::new(&billed * price.rate())
        });
        streamed.map_or(used.clone(), |streamed| &used + &streamed)
    }

    /// True when a part of its use is free.
    pub fn has_free(&self) -> bool {
        let free = [
            &self.free_gb_seconds,
            &self.free_requests,
            &self.free_streamed_gb,
        ];
        free.into_iter().any(|free| !free.is_zero())
    }

    /// True when the next call costs what every call costs: one tier, nothing free.
    pub fn is_flat(&self) -> bool {
        self.tiers.len() == 1 && !self.has_free()
    }
}
