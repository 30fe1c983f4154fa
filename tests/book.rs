//! The price book: facts that a second source states, prices that stand out, and what is read when.

mod comparison;
mod project;

use lambdacost::exact::Exact;
use lambdacost::internals::diag::Source;
use lambdacost::internals::platform;
use lambdacost::internals::pricebook::instances::is_default_candidate;
use lambdacost::internals::pricebook::{Book, Entry, Extent, Listed, Regional};
use project::{files_with, read};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// The whole book.
static REGIONS: LazyLock<Vec<Regional>> = LazyLock::new(|| {
    let book = platform::book();
    let whole = |name| book.region_to(name, Extent::WHOLE).expect("a region");
    book.regions().map(whole).collect()
});

/// A price outside these factors of the median of its meter over all regions is listed with a reason.
const FACTOR: (&str, &str) = ("0.67", "1.5");

/// The prices that may stand out.
#[derive(Deserialize)]
struct Exceptions {
    region: Vec<Exception>,
    size: Vec<Exception>,
    auto_mode: Vec<Exception>,
}

/// Regions (all where none are named), families or types or meters, and the ratio that they have.
#[derive(Deserialize)]
struct Exception {
    #[serde(default)]
    regions: Vec<String>,
    names: Vec<String>,
    least: String,
    most: String,
    reason: String,
}

static EXCEPTIONS: LazyLock<Exceptions> =
    LazyLock::new(|| toml::from_str(include_str!("price_exceptions.toml")).expect("exceptions"));

/// Checks ratios against the bounds for all and those of the exceptions, which must all be needed.
struct Ratios<'e> {
    exceptions: &'e [Exception],
    least: Exact,
    most: Exact,
    needed: BTreeSet<(usize, String, String)>,
    wrong: Vec<String>,
}

impl<'e> Ratios<'e> {
    fn new(exceptions: &'e [Exception], (least, most): (&str, &str)) -> Self {
        Self {
            exceptions,
            least: exact(least),
            most: exact(most),
            needed: BTreeSet::new(),
            wrong: Vec::new(),
        }
    }

    /// Checks `price / usual` of what goes by one of these names in a region.
    fn check(&mut self, region: &str, names: &[&str], price: &Exact, usual: &Exact) {
        let within =
            |least: &Exact, most: &Exact| *price >= usual * least && *price <= usual * most;
        if within(&self.least, &self.most) {
            return;
        }
        for (number, exception) in self.exceptions.iter().enumerate() {
            let is_there =
                exception.regions.is_empty() || exception.regions.iter().any(|one| one == region);
            let name = exception
                .names
                .iter()
                .find(|one| names.contains(&one.as_str()));
            if let (true, Some(name)) = (is_there, name)
                && within(&exact(&exception.least), &exact(&exception.most))
            {
                self.needed
                    .insert((number, region.to_owned(), name.clone()));
                return;
            }
        }
        self.wrong
            .push(format!("{region} {}: {price}, usual is {usual}", names[0]));
    }

    fn finish(self) {
        assert!(self.wrong.is_empty(), "{}", self.wrong.join("\n"));
        for (number, exception) in self.exceptions.iter().enumerate() {
            assert!(
                exception.reason.len() > 20,
                "{:?} has no reason",
                exception.names
            );
            for name in &exception.names {
                let anywhere = self
                    .needed
                    .iter()
                    .any(|(own, _, known)| *own == number && known == name);
                assert!(anywhere, "no price needs the exception for {name}");
                for region in &exception.regions {
                    let key = (number, region.clone(), name.clone());
                    assert!(
                        self.needed.contains(&key),
                        "no price of {region} needs the exception for {name}"
                    );
                }
            }
        }
    }
}

fn median(values: &[Exact]) -> Exact {
    let mut sorted: Vec<&Exact> = values.iter().collect();
    sorted.sort();
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 {
        sorted[middle].clone()
    } else {
        &(sorted[middle - 1] + sorted[middle]) * &exact("0.5")
    }
}

