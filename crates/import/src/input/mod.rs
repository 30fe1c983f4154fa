//! Folders, archives and encodings: opens every input, and gives it to the reader of its format.

mod text;
mod walk;

use crate::facts::{Context, Facts};
use crate::format::Format;
use crate::formats;
use crate::mistake::Mistake;
use crate::options::Options;
use crate::recognize;
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};

pub(crate) use text::Bytes;

/// Bytes at the start of a file that decide its format.
const RECOGNIZED: u64 = 1 << 20;

/// What opens files.
pub trait Files {
    /// Opens a file.
    ///
    /// # Errors
    /// It cannot be opened.
    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + Send>>;

    /// Opens a file that can be read from any place; `None` where there is none, and a copy is used.
    ///
    /// # Errors
    /// It cannot be opened.
    fn seekable(&self, path: &Path) -> io::Result<Option<Box<dyn ReadSeek>>> {
        let _ = path;
        Ok(None)
    }

    /// Opens standard input.
    ///
    /// # Errors
    /// It cannot be opened.
    fn stdin(&self) -> io::Result<Box<dyn Read + Send>>;

    /// The names in a folder, sorted, each with its kind.
    ///
    /// # Errors
    /// It cannot be listed.
    fn list(&self, folder: &Path) -> io::Result<Vec<(PathBuf, Kind)>>;

    /// What a path is.
    ///
    /// # Errors
    /// There is nothing, or it cannot be reached.
    fn kind(&self, path: &Path) -> io::Result<Kind>;
}

/// Content that can be read from any place.
pub trait ReadSeek: Read + Seek + Send {}

impl<T: Read + Seek + Send> ReadSeek for T {}

/// What a path is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A file, or a link to one.
    File,
    Folder,
    /// A link to a folder: it is not followed.
    LinkedFolder,
    /// A device or a pipe.
    Other,
}

/// An input, with the options that hold for it.
#[derive(Debug, Clone, Default)]
pub struct Named {
    /// A file or folder; `-` is standard input.
    pub path: PathBuf,
    /// The function, where the file names none.
    pub name: Option<String>,
    /// The region, where the file says none.
    pub region: Option<String>,
    /// The account, where the file says none.
    pub account: Option<String>,
    /// Seconds between the points of metrics, where the file says none.
    pub period: Option<u64>,
    /// The format; by content without it.
    pub format: Option<Format>,
}

/// Reads every input. Mistakes of one do not stop the next.
pub(crate) fn read(files: &dyn Files, named: &[Named], options: &Options) -> (Facts, Vec<Mistake>) {
    let mut facts = Facts::default();
    let mut mistakes = Vec::new();
    let mut seen = walk::Seen::default();
    for input in named {
        for file in walk::files_of(files, input, &mut mistakes) {
            let read = read_file(files, &file, options, &mut seen, &mut facts);
            mistakes.extend(read.err());
        }
    }
    mistakes.extend(facts.metrics.unfinished());
    (facts, mistakes)
}

/// Reads one file.
fn read_file(
    files: &dyn Files,
    file: &walk::Found<'_>,
    options: &Options,
    seen: &mut walk::Seen,
    facts: &mut Facts,
) -> Result<(), Mistake> {
    let path = file.path.to_string_lossy().into_owned();
    let is_stdin = path == "-";
    let context = Context {
        path: if is_stdin {
            "standard input".to_owned()
        } else {
            path
        },
        name: file.named.name.clone(),
        region: file.named.region.clone(),
        account: file.named.account.clone(),
        period: file.named.period,
        is_in_folder: file.is_in_folder,
    };
    let cannot = |error: &io::Error| {
        let help = "check its name and permissions";
        context.mistake(format!("cannot read it: {error}"), help)
    };
    let opened = if is_stdin {
        files.stdin()
    } else {
        files.open(&file.path)
    };
    let opened = opened.map_err(|error| cannot(&error))?;
    let mut bytes = text::decoded(opened).map_err(|error| cannot(&error))?;
    let start = bytes.start(RECOGNIZED).map_err(|error| cannot(&error))?;
    if start.is_empty() && file.is_in_folder {
        return Ok(());
    }
    let earlier = seen.earlier(files, &file.path, start);
    if let Some(earlier) = earlier.map_err(|error| cannot(&error))? {
        let earlier = earlier.to_string_lossy();
        facts
            .repeated
            .push(format!("{} has the bytes of {earlier}", context.path));
        return Ok(());
    }
    let format = file.named.format.or_else(|| recognize::format(start));
    let Some(format) = format else {
        if file.is_in_folder {
            facts.skipped += 1;
            return Ok(());
        }
        return Err(recognize::unknown(start, &context));
    };
    if !is_stdin && recognize::is_random_access(start) {
        let seekable = with_start(files.seekable(&file.path), start);
        let seekable = seekable.map_err(|error| cannot(&error))?;
        bytes = bytes.or_file(seekable);
    }
    formats::read(format, bytes, &context, options, facts)
}

/// A file that has the same content as was recognized: none that is packed.
fn with_start(
    file: io::Result<Option<Box<dyn ReadSeek>>>,
    start: &[u8],
) -> io::Result<Option<Box<dyn ReadSeek>>> {
    let Some(mut file) = file? else {
        return Ok(None);
    };
    let mut own = Vec::new();
    (&mut file).take(start.len() as u64).read_to_end(&mut own)?;
    file.rewind()?;
    Ok((own == start).then_some(file))
}
