//! The summary for machines, `lambdacost/import/v1`. The structs are its contract: their order is that
//! of the members.

use crate::resolve::{Commitment, Figure, Function, Import, Rate};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use std::collections::BTreeMap;

#[derive(Serialize)]
struct Summary<'i> {
    schema: &'static str,
    tool_version: &'i str,
    hours_per_month: String,
    timezone: &'i str,
    sources: Vec<SourceOut<'i>>,
    functions: Vec<FunctionOut<'i>>,
    rates: Vec<RateOut<'i>>,
    /// What the rates amount to, by the path of a meter.
    discounts: &'i BTreeMap<String, String>,
    commitment: Option<CommitmentOut<'i>>,
    curves: Vec<CurveOut<'i>>,
    containers: Vec<ContainerOut<'i>>,
    warnings: &'i [String],
}

#[derive(Serialize)]
struct ContainerOut<'i> {
    name: &'i str,
    source: &'i str,
    vcpu: Option<&'i str>,
    memory_gb: Option<&'i str>,
    count: Option<String>,
    architecture: Option<&'i str>,
}

#[derive(Serialize)]
struct SourceOut<'i> {
    path: &'i str,
    format: &'static str,
    records: u64,
    used: u64,
    complete: bool,
    ignored: Vec<IgnoredOut<'i>>,
}

#[derive(Serialize)]
struct RateOut<'i> {
    meter: &'static str,
    region: Option<&'i str>,
    architecture: &'static str,
    quantity: &'i str,
    cost_usd: &'i str,
    list_cost_usd: &'i str,
}

#[derive(Serialize)]
struct CommitmentOut<'i> {
    plan: Option<&'static str>,
    term: Option<&'static str>,
    payment: Option<&'static str>,
    coverage: &'i str,
}

#[derive(Serialize)]
struct CurveOut<'i> {
    name: &'i str,
    source: &'i str,
    points: Vec<PointOut<'i>>,
}

#[derive(Serialize)]
struct PointOut<'i> {
    memory_mb: u32,
    measured_duration_ms: &'i str,
}

#[derive(Serialize)]
struct IgnoredOut<'i> {
    why: &'i str,
    count: u64,
    first: &'i str,
}

#[derive(Serialize)]
struct FunctionOut<'i> {
    name: &'i str,
    region: Option<&'i str>,
    account: Option<&'i str>,
    complete: bool,
    missing: Vec<MissingOut<'i>>,
    figures: Figures<'i>,
    window: Option<WindowOut<'i>>,
    traffic: Option<TrafficOut>,
    conflicts: Vec<ConflictOut<'i>>,
    remarks: &'i [String],
}

#[derive(Serialize)]
struct MissingOut<'i> {
    key: &'static str,
    supply: &'i str,
}

/// Figures by key, in the order of a scenario.
struct Figures<'i>(Vec<(&'i str, FigureOut<'i>)>);

impl Serialize for Figures<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, figure) in &self.0 {
            map.serialize_entry(key, figure)?;
        }
        map.end()
    }
}

#[derive(Serialize)]
struct FigureOut<'i> {
    value: &'i str,
    source: Option<&'i str>,
    format: Option<&'static str>,
    origin: &'static str,
}

#[derive(Serialize)]
struct WindowOut<'i> {
    source: &'i str,
    calls: &'i str,
    from: String,
    to: String,
    seconds: String,
}

#[derive(Serialize)]
struct TrafficOut {
    kind: &'static str,
    weights: Vec<String>,
}

#[derive(Serialize)]
struct ConflictOut<'i> {
    key: &'static str,
    kept: &'i str,
    kept_source: &'i str,
    other: &'i str,
    other_source: &'i str,
}

/// The summary as JSON, with a line break at the end.
pub fn json(import: &Import, tool_version: &str) -> String {
    let summary = Summary {
        schema: "lambdacost/import/v1",
        tool_version,
        hours_per_month: import.hours_per_month.to_string(),
        timezone: &import.timezone,
        sources: sources(import),
        functions: import
            .functions
            .iter()
            .map(|one| function(one, import))
            .collect(),
        rates: import.terms.rates.iter().map(rate).collect(),
        discounts: &import.terms.discounts,
        commitment: import.terms.commitment.as_ref().map(commitment),
        curves: curves(import),
        containers: containers(import),
        warnings: &import.warnings,
    };
    let mut text = serde_json::to_string_pretty(&summary).expect("text and numbers are JSON");
    text.push('\n');
    text
}