/// The instance type that a meter is for.
fn instance_type(path: &str) -> Option<&str> {
    let (_, name) = path
        .split_once("ec2.")
        .or_else(|| path.split_once("eks_auto_mode."))?;
    Some(name)
}

fn family(name: &str) -> &str {
    name.split_once('.').map_or(name, |(family, _)| family)
}

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
    let region = platform::book().region_to("us-east-1", Extent::WHOLE);
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

/// AWS publishes the fees without the names of the types. The names in the book are inferred: the fee
/// of a type is 12 % of EC2 on demand in all regions, to about five decimals.
#[test]
fn auto_mode_fees_are_12_percent_of_ec2_and_state_that_they_are_inferred() {
    let mut count = 0;
    let mut ratios = Ratios::new(&EXCEPTIONS.auto_mode, ("0.998", "1.002"));
    for region in REGIONS.iter() {
        for (of, fee) in fees(region) {
            count += 1;
            let twelve = &price(region, &format!("ec2.{of}")) * &exact("0.12");
            ratios.check(region.name(), &[of, family(of)], fee, &twelve);
            let path = format!("eks_auto_mode.{of}");
            let provenance = &listed(region, &path).expect("a price").provenance;
            let inferred = provenance
                .source
                .contains("inferred: 12 % of EC2 on demand");
            assert!(inferred || provenance.confidence.as_deref() == Some("A"));
        }
    }
    assert_eq!(count, 11_099);
    ratios.finish();
}

#[test]
fn no_price_is_zero_or_differs_from_other_regions_without_a_reason() {
    let mut meters: BTreeMap<String, Vec<(&str, &Exact)>> = BTreeMap::new();
    for region in REGIONS.iter() {
        for (path, entry) in region.entries() {
            for (number, (_, price)) in entry.tiers().into_iter().enumerate() {
                assert!(price.usd > Exact::ZERO, "{path} in {}", region.name());
                let meter = if number == 0 {
                    path.to_owned()
                } else {
                    format!("{path}, tier {}", number + 1)
                };
                let prices = meters.entry(meter).or_default();
                prices.push((region.name(), &price.usd));
            }
        }
    }
    let mut ratios = Ratios::new(&EXCEPTIONS.region, FACTOR);
    for (meter, prices) in &meters {
        let all: Vec<Exact> = prices.iter().map(|(_, usd)| (*usd).clone()).collect();
        let usual = median(&all);
        let family = instance_type(meter).map_or(meter.as_str(), family);
        for (region, usd) in prices {
            ratios.check(region, &[meter, family], usd, &usual);
        }
    }
    ratios.finish();
}

/// All sizes of a family cost the same for each vCPU, bare metal too; burstable ones, whose sizes
/// differ in memory, for each GiB. Prices of dedicated tenancy are 6 to 10 % higher.
#[test]
fn prices_in_a_family_are_proportional_to_size() {
    let shapes = platform::book().instances().expect("shapes");
    let shapes: BTreeMap<&str, u32> = shapes
        .iter()
        .map(|shape| {
            let is_burstable = shape.name.starts_with('t');
            let size = if is_burstable {
                shape.memory_mib
            } else {
                shape.vcpu
            };
            (shape.name.as_str(), size)
        })
        .collect();
    let mut ratios = Ratios::new(&EXCEPTIONS.size, ("0.99", "1.01"));
    for region in REGIONS.iter() {
        let mut families: BTreeMap<&str, Vec<(&str, Exact)>> = BTreeMap::new();
        for (path, entry) in region.entries() {
            let (Some(name), Entry::Flat(price)) = (path.strip_prefix("ec2."), entry) else {
                continue;
            };
            let size = shapes
                .get(name)
                .unwrap_or_else(|| panic!("{name} has no shape"));
            let each = price.usd.over(&Exact::whole(u128::from(*size)));
            let of_family = families.entry(family(name)).or_default();
            of_family.push((name, each.expect("a size is above zero")));
        }
        for sizes in families.values() {
            let all: Vec<Exact> = sizes.iter().map(|(_, each)| each.clone()).collect();
            let usual = median(&all);
            for (name, each) in sizes {
                ratios.check(region.name(), &[name], each, &usual);
            }
        }
    }
    ratios.finish();
}

