//! Tasks and services of ECS in a plan.

use super::super::configuration::Stated;
use super::super::ecs::{self, Service, Task};
use super::plan::{Resource, Settings};
use super::{Reader, block, split, text, without_indexes};
use crate::facts::Facts;
use crate::mistake::Mistake;
use serde_json::Value as Json;

const TASK: &str = "aws_ecs_task_definition";
const SERVICE: &str = "aws_ecs_service";

/// Adds the tasks and services of a plan.
pub(super) fn add(reader: &Reader<'_>, facts: &mut Facts) -> Result<(), Mistake> {
    let (mut tasks, mut services) = (Vec::new(), Vec::new());
    for resource in &reader.resources {
        match &*resource.kind {
            TASK => tasks.push(task(reader, resource)?),
            SERVICE => services.push(service(reader, resource)?),
            _ => {}
        }
    }
    ecs::declare(&tasks, &services, reader.source, facts);
    Ok(())
}

fn task(reader: &Reader<'_>, resource: &Resource) -> Result<Task, Mistake> {
    let values = &resource.values;
    let stated = |get: fn(&Settings) -> &Option<Json>| match get(values) {
        Some(Json::String(text)) => Stated::Is(text.clone()),
        Some(Json::Number(number)) => Stated::Is(number.to_string()),
        _ if reader.is_stated(resource, get) => Stated::Unknown,
        _ => Stated::Absent,
    };
    let architecture = block(&values.runtime_platform);
    let architecture = architecture.and_then(|one| one.get("cpu_architecture")?.as_str());
    let storage = block(&values.ephemeral_storage).and_then(|one| one.get("size_in_gib"));
    let name = text(&values.family).unwrap_or(&resource.address);
    Ok(Task {
        id: without_indexes(&resource.address),
        name: name.to_owned(),
        cpu: stated(|one| &one.cpu),
        memory: stated(|one| &one.memory),
        architecture: architecture.map_or(Stated::Absent, |name| Stated::Is(name.to_owned())),
        storage_gb: match storage {
            Some(size) => reader.whole(size, "ephemeral_storage.size_in_gib", resource)?,
            None => Stated::Absent,
        },
        compatibilities: texts(&values.requires_compatibilities),
        place: resource.address.clone(),
    })
}

fn service(reader: &Reader<'_>, resource: &Resource) -> Result<Service, Mistake> {
    let values = &resource.values;
    let strategies = values.capacity_provider_strategy.as_ref();
    let strategies = strategies.and_then(Json::as_array).into_iter().flatten();
    let strategies = strategies.filter_map(|one| one.get("capacity_provider")?.as_str());
    let launch = strategies.chain(text(&values.launch_type));
    let count = match &values.desired_count {
        Some(count) => reader.whole(count, "desired_count", resource)?,
        None if reader.is_stated(resource, |one| &one.desired_count) => Stated::Unknown,
        None => Stated::Absent,
    };
    let name = text(&values.name).unwrap_or(&resource.address);
    Ok(Service {
        name: name.to_owned(),
        task: task_of(reader, resource),
        count,
        launch: launch.map(str::to_owned).collect(),
    })
}

/// The address of the task definition of a service.
fn task_of(reader: &Reader<'_>, resource: &Resource) -> Option<String> {
    if let Some(known) = text(&resource.values.task_definition) {
        let family = known.rsplit('/').next().unwrap_or(known);
        let family = family.split(':').next().unwrap_or(family);
        let mut tasks = reader.resources.iter().filter(|one| one.kind == TASK);
        let task = tasks.find(|one| text(&one.values.family) == Some(family));
        return task.map(|task| without_indexes(&task.address));
    }
    let (module, _) = split(&resource.address);
    let referred = reader.referred(&resource.address, |one| &one.task_definition, &[TASK]);
    referred.map(|referred| format!("{module}{referred}"))
}

fn texts(list: &Option<Json>) -> Vec<String> {
    let list = list.as_ref().and_then(Json::as_array).into_iter().flatten();
    list.filter_map(|one| one.as_str().map(str::to_owned))
        .collect()
}
