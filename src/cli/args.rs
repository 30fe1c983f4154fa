//! The arguments of the command line. The doc comments are help texts.

use super::examples;
use super::offered::Offered;
use crate::diag::{Code, Diag};
use crate::text::listed;
use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use std::path::{Path, PathBuf};

/// Is this workload cheaper on AWS Lambda or on containers, and at exactly which utilization does
/// that turn?
///
/// Reads a scenario, prices every function of it on AWS Lambda, AWS Fargate and Amazon EKS (and, when
/// stated, on Fargate Spot, EKS on Fargate and Lambda Managed Instances) from the built-in price
/// book, and shows where the bills cross. It opens no connection and needs no account.
#[derive(Debug, Parser)]
#[command(
    name = "lambdacost",
    bin_name = "lambdacost",
    version,
    max_term_width = 100
)]
#[command(
    after_help = "Exit codes: 0 answered; 1 answered, and a rule was broken; 2 could not answer."
)]
#[command(mut_arg("color", |color| color.help(COLOR)))]
#[command(after_long_help = examples::help(""), disable_help_subcommand = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Colour of what is written.
    #[command(flatten)]
    pub color: colorchoice_clap::Color,
}

/// The help of `--color`.
const COLOR: &str = "Colour of answers and messages; auto: on a terminal, unless NO_COLOR, CLICOLOR, \
                     CLICOLOR_FORCE or TERM say otherwise";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The bills side by side, the crossover, the verdict
    #[command(after_long_help = examples::help("compare"))]
    Compare(Compare),
    /// Every figure unfolded to quantity x rate = cost, and why the crossover is where it is
    #[command(after_long_help = examples::help("explain"))]
    Explain(Explain),
    /// Check for pipelines: fails when a budget or another rule is broken
    #[command(after_long_help = examples::help("check"))]
    Check(Check),
    /// The price book
    #[command(subcommand, after_long_help = examples::help("prices"))]
    Prices(PricesCommand),
    /// Write a commented scenario to start from, and its JSON Schema for editors
    #[command(after_long_help = examples::help("init"))]
    Init(Init),
    /// JSON Schema of a scenario or of an answer, on standard output
    #[command(after_long_help = examples::help("schema"))]
    Schema(Schema),
    /// What the code of an error means, and how to correct the mistake
    #[command(after_long_help = examples::help("explain-error"))]
    ExplainError {
        /// The code, as in error[unknown-key]; `all` prints every one
        #[arg(value_parser = Offered::CODES_OR_ALL, hide_possible_values = true)]
        code: String,
    },
    /// Completions for a shell, on standard output
    #[command(after_long_help = examples::help("completions"))]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// A manual page, on standard output
    #[command(after_long_help = examples::help("man"))]
    Man {
        /// The command that it is of; left out: the program
        #[arg(value_parser = PAGES)]
        command: Option<String>,
    },
    /// Help on a command, or on the keys of a scenario
    #[command(after_long_help = examples::help("help"))]
    Help {
        /// A command, `assumptions`, or `scenario` and perhaps a key; left out: the program
        topic: Vec<String>,
    },
}

/// Commands that have a manual page, a command of a command behind a dash.
pub const PAGES: [&str; 12] = [
    "compare",
    "explain",
    "check",
    "prices",
    "prices-list",
    "prices-show",
    "init",
    "schema",
    "explain-error",
    "completions",
    "man",
    "help",
];

/// The arguments of `compare`.
#[derive(Debug, Args)]
pub struct Compare {
    /// What to compare.
    #[command(flatten)]
    pub subject: Subject,
    /// Output format; left out: that of the ending of --output, else table
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// The month that --format focus is for, as YYYY-MM
    #[arg(long, value_name = "MONTH")]
    pub period: Option<String>,
    /// The bills that --format focus writes: `today`, or a platform for every function
    #[arg(long, value_name = "PLATFORM", value_parser = Offered::BILLS)]
    pub bill: Option<String>,
    /// Where the answer goes.
    #[command(flatten)]
    pub output: Output,
}

/// The arguments of `explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// What to explain.
    #[command(flatten)]
    pub subject: Subject,
    /// Where the answer goes.
    #[command(flatten)]
    pub output: Output,
}

