//! A run ends with 0, 1 or 2, whatever its streams, threads and environment are.

use super::*;

/// Commands of every kind, with their exit codes.
const COMMANDS: [(&str, i32); 12] = [
    ("compare scenario.toml", 0),
    ("compare scenario.toml -v -o answer", 0),
    ("compare -v -q", 2),
    ("explain of-functions-file.toml", 0),
    ("check scenario.toml -v", 0),
    ("check broken.toml -v", 1),
    ("prices list", 0),
    ("init new.toml", 0),
    ("init scenario.toml", 2),
    ("completions zsh", 0),
    ("--help", 0),
    ("--version", 0),
];

fn folder() -> Folder {
    let folder = Folder::new();
    let broken = SCENARIO.to_owned() + "budget.monthly_usd.deny = 0.01\n";
    folder.write("broken.toml", broken);
    folder
}

#[cfg(unix)]
mod unix {
    use super::*;

    #[test]
    fn standard_error_does_not_matter() {
        let folder = folder();
        if !Path::new("/dev/full").exists() {
            eprintln!("not tried: /dev/full, which this system does not have");
        }
        for (command, code) in COMMANDS {
            let mut lines = vec![format!("\"$L\" {command} 2>&-")];
            if Path::new("/dev/full").exists() {
                lines.push(format!("\"$L\" {command} 2>/dev/full"));
            }
            // A pipe whose reader is gone; the reader reports that before the program starts.
            let gone = "mkfifo gone; (exec 3<gone; exec 3<&-; echo >closed) & exec 4>gone; \
                        while ! test -e closed; do :; done";
            lines.push(format!("{gone}; \"$L\" {command} 2>&4"));
            for line in lines {
                for file in ["new.toml", "gone", "closed"] {
                    let _ = fs::remove_file(folder.at(file));
                }
                let run = folder.shell(&line);
                assert_eq!(run.code, Some(code), "{line} {run:?}");
                assert_eq!(run.stderr, "", "{line}");
            }
        }
    }

    #[test]
    fn streams_may_be_closed() {
        let folder = folder();
        for closed in 0..8 {
            let streams = ["<&-", ">&-", "2>&-"].iter().enumerate();
            let streams = streams.filter(|(bit, _)| closed >> bit & 1 == 1);
            let streams: Vec<&str> = streams.map(|(_, stream)| *stream).collect();
            for (command, code) in COMMANDS {
                let _ = fs::remove_file(folder.at("new.toml"));
                let line = format!("\"$L\" {command} {}", streams.join(" "));
                assert_eq!(folder.shell(&line).code, Some(code), "{line}");
            }
        }
    }

    #[test]
    fn an_answer_that_cannot_be_written_is_an_error() {
        let folder = folder();
        let answers = COMMANDS.iter().filter(|(command, code)| {
            *code == 0 && !command.contains("-o") && !command.starts_with("init")
        });
        for (command, _) in answers {
            // Open, but not to be written to.
            let run = folder.shell(&format!("\"$L\" {command} 1</dev/null"));
            run.refused_after_progress("cannot write to standard output");
            if Path::new("/dev/full").exists() {
                let run = folder.shell(&format!("\"$L\" {command} >/dev/full"));
                run.refused_after_progress("the disk is full");
            } else {
                eprintln!("not tried: /dev/full, which this system does not have");
            }
        }
    }

    impl Run {
        /// With `--verbose`, other lines come first.
        #[track_caller]
        fn refused_after_progress(&self, words: &str) {
            assert_eq!((self.code, &*self.stdout), (Some(2), ""), "{self:?}");
            assert!(self.stderr.contains("error[cannot-write]"), "{self:?}");
            assert!(self.stderr.contains(words), "{self:?}");
        }
    }

