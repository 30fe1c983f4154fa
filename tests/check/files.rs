//! The report of `check` in a file: written whole or not at all, with the same bytes in each run.

use super::{Folder, Run, function};
use std::fs;

const FORMATS: [&str; 6] = ["text", "json", "github", "junit", "sarif", "markdown"];

/// A number of functions: every third one is over its budget, and half of them cost more than before.
fn large(count: usize) -> Folder {
    let rows = |calls: usize| -> String {
        let row = |n: usize| {
            let calls = if n.is_multiple_of(2) {
                calls
            } else {
                1_000_000
            };
            let limit = if n.is_multiple_of(3) {
                "0.000001"
            } else {
                "1000"
            };
            format!("f{n},1024,{}.5,{calls},0.4,{limit},{limit}\n", 1 + n % 977)
        };
        (0..count).map(row).collect()
    };
    let columns = "name,memory_mb,duration_ms,invocations_per_month,utilization,\
                   budget.monthly_usd.deny,budget.increase_usd.warn";
    let folder = Folder::with("functions.csv", format!("{columns}\n{}", rows(1_000_000)));
    folder.write("before.csv", format!("{columns}\n{}", rows(900_000)));
    folder
}

const FLEET: [&str; 5] = [
    "functions.csv",
    "--baseline",
    "before.csv",
    "--region",
    "us-east-1",
];

#[test]
fn two_runs_write_the_same_bytes() {
    let folder = large(3000);
    for format in FORMATS {
        let arguments = [&FLEET[..], &["--format", format]].concat();
        let first = folder.check(&arguments);
        first.reported(1, format);
        let again = folder.check(&arguments);
        assert!(again.stdout == first.stdout, "{format}");
        let [one, five] = [1, 5].map(|threads| folder.check_inside(threads, &arguments));
        assert!(one == five, "{format} with one thread and with five");
    }
}

#[test]
fn a_file_holds_what_standard_output_would() {
    let folder = large(300);
    for format in FORMATS {
        folder.write("report", "old\n".repeat(1_000_000));
        let arguments = [&FLEET[..], &["--format", format]].concat();
        let shown = folder.check(&arguments);
        let run = folder.check(&[&arguments[..], &["--output", "report"]].concat());
        assert_eq!(
            (run.code, &*run.stdout, &*run.stderr),
            (Some(1), "", ""),
            "{format}"
        );
        assert!(folder.read("report") == shown.stdout.as_bytes(), "{format}");
    }
}

#[test]
fn a_mistake_leaves_the_old_report() {
    let folder = large(3);
    folder.write("report", "old\n");
    folder.write("broken.json", "{");
    let output = ["--output", "report"];
    let run = |arguments: &[&str]| folder.check(&[arguments, &output].concat());
    run(&["gone.csv"]).refused("unreadable", "no scenario");
    run(&["functions.csv"]).refused("missing-key", "no region");
    run(&[
        "functions.csv",
        "--region",
        "us-east-1",
        "--baseline",
        "broken.json",
        "--baseline-required",
    ])
    .refused("bad-baseline", "a broken baseline");
    run(&["functions.csv", "--region", "us-east-1", "-D", "no-rule"])
        .refused("unknown-value", "no such rule");
    assert_eq!(folder.read("report"), b"old\n");
}

#[test]
fn what_cannot_be_written_leaves_the_old_file() {
    let folder = large(3);
    folder.write("old", "old\n");
    fs::create_dir(folder.path().join("folder")).expect("created");
    let path = folder.path().join("old");
    let mut permissions = fs::metadata(&path).expect("there").permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).expect("set");
    for target in ["old", "folder", "gone/report", "functions.csv/report"] {
        for format in FORMATS {
            let arguments = [&FLEET[..], &["--format", format, "-o", target]].concat();
            folder.check(&arguments).refused("cannot-write", target);
        }
    }
    assert_eq!(folder.read("old"), b"old\n");
}

