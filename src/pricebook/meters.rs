//! Every meter that a price file may state, with the unit it must be stated in.
//!
//! A meter is a typed constant: [`super::Regional::price`] of [`EKS_CLUSTER`] is a price per
//! cluster-hour and nothing else.

use super::commitments::{PAYMENTS, Plan, TERMS};
use super::{Architecture, Os};
use crate::text::is_identifier;
use crate::units::{
    ClusterHour, EpuHour, Gb, GbHour, GbMonth, GbOfMemory, GbSecond, InstanceHour, OnDemandUsd,
    Operation, Request, Unit, VcpuHour,
};
use std::borrow::Cow;
use std::marker::PhantomData;

/// The place of a meter in price files; its prices are per `U`.
///
/// Only this module makes them, from the same lines that tell a price file its unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meter<U: Unit>(Cow<'static, str>, PhantomData<U>);

impl<U: Unit> Meter<U> {
    /// `table.key` of the price file.
    pub fn path(&self) -> &str {
        &self.0
    }
}

/// A meter whose unit is known when the program runs: what price files are checked against.
#[derive(Debug, Clone, Copy)]
pub struct MeterInfo {
    /// `table.key` of the price file.
    pub path: &'static str,
    /// What `per` must be.
    pub per: &'static str,
    /// Its name in listings.
    pub what: &'static str,
}

macro_rules! meters {
    ($($name:ident: $unit:ident = $path:literal, $what:literal;)*) => {
        $(#[doc = concat!($what, ".")]
        pub const $name: Meter<$unit> = Meter(Cow::Borrowed($path), PhantomData);)*

        /// The meters of a region, those of instance types apart, in the order of price files.
        pub const METERS: &[MeterInfo] = &[$(MeterInfo {
            path: $path,
            per: $unit::NAME.symbol,
            what: $what,
        },)*];
    };
}

