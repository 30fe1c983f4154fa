//! What readers of each format demand of it.

use super::{Folder, HEAD, Run, function, of_calls};
use roxmltree::{Document, Node};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

/// Two denied, one warned of, one fine, and a budget of the whole that is exceeded.
fn folder() -> Folder {
    let text = format!(
        "{HEAD}budget.monthly_usd.deny = 1\n{}{}{}{}",
        function(
            "denied",
            "budget = { monthly_usd.deny = 9, usd_per_million_invocations.warn = 1 }\n"
        ),
        function(
            "moved",
            "runs_on = \"fargate\"\nbudget.monthly_usd.deny = 9\n"
        ),
        function("warned", "budget.monthly_usd.warn = 9\n"),
        function("fine", ""),
    );
    let folder = Folder::with("scenario.toml", text);
    let before = of_calls("denied", 500_000, "") + &function("gone", "");
    folder.write("before.toml", HEAD.to_owned() + &before);
    folder
}

fn run(format: &str) -> Run {
    let folder = folder();
    let arguments = [
        "scenario.toml",
        "--baseline",
        "before.toml",
        "--format",
        format,
    ];
    let run = folder.check(&arguments);
    run.reported(1, format);
    run
}

#[test]
fn json_has_each_finding_with_its_line() {
    let json = run("json").json();
    assert_eq!(json["schema"], "lambdacost/check/v1");
    assert_eq!(json["tool_version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(json["scenario"], "scenario.toml");
    assert_eq!(json["baseline"], "before.toml");
    assert_eq!(
        (&json["denied"], &json["warned"]),
        (&Value::from(3), &Value::from(4))
    );
    assert_eq!(json["functions"], 4);
    let text = String::from_utf8(folder().read("scenario.toml")).expect("UTF-8");
    let rank = |finding: &Value| (finding["level"] == "warn", finding["line"].as_u64());
    let findings = json["findings"].as_array().expect("a list");
    assert!(
        findings.is_sorted_by_key(rank),
        "errors, then warnings, each in the order of the file"
    );
    for finding in findings {
        let line = finding["line"].as_u64().expect("a line");
        match finding["function"].as_str() {
            Some(name) => {
                // The line on which a function starts.
                let lines: Vec<&str> = text.lines().collect();
                let at = usize::try_from(line).expect("small") - 1;
                assert_eq!(lines[at], "[[function]]");
                assert_eq!(lines[at + 1], format!("name = \"{name}\""));
            }
            None => {
                let lines: Vec<&str> = text.lines().collect();
                let at = usize::try_from(line).expect("small") - 1;
                assert!(lines[at].contains("budget"), "{line}: {}", lines[at]);
            }
        }
    }
    // $5 + $10 became $10 + $20 + $10 + $10: 50 - 15 = 35, 233.33 %.
    let total = &json["changes"]["total"];
    assert_eq!(total["before_usd"], "15");
    assert_eq!(total["after_usd"], "50");
    assert_eq!(total["change_usd"], "35");
    assert_eq!(total["change_percent"], "233.3333333333333333333333333");
}

#[test]
fn text_has_budget_excess_driver_place_and_advice() {
    let text = run("text").stdout;
    // $10 over $9; $9 of it is duration.
    for line in [
        "error[over-budget]: `denied` costs $10.00 a month, $1.00 over its budget of",
        "  --> scenario.toml:1",
        "  driven by duration, $9.00",
        "  driven by `moved`, $20.00",
        "  help: move it to Lambda, which saves $10.00 a month in the plan",
        "warning[past-crossover]: `moved` runs on Fargate; moving it to Lambda saves",
        "Against before.toml, US dollars a month",
        "4 functions checked: 3 errors, 4 warnings",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
    for line in text.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    let cells = |name: &str| -> Vec<String> {
        let row = text
            .lines()
            .find(|line| line.trim_start().starts_with(name));
        let row = row.unwrap_or_else(|| panic!("no {name} in\n{text}"));
        row.split_whitespace().map(str::to_owned).collect()
    };
    assert_eq!(cells("denied"), ["denied", "$5.00", "$10.00", "+$5.00"]);
    assert_eq!(cells("moved"), ["moved", "-", "$20.00", "+$20.00"]);
    assert_eq!(cells("gone"), ["gone", "$10.00", "-", "-$10.00"]);
    assert_eq!(
        cells("the scenario "),
        ["the", "scenario", "$15.00", "$50.00", "+$35.00"]
    );
    assert_eq!(cells("0 unchanged"), ["0", "unchanged"]);
}

#[test]
fn colour_changes_no_word_of_a_check() {
    let folder = folder();
    let text = |when| folder.check(&["scenario.toml", "--color", when]).stdout;
    let (never, always) = (text("never"), text("always"));
    assert!(!never.contains('\u{1b}') && always.contains('\u{1b}'));
    assert_eq!(text("auto"), never);
    let mut plain = String::new();
    for (number, part) in always.split("\u{1b}[").enumerate() {
        plain += if number == 0 {
            part
        } else {
            part.split_once('m').expect("a colour").1
        };
    }
    assert_eq!(plain, never);
}

#[test]
fn workflow_commands_annotate_every_finding_at_its_line() {
    let (json, github) = (run("json").json(), run("github").stdout);
    let lines: Vec<&str> = github.lines().collect();
    let findings = json["findings"].as_array().expect("a list");
    assert_eq!(lines.len(), findings.len() + 1);
    for (line, finding) in lines.iter().zip(findings) {
        let level = if finding["level"] == "deny" {
            "error"
        } else {
            "warning"
        };
        let rule = finding["rule"].as_str().expect("a rule");
        let place = format!("file=scenario.toml,line={}", finding["line"]);
        let head = format!("::{level} {place},title=lambdacost {rule}::");
        let message = finding["message"].as_str().expect("a message");
        assert!(
            line.starts_with(&(head + &message.replace('%', "%25"))),
            "{line}"
        );
    }
    assert!(!lines[findings.len()].starts_with("::"));
}

fn attribute(node: Node<'_, '_>, name: &str) -> usize {
    let text = node.attribute(name).unwrap_or_else(|| panic!("no {name}"));
    text.parse().expect("a count")
}

/// Test cases of a JUnit file, after its counts have been checked.
fn cases<'d>(document: &'d Document<'_>) -> Vec<Node<'d, 'd>> {
    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "testsuites");
    let suites: Vec<_> = root.children().filter(Node::is_element).collect();
    assert_eq!(suites.len(), 1);
    assert_eq!(suites[0].tag_name().name(), "testsuite");
    let cases: Vec<_> = suites[0].children().filter(Node::is_element).collect();
    let has = |case: &&Node<'_, '_>, tag| case.children().any(|node| node.has_tag_name(tag));
    let failed = cases.iter().filter(|case| has(case, "failure")).count();
    for node in [root, suites[0]] {
        assert_eq!(attribute(node, "tests"), cases.len());
        assert_eq!(attribute(node, "failures"), failed);
        assert_eq!(attribute(node, "errors"), 0);
    }
    for case in &cases {
        assert_eq!(case.tag_name().name(), "testcase");
        assert!(case.attribute("classname").is_some() && case.attribute("name").is_some());
        let tags: Vec<_> = case.children().filter(Node::is_element).collect();
        let tags: Vec<_> = tags.iter().map(|tag| tag.tag_name().name()).collect();
        let known: [&[&str]; 4] = [
            &[],
            &["failure"],
            &["system-out"],
            &["failure", "system-out"],
        ];
        assert!(known.contains(&&*tags), "{tags:?}");
    }
    cases
}

#[test]
fn junit_counts_what_failed_and_says_why() {
    let text = run("junit").stdout;
    let document = Document::parse(&text).expect("XML");
    let cases = cases(&document);
    let names: Vec<_> = cases
        .iter()
        .filter_map(|case| case.attribute("name"))
        .collect();
    assert_eq!(names, ["the scenario", "denied", "moved", "warned", "fine"]);
    let tag = |case: usize, tag| cases[case].children().find(|node| node.has_tag_name(tag));
    let text = |case, name| {
        tag(case, name)
            .and_then(|tag| tag.text())
            .unwrap_or_default()
    };
    assert_eq!(
        tag(1, "failure").and_then(|tag| tag.attribute("type")),
        Some("over-budget")
    );
    assert!(text(1, "failure").contains("$1.00 over its budget of $9.00"));
    // A warning next to a failure is reported, too; on its own it is no failure.
    assert!(text(1, "system-out").contains("per million invocations"));
    assert!(text(3, "system-out").contains("warning[over-budget]"));
    assert_eq!(attribute(document.root_element(), "failures"), 3);
}

/// The parts of SARIF 2.1.0 that its schema requires, and that they agree with each other.
pub fn is_sarif(log: &Value) {
    assert_eq!(log["version"], "2.1.0");
    let schema = log["$schema"].as_str().expect("a schema");
    assert!(schema.starts_with("https://") && schema.ends_with("sarif-schema-2.1.0.json"));
    let runs = log["runs"].as_array().expect("runs");
    assert_eq!(runs.len(), 1);
    let driver = &runs[0]["tool"]["driver"];
    assert_eq!(driver["name"], "lambdacost");
    let rules = driver["rules"].as_array().expect("rules");
    let ids: Vec<_> = rules
        .iter()
        .map(|rule| rule["id"].as_str().expect("an id"))
        .collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    let levels = ["none", "note", "warning", "error"];
    for rule in rules {
        let text = rule["shortDescription"]["text"]
            .as_str()
            .expect("a description");
        assert!(!text.is_empty() && !text.contains('\n'), "{text}");
        assert!(rule["fullDescription"]["text"].is_string());
        // GitHub needs these, too.
        for form in ["text", "markdown"] {
            let help = rule["help"][form].as_str().expect("help");
            assert!(help.contains("\n\nLevel: "), "{help}");
        }
        let repository = driver["informationUri"].as_str().expect("a URI");
        assert!(repository.starts_with("https://"));
        let page = rule["helpUri"].as_str().expect("a URI");
        let page = page.strip_prefix(&format!("{repository}/blob/main/"));
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join(page.expect("in the repository"));
        assert!(page.is_file(), "{page:?}");
        let level = rule["defaultConfiguration"]["level"].as_str();
        assert!(levels.contains(&level.expect("a level")));
    }
    for result in runs[0]["results"].as_array().expect("results") {
        let index = result["ruleIndex"].as_u64().expect("an index");
        let index = usize::try_from(index).expect("small");
        assert_eq!(result["ruleId"], ids[index]);
        assert!(["warning", "error"].contains(&result["level"].as_str().expect("a level")));
        assert!(
            !result["message"]["text"]
                .as_str()
                .expect("a text")
                .is_empty()
        );
        let fingerprints = result["partialFingerprints"].as_object();
        let stable = &fingerprints.expect("fingerprints")["ruleAndFunction/v1"];
        let stable = stable.as_str().expect("a text");
        assert!(stable.starts_with(ids[index]), "{stable}");
        for location in result["locations"].as_array().expect("locations") {
            let place = &location["physicalLocation"];
            let uri = place["artifactLocation"]["uri"].as_str().expect("a URI");
            is_uri(uri);
            assert!(place["region"]["startLine"].as_u64() >= Some(1));
        }
    }
}

/// Unreserved characters, slashes and whole escapes (RFC 3986).
fn is_uri(text: &str) {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if c == '%' {
            let digits = rest.get(1..3).expect("two digits");
            assert!(digits.bytes().all(|b| b.is_ascii_hexdigit()), "{text}");
            rest = &rest[3..];
        } else {
            assert!(c.is_ascii_alphanumeric() || "-._~/".contains(c), "{text}");
            rest = &rest[c.len_utf8()..];
        }
    }
}

