//! What two platforms add as traffic grows, with a commitment in US dollars an hour.
//!
//! The fleets grow with the traffic, and the commitment is spent again at every traffic. Where no
//! quantity of a meter falls, what is added cannot fall: more usage is paid, or takes from the commitment
//! what others have of it, and then they pay. So the ends of a range of traffic are bounds in it.
//!
//! The tasks of a larger fleet can use less of a meter, but what they cost on demand never falls. The bounds
//! are then what they would add if all of that cost were of the meter with the greatest or with the least
//! saving. Other fleets have bounds from what the commitment can save at all.

use super::spent::Others;
use super::tally::Item;
use super::{Comparison, Solved};
use crate::exact::{Bounds, Exact};
use crate::money::Usd;
use crate::platform::{Kept, Placement, Subject};
use crate::scenario::{Demand, Function, PlatformKind};
use crate::solve::traffic::{CostRange, REACH, SideCosts};
use crate::solve::{StepCost, Tariff};
use std::cell::RefCell;
use std::collections::HashMap;

/// Fleets exist only for a function that fits, and a larger fleet is more of the same.
const FITS: &str = "a fleet for any number of calls";

/// What a function adds on two platforms as its traffic grows. The first side wins ties.
pub(super) struct SpentTraffic<'c> {
    comparison: &'c Comparison<'c>,
    others: Others<'c>,
    index: usize,
    sides: [Side<'c>; 2],
    most_calls: u128,
    /// The least and the most that the commitment saves of what a function uses, US dollars a month.
    saved: [Usd; 2],
    /// By side and number of calls.
    known: RefCell<HashMap<(usize, u128), Point>>,
}

struct Side<'c> {
    platform: usize,
    placement: &'c dyn Placement,
    /// The type of the nodes of today, which stays, in a cluster.
    node_type: Option<usize>,
    bounds: RangeBounds,
}

/// What bounds the cost of a side in a range of calls.
enum RangeBounds {
    /// The costs at its ends: they cannot fall while traffic grows.
    Ends,
    /// The costs if all usage were of the meter with the greatest or with the least saving.
    Meters { best: usize, worst: usize },
    /// The costs on demand, and what the commitment can save.
    OnDemand,
}

/// What a function adds with a number of calls, US dollars a month.
#[derive(Clone)]
struct Point {
    adds: Usd,
    /// No fleet that costs as much on demand adds less, or more.
    bounds: [Usd; 2],
}

impl Side<'_> {
    /// The fleet; `None` for a platform that charges for use.
    fn fleet(&self) -> Option<&dyn StepCost> {
        match self.placement.tariff() {
            Tariff::ByCapacity(capacity) => capacity.step_cost(),
            Tariff::ByUse(_) => None,
        }
    }
}

impl Comparison<'_> {
    /// What a function adds on two platforms as its traffic grows. `None` without traffic and without a
    /// fleet that grows, for functions of services, in a capacity provider and on burstable nodes.
    pub(super) fn spent_traffic<'c>(
        &'c self,
        solved: &'c Solved<'_>,
        platforms: [usize; 2],
    ) -> Option<SpentTraffic<'c>> {
        let function = self.context.function(solved.index);
        if function.service_number().is_some() || function.invocations == 0 {
            return None;
        }
        let most_calls = function.invocations.checked_mul(REACH)?;
        let others = self.others_of(solved.index)?;
        let saved = others.saved()?;
        let side = |platform: usize| self.side(solved, &others, platform);
        let sides = [side(platforms[0])?, side(platforms[1])?];
        Some(SpentTraffic {
            comparison: self,
            others,
            index: solved.index,
            sides,
            most_calls: most_calls.into(),
            saved,
            known: RefCell::default(),
        })
    }

    fn side<'c>(
        &self,
        solved: &'c Solved<'_>,
        others: &Others<'_>,
        platform: usize,
    ) -> Option<Side<'c>> {
        let placement = solved.placements[platform].as_deref()?;
        let item = solved.items[platform].as_ref()?;
        let mut side = Side {
            platform,
            placement,
            node_type: None,
            bounds: RangeBounds::OnDemand,
        };
        let is_of_nodes = self.platforms[platform].kind != PlatformKind::Environments;
        match (placement.tariff(), item.clusters.first()) {
            (Tariff::ByUse(_), _) => {
                if others.has_one_first_tier(item) {
                    side.bounds = RangeBounds::Ends;
                }
            }
            (Tariff::ByCapacity(capacity), cluster) => {
                capacity.step_cost()?;
                match cluster {
                    Some(cluster) if is_of_nodes && cluster.busy.is_zero() => {
                        side.node_type = Some(others.node_type_with(item, cluster.number));
                        side.bounds = RangeBounds::Ends;
                    }
                    Some(_) => return None,
                    None => {
                        let cost = solved.summary.costs[platform].as_ref().ok()?;
                        side.bounds = others.bounds_of(item, &cost.extras);
                    }
                }
            }
        }
        Some(side)
    }
}

