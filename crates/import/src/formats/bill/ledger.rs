//! What the rows of a bill add up to.

use super::layout::{Kind, Layout};
use super::meter::{self, Architecture, Meter, Usage};
use super::rates::{OfRegion, Plan};
use super::table::{Cell, Column, Row, Wrong};
use crate::facts::{Context, Facts, Ignored, SourceNumber, Who};
use crate::mistake::Mistake;
use crate::number::Sum;
use crate::options::{OUTSIDE, Options};
use crate::time::{HOUR, Time, Window};
use foldhash::HashMap;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// An organization has fewer Savings Plans.
const MOST_PLANS: usize = 10_000;
const OTHER_SERVICE: &str = "another service";
const OTHER_USAGE: &str = "a usage type without calls and GB-seconds, such as data transfer";
const NO_QUANTITY: &str = "no quantity";
const NEGATIVE: &str = "a negative quantity";

/// All bills of one format.
#[derive(Debug, Default)]
pub(crate) struct Bill {
    /// From the earliest start to the latest end of the usage of all services.
    pub(crate) window: Option<Window>,
    pub(crate) functions: BTreeMap<Who, OfFunction>,
    /// By region.
    pub(crate) rates: BTreeMap<Option<String>, OfRegion>,
    /// List cost of the usage that each Savings Plan covers. Those without a name have an ARN.
    pub(crate) plans: BTreeMap<(Plan, String), Sum>,
    /// Savings Plans by ARN, from the rows of their fees.
    pub(crate) fees: BTreeMap<String, Plan>,
}

impl Bill {
    /// Adds another bill; `None` if a sum is too large.
    fn merge(&mut self, other: Self) -> Option<()> {
        self.window = match (self.window, other.window) {
            (Some(own), Some(other)) => Some(own.and(other)),
            (own, other) => own.or(other),
        };
        for (who, function) in other.functions {
            self.add_function(who, function)?;
        }
        for (region, meters) in other.rates {
            let known = self.rates.entry(region).or_default();
            for (key, groups) in meters {
                known.entry(key).or_default().merge(&groups)?;
            }
        }
        for (plan, list) in other.plans {
            self.plans.entry(plan).or_default().add_sum(&list)?;
        }
        self.fees.extend(other.fees);
        Some(())
    }

    fn add_function(&mut self, who: Who, function: OfFunction) -> Option<()> {
        match self.functions.entry(who) {
            Entry::Occupied(mut known) => known.get_mut().merge(function)?,
            Entry::Vacant(free) => {
                free.insert(function);
            }
        }
        Some(())
    }

    /// True if a row with a list cost has a cost.
    fn has_cost(&self) -> bool {
        let mut groups = self.rates.values().flat_map(BTreeMap::values);
        groups.any(|one| one.open.cost != Sum::default() || one.covered.cost != Sum::default())
    }
}

/// The rows of a function.
#[derive(Debug)]
pub(crate) struct OfFunction {
    /// The file of the first row.
    pub(crate) source: SourceNumber,
    pub(crate) requests: Sum,
    /// Of calls, with and without a provisioned environment.
    pub(crate) gb_seconds: Sum,
    /// Requests by hour since 1970; `None` if a row covers more than an hour, or has no whole number.
    pub(crate) hours: Option<HashMap<i64, u128>>,
    /// That of the last row.
    pub(crate) architecture: (Time, Architecture),
}

impl OfFunction {
    fn new(source: SourceNumber, architecture: (Time, Architecture)) -> Self {
        Self {
            source,
            requests: Sum::default(),
            gb_seconds: Sum::default(),
            hours: Some(HashMap::default()),
            architecture,
        }
    }

