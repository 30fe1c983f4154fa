//! Recognises files of other kinds by their start. The message then names the kind and says what to
//! do, instead of reporting the first error of a parser.

/// The kind of a file that is not a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Known {
    /// A phrase to follow "is": `compressed with gzip`.
    pub what: &'static str,
    /// What to do.
    pub help: &'static str,
}

/// Bytes at the start of a file that is not text, its kind, and what to do.
const BINARY: [(&[u8], &str, &str); 12] = [
    (
        b"\x1f\x8b",
        "compressed with gzip",
        "decompress it: gzip -dc FILE | lambdacost compare -",
    ),
    (
        b"\x28\xb5\x2f\xfd",
        "compressed with Zstandard",
        "decompress it: zstd -dc FILE | lambdacost compare -",
    ),
    (
        b"BZh",
        "compressed with bzip2",
        "decompress it: bzip2 -dc FILE | lambdacost compare -",
    ),
    (
        b"\xfd7zXZ\0",
        "compressed with xz",
        "decompress it: xz -dc FILE | lambdacost compare -",
    ),
    (
        b"PK\x03\x04",
        "a ZIP archive",
        "unpack it, and name the file that was in it",
    ),
    (
        b"\xd0\xcf\x11\xe0",
        "an Excel workbook",
        "save the sheet as CSV UTF-8, and name that file",
    ),
    (
        b"PAR1",
        "a Parquet file",
        "export it as CSV with one row per function: docs/scenario.md lists the columns",
    ),
    (
        b"%PDF",
        "a PDF document",
        "name a scenario in TOML, or a functions file in CSV",
    ),
    (b"\xff\xfe\0\0", "UTF-32 text", "save it as UTF-8"),
    (b"\0\0\xfe\xff", "UTF-32 text", "save it as UTF-8"),
    (b"\xff\xfe", "UTF-16 text", UTF_16),
    (b"\xfe\xff", "UTF-16 text", UTF_16),
];

const UTF_16: &str = "save it as UTF-8; in Excel the format is called CSV UTF-8";

/// The kind of a file that is not UTF-8 text, if its first bytes identify it.
pub(crate) fn binary(start: &[u8]) -> Option<Known> {
    // A workbook is a ZIP archive. Its first entries have typical names.
    if start.starts_with(b"PK\x03\x04")
        && memchr::memmem::find(start, b"[Content_Types].xml").is_some()
    {
        return Some(Known {
            what: "an Excel workbook",
            help: "save the sheet as CSV UTF-8, and name that file",
        });
    }
    let found = BINARY.iter().find(|(magic, _, _)| start.starts_with(magic));
    if let Some((_, what, help)) = found {
        return Some(Known { what, help });
    }
    // In UTF-16, every second byte of Latin letters is zero.
    let is_letter = |byte: u8| byte.is_ascii_graphic();
    let is_utf_16 = match start {
        [0, a, 0, b, ..] | [a, 0, b, 0, ..] => is_letter(*a) && is_letter(*b),
        _ => false,
    };
    is_utf_16.then_some(Known {
        what: "UTF-16 text",
        help: UTF_16,
    })
}

/// A kind of text: the words that identify it, its name, and what to do.
struct Kind {
    words: &'static [&'static str],
    what: &'static str,
    help: &'static str,
}

/// Where to find the figures of a function.
const FIGURES: &str = "a scenario states memory_mb, duration_ms and invocations_per_month of each \
                       function: `lambdacost init` writes one to start from";
/// Advice for files with configurations of functions.
const CONFIGURATION: &str = "it says how a function is configured, not how often it is called: \
                             state memory_mb, duration_ms and invocations_per_month in a scenario; \
                             `lambdacost init` writes one to start from";
const BASELINE: &str = "name the scenario here, and give the report to `check` with --baseline";

