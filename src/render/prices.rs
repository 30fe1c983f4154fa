//! The price book with its provenance.

use crate::color::Paint;
use crate::escape::json;
use crate::pricebook::Regional;
use crate::text::{Lines, escaped};
use serde::Serialize;
use std::io::{self, Write};

const SCHEMA: &str = "lambdacost/prices/v1";

#[derive(Serialize)]
struct ListV1<'a> {
    schema: &'static str,
    regions: Vec<RegionV1<'a>>,
}

#[derive(Serialize)]
struct RegionV1<'a> {
    region: &'a str,
    as_of: &'a str,
    oldest: &'a str,
    prices: usize,
    instance_types: usize,
}

#[derive(Serialize)]
struct ShowV1<'a> {
    schema: &'static str,
    region: &'a str,
    currency: &'static str,
    as_of: &'a str,
    prices: Vec<PriceV1<'a>>,
}

#[derive(Serialize)]
struct PriceV1<'a> {
    meter: &'a str,
    what: &'static str,
    from: String,
    usd: String,
    per: &'static str,
    as_of: &'a str,
    confidence: Option<&'a str>,
    source: &'a str,
    rate_code: Option<&'a str>,
}

/// The oldest date of the prices whose paths are wanted.
fn oldest(regional: &Regional, wanted: fn(&str) -> bool) -> Option<&str> {
    let entries = regional.entries().filter(|(path, _)| wanted(path));
    let prices = entries.flat_map(|(_, entry)| entry.tiers());
    prices.map(|(_, price)| &*price.provenance.as_of).min()
}

/// True for a rate of Savings Plans or Reserved Instances.
fn is_commitment(path: &str) -> bool {
    path.starts_with("savings.")
}

fn region_v1(regional: &Regional) -> RegionV1<'_> {
    let is_instance = |path: &str| path.starts_with("ec2.");
    RegionV1 {
        region: regional.name(),
        as_of: regional.as_of(),
        oldest: oldest(regional, |_| true).unwrap_or_default(),
        prices: regional
            .entries()
            .map(|(_, entry)| entry.tiers().len())
            .sum(),
        instance_types: regional
            .entries()
            .filter(|(path, _)| is_instance(path))
            .count(),
    }
}

/// The regions as a table.
///
/// # Errors
/// The output cannot be written.
pub(crate) fn list_table(
    regions: &[Regional],
    color: bool,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    let out = &mut Lines::new(out);
    let heading = format!(
        "{:<16} {:>8} {:>15}   {:<11} {:<11} {}",
        "region", "prices", "instance types", "newest", "oldest", "oldest commitment"
    );
    writeln!(out, "{}", Paint::new(color).bold(&heading))?;
    for regional in regions {
        let region = region_v1(regional);
        let oldest_price = oldest(regional, |path| !is_commitment(path));
        let oldest_commitment = oldest(regional, is_commitment);
        writeln!(
            out,
            "{:<16} {:>8} {:>15}   {:<11} {:<11} {}",
            region.region,
            region.prices,
            region.instance_types,
            region.as_of,
            oldest_price.unwrap_or("-"),
            oldest_commitment.unwrap_or("-")
        )?;
    }
    Ok(())
}

/// The regions as JSON.
///
/// # Errors
/// The output cannot be written.
pub(crate) fn list_json(regions: &[Regional], out: &mut (dyn Write + Send)) -> io::Result<()> {
    let list = ListV1 {
        schema: SCHEMA,
        regions: regions.iter().map(region_v1).collect(),
    };
    json::write(&list, out)
}

/// Every price of a region with its provenance.
///
/// # Errors
/// The output cannot be written.
pub fn show_table(
    regional: &Regional,
    color: bool,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    let paint = Paint::new(color);
    let out = &mut Lines::new(out);
    let heading = format!(
        "{}, as of {}, US dollars",
        regional.name(),
        regional.as_of()
    );
    writeln!(out, "{}", paint.bold(&heading))?;
    for price in prices_v1(regional) {
        let from = match price.from.as_str() {
            "0" => String::new(),
            from => format!(" from {from}"),
        };
        writeln!(
            out,
            "{:<50} {:>14} per {}",
            escaped(price.meter).into_owned() + &from,
            price.usd,
            price.per
        )?;
        let rate_code = price
            .rate_code
            .map(|code| format!("  {}", escaped(code)))
            .unwrap_or_default();
        let confidence = price
            .confidence
            .map(|grade| format!(" {}", escaped(grade)))
            .unwrap_or_default();
        let provenance = format!(
            "    {}{confidence}  {}{rate_code}",
            price.as_of,
            escaped(price.source)
        );
        writeln!(out, "{}", paint.dim(&provenance))?;
    }
    Ok(())
}

/// Every price of a region as JSON.
///
/// # Errors
/// The output cannot be written.
pub fn show_json(regional: &Regional, out: &mut (dyn Write + Send)) -> io::Result<()> {
    let show = ShowV1 {
        schema: SCHEMA,
        region: regional.name(),
        currency: "USD",
        as_of: regional.as_of(),
        prices: prices_v1(regional),
    };
    json::write(&show, out)
}

fn prices_v1(regional: &Regional) -> Vec<PriceV1<'_>> {
    let mut prices = Vec::new();
    for (path, entry) in regional.entries() {
        let meter = regional
            .known()
            .find(path)
            .expect("a price file with an unknown meter is refused");
        for (from, price) in entry.tiers() {
            let provenance = &price.provenance;
            prices.push(PriceV1 {
                meter: path,
                what: meter.what,
                from: from.to_string(),
                usd: price.usd.to_string(),
                per: price.per,
                as_of: &provenance.as_of,
                confidence: provenance.confidence.as_deref(),
                source: &provenance.source,
                rate_code: provenance.rate_code.as_deref(),
            });
        }
    }
    prices
}
