//! Where the bills cross: exactly, by solving one linear equation a piece.
//!
//! No floats, no search tolerance: a flip is a whole number of invocations whose neighbour has
//! another winner, and a utilization is derived from the real solution. This room knows tariffs,
//! not platforms.

use super::{CapacitySteps, Holding, UsageParts, UsageTariff};
use crate::exact::Exact;
use crate::money::Usd;
use crate::scenario::{Capacity, Demand, Function};
use crate::solve::piecewise::PiecewiseCost;
use crate::units::SECONDS_PER_HOUR;

/// What the crossover is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CrossoverKind {
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
    pub kind: CrossoverKind,
    /// The load, unless there is none.
    pub point: Option<Point>,
}

impl Crossover {
    /// The utilization, if it lies within today's capacity.
    pub fn within_capacity(&self) -> Option<&Exact> {
        let point = self
            .point
            .as_ref()
            .filter(|_| self.kind == CrossoverKind::At);
        point.map(|point| &point.utilization)
    }
}

/// A load.
#[derive(Debug, Clone)]
pub struct Point {
    /// Of the capacity that today's traffic needs.
    pub utilization: Exact,
    /// Invocations a month at which both cost the same, not rounded.
    calls: Exact,
    /// Greatest whole number of invocations a month for which use is not more expensive.
    pub invocations: u128,
    /// Against the rule of thumb; only for [`CrossoverKind::At`].
    pub band: Option<Band>,
    /// What the fleet carries, in units of the capacity that today's traffic needs.
    fleet: Exact,
}

impl Point {
    /// Utilization of what the fleet can carry.
    pub fn fleet_utilization(&self) -> Exact {
        let share = self.utilization.over(&self.fleet);
        share.expect("a fleet carries a request at least")
    }

    /// Average requests per second, given the hours of the month.
    pub fn requests_per_second(&self, hours: &Exact) -> Exact {
        let month = hours * &Exact::from(SECONDS_PER_HOUR);
        let rate = self.calls.over(&month);
        rate.expect("a month has an hour at least")
    }
}

/// One effect more on the utilization at which the bills are equal.
#[derive(Debug, Clone)]
pub struct CrossoverStep {
    /// What was added.
    pub effect: &'static str,
    /// The crossover with it; `None` where use never costs as much.
    pub utilization: Option<Exact>,
}

/// A function whose fleet is held fixed while its traffic varies.
pub struct Load {
    /// The demand of today's traffic; that of one request in flight for a function without traffic.
    pub demand: Demand,
    /// True when there is no traffic.
    pub is_imagined: bool,
    /// Utilization of the capacity by one invocation a month.
    share_per_call: Exact,
}

impl Load {
    /// The load of a function, given its demand.
    pub fn of(function: &Function, demand: &Demand, hours: &Exact) -> Self {
        let is_imagined = demand.is_zero();
        let demand = if is_imagined {
            Demand::of_one_request()
        } else {
            demand.clone()
        };
        let stated = match function.capacity {
            // What is stated has fewer digits than what can be derived.
            Capacity::Utilization(share) => {
                Exact::from(share).over(&Exact::from(function.invocations))
            }
            Capacity::Peak(_) => None,
        };
        let share_per_call = stated.unwrap_or_else(|| {
            let per_call = function.concurrency_per_call(hours);
            per_call
                .over(demand.capacity())
                .expect("what is provided for is above zero here")
        });
        Self {
            demand,
            is_imagined,
            share_per_call,
        }
    }

    /// Utilization of today's capacity at a number of invocations.
    fn utilization(&self, calls: &Exact) -> Exact {
        calls * &self.share_per_call
    }

    /// The crossover with a fleet, given the real count of invocations up to which use costs no
    /// more than that fleet.
    pub fn cross(&self, reach: Option<Exact>, fleet: &Holding) -> Crossover {
        let point = reach.and_then(|calls| self.point(calls, fleet));
        let kind = match &point {
            Some(point) if point.utilization <= Exact::ONE => CrossoverKind::At,
            Some(_) => CrossoverKind::BeyondPeak,
            None => CrossoverKind::Never,
        };
        let band = |point: Point| Point {
            band: (kind == CrossoverKind::At).then(|| Band::of(&point.utilization)),
            ..point
        };
        Crossover {
            kind,
            point: point.map(band),
        }
    }

    /// The load at a number of invocations, if the fleet carries it.
    fn point(&self, calls: Exact, fleet: &Holding) -> Option<Point> {
        let utilization = self.utilization(&calls);
        let fleet = fleet.carries.over(self.demand.capacity())?;
        (utilization <= fleet).then_some(())?;
        Some(Point {
            utilization,
            invocations: calls.floor()?,
            calls,
            band: None,
            fleet,
        })
    }

    /// The slots that the capacity needs.
    pub fn slots(&self, function: &Function) -> u128 {
        function.needed_slots(&self.demand)
    }

    /// The crossover unfolded into the effects that made it, at the prices of `usage` and `fleet`.
    /// What the fleet takes for every call is on with its other fees.
    pub fn steps(
        &self,
        usage: &dyn UsageTariff,
        fleet: &CapacitySteps,
        per_call: &Usd,
    ) -> Vec<CrossoverStep> {
        let [duration, requests, all] =
            [UsageParts::Duration, UsageParts::Requests, UsageParts::All]
                .map(|parts| usage.curve(parts));
        let net = all.clone().less(per_call);
        let steps = [
            ("slot price", &duration, &fleet.slots),
            ("request fee", &requests, &fleet.slots),
            ("Lambda's other lines", &all, &fleet.slots),
            ("whole tasks or pods", &all, &fleet.whole_tasks),
            ("minimum tasks, whole nodes, packing", &all, &fleet.minimums),
            ("fees, volumes, storage", &net, &fleet.everything),
        ];
        let step = |(effect, curve, cost): (&'static str, &PiecewiseCost, &Usd)| CrossoverStep {
            effect,
            utilization: curve.reach(cost).map(|calls| self.utilization(&calls)),
        };
        steps.into_iter().map(step).collect()
    }
}
