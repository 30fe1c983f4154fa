//! The arguments of the command line. The doc comments are help texts.

use super::examples;
use super::import::args::ImportFormat;
use super::offered::Offered;
use crate::diag::{Code, Diag};
use crate::text::comma_separated;
use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use rust_decimal::Decimal;
use std::path::{Path, PathBuf};

/// Does a workload cost less on AWS Lambda or in containers, and at which utilization is the
/// break-even?
///
/// Reads a scenario and prices each of its functions on AWS Lambda, AWS Fargate and Amazon EKS (and,
/// if stated, on Fargate Spot, EKS on Fargate and Lambda Managed Instances) with the built-in prices.
/// It opens no connection and needs no AWS account.
#[derive(Debug, Parser)]
#[command(
    name = "lambdacost",
    bin_name = "lambdacost",
    version,
    max_term_width = 100
)]
#[command(
    after_help = "Exit codes: 0 success; 1 `check` reported at least one error; 2 no answer."
)]
#[command(mut_arg("color", |color| color.help(COLOR)))]
#[command(after_long_help = examples::help(""), disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub command: Command,
    /// Colour of the output.
    #[command(flatten)]
    pub color: colorchoice_clap::Color,
}

/// The help of `--color`.
const COLOR: &str = "Colour of answers and messages; auto: on a terminal, unless NO_COLOR, CLICOLOR, \
                     CLICOLOR_FORCE or TERM change that";

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Compare monthly bills, with break-evens and verdicts
    #[command(after_long_help = examples::help("compare"))]
    Compare(Compare),
    /// Every bill as quantity x rate = cost, and each break-even step by step
    #[command(after_long_help = examples::help("explain"))]
    Explain(Explain),
    /// Find the moves that lower the whole bill most
    #[command(after_long_help = examples::help("plan"))]
    Plan(Plan),
    /// Check budgets and other rules, for pipelines
    #[command(after_long_help = examples::help("check"))]
    Check(Check),
    /// Show the price book
    #[command(subcommand, after_long_help = examples::help("prices"))]
    Prices(PricesCommand),
    /// Write a scenario from logs, metrics, bills and templates
    #[command(after_long_help = examples::help("import"))]
    Import(super::import::args::Import),
    /// Write a commented scenario to start from
    #[command(after_long_help = examples::help("init"))]
    Init(Init),
    /// Print the JSON Schema of a scenario or of an answer
    #[command(after_long_help = examples::help("schema"))]
    Schema(Schema),
    /// Explain the code of an error, and how to fix it
    #[command(after_long_help = examples::help("explain-error"))]
    ExplainError {
        /// The code, as in error[unknown-key]; `all` explains all codes
        #[arg(value_parser = Offered::CODES_OR_ALL, hide_possible_values = true)]
        code: String,
    },
    /// Print completions for a shell
    #[command(after_long_help = examples::help("completions"))]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print a manual page
    #[command(after_long_help = examples::help("man"))]
    Man {
        /// The command; without one, the page of the program
        #[arg(value_parser = PAGES)]
        command: Option<String>,
    },
    /// Show help on a command, or on the keys of a scenario
    #[command(after_long_help = examples::help("help"))]
    Help {
        /// A command, `assumptions`, or `scenario` with or without keys; without a topic, the program
        topic: Vec<String>,
    },
}

/// Commands with a manual page. A subcommand has a dash before its name.
pub(crate) const PAGES: [&str; 16] = [
    "compare",
    "explain",
    "plan",
    "check",
    "prices",
    "prices-list",
    "prices-show",
    "prices-import",
    "prices-diff",
    "import",
    "init",
    "schema",
    "explain-error",
    "completions",
    "man",
    "help",
];

/// What a plan is searched with.
#[derive(Debug, Args)]
pub(crate) struct Moves {
    /// US dollars a month that each move has to save
    #[arg(long, value_name = "USD", default_value = "1", value_parser = dollars)]
    pub min_saving: Decimal,
    /// Keep this function or service where it runs (can be repeated)
    #[arg(long, value_name = "NAME")]
    pub pinned: Vec<String>,
}

