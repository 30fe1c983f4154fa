//! The hourly cost of tasks, for each size.

use super::limits::FREE_STORAGE_GB;
use super::task_sizes::{Offered, SizeOption, SizeOptions, size_options};
use super::{Carrier, TaskTerms};
use crate::diag::Diag;
use crate::exact::{Bounds, Exact};
use crate::money::Rate;
use crate::platform::service::Service;
use crate::platform::slot::Slot;
use crate::platform::{Bill, Pricing, UnitBill, older, oldest};
use crate::pricebook::{Price, Provenance};
use crate::scenario::{Function, Os, TaskSize};
use crate::units::{GbHour, Hour, MB_PER_GB, Qty, Unit, VcpuHour};
use std::sync::{Arc, OnceLock};

/// Lambda's maximum memory, MB. Functions up to it share their lists of sizes; few have more.
const MOST_SHARED_MB: u32 = 10_240;

/// A price that is charged for every hour of a task.
pub(crate) struct Charge {
    item: &'static str,
    price: Metered,
    pricing: Pricing,
    /// The share of the hours for which it is charged.
    share: Exact,
}

/// What a price applies to.
enum Metered {
    Vcpu(Price<VcpuHour>),
    Memory(Price<GbHour>),
}

impl Charge {
    /// A price per vCPU.
    pub(crate) fn vcpu(item: &'static str, price: Price<VcpuHour>) -> Self {
        Self::always(item, Metered::Vcpu(price))
    }

    /// A price per GB of memory.
    pub(crate) fn memory(item: &'static str, price: Price<GbHour>) -> Self {
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

    /// The same charge for a share of the hours.
    pub(crate) fn of_share(self, share: Exact) -> Self {
        Self { share, ..self }
    }

    /// The same charge at a price that changes with supply and demand.
    pub(crate) fn dynamic(self) -> Self {
        let pricing = Pricing::Dynamic;
        Self { pricing, ..self }
    }

    /// The rate of a charge for vCPUs; `None` for other charges.
    fn vcpu_rate(&self) -> Option<Rate<VcpuHour>> {
        match &self.price {
            Metered::Vcpu(price) => Some(price.rate.times(&self.share)),
            Metered::Memory(_) => None,
        }
    }

    /// The rate of a charge for memory; `None` for other charges.
    fn memory_rate(&self) -> Option<Rate<GbHour>> {
        match &self.price {
            Metered::Memory(price) => Some(price.rate.times(&self.share)),
            Metered::Vcpu(_) => None,
        }
    }

    fn provenance(&self) -> &Provenance {
        match &self.price {
            Metered::Vcpu(price) => &price.provenance,
            Metered::Memory(price) => &price.provenance,
        }
    }

    /// Adds the charge for one hour of a task. The denominators of all sizes are the same.
    fn add_hour(&self, service: &'static Service, size: TaskSize, bill: &mut Bill) {
        let hours = Hour::of(self.share.clone());
        match &self.price {
            Metered::Vcpu(price) => {
                let vcpus = &Exact::ratio(1, 4) * &Exact::from(size.quarter_vcpus);
                let quantity = hours.of_vcpus(&vcpus);
                bill.add_priced(self.pricing, service, self.item, &quantity, price);
            }
            Metered::Memory(price) => {
                let halves = Exact::from(size.memory_mb / (MB_PER_GB / 2));
                let quantity = hours.of_gb(&(&Exact::ratio(1, 2) * &halves));
                bill.add_priced(self.pricing, service, self.item, &quantity, price);
            }
        }
    }
}

/// The charges for an architecture and operating system in a region, with the hourly cost of each
/// size.
pub(crate) struct TaskRates {
    service: &'static Service,
    carrier: Carrier,
    /// Sum of all charges for vCPUs.
    vcpu: Rate<VcpuHour>,
    /// Sum of all charges for memory.
    memory: Rate<GbHour>,
    pub storage: Result<Price<GbHour>, Diag>,
    /// The oldest date of the prices for vCPUs and memory.
    as_of: Option<Arc<str>>,
    /// By cost and then by size.
    sizes: Vec<SizeRate>,
    /// The sizes for functions without keys for containers, indexed by memory in MB. Each list is
    /// computed when it is first needed.
    shared_options: Vec<OnceLock<Box<SizeOptions>>>,
}

/// A size with its charges for an hour, without storage.
struct SizeRate {
    size: TaskSize,
    /// The total of the bill.
    hourly: Rate<Hour>,
    bill: UnitBill<Hour>,
}

impl TaskRates {
    pub(crate) fn of(
        terms: &TaskTerms,
        os: Os,
        charges: Vec<Charge>,
        storage: Result<Price<GbHour>, Diag>,
    ) -> Self {
        let (carrier, service) = (terms.carrier, terms.service);
        let of_size = |size| {
            let bill = UnitBill::of(|bill| {
                for charge in &charges {
                    charge.add_hour(service, size, bill);
                }
            });
            SizeRate {
                size,
                hourly: bill.rate(),
                bill,
            }
        };
        // All rates have the same denominator, so a comparison compares integers.
        let mut sizes: Vec<SizeRate> = carrier.sizes(os).map(of_size).collect();
        sizes.sort_by(|left, right| (&left.hourly, left.size).cmp(&(&right.hourly, right.size)));
        Self {
            service,
            carrier,
            as_of: oldest(charges.iter().map(Charge::provenance)).map(Arc::from),
            vcpu: charges.iter().filter_map(Charge::vcpu_rate).sum(),
            memory: charges.iter().filter_map(Charge::memory_rate).sum(),
            storage,
            sizes,
            shared_options: (0..=MOST_SHARED_MB).map(|_| OnceLock::new()).collect(),
        }
    }

