//! Reads the files that the command line names.

use super::decode;
use super::recognize::{self, Known};
use super::system::{Input, LARGEST, System};
use crate::diag::{Code, Diag, Diags, Source};
use crate::pricebook::{Book, Extent, InstanceType, Regional};
use crate::scenario::{self, InputChange, Request, Scenario};
use crate::{check, platform};
use rayon::prelude::*;
use std::ffi::OsString;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

/// Bytes at the start of a file that decide between a scenario and a functions file.
const SNIFFED: usize = 64 * 1024;
/// Bytes that identify a compressed file, an archive or a workbook.
const SIGNATURE: u64 = 64;
/// Maximum size of TOML: parsing it needs up to 32 times as much memory.
const LARGEST_TOML: u64 = 64 << 20;

/// An open input. It is opened only once, because it can be a pipe.
pub(crate) struct Opened<'p> {
    system: &'p System,
    path: &'p Path,
    /// The file name as the user gave it.
    pub name: String,
    /// The bytes that are already read.
    start: Vec<u8>,
    rest: Input,
    keeps_stated: bool,
    set: Vec<InputChange>,
}

impl<'p> Opened<'p> {
    /// Opens the scenario at a path; `-` is standard input.
    ///
    /// # Errors
    /// It cannot be opened.
    pub(crate) fn scenario_at(system: &'p System, path: &'p Path) -> Result<Self, Diags> {
        Self::open(system, path, STARTER)
    }

    /// Opens the baseline at a path; `-` is standard input.
    ///
    /// # Errors
    /// It cannot be opened.
    pub(crate) fn baseline_at(system: &'p System, path: &'p Path) -> Result<Self, Diags> {
        let help = "a baseline is another scenario, or what `compare --format json` wrote";
        Self::open(system, path, help)
    }

    fn open(system: &'p System, path: &'p Path, absent: &str) -> Result<Self, Diags> {
        let name = path.to_string_lossy();
        let (name, input) = match &*name {
            "-" => ("standard input", system.stdin()),
            _ => (&*name, system.open(path)),
        };
        Ok(Self {
            system,
            path,
            name: name.to_owned(),
            start: Vec::new(),
            keeps_stated: false,
            set: Vec::new(),
            rest: input.map_err(|error| cannot_read(name, &error, absent))?,
        })
    }

    /// Keeps the stated values of a scenario, to compare it with another.
    pub(crate) fn keeping_stated(mut self) -> Self {
        self.keeps_stated = true;
        self
    }

    /// The input a second time, with changed functions. An input can be read only once, so all of it
    /// is kept.
    ///
    /// # Errors
    /// It cannot be read.
    pub(crate) fn again(&mut self, set: Vec<InputChange>) -> Result<Self, Diags> {
        let mut rest = (&mut self.rest).take(LARGEST);
        let read = rest.read_to_end(&mut self.start);
        read.map_err(|error| unreadable(&self.name, &error))?;
        Ok(Self {
            system: self.system,
            path: self.path,
            name: self.name.clone(),
            start: self.start.clone(),
            rest: Box::new(io::empty()),
            keeps_stated: self.keeps_stated,
            set,
        })
    }

    /// The ending of its name, in lower case.
    fn ending(&self) -> Option<String> {
        let ending = self.path.extension()?.to_str()?;
        Some(ending.to_ascii_lowercase())
    }

    /// The first line that is neither blank nor a comment. A pipe can deliver it in small pieces.
    fn first_line(&mut self) -> Result<Option<String>, Diags> {
        loop {
            let first = first_line(&self.start);
            let is_whole = first.as_ref().is_some_and(|(_, is_whole)| *is_whole);
            let mut piece = [0; 4096];
            let read = if is_whole || self.start.len() >= SNIFFED {
                Ok(0)
            } else {
                self.rest.read(&mut piece)
            };
            let read = read.map_err(|error| unreadable(&self.name, &error))?;
            if read == 0 {
                return Ok(first.map(|(line, _)| line));
            }
            self.start.extend_from_slice(&piece[..read]);
        }
    }

    /// The whole input, including the bytes that are already read.
    fn reader(self) -> Input {
        Box::new(Cursor::new(self.start).chain(self.rest))
    }

    /// True for a report, by the ending of its name or because its first line starts a JSON
    /// document.
    ///
    /// # Errors
    /// It cannot be read.
    pub(crate) fn is_json(&mut self) -> Result<bool, Diags> {
        match self.ending().as_deref() {
            Some("json") => Ok(true),
            Some("csv" | "toml") => Ok(false),
            _ => {
                let first = self.first_line()?;
                Ok(first.is_some_and(|line| recognize::begins_json(&line)))
            }
        }
    }

