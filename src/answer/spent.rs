//! What functions add to a bill with a commitment in US dollars an hour, and their break-evens.

use super::spending::{CommitmentUse, SizedCommitment, Spending};
use super::tally::{ClusterItem, Item, Tally};
use super::{Comparison, Pair, Solved};
use crate::exact::Exact;
use crate::money::Usd;
use crate::platform::{
    Answer, Cost, Infeasible, Kept, NodeMeters, Placement, ServiceOf, SharedUse, Subject, UnitUse,
};
use crate::solve::Holding;
use crate::solve::crossover::{Crossover, Load};
use rayon::prelude::*;

impl Comparison<'_> {
    /// What a function uses on a platform where it was solved.
    pub(super) fn item(
        &self,
        spending: &Spending<'_>,
        platform: usize,
        subject: Subject<'_>,
        answer: &Answer<'_>,
    ) -> Item {
        let region = subject.function.region;
        let used = answer.placement.shared_use();
        let shared = &spending.shared[platform];
        let mut usage: Vec<(usize, Exact)> = Vec::new();
        let nodes = used
            .cluster
            .map(|cluster| &shared.costs.node_meters[cluster].paths);
        for line in answer.placement.lines() {
            let is_node = nodes.is_some_and(|paths| paths.contains(&line.meter));
            let is_own = !is_node && !shared.pooled.contains(&line.meter);
            let meter = spending.meter(region, &line.meter);
            if let Some(meter) = meter.filter(|_| is_own && !line.rate.is_zero()) {
                usage.push((meter, line.quantity));
            }
        }
        self.used(
            spending,
            platform,
            subject,
            used,
            (answer.cost.unshared.dollars().clone(), usage),
        )
    }

    /// What a function uses on a platform, given what it shares there with others.
    pub(super) fn used(
        &self,
        spending: &Spending<'_>,
        platform: usize,
        subject: Subject<'_>,
        shared: SharedUse,
        own: (Exact, Vec<(usize, Exact)>),
    ) -> Item {
        let share = self.context.share_in_service(subject.index);
        let clusters: Vec<usize> = shared.cluster.into_iter().collect();
        let nodes = (&clusters[..], Some(&share));
        self.used_together(spending, platform, subject, shared, own, nodes)
    }

    /// The same with the nodes of these clusters: those of the function, given its share in what its
    /// service costs, or all of its service.
    fn used_together(
        &self,
        spending: &Spending<'_>,
        platform: usize,
        subject: Subject<'_>,
        shared: SharedUse,
        (own, usage): (Exact, Vec<(usize, Exact)>),
        (clusters, share): (&[usize], Option<&Exact>),
    ) -> Item {
        let model = &self.platforms[platform].model;
        let clusters = clusters.iter().map(|number| {
            let number = *number;
            let busy = model.busy(subject, number);
            let NodeMeters { paths, .. } = &spending.shared[platform].costs.node_meters[number];
            let needs = 0..paths.len();
            let needs = needs.map(|node_type| match share {
                Some(share) => model.member_need(subject, number, node_type, share),
                None => model.need(subject, number, node_type),
            });
            ClusterItem {
                number,
                level: model.level(subject.index, number),
                needs: needs.collect(),
                busy: share.map_or_else(|| busy.clone(), |share| &busy * share),
            }
        });
        Item {
            platform,
            level: spending.level(&subject.function.fleet_hours(&spending.hours)),
            own,
            usage,
            pools: shared.pools,
            clusters: clusters.collect(),
            fees: shared.fees,
            extras: shared.extras,
        }
    }

    /// What all functions use on their platforms of today.
    pub(super) fn tally_of_today<'s>(&self, spending: &'s Spending<'_>) -> &'s Tally {
        spending.today.get_or_init(|| {
            let functions = 0..self.scenario().functions.len();
            functions
                .into_par_iter()
                .fold(
                    || spending.nothing(),
                    |mut tally, index| {
                        let (home, subject) = (self.home(index), self.context.subject(index));
                        if let Ok(answer) = self.platforms[home].model.answer_of(subject) {
                            tally.add(&self.item(spending, home, subject, &answer));
                        }
                        tally
                    },
                )
                .reduce(|| spending.nothing(), |left, right| left.and(&right))
        })
    }

    /// The commitment with which today's bill is least; `None` without one in dollars an hour, whose
    /// dollars do not matter.
    pub fn size_commitment(&self) -> Option<SizedCommitment> {
        let spending = self.spending.as_ref()?;
        Some(spending.best_size(self.tally_of_today(spending)))
    }

    /// The bill of today, with the commitment; `None` without one in dollars an hour.
    pub fn commitment_use(&self) -> Option<CommitmentUse> {
        let spending = self.spending.as_ref()?;
        let bill = spending.bill(self.tally_of_today(spending));
        Some(CommitmentUse {
            usd_per_hour: spending.prices.usd.clone(),
            paid: spending.paid(),
            part: &bill.monthly - &bill.on_demand,
            used: bill.used,
            unused: bill.unused,
        })
    }
}

