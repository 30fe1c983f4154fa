//! Colour on both streams, and what a terminal shows while a run takes its time.

use super::*;

const ESCAPE: char = '\u{1b}';

/// A run in which only these environment variables are about color.
fn run(folder: &Folder, arguments: &[&str], variables: &[(&str, &str)]) -> Run {
    let mut command = folder.command(arguments);
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TERM", "CI"] {
        command.env_remove(name);
    }
    command.envs(variables.iter().copied());
    Run::of(command.output().expect("it starts"))
}

#[test]
fn both_streams_obey_the_flag_and_the_environment() {
    let folder = Folder::new();
    type Case<'c> = (&'c [&'c str], &'c [(&'c str, &'c str)], bool);
    let cases: [Case<'_>; 8] = [
        (&[], &[], false),
        (&["--color", "always"], &[], true),
        (&["--color=always"], &[("NO_COLOR", "1")], true),
        (&["--color", "always"], &[("TERM", "dumb")], true),
        (&[], &[("CLICOLOR_FORCE", "1")], true),
        (&["--color", "never"], &[("CLICOLOR_FORCE", "1")], false),
        (&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], false),
        (&[], &[("CLICOLOR_FORCE", "")], false),
    ];
    // An answer, a mistake in a file, a mistake in the arguments, and help.
    let commands: [&[&str]; 4] = [
        &["compare", "scenario.toml"],
        &["compare", "gone.toml"],
        &["compare", "scenario.toml", "--no-such-flag"],
        &["compare", "--help"],
    ];
    for (flag, variables, is_colored) in cases {
        for command in commands {
            let run = run(&folder, &[flag, command].concat(), variables);
            let written = run.stdout.clone() + &run.stderr;
            assert!(!written.is_empty(), "{run:?}");
            assert_eq!(
                written.contains(ESCAPE),
                is_colored,
                "{flag:?} {variables:?} {command:?}"
            );
        }
    }
}

#[test]
fn the_cheapest_costs_are_green_whatever_the_environment_says() {
    let folder = Folder::new();
    let arguments = ["compare", "scenario.toml", "--color", "always"];
    let answer = run(&folder, &arguments, &[("NO_COLOR", "1")]).stdout;
    assert!(answer.contains("\u{1b}[32m$"), "{answer}");
    assert!(answer.contains("\u{1b}[1mfunction\u{1b}[0m"), "{answer}");
}

#[test]
fn a_file_is_coloured_only_by_the_flag() {
    let folder = Folder::new();
    let arguments = ["compare", "scenario.toml", "-o", "answer"];
    run(&folder, &arguments, &[("CLICOLOR_FORCE", "1")]).answered();
    assert!(!folder.read("answer").contains(&0x1b));
    run(
        &folder,
        &[&arguments[..], &["--color", "always"]].concat(),
        &[],
    )
    .answered();
    assert!(folder.read("answer").contains(&0x1b));
}

#[cfg(unix)]
mod unix {
    use super::*;

    /// Runs a line of a shell on a terminal of 100 columns, and gives all that the terminal gets;
    /// `None` where no terminal can be made.
    fn on_terminal(folder: &Folder, line: &str) -> Option<String> {
        if folder.shell("script --version").code != Some(0) {
            eprintln!("not tried: script, which makes a terminal, is not installed");
            return None;
        }
        let quoted = line.replace('\'', "'\\''");
        let run = folder.shell(&format!(
            "unset NO_COLOR CLICOLOR CLICOLOR_FORCE CI; export TERM=xterm; \
             script -qec 'stty cols 100; {quoted}' /dev/null </dev/null"
        ));
        Some(run.stdout)
    }

    /// What is left on a terminal: indicatif goes back to the beginning of its one line, and clears it.
    fn left(shown: &str) -> String {
        let lines = shown.split("\r\n").map(|line| {
            let last = line.rsplit('\r').next().unwrap_or_default();
            last.replace("\u{1b}[2K", "")
        });
        lines.collect::<Vec<String>>().join("\n")
    }

