//! Files and streams: what is read, what is written, what is left behind, and how a run ends.

mod endings;
mod faults;
mod inputs;
mod outputs;
mod terminal;
mod wrong;

use lambdacost::internals::cli::system::{Gate, Input, Streams, System};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

const SCENARIO: &str = "region = \"us-east-1\"\n[[function]]\nname = \"a\"\nmemory_mb = 512\n\
                        duration_ms = 100\ninvocations_per_month = 1000000\nutilization = 0.35\n";
const COLUMNS: &str = "name,memory_mb,duration_ms,invocations_per_month,utilization\n";
const PRICES: &str = "region = \"us-east-1\"\nas_of = \"2026-11-01\"\n";

/// A functions file with a number of functions.
fn fleet(count: usize) -> String {
    let rows = (0..count).map(|row| format!("f{row},512,{}.5,1000000,0.35\n", 100 + row % 50));
    COLUMNS.to_owned() + &rows.collect::<String>()
}

/// A temporary folder in which the program runs, with a scenario, a functions file, a scenario that
/// names it, a baseline and prices.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().expect("a folder"));
        folder.write("scenario.toml", SCENARIO);
        folder.write("functions.csv", fleet(3));
        folder.write(
            "of-functions-file.toml",
            "region = \"us-east-1\"\nfunctions = \"functions.csv\"\n",
        );
        fs::create_dir(folder.at("prices")).expect("created");
        folder.write("prices/us-east-1.toml", PRICES);
        let report = folder.run(&["compare", "scenario.toml", "--format", "json"]);
        folder.write("before.json", report.stdout);
        folder
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn at(&self, file: impl AsRef<Path>) -> PathBuf {
        self.path().join(file)
    }

    fn write(&self, file: impl AsRef<Path>, content: impl AsRef<[u8]>) {
        fs::write(self.at(file), content).expect("written");
    }

    fn read(&self, file: impl AsRef<Path>) -> Vec<u8> {
        fs::read(self.at(file)).expect("readable")
    }

    /// Names in the folder, sorted.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path()).expect("listed");
        let name = |entry: io::Result<fs::DirEntry>| entry.expect("an entry").file_name();
        let mut names: Vec<_> = entries.map(name).collect();
        names.sort();
        let text = |name: &OsString| name.to_string_lossy().into_owned();
        names.iter().map(text).collect()
    }

    fn command(&self, arguments: &[impl AsRef<OsStr>]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lambdacost"));
        command.args(arguments).current_dir(self.path());
        command.stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[impl AsRef<OsStr>]) -> Run {
        Run::of(self.command(arguments).output().expect("it starts"))
    }

    /// Runs a line in a shell, in which `$L` is the program.
    #[cfg(unix)]
    fn shell(&self, line: &str) -> Run {
        let mut shell = Command::new("sh");
        shell
            .args(["-c", line])
            .env("L", env!("CARGO_BIN_EXE_lambdacost"));
        let shell = shell.current_dir(self.path()).stdin(Stdio::null());
        Run::of(shell.output().expect("a shell"))
    }

    /// A run in this process. An argument `@name` is a file of the folder.
    fn run_inside(&self, arguments: &[&str], stdin: fn() -> Input, gate: Gate) -> Run {
        let own = |argument: &&str| match argument.strip_prefix('@') {
            Some(name) => self.at(name).into_os_string(),
            None => OsString::from(argument),
        };
        let program = [OsString::from("lambdacost")].into_iter();
        let arguments: Vec<OsString> = program.chain(arguments.iter().map(own)).collect();
        let [stdout, stderr] = [Memory::default(), Memory::default()];
        let streams = Streams {
            stdin: Box::new(stdin),
            stdout: stdout.opener(),
            stderr: stderr.opener(),
        };
        let code = lambdacost::internals::cli::run(&System::new(streams, gate), &arguments);
        Run {
            code: Some(code.into()),
            stdout: stdout.text(),
            stderr: stderr.text(),
        }
    }
}

/// A stream that keeps what is written to it.
#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Vec<u8>>>);

impl Memory {
    fn opener(&self) -> Box<dyn Fn() -> Box<dyn Write + Send> + Send + Sync> {
        let own = self.clone();
        Box::new(move || Box::new(own.clone()))
    }

    fn text(&self) -> String {
        let bytes = self
            .0
            .lock()
            .expect("no thread panics while it writes")
            .clone();
        String::from_utf8(bytes).expect("UTF-8")
    }
}

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0
            .lock()
            .expect("no thread panics while it writes")
            .write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// How a run ended.
#[derive(Debug)]
struct Run {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Run {
    fn of(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("answers are UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("messages are UTF-8"),
        }
    }

    /// Refused with the code in brackets and these words, and nothing on standard output.
    #[track_caller]
    fn refused(&self, code: &str, words: &str) {
        assert_eq!(self.code, Some(2), "{self:?}");
        let title = format!("error[{code}]: ");
        assert!(self.stderr.starts_with(&title), "{self:?}");
        // Help is folded.
        let unfolded = self.stderr.split_whitespace().filter(|word| *word != "|");
        let unfolded: Vec<&str> = unfolded.collect();
        assert!(unfolded.join(" ").contains(words), "{words}: {self:?}");
        assert!(self.stdout.is_empty(), "{self:?}");
    }

    #[track_caller]
    fn answered(&self) {
        assert_eq!((self.code, &*self.stderr), (Some(0), ""), "{self:?}");
    }
}