/// The arguments of `compare`.
#[derive(Debug, Args)]
pub(crate) struct Compare {
    /// What to compare.
    #[command(flatten)]
    pub subject: Subject,
    /// What moves have to save, and what does not move.
    #[command(flatten)]
    pub moves: Moves,
    /// Output format; default: from the extension of --output, otherwise table
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// Change a key of functions and show both answers (can be repeated): a value, +20%, -20% or x1.5.
    /// NAME is a function, and `*` in it any text; without NAME all functions
    #[arg(long, value_name = "[NAME:]KEY=VALUE", conflicts_with_all = ["by", "filter"])]
    pub set: Vec<String>,
    /// Show one row for each value of this tag in place of functions
    #[arg(long, value_name = "TAG", conflicts_with_all = ["filter", "function"])]
    pub by: Option<String>,
    /// Show only some functions
    #[arg(long, value_enum)]
    pub filter: Option<Filter>,
    /// The order of the table; default: the largest bills first if not all rows are shown
    #[arg(long, value_enum)]
    pub sort: Option<SortBy>,
    /// Show every row of the table
    #[arg(long)]
    pub all: bool,
    /// Show all assumptions, and what is not counted, below the table
    #[arg(long)]
    pub notes: bool,
    /// Name the traffic at which another platform is cheaper by at least this many per cent
    #[arg(long, value_name = "PERCENT", default_value = "2", value_parser = margin)]
    pub margin: Decimal,
    /// Columns of the table; default: those of the terminal, otherwise 80
    #[arg(long, value_name = "COLUMNS", value_parser = clap::value_parser!(u16).range(40..=1000))]
    pub width: Option<u16>,
    /// The month of --format focus, as YYYY-MM
    #[arg(long, value_name = "MONTH")]
    pub period: Option<String>,
    /// The bills of --format focus: `today`, where functions run; `plan`, where they run after the
    /// moves; or a platform for all of them
    #[arg(long, value_name = "PLATFORM", value_parser = Offered::BILLS)]
    pub bill: Option<String>,
    /// How --format focus writes units and the issuer
    #[arg(long, value_name = "SPELLING", value_enum)]
    pub focus_spelling: Option<FocusSpelling>,
    /// Where the answer goes.
    #[command(flatten)]
    pub output: Output,
}

/// How values of FOCUS are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FocusSpelling {
    /// As FOCUS 1.2 says (default)
    Focus,
    /// As AWS's exports have them, to load both into one table
    Aws,
}

/// Functions to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Filter {
    /// Those that the plan moves
    Moves,
    /// Those whose verdict is close
    Close,
    /// Those that some platform cannot run
    Infeasible,
}

/// The order of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SortBy {
    /// As in the scenario
    File,
    /// By name
    Name,
    /// The largest bill of today first
    Cost,
    /// The largest saving first
    Saving,
}

/// The arguments of `explain`.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// What to explain.
    #[command(flatten)]
    pub subject: Subject,
    /// What moves have to save, and what does not move.
    #[command(flatten)]
    pub moves: Moves,
    /// List every number of calls at which the cheaper platform changes
    #[arg(long)]
    pub all: bool,
    /// Name the traffic at which another platform is cheaper by at least this many per cent
    #[arg(long, value_name = "PERCENT", default_value = "2", value_parser = margin)]
    pub margin: Decimal,
    /// Where the answer goes.
    #[command(flatten)]
    pub output: Output,
}

/// The arguments of `plan`.
#[derive(Debug, Args)]
pub(crate) struct Plan {
    /// What to plan.
    #[command(flatten)]
    pub subject: Subject,
    /// What moves have to save, and what does not move.
    #[command(flatten)]
    pub moves: Moves,
    /// Find the commitment in dollars an hour with which the plan costs least, for the Savings Plan of
    /// [commitment]
    #[arg(long)]
    pub commitment: bool,
    /// Output format; default: from the extension of --output, otherwise table
    #[arg(long, value_enum)]
    pub format: Option<PlanFormat>,
    /// Where the answer goes.
    #[command(flatten)]
    pub output: Output,
}

