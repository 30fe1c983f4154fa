//! A price of a term: on demand, or of a Reserved Instance.

use super::found::usable;
use super::number::bound;
use super::{Reason, Slot, Staged};
use crate::text::is_identifier;

/// The code of on-demand terms.
const ON_DEMAND: &str = "JRTCKXETXF";

/// What a file states of a price.
pub(super) struct Dimension<'d> {
    pub from: &'d str,
    pub to: &'d str,
    /// `None` for a price in another currency.
    pub usd: Option<&'d str>,
    pub rate_code: &'d str,
}

/// What a file states of a Reserved Instance.
pub(super) struct Lease<'l> {
    pub length: &'l str,
    pub class: &'l str,
    pub payment: &'l str,
}

impl Dimension<'_> {
    /// The price at a meter.
    ///
    /// # Errors
    /// Why it is left out.
    fn at(&self, slot: Slot) -> Result<Staged, Reason> {
        let usd = usable(self.usd.ok_or(Reason::NotDollars)?)?;
        let from = bound(self.from, "0").ok_or(Reason::NotNumber)?;
        let to = bound(self.to, "Inf").ok_or(Reason::NotNumber)?;
        let is_code = is_identifier(self.rate_code);
        let rate_code = if is_code { self.rate_code } else { "" };
        Ok(Staged {
            slot,
            from,
            to,
            usd,
            rate_code: rate_code.to_owned(),
        })
    }
}

/// An on-demand price.
///
/// # Errors
/// Why it is left out.
pub(super) fn on_demand(
    slot: &Slot,
    term_code: &str,
    dimension: &Dimension<'_>,
) -> Result<Staged, Reason> {
    if !["", ON_DEMAND].contains(&term_code) {
        return Err(Reason::FreeTier);
    }
    dimension.at(slot.clone())
}

/// The rate of a Reserved Instance, at the slot of its on-demand price.
///
/// # Errors
/// Why it is left out.
pub(super) fn reserved(
    slot: &Slot,
    lease: &Lease<'_>,
    dimension: &Dimension<'_>,
) -> Result<Staged, Reason> {
    if !slot.path.starts_with("ec2.") {
        return Err(Reason::NotPriced);
    }
    if !lease.class.eq_ignore_ascii_case("standard") {
        return Err(Reason::Convertible);
    }
    if lease.payment != "No Upfront" {
        return Err(Reason::Upfront);
    }
    let length = match lease.length {
        "1yr" | "1 yr" | "1 year" => "1yr",
        "3yr" | "3 yr" | "3 year" => "3yr",
        _ => return Err(Reason::NotPriced),
    };
    let slot = Slot {
        region: slot.region.clone(),
        path: format!(
            "savings.reserved-instances.{length}.no-upfront.{}",
            slot.path
        ),
    };
    dimension.at(slot)
}
