//! `[lambda-managed]`.

use super::limits::LEAST;
use crate::diag::Code;
use crate::pricebook::Extent;
use crate::pricebook::instances::is_default_candidate;
use crate::scenario::{Bounds, FixedType, Keys, PlatformValue, Scenario};
use rust_decimal::Decimal;
use std::sync::Arc;

/// `[lambda-managed]`.
#[derive(Debug, Clone)]
pub struct ManagedOptions {
    /// The instance type where it is fixed.
    pub instance_type: Option<FixedType>,
    /// Fewest instances of a function.
    pub min_instances: u32,
    /// Instances that are provided for one that is needed, at least 1.
    pub availability_buffer: Decimal,
}

/// The prices that the options ask for.
pub fn extent(scenario: &Scenario) -> Extent {
    let options: &ManagedOptions = scenario.options.of();
    let fixed = options.instance_type.as_ref();
    Extent {
        other_types: fixed.is_some_and(|(name, _)| !is_default_candidate(name)),
        ..Extent::USUAL
    }
}

/// Reads `[lambda-managed]`.
pub fn read(mut keys: Keys<'_>) -> Arc<dyn PlatformValue> {
    let least = keys.whole("min_instances", Bounds::whole(1, 1_000_000));
    if least.is_some_and(|least| least < LEAST) {
        let message = "managed instances number three at least".to_owned();
        let help = "one in each of three Availability Zones: state 3 or more";
        keys.wrong_at("min_instances", Code::NotAvailable, message, help);
    }
    let buffer = keys.number("availability_buffer", Bounds::from(1, 100));
    let instance_type = keys.instance_type();
    keys.refuse_others();
    Arc::new(ManagedOptions {
        instance_type,
        min_instances: least.unwrap_or(LEAST),
        availability_buffer: buffer.unwrap_or(Decimal::ONE),
    })
}
