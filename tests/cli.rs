//! The command line, one case a file: arguments, exit code, complete standard output and error.
//!
//! A case is `tests/cli/CASE.toml`; numbers that matter are worked by hand in its head comment.
//! `TRYCMD=overwrite cargo test --test cli` writes the present output to the cases: read the diff.

use std::path::Path;
use std::process::{Command, Output};

fn lambdacost(arguments: &[&str]) -> Output {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli");
    let mut command = Command::new(env!("CARGO_BIN_EXE_lambdacost"));
    command.args(arguments).current_dir(folder);
    command.env_remove("NO_COLOR").output().expect("it starts")
}

fn answer(arguments: &[&str]) -> String {
    let output = lambdacost(arguments);
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && message.is_empty(), "{message}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Text without the sequences that colour it.
fn plain(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    let rest = parts.map(|part| part.split_once('m').map_or(part, |(_, rest)| rest));
    first + &rest.collect::<String>()
}

#[test]
fn every_case_gives_its_answer() {
    trycmd::TestCases::new()
        .env("NO_COLOR", "1")
        .case("tests/cli/*.toml");
}

#[test]
fn colour_changes_no_word() {
    for command in ["compare", "explain"] {
        let arguments = |when| [command, "compare-three.in/scenario.toml", "--color", when];
        let never = answer(&arguments("never"));
        let always = answer(&arguments("always"));
        assert!(
            !never.contains('\u{1b}') && always.contains('\u{1b}'),
            "{command}"
        );
        assert_eq!(plain(&always), never, "{command}");
        // A pipe is no terminal.
        assert_eq!(answer(&arguments("auto")), never, "{command}");
    }
}

#[test]
fn the_quiet_flag_does_not_change_the_answer() {
    let arguments = ["compare", "compare-one.in/scenario.toml"];
    assert_eq!(
        answer(&[arguments[0], arguments[1], "-q"]),
        answer(&arguments)
    );
}

#[test]
fn hostile_names_are_the_same_after_csv() {
    let file = "compare-csv-names.in/scenario.toml";
    let written = answer(&["compare", file, "--format", "csv"]);
    let mut rows = csv::Reader::from_reader(written.as_bytes());
    let names: Vec<String> = rows
        .records()
        .map(|row| row.expect("a row")[0].to_owned())
        .collect();
    let expected = [
        "'=cmd",
        "'@sum",
        "'+1",
        "'-1",
        "' =t",
        "''=r",
        "one, two",
        "a \"quoted\" name",
        "semi;colon",
        "check\u{200b}out",
        "\\u{200b}typed",
        "\u{3164}",
        "naïve 函数",
    ];
    assert_eq!(names, expected);
}

#[test]
fn hostile_names_do_nothing_to_a_terminal() {
    let file = "compare-table-names.in/scenario.toml";
    for command in ["compare", "explain"] {
        let shown = answer(&[command, file]);
        let obeyed = shown
            .chars()
            .find(|c| lambdacost::internals::text::is_unsafe(*c) && *c != '\n');
        assert_eq!(obeyed, None, "{command}");
        // The comparison of cases takes a backslash for a slash; this one does not.
        for name in [
            r"\u{20}=t",
            r"check\u{200b}out",
            r"\u{5c}u{200b}typed",
            r"\u{3164}",
        ] {
            assert!(shown.contains(name), "{command}: {name}");
        }
    }
}

#[test]
fn json_and_version_name_the_version_of_the_package() {
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(answer(&["--version"]), format!("lambdacost {version}\n"));
    let file = "compare-one.in/scenario.toml";
    let document = answer(&["compare", file, "--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&document).expect("JSON");
    assert_eq!(document["tool_version"], version);
}

#[test]
fn completions_and_manual_name_every_command() {
    let commands = ["compare", "explain", "prices", "init", "completions", "man"];
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = answer(&["completions", shell]);
        for command in commands {
            assert!(script.contains(command), "{shell}: {command}");
        }
    }
    let page = answer(&["man"]);
    for command in commands {
        assert!(page.contains(command), "{command}");
    }
}

#[test]
fn the_starter_is_a_scenario_with_an_answer() {
    let starter = answer(&["init", "-"]);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("starter.toml");
    std::fs::write(&file, starter).expect("written");
    answer(&["compare", file.to_str().expect("a plain path")]);
}
