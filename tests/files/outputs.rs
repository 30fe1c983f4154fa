//! A file is written whole or not at all, keeps its owner and mode, and no other file is left.

use super::*;

#[test]
fn init_does_not_replace_what_is_there() {
    let folder = Folder::new();
    let before = folder.read("functions.csv");
    folder
        .run(&["init", "functions.csv"])
        .refused("cannot-write", "name another file");
    folder
        .run(&["init", "prices"])
        .refused("cannot-write", "name another file");
    assert!(folder.read("functions.csv") == before);
    folder
        .run(&["init", "gone/new.toml"])
        .refused("cannot-write", "its folder does not exist");
    let made = folder.run(&["init", "new.toml"]);
    assert_eq!((made.code, &*made.stdout), (Some(0), ""));
    folder.run(&["compare", "new.toml"]).answered();
}

#[test]
fn the_ending_of_the_file_names_the_format() {
    let folder = Folder::new();
    let compare = ["compare", "scenario.toml"];
    let check = ["check", "scenario.toml"];
    let list = ["prices", "list"];
    let plan = ["plan", "scenario.toml"];
    let cases: [(&[&str], &str, &str); 17] = [
        (&compare, "a.csv", "csv"),
        (&compare, "a.json", "json"),
        (&compare, "a.b.JSON", "json"),
        (&compare, "a.md", "markdown"),
        (&compare, "a.markdown", "markdown"),
        (&compare, "a.txt", "table"),
        (&compare, "a", "table"),
        (&check, "a.sarif", "sarif"),
        (&check, "a.sarif.json", "sarif"),
        (&check, "a.json", "json"),
        (&check, "a.xml", "junit"),
        (&check, "a.md", "markdown"),
        (&check, "a.txt", "text"),
        (&list, "a.json", "json"),
        (&plan, "a.csv", "csv"),
        (&plan, "a.json", "json"),
        (&plan, "a.md", "markdown"),
    ];
    for (command, file, format) in cases {
        folder.run(&[command, &["-o", file]].concat()).answered();
        let stated = folder.run(&[command, &["--format", format]].concat());
        assert!(
            folder.read(file) == stated.stdout.as_bytes(),
            "{command:?} {file} is not {format}"
        );
    }
    for (command, file, words) in [
        (
            &compare[..],
            "b.xlsx",
            "use one of .csv, .json, .md, .markdown and .txt",
        ),
        (
            &compare,
            "b.html",
            "the extension `.html` of --output is not that of a format",
        ),
        (
            &check,
            "b.csv",
            "use one of .sarif.json, .sarif, .json, .xml",
        ),
        (
            &["explain", "scenario.toml"],
            "b.json",
            "use a name that ends in `.txt`",
        ),
        (&list, "b.csv", "use one of .json and .txt"),
    ] {
        let run = folder.run(&[command, &["-o", file]].concat());
        run.refused("unknown-value", words);
        assert!(!folder.at(file).exists());
    }
    // A stated format that contradicts the extension could not be read by what relies on it.
    for (command, file, format, own) in [
        (&compare[..], "c.csv", "json", ".json"),
        (&compare, "c.json", "focus", ".csv"),
        (&compare, "c.md", "table", ".txt"),
        (&check, "c.xml", "sarif", ".sarif.json"),
        (&check, "c.json", "junit", ".xml"),
        (&["plan", "scenario.toml"], "c.md", "csv", ".csv"),
        (&list, "c.json", "table", ".txt"),
    ] {
        let run = folder.run(&[command, &["-o", file, "--format", format]].concat());
        run.refused("conflict", &format!("use a name that ends in `{own}`"));
        assert!(!folder.at(file).exists());
    }
    let run = folder.run(&[&check[..], &["-o", "c.csv", "--format", "github"]].concat());
    run.answered();
    for (command, file, format) in [
        (&compare[..], "d.txt", "json"),
        (&check, "d.json", "sarif"),
        (&check, "d.txt", "github"),
    ] {
        folder
            .run(&[command, &["-o", file, "--format", format]].concat())
            .answered();
    }
    // A format that is stated wins over an extension that is that of no format.
    let arguments = [
        "compare",
        "scenario.toml",
        "-o",
        "a.html",
        "--format",
        "json",
    ];
    folder.run(&arguments).answered();
    assert!(folder.read("a.html").starts_with(b"{"));
}

#[cfg(unix)]
mod unix {
    use super::*;
    use lambdacost::internals::cli::system::Call;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
    use std::os::unix::process::ExitStatusExt;

    fn is_root() -> bool {
        let folder = tempfile::tempdir().expect("a folder");
        fs::metadata(folder.path()).expect("there").uid() == 0
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("there").permissions().mode() & 0o7777
    }

