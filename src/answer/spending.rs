//! Bills with a commitment in US dollars an hour.
//!
//! The commitment is paid whatever runs. In each hour it pays for eligible usage at the plan's rates,
//! the greatest saving first; the rest of the usage is on demand, less the negotiated discount. So the
//! bill of an assignment is not a sum over functions: a [`Tally`] holds what all of them use, and
//! [`Spending::bill`] prices it.
//!
//! Traffic is even over the hours in which a function's containers run. The hours of functions that
//! run for a part of the month lie inside one another: with two of them, the shorter hours are a part
//! of the longer.

use super::commitment_prices::HourlyPrices;
use super::{Comparison, Pair, Solved};
use crate::exact::Exact;
use crate::money::Usd;
use crate::plan::{Nodes, Pool};
use crate::platform::{
    Answer, Context, Cost, Infeasible, NodeMeters, SharedCosts, SharedUse, Subject,
};
use crate::pricebook::EligibleMeter;
use crate::pricebook::savings_plan::{Eligible, spend};
use crate::solve::Holding;
use crate::solve::crossover::{Crossover, Load};
use rayon::prelude::*;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, OnceLock};

/// What the functions of a comparison share, and what the commitment covers of it.
pub(super) struct Spending<'a> {
    prices: &'a HourlyPrices,
    /// Hours of the month.
    hours: Exact,
    /// The hours for which containers run, ascending; the last are those of the month.
    levels: Vec<Exact>,
    /// The index in `prices.meters`, by region and path.
    meters: HashMap<(u16, Arc<str>), usize>,
    /// By platform.
    shared: Vec<Shared>,
    today: OnceLock<Tally>,
}

/// What the functions on a platform share.
struct Shared {
    costs: SharedCosts,
    /// The meters of the pools. Lines with them are not a function's own.
    pooled: HashSet<Arc<str>>,
}

/// What one function uses on one platform.
#[derive(Clone)]
pub(super) struct Item {
    platform: usize,
    level: usize,
    /// US dollars a month that it shares with no other function.
    own: Exact,
    /// Quantities a month of eligible meters that it shares with no other function.
    usage: Vec<(usize, Exact)>,
    pools: Vec<(usize, Exact)>,
    /// The cluster, with the need on each node type and the vCPUs that are busy.
    cluster: Option<(usize, Vec<Option<Exact>>, Exact)>,
    fees: Vec<usize>,
}

/// What a set of functions uses together.
#[derive(Clone)]
pub(super) struct Tally {
    own: Exact,
    /// Quantities a month of eligible meters, by level and meter.
    usage: Vec<HashMap<usize, Exact>>,
    /// By platform.
    platforms: Vec<PlatformTally>,
}

#[derive(Clone)]
struct PlatformTally {
    /// Quantities a month by pool and level.
    pools: Vec<Vec<Exact>>,
    clusters: Vec<ClusterTally>,
    /// The number of functions, by fee.
    fees: Vec<usize>,
}

#[derive(Clone)]
struct ClusterTally {
    members: usize,
    /// By node type: the needs of the functions that fit it.
    needs: Vec<Exact>,
    /// By node type: the number of functions that do not fit it.
    unfit: Vec<usize>,
    busy: Exact,
}

/// The bill of a set of functions.
#[derive(Debug, Clone)]
pub(super) struct SpentBill {
    /// US dollars a month.
    pub monthly: Usd,
    /// The sum of what functions cost on demand, less the negotiated discount.
    pub on_demand: Usd,
    /// What is used of the commitment, in US dollars a month.
    pub used: Usd,
    /// What is lost of the commitment, in US dollars a month.
    pub unused: Usd,
    /// Functions that fit no node type that takes all others of their cluster.
    pub unfit: usize,
}

/// What a set of functions uses.
#[derive(Clone)]
struct Used {
    /// What they cost on demand, less the negotiated discount, in US dollars a month.
    on_demand: Usd,
    /// Parts of the month: their hours, and what an hour uses of each eligible meter.
    levels: Vec<(Exact, HashMap<usize, Exact>)>,
    unfit: usize,
}

/// The size of a commitment.
#[derive(Debug, Clone)]
pub struct SizedCommitment {
    pub usd_per_hour: Exact,
    /// US dollars a month with it, as the others.
    pub monthly: Usd,
    /// Without a commitment.
    pub without: Usd,
    /// What is lost of the commitment if all usage is 20 % less.
    pub unused_if_less: Usd,
}

