//! Every example in `scenarios/` gives the answer that its head comment works out by hand.
//!
//! The machine-checked lines of a head comment are written `# expect FIGURE = VALUE`; the language
//! is explained in `tests/expect/mod.rs`. A scenario without such a line proves nothing and fails.
//! Lines `# finds LEVEL RULE in FUNCTION: ACTUAL > LIMIT` are all that `lambdacost check` finds in it;
//! `the scenario` stands for the whole.

mod expect;

use expect::Answer;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const MARK: &str = "# expect ";
const FINDS: &str = "# finds ";

fn scenarios() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let entries = fs::read_dir(folder).expect("the folder is there");
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .collect();
    paths.sort();
    paths
}

/// Everything that is wrong with a scenario's head comment.
fn mistakes(path: &Path) -> Vec<String> {
    let name = path.display();
    let text = fs::read_to_string(path).expect("a readable scenario");
    let expectations: Vec<_> = text
        .lines()
        .enumerate()
        .filter_map(|(index, line)| Some((index + 1, line.strip_prefix(MARK)?)))
        .collect();
    if expectations.is_empty() {
        return vec![format!("{name}: no line starts with `{MARK}`")];
    }
    let answer = match Answer::of_file(&name.to_string()) {
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
    let paths = scenarios();
    assert!(paths.len() >= 11, "only {} scenarios", paths.len());
    let all: Vec<_> = paths.iter().flat_map(|path| mistakes(path)).collect();
    assert!(all.is_empty(), "\n{}", all.join("\n"));
}

/// What `check` finds in a scenario, as its head comment would write it.
fn findings(path: &Path) -> Vec<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_lambdacost"))
        .args(["check", "--format", "json"])
        .arg(path)
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
fn the_gate_finds_what_a_head_comment_says_and_nothing_else() {
    let mut count = 0;
    for path in scenarios() {
        let text = fs::read_to_string(&path).expect("a readable scenario");
        let claimed = text.lines().filter_map(|line| line.strip_prefix(FINDS));
        let claimed: Vec<&str> = claimed.collect();
        if !claimed.is_empty() {
            assert_eq!(findings(&path), claimed, "{}", path.display());
            count += claimed.len();
        }
    }
    assert!(count > 0, "no scenario is checked");
}

#[test]
fn every_scenario_is_plain_ascii() {
    for path in scenarios() {
        let text = fs::read_to_string(&path).expect("a readable scenario");
        let odd = text.lines().position(|line| !line.is_ascii());
        assert_eq!(odd.map(|index| index + 1), None, "{}", path.display());
    }
}

#[test]
fn a_wrong_expectation_is_noticed() {
    let path = scenarios()
        .into_iter()
        .find(|path| path.ends_with("web-api.toml"))
        .expect("web-api.toml");
    let answer = Answer::of_file(&path.display().to_string()).expect("an answer");
    assert_eq!(answer.check("web-api lambda = $266.67"), Ok(()));
    let wrong = [
        "web-api lambda = $266.66",
        "web-api lambda = 266.67",
        "web-api u*.fargate = 32 %",
        "web-api u*.fargate = never",
        "web-api fargate.fleet = 4 x 2 vCPU / 4 GB x 14",
        "web-api verdict = fargate",
        "web-api colour = red",
        "nobody lambda = $266.67",
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
