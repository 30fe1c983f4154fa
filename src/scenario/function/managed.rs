//! `[function.managed]`.

use super::builder::Builder;
use crate::diag::Code;
use crate::scenario::schema::{Field, FieldGroup};

/// Gigabytes of memory that an environment can have to a vCPU (AWS Lambda developer guide).
const GB_PER_VCPU: [u32; 3] = [2, 4, 8];

/// What a function says of its execution environments on Lambda Managed Instances.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Managed {
    /// Its runtime, which limits the requests in flight to a vCPU.
    pub runtime: Option<&'static str>,
    /// Memory of an environment, MB; `None` for the least in which a request fits.
    pub memory_mb: Option<u32>,
    /// Gigabytes of memory to a vCPU.
    pub gb_per_vcpu: u32,
    /// Requests that an environment was measured to carry at once.
    pub requests_per_environment: Option<u32>,
}

/// What holds for a function that says nothing about managed instances.
pub(super) static UNMANAGED: Managed = Managed {
    runtime: None,
    memory_mb: None,
    gb_per_vcpu: 4,
    requests_per_environment: None,
};

impl Builder<'_, '_, '_> {
    pub(super) fn managed(&mut self) -> Option<Box<Managed>> {
        if !self.values.any_stated(FieldGroup::Managed) {
            return None;
        }
        let ratio: Option<u32> = self.values.whole(Field::ManagedGbPerVcpu);
        if ratio.is_some_and(|ratio| !GB_PER_VCPU.contains(&ratio)) {
            let message = "an environment has 2, 4 or 8 GB to a vCPU".to_owned();
            let at = self.at(Field::ManagedGbPerVcpu);
            self.wrong(Code::NotAvailable, at, message, "write one of the three");
        }
        Some(Box::new(Managed {
            runtime: self.values.word(Field::ManagedRuntime),
            memory_mb: self.values.whole(Field::ManagedMemoryMb),
            gb_per_vcpu: ratio.unwrap_or(UNMANAGED.gb_per_vcpu),
            requests_per_environment: self.values.whole(Field::ManagedRequests),
        }))
    }
}
