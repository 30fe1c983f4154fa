//! Exports for other programs: rows of FOCUS add up to the bill to the last digit, and no name acts
//! as a formula or as markup.

mod project;

use lambdacost::exact::Exact;
use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn compare(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lambdacost"));
    command.arg("compare").args(arguments).current_dir(folder);
    command.output().expect("it starts")
}

fn rows(output: &Output) -> Vec<HashMap<String, String>> {
    assert!(output.status.success(), "{output:?}");
    let mut reader = csv::Reader::from_reader(output.stdout.as_slice());
    let rows = reader.deserialize();
    rows.map(|row| row.expect("a row")).collect()
}

/// Sums of 28-digit numbers differ in their last digits.
fn near(left: &Exact, right: &Exact) -> bool {
    let difference = left - right;
    let little = Exact::ratio(1, 1_000_000_000_000_000);
    difference < little && difference > &Exact::ZERO - &little
}

fn sum(rows: &[HashMap<String, String>], column: &str) -> Exact {
    let amount = |row: &HashMap<String, String>| Exact::of_digits(&row[column]);
    rows.iter().map(|row| amount(row).expect("an amount")).sum()
}

/// The total of `compare --format json`; `None` where there is none.
fn total(file: &Path, name: &str) -> Option<Exact> {
    let file = file.to_str().expect("a name");
    let output = compare(Path::new("."), &[file, "--format", "json"]);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let text = json["totals"][name].as_str()?;
    Some(Exact::of_digits(text).expect("an amount"))
}

#[test]
fn rows_add_up_to_the_bill() {
    let mut checked = 0;
    for path in project::files_with("scenarios", "toml") {
        for (bill, name) in [
            ("today", "today"),
            ("lambda", "lambda"),
            ("fargate", "fargate"),
            ("eks", "eks"),
        ] {
            let focus = ["--format", "focus", "--period", "2026-12", "--bill", bill];
            let output = compare(
                project::root(),
                &[&[path.as_str()][..], &focus[..]].concat(),
            );
            let Some(total) = total(Path::new(&path), name) else {
                continue;
            };
            let rows = rows(&output);
            let billed = sum(&rows, "BilledCost");
            assert!(
                near(&billed, &total),
                "{path} {bill}: {billed}, not {total}"
            );
            for row in &rows {
                let number = |column: &str| Exact::of_digits(&row[column]).expect(column);
                for kind in ["List", "Contracted"] {
                    let price = number(&format!("{kind}UnitPrice"));
                    let cost = number(&format!("{kind}Cost"));
                    let product = &price * &number("PricingQuantity");
                    assert!(near(&product, &cost), "{path} {bill}: {row:?}");
                }
                // Nothing but discounts and commitments comes between the list and the bill.
                let listed = near(&number("ListCost"), &number("BilledCost"));
                assert_eq!(listed, row["x_Bought"].is_empty(), "{path} {bill}: {row:?}");
            }
            checked += 1;
        }
    }
    assert!(checked > 40, "only {checked} bills");
}

/// A commitment of this many US dollars an hour, in a scenario of this head and these functions.
fn committed(head: &str, usd_per_hour: &str, functions: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let text = format!(
        "{head}\n[commitment]\nplan = 'compute-savings-plan'\nterm = '1yr'\npayment = 'no-upfront'\n\
         usd_per_hour = {usd_per_hour}\n{functions}"
    );
    fs::write(folder.path().join("scenario.toml"), text).expect("written");
    folder
}

/// A function of 1 GB and 100 ms.
fn of_calls(name: &str, calls: u64, more: &str) -> String {
    format!(
        "[[function]]\nname = '{name}'\nmemory_mb = 1024\nduration_ms = 100\n\
         invocations_per_month = {calls}\nutilization = 0.4\n{more}"
    )
}

const ONE_REGION: &str = "region = 'us-east-1'\nplatforms = ['lambda', 'fargate', 'eks']";

