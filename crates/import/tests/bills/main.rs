//! Cost and Usage Reports and FOCUS exports.

#[cfg(feature = "parquet")]
mod parquet;
mod rules;
#[path = "../support/mod.rs"]
mod support;

use import::{Import, Key, Options};
use std::fmt::Write;
use support::InMemory;

const ARN: &str = "arn:aws:lambda:eu-west-1:123456789012:function:orders";

/// The configuration of the function of [`week`].
const CONFIGURATION: &str = r#"{ "Functions": [ {
    "FunctionName": "orders",
    "FunctionArn": "arn:aws:lambda:eu-west-1:123456789012:function:orders",
    "MemorySize": 512, "Architectures": ["arm64"]
} ] }"#;

/// Columns of a CUR, in the spelling of the legacy report.
const CUR: [&str; 16] = [
    "identity/LineItemId",
    "bill/BillingPeriodStartDate",
    "lineItem/LineItemType",
    "lineItem/UsageStartDate",
    "lineItem/UsageEndDate",
    "lineItem/ProductCode",
    "lineItem/UsageType",
    "lineItem/ResourceId",
    "lineItem/UsageAmount",
    "lineItem/UnblendedCost",
    "lineItem/NetUnblendedCost",
    "pricing/publicOnDemandCost",
    "savingsPlan/NetSavingsPlanEffectiveCost",
    "savingsPlan/OfferingType",
    "savingsPlan/PurchaseTerm",
    "savingsPlan/PaymentOption",
];

/// A row of a bill.
#[derive(Debug, Clone, Default)]
struct Row {
    kind: &'static str,
    start: String,
    end: String,
    product: &'static str,
    usage_type: &'static str,
    resource: &'static str,
    amount: &'static str,
    cost: &'static str,
    list: &'static str,
    /// Net effective cost of covered usage.
    covered: &'static str,
}

impl Row {
    fn cells(&self, number: usize) -> Vec<String> {
        let plan = |text: &str| {
            let is_covered = !self.covered.is_empty();
            if is_covered { text } else { "" }.to_owned()
        };
        vec![
            format!("id{number}"),
            "2026-10-01T00:00:00Z".to_owned(),
            self.kind.to_owned(),
            self.start.clone(),
            self.end.clone(),
            self.product.to_owned(),
            self.usage_type.to_owned(),
            self.resource.to_owned(),
            self.amount.to_owned(),
            // What is paid without the discount is no rate.
            "9.99".to_owned(),
            self.cost.to_owned(),
            self.list.to_owned(),
            self.covered.to_owned(),
            plan("ComputeSavingsPlans"),
            plan("1yr"),
            plan("No Upfront"),
        ]
    }
}

fn hour(hour: usize) -> (String, String) {
    let at = |hour: usize| format!("2026-10-{:02}T{:02}:00:00Z", 5 + hour / 24, hour % 24);
    (at(hour), at(hour + 1))
}

/// A week from Monday 2026-10-05. Each hour has 1,000 calls of 250 ms at 512 MB: 125 GB-s, of which a
/// Savings Plan covers 100 at 0.88 of the list price. Everything has a discount of 10 %.
fn week() -> Vec<Row> {
    let mut rows = Vec::new();
    for number in 0..7 * 24 {
        let (start, end) = hour(number);
        let usage = Row {
            kind: "Usage",
            start,
            end,
            product: "AWSLambda",
            resource: ARN,
            ..Row::default()
        };
        rows.push(Row {
            usage_type: "EU-Request-ARM",
            amount: "1000.0000000000",
            list: "0.0002000000",
            cost: "0.0001800000",
            ..usage.clone()
        });
        rows.push(Row {
            usage_type: "EU-Lambda-GB-Second-ARM",
            amount: "25",
            list: "0.0003333350",
            cost: "0.0003000015",
            ..usage.clone()
        });
        // 100 x 0.0000133334 = 0.00133334; x 0.88 x 0.9 = 0.00105600528.
        rows.push(Row {
            kind: "SavingsPlanCoveredUsage",
            usage_type: "EU-Lambda-GB-Second-ARM",
            amount: "100",
            list: "0.0013333400",
            cost: "0.0013333400",
            covered: "0.0010560053",
            ..usage.clone()
        });
        rows.push(Row {
            kind: "SavingsPlanNegation",
            usage_type: "EU-Lambda-GB-Second-ARM",
            amount: "100",
            cost: "-0.0013333400",
            ..usage.clone()
        });
        rows.push(Row {
            usage_type: "EU-Lambda-Edge-GB-Second",
            amount: "77",
            list: "1",
            cost: "1",
            ..usage
        });
    }
    rows
}

