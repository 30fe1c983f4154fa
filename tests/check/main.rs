//! `lambdacost check`: what it finds at the boundary of every rule, its report in every format, and
//! names and files that try to break it.
//!
//! All prices are round: see [`PRICES`]. Unless a test states something else, a function costs $10 on
//! Lambda and $20 on Fargate.

mod baselines;
mod changes;
mod files;
mod formats;
mod hostile;
mod levels;
#[path = "../outside/mod.rs"]
mod outside;
#[path = "../round_prices/mod.rs"]
mod round_prices;
mod rules;
mod tags;

use lambdacost::internals::cli::system::System;
use outside::quoted;
use round_prices::PRICES;
use serde_json::Value;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// 200 hours x 2 tasks x $0.05 = $20 on Fargate.
const HEAD: &str = "region = \"us-east-1\"\ndefaults.container.hours_per_month = 200\n\
                    platforms = [\"lambda\", \"fargate\"]\n";

/// A million calls of 1 s are 1.39 in flight, 3.5 at 40 %: two tasks, the fewest, carry 40.
/// Lambda reaches $20 at twice the calls, so the crossover is at 80 %.
fn function(name: &str, extra: &str) -> String {
    of_calls(name, 1_000_000, extra)
}

fn of_calls(name: &str, calls: u64, extra: &str) -> String {
    format!(
        "\n[[function]]\nname = {}\nmemory_mb = 1024\nduration_ms = 1000\n\
         invocations_per_month = {calls}\nutilization = 0.4\n\
         container = {{ requests_per_task = 20, task = {{ vcpu = 1, memory_gb = 2 }} }}\n{extra}",
        quoted(name)
    )
}

/// A scenario of one function.
fn one(extra: &str) -> String {
    format!("{HEAD}{}", function("one", extra))
}

/// A temporary folder with round prices, in which the program runs.
struct Folder(TempDir);

impl Folder {
    fn with(file: &str, content: impl AsRef<[u8]>) -> Self {
        Self(round_prices::folder(file, content))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, file: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path().join(file), content).expect("written");
    }

    fn read(&self, file: &str) -> Vec<u8> {
        fs::read(self.path().join(file)).expect("readable")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lambdacost"));
        command.args(arguments).current_dir(self.path());
        command
            .env_remove("NO_COLOR")
            .env_remove("SOURCE_DATE_EPOCH");
        command.stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Run {
        Run::of(self.command(arguments).output().expect("it starts"))
    }

    /// `check` with round prices.
    fn check(&self, arguments: &[&str]) -> Run {
        self.run(&[&["check", "--prices", "prices"], arguments].concat())
    }

    /// What `check` writes with a number of threads. It runs in this process, because no option sets the
    /// number.
    fn check_inside(&self, threads: usize, arguments: &[&str]) -> String {
        let own = |argument: &&str| match self.path().join(argument) {
            file if file.is_file() => file.into_os_string(),
            _ => OsString::from(argument),
        };
        let prices = self.path().join("prices").into_os_string();
        let flags = ["lambdacost", "check", "--prices"].map(OsString::from);
        let arguments = flags
            .into_iter()
            .chain([prices])
            .chain(arguments.iter().map(own));
        let output = self.path().join("inside");
        let output = [OsString::from("--output"), output.into_os_string()];
        let arguments: Vec<OsString> = arguments.chain(output).collect();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let run = || lambdacost::internals::cli::run(&System::of_process(), &arguments);
        let code = pool.build().expect("threads").install(run);
        assert_eq!(code, 1);
        String::from_utf8(self.read("inside")).expect("answers are UTF-8")
    }

    /// The findings of `check`.
    fn findings(&self, arguments: &[&str]) -> Vec<Found> {
        let run = self.check(&[arguments, &["--format", "json"]].concat());
        run.findings()
    }
}

/// How a run ended.
struct Run {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Run {
    fn of(output: Output) -> Self {
        let run = Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("answers are UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("messages are UTF-8"),
        };
        assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
        run
    }

    /// A report, whether a rule was broken or not.
    fn reported(&self, code: i32, what: &str) {
        assert_eq!(
            self.code,
            Some(code),
            "{what}: {}{}",
            self.stdout,
            self.stderr
        );
        assert_eq!(self.stderr, "", "{what}");
        assert!(self.stdout.ends_with('\n'), "{what}: {}", self.stdout);
    }

    /// Refused with a message of that code, and nothing on standard output.
    fn refused(&self, code: &str, what: &str) {
        assert_eq!(self.code, Some(2), "{what}: {}", self.stderr);
        assert!(
            self.stderr.contains(&format!("error[{code}]")),
            "{what}: {}",
            self.stderr
        );
        assert_eq!(self.stdout, "", "{what}");
        let obeyed = |c: char| c != '\n' && lambdacost::internals::text::is_unsafe(c);
        assert!(!self.stderr.contains(obeyed), "{what}: {:?}", self.stderr);
        assert!(
            self.stderr.len() < 4000,
            "{what}: {} bytes",
            self.stderr.len()
        );
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| {
            panic!("{error}: {}{}", self.stdout, self.stderr);
        })
    }

    /// The findings of a report in JSON; the code of the exit agrees with them.
    fn findings(&self) -> Vec<Found> {
        let json = self.json();
        let list = json["findings"].as_array().expect("a list");
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let found: Vec<Found> = list
            .iter()
            .map(|one| Found {
                rule: text(&one["rule"]),
                level: text(&one["level"]),
                function: text(&one["function"]),
                actual: text(&one["actual"]),
                limit: text(&one["limit"]),
                message: text(&one["message"]),
            })
            .collect();
        let count = |level| found.iter().filter(|one| one.level == level).count();
        let denied = count("deny");
        assert_eq!(self.code, Some(i32::from(denied > 0)), "{}", self.stderr);
        assert_eq!(json["denied"], denied);
        assert_eq!(json["warned"], count("warn"));
        assert_eq!(json["noticed"], count("notice"));
        assert_eq!(json["passed"], denied == 0);
        assert_eq!(self.stderr, "");
        found
    }
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Found {
    rule: String,
    level: String,
    function: String,
    actual: String,
    limit: String,
    message: String,
}

impl Found {
    /// Everything but the sentence.
    fn is(&self, expected: [&str; 5]) -> bool {
        let own = [
            &self.rule,
            &self.level,
            &self.function,
            &self.actual,
            &self.limit,
        ];
        own.into_iter().eq(expected)
    }
}

/// The findings of a scenario are these: rule, level, function, actual, limit.
#[track_caller]
fn finds(scenario: &str, arguments: &[&str], expected: &[[&str; 5]]) {
    let folder = Folder::with("scenario.toml", scenario);
    are(
        &folder.findings(&[&["scenario.toml"], arguments].concat()),
        expected,
    );
}

#[track_caller]
fn are(found: &[Found], expected: &[[&str; 5]]) {
    let same = found.len() == expected.len();
    let same = same
        && found
            .iter()
            .zip(expected)
            .all(|(one, other)| one.is(*other));
    assert!(same, "{found:#?}\nare not {expected:#?}");
}
