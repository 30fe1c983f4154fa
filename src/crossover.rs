//! Where the bills cross: exactly, by solving one linear equation a piece.
//!
//! No floats, no search tolerance: a flip is a whole number of invocations whose neighbour has
//! another winner, and a utilization is derived from the real solution. This room knows tariffs,
//! not platforms.

use crate::exact::Exact;
use crate::money::Usd;
use crate::platform::curve::Curve;
use crate::platform::slot::needed;
use crate::platform::{CapacitySteps, Holding, Usage, UsageParts};
use crate::units::SECONDS_PER_HOUR;
use crate::workload::Function;

/// What the crossover is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// At a utilization of today's capacity.
    At,
    /// Above today's capacity, but still within what the fleet carries.
    BeyondPeak,
    /// Use is cheaper at every load that the fleet can carry.
    Never,
}

/// Where a crossover lies against the rule of thumb of 30 to 40 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Band {
    /// Below 30 %.
    Below,
    /// From 30 to 40 %, both included.
    Within,
    /// Above 40 %.
    Above,
}

impl Band {
    fn of(utilization: &Exact) -> Self {
        if *utilization < Exact::ratio(30, 100) {
            Self::Below
        } else if *utilization <= Exact::ratio(40, 100) {
            Self::Within
        } else {
            Self::Above
        }
    }
}

/// The load at which a fleet costs what use costs.
#[derive(Debug, Clone)]
pub struct Crossover {
    /// What it is.
    pub kind: Kind,
    /// The load, unless there is none.
    pub point: Option<Point>,
}

/// A load.
#[derive(Debug, Clone)]
pub struct Point {
    /// Of the capacity that today's traffic needs.
    pub utilization: Exact,
    /// Of what the fleet can carry.
    pub fleet_utilization: Exact,
    /// Greatest whole number of invocations a month for which use is not dearer.
    pub invocations: u128,
    /// Average requests per second.
    pub requests_per_second: Exact,
    /// Against the rule of thumb; only for [`Kind::At`].
    pub band: Option<Band>,
}

/// One effect more on the utilization at which the bills are equal.
#[derive(Debug, Clone)]
pub struct Step {
    /// What was added.
    pub effect: &'static str,
    /// The crossover with it; `None` where use never costs as much.
    pub utilization: Option<Exact>,
}

/// A function whose fleet is held fixed while its traffic varies.
pub struct Load<'l> {
    /// Capacity that today's traffic needs, requests in flight; 1 for a function without traffic.
    pub peak: Exact,
    /// True when there is no traffic, and `peak` is that of one request in flight.
    pub is_imagined: bool,
    /// Average concurrency of one invocation a month.
    per_call: Exact,
    hours: &'l Exact,
}

impl<'l> Load<'l> {
    /// The load of a function.
    pub fn of(function: &Function, peak: &Exact, hours: &'l Exact) -> Self {
        let is_imagined = peak.is_zero();
        Self {
            peak: if is_imagined { Exact::ONE } else { peak.clone() },
            is_imagined,
            per_call: function.concurrency_per_call(hours),
            hours,
        }
    }

    /// Average concurrency of today.
    pub fn average(&self, function: &Function) -> Exact {
        &self.per_call * &Exact::from(function.invocations)
    }

    /// Utilization of today's capacity at so many invocations.
    fn utilization(&self, calls: &Exact) -> Option<Exact> {
        (calls * &self.per_call).over(&self.peak)
    }

    /// The crossover with a fleet, given the real count of invocations up to which use costs no
    /// more than that fleet.
    pub fn cross(&self, reach: Option<Exact>, fleet: &Holding) -> Crossover {
        let never = Crossover {
            kind: Kind::Never,
            point: None,
        };
        let Some(calls) = reach else {
            return never;
        };
        let concurrency = &calls * &self.per_call;
        if concurrency > fleet.carries {
            return never;
        }
        let month = self.hours * &Exact::from(SECONDS_PER_HOUR);
        let parts = (
            concurrency.over(&self.peak),
            concurrency.over(&fleet.carries),
            calls.floor(),
            calls.over(&month),
        );
        let (Some(utilization), Some(fleet_utilization), Some(invocations), Some(rate)) = parts
        else {
            return never;
        };
        let kind = match utilization <= Exact::ONE {
            true => Kind::At,
            false => Kind::BeyondPeak,
        };
        let band = (kind == Kind::At).then(|| Band::of(&utilization));
        let point = Point {
            utilization,
            fleet_utilization,
            invocations,
            requests_per_second: rate,
            band,
        };
        Crossover {
            kind,
            point: Some(point),
        }
    }

    /// The slots that the capacity needs.
    pub fn slots(&self, function: &Function) -> u128 {
        needed(function, &self.peak)
    }

    /// The crossover unfolded into the effects that made it.
    pub fn steps(&self, index: usize, usage: &dyn Usage, fleet: &CapacitySteps) -> Vec<Step> {
        let [duration, requests, all] =
            [UsageParts::Duration, UsageParts::Requests, UsageParts::All]
                .map(|parts| usage.curve(index, parts));
        let steps = [
            ("slot price", &duration, &fleet.slots),
            ("request fee", &requests, &fleet.slots),
            ("Lambda's other lines", &all, &fleet.slots),
            ("whole tasks or pods", &all, &fleet.whole_tasks),
            ("minimum tasks, whole nodes, packing", &all, &fleet.minimums),
            ("fees, volumes, storage", &all, &fleet.everything),
            ("discounts", &all, &fleet.everything),
        ];
        let step = |(effect, curve, cost): (&'static str, &Curve, &Usd)| Step {
            effect,
            utilization: curve.reach(cost).and_then(|calls| self.utilization(&calls)),
        };
        steps.into_iter().map(step).collect()
    }
}
