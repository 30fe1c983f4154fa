//! Break-evens: the load at which two bills are equal. They are exact: each is the solution of one
//! linear equation per piece.
//!
//! There are no floats and no search tolerance: a utilization comes from the rational solution.

use super::{CapacitySteps, Holding, UsageParts, UsageTariff};
use crate::exact::Exact;
use crate::money::Usd;
use crate::scenario::{Capacity, Demand, Function};
use crate::solve::piecewise::PiecewiseCost;
use crate::units::SECONDS_PER_HOUR;
use std::borrow::Cow;
use std::ptr;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CrossoverKind {
    /// Within today's capacity.
    At,
    /// Above today's capacity, but within what the fleet carries.
    BeyondPeak,
    /// Use is cheaper at every load that the fleet carries, or above some load if the platform of the
    /// fleet charges more for each call.
    Never,
    /// The fleet is cheaper at every load: what use costs without traffic is more.
    Always,
}

/// The break-even compared with the rule of thumb of 30 to 40 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Band {
    /// Below 30 %.
    Below,
    /// From 30 to 40 %, including both.
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

/// The load at which a fleet costs as much as use.
#[derive(Debug, Clone)]
pub struct Crossover {
    pub kind: CrossoverKind,
    /// `None` if there is no such load.
    pub point: Option<Point>,
}

impl Crossover {
    /// That of a fleet that is cheaper at every load.
    pub(crate) const ALWAYS: Self = Self {
        kind: CrossoverKind::Always,
        point: None,
    };

    /// The utilization, if it is within today's capacity.
    pub(crate) fn within_capacity(&self) -> Option<&Exact> {
        let point = self
            .point
            .as_ref()
            .filter(|_| self.kind == CrossoverKind::At);
        point.map(|point| &point.utilization)
    }
}

#[derive(Debug, Clone)]
pub struct Point {
    /// Relative to the capacity for today's traffic.
    pub utilization: Exact,
    /// Invocations a month at which both costs are equal, not rounded.
    calls: Exact,
    /// The largest whole number of invocations a month for which use is not more expensive.
    pub invocations: u128,
    /// Set only for [`CrossoverKind::At`].
    pub band: Option<Band>,
    /// What the fleet carries, relative to the capacity for today's traffic.
    fleet: Exact,
}

impl Point {
    /// Relative to what the fleet carries.
    pub(crate) fn fleet_utilization(&self) -> Exact {
        let share = self.utilization.over(&self.fleet);
        share.expect("a fleet carries a request at least")
    }

    /// Mean requests per second, in a month of these hours.
    pub(crate) fn requests_per_second(&self, hours: &Exact) -> Exact {
        let month = hours * &Exact::from(SECONDS_PER_HOUR);
        let rate = self.calls.over(&month);
        rate.expect("a month has an hour at least")
    }
}

/// The utilization at which the bills are equal after one more effect is included.
#[derive(Debug, Clone)]
pub struct CrossoverStep {
    /// The added effect.
    pub effect: &'static str,
    /// The break-even with it; `None` if use never costs as much as the fleet.
    pub utilization: Option<Exact>,
}

/// The cost of use with one more part of the bill in each, for [`Load::steps`].
pub(crate) struct UsageCurves {
    duration: PiecewiseCost,
    requests: PiecewiseCost,
    /// `None` if it is that of requests.
    all: Option<PiecewiseCost>,
}

impl UsageCurves {
    pub(crate) fn of(usage: &dyn UsageTariff) -> Self {
        Self {
            duration: usage.curve(UsageParts::Duration),
            requests: usage.curve(UsageParts::Requests),
            all: usage
                .has_other_charges()
                .then(|| usage.curve(UsageParts::All)),
        }
    }
}

/// A function whose traffic varies while its fleet stays fixed.
pub(crate) struct Load {
    /// The demand of today's traffic. For a function without traffic: the demand of one request in
    /// flight.
    pub demand: Demand,
    /// True for a function without traffic.
    pub has_no_traffic: bool,
    /// The utilization that one invocation a month adds.
    share_per_call: Exact,
}