    /// Adds requests; `None` if the sum is too large.
    fn add_requests(&mut self, quantity: Decimal, window: Window) -> Option<()> {
        self.requests.add(quantity)?;
        let whole = quantity.normalize();
        let whole = whole.is_integer().then(|| whole.mantissa().unsigned_abs());
        let is_hourly = window.milliseconds() <= HOUR.unsigned_abs();
        match (&mut self.hours, whole) {
            (Some(hours), Some(whole)) if is_hourly => {
                let calls = hours.entry(window.from.hour()).or_default();
                *calls = calls.checked_add(whole)?;
            }
            (hours, _) => *hours = None,
        }
        Some(())
    }

    /// Adds the rows of another file; `None` if a sum is too large.
    fn merge(&mut self, other: Self) -> Option<()> {
        self.requests.add_sum(&other.requests)?;
        self.gb_seconds.add_sum(&other.gb_seconds)?;
        if other.architecture.0 >= self.architecture.0 {
            self.architecture = other.architecture;
        }
        self.hours = match (self.hours.take(), other.hours) {
            (Some(mut hours), Some(more)) => {
                for (hour, calls) in more {
                    let own: &mut u128 = hours.entry(hour).or_default();
                    *own = own.checked_add(calls)?;
                }
                Some(hours)
            }
            _ => None,
        };
        Some(())
    }
}

/// What a resource id is.
#[derive(Clone, Copy)]
struct Resource {
    /// Index of the function; `None` for anything else than a function.
    function: Option<usize>,
    /// Index of the region of an ARN.
    region: Option<usize>,
}

/// What is wrong with a row.
pub(super) enum Fault {
    Wrong(Wrong),
    TooLarge,
}

impl From<Wrong> for Fault {
    fn from(wrong: Wrong) -> Self {
        Self::Wrong(wrong)
    }
}

/// A bill, or a part of one, that is read row by row.
pub(super) struct Ledger<'l> {
    layout: Layout,
    options: &'l Options,
    source: SourceNumber,
    totals: Totals,
    functions: Vec<(Who, OfFunction)>,
    resources: HashMap<Box<[u8]>, Resource>,
    regions: HashMap<Option<String>, usize>,
    rates: Vec<OfRegion>,
    times: Times,
}

/// What the rows of a bill, or of a part of one, add up to.
#[derive(Default)]
pub(super) struct Totals {
    bill: Bill,
    records: u64,
    used: u64,
    /// By reason: how many, and the number of the first.
    ignored: Vec<(&'static str, u64, u64)>,
    /// Rows of Lambda without the ARN of a function.
    without_function: u64,
    /// Rows of Lambda in other currencies than USD.
    other_currency: u64,
}

impl<'l> Ledger<'l> {
    pub(super) fn new(layout: Layout, source: SourceNumber, options: &'l Options) -> Self {
        Self {
            layout,
            options,
            source,
            totals: Totals::default(),
            functions: Vec::new(),
            resources: HashMap::default(),
            regions: HashMap::default(),
            rates: Vec::new(),
            times: Times::default(),
        }
    }

    pub(super) fn layout(&self) -> Layout {
        self.layout
    }

    /// Adds a row, with its number in the file.
    ///
    /// # Errors
    /// A value of a row of Lambda is not what its column holds, or a sum is too large.
    pub(super) fn row(&mut self, row: &impl Row, line: u64) -> Result<(), Fault> {
        self.totals.records += 1;
        let kind = self.layout.kind(row);
        let is_lambda = self.layout.is_lambda(row);
        if let Kind::Other(why) = kind {
            self.fee(row)?;
            self.ignore(if is_lambda { why } else { OTHER_SERVICE }, line);
            return Ok(());
        }
        if !is_lambda {
            if let (Ok(Some(from)), Ok(Some(to))) = (
                self.times.of(row, Column::Start),
                self.times.of(row, Column::End),
            ) && self.options.keeps(from)
            {
                self.cover(Window { from, to });
            }
            let why = self.layout.apart(row).unwrap_or(OTHER_SERVICE);
            self.ignore(why, line);
            return Ok(());
        }
        let window = Window {
            from: self.times.required(row, Column::Start)?,
            to: self.times.required(row, Column::End)?,
        };
        if !self.options.keeps(window.from) {
            self.ignore(OUTSIDE, line);
            return Ok(());
        }
        self.cover(window);
        self.usage(row, kind, window, line)
    }