const UNPOISONED: &str = "nothing panics while it holds the lock";

/// What all functions use but one, or but its service, for what that one adds.
pub(super) struct Others<'s> {
    pub spending: &'s Spending<'s>,
    pub tally: Tally,
    /// Their bill, in US dollars a month, and the same on demand.
    bill: [Usd; 2],
}

impl Others<'_> {
    /// What is added to their bill by a function or a service.
    fn added(&self, item: &Item) -> Usd {
        let [adds, _] = self.adds(item);
        adds
    }

    /// The same, and what is added on demand.
    pub(super) fn adds(&self, item: &Item) -> [Usd; 2] {
        let mut with = self.tally.clone();
        with.add(item);
        let bill = self.spending.bill(&with);
        let [monthly, on_demand] = &self.bill;
        [&bill.monthly - monthly, &bill.on_demand - on_demand]
    }
}

impl Comparison<'_> {
    /// The others of a function; `None` without a commitment in dollars an hour.
    pub(super) fn others_of(&self, index: usize) -> Option<Others<'_>> {
        let spending = self.spending.as_ref()?;
        let tally = self.others(spending, index);
        let bill = spending.bill(&tally);
        Some(Others {
            bill: [bill.monthly, bill.on_demand],
            tally,
            spending,
        })
    }

    /// What a function with changed inputs, or its service, adds on a platform to the bill of the
    /// others; `None` if it cannot run there.
    pub(super) fn adds(
        &self,
        others: Option<&Others<'_>>,
        platform: usize,
        changed: Subject<'_>,
    ) -> Option<Usd> {
        let model = &self.platforms[platform].model;
        let Some(others) = others else {
            return model.adds(changed).ok();
        };
        let answer = model.answer_of(changed).ok()?;
        let item = self.unit_item(
            others.spending,
            platform,
            changed,
            &*answer.placement,
            (&Exact::ONE, Kept::Stays),
        );
        let item = item.unwrap_or_else(|| self.item(others.spending, platform, changed, &answer));
        Some(others.added(&item))
    }

    /// What a function with changed inputs adds on a platform, and what decides about it: the same,
    /// or what its service adds.
    pub(super) fn own_and_decisive(
        &self,
        others: Option<&Others<'_>>,
        platform: usize,
        changed: Subject<'_>,
    ) -> Option<[Usd; 2]> {
        if changed.function.service_number().is_none() {
            let adds = self.adds(others, platform, changed)?;
            return Some([adds.clone(), adds]);
        }
        let cost = self.platforms[platform].model.answer_of(changed).ok()?.cost;
        let decisive = match others {
            Some(_) => self.adds(others, platform, changed)?,
            None => cost.decisive().clone(),
        };
        Some([part_of(&decisive, &cost), decisive])
    }

    /// What a function or all functions of its service use on a platform, if their calls are this
    /// multiple of those with which it was placed. `None` for a function that has containers for
    /// itself.
    pub(super) fn unit_item(
        &self,
        spending: &Spending<'_>,
        platform: usize,
        subject: Subject<'_>,
        placement: &dyn Placement,
        (times, kept): (&Exact, Kept),
    ) -> Option<Item> {
        let UnitUse {
            unshared,
            lines,
            pools,
            clusters,
        } = placement.unit_use(times, kept)?;
        let region = subject.function.region;
        let usage = lines.iter().filter(|line| !line.rate.is_zero());
        let usage = usage.filter_map(|line| {
            let meter = spending.meter(region, &line.meter)?;
            Some((meter, line.quantity.clone()))
        });
        let shared = SharedUse {
            pools,
            ..placement.shared_use()
        };
        let own = (unshared.dollars().clone(), usage.collect());
        let mut clusters = clusters;
        if clusters.is_empty() {
            clusters.extend(shared.cluster);
        }
        let nodes = (&clusters[..], None);
        Some(self.used_together(spending, platform, subject, shared, own, nodes))
    }

    /// What the functions use without one of them, or its service.
    fn others(&self, spending: &Spending<'_>, index: usize) -> Tally {
        let mut others = self.tally_of_today(spending).clone();
        for item in self.stated_items(spending, index, self.home(index)) {
            others.remove(&item);
        }
        others
    }

    /// What a function, or each function of its service, uses on a platform; nothing if it cannot run
    /// there.
    fn stated_items(&self, spending: &Spending<'_>, index: usize, platform: usize) -> Vec<Item> {
        let service = self.context.service_of(self.context.function(index));
        let alone = [index];
        let members = service.map_or(&alone[..], |found| &found.service.members);
        let model = &self.platforms[platform].model;
        let items = members.iter().filter_map(|member| {
            let subject = self.context.subject(*member);
            let answer = model.answer_of(subject).ok()?;
            Some(self.item(spending, platform, subject, &answer))
        });
        items.collect()
    }

    /// Sets what a function, or its service, adds on each platform, from what it uses there.
    pub(super) fn spend(
        &self,
        spending: &Spending<'_>,
        index: usize,
        items: &[Option<Item>],
        costs: &mut [Result<Cost, Infeasible>],
    ) {
        if let Some(found) = self.context.service_of(self.context.function(index)) {
            let adds = spending.service_adds(found.number, || self.service_adds(spending, index));
            for (cost, adds) in costs.iter_mut().zip(adds) {
                if let (Ok(cost), Some(adds)) = (cost, adds) {
                    cost.adds = part_of(adds, cost);
                    cost.service_adds = Some(adds.clone());
                    cost.piece = None;
                }
            }
            return;
        }
        let mut others = self.tally_of_today(spending).clone();
        if let Some(item) = &items[self.home(index)] {
            others.remove(item);
        }
        let without = spending.bill(&others).monthly;
        for (cost, item) in costs.iter_mut().zip(items) {
            if let (Ok(cost), Some(item)) = (cost, item) {
                let mut with = others.clone();
                with.add(item);
                cost.adds = &spending.bill(&with).monthly - &without;
                cost.piece = None;
            }
        }
    }

    /// What the service of a function adds, by platform; `None` where it cannot run.
    fn service_adds(&self, spending: &Spending<'_>, index: usize) -> Vec<Option<Usd>> {
        let others = self.others(spending, index);
        let without = spending.bill(&others).monthly;
        let platforms = 0..self.platforms.len();
        let adds = platforms.map(|platform| {
            let items = self.stated_items(spending, index, platform);
            if items.is_empty() {
                return None;
            }
            let mut with = others.clone();
            for item in &items {
                with.add(item);
            }
            Some(&spending.bill(&with).monthly - &without)
        });
        adds.collect()
    }

    /// The break-even of a pair of platforms that charge for use and for capacity. The fleet is held,
    /// and the commitment is spent again at every traffic. `None` if the function cannot run.
    pub(super) fn spent_crossover(
        &self,
        spending: &Spending<'_>,
        solved: &Solved<'_>,
        pair: Pair,
        load: &Load,
        fleet: &Holding,
    ) -> Option<Crossover> {
        let function = self.context.function(solved.index);
        let reach = match self.context.service_of(function) {
            None => self.reach_of_function(solved, pair, load, fleet)?,
            Some(found) => {
                let reaches = &spending.reaches[found.number];
                let key = (pair.from, pair.to);
                // The search runs without the lock: it can wait for other threads.
                let known = reaches.lock().expect(UNPOISONED).get(&key).cloned();
                let reach = match known {
                    Some(known) => known,
                    None => self.reach_of_service(found, solved, pair, load, fleet)?,
                };
                let of_function = reach.times(&Exact::from(function.invocations));
                reaches.lock().expect(UNPOISONED).insert(key, reach);
                of_function
            }
        };
        Some(match reach {
            Reach::No => Crossover::ALWAYS,
            Reach::UpTo(calls) => load.cross(Some(calls), fleet),
            Reach::All => load.cross(None, fleet),
        })
    }

    /// The number of calls up to which use is not more expensive than the fleet.
    fn reach_of_function(
        &self,
        solved: &Solved<'_>,
        pair: Pair,
        load: &Load,
        fleet: &Holding,
    ) -> Option<Reach> {
        let index = solved.index;
        let stated = self.context.function(index);
        let others = self.others_of(index)?;
        let adds = |platform: usize, calls: u64| {
            let mut function = stated.clone();
            function.invocations = calls;
            let changed = Subject {
                index,
                function: &function,
                demand: &load.demand,
            };
            let adds = self.adds(Some(&others), platform, changed)?;
            Some(adds.dollars().clone())
        };
        let varies = !solved.per_call(pair.to).dollars().is_zero();
        let held = adds(pair.to, stated.invocations)?;
        // How much more use costs than the fleet; not positive if it costs no more.
        let excess = |calls: u64| {
            let fleet = if varies {
                adds(pair.to, calls)?
            } else {
                held.clone()
            };
            Some(&adds(pair.from, calls)? - &fleet)
        };
        Reach::find(most_calls(load, fleet)?, varies, &excess)
    }

    /// The multiple of the traffic of a service up to which use is not more expensive than the fleet.
    /// It is searched over the calls of the function with the most.
    fn reach_of_service(
        &self,
        found: ServiceOf<'_>,
        solved: &Solved<'_>,
        pair: Pair,
        load: &Load,
        fleet: &Holding,
    ) -> Option<Reach> {
        let others = self.others_of(solved.index)?;
        let subject = self.context.subject(solved.index);
        let placements =
            [pair.from, pair.to].map(|platform| solved.placements[platform].as_deref());
        let [Some(by_use), Some(by_fleet)] = placements else {
            return None;
        };
        let spending = others.spending;
        let item = |platform: usize, placement: &dyn Placement, times: &Exact| {
            self.unit_item(spending, platform, subject, placement, (times, Kept::Stays))
        };
        let idle = item(pair.to, by_fleet, &Exact::ZERO)?;
        let today = item(pair.to, by_fleet, &Exact::ONE)?;
        let varies = !solved.per_call(pair.to).dollars().is_zero();
        let held = others.added(&today);
        let busiest = found.service.members.iter();
        let busiest = busiest.map(|index| self.context.function(*index).invocations);
        let busiest = busiest.max()?;
        let excess = |calls: u64| {
            let times = Exact::from(calls).over(&Exact::from(busiest))?;
            let fleet = if varies {
                // What a fleet charges for calls is proportional to them.
                others.added(&idle.towards(&today, &times))
            } else {
                held.clone()
            };
            let more = &others.added(&item(pair.from, by_use, &times)?) - &fleet;
            Some(more.dollars().clone())
        };
        let own = Exact::from(subject.function.invocations);
        let most = load.most_calls(fleet)?.over(&own)?;
        let most = whole_above(&(&most * &Exact::from(busiest)))?;
        let reach = Reach::find(most, varies, &excess)?;
        Some(reach.times(&Exact::ONE.over(&Exact::from(busiest))?))
    }
}

