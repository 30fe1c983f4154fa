//! Crossovers that others have published, and what lambdacost says about the same inputs.
//!
//! `tests/published.toml` holds the cases: source, inputs as a scenario, the published figure, ours
//! and a verdict about the published arithmetic. Ours is worked out from the price list by hand; the
//! program has to agree, whatever the publication says. Cases that these platforms cannot express
//! are listed with the reason.

mod expect;

use expect::Answer;
use serde::Deserialize;
use std::collections::BTreeSet;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Published {
    case: Vec<Case>,
    not_expressed: Vec<Left>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    id: String,
    source: String,
    /// How its inputs became a scenario.
    how: String,
    verdict: Verdict,
    /// Where the publication goes astray.
    note: Option<String>,
    scenario: String,
    figures: Vec<[String; 3]>,
}

/// About the published arithmetic.
#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Right,
    Wrong,
    Inconsistent,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Left {
    what: String,
    reason: String,
}

fn published() -> Published {
    toml::from_str(include_str!("published.toml")).expect("published.toml")
}

fn mistakes(case: &Case) -> Vec<String> {
    let answer = match Answer::of_text(&case.scenario) {
        Ok(answer) => answer,
        Err(error) => return vec![format!("{}: {error}", case.id)],
    };
    let wrong = |[figure, _, ours]: &[String; 3]| {
        let error = answer.check(&format!("{figure} = {ours}")).err()?;
        Some(format!("{}: {figure}: {error}", case.id))
    };
    case.figures.iter().filter_map(wrong).collect()
}

#[test]
fn published_inputs_give_our_figures() {
    let all: Vec<_> = published().case.iter().flat_map(mistakes).collect();
    assert!(all.is_empty(), "\n{}", all.join("\n"));
}

#[test]
fn a_verdict_fits_its_figures() {
    for case in published().case {
        let differs = |[_, published, ours]: &[String; 3]| published != ours;
        let differ = case.figures.iter().any(differs);
        match case.verdict {
            Verdict::Right => {
                let per_cents = case.figures.iter().filter(|row| row[1].ends_with('%'));
                let agree = per_cents.clone().all(|row| row[1] == row[2]);
                assert!(agree, "{}: right, and yet another per cent", case.id);
            }
            Verdict::Wrong | Verdict::Inconsistent => {
                assert!(differ, "{}: nothing differs", case.id);
                assert!(
                    case.note.is_some(),
                    "{}: does not say what is wrong",
                    case.id
                );
            }
        }
    }
}

#[test]
fn every_case_has_a_source_and_every_absence_a_reason() {
    let published = published();
    let ids: BTreeSet<_> = published.case.iter().map(|case| case.id.as_str()).collect();
    assert_eq!(ids.len(), published.case.len());
    for case in &published.case {
        let told = [&case.source, &case.how]
            .iter()
            .all(|text| !text.is_empty());
        assert!(told && !case.figures.is_empty(), "{}", case.id);
    }
    for left in &published.not_expressed {
        assert!(!left.what.is_empty() && !left.reason.is_empty());
    }
}
