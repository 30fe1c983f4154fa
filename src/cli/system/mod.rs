//! The interface to the operating system: standard streams, input files, and the output file.
//!
//! Every command opens its inputs and output here. So each of them refuses an output file that is
//! also an input. Tests pass in streams, and a hook that can make a call fail.

mod draft;
mod identity;
mod names;
mod signals;

use anstream::stream::RawStream;
use anstream::{AutoStream, ColorChoice};
use anyhow::Context as _;
use draft::DraftFile;
use identity::Identity;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

pub(crate) use names::try_remove_all as remove_drafts;
pub(crate) use signals::{at_signal, ignore_file_size_signal};

/// Maximum size of an input.
pub(crate) const LARGEST: u64 = 4 << 30;
/// Bytes that are buffered before they are written.
const BUFFER: usize = 1 << 16;

pub type Input = Box<dyn Read + Send>;
pub(crate) type Sink = Box<dyn Write + Send>;
/// Called before each system call. An error that it returns replaces the result of the call.
pub type Gate = Arc<dyn Fn(Call) -> io::Result<()> + Send + Sync>;

/// A kind of system call that can fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// Opens a file for reading.
    Open,
    /// Reads from a file or standard input.
    Read,
    /// Lists the files of a folder.
    List,
    /// Opens or creates the output file.
    Create,
    /// Creates a new file without a name. If it fails, a file with a name is created.
    Nameless,
    /// Writes to a file or standard output.
    Write,
    /// Gives a new file the owner and mode of the old one.
    Keep,
    /// Waits until a new file is on disk.
    Sync,
    /// Moves a new file to its target.
    Publish,
}

/// Standard streams that replace those of the process.
pub struct Streams {
    /// Opens standard input.
    pub stdin: Box<dyn Fn() -> Input + Send + Sync>,
    /// Opens standard output.
    pub stdout: Box<dyn Fn() -> Sink + Send + Sync>,
    /// Opens standard error.
    pub stderr: Box<dyn Fn() -> Sink + Send + Sync>,
}

/// What to do if the output file exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Existing {
    Replace,
    /// Leave it unchanged.
    Keep,
}

/// The streams and files of a run.
pub struct System {
    /// `None` for the streams of the process.
    streams: Option<Streams>,
    gate: Gate,
    /// Every regular file that was opened for reading.
    inputs: Mutex<Vec<Identity>>,
}

impl System {
    /// The streams of the process, and files.
    pub fn of_process() -> Self {
        Self {
            streams: None,
            gate: Arc::new(|_| Ok(())),
            inputs: Mutex::default(),
        }
    }

    /// Other streams, and files with a hook.
    pub fn new(streams: Streams, gate: Gate) -> Self {
        Self {
            streams: Some(streams),
            gate,
            inputs: Mutex::default(),
        }
    }

    fn gate(&self, call: Call) -> io::Result<()> {
        (self.gate)(call)
    }

    fn remember(&self, identity: Option<Identity>) {
        let mut inputs = self.inputs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(identity) = identity
            && !inputs.contains(&identity)
        {
            inputs.push(identity);
        }
    }

    fn is_input(&self, identity: Option<&Identity>) -> bool {
        let inputs = self.inputs.lock().unwrap_or_else(PoisonError::into_inner);
        identity.is_some_and(|identity| inputs.contains(identity))
    }

    fn watched<T>(&self, inner: T) -> Watched<T> {
        let gate = Arc::clone(&self.gate);
        Watched { inner, gate }
    }

    /// Standard input.
    ///
    /// # Errors
    /// It cannot be opened.
    pub(crate) fn stdin(&self) -> io::Result<Input> {
        self.gate(Call::Open)?;
        let input = match &self.streams {
            Some(streams) => (streams.stdin)(),
            None => {
                self.remember(identity::of_stdin());
                Box::new(io::stdin())
            }
        };
        Ok(Box::new(self.watched(input)))
    }

    /// Opens a file for reading.
    ///
    /// # Errors
    /// It cannot be opened, is a folder, or is too large.
    pub(crate) fn open(&self, path: &Path) -> io::Result<Input> {
        self.open_up_to(path, LARGEST)
    }

    /// Opens a file that is read as a stream, so its size does not matter.
    ///
    /// # Errors
    /// It cannot be opened, or is a folder.
    pub(crate) fn open_of_any_size(&self, path: &Path) -> io::Result<Input> {
        self.open_up_to(path, u64::MAX)
    }

    /// Opens a regular file that is read from any place; `None` for anything else.
    ///
    /// # Errors
    /// It cannot be opened.
    pub(crate) fn open_seekable(&self, path: &Path) -> io::Result<Option<File>> {
        // Opening a pipe could block forever.
        if !fs::metadata(path)?.is_file() {
            return Ok(None);
        }
        self.gate(Call::Open)?;
        File::open(path).map(Some)
    }