fn four_fifths() -> Exact {
    Exact::ratio(4, 5)
}

/// What is paid for a commitment, and how much of it is used.
#[derive(Debug, Clone)]
pub struct CommitmentUse {
    pub usd_per_hour: Exact,
    /// US dollars a month, as the others.
    pub paid: Usd,
    pub used: Usd,
    pub unused: Usd,
    /// The bill less the sum of the parts of functions; may be negative.
    pub part: Usd,
}

impl<'a> Spending<'a> {
    pub(super) fn new(
        context: &Context<'_>,
        prices: &'a HourlyPrices,
        shared: Vec<SharedCosts>,
    ) -> Self {
        let hours = context.hours.amount().clone();
        let functions = context.scenario.functions.iter();
        let mut levels: Vec<Exact> = functions
            .map(|function| function.fleet_hours(&hours))
            .chain([hours.clone()])
            .collect();
        levels.sort();
        levels.dedup();
        let meters = prices.meters.iter().enumerate();
        let meters = meters.map(|(number, meter)| {
            let key = (meter.region, Arc::clone(&meter.path));
            (key, number)
        });
        let shared = shared.into_iter().map(|costs| {
            let pooled = costs.pool_meters.iter();
            let pooled = pooled.map(|meter| Arc::clone(&meter.path)).collect();
            Shared { costs, pooled }
        });
        Self {
            prices,
            hours,
            levels,
            meters: meters.collect(),
            shared: shared.collect(),
            today: OnceLock::new(),
        }
    }

    /// US dollars a month that are paid for the commitment.
    pub(super) fn paid(&self) -> Usd {
        Usd::new(&self.prices.usd * &self.hours)
    }