    /// Run by a user that may not start threads. It is not root, who always may.
    #[test]
    fn a_run_without_threads_gives_the_same_answer() {
        let folder = folder();
        folder.write("functions.csv", fleet(200));
        let is_root = folder.shell("id -u").stdout.trim() == "0";
        let user = if is_root {
            "setpriv --reuid 65534 --clear-groups"
        } else {
            ""
        };
        if is_root && folder.shell("setpriv --version").code != Some(0) {
            eprintln!("not tried: root may always start threads, and setpriv is not installed");
            return;
        }
        for command in [
            "compare of-functions-file.toml --format json",
            "compare scenario.toml",
            "check of-functions-file.toml",
            "prices list",
        ] {
            let whole = folder.run(&command.split(' ').collect::<Vec<_>>());
            let copy = "cp \"$L\" program; chmod a+rx . program";
            let line = format!(
                "{copy}; {user} sh -c '{{ ulimit -u 1 || ulimit -p 1; }} 2>/dev/null; exec ./program {command}'"
            );
            let run = folder.shell(&line);
            run.answered();
            assert!(run.stdout == whole.stdout, "{command}");
        }
    }

    #[test]
    fn the_stack_size_in_the_environment_does_not_matter() {
        let folder = folder();
        for size in ["1", "99999999999999", "none"] {
            let mut command = folder.command(&["compare", "of-functions-file.toml"]);
            let output = command.env("RUST_MIN_STACK", size).output();
            Run::of(output.expect("it starts")).answered();
        }
    }
}

#[test]
fn the_number_of_threads_in_the_environment_does_not_matter() {
    let folder = folder();
    let whole = folder.run(&["compare", "of-functions-file.toml", "--format", "json"]);
    for count in [
        "0",
        "1",
        "5",
        "100000",
        "-1",
        "many",
        "",
        "99999999999999999999",
    ] {
        let mut command =
            folder.command(&["compare", "of-functions-file.toml", "--format", "json"]);
        let output = command.env("RAYON_NUM_THREADS", count).output();
        let run = Run::of(output.expect("it starts"));
        run.answered();
        assert!(run.stdout == whole.stdout, "{count}");
    }
}

#[test]
fn messages_about_arguments_have_no_control_characters() {
    let folder = folder();
    let cases: [&[&str]; 6] = [
        &["compare", "scenario.toml", "--format", "j\u{1b}[31mson"],
        &["compare", "scenario.toml", "--form\u{1b}[31mat"],
        &["com\u{1b}[31mpare"],
        &["compare", "one", "two\u{9b}31m\u{202e}\nthree"],
        &[
            "prices",
            "show",
            "\u{1b}]0;title\u{7}",
            "--prices",
            "\u{1b}c",
        ],
        &["compare", "\u{1b}[2J.toml", "-o", "\u{1b}[2J"],
    ];
    for arguments in cases {
        let run = folder.run(arguments);
        assert_eq!((run.code, &*run.stdout), (Some(2), ""), "{arguments:?}");
        let obeyed = |c: char| c != '\n' && lambdacost::internals::text::is_unsafe(c);
        assert!(!run.stderr.contains(obeyed), "{:?}", run.stderr);
        assert!(run.stderr.contains("\\u{"), "{:?}", run.stderr);
    }
    #[cfg(unix)]
    {
        let run = folder.run(&["init", "a\u{1b}[31m.toml"]);
        assert_eq!(run.code, Some(0));
        assert!(run.stderr.contains("a\\u{1b}[31m.toml") && !run.stderr.contains('\u{1b}'));
    }
}

/// Set for a child of the test below.
const CHILD: &str = "LAMBDACOST_TEST_PANIC";

#[test]
fn a_panic_ends_with_code_2_and_requests_a_report() {
    let name = "endings::a_panic_ends_with_code_2_and_requests_a_report";
    if let Ok(place) = std::env::var(CHILD) {
        lambdacost::internals::cli::exit::end_on_panic();
        let fault = || panic!("a fault of the program");
        match &*place {
            "worker" => rayon::join(|| (), fault).1,
            "thread" => std::thread::spawn(fault).join().expect("it ends before"),
            _ => fault(),
        }
    }
    for place in ["main", "worker", "thread"] {
        let mut child = Command::new(std::env::current_exe().expect("this test"));
        let child = child
            .args(["--exact", name, "--nocapture"])
            .env(CHILD, place);
        let run = Run::of(child.output().expect("it starts"));
        assert_eq!(run.code, Some(2), "{place} {run:?}");
        let start = "lambdacost stopped because of an error in the program itself, at tests/files";
        assert!(run.stderr.starts_with(start), "{place} {run:?}");
        assert!(run.stderr.contains("please report it"), "{place} {run:?}");
        assert_eq!(run.stderr.lines().count(), 1, "{place} {run:?}");
    }
}
