//! The price book: facts that a second source states, and what is read when.

use lambdacost::diag::Source;
use lambdacost::exact::Exact;
use lambdacost::pricebook::{Book, Entry, Extent, Listed, Regional};

fn exact(text: &str) -> Exact {
    Exact::from(text.parse::<rust_decimal::Decimal>().expect("a decimal"))
}

fn listed<'r>(regional: &'r Regional, path: &str) -> Option<&'r Listed> {
    let mut entries = regional.entries();
    let (_, entry) = entries.find(|(known, _)| *known == path)?;
    match entry {
        Entry::Flat(listed) => Some(listed),
        Entry::Tiered(_) => None,
    }
}

fn price(regional: &Regional, path: &str) -> Exact {
    let found = listed(regional, path);
    found.unwrap_or_else(|| panic!("no {path}")).usd.clone()
}

/// Fees of EKS Auto Mode: path, type and price.
fn fees(regional: &Regional) -> impl Iterator<Item = (&str, &Exact)> {
    regional.entries().filter_map(|(path, entry)| match entry {
        Entry::Flat(fee) => Some((path.strip_prefix("eks_auto_mode.")?, &fee.usd)),
        Entry::Tiered(_) => None,
    })
}

/// Amazon EKS price list of 2026-09-28, `EKS-Auto:<type>-management-hours`.
#[test]
fn auto_mode_fees_are_those_of_the_price_list() {
    let region = Book::embedded().region_to("us-east-1", Extent::WHOLE);
    let region = region.expect("a region");
    for (name, usd) in [
        ("t4g.medium", "0.00403"),
        ("m7g.large", "0.00979"),
        ("m7i.large", "0.0121"),
    ] {
        let path = format!("eks_auto_mode.{name}");
        assert_eq!(price(&region, &path), exact(usd), "{name}");
    }
}

/// AWS publishes the fee without the names of the types; the book's were told by being 12 % of EC2 on
/// demand, in all regions, to about five decimals. Metal types are left out: in us-east-1 their EC2
/// prices are 10 % above those of the shared machines, their fees are not.
#[test]
fn auto_mode_fees_are_12_percent_of_ec2_and_say_that_this_is_how_they_were_told() {
    let book = Book::embedded();
    let mut count = 0;
    for name in book.regions() {
        let region = book.region_to(name, Extent::WHOLE).expect("a region");
        for (of, fee) in fees(&region) {
            count += 1;
            let twelve = &price(&region, &format!("ec2.{of}")) * &exact("0.12");
            if of.contains(".metal") {
                continue;
            }
            let off = (&twelve - fee).max(fee - &twelve);
            assert!(
                off < &twelve * &exact("0.002"),
                "{name} {of}: {fee} and {twelve}"
            );
            let path = format!("eks_auto_mode.{of}");
            let provenance = &listed(&region, &path).expect("a price").provenance;
            let inferred = provenance
                .source
                .contains("inferred: 12 % of EC2 on demand");
            assert!(inferred || provenance.confidence.as_deref() == Some("A"));
        }
    }
    assert_eq!(count, 10_333);
}

#[test]
fn a_usual_run_does_not_read_auto_mode_fees_but_keeps_those_of_the_user() {
    let mut book = Book::embedded();
    let usual = book.region("us-east-1").expect("a region");
    assert_eq!(fees(&usual).count(), 0);
    let own = "region = \"us-east-1\"\nas_of = \"2026-11-01\"\n[eks_auto_mode]\n\
        \"m7i.large\" = { usd = \"0.01\", per = \"instance-hour\", as_of = \"2026-11-01\", \
        source = \"ours\" }\n";
    book.overlay("us-east-1.toml", Source::new("us-east-1.toml", own));
    for extent in [Extent::USUAL, Extent::WHOLE] {
        let region = book.region_to("us-east-1", extent).expect("a region");
        assert_eq!(price(&region, "eks_auto_mode.m7i.large"), exact("0.01"));
        assert!(region.is_overlaid());
    }
    let west = book
        .region_to("us-west-2", Extent::WHOLE)
        .expect("a region");
    assert!(fees(&west).count() > 0 && !west.is_overlaid());
}

/// AWSLambda offer of 2026-09-19: management hours of two instance types.
#[test]
fn the_fee_of_managed_instances_makes_the_management_hours_of_the_offer() {
    let region = Book::embedded().region("us-east-1").expect("a region");
    let fee = price(&region, "lambda.managed_instances.management_fee");
    for (name, hour) in [("c7i.xlarge", "0.026775"), ("c7g.xlarge", "0.02175")] {
        let ec2 = price(&region, &format!("ec2.{name}"));
        assert_eq!(&ec2 * &fee, exact(hour), "{name}");
    }
}

#[test]
fn every_tag_of_a_source_stands_for_something() {
    let book = Book::embedded();
    let references = Book::references();
    for name in book.regions() {
        let region = book.region_to(name, Extent::WHOLE).expect("a region");
        let prices = region.entries().flat_map(|(_, entry)| entry.tiers());
        for (_, price) in prices {
            for tag in price.provenance.tags() {
                assert!(references.contains_key(tag), "{name}: {tag}");
            }
        }
    }
    // Of the free tier, which is in no file.
    for tag in ["AWSM-202506", "COURSE-20260919", "REGIMES-20260919"] {
        assert!(references.contains_key(tag), "{tag}");
    }
}
