//! The task sizes to consider for a function, and the cheapest fleet of one size.

use super::Carrier;
use crate::exact::{Bounds, Exact};
use crate::money::Rate;
use crate::platform::slot::Slot;
use crate::platform::{Infeasible, Refusal};
use crate::scenario::{Function, Os, TaskSize};
use crate::solve::Part;
use crate::units::{Hour, MILLICORES_PER_VCPU};
use std::borrow::Borrow;
use std::cmp::Ordering;

/// A size that a function can be given.
pub(crate) struct Offered<'o> {
    /// The size on the bill.
    pub size: TaskSize,
    /// The part of it that the function can use.
    pub room: TaskSize,
    /// Cost of an hour, without storage.
    pub hourly: &'o Rate<Hour>,
}

/// A task size, and how many of a function's requests fit.
#[derive(Debug, Clone)]
pub(crate) struct SizeOption {
    pub size: TaskSize,
    pub requests_per_task: u128,
    /// Cost of an hour, with storage.
    pub hourly: Rate<Hour>,
}

impl SizeOption {
    /// True if a whole number of these tasks always replaces one of another size, and wins the tie
    /// where it costs the same.
    fn replaces(&self, other: &Self) -> bool {
        let count = other.requests_per_task.div_ceil(self.requests_per_task);
        self.size < other.size && self.hourly.times(&Exact::whole(count)) <= other.hourly
    }
}

/// The sizes that can be the cheapest for some number of slots.
#[derive(Debug, Clone)]
pub(crate) struct SizeOptions {
    /// By price and then by size; each has more slots than all before it.
    by_price: Vec<SizeOption>,
    /// What a slot of each costs an hour, the least first, without sizes that others replace.
    by_slot_price: Vec<SlotPrice>,
}

/// What a slot of a size costs.
#[derive(Debug, Clone)]
struct SlotPrice {
    /// Cost of an hour of one slot.
    hourly: Rate<Hour>,
    /// The index of the size in [`SizeOptions::by_price`].
    number: usize,
    requests_per_task: u128,
    hourly_bounds: Bounds,
    /// Bounds of the cost of an hour of a task.
    task_bounds: Bounds,
}

#[derive(Debug, Clone)]
pub(crate) struct Tasks {
    pub option: SizeOption,
    pub count: u128,
}

impl Tasks {
    /// Cost of an hour of the fleet.
    pub(crate) fn hourly(&self) -> Rate<Hour> {
        self.option.hourly.times(&Exact::whole(self.count))
    }

    pub(crate) fn slots(&self) -> u128 {
        self.count.saturating_mul(self.option.requests_per_task)
    }

    /// Requests in flight that the tasks carry at target utilization.
    pub(crate) fn carries(&self, function: &Function) -> Exact {
        let slots = &Exact::whole(self.count) * &Exact::whole(self.option.requests_per_task);
        &slots * &Exact::from(function.container().target_utilization)
    }
}

/// The sizes in which a function fits, out of those offered in the order of their cost. Each result
/// carries more requests than all before it: a task that costs more and carries no more is never
/// better.
pub(crate) fn size_options<'o>(
    function: &'o Function,
    slot: &'o Slot,
    offered: impl Iterator<Item = Offered<'o>>,
) -> impl Iterator<Item = SizeOption> {
    let measured = function.container().requests_per_task.map(u128::from);
    let fit = slot.fit();
    let mut most = 0;
    offered.filter_map(move |offered| {
        let room = offered.room;
        let millicores = u64::from(room.quarter_vcpus) * u64::from(MILLICORES_PER_VCPU) / 4;
        most = match measured {
            Some(measured) => Some(measured).filter(|slots| *slots > most),
            None => fit.slots_above(most, millicores, room.memory_mb.into()),
        }?;
        Some(SizeOption {
            size: offered.size,
            requests_per_task: most,
            hourly: offered.hourly.clone(),
        })
    })
}

