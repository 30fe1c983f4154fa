//! One file for each format: what it says about functions.

pub(crate) mod bill;
pub(crate) mod cloudwatch;
pub(crate) mod compute_optimizer;
mod counted;
mod json;
mod list_functions;
pub(crate) mod logs;
pub(crate) mod logs_insights;
mod power_tuning;
mod provisioned_concurrency;
mod template;
pub(crate) mod usage;

use crate::facts::{Context, Facts};
use crate::format::Format;
use crate::input::Bytes;
use crate::mistake::Mistake;
use crate::options::Options;

/// Reads a file in its format.
///
/// # Errors
/// It is not in this format, is damaged, or has values outside their bounds.
pub(crate) fn read(
    format: Format,
    bytes: Bytes,
    context: &Context,
    options: &Options,
    facts: &mut Facts,
) -> Result<(), Mistake> {
    match format {
        Format::Cur | Format::Focus => bill::read(format, bytes, context, options, facts),
        Format::ListFunctions => list_functions::read(bytes, context, facts),
        Format::ProvisionedConcurrency => provisioned_concurrency::read(bytes, context, facts),
        Format::ComputeOptimizer => compute_optimizer::read(bytes, context, facts),
        Format::PowerTuning => power_tuning::read(bytes, context, facts),
        Format::LogsInsights => logs_insights::read(bytes, context, facts),
        Format::Usage => usage::read(bytes, context, facts),
        Format::LambdaLog | Format::LambdaInsights => logs::read(format, bytes, context, facts),
        Format::Cloudwatch => cloudwatch::read(bytes, context, options, facts),
        Format::Sam | Format::Cloudformation | Format::Cdk => {
            template::cloudformation::read(format, bytes, context, options, facts)
        }
        Format::TerraformPlan => template::terraform::read(bytes, context, facts),
        Format::InfracostUsage => template::infracost::read(bytes, context, facts),
        Format::Serverless => template::serverless::read(bytes, context, options, facts),
    }
}
