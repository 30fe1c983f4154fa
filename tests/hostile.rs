//! Hostile and broken inputs: the program gives an answer or a message with exit code 0 or 2, does not
//! panic, and does not leave half a file.

#[path = "outside/mod.rs"]
mod outside;

use lambdacost::internals::scenario::schema::{Bounds, Field, ValueKind};
use lambdacost::internals::text::{escaped_name, is_unsafe};
use outside::{REFUSED, commands, names, paddings, quoted};
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

const COLUMNS: &str = "name,memory_mb,duration_ms,invocations_per_month,utilization\n";

/// A temporary folder in which the program runs.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn with(file: &str, content: impl AsRef<[u8]>) -> Self {
        let folder = Self::new();
        folder.write(file, content);
        folder
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

    /// Names of all files, sorted.
    fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path()).expect("readable");
        let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
        let mut names: Vec<_> = entries
            .map(|entry| name(entry.expect("an entry")))
            .collect();
        names.sort();
        names
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lambdacost"));
        command.args(arguments).current_dir(self.path());
        command.stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Run {
        Run::of(self.command(arguments).output().expect("it starts"))
    }
}

/// How a run ended.
struct Run {
    code: Option<i32>,
    stdout: Vec<u8>,
    stderr: String,
}

impl Run {
    fn of(output: Output) -> Self {
        let run = Self {
            code: output.status.code(),
            stdout: output.stdout,
            stderr: String::from_utf8(output.stderr).expect("messages are UTF-8"),
        };
        assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
        run
    }

    fn answered(&self, what: &str) {
        assert_eq!(self.code, Some(0), "{what}: {}", self.stderr);
        assert!(
            self.stderr.is_empty() && !self.stdout.is_empty(),
            "{what}: {}",
            self.stderr
        );
    }

    /// Refused, with at least one message of that code, and nothing on standard output.
    fn refused(&self, code: &str, what: &str) {
        assert_eq!(self.code, Some(2), "{what}: {}", self.stderr);
        assert!(
            self.stderr.contains(&format!("error[{code}]")),
            "{what}: {}",
            self.stderr
        );
        assert!(self.stdout.is_empty(), "{what}: wrote an answer");
        let escaped = self.stderr.chars().all(|c| c == '\n' || !c.is_control());
        assert!(escaped, "{what}: {:?}", self.stderr);
        assert!(
            self.stderr.len() < 60_000,
            "{what}: {} bytes",
            self.stderr.len()
        );
    }
}

/// A scenario of one function, with these keys in addition to its name.
fn scenario(keys: &str) -> String {
    format!("region = \"us-east-1\"\n\n[[function]]\nname = \"one\"\n{keys}")
}

/// The keys that a function needs, some of them replaced.
fn keys(replaced: &[(&str, &str)]) -> String {
    let usual = [
        ("memory_mb", "512"),
        ("duration_ms", "100"),
        ("invocations_per_month", "1_000_000"),
        ("utilization", "0.35"),
    ];
    let value = |key: &str| replaced.iter().find(|(other, _)| *other == key);
    let mut lines: Vec<String> = usual
        .iter()
        .filter_map(|(key, usual)| match value(key) {
            Some((_, "")) => None,
            Some((_, other)) => Some(format!("{key} = {other}\n")),
            None => Some(format!("{key} = {usual}\n")),
        })
        .collect();
    let added = replaced
        .iter()
        .filter(|(key, _)| !usual.iter().any(|(known, _)| known == key));
    lines.extend(added.map(|(key, value)| format!("{key} = {value}\n")));
    lines.concat()
}

fn compare(file: &str, content: impl AsRef<[u8]>) -> Run {
    Folder::with(file, content).run(&["compare", file, "--region", "us-east-1"])
}

#[test]
fn files_that_are_not_scenarios_are_refused() {
    let long = format!("name = \"{}\"\n", "x".repeat(10 << 20));
    let plain = "x".repeat(10 << 20);
    let nested = format!("a = {}", "[".repeat(10_000));
    let braces = format!("a = {}", "{a=".repeat(10_000));
    let dotted = format!("a{} = 1", ".a".repeat(10_000));
    let tables = format!("[{}a{}]", "[".repeat(10_000), "]".repeat(10_000));
    let cases: [(&str, &[u8], &str); 15] = [
        ("empty", b"", "no-function"),
        ("whitespace", b" \n\t\n  \r\n", "no-function"),
        ("byte order mark alone", b"\xef\xbb\xbf", "no-function"),
        ("invalid UTF-8", b"region = \"\xff\"", "unreadable"),
        ("UTF-16", b"\xff\xfer\0e\0g\0", "unreadable"),
        ("NUL bytes", &[0; 4096], "unreadable"),
        (
            "a NUL byte in a name",
            b"[[function]]\nname = \"a\0b\"\n",
            "unreadable",
        ),
        ("a long value", long.as_bytes(), "unknown-key"),
        ("a long line", plain.as_bytes(), "syntax"),
        ("brackets", nested.as_bytes(), "syntax"),
        ("braces", braces.as_bytes(), "syntax"),
        ("dots", dotted.as_bytes(), "syntax"),
        ("brackets of a table", tables.as_bytes(), "syntax"),
        ("JSON", b"{\"region\": \"us-east-1\"}", "syntax"),
        ("a page", b"<!doctype html>\n<title>404</title>\n", "syntax"),
    ];
    for (what, content, code) in cases {
        compare("scenario.toml", content).refused(code, what);
    }
}

#[test]
fn files_that_are_not_functions_files_are_refused() {
    let long = format!("{COLUMNS}{},512,1,1,0.5\n", "x".repeat(1 << 19));
    let endless = format!("{COLUMNS}{},512,1,1,0.5\n", "x".repeat(10 << 20));
    let cells = format!("{COLUMNS}{}\n", ",".repeat(1 << 20));
    let quote = format!(
        "{COLUMNS}\"a,512,1,1,0.5\n{}",
        "b,512,1,1,0.5\n".repeat(1000)
    );
    let row = |row: &str| format!("{COLUMNS}{row}\n").into_bytes();
    let cases: [(&str, Vec<u8>, &str); 23] = [
        ("empty", Vec::new(), "syntax"),
        ("whitespace", b" \n\n".to_vec(), "unknown-key"),
        ("header only", COLUMNS.into(), "no-function"),
        (
            "header without an end of line",
            COLUMNS.trim_end().into(),
            "no-function",
        ),
        ("NUL bytes", vec![0; 4096], "unreadable"),
        (
            "invalid UTF-8 in the header",
            b"n\xffme\na\n".to_vec(),
            "unreadable",
        ),
        (
            "invalid UTF-8 in a row",
            [COLUMNS.as_bytes(), b"\xff,512,1,1,0.5\n"].concat(),
            "unreadable",
        ),
        (
            "invalid UTF-8 in a number",
            [COLUMNS.as_bytes(), b"a,5\xff2,1,1,0.5\n"].concat(),
            "unreadable",
        ),
        (
            "a character across two cells",
            [COLUMNS.as_bytes(), b"a\xc3,\xa9512,1,1,0.5\n"].concat(),
            "unreadable",
        ),
        (
            "a NUL byte in a number",
            row("a,5\u{0}2,1,1,0.5"),
            "unreadable",
        ),
        (
            "an unknown column",
            b"name,colour\na,red\n".to_vec(),
            "unknown-key",
        ),
        (
            "a column twice",
            b"name,memory_mb,memory_mb\na,1,2\n".to_vec(),
            "conflict",
        ),
        (
            "a column under both names",
            b"name,cpu_ms,container.cpu_ms\na,1,2\n".to_vec(),
            "conflict",
        ),
        ("a short row", row("a,512"), "syntax"),
        ("a long row", row("a,512,1,1,0.5,6"), "syntax"),
        ("a long cell", long.into_bytes(), "out-of-range"),
        ("a row without an end", endless.into_bytes(), "syntax"),
        ("semicolons", b"name;memory_mb\na;1\n".to_vec(), "syntax"),
        (
            // The rows would be one, of a long name.
            "a quote that a later row closes",
            row("\"a,512,1,1,0.5\n\"b\",512,1,1,0.5"),
            "syntax",
        ),
        ("text after a quote", row("\"a\"b,512,1,1,0.5"), "syntax"),
        (
            "an open quote in the last cell",
            b"memory_mb,duration_ms,invocations_per_month,utilization,name\n\
              512,1,1,0.5,\"a\n512,1,1,0.5,b\n"
                .to_vec(),
            "syntax",
        ),
        ("a million cells", cells.into_bytes(), "syntax"),
        ("an open quote", quote.into_bytes(), "syntax"),
    ];
    for (what, content, code) in cases {
        compare("functions.csv", content).refused(code, what);
    }
}

