//! What tasks cost by the hour, size by size.

use super::Carrier;
use super::task_sizes::{Offered, SizeOption, SizeOptions, size_options};
use crate::diag::Diag;
use crate::exact::Exact;
use crate::platform::service::Service;
use crate::platform::slot::Slot;
use crate::platform::{Line, Pricing, oldest};
use crate::pricebook::{Price, Provenance};
use crate::scenario::{Function, Os, TaskSize};
use crate::units::{FARGATE_FREE_STORAGE_GB, GbHour, LAMBDA_MEMORY_MB, MB_PER_GB, VcpuHour};
use std::sync::{Arc, OnceLock};

/// A price that every hour of a task is charged.
pub struct Charge {
    item: &'static str,
    price: Metered,
    pricing: Pricing,
    /// The share of the hours for which it is charged.
    share: Exact,
}

/// What of a task a price is for.
enum Metered {
    Vcpu(Price<VcpuHour>),
    Memory(Price<GbHour>),
}

impl Charge {
    /// A price of each vCPU.
    pub fn vcpu(item: &'static str, price: Price<VcpuHour>) -> Self {
        Self::always(item, Metered::Vcpu(price))
    }

    /// A price of each GB of memory.
    pub fn memory(item: &'static str, price: Price<GbHour>) -> Self {
        Self::always(item, Metered::Memory(price))
    }

    fn always(item: &'static str, price: Metered) -> Self {
        Self {
            item,
            price,
            pricing: Pricing::Standard,
            share: Exact::ONE,
        }
    }

    /// The same for a share of the hours.
    pub fn of_share(self, share: Exact) -> Self {
        Self { share, ..self }
    }

    /// The same at a price that changes with supply and demand.
    pub fn dynamic(self) -> Self {
        let pricing = Pricing::Dynamic;
        Self { pricing, ..self }
    }

    /// Dollars per vCPU-hour and per GB-hour of any task.
    fn rates(&self) -> [Exact; 2] {
        match &self.price {
            Metered::Vcpu(price) => [price.rate.per_unit() * &self.share, Exact::ZERO],
            Metered::Memory(price) => [Exact::ZERO, price.rate.per_unit() * &self.share],
        }
    }

    fn provenance(&self) -> &Provenance {
        match &self.price {
            Metered::Vcpu(price) => &price.provenance,
            Metered::Memory(price) => &price.provenance,
        }
    }

    /// The line of so many hours of a task.
    fn line(&self, service: &'static Service, size: TaskSize, hours: &Exact) -> Line {
        let hours = hours * &self.share;
        let mut line = match &self.price {
            Metered::Vcpu(price) => {
                let vcpus = Exact::ratio(size.quarter_vcpus.into(), 4);
                Line::new(service, self.item, &hours * &vcpus, price)
            }
            Metered::Memory(price) => {
                let gigabytes = Exact::ratio(size.memory_mb.into(), MB_PER_GB.into());
                Line::new(service, self.item, &hours * &gigabytes, price)
            }
        };
        line.pricing = self.pricing;
        line
    }
}

/// What is charged for an architecture and operating system in a region, and for each size that it picks from.
pub struct TaskRates {
    carrier: Carrier,
    charges: Vec<Charge>,
    /// Dollars per vCPU-hour and per GB-hour, all charges together.
    vcpu: Exact,
    memory: Exact,
    pub storage: Result<Price<GbHour>, Diag>,
    /// The oldest date of the prices of vCPUs and memory.
    as_of: Arc<str>,
    /// Dollars per hour of each size, by price and then by size.
    sizes: Vec<(TaskSize, Exact)>,
    /// Ladders of functions that say nothing of containers, by memory in MB, made when needed.
    size_lists: Vec<OnceLock<Box<SizeOptions>>>,
}

impl TaskRates {
    pub fn of(
        carrier: Carrier,
        os: Os,
        charges: Vec<Charge>,
        storage: Result<Price<GbHour>, Diag>,
    ) -> Self {
        let rates: Vec<[Exact; 2]> = charges.iter().map(Charge::rates).collect();
        let [vcpu, memory] = [0, 1].map(|part| rates.iter().map(|rate| &rate[part]).sum());
        let mut offer = Self {
            carrier,
            as_of: oldest(charges.iter().map(Charge::provenance)).into(),
            charges,
            vcpu,
            memory,
            storage,
            sizes: Vec::new(),
            size_lists: (0..=*LAMBDA_MEMORY_MB.end())
                .map(|_| OnceLock::new())
                .collect(),
        };
        // All have one denominator, so that comparing them compares whole numbers.
        let priced = |size| (size, offer.hourly(size));
        offer.sizes = carrier.sizes(os).map(priced).collect();
        offer
            .sizes
            .sort_by(|left, right| (&left.1, left.0).cmp(&(&right.1, right.0)));
        offer
    }

