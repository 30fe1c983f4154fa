//! The monthly free tier of an account, which spans all regions, with AWS's rate codes (AWS Lambda
//! pricing page, "Free tier").

use crate::platform::Line;
use crate::platform::service::LAMBDA;
use crate::pricebook::{Price, Provenance};
use crate::units::{Qty, Unit};

/// When the allowances were last confirmed.
const AS_OF: &str = "2026-09-19";

pub(crate) struct FreeTier {
    item: &'static str,
    rate_code: &'static str,
    source: &'static str,
}

pub(crate) const REQUESTS: FreeTier = FreeTier {
    item: "free requests",
    rate_code: "ZQVCC2M69R4S79XS.A429C66SYZ.SB2VSFF4TP",
    source: "AWSM-202506+COURSE-20260919",
};
pub(crate) const DURATION: FreeTier = FreeTier {
    item: "free duration",
    rate_code: "4VCGJ7EG8PJVZG7S.A429C66SYZ.KJYPJPDD2A",
    source: "AWSM-202506+COURSE-20260919",
};
pub(crate) const STREAMING: FreeTier = FreeTier {
    item: "free streaming",
    rate_code: "RZ8N2TAQDKPDSHPC.A429C66SYZ.ETY2894C67",
    source: "AWSM-202506+REGIMES-20260919",
};

impl FreeTier {
    /// The line that takes the allowance off a quantity, at the price of that quantity.
    pub(crate) fn line<U: Unit>(&self, quantity: Qty<U>, price: &Price<U>) -> Line {
        let provenance = Provenance {
            as_of: AS_OF.into(),
            source: self.source.into(),
            rate_code: Some(self.rate_code.into()),
            confidence: Some("A".into()),
        };
        Line::free(&LAMBDA, self.item, quantity, price, provenance)
    }
}
