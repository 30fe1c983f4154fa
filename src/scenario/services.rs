//! Services: functions that share tasks or pods on platforms that run containers.

use super::name_index::StatedPlaces;
use super::schema::Field;
use super::{Function, Scenario};
use crate::diag::{At, Code, Diag};
use crate::exact::Exact;
use crate::money::plural;
use crate::text::quoted;
use std::collections::HashMap;
#[cfg(feature = "cli")]
use std::sync::Arc;

/// The functions of a service.
#[derive(Debug, Clone)]
pub struct SharedService {
    pub name: Box<str>,
    /// Indices of its functions, ascending.
    pub members: Vec<usize>,
    /// A function with what the containers of all members have in common, and with the greatest
    /// minimum of tasks, base memory and storage of any member.
    pub(crate) carrier: Function,
}

/// The service of a function.
#[derive(Debug, Clone)]
pub(crate) struct Membership {
    pub name: Box<str>,
    /// Index into the services of the scenario.
    pub number: usize,
}

impl Scenario {
    /// Finds the services again after functions were left out. A service runs on one platform, so all of
    /// its functions are left out or none.
    #[cfg(feature = "cli")]
    pub(crate) fn find_services_again(&mut self) {
        let functions = Arc::make_mut(&mut self.functions);
        self.services = settle(functions);
    }
}

/// The services of the functions that are read so far.
pub(crate) struct ServiceIndex {
    /// The index of the first function of each service.
    first: HashMap<Box<str>, usize>,
    /// Hours of the month.
    hours: Exact,
}

impl ServiceIndex {
    pub(crate) fn new(hours: &Exact) -> Self {
        Self {
            first: HashMap::new(),
            hours: hours.clone(),
        }
    }

    /// Adds the function that follows `functions`. `named` finds one of these by its name. Returns the
    /// mistakes in its service.
    pub(crate) fn add<'f>(
        &mut self,
        function: &Function,
        functions: &'f [Function],
        named: &dyn Fn(&str) -> Option<&'f Function>,
        places: &dyn StatedPlaces,
    ) -> Vec<Diag> {
        let mut diags = Vec::new();
        let service = function.service_name();
        let is_member = |function: &Function, service| function.service_name() == Some(service);
        let name = &*function.name;
        if !self.first.is_empty() && self.first.contains_key(name) && !is_member(function, name) {
            let at = blamed(&[function], &[Field::Name], places);
            diags.push(same_name(&function.name).at(at));
        }
        let Some(service) = service else {
            return diags;
        };
        if let Some(first) = self.first.get(service) {
            let first = &functions[*first];
            if let Some((keys, diag)) = difference(first, function, &self.hours) {
                let keys = [keys, &[Field::Service]].concat();
                diags.push(diag.at(blamed(&[function, first], &keys, places)));
            }
            return diags;
        }
        self.first.insert(service.into(), functions.len());
        let other = named(service).filter(|other| !is_member(other, service));
        if let Some(other) = other {
            let at = blamed(&[function, other], &[Field::Service], places);
            diags.push(same_name(service).at(at));
        }
        diags
    }
}

/// The place of a mistake in these keys: the change of `--set` that made it, or where the function that
/// is added states one of them.
fn blamed(functions: &[&Function], keys: &[Field], places: &dyn StatedPlaces) -> At {
    let changed = functions
        .iter()
        .flat_map(|function| function.set.as_deref());
    let changed = changed
        .flatten()
        .find(|changed| keys.contains(&changed.field));
    if let Some(changed) = changed {
        return (*changed.place).clone();
    }
    let stated = keys.iter().find_map(|key| places.of_field(*key));
    stated.unwrap_or_else(|| places.of_name())
}

/// Finds the services of functions. A pinned member pins all members.
pub(crate) fn settle(functions: &mut [Function]) -> Vec<SharedService> {
    let mut numbers: HashMap<Box<str>, usize> = HashMap::new();
    let mut members: Vec<Vec<usize>> = Vec::new();
    for (index, function) in functions.iter_mut().enumerate() {
        let Some(membership) = &mut function.service else {
            continue;
        };
        let next = members.len();
        let number = *numbers.entry(membership.name.clone()).or_insert(next);
        if number == next {
            members.push(Vec::new());
        }
        membership.number = number;
        members[number].push(index);
    }
    let services = members.into_iter().map(|members| {
        if members.iter().any(|index| functions[*index].is_pinned) {
            for index in &members {
                functions[*index].is_pinned = true;
            }
        }
        let name = first_name(&functions[members[0]]);
        let carrier = carrier(members.iter().map(|index| &functions[*index]));
        SharedService {
            name,
            members,
            carrier,
        }
    });
    services.collect()
}

fn first_name(function: &Function) -> Box<str> {
    let name = function.service_name();
    name.expect("it is a member of a service").into()
}

/// A function with what the containers of members have in common.
fn carrier<'f>(mut members: impl Iterator<Item = &'f Function>) -> Function {
    let first = members.next();
    let mut carrier = first.expect("a service has a member").clone();
    for member in members {
        carrier.share_containers(member);
    }
    carrier
}

fn same_name(name: &str) -> Diag {
    let message = format!("`{name}` is a service, and a function that does not belong to it");
    let help = "give one of them another name: the plan names both in the same list";
    Diag::new(Code::DuplicateName, message).help(help)
}

/// Why two functions cannot share containers, and the keys that say so; `None` if they can.
fn difference(
    first: &Function,
    other: &Function,
    hours: &Exact,
) -> Option<(&'static [Field], Diag)> {
    let (what, keys): (_, &[Field]) = if first.region != other.region {
        ("are in different regions", &[Field::Region])
    } else if first.container_architecture() != other.container_architecture() {
        (
            "have containers of different architectures",
            &[Field::ContainerArchitecture, Field::Architecture],
        )
    } else if first.home() != other.home() {
        ("run on different platforms today", &[Field::RunsOn])
    } else if first.fleet_hours(hours) != other.fleet_hours(hours) {
        ("run for different hours", &[Field::FleetHours])
    } else if first.container().os != other.container().os {
        (
            "have containers of different operating systems",
            &[Field::ContainerOs],
        )
    } else {
        return None;
    };
    let message = format!(
        "`{}` and `{}` of the service `{}` {what}",
        first.name,
        other.name,
        first_name(first)
    );
    let key = keys[0].path();
    let help = format!("state the same {key} for both, or another service");
    Some((keys, Diag::new(Code::Conflict, message).help(help)))
}

impl SharedService {
    /// The service as a phrase: `3 functions of api`.
    pub(crate) fn describe(&self) -> String {
        let functions = plural(self.members.len() as u128, "function");
        format!("{functions} of service {}", quoted(&self.name))
    }
}

impl Function {
    /// The name of its service.
    pub(crate) fn service_name(&self) -> Option<&str> {
        Some(&self.service.as_ref()?.name)
    }

    /// The index of its service in the scenario.
    pub(crate) fn service_number(&self) -> Option<usize> {
        Some(self.service.as_ref()?.number)
    }

    /// The name of its service, or its own.
    pub(crate) fn unit_name(&self) -> &str {
        self.service_name().unwrap_or(&self.name)
    }
}
