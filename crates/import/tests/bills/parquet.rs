//! A Parquet file and its CSV twin say the same.

#![allow(
    clippy::disallowed_types,
    reason = "costs in Parquet files of AWS are doubles"
)]

use super::{focus, import, legacy, snake, value, week};
use crate::support::InMemory;
use ::parquet::basic::{
    Compression, ConvertedType, Encoding, LogicalType, Repetition, TimeUnit, Type as Physical,
};
use ::parquet::data_type::{
    ByteArray, ByteArrayType, DataType, DoubleType, FixedLenByteArrayType, Int64Type, Int96,
    Int96Type,
};
use ::parquet::file::properties::{WriterProperties, WriterVersion};
use ::parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use ::parquet::schema::types::{Type, TypePtr};
use import::{Key, Options};
use std::sync::Arc;

/// How times are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Times {
    Millis,
    Micros,
    Nanos,
    Int96,
    Text,
}

/// How amounts are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Amounts {
    Double,
    Text,
    /// Sixteen bytes with 18 decimal places.
    Decimal,
}

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Time,
    Amount,
}

fn kind(name: &str) -> Kind {
    let name = name.to_ascii_lowercase().replace('_', "");
    let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
    if ends(&["usagestartdate", "usageenddate", "periodstart", "periodend"]) {
        Kind::Time
    } else if ends(&["amount", "cost", "quantity"]) {
        Kind::Amount
    } else {
        Kind::Text
    }
}

fn of_type(name: &str, times: Times, amounts: Amounts) -> TypePtr {
    let builder = |physical| {
        Type::primitive_type_builder(name, physical).with_repetition(Repetition::OPTIONAL)
    };
    let stamp = |unit| {
        let logical = LogicalType::timestamp(true, unit);
        builder(Physical::INT64).with_logical_type(Some(logical))
    };
    let text = || builder(Physical::BYTE_ARRAY).with_converted_type(ConvertedType::UTF8);
    let built = match (kind(name), times, amounts) {
        (Kind::Time, Times::Millis, _) => stamp(TimeUnit::MILLIS),
        (Kind::Time, Times::Micros, _) => stamp(TimeUnit::MICROS),
        (Kind::Time, Times::Nanos, _) => stamp(TimeUnit::NANOS),
        (Kind::Time, Times::Int96, _) => builder(Physical::INT96),
        (Kind::Amount, _, Amounts::Double) => builder(Physical::DOUBLE),
        (Kind::Amount, _, Amounts::Decimal) => builder(Physical::FIXED_LEN_BYTE_ARRAY)
            .with_length(16)
            .with_converted_type(ConvertedType::DECIMAL)
            .with_precision(38)
            .with_scale(18),
        _ => text(),
    };
    Arc::new(built.build().expect("a type"))
}

/// A map from text to text, as in CUR 2.0. Its values have no separate columns.
fn map(name: &str) -> TypePtr {
    let text = |name: &str, repetition| {
        let text = Type::primitive_type_builder(name, Physical::BYTE_ARRAY);
        let text = text.with_converted_type(ConvertedType::UTF8);
        Arc::new(text.with_repetition(repetition).build().expect("a type"))
    };
    let members = vec![
        text("line_item_usage_type", Repetition::REQUIRED),
        text("value", Repetition::OPTIONAL),
    ];
    let pairs = Type::group_type_builder("key_value").with_repetition(Repetition::REPEATED);
    let pairs = pairs.with_fields(members).build().expect("a type");
    let map = Type::group_type_builder(name).with_repetition(Repetition::OPTIONAL);
    let map = map.with_converted_type(ConvertedType::MAP);
    let map = map.with_fields(vec![Arc::new(pairs)]);
    Arc::new(map.build().expect("a type"))
}

fn put<T: DataType>(group: &mut SerializedRowGroupWriter<'_, Vec<u8>>, cells: &[Option<T::T>]) {
    let levels: Vec<i16> = cells.iter().map(|cell| i16::from(cell.is_some())).collect();
    let values: Vec<T::T> = cells.iter().flatten().cloned().collect();
    let mut column = group.next_column().expect("a column").expect("a column");
    let written = column
        .typed::<T>()
        .write_batch(&values, Some(&levels), None);
    written.expect("memory takes it");
    column.close().expect("memory takes it");
}

/// Cells of text, as they are in CSV.
fn cells(csv: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let split = |line: &str| line.split(',').map(str::to_owned).collect();
    let mut lines = csv.lines();
    let header = split(lines.next().expect("a header"));
    (header, lines.map(split).collect())
}