    #[test]
    fn mode_and_owner_are_kept() {
        let folder = Folder::new();
        let old = folder.at("old");
        for wanted in [0o600, 0o640, 0o666, 0o755] {
            folder.write("old", "old\n");
            fs::set_permissions(&old, fs::Permissions::from_mode(wanted)).expect("set");
            folder
                .run(&["compare", "scenario.toml", "-o", "old"])
                .answered();
            assert_eq!(mode(&old), wanted);
        }
        // A new file is as the user's mask wants it.
        folder.shell("umask 027; \"$L\" compare scenario.toml -o masked && \"$L\" init masked.toml 2>/dev/null").answered();
        assert_eq!(
            [mode(&folder.at("masked")), mode(&folder.at("masked.toml"))],
            [0o640, 0o640]
        );
        if !is_root() {
            eprintln!("not tried: only root may give a file to another owner");
            return;
        }
        const OTHER_USER: u32 = 65534;
        std::os::unix::fs::chown(&old, Some(OTHER_USER), Some(OTHER_USER)).expect("given away");
        fs::set_permissions(&old, fs::Permissions::from_mode(0o640)).expect("set");
        folder
            .run(&["compare", "scenario.toml", "-o", "old"])
            .answered();
        let known = fs::metadata(&old).expect("there");
        assert_eq!(
            (known.uid(), known.gid(), mode(&old)),
            (OTHER_USER, OTHER_USER, 0o640)
        );
    }

    #[test]
    fn links_are_written_through() {
        let folder = Folder::new();
        folder.write("old", "old\n");
        symlink("old", folder.at("link")).expect("linked");
        symlink("prices/new", folder.at("dangling")).expect("linked");
        symlink("dangling", folder.at("twice")).expect("linked");
        symlink("b", folder.at("a")).expect("linked");
        symlink("a", folder.at("b")).expect("linked");
        symlink("gone/new", folder.at("no-folder")).expect("linked");
        let is_link = |name| {
            fs::symlink_metadata(folder.at(name))
                .expect("there")
                .is_symlink()
        };
        folder
            .run(&["compare", "scenario.toml", "-o", "link"])
            .answered();
        assert!(is_link("link") && folder.read("old").len() > 4);
        folder
            .run(&["compare", "scenario.toml", "-o", "twice"])
            .answered();
        assert!(is_link("twice") && is_link("dangling"));
        assert_eq!(folder.read("prices/new"), folder.read("old"));
        folder
            .run(&["init", "dangling"])
            .refused("cannot-write", "name another file");
        let before = folder.names();
        for command in [&["compare", "scenario.toml", "-o"][..], &["init"]] {
            for (name, reason) in [
                ("a", "symbolic links"),
                ("no-folder", "its folder does not exist"),
            ] {
                folder
                    .run(&[command, &[name]].concat())
                    .refused("cannot-write", reason);
                assert!(is_link(name));
            }
        }
        assert_eq!(folder.names(), before);
    }

    #[test]
    fn files_that_may_not_be_written_stay_unchanged() {
        let folder = Folder::new();
        folder.write("old", "old\n");
        fs::set_permissions(folder.at("old"), fs::Permissions::from_mode(0o444)).expect("set");
        folder
            .run(&["compare", "scenario.toml", "-o", "old"])
            .refused("cannot-write", "it is read-only");
        assert_eq!(folder.read("old"), b"old\n");
        if is_root() {
            eprintln!("not tried: root may write to every folder");
            return;
        }
        folder.write("prices/old", "old\n");
        fs::set_permissions(folder.at("prices"), fs::Permissions::from_mode(0o555)).expect("set");
        let run = folder.run(&["compare", "scenario.toml", "-o", "prices/old"]);
        fs::set_permissions(folder.at("prices"), fs::Permissions::from_mode(0o755)).expect("set");
        run.refused("cannot-write", "you may not make files in its folder");
        assert_eq!(folder.read("prices/old"), b"old\n");
    }

    #[test]
    fn the_cause_from_the_system_is_shown() {
        let folder = Folder::new();
        let run = folder.run(&["compare", "scenario.toml", "-o", "gone/answer.csv"]);
        run.refused(
            "cannot-write",
            "cannot write `gone/answer.csv`: its folder does not exist: No such file or directory \
             (os error 2)",
        );
        if Path::new("/dev/full").exists() {
            let run = folder.shell("\"$L\" compare scenario.toml -o /dev/full");
            run.refused(
                "cannot-write",
                "cannot write `/dev/full`: the disk is full: No space left on device (os error 28)",
            );
        } else {
            eprintln!("not tried: /dev/full, which this system does not have");
        }
    }

    #[test]
    fn a_pipe_is_refused_as_a_price_file() {
        let folder = Folder::new();
        folder
            .shell("mkfifo prices/eu-west-1.toml; \"$L\" compare scenario.toml --prices prices")
            .refused("unreadable", "it is not a regular file");
    }

