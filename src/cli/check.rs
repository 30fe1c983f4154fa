//! `lambdacost check`.

use super::args::{self, CheckFormat};
use super::clock;
use super::exit::{Failure, Outcome};
use super::input::{self, Opened};
use super::load::Loaded;
use super::output::{self, Look};
use super::progress::Progress;
use super::system::System;
use crate::answer::PlanOptions;
use crate::check::{self, Baseline, CheckContext, Levels, RULES, Report, formats, shapes};
use crate::color::Paint;
use crate::diag::Diags;
use crate::pricebook::Book;
use crate::render::Step;
use crate::scenario::{Level, rule_settings};
use anstream::ColorChoice;
use std::io::{self, Write};
use std::path::Path;

/// Checks a scenario. The report is written before a broken rule becomes the error.
///
/// # Errors
/// An input or output error, or a broken rule.
pub(crate) fn run(system: &System, args: &args::Check, color: ColorChoice) -> Outcome {
    if let Some(code) = &args.explain {
        return explain(system, code, &args.output);
    }
    let Some(scenario) = &args.scenario else {
        return Ok(());
    };
    let format = args.output.format(args.format).map_err(Diags::from)?;
    let progress = Progress::new(system, &args.output);
    let book = input::book(system, args.prices.as_deref())?;
    let opened = Opened::scenario_at(system, scenario)?;
    let read = Loaded::new(opened, args.region.as_deref(), &book, &progress)?;
    let baseline = match &args.baseline {
        Some(path) => Some(baseline(system, path, args, &book, &progress)?),
        None => None,
    };
    progress.pricing(read.scenario.functions.len() as u64);
    let comparison = read.comparison()?;
    let decision = comparison.decide(&PlanOptions::default())?;
    let levels = Levels::new(&read.scenario.rules, overrides(args))?;
    let case = CheckContext {
        comparison: &comparison,
        decision: &decision,
        baseline: baseline.as_ref(),
        levels: &levels,
        progress: &|functions| progress.step(Step::Priced(functions)),
        price_age: match args.max_price_age {
            Some(days) => Some((days, clock::today().map_err(Diags::from)?)),
            None => None,
        },
    };
    let report = check::run(&case);
    progress.step(Step::LayingOut);
    let look = Look::of_answer(system, &args.output, color);
    output::write(system, &args.output, &progress, |out| {
        write(&report, format, look, out)
    })?;
    progress.finish();
    if report.is_denied() {
        return Err(Failure::Broken.into());
    }
    Ok(())
}

fn write(
    report: &Report<'_>,
    format: CheckFormat,
    look: Look,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    match format {
        CheckFormat::Text => formats::text::write(report, look.width, Paint::new(look.color), out),
        CheckFormat::Json => formats::json_v1::write(report, out),
        CheckFormat::Github => formats::github::write(report, out),
        CheckFormat::Junit => formats::junit::write(report, out),
        CheckFormat::Sarif => formats::sarif::write(report, out),
        CheckFormat::Markdown => formats::markdown::write(report, out),
    }
}

fn overrides(args: &args::Check) -> Vec<(String, Level)> {
    let flags = [
        (&args.allow, Level::Allow),
        (&args.warn, Level::Warn),
        (&args.deny, Level::Deny),
    ];
    let of_flag = |(codes, level): (&Vec<String>, Level)| {
        let codes = codes.clone().into_iter();
        codes.map(move |code| (code, level)).collect::<Vec<_>>()
    };
    flags.into_iter().flat_map(of_flag).collect()
}

fn baseline(
    system: &System,
    path: &Path,
    args: &args::Check,
    book: &Book,
    progress: &Progress<'_>,
) -> Result<Baseline, Diags> {
    let mut opened = Opened::baseline_at(system, path)?;
    let name = opened.name.clone();
    if opened.is_json()? {
        return Baseline::read(&name, &opened.json()?);
    }
    let read = Loaded::new(opened, args.region.as_deref(), book, progress)?;
    Ok(Baseline::of(&name, &read.comparison()?))
}

fn explain(system: &System, code: &str, output: &args::Output) -> Outcome {
    let is_chosen = |known: &str| code == "all" || known == code;
    let pages: Vec<String> = RULES
        .iter()
        .filter(|rule| is_chosen(rule.code))
        .map(|rule| format!("{}\n\n{}", rule.code, rule.manual))
        .collect();
    if pages.is_empty() {
        return Err(Diags::from(rule_settings::unknown(code, &shapes())).into());
    }
    let progress = Progress::new(system, output);
    output::write(system, output, &progress, |out| {
        out.write_all(pages.join("\n").as_bytes())
    })
}
