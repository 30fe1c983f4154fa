//! Services on Lambda: separate functions that move together.
//!
//! What the service adds is the difference of two bills of all pools. Members have their parts of it
//! by what they use of each kind.

use super::features::Basis;
use super::function_cost::PoolOf;
use super::keys::streamed;
use super::pools::{Pool, Used};
use super::{
    FunctionCost, Lambda, LambdaModel, LambdaPrices, UsageParts, handler_gb_seconds, infeasible,
    pool_place,
};
use crate::exact::Exact;
use crate::money::Usd;
use crate::platform::{Context, Infeasible, Kept, Platform, ServiceOf, Subject, UnitUse};
use crate::scenario::Function;
use crate::solve::piecewise::PiecewiseCost;
use crate::units::{Request, Unit};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

/// The services of which a function cannot run on Lambda: by service, the index of the first.
pub(super) struct Refused(Vec<Option<usize>>);

impl Refused {
    pub(super) fn of(context: &Context<'_>) -> Self {
        let services = context.scenario.services.iter();
        let first = services.map(|service| {
            let mut members = service.members.iter().copied();
            members.find(|index| infeasible(context.function(*index)).is_some())
        });
        Self(first.collect())
    }

    /// True for a function that cannot run on Lambda because of itself or its service.
    pub(super) fn has(&self, function: &Function) -> bool {
        let of_service = |number: usize| self.0[number].is_some();
        function.service_number().is_some_and(of_service) || infeasible(function).is_some()
    }

    /// Why a function cannot run because of another of its service.
    fn reason(
        &self,
        context: &Context<'_>,
        found: ServiceOf<'_>,
        index: usize,
    ) -> Option<Infeasible> {
        self.0[found.number]?;
        let others = found.service.members.iter();
        others.filter(|other| **other != index).find_map(|other| {
            let function = context.function(*other);
            let reason = infeasible(function)?;
            Some(reason.of_member(&function.name, &found.service.name))
        })
    }
}

/// A service that can run on Lambda, with its pools.
pub(super) struct ServiceCost {
    used: Used,
    /// By place: the pool with the service.
    pools: BTreeMap<usize, Arc<Pool>>,
    /// US dollars a month that the service adds: duration, requests and streaming.
    adds: [Usd; 3],
    /// US dollars a month that no pool shares.
    unshared: Usd,
    /// By part of the bill: what the service adds if the traffic of all members grows by a factor.
    curves: [OnceLock<PiecewiseCost>; 3],
}

/// A function as a part of its service.
pub(super) struct PartOf<'m> {
    model: &'m LambdaModel<'m>,
    found: ServiceOf<'m>,
    /// As the scenario states it, or with changed inputs.
    subject: Subject<'m>,
    cost: Arc<ServiceCost>,
}

impl ServiceCost {
    /// What the service adds.
    fn whole(&self) -> Usd {
        let [duration, requests, streaming] = &self.adds;
        &(&(duration + requests) + streaming) + &self.unshared
    }
}

impl PartOf<'_> {
    /// The pool of a member, with the service.
    pub(super) fn pool(&self, function: &Function) -> Arc<Pool> {
        Arc::clone(&self.cost.pools[&pool_place(function)])
    }

    /// What a member adds, of which `unshared` is its own, and what the service adds.
    pub(super) fn adds(&self, function: &Function, unshared: &Usd) -> (Usd, Usd) {
        let (own, all) = (Used::by(Some(function)), &self.cost.used);
        let parts = [
            own.duration.over(&all.duration),
            own.requests.over(&all.requests),
            own.streamed.over(&all.streamed),
        ];
        let parts = parts.into_iter().zip(&self.cost.adds);
        // What nothing is used of costs nothing.
        let pooled: Usd = parts
            .filter_map(|(part, usd)| Some(usd.times(&part?)))
            .sum();
        (&pooled + unshared, self.cost.whole())
    }

    /// What the service adds while the traffic of all its functions grows in proportion, over the
    /// calls of one of them.
    pub(super) fn curve(&self, parts: UsageParts, calls: &Exact) -> PiecewiseCost {
        let number = match parts {
            UsageParts::Duration => 0,
            UsageParts::Requests => 1,
            UsageParts::All => 2,
        };
        let curve = self.cost.curves[number].get_or_init(|| self.growth(parts));
        curve.stretched(calls)
    }

    /// What all functions of the service use with this multiple of their calls.
    pub(super) fn unit_use(&self, times: &Exact, kept: Kept) -> UnitUse {
        let mut sum = UnitUse::NOTHING;
        for index in &self.found.service.members {
            let subject = self.model.context.subject_or(self.subject, *index);
            let pool = PoolOf::Joined(self.pool(subject.function));
            let used = self.model.alone(subject, pool).use_of(times, kept);
            sum.unshared = &sum.unshared + &used.unshared;
            sum.lines.extend(used.lines);
            sum.pools.extend(used.pools);
        }
        sum
    }

    /// The cost over a factor of the traffic of today.
    fn growth(&self, parts: UsageParts) -> PiecewiseCost {
        let mut pools: BTreeMap<usize, PoolGrowth> = BTreeMap::new();
        let mut standing = Usd::ZERO;
        for index in &self.found.service.members {
            let subject = self.model.context.subject_or(self.subject, *index);
            let member = self
                .model
                .alone(subject, PoolOf::Joined(self.pool(subject.function)));
            if parts == UsageParts::All {
                standing = &standing + &member.standing();
            }
            let pool = pools.entry(pool_place(subject.function));
            pool.or_insert(PoolGrowth::NOTHING).add(&member, parts);
        }
        let changes = pools.into_iter().flat_map(|(place, growth)| {
            let prices = self.model.prices[place].as_ref();
            let prices = prices.expect("binding fails where a price is missing");
            growth.changes(&self.cost.pools[&place], prices, parts)
        });
        PiecewiseCost::new(standing, changes)
    }
}

