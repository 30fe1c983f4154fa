//! Every meter that a price file may state, with the unit it must be stated in.

use super::commitments::{PAYMENTS, Plan, TERMS};
use crate::text::is_identifier;

/// A meter: its place in a price file, its unit, and what it is.
#[derive(Debug, Clone, Copy)]
pub struct Meter {
    /// `table.key` of the price file.
    pub path: &'static str,
    /// What `per` must say.
    pub per: &'static str,
    /// What a person calls it.
    pub what: &'static str,
}

const fn meter(path: &'static str, per: &'static str, what: &'static str) -> Meter {
    Meter { path, per, what }
}

/// The tables whose keys are the names of instance types.
pub const BY_TYPE: [Meter; 2] = [
    meter("ec2", "instance-hour", "EC2 instance, Linux, on demand"),
    meter(
        "eks_auto_mode",
        "instance-hour",
        "EKS Auto Mode on an instance",
    ),
];

/// The meters of a region besides those, in the order in which they are listed.
pub const METERS: &[Meter] = &[
    meter("lambda.x86_64.request", "request", "Lambda requests, x86"),
    meter("lambda.x86_64.duration", "GB-s", "Lambda duration, x86"),
    meter(
        "lambda.x86_64.provisioned_concurrency",
        "GB-s",
        "Lambda provisioned concurrency, x86",
    ),
    meter(
        "lambda.x86_64.provisioned_duration",
        "GB-s",
        "Lambda duration on provisioned concurrency, x86",
    ),
    meter(
        "lambda.x86_64.ephemeral_storage",
        "GB-s",
        "Lambda ephemeral storage over 512 MB, x86",
    ),
    meter(
        "lambda.x86_64.response_streaming",
        "GB",
        "Lambda response streaming, x86",
    ),
    meter("lambda.arm64.request", "request", "Lambda requests, Arm"),
    meter("lambda.arm64.duration", "GB-s", "Lambda duration, Arm"),
    meter(
        "lambda.arm64.provisioned_concurrency",
        "GB-s",
        "Lambda provisioned concurrency, Arm",
    ),
    meter(
        "lambda.arm64.provisioned_duration",
        "GB-s",
        "Lambda duration on provisioned concurrency, Arm",
    ),
    meter(
        "lambda.arm64.ephemeral_storage",
        "GB-s",
        "Lambda ephemeral storage over 512 MB, Arm",
    ),
    meter(
        "lambda.arm64.response_streaming",
        "GB",
        "Lambda response streaming, Arm",
    ),
    meter(
        "lambda.features.snapstart_cache",
        "GB-s",
        "Lambda SnapStart snapshot kept",
    ),
    meter(
        "lambda.features.snapstart_restore",
        "GB",
        "Lambda SnapStart restore",
    ),
    meter(
        "lambda.features.kafka_event_poller",
        "EPU-hour",
        "Lambda event poller, Kafka",
    ),
    meter(
        "lambda.features.sqs_event_poller",
        "EPU-hour",
        "Lambda event poller, SQS",
    ),
    meter(
        "lambda.features.durable_operation",
        "operation",
        "Lambda durable functions, operations",
    ),
    meter(
        "lambda.features.durable_written",
        "GB",
        "Lambda durable functions, data written",
    ),
    meter(
        "lambda.features.durable_retained",
        "GB-month",
        "Lambda durable functions, data retained",
    ),
    meter(
        "lambda.features.tenant_environment_x86_64",
        "GB of memory",
        "Lambda tenant isolation, x86",
    ),
    meter(
        "lambda.features.tenant_environment_arm64",
        "GB of memory",
        "Lambda tenant isolation, Arm",
    ),
    meter(
        "lambda.managed_instances.management_fee",
        "USD on demand",
        "Lambda Managed Instances, management of EC2",
    ),
    meter(
        "fargate.linux.x86_64.vcpu",
        "vCPU-hour",
        "Fargate vCPU, Linux x86",
    ),
    meter(
        "fargate.linux.x86_64.memory",
        "GB-hour",
        "Fargate memory, Linux x86",
    ),
    meter(
        "fargate.linux.arm64.vcpu",
        "vCPU-hour",
        "Fargate vCPU, Linux Arm",
    ),
    meter(
        "fargate.linux.arm64.memory",
        "GB-hour",
        "Fargate memory, Linux Arm",
    ),
    meter(
        "fargate.windows.x86_64.vcpu",
        "vCPU-hour",
        "Fargate vCPU, Windows",
    ),
    meter(
        "fargate.windows.x86_64.memory",
        "GB-hour",
        "Fargate memory, Windows",
    ),
    meter(
        "fargate.windows.x86_64.os_license",
        "vCPU-hour",
        "Fargate Windows licence",
    ),
    meter(
        "fargate.storage.ephemeral",
        "GB-hour",
        "Fargate ephemeral storage over 20 GB",
    ),
    meter(
        "fargate_spot.linux.x86_64.vcpu",
        "vCPU-hour",
        "Fargate Spot vCPU, Linux x86",
    ),
    meter(
        "fargate_spot.linux.x86_64.memory",
        "GB-hour",
        "Fargate Spot memory, Linux x86",
    ),
    meter(
        "fargate_spot.linux.arm64.vcpu",
        "vCPU-hour",
        "Fargate Spot vCPU, Linux Arm",
    ),
    meter(
        "fargate_spot.linux.arm64.memory",
        "GB-hour",
        "Fargate Spot memory, Linux Arm",
    ),
    meter(
        "eks.cluster",
        "cluster-hour",
        "EKS cluster, standard support",
    ),
    meter(
        "eks.extended_support",
        "cluster-hour",
        "EKS extended support, on top",
    ),
    meter("eks.fargate_vcpu", "vCPU-hour", "Fargate vCPU of EKS pods"),
    meter(
        "eks.fargate_memory",
        "GB-hour",
        "Fargate memory of EKS pods",
    ),
    meter(
        "eks.control_plane_xl",
        "cluster-hour",
        "EKS provisioned control plane XL",
    ),
    meter(
        "eks.control_plane_2xl",
        "cluster-hour",
        "EKS provisioned control plane 2XL",
    ),
    meter(
        "eks.control_plane_4xl",
        "cluster-hour",
        "EKS provisioned control plane 4XL",
    ),
    meter(
        "eks.control_plane_8xl",
        "cluster-hour",
        "EKS provisioned control plane 8XL",
    ),
    meter("ebs.gp3", "GB-month", "EBS gp3 volume"),
];