/// The arguments of `check`.
#[derive(Debug, Args)]
pub struct Check {
    /// Scenario in TOML, or a functions file in CSV; `-` reads standard input
    #[arg(value_hint = ValueHint::FilePath, required_unless_present = "explain")]
    pub scenario: Option<PathBuf>,
    /// What it cost before: another scenario, or what `compare --format json` wrote
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub baseline: Option<PathBuf>,
    /// Days that a price in the bills of today may be old
    #[arg(long, value_name = "DAYS")]
    pub max_price_age: Option<u32>,
    /// Fail when this rule is broken (repeat it for more rules)
    #[arg(short = 'D', long, value_name = "RULE", value_parser = Offered::RULES)]
    pub deny: Vec<String>,
    /// Only warn when this rule is broken
    #[arg(short = 'W', long, value_name = "RULE", value_parser = Offered::RULES)]
    #[arg(hide_possible_values = true)]
    pub warn: Vec<String>,
    /// Do not ask this rule
    #[arg(short = 'A', long, value_name = "RULE", value_parser = Offered::RULES)]
    #[arg(hide_possible_values = true)]
    pub allow: Vec<String>,
    /// Print the manual page of a rule; `all` prints every one
    #[arg(long, value_name = "RULE", conflicts_with_all = ["scenario", "baseline"])]
    #[arg(value_parser = Offered::RULES_OR_ALL, hide_possible_values = true)]
    pub explain: Option<String>,
    /// Price every function in this region
    #[arg(long, value_name = "REGION", value_parser = Offered::REGIONS)]
    #[arg(hide_possible_values = true)]
    pub region: Option<String>,
    /// Lay the price files of this folder over the book
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub prices: Option<PathBuf>,
    /// Output format; left out: that of the ending of --output, else text
    #[arg(long, value_enum)]
    pub format: Option<CheckFormat>,
    /// Where the answer goes.
    #[command(flatten)]
    pub output: Output,
}

/// Formats of `check`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// For people
    Text,
    /// Schema lambdacost/check/v1
    Json,
    /// Annotations of GitHub Actions
    Github,
    /// JUnit XML
    Junit,
    /// SARIF 2.1.0
    Sarif,
    /// A comment on a pull request
    Markdown,
}

#[derive(Debug, Args)]
pub struct Subject {
    /// Scenario in TOML, or a functions file in CSV; `-` reads standard input
    #[arg(value_hint = ValueHint::FilePath)]
    pub scenario: PathBuf,
    /// Price every function in this region (repeat it to compare regions)
    #[arg(long, value_name = "REGION", value_parser = Offered::REGIONS)]
    #[arg(hide_possible_values = true)]
    pub region: Vec<String>,
    /// Show this function only (repeat it for more); shared pools and clusters stay those of all
    #[arg(long, value_name = "NAME")]
    pub function: Vec<String>,
    /// Lay the price files of this folder over the book
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub prices: Option<PathBuf>,
}

/// Where an answer goes and how it looks.
#[derive(Debug, Args)]
pub struct Output {
    /// Write to this file, whole or not at all; `-` is standard output
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    output: Option<PathBuf>,
    /// No progress bar
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say on standard error what is read and how long it takes
    #[arg(short, long)]
    pub verbose: bool,
}

impl Output {
    /// The file to write, unless it is standard output.
    pub fn file(&self) -> Option<&Path> {
        let named = self.output.as_deref();
        named.filter(|path| path.as_os_str() != "-")
    }

    /// The format that a flag names, else the ending of the file, else the usual one.
    ///
    /// # Errors
    /// The ending names none, so that a program which goes by it could not read the file.
    pub fn format<F: OfEnding>(&self, flag: Option<F>) -> Result<F, Diag> {
        let name = self.file().and_then(Path::file_name);
        let (Some(name), None) = (name, flag) else {
            return Ok(flag.unwrap_or(F::USUAL));
        };
        let name = name.to_string_lossy().to_ascii_lowercase();
        let Some((_, ending)) = name.rsplit_once('.') else {
            return Ok(F::USUAL);
        };
        let is_its = |known: &str| {
            name.strip_suffix(known)
                .is_some_and(|rest| rest.ends_with('.'))
        };
        let found = F::ENDINGS.iter().find(|(known, _)| is_its(known));
        found.map(|(_, format)| *format).ok_or_else(|| {
            let endings: Vec<String> = F::ENDINGS
                .iter()
                .map(|(known, _)| format!(".{known}"))
                .collect();
            let message = format!("the ending `.{ending}` of --output names no format");
            let help = match F::ENDINGS {
                [_] => "this command writes text only: name a file that ends in `.txt`".to_owned(),
                _ => format!("use one of {}, or state --format", listed(&endings)),
            };
            Diag::new(Code::UnknownValue, message).help(help)
        })
    }
}

