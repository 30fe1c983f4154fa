//! `lambdacost import`.

pub(crate) mod args;

use super::exit::{Failure, Outcome};
use super::output;
use super::system::System;
use crate::diag::{Code, Diag, Diags};
use crate::text::escaped;
use args::{Emit, ImportFormat};
use import::{Engine, Files, Format, Kind, Mistake, Options, ReadSeek, Table, Time};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// A longer scenario is a functions file.
const MOST_IN_TOML: usize = 50;

/// Imports files, and writes a scenario.
///
/// # Errors
/// An input or output error; with --strict also something that is missing.
pub(crate) fn run(system: &System, args: &args::Import) -> Outcome {
    if args.list {
        return output::print(system, list().as_bytes());
    }
    let mut options = options(args)?;
    if !args.query.is_empty() {
        let text = query(args, &options)?;
        return output::print(system, text.as_bytes());
    }
    let scenario = args.into.as_deref().map(|path| existing(system, path));
    let scenario = scenario.transpose()?;
    if let Some((name, text)) = &scenario {
        let hours = import::hours_per_month(name, text);
        let hours = hours.map_err(|mistake| diags(&[mistake]))?;
        options.hours_per_month = hours.unwrap_or(options.hours_per_month);
    }
    let format = match args.output.file() {
        _ if args.emit.is_some() => None,
        Some(_) => Some(args.output.format(args.format).map_err(Diags::from)?),
        None => args.format,
    };
    let imported = import::import(system, &args.inputs.0, &options);
    let imported = imported.map_err(|mistakes| diags(&mistakes))?;
    let written = match (args.emit, &args.into, &scenario) {
        (Some(Emit::Usage), _, _) => usage(system, args, &imported),
        (None, Some(path), Some((name, text))) => update(system, path, name, text, &imported),
        _ => write(system, args, format, &imported),
    };
    for line in import::report(&imported) {
        system.say(&escaped(&line));
    }
    if args.emit.is_some()
        && let Some(line) = import::not_in_usage(&imported)
    {
        system.say(&line);
    }
    written?;
    if let Some(folder) = &args.prices_out {
        for (name, text) in import::price_files(&imported) {
            output::replace(system, &folder.join(name), &text)?;
        }
    }
    let is_complete = imported.functions.iter().all(import::Function::is_complete);
    if args.strict && !is_complete {
        return Err(Failure::Incomplete.into());
    }
    Ok(())
}

/// What the user states in addition to the files.
fn options(args: &args::Import) -> Result<Options, Diags> {
    let mut mistakes = Diags::new();
    let mut time = |flag: &str, text: Option<&str>| {
        let text = text?;
        let time = Time::of_text(text);
        if time.is_none() {
            let message = format!("`{text}` of {flag} is not a time");
            let help = "write it as 2026-10-01T00:00:00Z";
            mistakes.push(Diag::new(Code::WrongType, message).help(help));
        }
        time
    };
    let from = time("--from", args.from.as_deref());
    let to = time("--to", args.to.as_deref());
    let timezone = import::time_zone(&args.timezone);
    if timezone.is_none() {
        let message = format!("there is no time zone `{}`", args.timezone);
        let help = "name one of the IANA database, such as Europe/Berlin";
        mistakes.push(Diag::new(Code::UnknownValue, message).help(help));
    }
    mistakes.into_result(())?;
    Ok(Options {
        timezone: timezone.unwrap_or(Options::default().timezone),
        timezone_name: args.timezone.clone(),
        from,
        to,
        set: args.set.clone(),
        parameters: args.parameter.clone(),
        aliases: args.alias.clone(),
        ..Options::default()
    })
}

/// The query that --query names.
fn query(args: &args::Import, options: &Options) -> Result<String, Diags> {
    let words: Vec<&str> = args.query.iter().map(String::as_str).collect();
    let (engine, table) = match words[..] {
        [args::CLOUDWATCH] => return Ok(import::CLOUDWATCH_QUERIES.to_owned()),
        [args::LOGS_INSIGHTS] => return Ok(import::LOGS_INSIGHTS_QUERY.to_owned()),
        [engine, table] => (engine, table),
        _ => ("", ""),
    };
    let engine = Engine::ALL.into_iter().find(|own| own.name() == engine);
    let table = Table::ALL.into_iter().find(|own| own.name() == table);
    let (Some(engine), Some(table)) = (engine, table) else {
        let message = format!("there is no query `{}`", words.join(" "));
        let engines = Engine::ALL.map(Engine::name).join(", ");
        let tables = Table::ALL.map(Table::name).join(", ");
        let help = format!(
            "name cloudwatch, logs-insights, or an engine ({engines}) and a table ({tables})"
        );
        return Err(Diag::new(Code::UnknownValue, message).help(help).into());
    };
    Ok(import::query(import::Query {
        engine,
        table,
        name: args.table.as_deref(),
        from: options.from,
        to: options.to,
    }))
}

