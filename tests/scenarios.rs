//! Every example in `scenarios/` gives the answer that is calculated by hand in its head comment.
//!
//! The machine-checked lines of a head comment are written `# expect FIGURE = VALUE`; the language
//! is explained in `tests/expect/mod.rs`. A scenario without such a line fails.
//! Lines `# finds LEVEL RULE in FUNCTION: ACTUAL > LIMIT` are all that `lambdacost check` finds in it;
//! a finding about all functions has `the scenario` for FUNCTION.

mod expect;
mod project;

use expect::Answer;
use project::{files_with, read};
use serde_json::Value;
use std::process::Command;

const MARK: &str = "# expect ";
const FINDS: &str = "# finds ";

fn scenarios() -> Vec<String> {
    files_with("scenarios", "toml")
}

/// Everything that is wrong with a scenario's head comment.
fn mistakes(name: &str) -> Vec<String> {
    let text = read(name);
    let expectations: Vec<_> = text
        .lines()
        .enumerate()
        .filter_map(|(index, line)| Some((index + 1, line.strip_prefix(MARK)?)))
        .collect();
    if expectations.is_empty() {
        return vec![format!("{name}: no line starts with `{MARK}`")];
    }
    let answer = match Answer::of_file(name) {
        Ok(answer) => answer,
        Err(error) => return vec![format!("{name}: {error}")],
    };
    let wrong = |(line, expectation): (usize, &str)| {
        let error = answer.check(expectation).err()?;
        Some(format!("{name}:{line}: {expectation}: {error}"))
    };
    expectations.into_iter().filter_map(wrong).collect()
}

#[test]
fn every_scenario_gives_the_answer_of_its_head_comment() {
    let names = scenarios();
    assert!(names.len() >= 11, "only {} scenarios", names.len());
    let all: Vec<_> = names.iter().flat_map(|name| mistakes(name)).collect();
    assert!(all.is_empty(), "\n{}", all.join("\n"));
}

/// What `check` finds in a scenario, in the form of its head comment.
fn findings(name: &str) -> Vec<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_lambdacost"))
        .args(["check", "--format", "json", name])
        .output()
        .expect("the program");
    let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let denied = answer["denied"].as_u64().expect("a count") > 0;
    assert_eq!(output.status.code(), Some(i32::from(denied)));
    let found = answer["findings"].as_array().expect("a list");
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let written = found.iter().map(|finding| {
        let name = finding["function"].as_str().unwrap_or("the scenario");
        let [level, rule, actual, limit] =
            ["level", "rule", "actual", "limit"].map(|key| text(finding, key));
        format!("{level} {rule} in {name}: {actual} > {limit}")
    });
    written.collect()
}

#[test]
fn check_finds_what_the_head_comment_states_and_nothing_else() {
    let mut count = 0;
    for name in scenarios() {
        let text = read(&name);
        let claimed = text.lines().filter_map(|line| line.strip_prefix(FINDS));
        let claimed: Vec<&str> = claimed.collect();
        if !claimed.is_empty() {
            assert_eq!(findings(&name), claimed, "{name}");
            count += claimed.len();
        }
    }
    assert!(count > 0, "no scenario is checked");
}

#[test]
fn every_scenario_is_plain_ascii() {
    for name in scenarios() {
        let text = read(&name);
        let odd = text.lines().position(|line| !line.is_ascii());
        assert_eq!(odd.map(|index| index + 1), None, "{name}");
    }
}

#[test]
fn a_wrong_expectation_is_noticed() {
    let answer = Answer::of_file("scenarios/web-api.toml").expect("an answer");
    assert_eq!(answer.check("web-api lambda = $266.67"), Ok(()));
    let wrong = [
        "web-api lambda = $266.66",
        "web-api lambda = 266.67",
        "web-api u*.fargate = 32 %",
        "web-api u*.fargate = never",
        "web-api fargate.fleet = 4 x 2 vCPU / 4 GB x 14",
        "web-api verdict = fargate",
        "web-api colour = red",
        "unknown lambda = $266.67",
        "total nothing = none",
        "web-api lambda: $266.67",
    ];
    for expectation in wrong {
        assert!(answer.check(expectation).is_err(), "{expectation}");
    }
}

#[test]
fn money_is_written_to_the_cent_half_away_from_zero() {
    let cases = [
        ("0", "$0.00"),
        ("0.005", "$0.01"),
        ("0.00499999", "$0.00"),
        ("999.995", "$1,000.00"),
        ("-1234567.125", "-$1,234,567.13"),
    ];
    for (amount, written) in cases {
        assert_eq!(expect::dollars(amount.parse().expect("a decimal")), written);
    }
}