/// Formats of `plan`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlanFormat {
    /// For people
    Table,
    /// For programs: the plan of `lambdacost/compare/v2`
    Json,
    /// For a pull request or a page
    Markdown,
    /// One row per move
    Csv,
}

/// Reads an amount of US dollars of at least zero.
fn dollars(text: &str) -> Result<Decimal, String> {
    match Decimal::from_str_exact(text) {
        Ok(amount) if !amount.is_sign_negative() => Ok(amount),
        _ => Err("write a number of at least 0, such as 2.50".to_owned()),
    }
}

/// Reads a number of per cent from 0 to 100, as a share.
fn margin(text: &str) -> Result<Decimal, String> {
    let number = text.strip_suffix('%').unwrap_or(text).trim_end();
    match Decimal::from_str_exact(number) {
        Ok(percent) if (Decimal::ZERO..=Decimal::ONE_HUNDRED).contains(&percent) => {
            Ok(percent / Decimal::ONE_HUNDRED)
        }
        _ => Err("write a number from 0 to 100, such as 2.5".to_owned()),
    }
}

/// The arguments of `check`.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Scenarios in TOML, or functions files in CSV; `-` reads standard input
    #[arg(value_hint = ValueHint::FilePath, required_unless_present = "explain")]
    pub scenario: Vec<PathBuf>,
    /// Compare costs with this scenario, with a report of `compare --format json`, or with the same
    /// file in this folder (repeat it for several scenarios)
    #[arg(long, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub baseline: Vec<PathBuf>,
    /// What the report calls the baseline, such as `main (1a2b3c4)`
    #[arg(long, value_name = "NAME")]
    pub baseline_name: Option<String>,
    /// Give no answer if the baseline cannot be read; default: a warning
    #[arg(long)]
    pub baseline_required: bool,
    /// Fail if a price used in today's bills is older than this many days
    #[arg(long, value_name = "DAYS")]
    pub max_price_age: Option<u32>,
    /// Make findings of this rule errors (can be repeated)
    #[arg(short = 'D', long, value_name = "RULE", value_parser = Offered::RULES)]
    pub deny: Vec<String>,
    /// Make findings of this rule warnings (can be repeated)
    #[arg(short = 'W', long, value_name = "RULE", value_parser = Offered::RULES)]
    #[arg(hide_possible_values = true)]
    pub warn: Vec<String>,
    /// Make findings of this rule notices (can be repeated)
    #[arg(short = 'N', long, value_name = "RULE", value_parser = Offered::RULES)]
    #[arg(hide_possible_values = true)]
    pub notice: Vec<String>,
    /// Turn this rule off (can be repeated)
    #[arg(short = 'A', long, value_name = "RULE", value_parser = Offered::RULES)]
    #[arg(hide_possible_values = true)]
    pub allow: Vec<String>,
    /// Print the manual page of a rule; `all` prints those of all rules
    #[arg(long, value_name = "RULE", conflicts_with_all = ["scenario", "baseline"])]
    #[arg(value_parser = Offered::RULES_OR_ALL, hide_possible_values = true)]
    pub explain: Option<String>,
    /// Price all functions in this region
    #[arg(long, value_name = "REGION", value_parser = Offered::REGIONS)]
    #[arg(hide_possible_values = true)]
    pub region: Option<String>,
    /// Replace built-in prices with those in this folder
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub prices: Option<PathBuf>,
    /// Output format; default: from the extension of --output, otherwise text
    #[arg(long, value_enum)]
    pub format: Option<CheckFormat>,
    /// When --format markdown says more than that nothing changed
    #[arg(long, value_enum, default_value_t = CommentMode::Always)]
    pub comment: CommentMode,
    /// Where the answer goes.
    #[command(flatten)]
    pub output: Output,
}