meters! {
    LAMBDA_X86_REQUEST: Request = "lambda.x86_64.request", "Lambda requests, x86";
    LAMBDA_X86_DURATION: GbSecond = "lambda.x86_64.duration", "Lambda duration, x86";
    LAMBDA_X86_PROVISIONED_CONCURRENCY: GbSecond = "lambda.x86_64.provisioned_concurrency", "Lambda provisioned concurrency, x86";
    LAMBDA_X86_PROVISIONED_DURATION: GbSecond = "lambda.x86_64.provisioned_duration", "Lambda duration on provisioned concurrency, x86";
    LAMBDA_X86_EPHEMERAL_STORAGE: GbSecond = "lambda.x86_64.ephemeral_storage", "Lambda ephemeral storage over 512 MB, x86";
    LAMBDA_X86_RESPONSE_STREAMING: Gb = "lambda.x86_64.response_streaming", "Lambda response streaming, x86";
    LAMBDA_ARM_REQUEST: Request = "lambda.arm64.request", "Lambda requests, Arm";
    LAMBDA_ARM_DURATION: GbSecond = "lambda.arm64.duration", "Lambda duration, Arm";
    LAMBDA_ARM_PROVISIONED_CONCURRENCY: GbSecond = "lambda.arm64.provisioned_concurrency", "Lambda provisioned concurrency, Arm";
    LAMBDA_ARM_PROVISIONED_DURATION: GbSecond = "lambda.arm64.provisioned_duration", "Lambda duration on provisioned concurrency, Arm";
    LAMBDA_ARM_EPHEMERAL_STORAGE: GbSecond = "lambda.arm64.ephemeral_storage", "Lambda ephemeral storage over 512 MB, Arm";
    LAMBDA_ARM_RESPONSE_STREAMING: Gb = "lambda.arm64.response_streaming", "Lambda response streaming, Arm";
    LAMBDA_SNAPSTART_CACHE: GbSecond = "lambda.features.snapstart_cache", "Lambda SnapStart snapshot kept";
    LAMBDA_SNAPSTART_RESTORE: Gb = "lambda.features.snapstart_restore", "Lambda SnapStart restore";
    LAMBDA_KAFKA_EVENT_POLLER: EpuHour = "lambda.features.kafka_event_poller", "Lambda event poller, Kafka";
    LAMBDA_SQS_EVENT_POLLER: EpuHour = "lambda.features.sqs_event_poller", "Lambda event poller, SQS";
    LAMBDA_DURABLE_OPERATION: Operation = "lambda.features.durable_operation", "Lambda durable functions, operations";
    LAMBDA_DURABLE_WRITTEN: Gb = "lambda.features.durable_written", "Lambda durable functions, data written";
    LAMBDA_DURABLE_RETAINED: GbMonth = "lambda.features.durable_retained", "Lambda durable functions, data retained";
    LAMBDA_TENANT_ENVIRONMENT_X86: GbOfMemory = "lambda.features.tenant_environment_x86_64", "Lambda tenant isolation, x86";
    LAMBDA_TENANT_ENVIRONMENT_ARM: GbOfMemory = "lambda.features.tenant_environment_arm64", "Lambda tenant isolation, Arm";
    LAMBDA_MANAGED_MANAGEMENT_FEE: OnDemandUsd = "lambda.managed_instances.management_fee", "Lambda Managed Instances, management of EC2";
    FARGATE_LINUX_X86_VCPU: VcpuHour = "fargate.linux.x86_64.vcpu", "Fargate vCPU, Linux x86";
    FARGATE_LINUX_X86_MEMORY: GbHour = "fargate.linux.x86_64.memory", "Fargate memory, Linux x86";
    FARGATE_LINUX_ARM_VCPU: VcpuHour = "fargate.linux.arm64.vcpu", "Fargate vCPU, Linux Arm";
    FARGATE_LINUX_ARM_MEMORY: GbHour = "fargate.linux.arm64.memory", "Fargate memory, Linux Arm";
    FARGATE_WINDOWS_VCPU: VcpuHour = "fargate.windows.x86_64.vcpu", "Fargate vCPU, Windows";
    FARGATE_WINDOWS_MEMORY: GbHour = "fargate.windows.x86_64.memory", "Fargate memory, Windows";
    FARGATE_WINDOWS_OS_LICENSE: VcpuHour = "fargate.windows.x86_64.os_license", "Fargate Windows licence";
    FARGATE_STORAGE: GbHour = "fargate.storage.ephemeral", "Fargate ephemeral storage over 20 GB";
    FARGATE_SPOT_LINUX_X86_VCPU: VcpuHour = "fargate_spot.linux.x86_64.vcpu", "Fargate Spot vCPU, Linux x86";
    FARGATE_SPOT_LINUX_X86_MEMORY: GbHour = "fargate_spot.linux.x86_64.memory", "Fargate Spot memory, Linux x86";
    FARGATE_SPOT_LINUX_ARM_VCPU: VcpuHour = "fargate_spot.linux.arm64.vcpu", "Fargate Spot vCPU, Linux Arm";
    FARGATE_SPOT_LINUX_ARM_MEMORY: GbHour = "fargate_spot.linux.arm64.memory", "Fargate Spot memory, Linux Arm";
    EKS_CLUSTER: ClusterHour = "eks.cluster", "EKS cluster, standard support";
    EKS_EXTENDED_SUPPORT: ClusterHour = "eks.extended_support", "EKS extended support, on top";
    EKS_FARGATE_VCPU: VcpuHour = "eks.fargate_vcpu", "Fargate vCPU of EKS pods";
    EKS_FARGATE_MEMORY: GbHour = "eks.fargate_memory", "Fargate memory of EKS pods";
    EKS_CONTROL_PLANE_XL: ClusterHour = "eks.control_plane_xl", "EKS provisioned control plane XL";
    EKS_CONTROL_PLANE_2XL: ClusterHour = "eks.control_plane_2xl", "EKS provisioned control plane 2XL";
    EKS_CONTROL_PLANE_4XL: ClusterHour = "eks.control_plane_4xl", "EKS provisioned control plane 4XL";
    EKS_CONTROL_PLANE_8XL: ClusterHour = "eks.control_plane_8xl", "EKS provisioned control plane 8XL";
    EBS_GP3: GbMonth = "ebs.gp3", "EBS gp3 volume";
}

/// The tables whose keys are the names of instance types.
pub const BY_TYPE: [MeterInfo; 2] = [EC2, EKS_AUTO_MODE];

const EC2: MeterInfo = MeterInfo {
    path: "ec2",
    per: InstanceHour::NAME.symbol,
    what: "EC2 instance, Linux, on demand",
};

const EKS_AUTO_MODE: MeterInfo = MeterInfo {
    path: "eks_auto_mode",
    per: InstanceHour::NAME.symbol,
    what: "EKS Auto Mode on an instance",
};

fn of_type(table: MeterInfo, instance_type: &str) -> Meter<InstanceHour> {
    let path = format!("{}.{instance_type}", table.path);
    Meter(Cow::Owned(path), PhantomData)
}

/// EC2 instances of a type.
pub fn ec2_instance(instance_type: &str) -> Meter<InstanceHour> {
    of_type(EC2, instance_type)
}

/// EKS Auto Mode on instances of a type.
pub fn eks_auto_mode(instance_type: &str) -> Meter<InstanceHour> {
    of_type(EKS_AUTO_MODE, instance_type)
}