    pub(super) fn prices(&self) -> &'a HourlyPrices {
        self.prices
    }

    /// What a function adds to the bill of others, in US dollars a month.
    fn added(&self, others: &Tally, item: &Item) -> Usd {
        let mut with = others.clone();
        with.add(item);
        &self.bill(&with).monthly - &self.bill(others).monthly
    }

    fn level(&self, hours: &Exact) -> usize {
        let level = self.levels.binary_search(hours);
        level.expect("the hours of every function are levels")
    }

    fn meter(&self, region: u16, path: &Arc<str>) -> Option<usize> {
        self.meters.get(&(region, Arc::clone(path))).copied()
    }

    /// The tally of no function.
    pub(super) fn nothing(&self) -> Tally {
        let platforms = self
            .shared
            .iter()
            .map(|Shared { costs, .. }| PlatformTally {
                pools: vec![vec![Exact::ZERO; self.levels.len()]; costs.pools.len()],
                clusters: costs
                    .clusters
                    .iter()
                    .map(|cluster| ClusterTally {
                        members: 0,
                        needs: vec![Exact::ZERO; cluster.types.len()],
                        unfit: vec![0; cluster.types.len()],
                        busy: Exact::ZERO,
                    })
                    .collect(),
                fees: vec![0; costs.fees.len()],
            });
        Tally {
            own: Exact::ZERO,
            usage: vec![HashMap::new(); self.levels.len()],
            platforms: platforms.collect(),
        }
    }

    /// What the functions of a tally cost on demand, and how much of each meter they use in an hour.
    fn used(&self, tally: &Tally) -> Used {
        let mut on_demand = tally.own.clone();
        // By level: the quantities in an hour.
        let mut usage: Vec<HashMap<usize, Exact>> = vec![HashMap::new(); self.levels.len()];
        let mut unfit = 0;
        for (level, monthly) in tally.usage.iter().enumerate() {
            for (meter, quantity) in monthly {
                add(
                    &mut usage[level],
                    *meter,
                    &per_hour(quantity, &self.levels[level]),
                );
            }
        }
        for (Shared { costs, .. }, tally) in self.shared.iter().zip(&tally.platforms) {
            for (fee, users) in costs.fees.iter().zip(&tally.fees) {
                if *users > 0 {
                    on_demand = &on_demand + fee.dollars();
                }
            }
            on_demand = &on_demand + &self.pools(costs, tally, &mut usage);
            for (number, cluster) in tally.clusters.iter().enumerate() {
                if cluster.members > 0 {
                    let nodes = &costs.node_meters[number];
                    let chosen = chosen(&costs.clusters[number], cluster);
                    unfit += chosen.unfit;
                    on_demand = &on_demand + &chosen.cost;
                    let path = &nodes.paths[chosen.node_type];
                    if let Some(meter) = self.meter(nodes.region, path) {
                        add(&mut usage[self.level(&nodes.hours)], meter, &chosen.nodes);
                    }
                }
            }
        }
        let mut levels = Vec::new();
        // In the hours of a level all functions of this and of longer levels run.
        let mut running: HashMap<usize, Exact> = HashMap::new();
        for (number, hours) in self.levels.iter().enumerate().rev() {
            for (meter, quantity) in &usage[number] {
                add(&mut running, *meter, quantity);
            }
            let before = number.checked_sub(1).map(|before| &self.levels[before]);
            let length = before.map_or_else(|| hours.clone(), |before| hours - before);
            levels.push((length, running.clone()));
        }
        Used {
            on_demand: Usd::new(on_demand),
            levels,
            unfit,
        }
    }

    /// The bill of a tally.
    pub(super) fn bill(&self, tally: &Tally) -> SpentBill {
        self.bill_at(&self.used(tally), &self.prices.usd)
    }

    /// The bill with a commitment of so many dollars an hour.
    fn bill_at(&self, used: &Used, hourly: &Exact) -> SpentBill {
        let (mut burnt, mut covered) = (Exact::ZERO, Exact::ZERO);
        for (length, usage) in &used.levels {
            let (spent, on_demand) = self.spent(usage, hourly);
            burnt = &burnt + &(&spent * length);
            covered = &covered + &(&on_demand * length);
        }
        let paid = Usd::new(hourly * &self.hours);
        let burnt = Usd::new(burnt);
        SpentBill {
            monthly: &(&used.on_demand - &Usd::new(covered)) + &paid,
            on_demand: used.on_demand.clone(),
            unused: &paid - &burnt,
            used: burnt,
            unfit: used.unfit,
        }
    }

    /// The commitment with which a tally costs least; of equal ones, the smallest.
    fn best_size(&self, tally: &Tally) -> SizedCommitment {
        let used = self.used(tally);
        // Between two of these the bill is straight: at each the usage of one more meter is covered.
        let mut corners = vec![Exact::ZERO];
        for (_, usage) in &used.levels {
            let (_, mut uses) = self.eligible(usage);
            uses.sort_by(Eligible::order);
            let mut sum = Exact::ZERO;
            for one in uses {
                sum = &sum + &(&one.quantity * &one.plan_rate);
                corners.push(sum.clone());
            }
        }
        corners.sort();
        corners.dedup();
        let sized = corners.into_iter().map(|hourly| {
            let bill = self.bill_at(&used, &hourly);
            (bill.monthly, hourly)
        });
        let (monthly, usd_per_hour) = sized.min().expect("zero is a corner");
        let less = Used {
            levels: used
                .levels
                .iter()
                .map(|(length, usage)| {
                    let usage = usage.iter();
                    let less = usage.map(|(meter, quantity)| (*meter, quantity * &four_fifths()));
                    (length.clone(), less.collect())
                })
                .collect(),
            ..used.clone()
        };
        SizedCommitment {
            unused_if_less: self.bill_at(&less, &usd_per_hour).unused,
            usd_per_hour,
            monthly,
            without: used.on_demand,
        }
    }

    /// The usage of an hour that the commitment can cover, by meter.
    fn eligible(&self, usage: &HashMap<usize, Exact>) -> (Vec<usize>, Vec<Eligible>) {
        let mut meters: Vec<usize> = usage.keys().copied().collect();
        meters.sort_unstable();
        let uses: Vec<Eligible> = meters
            .iter()
            .map(|meter| {
                let EligibleMeter {
                    list_rate,
                    plan_rate,
                    ..
                } = &self.prices.meters[*meter];
                Eligible {
                    quantity: usage[meter].clone(),
                    list_rate: list_rate.clone(),
                    plan_rate: plan_rate.clone(),
                }
            })
            .collect();
        (meters, uses)
    }

    /// What an hour uses of a commitment, and what the covered usage costs on demand.
    fn spent(&self, usage: &HashMap<usize, Exact>, hourly: &Exact) -> (Exact, Exact) {
        let (meters, uses) = self.eligible(usage);
        let spent = spend(hourly, &uses);
        let shares = spent.shares.iter().zip(&uses).zip(&meters);
        let on_demand = shares.map(|((share, one), meter)| {
            let rate = &self.prices.meters[*meter].contracted_rate;
            &(share * &one.quantity) * rate
        });
        (hourly - &spent.unused, on_demand.sum())
    }

    /// What pools cost. Their eligible usage is added to `usage`.
    fn pools(
        &self,
        costs: &SharedCosts,
        tally: &PlatformTally,
        usage: &mut [HashMap<usize, Exact>],
    ) -> Exact {
        let used: Vec<Exact> = tally
            .pools
            .iter()
            .map(|levels| levels.iter().sum())
            .collect();
        let mut billed = used.clone();
        for allowance in &costs.allowances {
            let all: Exact = allowance.pools.iter().map(|pool| &used[*pool]).sum();
            for pool in &allowance.pools {
                let own = &used[*pool];
                billed[*pool] = if all <= allowance.quantity {
                    Exact::ZERO
                } else {
                    let part = own.over(&all).expect("more than the allowance is used");
                    own - &(&part * &allowance.quantity)
                };
            }
        }
        let mut cost = Exact::ZERO;
        for (number, pool) in costs.pools.iter().enumerate() {
            cost = &cost + &pool_cost(pool, &billed[number]);
            let known = &costs.pool_meters[number];
            let Some(meter) = self.meter(known.region, &known.path) else {
                continue;
            };
            let covered = match &known.most {
                Some(most) => most.min(&billed[number]),
                None => &billed[number],
            };
            let Some(share) = covered.over(&used[number]).filter(Exact::is_positive) else {
                continue;
            };
            for (level, quantity) in tally.pools[number].iter().enumerate() {
                let quantity = &per_hour(quantity, &self.levels[level]) * &share;
                add(&mut usage[level], meter, &quantity);
            }
        }
        cost
    }
}

