//! `lambdacost check`.

use super::args::{self, CheckFormat, CommentMode};
use super::clock;
use super::exit::{Failure, Outcome};
use super::input::{self, Opened};
use super::load::Loaded;
use super::output::{self, Look};
use super::progress::Progress;
use super::system::System;
use crate::answer::{Comparison, Decision, PlanOptions};
use crate::check::formats::{self, markdown::Comment};
use crate::check::{self, Baseline, CheckContext, Levels, RULES, Report, UnreadBaseline, shapes};
use crate::color::Paint;
use crate::diag::{Code, Diag, Diags};
use crate::pricebook::Book;
use crate::render::Step;
use crate::scenario::{Level, rule_settings};
use anstream::ColorChoice;
use jiff::civil::Date;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Checks scenarios. The report is written before a broken rule becomes the error.
///
/// # Errors
/// An input or output error, or a broken rule.
pub(crate) fn run(system: &System, args: &args::Check, color: ColorChoice) -> Outcome {
    if let Some(code) = &args.explain {
        return explain(system, code, &args.output);
    }
    let format = args.output.format(args.format).map_err(Diags::from)?;
    let places = baseline_places(args).map_err(Diags::from)?;
    let progress = Progress::new(system, &args.output);
    let book = input::book(system, args.prices.as_deref())?;
    let source = Source {
        system,
        args,
        book: &book,
        progress: &progress,
        price_age: match args.max_price_age {
            Some(days) => Some((days, clock::today().map_err(Diags::from)?)),
            None => None,
        },
    };
    let read = of_each(&args.scenario, |path| source.scenario(path))?;
    let mut levels = Vec::new();
    for loaded in &read {
        levels.push(Levels::new(&loaded.scenario.rules, overrides(args))?);
    }
    let mut baselines = Vec::new();
    for (place, levels) in places.into_iter().zip(&levels) {
        baselines.push(source.baseline(place, levels)?);
    }
    let functions = read.iter().map(|one| one.scenario.functions.len() as u64);
    progress.pricing(functions.sum());
    let comparisons: Vec<Comparison<'_>> = of_each(&read, Loaded::comparison)?;
    let decisions: Vec<Decision<'_>> =
        of_each(&comparisons, |one| one.decide(&PlanOptions::default()))?;
    let counted = |functions| progress.step(Step::Priced(functions));
    let cases = decisions.iter().zip(&levels).zip(&baselines);
    let reports: Vec<Report<'_>> = cases
        .map(|((decision, levels), baseline)| {
            check::run(&CheckContext {
                comparison: decision.comparison,
                decision,
                baseline: baseline.read(),
                unread: baseline.unread(),
                levels,
                progress: &counted,
                price_age: source.price_age,
            })
        })
        .collect();
    progress.step(Step::LayingOut);
    let look = Look::of_answer(system, &args.output, color);
    output::write(system, &args.output, &progress, |out| {
        write(&reports, format, args.comment, look, out)
    })?;
    progress.finish();
    if reports.iter().any(Report::is_denied) {
        return Err(Failure::Broken.into());
    }
    Ok(())
}

/// What `make` makes of each item.
///
/// # Errors
/// The mistakes of all items.
fn of_each<'i, T, R>(
    items: &'i [T],
    make: impl Fn(&'i T) -> Result<R, Diags>,
) -> Result<Vec<R>, Diags> {
    let mut diags = Diags::new();
    let made = items.iter().filter_map(|item| diags.take(make(item)));
    let made = made.collect();
    diags.into_result(made)
}

