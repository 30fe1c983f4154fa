//! The meter of a product in a price list.
//!
//! Usage types start with a code of the region, except in us-east-1. That code is only removed: the
//! region comes from the product. Units are not read, because AWS writes them in several ways.

use super::Reason;
use serde::Deserialize;

/// A product of an offer.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Product {
    #[serde(default)]
    pub sku: String,
    #[serde(default)]
    pub attributes: Attributes,
}

/// The attributes that decide the meter and the region.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Attributes {
    #[serde(rename = "servicecode")]
    pub service: String,
    pub location: String,
    #[serde(rename = "locationType")]
    pub location_type: String,
    #[serde(rename = "regionCode")]
    pub region_code: String,
    pub usagetype: String,
    pub operation: String,
    #[serde(rename = "operatingSystem")]
    pub system: String,
    pub tenancy: String,
    #[serde(rename = "preInstalledSw")]
    pub software: String,
    #[serde(rename = "capacitystatus")]
    pub capacity: String,
    #[serde(rename = "licenseModel")]
    pub licence: String,
    #[serde(rename = "marketoption")]
    pub market: String,
}

const LAMBDA: [(&str, &str); 10] = [
    ("Request", "lambda.x86_64.request"),
    ("Request-ARM", "lambda.arm64.request"),
    ("Lambda-GB-Second", "lambda.x86_64.duration"),
    ("Lambda-GB-Second-ARM", "lambda.arm64.duration"),
    (
        "Lambda-Provisioned-Concurrency",
        "lambda.x86_64.provisioned_concurrency",
    ),
    (
        "Lambda-Provisioned-Concurrency-ARM",
        "lambda.arm64.provisioned_concurrency",
    ),
    (
        "Lambda-Provisioned-GB-Second",
        "lambda.x86_64.provisioned_duration",
    ),
    (
        "Lambda-Provisioned-GB-Second-ARM",
        "lambda.arm64.provisioned_duration",
    ),
    (
        "Lambda-Storage-GB-Second",
        "lambda.x86_64.ephemeral_storage",
    ),
    (
        "Lambda-Storage-GB-Second-ARM",
        "lambda.arm64.ephemeral_storage",
    ),
];

const ECS: [(&str, &str); 8] = [
    ("Fargate-vCPU-Hours:perCPU", "fargate.linux.x86_64.vcpu"),
    ("Fargate-GB-Hours", "fargate.linux.x86_64.memory"),
    ("Fargate-ARM-vCPU-Hours:perCPU", "fargate.linux.arm64.vcpu"),
    ("Fargate-ARM-GB-Hours", "fargate.linux.arm64.memory"),
    (
        "Fargate-Windows-vCPU-Hours:perCPU",
        "fargate.windows.x86_64.vcpu",
    ),
    ("Fargate-Windows-GB-Hours", "fargate.windows.x86_64.memory"),
    (
        "Fargate-Windows-OS-Hours:perCPU",
        "fargate.windows.x86_64.os_license",
    ),
    (
        "Fargate-EphemeralStorage-GB-Hours",
        "fargate.storage.ephemeral",
    ),
];

const EKS: [(&str, &str); 8] = [
    ("AmazonEKS-Hours:perCluster", "eks.cluster"),
    ("AmazonEKS-Hours:extendedSupport", "eks.extended_support"),
    ("Fargate-vCPU-Hours:perCPU", "eks.fargate_vcpu"),
    ("Fargate-GB-Hours", "eks.fargate_memory"),
    ("AmazonEKS-Hours:XL-ProvisionedTier", "eks.control_plane_xl"),
    (
        "AmazonEKS-Hours:2XL-ProvisionedTier",
        "eks.control_plane_2xl",
    ),
    (
        "AmazonEKS-Hours:4XL-ProvisionedTier",
        "eks.control_plane_4xl",
    ),
    (
        "AmazonEKS-Hours:8XL-ProvisionedTier",
        "eks.control_plane_8xl",
    ),
];

const EC2: [(&str, &str); 3] = [
    ("EBS:VolumeUsage.gp3", "ebs.gp3"),
    ("CPUCredits:t3", "ec2_credits.t3"),
    ("CPUCredits:t4g", "ec2_credits.t4g"),
];

/// The operation of EC2 that is Linux without additional software.
pub(super) const LINUX: &str = "RunInstances";

/// The usage type without the code of its region.
fn without_region(usagetype: &str) -> Option<&str> {
    let (prefix, rest) = usagetype.split_once('-')?;
    let is_code = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
    (prefix.len() <= 5 && prefix.chars().all(is_code)).then_some(rest)
}

/// The rest of a usage type after `start`, which may follow the code of the region.
pub(super) fn after<'u>(usagetype: &'u str, start: &str) -> Option<&'u str> {
    let whole = usagetype.strip_prefix(start);
    whole.or_else(|| without_region(usagetype)?.strip_prefix(start))
}

fn in_table(usagetype: &str, table: &[(&'static str, &'static str)]) -> Option<String> {
    let mut rows = table.iter();
    let row = rows.find(|(known, _)| after(usagetype, known) == Some(""));
    row.map(|(_, path)| (*path).to_owned())
}

/// The meter of an instance type: `table` and the type, which must look like one.
fn by_type(table: &str, name: &str) -> Option<String> {
    let (family, size) = name.split_once('.')?;
    let is_part = |part: &str| {
        let is_known = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        !part.is_empty() && part.chars().all(is_known)
    };
    (is_part(family) && is_part(size)).then(|| format!("{table}.{name}"))
}

/// The meter of a usage type of a service.
pub(super) fn of_usage(service: &str, usagetype: &str) -> Option<String> {
    match service {
        "AWSLambda" => in_table(usagetype, &LAMBDA),
        "AmazonECS" => in_table(usagetype, &ECS),
        "AmazonEKS" => {
            let auto = after(usagetype, "EKS-Auto:");
            let auto = auto.and_then(|rest| rest.strip_suffix("-management-hours"));
            match auto {
                Some(name) => by_type("eks_auto_mode", name),
                None => in_table(usagetype, &EKS),
            }
        }
        "AmazonEC2" => match after(usagetype, "BoxUsage:") {
            Some(name) => by_type("ec2", name),
            None => in_table(usagetype, &EC2),
        },
        _ => None,
    }
}

/// The meter of a product.
///
/// # Errors
/// Why it is left out.
pub(super) fn meter(attributes: &Attributes) -> Result<String, Reason> {
    let path = of_usage(&attributes.service, &attributes.usagetype).ok_or(Reason::NotPriced)?;
    let is_machine = path.starts_with("ec2.") || path.starts_with("ec2_credits.");
    let is_shared = ["", "Shared"].contains(&attributes.tenancy.as_str());
    if !is_shared || (is_machine && !is_plain_linux(attributes)) {
        return Err(Reason::OtherMachine);
    }
    if path.starts_with("ec2.") && attributes.tenancy.is_empty() {
        return Err(Reason::OtherMachine);
    }
    Ok(path)
}

/// True for EC2 with Linux, on demand, without other software or licences.
fn is_plain_linux(attributes: &Attributes) -> bool {
    let is = |value: &str, allowed: &[&str]| allowed.contains(&value);
    attributes.system == "Linux"
        && attributes.operation == LINUX
        && is(&attributes.software, &["NA", ""])
        && is(&attributes.capacity, &["Used", ""])
        && is(&attributes.licence, &["No License required", "NA", ""])
        && is(&attributes.market, &["OnDemand", ""])
}