/// What a function adds: its part of what its service adds, in proportion to what it adds on demand.
fn part_of(decisive: &Usd, on_demand: &Cost) -> Usd {
    let part = decisive.times(on_demand.adds.dollars());
    let part = part.per(on_demand.decisive().dollars());
    part.unwrap_or(Usd::ZERO)
}

/// A whole number of calls that the fleet does not carry.
fn most_calls(load: &Load, fleet: &Holding) -> Option<u64> {
    whole_above(&load.most_calls(fleet)?)
}

fn whole_above(number: &Exact) -> Option<u64> {
    u64::try_from(number.ceil()?).ok()?.checked_add(1)
}

/// The traffic up to which use is not more expensive than a fleet.
#[derive(Debug, Clone)]
pub(super) enum Reach {
    /// Use is more expensive at every traffic that the fleet carries.
    No,
    /// Not rounded.
    UpTo(Exact),
    /// Or use is cheaper only above some traffic.
    All,
}

impl Reach {
    /// `excess` is how much more use costs than the fleet at a number of calls up to `most`. `varies` if
    /// the fleet charges for calls.
    fn find(most: u64, varies: bool, excess: &impl Fn(u64) -> Option<Exact>) -> Option<Self> {
        if excess(0)?.is_positive() {
            // A fleet that charges more for each call can be cheaper only below some load.
            let is_cheaper_later = !varies || excess(most)?.is_positive();
            return Some(if is_cheaper_later {
                Self::No
            } else {
                Self::All
            });
        }
        Some(last_call(most, excess).map_or(Self::All, Self::UpTo))
    }

