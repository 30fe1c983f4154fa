//! Pools: the functions of an architecture in a region share the duration tiers. All pools share
//! the free tier.

use super::duration::gb_seconds_per_call;
use super::keys::streamed;
use super::limits::{FREE_GB_SECONDS, FREE_REQUESTS, FREE_STREAMED_GB};
use super::meters::lambda;
use super::services::Refused;
use super::{LambdaPrices, pool_place};
use crate::exact::Exact;
use crate::money::Usd;
use crate::plan::{self, Allowance, Tier};
use crate::platform::service::LAMBDA;
use crate::platform::{Context, PLACES, PoolMeter, SharedCosts, UnitBill, oldest};
use crate::pricebook::Tiers;
use crate::scenario::Function;
use crate::units::{Gb, GbSecond, Qty, Request, Unit};
use rayon::prelude::*;
use std::sync::Arc;

/// The use of all functions in a pool together, and its rates.
pub(crate) struct Pool {
    /// Including the free part.
    pub duration: Qty<GbSecond>,
    /// Including the free part.
    pub requests: Qty<Request>,
    /// Including the free part.
    pub streamed: Qty<Gb>,
    /// The pool's part of the free duration, divided by today's traffic.
    pub free_duration: Qty<GbSecond>,
    /// The pool's part of the free requests, divided by today's traffic.
    pub free_requests: Qty<Request>,
    /// The pool's part of the free streaming, divided by today's traffic.
    pub free_streamed: Qty<Gb>,
    /// The share of the pool's duration in each tier that it reaches.
    pub tiers: Vec<Exact>,
    /// What a GB-second of duration is billed, in all tiers in proportion.
    pub duration_bill: UnitBill<GbSecond>,
    /// What a GB-second of initialization is billed: the same.
    pub init_bill: UnitBill<GbSecond>,
    /// What a request is billed, its free part in proportion.
    pub request_bill: UnitBill<Request>,
    /// Share of the requests that is billed.
    pub billed_requests: Exact,
    /// Share of the streaming that is billed.
    pub billed_streamed: Exact,
    /// The oldest date of the prices for its requests and duration.
    pub as_of: Option<Arc<str>>,
    /// Whether the scenario deducts the free tier.
    pub free_tier: bool,
}

/// The use that counts towards free allowances and tiers.
#[derive(Clone)]
pub(crate) struct Used {
    pub duration: Qty<GbSecond>,
    pub requests: Qty<Request>,
    pub streamed: Qty<Gb>,
}

impl Used {
    const NOTHING: Self = Self {
        duration: Qty::ZERO,
        requests: Qty::ZERO,
        streamed: Qty::ZERO,
    };

    fn and(&self, other: &Self) -> Self {
        Self {
            duration: &self.duration + &other.duration,
            requests: &self.requests + &other.requests,
            streamed: &self.streamed + &other.streamed,
        }
    }

    /// The use of one function, or of none.
    pub(crate) fn by(function: Option<&Function>) -> Self {
        let mut used = Self::NOTHING;
        if let Some(function) = function {
            used.function(function);
        }
        used
    }

    /// The rest without a part.
    fn less(&self, part: &Self) -> Self {
        Self {
            duration: &self.duration - &part.duration,
            requests: &self.requests - &part.requests,
            streamed: &self.streamed - &part.streamed,
        }
    }

    fn is_something(&self) -> bool {
        !(self.duration.is_zero() && self.requests.is_zero() && self.streamed.is_zero())
    }

    fn function(&mut self, function: &Function) {
        let calls = Exact::from(function.invocations);
        let duration = gb_seconds_per_call(function).times(&calls);
        self.duration = &self.duration + &duration;
        let requests = function.billed_requests().times(&calls);
        self.requests = &self.requests + &requests;
        if let Some(each) = streamed(function) {
            self.streamed = &self.streamed + &each.times(&calls);
        }
    }
}

/// Pools of [`shared_costs`] for each place: duration, requests and streaming.
const POOLS: usize = 3;