fn csv(header: &[String], rows: &[Row], order: &[usize]) -> String {
    let mut text = String::new();
    let line = |cells: &[String]| {
        let cells: Vec<&str> = order.iter().map(|at| &*cells[*at]).collect();
        cells.join(",")
    };
    writeln!(text, "{}", line(header)).expect("text");
    for (number, row) in rows.iter().enumerate() {
        writeln!(text, "{}", line(&row.cells(number))).expect("text");
    }
    text
}

fn legacy(rows: &[Row]) -> String {
    let order: Vec<usize> = (0..CUR.len()).collect();
    csv(&CUR.map(str::to_owned), rows, &order)
}

/// `lineItem/UsageType` as `line_item_usage_type`.
fn snake(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        match c {
            '/' => out.push('_'),
            c if c.is_ascii_uppercase() => {
                if !out.is_empty() && !out.ends_with('_') {
                    out.push('_');
                }
                out.push(c.to_ascii_lowercase());
            }
            c => out.push(c),
        }
    }
    out
}

fn import(bill: impl Into<Vec<u8>>) -> Import {
    let files = InMemory::default()
        .with("bill", bill)
        .with("functions.json", CONFIGURATION);
    files
        .import(&Options::default())
        .expect("the files are whole")
}

fn value(import: &Import, key: Key) -> Option<&str> {
    let [function] = &import.functions[..] else {
        panic!("not one function: {:?}", import.functions);
    };
    function
        .figures
        .get(&key)
        .map(|figure| figure.value.plain())
}

#[test]
fn a_bill_gives_calls_duration_and_traffic() {
    let import = import(legacy(&week()));
    // 168 hours with 1,000 calls each: 730,000 in 730 hours.
    assert_eq!(value(&import, Key::InvocationsPerMonth), Some("730000"));
    // 125 GB-s x 1,024,000 / (512 MB x 1,000).
    assert_eq!(value(&import, Key::DurationMs), Some("250"));
    assert_eq!(value(&import, Key::Architecture), Some("arm64"));
    let function = &import.functions[0];
    assert_eq!(function.region.as_deref(), Some("eu-west-1"));
    assert_eq!(function.account.as_deref(), Some("123456789012"));
    assert!(import::json(&import, "0").contains("\"kind\": \"weekly\""));
    let source = &import.sources[0];
    assert_eq!((source.records, source.used), (5 * 168, 3 * 168));
    let ignored: Vec<u64> = source.ignored.values().map(|one| one.count).collect();
    assert_eq!(ignored, [168, 168]);
}

#[test]
fn a_discount_and_a_savings_plan_are_found_and_written() {
    let import = import(legacy(&week()));
    let toml = import::toml(&import);
    for line in [
        "[commitment]",
        "plan = \"compute-savings-plan\"",
        "term = \"1yr\"",
        "payment = \"no-upfront\"",
        "coverage = 0.8",
        "[discounts]",
        "lambda.arm64.duration = 0.1",
        "lambda.arm64.request = 0.1",
    ] {
        assert!(
            toml.lines().any(|own| own == line),
            "{line} is not in\n{toml}"
        );
    }
    let [requests, duration] = &import.terms.rates[..] else {
        panic!("not two rates: {:?}", import.terms.rates);
    };
    assert_eq!(requests.cost_usd, "0.03024");
    // 168 x (0.0003333350 + 0.0013333400), and 168 x (0.0003000015 + 0.0010560053).
    assert_eq!(duration.list_cost_usd, "0.2800014");
    assert_eq!(duration.cost_usd, "0.2278091424");
    assert_eq!(duration.quantity, "21000");
}