impl Others<'_> {
    /// The least and the most that the commitment saves of what is added. `None` if it covers some usage
    /// for nothing.
    fn saved(&self) -> Option<[Usd; 2]> {
        let bill = self.spending.bill(&self.tally);
        let paid = self.spending.paid();
        // On-demand cost of what it covers of the others.
        let covered = &(&bill.on_demand + &paid) - &bill.monthly;
        let meters = &self.spending.prices.meters;
        let mut most = Exact::ZERO;
        for meter in meters {
            most = most.max(meter.contracted_rate.over(&meter.plan_rate)?);
        }
        let least = if self.is_at_list() {
            // What saves most is covered first, so more usage never saves less.
            Usd::ZERO
        } else {
            &Usd::ZERO - &covered
        };
        Some([least, &paid.times(&most) - &covered])
    }

    /// True without negotiated discounts.
    fn is_at_list(&self) -> bool {
        let mut meters = self.spending.prices.meters.iter();
        meters.all(|meter| meter.contracted_rate == meter.list_rate)
    }

    /// True if the usage in the first tier of pools, which alone is covered, never moves from some hours
    /// of the month to others.
    fn has_one_first_tier(&self, item: &Item) -> bool {
        let shared = &self.spending.shared[item.platform].costs;
        let used = &self.tally.platforms[item.platform].pools;
        item.pools.iter().all(|(pool, quantity)| {
            let others = &used[*pool];
            let mut levels = others.iter().enumerate();
            let is_alone = levels.all(|(level, used)| level == item.level || used.is_zero());
            let most = quantity * &Exact::from(REACH);
            let all = &others.iter().sum::<Exact>() + &most;
            let tier = shared.pool_meters[*pool].most.as_ref();
            is_alone || tier.is_none_or(|tier| all <= *tier)
        })
    }

    /// The node type of a cluster with what a function uses.
    fn node_type_with(&self, item: &Item, cluster: usize) -> usize {
        let mut with = self.tally.clone();
        with.add(item);
        self.spending.node_type(&with, item.platform, cluster)
    }

    /// The bounds of a fleet that uses this today, of which `extras` are not for the fleet.
    fn bounds_of(&self, item: &Item, extras: &Usd) -> RangeBounds {
        let meters = &self.spending.prices.meters;
        let used: Vec<usize> = item.usage.iter().map(|(meter, _)| *meter).collect();
        let by_saving = |left: &&usize, right: &&usize| {
            let [left, right] = [*left, *right].map(|number| &meters[*number]);
            // The plan's rate divided by the list price, cross-multiplied.
            (&left.plan_rate * &right.list_rate).cmp(&(&right.plan_rate * &left.list_rate))
        };
        let best = used.iter().min_by(by_saving);
        let (Some(best), Some(worst)) = (best, used.iter().max_by(by_saving)) else {
            // The commitment covers nothing of it.
            return RangeBounds::Ends;
        };
        let is_all = self.eligible(item) == &item.own - extras.dollars();
        if is_all && self.is_at_list() {
            // What saves most is covered first, so a lower plan's rate never makes a bill more
            // expensive.
            RangeBounds::Meters {
                best: *best,
                worst: *worst,
            }
        } else {
            RangeBounds::OnDemand
        }
    }

    /// On-demand cost of what is used of eligible meters, US dollars a month.
    fn eligible(&self, item: &Item) -> Exact {
        let meters = &self.spending.prices.meters;
        let usage = item.usage.iter();
        usage
            .map(|(meter, quantity)| &meters[*meter].contracted_rate * quantity)
            .sum()
    }

    /// The same use with all that is eligible of one meter.
    fn all_of(&self, item: &Item, meter: usize) -> Item {
        let rate = &self.spending.prices.meters[meter].contracted_rate;
        let quantity = self.eligible(item).over(rate);
        Item {
            usage: quantity
                .map(|quantity| (meter, quantity))
                .into_iter()
                .collect(),
            ..item.clone()
        }
    }
}

