//! The table `[function.managed]` of a scenario.

use super::limits::GB_PER_VCPU;
use crate::diag::Code;
use crate::scenario::function::{FunctionReader, Known};
use crate::scenario::schema::{Field, FieldGroup};
use crate::scenario::{Function, PlatformValue};
use crate::units::MB_PER_GB;
use std::sync::Arc;

/// The keys of a function for its execution environments on Lambda Managed Instances.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ManagedKeys {
    /// The runtime, which limits the requests in flight per vCPU.
    pub runtime: Option<&'static str>,
    /// Memory of an environment, MB; `None` for the smallest in which a request fits.
    pub memory_mb: Option<u32>,
    /// Gigabytes of memory per vCPU; `None` for the cheapest.
    pub gb_per_vcpu: Option<u32>,
    /// The capacity provider that it shares with others; `None` for one for it alone.
    pub capacity_provider: Option<Box<str>>,
    /// Measured number of requests that an environment carries at once.
    pub requests_per_environment: Option<u32>,
}

/// The keys of a function that states none.
static UNMANAGED: ManagedKeys = ManagedKeys {
    runtime: None,
    memory_mb: None,
    gb_per_vcpu: None,
    capacity_provider: None,
    requests_per_environment: None,
};

pub(crate) fn keys_of(function: &Function) -> &ManagedKeys {
    function.of().unwrap_or(&UNMANAGED)
}

/// `None` if the function states none of the keys.
pub(crate) fn read(
    reader: &mut FunctionReader<'_, '_, '_>,
    _: &Known<'_>,
) -> Option<Arc<dyn PlatformValue>> {
    if !reader.values.any_stated(FieldGroup::Managed) {
        return None;
    }
    let ratio: Option<u32> = reader.values.whole(Field::ManagedGbPerVcpu);
    if ratio.is_some_and(|ratio| !GB_PER_VCPU.contains(&ratio)) {
        let message = "`memory_gb_per_vcpu` must be 2, 4 or 8".to_owned();
        let at = reader.at(Field::ManagedGbPerVcpu);
        reader.wrong(
            Code::NotAvailable,
            at,
            message,
            "AWS offers managed instances with 2, 4 or 8 GB per vCPU",
        );
    }
    let memory_mb: Option<u32> = reader.values.whole(Field::ManagedMemoryMb);
    if let (Some(memory), Some(ratio)) = (memory_mb, ratio)
        && memory < ratio * MB_PER_GB
    {
        let message = format!("{memory} MB at {ratio} GB per vCPU are less than 1 vCPU");
        let at = reader.at(Field::ManagedMemoryMb);
        let help = "AWS's smallest environment has 1 vCPU and 2,048 MB: state more memory, or 2 GB per \
                    vCPU";
        reader.wrong(Code::NotAvailable, at, message, help);
    }
    Some(Arc::new(ManagedKeys {
        runtime: reader.values.word(Field::ManagedRuntime),
        memory_mb,
        gb_per_vcpu: ratio,
        capacity_provider: reader.values.text(Field::ManagedProvider).map(Box::from),
        requests_per_environment: reader.values.whole(Field::ManagedRequests),
    }))
}