    /// The limit of file sizes fails a write as a full disk does, and every user may set it.
    #[test]
    fn a_file_that_cannot_be_finished_leaves_nothing() {
        let folder = Folder::new();
        folder.write("old", "old\n");
        folder.write("functions.csv", fleet(60));
        let before = folder.names();
        for format in ["json", "csv", "markdown", "table"] {
            for output in ["old", "new"] {
                let line = format!(
                    "ulimit -f 1; \"$L\" compare of-functions-file.toml --format {format} -o {output}"
                );
                folder
                    .shell(&line)
                    .refused("cannot-write", "it is larger than the limit for files");
                assert_eq!(folder.read("old"), b"old\n");
                assert_eq!(folder.names(), before);
            }
        }
        folder
            .shell("ulimit -f 0; \"$L\" init new")
            .refused("cannot-write", "it is larger than the limit for files");
        assert_eq!(folder.names(), before);
        // The shell has made this file.
        let run =
            folder.shell("ulimit -f 1; \"$L\" compare of-functions-file.toml --format json >new");
        run.refused("cannot-write", "it is larger than the limit for files");
    }

    /// Set for a child of a test: what it is to wait at.
    const CHILD: &str = "LAMBDACOST_TEST_CHILD";

    /// Tests nothing by itself: it is the program that `no_signal_leaves_a_file` stops.
    #[test]
    fn a_child_waits_in_the_middle_of_its_answer() {
        let Ok(plan) = std::env::var(CHILD) else {
            return;
        };
        let folder = PathBuf::from(std::env::var_os("LAMBDACOST_TEST_FOLDER").expect("a folder"));
        let gate = move |call| match call {
            Call::Nameless if plan.contains("named") => Err(io::Error::other("not here")),
            Call::Sync => {
                println!("waiting");
                std::thread::sleep(std::time::Duration::from_secs(600));
                Ok(())
            }
            _ => Ok(()),
        };
        let sink = || -> Box<dyn Write + Send> { Box::new(io::sink()) };
        let streams = Streams {
            stdin: Box::new(|| Box::new(io::empty())),
            stdout: Box::new(sink),
            stderr: Box::new(sink),
        };
        let files = [folder.join("scenario.toml"), folder.join("old")];
        let [scenario, old] = files.map(PathBuf::into_os_string);
        let arguments = ["lambdacost", "compare"].map(OsString::from).into_iter();
        let arguments: Vec<_> = arguments.chain([scenario, "-o".into(), old]).collect();
        lambdacost::internals::cli::run(&System::new(streams, Arc::new(gate)), &arguments);
    }

    /// A run that waits before its file is complete, stopped by signals; the one that ended it.
    fn stopped(folder: &Folder, plan: &str, signals: &[&str], shell: &str) -> i32 {
        let line = format!(
            "{shell} exec \"$0\" --exact outputs::unix::a_child_waits_in_the_middle_of_its_answer --nocapture"
        );
        let mut child = Command::new("sh");
        child
            .args(["-c", &line])
            .arg(std::env::current_exe().expect("this test"));
        child
            .env(CHILD, plan)
            .env("LAMBDACOST_TEST_FOLDER", folder.path());
        let mut child = child.stdout(Stdio::piped()).spawn().expect("it starts");
        let stdout = child.stdout.take().expect("a pipe");
        let mut lines = io::BufRead::lines(io::BufReader::new(stdout));
        assert!(lines.any(|line| line.expect("UTF-8").ends_with("waiting")));
        for signal in signals {
            let mut kill = Command::new("kill");
            let sent = kill.args(["-s", signal, &child.id().to_string()]).status();
            assert!(sent.expect("kill").success());
            // A signal that is not ignored has ended the program before the next signal, or is pending.
        }
        child
            .wait()
            .expect("it ends")
            .signal()
            .expect("by a signal")
    }

    #[test]
    fn no_signal_leaves_a_file() {
        let folder = Folder::new();
        folder.write("old", "old\n");
        let before = folder.names();
        for (signal, number) in [("TERM", 15), ("INT", 2), ("HUP", 1)] {
            for plan in ["nameless", "named"] {
                assert_eq!(stopped(&folder, plan, &[signal], ""), number, "{plan}");
                assert_eq!(folder.names(), before, "{signal} {plan}");
            }
        }
        assert_eq!(stopped(&folder, "nameless", &["KILL"], ""), 9);
        if cfg!(target_os = "linux") {
            assert_eq!(folder.names(), before);
        } else {
            eprintln!("not tried: files without a name, which this system does not have");
        }
        assert_eq!(folder.read("old"), b"old\n");
    }

    #[test]
    fn a_signal_that_is_ignored_stays_ignored() {
        let folder = Folder::new();
        folder.write("old", "old\n");
        for plan in ["nameless", "named"] {
            let ended_by = stopped(&folder, plan, &["HUP", "TERM"], "trap '' HUP;");
            assert_eq!(ended_by, 15, "{plan}");
        }
    }
}
