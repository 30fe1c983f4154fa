//! SARIF 2.1.0 (OASIS) for code scanning: the rules with their manual pages, and one result per
//! finding. `scripts/validate-sarif.sh` runs the validator with the rules of SARIF and of GitHub.

use super::sentences;
use crate::check::{Finding, RULES, Report, Rule};
use crate::escape::json;
use crate::escape::{sentence, uri};
use crate::scenario::Level;
use crate::text::{escaped_name, printable};
use serde::Serialize;
use std::io::{self, Write};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The repository of this program, which `Cargo.toml` names.
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

/// Writes the reports of a check.
///
/// # Errors
/// The output cannot be written.
pub fn write(reports: &[Report<'_>], out: &mut (dyn Write + Send)) -> io::Result<()> {
    json::write(&log(reports), out)
}

#[derive(Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [RunV1; 1],
}

#[derive(Serialize)]
struct RunV1 {
    tool: Tool,
    results: Vec<ResultV1>,
    #[serde(rename = "columnKind")]
    column_kind: &'static str,
}

#[derive(Serialize)]
struct Tool {
    driver: ToolV1Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ToolV1Driver {
    name: &'static str,
    version: &'static str,
    semantic_version: &'static str,
    information_uri: &'static str,
    rules: Vec<RuleV1>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RuleV1 {
    id: &'static str,
    name: String,
    short_description: Text,
    full_description: Text,
    help: Text,
    help_uri: String,
    default_configuration: Configuration,
}

#[derive(Serialize)]
struct Configuration {
    enabled: bool,
    level: &'static str,
}

#[derive(Serialize)]
struct Text {
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    markdown: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultV1 {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Text,
    locations: [Location; 1],
    partial_fingerprints: Fingerprints,
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline_state: Option<&'static str>,
}

/// Identifies a finding when its line changes. GitHub's uploader adds a separate fingerprint.
#[derive(Serialize)]
struct Fingerprints {
    #[serde(rename = "ruleAndFunction/v1")]
    rule_and_function: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: Physical,
    #[serde(skip_serializing_if = "Option::is_none")]
    logical_locations: Option<[Logical; 1]>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    region: RegionSpan,
}

#[derive(Serialize)]
struct Artifact {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RegionSpan {
    start_line: u64,
}

#[derive(Serialize)]
struct Logical {
    name: String,
    kind: &'static str,
}

fn log(reports: &[Report<'_>]) -> Log {
    let findings = reports.iter().flat_map(|report| &report.findings);
    Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [RunV1 {
            tool: Tool {
                driver: ToolV1Driver {
                    name: "lambdacost",
                    version: env!("CARGO_PKG_VERSION"),
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    information_uri: REPOSITORY,
                    rules: RULES.iter().map(rule).collect(),
                },
            },
            results: findings.map(result).collect(),
            column_kind: "unicodeCodePoints",
        }],
    }
}

fn rule(rule: &Rule) -> RuleV1 {
    let mut paragraphs = rule.manual.split("\n\n");
    let mut next = || paragraphs.next().unwrap_or_default().replace('\n', " ");
    let (summary, description) = (next(), next());
    let page = rule.code.replace('-', "_");
    RuleV1 {
        id: rule.code,
        name: pascal(rule.code),
        short_description: Text::plain(summary.clone()),
        full_description: Text::plain(format!("{summary} {description}")),
        help: Text {
            text: rule.manual.to_owned(),
            markdown: Some(rule.manual.to_owned()),
        },
        help_uri: format!("{REPOSITORY}/blob/main/src/check/rules/{page}.md"),
        default_configuration: Configuration {
            enabled: rule.default_level != Level::Allow,
            level: level(rule.default_level),
        },
    }
}

/// The name of a rule as in SARIF: `OverBudget` for `over-budget`.
fn pascal(code: &str) -> String {
    let words = code.split('-').filter_map(|word| word.split_at_checked(1));
    words
        .map(|(first, rest)| first.to_ascii_uppercase() + rest)
        .collect()
}

impl Text {
    fn plain(text: String) -> Self {
        Self {
            text,
            markdown: None,
        }
    }
}

/// Plain messages of SARIF can have links in square brackets and placeholders in braces (3.11.5 and
/// 3.11.6). These messages have neither. Names are code spans in Markdown.
fn message(text: &str) -> Text {
    let mut plain = String::with_capacity(text.len());
    for c in printable(text).chars() {
        match c {
            '[' | ']' | '\\' => plain.extend(['\\', c]),
            '{' | '}' => plain.extend([c, c]),
            _ => plain.push(c),
        }
    }
    Text {
        text: plain,
        markdown: Some(sentence(text).replace('{', "{{").replace('}', "}}")),
    }
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Deny => "error",
        Level::Warn => "warning",
        Level::Notice => "note",
        Level::Allow => "none",
    }
}

fn result(finding: &Finding) -> ResultV1 {
    let text: Vec<String> = sentences(finding).collect();
    let index = RULES.iter().position(|rule| rule.code == finding.code);
    let function = finding.function.as_deref().map(escaped_name);
    let rule_and_function = match &function {
        Some(function) => format!("{}/{function}", finding.code),
        None => finding.code.to_owned(),
    };
    ResultV1 {
        rule_id: finding.code,
        rule_index: index.expect("a finding is of one of the rules"),
        level: level(finding.level),
        message: message(&text.join("; ")),
        locations: [Location {
            physical_location: Physical {
                artifact_location: Artifact {
                    uri: uri(&finding.file),
                },
                region: RegionSpan {
                    start_line: finding.line.max(1),
                },
            },
            logical_locations: function.map(|name| {
                [Logical {
                    name: name.into_owned(),
                    kind: "function",
                }]
            }),
        }],
        partial_fingerprints: Fingerprints { rule_and_function },
        baseline_state: finding
            .existing
            .map(|existing| if existing { "unchanged" } else { "new" }),
    }
}