    /// Adds a row of usage of Lambda.
    fn usage(
        &mut self,
        row: &impl Row,
        kind: Kind,
        window: Window,
        line: u64,
    ) -> Result<(), Fault> {
        let (meter, architecture, prefix) = match self.layout.usage(row)? {
            Usage::Metered {
                meter,
                architecture,
                prefix,
            } => (meter, architecture, prefix),
            Usage::Apart(why) => {
                self.ignore(why, line);
                return Ok(());
            }
            Usage::Other => {
                self.ignore(OTHER_USAGE, line);
                return Ok(());
            }
        };
        let quantity = match row.number(Column::Quantity)? {
            Some(quantity) => Some(quantity),
            None => row.number(Column::OtherQuantity)?,
        };
        let Some(quantity) = quantity else {
            self.ignore(NO_QUANTITY, line);
            return Ok(());
        };
        if quantity.is_negative() {
            self.ignore(NEGATIVE, line);
            return Ok(());
        }
        self.totals.used += 1;
        let resource = self.resource(row, (window.from, architecture))?;
        if let Some(function) = resource.function {
            let (_, function) = &mut self.functions[function];
            if window.from >= function.architecture.0 {
                function.architecture = (window.from, architecture);
            }
            let added = match meter {
                Meter::Requests => function.add_requests(quantity.0, window),
                Meter::Duration | Meter::ProvisionedDuration => function.gb_seconds.add(quantity.0),
                Meter::ProvisionedConcurrency | Meter::Storage => Some(()),
            };
            added.ok_or(Fault::TooLarge)?;
        } else {
            self.totals.without_function += 1;
        }
        let region = match resource.region {
            Some(region) => region,
            None => self.region(row, prefix)?,
        };
        self.cost(row, kind, (meter, architecture), quantity.0, region)
    }

    /// The function and region of a row.
    fn resource(
        &mut self,
        row: &impl Row,
        architecture: (Time, Architecture),
    ) -> Result<Resource, Fault> {
        let bytes = row.bytes(Column::Resource);
        if let Some(known) = self.resources.get(bytes) {
            return Ok(*known);
        }
        let who = Who::of_arn(row.text(Column::Resource)?);
        let resource = match who {
            Some(who) => {
                let region = who.region.clone();
                let region = region.map(|region| self.region_number(Some(region)));
                self.functions
                    .push((who, OfFunction::new(self.source, architecture)));
                Resource {
                    function: Some(self.functions.len() - 1),
                    region,
                }
            }
            None => Resource {
                function: None,
                region: None,
            },
        };
        // Of resources that are no functions there can be as many as rows.
        if resource.function.is_some() {
            self.resources.insert(bytes.into(), resource);
        }
        Ok(resource)
    }

    /// The region of a row that has no ARN.
    fn region(&mut self, row: &impl Row, prefix: &str) -> Result<usize, Fault> {
        for column in [Column::RegionCode, Column::Region] {
            let text = row.text(column)?;
            if is_region(text) {
                let region = text.to_owned();
                return Ok(self.region_number(Some(region)));
            }
        }
        let of_map = region_of_map(row.text(Column::Product)?);
        let region = of_map.or_else(|| meter::region_of(prefix).map(str::to_owned));
        Ok(self.region_number(region))
    }

    fn region_number(&mut self, region: Option<String>) -> usize {
        let next = self.rates.len();
        let number = *self.regions.entry(region).or_insert(next);
        if number == next {
            self.rates.push(OfRegion::new());
        }
        number
    }