    /// Refuses an input that is recognised as something other than a scenario.
    fn refuse_other(&mut self) -> Result<(), Diags> {
        let first = self.first_line()?.unwrap_or_default();
        if let Some(known) = recognize::binary(&self.start) {
            return Err(not_text(&self.name, known));
        }
        let known = if recognize::begins_json(&first) {
            let mut start = (&mut self.rest).take(SNIFFED as u64);
            let read = start.read_to_end(&mut self.start);
            read.map_err(|error| unreadable(&self.name, &error))?;
            Some(recognize::json(&self.start))
        } else {
            recognize::text(&first, &self.start)
        };
        match known {
            Some(known) => Err(other(&self.name, known).into()),
            None => Ok(()),
        }
    }

    /// True for a functions file, by the ending of its name or because its first line is a list of
    /// columns.
    fn is_functions_file(&mut self) -> Result<bool, Diags> {
        match self.ending().as_deref() {
            Some("csv") => return Ok(true),
            Some("toml") => return Ok(false),
            _ => {}
        }
        let is_header =
            |line: &String| line.contains(',') && !line.contains('=') && !line.starts_with('[');
        Ok(self.first_line()?.as_ref().is_some_and(is_header))
    }

    /// Reads the input as JSON text.
    ///
    /// # Errors
    /// It cannot be read, or is not text.
    pub(crate) fn json(self) -> Result<String, Diags> {
        let name = self.name.clone();
        decoded(&name, self.reader(), LARGEST)
    }

    /// Reads the input as TOML.
    fn toml(self) -> Result<Source, Diags> {
        let name = self.name.clone();
        text(&name, self.reader(), LARGEST_TOML)
    }

