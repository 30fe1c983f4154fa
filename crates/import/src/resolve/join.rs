//! Which records are about one function, and what is missing of it.

use super::claims::Claims;
use super::rows::Rows;
use super::usage::{self, Usage};
use super::{Function, Key, Missing, bills, logs, metrics};
use crate::facts::{Facts, Who};
use crate::format::Format;
use crate::mistake::Mistake;
use crate::options::Options;
use crate::time::Window;
use exact::Exact;
use std::collections::{BTreeMap, BTreeSet};

/// The functions, by region, account and name.
pub(super) fn functions(
    facts: &mut Facts,
    options: &Options,
) -> Result<(Vec<Function>, Rows), Vec<Mistake>> {
    let names = Names::of(facts)?;
    let mut calls = std::mem::take(&mut facts.logs.calls);
    let logged = facts.logs.functions.iter().map(|who| names.whole(who));
    let logged: Vec<Who> = logged.collect();
    let found = logs::found(&mut calls, &logged, options, facts);
    let found = found.map_err(|mistake| vec![mistake])?;
    let facts = &*facts;
    let mut all: BTreeMap<Who, Claims> = BTreeMap::new();
    for (who, claim) in &facts.claims {
        let claims = all.entry(names.whole(who)).or_default();
        claims.add(claim.clone(), facts);
    }
    for (who, remark) in &facts.remarks {
        let claims = all.entry(names.whole(who)).or_default();
        claims.remarks.push(remark.clone());
    }
    provisioned(facts, &names, &mut all);
    let mut rows = Rows::default();
    for (who, found) in found {
        let numbers = (0_u32..).zip(&logged).filter(|(_, own)| **own == who);
        let windows = numbers.filter_map(|(number, _)| facts.logs.window(number));
        let window = windows.reduce(Window::and);
        let claims = all.entry(who.clone()).or_default();
        let mut usage = logs::add(found, window, options, claims);
        if let Some(window) = window.map(|window| options.window(window)) {
            usage.observe(window);
        }
        rows.add(&who, Format::LambdaLog, &usage);
    }
    for ((who, format), usage) in counted(facts, &names) {
        rows.add(&who, format, &usage);
        let claims = all.entry(who).or_default();
        usage::add(&usage, format, usage.window(), options, claims);
    }
    for lookback in &facts.lookbacks {
        let claims = all.entry(names.whole(&lookback.who)).or_default();
        let calls = Exact::from(lookback.calls);
        let format = Format::ComputeOptimizer;
        claims.calls(&calls, lookback.source, format, lookback.window, options);
    }
    let mut mistakes = Vec::new();
    let window = metrics::window(&facts.metrics, options);
    let measured = metrics::by_function(&facts.metrics, &names);
    let measured = measured.map_err(|mistake| vec![mistake])?;
    for (who, series) in measured {
        let claims = all.entry(who.clone()).or_default();
        if let Err(mistake) = metrics::add(&who, &series, window, options, facts, claims) {
            mistakes.push(mistake);
        }
    }
    mistakes.extend(bills::add(facts, &names, options, &mut all).err());
    let functions = all.into_iter();
    let functions = functions.map(|(who, claims)| finished(who, claims, facts, options));
    let functions: Vec<Function> = functions.collect();
    if mistakes.is_empty() {
        Ok((functions, rows))
    } else {
        Err(mistakes)
    }
}

/// Calls that another program counted, by function and format.
fn counted(facts: &Facts, names: &Names) -> BTreeMap<(Who, Format), Usage> {
    let mut all: BTreeMap<(Who, Format), Usage> = BTreeMap::new();
    for ((who, format), usage) in &facts.counted {
        let new = || Usage::new(usage.source);
        let key = (names.whole(who), *format);
        all.entry(key).or_insert_with(new).add(usage);
    }
    all
}

/// Adds the environments of all aliases of a function.
fn provisioned(facts: &Facts, names: &Names, all: &mut BTreeMap<Who, Claims>) {
    let mut seen = BTreeSet::new();
    for (arn, who, environments, source) in &facts.provisioned {
        if seen.insert(arn) {
            let claims = all.entry(names.whole(who)).or_default();
            claims.environments(*environments, *source);
        }
    }
}

/// What a function has in the end.
fn finished(who: Who, mut claims: Claims, facts: &Facts, options: &Options) -> Function {
    claims.state(&options.set);
    let mut function = claims.function(who, facts, options.hours_per_month);
    function.missing = missing(&function);
    function
}