    /// Adds the cost of a row to the rates.
    fn cost(
        &mut self,
        row: &impl Row,
        kind: Kind,
        key: (Meter, Architecture),
        quantity: Decimal,
        region: usize,
    ) -> Result<(), Fault> {
        let Some(list) = row.number(Column::ListCost)? else {
            return Ok(());
        };
        if list.0.is_zero() || list.is_negative() {
            return Ok(());
        }
        if !matches!(row.bytes(Column::Currency), b"" | b"USD") {
            self.totals.other_currency += 1;
            return Ok(());
        }
        let columns = match (self.layout, kind) {
            (Layout::Cur, Kind::Covered) => [Column::CoveredNetCost, Column::CoveredCost],
            _ => [Column::NetCost, Column::Cost],
        };
        let mut cost = None;
        for column in columns {
            if cost.is_none() {
                cost = row.number(column)?;
            }
        }
        let cost = cost.map(|cost| cost.0);
        let groups = self.rates[region].entry(key).or_default();
        let group = if kind == Kind::Covered {
            &mut groups.covered
        } else {
            &mut groups.open
        };
        let added = group.add(quantity, cost, list.0);
        added.ok_or(Fault::TooLarge)?;
        if kind == Kind::Covered {
            self.plan(row, list.0)?;
        }
        Ok(())
    }

    /// Adds to the usage that a Savings Plan covers.
    fn plan(&mut self, row: &impl Row, list: Decimal) -> Result<(), Fault> {
        let plan = plan(row)?;
        let arn = if plan.plan.is_empty() {
            row.text(Column::PlanArn)?
        } else {
            ""
        };
        let key = (plan, arn.to_owned());
        if self.totals.bill.plans.len() < MOST_PLANS || self.totals.bill.plans.contains_key(&key) {
            let sum = self.totals.bill.plans.entry(key).or_default();
            sum.add(list).ok_or(Fault::TooLarge)?;
        }
        Ok(())
    }

    /// The row of a fee names its Savings Plan.
    fn fee(&mut self, row: &impl Row) -> Result<(), Fault> {
        if row.bytes(Column::Plan).is_empty() || self.totals.bill.fees.len() >= MOST_PLANS {
            return Ok(());
        }
        let arn = row.text(Column::PlanArn)?;
        if !arn.is_empty() && !self.totals.bill.fees.contains_key(arn) {
            self.totals.bill.fees.insert(arn.to_owned(), plan(row)?);
        }
        Ok(())
    }

    fn cover(&mut self, window: Window) {
        let known = self.totals.bill.window.unwrap_or(window);
        self.totals.bill.window = Some(known.and(window));
    }

    fn ignore(&mut self, why: &'static str, line: u64) {
        self.totals.ignore(why, 1, line);
    }

    /// What the rows add up to; `None` if a sum is too large.
    pub(super) fn totals(self, context: &Context) -> Option<Totals> {
        let mut totals = self.totals;
        for (who, own) in self.functions {
            let who = who.or(context.region.as_deref(), context.account.as_deref());
            totals.bill.add_function(who, own)?;
        }
        for (region, number) in self.regions {
            let meters = self.rates[number].clone();
            totals.bill.rates.insert(region, meters);
        }
        Some(totals)
    }
}

impl Totals {
    fn ignore(&mut self, why: &'static str, count: u64, line: u64) {
        match self.ignored.iter_mut().find(|(known, _, _)| *known == why) {
            Some((_, own, _)) => *own += count,
            None => self.ignored.push((why, count, line)),
        }
    }

    /// Adds the next part of the bill; `None` if a sum is too large.
    pub(super) fn add(&mut self, next: Self) -> Option<()> {
        self.bill.merge(next.bill)?;
        self.records += next.records;
        self.used += next.used;
        self.without_function += next.without_function;
        self.other_currency += next.other_currency;
        for (why, count, line) in next.ignored {
            self.ignore(why, count, line);
        }
        Some(())
    }

