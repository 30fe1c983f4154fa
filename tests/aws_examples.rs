//! AWS's own worked examples come out to the cent, line by line.
//!
//! Each file in `tests/aws_examples/` is one example: its source, a scenario, and components (lines
//! of the bill) with the figure that AWS prints and the exact one, worked by hand. AWS adds up
//! rounded parts in some examples and rounds exact sums in others, so components are compared to the
//! cent and totals within a cent; where AWS has a mistake, `slip` describes it. What is about
//! something else is listed in `outside.toml`, so that no example is forgotten. `docs/verified.md`
//! shows all of it.

mod expect;
mod golden;

use expect::Answer;
use golden::{Amount, Component, Example, examples, outside};
use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// Every worked example of AWS's pricing pages for Lambda and Fargate, of its blog, its calculators
/// and its guides, and sums at the prices of those pages where they give none.
#[rustfmt::skip]
const EXAMPLES: &[&str] = &[
    "L1", "L2", "L3", "L-2019", "1MS", "INIT", "PC1", "PC2", "SNAP", "RS", "ESM1", "ESM2", "ESM3",
    "Durable", "Tenant", "LMI", "LMI-CALC", "LMI-CALC-LAMBDA", "CALC1", "CALC2", "CALC3", "Edge", "MVM1", "MVM2",
    "TIER-x86-6", "TIER-x86-15", "TIER-x86-20", "TIER-arm-7.5", "TIER-arm-18.75", "TIER-arm-20",
    "F1", "F2", "F3", "F4", "EKS", "EKS-EXT", "EKS-AUTO", "EKS-POD",
    "SP1", "SP2", "SP3", "SP4", "SP5", "XRAY", "LOGS", "API",
];

/// A component's mistakes, and its cost in the answer of the program.
fn component(answer: &Answer, part: &Component, wrong: &mut Vec<String>) -> Decimal {
    let whose = part.function.as_deref().unwrap_or("all functions");
    let what = format!("{whose} {}", part.items.join(" + "));
    let found = match part.found(answer) {
        Ok(found) => found,
        Err(error) => {
            wrong.push(format!("{what}: {error}"));
            return Decimal::ZERO;
        }
    };
    if found != part.exact.0 {
        wrong.push(format!(
            "{what}: by hand {}, the program answers {found}",
            part.exact.0
        ));
    }
    let Some(Amount(published)) = part.published else {
        return found;
    };
    let agrees = expect::cents(found) == expect::cents(published);
    match (&part.slip, agrees) {
        (None, false) => wrong.push(format!("{what}: AWS prints {published}, we {found}")),
        (Some(slip), true) => wrong.push(format!("{what}: no difference, but a slip: {slip}")),
        _ => {}
    }
    found
}

fn mistakes(example: &Example) -> Vec<String> {
    let mut wrong = Vec::new();
    match example.answer() {
        Err(error) => wrong.push(error),
        Ok(answer) => {
            let parts = example.component.iter();
            let total: Decimal = parts.map(|part| component(&answer, part, &mut wrong)).sum();
            wrong.extend(mistaken_total(example, total));
        }
    }
    let named = |error| format!("{} ({}): {error}", example.id, example.title);
    wrong.into_iter().map(named).collect()
}

/// AWS's total is of the whole example and has its slips in it; without either it is ours, within a
/// cent.
fn mistaken_total(example: &Example, total: Decimal) -> Option<String> {
    let exact = example.exact_total.0;
    if total != exact {
        return Some(format!("total: by hand {exact}, we {total}"));
    }
    let Amount(published) = example.published_total?;
    let near = (published - expect::cents(total)).abs() <= Decimal::new(1, 2);
    let excused = example.slips().next().is_some();
    (!near && !excused).then(|| format!("total: AWS prints {published}, we {total}"))
}

#[test]
fn worked_examples_of_aws_agree_to_the_cent() {
    let all: Vec<_> = examples().iter().flat_map(mistakes).collect();
    assert!(all.is_empty(), "\n{}", all.join("\n"));
}

/// Coverage, order and remainder are those of the user guide.
#[test]
fn hourly_commitments_are_spent_as_in_the_user_guide() {
    let hour = golden::hour();
    for example in &hour.example {
        let (outcome, id) = (hour.spent(example), &example.id);
        let sorted = |pairs: &[[String; 2]]| {
            let pairs = pairs.iter().map(|[name, amount]| {
                let amount = amount.parse::<Decimal>().expect("a number").round_dp(20);
                (name.clone(), amount.normalize())
            });
            pairs.collect::<BTreeSet<_>>()
        };
        assert_eq!(sorted(&outcome.covered), sorted(&example.covered), "{id}");
        let amount = |exact: &lambdacost::exact::Exact| {
            exact
                .to_string()
                .parse::<Decimal>()
                .expect("a number")
                .round_dp(20)
        };
        assert_eq!(amount(&outcome.unused), example.unused.0, "{id}: unused");
        let on_demand = amount(&outcome.on_demand);
        assert_eq!(
            on_demand,
            example.on_demand.0.round_dp(20),
            "{id}: on demand"
        );
        let published = example.published_on_demand.0;
        assert_eq!(
            expect::cents(on_demand),
            expect::cents(published),
            "{id}: as printed"
        );
    }
}

#[test]
fn every_example_is_priced_or_listed_as_out_of_scope() {
    let (examples, outside, hour) = (examples(), outside(), golden::hour());
    let priced = examples.iter().map(|one| one.id.as_str());
    let hour = hour.example.iter().map(|one| one.id.as_str());
    let priced: BTreeSet<_> = priced.chain(hour).collect();
    let foreign: BTreeSet<_> = outside.iter().map(|one| one.id.as_str()).collect();
    for id in EXAMPLES {
        let places = [priced.contains(id), foreign.contains(id)];
        assert_ne!(places[0], places[1], "{id} must be priced or be outside");
    }
    for one in &outside {
        let texts = [&one.title, &one.source, &one.reason];
        assert!(texts.iter().all(|text| !text.is_empty()), "{}", one.id);
    }
}

#[test]
fn every_example_names_its_source_and_no_id_twice() {
    let examples = examples();
    let ids: BTreeSet<_> = examples.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids.len(), examples.len());
    for one in &examples {
        assert!(
            !one.source.is_empty() && !one.component.is_empty(),
            "{}",
            one.id
        );
        let silent = one.published_total.is_none() && one.note.is_none();
        assert!(
            !silent,
            "{}: neither a total nor a note why there is none",
            one.id
        );
    }
}
