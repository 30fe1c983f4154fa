//! A market with its cluster of today, and that cluster with one more function.

use super::crew::{Choice, Crew, Own, OwnPods};
use super::node_choice::ClusterMarket;
use super::pod_demand::{Packing, PodNeed};
use crate::exact::Bounds;
use crate::scenario::{Demand, Function};
use std::borrow::Cow;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU16, Ordering};

/// A market with the cluster of the functions that run there today.
pub(super) struct Site<'a> {
    pub market: ClusterMarket<'a>,
    pub crew: Crew,
    /// `None` when no function runs there.
    pub today: Option<Choice>,
    /// The cluster with one more function that states nothing about its containers, by its memory
    /// in MB and its slots. Many functions are alike.
    pub alike: Vec<OnceLock<Box<AlikeFunctions>>>,
}

/// By slots: `None` where no node type takes the function.
pub(super) type AlikeFunctions = [OnceLock<Option<Joined>>; ALIKE_SLOTS];

/// The node type that was chosen for a function when it was solved first. With more functions than stay
/// in memory, each is solved twice.
#[derive(Default)]
pub(super) struct KnownType(AtomicU16);

impl KnownType {
    fn get(&self) -> Option<usize> {
        usize::from(self.0.load(Ordering::Relaxed)).checked_sub(1)
    }

    fn set(&self, number: usize) {
        if let Ok(known) = u16::try_from(number + 1) {
            self.0.store(known, Ordering::Relaxed);
        }
    }
}

/// With fewer functions, few are alike.
pub(super) const ALIKE_FUNCTIONS: usize = 1000;
/// Functions with fewer slots are alike often enough to keep their clusters.
const ALIKE_SLOTS: usize = 64;
/// Functions with at most this memory, MB, are alike often enough.
pub(super) const ALIKE_MEMORY_MB: usize = 10_240;

/// A cluster with a function.
#[derive(Clone)]
pub(super) struct Joined {
    pub cluster: Choice,
    /// Pods of the function for today's traffic.
    pub packing: Packing,
}

impl Joined {
    /// `None` if the pods do not fit the cluster.
    pub(super) fn of(own: &OwnPods, cluster: Choice) -> Option<Self> {
        Some(Self {
            packing: own.needs[cluster.number].packing()?,
            cluster,
        })
    }

    /// The cheapest cluster with a function that does not run there today.
    pub(super) fn with(site: &Site<'_>, function: &Function, demand: &Demand) -> Option<Self> {
        let Site { market, crew, .. } = site;
        let (need, slots) = (PodNeed::of(function), function.needed_slots(demand));
        let packing = |number: usize| need.on(&market.candidates[number].node).pack(slots);
        let own = Own {
            level: market.level(function),
            busy: &market.busy(function, demand),
        };
        let cluster = market.with(crew, own, packing)?;
        Some(Self {
            packing: packing(cluster.number)?,
            cluster,
        })
    }

    /// The cluster of a node type that [`ClusterMarket::with`] chose before.
    fn again(site: &Site<'_>, number: usize, function: &Function, demand: &Demand) -> Self {
        let slots = function.needed_slots(demand);
        let room = PodNeed::of(function).on(&site.market.candidates[number].node);
        let packing = room.pack(slots).expect("the pods fit before");
        let own = Own {
            level: site.market.level(function),
            busy: &site.market.busy(function, demand),
        };
        Self {
            cluster: site.market.with_on(number, &site.crew, own, &packing),
            packing,
        }
    }
}

impl Site<'_> {
    /// Bounds of the least that one more function adds, whose nodes cost `nodes` at least; US dollars a
    /// month.
    pub(super) fn least_added(&self, nodes: Bounds) -> Bounds {
        let floor = self.crew.floor().unwrap_or(Bounds::ZERO);
        match &self.today {
            // The nodes of today can have room for it.
            Some(today) => floor.less(today.monthly.dollars().bounds()),
            None => floor.max(self.market.fees() + nodes),
        }
    }

    /// The cluster of today with one more function. `None` if no node type takes them all.
    /// `known` is the node type that was chosen before, if the function has its stated inputs.
    pub(super) fn joined(
        &self,
        function: &Function,
        demand: &Demand,
        slots: u128,
        known: Option<&KnownType>,
    ) -> Option<Cow<'_, Joined>> {
        let join = || Joined::with(self, function, demand);
        let alike = self.alike.get(function.memory_mb as usize);
        let is_alike = function.is_like_for_like() && !self.market.has_burstable();
        let place = usize::try_from(slots)
            .ok()
            .filter(|slots| *slots < ALIKE_SLOTS);
        match (alike, place) {
            (Some(alike), Some(slots)) if is_alike => {
                let empty = || Box::new([const { OnceLock::new() }; ALIKE_SLOTS]);
                let alike = alike.get_or_init(empty)[slots].get_or_init(join);
                alike.as_ref().map(Cow::Borrowed)
            }
            _ => {
                if let Some(number) = known.and_then(KnownType::get) {
                    let again = Joined::again(self, number, function, demand);
                    return Some(Cow::Owned(again));
                }
                let joined = join()?;
                if let Some(known) = known {
                    known.set(joined.cluster.number);
                }
                Some(Cow::Owned(joined))
            }
        }
    }
}