/// The cheapest fleet that provides `slots`, from sizes in the order of their cost. Ties go to
/// fewer vCPUs, then less memory.
pub(crate) fn cheapest<R: Borrow<SizeOption>>(
    size_options: impl Iterator<Item = R>,
    slots: u128,
    min_tasks: u32,
) -> Option<Tasks> {
    let mut best: Option<(Rate<Hour>, R, u128)> = None;
    for option in size_options {
        let offered: &SizeOption = option.borrow();
        let count = slots
            .div_ceil(offered.requests_per_task)
            .max(min_tasks.into());
        let cost = offered.hourly.times(&Exact::whole(count));
        let order = best.as_ref().map(|(lowest, known, _)| {
            let smaller = offered.size.cmp(&known.borrow().size);
            cost.cmp(lowest).then(smaller)
        });
        match order {
            None | Some(Ordering::Less) => best = Some((cost, option, count)),
            // Every later option costs more per task, and the number of tasks cannot be smaller.
            Some(_) if count == min_tasks.into() => break,
            Some(_) => {}
        }
    }
    best.map(|(_, option, count)| Tasks {
        option: option.borrow().clone(),
        count,
    })
}

impl SizeOptions {
    /// Keeps the options for many searches.
    pub(crate) fn of(size_options: impl Iterator<Item = SizeOption>) -> Self {
        let by_price: Vec<SizeOption> = size_options.collect();
        let slot_price = |(number, option): (usize, &SizeOption)| {
            let hourly = option.hourly.per(&Exact::whole(option.requests_per_task));
            let hourly = hourly.expect("a size option has a slot at least");
            SlotPrice {
                number,
                requests_per_task: option.requests_per_task,
                hourly_bounds: hourly.per_unit().bounds(),
                task_bounds: option.hourly.per_unit().bounds(),
                hourly,
            }
        };
        let mut by_slot_price: Vec<_> = by_price.iter().enumerate().map(slot_price).collect();
        by_slot_price.sort_by(|left, right| left.hourly.cmp(&right.hourly));
        if let Some(best) = by_slot_price.first().map(|price| &by_price[price.number]) {
            by_slot_price.retain(|price| !best.replaces(&by_price[price.number]));
        }
        Self {
            by_price,
            by_slot_price,
        }
    }

    pub(crate) fn parts(&self) -> Vec<Part> {
        let part = |option: &SizeOption| Part {
            slots: option.requests_per_task,
            hourly: option.hourly.clone(),
        };
        self.by_price.iter().map(part).collect()
    }

    /// The cheapest fleet that provides a number of slots, as the function [`cheapest`] finds it.
    pub(crate) fn cheapest(&self, slots: u128, min_tasks: u32) -> Option<Tasks> {
        let most = self.by_price.last()?.requests_per_task;
        if slots <= most.saturating_mul(min_tasks.into()) {
            return cheapest(self.by_price.iter(), slots, min_tasks);
        }
        let mut best: Option<(Rate<Hour>, &SizeOption, u128)> = None;
        for SlotPrice { hourly, number, .. } in &self.by_slot_price {
            if let Some((lowest, ..)) = &best
                && hourly.times(&Exact::whole(slots)) > *lowest
            {
                // Whole tasks cost no less than their slots, and later slots cost no less.
                break;
            }
            let option = &self.by_price[*number];
            let count = slots.div_ceil(option.requests_per_task);
            let cost = option.hourly.times(&Exact::whole(count));
            let is_better = best
                .as_ref()
                .is_none_or(|(lowest, known, _)| (&cost, option.size) < (lowest, known.size));
            if is_better {
                best = Some((cost, option, count));
            }
        }
        best.map(|(_, option, count)| Tasks {
            option: option.clone(),
            count,
        })
    }