#[test]
fn paths_that_are_not_readable_files_are_refused() {
    let folder = Folder::with("scenario.toml", scenario(&keys(&[])));
    fs::create_dir(folder.path().join("folder")).expect("created");
    folder
        .run(&["compare", "gone.toml"])
        .refused("unreadable", "missing");
    folder
        .run(&["compare", "gone/gone.toml"])
        .refused("unreadable", "missing folder");
    folder
        .run(&["compare", "folder"])
        .refused("unreadable", "folder");
    folder
        .run(&["compare", "scenario.toml/x"])
        .refused("unreadable", "file as a folder");
    let prices = ["compare", "scenario.toml", "--prices", "scenario.toml"];
    folder
        .run(&prices)
        .refused("unreadable", "prices in a file");
    folder
        .run(&["compare", "-"])
        .refused("no-function", "nothing on standard input");
    let long = "x".repeat(5000);
    folder
        .run(&["compare", &long])
        .refused("unreadable", "a name of 5,000 letters");
    folder
        .run(&["compare", "a\u{1b}[2J\nb.toml"])
        .refused("unreadable", "a name of escapes");
}

#[test]
fn values_that_are_not_valid_numbers_are_refused() {
    for (value, code) in [
        ("nan", "wrong-type"),
        ("-nan", "wrong-type"),
        ("inf", "wrong-type"),
        ("-inf", "wrong-type"),
        ("\"NaN\"", "wrong-type"),
        ("\"\"", "wrong-type"),
        ("\"1e\"", "wrong-type"),
        ("\"0x10\"", "wrong-type"),
        ("\"٣\"", "wrong-type"),
        ("1979-05-27", "wrong-type"),
        ("true", "wrong-type"),
        ("{}", "wrong-type"),
        ("-1", "out-of-range"),
        ("1e30", "out-of-range"),
        ("1e400", "out-of-range"),
        ("\"1e99999999999999999999\"", "out-of-range"),
        ("0.5", "out-of-range"),
        (
            "99999999999999999999999999999999999999999999",
            "out-of-range",
        ),
    ] {
        let keys = keys(&[("invocations_per_month", value)]);
        compare("scenario.toml", scenario(&keys)).refused(code, value);
        let quoted = value.trim_matches('"');
        if !["", "{}"].contains(&quoted) {
            let row = format!("{COLUMNS}a,512,100,{quoted},0.5\n");
            compare("functions.csv", row).refused(code, &format!("{value} in a fleet"));
        }
    }
}

#[test]
fn unusual_spellings_of_numbers_are_read() {
    let lambda = |keys: &str| {
        let folder = Folder::with("scenario.toml", scenario(keys));
        let run = folder.run(&["compare", "scenario.toml", "--format", "csv"]);
        run.answered(keys);
        String::from_utf8(run.stdout).expect("UTF-8")
    };
    let usual = lambda(&keys(&[("memory_mb", "128")]));
    for (key, value) in [
        ("memory_mb", "0x80"),
        ("memory_mb", "0b1000_0000"),
        ("memory_mb", "0o200"),
        ("memory_mb", "1.28e2"),
        ("memory_mb", "\" 128 \""),
        ("memory_mb", "128.000"),
    ] {
        assert_eq!(lambda(&keys(&[(key, value)])), usual, "{value}");
    }
    for (key, value) in [
        ("utilization", "\"35%\""),
        ("utilization", "\"35 %\""),
        ("utilization", "35e-2"),
    ] {
        assert_eq!(
            lambda(&keys(&[("memory_mb", "128"), (key, value)])),
            usual,
            "{value}"
        );
    }
    compare("scenario.toml", scenario(&keys(&[("memory_mb", "0x10")]))).answered("0x10 MB");
    compare(
        "scenario.toml",
        scenario(&keys(&[("utilization", "1e-28")])),
    )
    .answered("1e-28");
}

/// The keys of a function in which one field has a value, with the other keys that the field needs.
fn with_field(field: Field, value: &str) -> String {
    let needed: &[(&str, &str)] = match field {
        Field::MeasuredDurationMs => &[("duration_ms", "")],
        Field::RequestsPerSecond => &[("invocations_per_month", "")],
        Field::PeakConcurrency => &[("utilization", ""), ("invocations_per_month", "0")],
        Field::ColdStartRate => &[("init_ms", "100")],
        Field::InitMs => &[("cold_start_rate", "0.5")],
        Field::RequestsPerTask => &[("container.task", "{ vcpu = 1, memory_gb = 2 }")],
        Field::TaskVcpu => &[("container.task.memory_gb", "2")],
        Field::TaskMemoryGb => &[("container.task.vcpu", "1")],
        Field::ProvisionedEnvironments => &[("provisioned.share_served", "0")],
        Field::ProvisionedHours | Field::ProvisionedDurationMs => &[
            ("provisioned.environments", "1"),
            ("provisioned.share_served", "0"),
        ],
        Field::ProvisionedShare => &[("provisioned.environments", "1")],
        Field::PullSeconds => &[("container.run", "\"job\"")],
        Field::SnapstartVersions => &[
            ("snapstart.runtime", "\"python\""),
            ("snapstart.restore_rate", "1"),
        ],
        Field::SnapstartRestoreRate => &[
            ("snapstart.runtime", "\"dotnet\""),
            ("snapstart.versions", "1"),
        ],
        Field::PollerUnitHours => &[("event_poller.kind", "\"sqs\"")],
        Field::DurableOperations => &[
            ("durable.gb_written_per_month", "0"),
            ("durable.gb_months_retained", "0"),
        ],
        Field::DurableWrittenGb => &[
            ("durable.operations_per_month", "0"),
            ("durable.gb_months_retained", "0"),
        ],
        Field::DurableRetained => &[
            ("durable.operations_per_month", "0"),
            ("durable.gb_written_per_month", "0"),
        ],
        Field::ErrorRate => &[("invocation.retries", "7")],
        Field::Retries => &[("invocation.error_rate", "0.12")],
        _ => &[],
    };
    keys(&[needed, &[(field.path(), value)]].concat())
}

/// Values at the bounds of a number and just beyond them.
fn edges(bounds: &Bounds) -> ([String; 2], [String; 2]) {
    let Bounds { low, high, .. } = *bounds;
    let inside_low = if bounds.above_low {
        format!("{low}.000000001")
    } else {
        low.to_string()
    };
    let outside_low = match (bounds.above_low, bounds.whole, low) {
        (true, _, _) => low.to_string(),
        (_, true, _) => (low - 1).to_string(),
        (_, _, 0) => "-0.000000001".to_owned(),
        _ => format!("{}.999999999", low - 1),
    };
    let outside_high = if bounds.whole {
        (high + 1).to_string()
    } else {
        format!("{high}.000000001")
    };
    ([inside_low, high.to_string()], [outside_low, outside_high])
}

#[test]
fn every_bound_of_a_function_is_exact() {
    let mut tried = 0;
    for field in Field::ALL {
        let path = field.path();
        let ValueKind::Number(bounds) = field.kind() else {
            continue;
        };
        let (inside, outside) = edges(&bounds);
        for value in inside {
            // Two other bounds apply: the largest number of requests makes more invocations than the
            // program takes, and the month has 730 hours here.
            let other_bound = match field {
                Field::RequestsPerSecond => value.len() > 9,
                Field::ProvisionedHours | Field::FleetHours => value == "744",
                _ => false,
            };
            let is_size = [Field::TaskVcpu, Field::TaskMemoryGb].contains(&field);
            let run = compare("scenario.toml", scenario(&with_field(field, &value)));
            let what = format!("{path} = {value}");
            match (other_bound, is_size) {
                (true, _) => run.refused("out-of-range", &what),
                (_, true) => run.refused("not-available", &what),
                _ => run.answered(&what),
            }
        }
        for value in outside {
            let run = compare("scenario.toml", scenario(&with_field(field, &value)));
            run.refused("out-of-range", &format!("{path} = {value}"));
        }
        tried += 1;
    }
    assert!(tried > 20, "only {tried} numbers");
}

