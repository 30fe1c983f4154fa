//! `terraform show -json` of a plan or a state.

mod plan;
mod tasks;

use super::configuration::{Configuration, Stated};
use super::yaml;
use crate::facts::{Context, Facts, SourceNumber, Who};
use crate::format::Format;
use crate::formats::json;
use crate::input::Bytes;
use crate::mistake::Mistake;
use plan::{Constant, ModuleConfiguration, Plan, Resource, ResourceConfiguration, Settings};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Megabytes of a function without `memory_size`.
const MEMORY_MB: u64 = 128;
const FUNCTION: &str = "aws_lambda_function";
const ALIAS: &str = "aws_lambda_alias";
const PROVISIONED: &str = "aws_lambda_provisioned_concurrency_config";
const MAPPING: &str = "aws_lambda_event_source_mapping";
const URL: &str = "aws_lambda_function_url";

pub(in super::super) fn read(
    bytes: Bytes,
    context: &Context,
    facts: &mut Facts,
) -> Result<(), Mistake> {
    let source = facts.start(&context.path, Format::TerraformPlan);
    let text = yaml::text(bytes, context)?;
    let start = start_of_plan(&text).ok_or_else(|| {
        let help = "write it with `terraform show -json PLAN > plan.json`";
        context.mistake("there is no JSON of a plan in it", help)
    })?;
    let mut documents = serde_json::Deserializer::from_str(&text[start..]).into_iter::<Plan>();
    let plan = match documents.next() {
        Some(Ok(plan)) => plan,
        Some(Err(error)) => {
            let before = memchr::memchr_iter(b'\n', &text.as_bytes()[..start]).count() as u64;
            let mistake = json::mistake(&error, context);
            let line = mistake.line.map(|line| line + before);
            return Err(Mistake { line, ..mistake });
        }
        None => return Ok(()),
    };
    let reader = Reader {
        plan: &plan,
        resources: plan.resources(),
        source,
        context,
    };
    reader.read(facts)
}

/// Where the JSON starts: lines of a log can come before it.
fn start_of_plan(text: &str) -> Option<usize> {
    let version = text.find("\"format_version\"");
    match version {
        Some(version) => text[..version].rfind('{'),
        None => text.find('{'),
    }
}

struct Reader<'p> {
    plan: &'p Plan,
    resources: Vec<&'p Resource>,
    source: SourceNumber,
    context: &'p Context,
}

/// What other resources say of a function.
#[derive(Default)]
struct Attached {
    provisioned: Stated<u64>,
    events: BTreeMap<String, u64>,
}

