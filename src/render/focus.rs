//! `--format focus`: one row per line of a bill, in the columns of FinOps FOCUS 1.2, as an
//! estimate.
//!
//! `docs/focus.md` describes how each column is filled, and which rules fail.
//! Columns that FOCUS does not define begin with `x_`.

use crate::answer::{CommitmentUse, Comparison};
use crate::escape::{csv_quoted, formula_guarded};
use crate::exact::Exact;
use crate::platform::service::SAVINGS_PLANS;
use crate::platform::{Answer, Line, Pricing};
use crate::pricebook::Commitment;
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

/// What the rows of one output share.
struct Sheet<'r> {
    comparison: &'r Comparison<'r>,
    period: &'r Period,
    spelling: Spelling,
}

/// A line of the bill of a function.
struct LineRow<'r> {
    sheet: &'r Sheet<'r>,
    function: &'r Function,
    line: &'r Line,
}

/// What a commitment in US dollars an hour changes in the bill of all functions.
struct CommitmentRow<'r> {
    sheet: &'r Sheet<'r>,
    commitment: &'r CommitmentUse,
}

/// How a column is filled. An empty cell is null.
enum Cell {
    /// The same for every row.
    Shared(fn(&Sheet<'_>) -> String),
    /// Null for a commitment.
    OfLine(fn(&LineRow<'_>) -> String),
    Of(fn(&LineRow<'_>) -> String, fn(&CommitmentRow<'_>) -> String),
}

/// A row.
enum Row<'r> {
    Line(LineRow<'r>),
    Commitment(CommitmentRow<'r>),
}

impl Row<'_> {
    fn cell(&self, cell: &Cell) -> String {
        match (self, cell) {
            (Self::Line(row), Cell::Shared(of)) => of(row.sheet),
            (Self::Commitment(row), Cell::Shared(of)) => of(row.sheet),
            (Self::Line(row), Cell::OfLine(of) | Cell::Of(of, _)) => of(row),
            (Self::Commitment(_), Cell::OfLine(_)) => String::new(),
            (Self::Commitment(row), Cell::Of(_, of)) => of(row),
        }
    }

    fn write(&self, text: &mut String) {
        for (number, (_, cell)) in COLUMNS.iter().enumerate() {
            text.push_str(if number == 0 { "" } else { "," });
            text.push_str(&csv_quoted(&self.cell(cell)));
        }
        text.push('\n');
    }
}

/// The columns and how they are filled.
const COLUMNS: [(&str, Cell); 56] = [
    (
        "BilledCost",
        Cell::Of(|row| decimal(row.line.cost.dollars()), part),
    ),
    ("BillingAccountId", Cell::Shared(|_| ACCOUNT.to_owned())),
    ("BillingAccountName", Cell::Shared(|_| ACCOUNT.to_owned())),
    (
        "BillingAccountType",
        Cell::Shared(|_| "Estimate".to_owned()),
    ),
    ("BillingCurrency", Cell::Shared(|_| "USD".to_owned())),
    (
        "BillingPeriodEnd",
        Cell::Shared(|sheet| sheet.period.end.clone()),
    ),
    (
        "BillingPeriodStart",
        Cell::Shared(|sheet| sheet.period.start.clone()),
    ),
    (
        "ChargeCategory",
        Cell::Of(|_| "Usage".to_owned(), |_| "Adjustment".to_owned()),
    ),
    ("ChargeClass", Cell::Shared(|_| String::new())),
    (
        "ChargeDescription",
        Cell::Of(description, describe_commitment),
    ),
    (
        "ChargeFrequency",
        Cell::Of(
            |row| {
                let frequency = if row.line.is_monthly() {
                    "Recurring"
                } else {
                    "Usage-Based"
                };
                frequency.to_owned()
            },
            |_| "Recurring".to_owned(),
        ),
    ),
    (
        "ChargePeriodEnd",
        Cell::Shared(|sheet| sheet.period.end.clone()),
    ),
    (
        "ChargePeriodStart",
        Cell::Shared(|sheet| sheet.period.start.clone()),
    ),
    (
        "ConsumedQuantity",
        Cell::OfLine(|row| decimal(&row.line.quantity)),
    ),
    ("ConsumedUnit", Cell::OfLine(unit)),
    (
        "ContractedCost",
        Cell::Of(|row| cost_at(row, contracted(row)), no_cost),
    ),
    (
        "ContractedUnitPrice",
        Cell::OfLine(|row| decimal(contracted(row))),
    ),
    (
        "EffectiveCost",
        Cell::Of(|row| decimal(row.line.cost.dollars()), part),
    ),
    // The validator requires an ID, also for a provisional invoice.
    ("InvoiceId", Cell::Shared(|_| ACCOUNT.to_owned())),
    (
        "InvoiceIssuerName",
        Cell::Shared(|sheet| {
            let issuer = match sheet.spelling {
                Spelling::Focus => "AWS",
                Spelling::Aws => "Amazon Web Services, Inc.",
            };
            issuer.to_owned()
        }),
    ),
    (
        "ListCost",
        Cell::Of(|row| cost_at(row, &row.line.list_rate), no_cost),
    ),
    (
        "ListUnitPrice",
        Cell::OfLine(|row| decimal(&row.line.list_rate)),
    ),
    (
        "PricingCategory",
        Cell::OfLine(|row| {
            let category = match row.line.pricing {
                _ if row.line.is_extra() => "Other",
                _ if is_committed(row) => "Committed",
                Pricing::Standard => "Standard",
                Pricing::Dynamic => "Dynamic",
            };
            category.to_owned()
        }),
    ),
    ("PricingCurrency", Cell::Shared(|_| "USD".to_owned())),
    (
        "PricingCurrencyContractedUnitPrice",
        Cell::OfLine(|row| decimal(contracted(row))),
    ),
    (
        "PricingCurrencyEffectiveCost",
        Cell::Of(|row| decimal(row.line.cost.dollars()), part),
    ),
    (
        "PricingCurrencyListUnitPrice",
        Cell::OfLine(|row| decimal(&row.line.list_rate)),
    ),
    (
        "PricingQuantity",
        Cell::OfLine(|row| decimal(&row.line.quantity)),
    ),
    ("PricingUnit", Cell::OfLine(unit)),
    ("ProviderName", Cell::Shared(|_| "AWS".to_owned())),
    ("PublisherName", Cell::Shared(|_| "AWS".to_owned())),
    (
        "RegionId",
        Cell::Of(|row| region(row).to_owned(), only_region),
    ),
    ("RegionName", Cell::Of(region_name, name_of_only_region)),
    ("ResourceId", Cell::OfLine(name)),
    ("ResourceName", Cell::OfLine(name)),
    ("ResourceType", Cell::OfLine(|_| "Function".to_owned())),
    (
        "ServiceCategory",
        Cell::Of(
            |row| row.line.service.category.to_owned(),
            |_| SAVINGS_PLANS.category.to_owned(),
        ),
    ),
    (
        "ServiceName",
        Cell::Of(
            |row| row.line.service.name.to_owned(),
            |_| SAVINGS_PLANS.name.to_owned(),
        ),
    ),
    (
        "ServiceSubcategory",
        Cell::Of(
            |row| row.line.service.subcategory.to_owned(),
            |_| SAVINGS_PLANS.subcategory.to_owned(),
        ),
    ),
    ("SkuId", Cell::OfLine(sku)),
    ("SkuMeter", Cell::OfLine(meter)),
    ("SkuPriceId", Cell::OfLine(|row| outside(rate_code(row)))),
    ("SubAccountId", Cell::OfLine(|row| account(row).to_owned())),
    // The name of an account is not known. FOCUS requires one where there is an id.
    (
        "SubAccountName",
        Cell::OfLine(|row| account(row).to_owned()),
    ),
    (
        "SubAccountType",
        Cell::OfLine(|row| match account(row) {
            "" => String::new(),
            _ => "Account".to_owned(),
        }),
    ),
    ("Tags", Cell::OfLine(tags)),
    (
        "x_Architecture",
        Cell::OfLine(|row| row.function.architecture.name().to_owned()),
    ),
    (
        "x_Bought",
        Cell::Of(
            |row| row.line.how.as_deref().unwrap_or_default().to_owned(),
            plan,
        ),
    ),
    ("x_Estimate", Cell::Shared(|_| "true".to_owned())),
    (
        "x_HoursPerMonth",
        Cell::Shared(|sheet| decimal(&sheet.comparison.scenario().hours)),
    ),
    (
        "x_Item",
        Cell::Of(|row| outside(&row.line.item), |_| "commitment".to_owned()),
    ),
    (
        "x_Platform",
        Cell::OfLine(|row| row.sheet.comparison.platforms()[0].id.to_owned()),
    ),
    (
        "x_PriceAsOf",
        Cell::OfLine(|row| row.line.provenance.as_of.to_string()),
    ),
    (
        "x_PriceSource",
        Cell::OfLine(|row| outside(&row.line.provenance.source)),
    ),
    (
        "x_Scenario",
        Cell::Shared(|sheet| outside(&sheet.comparison.scenario().name)),
    ),
    (
        "x_ServiceCode",
        Cell::Of(
            |row| row.line.service.code.to_owned(),
            |_| SAVINGS_PLANS.code.to_owned(),
        ),
    ),
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
    /// What a commitment in US dollars an hour changes in the bill of all functions of the scenario,
    /// of which these may be a part. It is a row below these bills, unless it changes nothing.
    pub commitment: Option<CommitmentUse>,
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
        let sheet = Sheet {
            comparison: one.comparison,
            period,
            spelling,
        };
        for chunk in one.answers.chunks(AHEAD) {
            let texts = chunk
                .par_iter()
                .map(|(index, answer)| rows(&sheet, *index, answer));
            for text in texts.collect::<Vec<String>>() {
                out.write_all(text.as_bytes())?;
            }
        }
        let commitment = one.commitment.as_ref();
        if let Some(commitment) = commitment.filter(|commitment| !commitment.part.is_zero()) {
            let mut text = String::new();
            let row = CommitmentRow {
                sheet: &sheet,
                commitment,
            };
            Row::Commitment(row).write(&mut text);
            out.write_all(text.as_bytes())?;
        }
    }
    Ok(())
}

fn rows(sheet: &Sheet<'_>, index: usize, answer: &Answer<'_>) -> String {
    let mut text = String::new();
    for line in &answer.placement.lines() {
        let row = LineRow {
            sheet,
            function: &sheet.comparison.scenario().functions[index],
            line,
        };
        Row::Line(row).write(&mut text);
    }
    text
}

/// True for usage that a commitment covers. A negotiated discount is not a commitment.
fn is_committed(row: &LineRow<'_>) -> bool {
    row.line.how.as_deref().is_some_and(|how| how != DISCOUNT)
}

/// The unit price with negotiated discounts and without commitments.
fn contracted<'r>(row: &'r LineRow<'_>) -> &'r Exact {
    &row.line.contracted_rate
}

fn cost_at(row: &LineRow<'_>, rate: &Exact) -> String {
    decimal(row.line.cost_at(rate).dollars())
}

fn unit(row: &LineRow<'_>) -> String {
    let unit = row.line.unit;
    let is_x86_duration = *row.line.meter == *X86_DURATION;
    let spelled = match row.sheet.spelling {
        Spelling::Focus => unit.focus,
        // AWS's oldest meter has another unit than the meters that came after it.
        Spelling::Aws if is_x86_duration => "Seconds",
        Spelling::Aws => unit.aws,
    };
    spelled.to_owned()
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

fn name(row: &LineRow<'_>) -> String {
    formula_guarded(&row.function.name).into_owned()
}

fn region<'r>(row: &'r LineRow<'_>) -> &'r str {
    row.sheet.comparison.scenario().region_of(row.function)
}

/// The name of the region in AWS's price list and exports. Null if the price book does not have it.
fn region_name(row: &LineRow<'_>) -> String {
    let regional = &row.sheet.comparison.prices()[usize::from(row.function.region)];
    outside(regional.location().unwrap_or_default())
}

fn sku(row: &LineRow<'_>) -> String {
    outside(rate_code(row).split('.').next().unwrap_or_default())
}

/// The meter. FOCUS allows no meter without a SKU.
fn meter(row: &LineRow<'_>) -> String {
    match rate_code(row) {
        "" => String::new(),
        _ => outside(&row.line.item),
    }
}

fn rate_code<'r>(row: &'r LineRow<'_>) -> &'r str {
    row.line.provenance.rate_code.as_deref().unwrap_or_default()
}

fn account<'r>(row: &'r LineRow<'_>) -> &'r str {
    row.function.account().unwrap_or_default()
}

/// The tags as a JSON object. Null without tags.
fn tags(row: &LineRow<'_>) -> String {
    let tags = row.function.tags().iter();
    let tags: BTreeMap<&str, &str> = tags.map(|tag| (&*tag.name, &*tag.value)).collect();
    if tags.is_empty() {
        return String::new();
    }
    serde_json::to_string(&tags).expect("a map of texts is JSON")
}

fn description(row: &LineRow<'_>) -> String {
    let (item, service) = (escaped(&row.line.item), row.line.service.name);
    let name = escaped_name(&row.function.name);
    format!("Estimate by lambdacost: {service}, {item} of {name}")
}

fn part(row: &CommitmentRow<'_>) -> String {
    decimal(row.commitment.part.dollars())
}

/// A cost before commitments, which a commitment does not change.
fn no_cost(_: &CommitmentRow<'_>) -> String {
    decimal(&Exact::ZERO)
}

/// The only region of the scenario. Null with several: a commitment can be used in all of them.
fn only_region(row: &CommitmentRow<'_>) -> String {
    match &row.sheet.comparison.scenario().regions[..] {
        [only] => only.name.to_string(),
        _ => String::new(),
    }
}

fn name_of_only_region(row: &CommitmentRow<'_>) -> String {
    match row.sheet.comparison.prices() {
        [only] => outside(only.location().unwrap_or_default()),
        _ => String::new(),
    }
}

/// The plan, its term and its payment.
fn plan(row: &CommitmentRow<'_>) -> String {
    let terms = row.sheet.comparison.scenario().terms.as_ref();
    let commitment = terms.and_then(|terms| terms.commitment.as_ref());
    commitment.map_or_else(String::new, Commitment::describe)
}

fn describe_commitment(row: &CommitmentRow<'_>) -> String {
    let usd = &row.commitment.usd_per_hour;
    format!(
        "Estimate by lambdacost: commitment of ${usd} an hour, less what the usage that it covers costs \
         without it"
    )
}
