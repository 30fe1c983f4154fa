//! SQL that adds up logs and bills where they lie, into the columns of `lambdacost/usage/v1`.
//!
//! There is one text for each kind of table. Engines differ in a few functions only, which are filled in.

use crate::time::Time;

/// A program that runs SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Athena,
    Trino,
    Spark,
    Duckdb,
    Clickhouse,
    Datafusion,
}

/// What a table has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// A Cost and Usage Report.
    Cur,
    /// A FOCUS export.
    Focus,
    /// Events of the logs of Lambda.
    LambdaLog,
}

/// A query for a table.
#[derive(Debug, Clone, Copy)]
pub struct Query<'q> {
    pub engine: Engine,
    pub table: Table,
    /// The table, as the engine names it: a name, or a function that reads files.
    pub name: Option<&'q str>,
    /// Start of the time that counts.
    pub from: Option<Time>,
    /// End of the time that counts, which is not part of it.
    pub to: Option<Time>,
}

/// The end of the queries for bills.
const BILL_HOURS: &str = include_str!("bill-hours.sql");
/// The meter of a usage type, in the queries for bills; empty text is none.
const METER: &str = "NULLIF({extract}(usage_type, '^(?:[A-Z0-9]{1,6}-)?(Request|Lambda-GB-Second\
    |Lambda-Provisioned-GB-Second|Lambda-Provisioned-Concurrency|Lambda-Storage-GB-Second)(?:-ARM)?$'\
    {first}, '')";
/// Columns with numbers in it.
const NUMBERS: [&str; 3] = ["quantity_text", "cost_text", "list_text"];

/// What differs between engines.
struct Dialect {
    /// The start of a call that finds a group in text.
    extract: &'static str,
    /// The end of it, for the first group.
    first: &'static str,
    /// Whole division.
    div: &'static str,
    /// The quote around the name of a column.
    quote: &'static str,
    /// The type of text.
    text: &'static str,
    /// A decimal, of the text of a number in the column `{}`. Text can have an exponent.
    decimal: &'static str,
    /// Milliseconds since 1970 of `event_time`, which is RFC 3339.
    event_ms: &'static str,
    /// The date of `hour_number`, hours since 1970, as text.
    day: &'static str,
    /// What follows the query.
    settings: &'static str,
}

const PRESTO: Dialect = Dialect {
    extract: "regexp_extract",
    first: ", 1)",
    div: "/",
    quote: "\"",
    text: "VARCHAR",
    decimal: "CAST(NULLIF(NULLIF({}, ''), 'NULL') AS DECIMAL(38, 12))",
    event_ms: "CAST(ROUND(to_unixtime(from_iso8601_timestamp(event_time)) * 1000) AS BIGINT)",
    day: "CAST(date_add('day', hour_number / 24, DATE '1970-01-01') AS VARCHAR)",
    settings: "",
};

impl Engine {
    /// Every engine, in the order in which they are listed.
    pub const ALL: [Self; 6] = [
        Self::Athena,
        Self::Trino,
        Self::Spark,
        Self::Duckdb,
        Self::Clickhouse,
        Self::Datafusion,
    ];