impl Reader<'_> {
    fn read(&self, facts: &mut Facts) -> Result<(), Mistake> {
        let mut attached = self.attached(facts)?;
        for resource in &self.resources {
            if resource.kind == FUNCTION {
                let attached = attached.remove(&*resource.address).unwrap_or_default();
                self.function(resource, attached, facts)?;
            }
        }
        tasks::add(self, facts)
    }

    /// What other resources say, by the address of the function.
    fn attached(&self, facts: &mut Facts) -> Result<BTreeMap<&str, Attached>, Mistake> {
        let mut all: BTreeMap<&str, Attached> = BTreeMap::new();
        for resource in &self.resources {
            let event = match &*resource.kind {
                PROVISIONED => None,
                MAPPING => Some("event source mapping"),
                URL => Some("function URL"),
                _ => continue,
            };
            let Some(function) = self.function_of(resource) else {
                if event.is_none() {
                    let why = "provisioned concurrency of a function that is not in the plan";
                    facts.ignored(self.source, why, &resource.address);
                }
                continue;
            };
            let known = all.entry(function).or_default();
            if let Some(event) = event {
                *known.events.entry(event.to_owned()).or_default() += 1;
                continue;
            }
            let stated = match &resource.values.provisioned_concurrent_executions {
                Some(value) => self.whole(value, "provisioned_concurrent_executions", resource)?,
                None => Stated::Unknown,
            };
            known.provisioned = known.provisioned.plus(stated);
        }
        Ok(all)
    }

    /// The address of the function that a resource names or refers to.
    fn function_of(&self, resource: &Resource) -> Option<&str> {
        let functions = || self.resources.iter().filter(|one| one.kind == FUNCTION);
        if let Some(name) = text(&resource.values.function_name) {
            let name = Who::of_arn(name).map_or_else(|| name.to_owned(), |who| who.name);
            let mut named =
                functions().filter(|one| text(&one.values.function_name) == Some(&name));
            if let (Some(only), None) = (named.next(), named.next()) {
                return Some(&only.address);
            }
        }
        let (module, _) = split(&resource.address);
        let referred = self.referred_function(&resource.address)?;
        let referred = if referred.starts_with(ALIAS) {
            self.referred_function(&format!("{module}{referred}"))?
        } else {
            referred
        };
        let whole = format!("{module}{referred}");
        let alike: Vec<_> = functions()
            .filter(|one| without_indexes(&one.address) == without_indexes(&whole))
            .collect();
        let index = index_of(&resource.address);
        let of_index = alike.iter().find(|one| index_of(&one.address) == index);
        match (of_index, &alike[..]) {
            (Some(one), _) => Some(&one.address),
            (None, [only]) => Some(&only.address),
            (None, _) => None,
        }
    }

    /// The resource that a setting refers to, such as `aws_lambda_alias.live`.
    fn referred(
        &self,
        address: &str,
        get: fn(&Settings) -> &Option<Json>,
        kinds: &[&str],
    ) -> Option<&str> {
        let (_, configuration) = self.configuration(address)?;
        let expression = get(&configuration.expressions).as_ref()?;
        let references = expression.get("references")?.as_array()?;
        let mut references = references.iter().filter_map(Json::as_str);
        let found = references.find(|one| kinds.iter().any(|kind| one.starts_with(kind)))?;
        let mut dots = found.match_indices('.').map(|(at, _)| at);
        let end = dots.nth(1).unwrap_or(found.len());
        found[..end].split('[').next()
    }

    /// The function or alias that the configuration of a resource refers to.
    fn referred_function(&self, address: &str) -> Option<&str> {
        self.referred(address, |one| &one.function_name, &[FUNCTION, ALIAS])
    }

    /// The configuration of a resource, and the modules that it is in, the outermost first.
    fn configuration(
        &self,
        address: &str,
    ) -> Option<(Vec<(&ModuleConfiguration, &str)>, &ResourceConfiguration)> {
        let address = without_indexes(address);
        let mut module = &self.plan.configuration.root_module;
        let mut modules = Vec::new();
        let mut rest = &*address;
        while let Some(inner) = rest.strip_prefix("module.") {
            let (name, inner) = inner.split_once('.')?;
            let (name, call) = module.module_calls.get_key_value(name)?;
            modules.push((module, &**name));
            module = &call.module;
            rest = inner;
        }
        modules.push((module, ""));
        let own = module.resources.iter().find(|one| one.address == rest)?;
        Some((modules, own))
    }

    fn function(
        &self,
        resource: &Resource,
        attached: Attached,
        facts: &mut Facts,
    ) -> Result<(), Mistake> {
        let values = &resource.values;
        let whole = |property: &str, value: &Option<Json>| match value {
            Some(value) => self.whole(value, property, resource),
            None => Ok(Stated::Absent),
        };
        let stated = |get: fn(&Settings) -> &Option<Json>| self.is_stated(resource, get);
        let storage = block(&values.ephemeral_storage).and_then(|block| block.get("size"));
        let reserved = values.reserved_concurrent_executions.as_ref();
        let reserved = reserved.filter(|value| value.as_i64() != Some(-1)).cloned();
        let snap_start = block(&values.snap_start).and_then(|block| block.get("apply_on"));
        let mut configuration = Configuration {
            memory_mb: whole("memory_size", &values.memory_size)?,
            architecture: architecture(values),
            storage_mb: whole("ephemeral_storage.size", &storage.cloned())?,
            provisioned: attached.provisioned,
            timeout_s: whole("timeout", &values.timeout)?,
            reserved: whole("reserved_concurrent_executions", &reserved)?,
            runtime: text(&values.runtime).map(str::to_owned),
            is_image: text(&values.package_type) == Some("Image"),
            has_snap_start: snap_start
                .and_then(Json::as_str)
                .is_some_and(|on| on != "None"),
            is_managed: block(&values.capacity_provider_config).is_some(),
            is_durable: block(&values.durable_config).is_some(),
            has_tenants: block(&values.tenancy_config).is_some(),
            events: attached.events,
            remarks: Vec::new(),
        };
        // Terraform learns these values only when it applies the plan.
        if configuration.memory_mb.is_absent() && stated(|one| &one.memory_size) {
            configuration.memory_mb = Stated::Unknown;
        }
        if configuration.architecture.is_absent() && stated(|one| &one.architectures) {
            configuration.architecture = Stated::Unknown;
        }
        if configuration.storage_mb.is_absent() && stated(|one| &one.ephemeral_storage) {
            configuration.storage_mb = Stated::Unknown;
        }
        let address = &resource.address;
        let name = text(&values.function_name);
        if name.is_none() {
            let remark = format!(
                "its function_name is not in the plan, so `{address}` is its address: \
                 `--alias '{address}=NAME'` states the name"
            );
            configuration.remarks.push(remark);
        }
        let who = self.who(resource, name.unwrap_or(address));
        configuration.declare(who, address, MEMORY_MB, self.source, self.context, facts)
    }

    /// The function, with the region and account that the plan says.
    fn who(&self, resource: &Resource, name: &str) -> Who {
        let values = &resource.values;
        let own = text(&values.arn).and_then(Who::of_arn);
        let (region, account) = own.map_or((None, None), |own| (own.region, own.account));
        let region = region
            .or_else(|| text(&values.region).map(str::to_owned))
            .or_else(|| self.region_of_provider(&resource.address));
        let who = Who {
            name: name.to_owned(),
            region,
            account,
        };
        who.or(
            self.context.region.as_deref(),
            self.context.account.as_deref(),
        )
    }

    /// The region of the provider of a resource.
    fn region_of_provider(&self, address: &str) -> Option<String> {
        let own = self.configuration(address);
        let key = own.and_then(|(_, own)| own.provider_config_key.as_deref());
        let providers = &self.plan.configuration.provider_config;
        let provider = providers.get(key.unwrap_or("aws"))?;
        let region = provider.expressions.region.as_ref()?;
        if let Some(constant) = region.get("constant_value").and_then(Json::as_str) {
            return Some(constant.to_owned());
        }
        let reference = region.get("references")?.get(0)?.as_str()?;
        let variable = self.plan.variables.get(reference.strip_prefix("var.")?)?;
        text(&variable.value).map(str::to_owned)
    }

    /// True if the configuration of a resource states a setting, and not as null.
    fn is_stated(&self, resource: &Resource, get: fn(&Settings) -> &Option<Json>) -> bool {
        let Some((modules, own)) = self.configuration(&resource.address) else {
            return false;
        };
        let Some(expression) = get(&own.expressions) else {
            return false;
        };
        let references = expression.get("references").and_then(Json::as_array);
        let only = match references.map(Vec::as_slice) {
            Some([Json::String(only)]) => only,
            Some(_) => return true,
            None => return expression.get("constant_value") != Some(&Json::Null),
        };
        !self.is_null(only, &modules)
    }

    /// True for a variable that is null in the innermost of these modules.
    fn is_null(&self, reference: &str, modules: &[(&ModuleConfiguration, &str)]) -> bool {
        let Some(name) = reference.strip_prefix("var.") else {
            return false;
        };
        let Some(((module, _), outer)) = modules.split_last() else {
            return false;
        };
        let default = module.variables.get(name).map(|variable| variable.default);
        let Some((caller, call)) = outer.last() else {
            let variable = self.plan.variables.get(name);
            let value = variable.map(|variable| variable.value.is_none());
            return value.unwrap_or(default == Some(Constant::Null));
        };
        let call = caller.module_calls.get(*call);
        match call.and_then(|call| call.expressions.get(name)) {
            None => default == Some(Constant::Null),
            Some(expression) => match &expression.references[..] {
                [] => expression.constant_value == Constant::Null,
                [only] => self.is_null(only, outer),
                _ => false,
            },
        }
    }

    /// A whole number of JSON.
    fn whole(
        &self,
        value: &Json,
        property: &str,
        resource: &Resource,
    ) -> Result<Stated<u64>, Mistake> {
        let stated = match value {
            Json::Null => Stated::Absent,
            Json::String(text) => Stated::Is(text.clone()),
            other => Stated::Is(other.to_string()),
        };
        let property = format!("{property} of {}", resource.address);
        stated.whole(&property, None, self.context)
    }
}

