//! Law: CPU time grows no faster than the number of functions, whatever digits the values have,
//! in every format and command.
//!
//! CPU time of the program is compared per row, so the speed of the machine cancels. A run that
//! would take far too long is ended by a limit on its CPU time, and fails. CPU time is that of all
//! children of the process, so there is one test and its runs are made one after the other.

#![cfg(unix)]

use nix::sys::resource::{UsageWho, getrusage};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// CPU seconds after which a run is ended.
const LIMIT: u32 = 60;
/// How much more a row of the large fleet may cost than one of the small fleet. Times of twice the
/// length come with a busy machine; a square law would give 10.
const TOLERANCE: u128 = 3;

/// Decimals of 17 significant digits, as exports of pandas and SQL write them.
struct Digits(u64);

impl Digits {
    fn next(&mut self, from: u64, to: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        from + (self.0 >> 33) % (to - from)
    }

    /// `whole` with further digits, the last of them odd, so that none can be dropped.
    fn long(&mut self, whole: &str) -> String {
        let mut text = format!("{whole}.");
        let room = 16 - whole.trim_start_matches('0').len();
        for _ in 0..room {
            write!(text, "{}", self.next(0, 10)).expect("text");
        }
        write!(text, "{}", 2 * self.next(0, 4) + 1).expect("text");
        text
    }
}

fn fleet(rows: u64) -> String {
    let mut digits = Digits(rows);
    let mut text = String::from(
        "name,memory_mb,duration_ms,invocations_per_month,utilization,cpu_ms,\
         memory_per_request_mb,base_memory_mb,target_utilization,cold_start_rate,init_ms,\
         error_rate,retries,budget.monthly_usd.deny\n",
    );
    for row in 0..rows {
        let memory = [128, 256, 512, 1024, 1769, 3008][row as usize % 6];
        let duration = digits.next(20, 900).to_string();
        let calls = digits.next(1_000, 9_000_000);
        let cells = [
            digits.long(&duration),
            calls.to_string(),
            digits.long("0"),
            digits.long("17"),
            digits.long("90"),
            digits.long("30"),
            digits.long("0"),
            digits.long("0"),
            digits.long("350"),
            digits.long("0"),
            "2".to_owned(),
            digits.long("3"),
        ];
        writeln!(text, "f{row},{memory},{}", cells.join(",")).expect("text");
    }
    text
}

/// Microseconds of CPU time that a run takes.
fn cpu(arguments: &[&str], folder: &Path) -> u128 {
    let children = || {
        let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("usage");
        [usage.user_time(), usage.system_time()]
            .map(|time| u128::try_from(time.tv_sec() * 1_000_000 + time.tv_usec()).expect("a time"))
            .iter()
            .sum::<u128>()
    };
    let before = children();
    let limited = format!("ulimit -t {LIMIT} && exec \"$0\" \"$@\"");
    let output = Command::new("sh")
        .args(["-c", &limited, env!("CARGO_BIN_EXE_lambdacost")])
        .args(arguments)
        .current_dir(folder)
        .stdout(Stdio::null())
        .output()
        .expect("sh");
    let code = output.status.code();
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(
        matches!(code, Some(0 | 1)),
        "{arguments:?}: {code:?} {message}"
    );
    children() - before
}

/// Fleets of some sizes, and a scenario that points to each.
struct Fleets(tempfile::TempDir);

impl Fleets {
    fn new(sizes: &[u64]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for rows in sizes {
            let write = |name: String, text: String| {
                std::fs::write(folder.path().join(name), text).expect("a file");
            };
            write(format!("{rows}.csv"), fleet(*rows));
            let options = "region = \"us-east-1\"\nlambda.concurrency_quota = 1000000000\n";
            let scenario = format!("{options}functions = \"{rows}.csv\"\n");
            write(format!("{rows}.toml"), scenario);
        }
        Self(folder)
    }

    fn path(&self) -> PathBuf {
        self.0.path().to_owned()
    }
}

/// Every command over functions in every format, without the scenario.
const COMMANDS: [&[&str]; 12] = [
    &["compare", "--format", "table"],
    &["compare", "--format", "csv"],
    &["compare", "--format", "json"],
    &["compare", "--format", "markdown"],
    &["compare", "--format", "focus", "--period", "2026-12"],
    &["explain"],
    &["check", "--format", "text"],
    &["check", "--format", "json"],
    &["check", "--format", "github"],
    &["check", "--format", "junit"],
    &["check", "--format", "sarif"],
    &["check", "--format", "markdown"],
];

#[test]
fn cpu_time_grows_no_faster_than_the_fleet() {
    let (small, large) = (400, 4_000);
    let fleets = Fleets::new(&[small, large]);
    for command in COMMANDS {
        let ask = |rows: u64| {
            let scenario = format!("{rows}.toml");
            let arguments = [command, &[&scenario]].concat();
            cpu(&arguments, &fleets.path())
        };
        let least = (0..3).map(|_| ask(small)).min().expect("three runs");
        let most = ask(large);
        let times = u128::from(large / small);
        assert!(
            most <= TOLERANCE * times * least,
            "{command:?}: {least} us for {small} rows, {most} us for {large}"
        );
    }
}
