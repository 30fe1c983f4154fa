//! Properties of every answer: all formats can be parsed and agree with each other, names and
//! numbers are preserved, and no text from outside reaches a terminal as a command.

use lambdacost::exact::Exact;
use lambdacost::internals::answer::{BoughtPrices, Comparison, Decision, PlanOptions};
use lambdacost::internals::check::formats::{self, markdown::Comment};
use lambdacost::internals::check::{self, Baseline, CheckContext, Levels, Report};
use lambdacost::internals::color::Paint;
use lambdacost::internals::diag::Diags;
use lambdacost::internals::pricebook::{InstanceType, Regional};
use lambdacost::internals::render::explain::{self, ExplainOptions};
use lambdacost::internals::render::{View, csv, focus, json_v2, markdown, table};
use lambdacost::internals::scenario::Scenario;
use lambdacost::internals::text::{escaped_name, is_unsafe, unfit};
use serde_json::Value;
use std::io::{self, Write};

const WIDTH: u16 = 80;

/// Writes the answer to a scenario in every format of every command, and checks the properties.
///
/// # Errors
/// Why there is no answer.
pub fn hold(
    scenario: &Scenario,
    prices: &[Regional],
    instances: &[InstanceType],
    before: Option<&Baseline>,
) -> Result<(), Diags> {
    let bought = BoughtPrices::new(scenario, prices, instances)?;
    let comparison = compared(scenario, prices, bought.as_ref(), instances)?;
    let decision = comparison.decide(&PlanOptions::default())?;
    compare(&decision);
    let levels = Levels::new(&scenario.rules, Vec::new())?;
    let own = Baseline::of("before", &case(&decision, &levels, None));
    let report = check::run(&case(&decision, &levels, Some(before.unwrap_or(&own))));
    if before.is_none() {
        let changes = report.changes.as_ref().expect("there is a baseline");
        assert!(changes.functions.is_empty(), "changed against itself");
    }
    checked(&report);
    for platform in &scenario.platforms {
        let mut alone = scenario.clone();
        alone.platforms = vec![platform];
        let bought = BoughtPrices::new(&alone, prices, instances)?;
        billed(&compared(&alone, prices, bought.as_ref(), instances)?);
    }
    Ok(())
}

fn compared<'c>(
    scenario: &'c Scenario,
    prices: &'c [Regional],
    bought: Option<&'c BoughtPrices>,
    instances: &'c [InstanceType],
) -> Result<Comparison<'c>, Diags> {
    match bought {
        Some(bought) => Comparison::bought(scenario, prices, bought, instances),
        None => Comparison::new(scenario, prices, instances),
    }
}

fn view<'c>(decision: &'c Decision<'c>, selected: Vec<usize>) -> [View<'c>; 1] {
    [View {
        decision,
        selected,
        groups: None,
        progress: &|_| (),
    }]
}

/// The output of a command as text.
pub fn written(write: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).expect("memory takes everything");
    String::from_utf8(out).expect("every format is UTF-8")
}

/// `compare` and `explain`.
fn compare(decision: &Decision<'_>) {
    let comparison = decision.comparison;
    let view = view(
        decision,
        (0..comparison.scenario().functions.len()).collect(),
    );
    for function in comparison.scenario().functions.iter() {
        assert_eq!(unfit(&function.name), None, "a name");
    }
    let rows = written(|out| csv::write(&view, out));
    is_printable("csv", &rows);
    let rows = rows_of(comparison, &rows);
    let json = written(|out| json_v2::write(&view, out));
    is_answer(decision, &rows, &json);
    for (what, text) in [
        (
            "table",
            written(|out| {
                table::write(
                    &view,
                    table::TableOptions {
                        width: WIDTH,
                        ..table::TableOptions::PLAIN
                    },
                    out,
                )
            }),
        ),
        ("markdown", written(|out| markdown::write(&view, out))),
        (
            "explain",
            written(|out| explain::write(&view, ExplainOptions::PLAIN, out)),
        ),
    ] {
        is_harmless(what, &text);
        // Elsewhere a line can begin with a bar of a name.
        if what == "markdown" {
            are_tables(&text);
        }
    }
}