fn rate(rate: &Rate) -> RateOut<'_> {
    RateOut {
        meter: rate.meter,
        region: rate.region.as_deref(),
        architecture: rate.architecture,
        quantity: &rate.quantity,
        cost_usd: &rate.cost_usd,
        list_cost_usd: &rate.list_cost_usd,
    }
}

fn commitment(commitment: &Commitment) -> CommitmentOut<'_> {
    CommitmentOut {
        plan: commitment.plan,
        term: commitment.term,
        payment: commitment.payment,
        coverage: &commitment.coverage,
    }
}

fn curves(import: &Import) -> Vec<CurveOut<'_>> {
    let curves = import.curves.iter().map(|curve| CurveOut {
        name: &curve.name,
        source: &import.sources[curve.source].path,
        points: curve
            .points
            .iter()
            .map(|(memory_mb, duration)| PointOut {
                memory_mb: *memory_mb,
                measured_duration_ms: duration,
            })
            .collect(),
    });
    curves.collect()
}

fn containers(import: &Import) -> Vec<ContainerOut<'_>> {
    let containers = import.containers.iter().map(|one| ContainerOut {
        name: &one.name,
        source: &import.sources[one.source].path,
        vcpu: one.vcpu.as_deref(),
        memory_gb: one.memory_gb.as_deref(),
        count: one.count.map(|count| count.to_string()),
        architecture: one.architecture.as_deref(),
    });
    containers.collect()
}

fn sources(import: &Import) -> Vec<SourceOut<'_>> {
    let sources = import.sources.iter().map(|source| SourceOut {
        path: &source.path,
        format: source.format.name(),
        records: source.records,
        used: source.used,
        // What cannot be read to its end is an error.
        complete: true,
        ignored: source
            .ignored
            .iter()
            .map(|(why, ignored)| IgnoredOut {
                why,
                count: ignored.count,
                first: &ignored.first,
            })
            .collect(),
    });
    sources.collect()
}

fn figures<'i>(function: &'i Function, import: &'i Import) -> Figures<'i> {
    let read = function.figures.iter().map(|(key, figure)| {
        let Figure {
            value,
            source,
            origin,
        } = figure;
        let source = source.map(|number| &import.sources[number]);
        let out = FigureOut {
            value: value.plain(),
            source: source.map(|source| &*source.path),
            format: source.map(|source| source.format.name()),
            origin: origin.name(),
        };
        (key.name(), out)
    });
    let stated = function.stated.iter().map(|stated| {
        let out = FigureOut {
            value: &stated.value,
            source: None,
            format: None,
            origin: "stated",
        };
        (&*stated.key, out)
    });
    Figures(read.chain(stated).collect())
}

fn function<'i>(function: &'i Function, import: &'i Import) -> FunctionOut<'i> {
    let path = |number: usize| &*import.sources[number].path;
    FunctionOut {
        name: &function.name,
        region: function.region.as_deref(),
        account: function.account.as_deref(),
        complete: function.is_complete(),
        missing: function
            .missing
            .iter()
            .map(|missing| MissingOut {
                key: missing.key,
                supply: &missing.supply,
            })
            .collect(),
        figures: figures(function, import),
        window: function.counted.as_ref().map(|counted| WindowOut {
            source: path(counted.source),
            calls: &counted.calls,
            from: counted.window.from.text(),
            to: counted.window.to.text(),
            seconds: (counted.window.milliseconds() / 1000).to_string(),
        }),
        traffic: function.traffic.as_ref().map(|traffic| TrafficOut {
            kind: traffic.kind,
            weights: traffic.weights.iter().map(ToString::to_string).collect(),
        }),
        conflicts: function
            .conflicts
            .iter()
            .map(|conflict| ConflictOut {
                key: conflict.key.name(),
                kept: &conflict.kept,
                kept_source: path(conflict.kept_source),
                other: &conflict.other,
                other_source: path(conflict.other_source),
            })
            .collect(),
        remarks: &function.remarks,
    }
}