/// What a scenario requires and no file has.
fn missing(function: &Function) -> Vec<Missing> {
    let has = |key: Key| function.figures.contains_key(&key);
    let states = |key: &str| function.stated.iter().any(|stated| stated.key == key);
    let configuration = "aws lambda list-functions > functions.json";
    let metrics =
        "aws cloudwatch get-metric-data (`lambdacost import --list` has the whole command)";
    let mut missing = Vec::new();
    let mut add = |is_there: bool, key: &'static str, supply: &str| {
        if !is_there {
            let supply = supply.to_owned();
            missing.push(Missing { key, supply });
        }
    };
    add(
        function.region.is_some(),
        "region",
        "lambdacost import --region REGION, before the files",
    );
    add(
        has(Key::MemoryMb) || states("memory_mb"),
        "memory_mb",
        configuration,
    );
    let is_resolved = !function.unresolved.contains(&Key::Architecture);
    add(
        is_resolved || states("architecture"),
        "architecture",
        configuration,
    );
    let has_duration = has(Key::DurationMs) || has(Key::MeasuredDurationMs);
    let states_duration = states("duration_ms") || states("measured_duration_ms");
    let durations = if function.is_billed {
        "the bill gives it once the memory is known: aws lambda list-functions > functions.json"
    } else {
        metrics
    };
    add(has_duration || states_duration, "duration_ms", durations);
    let states_calls = states("invocations_per_month") || states("requests_per_second");
    add(
        has(Key::InvocationsPerMonth) || states_calls,
        "invocations_per_month",
        metrics,
    );
    // The busiest hour of traffic gives the capacity, once the duration is known.
    let has_capacity = has(Key::PeakConcurrency) || function.traffic.is_some();
    let states_capacity = states("peak_concurrency") || states("utilization");
    let is_job = function
        .stated
        .iter()
        .any(|stated| stated.key == "container.run");
    add(
        has_capacity || states_capacity || is_job,
        "peak_concurrency",
        "aws cloudwatch get-metric-data with ConcurrentExecutions, or --set utilization=0.3",
    );
    missing
}

/// A region and an account, where they are known.
type Place = (Option<String>, Option<String>);

/// Regions and accounts of each name.
pub(super) struct Names {
    places: BTreeMap<String, BTreeSet<Place>>,
}

impl Names {
    /// # Errors
    /// A record without a region, for a name that is in two.
    fn of(facts: &Facts) -> Result<Self, Vec<Mistake>> {
        let mut names = Self {
            places: BTreeMap::new(),
        };
        let all = facts.known();
        for who in &all {
            let places = names.places.entry(who.name.clone()).or_default();
            places.insert((who.region.clone(), who.account.clone()));
        }
        let mistakes = all.iter().filter_map(|who| names.mistake(who));
        let mistakes: Vec<Mistake> = mistakes.collect();
        if mistakes.is_empty() {
            Ok(names)
        } else {
            Err(mistakes)
        }
    }

    /// Regions of a name.
    fn regions(&self, name: &str) -> BTreeSet<&String> {
        let places = self.places.get(name).into_iter().flatten();
        places.filter_map(|(region, _)| region.as_ref()).collect()
    }

    /// Accounts of a name in a region.
    fn accounts(&self, name: &str, region: Option<&String>) -> BTreeSet<&String> {
        let places = self.places.get(name).into_iter().flatten();
        let here = places.filter(|(own, _)| own.is_none() || own.as_ref() == region);
        here.filter_map(|(_, account)| account.as_ref()).collect()
    }

    fn mistake(&self, who: &Who) -> Option<Mistake> {
        let name = &who.name;
        let list = |found: BTreeSet<&String>| {
            let found: Vec<&str> = found.into_iter().map(String::as_str).collect();
            found.join(" and ")
        };
        let regions = self.regions(name);
        if who.region.is_none() && regions.len() > 1 {
            let message = format!(
                "`{name}` is in {}, and a file does not say which",
                list(regions)
            );
            let help = "state --region REGION before the file that does not say it";
            return Some(Mistake::anywhere(message, help));
        }
        let region = who.region.as_ref().or_else(|| regions.first().copied());
        let accounts = self.accounts(name, region);
        if who.account.is_none() && accounts.len() > 1 {
            let message = format!(
                "`{name}` is in the accounts {}, and a file does not say which",
                list(accounts),
            );
            let help = "state --account ACCOUNT before the file that does not say it";
            return Some(Mistake::anywhere(message, help));
        }
        None
    }

    /// The function with the region and account that other files say.
    pub(super) fn whole(&self, who: &Who) -> Who {
        let regions = self.regions(&who.name);
        let region = who.region.clone();
        let region = region.or_else(|| regions.first().map(|region| (*region).clone()));
        let accounts = self.accounts(&who.name, region.as_ref());
        let account = who.account.clone();
        let account = account.or_else(|| accounts.first().map(|account| (*account).clone()));
        Who {
            name: who.name.clone(),
            region,
            account,
        }
    }
}