/// What the functions of a service use of one pool while their traffic grows by a factor.
struct PoolGrowth {
    /// The factors at which further GB-seconds change, and by how much.
    duration: Vec<(Exact, Exact)>,
    /// GB-seconds of today's traffic, with initialization.
    used: Exact,
    /// Requests and streamed GB of today's traffic.
    requests: Exact,
    streamed: Exact,
    /// US dollars for all streaming of today's traffic.
    streaming: Usd,
    /// The factors at which all other costs change, and by how much.
    changes: Vec<(Exact, Usd)>,
}

impl PoolGrowth {
    const NOTHING: Self = Self {
        duration: Vec::new(),
        used: Exact::ZERO,
        requests: Exact::ZERO,
        streamed: Exact::ZERO,
        streaming: Usd::ZERO,
        changes: Vec::new(),
    };

    /// Adds a member.
    fn add(&mut self, member: &FunctionCost<'_>, parts: UsageParts) {
        let calls = &member.calls;
        if calls.is_zero() {
            return;
        }
        let with_init = parts == UsageParts::All;
        let handler = handler_gb_seconds(member.function);
        let each = if with_init { &member.each } else { &handler };
        self.duration.push((Exact::ZERO, each.amount() * calls));
        self.used = &self.used + &(member.each.amount() * calls);
        let requests = member.function.billed_requests();
        self.requests = &self.requests + &(requests.amount() * calls);
        if let Some(each) = streamed(member.function) {
            self.streamed = &self.streamed + &(each.amount() * calls);
        }
        let spill = member.spill.as_ref().and_then(|spill| {
            let more = if with_init {
                &spill.each
            } else {
                &spill.handler
            };
            let factor = spill.from.over(calls)?;
            let change = &(more.amount() - each.amount()) * calls;
            self.duration.push((factor.clone(), change));
            Some((spill, factor))
        });
        let counted = member.features.iter().enumerate();
        for (number, feature) in counted.filter(|(_, feature)| feature.part <= parts) {
            match feature.basis {
                Basis::Call => {
                    self.changes.push((Exact::ZERO, feature.cost.times(calls)));
                    if let Some((spill, factor)) = &spill {
                        let change = &spill.features[number] - &feature.cost;
                        self.changes.push((factor.clone(), change.times(calls)));
                    }
                }
                Basis::Streamed => {
                    self.streaming = &self.streaming + &feature.cost.times(calls);
                }
                Basis::Kept | Basis::Fixed => {}
            }
        }
    }

    /// The factors at which the cost of the pool changes, and by how much.
    fn changes(
        mut self,
        pool: &Pool,
        prices: &LambdaPrices,
        parts: UsageParts,
    ) -> Vec<(Exact, Usd)> {
        let mut changes = std::mem::take(&mut self.changes);
        changes.extend(self.duration_changes(pool, prices));
        // The factor at which what is free of a kind ends, after the others have used their part.
        let last_free = |free: &Exact, all: &Exact, own: &Exact| {
            let left = free - &(all - own);
            left.max(Exact::ZERO).over(own)
        };
        if parts >= UsageParts::Requests {
            let (free, all) = (pool.free_requests.amount(), pool.requests.amount());
            let at = last_free(free, all, &self.requests);
            let cost = &prices.request.rate * &Request::of(self.requests.clone());
            changes.extend(at.map(|at| (at, cost)));
        }
        let (free, all) = (pool.free_streamed.amount(), pool.streamed.amount());
        let at = last_free(free, all, &self.streamed);
        changes.extend(at.map(|at| (at, self.streaming)));
        changes
    }