/// The price files of April 2025 have standard Reserved Instances at 27 to 66 % less than on demand.
#[test]
fn a_reserved_rate_is_well_below_the_price_on_demand() {
    let mut regions = 0;
    for region in REGIONS.iter() {
        let mut rates = 0;
        for (path, entry) in region.entries() {
            let (Some(name), Entry::Flat(rate)) = (path.split_once(".ec2."), entry) else {
                continue;
            };
            if path.starts_with("savings.reserved-instances.") {
                rates += 1;
                let on_demand = price(region, &format!("ec2.{}", name.1));
                let most = &on_demand * &exact("0.73");
                let least = &on_demand * &exact("0.34");
                assert!(
                    rate.usd < most && rate.usd > least,
                    "{path} in {}",
                    region.name()
                );
            }
        }
        regions += u32::from(rates > 0);
    }
    assert_eq!(regions, 34);
}

#[test]
fn the_book_has_36_regions_with_names_volumes_and_most_of_them_spot() {
    let has = |path: &str| {
        REGIONS
            .iter()
            .filter(|region| listed(region, path).is_some())
            .count()
    };
    assert_eq!(REGIONS.len(), 36);
    assert_eq!(has("ebs.gp3"), 36);
    assert_eq!(has("fargate_spot.linux.x86_64.vcpu"), 23);
    let location = |name: &str| {
        let region = REGIONS.iter().find(|region| **region.name() == *name);
        region.and_then(Regional::location)
    };
    assert!(REGIONS.iter().all(|region| region.location().is_some()));
    assert_eq!(location("eu-west-1"), Some("EU (Ireland)"));
    assert_eq!(
        location("ap-southeast-6"),
        Some("Asia Pacific (New Zealand)")
    );
    assert_eq!(location("us-gov-west-1"), Some("AWS GovCloud (US)"));
}

/// Prices that were wrong in an earlier book: by 5 % in eu-south-2 (AmazonEC2 offer of 2026-07-26), and
/// those of dedicated tenancy for bare metal (price file of 2025-12-06).
#[test]
fn prices_that_were_wrong_are_repaired() {
    for (name, path, usd) in [
        ("eu-south-2", "ec2.c7i.large", "0.09575"),
        ("eu-south-2", "ec2.c7a.xlarge", "0.2202"),
        ("us-east-1", "ec2.c7i.metal-24xl", "4.284"),
        ("us-gov-west-1", "ec2.c6g.metal", "2.6112"),
    ] {
        let region = REGIONS.iter().find(|region| **region.name() == *name);
        assert_eq!(
            price(region.expect("a region"), path),
            exact(usd),
            "{path} in {name}"
        );
    }
}

