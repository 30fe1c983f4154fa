//! AWS Lambda on demand: requests, duration in pooled tiers, initialization, ephemeral storage.
//!
//! Rules: AWS Lambda pricing page (GB = 1024 MB; tiers are marginal and count the duration of all
//! functions of an architecture in a region) and, for billed initialization since 2025-08-01, the
//! AWS Compute blog.

mod assumptions;
mod duration;
mod features;
mod free_tier;
mod function_cost;
mod keys;
pub(crate) mod limits;
pub(crate) mod meters;
mod options;
mod pools;
mod provisioned;
mod quota;
mod services;

use super::{
    Answer, Bill, Context, CostModel, Infeasible, Kept, Members, Missing, Placement, Platform,
    Provisioning, Refusal, SharedCosts, SharedUse, Spec, Subject, Total, UnitUse, older, oldest,
    place,
};
use crate::diag::Diags;
use crate::exact::Exact;
use crate::money::{Usd, grouped};
use crate::pricebook::{Architecture, Price, Regional, Tiers};
use crate::scenario::{Function, Notes, PlatformKind, PlatformShape};
use crate::solve::piecewise::PiecewiseCost;
use crate::solve::{Tariff, UsageParts, UsageTariff};
use crate::units::{GbSecond, Request, Unit};
use duration::{gb_seconds_per_call, handler_gb_seconds, init_gb_seconds};
use features::{FEATURES, FeatureCost, PricedFeature, is_plain};
use function_cost::{FunctionCost, PoolOf, Spill};
use options::LambdaOptions;
use pools::{Pool, Usage};
use rayon::prelude::*;
use services::{Refused, ServiceCost};
use std::ptr;
use std::sync::{Arc, OnceLock};

/// AWS Lambda, on demand.
pub(crate) struct Lambda;

static SPEC: Spec = Spec {
    shape: PlatformShape {
        read_function: keys::read,
        check: |scenario| [quota::check(scenario), options::check(scenario)].concat(),
        ..PlatformShape::new("lambda", PlatformKind::Usage, options::KEYS, options::read)
    },
    title: "Lambda",
    meters: &[meters::METERS],
    assumptions: &[assumptions::ALL],
};

impl Platform for Lambda {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    fn bind<'a>(&self, context: Context<'a>) -> Result<Box<dyn CostModel + 'a>, Diags> {
        let prices = prices(&context)?;
        let runs_here = |index: usize| context.home(index) == self.id();
        let refused = Refused::of(&context);
        let today = Usage::of(&context, &prices, &refused, &runs_here);
        let pools = today.pools(&prices);
        let services = context.scenario.services.iter();
        Ok(Box::new(LambdaModel {
            services: services.map(|_| OnceLock::new()).collect(),
            refused,
            context,
            prices,
            today,
            pools,
        }))
    }
}

/// The prices for an architecture in a region.
struct LambdaPrices {
    request: Price<Request>,
    duration: Tiers<GbSecond>,
    /// By index in [`FEATURES`]. Features that no function uses have no price here.
    features: Vec<Option<Box<dyn PricedFeature>>>,
}

impl LambdaPrices {
    fn find(
        regional: &Regional,
        architecture: Architecture,
        uses: &Uses,
        missing: &mut Missing,
    ) -> Option<Self> {
        let meters = meters::lambda(architecture);
        let request = missing.take(regional.price(meters.request));
        let duration = missing.take(regional.tiers(meters.duration));
        let features = FEATURES.iter().zip(uses).map(|(feature, used)| {
            let price = used.then(|| feature.price(regional, architecture));
            missing.take(price?)
        });
        let features = features.collect();
        Some(Self {
            request: request?,
            duration: duration?,
            features,
        })
    }
}

/// The index of the place of a function's pool.
fn pool_place(function: &Function) -> usize {
    place(function, function.architecture)
}

/// For each feature, whether some function uses it.
type Uses = [bool; FEATURES.len()];

fn prices(context: &Context<'_>) -> Result<Vec<Option<LambdaPrices>>, Diags> {
    let options: &LambdaOptions = context.scenario.options.of();
    let mut missing = Missing::default();
    let places = uses(context).into_iter().enumerate();
    let find = |(number, uses): (usize, Option<Uses>)| {
        let (regional, architecture) = context.located(number);
        let mut found = LambdaPrices::find(regional, architecture, &uses?, &mut missing)?;
        if let Some(other) = &options.other_use {
            let used = other.gb_seconds(regional.name(), architecture);
            found.duration = found.duration.after(&GbSecond::of(used));
        }
        Some(found)
    };
    let found = places.map(find).collect();
    missing.into_result(found)
}