/// When a comment says more than that nothing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CommentMode {
    /// In every run
    Always,
    /// If a cost or its cause differs from the baseline, or a finding is new
    OnChange,
}

/// Formats of `check`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    /// For people
    Text,
    /// Schema lambdacost/check/v1
    Json,
    /// Annotations for GitHub Actions
    Github,
    /// JUnit XML
    Junit,
    /// SARIF 2.1.0
    Sarif,
    /// A comment for a pull request
    Markdown,
}

#[derive(Debug, Args)]
pub(crate) struct Subject {
    /// Scenario in TOML, or a functions file in CSV; `-` reads standard input
    #[arg(value_hint = ValueHint::FilePath)]
    pub scenario: PathBuf,
    /// Price all functions in this region; repeat it to compare regions
    #[arg(long, value_name = "REGION", value_parser = Offered::REGIONS)]
    #[arg(hide_possible_values = true)]
    pub region: Vec<String>,
    /// Show only this function (can be repeated); shared pools and clusters still count all functions
    #[arg(long, value_name = "NAME")]
    pub function: Vec<String>,
    /// Replace built-in prices with those in this folder
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub prices: Option<PathBuf>,
}

/// The destination of an answer, and messages.
#[derive(Debug, Args)]
pub(crate) struct Output {
    /// Write to this file, atomically; `-` is standard output
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    output: Option<PathBuf>,
    /// Show no progress bar
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Report on standard error what is read and how long it takes
    #[arg(short, long)]
    pub verbose: bool,
}

impl Output {
    /// The file to write, unless it is standard output.
    pub(crate) fn file(&self) -> Option<&Path> {
        let named = self.output.as_deref();
        named.filter(|path| path.as_os_str() != "-")
    }

    /// The format of the flag, or else of the file's ending, or else the usual one.
    ///
    /// # Errors
    /// The ending stands for no format, or for another one than the flag. A program that relies on the
    /// ending could not read the file.
    pub(crate) fn format<F: OfEnding>(&self, flag: Option<F>) -> Result<F, Diag> {
        let name = self.file().and_then(Path::file_name);
        let name = name.map(|name| name.to_string_lossy().to_ascii_lowercase());
        let Some(ending) = name.as_deref().and_then(Ending::<F>::of) else {
            return Ok(flag.unwrap_or(F::USUAL));
        };
        match (ending, flag) {
            (Ending::Of(_, format), None) => Ok(format),
            (Ending::Of(ending, format), Some(flag)) => {
                let is_same =
                    flag == format || ending == PLAIN || F::ALSO.contains(&(ending, flag));
                if is_same {
                    Ok(flag)
                } else {
                    Err(contradiction(ending, flag))
                }
            }
            (Ending::Unknown(_), Some(flag)) => Ok(flag),
            (Ending::Unknown(ending), None) => Err(unknown_ending::<F>(ending)),
        }
    }
}

/// The ending of plain text, which any format is.
const PLAIN: &str = "txt";

