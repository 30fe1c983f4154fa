//! The arguments of `import`. The doc comments are help texts.

use super::super::args::Output;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, ValueEnum, ValueHint};
use clap::{builder::PossibleValuesParser, value_parser};
use import::{Alias, Engine, Format, Named, Stated, Table};
use std::path::PathBuf;

/// The arguments of `import`.
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The files, with the options that hold for each.
    #[command(flatten)]
    pub inputs: Inputs,
    /// Format of the output; default: from the extension of --output, otherwise toml up to 50 functions
    /// and csv above
    #[arg(long, value_enum)]
    pub format: Option<ImportFormat>,
    /// Set a key of every function that lacks it, such as utilization=0.3 (can be repeated)
    #[arg(long, value_name = "KEY=VALUE", value_parser = stated)]
    pub set: Vec<Stated>,
    /// Update the figures in this scenario, and keep all else
    #[arg(long, value_name = "SCENARIO", value_hint = ValueHint::FilePath,
          conflicts_with_all = ["format", "output"])]
    pub into: Option<PathBuf>,
    /// Set a parameter of the templates, or an option such as stage=prod of Serverless (can be repeated)
    #[arg(long, value_name = "KEY=VALUE", value_parser = stated)]
    pub parameter: Vec<Stated>,
    /// Join a function of a template with the function NAME of the other files; `*` is any text (can be
    /// repeated)
    #[arg(long, value_name = "TEMPLATE=NAME", value_parser = alias)]
    pub alias: Vec<Alias>,
    /// Exit with code 2 if something required is missing
    #[arg(long)]
    pub strict: bool,
    /// Count only what happened at this time or later (RFC 3339)
    #[arg(long, value_name = "TIME")]
    pub from: Option<String>,
    /// Count only what happened before this time (RFC 3339)
    #[arg(long, value_name = "TIME")]
    pub to: Option<String>,
    /// The time zone of traffic by hour, such as Europe/Berlin
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    pub timezone: String,
    /// Write mean prices of bills that are no discount as price files into this folder, which exists
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub prices_out: Option<PathBuf>,
    /// Write what was counted instead of a scenario: usage is lambdacost/usage/v1, calls by function and
    /// hour, which can be imported again
    #[arg(long, value_enum, value_name = "ROWS", conflicts_with_all = ["format", "into"])]
    pub emit: Option<Emit>,
    /// List the formats, what each gives, and the command that writes such a file
    #[arg(long, exclusive = true)]
    pub list: bool,
    /// Print a query whose result can be imported: cloudwatch or logs-insights, or the SQL of an engine for
    /// a table, such as duckdb lambda-log
    #[arg(
        long,
        num_args = 1..=2,
        value_names = ["QUERY", "TABLE"],
        value_parser = PossibleValuesParser::new(words_of_queries()),
        conflicts_with_all = [FILE, "list", "set", "strict", "format", "emit", "into"],
    )]
    pub query: Vec<String>,
    /// The table that the SQL of --query reads: a name, or a function of the engine that reads files
    #[arg(long, value_name = "NAME", requires = "query")]
    pub table: Option<String>,
    /// Where the scenario goes.
    #[command(flatten)]
    pub output: Output,
}

/// Formats of the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ImportFormat {
    /// A scenario
    Toml,
    /// A functions file
    Csv,
    /// What was found and what is missing, for programs: `lambdacost/import/v1`
    Json,
}

/// What is written instead of a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Emit {
    /// Calls by function and hour as CSV
    Usage,
}

/// `--metric-data-queries` of `aws cloudwatch get-metric-data`.
pub(crate) const CLOUDWATCH: &str = "cloudwatch";
/// `--query-string` of `aws logs start-query`.
pub(crate) const LOGS_INSIGHTS: &str = "logs-insights";

/// The words of --query.
fn words_of_queries() -> Vec<&'static str> {
    let mut words = vec![CLOUDWATCH, LOGS_INSIGHTS];
    words.extend(Engine::ALL.map(Engine::name));
    words.extend(Table::ALL.map(Table::name));
    words
}

fn stated(text: &str) -> Result<Stated, String> {
    let parts = text.split_once('=');
    let parts = parts.filter(|(key, value)| !key.is_empty() && !value.is_empty());
    let (key, value) = parts.ok_or("write it as KEY=VALUE, such as utilization=0.3")?;
    Ok(Stated {
        key: key.trim().to_owned(),
        value: value.trim().to_owned(),
    })
}