fn write(
    reports: &[Report<'_>],
    format: CheckFormat,
    comment: CommentMode,
    look: Look,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    let comment = match comment {
        CommentMode::Always => Comment::Always,
        CommentMode::OnChange => Comment::OnChange,
    };
    match format {
        CheckFormat::Text => formats::text::write(reports, look.width, Paint::new(look.color), out),
        CheckFormat::Json => formats::json_v1::write(reports, out),
        CheckFormat::Github => formats::github::write(reports, out),
        CheckFormat::Junit => formats::junit::write(reports, out),
        CheckFormat::Sarif => formats::sarif::write(reports, out),
        CheckFormat::Markdown => formats::markdown::write(reports, comment, out),
    }
}

fn overrides(args: &args::Check) -> Vec<(String, Level)> {
    let flags = [
        (&args.allow, Level::Allow),
        (&args.notice, Level::Notice),
        (&args.warn, Level::Warn),
        (&args.deny, Level::Deny),
    ];
    let of_flag = |(codes, level): (&Vec<String>, Level)| {
        let codes = codes.clone().into_iter();
        codes.map(move |code| (code, level)).collect::<Vec<_>>()
    };
    flags.into_iter().flat_map(of_flag).collect()
}

/// Where the baseline of a scenario is.
enum BaselinePlace {
    NotGiven,
    File(PathBuf),
    /// A file in a folder of baselines, which need not be there.
    InFolder {
        folder: PathBuf,
        file: PathBuf,
    },
}

/// The place of each scenario's baseline.
fn baseline_places(args: &args::Check) -> Result<Vec<BaselinePlace>, Diag> {
    match args.baseline.as_slice() {
        [] => {
            let none = args.scenario.iter().map(|_| BaselinePlace::NotGiven);
            Ok(none.collect())
        }
        [folder] if folder.is_dir() => {
            let places = args
                .scenario
                .iter()
                .map(|scenario| in_folder(folder, scenario));
            places.collect()
        }
        files if files.len() == args.scenario.len() => {
            let files = files.iter().cloned().map(BaselinePlace::File);
            Ok(files.collect())
        }
        files => {
            let message = format!(
                "the number of scenarios ({}) and of baselines ({}) differ",
                args.scenario.len(),
                files.len()
            );
            let help = "give a baseline for each scenario in the same order, or one folder that \
                        has them all";
            Err(Diag::new(Code::Conflict, message).help(help))
        }
    }
}

fn in_folder(folder: &Path, scenario: &Path) -> Result<BaselinePlace, Diag> {
    if scenario.as_os_str() == "-" || !scenario.is_relative() {
        let message = format!(
            "`{}` cannot be looked up in a folder of baselines",
            scenario.to_string_lossy()
        );
        let help = "name the scenario by a relative path, or its baseline as a file";
        return Err(Diag::new(Code::Conflict, message).help(help));
    }
    Ok(BaselinePlace::InFolder {
        folder: folder.to_owned(),
        file: folder.join(scenario),
    })
}

/// The baseline of a scenario, or why there is none.
enum BaselineOutcome {
    None,
    Read(Box<Baseline>),
    Unread(UnreadBaseline),
}

impl BaselineOutcome {
    fn read(&self) -> Option<&Baseline> {
        match self {
            Self::Read(baseline) => Some(baseline),
            Self::None | Self::Unread(_) => None,
        }
    }

    fn unread(&self) -> Option<&UnreadBaseline> {
        match self {
            Self::Unread(unread) => Some(unread),
            Self::None | Self::Read(_) => None,
        }
    }
}

/// What is needed to read scenarios and baselines.
struct Source<'s> {
    system: &'s System,
    args: &'s args::Check,
    book: &'s Book,
    progress: &'s Progress<'s>,
    price_age: Option<(u32, Date)>,
}

impl Source<'_> {
    /// # Errors
    /// Mistakes in the scenario or its prices.
    fn scenario(&self, path: &Path) -> Result<Loaded, Diags> {
        let opened = Opened::scenario_at(self.system, path)?.keeping_stated();
        let region = self.args.region.as_deref();
        Loaded::new(opened, region, self.book, self.progress)
    }

    /// # Errors
    /// It cannot be read, and the check must not go on without it.
    fn baseline(&self, place: BaselinePlace, levels: &Levels) -> Result<BaselineOutcome, Diags> {
        let path = match place {
            BaselinePlace::NotGiven => return Ok(BaselineOutcome::None),
            BaselinePlace::File(file) => file,
            BaselinePlace::InFolder { folder, file } => {
                if !file.exists() && !self.args.baseline_required {
                    let folder = folder.to_string_lossy();
                    return Ok(BaselineOutcome::Unread(UnreadBaseline::Absent {
                        folder: self.called(&folder),
                    }));
                }
                file
            }
        };
        match self.read(&path, levels) {
            Ok(mut baseline) => {
                baseline.label.clone_from(&self.args.baseline_name);
                Ok(BaselineOutcome::Read(Box::new(baseline)))
            }
            Err(diags) if self.args.baseline_required => Err(diags),
            Err(diags) => {
                let name = self.called(&path.to_string_lossy());
                Ok(BaselineOutcome::Unread(UnreadBaseline::broken(
                    name, &diags,
                )))
            }
        }
    }

    fn called(&self, file: &str) -> String {
        let name = self.args.baseline_name.as_deref();
        name.unwrap_or(file).to_owned()
    }

    fn read(&self, path: &Path, levels: &Levels) -> Result<Baseline, Diags> {
        let mut opened = Opened::baseline_at(self.system, path)?;
        let name = opened.name.clone();
        if opened.is_json()? {
            return Baseline::read(&name, &opened.json()?);
        }
        let opened = opened.keeping_stated();
        let region = self.args.region.as_deref();
        let read = Loaded::new(opened, region, self.book, self.progress)?;
        let comparison = read.comparison()?;
        let decision = comparison.decide(&PlanOptions::default())?;
        let case = CheckContext {
            comparison: &comparison,
            decision: &decision,
            baseline: None,
            unread: None,
            levels,
            progress: &|_| (),
            price_age: self.price_age,
        };
        Ok(Baseline::of(&name, &case))
    }
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