/// Kinds of JSON, the most specific first. A kind without words matches all other JSON.
const JSON: [Kind; 13] = [
    kind(
        &["\"lambdacost/compare/v"],
        "a report of `compare --format json`",
        BASELINE,
    ),
    kind(
        &["\"lambdacost/check/v"],
        "a report of `check --format json`",
        "name the scenario that was checked",
    ),
    kind(
        &["AWSTemplateFormatVersion"],
        "a CloudFormation template",
        CONFIGURATION,
    ),
    kind(&["\"AWS::"], "a CloudFormation template", CONFIGURATION),
    kind(
        &["\"FunctionName\"", "\"MemorySize\""],
        "the configuration of functions as the AWS CLI prints it",
        CONFIGURATION,
    ),
    kind(
        &["\"MetricDataResults\""],
        "metric data of CloudWatch as the AWS CLI prints it",
        FIGURES,
    ),
    kind(
        &["\"Datapoints\""],
        "metric data of CloudWatch as the AWS CLI prints it",
        FIGURES,
    ),
    kind(
        &["\"power\"", "\"stateMachine\""],
        "a result of AWS Lambda Power Tuning",
        "its `power` is memory_mb, and its `duration` is measured_duration_ms: state them in a \
         scenario, with invocations_per_month and utilization; `lambdacost init` writes one to \
         start from",
    ),
    kind(&["\"platform."], "a log of AWS Lambda", FIGURES),
    kind(&["RequestId:"], "a log of AWS Lambda", FIGURES),
    kind(
        &["\"terraform_version\""],
        "a plan or state of Terraform",
        CONFIGURATION,
    ),
    kind(
        &["\"offerCode\""],
        "a price list of AWS",
        "the prices are built in; `--prices DIR` reads other prices from TOML files \
         (docs/prices.md)",
    ),
    kind(
        &[],
        "JSON",
        "a scenario is a TOML file, or a functions file in CSV; `lambdacost init` writes one to start from",
    ),
];

/// Kinds of logs, by words in a line.
const LOG: [Kind; 3] = [
    kind(&["REPORT RequestId:"], "a log of AWS Lambda", FIGURES),
    kind(&["START RequestId:"], "a log of AWS Lambda", FIGURES),
    kind(&["INIT_START "], "a log of AWS Lambda", FIGURES),
];

/// Kinds of YAML, the most specific first. A kind without words matches all other YAML.
const YAML: [Kind; 8] = [
    kind(&["AWS::Serverless"], "a SAM template", CONFIGURATION),
    kind(
        &["AWSTemplateFormatVersion"],
        "a CloudFormation template",
        CONFIGURATION,
    ),
    kind(&["AWS::"], "a CloudFormation template", CONFIGURATION),
    kind(
        &["apiVersion:", "kind:"],
        "a Kubernetes manifest",
        CONFIGURATION,
    ),
    kind(
        &["FunctionName:", "MemorySize:"],
        "the configuration of functions as the AWS CLI prints it",
        CONFIGURATION,
    ),
    kind(&["resource_usage:"], "a usage file of Infracost", FIGURES),
    kind(
        &["provider:", "functions:"],
        "a file of the Serverless Framework",
        CONFIGURATION,
    ),
    kind(
        &[],
        "YAML",
        "a scenario is a TOML file, `key = value`, or a functions file in CSV; `lambdacost init` writes one \
         to start from",
    ),
];

/// Words at the start of a Terraform block.
const TERRAFORM: [&str; 7] = [
    "resource",
    "data",
    "module",
    "variable",
    "provider",
    "terraform",
    "locals",
];

/// Kinds of CSV, by names of columns.
const CSV: [Kind; 6] = [
    kind(
        &["BilledCost", "ChargePeriodStart"],
        "a FOCUS report of costs",
        COSTS,
    ),
    kind(&["lineItem/UsageType"], "a Cost and Usage Report", COSTS),
    kind(&["line_item_usage_type"], "a Cost and Usage Report", COSTS),
    kind(
        &["FormatVersion"],
        "a price list of AWS",
        "the prices are built in; `--prices DIR` reads other prices from TOML files \
         (docs/prices.md)",
    ),
    kind(
        &["@timestamp"],
        "a result of CloudWatch Logs Insights",
        FIGURES,
    ),
    kind(
        &["function,", "crossover_utilization"],
        "a report of `compare --format csv`",
        "name the scenario that was compared",
    ),
];

