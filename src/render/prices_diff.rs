//! Two price books compared: prices that changed, and what functions cost with each.

use super::View;
use crate::color::Paint;
use crate::escape::{code, json, sentence};
use crate::exact::Exact;
use crate::platform;
use crate::pricebook::{Listed, Regional};
use crate::text::{Lines, escaped, escaped_name};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

const SCHEMA: &str = "lambdacost/prices-diff/v1";

/// The differences of two price books.
#[derive(Serialize)]
pub(crate) struct PricesDiff {
    schema: &'static str,
    before: String,
    after: String,
    regions: Vec<RegionDiff>,
    functions: Option<Vec<FunctionDiff>>,
}

#[derive(Serialize)]
struct RegionDiff {
    region: String,
    equal: usize,
    /// Prices in tables that only one of them has.
    only_before: usize,
    only_after: usize,
    prices: Vec<PriceDiff>,
}

/// A price that differs: added if it has no `before`, gone if it has no `after`.
#[derive(Serialize)]
struct PriceDiff {
    meter: String,
    from: String,
    per: &'static str,
    before: Option<String>,
    after: Option<String>,
    change_percent: Option<String>,
    before_as_of: Option<String>,
    after_as_of: Option<String>,
}

#[derive(Serialize)]
struct FunctionDiff {
    name: String,
    platforms: Vec<CostDiff>,
    /// The platform with the lowest cost with each.
    verdict_before: Option<&'static str>,
    verdict_after: Option<&'static str>,
}

#[derive(Serialize)]
struct CostDiff {
    platform: &'static str,
    before_usd: Option<String>,
    after_usd: Option<String>,
    change_percent: Option<String>,
}

/// The prices of a region by meter and start of the tier.
type Prices<'r> = BTreeMap<(&'r str, String), &'r Listed>;

fn prices(regional: &Regional) -> Prices<'_> {
    let entries = regional.entries();
    let tiers = entries.flat_map(|(path, entry)| {
        let tiers = entry.tiers().into_iter();
        tiers.map(move |(from, listed)| ((path, from.to_string()), listed))
    });
    tiers.collect()
}

/// The change in per cent with two decimals; `None` without two prices, or from zero.
fn change(before: Option<&Exact>, after: Option<&Exact>) -> Option<String> {
    let (before, after) = before.zip(after)?;
    let hundred = Exact::from(100u32);
    let change = &(&(after - before) * &hundred).over(before)?;
    let sign = if change.is_positive() { "+" } else { "" };
    Some(format!("{sign}{}", change.to_fixed(2)))
}

impl PricesDiff {
    /// Compares two sets of regions, with their names.
    pub(crate) fn new(names: [&str; 2], books: [&[Regional]; 2]) -> Self {
        let [before, after] = books.map(|regions| {
            let named = regions
                .iter()
                .map(|regional| (&**regional.name(), regional));
            named.collect::<BTreeMap<&str, &Regional>>()
        });
        let all: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
        let regions = all.into_iter().map(|region| {
            let both = [before.get(region), after.get(region)];
            region_diff(region, both.map(|regional| regional.copied()))
        });
        let [before, after] = names.map(str::to_owned);
        Self {
            schema: SCHEMA,
            before,
            after,
            regions: regions.collect(),
            functions: None,
        }
    }