    fn times(&self, factor: &Exact) -> Self {
        match self {
            Self::UpTo(traffic) => Self::UpTo(traffic * factor),
            same => same.clone(),
        }
    }
}

/// The number of calls, not rounded, up to which an excess that is not positive at zero calls stays so;
/// `None` if that is beyond `most`. Between two whole numbers the excess is taken as straight.
fn last_call(most: u64, excess: &impl Fn(u64) -> Option<Exact>) -> Option<Exact> {
    let (mut low, mut high) = ((0, excess(0)?), (most, excess(most)?));
    if !high.1.is_positive() {
        return None;
    }
    let mut halves = false;
    while high.0 - low.0 > 1 {
        let width = high.0 - low.0;
        // The excess is straight in long stretches, so the line through both ends often meets zero at
        // the result.
        let share = (&Exact::ZERO - &low.1).over(&(&high.1 - &low.1))?;
        let run = share
            .times_floor(width)
            .and_then(|run| u64::try_from(run).ok())?;
        let guess = if halves { width / 2 } else { run };
        halves = !halves;
        let guess = low.0 + guess.clamp(1, width - 1);
        for calls in [guess, guess + 1] {
            if calls <= low.0 || calls >= high.0 {
                continue;
            }
            let value = excess(calls)?;
            if value.is_positive() {
                high = (calls, value);
            } else {
                low = (calls, value);
            }
        }
    }
    let share = (&Exact::ZERO - &low.1).over(&(&high.1 - &low.1))?;
    Some(&Exact::from(low.0) + &share)
}
