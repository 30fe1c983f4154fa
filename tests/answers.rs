//! Every function is solved once on every platform, in each format.

mod comparison;

use comparison::{compared, decided, valid};
use lambdacost::internals::answer::Comparison;
use lambdacost::internals::check::formats::{self, markdown::Comment};
use lambdacost::internals::check::{self, CheckContext, Levels};
use lambdacost::internals::color::Paint;
use lambdacost::internals::render::explain::ExplainOptions;
use lambdacost::internals::render::focus::{self, Bills, Period, Spelling};
use lambdacost::internals::render::{self, View};
use std::io::{self, Write};

/// Functions of many kinds: a service, one that Lambda refuses, one that states what its container
/// needs, and a job, which EKS and managed instances refuse.
const FUNCTIONS: &str = r#"
[[function]]
name = "web"
memory_mb = 1024
duration_ms = 100
invocations_per_month = 90_000_000
utilization = 0.3
[[function]]
name = "large"
memory_mb = 20_000
duration_ms = 100
invocations_per_month = 1_000_000
utilization = 0.3
[[function]]
name = "wide"
memory_mb = 512
duration_ms = 200
invocations_per_month = 40_000_000
peak_concurrency = 60
[function.container]
cpu_ms = 15
memory_per_request_mb = 4
base_memory_mb = 150
[[function]]
name = "nightly"
memory_mb = 1024
duration_ms = 600_000
invocations_per_month = 30
peak_concurrency = 1
[function.container]
run = "job"
"#;
const ALL: &str = "platforms = ['lambda', 'fargate', 'eks', 'fargate-spot', 'eks-fargate', \
                   'lambda-managed']\n\
                   fargate-spot.vcpu_hour_usd = 0.01\n\
                   fargate-spot.gb_hour_usd = 0.001\n\
                   fargate-spot.share = 0.5\n";
const LAMBDA: &str = "platforms = ['lambda']\n";
const DISCOUNTS: &str = "[discounts]\nec2 = 0.25\n";

/// Makes an answer, and compares how often functions were solved with how many pairs of a function
/// and a platform there are; a scenario with discounts is also solved at list prices.
fn solve_once(options: &str, functions: &str, answer: impl FnOnce(&Comparison<'_>)) {
    let text = format!("region = 'us-east-1'\n{options}{functions}");
    let scenario = valid(&text);
    compared(&scenario, |comparison| {
        answer(comparison);
        let price_levels = if comparison.at_list_prices().is_some() {
            2
        } else {
            1
        };
        let pairs = scenario.functions.len() * comparison.platforms().len() * price_levels;
        assert_eq!(comparison.solves(), pairs as u64);
    });
}

fn written(write: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>) {
    write(&mut io::sink()).expect("a sink takes everything");
}

/// Writes the answers of one function, or of all of them.
fn shown(
    selected: Option<usize>,
    write: impl FnOnce(&[View<'_>], &mut (dyn Write + Send)) -> io::Result<()>,
) -> impl FnOnce(&Comparison<'_>) {
    move |comparison| {
        let all = 0..comparison.scenario().functions.len();
        let decision = decided(comparison, 1);
        let view = View {
            decision: &decision,
            selected: all
                .filter(|index| selected.is_none_or(|one| one == *index))
                .collect(),
            groups: None,
            progress: &|_| (),
        };
        written(|out| write(&[view], out));
    }
}

#[test]
fn csv_solves_once() {
    for options in [ALL.to_owned(), format!("{ALL}{DISCOUNTS}")] {
        solve_once(&options, FUNCTIONS, shown(None, render::csv::write));
    }
}

#[test]
fn json_solves_once() {
    for options in [ALL.to_owned(), format!("{ALL}{DISCOUNTS}")] {
        for selected in [None, Some(2)] {
            solve_once(&options, FUNCTIONS, shown(selected, render::json_v2::write));
        }
    }
}

#[test]
fn tables_solve_once() {
    let many: String = (0..40)
        .map(|number| FUNCTIONS.replace("name = \"", &format!("name = \"{number}-")))
        .collect();
    for options in [ALL.to_owned(), format!("{ALL}{DISCOUNTS}")] {
        for functions in [FUNCTIONS, &many] {
            let table = |views: &[View<'_>], out: &mut (dyn Write + Send)| {
                render::table::write(views, render::table::TableOptions::PLAIN, out)
            };
            solve_once(&options, functions, shown(None, table));
            solve_once(&options, functions, shown(None, render::markdown::write));
        }
    }
}

#[test]
fn explanations_solve_once() {
    for options in [ALL.to_owned(), format!("{ALL}{DISCOUNTS}")] {
        for selected in [None, Some(0)] {
            let explain = |views: &[View<'_>], out: &mut (dyn Write + Send)| {
                render::explain::write(views, ExplainOptions::PLAIN, out)
            };
            solve_once(&options, FUNCTIONS, shown(selected, explain));
        }
    }
}

#[test]
fn plans_solve_once() {
    for options in [ALL.to_owned(), format!("{ALL}{DISCOUNTS}")] {
        solve_once(&options, FUNCTIONS, |comparison| {
            let plan = decided(comparison, 1).plan;
            // Lambda, where `large` runs, cannot run it.
            assert_eq!(plan.left_out, [1]);
        });
    }
}

#[test]
fn bills_solve_once() {
    let functions = FUNCTIONS.replace("20_000", "10_240");
    solve_once(LAMBDA, &functions, |comparison| {
        let functions = 0..comparison.scenario().functions.len();
        let answers = functions.map(|index| (index, comparison.answer(index, 0).expect("it runs")));
        let bills = Bills {
            comparison,
            answers: answers.collect(),
            commitment: None,
        };
        let period = Period {
            start: "2026-12-01T00:00:00Z".to_owned(),
            end: "2027-01-01T00:00:00Z".to_owned(),
        };
        written(|out| focus::write(&[bills], &period, Spelling::Focus, out));
    });
}

#[test]
fn checks_solve_once() {
    let budget = "[budget]\nmonthly_usd = { deny = 1 }\n";
    for options in [
        format!("{ALL}{budget}"),
        format!("{ALL}{DISCOUNTS}{budget}"),
    ] {
        solve_once(&options, FUNCTIONS, |comparison| {
            let levels = Levels::new(&comparison.scenario().rules, Vec::new()).expect("levels");
            let decision = decided(comparison, 1);
            let report = check::run(&CheckContext {
                comparison,
                decision: &decision,
                baseline: None,
                unread: None,
                levels: &levels,
                price_age: Some((1, jiff::civil::date(2026, 11, 27))),
                progress: &|_| (),
            });
            assert!(report.is_denied());
            let reports = [report];
            written(|out| formats::text::write(&reports, 80, Paint::new(false), out));
            written(|out| formats::markdown::write(&reports, Comment::Always, out));
            written(|out| formats::json_v1::write(&reports, out));
        });
    }
}
