//! The meters of Lambda.

use crate::pricebook::meters::meters;
use crate::pricebook::{Architecture, Meter};
use crate::units::{EpuHour, Gb, GbMonth, GbOfMemory, GbSecond, Operation, Request};

meters! {
    X86_REQUEST: Request = "lambda.x86_64.request", "Lambda requests, x86", ListPrice;
    X86_DURATION: GbSecond = "lambda.x86_64.duration", "Lambda duration, x86", ComputeOrRule;
    X86_PROVISIONED_CONCURRENCY: GbSecond = "lambda.x86_64.provisioned_concurrency",
        "Lambda provisioned concurrency, x86", Compute;
    X86_PROVISIONED_DURATION: GbSecond = "lambda.x86_64.provisioned_duration",
        "Lambda duration on provisioned concurrency, x86", Compute;
    X86_EPHEMERAL_STORAGE: GbSecond = "lambda.x86_64.ephemeral_storage",
        "Lambda ephemeral storage over 512 MB, x86";
    X86_RESPONSE_STREAMING: Gb = "lambda.x86_64.response_streaming",
        "Lambda response streaming, x86";
    ARM_REQUEST: Request = "lambda.arm64.request", "Lambda requests, Arm", ListPrice;
    ARM_DURATION: GbSecond = "lambda.arm64.duration", "Lambda duration, Arm", ComputeOrRule;
    ARM_PROVISIONED_CONCURRENCY: GbSecond = "lambda.arm64.provisioned_concurrency",
        "Lambda provisioned concurrency, Arm", Compute;
    ARM_PROVISIONED_DURATION: GbSecond = "lambda.arm64.provisioned_duration",
        "Lambda duration on provisioned concurrency, Arm", Compute;
    ARM_EPHEMERAL_STORAGE: GbSecond = "lambda.arm64.ephemeral_storage",
        "Lambda ephemeral storage over 512 MB, Arm";
    ARM_RESPONSE_STREAMING: Gb = "lambda.arm64.response_streaming",
        "Lambda response streaming, Arm";
    SNAPSTART_CACHE: GbSecond = "lambda.features.snapstart_cache", "Lambda SnapStart snapshot kept";
    SNAPSTART_RESTORE: Gb = "lambda.features.snapstart_restore", "Lambda SnapStart restore";
    KAFKA_EVENT_POLLER: EpuHour = "lambda.features.kafka_event_poller",
        "Lambda event poller, Kafka";
    SQS_EVENT_POLLER: EpuHour = "lambda.features.sqs_event_poller", "Lambda event poller, SQS";
    DURABLE_OPERATION: Operation = "lambda.features.durable_operation",
        "Lambda durable functions, operations";
    DURABLE_WRITTEN: Gb = "lambda.features.durable_written",
        "Lambda durable functions, data written";
    DURABLE_RETAINED: GbMonth = "lambda.features.durable_retained",
        "Lambda durable functions, data retained";
    TENANT_ENVIRONMENT_X86: GbOfMemory = "lambda.features.tenant_environment_x86_64",
        "Lambda tenant isolation, x86";
    TENANT_ENVIRONMENT_ARM: GbOfMemory = "lambda.features.tenant_environment_arm64",
        "Lambda tenant isolation, Arm";
}

/// The meters for an architecture.
pub(crate) struct LambdaMeters {
    pub request: Meter<Request>,
    pub duration: Meter<GbSecond>,
    pub provisioned_concurrency: Meter<GbSecond>,
    pub provisioned_duration: Meter<GbSecond>,
    pub ephemeral_storage: Meter<GbSecond>,
    pub response_streaming: Meter<Gb>,
    pub tenant_environment: Meter<GbOfMemory>,
}

pub(crate) const fn lambda(architecture: Architecture) -> LambdaMeters {
    match architecture {
        Architecture::X86_64 => LambdaMeters {
            request: X86_REQUEST,
            duration: X86_DURATION,
            provisioned_concurrency: X86_PROVISIONED_CONCURRENCY,
            provisioned_duration: X86_PROVISIONED_DURATION,
            ephemeral_storage: X86_EPHEMERAL_STORAGE,
            response_streaming: X86_RESPONSE_STREAMING,
            tenant_environment: TENANT_ENVIRONMENT_X86,
        },
        Architecture::Arm64 => LambdaMeters {
            request: ARM_REQUEST,
            duration: ARM_DURATION,
            provisioned_concurrency: ARM_PROVISIONED_CONCURRENCY,
            provisioned_duration: ARM_PROVISIONED_DURATION,
            ephemeral_storage: ARM_EPHEMERAL_STORAGE,
            response_streaming: ARM_RESPONSE_STREAMING,
            tenant_environment: TENANT_ENVIRONMENT_ARM,
        },
    }
}