/// Checks that there is a row for each function and platform, with different names and with numbers
/// that read back.
fn rows_of(comparison: &Comparison<'_>, text: &str) -> Vec<Vec<String>> {
    let functions = &comparison.scenario().functions;
    let rows = cells(text);
    assert_eq!(rows[0], csv::COLUMNS, "columns");
    let platforms = comparison.platforms();
    assert_eq!(rows.len(), 1 + functions.len() * platforms.len(), "rows");
    let numbers = csv::COLUMNS.map(|column| {
        let is_word = ["function", "region", "architecture", "platform", "fleet"];
        !is_word.contains(&column)
            && ![
                "crossover_band",
                "best_alone",
                "price_as_of",
                "close",
                "hangs_on",
                "runs_on",
                "plan_platform",
            ]
            .contains(&column)
    });
    for row in &rows[1..] {
        let stated = row.iter().zip(numbers);
        for (cell, _) in stated.filter(|(cell, is_number)| *is_number && !cell.is_empty()) {
            reads_back(cell);
        }
    }
    for (number, row) in rows[1..].iter().enumerate() {
        assert_eq!(row[3], platforms[number % platforms.len()].id, "platform");
    }
    for (index, function) in functions.iter().enumerate() {
        let cell = &rows[1 + index * platforms.len()][0];
        // The guard against formulas. A name that starts with an apostrophe has it too.
        let name = cell.strip_prefix('\'').unwrap_or(cell);
        assert_eq!(name, &*function.name, "name in CSV");
    }
    rows
}

/// A decimal of up to 28 significant digits, or an integer of any length.
fn reads_back(cell: &str) {
    let number = Exact::of_digits(cell).expect("a number");
    let is_decimal = number.to_string() == cell;
    assert!(
        is_decimal || format!("{number:?}") == format!("{cell}/1"),
        "{cell}"
    );
}

fn cells(text: &str) -> Vec<Vec<String>> {
    let reader = ::csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.as_bytes());
    let record = |record: Result<::csv::StringRecord, ::csv::Error>| {
        let record = record.expect("rows of one length");
        record.iter().map(str::to_owned).collect()
    };
    reader.into_records().map(record).collect()
}

/// Checks that JSON agrees with CSV, and is a baseline that equals the scenario.
fn is_answer(decision: &Decision<'_>, rows: &[Vec<String>], text: &str) {
    let comparison = decision.comparison;
    is_harmless("json", text);
    let answer = is_json(text);
    let column = |name: &str| csv::COLUMNS.iter().position(|column| *column == name);
    let money = column("monthly_usd").expect("a column");
    let mut rows = rows[1..].iter();
    for (index, function) in comparison.scenario().functions.iter().enumerate() {
        let of_function = &answer["functions"][index];
        assert_eq!(of_function["name"], *function.name, "name in JSON");
        for number in 0..comparison.platforms().len() {
            let of_platform = &of_function["platforms"][number];
            let row = rows.next().expect("as many rows");
            let usd = of_platform["monthly_usd"].as_str().unwrap_or_default();
            assert!(is_rounded(usd, &row[money]), "{usd} and {}", row[money]);
            assert_eq!(of_platform["feasible"], !usd.is_empty(), "feasible");
        }
    }
    let read = Baseline::read("before", text).expect("an answer is a baseline");
    let levels = Levels::default();
    let report = check::run(&case(decision, &levels, Some(&read)));
    let changes = report.changes.expect("there is a baseline");
    assert!(changes.functions.is_empty(), "changed against its answer");
}

/// True for an amount of CSV that is that of JSON with up to 12 decimal places.
fn is_rounded(json: &str, csv: &str) -> bool {
    let places = csv.split_once('.').map_or(0, |(_, places)| places.len());
    let (Some(json), Some(csv)) = (Exact::of_digits(json), Exact::of_digits(csv)) else {
        return json.is_empty() && csv.is_empty();
    };
    let twice = &(&json - &csv) * &Exact::whole(2 * 10_u128.pow(12));
    places <= 12 && twice <= Exact::ONE && &Exact::ZERO - &twice <= Exact::ONE
}

/// A check of a scenario.
fn case<'c>(
    decision: &'c Decision<'c>,
    levels: &'c Levels,
    baseline: Option<&'c Baseline>,
) -> CheckContext<'c> {
    CheckContext {
        comparison: decision.comparison,
        decision,
        baseline,
        unread: None,
        levels,
        price_age: Some((100, jiff::civil::date(2026, 11, 26))),
        progress: &|_| (),
    }
}