    /// Adds the functions whose costs or verdicts differ.
    pub(crate) fn add_functions(&mut self, [before, after]: [&View<'_>; 2]) {
        let functions = before.comparison().scenario().functions.iter();
        let differ = functions.enumerate().filter_map(|(index, function)| {
            let (verdict_before, former) = costs(before, index);
            let (verdict_after, now) = costs(after, index);
            let ids = platform::ids().into_iter();
            let platforms = ids.filter_map(|id| cost_diff(id, former.get(id), now.get(id)));
            let platforms: Vec<CostDiff> = platforms.collect();
            let differs = !platforms.is_empty() || verdict_before != verdict_after;
            differs.then(|| FunctionDiff {
                name: function.name.to_string(),
                platforms,
                verdict_before,
                verdict_after,
            })
        });
        self.functions = Some(differ.collect());
    }
}

/// What a function costs a month on each platform that can run it, and the best one.
fn costs(view: &View<'_>, index: usize) -> (Option<&'static str>, BTreeMap<&'static str, Exact>) {
    let platforms = view.comparison().platforms();
    let solved = view.decision.solved(index);
    let summary = &solved.summary;
    let costs = platforms.iter().zip(&summary.costs);
    let costs = costs.filter_map(|(platform, cost)| {
        let cost = cost.as_ref().ok()?;
        Some((platform.id, cost.billed.dollars().clone()))
    });
    let verdict = summary.best_alone.map(|best| platforms[best].id);
    (verdict, costs.collect())
}

/// The costs of a function on a platform, if they differ.
fn cost_diff(id: &'static str, before: Option<&Exact>, after: Option<&Exact>) -> Option<CostDiff> {
    let cents = |cost: Option<&Exact>| cost.map(|cost| cost.to_fixed(2));
    (before != after).then(|| CostDiff {
        platform: id,
        before_usd: cents(before),
        after_usd: cents(after),
        change_percent: change(before, after),
    })
}

/// Compares a region. Only tables that both have are compared price by price, because a folder often
/// has few of them.
fn region_diff(region: &str, both: [Option<&Regional>; 2]) -> RegionDiff {
    let known = both.into_iter().flatten().next().map(Regional::known);
    let [before, after] = both.map(|regional| regional.map(prices).unwrap_or_default());
    let table = |path: &str| known.map(|known| known.written(path).0).unwrap_or_default();
    let tables = |prices: &Prices<'_>| -> BTreeSet<String> {
        prices.keys().map(|(path, _)| table(path)).collect()
    };
    let (old, new) = (tables(&before), tables(&after));
    let count = |prices: &Prices<'_>, others: &BTreeSet<String>| {
        let paths = prices.keys();
        paths
            .filter(|(path, _)| !others.contains(&table(path)))
            .count()
    };
    let mut diff = RegionDiff {
        region: region.to_owned(),
        equal: 0,
        only_before: count(&before, &new),
        only_after: count(&after, &old),
        prices: Vec::new(),
    };
    let keys: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    for key in keys {
        let table = table(key.0);
        if !old.contains(&table) || !new.contains(&table) {
            continue;
        }
        let (former, now) = (before.get(key).copied(), after.get(key).copied());
        if former.map(|price| &price.usd) == now.map(|price| &price.usd) {
            diff.equal += 1;
        } else {
            diff.prices.push(price_diff(key, former, now));
        }
    }
    diff
}

fn price_diff(
    (meter, from): &(&str, String),
    before: Option<&Listed>,
    after: Option<&Listed>,
) -> PriceDiff {
    let usd = |price: Option<&Listed>| price.map(|price| price.usd.to_string());
    let as_of = |price: Option<&Listed>| price.map(|price| price.provenance.as_of.to_string());
    PriceDiff {
        meter: (*meter).to_owned(),
        from: from.clone(),
        per: after.or(before).map_or("", |price| price.per),
        before: usd(before),
        after: usd(after),
        change_percent: change(
            before.map(|price| &price.usd),
            after.map(|price| &price.usd),
        ),
        before_as_of: as_of(before),
        after_as_of: as_of(after),
    }
}

/// Either price, and the change: `added` and `gone` for one that only one has.
fn shown<'p>(before: Option<&'p str>, after: Option<&'p str>, change: Option<&str>) -> [String; 3] {
    let change = match (before, after, change) {
        (None, _, _) => "added".to_owned(),
        (_, None, _) => "gone".to_owned(),
        (_, _, Some(change)) => format!("{change} %"),
        (_, _, None) => "from zero".to_owned(),
    };
    let [before, after] = [before, after].map(|price| price.unwrap_or("-").to_owned());
    [before, after, change]
}

impl PriceDiff {
    fn name(&self) -> String {
        match self.from.as_str() {
            "0" => self.meter.clone(),
            from => format!("{} from {from}", self.meter),
        }
    }

    fn cells(&self) -> [String; 3] {
        let change = self.change_percent.as_deref();
        shown(self.before.as_deref(), self.after.as_deref(), change)
    }
}

