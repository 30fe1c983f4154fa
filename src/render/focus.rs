//! `--format focus`: one row per line of a bill, in the columns of FinOps FOCUS 1.2, as an
//! estimate.
//!
//! `docs/focus.md` describes how each column is filled, and which rules fail.
//! Columns that FOCUS does not define begin with `x_`.

use crate::answer::Comparison;
use crate::escape::{csv_quoted, formula_guarded};
use crate::exact::Exact;
use crate::platform::{Answer, Line, Pricing};
use crate::pricebook::commitments::DISCOUNT;
use crate::scenario::Function;
use crate::text::{escaped, escaped_name};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// The month of the rows. The end is the start of the next month.
#[derive(Debug, Clone)]
pub struct Period {
    /// ISO 8601, UTC.
    pub start: String,
    /// ISO 8601, UTC.
    pub end: String,
}

/// How values are written for which AWS's exports and FOCUS differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    /// As FOCUS 1.2 says.
    Focus,
    /// As AWS's own FOCUS exports have them, so that both can be grouped together.
    Aws,
}

/// Functions whose rows are computed in one batch.
const AHEAD: usize = 4096;

/// The meter of Lambda's duration on x86_64.
const X86_DURATION: &str = "lambda.x86_64.duration";

/// The account of an estimate; it is not an AWS account.
const ACCOUNT: &str = "lambdacost-estimate";

struct FocusRow<'r> {
    comparison: &'r Comparison<'r>,
    function: &'r Function,
    line: &'r Line,
    period: &'r Period,
    spelling: Spelling,
}

type CellOf = fn(&FocusRow<'_>) -> String;

/// The columns and how they are filled. An empty cell is null.
const COLUMNS: [(&str, CellOf); 56] = [
    ("BilledCost", |row| decimal(row.line.cost.dollars())),
    ("BillingAccountId", |_| ACCOUNT.to_owned()),
    ("BillingAccountName", |_| ACCOUNT.to_owned()),
    ("BillingAccountType", |_| "Estimate".to_owned()),
    ("BillingCurrency", |_| "USD".to_owned()),
    ("BillingPeriodEnd", |row| row.period.end.clone()),
    ("BillingPeriodStart", |row| row.period.start.clone()),
    ("ChargeCategory", |_| "Usage".to_owned()),
    ("ChargeClass", null),
    ("ChargeDescription", description),
    ("ChargeFrequency", |row| {
        let frequency = if row.line.is_monthly() {
            "Recurring"
        } else {
            "Usage-Based"
        };
        frequency.to_owned()
    }),
    ("ChargePeriodEnd", |row| row.period.end.clone()),
    ("ChargePeriodStart", |row| row.period.start.clone()),
    ("ConsumedQuantity", |row| decimal(&row.line.quantity)),
    ("ConsumedUnit", unit),
    ("ContractedCost", |row| cost_at(row, contracted(row))),
    ("ContractedUnitPrice", |row| decimal(contracted(row))),
    ("EffectiveCost", |row| decimal(row.line.cost.dollars())),
    // The validator requires an ID, also for a provisional invoice.
    ("InvoiceId", |_| ACCOUNT.to_owned()),
    ("InvoiceIssuerName", |row| {
        let issuer = match row.spelling {
            Spelling::Focus => "AWS",
            Spelling::Aws => "Amazon Web Services, Inc.",
        };
        issuer.to_owned()
    }),
    ("ListCost", |row| cost_at(row, &row.line.list_rate)),
    ("ListUnitPrice", |row| decimal(&row.line.list_rate)),
    ("PricingCategory", |row| {
        let category = match row.line.pricing {
            _ if row.line.is_extra() => "Other",
            _ if is_committed(row) => "Committed",
            Pricing::Standard => "Standard",
            Pricing::Dynamic => "Dynamic",
        };
        category.to_owned()
    }),
    ("PricingCurrency", |_| "USD".to_owned()),
    ("PricingCurrencyContractedUnitPrice", |row| {
        decimal(contracted(row))
    }),
    ("PricingCurrencyEffectiveCost", |row| {
        decimal(row.line.cost.dollars())
    }),
    ("PricingCurrencyListUnitPrice", |row| {
        decimal(&row.line.list_rate)
    }),
    ("PricingQuantity", |row| decimal(&row.line.quantity)),
    ("PricingUnit", unit),
    ("ProviderName", |_| "AWS".to_owned()),
    ("PublisherName", |_| "AWS".to_owned()),
    ("RegionId", |row| region(row).to_owned()),
    ("RegionName", region_name),
    ("ResourceId", name),
    ("ResourceName", name),
    ("ResourceType", |_| "Function".to_owned()),
    ("ServiceCategory", |row| {
        row.line.service.category.to_owned()
    }),
    ("ServiceName", |row| row.line.service.name.to_owned()),
    ("ServiceSubcategory", |row| {
        row.line.service.subcategory.to_owned()
    }),
    ("SkuId", sku),
    ("SkuMeter", meter),
    ("SkuPriceId", |row| outside(rate_code(row))),
    ("SubAccountId", |row| account(row).to_owned()),
    // The name of an account is not known. FOCUS requires one where there is an id.
    ("SubAccountName", |row| account(row).to_owned()),
    ("SubAccountType", |row| match account(row) {
        "" => String::new(),
        _ => "Account".to_owned(),
    }),
    ("Tags", tags),
    ("x_Architecture", |row| {
        row.function.architecture.name().to_owned()
    }),
    ("x_Bought", |row| {
        row.line.how.as_deref().unwrap_or_default().to_owned()
    }),
    ("x_Estimate", |_| "true".to_owned()),
    ("x_HoursPerMonth", |row| {
        decimal(&row.comparison.scenario().hours)
    }),
    ("x_Item", |row| outside(&row.line.item)),
    ("x_Platform", |row| {
        row.comparison.platforms()[0].id.to_owned()
    }),
    ("x_PriceAsOf", |row| row.line.provenance.as_of.to_string()),
    ("x_PriceSource", |row| outside(&row.line.provenance.source)),
    ("x_Scenario", |row| outside(&row.comparison.scenario().name)),
    ("x_ServiceCode", |row| row.line.service.code.to_owned()),
];

/// Names of the columns, in their order.
pub fn columns() -> impl Iterator<Item = &'static str> {
    COLUMNS.iter().map(|(name, _)| *name)
}

