//! AWS Lambda on demand: requests, duration in pooled tiers, initialization, ephemeral storage.
//!
//! Rules: AWS Lambda pricing page (GB = 1024 MB; tiers are marginal and count the duration of all
//! functions of an architecture in a region) and, for billed initialization since 2025-08-01, the
//! AWS Compute blog.

use super::curve::Curve;
use super::{
    Company, Context, Cost, CostModel, Infeasible, Line, Missing, Notes, Platform, Tariff, Usage,
    UsageParts, oldest,
};
use crate::catalog::{Architecture, Price, Regional, Tiers};
use crate::diag::{Diag, Diags};
use crate::exact::Exact;
use crate::money::{Usd, grouped};
use crate::text::listed;
use crate::units::{
    FREE_GB_SECONDS, FREE_REQUESTS, GbSecond, LAMBDA_FREE_STORAGE_MB, LAMBDA_MAX_DURATION_MS,
    LAMBDA_MEMORY_MB, MB_PER_GB, MS_PER_SECOND, Qty, Request,
};
use crate::workload::Function;
use rayon::prelude::*;
use rust_decimal::Decimal;

/// AWS Lambda, on demand.
pub struct Lambda;

impl Platform for Lambda {
    fn id(&self) -> &'static str {
        "lambda"
    }

    fn title(&self) -> &'static str {
        "Lambda"
    }

    fn bind<'a>(&self, context: Context<'a>) -> Result<Box<dyn CostModel + 'a>, Diags> {
        let prices = prices(&context)?;
        let pools = Pools::form(&context, &prices, &|_| true);
        Ok(Box::new(Model {
            context,
            prices,
            pools,
        }))
    }
}

/// What Lambda charges for an architecture in a region.
struct Prices {
    request: Price<Request>,
    duration: Tiers<GbSecond>,
    storage: Result<Price<GbSecond>, Diag>,
}

impl Prices {
    fn find(regional: &Regional, architecture: Architecture) -> Result<Self, Diag> {
        let path = |meter: &str| format!("lambda.{}.{meter}", architecture.name());
        Ok(Self {
            request: regional.price(&path("request"))?,
            duration: regional.tiers(&path("duration"))?,
            storage: regional.price(&path("ephemeral_storage")),
        })
    }
}

/// Pools are numbered by region and architecture.
fn pool_of(function: &Function) -> usize {
    usize::from(function.region) * Architecture::ALL.len() + function.architecture as usize
}

fn prices(context: &Context<'_>) -> Result<Vec<Option<Prices>>, Diags> {
    let mut missing = Missing::default();
    let count = context.prices.len() * Architecture::ALL.len();
    let mut found: Vec<Option<Prices>> = (0..count).map(|_| None).collect();
    let mut sought = vec![false; count];
    for function in &context.scenario.functions {
        if infeasible(function).is_some() {
            continue;
        }
        let pool = pool_of(function);
        if !std::mem::replace(&mut sought[pool], true) {
            let regional = context.prices_of(function);
            found[pool] = missing.take(Prices::find(regional, function.architecture));
        }
        if function.ephemeral_storage_mb > LAMBDA_FREE_STORAGE_MB
            && let Some(prices) = &found[pool]
        {
            missing.take(prices.storage.clone());
        }
    }
    missing.into_result(found)
}

/// Why a function cannot run on Lambda (AWS Lambda quotas).
fn infeasible(function: &Function) -> Option<Infeasible> {
    let memory = function.memory_mb;
    if !LAMBDA_MEMORY_MB.contains(&memory) {
        let memory = grouped(&memory.to_string());
        let reason = format!("{memory} MB is outside Lambda's 128 to 10,240 MB");
        return Some(Infeasible(reason));
    }
    let duration = function.stated_duration_ms();
    if duration > Decimal::from(LAMBDA_MAX_DURATION_MS) {
        let duration = grouped(&duration.normalize().to_string());
        let reason = format!("{duration} ms is longer than Lambda's 15 minutes");
        return Some(Infeasible(reason));
    }
    None
}

/// GB-seconds of one invocation's handler.
fn handler_gb_seconds(function: &Function) -> Exact {
    gb_seconds(function, &Exact::from(function.duration_ms))
}

/// GB-seconds of initialization, averaged over all invocations.
fn init_gb_seconds(function: &Function) -> Exact {
    match &function.cold_start {
        Some(cold) => {
            let mean_ms = &Exact::from(cold.rate) * &Exact::from(cold.init_ms);
            gb_seconds(function, &mean_ms)
        }
        None => Exact::ZERO,
    }
}