    fn open_up_to(&self, path: &Path, largest: u64) -> io::Result<Input> {
        self.gate(Call::Open)?;
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            return Err(folder());
        }
        if metadata.len() > largest {
            return Err(too_large());
        }
        self.remember(Identity::of(path, &metadata));
        Ok(Box::new(self.watched(file)))
    }

    /// Opens a regular file for reading. A pipe could block forever.
    ///
    /// # Errors
    /// It cannot be opened, is not a regular file, or is too large.
    pub(crate) fn open_regular(&self, path: &Path) -> io::Result<Input> {
        let metadata = fs::metadata(path)?;
        if !metadata.is_file() && !metadata.is_dir() {
            let message = "it is not a regular file";
            return Err(io::Error::new(ErrorKind::InvalidInput, message));
        }
        self.open(path)
    }

    /// The names in a folder, sorted.
    ///
    /// # Errors
    /// It cannot be listed.
    pub(crate) fn list(&self, folder: &Path) -> io::Result<Vec<OsString>> {
        self.gate(Call::List)?;
        let names = fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name()));
        let mut names: Vec<OsString> = names.collect::<io::Result<_>>()?;
        names.sort();
        Ok(names)
    }

    /// The text of a file that an answer replaces. It does not count as an input.
    ///
    /// # Errors
    /// It cannot be read, or is not UTF-8.
    pub(crate) fn read_to_replace(&self, path: &Path) -> io::Result<String> {
        self.gate(Call::Open)?;
        let file = File::open(path)?;
        if file.metadata()?.len() > LARGEST {
            return Err(too_large());
        }
        io::read_to_string(self.watched(file))
    }

    /// What a path is. Links to files are files.
    ///
    /// # Errors
    /// There is nothing, or it cannot be reached.
    pub(crate) fn kind(&self, path: &Path) -> io::Result<import::Kind> {
        let found = fs::metadata(path)?;
        let is_link = fs::symlink_metadata(path)?.is_symlink();
        Ok(match (found.is_dir(), is_link) {
            (true, false) => import::Kind::Folder,
            (true, true) => import::Kind::LinkedFolder,
            (false, _) if found.is_file() => import::Kind::File,
            _ => import::Kind::Other,
        })
    }

    /// True if answers on standard output go to a terminal.
    pub(crate) fn stdout_is_terminal(&self) -> bool {
        self.streams.is_none() && io::stdout().is_terminal()
    }

    /// True if messages go to a terminal.
    pub(crate) fn stderr_is_terminal(&self) -> bool {
        self.streams.is_none() && io::stderr().is_terminal()
    }

    /// True if answers on standard output have colour: by the user's choice, or else by the
    /// environment (`NO_COLOR`, `CLICOLOR_FORCE`, `CLICOLOR`, `TERM`) and the terminal.
    pub(crate) fn colors_stdout(&self, choice: ColorChoice) -> bool {
        self.colors(choice, &io::stdout())
    }

    /// True if messages on standard error have colour, by the same rules.
    pub(crate) fn colors_stderr(&self, choice: ColorChoice) -> bool {
        self.colors(choice, &io::stderr())
    }

    fn colors(&self, choice: ColorChoice, stream: &impl RawStream) -> bool {
        match choice {
            ColorChoice::Always | ColorChoice::AlwaysAnsi => true,
            ColorChoice::Never => false,
            // Streams that replace those of the process are not terminals.
            ColorChoice::Auto if self.streams.is_some() => false,
            ColorChoice::Auto => AutoStream::choice(stream) != ColorChoice::Never,
        }
    }

    /// Writes an answer to standard output. `begin` is called before the first byte.
    ///
    /// # Errors
    /// It cannot be written, the reader has closed it, or it is one of the inputs.
    pub(crate) fn print(
        &self,
        begin: &(dyn Fn() + Sync),
        render: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
    ) -> anyhow::Result<()> {
        let inner = match &self.streams {
            Some(streams) => (streams.stdout)(),
            None => {
                if self.is_input(identity::of_stdout().as_ref()) {
                    return Err(is_an_input().into());
                }
                identity::stdout()
            }
        };
        let begun = Begun {
            inner: self.watched(inner),
            begin: Some(begin),
        };
        let mut out = BufWriter::with_capacity(BUFFER, begun);
        render(&mut out)
            .and_then(|()| out.flush())
            .map_err(with_advice)
    }

    /// Writes a message to standard error. An error is ignored, because there is no other place to
    /// report it.
    pub(crate) fn say(&self, text: &str) {
        match &self.streams {
            Some(streams) => {
                let _ = (streams.stderr)().write_all(format!("{text}\n").as_bytes());
            }
            None => report(text),
        }
    }

    /// Creates a folder and those above it, unless they exist.
    ///
    /// # Errors
    /// It cannot be created.
    pub(crate) fn create_folder(&self, path: &Path) -> io::Result<()> {
        self.gate(Call::Create)?;
        fs::create_dir_all(path)
    }

    /// Writes an answer to a file. The file gets its name when it is complete and on disk, so it is
    /// either complete or unchanged. Links are followed. Devices and pipes are written directly.
    ///
    /// # Errors
    /// It cannot be written, is one of the inputs, or exists and must stay unchanged. The file is
    /// then unchanged.
    pub(crate) fn write(
        &self,
        path: &Path,
        existing: Existing,
        render: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
    ) -> anyhow::Result<()> {
        let (target, known) = followed(path)?;
        if let Some(known) = &known {
            if existing == Existing::Keep {
                return Err(exists().into());
            }
            self.refuse(&target, known)?;
        }
        self.gate(Call::Create)?;
        if known.as_ref().is_some_and(|known| !known.is_file()) {
            let device = OpenOptions::new().write(true).open(&target)?;
            let mut out = BufWriter::with_capacity(BUFFER, self.watched(device));
            return render(&mut out)
                .and_then(|()| out.flush())
                .map_err(with_advice);
        }
        let draft = match self.gate(Call::Nameless) {
            Ok(()) => DraftFile::in_folder_of(&target)?,
            Err(_) => DraftFile::named_in_folder_of(&target)?,
        };
        let mut out = BufWriter::with_capacity(BUFFER, self.watched(draft.file()));
        render(&mut out)
            .and_then(|()| out.flush())
            .map_err(with_advice)?;
        drop(out);
        if let Some(known) = &known {
            self.gate(Call::Keep)
                .and_then(|()| draft.copy_permissions(known))
                .context("the new file cannot have the mode of the old one")?;
        }
        self.gate(Call::Sync)
            .and_then(|()| draft.file().sync_all())
            .map_err(with_advice)
            .context("the new file cannot be written to disk")?;
        self.gate(Call::Publish)
            .and_then(|()| draft.publish(&target, existing))
            .map_err(with_advice)
    }

    /// Refuses to replace a folder, an input, or a file that the user may not write to.
    fn refuse(&self, target: &Path, known: &fs::Metadata) -> io::Result<()> {
        if known.is_dir() {
            return Err(folder());
        }
        if self.is_input(Identity::of(target, known).as_ref()) {
            return Err(is_an_input());
        }
        if known.permissions().readonly() {
            let message = "it is read-only";
            return Err(io::Error::new(ErrorKind::PermissionDenied, message));
        }
        if known.is_file() {
            // Opening does not change the file, and fails if the user may not write to it.
            OpenOptions::new().write(true).open(target)?;
        }
        Ok(())
    }
}

