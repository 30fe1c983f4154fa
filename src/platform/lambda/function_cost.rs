//! The cost of a function within its pool, and how it changes with the number of calls.

use super::LambdaPrices;
use super::duration::{handler_gb_seconds, init_gb_seconds};
use super::features::{Basis, FeatureCost};
use super::free_tier;
use super::keys::streamed;
use super::pools::{Pool, Used};
use super::provisioned::unserved;
use super::services::PartOf;
use crate::exact::Exact;
use crate::money::{Rate, Usd};
use crate::platform::{Bill, Cost, Kept, Line, UnitUse};
use crate::pricebook::Regional;
use crate::scenario::Function;
use crate::solve::UsageParts;
use crate::solve::piecewise::{FirstPiece, PiecewiseCost};
use crate::units::{Gb, GbSecond, Hour, Qty, Request};
use std::ops::Deref;
use std::sync::Arc;

/// A function that can run on Lambda, in its pool.
pub(crate) struct FunctionCost<'m> {
    pub function: &'m Function,
    pub pool: PoolOf<'m>,
    pub prices: &'m LambdaPrices,
    /// The prices of its region, including those that few functions need.
    pub regional: &'m Regional,
    /// Hours of the month.
    pub hours: &'m Qty<Hour>,
    /// What it adds to the bill of several pools that divide the free tier; `None` where its pool
    /// alone changes.
    pub adds: Option<Usd>,
    /// `None` for a function without a service.
    pub part: Option<PartOf<'m>>,
    pub calls: Exact,
    /// On-demand duration of one call, with initialization.
    pub each: Qty<GbSecond>,
    /// In the order of lines on a bill. Most functions have none.
    pub features: Vec<FeatureCost<'m>>,
    /// `None` if no invocation runs on a provisioned environment.
    pub spill: Option<Spill>,
}

/// Invocations beyond those that the provisioned environments can serve.
pub(crate) struct Spill {
    /// The number of invocations from which the environments are busy all the time.
    pub from: Exact,
    /// On-demand duration of one more call, with initialization.
    pub each: Qty<GbSecond>,
    /// The same without initialization.
    pub handler: Qty<GbSecond>,
    /// The cost of each of [`FunctionCost::features`] for one more call.
    pub features: Vec<Usd>,
}

/// The pool of the functions that run on Lambda today, with the function.
pub(crate) enum PoolOf<'m> {
    /// The function is one of them.
    Today(&'m Pool),
    /// The function runs elsewhere today.
    Joined(Arc<Pool>),
}

impl Deref for PoolOf<'_> {
    type Target = Pool;

    fn deref(&self) -> &Pool {
        match self {
            Self::Today(pool) => pool,
            Self::Joined(pool) => pool,
        }
    }
}

/// The rates at which one call is billed.
struct CallRates<'t> {
    duration: &'t Rate<GbSecond>,
    request: &'t Rate<Request>,
    /// Share of the streamed gigabytes that is billed.
    streamed: &'t Exact,
}

