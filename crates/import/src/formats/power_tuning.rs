//! Results of AWS Lambda Power Tuning: the duration of a function by memory size.

use super::json;
use crate::facts::{Context, Curve, Facts};
use crate::format::Format;
use crate::input::Bytes;
use crate::mistake::Mistake;
use crate::number::{Number, of_single};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A result, or a document with the result in `results`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    results: Option<Box<Outcome>>,
    power: Option<Number>,
    duration: Option<Number>,
    state_machine: Option<StateMachine>,
    stats: Option<Vec<Point>>,
}

#[derive(Deserialize)]
struct StateMachine {
    visualization: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Point {
    value: Number,
    average_duration: Number,
}

pub(super) fn read(bytes: Bytes, context: &Context, facts: &mut Facts) -> Result<(), Mistake> {
    let source = facts.start(&context.path, Format::PowerTuning);
    for mut outcome in json::documents::<Outcome>(bytes, context)? {
        if let Some(inner) = outcome.results.take() {
            outcome = *inner;
        }
        let points = points(&outcome);
        if points.is_empty() {
            let message = "it has no result of Power Tuning";
            return Err(context.mistake(message, "save the output of the state machine"));
        }
        let sizes = points.into_iter().filter_map(|(size, duration)| {
            let size = u32::try_from(size.whole()?).ok()?;
            Some((size, duration.0.normalize().to_string()))
        });
        let points: BTreeMap<u32, String> = sizes.collect();
        let who = facts.own(context)?;
        facts.used(source);
        facts.curves.push(Curve {
            who,
            source,
            points,
        });
    }
    Ok(())
}

/// Durations by memory size: of the statistics, else of the picture, else the best alone.
fn points(outcome: &Outcome) -> Vec<(Number, Number)> {
    if let Some(stats) = &outcome.stats {
        let points = stats
            .iter()
            .map(|point| (point.value, point.average_duration));
        return points.collect();
    }
    let machine = outcome.state_machine.as_ref();
    let picture = machine.and_then(|machine| machine.visualization.as_deref());
    let best = || outcome.power.zip(outcome.duration).into_iter().collect();
    picture.and_then(drawn).unwrap_or_else(best)
}

/// What the address of a picture holds: sizes, durations and costs as arrays in base64.
fn drawn(address: &str) -> Option<Vec<(Number, Number)>> {
    let (_, data) = address.split_once('#')?;
    let mut blocks = data.split(';').map(|block| STANDARD.decode(block));
    let sizes = blocks.next()?.ok()?;
    let durations = blocks.next()?.ok()?;
    let sizes = sizes.chunks_exact(2).map(|pair| {
        let size = u16::from_le_bytes([pair[0], pair[1]]);
        Number(size.into())
    });
    let durations = durations
        .chunks_exact(4)
        .map(|four| Number::of_text(&of_single([four[0], four[1], four[2], four[3]])));
    sizes
        .zip(durations)
        .map(|(size, duration)| Some((size, duration?)))
        .collect()
}
