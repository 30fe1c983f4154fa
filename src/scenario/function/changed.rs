//! Functions with one changed input, to find out how much an answer depends on it.

use super::{Container, Function, container};
use crate::exact::Exact;
use rust_decimal::Decimal;

impl Function {
    /// Changes the vCPU that a request in flight needs in a container.
    pub(crate) fn set_slot_vcpu(&mut self, vcpu: Exact) {
        self.changed_container().slot_vcpu = Some(vcpu);
    }

    /// Changes the memory that a request in flight needs in a container, MB.
    pub(crate) fn set_memory_per_request(&mut self, memory_mb: Decimal) {
        self.changed_container().memory_per_request_mb = Some(memory_mb);
    }

    fn changed_container(&mut self) -> &mut Container {
        self.container
            .get_or_insert_with(|| Box::new(container::LIKE_FOR_LIKE.clone()))
    }
}