    /// Bounds of the cost of an hour of the cheapest fleet that provides a number of slots.
    pub(crate) fn cheapest_bounds(&self, slots: u128, min_tasks: u32) -> Bounds {
        let wanted = Bounds::whole(slots);
        let mut lowest: Option<Bounds> = None;
        for price in &self.by_slot_price {
            if lowest.is_some_and(|lowest| (price.hourly_bounds * wanted).is_above(lowest)) {
                break;
            }
            let count = slots
                .div_ceil(price.requests_per_task)
                .max(min_tasks.into());
            let cost = price.task_bounds * Bounds::whole(count);
            lowest = Some(lowest.map_or(cost, |lowest| lowest.min(cost)));
        }
        lowest.expect("a fleet for any number of slots")
    }
}

/// Why a function does not fit any size, or not its fixed size.
pub(crate) fn unfit(slot: &Slot, function: &Function, carrier: Carrier) -> Infeasible {
    let container = function.container();
    match container.task {
        Some(size) if carrier.billed(size, container.os).is_none() => too_full(size, carrier),
        Some(size) => too_small(slot, size, carrier),
        None => too_large(slot, container.os, carrier),
    }
}

fn describe(slot: &Slot) -> String {
    let base = if slot.base_mb.is_zero() {
        String::new()
    } else {
        format!(" over a base of {} MB", slot.base_mb.to_fixed(0))
    };
    format!(
        "a request needs {} vCPU and {} MB{base}",
        slot.vcpu.to_fixed(2),
        slot.memory_mb.to_fixed(0)
    )
}

fn too_full(size: TaskSize, carrier: Carrier) -> Infeasible {
    let reason = format!(
        "a {} of {} vCPU / {} GB and the {} MB that are added to it fit no size",
        carrier.noun,
        size.vcpu_text(),
        size.memory_gb_text(),
        carrier.overhead_mb
    );
    Infeasible::new(
        Refusal::DoesNotFit,
        reason,
        "state a smaller container.task",
    )
}

fn too_small(slot: &Slot, size: TaskSize, carrier: Carrier) -> Infeasible {
    let reason = format!(
        "{}, more than a {} of {} vCPU / {} GB has",
        describe(slot),
        carrier.noun,
        size.vcpu_text(),
        size.memory_gb_text()
    );
    Infeasible::new(Refusal::DoesNotFit, reason, "state a larger container.task")
}

fn too_large(slot: &Slot, os: Os, carrier: Carrier) -> Infeasible {
    let (need, noun) = (describe(slot), carrier.noun);
    let (windows, most) = match os {
        Os::Linux => ("", 16),
        Os::Windows => ("Windows ", 4),
    };
    Infeasible::new(
        Refusal::DoesNotFit,
        format!("{need}, more than any {windows}{noun} up to {most} vCPU has"),
        "state what a request really needs (container.cpu_ms, container.memory_per_request_mb)",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Prices that are no multiples of each other, and one that is: 4 slots cost as much as 2 x 2.
    fn options() -> Vec<SizeOption> {
        let sizes = [
            (1, 512, 1, 10),
            (2, 1024, 2, 16),
            (4, 2048, 4, 32),
            (8, 4096, 9, 63),
        ];
        let option =
            |(quarter_vcpus, memory_mb, requests_per_task, price): (_, _, _, u32)| SizeOption {
                size: TaskSize {
                    quarter_vcpus,
                    memory_mb,
                },
                requests_per_task,
                hourly: Rate::new(Exact::from(price)),
            };
        sizes.map(option).to_vec()
    }

    #[test]
    fn lists_give_the_fleet_that_comparing_every_size_gives() {
        let list = SizeOptions::of(options().into_iter());
        for min_tasks in [0, 1, 2, 5] {
            for slots in 1..200 {
                let all = cheapest(options().into_iter(), slots, min_tasks);
                let found = list.cheapest(slots, min_tasks);
                let facts = |tasks: &Tasks| (tasks.option.size, tasks.count);
                assert_eq!(
                    found.as_ref().map(facts),
                    all.as_ref().map(facts),
                    "{slots} slots, {min_tasks} tasks"
                );
            }
        }
    }
}