/// What functions share: for each place the tiers of its duration, its requests and its streaming,
/// and the free tier of each.
pub(crate) fn shared_costs(context: &Context<'_>, prices: &[Option<LambdaPrices>]) -> SharedCosts {
    let flat = |rate: Usd| plan::Pool {
        tiers: vec![Tier {
            from: Exact::ZERO,
            rate,
        }],
    };
    let mut pools = Vec::with_capacity(POOLS * prices.len());
    let mut pool_meters = Vec::with_capacity(POOLS * prices.len());
    for (place, prices) in prices.iter().enumerate() {
        let (regional, architecture) = context.located(place);
        let meters = lambda(architecture);
        let region = u16::try_from(place / PLACES).expect("regions are counted by 16 bits");
        let duration = prices.as_ref().map(|prices| &prices.duration);
        let paths = [
            meters.duration.path(),
            meters.request.path(),
            meters.response_streaming.path(),
        ];
        for (kind, path) in paths.into_iter().enumerate() {
            let most = match duration.filter(|_| kind == 0) {
                Some(tiers) => first_tier(tiers, regional.first_rate(path)),
                None => None,
            };
            pool_meters.push(PoolMeter {
                region,
                path: path.into(),
                most,
            });
        }
        let Some(prices) = prices else {
            // No function can run here.
            pools.extend((0..POOLS).map(|_| flat(Usd::ZERO)));
            continue;
        };
        let tiers = prices.duration.steps().iter();
        pools.push(plan::Pool {
            tiers: tiers
                .map(|(from, price)| Tier {
                    from: from.amount().clone(),
                    rate: price.rate.of_one(),
                })
                .collect(),
        });
        pools.push(flat(prices.request.rate.of_one()));
        let mut features = prices.features.iter().flatten();
        let streaming = features.find_map(|feature| feature.pooled_rate());
        pools.push(flat(streaming.unwrap_or(Usd::ZERO)));
    }
    let free = [FREE_GB_SECONDS, FREE_REQUESTS, FREE_STREAMED_GB];
    let allowances = free
        .into_iter()
        .enumerate()
        .filter(|_| context.scenario.free_tier);
    SharedCosts {
        allowances: allowances
            .map(|(kind, quantity)| Allowance {
                quantity: Exact::from(quantity),
                pools: (kind..pools.len()).step_by(POOLS).collect(),
            })
            .collect(),
        pools,
        pool_meters,
        ..SharedCosts::default()
    }
}

/// The end of the first tier of a meter, as far as other use of the account leaves it; `None` if it has
/// no end.
fn first_tier(tiers: &Tiers<GbSecond>, first_rate: Option<&Exact>) -> Option<Exact> {
    if Some(tiers.first().list_rate().per_unit()) != first_rate {
        return Some(Exact::ZERO);
    }
    let second = tiers.steps().get(1);
    second.map(|(from, _)| from.amount().clone())
}

/// What a function uses of the pools of [`shared_costs`].
pub(crate) fn used_of(function: &Function) -> Vec<(usize, Exact)> {
    Used::by(Some(function)).of_pools(function)
}

impl Used {
    /// The same by the pools of [`shared_costs`], as the use of a function.
    pub(crate) fn of_pools(&self, function: &Function) -> Vec<(usize, Exact)> {
        let used = self;
        let first = POOLS * pool_place(function);
        let amounts = [
            used.duration.amount(),
            used.requests.amount(),
            used.streamed.amount(),
        ];
        let amounts = amounts.into_iter().enumerate();
        let used = amounts.filter(|(_, amount)| !amount.is_zero());
        used.map(|(kind, amount)| (first + kind, amount.clone()))
            .collect()
    }
}

/// The use of a set of functions, by place.
#[derive(Clone)]
pub(crate) struct Usage {
    places: Vec<Used>,
    all: Used,
    free_tier: bool,
}

impl Usage {
    /// The use of the functions that `member` selects and that can run on Lambda.
    pub(crate) fn of(
        context: &Context<'_>,
        prices: &[Option<LambdaPrices>],
        refused: &Refused,
        member: &(dyn Fn(usize) -> bool + Sync),
    ) -> Self {
        let empty = || vec![Used::NOTHING; prices.len()];
        let functions = context.scenario.functions.par_iter().enumerate();
        let places = functions
            .filter(|(index, function)| member(*index) && !refused.has(function))
            .fold(empty, |mut pools, (_, function)| {
                pools[pool_place(function)].function(function);
                pools
            })
            .reduce(empty, |left, right| {
                left.iter()
                    .zip(&right)
                    .map(|(left, right)| left.and(right))
                    .collect()
            });
        Self::by_place(places, context.scenario.free_tier)
    }

