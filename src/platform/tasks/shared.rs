//! Tasks that the functions of a service share.

use super::task_rates::TaskRates;
use super::task_sizes::{Offered, SizeOption, Tasks, unfit};
use super::{Carrier, TasksModel};
use crate::exact::Exact;
use crate::money::Rate;
use crate::platform::service_need::{Growth, ServiceNeed};
use crate::platform::{Infeasible, SharedBill, Subject};
use crate::scenario::{Demand, SharedService, TaskSize};
use crate::units::{Hour, Unit};
use std::sync::Arc;

/// The tasks of a service.
pub(crate) struct SharedTasks {
    size: TaskSize,
    count: u128,
    /// The same without a minimum of tasks.
    pub needed: u128,
    pub need: ServiceNeed,
    /// Cost of an hour of a task, with storage.
    hourly: Rate<Hour>,
    /// The bill of a month of all tasks.
    pub month: SharedBill,
    growth: Growth,
    /// By member: its part of the bill, and the most of its requests in flight in a task.
    members: Vec<(Exact, u128)>,
}

/// A function on the tasks of its service.
pub(crate) struct Member<'m> {
    pub service: &'m SharedService,
    pub tasks: Arc<SharedTasks>,
    /// Its place in the service.
    pub place: usize,
    pub demand: &'m Demand,
}

impl Member<'_> {
    /// Its part of the bill.
    pub(crate) fn share(&self) -> &Exact {
        &self.tasks.members[self.place].0
    }

    /// Requests in flight that the tasks carry at target utilization, if the traffic of all functions
    /// grows alike.
    pub(crate) fn capacity(&self) -> Exact {
        self.tasks.growth.capacity(self.demand)
    }

    /// The same until the part of any function is full.
    pub(crate) fn carries(&self) -> Exact {
        self.tasks.growth.carries(self.demand)
    }
}

impl SharedTasks {
    /// The tasks as one of the functions sees them.
    pub(crate) fn tasks_of(&self, place: usize) -> Tasks {
        Tasks {
            option: SizeOption {
                size: self.size,
                requests_per_task: self.members[place].1,
                hourly: self.hourly.clone(),
            },
            count: self.count,
        }
    }
}

/// vCPUs and memory of a part of a size.
fn amounts(room: TaskSize) -> (Exact, Exact) {
    (
        Exact::ratio(room.quarter_vcpus.into(), 4),
        Exact::from(room.memory_mb),
    )
}

/// The cheapest tasks of one size; `None` if a request fits no size. Ties go to fewer vCPUs, then less
/// memory.
fn cheapest<'o>(
    need: &ServiceNeed,
    offered: impl Iterator<Item = Offered<'o>>,
    storage: &Rate<Hour>,
) -> Option<(Offered<'o>, u128)> {
    let fleets = offered.filter_map(|offered| {
        let (vcpu, memory) = amounts(offered.room);
        let count = need.least_tasks(&vcpu, &memory)?;
        let hourly = (offered.hourly + storage).times(&Exact::whole(count));
        Some((hourly, offered, count))
    });
    let order = |(cost, offered, _): &(Rate<Hour>, Offered<'o>, u128)| (cost.clone(), offered.size);
    let (_, offered, count) = fleets.min_by(|left, right| order(left).cmp(&order(right)))?;
    Some((offered, count))
}

impl TasksModel<'_> {
    /// The place of a function in its service.
    pub(super) fn place_in_service(&self, subject: Subject<'_>) -> usize {
        let found = self.context.service_of(subject.function);
        let found = found.expect("the function belongs to a service");
        found.place_of(subject.index)
    }

    /// The tasks of the service of a function.
    pub(super) fn shared(
        &self,
        subject: Subject<'_>,
        rates: &TaskRates,
    ) -> Result<Arc<SharedTasks>, Infeasible> {
        let found = self.context.service_of(subject.function);
        let found = found.expect("the function belongs to a service");
        if self.context.is_stated(subject) {
            let known = self.services[found.number]
                .get_or_init(|| self.share(found.service, found.need, rates));
            return known.clone();
        }
        let need = self.context.need_with(found.service, subject);
        self.share(found.service, &need, rates)
    }

    fn share(
        &self,
        service: &SharedService,
        need: &ServiceNeed,
        rates: &TaskRates,
    ) -> Result<Arc<SharedTasks>, Infeasible> {
        let carrier = &service.carrier;
        let storage = rates.storage_hourly(carrier);
        let Some((offered, count)) = cheapest(need, rates.offered(carrier), &storage) else {
            return Err(self.unfit(service, need));
        };
        let month = Hour::of(carrier.fleet_hours(self.context.hours.amount()));
        let hours = month.times(&Exact::whole(count));
        let (vcpu, memory) = amounts(offered.room);
        let needed = need.tasks_for(&vcpu, &memory);
        Ok(Arc::new(SharedTasks {
            size: offered.size,
            count,
            needed: needed.expect("the tasks carry the service"),
            need: need.clone(),
            hourly: offered.hourly + &storage,
            month: SharedBill::of(|bill| rates.charge(carrier, offered.size, &hours, bill))
                .reduced(),
            growth: need.growth(count, &vcpu, &memory),
            members: need.parts(count),
        }))
    }

    /// Why no size takes the requests of all functions of a service.
    fn unfit(&self, service: &SharedService, need: &ServiceNeed) -> Infeasible {
        let carrier: Carrier = self.terms.carrier;
        let os = service.carrier.container().os;
        let fits = |place: usize| {
            let slot = &need.members[place].slot;
            carrier.sizes(os).any(|size| {
                let room = carrier.room(size);
                let (vcpu, memory) = amounts(room);
                size.is_picked() && slot.vcpu <= vcpu && &slot.base_mb + &slot.memory_mb <= memory
            })
        };
        let mut places = 0..service.members.len();
        // Sizes grow in both amounts, so a request that fits no size is alone the reason.
        let place = places.find(|place| !fits(*place)).unwrap_or_default();
        let function = self.context.function(service.members[place]);
        let unfit = unfit(&need.members[place].slot, function, carrier);
        unfit.of_member(&function.name, &service.name)
    }
}