/// Advice for files with costs.
const COSTS: &str = "it has monthly costs, from which bills on other platforms cannot be \
                     computed: a scenario states memory_mb, duration_ms and invocations_per_month \
                     of each function; `lambdacost init` writes one to start from";

const fn kind(words: &'static [&'static str], what: &'static str, help: &'static str) -> Kind {
    Kind { words, what, help }
}

/// True for a first line that starts JSON and not a scenario.
pub(crate) fn begins_json(line: &str) -> bool {
    line.starts_with('{') || line.starts_with("[{") || line == "["
}

/// The kind of a JSON text that starts with `start`.
pub(crate) fn json(start: &[u8]) -> Known {
    first_of(&JSON, start)
}

/// The kind of a text with this first line, if it is not a scenario. The line is neither blank nor
/// a comment. `start` is the known part of the text from there.
pub(crate) fn text(line: &str, start: &[u8]) -> Option<Known> {
    let in_line = |kind: &&Kind| kind.words.iter().all(|word| line.contains(word));
    if let Some(log) = LOG.iter().find(in_line) {
        return Some(log.known());
    }
    if line.starts_with('<') {
        return Some(Known {
            what: "XML or HTML",
            help: FIGURES,
        });
    }
    // Each line of a scenario in TOML has an equals sign or starts a table.
    if line.contains('=') || line.starts_with('[') {
        return None;
    }
    if is_block(line) {
        return Some(Known {
            what: "Terraform code",
            help: CONFIGURATION,
        });
    }
    if is_yaml(line) {
        return Some(first_of(&YAML, start));
    }
    CSV.iter().find(in_line).map(Kind::known)
}

/// True for the first line of a Terraform block: `resource "aws_lambda_function" "a" {`.
fn is_block(line: &str) -> bool {
    let word = line.split([' ', '"', '{']).next().unwrap_or_default();
    line.ends_with('{') && TERRAFORM.contains(&word)
}

/// True for `---` and `key:`, with or without a value.
fn is_yaml(line: &str) -> bool {
    let key = line.split_once(':').filter(|(key, value)| {
        let is_key = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
        !key.is_empty() && key.chars().all(is_key) && (value.is_empty() || value.starts_with(' '))
    });
    line == "---" || key.is_some()
}

/// The first kind whose words are all in the text.
fn first_of(kinds: &[Kind], start: &[u8]) -> Known {
    let has = |word: &&str| memchr::memmem::find(start, word.as_bytes()).is_some();
    let found = kinds.iter().find(|kind| kind.words.iter().all(has));
    found.map(Kind::known).expect("the last kind has no words")
}

impl Kind {
    fn known(&self) -> Known {
        Known {
            what: self.what,
            help: self.help,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scenarios_are_not_taken_for_anything_else() {
        for line in [
            "region = \"us-east-1\"",
            "[[function]]",
            "[defaults]",
            "name,memory_mb,duration_ms,invocations_per_month",
            "\"region\" = \"x\" # service: Resources:",
            "service = \"a\"",
        ] {
            assert_eq!(text(line, line.as_bytes()), None, "{line}");
            assert!(!begins_json(line), "{line}");
            assert_eq!(binary(line.as_bytes()), None, "{line}");
        }
    }

    #[test]
    fn bytes_are_told_by_their_signature() {
        for (start, what) in [
            (&b"\x1f\x8b\x08\0"[..], "compressed with gzip"),
            (b"PK\x03\x04\x14\0", "a ZIP archive"),
            (b"PK\x03\x04\x14\0[Content_Types].xml", "an Excel workbook"),
            (b"\xff\xfer\0", "UTF-16 text"),
            (b"r\0e\0", "UTF-16 text"),
            (b"\0r\0e", "UTF-16 text"),
            (b"PAR1", "a Parquet file"),
        ] {
            assert_eq!(binary(start).expect(what).what, what);
        }
        for start in [&b""[..], b"r", b"\0\0\0\0", b"a\0\0\0"] {
            assert_eq!(binary(start), None, "{start:?}");
        }
    }
}
