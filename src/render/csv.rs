//! `--format csv`: RFC 4180, one row per function and platform, no currency sign.

use super::names::{band_name, input_name, kind_name};
use crate::answer::{Closest, Comparison, Decision, Solved, Summary};
use crate::escape::{csv_quoted, formula_guarded};
use crate::exact::Exact;
use crate::platform::{Cost, Fleet, Infeasible};
use crate::scenario::tags::PREFIX;
use rayon::prelude::*;
use std::io::{self, Write};
use std::ops::Range;

pub const COLUMNS: [&str; 27] = [
    "function",
    "region",
    "architecture",
    "platform",
    "invocations_per_month",
    "duration_ms",
    "memory_mb",
    "average_concurrency",
    "peak_concurrency",
    "utilization",
    "monthly_usd",
    "usd_per_million_invocations",
    "fleet",
    "crossover_utilization",
    "crossover_invocations_per_month",
    "crossover_band",
    "best_alone",
    "gap_usd",
    "price_as_of",
    "runs_on",
    "service",
    "adds_usd",
    "plan_platform",
    "plan_saving_usd",
    "move_alone_usd",
    "close",
    "hangs_on",
];

/// The columns of the moves of plans.
pub const MOVE_COLUMNS: [&str; 6] = [
    "function",
    "region",
    "from",
    "to",
    "saving_usd",
    "move_alone_usd",
];

/// Significant digits of a quotient.
const QUOTIENT_DIGITS: u32 = 12;
/// Maximum decimal places of money.
pub(super) const MONEY_PLACES: u32 = 12;

/// Functions in one piece of work.
const CHUNK: usize = 96;
/// Bytes that are enough for the rows of most functions.
const ROOM: usize = 1200;
/// Pieces of work per batch, computed while the batch before is written. Few enough to stay in the
/// cache.
const AHEAD: usize = 64;

