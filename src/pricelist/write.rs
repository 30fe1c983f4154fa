//! Writes price files.

use super::PriceFile;
use super::found::FoundPrice;
use crate::pricebook::meters::Meters;
use std::collections::BTreeMap;

type Tables = BTreeMap<String, Vec<(String, &'static str, Vec<FoundPrice>)>>;

/// The price file of a region. `names` has the names of regions in AWS's price list.
pub(super) fn file(
    region: &str,
    names: &BTreeMap<&str, &str>,
    known: &Meters,
    meters: BTreeMap<String, Vec<FoundPrice>>,
) -> PriceFile {
    let prices = meters.values().map(Vec::len).sum();
    let dates = |wanted: fn(&str) -> bool| {
        let rows = meters.iter().filter(move |(path, _)| wanted(path));
        let prices = rows.flat_map(|(_, tiers)| tiers);
        prices.map(|price| price.as_of.clone()).max()
    };
    let listed = dates(|path| !path.starts_with("savings."));
    let as_of = listed.or_else(|| dates(|_| true)).unwrap_or_default();
    let mut text = format!(
        "# Prices of {region}. Written by `lambdacost prices import`.\nregion = {}\n",
        quoted(region)
    );
    if let Some(name) = names.get(region) {
        text += &format!("name = {}\n", quoted(name));
    }
    text += &format!("currency = \"USD\"\nas_of = {}\n", quoted(&as_of));
    for (table, rows) in tables(known, meters) {
        text += &written(&table, &rows);
    }
    PriceFile {
        region: region.to_owned(),
        text,
        prices,
        as_of,
    }
}

/// A text in quotes: JSON and TOML escape basic strings alike.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The prices by table, with their keys and units.
fn tables(known: &Meters, meters: BTreeMap<String, Vec<FoundPrice>>) -> Tables {
    let mut tables = Tables::new();
    for (path, tiers) in meters {
        let (table, key) = known.written(&path);
        let meter = known.find(&path);
        let per = meter.expect("readers keep only prices of known meters").per;
        tables.entry(table).or_default().push((key, per, tiers));
    }
    tables
}

/// A table: the date and source of most of its prices, then its prices.
fn written(table: &str, rows: &[(String, &'static str, Vec<FoundPrice>)]) -> String {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for price in rows.iter().flat_map(|(_, _, tiers)| tiers) {
        *counts.entry((&price.as_of, &price.source)).or_default() += 1;
    }
    let most = counts
        .into_iter()
        .max_by_key(|(origin, count)| (*count, *origin));
    let origin = most.map_or(("", ""), |(origin, _)| origin);
    let (as_of, source) = (quoted(origin.0), quoted(origin.1));
    let mut text = format!("\n[{table}]\nas_of = {as_of}\nsource = {source}\n");
    for (key, per, tiers) in rows {
        match tiers.as_slice() {
            [only] => text += &format!("{key} = {}\n", inline(only, per, origin, "")),
            tiers => {
                let lines = tiers.iter().map(|tier| {
                    let bounds = bounds(tier);
                    format!("  {},\n", inline(tier, per, origin, &bounds))
                });
                text += &format!("{key} = [\n{}]\n", lines.collect::<String>());
            }
        }
    }
    text
}

fn bounds(tier: &FoundPrice) -> String {
    match tier.to.as_str() {
        "Inf" => format!("from = {}, ", quoted(&tier.from)),
        to => format!("from = {}, to = {}, ", quoted(&tier.from), quoted(to)),
    }
}

/// A price as an inline table, with what differs from its table.
fn inline(price: &FoundPrice, per: &str, origin: (&str, &str), bounds: &str) -> String {
    let mut text = format!(
        "{{ {bounds}usd = {}, per = {}",
        quoted(&price.usd),
        quoted(per)
    );
    let own = [
        ("rate_code", &*price.rate_code, ""),
        ("as_of", &*price.as_of, origin.0),
        ("source", &*price.source, origin.1),
    ];
    for (key, value, usual) in own {
        if value != usual {
            text += &format!(", {key} = {}", quoted(value));
        }
    }
    text + " }"
}
