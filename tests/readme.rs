//! Every command that the README shows gives the output that it shows.
//!
//! A fenced block `console` is run: lines that begin with `$ ` are commands, what follows each is
//! its standard output, and a line of three dots stands for any number of lines. They run in a
//! temporary folder with a copy of `scenarios/` and the files that the README shows: a block
//! `toml shop.toml` is the file `shop.toml`. A block `sh` is not run; [`NOT_RUN`] lists what it may
//! have. A block `yaml` is for a pipeline, and is in `docs/ci.md`, too.
#![cfg(unix)]

mod project;

use project::{files, read, root};
use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Commands that are shown and not run here: the test would start itself, or install.
const NOT_RUN: [&str; 7] = [
    "cargo test",
    "cargo install --path .",
    "aws lambda list-functions > functions.json",
    "aws cloudwatch get-metric-data --metric-data-queries \"$(lambdacost import --query cloudwatch)\" \\",
    "  --start-time 2026-10-05T00:00:00Z --end-time 2026-10-12T00:00:00Z > metrics.json",
    "aws logs filter-log-events --log-group-name /aws/lambda/checkout --filter-pattern REPORT \\",
    "  --start-time 1791158400000 --end-time 1791763200000 > checkout.json",
];
/// What the README writes for the program in a fresh clone.
const FROM_A_CLONE: &str = "cargo run --release -- ";

/// A fenced block.
struct Block {
    /// The text after the fence.
    info: String,
    lines: Vec<String>,
}

/// A command with the standard output that is claimed for it.
struct Shown {
    command: String,
    output: Vec<String>,
}

fn readme() -> Vec<Block> {
    let text = read("README.md");
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for line in text.lines() {
        match (line.strip_prefix("```"), open.as_mut()) {
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(info), None) => {
                let info = info.trim().to_owned();
                let lines = Vec::new();
                open = Some(Block { info, lines });
            }
            (None, Some(block)) => block.lines.push(line.to_owned()),
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a fence of the README is never closed");
    blocks
}

fn shown(block: &Block) -> Vec<Shown> {
    let mut all: Vec<Shown> = Vec::new();
    for line in &block.lines {
        match (line.strip_prefix("$ "), all.last_mut()) {
            (Some(command), _) => all.push(Shown {
                command: command.to_owned(),
                output: Vec::new(),
            }),
            (None, Some(last)) => last.output.push(line.clone()),
            (None, None) => panic!("output without a command: {line}"),
        }
    }
    all
}

/// A folder with everything that the README's commands read.
fn workplace(blocks: &[Block]) -> tempfile::TempDir {
    let place = tempfile::tempdir().expect("a temporary folder");
    fs::create_dir(place.path().join("scenarios")).expect("a folder in it");
    let samples = "crates/import/samples";
    fs::create_dir_all(place.path().join(samples)).expect("a folder in it");
    for name in files("scenarios").into_iter().chain(files(samples)) {
        fs::copy(root().join(&name), place.path().join(&name)).expect("a copy");
    }
    for block in blocks {
        if let [_, name] = block.info.split(' ').collect::<Vec<_>>()[..] {
            let path = place.path().join(name);
            fs::create_dir_all(path.parent().expect("a parent")).expect("its folder");
            fs::write(path, block.lines.join("\n") + "\n").expect("a file of the README");
        }
    }
    place
}

/// The search path with the program under test in front.
fn path() -> OsString {
    let program = Path::new(env!("CARGO_BIN_EXE_lambdacost"));
    let folder = program.parent().expect("its folder").to_owned();
    let usual = env::var_os("PATH").unwrap_or_default();
    let all = [folder].into_iter().chain(env::split_paths(&usual));
    env::join_paths(all).expect("a search path")
}

fn run(command: &str, place: &Path) -> Vec<String> {
    let done = Command::new("sh")
        .args(["-c", &command.replace(FROM_A_CLONE, "lambdacost ")])
        .current_dir(place)
        .env("PATH", path())
        .output()
        .expect("a shell");
    let message = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "`{command}` fails:\n{message}");
    let output = String::from_utf8(done.stdout).expect("text");
    output.lines().map(str::to_owned).collect()
}