fn milliseconds(time: &str) -> i64 {
    // Only hours of October 2026.
    let number = |range| {
        time.get(range)
            .and_then(|text: &str| text.parse::<i64>().ok())
    };
    let (day, hour) = (
        number(8..10).expect("a day"),
        number(11..13).expect("an hour"),
    );
    // 2026-10-01T00:00:00Z
    (1_790_812_800 + (day - 1) * 86_400 + hour * 3600) * 1000
}

/// Ten to the 18th times a decimal, as sixteen bytes.
fn decimal(text: &str) -> [u8; 16] {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let negative = whole.starts_with('-');
    let digits = format!("{}{part:0<18}", whole.trim_start_matches('-'));
    let number: i128 = digits.parse().expect("digits");
    if negative { -number } else { number }.to_be_bytes()
}

fn file(csv: &str, times: Times, amounts: Amounts, compression: Compression) -> Vec<u8> {
    let (header, rows) = cells(csv);
    let names: Vec<String> = header.iter().map(|name| snake(name)).collect();
    let mut fields = vec![map("product_map")];
    fields.extend(names.iter().map(|name| of_type(name, times, amounts)));
    let schema = Type::group_type_builder("bill").with_fields(fields).build();
    let mut properties = WriterProperties::builder().set_compression(compression);
    if compression == Compression::UNCOMPRESSED {
        // The second version of pages, and plain values.
        properties = properties
            .set_writer_version(WriterVersion::PARQUET_2_0)
            .set_encoding(Encoding::PLAIN)
            .set_dictionary_enabled(false);
    }
    let properties = properties.build();
    let schema = Arc::new(schema.expect("a schema"));
    let writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties));
    let mut writer = writer.expect("memory takes it");
    for rows in rows.chunks(100) {
        let mut group = writer.next_row_group().expect("a row group");
        // Two pairs in each map. A value can be missing, so it has one level more than its key.
        for levels in [2, 3] {
            let count = rows.len() * 2;
            let mut column = group.next_column().expect("a column").expect("a column");
            let values = vec![ByteArray::from("region"); count];
            let levels = vec![levels; count];
            let repeated: Vec<i16> = (0..count).map(|at| i16::from(at % 2 == 1)).collect();
            let column_writer = column.typed::<ByteArrayType>();
            let written = column_writer.write_batch(&values, Some(&levels), Some(&repeated));
            written.expect("memory takes it");
            column.close().expect("memory takes it");
        }
        for (at, name) in names.iter().enumerate() {
            let texts = rows
                .iter()
                .map(|row| Some(&*row[at]).filter(|text| !text.is_empty()));
            let texts: Vec<Option<&str>> = texts.collect();
            column(&mut group, kind(name), times, amounts, &texts);
        }
        group.close().expect("memory takes it");
    }
    writer.into_inner().expect("memory takes it")
}

fn column(
    group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
    kind: Kind,
    times: Times,
    amounts: Amounts,
    texts: &[Option<&str>],
) {
    let stamps = |parts: i64| -> Vec<Option<i64>> {
        let stamp = |text: &&str| milliseconds(text) * parts;
        texts.iter().map(|text| text.as_ref().map(stamp)).collect()
    };
    let number = |text: &&str| text.parse::<f64>().ok();
    match (kind, times, amounts) {
        (Kind::Time, Times::Millis, _) => put::<Int64Type>(group, &stamps(1)),
        (Kind::Time, Times::Micros, _) => put::<Int64Type>(group, &stamps(1_000)),
        (Kind::Time, Times::Nanos, _) => put::<Int64Type>(group, &stamps(1_000_000)),
        (Kind::Time, Times::Int96, _) => {
            let int96 = |stamp: i64| {
                // Julian day of 1970-01-01.
                let day = u32::try_from(stamp / 86_400_000 + 2_440_588).expect("a day");
                let nanos = u64::try_from(stamp % 86_400_000).expect("after 1970") * 1_000_000;
                let mut value = Int96::new();
                value.set_data(nanos as u32, (nanos >> 32) as u32, day);
                value
            };
            let values = stamps(1).into_iter().map(|stamp| stamp.map(int96));
            put::<Int96Type>(group, &values.collect::<Vec<_>>());
        }
        (Kind::Amount, _, Amounts::Double) => {
            let values = texts.iter().map(|text| text.as_ref().and_then(number));
            put::<DoubleType>(group, &values.collect::<Vec<_>>());
        }
        (Kind::Amount, _, Amounts::Decimal) => {
            let values = texts.iter().map(|text| {
                let text = text.filter(|text| *text != "NULL");
                text.map(|text| ByteArray::from(decimal(text).to_vec()).into())
            });
            put::<FixedLenByteArrayType>(group, &values.collect::<Vec<_>>());
        }
        _ => {
            let values = texts.iter().map(|text| text.map(ByteArray::from));
            put::<ByteArrayType>(group, &values.collect::<Vec<_>>());
        }
    }
}