    #[test]
    fn a_dumb_terminal_gets_no_color() {
        let folder = Folder::new();
        for (variables, is_colored) in [
            ("TERM=xterm", true),
            ("TERM=dumb", false),
            ("NO_COLOR=1", false),
            ("CLICOLOR=0", false),
        ] {
            for command in ["compare scenario.toml", "compare gone.toml"] {
                let Some(shown) = on_terminal(&folder, &format!("{variables} \"$L\" {command}"))
                else {
                    return;
                };
                assert_eq!(
                    shown.contains(ESCAPE),
                    is_colored,
                    "{variables} {command}: {shown}"
                );
            }
        }
    }

    /// Enough functions that an answer takes longer than the patience of the bar, on a fast machine too.
    const MANY: usize = 200_000;

    #[test]
    fn phases_are_shown_and_then_cleared() {
        let folder = Folder::new();
        folder.write("functions.csv", fleet(MANY));
        for (command, phases) in [
            (
                "compare of-functions-file.toml",
                &["pricing", "laying out"][..],
            ),
            ("compare of-functions-file.toml --format csv", &[]),
            ("check of-functions-file.toml", &["pricing"]),
        ] {
            let file = "\"$L\" COMMAND --color never".replace("COMMAND", command);
            let Some(shown) = on_terminal(&folder, &file) else {
                return;
            };
            for phase in phases {
                assert!(shown.contains(phase), "{command}: {phase}");
            }
            let plain = folder.run(&command.split(' ').collect::<Vec<_>>()).stdout;
            let left = left(&shown);
            // The width of the table is another one here.
            let last = plain.lines().last().expect("an answer");
            assert!(left.trim_end().ends_with(last), "{command}: {left:.300}");
            assert!(
                !left.contains("pricing") && !left.contains("laying out"),
                "{command}"
            );
        }
    }

    #[test]
    fn the_progress_bar_moves_while_a_file_is_written() {
        let folder = Folder::new();
        folder.write("functions.csv", fleet(MANY));
        let Some(shown) = on_terminal(
            &folder,
            "\"$L\" check of-functions-file.toml -o answer.json",
        ) else {
            return;
        };
        let positions: Vec<&str> = shown
            .split("of 200,000 functions")
            .filter_map(|before| before.trim_end().rsplit(' ').next())
            .collect();
        assert!(positions.len() > 3, "{shown}");
        assert!(
            positions
                .iter()
                .any(|at| at.len() > 5 && !at.starts_with("200,")),
            "{positions:?}"
        );
        assert_eq!(left(&shown).trim(), "");
    }

    #[test]
    fn an_interrupt_leaves_no_file_and_no_progress() {
        let folder = Folder::new();
        if folder.shell("timeout --version").code != Some(0) {
            eprintln!("not tried: timeout, which sends the signal, is not installed");
            return;
        }
        folder.write("rows.csv", fleet(MANY));
        // The rows arrive slowly and do not end, so the bar is visible when the signal arrives.
        folder.write(
            "of-functions-file.toml",
            "region = \"us-east-1\"\nfunctions = \"pipe\"\n",
        );
        let feed = "mkfifo pipe; exec 3<>pipe; (sed 30000q rows.csv >&3; sleep 1; \
                    sed 1,30000d rows.csv >&3) & ";
        let run = "timeout --preserve-status -s INT 4 \"$L\" compare of-functions-file.toml -o answer.csv";
        let line = format!("{feed} {run}; echo ended with $?; kill $! 2>&-");
        let Some(shown) = on_terminal(&folder, &line) else {
            return;
        };
        assert!(shown.contains("reading: "), "{shown}");
        assert_eq!(left(&shown).trim(), "ended with 130", "{shown}");
        assert!(!folder.at("answer.csv").exists());
    }
}
