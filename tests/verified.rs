//! Writes `docs/verified.md` from the data files of AWS's examples and of published break-evens, with
//! the figures that the program computes for them.
//!
//! `UPDATE_DOCS=1 cargo test --test verified` writes the page again: read the difference.
//! `tests/aws_examples.rs` and `tests/published.rs` check the figures.

mod expect;
mod golden;

use expect::{Answer, cents, dollars};
use golden::{Amount, Component, Example, Published, PublishedCase};
use lambdacost::internals::money::grouped;
use rust_decimal::{Decimal, RoundingStrategy};
use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

const DOCUMENT: &str = "docs/verified.md";
const WIDTH: usize = 100;
/// Where no figure is.
const NONE: &str = "-";

const HEAD: &str = "\
# AWS's examples and published break-evens, recomputed

A test writes this page. Inputs, published figures and remarks come from `tests/aws_examples/`,
`tests/savings_plans.toml` and `tests/published.toml`, where each figure is also worked out by hand.
Figures called \"exact\" or \"lambdacost\" are the answers of the program. The test fails when they
differ. To write the page again:

```sh
UPDATE_DOCS=1 cargo test --test verified
```

* [AWS's examples](#awss-examples)
* [Line by line](#line-by-line)
* [Savings Plans](#savings-plans)
* [Published break-evens](#published-break-evens)
* [A rule of thumb by AWS](#a-rule-of-thumb-by-aws)
* [What is not recomputed, and why](#what-is-not-recomputed-and-why)
";

const EXAMPLES: &str = "\
AWS adds rounded parts in some examples and rounds exact sums in others. So lines must agree to the
cent, and totals within a cent.
";

const SAVINGS: &str = "\
One hour of usage with commitments in dollars an hour. The greatest saving comes first, of equal
ones the lowest rate. What is not covered is on demand.
";

const CROSSOVERS: &str = "\
Published comparisons, computed again from the same inputs as far as they are known. The last column
is about the published calculation of the whole case: it is correct, it is wrong, or it contradicts
the publication's own numbers. It is not about whether a container can carry its load. \"not
published\" marks a figure that the publication does not state. The number is that of the case in the
project's collection of publications; cases without one are tables of the project.

`F lambda` and `F fargate` are the bills of function F, `F lambda.million` that of a million calls,
`F u*.P` is the break-even utilization of F on Lambda and on platform P, and `F n*.P` its calls a
month.
";

const RULE_OF_THUMB: &str = "\
AWS's advice for startups of August 2026 (github.com/awslabs/startups, architect skill, lambda.md
and ecs.md) is that a Fargate task is cheaper above $300 to $500 a month of Lambda, and 40 to 60 %
cheaper above $500 with steady traffic. The amount alone does not decide that. Below, each function
has the calls of a month that cost $500 on Lambda (us-east-1, x86_64, requests included). The table
says how much more (+) or less (-) the same load costs on Fargate, by utilization and by the share
of the duration in which a call uses its CPU: all of it, as Lambda gives it, or a fifth, as calls
that mostly wait do. Fargate has the cheapest task size, two tasks at least.
";

const RULE_RESULT: &str = "\
So the rule holds for functions that mostly wait, and for steady traffic of small functions. With
all of the CPU at 35 % utilization, Fargate is cheaper for only one of the five.
";

/// A function of the rule of thumb: MB, milliseconds, and calls of a month that cost $500 on Lambda:
/// 500 / (MB / 1024 x seconds x 0.0000166667 + 0.0000002), rounded down.
///
/// And per cents by which Fargate costs more, worked out by hand: with n calls and utilization u,
/// n x seconds / 2,628,000 / u requests are in flight at the peak, rounded up; a task holds the
/// smaller of vCPU / (MB / 1769 x CPU share) and its MB / MB, rounded down; a task costs 730 h x (vCPU
/// x 0.04048 + GB x 0.004445). At 35 % with all of the CPU: 90 requests in 7 tasks of 1 vCPU / 2 GB
/// at 36.04 = 252.28; 82 in 14 = 504.56; 59 in 20 = 720.80; 31 in 11 of 2 vCPU / 4 GB at 72.08 =
/// 792.88; 19 in 19 of 1 vCPU / 2 GB = 684.76.
struct RuleCase {
    memory_mb: u32,
    duration_ms: u32,
    calls: u64,
    /// With all of the CPU, by [`UTILIZATIONS`].
    all: [i64; 4],
    /// With a fifth of it.
    fifth: [i64; 4],
}

const UTILIZATIONS: [u32; 4] = [20, 35, 50, 80];

const RULE_CASES: [RuleCase; 5] = [
    RuleCase {
        memory_mb: 128,
        duration_ms: 50,
        calls: 1_643_834_490,
        all: [-14, -50, -64, -75],
        fifth: [-72, -83, -89, -92],
    },
    RuleCase {
        memory_mb: 256,
        duration_ms: 80,
        calls: 937_498_828,
        all: [59, 1, -28, -57],
        fifth: [-50, -69, -78, -86],
    },
    RuleCase {
        memory_mb: 512,
        duration_ms: 200,
        calls: 267_856_664,
        all: [131, 44, 1, -42],
        fifth: [-28, -58, -69, -81],
    },
    RuleCase {
        memory_mb: 1024,
        duration_ms: 200,
        calls: 141_509_166,
        all: [131, 59, 15, -28],
        fifth: [-25, -56, -69, -81],
    },
    RuleCase {
        memory_mb: 1769,
        duration_ms: 500,
        calls: 34_255_520,
        all: [138, 37, 1, -35],
        fifth: [-14, -48, -61, -75],
    },
];

impl RuleCase {
    /// Whole per cents by which Fargate costs more than Lambda, as the program answers.
    ///
    /// `cpu` is a line of the scenario.
    fn found(&self, cpu: &str) -> [i64; 4] {
        UTILIZATIONS.map(|utilization| {
            let scenario = format!(
                "region = \"us-east-1\"\n\
                 platforms = [\"lambda\", \"fargate\"]\n\
                 [[function]]\n\
                 name = \"f\"\n\
                 memory_mb = {}\n\
                 duration_ms = {}\n\
                 invocations_per_month = {}\n\
                 utilization = \"{utilization}%\"\n\
                 {cpu}",
                self.memory_mb, self.duration_ms, self.calls,
            );
            let answer = Answer::of_text(&scenario).expect("an answer");
            let bill = |platform| answer.bill("f", platform).expect("a bill");
            assert_eq!(dollars(bill("lambda")), "$500.00", "{scenario}");
            let more = (bill("fargate") / bill("lambda") - Decimal::ONE) * Decimal::ONE_HUNDRED;
            let whole = more.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
            whole.try_into().expect("some per cent")
        })
    }
}

fn rule_of_thumb() -> String {
    let rows: Vec<Row> = RULE_CASES
        .iter()
        .flat_map(|case| {
            // A fifth of MB / 1769 vCPU.
            let cpu_ms = Decimal::from(case.memory_mb * case.duration_ms) / Decimal::from(5 * 1769);
            let a_fifth = format!("container.cpu_ms = {}\n", cpu_ms.round_dp(15));
            let shares = [("all", "", case.all), ("a fifth", &a_fifth, case.fifth)];
            shares.map(|(name, cpu, by_hand)| {
                let found = case.found(cpu);
                assert_eq!(found, by_hand, "{} MB, {name}", case.memory_mb);
                let start = [
                    format!(
                        "{} MB, {} ms",
                        grouped(&case.memory_mb.to_string()),
                        case.duration_ms
                    ),
                    grouped(&case.calls.to_string()),
                    name.to_owned(),
                ];
                let per_cents = found.map(|more| format!("{more:+} %"));
                start.into_iter().chain(per_cents).collect()
            })
        })
        .collect();
    let utilizations = UTILIZATIONS.map(|share| format!("at {share} %"));
    let head: Vec<&str> = ["function", "calls for $500", "CPU"]
        .into_iter()
        .chain(utilizations.iter().map(String::as_str))
        .collect();
    format!("{RULE_OF_THUMB}\n{}\n{RULE_RESULT}", table(&head, &rows))
}

const OUTSIDE: &str = "Examples of AWS that are not about Lambda or containers:\n";
const LEFT: &str =
    "Published figures without inputs, or about something that no scenario can express:\n";

/// SpannedValues of a row.
type Row = Vec<String>;

/// A table with its columns made even, to be read as text too.
fn table(head: &[&str], rows: &[Row]) -> String {
    let head: Row = head.iter().map(|cell| (*cell).to_owned()).collect();
    let width = |column: usize| {
        let cells = rows.iter().chain([&head]).map(|row| &row[column]);
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let line = |row: &Row| {
        let cells = row.iter().zip(&widths);
        let cells: Vec<_> = cells
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let rule: Row = widths.iter().map(|width| "-".repeat(*width)).collect();
    [&head, &rule].into_iter().chain(rows).map(line).collect()
}

/// Notes on examples or cases. A note that several share is written once.
#[derive(Default)]
struct Notes(Vec<(Vec<String>, String)>);

impl Notes {
    fn add(&mut self, id: &str, text: String) {
        let id = format!("**{id}**");
        match self.0.iter_mut().find(|(_, known)| *known == text) {
            Some((ids, _)) => ids.push(id),
            None => self.0.push((vec![id], text)),
        }
    }

    fn points(&self) -> String {
        let point = |(ids, text): &(Vec<String>, String)| {
            let text = text.replace('*', r"\*");
            point(&format!("{}: {text}", ids.join(", ")))
        };
        self.0.iter().map(point).collect()
    }
}

/// A point of a list, broken into lines.
fn point(text: &str) -> String {
    let mut lines = vec!["*".to_owned()];
    for word in text.split_whitespace() {
        let last = lines.last_mut().expect("a first line");
        // A line that begins with one of these would begin a list.
        let clings = ["-", "+"].contains(&word);
        if clings || last.chars().count() + 1 + word.chars().count() <= WIDTH - 2 {
            let _ = write!(last, " {word}");
        } else {
            lines.push(format!("  {word}"));
        }
    }
    lines.join("\n") + "\n"
}

/// Sentences in a row, each with its end.
fn sentences<'t>(parts: impl IntoIterator<Item = &'t str>) -> String {
    let ended = |part: &str| format!("{}.", part.trim().trim_end_matches('.'));
    let parts: Vec<_> = parts.into_iter().map(ended).collect();
    parts.join(" ")
}

/// How often each word occurs, in the order in which they appear.
fn tally<'t>(what: &str, words: impl Iterator<Item = &'t str>) -> String {
    let (mut counts, mut all) = (Vec::<(&str, usize)>::new(), 0);
    for word in words {
        all += 1;
        match counts.iter_mut().find(|(known, _)| *known == word) {
            Some((_, count)) => *count += 1,
            None => counts.push((word, 1)),
        }
    }
    let counts = counts.iter().map(|(word, count)| format!("{word} {count}"));
    format!("{all} {what}: {}.\n", counts.collect::<Vec<_>>().join(", "))
}

/// Dollars with all digits that there are, two at least.
fn exact(amount: Decimal) -> String {
    let amount = amount.normalize();
    match amount.scale() {
        0..=2 => dollars(amount),
        _ => format!("${}", grouped(&amount.to_string())),
    }
}

fn printed(amount: Option<Amount>) -> String {
    amount.map_or_else(|| NONE.to_owned(), |Amount(amount)| dollars(amount))
}

/// How a total compares with that of AWS, in a word or two.
fn remark(example: &Example, total: Decimal) -> &'static str {
    let slips = example.slips().next().is_some();
    match (example.published_total, slips) {
        (None, _) => "AWS prints none",
        (Some(_), true) => "AWS's mistake",
        (Some(Amount(published)), false) if cents(published) == cents(total) => "agrees",
        (Some(_), false) => "a cent apart",
    }
}

fn line_remark(part: &Component) -> &'static str {
    match (&part.slip, part.published) {
        (Some(_), _) => "AWS's mistake",
        (None, Some(_)) => "agrees",
        (None, None) => "AWS prints none",
    }
}

/// Rows of an example's lines, and what they add up to.
fn lines(example: &Example) -> (Vec<Row>, Decimal) {
    let answer = example.answer().expect("an answer");
    let mut total = Decimal::ZERO;
    let rows = example.component.iter().map(|part| {
        let found = part.found(&answer).expect("the line");
        total += found;
        let name = match &part.function {
            Some(name) => format!("{}, {name}", part.items.join(" + ")),
            None => format!("{}, all functions", part.items.join(" + ")),
        };
        let published = printed(part.published);
        let remark = line_remark(part).to_owned();
        vec![example.id.clone(), name, published, exact(found), remark]
    });
    (rows.collect(), total)
}

fn about(example: &Example) -> String {
    let slips = example.slips().map(|slip| format!("AWS's mistake: {slip}"));
    let rest: Vec<String> = slips.collect();
    let note = example.note.as_deref();
    let parts = [example.source.as_str()].into_iter().chain(note);
    sentences(parts.chain(rest.iter().map(String::as_str)))
}

fn examples() -> String {
    let (mut totals, mut all, mut notes) = (Vec::new(), Vec::new(), Notes::default());
    for example in golden::examples() {
        let (rows, total) = lines(&example);
        let remark = remark(&example, total).to_owned();
        let published = printed(example.published_total);
        notes.add(&example.id, about(&example));
        totals.push(vec![
            example.id,
            example.title,
            published,
            exact(total),
            remark,
        ]);
        all.extend(rows);
    }
    let tally = tally("examples", totals.iter().map(|row| row[4].as_str()));
    let totals = table(&["id", "example", "AWS prints", "exact", "remark"], &totals);
    let all = table(&["id", "line", "AWS prints", "exact", "remark"], &all);
    let notes = notes.points();
    format!("{EXAMPLES}\n{tally}\n{totals}\n{notes}\n## Line by line\n\n{all}")
}

fn savings_plans() -> String {
    let hour = golden::hour();
    let rows = hour.example.iter().map(|example| {
        let outcome = hour.spent(example);
        let names = outcome.covered.iter().map(|[name, _]| name.as_str());
        let covered = names.collect::<Vec<_>>().join(", ");
        vec![
            example.id.clone(),
            example.title.clone(),
            covered,
            format!("${}", outcome.unused),
            printed(Some(example.published_on_demand)),
            format!("${}", outcome.on_demand.to_fixed(4)),
        ]
    });
    let head = [
        "id",
        "commitments",
        "covers, wholly or in part",
        "lost",
        "on demand, AWS",
        "on demand, lambdacost",
    ];
    let rows = table(&head, &rows.collect::<Vec<_>>());
    let source = sentences([hour.source.as_str()]);
    format!("{SAVINGS}\n{rows}\n{}", point(&source))
}

fn figures(case: &PublishedCase, answer: &Answer) -> Vec<Row> {
    let row = case
        .row
        .map_or_else(|| NONE.to_owned(), |row| row.to_string());
    let figures = case.figures.iter().map(|[figure, published, ours]| {
        let ours = answer.figure(figure, ours).expect("the figure");
        let is_whole = ours.bytes().all(|digit| digit.is_ascii_digit());
        let ours = if is_whole { grouped(&ours) } else { ours };
        let (id, figure) = (case.id.clone(), format!("`{figure}`"));
        let verdict = case.verdict.name().to_owned();
        vec![row.clone(), id, figure, published.clone(), ours, verdict]
    });
    figures.collect()
}

fn crossovers(published: &Published) -> String {
    let (mut rows, mut notes) = (Vec::new(), Notes::default());
    for case in &published.case {
        let answer = published.answer(case).expect("an answer");
        rows.extend(figures(case, &answer));
        let parts = [&case.source, &case.how].into_iter().chain(&case.note);
        notes.add(&case.id, sentences(parts.map(String::as_str)));
    }
    let verdicts = published.case.iter().map(|case| case.verdict.name());
    let tally = tally("cases", verdicts);
    let head = [
        "no.",
        "case",
        "figure",
        "published",
        "lambdacost",
        "published calculation",
    ];
    let rows = table(&head, &rows);
    format!("{CROSSOVERS}\n{tally}\n{rows}\n{}", notes.points())
}

fn absent(published: &Published) -> String {
    let outside = golden::outside().into_iter().map(|one| {
        let what = sentences([one.reason.as_str()]);
        point(&format!(
            "**{}**, {} ({}): {what}",
            one.id, one.title, one.source
        ))
    });
    let left = published.not_expressed.iter().map(|left| {
        let row = left
            .row
            .map_or_else(String::new, |row| format!("no. {row}, "));
        let what = sentences([left.reason.as_str()]);
        point(&format!("{row}{}: {what}", left.what))
    });
    let unused: Vec<_> = published.unused_rows.iter().map(u8::to_string).collect();
    format!(
        "{OUTSIDE}\n{}\n{LEFT}\n{}\nThe collection has no numbers {}.\n",
        outside.collect::<String>(),
        left.collect::<String>(),
        unused.join(", ")
    )
}

fn document() -> String {
    let published = golden::published();
    let sections = [
        ("AWS's examples", examples()),
        ("Savings Plans", savings_plans()),
        ("Published break-evens", crossovers(&published)),
        ("A rule of thumb by AWS", rule_of_thumb()),
        ("What is not recomputed, and why", absent(&published)),
    ];
    let sections = sections.map(|(title, text)| format!("\n## {title}\n\n{text}"));
    format!("{HEAD}{}", sections.concat())
}

#[test]
fn the_document_agrees_with_the_files_and_the_program() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(DOCUMENT);
    let document = document();
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &document).expect("it can be written");
        return;
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    let mut pairs = found.lines().zip(document.lines()).enumerate();
    let first = pairs.find(|(_, (found, wanted))| found != wanted);
    let first = first.map(|(at, (_, wanted))| format!("line {} should be:\n{wanted}", at + 1));
    assert!(
        found == document,
        "{DOCUMENT} is not up to date; run `UPDATE_DOCS=1 cargo test --test verified`\n{}",
        first.unwrap_or_default()
    );
}