impl FunctionCost<'_> {
    fn call(&self, rates: &CallRates<'_>) -> Usd {
        let call = &(rates.duration * &self.each) + &self.requests(rates.request);
        self.features
            .iter()
            .fold(call, |call, feature| match feature.basis {
                Basis::Call => &call + &feature.cost,
                Basis::Streamed => &call + &feature.cost.times(rates.streamed),
                Basis::Kept | Basis::Fixed => call,
            })
    }

    fn requests(&self, rate: &Rate<Request>) -> Usd {
        if self.function.is_one_request() {
            rate.of_one()
        } else {
            rate * &self.function.billed_requests()
        }
    }

    /// Adds the charges of the function, with every tier of its pool in proportion.
    pub(crate) fn charge(&self, bill: &mut Bill) {
        let pool = &*self.pool;
        bill.add_units(&pool.request_bill, &self.requests_of_month());
        let duration = handler_gb_seconds(self.function).times(&self.calls);
        bill.add_units(&pool.duration_bill, &duration);
        if let Some(init) = init_gb_seconds(self.function) {
            bill.add_units(&pool.init_bill, &init.times(&self.calls));
        }
        for feature in &self.features {
            let times = match feature.basis {
                Basis::Call => self.calls.clone(),
                Basis::Streamed => &self.calls * &pool.billed_streamed,
                Basis::Kept | Basis::Fixed => Exact::ONE,
            };
            feature
                .priced
                .charge(self.function, self.hours, &times, bill);
        }
        if self.pool.free_tier {
            bill.add_free(|| self.free_lines());
        }
    }

    fn requests_of_month(&self) -> Qty<Request> {
        self.function.billed_requests().times(&self.calls)
    }

    /// The lines that the free tier takes off.
    fn free_lines(&self) -> Vec<Line> {
        let (pool, prices) = (&*self.pool, self.prices);
        let free_requests = &Exact::ONE - &pool.billed_requests;
        let requests = self.requests_of_month().times(&free_requests);
        let free_duration = &Exact::ONE - &pool.tiers.iter().sum();
        let duration = self.each.times(&self.calls).times(&free_duration);
        let mut lines = vec![
            free_tier::REQUESTS.line(requests, &prices.request),
            free_tier::DURATION.line(duration, prices.duration.first()),
        ];
        lines.extend(self.free_streaming());
        lines
    }

    /// The line for the free part of its streaming.
    fn free_streaming(&self) -> Option<Line> {
        let mut features = self.features.iter();
        let streaming = features.find(|feature| feature.basis == Basis::Streamed)?;
        let free = &Exact::ONE - &self.pool.billed_streamed;
        let (allowance, times) = (&free_tier::STREAMING, &self.calls * &free);
        let priced = streaming.priced;
        Some(priced.free_line(allowance, self.function, self.hours, &times))
    }

    /// What it uses with this multiple of its calls. Calls beyond those that provisioned environments
    /// can serve are on demand.
    pub(crate) fn use_of(&self, times: &Exact, kept: Kept) -> UnitUse {
        let calls = &self.calls * times;
        let spill = self.spill.as_ref().filter(|_| kept == Kept::Stays);
        let most = spill.map(|spill| &spill.from);
        let usual = most.map_or_else(|| calls.clone(), |most| most.min(&calls).clone());
        let further = &calls - &usual;
        let mut used = Used {
            duration: self.each.times(&usual),
            requests: self.function.billed_requests().times(&calls),
            streamed: streamed(self.function).map_or(Qty::ZERO, |each| each.times(&calls)),
        };
        if let Some(spill) = spill {
            used.duration = &used.duration + &spill.each.times(&further);
        }
        let unserved = if further.is_zero() {
            None
        } else {
            unserved(self.function)
        };
        let charge = |bill: &mut Bill| {
            for feature in &self.features {
                let priced = feature.priced;
                match feature.basis {
                    Basis::Call => {
                        priced.charge(self.function, self.hours, &usual, bill);
                        if let Some(unserved) = &unserved {
                            priced.charge(unserved, self.hours, &further, bill);
                        }
                    }
                    // A pool.
                    Basis::Streamed => {}
                    Basis::Kept if kept == Kept::Grows => {
                        priced.charge(self.function, self.hours, times, bill);
                    }
                    Basis::Kept | Basis::Fixed => {
                        priced.charge(self.function, self.hours, &Exact::ONE, bill);
                    }
                }
            }
        };
        UnitUse {
            pools: used.of_pools(self.function),
            ..UnitUse::of(charge)
        }
    }

    /// Monthly cost that no pool shares, such as storage and provisioned concurrency.
    pub(crate) fn unpooled(&self) -> Usd {
        if self.features.is_empty() {
            return Usd::ZERO;
        }
        let call = self.call(&CallRates {
            duration: &Rate::ZERO,
            request: &Rate::ZERO,
            streamed: &Exact::ZERO,
        });
        self.month(&call)
    }

    /// The monthly cost when one call costs `call`, with monthly features.
    fn month(&self, call: &Usd) -> Usd {
        let calls = call.times(&self.calls);
        if self.features.is_empty() {
            calls
        } else {
            &calls + &self.standing()
        }
    }

    pub(crate) fn cost(&self) -> Cost {
        let billed = self.billed();
        if let Some(part) = &self.part {
            let unshared = self.unpooled();
            let (adds, service_adds) = part.adds(self.function, &unshared);
            return Cost {
                billed,
                adds,
                service_adds: Some(service_adds),
                unshared,
                extras: Usd::ZERO,
                piece: None,
            };
        }
        let piece = self.first_piece();
        Cost {
            service_adds: None,
            adds: match &self.adds {
                Some(adds) => adds.clone(),
                None if self.pool.is_flat() => billed.clone(),
                None => self.added(piece.as_ref()),
            },
            billed,
            unshared: self.unpooled(),
            extras: Usd::ZERO,
            piece,
        }
    }

    /// Its bill, at the average rates of the pool.
    pub(crate) fn billed(&self) -> Usd {
        Bill::total(|bill| self.charge(bill))
    }

    /// Monthly cost that is independent of utilization but grows with the traffic.
    fn kept(&self) -> Usd {
        self.of_month(Basis::Kept)
    }

    /// Monthly cost that is independent of the traffic.
    fn fixed(&self) -> Usd {
        self.of_month(Basis::Fixed)
    }

    /// Monthly cost of both kinds.
    pub(crate) fn standing(&self) -> Usd {
        &self.kept() + &self.fixed()
    }

    fn of_month(&self, basis: Basis) -> Usd {
        let features = self.features.iter();
        let counted = features.filter(|feature| feature.basis == basis);
        counted.map(|feature| feature.cost.clone()).sum()
    }

    /// GB-seconds of the other functions in the pool.
    fn others(&self) -> Qty<GbSecond> {
        &self.pool.duration - &self.each.times(&self.calls)
    }

    /// The first linear piece of the function's cost over calls, on top of the other functions.
    ///
    /// `None` where some of the function's calls are free.
    pub(crate) fn first_piece(&self) -> Option<FirstPiece> {
        if self.pool.has_free() {
            return None;
        }
        let others = self.others();
        let tiers = self.prices.duration.steps();
        let reached = tiers.iter().rposition(|(from, _)| *from <= others)?;
        let next = tiers.get(reached + 1);
        let call = self.call(&CallRates {
            duration: &tiers[reached].1.rate,
            request: &self.prices.request.rate,
            streamed: &Exact::ONE,
        });
        Some(FirstPiece {
            standing: (!self.features.is_empty()).then(|| self.standing()),
            call,
            most: next
                .and_then(|(end, _)| (end - &others).over(&self.each))
                .into_iter()
                .chain(self.spill.as_ref().map(|spill| spill.from.clone()))
                .min(),
        })
    }

    /// What the function adds to the bill of its pool.
    fn added(&self, piece: Option<&FirstPiece>) -> Usd {
        match piece.filter(|piece| piece.holds(&self.calls)) {
            Some(piece) => self.month(&piece.call),
            None => self.curve(UsageParts::All).at(&self.calls),
        }
    }

    /// What the function adds over calls. Costs that are independent of utilization stay constant.
    pub(crate) fn curve(&self, parts: UsageParts) -> PiecewiseCost {
        if let Some(part) = &self.part {
            return part.curve(parts, &self.calls);
        }
        let standing = match parts {
            UsageParts::All => self.standing(),
            UsageParts::Duration | UsageParts::Requests => Usd::ZERO,
        };
        PiecewiseCost::new(standing, self.changes(parts, self.spill.as_ref()))
    }

    /// What the function adds over calls if kept environments and pollers grow with them. Fixed costs stay.
    /// Without calls nothing is kept for each: there is no search for flips then.
    pub(crate) fn growth(&self) -> PiecewiseCost {
        let mut changes = self.changes(UsageParts::All, None);
        let each = self.kept().per(&self.calls);
        changes.extend(each.map(|each| (Exact::ZERO, each)));
        PiecewiseCost::new(self.fixed(), changes)
    }

    /// The numbers of calls at which the cost of a call changes, and by how much.
    fn changes(&self, parts: UsageParts, spill: Option<&Spill>) -> Vec<(Exact, Usd)> {
        let mut changes = match parts {
            UsageParts::All => {
                let spilled = spill.map(|spill| (&spill.from, &spill.each));
                self.duration_changes(&self.each, spilled)
            }
            UsageParts::Duration | UsageParts::Requests => {
                let spilled = spill.map(|spill| (&spill.from, &spill.handler));
                self.duration_changes(&handler_gb_seconds(self.function), spilled)
            }
        };
        if parts >= UsageParts::Requests {
            changes.push(self.request_change());
        }
        let counted = self.features.iter().enumerate();
        for (number, feature) in counted.filter(|(_, feature)| feature.part <= parts) {
            changes.extend(self.feature_change(feature));
            if let (Basis::Call, Some(spill)) = (feature.basis, spill) {
                changes.push((spill.from.clone(), &spill.features[number] - &feature.cost));
            }
        }
        changes
    }

    fn feature_change(&self, feature: &FeatureCost<'_>) -> Option<(Exact, Usd)> {
        let from = match feature.basis {
            Basis::Call => Exact::ZERO,
            Basis::Streamed => self.last_free_streaming()?,
            Basis::Kept | Basis::Fixed => return None,
        };
        Some((from, feature.cost.clone()))
    }

    /// The call at which free streaming ends after the other functions have used their part; `None`
    /// if calls do not stream or streaming costs nothing.
    fn last_free_streaming(&self) -> Option<Exact> {
        let each = streamed(self.function);
        let each: &Qty<Gb> = each.expect("a function that pays for streaming streams");
        let others = &self.pool.streamed - &each.times(&self.calls);
        let free = self.pool.free_streamed.saturating_sub(&others);
        free.over(each)
    }

    /// The numbers of calls at which the duration of a call costs another amount, and by how much it
    /// changes: where a tier begins, and where calls of `each` GB-seconds become calls of another
    /// number.
    fn duration_changes(
        &self,
        each: &Qty<GbSecond>,
        spilled: Option<(&Exact, &Qty<GbSecond>)>,
    ) -> Vec<(Exact, Usd)> {
        let others = self.others();
        let tiers = self.prices.duration.steps().iter();
        let begins =
            |from: &Qty<GbSecond>| (from + &self.pool.free_duration).saturating_sub(&others);
        // The GB-seconds of this function from which a rate applies, and the number of calls that
        // need them.
        let mut rates: Vec<(Exact, Rate<GbSecond>, Qty<GbSecond>)> = Vec::new();
        let bend = spilled.map(|(from, more)| (from, more, each.times(from)));
        for (from, price) in tiers {
            let begins = begins(from);
            let (at, each) = match &bend {
                Some((bend, more, before)) if begins >= *before => {
                    let further = (&begins - before).over(more);
                    (further.map(|calls| *bend + &calls), *more)
                }
                _ => (begins.over(each), each),
            };
            let Some(at) = at else {
                // Calls without on-demand duration never reach the next tier.
                break;
            };
            rates.push((at, price.rate.clone(), each.clone()));
        }
        if let Some((bend, more, _)) = bend {
            let before = rates.iter().rposition(|(at, ..)| at <= bend);
            let reached = before.map_or(0, |last| last + 1);
            if let Some(rate) = before.map(|last| rates[last].1.clone()) {
                rates.insert(reached, (bend.clone(), rate, more.clone()));
            }
        }
        let mut below = Usd::ZERO;
        let mut changes = Vec::with_capacity(rates.len());
        for (at, rate, each) in rates {
            let cost = &rate * &each;
            changes.push((at, &cost - &below));
            below = cost;
        }
        changes
    }

    /// The number of calls at which the free requests that other functions leave end, and the cost
    /// of one call's requests from there.
    fn request_change(&self) -> (Exact, Usd) {
        let each = self.function.billed_requests();
        let others = &self.pool.requests - &each.times(&self.calls);
        let free = self.pool.free_requests.saturating_sub(&others);
        let at = free.over(&each);
        let at = at.expect("an invocation is one request at least");
        (at, self.requests(&self.prices.request.rate))
    }
}