fn architecture(values: &Settings) -> Stated<String> {
    let list = values.architectures.as_ref().and_then(Json::as_array);
    let first = list.and_then(|list| list.first()).and_then(Json::as_str);
    first.map_or(Stated::Absent, |name| Stated::Is(name.to_owned()))
}

fn text(value: &Option<Json>) -> Option<&str> {
    value.as_ref().and_then(Json::as_str)
}

/// The only block of a list of blocks.
fn block(value: &Option<Json>) -> Option<&Json> {
    value.as_ref()?.as_array()?.first()
}

/// An address without the parts in brackets.
fn without_indexes(address: &str) -> String {
    let mut out = String::new();
    let (mut depth, mut is_quoted, mut is_escaped) = (0_usize, false, false);
    for c in address.chars() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' if depth > 0 => is_quoted = !is_quoted,
            '[' if !is_quoted => depth += 1,
            ']' if !is_quoted => depth = depth.saturating_sub(1),
            c if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

/// The modules of an address, with a dot at the end, and the rest.
fn split(address: &str) -> (String, String) {
    let plain = without_indexes(address);
    let mut parts: Vec<&str> = plain.split('.').collect();
    let own = parts.split_off(parts.len().saturating_sub(2));
    let mut module = parts.join(".");
    if !module.is_empty() {
        module.push('.');
    }
    (module, own.join("."))
}

/// The index of a resource, without that of its modules.
fn index_of(address: &str) -> Option<&str> {
    let inner = address.strip_suffix(']')?;
    inner.rfind('[').map(|start| &inner[start + 1..])
}
