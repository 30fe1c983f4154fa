//! AWS Lambda on demand: requests, duration in pooled tiers, initialization, ephemeral storage.
//!
//! Rules: AWS Lambda pricing page (GB = 1024 MB; tiers are marginal and count the duration of all
//! functions of an architecture in a region) and, for billed initialization since 2025-08-01, the
//! AWS Compute blog.

mod pools;

use super::curve::Curve;
use super::service::LAMBDA;
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
use std::cell::LazyCell;

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
    let paid = |function: &Function| able(function).filter(|_| paid_storage_mb(function) > 0);
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
    gb_seconds(function.memory_mb, &Exact::from(function.duration_ms))
}

/// GB-seconds of one invocation, initialization included.
fn gb_seconds_per_call(function: &Function) -> Exact {
    let handler = handler_gb_seconds(function);
    match init_gb_seconds(function) {
        Some(init) => &handler + &init,
        None => handler,
    }
}

/// GB-seconds of initialization, averaged over all invocations; `None` where nothing is stated.
fn init_gb_seconds(function: &Function) -> Option<Exact> {
    let cold = function.cold_start.as_ref()?;
    let mean_ms = &Exact::from(cold.rate) * &Exact::from(cold.init_ms);
    Some(gb_seconds(function.memory_mb, &mean_ms))
}

fn gb_seconds(mb: u32, ms: &Exact) -> Exact {
    ms * &Exact::ratio(mb.into(), (MB_PER_GB * MS_PER_SECOND).into())
}

/// Megabytes of ephemeral storage that are paid for.
fn paid_storage_mb(function: &Function) -> u32 {
    function
        .ephemeral_storage_mb
        .saturating_sub(LAMBDA_FREE_STORAGE_MB)
}

/// GB-seconds of paid ephemeral storage of one invocation; memory does not matter.
fn storage_gb_seconds(function: &Function) -> Exact {
    gb_seconds(
        paid_storage_mb(function),
        &Exact::from(function.duration_ms),
    )
}

/// Dollars of one invocation's ephemeral storage.
fn storage_rate(function: &Function, prices: &Prices) -> Option<Exact> {
    let price = prices.storage.as_ref().ok()?;
    (paid_storage_mb(function) > 0).then(|| &storage_gb_seconds(function) * price.rate.per_unit())
}

/// A function that can run on Lambda, in its pool.
struct Member<'m> {
    function: &'m Function,
    pool: &'m Pool,
    prices: &'m Prices,
    calls: Exact,
    /// GB-seconds of one call, initialization included.
    each: Exact,
}

impl Member<'_> {
    /// Dollars of a call at a rate per GB-second and one per request.
    fn call(&self, duration_rate: &Exact, request_rate: &Exact) -> Exact {
        let call = &(&self.each * duration_rate) + request_rate;
        match storage_rate(self.function, self.prices) {
            Some(storage) => &call + &storage,
            None => call,
        }
    }

    /// GB-seconds of the pool without the function.
    fn others(&self) -> Exact {
        &self.pool.gb_seconds - &(&self.each * &self.calls)
    }

    /// The first straight piece of the function's curve: dollars of its next call on top of the
    /// other functions', and up to how many calls that holds (`None`: for ever).
    ///
    /// No piece where some of the function's calls are free.
    fn first_piece(&self) -> Option<(Exact, Option<Exact>)> {
        if !self.pool.free_gb_seconds.is_zero() || !self.pool.free_requests.is_zero() {
            return None;
        }
        let others = self.others();
        let tiers = self.prices.duration.steps();
        let reached = tiers
            .iter()
            .rposition(|(from, _)| *from.amount() <= others)?;
        let rate = tiers[reached].1.rate.per_unit();
        let next = tiers.get(reached + 1);
        let most = next.and_then(|(end, _)| (end.amount() - &others).over(&self.each));
        Some((self.call(rate, self.prices.request.rate.per_unit()), most))
    }

    /// What leaving would save.
    fn avoidable(&self) -> Usd {
        match self.first_piece() {
            Some((call, most)) if most.as_ref().is_none_or(|most| self.calls <= *most) => {
                Usd::new(&call * &self.calls)
            }
            _ => self.curve(UsageParts::All).at(&self.calls),
        }
    }

    /// Avoidable cost over calls.
    fn curve(&self, parts: UsageParts) -> Curve {
        let mut changes = match parts {
            UsageParts::All => self.duration_changes(&self.each),
            UsageParts::Duration | UsageParts::Requests => {
                self.duration_changes(&handler_gb_seconds(self.function))
            }
        };
        if parts >= UsageParts::Requests {
            changes.push(self.request_change());
        }
        if parts == UsageParts::All
            && let Some(rate) = storage_rate(self.function, self.prices)
        {
            changes.push((Exact::ZERO, rate));
        }
        Curve::new(changes)
    }

    /// Where each tier begins for calls of `each` GB-seconds, and by how much a call is dearer
    /// there.
    fn duration_changes(&self, each: &Exact) -> Vec<(Exact, Exact)> {
        let before_first = &self.pool.free_gb_seconds - &self.others();
        let mut rate_below = Exact::ZERO;
        let mut changes = Vec::new();
        for (from, price) in self.prices.duration.steps() {
            let rate = price.rate.per_unit();
            let at = (from.amount() + &before_first).over(each);
            changes.push((at.unwrap_or(Exact::ZERO), &(rate - &rate_below) * each));
            rate_below = rate.clone();
        }
        changes
    }

    /// Where the free requests that the others leave end, and what a request costs from there.
    fn request_change(&self) -> (Exact, Exact) {
        let others = &Exact::whole(self.pool.requests) - &self.calls;
        let at = &self.pool.free_requests - &others;
        (at, self.prices.request.rate.per_unit().clone())
    }
}

