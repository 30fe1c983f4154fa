//! `aws lambda list-provisioned-concurrency-configs`.

use super::json;
use crate::facts::{Context, Facts, Who};
use crate::format::Format;
use crate::input::Bytes;
use crate::mistake::Mistake;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Document {
    provisioned_concurrency_configs: Vec<Configuration>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Configuration {
    function_arn: String,
    requested_provisioned_concurrent_executions: u64,
}

pub(super) fn read(bytes: Bytes, context: &Context, facts: &mut Facts) -> Result<(), Mistake> {
    let source = facts.start(&context.path, Format::ProvisionedConcurrency);
    for document in json::documents::<Document>(bytes, context)? {
        for configuration in document.provisioned_concurrency_configs {
            let arn = &configuration.function_arn;
            let who = Who::of_arn(arn).ok_or_else(|| {
                let message = format!("`{arn}` is not the ARN of a function");
                context.mistake(message, "write the file again")
            })?;
            facts.used(source);
            let environments = configuration.requested_provisioned_concurrent_executions;
            facts
                .provisioned
                .push((arn.clone(), who, environments, source));
        }
    }
    Ok(())
}