#[test]
fn every_bound_of_the_scenario_is_exact() {
    let cases: [(&str, [&str; 2], [&str; 2]); 10] = [
        (
            "hours_per_month",
            ["672", "744"],
            ["671.999999999", "744.000000001"],
        ),
        ("eks.min_nodes", ["1", "1000000"], ["0", "1000001"]),
        (
            "eks.packing_efficiency",
            ["1e-28", "1"],
            ["0", "1.000000001"],
        ),
        ("eks.root_volume_gb", ["0", "16384"], ["-1", "16385"]),
        (
            "eks.daemonsets.vcpu",
            ["0", "1024"],
            ["-1e-9", "1024.000000001"],
        ),
        (
            "eks.daemonsets.memory_mb",
            ["0", "1048576"],
            ["-1e-9", "1048576.000000001"],
        ),
        ("eks.daemonsets.pods", ["0", "10000"], ["-1", "10001"]),
        ("defaults.memory_mb", ["1", "1048576"], ["0", "1048577"]),
        ("fargate-spot.share", ["1e-28", "1"], ["0", "1.000000001"]),
        (
            "fargate-spot.gb_hour_usd = 0\nfargate-spot.vcpu_hour_usd",
            ["0", "1000"],
            ["-1e-9", "1000.000000001"],
        ),
    ];
    for (key, inside, outside) in cases {
        let run = |value: &str| {
            let replaced: &[(&str, &str)] = match key {
                "defaults.memory_mb" => &[("memory_mb", "")],
                _ => &[],
            };
            compare(
                "scenario.toml",
                format!("{key} = {value}\n{}", scenario(&keys(replaced))),
            )
        };
        for value in inside {
            run(value).answered(&format!("{key} = {value}"));
        }
        for value in outside {
            run(value).refused("out-of-range", &format!("{key} = {value}"));
        }
    }
    let name = |length: usize| format!("{COLUMNS}{},512,1,1,0.5\n", "é".repeat(length));
    compare("functions.csv", name(256)).answered("a name of 256 letters");
    compare("functions.csv", name(257)).refused("out-of-range", "a name of 257 letters");
}

/// All platforms, and prices of Spot with as many digits as can be stated.
const EVERYWHERE: &str = "platforms = [\"lambda\", \"fargate\", \"eks\", \"fargate-spot\", \
    \"eks-fargate\"]\nfargate-spot = { share = 0.1234567890123456789012345678, vcpu_hour_usd = \
    999.9999999999999999999999999, gb_hour_usd = 1e-28 }\n";

/// Keys of a scenario at their bounds: those that make the most of everything.
const MOST: &str = "hours_per_month = 744
free_tier = true

[eks]
min_nodes = 1_000_000
packing_efficiency = 1e-28
root_volume_gb = 16_384
extended_support = true
";

const MOST_OF_A_FUNCTION: &str = "invocations_per_month = 1_000_000_000_000_000
utilization = 1e-8
cold_start_rate = 1
init_ms = 900_000
ephemeral_storage_mb = 10_240

[function.container]
min_tasks = 1_000_000
target_utilization = 1e-5
task_storage_gb = 200
";

/// Runs every command and format on a scenario.
fn answers_everything(text: &str, what: &str) {
    let folder = Folder::with("scenario.toml", text);
    for format in ["table", "json", "csv"] {
        let run = folder.run(&["compare", "scenario.toml", "--format", format]);
        run.answered(&format!("{what}, {format}"));
    }
    folder.run(&["explain", "scenario.toml"]).answered(what);
}

#[test]
fn all_largest_values_together_are_answered() {
    let function = |name: &str, own: &str, container: &str| {
        format!("\n[[function]]\nname = \"{name}\"\n{own}{MOST_OF_A_FUNCTION}{container}")
    };
    let fits = function("fits", "memory_mb = 10_240\nduration_ms = 900_000\n", "");
    let small = function("small", "memory_mb = 128\nduration_ms = 1\n", "");
    let fixed = "requests_per_task = 1_000_000\ntask = { vcpu = 32, memory_gb = 244 }\n";
    let fixed = function(
        "fixed",
        "memory_mb = 10_240\nduration_ms = 900_000\n",
        fixed,
    );
    let huge = "cpu_ms = 86_400_000_000\nmemory_per_request_mb = 1_048_576\n\
                base_memory_mb = 1_048_576\n";
    let huge = function(
        "huge",
        "memory_mb = 1_048_576\nduration_ms = 86_400_000\n",
        huge,
    );
    let job = "\n[[function]]\nname = \"job\"\nmemory_mb = 10_240\nduration_ms = 86_400_000\n\
               invocations_per_month = 1\nutilization = 1e-28\n\
               container = { run = \"job\", pull_seconds = 86_400 }\n";
    let job = job.to_owned();
    let region = format!("region = \"us-east-1\"\n{EVERYWHERE}");
    for (what, function) in [
        ("fits", &fits),
        ("small", &small),
        ("fixed", &fixed),
        ("huge", &huge),
        ("job", &job),
    ] {
        answers_everything(&format!("{region}{MOST}{function}"), what);
    }
    answers_everything(
        &format!("{region}{MOST}{fits}{small}{fixed}{huge}{job}"),
        "all",
    );
}

/// 10^15 calls of 15 minutes in an hour are 2.5 * 10^14 in flight.
fn crowd(utilization: &str, target: &str) -> String {
    format!(
        "region = \"us-east-1\"\n\n[[function]]\nname = \"one\"\n\
         memory_mb = 512\nduration_ms = 900_000\ninvocations_per_month = 1e15\n\
         utilization = {utilization}\n[function.container]\nhours_per_month = 1\ntarget_utilization = {target}\n\
         task = {{ vcpu = 16, memory_gb = 32 }}\n"
    )
}

#[test]
fn every_task_of_the_largest_fleet_is_counted() {
    // 2.5 * 10^14 / 10^-12 slots, 55 of them (16 x 1,769 / 512) to a task: 4.54... * 10^24 tasks.
    let folder = Folder::with("scenario.toml", crowd("1e-12", "1"));
    let run = folder.run(&["compare", "scenario.toml", "--format", "json"]);
    run.answered("a crowd");
    let answer = String::from_utf8(run.stdout).expect("text");
    assert!(answer.contains("4545454545454545454545455"), "{answer}");
}

#[test]
fn capacity_that_cannot_be_counted_is_refused() {
    for (utilization, target) in [("1e-13", "1"), ("1e-28", "1e-28"), ("1", "1e-13")] {
        let run = compare("scenario.toml", crowd(utilization, target));
        run.refused("out-of-range", utilization);
        assert!(run.stderr.contains("10^27"), "{}", run.stderr);
    }
}

#[test]
fn all_smallest_values_together_are_answered() {
    let function = "memory_mb = 128\nduration_ms = 1\ninvocations_per_month = 1\n";
    let tiny =
        "\n[function.container]\ncpu_ms = 1e-28\nmemory_per_request_mb = 1e-28\nmin_tasks = 1\n";
    let hours = format!(
        "region = \"us-east-1\"\nhours_per_month = 672\n{EVERYWHERE}eks.min_nodes = 1\n\n\
         [[function]]\nname = \"a\"\n"
    );
    answers_everything(
        &format!("{hours}{function}utilization = 1\n{tiny}"),
        "utilization",
    );
    answers_everything(
        &format!("{hours}{function}peak_concurrency = 1_000_000_000\n{tiny}"),
        "peak",
    );
    let short = "memory_mb = 1\nmeasured_duration_ms = 1e-28\nrequests_per_second = 1e-28\n";
    answers_everything(
        &format!("{hours}{short}utilization = 1e-28\n{tiny}"),
        "measured",
    );
}