fn gb_seconds(function: &Function, ms: &Exact) -> Exact {
    let per_ms = Exact::ratio(
        function.memory_mb.into(),
        (MB_PER_GB * MS_PER_SECOND).into(),
    );
    ms * &per_ms
}

/// GB-seconds of ephemeral storage over the free part, of one invocation; memory does not matter.
fn storage_gb_seconds(function: &Function) -> Exact {
    let extra = function
        .ephemeral_storage_mb
        .saturating_sub(LAMBDA_FREE_STORAGE_MB);
    let per_ms = Exact::ratio(extra.into(), (MB_PER_GB * MS_PER_SECOND).into());
    &Exact::from(function.duration_ms) * &per_ms
}

/// What all functions of an architecture in a region use together.
#[derive(Clone)]
struct Pool {
    gb_seconds: Exact,
    requests: u128,
}

impl Pool {
    const EMPTY: Self = Self {
        gb_seconds: Exact::ZERO,
        requests: 0,
    };

    fn and(mut self, other: &Self) -> Self {
        self.gb_seconds = &self.gb_seconds + &other.gb_seconds;
        self.requests += other.requests;
        self
    }
}

/// All pools of a set of functions, with what the free tier leaves of them.
struct Pools {
    pools: Vec<Pool>,
    /// Share of GB-seconds that is billed: one less the free share.
    billed_duration: Exact,
    /// Share of requests that is billed.
    billed_requests: Exact,
}

impl Pools {
    fn form(
        context: &Context<'_>,
        prices: &[Option<Prices>],
        member: &(dyn Fn(usize) -> bool + Sync),
    ) -> Self {
        let empty = || vec![Pool::EMPTY; prices.len()];
        let functions = context.scenario.functions.par_iter().enumerate();
        let pools = functions
            .filter(|(index, function)| member(*index) && infeasible(function).is_none())
            .fold(empty, |mut pools, (_, function)| {
                let each = &handler_gb_seconds(function) + &init_gb_seconds(function);
                let pool = &mut pools[pool_of(function)];
                let used = &each * &Exact::from(function.invocations);
                pool.gb_seconds = &pool.gb_seconds + &used;
                pool.requests += u128::from(function.invocations);
                pools
            })
            .reduce(empty, |left, right| {
                left.into_iter()
                    .zip(&right)
                    .map(|(l, r)| l.and(r))
                    .collect()
            });
        let all = pools.iter().fold(Pool::EMPTY, |all, pool| all.and(pool));
        let billed = |used: Exact, free: u64| match context.scenario.free_tier {
            true => {
                let left = (&used - &Exact::from(free)).max(Exact::ZERO);
                left.over(&used).unwrap_or(Exact::ONE)
            }
            false => Exact::ONE,
        };
        Self {
            billed_duration: billed(all.gb_seconds.clone(), FREE_GB_SECONDS),
            billed_requests: billed(Exact::whole(all.requests), FREE_REQUESTS),
            pools: pools
                .into_iter()
                .map(|pool| Pool {
                    gb_seconds: pool.gb_seconds.reduced(),
                    ..pool
                })
                .collect(),
        }
    }

    /// Duration of a pool that is billed, GB-seconds.
    fn billed(&self, pool: usize) -> Exact {
        &self.pools[pool].gb_seconds * &self.billed_duration
    }
}

struct Model<'a> {
    context: Context<'a>,
    prices: Vec<Option<Prices>>,
    pools: Pools,
}

