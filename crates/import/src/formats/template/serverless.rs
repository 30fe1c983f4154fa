//! `serverless.yml` of the Serverless Framework.

use super::configuration::{Configuration, Stated};
use super::node::{Content, Node};
use super::variables::Variables;
use super::yaml;
use crate::facts::{Context, Facts, SourceNumber, Who};
use crate::format::Format;
use crate::input::Bytes;
use crate::mistake::Mistake;
use crate::options::Options;

/// Megabytes of a function that states none.
const MEMORY_MB: u64 = 1024;

pub(in super::super) fn read(
    bytes: Bytes,
    context: &Context,
    options: &Options,
    facts: &mut Facts,
) -> Result<(), Mistake> {
    let source = facts.start(&context.path, Format::Serverless);
    for document in yaml::documents(bytes, context)? {
        let variables = Variables::of(&document, context, options);
        let provider = document.get("provider");
        let cloud = provider.and_then(|provider| provider.get("name").or(Some(provider)));
        let cloud = cloud.and_then(|cloud| variables.text(cloud));
        let service = Service {
            name: document.get("service"),
            provider,
            variables: &variables,
            source,
            context,
        };
        let functions = document.get("functions");
        match cloud.as_deref() {
            Some("aws") | None => functions.map_or(Ok(()), |all| service.functions(all, facts))?,
            Some(other) => {
                let why = format!("functions of the provider {other}, which is not AWS");
                for (key, _) in functions.into_iter().flat_map(Node::members) {
                    facts.ignored(source, &why, key);
                }
            }
        }
    }
    Ok(())
}

/// A service, which has functions.
struct Service<'t> {
    name: Option<&'t Node>,
    provider: Option<&'t Node>,
    variables: &'t Variables<'t>,
    source: SourceNumber,
    context: &'t Context,
}

impl<'t> Service<'t> {
    /// Adds the functions of a map, or of the maps of a list.
    fn functions(&self, all: &'t Node, facts: &mut Facts) -> Result<(), Mistake> {
        let Some(value) = self.variables.value(all) else {
            self.elsewhere(all, facts);
            return Ok(());
        };
        match &value.content {
            Content::Map(map) => {
                for (key, function) in map {
                    match self.variables.value(function).as_deref() {
                        Some(function) if function.as_text().is_none() => {
                            self.function(key, function, facts)?;
                        }
                        _ => self.elsewhere(function, facts),
                    }
                }
            }
            Content::List(list) => {
                for part in list {
                    match self.variables.value(part).as_deref() {
                        Some(part) => {
                            for (key, function) in part.members() {
                                self.function(key, function, facts)?;
                            }
                        }
                        None => self.elsewhere(part, facts),
                    }
                }
            }
            Content::Text(_) => self.elsewhere(all, facts),
            Content::Null => {}
        }
        Ok(())
    }

    fn elsewhere(&self, node: &Node, facts: &mut Facts) {
        let why = "functions that are not in the file, but in another place that it names";
        facts.ignored(self.source, why, &format!("line {}", node.line));
    }

    fn function(&self, key: &str, function: &Node, facts: &mut Facts) -> Result<(), Mistake> {
        let text = |name: &str| self.stated(function.get(name));
        let either = |name: &str| text(name).or(|| self.of_provider(name));
        let whole = |name: &str, stated: Stated<String>| {
            let of_provider = || self.provider.and_then(|provider| provider.get(name));
            let node = function.get(name).or_else(of_provider);
            stated.whole(name, node.map(|node| node.line), self.context)
        };
        let memory = match either("memorySize") {
            Stated::Is(text) => Stated::Is(text.trim_end_matches("MB").to_owned()),
            stated => stated,
        };
        let provisioned = function.get("provisionedConcurrency");
        let provisioned = provisioned.map(|node| node.get("executions").unwrap_or(node));
        let snap_start = text("snapStart").known();
        let mut configuration = Configuration {
            memory_mb: whole("memorySize", memory)?,
            architecture: either("architecture"),
            storage_mb: whole("ephemeralStorageSize", text("ephemeralStorageSize"))?,
            provisioned: whole("provisionedConcurrency", self.stated(provisioned))?,
            timeout_s: whole("timeout", either("timeout"))?,
            reserved: whole("reservedConcurrency", text("reservedConcurrency"))?,
            runtime: either("runtime").known(),
            is_image: function.get("image").is_some(),
            has_snap_start: snap_start.is_some_and(|word| word != "false"),
            ..Configuration::default()
        };
        let events = function.get("events").and_then(Node::list);
        for event in events.unwrap_or_default() {
            let kind = event.members().next().map(|(kind, _)| &**kind);
            let kind = kind.or(event.as_text().filter(|text| !text.contains("${")));
            let kind = kind.unwrap_or("other").to_owned();
            *configuration.events.entry(kind).or_default() += 1;
        }
        if let Some(condition) = function.get("condition").and_then(Node::as_text) {
            let remark = format!("it exists only under the condition {condition} of the template");
            configuration.remarks.push(remark);
        }
        let name = match self.stated(function.get("name")) {
            Stated::Is(name) => Some(name),
            Stated::Absent => self.usual_name(key),
            Stated::Unknown => None,
        };
        if name.is_none() {
            let remark = format!(
                "its name cannot be resolved, so `{key}` is the key in the file: \
                 `--alias {key}=NAME` states the name"
            );
            configuration.remarks.push(remark);
        }
        let name = name.unwrap_or_else(|| key.to_owned());
        let who = self.who(name);
        configuration.declare(who, key, MEMORY_MB, self.source, self.context, facts)
    }

    /// A region in the file holds; that of the command line is for files that state none.
    fn who(&self, name: String) -> Who {
        let who = self.context.who(name);
        match self.of_provider("region") {
            Stated::Is(region) => Who {
                region: Some(region),
                ..who
            },
            Stated::Absent | Stated::Unknown => who,
        }
    }

    /// The name of a function that states none.
    fn usual_name(&self, key: &str) -> Option<String> {
        let service = self.name.map(|name| name.get("name").unwrap_or(name));
        let service = self.variables.text(service?)?;
        let stage = self.variables.stage()?;
        Some(format!("{service}-{stage}-{key}"))
    }

    fn of_provider(&self, name: &str) -> Stated<String> {
        self.stated(self.provider.and_then(|provider| provider.get(name)))
    }

    fn stated(&self, node: Option<&Node>) -> Stated<String> {
        match node {
            None => Stated::Absent,
            Some(node) if node.is_null() => Stated::Absent,
            Some(node) => self
                .variables
                .text(node)
                .map_or(Stated::Unknown, Stated::Is),
        }
    }
}