#[test]
fn long_digits_everywhere_are_answered() {
    let hours = "region = \"us-east-1\"\nhours_per_month = 729.1234567890123456789012345\n";
    let eks = "\n[eks]\npacking_efficiency = 0.9876543210987654321098765432\n\
        daemonsets = { vcpu = 0.1234567890123456789012345678, memory_mb = 1.1, pods = 1 }\n";
    let function = |number: u32| {
        format!(
            "\n[[function]]\nname = \"f{number}\"\nmemory_mb = {}\n\
             duration_ms = 12345.{number}12345678901234567\n\
             invocations_per_month = 999_999_999_{number}9\n\
             utilization = 0.3141592653589793238462643{number}\ncold_start_rate = 0.{number}271828\n\
             init_ms = 333.{number}33333333333333333\n\n[function.container]\n\
             cpu_ms = 77.{number}77777777777777777\nmemory_per_request_mb = 33.{number}1\n\
             target_utilization = 0.7071067811865475244008443{number}\n",
            128 + number
        )
    };
    let functions: String = (10..30).map(function).collect();
    let text = format!("{hours}{EVERYWHERE}{eks}{functions}");
    answers_everything(&text, "long digits");
}

#[test]
fn a_thousand_functions_of_one_name_are_one_page_of_messages() {
    let function = format!("\n[[function]]\nname = \"one\"\n{}", keys(&[]));
    let run = compare("scenario.toml", function.repeat(1000));
    run.refused("duplicate-name", "one name");
    assert_eq!(run.stderr.matches("error[").count(), 100);
    assert!(run.stderr.contains("and 899 more errors"), "{}", run.stderr);
    let rows = format!("{COLUMNS}{}", "one,512,1,1,0.5\n".repeat(50_000));
    compare("functions.csv", rows).refused("duplicate-name", "one name in a fleet");
}

#[test]
fn more_regions_than_there_can_be_are_refused() {
    let rows: String = (0..20_000)
        .map(|n| format!("f{n},512,1,1,0.5,region-{n}\n"))
        .collect();
    let fleet = format!("{},region\n{rows}", COLUMNS.trim_end());
    let folder = Folder::with("functions.csv", fleet);
    folder
        .run(&["compare", "functions.csv"])
        .refused("out-of-range", "regions");
}

#[test]
fn line_ends_and_byte_order_marks_do_not_matter() {
    let fleet = format!("{COLUMNS}a,512,100,1000,0.5\n\"b,\",128,5,7,10%\n");
    let toml = scenario(&keys(&[])) + "\n[function.container]\nmin_tasks = 3\n";
    for (file, text) in [("functions.csv", fleet), ("scenario.toml", toml)] {
        let answer = |text: &str| {
            let folder = Folder::with(file, text);
            let run = folder.run(&["compare", file, "--region", "us-east-1", "--format", "csv"]);
            run.answered(file);
            run.stdout
        };
        let usual = answer(&text);
        let variants = [
            text.replace('\n', "\r\n"),
            format!("\u{feff}{text}"),
            text.trim_end().to_owned(),
            format!("{text}\n\n"),
            format!("\u{feff}{}", text.trim_end().replace('\n', "\r\n")),
        ];
        for variant in variants {
            assert_eq!(answer(&variant), usual, "{variant:?}");
        }
    }
}

/// The lines that a message points at.
fn places(run: &Run) -> Vec<&str> {
    let lines = run.stderr.lines();
    lines
        .filter_map(|line| line.trim_start().strip_prefix("--> "))
        .collect()
}

#[test]
fn mistakes_in_a_functions_file_have_their_lines_with_all_line_ends() {
    // Rows on lines 2, 3 and 4 (a number with a line break in it), 6 and 7; line 5 is blank.
    let rows = [
        "a,512,10,x,0.5",
        "b,512,10,\"x\nx\",0.5",
        "",
        "c,512,10,\"1,000\",0.5",
        "a,512,10,1,0.5",
    ];
    for line_end in ["\n", "\r\n", "\r"] {
        for last in ["", line_end] {
            let text = format!("{COLUMNS}{}", rows.join("\n"));
            let text = text.replace('\n', line_end) + last;
            let run = Folder::with("functions.csv", &text).run(&[
                "compare",
                "functions.csv",
                "--region",
                "us-east-1",
            ]);
            run.refused("wrong-type", &text);
            run.refused("duplicate-name", &text);
            let lines: Vec<&str> = places(&run)
                .iter()
                .filter_map(|place| place.split(':').nth(1))
                .collect();
            assert_eq!(lines, ["2", "3", "6", "7"], "{text:?}: {}", run.stderr);
            assert!(run.stderr.contains("6 | c,512,10,\"1,000\",0.5"));
            assert!(run.stderr.contains("1000"), "{}", run.stderr);
        }
    }
}

/// Functions of these names.
fn functions(names: &[String]) -> String {
    let function = |name: &String| {
        let name = quoted(name);
        format!("\n[[function]]\nname = {name}\n{}", keys(&[]))
    };
    names.iter().map(function).collect()
}

/// Each format of `compare`, `explain` and `plan`.
const ANSWERS: [&[&str]; 9] = [
    &["compare"],
    &["compare", "--format", "json"],
    &["compare", "--format", "csv"],
    &["compare", "--format", "focus", "--period", "2026-12"],
    &["compare", "--format", "markdown"],
    &["compare", "--color", "always"],
    &["explain"],
    &["plan", "--min-saving", "0"],
    &["plan", "--min-saving", "0", "--format", "csv"],
];

/// Output without commands and without invisible characters. In CSV, names are not escaped.
fn harmless(run: &Run, what: &str) {
    let answer = String::from_utf8(run.stdout.clone()).expect("UTF-8");
    assert_eq!(commands(&answer), [""; 0], "{what}");
    assert_eq!(commands(&run.stderr), [""; 0], "{what}");
    let colour = what.contains("always");
    let is_csv = what.contains("csv") || what.contains("focus");
    let hidden = |c: char| match c {
        '\n' => false,
        '\u{1b}' if colour => false,
        c if is_csv => c.is_control(),
        c => is_unsafe(c),
    };
    assert!(!answer.contains(hidden), "{what}: {answer:?}");
    assert!(
        !run.stderr.contains(|c| c != '\n' && is_unsafe(c)),
        "{what}: {}",
        run.stderr
    );
}

#[test]
fn names_have_no_effect_in_any_format() {
    for names in names().chunks(10).chain(paddings().chunks(20)) {
        let text = format!("region = \"us-east-1\"\n{}", functions(names));
        let folder = Folder::with("scenario.toml", text);
        for answer in ANSWERS {
            let run = folder.run(&[answer, &["scenario.toml"]].concat());
            run.answered(&format!("{answer:?} of {names:?}"));
            harmless(&run, &format!("{answer:?} of {names:?}"));
        }
    }
}

#[test]
fn names_come_back_from_every_format_that_programs_read() {
    let names = names();
    let text = format!("region = \"us-east-1\"\n{}", functions(&names));
    let folder = Folder::with("scenario.toml", text);
    let answer = |format: &str| {
        let period: &[&str] = if format == "focus" {
            &["--period", "2026-12"]
        } else {
            &[]
        };
        let run = folder.run(&[&["compare", "scenario.toml", "--format", format], period].concat());
        run.answered(format);
        run.stdout
    };
    let json: serde_json::Value = serde_json::from_slice(&answer("json")).expect("JSON");
    let read = json["functions"].as_array().expect("a list").iter();
    let read: Vec<&str> = read
        .filter_map(|function| function["name"].as_str())
        .collect();
    assert_eq!(read, names);
    for (format, column) in [("csv", "function"), ("focus", "ResourceName")] {
        let answer = answer(format);
        let mut rows = csv::Reader::from_reader(&answer[..]);
        let column = rows
            .headers()
            .expect("a header")
            .iter()
            .position(|name| name == column);
        let column = column.expect("the column");
        let mut read: Vec<String> = Vec::new();
        for row in rows.records() {
            let cell = row.expect("a row")[column].to_owned();
            // One apostrophe is the guard's; what has none is no formula.
            let name = match cell.strip_prefix('\'') {
                Some(name) => name.to_owned(),
                None => cell,
            };
            if read.last() != Some(&name) {
                read.push(name);
            }
        }
        assert_eq!(read, names, "{format}");
    }
}

