//! Price lists in CSV: offer files and Savings Plan files.

use super::plans::{PlanAttributes, PlanProduct, Rate, RatePrice, Rates};
use super::product::{Attributes, Product};
use super::terms::{Dimension, Lease, on_demand, reserved};
use super::{Head, Importer, Reason, Staged};
use ::csv::{ReaderBuilder, StringRecord};
use std::collections::HashMap;
use std::io::BufRead;

/// Rows before the header, at most. AWS writes five.
const HEAD_ROWS: usize = 50;

/// The columns by their names in lower case.
struct Columns(HashMap<String, usize>);

impl Columns {
    fn get<'r>(&self, row: &'r StringRecord, name: &str) -> &'r str {
        let index = self.0.get(&name.to_ascii_lowercase());
        index.and_then(|index| row.get(*index)).unwrap_or_default()
    }

    fn has(&self, name: &str) -> bool {
        self.0.contains_key(&name.to_ascii_lowercase())
    }
}

/// Reads a file.
///
/// # Errors
/// Why it cannot be read.
pub(super) fn read(importer: &mut Importer, file: impl BufRead) -> Result<(), String> {
    let mut rows = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(file);
    let mut row = StringRecord::new();
    let mut head = Head::default();
    let mut columns = None;
    for _ in 0..HEAD_ROWS {
        if !rows.read_record(&mut row).map_err(unreadable)? {
            break;
        }
        let value = row.get(1).unwrap_or_default().to_owned();
        match row.get(0).unwrap_or_default() {
            "SKU" => {
                let names = row.iter().enumerate();
                let names = names.map(|(index, name)| (name.to_ascii_lowercase(), index));
                columns = Some(Columns(names.collect()));
                break;
            }
            "Publication Date" => head.published = value,
            "Version" => head.version = value,
            "OfferCode" => head.offer = value,
            _ => {}
        }
    }
    let Some(columns) = columns else {
        return Err(
            "it is neither JSON nor a price list in CSV, whose header starts with SKU".to_owned(),
        );
    };
    if columns.has("DiscountedUsageType") {
        return plan_rows(importer, &head, &columns, &mut rows);
    }
    for name in ["PricePerUnit", "RateCode", "TermType", "usageType"] {
        if !columns.has(name) {
            return Err(format!(
                "it is CSV without the column {name}, so not a price list"
            ));
        }
    }
    let mut staged = Vec::new();
    while rows.read_record(&mut row).map_err(unreadable)? {
        match offer_row(importer, &head, &columns, &row) {
            Ok(price) => staged.push(price),
            Err(reason) => {
                let usagetype = columns.get(&row, "usageType");
                importer.left_out.add(reason, usagetype);
            }
        }
    }
    if staged.is_empty() {
        return Ok(());
    }
    importer.publish(&head, staged)
}

fn unreadable(error: ::csv::Error) -> String {
    format!("it cannot be read as CSV: {error}")
}

/// The price of a row of an offer file.
///
/// # Errors
/// Why it is left out.
fn offer_row(
    importer: &Importer,
    head: &Head,
    columns: &Columns,
    row: &StringRecord,
) -> Result<Staged, Reason> {
    let get = |name: &str| columns.get(row, name);
    if get("RateCode").is_empty() || get("PricePerUnit").is_empty() {
        return Err(Reason::Ragged);
    }
    let service = [get("serviceCode"), &head.offer];
    let service = service.into_iter().find(|service| !service.is_empty());
    let product = Product {
        sku: get("SKU").to_owned(),
        attributes: Attributes {
            service: service.unwrap_or_default().to_owned(),
            location: get("Location").to_owned(),
            location_type: get("Location Type").to_owned(),
            region_code: get("Region Code").to_owned(),
            usagetype: get("usageType").to_owned(),
            operation: get("operation").to_owned(),
            system: get("Operating System").to_owned(),
            tenancy: get("Tenancy").to_owned(),
            software: get("Pre Installed S/W").to_owned(),
            capacity: get("CapacityStatus").to_owned(),
            licence: get("License Model").to_owned(),
            market: get("MarketOption").to_owned(),
        },
    };
    let slot = importer.slot(&product)?;
    let is_usd = ["", "USD"].contains(&get("Currency"));
    let dimension = Dimension {
        from: get("StartingRange"),
        to: get("EndingRange"),
        usd: is_usd.then(|| get("PricePerUnit")),
        rate_code: get("RateCode"),
    };
    match get("TermType") {
        "OnDemand" => on_demand(&slot, get("OfferTermCode"), &dimension),
        "Reserved" => {
            let lease = Lease {
                length: get("LeaseContractLength"),
                class: get("OfferingClass"),
                payment: get("PurchaseOption"),
            };
            reserved(&slot, &lease, &dimension)
        }
        _ => Err(Reason::NotPriced),
    }
}

/// Reads the rows of a Savings Plan file.
fn plan_rows(
    importer: &mut Importer,
    head: &Head,
    columns: &Columns,
    rows: &mut ::csv::Reader<impl BufRead>,
) -> Result<(), String> {
    if !columns.has("DiscountedRate") {
        return Err("it is a Savings Plan file without the column DiscountedRate".to_owned());
    }
    let mut rates = Rates::default();
    let mut known: HashMap<String, usize> = HashMap::new();
    let mut row = StringRecord::new();
    while rows.read_record(&mut row).map_err(unreadable)? {
        let get = |name: &str| columns.get(&row, name).to_owned();
        let sku = get("SKU");
        let index = known.entry(sku.clone()).or_insert_with(|| {
            rates.add_plan(plan(columns, &row), importer);
            let index = rates.begin();
            rates.name(index, sku);
            index
        });
        let rate = Rate {
            discounted_sku: get("DiscountedSKU"),
            discounted_usage_type: get("DiscountedUsageType"),
            discounted_operation: get("DiscountedOperation"),
            discounted_service_code: get("DiscountedServiceCode"),
            discounted_region_code: get("DiscountedRegionCode"),
            rate_code: get("RateCode"),
            discounted_rate: RatePrice {
                price: get("DiscountedRate"),
                currency: get("Currency"),
            },
        };
        rates.add_rate(*index, rate, importer);
    }
    rates.publish(head, importer)
}

/// The plan of a row.
fn plan(columns: &Columns, row: &StringRecord) -> PlanProduct {
    let get = |name: &str| columns.get(row, name);
    let usagetype = get("UsageType");
    let family = if usagetype.contains("ComputeSP:") {
        "ComputeSavingsPlans"
    } else if usagetype.contains("EC2SP:") {
        "EC2InstanceSavingsPlans"
    } else {
        ""
    };
    PlanProduct {
        sku: get("SKU").to_owned(),
        product_family: family.to_owned(),
        attributes: PlanAttributes {
            purchase_option: get("PurchaseOption").to_owned(),
            purchase_term: format!("{}yr", get("LeaseContractLength").trim_end_matches("yr")),
            location: get("Location").to_owned(),
            region_code: String::new(),
        },
    }
}