/// The table of instance types that a path is in, and the type.
pub fn by_type(path: &str) -> Option<(Meter, &str)> {
    let (table, name) = path
        .split_once('.')
        .filter(|(_, name)| is_identifier(name))?;
    let meter = BY_TYPE.into_iter().find(|meter| meter.path == table)?;
    Some((meter, name))
}

/// The meter at a path.
pub fn find(path: &str) -> Option<Meter> {
    if let Some(rate) = path.strip_prefix("savings.") {
        return find(rate_of(rate)?);
    }
    match by_type(path) {
        Some((meter, _)) => Some(meter),
        None => METERS.iter().copied().find(|meter| meter.path == path),
    }
}

/// The table and the key of a meter in a price file. The names of instance types have a dot of their
/// own and stand in quotes.
pub fn written(path: &str) -> (String, String) {
    let meter = path.strip_prefix("savings.").and_then(rate_of);
    let (above, meter) = match meter {
        Some(meter) => path.split_at(path.len() - meter.len()),
        None => ("", path),
    };
    let (table, key) = match by_type(meter) {
        Some((table, name)) => (table.path, format!("{name:?}")),
        None => {
            let (table, key) = meter.rsplit_once('.').unwrap_or(("", meter));
            (table, key.to_owned())
        }
    };
    (format!("{above}{table}"), key)
}

/// The meter that a rate of a commitment is for: what follows its plan, term and payment.
fn rate_of(path: &str) -> Option<&str> {
    let mut parts = path.splitn(4, '.');
    let known = Plan::NAMES.contains(&parts.next()?)
        && TERMS.contains(&parts.next()?)
        && PAYMENTS.contains(&parts.next()?);
    parts.next().filter(|_| known)
}
