//! Rules of single cells and rows.

use super::{ARN, CONFIGURATION, import, legacy, value, week};
use crate::support::InMemory;
use import::{Key, Options, Time};

/// A bill of one hour with a request row and these further columns.
fn small(columns: &str, cells: &str, resource: &str) -> String {
    format!(
        "line_item_line_item_type,line_item_usage_start_date,line_item_usage_end_date,\
         line_item_product_code,line_item_usage_type,line_item_resource_id,line_item_usage_amount,\
         line_item_unblended_cost,pricing_public_on_demand_cost,{columns}\n\
         Usage,2026-10-05 00:00:00,2026-10-05 01:00:00,AWSLambda,USW2-Request,{resource},1000,\
         0.0002,0.0002,{cells}\n"
    )
}

fn region_of_rate(columns: &str, cells: &str, resource: &str) -> Option<String> {
    let files = InMemory::default().with("bill.csv", small(columns, cells, resource));
    let found = files
        .import(&Options::default())
        .expect("the bill is whole");
    found.terms.rates[0].region.clone()
}

#[test]
fn the_region_is_that_of_the_arn_then_of_the_product_then_of_the_usage_type() {
    for (columns, cells, resource, region) in [
        ("product_region_code", "eu-west-2", ARN, "eu-west-1"),
        ("product_region_code", "eu-west-2", "", "eu-west-2"),
        ("product_region", "eu-west-3", "", "eu-west-3"),
        (
            "product",
            r#""{""region"":""eu-north-1"",""group"":""x""}""#,
            "",
            "eu-north-1",
        ),
        ("product_region_code", "NULL", "", "us-west-2"),
        ("product", "not json", "", "us-west-2"),
    ] {
        let found = region_of_rate(columns, cells, resource);
        assert_eq!(found.as_deref(), Some(region), "{columns} {cells}");
    }
}

#[test]
fn the_architecture_of_the_usage_type_goes_before_a_default() {
    let without = CONFIGURATION.replace(r#", "Architectures": ["arm64"]"#, "");
    assert_ne!(without, CONFIGURATION);
    let files = InMemory::default()
        .with("bill.csv", legacy(&week()))
        .with("functions.json", without);
    let found = files
        .import(&Options::default())
        .expect("the files are whole");
    assert_eq!(value(&found, Key::Architecture), Some("arm64"));
}

#[test]
fn daily_rows_give_no_traffic() {
    let mut rows = week();
    for row in &mut rows {
        row.end = format!("{}T00:00:00Z", &row.start[..10]);
        row.start = row.end.clone();
        let day: u32 = row.end[8..10].parse().expect("a day");
        row.end = format!("2026-10-{:02}T00:00:00Z", day + 1);
    }
    let found = import(legacy(&rows));
    assert_eq!(value(&found, Key::InvocationsPerMonth), Some("730000"));
    assert!(import::json(&found, "0").contains("\"traffic\": null"));
}

#[test]
fn bounds_cut_rows_and_are_the_window() {
    let options = Options {
        from: Time::of_text("2026-10-06T00:00:00Z"),
        to: Time::of_text("2026-10-08T00:00:00Z"),
        ..Options::default()
    };
    let files = InMemory::default()
        .with("bill.csv", legacy(&week()))
        .with("functions.json", CONFIGURATION);
    let found = files.import(&options).expect("the files are whole");
    // 48 hours with 1,000 calls each.
    assert_eq!(value(&found, Key::InvocationsPerMonth), Some("730000"));
    assert!(import::json(&found, "0").contains("\"calls\": \"48000\""));
}

#[test]
fn stated_memory_gives_the_duration() {
    let options = Options {
        set: vec![import::Stated {
            key: "memory_mb".to_owned(),
            value: "256".to_owned(),
        }],
        ..Options::default()
    };
    let files = InMemory::default().with("bill.csv", legacy(&week()));
    let found = files.import(&options).expect("the bill is whole");
    // 125 GB-s x 1,024,000 / (256 MB x 1,000)
    assert_eq!(value(&found, Key::DurationMs), Some("500"));
}

#[test]
fn other_lambda_services_and_data_transfer_are_listed() {
    let mut rows = week();
    rows.truncate(1);
    for usage_type in [
        "US-Lambda-Edge-Request",
        "EU-Lambda-Managed-Instances-Request",
        "EU-MicroVM-GB-Second",
        "EU-DataTransfer-Out-Bytes",
    ] {
        let mut row = rows[0].clone();
        row.usage_type = usage_type;
        rows.push(row);
    }
    let found = import(legacy(&rows));
    let source = &found.sources[0];
    assert_eq!(
        (source.records, source.used, source.ignored.len()),
        (5, 1, 4)
    );
    let first = &source.ignored["Lambda@Edge, which is not imported"].first;
    assert_eq!(first, "bill: line 3");
}

#[test]
fn discounts_that_differ_by_region_are_prices() {
    let mut rows = week();
    rows.retain(|row| row.usage_type == "EU-Request-ARM");
    let mut other = rows.clone();
    for row in &mut other {
        row.resource = "arn:aws:lambda:us-east-1:123456789012:function:orders";
        row.cost = "0.0001000000";
    }
    rows.extend(other);
    let files = InMemory::default().with("bill.csv", legacy(&rows));
    let found = files
        .import(&Options::default())
        .expect("the bill is whole");
    assert_eq!(found.terms.discounts.len(), 0);
    let prices = found.terms.prices.iter();
    let prices: Vec<(&str, &str)> = prices.map(|one| (&*one.region, &*one.usd)).collect();
    // 0.00018 / 1,000 and 0.0001 / 1,000
    assert_eq!(
        prices,
        [("eu-west-1", "0.00000018"), ("us-east-1", "0.0000001")]
    );
    assert_eq!(import::price_files(&found).len(), 2);
}

#[test]
fn a_quote_that_is_never_closed_is_a_mistake() {
    let mut text = legacy(&week()).into_bytes();
    text.extend(b"\"");
    text.resize(text.len() + (66 << 20), b'x');
    let files = InMemory::default().with("bill.csv", text);
    let mistakes = files
        .import(&Options::default())
        .expect_err("the quote is open");
    let message = &mistakes[0].message;
    assert!(message.contains("a row has more than 64 MiB"), "{message}");
}

#[test]
fn other_currencies_give_no_rates() {
    let text = small("line_item_currency_code", "CNY", ARN);
    let files = InMemory::default().with("bill.csv", text);
    let found = files
        .import(&Options::default())
        .expect("the bill is whole");
    assert!(found.terms.rates.is_empty());
    assert_eq!(value(&found, Key::InvocationsPerMonth), Some("730000"));
    let note = "1 rows of Lambda in bill.csv are not in USD, so they give no rates";
    assert!(
        found.warnings.iter().any(|own| own == note),
        "{:?}",
        found.warnings
    );
}
