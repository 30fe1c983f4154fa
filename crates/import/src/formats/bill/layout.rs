//! The columns of each bill format, and what their values mean.

use super::meter::{self, Usage};
use super::table::{Column, Columns, Row, Wrong};
use crate::facts::Context;
use crate::format::Format;
use crate::mistake::Mistake;

/// A bill format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    Cur,
    Focus,
}

/// What kind of row it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Usage,
    /// Usage that a Savings Plan covers.
    Covered,
    /// Not usage, with the reason for ignoring it.
    Other(&'static str),
}

/// Column names without their spelling; see [`super::table::plain`].
const CUR: [(Column, &str); 20] = [
    (Column::Kind, "lineitemlineitemtype"),
    (Column::Start, "lineitemusagestartdate"),
    (Column::End, "lineitemusageenddate"),
    (Column::Service, "lineitemproductcode"),
    (Column::UsageType, "lineitemusagetype"),
    (Column::Resource, "lineitemresourceid"),
    (Column::Quantity, "lineitemusageamount"),
    (Column::NetCost, "lineitemnetunblendedcost"),
    (Column::Cost, "lineitemunblendedcost"),
    (
        Column::CoveredNetCost,
        "savingsplannetsavingsplaneffectivecost",
    ),
    (Column::CoveredCost, "savingsplansavingsplaneffectivecost"),
    (Column::ListCost, "pricingpublicondemandcost"),
    (Column::Currency, "lineitemcurrencycode"),
    (Column::RegionCode, "productregioncode"),
    (Column::Region, "productregion"),
    (Column::Product, "product"),
    (Column::Plan, "savingsplanofferingtype"),
    (Column::PlanArn, "savingsplansavingsplanarn"),
    (Column::Term, "savingsplanpurchaseterm"),
    (Column::Payment, "savingsplanpaymentoption"),
];

const FOCUS: [(Column, &str); 18] = [
    (Column::Kind, "chargecategory"),
    (Column::Class, "chargeclass"),
    (Column::Start, "chargeperiodstart"),
    (Column::End, "chargeperiodend"),
    (Column::Service, "xservicecode"),
    (Column::ServiceName, "servicename"),
    (Column::UsageType, "xusagetype"),
    (Column::SkuMeter, "skumeter"),
    (Column::Description, "chargedescription"),
    (Column::Resource, "resourceid"),
    (Column::Quantity, "consumedquantity"),
    (Column::OtherQuantity, "pricingquantity"),
    (Column::Cost, "effectivecost"),
    (Column::ListCost, "listcost"),
    (Column::Currency, "billingcurrency"),
    (Column::RegionCode, "regionid"),
    (Column::Status, "commitmentdiscountstatus"),
    (Column::Plan, "commitmentdiscounttype"),
];

/// Line item types that are no usage.
const CUR_OTHER: [(&[u8], &str); 15] = [
    (b"Tax", "Tax: not usage"),
    (b"Credit", "Credit: not usage"),
    (b"Refund", "Refund: not usage"),
    (b"Fee", "Fee: not usage"),
    (b"RIFee", "RIFee: not usage"),
    (
        b"SavingsPlanNegation",
        "SavingsPlanNegation: the row of the covered usage has the cost",
    ),
    (
        b"SavingsPlanRecurringFee",
        "SavingsPlanRecurringFee: the rows of covered usage have the cost",
    ),
    (
        b"SavingsPlanUpfrontFee",
        "SavingsPlanUpfrontFee: the rows of covered usage have the cost",
    ),
    (b"EdpDiscount", DISCOUNT),
    (b"PrivateRateDiscount", DISCOUNT),
    (b"BundledDiscount", DISCOUNT),
    (b"Discount", DISCOUNT),
    (b"RiVolumeDiscount", DISCOUNT),
    (b"Solution Provider Program Discount", DISCOUNT),
    (b"Distributor Discount", DISCOUNT),
];
const DISCOUNT: &str = "a discount as a separate row: export the net costs to have it in the rates";

const FOCUS_OTHER: [(&[u8], &str); 4] = [
    (b"Tax", "Tax: not usage"),
    (b"Credit", "Credit: not usage"),
    (b"Purchase", "Purchase: not usage"),
    (b"Adjustment", "Adjustment: not usage"),
];

