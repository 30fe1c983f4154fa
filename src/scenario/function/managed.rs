//! `[function.managed]`.

use super::builder::Builder;
use crate::diag::Code;
use crate::scenario::function::{Managed, UNMANAGED};
use crate::scenario::schema::{FIELDS, Field};
use crate::units::MANAGED_GB_PER_VCPU;

impl Builder<'_, '_, '_> {
    pub(super) fn managed(&mut self) -> Option<Box<Managed>> {
        let fields = Field::ManagedRuntime as usize..=Field::ManagedRequests as usize;
        let mut rows = FIELDS[fields].iter();
        if !rows.any(|(field, _, _)| self.values.stated(*field)) {
            return None;
        }
        let ratio: Option<u32> = self.values.whole(Field::ManagedGbPerVcpu);
        if ratio.is_some_and(|ratio| !MANAGED_GB_PER_VCPU.contains(&ratio)) {
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