impl Model<'_> {
    /// The function and its prices, if it can run on Lambda.
    fn member(&self, index: usize) -> Result<(&Function, &Prices), Infeasible> {
        let function = self.context.function(index);
        if let Some(reason) = infeasible(function) {
            return Err(reason);
        }
        match &self.prices[pool_of(function)] {
            Some(prices) => Ok((function, prices)),
            None => Err(Infeasible("the region has no Lambda prices".to_owned())),
        }
    }

    /// Duration of the pool in each tier that it reaches, with the function's share of the pool.
    fn tier_parts<'p>(
        &self,
        function: &Function,
        prices: &'p Prices,
    ) -> Vec<(Exact, &'p Price<GbSecond>)> {
        let pool = &self.pools.pools[pool_of(function)];
        let billed = self.pools.billed(pool_of(function));
        let parts = prices.duration.split(&billed);
        match parts.as_slice() {
            // One tier: the pool's own size cancels.
            [(_, price)] => vec![(self.pools.billed_duration.clone(), *price)],
            _ => parts
                .into_iter()
                .filter_map(|(part, price)| Some((part.over(&pool.gb_seconds)?, price)))
                .collect(),
        }
    }

    /// The part of an allowance that is the pool's, as the traffic of today divides it.
    fn allowance(&self, used: &Exact, billed_share: &Exact) -> Exact {
        used * &(&Exact::ONE - billed_share)
    }

    fn duration_changes(
        &self,
        function: &Function,
        prices: &Prices,
        each: &Exact,
    ) -> Vec<(Exact, Exact)> {
        let pool = &self.pools.pools[pool_of(function)];
        let today = &handler_gb_seconds(function) + &init_gb_seconds(function);
        let own = &today * &Exact::from(function.invocations);
        let rest = &pool.gb_seconds - &own;
        let free = self.free_duration(pool);
        let mut before = Exact::ZERO;
        let mut changes = Vec::new();
        for (from, price) in prices.duration.steps() {
            let rate = price.rate.per_unit();
            let at = (&(from.amount() + &free) - &rest).over(each);
            changes.push((at.unwrap_or(Exact::ZERO), &(rate - &before) * each));
            before = rate.clone();
        }
        changes
    }

    /// Free GB-seconds of a pool: the whole allowance where nothing runs yet.
    fn free_duration(&self, pool: &Pool) -> Exact {
        let unused = self.context.scenario.free_tier && self.all_idle();
        match unused {
            true => Exact::from(FREE_GB_SECONDS),
            false => self.allowance(&pool.gb_seconds, &self.pools.billed_duration),
        }
    }

    fn free_requests(&self, pool: &Pool) -> Exact {
        let unused = self.context.scenario.free_tier && self.all_idle();
        match unused {
            true => Exact::from(FREE_REQUESTS),
            false => self.allowance(&Exact::whole(pool.requests), &self.pools.billed_requests),
        }
    }

    fn all_idle(&self) -> bool {
        self.pools.pools.iter().all(|pool| pool.requests == 0)
    }

    fn request_change(&self, function: &Function, prices: &Prices) -> (Exact, Exact) {
        let pool = &self.pools.pools[pool_of(function)];
        let rest = Exact::whole(pool.requests - u128::from(function.invocations));
        let at = &self.free_requests(pool) - &rest;
        (at, prices.request.rate.per_unit().clone())
    }

    fn storage_rate(&self, function: &Function, prices: &Prices) -> Option<Exact> {
        let each = storage_gb_seconds(function);
        let price = prices
            .storage
            .as_ref()
            .ok()
            .filter(|_| each.is_positive())?;
        Some(&each * price.rate.per_unit())
    }

    fn billed(&self, function: &Function, prices: &Prices) -> Usd {
        let calls = Exact::from(function.invocations);
        let each = &handler_gb_seconds(function) + &init_gb_seconds(function);
        let tiers = self.tier_parts(function, prices).into_iter();
        let duration: Exact = tiers
            .map(|(share, price)| &share * price.rate.per_unit())
            .sum();
        let request = &self.pools.billed_requests * prices.request.rate.per_unit();
        let storage = self.storage_rate(function, prices).unwrap_or(Exact::ZERO);
        let per_call = &(&(&each * &duration) + &request) + &storage;
        Usd::new(&per_call * &calls)
    }

    /// True when leaving saves exactly what is billed: every rate is flat.
    fn is_flat(&self, function: &Function, prices: &Prices) -> bool {
        let reached = prices.duration.split(&self.pools.billed(pool_of(function)));
        reached.len() == 1 && !self.context.scenario.free_tier
    }
}