#[test]
fn no_spreadsheet_takes_a_name_for_a_formula() {
    let names = names();
    let text = format!("region = \"us-east-1\"\n{}", functions(&names));
    let folder = Folder::with("=1+1.toml", text);
    for (format, period) in [("csv", None), ("focus", Some("--period=2026-12"))] {
        let arguments = ["compare", "=1+1.toml", "--format", format];
        let run = folder.run(&[&arguments[..], &Vec::from_iter(period)].concat());
        run.answered(format);
        // Whatever separates the cells: what a separator could begin is in quotes.
        let answer = String::from_utf8(run.stdout).expect("UTF-8");
        let mut rows = csv::ReaderBuilder::new();
        let mut rows = rows.has_headers(false).from_reader(answer.as_bytes());
        for row in rows.records() {
            for cell in &row.expect("a row") {
                let begin = cell.trim_start_matches(|c: char| c == ' ' || is_unsafe(c));
                let runs = begin.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
                assert!(!runs, "{format}: {cell:?}");
            }
        }
        let mut is_quoted = false;
        for c in answer.chars() {
            is_quoted ^= c == '"';
            assert!(is_quoted || !";\t\r".contains(c), "{format}: {answer}");
        }
    }
}

/// The parts of a line of Markdown outside its code spans.
fn outside_code(line: &str) -> String {
    assert!(!line.contains("``"), "{line}");
    let parts: Vec<&str> = line.split('`').collect();
    assert_eq!(parts.len() % 2, 1, "an open span: {line}");
    parts.into_iter().step_by(2).collect()
}

#[test]
fn names_are_code_in_markdown() {
    let names = names();
    let text = format!("region = \"us-east-1\"\n{}", functions(&names));
    let folder = Folder::with("GH-26 @team.toml", text);
    let run = folder.run(&["compare", "GH-26 @team.toml", "--format", "markdown"]);
    run.answered("markdown");
    let answer = String::from_utf8(run.stdout).expect("UTF-8");
    let lines: Vec<&str> = answer.lines().collect();
    assert!(
        lines[0].starts_with("### `GH-26 @team.toml` in us-east-1"),
        "{}",
        lines[0]
    );
    let header = lines
        .iter()
        .position(|line| line.starts_with("| function |"));
    let header = header.expect("a table");
    let rows = lines[header + 2..].iter().zip(&names);
    let columns = lines[header].matches('|').count();
    for (line, name) in rows {
        let shown = escaped_name(name)
            .replace('`', "\\u{60}")
            .replace('|', "\\u{7c}");
        assert!(line.starts_with(&format!("| `{shown}` |")), "{line}");
        assert_eq!(line.matches('|').count(), columns, "{line}");
        let words = outside_code(line).replace("&#", "");
        assert!(!words.contains(['@', '#', '<', '[', '\\']), "{line}");
    }
}

/// Values that are refused, each of them a command to some runner, in every place where one is
/// quoted back.
#[test]
fn values_have_no_effect_in_messages() {
    let refused = REFUSED.map(str::to_owned).into_iter().step_by(3);
    let values: Vec<String> = refused.chain(paddings().into_iter().step_by(29)).collect();
    let fine = format!("region = \"us-east-1\"\n{}", functions(&["a".to_owned()]));
    let function = keys(&[]);
    for value in values {
        let quoted = quoted(&value);
        let row = value.replace('"', "\"\"");
        let files = [
            ("key.toml", format!("{quoted} = 1\n{fine}")),
            (
                "deep.toml",
                format!("{fine}{quoted} = 1\ncontainer.{quoted} = 1\n"),
            ),
            (
                "region.toml",
                format!("region = {quoted}\n[[function]]\nname = \"a\"\n{function}"),
            ),
            ("word.toml", format!("platforms = [{quoted}]\n{fine}")),
            ("type.toml", format!("eks.instance_type = {quoted}\n{fine}")),
            ("number.toml", fine.replace("0.35", &quoted)),
            (
                "fleet.toml",
                format!("region = \"us-east-1\"\nfunctions = {quoted}\n"),
            ),
            ("rule.toml", format!("rules.{quoted} = \"deny\"\n{fine}")),
            ("discount.toml", format!("discounts.{quoted} = 0.1\n{fine}")),
            ("syntax.toml", format!("{value}\n= {value}\n")),
            (
                "cell.csv",
                format!("{COLUMNS}\"a\",\"{row}\",\"{row}\",1,0.5\n"),
            ),
            ("column.csv", format!("name,\"{row}\",memory_mb\na,1,1\n")),
            ("shape.csv", format!("{COLUMNS}\"{row}\"\n")),
            (
                "json.json",
                format!("{{\"schema\": {}}}", serde_json::json!(value)),
            ),
            ("fine.toml", fine.clone()),
        ];
        let folder = Folder::new();
        for (file, text) in &files {
            folder.write(file, text);
        }
        for (file, _) in &files {
            let run = if file.ends_with(".json") {
                folder.run(&[
                    "check",
                    "fine.toml",
                    "--baseline-required",
                    "--baseline",
                    file,
                ])
            } else {
                folder.run(&["compare", file])
            };
            assert!(
                *file == "fine.toml" || run.code == Some(2),
                "{file}: {value:?}"
            );
            harmless(&run, &format!("{file} with {value:?}"));
        }
        // Neither the system nor the parser of arguments takes NUL or a dash.
        let value = format!("x{}", value.replace('\0', ""));
        for arguments in [
            &["compare", &value][..],
            &["compare", "fine.toml", "--region", &value],
            &["compare", "fine.toml", "--function", &value],
            &["compare", "fine.toml", "--prices", &value],
            &["compare", "fine.toml", "--output", &format!("gone/{value}")],
            &[
                "compare",
                "fine.toml",
                "--format",
                "focus",
                "--period",
                &value,
            ],
            &[
                "compare",
                "fine.toml",
                "--format",
                "focus",
                "--period",
                "2026-12",
                "--bill",
                &value,
            ],
            &["explain", "fine.toml", "--function", &value],
            &["check", "fine.toml", "--deny", &value],
            &[
                "check",
                "fine.toml",
                "--baseline-required",
                "--baseline",
                &value,
            ],
            &["check", "--explain", &value],
            &["prices", "show", &value],
            &["man", &value],
            &["compare", "fine.toml", "--format", &value],
            &["compare", "fine.toml", &value],
            &[&value],
        ] {
            let run = folder.run(arguments);
            assert_eq!(run.code, Some(2), "{arguments:?}");
            harmless(&run, &format!("{arguments:?}"));
        }
    }
}

#[cfg(unix)]
#[test]
fn a_path_is_escaped_once() {
    let path = "a\u{1b}b\\u{1b}c";
    let folder = Folder::with("fine.toml", scenario(&keys(&[])));
    folder.write("there\u{1b}b\\u{1b}c", "");
    for arguments in [
        &["compare", path][..],
        &["compare", "fine.toml", "--prices", path],
        &["compare", "fine.toml", "--output", &format!("gone/{path}")],
        &[
            "check",
            "fine.toml",
            "--baseline-required",
            "--baseline",
            path,
        ],
        &["init", &format!("gone/{path}")],
        &["init", &format!("there{}", &path[1..])],
        &["init", path],
    ] {
        let run = folder.run(arguments);
        let shown = r"\u{1b}b\u{5c}u{1b}c";
        assert!(run.stderr.contains(shown), "{arguments:?}: {}", run.stderr);
        harmless(&run, &format!("{arguments:?}"));
    }
}