/// The features that functions of each place use; `None` for places without a function that can run
/// on Lambda.
fn uses(context: &Context<'_>) -> Vec<Option<Uses>> {
    let empty = || vec![None; context.places()];
    let functions = context.scenario.functions.par_iter();
    let runnable = functions.filter(|function| infeasible(function).is_none());
    let add = |mut places: Vec<Option<Uses>>, function: &Function| {
        let uses = places[pool_place(function)].get_or_insert(Uses::default());
        if !is_plain(function) {
            for (used, feature) in uses.iter_mut().zip(FEATURES) {
                *used |= feature.is_used(function, &context.hours);
            }
        }
        places
    };
    let both = |left: Uses, right: Uses| std::array::from_fn(|n| left[n] || right[n]);
    runnable.fold(empty, add).reduce(empty, |left, right| {
        let pairs = left.into_iter().zip(right);
        let merged = pairs.map(|(left, right)| match (left, right) {
            (Some(left), Some(right)) => Some(both(left, right)),
            (left, right) => left.or(right),
        });
        merged.collect()
    })
}

/// Why a function cannot run on Lambda (AWS Lambda quotas).
fn infeasible(function: &Function) -> Option<Infeasible> {
    let memory = function.memory_mb;
    if !limits::MEMORY_MB.contains(&memory) {
        let memory = grouped(&memory.to_string());
        return Some(Infeasible::new(
            Refusal::MemoryOutOfRange,
            format!("{memory} MB is outside Lambda's 128 to 10,240 MB"),
            "state a memory_mb in this range",
        ));
    }
    too_long(function)
}

/// Why a function runs too long for Lambda and for managed instances (AWS Lambda quotas).
pub(crate) fn too_long(function: &Function) -> Option<Infeasible> {
    let duration = function.stated_duration_ms();
    // In units of the last decimal place, which is faster than to compare decimals.
    let most = i128::from(limits::MAX_DURATION_MS) * 10_i128.pow(duration.scale());
    (duration.mantissa() > most).then(|| {
        let duration = grouped(&duration.normalize().to_string());
        Infeasible::new(
            Refusal::TooLong,
            format!("{duration} ms is longer than Lambda's 15 minutes"),
            "split it into shorter runs, or run it as jobs on Fargate (container.run = \"job\")",
        )
    })
}

struct LambdaModel<'a> {
    context: Context<'a>,
    /// By place.
    prices: Vec<Option<LambdaPrices>>,
    /// The use of the functions that run on Lambda today.
    today: Usage,
    /// Their pools, by place.
    pools: Vec<Option<Pool>>,
    refused: Refused,
    /// Each service, found when it is first needed.
    services: Vec<OnceLock<Arc<ServiceCost>>>,
}

impl LambdaModel<'_> {
    fn place<'m>(&'m self, subject: Subject<'m>) -> Result<FunctionCost<'m>, Infeasible> {
        let Subject {
            index, function, ..
        } = subject;
        if let Some(reason) = infeasible(function) {
            return Err(reason);
        }
        if let Some(part) = self.part_of(subject)? {
            let pool = PoolOf::Joined(part.pool(function));
            return Ok(FunctionCost {
                part: Some(part),
                ..self.alone(subject, pool)
            });
        }
        let number = pool_place(function);
        let bound = "binding fails where a price is missing";
        let prices = self.prices[number].as_ref().expect(bound);
        let stated = self.context.function(index);
        let is_stated = ptr::eq(stated, function);
        let runs_here =
            self.context.home(index) == Lambda.id() && (is_stated || infeasible(stated).is_none());
        let today = runs_here.then_some(stated);
        let pool = if runs_here && is_stated {
            PoolOf::Today(self.pools[number].as_ref().expect(bound))
        } else {
            PoolOf::Joined(Arc::new(self.today.pool_with(function, today, prices)))
        };
        Ok(FunctionCost {
            adds: self.today.adds(function, today, &self.prices),
            ..self.alone(subject, pool)
        })
    }

    /// A function in a pool.
    fn alone<'m>(&'m self, subject: Subject<'m>, pool: PoolOf<'m>) -> FunctionCost<'m> {
        let function = subject.function;
        let prices = self.prices[pool_place(function)].as_ref();
        let prices = prices.expect("binding fails where a price is missing");
        FunctionCost {
            adds: None,
            part: None,
            regional: self.context.prices_of(function),
            function,
            pool,
            prices,
            hours: &self.context.hours,
            calls: Exact::from(function.invocations),
            each: gb_seconds_per_call(function),
            features: self.features_of(function, prices),
            spill: self.spill(function, prices),
        }
    }

    /// What changes when the environments of a function are busy all the time.
    fn spill(&self, function: &Function, prices: &LambdaPrices) -> Option<Spill> {
        let from = provisioned::most_invocations(function)?;
        let unserved = provisioned::unserved(function)?;
        let features = self.features_of(&unserved, prices);
        Some(Spill {
            from,
            each: gb_seconds_per_call(&unserved),
            handler: handler_gb_seconds(&unserved),
            features: features.into_iter().map(|feature| feature.cost).collect(),
        })
    }

    /// The features that a function pays for, in the order of lines on a bill.
    fn features_of<'m>(
        &self,
        function: &Function,
        prices: &'m LambdaPrices,
    ) -> Vec<FeatureCost<'m>> {
        if is_plain(function) {
            return Vec::new();
        }
        let hours = &self.context.hours;
        let priced = prices.features.iter().flatten();
        let costs: Vec<FeatureCost<'m>> = priced
            .filter_map(|feature| feature.cost(function, hours))
            .collect();
        debug_assert_eq!(
            costs.len(),
            FEATURES
                .iter()
                .filter(|feature| feature.is_used(function, hours))
                .count(),
            "every feature that a function uses has a price"
        );
        costs
    }
}

