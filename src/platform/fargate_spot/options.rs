//! `[fargate-spot]`.

use crate::diag::Code;
use crate::scenario::{Bounds, Keys, PlatformValue};
use rust_decimal::Decimal;
use std::sync::Arc;

/// `[fargate-spot]`.
#[derive(Debug, Clone)]
pub struct SpotOptions {
    /// Share of the task-hours that run on Spot, above 0 to 1.
    pub share: Decimal,
    /// Spot prices, where the scenario states them.
    pub prices: Option<SpotPrices>,
}

/// What Spot costs.
#[derive(Debug, Clone)]
pub struct SpotPrices {
    /// US dollars per vCPU-hour.
    pub vcpu_hour_usd: Decimal,
    /// US dollars per GB-hour of memory.
    pub gb_hour_usd: Decimal,
}

/// Reads `[fargate-spot]`.
pub fn read(mut keys: Keys<'_>) -> Arc<dyn PlatformValue> {
    let share = keys.number("share", Bounds::RATIO);
    let prices = spot_prices(&mut keys);
    keys.refuse_others();
    Arc::new(SpotOptions {
        share: share.unwrap_or(Decimal::ONE),
        prices,
    })
}

/// Both prices or neither.
fn spot_prices(keys: &mut Keys<'_>) -> Option<SpotPrices> {
    const KEYS: [&str; 2] = ["vcpu_hour_usd", "gb_hour_usd"];
    let [vcpu, memory] = KEYS.map(|key| keys.number(key, Bounds::from(0, 1_000)));
    let [has_vcpu, has_memory] = KEYS.map(|key| keys.table.get(key));
    let (one, other) = match (has_vcpu, has_memory) {
        (Some(one), None) => (one, KEYS),
        (None, Some(one)) => (one, [KEYS[1], KEYS[0]]),
        _ => {
            return Some(SpotPrices {
                vcpu_hour_usd: vcpu?,
                gb_hour_usd: memory?,
            });
        }
    };
    let [stated, missing] = other;
    let message = format!("`fargate-spot.{stated}` needs `fargate-spot.{missing}` beside it");
    let help = "state both prices, or neither: then those of the book count";
    keys.wrong(Code::MissingKey, one.span(), message, help);
    None
}