#[test]
fn the_order_and_the_spelling_of_columns_do_not_matter() {
    let rows = week();
    let expected = import::json(&import(legacy(&rows)), "0");
    let forwards: Vec<usize> = (0..CUR.len()).collect();
    let backwards: Vec<usize> = forwards.iter().rev().copied().collect();
    let as_is = CUR.map(str::to_owned);
    let snake = CUR.map(snake);
    assert_eq!(snake[6], "line_item_usage_type");
    assert_eq!(snake[12], "savings_plan_net_savings_plan_effective_cost");
    let lower = CUR.map(|name| name.replace('/', "_").to_ascii_lowercase());
    assert_eq!(lower[6], "lineitem_usagetype");
    for (header, order) in [
        (&as_is, &backwards),
        (&snake, &forwards),
        (&snake, &backwards),
        (&lower, &forwards),
    ] {
        let found = import::json(&import(csv(header, &rows, order)), "0");
        assert_eq!(found, expected, "{header:?}");
    }
}

#[test]
fn the_window_is_that_of_the_usage_of_all_services() {
    let mut rows = week();
    let (start, _) = hour(0);
    rows.push(Row {
        kind: "Usage",
        start,
        end: "2026-10-19T00:00:00Z".to_owned(),
        product: "AmazonEC2",
        usage_type: "EU-BoxUsage:m5.large",
        amount: "1",
        ..Row::default()
    });
    // A tax is for the whole billing period, and is no usage.
    rows.push(Row {
        kind: "Tax",
        start: "2026-10-01T00:00:00Z".to_owned(),
        end: "2026-11-01T00:00:00Z".to_owned(),
        product: "AWSLambda",
        ..Row::default()
    });
    let import = import(legacy(&rows));
    // Twice the time for the same calls.
    assert_eq!(value(&import, Key::InvocationsPerMonth), Some("365000"));
    let ignored = &import.sources[0].ignored;
    assert!(ignored.contains_key("Tax: not usage"), "{ignored:?}");
}

#[test]
fn without_the_memory_the_duration_is_missing() {
    let files = InMemory::default().with("bill.csv", legacy(&week()));
    let import = files
        .import(&Options::default())
        .expect("the bill is whole");
    assert_eq!(value(&import, Key::DurationMs), None);
    let missing = &import.functions[0].missing;
    let missing: Vec<&str> = missing.iter().map(|missing| missing.key).collect();
    assert_eq!(missing, ["memory_mb", "duration_ms"]);
}

#[test]
fn several_files_of_a_bill_add_up() {
    let rows = week();
    let (one, other) = rows.split_at(rows.len() / 3);
    let whole = import(legacy(&rows));
    let files = InMemory::default()
        .with("bill-1.csv", legacy(one))
        .with("bill-2.csv", legacy(other))
        .with("functions.json", CONFIGURATION);
    let import = files
        .import(&Options::default())
        .expect("the files are whole");
    for key in [Key::InvocationsPerMonth, Key::DurationMs] {
        assert_eq!(value(&import, key), value(&whole, key));
    }
    assert_eq!(import.terms, whole.terms);
}

#[test]
fn list_prices_are_no_discount_and_other_costs_are_reported() {
    let imported = |cost: &'static str, last: &'static str| {
        let mut rows = week();
        rows.retain(|row| row.usage_type == "EU-Request-ARM");
        for row in &mut rows {
            row.cost = cost;
        }
        rows[0].cost = last;
        import(legacy(&rows))
    };
    let priced = |cost, last| imported(cost, last).terms;
    // 0.0001999 is within 0.1 % of the list price.
    let terms = priced("0.0001999", "0.0001999");
    assert_eq!((terms.discounts.len(), terms.remarks.len()), (0, 0));
    let terms = priced("0.00015", "0.00015");
    assert_eq!(terms.discounts["lambda.arm64.request"], "0.25");
    // One row with another ratio: 167 x 0.00015 + 0.0001 = 0.02515 for 168,000 requests.
    let terms = priced("0.00015", "0.0001");
    assert_eq!(terms.discounts.len(), 0);
    let [remark] = &terms.remarks[..] else {
        panic!("not one remark: {:?}", terms.remarks);
    };
    let prices = import::price_files(&imported("0.00015", "0.0001"));
    let [(name, text)] = &prices[..] else {
        panic!("not one file: {prices:?}");
    };
    assert_eq!(name, "eu-west-1.toml");
    let expected = "region = \"eu-west-1\"\nas_of = \"2026-10-11\"\n\n[lambda.arm64]\n\
        as_of = \"2026-10-11\"\nsource = \"bill 2026-10\"\n\
        request = { usd = \"0.000000149702380952\", per = \"request\" }\n";
    assert!(text.ends_with(expected), "{text}");
    assert!(
        remark.contains("costs 0.000000149702380952 USD a unit"),
        "{remark}"
    );
}