impl CostModel for LambdaModel<'_> {
    fn answer(&self, index: usize) -> Result<Answer<'_>, Infeasible> {
        self.context.count_solve();
        self.answer_of(self.context.subject(index))
    }

    fn answer_of<'m>(&'m self, changed: Subject<'m>) -> Result<Answer<'m>, Infeasible> {
        let placed = self.place(changed)?;
        Ok(Answer {
            cost: placed.cost(),
            placement: Box::new(placed),
        })
    }

    fn adds(&self, changed: Subject<'_>) -> Result<Usd, Infeasible> {
        Ok(self.place(changed)?.cost().decisive().clone())
    }

    fn total(&self, members: &Members<'_>) -> Total {
        let usage = Usage::of(&self.context, &self.prices, &self.refused, members.contains);
        Total {
            monthly: &usage.monthly(&self.prices) + &members.unshared,
            left_out: members.refused,
        }
    }

    fn shared_costs(&self) -> SharedCosts {
        pools::shared_costs(&self.context, &self.prices)
    }

    fn notes(&self, notes: &mut Notes) {
        assumptions::note(self, notes);
    }
}

impl Placement for FunctionCost<'_> {
    fn charge(&self, bill: &mut Bill) {
        FunctionCost::charge(self, bill);
    }

    fn shared_use(&self) -> SharedUse {
        SharedUse {
            pools: pools::used_of(self.function),
            ..SharedUse::default()
        }
    }

    fn unit_use(&self, times: &Exact, kept: Kept) -> Option<UnitUse> {
        Some(match &self.part {
            Some(part) => part.unit_use(times, kept),
            None => self.use_of(times, kept),
        })
    }

    fn price_as_of(&self) -> Option<&str> {
        let features = self.features.iter();
        let prices = features.map(|feature| feature.priced.provenance());
        older(self.pool.as_of.as_deref(), oldest(prices))
    }

    fn tariff(&self) -> Tariff<'_> {
        Tariff::ByUse(self)
    }

    fn provisioning(&self) -> Option<Provisioning> {
        let utilization = provisioned::utilization(self.function)?;
        let meters = meters::lambda(self.function.architecture);
        let price = |meter| {
            let price = self.regional.price(meter);
            price.expect("binding fails where environments are kept and have no price")
        };
        let kept = price(meters.provisioned_concurrency);
        let on_it = price(meters.provisioned_duration);
        let on_demand = &self.prices.duration.first().rate;
        Some(Provisioning {
            utilization,
            break_even: provisioned::break_even(&kept.rate, &on_it.rate, on_demand),
        })
    }
}

impl UsageTariff for FunctionCost<'_> {
    fn curve(&self, parts: UsageParts) -> PiecewiseCost {
        FunctionCost::curve(self, parts)
    }

    fn has_other_charges(&self) -> bool {
        !self.features.is_empty() || init_gb_seconds(self.function).is_some()
    }

    fn growth(&self) -> PiecewiseCost {
        FunctionCost::growth(self)
    }
}
