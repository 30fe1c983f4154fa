//! SQL of `import --query`. That it gives the right rows is tested by scripts/check-queries.sh.

use import::{Engine, Query, Table, Time, query};

fn sql(engine: Engine, table: Table, name: Option<&str>) -> String {
    query(Query {
        engine,
        table,
        name,
        from: Time::of_text("2026-10-05T06:00:00Z"),
        to: Time::of_text("2026-10-06T04:00:00+02:00"),
    })
}

#[test]
fn everything_that_differs_between_engines_is_filled_in() {
    for engine in Engine::ALL {
        for table in Table::ALL {
            let sql = sql(engine, table, None);
            let mut braces = sql.match_indices('{');
            let left =
                braces.find(|(at, _)| sql[at + 1..].starts_with(|c: char| c.is_ascii_lowercase()));
            assert_eq!(left, None, "{engine:?} {table:?}: {sql}");
        }
    }
}

#[test]
fn the_name_of_a_table_stays_as_it_is() {
    let name = "read_json('s3://logs/{text}/*.gz')";
    for table in Table::ALL {
        let sql = sql(Engine::Duckdb, table, Some(name));
        assert!(sql.contains(&format!("FROM {name}\n")), "{sql}");
    }
}

#[test]
fn times_are_in_utc() {
    // 497,544 hours lie between 1970 and the start of 2026-10-05.
    let logs = sql(Engine::Trino, Table::LambdaLog, None);
    for part in [
        "end_ms >= 1791180000000",
        "end_ms < 1791252000000",
        "MAX(497550) AS hour_number",
        "MAX(497569) AS hour_number",
    ] {
        assert!(logs.contains(part), "{part}: {logs}");
    }
    let bill = sql(Engine::Trino, Table::Cur, None);
    for part in [
        "start_time >= '2026-10-05T06:00:00'",
        "start_time < '2026-10-06T02:00:00'",
    ] {
        assert!(bill.contains(part), "{part}: {bill}");
    }
}
