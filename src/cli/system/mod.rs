//! What a run touches outside of itself: the standard streams, the files that it reads, and the one
//! that it writes.
//!
//! Every command opens its inputs and its output here, so that no command can forget that an answer
//! never replaces an input. Tests hand in streams and a hook that lets a call fail.

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

pub use names::try_remove_all as remove_drafts;
pub use signals::{at_signal, ignore_file_size_signal};

/// Largest input that is read.
pub const LARGEST: u64 = 4 << 30;
/// Bytes that are collected before they are written.
const BUFFER: usize = 1 << 16;

/// Something to read from.
pub type Input = Box<dyn Read + Send>;
/// Something to write to.
pub type Sink = Box<dyn Write + Send>;
/// Called before each call; its error stands for one of the operating system.
pub type Gate = Arc<dyn Fn(Call) -> io::Result<()> + Send + Sync>;

/// A call to the operating system that can fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// Opens a file to read it.
    Open,
    /// Reads from a file or from standard input.
    Read,
    /// Lists the files of a folder.
    List,
    /// Opens the file to write, or makes a new one.
    Create,
    /// Makes a new file without a name; one with a name is made where that fails.
    Nameless,
    /// Writes to a file or to standard output.
    Write,
    /// Gives a new file the owner and the mode of the old one.
    Keep,
    /// Waits until a new file is on the disk.
    Sync,
    /// Puts a new file in its place.
    Publish,
}

/// Standard streams other than those of the process.
pub struct Streams {
    /// Opens standard input.
    pub stdin: Box<dyn Fn() -> Input + Send + Sync>,
    /// Opens standard output.
    pub stdout: Box<dyn Fn() -> Sink + Send + Sync>,
    /// Opens standard error.
    pub stderr: Box<dyn Fn() -> Sink + Send + Sync>,
}

/// What to do with a file that exists where the answer goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// Replace it.
    Replace,
    /// Leave it alone.
    Keep,
}

/// Streams and files of a run.
pub struct System {
    /// `None` for those of the process.
    streams: Option<Streams>,
    gate: Gate,
    /// Every regular file that was opened to be read.
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
    pub fn stdin(&self) -> io::Result<Input> {
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

    /// A file to read.
    ///
    /// # Errors
    /// It cannot be opened, is a folder or is too large.
    pub fn open(&self, path: &Path) -> io::Result<Input> {
        self.gate(Call::Open)?;
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            return Err(folder());
        }
        if metadata.len() > LARGEST {
            return Err(too_large());
        }
        self.remember(Identity::of(path, &metadata));
        Ok(Box::new(self.watched(file)))
    }

