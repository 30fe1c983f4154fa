//! Services on managed instances: separate functions that move together.
//!
//! What the service adds is the difference of two bills: with all of its functions there and without
//! any of them. What it adds to the instances of a capacity provider is divided among its functions
//! on that provider by the instances that their environments fill.

use super::ManagedModel;
use super::group::Chosen;
use crate::exact::Exact;
use crate::money::Usd;
use crate::platform::{Fleet, Infeasible, ServiceOf, SharedBill, Subject, UnitUse};
use crate::scenario::{Demand, Function};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The functions of a service that can run: each on its own instances, or on those of a capacity
/// provider.
pub(super) struct ServiceHosts {
    /// US dollars a month that the service adds.
    pub adds: Usd,
    /// US dollars a month for the requests of all functions.
    pub requests: Usd,
    /// By how much the traffic of all functions can grow until the environments of one are full;
    /// `None` without traffic.
    pub growth: Option<Exact>,
    /// The functions on each capacity provider, by its index.
    pub groups: BTreeMap<usize, InGroup>,
    /// The bill of the functions on their own instances, without requests.
    instances: SharedBill,
    /// The bill of the requests of all functions.
    request_bill: SharedBill,
}

/// The functions of a service on one capacity provider.
pub(super) struct InGroup {
    /// The instances with the service.
    pub chosen: Chosen,
    /// US dollars a month of the instances without the service.
    pub without: Usd,
    /// Instances that the environments of the service fill.
    pub filled: Exact,
    /// US dollars a month of the instances for the service alone.
    pub alone: Usd,
}

impl InGroup {
    /// What the service adds to the instances.
    pub(super) fn adds(&self) -> Usd {
        &self.chosen.monthly - &self.without
    }
}

/// A service, or why some of its functions cannot run, by their place in it.
pub(super) type FoundService = Result<Arc<ServiceHosts>, Vec<(usize, Infeasible)>>;

impl ManagedModel<'_> {
    /// The service of a function, which has its stated or changed inputs; `None` without a service.
    ///
    /// # Errors
    /// One of the functions of the service cannot run here.
    pub(super) fn service_with(
        &self,
        subject: Subject<'_>,
    ) -> Result<Option<Arc<ServiceHosts>>, Infeasible> {
        let Some(found) = self.context.service_of(subject.function) else {
            return Ok(None);
        };
        let fresh;
        let service = if self.context.is_stated(subject) {
            self.services[found.number].get_or_init(|| self.find_service(found, subject))
        } else {
            fresh = self.find_service(found, subject);
            &fresh
        };
        let refused = match service {
            Ok(service) => return Ok(Some(Arc::clone(service))),
            Err(refused) => refused,
        };
        let own = found.place_of(subject.index);
        let of_own = refused.iter().find(|(place, _)| *place == own);
        Err(match of_own {
            Some((_, reason)) => reason.clone(),
            None => {
                let (place, reason) = &refused[0];
                let name = &self.context.function(found.service.members[*place]).name;
                reason.clone().of_member(name, &found.service.name)
            }
        })
    }

    fn find_service(&self, found: ServiceOf<'_>, subject: Subject<'_>) -> FoundService {
        let mut refused = Vec::new();
        let mut hosted = Vec::new();
        let mut crews: BTreeMap<usize, Vec<(usize, Subject<'_>)>> = BTreeMap::new();
        for (place, index) in found.service.members.iter().enumerate() {
            let member = self.context.subject_or(subject, *index);
            if let Some(number) = self.groups.number_of(member.function) {
                match self.fits_group(member) {
                    Ok(()) => crews.entry(number).or_default().push((place, member)),
                    Err(reason) => refused.push((place, reason)),
                }
            } else {
                match self.place(member) {
                    Ok(one) => hosted.push((one, member)),
                    Err(reason) => refused.push((place, reason)),
                }
            }
        }
        if !refused.is_empty() {
            return Err(refused);
        }
        let mut service = ServiceHosts {
            adds: Usd::ZERO,
            requests: Usd::ZERO,
            growth: None,
            groups: BTreeMap::new(),
            instances: SharedBill::of(|bill| {
                for (one, _) in &hosted {
                    one.charge_instances(bill);
                }
            }),
            request_bill: SharedBill::of(|_| ()),
        };
        let mut sharing = Vec::new();
        for (one, member) in &hosted {
            service.adds = &service.adds + &one.cost().adds;
            service.add(&one.requests_cost(), &one.capacity(), *member);
        }
        for (number, members) in crews {
            let subjects: Vec<Subject<'_>> = members.iter().map(|(_, member)| *member).collect();
            let in_group = self.in_group(number, found, &subjects);
            for (place, member) in members {
                match self.sharing(number, member, &in_group.chosen, &in_group.without) {
                    Ok(one) => {
                        let requests = one.requests_cost();
                        service.adds = &service.adds + &requests;
                        service.add(&requests, &one.capacity(), member);
                        sharing.push(one);
                    }
                    Err(reason) => refused.push((place, reason)),
                }
            }
            service.adds = &service.adds + &in_group.adds();
            service.groups.insert(number, in_group);
        }
        service.request_bill = SharedBill::of(|bill| {
            for (one, _) in &hosted {
                one.charge_requests(bill);
            }
            for one in &sharing {
                one.charge_requests(bill);
            }
        });
        if refused.is_empty() {
            Ok(Arc::new(service))
        } else {
            Err(refused)
        }
    }
}

impl ServiceHosts {
    /// What all functions use with this multiple of their calls, without the instances of capacity
    /// providers.
    pub(super) fn unit_use(&self, times: &Exact) -> UnitUse {
        UnitUse {
            clusters: self.groups.keys().copied().collect(),
            ..UnitUse::of(|bill| {
                bill.add_share(&self.instances, &Exact::ONE);
                bill.add_share(&self.request_bill, times);
            })
        }
    }

    /// Requests in flight that a function can have when the traffic of all functions grows alike.
    pub(super) fn carries(&self, demand: &Demand) -> Exact {
        let growth = self.growth.as_ref();
        growth.map_or(Exact::ZERO, |growth| demand.average() * growth)
    }

    /// What the requests of all functions cost for each call of one of them: in a service the traffic
    /// of all functions grows alike. `None` without calls.
    pub(super) fn per_call(&self, function: &Function) -> Option<Usd> {
        self.requests.per(&Exact::from(function.invocations))
    }

    /// Adds the requests of a function and the requests in flight that its environments carry.
    fn add(&mut self, requests: &Usd, carries: &Exact, member: Subject<'_>) {
        self.requests = &self.requests + requests;
        let growth = carries.over(member.demand.average());
        self.growth = self.growth.take().into_iter().chain(growth).min();
    }
}
