//! The summary for machines, `lambdacost/import/v1`.

use crate::facts::Source;
use crate::resolve::{Figure, Function, Import};
use serde_json::{Map, Value as Json, json};

/// The summary as JSON, with a line break at the end.
pub fn json(import: &Import, tool_version: &str) -> String {
    let sources = import.sources.iter().map(source);
    let functions = import.functions.iter().map(|one| function(one, import));
    let summary = json!({
        "schema": "lambdacost/import/v1",
        "tool_version": tool_version,
        "hours_per_month": import.hours_per_month.to_string(),
        "timezone": import.timezone,
        "sources": sources.collect::<Vec<_>>(),
        "functions": functions.collect::<Vec<_>>(),
        "rates": [],
        "curves": [],
        "containers": [],
        "warnings": import.warnings,
    });
    let mut text = serde_json::to_string_pretty(&summary).expect("text and numbers are JSON");
    text.push('\n');
    text
}

fn source(source: &Source) -> Json {
    let ignored = source.ignored.iter();
    let ignored = ignored.map(
        |(why, ignored)| json!({ "why": why, "count": ignored.count, "first": ignored.first }),
    );
    json!({
        "path": source.path,
        "format": source.format.name(),
        "records": source.records,
        "used": source.used,
        "complete": true,
        "ignored": ignored.collect::<Vec<_>>(),
    })
}

fn function(function: &Function, import: &Import) -> Json {
    let path = |number: usize| import.sources[number].path.clone();
    let figure = |figure: &Figure| {
        let source = figure.source.map(|number| &import.sources[number]);
        json!({
            "value": figure.value.plain(),
            "source": source.map(|source| &source.path),
            "format": source.map(|source| source.format.name()),
            "origin": figure.origin.name(),
        })
    };
    let mut figures = Map::new();
    for (key, own) in &function.figures {
        figures.insert(key.name().to_owned(), figure(own));
    }
    for stated in &function.stated {
        let own = json!({
            "value": stated.value, "source": null, "format": null, "origin": "stated",
        });
        figures.insert(stated.key.clone(), own);
    }
    let missing = function.missing.iter();
    let missing = missing.map(|one| json!({ "key": one.key, "supply": one.supply }));
    let window = function.counted.as_ref().map(|counted| {
        json!({
            "source": path(counted.source),
            "calls": counted.calls,
            "from": counted.window.from.text(),
            "to": counted.window.to.text(),
            "seconds": (counted.window.milliseconds() / 1000).to_string(),
        })
    });
    let traffic = function.traffic.as_ref().map(|traffic| {
        let weights = traffic.weights.iter().map(ToString::to_string);
        json!({ "kind": traffic.kind, "weights": weights.collect::<Vec<_>>() })
    });
    let conflicts = function.conflicts.iter().map(|conflict| {
        json!({
            "key": conflict.key.name(),
            "kept": conflict.kept,
            "kept_source": path(conflict.kept_source),
            "other": conflict.other,
            "other_source": path(conflict.other_source),
        })
    });
    json!({
        "name": function.name,
        "region": function.region,
        "account": function.account,
        "complete": function.is_complete(),
        "missing": missing.collect::<Vec<_>>(),
        "figures": figures,
        "window": window,
        "traffic": traffic,
        "conflicts": conflicts.collect::<Vec<_>>(),
        "remarks": function.remarks,
    })
}
