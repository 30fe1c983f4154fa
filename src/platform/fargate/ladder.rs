//! The task sizes worth considering for a function, and the cheapest fleet made of one of them.

use crate::exact::Exact;
use crate::platform::Infeasible;
use crate::platform::slot::Slot;
use crate::units::MS_PER_SECOND;
use crate::workload::{Function, TaskSize};

/// A task size, with what of a function fits it.
#[derive(Debug, Clone)]
pub struct Rung {
    pub size: TaskSize,
    pub requests_per_task: u128,
    /// Dollars per hour, storage included.
    pub hourly: Exact,
}

/// The rungs that can be the cheapest for some number of slots, by vCPU and then by memory.
#[derive(Debug, Clone)]
pub struct Ladder(Vec<Rung>);

/// A fleet of tasks of one size.
#[derive(Debug, Clone)]
pub struct Tasks {
    pub rung: Rung,
    pub count: u128,
}

impl Tasks {
    /// Dollars per hour of the fleet.
    pub fn hourly(&self) -> Exact {
        &self.rung.hourly * &Exact::whole(self.count)
    }

    /// What the tasks carry at target utilization.
    pub fn carries(&self, function: &Function) -> Exact {
        let slots = &Exact::whole(self.count) * &Exact::whole(self.rung.requests_per_task);
        &slots * &Exact::from(function.container().target_utilization)
    }
}

impl Rung {
    fn of(function: &Function, slot: &Slot, size: TaskSize, hourly: Exact) -> Option<Self> {
        let millicores = u64::from(size.quarter_vcpus) * u64::from(MS_PER_SECOND) / 4;
        let measured = function.container().requests_per_task.map(u128::from);
        let requests_per_task =
            measured.unwrap_or_else(|| slot.fit(millicores, size.memory_mb.into()));
        (requests_per_task > 0).then_some(Self {
            size,
            requests_per_task,
            hourly,
        })
    }

    /// True when a fleet of `self` is never dearer than one of `other`, nor loses a tie to it.
    fn makes_needless(&self, other: &Self) -> bool {
        let carries_more = self.requests_per_task >= other.requests_per_task;
        let cheaper = self.hourly < other.hourly;
        carries_more && (cheaper || (self.hourly == other.hourly && self.size < other.size))
    }
}

impl Ladder {
    /// The sizes that a function fits: the one it fixes, or the best of those offered, each with
    /// its dollars per hour.
    ///
    /// # Errors
    /// The function fits none.
    pub fn climb(
        function: &Function,
        fixed: Option<(TaskSize, Exact)>,
        offered: impl Iterator<Item = (TaskSize, Exact)>,
    ) -> Result<Self, Infeasible> {
        let slot = Slot::of(function);
        let rung = |(size, hourly)| Rung::of(function, &slot, size, hourly);
        if let Some((size, hourly)) = fixed {
            let only = rung((size, hourly)).ok_or_else(|| too_small(&slot, size))?;
            return Ok(Self(vec![only]));
        }
        let fitting: Vec<Rung> = offered.filter_map(rung).collect();
        let needed = |rung: &&Rung| !fitting.iter().any(|other| other.makes_needless(rung));
        let kept: Vec<Rung> = fitting.iter().filter(needed).cloned().collect();
        if kept.is_empty() {
            return Err(too_large(&slot));
        }
        Ok(Self(kept))
    }

    /// The cheapest fleet that provides so many slots; a tie goes to fewer vCPU, then less memory.
    pub fn cheapest(&self, slots: u128, min_tasks: u32) -> Tasks {
        let count = |rung: &Rung| slots.div_ceil(rung.requests_per_task).max(min_tasks.into());
        let mut best = (&self.0[0], count(&self.0[0]));
        let mut lowest = &best.0.hourly * &Exact::whole(best.1);
        for rung in &self.0[1..] {
            let count = count(rung);
            let cost = &rung.hourly * &Exact::whole(count);
            if cost < lowest {
                lowest = cost;
                best = (rung, count);
            }
        }
        Tasks {
            rung: best.0.clone(),
            count: best.1,
        }
    }
}

fn describe(slot: &Slot) -> String {
    let base = match slot.base_mb.is_zero() {
        true => String::new(),
        false => format!(" over a base of {} MB", slot.base_mb.to_fixed(0)),
    };
    format!(
        "a request needs {} vCPU and {} MB{base}",
        slot.vcpu.to_fixed(2),
        slot.memory_mb.to_fixed(0)
    )
}

fn too_small(slot: &Slot, size: TaskSize) -> Infeasible {
    Infeasible(format!(
        "{}, more than a task of {} vCPU / {} GB has",
        describe(slot),
        size.vcpu_text(),
        size.memory_gb_text()
    ))
}

fn too_large(slot: &Slot) -> Infeasible {
    let need = describe(slot);
    Infeasible(format!("{need}, more than any task up to 16 vCPU has"))
}
