//! A function in its pool: what a call costs, and what more or fewer calls would cost.

use super::Prices;
use super::pools::Pool;
use super::provisioned::{Rates, kept_gb_seconds, served_gb_seconds, served_ms};
use crate::exact::Exact;
use crate::money::Usd;
use crate::platform::UsageParts;
use crate::platform::curve::Curve;
use crate::units::{LAMBDA_FREE_STORAGE_MB, MB_PER_GB, MS_PER_SECOND};
use crate::workload::Function;
use std::cell::LazyCell;

/// GB-seconds of a handler on demand, averaged over all invocations.
pub fn handler_gb_seconds(function: &Function) -> Exact {
    let each = gb_seconds(function.memory_mb, &Exact::from(function.duration_ms));
    on_demand(function, each)
}

/// What is left on demand of an amount of all invocations.
fn on_demand(function: &Function, amount: Exact) -> Exact {
    match &function.provisioned {
        Some(provisioned) => &amount * &(&Exact::ONE - &Exact::from(provisioned.share_served)),
        None => amount,
    }
}

/// GB-seconds on demand of one invocation, initialization included.
pub fn gb_seconds_per_call(function: &Function) -> Exact {
    let handler = handler_gb_seconds(function);
    match init_gb_seconds(function) {
        Some(init) => &handler + &init,
        None => handler,
    }
}

/// GB-seconds of initialization, averaged over all invocations; `None` where nothing is stated.
///
/// Invocations that find a provisioned environment do not start cold.
pub fn init_gb_seconds(function: &Function) -> Option<Exact> {
    let cold = function.cold_start.as_ref()?;
    let mean_ms = &Exact::from(cold.rate) * &Exact::from(cold.init_ms);
    Some(on_demand(
        function,
        gb_seconds(function.memory_mb, &mean_ms),
    ))
}

/// GB-seconds of so much memory for so many milliseconds.
pub fn gb_seconds(mb: u32, ms: &Exact) -> Exact {
    ms * &Exact::ratio(mb.into(), (MB_PER_GB * MS_PER_SECOND).into())
}

/// Megabytes of ephemeral storage that are paid for.
pub fn paid_storage_mb(function: &Function) -> u32 {
    function
        .ephemeral_storage_mb
        .saturating_sub(LAMBDA_FREE_STORAGE_MB)
}

/// GB-seconds of paid ephemeral storage of one invocation; memory does not matter.
pub fn storage_gb_seconds(function: &Function) -> Exact {
    let on_demand = on_demand(function, Exact::from(function.duration_ms));
    let mean_ms = &served_ms(function) + &on_demand;
    gb_seconds(paid_storage_mb(function), &mean_ms)
}

/// Dollars of one invocation's ephemeral storage.
pub fn storage_rate(function: &Function, prices: &Prices) -> Option<Exact> {
    let price = prices.storage.as_ref().ok()?;
    (paid_storage_mb(function) > 0).then(|| &storage_gb_seconds(function) * price.rate.per_unit())
}

/// A function that can run on Lambda, in its pool.
pub struct Member<'m> {
    pub function: &'m Function,
    pub pool: &'m Pool,
    pub prices: &'m Prices,
    pub calls: Exact,
    /// GB-seconds on demand of one call, initialization included.
    pub each: Exact,
}

impl Member<'_> {
    /// Dollars of a call at a rate per GB-second on demand and one per request.
    fn call(&self, duration_rate: &Exact, request_rate: &Exact) -> Exact {
        let call = &(&self.each * duration_rate) + request_rate;
        self.extras().fold(call, |call, extra| &call + &extra)
    }

    /// Dollars of a call for what the function shares with nobody.
    fn extras(&self) -> impl Iterator<Item = Exact> {
        let extras = [storage_rate(self.function, self.prices), self.served()];
        extras.into_iter().flatten()
    }

    /// Dollars a month of what it shares with nobody.
    pub fn unpooled(&self) -> Exact {
        self.month(&self.extras().sum())
    }

    /// Dollars a month of all calls at so much each, and of what stands.
    fn month(&self, call: &Exact) -> Exact {
        let calls = call * &self.calls;
        match self.standing() {
            Some(standing) => &calls + &standing,
            None => calls,
        }
    }

    /// What it costs when every rate is averaged over the pool.
    pub fn billed(&self) -> Usd {
        let call = self.call(&self.pool.duration_rate, &self.pool.request_rate);
        Usd::new(self.month(&call))
    }

    /// Dollars of the duration of a call on provisioned environments.
    fn served(&self) -> Option<Exact> {
        let rates = self.provisioned()?;
        Some(&served_gb_seconds(self.function) * rates.duration.rate.per_unit())
    }

    /// Dollars a month of provisioned environments, whatever the traffic.
    fn standing(&self) -> Option<Exact> {
        let rate = self.provisioned()?.concurrency.rate.per_unit();
        Some(&kept_gb_seconds(self.function) * rate)
    }

    /// The rates of provisioned concurrency, where it is used.
    pub fn provisioned(&self) -> Option<&Rates> {
        self.function.provisioned.as_ref()?;
        self.prices.provisioned.as_ref().ok()
    }

    /// For each budget, the greatest real count of calls whose avoidable cost is within it.
    ///
    /// Most crossovers lie on the first piece, where one division finds them.
    pub fn reaches(&self, budgets: &[&Usd]) -> Vec<Option<Exact>> {
        let standing = self.standing();
        let piece = self.first_piece();
        let curve = LazyCell::new(|| self.curve(UsageParts::All));
        let on_piece = |budget: &Usd| {
            let (call, most) = piece.as_ref()?;
            let calls = match &standing {
                Some(standing) => (budget.dollars() - standing).max(Exact::ZERO).over(call)?,
                None => budget.dollars().over(call)?,
            };
            let inside = most.as_ref().is_none_or(|most| calls <= *most);
            inside.then_some(calls)
        };
        let reach = |budget: &&Usd| on_piece(budget).or_else(|| curve.reach(budget));
        budgets.iter().map(reach).collect()
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
    pub fn avoidable(&self) -> Usd {
        match self.first_piece() {
            Some((call, most)) if most.as_ref().is_none_or(|most| self.calls <= *most) => {
                Usd::new(self.month(&call))
            }
            _ => self.curve(UsageParts::All).at(&self.calls),
        }
    }

    /// Avoidable cost over calls, provisioned environments staying as they are.
    pub fn curve(&self, parts: UsageParts) -> Curve {
        let standing = match parts {
            UsageParts::All => self.standing(),
            UsageParts::Duration | UsageParts::Requests => None,
        };
        Curve::new(standing.unwrap_or(Exact::ZERO), self.changes(parts))
    }

    /// The same while provisioned environments grow with the calls.
    pub fn growth(&self) -> Curve {
        let mut changes = self.changes(UsageParts::All);
        let each = self.standing().and_then(|usd| usd.over(&self.calls));
        changes.extend(each.map(|each| (Exact::ZERO, each)));
        Curve::new(Exact::ZERO, changes)
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
        if parts == UsageParts::All
            && let Some(rate) = storage_rate(self.function, self.prices)
        {
            changes.push((Exact::ZERO, rate));
        }
        changes.extend(self.served().map(|served| (Exact::ZERO, served)));
        changes
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
