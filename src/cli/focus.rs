//! `lambdacost compare --format focus`: the bills of a month, with each function on one platform.

use super::args;
use super::exit::Outcome;
use super::load::{self, Loaded};
use super::output;
use super::progress::Progress;
use super::system::System;
use crate::answer::{CommitmentUse, Comparison};
use crate::diag::{Code, Diag, Diags};
use crate::platform::{self, Answer};
use crate::render::Step;
use crate::render::focus::{self, Bills, Period, Spelling};
use crate::text::{comma_separated, did_you_mean};
use jiff::ToSpan;
use jiff::civil::Date;
use rayon::prelude::*;

/// The value of `--bill` for the platforms of today.
const TODAY: &str = "today";
const PLAN: &str = "plan";

/// The functions of a scenario that are billed on one platform.
struct Part<'l> {
    /// The scenario.
    whole: &'l Loaded,
    billed: Loaded,
}

impl Part<'_> {
    /// The commitment in US dollars an hour in the bill of the scenario where it runs, or in that of this
    /// part; `None` without one.
    ///
    /// # Errors
    /// A price is missing, or an option is not available.
    fn commitment(&self, is_where_it_runs: bool) -> Result<Option<CommitmentUse>, Diags> {
        let billed = if is_where_it_runs {
            self.whole
        } else {
            &self.billed
        };
        if billed.has_hourly_commitment() {
            Ok(billed.comparison()?.commitment_use())
        } else {
            Ok(None)
        }
    }
}

/// Writes the bills.
///
/// # Errors
/// No period, a function that cannot run on the platform of its bill, or an input or output error.
pub(crate) fn run(system: &System, args: &args::Compare) -> Outcome {
    let mut diags = Diags::new();
    let period = diags.take(period(args.period.as_deref()));
    let bill = args.bill.as_deref().unwrap_or(TODAY);
    let platforms = diags.take(platforms(bill));
    let (Some(period), Some(platforms)) = (period, platforms) else {
        return Err(diags.into());
    };
    let spelling = match args.focus_spelling {
        Some(args::FocusSpelling::Aws) => Spelling::Aws,
        Some(args::FocusSpelling::Focus) | None => Spelling::Focus,
    };
    let progress = Progress::new(system, &args.output);
    let mut read = load::read(system, &args.subject, &progress)?;
    if bill == PLAN {
        for one in &mut read {
            one.follow_plan(&args.moves)?;
        }
    }
    let is_where_it_runs = [TODAY, PLAN].contains(&bill);
    let mut parts: Vec<Part<'_>> = Vec::new();
    for whole in &read {
        for id in &platforms {
            let part = whole.on(id, |home| !is_where_it_runs || home == *id);
            let billed = diags.take(part).flatten();
            parts.extend(billed.map(|billed| Part { whole, billed }));
        }
    }
    let compared = parts
        .iter()
        .filter_map(|part| Some((part, diags.take(part.billed.comparison())?)));
    let comparisons: Vec<(&Part<'_>, Comparison<'_>)> = compared.collect();
    let names = &args.subject.function;
    let functions = comparisons
        .iter()
        .map(|(part, _)| part.billed.scenario.functions.len() as u64);
    progress.pricing(functions.sum());
    let mut bills = Vec::new();
    for (number, (part, comparison)) in comparisons.iter().enumerate() {
        let (answers, refused) = answers(comparison, names, &progress);
        diags.extend(refused);
        let next = comparisons.get(number + 1);
        let is_last = next.is_none_or(|(next, _)| !std::ptr::eq(next.whole, part.whole));
        // What a commitment changes is in the bill of no function.
        let commitment = if is_last && names.is_empty() {
            diags.take(part.commitment(is_where_it_runs)).flatten()
        } else {
            None
        };
        bills.push(Bills {
            comparison,
            answers,
            commitment,
        });
    }
    diags.into_result(())?;
    for one in &read {
        load::selected(&one.scenario, names)?;
    }
    progress.step(Step::LayingOut);
    let outcome = output::write(system, &args.output, &progress, |out| {
        focus::write(&bills, &period, spelling, out)
    });
    progress.finish();
    outcome
}

