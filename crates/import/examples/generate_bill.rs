//! Writes a Cost and Usage Report of made-up usage: `generate_bill ROWS FILE`. A file that ends in
//! `.parquet` is Parquet, any other CSV. The same arguments give the same bytes.
//!
//! Half of the rows are of 500 functions, the others of other services, as in a bill of an account that
//! uses Lambda much. Rows are in the order of time.

#![allow(
    clippy::disallowed_types,
    reason = "costs in Parquet files of AWS are doubles"
)]

use parquet::basic::{
    Compression, ConvertedType, LogicalType, Repetition, TimeUnit, Type as Physical,
};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;
use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::sync::Arc;

const FUNCTIONS: u64 = 500;
const HOURS: u64 = 744;
/// 2026-10-01T00:00:00Z, in seconds.
const START: u64 = 1_790_812_800;
const IN_GROUP: usize = 500_000;

/// Columns with their types: text, time, or number.
const COLUMNS: [(&str, char); 26] = [
    ("identity_line_item_id", 't'),
    ("identity_time_interval", 't'),
    ("bill_billing_entity", 't'),
    ("bill_payer_account_id", 't'),
    ("bill_billing_period_start_date", 's'),
    ("bill_billing_period_end_date", 's'),
    ("line_item_usage_account_id", 't'),
    ("line_item_line_item_type", 't'),
    ("line_item_usage_start_date", 's'),
    ("line_item_usage_end_date", 's'),
    ("line_item_product_code", 't'),
    ("line_item_usage_type", 't'),
    ("line_item_operation", 't'),
    ("line_item_resource_id", 't'),
    ("line_item_usage_amount", 'n'),
    ("line_item_currency_code", 't'),
    ("line_item_unblended_rate", 't'),
    ("line_item_unblended_cost", 'n'),
    ("line_item_line_item_description", 't'),
    ("product_region_code", 't'),
    ("product_servicecode", 't'),
    ("pricing_public_on_demand_cost", 'n'),
    ("pricing_public_on_demand_rate", 't'),
    ("pricing_unit", 't'),
    ("savings_plan_savings_plan_effective_cost", 'n'),
    ("resource_tags", 't'),
];

/// A row, with times in seconds.
struct Row {
    texts: Vec<String>,
}

fn row(number: u64, rows: u64, random: &mut u64) -> Row {
    *random = random
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    let dice = *random >> 33;
    let hour = number * HOURS / rows;
    let (from, to) = (START + hour * 3600, START + (hour + 1) * 3600);
    let function = dice % FUNCTIONS;
    let calls = dice / FUNCTIONS % 100_000 + 1;
    let is_lambda = number.is_multiple_of(2);
    let is_request = number.is_multiple_of(4);
    let (amount, rate) = match (is_lambda, is_request) {
        (true, true) => (calls as f64, 0.000_000_2),
        (true, false) => (calls as f64 * 0.031_25, 0.000_016_666_7),
        (false, _) => (1.0, 0.096),
    };
    let cost = (amount * rate * 1e10).round() / 1e10;
    let text = |lambda: &str, other: &str| if is_lambda { lambda } else { other }.to_owned();
    let usage = if is_request {
        "EU-Request"
    } else {
        "EU-Lambda-GB-Second"
    };
    let texts = vec![
        format!("{:016x}{:016x}", *random, number),
        format!("{from}/{to}"),
        "AWS".to_owned(),
        "111122223333".to_owned(),
        START.to_string(),
        (START + HOURS * 3600).to_string(),
        format!("1234567890{:02}", function % 20),
        "Usage".to_owned(),
        from.to_string(),
        to.to_string(),
        text("AWSLambda", "AmazonEC2"),
        text(usage, "EU-BoxUsage:m5.large"),
        text("Invoke", "RunInstances"),
        text(
            &format!(
                "arn:aws:lambda:eu-west-1:1234567890{:02}:function:function-{function}",
                function % 20
            ),
            &format!("i-{dice:017x}"),
        ),
        amount.to_string(),
        "USD".to_owned(),
        rate.to_string(),
        cost.to_string(),
        text(
            "AWS Lambda - Total Compute - EU (Ireland)",
            "$0.096 per On Demand Linux m5.large Instance Hour",
        ),
        "eu-west-1".to_owned(),
        text("AWSLambda", "AmazonEC2"),
        cost.to_string(),
        rate.to_string(),
        text("Lambda-GB-Second", "Hrs"),
        String::new(),
        format!("{{\"user_team\":\"team-{}\"}}", function % 7),
    ];
    Row { texts }
}