/// 10 M calls are 1 M GB-s at $0.0000166667 and 10 M requests at $0.0000002, so the rows of the function
/// are $16.6667 and $2. All of it is less than $1 an hour, which is $730 a month: the commitment changes
/// the bill by 730 - 18.6667 = $711.3333.
#[test]
fn a_commitment_is_a_row_of_what_it_changes() {
    let functions = of_calls(
        "f",
        10_000_000,
        "account = '123456789012'\ntags = { team = 'a' }\n",
    );
    let folder = committed(ONE_REGION, "1", &functions);
    let focus = ["scenario.toml", "--format", "focus", "--period", "2026-12"];
    let all = rows(&compare(folder.path(), &focus));
    assert_eq!(all.len(), 3);
    assert_eq!(sum(&all, "BilledCost"), Exact::from(730_u32));
    let row = &all[2];
    for (column, cell) in [
        ("BilledCost", "711.3333"),
        ("EffectiveCost", "711.3333"),
        ("PricingCurrencyEffectiveCost", "711.3333"),
        ("ListCost", "0.0"),
        ("ContractedCost", "0.0"),
        ("ChargeCategory", "Adjustment"),
        ("ChargeFrequency", "Recurring"),
        (
            "ChargeDescription",
            "Estimate by lambdacost: commitment of $1 an hour, less what the usage that it covers costs \
             without it",
        ),
        ("ServiceName", "Savings Plans for AWS Compute usage"),
        ("RegionId", "us-east-1"),
        ("RegionName", "US East (N. Virginia)"),
        ("x_Bought", "compute-savings-plan, 1yr, no-upfront"),
        ("x_Item", "commitment"),
        ("x_Estimate", "true"),
    ] {
        assert_eq!(row[column], cell, "{column}");
    }
    // FOCUS: no quantity of what is not used, and no unit without a quantity.
    for column in [
        "ConsumedQuantity",
        "ConsumedUnit",
        "PricingQuantity",
        "PricingUnit",
        "PricingCategory",
        "ListUnitPrice",
        "ContractedUnitPrice",
        "ResourceId",
        "ResourceName",
        "ResourceType",
        "SkuId",
        "SkuMeter",
        "SubAccountId",
        "Tags",
        "x_Platform",
    ] {
        assert_eq!(row[column], "", "{column}");
    }
    // The rows of one function have no part of what belongs to none.
    let named = rows(&compare(
        folder.path(),
        &[&focus[..], &["--function", "f"]].concat(),
    ));
    assert_eq!(named[..], all[..2]);
    // With a commitment that is paid for nothing and covers nothing there is nothing to add.
    let folder = committed(ONE_REGION, "0", &functions);
    assert_eq!(rows(&compare(folder.path(), &focus))[..], all[..2]);
}