#[test]
fn sarif_has_all_that_its_schema_requires() {
    let (json, sarif) = (run("json").json(), run("sarif").json());
    is_sarif(&sarif);
    let results = sarif["runs"][0]["results"].as_array().expect("results");
    let findings = json["findings"].as_array().expect("findings");
    assert_eq!(results.len(), findings.len());
    for (result, finding) in results.iter().zip(findings) {
        let level = if finding["level"] == "deny" {
            "error"
        } else {
            "warning"
        };
        assert_eq!(result["level"], level);
        assert_eq!(result["ruleId"], finding["rule"]);
        let location = &result["locations"][0];
        assert_eq!(
            location["physicalLocation"]["region"]["startLine"],
            finding["line"]
        );
        let named = &location["logicalLocations"][0]["name"];
        assert_eq!(*named, finding["function"]);
    }
    let rules = sarif["runs"][0]["tool"]["driver"]["rules"]
        .as_array()
        .expect("rules");
    assert_eq!(rules.len(), lambdacost::internals::check::RULES.len());
}

#[test]
fn a_check_without_findings_is_reported_in_every_format() {
    let folder = Folder::with("scenario.toml", super::one(""));
    for format in ["text", "json", "github", "junit", "sarif", "markdown"] {
        let run = folder.check(&["scenario.toml", "--format", format]);
        run.reported(0, format);
        match format {
            "text" | "github" => {
                assert_eq!(run.stdout, "1 function checked: no errors, no warnings\n");
            }
            "json" => assert_eq!(run.json()["changes"], Value::Null),
            "junit" => drop(cases(&Document::parse(&run.stdout).expect("XML"))),
            "sarif" => is_sarif(&run.json()),
            _ => assert!(run.stdout.contains("✅ lambdacost: 1 function checked")),
        }
    }
}