/// Writes comparisons below one header.
///
/// # Errors
/// The output cannot be written.
pub fn write(views: &[super::View<'_>], out: &mut (dyn Write + Send)) -> io::Result<()> {
    header(views, &COLUMNS, out)?;
    let (mut ready, mut spare) = (Vec::new(), Vec::new());
    for view in views {
        let mut written = Ok(());
        let batches = view.selected.chunks(CHUNK * AHEAD).map(Some);
        for batch in batches.chain([None]) {
            // While one batch is written, the next is computed.
            let work_out = || rows_of(view, batch.unwrap_or_default(), &mut spare);
            let write_out = || {
                ready
                    .iter()
                    .try_for_each(|rows: &String| out.write_all(rows.as_bytes()))
            };
            let ((), outcome) = rayon::join(work_out, write_out);
            written = written.and(outcome);
            if written.is_err() {
                break;
            }
            std::mem::swap(&mut ready, &mut spare);
            (view.progress)(super::Step::Priced(batch.map_or(0, <[usize]>::len) as u64));
        }
        written?;
    }
    Ok(())
}

/// Writes the moves of plans below one header, one row per move, the largest saving first.
///
/// # Errors
/// The output cannot be written.
pub(crate) fn write_moves(
    views: &[super::View<'_>],
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    header(views, &MOVE_COLUMNS, out)?;
    let mut text = String::new();
    for view in views {
        let scenario = view.comparison().scenario();
        let platforms = view.comparison().platforms();
        for one in view.shown_moves() {
            let function = &scenario.functions[one.index];
            text.clear();
            cell(&mut text, &formula_guarded(function.unit_name()));
            cell(&mut text, scenario.region_of(function));
            cell(&mut text, platforms[one.from].id);
            cell(&mut text, platforms[one.to].id);
            dollars(&mut text, one.saving.dollars());
            maybe_dollars(&mut text, one.alone.as_ref().map(|usd| usd.dollars()));
            text.pop();
            tags(view.comparison(), &one.functions, &mut text);
            writeln!(out, "{text}")?;
        }
    }
    Ok(())
}

/// Writes the header, with the columns of tags at its end. All views have the same functions.
fn header(
    views: &[super::View<'_>],
    columns: &[&str],
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    let mut text = columns.join(",");
    let names = views.first().map(|view| &view.comparison().scenario().tags);
    for name in names.into_iter().flatten() {
        text.push(',');
        text.push_str(&csv_quoted(&format!("{PREFIX}{name}")));
    }
    writeln!(out, "{text}")
}

/// Appends the value of every tag of the scenario, each with a comma before it. The cell is empty
/// unless all of the functions have the same value.
fn tags(comparison: &Comparison<'_>, functions: &[usize], text: &mut String) {
    let scenario = comparison.scenario();
    for name in &scenario.tags {
        let mut values = functions
            .iter()
            .map(|index| scenario.functions[*index].tag(name));
        let first = values.next().flatten();
        let value = first.filter(|_| values.all(|value| value == first));
        text.push(',');
        text.push_str(&csv_quoted(&formula_guarded(value.unwrap_or_default())));
    }
}

/// Fills one text per piece of work. The texts are reused, because new memory is slow.
fn rows_of(view: &super::View<'_>, indices: &[usize], texts: &mut Vec<String>) {
    texts.resize_with(indices.len().div_ceil(CHUNK), String::new);
    let chunks = indices.par_chunks(CHUNK).zip(texts);
    chunks.for_each(|(chunk, text)| rows(view, chunk, text));
}

fn rows(view: &super::View<'_>, indices: &[usize], text: &mut String) {
    text.clear();
    text.reserve(indices.len() * ROOM);
    for index in indices {
        function(view.decision, *index, text);
    }
}

/// Appends the rows of a function. The cells that they share are computed for the first row and
/// copied into the others.
fn function(decision: &Decision<'_>, index: usize, text: &mut String) {
    let comparison = decision.comparison;
    let solved = decision.solved(index);
    let summary = &solved.summary;
    let calls = comparison.scenario().functions[index].invocations;
    let mut shared: Option<[Range<usize>; 4]> = None;
    for (number, cost) in summary.costs.iter().enumerate() {
        let known = |part: usize| shared.as_ref().map(|ranges| ranges[part].clone());
        let name = part(text, known(0), |text| named(comparison, index, text));
        text.push_str(comparison.platforms()[number].id);
        let load = part(text, known(1), |text| {
            loaded(comparison, index, summary, text)
        });
        let billed = money(cost, calls, solved.fleet(number), text);
        crossover(summary, number, text);
        let gap = part(text, known(2), |text| judged(comparison, summary, text));
        text.push_str(solved.price_as_of(number).unwrap_or_default());
        text.push(',');
        let function = &comparison.scenario().functions[index];
        text.push_str(function.home());
        text.push(',');
        if let Some(service) = function.service_name() {
            text.push_str(&csv_quoted(&formula_guarded(service)));
        }
        text.push(',');
        match cost {
            // The same number as the bill, for most functions.
            Ok(cost) if cost.adds == cost.billed => text.extend_from_within(billed),
            cost => maybe_dollars(text, cost.as_ref().ok().map(|cost| cost.adds.dollars())),
        }
        let plan = part(text, known(3), |text| {
            planned(decision, &solved, text);
            tags(comparison, &[index], text);
        });
        text.push('\n');
        shared.get_or_insert([name, load, gap, plan]);
    }
}

/// Appends what the plan says about a function, without a comma after it.
fn planned(decision: &Decision<'_>, solved: &Solved<'_>, text: &mut String) {
    let place = decision.place(solved);
    let one = decision.move_of(solved.index);
    let id = |place: usize| decision.comparison.platforms()[place].id;
    cell(text, place.map_or("", id));
    let stays = place.map(|_| &Exact::ZERO);
    maybe_dollars(text, one.map(|one| one.saving.dollars()).or(stays));
    maybe_dollars(
        text,
        one.and_then(|one| Some(one.alone.as_ref()?.dollars())),
    );
    if !decision.is_kept() {
        text.push(',');
        return;
    }
    let sensitivity = decision.hangs_on(solved);
    if sensitivity.pair.is_some() {
        text.push_str(if sensitivity.is_close {
            "true"
        } else {
            "false"
        });
    }
    text.push(',');
    let input = |closest: &Closest| input_name(decision.comparison, closest.input);
    text.push_str(&sensitivity.closest.as_ref().map(input).unwrap_or_default());
}

/// Copies a known part of the text, or writes it. Returns its range.
fn part(
    text: &mut String,
    known: Option<Range<usize>>,
    write: impl FnOnce(&mut String),
) -> Range<usize> {
    let start = text.len();
    match known {
        Some(range) => text.extend_from_within(range),
        None => write(text),
    }
    start..text.len()
}

fn named(comparison: &Comparison<'_>, index: usize, text: &mut String) {
    let scenario = comparison.scenario();
    let function = &scenario.functions[index];
    cell(text, &formula_guarded(&function.name));
    cell(text, scenario.region_of(function));
    cell(text, function.architecture.name());
}

fn loaded(comparison: &Comparison<'_>, index: usize, summary: &Summary, text: &mut String) {
    let function = &comparison.scenario().functions[index];
    text.push(',');
    whole(text, function.invocations);
    number(text, &Exact::from(function.duration_ms));
    whole(text, function.memory_mb);
    quotient(text, Some(&summary.workload.average_concurrency));
    quotient(text, Some(&summary.workload.peak_concurrency));
    quotient(text, summary.workload.utilization.as_ref());
}

fn judged(comparison: &Comparison<'_>, summary: &Summary, text: &mut String) {
    let best = summary.best_alone;
    cell(
        text,
        best.map_or("", |number| comparison.platforms()[number].id),
    );
    maybe_dollars(text, summary.gap.as_ref().map(|gap| gap.dollars()));
}

/// Appends what a function costs. Returns the range of its bill, with a comma.
fn money(
    cost: &Result<Cost, Infeasible>,
    calls: u64,
    fleet: Option<&dyn Fleet>,
    text: &mut String,
) -> Range<usize> {
    let start = text.len();
    let Ok(cost) = cost else {
        text.push_str(",,,");
        return start..start;
    };
    dollars(text, cost.billed.dollars());
    let billed = start..text.len();
    let per_million = cost.billed.per_million(calls);
    maybe_dollars(text, per_million.as_ref().map(|usd| usd.dollars()));
    if let Some(fleet) = fleet {
        fleet.write_short(text);
    }
    text.push(',');
    billed
}

fn crossover(summary: &Summary, platform: usize, text: &mut String) {
    let Some(crossover) = summary.crossover_of(platform) else {
        text.push_str(",,,");
        return;
    };
    let point = crossover.point.as_ref();
    quotient(text, point.map(|point| &point.utilization));
    match point {
        Some(point) => whole(text, point.invocations),
        None => text.push(','),
    }
    let band = point.and_then(|point| point.band);
    cell(
        text,
        band.map_or_else(|| kind_name(crossover.kind), band_name),
    );
}

fn integer(text: &mut String, value: impl itoa::Integer) {
    text.push_str(itoa::Buffer::new().format(value));
}

pub(super) fn whole(text: &mut String, value: impl itoa::Integer) {
    integer(text, value);
    text.push(',');
}

fn number(text: &mut String, value: &Exact) {
    value.write_digits(text);
    text.push(',');
}

/// Appends a quotient and a comma.
fn quotient(text: &mut String, value: Option<&Exact>) {
    if let Some(value) = value {
        value.write_significant(QUOTIENT_DIGITS, text);
    }
    text.push(',');
}

/// Appends US dollars and a comma.
pub(super) fn dollars(text: &mut String, amount: &Exact) {
    amount.write_places(MONEY_PLACES, text);
    text.push(',');
}

fn maybe_dollars(text: &mut String, amount: Option<&Exact>) {
    match amount {
        Some(amount) => dollars(text, amount),
        None => text.push(','),
    }
}

/// Appends a cell and a comma.
fn cell(text: &mut String, value: &str) {
    text.push_str(&csv_quoted(value));
    text.push(',');
}