impl Layout {
    pub(super) fn of(format: Format) -> Self {
        if format == Format::Focus {
            Self::Focus
        } else {
            Self::Cur
        }
    }

    pub(super) fn format(self) -> Format {
        match self {
            Self::Cur => Format::Cur,
            Self::Focus => Format::Focus,
        }
    }

    /// The positions of the columns.
    ///
    /// # Errors
    /// Columns are missing that every such bill has.
    pub(super) fn columns<'n>(
        self,
        header: impl Iterator<Item = &'n str>,
        context: &Context,
    ) -> Result<Columns, Mistake> {
        let names: &[(Column, &str)] = match self {
            Self::Cur => &CUR,
            Self::Focus => &FOCUS,
        };
        let columns = Columns::of(names, header);
        let quantities = [Column::Quantity, Column::OtherQuantity];
        let services = [Column::Service, Column::ServiceName];
        let usages = [Column::UsageType, Column::SkuMeter, Column::Description];
        let required: [(&[Column], &str, &str); 6] = [
            (
                &[Column::Kind],
                "line_item_line_item_type",
                "ChargeCategory",
            ),
            (
                &[Column::Start],
                "line_item_usage_start_date",
                "ChargePeriodStart",
            ),
            (
                &[Column::End],
                "line_item_usage_end_date",
                "ChargePeriodEnd",
            ),
            (&services, "line_item_product_code", "ServiceName"),
            (&usages, "line_item_usage_type", "ChargeDescription"),
            (&quantities, "line_item_usage_amount", "ConsumedQuantity"),
        ];
        let missing = required
            .iter()
            .filter(|(any, _, _)| !any.iter().any(|column| columns.has(*column)));
        let missing = missing.map(|(_, cur, focus)| match self {
            Self::Cur => *cur,
            Self::Focus => *focus,
        });
        let missing: Vec<&str> = missing.collect();
        if missing.is_empty() {
            return Ok(columns);
        }
        let message = format!("the bill has no column {}", missing.join(", "));
        let help = "export the bill with these columns";
        Err(context.mistake(message, help))
    }

    pub(super) fn kind(self, row: &impl Row) -> Kind {
        let kind = row.bytes(Column::Kind);
        match self {
            Self::Cur => match kind {
                b"Usage" | b"DiscountedUsage" => Kind::Usage,
                b"SavingsPlanCoveredUsage" => Kind::Covered,
                other => not_usage(&CUR_OTHER, other),
            },
            Self::Focus if kind != b"Usage" => not_usage(&FOCUS_OTHER, kind),
            Self::Focus if row.bytes(Column::Class) == b"Correction" => {
                Kind::Other("Correction: of an earlier bill")
            }
            Self::Focus => match row.bytes(Column::Status) {
                b"Used" => Kind::Covered,
                b"Unused" => Kind::Other("a commitment that was not used: not usage"),
                _ => Kind::Usage,
            },
        }
    }

    pub(super) fn is_lambda(self, row: &impl Row) -> bool {
        let code = row.bytes(Column::Service);
        if code.is_empty() {
            row.bytes(Column::ServiceName) == b"AWS Lambda"
        } else {
            code == b"AWSLambda"
        }
    }

    /// The reason why a row of another service is listed: Lambda@Edge can be one of CloudFront.
    pub(super) fn apart(self, row: &impl Row) -> Option<&'static str> {
        let description = row.text(Column::Description).ok()?;
        meter::apart(description)
    }

    /// The usage of a row of Lambda.
    ///
    /// # Errors
    /// Its text is not UTF-8.
    pub(super) fn usage<'r>(self, row: &'r impl Row) -> Result<Usage<'r>, Wrong> {
        for column in [Column::UsageType, Column::SkuMeter] {
            let text = row.text(column)?;
            let usage = meter::of_usage_type(text);
            if usage != Usage::Other {
                return Ok(usage);
            }
        }
        let description = row.text(Column::Description)?;
        Ok(meter::of_description(description))
    }
}

fn not_usage(known: &[(&[u8], &'static str)], kind: &[u8]) -> Kind {
    let found = known.iter().find(|(name, _)| *name == kind);
    Kind::Other(found.map_or("another kind of row: not usage", |(_, why)| *why))
}