/// True when `output` reads as `claimed`, in which `...` stands for any number of lines.
fn matches(claimed: &[String], output: &[String]) -> bool {
    match (claimed.split_first(), output.split_first()) {
        (None, None) => true,
        (Some((dots, rest)), _) if dots == "..." => {
            (0..=output.len()).any(|skipped| matches(rest, &output[skipped..]))
        }
        (Some((line, rest)), Some((real, others))) => line == real && matches(rest, others),
        _ => false,
    }
}

#[test]
fn every_command_gives_what_the_readme_shows() {
    let blocks = readme();
    let place = workplace(&blocks);
    let mut count = 0;
    for shown in blocks
        .iter()
        .filter(|block| block.info == "console")
        .flat_map(shown)
    {
        let output = run(&shown.command, place.path());
        assert!(
            matches(&shown.output, &output),
            "`{}` is shown with\n{}\nbut prints\n{}",
            shown.command,
            shown.output.join("\n"),
            output.join("\n")
        );
        count += 1;
    }
    assert!(count > 0, "the README shows no command");
}

#[test]
fn only_known_lines_are_not_run() {
    let lines: Vec<String> = readme()
        .into_iter()
        .filter(|block| block.info == "sh")
        .flat_map(|block| block.lines)
        .collect();
    for line in &lines {
        assert!(NOT_RUN.contains(&line.as_str()), "`{line}` is not run");
    }
    for line in NOT_RUN {
        assert!(lines.iter().any(|known| known == line), "no `{line}`");
    }
}

#[test]
fn the_tests_are_one_command() {
    let blocks = readme();
    let mut lines = blocks.iter().flat_map(|block| &block.lines);
    let testing: Vec<_> = lines
        .by_ref()
        .filter(|line| line.contains("cargo test"))
        .collect();
    assert_eq!(testing, ["cargo test"]);
}

#[test]
fn every_block_has_a_known_kind() {
    for block in readme() {
        let is_file = block.info.starts_with("toml ") || block.info.starts_with("csv ");
        let is_command = ["console", "sh", "yaml"].contains(&block.info.as_str());
        assert!(
            is_file || is_command,
            "a block of the README: `{}`",
            block.info
        );
    }
}

#[test]
fn pipelines_are_those_of_the_documents() {
    let document = read("docs/ci.md");
    for block in readme().iter().filter(|block| block.info == "yaml") {
        let text = format!("```yaml\n{}\n```", block.lines.join("\n"));
        assert!(document.contains(&text), "not in docs/ci.md:\n{text}");
    }
}

#[test]
fn the_first_command_runs_in_a_clone() {
    let blocks = readme();
    let mut commands = blocks
        .iter()
        .filter(|b| b.info == "console")
        .flat_map(shown);
    let first = commands.next().expect("a command").command;
    assert_eq!(
        first,
        format!("{FROM_A_CLONE}import crates/import/samples/*.json -o from-aws.toml")
    );
}

#[test]
fn the_toolchain_is_the_one_of_the_manifest() {
    let manifest = read("Cargo.toml");
    let line = manifest
        .lines()
        .find(|line| line.starts_with("rust-version"));
    let version = line.and_then(|line| line.split('"').nth(1));
    let wanted = format!("Rust toolchain, {}", version.expect("a version"));
    let text = read("README.md");
    assert!(
        text.contains(&wanted),
        "the README does not require a {wanted}"
    );
}

#[test]
fn dots_stand_for_any_number_of_lines() {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    for (claimed, output, fits) in [
        ("a\n...\nd", "a\nb\nc\nd", true),
        ("a\n...\nd", "a\nd", true),
        ("...", "", true),
        ("a", "a\nb", false),
        ("...\nb", "b\nc", false),
    ] {
        let same = matches(&lines(claimed), &lines(output));
        assert_eq!(same, fits, "{claimed:?} against {output:?}");
    }
}