/// Refuses the flags of this format for other formats, which would ignore them.
///
/// # Errors
/// One of the flags is stated.
pub(crate) fn refuse_flags(args: &args::Compare) -> Result<(), Diags> {
    let mut diags = Diags::new();
    for (flag, is_stated) in [
        ("--period", args.period.is_some()),
        ("--bill", args.bill.is_some()),
        ("--focus-spelling", args.focus_spelling.is_some()),
    ] {
        if is_stated {
            let message = format!("{flag} needs --format focus");
            let help = "add --format focus, or leave it out";
            diags.push(Diag::new(Code::Conflict, message).help(help));
        }
    }
    diags.into_result(())
}

/// Solves the functions of a comparison with one platform. Functions that cannot run there are
/// mistakes, because a bill must not leave them out silently.
fn answers<'c>(
    comparison: &'c Comparison<'c>,
    names: &[String],
    progress: &Progress<'_>,
) -> (Vec<(usize, Answer<'c>)>, Vec<Diag>) {
    let functions = comparison.scenario().functions.par_iter().enumerate();
    let solved: Vec<_> = functions
        .filter(|(_, function)| load::is_selected(&function.name, names))
        .map(|(index, function)| {
            let answer = comparison.answer(index, 0);
            progress.step(Step::Priced(1));
            (index, &function.name, answer)
        })
        .collect();
    let title = comparison.platforms()[0].title;
    let (mut answers, mut refused) = (Vec::with_capacity(solved.len()), Vec::new());
    for (index, name, answer) in solved {
        match answer {
            Ok(answer) => answers.push((index, answer)),
            Err(infeasible) => {
                let message = format!("`{name}` cannot run on {title}: {}", infeasible.reason);
                let help = format!(
                    "{}; or choose another platform with --bill, or state where it runs (runs_on)",
                    infeasible.advice
                );
                refused.push(Diag::new(Code::NotAvailable, message).help(help));
            }
        }
    }
    (answers, refused)
}

/// The platforms for `--bill`.
fn platforms(bill: &str) -> Result<Vec<&'static str>, Diag> {
    let ids = platform::ids();
    let chosen = ids
        .iter()
        .copied()
        .filter(|id| [TODAY, PLAN, *id].contains(&bill));
    let chosen: Vec<&str> = chosen.collect();
    if chosen.is_empty() {
        let words: Vec<&str> = [TODAY, PLAN].into_iter().chain(ids).collect();
        let near = did_you_mean(bill, words.iter().copied());
        let help = near.unwrap_or_else(|| format!("it is one of {}", comma_separated(&words)));
        let message = format!("--bill cannot be `{bill}`");
        return Err(Diag::new(Code::UnknownValue, message).help(help));
    }
    Ok(chosen)
}

/// The month of `YYYY-MM`.
fn period(text: Option<&str>) -> Result<Period, Diag> {
    let Some(text) = text else {
        let message = "a FOCUS row belongs to a billing period, and none is stated";
        let help = "add --period YYYY-MM, the month that the estimate is for";
        return Err(Diag::new(Code::MissingKey, message).help(help));
    };
    let start: Option<Date> = match text.len() {
        7 => format!("{text}-01").parse().ok(),
        _ => None,
    };
    let months = start.and_then(|start| Some((start, start.checked_add(1.month()).ok()?)));
    let Some((start, end)) = months else {
        let message = format!("--period cannot be `{text}`");
        return Err(Diag::new(Code::OutOfRange, message).help("write a month as YYYY-MM"));
    };
    Ok(Period {
        start: format!("{start}T00:00:00Z"),
        end: format!("{end}T00:00:00Z"),
    })
}
