//! The functions of a cluster, and one more.

use super::levels::Load;
use super::pod_demand::NodeNeed;
use crate::exact::{Bounds, Exact};
use crate::money::Usd;
use std::cmp::Ordering;

/// The node type chosen for a cluster.
#[derive(Clone)]
pub(crate) struct Choice {
    /// Index of the candidate.
    pub number: usize,
    /// Functions whose pods do not fit it.
    pub unfit: usize,
    /// What the others need.
    pub load: Load,
    /// US dollars a month of the cluster.
    pub monthly: Usd,
}

impl Choice {
    /// The cheaper one is first; ties go to the first candidate, by vCPU and then by name.
    pub(super) fn order(&self, other: &Self) -> Ordering {
        (&self.monthly, self.number).cmp(&(&other.monthly, other.number))
    }
}

/// The pods of one function, or of the functions of a service.
#[derive(Clone)]
pub(crate) struct OwnPods {
    /// For each candidate.
    pub needs: Vec<NodeNeed>,
    /// 1, or the number of functions of the service.
    pub functions: usize,
    /// The level in which they run, and all levels before it.
    pub level: usize,
    /// vCPUs that they keep busy; zero if no node type is burstable.
    pub busy: Exact,
}

impl OwnPods {
    /// The number of functions that do not fit a candidate.
    pub(super) fn unfit(&self, number: usize) -> usize {
        if self.needs[number].fits() {
            0
        } else {
            self.functions
        }
    }

    pub(super) fn as_own(&self) -> Own<'_> {
        Own {
            level: self.level,
            busy: &self.busy,
        }
    }
}

/// One function, or the functions of a service, apart from the size of their pods.
#[derive(Clone, Copy)]
pub(crate) struct Own<'o> {
    pub level: usize,
    /// vCPUs that they keep busy; zero if no node type is burstable.
    pub busy: &'o Exact,
}

impl Own<'_> {
    /// What the functions of a level need with this one.
    pub(super) fn plus(self, level: usize, others: Bounds, need: Bounds) -> Bounds {
        if level == self.level {
            others + need
        } else {
            others
        }
    }
}

/// The functions that run on a cluster.
pub(crate) struct Crew {
    /// What they use of each candidate.
    pub(super) uses: Vec<CrewUse>,
    /// The candidates that they all fit, each with bounds of the least that its cluster costs with one
    /// more function. The lower bounds ascend.
    pub(super) floors: Vec<(usize, Bounds)>,
    /// By level: vCPUs that they keep busy; zero if no node type is burstable.
    pub(super) busy: Vec<Exact>,
    pub(super) busy_bounds: Vec<Bounds>,
}

impl Crew {
    /// Functions with what they use of each candidate. The floors are zero.
    pub(super) fn new(uses: Vec<CrewUse>, busy: Vec<Exact>) -> Self {
        let fitting = uses.iter().enumerate().filter(|(_, used)| used.unfit == 0);
        Self {
            floors: fitting.map(|(number, _)| (number, Bounds::ZERO)).collect(),
            busy_bounds: busy.iter().map(Exact::bounds).collect(),
            uses,
            busy,
        }
    }

    /// The functions without one of them. The floors are zero: for one question they take more time than
    /// they save.
    pub(super) fn without(&self, own: &OwnPods) -> Self {
        let uses = self.uses.iter().enumerate().map(|(number, all)| {
            let mut nodes = all.nodes.clone();
            nodes[own.level] = &nodes[own.level] - &own.needs[number].share();
            CrewUse::new(nodes, all.unfit - own.unfit(number))
        });
        let mut busy = self.busy.clone();
        busy[own.level] = &busy[own.level] - &own.busy;
        Self::new(uses.collect(), busy)
    }

    /// Bounds of the least that its cluster costs with one more function; `None` if no node type takes
    /// the functions of today.
    pub(crate) fn floor(&self) -> Option<Bounds> {
        let (_, floor) = self.floors.first()?;
        Some(*floor)
    }

    /// What the functions need on a candidate.
    pub(super) fn load(&self, number: usize) -> Load {
        Load {
            nodes: self.uses[number].nodes.clone(),
            busy: self.busy.clone(),
        }
    }
}

/// What functions use of a candidate.
pub(super) struct CrewUse {
    /// By level: nodes that their pods fill.
    pub nodes: Vec<Exact>,
    pub bounds: Vec<Bounds>,
    /// Functions whose pods do not fit.
    pub unfit: usize,
}

impl CrewUse {
    pub(super) fn new(nodes: Vec<Exact>, unfit: usize) -> Self {
        Self {
            bounds: nodes.iter().map(Exact::bounds).collect(),
            nodes,
            unfit,
        }
    }
}
