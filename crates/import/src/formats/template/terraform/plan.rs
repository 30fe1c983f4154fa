//! A plan or state of Terraform as `terraform show -json` writes it. Only what is needed is kept: neither
//! environments of functions nor other settings of resources and modules.

use serde::{Deserialize, Deserializer, de::IgnoredAny};
use serde_json::Value as Json;
use std::collections::BTreeMap;

#[derive(Deserialize)]
pub(super) struct Plan {
    planned_values: Option<Values>,
    /// The resources of a state.
    values: Option<Values>,
    #[serde(default)]
    pub(super) configuration: Configuration,
    #[serde(default)]
    pub(super) variables: BTreeMap<String, Variable>,
}

impl Plan {
    /// Every resource, with those of the modules.
    pub(super) fn resources(&self) -> Vec<&Resource> {
        let mut all = Vec::new();
        let values = self.planned_values.as_ref().or(self.values.as_ref());
        if let Some(values) = values {
            values.root_module.add_to(&mut all);
        }
        all.retain(|resource| resource.mode.as_deref() != Some("data"));
        all
    }
}

#[derive(Deserialize, Default)]
struct Values {
    #[serde(default)]
    root_module: Module,
}

#[derive(Deserialize, Default)]
struct Module {
    #[serde(default)]
    resources: Vec<Resource>,
    #[serde(default)]
    child_modules: Vec<Module>,
}

impl Module {
    fn add_to<'m>(&'m self, all: &mut Vec<&'m Resource>) {
        all.extend(&self.resources);
        for child in &self.child_modules {
            child.add_to(all);
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Resource {
    pub(super) address: String,
    mode: Option<String>,
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) values: Settings,
}

/// Settings of a resource: values in a plan, expressions in its configuration.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Settings {
    pub(super) arn: Option<Json>,
    pub(super) region: Option<Json>,
    pub(super) function_name: Option<Json>,
    pub(super) memory_size: Option<Json>,
    pub(super) architectures: Option<Json>,
    pub(super) ephemeral_storage: Option<Json>,
    pub(super) package_type: Option<Json>,
    pub(super) runtime: Option<Json>,
    pub(super) timeout: Option<Json>,
    pub(super) reserved_concurrent_executions: Option<Json>,
    pub(super) snap_start: Option<Json>,
    pub(super) capacity_provider_config: Option<Json>,
    pub(super) durable_config: Option<Json>,
    pub(super) tenancy_config: Option<Json>,
    pub(super) provisioned_concurrent_executions: Option<Json>,
    pub(super) name: Option<Json>,
    pub(super) family: Option<Json>,
    pub(super) cpu: Option<Json>,
    pub(super) memory: Option<Json>,
    pub(super) requires_compatibilities: Option<Json>,
    pub(super) runtime_platform: Option<Json>,
    pub(super) desired_count: Option<Json>,
    pub(super) launch_type: Option<Json>,
    pub(super) capacity_provider_strategy: Option<Json>,
    pub(super) task_definition: Option<Json>,
}

#[derive(Deserialize)]
pub(super) struct Variable {
    pub(super) value: Option<Json>,
}

/// The configuration that a plan was made of.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Configuration {
    pub(super) provider_config: BTreeMap<String, Provider>,
    pub(super) root_module: ModuleConfiguration,
}

#[derive(Deserialize)]
pub(super) struct Provider {
    #[serde(default)]
    pub(super) expressions: ProviderExpressions,
}

#[derive(Deserialize, Default)]
pub(super) struct ProviderExpressions {
    pub(super) region: Option<Json>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct ModuleConfiguration {
    pub(super) resources: Vec<ResourceConfiguration>,
    pub(super) module_calls: BTreeMap<String, Call>,
    pub(super) variables: BTreeMap<String, VariableConfiguration>,
}

#[derive(Deserialize)]
pub(super) struct ResourceConfiguration {
    pub(super) address: String,
    pub(super) provider_config_key: Option<String>,
    #[serde(default)]
    pub(super) expressions: Settings,
}

#[derive(Deserialize)]
pub(super) struct Call {
    #[serde(default)]
    pub(super) expressions: BTreeMap<String, Expression>,
    #[serde(default)]
    pub(super) module: ModuleConfiguration,
}

#[derive(Deserialize)]
pub(super) struct VariableConfiguration {
    #[serde(default, deserialize_with = "is_null")]
    pub(super) default: Constant,
}

/// What an expression refers to, and whether it is a constant.
#[derive(Deserialize)]
pub(super) struct Expression {
    #[serde(default)]
    pub(super) references: Vec<String>,
    #[serde(default, deserialize_with = "is_null")]
    pub(super) constant_value: Constant,
}

/// A constant, of which only this is kept.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Constant {
    #[default]
    Absent,
    Null,
    Something,
}

fn is_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Constant, D::Error> {
    let value: Option<IgnoredAny> = Option::deserialize(deserializer)?;
    Ok(match value {
        Some(_) => Constant::Something,
        None => Constant::Null,
    })
}