/// Seconds since 1970 as text; only times in October and November 2026.
fn time(seconds: u64) -> String {
    let hours = (seconds - START) / 3600;
    let (day, hour) = (hours / 24, hours % 24);
    let (month, day) = if day < 31 {
        (10, day + 1)
    } else {
        (11, day - 30)
    };
    format!("2026-{month:02}-{day:02}T{hour:02}:00:00Z")
}

fn csv(rows: u64, path: &str) -> Result<(), Box<dyn Error>> {
    let mut out = csv::Writer::from_writer(BufWriter::new(File::create(path)?));
    out.write_record(COLUMNS.map(|(name, _)| name))?;
    let mut random = 1;
    for number in 0..rows {
        let row = row(number, rows, &mut random);
        for ((_, kind), text) in COLUMNS.iter().zip(&row.texts) {
            if *kind == 's' {
                out.write_field(time(text.parse()?))?;
            } else {
                out.write_field(text)?;
            }
        }
        out.write_record(None::<&[u8]>)?;
    }
    out.flush()?;
    Ok(())
}

fn parquet(rows: u64, path: &str) -> Result<(), Box<dyn Error>> {
    let mut fields = Vec::new();
    for (name, kind) in COLUMNS {
        let builder = |physical| {
            Type::primitive_type_builder(name, physical).with_repetition(Repetition::OPTIONAL)
        };
        let built = match kind {
            's' => builder(Physical::INT64)
                .with_logical_type(Some(LogicalType::timestamp(true, TimeUnit::MILLIS))),
            'n' => builder(Physical::DOUBLE),
            _ => builder(Physical::BYTE_ARRAY).with_converted_type(ConvertedType::UTF8),
        };
        fields.push(Arc::new(built.build()?));
    }
    let schema = Type::group_type_builder("bill")
        .with_fields(fields)
        .build()?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .build();
    let file = BufWriter::new(File::create(path)?);
    let mut writer = SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties))?;
    let mut random = 1;
    let mut next = 0;
    while next < rows {
        let end = rows.min(next + IN_GROUP as u64);
        let group: Vec<Row> = (next..end)
            .map(|number| row(number, rows, &mut random))
            .collect();
        next = end;
        let mut out = writer.next_row_group()?;
        for (at, (_, kind)) in COLUMNS.iter().enumerate() {
            let texts = group.iter().map(|row| &*row.texts[at]);
            let levels: Vec<i16> = texts
                .clone()
                .map(|text| i16::from(!text.is_empty()))
                .collect();
            let texts = texts.filter(|text| !text.is_empty());
            let mut column = out.next_column()?.ok_or("a column is missing")?;
            match kind {
                's' => {
                    let values =
                        texts.map(|text| text.parse::<i64>().map(|seconds| seconds * 1000));
                    let values = values.collect::<Result<Vec<_>, _>>()?;
                    column
                        .typed::<Int64Type>()
                        .write_batch(&values, Some(&levels), None)?;
                }
                'n' => {
                    let values = texts
                        .map(str::parse::<f64>)
                        .collect::<Result<Vec<_>, _>>()?;
                    column
                        .typed::<DoubleType>()
                        .write_batch(&values, Some(&levels), None)?;
                }
                _ => {
                    let values: Vec<ByteArray> = texts.map(ByteArray::from).collect();
                    column
                        .typed::<ByteArrayType>()
                        .write_batch(&values, Some(&levels), None)?;
                }
            }
            column.close()?;
        }
        out.close()?;
    }
    writer.into_inner()?.flush()?;
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [rows, path] = &arguments[..] else {
        return Err("usage: generate_bill ROWS FILE".into());
    };
    if path.ends_with(".parquet") {
        parquet(rows.parse()?, path)
    } else {
        csv(rows.parse()?, path)
    }
}