/// The sizes of a provisioned control plane of EKS, as scenarios name them.
pub const EKS_CONTROL_PLANES: [(&str, Meter<ClusterHour>); 4] = [
    ("xl", EKS_CONTROL_PLANE_XL),
    ("2xl", EKS_CONTROL_PLANE_2XL),
    ("4xl", EKS_CONTROL_PLANE_4XL),
    ("8xl", EKS_CONTROL_PLANE_8XL),
];

/// What Lambda charges for an architecture.
pub struct LambdaMeters {
    pub request: Meter<Request>,
    pub duration: Meter<GbSecond>,
    pub provisioned_concurrency: Meter<GbSecond>,
    pub provisioned_duration: Meter<GbSecond>,
    pub ephemeral_storage: Meter<GbSecond>,
    pub response_streaming: Meter<Gb>,
    pub tenant_environment: Meter<GbOfMemory>,
}

/// The meters of Lambda that differ by architecture.
pub const fn lambda(architecture: Architecture) -> LambdaMeters {
    match architecture {
        Architecture::X86_64 => LambdaMeters {
            request: LAMBDA_X86_REQUEST,
            duration: LAMBDA_X86_DURATION,
            provisioned_concurrency: LAMBDA_X86_PROVISIONED_CONCURRENCY,
            provisioned_duration: LAMBDA_X86_PROVISIONED_DURATION,
            ephemeral_storage: LAMBDA_X86_EPHEMERAL_STORAGE,
            response_streaming: LAMBDA_X86_RESPONSE_STREAMING,
            tenant_environment: LAMBDA_TENANT_ENVIRONMENT_X86,
        },
        Architecture::Arm64 => LambdaMeters {
            request: LAMBDA_ARM_REQUEST,
            duration: LAMBDA_ARM_DURATION,
            provisioned_concurrency: LAMBDA_ARM_PROVISIONED_CONCURRENCY,
            provisioned_duration: LAMBDA_ARM_PROVISIONED_DURATION,
            ephemeral_storage: LAMBDA_ARM_EPHEMERAL_STORAGE,
            response_streaming: LAMBDA_ARM_RESPONSE_STREAMING,
            tenant_environment: LAMBDA_TENANT_ENVIRONMENT_ARM,
        },
    }
}

/// What an hour of a task on Fargate is charged by its size.
pub struct FargateMeters {
    pub vcpu: Meter<VcpuHour>,
    pub memory: Meter<GbHour>,
    /// The licence of the operating system, for each vCPU.
    pub os_license: Option<Meter<VcpuHour>>,
}

/// Fargate on demand. Windows runs on x86 alone.
pub const fn fargate(os: Os, architecture: Architecture) -> FargateMeters {
    match (os, architecture) {
        (Os::Linux, Architecture::X86_64) => FargateMeters {
            vcpu: FARGATE_LINUX_X86_VCPU,
            memory: FARGATE_LINUX_X86_MEMORY,
            os_license: None,
        },
        (Os::Linux, Architecture::Arm64) => FargateMeters {
            vcpu: FARGATE_LINUX_ARM_VCPU,
            memory: FARGATE_LINUX_ARM_MEMORY,
            os_license: None,
        },
        (Os::Windows, _) => FargateMeters {
            vcpu: FARGATE_WINDOWS_VCPU,
            memory: FARGATE_WINDOWS_MEMORY,
            os_license: Some(FARGATE_WINDOWS_OS_LICENSE),
        },
    }
}

/// Fargate Spot, which runs Linux alone.
pub const fn fargate_spot(architecture: Architecture) -> FargateMeters {
    let (vcpu, memory) = match architecture {
        Architecture::X86_64 => (FARGATE_SPOT_LINUX_X86_VCPU, FARGATE_SPOT_LINUX_X86_MEMORY),
        Architecture::Arm64 => (FARGATE_SPOT_LINUX_ARM_VCPU, FARGATE_SPOT_LINUX_ARM_MEMORY),
    };
    FargateMeters {
        vcpu,
        memory,
        os_license: None,
    }
}

/// The table of instance types that a path is in, and the type.
pub fn by_type(path: &str) -> Option<(MeterInfo, &str)> {
    let (table, name) = path
        .split_once('.')
        .filter(|(_, name)| is_identifier(name))?;
    let meter = BY_TYPE.into_iter().find(|meter| meter.path == table)?;
    Some((meter, name))
}

/// The meter at a path.
pub fn find(path: &str) -> Option<MeterInfo> {
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
            let (table, key) = meter.rsplit_once('.').expect("a meter is in a table");
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