impl SpentTraffic<'_> {
    /// The function with this number of calls, and its demand.
    fn changed(&self, calls: u128) -> (Function, Demand, Exact) {
        let context = &self.comparison.context;
        let mut function = context.function(self.index).clone();
        let stated = Exact::from(function.invocations);
        let times = Exact::whole(calls).over(&stated);
        let times = times.expect("a search is for a function with traffic");
        function.invocations = calls
            .try_into()
            .expect("the most calls of the search have 64 bits");
        let capacity = context.demand(self.index).capacity() * &times;
        let demand = function.demand(&self.comparison.scenario().hours);
        (function, demand.with_capacity(capacity), times)
    }

    fn item(&self, side: &Side<'_>, calls: u128) -> Item {
        let (comparison, spending) = (self.comparison, self.others.spending);
        let (function, demand, times) = self.changed(calls);
        let changed = Subject {
            index: self.index,
            function: &function,
            demand: &demand,
        };
        let (platform, placement) = (side.platform, side.placement);
        let item = comparison.unit_item(
            spending,
            platform,
            changed,
            placement,
            (&times, Kept::Grows),
        );
        let mut item = item.unwrap_or_else(|| {
            let answer = comparison.platforms[platform].model.answer_of(changed);
            comparison.item(spending, platform, changed, &answer.expect(FITS))
        });
        if let (Some(cluster), Some(kept)) = (item.clusters.first_mut(), side.node_type) {
            // It fits no other type, so the cluster has no other one.
            for (node_type, need) in cluster.needs.iter_mut().enumerate() {
                if node_type != kept {
                    *need = None;
                }
            }
        }
        item
    }

    fn point(&self, number: usize, calls: u128) -> Point {
        if let Some(known) = self.known.borrow().get(&(number, calls)) {
            return known.clone();
        }
        let side = &self.sides[number];
        let item = self.item(side, calls);
        let [adds, on_demand] = self.others.adds(&item);
        let bounds = match side.bounds {
            RangeBounds::Ends => [adds.clone(), adds.clone()],
            RangeBounds::Meters { best, worst } => [best, worst].map(|meter| {
                let [adds, _] = self.others.adds(&self.others.all_of(&item, meter));
                adds
            }),
            RangeBounds::OnDemand => {
                let [least, most] = &self.saved;
                [&on_demand - most, &on_demand - least]
            }
        };
        debug_assert!(
            bounds[0] <= adds && adds <= bounds[1],
            "{adds} is outside {bounds:?}"
        );
        let point = Point { adds, bounds };
        self.known
            .borrow_mut()
            .insert((number, calls), point.clone());
        point
    }

    /// True if a side has the same fleet in a range of calls.
    fn is_same_fleet(&self, side: &Side<'_>, from: u128, to: u128) -> bool {
        let slots = |calls: u128| {
            let (function, demand, _) = self.changed(calls);
            function.needed_slots(&demand)
        };
        let end = side.fleet().map(|fleet| fleet.step_end(slots(from)));
        end.is_some_and(|end| slots(to) <= end)
    }
}

impl SideCosts for SpentTraffic<'_> {
    fn most_calls(&self) -> u128 {
        self.most_calls
    }

    fn in_range(&self, from: u128, to: u128) -> [CostRange; 2] {
        [0, 1].map(|number: usize| {
            let side = &self.sides[number];
            let [start, end] = [from, to].map(|calls| self.point(number, calls));
            // In the same fleet calls alone never make it cheaper.
            let is_exact = matches!(side.bounds, RangeBounds::Ends) || from == to;
            if is_exact || self.is_same_fleet(side, from, to) {
                return CostRange {
                    least: start.adds,
                    most: end.adds,
                };
            }
            let ([least, _], [_, most]) = (start.bounds, end.bounds);
            CostRange { least, most }
        })
    }

    fn bounds_at(&self, _calls: u128) -> Option<[Bounds; 2]> {
        None
    }
}