/// `check`.
fn checked(report: &Report<'_>) {
    let reports = std::slice::from_ref(report);
    let scenario = report.comparison.scenario();
    let found = report.findings.len();
    let text = written(|out| formats::text::write(reports, WIDTH, Paint::new(false), out));
    is_harmless("check", &text);
    let markdown = written(|out| formats::markdown::write(reports, Comment::Always, out));
    is_harmless("check, markdown", &markdown);
    are_tables(&markdown);
    let json = written(|out| formats::json_v1::write(reports, out));
    is_harmless("check, json", &json);
    let json = is_json(&json);
    let findings = json["findings"].as_array().expect("findings");
    assert_eq!(findings.len(), found, "findings in JSON");
    for (read, finding) in findings.iter().zip(&report.findings) {
        assert_eq!(read["function"].as_str(), finding.function.as_deref());
    }
    let github = written(|out| formats::github::write(reports, out));
    is_harmless("check, github", &github);
    let commands = github.lines().filter(|line| line.starts_with("::"));
    assert_eq!(commands.count(), found, "commands");
    assert_eq!(github.lines().count(), found + 1, "lines with commands");
    let sarif = written(|out| formats::sarif::write(reports, out));
    is_harmless("check, sarif", &sarif);
    let results = is_json(&sarif)["runs"][0]["results"]
        .as_array()
        .map(Vec::len);
    assert_eq!(results, Some(found), "results");
    let junit = written(|out| formats::junit::write(reports, out));
    is_harmless("check, junit", &junit);
    let document = roxmltree::Document::parse(&junit).expect("XML");
    let cases = document
        .descendants()
        .filter(|node| node.has_tag_name("testcase"))
        .map(|node| node.attribute("name").expect("a name"));
    let names = scenario.functions.iter().map(|function| {
        // XML does not allow two of the characters.
        escaped_name(&function.name).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
    });
    let names = ["the scenario".to_owned()].into_iter().chain(names);
    assert!(cases.eq(names), "test cases");
}

/// `compare --format focus`: checks that the lines of a function add up to its cost.
fn billed(comparison: &Comparison<'_>) {
    let functions = 0..comparison.scenario().functions.len();
    let answers = functions.filter_map(|index| Some((index, comparison.answer(index, 0).ok()?)));
    let answers: Vec<_> = answers.collect();
    let bills = answers
        .iter()
        .map(|(_, answer)| answer.cost.billed.dollars().clone());
    let total: Exact = bills.sum();
    let bills = [focus::Bills {
        comparison,
        answers,
        commitment: None,
    }];
    let period = focus::Period {
        start: "2026-12-01T00:00:00Z".to_owned(),
        end: "2027-01-01T00:00:00Z".to_owned(),
    };
    let rows = written(|out| focus::write(&bills, &period, focus::Spelling::Focus, out));
    is_printable("focus", &rows);
    let rows = cells(&rows);
    assert!(focus::columns().eq(&rows[0]), "columns of FOCUS");
    let column = focus::columns().position(|column| column == "BilledCost");
    let column = column.expect("a column");
    let amount = |row: &Vec<String>| Exact::of_digits(&row[column]).expect("an amount");
    let rows: Exact = rows[1..].iter().map(amount).sum();
    // Each amount is rounded to 28 digits.
    let apart = if rows > total {
        &rows - &total
    } else {
        &total - &rows
    };
    assert!(
        &apart * &Exact::from(10_u64.pow(18)) <= total,
        "{rows} in FOCUS, {total} in bills"
    );
}

/// Parses JSON and returns it.
pub fn is_json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

/// Checks that nothing moves a cursor, hides text or reorders it.
pub fn is_harmless(what: &str, text: &str) {
    let harmful = text.chars().find(|c| is_unsafe(*c) && *c != '\n');
    assert_eq!(harmful, None, "{what}:\n{text}");
    if what != "check, github" {
        assert_eq!(text.lines().find(|line| is_command(line)), None, "{what}");
    }
}

/// True for a line that GitHub's runner runs as a command. The excerpts of a message have `:::`.
fn is_command(line: &str) -> bool {
    let word = line.trim_start().strip_prefix("::");
    line.contains("##[") || word.is_some_and(|word| word.starts_with(char::is_alphabetic))
}

/// Checks that there is no control character. Invisible characters are allowed in data.
fn is_printable(what: &str, text: &str) {
    let control = text.chars().find(|c| c.is_control() && *c != '\n');
    assert_eq!(control, None, "{what}:\n{text}");
}

/// Checks that rows of a Markdown table have as many cells as the row above.
fn are_tables(text: &str) {
    let bars = |line: &str| line.matches('|').count();
    let lines: Vec<&str> = text.lines().collect();
    for pair in lines.windows(2) {
        if pair.iter().all(|line| line.starts_with('|')) {
            assert_eq!(bars(pair[0]), bars(pair[1]), "{}\n{}", pair[0], pair[1]);
        }
    }
}
