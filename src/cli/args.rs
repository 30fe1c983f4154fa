//! What the user typed.

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use std::path::{Path, PathBuf};

/// Is this workload cheaper on AWS Lambda or on containers, and at exactly which utilization does
/// that turn?
///
/// Reads a scenario, prices every function of it on AWS Lambda, AWS Fargate and Amazon EKS (and, when
/// asked, on Fargate Spot, EKS on Fargate and Lambda Managed Instances) from the price book that is
/// built in, and says where the bills cross. It opens no connection and needs no account.
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
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The bills side by side, the crossover, the verdict
    Compare(Compare),
    /// Every figure unfolded to quantity x rate = cost, and why the crossover is where it is
    Explain(Explain),
    /// The gate for pipelines: fails when a budget or another rule is broken
    Check(Check),
    /// The price book
    #[command(subcommand)]
    Prices(PricesCommand),
    /// Write a commented scenario to start from
    Init(Init),
    /// Completions for a shell, on standard output
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// A manual page, on standard output
    Man {
        /// The command that it is of; left out: the program
        #[arg(value_parser = PAGES)]
        command: Option<String>,
    },
}

/// Commands that have a manual page, a command of a command behind a dash.
pub const PAGES: [&str; 9] = [
    "compare",
    "explain",
    "check",
    "prices",
    "prices-list",
    "prices-show",
    "init",
    "completions",
    "man",
];

/// `compare`.
#[derive(Debug, Args)]
pub struct Compare {
    /// What to compare.
    #[command(flatten)]
    pub subject: Subject,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
    /// The month that --format focus is for, as YYYY-MM
    #[arg(long, value_name = "MONTH")]
    pub period: Option<String>,
    /// The bills that --format focus writes: `today`, or a platform for every function
    #[arg(long, value_name = "PLATFORM")]
    pub bill: Option<String>,
    /// Where the answer goes.
    #[command(flatten)]
    pub output: Output,
}

/// `explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// What to explain.
    #[command(flatten)]
    pub subject: Subject,
    /// Where the answer goes.
    #[command(flatten)]
    pub output: Output,
}

/// `check`.
#[derive(Debug, Args)]
pub struct Check {
    /// Scenario in TOML, or a fleet in CSV; `-` reads standard input
    #[arg(value_hint = ValueHint::FilePath, required_unless_present = "explain")]
    pub scenario: Option<PathBuf>,
    /// What it cost before: another scenario, or what `compare --format json` wrote
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub baseline: Option<PathBuf>,
    /// Days that a price in the bills of today may be old
    #[arg(long, value_name = "DAYS")]
    pub max_price_age: Option<u32>,
    /// Fail when this rule is broken (repeat it for more rules)
    #[arg(short = 'D', long, value_name = "RULE")]
    pub deny: Vec<String>,
    /// Only warn when this rule is broken
    #[arg(short = 'W', long, value_name = "RULE")]
    pub warn: Vec<String>,
    /// Do not ask this rule
    #[arg(short = 'A', long, value_name = "RULE")]
    pub allow: Vec<String>,
    /// Print the manual page of a rule; `all` prints every one
    #[arg(long, value_name = "RULE", conflicts_with_all = ["scenario", "baseline"])]
    pub explain: Option<String>,
    /// Price every function in this region
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
    /// Lay the price files of this folder over the book
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub prices: Option<PathBuf>,
    /// Output format
    #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
    pub format: CheckFormat,
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

/// The scenario and how to read it.
#[derive(Debug, Args)]
pub struct Subject {
    /// Scenario in TOML, or a fleet in CSV; `-` reads standard input
    #[arg(value_hint = ValueHint::FilePath)]
    pub scenario: PathBuf,
    /// Price every function in this region (repeat it to compare regions)
    #[arg(long, value_name = "REGION")]
    pub region: Vec<String>,
    /// Show this function only; shared pools and clusters stay those of all
    #[arg(long, value_name = "NAME")]
    pub function: Option<String>,
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
    /// Colour
    #[arg(long, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub color: Color,
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

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// `prices`.
#[derive(Debug, Subcommand)]
pub enum PricesCommand {
    /// The regions of the book, with the dates of their prices
    List(PricesList),
    /// Every price of a region with its unit, date and source
    Show(PricesShow),
}

/// `prices list`.
#[derive(Debug, Args)]
pub struct PricesList {
    /// Lay the price files of this folder over the book
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub prices: Option<PathBuf>,
    /// Output format
    #[arg(long, value_enum, default_value_t = PricesFormat::Table)]
    pub format: PricesFormat,
    /// Where the answer goes.
    #[command(flatten)]
    pub output: Output,
}

/// `prices show`.
#[derive(Debug, Args)]
pub struct PricesShow {
    /// The region
    pub region: String,
    /// Lay the price files of this folder over the book
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub prices: Option<PathBuf>,
    /// Output format
    #[arg(long, value_enum, default_value_t = PricesFormat::Table)]
    pub format: PricesFormat,
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

/// `init`.
#[derive(Debug, Args)]
pub struct Init {
    /// The file to write; an existing one is left alone
    #[arg(default_value = "scenario.toml", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
}
