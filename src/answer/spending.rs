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
use super::spent::Reach;
use super::tally::{ClusterTally, PlatformTally, Tally, add};
use crate::exact::Exact;
use crate::money::Usd;
use crate::plan::{self, Nodes};
use crate::platform::{Context, Extras, SharedCosts};
use crate::pricebook::EligibleMeter;
use crate::pricebook::savings_plan::{Eligible, spend};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, OnceLock};

/// What the functions of a comparison share, and what the commitment covers of it.
pub(super) struct Spending<'a> {
    pub(super) prices: &'a HourlyPrices,
    /// Hours of the month.
    pub(super) hours: Exact,
    /// The hours for which containers run, ascending; the last are those of the month.
    levels: Vec<Exact>,
    /// The index in `prices.meters`, by region and path.
    meters: HashMap<(u16, Arc<str>), usize>,
    /// By platform.
    pub(super) shared: Vec<Shared>,
    /// US dollars a month of each extra of the scenario, paid once if any function uses it.
    extras: Vec<Usd>,
    pub(super) today: OnceLock<Tally>,
    /// By service: what it adds on each platform, found when it is first needed.
    service_adds: Vec<OnceLock<Vec<Option<Usd>>>>,
    /// By service: the multiple of its traffic up to which a platform that charges for use is not more
    /// expensive than a fleet, by the numbers of both.
    pub(super) reaches: Vec<Mutex<HashMap<(usize, usize), Reach>>>,
}

/// What the functions on a platform share.
pub(super) struct Shared {
    pub costs: SharedCosts,
    /// The meters of the pools. Lines with them are not a function's own.
    pub pooled: HashSet<Arc<str>>,
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
        extras: &Extras<'_>,
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
            extras: extras.scopes().cloned().collect(),
            today: OnceLock::new(),
            service_adds: (context.scenario.services.iter())
                .map(|_| OnceLock::new())
                .collect(),
            reaches: (context.scenario.services.iter())
                .map(|_| Mutex::default())
                .collect(),
        }
    }

    /// What a service adds on each platform, which `find` finds the first time.
    pub(super) fn service_adds(
        &self,
        number: usize,
        find: impl FnOnce() -> Vec<Option<Usd>>,
    ) -> &[Option<Usd>] {
        self.service_adds[number].get_or_init(find)
    }

    /// US dollars a month that are paid for the commitment.
    pub(super) fn paid(&self) -> Usd {
        Usd::new(&self.prices.usd * &self.hours)
    }

    pub(super) fn prices(&self) -> &'a HourlyPrices {
        self.prices
    }

    pub(super) fn level(&self, hours: &Exact) -> usize {
        let level = self.levels.binary_search(hours);
        level.expect("the hours of every function are levels")
    }

    pub(super) fn meter(&self, region: u16, path: &Arc<str>) -> Option<usize> {
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
                        needs: vec![vec![Exact::ZERO; cluster.levels.len()]; cluster.types.len()],
                        unfit: vec![0; cluster.types.len()],
                        busy: vec![Exact::ZERO; cluster.levels.len()],
                    })
                    .collect(),
                fees: vec![0; costs.fees.len()],
            });
        Tally {
            own: Exact::ZERO,
            usage: vec![HashMap::new(); self.levels.len()],
            platforms: platforms.collect(),
            extras: vec![0; self.extras.len()],
        }
    }

    /// What the functions of a tally cost on demand, and how much of each meter they use in an hour.
    fn used(&self, tally: &Tally) -> Used {
        let mut on_demand = tally.own.clone();
        // By level: the quantities in an hour.
        let mut usage: Vec<HashMap<usize, Exact>> = vec![HashMap::new(); self.levels.len()];
        let mut unfit = 0;
        for (extra, users) in self.extras.iter().zip(&tally.extras) {
            if *users > 0 {
                on_demand = &on_demand + extra.dollars();
            }
        }
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
                        // Those that run in a level and not in the next.
                        let mut more = Exact::ZERO;
                        for (hours, nodes) in nodes.hours.iter().zip(&chosen.nodes).rev() {
                            add(&mut usage[self.level(hours)], meter, &(nodes - &more));
                            more = nodes.clone();
                        }
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

    /// The node type of a cluster of a platform.
    pub(super) fn node_type(&self, tally: &Tally, platform: usize, cluster: usize) -> usize {
        let costs = &self.shared[platform].costs.clusters[cluster];
        chosen(costs, &tally.platforms[platform].clusters[cluster]).node_type
    }

    /// The bill of a tally.
    pub(super) fn bill(&self, tally: &Tally) -> SpentBill {
        self.bill_at(&self.used(tally), &self.prices.usd)
    }

    /// The bill with a commitment of this many dollars an hour.
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
    pub(super) fn best_size(&self, tally: &Tally) -> SizedCommitment {
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
        let billed = plan::billed(&costs.allowances, used.clone());
        let mut cost = Exact::ZERO;
        for (number, pool) in costs.pools.iter().enumerate() {
            cost = &cost + &plan::pool_cost(pool, &billed[number]);
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

/// The nodes of a cluster.
struct ChosenNodes {
    node_type: usize,
    /// By level.
    nodes: Vec<Exact>,
    /// US dollars a month, with the fee of the cluster.
    cost: Exact,
    unfit: usize,
}

/// The node type that takes the most functions, and costs least.
fn chosen(cluster: &plan::Cluster, tally: &ClusterTally) -> ChosenNodes {
    let types = cluster.types.iter().enumerate();
    let least = tally.unfit.iter().min().copied().unwrap_or(0);
    let fitting = types.filter(|(number, _)| tally.unfit[*number] == least);
    let add = |one: &Exact, other: &Exact| one + other;
    let busy = plan::running(&tally.busy, add);
    let priced = fitting.map(|(number, kind)| {
        let needs = plan::running(&tally.needs[number], add);
        let nodes: Vec<Exact> = needs.iter().map(|needs| nodes_of(cluster, needs)).collect();
        let levels = cluster.levels.iter().zip(&nodes).zip(&busy);
        let costs = levels.map(|((part, nodes), busy)| part * &kind.cost(nodes, || busy.clone()));
        (costs.sum::<Exact>(), number, nodes)
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

/// Nodes for a sum of needs; none without needs.
fn nodes_of(cluster: &plan::Cluster, needs: &Exact) -> Exact {
    match &cluster.nodes {
        Nodes::Whole {
            min_nodes,
            packing,
            buffer,
        } if !needs.is_zero() => {
            let nodes = needs.over(packing).expect("packing is above zero");
            let nodes = (&nodes.rounded_up() * buffer).rounded_up();
            nodes.max(Exact::from(*min_nodes))
        }
        Nodes::Whole { .. } | Nodes::Shared => needs.clone(),
    }
}