#[test]
fn texts_of_price_files_have_no_effect_in_any_format() {
    let price = |source: &str, code: &str| {
        let (source, code) = (quoted(source), quoted(code));
        format!(
            "region = \"us-east-1\"\nas_of = \"2027-01-01\"\nlambda.x86_64.request = {{ usd = \
             \"1\", per = \"request\", as_of = \"2027-01-01\", source = {source}, rate_code = {code}, \
             confidence = {source} }}\n"
        )
    };
    let folder = Folder::with("fine.toml", scenario(&keys(&[])));
    fs::create_dir(folder.path().join("prices")).expect("created");
    let overlaid = |arguments: &[&str]| folder.run(&[arguments, &["--prices", "prices"]].concat());
    let shows: [&[&str]; 2] = [&["prices", "show", "us-east-1"], &["prices", "list"]];
    let shows = || shows.into_iter().chain(ANSWERS);
    for name in names()
        .iter()
        .step_by(8)
        .chain(paddings().iter().step_by(45))
    {
        folder.write("prices/us-east-1.toml", price(name, name));
        for show in shows() {
            let scenario: &[&str] = if show[0] == "prices" {
                &[]
            } else {
                &["fine.toml"]
            };
            let run = overlaid(&[show, scenario].concat());
            assert_eq!(run.code, Some(0), "{show:?} {name:?}: {}", run.stderr);
            harmless(&run, &format!("{show:?} {name:?}"));
        }
    }
    for name in REFUSED {
        for text in [price(name, "x"), price("x", name)] {
            folder.write("prices/us-east-1.toml", text);
            let run = overlaid(&["prices", "show", "us-east-1"]);
            run.refused("bad-price", name);
            harmless(&run, name);
        }
    }
    folder.write(
        "prices/us-east-1.toml",
        "ec2.\"=1+1\" = { usd = \"1\", per = \"h\" }\n",
    );
    overlaid(&["prices", "show", "us-east-1"]).refused("bad-price", "a type of instance");
    folder.write("prices/us-east-1.toml", price("x", "x"));
    folder.write("prices/instances.csv", "type\n=1+1,arm64,1,1,1,1,1\n");
    overlaid(&["compare", "fine.toml"]).refused("bad-price", "a type of instance");
}

#[cfg(unix)]
#[test]
fn file_names_have_no_effect_in_any_format() {
    let names = REFUSED.iter().filter(|name| !name.contains(['\0', '/']));
    for name in names {
        let file = format!("{name}.toml");
        let folder = Folder::with(&file, scenario(&keys(&[])));
        for answer in ANSWERS {
            let run = folder.run(&[answer, &[&file]].concat());
            run.answered(&format!("{answer:?} of {file:?}"));
            harmless(&run, &format!("{answer:?} of {file:?}"));
        }
    }
}

#[test]
fn quotes_are_read_wherever_a_chunk_of_the_file_ends() {
    // SpannedValues of all lengths put the quotes on all sides of the pieces in which a file is read.
    let rows: String = (0..30_000)
        .map(|row| {
            let name = format!("\"{row}, \"\"{}\"\"\"", "x".repeat(row % 97));
            format!("{name},512,10,1,0.5\n")
        })
        .collect();
    let run = Folder::with("functions.csv", format!("{COLUMNS}{rows}")).run(&[
        "compare",
        "functions.csv",
        "--region",
        "us-east-1",
        "--format",
        "csv",
    ]);
    run.answered("quotes");
    let answer = String::from_utf8(run.stdout).expect("text");
    assert_eq!(answer.lines().count(), 1 + 3 * 30_000);
    let last = format!("\"29999, \"\"{}\"\"\",us-east-1", "x".repeat(29_999 % 97));
    assert!(answer.contains(&last), "{last}");
}

#[test]
fn nearly_all_of_a_functions_file_may_be_quoted() {
    // Whatever the pieces in which it is read, most of them end within a quoted cell.
    let name = |row: usize| format!("{row:06} {}", "x, y".repeat(60));
    let rows: String = (0..9000)
        .map(|row| format!("\"{}\",512,10,1,0.5\n", name(row)))
        .collect();
    assert!(rows.len() > 2 << 20);
    let columns = COLUMNS.to_owned();
    let good = compare("functions.csv", columns.clone() + &rows);
    good.answered("quotes");
    // The last row follows the header and 9,000 rows.
    let wrong = format!("{columns}{rows}\"last\",512,10,x,0.5\n");
    let run = compare("functions.csv", wrong);
    run.refused("wrong-type", "the last row");
    assert_eq!(places(&run), ["functions.csv:9002:13"], "{}", run.stderr);
}

#[test]
fn line_numbers_are_those_of_an_editor() {
    // Rows may end with a carriage return, too; lines do where the header does.
    let rows = "a,512,10,1,0.5\r\nb,512,10,1,0.5\n\r\n\"c\rd\",x,10,1,0.5\re,512,x,1,0.5";
    let run = compare("functions.csv", format!("{COLUMNS}{rows}"));
    let lines = [
        "functions.csv:5:1",
        "functions.csv:5:7",
        "functions.csv:5:7",
    ];
    assert_eq!(places(&run), lines, "{}", run.stderr);
}

#[test]
fn mistakes_in_a_header_are_reported_once_and_do_not_hide_those_in_rows() {
    let header = "name,memroy_mb,duration_ms,invocations_per_month\n";
    let rows = "a,512,x,1\nb,512,10,1\nc,512,10,1\nd,512,10,-1\n";
    let run = compare("functions.csv", format!("{header}{rows}"));
    run.refused("unknown-key", "the header");
    assert_eq!(
        places(&run),
        [
            "functions.csv:1:6",
            "functions.csv:1:1",
            "functions.csv:2:7",
            "functions.csv:5:10"
        ],
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("`utilization` or `peak_concurrency`"));
}

#[test]
fn a_place_in_a_long_line_keeps_its_column() {
    let columns = COLUMNS.trim_end().replace("name,", "");
    let name = "x".repeat(200);
    let text = format!("name,{columns}\n{name},512,10,1,7\n");
    let run = compare("functions.csv", text);
    assert_eq!(places(&run), ["functions.csv:2:211"], "{}", run.stderr);
}

#[cfg(unix)]
#[test]
fn a_million_mistakes_take_little_memory() {
    let names: Vec<String> = (0..30_000)
        .map(|number| format!("column{number}"))
        .collect();
    let platforms = vec!["\"lambada\""; 20_000].join(",");
    let platforms = format!("platforms = [{platforms}]\n{}", scenario(&keys(&[])));
    for (file, text) in [
        ("functions.csv", names.join(",")),
        ("scenario.toml", platforms),
    ] {
        let folder = Folder::with(file, text);
        let program = env!("CARGO_BIN_EXE_lambdacost");
        let limited = format!("ulimit -v 2000000; exec {program} compare {file}");
        let mut shell = Command::new("sh");
        let run = shell.args(["-c", &limited]).current_dir(folder.path());
        let run = Run::of(run.output().expect("a shell"));
        assert_eq!(run.code, Some(2), "{file}: {}", run.stderr);
        assert!(run.stderr.len() < 100_000, "{file}");
    }
}