    /// Dollars per hour of a task, storage apart.
    pub fn hourly(&self, size: TaskSize) -> Exact {
        let quarter = &self.vcpu * &Exact::ratio(1, 4);
        let half_gigabyte = &self.memory * &Exact::ratio(1, 2);
        let vcpus = &quarter * &Exact::from(size.quarter_vcpus);
        &vcpus + &(&half_gigabyte * &Exact::from(size.memory_mb / (MB_PER_GB / 2)))
    }

    /// Dollars per hour of a slot by itself.
    pub fn slot_hourly(&self, slot: &Slot) -> Exact {
        let gigabytes = &slot.memory_mb * &Exact::ratio(1, MB_PER_GB.into());
        &(&slot.vcpu * &self.vcpu) + &(&gigabytes * &self.memory)
    }

    fn storage_hourly(&self, function: &Function) -> Exact {
        match (&self.storage, paid_storage(function)) {
            (_, 0) | (Err(_), _) => Exact::ZERO,
            (Ok(price), paid) => &Exact::from(paid) * price.rate.per_unit(),
        }
    }

    /// The sizes that a function is offered, by price: the one that it fixes, or all that are
    /// picked from.
    fn offered(&self, function: &Function) -> impl Iterator<Item = Offered<'_>> {
        let container = function.container();
        let fixed = container.task;
        let billed = fixed.and_then(|size| self.carrier.billed(size, container.os));
        let sizes = self.sizes.iter().filter(move |(size, _)| match fixed {
            Some(_) => Some(*size) == billed,
            None => size.is_picked(),
        });
        sizes.map(move |(size, hourly)| Offered {
            size: *size,
            room: fixed.unwrap_or(self.carrier.room(*size)),
            hourly,
        })
    }

    /// The sizes that a function can have.
    pub fn size_options<'o>(
        &'o self,
        function: &'o Function,
        slot: &'o Slot,
    ) -> impl Iterator<Item = SizeOption> {
        let storage = self.storage_hourly(function);
        size_options(function, slot, self.offered(function)).map(move |option| SizeOption {
            hourly: &option.hourly + &storage,
            ..option
        })
    }

    pub fn size_lists(&self, function: &Function) -> SizeOptions {
        SizeOptions::of(self.size_options(function, &Slot::of(function)))
    }

    /// The sizes that functions of the same memory share when they say nothing of containers.
    pub fn shared(&self, function: &Function) -> Option<&SizeOptions> {
        let shared = self.size_lists.get(function.memory_mb as usize)?;
        let shares = function.is_like_for_like();
        shares.then(|| &**shared.get_or_init(|| Box::new(self.size_lists(function))))
    }

    /// The lines of so many hours of a function's tasks.
    pub fn lines(
        &self,
        service: &'static Service,
        function: &Function,
        size: TaskSize,
        hours: &Exact,
    ) -> Vec<Line> {
        let charges = self.charges.iter();
        let mut lines: Vec<Line> = charges
            .map(|charge| charge.line(service, size, hours))
            .collect();
        if let (paid @ 1.., Ok(price)) = (paid_storage(function), &self.storage) {
            let quantity = hours * &Exact::from(paid);
            lines.push(Line::new(service, "ephemeral storage", quantity, price));
        }
        lines
    }

    /// The oldest date of the prices in a function's bill.
    pub fn as_of(&self, function: &Function) -> &str {
        match &self.storage {
            // Nothing is older than a price without a date.
            Ok(storage) if paid_storage(function) > 0 && self.as_of.is_empty() => {
                &storage.provenance.as_of
            }
            Ok(storage) if paid_storage(function) > 0 => {
                self.as_of.as_ref().min(&storage.provenance.as_of)
            }
            _ => &self.as_of,
        }
    }
}

/// Gigabytes of a task's storage that are paid for.
pub fn paid_storage(function: &Function) -> u32 {
    function
        .container()
        .task_storage_gb
        .saturating_sub(FARGATE_FREE_STORAGE_GB)
}