/// Writes a message to the standard error of the process, and ignores errors. The text already has
/// its colours; for Windows consoles without escape sequences they become system calls.
pub(crate) fn report(text: &str) {
    let mut stderr = AutoStream::always(io::stderr());
    let _ = stderr.write_all(format!("{text}\n").as_bytes());
}

/// The path after all links are followed, and the metadata of the file there.
fn followed(path: &Path) -> io::Result<(PathBuf, Option<fs::Metadata>)> {
    match fs::metadata(path) {
        Ok(known) if known.is_file() => Ok((path.canonicalize()?, Some(known))),
        // Devices and pipes keep their name: `/dev/stdout` leads to no usable path.
        Ok(known) => Ok((path.to_owned(), Some(known))),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let mut target = path.to_owned();
            // The metadata call has followed the links to their end, so this loop ends.
            while let Ok(link) = fs::read_link(&target) {
                target = target.with_file_name("").join(link);
            }
            Ok((target, None))
        }
        Err(error) => Err(error),
    }
}

/// Adds words to a write error that say what the user can change.
fn with_advice(error: io::Error) -> anyhow::Error {
    let words = match error.kind() {
        ErrorKind::StorageFull => "the disk is full",
        ErrorKind::QuotaExceeded => "your disk quota is used up",
        ErrorKind::FileTooLarge => "it is larger than the limit for files (see `ulimit -f`)",
        _ => return error.into(),
    };
    anyhow::Error::new(error).context(words)
}

fn folder() -> io::Error {
    io::Error::new(ErrorKind::IsADirectory, "it is a folder")
}

fn exists() -> io::Error {
    io::Error::new(ErrorKind::AlreadyExists, "it exists already")
}

fn too_large() -> io::Error {
    io::Error::new(ErrorKind::FileTooLarge, "it is larger than 4 GiB")
}

fn is_an_input() -> io::Error {
    let message = "it is one of the input files";
    io::Error::new(ErrorKind::InvalidInput, message)
}

/// Calls a function before the first byte is written.
struct Begun<'b, W> {
    inner: W,
    begin: Option<&'b (dyn Fn() + Sync)>,
}

impl<W: Write> Write for Begun<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(begin) = self.begin.take() {
            begin();
        }
        self.inner.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Calls the hook before it reads or writes.
struct Watched<T> {
    inner: T,
    gate: Gate,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = (self.gate)(Call::Read).and_then(|()| self.inner.read(buffer));
            // Some readers treat an interrupted read as an error, so it is repeated here.
            match read {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                read => return read,
            }
        }
    }
}

impl<W: Write> Write for Watched<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (self.gate)(Call::Write)?;
        self.inner.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