#[test]
fn a_report_replaces_neither_its_scenario_nor_its_baseline() {
    let folder = large(3);
    for file in ["functions.csv", "before.csv"] {
        let rows = folder.read(file);
        let target = format!("./{file}");
        let run = folder.check(&[&FLEET[..], &["-o", &target, "--format", "json"]].concat());
        run.refused("cannot-write", file);
        assert_eq!(folder.read(file), rows);
    }
}

#[test]
fn a_scenario_may_come_on_standard_input() {
    use std::io::Write as _;
    let folder = Folder::with("before.toml", super::one(""));
    let text = super::one("budget.monthly_usd.deny = 9\n") + &function("two", "");
    for format in FORMATS {
        let arguments = [
            "check",
            "-",
            "--prices",
            "prices",
            "--baseline",
            "before.toml",
        ];
        let mut command = folder.command(&[&arguments[..], &["--format", format]].concat());
        let pipe = std::process::Stdio::piped;
        command.stdin(pipe()).stdout(pipe()).stderr(pipe());
        let mut child = command.spawn().expect("it starts");
        let mut input = child.stdin.take().expect("a pipe");
        input.write_all(text.as_bytes()).expect("written");
        drop(input);
        Run::of(child.wait_with_output().expect("it ends")).reported(1, format);
    }
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::fs::File;
    use std::os::unix::process::ExitStatusExt as _;
    use std::path::Path;
    use std::time::Duration;

    #[test]
    fn a_full_disk_is_an_error() {
        if !Path::new("/dev/full").exists() {
            return;
        }
        let folder = large(1000);
        for format in FORMATS {
            let arguments = [&FLEET[..], &["--format", format]].concat();
            let run = folder.check(&[&arguments[..], &["-o", "/dev/full"]].concat());
            run.refused("cannot-write", format);
            let full = File::options()
                .write(true)
                .open("/dev/full")
                .expect("a full disk");
            let mut command = folder.command(&["check", "--prices", "prices"]);
            let output = command.args(&arguments).stdout(full).output();
            Run::of(output.expect("it starts")).refused("cannot-write", format);
        }
        let full = File::options()
            .write(true)
            .open("/dev/full")
            .expect("a full disk");
        let output = folder
            .command(&["check", "--explain", "all"])
            .stdout(full)
            .output();
        Run::of(output.expect("it starts")).refused("cannot-write", "--explain");
    }

    #[test]
    fn a_reader_that_closes_the_pipe_early_causes_no_message() {
        let folder = large(1000);
        for format in FORMATS {
            let line = format!(
                "\"$0\" check {} --prices prices --format {format} | head -1",
                FLEET.join(" ")
            );
            let mut shell = std::process::Command::new("sh");
            shell.args(["-c", &line, env!("CARGO_BIN_EXE_lambdacost")]);
            let output = shell
                .current_dir(folder.path())
                .output()
                .expect("it starts");
            let run = Run::of(output);
            assert_eq!((run.code, &*run.stderr), (Some(0), ""), "{format}");
            assert_eq!(run.stdout.lines().count(), 1, "{format}");
        }
    }

    #[test]
    fn a_kill_leaves_the_old_report_or_the_new_one_whole() {
        let folder = large(1500);
        let check = [
            &["check", "--prices", "prices", "--format", "json"],
            &FLEET[..],
        ]
        .concat();
        let new = folder.run(&check).stdout;
        let mut killed = 0;
        for round in 0..40 {
            folder.write("report", "old\n");
            let mut command = folder.command(&[&check[..], &["-o", "report"]].concat());
            let mut child = command.spawn().expect("it starts");
            std::thread::sleep(Duration::from_millis(round * 7));
            // It may have ended by itself.
            let _ = child.kill();
            let status = child.wait().expect("it ends");
            killed += usize::from(status.signal() == Some(9));
            let left = folder.read("report");
            let whole = left == new.as_bytes();
            assert!(left == b"old\n" || whole, "{} bytes are left", left.len());
            assert!(status.signal().is_some() || whole, "{status}");
        }
        assert!(killed > 0, "no run was killed while it wrote");
    }
}