    fn by_place(places: Vec<Used>, free_tier: bool) -> Self {
        Self {
            all: places.iter().fold(Used::NOTHING, |all, pool| all.and(pool)),
            places,
            free_tier,
        }
    }

    /// The use of some functions, in as many pools.
    pub(crate) fn of_functions<'f>(&self, functions: impl Iterator<Item = &'f Function>) -> Self {
        let mut places = vec![Used::NOTHING; self.places.len()];
        for function in functions {
            places[pool_place(function)].function(function);
        }
        Self::by_place(places, self.free_tier)
    }

    /// The use of all pools together.
    pub(crate) fn all(&self) -> &Used {
        &self.all
    }

    /// The use of both sets.
    pub(crate) fn and(&self, other: &Self) -> Self {
        let places = self.places.iter().zip(&other.places);
        let places = places.map(|(mine, other)| mine.and(other)).collect();
        Self::by_place(places, self.free_tier)
    }

    /// The use of a set without a part of it.
    pub(crate) fn less(&self, part: &Self) -> Self {
        let places = self.places.iter().zip(&part.places);
        let places = places.map(|(all, part)| all.less(part)).collect();
        Self::by_place(places, self.free_tier)
    }

    /// The pools, by place.
    pub(crate) fn pools(&self, prices: &[Option<LambdaPrices>]) -> Vec<Option<Pool>> {
        let places = self.places.iter().zip(prices);
        let pool = |(used, prices): (&Used, &Option<LambdaPrices>)| {
            Some(Pool::of(used, &self.all, prices.as_ref()?, self.free_tier))
        };
        places.map(pool).collect()
    }

    /// The pool that a function is in after it joins this set. `today` is the function with the inputs
    /// that it has in this set; `None` if it is not in it.
    pub(crate) fn pool_with(
        &self,
        function: &Function,
        today: Option<&Function>,
        prices: &LambdaPrices,
    ) -> Pool {
        let own = Used::by(Some(function));
        let [place, all] = [&self.places[pool_place(function)], &self.all]
            .map(|used| used.less(&Used::by(today)).and(&own));
        Pool::of(&place, &all, prices, self.free_tier)
    }

    /// US dollars a month of all pools.
    pub(crate) fn monthly(&self, prices: &[Option<LambdaPrices>]) -> Usd {
        let pools = self.pools(prices);
        let priced = pools.iter().zip(prices);
        let monthly =
            priced.filter_map(|(pool, prices)| Some(pool.as_ref()?.monthly(prices.as_ref()?)));
        monthly.sum()
    }

    /// What a function adds to the bill of the other functions of this set, in US dollars a month,
    /// where it changes how several pools divide the free tier; otherwise `None`. `today` is the
    /// function with the inputs that it has in this set.
    pub(crate) fn adds(
        &self,
        function: &Function,
        today: Option<&Function>,
        prices: &[Option<LambdaPrices>],
    ) -> Option<Usd> {
        let own = pool_place(function);
        let mut others = self.places.iter().enumerate();
        let has_others = others.any(|(place, used)| place != own && used.is_something());
        if !(self.free_tier && has_others) {
            return None;
        }
        let [own_place, all] =
            [&self.places[own], &self.all].map(|used| used.less(&Used::by(today)));
        let one = Used::by(Some(function));
        let with_place = |place: Used, all: Used| {
            let mut places = self.places.clone();
            places[own] = place;
            let usage = Self {
                places,
                all,
                free_tier: self.free_tier,
            };
            usage.monthly(prices)
        };
        let with = with_place(own_place.and(&one), all.and(&one));
        Some(&with - &with_place(own_place, all))
    }
}

/// A pool's part of an allowance; all of it if no pool uses anything.
fn allowance<U: Unit>(free: u64, own: &Qty<U>, all: &Qty<U>) -> Qty<U> {
    let part = own.over(all).unwrap_or(Exact::ONE);
    U::of(Exact::from(free)).times(&part)
}

