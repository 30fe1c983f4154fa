//! Each call to the operating system fails once, in every command and format: the program reports an
//! error, leaves the old file unchanged, and leaves no other file.

use super::*;
use lambdacost::internals::cli::system::Call;
use std::io::ErrorKind;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Every command that reads or writes, with the code of its answer.
const COMMANDS: [(&[&str], i32); 19] = [
    (&["compare", "@scenario.toml"], 0),
    (
        &[
            "compare",
            "@of-functions-file.toml",
            "--format",
            "json",
            "--prices",
            "@prices",
        ],
        0,
    ),
    (
        &[
            "compare",
            "@functions.csv",
            "--region",
            "us-east-1",
            "--region",
            "eu-west-1",
            "--format",
            "csv",
        ],
        0,
    ),
    (
        &[
            "compare",
            "@of-functions-file.toml",
            "--format",
            "focus",
            "--period",
            "2026-11",
            "--bill",
            "lambda",
        ],
        0,
    ),
    (
        &["compare", "@of-functions-file.toml", "--format", "markdown"],
        0,
    ),
    (&["compare", "-", "--verbose"], 0),
    (&["explain", "@of-functions-file.toml"], 0),
    (&["plan", "@of-functions-file.toml"], 0),
    (&["check", "@of-functions-file.toml", "--format", "text"], 0),
    (
        &[
            "check",
            "@of-functions-file.toml",
            "--format",
            "json",
            "--baseline",
            "@before.json",
            "--baseline-required",
        ],
        0,
    ),
    (
        &[
            "check",
            "@of-functions-file.toml",
            "--format",
            "github",
            "--baseline",
            "@of-functions-file.toml",
            "--baseline-required",
        ],
        0,
    ),
    (
        &[
            "check",
            "@of-functions-file.toml",
            "--format",
            "junit",
            "--baseline",
            "-",
            "--baseline-required",
        ],
        0,
    ),
    (
        &[
            "check",
            "@broken.toml",
            "--format",
            "sarif",
            "--prices",
            "@prices",
        ],
        1,
    ),
    (&["check", "-", "--format", "markdown"], 0),
    (&["check", "--explain", "all"], 0),
    (&["prices", "list", "--prices", "@prices"], 0),
    (&["prices", "show", "us-east-1", "--prices", "@prices"], 0),
    (&["prices", "show", "us-east-1", "--format", "json"], 0),
    (&["init", "@new"], 0),
];

/// Commands without `--output`.
const TO_STDOUT: [&[&str]; 5] = [
    &["init", "-"],
    &["completions", "bash"],
    &["man"],
    &["--help"],
    &["--version"],
];

const INJECTED: &str = "the system has had enough";

fn stdin() -> Input {
    Box::new(SCENARIO.as_bytes())
}

/// Counts the calls and makes some of them fail.
fn gate(
    fails: impl Fn(usize, Call) -> Option<io::Error> + Send + Sync + 'static,
) -> (Gate, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let gate = move |call| match fails(counted.fetch_add(1, Ordering::Relaxed), call) {
        Some(error) => Err(error),
        None => Ok(()),
    };
    (Arc::new(gate), count)
}

fn folder() -> Folder {
    let folder = Folder::new();
    // Enough for several writes in the long formats.
    folder.write("functions.csv", fleet(20));
    folder.write(
        "broken.toml",
        SCENARIO.to_owned() + "budget.monthly_usd.deny = 0.01\n",
    );
    folder.write("old", "old\n");
    folder
}

/// Every command, to standard output and to files.
fn runs() -> Vec<(Vec<&'static str>, i32, Option<&'static str>)> {
    let mut runs = Vec::new();
    for (arguments, code) in COMMANDS {
        if arguments[0] == "init" {
            runs.push((arguments.to_vec(), code, Some("new")));
            continue;
        }
        runs.push((arguments.to_vec(), code, None));
        for (output, file) in [("@old", "old"), ("@new", "new")] {
            runs.push((
                [arguments, &["--output", output]].concat(),
                code,
                Some(file),
            ));
        }
    }
    runs.extend(TO_STDOUT.map(|arguments| (arguments.to_vec(), 0, None)));
    runs
}