fn per_hour(quantity: &Exact, hours: &Exact) -> Exact {
    let each = quantity.over(hours);
    each.expect("containers run for some time, by the bounds of their key")
}

fn add(usage: &mut HashMap<usize, Exact>, meter: usize, quantity: &Exact) {
    if !quantity.is_zero() {
        let known = usage.entry(meter).or_insert(Exact::ZERO);
        *known = &*known + quantity;
    }
}

fn pool_cost(pool: &Pool, quantity: &Exact) -> Exact {
    let mut cost = Exact::ZERO;
    for (number, tier) in pool.tiers.iter().enumerate() {
        if *quantity <= tier.from {
            break;
        }
        let next = pool.tiers.get(number + 1).map(|next| &next.from);
        let to = next.filter(|next| *next < quantity).unwrap_or(quantity);
        cost = &cost + &(&(to - &tier.from) * tier.rate.dollars());
    }
    cost
}

/// The nodes of a cluster.
struct ChosenNodes {
    node_type: usize,
    nodes: Exact,
    /// US dollars a month, with the fee of the cluster.
    cost: Exact,
    unfit: usize,
}

/// The node type that takes the most functions, and costs least.
fn chosen(cluster: &crate::plan::Cluster, tally: &ClusterTally) -> ChosenNodes {
    let types = cluster.types.iter().enumerate();
    let least = tally.unfit.iter().min().copied().unwrap_or(0);
    let fitting = types.filter(|(number, _)| tally.unfit[*number] == least);
    let priced = fitting.map(|(number, kind)| {
        let needs = &tally.needs[number];
        let nodes = match &cluster.nodes {
            Nodes::Whole {
                min_nodes,
                packing,
                buffer,
            } => {
                let nodes = needs.over(packing).expect("packing is above zero");
                let nodes = (&nodes.rounded_up() * buffer).rounded_up();
                nodes.max(Exact::from(*min_nodes))
            }
            Nodes::Shared => needs.clone(),
        };
        let mut cost = &nodes * kind.usd.dollars();
        if let Some(surplus) = &kind.surplus {
            let above = &tally.busy - &(&nodes * &surplus.baseline);
            cost = &cost + &(&above.max(Exact::ZERO) * surplus.usd.dollars());
        }
        (cost, number, nodes)
    });
    let cheapest = priced.min_by(|left, right| (&left.0, left.1).cmp(&(&right.0, right.1)));
    let (cost, node_type, nodes) = cheapest.expect("a cluster has node types");
    ChosenNodes {
        node_type,
        nodes,
        cost: &cost + cluster.fee.dollars(),
        unfit: least,
    }
}

impl Tally {
    /// Adds what a function uses.
    pub(super) fn add(&mut self, item: &Item) {
        self.change(item, &|known, amount| known + amount, &|count| count + 1);
    }

