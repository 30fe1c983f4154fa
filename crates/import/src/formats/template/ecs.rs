//! Tasks and services of ECS on Fargate, as any template has them.

use super::configuration::Stated;
use crate::facts::{Container, Facts, SourceNumber};
use crate::number::Number;
use rust_decimal::Decimal;

/// CPU units of a vCPU, and megabytes of a gigabyte.
const UNITS: u32 = 1024;
const FARGATE: &str = "FARGATE";
const SPOT: &str = "FARGATE_SPOT";

/// A task definition.
#[derive(Default)]
pub(super) struct Task {
    /// What services refer to.
    pub(super) id: String,
    pub(super) name: String,
    pub(super) cpu: Stated<String>,
    pub(super) memory: Stated<String>,
    pub(super) architecture: Stated<String>,
    pub(super) storage_gb: Stated<u64>,
    pub(super) compatibilities: Vec<String>,
    pub(super) place: String,
}

/// A service, which keeps a number of tasks running.
#[derive(Default)]
pub(super) struct Service {
    pub(super) name: String,
    /// The id of its task definition.
    pub(super) task: Option<String>,
    pub(super) count: Stated<u64>,
    /// Launch types and capacity providers.
    pub(super) launch: Vec<String>,
}

/// Adds the tasks on Fargate: each service is one, and each definition without a service.
pub(super) fn declare(
    tasks: &[Task],
    services: &[Service],
    source: SourceNumber,
    facts: &mut Facts,
) {
    for task in tasks {
        let own = || {
            services
                .iter()
                .filter(|service| service.task.as_ref() == Some(&task.id))
        };
        let launched = || own().flat_map(|service| &service.launch);
        let is_on_fargate = task.compatibilities.iter().chain(launched());
        let mut is_on_fargate = is_on_fargate.filter(|kind| *kind == FARGATE || *kind == SPOT);
        if is_on_fargate.next().is_none() {
            let why = "tasks of ECS that do not run on Fargate";
            facts.ignored(source, why, &task.place);
            continue;
        }
        facts.used(source);
        for service in own() {
            let is_spot = service.launch.iter().any(|kind| kind == SPOT)
                && !service.launch.iter().any(|kind| kind == FARGATE);
            // A service without a number keeps one task.
            let count = match service.count {
                Stated::Absent => Some(1),
                stated => stated.known(),
            };
            facts
                .containers
                .push(container(task, &service.name, count, is_spot, source));
        }
        if own().next().is_none() {
            facts
                .containers
                .push(container(task, &task.name, None, false, source));
        }
    }
}

fn container(
    task: &Task,
    name: &str,
    count: Option<u64>,
    is_spot: bool,
    source: SourceNumber,
) -> Container {
    let size = |stated: &Stated<String>| match stated {
        Stated::Is(text) => in_units(text),
        Stated::Absent | Stated::Unknown => None,
    };
    let architecture = match &task.architecture {
        Stated::Absent => Some("x86_64".to_owned()),
        Stated::Is(name) => Some(name.to_lowercase()),
        Stated::Unknown => None,
    };
    Container {
        name: name.to_owned(),
        source,
        vcpu: size(&task.cpu),
        memory_gb: size(&task.memory),
        count,
        architecture,
        storage_gb: task.storage_gb.known(),
        is_spot,
    }
}

/// vCPU or gigabytes: `256` are units or megabytes, `.25 vCPU` and `0.5 GB` are whole ones.
fn in_units(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_lowercase();
    let whole = text
        .strip_suffix("vcpu")
        .or_else(|| text.strip_suffix("gb"));
    let number = Number::of_text(whole.unwrap_or(&text))?.0;
    let number = match whole {
        Some(_) => number,
        None => number.checked_div(Decimal::from(UNITS))?,
    };
    (number > Decimal::ZERO).then(|| number.normalize().to_string())
}

#[cfg(test)]
mod tests {
    use super::in_units;

    #[test]
    fn sizes_are_read_with_and_without_a_unit() {
        for (text, size) in [
            ("256", Some("0.25")),
            (".25 vCPU", Some("0.25")),
            ("1 vCPU", Some("1")),
            ("30720", Some("30")),
            ("0.5GB", Some("0.5")),
            ("much", None),
            ("0", None),
        ] {
            assert_eq!(in_units(text).as_deref(), size, "{text}");
        }
    }
}