    /// As on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Athena => "athena",
            Self::Trino => "trino",
            Self::Spark => "spark",
            Self::Duckdb => "duckdb",
            Self::Clickhouse => "clickhouse",
            Self::Datafusion => "datafusion",
        }
    }

    fn dialect(self) -> Dialect {
        match self {
            Self::Athena | Self::Trino => PRESTO,
            Self::Spark => Dialect {
                div: "DIV",
                quote: "`",
                text: "STRING",
                event_ms: "unix_millis(CAST(event_time AS TIMESTAMP))",
                day: "CAST(date_add(DATE '1970-01-01', CAST(hour_number DIV 24 AS INT)) AS STRING)",
                ..PRESTO
            },
            Self::Duckdb => Dialect {
                div: "//",
                event_ms: "epoch_ms(CAST(event_time AS TIMESTAMP))",
                day: "CAST(DATE '1970-01-01' + CAST(hour_number // 24 AS INTEGER) AS VARCHAR)",
                ..PRESTO
            },
            Self::Clickhouse => Dialect {
                div: "DIV",
                event_ms: "toUnixTimestamp64Milli(parseDateTime64BestEffortOrNull(event_time, 3, 'UTC'))",
                day: "toString(toDate32('1970-01-01') + hour_number DIV 24)",
                settings: "\nSETTINGS cast_keep_nullable = 1, session_timezone = 'UTC'",
                ..PRESTO
            },
            Self::Datafusion => Dialect {
                extract: "regexp_match",
                first: ")[1]",
                // Its decimals are read without an exponent. A number with one is small or has few digits.
                decimal: "CASE WHEN {} LIKE '%e%' THEN CAST(CAST({} AS DOUBLE) AS DECIMAL(38, 12)) \
                          ELSE CAST(NULLIF(NULLIF({}, ''), 'NULL') AS DECIMAL(38, 12)) END",
                event_ms: "CAST(to_timestamp_millis(event_time) AS BIGINT)",
                day: "CAST(CAST(CAST(hour_number / 24 AS INT) AS DATE) AS VARCHAR)",
                ..PRESTO
            },
        }
    }
}

impl Table {
    /// Every table, in the order in which they are listed.
    pub const ALL: [Self; 3] = [Self::Cur, Self::Focus, Self::LambdaLog];

    /// As on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cur => "cur",
            Self::Focus => "focus",
            Self::LambdaLog => "lambda-log",
        }
    }

    /// The table of a query that names none.
    fn usual(self) -> &'static str {
        match self {
            Self::Cur => "cur",
            Self::Focus => "focus",
            Self::LambdaLog => "logs",
        }
    }

    fn template(self) -> &'static str {
        match self {
            Self::Cur => include_str!("cur.sql"),
            Self::Focus => include_str!("focus.sql"),
            Self::LambdaLog => include_str!("lambda-log.sql"),
        }
    }

    /// The condition for a time, which `comparison` compares with.
    fn bound(self, comparison: &str, time: Option<Time>) -> String {
        let Some(time) = time else {
            return String::new();
        };
        match self {
            Self::LambdaLog => format!("\n    AND end_ms {comparison} {}", time.0),
            Self::Cur | Self::Focus => {
                let text = time.text();
                // A bill says no time zone.
                let text = text.trim_end_matches('Z');
                format!("\n  AND start_time {comparison} '{text}'")
            }
        }
    }
}

/// The hour in which a time lies that is `before` milliseconds before a stated one, or else that of the first
/// or last event.
fn hour(time: Option<Time>, before: i64, aggregate: &str, div: &str) -> String {
    match time {
        Some(time) => format!("MAX({})", Time(time.0 - before).hour()),
        None => format!("{aggregate}(at_ms) {div} 3600000"),
    }
}

/// The SQL of a query.
pub fn query(query: Query<'_>) -> String {
    let dialect = query.engine.dialect();
    let table = query.table;
    let first_hour = hour(query.from, 0, "MIN", dialect.div);
    let last_hour = hour(query.to, 1, "MAX", dialect.div);
    let bounds = table.bound(">=", query.from) + &table.bound("<", query.to);
    // The name of the table comes last: it can have any text.
    let parts = [
        ("{extract}", dialect.extract),
        ("{first}", dialect.first),
        ("{div}", dialect.div),
        ("{q}", dialect.quote),
        ("{text}", dialect.text),
        ("{event_ms}", dialect.event_ms),
        ("{day}", dialect.day),
        ("{settings}", dialect.settings),
        ("{bounds}", &bounds),
        ("{first_hour}", &first_hour),
        ("{last_hour}", &last_hour),
        ("{table}", query.name.unwrap_or(table.usual())),
    ];
    let mut sql = table.template().replace("{hours}", BILL_HOURS.trim_end());
    sql = sql.replace("{meter}", METER);
    for column in NUMBERS {
        let decimal = dialect.decimal.replace("{}", column);
        sql = sql.replace(&format!("{{decimal {column}}}"), &decimal);
    }
    for (place, text) in parts {
        sql = sql.replace(place, text);
    }
    sql
}