#[test]
fn rows_and_the_row_of_the_commitment_add_up_to_the_bill() {
    let three = [
        of_calls("a", 80_000_000, "tags = { team = 'x' }\n"),
        of_calls("b", 300_000_000, "runs_on = 'fargate'\n"),
        of_calls("c", 50_000_000, "runs_on = 'eks'\ntags = { team = 'y' }\n"),
    ]
    .concat();
    let extras = "[[extra]]\nname = 'gateway'\nplatforms = ['lambda', 'fargate']\nusd_per_month = 20\n\
                  usd_per_million_invocations = 0.5\n[[defaults.extra]]\nname = 'licence'\n\
                  platforms = ['eks']\nusd_per_month = 7\n";
    let two_regions = [
        of_calls("a", 80_000_000, "region = 'eu-west-1'\n"),
        of_calls("b", 300_000_000, "runs_on = 'fargate'\n"),
        of_calls("c", 2_000_000, ""),
    ]
    .concat();
    let services = [
        of_calls("a", 80_000_000, "service = 's'\nruns_on = 'fargate'\n"),
        of_calls("b", 8_000_000, ""),
        of_calls("c", 90_000_000, "service = 's'\nruns_on = 'fargate'\n"),
        of_calls("d", 300_000_000, "service = 't'\n"),
    ]
    .concat();
    let discounts = format!("{ONE_REGION}\n[discounts]\n'lambda' = 0.1\n");
    let (mut negative, mut positive, mut moved) = (0, 0, 0);
    for (head, usd_per_hour, functions) in [
        (ONE_REGION, "0.05", three.clone()),
        (ONE_REGION, "0.4", three.clone()),
        (ONE_REGION, "30", three.clone()),
        (ONE_REGION, "0.2", format!("{extras}{three}")),
        (ONE_REGION, "0.2", two_regions),
        (ONE_REGION, "0.1", services),
        (&discounts, "0.3", three.clone()),
        ("region = 'us-east-1'\nhours_per_month = 744", "0.1", three),
    ] {
        let folder = committed(head, usd_per_hour, &functions);
        let json = compare(folder.path(), &["scenario.toml", "--format", "json"]);
        let json: serde_json::Value = serde_json::from_slice(&json.stdout).expect("JSON");
        let number = |value: &serde_json::Value| {
            Exact::of_digits(value.as_str().expect("an amount")).expect("digits")
        };
        for (bill, total) in [
            ("today", &json["totals"]["today"]),
            ("plan", &json["plan"]["monthly_usd"]),
            ("lambda", &json["totals"]["lambda"]),
            ("fargate", &json["totals"]["fargate"]),
        ] {
            let focus = ["--format", "focus", "--period", "2026-12", "--bill", bill];
            let focus = [&["scenario.toml"][..], &focus].concat();
            let rows = rows(&compare(folder.path(), &focus));
            let (billed, total) = (sum(&rows, "BilledCost"), number(total));
            let case = format!("{usd_per_hour} {bill}");
            assert!(near(&billed, &total), "{case}: {billed}, not {total}");
            let parts: Vec<_> = rows
                .iter()
                .filter(|row| row["ChargeCategory"] == "Adjustment")
                .collect();
            assert_eq!(parts.len(), 1, "{case}");
            let part = number(&parts[0]["BilledCost"].as_str().into());
            if bill == "today" {
                let known = number(&json["commitment"]["part_usd"]);
                assert!(near(&part, &known), "{case}: {part}, not {known}");
            }
            let regions = json["prices"].as_array().expect("regions").len();
            assert_eq!(parts[0]["RegionId"].is_empty(), regions > 1, "{case}");
            negative += usize::from(part.is_negative());
            positive += usize::from(part.is_positive());
        }
        moved += usize::from(json["totals"]["today"] != json["plan"]["monthly_usd"]);
    }
    assert!(
        negative > 2 && positive > 2 && moved > 2,
        "{negative} {positive} {moved}"
    );
}

#[test]
fn each_region_of_the_command_line_has_a_row_for_its_commitment() {
    let folder = committed(ONE_REGION, "1", &of_calls("f", 10_000_000, ""));
    let focus =
        "scenario.toml --format focus --period 2026-12 --region us-east-1 --region eu-west-1";
    let rows = rows(&compare(
        folder.path(),
        &focus.split(' ').collect::<Vec<_>>(),
    ));
    // The price book has no rate of the plan for Lambda's duration in eu-west-1: $16.6667 on demand.
    for (region, bill) in [("us-east-1", "730"), ("eu-west-1", "746.6667")] {
        let here = rows.iter().filter(|row| row["RegionId"] == region);
        let here: Vec<_> = here.cloned().collect();
        let bill = Exact::of_digits(bill).expect("digits");
        assert_eq!(sum(&here, "BilledCost"), bill, "{region}");
    }
}

/// Names as the `location` of AWS's price list has them, which its exports repeat.
#[test]
fn regions_have_the_names_of_the_price_list() {
    let focus = "scenarios/regions.toml --format focus --period 2026-12";
    let focus: Vec<&str> = focus.split(' ').collect();
    let output = compare(project::root(), &focus);
    let rows = rows(&output);
    let mut names: Vec<(&str, &str)> = rows
        .iter()
        .map(|row| (row["RegionId"].as_str(), row["RegionName"].as_str()))
        .collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(
        names,
        [
            ("ap-south-1", "Asia Pacific (Mumbai)"),
            ("eu-central-1", "EU (Frankfurt)"),
            ("sa-east-1", "South America (Sao Paulo)"),
            ("us-east-1", "US East (N. Virginia)"),
        ]
    );
}

