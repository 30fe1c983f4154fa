//! Updating a scenario that exists.

mod support;

use import::Options;
use support::InMemory;

const USAGE: &str = "function,region,memory_mb,hour,calls,billed_ms,peak_in_flight\n\
    api,eu-west-1,512,2026-10-05T00:00:00Z,1000,40000,3\n\
    jobs,eu-west-1,128,2026-10-05T00:00:00Z,10,5000,1\n";

const SCENARIO: &str = r#"# Our shop.
region = "eu-west-1"

[[function]]
name = "other"        # not in the import
memory_mb = 256
duration_ms = 12
invocations_per_month = 1_000
utilization = 0.5

# The API of the shop.
[[function]]
memory_mb = 1024      # changed in March
name = "api"
measured_duration_ms = 55.5   # from a dashboard
requests_per_second = 3
utilization = 0.3     # a decision
tags = { team = "shop" }
"#;

/// Worked by hand: 1,000 calls in an hour are 730,000 a month, of 40 ms each.
const EXPECTED: &str = r#"# Our shop.
region = "eu-west-1"

[[function]]
name = "other"        # not in the import
memory_mb = 256
duration_ms = 12
invocations_per_month = 1_000
utilization = 0.5

# The API of the shop.
[[function]]
memory_mb = 512      # changed in March
name = "api"
utilization = 0.3     # a decision
tags = { team = "shop" }
duration_ms = 40
invocations_per_month = 730000
"#;

#[test]
fn figures_change_and_all_else_stays() {
    let files = InMemory::new([("u.csv", USAGE.as_bytes())]);
    let found = files.import(&Options::default()).expect("no mistakes");
    let updated = import::into(&found, "shop.toml", SCENARIO).expect("a scenario");
    assert_eq!((updated.updated, updated.added), (1, 1));
    let (kept, added) = updated.text.split_at(EXPECTED.len());
    assert_eq!(kept, EXPECTED);
    assert!(added.contains("name = \"jobs\""), "{added}");
    // A second time nothing changes.
    let again = import::into(&found, "shop.toml", &updated.text).expect("a scenario");
    assert_eq!(again.text, updated.text);
    assert_eq!((again.updated, again.added), (2, 0));
}

#[test]
fn a_scenario_that_is_no_toml_is_a_mistake_with_its_line() {
    let files = InMemory::new([("u.csv", USAGE.as_bytes())]);
    let found = files.import(&Options::default()).expect("no mistakes");
    let mistake = import::into(&found, "shop.toml", "a = 1\nb =\n").expect_err("no value");
    assert_eq!(mistake.line, Some(2));
}