/// The share of the use above the allowance; 1 if nothing is used.
fn billed_share<U: Unit>(used: &Qty<U>, free: &Qty<U>) -> Exact {
    let left = used.saturating_sub(free);
    left.over(used).unwrap_or(Exact::ONE)
}

/// A pool's use of one kind: the total, the free part, and the share that is billed.
fn of_pool<U: Unit>(own: &Qty<U>, all: &Qty<U>, free: Option<u64>) -> (Qty<U>, Qty<U>, Exact) {
    let used = own.clone().reduced();
    let free = free.map_or(Qty::ZERO, |free| allowance(free, &used, all));
    let billed = billed_share(&used, &free);
    (used, free, billed)
}

impl Pool {
    fn of(used: &Used, all: &Used, prices: &LambdaPrices, free_tier: bool) -> Self {
        let allowed = |allowance: u64| free_tier.then_some(allowance);
        let (duration, free_duration, billed_duration) =
            of_pool(&used.duration, &all.duration, allowed(FREE_GB_SECONDS));
        let (requests, free_requests, billed_requests) =
            of_pool(&used.requests, &all.requests, allowed(FREE_REQUESTS));
        let (streamed, free_streamed, billed_streamed) =
            of_pool(&used.streamed, &all.streamed, allowed(FREE_STREAMED_GB));
        let parts = prices.duration.split(&duration.times(&billed_duration));
        let tiers: Vec<Exact> = match parts.as_slice() {
            // With one tier the pool's duration cancels out, so it can be zero.
            [_] => vec![billed_duration],
            _ => parts
                .iter()
                .map(|(part, _)| part.over(&duration))
                .collect::<Option<_>>()
                .expect("a pool that reaches two tiers uses something"),
        };
        debug_assert!(
            tiers.iter().sum::<Exact>() <= Exact::ONE,
            "no more is billed than is used"
        );
        let of_tiers = |item| {
            let bill = UnitBill::of(|bill| {
                for (share, (_, price)) in tiers.iter().zip(prices.duration.steps()) {
                    bill.add(&LAMBDA, item, &GbSecond::of(share.clone()), price);
                }
            });
            bill.reduced()
        };
        let request_bill = UnitBill::of(|bill| {
            let billed = Request::of(billed_requests.clone());
            bill.add(&LAMBDA, "requests", &billed, &prices.request);
        });
        let reached = parts.iter().map(|(_, price)| &price.provenance);
        let as_of = oldest(reached.chain([&prices.request.provenance])).map(Arc::from);
        Self {
            as_of,
            free_tier,
            free_duration,
            free_requests,
            free_streamed,
            duration_bill: of_tiers("duration"),
            init_bill: of_tiers("init"),
            request_bill: request_bill.reduced(),
            billed_requests,
            billed_streamed,
            tiers,
            duration,
            requests,
            streamed,
        }
    }

    /// Streaming of all its functions that is billed.
    pub(crate) fn billed_streaming(&self) -> Qty<Gb> {
        self.streamed.times(&self.billed_streamed)
    }

    /// Monthly cost of the duration, requests and streaming of all its functions.
    pub(crate) fn monthly(&self, prices: &LambdaPrices) -> Usd {
        let [duration, requests, streaming] = self.costs(prices);
        &(&duration + &requests) + &streaming
    }

    /// The same for each kind: duration, requests and streaming.
    pub(crate) fn costs(&self, prices: &LambdaPrices) -> [Usd; 3] {
        let billed = self.duration.saturating_sub(&self.free_duration);
        let parts = prices.duration.split(&billed).into_iter();
        let duration: Usd = parts.map(|(part, price)| &price.rate * &part).sum();
        let requests = self.requests.times(&self.billed_requests);
        let features = prices.features.iter().flatten();
        let pooled: Usd = features
            .filter_map(|feature| feature.pooled_cost(self))
            .sum();
        [duration, &prices.request.rate * &requests, pooled]
    }

    /// True if a part of its use is free.
    pub(crate) fn has_free(&self) -> bool {
        !(self.free_duration.is_zero()
            && self.free_requests.is_zero()
            && self.free_streamed.is_zero())
    }

    /// True if every call has the same cost: one tier, and nothing free.
    pub(crate) fn is_flat(&self) -> bool {
        self.tiers.len() == 1 && !self.has_free()
    }
}