/// The ending of a file's name.
enum Ending<'n, F: 'static> {
    /// One of [`OfEnding::ENDINGS`].
    Of(&'static str, F),
    Unknown(&'n str),
}

impl<'n, F: OfEnding> Ending<'n, F> {
    /// The ending of a name in lower case; `None` for a name without a full stop.
    fn of(name: &'n str) -> Option<Self> {
        let (_, ending) = name.rsplit_once('.')?;
        let has = |known: &str| {
            name.strip_suffix(known)
                .is_some_and(|rest| rest.ends_with('.'))
        };
        let found = F::ENDINGS.iter().find(|(known, _)| has(known));
        Some(found.map_or(Self::Unknown(ending), |(known, format)| {
            Self::Of(known, *format)
        }))
    }
}

fn unknown_ending<F: OfEnding>(ending: &str) -> Diag {
    let endings: Vec<String> = F::ENDINGS
        .iter()
        .map(|(known, _)| format!(".{known}"))
        .collect();
    let message = format!("the extension `.{ending}` of --output is not that of a format");
    let help = match F::ENDINGS {
        [_] => "this command writes only text: use a name that ends in `.txt`".to_owned(),
        _ => format!(
            "use one of {}, or state --format",
            comma_separated(&endings)
        ),
    };
    Diag::new(Code::UnknownValue, message).help(help)
}

fn contradiction<F: OfEnding>(ending: &str, flag: F) -> Diag {
    let format = flag.name();
    let message = format!("--format {format} contradicts the extension `.{ending}` of --output");
    let own = F::ENDINGS.iter().chain(F::ALSO);
    let own = own.filter(|(_, format)| *format == flag);
    let own: Vec<String> = own.map(|(known, _)| format!("`.{known}`")).collect();
    let help = match own.as_slice() {
        [] => "leave out --format, or use a name without an extension".to_owned(),
        [first, ..] => {
            format!("leave out --format, or use a name that ends in {first}")
        }
    };
    Diag::new(Code::Conflict, message).help(help)
}

/// Formats of `compare`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Table,
    /// Schema lambdacost/compare/v2
    Json,
    /// One row per function and platform
    Csv,
    /// FinOps FOCUS 1.2, one row per line of a bill
    Focus,
    /// Tables for a pull request or a page
    Markdown,
}

/// A format that the ending of a file can select.
pub(crate) trait OfEnding: Copy + PartialEq + ValueEnum + 'static {
    /// If neither a flag nor an ending selects one.
    const USUAL: Self;
    /// Endings in lower case. An ending comes before a shorter one that it ends with.
    const ENDINGS: &'static [(&'static str, Self)];
    /// Other formats that files with these endings can have.
    const ALSO: &'static [(&'static str, Self)] = &[];

    /// Its name as `--format` takes it.
    fn name(self) -> String {
        let value = self.to_possible_value();
        value.map_or_else(String::new, |value| value.get_name().to_owned())
    }
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
    const ALSO: &'static [(&'static str, Self)] = &[("csv", Self::Focus)];
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
    const ALSO: &'static [(&'static str, Self)] = &[("json", Self::Sarif)];
}

impl OfEnding for PricesFormat {
    const USUAL: Self = Self::Table;
    const ENDINGS: &'static [(&'static str, Self)] = &[("json", Self::Json), ("txt", Self::Table)];
}

impl OfEnding for PlanFormat {
    const USUAL: Self = Self::Table;
    const ENDINGS: &'static [(&'static str, Self)] = &[
        ("csv", Self::Csv),
        ("json", Self::Json),
        ("md", Self::Markdown),
        ("markdown", Self::Markdown),
        ("txt", Self::Table),
    ];
}

impl OfEnding for ImportFormat {
    const USUAL: Self = Self::Toml;
    const ENDINGS: &'static [(&'static str, Self)] = &[
        ("toml", Self::Toml),
        ("csv", Self::Csv),
        ("json", Self::Json),
    ];
}

/// The only format of `explain`.
#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
pub(crate) enum ExplainFormat {
    Text,
}

impl OfEnding for ExplainFormat {
    const USUAL: Self = Self::Text;
    const ENDINGS: &'static [(&'static str, Self)] = &[("txt", Self::Text)];
}

/// `prices`.
#[derive(Debug, Subcommand)]
pub(crate) enum PricesCommand {
    /// List the regions, with the dates of their prices
    #[command(after_long_help = examples::help("prices-list"))]
    List(PricesList),
    /// Show every price of a region with its unit, date and source
    #[command(after_long_help = examples::help("prices-show"))]
    Show(PricesShow),
    /// Write price files from AWS's published price lists
    ///
    /// Reads offer files of AWSLambda, AmazonECS, AmazonEKS and AmazonEC2 (JSON and CSV), Savings Plan
    /// files, answers of `aws pricing get-products`, and the files behind AWS's pricing pages.
    ///
    /// Files can have any size. What is left out is reported on standard error, counted by reason.
    #[command(after_long_help = examples::help("prices-import"))]
    Import(PricesImport),
    /// Compare two price books, and what functions cost with each
    #[command(after_long_help = examples::help("prices-diff"))]
    Diff(PricesDiff),
}

