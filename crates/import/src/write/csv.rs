//! The scenario as a functions file.

use super::written;
use crate::resolve::{Function, Import, Key};
use std::collections::BTreeSet;

/// The complete functions as CSV, one a row.
pub fn csv(import: &Import) -> String {
    let functions = || {
        import
            .functions
            .iter()
            .filter(|function| function.is_complete())
    };
    let keys: BTreeSet<Key> = functions()
        .flat_map(|function| written(function).map(|(key, _)| key))
        .collect();
    let has_busiest = functions().any(|function| function.busiest.is_some());
    let mut columns: Vec<&str> = vec!["name", "region"];
    if functions().any(|function| function.account.is_some()) {
        columns.push("account");
    }
    columns.extend(keys.iter().map(|key| key.name()));
    let peak = Key::PeakConcurrency.name();
    if has_busiest && !columns.contains(&peak) {
        columns.push(peak);
    }
    let stated: BTreeSet<&str> = functions()
        .flat_map(|function| function.stated.iter().map(|stated| &*stated.key))
        .collect();
    columns.extend(
        stated
            .iter()
            .filter(|key| !keys.iter().any(|own| own.name() == **key)),
    );
    let mut out = ::csv::Writer::from_writer(Vec::new());
    let written = "a buffer takes all rows";
    out.write_record(&columns).expect(written);
    for function in functions() {
        let row = columns.iter().map(|column| cell(function, column));
        out.write_record(row).expect(written);
    }
    let bytes = out.into_inner().expect(written);
    String::from_utf8(bytes).expect("the cells are UTF-8")
}

fn cell<'f>(function: &'f Function, column: &str) -> &'f str {
    let own = match column {
        "name" => Some(&*function.name),
        "region" => function.region.as_deref(),
        "account" => function.account.as_deref(),
        _ => None,
    };
    let figure = || {
        let mut figures = written(function);
        let found = figures.find(|(key, _)| key.name() == column);
        found.map(|(_, figure)| figure.value.plain())
    };
    let stated = || {
        let found = function.stated.iter().find(|stated| stated.key == column);
        found.map(|stated| &*stated.value)
    };
    let busiest = || {
        let is_peak = column == Key::PeakConcurrency.name();
        function.busiest.as_deref().filter(|_| is_peak)
    };
    own.or_else(figure)
        .or_else(stated)
        .or_else(busiest)
        .unwrap_or_default()
}