    fn of_size(&self, size: TaskSize) -> &SizeRate {
        let mut sizes = self.sizes.iter();
        let rate = sizes.find(|rate| rate.size == size);
        rate.expect("tasks have a size that is offered")
    }

    /// Cost of an hour of a task, without storage.
    pub(crate) fn hourly(&self, size: TaskSize) -> &Rate<Hour> {
        &self.of_size(size).hourly
    }

    /// Bounds of the cost of an hour of the cheapest task.
    pub(crate) fn least_hourly(&self) -> Bounds {
        let cheapest = self.sizes.first();
        cheapest.map_or(Bounds::ZERO, |rate| rate.hourly.per_unit().bounds())
    }

    /// Cost of an hour of one slot, if sizes could have any value.
    pub(crate) fn slot_hourly(&self, slot: &Slot) -> Rate<Hour> {
        let gigabytes = &slot.memory_mb * &Exact::ratio(1, MB_PER_GB.into());
        &self.vcpu.of_vcpus(&slot.vcpu) + &self.memory.of_gb(&gigabytes)
    }

    /// The gigabytes of a task's storage above the free part, with their price.
    fn storage(&self, function: &Function) -> Option<(Exact, &Price<GbHour>)> {
        let paid @ 1.. = paid_storage(function) else {
            return None;
        };
        let price = self.storage.as_ref();
        let price = price.expect("binding fails where storage is paid for and has no price");
        Some((Exact::from(paid), price))
    }

    pub(crate) fn storage_hourly(&self, function: &Function) -> Rate<Hour> {
        let storage = self.storage(function);
        storage.map_or(Rate::ZERO, |(gigabytes, price)| {
            price.rate.of_gb(&gigabytes)
        })
    }

    /// The sizes for a function, by cost: its fixed size, or all sizes that are chosen from.
    pub(crate) fn offered(&self, function: &Function) -> impl Iterator<Item = Offered<'_>> {
        let container = function.container();
        let fixed = container.task;
        let billed = fixed.and_then(|size| self.carrier.billed(size, container.os));
        let sizes = self.sizes.iter().filter(move |rate| match fixed {
            Some(_) => Some(rate.size) == billed,
            None => rate.size.is_picked(),
        });
        sizes.map(move |rate| Offered {
            size: rate.size,
            room: fixed.unwrap_or(self.carrier.room(rate.size)),
            hourly: &rate.hourly,
        })
    }

    /// The sizes in which a function fits.
    pub(crate) fn size_options<'o>(
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

    pub(crate) fn all_options(&self, function: &Function) -> SizeOptions {
        SizeOptions::of(self.size_options(function, &Slot::of(function)))
    }

    /// The sizes that functions of equal memory share if they have no keys for containers.
    pub(crate) fn shared(&self, function: &Function) -> Option<&SizeOptions> {
        let shared = self.shared_options.get(function.memory_mb as usize)?;
        let shares = function.is_like_for_like();
        shares.then(|| &**shared.get_or_init(|| Box::new(self.all_options(function))))
    }

    /// Adds the charges for a number of hours of a function's tasks.
    pub(crate) fn charge(
        &self,
        function: &Function,
        size: TaskSize,
        hours: &Qty<Hour>,
        bill: &mut Bill,
    ) {
        bill.add_units(&self.of_size(size).bill, hours);
        if let Some((gigabytes, price)) = self.storage(function) {
            let quantity = hours.of_gb(&gigabytes);
            bill.add(self.service, "ephemeral storage", &quantity, price);
        }
    }

    /// The oldest date of the prices in a function's bill.
    pub(crate) fn as_of(&self, function: &Function) -> Option<&str> {
        let storage = self.storage(function);
        let storage = storage.map(|(_, price)| &price.provenance);
        older(self.as_of.as_deref(), oldest(storage))
    }
}

/// Gigabytes of a task's storage above the free part.
pub(crate) fn paid_storage(function: &Function) -> u32 {
    let stored = function.container().task_storage_gb;
    stored
        .unwrap_or(FREE_STORAGE_GB)
        .saturating_sub(FREE_STORAGE_GB)
}