/// Units of real rows: x86_64 duration in `Seconds`, provisioned concurrency and other GB-seconds in
/// `Lambda-GB-Seconds`, Fargate in `Hours`. Only these columns differ from FOCUS's spelling.
#[test]
fn units_and_issuer_can_be_spelled_as_in_exports_of_aws() {
    let scenario = "region = 'us-west-2'\n\
                    [[function]]\n\
                    name = '00420'\n\
                    memory_mb = 1024\n\
                    duration_ms = 500\n\
                    invocations_per_month = 1_000_000\n\
                    utilization = 0.5\n\
                    provisioned = { environments = 1, share_served = 0.5 }\n\
                    [[function]]\n\
                    name = 'arm'\n\
                    architecture = 'arm64'\n\
                    memory_mb = 1024\n\
                    duration_ms = 500\n\
                    invocations_per_month = 1_000_000\n\
                    utilization = 0.5\n";
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("scenario.toml"), scenario).expect("a scenario");
    let in_spelling = |bill: &str, spelling: &[&str]| {
        let focus = ["scenario.toml", "--format", "focus", "--period", "2026-12"];
        let arguments = [&focus[..], &["--bill", bill], spelling].concat();
        rows(&compare(folder.path(), &arguments))
    };
    let units = |rows: &[HashMap<String, String>]| -> Vec<String> {
        let unit = |row: &HashMap<String, String>| {
            assert_eq!(row["PricingUnit"], row["ConsumedUnit"]);
            format!(
                "{} {}: {}",
                row["ResourceId"], row["x_Item"], row["PricingUnit"]
            )
        };
        rows.iter().map(unit).collect()
    };
    let aws = in_spelling("lambda", &["--focus-spelling", "aws"]);
    assert_eq!(
        units(&aws),
        [
            "00420 requests: Requests",
            "00420 duration: Seconds",
            "00420 provisioned: Lambda-GB-Seconds",
            "00420 on provisioned: Lambda-GB-Seconds",
            "arm requests: Requests",
            "arm duration: Lambda-GB-Seconds",
        ]
    );
    let fargate = in_spelling("fargate", &["--focus-spelling", "aws"]);
    assert!(fargate.iter().all(|row| row["PricingUnit"] == "Hours"));
    let plain = in_spelling("lambda", &[]);
    assert_eq!(plain, in_spelling("lambda", &["--focus-spelling", "focus"]));
    for (aws, plain) in aws.iter().zip(&plain) {
        assert_eq!(aws["InvoiceIssuerName"], "Amazon Web Services, Inc.");
        assert_eq!(plain["InvoiceIssuerName"], "AWS");
        for (column, cell) in aws {
            let differs = ["PricingUnit", "ConsumedUnit", "InvoiceIssuerName"];
            assert!(
                *cell == plain[column] || differs.contains(&column.as_str()),
                "{column}"
            );
        }
    }
}

/// A scenario with a function that does not run on AWS, and hostile names.
const HOSTILE: &str = r#"
region = "us-east-1"
[[function]]
name = "=cmd|'/C calc'!A1"
memory_mb = 512
duration_ms = 100
invocations_per_month = 1_000_000
utilization = 0.5
[[function]]
name = "a,\"b\";|<img src=x> [c](http://d.e) @all `f` \u200b GH-26"
memory_mb = 512
duration_ms = 100
invocations_per_month = 1_000_000
utilization = 0.5
runs_on = "fargate"
"#;

fn hostile() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("=a.toml"), HOSTILE).expect("written");
    folder
}

