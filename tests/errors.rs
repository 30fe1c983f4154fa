//! The catalogue of errors: one bad input per case, with the complete message.
//!
//! A case is `tests/errors/CODE.toml` (or `CODE-WHAT.toml`) with its arguments, `.in/` with its
//! files and `.stderr` with the whole message. All end with 2 and leave standard output empty.
//! `TRYCMD=overwrite cargo test --test errors` writes the present messages to the cases: read the diff.

use lambdacost::internals::diag::Code;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Cases that show several codes at once.
const MIXED: [&str; 2] = ["many", "words"];
/// Widest line of a message that points at a line of an input.
const WIDEST: usize = 120;

/// Stem, case and message of every case.
fn cases() -> Vec<(String, String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/errors");
    let entries = fs::read_dir(folder).expect("the folder is there");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let cases = paths.filter(|path| path.extension().is_some_and(|ending| ending == "toml"));
    let read = |path: &Path| fs::read_to_string(path).unwrap_or_default();
    let case = |path: std::path::PathBuf| {
        let stem = path.file_stem().expect("a name").to_string_lossy();
        let message = read(&path.with_extension("stderr"));
        (stem.into_owned(), read(&path), message)
    };
    cases.map(case).collect()
}

/// The codes of a message, in order.
fn codes(message: &str) -> Vec<&str> {
    let titles = message
        .lines()
        .filter_map(|line| line.strip_prefix("error["));
    titles
        .filter_map(|title| Some(title.split_once(']')?.0))
        .collect()
}

#[test]
fn every_mistake_is_answered_with_its_message() {
    trycmd::TestCases::new()
        .env("NO_COLOR", "1")
        .case("tests/errors/*.toml");
}

#[test]
fn every_code_has_a_case_and_every_case_a_code() {
    let cases = cases();
    let stems: BTreeSet<&str> = cases.iter().map(|(stem, _, _)| stem.as_str()).collect();
    for code in Code::ALL {
        assert!(stems.contains(code.name()), "no case for {}", code.name());
    }
    for (stem, _, message) in &cases {
        let codes = codes(message);
        assert!(!codes.is_empty(), "{stem} expects no message");
        let own = Code::ALL.iter().map(|code| code.name()).find(|name| {
            let rest = stem.strip_prefix(name);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        });
        match own {
            Some(own) => assert!(codes.iter().all(|code| *code == own), "{stem}: {codes:?}"),
            None => assert!(MIXED.contains(&stem.as_str()), "{stem} is not a code"),
        }
    }
}

#[test]
fn every_case_cannot_be_answered() {
    for (stem, case, _) in cases() {
        let case: toml::Table = case.parse().expect("a case in TOML");
        let code = case.get("status").and_then(|status| status.get("code"));
        assert_eq!(code.and_then(toml::Value::as_integer), Some(2), "{stem}");
        let output = case.get("stdout").and_then(toml::Value::as_str);
        assert_eq!(output, Some(""), "{stem}");
    }
}

#[test]
fn no_message_repeats_a_sentence_or_has_a_path_of_this_machine() {
    for (stem, _, message) in cases() {
        let paragraphs: Vec<&str> = message.trim_end().split("\n\n").collect();
        let distinct: BTreeSet<&str> = paragraphs.iter().copied().collect();
        assert_eq!(paragraphs.len(), distinct.len(), "{stem} repeats itself");
        let places = message
            .lines()
            .filter_map(|line| line.trim_start().strip_prefix("--> "));
        for place in places {
            assert!(!place.starts_with('/'), "{stem}: {place}");
        }
    }
}

#[test]
fn excerpts_are_not_wider_than_a_screen() {
    for (stem, _, message) in cases() {
        let help = |line: &&str| !line.trim_start().starts_with("= help");
        for line in message.lines().filter(help) {
            assert!(line.chars().count() <= WIDEST, "{stem}: {line}");
        }
    }
}