/// An address of Terraform can contain `=`, the name of a function cannot.
fn alias(text: &str) -> Result<Alias, String> {
    let parts = text.rsplit_once('=');
    let parts = parts.filter(|(template, name)| !template.is_empty() && !name.is_empty());
    let (template, name) = parts.ok_or("write it as TEMPLATE=NAME, such as Work=prod-Work-*")?;
    Ok(Alias {
        template: template.to_owned(),
        name: name.to_owned(),
    })
}

/// The files, each with the options that stand before it.
#[derive(Debug, Clone)]
pub(crate) struct Inputs(pub Vec<Named>);

const FILE: &str = "files";
const NAME: &str = "name";
const REGION: &str = "region";
const ACCOUNT: &str = "account";
const PERIOD: &str = "period";
const AS: &str = "as";
const HEADING: &str = "Options for the files after them";

impl Args for Inputs {
    fn augment_args(command: Command) -> Command {
        let option = |id: &'static str, value: &'static str, help: &'static str| {
            let arg = Arg::new(id).long(id).value_name(value).help(help);
            arg.action(ArgAction::Append).help_heading(HEADING)
        };
        let formats = Format::ALL.map(Format::name);
        command
            .arg(
                Arg::new(FILE)
                    .value_name("FILE")
                    .help("Files, or folders with such files; - is standard input")
                    .num_args(1..)
                    .required_unless_present_any(["list", "query"])
                    .value_parser(value_parser!(PathBuf))
                    .value_hint(ValueHint::AnyPath),
            )
            .arg(option(NAME, "NAME", "The function, if a file names none"))
            .arg(option(
                REGION,
                "REGION",
                "The AWS region, if a file says none",
            ))
            .arg(option(
                ACCOUNT,
                "ACCOUNT",
                "The AWS account, if a file says none",
            ))
            .arg(
                option(
                    PERIOD,
                    "SECONDS",
                    "The period of metrics, if a file says none",
                )
                .value_parser(value_parser!(u64).range(1..=86_400)),
            )
            .arg(
                option(
                    AS,
                    "FORMAT",
                    "The format, if the content does not decide it",
                )
                .value_parser(PossibleValuesParser::new(formats)),
            )
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Inputs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let text = |id| placed::<String>(matches, id);
        let (names, regions, accounts) = (text(NAME), text(REGION), text(ACCOUNT));
        let formats = text(AS);
        let periods = placed::<u64>(matches, PERIOD);
        let files = placed::<PathBuf>(matches, FILE);
        let last = files.last().map_or(0, |(at, _)| *at);
        let options = [
            (NAME, &names),
            (REGION, &regions),
            (ACCOUNT, &accounts),
            (AS, &formats),
        ];
        let mut late = options.into_iter().filter_map(|(id, values)| {
            let (at, _) = values.last()?;
            (*at > last).then_some(id)
        });
        if let Some(id) = late.next().filter(|_| !files.is_empty()) {
            let message = format!(
                "--{id} is after the last file: it holds for the files after it, so put it before \
                 them\n"
            );
            return Err(clap::Error::raw(
                clap::error::ErrorKind::ValueValidation,
                message,
            ));
        }
        let named = files.into_iter().map(|(at, path)| Named {
            path,
            name: before(&names, at),
            region: before(&regions, at),
            account: before(&accounts, at),
            period: before(&periods, at),
            format: before(&formats, at).and_then(|name| Format::of_name(&name)),
        });
        Ok(Self(named.collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// The values of an argument, each with its place on the command line.
fn placed<T: Clone + Send + Sync + 'static>(matches: &ArgMatches, id: &str) -> Vec<(usize, T)> {
    let values = matches.get_many::<T>(id).into_iter().flatten().cloned();
    matches
        .indices_of(id)
        .into_iter()
        .flatten()
        .zip(values)
        .collect()
}

/// The last value before a place.
fn before<T: Clone>(values: &[(usize, T)], at: usize) -> Option<T> {
    let mut earlier = values.iter().rev().filter(|(own, _)| *own < at);
    earlier.next().map(|(_, value)| value.clone())
}