#[test]
fn a_usual_run_does_not_read_auto_mode_fees_but_keeps_those_of_the_user() {
    let mut book = platform::book();
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

/// What a scenario needs of the price book.
fn extent(text: &str) -> Extent {
    let text = format!(
        "region = 'us-east-1'\n{text}\n[[function]]\nname = 'a'\ninvocations_per_month = 1\n\
         duration_ms = 1\nmemory_mb = 128\nutilization = 0.5\n"
    );
    comparison::valid(&text).extent()
}

#[test]
fn a_scenario_reads_what_it_needs() {
    let reserved = "[commitment]\nplan = 'reserved-instances'\nterm = '1yr'\npayment = 'no-upfront'\n\
                    family = 'm5'";
    let other_types = Extent {
        other_types: true,
        ..Extent::USUAL
    };
    for (text, expected) in [
        ("", Extent::USUAL),
        ("eks.instance_type = 'm7g.large'", Extent::USUAL),
        ("eks.instance_type = 't3.large'", other_types),
        ("lambda-managed.instance_type = 'c7g.16xlarge'", other_types),
        ("discounts = { ec2 = 0.1 }", Extent::USUAL),
        ("discounts = { \"ec2.t3\" = 0.1 }", other_types),
        (
            "eks.auto_mode = true",
            Extent {
                auto_mode: true,
                ..Extent::USUAL
            },
        ),
        (
            reserved,
            Extent {
                reserved: true,
                other_types: true,
                ..Extent::USUAL
            },
        ),
    ] {
        assert_eq!(extent(text), expected, "{text}");
    }
}

/// `build.rs` converts the files in `pricing/`. The same files are read here like those of a user, with
/// all checks.
#[test]
fn the_built_in_prices_are_those_of_the_files() {
    let files: BTreeSet<String> = files_with("pricing", "toml").into_iter().collect();
    let stem = |path: &String| Some(path.rsplit_once('/')?.1.strip_suffix(".toml")?.to_owned());
    let mut regions: BTreeSet<String> = files.iter().filter_map(stem).collect();
    assert!(regions.remove("sources"));
    let built_in = platform::book();
    assert!(built_in.regions().eq(&regions));
    let usual = Extent::USUAL;
    let extents = [
        (None, usual),
        (
            Some("auto_mode/"),
            Extent {
                auto_mode: true,
                ..usual
            },
        ),
        (
            Some("other_types/"),
            Extent {
                other_types: true,
                ..usual
            },
        ),
        (
            Some("reserved/"),
            Extent {
                reserved: true,
                ..usual
            },
        ),
    ];
    for (region, (folder, extent)) in regions
        .iter()
        .flat_map(|region| extents.map(|one| (region, one)))
    {
        let mut of_files = platform::book();
        let paths = [Some(""), folder].into_iter().flatten();
        for path in paths.map(|folder| format!("pricing/{folder}{region}.toml")) {
            if files.contains(&path) {
                let own = format!("region = \"{region}\"");
                let text = read(&path).replacen(&own, "region = \"of-files\"", 1);
                of_files.overlay("of-files.toml", Source::new(&path, &text));
            }
        }
        let expected = of_files.region("of-files").expect("valid files");
        let found = built_in.region_to(region, extent).expect("a region");
        let place = format!("{region} with {folder:?}");
        assert_eq!(found.location(), expected.location(), "{place}");
        assert_eq!(found.as_of(), expected.as_of(), "{place}");
        assert!(expected.entries().count() > 50, "{place}");
        assert!(found.entries().eq(expected.entries()), "{place}");
    }
}

#[test]
fn a_usual_run_reads_only_the_types_that_eks_chooses_from() {
    let book = platform::book();
    for whole in REGIONS.iter() {
        let usual = book.region(whole.name()).expect("a region");
        let types = |regional: &Regional| -> BTreeSet<String> {
            let paths = regional.entries().map(|(path, _)| path);
            let names = paths.filter_map(|path| path.strip_prefix("ec2."));
            names.map(str::to_owned).collect()
        };
        let mut expected = types(whole);
        expected.retain(|name| is_default_candidate(name));
        assert_eq!(types(&usual), expected, "{}", whole.name());
        let rate = |(path, _): (&str, &Entry)| path.starts_with("savings.reserved-instances.");
        assert!(!usual.entries().any(rate), "{}", whole.name());
        assert_eq!(usual.as_of(), whole.as_of());
    }
}

/// AWSLambda offer of 2026-09-19: management hours of two instance types.
#[test]
fn the_fee_of_managed_instances_makes_the_management_hours_of_the_offer() {
    let region = platform::book().region("us-east-1").expect("a region");
    let fee = price(&region, "lambda.managed_instances.management_fee");
    for (name, hour) in [("c7i.xlarge", "0.026775"), ("c7g.xlarge", "0.02175")] {
        let ec2 = price(&region, &format!("ec2.{name}"));
        assert_eq!(&ec2 * &fee, exact(hour), "{name}");
    }
}

#[test]
fn every_tag_of_a_source_stands_for_something() {
    let references = Book::references();
    for region in REGIONS.iter() {
        let name = region.name();
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
