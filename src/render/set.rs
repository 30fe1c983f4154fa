//! `--set`: each figure without and with the changed inputs.

use super::table::{self, TableOptions};
use super::{View, phrases};
use crate::color::{Paint, wrapped};
use crate::escape::{code, sentence};
use crate::money::{Usd, count, money, plural};
use crate::platform;
use crate::scenario::Function;
use crate::text::{Lines, comma_separated, escaped_name};
use comfy_table::{Cell, CellAlignment};
use std::io::{self, Write};

/// The answers without and with `--set`.
pub(crate) type Pair<'v> = [&'v View<'v>; 2];

/// Functions that are shown unless all are wanted.
const ROWS: usize = 20;

/// The columns of totals.
const TITLES: [&str; 4] = [
    "US dollars a month",
    "without --set",
    "with --set",
    "change",
];

/// What a total without some functions is marked with.
const PARTIAL: &str = " *";

/// Writes both answers for each region, one below the other.
///
/// # Errors
/// The output cannot be written.
pub(crate) fn write_table(
    pairs: &[Pair<'_>],
    options: TableOptions,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    let (paint, width) = (Paint::new(options.color), options.width);
    let out = &mut Lines::new(out);
    for (number, pair) in pairs.iter().enumerate() {
        if number > 0 {
            writeln!(out)?;
        }
        let [before, after] = *pair;
        let changed = changed(after);
        let title = wrapped(&title(after, &changed), "", width);
        let is_selection = is_selection(after);
        writeln!(out, "{}", paint.bold(&title))?;
        let shown = if options.all { usize::MAX } else { ROWS };
        for index in changed.iter().take(shown) {
            let line = changes_of(&after.comparison().scenario().functions[*index]);
            writeln!(out, "{}", wrapped(&line, "  ", width))?;
        }
        let rest = changed.len().saturating_sub(shown);
        if rest > 0 {
            let more = plural(rest as u128, "more function");
            writeln!(out, "  … and {more}: --all shows them")?;
        }
        writeln!(out)?;
        let remarks = one_sided(pair);
        for line in headlines(pair).iter().chain(&remarks) {
            writeln!(out, "{}", wrapped(line, "", width))?;
        }
        writeln!(out)?;
        let notes = after.decision.notes();
        phrases::warnings(notes, paint, width, out)?;
        let heading = table::heading(after.comparison());
        writeln!(out, "{}", paint.bold(&wrapped(&heading, "", width)))?;
        let rows = if options.all || is_selection {
            before.selected.clone()
        } else {
            changed.iter().take(shown).copied().collect()
        };
        writeln!(out, "{}", table::costs_of_both(*pair, &rows, options))?;
        let others = before.selected.len() - rows.len();
        if others > 0 {
            let more = plural(others as u128, "more function");
            writeln!(out, "  … and {more}: --all shows them")?;
        }
        writeln!(out)?;
        let totals = totals(pair);
        let mut table = table::empty(width);
        table.set_header(TITLES);
        for row in &totals {
            let right = |text: &String| Cell::new(text).set_alignment(CellAlignment::Right);
            let cells = row[1..].iter().map(right);
            table.add_row([Cell::new(&row[0])].into_iter().chain(cells));
        }
        writeln!(out, "{}", table::written(&table, paint))?;
        if let Some(remark) = partial(&totals) {
            writeln!(out, "{remark}")?;
        }
        writeln!(out)?;
        table::notes(notes, options, out)?;
    }
    Ok(())
}

/// Writes both answers for each region.
///
/// # Errors
/// The output cannot be written.
pub(crate) fn write_markdown(pairs: &[Pair<'_>], out: &mut (dyn Write + Send)) -> io::Result<()> {
    for (number, pair) in pairs.iter().enumerate() {
        if number > 0 {
            writeln!(out)?;
        }
        let [before, after] = *pair;
        let changed = changed(after);
        let heading = table::heading(after.comparison());
        writeln!(out, "### {}\n", sentence(&heading))?;
        writeln!(out, "{}\n", sentence(&title(after, &changed)))?;
        let functions = &after.comparison().scenario().functions;
        for index in &changed {
            writeln!(out, "- {}", sentence(&changes_of(&functions[*index])))?;
        }
        for line in headlines(pair).iter().chain(&one_sided(pair)) {
            writeln!(out, "\n{}", sentence(line))?;
        }
        let mut ids = platform::ids();
        ids.retain(|id| pair.iter().any(|view| view.platform(id).is_some()));
        let titles: Vec<&str> = ids.iter().map(|id| platform::title(id)).collect();
        writeln!(out, "\n| function | {} | plan |", titles.join(" | "))?;
        writeln!(out, "|---|{}---|", "---:|".repeat(titles.len()))?;
        let rows = if is_selection(after) {
            &after.selected
        } else {
            &changed
        };
        for index in rows.iter().copied() {
            let [one, other] = [before, after].map(|view| figures(view, &ids, index));
            let cells = one.iter().zip(&other).map(|(one, other)| both(one, other));
            let name = code(&functions[index].name);
            let cells: Vec<String> = cells.collect();
            writeln!(out, "| {name} | {} |", cells.join(" | "))?;
        }
        let totals = totals(pair);
        writeln!(out, "\n| {} |\n|---|---:|---:|---:|", TITLES.join(" | "))?;
        for row in &totals {
            writeln!(
                out,
                "| {} |",
                row.each_ref().map(|cell| sentence(cell)).join(" | ")
            )?;
        }
        if let Some(remark) = partial(&totals) {
            writeln!(out, "\n{}", sentence(remark))?;
        }
    }
    Ok(())
}

/// All functions with changed keys, also those that are not selected: figures of others can change
/// with them.
fn changed(view: &View<'_>) -> Vec<usize> {
    let functions = view.comparison().scenario().functions.iter().enumerate();
    let changed = functions.filter(|(_, function)| function.set.is_some());
    changed.map(|(index, _)| index).collect()
}

/// True if functions are named that the table is about.
fn is_selection(view: &View<'_>) -> bool {
    view.selected.len() < view.comparison().scenario().functions.len()
}

fn title(view: &View<'_>, changed: &[usize]) -> String {
    let functions = view.comparison().scenario().functions.len();
    format!(
        "--set changes {} of {}",
        count(changed.len() as u128),
        plural(functions as u128, "function")
    )
}

/// A sentence about the platforms that only one of the answers has.
fn one_sided(pair: &Pair<'_>) -> Option<String> {
    let ids = platform::ids().into_iter();
    let ids = ids.filter(|id| {
        let [before, after] = pair.map(|view| view.platform(id).is_some());
        before != after
    });
    let titles: Vec<&str> = ids.map(platform::title).collect();
    let (verb, them) = match titles.len() {
        0 => return None,
        1 => ("is", "it"),
        _ => ("are", "them"),
    };
    Some(format!(
        "{} {verb} not in `platforms`: an answer has costs on {them} only for functions that run there.",
        comma_separated(&titles)
    ))
}

/// `api: memory_mb 512 -> 1,024`.
fn changes_of(function: &Function) -> String {
    let keys = function.set.as_deref().unwrap_or_default().iter();
    let value = |value: &Option<_>| match value {
        Some(value) => format!("{value}"),
        None => "not stated".to_owned(),
    };
    let keys: Vec<String> = keys
        .map(|key: &crate::scenario::ChangedKey| {
            let [before, after] = [&key.before, &key.after].map(value);
            format!("{} {before} -> {after}", key.field.path())
        })
        .collect();
    format!("{}: {}", escaped_name(&function.name), keys.join(", "))
}

fn headlines([before, after]: &Pair<'_>) -> [String; 2] {
    let of = |view: &View<'_>| phrases::headline(view.comparison(), &view.decision.plan);
    [
        format!("Without --set: {}", of(before)),
        format!("With --set: {}", of(after)),
    ]
}

/// What a function costs on each platform, and its platform in the plan.
fn figures(view: &View<'_>, ids: &[&str], index: usize) -> Vec<String> {
    let (decision, platforms) = (view.decision, view.comparison().platforms());
    let solved = decision.solved(index);
    let costs = &solved.summary.costs;
    let cost = |id: &&str| match view.platform(id).map(|number| &costs[number]) {
        Some(Ok(cost)) => money(&cost.billed),
        Some(Err(_)) | None => "-".to_owned(),
    };
    let costs = ids.iter().map(cost);
    let place = decision.place(&solved);
    let plan = place.map_or("-", |place| platforms[place].title);
    costs.chain([plan.to_owned()]).collect()
}

fn both(before: &str, after: &str) -> String {
    if before == after {
        after.to_owned()
    } else {
        format!("{before} → {after}")
    }
}

/// The rows of totals: the label, both amounts, and the change.
fn totals([before, after]: &Pair<'_>) -> Vec<[String; 4]> {
    let of = |view: &View<'_>| {
        let plan = Some(&view.decision.plan);
        phrases::totals(view.comparison(), view.decision.totals(), plan)
    };
    let (before, after) = (of(before), of(after));
    let nothing = || "-".to_owned();
    let amount = |row: &phrases::TotalRow| {
        let mark = if row.left_out > 0 { PARTIAL } else { "" };
        format!("{}{mark}", row.amount())
    };
    let labels = merged(&before, &after).into_iter();
    let rows = labels.map(|label| {
        let [former, now] =
            [&before, &after].map(|rows| rows.iter().find(|row| row.label == label));
        let both = former.zip(now);
        let change = both.filter(|(former, now)| former.left_out == now.left_out);
        let change = change.map(|(former, now)| signed(&(&now.monthly - &former.monthly)));
        let texts = [former.map(amount), now.map(amount), change];
        let [former, now, change] = texts.map(|text| text.unwrap_or_else(nothing));
        [label.to_owned(), former, now, change]
    });
    rows.collect()
}

/// The labels of two lists of totals. One that only the first has follows the label before it.
fn merged<'r>(before: &'r [phrases::TotalRow], after: &'r [phrases::TotalRow]) -> Vec<&'r str> {
    let mut labels: Vec<&str> = after.iter().map(|row| &*row.label).collect();
    let mut next = 0;
    for row in before {
        match labels.iter().position(|label| *label == row.label) {
            Some(place) => next = place + 1,
            None => {
                labels.insert(next, &row.label);
                next += 1;
            }
        }
    }
    // Platforms stand in the order of the columns.
    let platforms = platform::ids().into_iter();
    let platforms: Vec<String> = platforms
        .map(|id| phrases::all_on(platform::title(id)))
        .collect();
    let place = |label: &&str| platforms.iter().position(|platform| platform == label);
    labels.sort_by_key(|label| place(label).unwrap_or(usize::MAX));
    labels
}

fn signed(change: &Usd) -> String {
    let text = money(change);
    if change.dollars().is_positive() {
        format!("+{text}")
    } else {
        text
    }
}

fn partial(totals: &[[String; 4]]) -> Option<&'static str> {
    let mut cells = totals.iter().flatten();
    let is_partial = cells.any(|cell| cell.ends_with(PARTIAL));
    is_partial.then_some("* without functions that cannot run there")
}
