//! Templates of CloudFormation and SAM, in YAML and JSON, also those that CDK writes.

use super::configuration::{Configuration, Stated};
use super::ecs::{self, Service, Task};
use super::intrinsics::{Answer, Scope, referenced};
use super::node::{Content, Node};
use super::yaml;
use crate::facts::{Context, Facts, SourceNumber};
use crate::format::Format;
use crate::input::Bytes;
use crate::mistake::Mistake;
use crate::options::Options;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Megabytes of a function without `MemorySize`.
const MEMORY_MB: u64 = 128;
const SAM_FUNCTION: &str = "AWS::Serverless::Function";
const FUNCTION: &str = "AWS::Lambda::Function";

pub(in super::super) fn read(
    format: Format,
    bytes: Bytes,
    context: &Context,
    options: &Options,
    facts: &mut Facts,
) -> Result<(), Mistake> {
    let source = facts.start(&context.path, format);
    for document in yaml::documents(bytes, context)? {
        let document = match document.get("TemplateBody") {
            Some(body) => template_of(body, context)?,
            None => document,
        };
        let template = Template::of(&document, source, context, options);
        for (id, resource) in template.resources() {
            let kind = resource.get("Type").and_then(Node::as_text);
            if matches!(kind, Some(FUNCTION | SAM_FUNCTION)) {
                template.function(id, resource, facts)?;
            } else if id.starts_with("Fn::ForEach") {
                let why = "resources of Fn::ForEach, which is not expanded";
                facts.ignored(source, why, &format!("line {}", resource.line));
            }
        }
        template.containers(facts)?;
    }
    Ok(())
}

/// The template in an answer of `aws cloudformation get-template`, which has YAML as text.
fn template_of(body: &Node, context: &Context) -> Result<Node, Mistake> {
    let Some(text) = body.as_text() else {
        return Ok(body.clone());
    };
    let inner = yaml::parsed(text, context);
    let inner = inner.map_err(|mistake| Mistake {
        message: format!(
            "line {} of TemplateBody: {}",
            mistake.line.unwrap_or(1),
            mistake.message
        ),
        line: Some(body.line),
        ..mistake
    })?;
    let first = inner.into_iter().next();
    Ok(first.unwrap_or_else(|| Node::null(body.line)))
}

/// A template.
struct Template<'t> {
    document: &'t Node,
    scope: Scope<'t>,
    source: SourceNumber,
    context: &'t Context,
    /// Provisioned concurrency of aliases and versions, by the function that they refer to.
    provisioned: BTreeMap<&'t str, Stated<u64>>,
    /// Event sources and URLs, by the function that they refer to.
    events: BTreeMap<&'t str, Vec<&'static str>>,
}

impl<'t> Template<'t> {
    fn of(
        document: &'t Node,
        source: SourceNumber,
        context: &'t Context,
        options: &Options,
    ) -> Self {
        let mut template = Self {
            document,
            scope: Scope::of(document, context, options),
            source,
            context,
            provisioned: BTreeMap::new(),
            events: BTreeMap::new(),
        };
        template.attach();
        template
    }

