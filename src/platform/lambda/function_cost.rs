//! A function in its pool: what a call costs, and what more or fewer calls would cost.

use super::LambdaPrices;
use super::duration::handler_gb_seconds;
use super::free_tier;
use super::meters::{FeatureMeter, Rated, Use};
use super::pools::Pool;
use crate::exact::Exact;
use crate::money::Usd;
use crate::platform::{Cost, Line};
use crate::scenario::Function;
use crate::solve::UsageParts;
use crate::solve::piecewise::{FirstPiece, PiecewiseCost};

/// What a function uses of a meter besides requests and duration.
pub struct Extra<'m> {
    pub meter: &'static FeatureMeter,
    pub used: Use,
    pub price: &'m dyn Rated,
}

/// A function that can run on Lambda, in its pool.
pub struct FunctionCost<'m> {
    pub function: &'m Function,
    pub pool: &'m Pool,
    pub prices: &'m LambdaPrices,
    /// Whether the scenario takes the free tier off.
    pub free_tier: bool,
    pub calls: Exact,
    /// GB-seconds on demand of one call, initialization included.
    pub each: Exact,
    /// In the order of bills; hardly any function has some.
    pub extras: Vec<Extra<'m>>,
}

/// What of one call is billed, and at which rates.
struct CallRates<'t> {
    /// Dollars per GB-second on demand.
    duration: &'t Exact,
    /// Dollars per request.
    request: &'t Exact,
    /// Share of the streamed gigabytes.
    streamed: &'t Exact,
}