/// The bills of functions on the one platform of a comparison.
pub struct Bills<'b> {
    pub comparison: &'b Comparison<'b>,
    /// Index and answer of each function.
    pub answers: Vec<(usize, Answer<'b>)>,
}

/// Writes the bills of comparisons with one platform each, below one header.
///
/// # Errors
/// The output cannot be written.
pub fn write(
    bills: &[Bills<'_>],
    period: &Period,
    spelling: Spelling,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    let names: Vec<&str> = columns().collect();
    writeln!(out, "{}", names.join(","))?;
    for one in bills {
        for chunk in one.answers.chunks(AHEAD) {
            let texts = chunk
                .par_iter()
                .map(|(index, answer)| rows(one.comparison, *index, answer, period, spelling));
            for text in texts.collect::<Vec<String>>() {
                out.write_all(text.as_bytes())?;
            }
        }
    }
    Ok(())
}

fn rows(
    comparison: &Comparison<'_>,
    index: usize,
    answer: &Answer<'_>,
    period: &Period,
    spelling: Spelling,
) -> String {
    let mut text = String::new();
    for line in &answer.placement.lines() {
        let row = FocusRow {
            comparison,
            function: &comparison.scenario().functions[index],
            line,
            period,
            spelling,
        };
        for (number, (_, cell)) in COLUMNS.iter().enumerate() {
            text.push_str(if number == 0 { "" } else { "," });
            text.push_str(&csv_quoted(&cell(&row)));
        }
        text.push('\n');
    }
    text
}

/// True for usage that a commitment covers. A negotiated discount is not a commitment.
fn is_committed(row: &FocusRow<'_>) -> bool {
    row.line.how.as_deref().is_some_and(|how| how != DISCOUNT)
}

/// The unit price with negotiated discounts and without commitments.
fn contracted<'r>(row: &'r FocusRow<'_>) -> &'r Exact {
    &row.line.contracted_rate
}

fn cost_at(row: &FocusRow<'_>, rate: &Exact) -> String {
    decimal(row.line.cost_at(rate).dollars())
}

fn unit(row: &FocusRow<'_>) -> String {
    let unit = row.line.unit;
    let is_x86_duration = *row.line.meter == *X86_DURATION;
    let spelled = match row.spelling {
        Spelling::Focus => unit.focus,
        // AWS's oldest meter has another unit than the meters that came after it.
        Spelling::Aws if is_x86_duration => "Seconds",
        Spelling::Aws => unit.aws,
    };
    spelled.to_owned()
}

fn null(_: &FocusRow<'_>) -> String {
    String::new()
}

/// All digits, with a decimal point, because readers guess the type of a column from its cells.
fn decimal(number: &Exact) -> String {
    let digits = number.to_string();
    if digits.contains('.') {
        digits
    } else {
        format!("{digits}.0")
    }
}

/// Text from outside, which can contain anything. Names of functions are checked when they are
/// read, so they are not escaped.
fn outside(text: &str) -> String {
    formula_guarded(&escaped(text)).into_owned()
}

fn name(row: &FocusRow<'_>) -> String {
    formula_guarded(&row.function.name).into_owned()
}

fn region<'r>(row: &'r FocusRow<'_>) -> &'r str {
    row.comparison.scenario().region_of(row.function)
}

/// The name of the region in AWS's price list and exports. Null if the price book does not have it.
fn region_name(row: &FocusRow<'_>) -> String {
    let regional = &row.comparison.prices()[usize::from(row.function.region)];
    outside(regional.location().unwrap_or_default())
}

fn sku(row: &FocusRow<'_>) -> String {
    outside(rate_code(row).split('.').next().unwrap_or_default())
}

/// The meter. FOCUS allows no meter without a SKU.
fn meter(row: &FocusRow<'_>) -> String {
    match rate_code(row) {
        "" => String::new(),
        _ => outside(&row.line.item),
    }
}

fn rate_code<'r>(row: &'r FocusRow<'_>) -> &'r str {
    row.line.provenance.rate_code.as_deref().unwrap_or_default()
}

fn account<'r>(row: &'r FocusRow<'_>) -> &'r str {
    row.function.account().unwrap_or_default()
}

/// The tags as a JSON object. Null without tags.
fn tags(row: &FocusRow<'_>) -> String {
    let tags = row.function.tags().iter();
    let tags: BTreeMap<&str, &str> = tags.map(|tag| (&*tag.name, &*tag.value)).collect();
    if tags.is_empty() {
        return String::new();
    }
    serde_json::to_string(&tags).expect("a map of texts is JSON")
}

fn description(row: &FocusRow<'_>) -> String {
    let (item, service) = (escaped(&row.line.item), row.line.service.name);
    let name = escaped_name(&row.function.name);
    format!("Estimate by lambdacost: {service}, {item} of {name}")
}