/// Writes the scenario. A functions file gets a scenario that names it.
fn write(
    system: &System,
    args: &args::Import,
    format: Option<ImportFormat>,
    imported: &import::Import,
) -> Outcome {
    let usual = if imported.functions.len() > MOST_IN_TOML {
        ImportFormat::Csv
    } else {
        ImportFormat::Toml
    };
    let format = format.unwrap_or(usual);
    let text = match format {
        ImportFormat::Toml => import::toml(imported),
        ImportFormat::Csv => import::csv(imported),
        ImportFormat::Json => import::json(imported, env!("CARGO_PKG_VERSION")),
    };
    let Some(path) = args.output.file() else {
        return output::print(system, text.as_bytes());
    };
    output::replace(system, path, &text)?;
    if format == ImportFormat::Csv {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let scenario = import::toml_of_file(imported, &name);
        output::replace(system, &path.with_extension("toml"), &scenario)?;
    }
    Ok(())
}

/// The scenario to update.
fn existing(system: &System, path: &Path) -> Result<(String, String), Diags> {
    let name = path.to_string_lossy().into_owned();
    let text = system.read_to_replace(path).map_err(|error| {
        let message = format!("cannot read `{name}`: {error}");
        let help = "name a scenario that exists; without --into a new one is written";
        Diag::new(Code::Unreadable, message).help(help)
    })?;
    Ok((name, text))
}

/// Updates a scenario.
fn update(
    system: &System,
    path: &Path,
    name: &str,
    text: &str,
    imported: &import::Import,
) -> Outcome {
    let done = import::into(imported, name, text);
    let done = done.map_err(|mistake| diags(&[mistake]))?;
    output::replace(system, path, &done.text)?;
    let (updated, added) = (done.updated, done.added);
    system.say(&escaped(&format!(
        "{name}: {updated} functions updated, {added} added"
    )));
    Ok(())
}

/// Writes calls by function and hour.
fn usage(system: &System, args: &args::Import, imported: &import::Import) -> Outcome {
    let text = import::usage(imported);
    match args.output.file() {
        Some(path) => output::replace(system, path, &text),
        None => output::print(system, text.as_bytes()),
    }
}

/// The formats, what each gives, and the command that writes such a file.
fn list() -> String {
    let formats = Format::ALL.map(|format| {
        let (name, gives, command) = (format.name(), format.gives(), format.command());
        format!("{name}\n    gives {gives}\n    {command}\n")
    });
    formats.concat()
}

/// The mistakes of an import.
fn diags(mistakes: &[Mistake]) -> Diags {
    let mut diags = Diags::new();
    for mistake in mistakes {
        let place = match (&mistake.path, mistake.line) {
            (Some(path), Some(line)) => format!("`{path}`, line {line}: "),
            (Some(path), None) => format!("`{path}`: "),
            _ => String::new(),
        };
        let message = format!("{place}{}", mistake.message);
        // What is in no file is between two of them.
        let code = match (&mistake.path, mistake.line) {
            (None, _) => Code::Conflict,
            (Some(_), None) => Code::Unreadable,
            (Some(_), Some(_)) => Code::Syntax,
        };
        diags.push(Diag::new(code, message).help(&*mistake.help));
    }
    diags
}

impl Files for System {
    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + Send>> {
        self.open_of_any_size(path)
    }

    fn seekable(&self, path: &Path) -> io::Result<Option<Box<dyn ReadSeek>>> {
        let file = self.open_seekable(path)?;
        Ok(file.map(|file| Box::new(file) as Box<dyn ReadSeek>))
    }

    fn stdin(&self) -> io::Result<Box<dyn Read + Send>> {
        Self::stdin(self)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<(PathBuf, Kind)>> {
        let names = Self::list(self, folder)?;
        let kinds = names.into_iter().map(|name| {
            let kind = self.kind(&folder.join(&name))?;
            Ok((PathBuf::from(name), kind))
        });
        kinds.collect()
    }

    fn kind(&self, path: &Path) -> io::Result<Kind> {
        System::kind(self, path)
    }
}