#[test]
fn a_suggestion_is_made_only_if_it_is_likely_to_be_right() {
    let message = |file: &str, text: String| {
        let words = compare(file, text).stderr;
        words.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    // A comma before three digits sets thousands apart; before others it may be a decimal one.
    for (number, is_separated) in [
        ("1,000", true),
        ("1 000 000", true),
        ("12,5", false),
        ("0,5", false),
    ] {
        let row = format!("{COLUMNS}a,512,10,\"{number}\",0.5\n");
        let has = message("functions.csv", row).contains("without separators");
        assert_eq!(has, is_separated, "{number}");
    }
    // Everything is near a short word.
    for name in ["cost", "env", "arn", "vpc", "host"] {
        let text = format!("{},{name}\na,512,10,1,0.5,x\n", COLUMNS.trim_end());
        let text = message("functions.csv", text);
        assert!(!text.contains("did you mean"), "{text}");
        assert_eq!(text.matches("error[").count(), 1, "{text}");
    }
    for (name, meant) in [
        ("cpu_sm", "container.cpu_ms"),
        ("requests_per_taks", "container.requests_per_task"),
        ("util", "utilization"),
        ("arch", "architecture"),
    ] {
        let text = format!("{},{name}\na,512,10,1,0.5,1\n", COLUMNS.trim_end());
        let text = message("functions.csv", text);
        assert!(
            text.contains(&format!("did you mean `{meant}`?")),
            "{name}: {text}"
        );
    }
}

#[test]
fn a_wrong_default_is_reported_once_and_hides_no_other_mistake() {
    let rows: String = (0..12_000)
        .map(|row| format!("f{row},10,1,0.5\n"))
        .collect();
    let folder = Folder::with(
        "functions.csv",
        format!("name,duration_ms,invocations_per_month,utilization\n{rows}last,x,1,0.5\n"),
    );
    let scenario =
        "region = \"us-east-1\"\nfunctions = \"functions.csv\"\n[defaults]\nmemory_mb = 0\n";
    folder.write("scenario.toml", scenario);
    let run = folder.run(&["compare", "scenario.toml"]);
    let lines = ["scenario.toml:4:13", "functions.csv:12002:6"];
    assert_eq!(places(&run), lines, "{}", run.stderr);
}

#[test]
fn functions_without_a_name_are_not_duplicates() {
    let function = format!("[[function]]\nnmae = \"a\"\n{}", keys(&[]));
    let text = format!("region = \"us-east-1\"\n{function}{function}");
    let run = compare("scenario.toml", text);
    run.refused("unknown-key", "no name");
    assert_eq!(places(&run).len(), 2, "{}", run.stderr);
}

#[test]
fn a_name_is_used_once_in_the_scenario_its_defaults_and_its_functions_file() {
    let function = |name: &str| {
        let keys = keys(&[]);
        format!("[[function]]\n{name}\n{keys}")
    };
    let region = "region = \"us-east-1\"\n";
    // By a default, which all functions take.
    let both = format!(
        "{region}[defaults]\nname = \"one\"\n{}{}",
        function(""),
        function("")
    );
    compare("defaults.toml", both).refused("duplicate-name", "defaults");
    // By the scenario before the fleet, even by a function that has mistakes.
    for memory in ["512", "0"] {
        let stated = function("name = \"one\"").replace("512", memory);
        let scenario = format!("{region}functions = \"functions.csv\"\n{stated}");
        let folder = Folder::with("scenario.toml", scenario);
        folder.write("functions.csv", format!("{COLUMNS}one,512,10,1,0.5\n"));
        let run = folder.run(&["compare", "scenario.toml"]);
        run.refused("duplicate-name", memory);
        assert!(run.stderr.contains("functions.csv:2:1"), "{}", run.stderr);
        assert!(run.stderr.contains("of scenario.toml"), "{}", run.stderr);
    }
}

#[test]
fn defaults_are_checked_even_if_every_function_replaces_them() {
    let text = format!(
        "region = \"us-east-1\"\n[defaults]\nmemory_mb = \"much\"\ncontainer.cpu_ms = -1\n\
         [[function]]\nname = \"one\"\ncontainer.cpu_ms = 1\n{}",
        keys(&[])
    );
    let run = compare("scenario.toml", text);
    run.refused("wrong-type", "a default");
    let lines = ["scenario.toml:3:13", "scenario.toml:4:20"];
    assert_eq!(places(&run), lines, "{}", run.stderr);
}

#[test]
fn a_list_of_no_functions_is_no_scenario() {
    let text = "region = \"us-east-1\"\nfunction = []\n";
    compare("scenario.toml", text).refused("no-function", "an empty list");
}

#[test]
fn defaults_fill_tables_and_functions_replace_them() {
    let deep = "region = \"us-east-1\"\n[defaults]\nmemory_mb = 512\nmeasured_duration_ms = 9\n\
        requests_per_second = 3\npeak_concurrency = 5\n[defaults.container]\nmin_tasks = 7\n\
        [defaults.container.task]\nvcpu = 1\nmemory_gb = 2\n\
        [[function]]\nname = \"one\"\nduration_ms = 100\ninvocations_per_month = 1_000_000\n\
        utilization = 0.35\n[function.container]\nrequests_per_task = 4\ntask.memory_gb = 3\n";
    let flat = scenario(&keys(&[]))
        + "container.min_tasks = 7\ncontainer.requests_per_task = 4\n\
        container.task = { vcpu = 1, memory_gb = 3 }\n";
    let answer = |text: &str| {
        let folder = Folder::with("scenario.toml", text);
        let run = folder.run(&["compare", "scenario.toml", "--format", "csv"]);
        run.answered(text);
        run.stdout
    };
    assert_eq!(answer(deep), answer(&flat));
}

/// A functions file whose answer is longer than every buffer.
fn large_fleet(rows: usize) -> String {
    let row = |n: usize| format!("function-{n},512,100.5,{},0.35\n", 1000 + n);
    COLUMNS.to_owned() + &(0..rows).map(row).collect::<String>()
}

/// Threads that read a large fleet side by side meet its regions in any order; the answer has them
/// in the order of the file, and a region that does not exist is shown where it is first named.
#[test]
fn regions_of_a_fleet_come_in_the_order_of_its_rows() {
    let fleet = |regions: [&str; 4]| {
        let row = |n: usize| {
            let region = regions[if n < 4 { n } else { 3 - n % 4 }];
            format!("function-{n},512,100.5,1000,0.35,{region}\n")
        };
        let header = format!("{},region\n", COLUMNS.trim_end());
        header + &(0..20_000).map(row).collect::<String>()
    };
    let folder = Folder::with(
        "functions.csv",
        fleet(["us-west-2", "eu-west-1", "ap-south-1", "us-east-1"]),
    );
    folder.write(
        "wrong.csv",
        fleet(["mars-1", "venus-1", "pluto-1", "ceres-1"]),
    );
    for _ in 0..5 {
        let run = folder.run(&["compare", "functions.csv", "--notes"]);
        let text = String::from_utf8(run.stdout).expect("text");
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let regions = "prices of us-west-2, eu-west-1, ap-south-1 and us-east-1 in";
        assert!(text.contains(regions), "{text}");
        let run = folder.run(&["compare", "wrong.csv"]);
        assert_eq!(run.code, Some(2));
        for (line, region) in (2..).zip(["mars-1", "venus-1", "pluto-1", "ceres-1"]) {
            let place = format!("wrong.csv:{line}:");
            let paragraph = run.stderr.split("\n\n").find(|text| text.contains(region));
            assert!(paragraph.expect(region).contains(&place), "{}", run.stderr);
        }
    }
}

#[test]
fn what_cannot_be_written_leaves_the_old_file_and_nothing_else() {
    let folder = Folder::with("scenario.toml", scenario(&keys(&[])));
    folder.write("old.txt", "old\n");
    fs::create_dir(folder.path().join("folder")).expect("created");
    let path = folder.path().join("old.txt");
    let mut permissions = fs::metadata(&path).expect("there").permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).expect("set");
    let before = folder.files();
    for target in [
        "old.txt",
        "folder",
        "gone/answer.txt",
        "scenario.toml/answer.txt",
    ] {
        for format in ["table", "json", "csv"] {
            let arguments = [
                "compare",
                "scenario.toml",
                "--format",
                format,
                "--output",
                target,
            ];
            let run = folder.run(&arguments);
            run.refused("cannot-write", target);
            // The user knows nothing of the name under which a file is written first.
            assert!(
                !run.stderr.contains(".lambdacost-"),
                "{target}: {}",
                run.stderr
            );
        }
        assert_eq!(folder.files(), before, "{target}");
        assert_eq!(folder.read("old.txt"), b"old\n", "{target}");
    }
    let mistakes = ["compare", "gone.toml", "--output", "new.csv"];
    folder.run(&mistakes).refused("unreadable", "no scenario");
    assert_eq!(folder.files(), before);
}

#[test]
fn an_answer_does_not_replace_its_own_input() {
    let folder = Folder::with("functions.csv", large_fleet(3));
    let text = "region = \"us-east-1\"\nfunctions = \"functions.csv\"\n";
    folder.write("scenario.toml", text);
    let prices = "region = \"us-east-1\"\nas_of = \"2026-11-01\"\n";
    fs::create_dir(folder.path().join("prices")).expect("created");
    folder.write("prices/us-east-1.toml", prices);
    for file in ["functions.csv", "./scenario.toml", "prices/us-east-1.toml"] {
        let before = folder.read(file);
        for more in [
            &["--format", "csv"][..],
            &["--format", "focus", "--period", "2026-12"],
        ] {
            let arguments = ["compare", "scenario.toml", "--prices", "prices", "-o", file];
            let run = folder.run(&[&arguments[..], more].concat());
            run.refused("cannot-write", file);
            assert_eq!(folder.read(file), before);
        }
    }
    let run = folder.run(&["compare", "scenario.toml", "-o", "-"]);
    run.answered("a dash is standard output");
    assert_eq!(folder.files(), ["functions.csv", "prices", "scenario.toml"]);
}

