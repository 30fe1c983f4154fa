//! Reading what the command line names.

use crate::catalog::{Book, Extent, InstanceType, Regional};
use crate::diag::{At, Code, Diag, Diags, Source};
use crate::workload::{self, Request, Scenario};
use crate::{check, platform};
use rayon::prelude::*;
use std::fs::{self, File};
use std::io::{self, Cursor, Read};
use std::path::Path;

/// Bytes by which a scenario is told from a fleet.
const SNIFFED: usize = 64 * 1024;
/// Largest input that is read (a fleet is streamed, a scenario is held).
const LARGEST: u64 = 4 << 30;

/// An input that has been opened, once: it may be a pipe.
pub struct Opened<'p> {
    path: &'p Path,
    /// As the user named it.
    pub name: String,
    /// What has been read of it already.
    start: Vec<u8>,
    rest: Input,
}

impl<'p> Opened<'p> {
    /// Opens what a path names; `-` is standard input.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn new(path: &'p Path) -> Result<Self, Diags> {
        let name = path.to_string_lossy();
        let (name, input) = match &*name {
            "-" => ("standard input", stdin()),
            _ => (&*name, open(path)),
        };
        Ok(Self {
            path,
            name: name.to_owned(),
            start: Vec::new(),
            rest: input.map_err(|error| unreadable(name, &error))?,
        })
    }

    /// Its ending, in lower case.
    fn ending(&self) -> Option<String> {
        let ending = self.path.extension()?.to_str()?;
        Some(ending.to_ascii_lowercase())
    }

    /// The first line that says something, read in as many drops as it comes in.
    fn first_line(&mut self) -> Result<Option<String>, Diags> {
        loop {
            let first = first_line(&self.start);
            let is_whole = first.as_ref().is_some_and(|(_, is_whole)| *is_whole);
            let mut piece = [0; 4096];
            let read = match is_whole || self.start.len() >= SNIFFED {
                true => Ok(0),
                false => self.rest.read(&mut piece),
            };
            let read = read.map_err(|error| unreadable(&self.name, &error))?;
            if read == 0 {
                return Ok(first.map(|(line, _)| line));
            }
            self.start.extend_from_slice(&piece[..read]);
        }
    }

    /// All of it.
    fn reader(self) -> Input {
        Box::new(Cursor::new(self.start).chain(self.rest))
    }

    /// A report by its name, or because no scenario begins so.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn is_json(&mut self) -> Result<bool, Diags> {
        match self.ending().as_deref() {
            Some("json") => Ok(true),
            Some("csv" | "toml") => Ok(false),
            _ => {
                let first = self.first_line()?;
                Ok(first.is_some_and(|line| line.starts_with('{')))
            }
        }
    }

    /// A fleet by its name, or by a first line that is a list of columns.
    fn is_fleet(&mut self) -> Result<bool, Diags> {
        match self.ending().as_deref() {
            Some("csv") => return Ok(true),
            Some("toml") => return Ok(false),
            _ => {}
        }
        let is_header =
            |line: &String| line.contains(',') && !line.contains('=') && !line.starts_with('[');
        Ok(self.first_line()?.as_ref().is_some_and(is_header))
    }

    /// The whole of it.
    ///
    /// # Errors
    /// It cannot be read, or is no text.
    pub fn text(self) -> Result<Source, Diags> {
        let name = self.name.clone();
        text(&name, self.reader())
    }

    /// The scenario that it is.
    ///
    /// # Errors
    /// It cannot be read, or has mistakes.
    pub fn scenario(
        mut self,
        region: Option<&str>,
        book: &Book,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<Scenario, Diags> {
        let folder = self.path.parent().unwrap_or(Path::new("")).to_owned();
        let open_beside = |file: &str| open(&folder.join(file));
        let request = Request {
            platforms: &platform::ids(),
            rules: &check::shapes(),
            region,
            unknown_region: &|name| book.unknown_region(name),
            open: &open_beside,
            progress,
        };
        match self.is_fleet()? {
            true => workload::read_csv(&self.name.clone(), self.reader(), &request),
            false => workload::read_toml(&self.text()?, &request),
        }
    }
}

type Input = Box<dyn Read + Send>;

/// The first line that is neither blank nor a comment, and whether all of it is there.
fn first_line(start: &[u8]) -> Option<(String, bool)> {
    let mut lines = start.split_inclusive(|byte| *byte == b'\n');
    lines.find_map(|bytes| {
        let line = String::from_utf8_lossy(bytes);
        let line = line.trim_start_matches('\u{feff}').trim();
        let says = !line.is_empty() && !line.starts_with('#');
        says.then(|| (line.to_owned(), bytes.ends_with(b"\n")))
    })
}

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
        let file = name.into();
        let number = 1 + memchr::memchr_iter(b'\n', good).count() as u64;
        let text = String::from_utf8_lossy(line);
        let at = At::new(&file, number, &text, before..before + '\u{fffd}'.len_utf8());
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
pub fn regions(book: &Book, names: &[&str], extent: Extent) -> Result<Vec<Regional>, Diags> {
    let read = names.par_iter().map(|name| book.region_to(name, extent));
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
    let extent = match scenario.eks.auto_mode {
        true => Extent::Whole,
        false => Extent::Usual,
    };
    let mut diags = Diags::new();
    // A file that is called otherwise than its region would be passed over without a word.
    let unused: Vec<&str> = book
        .overlaid()
        .filter(|name| !names.contains(name))
        .collect();
    diags.take(regions(book, &unused, extent));
    let regions = diags.take(regions(book, &names, extent));
    let regions = regions.unwrap_or_default();
    let instances = diags.take(book.instances()).unwrap_or_default();
    diags.into_result((regions, instances))
}