impl Load {
    /// The load of a function, given its demand.
    pub(crate) fn of(function: &Function, demand: &Demand, hours: &Exact) -> Self {
        let has_no_traffic = demand.is_zero();
        let demand = if has_no_traffic {
            Demand::of_one_request()
        } else {
            demand.clone()
        };
        let stated = match function.capacity {
            // The stated value has fewer digits than the computed one.
            Capacity::Utilization(share) => {
                Exact::from(share).over(&Exact::from(function.invocations))
            }
            Capacity::Peak(_) | Capacity::OfJobs => None,
        };
        let share_per_call = stated.unwrap_or_else(|| {
            let per_call = function.concurrency_per_call(hours);
            per_call
                .over(demand.capacity())
                .expect("what is provided for is above zero here")
        });
        Self {
            demand,
            has_no_traffic,
            share_per_call,
        }
    }

    /// Utilization of today's capacity at a number of invocations.
    fn utilization(&self, calls: &Exact) -> Exact {
        calls * &self.share_per_call
    }

    /// The number of invocations, not rounded, that a fleet carries.
    pub(crate) fn most_calls(&self, fleet: &Holding) -> Option<Exact> {
        let utilization = fleet.carries.over(self.demand.capacity())?;
        utilization.over(&self.share_per_call)
    }

    /// The break-even with a fleet. `reach` is the number of invocations, not rounded, up to which
    /// use costs at most as much as the fleet.
    pub(crate) fn cross(&self, reach: Option<Exact>, fleet: &Holding) -> Crossover {
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

    /// The break-even with a fleet whose platform also charges for each call. `net` is the cost of use
    /// less that charge, which can fall.
    pub(crate) fn cross_net(&self, net: &PiecewiseCost, fleet: &Holding) -> Crossover {
        let most = self.most_calls(fleet).unwrap_or(Exact::ZERO);
        if net.least(&Exact::ZERO, &most) > fleet.monthly {
            return Crossover::ALWAYS;
        }
        self.cross(net.reach(&fleet.monthly), fleet)
    }

    /// The point at a number of invocations, if the fleet carries them.
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

    /// The slots for the capacity.
    pub(crate) fn slots(&self, function: &Function) -> u128 {
        function.needed_slots(&self.demand)
    }

    /// The break-even step by step, with one more effect of `usage` and `fleet` in each. The last
    /// step also includes `per_call`, what the fleet's platform charges for every call.
    pub(crate) fn steps(
        &self,
        usage: &UsageCurves,
        fleet: &CapacitySteps,
        per_call: &Usd,
    ) -> Vec<CrossoverStep> {
        let (duration, requests) = (&usage.duration, &usage.requests);
        let all = usage.all.as_ref().unwrap_or(requests);
        let net = if per_call.is_zero() {
            Cow::Borrowed(all)
        } else {
            Cow::Owned(all.clone().less(per_call))
        };
        let steps: [(_, &PiecewiseCost, _); 6] = [
            ("slot price", duration, &fleet.slots),
            ("request fee", requests, &fleet.slots),
            ("Lambda's other charges", all, &fleet.slots),
            ("whole tasks or pods", all, &fleet.whole_tasks),
            ("minimum tasks, whole nodes, packing", all, &fleet.minimums),
            ("fees, volumes, storage", &net, &fleet.everything),
        ];
        let mut found: Vec<CrossoverStep> = Vec::with_capacity(steps.len());
        let mut before = None;
        for (effect, curve, cost) in steps {
            let utilization = match (found.last(), before) {
                // Many effects change nothing.
                (Some(last), Some((same_curve, same_cost)))
                    if ptr::eq(curve, same_curve) && cost == same_cost =>
                {
                    last.utilization.clone()
                }
                _ => curve.reach(cost).map(|calls| self.utilization(&calls)),
            };
            found.push(CrossoverStep {
                effect,
                utilization,
            });
            before = Some((curve, cost));
        }
        found
    }
}
