//! The table `[fargate-spot]` of a scenario.

use crate::diag::Code;
use crate::scenario::schema::{Key, RATIO, from, options};
use crate::scenario::{Keys, PlatformValue};
use rust_decimal::Decimal;
use std::sync::Arc;

/// The keys of `[fargate-spot]`.
#[derive(Debug, Clone)]
pub(crate) struct SpotOptions {
    /// Share of the task-hours that run on Spot, above 0 to 1.
    pub share: Decimal,
    /// Spot prices that replace those of the price book.
    pub prices: Option<SpotPrices>,
}

#[derive(Debug, Clone)]
pub(crate) struct SpotPrices {
    /// US dollars per vCPU-hour.
    pub vcpu_hour_usd: Decimal,
    /// US dollars per GB-hour of memory.
    pub gb_hour_usd: Decimal,
}

options! {
    KEYS of "fargate-spot";
    SHARE = "share": RATIO, "share",
        "share of the task-hours that run on Spot; the others are on demand",
        default "1, listed as an assumption";
    VCPU_HOUR = "vcpu_hour_usd": from(0, 1_000), "USD",
        "Spot price of a vCPU-hour, in every region and for both architectures; needs \
         `fargate-spot.gb_hour_usd`",
        default "that of the price book";
    GB_HOUR = "gb_hour_usd": from(0, 1_000), "USD",
        "Spot price of a GB-hour of memory; needs `fargate-spot.vcpu_hour_usd`",
        default "that of the price book";
}

pub(crate) fn read(mut keys: Keys<'_>) -> Arc<dyn PlatformValue> {
    let share = keys.number(SHARE);
    let prices = spot_prices(&mut keys);
    keys.refuse_others();
    Arc::new(SpotOptions {
        share: share.unwrap_or(Decimal::ONE),
        prices,
    })
}

/// Reads both prices. One without the other is an error.
fn spot_prices(keys: &mut Keys<'_>) -> Option<SpotPrices> {
    const PRICES: [&Key; 2] = [VCPU_HOUR, GB_HOUR];
    let [vcpu, memory] = PRICES.map(|price| keys.number(price));
    let [has_vcpu, has_memory] = PRICES.map(|price| keys.table.get(price.word()));
    let (one, [stated, missing]) = match (has_vcpu, has_memory) {
        (Some(one), None) => (one, PRICES),
        (None, Some(one)) => (one, [GB_HOUR, VCPU_HOUR]),
        _ => {
            return Some(SpotPrices {
                vcpu_hour_usd: vcpu?,
                gb_hour_usd: memory?,
            });
        }
    };
    let message = format!("`{}` needs `{}` too", stated.path, missing.path);
    let help = "state both prices, or neither to use those of the price book";
    keys.wrong(Code::MissingKey, one.span(), message, help);
    None
}