#[test]
fn every_failed_call_is_reported_and_changes_no_file() {
    let folder = folder();
    let before = folder.names();
    let mut faults = 0;
    for (arguments, code, file) in runs() {
        let (open, calls) = gate(|_, _| None);
        let whole = folder.run_inside(&arguments, stdin, open);
        assert_eq!(whole.code, Some(code), "{arguments:?} {whole:?}");
        folder.write("old", "old\n");
        let _ = fs::remove_file(folder.at("new"));
        for n in 0..calls.load(Ordering::Relaxed) {
            for is_lasting in [false, true] {
                let (gate, _) = gate(move |call, kind| {
                    let fails = call == n || (is_lasting && call > n);
                    // Without it, a file with a name is made.
                    let fails = fails && kind != Call::Nameless;
                    fails.then(|| io::Error::other(INJECTED))
                });
                let run = folder.run_inside(&arguments, stdin, gate);
                let what = format!("{arguments:?} at call {n}: {run:?}");
                if run.code == Some(code) && !is_lasting {
                    // The call was that for a file without a name, and the answer is whole.
                    assert!(run.stdout == whole.stdout, "{what}");
                    let file = file.unwrap_or_else(|| panic!("not reported: {what}"));
                    assert!(folder.read(file).len() > 4, "{what}");
                    folder.write("old", "old\n");
                    let _ = fs::remove_file(folder.at("new"));
                    continue;
                }
                faults += 1;
                assert_eq!(run.code, Some(2), "{what}");
                assert!(run.stderr.contains(INJECTED), "{what}");
                assert!(run.stderr.contains("error["), "{what}");
                assert!(whole.stdout.starts_with(&run.stdout), "{what}");
                assert!(file.is_none() || run.stdout.is_empty(), "{what}");
                assert_eq!(folder.names(), before, "{what}");
                assert_eq!(folder.read("old"), b"old\n", "{what}");
            }
        }
    }
    assert!(faults > 500, "only {faults} faults");
}

#[test]
fn a_closed_pipe_is_not_reported() {
    let folder = folder();
    for (arguments, _, file) in runs().into_iter().filter(|(_, _, file)| file.is_none()) {
        let (gate, _) = gate(|_, call| (call == Call::Write).then(|| ErrorKind::BrokenPipe.into()));
        let run = folder.run_inside(&arguments, stdin, gate);
        assert_eq!(
            (run.code, &*run.stdout),
            (Some(2), ""),
            "{arguments:?} {file:?}"
        );
        assert!(
            !run.stderr.contains("error"),
            "{arguments:?} {}",
            run.stderr
        );
    }
}

#[test]
fn a_call_that_is_interrupted_is_made_again() {
    let folder = folder();
    for (arguments, code, file) in runs() {
        let (open, _) = gate(|_, _| None);
        let whole = folder.run_inside(&arguments, stdin, open);
        let answer = file.map(|file| folder.read(file));
        let _ = fs::remove_file(folder.at("new"));
        // Every second call to read or to write.
        let (gate, _) = gate(|n, call| {
            let is_stream = [Call::Read, Call::Write].contains(&call);
            (is_stream && n % 2 == 0).then(|| ErrorKind::Interrupted.into())
        });
        let run = folder.run_inside(&arguments, stdin, gate);
        assert_eq!(run.code, Some(code), "{arguments:?} {run:?}");
        assert!(run.stdout == whole.stdout, "{arguments:?}");
        assert!(
            file.map(|file| folder.read(file)) == answer,
            "{arguments:?}"
        );
        let _ = fs::remove_file(folder.at("new"));
    }
}

#[test]
fn each_cause_has_its_own_reason_and_help() {
    let folder = folder();
    let cases = [
        (
            ErrorKind::StorageFull,
            "the disk is full",
            "free some space",
        ),
        (
            ErrorKind::QuotaExceeded,
            "your disk quota is used up",
            "free some space",
        ),
        (
            ErrorKind::FileTooLarge,
            "it is larger than the limit for files",
            "raise the limit",
        ),
        (
            ErrorKind::PermissionDenied,
            "permission denied",
            "that you may write to",
        ),
    ];
    for (kind, reason, help) in cases {
        let (gate, _) = gate(move |_, call| (call == Call::Write).then(|| kind.into()));
        let arguments = ["compare", "@scenario.toml", "--output", "@old"];
        let run = folder.run_inside(&arguments, stdin, gate);
        run.refused("cannot-write", reason);
        run.refused("cannot-write", help);
        run.refused("cannot-write", "the old file is unchanged");
    }
}
