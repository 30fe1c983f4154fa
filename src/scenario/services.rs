//! Services: functions that share tasks or pods on platforms that run containers.

use super::{Function, Scenario};
use crate::diag::{Code, Diag, Diags};
use crate::exact::Exact;
use crate::money::plural;
use crate::text::escaped_name;
use std::collections::HashMap;
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
        let mut diags = Diags::new();
        let functions = Arc::make_mut(&mut self.functions);
        self.services = settle(functions, &self.hours, &mut diags);
        diags
            .into_result(())
            .expect("the services were checked with all functions");
    }
}

/// Finds the services of functions. A pinned member pins all members.
pub(crate) fn settle(
    functions: &mut [Function],
    hours: &Exact,
    diags: &mut Diags,
) -> Vec<SharedService> {
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
    if members.is_empty() {
        return Vec::new();
    }
    for function in functions.iter() {
        let is_taken = numbers.contains_key(&function.name);
        if is_taken && function.service_name() != Some(&*function.name) {
            diags.push(same_name(&function.name));
        }
    }
    let services = members.into_iter().map(|members| {
        let first = &functions[members[0]];
        for index in &members[1..] {
            diags.extend(difference(first, &functions[*index], hours));
        }
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

/// Why two functions cannot share containers; `None` if they can.
fn difference(first: &Function, other: &Function, hours: &Exact) -> Option<Diag> {
    let (what, key) = if first.region != other.region {
        ("are in different regions", "region")
    } else if first.container_architecture() != other.container_architecture() {
        (
            "have containers of different architectures",
            "container.architecture",
        )
    } else if first.home() != other.home() {
        ("run on different platforms today", "runs_on")
    } else if first.fleet_hours(hours) != other.fleet_hours(hours) {
        ("run for different hours", "container.hours_per_month")
    } else if first.container().os != other.container().os {
        (
            "have containers of different operating systems",
            "container.os",
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
    let help = format!("state the same {key} for both, or another service");
    Some(Diag::new(Code::Conflict, message).help(help))
}

impl SharedService {
    /// The service as a phrase: `3 functions of api`.
    pub(crate) fn describe(&self) -> String {
        let functions = plural(self.members.len() as u128, "function");
        format!("{functions} of service {}", escaped_name(&self.name))
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
