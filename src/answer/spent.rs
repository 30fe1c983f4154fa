//! What functions add to a bill with a commitment in US dollars an hour, and their break-evens.

use super::spending::{CommitmentUse, SizedCommitment, Spending};
use super::tally::{ClusterItem, Item, Tally};
use super::{Comparison, Pair, Solved};
use crate::exact::Exact;
use crate::money::Usd;
use crate::platform::{Answer, Cost, Infeasible, NodeMeters, SharedUse, Subject};
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
        (own, usage): (Exact, Vec<(usize, Exact)>),
    ) -> Item {
        let model = &self.platforms[platform].model;
        let cluster = shared.cluster.map(|number| {
            let NodeMeters { paths, .. } = &spending.shared[platform].costs.node_meters[number];
            // The needs of a service are those of all its functions.
            let share = self.context.share_in_service(subject.index);
            let needs = 0..paths.len();
            let needs =
                needs.map(|node_type| model.member_need(subject, number, node_type, &share));
            ClusterItem {
                number,
                level: model.level(subject.index, number),
                needs: needs.collect(),
                busy: &model.busy(subject, number) * &share,
            }
        });
        Item {
            platform,
            level: spending.level(&subject.function.fleet_hours(&spending.hours)),
            own,
            usage,
            pools: shared.pools,
            cluster,
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

impl Comparison<'_> {
    /// What a function with changed inputs adds on a platform to the bill of the others; `None` if it
    /// cannot run there.
    pub(super) fn adds(&self, platform: usize, changed: Subject<'_>) -> Option<Usd> {
        let model = &self.platforms[platform].model;
        let Some(spending) = &self.spending else {
            return model.adds(changed).ok();
        };
        let answer = model.answer_of(changed).ok()?;
        let item = self.item(spending, platform, changed, &answer);
        let others = self.others(spending, changed.index);
        Some(spending.added(&others, &item))
    }

    /// What a function with changed inputs adds on a platform, and what decides about it: the same,
    /// or what its service adds. `None` also for services with a commitment in dollars an hour.
    pub(super) fn own_and_decisive(
        &self,
        platform: usize,
        changed: Subject<'_>,
    ) -> Option<[Usd; 2]> {
        if changed.function.service_number().is_none() {
            let adds = self.adds(platform, changed)?;
            return Some([adds.clone(), adds]);
        }
        if self.is_spending() {
            return None;
        }
        let answer = self.platforms[platform].model.answer_of(changed).ok()?;
        let decisive = answer.cost.decisive().clone();
        Some([answer.cost.adds, decisive])
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
                    // In proportion to what the members add on demand.
                    let on_demand = cost.decisive();
                    let part = adds.times(cost.adds.dollars()).per(on_demand.dollars());
                    cost.adds = part.unwrap_or(Usd::ZERO);
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
        let index = solved.index;
        let stated = self.context.function(index);
        if stated.service_number().is_some() {
            // Its traffic is that of all functions of the service.
            return None;
        }
        let others = self.others(spending, index);
        let adds = |platform: usize, calls: u64| {
            let mut function = stated.clone();
            function.invocations = calls;
            let changed = Subject {
                index,
                function: &function,
                demand: &load.demand,
            };
            let answer = self.platforms[platform].model.answer_of(changed).ok()?;
            let item = self.item(spending, platform, changed, &answer);
            Some(spending.added(&others, &item).dollars().clone())
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
        let most = load.most_calls(fleet)?.ceil()?;
        let most = u64::try_from(most).ok()?.checked_add(1)?;
        if excess(0)?.is_positive() {
            // A fleet that charges more for each call can be cheaper only below some load.
            let is_cheaper_later = !varies || excess(most)?.is_positive();
            return Some(if is_cheaper_later {
                Crossover::ALWAYS
            } else {
                load.cross(None, fleet)
            });
        }
        let reach = last_call(most, &excess);
        Some(load.cross(reach, fleet))
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