#[test]
fn a_plan_that_the_bill_does_not_name_is_a_comment() {
    let text = legacy(&week()).replace(",1yr,No Upfront", ",,");
    let toml = import::toml(&import(text));
    assert!(
        toml.lines().any(|line| line == "# coverage = 0.8"),
        "{toml}"
    );
    assert!(!toml.lines().any(|line| line == "[commitment]"), "{toml}");
}

#[test]
fn the_row_of_a_fee_names_the_plan() {
    let text = legacy(&week()).replace("ComputeSavingsPlans,1yr,No Upfront", ",,,arn:plan");
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for line in &mut lines {
        if !line.ends_with(",arn:plan") {
            line.push(',');
        }
    }
    lines[0] += "savingsPlan/SavingsPlanARN";
    let fee = "id,,SavingsPlanRecurringFee,2026-10-05T00:00:00Z,2026-10-05T01:00:00Z,\
               ComputeSavingsPlans,ComputeSP:3yrAllUpfront,,1,1,1,1,,Compute Savings Plans,3yr,\
               All Upfront,arn:plan";
    lines.push(fee.to_owned());
    let commitment = import(lines.join("\n"))
        .terms
        .commitment
        .expect("it is found");
    assert_eq!(commitment.plan, Some("compute-savings-plan"));
    assert_eq!(
        (commitment.term, commitment.payment),
        (Some("3yr"), Some("all-upfront"))
    );
}

#[test]
fn rows_without_a_function_count_for_rates_only() {
    let mut rows = week();
    for row in &mut rows {
        row.resource = "";
    }
    let files = InMemory::default().with("bill.csv", legacy(&rows));
    let import = files
        .import(&Options::default())
        .expect("the bill is whole");
    assert_eq!(import.functions.len(), 0);
    // The region is that of the usage type.
    let regions: Vec<_> = import.terms.rates.iter().map(|rate| &rate.region).collect();
    assert_eq!(regions, [&Some("eu-west-1".to_owned()); 2]);
    let has_note = |note: &&String| note.starts_with("504 rows of Lambda in bill.csv");
    assert!(
        import.warnings.iter().any(|note| has_note(&note)),
        "{:?}",
        import.warnings
    );
}

#[test]
fn mistakes_name_the_line_and_the_column() {
    let text = legacy(&week());
    let mistake = |text: String| {
        let files = InMemory::default().with("bill.csv", text);
        let mut mistakes = files.import(&Options::default()).expect_err("it is wrong");
        assert_eq!(mistakes.len(), 1, "{mistakes:?}");
        let mistake = mistakes.remove(0);
        (mistake.line, mistake.message)
    };
    let wrong = mistake(
        text.replacen("1000.0000000000", "1,5", 1)
            .replacen("1,5", "12 calls", 1),
    );
    let message = "lineItem/UsageAmount has `12 calls`, which is not a number".to_owned();
    assert_eq!(wrong, (Some(2), message.clone()));
    let windows = text
        .replacen("1000.0000000000", "12 calls", 1)
        .replace('\n', "\r\n");
    assert_eq!(mistake(windows), (Some(2), message));
    let cut = text[..text.len() - 40].to_owned();
    let (line, message) = mistake(cut);
    assert_eq!(line, Some(841));
    assert!(message.ends_with("after 839 whole rows"), "{message}");
    let (_, message) = mistake(text.replacen("lineItem/UsageAmount", "amount", 1));
    assert_eq!(message, "the bill has no column line_item_usage_amount");
}