    /// Adds all to what other files say. `place` is what the file calls a row: `line` or `row`.
    ///
    /// # Errors
    /// A sum is too large.
    pub(super) fn finish(
        mut self,
        source: SourceNumber,
        place: &str,
        context: &Context,
        facts: &mut Facts,
    ) -> Result<(), Mistake> {
        let own = &mut facts.sources[source];
        own.records = self.records;
        own.used = self.used;
        let format = own.format;
        for (why, count, line) in &self.ignored {
            let ignored = Ignored {
                count: *count,
                first: format!("{}: {place} {line}", context.path),
            };
            own.ignored.insert((*why).to_owned(), ignored);
        }
        facts.warnings.extend(self.notes(context));
        if !self.bill.has_cost() {
            self.bill.rates.clear();
            self.bill.plans.clear();
        }
        let bill = facts.bills.by_format.entry(format).or_default();
        let merged = bill.merge(self.bill);
        merged.ok_or_else(|| too_large(context))
    }

    /// What a user has to know about this file.
    fn notes(&self, context: &Context) -> Vec<String> {
        let path = &context.path;
        let mut notes = Vec::new();
        if self.without_function > 0 {
            let count = self.without_function;
            notes.push(format!(
                "{count} rows of Lambda in {path} name no function, and count for rates only: \
                 include resource IDs in the export"
            ));
        }
        if self.other_currency > 0 {
            let count = self.other_currency;
            notes.push(format!(
                "{count} rows of Lambda in {path} are not in USD, so they give no rates"
            ));
        }
        let has_list = self.bill.rates.values().any(|meters| !meters.is_empty());
        if has_list && !self.bill.has_cost() {
            notes.push(format!(
                "{path} has list costs and no effective costs for Lambda, so it gives no rates"
            ));
        }
        notes
    }
}

/// The Savings Plan that a row names.
fn plan(row: &impl Row) -> Result<Plan, Wrong> {
    let text = |column| row.text(column).map(str::to_owned);
    Ok(Plan {
        plan: text(Column::Plan)?,
        term: text(Column::Term)?,
        payment: text(Column::Payment)?,
    })
}

/// The mistake for sums beyond all bounds.
pub(super) fn too_large(context: &Context) -> Mistake {
    let help = "export the bill again";
    context.mistake("the sum of its amounts is too large", help)
}

/// True for text such as `eu-west-1`.
fn is_region(text: &str) -> bool {
    let is_part = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    text.split('-').count() >= 3 && text.len() <= 32 && text.split('-').all(is_part)
}

/// The region in a map of JSON: `{"region": "eu-west-1"}`.
fn region_of_map(text: &str) -> Option<String> {
    if text.is_empty() {
        return None;
    }
    let map: HashMap<String, serde_json::Value> = serde_json::from_str(text).ok()?;
    let names = ["region_code", "regionCode", "region"];
    let mut found = names.iter().filter_map(|name| map.get(*name)?.as_str());
    let found = found.find(|region| is_region(region))?;
    Some(found.to_owned())
}

/// Times of rows. Few of them differ.
#[derive(Default)]
struct Times {
    known: HashMap<Box<[u8]>, Time>,
}

impl Times {
    /// Different times of a bill: hours of many months.
    const MOST: usize = 1 << 16;

    /// The time of a column; `None` for an empty cell.
    fn of(&mut self, row: &impl Row, column: Column) -> Result<Option<Time>, Wrong> {
        let Cell::Text(bytes) = row.cell(column) else {
            return row.time(column);
        };
        if let Some(known) = self.known.get(bytes) {
            return Ok(Some(*known));
        }
        let time = row.time(column)?;
        if let Some(time) = time.filter(|_| self.known.len() < Self::MOST) {
            self.known.insert(bytes.into(), time);
        }
        Ok(time)
    }

    fn required(&mut self, row: &impl Row, column: Column) -> Result<Time, Wrong> {
        let time = self.of(row, column)?;
        time.ok_or_else(|| Wrong {
            column,
            text: String::new(),
            wanted: "a time",
        })
    }
}