    /// Reads the input as a scenario.
    ///
    /// # Errors
    /// It cannot be read, or has mistakes.
    pub(crate) fn scenario(
        mut self,
        region: Option<&str>,
        book: &Book,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<Scenario, Diags> {
        self.refuse_other()?;
        let folder = self.path.parent().unwrap_or(Path::new("")).to_owned();
        let system = self.system;
        let set = std::mem::take(&mut self.set);
        let open_in_folder = |file: &str| text_or_error(system.open(&folder.join(file))?);
        let request = Request {
            platforms: &platform::shapes(),
            rules: &check::shapes(),
            region,
            unknown_region: &|name| book.unknown_region(name),
            open: &open_in_folder,
            keeps_stated: self.keeps_stated,
            set: &set,
            progress,
        };
        if self.is_functions_file()? {
            scenario::read_csv(&self.name.clone(), self.reader(), &request)
        } else {
            scenario::read_toml(&self.toml()?, &request)
        }
    }
}

/// The error for a file that is recognised as not text.
fn not_text(name: &str, known: Known) -> Diags {
    let message = format!("`{name}` is {}", known.what);
    let diag = Diag::new(Code::Unreadable, message);
    diag.help(known.help).into()
}

/// The error for a text that is recognised as something other than a scenario.
fn other(name: &str, known: Known) -> Diag {
    let message = format!("`{name}` is {}, not a scenario", known.what);
    Diag::new(Code::Syntax, message).help(known.help)
}

/// The input, unless its first bytes are those of another kind of file than text.
///
/// # Errors
/// They are, or it cannot be read.
pub(crate) fn text_or_error(mut file: Input) -> io::Result<Input> {
    let mut start = Vec::new();
    (&mut file).take(SIGNATURE).read_to_end(&mut start)?;
    if let Some(known) = recognize::binary(&start) {
        let message = format!("it is {}: {}", known.what, known.help);
        return Err(io::Error::new(io::ErrorKind::InvalidData, message));
    }
    Ok(Box::new(Cursor::new(start).chain(file)))
}

/// The first line that is neither blank nor a comment, and whether it is complete.
fn first_line(start: &[u8]) -> Option<(String, bool)> {
    let mut lines = start.split_inclusive(|byte| *byte == b'\n');
    lines.find_map(|bytes| {
        let line = String::from_utf8_lossy(bytes);
        let line = line.trim_start_matches('\u{feff}').trim();
        let says = !line.is_empty() && !line.starts_with('#');
        says.then(|| (line.to_owned(), bytes.ends_with(b"\n")))
    })
}

/// Advice if there is no scenario.
const STARTER: &str =
    "check the name and the folder, or write a new scenario with `lambdacost init`";

fn unreadable(name: &str, error: &io::Error) -> Diags {
    cannot_read(name, error, STARTER)
}

/// Why a file cannot be read, and what to do. `absent` is the advice if it does not exist.
fn cannot_read(name: &str, error: &io::Error, absent: &str) -> Diags {
    let help = match error.kind() {
        io::ErrorKind::NotFound => absent,
        io::ErrorKind::IsADirectory => "give a scenario file in that folder",
        _ => "check its name and permissions",
    };
    let diag = Diag::new(Code::Unreadable, format!("cannot read `{name}`: {error}"));
    diag.help(help).into()
}

/// Reads a whole input as text.
fn text(name: &str, reader: Input, largest: u64) -> Result<Source, Diags> {
    Ok(Source::new(name, &decoded(name, reader, largest)?))
}

fn decoded(name: &str, reader: Input, largest: u64) -> Result<String, Diags> {
    decode::text(reader, largest).map_err(|refused| match refused {
        decode::Refused::Unreadable(error) => unreadable(name, &error),
        decode::Refused::TooLarge => too_large(name, largest),
        decode::Refused::Other(known) => not_text(name, known),
        decode::Refused::NotText(fault) => fault.diag(name).into(),
    })
}

fn too_large(name: &str, largest: u64) -> Diags {
    let (limit, help) = match largest {
        LARGEST_TOML => (
            "64 MiB, the maximum for TOML",
            "write the functions as a CSV file and name it in the scenario: \
             functions = \"functions.csv\"",
        ),
        _ => ("4 GiB", "split it into several files"),
    };
    let message = format!("`{name}` is larger than {limit}");
    Diag::new(Code::Unreadable, message).help(help).into()
}

/// The variable that names a folder of prices. The flag `--prices` wins over it.
const VARIABLE: &str = "LAMBDACOST_PRICES";

/// The price book with the price files of the user, in the folder of the flag or of the variable.
///
/// # Errors
/// The folder or a file in it cannot be read.
pub(crate) fn book(system: &System, flag: Option<&Path>) -> Result<Book, Diags> {
    let mut book = platform::book();
    let stated = std::env::var_os(VARIABLE).filter(|folder| !folder.is_empty());
    let (folder, which) = match (flag, stated) {
        (Some(folder), _) => (folder.to_owned(), ""),
        (None, Some(folder)) => {
            book.named_by(VARIABLE);
            (PathBuf::from(folder), ", which LAMBDACOST_PRICES names")
        }
        (None, None) => return Ok(book),
    };
    let cannot = |error: &io::Error| {
        let folder = folder.to_string_lossy();
        let message = format!("cannot read the prices in `{folder}`{which}: {error}");
        let help = "give a folder that contains files such as us-east-1.toml";
        Diags::from(Diag::new(Code::Unreadable, message).help(help))
    };
    let mut names = system.list(&folder).map_err(|error| cannot(&error))?;
    names.retain(is_price_file);
    if names.is_empty() {
        let message = format!(
            "the folder `{}`{which} has no price file",
            folder.to_string_lossy()
        );
        let help = "name each price file after its region, such as us-east-1.toml";
        return Err(Diag::new(Code::Unreadable, message).help(help).into());
    }
    for name in names {
        let path = folder.join(&name);
        let shown = path.to_string_lossy();
        let file = system.open_regular(&path);
        let file = file.map_err(|error| unreadable(&shown, &error))?;
        book.overlay(&name.to_string_lossy(), text(&shown, file, LARGEST_TOML)?);
    }
    Ok(book)
}

fn is_price_file(name: &OsString) -> bool {
    let name = name.to_string_lossy();
    (name.ends_with(".toml") && name != "sources.toml") || name == "instances.csv"
}

/// Prices of regions, in the order of their names. Regions are read in parallel.
///
/// # Errors
/// Unknown regions, and mistakes in price files.
pub(crate) fn regions(book: &Book, names: &[&str], extent: Extent) -> Result<Vec<Regional>, Diags> {
    let read = names.par_iter().map(|name| book.region_to(name, extent));
    let read: Vec<_> = read.collect();
    let mut diags = Diags::new();
    let known = read.into_iter().filter_map(|outcome| diags.take(outcome));
    let known = known.collect();
    diags.into_result(known)
}

/// Every price of every region of a book.
///
/// # Errors
/// Mistakes in price files.
pub(crate) fn all_regions(book: &Book) -> Result<Vec<Regional>, Diags> {
    let names: Vec<&str> = book.regions().collect();
    regions(book, &names, Extent::WHOLE)
}

/// Prices of a scenario's regions, in its order, and the instance types.
///
/// # Errors
/// Mistakes in price files.
pub(crate) fn prices(
    book: &Book,
    scenario: &Scenario,
) -> Result<(Vec<Regional>, Vec<InstanceType>), Diags> {
    let names = scenario.regions.iter().map(|region| &*region.name);
    let names: Vec<&str> = names.collect();
    let extent = scenario.extent();
    let mut diags = Diags::new();
    // A file with a name that is not its region would be ignored silently.
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