    fn resources(&self) -> impl Iterator<Item = (&'t String, &'t Node)> + use<'t> {
        let resources = self.document.get("Resources");
        resources.into_iter().flat_map(Node::members)
    }

    /// Finds what other resources say of a function.
    fn attach(&mut self) {
        for (_, resource) in self.resources() {
            let kind = resource.get("Type").and_then(Node::as_text);
            let properties = resource.get("Properties");
            let function = match kind {
                Some("AWS::Lambda::Url") => "TargetFunctionArn",
                _ => "FunctionName",
            };
            let function = properties.and_then(|properties| properties.get(function));
            let Some(function) = function.and_then(referenced) else {
                continue;
            };
            match kind {
                Some("AWS::Lambda::Alias" | "AWS::Lambda::Version") => {
                    let stated = self.provisioned_of(properties);
                    let known = self.provisioned.entry(function).or_default();
                    *known = known.plus(stated);
                }
                Some("AWS::Lambda::EventSourceMapping") => {
                    self.events
                        .entry(function)
                        .or_default()
                        .push("event source mapping");
                }
                Some("AWS::Lambda::Url") => {
                    self.events
                        .entry(function)
                        .or_default()
                        .push("function URL");
                }
                _ => {}
            }
        }
    }

    fn provisioned_of(&self, properties: Option<&'t Node>) -> Stated<u64> {
        let Some(node) = properties.and_then(|one| one.get("ProvisionedConcurrencyConfig")) else {
            return Stated::Absent;
        };
        match self.stated(node, &["ProvisionedConcurrentExecutions"]) {
            Stated::Is(text) => text.trim().parse().map_or(Stated::Unknown, Stated::Is),
            Stated::Absent => Stated::Absent,
            Stated::Unknown => Stated::Unknown,
        }
    }

    /// Adds a function.
    fn function(&self, id: &str, resource: &'t Node, facts: &mut Facts) -> Result<(), Mistake> {
        let properties = self.properties(resource);
        let name = properties.get("FunctionName");
        let literal = name.and_then(|name| self.scope.text(name));
        let own_name = literal.clone().unwrap_or_else(|| id.to_owned());
        let mut configuration = self.configuration(&properties)?;
        let mut names = vec![id];
        names.extend(literal.as_deref());
        for name in names {
            let stated = self.provisioned.get(name).copied().unwrap_or_default();
            configuration.provisioned = configuration.provisioned.plus(stated);
            for event in self.events.get(name).into_iter().flatten() {
                *configuration.events.entry((*event).to_owned()).or_default() += 1;
            }
        }
        if name.is_some() && literal.is_none() {
            let remark = format!(
                "its FunctionName cannot be resolved, so `{id}` is the id in the template: \
                 `--alias {id}=NAME` states the name"
            );
            configuration.remarks.push(remark);
        }
        if let Some(condition) = resource.get("Condition").and_then(Node::as_text) {
            let remark = format!("it exists only under the condition {condition} of the template");
            configuration.remarks.push(remark);
        }
        if is_provider_of_cdk(resource) {
            let remark = "CDK adds it to run a custom resource at deployments";
            configuration.remarks.push(remark.to_owned());
        }
        let who = self.context.who(own_name);
        configuration.declare(who, id, MEMORY_MB, self.source, self.context, facts)
    }

    /// Adds the tasks and services of ECS.
    fn containers(&self, facts: &mut Facts) -> Result<(), Mistake> {
        let (mut tasks, mut services) = (Vec::new(), Vec::new());
        for (id, resource) in self.resources() {
            let Some(properties) = resource.get("Properties") else {
                continue;
            };
            let stated = |path: &[&str]| self.stated(properties, path);
            let named = |name: &str| stated(&[name]).known().unwrap_or_else(|| id.clone());
            match resource.get("Type").and_then(Node::as_text) {
                Some("AWS::ECS::TaskDefinition") => tasks.push(Task {
                    id: id.clone(),
                    name: named("Family"),
                    cpu: stated(&["Cpu"]),
                    memory: stated(&["Memory"]),
                    architecture: stated(&["RuntimePlatform", "CpuArchitecture"]),
                    storage_gb: self.whole(properties, &["EphemeralStorage", "SizeInGiB"])?,
                    compatibilities: self.texts(properties, "RequiresCompatibilities", &[]),
                    place: format!("line {}", resource.line),
                }),
                Some("AWS::ECS::Service") => {
                    let task = properties.get("TaskDefinition").and_then(referenced);
                    let mut launch = self.texts(
                        properties,
                        "CapacityProviderStrategy",
                        &["CapacityProvider"],
                    );
                    launch.extend(stated(&["LaunchType"]).known());
                    services.push(Service {
                        name: named("ServiceName"),
                        task: task.map(str::to_owned),
                        count: self.whole(properties, &["DesiredCount"])?,
                        launch,
                    });
                }
                _ => {}
            }
        }
        ecs::declare(&tasks, &services, self.source, facts);
        Ok(())
    }

    /// The texts of a list, or those of a member of its maps.
    fn texts(&self, properties: &Node, name: &str, member: &[&str]) -> Vec<String> {
        let Some(node) = properties.get(name) else {
            return Vec::new();
        };
        let Answer::Is(node) = self.scope.resolve(node) else {
            return Vec::new();
        };
        let list = node.list().unwrap_or_default().iter();
        list.filter_map(|one| self.stated(one, member).known())
            .collect()
    }

    /// The properties of a function, with those of the Globals of SAM.
    fn properties(&self, resource: &'t Node) -> Cow<'t, Node> {
        let own = resource.get("Properties");
        let kind = resource.get("Type").and_then(Node::as_text);
        let globals = self.document.at(&["Globals", "Function"]);
        let Some(globals) = globals.filter(|_| kind == Some(SAM_FUNCTION)) else {
            let none = || Cow::Owned(Node::null(resource.line));
            return own.map_or_else(none, Cow::Borrowed);
        };
        let mut globals = globals.clone();
        if let Content::Map(map) = &mut globals.content {
            let ignored = resource.get("IgnoreGlobals");
            map.retain(|name, _| !is_ignored(name, ignored));
        }
        if let Some(own) = own {
            merge(&mut globals, own);
        }
        Cow::Owned(globals)
    }

    fn configuration(&self, properties: &Node) -> Result<Configuration, Mistake> {
        let whole = |path: &[&str]| self.whole(properties, path);
        let text = |name: &str| self.stated(properties, &[name]).known();
        let is_there = |name: &str| match properties.get(name) {
            Some(node) => !matches!(self.scope.resolve(node), Answer::Nothing),
            None => false,
        };
        let snap_start = self.stated(properties, &["SnapStart", "ApplyOn"]);
        let mut configuration = Configuration {
            memory_mb: whole(&["MemorySize"])?,
            architecture: self.architecture(properties),
            storage_mb: whole(&["EphemeralStorage", "Size"])?,
            provisioned: whole(&[
                "ProvisionedConcurrencyConfig",
                "ProvisionedConcurrentExecutions",
            ])?,
            timeout_s: whole(&["Timeout"])?,
            reserved: whole(&["ReservedConcurrentExecutions"])?,
            runtime: text("Runtime"),
            is_image: text("PackageType").as_deref() == Some("Image"),
            has_snap_start: snap_start
                .known()
                .is_some_and(|apply_on| apply_on != "None"),
            is_managed: is_there("CapacityProviderConfig"),
            is_durable: is_there("DurableConfig"),
            has_tenants: is_there("TenancyConfig"),
            ..Configuration::default()
        };
        // A transform can add any property.
        if properties.get("Fn::Transform").is_some() {
            for stated in [&mut configuration.memory_mb, &mut configuration.storage_mb] {
                *stated = stated.or(|| Stated::Unknown);
            }
            let architecture = std::mem::take(&mut configuration.architecture);
            configuration.architecture = architecture.or(|| Stated::Unknown);
        }
        let events = properties.get("Events");
        for (_, event) in events.into_iter().flat_map(Node::members) {
            let kind = event.get("Type").and_then(Node::as_text).unwrap_or("other");
            *configuration.events.entry(kind.to_owned()).or_default() += 1;
        }
        Ok(configuration)
    }

    fn architecture(&self, properties: &Node) -> Stated<String> {
        let Some(node) = properties.get("Architectures") else {
            return Stated::Absent;
        };
        match self.scope.resolve(node) {
            Answer::Nothing => Stated::Absent,
            Answer::Unknown => Stated::Unknown,
            Answer::Is(node) => match node.list() {
                Some(list) => list
                    .last()
                    .map_or(Stated::Absent, |last| self.stated(last, &[])),
                None => Stated::Unknown,
            },
        }
    }

    /// A property in properties.
    fn stated(&self, node: &Node, path: &[&str]) -> Stated<String> {
        match self.scope.resolve(node) {
            Answer::Nothing => Stated::Absent,
            Answer::Unknown => Stated::Unknown,
            Answer::Is(node) => match path {
                [] if node.is_null() => Stated::Absent,
                [] => node
                    .as_text()
                    .map_or(Stated::Unknown, |text| Stated::Is(text.to_owned())),
                [name, rest @ ..] => node
                    .get(name)
                    .map_or(Stated::Absent, |node| self.stated(node, rest)),
            },
        }
    }

    fn whole(&self, properties: &Node, path: &[&str]) -> Result<Stated<u64>, Mistake> {
        let line = properties.at(path).map(|node| node.line);
        let stated = self.stated(properties, path);
        stated.whole(&path.join("."), line, self.context)
    }
}