    /// A file to read that is on a disk: a pipe might let the reader wait for ever.
    ///
    /// # Errors
    /// It cannot be opened, is not a regular file or is too large.
    pub fn open_regular(&self, path: &Path) -> io::Result<Input> {
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
    pub fn list(&self, folder: &Path) -> io::Result<Vec<OsString>> {
        self.gate(Call::List)?;
        let names = fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name()));
        let mut names: Vec<OsString> = names.collect::<io::Result<_>>()?;
        names.sort();
        Ok(names)
    }

    /// True when answers on standard output go to a terminal.
    pub fn stdout_is_terminal(&self) -> bool {
        self.streams.is_none() && io::stdout().is_terminal()
    }

    /// True when messages go to a terminal.
    pub fn stderr_is_terminal(&self) -> bool {
        self.streams.is_none() && io::stderr().is_terminal()
    }

    /// True when answers on standard output are to be coloured: the user's choice, or else that of
    /// the environment (`NO_COLOR`, `CLICOLOR_FORCE`, `CLICOLOR`, `TERM`) and of the terminal.
    pub fn colors_stdout(&self, choice: ColorChoice) -> bool {
        self.colors(choice, &io::stdout())
    }

    /// The same for messages on standard error.
    pub fn colors_stderr(&self, choice: ColorChoice) -> bool {
        self.colors(choice, &io::stderr())
    }

    fn colors(&self, choice: ColorChoice, stream: &impl RawStream) -> bool {
        match choice {
            ColorChoice::Always | ColorChoice::AlwaysAnsi => true,
            ColorChoice::Never => false,
            // Streams other than those of the process have no terminal.
            ColorChoice::Auto if self.streams.is_some() => false,
            ColorChoice::Auto => AutoStream::choice(stream) != ColorChoice::Never,
        }
    }

    /// Writes an answer to standard output; `begin` is called before its first byte.
    ///
    /// # Errors
    /// It cannot be written, its reader is gone, or it is one of the inputs.
    pub fn print(
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
        render(&mut out).and_then(|()| out.flush()).map_err(worded)
    }

    /// Says something on standard error. When that cannot be written there is no one to tell.
    pub fn say(&self, text: &str) {
        match &self.streams {
            Some(streams) => {
                let _ = (streams.stderr)().write_all(format!("{text}\n").as_bytes());
            }
            None => report(text),
        }
    }

    /// Writes an answer to a file, whole or not at all: it is put in place when it is complete and
    /// on the disk. Links are followed. A device or a pipe is written as the answer comes.
    ///
    /// # Errors
    /// It cannot be written, is one of the inputs, or exists and is to be left alone. What was in
    /// the file before is unchanged then.
    pub fn write(
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
            return render(&mut out).and_then(|()| out.flush()).map_err(worded);
        }
        let draft = match self.gate(Call::Nameless) {
            Ok(()) => DraftFile::in_folder_of(&target)?,
            Err(_) => DraftFile::named_beside(&target)?,
        };
        let mut out = BufWriter::with_capacity(BUFFER, self.watched(draft.file()));
        render(&mut out)
            .and_then(|()| out.flush())
            .map_err(worded)?;
        drop(out);
        if let Some(known) = &known {
            self.gate(Call::Keep)
                .and_then(|()| draft.take_after(known))
                .context("the new file cannot have the mode of the old one")?;
        }
        self.gate(Call::Sync)
            .and_then(|()| draft.file().sync_all())
            .map_err(worded)
            .context("the new file cannot be put on the disk")?;
        self.gate(Call::Publish)
            .and_then(|()| draft.publish(&target, existing))
            .map_err(worded)
    }

    /// Refuses to replace a folder, an input, and what the user may not write to.
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
            // Opening changes nothing, and tells whether the user may write.
            OpenOptions::new().write(true).open(target)?;
        }
        Ok(())
    }
}

/// Says something on the standard error of the process, if it can be written. It is coloured already
/// or not: consoles of Windows that know no escape sequences are called instead.
pub fn report(text: &str) {
    let mut stderr = AutoStream::always(io::stderr());
    let _ = stderr.write_all(format!("{text}\n").as_bytes());
}

/// Where a path leads when every link is followed, and what is there.
fn followed(path: &Path) -> io::Result<(PathBuf, Option<fs::Metadata>)> {
    match fs::metadata(path) {
        Ok(known) if known.is_file() => Ok((path.canonicalize()?, Some(known))),
        // A device or a pipe is opened by its own name: `/dev/stdout` leads to no path.
        Ok(known) => Ok((path.to_owned(), Some(known))),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let mut target = path.to_owned();
            // The system has followed the links to their end, so there is one.
            while let Ok(link) = fs::read_link(&target) {
                target = target.with_file_name("").join(link);
            }
            Ok((target, None))
        }
        Err(error) => Err(error),
    }
}

/// An error of writing, after words that name what a user can change about it.
fn worded(error: io::Error) -> anyhow::Error {
    let words = match error.kind() {
        ErrorKind::StorageFull => "the disk is full",
        ErrorKind::QuotaExceeded => "your disk quota is used up",
        ErrorKind::FileTooLarge => "it is larger than a file may be (see `ulimit -f`)",
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
    let message = "it is one of the files that this answer is made from";
    io::Error::new(ErrorKind::InvalidInput, message)
}

/// Calls something before the first byte is written.
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
            // Not every reader of files takes a signal for what it is.
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
