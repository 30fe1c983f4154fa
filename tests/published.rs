//! Published break-evens, and the answers of lambdacost for the same inputs.
//!
//! `tests/published.toml` holds the cases: source, inputs as a scenario, the published figure, ours
//! and a verdict about the published arithmetic. Ours is worked out from the price list by hand; the
//! program has to agree, whatever the publication says. Cases that these platforms cannot express
//! are listed with the reason, so that every row of the collection is one or the other.
//! `docs/verified.md` shows all of it.

mod expect;
mod golden;

use golden::{Published, PublishedCase, Verdict, published};
use std::collections::BTreeSet;

/// Rows of the collection.
const ROWS: std::ops::RangeInclusive<u8> = 1..=30;

fn mistakes(published: &Published, case: &PublishedCase) -> Vec<String> {
    let answer = match published.answer(case) {
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
    let published = published();
    let cases = published.case.iter();
    let all: Vec<_> = cases.flat_map(|case| mistakes(&published, case)).collect();
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
                    "{}: does not state what is wrong",
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

#[test]
fn every_row_is_a_case_or_has_a_reason_not_to_be() {
    let published = published();
    let cases = published.case.iter().filter_map(|case| case.row);
    let left = published.not_expressed.iter().filter_map(|left| left.row);
    let told: BTreeSet<u8> = cases.chain(left).collect();
    let unused: BTreeSet<u8> = published.unused_rows.iter().copied().collect();
    assert!(told.is_disjoint(&unused), "a row that is used and is not");
    let all: Vec<u8> = told.union(&unused).copied().collect();
    assert_eq!(all, ROWS.collect::<Vec<_>>());
}