struct Model<'a> {
    context: Context<'a>,
    prices: Vec<Option<Prices>>,
    pools: Vec<Option<Pool>>,
}

impl Model<'_> {
    fn member(&self, index: usize) -> Result<Member<'_>, Infeasible> {
        let function = self.context.function(index);
        if let Some(reason) = infeasible(function) {
            return Err(reason);
        }
        let number = pool_of(function);
        match (&self.pools[number], &self.prices[number]) {
            (Some(pool), Some(prices)) => Ok(Member {
                function,
                pool,
                prices,
                calls: Exact::from(function.invocations),
                each: gb_seconds_per_call(function),
            }),
            _ => Err(Infeasible("the region has no Lambda prices".to_owned())),
        }
    }
}

impl CostModel for Model<'_> {
    fn cost(&self, index: usize) -> Result<Cost, Infeasible> {
        let member = self.member(index)?;
        let call = member.call(&member.pool.duration_rate, &member.pool.request_rate);
        let billed = Usd::new(&call * &member.calls);
        let compared = match member.pool.is_flat() {
            true => billed.clone(),
            false => member.avoidable(),
        };
        Ok(Cost {
            billed,
            compared,
            fleet: None,
        })
    }

    fn lines(&self, index: usize) -> Vec<Line> {
        let Ok(member) = self.member(index) else {
            return Vec::new();
        };
        let (pool, prices, calls) = (member.pool, member.prices, &member.calls);
        let billed_calls = calls * &pool.billed_requests;
        let free_calls = calls - &billed_calls;
        let mut lines = vec![Line::new(
            &LAMBDA,
            "requests",
            billed_calls,
            &prices.request,
        )];
        let mut billed_duration = Exact::ZERO;
        let used = |each: Exact| &each * calls;
        let handler = used(handler_gb_seconds(member.function));
        let init = init_gb_seconds(member.function).map(used);
        for (item, used) in [("duration", Some(&handler)), ("init", init.as_ref())] {
            let tiers = pool.tiers.iter().zip(prices.duration.steps());
            for (share, (_, price)) in tiers {
                let part = used.map(|used| used * share);
                billed_duration = &billed_duration + part.as_ref().unwrap_or(&Exact::ZERO);
                lines.extend(part.map(|part| Line::new(&LAMBDA, item, part, price)));
            }
        }
        if let (true, Ok(price)) = (paid_storage_mb(member.function) > 0, &prices.storage) {
            lines.push(Line::new(
                &LAMBDA,
                "ephemeral storage",
                used(storage_gb_seconds(member.function)),
                price,
            ));
        }
        if self.context.scenario.free_tier {
            lines.push(Line::free(
                &LAMBDA,
                "free requests",
                free_calls,
                &prices.request,
            ));
            let free = &(&member.each * calls) - &billed_duration;
            let first = prices.duration.steps().first();
            lines.extend(first.map(|(_, price)| Line::free(&LAMBDA, "free duration", free, price)));
        }
        lines
    }

    fn price_as_of(&self, index: usize) -> &str {
        let function = self.context.function(index);
        let number = pool_of(function);
        let (Some(pool), Some(prices), None) = (
            &self.pools[number],
            &self.prices[number],
            infeasible(function),
        ) else {
            return "";
        };
        match &prices.storage {
            Ok(storage) if paid_storage_mb(function) > 0 => {
                pool.as_of.as_ref().min(&storage.provenance.as_of)
            }
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
                let rate = storage_rate(function, self.prices[pool_of(function)].as_ref()?)?;
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
        let member = self.member(index);
        member.map_or_else(|_| Curve::new([]), |member| member.curve(parts))
    }

    /// Most crossovers lie on the first piece, where one division finds them.
    fn reaches(&self, index: usize, budgets: &[&Usd]) -> Vec<Option<Exact>> {
        let Ok(member) = self.member(index) else {
            return vec![None; budgets.len()];
        };
        let piece = member.first_piece();
        let curve = LazyCell::new(|| member.curve(UsageParts::All));
        let on_piece = |budget: &Usd| {
            let (call, most) = piece.as_ref()?;
            let calls = budget.dollars().over(call)?;
            let inside = most.as_ref().is_none_or(|most| calls <= *most);
            inside.then_some(calls)
        };
        let reach = |budget: &&Usd| on_piece(budget).or_else(|| curve.reach(budget));
        budgets.iter().map(reach).collect()
    }
}