impl RegionDiff {
    /// `us-east-1: 2 differ, 12 are equal`, and what was not compared.
    fn heading(&self) -> String {
        let mut text = format!(
            "{}: {} differ, {} equal",
            self.region,
            self.prices.len(),
            self.equal
        );
        for (count, side) in [(self.only_before, "first"), (self.only_after, "second")] {
            if count > 0 {
                text += &format!(", {count} in tables of the {side} only");
            }
        }
        text
    }
}

impl FunctionDiff {
    fn verdict(&self) -> Option<String> {
        let title = |id: Option<&'static str>| id.map_or("none", platform::title);
        let (before, after) = (self.verdict_before, self.verdict_after);
        (before != after).then(|| format!("{} -> {}", title(before), title(after)))
    }
}

/// As a table.
///
/// # Errors
/// The output cannot be written.
pub(crate) fn write_table(
    diff: &PricesDiff,
    paint: Paint,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    let out = &mut Lines::new(out);
    let title = format!("{} -> {}", escaped(&diff.before), escaped(&diff.after));
    writeln!(out, "{}", paint.bold(&title))?;
    for region in &diff.regions {
        writeln!(out, "{}", region.heading())?;
        for price in &region.prices {
            let [before, after, change] = price.cells();
            let name = price.name();
            let per = price.per;
            writeln!(
                out,
                "  {name:<50} {before:>14} -> {after:<14} {change:>10} per {per}"
            )?;
        }
    }
    let Some(functions) = &diff.functions else {
        return Ok(());
    };
    writeln!(out, "\n{}", paint.bold("functions, US dollars a month"))?;
    if functions.is_empty() {
        writeln!(out, "  no function costs more or less")?;
    }
    for function in functions {
        writeln!(out, "{}", escaped_name(&function.name))?;
        for cost in &function.platforms {
            let [before, after, change] = cost.cells();
            let title = platform::title(cost.platform);
            writeln!(
                out,
                "  {title:<50} {before:>14} -> {after:<14} {change:>10}"
            )?;
        }
        if let Some(verdict) = function.verdict() {
            writeln!(out, "  the verdict flips: {verdict}")?;
        }
    }
    Ok(())
}

impl CostDiff {
    fn cells(&self) -> [String; 3] {
        let change = self.change_percent.as_deref();
        shown(
            self.before_usd.as_deref(),
            self.after_usd.as_deref(),
            change,
        )
    }
}

/// As JSON.
///
/// # Errors
/// The output cannot be written.
pub(crate) fn write_json(diff: &PricesDiff, out: &mut (dyn Write + Send)) -> io::Result<()> {
    json::write(diff, out)
}

/// As Markdown.
///
/// # Errors
/// The output cannot be written.
pub(crate) fn write_markdown(diff: &PricesDiff, out: &mut (dyn Write + Send)) -> io::Result<()> {
    let title = format!(
        "### Prices: {} to {}",
        code(&diff.before),
        code(&diff.after)
    );
    writeln!(out, "{title}")?;
    for region in &diff.regions {
        writeln!(out, "\n{}", sentence(&region.heading()))?;
        if region.prices.is_empty() {
            continue;
        }
        writeln!(
            out,
            "\n| meter | before | after | change | per |\n|---|---:|---:|---:|---|"
        )?;
        for price in &region.prices {
            let [before, after, change] = price.cells();
            let (name, per) = (code(&price.name()), price.per);
            writeln!(out, "| {name} | {before} | {after} | {change} | {per} |")?;
        }
    }
    let Some(functions) = &diff.functions else {
        return Ok(());
    };
    if functions.is_empty() {
        return writeln!(out, "\nNo function costs more or less.");
    }
    writeln!(out, "\n| function | platform | before | after | change |")?;
    writeln!(out, "|---|---|---:|---:|---:|")?;
    for function in functions {
        let name = code(&function.name);
        for cost in &function.platforms {
            let [before, after, change] = cost.cells();
            let title = platform::title(cost.platform);
            writeln!(out, "| {name} | {title} | {before} | {after} | {change} |")?;
        }
        if let Some(verdict) = function.verdict() {
            writeln!(out, "| {name} | the verdict flips: {verdict} | | | |")?;
        }
    }
    Ok(())
}