/// True for a property of the Globals that a function does not take.
fn is_ignored(name: &str, ignored: Option<&Node>) -> bool {
    let Some(ignored) = ignored else { return false };
    match ignored.list() {
        Some(names) => names.iter().any(|one| one.as_text() == Some(name)),
        None => ignored.as_text() == Some("*"),
    }
}

/// Adds what a function states to the Globals: maps are merged, lists are joined, all else is replaced.
fn merge(globals: &mut Node, own: &Node) {
    if is_function(globals) || is_function(own) {
        *globals = own.clone();
        return;
    }
    match (&mut globals.content, &own.content) {
        (Content::Map(map), Content::Map(added)) => {
            for (name, node) in added {
                match map.get_mut(name) {
                    Some(known) => merge(known, node),
                    None => {
                        map.insert(name.clone(), node.clone());
                    }
                }
            }
        }
        (Content::List(list), Content::List(added)) => list.extend(added.iter().cloned()),
        _ => *globals = own.clone(),
    }
}

/// True for a function of CloudFormation.
fn is_function(node: &Node) -> bool {
    let name = node.only().map(|(name, _)| name);
    name.is_some_and(|name| name == "Ref" || name.starts_with("Fn::"))
}

/// True for a function that CDK adds for its own work.
fn is_provider_of_cdk(resource: &Node) -> bool {
    let path = resource
        .at(&["Metadata", "aws:cdk:path"])
        .and_then(Node::as_text);
    path.is_some_and(|path| {
        let mut parts = path.split('/');
        parts.any(|part| {
            part.ends_with("CustomResourceProvider")
                || part.starts_with("LogRetention")
                || part.starts_with("BucketNotificationsHandler")
                || part.starts_with("Custom::")
        })
    })
}