#[test]
fn a_comment_is_found_again_by_its_first_line_and_lists_the_changes() {
    let text = run("markdown").stdout;
    let mut lines = text.lines();
    assert_eq!(
        lines.next(),
        Some("<!-- lambdacost check: scenario.toml -->")
    );
    assert_eq!(
        lines.next(),
        Some("### ❌ lambdacost: 4 functions checked: 3 errors, 4 warnings")
    );
    let rows: Vec<String> = text.lines().map(decoded).collect();
    for row in [
        "| `denied` | $5.00 | $10.00 | +$5.00 (100.0 %) | invocations_per_month 500,000 -> 1,000,000 |",
        "| `moved` | - | $20.00 | +$20.00 | new |",
        "| `gone` | $10.00 | - | -$10.00 | removed |",
        "| **the scenario** | **$15.00** | **$50.00** | **+$35.00 (233.3 %)** |  |",
    ] {
        assert!(
            rows.iter().any(|line| line == row),
            "{row} is not in\n{}",
            rows.join("\n")
        );
    }
}

/// Text with its numeric entities turned back into characters.
pub fn decoded(text: &str) -> String {
    let mut out = String::new();
    let mut parts = text.split("&#");
    out += parts.next().unwrap_or_default();
    for part in parts {
        let (number, rest) = part.split_once(';').expect("an entity");
        let number: u32 = number.parse().expect("a number");
        out.push(char::from_u32(number).expect("a character"));
        out += rest;
    }
    out.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}
