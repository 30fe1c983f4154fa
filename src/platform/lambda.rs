//! AWS Lambda on demand: requests, duration in pooled tiers, initialization, ephemeral storage.
//!
//! Rules: AWS Lambda pricing page (GB = 1024 MB; tiers are marginal and count the duration of all
//! functions of an architecture in a region) and, for billed initialization since 2025-08-01, the
//! AWS Compute blog.

mod pools;

use super::curve::Curve;
use super::{
    Company, Context, Cost, CostModel, Infeasible, Line, Missing, Notes, Platform, Tariff, Usage,
    UsageParts, place,
};
use crate::catalog::{Architecture, Price, Regional, Tiers};
use crate::diag::{Diag, Diags};
use crate::exact::Exact;
use crate::money::{Usd, grouped};
use crate::text::listed;
use crate::units::{
    GbSecond, LAMBDA_FREE_STORAGE_MB, LAMBDA_MAX_DURATION_MS, LAMBDA_MEMORY_MB, MB_PER_GB,
    MS_PER_SECOND, Request,
};
use crate::workload::Function;
use pools::Pool;
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
        let pools = pools::form(&context, &prices, &|_| true);
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

/// Pools are numbered as places are.
fn pool_of(function: &Function) -> usize {
    place(function, function.architecture)
}