#[test]
fn a_parquet_file_and_its_csv_twin_are_one() {
    let gzip = Compression::GZIP(Default::default());
    let zstd = Compression::ZSTD(Default::default());
    for csv in [legacy(&week()), focus(&week(), "SkuMeter")] {
        let expected = import(csv.clone());
        assert_eq!(expected.terms.discounts.len(), 2);
        for (times, amounts, compression) in [
            (Times::Millis, Amounts::Double, Compression::SNAPPY),
            (Times::Micros, Amounts::Text, gzip),
            (Times::Nanos, Amounts::Decimal, zstd),
            (Times::Int96, Amounts::Double, Compression::UNCOMPRESSED),
            (Times::Text, Amounts::Double, Compression::SNAPPY),
        ] {
            let found = import(file(&csv, times, amounts, compression));
            assert_eq!(
                import::toml(&found),
                import::toml(&expected),
                "{times:?} {amounts:?}"
            );
            assert_eq!(found.terms, expected.terms, "{times:?} {amounts:?}");
            let counts = |import: &import::Import| {
                let ignored = import.sources[0].ignored.iter();
                let ignored = ignored.map(|(why, one)| (why.clone(), one.count));
                (import.sources[0].records, ignored.collect::<Vec<_>>())
            };
            assert_eq!(counts(&found), counts(&expected));
        }
    }
}

#[test]
fn doubles_are_the_shortest_decimals() {
    // As doubles these are 0.1000000000000000055... and 0.3000000000000000444...
    let csv = legacy(&week())
        .replace("100,9.99", "0.1,9.99")
        .replace("25,9.99", "0.2,9.99");
    let found = import(file(
        &csv,
        Times::Millis,
        Amounts::Double,
        Compression::SNAPPY,
    ));
    // 168 x (0.1 + 0.2)
    assert_eq!(found.terms.rates[1].quantity, "50.4");
    // 0.3 GB-s x 1,024,000 / (512 MB x 1,000)
    assert_eq!(value(&found, Key::DurationMs), Some("0.6"));
}

#[test]
fn a_damaged_file_is_a_mistake() {
    let whole = file(
        &legacy(&week()),
        Times::Millis,
        Amounts::Double,
        Compression::SNAPPY,
    );
    let cut = [
        &whole[..whole.len() / 2],
        &whole[..whole.len() - 1],
        &whole[..4],
    ];
    for bytes in cut {
        let files = InMemory::default().with("bill", bytes);
        let mistakes = files
            .import(&Options::default())
            .expect_err("it is cut off");
        let message = &mistakes[0].message;
        assert!(
            message.starts_with("the Parquet file is damaged after 0 rows"),
            "{message}"
        );
    }
}

#[test]
fn parquet_without_a_bill_is_an_error_by_name_and_skipped_in_a_folder() {
    let other = legacy(&week())
        .replace("lineItem", "other")
        .replace("LineItem", "Other");
    let other = file(&other, Times::Text, Amounts::Text, Compression::SNAPPY);
    let named = InMemory::default().with("data.parquet", other.clone());
    let mistakes = named
        .import(&Options::default())
        .expect_err("it is no bill");
    assert!(
        mistakes[0]
            .message
            .starts_with("it is Parquet without the columns of a bill")
    );
    let files = InMemory::default()
        .with("folder/bill.csv", legacy(&week()))
        .with("folder/data.parquet", other);
    let folder = import::Named {
        path: "folder".into(),
        ..import::Named::default()
    };
    let found = import::import(&files, &[folder], &Options::default()).expect("it is skipped");
    assert_eq!(found.skipped, 1);
}

#[test]
fn changed_bytes_are_never_a_panic() {
    let mut rows = week();
    rows.truncate(20);
    let csv = legacy(&rows);
    let mut random = 1_u64;
    let mut next = move |below: usize| {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(random >> 33).expect("31 bits") % below
    };
    let mut failed = 0;
    for compression in [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::GZIP(Default::default()),
    ] {
        let whole = file(&csv, Times::Millis, Amounts::Double, compression);
        for _ in 0..700 {
            let mut bytes = whole.clone();
            for _ in 0..=next(3) {
                let at = next(bytes.len());
                bytes[at] = u8::try_from(next(256)).expect("a byte");
            }
            let files = InMemory::default().with("bill", bytes);
            failed += u32::from(files.import(&Options::default()).is_err());
        }
    }
    assert!(failed > 100, "{failed}");
}
