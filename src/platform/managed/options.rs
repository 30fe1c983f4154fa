//! The table `[lambda-managed]` of a scenario.

use super::limits::LEAST;
use crate::diag::Code;
use crate::pricebook::Extent;
use crate::pricebook::instances::is_default_candidate;
use crate::scenario::schema::{ValueKind, from, options, whole};
use crate::scenario::{Bounds, FixedType, Keys, PlatformValue, Scenario};
use rust_decimal::Decimal;
use std::sync::Arc;

/// The keys of `[lambda-managed]`.
#[derive(Debug, Clone)]
pub(crate) struct ManagedOptions {
    /// `None` for the cheapest type.
    pub instance_type: Option<FixedType>,
    /// Minimum number of instances of a function.
    pub min_instances: u32,
    /// Provided instances per needed instance, at least 1.
    pub availability_buffer: Decimal,
}

/// The parts of the price book that the options need.
pub(crate) fn extent(scenario: &Scenario) -> Extent {
    let options: &ManagedOptions = scenario.options.of();
    let fixed = options.instance_type.as_ref();
    Extent {
        other_types: fixed.is_some_and(|(name, _)| !is_default_candidate(name)),
        ..Extent::USUAL
    }
}

options! {
    KEYS of "lambda-managed";
    INSTANCE_TYPE = "instance_type": ValueKind::InstanceType, "",
        "instance type; `auto` chooses the cheapest for each function",
        default "`auto`", limits "of the families c, m and r, `large` or larger";
    MIN_INSTANCES = "min_instances": whole(3, 1_000_000), "",
        "minimum number of instances of a function",
        default "3, for three Availability Zones";
    BUFFER = "availability_buffer": from(1, 100), "",
        "instances that are provided for each that is needed; AWS's calculator uses 1.5",
        default "1";
}

pub(crate) fn read(mut keys: Keys<'_>) -> Arc<dyn PlatformValue> {
    // The lower bound is 1, not AWS's minimum of 3: 1 and 2 get the message below, which gives the
    // reason.
    let bounds = Bounds {
        low: 1,
        ..MIN_INSTANCES.bounds()
    };
    let least = keys.whole_within(MIN_INSTANCES.word(), bounds);
    if least.is_some_and(|least| least < LEAST) {
        let message = "`min_instances` must be at least 3".to_owned();
        let help = "AWS runs at least one managed instance in each of three Availability Zones";
        keys.wrong_at(MIN_INSTANCES, Code::NotAvailable, message, help);
    }
    let buffer = keys.number(BUFFER);
    let instance_type = keys.instance_type(INSTANCE_TYPE);
    keys.refuse_others();
    Arc::new(ManagedOptions {
        instance_type,
        min_instances: least.unwrap_or(LEAST),
        availability_buffer: buffer.unwrap_or(Decimal::ONE),
    })
}