/// Formats of `compare`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Table,
    /// Schema lambdacost/compare/v1
    Json,
    /// One row per function and platform
    Csv,
    /// FinOps FOCUS 1.2, one row per line of a bill
    Focus,
    /// Tables for a pull request or a page
    Markdown,
}

/// A format that the ending of a file may name.
pub trait OfEnding: Copy + 'static {
    /// Where nothing names one.
    const USUAL: Self;
    /// Endings in lower case, a longer one before a shorter one that it ends with.
    const ENDINGS: &'static [(&'static str, Self)];
}

impl OfEnding for Format {
    const USUAL: Self = Self::Table;
    const ENDINGS: &'static [(&'static str, Self)] = &[
        ("csv", Self::Csv),
        ("json", Self::Json),
        ("md", Self::Markdown),
        ("markdown", Self::Markdown),
        ("txt", Self::Table),
    ];
}

impl OfEnding for CheckFormat {
    const USUAL: Self = Self::Text;
    const ENDINGS: &'static [(&'static str, Self)] = &[
        ("sarif.json", Self::Sarif),
        ("sarif", Self::Sarif),
        ("json", Self::Json),
        ("xml", Self::Junit),
        ("md", Self::Markdown),
        ("markdown", Self::Markdown),
        ("txt", Self::Text),
    ];
}

impl OfEnding for PricesFormat {
    const USUAL: Self = Self::Table;
    const ENDINGS: &'static [(&'static str, Self)] = &[("json", Self::Json), ("txt", Self::Table)];
}

/// The only format of `explain`.
#[derive(Debug, Clone, Copy)]
pub struct ExplainFormat;

impl OfEnding for ExplainFormat {
    const USUAL: Self = Self;
    const ENDINGS: &'static [(&'static str, Self)] = &[("txt", Self)];
}

/// `prices`.
#[derive(Debug, Subcommand)]
pub enum PricesCommand {
    /// The regions of the book, with the dates of their prices
    #[command(after_long_help = examples::help("prices-list"))]
    List(PricesList),
    /// Every price of a region with its unit, date and source
    #[command(after_long_help = examples::help("prices-show"))]
    Show(PricesShow),
}

/// The arguments of `prices list`.
#[derive(Debug, Args)]
pub struct PricesList {
    /// Lay the price files of this folder over the book
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub prices: Option<PathBuf>,
    /// Output format; left out: that of the ending of --output, else table
    #[arg(long, value_enum)]
    pub format: Option<PricesFormat>,
    /// Where the answer goes.
    #[command(flatten)]
    pub output: Output,
}

/// The arguments of `prices show`.
#[derive(Debug, Args)]
pub struct PricesShow {
    /// The region
    #[arg(value_parser = Offered::REGIONS, hide_possible_values = true)]
    pub region: String,
    /// Lay the price files of this folder over the book
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub prices: Option<PathBuf>,
    /// Output format; left out: that of the ending of --output, else table
    #[arg(long, value_enum)]
    pub format: Option<PricesFormat>,
    /// Where the answer goes.
    #[command(flatten)]
    pub output: Output,
}

/// Formats of `prices`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PricesFormat {
    /// For people
    Table,
    /// Schema lambdacost/prices/v1
    Json,
}

/// The arguments of `init`.
#[derive(Debug, Args)]
pub struct Init {
    /// The file to write; an existing one is left alone
    #[arg(default_value = "scenario.toml", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
}

/// The arguments of `schema`.
#[derive(Debug, Args)]
pub struct Schema {
    /// What the schema is of
    #[arg(value_enum)]
    pub name: SchemaName,
    /// Know also the regions of the price files in this folder
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub prices: Option<PathBuf>,
}

/// What has a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaName {
    /// A scenario in TOML
    Scenario,
    /// What `compare --format json` writes
    Compare,
    /// What `check --format json` writes
    Check,
}