impl FunctionCost<'_> {
    /// Dollars of a call.
    fn call(&self, terms: &CallRates<'_>) -> Exact {
        let call = &(&self.each * terms.duration) + &self.requests(terms.request);
        self.extras.iter().fold(call, |call, extra| {
            let amount = match &extra.used {
                Use::Call(each) => each.clone(),
                Use::Streamed(each) => each * terms.streamed,
                Use::Kept(_) | Use::Fixed(_) => return call,
            };
            &call + &(&amount * extra.price.rate())
        })
    }

    /// Dollars of the requests of a call.
    fn requests(&self, rate: &Exact) -> Exact {
        match self.function.features {
            Some(_) => &self.function.billed_requests() * rate,
            None => rate.clone(),
        }
    }

    /// Lines of what it uses besides requests and duration.
    pub fn extra_lines(&self) -> impl Iterator<Item = Line> {
        self.extras.iter().map(|extra| {
            let quantity = match &extra.used {
                Use::Call(each) => each * &self.calls,
                Use::Streamed(each) => &(each * &self.calls) * &self.pool.billed_streamed,
                Use::Kept(amount) | Use::Fixed(amount) => amount.clone(),
            };
            extra.price.line(extra.meter.item, quantity)
        })
    }

    /// What of its streaming is free.
    pub fn free_streaming(&self) -> Option<Line> {
        self.extras.iter().find_map(|extra| {
            let Use::Streamed(each) = &extra.used else {
                return None;
            };
            let free = &Exact::ONE - &self.pool.billed_streamed;
            let quantity = &(each * &self.calls) * &free;
            Some(extra.price.free(&free_tier::STREAMING, quantity))
        })
    }

    /// Dollars a month of what no pool shares: storage, provisioned concurrency and the like.
    fn unpooled(&self) -> Exact {
        if self.extras.is_empty() {
            return Exact::ZERO;
        }
        let call = self.call(&CallRates {
            duration: &Exact::ZERO,
            request: &Exact::ZERO,
            streamed: &Exact::ZERO,
        });
        self.month(&call)
    }

    /// Dollars a month of all calls at so much each, and of what stands.
    fn month(&self, call: &Exact) -> Exact {
        let calls = call * &self.calls;
        match self.extras.is_empty() {
            true => calls,
            false => &calls + &self.standing(),
        }
    }

    /// What it costs.
    pub fn cost(&self) -> Cost {
        let billed = self.billed();
        let piece = self.first_piece();
        Cost {
            compared: self.compared(&billed, piece.as_ref()),
            billed,
            unshared: Usd::new(self.unpooled()),
            fleet: None,
            piece,
        }
    }

    /// What verdicts compare: what leaving would save.
    pub fn compared(&self, billed: &Usd, piece: Option<&FirstPiece>) -> Usd {
        if self.pool.is_flat() {
            billed.clone()
        } else {
            self.avoidable(piece)
        }
    }

    /// What it costs when every rate is averaged over the pool.
    pub fn billed(&self) -> Usd {
        let call = self.call(&CallRates {
            duration: &self.pool.duration_rate,
            request: &self.pool.request_rate,
            streamed: &self.pool.billed_streamed,
        });
        Usd::new(self.month(&call))
    }

    /// Dollars a month of what is kept whatever the utilization, and grows with the traffic.
    fn kept(&self) -> Exact {
        self.of_month(|used| match used {
            Use::Kept(amount) => Some(amount),
            _ => None,
        })
    }

    /// Dollars a month of what is paid whatever the traffic.
    fn fixed(&self) -> Exact {
        self.of_month(|used| match used {
            Use::Fixed(amount) => Some(amount),
            _ => None,
        })
    }

    /// Dollars a month of both.
    fn standing(&self) -> Exact {
        &self.kept() + &self.fixed()
    }

    fn of_month(&self, amount: impl Fn(&Use) -> Option<&Exact>) -> Exact {
        let cost = |extra: &Extra<'_>| Some(amount(&extra.used)? * extra.price.rate());
        self.extras.iter().filter_map(cost).sum()
    }

    /// The rate of a meter that the function uses.
    pub fn rate(&self, item: &str) -> Option<&Exact> {
        let mut extras = self.extras.iter();
        let extra = extras.find(|extra| extra.meter.item == item)?;
        Some(extra.price.rate())
    }

    /// GB-seconds of the pool without the function.
    fn others(&self) -> Exact {
        &self.pool.gb_seconds - &(&self.each * &self.calls)
    }

    /// The first straight piece of the function's curve: what its next calls cost on top of the
    /// other functions'.
    ///
    /// No piece where some of the function's calls are free.
    pub fn first_piece(&self) -> Option<FirstPiece> {
        if self.pool.has_free() {
            return None;
        }
        let others = self.others();
        let tiers = self.prices.duration.steps();
        let reached = tiers
            .iter()
            .rposition(|(from, _)| *from.amount() <= others)?;
        let rate = tiers[reached].1.rate.per_unit();
        let next = tiers.get(reached + 1);
        let call = self.call(&CallRates {
            duration: rate,
            request: self.prices.request.rate.per_unit(),
            streamed: &Exact::ONE,
        });
        Some(FirstPiece {
            standing: (!self.extras.is_empty()).then(|| self.standing()),
            call,
            most: next.and_then(|(end, _)| (end.amount() - &others).over(&self.each)),
        })
    }

    /// What leaving would save.
    pub fn avoidable(&self, piece: Option<&FirstPiece>) -> Usd {
        match piece.filter(|piece| piece.holds(&self.calls)) {
            Some(piece) => Usd::new(self.month(&piece.call)),
            None => self.curve(UsageParts::All).at(&self.calls),
        }
    }

    /// Avoidable cost over calls, what is kept staying as it is.
    pub fn curve(&self, parts: UsageParts) -> PiecewiseCost {
        let standing = match parts {
            UsageParts::All => self.standing(),
            UsageParts::Duration | UsageParts::Requests => Exact::ZERO,
        };
        PiecewiseCost::new(standing, self.changes(parts))
    }

    /// The same while what is kept grows with the calls.
    pub fn growth(&self) -> PiecewiseCost {
        let mut changes = self.changes(UsageParts::All);
        let each = self.kept().over(&self.calls);
        changes.extend(each.map(|each| (Exact::ZERO, each)));
        PiecewiseCost::new(self.fixed(), changes)
    }

    /// Where a call becomes dearer or cheaper, and by how much.
    fn changes(&self, parts: UsageParts) -> Vec<(Exact, Exact)> {
        let mut changes = match parts {
            UsageParts::All => self.duration_changes(&self.each),
            UsageParts::Duration | UsageParts::Requests => {
                self.duration_changes(&handler_gb_seconds(self.function))
            }
        };
        if parts >= UsageParts::Requests {
            changes.push(self.request_change());
        }
        let counted = self.extras.iter().filter(|extra| extra.meter.part <= parts);
        changes.extend(counted.filter_map(|extra| self.extra_change(extra)));
        changes
    }

    fn extra_change(&self, extra: &Extra<'_>) -> Option<(Exact, Exact)> {
        let (from, each) = match &extra.used {
            Use::Call(each) => (Exact::ZERO, each),
            Use::Streamed(each) => {
                let others = &self.pool.streamed_gb - &(each * &self.calls);
                let free = (&self.pool.free_streamed_gb - &others).over(each);
                (free.unwrap_or(Exact::ZERO), each)
            }
            Use::Kept(_) | Use::Fixed(_) => return None,
        };
        Some((from, each * extra.price.rate()))
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

    /// Where the free requests that the others leave end, and what those of a call cost from there.
    fn request_change(&self) -> (Exact, Exact) {
        let each = self.function.billed_requests();
        let others = &self.pool.requests - &(&each * &self.calls);
        let at = (&self.pool.free_requests - &others).over(&each);
        let rate = self.requests(self.prices.request.rate.per_unit());
        (at.unwrap_or(Exact::ZERO), rate)
    }
}