/// The same rows as FOCUS, with usage types in a column of this name.
fn focus(rows: &[Row], usage_type: &str) -> String {
    let mut text = format!(
        "BilledCost,ChargeCategory,ChargeClass,ChargePeriodStart,ChargePeriodEnd,ServiceName,\
         {usage_type},ChargeDescription,ResourceId,ConsumedQuantity,PricingQuantity,EffectiveCost,\
         ListCost,BillingCurrency,RegionId,CommitmentDiscountStatus,CommitmentDiscountType\n"
    );
    for row in rows.iter().filter(|row| row.kind != "SavingsPlanNegation") {
        let is_covered = !row.covered.is_empty();
        let (status, plan) = if is_covered {
            ("Used", "Compute Savings Plans")
        } else {
            ("NULL", "NULL")
        };
        let cost = if is_covered { row.covered } else { row.cost };
        let description = match row.usage_type {
            "EU-Request-ARM" => "AWS Lambda - Total Requests for ARM - EU (Ireland)",
            "EU-Lambda-GB-Second-ARM" => "AWS Lambda - Total Compute for ARM - EU (Ireland)-Tier-1",
            _ => "$0.00005001 per Lambda-GB-Second for Lambda-Edge-GB-Second in EU (Ireland)",
        };
        let time = |time: &str| time.replace('T', " ").replace('Z', "");
        writeln!(
            text,
            "0,Usage,NULL,{},{},AWS Lambda,{},{description},{},{},NULL,{cost},{},USD,eu-west-1,{status},{plan}",
            time(&row.start),
            time(&row.end),
            row.usage_type,
            row.resource,
            row.amount,
            row.list,
        )
        .expect("text");
    }
    text
}

#[test]
fn focus_gives_the_same() {
    let of_cur = import(legacy(&week()));
    for column in ["x_UsageType", "SkuMeter", "x_Nothing"] {
        let found = import(focus(&week(), column));
        assert_eq!(found.sources[0].format.name(), "focus");
        for key in Key::ALL {
            assert_eq!(value(&found, key), value(&of_cur, key), "{column}, {key:?}");
        }
        assert_eq!(found.terms.rates, of_cur.terms.rates, "{column}");
        assert_eq!(found.terms.discounts, of_cur.terms.discounts);
        let commitment = found.terms.commitment.expect("it is in the bill");
        assert_eq!(commitment.coverage, "0.8");
        assert_eq!(commitment.plan, Some("compute-savings-plan"));
        assert_eq!(commitment.term, None);
    }
}

#[test]
fn corrections_and_unused_commitments_are_no_usage() {
    let text = focus(&week(), "x_UsageType");
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let (request, duration) = (lines[1].clone(), lines[2].clone());
    lines.push(request.replace("Usage,NULL", "Usage,Correction"));
    lines.push(duration.replace("USD,eu-west-1,NULL", "USD,eu-west-1,Unused"));
    lines.push(duration.replace("0,Usage,", "0,Credit,"));
    let found = import(lines.join("\n"));
    assert_eq!(value(&found, Key::InvocationsPerMonth), Some("730000"));
    assert_eq!(value(&found, Key::DurationMs), Some("250"));
    let ignored: Vec<u64> = found.sources[0]
        .ignored
        .values()
        .map(|one| one.count)
        .collect();
    // Lambda@Edge is in every hour.
    assert_eq!(ignored, [1, 1, 168, 1]);
}

#[test]
fn a_file_without_effective_costs_gives_no_rates() {
    let mut rows = week();
    rows.retain(|row| row.covered.is_empty());
    for row in &mut rows {
        row.cost = "0.00000000000";
    }
    let found = import(focus(&rows, "x_UsageType"));
    assert_eq!(found.terms, import::Terms::default());
    let note = "bill has list costs and no effective costs for Lambda, so it gives no rates";
    assert!(
        found.warnings.iter().any(|own| own == note),
        "{:?}",
        found.warnings
    );
}

#[test]
fn a_bill_goes_before_metrics_for_calls() {
    let metrics = r#"{ "MetricDataResults": [ { "Id": "m1", "Label": "orders Invocations Sum 3600",
        "Timestamps": ["2026-10-05T00:00:00Z"], "Values": [900], "StatusCode": "Complete" } ] }"#;
    for bill in [legacy(&week()), focus(&week(), "SkuMeter")] {
        let files = InMemory::default()
            .with("bill", bill)
            .with("functions.json", CONFIGURATION)
            .with("metrics.json", metrics);
        let found = files
            .import(&Options::default())
            .expect("the files are whole");
        assert_eq!(value(&found, Key::InvocationsPerMonth), Some("730000"));
        let json = import::json(&found, "0");
        assert!(json.contains("\"calls\": \"168000\""), "{json}");
    }
}