impl CostModel for Model<'_> {
    fn cost(&self, index: usize) -> Result<Cost, Infeasible> {
        let (function, prices) = self.member(index)?;
        let billed = self.billed(function, prices);
        let compared = match self.is_flat(function, prices) {
            true => billed.clone(),
            false => self
                .curve(index, UsageParts::All)
                .at(&Exact::from(function.invocations)),
        };
        Ok(Cost {
            billed,
            compared,
            fleet: None,
        })
    }

    fn lines(&self, index: usize) -> Vec<Line> {
        let Ok((function, prices)) = self.member(index) else {
            return Vec::new();
        };
        let calls = Exact::from(function.invocations);
        let mut lines = vec![Line::new(
            "requests",
            &calls * &self.pools.billed_requests,
            &prices.request,
        )];
        let handler = &handler_gb_seconds(function) * &calls;
        let init = &init_gb_seconds(function) * &calls;
        for (item, used) in [("duration", &handler), ("init", &init)] {
            if item == "init" && function.cold_start.is_none() {
                continue;
            }
            let tiers = self.tier_parts(function, prices);
            lines.extend(
                tiers
                    .iter()
                    .map(|(share, price)| Line::new(item, used * share, price)),
            );
        }
        let storage = &storage_gb_seconds(function) * &calls;
        if let (true, Ok(price)) = (storage.is_positive(), &prices.storage) {
            lines.push(Line::new("ephemeral storage", storage, price));
        }
        if self.context.scenario.free_tier {
            let free = |used: &Exact, billed: &Exact| used * &(&Exact::ONE - billed);
            let requests = free(&calls, &self.pools.billed_requests);
            lines.push(Line::free("free requests", requests, &prices.request));
            let used = free(&(&handler + &init), &self.pools.billed_duration);
            if let Some((_, price)) = prices.duration.steps().first() {
                lines.push(Line::free("free duration", used, price));
            }
        }
        lines
    }

    fn price_as_of(&self, index: usize) -> &str {
        let Ok((function, prices)) = self.member(index) else {
            return "";
        };
        let reached = prices.duration.split(&self.pools.billed(pool_of(function)));
        let duration = reached.into_iter().map(|(_, price)| &price.provenance);
        let storage = prices.storage.as_ref().ok();
        let storage = storage.filter(|_| function.ephemeral_storage_mb > LAMBDA_FREE_STORAGE_MB);
        let all = duration.chain([&prices.request.provenance]);
        oldest(all.chain(storage.map(|price| &price.provenance)))
    }

    fn company(&self, index: usize) -> Company {
        let avoidable = self.cost(index).ok().map(|cost| cost.compared);
        Company {
            alone: None,
            avoidable,
        }
    }

    fn total(&self, member: &(dyn Fn(usize) -> bool + Sync)) -> Option<Usd> {
        let functions = &self.context.scenario.functions;
        let members = || {
            functions
                .iter()
                .enumerate()
                .filter(|(index, _)| member(*index))
        };
        if members().any(|(_, function)| infeasible(function).is_some()) {
            return None;
        }
        let pools = Pools::form(&self.context, &self.prices, member);
        let mut total = Usd::ZERO;
        for (number, pool) in pools.pools.iter().enumerate() {
            let Some(prices) = &self.prices[number] else {
                continue;
            };
            for (part, price) in prices.duration.split(&pools.billed(number)) {
                total = &total + &(&price.rate * &Qty::new(part));
            }
            let requests = &Exact::whole(pool.requests) * &pools.billed_requests;
            total = &total + &(&prices.request.rate * &Qty::new(requests));
        }
        let storage: Exact = members()
            .filter_map(|(_, function)| {
                let rate = self.storage_rate(function, self.prices[pool_of(function)].as_ref()?)?;
                Some(&rate * &Exact::from(function.invocations))
            })
            .sum();
        Some(&total + &Usd::new(storage))
    }

    fn tariff(&self) -> Tariff<'_> {
        Tariff::Usage(self)
    }

    fn notes(&self, notes: &mut Notes) {
        let scenario = self.context.scenario;
        match scenario.free_tier {
            true => notes.assume(
                "Lambda's free tier, 1,000,000 requests and 400,000 GB-s a month, is used once \
                 by the whole scenario, pro rata",
            ),
            false => notes.leave_out("Lambda's free tier (free_tier = true takes it off)"),
        }
        let past_first = scenario
            .functions
            .iter()
            .enumerate()
            .any(|(index, function)| {
                self.member(index)
                    .is_ok_and(|(_, prices)| !self.is_flat(function, prices))
            });
        if past_first && !scenario.free_tier {
            notes.assume(
                "Lambda's duration tiers count this scenario alone; other functions of the \
                 account or organization would move them",
            );
        }
        if scenario
            .functions
            .iter()
            .any(|function| function.cold_start.is_none())
        {
            notes.leave_out("cold starts of functions that state no cold_start_rate and init_ms");
        }
        let others = [
            "provisioned concurrency",
            "SnapStart",
            "response streaming",
            "Lambda@Edge",
        ];
        notes.leave_out(listed(&others));
    }
}

impl Usage for Model<'_> {
    fn curve(&self, index: usize, parts: UsageParts) -> Curve {
        let Ok((function, prices)) = self.member(index) else {
            return Curve::new([]);
        };
        let handler = handler_gb_seconds(function);
        let each = match parts {
            UsageParts::All => &handler + &init_gb_seconds(function),
            UsageParts::Duration | UsageParts::Requests => handler,
        };
        let mut changes = self.duration_changes(function, prices, &each);
        if parts >= UsageParts::Requests {
            changes.push(self.request_change(function, prices));
        }
        if parts == UsageParts::All
            && let Some(rate) = self.storage_rate(function, prices)
        {
            changes.push((Exact::ZERO, rate));
        }
        Curve::new(changes)
    }
}