/// The arguments of `prices list`.
#[derive(Debug, Args)]
pub(crate) struct PricesList {
    /// Replace built-in prices with those in this folder
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub prices: Option<PathBuf>,
    /// Output format; default: from the extension of --output, otherwise table
    #[arg(long, value_enum)]
    pub format: Option<PricesFormat>,
    /// Where the answer goes.
    #[command(flatten)]
    pub output: Output,
}

/// The arguments of `prices show`.
#[derive(Debug, Args)]
pub(crate) struct PricesShow {
    /// The region
    #[arg(value_parser = Offered::REGIONS, hide_possible_values = true)]
    pub region: String,
    /// Replace built-in prices with those in this folder
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub prices: Option<PathBuf>,
    /// Output format; default: from the extension of --output, otherwise table
    #[arg(long, value_enum)]
    pub format: Option<PricesFormat>,
    /// Where the answer goes.
    #[command(flatten)]
    pub output: Output,
}

/// The arguments of `prices import`.
#[derive(Debug, Args)]
pub(crate) struct PricesImport {
    /// The files; `-` reads standard input
    #[arg(required = true, value_hint = ValueHint::FilePath)]
    pub file: Vec<PathBuf>,
    /// Import only this region; it is also that of Savings Plan rates that state none
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
    /// The folder for the price files, one per region, which `--prices` reads; existing files of these
    /// regions are replaced
    #[arg(short, long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub output: PathBuf,
}

/// The arguments of `prices diff`.
#[derive(Debug, Args)]
pub(crate) struct PricesDiff {
    /// A folder of price files, or `built-in` for the price book of the program
    #[arg(value_name = "A", value_hint = ValueHint::DirPath)]
    pub before: PathBuf,
    /// The folder or book to compare with it
    #[arg(value_name = "B", value_hint = ValueHint::DirPath)]
    pub after: PathBuf,
    /// Also show which functions of this scenario cost more or less, and whether a verdict flips
    #[arg(long, value_name = "SCENARIO", value_hint = ValueHint::FilePath)]
    pub scenario: Option<PathBuf>,
    /// Output format; default: from the extension of --output, otherwise table
    #[arg(long, value_enum)]
    pub format: Option<PricesDiffFormat>,
    /// Where the answer goes.
    #[command(flatten)]
    pub output: Output,
}

/// Formats of `prices diff`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PricesDiffFormat {
    /// For people
    Table,
    /// Schema lambdacost/prices-diff/v1
    Json,
    /// For a pull request or a page
    Markdown,
}

impl OfEnding for PricesDiffFormat {
    const USUAL: Self = Self::Table;
    const ENDINGS: &'static [(&'static str, Self)] = &[
        ("json", Self::Json),
        ("md", Self::Markdown),
        ("markdown", Self::Markdown),
        ("txt", Self::Table),
    ];
}

/// Formats of `prices`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PricesFormat {
    /// For people
    Table,
    /// Schema lambdacost/prices/v1
    Json,
}

/// The arguments of `init`.
#[derive(Debug, Args)]
pub(crate) struct Init {
    /// The file to write; an existing file is not replaced
    #[arg(default_value = "scenario.toml", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
}

/// The arguments of `schema`.
#[derive(Debug, Args)]
pub(crate) struct Schema {
    /// The file that the schema describes
    #[arg(value_enum)]
    pub name: SchemaName,
    /// Include the regions of the price files in this folder
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub prices: Option<PathBuf>,
}

/// What has a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaName {
    /// A scenario in TOML
    Scenario,
    /// The output of `compare --format json`
    Compare,
    /// The output of `check --format json`
    Check,
}
