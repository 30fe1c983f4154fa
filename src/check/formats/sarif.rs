//! SARIF 2.1.0 (OASIS), as code scanning reads it: the rules with their manual pages, and a result
//! for each finding.

use super::sentences;
use crate::check::{Finding, RULES, Report, Rule, manual};
use crate::escape::json;
use crate::escape::{markdown, uri};
use crate::scenario::Level;
use crate::text::{escaped_name, printable};
use serde::Serialize;
use std::io::{self, Write};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Writes a check.
///
/// # Errors
/// The output cannot be written.
pub fn write(report: &Report<'_>, out: &mut (dyn Write + Send)) -> io::Result<()> {
    json::write(&log(report), out)
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
struct ToolV1Driver {
    name: &'static str,
    version: &'static str,
    rules: Vec<RuleV1>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RuleV1 {
    id: &'static str,
    short_description: Text,
    full_description: Text,
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
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: Physical,
    logical_locations: Vec<Logical>,
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

fn log(report: &Report<'_>) -> Log {
    Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [RunV1 {
            tool: Tool {
                driver: ToolV1Driver {
                    name: "lambdacost",
                    version: env!("CARGO_PKG_VERSION"),
                    rules: RULES.iter().map(|rule| self::rule(*rule)).collect(),
                },
            },
            results: report.findings.iter().map(result).collect(),
            column_kind: "unicodeCodePoints",
        }],
    }
}

fn rule(rule: &dyn Rule) -> RuleV1 {
    let page = manual(rule);
    let first = page.split("\n\n").next().unwrap_or_default();
    RuleV1 {
        id: rule.code(),
        short_description: plain(first.replace('\n', " ")),
        full_description: plain(page.clone()),
        default_configuration: Configuration {
            enabled: rule.default_level() != Level::Allow,
            level: level(rule.default_level()),
        },
    }
}

fn plain(text: String) -> Text {
    Text {
        text,
        markdown: None,
    }
}

/// Plain messages of SARIF may have links, in square brackets, and places for arguments, in braces
/// (3.11.5 and 3.11.6): ours have neither.
fn message(text: &str) -> Text {
    let mut plain = String::with_capacity(text.len());
    for c in printable(text).chars() {
        match c {
            '[' | ']' | '\\' => plain.extend(['\\', c]),
            '{' | '}' => plain.extend([c, c]),
            _ => plain.push(c),
        }
    }
    let entities = markdown(text).replace('{', "&#123;").replace('}', "&#125;");
    Text {
        text: plain,
        markdown: Some(entities),
    }
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Deny => "error",
        Level::Warn => "warning",
        Level::Allow => "none",
    }
}

fn result(finding: &Finding) -> ResultV1 {
    let text: Vec<String> = sentences(finding).collect();
    let index = RULES.iter().position(|rule| rule.code() == finding.code);
    let logical = finding.function.iter().map(|name| Logical {
        name: escaped_name(name).into_owned(),
        kind: "function",
    });
    ResultV1 {
        rule_id: finding.code,
        rule_index: index.unwrap_or_default(),
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
            logical_locations: logical.collect(),
        }],
    }
}
