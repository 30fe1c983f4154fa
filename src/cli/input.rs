//! Reading what the command line names.

use crate::catalog::{Book, InstanceType, Regional};
use crate::diag::{At, Code, Diag, Diags, Source};
use crate::workload::{self, Request, Scenario};
use crate::{check, platform};
use rayon::prelude::*;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

/// Bytes by which a scenario is told from a fleet.
const SNIFFED: usize = 64 * 1024;
/// Largest input that is read (a fleet is streamed, a scenario is held).
const LARGEST: u64 = 4 << 30;

/// Reads the scenario at a path, or on standard input.
///
/// # Errors
/// It cannot be read, or has mistakes.
pub fn scenario(
    path: &Path,
    region: Option<&str>,
    book: &Book,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Scenario, Diags> {
    let name = path.to_string_lossy();
    let (name, reader) = match &*name {
        "-" => ("standard input", stdin()),
        _ => (&*name, open(path)),
    };
    let mut reader = reader.map_err(|error| unreadable(name, &error))?;
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    let open_beside = |file: &str| open(&folder.join(file));
    let request = Request {
        platforms: &platform::ids(),
        rules: &check::shapes(),
        region,
        unknown_region: &|name| book.unknown_region(name),
        open: &open_beside,
        progress,
    };
    if is_fleet(path, &mut reader).map_err(|error| unreadable(name, &error))? {
        return workload::read_csv(name, reader, &request);
    }
    let source = text(name, reader)?;
    workload::read_toml(&source, &request)
}

type Input = Box<dyn Read + Send>;

fn stdin() -> io::Result<Input> {
    Ok(Box::new(io::stdin()))
}

fn open(path: &Path) -> io::Result<Input> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(io::Error::new(
            io::ErrorKind::IsADirectory,
            "it is a folder",
        ));
    }
    if metadata.len() > LARGEST {
        return Err(too_large());
    }
    Ok(Box::new(file))
}

fn too_large() -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, "it is larger than 4 GiB")
}

fn unreadable(name: &str, error: &io::Error) -> Diags {
    let help = match error.kind() {
        io::ErrorKind::NotFound => "`lambdacost init` writes a scenario to start from",
        io::ErrorKind::IsADirectory => "name the scenario in it",
        _ => "check its name and permissions",
    };
    let diag = Diag::new(Code::Unreadable, format!("cannot read `{name}`: {error}"));
    diag.help(help).into()
}

/// A fleet by its name, or by a first line that is a list of columns.
fn is_fleet(path: &Path, input: &mut Input) -> io::Result<bool> {
    let ending = path.extension().and_then(|ending| ending.to_str());
    match ending.map(str::to_ascii_lowercase).as_deref() {
        Some("csv") => return Ok(true),
        Some("toml") => return Ok(false),
        _ => {}
    }
    let taken = std::mem::replace(input, Box::new(io::empty()));
    let mut buffered = BufReader::with_capacity(SNIFFED, taken);
    let start = String::from_utf8_lossy(buffered.fill_buf()?).into_owned();
    *input = Box::new(buffered);
    let mut lines = start.lines().map(str::trim);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with('#'));
    Ok(first
        .is_some_and(|line| line.contains(',') && !line.contains('=') && !line.starts_with('[')))
}

/// The whole text of a file, if it is JSON: by its name, or because no scenario begins so.
///
/// # Errors
/// It cannot be read.
pub fn json(path: &Path) -> Result<Option<Source>, Diags> {
    let name = path.to_string_lossy();
    let ending = path.extension().and_then(|ending| ending.to_str());
    if matches!(ending, Some("csv" | "toml")) {
        return Ok(None);
    }
    let source = text(
        &name,
        open(path).map_err(|error| unreadable(&name, &error))?,
    )?;
    let is_json = ending == Some("json") || source.text().trim_start().starts_with('{');
    Ok(is_json.then_some(source))
}

/// A whole input as text.
fn text(name: &str, reader: Input) -> Result<Source, Diags> {
    let mut bytes = Vec::new();
    let read = reader.take(LARGEST + 1).read_to_end(&mut bytes);
    read.map_err(|error| unreadable(name, &error))?;
    if bytes.len() as u64 > LARGEST {
        return Err(unreadable(name, &too_large()));
    }
    let decoded = std::str::from_utf8(&bytes).map_err(|error| {
        let good = &bytes[..error.valid_up_to()];
        let line_start = good
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |end| end + 1);
        let line = &bytes[line_start..];
        let line = &line[..line
            .iter()
            .position(|byte| *byte == b'\n')
            .unwrap_or(line.len())];
        let before = error.valid_up_to() - line_start;
        let at = At {
            file: name.into(),
            line: 1 + good.iter().filter(|byte| **byte == b'\n').count() as u64,
            text: String::from_utf8_lossy(line).into_owned(),
            columns: before..before + '\u{fffd}'.len_utf8(),
        };
        Diag::new(Code::Unreadable, format!("`{name}` is not UTF-8 text"))
            .at(at)
            .help("save it as UTF-8")
    })?;
    let decoded = decoded.strip_prefix('\u{feff}').unwrap_or(decoded);
    Ok(Source::new(name, decoded))
}

/// The price book with the user's files laid over it.
///
/// # Errors
/// The folder or a file in it cannot be read.
pub fn book(overlay: Option<&Path>) -> Result<Book, Diags> {
    let mut book = Book::embedded();
    let Some(folder) = overlay else {
        return Ok(book);
    };
    let cannot = |error: &io::Error| {
        let message = format!("cannot read the prices in `{}`: {error}", folder.display());
        let help = "--prices names a folder of files such as us-east-1.toml";
        Diags::from(Diag::new(Code::Unreadable, message).help(help))
    };
    let mut names: Vec<String> = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| cannot(&error))? {
        let name = entry.map_err(|error| cannot(&error))?.file_name();
        names.push(name.to_string_lossy().into_owned());
    }
    names.sort();
    names.retain(|name| {
        (name.ends_with(".toml") && name != "sources.toml") || name == "instances.csv"
    });
    if names.is_empty() {
        let message = format!("`{}` has no price file", folder.display());
        let help = "a price file is called as its region: us-east-1.toml";
        return Err(Diag::new(Code::Unreadable, message).help(help).into());
    }
    for name in names {
        let path = folder.join(&name);
        let shown = path.to_string_lossy().into_owned();
        let file = open(&path).map_err(|error| unreadable(&shown, &error))?;
        book.overlay(&name, text(&shown, file)?);
    }
    Ok(book)
}

/// Prices of regions, in the order of their names, read side by side.
///
/// # Errors
/// Unknown regions, and mistakes in price files.
pub fn regions(book: &Book, names: &[&str]) -> Result<Vec<Regional>, Diags> {
    let read = names.par_iter().map(|name| book.region(name));
    let read: Vec<_> = read.collect();
    let mut diags = Diags::new();
    let known = read.into_iter().filter_map(|outcome| diags.take(outcome));
    let known = known.collect();
    diags.into_result(known)
}

/// Prices of a scenario's regions, in its order, and the shapes of instance types.
///
/// # Errors
/// Mistakes in price files.
pub fn prices(
    book: &Book,
    scenario: &Scenario,
) -> Result<(Vec<Regional>, Vec<InstanceType>), Diags> {
    let names = scenario.regions.iter().map(|region| &*region.name);
    let names: Vec<&str> = names.collect();
    let mut diags = Diags::new();
    let regions = diags.take(regions(book, &names)).unwrap_or_default();
    let instances = diags.take(book.instances()).unwrap_or_default();
    diags.into_result((regions, instances))
}
