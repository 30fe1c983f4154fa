//! What AWS and its tools write, as the figures of a `lambdacost` scenario.
//!
//! [`import`] reads files of any [`Format`]: configurations, metrics, logs, bills and templates. It
//! joins what they say about one function, and returns what the scenario of each function states,
//! from where, and what is missing. Nothing required is guessed.
//!
//! | module | knows |
//! |---|---|
//! | `format` | the formats, and which one goes first for a figure |
//! | `input` | folders, archives and encodings |
//! | `recognize` | which format the start of a file has |
//! | `formats` | one file for each format: what it says about functions |
//! | `facts` | what was read, not yet joined |
//! | `resolve` | windows, means, traffic and peaks; which of two figures stands |
//! | `write` | the scenario as TOML and CSV, and the summary as JSON |
//! | `query` | SQL that adds up logs and bills where they lie |
//!
//! It knows no price and no platform. It opens files only through [`Files`].

#![warn(unreachable_pub)]

mod facts;
mod format;
mod formats;
mod input;
mod mistake;
mod number;
mod options;
mod query;
mod recognize;
mod resolve;
mod time;
mod write;

pub use facts::{Container, Source};
pub use format::Format;
pub use input::{Files, Kind, Named, ReadSeek};
pub use mistake::Mistake;
pub use options::{Alias, Options, Stated};
pub use query::{Engine, Query, Table, query};
pub use resolve::{
    Commitment, Figure, Function, Import, Key, Missing, Origin, Price, Rate, Terms, Value,
};
pub use time::Time;
pub use write::{
    Updated, csv, hours_per_month, into, json, not_in_usage, price_files, report, toml,
    toml_of_file, usage,
};

/// `--metric-data-queries` of `aws cloudwatch get-metric-data`, with labels that say which metric each
/// series is.
pub const CLOUDWATCH_QUERIES: &str = formats::cloudwatch::QUERIES;

/// The query of CloudWatch Logs Insights whose result can be imported.
pub const LOGS_INSIGHTS_QUERY: &str = formats::logs_insights::QUERY;

/// The time zone with a name of the IANA database; `None` if there is none.
pub fn time_zone(name: &str) -> Option<jiff::tz::TimeZone> {
    jiff::tz::TimeZone::get(name).ok()
}

/// Reads files, and joins what they say about each function.
///
/// # Errors
/// All mistakes: files that cannot be read or are in no known format, values outside their bounds,
/// and functions that cannot be told apart.
pub fn import(
    files: &dyn Files,
    named: &[Named],
    options: &Options,
) -> Result<Import, Vec<Mistake>> {
    let (facts, mut mistakes) = input::read(files, named, options);
    match resolve::resolve(facts, options) {
        Ok(import) if mistakes.is_empty() => Ok(import),
        Ok(_) => Err(mistakes),
        Err(more) => {
            mistakes.extend(more);
            Err(mistakes)
        }
    }
}