#[test]
fn no_cell_is_a_formula_or_has_a_control_character() {
    let folder = hostile();
    let prices = folder.path().join("prices");
    fs::create_dir(&prices).expect("made");
    let overlay = "region = \"us-east-1\"\nas_of = \"2026-11-01\"\n[lambda.x86_64.request]\n\
                   usd = \"0.0000002\"\nper = \"request\"\nsource = \"=1+1\"\nrate_code = \"+1.x\"\n\
                   as_of = \"2026-11-01\"\n";
    fs::write(prices.join("us-east-1.toml"), overlay).expect("written");
    let focus = [
        "=a.toml", "--format", "focus", "--period", "2026-12", "--prices", "prices",
    ];
    let output = compare(folder.path(), &focus);
    let rows = rows(&output);
    let services: Vec<&str> = rows
        .iter()
        .map(|row| row["x_ServiceCode"].as_str())
        .collect();
    assert_eq!(
        services,
        ["AWSLambda", "AWSLambda", "AmazonECS", "AmazonECS"]
    );
    for cell in rows.iter().flat_map(HashMap::values) {
        assert!(!cell.starts_with(['=', '+', '-', '@']), "{cell}");
        assert!(!cell.chars().any(char::is_control), "{cell:?}");
    }
    assert_eq!(rows[0]["x_PriceSource"], "'=1+1");
    assert_eq!(rows[0]["SkuId"], "'+1");
}

#[test]
fn no_name_is_markup() {
    let folder = hostile();
    let output = compare(folder.path(), &["=a.toml", "--format", "markdown"]);
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    // In a code span nothing is markup, and a pipe would end the cell.
    let outside: String = text.split('`').step_by(2).collect();
    for markup in ["<img", "[c]", "://", "@all", "GH-26"] {
        assert!(!outside.contains(markup), "{markup}: {text}");
    }
    for markup in ["`f`", "\u{200b}", "|<"] {
        assert!(!text.contains(markup), "{markup}: {text}");
    }
    let table = text
        .lines()
        .skip_while(|line| !line.starts_with("| function"));
    let widths: Vec<usize> = table
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.matches('|').count())
        .collect();
    assert_eq!(widths.len(), 4, "{text}");
    assert!(widths.iter().all(|width| *width == widths[0]), "{text}");
}

#[test]
fn what_cannot_be_billed_is_refused() {
    let folder = hostile();
    let refused = |arguments: &[&str], code: &str| {
        let output = compare(folder.path(), arguments);
        let message = String::from_utf8(output.stderr).expect("UTF-8");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {message}");
        assert!(message.contains(code), "{arguments:?}: {message}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    };
    let focus = |more: &[&'static str]| [&["=a.toml", "--format", "focus"], more].concat();
    refused(&focus(&[]), "missing-key");
    for period in [
        "2026",
        "2026-13",
        "2026-1",
        "2026-12-01",
        "9999-12",
        "x",
        "",
    ] {
        refused(
            &["=a.toml", "--format", "focus", "--period", period],
            "out-of-range",
        );
    }
    refused(
        &focus(&["--period", "2026-12", "--bill", "fargat"]),
        "unknown-value",
    );
    refused(&["=a.toml", "--period", "2026-12"], "conflict");
    refused(&["=a.toml", "--bill", "eks"], "conflict");
    let large = HOSTILE.replacen("memory_mb = 512", "memory_mb = 20480", 1);
    fs::write(folder.path().join("large.toml"), large).expect("written");
    refused(
        &["large.toml", "--format", "focus", "--period", "2026-12"],
        "not-available",
    );
}

#[test]
fn the_period_is_a_whole_month() {
    let folder = hostile();
    for (period, start, end) in [
        ("2026-12", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        ("2028-02", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"),
    ] {
        let focus = ["=a.toml", "--format", "focus", "--period", period];
        for row in rows(&compare(folder.path(), &focus)) {
            for prefix in ["BillingPeriod", "ChargePeriod"] {
                assert_eq!(row[&format!("{prefix}Start")], start);
                assert_eq!(row[&format!("{prefix}End")], end);
            }
        }
    }
}