#[test]
fn an_old_file_is_replaced_whole() {
    let folder = Folder::with("scenario.toml", scenario(&keys(&[])));
    folder.write("answer.csv", "old\n".repeat(100_000));
    let answer = folder.run(&["compare", "scenario.toml", "--format", "csv"]);
    let run = folder.run(&[
        "compare",
        "scenario.toml",
        "--format",
        "csv",
        "-o",
        "answer.csv",
    ]);
    assert_eq!(
        (run.code, run.stdout.len(), run.stderr.as_str()),
        (Some(0), 0, "")
    );
    assert_eq!(folder.read("answer.csv"), answer.stdout);
    assert_eq!(folder.files(), ["answer.csv", "scenario.toml"]);
}

#[test]
fn a_reader_that_closes_the_pipe_early_causes_no_message() {
    let folder = Folder::with("functions.csv", large_fleet(3000));
    for format in ["csv", "json", "table"] {
        let arguments = [
            "compare",
            "functions.csv",
            "--region",
            "us-east-1",
            "--format",
            format,
        ];
        let mut command = folder.command(&arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{format}");
        assert!(
            output.status.code().is_some(),
            "{format}: {}",
            output.status
        );
    }
}

#[test]
fn input_may_come_one_byte_at_a_time() {
    let folder = Folder::new();
    let arguments = ["compare", "-", "--region", "us-east-1", "--format", "csv"];
    let mut command = folder.command(&arguments);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let mut input = child.stdin.take().expect("a pipe");
    let writer = std::thread::spawn(move || {
        for (number, byte) in large_fleet(20).bytes().enumerate() {
            input.write_all(&[byte]).expect("written");
            input.flush().expect("flushed");
            // The kind of an input is known from its first line.
            if number == 1 {
                std::thread::sleep(std::time::Duration::from_millis(200));
            }
        }
    });
    let output = child.wait_with_output().expect("it ends");
    writer.join().expect("written");
    let run = Run::of(output);
    run.answered("one byte at a time");
    let lines = run.stdout.iter().filter(|byte| **byte == b'\n').count();
    assert_eq!(lines, 1 + 3 * 20);
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::fs::File;
    use std::io::Read as _;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::os::unix::process::ExitStatusExt;
    use std::time::Duration;

    #[test]
    fn a_full_disk_is_an_error() {
        if !Path::new("/dev/full").exists() {
            return;
        }
        let folder = Folder::with("scenario.toml", scenario(&keys(&[])));
        folder.write("functions.csv", large_fleet(2000));
        let before = folder.files();
        for format in ["table", "json", "csv"] {
            for file in ["scenario.toml", "functions.csv"] {
                let arguments = ["compare", file, "--region", "us-east-1", "--format", format];
                let run = folder.run(&[&arguments[..], &["--output", "/dev/full"]].concat());
                run.refused("cannot-write", format);
                full_stdout(&folder, &arguments);
            }
        }
        full_stdout(&folder, &["explain", "scenario.toml"]);
        full_stdout(&folder, &["prices", "list"]);
        full_stdout(
            &folder,
            &["prices", "show", "us-east-1", "--format", "json"],
        );
        full_stdout(&folder, &["completions", "bash"]);
        full_stdout(&folder, &["man"]);
        full_stdout(&folder, &["init", "-"]);
        assert_eq!(folder.files(), before);
    }

    fn full_stdout(folder: &Folder, arguments: &[&str]) {
        let full = File::options()
            .write(true)
            .open("/dev/full")
            .expect("a full disk");
        let output = folder.command(arguments).stdout(full).output();
        Run::of(output.expect("it starts")).refused("cannot-write", &arguments.join(" "));
    }

    #[test]
    fn help_on_a_full_disk_ends_with_code_2() {
        if let Ok(full) = File::options().write(true).open("/dev/full") {
            let output = Folder::new().command(&["--help"]).stdout(full).output();
            assert_eq!(Run::of(output.expect("it starts")).code, Some(2));
        }
    }

    #[test]
    fn a_reader_that_takes_one_line_causes_no_message() {
        let folder = Folder::with("functions.csv", large_fleet(3000));
        let line = "\"$0\" compare functions.csv --region us-east-1 --format csv | head -1";
        let mut shell = Command::new("sh");
        shell.args(["-c", line, env!("CARGO_BIN_EXE_lambdacost")]);
        let output = shell
            .current_dir(folder.path())
            .output()
            .expect("it starts");
        let run = Run::of(output);
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
        assert!(run.stdout.starts_with(b"function,region,"));
    }

    #[test]
    fn a_link_is_written_through_and_permissions_stay() {
        let folder = Folder::with("scenario.toml", scenario(&keys(&[])));
        folder.write("answer.csv", "old\n");
        let path = folder.path().join("answer.csv");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("set");
        symlink("answer.csv", folder.path().join("link.csv")).expect("linked");
        let arguments = [
            "compare",
            "scenario.toml",
            "--format",
            "csv",
            "-o",
            "link.csv",
        ];
        assert_eq!(folder.run(&arguments).code, Some(0));
        assert!(folder.read("answer.csv").starts_with(b"function,region,"));
        let link = fs::symlink_metadata(folder.path().join("link.csv")).expect("there");
        assert!(link.file_type().is_symlink());
        let mode = fs::metadata(&path).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
    }

    #[test]
    fn a_folder_that_refuses_new_files_is_an_error() {
        let folder = Folder::with("scenario.toml", scenario(&keys(&[])));
        let locked = folder.path().join("locked");
        fs::create_dir(&locked).expect("created");
        fs::set_permissions(&locked, fs::Permissions::from_mode(0o555)).expect("set");
        // The superuser may write in any folder.
        if File::create(locked.join("probe")).is_err() {
            let arguments = ["compare", "scenario.toml", "--output", "locked/answer.csv"];
            folder.run(&arguments).refused("cannot-write", "locked");
        }
        fs::set_permissions(&locked, fs::Permissions::from_mode(0o755)).expect("set");
    }

    #[test]
    fn a_process_that_has_the_old_file_open_keeps_the_old_content() {
        let folder = Folder::with("scenario.toml", scenario(&keys(&[])));
        folder.write("answer.csv", "old\n");
        let mut open = File::open(folder.path().join("answer.csv")).expect("readable");
        let arguments = [
            "compare",
            "scenario.toml",
            "--format",
            "csv",
            "-o",
            "answer.csv",
        ];
        assert_eq!(folder.run(&arguments).code, Some(0));
        let mut old = String::new();
        open.read_to_string(&mut old).expect("readable");
        assert_eq!(old, "old\n");
        assert!(folder.read("answer.csv").starts_with(b"function,region,"));
    }

    #[test]
    fn a_kill_leaves_the_old_file_or_the_new_one_whole() {
        let folder = Folder::with("functions.csv", large_fleet(1500));
        let fleet = [
            "compare",
            "functions.csv",
            "--region",
            "us-east-1",
            "--format",
            "csv",
        ];
        let new = folder.run(&fleet).stdout;
        let mut killed = 0;
        for round in 0..40 {
            folder.write("answer.csv", "old\n");
            let mut command = folder.command(&[&fleet[..], &["-o", "answer.csv"]].concat());
            let mut child = command.spawn().expect("it starts");
            std::thread::sleep(Duration::from_millis(round * 5));
            // It may have ended by itself.
            let _ = child.kill();
            let status = child.wait().expect("it ends");
            killed += usize::from(status.signal() == Some(9));
            let left = folder.read("answer.csv");
            assert!(
                left == b"old\n" || left == new,
                "{} bytes are left",
                left.len()
            );
            assert!(status.signal().is_some() || left == new, "{status}");
        }
        assert!(killed > 0, "no run was killed while it wrote");
    }
}