fn prices(context: &Context<'_>) -> Result<Vec<Option<Prices>>, Diags> {
    let mut missing = Missing::default();
    let able = |function: &Function| infeasible(function).is_none().then(|| pool_of(function));
    let paid = |function: &Function| {
        let stores = function.ephemeral_storage_mb > LAMBDA_FREE_STORAGE_MB;
        able(function).filter(|_| stores)
    };
    let find =
        |function: &Function| Prices::find(context.prices_of(function), function.architecture);
    let samples = context.samples(able).into_iter();
    let found: Vec<Option<Prices>> = samples.map(|sample| missing.take(find(sample?))).collect();
    for (prices, sample) in found.iter().zip(context.samples(paid)) {
        if let (Some(prices), Some(_)) = (prices, sample) {
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

/// GB-seconds of one invocation, initialization included.
fn gb_seconds_per_call(function: &Function) -> Exact {
    match function.cold_start {
        Some(_) => &handler_gb_seconds(function) + &init_gb_seconds(function),
        None => handler_gb_seconds(function),
    }
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

struct Model<'a> {
    context: Context<'a>,
    prices: Vec<Option<Prices>>,
    pools: Vec<Option<Pool>>,
}

impl Model<'_> {
    /// The function, its pool and its prices, if it can run on Lambda.
    fn member(&self, index: usize) -> Result<(&Function, &Pool, &Prices), Infeasible> {
        let function = self.context.function(index);
        if let Some(reason) = infeasible(function) {
            return Err(reason);
        }
        let number = pool_of(function);
        match (&self.pools[number], &self.prices[number]) {
            (Some(pool), Some(prices)) => Ok((function, pool, prices)),
            _ => Err(Infeasible("the region has no Lambda prices".to_owned())),
        }
    }

    /// Dollars of a call when every rate is averaged over the pool.
    fn per_call(&self, function: &Function, pool: &Pool, prices: &Prices) -> Exact {
        let duration = &gb_seconds_per_call(function) * &pool.duration_rate;
        let call = &duration + &pool.request_rate;
        match self.storage_rate(function, prices) {
            Some(storage) => &call + &storage,
            None => call,
        }
    }

    fn storage_rate(&self, function: &Function, prices: &Prices) -> Option<Exact> {
        if function.ephemeral_storage_mb <= LAMBDA_FREE_STORAGE_MB {
            return None;
        }
        let price = prices.storage.as_ref().ok()?;
        Some(&storage_gb_seconds(function) * price.rate.per_unit())
    }

    /// GB-seconds of the pool without a function.
    fn others(&self, function: &Function, pool: &Pool) -> Exact {
        let own = &gb_seconds_per_call(function) * &Exact::from(function.invocations);
        &pool.gb_seconds - &own
    }

    /// The first straight piece of a function's curve: dollars of its next call on top of the other
    /// functions', and the GB-seconds for which that holds (`None`: for ever).
    ///
    /// No piece where some of the function's calls are free.
    fn first_piece(
        &self,
        function: &Function,
        pool: &Pool,
        prices: &Prices,
    ) -> Option<(Exact, Option<Exact>)> {
        if !pool.free_gb_seconds.is_zero() || !pool.free_requests.is_zero() {
            return None;
        }
        let others = self.others(function, pool);
        let tiers = prices.duration.steps();
        let reached = tiers
            .iter()
            .rposition(|(from, _)| *from.amount() <= others)?;
        let duration = &gb_seconds_per_call(function) * tiers[reached].1.rate.per_unit();
        let call = &duration + prices.request.rate.per_unit();
        let call = match self.storage_rate(function, prices) {
            Some(storage) => &call + &storage,
            None => call,
        };
        let room = tiers
            .get(reached + 1)
            .map(|(end, _)| end.amount() - &others);
        Some((call, room))
    }

    /// What leaving would save.
    fn avoidable(
        &self,
        index: usize,
        (function, pool, prices): (&Function, &Pool, &Prices),
    ) -> Usd {
        let calls = Exact::from(function.invocations);
        if let Some((call, room)) = self.first_piece(function, pool, prices) {
            let own = &gb_seconds_per_call(function) * &calls;
            if room.is_none_or(|room| own <= room) {
                return Usd::new(&call * &calls);
            }
        }
        self.curve(index, UsageParts::All).at(&calls)
    }

    /// Where each tier begins for a function's calls, `each` GB-seconds long, and by how much a
    /// call is dearer there.
    fn duration_changes(
        &self,
        function: &Function,
        (pool, prices): (&Pool, &Prices),
        each: &Exact,
    ) -> Vec<(Exact, Exact)> {
        let before_first = &pool.free_gb_seconds - &self.others(function, pool);
        let mut rate_below = Exact::ZERO;
        let mut changes = Vec::new();
        for (from, price) in prices.duration.steps() {
            let rate = price.rate.per_unit();
            let at = (from.amount() + &before_first).over(each);
            changes.push((at.unwrap_or(Exact::ZERO), &(rate - &rate_below) * each));
            rate_below = rate.clone();
        }
        changes
    }

    fn request_change(&self, function: &Function, pool: &Pool, prices: &Prices) -> (Exact, Exact) {
        let others = Exact::whole(pool.requests - u128::from(function.invocations));
        let at = &pool.free_requests - &others;
        (at, prices.request.rate.per_unit().clone())
    }
}

impl CostModel for Model<'_> {
    fn cost(&self, index: usize) -> Result<Cost, Infeasible> {
        let (function, pool, prices) = self.member(index)?;
        let calls = Exact::from(function.invocations);
        let billed = Usd::new(&self.per_call(function, pool, prices) * &calls);
        let compared = match pool.is_flat() {
            true => billed.clone(),
            false => self.avoidable(index, (function, pool, prices)),
        };
        Ok(Cost {
            billed,
            compared,
            fleet: None,
        })
    }

    fn lines(&self, index: usize) -> Vec<Line> {
        let Ok((function, pool, prices)) = self.member(index) else {
            return Vec::new();
        };
        let calls = Exact::from(function.invocations);
        let billed_calls = &calls * &pool.billed_requests;
        let mut lines = vec![Line::new("requests", billed_calls, &prices.request)];
        let mut billed_duration = Exact::ZERO;
        let used = |each: Exact| &each * &calls;
        let handler = used(handler_gb_seconds(function));
        let init = function
            .cold_start
            .as_ref()
            .map(|_| used(init_gb_seconds(function)));
        for (item, used) in [("duration", Some(&handler)), ("init", init.as_ref())] {
            let tiers = pool.tiers.iter().zip(prices.duration.steps());
            for (share, (_, price)) in tiers {
                let part = used.map(|used| used * share);
                billed_duration = &billed_duration + part.as_ref().unwrap_or(&Exact::ZERO);
                lines.extend(part.map(|part| Line::new(item, part, price)));
            }
        }
        if let (Some(_), Ok(price)) = (self.storage_rate(function, prices), &prices.storage) {
            lines.push(Line::new(
                "ephemeral storage",
                used(storage_gb_seconds(function)),
                price,
            ));
        }
        if self.context.scenario.free_tier {
            let free = &calls - &(&calls * &pool.billed_requests);
            lines.push(Line::free("free requests", free, &prices.request));
            let free = &used(gb_seconds_per_call(function)) - &billed_duration;
            let first = prices.duration.steps().first();
            lines.extend(first.map(|(_, price)| Line::free("free duration", free, price)));
        }
        lines
    }

    fn price_as_of(&self, index: usize) -> &str {
        let Ok((function, pool, prices)) = self.member(index) else {
            return "";
        };
        let stores = function.ephemeral_storage_mb > LAMBDA_FREE_STORAGE_MB;
        match &prices.storage {
            Ok(storage) if stores => pool.as_of.as_ref().min(&storage.provenance.as_of),
            _ => &pool.as_of,
        }
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
        let pools = pools::form(&self.context, &self.prices, member);
        let priced = pools.iter().zip(&self.prices);
        let pooled: Usd = priced
            .filter_map(|(pool, prices)| Some(pool.as_ref()?.monthly(prices.as_ref()?)))
            .sum();
        let storage: Exact = members()
            .filter_map(|(_, function)| {
                let rate = self.storage_rate(function, self.prices[pool_of(function)].as_ref()?)?;
                Some(&rate * &Exact::from(function.invocations))
            })
            .sum();
        Some(&pooled + &Usd::new(storage))
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
        let pools = self.pools.iter().flatten();
        let past_first = pools.into_iter().any(|pool| pool.tiers.len() > 1);
        if past_first {
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
        let Ok((function, pool, prices)) = self.member(index) else {
            return Curve::new([]);
        };
        let each = match parts {
            UsageParts::All => gb_seconds_per_call(function),
            UsageParts::Duration | UsageParts::Requests => handler_gb_seconds(function),
        };
        let mut changes = self.duration_changes(function, (pool, prices), &each);
        if parts >= UsageParts::Requests {
            changes.push(self.request_change(function, pool, prices));
        }
        if parts == UsageParts::All
            && let Some(rate) = self.storage_rate(function, prices)
        {
            changes.push((Exact::ZERO, rate));
        }
        Curve::new(changes)
    }

    /// Most crossovers lie on the first piece, where one division finds them.
    fn reaches(&self, index: usize, budgets: &[&Usd]) -> Vec<Option<Exact>> {
        let full = || self.curve(index, UsageParts::All);
        let Ok((function, pool, prices)) = self.member(index) else {
            return vec![None; budgets.len()];
        };
        let Some((call, room)) = self.first_piece(function, pool, prices) else {
            let curve = full();
            return budgets.iter().map(|budget| curve.reach(budget)).collect();
        };
        let most = room.and_then(|room| room.over(&gb_seconds_per_call(function)));
        let reach = |budget: &&Usd| {
            let calls = budget.dollars().over(&call)?;
            match most.as_ref().is_none_or(|most| calls <= *most) {
                true => Some(calls),
                false => full().reach(budget),
            }
        };
        budgets.iter().map(reach).collect()
    }
}
