//! AWS Lambda on demand: requests, duration in pooled tiers, initialization, ephemeral storage.
//!
//! Rules: AWS Lambda pricing page (GB = 1024 MB; tiers are marginal and count the duration of all
//! functions of an architecture in a region) and, for billed initialization since 2025-08-01, the
//! AWS Compute blog.

mod member;
mod pools;
mod provisioned;

use super::curve::Curve;
use super::service::LAMBDA;
use super::{
    Company, Context, Cost, CostModel, Infeasible, Line, Missing, Notes, Platform, Provisioning,
    Tariff, Usage, UsageParts, place,
};
use crate::catalog::{Architecture, Price, Regional, Tiers};
use crate::diag::{Diag, Diags};
use crate::exact::Exact;
use crate::money::{Usd, grouped};
use crate::text::listed;
use crate::units::{GbSecond, LAMBDA_MAX_DURATION_MS, LAMBDA_MEMORY_MB, Request};
use crate::workload::Function;
use member::{
    Member, gb_seconds_per_call, handler_gb_seconds, init_gb_seconds, paid_storage_mb,
    storage_gb_seconds,
};
use pools::Pool;
use provisioned::{Rates, kept_gb_seconds, served_gb_seconds};
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
    provisioned: Result<Rates, Diag>,
}

impl Prices {
    fn find(regional: &Regional, architecture: Architecture) -> Result<Self, Diag> {
        let path = |meter: &str| format!("lambda.{}.{meter}", architecture.name());
        Ok(Self {
            request: regional.price(&path("request"))?,
            duration: regional.tiers(&path("duration"))?,
            storage: regional.price(&path("ephemeral_storage")),
            provisioned: Rates::find(regional, architecture),
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
    let stores = |function: &Function| able(function).filter(|_| paid_storage_mb(function) > 0);
    let provisions =
        |function: &Function| able(function).filter(|_| function.provisioned.is_some());
    let find =
        |function: &Function| Prices::find(context.prices_of(function), function.architecture);
    let samples = context.samples(able).into_iter();
    let found: Vec<Option<Prices>> = samples.map(|sample| missing.take(find(sample?))).collect();
    let needed = context
        .samples(stores)
        .into_iter()
        .zip(context.samples(provisions));
    for (prices, (stores, provisions)) in found.iter().zip(needed) {
        if let (Some(prices), Some(_)) = (prices, stores) {
            missing.take(prices.storage.clone());
        }
        if let (Some(prices), Some(_)) = (prices, provisions) {
            missing.take(prices.provisioned.clone());
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
        let billed = member.billed();
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
        if let Some(rates) = member.provisioned() {
            let kept = kept_gb_seconds(member.function);
            let served = used(served_gb_seconds(member.function));
            let (environments, duration) = ("provisioned", "on provisioned");
            lines.push(Line::new(&LAMBDA, environments, kept, &rates.concurrency));
            lines.push(Line::new(&LAMBDA, duration, served, &rates.duration));
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
        let storage = prices.storage.as_ref().ok();
        let storage = storage.filter(|_| paid_storage_mb(function) > 0);
        let rates = prices.provisioned.as_ref().ok();
        let rates = rates.filter(|_| function.provisioned.is_some());
        let others = [
            storage.map(|price| &price.provenance),
            rates.map(|rates| &rates.concurrency.provenance),
            rates.map(|rates| &rates.duration.provenance),
        ];
        let dates = others.into_iter().flatten().map(|one| one.as_of.as_ref());
        dates.fold(&pool.as_of, |oldest, date| oldest.min(date))
    }

    fn company(&self, index: usize) -> Company {
        let avoidable = self.cost(index).ok().map(|cost| cost.compared);
        Company {
            alone: None,
            avoidable,
        }
    }

    fn provisioning(&self, index: usize) -> Option<Provisioning> {
        let member = self.member(index).ok()?;
        let rates = member.provisioned()?;
        let first = member.prices.duration.steps().first();
        let on_demand = first.map(|(_, price)| price.rate.per_unit())?;
        Some(Provisioning {
            utilization: provisioned::utilization(member.function)?,
            break_even: rates.break_even(on_demand),
        })
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
        // Storage and provisioned concurrency are nobody else's.
        let own: Exact = members()
            .filter_map(|(index, _)| Some(self.member(index).ok()?.unpooled()))
            .sum();
        Some(&pooled + &Usd::new(own))
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
        let provisions = |function: &Function| function.provisioned.is_some();
        if scenario.functions.iter().any(provisions) {
            notes.assume(
                "provisioned environments stay as they are while utilization varies, and grow \
                 with the calls while traffic grows; what finds none is on demand",
            );
        }
        let mut others = vec!["SnapStart", "response streaming", "Lambda@Edge"];
        if !scenario.functions.iter().any(provisions) {
            others.insert(0, "provisioned concurrency");
        }
        notes.leave_out(listed(&others));
    }
}

impl Usage for Model<'_> {
    fn curve(&self, index: usize, parts: UsageParts) -> Curve {
        let member = self.member(index);
        member.map_or_else(|_| Curve::nothing(), |member| member.curve(parts))
    }

    fn growth(&self, index: usize) -> Curve {
        let member = self.member(index);
        member.map_or_else(|_| Curve::nothing(), |member| member.growth())
    }

    fn reaches(&self, index: usize, budgets: &[&Usd]) -> Vec<Option<Exact>> {
        match self.member(index) {
            Ok(member) => member.reaches(budgets),
            Err(_) => vec![None; budgets.len()],
        }
    }
}
