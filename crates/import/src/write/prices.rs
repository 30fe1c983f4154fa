//! Prices of bills as price files.

use super::quoted;
use crate::resolve::{Import, Price};
use std::collections::BTreeMap;
use std::fmt::{self, Write};

/// Price files for what the bills cost where it is neither the list price nor a discount that a
/// scenario states: the name of each file, and its text.
pub fn price_files(import: &Import) -> Vec<(String, String)> {
    let mut by_region: BTreeMap<&str, Vec<&Price>> = BTreeMap::new();
    for price in &import.terms.prices {
        by_region.entry(&price.region).or_default().push(price);
    }
    let (first, last) = import.terms.days.clone().unwrap_or_default();
    let files = by_region.into_iter().map(|(region, prices)| {
        let mut text = String::new();
        let written = file(&mut text, region, &prices, &first, &last);
        written.expect("a string takes all text");
        (format!("{region}.toml"), text)
    });
    files.collect()
}

fn file(out: &mut String, region: &str, prices: &[&Price], first: &str, last: &str) -> fmt::Result {
    /// Letters of a month, such as 2026-10.
    const MONTH: usize = 7;
    let month = |day: &str| day.chars().take(MONTH).collect::<String>();
    let (from, to) = (month(first), month(last));
    let source = if from == to {
        format!("bill {from}")
    } else {
        format!("bills {from} to {to}")
    };
    writeln!(
        out,
        "# Written by `lambdacost import`: mean prices of the {source}."
    )?;
    writeln!(out, "region = {}", quoted(region))?;
    writeln!(out, "as_of = {}", quoted(last))?;
    let mut architecture = "";
    for price in prices {
        if price.architecture != architecture {
            architecture = price.architecture;
            writeln!(out, "\n[lambda.{architecture}]")?;
            writeln!(out, "as_of = {}", quoted(last))?;
            writeln!(out, "source = {}", quoted(&source))?;
        }
        let (meter, usd) = (price.meter, quoted(&price.usd));
        match meter {
            "request" => writeln!(out, "request = {{ usd = {usd}, per = \"request\" }}")?,
            "duration" => {
                writeln!(
                    out,
                    "duration = [ {{ from = \"0\", usd = {usd}, per = \"GB-s\" }} ]"
                )?;
            }
            _ => writeln!(out, "{meter} = {{ usd = {usd}, per = \"GB-s\" }}")?,
        }
    }
    Ok(())
}