    /// Takes away what a function uses that was added.
    pub(super) fn remove(&mut self, item: &Item) {
        self.change(item, &|known, amount| known - amount, &|count| count - 1);
    }

    fn change(
        &mut self,
        item: &Item,
        amount: &dyn Fn(&Exact, &Exact) -> Exact,
        count: &dyn Fn(usize) -> usize,
    ) {
        self.own = amount(&self.own, &item.own);
        for (meter, quantity) in &item.usage {
            let known = self.usage[item.level].entry(*meter).or_insert(Exact::ZERO);
            *known = amount(known, quantity);
        }
        let platform = &mut self.platforms[item.platform];
        for (pool, quantity) in &item.pools {
            let known = &mut platform.pools[*pool][item.level];
            *known = amount(known, quantity);
        }
        for fee in &item.fees {
            platform.fees[*fee] = count(platform.fees[*fee]);
        }
        if let Some((number, needs, busy)) = &item.cluster {
            let cluster = &mut platform.clusters[*number];
            cluster.members = count(cluster.members);
            cluster.busy = amount(&cluster.busy, busy);
            for (node_type, need) in needs.iter().enumerate() {
                match need {
                    Some(need) => {
                        let known = &mut cluster.needs[node_type];
                        *known = amount(known, need);
                    }
                    None => cluster.unfit[node_type] = count(cluster.unfit[node_type]),
                }
            }
        }
    }

    /// The tally of both.
    fn and(mut self, other: &Self) -> Self {
        let sum = |known: &mut Exact, amount: &Exact| {
            if !amount.is_zero() {
                *known = &*known + amount;
            }
        };
        sum(&mut self.own, &other.own);
        for (mine, other) in self.usage.iter_mut().zip(&other.usage) {
            for (meter, quantity) in other {
                add(mine, *meter, quantity);
            }
        }
        for (mine, other) in self.platforms.iter_mut().zip(&other.platforms) {
            for (mine, other) in mine.pools.iter_mut().zip(&other.pools) {
                for (mine, other) in mine.iter_mut().zip(other) {
                    sum(mine, other);
                }
            }
            for (mine, other) in mine.fees.iter_mut().zip(&other.fees) {
                *mine += other;
            }
            for (mine, other) in mine.clusters.iter_mut().zip(&other.clusters) {
                mine.members += other.members;
                sum(&mut mine.busy, &other.busy);
                for (mine, other) in mine.needs.iter_mut().zip(&other.needs) {
                    sum(mine, other);
                }
                for (mine, other) in mine.unfit.iter_mut().zip(&other.unfit) {
                    *mine += other;
                }
            }
        }
        self
    }
}

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
        let cluster = shared.cluster.map(|cluster| {
            let NodeMeters { paths, .. } = &spending.shared[platform].costs.node_meters[cluster];
            let needs = 0..paths.len();
            let needs = needs.map(|node_type| model.need(subject, cluster, node_type));
            (cluster, needs.collect(), model.busy(subject, cluster))
        });
        Item {
            platform,
            level: spending.level(&subject.function.fleet_hours(&spending.hours)),
            own,
            usage,
            pools: shared.pools,
            cluster,
            fees: shared.fees,
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

    /// What the functions use without one of them.
    fn others(&self, spending: &Spending<'_>, index: usize) -> Tally {
        let mut others = self.tally_of_today(spending).clone();
        let (home, subject) = (self.home(index), self.context.subject(index));
        if let Ok(answer) = self.platforms[home].model.answer_of(subject) {
            others.remove(&self.item(spending, home, subject, &answer));
        }
        others
    }

    /// Sets what a function adds on each platform, from what it uses there.
    pub(super) fn spend(
        &self,
        spending: &Spending<'_>,
        index: usize,
        items: &[Option<Item>],
        costs: &mut [Result<Cost, Infeasible>],
    ) {
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

    /// The break-even of a pair of platforms that charge for use and for capacity. The fleet is held,
    /// and the commitment is spent anew at every traffic. `None` if the function cannot run.
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
        // How much dearer use is. Zero or less: use is not dearer.
        let excess = |calls: u64| {
            let fleet = if varies {
                adds(pair.to, calls)?
            } else {
                held.clone()
            };
            Some(&adds(pair.from, calls)? - &fleet)
        };
        if excess(0)?.is_positive() {
            return Some(Crossover::ALWAYS);
        }
        let most = load.most_calls(fleet)?.ceil()?;
        let most = u64::try_from(most).ok()?.checked_add(1)?;
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