    /// The factors at which a further factor of the duration costs another amount.
    fn duration_changes(&self, pool: &Pool, prices: &LambdaPrices) -> Vec<(Exact, Usd)> {
        let others = pool.duration.amount() - &self.used;
        let tiers = prices.duration.steps().iter();
        // The GB-seconds of the service from which each rate applies.
        let mut tiers = tiers.map(|(from, price)| {
            let begins = &(from + &pool.free_duration).amount().clone() - &others;
            (begins.max(Exact::ZERO), price.rate.per_unit())
        });
        let mut bends = self.duration.clone();
        bends.sort_by(|left, right| left.0.cmp(&right.0));
        let mut next = tiers.next();
        let (mut rate, mut slope, mut used) = (Exact::ZERO, Exact::ZERO, Exact::ZERO);
        let mut cost = Exact::ZERO;
        let mut changes = Vec::new();
        let mut bends = bends.into_iter().peekable();
        let mut at = Exact::ZERO;
        loop {
            let bend = bends.peek().map(|(factor, _)| factor.clone());
            let tier = next.as_ref().and_then(|(begins, _)| {
                let run = (begins - &used).max(Exact::ZERO);
                if run.is_zero() {
                    return Some(at.clone());
                }
                Some(&at + &run.over(&slope)?)
            });
            let Some(reached) = bend.iter().chain(&tier).min().cloned() else {
                return changes;
            };
            used = &used + &(&slope * &(&reached - &at));
            at = reached;
            if tier.as_ref() == Some(&at) {
                if let Some((_, of_tier)) = next {
                    rate = of_tier.clone();
                }
                next = tiers.next();
            } else if let Some((_, change)) = bends.next() {
                slope = &slope + &change;
            }
            let costs = &rate * &slope;
            changes.push((at.clone(), Usd::new(&costs - &cost)));
            cost = costs;
        }
    }
}

impl<'a> LambdaModel<'a> {
    /// A function with its service; `None` for one without a service.
    ///
    /// # Errors
    /// Another function of the service cannot run on Lambda.
    pub(super) fn part_of<'m>(
        &'m self,
        subject: Subject<'m>,
    ) -> Result<Option<PartOf<'m>>, Infeasible> {
        let Some(found) = self.context.service_of(subject.function) else {
            return Ok(None);
        };
        if let Some(reason) = self.refused.reason(&self.context, found, subject.index) {
            return Err(reason);
        }
        let service = || Arc::new(self.service(found, subject));
        let cost = if self.context.is_stated(subject) {
            Arc::clone(self.services[found.number].get_or_init(service))
        } else {
            service()
        };
        Ok(Some(PartOf {
            model: self,
            found,
            subject,
            cost,
        }))
    }

    /// A service in the pools of today.
    fn service(&self, found: ServiceOf<'_>, subject: Subject<'_>) -> ServiceCost {
        let members = &found.service.members;
        let function = |index: usize| self.context.subject_or(subject, index).function;
        let with = self
            .today
            .of_functions(members.iter().map(|index| function(*index)));
        let is_here = self.context.home(members[0]) == Lambda.id();
        let today = (is_here && self.refused.0[found.number].is_none()).then(|| {
            let stated = members.iter().map(|index| self.context.function(*index));
            self.today.of_functions(stated)
        });
        let others = match &today {
            Some(today) => self.today.less(today),
            None => self.today.clone(),
        };
        let all = others.and(&with);
        let mut pools = all.pools(&self.prices);
        let joined = |pools: &[Option<Pool>]| -> [Usd; 3] {
            let priced = pools.iter().zip(&self.prices);
            let costs =
                priced.filter_map(|(pool, prices)| Some(pool.as_ref()?.costs(prices.as_ref()?)));
            costs.fold([Usd::ZERO, Usd::ZERO, Usd::ZERO], |sums, costs| {
                std::array::from_fn(|kind| &sums[kind] + &costs[kind])
            })
        };
        let (after, before) = (joined(&pools), joined(&others.pools(&self.prices)));
        let places: BTreeSet<usize> = members
            .iter()
            .map(|index| pool_place(function(*index)))
            .collect();
        let pools = places.into_iter().map(|place| {
            let pool = pools[place].take();
            (
                place,
                Arc::new(pool.expect("binding fails where a price is missing")),
            )
        });
        let pools: BTreeMap<usize, Arc<Pool>> = pools.collect();
        let unshared = members.iter().map(|index| {
            let subject = self.context.subject_or(subject, *index);
            let pool = Arc::clone(&pools[&pool_place(subject.function)]);
            self.alone(subject, PoolOf::Joined(pool)).unpooled()
        });
        ServiceCost {
            used: with.all().clone(),
            unshared: unshared.sum(),
            adds: std::array::from_fn(|kind| &after[kind] - &before[kind]),
            pools,
            curves: Default::default(),
        }
    }
}
